//! Header blocks of HTTP/2: the blocks of one connection, one after the other.
//!
//! Two kinds of input, told apart by the first byte: blocks as they are, of which only bounds can be said, and orders to write
//! blocks, of which is known what they have to be read as.

use std::collections::VecDeque;

use http::{HeaderName, HeaderValue, StatusCode};
use trivium_transport::hpack::{Decoder, Error, encode};

type Field = (Vec<u8>, Vec<u8>);

/// Sizes of the table that are tried.
const LIMITS: [usize; 4] = [0, 100, 256, 4_096];
/// What RFC 7541 §4.1 counts for an entry beside its bytes.
const OVERHEAD: usize = 32;
/// No field of the static table is larger.
const STATIC: usize = 32;
/// Some fields of the static table.
const KNOWN: [(usize, &str, &str); 4] = [
    (2, ":method", "GET"),
    (16, "accept-encoding", "gzip, deflate"),
    (31, "content-type", ""),
    (61, "www-authenticate", ""),
];
/// The index of the newest entry.
const NEWEST: usize = 62;

/// What is decoded is bounded and the same each time, and what our side writes is read as it was meant.
pub(super) fn hpack(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else {
        return;
    };
    let limit = LIMITS[usize::from(first % 4)];
    if *first < 0x80 {
        any_blocks(limit, rest);
    } else {
        written_blocks(limit, rest);
    }
}

/// Each block is behind its length, and all that is left if that is 255.
fn any_blocks(limit: usize, mut rest: &[u8]) {
    let mut decoders = [Decoder::new(limit), Decoder::new(limit)];
    while let Some((length, behind)) = rest.split_first() {
        let length = if *length == u8::MAX {
            behind.len()
        } else {
            usize::from(*length)
        };
        let (block, behind) = behind.split_at(length.min(behind.len()));
        rest = behind;
        let [once, again] = decoders.each_mut().map(|decoder| read(decoder, block));
        assert_eq!(once, again, "the same blocks are the same fields");
        let (fields, result) = once;
        assert!(fields.len() <= block.len(), "each field costs a byte");
        for (name, value) in &fields {
            let most = limit.max(STATIC) + block.len() * 8 / 5;
            assert!(
                name.len() + value.len() <= most,
                "a field is larger than table and block"
            );
        }
        let table = table(&mut decoders[0]);
        assert_eq!(table, self::table(&mut decoders[1]));
        assert!(size(&table) <= limit, "the table keeps to its size");
        round_trip(fields);
        if result.is_err() {
            return;
        }
    }
}

fn read(decoder: &mut Decoder, block: &[u8]) -> (Vec<Field>, Result<(), Error>) {
    let mut fields = Vec::new();
    let result = decoder.decode(block, &mut |name, value| fields.push((name.to_vec(), value.to_vec())));
    (fields, result)
}

/// What the table has, the newest first.
fn table(decoder: &mut Decoder) -> Vec<Field> {
    let mut entries = Vec::new();
    loop {
        let mut block = Vec::new();
        integer(NEWEST + entries.len(), 7, 0x80, &mut block);
        let (field, result) = read(decoder, &block);
        entries.extend(field);
        match result {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, Error::Index);
                return entries;
            }
        }
    }
}

fn size(table: &[Field]) -> usize {
    table
        .iter()
        .map(|(name, value)| name.len() + value.len() + OVERHEAD)
        .sum()
}

/// What a response can have is written and read as the same, by whoever has no table at all.
fn round_trip(mut fields: Vec<Field>) {
    let mut block = Vec::new();
    fields.retain(|(name, value)| {
        if name == b":status" {
            let status = StatusCode::from_bytes(value);
            return status.map(|status| encode::status(status, &mut block)).is_ok();
        }
        let lower = |known: &HeaderName| known.as_str().as_bytes() == name;
        let name = HeaderName::from_bytes(name).ok().filter(lower);
        let (Some(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) else {
            return false;
        };
        encode::field(&name, &value, &mut block);
        true
    });
    assert_eq!(read(&mut Decoder::new(0), &block), (fields, Ok(())));
}

/// Writes fields in every form there is, with a table like the one that the decoder has to have.
struct Writer {
    limit: usize,
    capacity: usize,
    entries: VecDeque<Field>,
    block: Vec<u8>,
    fields: Vec<Field>,
}

/// Each order is a byte, its first bit begins another block; lengths and indices are the bytes behind it.
fn written_blocks(limit: usize, orders: &[u8]) {
    let mut orders = orders.iter().copied();
    let mut decoder = Decoder::new(limit);
    let mut writer = Writer {
        limit,
        capacity: limit,
        entries: VecDeque::new(),
        block: Vec::new(),
        fields: Vec::new(),
    };
    while let Some(order) = orders.next() {
        if order >= 0x80 {
            writer.check(&mut decoder);
        }
        let mut next = || usize::from(orders.next().unwrap_or_default());
        match order & 7 {
            0 => writer.resize(next() * 20),
            1 => {
                let (index, name, value) = KNOWN[next() % KNOWN.len()];
                writer.indexed(index, (name.into(), value.into()));
            }
            2 | 3 => {
                let at = next() % writer.entries.len().max(1);
                if let Some(field) = writer.entries.get(at).cloned() {
                    writer.indexed(NEWEST + at, field);
                }
            }
            4 => {
                let (index, name, _) = KNOWN[next() % KNOWN.len()];
                writer.literal(order, index, name.into(), next());
            }
            5 | 6 => {
                let at = next() % writer.entries.len().max(1);
                if let Some((name, _)) = writer.entries.get(at).cloned() {
                    writer.literal(order, NEWEST + at, name, next());
                }
            }
            _ => {
                let name = vec![b'n'; next()];
                writer.literal(order, 0, name, next());
            }
        }
    }
    writer.check(&mut decoder);
    assert_eq!(
        table(&mut decoder),
        Vec::from(writer.entries),
        "both sides have the same table"
    );
}

impl Writer {
    fn check(&mut self, decoder: &mut Decoder) {
        let (fields, block) = (std::mem::take(&mut self.fields), std::mem::take(&mut self.block));
        assert_eq!(read(decoder, &block), (fields, Ok(())), "{block:x?}");
    }

    fn resize(&mut self, size: usize) {
        if self.fields.is_empty() {
            self.capacity = size.min(self.limit);
            integer(self.capacity, 5, 0x20, &mut self.block);
            self.evict(self.capacity);
        }
    }

    fn evict(&mut self, to: usize) {
        while size(self.entries.make_contiguous()) > to {
            self.entries.pop_back();
        }
    }

    fn indexed(&mut self, index: usize, field: Field) {
        integer(index, 7, 0x80, &mut self.block);
        self.fields.push(field);
    }

    /// Two bits of the order say in which form. The value tells which field it is.
    fn literal(&mut self, order: u8, index: usize, name: Vec<u8>, length: usize) {
        let mut value = self.fields.len().to_string().into_bytes();
        value.resize(length, b'v');
        let (prefix, high) = [(6, 0x40), (4, 0), (4, 0x10), (6, 0x40)][usize::from(order >> 3 & 3)];
        integer(index, prefix, high, &mut self.block);
        for text in [Some(&name).filter(|_| index == 0), Some(&value)].into_iter().flatten() {
            integer(text.len(), 7, 0, &mut self.block);
            self.block.extend_from_slice(text);
        }
        let field = (name, value);
        self.fields.push(field.clone());
        if prefix == 6 {
            let size = size(std::slice::from_ref(&field));
            self.evict(self.capacity.saturating_sub(size));
            // RFC 7541 §4.4: what is larger than the table empties it.
            if size <= self.capacity {
                self.entries.push_front(field);
            }
        }
    }
}

/// RFC 7541 §5.1.
fn integer(value: usize, prefix: u32, high: u8, block: &mut Vec<u8>) {
    let max = (1 << prefix) - 1;
    let low = |value: usize| value.to_le_bytes()[0];
    if value < max {
        return block.push(high | low(value));
    }
    block.push(high | low(max));
    let mut rest = value - max;
    while rest >= 0x80 {
        block.push(low(rest) | 0x80);
        rest >>= 7;
    }
    block.push(low(rest));
}

/// Blocks in order, and orders for some.
pub(super) fn blocks() -> Vec<Vec<u8>> {
    // RFC 7541 C.4 and C.6: requests with a coded authority, answers with a full table.
    let requests = [
        &b"\x03\x11\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"[..],
        b"\x0c\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf",
        b"\x18\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf",
    ];
    let answers = [
        &b"\x02\x36\x48\x82\x64\x02\x58\x85\xae\xc3\x77\x1a\x4b\x61\x96\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05"[..],
        b"\x95\x04\x0b\x81\x66\xe0\x82\xa6\x2d\x1b\xff\x6e\x91\x9d\x29\xad\x17\x18\x63\xc7\x8f\x0b\x97\xc8\xe9\xae\x82\xae",
        b"\x43\xd3\x08\x48\x83\x64\x0e\xff\xc1\xc0\xbf\x20",
    ];
    let sizes = &b"\x01\x08\x20\x3f\x45\x40\x01a\x011\x02\xbe\xbe"[..];
    let orders = [
        &[0x83, 7, 5, 3, 4, 2, 8, 2, 0, 1, 1, 0x82, 1, 5, 0, 200, 0x80, 4][..],
        &[
            0x81, 7, 30, 30, 7, 20, 20, 2, 0, 0x87, 250, 250, 0x85, 0, 3, 15, 1, 1, 23, 2, 2,
        ],
        &[
            0x82, 0x80, 13, 7, 1, 0, 7, 1, 1, 7, 1, 2, 7, 1, 3, 0x82, 3, 6, 3, 9, 0x80, 2, 0x80, 200, 2, 0,
        ],
    ];
    let mut blocks = vec![requests.concat(), answers.concat(), sizes.to_vec()];
    blocks.extend(orders.map(<[u8]>::to_vec));
    blocks
}
