//! Presence and the other signals: what clients say about themselves in, what the room tells out.

use trivium_engine::{Observation, Presence, PresenceState, RoomId, Signal, UserId};
use trivium_proto::v1;

use super::{
    common::{Invalid, enumerated, id, time_or_zero, time_out},
    quiz::shown,
};

/// Which room is told what about how `user` wants to appear there.
pub fn appearance(request: v1::SetPresenceRequest, user: UserId) -> Result<(RoomId, Observation), Invalid> {
    let away = match enumerated("state", request.state)? {
        v1::PresenceState::Online => false,
        v1::PresenceState::Away => true,
        v1::PresenceState::Unspecified | v1::PresenceState::Offline => {
            return Err(Invalid::new("state", "must be online or away"));
        }
    };
    let observation = Observation::Appearance {
        user,
        away,
        status: request.status,
        invisible: request.invisible,
    };
    Ok((id("room_id", request.room_id)?, observation))
}

/// Which room is told that `user` is typing there, or has stopped.
pub fn typing(request: v1::SetTypingRequest, user: UserId) -> Result<(RoomId, Observation), Invalid> {
    let observation = Observation::Typing {
        user,
        typing: request.typing,
    };
    Ok((id("room_id", request.room_id)?, observation))
}

/// One member's presence.
pub fn presence(presence: &Presence) -> v1::Presence {
    let state = match presence.state {
        PresenceState::Online => v1::PresenceState::Online,
        PresenceState::Away => v1::PresenceState::Away,
        PresenceState::Offline => v1::PresenceState::Offline,
    };
    v1::Presence {
        user_id: presence.user.to_string(),
        state: state.into(),
        status: presence.status.clone(),
        change_time_ms: time_out(presence.changed_at),
        last_seen_time_ms: time_or_zero(presence.last_seen),
        session_count: presence.sessions,
    }
}

/// How many are online and how many away.
pub fn counts((online, away): (u32, u32)) -> v1::PresenceCounts {
    v1::PresenceCounts {
        online_count: online,
        away_count: away,
    }
}

/// A signal with the tick at which it changed.
pub fn signal(tick: u64, signal: &Signal) -> v1::Signal {
    use v1::signal::Signal as Wire;

    let wire = match signal {
        Signal::Presence(one) | Signal::Unseen(one) => Wire::Presence(presence(one)),
        Signal::PresenceCounts { online, away, .. } => Wire::PresenceCounts(counts((*online, *away))),
        Signal::Typing { user, typing } => Wire::Typing(v1::Typing {
            user_id: user.to_string(),
            typing: *typing,
        }),
        Signal::AnswerProgress {
            index,
            answered,
            expected,
            away,
            waiting,
        } => Wire::AnswerProgress(v1::AnswerProgress {
            index: *index,
            answered: *answered,
            expected: *expected,
            away: *away,
            waiting_user_ids: waiting.iter().map(ToString::to_string).collect(),
        }),
        Signal::Screens { index, report } => Wire::ScreenReport(shown::screens(*index, report)),
    };
    v1::Signal {
        tick,
        signal: Some(wire),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offline_is_what_disconnecting_is_for() {
        let user: UserId = "u".parse().expect("an id");
        for (state, away) in [(1, Some(false)), (2, Some(true)), (0, None), (3, None), (4, None)] {
            let request = v1::SetPresenceRequest {
                room_id: "r".into(),
                state,
                status: "back soon".into(),
                invisible: true,
            };
            let told = appearance(request, user.clone())
                .ok()
                .map(|(_, observation)| observation);
            let expected = away.map(|away| Observation::Appearance {
                user: user.clone(),
                away,
                status: "back soon".into(),
                invisible: true,
            });
            assert_eq!(told, expected, "state {state}");
        }
    }
}
