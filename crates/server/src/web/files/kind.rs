//! What a file is, by its bytes; what it calls itself is not looked at.
//!
//! Neighbours: [`office`](super::office) looks into archives, [`picture`](super::picture) into pictures.

use super::{Refused, office, office::Office};

/// A type that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Jpeg,
    Gif,
    WebP,
    Pdf,
    Text,
    Office(Office),
    Mp3,
    Ogg,
    Wav,
    Mp4,
    WebM,
}

/// How far into a text a browser may look for something that makes it a page.
const MARKUP: [&str; 18] = [
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<script",
    "<iframe",
    "<style",
    "<title",
    "<svg",
    "<?xml",
    "<!--",
    "<math",
    "<object",
    "<embed",
    "<img",
    "<link",
    "<meta",
    "<xsl",
];

impl Kind {
    /// What these bytes are.
    ///
    /// # Errors
    ///
    /// Nothing that is taken, or something that would run.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Refused> {
        let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
        let kind = if at(0, b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if at(0, b"\xff\xd8\xff") {
            Self::Jpeg
        } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
            Self::Gif
        } else if at(0, b"RIFF") && at(8, b"WEBPVP8") {
            Self::WebP
        } else if at(0, b"RIFF") && at(8, b"WAVEfmt ") {
            Self::Wav
        } else if at(0, b"%PDF-") {
            Self::Pdf
        } else if at(0, b"PK\x03\x04") {
            Self::Office(office::look(bytes)?)
        } else if at(0, b"OggS\0") {
            Self::Ogg
        } else if at(0, b"ID3") || is_mp3_frame(bytes) {
            Self::Mp3
        } else if at(4, b"ftyp") && is_mp4(bytes) {
            Self::Mp4
        } else if at(0, b"\x1a\x45\xdf\xa3") && is_webm(bytes) {
            Self::WebM
        } else {
            text(bytes)?;
            Self::Text
        };
        Ok(kind)
    }

    /// The media type under which it is given out.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain; charset=utf-8",
            Self::Office(office) => office.content_type(),
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
        }
    }

    /// What its name may end with, in small letters, the usual first.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Gif => &["gif"],
            Self::WebP => &["webp"],
            Self::Pdf => &["pdf"],
            // Nothing that a browser or a system opens by running it.
            Self::Text => &[
                "txt", "md", "csv", "tsv", "json", "yaml", "yml", "toml", "tex", "bib", "srt", "vtt", "log", "ini",
                "sql", "py", "rs", "java", "kt", "c", "h", "cpp", "hpp", "go", "ts", "css", "r", "m", "hs", "gift",
                "diff",
            ],
            Self::Office(office) => office.endings(),
            Self::Mp3 => &["mp3"],
            Self::Ogg => &["ogg", "oga", "opus"],
            Self::Wav => &["wav"],
            Self::Mp4 => &["mp4", "m4a", "m4v"],
            Self::WebM => &["webm"],
        }
    }
}

/// The header of a frame of MPEG audio, layer 3, with no value that is reserved.
fn is_mp3_frame(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, second, third, ..] => {
            second & 0xe6 == 0xe2 && second & 0x18 != 0x08 && third & 0xf0 != 0xf0 && third & 0x0c != 0x0c
        }
        _ => false,
    }
}

/// A film or sound for everybody: HEIF and the formats of cameras share the container.
fn is_mp4(bytes: &[u8]) -> bool {
    let brand = bytes.get(8..12).unwrap_or_default();
    [
        b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4A ", b"M4V ", b"MSNV",
    ]
    .iter()
    .any(|known| brand == *known)
}

/// The type stands in the header, which is short.
fn is_webm(bytes: &[u8]) -> bool {
    let header = &bytes[..bytes.len().min(64)];
    header.windows(4).any(|four| four == b"webm")
}

/// Text that is nothing else: no page, no drawing that runs, no script for a system.
fn text(bytes: &[u8]) -> Result<(), Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Type)?;
    let text = text.trim_start_matches('\u{feff}');
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
    {
        return Err(Refused::Type);
    }
    let begin = text.trim_start();
    let is_markup = |tag: &str| {
        begin
            .get(..tag.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
    };
    if begin.starts_with("#!") || MARKUP.iter().any(|tag| is_markup(tag)) {
        return Err(Refused::Active);
    }
    // An `svg` may stand after a comment or a declaration of its own.
    if begin.starts_with('<') && begin.to_ascii_lowercase().contains("<svg") {
        return Err(Refused::Active);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_a_file_is() {
        for (bytes, expected) in [
            (&b"%PDF-1.7\n"[..], Ok(Kind::Pdf)),
            (b"just a note,\r\n\twith tabs", Ok(Kind::Text)),
            ("\u{feff}Grüße".as_bytes(), Ok(Kind::Text)),
            (b"1 < 2, and a <b>word</b>", Ok(Kind::Text)),
            (b"RIFF\0\0\0\0WAVEfmt ", Ok(Kind::Wav)),
            (b"OggS\0\x02", Ok(Kind::Ogg)),
            (b"ID3\x04", Ok(Kind::Mp3)),
            (b"\xff\xfb\x90\x44", Ok(Kind::Mp3)),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", Ok(Kind::Mp4)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", Err(Refused::Type)),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Ok(Kind::WebM)),
            (
                b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska",
                Err(Refused::Type),
            ),
            (b"MZ\x90\0\x03", Err(Refused::Type)),
            (b"\x7fELF\x02", Err(Refused::Type)),
            (b"\xff\xfe<\0h\0t\0m\0l\0", Err(Refused::Type)),
            (b"\0", Err(Refused::Type)),
            (b"BM\0\0", Err(Refused::Type)),
            (b"PK\x03\x04 and nothing more", Err(Refused::Malformed)),
            (b"<!DOCTYPE html><p>", Err(Refused::Active)),
            (b" \n<ScRiPt>alert(1)</script>", Err(Refused::Active)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Err(Refused::Active)),
            (b"<a>\n<svg onload=alert(1)>", Err(Refused::Active)),
            (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", Err(Refused::Active)),
            (b"#!/bin/sh\nrm -rf ~", Err(Refused::Active)),
        ] {
            assert_eq!(Kind::of(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
