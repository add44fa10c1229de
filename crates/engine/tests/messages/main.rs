//! What messages carry: threads, mentions, files, links, questions; pins; broadcasts; and what a deletion leaves.
//!
//! Each module is one subject; here is what they share, and what belongs to none.

#[path = "../common/mod.rs"]
mod common;
mod history;
mod mentions;
mod pins;

use common::*;
use trivium_engine::{
    ChatCommand, ChatEvent, Event, MessageView, Reject, Role, RoomCommand, RoomKind, Seq, Timestamp,
    chat::{Attachment, Draft, MAX_ATTACHMENTS, SharedLink, SharedQuestion, Span},
};

/// The first message of a room with two members beside the host.
pub(crate) const FIRST: Seq = 5;

pub(crate) fn answer(root: Seq, text: &str) -> ChatCommand {
    Draft {
        thread: Some(root),
        ..Draft::text(text)
    }
    .into()
}

pub(crate) fn pin(message: Seq) -> ChatCommand {
    ChatCommand::Pin { message, present: true }
}

pub(crate) fn unpin(message: Seq) -> ChatCommand {
    ChatCommand::Pin {
        message,
        present: false,
    }
}

pub(crate) fn delete(message: Seq) -> ChatCommand {
    ChatCommand::Delete { message }
}

pub(crate) fn edit(message: Seq, text: &str) -> ChatCommand {
    ChatCommand::Edit {
        message,
        text: text.to_owned(),
    }
}

pub(crate) fn file(id: &str) -> Attachment {
    Attachment {
        id: id.to_owned(),
        name: format!("{id}.txt"),
        content_type: "text/plain".to_owned(),
        size: 3,
        width: None,
        height: None,
    }
}

pub(crate) fn link(url: &str) -> SharedLink {
    SharedLink {
        url: url.to_owned(),
        title: "A\u{7} title".to_owned(),
    }
}

/// Everything that can be in a message.
pub(crate) fn full(text: &str) -> Draft {
    Draft {
        attachments: vec![file("f1")],
        link: Some(link("https://example.org/")),
        question: Some(SharedQuestion {
            quiz: "quiz".parse().expect("an id"),
            revision: 1,
            index: 0,
            text: "Capital?".to_owned(),
            options: vec!["Lima".to_owned()],
        }),
        ..Draft::text(text)
    }
}

/// A conversation of the host and others, who come in by their grants.
pub(crate) fn conversation(members: &[Who]) -> World {
    let mut world = World::new().when(HOST, create(RoomKind::Conversation)).done();
    for member in members {
        world = world.when(member.granted(Role::Member), join()).done();
    }
    world
}

pub(crate) fn one(world: &World, seq: Seq) -> MessageView {
    world.room.message(seq).expect("it is held")
}

/// Whom the last message mentions.
pub(crate) fn mentioned(world: &World) -> (Vec<String>, bool) {
    let mentions = one(world, world.room.seq()).mentions;
    (mentions.users.iter().map(ToString::to_string).collect(), mentions.room)
}

#[test]
fn threads_have_one_level() {
    let world = given([ANA, BEN])
        .when(ANA, say("root"))
        .done()
        .when(BEN, say("beside"))
        .done()
        .at(10)
        .when(BEN, answer(FIRST, "first"))
        .done()
        .at(20)
        .when(
            ANA,
            ChatCommand::from(Draft {
                reply_to: Some(FIRST + 2),
                thread: Some(FIRST),
                ..Draft::text("to the first")
            }),
        )
        .done()
        .when(BEN, answer(FIRST + 2, "deeper"))
        .rejects(Reject::WrongThread)
        .when(
            BEN,
            ChatCommand::from(Draft {
                reply_to: Some(FIRST + 1),
                thread: Some(FIRST),
                ..Draft::text("to another")
            }),
        )
        .rejects(Reject::WrongThread)
        .when(BEN, answer(1, "to the making of the room"))
        .rejects(Reject::NoSuchMessage);
    let root = one(&world, FIRST);
    assert_eq!(
        (root.thread, root.thread_count, root.thread_at),
        (None, 2, Some(Timestamp(T0.0 + 20)))
    );
    let thread = Span {
        thread: Some(FIRST),
        ..Span::default()
    };
    let page = world.room.first_messages(thread, 1);
    assert_eq!(
        (page.messages[0].text.as_str(), page.more, page.held_from),
        ("first", true, None)
    );
    let page = world.room.last_messages(thread, 1);
    assert_eq!((page.messages[0].text.as_str(), page.more), ("to the first", true));
    world
        .when(BEN, delete(FIRST + 2))
        .done()
        .check(|room| {
            let root = room.message(FIRST).expect("held");
            assert_eq!(root.thread_count, 2, "a gravestone counts");
        })
        .when(ANA, delete(FIRST))
        .done()
        .when(BEN, answer(FIRST, "to what is gone"))
        .rejects(Reject::NoSuchMessage);
}

#[test]
fn what_is_shared_may_stand_without_a_text() {
    let world = given([ANA, BEN])
        .when(ANA, ChatCommand::from(full(" \n ")))
        .done()
        .when(ANA, ChatCommand::from(full("\u{200b}")))
        .done()
        .when(ANA, ChatCommand::from(Draft::default()))
        .rejects(Reject::TextInvalid("empty"))
        .when(ANA, edit(FIRST, " "))
        .rejects(Reject::TextInvalid("empty"))
        .when(
            ANA,
            ChatCommand::from(Draft {
                attachments: vec![file("f"); MAX_ATTACHMENTS + 1],
                ..Draft::default()
            }),
        )
        .rejects(Reject::LimitReached("attachments"));
    let message = one(&world, FIRST);
    assert_eq!((message.text.as_str(), message.attachments.len()), ("", 1));
    assert_eq!(message.link.expect("a link").title, "A title");
    let mut world = world;
    for (url, good) in [
        ("http://x", true),
        ("https://example.org/ü?q=1#x", true),
        ("javascript:alert(1)", false),
        ("https://a b", false),
        ("https://a\u{202e}b", false),
        ("https://a\u{1b}[31m", false),
        ("HTTPS://x", false),
        ("data:text/html,x", false),
    ] {
        let outcome = world.when(
            ANA,
            ChatCommand::from(Draft {
                link: Some(link(url)),
                ..Draft::default()
            }),
        );
        world = if good {
            outcome.done()
        } else {
            outcome.rejects(Reject::TextInvalid("link"))
        };
    }
}

#[test]
fn a_deleted_message_keeps_who_when_and_where() {
    let world = given([ANA, BEN])
        .when(ANA, ChatCommand::from(full("secret @ben")))
        .done()
        .when(BEN, answer(FIRST, "noted"))
        .done()
        .when(HOST, pin(FIRST))
        .done()
        .at(9)
        .when(HOST, delete(FIRST))
        .done();
    let left = one(&world, FIRST);
    let expected = MessageView {
        seq: FIRST,
        author: ANA.user(),
        nickname: "Ana".to_owned(),
        text: String::new(),
        reply_to: None,
        thread: None,
        thread_count: 1,
        thread_at: Some(T0),
        sent_at: T0,
        edited_at: None,
        edit_count: 0,
        deleted_at: Some(Timestamp(T0.0 + 9)),
        pinned_at: None,
        mentions: trivium_engine::chat::Mentions::default(),
        attachments: vec![],
        link: None,
        question: None,
        sealed: None,
        reactions: vec![],
    };
    assert_eq!(left, expected);
    assert!(world.room.pins().is_empty());
    let state = state(&world.room);
    for word in ["secret", "Lima", "f1", "example.org"] {
        assert!(!state.contains(word), "{word} is still in the state");
    }
    world.when(HOST, pin(FIRST)).rejects(Reject::NoSuchMessage);
}

#[test]
fn hosts_broadcast_and_nothing_remembers_it() {
    let send = || ChatCommand::Broadcast {
        event: "next".to_owned(),
        payload: "{\"page\":7}".to_owned(),
    };
    let world = given([ANA]).when(ANA, send()).rejects(Reject::NotPermitted);
    let before = state(&world.room);
    let world = world
        .when(EVE, send())
        .rejects(Reject::NotMember)
        .when(ROOT, send())
        .events([Event::Chat(ChatEvent::Broadcast {
            event: "next".to_owned(),
            payload: "{\"page\":7}".to_owned(),
        })])
        .when(HOST, promote(ANA, Role::CoHost))
        .done()
        .when(ANA, send())
        .done()
        .when(HOST, RoomCommand::Close)
        .done()
        .when(HOST, send())
        .rejects(Reject::RoomClosed);
    assert!(!before.contains("page") && !state(&world.room).contains("page"));
}
