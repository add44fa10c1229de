//! Plays bytes against a server in memory, in a time that passes only when there is nothing to do.

use std::{fmt, mem, net::Ipv4Addr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, duplex, split},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::service_fn;
use trivium_transport::http::{Config, serve_connection};

use super::{
    super::paused,
    service::{Seen, keep, serve},
};

/// In it, everything happens that can happen before the next timer.
const SOON: Duration = Duration::from_millis(1);
/// No timer is as long but those that are set so.
const LONG: Duration = Duration::from_hours(1);
/// Bytes that are under way where nothing is to wait for them.
const ROOM: usize = 8 * 1024 * 1024;
/// And where something is.
const LITTLE: usize = 300;
/// Bytes that hyper may have read of what nobody takes: its buffer, and a piece of a body.
const HYPER: usize = 64 * 1024;

/// What came of a connection.
#[derive(PartialEq, Eq)]
pub(super) struct Answered {
    /// Everything that the server has written, without dates and interim answers.
    pub(super) bytes: Vec<u8>,
    pub(super) seen: Vec<String>,
}

impl Answered {
    /// Without the last answer if hyper has refused a request with it. Where half of one has come when the client closes, or it comes
    /// when an answer has not left, it depends on the cuts whether hyper says so.
    pub(super) fn without_refusal(mut self) -> Self {
        const REFUSALS: [&[u8]; 3] = [
            b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 414 URI Too Long\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        ];
        let refusal = REFUSALS.iter().find(|refusal| self.bytes.ends_with(refusal));
        let length = refusal.map_or(0, |refusal| refusal.len());
        self.bytes.truncate(self.bytes.len() - length);
        self
    }
}

/// Legible: of bytes that repeat themselves, as those of bodies do, one is shown.
impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.bytes.clone();
        bytes.dedup();
        write!(f, "{}; seen {:#?}", bytes.escape_ascii(), self.seen)
    }
}

fn config(small: bool) -> Config {
    let mut config = Config::new((Ipv4Addr::LOCALHOST, 0).into());
    // Who is slow because of the cuts is not to be told from who is not.
    config.header_timeout = LONG;
    config.handshake_timeout = LONG;
    if small {
        config.max_header_bytes = 1_024;
        config.stream_window = 5_000;
    }
    config
}

/// Sends the bytes in pieces that end at these places, and then closes.
pub(super) fn answered(bytes: &[u8], cuts: &[usize], small: bool) -> Answered {
    paused::play(async {
        let (client, server) = duplex(ROOM);
        let seen = Seen::default();
        let noted = Arc::clone(&seen);
        let service = service_fn(move |request| serve(request, Arc::clone(&noted)));
        let serving = serve_connection(server, service, Arc::new(config(small)), CancellationToken::new());
        let serving = tokio::spawn(serving);
        let (read, mut write) = split(client);
        let reading = tokio::spawn(all(read));
        let mut at = 0;
        for end in cuts.iter().copied().chain([bytes.len()]) {
            // It may have been closed.
            let _ = write.write_all(&bytes[at..end]).await;
            at = end;
            sleep(SOON).await;
        }
        let _ = write.shutdown().await;
        ends(serving, LONG).await;
        let bytes = timeout(LONG, reading).await.expect("it ends").expect("it is read");
        let seen = mem::take(&mut *seen.lock().expect("nobody has panicked"));
        Answered {
            bytes: without_times(&bytes),
            seen,
        }
    })
}

/// Sends the bytes and more of them to a service that reads nothing: little is taken, and the connection can be drained.
pub(super) fn unanswered(bytes: &[u8], small: bool) {
    paused::play(async {
        let (client, server) = duplex(LITTLE);
        let config = Arc::new(config(small));
        let (drain, patience) = (CancellationToken::new(), config.drain_timeout);
        let most = LITTLE + HYPER + config.stream_window as usize + 2 * config.max_header_bytes as usize;
        let serving = serve_connection(server, service_fn(keep), Arc::clone(&config), drain.clone());
        let serving = tokio::spawn(serving);
        let (read, mut write) = split(client);
        let reading = tokio::spawn(all(read));
        let endless = bytes.iter().copied().chain(std::iter::repeat_n(b'x', 2 * most));
        let endless: Vec<u8> = endless.collect();
        let mut taken = 0;
        while taken < endless.len() {
            let piece = &endless[taken..endless.len().min(taken + 1_000)];
            let Ok(Ok(written)) = timeout(SOON, write.write(piece)).await else {
                break;
            };
            taken += written;
        }
        assert!(
            taken <= most || serving.is_finished(),
            "{taken} bytes are taken, which nobody reads"
        );
        drain.cancel();
        ends(serving, patience + SOON).await;
        timeout(LONG, reading).await.expect("it ends").expect("it is read");
    });
}

async fn ends(serving: JoinHandle<()>, time: Duration) {
    let ended = timeout(time, serving).await.expect("the connection ends");
    ended.expect("it has not panicked");
}

async fn all(mut read: ReadHalf<DuplexStream>) -> Vec<u8> {
    let mut bytes = Vec::new();
    read.read_to_end(&mut bytes)
        .await
        .expect("a connection in memory does not fail");
    bytes
}

/// Without dates, and without interim answers, of which hyper gives none to who does not wait for them.
fn without_times(bytes: &[u8]) -> Vec<u8> {
    const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut rest = bytes;
    let mut kept = Vec::with_capacity(bytes.len());
    while let Some(byte) = rest.first() {
        if let Some(behind) = rest.strip_prefix(INTERIM) {
            rest = behind;
        } else if rest.starts_with(b"date: ") {
            let end = rest.windows(2).position(|end| end == b"\r\n");
            rest = &rest[end.map_or(rest.len(), |end| end + 2)..];
        } else {
            kept.push(*byte);
            rest = &rest[1..];
        }
    }
    kept
}
