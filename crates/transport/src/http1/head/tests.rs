//! Which heads are ours and which are handed on, and that it does not matter how they come.

use super::*;
use proptest::prelude::*;

const MOST: usize = 1_000;
/// A call as a browser writes it, up to the end of its fields.
const LINES: [&str; 5] = [
    "POST /quiz.v1.Rooms/Watch?x=1 HTTP/1.1",
    "Host: quiz.example",
    "Content-Type: application/grpc-web+proto",
    "Content-Length: 12",
    "X-Grpc-Web: 1",
];

fn head(lines: &[&str]) -> Vec<u8> {
    let lines = lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"]);
    [lines.collect::<Vec<_>>().concat(), b"\r\n".to_vec()].concat()
}

/// With this line in the place of the one with this index.
fn changed(index: usize, line: &str) -> Vec<u8> {
    let mut lines = LINES.to_vec();
    lines[index] = line;
    head(&lines)
}

fn with(line: &str) -> Vec<u8> {
    head(&[&LINES[..], &[line]].concat())
}

fn without(index: usize) -> Vec<u8> {
    let mut lines = LINES.to_vec();
    lines.remove(index);
    head(&lines)
}

/// Fields enough to have this many.
fn fields(count: usize) -> Vec<u8> {
    let more = vec!["x: 1"; count - (LINES.len() - 1)];
    head(&[&LINES[..], &more].concat())
}

/// A head of exactly so many bytes.
fn long(size: usize) -> Vec<u8> {
    let rest = size - with("x: ").len();
    with(&format!("x: {}", "v".repeat(rest)))
}

fn ours() -> Vec<Vec<u8>> {
    vec![
        head(&LINES),
        with("Connection: keep-alive"),
        with("connection: Close"),
        with("CONNECTION:KEEP-ALIVE"),
        with("te: trailers"),
        with("x: \u{e9}"),
        with("x:"),
        changed(0, "POST // HTTP/1.1"),
        changed(2, "content-type: application/grpc-web"),
        changed(2, "content-type: application/grpc-web-text; charset=utf-8"),
        changed(3, "content-length: 0"),
        changed(3, "content-length:   0012  "),
        changed(3, "content-length: 999999999999999999"),
        fields(MAX_FIELDS),
        long(MOST),
    ]
}

fn of_others() -> Vec<Vec<u8>> {
    vec![
        b"G".to_vec(),
        b"POSTS ".to_vec(),
        b"post ".to_vec(),
        b"\r\nPOST ".to_vec(),
        b"\x16\x03\x01".to_vec(),
        changed(0, "GET / HTTP/1.1"),
        changed(0, "PUT / HTTP/1.1"),
        changed(0, "POST / HTTP/1.0"),
        changed(0, "POST / HTTP/2.0"),
        changed(0, "POST / HTTP/1.1 "),
        changed(0, "POST  / HTTP/1.1"),
        changed(0, "POST http://quiz.example/ HTTP/1.1"),
        changed(0, "POST * HTTP/1.1"),
        changed(0, "POST quiz.example:443 HTTP/1.1"),
        changed(0, "POST /a\\\"<b HTTP/1.1"),
        changed(0, "POST /"),
        without(1),
        without(2),
        without(3),
        with("host: quiz.example"),
        with("content-type: application/grpc-web"),
        with("content-length: 12"),
        with("content-length: 13"),
        with("transfer-encoding: chunked"),
        with("transfer-encoding: identity"),
        with("expect: 100-continue"),
        with("upgrade: h2c"),
        with("connection: upgrade"),
        with("connection: keep-alive, te"),
        with("connection: "),
        head(&[&LINES[..], &["connection: close", "connection: close"]].concat()),
        changed(2, "content-type: application/grpc"),
        changed(2, "content-type: text/plain"),
        changed(3, "content-length: +12"),
        changed(3, "content-length: -1"),
        changed(3, "content-length: 0x12"),
        changed(3, "content-length: 12, 12"),
        changed(3, "content-length: 1 2"),
        changed(3, "content-length:"),
        changed(3, "content-length: 1000000000000000000"),
        changed(3, "content-length : 12"),
        with(" folded: 1"),
        with("x y: 1"),
        with(": 1"),
        with("no colon"),
        with("x: a\0b"),
        with("x: a\rb"),
        with("x: 1\ny: 2"),
        head(&LINES[..]).replace_first(b"\r\n", b"\n"),
        head(&LINES[..]).replace_first(b"\r\n\r\n", b"\r\n\n"),
        fields(MAX_FIELDS + 1),
        long(MOST + 1),
        [&b"POST /"[..], &[b'a'; MOST]].concat(),
    ]
}

trait Replace {
    fn replace_first(self, from: &[u8], to: &[u8]) -> Self;
}

impl Replace for Vec<u8> {
    fn replace_first(mut self, from: &[u8], to: &[u8]) -> Self {
        let at = self.windows(from.len()).position(|bytes| bytes == from);
        let at = at.expect("it is there");
        self.splice(at..at + from.len(), to.iter().copied());
        self
    }
}

/// What is said of bytes that come in pieces that end at these places.
fn judged(bytes: &[u8], ends: impl IntoIterator<Item = usize>) -> Verdict {
    let mut known = 0;
    for end in ends.into_iter().chain([bytes.len()]) {
        let end = end.min(MOST);
        match judge(&bytes[..end], known, MOST) {
            Verdict::Unfinished => known = end,
            verdict @ (Verdict::Call(_) | Verdict::Other) => return verdict,
        }
    }
    Verdict::Unfinished
}

#[test]
fn only_plain_calls_are_ours_however_they_come() {
    for (heads, of_ours) in [(ours(), true), (of_others(), false)] {
        for mut bytes in heads {
            let size = bytes.len();
            let shown = bytes.escape_ascii().to_string();
            // What follows is not looked at.
            bytes.extend_from_slice(b"\0\r\n\r\n");
            let whole = judged(&bytes, []);
            let single = judged(&bytes, 0..bytes.len());
            for verdict in [whole, single] {
                match verdict {
                    Verdict::Call(head) => assert!(of_ours && head.size == size, "{shown}"),
                    Verdict::Other => assert!(!of_ours, "{shown}"),
                    Verdict::Unfinished => panic!("it is never decided: {shown}"),
                }
            }
        }
    }
}

#[test]
fn a_head_is_understood() {
    for (line, close) in [
        ("te: trailers", false),
        ("connection: Keep-Alive", false),
        ("connection: CLOSE", true),
    ] {
        let Verdict::Call(head) = judge(&with(line), 0, MOST) else {
            panic!("it is a call: {line}");
        };
        assert_eq!((head.length, head.close), (12, close), "{line}");
        let request = head.request;
        assert_eq!((request.method(), request.version()), (&Method::POST, Version::HTTP_11));
        assert_eq!(request.uri(), "/quiz.v1.Rooms/Watch?x=1");
        assert_eq!(request.headers().len(), LINES.len());
        assert_eq!(request.headers()["x-grpc-web"], "1");
    }
}

#[test]
fn nothing_is_decided_before_its_time() {
    let head = head(&LINES);
    for end in 0..head.len() {
        assert!(matches!(judge(&head[..end], 0, MOST), Verdict::Unfinished), "{end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Where a head is cut, and what is wrong with it, in any combination.
    #[test]
    fn cuts_do_not_matter(
        which in 0..ours().len() + of_others().len(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        mut cuts in prop::collection::vec(0..MOST, 0..8),
    ) {
        let mut bytes = ours().into_iter().chain(of_others()).nth(which).unwrap_or_default();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.extend_from_slice(b"\r\n\r\n");
        cuts.retain(|cut| *cut < bytes.len());
        cuts.sort_unstable();
        let (whole, cut) = (judged(&bytes, []), judged(&bytes, cuts));
        prop_assert_eq!(format!("{:?}", whole), format!("{:?}", cut));
    }
}
