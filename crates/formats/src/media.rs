//! Images that travel with a quiz.

/// An image of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its name in the bundle, below `media/`: letters, digits, dots, dashes and underscores.
    pub name: String,
    /// Its bytes, as they are; nobody has looked at them yet.
    pub bytes: Vec<u8>,
}

/// The folder of images in a bundle, and the beginning of an address that means one of them.
pub(crate) const FOLDER: &str = "media/";

/// Whether a name below [`FOLDER`] is one that we write, or would take.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=128).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}

/// The media type of an image by its first bytes: PNG, JPEG, GIF or WebP. None for everything else.
pub fn content_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}
