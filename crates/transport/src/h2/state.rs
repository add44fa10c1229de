//! The state of a connection: its calls, its windows, and what has to be said.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http::Request;
use smallvec::SmallVec;
use tokio::io::AsyncRead;

use super::budget::Budget;
use super::closed::{By, Closed};
use super::connection::{Error, Read};
use super::frame::{Code, FIRST_TABLE, FIRST_WINDOW, kind, setting};
use super::hpack;
use super::out::Out;
use super::receive::Receiving;
use super::stream::{Progress, Stream};
use crate::http::Config;
use crate::read::{SPACE, poll_read};
use crate::service::{Body, Call};

/// Frames without any content that a client may send at once.
const EMPTY_FRAMES: usize = 1_000;

pub(super) struct State<F, B> {
    pub(super) config: Arc<Config>,
    pub(super) serve: F,
    pub(super) receiving: Receiving,
    /// Whether what is left to receive came with the preface, and nobody has looked at it.
    is_first: bool,
    pub(super) decoder: hpack::Decoder,
    /// Nearly always one, which is then in the same piece of memory as the connection.
    pub(super) streams: SmallVec<[Stream<B>; 1]>,
    /// The newest stream that the client has opened.
    pub(super) last: u32,
    /// The last stream of which GOAWAY has said that something is done for it.
    said_last: u32,
    pub(super) closed: Closed,
    pub(super) out: Out,
    /// Bytes that the client takes on all streams together, and on one that it opens.
    pub(super) send_window: i64,
    pub(super) first_send_window: i64,
    /// Bytes that the client may send on all streams together.
    pub(super) receive_window: i64,
    /// Bytes to credit for the connection.
    pub(super) credit: usize,
    /// Bytes that are worth a WINDOW_UPDATE. So few that what all calls together hold back of it never closes the connection's
    /// window.
    pub(super) enough: usize,
    /// Calls that the client cancels, faults that cost it a stream, and frames with nothing in them.
    pub(super) resets: Budget,
    pub(super) faults: Budget,
    pub(super) empties: Budget,
    /// Wakes the connection for calls that have wakers of their own, and readers of bodies.
    pub(super) waker: Arc<AtomicWaker>,
    /// Whether an answer has begun, and nothing is there yet of what follows its head.
    pub(super) begun: bool,
    /// Takes no more calls.
    pub(super) going: bool,
}

impl<F, B> State<F, B>
where
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes> + Unpin,
{
    /// Of which `read` was read already.
    pub(super) fn new(read: Vec<u8>, config: Arc<Config>, serve: F) -> Self {
        let mut out = Out::default();
        let settings = [
            (setting::MAX_CONCURRENT_STREAMS, config.max_streams),
            (setting::INITIAL_WINDOW_SIZE, config.stream_window),
            (setting::MAX_HEADER_LIST_SIZE, config.max_header_bytes),
        ];
        let settings: Vec<u8> = settings
            .iter()
            .flat_map(|(id, value)| id.to_be_bytes().into_iter().chain(value.to_be_bytes()))
            .collect();
        out.frame(kind::SETTINGS, 0, 0, &settings);
        if let Some(more) = config
            .connection_window
            .checked_sub(FIRST_WINDOW)
            .filter(|more| *more > 0)
        {
            out.widen(0, more);
        }
        let share = config.connection_window / 2 / config.max_streams.max(1);
        Self {
            serve,
            is_first: !read.is_empty(),
            receiving: Receiving::new(read),
            decoder: hpack::Decoder::new(FIRST_TABLE as usize),
            streams: SmallVec::new(),
            last: 0,
            said_last: u32::MAX,
            closed: Closed::default(),
            out,
            send_window: i64::from(FIRST_WINDOW),
            first_send_window: i64::from(FIRST_WINDOW),
            receive_window: i64::from(config.connection_window.max(FIRST_WINDOW)),
            credit: 0,
            enough: share.clamp(1, config.stream_window / 2 + 1) as usize,
            resets: Budget::new(config.max_cancelled_calls),
            faults: Budget::new(config.max_faults),
            empties: Budget::new(EMPTY_FRAMES),
            waker: Arc::default(),
            begun: false,
            going: false,
            config,
        }
    }

    /// How often a silent client is probed, and how long it may take to answer.
    pub(super) fn keep_alive(&self) -> (Duration, Duration) {
        (self.config.keep_alive_interval, self.config.keep_alive_timeout)
    }

    /// Reads once, and lets calls go on.
    ///
    /// # Errors
    /// The client breaks the protocol, or the connection is broken.
    pub(super) fn proceed(&mut self, io: Pin<&mut impl AsyncRead>, cx: &mut Context<'_>) -> Result<Read, Error> {
        let mut read = Read::Nothing;
        if !self.out.is_full() {
            let mut taken = Ok(());
            if std::mem::take(&mut self.is_first) {
                taken = self.take(&[]);
                read = Read::Bytes;
            } else if let Poll::Ready(size) = poll_read(io, cx, SPACE, |bytes| taken = self.take(bytes)) {
                read = if size? == 0 { Read::End } else { Read::Bytes };
            }
            taken?;
        }
        // Before looking: what happens between the look and the return wakes this task.
        if self
            .streams
            .iter()
            .any(|stream| stream.is_one_of_many() || stream.uncredited >= self.enough)
        {
            self.waker.register(cx.waker());
        }
        self.run(cx);
        self.credit();
        Ok(read)
    }

    fn run(&mut self, cx: &mut Context<'_>) {
        let mut index = 0;
        while let Some(stream) = self.streams.get_mut(index) {
            if self.out.is_full() {
                return;
            }
            let progress = stream.poll(&mut self.send_window, &mut self.out, cx);
            let id = stream.id;
            match progress {
                Progress::Waiting => index += 1,
                Progress::Begun => {
                    self.begun = true;
                    index += 1;
                }
                Progress::Answered if stream.is_heard() => self.remove(index, By::Both),
                Progress::Answered => {
                    // RFC 9113 §8.1: the client need not send the rest.
                    self.out.reset(id, Code::NoError);
                    self.remove(index, By::Server);
                }
                Progress::Failed => {
                    self.out.reset(id, Code::InternalError);
                    self.remove(index, By::Server);
                }
            }
        }
    }

    /// Forgets a call; its service is told by the drop.
    pub(super) fn remove(&mut self, index: usize, by: By) {
        let stream = self.streams.swap_remove(index);
        self.credit += stream.uncredited;
        self.closed.add(stream.id, by);
    }

    /// Widens windows by what was read.
    fn credit(&mut self) {
        let enough = self.enough;
        for stream in &mut self.streams {
            if stream.uncredited < enough {
                continue;
            }
            let Some(read) = stream.credit(enough) else {
                continue;
            };
            self.credit += read;
            if !stream.is_heard() {
                stream.receive_window += signed(read);
                self.out.widen(stream.id, unsigned(read));
            }
        }
        if self.credit >= enough {
            self.receive_window += signed(self.credit);
            self.out.widen(0, unsigned(self.credit));
            self.credit = 0;
        }
    }

    pub(super) fn go_away(&mut self) {
        if !std::mem::replace(&mut self.going, true) {
            self.say_last(Code::NoError);
        }
    }

    /// Ends everything for a fault.
    pub(super) fn fail(&mut self, code: Code) {
        self.streams.clear();
        // Nothing follows, not even a farewell.
        self.going = true;
        self.say_last(code);
    }

    /// RFC 9113 §6.8: what was once said to be the last stream stays it, for the client may have tried the others elsewhere.
    fn say_last(&mut self, code: Code) {
        self.said_last = self.said_last.min(self.last);
        self.out.go_away(self.said_last, code);
    }

    /// Whether nothing is to be expected any more.
    pub(super) fn is_done(&self) -> bool {
        self.going && self.streams.is_empty()
    }
}

pub(super) fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn unsigned(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
