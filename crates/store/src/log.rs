//! The room log: a dense sequence of opaque records for each room, and the fence between two writers.
//!
//! Neighbours: [`writer`](crate::writer) gathers the appends of all rooms into one transaction; [`snapshot`](crate::snapshot)
//! spares a reader the whole log; what a body means is known to the engine and the runtime only.

use async_trait::async_trait;
use bytes::Bytes;
use trivium_engine::{RoomId, Seq, Timestamp};

use crate::{Projection, StoreError};

/// Longest [`Record::kind`], in bytes.
pub const MAX_KIND: usize = 64;
/// Longest [`Record::body`], in bytes.
pub const MAX_BODY: usize = 16 * 1024 * 1024;
/// Highest sequence number, the largest that every backend's integers hold.
pub const MAX_SEQ: Seq = i64::MAX.cast_unsigned();
/// Most records that one [`RoomLog::read`] returns, whatever its page asks for.
pub const MAX_PAGE_RECORDS: usize = 10_000;

/// One entry of a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Position in the room's log; the first is 1.
    pub seq: Seq,
    /// The server's stamp. At most [`MAX_SEQ`] milliseconds.
    pub at: Timestamp,
    /// Short name of the event, for people and queries. 1 to [`MAX_KIND`] bytes, no NUL.
    pub kind: String,
    /// Opaque to the store. At most [`MAX_BODY`] bytes.
    pub body: Bytes,
}

impl Record {
    /// What the record counts against bounds in bytes: its name and its body.
    pub fn size(&self) -> usize {
        self.kind.len() + self.body.len()
    }
}

/// Records to be added at the end of one room's log, all or none.
///
/// Without records it is a question: is the head still where I believe it is?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Whose log.
    pub room: RoomId,
    /// The head that the writer believes in. The records' numbers are dense from `after + 1`.
    pub after: Seq,
    /// Incarnation of the writing node, kept beside each record so that an audit can tell writers apart.
    pub owner: u64,
    /// What to add, in order.
    pub records: Vec<Record>,
    /// What that changes in the directory and the catalogue, in order. Its texts are no longer than those of the records,
    /// and count against no bound.
    pub projections: Vec<Projection>,
}

impl Append {
    /// Sum of the [sizes](Record::size) of its records.
    pub fn size(&self) -> usize {
        self.records.iter().map(Record::size).sum()
    }

    /// The head once this is written.
    pub fn head(&self) -> Seq {
        self.records.last().map_or(self.after, |last| last.seq)
    }

    /// Refuses what no backend may store. Every [`RoomLog::append`] calls it first, for each member of its batch.
    pub fn check(&self) -> Result<(), StoreError> {
        let Self { room, after, .. } = self;
        let mut head = *after;
        for Record { seq, at, kind, body } in &self.records {
            if Some(*seq) != head.checked_add(1) || *seq > MAX_SEQ {
                return refuse(room, &format!("record {seq} does not follow {head}"));
            }
            if at.0 > MAX_SEQ {
                return refuse(room, &format!("record {seq} has no possible time"));
            }
            if kind.is_empty() || kind.len() > MAX_KIND || kind.contains('\0') {
                return refuse(room, &format!("record {seq} has no legal kind"));
            }
            if body.len() > MAX_BODY {
                return refuse(room, &format!("record {seq} has {} bytes", body.len()));
            }
            head = *seq;
        }
        self.projections.iter().try_for_each(Projection::check)
    }
}

fn refuse(room: &RoomId, why: &str) -> Result<(), StoreError> {
    Err(StoreError::invalid(format!("{room}: {why}")))
}

/// What became of one [`Append`] of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Durable.
    Written,
    /// Nothing of it is written: the room's log ends at `head`, not at [`Append::after`].
    Conflict {
        /// Where the log ends, counting what the same batch wrote before.
        head: Seq,
    },
}

/// How much one read may return. Whichever bound is met first ends the page, but a page has at least one record
/// if there is one, so that a reader always gets on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Most records; 0 counts as 1, and more than [`MAX_PAGE_RECORDS`] as that.
    pub records: usize,
    /// Most bytes, as [`Record::size`] counts them.
    pub bytes: usize,
}

impl Page {
    /// The number of records that a backend asks its storage for.
    pub fn limit(self) -> usize {
        self.records.clamp(1, MAX_PAGE_RECORDS)
    }

    /// Whether a record of `size` bytes still fits behind `records` records of `bytes` bytes together.
    pub fn admits(self, records: usize, bytes: usize, size: usize) -> bool {
        records == 0 || (records < self.limit() && bytes.saturating_add(size) <= self.bytes)
    }
}

/// The logs of all rooms. A room needs no record in the catalogue to have a log.
#[async_trait]
pub trait RoomLog: Send + Sync + 'static {
    /// Writes the whole batch, records and projections, in one transaction, which is durable when this returns.
    ///
    /// The answers stand in the order of the batch. A member whose room does not end at its `after` gets
    /// [`Appended::Conflict`] and leaves nothing; the others are written. A room may appear several times, each member
    /// chained on the one before.
    ///
    /// On an error the caller knows nothing: the batch is written wholly or not at all, and only reading tells which.
    /// Exception: after [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) nothing is written.
    ///
    /// Dropping the future neither undoes the transaction nor leaves it open.
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>, StoreError>;

    /// The records after `after`, in order and without holes, as many as the page admits. Empty at the end of the log.
    async fn read(&self, room: &RoomId, after: Seq, max: Page) -> Result<Vec<Record>, StoreError>;

    /// Number of the last record; 0 for an empty log and for a room that never was.
    async fn head(&self, room: &RoomId) -> Result<Seq, StoreError>;
}
