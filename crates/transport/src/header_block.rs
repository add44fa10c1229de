//! The header block: `name: value\r\n` lines, the payload of HEADERS and TRAILERS envelopes.
//!
//! Pure. Lower-case names, printable ASCII values, duplicates kept in order, no folding, no blank line; at most
//! [`MAX_FIELDS`] lines and [`MAX_BLOCK`] bytes. Framed by [`envelope`].

use bytes::{BufMut, Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::envelope::{self, MAX_BLOCK, PREFIX_LEN};

/// Most lines in a block.
pub const MAX_FIELDS: usize = 128;

/// A decoded block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The `:path` of a request.
    pub path: Option<String>,
    /// The `:status` of a response.
    pub status: Option<u16>,
    /// Everything else, in order.
    pub fields: HeaderMap,
}

/// What is wrong with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// A line without a colon or without `\r\n`.
    #[error("a line is not `name: value`")]
    Line,
    /// A name that is empty, has capitals, or has characters that no header name has.
    #[error("a header name is malformed")]
    Name,
    /// A value with a byte outside `0x20..=0x7e`.
    #[error("a header value is not printable ASCII")]
    Value,
    /// An unknown or repeated pseudo header, or one with a malformed value.
    #[error("a pseudo header is unknown, repeated or malformed")]
    Pseudo,
    /// More than [`MAX_FIELDS`] lines.
    #[error("too many header lines")]
    TooManyFields,
    /// More than [`MAX_BLOCK`] bytes; only when encoding.
    #[error("the header block is too long")]
    TooLong,
}

/// Reads a block.
///
/// # Errors
/// The first thing wrong with it.
pub fn decode(block: &[u8]) -> Result<Block, BlockError> {
    let mut out = Block::default();
    let mut rest = block;
    let mut lines = 0;
    while !rest.is_empty() {
        let end = rest
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .ok_or(BlockError::Line)?;
        let (line, tail) = rest.split_at(end);
        rest = &tail[2..];
        lines += 1;
        if lines > MAX_FIELDS {
            return Err(BlockError::TooManyFields);
        }
        decode_line(line, &mut out)?;
    }
    Ok(out)
}

fn decode_line(line: &[u8], out: &mut Block) -> Result<(), BlockError> {
    // The name of a pseudo header begins with the colon that ends every other name.
    let pseudo = usize::from(line.first() == Some(&b':'));
    let colon = line[pseudo..]
        .iter()
        .position(|&byte| byte == b':')
        .ok_or(BlockError::Line)?
        + pseudo;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    if !value.iter().copied().all(is_printable) {
        return Err(BlockError::Value);
    }
    if pseudo == 1 {
        return decode_pseudo(name, value, out);
    }
    let name = HeaderName::from_lowercase(name).map_err(|_| BlockError::Name)?;
    let value = HeaderValue::from_bytes(value).map_err(|_| BlockError::Value)?;
    out.fields.append(name, value);
    Ok(())
}

fn decode_pseudo(name: &[u8], value: &[u8], out: &mut Block) -> Result<(), BlockError> {
    let value = str::from_utf8(value).map_err(|_| BlockError::Pseudo)?;
    let repeated = match name {
        b":path" => out.path.replace(value.to_owned()).is_some(),
        b":status" => out
            .status
            .replace(value.parse().map_err(|_| BlockError::Pseudo)?)
            .is_some(),
        _ => true,
    };
    if repeated { Err(BlockError::Pseudo) } else { Ok(()) }
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e)
}

/// Writes a whole envelope with `flags` around one pseudo header and `fields`.
///
/// Hop-by-hop fields stay behind, and so does a value that is not printable ASCII: no gRPC library makes one, and a block
/// that carried it would be refused as a whole.
///
/// # Errors
/// [`BlockError::TooManyFields`], [`BlockError::TooLong`].
pub fn encode(flags: u8, pseudo: Option<(&str, &str)>, fields: &HeaderMap) -> Result<Bytes, BlockError> {
    let mut out = BytesMut::with_capacity(256);
    out.put_bytes(0, PREFIX_LEN);
    let mut lines = 0;
    let mut line = |out: &mut BytesMut, name: &str, value: &[u8]| {
        lines += 1;
        out.put_slice(name.as_bytes());
        out.put_slice(b": ");
        out.put_slice(value);
        out.put_slice(b"\r\n");
    };
    if let Some((name, value)) = pseudo {
        line(&mut out, name, value.as_bytes());
    }
    for (name, value) in fields {
        if value.as_bytes().iter().copied().all(is_printable) && !is_hop_by_hop(name) {
            line(&mut out, name.as_str(), value.as_bytes());
        }
    }
    if lines > MAX_FIELDS {
        return Err(BlockError::TooManyFields);
    }
    let length = out.len() - PREFIX_LEN;
    if length > MAX_BLOCK {
        return Err(BlockError::TooLong);
    }
    let length = u32::try_from(length).map_err(|_| BlockError::TooLong)?;
    out[..PREFIX_LEN].copy_from_slice(&envelope::prefix(flags, length));
    Ok(out.freeze())
}

/// Whether a field speaks about one HTTP connection, or about a body length that envelopes make meaningless.
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "host"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn fields(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        pairs.collect()
    }

    #[test]
    fn blocks_are_read_as_written() {
        let request = decode(b":path: /p.S/M\r\nauthorization: Bearer x:y\r\nx-a:1\r\nx-a: 2\r\nx-empty:\r\n").unwrap();
        assert_eq!(request.path.as_deref(), Some("/p.S/M"));
        assert_eq!(request.fields["authorization"], "Bearer x:y");
        assert_eq!(request.fields.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(request.fields["x-empty"], "");
        assert_eq!(decode(b":status: 200\r\n").unwrap().status, Some(200));
        assert_eq!(decode(b"").unwrap(), Block::default());
    }

    #[test]
    fn malformed_blocks_are_refused() {
        for (block, error) in [
            (&b"no colon\r\n"[..], BlockError::Line),
            (b"x: 1", BlockError::Line),
            (b"x: 1\n", BlockError::Line),
            (b"\r\n", BlockError::Line),
            (b": \r\n", BlockError::Line),
            (b"X-Upper: 1\r\n", BlockError::Name),
            (b"sp ace: 1\r\n", BlockError::Name),
            (b" folded: 1\r\n", BlockError::Name),
            (b"x: \x07\r\n", BlockError::Value),
            (b"x: a\nb\r\n", BlockError::Value),
            ("x: ä\r\n".as_bytes(), BlockError::Value),
            (b":method: POST\r\n", BlockError::Pseudo),
            (b":path: /a\r\n:path: /b\r\n", BlockError::Pseudo),
            (b":status: abc\r\n", BlockError::Pseudo),
        ] {
            assert_eq!(decode(block), Err(error), "{}", block.escape_ascii());
        }
    }

    #[test]
    fn limits_hold_in_both_directions() {
        assert!(decode(&b"x: 1\r\n".repeat(MAX_FIELDS)).is_ok());
        assert_eq!(
            decode(&b"x: 1\r\n".repeat(MAX_FIELDS + 1)),
            Err(BlockError::TooManyFields)
        );
        let many = (0..=MAX_FIELDS).map(|_| (HeaderName::from_static("x"), HeaderValue::from_static("1")));
        assert_eq!(
            encode(envelope::END, None, &many.collect()),
            Err(BlockError::TooManyFields)
        );
        let long = fields(&[("x", &"a".repeat(MAX_BLOCK))]);
        assert_eq!(encode(envelope::END, None, &long), Err(BlockError::TooLong));
    }

    #[test]
    fn hop_by_hop_and_unprintable_fields_stay_behind() {
        let mut all = fields(&[("te", "trailers"), ("x-keep", "1"), ("connection", "close")]);
        all.insert("x-odd", HeaderValue::from_bytes(b"\xff").unwrap());
        let written = encode(envelope::HEADERS, None, &all).unwrap();
        assert_eq!(&written[PREFIX_LEN..], b"x-keep: 1\r\n");
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(block in vec(any::<u8>(), 0..200)) {
            let _ = decode(&block);
        }

        #[test]
        fn what_is_written_is_read(pairs in vec(("[a-z][a-z0-9-]{0,8}", "[!-~]([ -~]{0,8}[!-~])?"), 0..20), path in "/[a-zA-Z./]{0,20}") {
            let fields: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()))
                .filter(|(name, _)| !is_hop_by_hop(name))
                .collect();
            let written = encode(envelope::HEADERS, Some((":path", &path)), &fields).unwrap();
            prop_assert_eq!(decode(&written[PREFIX_LEN..]), Ok(Block { path: Some(path), status: None, fields }));
        }
    }
}
