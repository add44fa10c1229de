//! Bytes as a client might write them: the first says what the server is like, the second how they are cut.

use std::time::Duration;

use super::{
    Script, Step, surroundings,
    wire::{
        ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING, PRIORITY, RST_STREAM,
        SETTINGS, WINDOW_UPDATE, frame, request,
    },
};

/// The input as a script.
pub(super) fn script(input: &[u8]) -> Script {
    let [first, step, bytes @ ..] = input else {
        return surroundings(0);
    };
    let mut script = surroundings(*first);
    let step = match step {
        0 => bytes.len().max(1),
        step => usize::from(*step) * 4,
    };
    for piece in bytes.chunks(step) {
        let wait = Step::Wait(Duration::from_millis(1));
        script.steps.extend([Step::Send(piece.to_vec()), wait]);
    }
    script
}

/// Connections in order.
pub(in crate::targets) fn connections() -> Vec<Vec<u8>> {
    let settings = frame(SETTINGS, 0, 0, &[]);
    let call = |stream, path| frame(HEADERS, END_HEADERS, stream, &request(path, false));
    let data = |stream, flags, bytes: &[u8]| frame(DATA, flags, stream, bytes);
    let window = |stream, by: u32| frame(WINDOW_UPDATE, 0, stream, &by.to_be_bytes());
    let whole = request("/count", true);
    let echoes = [
        vec![8, 0],
        settings.clone(),
        call(1, "/echo"),
        data(1, 0, b"one"),
        data(1, PADDED, b"\x02two\0\0"),
        frame(PING, 0, 0, b"12345678"),
        data(1, END_STREAM, b""),
    ];
    let many = [
        vec![9, 5],
        frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 10, 0, 1, 0, 0, 0, 0]),
        call(1, "/large"),
        call(3, "/wide"),
        frame(RST_STREAM, 0, 1, &[0, 0, 0, 8]),
        window(3, 1_000),
        frame(SETTINGS, ACK, 0, &[]),
    ];
    let cut = [
        vec![0, 2],
        settings.clone(),
        frame(HEADERS, END_STREAM, 1, &whole[..5]),
        frame(CONTINUATION, END_HEADERS, 1, &whole[5..]),
        frame(PRIORITY, 0, 3, &[0, 0, 0, 1, 9]),
        frame(0x42, 0x17, 0, b"unknown"),
        frame(GOAWAY, 0, 0, &[0; 8]),
    ];
    let large = [
        vec![10, 200],
        settings,
        window(0, 1 << 20),
        call(1, "/large"),
        call(3, "/early"),
        data(3, 0, &[7; 5_000]),
        window(1, 1 << 20),
        data(1, END_STREAM, b""),
    ];
    vec![echoes.concat(), many.concat(), cut.concat(), large.concat()]
}
