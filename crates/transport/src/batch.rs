//! Gathers the frames of a body that are ready, so that they leave in one write.
//!
//! Used by both writers of streams, the bridge's response and the client's request.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;

use crate::envelope::Scanner;

/// Frames are gathered up to this many bytes.
const MAX_BATCH: usize = 64 * 1024;

/// What gathering came to.
pub(crate) enum Filled {
    /// The batch has something and nothing more is ready, or it is full.
    More,
    /// The body ended between two messages, with trailers or without.
    Ended(Option<HeaderMap>),
    /// The body failed, or is not a sequence of messages.
    Broken,
}

/// Gathers what is ready into `batch`; waits only while it is empty. `scanner` follows the messages. Cancel-safe, what was
/// gathered stays in `batch`.
pub(crate) async fn fill<B>(mut body: Pin<&mut B>, batch: &mut Vec<Bytes>, scanner: &mut Scanner) -> Filled
where
    B: Body<Data = Bytes>,
{
    let mut size = 0;
    poll_fn(|cx| {
        while size < MAX_BATCH {
            let frame = match body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(None) if scanner.at_boundary() => return Poll::Ready(Filled::Ended(None)),
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Filled::Broken),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Filled::More),
            };
            match frame.into_data() {
                Ok(data) => {
                    let mut left = data.clone();
                    if scanner.feed(&mut left).is_err() || !left.is_empty() || scanner.end().is_some() {
                        return Poll::Ready(Filled::Broken);
                    }
                    size += data.len();
                    if !data.is_empty() {
                        batch.push(data);
                    }
                }
                Err(frame) => match frame.into_trailers() {
                    Ok(trailers) if scanner.at_boundary() => return Poll::Ready(Filled::Ended(Some(trailers))),
                    Ok(_) | Err(_) => return Poll::Ready(Filled::Broken),
                },
            }
        }
        Poll::Ready(Filled::More)
    })
    .await
}
