//! `trivium host`: runs a quiz from the terminal. A screen with keys, or lines and JSON for pipes.
//!
//! [`controls`] says what a key means, [`screen`] draws; both are pure. One loop here joins them with the session.

mod controls;
mod screen;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};
use trivium_client::{
    Error, Events, Session, SessionEvent,
    proto::v1::{
        GetResultsResponse, Quiz, QuizPhase, RemoveMemberRequest, Role, Room, RoomEvent, RoomKind, room_event::Event,
    },
};

use super::{
    connect::{self, Account},
    input::{Input, Inputs},
    quiz, telling,
    view::{Canvas, points},
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
use controls::{Action, Controls};

/// How often the screen is drawn while a deadline runs.
const FRAME: Duration = Duration::from_millis(100);
/// What `e` adds, in milliseconds.
const EXTENSION_MS: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A quiz in a JSON file, or the id of one in the catalogue.
    quiz: String,
    /// Title of the room [that of the quiz].
    #[arg(long)]
    title: Option<String>,
    /// Go on without a hand on the keyboard.
    #[arg(long)]
    auto: bool,
    /// With --auto, start when so many players are there.
    #[arg(long, value_name = "N", default_value_t = 1)]
    players: usize,
    /// With --auto, start this long after they are there.
    #[arg(long, value_name = "SPAN", value_parser = value::span, default_value = "0s")]
    wait: Duration,
    /// Write JSON lines: the room, every event, the results.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let path = PathBuf::from(&args.quiz);
    let written = if path.is_file() { Some(quiz::read(&path)?) } else { None };
    let (session, events) = connect::session(&args.account.client()?, &args.account.server).await?;
    host(args, written, session, events).await
}

/// Makes quiz and room, and runs the game.
async fn host(args: Args, written: Option<Quiz>, session: Session, events: Events) -> Result<()> {
    let (quiz_id, title) = match written {
        Some(quiz) => {
            let quiz = session
                .create_quiz(quiz)
                .await
                .with_context(|| format!("the quiz {}", args.quiz))?;
            (quiz.id, quiz.title)
        }
        None => (args.quiz.clone(), "Quiz".to_owned()),
    };
    let room = session
        .create_room(RoomKind::Quiz, args.title.clone().unwrap_or(title))
        .await?;
    session.load_quiz(&room.id, quiz_id).await?;
    if args.auto {
        session.set_auto_advance(&room.id, true).await?;
    }
    session.subscribe(&room.id, None).await?;
    let room_id = room.id.clone();
    let hosted = match Host::new(args, session.clone(), room) {
        Ok(host) => host.run(events).await,
        Err(error) => Err(error),
    };
    connect::leave(session, &room_id).await;
    hosted
}

/// A game in progress.
struct Host {
    args: Args,
    mode: Mode,
    session: Session,
    room: Room,
    link: String,
    game: Game,
    controls: Controls,
    screen: Option<Screen>,
    asked: FuturesUnordered<BoxFuture<'static, Done>>,
    started: bool,
    leaving: bool,
}

/// A line of JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Room {
        room_id: &'a str,
        join_code: &'a str,
        url: &'a str,
    },
    Event {
        event: &'a RoomEvent,
    },
    Results {
        results: &'a GetResultsResponse,
    },
}

/// What came back from the server, or from a wait.
enum Done {
    /// What is to be told, if anything.
    Executed(Result<String, Error>),
    Results(Box<Result<GetResultsResponse, Error>>),
    Waited,
}

impl Host {
    fn new(args: Args, session: Session, room: Room) -> Result<Self> {
        let mode = Mode::of_process(args.json);
        let link = format!(
            "{}/?code={}",
            args.account.server.url.trim_end_matches('/'),
            room.join_code
        );
        match mode {
            Mode::Json => out::json(&Line::Room {
                room_id: &room.id,
                join_code: &room.join_code,
                url: &link,
            })?,
            Mode::Lines => {
                out::line(&format!("Room {}", room.id))?;
                out::line(&format!("Join code {}", controls::grouped(&room.join_code)))?;
            }
            Mode::Screen => {}
        }
        let screen = if mode == Mode::Screen {
            Some(Screen::open()?)
        } else {
            None
        };
        let game = Game {
            room: room.clone(),
            ..Game::default()
        };
        let controls = Controls::default();
        let asked = FuturesUnordered::new();
        Ok(Self {
            args,
            mode,
            session,
            room,
            link,
            game,
            controls,
            screen,
            asked,
            started: false,
            leaving: false,
        })
    }

    async fn run(mut self, mut events: Events) -> Result<()> {
        let mut inputs = Inputs::of(self.mode, !self.args.auto);
        let mut frames = interval(FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !self.leaving {
            tokio::select! {
                event = events.next() => self.hear(event.ok_or(Error::Closed)?)?,
                input = inputs.next() => self.typed(&input),
                Some(done) = self.asked.next() => self.done(done)?,
                _ = frames.tick(), if self.screen.is_some() => {}
            }
            self.draw()?;
        }
        Ok(())
    }

    fn hear(&mut self, event: SessionEvent) -> Result<()> {
        match event {
            SessionEvent::Event(event) => self.happened(&event)?,
            SessionEvent::Reset { snapshot, .. } => self.game.reset(*snapshot),
            SessionEvent::Signals(signals) => self.game.signals(signals),
            SessionEvent::Connected { .. } => self.controls.notice.clear(),
            SessionEvent::Disconnected { .. } => {
                "Reconnecting; the game goes on by the server's clock".clone_into(&mut self.controls.notice);
            }
            SessionEvent::SubscriptionEnded { error, .. } => return Err(anyhow!(Error::Rejected(error))),
            SessionEvent::Stopped { error } => return Err(error.into()),
            SessionEvent::Gap { .. } | SessionEvent::GoAway { .. } | _ => {}
        }
        self.start_when_all_are_there();
        Ok(())
    }

    fn happened(&mut self, event: &RoomEvent) -> Result<()> {
        let told = telling::follow(event, &mut self.game);
        match self.mode {
            Mode::Json => out::json(&Line::Event { event })?,
            Mode::Lines => told.iter().try_for_each(|line| out::line(line))?,
            Mode::Screen => {}
        }
        match event.event {
            Some(Event::QuizEnded(_)) if self.mode != Mode::Screen => {
                let (session, room) = (self.session.clone(), self.room.id.clone());
                self.asked
                    .push(async move { Done::Results(Box::new(session.get_results(room).await)) }.boxed());
            }
            Some(Event::RoomClosed(_)) => self.leaving = true,
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Without a hand on the keyboard, the number of players gives the sign.
    fn start_when_all_are_there(&mut self) {
        let all = self.game.phase == QuizPhase::Lobby && self.game.players().count() >= self.args.players;
        if self.args.auto && !self.started && all {
            self.started = true;
            let wait = self.args.wait;
            self.asked.push(
                async move {
                    tokio::time::sleep(wait).await;
                    Done::Waited
                }
                .boxed(),
            );
        }
    }

    fn typed(&mut self, input: &Input) {
        if let Some(action) = self.controls.typed(input, &self.game) {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        let (session, room) = (self.session.clone(), self.room.id.clone());
        let execute = async move {
            let mut said = String::new();
            let executed = match action {
                Action::Start => session.start_quiz(room).await.map(drop),
                Action::Advance(from) => session.advance_quiz(room, from).await.map(drop),
                Action::Pause => session.pause_quiz(room).await.map(drop),
                Action::Resume => session.resume_quiz(room).await.map(drop),
                Action::Extend => session.extend_question(room, EXTENSION_MS).await.map(drop),
                Action::Skip(index) => session.skip_question(room, index).await.map(drop),
                Action::Auto(enabled) => session.set_auto_advance(room, enabled).await.map(drop),
                Action::Kick(user_id) => session
                    .execute(RemoveMemberRequest {
                        room_id: room,
                        user_id,
                        ..RemoveMemberRequest::default()
                    })
                    .await
                    .map(drop),
                Action::Remote => session.invite(room, Role::CoHost).await.map(|made| {
                    let code = controls::grouped(&made.code);
                    said = format!("Remote control: join with {code}, once, within 10 minutes");
                }),
                Action::End => session.end_quiz(room).await.map(drop),
                Action::Leave => Ok(()),
            };
            executed.map(|()| said)
        };
        if self.controls.leaves() {
            self.leaving = true;
        } else {
            self.asked.push(execute.map(Done::Executed).boxed());
        }
    }

    fn done(&mut self, done: Done) -> Result<()> {
        match done {
            Done::Waited => self.act(Action::Start),
            Done::Executed(Ok(said)) => {
                if self.mode == Mode::Lines && !said.is_empty() {
                    out::line(&said)?;
                }
                self.controls.notice = said;
            }
            // Somebody, or time, was faster; the screen shows where the game stands.
            Done::Executed(Err(error)) if error.reason() == "PHASE_CHANGED" => {}
            Done::Executed(Err(error)) if self.mode == Mode::Screen => self.controls.notice = clean(&error.to_string()),
            Done::Executed(Err(error)) => return Err(error.into()),
            Done::Results(results) => {
                self.report(&(*results)?)?;
                self.leaving = true;
            }
        }
        Ok(())
    }

    fn report(&self, results: &GetResultsResponse) -> Result<()> {
        if self.mode == Mode::Json {
            return Ok(out::json(&Line::Results { results })?);
        }
        for row in &results.standings {
            out::line(&format!(
                "{:>3}. {:<24} {:>7}  {} right",
                row.rank,
                clean(&row.name),
                points(row.points_tenths),
                row.correct
            ))?;
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
        let lines = screen::lines(&self.game, &self.controls, &self.link, rows, canvas);
        Ok(screen.draw(lines)?)
    }
}
