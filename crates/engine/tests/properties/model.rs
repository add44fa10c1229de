//! What a room should hold, said as simply as possible.
//!
//! Neighbours: [`main`](super) feeds it every entry and compares.

use std::collections::{BTreeMap, BTreeSet};

use trivium_engine::{Audience, ChatEvent, Entry, Event, Role, Room, RoomEvent, Seq, UserId, event::LeaveReason};

use crate::{common::*, steps::CROWD};

/// What a room should hold, said as simply as possible.
#[derive(Debug, Default)]
pub(crate) struct Model {
    members: BTreeMap<UserId, (Role, String)>,
    bans: BTreeSet<UserId>,
    messages: BTreeMap<Seq, Said>,
    /// By code: how often each may still be used.
    invitations: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Said {
    author: UserId,
    text: Option<String>,
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
                    !self.bans.contains(&member.user) || member.user == ROOT.user(),
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
                ..
            }) => {
                assert!(self.members.remove(user).is_some(), "only members leave");
                assert_eq!(*member_count as usize, self.members.len());
                if *reason == LeaveReason::Banned {
                    self.bans.insert(user.clone());
                }
            }
            Event::Room(RoomEvent::Banned { user, .. }) => assert!(self.bans.insert(user.clone())),
            Event::Room(RoomEvent::Unbanned { user }) => assert!(self.bans.remove(user)),
            Event::Chat(event) => self.chat(entry, event),
            Event::Room(RoomEvent::InvitationCreated { invitation }) => {
                self.invitations.insert(invitation.code.clone(), invitation.max_uses);
            }
            Event::Room(RoomEvent::InvitationRevoked { code }) => {
                assert!(self.invitations.remove(code).is_some(), "only what is there is revoked");
            }
            Event::Room(RoomEvent::Created { .. } | RoomEvent::Updated { .. } | RoomEvent::Closed) | Event::Quiz(_) => {
            }
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
            ChatEvent::Sent {
                author,
                nickname,
                text,
                reply_to,
            } => {
                assert_eq!(
                    (author, Some(nickname)),
                    (&actor, self.members.get(author).map(|(_, name)| name))
                );
                assert!(role >= Some(Role::Member) && !text.is_empty());
                assert!(reply_to.is_none_or(|to| self.messages[&to].text.is_some()));
                let said = Said {
                    author: actor,
                    text: Some(text.clone()),
                    reactions: BTreeSet::new(),
                };
                self.messages.insert(entry.seq, said);
            }
            ChatEvent::Edited { message, text } => {
                let said = self.messages.get_mut(message).expect("what is edited is there");
                assert_eq!(said.author, actor);
                assert!(said.text.replace(text.clone()).is_some_and(|before| before != *text));
            }
            ChatEvent::Deleted { message, by_host } => {
                let said = self.messages.get_mut(message).expect("what is deleted is there");
                assert_eq!(said.author != actor, *by_host);
                assert!(!by_host || role >= Some(Role::CoHost) || actor == ROOT.user());
                assert!(said.text.take().is_some(), "nothing is deleted twice");
                said.reactions.clear();
            }
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

    pub(crate) fn check(&self, room: &Room) {
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
        assert_eq!(room.presences(None, 500).len(), members.len());
        let (online, away) = room.presence_counts();
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
            assert_eq!(
                room.view(&Audience::Hosts).banned,
                self.bans.iter().cloned().collect::<Vec<_>>()
            );
        }
    }
}
