//! What must hold of all that a server writes, whatever its client has said.
//!
//! What the client says is heard here first, so that it counts before the server can know it. Where the server may not know it
//! yet, as with SETTINGS that it has not acknowledged, the more generous reading counts.

mod said;

use std::collections::BTreeMap;

use trivium_transport::{hpack::Decoder, http::Config};

use said::Client;

use super::wire::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, Frame, Frames, GOAWAY, HEADERS, PING, RST_STREAM, SETTINGS,
    WINDOW_UPDATE,
};

/// Windows begin with this, RFC 9113 §6.9.2.
const FIRST_WINDOW: i64 = 65_535;
const MAX_WINDOW: i64 = (1 << 31) - 1;

/// Both sides of a connection.
pub(super) struct Judge {
    connection_window: i64,
    most_streams: i64,
    client: Client,
    streams: BTreeMap<u32, Stream>,
    frames: Frames,
    begun: bool,
    /// A header block whose end has not come: of which stream, whether it ends it, and what there is.
    block: Option<(u32, bool, Vec<u8>)>,
    /// DATA of all streams.
    sent: i64,
    /// Windows that were widened.
    credited: i64,
    going_away: Option<u32>,
    failed: bool,
}

#[derive(Default)]
struct Stream {
    opened: bool,
    /// Of the client: DATA, windows it has widened, whether it has said all or reset it.
    received: i64,
    widened: i64,
    asked: bool,
    reset: bool,
    /// Frames that may each be a reason to reset it.
    frames: usize,
    /// Of the server: the same.
    answer: Answer,
    sent: i64,
    credited: i64,
    resets: usize,
    announced: Option<i64>,
    /// Both sides know that it was reset.
    gone: bool,
}

#[derive(Default, PartialEq, Eq)]
enum Answer {
    #[default]
    None,
    Head,
    Whole,
}

impl Judge {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            connection_window: config.connection_window.into(),
            most_streams: config.max_streams.into(),
            client: Client::default(),
            streams: BTreeMap::new(),
            frames: Frames::default(),
            begun: false,
            block: None,
            sent: 0,
            credited: 0,
            going_away: None,
            failed: false,
        }
    }

    /// The server says this next.
    pub(super) fn heard(&mut self, bytes: &[u8]) {
        self.frames.add(bytes);
        while let Some(frame) = self.frames.next() {
            let frame = frame.expect("a frame is longer than everybody takes");
            self.heard_frame(&frame);
        }
    }

    fn heard_frame(&mut self, frame: &Frame) {
        assert!(!self.failed, "something follows the end");
        assert!(
            self.begun || frame.kind == SETTINGS && !frame.has(ACK),
            "SETTINGS come first"
        );
        self.begun = true;
        assert!(
            self.block.is_none() || frame.kind == CONTINUATION,
            "a block is interrupted"
        );
        let of_stream = matches!(frame.kind, DATA | HEADERS | CONTINUATION | RST_STREAM);
        assert!(
            frame.kind == WINDOW_UPDATE || of_stream == (frame.stream > 0),
            "frame {} is on stream {}",
            frame.kind,
            frame.stream
        );
        let allowed = match frame.kind {
            DATA => END_STREAM,
            HEADERS => END_STREAM | END_HEADERS,
            CONTINUATION => END_HEADERS,
            SETTINGS | PING => ACK,
            _ => 0,
        };
        assert_eq!(frame.flags & !allowed, 0, "flags of frame {}", frame.kind);
        match frame.kind {
            DATA => self.heard_data(frame),
            HEADERS => {
                self.answering(frame.stream);
                self.block = Some((frame.stream, frame.has(END_STREAM), Vec::new()));
                self.heard_block(frame);
            }
            CONTINUATION => self.heard_block(frame),
            RST_STREAM => {
                assert_eq!(frame.payload.len(), 4);
                let stream = self.streams.get_mut(&frame.stream).expect("there was something on it");
                stream.resets += 1;
                assert!(stream.resets <= stream.frames, "it is reset for nothing");
            }
            SETTINGS => self.heard_settings(frame),
            PING => {
                assert_eq!(frame.payload.len(), 8);
                if frame.has(ACK) {
                    assert_eq!(self.client.pings.pop_front().as_ref(), Some(&frame.payload));
                }
            }
            GOAWAY => {
                let last = frame.number().expect("the last stream");
                assert!(self.going_away.is_none_or(|before| last <= before), "more than before");
                self.going_away = Some(last);
                self.failed = frame.payload[4..] != [0; 4];
            }
            WINDOW_UPDATE => self.heard_window(frame),
            kind => panic!("a server sends no frame {kind}"),
        }
    }

    /// The stream, on which an answer may go on.
    fn answering(&mut self, id: u32) -> &mut Stream {
        assert!(
            self.going_away.is_none_or(|last| id <= last),
            "{id} is said to be ignored"
        );
        let stream = self.streams.get_mut(&id).expect("there was something on it");
        assert!(stream.opened, "{id} is answered before it asks");
        assert!(!stream.gone && stream.resets == 0, "{id} was reset");
        assert!(stream.answer != Answer::Whole, "{id} has ended");
        stream
    }

    fn heard_data(&mut self, frame: &Frame) {
        let length = i64::try_from(frame.payload.len()).expect("it is short");
        self.sent += length;
        // Nothing is taken from a window for a frame without anything.
        let (room, window) = (FIRST_WINDOW + self.client.credited, self.client.most());
        assert!(length == 0 || self.sent <= room, "more than the connection's window");
        let stream = self.answering(frame.stream);
        assert!(stream.answer == Answer::Head, "DATA before HEADERS");
        stream.sent += length;
        assert!(
            length == 0 || stream.sent <= window + stream.widened,
            "more than a window"
        );
        if frame.has(END_STREAM) {
            stream.answer = Answer::Whole;
            assert!(
                stream.announced.is_none_or(|announced| announced == stream.sent),
                "a body has another length"
            );
        }
    }

    fn heard_block(&mut self, frame: &Frame) {
        let (id, ends, mut block) = self.block.take().expect("it has begun");
        assert_eq!(frame.stream, id);
        block.extend_from_slice(&frame.payload);
        if !frame.has(END_HEADERS) {
            self.block = Some((id, ends, block));
            return;
        }
        let told = block.first().is_some_and(|first| first & 0xe0 == 0x20);
        assert!(
            !std::mem::take(&mut self.client.table_due) || told,
            "a smaller table is not confirmed"
        );
        // The server refers to nothing, so its blocks mean the same in any order.
        let mut fields = Vec::new();
        let decoded = Decoder::new(0).decode(&block, &mut |name, value| fields.push((name.to_vec(), value.to_vec())));
        assert_eq!(decoded, Ok(()));
        let stream = self.answering(id);
        if stream.answer == Answer::None {
            let (name, status) = fields.remove(0);
            assert_eq!((name.as_slice(), status.len()), (&b":status"[..], 3));
        } else {
            assert!(ends, "trailers are the end");
        }
        stream.answer = if ends { Answer::Whole } else { Answer::Head };
        for (name, value) in fields {
            assert!(!name.starts_with(b":") && !name.iter().any(u8::is_ascii_uppercase));
            assert!(!matches!(
                name.as_slice(),
                b"connection" | b"keep-alive" | b"transfer-encoding" | b"upgrade"
            ));
            if name == b"content-length" {
                let value = String::from_utf8(value).expect("digits");
                stream.announced = Some(value.parse().expect("a number"));
            }
        }
    }

    fn heard_settings(&mut self, frame: &Frame) {
        if !frame.has(ACK) {
            assert_eq!(frame.payload.len() % 6, 0);
            return;
        }
        assert!(frame.payload.is_empty());
        let client = &mut self.client;
        let settings = client.settings.pop_front().expect("there are some to acknowledge");
        client.window = settings.window.unwrap_or(client.window);
        if let Some(table) = settings.table.filter(|table| *table < client.table) {
            client.table = table;
            client.table_due = true;
        }
    }

    fn heard_window(&mut self, frame: &Frame) {
        assert_eq!(frame.payload.len(), 4);
        let by = frame.number().map_or(0, i64::from);
        assert!(by > 0, "a window is widened by nothing");
        if frame.stream == 0 {
            self.credited += by;
            let first = (self.connection_window - FIRST_WINDOW).max(0);
            assert!(self.credited <= first + self.client.sent, "more is credited than came");
            return;
        }
        let stream = self.streams.get_mut(&frame.stream).expect("there was something on it");
        assert!(
            !stream.gone && stream.resets == 0,
            "a window of a stream that was reset"
        );
        stream.credited += by;
        assert!(stream.credited <= stream.received, "more is credited than came");
    }

    /// Nothing happens any more before a timer, or before the client does something. So many calls wait for just that.
    pub(super) fn settled(&mut self, waiting: usize) {
        for stream in self.streams.values_mut() {
            stream.gone |= stream.reset;
        }
        if self.failed || self.client.lost {
            return;
        }
        assert!(self.begun, "not even SETTINGS");
        assert!(self.frames.is_between_frames(), "half a frame is held back");
        let connection = FIRST_WINDOW + self.client.credited - self.sent;
        let mut held = 0;
        let mut unanswered = 0;
        for (id, stream) in &self.streams {
            if stream.answer == Answer::Whole || stream.resets > 0 || stream.gone {
                continue;
            }
            if connection <= 0 || self.client.window + stream.widened - stream.sent <= 0 {
                held += 1;
            } else if stream.opened && stream.asked {
                assert!(waiting > 0, "{id} is forgotten");
                unanswered += 1;
            }
        }
        assert!(
            unanswered <= waiting,
            "{unanswered} calls are not answered, {waiting} wait"
        );
        if held == 0 && waiting == 0 {
            // What was read comes back, but for what is too little to be worth a frame.
            let window = FIRST_WINDOW + self.credited - self.client.sent;
            let worth = self.connection_window / 2 / self.most_streams;
            assert!(
                window >= self.connection_window / 2 - worth,
                "{window} is left of the window"
            );
        }
        assert!(FIRST_WINDOW + self.credited - self.client.sent <= MAX_WINDOW);
    }
}
