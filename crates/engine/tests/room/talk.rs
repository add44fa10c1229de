//! How people talk in a room: who may write, what newcomers see of the past, the archive, retention, conversations.
//!
//! Neighbours: [`words`](crate::words) has what the scenarios speak of.

use trivium_engine::{
    ChatCommand, Event, HistoryPolicy, PolicyChange, Reject, Role, RoomCommand, RoomEvent, RoomKind, Seq, Timestamp,
    WritePolicy, settings::MAX_PEOPLE,
};

use crate::{common::*, words::*};

fn policy(policy: PolicyChange) -> RoomCommand {
    RoomCommand::Update {
        title: None,
        locked: None,
        capacity: None,
        late_join: None,
        chat_enabled: None,
        policy,
    }
}

fn writing(write: WritePolicy, writers: &[Who]) -> RoomCommand {
    policy(PolicyChange {
        write: Some(write),
        writers: Some(writers.iter().map(|who| who.user()).collect()),
        ..PolicyChange::default()
    })
}

fn archived(archived: bool) -> RoomCommand {
    policy(PolicyChange {
        archived: Some(archived),
        ..PolicyChange::default()
    })
}

/// The numbers of all messages that were ever sent.
fn sent(world: &World) -> Vec<Seq> {
    let sent = world.log.iter().filter(|entry| entry.event.name() == "chat.sent");
    sent.map(|entry| entry.seq).collect()
}

fn seen_by(world: &World, who: Who) -> Vec<String> {
    let view = world.room.view_for(&who.actor()).expect("may look");
    view.messages.into_iter().map(|message| message.text).collect()
}

#[test]
fn who_may_write_is_the_rooms_to_say() {
    given([ANA, BEN])
        .when(HOST, writing(WritePolicy::Hosts, &[]))
        .done()
        .when(ANA, say("no"))
        .rejects(Reject::WriteNotAllowed)
        .when(HOST, say("yes"))
        .done()
        .when(HOST, writing(WritePolicy::Named, &[ANA]))
        .done()
        .when(ANA, say("yes"))
        .done()
        .when(BEN, say("no"))
        .rejects(Reject::WriteNotAllowed)
        .when(HOST, writing(WritePolicy::Members, &[]))
        .done()
        .when(BEN, say("yes"))
        .done()
        .when(BEN, writing(WritePolicy::Members, &[BEN]))
        .rejects(Reject::NotPermitted);
}

#[test]
fn nobody_writes_in_the_archive() {
    given([ANA])
        .when(ANA, say("before"))
        .done()
        .at(50)
        .when(HOST, archived(true))
        .done()
        .when(HOST, archived(true))
        .changes_nothing()
        .when(ANA, say("no"))
        .rejects(Reject::RoomArchived)
        .when(HOST, say("no"))
        .rejects(Reject::RoomArchived)
        .when(ANA, ChatCommand::Delete { message: 4 })
        .done()
        .when(HOST, archived(false))
        .done()
        .when(ANA, say("after"))
        .done();
}

#[test]
fn a_study_group_keeps_its_past_from_newcomers() {
    let world = World::new()
        .when(HOST, create(RoomKind::StudyGroup))
        .done()
        .when(ANA.granted(Role::Member), join())
        .done()
        .when(ANA, say("one"))
        .done()
        .when(BEN.granted(Role::Member), join())
        .done()
        .when(ANA, say("two"))
        .done();
    assert_eq!(seen_by(&world, ANA), ["one", "two"]);
    assert_eq!(seen_by(&world, BEN), ["two"]);
    assert_eq!(seen_by(&world, HOST), ["one", "two"], "those who run it see all");
    assert_eq!(
        world.room.history_floor(&BEN.actor()),
        5,
        "the entry that brought Ben in"
    );
    // Who comes back is new again.
    let world = world
        .when(BEN, RoomCommand::Leave)
        .done()
        .when(ANA, say("three"))
        .done()
        .when(BEN.granted(Role::Member), join())
        .done();
    assert_eq!(seen_by(&world, BEN), Vec::<String>::new());
    // A new name or another role does not make Ben newer.
    let since = world.room.history_floor(&BEN.actor());
    let world = world.when(HOST, rename(BEN, "Benno")).done();
    assert_eq!(world.room.history_floor(&BEN.actor()), since);
    let world = world.when(HOST, promote(BEN, Role::CoHost)).done();
    assert_eq!(seen_by(&world, BEN), ["one", "two", "three"]);
    let world = world.when(HOST, promote(BEN, Role::Member)).done();
    assert_eq!(seen_by(&world, BEN), Vec::<String>::new());
    let all = PolicyChange {
        history: Some(HistoryPolicy::All),
        ..PolicyChange::default()
    };
    let world = world.when(HOST, policy(all)).done();
    assert_eq!(seen_by(&world, BEN), ["one", "two", "three"]);
}

#[test]
fn what_tells_of_an_earlier_message_is_known_by_that_message() {
    let world = given([ANA])
        .when(ANA, say("one"))
        .done()
        .when(
            ANA,
            ChatCommand::Edit {
                message: 4,
                text: "uno".to_owned(),
            },
        )
        .done();
    let of: Vec<Option<Seq>> = world.log.iter().map(|entry| entry.event.tells_of(entry.seq)).collect();
    assert_eq!(of, [None, None, None, Some(4), Some(4)]);
}

const DAY: u64 = 86_400_000;

/// A whole day of the room's time, in milliseconds after the first one.
fn on_day(day: u64, and: u64) -> u64 {
    (T0.0 / DAY + day) * DAY + and - T0.0
}

#[test]
fn messages_go_with_their_day() {
    let keep = PolicyChange {
        retention_days: Some(2),
        ..PolicyChange::default()
    };
    let world = given([ANA])
        .when(HOST, policy(keep))
        .done()
        .at(on_day(1, 5))
        .when(ANA, say("one"))
        .done()
        .at(on_day(2, 0))
        .when(ANA, say("two"))
        .done()
        .at(on_day(4, 0) - 1);
    assert_eq!(seen_by(&world, ANA), ["one", "two"]);
    let world = world.at(on_day(4, 0)).when(HOST, rename(ANA, "Anna")).done();
    assert_eq!(seen_by(&world, ANA), ["two"]);
    let first = sent(&world)[0];
    assert_eq!(world.room.history_floor(&HOST.actor()), first);
    let expired = Event::Room(RoomEvent::MessagesExpired { through: first });
    assert_eq!(world.log.iter().filter(|entry| entry.event == expired).count(), 1);
    // Nobody may bring back what is gone.
    let world = world
        .when(ANA, ChatCommand::Delete { message: first })
        .rejects(Reject::NoSuchMessage)
        .at(on_day(400, 0))
        .when(HOST, rename(ANA, "Ana"))
        .done();
    assert_eq!(seen_by(&world, ANA), Vec::<String>::new());
    assert!(!world.room.messages(None, 10).1, "there are no older ones");
    assert_eq!(world.room.next_deadline(), None, "nothing has to be waited for");
}

fn open(people: &[(Who, &str)]) -> RoomCommand {
    RoomCommand::Open {
        title: String::new(),
        people: people
            .iter()
            .map(|(who, name)| (who.user(), (*name).to_owned()))
            .collect(),
        end_to_end: false,
    }
}

#[test]
fn in_a_conversation_all_are_equal() {
    let world = World::new()
        .when(ANA, open(&[(BEN, "Benny"), (CLEO, ""), (ANA, "me")]))
        .done()
        .when(BEN, open(&[(ANA, "")]))
        .rejects(Reject::RoomExists);
    let members: Vec<_> = [ANA, BEN, CLEO]
        .map(|who| (nickname_of(&world.room, who), role_of(&world.room, who)))
        .into();
    let member = |name: &str| (name.to_owned(), Some(Role::Member));
    assert_eq!(members, [member("Ana"), member("Benny"), member("cleo")]);
    let mut world = world
        .when(BEN, say("hi"))
        .done()
        .when(
            CLEO,
            policy(PolicyChange {
                description: Some("Us".to_owned()),
                ..PolicyChange::default()
            }),
        )
        .done()
        .when(DAN, join())
        .rejects(Reject::NotInvited);
    let refused: [RoomCommand; 8] = [
        remove(BEN),
        ban(BEN),
        RoomCommand::Close,
        RoomCommand::TakeHost,
        archived(true),
        writing(WritePolicy::Named, &[ANA]),
        promote(BEN, Role::Observer),
        settings(|settings| settings.locked = true),
    ];
    for command in refused {
        world = world.when(ANA, command).rejects(Reject::NotPermitted);
    }
    world.when(ANA, RoomCommand::Leave).done();
}

#[test]
fn a_conversation_has_two_to_thirty_two_people() {
    World::new().when(ANA, open(&[])).rejects(Reject::NoSuchMember);
    World::new()
        .when(ANA, open(&[(ANA, "me")]))
        .rejects(Reject::NoSuchMember);
    let crowd = |count: usize| RoomCommand::Open {
        title: "All".to_owned(),
        people: (1..count)
            .map(|n| (format!("u{n}").parse().expect("an id"), String::new()))
            .collect(),
        end_to_end: true,
    };
    let world = World::new().when(ANA, crowd(MAX_PEOPLE)).done();
    assert_eq!(world.room.member_count() as usize, MAX_PEOPLE);
    assert!(world.room.settings().expect("made").policy.end_to_end);
    World::new()
        .when(ANA, crowd(MAX_PEOPLE + 1))
        .rejects(Reject::LimitReached("people"));
    assert_eq!(world.now, Timestamp(T0.0));
}
