//! What a room should hold, said as simply as possible.
//!
//! Neighbours: [`main`](super) feeds it every entry and compares.

use std::collections::{BTreeMap, BTreeSet};

use trivium_engine::{
    Audience, ChatEvent, Entry, Event, ModerationEvent, Role, Room, RoomEvent, Seq, Timestamp, UserId,
    chat::{Mentions, Sent, Span},
    event::LeaveReason,
    moderation::MessageState,
};

use crate::{common::*, steps::CROWD};

/// What a room should hold, said as simply as possible.
#[derive(Debug, Default)]
pub(crate) struct Model {
    members: BTreeMap<UserId, (Role, String)>,
    bans: BTreeMap<UserId, Option<Timestamp>>,
    /// Messages that wait for a host, or were put aside.
    held: BTreeMap<Seq, Said>,
    mutes: BTreeMap<UserId, Option<Timestamp>>,
    messages: BTreeMap<Seq, Said>,
    /// Newest first.
    pins: Vec<Seq>,
    /// By code: how often each may still be used.
    invitations: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Said {
    author: UserId,
    text: Option<String>,
    thread: Option<Seq>,
    answers: u32,
    edits: u32,
    reactions: BTreeSet<(String, UserId)>,
}

impl Model {
    pub(crate) fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Room(RoomEvent::MemberJoined {
                member,
                member_count,
                invitation,
            }) => {
                assert!(
                    !holds(self.bans.get(&member.user), entry.at) || member.user == ROOT.user(),
                    "a banned user came in"
                );
                self.count_use(invitation.as_deref());
                let before = self
                    .members
                    .insert(member.user.clone(), (member.role, member.nickname.clone()));
                assert_eq!(before, None, "nobody comes in twice");
                assert_eq!(*member_count as usize, self.members.len());
            }
            Event::Room(RoomEvent::MemberUpdated { member, invitation }) => {
                self.count_use(invitation.as_deref());
                let before = self
                    .members
                    .insert(member.user.clone(), (member.role, member.nickname.clone()));
                assert!(before.is_some(), "only members change");
            }
            Event::Room(RoomEvent::MemberLeft {
                user,
                reason,
                member_count,
                until,
                ..
            }) => {
                assert!(self.members.remove(user).is_some(), "only members leave");
                assert_eq!(*member_count as usize, self.members.len());
                if *reason == LeaveReason::Banned {
                    self.bans.insert(user.clone(), *until);
                }
            }
            Event::Room(RoomEvent::Banned { user, until, .. }) => {
                self.bans.insert(user.clone(), *until);
            }
            Event::Room(RoomEvent::Unbanned { user }) => {
                assert!(holds(self.bans.remove(user).as_ref(), entry.at));
            }
            Event::Moderation(event) => self.moderation(entry, event),
            Event::Chat(event) => self.chat(entry, event),
            Event::Room(RoomEvent::MessagesExpired { through }) => {
                self.messages = self.messages.split_off(&(through + 1));
                self.held = self.held.split_off(&(through + 1));
            }
            Event::Room(RoomEvent::InvitationCreated { invitation }) => {
                self.invitations.insert(invitation.code.clone(), invitation.max_uses);
            }
            Event::Room(RoomEvent::InvitationRevoked { code }) => {
                assert!(self.invitations.remove(code).is_some(), "only what is there is revoked");
            }
            Event::Room(RoomEvent::Created { .. } | RoomEvent::Updated { .. } | RoomEvent::Closed)
            | Event::Quiz(_)
            | Event::Receipt(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
    }

    fn moderation(&mut self, entry: &Entry, event: &ModerationEvent) {
        match event {
            ModerationEvent::Held { sent, author, .. } => {
                let role = self.members.get(author).map(|(role, _)| *role);
                assert_eq!(role, Some(Role::Member), "hosts are exempt");
                assert!(!holds(self.mutes.get(author), entry.at), "a muted member wrote");
                let said = Said {
                    author: author.clone(),
                    text: Some(sent.text.clone()),
                    thread: sent.thread,
                    answers: 0,
                    edits: 0,
                    reactions: BTreeSet::new(),
                };
                self.held.insert(entry.seq, said);
            }
            ModerationEvent::Resolved { message, state, .. } => match state {
                MessageState::Published => {
                    let mut said = self.held.remove(message).expect("what is published was held");
                    if let Some(root) = said.thread.and_then(|root| self.messages.get_mut(&root)) {
                        root.answers += 1;
                    }
                    let answers = self.messages.values().filter(|said| said.thread == Some(*message));
                    said.answers = u32::try_from(answers.count()).expect("few");
                    self.messages.insert(*message, said);
                }
                MessageState::Archived => {
                    let mut said = self.messages.remove(message).expect("what is put aside was published");
                    assert!(said.text.is_some(), "what is put aside stands");
                    said.reactions.clear();
                    if let Some(root) = said.thread.and_then(|root| self.messages.get_mut(&root)) {
                        root.answers -= 1;
                    }
                    self.pins.retain(|pinned| pinned != message);
                    self.held.insert(*message, said);
                }
                MessageState::Rejected => drop(self.held.remove(message).expect("what is rejected waited")),
                MessageState::Pending => panic!("nothing goes back to waiting"),
            },
            ModerationEvent::Muted { user, until, .. } => {
                self.mutes.insert(user.clone(), *until);
            }
            ModerationEvent::Unmuted { user } => {
                assert!(holds(self.mutes.remove(user).as_ref(), entry.at));
            }
            ModerationEvent::Reported { message, reporter, .. } => {
                assert_ne!(self.messages[message].author, *reporter);
            }
            ModerationEvent::Updated { .. }
            | ModerationEvent::ReportResolved { .. }
            | ModerationEvent::FilterBlocked { .. } => {}
        }
    }

    fn count_use(&mut self, code: Option<&str>) {
        let Some(code) = code else { return };
        let left = self.invitations.get_mut(code).expect("what is used has been made");
        *left = left.checked_sub(1).expect("nothing is used too often");
    }

    fn chat(&mut self, entry: &Entry, event: &ChatEvent) {
        let actor = entry.actor.clone().expect("chat is never made by time");
        let role = self.members.get(&actor).map(|(role, _)| *role);
        match event {
            ChatEvent::Sent(sent) => self.sent(entry, sent, &actor, role),
            ChatEvent::Edited {
                message,
                text,
                mentions,
            } => {
                self.check_mentions(text, mentions, role >= Some(Role::CoHost) || actor == ROOT.user());
                let said = self.messages.get_mut(message).expect("what is edited is there");
                assert_eq!(said.author, actor);
                assert!(said.text.replace(text.clone()).is_some_and(|before| before != *text));
                said.edits += 1;
            }
            ChatEvent::Deleted {
                message,
                by_host: false,
                waited: Some(author),
                files: _,
            } => {
                let held = self.held.remove(message).expect("there");
                assert_eq!(held.author, *author);
                assert_eq!(held.author, actor, "only authors take back what waits");
            }
            ChatEvent::Deleted {
                message,
                by_host,
                waited,
                files: _,
            } => {
                assert_eq!(*waited, None, "everybody is told");
                let said = self.messages.get_mut(message).expect("what is deleted is there");
                assert_eq!(said.author != actor, *by_host);
                assert!(!by_host || role >= Some(Role::CoHost) || actor == ROOT.user());
                assert!(said.text.take().is_some(), "nothing is deleted twice");
                said.reactions.clear();
                self.pins.retain(|pinned| pinned != message);
            }
            ChatEvent::Pinned { message, present } => {
                assert!(role >= Some(Role::CoHost) || actor == ROOT.user());
                assert!(self.messages[message].text.is_some(), "what is pinned is there");
                let before = self.pins.len();
                self.pins.retain(|pinned| pinned != message);
                assert_eq!(before - self.pins.len(), usize::from(!present));
                if *present {
                    self.pins.insert(0, *message);
                }
            }
            ChatEvent::ResendRequested { .. } => unreachable!("nothing is sealed in a quiz room"),
            ChatEvent::Broadcast { .. } => assert!(role >= Some(Role::CoHost) || actor == ROOT.user()),
            ChatEvent::Reacted {
                message,
                user,
                emoji,
                present,
                count,
            } => {
                let said = self.messages.get_mut(message).expect("what is reacted to is there");
                let reaction = (emoji.clone(), user.clone());
                assert!(if *present {
                    said.reactions.insert(reaction)
                } else {
                    said.reactions.remove(&reaction)
                });
                assert_eq!(
                    said.reactions.iter().filter(|(other, _)| other == emoji).count(),
                    *count as usize
                );
            }
        }
    }

    fn sent(&mut self, entry: &Entry, sent: &Sent, actor: &UserId, role: Option<Role>) {
        assert_eq!(
            (&sent.author, Some(&sent.nickname)),
            (actor, self.members.get(&sent.author).map(|(_, name)| name))
        );
        assert!(role >= Some(Role::Member) && !sent.text.is_empty());
        let muted = holds(self.mutes.get(&sent.author), entry.at);
        assert!(
            !muted || role > Some(Role::Member) || *actor == ROOT.user(),
            "a muted member wrote"
        );
        assert!(sent.reply_to.is_none_or(|to| self.messages[&to].text.is_some()));
        self.check_mentions(
            &sent.text,
            &sent.mentions,
            role >= Some(Role::CoHost) || *actor == ROOT.user(),
        );
        if let Some(root) = sent.thread {
            let root = self.messages.get_mut(&root).expect("what is answered is there");
            assert!(root.thread.is_none() && root.text.is_some());
            root.answers += 1;
        }
        let said = Said {
            author: actor.clone(),
            text: Some(sent.text.clone()),
            thread: sent.thread,
            answers: 0,
            edits: 0,
            reactions: BTreeSet::new(),
        };
        self.messages.insert(entry.seq, said);
    }

    /// What is mentioned is there, and written in the text.
    fn check_mentions(&self, text: &str, mentions: &Mentions, is_host: bool) {
        let plain = |text: &str| text.to_lowercase().replace(' ', "");
        for user in &mentions.users {
            let (_, name) = &self.members[user];
            assert!(plain(text).contains(&plain(&format!("@{name}"))), "{name} in {text:?}");
        }
        assert!(!mentions.room || (is_host && plain(text).contains("@room")));
    }

    pub(crate) fn check(&self, room: &Room, now: Timestamp) {
        let listed = room.members(&Audience::Hosts, None, 500);
        let members: BTreeMap<_, _> = listed
            .iter()
            .map(|member| (member.user.clone(), (member.role, member.nickname.clone())))
            .collect();
        assert_eq!(members, self.members);
        assert!(
            members.values().filter(|(role, _)| *role == Role::Host).count() <= 1,
            "one host at most"
        );
        let alike: BTreeSet<String> = members
            .values()
            .map(|(_, name)| name.to_lowercase().replace(' ', ""))
            .collect();
        assert_eq!(alike.len(), members.len(), "nicknames are unique");
        assert_eq!(room.presences(&Audience::Hosts, None, None, 500).len(), members.len());
        let (online, away) = room.presence_counts(&Audience::Hosts);
        assert!((online + away) as usize <= members.len());

        let (messages, _) = room.messages(None, 200);
        let texts: Vec<_> = messages
            .iter()
            .map(|m| m.deleted_at.is_none().then(|| m.text.clone()))
            .collect();
        assert_eq!(
            texts,
            self.messages.values().map(|said| said.text.clone()).collect::<Vec<_>>()
        );
        let threads: Vec<_> = messages
            .iter()
            .map(|m| (m.thread, m.thread_count, m.edit_count))
            .collect();
        let expected = self
            .messages
            .values()
            .map(|said| (said.thread, said.answers, said.edits));
        assert_eq!(threads, expected.collect::<Vec<_>>());
        assert_eq!(room.pins().iter().map(|m| m.seq).collect::<Vec<_>>(), self.pins);
        assert!(room.pins().iter().all(|m| m.pinned_at.is_some()));
        for (seq, said) in self.messages.iter().filter(|(_, said)| said.answers > 0) {
            let span = Span {
                thread: Some(*seq),
                ..Span::default()
            };
            let thread = room.first_messages(span, 200);
            assert_eq!((thread.messages.len(), thread.more), (said.answers as usize, false));
        }
        let reactions = messages
            .iter()
            .flat_map(|m| m.reactions.iter().map(|(_, _, count)| *count as usize));
        assert_eq!(
            reactions.sum::<usize>(),
            self.messages.values().map(|said| said.reactions.len()).sum::<usize>()
        );

        for who in CROWD {
            let view = room.view_for(&who.actor());
            assert_eq!(view.is_some(), who.global || members.contains_key(&who.user()));
            if let Some(view) = view {
                assert_eq!(view.me.as_ref(), room.member(&who.user()));
                assert!(view.banned.is_empty() || room.audience(&who.actor()) == Some(Audience::Hosts));
            }
        }
        if room.settings().is_some() {
            let held = |(user, until): (&UserId, &Option<Timestamp>)| holds(Some(until), now).then(|| user.clone());
            let banned: Vec<UserId> = room.bans(now).into_iter().map(|(user, _)| user).collect();
            assert_eq!(banned, self.bans.iter().filter_map(held).collect::<Vec<_>>());
            let muted: Vec<UserId> = room.mutes(now).into_iter().map(|(user, _)| user).collect();
            assert_eq!(muted, self.mutes.iter().filter_map(held).collect::<Vec<_>>());
        }
    }
}

/// Whether a mute or a ban has not ended.
fn holds(until: Option<&Option<Timestamp>>, now: Timestamp) -> bool {
    until.is_some_and(|until| until.is_none_or(|until| until > now))
}
