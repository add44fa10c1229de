//! JPEG: what a picture is drawn from is kept, and which way is up; of the rest of EXIF, and of comments, nothing is.
//!
//! Neighbours: [`image`](super) measures what is left.

use super::{Turned, take, take_byte};

const EXIF: &[u8] = b"Exif\0\0";
/// EXIF's number for which way is up.
const ORIENTATION: u16 = 0x0112;

/// Ends with the marker of the end, whatever follows it: phones append films and second pictures.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Turned)> {
    let mut rest = bytes;
    let mut kept = take(&mut rest, 2)?.to_vec();
    let mut turned = Turned::No;
    let mut exif_is_over = false;
    loop {
        let marker = marker(&mut rest)?;
        // What stands alone: the end, and marks to begin anew at.
        if let 0x01 | 0xd0..=0xd7 | 0xd9 = marker {
            kept.extend([0xff, marker]);
            if marker == 0xd9 {
                return Some((kept, turned));
            }
            continue;
        }
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let segment = take(&mut rest, length)?;
        let body = segment.get(2..)?;
        if marker == 0xe1
            && !exif_is_over
            && let Some(exif) = body.strip_prefix(EXIF)
        {
            // There is one. A picture made of thousands, each with a long directory, would take minutes to look through.
            exif_is_over = true;
            if let Some(upright @ 2..=8) = orientation(exif) {
                kept.extend(exif_of(upright));
                if upright >= 5 {
                    turned = Turned::Yes;
                }
            }
        }
        if is_drawn_from(marker, body) {
            kept.extend([0xff, marker]);
            kept.extend_from_slice(segment);
        }
        if marker == 0xda {
            kept.extend_from_slice(scan(&mut rest)?);
        }
    }
}

/// The next marker. Any number of bytes 0xff may stand before it.
fn marker(rest: &mut &[u8]) -> Option<u8> {
    if take_byte(rest)? != 0xff {
        return None;
    }
    loop {
        match take_byte(rest)? {
            0xff => {}
            0x00 => return None,
            marker => return Some(marker),
        }
    }
}

/// Whether decoders need a segment. Of those for applications, they need JFIF's without its other thumbnail, colour profiles
/// and Adobe's colour space.
fn is_drawn_from(marker: u8, body: &[u8]) -> bool {
    match marker {
        0xe0 => body.starts_with(b"JFIF\0"),
        0xee => body.starts_with(b"Adobe"),
        0xe2 => body.starts_with(b"ICC_PROFILE\0"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// The compressed pixels up to the next marker. Within them 0xff is followed by 0, or by a mark to begin anew at.
fn scan<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    let end = rest.windows(2).position(ends)?;
    take(rest, end)
}

/// Which way is up, 1 to 8, as the first directory of EXIF says.
fn orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        let long = if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        };
        usize::try_from(long).ok()
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    let mut entries = (0..entries).map(|entry| directory.checked_add(2 + 12 * entry));
    let entry = entries.find_map(|entry| entry.filter(|at| short(*at) == Some(ORIENTATION)))?;
    short(entry.checked_add(8)?)
}

/// A segment of EXIF that says which way is up, and nothing else.
fn exif_of(upright: u16) -> Vec<u8> {
    let [high, low] = upright.to_be_bytes();
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend_from_slice(EXIF);
    // One directory of one entry: a number of 16 bits.
    segment.extend_from_slice(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
    segment.extend([high, low, 0, 0, 0, 0, 0, 0]);
    segment
}
