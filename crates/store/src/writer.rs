//! Group commit: one task owns all appends, and whatever was queued while it committed goes into its next transaction.
//!
//! Neighbours: room tasks append here and never to the [`RoomLog`](crate::RoomLog) itself; the server spawns it, and
//! reads its [`WriterStats`] for the metrics.
//!
//! There is no timer. The commit in progress is the window: with one player the batch is one record and the wait one
//! commit; with a thousand the batch grows by itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};
use trivium_engine::Seq;

use crate::{Append, Appended, Store, StoreError};

/// The bounds of a [`Writer`].
#[derive(Debug, Clone, Copy)]
pub struct WriterConfig {
    /// Appends that may wait; one more waits at its caller.
    pub inbox: usize,
    /// Bytes that may wait or be in the commit; an append beyond that waits at its caller.
    pub inbox_bytes: u32,
    /// Most records of one transaction; a single append with more goes alone.
    pub batch_records: usize,
    /// Most bytes of one transaction; a single append with more goes alone.
    pub batch_bytes: usize,
}

impl Default for WriterConfig {
    fn default() -> Self {
        Self {
            inbox: 4_096,
            inbox_bytes: 32 * 1024 * 1024,
            batch_records: 1_000,
            batch_bytes: 1024 * 1024,
        }
    }
}

/// Why an append was not acknowledged.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// The room's log does not end where the caller believes; nothing is written. Somebody else owns the room.
    #[error("the log ends at {head}")]
    Conflict {
        /// Where it ends.
        head: Seq,
    },
    /// The transaction failed. Whether it is written is unknown until the log is read.
    #[error(transparent)]
    Unavailable(StoreError),
    /// The append itself is impossible, as [`Append::check`] says; nothing is written.
    #[error(transparent)]
    Invalid(StoreError),
    /// The writer has ended. Whether the append is written is unknown if it was under way.
    #[error("the writer has ended")]
    Closed,
}

/// The way to the task that writes. Clones share it.
#[derive(Debug, Clone)]
pub struct Writer {
    inbox: mpsc::Sender<Input>,
    bytes: Arc<Semaphore>,
    max_bytes: u32,
    stats: Arc<WriterStats>,
}

/// What a [`Writer`] has committed so far. For metrics: the numbers are not read at one instant.
#[derive(Debug, Default)]
pub struct WriterStats {
    batches: AtomicU64,
    appends: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
    last_batch: AtomicU64,
    conflicts: AtomicU64,
    failures: AtomicU64,
}

impl Writer {
    /// Starts the task. It ends, with everything queued committed, when the last clone is dropped or after [`close`](Self::close).
    pub fn spawn(store: Arc<dyn Store>, config: WriterConfig) -> (Self, JoinHandle<()>) {
        let (inbox, waiting) = mpsc::channel(config.inbox.max(1));
        let max_bytes = config.inbox_bytes.max(1);
        let writer = Self {
            inbox,
            bytes: Arc::new(Semaphore::new(usize::try_from(max_bytes).unwrap_or(usize::MAX >> 3))),
            max_bytes,
            stats: Arc::default(),
        };
        let driver = Driver {
            store,
            config,
            inbox: waiting,
            held: None,
            stats: Arc::clone(&writer.stats),
        };
        (writer, tokio::spawn(driver.run()))
    }

    /// Returns when the records are durable, or certainly or possibly not.
    ///
    /// Appends of one room are written in the order of their calls. Dropping the future before it was first polled, or
    /// while the inbox is full, leaves nothing; later it changes nothing: the append is written and nobody is told.
    pub async fn append(&self, append: Append) -> Result<(), AppendError> {
        append.check().map_err(AppendError::Invalid)?;
        let size = u32::try_from(append.size()).unwrap_or(u32::MAX);
        // One append over the whole bound takes all of it, rather than waiting for ever.
        let share = Arc::clone(&self.bytes).acquire_many_owned(size.min(self.max_bytes));
        let share = share.await.map_err(|_closed| AppendError::Closed)?;
        let (done, answer) = oneshot::channel();
        let job = Job { append, done, share };
        let sent = self.inbox.send(Input::Append(job)).await;
        sent.map_err(|_closed| AppendError::Closed)?;
        answer.await.map_err(|_closed| AppendError::Closed)?
    }

    /// Ends the task once everything that was called before is committed; what comes later may be refused. Await its handle
    /// to know when.
    pub async fn close(&self) {
        // It fails if the task has ended, which is what is wanted.
        let _ended = self.inbox.send(Input::Close).await;
    }

    /// Appends that wait for the next transaction.
    pub fn queued(&self) -> usize {
        self.inbox.max_capacity() - self.inbox.capacity()
    }

    /// Counters of what was committed.
    pub fn stats(&self) -> Arc<WriterStats> {
        Arc::clone(&self.stats)
    }
}

impl WriterStats {
    /// Transactions committed.
    pub fn batches(&self) -> u64 {
        self.batches.load(Relaxed)
    }

    /// Appends written in them.
    pub fn appends(&self) -> u64 {
        self.appends.load(Relaxed)
    }

    /// Records written in them.
    pub fn records(&self) -> u64 {
        self.records.load(Relaxed)
    }

    /// Bytes written in them, as [`Record::size`](crate::Record::size) counts.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// Records written by the last transaction.
    pub fn last_batch(&self) -> u64 {
        self.last_batch.load(Relaxed)
    }

    /// Appends that found another head.
    pub fn conflicts(&self) -> u64 {
        self.conflicts.load(Relaxed)
    }

    /// Transactions that failed.
    pub fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }
}

#[derive(Debug)]
enum Input {
    Append(Job),
    Close,
}

#[derive(Debug)]
struct Job {
    append: Append,
    done: oneshot::Sender<Result<(), AppendError>>,
    /// Its part of the inbox's bytes, until it is answered.
    share: OwnedSemaphorePermit,
}

struct Driver {
    store: Arc<dyn Store>,
    config: WriterConfig,
    inbox: mpsc::Receiver<Input>,
    /// Taken from the inbox, but too much for the batch that was being gathered.
    held: Option<Job>,
    stats: Arc<WriterStats>,
}

impl Driver {
    async fn run(mut self) {
        while let Some(jobs) = self.gather().await {
            let (batch, shares): (Vec<_>, Vec<_>) =
                jobs.into_iter().map(|job| (job.append, (job.done, job.share))).unzip();
            let answers = match self.commit(&batch).await {
                Ok(appended) => {
                    self.count(&batch, &appended);
                    appended.into_iter().map(answer).collect()
                }
                Err(error) => {
                    tracing::warn!(%error, appends = batch.len(), "a transaction failed");
                    self.stats.failures.fetch_add(1, Relaxed);
                    vec![Err(AppendError::Unavailable(error)); batch.len()]
                }
            };
            for ((done, _share), answer) in shares.into_iter().zip(answers) {
                // Nobody listens if the caller was dropped; the append counts all the same.
                let _dropped = done.send(answer);
            }
        }
    }

    /// The next batch: at least one job, and as many of those waiting as fit. None when there will be no more.
    async fn gather(&mut self) -> Option<Vec<Job>> {
        let first = match self.held.take() {
            Some(job) => job,
            None => self.next().await?,
        };
        let mut records = first.append.records.len();
        let mut bytes = first.append.size();
        let mut jobs = vec![first];
        while let Ok(input) = self.inbox.try_recv() {
            let Input::Append(job) = input else {
                self.inbox.close();
                continue;
            };
            records += job.append.records.len();
            bytes += job.append.size();
            if records > self.config.batch_records || bytes > self.config.batch_bytes {
                self.held = Some(job);
                break;
            }
            jobs.push(job);
        }
        Some(jobs)
    }

    async fn next(&mut self) -> Option<Job> {
        loop {
            match self.inbox.recv().await? {
                Input::Append(job) => return Some(job),
                Input::Close => self.inbox.close(),
            }
        }
    }

    async fn commit(&self, batch: &[Append]) -> Result<Vec<Appended>, StoreError> {
        fail::fail_point!("store::before_append", |_| Err(StoreError::unavailable("fail point")));
        let appended = self.store.append(batch).await?;
        fail::fail_point!("store::after_append", |_| Err(StoreError::unavailable("fail point")));
        Ok(appended)
    }

    fn count(&self, batch: &[Append], appended: &[Appended]) {
        let written = || {
            let pairs = batch.iter().zip(appended);
            pairs.filter_map(|(append, appended)| (*appended == Appended::Written).then_some(append))
        };
        let sum = |of: fn(&Append) -> usize| written().map(|append| of(append) as u64).sum::<u64>();
        let (appends, records) = (sum(|_| 1), sum(|append| append.records.len()));
        self.stats.batches.fetch_add(1, Relaxed);
        self.stats.appends.fetch_add(appends, Relaxed);
        self.stats.records.fetch_add(records, Relaxed);
        self.stats.bytes.fetch_add(sum(Append::size), Relaxed);
        self.stats.last_batch.store(records, Relaxed);
        self.stats.conflicts.fetch_add(batch.len() as u64 - appends, Relaxed);
    }
}

fn answer(appended: Appended) -> Result<(), AppendError> {
    match appended {
        Appended::Written => Ok(()),
        Appended::Conflict { head } => Err(AppendError::Conflict { head }),
    }
}
