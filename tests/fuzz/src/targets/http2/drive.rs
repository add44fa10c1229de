//! Plays a script against a server in memory, in a time that passes only when there is nothing to do.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::service_fn;
use trivium_transport::{Body, http::serve_connection};

use super::{
    super::paused,
    Script, Step,
    judge::Judge,
    service::{Waiting, serve},
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// In it, everything happens that can happen before the next timer.
const SOON: Duration = Duration::from_millis(1);
/// A client that reads is read from in this time, and by then a connection has ended of which nobody hears any more.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often a connection may be looked at; more than this is a loop.
const TURNS: usize = 200_000;

/// Serves one connection, and panics when something does not hold.
pub(super) fn run(script: Script) {
    paused::play(play(script));
}

async fn play(script: Script) {
    let (client, server) = duplex(script.buffer);
    let (drain, waiting) = (CancellationToken::new(), Waiting::default());
    let (most, calls) = (script.config.max_header_bytes as usize, Arc::clone(&waiting));
    let service = service_fn(move |request: http::Request<Body>| serve(request, most, Arc::clone(&calls)));
    let judge = Judge::new(&script.config);
    let serving = serve_connection(server, service, Arc::new(script.config), drain.clone());
    let serving = tokio::spawn(bounded(serving));
    let (read, write) = split(client);
    let mut client = Client {
        read,
        write,
        space: vec![0; 16 * 1024],
        judge,
        waiting,
        reads: true,
        ended: false,
    };
    client.send(PREFACE).await;
    for step in script.steps {
        match step {
            Step::Send(bytes) => {
                client.judge.said(&bytes);
                client.send(&bytes).await;
            }
            Step::Wait(time) => client.wait(time).await,
            Step::Read(reads) => client.reads = reads,
            Step::Drain => drain.cancel(),
        }
    }
    client.reads = true;
    client.wait(SOON).await;
    if script.closes {
        // The server may have closed it before.
        let _ = client.write.shutdown().await;
    }
    client.wait(PATIENCE).await;
    assert!(client.ended, "the connection does not end");
    let ended = timeout(PATIENCE, serving).await.expect("its task ends");
    ended.expect("it has not panicked");
    assert_eq!(
        client.waiting.load(Ordering::Relaxed),
        0,
        "calls outlive their connection"
    );
}

/// Panics where a future is in a loop, in which time would never pass.
async fn bounded(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut turns = 0;
    poll_fn(|cx| {
        turns += 1;
        assert!(turns < TURNS, "it is looked at again and again");
        future.as_mut().poll(cx)
    })
    .await;
}

struct Client {
    read: ReadHalf<DuplexStream>,
    write: WriteHalf<DuplexStream>,
    space: Vec<u8>,
    judge: Judge,
    waiting: Waiting,
    reads: bool,
    /// The server has closed the connection.
    ended: bool,
}

impl Client {
    /// Sends, and reads what comes meanwhile.
    async fn send(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.ended {
            let patience = if self.reads { PATIENCE } else { SOON };
            tokio::select! {
                biased;
                read = self.read.read(&mut self.space), if self.reads => self.heard(read.unwrap_or_default()),
                written = self.write.write(bytes) => match written {
                    Ok(written) => bytes = &bytes[written..],
                    // Whether it says why can still be read.
                    Err(_) => return,
                },
                () = sleep(patience) => {
                    assert!(!self.reads, "it is neither read from nor closed");
                    self.reads = true;
                }
            }
        }
    }

    async fn wait(&mut self, time: Duration) {
        let until = Instant::now() + time;
        loop {
            tokio::select! {
                biased;
                read = self.read.read(&mut self.space), if self.reads && !self.ended => {
                    self.heard(read.unwrap_or_default());
                }
                () = sleep_until(until) => break,
            }
        }
        if self.reads && !self.ended && !time.is_zero() {
            self.judge.settled(self.waiting.load(Ordering::Relaxed));
        }
    }

    /// So many bytes of the space were read; none are the end.
    fn heard(&mut self, read: usize) {
        self.judge.heard(&self.space[..read]);
        self.ended |= read == 0;
    }
}
