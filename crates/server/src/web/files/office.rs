//! Documents of office programs: archives, of which only those are taken that say what they are and carry no programs.
//!
//! Neighbours: [`kind`](super::kind) calls here for whatever begins as an archive does. Nothing of an archive is kept unpacked.

use std::io::{Cursor, Read as _, copy, sink};

use zip::ZipArchive;

use super::Refused;

/// Most entries of an archive.
const MAX_ENTRIES: usize = 4_096;
/// Most bytes that an archive unpacks to.
const MAX_UNPACKED: u64 = 128 * 1024 * 1024;
/// How many times its own length it may unpack to, beyond the first MiB.
const MAX_RATIO: u64 = 100;
/// Longest entry that says what the whole is.
const MAX_TYPE: u64 = 64;

/// A document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Office {
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
}

impl Office {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
        }
    }

    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Odt => &["odt"],
            Self::Ods => &["ods"],
            Self::Odp => &["odp"],
        }
    }
}

/// Which document an archive is.
///
/// # Errors
///
/// It is broken, no document, carries programs, or unpacks to more than anybody can want.
pub(super) fn look(bytes: &[u8]) -> Result<Office, Refused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refused::Malformed)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Refused::Bomb);
    }
    let ratio = (bytes.len() as u64).saturating_mul(MAX_RATIO).saturating_add(1 << 20);
    let mut left = MAX_UNPACKED.min(ratio);
    let (mut office, mut open_xml, mut open_document) = (None, false, None);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| Refused::Malformed)?;
        let name = entry.name().map_err(|_| Refused::Malformed)?.into_owned();
        let leads_out = name.starts_with('/') || name.contains('\\') || name.split('/').any(|part| part == "..");
        if leads_out || entry.is_symlink() {
            return Err(Refused::Malformed);
        }
        if is_program(&name) {
            return Err(Refused::Active);
        }
        match name.as_str() {
            "[Content_Types].xml" => open_xml = true,
            "word/document.xml" => office = Some(Office::Docx),
            "xl/workbook.xml" => office = Some(Office::Xlsx),
            "ppt/presentation.xml" => office = Some(Office::Pptx),
            "mimetype" => {
                let mut told = String::new();
                let read = (&mut entry).take(MAX_TYPE).read_to_string(&mut told);
                read.map_err(|_| Refused::Malformed)?;
                let known = [Office::Odt, Office::Ods, Office::Odp];
                open_document = known
                    .into_iter()
                    .find(|office| office.content_type() == told.trim_end());
            }
            _ => {}
        }
        // What an archive says of its own sizes is not believed.
        let unpacked = copy(&mut entry.take(left.saturating_add(1)), &mut sink()).map_err(|_| Refused::Malformed)?;
        left = left.checked_sub(unpacked).ok_or(Refused::Bomb)?;
    }
    office.filter(|_| open_xml).or(open_document).ok_or(Refused::Type)
}

/// Macros, and whatever else office programs run when a document is opened.
fn is_program(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let part = name.rsplit('/').next().unwrap_or_default();
    matches!(part, "vbaproject.bin" | "vbadata.xml")
        || name.starts_with("basic/")
        || name.starts_with("scripts/")
        || name.contains("/activex/")
        || name.contains("/embeddings/oleobject")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).expect("begun");
            writer.write_all(content).expect("written");
        }
        writer.finish().expect("whole").into_inner()
    }

    #[test]
    fn archives_are_documents_or_refused() {
        const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
        let bomb = vec![0; 3 << 20];
        let odt: &[u8] = b"application/vnd.oasis.opendocument.text";
        for (entries, expected) in [
            (&[TYPES, ("word/document.xml", b"<w/>")][..], Ok(Office::Docx)),
            (&[TYPES, ("xl/workbook.xml", b"<x/>")], Ok(Office::Xlsx)),
            (&[TYPES, ("ppt/presentation.xml", b"<p/>")], Ok(Office::Pptx)),
            (&[("mimetype", odt), ("content.xml", b"<o/>")], Ok(Office::Odt)),
            (&[("mimetype", b"application/java-archive")], Err(Refused::Type)),
            (&[("word/document.xml", b"<w/>")], Err(Refused::Type)),
            (&[("a.txt", b"any archive")], Err(Refused::Type)),
            (&[("../../etc/passwd", b"x"), TYPES], Err(Refused::Malformed)),
            (
                &[TYPES, ("word/document.xml", b"<w/>"), ("word/vbaProject.bin", b"x")],
                Err(Refused::Active),
            ),
            (
                &[("mimetype", odt), ("Basic/Standard/Module1.xml", b"x")],
                Err(Refused::Active),
            ),
            (
                &[TYPES, ("word/document.xml", b"<w/>"), ("word/media/image1.png", &bomb)],
                Err(Refused::Bomb),
            ),
        ] {
            assert_eq!(look(&archive(entries)), expected, "{:?}", entries[0].0);
        }
        let whole = archive(&[TYPES, ("word/document.xml", b"<w/>")]);
        for end in 0..whole.len() {
            assert!(look(&whole[..end]).is_err(), "{end}");
        }
    }
}
