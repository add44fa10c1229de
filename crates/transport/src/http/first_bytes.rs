//! Bounds the time until a connection has shown which protocol it speaks.
//!
//! hyper reads up to 24 bytes, the HTTP/2 preface, before any of its own timers runs. After that, HTTP/1.1's header timeout and
//! HTTP/2's keep-alive take over.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose first bytes have to come in time.
pub(super) struct FirstBytes<T> {
    io: T,
    /// `None` once the protocol is known.
    deadline: Option<Pin<Box<Sleep>>>,
    /// How many bytes of the preface were seen.
    seen: usize,
}

impl<T> FirstBytes<T> {
    pub(super) fn new(io: T, limit: Duration) -> Self {
        Self {
            io,
            deadline: Some(Box::pin(sleep(limit))),
            seen: 0,
        }
    }

    /// Whether `bytes`, the next ones, leave no doubt about the protocol.
    fn decides(&mut self, bytes: &[u8]) -> bool {
        let expected = &PREFACE[self.seen..];
        self.seen += bytes.len().min(expected.len());
        self.seen == PREFACE.len() || !expected.starts_with(bytes)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for FirstBytes<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        let Some(deadline) = &mut self.deadline else {
            return read;
        };
        if read.is_pending() {
            ready!(deadline.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let bytes = &buf.filled()[before..];
        if bytes.is_empty() || self.decides(bytes) {
            self.deadline = None;
        }
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for FirstBytes<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // Most writes are one small frame, which the kernel takes more cheaply by send than by writev.
        match slices {
            [one] => Pin::new(&mut self.io).poll_write(cx, one),
            many => Pin::new(&mut self.io).poll_write_vectored(cx, many),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// Sends `pieces` a second apart and reads until `limit` seconds have passed; whether the connection is still good.
    async fn survives(pieces: &[&[u8]], limit: u64) -> bool {
        let (mut client, server) = duplex(64);
        let mut server = FirstBytes::new(server, Duration::from_secs(5));
        let sending = async {
            for piece in pieces {
                client.write_all(piece).await.unwrap();
                sleep(Duration::from_secs(1)).await;
            }
            std::future::pending::<()>().await;
        };
        let reading = async { while server.read(&mut [0; 64]).await.is_ok() {} };
        tokio::select! {
            () = sending => unreachable!("it never ends"),
            () = reading => false,
            () = sleep(Duration::from_secs(limit)) => true,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_an_undecided_connection_is_cut() {
        for (pieces, good) in [
            (&[][..], false),
            (&[b"PRI * HT".as_slice(), b"TP/2.0"], false),
            (&[b"P", b"R", b"I", b" ", b"*", b" ", b"H"], false),
            (&[b"P", b"UT / HTTP"], true),
            (&[b"GET"], true),
            (&[PREFACE], true),
            (&[&PREFACE[..10], &PREFACE[10..]], true),
            (&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore"], true),
        ] {
            assert!(survives(pieces, 4).await, "nothing is cut early: {pieces:?}");
            assert_eq!(survives(pieces, 60).await, good, "{pieces:?}");
        }
    }
}
