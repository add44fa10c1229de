//! A whole connection of HTTP/1.1, as calls of gRPC-Web and whatever a client may write instead.
//!
//! ```text
//!  input ─> stream: bytes ─> drive, whole and cut ─> trivium_transport::http::serve_connection ─> service
//!                              └──> judge: what was answered, which has to be the same
//! ```

mod drive;
mod judge;
mod service;
mod stream;

pub(super) use stream::orders;

/// Whatever a client sends, however it is cut.
pub(super) fn http1_calls(input: &[u8]) {
    let [first, second, rest @ ..] = input else {
        return;
    };
    let bytes = match first & 0x80 {
        0 => stream::ordered(rest),
        _ => rest.to_vec(),
    };
    if bytes.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
        // That is for `http2`.
        return;
    }
    let small = first & 1 != 0;
    let whole = drive::answered(&bytes, &[], small);
    let cuts = stream::cuts(bytes.len(), *second);
    let cut = drive::answered(&bytes, &cuts, small);
    judge::judge(&whole);
    judge::judge(&cut);
    assert_eq!(
        whole.without_refusal(),
        cut.without_refusal(),
        "it depends on how it is cut"
    );
    drive::unanswered(&bytes, small);
}
