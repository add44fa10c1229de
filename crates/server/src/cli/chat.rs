//! `trivium chat`: reads and writes in a room from the terminal, or for a pipe.
//!
//! [`line`] reads what is typed, [`ask`] asks the server for it, [`book`] knows the room and tells of it, [`private`] seals
//! and opens. One loop here joins them with the session.

mod ask;
mod book;
mod line;
mod private;

use std::{collections::VecDeque, future::pending, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines, Stdin},
    time::{Instant, timeout},
};
use trivium_client::{
    Client, Error, Events, Session, SessionEvent, new_request_id,
    proto::v1::{GetRoomRequest, JoinRoomRequest, ListMembersRequest, OpenConversationRequest, RoomEvent},
};

use super::{
    connect::{self, Account},
    failure::Unreachable,
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
use line::{HELP, Line};
use private::Private;

/// How long coming in may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often the room is told that somebody still types.
const TYPING: Duration = Duration::from_secs(3);
/// Lines that a screen remembers.
const SCROLL: usize = 1_000;
/// Longest line that is taken; the rest of it is left out.
const MAX_LINE: usize = 4_096;
/// Lines that wait for the answers to those before them.
const WAITING: usize = 16;
/// Longest join code.
const MAX_CODE: usize = 12;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The room, or its join code.
    #[arg(value_name = "ROOM|CODE", required_unless_present = "sealed", default_value = "")]
    place: String,
    /// In place of a room: talk in private with these users, so that only their devices and this one can read it.
    #[arg(long, value_name = "USER", num_args = 1.., conflicts_with_all = ["place", "guest"])]
    sealed: Vec<String>,
    /// Where the keys of this device are, and what is known of those of others [~/.local/share/trivium/keys].
    #[arg(long, value_name = "DIR", env = "TRIVIUM_KEYS", requires = "sealed")]
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
    let client = client(&args)?;
    let coming = timeout(PATIENCE, come_in(&client, &args)).await;
    let (room, me) = match coming {
        Ok(come) => come.context("cannot come in")?,
        Err(_) => return Err(anyhow!(Unreachable(args.account.server.url.clone()))),
    };
    let (session, events) = connect::session(&client, &args.account.server).await?;
    let talked = talk(&args, &session, room.clone(), me, events).await;
    connect::leave(session, &room).await;
    talked
}

/// With a token where one is given or needed; by a code one may come in without.
fn client(args: &Args) -> Result<Client> {
    if args.guest || (is_code(&args.place) && !args.account.has_token()) {
        args.account.server.client(None)
    } else {
        args.account.client()
    }
}

/// Comes in, unless the caller is in the room already. Returns the room, and who the caller is there.
async fn come_in(client: &Client, args: &Args) -> Result<(String, String)> {
    if !args.sealed.is_empty() {
        return converse(client, args).await;
    }
    if is_code(&args.place) {
        let seat = client.join(&args.place, &args.name).await?;
        return Ok((seat.room_id, seat.member.user_id));
    }
    let room_id = args.place.clone();
    let look = GetRoomRequest {
        room_id: room_id.clone(),
    };
    let seen = client.rooms().get_room(look).await;
    let seat = seen.ok().and_then(|seen| seen.into_inner().snapshot?.me);
    if let Some(me) = seat {
        return Ok((room_id, me.user_id));
    }
    let request = JoinRoomRequest {
        request_id: new_request_id(),
        room_id: room_id.clone(),
        nickname: args.name.clone(),
        ..JoinRoomRequest::default()
    };
    let joined = client.rooms().join_room(request).await.map_err(Error::from)?;
    let me = joined.into_inner().member.unwrap_or_default();
    Ok((room_id, me.user_id))
}

/// The private conversation with the users given, which is made if there is none.
async fn converse(client: &Client, args: &Args) -> Result<(String, String)> {
    let request = OpenConversationRequest {
        request_id: new_request_id(),
        user_ids: args.sealed.clone(),
        title: String::new(),
        end_to_end: true,
    };
    let opened = client.rooms().open_conversation(request).await.map_err(Error::from)?;
    let room_id = opened.into_inner().room.unwrap_or_default().id;
    let look = GetRoomRequest {
        room_id: room_id.clone(),
    };
    let seen = client.rooms().get_room(look).await.map_err(Error::from)?.into_inner();
    let me = seen.snapshot.and_then(|snapshot| snapshot.me).unwrap_or_default();
    Ok((room_id, me.user_id))
}

/// Codes are short; rooms have long names.
fn is_code(place: &str) -> bool {
    let letters = place.chars().filter(|c| *c != '-').count();
    letters <= MAX_CODE && place.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

async fn talk(args: &Args, session: &Session, room: String, me: String, events: Events) -> Result<()> {
    let private = if args.sealed.is_empty() {
        None
    } else {
        let folder = private::folder(args.keys.clone());
        Some(Private::open(session, &folder, &room, &me, args.sealed.clone()).await?)
    };
    session.subscribe(&room, None).await?;
    Chat::new(args, session.clone(), room, me, private)?.run(events).await
}

/// A chat in progress.
struct Chat {
    mode: Mode,
    session: Session,
    private: Option<Private>,
    room: String,
    history: usize,
    follow: bool,
    book: Book,
    screen: Option<Screen>,
    /// What the screen shows, newest last.
    scroll: VecDeque<String>,
    /// What is being typed on it.
    draft: String,
    notice: String,
    typing_told: Option<Instant>,
    asking: Option<BoxFuture<'static, Result<Answer, Error>>>,
    waiting: VecDeque<Line>,
    /// The last thing that the server refused.
    refused: Option<Error>,
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
            // A screen breaks lines itself, and dresses them when they are broken.
            book: Book::new(if screen.is_some() { Style::PLAIN } else { out::style() }, me),
            screen,
            scroll: VecDeque::new(),
            draft: String::new(),
            notice: String::new(),
            typing_told: None,
            asking: None,
            waiting: VecDeque::new(),
            refused: None,
            ended: false,
            leaving: false,
        })
    }

    async fn run(mut self, mut events: Events) -> Result<()> {
        let mut keys = Inputs::of(self.mode, false);
        let mut lines = (self.mode != Mode::Screen).then(|| BufReader::new(tokio::io::stdin()).lines());
        let mut heard = false;
        while !self.leaving {
            // Nothing is read from a pipe before the room is known and the line before is answered.
            let reads = heard && !self.ended && self.asking.is_none();
            tokio::select! {
                event = events.next() => heard |= self.hear(event.ok_or(Error::Closed)?).await?,
                input = keys.next(), if self.screen.is_some() => self.key(&input)?,
                line = next_line(&mut lines), if reads => match line {
                    Some(line) => self.line(&line)?,
                    None => self.ended = true,
                },
                answer = answered(&mut self.asking) => {
                    self.asking = None;
                    self.answer(answer)?;
                }
            }
            self.go_on()?;
            self.draw()?;
        }
        match self.refused {
            Some(error) if self.mode != Mode::Screen => Err(error.into()),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes in what the session tells. Whether the room is known now.
    async fn hear(&mut self, event: SessionEvent) -> Result<bool> {
        match event {
            SessionEvent::Event(mut event) => {
                if let Some(private) = self.private.clone() {
                    private.open_event(&mut event).await;
                    self.tell_all(private.news().await)?;
                }
                self.happened(*event)?;
            }
            SessionEvent::Reset { mut snapshot, .. } => {
                if let Some(private) = self.private.clone() {
                    private.open_snapshot(&mut snapshot).await;
                    self.tell_all(private.safety().await)?;
                    self.tell_all(private.news().await)?;
                }
                let all = snapshot.member_count as usize == snapshot.members.len();
                if self.mode == Mode::Json {
                    out::json(&serde_json::json!({ "snapshot": &*snapshot }))?;
                }
                let told = self.book.reset(*snapshot, self.history);
                if !all {
                    self.learn_names().await?;
                }
                self.tell_all(told)?;
                self.leaving |= self.book.closed;
                return Ok(true);
            }
            SessionEvent::Signals(signals) => self.book.signals(signals),
            SessionEvent::Connected { .. } => self.notice.clear(),
            SessionEvent::Disconnected { .. } => "Reconnecting… what you say is kept".clone_into(&mut self.notice),
            SessionEvent::SubscriptionEnded { error, .. } => return Err(anyhow!(Error::Rejected(error))),
            SessionEvent::Stopped { error } => return Err(error.into()),
            SessionEvent::Gap { .. } | SessionEvent::GoAway { .. } | _ => {}
        }
        Ok(false)
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
            other => self.waiting.push_back(other),
        }
        Ok(())
    }

    fn answer(&mut self, answer: Result<Answer, Error>) -> Result<()> {
        match answer {
            Ok(Answer::Done) => Ok(()),
            Ok(Answer::Lines(lines)) => self.tell_all(lines),
            Ok(Answer::Refused(why)) => {
                self.complain(&why);
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
                self.refused = Some(error);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks for what is next, tells that somebody types, and leaves at the end of the input.
    fn go_on(&mut self) -> Result<()> {
        if self.asking.is_none() {
            if let Some(line) = self.waiting.pop_front() {
                let (session, room, oldest) = (self.session.clone(), self.room.clone(), self.book.oldest());
                self.asking = Some(match self.private.clone() {
                    Some(private) => ask_private(session, private, room, line, oldest).boxed(),
                    None => ask(session, room, line, oldest).boxed(),
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
        Ok(())
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
        let mut lines = vec![style.bold(&cut(&self.book.title, columns))];
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

/// What the server answers; never, if nothing is asked.
async fn answered(asking: &mut Option<BoxFuture<'static, Result<Answer, Error>>>) -> Result<Answer, Error> {
    match asking {
        Some(asking) => asking.await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_rooms() {
        for (place, code) in [
            ("ABCD-2345", true),
            ("abcd2345", true),
            ("c5qk2v4cwhxl6pr3ay7mzzqqqq", false),
            ("room:a", false),
            ("ABCDEFGHJKMN", true),
        ] {
            assert_eq!(is_code(place), code, "{place}");
        }
    }
}
