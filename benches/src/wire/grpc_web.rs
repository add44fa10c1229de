//! gRPC-Web calls one after the other on a kept HTTP/1.1 connection.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, bail, ensure};

use super::{Note, Prefixed, Rest, Wire, end_of_head, prefixed};

/// See the module.
pub(crate) struct GrpcWeb {
    authority: String,
    /// What the messages to come are requests of, one each.
    paths: VecDeque<String>,
    bytes: Rest,
    state: State,
    messages: Prefixed,
}

/// What the next bytes are.
enum State {
    Head,
    /// So much of a body of known length.
    Sized(usize),
    ChunkHead,
    /// So much of a chunk.
    Chunk(usize),
    ChunkEnd,
}

impl GrpcWeb {
    /// Each message written is the request of the next path.
    pub(crate) fn new(authority: &str, paths: &[&str]) -> Self {
        Self {
            authority: authority.to_owned(),
            paths: paths.iter().map(ToString::to_string).collect(),
            bytes: Rest::default(),
            state: State::Head,
            messages: Prefixed::default(),
        }
    }
}

impl Wire for GrpcWeb {
    fn begin(&mut self, _: &mut Vec<u8>) -> bool {
        true
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        let path = self.paths.pop_front().expect("there is a path for each request");
        let body = prefixed(message);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/grpc-web+proto\r\n\
             accept: application/grpc-web+proto\r\ncontent-length: {}\r\n\r\n",
            self.authority,
            body.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&body);
    }

    fn read(&mut self, bytes: &[u8], _: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        let Self {
            bytes: rest,
            state,
            messages,
            ..
        } = self;
        rest.read(bytes, |bytes| {
            let (taken, next) = match state {
                State::Head => match end_of_head(bytes) {
                    None => return Ok(0),
                    Some(end) => (end, body(&bytes[..end])?),
                },
                State::Sized(left) => {
                    let now = (*left).min(bytes.len());
                    messages.take(&bytes[..now], hear)?;
                    let left = *left - now;
                    (now, if left == 0 { State::Head } else { State::Sized(left) })
                }
                State::ChunkHead => match line(bytes) {
                    None => return Ok(0),
                    Some(line) => {
                        let size = usize::from_str_radix(std::str::from_utf8(line)?, 16)?;
                        match (size, bytes.get(line.len() + 2..line.len() + 4)) {
                            (1.., _) => (line.len() + 2, State::Chunk(size)),
                            (0, None) => return Ok(0),
                            (0, Some(_)) => (line.len() + 4, State::Head),
                        }
                    }
                },
                State::Chunk(left) => {
                    let now = (*left).min(bytes.len());
                    messages.take(&bytes[..now], hear)?;
                    let left = *left - now;
                    (now, if left == 0 { State::ChunkEnd } else { State::Chunk(left) })
                }
                State::ChunkEnd => match bytes.len() {
                    0 | 1 => return Ok(0),
                    _ => (2, State::ChunkHead),
                },
            };
            *state = next;
            Ok(taken)
        })
    }
}

/// What follows the head of an answer.
fn body(head: &[u8]) -> Result<State> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    ensure!(head.starts_with("http/1.1 200"), "refused: {}", head.trim());
    if head.contains("transfer-encoding: chunked") {
        return Ok(State::ChunkHead);
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    match length.context("a body without an end")?.trim().parse()? {
        0 => bail!("an empty answer: {}", head.trim()),
        length => Ok(State::Sized(length)),
    }
}

fn line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(2).position(|two| two == b"\r\n")?;
    Some(&bytes[..end])
}
