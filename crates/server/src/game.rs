//! A game as a client follows it: what a snapshot says, and what each event changes. Both terminals, host and player, draw from it.
//!
//! Pure, and total: anything that a server sends leads to some state.

use std::collections::BTreeMap;

use trivium_client::proto::v1::{
    AnswerForm, Distribution, Member, PlayerResult, PresenceState, QuestionPrompt, QuestionRevealed, QuizPhase,
    QuizState, Role, Room, RoomEvent, RoomSnapshot, Signals, Solution, Standing, room_event::Event, signal::Signal,
};

/// What is known of a room and its game.
#[derive(Clone, Debug, Default)]
pub struct Game {
    /// The room's settings.
    pub room: Room,
    /// Members by user; at most the newest snapshot's and those who came later.
    pub members: BTreeMap<String, Member>,
    /// Members who are not online.
    pub away: BTreeMap<String, PresenceState>,
    /// Title of the quiz; empty until one is loaded.
    pub title: String,
    /// How many questions it has.
    pub question_count: u32,
    /// Where it stands.
    pub phase: QuizPhase,
    /// Time stands still.
    pub paused: bool,
    /// Whether it goes on by itself.
    pub auto_advance: bool,
    /// When countdown or read phase began, as far as it was seen, and when they end; 0 outside of them.
    pub phase_span: (i64, i64),
    /// The question on show.
    pub prompt: Option<QuestionPrompt>,
    /// What is needed to answer.
    pub form: Option<AnswerForm>,
    /// When answering opens and closes; 0 until set.
    pub open_span: (i64, i64),
    /// How many have answered, how many are waited for.
    pub answered: (u32, u32),
    /// Whether the receiver, if it plays, has answered the question on show. Hosts see everybody's answers.
    pub own_answered: bool,
    /// Options taken away for the receiver.
    pub hidden_options: Vec<u32>,
    /// The solution, while it is shown.
    pub reveal: Option<QuestionRevealed>,
    /// The ranking, once there was one.
    pub standings: Vec<Standing>,
    /// Ranking of teams.
    pub team_standings: Vec<Standing>,
    /// The receiver's own standing.
    pub own: Option<Standing>,
    /// How many players are ranked.
    pub player_count: u32,
    /// The room is over.
    pub closed: bool,
}

impl Game {
    /// Starts over from a snapshot.
    pub fn reset(&mut self, snapshot: RoomSnapshot) {
        let members = snapshot
            .members
            .into_iter()
            .map(|member| (member.user_id.clone(), member))
            .collect();
        *self = Self {
            members,
            room: snapshot.room.unwrap_or_default(),
            ..Self::default()
        };
        self.closed = self.room.close_time_ms != 0;
        for presence in snapshot.presences {
            self.presence(presence.user_id.clone(), presence.state());
        }
        if let Some(quiz) = snapshot.quiz {
            self.quiz(quiz);
        }
    }

    /// Takes an event in.
    pub fn apply(&mut self, event: RoomEvent) {
        let at = event.time_ms;
        match event.event {
            Some(Event::RoomCreated(created)) => self.room = created.room.unwrap_or_default(),
            Some(Event::RoomUpdated(updated)) => self.room = updated.room.unwrap_or_default(),
            Some(Event::RoomClosed(_)) => self.closed = true,
            Some(Event::MemberJoined(joined)) => self.member(joined.member),
            Some(Event::MemberUpdated(updated)) => self.member(updated.member),
            Some(Event::MemberLeft(left)) => {
                self.members.remove(&left.user_id);
                self.away.remove(&left.user_id);
            }
            Some(Event::QuizLoaded(loaded)) => {
                self.forget_quiz();
                self.phase = QuizPhase::Lobby;
                self.title = loaded.title;
                self.question_count = loaded.question_count;
                self.auto_advance = loaded.settings.is_some_and(|settings| settings.auto_advance);
            }
            Some(Event::QuizStarted(started)) => {
                self.phase = QuizPhase::Starting;
                self.phase_span = (at, started.first_question_time_ms);
            }
            Some(Event::QuestionShown(shown)) => {
                self.phase = QuizPhase::Reading;
                self.prompt = shown.prompt;
                self.form = None;
                self.phase_span = (at, shown.read_end_time_ms);
                self.open_span = (0, 0);
                self.answered = (0, self.players().count().try_into().unwrap_or(u32::MAX));
                self.own_answered = false;
                self.hidden_options.clear();
                self.reveal = None;
            }
            Some(Event::QuestionOpened(opened)) => {
                self.phase = QuizPhase::Open;
                self.form = opened.form;
                self.phase_span = (0, 0);
                self.open_span = (opened.open_time_ms, opened.close_time_ms);
            }
            Some(Event::OptionsReduced(reduced)) => self.hidden_options = reduced.hidden_options,
            Some(Event::AnswerAccepted(accepted)) => {
                self.answered.0 = self.answered.0.max(accepted.received_order);
                self.own_answered = true;
            }
            Some(Event::QuestionClosed(closed)) => {
                self.phase = QuizPhase::Closed;
                self.answered.0 = closed.answered;
            }
            Some(Event::QuestionRevealed(revealed)) => {
                self.phase = QuizPhase::Revealed;
                self.reveal = Some(revealed);
            }
            Some(Event::LeaderboardShown(shown)) => {
                self.phase = QuizPhase::Leaderboard;
                self.ranking(shown.standings, shown.team_standings, shown.own, shown.player_count);
            }
            Some(Event::QuizPaused(_)) => self.paused = true,
            Some(Event::QuizResumed(resumed)) => {
                self.paused = false;
                self.phase_span = (at, resumed.phase_end_time_ms);
                self.open_span = (resumed.open_time_ms, resumed.close_time_ms);
            }
            Some(Event::AutoAdvanceSet(set)) => {
                self.auto_advance = set.enabled;
                if matches!(self.phase, QuizPhase::Starting | QuizPhase::Reading) {
                    self.phase_span.1 = set.phase_end_time_ms;
                }
            }
            Some(Event::QuestionExtended(extended)) => self.open_span.1 = extended.close_time_ms,
            Some(Event::QuizEnded(ended)) => {
                self.phase = QuizPhase::Ended;
                self.paused = false;
                self.ranking(ended.standings, ended.team_standings, ended.own, ended.player_count);
            }
            _ => {}
        }
    }

    /// Takes signals in.
    pub fn signals(&mut self, signals: Signals) {
        for signal in signals.signals {
            match signal.signal {
                Some(Signal::AnswerProgress(progress)) => {
                    if self
                        .prompt
                        .as_ref()
                        .is_some_and(|prompt| prompt.index == progress.index)
                    {
                        self.answered = (progress.answered, progress.expected);
                    }
                }
                Some(Signal::Presence(presence)) => self.presence(presence.user_id.clone(), presence.state()),
                Some(Signal::Typing(_) | Signal::ScreenReport(_) | Signal::PresenceCounts(_)) | None => {}
            }
        }
    }

    /// Those who play, by nickname.
    pub fn players(&self) -> impl Iterator<Item = &Member> {
        self.members.values().filter(|member| member.role() == Role::Member)
    }

    /// How a user is called here.
    pub fn nickname<'a>(&'a self, user: &'a str) -> &'a str {
        self.members.get(user).map_or(user, |member| &member.nickname)
    }

    /// Solution, distribution and own result, while they are shown.
    pub fn revealed(&self) -> Option<(&Solution, &Distribution, Option<&PlayerResult>)> {
        const NO_SOLUTION: &Solution = &Solution {
            positions: Vec::new(),
            truth: false,
            accepted: Vec::new(),
            number_min: 0.0,
            number_max: 0.0,
            tolerance: 0.0,
        };
        let reveal = self.reveal.as_ref()?;
        Some((
            reveal.solution.as_ref().unwrap_or(NO_SOLUTION),
            reveal.distribution.as_ref()?,
            reveal.own.as_ref(),
        ))
    }

    fn member(&mut self, member: Option<Member>) {
        if let Some(member) = member {
            self.members.insert(member.user_id.clone(), member);
        }
    }

    fn presence(&mut self, user: String, state: PresenceState) {
        match state {
            PresenceState::Away | PresenceState::Offline => {
                // Only members matter, which also bounds the map.
                if self.members.contains_key(&user) {
                    self.away.insert(user, state);
                }
            }
            PresenceState::Online | PresenceState::Unspecified => {
                self.away.remove(&user);
            }
        }
    }

    fn ranking(&mut self, standings: Vec<Standing>, teams: Vec<Standing>, own: Option<Standing>, count: u32) {
        self.standings = standings;
        self.team_standings = teams;
        self.own = own;
        self.player_count = count;
        self.phase_span = (0, 0);
    }

    fn forget_quiz(&mut self) {
        let Self {
            room, members, away, ..
        } = std::mem::take(self);
        *self = Self {
            room,
            members,
            away,
            ..Self::default()
        };
    }

    fn quiz(&mut self, quiz: QuizState) {
        self.phase = quiz.phase();
        self.title = quiz.title;
        self.question_count = quiz.question_count;
        self.paused = quiz.paused;
        self.auto_advance = quiz.auto_advance;
        self.prompt = quiz.prompt;
        self.form = quiz.form;
        self.phase_span = (0, quiz.phase_end_time_ms);
        self.open_span = (quiz.open_time_ms, quiz.close_time_ms);
        self.answered = (quiz.answered_count, quiz.expected_count);
        self.own_answered = quiz.answered;
        self.hidden_options = quiz.hidden_options;
        self.reveal = quiz.reveal;
        self.standings = quiz.standings;
        self.team_standings = quiz.team_standings;
        self.own = quiz.own;
        self.player_count = self.players().count().try_into().unwrap_or(u32::MAX);
    }
}

#[cfg(test)]
mod tests;
