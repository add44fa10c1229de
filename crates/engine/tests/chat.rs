//! Chat: sending, editing, deleting, reacting, bounds, and pages from the log.

mod common;

use common::*;
use rand_chacha::rand_core::SeedableRng as _;
use trivium_engine::{
    ChatCommand, ChatEvent, Event, MessageView, PolicyChange, Reject, Role, RoomCommand, Seq, Timestamp,
    chat::{
        self, Backwards, Draft, History, KEPT, MAX_EMOJI, MAX_HELD_REACTIONS, MAX_REACTIONS, MAX_TEXT, Mentions, Sent,
        Span,
    },
};

/// The first message of a room with two members beside the host: three come in, the room is made.
const FIRST: Seq = 5;

fn said(who: Who, text: &str) -> Event {
    Event::Chat(Sent::text(who.user(), who.name, text).into())
}

fn reply(message: Seq, text: &str) -> ChatCommand {
    Draft {
        reply_to: Some(message),
        ..Draft::text(text)
    }
    .into()
}

fn edit(message: Seq, text: &str) -> ChatCommand {
    ChatCommand::Edit {
        message,
        text: text.to_owned(),
    }
}

fn delete(message: Seq) -> ChatCommand {
    ChatCommand::Delete { message }
}

fn react(message: Seq, emoji: &str) -> ChatCommand {
    ChatCommand::React {
        message,
        emoji: emoji.to_owned(),
        present: true,
    }
}

fn unreact(message: Seq, emoji: &str) -> ChatCommand {
    ChatCommand::React {
        message,
        emoji: emoji.to_owned(),
        present: false,
    }
}

fn reacted(message: Seq, who: Who, emoji: &str, present: bool, count: u32) -> Event {
    Event::Chat(ChatEvent::Reacted {
        message,
        user: who.user(),
        emoji: emoji.to_owned(),
        present,
        count,
    })
}

fn chat_enabled(enabled: bool) -> RoomCommand {
    RoomCommand::Update {
        title: None,
        locked: None,
        capacity: None,
        late_join: None,
        chat_enabled: Some(enabled),
        policy: PolicyChange::default(),
    }
}

/// The only message there is.
fn only(world: &World) -> MessageView {
    let (mut messages, more) = world.room.messages(None, 10);
    assert_eq!((messages.len(), more), (1, false));
    messages.remove(0)
}

#[test]
fn members_talk_and_others_do_not() {
    given([ANA, BEN])
        .when(ANA, say(" hi\r\nthere\u{7} \n"))
        .events([said(ANA, " hi\nthere")])
        .when(EVE, say("hi"))
        .rejects(Reject::NotMember)
        .when(ROOT, say("hi"))
        .rejects(Reject::NotMember)
        .when(DAN, observe())
        .done()
        .when(DAN, say("hi"))
        .rejects(Reject::NotPermitted)
        .when(DAN, react(FIRST, "👍"))
        .rejects(Reject::NotPermitted);
}

#[test]
fn texts_are_bounded() {
    let longest = "ä".repeat(MAX_TEXT);
    given([ANA, BEN])
        .when(ANA, say(" \n\t"))
        .rejects(Reject::TextInvalid("empty"))
        .when(ANA, say("\u{200b}"))
        .rejects(Reject::TextInvalid("empty"))
        .when(ANA, say(&format!("{longest}x")))
        .rejects(Reject::TextInvalid("too long"))
        .when(ANA, say(&format!("{longest}  ")))
        .events([said(ANA, &longest)])
        .when(ANA, edit(FIRST, " "))
        .rejects(Reject::TextInvalid("empty"));
}

#[test]
fn a_closed_chat_is_for_hosts() {
    given([ANA, BEN])
        .when(ANA, say("early"))
        .done()
        .when(HOST, chat_enabled(false))
        .done()
        .when(ANA, say("late"))
        .rejects(Reject::ChatClosed)
        .when(ANA, edit(FIRST, "late"))
        .rejects(Reject::ChatClosed)
        .when(ANA, react(FIRST, "👍"))
        .rejects(Reject::ChatClosed)
        .when(HOST, say("quiet please"))
        .done()
        .when(ANA, delete(FIRST))
        .done()
        .when(HOST, chat_enabled(true))
        .done()
        .when(ANA, say("thanks"))
        .done();
}

#[test]
fn one_answers_what_is_there() {
    given([ANA, BEN])
        .when(ANA, say("who?"))
        .done()
        .when(BEN, reply(FIRST, "me"))
        .look(|events| {
            assert!(
                matches!(events, [Event::Chat(ChatEvent::Sent(sent))] if sent.reply_to == Some(FIRST)),
                "{events:?}"
            );
        })
        .when(BEN, reply(FIRST - 1, "the joining?"))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, delete(FIRST))
        .done()
        .when(BEN, reply(FIRST, "gone?"))
        .rejects(Reject::NoSuchMessage);
}

#[test]
fn authors_edit_their_own_messages() {
    let world = given([ANA, BEN])
        .when(ANA, say("helo"))
        .done()
        .when(BEN, edit(FIRST, "hello"))
        .rejects(Reject::NotPermitted)
        .when(HOST, edit(FIRST, "hello"))
        .rejects(Reject::NotPermitted)
        .when(ANA, edit(FIRST, "helo "))
        .changes_nothing()
        .at(5)
        .when(ANA, edit(FIRST, "hello"))
        .events([Event::Chat(ChatEvent::Edited {
            message: FIRST,
            text: "hello".to_owned(),
            mentions: Mentions::default(),
        })]);
    let message = only(&world);
    assert_eq!(
        (message.text.as_str(), message.sent_at, message.edited_at),
        ("hello", T0, Some(Timestamp(T0.0 + 5)))
    );
}

#[test]
fn authors_and_hosts_delete_and_the_text_is_gone() {
    let deleted = |by_host| {
        Event::Chat(ChatEvent::Deleted {
            message: FIRST,
            by_host,
            waited: None,
            files: Vec::new(),
        })
    };
    let world = given([ANA, BEN])
        .when(ANA, say("secret"))
        .done()
        .when(BEN, react(FIRST, "👀"))
        .done()
        .when(BEN, delete(FIRST))
        .rejects(Reject::NotPermitted)
        .when(ANA, delete(FIRST))
        .events([deleted(false)])
        .when(ANA, delete(FIRST))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, edit(FIRST, "again"))
        .rejects(Reject::NoSuchMessage)
        .when(BEN, react(FIRST, "👀"))
        .rejects(Reject::NoSuchMessage);
    let message = only(&world);
    assert_eq!(
        (message.text.as_str(), message.reactions.len(), message.deleted_at),
        ("", 0, Some(T0))
    );
    assert!(!state(&world.room).contains("secret"));
    drop(world);

    for moderator in [HOST, ROOT] {
        given([ANA, BEN])
            .when(ANA, say("rude"))
            .done()
            .when(moderator, delete(FIRST))
            .events([deleted(true)]);
    }
}

#[test]
fn reactions_are_put_once_and_taken_back() {
    let world = given([ANA, BEN])
        .when(ANA, say("pizza?"))
        .done()
        .when(ANA, react(FIRST, "🍕"))
        .events([reacted(FIRST, ANA, "🍕", true, 1)])
        .when(ANA, react(FIRST, "🍕"))
        .changes_nothing()
        .when(ANA, react(FIRST, "👍"))
        .done()
        .when(BEN, react(FIRST, "👍"))
        .events([reacted(FIRST, BEN, "👍", true, 2)])
        .when(BEN, unreact(FIRST, "🍕"))
        .changes_nothing()
        .when(ANA, react(FIRST, "yes"))
        .rejects(Reject::TextInvalid("not one emoji"))
        .when(ANA, react(FIRST + 1, "👍"))
        .rejects(Reject::NoSuchMessage);
    let both = vec![ANA.user(), BEN.user()];
    assert_eq!(
        only(&world).reactions,
        [("👍".to_owned(), both, 2), ("🍕".to_owned(), vec![ANA.user()], 1)]
    );
    let world = world
        .when(ANA, unreact(FIRST, "🍕"))
        .events([reacted(FIRST, ANA, "🍕", false, 0)]);
    assert_eq!(only(&world).reactions.len(), 1);
}

#[test]
fn a_message_holds_few_different_emoji_and_names_few_users() {
    let emoji = |n: usize| {
        char::from_u32(0x1f400 + u32::try_from(n).expect("small"))
            .expect("an animal")
            .to_string()
    };
    let crowd: Vec<Who> = (0..25)
        .map(|n| who(format!("u{n:02}").leak(), format!("U {n:02}").leak()))
        .collect();
    let message = Seq::try_from(crowd.len()).expect("small") + 3;
    let mut world = given(crowd.iter().copied()).when(HOST, say("?")).done();
    for &user in &crowd {
        world = world.when(user, react(message, "👍")).done();
    }
    for n in 1..MAX_EMOJI {
        world = world.when(HOST, react(message, &emoji(n))).done();
    }
    world = world
        .when(HOST, react(message, &emoji(MAX_EMOJI)))
        .rejects(Reject::TooManyReactions)
        .when(crowd[0], react(message, &emoji(1)))
        .done();
    let reactions = only(&world).reactions;
    assert_eq!((reactions[0].1.len(), reactions[0].2), (20, 25));
    assert_eq!(
        (reactions[1].0.clone(), reactions[1].2),
        (emoji(1), 2),
        "most used first"
    );
}

#[test]
fn leaving_takes_no_message_away_and_gives_no_rights() {
    given([ANA, BEN])
        .when(ANA, say("bye"))
        .done()
        .when(ANA, RoomCommand::Leave)
        .done()
        .when(ANA, edit(FIRST, "!"))
        .rejects(Reject::NotMember)
        .when(ANA, join_as("Annie"))
        .done()
        .when(ANA, edit(FIRST, "!"))
        .done()
        .when(HOST, promote(ANA, Role::Observer))
        .done()
        .when(ANA, edit(FIRST, "?"))
        .rejects(Reject::NotPermitted);
}

#[test]
fn pages_go_back_through_what_is_held_and_the_log_has_the_rest() {
    let total = KEPT + 5;
    let first = 3;
    let last = first + u64::try_from(total).expect("small") - 1;
    let mut world = given([]);
    for n in 0..total {
        world = world.when(HOST, say(&format!("m{n}"))).done();
    }
    let world = world
        .when(HOST, edit(first + 4, "too late"))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, edit(first + 5, "just in time"))
        .done();
    let (page, more) = world.room.messages(None, 1_000_000);
    assert_eq!((page.len(), page[199].seq, more), (200, last, true));
    let (oldest, more) = world.room.messages(Some(first + 7), 10);
    assert_eq!(oldest.iter().map(|m| m.seq).collect::<Vec<_>>(), [first + 5, first + 6]);
    assert!(more, "the log has older ones");

    let page = |before, limit| {
        let span = Span {
            before,
            ..Span::default()
        };
        let mut backwards = Backwards::new(span, limit);
        world.log.rchunks(7).for_each(|block| backwards.take(block));
        let (span, more) = backwards.finish();
        let mut history = History::new(span.expect("there are messages"), limit);
        world.log.iter().for_each(|entry| history.take(entry));
        (history.finish().messages, more)
    };
    let (older, more) = page(Some(first + 5), 3);
    assert_eq!(
        older.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(),
        ["m2", "m3", "m4"]
    );
    assert!(more);
    assert_eq!(page(Some(first + 7), 2).0, oldest, "both ways tell the same");
    assert!(!page(Some(first + 2), 2).1);

    let all = chat::fold(&world.log);
    assert_eq!(all.len(), total);
    assert_eq!(all[5].text, "just in time");
    assert_eq!(all[total - 200..], world.room.messages(None, 200).0);
}

#[test]
fn all_reactions_of_a_room_are_bounded_together() {
    let mut world = given([ANA]);
    for _ in 0..=MAX_HELD_REACTIONS / MAX_REACTIONS {
        world = world.when(ANA, say("like this")).done();
    }
    let last = world.room.seq();
    let mut room = world.room.clone();
    for n in 0..MAX_HELD_REACTIONS {
        let reacted = ChatEvent::Reacted {
            message: last - 1 - (n / MAX_REACTIONS) as u64,
            user: format!("u{n}").parse().expect("an id"),
            emoji: "👍".to_owned(),
            present: true,
            count: 1,
        };
        room.apply(&trivium_engine::Entry {
            seq: room.seq() + 1,
            at: world.now,
            actor: None,
            request: None,
            event: reacted.into(),
        });
    }
    let decide = |room: &trivium_engine::Room, command: ChatCommand| {
        let mut cx = trivium_engine::Cx {
            now: world.now,
            actor: &ANA.actor(),
            round_trip: None,
            room_round_trip: None,
            rng: &mut rand_chacha::ChaCha12Rng::from_seed([0; 32]),
        };
        room.decide(&command.into(), &mut cx).map(|events| events.len())
    };
    assert_eq!(decide(&world.room, react(last, "👍")), Ok(1));
    assert_eq!(decide(&room, react(last, "👍")), Err(Reject::LimitReached("reactions")));
}
