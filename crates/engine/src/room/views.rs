//! What a receiver begins with: the whole room as it sees it, and the parts of that which many see alike.
//!
//! Neighbours: `queries` has what is asked for piece by piece; [`audience`](crate::audience) says what each receiver may see.

use super::Room;
use crate::{
    Actor, Audience, Member, MessageView, OwnView, UserId, View, quiz,
    view::{VIEW_MEMBERS, VIEW_MESSAGES, VIEW_NOTIFICATIONS},
};

impl Room {
    /// The room as an actor sees it, with its own membership; none if it may not look at all.
    pub fn view_for(&self, actor: &Actor) -> Option<View> {
        let who = self.audience(actor)?;
        let OwnView {
            mut view,
            lacks_members,
            lacks_messages,
        } = self.own_view(actor, &who, true);
        if lacks_members {
            view.members = self.common_members(&who);
        }
        if lacks_messages {
            view.messages = self.common_messages();
        }
        Some(view)
    }

    /// What [`view_for`](Self::view_for) gives, without what the actor sees as many others do. `who` is the actor's
    /// [audience](Self::audience). Without `everybody` it has no presence but the actor's own.
    ///
    /// # Panics
    ///
    /// Before the room is created, when there is no audience for it either.
    pub fn own_view(&self, actor: &Actor, who: &Audience, everybody: bool) -> OwnView {
        let me = Some(&actor.user);
        let mut view = self.rest(who, me);
        view.presences = if everybody {
            self.presences(who, me, None, VIEW_MEMBERS)
        } else {
            let own = view.me.iter().map(|me| self.board.presence(&me.user));
            own.collect()
        };
        let floor = self.history_floor(actor);
        view.pins.retain(|message| message.seq > floor);
        let lacks_members = !view.me.as_ref().is_some_and(Member::has_secrets) || *who == Audience::Hosts;
        if !lacks_members {
            view.members = self.members(who, None, VIEW_MEMBERS);
        }
        let lacks_messages = floor <= self.retention.through() && view.waiting.is_empty();
        if !lacks_messages {
            view.messages = self.common_messages();
            view.messages.retain(|message| message.seq > floor);
        }
        OwnView {
            view,
            lacks_members,
            lacks_messages,
        }
    }

    /// The members in a view as every host sees them or, for anybody else, as others see them: without what is for the member
    /// itself and for hosts.
    pub fn common_members(&self, who: &Audience) -> Vec<Member> {
        let who = match who {
            Audience::Hosts => &Audience::Hosts,
            Audience::Member(_) | Audience::Observers => &Audience::Observers,
        };
        self.members(who, None, VIEW_MEMBERS)
    }

    /// The messages in a view of everybody to whom all that is kept is there.
    pub fn common_messages(&self) -> Vec<MessageView> {
        let expired = self.retention.through();
        let (mut messages, _) = self.messages(None, VIEW_MESSAGES);
        messages.retain(|message| message.seq > expired);
        messages
    }

    /// The room as an audience sees it. One host or observer is told from another by [`view_for`](Self::view_for) only, so
    /// here they have no `me`, and messages from before somebody came in are there.
    ///
    /// # Panics
    ///
    /// Before the room is created, when there is no audience for it either.
    pub fn view(&self, who: &Audience) -> View {
        let me = match who {
            Audience::Member(user) => Some(user),
            Audience::Hosts | Audience::Observers => None,
        };
        View {
            members: self.members(who, None, VIEW_MEMBERS),
            presences: self.presences(who, me, None, VIEW_MEMBERS),
            messages: self.messages(None, VIEW_MESSAGES).0,
            ..self.rest(who, me)
        }
    }

    /// The room as an audience sees it, and in it `me`, without members, presences and messages.
    fn rest(&self, who: &Audience, me: Option<&UserId>) -> View {
        View {
            room: self.id.clone(),
            epoch: self.epoch,
            seq: self.seq,
            settings: self
                .settings()
                .expect("a room that is looked at has been created")
                .clone(),
            me: me.and_then(|me| self.member(me)).cloned(),
            members: Vec::new(),
            member_count: self.member_count(),
            presences: Vec::new(),
            presence_counts: self.presence_counts(who),
            receipts: self.receipts(who, me, None, VIEW_MEMBERS),
            unread: me
                .and_then(|me| self.reading(me))
                .map(|(_, unread)| unread)
                .unwrap_or_default(),
            receipts_private: me.is_some_and(|me| self.reads_privately(me)),
            quiz: self
                .quiz
                .as_ref()
                .map(|quiz| quiz::view(quiz, &self.seats.members, who)),
            messages: Vec::new(),
            pins: self.pins(),
            notifications: self.notifications(None, VIEW_NOTIFICATIONS, false),
            announcements: self.announcements(),
            banned: match who {
                Audience::Hosts => self.seats.bans.keys().cloned().collect(),
                Audience::Member(_) | Audience::Observers => Vec::new(),
            },
            invitations: match who {
                Audience::Hosts => self.seats.invitations.values().cloned().collect(),
                Audience::Member(_) | Audience::Observers => Vec::new(),
            },
            moderation: self.moderation.settings.seen_by(who),
            waiting: match who {
                Audience::Member(user) => self.waiting_of(user),
                Audience::Hosts | Audience::Observers => Vec::new(),
            },
            pending_count: match who {
                Audience::Hosts => self.pending_count(),
                Audience::Member(_) | Audience::Observers => 0,
            },
            report_count: match who {
                Audience::Hosts => self.report_count(me),
                Audience::Member(_) | Audience::Observers => 0,
            },
        }
    }
}
