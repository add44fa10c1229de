//! What may happen: random commands, observations and waits, some of them nonsense.
//!
//! Neighbours: [`main`](super) plays them.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use trivium_engine::{
    Accommodations, ActivityCommand, Audience, ChatCommand, Command, HistoryPolicy, Millis, ModerationCommand,
    Observation, PolicyChange, QuizCommand, ReceiptCommand, Role, Room, RoomCommand, RoomKind, Seq, UserId,
    WritePolicy,
    chat::Draft,
    moderation::{self, MessageState, ReportReason, Resolution, Rule, Rules, filter},
    quiz::{Answer, Choice, Kind, KindName, Number, Phase, Question, Quiz, Settings},
};

use crate::common::*;

/// Who takes part.
pub(crate) const CROWD: [Who; 8] = [
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
pub(crate) enum Step {
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

fn policy() -> impl Strategy<Value = PolicyChange> {
    use prop::option::weighted;
    let write = prop_oneof![
        Just(WritePolicy::Members),
        Just(WritePolicy::Hosts),
        Just(WritePolicy::Named)
    ];
    let history = prop_oneof![Just(HistoryPolicy::All), Just(HistoryPolicy::SinceJoin)];
    let writers = prop::collection::btree_set(user(), 0..3);
    (
        weighted(0.2, write),
        weighted(0.2, writers),
        weighted(0.2, history),
        weighted(0.05, any::<bool>()),
        weighted(0.1, 0_u32..2),
        weighted(0.2, texts()),
    )
        .prop_map(
            |(write, writers, history, archived, retention_days, description)| PolicyChange {
                write,
                writers,
                history,
                listed: None,
                archived,
                retention_days,
                description,
            },
        )
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
        policy: PolicyChange::default(),
    });
    let join = (
        texts(),
        texts(),
        any::<bool>(),
        prop::bool::weighted(0.9),
        prop::option::weighted(0.2, code()),
    )
        .prop_map(
            |(nickname, avatar, observe, code_shown, invitation)| RoomCommand::Join {
                nickname,
                avatar,
                team: String::new(),
                observe,
                code_shown,
                invitation,
            },
        );
    let invite = (code(), role(), 0_u64..2, 1_u32..3).prop_map(|(code, role, minutes, max_uses)| {
        RoomCommand::CreateInvitation {
            code,
            role,
            lasts: Millis::secs(60 * minutes),
            max_uses,
        }
    });
    let update = (
        of(texts()),
        of(prop::bool::weighted(0.2)),
        prop::option::weighted(0.2, 0_u32..12),
        of(any::<bool>()),
        of(prop::bool::weighted(0.8)),
        policy(),
    )
        .prop_map(
            |(title, locked, capacity, late_join, chat_enabled, policy)| RoomCommand::Update {
                title,
                locked,
                capacity,
                late_join,
                chat_enabled,
                policy,
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
        1 => (user(), texts(), span()).prop_map(|(user, message, duration)| RoomCommand::Ban { user, message, duration }),
        1 => user().prop_map(|user| RoomCommand::Unban { user }),
        2 => Just(RoomCommand::TakeHost),
        2 => invite,
        1 => code().prop_map(|code| RoomCommand::RevokeInvitation { code }),
    ]
}

fn code() -> impl Strategy<Value = String> {
    prop::sample::select(&["ONE", "TWO", "THREE"][..]).prop_map(str::to_owned)
}

/// What people say: now and then to somebody.
fn said() -> impl Strategy<Value = String> {
    const TO: [&str; 6] = [
        "@ana hi @BEN",
        "(@Zoë)",
        "@room!",
        "@Hanna Host?",
        "mail@ana",
        "@@long long text",
    ];
    prop_oneof![2 => texts(), 1 => prop::sample::select(&TO[..]).prop_map(str::to_owned)]
}

fn chat_command() -> impl Strategy<Value = ChatCommand> {
    let message = || 1_u64..40;
    prop_oneof![
        4 => (said(), prop::option::weighted(0.3, message()))
            .prop_map(|(text, reply_to)| Draft { reply_to, ..Draft::text(text) }.into()),
        2 => (said(), prop::option::weighted(0.3, message()), message())
            .prop_map(|(text, reply_to, root)| Draft { reply_to, thread: Some(root), ..Draft::text(text) }.into()),
        1 => said().prop_map(|payload| ChatCommand::Broadcast { event: "e".to_owned(), payload }),
        2 => (message(), any::<bool>()).prop_map(|(message, present)| ChatCommand::Pin { message, present }),
        1 => (message(), said()).prop_map(|(message, text)| ChatCommand::Edit { message, text }),
        1 => message().prop_map(|message| ChatCommand::Delete { message }),
        3 => (message(), texts(), any::<bool>())
            .prop_map(|(message, emoji, present)| ChatCommand::React { message, emoji, present }),
    ]
}

/// Until a host ends it, or for a few seconds.
fn span() -> impl Strategy<Value = Option<Millis>> {
    prop::option::of((1_u64..30).prop_map(Millis::secs))
}

/// Rules are compiled once for all cases.
static RULES: LazyLock<[Rules; 2]> = LazyLock::new(|| {
    let rule = |pattern: &str, syntax, action| Rule {
        pattern: pattern.to_owned(),
        syntax,
        action,
        nicknames: action == filter::Action::Block,
    };
    let rules = vec![
        rule("zoe", filter::Syntax::Word, filter::Action::Block),
        rule("l.ng", filter::Syntax::Regex, filter::Action::Mask),
        rule("b*n", filter::Syntax::Word, filter::Action::Hold),
    ];
    [Rules::default(), Rules::new(rules).expect("rules")]
});

fn moderation_command() -> impl Strategy<Value = ModerationCommand> {
    let update = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.2),
        prop::sample::select(&RULES[..]),
    )
        .prop_map(|(slow, approval, newcomer, rules)| ModerationCommand::Update {
            settings: moderation::Settings {
                slow_mode: Millis(if slow { 2_000 } else { 0 }),
                approval,
                newcomer: Millis(if newcomer { 10_000 } else { 0 }),
                rules,
            },
        });
    let states = [
        MessageState::Pending,
        MessageState::Published,
        MessageState::Published,
        MessageState::Rejected,
        MessageState::Archived,
    ];
    let resolutions = [
        Resolution::Dismissed,
        Resolution::Deleted,
        Resolution::Muted,
        Resolution::Banned,
    ];
    prop_oneof![
        2 => update,
        2 => (user(), span(), texts())
            .prop_map(|(user, duration, reason)| ModerationCommand::Mute { user, duration, reason }),
        2 => user().prop_map(|user| ModerationCommand::Unmute { user }),
        8 => (1_u64..40, prop::sample::select(states.to_vec()))
            .prop_map(|(message, state)| ModerationCommand::Resolve { message, state }),
        4 => (1_u64..40, texts()).prop_map(|(message, text)| ModerationCommand::Report {
            message,
            reason: ReportReason::Spam,
            text,
        }),
        4 => (1_u64..40, prop::sample::select(resolutions.to_vec()))
            .prop_map(|(report, resolution)| ModerationCommand::ResolveReport { report, resolution }),
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

fn hand() -> impl Strategy<Value = Command> {
    (prop::option::weighted(0.3, user()), prop::bool::weighted(0.6))
        .prop_map(|(user, raised)| Command::Activity(ActivityCommand::RaiseHand { user, raised }))
}

fn observation() -> impl Strategy<Value = Observation> {
    prop_oneof![
        1 => user().prop_map(Observation::Connected),
        1 => user().prop_map(Observation::Disconnected),
        1 => (user(), any::<bool>(), texts(), prop::bool::weighted(0.3)).prop_map(|(user, away, status, invisible)| {
            Observation::Appearance {
                user,
                away,
                status,
                invisible,
            }
        }),
        2 => (user(), 0_u64..60, 0_u64..60).prop_map(|(user, delivered, read)| Observation::Acknowledged {
            user,
            delivered,
            read
        }),
        1 => (user(), any::<bool>()).prop_map(|(user, typing)| Observation::Typing { user, typing }),
    ]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
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
        4 => aimed(moderation_command().prop_map(Command::Moderation).boxed()),
        1 => aimed(user().prop_map(|user| Command::Room(RoomCommand::Unban { user })).boxed()),
        3 => aimed(answer.prop_map(Command::Quiz).boxed()),
        // The host speaks more often, or games would hardly begin.
        3 => host(quiz_command().boxed()),
        2 => host(Just(QuizCommand::Advance { from: None }).boxed()),
        2 => wild(quiz_command().prop_map(Command::Quiz).boxed()),
        1 => wild(any::<bool>().prop_map(|private| Command::Receipt(ReceiptCommand::SetPrivacy { private })).boxed()),
        1 => wild(hand().boxed()),
        5 => observation().prop_map(Step::Observe),
        3 => prop_oneof![0_u64..200, 0_u64..6_000, 0_u64..40_000].prop_map(Step::Pass),
        1 => Just(Step::Retry),
        1 => Just(Step::Reload),
    ]
}

/// Points a command at something that is there, if anything is.
pub(crate) fn aim(command: Command, n: usize, room: &Room) -> Command {
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
        Command::Chat(ChatCommand::Send(draft)) => Command::Chat(
            Draft {
                reply_to: draft.reply_to.map(there),
                thread: draft.thread.map(there),
                ..*draft
            }
            .into(),
        ),
        Command::Chat(ChatCommand::Pin { message, present }) => Command::Chat(ChatCommand::Pin {
            message: there(message),
            present,
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
        Command::Moderation(command) => Command::Moderation(aim_moderation(command, n, room)),
        Command::Room(_)
        | Command::Quiz(_)
        | Command::Chat(_)
        | Command::Receipt(_)
        | Command::Activity(_)
        | Command::Inbox(_)
        | Command::Keys(_) => command,
    }
}

/// Points at a message that is held or said, or at an open report.
fn aim_moderation(command: ModerationCommand, n: usize, room: &Room) -> ModerationCommand {
    let pick = |seqs: Vec<Seq>, or: Seq| if seqs.is_empty() { or } else { seqs[n % seqs.len()] };
    let said = || room.messages(None, 200).0.into_iter().map(|message| message.seq);
    let held = || {
        let states = [MessageState::Pending, MessageState::Archived];
        states
            .into_iter()
            .flat_map(|state| room.held_messages(state, 0, 200).0)
            .map(|held| held.seq)
    };
    match command {
        ModerationCommand::Resolve { message, state } => ModerationCommand::Resolve {
            message: pick(held().chain(said()).collect(), message),
            state,
        },
        ModerationCommand::Report { message, reason, text } => ModerationCommand::Report {
            message: pick(said().collect(), message),
            reason,
            text,
        },
        ModerationCommand::ResolveReport { report, resolution } => {
            let open = room
                .reports(&ROOT.user(), false, 0, 200)
                .0
                .into_iter()
                .map(|report| report.seq);
            ModerationCommand::ResolveReport {
                report: pick(open.collect(), report),
                resolution,
            }
        }
        ModerationCommand::Unmute { user } => {
            let members = room.members(&Audience::Hosts, None, 200).into_iter();
            let muted: Vec<_> = members.filter(|member| member.mute.is_some()).collect();
            ModerationCommand::Unmute {
                user: muted
                    .get(n % muted.len().max(1))
                    .map_or(user, |member| member.user.clone()),
            }
        }
        other @ (ModerationCommand::Update { .. } | ModerationCommand::Mute { .. }) => other,
    }
}
