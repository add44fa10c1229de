//! XML as a small tree, within bounds.
//!
//! A document type is refused, so that no entity can be declared, let alone expanded; only the five entities of XML and
//! references to characters are known.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use crate::limits::{MAX_XML_DEPTH, MAX_XML_ELEMENTS};

/// An element. Names are without their prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    /// Where it begins, from 1.
    pub(crate) line: u32,
}

/// What is inside an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// An attribute; empty if it is not there.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The elements right inside.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All elements of this name inside, however deep, in the order of the document.
    pub(crate) fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        self.collect(name, &mut found);
        found
    }

    /// The first of [`Self::all`].
    pub(crate) fn first(&self, name: &str) -> Option<&Self> {
        self.all(name).into_iter().next()
    }

    fn collect<'a>(&'a self, name: &str, found: &mut Vec<&'a Self>) {
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            }
            element.collect(name, found);
        }
    }
}

/// Reads a document.
pub(crate) fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0_usize;
    loop {
        let line = lines.at(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let event = reader.read_event().map_err(|error| format!("line {line}: {error}"))?;
        let closed = match event {
            Event::Start(start) => {
                open.push(element(&start, line)?);
                if open.len() > MAX_XML_DEPTH {
                    return Err(format!("line {line}: elements are nested deeper than {MAX_XML_DEPTH}"));
                }
                None
            }
            Event::Empty(start) => Some(element(&start, line)?),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                push_text(&mut open, &text.xml10_content());
                None
            }
            Event::CData(text) => {
                push_text(&mut open, &text.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                let c = reference
                    .resolve_char_ref()
                    .map_err(|error| format!("line {line}: {error}"))?;
                match c {
                    Some(c) => push_text(&mut open, c.encode_utf8(&mut [0; 4])),
                    None => match resolve_predefined_entity(&reference) {
                        Some(text) => push_text(&mut open, text),
                        None => return Err(format!("line {line}: the entity {} is not known", &*reference)),
                    },
                }
                None
            }
            Event::DocType(_) => return Err(format!("line {line}: a document type is not allowed")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
            Event::Eof => return Err("the XML ends too early".to_owned()),
        };
        if let Some(closed) = closed {
            elements += 1;
            if elements > MAX_XML_ELEMENTS {
                return Err(format!("there are more than {MAX_XML_ELEMENTS} elements"));
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(closed)),
                None => return Ok(closed),
            }
        }
    }
}

/// The text with what XML needs escaped, for contents and attributes. Characters that XML cannot have are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn element(start: &BytesStart<'_>, line: u32) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("line {line}: {error}"))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("line {line}: {error}"))?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element {
        name: start.local_name().as_ref().to_owned(),
        attributes,
        children: Vec::new(),
        line,
    })
}

fn push_text(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else { return };
    match element.children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        Some(Node::Element(_)) | None => element.children.push(Node::Text(text.to_owned())),
    }
}

/// Counts lines as the reader goes on.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> u32 {
        let bytes = self.text.as_bytes();
        let end = position.clamp(self.at, bytes.len());
        for _ in bytes[self.at..end].iter().filter(|byte| **byte == b'\n') {
            self.line = self.line.saturating_add(1);
        }
        self.at = end;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree() {
        let root = parse("<?xml version='1.0'?>\n<q:a x='1 &amp; 2'>b<c/>&lt;&#65;<![CDATA[<d>]]></q:a>")
            .expect("well-formed");
        assert_eq!((root.name.as_str(), root.attribute("x"), root.line), ("a", "1 & 2", 2));
        assert_eq!(root.children.last(), Some(&Node::Text("<A<d>".to_owned())));
    }

    #[test]
    fn what_could_blow_up_is_refused() {
        let laughs = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><l>&b;</l>";
        let deep = "<a>".repeat(100_000);
        let wide = format!("<a>{}</a>", "<b/>".repeat(60_000));
        for (text, why) in [
            (laughs, "document type"),
            ("<a>&unknown;</a>", "not known"),
            (deep.as_str(), "deeper"),
            (wide.as_str(), "elements"),
            ("<a><b></a>", ""),
            ("<a", ""),
            ("", "too early"),
            ("<a b='&x;'/>", ""),
        ] {
            let error = parse(text).expect_err(why);
            assert!(error.contains(why), "{error}");
        }
    }
}
