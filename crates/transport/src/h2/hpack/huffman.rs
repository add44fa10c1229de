//! Decodes the Huffman code of RFC 7541 Appendix B.
//!
//! The code is canonical: ordered by length and then by symbol, each codeword is the one before it plus one. So the lengths
//! are all of it, and the tables follow from them at compile time. For [`super::Decoder`]; nothing is encoded with it.

use super::Error;

/// The bits of the codeword of each byte. EOS has 30 bits too, all ones.
#[rustfmt::skip]
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
     6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,
     5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,
    13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
     7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,
    15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,
     6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/// The longest codeword, in bits.
const LONGEST: usize = 30;

/// Codewords up to this many bits are looked up at one stroke. They are what header fields are made of.
const SHORT: usize = 8;

/// Where the codewords of one length are.
#[derive(Clone, Copy)]
struct Span {
    /// The first codeword and the one behind the last, at the high end of 32 bits.
    start: u32,
    end: u32,
    /// Where the symbol of `start` is in [`Code::symbols`].
    first: usize,
}

struct Code {
    /// The bytes in the order of their codewords.
    symbols: [u8; 256],
    /// By length.
    spans: [Span; LONGEST + 1],
    /// By the next bits: the byte and the length of its codeword, which is 0 if that is not short.
    short: [(u8, u8); 1 << SHORT],
}

static CODE: Code = build();

/// Appends what `text` stands for to `out`, at most 8/5 of its length.
pub(super) fn decode(text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    // The shortest codeword has 5 bits.
    out.reserve(text.len().saturating_mul(8) / 5);
    let mut text = text.iter();
    // The next bits at the high end, zeros below them.
    let mut bits = 0_u64;
    let mut filled = 0_u32;
    loop {
        while filled <= 56 {
            let Some(&byte) = text.next() else {
                break;
            };
            bits |= u64::from(byte) << (56 - filled);
            filled += 8;
        }
        // The padding: fewer than 8 bits, all ones. Or none at all.
        if filled < 8 && bits == !(u64::MAX >> filled) {
            return Ok(());
        }
        let (symbol, length) = next(bits).ok_or(Error::Huffman)?;
        // What is left is neither padding nor a whole codeword: the zeros have completed it.
        filled = filled.checked_sub(length).ok_or(Error::Huffman)?;
        bits <<= length;
        out.push(symbol);
    }
}

/// The byte whose codeword `bits` begin with, and the length of it. None for EOS.
fn next(bits: u64) -> Option<(u8, u32)> {
    let [high, ..] = bits.to_be_bytes();
    let (symbol, length) = CODE.short[usize::from(high)];
    if length != 0 {
        return Some((symbol, u32::from(length)));
    }
    let bits = u32::try_from(bits >> 32).ok()?;
    let longer = CODE.spans.iter().zip(0_u32..).skip(SHORT + 1);
    for (span, length) in longer {
        if bits < span.end {
            let nth = bits.checked_sub(span.start)? >> (32 - length);
            let symbol = CODE.symbols.get(span.first + usize::try_from(nth).ok()?)?;
            return Some((*symbol, length));
        }
    }
    None
}

const fn build() -> Code {
    let mut code = Code {
        symbols: [0; 256],
        spans: [Span {
            start: 0,
            end: 0,
            first: 0,
        }; LONGEST + 1],
        short: [(0, 0); 1 << SHORT],
    };
    let mut word = 0_u32;
    let mut placed = 0;
    let mut length = 1_u8;
    while length as usize <= LONGEST {
        let start = word;
        let first = placed;
        let mut symbol = 0_u8;
        loop {
            if LENGTHS[symbol as usize] == length {
                code.symbols[placed] = symbol;
                placed += 1;
                let behind = word + (1 << (32 - length));
                if length as usize <= SHORT {
                    let mut at = word >> (32 - SHORT);
                    while at < behind >> (32 - SHORT) {
                        code.short[at as usize] = (symbol, length);
                        at += 1;
                    }
                }
                word = behind;
            }
            if symbol == u8::MAX {
                break;
            }
            symbol += 1;
        }
        code.spans[length as usize] = Span {
            start,
            end: word,
            first,
        };
        length += 1;
    }
    // Only EOS is left over: the lengths above are a complete code, without a gap.
    assert!(placed == 256 && word == u32::MAX << (32 - LONGEST));
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// The codewords of `symbols` as a string of zeros and ones. Found by their definition, not by the tables.
    fn codewords(symbols: &[u8]) -> String {
        let mut order: Vec<u8> = (0..=255).collect();
        order.sort_by_key(|symbol| LENGTHS[usize::from(*symbol)]);
        let word = |symbol: u8| {
            let before = order.iter().take_while(|other| **other != symbol);
            let length = LENGTHS[usize::from(symbol)];
            let word: u64 = before.map(|other| 1 << (length - LENGTHS[usize::from(*other)])).sum();
            format!("{word:0width$b}", width = usize::from(length))
        };
        symbols.iter().map(|symbol| word(*symbol)).collect()
    }

    /// Bits as bytes; what is missing of the last one is `pad`.
    fn pack(mut bits: String, pad: char) -> Vec<u8> {
        while !bits.len().is_multiple_of(8) {
            bits.push(pad);
        }
        let byte = |bits| u8::from_str_radix(str::from_utf8(bits).unwrap(), 2).unwrap();
        bits.as_bytes().chunks(8).map(byte).collect()
    }

    fn decoded(text: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        decode(text, &mut out).map(|()| out)
    }

    #[test]
    fn codewords_are_those_of_the_rfc() {
        for (symbol, word) in [
            (b'0', "00000"),
            (b't', "01001"),
            (b' ', "010100"),
            (b':', "1011100"),
            (b'Z', "11111101"),
            (b'?', "1111111100"),
            (0, "1111111111000"),
            (b'\\', "1111111111111110000"),
            (255, "11111111111111111111101110"),
            (22, "111111111111111111111111111110"),
        ] {
            assert_eq!(codewords(&[symbol]), word, "{symbol}");
        }
    }

    #[test]
    fn bad_endings_are_errors() {
        let eos = "1".repeat(30);
        for (what, bits, pad) in [
            ("padding of zeros", codewords(b"a"), '0'),
            ("padding of a whole byte", codewords(b"aaa") + "1" + "11111111", '1'),
            ("a byte of padding and nothing else", "11111111".to_owned(), '1'),
            ("many bytes of padding", "1".repeat(24), '1'),
            ("EOS at the end", codewords(b"aa") + &eos, '1'),
            ("EOS in the middle", eos + &codewords(b"aa"), '1'),
            ("a codeword cut off", codewords(&[22])[..24].to_owned(), '1'),
            ("a codeword cut off in its zeros", codewords(b"?")[..9].to_owned(), '0'),
        ] {
            assert_eq!(decoded(&pack(bits, pad)), Err(Error::Huffman), "{what}");
        }
    }

    #[test]
    fn nothing_stands_for_nothing() {
        assert_eq!(decoded(&[]), Ok(Vec::new()));
        assert_eq!(decoded(&pack(codewords(b"aaa"), '1')), Ok(b"aaa".to_vec()));
        assert_eq!(decoded(&pack(codewords(b"&"), '1')), Ok(b"&".to_vec()), "no padding");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_again(symbols in vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(decoded(&pack(codewords(&symbols), '1')), Ok(symbols));
        }

        #[test]
        fn any_bytes_are_an_error_or_the_code_of_what_they_stand_for(text in vec(any::<u8>(), 0..60)) {
            if let Ok(symbols) = decoded(&text) {
                prop_assert!(symbols.len() <= text.len() * 8 / 5);
                prop_assert_eq!(pack(codewords(&symbols), '1'), text);
            }
        }

        #[test]
        fn shortest_codewords_fill_the_bound(symbols in vec(prop::sample::select(b"012aceiost".to_vec()), 0..80)) {
            let text = pack(codewords(&symbols), '1');
            let mut out = Vec::new();
            prop_assert_eq!(decode(&text, &mut out), Ok(()));
            prop_assert!(out.capacity() <= (text.len() * 8 / 5).max(8));
            prop_assert_eq!(out, symbols);
        }
    }
}
