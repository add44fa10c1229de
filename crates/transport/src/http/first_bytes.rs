//! Tells HTTP/1.1 from HTTP/2 by a connection's first bytes, within a bound of time.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use crate::h2::PREFACE;
use crate::read::{SPACE, poll_read};

/// The protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum First {
    /// With what was read of it.
    Http1(Vec<u8>),
    /// With what was read behind its preface.
    Http2(Vec<u8>),
}

/// Reads until there is no doubt.
///
/// # Errors
/// Those of the connection; `TimedOut` if the bytes do not come in time, `UnexpectedEof` if they will not come at all.
pub(super) async fn first_bytes(io: &mut (impl AsyncRead + Unpin), limit: Duration) -> io::Result<First> {
    let reading = async {
        let mut read = Vec::new();
        loop {
            if poll_fn(|cx| poll_read(Pin::new(&mut *io), cx, SPACE, |bytes| read.extend_from_slice(bytes))).await? == 0
            {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(behind) = read.strip_prefix(PREFACE) {
                return Ok(First::Http2(behind.to_vec()));
            }
            if !PREFACE.starts_with(&read) {
                return Ok(First::Http1(read));
            }
        }
    };
    timeout(limit, reading).await?
}

/// A connection of which something has been read already.
pub(super) struct Reread<T> {
    io: T,
    read: Vec<u8>,
}

impl<T> Reread<T> {
    pub(super) fn new(io: T, read: Vec<u8>) -> Self {
        Self { io, read }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Reread<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.io).poll_read(cx, buf);
        }
        let size = self.read.len().min(buf.remaining());
        buf.put_slice(&self.read[..size]);
        if size == self.read.len() {
            self.read = Vec::new();
            // With what follows, if it is there: for a head in two parts hyper makes its buffer twice as large, for good. A
            // connection that has failed says so again, or that it is at its end.
            let _ = Pin::new(&mut self.io).poll_read(cx, buf);
        } else {
            self.read.drain(..size);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Reread<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // Most writes are one small chunk, which the kernel takes more cheaply by send than by writev.
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
    use tokio::time::{Instant, sleep};

    /// What `pieces`, sent a second apart, are taken for.
    async fn decided(pieces: &[&[u8]]) -> io::Result<First> {
        let (mut client, mut server) = duplex(64);
        let sending = async {
            for piece in pieces {
                client.write_all(piece).await.unwrap();
                sleep(Duration::from_secs(1)).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = sending => unreachable!("it never ends"),
            first = first_bytes(&mut server, Duration::from_secs(5)) => first,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_an_undecided_connection_is_cut() {
        for pieces in [
            &[][..],
            &[b"PRI * HT".as_slice(), b"TP/2.0"],
            &[b"P", b"R", b"I", b" ", b"*", b" ", b"H"],
        ] {
            let begin = Instant::now();
            let error = decided(pieces).await.expect_err("it is undecided");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{pieces:?}");
            assert_eq!(begin.elapsed().as_secs(), 5, "{pieces:?}");
        }
        for (pieces, first) in [
            (
                &[b"P".as_slice(), b"UT / HTTP"][..],
                First::Http1(b"PUT / HTTP".to_vec()),
            ),
            (&[b"GET"], First::Http1(b"GET".to_vec())),
            (&[PREFACE], First::Http2(Vec::new())),
            (&[&PREFACE[..10], &PREFACE[10..]], First::Http2(Vec::new())),
            (
                &[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore"],
                First::Http2(b"more".to_vec()),
            ),
            (
                &[b"PRI * HTTP/2.0\r\n\r\nSM", b"\r\n\r\nmore"],
                First::Http2(b"more".to_vec()),
            ),
        ] {
            assert_eq!(decided(pieces).await.expect("it is decided"), first);
        }
    }

    #[tokio::test]
    async fn what_was_read_is_read_again() {
        let mut io = Reread::new(&b" and the rest"[..], b"the beginning".to_vec());
        let (mut head, mut rest) = ([0; 5], [0; 64]);
        io.read_exact(&mut head).await.unwrap();
        let size = io.read(&mut rest).await.unwrap();
        assert_eq!((&head, &rest[..size]), (b"the b", &b"eginning and the rest"[..]));
        assert_eq!(io.read(&mut rest).await.unwrap(), 0);
    }
}
