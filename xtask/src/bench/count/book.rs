//! `benches/COUNTS.md`: what was counted before, the difference to it, and what is counted now.

use std::{env::consts::ARCH, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::shell::{program, read, root};

/// Percent by which a count may grow under the same conditions.
const MAY_GROW: f64 = 3.0;

const HEAD: &str = "\
# Instructions

Written by `cargo xtask bench count all --write`, and compared by the same without `--write`. What a figure is and how to read a
difference stands in [README.md](README.md). Only what was counted under the same conditions is to be compared: another compiler makes
other code of the same source, and for another processor libraries choose other code.
";

/// The file.
pub(super) struct Book(Vec<Section>);

/// What was counted at once.
pub(super) struct Section {
    title: String,
    conditions: String,
    counts: Vec<(String, u64)>,
}

impl Book {
    /// # Errors
    ///
    /// The file cannot be read.
    pub(super) fn read() -> Result<Self> {
        let path = path();
        if !path.exists() {
            return Ok(Self(Vec::new()));
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(Self(parse(&text)))
    }

    /// Prints how a section stands to what it was before, and takes its place. Returns what has grown by more than it may; nothing
    /// under other conditions.
    pub(super) fn enter(&mut self, section: Section) -> Vec<String> {
        let at = self.0.iter().position(|before| before.title == section.title);
        let (table, grown) = section.beside(at.map(|at| &self.0[at]));
        println!("\n{table}");
        match at {
            Some(at) => self.0[at] = section,
            None => self.0.push(section),
        }
        grown
    }

    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn write(&self) -> Result<()> {
        let path = path();
        fs::write(&path, self.markdown()).with_context(|| path.display().to_string())?;
        println!("written to {}", path.display());
        Ok(())
    }

    fn markdown(&self) -> String {
        let sections = self.0.iter().map(Section::markdown);
        HEAD.to_owned() + &sections.collect::<String>()
    }
}

impl Section {
    /// Counted now, on this machine.
    ///
    /// # Errors
    ///
    /// The compiler does not tell its version.
    pub(super) fn counted(title: &str, valgrind: &str, counts: Vec<(String, u64)>) -> Result<Self> {
        let rustc = read(program("rustc").arg("--version"))?;
        let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = processor
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let processor = processor.map_or("an unknown processor", |(_, name)| name);
        Ok(Self {
            title: title.to_owned(),
            conditions: format!("{}, {valgrind}, {ARCH}, {processor}", rustc.trim()),
            counts,
        })
    }

    fn beside(&self, before: Option<&Self>) -> (String, Vec<String>) {
        let same = before.is_none_or(|before| before.conditions == self.conditions);
        let mut table = format!("{}: {}\n", self.title, self.conditions);
        if let (false, Some(before)) = (same, before) {
            let _written = writeln!(table, "not to be compared with: {}", before.conditions);
        }
        let mut grown = Vec::new();
        for (name, now) in &self.counts {
            let was = before.and_then(|before| before.counts.iter().find(|(known, _)| known == name));
            let Some(percent) = was.map(|(_, was)| percent(*now, *was)) else {
                let _written = writeln!(table, "{name:50} {:>14}", thousands(*now));
                continue;
            };
            let _written = writeln!(table, "{name:50} {:>14} {percent:+8.2} %", thousands(*now));
            if same && percent > MAY_GROW {
                grown.push(format!("{name} by {percent:.1} %"));
            }
        }
        (table, grown)
    }

    fn markdown(&self) -> String {
        let mut text = format!(
            "\n## {}\n\n{}\n\n| | instructions |\n|---|---:|\n",
            self.title, self.conditions
        );
        for (name, count) in &self.counts {
            let _written = writeln!(text, "| {name} | {} |", thousands(*count));
        }
        text
    }
}

fn path() -> PathBuf {
    root().join("benches/COUNTS.md")
}

fn parse(text: &str) -> Vec<Section> {
    let sections = text.split("\n## ").skip(1).map(|section| {
        let mut lines = section.lines().filter(|line| !line.is_empty());
        let (title, conditions) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let count = |line: &str| {
            let (name, count) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
            Some((name.to_owned(), count.replace(',', "").parse().ok()?))
        };
        Section {
            title: title.to_owned(),
            conditions: conditions.to_owned(),
            counts: lines.filter_map(count).collect(),
        }
    });
    sections.collect()
}

#[expect(clippy::cast_precision_loss, reason = "read to two digits")]
fn percent(now: u64, was: u64) -> f64 {
    (now as f64 / was.max(1) as f64 - 1.0) * 100.0
}

/// With commas.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(conditions: &str, count: u64) -> Section {
        Section {
            title: "Paths".into(),
            conditions: conditions.into(),
            counts: vec![("rooms::fan_out".into(), count), ("rooms::new".into(), 1)],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let book = Book(vec![section("rustc 1, valgrind 2", 1_234_567), section("others", 5)]);
        let text = book.markdown();
        assert!(text.contains("| rooms::fan_out | 1,234,567 |"), "{text}");
        assert_eq!(Book(parse(&text)).markdown(), text);
        assert_eq!(parse(&text)[0].counts[0].1, 1_234_567);
    }

    #[test]
    fn only_growth_under_the_same_conditions_is_told() {
        for (conditions, now, grown) in [("a", 104, true), ("a", 102, false), ("a", 50, false), ("b", 200, false)] {
            let mut book = Book(vec![section("a", 100)]);
            assert_eq!(
                !book.enter(section(conditions, now)).is_empty(),
                grown,
                "{conditions}, {now}"
            );
            assert_eq!(book.0[0].counts[0].1, now);
        }
        assert!(Book(Vec::new()).enter(section("a", 1)).is_empty());
    }
}
