//! Hands and visits: requests in; what everybody did, and events, out.

use trivium_engine::{ActivityCommand, ActivityEvent, Command, Timestamp, UserId, activity::Deeds};
use trivium_proto::v1::{self, room_event::Event};

use super::common::{Addressed, Invalid, addressed, id, time_or_zero, time_out};

/// Raise or lower a hand.
pub fn raise_hand(request: v1::RaiseHandRequest) -> Result<Addressed, Invalid> {
    let command = ActivityCommand::RaiseHand {
        user: if request.user_id.is_empty() {
            None
        } else {
            Some(id("user_id", request.user_id)?)
        },
        raised: request.raised,
    };
    addressed(request.room_id, request.request_id, Command::Activity(command))
}

/// What somebody did. Who is connected is there until `now`.
pub fn deeds(user: &UserId, deeds: &Deeds, present: bool, now: Timestamp) -> v1::MemberActivity {
    v1::MemberActivity {
        user_id: user.to_string(),
        nickname: deeds.nickname.clone(),
        present_ms: deeds.present.0,
        visit_count: deeds.visits,
        first_seen_time_ms: time_or_zero(deeds.first_seen),
        last_seen_time_ms: time_or_zero(if present { Some(now) } else { deeds.last_seen }),
        message_count: deeds.messages,
        reaction_count: deeds.reactions,
        answer_count: deeds.answers,
        hand_count: deeds.hands,
        present,
    }
}

/// An event on the wire; none for what is kept for the server itself.
pub fn event(event: &ActivityEvent) -> Option<Event> {
    match event {
        ActivityEvent::HandChanged { user, raised } => Some(Event::HandChanged(v1::HandChanged {
            user_id: user.to_string(),
            raised: *raised,
        })),
        ActivityEvent::VisitEnded(visit) => Some(Event::VisitEnded(v1::VisitEnded {
            user_id: visit.user.to_string(),
            begin_time_ms: time_out(visit.begin),
            end_time_ms: time_out(visit.end),
        })),
        ActivityEvent::VisitsBegan { .. } | ActivityEvent::Hidden { .. } => None,
    }
}
