//! Serves one WebTransport session: every stream that the client opens is one RPC of a tower service.
//!
//! ```text
//! Accepts::accept_bi ──> rpc::serve ──┬─ request:  HEADERS -> http::Request, messages -> Body, END_STREAM -> end of body
//!        (one task per stream)        └─ response: http::Response -> HEADERS, Body -> messages, trailers -> TRAILERS, FIN
//! Session::recv_datagram ──> PING is answered, application kinds go to the claimed inbox
//! ```
//!
//! Neighbours: [`webtransport`](crate::webtransport) brings the sessions, [`session`](crate::session) is all this knows of QUIC,
//! [`envelope`](crate::envelope) and [`header_block`](crate::header_block) read and write the bytes.
//!
//! Invariants: whatever one stream carries, the session and its other streams live on. A response is either complete and ends with a
//! status, or is reset with a code; a bare FIN never stands for a failure. STOP_SENDING is not sent before the client has had
//! [`Config::linger`] to take the answer.

mod request;
mod response;
mod rpc;

use std::pin::pin;
use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::datagram::Datagram;
use crate::datagrams::{Datagrams, Ponger};
use crate::peer::{Peer, Rtt};
use crate::service::RoadService;
use crate::session::Accepts;
use crate::status::{Code, Status};

/// Bounds on what a session may ask for.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a stream's HEADERS may take; after it the answer is DEADLINE_EXCEEDED.
    pub header_timeout: Duration,
    /// How long after the answer the client's half is kept, its bytes thrown away, until the client ends it itself.
    pub linger: Duration,
    /// How many bytes are thrown away before the client is told to stop.
    pub linger_bytes: usize,
    /// How long RPCs in flight may go on once draining begins; then the session is closed over them.
    pub drain_timeout: Duration,
    /// Streams that the client may have open from the start, hence RPCs at once; it waits for one to end before it opens another.
    /// QUIC stacks keep a slot for every one that is *allowed*, in every session, so this is paid for by idle sessions too.
    pub first_streams: u32,
    /// What this grows to while more than half of the allowed streams are in use.
    pub max_streams: u32,
    /// RPCs in flight in one session; one more is answered RESOURCE_EXHAUSTED. The streams are a tighter bound, and hold clients
    /// back without an error.
    pub max_rpcs: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(5),
            linger: Duration::from_secs(5),
            linger_bytes: 256 * 1024,
            drain_timeout: Duration::from_secs(20),
            first_streams: 32,
            max_streams: 128,
            max_rpcs: 256,
        }
    }
}

/// What an RPC needs besides its stream.
#[derive(Clone)]
struct Context<V> {
    service: V,
    config: Config,
    peer: Peer,
    rtt: Rtt,
    datagrams: Datagrams,
}

/// Serves `session` until it is gone, or until `shutdown` and then the last RPC or [`Config::drain_timeout`].
///
/// While draining, new streams are accepted and answered UNAVAILABLE. Dropping the future drops every RPC of the session.
pub async fn serve<S: Accepts, V: RoadService>(
    session: S,
    service: V,
    peer: Peer,
    config: Config,
    shutdown: CancellationToken,
) {
    let rtt = session.clone();
    let rtt = Rtt::new(move || rtt.rtt());
    let datagrams = Datagrams::new(session.clone());
    let context = Context {
        service,
        config,
        peer,
        rtt,
        datagrams,
    };
    let mut rpcs = JoinSet::new();
    let mut ponger = Ponger::new(Instant::now());
    let mut drain_deadline = None;
    let mut streams = context.config.first_streams;
    // Kept from input to input: to begin to wait, and to cease, takes locks that all sessions share.
    let mut told = pin!(shutdown.cancelled());
    loop {
        tokio::select! {
            stream = session.accept_bi() => {
                let Some((send, recv)) = stream else { break };
                let refusal = if drain_deadline.is_some() {
                    Some(Status::new(Code::Unavailable, "the server is draining"))
                } else if rpcs.len() >= context.config.max_rpcs {
                    Some(Status::new(Code::ResourceExhausted, "too many concurrent calls in this session"))
                } else {
                    None
                };
                let mut context = context.clone();
                context.peer.remote_addr = Some(session.remote_addr());
                let most = context.config.max_streams;
                rpcs.spawn(rpc::serve(send, recv, context, refusal));
                if streams < most && 2 * rpcs.len() > streams as usize {
                    streams = streams.saturating_mul(2).min(most);
                    session.allow_streams(streams);
                }
            }
            datagram = session.recv_datagram() => {
                let Some(datagram) = datagram else { break };
                match Datagram::decode(datagram) {
                    Some(Datagram::Ping { seq, t_client }) => {
                        let pong = ponger.answer(seq, t_client, Instant::now(), SystemTime::now());
                        // A pong that cannot be sent is a lost datagram like any other.
                        let _ = pong.map(|pong| session.send_datagram(&pong.encode()));
                    }
                    Some(Datagram::Application { kind, body }) => context.datagrams.deliver(kind, body),
                    Some(Datagram::Pong { .. }) | None => {}
                }
            }
            Some(ended) = rpcs.join_next() => {
                if let Err(panic) = ended {
                    debug!(connection = context.peer.connection_id, %panic, "a call panicked");
                }
                if drain_deadline.is_some() && rpcs.is_empty() {
                    break;
                }
            }
            () = told.as_mut(), if drain_deadline.is_none() => {
                if rpcs.is_empty() {
                    break;
                }
                drain_deadline = Some(Instant::now() + context.config.drain_timeout);
            }
            () = sleep_until(drain_deadline.unwrap_or_else(Instant::now)), if drain_deadline.is_some() => break,
        }
    }
    context.datagrams.close();
    rpcs.shutdown().await;
    session.close("");
}
