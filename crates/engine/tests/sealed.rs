//! Sealed messages: where they are taken, for whom, what can be done with them, and how much of them a room holds.

mod common;

use std::sync::Arc;

use common::*;
use trivium_engine::{
    Audience, ChatCommand, ChatEvent, Event, Reject, Role, RoomCommand, RoomKind, Visibility,
    chat::{
        Span,
        sealed::{Envelope, KEPT_BYTES, ResendReason, Sealed},
    },
    octets::{Blob, Octets},
};

fn envelope(who: Who, device: &str, bytes: usize) -> Envelope {
    Envelope {
        user: who.user(),
        device: device.parse().expect("an id"),
        key_number: 1,
        encapsulated: Octets([1; 32]),
        ciphertext: Blob(vec![0; bytes].into()),
    }
}

fn sealed(envelopes: Vec<Envelope>) -> Option<Sealed> {
    let id = "phone".parse().expect("an id");
    Sealed::new(id, "q".parse().expect("an id"), envelopes, Octets([2; 64]))
}

/// From Ana's phone, for her and Ben.
fn send_of(bytes: usize, readers: &[Who]) -> ChatCommand {
    let envelopes = vec![envelope(ANA, "phone", bytes), envelope(BEN, "laptop", bytes)];
    ChatCommand::SendSealed {
        sealed: Arc::new(sealed(envelopes).expect("in order")),
        reply_to: None,
        readers: readers.iter().map(|who| who.user()).collect(),
    }
}

fn send() -> ChatCommand {
    send_of(16, &[ANA, BEN])
}

fn ask(message: u64, device: &str) -> ChatCommand {
    ChatCommand::RequestResend {
        message,
        device: device.parse().expect("an id"),
        reason: ResendReason::Damaged,
    }
}

/// Of two, none of whom is above the other.
fn conversation() -> World {
    World::new()
        .when(ANA, create(RoomKind::Conversation))
        .done()
        .when(BEN.granted(Role::Member), join())
        .done()
}

#[test]
fn envelopes_stand_in_order_and_none_twice() {
    let one = |who, device: &str| envelope(who, device, 16);
    let many = |count: usize| (0..count).map(|n| one(ANA, &format!("d{n:03}"))).collect();
    for (envelopes, good) in [
        (vec![], false),
        (vec![one(ANA, "a")], true),
        (vec![one(ANA, "a"), one(ANA, "b"), one(BEN, "a")], true),
        (vec![one(ANA, "a"), one(ANA, "a")], false),
        (vec![one(BEN, "a"), one(ANA, "b")], false),
        (many(128), true),
        (many(129), false),
    ] {
        assert_eq!(sealed(envelopes.clone()).is_some(), good, "{envelopes:?}");
    }
}

#[test]
fn a_sealed_message_is_a_message_without_a_text() {
    let world = conversation().when(ANA, send()).done();
    let seq = world.room.seq();
    let react = ChatCommand::React {
        message: seq,
        emoji: "👍".into(),
        present: true,
    };
    let pin = ChatCommand::Pin {
        message: seq,
        present: true,
    };
    let world = world.when(BEN, react).done().when(BEN, pin).done();
    let view = world.room.message(seq).expect("held");
    assert_eq!((view.text.as_str(), view.author.as_str()), ("", "ana"));
    assert_eq!(view.sealed.as_ref().map(|sealed| sealed.envelopes().len()), Some(2));
    assert_eq!((view.reactions.len(), view.pinned_at.is_some()), (1, true));

    let edit = ChatCommand::Edit {
        message: seq,
        text: "plain".into(),
    };
    let answer = ChatCommand::SendSealed {
        sealed: view.sealed.clone().expect("sealed"),
        reply_to: Some(seq),
        readers: [ANA, BEN].map(Who::user).into(),
    };
    let world = world
        .when(ANA, edit)
        .rejects(Reject::SealedOnly)
        .when(BEN, answer.clone())
        .done()
        .when(ANA, ChatCommand::Delete { message: seq })
        .done();
    let view = world.room.message(seq).expect("its place remains");
    assert!(view.sealed.is_none() && view.deleted_at.is_some());
    world.when(BEN, answer).rejects(Reject::NoSuchMessage);
}

#[test]
fn it_is_for_those_who_are_in_the_room() {
    let world = conversation().when(CLEO, send()).rejects(Reject::NotMember);
    let world = world
        .when(ANA, send_of(16, &[ANA]))
        .rejects(Reject::StaleDevices)
        .when(ANA, send_of(16, &[ANA, BEN, CLEO]))
        .rejects(Reject::StaleDevices)
        .when(CLEO.granted(Role::Member), join())
        .done();
    world
        .when(ANA, send())
        .rejects(Reject::StaleDevices)
        .when(CLEO, RoomCommand::Leave)
        .done()
        .when(ANA, send())
        .done();
}

#[test]
fn it_is_for_conversations() {
    for kind in [
        RoomKind::Quiz,
        RoomKind::Classroom,
        RoomKind::StudyGroup,
        RoomKind::Channel,
    ] {
        World::new()
            .when(ANA, create(kind))
            .done()
            .when(ANA, send())
            .rejects(Reject::SealedNotAllowed);
    }
}

#[test]
fn a_device_asks_once_and_the_author_hears_it() {
    let world = conversation().when(ANA, send()).done();
    let seq = world.room.seq();
    let world = world.when(ANA, say("plain")).done();
    let plain = world.room.seq();
    let world = world
        .when(BEN, ask(plain, "laptop"))
        .rejects(Reject::NoSuchMessage)
        .when(BEN, ask(99, "laptop"))
        .rejects(Reject::NoSuchMessage)
        .when(CLEO, ask(seq, "laptop"))
        .rejects(Reject::NotMember)
        .when(BEN, ask(seq, "laptop"))
        .done()
        .when(BEN, ask(seq, "laptop"))
        .changes_nothing()
        .when(BEN, ask(seq, "tablet"))
        .done();
    let asked = world.log.last().expect("it was asked");
    assert_eq!(asked.visibility(), Visibility::Private(ANA.user()));
    let seen = |who: Audience| asked.event.seen_by(&who).is_some();
    assert!(seen(Audience::Member(ANA.user())) && seen(Audience::Hosts));
    assert!(!seen(Audience::Member(BEN.user())) && !seen(Audience::Observers));
    world
        .when(ANA, ChatCommand::Delete { message: seq })
        .done()
        .when(BEN, ask(seq, "phone"))
        .rejects(Reject::NoSuchMessage);
}

#[test]
fn a_retry_is_no_plain_message() {
    let world = conversation().when(ANA, send()).done().when(ANA, say("hi")).done();
    let [.., sealed, plain] = world.log.as_slice() else {
        panic!("two were sent");
    };
    for (entry, is_sealed) in [(sealed, true), (plain, false)] {
        assert!(matches!(&entry.event, Event::Chat(ChatEvent::Sent(sent)) if sent.sealed.is_some() == is_sealed));
        let can = |command: ChatCommand| trivium_engine::Command::Chat(command).can_make(&entry.event);
        assert_eq!((can(send()), can(say("hi"))), (is_sealed, !is_sealed));
    }
}

#[test]
fn a_room_holds_so_many_bytes_of_ciphertext() {
    let each = KEPT_BYTES / 20;
    let mut world = conversation();
    for _ in 0..30 {
        world = world.when(ANA, send_of(each, &[ANA, BEN])).done();
    }
    let last = world.room.seq();
    let page = world.room.last_messages(Span::default(), 100);
    let (first, count) = (page.messages[0].seq, page.messages.len());
    assert!((5..=10).contains(&count), "{count}");
    assert_eq!(page.held_from, Some(first), "the others are in the log");
    assert_eq!(first, last + 1 - count as u64, "the oldest go first");
    // Small ones are held by their number alone.
    for _ in 0..30 {
        world = world.when(BEN, send()).done();
    }
    assert!(world.room.last_messages(Span::default(), 100).messages.len() > 30);
}

#[test]
fn where_only_sealed_messages_are_taken_nobody_says_anything_else() {
    let open = RoomCommand::Open {
        title: String::new(),
        people: vec![(BEN.user(), "Ben".into())],
        end_to_end: true,
    };
    let broadcast = ChatCommand::Broadcast {
        event: "e".into(),
        payload: "{}".into(),
    };
    let world = World::new().when(ANA, open).done();
    assert!(world.room.is_sealed_only());
    let world = world
        .when(ANA, say("plain"))
        .rejects(Reject::SealedOnly)
        .when(ROOT, broadcast)
        .rejects(Reject::SealedOnly)
        .when(ANA, send())
        .done();
    let edit = ChatCommand::Edit {
        message: world.room.seq(),
        text: "plain".into(),
    };
    world.when(ANA, edit).rejects(Reject::SealedOnly);
}
