//! Messages that wait for a host: who sees them, where they come to stand, and what is left of them in the log.

use trivium_engine::{
    Audience, ChatCommand, Entry, Event, ModerationEvent, Observation, Reject, Role, RoomKind, Seq, UserId, Visibility,
    chat::{Draft, History, KEPT, Sent, Span, fold},
    inbox::{Kind, follows},
    moderation::{MessageState, Quote, approval},
};

use crate::{common::*, edit, names, report, resolve, seen, with_approval};

fn answer(root: Seq, text: &str) -> ChatCommand {
    Draft {
        thread: Some(root),
        ..Draft::text(text)
    }
    .into()
}

fn reads(who: Who, to: Seq) -> Observation {
    Observation::Acknowledged {
        user: who.user(),
        delivered: to,
        read: to,
    }
}

/// Messages and mentions that a member has not read.
fn unread(world: &World, who: Who) -> (u32, u32) {
    let unread = world.room.view_for(&who.actor()).expect("a member").unread;
    (unread.messages, unread.mentions)
}

/// Who hears of the last entry in the inbox, and as what.
fn told(world: &World) -> Vec<(UserId, Kind)> {
    let told = follows(&world.room, world.log.last().expect("something happened"));
    told.into_iter().map(|(user, told)| (user, told.kind)).collect()
}

#[test]
fn a_message_that_waits_is_published_where_it_was_written() {
    let world = given([ANA, BEN]).when(HOST, with_approval()).done();
    let before = world.log.len();
    let world = world.when(ANA, say("first")).done();
    let first = world.room.seq();
    let world = world.when(HOST, say("second")).done();
    let second = world.room.seq();
    let world = world.when(BEN, say("third")).done();
    let third = world.room.seq();
    assert_eq!(
        names(&world, before),
        ["moderation.held", "chat.sent", "moderation.held"]
    );
    assert_eq!(world.log[before].visibility(), Visibility::Private(ANA.user()));
    assert_eq!(seen(&world), [(second, "second".to_owned())]);
    let view = world.room.view_for(&ANA.actor()).expect("a member");
    assert_eq!(view.waiting.iter().map(|held| held.seq).collect::<Vec<_>>(), [first]);
    assert_eq!((view.pending_count, world.room.pending_count()), (0, 2));
    let view = world.room.view_for(&HOST.actor()).expect("the host");
    assert_eq!((view.pending_count, view.waiting.len()), (2, 0));
    world
        .when(BEN, report(first))
        .rejects(Reject::NoSuchMessage)
        .when(BEN, resolve(first, MessageState::Published))
        .rejects(Reject::NotPermitted)
        .when(HOST, resolve(first, MessageState::Archived))
        .rejects(Reject::MessageState)
        .when(HOST, resolve(99, MessageState::Published))
        .rejects(Reject::NoSuchMessage)
        .at(1_000)
        .when(HOST, resolve(first, MessageState::Published))
        .done()
        .when(HOST, resolve(first, MessageState::Published))
        .changes_nothing()
        .check(|room| {
            let (messages, _) = room.messages(None, 200);
            let times: Vec<_> = messages.iter().map(|message| (message.seq, message.sent_at)).collect();
            assert_eq!(times, [(first, T0), (second, T0)]);
        })
        .when(HOST, resolve(third, MessageState::Rejected))
        .done()
        .when(HOST, resolve(third, MessageState::Published))
        .rejects(Reject::MessageState)
        .check(|room| {
            let (rejected, more) = room.held_messages(MessageState::Rejected, 0, 10);
            assert_eq!((rejected.len(), rejected[0].seq, more), (1, third, false));
            assert_eq!(room.pending_count(), 0);
        })
        .when(
            BEN,
            ChatCommand::React {
                message: first,
                emoji: "👍".to_owned(),
                present: true,
            },
        )
        .done()
        .when(HOST, resolve(first, MessageState::Archived))
        .done()
        .when(ANA, edit(first, "changed"))
        .rejects(Reject::NoSuchMessage)
        .check(|room| assert!(room.message(first).is_none(), "gone for everybody"))
        .when(HOST, resolve(first, MessageState::Published))
        .done()
        .check(|room| {
            let message = room.message(first).expect("it is back");
            assert_eq!((message.text.as_str(), message.reactions.len()), ("first", 0));
        })
        .when(ANA, edit(first, "changed"))
        .rejects(Reject::ApprovalNeeded)
        .when(ANA, ChatCommand::Delete { message: first })
        .done();
}

#[test]
fn an_author_takes_back_what_waits_and_what_is_published_late_is_unread() {
    let world = given([ANA, BEN])
        .when(HOST, with_approval())
        .done()
        .when(ANA, say("one"))
        .done();
    let first = world.room.seq();
    let world = world
        .when(BEN, ChatCommand::Delete { message: first })
        .rejects(Reject::NoSuchMessage)
        .when(HOST, ChatCommand::Delete { message: first })
        .rejects(Reject::NoSuchMessage)
        .when(ANA, ChatCommand::Delete { message: first })
        .done();
    let deleted = world.log.last().expect("one");
    assert_eq!(deleted.visibility(), Visibility::Private(ANA.user()));
    for (who, sees) in [
        (Audience::Member(BEN.user()), false),
        (Audience::Observers, false),
        (Audience::Hosts, true),
        (Audience::Member(ANA.user()), true),
    ] {
        assert_eq!(
            deleted.event.seen_by(&who).is_some(),
            sees,
            "that something waited: {who:?}"
        );
    }
    let world = world
        .check(|room| assert_eq!(room.pending_count(), 0))
        .when(HOST, resolve(first, MessageState::Published))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, say("two"))
        .done();
    let second = world.room.seq();
    let world = world.when(HOST, say("read by Ben")).done();
    let read = world.room.seq();
    let world = world
        .observe(&Observation::Acknowledged {
            user: BEN.user(),
            delivered: read,
            read,
        })
        .0;
    let unread = |world: &World| world.room.view_for(&BEN.actor()).expect("a member").unread.messages;
    assert_eq!(unread(&world), 0);
    let world = world.when(HOST, resolve(second, MessageState::Published)).done();
    assert_eq!(unread(&world), 1, "it came after what was read");
}

#[test]
fn what_waits_is_nowhere_for_others_and_counts_once_it_is_published() {
    let world = given([ANA, BEN])
        .when(ANA, say("root"))
        .done()
        .when(HOST, with_approval())
        .done();
    let root = world.room.seq() - 1;
    let world = world
        .observe(&reads(BEN, root))
        .0
        .when(ANA, answer(root, "hi @Ben"))
        .done();
    let held = world.room.seq();
    assert_eq!(told(&world), []);
    let world = world.observe(&reads(BEN, held)).0.at(2_000);
    for (who, waiting) in [(BEN, 0), (HOST, 0), (ANA, 1)] {
        let view = world.room.view_for(&who.actor()).expect("a member");
        assert_eq!(view.waiting.len(), waiting, "{who:?}");
        assert_eq!((view.messages.len(), view.messages[0].thread_count), (1, 0), "{who:?}");
    }
    let thread = Span {
        thread: Some(root),
        ..Span::default()
    };
    assert_eq!(world.room.first_messages(thread, 10).messages, []);
    assert_eq!(unread(&world, BEN), (0, 0));
    let glance = world.room.glance(&BEN.actor()).expect("a member");
    assert_eq!(glance.last_message.expect("the root").seq, root);
    assert_eq!(
        world.room.message_receipts(&BEN.actor(), held),
        Err(Reject::NoSuchMessage)
    );
    let pin = |message| ChatCommand::Pin { message, present: true };
    let world = world
        .when(HOST, pin(held))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, pin(held))
        .rejects(Reject::NotPermitted)
        .when(BEN, answer(held, "?"))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, resolve(held, MessageState::Published))
        .done();
    assert_eq!(told(&world), [(BEN.user(), Kind::Mention)]);
    assert_eq!(unread(&world, BEN), (1, 1));
    assert_eq!(world.room.message(root).expect("held").thread_count, 1);
    let seen_by = |world: &World| {
        let found = world.room.message_receipts(&ANA.actor(), held).expect("it is seen");
        (found.delivered, found.read)
    };
    assert_eq!(seen_by(&world), (0, 0), "nobody has read what nobody could see");
    let end = world.room.seq();
    let world = world.observe(&reads(BEN, end)).0.at(4_000);
    assert_eq!((seen_by(&world), unread(&world, BEN)), ((1, 1), (0, 0)));
    let deeds = world
        .room
        .activity(&Audience::Hosts, None, 10, world.now)
        .expect("a host");
    let anas = deeds.iter().find(|(user, ..)| *user == ANA.user()).expect("a member");
    assert_eq!(anas.1.messages, 2, "one that waited and one that did not");
}

#[test]
fn what_is_published_late_stays_hidden_from_who_came_after_it_was_written() {
    let world = World::new()
        .when(HOST, create(RoomKind::StudyGroup))
        .done()
        .when(ANA.granted(Role::Member), join())
        .done()
        .when(CLEO.granted(Role::Member), join())
        .done()
        .when(HOST, with_approval())
        .done()
        .when(ANA, say("for @Cleo and whoever comes"))
        .done();
    let held = world.room.seq();
    let world = world
        .when(BEN.granted(Role::Member), join_as("Ben"))
        .done()
        .when(HOST, resolve(held, MessageState::Published))
        .done();
    assert_eq!((unread(&world, CLEO), unread(&world, BEN)), ((1, 1), (0, 0)));
    assert_eq!(world.room.view_for(&BEN.actor()).expect("a member").messages, []);
    assert_eq!(world.room.glance(&BEN.actor()).expect("a member").last_message, None);
    assert_eq!(told(&world), [(CLEO.user(), Kind::Mention)]);
    // Nor is Ben told by an edit of what he cannot see.
    let world = world
        .when(HOST, crate::set(trivium_engine::moderation::Settings::default()))
        .done()
        .when(ANA, edit(held, "for @Ben"))
        .done();
    assert_eq!(told(&world), []);
}

#[test]
fn the_log_read_as_history_says_the_same_as_the_room() {
    let mut world = given([ANA, BEN]).when(HOST, with_approval()).done();
    for n in 0..60 {
        let who = [ANA, HOST, BEN][n % 3];
        let (messages, _) = world.room.messages(None, 200);
        let root = messages.iter().rev().find(|message| message.thread.is_none());
        let command = match root.filter(|_| n % 5 > 1) {
            Some(root) => answer(root.seq, &format!("answer {n}")),
            None => say(&format!("message {n}")),
        };
        world = world.when(who, command).done();
        let (held, _) = world.room.held_messages(MessageState::Pending, 0, 10);
        if n % 4 == 3
            && let Some(held) = held.first()
        {
            let state = [MessageState::Published, MessageState::Rejected][n / 4 % 2];
            world = world.when(HOST, resolve(held.seq, state)).done();
        }
        if n % 7 == 6 {
            let (messages, _) = world.room.messages(None, 200);
            let some = messages[n % messages.len()].seq;
            world = world.when(HOST, resolve(some, MessageState::Archived)).done();
        }
        let (aside, _) = world.room.held_messages(MessageState::Archived, 0, 10);
        if n % 11 == 10
            && let Some(back) = aside.first()
        {
            world = world.when(HOST, resolve(back.seq, MessageState::Published)).done();
        }
    }
    let (messages, _) = world.room.messages(None, 200);
    let answered = messages.iter().filter(|message| message.thread_count > 0).count();
    assert!(messages.len() > 20 && answered > 3, "{messages:?}");
    assert_eq!(fold(&world.log), messages);

    // A page has the same messages as the room, and says the same of what is not in it.
    for after in 0..world.room.seq() {
        for limit in [1, 3, 10] {
            let span = Span {
                after,
                ..Span::default()
            };
            let mut history = History::new(span, limit);
            for entry in &world.log {
                history.take(entry);
            }
            let page = history.finish().messages;
            let room = world.room.first_messages(span, limit).messages;
            assert!(
                room.starts_with(&page),
                "after {after}, {limit}: {page:?} is not {room:?}"
            );
        }
    }
}

#[test]
fn what_waits_is_bounded() {
    let mut world = given([ANA, BEN]).when(HOST, with_approval()).done();
    for n in 0..approval::MAX_PENDING_EACH {
        world = world.when(ANA, say(&format!("{n}"))).done();
    }
    world
        .when(ANA, say("one more"))
        .rejects(Reject::LimitReached("messages that wait for a host"))
        .when(BEN, say("others may"))
        .done();
}

#[test]
fn an_old_page_of_a_room_where_all_waits_is_read_no_further_than_it_can_change() {
    let author: UserId = ANA.user();
    let events = (1..=3 * KEPT as Seq).flat_map(|n| {
        let sent = Sent::text(author.clone(), "Ana", "hello");
        let quote = Quote {
            sent: sent.clone(),
            sent_at: T0,
            edited_at: None,
            edit_count: 0,
        };
        let held = ModerationEvent::Held {
            sent: Box::new(sent),
            author: author.clone(),
            rule: None,
        };
        let published = ModerationEvent::Resolved {
            message: 2 * n - 1,
            author: author.clone(),
            state: MessageState::Published,
            published: Some(Box::new(quote)),
        };
        [held, published]
    });
    let entries = (1..).zip(events).map(|(seq, event)| Entry {
        seq,
        at: T0,
        actor: None,
        request: None,
        event: Event::Moderation(event),
    });
    let mut history = History::new(Span::default(), 10);
    let mut read = 0;
    for entry in entries {
        read += 1;
        history.take(&entry);
        if history.is_settled() {
            break;
        }
    }
    assert_eq!(read, 2 * (10 + KEPT));
    assert_eq!(history.finish().messages.len(), 10);
}
