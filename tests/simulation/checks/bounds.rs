//! 6. No queue beyond its stated bound, and nobody is late because others are slow.

use bytes::Bytes;
use trivium_engine::{Audience, Seq};
use trivium_runtime::RuntimeConfig;

use crate::{truth::Log, wire::FRAME, world::World};

/// One delivery goes on until the byte bound is reached, by the message that reaches it and the progress around that.
pub(crate) fn delivery(bytes: &Bytes, config: &RuntimeConfig) -> Result<(), String> {
    let most = config.read_bytes + 3 * FRAME;
    // Progress is not counted, and comes at most once before each entry.
    if bytes.len() > 2 * most {
        return Err(format!(
            "{} bytes in one delivery, {} allowed",
            bytes.len(),
            config.read_bytes
        ));
    }
    Ok(())
}

/// Whoever waits for an entry gets it as soon as the node that wrote it knows that it is durable; that others stall, or
/// that a large room wakes in chunks, costs no more than a tick.
pub(crate) fn prompt(
    world: &World,
    who: &Audience,
    owner: u64,
    log: &Log,
    seq: Seq,
    (since, position): (u64, Seq),
) -> Result<(), String> {
    let Some((writer, told_at)) = log.told_at.get(&seq).copied() else {
        return Ok(());
    };
    let config = &world.plan.config;
    let tick = u64::try_from(config.large_room_tick.as_millis()).unwrap_or(u64::MAX);
    // What fell off the ring is read from the disk, page by page.
    let pages = (log.head() - position) / config.store_page as u64 + 2;
    let most = tick + 1 + pages * (world.plan.disk_ms + 1);
    let late = world.now() - told_at;
    // Waiting since before it was written, with nothing left to read, at the very node, in quiet times.
    let told_before = |seq| log.told_at.get(&seq).is_none_or(|(_, at)| *at < since);
    let mut unread = log.between(position, seq - 1);
    let unread = unread.any(|entry| told_before(entry.seq) && entry.event.seen_by(who).is_some());
    let concerned = since <= told_at && writer == owner && world.calm_for() > late + 1_000;
    if concerned && !unread && late > most {
        return Err(format!("{who:?} gets {seq} {late} ms late"));
    }
    Ok(())
}

/// Of `sent` commands to a room that cannot append, at most so many may wait inside.
pub(crate) fn overload(sent: usize, waiting: usize, config: &RuntimeConfig) -> Result<(), String> {
    let most = config.inbox + config.batch;
    if waiting > most {
        return Err(format!("{waiting} of {sent} commands wait in an inbox of {most}"));
    }
    Ok(())
}
