//! One call on one stream, seen from the client.
//!
//! Two halves that end together. A task of the call's own opens the stream and writes the request, because the caller may be
//! waiting for the answer instead of polling; the answer's body reads. [`Done`] joins them: sent when the answer is complete, which lets
//! the task send FIN; dropped before that, which makes it RESET the stream with CANCELLED.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame};
use tokio::sync::oneshot;

use crate::batch::{Filled, fill};
use crate::envelope::{END, Fault, HEADERS, HeadReader, Scanner, prefix};
use crate::header_block::{self, BlockError};
use crate::service::BoxError;
use crate::session::{Opens, RecvHalf, SendHalf, StreamError};
use crate::status::{Code, GRPC, GRPC_STATUS, Status};

/// Most bytes taken from the stream at once.
const MAX_READ: usize = 64 * 1024;

type Done = oneshot::Sender<()>;

/// Makes a call. Dropping the future, or the body of the response, cancels it.
///
/// `keep` is held for as long as the call lasts.
pub(super) async fn start<S, B>(
    session: S,
    keep: impl Send + 'static,
    request: Request<B>,
) -> Response<ResponseBody<S::Recv>>
where
    S: Opens,
    B: Body<Data = Bytes> + Send + 'static,
{
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let Ok(head) = header_block::encode(HEADERS, Some((":path", path)), &head.headers) else {
        return Status::new(Code::ResourceExhausted, "the metadata is too long").response(ResponseBody::empty());
    };
    let (done, answered) = oneshot::channel();
    let (opened, stream) = oneshot::channel();
    tokio::spawn(async move {
        upload(session, head, body, opened, answered).await;
        drop(keep);
    });
    let Ok(download) = stream.await else {
        return lost().response(ResponseBody::empty());
    };
    let mut body = ResponseBody(Some(Open {
        download,
        done,
        rest: Bytes::new(),
        scanner: Scanner::for_responses(),
    }));
    match body.read_head().await {
        Ok(response) => response.map(|()| body),
        Err(status) => {
            let mut response = Response::new(body);
            *response.headers_mut() = status;
            response
        }
    }
}

fn lost() -> Status {
    Status::new(Code::Unavailable, "the session is gone")
}

/// Resets when dropped before the answer is complete.
struct Upload<W: SendHalf>(W, bool);

impl<W: SendHalf> Drop for Upload<W> {
    fn drop(&mut self) {
        if self.1 {
            self.0.finish();
        } else {
            self.0.reset(u32::from(Code::Cancelled as u16));
        }
    }
}

/// Tells the server to stop when dropped before the answer is complete.
struct Download<R: RecvHalf>(R, bool);

impl<R: RecvHalf> Drop for Download<R> {
    fn drop(&mut self) {
        if self.1 {
            // Most often the FIN is here already, and a stack that has read it need not stop the server.
            let _ = self.0.poll_chunk(&mut Context::from_waker(Waker::noop()), MAX_READ);
        } else {
            self.0.stop(u32::from(Code::Cancelled as u16));
        }
    }
}

/// Opens the stream, writes the request, and waits for the end of the answer. Never cancelled while it opens: a server may take a
/// stream that is abandoned inside its WebTransport preamble for an error of the whole connection.
async fn upload<S, B>(
    session: S,
    head: Bytes,
    body: B,
    opened: oneshot::Sender<Download<S::Recv>>,
    answered: oneshot::Receiver<()>,
) where
    S: Opens,
    B: Body<Data = Bytes>,
{
    let Ok((send, recv)) = session.open_bi().await else {
        return;
    };
    let mut upload = Upload(send, false);
    if opened.send(Download(recv, false)).is_err() {
        return;
    }
    let mut answered = pin!(answered);
    let written = tokio::select! {
        biased;
        end = &mut answered => {
            upload.1 = end.is_ok();
            return;
        }
        written = write(&mut upload.0, head, body) => written,
    };
    if written {
        upload.1 = answered.await.is_ok();
    }
}

/// Whether the request was written, or the server stopped it, which leaves the answer to say why.
async fn write<W: SendHalf, B: Body<Data = Bytes>>(send: &mut W, head: Bytes, body: B) -> bool {
    let mut scanner = Scanner::for_requests();
    let mut batch = vec![head];
    let mut body = pin!(body);
    loop {
        let ended = match fill(body.as_mut(), &mut batch, &mut scanner).await {
            Filled::More => false,
            Filled::Ended(_) => true,
            Filled::Broken => return false,
        };
        if ended {
            batch.push(Bytes::copy_from_slice(&prefix(END, 0)));
        }
        if send.write(&mut batch).await.is_err() || ended {
            return true;
        }
        batch.clear();
    }
}

/// The body of an answer; its last frame is the trailers. Dropping it before them cancels the call.
pub struct ResponseBody<R: RecvHalf>(Option<Open<R>>);

struct Open<R: RecvHalf> {
    download: Download<R>,
    done: Done,
    rest: Bytes,
    scanner: Scanner,
}

/// An answer that breaks the wire format.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error(transparent)]
    Framing(#[from] Fault),
    #[error(transparent)]
    Trailers(#[from] BlockError),
    #[error("the answer ended without a status")]
    NoStatus,
}

impl<R: RecvHalf> std::fmt::Debug for ResponseBody<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseBody")
            .field("ended", &self.0.is_none())
            .finish_non_exhaustive()
    }
}

impl<R: RecvHalf> ResponseBody<R> {
    const fn empty() -> Self {
        Self(None)
    }

    /// Reads HEADERS; `Err` is a status in place of an answer.
    async fn read_head(&mut self) -> Result<Response<()>, HeaderMap> {
        let mut reader = HeadReader::default();
        let malformed = Status::new(Code::Internal, "the answer does not begin with HEADERS");
        loop {
            let Some(open) = &mut self.0 else {
                return Err(malformed.headers());
            };
            let mut chunk = match poll_fn(|cx| open.download.0.poll_chunk(cx, MAX_READ)).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Err(self.fail(malformed.headers())),
                Err(error) => return Err(self.fail(broken_off(error))),
            };
            let block = match reader.feed(&mut chunk) {
                Ok(None) => continue,
                Ok(Some(block)) => header_block::decode(&block),
                Err(_) => return Err(self.fail(malformed.headers())),
            };
            let Ok(block) = block else {
                return Err(self.fail(malformed.headers()));
            };
            open.rest = chunk;
            return self.head(block.status, block.fields);
        }
    }

    fn head(&mut self, status: Option<u16>, mut fields: HeaderMap) -> Result<Response<()>, HeaderMap> {
        // The same to every caller, whatever road it came on.
        fields.insert(CONTENT_TYPE, GRPC);
        if fields.contains_key(GRPC_STATUS) {
            self.complete();
        } else if status.is_some_and(|status| status != 200) {
            let status = status
                .and_then(|status| StatusCode::from_u16(status).ok())
                .unwrap_or_default();
            return Err(self.fail(Status::from_http(status).headers()));
        }
        let mut response = Response::new(());
        *response.headers_mut() = fields;
        Ok(response)
    }

    /// The answer is complete: the request half may end in good order.
    fn complete(&mut self) {
        if let Some(mut open) = self.0.take() {
            open.download.1 = true;
            let _ = open.done.send(());
        }
    }

    /// The answer will not be complete.
    fn fail(&mut self, status: HeaderMap) -> HeaderMap {
        self.0 = None;
        status
    }
}

/// The status of a stream that broke off.
fn broken_off(error: StreamError) -> HeaderMap {
    match error {
        StreamError::Lost => lost().headers(),
        StreamError::Peer(code) => {
            let mut headers = Status::new(Code::Internal, "the server reset the stream").headers();
            if let Some(code @ 1..=16) = code {
                headers.insert(GRPC_STATUS, HeaderValue::from(code));
            }
            headers
        }
    }
}

impl<R: RecvHalf + Unpin> Body for ResponseBody<R> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(open) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let malformed = match ready!(open.poll(cx)) {
            Ok(Next::Messages(messages)) => return Poll::Ready(Some(Ok(Frame::data(messages)))),
            Ok(Next::Trailers(trailers)) => {
                self.complete();
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            Ok(Next::BrokenOff(error)) => {
                let trailers = self.fail(broken_off(error));
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            Err(malformed) => malformed,
        };
        self.0 = None;
        Poll::Ready(Some(Err(malformed.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

enum Next {
    Messages(Bytes),
    Trailers(HeaderMap),
    BrokenOff(StreamError),
}

impl<R: RecvHalf> Open<R> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Next, Malformed>> {
        loop {
            while !self.rest.is_empty() {
                let messages = self.scanner.feed(&mut self.rest)?;
                if let Some(block) = self.scanner.end() {
                    return Poll::Ready(Ok(Next::Trailers(header_block::decode(block)?.fields)));
                }
                if !messages.is_empty() {
                    return Poll::Ready(Ok(Next::Messages(messages)));
                }
            }
            match ready!(self.download.0.poll_chunk(cx, MAX_READ)) {
                Ok(Some(chunk)) => self.rest = chunk,
                Ok(None) => return Poll::Ready(Err(Malformed::NoStatus)),
                Err(error) => return Poll::Ready(Ok(Next::BrokenOff(error))),
            }
        }
    }
}
