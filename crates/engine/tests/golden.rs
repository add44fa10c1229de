//! The storage format, held fast: logs with every kind of event, and the states that they make.
//!
//! `room-v1` is a log as the first servers wrote it, without invitations and reports of screens, and is never written
//! anew; the others, one for each of [`SCENARIOS`], have everything. If this fails, rooms that were stored cannot be read as they were meant. Add variants
//! and optional fields only, then write the other files anew with `cargo test -p trivium-engine --test golden -- --ignored` and look at every line that changed.

mod common;
#[path = "samples/inbox.rs"]
mod inboxes;
#[path = "samples/reading.rs"]
mod reading;
#[path = "samples/chat.rs"]
mod talk;

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc};

use common::*;
use trivium_engine::{
    Accommodations, ActivityEvent, ChatCommand, ChatEvent, Entry, Event, HistoryPolicy, InboxEvent, KeysCommand,
    KeysEvent, Millis, ModerationCommand, ModerationEvent, Observation, PolicyChange, QuizCommand, ReceiptEvent,
    Reject, Role, Room, RoomCommand, RoomEvent, RoomKind, WritePolicy,
    chat::{
        Draft,
        sealed::{Envelope, ResendReason, Sealed},
    },
    moderation::{self, MessageState, ReportReason, Resolution, Rule, Rules, filter},
    octets::{Blob, Octets},
    quiz::{self, Answer, Choice, Kind, Number, Phase, Question, Quiz, Settings},
};

/// The name of a log, and what happens in it.
type Scenario = (&'static str, fn() -> World);

/// What happens in each log that can be written anew.
const SCENARIOS: &[Scenario] = &[
    ("room-v2", scenario),
    ("chat-v1", talk::scenario),
    ("keys-v1", keys),
    ("reading-v1", reading::scenario),
    ("sealed-v1", sealed),
    ("inbox-v1", inboxes::inbox),
    ("system-v1", inboxes::announcements),
];

/// Every log.
fn versions() -> impl Iterator<Item = &'static str> {
    std::iter::once("room-v1").chain(SCENARIOS.iter().map(|(name, _)| *name))
}

/// Names every variant, so that the compiler misses none and the test none of theirs.
macro_rules! every {
    ($function:ident($type:ty), $names:ident: $($pattern:pat => $name:literal,)* $(; $($none:pat => $never:expr,)*)?) => {
        const $names: &[&str] = &[$($name),*];
        fn $function(value: &$type) -> &'static str {
            match value {
                $($pattern => $name,)*
                $($($none => $never,)*)?
            }
        }
    };
}

every! { event_name(Event), EVENTS:
    Event::Room(RoomEvent::Created { .. }) => "room.created",
    Event::Room(RoomEvent::Updated { .. }) => "room.updated",
    Event::Room(RoomEvent::Closed) => "room.closed",
    Event::Room(RoomEvent::MessagesExpired { .. }) => "room.messages_expired",
    Event::Room(RoomEvent::MemberJoined { .. }) => "room.member_joined",
    Event::Room(RoomEvent::MemberLeft { .. }) => "room.member_left",
    Event::Room(RoomEvent::MemberUpdated { .. }) => "room.member_updated",
    Event::Room(RoomEvent::Unbanned { .. }) => "room.unbanned",
    Event::Room(RoomEvent::Banned { .. }) => "room.banned",
    Event::Room(RoomEvent::InvitationCreated { .. }) => "room.invitation_created",
    Event::Room(RoomEvent::InvitationRevoked { .. }) => "room.invitation_revoked",
    Event::Quiz(quiz::Event::Loaded { .. }) => "quiz.loaded",
    Event::Quiz(quiz::Event::Started { .. }) => "quiz.started",
    Event::Quiz(quiz::Event::QuestionShown { .. }) => "quiz.question_shown",
    Event::Quiz(quiz::Event::QuestionOpened { .. }) => "quiz.question_opened",
    Event::Quiz(quiz::Event::OptionsReduced { .. }) => "quiz.options_reduced",
    Event::Quiz(quiz::Event::MediaLoaded { .. }) => "quiz.media_loaded",
    Event::Quiz(quiz::Event::AnswerAccepted { .. }) => "quiz.answer_accepted",
    Event::Quiz(quiz::Event::QuestionClosed { .. }) => "quiz.question_closed",
    Event::Quiz(quiz::Event::QuestionRevealed { .. }) => "quiz.question_revealed",
    Event::Quiz(quiz::Event::LeaderboardShown { .. }) => "quiz.leaderboard_shown",
    Event::Quiz(quiz::Event::Paused { .. }) => "quiz.paused",
    Event::Quiz(quiz::Event::Resumed { .. }) => "quiz.resumed",
    Event::Quiz(quiz::Event::Extended { .. }) => "quiz.extended",
    Event::Quiz(quiz::Event::Skipped { .. }) => "quiz.skipped",
    Event::Quiz(quiz::Event::AutoAdvanceSet { .. }) => "quiz.auto_advance_set",
    Event::Quiz(quiz::Event::Ended { .. }) => "quiz.ended",
    Event::Chat(ChatEvent::Sent(_)) => "chat.sent",
    Event::Chat(ChatEvent::Edited { .. }) => "chat.edited",
    Event::Chat(ChatEvent::Deleted { .. }) => "chat.deleted",
    Event::Chat(ChatEvent::Reacted { .. }) => "chat.reacted",
    Event::Chat(ChatEvent::Pinned { .. }) => "chat.pinned",
    Event::Chat(ChatEvent::Broadcast { .. }) => "chat.broadcast",
    Event::Chat(ChatEvent::ResendRequested { .. }) => "chat.resend_requested",
    Event::Keys(KeysEvent::Changed { .. }) => "keys.changed",
    Event::Receipt(ReceiptEvent::Moved { .. }) => "receipt.moved",
    Event::Receipt(ReceiptEvent::PrivacySet { .. }) => "receipt.privacy_set",
    Event::Activity(ActivityEvent::HandChanged { .. }) => "activity.hand_changed",
    Event::Activity(ActivityEvent::VisitsBegan { .. }) => "activity.visits_began",
    Event::Activity(ActivityEvent::VisitEnded(_)) => "activity.visit_ended",
    Event::Activity(ActivityEvent::Hidden { .. }) => "activity.hidden",
    Event::Inbox(InboxEvent::Notified { .. }) => "inbox.notified",
    Event::Inbox(InboxEvent::Read { .. }) => "inbox.read",
    Event::Inbox(InboxEvent::PreferencesSet { .. }) => "inbox.preferences_set",
    Event::Inbox(InboxEvent::Announced { .. }) => "inbox.announced",
    Event::Inbox(InboxEvent::Retracted { .. }) => "inbox.retracted",
    Event::Moderation(ModerationEvent::Updated { .. }) => "moderation.updated",
    Event::Moderation(ModerationEvent::Muted { .. }) => "moderation.muted",
    Event::Moderation(ModerationEvent::Unmuted { .. }) => "moderation.unmuted",
    Event::Moderation(ModerationEvent::Held { .. }) => "moderation.held",
    Event::Moderation(ModerationEvent::Resolved { .. }) => "moderation.resolved",
    Event::Moderation(ModerationEvent::Reported { .. }) => "moderation.reported",
    Event::Moderation(ModerationEvent::ReportResolved { .. }) => "moderation.report_resolved",
    Event::Moderation(ModerationEvent::FilterBlocked { .. }) => "moderation.filter_blocked",
}

every! { answer_name(Answer), ANSWERS:
    Answer::Choice(_) => "choice",
    Answer::Choices(_) => "choices",
    Answer::Truth(_) => "truth",
    Answer::Text(_) => "text",
    Answer::Number(_) => "number",
    Answer::Order(_) => "order",
    Answer::Matches(_) => "matches",
    Answer::Rating(_) => "rating",
    Answer::Words(_) => "words",
}

every! { kind_name(Kind), KINDS:
    Kind::SingleChoice { .. } => "single_choice",
    Kind::MultipleChoice { .. } => "multiple_choice",
    Kind::TrueFalse { .. } => "true_false",
    Kind::TextEntry { .. } => "text_entry",
    Kind::NumberEntry { .. } => "number_entry",
    Kind::RangeEntry { .. } => "range_entry",
    Kind::Ordering { .. } => "ordering",
    Kind::Matching { .. } => "matching",
    Kind::Poll { .. } => "poll",
    Kind::Rating { .. } => "rating",
    Kind::WordCloud { .. } => "word_cloud",
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(golden(name)).expect("the golden file is there")
}

/// The state as people can read it.
fn readable(room: &Room) -> String {
    serde_json::to_string_pretty(room).expect("rooms serialise") + "\n"
}

fn number(n: i64) -> Number {
    Number(n * 1_000_000)
}

/// A quiz with every kind of question, and a right answer to each as it is written.
fn quiz() -> Arc<Quiz> {
    let text = |text: &str| text.to_owned();
    let choices = |right: &[&str], wrong: &[&str]| {
        let right = right.iter().map(|&text| Choice {
            text: text.to_owned(),
            correct: true,
        });
        let wrong = wrong.iter().map(|&text| Choice {
            text: text.to_owned(),
            correct: false,
        });
        right.chain(wrong).collect::<Vec<_>>()
    };
    let kinds = [
        Kind::SingleChoice {
            options: choices(&["Rome"], &["Milan", "Turin", "Pisa"]),
            shuffle: true,
        },
        Kind::MultipleChoice {
            options: choices(&["2", "3"], &["4", "6"]),
            shuffle: true,
            all_or_nothing: false,
        },
        Kind::TrueFalse { correct: true },
        Kind::TextEntry {
            accepted: vec![text("Danube"), text("Donau")],
            case_sensitive: false,
            max_edits: 1,
        },
        Kind::NumberEntry {
            target: number(42),
            tolerance: number(2),
            unit: text("km"),
        },
        Kind::RangeEntry {
            min: number(0),
            max: number(100),
            step: number(5),
            correct_min: number(40),
            correct_max: number(60),
            unit: String::new(),
        },
        Kind::Ordering {
            items: vec![text("one"), text("two"), text("three")],
            partial_credit: true,
        },
        Kind::Matching {
            pairs: vec![(text("dog"), text("bark")), (text("cat"), text("meow"))],
            partial_credit: true,
        },
        Kind::Poll {
            options: vec![text("tea"), text("coffee")],
            multiple: false,
        },
        Kind::Rating {
            steps: 5,
            low_label: text("poor"),
            high_label: text("great"),
        },
        Kind::WordCloud { max_words: 3 },
    ];
    let question = |(n, kind): (usize, Kind)| Question {
        text: format!("Question {n}?"),
        explanation: if n == 0 { text("Since 1871.") } else { String::new() },
        media_url: if n == 0 {
            text("https://example.org/map.png")
        } else {
            String::new()
        },
        media_alt: if n == 0 { text("A map") } else { String::new() },
        time_limit: (n == 1).then_some(Millis::secs(20)),
        read: (n == 1).then_some(Millis::secs(1)),
        points: 1_000,
        kind,
    };
    Arc::new(Quiz {
        id: "capitals".parse().expect("an id"),
        revision: 3,
        title: text("Capitals"),
        description: text("Of Europe"),
        language: text("en"),
        settings: Settings {
            streak_bonus: true,
            leaderboard_size: 2,
            ..Settings::default()
        },
        questions: kinds.into_iter().enumerate().map(question).collect(),
    })
}

fn answer(kind: &Kind) -> Answer {
    match kind {
        Kind::SingleChoice { .. } | Kind::Poll { .. } => Answer::Choice(1),
        Kind::MultipleChoice { .. } => Answer::Choices(vec![0, 2]),
        Kind::TrueFalse { .. } => Answer::Truth(true),
        Kind::TextEntry { .. } => Answer::Text("danub".to_owned()),
        Kind::NumberEntry { .. } => Answer::Number(number(43)),
        Kind::RangeEntry { .. } => Answer::Number(number(50)),
        Kind::Ordering { .. } => Answer::Order(vec![1, 0, 2]),
        Kind::Matching { .. } => Answer::Matches(vec![1, 0]),
        Kind::Rating { .. } => Answer::Rating(4),
        Kind::WordCloud { .. } => Answer::Words(vec!["blue".to_owned(), "green".to_owned()]),
    }
}

/// Lets time pass until the game stands where it is waited for.
fn wait_for(mut world: World, phase: Phase) -> World {
    while world
        .room
        .view(&trivium_engine::Audience::Hosts)
        .quiz
        .map(|quiz| quiz.phase)
        != Some(phase)
    {
        let due = world.room.next_deadline().expect("the game goes on");
        world = world.at(due.since(T0).0);
    }
    world
}

fn wait(world: World, ms: u64) -> World {
    let at = world.now.since(T0).0 + ms;
    world.at(at)
}

fn members() -> World {
    let text = |text: &str| text.to_owned();
    let mut create = create(RoomKind::Quiz);
    if let RoomCommand::Create { teams, .. } = &mut create {
        *teams = vec![text("Red"), text("Blue")];
    }
    let slow = Accommodations {
        time_percent: 150,
        fewer_options: 1,
        ..Accommodations::default()
    };
    let ban = |who: Who| RoomCommand::Ban {
        user: who.user(),
        message: text("no more"),
        duration: (who == EVE).then_some(Millis::secs(3_600)),
    };
    World::new()
        .when(HOST, create)
        .done()
        .connect(HOST)
        .at(100)
        .when(COHOST.granted(Role::CoHost), join())
        .done()
        .when(ANA, join())
        .done()
        .connect(ANA)
        .when(BEN, join_as("Benny"))
        .done()
        .connect(BEN)
        .when(DAN, observe())
        .done()
        .when(GUEST, join())
        .done()
        .when(CLEO, join())
        .done()
        .when(
            HOST,
            RoomCommand::UpdateMember {
                user: BEN.user(),
                nickname: None,
                avatar: Some(text("fox")),
                team: None,
                role: None,
                accommodations: Some(slow),
            },
        )
        .done()
        .when(
            HOST,
            RoomCommand::Update {
                title: Some(text("Capitals of Europe")),
                locked: Some(true),
                capacity: Some(50),
                late_join: Some(false),
                chat_enabled: None,
                policy: PolicyChange::default(),
            },
        )
        .done()
        .when(
            COHOST,
            RoomCommand::Remove {
                user: CLEO.user(),
                message: text("wrong room?"),
            },
        )
        .done()
        .when(COHOST, ban(GUEST))
        .done()
        .when(COHOST, ban(EVE))
        .done()
        .when(HOST, RoomCommand::Unban { user: GUEST.user() })
        .done()
}

fn invitations(world: World) -> World {
    let invite = |code: &str, role, max_uses| RoomCommand::CreateInvitation {
        code: code.to_owned(),
        role,
        lasts: Millis::secs(600),
        max_uses,
    };
    let by = |code: &str| RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: String::new(),
        observe: false,
        code_shown: false,
        invitation: Some(code.to_owned()),
    };
    world
        .when(HOST, invite("REMOTE22", Role::CoHost, 2))
        .done()
        .when(COHOST, invite("SCREEN33", Role::Observer, 1))
        .done()
        .when(COHOST, invite("PLAYER44", Role::Member, 1_000))
        .done()
        .when(CLEO, by("SCREEN33"))
        .done()
        .when(CLEO, by("REMOTE22"))
        .done()
        .when(
            HOST,
            RoomCommand::RevokeInvitation {
                code: "PLAYER44".to_owned(),
            },
        )
        .done()
}

/// A screen says that it has just drawn the first question.
fn draw(world: World, who: Who, error: u64) -> World {
    let drawn = Observation::Drawn {
        user: who.user(),
        index: 0,
        at: world.now,
        error: Millis(error),
    };
    world.observe(&drawn).0
}

fn chat(world: World) -> World {
    let text = |text: &str| text.to_owned();
    let world = world.at(2_000).when(ANA, say("Hello 👋\nall")).done();
    let message = world.room.seq();
    let react = |present| ChatCommand::React {
        message,
        emoji: text("❤️"),
        present,
    };
    world
        .when(
            BEN,
            ChatCommand::from(Draft {
                reply_to: Some(message),
                ..Draft::text("Hi Ana")
            }),
        )
        .done()
        .when(BEN, react(true))
        .done()
        .when(HOST, react(true))
        .done()
        .when(BEN, react(false))
        .done()
        .when(
            ANA,
            ChatCommand::Edit {
                message,
                text: text("Hello!"),
            },
        )
        .done()
        .when(HOST, ChatCommand::Delete { message: message + 1 })
        .done()
}

fn play(world: World) -> World {
    let quiz = quiz();
    let advance = QuizCommand::Advance { from: None };
    let mut world = world
        .at(5_000)
        .round_trips(Some(80), Some(120))
        .when(HOST, QuizCommand::Load { quiz: quiz.clone() })
        .done()
        .when(HOST, QuizCommand::Start)
        .done();
    for (index, question) in (0..).zip(&quiz.questions) {
        world = wait_for(world, Phase::Reading);
        if index == 0 {
            world = world.when(ANA, QuizCommand::ReportLoaded { index }).done();
        }
        world = wait(wait_for(world, Phase::Open), 3_000);
        if index == 0 {
            world = draw(draw(world, ANA, 7), BEN, 12);
        }
        world = world
            .when(
                ANA,
                QuizCommand::Answer {
                    index,
                    answer: answer(&question.kind),
                },
            )
            .done();
        if index == 0 {
            world = world.when(HOST, QuizCommand::Pause).done();
            world = wait(world, 2_000).when(HOST, QuizCommand::Resume).done();
            world = world.when(HOST, QuizCommand::Extend { extra: Millis::secs(5) }).done();
        }
        if index == 1 {
            // Nobody closes the second question: its time runs out.
            world = wait_for(world, Phase::Closed);
        } else if index == 2 {
            world = world.when(HOST, advance.clone()).done();
        } else {
            world = world
                .when(
                    BEN,
                    QuizCommand::Answer {
                        index,
                        answer: answer(&question.kind),
                    },
                )
                .done();
            world = wait_for(world, Phase::Closed);
        }
        for _ in [Phase::Revealed, Phase::Leaderboard] {
            world = world.when(HOST, advance.clone()).done();
        }
        if index == 3 {
            world = world.when(HOST, QuizCommand::Skip { index: 2 }).done();
        }
        if usize::try_from(index).expect("small") + 1 < quiz.questions.len() {
            world = world.when(HOST, advance.clone()).done();
        }
    }
    world
        .when(HOST, QuizCommand::SetAutoAdvance { enabled: true })
        .done()
        .when(HOST, QuizCommand::End)
        .done()
}

/// A conversation in which one device could not open what another sealed.
fn sealed() -> World {
    let device = |name: &str| name.parse().expect("an id");
    let envelope = |who: Who, name: &str, byte: u8| Envelope {
        user: who.user(),
        device: device(name),
        key_number: 3,
        encapsulated: Octets([byte; 32]),
        ciphertext: Blob(vec![byte; 40].into()),
    };
    let envelopes = vec![envelope(ANA, "phone", 1), envelope(HOST, "laptop", 2)];
    let said = Sealed::new(
        device("phone"),
        "r1".parse().expect("an id"),
        envelopes,
        Octets([9; 64]),
    );
    let send = |reply_to| ChatCommand::SendSealed {
        sealed: Arc::new(said.clone().expect("in order")),
        reply_to,
        readers: [ANA, HOST].map(Who::user).into(),
    };
    let world = World::new()
        .when(HOST, create(RoomKind::Conversation))
        .done()
        .when(ANA.granted(Role::Member), join())
        .done()
        .at(1_000)
        .when(ANA, send(None))
        .done();
    let message = world.room.seq();
    world
        .at(2_000)
        .when(
            HOST,
            ChatCommand::RequestResend {
                message,
                device: device("laptop"),
                reason: ResendReason::KeyChanged,
            },
        )
        .done()
        .at(3_000)
        .when(ANA, send(Some(message)))
        .done()
        .when(ANA, ChatCommand::Delete { message })
        .done()
}

/// Two devices, one of which changes its key and one of which is lost.
fn keys() -> World {
    let register = |device: &str, key: u8| KeysCommand::Register {
        device: device.parse().expect("an id"),
        name: format!("{device} of Ana"),
        agreement: Octets([key; 32]),
        signing: Octets([key + 1; 32]),
        signature: Octets([key + 2; 64]),
    };
    World::new()
        .when(ANA, create(RoomKind::Keys))
        .done()
        .at(1_000)
        .when(ANA, register("phone", 10))
        .done()
        .at(2_000)
        .when(ANA, register("laptop", 20))
        .done()
        .at(3_000)
        .when(
            ANA,
            KeysCommand::Rotate {
                device: "phone".parse().expect("an id"),
                agreement: Octets([30; 32]),
                signature: Octets([31; 64]),
            },
        )
        .done()
        .at(4_000)
        .when(
            ANA,
            KeysCommand::Revoke {
                device: "laptop".parse().expect("an id"),
            },
        )
        .done()
}

/// Messages that wait, mutes, reports, and rules for words.
fn moderated(world: World) -> World {
    let text = |text: &str| text.to_owned();
    let rule = |pattern: &str, syntax, action| Rule {
        pattern: pattern.to_owned(),
        syntax,
        action,
        nicknames: syntax == filter::Syntax::Word,
    };
    let update = |approval, rules: Vec<Rule>| ModerationCommand::Update {
        settings: moderation::Settings {
            slow_mode: if approval { Millis::secs(1) } else { Millis::ZERO },
            approval,
            newcomer: Millis::ZERO,
            rules: Rules::new(rules).expect("rules"),
        },
    };
    let rules = vec![
        rule("spam*", filter::Syntax::Word, filter::Action::Block),
        rule("(?i)wait", filter::Syntax::Regex, filter::Action::Hold),
        rule("rude", filter::Syntax::Word, filter::Action::Mask),
    ];
    let world = world.when(HOST, update(false, rules)).done();
    let blocked = Reject::Filtered {
        rule: 0,
        excerpt: text("Spammer"),
    };
    let world = world
        .when(ANA, say("Spammer"))
        .rejects(blocked.clone())
        .tell(ANA, &blocked)
        .when(ANA, say("Wait, rude!"))
        .done();
    let first = world.room.seq();
    let world = world.when(HOST, update(true, Vec::new())).done();
    let world = wait(world, 2_000).when(ANA, say("Second")).done();
    let second = world.room.seq();
    let resolve = |message, state| ModerationCommand::Resolve { message, state };
    let mute = |who: Who, duration, reason: &str| ModerationCommand::Mute {
        user: who.user(),
        duration,
        reason: reason.to_owned(),
    };
    let report = |message| ModerationCommand::Report {
        message,
        reason: ReportReason::Harassment,
        text: text("Hurts"),
    };
    let world = world
        .when(HOST, resolve(first, MessageState::Published))
        .done()
        .when(HOST, resolve(second, MessageState::Rejected))
        .done()
        .when(HOST, resolve(first, MessageState::Archived))
        .done()
        .when(COHOST, resolve(first, MessageState::Published))
        .done()
        .when(BEN, report(first))
        .done();
    let reported = world.room.seq();
    world
        .when(
            COHOST,
            ModerationCommand::ResolveReport {
                report: reported,
                resolution: Resolution::Muted,
            },
        )
        .done()
        .when(HOST, ModerationCommand::Unmute { user: ANA.user() })
        .done()
        .when(HOST, mute(ANA, None, "Calm down"))
        .done()
        .when(HOST, ModerationCommand::Unmute { user: ANA.user() })
        .done()
        .when(HOST, update(false, Vec::new()))
        .done()
}

/// A room in which everything happens that can.
fn scenario() -> World {
    play(moderated(chat(invitations(members()))))
        .when(BEN, RoomCommand::Leave)
        .done()
        .when(HOST, RoomCommand::Leave)
        .done()
        .when(COHOST, policy())
        .done()
        .at(3 * 86_400_000)
        .when(COHOST, RoomCommand::Close)
        .done()
}

/// Messages are kept for a day, and everything else is not as it was.
fn policy() -> RoomCommand {
    RoomCommand::Update {
        title: None,
        locked: None,
        capacity: None,
        late_join: None,
        chat_enabled: None,
        policy: PolicyChange {
            write: Some(WritePolicy::Named),
            writers: Some(BTreeSet::from([ANA.user()])),
            history: Some(HistoryPolicy::SinceJoin),
            listed: Some(true),
            archived: Some(true),
            retention_days: Some(1),
            description: Some("What is said of them".to_owned()),
        },
    }
}

#[test]
#[ignore = "writes the golden files"]
#[expect(clippy::disallowed_methods, reason = "writing the golden files is what it is for")]
fn regenerate() {
    for (name, scenario) in SCENARIOS {
        let world = scenario();
        let lines: String = world
            .log
            .iter()
            .map(|entry| serde_json::to_string(entry).expect("entries serialise") + "\n")
            .collect();
        fs::write(golden(&format!("{name}.jsonl")), lines).expect("the golden log can be written");
        fs::write(golden(&format!("{name}.state.json")), readable(&world.room))
            .expect("the golden state can be written");
    }
    let mut old = Room::new("room".parse().expect("an id"), 7);
    for line in read("room-v1.jsonl").lines() {
        old.apply(&serde_json::from_str(line).expect("an entry"));
    }
    fs::write(golden("room-v1.state.json"), readable(&old)).expect("the golden state can be written");
}

#[test]
fn a_log_once_written_is_read_for_ever() {
    let mut events = BTreeSet::new();
    let mut answers = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for version in versions() {
        let mut room = Room::new("room".parse().expect("an id"), 7);
        for line in read(&format!("{version}.jsonl")).lines() {
            let entry: Entry = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(
                serde_json::to_string(&entry).expect("entries serialise"),
                line,
                "written as it was read"
            );
            assert_eq!(event_name(&entry.event), entry.event.name());
            events.insert(event_name(&entry.event));
            if let Event::Quiz(quiz::Event::AnswerAccepted { answer, .. }) = &entry.event {
                answers.insert(answer_name(answer));
            }
            if let Event::Quiz(quiz::Event::Loaded { quiz, .. }) = &entry.event {
                kinds.extend(quiz.questions.iter().map(|question| kind_name(&question.kind)));
            }
            room.apply(&entry);
        }
        assert_eq!(readable(&room), read(&format!("{version}.state.json")), "{version}");
    }
    assert_eq!(events, EVENTS.iter().copied().collect());
    assert_eq!(answers, ANSWERS.iter().copied().collect());
    assert_eq!(kinds, KINDS.iter().copied().collect());
}

#[test]
fn a_snapshot_once_written_is_read_and_goes_on() {
    for version in versions() {
        let snapshot = read(&format!("{version}.state.json"));
        let room: Room = serde_json::from_str(&snapshot).expect("the snapshot loads");
        assert_eq!(readable(&room), snapshot, "{version}");
    }
}
