//! The two tables an index of a header block points into: the static one, and the dynamic one of a connection.
//!
//! Read by [`super::Decoder`], which says what goes in; [`super::encode`] looks up names in the static one only.

use std::collections::VecDeque;

/// What RFC 7541 §4.1 counts for an entry on top of its name and value. More than an [`Entry`] takes in the deque.
const OVERHEAD: usize = 32;

/// RFC 7541 Appendix A. The index of a field is its position here and one.
const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// The first static index with this name.
pub(super) fn static_name(name: &str) -> Option<usize> {
    STATIC.iter().position(|field| field.0 == name).map(|at| at + 1)
}

/// A field of the dynamic table: its name, then its value.
pub(super) struct Entry {
    text: Box<[u8]>,
    name_len: usize,
}

impl Entry {
    fn name_and_value(&self) -> (&[u8], &[u8]) {
        self.text.split_at(self.name_len)
    }

    fn size(&self) -> usize {
        self.text.len() + OVERHEAD
    }
}

/// Both tables of a connection. Holds no memory while its dynamic part is empty.
pub(super) struct Table {
    /// The newest first. At most `capacity / OVERHEAD`.
    entries: VecDeque<Entry>,
    /// The sum of the entries' sizes, at most `capacity`.
    size: usize,
    capacity: usize,
}

impl Table {
    /// `capacity` in bytes as RFC 7541 §4.1 counts.
    pub(super) const fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            capacity,
        }
    }

    /// The name and the value at an index: 1 to 61 are static, 62 is the newest dynamic one.
    pub(super) fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let at = index.checked_sub(1)?;
        match STATIC.get(at) {
            Some((name, value)) => Some((name.as_bytes(), value.as_bytes())),
            None => self.entries.get(at - STATIC.len()).map(Entry::name_and_value),
        }
    }

    /// A field made ready for [`Self::insert`], or none if it is larger than the whole table. Apart from it because the
    /// name may be one that lies in the table and goes to make room.
    pub(super) fn entry(&self, name: &[u8], value: &[u8]) -> Option<Entry> {
        let fits = name.len() + value.len() + OVERHEAD <= self.capacity;
        fits.then(|| Entry {
            text: [name, value].concat().into_boxed_slice(),
            name_len: name.len(),
        })
    }

    /// Puts `entry` in front and drops from the back what no longer fits. None empties the table, as §4.4 has it for an
    /// entry that is too large.
    pub(super) fn insert(&mut self, entry: Option<Entry>) {
        let Some(entry) = entry else {
            self.clear();
            return;
        };
        self.evict_to(self.capacity.saturating_sub(entry.size()));
        self.size += entry.size();
        self.entries.push_front(entry);
    }

    /// Changes the capacity, and gives back the memory of what no longer fits.
    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.evict_to(capacity);
        self.entries.shrink_to_fit();
    }

    fn evict_to(&mut self, size: usize) {
        while self.size > size {
            let Some(oldest) = self.entries.pop_back() else {
                break;
            };
            self.size -= oldest.size();
        }
    }

    fn clear(&mut self) {
        self.entries = VecDeque::new();
        self.size = 0;
    }

    /// The sum of the entries' sizes.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The names and values of the dynamic part, the newest first.
    #[cfg(test)]
    pub(super) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries.iter().map(Entry::name_and_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn insert(table: &mut Table, name: &str, value: &str) {
        let entry = table.entry(name.as_bytes(), value.as_bytes());
        table.insert(entry);
    }

    fn names(table: &Table) -> String {
        table.fields().map(|(name, _)| str::from_utf8(name).unwrap()).collect()
    }

    #[test]
    fn indices_count_from_one_and_go_on_behind_the_static_table() {
        let mut table = Table::new(4096);
        insert(&mut table, "x", "old");
        insert(&mut table, "y", "new");
        let at = |index| {
            let (name, value) = table.get(index)?;
            Some((str::from_utf8(name).unwrap(), str::from_utf8(value).unwrap()))
        };
        let expected = [
            (0, None),
            (1, Some((":authority", ""))),
            (16, Some(("accept-encoding", "gzip, deflate"))),
            (61, Some(("www-authenticate", ""))),
            (62, Some(("y", "new"))),
            (63, Some(("x", "old"))),
            (64, None),
            (usize::MAX, None),
        ];
        for (index, field) in expected {
            assert_eq!(at(index), field, "{index}");
        }
    }

    #[test]
    fn names_have_their_first_static_index() {
        for (name, index) in [
            (":authority", Some(1)),
            (":status", Some(8)),
            ("content-type", Some(31)),
            ("www-authenticate", Some(61)),
            ("Content-Type", None),
            ("", None),
        ] {
            assert_eq!(static_name(name), index, "{name}");
        }
    }

    #[test]
    fn the_oldest_make_room() {
        // 34 bytes each, so that two fit.
        let mut table = Table::new(70);
        for (name, left) in [("a", "a"), ("b", "ba"), ("c", "cb")] {
            insert(&mut table, name, "1");
            assert_eq!(names(&table), left);
        }
        insert(&mut table, "d", &"1".repeat(37));
        assert_eq!(names(&table), "d", "exactly the capacity");
        insert(&mut table, "e", &"1".repeat(38));
        assert_eq!(names(&table), "", "one more empties the table");
        assert_eq!(table.entries.capacity(), 0);
    }

    #[test]
    fn a_smaller_table_gives_its_memory_back() {
        let mut table = Table::new(4096);
        for _ in 0..64 {
            insert(&mut table, "a", "1");
        }
        table.resize(69);
        assert_eq!(names(&table), "aa");
        assert!(table.entries.capacity() < 8);
        table.resize(0);
        assert_eq!((table.size, table.entries.capacity()), (0, 0));
        table.resize(4096);
        insert(&mut table, "b", "1");
        assert_eq!(names(&table), "b");
    }

    proptest! {
        #[test]
        fn the_size_is_that_of_the_entries_and_below_the_capacity(
            steps in vec((any::<bool>(), 0..200_usize, 0..200_usize), 0..40),
        ) {
            let mut table = Table::new(256);
            for (resize, a, b) in steps {
                if resize {
                    table.resize(a + b);
                } else {
                    insert(&mut table, &"n".repeat(a), &"v".repeat(b));
                }
                prop_assert_eq!(table.size, table.entries.iter().map(Entry::size).sum::<usize>());
                prop_assert!(table.size <= table.capacity);
            }
        }
    }
}
