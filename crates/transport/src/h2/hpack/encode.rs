//! Writes header fields without state: names by their static index, everything else as it is.
//!
//! Nothing enters the table of the peer, so that its size is of no concern once that is [said](no_table), and an answer can be
//! written by anyone. What it reads like on the other side is in [`super`]; the indices are those of [`table`].

use http::{HeaderName, HeaderValue, StatusCode};

use super::table;

/// The index of the first `:status`.
const STATUS: usize = 8;

/// A literal field that intermediaries may index, with 4 bits for the index of its name.
const WITHOUT_INDEXING: u8 = 0b0000_0000;

/// The same, but they must not.
const NEVER_INDEXED: u8 = 0b0001_0000;

/// A new size of the table, with 5 bits for it.
const TABLE_SIZE: u8 = 0b0010_0000;

/// Appends, in front of all fields, that the table has no size at all.
pub fn no_table(block: &mut Vec<u8>) {
    integer(0, 5, TABLE_SIZE, block);
}

/// Appends the `:status` field.
pub fn status(status: StatusCode, block: &mut Vec<u8>) {
    let index = match status.as_u16() {
        200 => 8,
        204 => 9,
        206 => 10,
        304 => 11,
        400 => 12,
        404 => 13,
        500 => 14,
        _ => {
            integer(STATUS, 4, WITHOUT_INDEXING, block);
            string(status.as_str().as_bytes(), block);
            return;
        }
    };
    integer(index, 7, 0b1000_0000, block);
}

/// Appends a field. A value that is sensitive is marked as never to be indexed, by intermediaries neither.
pub fn field(name: &HeaderName, value: &HeaderValue, block: &mut Vec<u8>) {
    let kind = if value.is_sensitive() {
        NEVER_INDEXED
    } else {
        WITHOUT_INDEXING
    };
    let name = name.as_str();
    if let Some(index) = table::static_name(name) {
        integer(index, 4, kind, block);
    } else {
        block.push(kind);
        string(name.as_bytes(), block);
    }
    string(value.as_bytes(), block);
}

fn string(text: &[u8], block: &mut Vec<u8>) {
    integer(text.len(), 7, 0, block);
    block.extend_from_slice(text);
}

/// RFC 7541 §5.1: `value` in the lower `prefix` bits of a byte whose others are those of `high`, and as many more bytes as it takes.
fn integer(value: usize, prefix: u32, high: u8, block: &mut Vec<u8>) {
    let max = u8::MAX >> (8 - prefix);
    let Some(mut rest) = value.checked_sub(usize::from(max)) else {
        block.push(high | value.to_le_bytes()[0]);
        return;
    };
    block.push(high | max);
    while rest >= 0x80 {
        block.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    block.push(rest.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::super::Decoder;
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut block = Vec::new();
        write(&mut block);
        block
    }

    fn decoded(block: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut fields = Vec::new();
        let mut decoder = Decoder::new(0);
        let result = decoder.decode(block, &mut |name, value| fields.push((name.to_vec(), value.to_vec())));
        assert_eq!(result, Ok(()));
        fields
    }

    #[test]
    fn integers_are_those_of_the_rfc() {
        for (value, prefix, bytes) in [
            (10, 5, &[10][..]),
            (1337, 5, &[31, 154, 10]),
            (42, 8, &[42]),
            (14, 4, &[14]),
            (15, 4, &[15, 0]),
            (142, 4, &[15, 127]),
            (143, 4, &[15, 128, 1]),
        ] {
            assert_eq!(written(|block| integer(value, prefix, 0, block)), bytes, "{value}");
        }
    }

    #[test]
    fn a_status_is_one_byte_or_its_digits() {
        for code in 100..1000 {
            let status = StatusCode::from_u16(code).unwrap();
            let block = written(|block| super::status(status, block));
            let short = [200, 204, 206, 304, 400, 404, 500].contains(&code);
            assert_eq!(block.len(), if short { 1 } else { 5 }, "{code}");
            assert_eq!(decoded(&block), [(b":status".to_vec(), code.to_string().into_bytes())]);
        }
    }

    #[test]
    fn known_names_are_indices_and_sensitive_values_are_marked() {
        let mut secret = HeaderValue::from_static("s");
        secret.set_sensitive(true);
        let plain = HeaderValue::from_static("s");
        for (name, value, bytes) in [
            ("content-type", &plain, &[0x0f, 16, 1, b's'][..]),
            ("content-type", &secret, &[0x1f, 16, 1, b's']),
            ("x", &plain, &[0x00, 1, b'x', 1, b's']),
            ("x", &secret, &[0x10, 1, b'x', 1, b's']),
        ] {
            let name = HeaderName::from_static(name);
            assert_eq!(written(|block| field(&name, value, block)), bytes, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_the_same(
            fields in vec(("(content-type|etag|via|[a-z][a-z0-9-]{0,200})", vec(0x20..=0xff_u8, 0..300), any::<bool>()), 0..20),
        ) {
            let mut block = Vec::new();
            let mut expected = Vec::new();
            for (name, mut bytes, sensitive) in fields {
                bytes.retain(|byte| *byte != 0x7f);
                let mut value = HeaderValue::from_bytes(&bytes).unwrap();
                value.set_sensitive(sensitive);
                field(&HeaderName::from_bytes(name.as_bytes()).unwrap(), &value, &mut block);
                expected.push((name.into_bytes(), bytes));
            }
            prop_assert_eq!(decoded(&block), expected);
        }
    }
}
