//! Whole rooms in virtual time while every link is cut again and again, and sessions come back on other roads.
//!
//! Each person has a network of its own, reads, says things at random and answers questions. `TRIVIUM_SEED` plays the
//! network of one seed; back-off and request ids are drawn elsewhere, so that a second run is alike but not the same.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};
use trivium_client::{
    Choice, Client, DisconnectReason, Events, Road, Session, SessionEvent,
    proto::v1::{Cursor, QuestionOpened, Quiz, QuizSettings, SendMessageRequest, room_event::Event},
};
use trivium_runtime::RuntimeConfig;
use trivium_tests::{Options, Person, Server, Way, game, quizzes};

use crate::{
    ledger::{Ledger, Tally, View, What, log},
    network::Weather,
};

/// Seeds that are always played.
const SEEDS: u64 = 25;
/// No further seeds are begun after this.
const ENOUGH: Duration = Duration::from_secs(8);
/// How long the weather lasts, in virtual time.
const STORM: Duration = Duration::from_mins(4);
/// Things that each person says.
const SAYINGS: usize = 30;
/// Readers, the host among them.
const PEOPLE: u64 = 5;
/// Questions in the quiz.
const QUESTIONS: usize = 6;

#[test]
fn sessions_cut_at_random_bytes_lose_nothing_with_even_seeds() {
    storms((0..).step_by(2));
}

#[test]
fn sessions_cut_at_random_bytes_lose_nothing_with_odd_seeds() {
    storms((1..).step_by(2));
}

fn storms(seeds: impl Iterator<Item = u64>) {
    if let Ok(seed) = std::env::var("TRIVIUM_SEED") {
        let seed = seed.parse().expect("TRIVIUM_SEED is a number");
        eprintln!("seed {seed}: {:?}", storm_of(seed));
        return;
    }
    let began = Instant::now();
    let mut sum = Outcome::default();
    let mut played = 0;
    for seed in seeds {
        if played >= SEEDS && began.elapsed() >= ENOUGH {
            break;
        }
        let outcome = std::panic::catch_unwind(|| storm_of(seed));
        let outcome = outcome.unwrap_or_else(|_| panic!("play it again with TRIVIUM_SEED={seed}"));
        sum.add(&outcome);
        played += 1;
    }
    eprintln!("{played} seeds: {sum:?}");
    // A storm in which nothing broke would prove nothing.
    assert!(sum.cuts > 10 * sum.storms && sum.inside_frames > 0, "{sum:?}");
    assert!(sum.hops > sum.storms && sum.resumed > sum.storms, "{sum:?}");
    assert!(sum.acknowledged > 50 * sum.storms && sum.answers > 0, "{sum:?}");
}

const CHOICES: [Choice; 4] = [
    Choice::Only(Road::Grpc),
    Choice::Only(Road::GrpcWeb),
    Choice::Only(Road::WebTransport),
    Choice::Auto,
];

/// What a storm did.
#[derive(Debug, Default, Clone, Copy)]
struct Outcome {
    storms: usize,
    cuts: usize,
    inside_frames: usize,
    hops: usize,
    resumed: usize,
    acknowledged: usize,
    refused: usize,
    unknown: usize,
    answers: usize,
}

impl Outcome {
    fn add(&mut self, other: &Self) {
        self.storms += other.storms;
        self.cuts += other.cuts;
        self.inside_frames += other.inside_frames;
        self.hops += other.hops;
        self.resumed += other.resumed;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.answers += other.answers;
    }
}

fn storm_of(seed: u64) -> Outcome {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    let played = runtime.block_on(async { timeout(Duration::from_mins(50), storm(seed)).await });
    played.unwrap_or_else(|_| panic!("seed {seed} hangs"))
}

async fn storm(seed: u64) -> Outcome {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let runtime = RuntimeConfig {
        // In some storms whoever comes back has to be served from the store.
        ring_entries: *[16, 1_024].choose(&mut dice).expect("there are two"),
        snapshot_every: 50,
        ..RuntimeConfig::default()
    };
    let server = Server::without_sockets(Options {
        runtime,
        ..Options::default()
    })
    .await;
    let mut host = Person::account(&server, Way::Memory, "host").await;
    let room = game::room(&mut host, restless(quizzes::every_kind())).await;

    let ledger = Arc::new(Ledger::default());
    let mut people = JoinSet::new();
    let mut weathers = Vec::new();
    // One place for each person: nobody waits to tell.
    let (finished, mut all_finished) = mpsc::channel(usize::try_from(PEOPLE).expect("a few"));
    let mut calm_clients = Vec::new();
    for n in 0..PEOPLE {
        // The first is the host once more: hosts see what players do not.
        let name = if n == 0 { "host".to_owned() } else { format!("p{n}") };
        let weather = Weather::new(&server, seed * 100 + n);
        let calm = trivium_tests::people::client(&server, Way::Memory, Some(server.token(&name)));
        if n > 0 {
            calm.join(&room.join_code, &name).await.expect("joined");
        }
        calm_clients.push((name.clone(), calm));
        weathers.push(weather.clone());
        let guest = Guest {
            token: server.token(&name),
            name,
            room: room.id.clone(),
            weather,
            choice: *CHOICES.choose(&mut dice).expect("there are four"),
            dice: ChaCha8Rng::seed_from_u64(seed * 100 + 50 + n),
            ledger: Arc::clone(&ledger),
            finished: finished.clone(),
        };
        people.spawn(guest.live());
    }
    game::start(&host, &room.id).await;
    sleep(STORM).await;
    weathers.iter().for_each(Weather::calm_down);
    say(&host.client, &room.id, END).await;
    for _ in 0..PEOPLE {
        all_finished.recv().await.expect("nobody panics");
    }
    say(&host.client, &room.id, LAST).await;

    let mut outcome = Outcome {
        storms: 1,
        ..Outcome::default()
    };
    let mut views = Vec::new();
    while let Some(lived) = people.join_next().await {
        let lived = lived.expect("nobody panics");
        outcome.hops += lived.hops;
        outcome.resumed += lived.resumed;
        views.push((lived.name, lived.view));
    }
    for weather in &weathers {
        let (cuts, inside) = weather.cuts();
        outcome.cuts += cuts;
        outcome.inside_frames += inside;
    }
    for (name, client) in &calm_clients {
        let whole = log(client, &room.id).await;
        let (_, view) = views
            .iter()
            .find(|(viewer, _)| viewer == name)
            .expect("everybody lived");
        view.check(&format!("seed {seed}, {name}"), &whole);
        if name == "host" {
            let Tally {
                acknowledged,
                refused,
                unknown,
            } = ledger.check(&whole);
            outcome.acknowledged += acknowledged;
            outcome.refused += refused;
            outcome.unknown += unknown;
            let is_answer = |event: &&_| matches!(event, Some(Event::AnswerAccepted(_)));
            outcome.answers += whole.iter().map(|event| &event.event).filter(is_answer).count();
        }
    }
    server.stop().await;
    outcome
}

/// After this nobody begins anything new.
const END: &str = "the end";
/// After this nothing comes.
const LAST: &str = "the very last word";

async fn say(client: &Client, room: &str, text: &str) {
    let message = SendMessageRequest {
        request_id: game::id(),
        room_id: room.to_owned(),
        text: text.to_owned(),
        reply_to: 0,
        ..SendMessageRequest::default()
    };
    client.chat().send_message(message).await.expect("said");
}

/// A quiz that goes on by itself.
fn restless(mut quiz: Quiz) -> Quiz {
    quiz.questions.truncate(QUESTIONS);
    quiz.settings = Some(QuizSettings {
        auto_advance: true,
        time_limit_ms: 20_000,
        reveal_ms: 5_000,
        leaderboard_ms: 5_000,
        ..quiz.settings.unwrap_or_default()
    });
    quiz
}

/// Whether there was a connection until now.
fn was_cut_off(reason: &DisconnectReason) -> bool {
    matches!(reason, DisconnectReason::Lost(_) | DisconnectReason::Silent)
}

/// Somebody in a storm.
struct Guest {
    name: String,
    token: String,
    room: String,
    weather: Weather,
    choice: Choice,
    dice: ChaCha8Rng,
    ledger: Arc<Ledger>,
    /// Told when nothing is under way any more.
    finished: mpsc::Sender<()>,
}

/// What somebody went through.
struct Lived {
    name: String,
    view: View,
    hops: usize,
    resumed: usize,
}

impl Guest {
    async fn live(mut self) -> Lived {
        let mut lived = Lived {
            name: self.name.clone(),
            view: View::default(),
            hops: 0,
            resumed: 0,
        };
        let mut doing = JoinSet::new();
        let mut to_say: Vec<String> = (0..SAYINGS).map(|n| format!("{} says {n}", self.name)).collect();
        let (mut heard_end, mut told) = (false, false);
        let (mut session, mut events) = self.begin(None, &mut doing);
        loop {
            if heard_end && to_say.is_empty() && doing.is_empty() && !std::mem::replace(&mut told, true) {
                self.finished.send(()).await.expect("the storm goes on");
            }
            let longest = if heard_end { 100 } else { 14_000 };
            let pause = Duration::from_millis(self.dice.random_range(0..longest));
            let event = tokio::select! {
                event = events.next() => event.expect("the session goes on"),
                done = doing.join_next(), if !doing.is_empty() => {
                    done.expect("there is one").expect("nobody panics");
                    continue;
                }
                () = sleep(pause), if !to_say.is_empty() => {
                    if let Some(text) = to_say.pop() {
                        doing.spawn(self.say(&session, text));
                    }
                    continue;
                }
            };
            lived.view.take(&event);
            let mut texts = Vec::new();
            match &event {
                SessionEvent::Event(event) => match &event.event {
                    Some(Event::QuestionOpened(opened)) if self.name != "host" => {
                        doing.spawn(self.answer(&session, opened));
                    }
                    Some(Event::MessageSent(sent)) => texts.extend(sent.message.clone()),
                    _ => {}
                },
                SessionEvent::Reset { snapshot, .. } => texts.clone_from(&snapshot.messages),
                SessionEvent::Connected { resumed: true, .. } => lived.resumed += 1,
                // Half of those who are cut off come back as a new session on another road, with nothing but a cursor.
                SessionEvent::Disconnected { reason, .. } if was_cut_off(reason) && self.dice.random() => {
                    lived.hops += 1;
                    if self.dice.random() {
                        // What is under way gets no answer, and may or may not happen.
                        session.close().await;
                    }
                    let others: Vec<Choice> = CHOICES.into_iter().filter(|other| *other != self.choice).collect();
                    self.choice = *others.choose(&mut self.dice).expect("there are three");
                    (session, events) = self.begin(lived.view.cursor(&self.room), &mut doing);
                }
                _ => {}
            }
            let heard = |text: &str| texts.iter().any(|message| message.text == text);
            heard_end |= heard(END);
            if heard(LAST) {
                return lived;
            }
        }
    }

    fn begin(&self, cursor: Option<Cursor>, doing: &mut JoinSet<()>) -> (Session, Events) {
        let client = Client::builder("http://in.memory")
            .road(self.choice)
            .token(self.token.clone())
            .connector(self.weather.clone())
            .build();
        let (session, events) = client.expect("a client").session();
        let (hearing, room) = (session.clone(), self.room.clone());
        doing.spawn(async move {
            // Without success nothing would be heard, and the storm would never end.
            let _closed_meanwhile = hearing.subscribe(room, cursor).await;
        });
        (session, events)
    }

    fn say(&self, session: &Session, text: String) -> impl Future<Output = ()> + Send + use<> {
        let (session, room, ledger) = (session.clone(), self.room.clone(), Arc::clone(&self.ledger));
        async move {
            let said = session.send_message(room, text.as_str()).await;
            ledger.note(What::Said(text), said.map(|message| message.seq));
        }
    }

    fn answer(&mut self, session: &Session, opened: &QuestionOpened) -> impl Future<Output = ()> + Send + use<> {
        let form = opened.form.clone().expect("there is a form");
        let answer = quizzes::answer(opened.index, &form, self.dice.random());
        let delay = Duration::from_millis(self.dice.random_range(0..18_000));
        let (session, room, ledger) = (session.clone(), self.room.clone(), Arc::clone(&self.ledger));
        let what = What::Answered(self.name.clone(), opened.index);
        let (index, opens) = (opened.index, opened.open_time_ms);
        async move {
            sleep(session.clock().remaining(opens) + delay).await;
            let accepted = session.submit_answer(room, index, answer).await;
            ledger.note(what, accepted.map(|accepted| accepted.seq));
        }
    }
}
