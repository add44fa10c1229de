//! Entries of a room's log as an audience sees them, on the way out.
//!
//! Neighbours: the features turn their own events; [`encode`](crate::encode) makes bytes of the result.

use trivium_engine::{Audience, Entry, Event, RoomId};
use trivium_proto::v1;

use super::{
    activity, chat,
    common::{time_out, user_or_empty},
    key, moderation, notification, quiz, receipt, room,
};

/// An entry as an audience sees it; none if it may not see it, or if the wire has no word for it. A receiver then gets
/// a `Progress` over its number.
pub fn seen(room: &RoomId, epoch: u64, entry: &Entry, audience: &Audience) -> Option<v1::RoomEvent> {
    let event = entry.event.seen_by(audience)?;
    projected(room, epoch, entry, &event, audience)
}

/// The same for an event that [`Event::seen_by`] has already cut down to what the audience may see. `entry` gives the
/// number, time and actor only.
pub fn projected(
    room: &RoomId,
    epoch: u64,
    entry: &Entry,
    event: &Event,
    audience: &Audience,
) -> Option<v1::RoomEvent> {
    let wire = match event {
        Event::Room(event) => room::event(room, epoch, event),
        Event::Quiz(event) => quiz::event::event(event, audience)?,
        Event::Chat(event) => chat::event(room, entry, event),
        Event::Receipt(event) => receipt::event(event),
        Event::Moderation(event) => moderation::event(room, entry, event),
        Event::Activity(event) => activity::event(event)?,
        Event::Inbox(event) => notification::event(entry, event),
        Event::Keys(event) => key::event(event),
    };
    Some(v1::RoomEvent {
        room_id: room.to_string(),
        seq: entry.seq,
        time_ms: time_out(entry.at),
        actor_id: user_or_empty(entry.actor.as_ref()),
        event: Some(wire),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trivium_engine::{ChatEvent, Timestamp, chat::Sent, quiz};
    use trivium_proto::v1::room_event::Event as Wire;

    use super::*;

    fn entry(event: Event) -> Entry {
        Entry {
            seq: 7,
            at: Timestamp(1_000),
            actor: Some("ana".parse().expect("an id")),
            request: None,
            event,
        }
    }

    fn as_observer(entry: &Entry) -> Option<v1::RoomEvent> {
        let room = "r".parse().expect("an id");
        projected(&room, 3, entry, &entry.event, &Audience::Observers)
    }

    #[test]
    fn an_event_has_its_place_time_and_actor() {
        let said = entry(ChatEvent::from(Sent::text("ana".parse().expect("an id"), "Ana", "hi")).into());
        let wire = as_observer(&said).expect("everybody hears the chat");
        assert_eq!((wire.room_id.as_str(), wire.seq, wire.time_ms), ("r", 7, 1_000));
        assert_eq!(wire.actor_id, "ana");
        let Some(Wire::MessageSent(sent)) = wire.event else {
            panic!("another event: {wire:?}");
        };
        let message = sent.message.expect("with the message");
        assert_eq!((message.seq, message.send_time_ms), (7, 1_000));
    }

    #[test]
    fn loading_a_quiz_tells_nothing_of_its_questions() {
        const CANARY: &str = "canary";
        let question = quiz::Question {
            text: CANARY.into(),
            explanation: CANARY.into(),
            media_url: CANARY.into(),
            media_alt: CANARY.into(),
            time_limit: None,
            read: None,
            points: 1_000,
            kind: quiz::Kind::TextEntry {
                accepted: vec![CANARY.into()],
                case_sensitive: false,
                max_edits: 0,
            },
        };
        let loaded = entry(Event::Quiz(quiz::Event::Loaded {
            quiz: Arc::new(quiz::Quiz {
                id: "q".parse().expect("an id"),
                revision: 2,
                title: "Capitals".into(),
                description: String::new(),
                language: String::new(),
                settings: quiz::Settings::default(),
                questions: vec![question; 3],
            }),
            seed: 7,
        }));
        let room = "r".parse().expect("an id");
        for audience in [
            Audience::Observers,
            Audience::Member("ana".parse().expect("an id")),
            Audience::Hosts,
        ] {
            let wire = seen(&room, 3, &loaded, &audience).expect("everybody learns of it");
            let bytes = crate::encode::event(wire.clone());
            let holds_it = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
            assert!(!holds_it, "{audience:?}");
            let Some(Wire::QuizLoaded(outline)) = wire.event else {
                panic!("another event");
            };
            assert_eq!((outline.title.as_str(), outline.question_count), ("Capitals", 3));
        }
    }

    #[test]
    fn what_the_wire_has_no_word_for_is_passed_over() {
        let loaded = entry(Event::Quiz(quiz::Event::MediaLoaded {
            user: "ana".parse().expect("an id"),
            index: 0,
        }));
        assert_eq!(as_observer(&loaded), None);
    }
}
