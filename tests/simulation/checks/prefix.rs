//! 2. Every client's view is a prefix of the log as its audience may see it, or an explicit reset came first.
//!
//! What was in a message that was taken away before a subscription began is not heard on it; what was in one that is taken
//! away meanwhile may have been on its way.
//!
//! That the log itself is dense, [`truth`](crate::truth) checks at every commit.

use trivium_engine::{Actor, Audience, Seq, Signal, View, gone::Gone};
use trivium_runtime::{Interruption, RuntimeConfig, Start, subscription::SnapshotReason};

use crate::{
    truth::{EPOCH, Log},
    wire::Message,
};

/// What a client knows.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Where it stands; none before the first snapshot and when it has to start over.
    told: Option<Seq>,
    audience: Audience,
    /// What had been taken away when the subscription began.
    gone: Gone,
    /// The newest tick heard on this subscription.
    tick: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            told: None,
            audience: Audience::Observers,
            gone: Gone::default(),
            tick: 0,
        }
    }
}

impl Reader {
    pub(crate) fn cursor(&self) -> Option<(u64, Seq)> {
        self.told.map(|told| (EPOCH, told))
    }

    pub(crate) fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Starts over.
    pub(crate) fn forget(&mut self) {
        self.told = None;
    }

    /// A subscription begins.
    pub(crate) fn begin(
        &mut self,
        start: &Start,
        who: &Audience,
        actor: &Actor,
        resumes: bool,
        config: &RuntimeConfig,
        log: &Log,
    ) -> Result<(), String> {
        self.audience = who.clone();
        self.tick = 0;
        match start {
            Start::Resumed { head } => {
                let told = self.told.ok_or("resumed without a cursor")?;
                if *head > log.head() || told > *head {
                    return Err(format!(
                        "resumed at {told}, head {head}, the log ends at {}",
                        log.head()
                    ));
                }
                self.gone = log.gone_at(*head);
            }
            Start::Snapshot { reason, view, .. } => {
                let right = match reason {
                    SnapshotReason::First => !resumes,
                    // Its rooms have one life, and keep nothing from anybody.
                    SnapshotReason::EpochChanged | SnapshotReason::Hidden => false,
                    SnapshotReason::TooFarBehind => self.told.is_some_and(|told| view.seq - told > config.max_catch_up),
                    SnapshotReason::AheadOfLog => self.told.is_some_and(|told| told > view.seq),
                };
                if !right {
                    return Err(format!("a snapshot at {} for {:?}: {reason:?}", view.seq, self.told));
                }
                self.told = Some(view.seq);
                self.gone = log.gone_at(view.seq);
                same_view(start, actor, log)?;
            }
        }
        Ok(())
    }

    /// A message arrives.
    pub(crate) fn take(&mut self, message: &Message, log: &Log) -> Result<(), String> {
        let who = &self.audience;
        let told = self.told.ok_or("a message before the beginning")?;
        match message {
            Message::Entry { seq, event } => {
                if *seq != told + 1 {
                    return Err(format!("{who:?} at {told} gets {seq}"));
                }
                let entry = log
                    .entry(*seq)
                    .ok_or_else(|| format!("{who:?} gets {seq}, which is not committed"))?;
                let seen = |gone: &Gone| gone.shown(entry).event.seen_by(who);
                if ![&self.gone, log.room.gone()]
                    .map(seen)
                    .contains(&Some((**event).clone()))
                {
                    return Err(format!(
                        "{who:?} gets {seq} as {event:?}, the log has {:?}",
                        entry.event
                    ));
                }
                self.told = Some(*seq);
            }
            Message::Progress { seq } => {
                if *seq <= told || *seq > log.head() {
                    return Err(format!("{who:?} at {told} is moved to {seq} of {}", log.head()));
                }
                self.nothing_between(told, *seq, log)?;
                self.told = Some(*seq);
            }
            Message::Signals(_) => return Err(format!("{who:?} gets signals among entries")),
        }
        Ok(())
    }

    /// Signals arrive: newer ones only, and none that are for hosts.
    pub(crate) fn hear(&mut self, messages: &[Message]) -> Result<(), String> {
        for message in messages {
            let Message::Signals(signals) = message else {
                return Err("entries among signals".into());
            };
            for (tick, signal) in signals.iter() {
                if *tick <= self.tick {
                    return Err(format!("tick {tick} after {}", self.tick));
                }
                self.tick = *tick;
                if matches!(signal, Signal::Screens { .. }) && self.audience != Audience::Hosts {
                    return Err(format!("{:?} hears {signal:?}", self.audience));
                }
            }
        }
        Ok(())
    }

    /// The subscription has ended by itself.
    pub(crate) fn interrupted(&mut self, why: Interruption, actor: &Actor, log: &Log) -> Result<(), String> {
        let who = &self.audience;
        let told = self.told.ok_or("interrupted before the beginning")?;
        match why {
            Interruption::TooSlow | Interruption::Reload => Ok(()),
            Interruption::Left if log.room_at(told).member(&actor.user).is_some() => {
                Err(format!("{who:?} at {told} is told that it left"))
            }
            Interruption::AudienceChanged if log.room_at(told).audience(actor).as_ref() == Some(who) => {
                Err(format!("{who:?} at {told} is told that it sees with other eyes"))
            }
            Interruption::Left | Interruption::AudienceChanged => {
                self.told = None;
                Ok(())
            }
        }
    }

    /// Whether nothing is missing, now that everything should have arrived.
    pub(crate) fn is_whole(&self, log: &Log) -> Result<(), String> {
        let told = self.told.ok_or("not subscribed")?;
        self.nothing_between(told, log.head(), log)
    }

    fn nothing_between(&self, told: Seq, through: Seq, log: &Log) -> Result<(), String> {
        let who = &self.audience;
        match log
            .between(told, through)
            .find(|entry| entry.event.seen_by(who).is_some())
        {
            Some(missed) => Err(format!(
                "{who:?} at {told} of {through} misses {} {}",
                missed.seq,
                missed.event.name()
            )),
            None => Ok(()),
        }
    }
}

/// Whether a snapshot is what the log says at its position. Who is connected is not in the log.
fn same_view(start: &Start, actor: &Actor, log: &Log) -> Result<(), String> {
    let view = start.whole_view().ok_or("no snapshot")?;
    if view.seq > log.head() {
        return Err(format!("a snapshot at {}, the log ends at {}", view.seq, log.head()));
    }
    let Some(expected) = log.room_at(view.seq).view_for(actor) else {
        return Err(format!("{} gets a snapshot at {} and is nobody", actor.user, view.seq));
    };
    let plain = |view: &View| {
        let mut plain = view.clone();
        plain.presences.clear();
        plain.presence_counts = (0, 0);
        plain
    };
    let (view, expected) = (plain(&view), plain(&expected));
    if view == expected {
        Ok(())
    } else {
        Err(format!("a snapshot at {} differs:\n{view:?}\n{expected:?}", view.seq))
    }
}
