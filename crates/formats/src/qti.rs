//! IMS QTI 2.1: one `assessmentItem` as XML, or a zip package with a manifest.
//!
//! Neighbours: [`item`] reads an item, [`writer`] makes items and the manifest, [`xml`](crate::xml) is the tree between.

mod item;
mod writer;

use std::collections::BTreeMap;

pub(crate) use self::writer::write;
use crate::{archive, fields::line_of, harvest::Harvest, limits::MAX_QUESTIONS, text, xml};

/// The manifest of a package.
const MANIFEST: &str = "imsmanifest.xml";

pub(crate) fn read(file: &[u8], harvest: &mut Harvest) {
    if !file.starts_with(b"PK") {
        let text = harvest.decode(file);
        return document(&text, None, harvest);
    }
    let entries = match archive::unpack(file) {
        Ok(entries) => entries,
        Err(error) => return harvest.error(0, "", error),
    };
    for (n, path) in items(&entries, harvest).into_iter().enumerate() {
        let line = line_of(n + 1);
        match entries.get(&path) {
            // Far more than is taken would only be parsed to be thrown away.
            Some(_) if n > 2 * MAX_QUESTIONS => {
                return harvest.error(line, "", "the package goes on, and was not read further");
            }
            Some(bytes) => document(&text::decode(bytes).0, Some((line, &path)), harvest),
            None => harvest.reject(line, "", format!("{path} is not in the package")),
        }
    }
}

/// Whether a path of a package is that of an XML file.
pub(crate) fn is_xml(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("xml"))
}

/// The paths of the items: as the manifest names them, or all XML files if there is none.
fn items(entries: &BTreeMap<String, Vec<u8>>, harvest: &mut Harvest) -> Vec<String> {
    let manifest = entries
        .iter()
        .find(|(path, _)| path.rsplit('/').next() == Some(MANIFEST));
    let Some((path, bytes)) = manifest else {
        harvest.info(0, "", "there is no manifest; all XML files were read");
        return entries.keys().filter(|path| is_xml(path)).cloned().collect();
    };
    let folder = &path[..path.len() - MANIFEST.len()];
    let manifest = match xml::parse(&text::decode(bytes).0) {
        Ok(manifest) => manifest,
        Err(error) => {
            harvest.error(0, "", format!("the manifest cannot be read: {error}"));
            return Vec::new();
        }
    };
    if let Some(title) = manifest.first("metadata").and_then(|metadata| metadata.first("title")) {
        harvest.quiz.title = item::plain(title);
    }
    let resources = manifest.all("resource").into_iter();
    let items = resources.filter(|resource| resource.attribute("type").starts_with("imsqti_item"));
    items
        .map(|resource| format!("{folder}{}", resource.attribute("href")))
        .collect()
}

/// One file. In a package lines of issues are numbers of items, and columns name the file.
fn document(text: &str, place: Option<(u32, &str)>, harvest: &mut Harvest) {
    let (line, column) = place.unwrap_or((1, ""));
    match xml::parse(text) {
        Ok(root) if root.name == "assessmentItem" => item::read(&root, line, column, harvest),
        Ok(root) => harvest.reject(line, column, format!("this is no assessmentItem but a {}", root.name)),
        Err(error) => harvest.reject(line, column, error),
    }
}
