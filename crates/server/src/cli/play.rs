//! `trivium play`: plays a quiz from the terminal, by hand or by script.
//!
//! [`answer`] reads and invents answers, [`pad`] is the keyboard, [`screen`] draws; all three are pure. [`report`] tells pipes. One loop
//! here joins them with the session.

mod answer;
mod pad;
mod report;
mod screen;

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::time::{MissedTickBehavior, interval, timeout};
use trivium_client::{
    Error, Events, Seat, Session, SessionEvent,
    proto::v1::{Answer, QuizPhase, RoomEvent, SubmitAnswerResponse, room_event::Event},
};

use super::{
    connect::{self, Server},
    failure::Unreachable,
    input::{Input, Inputs},
    telling,
    view::Canvas,
};
use crate::{
    config::value,
    game::Game,
    ui::{
        out::{self, Mode},
        screen::Screen,
        text::clean,
    },
};
use answer::Script;
use pad::{Pad, Sent};
use report::Report;

/// How often the screen is drawn while a deadline runs.
const FRAME: Duration = Duration::from_millis(100);
/// How long coming in may take.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The join code.
    code: String,
    /// The name to be shown; without, the room makes one up.
    #[arg(long, default_value = "")]
    name: String,
    /// Answer by itself: random, first, or @FILE with an answer per line.
    #[arg(long, value_name = "HOW", value_parser = Script::parse)]
    answers: Option<Script>,
    /// With --answers, think at most this long.
    #[arg(long, value_name = "SPAN", value_parser = value::span, default_value = "1s")]
    think: Duration,
    /// Write JSON lines: the seat, every event, every answer, the end.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let client = args.server.client(None)?;
    let seat = match timeout(PATIENCE, client.join(&args.code, &args.name)).await {
        Ok(joined) => joined.context("cannot join")?,
        Err(_) => return Err(anyhow!(Unreachable(args.server.url.clone()))),
    };
    let (session, events) = connect::session(&client, &args.server).await?;
    let room = seat.room_id.clone();
    let played = play(args, &session, seat, events).await;
    connect::leave(session, &room).await;
    played
}

async fn play(args: Args, session: &Session, seat: Seat, events: Events) -> Result<()> {
    session.subscribe(&seat.room_id, None).await?;
    Player::new(args, session.clone(), seat)?.run(events).await
}

/// A game in progress.
struct Player {
    report: Report,
    session: Session,
    seat: Seat,
    game: Game,
    pad: Pad,
    script: Option<Script>,
    think: Duration,
    /// The question for which the script has been asked.
    scripted: Option<u32>,
    screen: Option<Screen>,
    asked: FuturesUnordered<BoxFuture<'static, Done>>,
    leaving: bool,
}

/// What came back from the server, or from a wait.
enum Done {
    /// The script has thought about this question.
    Thought(u32),
    Answered {
        index: u32,
        answer: Answer,
        result: Box<Result<SubmitAnswerResponse, Error>>,
    },
}

impl Player {
    fn new(args: Args, session: Session, seat: Seat) -> Result<Self> {
        let mode = Mode::of_process(args.json);
        let report = Report::new(mode);
        report.joined(&seat)?;
        let screen = if mode == Mode::Screen {
            Some(Screen::open()?)
        } else {
            None
        };
        let asked = FuturesUnordered::new();
        let (pad, game) = (Pad::default(), Game::default());
        let (script, think) = (args.answers, args.think);
        Ok(Self {
            report,
            session,
            seat,
            game,
            pad,
            script,
            think,
            scripted: None,
            screen,
            asked,
            leaving: false,
        })
    }

    async fn run(mut self, mut events: Events) -> Result<()> {
        let mut inputs = Inputs::of(self.report.mode, self.script.is_none());
        let mut frames = interval(FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !self.leaving {
            tokio::select! {
                event = events.next() => self.hear(event.ok_or(Error::Closed)?)?,
                input = inputs.next() => self.typed(&input),
                Some(done) = self.asked.next() => self.done(done)?,
                _ = frames.tick(), if self.screen.is_some() => {}
            }
            self.ask_script();
            self.draw()?;
        }
        Ok(())
    }

    fn hear(&mut self, event: SessionEvent) -> Result<()> {
        match event {
            SessionEvent::Event(event) => self.happened(&event)?,
            SessionEvent::Reset { snapshot, .. } => {
                self.game.reset(*snapshot);
                self.leaving |= self.game.closed;
            }
            SessionEvent::Signals(signals) => self.game.signals(signals),
            SessionEvent::Connected { road, resumed } => {
                self.pad.notice.clear();
                self.report.connected(road, resumed)?;
            }
            SessionEvent::Disconnected { .. } => {
                "Reconnecting… your seat and your points are kept".clone_into(&mut self.pad.notice);
            }
            SessionEvent::SubscriptionEnded { error, .. } => return Err(anyhow!(Error::Rejected(error))),
            SessionEvent::Stopped { error } => return Err(error.into()),
            SessionEvent::Gap { .. } | SessionEvent::GoAway { .. } | _ => {}
        }
        Ok(())
    }

    fn happened(&mut self, event: &RoomEvent) -> Result<()> {
        let told = telling::follow(event, &mut self.game);
        self.report.event(event, told)?;
        match &event.event {
            Some(Event::QuestionShown(_)) => self.pad.clear(),
            Some(Event::QuizEnded(ended)) => {
                self.report.ended(ended)?;
                self.leaving = self.report.mode != Mode::Screen;
            }
            Some(Event::RoomClosed(_)) => self.leaving = true,
            Some(_) | None => {}
        }
        Ok(())
    }

    fn typed(&mut self, input: &Input) {
        if *input == Input::Interrupt
            || (self.game.phase == QuizPhase::Ended && matches!(input, Input::Enter | Input::Char('q' | ' ')))
        {
            self.leaving = true;
            return;
        }
        if self.is_open()
            && let Some(answer) = self.pad.typed(input, &self.game)
        {
            self.submit(answer);
        }
    }

    /// Whether an answer can be given: the question is open by the server's clock, and has none.
    fn is_open(&self) -> bool {
        self.game.phase == QuizPhase::Open
            && !self.game.own_answered
            && self.pad.sent.is_open()
            && self.session.clock().now_ms() >= self.game.open_span.0
    }

    /// Has the script think about the question on show, once it has options.
    fn ask_script(&mut self) {
        let Some(script) = &self.script else { return };
        let index = self.game.prompt.as_ref().map(|prompt| prompt.index);
        let news = self.game.phase == QuizPhase::Open && !self.game.own_answered && self.scripted != index;
        if let (true, Some(index)) = (news, index) {
            self.scripted = Some(index);
            let wait = self.session.clock().remaining(self.game.open_span.0) + script.thinks(self.think);
            self.asked.push(
                async move {
                    tokio::time::sleep(wait).await;
                    Done::Thought(index)
                }
                .boxed(),
            );
        }
    }

    fn submit(&mut self, answer: Answer) {
        let Some(prompt) = &self.game.prompt else { return };
        self.pad.sent = Sent::Waiting;
        self.pad.answer = Some(answer.clone());
        let (session, room, index) = (self.session.clone(), self.seat.room_id.clone(), prompt.index);
        let submit = async move {
            let result = Box::new(session.submit_answer(room, index, answer.clone()).await);
            Done::Answered { index, answer, result }
        };
        self.asked.push(submit.boxed());
    }

    fn done(&mut self, done: Done) -> Result<()> {
        match done {
            Done::Thought(index) => self.thought(index)?,
            Done::Answered { index, answer, result } => {
                self.report.answered(index, &answer, &result)?;
                if self.game.prompt.as_ref().is_some_and(|prompt| prompt.index == index) {
                    self.pad.sent = match *result {
                        Ok(accepted) => Sent::Accepted(accepted.response_ms),
                        Err(error) => {
                            self.pad.answer = None;
                            Sent::Refused(clean(&error.to_string()))
                        }
                    };
                }
            }
        }
        Ok(())
    }

    fn thought(&mut self, index: u32) -> Result<()> {
        let current = self.game.prompt.as_ref().is_some_and(|prompt| prompt.index == index);
        let (true, Some(prompt), Some(form), Some(script)) =
            (current, &self.game.prompt, &self.game.form, &self.script)
        else {
            return Ok(());
        };
        match script.answer(prompt, form, &self.game.hidden_options) {
            Ok(Some(answer)) => self.submit(answer),
            Ok(None) => {}
            Err(error) => return Err(anyhow!("the answer to question {}: {error}", index + 1)),
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<()> {
        let Some(screen) = &mut self.screen else { return Ok(()) };
        let (columns, rows) = screen.size();
        let canvas = Canvas {
            columns,
            style: out::style(),
            now_ms: self.session.clock().now_ms(),
        };
        let lines = screen::lines(&self.game, &self.seat.member, &self.pad, rows, canvas);
        Ok(screen.draw(lines)?)
    }
}
