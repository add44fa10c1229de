//! One connection of a session: opens a road, greets the server, and yields a way up and a way down.
//!
//! [`road`] opens; [`driver`](crate::driver) holds the result. On gRPC and WebTransport both ways are
//! one `Connect` stream. On gRPC-Web the way down is `Watch` and the way up are unary calls, each a future that the
//! driver polls. On WebTransport, signals come in datagrams besides.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{self, BoxFuture};
use futures_util::stream::{self, BoxStream, FuturesUnordered};
use futures_util::{Stream, StreamExt as _};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use trivium_proto::v1::connect_response::Response as Down;
use trivium_proto::v1::session_service_client::SessionServiceClient;
use trivium_proto::v1::{
    ConnectRequest, ConnectResponse, GoAway, Hello, SyncClockResponse, WatchRequest, WatchResponse, Welcome,
    connect_request, reply, watch_response,
};

use crate::channel::{Channel, Datagrams};
use crate::clock::Clock;
use crate::error::{ConnectError, Error};
use crate::road::{self, Choice, Connector, Opened, Road};
use crate::token::Credentials;

/// How long the greeting may take on an open road.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);
/// Messages on their way up that the stream has not taken yet.
const UPLINK: usize = 16;
/// Kind of the datagrams whose body is a `ConnectResponse` with signals.
const SIGNALS: u8 = 16;
/// Largest message that is taken from the server.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// A connection on which the session stands.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) road: Road,
    pub(crate) welcome: Welcome,
    /// The client's clock when the greeting left and when the answer came, in microseconds.
    pub(crate) greeted_us: (i64, i64),
    pub(crate) up: Up,
    pub(crate) down: Downlink,
}

/// What comes down.
pub(crate) struct Downlink(pub(crate) BoxStream<'static, Result<Box<Down>, Status>>);

impl std::fmt::Debug for Downlink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Downlink")
    }
}

/// The way up.
#[derive(Debug)]
pub(crate) enum Up {
    /// The stream.
    Stream(mpsc::Sender<ConnectRequest>),
    /// Unary calls under way; at most a window of commands and one of each other kind.
    Calls {
        channel: Channel,
        under_way: FuturesUnordered<BoxFuture<'static, Called>>,
    },
}

/// The outcome of a unary call.
#[derive(Debug)]
pub(crate) enum Called {
    Command(u64, Box<Result<reply::Result, Status>>),
    Clock(Result<SyncClockResponse, Status>),
}

/// What an attempt needs.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) choice: Choice,
    pub(crate) try_webtransport: bool,
    pub(crate) credentials: Credentials,
    /// The last connection was refused for its token, or it ends very soon.
    pub(crate) renew_token: bool,
    pub(crate) clock: Clock,
    /// Take signals as datagrams too, where the road has them.
    pub(crate) datagrams: bool,
    pub(crate) hello: Hello,
}

/// How an attempt went.
#[derive(Debug)]
pub(crate) struct Attempted {
    pub(crate) result: Result<Box<Attached>, AttachError>,
    /// Whether WebTransport works, as far as this attempt tells.
    pub(crate) webtransport: Option<bool>,
}

/// Why a session does not stand on a road.
#[derive(Debug)]
pub(crate) enum AttachError {
    Token(Error),
    Connect(ConnectError),
    /// The server's refusal, or a failure of the stream.
    Status(Status),
    /// The server said goodbye instead of welcome.
    GoAway(GoAway),
    Silent,
    Protocol(&'static str),
}

/// Opens a road and greets.
pub(crate) async fn attempt(mut attempt: Attempt) -> Attempted {
    let failed = |error, webtransport| Attempted {
        result: Err(error),
        webtransport,
    };
    let credentials = &attempt.credentials;
    let due = credentials.renew_at().is_some_and(|at| at <= Instant::now()) || credentials.current().is_none();
    if attempt.credentials.can_renew()
        && (attempt.renew_token || due)
        && let Err(error) = attempt.credentials.clone().renew().await
    {
        return failed(AttachError::Token(error), None);
    }
    let opened = match road::open(&attempt.connector, attempt.choice, attempt.try_webtransport).await {
        Ok(opened) => opened,
        Err(error) => return failed(AttachError::Connect(error), None),
    };
    let (road, mut webtransport) = (opened.road, opened.webtransport);
    let mut result = greet(&attempt, opened).await;
    let silent = matches!(&result, Err(AttachError::Silent))
        || matches!(&result, Err(AttachError::Status(status)) if status.code() == Code::Unavailable);
    if attempt.choice == Choice::Auto && road == Road::WebTransport && silent {
        // Something on the way lets QUIC begin and then stops it.
        webtransport = Some(false);
        attempt.try_webtransport = false;
        result = match road::open(&attempt.connector, attempt.choice, false).await {
            Ok(opened) => greet(&attempt, opened).await,
            Err(error) => Err(AttachError::Connect(error)),
        };
    }
    Attempted { result, webtransport }
}

async fn greet(attempt: &Attempt, opened: Opened) -> Result<Box<Attached>, AttachError> {
    timeout(GREETING_TIMEOUT, begin(attempt, opened))
        .await
        .unwrap_or(Err(AttachError::Silent))
}

async fn begin(attempt: &Attempt, opened: Opened) -> Result<Box<Attached>, AttachError> {
    let datagrams = opened.link.datagrams().filter(|_| attempt.datagrams);
    let channel = Channel::open(opened.link, attempt.credentials.clone());
    let mut client = SessionServiceClient::new(channel.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let mut hello = attempt.hello.clone();
    hello.datagrams = datagrams.is_some();
    let sent_us = attempt.clock.local_us();
    let (stream, mut down) = match opened.road {
        Road::Grpc | Road::WebTransport => {
            let (sender, receiver) = mpsc::channel(UPLINK);
            let hello = ConnectRequest {
                id: 0,
                request: Some(connect_request::Request::Hello(hello)),
            };
            let _ = sender.try_send(hello);
            let response = client
                .connect(ReceiverStream::new(receiver))
                .await
                .map_err(AttachError::Status)?;
            (Some(sender), connected(response.into_inner()).boxed())
        }
        Road::GrpcWeb => {
            let response = client
                .watch(WatchRequest { hello: Some(hello) })
                .await
                .map_err(AttachError::Status)?;
            (None, watched(response.into_inner()).boxed())
        }
    };
    let welcome = match down.next().await.map(|heard| heard.map(|down| *down)) {
        Some(Ok(Down::Welcome(welcome))) => welcome,
        Some(Ok(Down::GoAway(go_away))) => return Err(AttachError::GoAway(go_away)),
        Some(Ok(
            Down::Reply(_)
            | Down::Event(_)
            | Down::Signals(_)
            | Down::Resumed(_)
            | Down::Reset(_)
            | Down::Progress(_)
            | Down::Ping(_)
            | Down::SubscriptionEnded(_),
        )) => return Err(AttachError::Protocol("the first message is no welcome")),
        Some(Err(status)) => return Err(AttachError::Status(status)),
        None => {
            return Err(AttachError::Status(Status::unavailable(
                "the stream ended before a welcome",
            )));
        }
    };
    let greeted_us = (sent_us, attempt.clock.local_us());
    // Not before the welcome, which a datagram may overtake.
    let down = match datagrams.filter(|_| welcome.datagrams) {
        Some(datagrams) => beside(down, datagrams).boxed(),
        None => down,
    };
    let up = match stream {
        Some(stream) => Up::Stream(stream),
        None => Up::Calls {
            channel: channel.of_session(&welcome.session_id),
            under_way: FuturesUnordered::new(),
        },
    };
    Ok(Box::new(Attached {
        road: opened.road,
        welcome,
        greeted_us,
        up,
        down: Downlink(down),
    }))
}

fn connected(stream: tonic::Streaming<ConnectResponse>) -> impl Stream<Item = Result<Box<Down>, Status>> + Send {
    // What a newer server says beyond this version is passed over.
    stream.filter_map(async |message| message.map(|message| message.response.map(Box::new)).transpose())
}

/// What comes on the stream and, until its end, in datagrams.
fn beside(
    stream: BoxStream<'static, Result<Box<Down>, Status>>,
    datagrams: Datagrams,
) -> impl Stream<Item = Result<Box<Down>, Status>> + Send {
    let ended = stream::once(async { None });
    let stream = stream.map(Some).chain(ended);
    let datagrams = datagrams.filter_map(async |(kind, body)| Some(Some(Ok(signals(kind, body)?))));
    let both = stream::select(stream, datagrams.boxed());
    both.take_while(|heard| future::ready(heard.is_some()))
        .filter_map(future::ready)
}

/// What is in a datagram; none if it is to be ignored.
fn signals(kind: u8, body: Bytes) -> Option<Box<Down>> {
    let response = ConnectResponse::decode(body)
        .ok()
        .filter(|_| kind == SIGNALS)?
        .response?;
    matches!(response, Down::Signals(_)).then(|| Box::new(response))
}

fn watched(stream: tonic::Streaming<WatchResponse>) -> impl Stream<Item = Result<Box<Down>, Status>> + Send {
    stream.filter_map(async |message| {
        message
            .map(|message| message.response.map(as_connect).map(Box::new))
            .transpose()
    })
}

fn as_connect(response: watch_response::Response) -> Down {
    use watch_response::Response as Watch;
    match response {
        Watch::Welcome(welcome) => Down::Welcome(welcome),
        Watch::Reply(reply) => Down::Reply(reply),
        Watch::Event(event) => Down::Event(event),
        Watch::Signals(signals) => Down::Signals(signals),
        Watch::Resumed(resumed) => Down::Resumed(resumed),
        Watch::Reset(reset) => Down::Reset(reset),
        Watch::Progress(progress) => Down::Progress(progress),
        Watch::Ping(ping) => Down::Ping(ping),
        Watch::GoAway(go_away) => Down::GoAway(go_away),
        Watch::SubscriptionEnded(ended) => Down::SubscriptionEnded(ended),
    }
}
