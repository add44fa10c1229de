//! What the client has said, and so what the server may do.

use std::collections::VecDeque;

use super::{
    super::wire::{
        ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, Frame, Frames, HEADER_TABLE_SIZE, HEADERS,
        INITIAL_WINDOW_SIZE, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    },
    FIRST_WINDOW, Judge,
};

/// Tables of header fields begin with this, RFC 9113 §6.5.2.
const FIRST_TABLE: u32 = 4_096;

/// What the client has said.
pub(super) struct Client {
    pub(super) frames: Frames,
    /// Its bytes are no frames any more.
    pub(super) lost: bool,
    /// A header block whose end has not come: of which stream, and whether it ends it.
    pub(super) block: Option<(u32, bool)>,
    /// DATA of all streams, and how much the connection's window was widened.
    pub(super) sent: i64,
    pub(super) credited: i64,
    /// The window of a new stream, as acknowledged, and those that are on their way.
    pub(super) window: i64,
    pub(super) settings: VecDeque<Settings>,
    /// The size of the table of header fields, and whether the server has still to say that it knows.
    pub(super) table: u32,
    pub(super) table_due: bool,
    /// Those that are to be answered.
    pub(super) pings: VecDeque<Vec<u8>>,
}

/// What of one frame matters here.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) window: Option<i64>,
    /// The smallest of several.
    pub(super) table: Option<u32>,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            frames: Frames::default(),
            lost: false,
            block: None,
            sent: 0,
            credited: 0,
            window: FIRST_WINDOW,
            settings: VecDeque::new(),
            table: FIRST_TABLE,
            table_due: false,
            pings: VecDeque::new(),
        }
    }
}

impl Client {
    /// The largest window of a new stream that the server may go by.
    pub(super) fn most(&self) -> i64 {
        let coming = self.settings.iter().filter_map(|settings| settings.window);
        coming.fold(self.window, i64::max)
    }
}

impl Judge {
    /// The client says this next.
    pub(in super::super) fn said(&mut self, bytes: &[u8]) {
        self.client.frames.add(bytes);
        while !self.client.lost
            && let Some(frame) = self.client.frames.next()
        {
            match frame {
                Ok(frame) => self.said_frame(&frame),
                Err(_) => self.client.lost = true,
            }
        }
    }

    fn said_frame(&mut self, frame: &Frame) {
        let client = &mut self.client;
        let end = frame.has(END_STREAM);
        let stream = self.streams.entry(frame.stream).or_default();
        stream.opened |= frame.kind == HEADERS;
        stream.frames += 1;
        let length = i64::try_from(frame.payload.len()).expect("it is short");
        match frame.kind {
            DATA => {
                client.sent += length;
                stream.received += length;
                stream.asked |= end;
            }
            HEADERS if frame.has(END_HEADERS) => stream.asked |= end,
            HEADERS => client.block = Some((frame.stream, end)),
            CONTINUATION if frame.has(END_HEADERS) => {
                stream.asked |= client.block.take() == Some((frame.stream, true));
            }
            RST_STREAM => stream.reset = true,
            WINDOW_UPDATE => {
                let by = frame.number().map_or(0, i64::from);
                let sum = if frame.stream == 0 {
                    &mut client.credited
                } else {
                    &mut stream.widened
                };
                *sum += by;
            }
            PING if !frame.has(ACK) => client.pings.push_back(frame.payload.clone()),
            SETTINGS if !frame.has(ACK) => {
                let mut settings = Settings::default();
                for [a, b, value @ ..] in frame.payload.as_chunks::<6>().0 {
                    let value = u32::from_be_bytes(*value);
                    match u16::from_be_bytes([*a, *b]) {
                        INITIAL_WINDOW_SIZE => settings.window = Some(value.into()),
                        HEADER_TABLE_SIZE => {
                            settings.table = Some(settings.table.map_or(value, |before| before.min(value)));
                        }
                        _ => {}
                    }
                }
                client.settings.push_back(settings);
            }
            _ => {}
        }
    }
}
