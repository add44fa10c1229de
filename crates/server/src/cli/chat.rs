//! `trivium chat`: reads and writes in a room from the terminal, or for a pipe.
//!
//! [`door`] is the way in, [`line`] reads what is typed, [`ask`] asks the server for it, [`book`] knows the room and tells of
//! it, [`private`] seals and opens with the keys on the [`shelf`]. One loop here joins them with the session; what waits for
//! the server does so in tasks of its own, as the answer comes on the stream that the loop empties.

mod ask;
mod book;
mod door;
mod line;
mod private;
mod shelf;

use std::{collections::VecDeque, future::pending, path::PathBuf, time::Duration};

use anyhow::{Result, anyhow};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines, Stdin},
    task::JoinHandle,
    time::Instant,
};
use trivium_client::{
    Error, Events, Session, SessionEvent,
    proto::v1::{ListMembersRequest, RoomEvent},
};

use super::{
    connect::{self, Account},
    failure::Usage,
    input::{Input, Inputs},
};
use crate::ui::{
    out::{self, Mode},
    screen::Screen,
    style::{Colour, Style},
    text::{clean, cut, wrap},
};
use ask::{Answer, ask, ask_private};
use book::{Book, TO_YOU};
use door::Place;
use line::{HELP, Line};
use private::Private;

/// How often the room is told that somebody still types.
const TYPING: Duration = Duration::from_secs(3);
/// Lines that a screen remembers.
const SCROLL: usize = 1_000;
/// Longest line that is taken; the rest of it is left out.
const MAX_LINE: usize = 4_096;
/// Lines that wait for the answers to those before them.
const WAITING: usize = 16;
/// What was heard and not told yet; beyond it the session is not listened to.
const HEARD: usize = 4_096;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The room, or its join code.
    #[arg(value_name = "ROOM|CODE", required_unless_present_any = ["sealed", "new"])]
    place: Option<String>,
    /// In place of a room that is there: make a classroom with this title, and show its join code.
    #[arg(long, value_name = "TITLE", conflicts_with_all = ["place", "sealed", "guest"])]
    new: Option<String>,
    /// Talk in private, so that only the devices of those in it can read it: in the conversation ROOM, or in place of a
    /// room with these users. A conversation that was made private is so without being asked.
    #[arg(long, value_name = "USER", num_args = 0.., conflicts_with = "guest")]
    sealed: Option<Vec<String>>,
    /// Where the keys of this device are, and what is known of those of others [~/.local/share/trivium/keys].
    #[arg(long, value_name = "DIR", env = "TRIVIUM_KEYS")]
    keys: Option<PathBuf>,
    /// The name to be shown, for whoever comes in; without, the room makes one up.
    #[arg(long, default_value = "")]
    name: String,
    /// Come in as a guest, whatever token there is.
    #[arg(long)]
    guest: bool,
    /// Most messages to show of what was said before.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    history: usize,
    /// Go on listening at the end of the input.
    #[arg(long)]
    follow: bool,
    /// Write JSON lines: every event.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let users = args.sealed.as_deref().unwrap_or_default();
    if args.new.is_none() && args.place.is_some() != users.is_empty() {
        return Err(anyhow!(Usage("give a room, or users after --sealed".to_owned())));
    }
    let (client, place) = door::come_in(&args).await?;
    let room = place.room.clone();
    let (session, events) = connect::session(&client, &args.account.server).await?;
    let talked = talk(&args, &session, place, events).await;
    connect::leave(session, &room).await;
    talked
}

async fn talk(args: &Args, session: &Session, place: Place, events: Events) -> Result<()> {
    let Place { room, me, is_private } = place;
    let private = if is_private {
        let folder = shelf::folder(args.keys.clone(), &args.account.server.url, &me);
        Some(Private::open(session, &folder, &room, &me).await?)
    } else {
        None
    };
    session.subscribe(&room, None).await?;
    Chat::new(args, session.clone(), room, me, private)?.run(events).await
}

/// What is under way, and what came of it.
type Task<T> = Option<JoinHandle<T>>;
/// The answer to a line, and what has changed about keys meanwhile.
type Asked = (Result<Answer, Error>, Vec<String>);
/// What was heard, and what to say before it.
type Opened = (SessionEvent, Vec<String>);

/// A chat in progress.
struct Chat {
    mode: Mode,
    session: Session,
    private: Option<Private>,
    room: String,
    history: usize,
    follow: bool,
    /// Whether the room was made here, so that nobody knows its code yet.
    is_new: bool,
    book: Book,
    screen: Option<Screen>,
    /// What the screen shows, newest last.
    scroll: VecDeque<String>,
    /// What is being typed on it.
    draft: String,
    notice: String,
    typing_told: Option<Instant>,
    heard: VecDeque<SessionEvent>,
    opening: Task<Opened>,
    asking: Task<Asked>,
    waiting: VecDeque<Line>,
    /// The last thing that was refused.
    refused: Option<anyhow::Error>,
    /// Whether the room is known.
    known: bool,
    ended: bool,
    leaving: bool,
}

impl Chat {
    fn new(args: &Args, session: Session, room: String, me: String, private: Option<Private>) -> Result<Self> {
        let mode = Mode::of_process(args.json);
        let screen = if mode == Mode::Screen {
            Some(Screen::open()?)
        } else {
            None
        };
        Ok(Self {
            mode,
            session,
            private,
            room,
            history: args.history,
            follow: args.follow,
            is_new: args.new.is_some(),
            // A screen breaks lines itself, and dresses them when they are broken.
            book: Book::new(if screen.is_some() { Style::PLAIN } else { out::style() }, me),
            screen,
            scroll: VecDeque::new(),
            draft: String::new(),
            notice: String::new(),
            typing_told: None,
            heard: VecDeque::new(),
            opening: None,
            asking: None,
            waiting: VecDeque::new(),
            refused: None,
            known: false,
            ended: false,
            leaving: false,
        })
    }

    async fn run(mut self, mut events: Events) -> Result<()> {
        let mut keys = Inputs::of(self.mode, false);
        let mut lines = (self.mode != Mode::Screen).then(|| BufReader::new(tokio::io::stdin()).lines());
        let mut over = false;
        while !self.leaving {
            // Nothing is read from a pipe before the room is known and the line before is answered.
            let reads = self.known && !self.ended && self.asking.is_none();
            tokio::select! {
                event = events.next(), if !over && self.heard.len() < HEARD => match event {
                    Some(event) => self.heard.push_back(event),
                    None => over = true,
                },
                opened = done(&mut self.opening) => {
                    let (event, before) = opened?;
                    self.notice_all(before)?;
                    self.hear(event).await?;
                }
                input = keys.next(), if self.screen.is_some() => self.key(&input)?,
                line = next_line(&mut lines), if reads => match line {
                    Some(line) => self.line(&line)?,
                    None => self.ended = true,
                },
                asked = done(&mut self.asking) => {
                    let (answer, news) = asked?;
                    self.notice_all(news)?;
                    self.answer(answer)?;
                }
            }
            self.listen().await?;
            if over && self.heard.is_empty() && self.opening.is_none() {
                return Err(Error::Closed.into());
            }
            self.go_on();
            self.draw()?;
        }
        match self.refused {
            Some(error) if self.mode != Mode::Screen => Err(error),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes in what was heard, one thing after another: in private, what is to be opened first waits for that.
    async fn listen(&mut self) -> Result<()> {
        while self.opening.is_none()
            && let Some(event) = self.heard.pop_front()
        {
            let has_text = matches!(event, SessionEvent::Event(_) | SessionEvent::Reset { .. });
            match self.private.clone().filter(|_| has_text) {
                Some(private) => {
                    let mut event = event;
                    self.opening = Some(tokio::spawn(async move {
                        let before = private.open_event(&mut event).await;
                        (event, before)
                    }));
                }
                None => self.hear(event).await?,
            }
        }
        Ok(())
    }

    /// Takes in what the session tells.
    async fn hear(&mut self, event: SessionEvent) -> Result<()> {
        match event {
            SessionEvent::Event(event) => self.happened(*event)?,
            SessionEvent::Reset { snapshot, .. } => {
                let all = snapshot.member_count as usize == snapshot.members.len();
                if self.mode == Mode::Json {
                    out::json(&serde_json::json!({ "snapshot": &*snapshot }))?;
                }
                let told = self.book.reset(*snapshot, self.history);
                if !all {
                    self.learn_names().await?;
                }
                if self.is_new && !self.known {
                    self.tell(self.book.heading())?;
                }
                self.tell_all(told)?;
                self.leaving |= self.book.closed;
                self.known = true;
            }
            SessionEvent::Signals(signals) => self.book.signals(signals),
            SessionEvent::Connected { .. } => self.notice.clear(),
            SessionEvent::Disconnected { .. } => "Reconnecting… what you say is kept".clone_into(&mut self.notice),
            SessionEvent::SubscriptionEnded { error, .. } => return Err(anyhow!(Error::Rejected(error))),
            SessionEvent::Stopped { error } => return Err(error.into()),
            SessionEvent::Gap { .. } | SessionEvent::GoAway { .. } | _ => {}
        }
        Ok(())
    }

    /// Names beyond those in the snapshot, one page of them: enough to tell who says what now.
    async fn learn_names(&mut self) -> Result<()> {
        let request = ListMembersRequest {
            room_id: self.room.clone(),
            page_size: 500,
            ..ListMembersRequest::default()
        };
        self.book.know(self.session.execute(request).await?.members);
        Ok(())
    }

    fn happened(&mut self, event: RoomEvent) -> Result<()> {
        if self.mode == Mode::Json {
            out::json(&event)?;
        }
        if let Some(line) = self.book.happened(event) {
            self.tell(line)?;
        }
        self.leaving |= self.book.closed;
        Ok(())
    }

    fn key(&mut self, input: &Input) -> Result<()> {
        match input {
            Input::Interrupt => self.leaving = true,
            Input::Char(c) => {
                if self.draft.chars().count() < MAX_LINE {
                    self.draft.push(*c);
                }
                self.notice.clear();
            }
            Input::Backspace => {
                self.draft.pop();
            }
            Input::Escape => self.draft.clear(),
            Input::Enter => {
                let line = std::mem::take(&mut self.draft);
                self.typing_told = None;
                self.line(&line)?;
            }
            Input::Line(_) | Input::Resized => {}
        }
        Ok(())
    }

    /// Does what a line asks for, or has it wait for its turn.
    fn line(&mut self, line: &str) -> Result<()> {
        match Line::parse(line) {
            Line::Nothing => {}
            Line::Quit => self.leaving = true,
            Line::Help => self.tell_all(HELP.map(str::to_owned))?,
            Line::Who => self.tell_all(self.book.who())?,
            Line::Wrong(how) => self.complain(how),
            _ if self.waiting.len() >= WAITING => self.complain("too much waits to be sent"),
            other @ (Line::Say(_)
            | Line::Reply(..)
            | Line::Thread(..)
            | Line::React(..)
            | Line::Pin(..)
            | Line::Edit(..)
            | Line::Delete(_)
            | Line::Pins
            | Line::Search(_)
            | Line::More
            | Line::Safety
            | Line::Verify(_)
            | Line::Forget(_)
            | Line::Again(_)
            | Line::Resend(_)) => self.waiting.push_back(other),
        }
        Ok(())
    }

    fn answer(&mut self, answer: Result<Answer, Error>) -> Result<()> {
        match answer {
            Ok(Answer::Done) => Ok(()),
            Ok(Answer::Lines(lines)) => self.notice_all(lines),
            Ok(Answer::Refused(why)) => {
                self.complain(&why);
                self.refused = Some(anyhow!(why));
                Ok(())
            }
            Ok(Answer::Messages(heading, messages)) => {
                let nothing = messages.is_empty().then(|| "  nothing".to_owned());
                let told: Vec<String> = messages
                    .iter()
                    .map(|message| format!("  {}", self.book.tell(message)))
                    .collect();
                self.tell_all(std::iter::once(heading.to_owned()).chain(told).chain(nothing))
            }
            Err(error @ Error::Rejected(_)) => {
                self.complain(&error.to_string());
                self.refused = Some(error.into());
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks for what is next, tells that somebody types, and leaves at the end of the input.
    fn go_on(&mut self) {
        if self.asking.is_none() {
            if let Some(line) = self.waiting.pop_front() {
                let (session, room, oldest) = (self.session.clone(), self.room.clone(), self.book.oldest());
                let peers = self.book.others();
                self.asking = Some(match self.private.clone() {
                    Some(private) => tokio::spawn(async move {
                        let answer = ask_private(session, private.clone(), room, line, oldest, peers).await;
                        (answer, private.news().await)
                    }),
                    None => tokio::spawn(async move { (ask(session, room, line, oldest).await, Vec::new()) }),
                });
            } else if self.ended && !self.follow {
                self.leaving = true;
            }
        }
        let types = !self.draft.is_empty() && !self.draft.starts_with('/');
        if types && self.typing_told.is_none_or(|told| told.elapsed() >= TYPING) {
            self.typing_told = Some(Instant::now());
            let (session, room) = (self.session.clone(), self.room.clone());
            // Whether others hear of it matters to nobody.
            tokio::spawn(async move { session.set_typing(room, true).await.ok() });
        }
    }

    fn tell_all(&mut self, lines: impl IntoIterator<Item = String>) -> Result<()> {
        lines.into_iter().try_for_each(|line| self.tell(line))
    }

    fn tell(&mut self, line: String) -> Result<()> {
        match self.mode {
            Mode::Screen => {
                self.scroll.push_back(line);
                if self.scroll.len() > SCROLL {
                    self.scroll.pop_front();
                }
            }
            Mode::Lines => out::line(&line)?,
            Mode::Json => {}
        }
        Ok(())
    }

    /// Says what no event tells.
    fn notice_all(&mut self, lines: Vec<String>) -> Result<()> {
        if self.mode != Mode::Json {
            return self.tell_all(lines);
        }
        let lines = lines.into_iter().map(|line| serde_json::json!({ "notice": line }));
        lines.into_iter().try_for_each(|line| Ok(out::json(&line)?))
    }

    fn complain(&mut self, why: &str) {
        let why = clean(why);
        if self.mode == Mode::Screen {
            self.notice = why;
        } else {
            out::note(&format!("trivium: {why}"));
        }
    }

    fn draw(&mut self) -> Result<()> {
        let Some(screen) = &mut self.screen else { return Ok(()) };
        let style = out::style();
        let (columns, rows) = screen.size();
        let mut lines = vec![style.bold(&cut(&self.book.heading(), columns))];
        let shown = rows.saturating_sub(3);
        let mut tail: Vec<String> = Vec::new();
        for line in self.scroll.iter().rev() {
            let for_me = line.ends_with(TO_YOU);
            let wrapped = wrap(line, columns).into_iter().rev();
            tail.extend(wrapped.map(|line| {
                if for_me {
                    style.paint(Colour::Yellow, &line)
                } else {
                    line
                }
            }));
            if tail.len() >= shown {
                break;
            }
        }
        tail.truncate(shown);
        tail.resize(shown, String::new());
        lines.extend(tail.into_iter().rev());
        let typing = self.book.typing();
        lines.push(cut(
            if self.notice.is_empty() { &typing } else { &self.notice },
            columns,
        ));
        let room = columns.saturating_sub(3);
        let skip = self.draft.chars().count().saturating_sub(room);
        let end: String = self.draft.chars().skip(skip).collect();
        lines.push(format!("> {}_", clean(&end)));
        Ok(screen.draw(lines)?)
    }
}

/// The next line of a pipe; none at its end. Cancel-safe.
async fn next_line(lines: &mut Option<Lines<BufReader<Stdin>>>) -> Option<String> {
    let Some(lines) = lines else { return pending().await };
    let line = lines.next_line().await.ok().flatten()?;
    Some(line.chars().take(MAX_LINE).collect())
}

/// What came of a task; never, if there is none. Cancel-safe.
async fn done<T>(task: &mut Task<T>) -> Result<T> {
    let Some(running) = task else { return pending().await };
    let came = running.await;
    *task = None;
    Ok(came?)
}
