//! Orders to a client that knows requests: a byte says what it writes next, those behind it say how.

use super::{super::orders::Orders, service::PATHS};

/// Sizes of bodies at which something changes.
const SIZES: [usize; 6] = [0, 1, 5, 300, 4_097, 20_000];
/// What may stand in a head besides what a call needs.
const LINES: [&[u8]; 20] = [
    b"",
    b"te: trailers\r\n",
    b"connection: keep-alive\r\n",
    b"Connection: Close\r\n",
    b"connection: close, te\r\n",
    b"connection: upgrade\r\nupgrade: h2c\r\n",
    b"expect: 100-continue\r\n",
    b"transfer-encoding: chunked\r\n",
    b"transfer-encoding: gzip\r\n",
    b"content-length: 5\r\n",
    b"content-length: +5\r\n",
    b"host: another\r\n",
    b"content-type: text/plain\r\n",
    b"x: \x80\xff\r\n",
    b"x: 1\n",
    b" folded: 1\r\n",
    b"x : 1\r\n",
    b"no colon\r\n",
    b"x: \0\r\n",
    b"x: \r \r\n",
];
const TYPES: [&str; 4] = [
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc",
    "text/plain",
];

/// What a client writes that follows these orders.
pub(super) fn ordered(orders: &[u8]) -> Vec<u8> {
    let mut orders = Orders::new(orders);
    let mut bytes = Vec::new();
    while !orders.is_empty() {
        step(&mut orders, &mut bytes);
    }
    bytes
}

/// Where pieces end, from a number: short ones as long as there are few.
pub(super) fn cuts(length: usize, seed: u8) -> Vec<usize> {
    let longest = (length / 60).max(usize::from(seed % 16) + 1);
    let (mut state, mut at, mut cuts) = (u32::from(seed) + 1, 0, Vec::new());
    loop {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        at += (state >> 16) as usize % longest + 1;
        if at >= length {
            return cuts;
        }
        cuts.push(at);
    }
}

fn step(orders: &mut Orders<'_>, bytes: &mut Vec<u8>) {
    match orders.next() % 10 {
        0..=3 => call(orders, bytes, TYPES[0], 0),
        4 => {
            let path = orders.one_of(&PATHS);
            bytes.extend(format!("GET {path} HTTP/1.1\r\nhost: quiz\r\n\r\n").bytes());
        }
        5 => {
            let (path, size) = (orders.one_of(&PATHS), orders.one_of(&SIZES));
            let head = format!("POST {path} HTTP/1.1\r\nhost: quiz\r\ncontent-type: {}\r\n", TYPES[0]);
            let body = format!("{size:x}\r\n{}\r\n0\r\n\r\n", "c".repeat(size));
            let end = if size == 0 { "0\r\n\r\n" } else { &body };
            bytes.extend([&head, "transfer-encoding: chunked\r\n\r\n", end].concat().bytes());
        }
        6 => bytes.extend_from_slice(orders.bytes()),
        7 => {
            let kind = orders.one_of(&TYPES);
            call(orders, bytes, kind, 0);
        }
        8 => {
            // Longer or shorter than the body.
            let off = isize::from(orders.next().cast_signed());
            call(orders, bytes, TYPES[0], off);
        }
        _ => bytes.extend_from_slice(orders.one_of(&[b"\r\n", b"\n", b"POST ", b"PRI * HTTP/2.0\r\n", b"\0"])),
    }
}

fn call(orders: &mut Orders<'_>, bytes: &mut Vec<u8>, kind: &str, off: isize) {
    let (path, size) = (orders.one_of(&PATHS), orders.one_of(&SIZES));
    let how = orders.next();
    let length = size.saturating_add_signed(off);
    let head = format!("POST {path} HTTP/1.1\r\nHost: quiz\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
    bytes.extend(head.bytes());
    bytes.extend_from_slice(LINES[usize::from(how & 0x1f) % LINES.len()]);
    // As many as somebody does not take, or as long; close to its bound hyper takes more or less as it has read.
    match how >> 5 {
        1 => bytes.extend(b"x: 1\r\n".repeat(59)),
        2 => bytes.extend(b"x: 1\r\n".repeat(60)),
        3 => bytes.extend(b"x: 1\r\n".repeat(130)),
        4 => bytes.extend(format!("x: {}\r\n", "v".repeat(900)).bytes()),
        5 => bytes.extend(format!("x: {}\r\n", "v".repeat(70_000)).bytes()),
        _ => {}
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.resize(bytes.len() + size, b'b');
}

/// Orders that make sense, and a connection as it is.
pub(in crate::targets) fn orders() -> Vec<Vec<u8>> {
    [
        // Every way to be answered, on one connection.
        &[0, 0, 0, 0, 3, 0, 0, 1, 2, 1, 0, 2, 1, 2, 0, 3, 0, 2, 0, 4, 1, 2][..],
        // Bodies larger than the window, and requests behind them.
        &[1, 7, 0, 0, 5, 0, 0, 1, 5, 1, 0, 1, 4, 2, 0, 0, 3, 0],
        // Behind calls, what is not ours: once, and from then on.
        &[0, 3, 0, 0, 2, 0, 4, 0, 0, 1, 2, 0, 5, 0, 3, 7, 2, 0, 3, 0],
        // An answer that breaks off.
        &[0, 9, 0, 5, 1, 0, 0, 0, 1, 0],
        // A client that closes.
        &[0, 1, 0, 0, 2, 2, 0, 0, 2, 3, 0, 0, 2, 0],
        // Odd heads.
        &[0, 2, 0, 0, 2, 7],
        &[0, 2, 0, 0, 2, 9],
        &[0, 2, 0, 0, 2, 0, 0, 0, 2, 14],
        &[0, 4, 0, 0, 2, 6, 0, 0, 2, 0],
        // Many fields, and long ones, for who takes little or more.
        &[0, 5, 0, 0, 2, 0x20, 0, 0, 2, 0x40, 0, 0, 2, 0x60],
        &[1, 5, 0, 0, 2, 0x80, 0, 0, 2, 0x20],
        &[0, 5, 0, 0, 2, 0x80, 0, 0, 2, 0xa0],
        // Lengths that are wrong.
        &[0, 6, 8, 4, 0, 2, 0, 0, 0, 2, 0],
        &[0, 6, 8, 0xfe, 0, 2, 0, 0, 0, 2, 0],
        // Stray bytes.
        &[0, 6, 0, 0, 2, 0, 9, 0, 0, 0, 2, 0],
        &[0, 6, 6, 5, b'P', b'O', b'S', b'T', b' ', 6, 2, b'/', b'\n'],
        b"\x80\x05POST /sum HTTP/1.1\r\nhost: q\r\ncontent-type: application/grpc-web\r\ncontent-length: 3\r\n\r\nabcPOST",
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}
