//! What clients ask for: mostly what they may, now and then what they may not.
//!
//! Choices look at the committed state, as the best informed client would; nothing is judged here.
//!
//! Neighbours: [`send`](crate::send) gets commands to a server, [`client`](crate::client) hears what becomes of them.

use std::{sync::Arc, time::Duration};

use rand::{Rng, RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use tokio::time::sleep;
use trivium_engine::{
    Accommodations, Audience, ChatCommand, Command, Millis, PolicyChange, QuizCommand, Role, Room, RoomCommand,
    RoomKind, UserId, View, chat::Draft, quiz::Phase,
};

use crate::{
    client::{Client, is_away},
    quizzes,
    send::send,
    world::{World, lock},
};

/// Commands of one client that may be under way at a time.
const UNDER_WAY: usize = 3;
const EMOJI: [&str; 3] = ["👍", "🎉", "😀"];

/// Asks for things for ever.
pub(crate) async fn act(world: Arc<World>, client: Arc<Client>) {
    let waiting = lock(&client.outbox).clone();
    for pending in waiting {
        tokio::spawn(send(world.clone(), client.clone(), pending));
    }
    loop {
        let pause = if world.in_finale() { 600 } else { world.plan.think_ms };
        sleep(Duration::from_millis(20) + client.moment(pause)).await;
        if is_away(&world, &client) || lock(&client.outbox).len() >= UNDER_WAY {
            continue;
        }
        let command = {
            let truth = lock(&world.truth);
            choose(&world, &client, &truth.log(&client.room).room)
        };
        if let Some(command) = command {
            let pending = client.ask(command);
            tokio::spawn(send(world.clone(), client.clone(), pending));
        }
    }
}

fn choose(world: &World, client: &Client, room: &Room) -> Option<Command> {
    let rng = &mut *lock(&client.rng);
    if room.settings().is_none() {
        return client.is_host().then(create);
    }
    let Some(view) = room.view_for(&client.actor) else {
        if world.in_finale() {
            return None;
        }
        let comes_back = client.name != "stranger" && rng.random_bool(0.4);
        return (comes_back || rng.random_bool(0.05)).then(|| join(room, client, rng));
    };
    if world.in_finale() {
        return answer(&view, rng);
    }
    let host = view.me.as_ref().is_some_and(|me| me.role.is_host());
    match rng.random_range(0..100) {
        // Whatever the role: most people may not do most of this.
        0..4 => Some(run(&view, client, rng)),
        4..6 => Some(manage(client, rng)),
        6..25 => Some(chat(&view, rng)),
        25..27 => own(client, rng),
        _ if host => match rng.random_range(0..100) {
            0..60 => Some(run(&view, client, rng)),
            60..70 => Some(manage(client, rng)),
            _ => None,
        },
        _ => answer(&view, rng),
    }
}

/// Makes the room.
pub(crate) fn create() -> Command {
    let create = RoomCommand::Create {
        kind: RoomKind::Quiz,
        title: "Simulated".into(),
        code: Some("123456".into()),
        join_policy: None,
        capacity: None,
        teams: vec!["red".into(), "blue".into()],
        nickname: String::new(),
        policy: PolicyChange::default(),
    };
    create.into()
}

fn join(room: &Room, client: &Client, rng: &mut ChaCha8Rng) -> Command {
    let invitations = room.view(&Audience::Hosts).invitations;
    let invitation = invitations.choose(rng).map(|invitation| invitation.code.clone());
    let join = RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: String::new(),
        observe: client.name == "stranger",
        code_shown: rng.random_bool(0.95),
        invitation,
    };
    join.into()
}

/// The game, one step on or to the side.
fn run(view: &View, client: &Client, rng: &mut ChaCha8Rng) -> Command {
    let load = |rng: &mut ChaCha8Rng| {
        let revision = u32::try_from(client.number).unwrap_or(0) * 1_000 + rng.random_range(0..1_000);
        QuizCommand::Load {
            quiz: quizzes::quiz(revision, rng),
        }
    };
    let Some(quiz) = &view.quiz else {
        return load(rng).into();
    };
    let index = rng.random_range(0..quiz.question_count);
    let command = match (rng.random_range(0..20), quiz.phase) {
        (0, _) => QuizCommand::Pause,
        (1, _) => QuizCommand::Skip { index },
        (2, _) => QuizCommand::Extend {
            extra: Millis(rng.random_range(0..2_000)),
        },
        (3, _) => QuizCommand::SetAutoAdvance { enabled: rng.random() },
        (4, phase) if phase > Phase::Open => QuizCommand::End,
        (_, Phase::Ended) | (5, Phase::Lobby) => load(rng),
        _ if quiz.paused => QuizCommand::Resume,
        (_, Phase::Lobby) => QuizCommand::Start,
        (6..10, _) => QuizCommand::Advance { from: None },
        (
            _,
            phase @ (Phase::Starting
            | Phase::Reading
            | Phase::Open
            | Phase::Closed
            | Phase::Revealed
            | Phase::Leaderboard),
        ) => QuizCommand::Advance { from: Some(phase) },
    };
    command.into()
}

/// Members, roles, invitations and settings.
fn manage(client: &Client, rng: &mut ChaCha8Rng) -> Command {
    let suffix = client.actor.user.as_str().rsplit('-').next().unwrap_or("0").to_owned();
    let names = ["p0", "p1", "p2", "p3", "cohost", "stranger"];
    let user = |rng: &mut ChaCha8Rng| -> UserId {
        let name = names.choose(rng).expect("not empty");
        format!("{name}-{suffix}").parse().expect("an id")
    };
    let message = if rng.random() { "be kind" } else { "" };
    let command = match rng.random_range(0..14) {
        0 => RoomCommand::Remove {
            user: user(rng),
            message: message.into(),
        },
        1 => RoomCommand::Ban {
            user: user(rng),
            message: message.into(),
            duration: None,
        },
        2 | 3 => RoomCommand::Unban { user: user(rng) },
        4..7 => {
            let roles = [Role::Observer, Role::Member, Role::Member, Role::CoHost];
            update(user(rng), roles.choose(rng).copied(), None)
        }
        7 | 8 => update(user(rng), None, Some(accommodations(rng))),
        9 | 10 => RoomCommand::CreateInvitation {
            code: format!("i{}", rng.random_range(0..1_000_000)),
            role: *[Role::Observer, Role::Member, Role::CoHost]
                .choose(rng)
                .expect("not empty"),
            lasts: Millis(rng.random_range(1_000..60_000)),
            max_uses: rng.random_range(1..3),
        },
        11 => RoomCommand::RevokeInvitation { code: "i1".into() },
        12 => RoomCommand::TakeHost,
        _ => RoomCommand::Update {
            title: rng
                .random_bool(0.5)
                .then(|| format!("Title {}", rng.random_range(0..9))),
            locked: Some(rng.random_bool(0.2)),
            capacity: None,
            late_join: Some(rng.random_bool(0.8)),
            chat_enabled: Some(rng.random_bool(0.8)),
            policy: PolicyChange::default(),
        },
    };
    command.into()
}

/// Makes something else of a member.
pub(crate) fn update(user: UserId, role: Option<Role>, accommodations: Option<Accommodations>) -> RoomCommand {
    RoomCommand::UpdateMember {
        user,
        nickname: None,
        avatar: None,
        team: None,
        role,
        accommodations,
    }
}

fn accommodations(rng: &mut impl Rng) -> Accommodations {
    Accommodations {
        time_percent: [100, 150, 300][rng.random_range(0..3)],
        untimed: rng.random_bool(0.1),
        fewer_options: rng.random_range(0..3),
        excused: rng.random_bool(0.2),
    }
}

/// What one does with one's own seat.
fn own(client: &Client, rng: &mut ChaCha8Rng) -> Option<Command> {
    let command = match rng.random_range(0..10) {
        0 if !client.is_host() => RoomCommand::Leave,
        0..4 => return None,
        _ => RoomCommand::UpdateMember {
            user: client.actor.user.clone(),
            nickname: Some(format!("{} {}", client.name, rng.random_range(0..3))),
            avatar: None,
            team: None,
            role: None,
            accommodations: None,
        },
    };
    Some(command.into())
}

fn chat(view: &View, rng: &mut ChaCha8Rng) -> Command {
    let message = view.messages.choose(rng).map(|message| message.seq);
    let text = format!("text {}", rng.random_range(0..1_000_000));
    let command = match (rng.random_range(0..10), message) {
        (0, Some(message)) => ChatCommand::Edit { message, text },
        (1, Some(message)) => ChatCommand::Delete { message },
        (2 | 3, Some(message)) => ChatCommand::React {
            message,
            emoji: (*EMOJI.choose(rng).expect("not empty")).into(),
            present: rng.random_bool(0.7),
        },
        (4, Some(message)) if rng.random_bool(0.5) => ChatCommand::Pin {
            message,
            present: rng.random_bool(0.7),
        },
        (4, reply_to) => Draft {
            reply_to,
            ..Draft::text(text)
        }
        .into(),
        (5, thread) => Draft {
            thread,
            ..Draft::text(text)
        }
        .into(),
        _ => ChatCommand::say(text),
    };
    command.into()
}

fn answer(view: &View, rng: &mut ChaCha8Rng) -> Option<Command> {
    let quiz = view.quiz.as_ref()?;
    let prompt = quiz.prompt.as_ref()?;
    if quiz.phase == Phase::Reading && !prompt.media_url.is_empty() {
        return Some(QuizCommand::ReportLoaded { index: prompt.index }.into());
    }
    // Some try again after they have answered, and some too late.
    if (quiz.answered || quiz.phase != Phase::Open) && rng.random_bool(0.9) {
        return None;
    }
    let form = quiz.form.as_ref()?;
    let command = QuizCommand::Answer {
        index: prompt.index,
        answer: quizzes::answer(prompt.kind, form, rng),
    };
    Some(command.into())
}
