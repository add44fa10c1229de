//! Orders to a client that knows frames: a byte says what it does next, those behind it say how.

use std::time::Duration;

use super::{
    super::orders::Orders,
    Script, Step,
    service::PATHS,
    surroundings,
    wire::{
        ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING, PRIORITIZED, PRIORITY,
        RST_STREAM, SETTINGS, WINDOW_UPDATE, frame, request, text,
    },
};

/// Sizes at which something changes.
const SIZES: [u32; 12] = [
    0,
    1,
    100,
    1_000,
    4_096,
    16_384,
    16_385,
    65_535,
    70_000,
    1 << 20,
    0x7fff_ffff,
    0x8000_0000,
];
/// How long the client waits, in milliseconds: probes come after fifteen seconds, and have ten.
const TIMES: [u64; 5] = [1, 0, 600, 2_000, 12_000];

/// The input as a script. The first byte says what the server is like.
pub(super) fn script(input: &[u8]) -> Script {
    let mut calls = Calls {
        orders: Orders::new(input),
        newest: 0,
    };
    let surrounding = calls.orders.next();
    let mut script = surroundings(surrounding);
    if surrounding & 0x10 == 0 {
        script.steps.push(Step::Send(frame(SETTINGS, 0, 0, &[])));
    }
    while !calls.orders.is_empty() {
        let step = calls.step();
        script.steps.push(step);
    }
    script
}

/// The client's side of a connection.
struct Calls<'a> {
    orders: Orders<'a>,
    /// The newest stream that was opened.
    newest: u32,
}

impl Calls<'_> {
    fn size(&mut self) -> u32 {
        self.orders.one_of(&SIZES)
    }

    /// Nearly always one that was opened: the newest, or so many before it.
    fn stream(&mut self) -> u32 {
        match self.orders.next() {
            back @ ..0x40 => self.newest.saturating_sub(2 * u32::from(back % 8)),
            0x40 => 0,
            any => u32::from(any - 0x40),
        }
    }

    fn step(&mut self) -> Step {
        let bytes = match self.orders.next() % 16 {
            0 | 1 => self.call(),
            2 | 3 => self.data(),
            4 => {
                let stream = self.stream();
                frame(WINDOW_UPDATE, 0, stream, &self.size().to_be_bytes())
            }
            5 => frame(WINDOW_UPDATE, 0, 0, &self.size().to_be_bytes()),
            6 => frame(RST_STREAM, 0, self.stream(), &8_u32.to_be_bytes()),
            7 => self.settings(),
            8 => {
                let flags = self.orders.next() & ACK;
                frame(PING, flags, 0, &[self.orders.next(); 8])
            }
            9 => {
                let mut block = Vec::new();
                block.push(0);
                text("x-end", &mut block);
                text("1", &mut block);
                frame(HEADERS, END_HEADERS | END_STREAM, self.stream(), &block)
            }
            10 => match self.orders.next() % 3 {
                0 => frame(GOAWAY, 0, 0, &[0; 8]),
                1 => frame(PRIORITY, 0, self.stream(), &[0, 0, 0, 99, 1]),
                _ => return Step::Drain,
            },
            11 => {
                let time = self.orders.one_of(&TIMES);
                return Step::Wait(Duration::from_millis(time));
            }
            12 => return Step::Read(self.orders.next() & 1 == 0),
            13 => {
                // Anything for a block, on a stream of its own.
                let flags = self.orders.next();
                self.newest += 2;
                let stream = self.newest - 1;
                frame(HEADERS, flags, stream, self.orders.bytes())
            }
            14 => {
                let (kind, flags) = (self.orders.next(), self.orders.next());
                let stream = self.stream();
                frame(kind, flags, stream, self.orders.bytes())
            }
            _ => self.orders.bytes().to_vec(),
        };
        Step::Send(bytes)
    }

    /// A request, whole or in pieces, and with one thing or another that a client may do.
    fn call(&mut self) -> Vec<u8> {
        let (path, how) = (self.orders.next(), self.orders.next());
        self.newest = if self.newest == 0 { 1 } else { self.newest + 2 };
        let stream = self.newest;
        let mut block = request(PATHS[usize::from(path) % PATHS.len()], how & 0x20 != 0);
        if how & 0x10 != 0 {
            // The length of the body.
            block.extend([15, 28 - 15]);
            text(&self.size().to_string(), &mut block);
        }
        for _ in 0..if how & 0x40 != 0 { self.orders.next() } else { 0 } {
            block.push(0x40);
            text("x-filler", &mut block);
            text(&"f".repeat(100), &mut block);
        }
        if how & 0x80 != 0 {
            // The newest entry of the table, if there is any.
            block.resize(block.len() + usize::from(self.orders.next()), 0xbe);
        }
        let mut flags = if how & 1 != 0 { END_STREAM } else { 0 };
        let mut payload = Vec::new();
        if how & 4 != 0 {
            flags |= PADDED;
            payload.push(3);
        }
        if how & 8 != 0 {
            flags |= PRIORITIZED;
            payload.extend([0, 0, 0, 0, 1]);
        }
        let cut = if how & 2 != 0 {
            usize::from(self.orders.next())
        } else {
            16_000
        };
        let mut pieces = block.chunks(cut.clamp(1, 16_000)).peekable();
        payload.extend_from_slice(pieces.next().unwrap_or_default());
        payload.resize(payload.len() + if how & 4 != 0 { 3 } else { 0 }, 0);
        let end = |last: bool| if last { END_HEADERS } else { 0 };
        let mut frames = frame(HEADERS, flags | end(pieces.peek().is_none()), stream, &payload);
        while let Some(piece) = pieces.next() {
            frames.extend(frame(CONTINUATION, end(pieces.peek().is_none()), stream, piece));
        }
        frames
    }

    fn data(&mut self) -> Vec<u8> {
        let (stream, how) = (self.stream(), self.orders.next());
        let size = usize::try_from(self.size()).unwrap_or_default() % 16_390;
        let mut payload = vec![b'd'; size];
        let mut flags = if how & 1 != 0 { END_STREAM } else { 0 };
        if how & 2 != 0 {
            flags |= PADDED;
            payload.insert(0, how);
        }
        let one = frame(DATA, flags, stream, &payload);
        // Many at once, as far as they end nothing.
        one.repeat(if how & 4 != 0 { 20 } else { 1 })
    }

    fn settings(&mut self) -> Vec<u8> {
        let mut payload = Vec::new();
        for _ in 0..self.orders.next() % 4 {
            payload.extend([0, self.orders.next() % 8]);
            payload.extend(self.size().to_be_bytes());
        }
        frame(SETTINGS, 0, 0, &payload)
    }
}

/// Orders that make sense.
pub(in crate::targets) fn orders() -> Vec<Vec<u8>> {
    [
        // Echoes with trailers, and with padding.
        &[8, 0, 0, 0x20, 2, 0, 0, 3, 2, 0, 2, 4, 9, 0, 11, 0, 0, 1, 1][..],
        // Large answers through small windows that open and close.
        &[
            9, 7, 1, 4, 3, 0, 3, 1, 11, 0, 4, 0, 3, 7, 1, 4, 8, 11, 0, 0, 6, 1, 5, 9, 7, 2, 4, 0, 1, 0, 11, 0, 7, 1, 4,
            7,
        ],
        // Calls that are cancelled or refused.
        &[1, 0, 7, 0, 0, 4, 1, 0, 7, 1, 0, 2, 1, 6, 0, 6, 1, 11, 2, 11, 2, 6, 2],
        // A client that stops reading and begins again.
        &[
            3, 12, 1, 0, 3, 1, 0, 6, 1, 2, 0, 4, 7, 11, 3, 12, 0, 11, 0, 5, 9, 4, 0, 9,
        ],
        // A client that is silent, answers a probe, and is told to go.
        &[8, 0, 0, 0, 11, 4, 11, 4, 8, 1, 0, 11, 4, 10, 2, 11, 0, 2, 0, 1, 2],
        // Requests in pieces, with what is too large, of a length that is told.
        &[
            9, 0, 1, 0x1e, 2, 40, 2, 0, 1, 2, 0, 2, 0x60, 200, 0, 5, 0xc1, 60, 0, 1, 0x10, 3, 2, 0, 0, 3, 2, 0, 1, 0,
            11, 0,
        ],
        // What is credited comes back.
        &[8, 0, 1, 0, 2, 0, 4, 5, 11, 0, 2, 0, 4, 5, 11, 0, 2, 0, 5, 5, 11, 0],
        // What nobody reads comes back with the call, here most of the window.
        &[
            9, 0, 7, 0, 2, 0, 4, 3, 2, 0, 4, 3, 2, 0, 4, 3, 6, 0, 11, 0, 0, 7, 0, 2, 0, 4, 3, 6, 0, 11, 0,
        ],
        // A body that is shorter than was announced.
        &[8, 0, 1, 0x10, 3, 2, 0, 1, 2, 11, 0],
        // A priority that is cut off.
        &[8, 14, 1, 0x24, 0x41, 4, 0, 0, 0, 0],
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}
