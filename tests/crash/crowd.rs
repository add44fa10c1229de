//! Rooms beside the quiz, full of people on every road who talk without a pause: so that whatever ends the server meets full
//! commits, a queue behind them, and many who wait.
//!
//! [`random_instants`](crate::random_instants) kills the server. What the crowd was told is held against the log like the rest.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use trivium_tests::Process;

use crate::{
    actor::Actor,
    history::{Line, heads},
    party::{self, Party},
};

const ROOMS: usize = 8;
/// Of each room, one on each road. With them is a host, who talks too.
const MEMBERS: usize = 3;
/// Messages that each of them has under way at any time.
const AT_ONCE: usize = 3;

/// The rooms of a crowd.
pub(crate) async fn gather(process: &Process) -> Vec<Party> {
    // They have a quiz because every party has one. It never starts.
    let quiz = || party::quiz(1, Duration::from_mins(10), false);
    join_all((0..ROOMS).map(async |room| Party::gather_as(process, &format!("c{room}"), MEMBERS, quiz()).await)).await
}

/// Lets everybody in a room talk until it is enough.
pub(crate) fn talk(party: &Party, busy: &mut JoinSet<()>, enough: &CancellationToken) {
    let room: Arc<str> = party.room.as_str().into();
    for actor in party.everybody() {
        let user = actor.history().user;
        for stream in 0..AT_ONCE {
            let (actor, room, user) = (actor.clone(), room.clone(), user.clone());
            let enough = enough.clone();
            busy.spawn(async move {
                for number in 0.. {
                    if enough.is_cancelled() {
                        return;
                    }
                    actor
                        .say(&room, format!("{user} says {number} of {stream}"), false)
                        .await;
                }
            });
        }
    }
}

/// What a kill met.
pub(crate) struct Met {
    /// Requests that were under way.
    waiting: BTreeSet<String>,
    /// Where the log of each room ended.
    heads: Vec<u64>,
    /// Appends that waited for the next commit.
    queued: u64,
    /// What this life of the server had committed.
    commits: u64,
    entries: u64,
}

impl Met {
    /// Kills the server.
    pub(crate) async fn kill(process: &mut Process, rooms: &[Party]) -> Self {
        let counted = [
            "trivium_appends_queued",
            "trivium_append_batches_total",
            "trivium_append_records_total",
        ];
        let [queued, commits, entries] = process.metrics(counted).await;
        let everybody = rooms.iter().flat_map(Party::everybody);
        let waiting = everybody.flat_map(Actor::waiting).collect();
        process.kill().await;
        let rooms = rooms.iter().map(|room| room.room.as_str());
        Self {
            waiting,
            heads: heads(&process.database(), rooms).await,
            queued,
            commits,
            entries,
        }
    }
}

/// What kills met, for people.
pub(crate) struct Summary {
    kills: usize,
    people: usize,
    rooms: usize,
    waiting: usize,
    /// Of these, how many were in the log already.
    committed: usize,
    /// Kills that found some in the log already, and some not.
    between: usize,
    queued: u64,
    commits: u64,
    entries: u64,
}

impl Summary {
    /// `logs` are those of `rooms`, when all is over.
    pub(crate) fn of(met: &[Met], rooms: &[Party], logs: &[Vec<Line>]) -> Self {
        let mut summary = Self {
            kills: met.len(),
            people: rooms.iter().map(|room| room.everybody().count()).sum(),
            rooms: rooms.len(),
            waiting: 0,
            committed: 0,
            between: 0,
            queued: 0,
            commits: 0,
            entries: 0,
        };
        for met in met {
            let waited = |line: &&Line| {
                let request = line.request.as_ref();
                request.is_some_and(|(_, request)| met.waiting.contains(request))
            };
            let in_log = |(log, head): (&Vec<Line>, &u64)| {
                let then = log.iter().filter(|line| line.seq <= *head);
                then.filter(waited).count()
            };
            let committed: usize = logs.iter().zip(&met.heads).map(in_log).sum();
            summary.waiting += met.waiting.len();
            summary.committed += committed;
            summary.between += usize::from(0 < committed && committed < met.waiting.len());
            summary.queued += met.queued;
            summary.commits += met.commits;
            summary.entries += met.entries;
        }
        summary
    }
}

impl fmt::Display for Summary {
    #[expect(clippy::cast_precision_loss, reason = "averages for people")]
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kills = self.kills.max(1) as f64;
        let each = |sum: usize| sum as f64 / kills;
        write!(
            to,
            "{} people in {} rooms; a kill met {:.1} commands under way, of which {:.1} were in the log already (some and not all \
             of them in {} of {} kills), {:.1} appends in the queue, and commits of {:.1} entries",
            self.people,
            self.rooms,
            each(self.waiting),
            each(self.committed),
            self.between,
            self.kills,
            self.queued as f64 / kills,
            self.entries as f64 / self.commits.max(1) as f64,
        )
    }
}
