//! The gate that everything passes which members write: messages, edits, reactions and nicknames.
//!
//! It stands behind the features: it sees the events that they have decided, and lets them pass, changes them, holds
//! them back or refuses all of them. So no feature can forget it, and it needs to know no command.
//!
//! What a rule refuses leaves a [`FilterBlocked`](ModerationEvent::FilterBlocked) for the hosts, though the command itself
//! leaves nothing; at most [`BLOCKED_EACH`] of one user and [`BLOCKED_ALL`] of all in [`BLOCKED_SPAN`], so that a flood of
//! them cannot fill the log.
//!
//! Neighbours: [`filter`](super::filter) has the rules, [`link`](super::link) finds links, [`approval`](super::approval)
//! keeps what is held.

use super::{ModerationEvent, State, filter::Action, link};
use crate::{
    ChatEvent, Cx, Event, Member, Millis, Reject, Room, RoomEvent, Timestamp, UserId,
    chat::{self, Mentions, Sent},
};

/// Refusals by rules that hosts are told of, of one user in [`BLOCKED_SPAN`].
pub(crate) const BLOCKED_EACH: usize = 3;
/// Refusals by rules that hosts are told of, of all users in [`BLOCKED_SPAN`].
pub(crate) const BLOCKED_ALL: usize = 20;
/// The time in which they are counted.
pub(crate) const BLOCKED_SPAN: Millis = Millis::secs(60);
/// Longest excerpt of what was refused, in characters.
pub(crate) const MAX_EXCERPT: usize = 200;
/// Members whose last message is remembered for the slow mode; beyond, those who wrote longest ago are let go.
const MAX_WRITERS: usize = 10_000;

/// What is to happen to what somebody wrote.
enum Verdict {
    /// Everybody may see it, perhaps with asterisks in it.
    Publish,
    /// It waits, for this rule or because everything does.
    Hold { rule: Option<u32> },
}

/// What remains of what a feature has decided.
///
/// # Errors
///
/// Why the actor may not write, or may not write this.
pub(crate) fn admit(room: &Room, events: Vec<Event>, cx: &Cx<'_>) -> Result<Vec<Event>, Reject> {
    let exempt = room.is_run_by(cx.actor);
    events.into_iter().map(|event| one(room, event, exempt, cx)).collect()
}

fn one(room: &Room, event: Event, exempt: bool, cx: &Cx<'_>) -> Result<Event, Reject> {
    match event {
        Event::Chat(_) if exempt => Ok(event),
        Event::Chat(event) => written(room, event, cx),
        Event::Room(RoomEvent::MemberJoined {
            mut member,
            member_count,
            invitation,
        }) => {
            if !exempt && !member.role.is_host() {
                named(room, &member)?;
            }
            // Who comes back is muted still.
            member.mute = room.moderation.mute_of(&member.user, cx.now).cloned();
            Ok(Event::Room(RoomEvent::MemberJoined {
                member,
                member_count,
                invitation,
            }))
        }
        Event::Room(RoomEvent::MemberUpdated { mut member, invitation }) => {
            let before = room.member(&member.user).map(|member| &member.nickname);
            if !exempt && before != Some(&member.nickname) {
                named(room, &member)?;
            }
            member.mute = room.moderation.mute_of(&member.user, cx.now).cloned();
            Ok(Event::Room(RoomEvent::MemberUpdated { member, invitation }))
        }
        Event::Room(_)
        | Event::Quiz(_)
        | Event::Receipt(_)
        | Event::Moderation(_)
        | Event::Activity(_)
        | Event::Inbox(_)
        | Event::Keys(_) => Ok(event),
    }
}

fn written(room: &Room, event: ChatEvent, cx: &Cx<'_>) -> Result<Event, Reject> {
    let state = &room.moderation;
    let user = &cx.actor.user;
    if takes_back(&event) {
        return Ok(Event::Chat(event));
    }
    state.check_mute(user, cx.now)?;
    match event {
        ChatEvent::Sent(mut sent) => {
            if let Some(retry_after) = state.must_wait(user, cx.now) {
                return Err(Reject::SlowMode { retry_after });
            }
            // What nobody here can read cannot be judged either.
            if sent.sealed.is_some() {
                return Ok(Event::Chat(ChatEvent::Sent(sent)));
            }
            check_newcomer(room, not_for_newcomers(&sent), cx)?;
            let verdict = state.checked(&mut sent_texts(&mut sent))?;
            // What is masked mentions nobody any more.
            sent.mentions = mentions_left(room, &sent.text, sent.mentions);
            match verdict {
                Verdict::Publish => Ok(Event::Chat(ChatEvent::Sent(sent))),
                Verdict::Hold { rule } => {
                    state.held.check_room_for(user)?;
                    let author = user.clone();
                    Ok(Event::Moderation(ModerationEvent::Held { sent, author, rule }))
                }
            }
        }
        ChatEvent::Edited {
            message,
            mut text,
            mentions,
        } => {
            check_newcomer(room, shares(&text, mentions.room), cx)?;
            match state.checked(&mut [&mut text])? {
                Verdict::Publish => Ok(Event::Chat(ChatEvent::Edited {
                    message,
                    mentions: mentions_left(room, &text, mentions),
                    text,
                })),
                // What everybody sees already cannot wait, and must not become what a host has never seen.
                Verdict::Hold { .. } => Err(Reject::ApprovalNeeded),
            }
        }
        ChatEvent::Deleted { .. }
        | ChatEvent::Reacted { .. }
        | ChatEvent::Pinned { .. }
        | ChatEvent::Broadcast { .. }
        | ChatEvent::ResendRequested { .. } => Ok(Event::Chat(event)),
    }
}

/// Whom a text mentions after rules have looked at it.
fn mentions_left(room: &Room, text: &str, before: Mentions) -> Mentions {
    if before.is_none() {
        before
    } else {
        chat::mentions(text, room, before.room)
    }
}

/// Whether it says nothing: it only takes away what the actor has written, or asks for what was said to it.
fn takes_back(event: &ChatEvent) -> bool {
    match event {
        ChatEvent::Deleted { .. } | ChatEvent::Reacted { present: false, .. } | ChatEvent::ResendRequested { .. } => {
            true
        }
        ChatEvent::Sent(_)
        | ChatEvent::Edited { .. }
        | ChatEvent::Reacted { present: true, .. }
        | ChatEvent::Pinned { .. }
        | ChatEvent::Broadcast { .. } => false,
    }
}

/// The texts of a message that its author chose.
fn sent_texts(sent: &mut Sent) -> Vec<&mut String> {
    let mut texts = vec![&mut sent.text];
    if let Some(link) = &mut sent.link {
        texts.extend([&mut link.title, &mut link.url]);
    }
    texts.extend(sent.attachments.iter_mut().map(|file| &mut file.name));
    // A quiz is its author's own, so this is as good a place for words as any.
    if let Some(question) = &mut sent.question {
        texts.push(&mut question.text);
        texts.extend(&mut question.options);
    }
    texts
}

/// What of a message is not for newcomers.
fn not_for_newcomers(sent: &Sent) -> Option<&'static str> {
    if !sent.attachments.is_empty() {
        return Some("files");
    }
    let question = sent.question.as_ref();
    let mut asked = question.into_iter().flat_map(|it| it.options.iter().chain([&it.text]));
    let links = sent.link.is_some() || asked.any(|text| link::is_in(text));
    shares(&sent.text, sent.mentions.room).or(links.then_some("links"))
}

fn shares(text: &str, mentions_room: bool) -> Option<&'static str> {
    if mentions_room {
        Some("mentions of everybody")
    } else {
        link::is_in(text).then_some("links")
    }
}

fn check_newcomer(room: &Room, shared: Option<&'static str>, cx: &Cx<'_>) -> Result<(), Reject> {
    match (newcomer_for(room, &cx.actor.user, cx.now), shared) {
        (Some(ends_in), Some(what)) => Err(Reject::Newcomer { what, ends_in }),
        (Some(_) | None, _) => Ok(()),
    }
}

fn newcomer_for(room: &Room, user: &UserId, now: Timestamp) -> Option<Millis> {
    let until = room.member(user)?.joined_at + room.moderation.settings.newcomer;
    (until > now).then(|| until.since(now))
}

/// What remains of a status that a member wants to show: it is said to everybody, and no host is asked. It is nothing while the
/// member may not write, or if a rule would refuse it or hold it back.
pub(crate) fn status(room: &Room, user: &UserId, status: &str, now: Timestamp) -> String {
    let state = &room.moderation;
    let runs_it = room.member(user).is_some_and(|member| member.role.is_host());
    if runs_it || status.is_empty() {
        return status.to_owned();
    }
    let rules = &state.settings.rules;
    match rules.hit(status).map(|hit| hit.action) {
        Some(Action::Block | Action::Hold) => String::new(),
        Some(Action::Mask) | None if state.mute_of(user, now).is_some() => String::new(),
        Some(Action::Mask) => rules.masked(status),
        None => status.to_owned(),
    }
}

fn named(room: &Room, member: &Member) -> Result<(), Reject> {
    match room.moderation.settings.rules.hit_nickname(&member.nickname) {
        Some(hit) => Err(filtered(hit.rule, &member.nickname)),
        None => Ok(()),
    }
}

/// The refusal of a text by a rule.
fn filtered(rule: usize, text: &str) -> Reject {
    Reject::Filtered {
        rule: index(rule),
        excerpt: text.chars().filter(|c| !c.is_control()).take(MAX_EXCERPT).collect(),
    }
}

fn index(rule: usize) -> u32 {
    u32::try_from(rule).unwrap_or(u32::MAX)
}

/// What a refusal leaves for the hosts to see. It is no effect of the request, whose retry is refused anew.
pub(crate) fn refused(room: &Room, reject: &Reject, cx: &Cx<'_>) -> Option<ModerationEvent> {
    let Reject::Filtered { rule, excerpt } = reject else {
        return None;
    };
    let user = &cx.actor.user;
    room.moderation
        .tells_of(user, cx.now)
        .then(|| ModerationEvent::FilterBlocked {
            user: user.clone(),
            rule: *rule,
            excerpt: excerpt.clone(),
        })
}

impl State {
    /// Applies the rules to every text, and masks what they say.
    fn checked(&self, texts: &mut [&mut String]) -> Result<Verdict, Reject> {
        let rules = &self.settings.rules;
        let hits = texts
            .iter()
            .filter_map(|text| rules.hit(text).map(|hit| (text.as_str(), hit)));
        if let Some((text, first)) = hits.min_by_key(|(_, hit)| hit.rule) {
            match first.action {
                Action::Block => return Err(filtered(first.rule, text)),
                Action::Hold => {
                    return Ok(Verdict::Hold {
                        rule: Some(index(first.rule)),
                    });
                }
                Action::Mask => {
                    for text in texts {
                        **text = rules.masked(text);
                    }
                }
            }
        }
        Ok(if self.settings.approval {
            Verdict::Hold { rule: None }
        } else {
            Verdict::Publish
        })
    }

    /// How long until the slow mode lets the user write again.
    fn must_wait(&self, user: &UserId, now: Timestamp) -> Option<Millis> {
        let until = *self.wrote.get(user)? + self.settings.slow_mode;
        (until > now).then(|| until.since(now))
    }

    /// Takes note that a member wrote, if the slow mode is to know.
    pub(super) fn wrote(&mut self, user: &UserId, at: Timestamp) {
        let slow_mode = self.settings.slow_mode;
        if slow_mode == Millis::ZERO {
            return;
        }
        self.wrote.insert(user.clone(), at);
        if self.wrote.len() > MAX_WRITERS {
            self.wrote.retain(|_, wrote| *wrote + slow_mode > at);
        }
        while self.wrote.len() > MAX_WRITERS {
            let oldest = self.wrote.iter().min_by_key(|(_, wrote)| **wrote);
            let Some(user) = oldest.map(|(user, _)| user.clone()) else {
                break;
            };
            self.wrote.remove(&user);
        }
    }

    fn tells_of(&self, user: &UserId, now: Timestamp) -> bool {
        let recent = || self.blocked.iter().filter(|(at, _)| *at + BLOCKED_SPAN > now);
        recent().count() < BLOCKED_ALL && recent().filter(|(_, whose)| whose == user).count() < BLOCKED_EACH
    }

    /// Takes note that a rule refused something.
    pub(super) fn blocked(&mut self, user: &UserId, at: Timestamp) {
        self.blocked.push_back((at, user.clone()));
        while self.blocked.len() > BLOCKED_ALL {
            self.blocked.pop_front();
        }
    }
}
