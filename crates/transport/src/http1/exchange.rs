//! One request and its answer: what a connection does from behind a head until it can read the next one.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncRead, AsyncWrite};

use super::answer::Progress;
use super::connection::{Connection, Error, Outcome, Phase, Step};
use crate::http::{DRAIN_BYTES, DRAIN_TIME};
use crate::read::poll_read;
use crate::service::{Body, BoxError, Call};

impl<T, F, B> Connection<T, F, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    /// Receives the request and answers it.
    pub(super) fn call(&mut self, cx: &mut Context<'_>) -> Result<Step, Error> {
        let Phase::Call(receiving, answer) = &mut self.phase else {
            return Ok(Step::Done);
        };
        let mut room = receiving.room(cx);
        let at_hand = room.min(self.rest.len());
        if at_hand > 0 {
            receiving.push(&self.rest[..at_hand]);
            room -= at_hand;
            consume(&mut self.rest, at_hand);
        }
        let io = Pin::new(&mut self.io);
        let rest = &mut self.rest;
        let read = if receiving.left() == 0 {
            let room = (self.config.max_header_bytes as usize).saturating_sub(rest.len());
            poll_some(io, cx, room, |bytes| rest.extend_from_slice(bytes))?
        } else {
            poll_some(io, cx, room, |bytes| receiving.push(bytes))?
        };
        if matches!(read, Poll::Ready(0)) {
            return Ok(Step::Over(Outcome::Ended));
        }
        let left = receiving.left();
        let progress = answer.poll(self.going || left > 0, &mut self.out, cx);
        if progress == Progress::Begun {
            // What follows the head is mostly made by a task that is awake by now, and leaves with it if that has its turn first.
            cx.waker().wake_by_ref();
            return Ok(Step::Waiting);
        }
        if progress == Progress::Waiting {
            let written = self.out.poll_write(Pin::new(&mut self.io), cx)?.is_ready();
            // Where too much was waiting to be written, the body was not asked for more.
            let held_back = written && self.out.was_full();
            return Ok(if read.is_ready() || held_back {
                Step::Done
            } else {
                Step::Waiting
            });
        }
        self.phase = Phase::Answered {
            left,
            patience: DRAIN_BYTES,
            close: answer.closes() || progress == Progress::Failed,
        };
        Ok(Step::Done)
    }

    /// Writes what is left of an answer, and throws away what is left of its request. A client that is still sending may read only
    /// when it has sent everything, so both at once; and it gets a reset instead of the answer if it is not read from.
    pub(super) fn answered(&mut self, cx: &mut Context<'_>) -> Result<Step, Error> {
        let Phase::Answered { left, patience, close } = &mut self.phase else {
            return Ok(Step::Done);
        };
        let written = self.out.poll_write(Pin::new(&mut self.io), cx)?.is_ready();
        if *left == 0 {
            if !written {
                return Ok(Step::Waiting);
            }
            self.phase = if *close || self.going {
                Phase::Closing
            } else {
                Phase::Head
            };
            return Ok(Step::Done);
        }
        let most = usize::try_from(*left).unwrap_or(usize::MAX);
        let at_hand = most.min(self.rest.len());
        let read = if at_hand > 0 {
            consume(&mut self.rest, at_hand);
            Poll::Ready(at_hand)
        } else {
            poll_some(Pin::new(&mut self.io), cx, most, |_| ())?
        };
        let Poll::Ready(read) = read else {
            return match self.poll_timer(DRAIN_TIME, cx) {
                Poll::Ready(()) => Err(Error::Unread),
                Poll::Pending => Ok(Step::Waiting),
            };
        };
        *left -= read as u64;
        *patience = patience.saturating_sub(read);
        if *patience == 0 {
            return Err(Error::Unread);
        }
        Ok(if read == 0 {
            Step::Over(Outcome::Ended)
        } else {
            Step::Done
        })
    }
}

/// Forgets bytes that were read, and gives back their memory: a call may stand for hours.
pub(super) fn consume(read: &mut Vec<u8>, bytes: usize) {
    read.drain(..bytes);
    read.shrink_to_fit();
}

/// Reads once, if there is room for anything.
fn poll_some(
    io: Pin<&mut impl AsyncRead>,
    cx: &mut Context<'_>,
    room: usize,
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    if room == 0 {
        return Poll::Pending;
    }
    poll_read(io, cx, room, take)
}

#[cfg(test)]
mod tests {
    use super::consume;

    #[test]
    fn what_is_consumed_takes_no_memory() {
        for (rest, most) in [(0, 0), (10, 100)] {
            let mut read = vec![7; 4_000];
            consume(&mut read, 4_000 - rest);
            assert_eq!(read.len(), rest);
            assert!(read.capacity() <= most, "{} bytes for {rest}", read.capacity());
        }
    }
}
