//! What waits to be written to a connection: what is small side by side in one buffer, and at most one large payload behind it.
//!
//! An idle connection keeps next to nothing here. Whoever adds asks [`Outbox::is_full`] before.

use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;

/// Payloads up to this size are copied, which costs less than the second slice of a `writev`.
pub(crate) const COPIED: usize = 4 * 1024;
/// From this size on, what waits has to be written before more is added.
const FULL: usize = 16 * 1024;
/// A buffer that is not larger is kept when it is empty.
const KEPT: usize = 512;

#[derive(Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    /// How many of them are written.
    at: usize,
    /// Comes behind them.
    payload: Bytes,
    /// Comes behind the payload.
    tail: &'static [u8],
    /// Whether something was written that may not have left: TLS keeps records.
    unflushed: bool,
    /// Whether somebody was turned away.
    was_full: bool,
}

impl Outbox {
    /// Whether nothing should be added before something is written.
    pub(crate) fn is_full(&mut self) -> bool {
        let is_full = self.has_large() || self.bytes.len() - self.at >= FULL;
        self.was_full |= is_full;
        is_full
    }

    /// Whether somebody was turned away since this was last asked.
    pub(crate) fn was_full(&mut self) -> bool {
        mem::take(&mut self.was_full)
    }

    fn has_large(&self) -> bool {
        !self.payload.is_empty() || !self.tail.is_empty()
    }

    /// The buffer, to append to.
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        if self.has_large() {
            let before = mem::take(&mut self.payload);
            self.bytes.extend_from_slice(&before);
            self.bytes.extend_from_slice(mem::take(&mut self.tail));
        }
        &mut self.bytes
    }

    /// A payload that is not copied, with what comes before and behind it. There must be no other.
    pub(crate) fn large(&mut self, head: &[u8], payload: Bytes, tail: &'static [u8]) {
        self.bytes.extend_from_slice(head);
        self.payload = payload;
        self.tail = tail;
    }

    /// Writes as much as the connection takes; ready when everything has left.
    ///
    /// # Errors
    /// Those of the connection.
    pub(crate) fn poll_write(
        &mut self,
        mut io: Pin<&mut impl AsyncWrite>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.at < self.bytes.len() || self.has_large() {
            let bytes = &self.bytes[self.at..];
            // One slice goes out by `send`, which the kernel takes more cheaply than `writev`.
            let written = if !self.has_large() {
                ready!(io.as_mut().poll_write(cx, bytes))?
            } else if bytes.is_empty() && self.tail.is_empty() {
                ready!(io.as_mut().poll_write(cx, &self.payload))?
            } else {
                let slices = [bytes, &self.payload, self.tail].map(IoSlice::new);
                ready!(io.as_mut().poll_write_vectored(cx, &slices))?
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unflushed = true;
            self.advance(written);
        }
        self.at = 0;
        self.bytes.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        if self.unflushed {
            ready!(io.as_mut().poll_flush(cx))?;
            self.unflushed = false;
        }
        // An empty slice of what was sent would keep it alive.
        self.payload = Bytes::new();
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, written: usize) {
        let of_bytes = written.min(self.bytes.len() - self.at);
        self.at += of_bytes;
        let of_payload = (written - of_bytes).min(self.payload.len());
        self.payload.advance(of_payload);
        self.tail = &self.tail[written - of_bytes - of_payload..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes at most so many bytes at a time, of all slices.
    struct Slow {
        most: usize,
        taken: Vec<u8>,
        writes: usize,
    }

    impl AsyncWrite for Slow {
        fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            let size = all.len().min(self.most);
            self.taken.extend_from_slice(&all[..size]);
            self.writes += 1;
            Poll::Ready(Ok(size))
        }

        fn is_write_vectored(&self) -> bool {
            true
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn everything_leaves_in_order_however_little_is_taken() {
        for most in 1..=12 {
            for appended in [&b""[..], b"more"] {
                let mut io = Slow {
                    most,
                    taken: Vec::new(),
                    writes: 0,
                };
                let mut outbox = Outbox::default();
                outbox.bytes().extend_from_slice(b"one ");
                assert!(!outbox.is_full());
                outbox.large(b"two ", Bytes::from_static(b"three"), b" four ");
                assert!(outbox.is_full() && outbox.was_full() && !outbox.was_full());
                if !appended.is_empty() {
                    outbox.bytes().extend_from_slice(appended);
                }
                let mut cx = Context::from_waker(std::task::Waker::noop());
                let written = outbox.poll_write(Pin::new(&mut io), &mut cx);
                assert!(matches!(written, Poll::Ready(Ok(()))));
                let all = [b"one two three four ", appended].concat();
                assert_eq!((io.taken, io.writes), (all.clone(), all.len().div_ceil(most)));
                assert!(!outbox.is_full() && outbox.bytes().is_empty());
            }
        }
    }

    #[test]
    fn an_empty_buffer_is_kept_only_if_it_is_small() {
        for (size, kept) in [(KEPT, true), (KEPT + 1, false), (FULL, false)] {
            let mut io = Slow {
                most: usize::MAX,
                taken: Vec::new(),
                writes: 0,
            };
            let mut outbox = Outbox::default();
            outbox.bytes().extend_from_slice(&vec![7; size]);
            assert_eq!(outbox.is_full(), size == FULL);
            let mut cx = Context::from_waker(std::task::Waker::noop());
            assert!(outbox.poll_write(Pin::new(&mut io), &mut cx).is_ready());
            assert_eq!(outbox.bytes().capacity() > 0, kept, "{size}");
        }
    }
}
