//! Histories against the log, in the classes of Jepsen's queues: lost, doubled, and what should not be there.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
};

use crate::history::{Deed, Fact, Fate, Heard, History, Line, What};

/// What is wrong, in words; all empty if the server kept its promises.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// The numbers of the log are not dense.
    pub(crate) holes: Vec<String>,
    /// Acknowledged and not in the log.
    pub(crate) lost: Vec<String>,
    /// In the log more than once.
    pub(crate) doubled: Vec<String>,
    /// In the log under another number than acknowledged.
    pub(crate) moved: Vec<String>,
    /// Refused and in the log all the same.
    pub(crate) ghosts: Vec<String>,
    /// In the log, and nobody did it.
    pub(crate) strangers: Vec<String>,
    /// Heard and not in the log, or not so.
    pub(crate) invented: Vec<String>,
    /// Not heard, or not in order.
    pub(crate) missed: Vec<String>,
    /// Told otherwise than stored.
    pub(crate) differences: Vec<String>,
    /// Closed before its deadline, or answered when closed.
    pub(crate) untimely: Vec<String>,
    /// What the clients noticed themselves.
    pub(crate) oddities: Vec<String>,
}

/// Most faults of a class that are told.
const SHOWN: usize = 5;

/// How much was checked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) entries: usize,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unknown: usize,
    pub(crate) heard: usize,
    pub(crate) resets: usize,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.entries += other.entries;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.heard += other.heard;
        self.resets += other.resets;
    }
}

/// Holds everything against everything. `stored` is the truth.
pub(crate) fn check(stored: &[Line], told: &[Line], histories: &[History]) -> (Faults, Figures) {
    let mut faults = Faults::default();
    let mut figures = Figures {
        entries: stored.len(),
        ..Figures::default()
    };
    dense(stored, &mut faults);
    same(stored, told, &mut faults);
    timely(stored, &mut faults);
    let log = Log::of(stored);
    let mut deeds = BTreeSet::new();
    for history in histories {
        faults.oddities.extend(history.oddities.iter().cloned());
        for deed in &history.deeds {
            deeds.insert((history.user.as_str(), deed.request.as_str()));
            match deed.fate {
                Fate::Acknowledged(_) => figures.acknowledged += 1,
                Fate::Refused(_) => figures.refused += 1,
                Fate::Unknown => figures.unknown += 1,
            }
            log.hold(&history.user, deed, &mut faults);
        }
        figures.resets += history.heard.len();
        for heard in &history.heard {
            figures.heard += heard.lines.len();
            log.compare(&history.user, heard, &mut faults);
        }
    }
    for line in stored {
        let own = matches!(line.fact, Fact::Said { .. } | Fact::Answered { .. });
        let known = line
            .request
            .as_ref()
            .is_some_and(|(user, request)| deeds.contains(&(user.as_str(), request.as_str())));
        if own && !known {
            faults.strangers.push(format!("{line:?}"));
        }
    }
    faults.abridge();
    (faults, figures)
}

impl Faults {
    /// A broken server breaks thousands of promises.
    fn abridge(&mut self) {
        let classes = [
            &mut self.holes,
            &mut self.lost,
            &mut self.doubled,
            &mut self.moved,
            &mut self.ghosts,
            &mut self.strangers,
            &mut self.invented,
            &mut self.missed,
            &mut self.differences,
            &mut self.untimely,
            &mut self.oddities,
        ];
        for class in classes {
            let more = class.len().saturating_sub(SHOWN);
            class.truncate(SHOWN);
            class.extend((more > 0).then(|| format!("and {more} more")));
        }
    }
}

fn dense(stored: &[Line], faults: &mut Faults) {
    for (line, want) in stored.iter().zip(1..) {
        if line.seq != want {
            faults.holes.push(format!("{} instead of {want}", line.seq));
            return;
        }
    }
}

fn same(stored: &[Line], told: &[Line], faults: &mut Faults) {
    if stored.len() != told.len() {
        let (stored, told) = (stored.len(), told.len());
        faults.differences.push(format!("{stored} stored, {told} told"));
    }
    for (stored, told) in stored.iter().zip(told) {
        if (stored.seq, stored.at, &stored.fact) != (told.seq, told.at, &told.fact) {
            faults.differences.push(format!("{stored:?} told as {told:?}"));
        }
    }
}

fn timely(stored: &[Line], faults: &mut Faults) {
    let mut open: BTreeMap<u32, i64> = BTreeMap::new();
    for line in stored {
        match line.fact {
            Fact::Opened { index, closes_at, .. } => drop(open.insert(index, closes_at)),
            Fact::Closed { index, by_deadline } => match open.remove(&index) {
                Some(closes_at) if by_deadline && line.at < closes_at => {
                    faults
                        .untimely
                        .push(format!("closed {} ms early: {line:?}", closes_at - line.at));
                }
                Some(_) => {}
                None => faults.untimely.push(format!("was not open: {line:?}")),
            },
            Fact::Answered { index, .. } if !open.contains_key(&index) => {
                faults.untimely.push(format!("was not open: {line:?}"));
            }
            Fact::Answered { .. } | Fact::Said { .. } | Fact::Other => {}
        }
    }
}

/// The stored log, to be looked into.
struct Log<'a> {
    lines: BTreeMap<u64, &'a Line>,
    requests: BTreeMap<(&'a str, &'a str), Vec<&'a Line>>,
    texts: BTreeMap<&'a str, usize>,
    answers: BTreeMap<(&'a str, u32), usize>,
}

impl<'a> Log<'a> {
    fn of(stored: &'a [Line]) -> Self {
        let mut log = Self {
            lines: stored.iter().map(|line| (line.seq, line)).collect(),
            requests: BTreeMap::new(),
            texts: BTreeMap::new(),
            answers: BTreeMap::new(),
        };
        for line in stored {
            match &line.fact {
                Fact::Said { text, .. } => *log.texts.entry(text).or_default() += 1,
                Fact::Answered { user, index } => *log.answers.entry((user, *index)).or_default() += 1,
                Fact::Opened { .. } | Fact::Closed { .. } | Fact::Other => {}
            }
            if let (Some((user, request)), Fact::Said { .. } | Fact::Answered { .. }) = (&line.request, &line.fact) {
                log.requests.entry((user, request)).or_default().push(line);
            }
        }
        log
    }

    /// How often a deed is in the log: by its request, and by what it says.
    fn count(&self, user: &str, deed: &Deed) -> (usize, usize) {
        let by_request = self.requests.get(&(user, deed.request.as_str())).map_or(0, Vec::len);
        let by_content = match &deed.what {
            What::Said(text) => self.texts.get(text.as_str()),
            What::Answered(index) => self.answers.get(&(user, *index)),
        };
        (by_request, by_content.copied().unwrap_or_default())
    }

    fn hold(&self, user: &str, deed: &Deed, faults: &mut Faults) {
        let (by_request, by_content) = self.count(user, deed);
        let about = || format!("{user}: {deed:?}");
        if by_request > 1 || by_content > 1 {
            faults.doubled.push(about());
        }
        match (&deed.fate, by_request) {
            (Fate::Acknowledged(_), 0) => faults.lost.push(about()),
            (Fate::Acknowledged(seq), _) => {
                let line = self.lines.get(seq).filter(|line| says(&line.fact, user, &deed.what));
                if line.is_none() {
                    faults.moved.push(about());
                }
            }
            (Fate::Refused(_), 1..) => faults.ghosts.push(about()),
            (Fate::Refused(_) | Fate::Unknown, _) => {}
        }
    }

    fn compare(&self, user: &str, heard: &Heard, faults: &mut Faults) {
        let mut last = heard.after;
        for line in &heard.lines {
            if line.seq <= last {
                faults.missed.push(format!("{user}: {} after {last}", line.seq));
            }
            // What the log says in between, and everybody may see.
            let between = last.saturating_add(1)..line.seq.max(last.saturating_add(1));
            let passed = self.lines.range(between).filter(|(_, line)| line.fact.is_public());
            faults
                .missed
                .extend(passed.map(|(_, line)| format!("{user}: {line:?}")));
            let same = |stored: &&Line| (stored.at, &stored.fact) == (line.at, &line.fact);
            if !self.lines.get(&line.seq).is_some_and(same) {
                faults.invented.push(format!("{user}: {line:?}"));
            }
            last = line.seq;
        }
    }
}

fn says(fact: &Fact, by: &str, what: &What) -> bool {
    match (fact, what) {
        (Fact::Said { user, text }, What::Said(said)) => user == by && text == said,
        (Fact::Answered { user, index }, What::Answered(answered)) => user == by && index == answered,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Class = fn(&Faults) -> &Vec<String>;
    /// Where a fault has to show; what is stored, done and heard.
    type Row = (Class, Vec<Line>, Vec<Deed>, Vec<Line>);

    /// A judge that acquits everybody is worth nothing.
    #[test]
    fn every_fault_is_found() {
        let said = |seq, text: &str| Line {
            seq,
            at: 10,
            request: Some(("ana".into(), text.into())),
            fact: Fact::Said {
                user: "ana".into(),
                text: text.into(),
            },
        };
        let opened = |seq, closes_at| Line {
            seq,
            at: 10,
            request: None,
            fact: Fact::Opened {
                index: 0,
                opens_at: 0,
                closes_at,
            },
        };
        let closed = |seq| Line {
            seq,
            at: 10,
            request: None,
            fact: Fact::Closed {
                index: 0,
                by_deadline: true,
            },
        };
        let deed = |text: &str, fate| Deed {
            request: text.into(),
            what: What::Said(text.into()),
            fate,
        };
        let verdict = |stored: &[Line], deeds: &[Deed], heard: &[Line]| {
            let history = History {
                user: "ana".into(),
                deeds: deeds.to_vec(),
                heard: vec![Heard {
                    after: 0,
                    lines: heard.to_vec(),
                }],
                oddities: Vec::new(),
            };
            check(stored, stored, &[history]).0
        };
        let acknowledged = |seq| deed("a", Fate::Acknowledged(seq));
        let sound = [said(1, "a"), opened(2, 10), closed(3)];
        assert_eq!(verdict(&sound, &[acknowledged(1)], &sound), Faults::default());
        assert_eq!(verdict(&sound, &[deed("a", Fate::Unknown)], &sound), Faults::default());

        let refused = || deed("a", Fate::Refused(String::new()));
        let unknown = || deed("a", Fate::Unknown);
        let table: [Row; 11] = [
            (|f| &f.holes, vec![said(2, "a")], vec![unknown()], vec![]),
            (|f| &f.lost, vec![], vec![acknowledged(1)], vec![]),
            (
                |f| &f.doubled,
                vec![said(1, "a"), said(2, "a")],
                vec![unknown()],
                vec![],
            ),
            (|f| &f.moved, vec![said(1, "a")], vec![acknowledged(2)], vec![]),
            (|f| &f.ghosts, vec![said(1, "a")], vec![refused()], vec![]),
            (|f| &f.strangers, vec![said(1, "a")], vec![], vec![]),
            (|f| &f.invented, vec![], vec![], vec![said(1, "a")]),
            (|f| &f.invented, vec![said(1, "a")], vec![unknown()], vec![closed(1)]),
            (|f| &f.missed, sound.to_vec(), vec![unknown()], vec![closed(3)]),
            (
                |f| &f.missed,
                sound.to_vec(),
                vec![unknown()],
                vec![said(1, "a"), said(1, "a")],
            ),
            (|f| &f.untimely, vec![opened(1, 11), closed(2)], vec![], vec![]),
        ];
        for (number, (class, stored, deeds, heard)) in table.into_iter().enumerate() {
            let faults = verdict(&stored, &deeds, &heard);
            assert!(!class(&faults).is_empty(), "row {number}: {faults:?}");
        }
        let (faults, _) = check(&sound, &sound[..2], &[]);
        assert!(!faults.differences.is_empty());
    }
}
