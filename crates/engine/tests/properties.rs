//! What holds whatever anybody does: random commands, observations and waits of all features, against a naive model.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use common::*;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use trivium_engine::{
    Accommodations, Audience, ChatCommand, ChatEvent, Command, Entry, Event, Millis, Observation, QuizCommand, Role,
    Room, RoomCommand, RoomEvent, RoomKind, Seq, Timestamp, UserId,
    event::LeaveReason,
    presence::GRACE,
    quiz::{Answer, Choice, Kind, KindName, Number, Phase, Question, Quiz, Settings},
};

const CROWD: [Who; 8] = [
    HOST,
    COHOST.granted(Role::CoHost),
    ANA,
    BEN,
    CLEO,
    GUEST,
    ROOT,
    EVE.granted(Role::Host),
];

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Command(Who, Command),
    /// The same, but pointed at a message or question that is there.
    Aimed(Who, Command, usize),
    /// The same request once more.
    Retry,
    Observe(Observation),
    Pass(u64),
    /// The room moves to another node.
    Reload,
}

fn anybody() -> impl Strategy<Value = Who> {
    prop::sample::select(&CROWD[..])
}

fn user() -> impl Strategy<Value = UserId> {
    anybody().prop_map(Who::user)
}

fn texts() -> impl Strategy<Value = String> {
    const SOME: [&str; 11] = [
        "",
        "Ana",
        "aNa ",
        "Ben",
        "\u{202e}x",
        "a\u{7}",
        "Zoë",
        "👍",
        "❤️",
        "long long text",
        "a\nb",
    ];
    prop_oneof![8 => prop::sample::select(&SOME[..]).prop_map(str::to_owned), 1 => ".{0,50}"]
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(&[Role::Observer, Role::Member, Role::CoHost, Role::Host][..])
}

fn accommodations() -> impl Strategy<Value = Accommodations> {
    (0_u32..300, any::<bool>(), 0_u32..8, any::<bool>()).prop_map(|(percent, untimed, fewer_options, excused)| {
        Accommodations {
            time_percent: percent * 10,
            untimed,
            fewer_options,
            excused,
        }
    })
}

fn room_command() -> impl Strategy<Value = RoomCommand> {
    use prop::option::of;
    let create = (texts(), texts()).prop_map(|(title, nickname)| RoomCommand::Create {
        kind: RoomKind::Classroom,
        title,
        code: None,
        join_policy: None,
        capacity: None,
        teams: vec!["Red".to_owned()],
        nickname,
    });
    let join = (texts(), texts(), any::<bool>(), prop::bool::weighted(0.9)).prop_map(
        |(nickname, avatar, observe, code_shown)| RoomCommand::Join {
            nickname,
            avatar,
            team: String::new(),
            observe,
            code_shown,
        },
    );
    let update = (
        of(texts()),
        of(prop::bool::weighted(0.2)),
        prop::option::weighted(0.2, 0_u32..12),
        of(any::<bool>()),
        of(prop::bool::weighted(0.8)),
    )
        .prop_map(
            |(title, locked, capacity, late_join, chat_enabled)| RoomCommand::Update {
                title,
                locked,
                capacity,
                late_join,
                chat_enabled,
            },
        );
    let member = (
        user(),
        of(texts()),
        of(texts()),
        of(texts()),
        of(role()),
        of(accommodations()),
    )
        .prop_map(
            |(user, nickname, avatar, team, role, accommodations)| RoomCommand::UpdateMember {
                user,
                nickname,
                avatar,
                team,
                role,
                accommodations,
            },
        );
    prop_oneof![
        1 => create,
        12 => join,
        3 => Just(RoomCommand::Leave),
        2 => update,
        1 => prop::bool::weighted(0.2).prop_map(|close| if close { RoomCommand::Close } else { RoomCommand::TakeHost }),
        4 => member,
        2 => (user(), texts()).prop_map(|(user, message)| RoomCommand::Remove { user, message }),
        1 => (user(), texts()).prop_map(|(user, message)| RoomCommand::Ban { user, message }),
        1 => user().prop_map(|user| RoomCommand::Unban { user }),
        2 => Just(RoomCommand::TakeHost),
    ]
}

fn chat_command() -> impl Strategy<Value = ChatCommand> {
    let message = || 1_u64..40;
    prop_oneof![
        4 => (texts(), prop::option::weighted(0.3, message()))
            .prop_map(|(text, reply_to)| ChatCommand::Send { text, reply_to }),
        1 => (message(), texts()).prop_map(|(message, text)| ChatCommand::Edit { message, text }),
        1 => message().prop_map(|message| ChatCommand::Delete { message }),
        3 => (message(), texts(), any::<bool>())
            .prop_map(|(message, emoji, present)| ChatCommand::React { message, emoji, present }),
    ]
}

fn quiz(auto_advance: bool) -> Arc<Quiz> {
    let choice = |text: &str, correct| Choice {
        text: text.to_owned(),
        correct,
    };
    let question = |kind| Question {
        text: "?".to_owned(),
        explanation: String::new(),
        media_url: String::new(),
        media_alt: String::new(),
        time_limit: None,
        read: None,
        points: 1_000,
        kind,
    };
    let options = vec![choice("a", true), choice("b", false), choice("c", false)];
    Arc::new(Quiz {
        id: "q".parse().expect("an id"),
        revision: 1,
        title: "Quiz".to_owned(),
        description: String::new(),
        language: String::new(),
        settings: Settings {
            auto_advance,
            ..Settings::default()
        },
        questions: vec![
            question(Kind::SingleChoice { options, shuffle: true }),
            question(Kind::TrueFalse { correct: true }),
            question(Kind::NumberEntry {
                target: Number(5),
                tolerance: Number(1),
                unit: String::new(),
            }),
        ],
    })
}

fn quiz_command() -> impl Strategy<Value = QuizCommand> {
    let answer = prop_oneof![
        (0_u32..4).prop_map(Answer::Choice),
        any::<bool>().prop_map(Answer::Truth),
        (0_i64..8).prop_map(|n| Answer::Number(Number(n))),
        texts().prop_map(Answer::Text),
        prop::collection::vec(0_u32..4, 0..4).prop_map(Answer::Order),
    ];
    prop_oneof![
        2 => any::<bool>().prop_map(|auto| QuizCommand::Load { quiz: quiz(auto) }),
        3 => Just(QuizCommand::Start),
        8 => prop::sample::select(&[None, None, None, Some(Phase::Open), Some(Phase::Lobby)][..])
            .prop_map(|from| QuizCommand::Advance { from }),
        12 => (0_u32..4, answer).prop_map(|(index, answer)| QuizCommand::Answer { index, answer }),
        1 => (0_u32..4).prop_map(|index| QuizCommand::ReportLoaded { index }),
        1 => Just(QuizCommand::Pause),
        2 => Just(QuizCommand::Resume),
        1 => (0_u64..100_000).prop_map(|ms| QuizCommand::Extend { extra: Millis(ms) }),
        1 => (0_u32..4).prop_map(|index| QuizCommand::Skip { index }),
        1 => any::<bool>().prop_map(|enabled| QuizCommand::SetAutoAdvance { enabled }),
        1 => Just(QuizCommand::End),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    prop_oneof![
        user().prop_map(Observation::Connected),
        user().prop_map(Observation::Disconnected),
        (user(), any::<bool>(), texts()).prop_map(|(user, away, status)| Observation::Appearance {
            user,
            away,
            status
        }),
        (user(), any::<bool>()).prop_map(|(user, typing)| Observation::Typing { user, typing }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let wild = |command: BoxedStrategy<Command>| (anybody(), command).prop_map(|(who, c)| Step::Command(who, c));
    let aimed = |command: BoxedStrategy<Command>| {
        (anybody(), command, 0_usize..40).prop_map(|(who, command, n)| Step::Aimed(who, command, n))
    };
    let chat = || chat_command().prop_map(Command::Chat).boxed();
    let answer = (0_u32..4, any::<bool>()).prop_map(|(index, truth)| QuizCommand::Answer {
        index,
        answer: Answer::Truth(truth),
    });
    let host = |command: BoxedStrategy<QuizCommand>| command.prop_map(|c| Step::Command(HOST, Command::Quiz(c)));
    prop_oneof![
        4 => wild(room_command().prop_map(Command::Room).boxed()),
        1 => wild(chat()),
        6 => aimed(chat()),
        1 => aimed(user().prop_map(|user| Command::Room(RoomCommand::Unban { user })).boxed()),
        3 => aimed(answer.prop_map(Command::Quiz).boxed()),
        // The host speaks more often, or games would hardly begin.
        3 => host(quiz_command().boxed()),
        2 => host(Just(QuizCommand::Advance { from: None }).boxed()),
        2 => wild(quiz_command().prop_map(Command::Quiz).boxed()),
        3 => observation().prop_map(Step::Observe),
        3 => prop_oneof![0_u64..200, 0_u64..6_000, 0_u64..40_000].prop_map(Step::Pass),
        1 => Just(Step::Retry),
        1 => Just(Step::Reload),
    ]
}

/// Points a command at something that is there, if anything is.
fn aim(command: Command, n: usize, room: &Room) -> Command {
    let (messages, _) = room.messages(None, 200);
    let there = |message: Seq| {
        if messages.is_empty() {
            message
        } else {
            messages[n % messages.len()].seq
        }
    };
    let question = room
        .settings()
        .and_then(|_| room.view(&Audience::Hosts).quiz)
        .and_then(|quiz| quiz.prompt);
    match command {
        Command::Chat(ChatCommand::Send { text, reply_to }) => Command::Chat(ChatCommand::Send {
            text,
            reply_to: reply_to.map(there),
        }),
        Command::Chat(ChatCommand::Edit { message, text }) => Command::Chat(ChatCommand::Edit {
            message: there(message),
            text,
        }),
        Command::Chat(ChatCommand::Delete { message }) => Command::Chat(ChatCommand::Delete {
            message: there(message),
        }),
        Command::Chat(ChatCommand::React { message, present, .. }) => Command::Chat(ChatCommand::React {
            message: there(message),
            emoji: ["👍", "❤️", "🍕"][n % 3].to_owned(),
            present,
        }),
        Command::Quiz(QuizCommand::Answer { index, answer }) => {
            let small = u32::try_from(n % 3).expect("small");
            let (index, answer) = match question.map(|question| (question.index, question.kind)) {
                Some((index, KindName::SingleChoice)) => (index, Answer::Choice(small)),
                Some((index, KindName::NumberEntry)) => (index, Answer::Number(Number(small.into()))),
                Some((index, _)) => (index, answer),
                None => (index, answer),
            };
            Command::Quiz(QuizCommand::Answer { index, answer })
        }
        Command::Room(RoomCommand::Unban { user }) => {
            let banned = room
                .settings()
                .map(|_| room.view(&Audience::Hosts).banned)
                .unwrap_or_default();
            let user = if banned.is_empty() {
                user
            } else {
                banned[n % banned.len()].clone()
            };
            Command::Room(RoomCommand::Unban { user })
        }
        other @ (Command::Room(_) | Command::Quiz(_)) => other,
    }
}

/// What a room should hold, said as simply as possible.
#[derive(Debug, Default)]
struct Model {
    members: BTreeMap<UserId, (Role, String)>,
    bans: BTreeSet<UserId>,
    messages: BTreeMap<Seq, Said>,
}

#[derive(Debug)]
struct Said {
    author: UserId,
    text: Option<String>,
    reactions: BTreeSet<(String, UserId)>,
}

impl Model {
    fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Room(RoomEvent::MemberJoined { member, member_count }) => {
                assert!(
                    !self.bans.contains(&member.user) || member.user == ROOT.user(),
                    "a banned user came in"
                );
                let before = self
                    .members
                    .insert(member.user.clone(), (member.role, member.nickname.clone()));
                assert_eq!(before, None, "nobody comes in twice");
                assert_eq!(*member_count as usize, self.members.len());
            }
            Event::Room(RoomEvent::MemberUpdated { member }) => {
                let before = self
                    .members
                    .insert(member.user.clone(), (member.role, member.nickname.clone()));
                assert!(before.is_some(), "only members change");
            }
            Event::Room(RoomEvent::MemberLeft {
                user,
                reason,
                member_count,
                ..
            }) => {
                assert!(self.members.remove(user).is_some(), "only members leave");
                assert_eq!(*member_count as usize, self.members.len());
                if *reason == LeaveReason::Banned {
                    self.bans.insert(user.clone());
                }
            }
            Event::Room(RoomEvent::Banned { user, .. }) => assert!(self.bans.insert(user.clone())),
            Event::Room(RoomEvent::Unbanned { user }) => assert!(self.bans.remove(user)),
            Event::Room(RoomEvent::Created { .. } | RoomEvent::Updated { .. } | RoomEvent::Closed) => {}
            Event::Chat(event) => self.chat(entry, event),
            Event::Quiz(_) => {}
        }
    }

    fn chat(&mut self, entry: &Entry, event: &ChatEvent) {
        let actor = entry.actor.clone().expect("chat is never made by time");
        let role = self.members.get(&actor).map(|(role, _)| *role);
        match event {
            ChatEvent::Sent {
                author,
                nickname,
                text,
                reply_to,
            } => {
                assert_eq!(
                    (author, Some(nickname)),
                    (&actor, self.members.get(author).map(|(_, name)| name))
                );
                assert!(role >= Some(Role::Member) && !text.is_empty());
                assert!(reply_to.is_none_or(|to| self.messages[&to].text.is_some()));
                let said = Said {
                    author: actor,
                    text: Some(text.clone()),
                    reactions: BTreeSet::new(),
                };
                self.messages.insert(entry.seq, said);
            }
            ChatEvent::Edited { message, text } => {
                let said = self.messages.get_mut(message).expect("what is edited is there");
                assert_eq!(said.author, actor);
                assert!(said.text.replace(text.clone()).is_some_and(|before| before != *text));
            }
            ChatEvent::Deleted { message, by_host } => {
                let said = self.messages.get_mut(message).expect("what is deleted is there");
                assert_eq!(said.author != actor, *by_host);
                assert!(!by_host || role >= Some(Role::CoHost) || actor == ROOT.user());
                assert!(said.text.take().is_some(), "nothing is deleted twice");
                said.reactions.clear();
            }
            ChatEvent::Reacted {
                message,
                user,
                emoji,
                present,
                count,
            } => {
                let said = self.messages.get_mut(message).expect("what is reacted to is there");
                let reaction = (emoji.clone(), user.clone());
                assert!(if *present {
                    said.reactions.insert(reaction)
                } else {
                    said.reactions.remove(&reaction)
                });
                assert_eq!(
                    said.reactions.iter().filter(|(other, _)| other == emoji).count(),
                    *count as usize
                );
            }
        }
    }

    fn check(&self, room: &Room) {
        let listed = room.members(&Audience::Hosts, None, 500);
        let members: BTreeMap<_, _> = listed
            .iter()
            .map(|member| (member.user.clone(), (member.role, member.nickname.clone())))
            .collect();
        assert_eq!(members, self.members);
        assert!(
            members.values().filter(|(role, _)| *role == Role::Host).count() <= 1,
            "one host at most"
        );
        let alike: BTreeSet<String> = members
            .values()
            .map(|(_, name)| name.to_lowercase().replace(' ', ""))
            .collect();
        assert_eq!(alike.len(), members.len(), "nicknames are unique");
        assert_eq!(room.presences(None, 500).len(), members.len());
        let (online, away) = room.presence_counts();
        assert!((online + away) as usize <= members.len());

        let (messages, _) = room.messages(None, 200);
        let texts: Vec<_> = messages
            .iter()
            .map(|m| m.deleted_at.is_none().then(|| m.text.clone()))
            .collect();
        assert_eq!(
            texts,
            self.messages.values().map(|said| said.text.clone()).collect::<Vec<_>>()
        );
        let reactions = messages
            .iter()
            .flat_map(|m| m.reactions.iter().map(|(_, _, count)| *count as usize));
        assert_eq!(
            reactions.sum::<usize>(),
            self.messages.values().map(|said| said.reactions.len()).sum::<usize>()
        );

        for who in CROWD {
            let view = room.view_for(&who.actor());
            assert_eq!(view.is_some(), who.global || members.contains_key(&who.user()));
            if let Some(view) = view {
                assert_eq!(view.me.as_ref(), room.member(&who.user()));
                assert!(view.banned.is_empty() || room.audience(&who.actor()) == Some(Audience::Hosts));
            }
        }
        if room.settings().is_some() {
            assert_eq!(
                room.view(&Audience::Hosts).banned,
                self.bans.iter().cloned().collect::<Vec<_>>()
            );
        }
    }
}

/// A played scenario, in which everything was checked on the way.
fn play(steps: Vec<Step>) -> World {
    let mut world = given([ANA, BEN]);
    let mut model = Model::default();
    let mut seen = 0;
    let mut last = None;
    for step in steps {
        let before = state(&world.room);
        let mut refused = false;
        let step = match step {
            Step::Aimed(who, command, n) => Step::Command(who, aim(command, n, &world.room)),
            other @ (Step::Command(..) | Step::Retry | Step::Observe(_) | Step::Pass(_) | Step::Reload) => other,
        };
        world = match step {
            Step::Command(who, command) | Step::Aimed(who, command, _) => {
                let stranger = world.room.member(&who.user()).is_none() && !who.global;
                let outsiders = matches!(
                    command,
                    Command::Room(RoomCommand::Create { .. } | RoomCommand::Join { .. })
                );
                let request = format!("p{}", world.log.len());
                let outcome = world.request(&request).when(who, command);
                refused = outcome.result.is_err();
                let done = outcome.result.as_ref().is_ok_and(|events| !events.is_empty());
                assert!(!(stranger && !outsiders && done), "a stranger did something");
                if done {
                    last = Some((who, request));
                }
                outcome.either_way()
            }
            Step::Retry => match &last {
                Some((who, request)) => {
                    let outcome = world.request(request).when(*who, RoomCommand::Leave);
                    assert_eq!(outcome.result, Ok(Vec::new()), "a retry is recognised whatever it asks");
                    refused = true;
                    outcome.either_way()
                }
                None => world,
            },
            Step::Observe(observation) => world.observe(&observation).0,
            Step::Pass(ms) => {
                let at = world.now.since(T0).0 + ms;
                let mut world = world.at(at);
                world.room.settle_presence(world.now);
                assert!(world.room.next_presence_deadline().is_none_or(|due| due > world.now));
                world
            }
            Step::Reload => {
                let mut world = world;
                world.room = serde_json::from_str(&before).expect("snapshots load");
                world.room.reset_presence(world.now);
                assert_eq!(
                    world.room.next_presence_deadline(),
                    (world.room.member_count() > 0).then(|| world.now + GRACE)
                );
                // Presence has changed, and so may what follows from it.
                let at = world.now.since(T0).0;
                world.at(at)
            }
        };
        assert!(
            !refused || world.settled().is_empty() && state(&world.room) == before,
            "a refusal left traces"
        );
        assert!(world.room.settle(world.now).is_empty(), "settled");
        if let Some(due) = world.room.next_deadline() {
            assert!(due > world.now, "a deadline lies ahead");
        }
        for entry in &world.log[seen..] {
            model.take(entry);
        }
        seen = world.log.len();
        model.check(&world.room);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_room_keeps_its_promises_whatever_happens(steps in prop::collection::vec(step(), 0..160)) {
        play(steps);
    }

    #[test]
    fn no_entry_in_any_order_can_break_a_room(
        steps in prop::collection::vec(step(), 20..80),
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..50, any::<u32>()), 0..120),
    ) {
        let world = play(steps);
        let mut room = Room::new("nonsense".parse().expect("an id"), 1);
        for (pick, seq, at) in picks {
            let entry = Entry { seq, at: Timestamp(u64::from(at)), ..pick.get(&world.log).clone() };
            room.apply(&entry);
            let now = Timestamp(u64::from(at));
            room.settle(now);
            room.next_deadline();
            room.settle_presence(now);
            room.progress(now);
            for who in CROWD {
                room.view_for(&who.actor());
                room.audience(&who.actor()).map(|audience| (room.results(&audience).is_ok(), entry.event.seen_by(&audience)));
            }
            let snapshot = state(&room);
            let loaded: Room = serde_json::from_str(&snapshot).expect("snapshots load");
            prop_assert_eq!(state(&loaded), snapshot);
        }
    }
}

/// The properties above mean little unless the steps lead everywhere.
#[test]
fn random_steps_reach_every_event_but_a_few() {
    let mut runner = TestRunner::deterministic();
    let steps = prop::collection::vec(step(), 160);
    let mut seen = BTreeSet::new();
    for _ in 0..150 {
        let steps = steps.new_tree(&mut runner).expect("steps can be made").current();
        seen.extend(play(steps).log.iter().map(|entry| entry.event.name()));
    }
    let rooms = [
        "created",
        "updated",
        "closed",
        "member_joined",
        "member_left",
        "member_updated",
        "banned",
        "unbanned",
    ];
    let chats = ["sent", "edited", "deleted", "reacted"];
    let quizzes = [
        "loaded",
        "started",
        "question_shown",
        "question_opened",
        "answer_accepted",
        "question_closed",
        "question_revealed",
        "leaderboard_shown",
        "paused",
        "resumed",
        "extended",
        "skipped",
        "auto_advance_set",
        "ended",
    ];
    let named =
        |feature: &str, names: &[&str]| names.iter().map(|name| format!("{feature}.{name}")).collect::<Vec<_>>();
    let expected = [named("room", &rooms), named("chat", &chats), named("quiz", &quizzes)].concat();
    let missing: Vec<_> = expected.iter().filter(|name| !seen.contains(name.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new());
}
