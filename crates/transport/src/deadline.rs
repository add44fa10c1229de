//! Enforces `grpc-timeout` over the response and its whole body, the same on every road.
//!
//! tonic's own timeout is part of its server and ends at the response's headers; a stream would run on past its deadline. On
//! expiry the call is dropped and the answer is, or ends with, DEADLINE_EXCEEDED. Only gRPC and gRPC-Web requests are touched.
//! Put it inside tonic-web's layer, so that the status it appends to a body is translated as well.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::{Layer, Service};

use crate::status::{Code, Status, is_grpc};

const EXPIRED: Status = Status::new(Code::DeadlineExceeded, "the deadline passed");
const MALFORMED: Status = Status::new(Code::InvalidArgument, "grpc-timeout is malformed");

/// See the [module](self).
#[derive(Clone, Copy, Debug, Default)]
pub struct DeadlineLayer {
    default: Option<Duration>,
    cap: Option<Duration>,
}

impl DeadlineLayer {
    /// Calls without `grpc-timeout` have no deadline, and any `grpc-timeout` is kept to.
    pub const fn new() -> Self {
        Self {
            default: None,
            cap: None,
        }
    }

    /// The deadline of calls that name none.
    #[must_use]
    pub const fn with_default(mut self, default: Duration) -> Self {
        self.default = Some(default);
        self
    }

    /// The longest deadline that a client can ask for; what is longer is shortened to it.
    #[must_use]
    pub const fn with_cap(mut self, cap: Duration) -> Self {
        self.cap = Some(cap);
        self
    }

    fn limit(self, headers: &HeaderMap) -> Result<Option<Duration>, Status> {
        if !is_grpc(headers) {
            return Ok(None);
        }
        let mut values = headers.get_all("grpc-timeout").iter();
        let Some(value) = values.next() else {
            return Ok(self.default);
        };
        match (parse(value.as_bytes()), values.next()) {
            (Some(asked), None) => Ok(Some(self.cap.map_or(asked, |cap| asked.min(cap)))),
            (_, Some(_)) | (None, None) => Err(MALFORMED),
        }
    }
}

/// One to eight digits and a unit.
fn parse(value: &[u8]) -> Option<Duration> {
    let (&unit, digits) = value.split_last()?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let amount: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
    match unit {
        b'H' => Some(Duration::from_hours(amount)),
        b'M' => Some(Duration::from_mins(amount)),
        b'S' => Some(Duration::from_secs(amount)),
        b'm' => Some(Duration::from_millis(amount)),
        b'u' => Some(Duration::from_micros(amount)),
        b'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner, layer: *self }
    }
}

/// A service with deadlines.
#[derive(Clone, Debug)]
pub struct Deadline<S> {
    inner: S,
    layer: DeadlineLayer,
}

impl<S, B, R> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<DeadlineBody<R>>;
    type Error = S::Error;
    type Future = DeadlineFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.layer.limit(request.headers()) {
            Ok(limit) => DeadlineFuture {
                inner: Some(self.inner.call(request)),
                deadline: limit.map(|limit| Box::pin(sleep(limit))),
                refusal: EXPIRED,
            },
            Err(refusal) => DeadlineFuture {
                inner: None,
                deadline: None,
                refusal,
            },
        }
    }
}

pin_project! {
    /// The future of [`Deadline`].
    #[derive(Debug)]
    pub struct DeadlineFuture<F> {
        #[pin]
        inner: Option<F>,
        deadline: Option<Pin<Box<Sleep>>>,
        refusal: Status,
    }
}

impl<F, R, E> Future for DeadlineFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<DeadlineBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(inner) = this.inner.as_mut().as_pin_mut() {
            if let Poll::Ready(response) = inner.poll(cx) {
                let deadline = this.deadline.take();
                let wrap = |body| DeadlineBody {
                    inner: Some(body),
                    deadline,
                };
                return Poll::Ready(response.map(|response| response.map(wrap)));
            }
            match this.deadline {
                Some(deadline) => ready!(deadline.as_mut().poll(cx)),
                None => return Poll::Pending,
            }
            this.inner.set(None);
        }
        Poll::Ready(Ok(this.refusal.response(DeadlineBody {
            inner: None,
            deadline: None,
        })))
    }
}

pin_project! {
    /// A body that ends with DEADLINE_EXCEEDED when its call's deadline passes.
    #[derive(Debug)]
    pub struct DeadlineBody<R> {
        #[pin]
        inner: Option<R>,
        deadline: Option<Pin<Box<Sleep>>>,
    }
}

impl<R: Body> Body for DeadlineBody<R> {
    type Data = R::Data;
    type Error = R::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<R::Data>, R::Error>>> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        // The deadline first: a body that always has a frame ready must end too.
        if let Some(deadline) = this.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            this.inner.set(None);
            return Poll::Ready(Some(Ok(Frame::trailers(EXPIRED.headers()))));
        }
        let frame = ready!(inner.poll_frame(cx));
        if frame
            .as_ref()
            .is_none_or(|frame| frame.as_ref().is_ok_and(Frame::is_trailers))
        {
            this.inner.set(None);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            // A length that is promised could not be cut short.
            Some(_) if self.deadline.is_some() => SizeHint::default(),
            Some(inner) => inner.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_parsed_strictly() {
        for (value, expected) in [
            ("1H", Some(Duration::from_hours(1))),
            ("2M", Some(Duration::from_mins(2))),
            ("03S", Some(Duration::from_secs(3))),
            ("200m", Some(Duration::from_millis(200))),
            ("5u", Some(Duration::from_micros(5))),
            ("0n", Some(Duration::ZERO)),
            ("99999999H", Some(Duration::from_hours(99_999_999))),
            ("123456789S", None),
            ("S", None),
            ("", None),
            ("10", None),
            ("1s", None),
            ("-1S", None),
            ("+1S", None),
            ("1.5S", None),
            (" 1S", None),
            ("1 S", None),
        ] {
            assert_eq!(parse(value.as_bytes()), expected, "{value:?}");
        }
    }
}
