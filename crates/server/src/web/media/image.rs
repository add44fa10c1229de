//! Pictures as they come in: recognised by their bytes, measured, and without what they tell of camera, place and author.
//!
//! Neighbours: one file for each format, with what of it is kept: [`jpeg`], [`png`], [`gif`], [`webp`]. Pixels are never decoded
//! here; whatever follows the picture in its file is cut off.

mod gif;
mod jpeg;
mod png;
mod webp;

use bytes::Bytes;

/// Longest side, in pixels: a browser needs at most 64 MiB for it.
pub(super) const MAX_SIDE: usize = 4_096;

/// A picture that may be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) content_type: &'static str,
    /// In pixels, as it is shown.
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) bytes: Bytes,
}

/// Why it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It begins like no format that is taken.
    Format,
    /// It ends too early, or is not built as its format says.
    Malformed,
    /// A side is 0 or longer than [`MAX_SIDE`].
    Dimensions,
}

/// What a format keeps of these bytes, and whether the picture is shown on its side; none if they are malformed.
type Strip = fn(&[u8]) -> Option<(Vec<u8>, Turned)>;

/// Whether width and height change places when the picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turned {
    No,
    Yes,
}

/// What a format begins with, where that stands, its type and what is kept of it.
const FORMATS: [(&[u8], usize, &str, Strip); 5] = [
    (b"\x89PNG\r\n\x1a\n", 0, "image/png", png::strip),
    (b"\xff\xd8\xff", 0, "image/jpeg", jpeg::strip),
    (b"GIF87a", 0, "image/gif", gif::strip),
    (b"GIF89a", 0, "image/gif", gif::strip),
    (b"WEBPVP8", 8, "image/webp", webp::strip),
];

/// Recognises a picture, takes out what is nobody's business, and measures it.
///
/// # Errors
///
/// It is not taken.
pub(super) fn clean(bytes: &[u8]) -> Result<Image, Refused> {
    let format = FORMATS
        .into_iter()
        .find(|(begin, at, _, _)| bytes.get(*at..).is_some_and(|bytes| bytes.starts_with(begin)));
    let (_, _, content_type, strip) = format.ok_or(Refused::Format)?;
    let (bytes, turned) = strip(bytes).ok_or(Refused::Malformed)?;
    let size = imagesize::blob_size(&bytes).map_err(|_| Refused::Malformed)?;
    let allowed = 1..=MAX_SIDE;
    if !allowed.contains(&size.width) || !allowed.contains(&size.height) {
        return Err(Refused::Dimensions);
    }
    let (width, height) = match turned {
        Turned::No => (size.width, size.height),
        Turned::Yes => (size.height, size.width),
    };
    Ok(Image {
        content_type,
        width,
        height,
        bytes: bytes.into(),
    })
}

/// The next `count` bytes of `from`, which then begins after them.
fn take<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(taken)
}

/// The next byte.
fn take_byte(from: &mut &[u8]) -> Option<u8> {
    take(from, 1)?.first().copied()
}

#[cfg(test)]
mod tests;
