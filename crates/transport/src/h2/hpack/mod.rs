//! HPACK, the compression of HTTP/2's header fields (RFC 7541): [`Decoder`] for what comes in, [`encode`] for what goes out.
//!
//! Pure. `primitive` reads integers and strings, `huffman` undoes the code of strings, `table` has what indices point into.
//! The decoder takes what any peer may send; the encoder needs no state, so that every stream can write its own block.

pub mod encode;
mod huffman;
mod primitive;
mod table;

use std::fmt;

use self::primitive::{Text, integer};
use self::table::Table;

/// Why a block cannot be decoded. It leaves the table in a state that nobody knows, so that the connection has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The block ends within a field.
    #[error("the header block ends within a field")]
    Truncated,
    /// An integer beyond 28 bits, or written as long as one.
    #[error("an integer of the header block is too long")]
    Integer,
    /// An index that is 0, or that neither table has.
    #[error("the header block has an index that no field has")]
    Index,
    /// A table larger than we allow.
    #[error("the header block asks for a larger table than allowed")]
    TableSize,
    /// A new table size after the first field.
    #[error("the header block changes the table size after its first field")]
    LateTableSize,
    /// EOS, a codeword that is cut off, or padding that is not fewer than 8 ones.
    #[error("a Huffman string of the header block is malformed")]
    Huffman,
}

/// Decodes the header blocks of one connection, in order. Between blocks it holds what its table does and nothing else.
pub struct Decoder {
    max_table: usize,
    table: Table,
}

impl fmt::Debug for Decoder {
    /// Says nothing of the fields, some of which are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("max_table", &self.max_table)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// `max_table`: our SETTINGS_HEADER_TABLE_SIZE, in bytes as RFC 7541 §4.1 counts. The table has this size from the first
    /// block on, so with less than the protocol's 4096 the peer must have acknowledged it before it indexes anything.
    pub const fn new(max_table: usize) -> Self {
        Self {
            max_table,
            table: Table::new(max_table),
        }
    }

    /// Decodes one whole block and calls `field(name, value)` for each field in order. Names and values are any bytes: what
    /// HTTP makes of them is the caller's to say, and so is how many it keeps, for each byte of the block may be a field as
    /// large as the table.
    ///
    /// # Errors
    /// The first thing wrong with it; what follows on its connection then means nothing.
    pub fn decode(&mut self, block: &[u8], field: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Error> {
        let mut rest = block;
        // Dropped at the end, because most connections are idle most of the time.
        let mut scratch = Vec::new();
        let mut begun = false;
        while let Some(first) = rest.first() {
            match first.leading_zeros() {
                0 => {
                    let index = integer(&mut rest, 7)?;
                    let (name, value) = self.table.get(index).ok_or(Error::Index)?;
                    field(name, value);
                }
                1 => self.literal(&mut rest, true, &mut scratch, field)?,
                2 if begun => return Err(Error::LateTableSize),
                2 => {
                    self.resize(integer(&mut rest, 5)?)?;
                    continue;
                }
                // Whether it must never be indexed concerns those who pass it on.
                _ => self.literal(&mut rest, false, &mut scratch, field)?,
            }
            begun = true;
        }
        Ok(())
    }

    /// Decodes a field that is spelled out, at least in its value. Overwrites `scratch`.
    fn literal(
        &mut self,
        rest: &mut &[u8],
        indexed: bool,
        scratch: &mut Vec<u8>,
        field: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<(), Error> {
        scratch.clear();
        let index = integer(rest, if indexed { 6 } else { 4 })?;
        let name = match index {
            0 => Some(Text::read(rest, scratch)?),
            _ => None,
        };
        let value = Text::read(rest, scratch)?;
        let name = match &name {
            Some(text) => text.bytes(scratch),
            None => self.table.get(index).ok_or(Error::Index)?.0,
        };
        let value = value.bytes(scratch);
        field(name, value);
        if indexed {
            let entry = self.table.entry(name, value);
            self.table.insert(entry);
        }
        Ok(())
    }

    fn resize(&mut self, size: usize) -> Result<(), Error> {
        if size > self.max_table {
            return Err(Error::TableSize);
        }
        self.table.resize(size);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn unhex(hex: &str) -> Vec<u8> {
        let digits: String = hex.split_whitespace().collect();
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(byte).collect()
    }

    fn lines<'a>(fields: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> String {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let line = |(name, value)| text(name) + ": " + &text(value) + "\n";
        fields.into_iter().map(line).collect()
    }

    fn decode(decoder: &mut Decoder, block: &[u8]) -> Result<String, Error> {
        let mut out = String::new();
        decoder.decode(block, &mut |name, value| out += &lines([(name, value)]))?;
        Ok(out)
    }

    /// Decodes blocks, each in hex with the fields and the table size after it.
    fn check(max_table: usize, blocks: &[(&str, &str, usize)]) -> Decoder {
        let mut decoder = Decoder::new(max_table);
        for (hex, fields, size) in blocks {
            assert_eq!(decode(&mut decoder, &unhex(hex)).as_deref(), Ok(*fields), "{hex}");
            assert_eq!(decoder.table.size(), *size, "{hex}");
        }
        decoder
    }

    /// Appendix C.2.
    #[test]
    fn each_kind_of_field_is_decoded() {
        for (hex, field, size) in [
            (
                "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
                "custom-key: custom-header\n",
                55,
            ),
            ("040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path\n", 0),
            ("1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret\n", 0),
            ("82", ":method: GET\n", 0),
        ] {
            check(4096, &[(hex, field, size)]);
        }
    }

    /// Appendix C.3 and C.4.
    #[test]
    fn requests_are_decoded() {
        let plain = [
            "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            "8286 84be 5808 6e6f 2d63 6163 6865",
            "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
        ];
        let coded = [
            "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
            "8286 84be 5886 a8eb 1064 9cbf",
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
        ];
        let first = ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n";
        let second = &format!("{first}cache-control: no-cache\n");
        let third = ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\n\
                     custom-key: custom-value\n";
        for [a, b, c] in [plain, coded] {
            let decoder = check(4096, &[(a, first, 57), (b, second, 110), (c, third, 164)]);
            assert_eq!(
                lines(decoder.table.fields()),
                "custom-key: custom-value\ncache-control: no-cache\n:authority: www.example.com\n"
            );
        }
    }

    /// Appendix C.5 and C.6.
    #[test]
    fn responses_are_decoded_with_a_table_that_is_full() {
        let plain = [
            "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d \
             546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            "4803 3330 37c1 c0bf",
            "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f \
             6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b \
             2076 6572 7369 6f6e 3d31",
        ];
        let coded = [
            "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 \
             8f0b 97c8 e9ae 82ae 43d3",
            "4883 640e ffc1 c0bf",
            "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 \
             dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
        ];
        let same = "cache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com\n";
        let first = &format!(":status: 302\n{same}");
        let second = &format!(":status: 307\n{same}");
        let cookie = "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n";
        let date = "date: Mon, 21 Oct 2013 20:13:22 GMT\n";
        let gzip = "content-encoding: gzip\n";
        let third =
            &format!(":status: 200\ncache-control: private\n{date}location: https://www.example.com\n{gzip}{cookie}");
        for [a, b, c] in [plain, coded] {
            let decoder = check(256, &[(a, first, 222), (b, second, 222), (c, third, 215)]);
            assert_eq!(lines(decoder.table.fields()), format!("{cookie}{gzip}{date}"));
        }
    }

    #[test]
    fn a_name_of_the_table_outlives_its_entry() {
        // `a: 1` fills the table; the next field has its name from there and takes its place.
        check(34, &[("4001 6101 31 7e01 32 be", "a: 1\na: 2\na: 2\n", 34)]);
        check(34, &[("4001 6101 31 7e02 3233 82", "a: 1\na: 23\n:method: GET\n", 0)]);
    }

    #[test]
    fn the_table_size_changes_at_the_start_of_a_block() {
        check(
            256,
            &[
                ("4001 6101 31", "a: 1\n", 34),
                ("20 3fe101 4001 6101 31", "a: 1\n", 34),
                ("21", "", 0),
                ("4001 6101 31", "a: 1\n", 0),
            ],
        );
    }

    #[test]
    fn bad_blocks_are_errors() {
        for (what, hex, error) in [
            ("index 0", "80", Error::Index),
            ("an index behind the static table", "be", Error::Index),
            ("an index far behind", "ff ffff ff7f", Error::Index),
            ("a name behind the static table, indexed", "7e 0131", Error::Index),
            ("a name behind the static table", "0f2f 0131", Error::Index),
            (
                "a name behind the static table, never indexed",
                "1f2f 0131",
                Error::Index,
            ),
            ("an integer without its continuation", "ff", Error::Truncated),
            ("an integer without its end", "ff 80", Error::Truncated),
            ("an integer that is too long", "ff ffff ffff 7f", Error::Integer),
            ("an integer of zeros", "ff 8080 8080 00", Error::Integer),
            (
                "a length that overflows",
                "0001 617f ffff ffff ffff ffff ffff 7f",
                Error::Integer,
            ),
            ("no name", "40", Error::Truncated),
            ("no name, not indexed", "00", Error::Truncated),
            ("half a name", "4002 61", Error::Truncated),
            ("no value", "4001 61", Error::Truncated),
            ("half a value", "4001 6102 31", Error::Truncated),
            ("a length of 256 MiB", "4001 617f ffff ff7f 31", Error::Truncated),
            ("a coded length of 256 MiB", "4001 61ff ffff ff7f 31", Error::Truncated),
            ("a larger table", "3fe2 1f", Error::TableSize),
            ("a far larger table", "3fff ffff 7f", Error::TableSize),
            ("a table size after a field", "82 20", Error::LateTableSize),
            (
                "a table size at the end",
                "20 4001 6101 31 3fe1 1f",
                Error::LateTableSize,
            ),
            ("a coded name that is all padding", "4081 ff01 31", Error::Huffman),
            ("a coded value with EOS", "4001 6184 ffff ffff", Error::Huffman),
            ("a coded value padded with zeros", "4001 6181 18", Error::Huffman),
        ] {
            assert_eq!(decode(&mut Decoder::new(4096), &unhex(hex)), Err(error), "{what}");
        }
    }

    /// Bytes, and bytes that look more like a block.
    fn blocks() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            any::<u8>(),
            prop::sample::select(unhex("20 3f 40 82 be bf 7e 00 01 81 1f 10 ff"))
        ];
        vec(byte, 0..200)
    }

    proptest! {
        #[test]
        fn any_blocks_are_decoded_within_bounds(blocks in vec(blocks(), 1..5), max_table in 0..300_usize) {
            let mut decoder = Decoder::new(max_table);
            for block in blocks {
                let mut fields = 0;
                let mut largest = 0;
                let result = decoder.decode(&block, &mut |name, value| {
                    fields += 1;
                    largest = largest.max(name.len() + value.len());
                });
                prop_assert!(fields <= block.len());
                // A name of a table and a value of the block, at the most.
                prop_assert!(largest <= max_table.max(27) + block.len() * 8 / 5);
                prop_assert!(decoder.table.size() <= max_table);
                if result.is_err() {
                    break;
                }
            }
        }
    }
}
