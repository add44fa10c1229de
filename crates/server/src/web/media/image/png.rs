//! PNG: chunks that a picture is drawn from are kept; texts, times, EXIF, certificates of origin and private ones are not.

use super::{Turned, take};

const SIGNATURE: usize = 8;
/// Length, name and checksum of a chunk.
const FRAME: usize = 12;
/// Pixels, their colours and size, and the frames of an animation.
const DRAWN_FROM: [&[u8]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD", b"sBIT", b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"iCCP",
    b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
];

/// Ends with the chunk `IEND`, whatever follows it.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Turned)> {
    let mut rest = bytes;
    let mut kept = take(&mut rest, SIGNATURE)?.to_vec();
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        let chunk = take(&mut rest, usize::try_from(length).ok()?.checked_add(FRAME)?)?;
        let name = chunk.get(4..8)?;
        if DRAWN_FROM.contains(&name) {
            kept.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Some((kept, Turned::No));
        }
    }
}
