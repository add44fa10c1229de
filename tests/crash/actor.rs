//! Somebody who talks and answers on one road, comes back by itself, and notes everything.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, task::JoinHandle};
use tonic::Code;
use trivium_client::{
    Client, Error, Events, Road, Session, SessionEvent, Timing, backoff,
    proto::v1::{Answer, GoAwayReason, QuizPhase, SendMessageRequest, SubmitAnswerRequest, answer},
};
use trivium_tests::{Process, Way, eventually, game};

use crate::history::{Deed, Fact, Fate, Heard, History, Line, What};

/// Impatient, for lives of the server are short here.
const TIMING: Timing = Timing {
    quiet_webtransport: Duration::from_millis(300),
    quiet_tcp: Duration::from_secs(3),
    answer: Duration::from_millis(700),
    deaf: Duration::from_secs(45),
    webtransport_pause: Duration::from_mins(1),
};
const BACKOFF: backoff::Policy = backoff::Policy {
    base: Duration::from_millis(50),
    cap: Duration::from_millis(300),
    stable: Duration::from_secs(30),
};

/// A question that is open, as far as somebody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) index: u32,
    pub(crate) opens_at: i64,
    pub(crate) closes_at: i64,
}

/// What its listener knows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// Number of the newest event or snapshot.
    pub(crate) seq: u64,
    /// The newest question that was opened.
    pub(crate) open: Option<Open>,
    /// How often the server said that it drains.
    pub(crate) drains: u32,
}

/// Somebody; clones are the same one.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) way: Way,
    pub(crate) client: Client,
    pub(crate) session: Session,
    history: Arc<Mutex<History>>,
    acknowledged: Arc<AtomicUsize>,
    known: watch::Receiver<Known>,
    listener: Arc<JoinHandle<()>>,
}

impl Drop for Actor {
    fn drop(&mut self) {
        if Arc::strong_count(&self.listener) == 1 {
            self.listener.abort();
        }
    }
}

/// A client of a server that may die.
pub(crate) fn client(process: &Process, way: Way, user: &str) -> Client {
    let road = match way {
        Way::Grpc | Way::Memory => Road::Grpc,
        Way::GrpcWeb => Road::GrpcWeb,
        Way::WebTransport => Road::WebTransport,
    };
    let builder = Client::builder(process.url()).road(road).token(process.token(user));
    builder.timing(TIMING).backoff(BACKOFF).build().expect("a client")
}

impl Actor {
    /// Comes to the server.
    pub(crate) async fn connect(process: &Process, way: Way, user: &str) -> Self {
        let client = client(process, way, user);
        let (session, events) = eventually(("connect", way), client.connect()).await.expect("connected");
        let history = Arc::new(Mutex::new(History {
            user: user.to_owned(),
            ..History::default()
        }));
        let (tell, known) = watch::channel(Known::default());
        let listener = tokio::spawn(listen(events, Arc::clone(&history), tell));
        Self {
            way,
            client,
            session,
            history,
            acknowledged: Arc::default(),
            known,
            listener: Arc::new(listener),
        }
    }

    /// Says something, and notes what became of it. Now and then it doubts the answer and asks again.
    pub(crate) async fn say(&self, room: &str, text: String, doubt: bool) {
        let request = SendMessageRequest {
            request_id: game::id(),
            room_id: room.to_owned(),
            text: text.clone(),
            reply_to: 0,
            ..SendMessageRequest::default()
        };
        let deed = self.begin(&request.request_id, What::Said(text));
        let say = async || {
            let response = self.session.execute(request.clone()).await?;
            Ok(response.message.map_or(0, |message| message.seq))
        };
        self.end(deed, say().await);
        if doubt {
            self.again(deed, say().await);
        }
    }

    /// Answers a question, and notes what became of it.
    pub(crate) async fn answer(&self, room: &str, index: u32, value: answer::Value, doubt: bool) {
        let request = SubmitAnswerRequest {
            request_id: game::id(),
            room_id: room.to_owned(),
            question_index: index,
            answer: Some(Answer { value: Some(value) }),
        };
        let deed = self.begin(&request.request_id, What::Answered(index));
        let answer = async || Ok(self.session.execute(request.clone()).await?.seq);
        self.end(deed, answer().await);
        if doubt {
            self.again(deed, answer().await);
        }
    }

    /// Waits until a question other than `before` is open, and opened.
    pub(crate) async fn opened(&self, before: Option<u32>) -> Open {
        let mut known = self.known.clone();
        let is_new = |known: &Known| known.open.is_some_and(|open| Some(open.index) != before);
        let open = known.wait_for(is_new).await.expect("the listener listens").open;
        let open = open.expect("it was waited for");
        loop {
            let left = open.opens_at - self.session.clock().now_ms();
            let Ok(left @ 1..) = u64::try_from(left) else {
                return open;
            };
            tokio::time::sleep(Duration::from_millis(left.min(50))).await;
        }
    }

    /// Waits until the listener knows something.
    pub(crate) async fn knows(&self, what: &str, enough: impl FnMut(&Known) -> bool) {
        let mut known = self.known.clone();
        let user = self.notes().user.clone();
        eventually((user, self.way, what), known.wait_for(enough))
            .await
            .expect("the listener listens");
    }

    /// A copy of what was noted.
    pub(crate) fn history(&self) -> History {
        self.notes().clone()
    }

    /// How many commands were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Requests that nobody has told anything of yet.
    pub(crate) fn waiting(&self) -> Vec<String> {
        let notes = self.notes();
        let waiting = notes.deeds.iter().filter(|deed| deed.fate == Fate::Unknown);
        waiting.map(|deed| deed.request.clone()).collect()
    }

    /// Asks again for the newest messages that were acknowledged, and notes if the answers are others.
    pub(crate) async fn ask_again(&self, room: &str, newest: usize) -> usize {
        let deeds: Vec<(usize, Deed)> = self.history().deeds.into_iter().enumerate().collect();
        let mut asked = 0;
        for (number, deed) in deeds.into_iter().rev().take(newest) {
            let (What::Said(text), Fate::Acknowledged(_)) = (deed.what, deed.fate) else {
                continue;
            };
            let request = SendMessageRequest {
                request_id: deed.request,
                room_id: room.to_owned(),
                text,
                reply_to: 0,
                ..SendMessageRequest::default()
            };
            let response = self.session.execute(request).await;
            self.again(
                number,
                response.map(|said| said.message.map_or(0, |message| message.seq)),
            );
            asked += 1;
        }
        asked
    }

    fn begin(&self, request: &str, what: What) -> usize {
        let mut notes = self.notes();
        notes.deeds.push(Deed {
            request: request.to_owned(),
            what,
            fate: Fate::Unknown,
        });
        notes.deeds.len() - 1
    }

    fn end(&self, deed: usize, result: Result<u64, Error>) {
        let fate = fate(result);
        self.count(&fate);
        self.notes().deeds[deed].fate = fate;
    }

    fn again(&self, deed: usize, result: Result<u64, Error>) {
        let mut notes = self.notes();
        let first = notes.deeds[deed].clone();
        let second = fate(result);
        if first.fate == Fate::Unknown {
            self.count(&second);
            notes.deeds[deed].fate = second;
        } else if second != first.fate {
            notes.oddities.push(format!("{first:?} and then {second:?}"));
        }
    }

    fn count(&self, fate: &Fate) {
        let is_acknowledged = matches!(fate, Fate::Acknowledged(_));
        self.acknowledged
            .fetch_add(usize::from(is_acknowledged), Ordering::Relaxed);
    }

    fn notes(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }
}

fn lock(history: &Mutex<History>) -> MutexGuard<'_, History> {
    history.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fate(result: Result<u64, Error>) -> Fate {
    match result {
        Ok(seq) => Fate::Acknowledged(seq),
        Err(Error::Rejected(rejection)) => match rejection.code {
            Code::Unavailable | Code::Unknown | Code::Internal | Code::Cancelled | Code::DeadlineExceeded => {
                Fate::Unknown
            }
            _ => Fate::Refused(rejection.to_string()),
        },
        Err(_) => Fate::Unknown,
    }
}

async fn listen(mut events: Events, history: Arc<Mutex<History>>, tell: watch::Sender<Known>) {
    while let Some(event) = events.next().await {
        let mut notes = lock(&history);
        match event {
            SessionEvent::Event(event) => {
                let line = Line::from(&*event);
                tell.send_modify(|known| {
                    known.seq = line.seq;
                    known.open = opened_by(&line.fact).or(known.open);
                });
                match notes.heard.last_mut() {
                    Some(heard) => heard.lines.push(line),
                    None => notes.oddities.push(format!("before any snapshot: {line:?}")),
                }
            }
            SessionEvent::Reset { snapshot, .. } => {
                let after = snapshot.cursor.map_or(0, |cursor| cursor.seq);
                let quiz = snapshot.quiz.filter(|quiz| quiz.phase() == QuizPhase::Open);
                tell.send_modify(|known| {
                    known.seq = after;
                    known.open = quiz.as_ref().and_then(open_of).or(known.open);
                });
                notes.heard.push(Heard {
                    after,
                    lines: Vec::new(),
                });
            }
            SessionEvent::GoAway {
                reason: GoAwayReason::Draining,
                ..
            } => tell.send_modify(|known| known.drains += 1),
            SessionEvent::Gap { .. } | SessionEvent::SubscriptionEnded { .. } | SessionEvent::Stopped { .. } => {
                notes.oddities.push(format!("{event:?}"));
            }
            _ => {}
        }
    }
}

fn opened_by(fact: &Fact) -> Option<Open> {
    let Fact::Opened {
        index,
        opens_at,
        closes_at,
    } = *fact
    else {
        return None;
    };
    Some(Open {
        index,
        opens_at,
        closes_at,
    })
}

/// The open question of a snapshot.
pub(crate) fn open_of(quiz: &trivium_client::proto::v1::QuizState) -> Option<Open> {
    let prompt = quiz.prompt.as_ref()?;
    (quiz.phase() == QuizPhase::Open).then_some(Open {
        index: prompt.index,
        opens_at: quiz.open_time_ms,
        closes_at: quiz.close_time_ms,
    })
}
