//! Killed between two steps: at each fail point from the decision to the publication.
//!
//! The room is quiet when a fail point is armed, so that the next append is that of the commands under test. Those of the
//! room come by often; they count only after the append.

use std::{collections::BTreeSet, time::Duration};

use tokio::task::JoinSet;
use trivium_client::proto::v1::{QuizPhase, answer::Value};
use trivium_tests::{Process, eventually};

use crate::{
    BINARY,
    actor::{Actor, Open},
    history::{Deed, Fact, Fate, Line, stored},
    party::{self, Party},
    spread,
};

/// Five answer and one, on the third road, does not: so a question stays open.
const PLAYERS: usize = 6;

/// Where the server stops.
struct Site {
    name: &'static str,
    /// It counts only after this one.
    after: Option<&'static str>,
    /// Whether what was decided is in the log by then.
    durable: bool,
    /// Whether an acknowledgement may have left by then.
    acknowledged: bool,
}

const SITES: [Site; 4] = [
    Site {
        name: "store::before_append",
        after: None,
        durable: false,
        acknowledged: false,
    },
    Site {
        name: "store::after_append",
        after: None,
        durable: true,
        acknowledged: false,
    },
    Site {
        name: "room::before_release",
        after: Some("store::after_append"),
        durable: true,
        acknowledged: false,
    },
    Site {
        name: "room::after_reply",
        after: Some("store::after_append"),
        durable: true,
        acknowledged: true,
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_each_fail_point_loses_and_doubles_nothing() {
    let data = tempfile::tempdir().expect("a directory");
    let mut process = Process::start(BINARY, data.path(), &[]).await;
    let quiz = party::quiz(SITES.len(), Duration::from_mins(10), false);
    let party = Party::gather(&process, PLAYERS, quiz).await;
    party.start().await;

    let (mut ready, mut looks) = (Vec::new(), Vec::new());
    let mut before = None;
    for site in &SITES {
        let mut open = None;
        for actor in party.everybody() {
            open = Some(eventually("a question", actor.opened(before)).await);
        }
        let open = open.expect("there is a host");
        before = Some(open.index);
        ready.push(commands_of_many(&mut process, &party, site, open).await);
        looks.push(party.look().await.expect("nobody closed it"));
        assert_eq!(looks.last(), Some(&open), "{}", site.name);
        ready.push(command_of_one(&mut process, &party, site, open).await);
        for phase in [QuizPhase::Closed, QuizPhase::Revealed, QuizPhase::Leaderboard] {
            party.advance(phase).await;
        }
    }
    let (_, figures) = party.settle(&mut process, &looks).await;
    assert_eq!((figures.refused, figures.unknown), (0, 0));
    eprintln!("fail_points: {} kills, {figures:?}", ready.len());
    eprintln!("fail_points: ready after {}", spread(&mut ready));
}

/// Everybody says something at once, and all but one answer the question.
async fn commands_of_many(process: &mut Process, party: &Party, site: &Site, open: Open) -> Duration {
    let before: Vec<usize> = party.everybody().map(|actor| actor.history().deeds.len()).collect();
    let head = stored_head(process, party).await;
    process.stall(site.name, site.after).await;
    let mut waiting = JoinSet::new();
    for (number, actor) in party.everybody().cloned().enumerate() {
        let (room, name) = (party.room.clone(), site.name);
        let text = format!("{number} says this at {name}");
        let (talker, talked_in) = (actor.clone(), room.clone());
        waiting.spawn(async move { talker.say(&talked_in, text, false).await });
        if (1..PLAYERS).contains(&number) {
            waiting.spawn(async move {
                actor
                    .answer(&room, open.index, Value::Truth(number % 2 == 0), false)
                    .await;
            });
        }
    }
    process.stalled().await;
    process.kill().await;

    let log = stored(&process.database(), &party.room).await;
    let new = requests(&log[head..]);
    let deeds: Vec<(String, Deed)> = party
        .everybody()
        .zip(before)
        .flat_map(|(actor, before)| deeds(actor, before))
        .collect();
    let in_log = |(user, deed): &&(String, Deed)| new.contains(&(user.clone(), deed.request.clone()));
    let written = deeds.iter().filter(in_log).count();
    let acknowledged = deeds
        .iter()
        .filter(|(_, deed)| matches!(deed.fate, Fate::Acknowledged(_)))
        .count();
    assert_eq!(written > 0, site.durable, "{}: {written} written", site.name);
    assert_eq!(new.len(), written, "{}: the rest is of nobody", site.name);
    assert!(
        site.acknowledged || acknowledged == 0,
        "{}: {acknowledged} acknowledged",
        site.name
    );

    let took = process.start_again().await;
    eventually((site.name, "acknowledgements"), waiting.join_all()).await;
    let again = stored(&process.database(), &party.room).await;
    assert_eq!(&again[..log.len()], &log[..], "{}: what was written stays", site.name);
    took
}

/// The host closes the question.
async fn command_of_one(process: &mut Process, party: &Party, site: &Site, open: Open) -> Duration {
    let head = stored_head(process, party).await;
    process.stall(site.name, site.after).await;
    let closing = party.advance(QuizPhase::Open);
    tokio::pin!(closing);
    let early = tokio::select! {
        seq = &mut closing => Some(seq),
        () = process.stalled() => None,
    };
    assert!(early.is_none() || site.acknowledged, "{}", site.name);
    if early.is_some() {
        process.stalled().await;
    }
    process.kill().await;
    let closes = |log: &[Line]| -> Vec<u64> {
        let closed = Fact::Closed {
            index: open.index,
            by_deadline: false,
        };
        log[head..]
            .iter()
            .filter(|line| line.fact == closed)
            .map(|line| line.seq)
            .collect()
    };
    let log = stored(&process.database(), &party.room).await;
    let written = closes(&log);
    assert_eq!(written.len(), usize::from(site.durable), "{}", site.name);

    let took = process.start_again().await;
    let seq = match early {
        Some(seq) => seq,
        None => eventually((site.name, "an acknowledgement"), closing).await,
    };
    let again = closes(&stored(&process.database(), &party.room).await);
    assert_eq!(
        again,
        [seq],
        "{}: once, and under the number that was acknowledged",
        site.name
    );
    assert!(
        written.is_empty() || written == again,
        "{}: the first number",
        site.name
    );
    took
}

/// How many entries there are while nothing happens.
async fn stored_head(process: &Process, party: &Party) -> usize {
    stored(&process.database(), &party.room).await.len()
}

fn deeds(actor: &Actor, before: usize) -> Vec<(String, Deed)> {
    let history = actor.history();
    let new = history.deeds.into_iter().skip(before);
    new.map(|deed| (history.user.clone(), deed)).collect()
}

/// Requests of messages and answers.
fn requests(log: &[Line]) -> BTreeSet<(String, String)> {
    let own = |line: &&Line| matches!(line.fact, Fact::Said { .. } | Fact::Answered { .. });
    log.iter().filter(own).filter_map(|line| line.request.clone()).collect()
}
