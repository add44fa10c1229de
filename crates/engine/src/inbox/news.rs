//! What notifications and announcements say, and what a user wants to hear.
//!
//! Neighbours: [`inbox`](super) keeps them; [`follows`](super::follows) makes those that nobody wrote.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{MAX_LINK, MAX_TEXT, MAX_TITLE};
use crate::{Millis, Reject, RoomId, Seq, Timestamp, UserId, text};

/// What a notification is about. Users choose by it what they want to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody mentioned the user.
    Mention,
    /// Somebody answered a message of the user's.
    Reply,
    /// A message in a conversation, while the user was not there.
    Message,
    /// Something about a room.
    Room,
    /// What a host tells the members of a room.
    Host,
    /// What a service tells.
    Service,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    #[default]
    Info,
    /// Good news.
    Success,
    /// To be careful about.
    Warning,
    /// Something is wrong.
    Critical,
}

/// What a notification says. Who brought it about is the actor of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// What it is about.
    pub kind: Kind,
    /// How much it matters.
    #[serde(default)]
    pub severity: Severity,
    /// In a few words.
    pub title: String,
    /// In a sentence or two; plain text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where it leads: a path on the server or an address; empty for nowhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The room that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// The message that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Seq>,
    /// How who brought it about is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub actor_name: String,
}

/// What an announcement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// How much it matters.
    #[serde(default)]
    pub severity: Severity,
    /// In a few words.
    pub title: String,
    /// In a sentence or two; plain text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// When it is no longer of interest; none for when it is retracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What a user wants to hear, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Kinds that are not wanted at all.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub declined: BTreeSet<Kind>,
    /// Until then nothing disturbs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<Timestamp>,
    /// Every day from this minute of the user's day on …
    pub quiet_from: u16,
    /// … to this one nothing disturbs either; equal for never.
    pub quiet_to: u16,
    /// The user's time zone: minutes east of UTC.
    pub utc_offset: i16,
}

/// A notification in an inbox, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it says.
    pub notification: Notification,
    /// Who brought it about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// Whether it was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read: bool,
    /// Whether the user asked not to be disturbed at the time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
}

impl Notification {
    /// The same with texts as they may be kept.
    pub(super) fn checked(&self) -> Result<Self, Reject> {
        Ok(Self {
            title: title(&self.title)?,
            text: body(&self.text)?,
            link: link(&self.link)?,
            actor_name: text::line(&self.actor_name, MAX_TITLE, "name")?,
            ..self.clone()
        })
    }
}

impl Announcement {
    /// The same with texts as they may be kept.
    pub(super) fn checked(&self) -> Result<Self, Reject> {
        Ok(Self {
            title: title(&self.title)?,
            text: body(&self.text)?,
            link: link(&self.link)?,
            ..self.clone()
        })
    }
}

impl Preferences {
    /// Whether nothing disturbs at this moment.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        const MINUTE: u64 = 60_000;
        const DAY: i64 = 1_440;
        if self.quiet_until.is_some_and(|until| now < until) {
            return true;
        }
        // The first day is as good as any.
        let minute = i64::try_from(now.0 / MINUTE % 1_440).unwrap_or_default();
        let minute = (minute + i64::from(self.utc_offset)).rem_euclid(DAY);
        let (from, to) = (i64::from(self.quiet_from), i64::from(self.quiet_to));
        if from <= to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        }
    }

    /// Refuses minutes that no day has.
    pub(super) fn check(&self) -> Result<(), Reject> {
        let is_day = |minute: u16| minute < 1_440;
        if is_day(self.quiet_from) && is_day(self.quiet_to) && (-840..=840).contains(&self.utc_offset) {
            Ok(())
        } else {
            Err(Reject::TextInvalid("time of day"))
        }
    }
}

/// When an announcement ends that is of interest for so long; 0 is for good.
pub(super) fn end_of(now: Timestamp, lasts: Millis) -> Option<Timestamp> {
    (lasts.0 > 0).then(|| now + Millis(lasts.0.min(super::MAX_EXPIRY.0)))
}

fn title(title: &str) -> Result<String, Reject> {
    let title = text::line(title, MAX_TITLE, "title")?;
    if title.chars().any(text::is_visible) {
        Ok(title)
    } else {
        Err(Reject::TextInvalid("title"))
    }
}

fn body(body: &str) -> Result<String, Reject> {
    if body.trim().is_empty() {
        Ok(String::new())
    } else {
        text::lines(body, MAX_TEXT)
    }
}

/// A path on this server, which two slashes would lead away from, or an address of the web.
fn link(link: &str) -> Result<String, Reject> {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\' || text::is_invisible(c);
    let is_path = link.starts_with('/') && !link.starts_with("//");
    let scheme = link.split_once("://");
    let is_web = scheme.is_some_and(|(scheme, rest)| {
        (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
            && rest.starts_with(|c: char| c.is_alphanumeric() || c == '[')
    });
    let fits = link.chars().count() <= MAX_LINK && !link.contains(is_odd);
    if link.is_empty() || fits && (is_path || is_web) {
        Ok(link.to_owned())
    } else {
        Err(Reject::TextInvalid("link"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_this_server_or_into_the_web() {
        for (text, good) in [
            ("", true),
            ("/rooms/r1?message=4#x", true),
            ("/", true),
            ("https://example.org/a", true),
            ("HTTP://[::1]:8080/", true),
            ("//evil.example/", false),
            ("/\\evil.example/", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("https://", false),
            ("https:///x", false),
            ("ftp://example.org", false),
            ("rooms/r1", false),
            ("/a b", false),
            ("/a\nb", false),
            ("/a\u{202e}b", false),
        ] {
            assert_eq!(link(text).is_ok(), good, "{text:?}");
        }
        assert!(link(&format!("/{}", "x".repeat(MAX_LINK))).is_err());
    }

    #[test]
    fn quiet_hours_are_the_users_and_may_pass_midnight() {
        let at = |hour: u64, minute: u64| Timestamp((hour * 60 + minute) * 60_000);
        let hours = |from: u16, to: u16, offset| Preferences {
            quiet_from: from * 60,
            quiet_to: to * 60,
            utc_offset: offset,
            ..Preferences::default()
        };
        for (preferences, now, expected) in [
            (Preferences::default(), at(0, 0), false),
            (hours(13, 14, 0), at(13, 0), true),
            (hours(13, 14, 0), at(13, 59), true),
            (hours(13, 14, 0), at(14, 0), false),
            (hours(22, 6, 0), at(23, 0), true),
            (hours(22, 6, 0), at(5, 59), true),
            (hours(22, 6, 0), at(6, 0), false),
            (hours(22, 6, 120), at(20, 0), true),
            (hours(22, 6, 120), at(4, 0), false),
            (hours(22, 6, -600), at(9, 0), true),
            (hours(7, 7, 0), at(7, 0), false),
        ] {
            assert_eq!(preferences.is_quiet(now), expected, "{preferences:?} {now:?}");
        }
        let until = Preferences {
            quiet_until: Some(Timestamp(5)),
            ..Preferences::default()
        };
        assert!(until.is_quiet(Timestamp(4)) && !until.is_quiet(Timestamp(5)));
    }
}
