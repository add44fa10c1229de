//! WebP: a RIFF file, of which the chunks that a picture is drawn from are kept; EXIF, XMP and unknown ones are not.

use super::{Turned, take};

/// `RIFF`, the length of what follows, `WEBP`.
const HEADER: usize = 12;
/// Set in the first byte of the chunk `VP8X` where there is EXIF or XMP.
const METADATA: u8 = 0b1100;

/// Ends where the header says, whatever follows.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Turned)> {
    let mut rest = bytes;
    let header = take(&mut rest, HEADER)?;
    if !header.starts_with(b"RIFF") {
        return None;
    }
    // The length counts the four letters of WEBP.
    let mut chunks = take(&mut rest, length(header)?.checked_sub(4)?)?;
    let mut kept = header.to_vec();
    while !chunks.is_empty() {
        let body = length(chunks)?;
        let chunk = take(&mut chunks, body.checked_add(8 + body % 2)?)?;
        match &chunk[..4] {
            b"VP8X" => {
                let flags = kept.len() + 8;
                kept.extend_from_slice(chunk);
                *kept.get_mut(flags)? &= !METADATA;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" | b"ANIM" | b"ANMF" => kept.extend_from_slice(chunk),
            _ => {}
        }
    }
    let length = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&length.to_le_bytes());
    Some((kept, Turned::No))
}

/// The length that stands after a name of four letters.
fn length(chunk: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*chunk.get(4..)?.first_chunk()?)).ok()
}
