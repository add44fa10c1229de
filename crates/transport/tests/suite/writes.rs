//! How often a connection is written to: each time costs more than all else of a message.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio::time::{Duration, sleep};
use tokio_util::sync::CancellationToken;
use trivium_transport::http::{Config, serve_connection};
use trivium_transport::{Body, RoadService};

use crate::echo::message;
use crate::harness::channel_body;
use crate::http1::post;

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

/// Serves a connection, and sends it `begin`: what writes count, and the client's side.
async fn counted<S: RoadService>(service: S, begin: &[u8]) -> (Arc<AtomicUsize>, DuplexStream) {
    let writes = Arc::new(AtomicUsize::new(0));
    let (mut client, server) = duplex(1024 * 1024);
    let config = Arc::new(Config::new("127.0.0.1:0".parse().unwrap()));
    let io = Counting(server, Arc::clone(&writes));
    tokio::spawn(serve_connection(io, service, config, CancellationToken::new()));
    client.write_all(begin).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    (writes, client)
}

/// A call on HTTP/2, from the preface on: SETTINGS, HEADERS of `POST /`, and DATA.
fn post_on_http2() -> Vec<u8> {
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        let length = u8::try_from(payload.len()).expect("short");
        [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
    };
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        frame(4, 0, 0, b""),
        // Three fields of HPACK's static table.
        frame(1, 4, 1, b"\x83\x86\x84"),
        frame(0, 1, 1, b"1"),
    ]
    .concat()
}

/// As of a stream, whose driver is a task that the call begins.
#[tokio::test(start_paused = true)]
async fn what_a_task_makes_at_once_leaves_with_the_head() {
    for begin in [post("/", "", b"1"), post_on_http2()] {
        let service = tower::service_fn(move |_: Request<Body>| {
            let (send, body) = channel_body();
            tokio::spawn(async move {
                send.send(message(b"first")).await.unwrap();
                // The body goes on.
                std::future::pending::<()>().await;
            });
            async move { Ok::<_, Infallible>(Response::new(body)) }
        });
        let (writes, mut client) = counted(service, &begin).await;
        assert_eq!(writes.load(Ordering::SeqCst), 1);
        let mut read = vec![0; 4_096];
        let size = client.read(&mut read).await.unwrap();
        assert!(read[..size].windows(5).any(|part| part == b"first"));
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
    // The head leaves with what is ready when it does.
    send.send(message(b"first")).await.unwrap();
    let (writes, _client) = counted(service, &post("/", "", b"1")).await;
    assert_eq!(writes.load(Ordering::SeqCst), 1);
    for (count, size, in_all) in [(1, 10, 2), (8, 300, 3), (1, 60_000, 4), (1, 10, 5)] {
        for _ in 0..count {
            send.send(message(&vec![7; size])).await.unwrap();
        }
        sleep(Duration::from_millis(1)).await;
        assert_eq!(writes.load(Ordering::SeqCst), in_all, "{count} of {size} bytes");
    }
}
