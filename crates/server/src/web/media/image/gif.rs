//! GIF: frames and their timing are kept, comments and foreign extensions are not.

use super::{Turned, take, take_byte};

const HEADER: usize = 13;
/// What an animation's loop is told by.
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// Ends with the trailer, whatever follows it.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Turned)> {
    let mut rest = bytes;
    let header = take(&mut rest, HEADER)?;
    take(&mut rest, colours(header[10]))?;
    let mut kept = bytes[..bytes.len() - rest.len()].to_vec();
    loop {
        let block = rest;
        let mut is_kept = true;
        match take_byte(&mut rest)? {
            0x3b => {
                kept.push(0x3b);
                return Some((kept, Turned::No));
            }
            0x2c => {
                let descriptor = take(&mut rest, 9)?;
                take(&mut rest, colours(descriptor[8]) + 1)?;
            }
            0x21 => {
                is_kept = match take_byte(&mut rest)? {
                    // How the next frame is shown.
                    0xf9 => true,
                    0xff => rest.get(1..12).is_some_and(|name| LOOPS.contains(&name)),
                    // Comments, texts to be drawn over the picture, and what nobody has defined.
                    _ => false,
                };
            }
            _ => return None,
        }
        loop {
            let length = take_byte(&mut rest)?;
            take(&mut rest, usize::from(length))?;
            if length == 0 {
                break;
            }
        }
        if is_kept {
            kept.extend_from_slice(&block[..block.len() - rest.len()]);
        }
    }
}

/// Bytes of the table of colours that these flags announce.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}
