//! What arrives on a WebTransport session: envelopes, header blocks, datagrams.

use bytes::Bytes;
use http::HeaderMap;
use trivium_transport::{
    datagram::{Datagram, MAX_LEN},
    envelope::{END, Fault, HEADERS, HeadReader, MAX_BLOCK, MESSAGE, Scanner, prefix},
    header_block,
};

/// What came of a stream: the block, the message bytes behind it, and how it ended.
type Read = (Option<Bytes>, Vec<u8>, Option<Fault>, Option<Bytes>);

/// The outcome depends on the bytes, not on how they were cut. The first byte says how to cut them.
pub(super) fn envelope(input: &[u8]) {
    let Some((step, stream)) = input.split_first() else {
        return;
    };
    let (step, stream) = (usize::from(*step).max(1), Bytes::copy_from_slice(stream));
    for scanner in [Scanner::for_requests, Scanner::for_responses] {
        let whole = read(stream.len().max(1), &stream, scanner());
        assert_eq!(whole, read(step, &stream, scanner()), "cut every {step} bytes");
        assert_eq!(whole, read(1, &stream, scanner()), "cut at every byte");
        assert!(whole.1.len() <= stream.len(), "nothing is made up");
        for block in [&whole.0, &whole.3].into_iter().flatten() {
            assert!(block.len() <= MAX_BLOCK, "a block keeps to its limit");
        }
    }
}

fn read(step: usize, stream: &Bytes, mut scanner: Scanner) -> Read {
    let mut head = HeadReader::default();
    let (mut block, mut messages) = (None, Vec::new());
    for begin in (0..stream.len()).step_by(step) {
        let mut chunk = stream.slice(begin..stream.len().min(begin + step));
        if block.is_none() {
            match head.feed(&mut chunk) {
                Ok(found) => block = found,
                Err(fault) => return (block, messages, Some(fault), None),
            }
        }
        while block.is_some() && !chunk.is_empty() && scanner.end().is_none() {
            match scanner.feed(&mut chunk) {
                Ok(passed) => messages.extend(passed),
                Err(fault) => return (block, messages, Some(fault), None),
            }
        }
    }
    let fault = (!scanner.at_boundary()).then_some(Fault::Truncated);
    let end = scanner.end().cloned();
    (block, messages, fault, end)
}

/// Streams in order, each behind the byte that says how to cut it.
pub(super) fn envelopes() -> Vec<Vec<u8>> {
    let envelope = |flags, payload: &[u8]| {
        let length = u32::try_from(payload.len()).expect("a short payload");
        [&prefix(flags, length)[..], payload].concat()
    };
    let block = b":path: /trivium.v1.SessionService/Connect\r\nauthorization: Bearer t\r\n";
    let parts = [
        vec![3],
        envelope(HEADERS, block),
        envelope(MESSAGE, b"hello"),
        envelope(MESSAGE, b""),
        envelope(END, b""),
    ];
    let answer = [
        vec![200],
        envelope(HEADERS, b":status: 200\r\n"),
        envelope(1, &[7; 300]),
        envelope(END, b"grpc-status: 0\r\n"),
    ];
    vec![parts.concat(), parts[..3].concat(), answer.concat()]
}

/// What was read can be written, and reads as the same again.
pub(super) fn header_block(input: &[u8]) {
    let Ok(block) = header_block::decode(input) else {
        return;
    };
    assert!(block.fields.len() <= header_block::MAX_FIELDS);
    let status = block.status.map(|status| status.to_string());
    let pseudo = match (&block.path, &status) {
        (Some(path), None) => Some((":path", path.as_str())),
        (None, Some(status)) => Some((":status", status.as_str())),
        // No side writes both.
        (Some(_), Some(_)) => return,
        (None, None) => None,
    };
    let Ok(written) = header_block::encode(HEADERS, pseudo, &block.fields) else {
        return;
    };
    let payload = &written[prefix(HEADERS, 0).len()..];
    let again = header_block::decode(payload).expect("what was written is in order");
    let fields = |fields: &HeaderMap| {
        let kept = fields.iter().filter(|(name, _)| !header_block::is_hop_by_hop(name));
        let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
        kept.collect::<HeaderMap>()
    };
    assert_eq!(fields(&again.fields), fields(&block.fields));
    assert_eq!((again.path, again.status), (block.path, block.status));
}

/// Blocks in order.
pub(super) fn header_blocks() -> Vec<Vec<u8>> {
    [
        &b":path: /trivium.v1.ChatService/SendMessage\r\ngrpc-timeout: 5S\r\nx-a: 1\r\nx-a: 2\r\n"[..],
        b":status: 200\r\ncontent-type: application/grpc-web+proto\r\n",
        b"grpc-status: 5\r\ngrpc-message: no such room\r\ngrpc-status-details-bin: CAUSBG5vbmU\r\n",
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}

/// What was read is what was sent, byte for byte.
pub(super) fn datagram(input: &[u8]) {
    if let Some(datagram) = Datagram::decode(Bytes::copy_from_slice(input)) {
        assert!(input.len() <= MAX_LEN);
        assert_eq!(datagram.encode(), input);
    }
}

/// Datagrams in order.
pub(super) fn datagrams() -> Vec<Vec<u8>> {
    let asks = Datagram::Ping { seq: 7, t_client: 9 };
    let answers = Datagram::Pong {
        seq: 7,
        t_client: 9,
        t_server: u64::MAX,
    };
    let signals = Datagram::Application {
        kind: 0x80,
        body: Bytes::from_static(b"\x0a\x02r1"),
    };
    [asks, answers, signals]
        .map(|datagram| datagram.encode().to_vec())
        .to_vec()
}
