//! An inbox and announcements in which everything happens that can.

use std::collections::BTreeSet;

use trivium_engine::{
    InboxCommand, Millis, RoomKind, Timestamp,
    inbox::{Announcement, Kind, Notification, Preferences, Severity},
};

use crate::common::*;

/// The inbox of Ana.
pub(crate) fn inbox() -> World {
    let bare = Notification {
        kind: Kind::Service,
        severity: Severity::Info,
        title: "Maintenance".to_owned(),
        text: String::new(),
        link: String::new(),
        room: None,
        message: None,
        actor_name: String::new(),
    };
    let full = Notification {
        kind: Kind::Mention,
        severity: Severity::Warning,
        title: "Class 7b".to_owned(),
        text: "Look\nhere".to_owned(),
        link: "/rooms/r1".to_owned(),
        room: Some("r1".parse().expect("an id")),
        message: Some(17),
        actor_name: "Ben".to_owned(),
    };
    let preferences = Preferences {
        declined: BTreeSet::from([Kind::Message, Kind::Host]),
        quiet_until: Some(Timestamp(2_000_000)),
        quiet_from: 1_320,
        quiet_to: 360,
        utc_offset: 120,
    };
    World::new()
        .when(ANA, create(RoomKind::Inbox))
        .done()
        .at(1_000)
        .when(ROOT, InboxCommand::Notify { notification: bare })
        .done()
        .at(2_000)
        .when(ANA, InboxCommand::SetPreferences { preferences })
        .done()
        .at(3_000)
        .when(ROOT, InboxCommand::Notify { notification: full })
        .done()
        .at(4_000)
        .when(
            ANA,
            InboxCommand::MarkRead {
                through: 3,
                seqs: vec![5],
            },
        )
        .done()
}

/// Two announcements, one of which is taken back and one of which ends by itself.
pub(crate) fn announcements() -> World {
    let announce = |title: &str, lasts| InboxCommand::Announce {
        announcement: Announcement {
            severity: Severity::Critical,
            title: title.to_owned(),
            text: "At noon".to_owned(),
            link: "https://example.org/".to_owned(),
            expires_at: None,
        },
        lasts: Millis(lasts),
    };
    World::new()
        .when(HOST, create(RoomKind::System))
        .done()
        .when(ROOT, announce("Short", 5_000))
        .done()
        .when(ROOT, announce("Long", 0))
        .done()
        .when(ROOT, announce("Longest", 2_592_000_000))
        .done()
        .at(10_000)
        .when(ROOT, InboxCommand::Retract { announcement: 4 })
        .done()
}
