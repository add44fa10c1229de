//! How a room looks from outside: views, pages and counts. Nothing here changes anything.
//!
//! Neighbours: [`room`](super) has the state; [`audience`](crate::audience) says what each receiver may see.

use super::Room;
use crate::{
    Actor, Audience, Member, MessageView, Presence, Reject, Role, Seq, Settings, Signal, Timestamp, UserId, View,
    permission, quiz,
    view::{PAGE_MEMBERS, PAGE_MESSAGES, ResultsView, VIEW_MEMBERS, VIEW_MESSAGES},
};

impl Room {
    /// Settings; none before the room is created.
    pub fn settings(&self) -> Option<&Settings> {
        self.seats.settings.as_ref()
    }

    /// How many members there are.
    pub fn member_count(&self) -> u32 {
        u32::try_from(self.seats.members.len()).unwrap_or(u32::MAX)
    }

    /// How far the answers are, if a question is open; sent when it changes.
    pub fn progress(&self, now: Timestamp) -> Option<Signal> {
        self.playing()
            .and_then(|quiz| quiz::progress(quiz, &self.seats.members, &self.board, now))
    }

    /// Through whose eyes the actor sees this room; none if it may not look at all.
    pub fn audience(&self, actor: &Actor) -> Option<Audience> {
        self.settings()?;
        match permission::acting_role(&self.seats.members, actor)? {
            Role::Host | Role::CoHost => Some(Audience::Hosts),
            Role::Member => Some(Audience::Member(actor.user.clone())),
            Role::Observer => Some(Audience::Observers),
        }
    }

    /// The room as an actor sees it, with its own membership; none if it may not look at all.
    pub fn view_for(&self, actor: &Actor) -> Option<View> {
        let view = self.view(&self.audience(actor)?);
        Some(View {
            me: self.member(&actor.user).cloned(),
            ..view
        })
    }

    /// The room as an audience sees it. One host or observer is told from another by [`view_for`](Self::view_for) only, so
    /// here they have no `me`.
    ///
    /// # Panics
    ///
    /// Before the room is created, when there is no audience for it either.
    pub fn view(&self, who: &Audience) -> View {
        let (messages, _) = self.messages(None, VIEW_MESSAGES);
        View {
            room: self.id.clone(),
            epoch: self.epoch,
            seq: self.seq,
            settings: self
                .settings()
                .expect("a room that is looked at has been created")
                .clone(),
            me: match who {
                Audience::Member(user) => self.member(user).cloned(),
                Audience::Hosts | Audience::Observers => None,
            },
            members: self.members(who, None, VIEW_MEMBERS),
            member_count: self.member_count(),
            presences: self.presences(None, VIEW_MEMBERS),
            quiz: self
                .quiz
                .as_ref()
                .map(|quiz| quiz::view(quiz, &self.seats.members, who)),
            messages,
            banned: match who {
                Audience::Hosts => self.seats.bans.iter().cloned().collect(),
                Audience::Member(_) | Audience::Observers => Vec::new(),
            },
            invitations: match who {
                Audience::Hosts => self.seats.invitations.values().cloned().collect(),
                Audience::Member(_) | Audience::Observers => Vec::new(),
            },
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

    /// One member.
    pub fn member(&self, user: &UserId) -> Option<&Member> {
        self.seats.members.get(user)
    }

    /// Presence of members in the order of their ids after `after`, at most `limit` and [`PAGE_MEMBERS`].
    pub fn presences(&self, after: Option<&UserId>, limit: usize) -> Vec<Presence> {
        let members = self.seats.members.after(after).take(limit.min(PAGE_MEMBERS));
        members.map(|member| self.board.presence(&member.user)).collect()
    }

    /// How many members are online and how many are away.
    pub fn presence_counts(&self) -> (u32, u32) {
        self.board.counts()
    }

    /// Messages before a position (`None`: from the end), oldest first, at most `limit` and [`PAGE_MESSAGES`]; and whether
    /// there are older ones, here or in the log. Those that are no longer held here are for
    /// [`chat::History`](crate::chat::History) to find.
    pub fn messages(&self, before: Option<Seq>, limit: usize) -> (Vec<MessageView>, bool) {
        self.chat.page(before, limit.min(PAGE_MESSAGES))
    }
}
