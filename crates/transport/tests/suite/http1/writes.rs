//! How often a connection is written to: each time costs more than all else of a message.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio::time::{Duration, sleep};
use tokio_util::sync::CancellationToken;
use trivium_transport::Body;
use trivium_transport::http::{Config, serve_connection};

use super::raw::post;
use crate::echo::message;
use crate::harness::channel_body;

/// Counts its writes.
struct Counting(DuplexStream, Arc<AtomicUsize>);

impl AsyncRead for Counting {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counting {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Pin::new(&mut self.0).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_leaves_in_one_write() {
    let (send, body) = channel_body();
    let body = Arc::new(Mutex::new(Some(body)));
    let service = tower::service_fn(move |_: Request<Body>| {
        let body = body.lock().unwrap().take().expect("it is called once");
        async move { Ok::<_, Infallible>(Response::new(body)) }
    });
    let writes = Arc::new(AtomicUsize::new(0));
    let (mut client, server) = duplex(1024 * 1024);
    let config = Arc::new(Config::new("127.0.0.1:0".parse().unwrap()));
    let io = Counting(server, Arc::clone(&writes));
    tokio::spawn(serve_connection(io, service, config, CancellationToken::new()));
    // The head leaves with what is ready when it does.
    send.send(message(b"first")).await.unwrap();
    client.write_all(&post("/", "", b"1")).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(writes.load(Ordering::SeqCst), 1);
    for (count, size, in_all) in [(1, 10, 2), (8, 300, 3), (1, 60_000, 4), (1, 10, 5)] {
        for _ in 0..count {
            send.send(message(&vec![7; size])).await.unwrap();
        }
        sleep(Duration::from_millis(1)).await;
        assert_eq!(writes.load(Ordering::SeqCst), in_all, "{count} of {size} bytes");
    }
}
