//! PNG: chunks that a picture is drawn from are kept, texts, times and EXIF are not.

use super::{Turned, take};

const SIGNATURE: usize = 8;
/// Length, name and checksum of a chunk.
const FRAME: usize = 12;
/// What tells of more than the pixels.
const DROPPED: [&[u8]; 5] = [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"];

/// Ends with the chunk `IEND`, whatever follows it.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Turned)> {
    let mut rest = bytes;
    let mut kept = take(&mut rest, SIGNATURE)?.to_vec();
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        let chunk = take(&mut rest, usize::try_from(length).ok()?.checked_add(FRAME)?)?;
        let name = chunk.get(4..8)?;
        if !DROPPED.contains(&name) {
            kept.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Some((kept, Turned::No));
        }
    }
}
