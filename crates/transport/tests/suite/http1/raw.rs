//! A client that writes bytes and takes answers apart without the code under test.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::{HeaderMap, HeaderName};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use trivium_transport::RoadService;
use trivium_transport::http::{Config, serve_connection};

use super::LATER;
use crate::echo::Probe;
use crate::harness::service;

/// A served connection.
pub(super) struct Raw {
    read: Reading,
    write: Writing,
    pub(super) probe: Arc<Probe>,
    pub(super) shutdown: CancellationToken,
    pub(super) task: JoinHandle<()>,
}

pub(super) struct Reading {
    io: ReadHalf<DuplexStream>,
    rest: Vec<u8>,
}

pub(super) struct Writing(WriteHalf<DuplexStream>);

/// One answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) fields: HeaderMap,
    pub(super) body: Vec<u8>,
    /// How many chunks it came in, if it did.
    pub(super) chunks: Option<usize>,
}

impl Answer {
    pub(super) fn says_close(&self) -> bool {
        self.fields.get("connection").is_some_and(|value| value == "close")
    }
}

/// A call, with more lines in its head.
pub(crate) fn post(path: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: example\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: {}\r\n{lines}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// What is hyper's.
pub(super) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: example\r\n\r\n").into_bytes()
}

impl Raw {
    /// So many bytes are under way in each direction.
    pub(super) fn start(buffer: usize, configure: impl FnOnce(&mut Config)) -> Self {
        let probe = Arc::new(Probe::default());
        Self::serving(service(&probe), probe, buffer, configure)
    }

    pub(super) fn serving(
        service: impl RoadService,
        probe: Arc<Probe>,
        buffer: usize,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config::new("127.0.0.1:0".parse().unwrap());
        configure(&mut config);
        let (client, server) = duplex(buffer);
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(serve_connection(server, service, Arc::new(config), shutdown.clone()));
        let (read, write) = split(client);
        Self {
            read: Reading {
                io: read,
                rest: Vec::new(),
            },
            write: Writing(write),
            probe,
            shutdown,
            task,
        }
    }

    pub(super) fn split(&mut self) -> (&mut Reading, &mut Writing) {
        (&mut self.read, &mut self.write)
    }

    pub(super) fn active(&self) -> usize {
        self.probe.active.load(Ordering::SeqCst)
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.write.send(bytes).await;
    }

    pub(super) async fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write.0.write_all(bytes).await
    }

    pub(super) async fn answer(&mut self) -> Answer {
        timeout(LATER, self.read.answer()).await.expect("an answer")
    }

    /// Everything until the server closes the connection.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        timeout(LATER, self.read.io.read_to_end(&mut self.read.rest))
            .await
            .expect("an end")
            .unwrap();
        std::mem::take(&mut self.read.rest)
    }

    /// Closes the client's side.
    pub(super) async fn close(&mut self) -> io::Result<()> {
        self.write.0.shutdown().await
    }
}

impl Writing {
    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// How many bytes are taken before the connection is closed.
    pub(super) async fn until_refused(&mut self) -> usize {
        let mut taken = 0;
        while let Ok(written) = self.0.write(&[7; 1_000]).await {
            taken += written;
        }
        taken
    }

    /// How many bytes are taken before nobody takes any more.
    pub(super) async fn fill(&mut self) -> usize {
        let mut taken = 0;
        while let Ok(written) = timeout(LATER, self.0.write(&[7; 1_000])).await {
            taken += written.unwrap();
        }
        taken
    }
}

impl Reading {
    async fn more(&mut self) {
        assert!(self.io.read_buf(&mut self.rest).await.unwrap() > 0, "it is cut off");
    }

    async fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.rest.windows(2).position(|bytes| bytes == b"\r\n") {
                let line = self.rest.drain(..end + 2).take(end).collect();
                return String::from_utf8(line).unwrap();
            }
            self.more().await;
        }
    }

    async fn bytes(&mut self, size: usize) -> Vec<u8> {
        while self.rest.len() < size {
            self.more().await;
        }
        self.rest.drain(..size).collect()
    }

    /// The head of an answer.
    pub(super) async fn head(&mut self) -> Answer {
        let line = self.line().await;
        let status = line.strip_prefix("HTTP/1.1 ").unwrap().split(' ').next().unwrap();
        let mut fields = HeaderMap::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "");
                break;
            };
            fields.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        Answer {
            status: status.parse().unwrap(),
            fields,
            body: Vec::new(),
            chunks: None,
        }
    }

    /// One chunk; none is the last.
    pub(super) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line().await, 16).unwrap();
        let data = self.bytes(size).await;
        assert_eq!(self.line().await, "");
        (size > 0).then_some(data)
    }

    pub(super) async fn answer(&mut self) -> Answer {
        let mut answer = self.head().await;
        let length = answer.fields.get("content-length");
        assert_eq!(answer.fields.contains_key("transfer-encoding"), length.is_none());
        if let Some(length) = length {
            answer.body = self.bytes(length.to_str().unwrap().parse().unwrap()).await;
            return answer;
        }
        let mut chunks = 0;
        while let Some(chunk) = self.chunk().await {
            chunks += 1;
            answer.body.extend(chunk);
        }
        answer.chunks = Some(chunks);
        answer
    }
}
