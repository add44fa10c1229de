//! 8. After faults end, everybody catches up, every deadline comes, and what the server holds is what the log says.

use trivium_engine::{Entry, Event, Room, quiz::Phase};

use crate::{
    client::Client,
    truth::Log,
    world::{World, lock},
};

/// How long nothing may have gone wrong before a deadline counts as undisturbed, in milliseconds.
const CALM: u64 = 3_000;
/// How late time may be noticed in quiet times, beside what the disk takes, in milliseconds.
const LATE: u64 = 20;

/// Whether what time brought about came at its time. `room` stands just before the entry. Only deadlines that do not
/// depend on who is connected are judged: nobody is connected in the replay.
pub(crate) fn on_time(world: &World, room: &Room, entry: &Entry) -> Result<(), String> {
    if entry.actor.is_some() || !matches!(entry.event, Event::Quiz(_)) || world.calm_for() < CALM {
        return Ok(());
    }
    match phase(room) {
        Some(Phase::Starting | Phase::Closed | Phase::Revealed | Phase::Leaderboard) => {}
        Some(Phase::Lobby | Phase::Reading | Phase::Open | Phase::Ended) | None => return Ok(()),
    }
    let Some(due) = room.next_deadline() else {
        return Err(format!("{} comes by itself at no deadline", entry.event.name()));
    };
    let most = LATE + 4 * world.plan.disk_ms;
    let late = entry.at.since(due).0;
    if entry.at < due || late > most {
        return Err(format!(
            "{} is due at {} and comes at {}",
            entry.event.name(),
            due.0,
            entry.at.0
        ));
    }
    Ok(())
}

/// Where the game of a room stands.
pub(crate) fn phase(room: &Room) -> Option<Phase> {
    room.settings()?;
    room.view(&trivium_engine::Audience::Hosts).quiz.map(|quiz| quiz.phase)
}

/// Whether a client has got an answer to everything that it asked for.
pub(crate) fn answered(client: &Client) -> Result<(), String> {
    let user = &client.actor.user;
    match lock(&client.outbox).first() {
        Some(pending) => Err(format!("{user} has no answer to {}", pending.request)),
        None => Ok(()),
    }
}

/// Whether a client has everything that it may see, now that it had the time.
pub(crate) fn caught_up(client: &Client, log: &Log) -> Result<(), String> {
    let user = &client.actor.user;
    if log.audience(&client.actor).is_none() {
        return Ok(());
    }
    let whole = lock(&client.reader).is_whole(log);
    whole.map_err(|what| format!("{user}: {what}"))
}

/// Whether a live room is what its log says.
pub(crate) fn same_state(live: &str, log: &Log) -> Result<(), String> {
    let replayed = serde_json::to_string(&log.room).expect("rooms have string keys only");
    if live == replayed {
        Ok(())
    } else {
        Err(format!("{} differs from its log:\n{live}\n{replayed}", log.room.id()))
    }
}
