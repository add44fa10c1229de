//! Judges the calls of a server: whether what it sent was durable before.
//!
//! Neighbours: [`calls`](super::calls) are what it judges, and [`fsync`](super) put the marks into them.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::Call;

/// What a text has in it that no other has: an at sign, which few bytes are, a word and a number.
pub(super) fn mark(number: u32) -> String {
    format!("@said{number:05}")
}

/// The same for an acknowledgement that tells nothing of the text: the id that its request has on the stream.
pub(super) fn id(number: u32) -> u64 {
    IDS | u64::from(number)
}

const WORD: &[u8] = b"@said";
const DIGITS: usize = 5;
/// What ids begin with, so that all of them are varints of [`VARINT`] bytes and no other number is one of them.
const IDS: u64 = 0x5ac3_6b19_0000_0000;
const VARINT: usize = 9;
/// Before the id of a `Reply` stands this: field 1, a varint.
const ID_FIELD: u8 = 0x08;

/// What the calls say of the marks.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// How many were sent only after a sync that began when they were committed had returned.
    pub(super) sound: usize,
    /// Sent too early, with the lines that say so.
    early: Vec<String>,
    /// Never committed.
    unwritten: Vec<u32>,
    /// Never sent in one piece.
    pub(super) unseen: Vec<u32>,
    /// Acknowledgements that were known by their ids.
    pub(super) ids: usize,
    commits: usize,
    syncs: usize,
}

impl Verdict {
    pub(super) fn is_good(&self) -> bool {
        self.early.is_empty() && self.unwritten.is_empty()
    }

    /// What is wrong, shortened.
    pub(super) fn faults(&self) -> String {
        const SHOWN: usize = 5;
        let (early, unwritten) = (self.early.len(), self.unwritten.len());
        let some = &self.early[..early.min(SHOWN)];
        format!("{early} were sent too early, such as {some:#?}; {unwritten} never committed")
    }

    pub(super) fn figures(&self) -> String {
        let (sound, unseen) = (self.sound, self.unseen.len());
        let Self {
            ids, commits, syncs, ..
        } = self;
        format!(
            "{sound} texts synced before they were sent ({ids} seen in acknowledgements without them), {unseen} not seen, \
             {commits} commits, {syncs} syncs"
        )
    }
}

/// Looks at the marks below a number.
pub(super) fn judge(calls: &[Call], marks: u32) -> Verdict {
    let (committed, commits) = committed(calls);
    let synced: Vec<(usize, usize)> = calls.iter().filter(|call| is_log(call)).filter_map(sync).collect();
    let (mut sent, mut ids) = (BTreeMap::new(), BTreeSet::new());
    for call in calls.iter().filter(|call| is_send(call)) {
        let acknowledged = ids_in(&call.bytes);
        ids.extend(acknowledged.iter().copied());
        for mark in marks_in(&call.bytes).into_iter().chain(acknowledged) {
            sent.entry(mark).or_insert(call.begun);
        }
    }
    let mut verdict = Verdict {
        commits,
        syncs: synced.len(),
        ids: ids.len(),
        ..Verdict::default()
    };
    for mark in 0..marks {
        let Some(&committed) = committed.get(&mark) else {
            verdict.unwritten.push(mark);
            continue;
        };
        let later = synced.iter().filter(|(begun, _)| *begun > committed);
        let synced = later.map(|(_, returned)| *returned).min();
        match sent.get(&mark) {
            None => verdict.unseen.push(mark),
            Some(sent) if synced.is_some_and(|synced| synced < *sent) => verdict.sound += 1,
            Some(sent) => verdict.early.push(format!(
                "{mark}: committed at {committed}, synced at {synced:?}, sent at {sent}"
            )),
        }
    }
    verdict
}

/// When the write of the page returned that ends the first transaction with each mark; and how many there were.
fn committed(calls: &[Call]) -> (BTreeMap<u32, usize>, usize) {
    /// Of a page in SQLite's write-ahead log. Its second word is not 0 if the page ends a transaction.
    const HEADER: usize = 24;
    let mut committed = BTreeMap::new();
    let mut written = Vec::new();
    let (mut is_last, mut commits) = (false, 0);
    for call in calls.iter().filter(|call| is_log(call) && sync(call).is_none()) {
        let Some(returned) = call.returned.filter(|returned| returned.value > 0) else {
            continue;
        };
        if call.bytes.len() == HEADER {
            is_last = call.bytes[4..8] != [0; 4];
            continue;
        }
        written.extend(marks_in(&call.bytes));
        if std::mem::take(&mut is_last) {
            commits += 1;
            for mark in written.drain(..) {
                committed.entry(mark).or_insert(returned.at);
            }
        }
    }
    (committed, commits)
}

/// When a sync that succeeded began and returned.
fn sync(call: &Call) -> Option<(usize, usize)> {
    let is_sync = matches!(call.name.as_str(), "fsync" | "fdatasync");
    let returned = call.returned.filter(|returned| is_sync && returned.value == 0)?;
    Some((call.begun, returned.at))
}

fn is_log(call: &Call) -> bool {
    call.file.ends_with("/trivium.db-wal")
}

fn is_send(call: &Call) -> bool {
    call.file.starts_with("socket:")
}

fn marks_in(bytes: &[u8]) -> Vec<u32> {
    let ats = (0..bytes.len()).filter(|at| bytes[*at] == WORD[0]);
    let number = |at: usize| {
        let digits = bytes[at..].strip_prefix(WORD)?.get(..DIGITS)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    ats.filter_map(number).collect()
}

fn ids_in(bytes: &[u8]) -> Vec<u32> {
    let ats = (0..bytes.len()).filter(|at| bytes[*at] == ID_FIELD);
    let number = |at: usize| {
        let mut varint = bytes.get(at + 1..=at + VARINT)?;
        let id = prost::encoding::decode_varint(&mut varint).ok()?;
        u32::try_from(id.checked_sub(IDS)?).ok()
    };
    ats.filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fsync::calls::calls;

    const PAGE: u8 = 0;
    const LAST: u8 = 1;

    /// Mark 0 in a page of a transaction, of which it may be the last.
    fn page(last: u8) -> [String; 2] {
        let header = [[0; 4], [0, 0, 0, last], [0; 4], [0; 4], [0; 4], [0; 4]].concat();
        [write(&header), write(format!("..{}..", mark(0)).as_bytes())]
    }

    fn write(bytes: &[u8]) -> String {
        let (file, length) = (hex(b"/d/trivium.db-wal"), bytes.len());
        format!("1 pwrite64(5<{file}>, \"{}\", {length}, 0) = {length}", hex(bytes))
    }

    fn synced(file: &str, result: i32) -> String {
        format!("1 fdatasync(5<{}>) = {result}", hex(file.as_bytes()))
    }

    fn sent(bytes: &[u8]) -> String {
        let text = hex(bytes);
        format!(
            "2 writev(9<{}>, [{{iov_base=\"{text}\", iov_len=1}}], 1) = 1",
            hex(b"socket:[7]")
        )
    }

    fn hex(bytes: &[u8]) -> String {
        let digits: Vec<_> = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        digits.concat()
    }

    /// A judge that acquits everybody is worth nothing.
    #[test]
    fn early_sends_are_found() {
        let log = "/d/trivium.db-wal";
        let [header, body] = page(LAST);
        let [first_header, first_body] = page(PAGE);
        let (sync, send) = (synced(log, 0), sent(mark(0).as_bytes()));
        let begins = sync.replace(") = 0", " <unfinished ...>");
        let returns = "1 <... fdatasync resumed>) = 0".to_owned();
        let (body_begins, _) = body.rsplit_once(") = ").expect("it returns");
        let body_begins = format!("{body_begins} <unfinished ...>");
        let body_returns = "1 <... pwrite64 resumed>) = 14".to_owned();
        let reply = trivium_client::proto::v1::Reply {
            id: id(0),
            result: None,
        };
        let reply = sent(&prost::Message::encode_to_vec(&reply));
        let other_begins = begins.replacen('1', "3", 1);
        let other_returns = returns.replacen('1', "3", 1);

        let sound = [&header, &body, &begins, &returns, &send];
        let late_commit = [&first_header, &first_body, &header, &body, &sync, &send];
        // Sound, early, unwritten and unseen.
        let table: [(&[&String], [usize; 4]); 14] = [
            (&sound, [1, 0, 0, 0]),
            (&late_commit, [1, 0, 0, 0]),
            // The page stands in the log again while others commit.
            (&[&header, &body, &sync, &header, &body, &send], [1, 0, 0, 0]),
            (&[&header, &body, &sync, &reply], [1, 0, 0, 0]),
            (&[&header, &body, &sync], [0, 0, 0, 1]),
            (&[&header, &body, &sync, &sent(b"@said0"), &sent(b"0000")], [0, 0, 0, 1]),
            // Sent before anything is synced, before it was begun, and before it returned.
            (&[&header, &body, &send], [0, 1, 0, 0]),
            (&[&header, &body, &send, &sync, &send], [0, 1, 0, 0]),
            (&[&header, &body, &reply, &sync, &send], [0, 1, 0, 0]),
            (&[&header, &body, &begins, &send, &returns], [0, 1, 0, 0]),
            // A sync that began before the write returned says nothing of it.
            (
                &[
                    &header,
                    &body_begins,
                    &other_begins,
                    &body_returns,
                    &other_returns,
                    &send,
                ],
                [0, 1, 0, 0],
            ),
            // Neither does one that failed or is of another file.
            (
                &[&header, &body, &synced(log, -1), &synced("/d/trivium.db", 0), &send],
                [0, 1, 0, 0],
            ),
            // What was synced is not the whole transaction.
            (
                &[&first_header, &first_body, &sync, &send, &header, &body],
                [0, 1, 0, 0],
            ),
            (&[&first_header, &first_body, &sync, &send], [0, 0, 1, 0]),
        ];
        for (number, (lines, expected)) in table.into_iter().enumerate() {
            let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
            let notes = lines.join("\n");
            let verdict = judge(&calls(&notes), 1);
            let found = [
                verdict.sound,
                verdict.early.len(),
                verdict.unwritten.len(),
                verdict.unseen.len(),
            ];
            assert_eq!(found, expected, "row {number}: {verdict:?}\n{notes}");
            assert_eq!(verdict.is_good(), expected[1] + expected[2] == 0);
        }
    }
}
