//! Zip archives, in and out, within bounds.
//!
//! What an archive says of its own sizes is not believed: every entry is unpacked against what is left of
//! [`MAX_UNPACKED_BYTES`] and of the ratio. So are folders and links, for the library of workbooks reads them as files.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    WriteError,
    limits::{MAX_ENTRIES, MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO},
};

/// The entries of an archive by name, in the order of their names. Folders and links are left out.
pub(crate) fn unpack(file: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|error| format!("this is no zip: {error}"))?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("the archive has more than {MAX_ENTRIES} entries"));
    }
    let ratio = file.len().saturating_mul(MAX_UNPACKED_RATIO).saturating_add(1 << 20);
    let mut left = MAX_UNPACKED_BYTES.min(ratio);
    let mut entries = BTreeMap::new();
    for index in 0..archive.len() {
        let entry = archive
            .by_index(index)
            .map_err(|error| format!("the archive is broken: {error}"))?;
        let is_file = entry.is_file();
        let name = entry
            .name()
            .map_err(|error| format!("the archive is broken: {error}"))?
            .into_owned();
        let mut bytes = Vec::new();
        let most = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        entry
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{name} is broken: {error}"))?;
        left = left
            .checked_sub(bytes.len())
            .ok_or_else(|| "the archive unpacks to more than is allowed".to_owned())?;
        if is_file {
            entries.insert(name.replace('\\', "/"), bytes);
        }
    }
    Ok(entries)
}

/// An archive of these entries. It has no times in it, so that the same quiz is the same file.
pub(crate) fn pack<'a>(entries: impl IntoIterator<Item = (String, &'a [u8])>) -> Result<Vec<u8>, WriteError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in entries {
        writer.start_file(name, options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let packed = pack([("a/b.txt".to_owned(), b"hello".as_slice()), ("c".to_owned(), b"")]).expect("packed");
        let entries = unpack(&packed).expect("unpacked");
        assert_eq!(entries["a/b.txt"], b"hello");
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn bombs_do_not_go_off() {
        let zeros = vec![0; 40 << 20];
        let dense = pack([("bomb".to_owned(), zeros.as_slice())]).expect("packed");
        assert!(dense.len() < 1 << 20);
        assert!(unpack(&dense).expect_err("too large").contains("more than is allowed"));

        // The same as a link: nobody is given it, but it would be unpacked by whoever asks for it by its name.
        let mut link = dense;
        let listed = link.windows(4).position(|four| four == b"PK\x01\x02").expect("a list");
        link[listed + 5] = 3;
        link[listed + 38..listed + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
        let mut archive = ZipArchive::new(Cursor::new(link.as_slice())).expect("a zip");
        assert!(archive.by_index(0).expect("an entry").is_symlink());
        assert!(unpack(&link).expect_err("too large").contains("more than is allowed"));

        let many = (0..513).map(|n| (n.to_string(), b"".as_slice()));
        let many = pack(many).expect("packed");
        assert!(unpack(&many).expect_err("too many").contains("entries"));
        assert!(unpack(b"PK\x03\x04 no").is_err());
    }
}
