//! Reports: members tell the hosts of messages that should not be there.
//!
//! A report has the message as it stood, so that what was deleted or edited meanwhile can still be judged. Whoever is
//! reported is not told of it, a host neither: reports of what a host wrote are in no stream, in the lists of the other hosts
//! only, and for those to close.
//!
//! Bounds: [`MAX_OPEN`] are open, [`MAX_OPEN_EACH`] of one reporter and [`MAX_OPEN_MESSAGE`] of one message, and further
//! ones are refused; of the closed ones the newest [`KEPT_CLOSED`] are kept.
//!
//! Neighbours: [`mute`](super::mute), [`chat`](crate::chat) and [`membership`](crate::membership) make what a resolution
//! brings about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ModerationEvent, State, approval::Quote, mute};
use crate::{ChatEvent, Cx, Entry, Event, Millis, Reject, Room, Seq, Timestamp, UserId, text};

/// Most reports open at a time.
pub const MAX_OPEN: usize = 500;
/// Most open reports of one reporter.
pub const MAX_OPEN_EACH: usize = 20;
/// Most open reports of one message.
pub const MAX_OPEN_MESSAGE: usize = 20;
/// Closed reports that are kept; the oldest are let go first.
pub const KEPT_CLOSED: usize = 200;
/// Longest text of a report, in characters.
pub const MAX_TEXT: usize = 500;
/// How long a report mutes for.
pub const MUTED_FOR: Millis = Millis::secs(24 * 60 * 60);

/// Why somebody reports a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// Advertising or flooding.
    Spam,
    /// Against a person.
    Harassment,
    /// Hate, violence or sex.
    Inappropriate,
    /// Somebody may be in danger.
    Safety,
    /// As the text says.
    Other,
}

/// What was done about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Nothing was wrong.
    Dismissed,
    /// The message was deleted.
    Deleted,
    /// The message was deleted and its author muted for [`MUTED_FOR`].
    Muted,
    /// The message was deleted and its author banned.
    Banned,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    /// Its number.
    pub seq: Seq,
    /// The message.
    pub message: Seq,
    /// As it stood.
    pub quote: Quote,
    /// Who reported it.
    pub reporter: UserId,
    /// Why.
    pub reason: ReportReason,
    /// In the reporter's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// How it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// How a report was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// What was done.
    pub resolution: Resolution,
}

/// The reports held, by their numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Reports(BTreeMap<Seq, ReportView>);

pub(super) fn report(
    room: &Room,
    message: Seq,
    reason: ReportReason,
    words: &str,
    cx: &Cx<'_>,
) -> Result<Vec<Event>, Reject> {
    let mut quote = room.chat.quote(message).ok_or(Reject::NoSuchMessage)?;
    // Hosts could not read it.
    quote.sent.sealed = None;
    let reporter = &cx.actor.user;
    let author = quote.sent.author.clone();
    if author == *reporter {
        return Err(Reject::OwnMessage);
    }
    let open = || room.moderation.reports.open();
    let own = || open().filter(|report| report.reporter == *reporter);
    if own().any(|report| report.message == message) {
        return Err(Reject::AlreadyReported);
    }
    let of_message = open().filter(|report| report.message == message).count();
    if open().count() >= MAX_OPEN || own().count() >= MAX_OPEN_EACH || of_message >= MAX_OPEN_MESSAGE {
        return Err(Reject::LimitReached("reports"));
    }
    let text = if words.trim().is_empty() {
        String::new()
    } else {
        text::lines(words, MAX_TEXT)?
    };
    Ok(vec![Event::Moderation(ModerationEvent::Reported {
        message,
        quote: Box::new(quote),
        reporter: reporter.clone(),
        reason,
        text,
        of_host: room.member(&author).is_some_and(|member| member.role.is_host()),
    })])
}

pub(super) fn resolve(room: &Room, report: Seq, resolution: Resolution, cx: &Cx<'_>) -> Result<Vec<Event>, Reject> {
    let reports = &room.moderation.reports;
    let this = reports.0.get(&report).ok_or(Reject::NoSuchReport)?;
    // Nobody judges what was said of oneself, or learns of it.
    if this.quote.sent.author == cx.actor.user {
        return Err(Reject::NoSuchReport);
    }
    if this.closed.is_some() {
        return Ok(Vec::new());
    }
    // This one first, by which a retry is recognised.
    let others = reports
        .open()
        .filter(|other| other.message == this.message && other.seq != report);
    let closed = std::iter::once(report).chain(others.map(|other| other.seq));
    let mut events: Vec<Event> = closed
        .map(|report| Event::Moderation(ModerationEvent::ReportResolved { report, resolution }))
        .collect();
    if resolution == Resolution::Dismissed {
        return Ok(events);
    }
    let author = &this.quote.sent.author;
    if room.chat.quote(this.message).is_some() {
        events.push(Event::Chat(ChatEvent::Deleted {
            message: this.message,
            by_host: true,
            waited: None,
            // It has been judged now.
            files: room.chat.files_of(this.message),
        }));
    }
    let runs_it = room.member(author).is_some_and(|member| member.role.is_host());
    match resolution {
        Resolution::Dismissed | Resolution::Deleted => {}
        Resolution::Muted | Resolution::Banned if runs_it => return Err(Reject::NotPermitted),
        Resolution::Muted => {
            let until = cx.now + MUTED_FOR;
            let before = room.moderation.mute_of(author, cx.now);
            // Who is muted for longer stays so.
            if before.is_none_or(|mute| mute.until.is_some_and(|before| before < until)) {
                events.push(mute::muted(room, author, Some(until), String::new(), cx)?);
            }
        }
        Resolution::Banned => {
            let banned = room.seats.ban(author, String::new(), None, cx)?;
            events.extend(banned.into_iter().map(Event::Room));
        }
    }
    Ok(events)
}

impl Reports {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, report: ReportView) {
        self.0.insert(report.seq, report);
        while self.open().count() > MAX_OPEN {
            let Some(oldest) = self.open().map(|report| report.seq).next() else {
                break;
            };
            self.0.remove(&oldest);
        }
    }

    pub(super) fn close(&mut self, report: Seq, entry: &Entry, resolution: Resolution) {
        if let Some(report) = self.0.get_mut(&report) {
            report.closed = Some(Closed {
                at: entry.at,
                by: entry.actor.clone(),
                resolution,
            });
        }
        let closed = self.0.values().filter(|report| report.closed.is_some());
        let mut closed: Vec<(Timestamp, Seq)> = closed
            .map(|report| (report.closed.as_ref().map_or(report.at, |closed| closed.at), report.seq))
            .collect();
        closed.sort_unstable();
        for (_, seq) in closed.iter().take(closed.len().saturating_sub(KEPT_CLOSED)) {
            self.0.remove(seq);
        }
    }

    pub(super) fn expire(&mut self, through: Seq) {
        self.0.retain(|_, report| report.message > through);
    }

    fn open(&self) -> impl Iterator<Item = &ReportView> {
        self.0.values().filter(|report| report.closed.is_none())
    }
}

impl State {
    /// Whether hosts have still to judge a message.
    pub(crate) fn is_reported(&self, message: Seq) -> bool {
        self.reports.open().any(|report| report.message == message)
    }
}

impl Room {
    /// Files that were kept for a report that is closed now: those of a message that was deleted before.
    pub fn files_of_report(&self, report: Seq) -> Vec<String> {
        let report = self.moderation.reports.0.get(&report);
        let gone = |report: &&ReportView| {
            let message = report.message;
            let is_there = self.chat.quote(message).is_some() || self.moderation.held.has(message);
            report.closed.is_some() && !is_there && !self.moderation.is_reported(message)
        };
        let report = report.filter(gone);
        report
            .map(|it| self.chat.only_in(it.message, &it.quote.sent.attachments))
            .unwrap_or_default()
    }

    /// Reports after a position, oldest first, at most `limit`, closed ones too if asked for; and whether there are more. Those
    /// of what `me` wrote are left out.
    pub fn reports(&self, me: &UserId, all: bool, after: Seq, limit: usize) -> (Vec<ReportView>, bool) {
        let newer = self.moderation.reports.0.range(after.saturating_add(1)..);
        let mut newer = newer
            .map(|(_, report)| report)
            .filter(|report| report.quote.sent.author != *me && (all || report.closed.is_none()));
        let page = newer.by_ref().take(limit).cloned().collect();
        (page, newer.next().is_some())
    }

    /// How many reports are open, those of what `me` wrote left out.
    pub fn report_count(&self, me: Option<&UserId>) -> u32 {
        let open = self.moderation.reports.open();
        let open = open.filter(|report| Some(&report.quote.sent.author) != me);
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }
}
