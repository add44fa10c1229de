//! How a room looks from outside: pages and counts. Nothing here changes anything.
//!
//! Neighbours: [`room`](super) has the state; `views` puts together what a receiver begins with; [`audience`](crate::audience) says what each receiver may see.

use super::Room;
use crate::{
    Actor, Audience, Member, MessageView, Presence, Reject, Role, RoomKind, Seq, Settings, Signal, Timestamp, UserId,
    chat, permission, quiz,
    view::{PAGE_MEMBERS, PAGE_MESSAGES, ResultsView},
};

impl Room {
    /// Settings; none before the room is created.
    pub fn settings(&self) -> Option<&Settings> {
        self.seats.settings.as_ref()
    }

    /// Whether the room has ended.
    pub fn is_closed(&self) -> bool {
        self.settings().is_some_and(|settings| settings.closed_at.is_some())
    }

    /// How many members there are.
    pub fn member_count(&self) -> u32 {
        u32::try_from(self.seats.members.len()).unwrap_or(u32::MAX)
    }

    /// Whether a question is open, so that [`progress`](Self::progress) has something to say.
    pub fn is_answering(&self) -> bool {
        self.playing().is_some_and(quiz::State::is_open)
    }

    /// How far the answers are, if a question is open; sent when it changes. Looks at every player.
    pub fn progress(&self, now: Timestamp) -> Option<Signal> {
        self.playing()
            .and_then(|quiz| quiz::progress(quiz, &self.seats.members, &self.board, now))
    }

    /// Through whose eyes the actor sees this room; none if it may not look at all.
    pub fn audience(&self, actor: &Actor) -> Option<Audience> {
        let role = match self.settings()?.kind {
            // Not even who runs the server reads somebody's inbox this way.
            RoomKind::Inbox => self.member(&actor.user).map(|member| member.role),
            RoomKind::System => Some(permission::acting_role(&self.seats.members, actor).unwrap_or(Role::Observer)),
            RoomKind::Quiz
            | RoomKind::Classroom
            | RoomKind::StudyGroup
            | RoomKind::Channel
            | RoomKind::Conversation
            | RoomKind::Keys => permission::acting_role(&self.seats.members, actor),
        };
        match role? {
            Role::Host | Role::CoHost => Some(Audience::Hosts),
            Role::Member => Some(Audience::Member(actor.user.clone())),
            Role::Observer => Some(Audience::Observers),
        }
    }

    /// Whether the actor could send a message now, whatever it says and however soon after the last one.
    ///
    /// # Errors
    ///
    /// What a message would be refused with.
    pub fn may_write(&self, actor: &Actor, now: Timestamp) -> Result<(), Reject> {
        self.seats.check_open()?;
        let role = self.member(&actor.user).ok_or(Reject::NotMember)?.role;
        if role < Role::Member {
            return Err(Reject::NotPermitted);
        }
        self.seats.check_writes(actor)?;
        if self.is_run_by(actor) {
            Ok(())
        } else {
            self.moderation.check_mute(&actor.user, now)
        }
    }

    /// Results so far as an audience may see them; `NoQuiz` if none is loaded.
    pub fn results(&self, who: &Audience) -> Result<ResultsView, Reject> {
        let quiz = self.quiz.as_ref().ok_or(Reject::NoQuiz)?;
        Ok(quiz::results(quiz, &self.seats.members, who))
    }

    /// Members in the order of their ids after `after`, at most `limit` and [`PAGE_MEMBERS`], as the audience may see them.
    pub fn members(&self, who: &Audience, after: Option<&UserId>, limit: usize) -> Vec<Member> {
        let members = self.seats.members.after(after).take(limit.min(PAGE_MEMBERS));
        members.map(|member| who.sees(member)).collect()
    }

    /// Those of the members who have accounts, in the order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = &UserId> {
        let members = self.seats.members.iter().filter(|member| !member.guest);
        members.map(|member| &member.user)
    }

    /// One member.
    pub fn member(&self, user: &UserId) -> Option<&Member> {
        self.seats.members.get(user)
    }

    /// The members, in their order.
    pub fn member_ids(&self) -> impl Iterator<Item = &UserId> {
        self.seats.members.iter().map(|member| &member.user)
    }

    /// Presence of members in the order of their ids after `after`, at most `limit` and [`PAGE_MEMBERS`], as the audience
    /// may see it. `me` sees itself as it is.
    pub fn presences(
        &self,
        who: &Audience,
        me: Option<&UserId>,
        after: Option<&UserId>,
        limit: usize,
    ) -> Vec<Presence> {
        let members = self.seats.members.after(after).take(limit.min(PAGE_MEMBERS));
        let presence = |member: &Member| {
            if *who == Audience::Hosts || me == Some(&member.user) {
                self.board.presence(&member.user)
            } else {
                self.board.public_presence(&member.user)
            }
        };
        members.map(presence).collect()
    }

    /// How many members are online and how many are away, as the audience may see it.
    pub fn presence_counts(&self, who: &Audience) -> (u32, u32) {
        match who {
            Audience::Hosts => self.board.counts(),
            Audience::Member(_) | Audience::Observers => self.board.public_counts(),
        }
    }

    /// Messages before a position (`None`: from the end), oldest first, at most `limit` and [`PAGE_MESSAGES`]; and whether
    /// there are older ones, here or in the log. Those that are no longer held here are for
    /// [`chat::History`](crate::chat::History) to find.
    pub fn messages(&self, before: Option<Seq>, limit: usize) -> (Vec<MessageView>, bool) {
        let page = self.last_messages(
            chat::Span {
                before,
                ..chat::Span::default()
            },
            limit,
        );
        (page.messages, page.more || page.held_from.is_some())
    }

    /// The last messages of a span, at most `limit` and [`PAGE_MESSAGES`], of those that are held here.
    pub fn last_messages(&self, span: chat::Span, limit: usize) -> chat::Page {
        self.chat.last(span, limit.min(PAGE_MESSAGES))
    }

    /// The first messages of a span, at most `limit` and [`PAGE_MESSAGES`], of those that are held here.
    pub fn first_messages(&self, span: chat::Span, limit: usize) -> chat::Page {
        self.chat.first(span, limit.min(PAGE_MESSAGES))
    }

    /// A message that is held here, deleted or not.
    pub fn message(&self, seq: Seq) -> Option<MessageView> {
        self.chat.get(seq).map(|message| message.view(seq))
    }

    /// The pinned messages, newest pin first.
    pub fn pins(&self) -> Vec<MessageView> {
        self.chat.pinned()
    }

    /// Adds to messages that were read from the log what only the state knows of them.
    pub fn correct_messages(&self, messages: &mut [MessageView]) {
        self.chat.correct(messages);
    }
}
