//! Which values of a room are news: the same ones come on the stream and in datagrams, in any order.
//!
//! Pure. Neighbours: [`attach`](crate::attach) joins both ways, [`driver`](crate::driver) asks here before it tells.

use std::collections::BTreeMap;

use trivium_proto::v1::signal::Signal;
use trivium_proto::v1::{self, Signals};

/// Values of a room whose newest tick is remembered; beyond, all are forgotten, and may be told twice.
const REMEMBERED: usize = 4_096;

/// The newest ticks by room, kind and user.
#[derive(Debug, Default)]
pub(crate) struct Ticks(BTreeMap<String, BTreeMap<(u8, String), u64>>);

impl Ticks {
    /// Leaves out what is no newer than what was seen. Whether anything is left.
    pub(crate) fn sift(&mut self, signals: &mut Signals) -> bool {
        let seen = self.0.entry(signals.room_id.clone()).or_default();
        if seen.len() > REMEMBERED {
            seen.clear();
        }
        signals.signals.retain(|signal| {
            let newest = seen.entry(name(signal)).or_default();
            // Ticks begin at 1.
            let is_news = signal.tick > *newest;
            *newest = signal.tick.max(*newest);
            is_news
        });
        !signals.signals.is_empty()
    }

    /// The room begins anew, with ticks of its own.
    pub(crate) fn forget(&mut self, room_id: &str) {
        self.0.remove(room_id);
    }

    /// The connection is another one.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// What a newer value takes the place of.
fn name(signal: &v1::Signal) -> (u8, String) {
    match &signal.signal {
        None => (0, String::new()),
        Some(Signal::Presence(presence)) => (1, presence.user_id.clone()),
        Some(Signal::Typing(typing)) => (2, typing.user_id.clone()),
        Some(Signal::AnswerProgress(_)) => (3, String::new()),
        Some(Signal::ScreenReport(_)) => (4, String::new()),
        Some(Signal::PresenceCounts(_)) => (5, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typing(room: &str, values: &[(u64, &str)]) -> Signals {
        let value = |(tick, user): &(u64, &str)| v1::Signal {
            tick: *tick,
            signal: Some(Signal::Typing(v1::Typing {
                user_id: (*user).to_owned(),
                typing: true,
            })),
        };
        Signals {
            room_id: room.to_owned(),
            tick: 0,
            signals: values.iter().map(value).collect(),
        }
    }

    #[test]
    fn each_value_is_told_once_and_never_after_a_newer_one() {
        let mut ticks = Ticks::default();
        let mut told = |room, values: &[(u64, &str)]| -> Vec<u64> {
            let mut signals = typing(room, values);
            let any = ticks.sift(&mut signals);
            assert_eq!(any, !signals.signals.is_empty());
            signals.signals.iter().map(|signal| signal.tick).collect()
        };
        assert_eq!(told("r", &[(2, "ana")]), [2]);
        assert_eq!(told("r", &[(2, "ana"), (1, "ben")]), [1], "by user");
        assert!(told("r", &[(1, "ana")]).is_empty(), "late");
        assert_eq!(told("s", &[(1, "ana")]), [1], "by room");
        assert_eq!(told("r", &[(3, "ana"), (3, "ana")]), [3]);
        let other = v1::Signal {
            tick: 1,
            signal: Some(Signal::AnswerProgress(v1::AnswerProgress::default())),
        };
        let mut signals = typing("r", &[]);
        signals.signals.push(other);
        assert!(ticks.sift(&mut signals), "by kind");
        ticks.forget("r");
        assert!(ticks.sift(&mut typing("r", &[(1, "ana")])));
        assert!(!ticks.sift(&mut typing("s", &[(1, "ana")])));
        ticks.clear();
        assert!(ticks.sift(&mut typing("s", &[(1, "ana")])));
    }
}
