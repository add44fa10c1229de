//! One RPC on one stream, from its first byte to the last acknowledgement.
//!
//! Joins [`request`](super::request) and [`response`](super::response) around a call of the service, and ends the call when
//! the client gives up on either half.

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};
use tokio::time::timeout;

use super::request::{self, Broken, RequestBody, Watch};
use super::response::Outbound;
use super::{Config, Context};
use crate::envelope::Fault;
use crate::header_block::{self, is_hop_by_hop};
use crate::service::{Body, RoadService, respond};
use crate::session::{RecvHalf, SendHalf, Stopped};
use crate::status::{Code, GRPC, Status};

/// Serves the RPC on a stream, or answers it with `refusal`.
pub(super) async fn serve<W, R, V>(send: W, mut recv: R, context: Context<V>, refusal: Option<Status>)
where
    W: SendHalf,
    R: RecvHalf,
    V: RoadService,
{
    let mut out = Outbound::new(send);
    let config = context.config.clone();
    let head = match refusal {
        Some(refusal) => Err(End::Answer(refusal)),
        None => read_request(&mut recv, config.header_timeout).await,
    };
    let (mut recv, end) = match head {
        Ok((head, rest)) => {
            let (watch, body) = request::split(recv, rest);
            let end = call(head, body, &watch, &mut out, context).await;
            let recv = watch.close().expect("only this task takes the half back");
            (recv, end)
        }
        Err(end) => (recv, end),
    };
    let answered = match end {
        End::Answered => true,
        End::Answer(status) => out.end_with(status).await.is_ok(),
        End::GivenUp => false,
    };
    if answered {
        linger(&mut recv, out.half().stopped(), &config).await;
    } else {
        out.reset(Code::Cancelled);
        recv.stop(u32::from(Code::Cancelled as u16));
    }
}

/// How a call came to its end.
enum End {
    /// The response is written, or reset by a service that broke it.
    Answered,
    /// The road has to answer.
    Answer(Status),
    /// The client wants no answer.
    GivenUp,
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::GivenUp => Self::GivenUp,
            Broken::Framing(fault) => Self::Answer(Status::new(
                Code::Internal,
                match fault {
                    Fault::NotHeaders(_) | Fault::Flags(_) => "unknown envelope flags",
                    Fault::BlockTooLong(_) => "END_STREAM carries a payload",
                    Fault::Truncated => "the stream ended inside a message",
                },
            )),
        }
    }
}

/// A request without its body, and the bytes that came behind its HEADERS.
type Head = (Request<()>, bytes::Bytes);

async fn read_request<R: RecvHalf>(recv: &mut R, limit: std::time::Duration) -> Result<Head, End> {
    const fn answer(code: Code, message: &'static str) -> End {
        End::Answer(Status::new(code, message))
    }
    let Ok(head) = timeout(limit, request::read_head(recv)).await else {
        return Err(answer(Code::DeadlineExceeded, "HEADERS did not arrive in time"));
    };
    let (block, rest) = head.map_err(|broken| match broken {
        Broken::GivenUp => End::GivenUp,
        Broken::Framing(fault) => match fault {
            Fault::NotHeaders(_) | Fault::Flags(_) => {
                answer(Code::InvalidArgument, "the stream does not begin with HEADERS")
            }
            Fault::Truncated => answer(Code::InvalidArgument, "the stream ended inside HEADERS"),
            Fault::BlockTooLong(_) => answer(Code::ResourceExhausted, "the header block is too long"),
        },
    })?;
    let block =
        header_block::decode(&block).map_err(|_| answer(Code::InvalidArgument, "the header block is malformed"))?;
    let uri = block
        .path
        .filter(|path| path.starts_with('/'))
        .and_then(|path| path.parse::<PathAndQuery>().ok());
    let (Some(uri), None) = (uri, block.status) else {
        return Err(answer(Code::InvalidArgument, ":path is missing or malformed"));
    };
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = Uri::from(uri);
    *request.headers_mut() = end_to_end(block.fields);
    request.headers_mut().insert(http::header::CONTENT_TYPE, GRPC);
    request
        .headers_mut()
        .insert(http::header::TE, HeaderValue::from_static("trailers"));
    Ok((request, rest))
}

fn end_to_end(mut fields: HeaderMap) -> HeaderMap {
    let hop_by_hop: Vec<_> = fields.keys().filter(|name| is_hop_by_hop(name)).cloned().collect();
    for name in hop_by_hop {
        fields.remove(name);
    }
    fields
}

async fn call<W, R, V>(
    head: Request<()>,
    body: RequestBody<R>,
    watch: &Watch<R>,
    out: &mut Outbound<W>,
    context: Context<V>,
) -> End
where
    W: SendHalf,
    R: RecvHalf,
    V: RoadService,
{
    let mut request: Request<Body> = head.map(|()| Body::new(body));
    request.extensions_mut().insert(context.peer);
    request.extensions_mut().insert(context.rtt);
    request.extensions_mut().insert(context.datagrams);
    let stopped = out.half().stopped();
    let response = respond(context.service, request);
    let work = async { out.respond(response.await).await };
    tokio::select! {
        // The service first: what it reads itself need not be read ahead and handed over by a second wake.
        biased;
        written = work => match written {
            Ok(()) => End::Answered,
            Err(_) => End::GivenUp,
        },
        broken = watch.broken() => broken.into(),
        Stopped::Refused = stopped => End::GivenUp,
    }
}

/// Gives the client time to take the answer and to end its half.
async fn linger<R: RecvHalf>(recv: &mut R, taken: impl Future<Output = Stopped>, config: &Config) {
    let discarded = request::discard(recv, config.linger_bytes);
    let both = async { tokio::join!(taken, discarded).1 };
    if !matches!(timeout(config.linger, both).await, Ok(true)) {
        recv.stop(0);
    }
}
