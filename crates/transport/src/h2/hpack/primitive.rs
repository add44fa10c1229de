//! The integers and strings that a header block is made of (RFC 7541 §5), as [`super::Decoder`] reads them.
//!
//! Both take what they read off the front of a slice. Strings that are coded go through [`huffman`].

use std::ops::Range;

use super::{Error, huffman};

/// Most bytes of an integer after its prefix: 28 bits, far beyond any block's length.
const CONTINUATIONS: u32 = 4;

/// Reads an integer that begins in the lower `prefix` bits of the next byte, 1 to 8.
pub(super) fn integer(rest: &mut &[u8], prefix: u32) -> Result<usize, Error> {
    let mut next = || {
        let (byte, behind) = rest.split_first().ok_or(Error::Truncated)?;
        *rest = behind;
        Ok(*byte)
    };
    let max = u8::MAX >> (8 - prefix);
    let low = next()? & max;
    let mut value = usize::from(low);
    if low < max {
        return Ok(value);
    }
    for nth in 0..CONTINUATIONS {
        let byte = next()?;
        value += usize::from(byte & 0x7f) << (7 * nth);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::Integer)
}

/// A string: as it stands in the block, or where it is in the scratch buffer after decoding. A range rather than a slice,
/// because the value of a field is decoded behind its name and may move it.
pub(super) enum Text<'a> {
    Plain(&'a [u8]),
    Decoded(Range<usize>),
}

impl<'a> Text<'a> {
    /// Reads a string. Appends to `scratch`, at most 8/5 of what it reads.
    pub(super) fn read(rest: &mut &'a [u8], scratch: &mut Vec<u8>) -> Result<Self, Error> {
        let coded = rest.first().is_some_and(|first| first & 0x80 != 0);
        let len = integer(rest, 7)?;
        let (text, behind) = rest.split_at_checked(len).ok_or(Error::Truncated)?;
        *rest = behind;
        if !coded {
            return Ok(Self::Plain(text));
        }
        let start = scratch.len();
        huffman::decode(text, scratch)?;
        Ok(Self::Decoded(start..scratch.len()))
    }

    /// What it says. `scratch` is the buffer it was read with.
    pub(super) fn bytes<'b>(&self, scratch: &'b [u8]) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Self::Plain(text) => text,
            Self::Decoded(range) => &scratch[range.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_up_to_their_end() {
        // The first three are Appendix C.1.
        for (prefix, bytes, result) in [
            (5, &[0b1110_1010][..], Ok(10)),
            (5, &[0b0001_1111, 154, 10], Ok(1337)),
            (8, &[42], Ok(42)),
            (7, &[0x7e], Ok(126)),
            (7, &[0x7f, 0], Ok(127)),
            (4, &[0xff, 0x80, 0], Ok(15)),
            (4, &[0xff, 0xff, 0xff, 0xff, 0x7f], Ok((1 << 28) - 1 + 15)),
            (4, &[0xff, 0x80, 0x80, 0x80, 0x80, 0], Err(Error::Integer)),
            (4, &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], Err(Error::Integer)),
            (4, &[0xff, 0xff, 0xff, 0xff], Err(Error::Truncated)),
            (4, &[0xff], Err(Error::Truncated)),
            (4, &[], Err(Error::Truncated)),
        ] {
            let mut rest = bytes;
            assert_eq!(integer(&mut rest, prefix), result, "{bytes:?}");
            assert!(rest.is_empty() || result.is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn plain_strings_are_not_copied() {
        let mut scratch = Vec::new();
        let block = *b"\x02abc";
        let mut rest = &block[..];
        let text = Text::read(&mut rest, &mut scratch).unwrap();
        assert_eq!((text.bytes(&scratch).as_ptr(), rest), (block[1..].as_ptr(), &b"c"[..]));
        assert_eq!(scratch.capacity(), 0);
    }

    #[test]
    fn a_length_alone_makes_no_room() {
        let mut scratch = Vec::new();
        for first in [0x7f, 0xff] {
            let mut rest = &[first, 0xff, 0xff, 0xff, 0x7f, b'a'][..];
            assert!(matches!(Text::read(&mut rest, &mut scratch), Err(Error::Truncated)));
            assert_eq!(scratch.capacity(), 0);
        }
    }
}
