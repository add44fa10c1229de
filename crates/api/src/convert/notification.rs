//! Notifications and announcements: requests in; inboxes, preferences and events out.

use trivium_engine::{
    Entry, Event as Happened, InboxCommand, InboxEvent, Millis, Seq, Timestamp, UserId,
    inbox::{self, Announcement, Item, Kind, Notification, Preferences, Severity},
};
use trivium_proto::v1::{self, room_event::Event};

use super::common::{Invalid, enumerated, time_or_zero, time_out, user_or_empty};

/// What a notification says that somebody sends. Room, kind and name of the sender are for the caller to set.
pub fn notify(request: &v1::NotifyRequest, kind: Kind, actor_name: &str) -> Result<Notification, Invalid> {
    Ok(Notification {
        kind,
        severity: severity(request.severity)?,
        title: request.title.clone(),
        text: request.text.clone(),
        link: request.link.clone(),
        room: None,
        message: None,
        actor_name: actor_name.to_owned(),
    })
}

/// Mark as read.
pub fn mark_read(request: v1::MarkNotificationsReadRequest) -> InboxCommand {
    InboxCommand::MarkRead {
        through: request.through_seq,
        seqs: request.seqs,
    }
}

/// Want to hear something else.
pub fn set_preferences(preferences: &v1::NotificationPreferences) -> Result<InboxCommand, Invalid> {
    let within = |invalid: Invalid| invalid.within("preferences");
    let minute = |field, minute: u32| {
        u16::try_from(minute).map_err(|_| Invalid::new(field, "no day has so many minutes").within("preferences"))
    };
    let declined = preferences
        .declined_kinds
        .iter()
        .map(|number| kind("declined_kinds", *number));
    let preferences = Preferences {
        declined: declined.collect::<Result<_, _>>().map_err(within)?,
        quiet_until: u64::try_from(preferences.quiet_until_ms)
            .ok()
            .filter(|until| *until > 0)
            .map(Timestamp),
        quiet_from: minute("quiet_from_minute", preferences.quiet_from_minute)?,
        quiet_to: minute("quiet_to_minute", preferences.quiet_to_minute)?,
        utc_offset: i16::try_from(preferences.utc_offset_minutes)
            .map_err(|_| within(Invalid::new("utc_offset_minutes", "there is no such time zone")))?,
    };
    Ok(InboxCommand::SetPreferences { preferences })
}

/// Tell everybody.
pub fn announce(request: v1::MakeAnnouncementRequest) -> Result<InboxCommand, Invalid> {
    Ok(InboxCommand::Announce {
        announcement: Announcement {
            severity: severity(request.severity)?,
            title: request.title,
            text: request.text,
            link: request.link,
            expires_at: None,
        },
        lasts: Millis(request.expire_ms.into()),
    })
}

/// Take an announcement back.
pub fn retract(request: &v1::RetractAnnouncementRequest) -> InboxCommand {
    InboxCommand::Retract {
        announcement: request.announcement_seq,
    }
}

/// An event on the wire.
pub fn event(entry: &Entry, event: &InboxEvent) -> Event {
    match event {
        InboxEvent::Notified {
            notification,
            quiet,
            unread,
        } => {
            let said = said(notification);
            Event::NotificationAdded(v1::NotificationAdded {
                notification: Some(v1::Notification {
                    seq: entry.seq,
                    actor_id: user_or_empty(entry.actor.as_ref()),
                    create_time_ms: time_out(entry.at),
                    quiet: *quiet,
                    ..said
                }),
                unread_count: *unread,
            })
        }
        InboxEvent::Read { through, seqs, unread } => Event::NotificationsRead(v1::NotificationsRead {
            through_seq: *through,
            seqs: seqs.clone(),
            unread_count: *unread,
        }),
        InboxEvent::PreferencesSet { preferences } => Event::PreferencesUpdated(v1::PreferencesUpdated {
            preferences: Some(preferences_out(preferences)),
        }),
        InboxEvent::Announced { announcement } => Event::AnnouncementMade(v1::AnnouncementMade {
            announcement: Some(self::announcement(entry.seq, entry.at, announcement)),
        }),
        InboxEvent::Retracted { announcement } => Event::AnnouncementRetracted(v1::AnnouncementRetracted {
            announcement_seq: *announcement,
        }),
    }
}

/// The announcement that a command made; none if it made something else.
pub fn announced(entries: &[std::sync::Arc<Entry>]) -> Option<v1::Announcement> {
    let entry = entries.first()?;
    let Happened::Inbox(InboxEvent::Announced { announcement }) = &entry.event else {
        return None;
    };
    Some(self::announcement(entry.seq, entry.at, announcement))
}

/// Notifications of an inbox.
pub fn items(page: &inbox::Page) -> Vec<v1::Notification> {
    page.items.iter().map(|(seq, item)| notification(*seq, item)).collect()
}

/// Announcements.
pub fn announcements(announcements: &[(Seq, Timestamp, Announcement)]) -> Vec<v1::Announcement> {
    let announcements = announcements.iter();
    announcements
        .map(|(seq, at, announcement)| self::announcement(*seq, *at, announcement))
        .collect()
}

/// What a user wants to hear.
pub fn preferences_out(preferences: &Preferences) -> v1::NotificationPreferences {
    v1::NotificationPreferences {
        declined_kinds: preferences.declined.iter().map(|kind| kind_out(*kind).into()).collect(),
        quiet_until_ms: time_or_zero(preferences.quiet_until),
        quiet_from_minute: preferences.quiet_from.into(),
        quiet_to_minute: preferences.quiet_to.into(),
        utc_offset_minutes: preferences.utc_offset.into(),
    }
}

/// Users who are named; each once.
pub fn users(user_ids: Vec<String>) -> Result<std::collections::BTreeSet<UserId>, Invalid> {
    let users = user_ids.into_iter().map(|user| super::common::id("user_ids", user));
    users.collect()
}

fn notification(seq: Seq, item: &Item) -> v1::Notification {
    v1::Notification {
        seq,
        actor_id: user_or_empty(item.actor.as_ref()),
        create_time_ms: time_out(item.at),
        read: item.read,
        quiet: item.quiet,
        ..said(&item.notification)
    }
}

/// What a notification says, wherever it stands.
fn said(notification: &Notification) -> v1::Notification {
    let room = notification.room.as_ref();
    v1::Notification {
        kind: kind_out(notification.kind).into(),
        severity: severity_out(notification.severity).into(),
        title: notification.title.clone(),
        text: notification.text.clone(),
        link: notification.link.clone(),
        room_id: room.map(ToString::to_string).unwrap_or_default(),
        message_seq: notification.message.unwrap_or_default(),
        actor_name: notification.actor_name.clone(),
        ..v1::Notification::default()
    }
}

fn announcement(seq: Seq, at: Timestamp, announcement: &Announcement) -> v1::Announcement {
    v1::Announcement {
        seq,
        severity: severity_out(announcement.severity).into(),
        title: announcement.title.clone(),
        text: announcement.text.clone(),
        link: announcement.link.clone(),
        create_time_ms: time_out(at),
        expire_time_ms: time_or_zero(announcement.expires_at),
    }
}

fn kind(field: &str, number: i32) -> Result<Kind, Invalid> {
    match enumerated(field, number)? {
        v1::NotificationKind::Unspecified => Err(Invalid::new(field, "value is required")),
        v1::NotificationKind::Mention => Ok(Kind::Mention),
        v1::NotificationKind::Reply => Ok(Kind::Reply),
        v1::NotificationKind::Message => Ok(Kind::Message),
        v1::NotificationKind::Room => Ok(Kind::Room),
        v1::NotificationKind::Host => Ok(Kind::Host),
        v1::NotificationKind::Service => Ok(Kind::Service),
    }
}

fn kind_out(kind: Kind) -> v1::NotificationKind {
    match kind {
        Kind::Mention => v1::NotificationKind::Mention,
        Kind::Reply => v1::NotificationKind::Reply,
        Kind::Message => v1::NotificationKind::Message,
        Kind::Room => v1::NotificationKind::Room,
        Kind::Host => v1::NotificationKind::Host,
        Kind::Service => v1::NotificationKind::Service,
    }
}

fn severity(number: i32) -> Result<Severity, Invalid> {
    Ok(match enumerated("severity", number)? {
        v1::Severity::Unspecified | v1::Severity::Info => Severity::Info,
        v1::Severity::Success => Severity::Success,
        v1::Severity::Warning => Severity::Warning,
        v1::Severity::Critical => Severity::Critical,
    })
}

fn severity_out(severity: Severity) -> v1::Severity {
    match severity {
        Severity::Info => v1::Severity::Info,
        Severity::Success => v1::Severity::Success,
        Severity::Warning => v1::Severity::Warning,
        Severity::Critical => v1::Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_come_back() {
        let wire = v1::NotificationPreferences {
            declined_kinds: (1..=6).collect(),
            quiet_until_ms: 5,
            quiet_from_minute: 1_439,
            quiet_to_minute: 360,
            utc_offset_minutes: -840,
        };
        for wire in [wire, v1::NotificationPreferences::default()] {
            let Ok(InboxCommand::SetPreferences { preferences }) = set_preferences(&wire) else {
                panic!("{wire:?} is fine");
            };
            assert_eq!(preferences_out(&preferences), wire);
        }
        let refused = set_preferences(&v1::NotificationPreferences {
            declined_kinds: vec![0],
            ..v1::NotificationPreferences::default()
        });
        assert_eq!(refused.expect_err("no kind").0.field, "preferences.declined_kinds");
    }

    #[test]
    fn severities_come_back() {
        for number in 1..=4 {
            assert_eq!(i32::from(severity_out(severity(number).expect("one"))), number);
        }
        assert_eq!(severity(0), Ok(Severity::Info));
        assert!(severity(5).is_err());
    }
}
