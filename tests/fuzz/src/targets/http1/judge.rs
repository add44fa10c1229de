//! What must hold of all that a server writes, RFC 9112.

use super::drive::Answered;

/// How an answer ends.
#[derive(PartialEq, Eq)]
enum End {
    /// The next may follow.
    Open,
    /// It said that nothing follows.
    Close,
    /// In the middle.
    Cut,
}

/// Takes the answers apart, and panics when something does not hold.
pub(super) fn judge(answered: &Answered) {
    let methods = answered.seen.iter().filter_map(|seen| seen.split(' ').next());
    if methods.clone().any(|method| method == "HEAD" || method == "CONNECT") {
        // Their answers have no bodies, whatever they say.
        return;
    }
    let (mut rest, mut answers, mut end) = (&answered.bytes[..], 0, End::Open);
    while !rest.is_empty() {
        assert!(end == End::Open, "something follows the last answer");
        (rest, end) = answer(rest);
        answers += 1;
    }
    // One more refuses what could not be understood.
    assert!(
        answers <= answered.seen.len() + 1,
        "{answers} answers to {} requests",
        answered.seen.len()
    );
}

/// One answer; what follows it.
fn answer(bytes: &[u8]) -> (&[u8], End) {
    let head = position(bytes, b"\r\n\r\n")
        .unwrap_or_else(|| panic!("a head is whole: {}", bytes[..bytes.len().min(300)].escape_ascii()));
    let text = str::from_utf8(&bytes[..head]).expect("a head is text");
    let mut rest = &bytes[head + 4..];
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    assert!(
        first.starts_with("HTTP/1.1 ") || first.starts_with("HTTP/1.0 "),
        "{first}"
    );
    let (mut length, mut chunked, mut close) = (None, false, false);
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a field");
        match name {
            "content-length" => {
                let value = value.parse::<usize>().expect("a length");
                assert!(length.replace(value).is_none(), "two lengths");
            }
            "transfer-encoding" => {
                assert!(value == "chunked" && !chunked, "{value}");
                chunked = true;
            }
            "connection" => close = value == "close",
            _ => {}
        }
    }
    let end = if close { End::Close } else { End::Open };
    let status = &first[9..12];
    if status == "204" {
        assert!(length.is_none() && !chunked, "a length of nothing");
        return (rest, end);
    }
    if first.starts_with("HTTP/1.0") {
        // It ends with the connection.
        return (&[], End::Close);
    }
    assert!(length.is_some() != chunked, "one way to know the end: {text}");
    if let Some(length) = length {
        return (rest.get(length..).expect("a body is whole"), end);
    }
    loop {
        let Some(line) = position(rest, b"\r\n") else {
            assert!(rest.is_empty(), "a chunk is cut off");
            return (rest, End::Cut);
        };
        let size = str::from_utf8(&rest[..line])
            .ok()
            .map(|size| usize::from_str_radix(size, 16));
        let size = size.and_then(Result::ok).expect("the size of a chunk");
        let chunk = rest[line + 2..].get(..size + 2).expect("a chunk is whole");
        assert!(chunk.ends_with(b"\r\n"), "a chunk has its end");
        rest = &rest[line + 2 + size + 2..];
        if size == 0 {
            return (rest, end);
        }
    }
}

fn position(bytes: &[u8], of: &[u8]) -> Option<usize> {
    bytes.windows(of.len()).position(|window| window == of)
}
