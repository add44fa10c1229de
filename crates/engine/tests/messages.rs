//! What messages carry: threads, mentions, files, links, questions; pins; broadcasts; and what a deletion leaves.

mod common;

use common::*;
use trivium_engine::{
    ChatCommand, ChatEvent, Event, MessageView, Reject, Role, RoomCommand, RoomKind, Seq, Timestamp,
    chat::{
        Attachment, Backwards, Draft, History, KEPT, MAX_ATTACHMENTS, MAX_MENTIONS, MAX_PINS, SharedLink,
        SharedQuestion, Span,
    },
};

/// The first message of a room with two members beside the host.
const FIRST: Seq = 5;

fn answer(root: Seq, text: &str) -> ChatCommand {
    Draft {
        thread: Some(root),
        ..Draft::text(text)
    }
    .into()
}

fn pin(message: Seq) -> ChatCommand {
    ChatCommand::Pin { message, present: true }
}

fn unpin(message: Seq) -> ChatCommand {
    ChatCommand::Pin {
        message,
        present: false,
    }
}

fn delete(message: Seq) -> ChatCommand {
    ChatCommand::Delete { message }
}

fn edit(message: Seq, text: &str) -> ChatCommand {
    ChatCommand::Edit {
        message,
        text: text.to_owned(),
    }
}

fn file(id: &str) -> Attachment {
    Attachment {
        id: id.to_owned(),
        name: format!("{id}.txt"),
        content_type: "text/plain".to_owned(),
        size: 3,
        width: None,
        height: None,
    }
}

fn link(url: &str) -> SharedLink {
    SharedLink {
        url: url.to_owned(),
        title: "A\u{7} title".to_owned(),
    }
}

/// Everything that can be in a message.
fn full(text: &str) -> Draft {
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
fn conversation(members: &[Who]) -> World {
    let mut world = World::new().when(HOST, create(RoomKind::Conversation)).done();
    for member in members {
        world = world.when(member.granted(Role::Member), join()).done();
    }
    world
}

fn one(world: &World, seq: Seq) -> MessageView {
    world.room.message(seq).expect("it is held")
}

/// Whom the last message mentions.
fn mentioned(world: &World) -> (Vec<String>, bool) {
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
fn the_longest_nickname_that_fits_is_mentioned() {
    let world = given([
        ANA,
        BEN,
        who("anamaria", "Ana María"),
        who("zoe", "Zoë"),
        who("fox", "🦊"),
        who("under", "x_y"),
    ]);
    let mut world = world;
    for (text, expected) in [
        ("@Ana hi", "ana"),
        ("@ANA", "ana"),
        ("hello @ana, @ben!", "ana ben"),
        ("@ben @ana @ben", "ben ana"),
        ("@Ana María and @ana", "anamaria ana"),
        ("@anamaría", "anamaria"),
        ("@Ana  Mari\u{301}a", "anamaria"),
        ("@Ana\nMaría", "ana"),
        ("@Ana Mariana", "ana"),
        ("(@zoe\u{308})", "zoe"),
        ("@Zo", ""),
        ("@zoe", ""),
        ("@Anabel", ""),
        ("@Ana_", ""),
        ("@x_y-z", "under"),
        ("mail@ana.example", ""),
        ("_@ana", ""),
        ("@🦊!", "fox"),
        ("@🦊you", "fox"),
        ("@@ana", "ana"),
        ("@ ana", ""),
        ("@\u{200b}a\u{200d}na", "ana"),
        ("@", ""),
        ("@ana's and 日本@ben", "ana"),
        ("@room", ""),
        ("@Hanna Host", "host"),
        ("@Hanna", ""),
    ] {
        world = world.when(ANA, say(text)).done();
        let (users, everybody) = mentioned(&world);
        assert_eq!((users.join(" ").as_str(), everybody), (expected, false), "{text:?}");
    }
}

#[test]
fn everybody_is_mentioned_by_those_who_may() {
    let mut world = given([ANA, who("r", "Room")]);
    for (by, text, users, everybody) in [
        (ANA, "@room", "r", false),
        (HOST, "@Room!", "", true),
        (HOST, "@rooms @roomy", "", false),
        (HOST, "@ana @ROOM", "ana", true),
    ] {
        world = world.when(by, say(text)).done();
        assert_eq!(
            mentioned(&world),
            (users.split_whitespace().map(str::to_owned).collect(), everybody),
            "{text}"
        );
    }
    let crowd: Vec<Who> = (0..32)
        .map(|n| who(format!("u{n}").leak(), format!("U {n}").leak()))
        .collect();
    let world = conversation(&crowd[..31]).when(crowd[0], say("@room")).done();
    assert_eq!(mentioned(&world), (vec![], true), "32 are few");
    let world = conversation(&crowd).when(crowd[0], say("@room")).done();
    assert_eq!(mentioned(&world), (vec![], false), "33 are many");
}

#[test]
fn mentions_are_bounded_and_read_anew_when_a_text_changes() {
    let crowd: Vec<Who> = (0..60)
        .map(|n| who(format!("u{n}").leak(), format!("U{n}").leak()))
        .collect();
    let text = (0..60).map(|n| format!("@u{n}")).collect::<Vec<_>>().join(" ");
    let world = given(crowd.iter().copied()).when(crowd[0], say(&text)).done();
    let (users, _) = mentioned(&world);
    assert_eq!((users.len(), users[49].as_str()), (MAX_MENTIONS, "u49"));
    let seq = world.room.seq();
    let world = world.when(crowd[0], edit(seq, "@u7 only")).done();
    let message = one(&world, seq);
    assert_eq!(message.mentions.users, [crowd[7].user()]);
    assert_eq!(message.edit_count, 1);
    let world = world.when(crowd[0], edit(seq, "nobody")).done();
    assert!(one(&world, seq).mentions.is_none());
    assert_eq!(one(&world, seq).edit_count, 2);
    // Many signs cost little: those beyond the first hundred are text.
    let many = "@".repeat(3_990) + "@u1";
    let world = world.when(crowd[0], say(&many)).done();
    assert_eq!(mentioned(&world), (vec![], false));
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
fn hosts_pin_and_in_conversations_everybody_does() {
    let world = given([ANA, BEN])
        .when(ANA, say("a"))
        .done()
        .when(ANA, say("b"))
        .done()
        .when(ANA, pin(FIRST))
        .rejects(Reject::NotPermitted)
        .when(EVE, pin(FIRST))
        .rejects(Reject::NotMember)
        .when(HOST, pin(FIRST))
        .events([Event::Chat(ChatEvent::Pinned {
            message: FIRST,
            present: true,
        })])
        .when(HOST, pin(FIRST))
        .changes_nothing()
        .at(3)
        .when(ROOT, pin(FIRST + 1))
        .done()
        .when(HOST, pin(1))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, unpin(FIRST))
        .rejects(Reject::NotPermitted);
    let pins: Vec<_> = world.room.pins().iter().map(|pin| (pin.seq, pin.pinned_at)).collect();
    assert_eq!(pins, [(FIRST + 1, Some(Timestamp(T0.0 + 3))), (FIRST, Some(T0))]);
    assert_eq!(
        world.room.view_for(&ANA.actor()).expect("a member").pins,
        world.room.pins()
    );
    let world = world
        .when(HOST, unpin(FIRST))
        .done()
        .when(HOST, unpin(FIRST))
        .changes_nothing();
    assert_eq!(world.room.pins().len(), 1);
    drop(world);

    let world = conversation(&[ANA]).when(ANA, say("keep")).done();
    let seq = world.room.seq();
    world.when(ANA, pin(seq)).done().when(HOST, unpin(seq)).done();
}

#[test]
fn pins_are_few_and_outlive_the_newest_messages() {
    let mut world = given([]);
    let first = world.room.seq() + 1;
    for n in 0..=MAX_PINS {
        world = world.when(HOST, say(&format!("m{n}"))).done();
    }
    for seq in (first..).take(MAX_PINS) {
        world = world.when(HOST, pin(seq)).done();
    }
    let over = first + u64::try_from(MAX_PINS).expect("small");
    world = world.when(HOST, pin(over)).rejects(Reject::LimitReached("pins"));
    for _ in 0..KEPT {
        world = world.when(HOST, say("more")).done();
    }
    world = world
        .when(HOST, edit(first, "late"))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, answer(first, "late"))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, unpin(first))
        .done()
        .when(HOST, pin(first))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, delete(first + 1))
        .done();
    assert_eq!(world.room.pins().len(), MAX_PINS - 2);
    assert_eq!(world.room.pins().last().expect("some").text, "m2");

    // From the log, as far as it can matter; what came later is known to the state.
    let mut history = History::new(Span::default(), 3);
    let mut read = 0;
    for entry in &world.log {
        history.take(entry);
        read += 1;
        if history.is_settled() {
            break;
        }
    }
    assert!(read < world.log.len(), "the end of the log does not matter");
    let mut messages = history.finish().messages;
    assert!(messages.iter().all(|message| message.pinned_at.is_some()), "as it was");
    world.room.correct_messages(&mut messages);
    let stand: Vec<_> = messages
        .iter()
        .map(|m| (m.text.as_str(), m.pinned_at.is_some(), m.deleted_at.is_some()))
        .collect();
    assert_eq!(stand, [("m0", false, false), ("", false, true), ("m2", true, false)]);
}

#[test]
fn old_threads_and_pages_are_found_in_the_log() {
    let mut world = given([ANA]).when(ANA, say("root")).done();
    let root = world.room.seq();
    for n in 0..KEPT + 30 {
        let command = if n % 200 == 0 && n < KEPT {
            answer(root, &format!("t{n}"))
        } else {
            say("x")
        };
        world = world.when(ANA, command).done();
    }
    let thread = Span {
        thread: Some(root),
        ..Span::default()
    };
    let held = world.room.first_messages(thread, 50);
    assert!(
        held.held_from.is_some_and(|from| from > root),
        "the root is no longer held"
    );
    let read = |span, limit| {
        let mut history = History::new(span, limit);
        let mut left = world.log.len();
        for entry in &world.log {
            history.take(entry);
            left -= 1;
            if history.is_settled() {
                break;
            }
        }
        (history.finish(), left)
    };
    let (page, _) = read(thread, 50);
    let texts: Vec<_> = page.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!((texts, page.more), (vec!["t0", "t200", "t400", "t600", "t800"], false));
    let (page, left) = read(
        Span {
            after: root - 1,
            ..Span::default()
        },
        1,
    );
    assert_eq!(
        (page.messages[0].thread_count, page.more),
        (5, true),
        "counts what is not in the page"
    );
    assert!(left > 0, "the end of the log does not matter");

    let before = |before, limit| {
        let span = Span {
            before: Some(before),
            ..Span::default()
        };
        let mut backwards = Backwards::new(span, limit);
        for block in world.log.rchunks(64) {
            if backwards.is_done() {
                break;
            }
            backwards.take(block);
        }
        backwards.finish()
    };
    let (page, more) = before(root + 2, 1);
    assert_eq!((page.expect("one").after, more), (root, true));
    let (page, more) = before(root + 1, 5);
    assert_eq!((page.expect("one").after, more), (root - 1, false));
    assert_eq!(before(root, 5), (None, false));
    assert!(before(root + 1, 0).1);
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
