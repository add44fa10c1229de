//! Notifications in the inbox of one user, and announcements in the room of all.
//!
//! An inbox is a room of the kind [`RoomKind::Inbox`], whose owner is its only member; services, admins and the server itself
//! write into it. It holds the newest [`KEPT`] notifications; the log has all of them. Announcements are a room of the kind
//! [`RoomKind::System`], which everybody with a token may hear.
//!
//! Neighbours: [`room`](crate::room) dispatches here and asks [`guard`] first; [`news`] is what is said, [`follows()`] what
//! follows from entries of other rooms.

mod follows;
mod news;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Audience, Command, Cx, Entry, Millis, Reject, Role, Room, RoomCommand, RoomKind, Seq, Timestamp, Visibility,
    event::Event, permission::Need,
};

pub use follows::follows;
pub use news::{Announcement, Item, Kind, Notification, Preferences, Severity};

/// Notifications that an inbox holds; the oldest are let go first.
pub const KEPT: usize = 1_000;
/// Unread notifications of one kind from one room; beyond, nothing more is told until some are read, so that nobody can fill
/// an inbox that is not looked at.
pub const MAX_UNREAD_OF_ROOM: usize = 100;
/// Announcements that are of interest at a time.
pub const MAX_ANNOUNCEMENTS: usize = 100;
/// Users who hear of one entry without being told by hand.
pub const MAX_FOLLOWS: usize = 2_000;
/// Notifications that are marked as read by name at a time.
pub const MAX_MARKS: usize = 200;
/// Longest title, in characters.
pub const MAX_TITLE: usize = 120;
/// Longest text, in characters.
pub const MAX_TEXT: usize = 1_000;
/// Longest link, in characters.
pub const MAX_LINK: usize = 500;
/// Longest time for which an announcement that ends by itself is of interest.
pub const MAX_EXPIRY: Millis = Millis::secs(30 * 24 * 60 * 60);

/// What one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxCommand {
    /// Put a notification into this inbox. Nothing happens if its owner declines the kind, has been told of the same message, or
    /// has [`MAX_UNREAD_OF_ROOM`] unread of its like.
    Notify {
        /// What it says.
        notification: Notification,
    },
    /// The owner has read some.
    MarkRead {
        /// All up to this one; 0 for none.
        through: Seq,
        /// And these; at most [`MAX_MARKS`].
        seqs: Vec<Seq>,
    },
    /// What the owner wants to hear.
    SetPreferences {
        /// In place of what was wanted before.
        preferences: Preferences,
    },
    /// Tell everybody.
    Announce {
        /// What it says; when it ends is set from `lasts`.
        announcement: Announcement,
        /// For how long it is of interest; 0 until it is retracted.
        lasts: Millis,
    },
    /// Take an announcement back.
    Retract {
        /// The announcement.
        announcement: Seq,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxEvent {
    /// Something new in the inbox.
    Notified {
        /// What it says.
        notification: Notification,
        /// Whether the user asked not to be disturbed at the time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        quiet: bool,
        /// How many are unread with it.
        unread: u32,
    },
    /// Some were read.
    Read {
        /// All up to this one; 0 for none.
        through: Seq,
        /// And these.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seqs: Vec<Seq>,
        /// How many are unread now.
        unread: u32,
    },
    /// The owner wants to hear something else.
    PreferencesSet {
        /// All of it.
        preferences: Preferences,
    },
    /// Everybody is told.
    Announced {
        /// What it says.
        announcement: Announcement,
    },
    /// An announcement is no longer of interest: it was taken back, or its time is over.
    Retracted {
        /// The announcement.
        announcement: Seq,
    },
}

/// What remains of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    items: BTreeMap<Seq, Item>,
    #[serde(default, skip_serializing_if = "is_default")]
    preferences: Preferences,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    announcements: BTreeMap<Seq, (Timestamp, Announcement)>,
}

fn is_default(preferences: &Preferences) -> bool {
    *preferences == Preferences::default()
}

/// Some notifications of an inbox, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Each with its number.
    pub items: Vec<(Seq, Item)>,
    /// Whether the inbox holds older ones that were asked for too.
    pub more: bool,
    /// How many of all that it holds are unread.
    pub unread: u32,
}

impl InboxCommand {
    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match self {
            Self::Notify { .. } | Self::Announce { .. } | Self::Retract { .. } => Need::Right(Role::Host),
            Self::MarkRead { .. } | Self::SetPreferences { .. } => Need::Seat(Role::Host),
        }
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, event: &Event) -> bool {
        let Event::Inbox(event) = event else { return false };
        match self {
            Self::Notify { .. } => matches!(event, InboxEvent::Notified { .. }),
            Self::MarkRead { .. } => matches!(event, InboxEvent::Read { .. }),
            Self::SetPreferences { .. } => matches!(event, InboxEvent::PreferencesSet { .. }),
            Self::Announce { .. } => matches!(event, InboxEvent::Announced { .. }),
            Self::Retract { announcement } => {
                matches!(event, InboxEvent::Retracted { announcement: made } if made == announcement)
            }
        }
    }
}

impl From<InboxEvent> for Event {
    fn from(event: InboxEvent) -> Self {
        Self::Inbox(event)
    }
}

impl InboxEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Notified { .. } => "inbox.notified",
            Self::Read { .. } => "inbox.read",
            Self::PreferencesSet { .. } => "inbox.preferences_set",
            Self::Announced { .. } => "inbox.announced",
            Self::Retracted { .. } => "inbox.retracted",
        }
    }

    /// For whom it looks how. Only its owner looks into an inbox, and announcements are for everybody.
    pub(crate) fn visibility(&self) -> Visibility {
        match self {
            Self::Notified { .. } | Self::Read { .. } | Self::PreferencesSet { .. } => Visibility::Hosts,
            Self::Announced { .. } | Self::Retracted { .. } => Visibility::Everyone,
        }
    }

    /// As an audience may see it.
    pub(crate) fn seen_by(&self, who: &Audience) -> Option<Self> {
        let is_owner = match who {
            Audience::Hosts => true,
            Audience::Member(_) | Audience::Observers => false,
        };
        match self {
            Self::Notified { .. } | Self::Read { .. } | Self::PreferencesSet { .. } => is_owner.then(|| self.clone()),
            Self::Announced { .. } | Self::Retracted { .. } => Some(self.clone()),
        }
    }
}

/// Refuses in inboxes and among announcements whatever is not theirs, and their commands elsewhere. Nobody is ever asked in.
pub(crate) fn guard(room: &Room, command: &Command) -> Result<(), Reject> {
    let kind = room.settings().map(|settings| settings.kind);
    let is_ours = matches!(kind, Some(RoomKind::Inbox | RoomKind::System));
    let is_in_place = match command {
        Command::Inbox(command) => match command {
            InboxCommand::Notify { .. } | InboxCommand::MarkRead { .. } | InboxCommand::SetPreferences { .. } => {
                kind == Some(RoomKind::Inbox)
            }
            InboxCommand::Announce { .. } | InboxCommand::Retract { .. } => kind == Some(RoomKind::System),
        },
        Command::Room(RoomCommand::Join { .. }) if is_ours => return Err(Reject::NotInvited),
        Command::Room(_)
        | Command::Quiz(_)
        | Command::Chat(_)
        | Command::Receipt(_)
        | Command::Moderation(_)
        | Command::Activity(_)
        | Command::Keys(_) => !is_ours,
    };
    if is_in_place { Ok(()) } else { Err(Reject::NotPermitted) }
}

/// What the command brings about, or why it is refused.
pub(crate) fn decide(room: &Room, command: &InboxCommand, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
    let inbox = &room.inbox;
    let event = match command {
        InboxCommand::Notify { notification } => {
            let notification = notification.checked()?;
            if inbox.declines(&notification) || inbox.knows(&notification) {
                None
            } else {
                Some(InboxEvent::Notified {
                    quiet: inbox.preferences.is_quiet(cx.now),
                    unread: inbox.unread_with_one_more(),
                    notification,
                })
            }
        }
        InboxCommand::MarkRead { through, seqs } => inbox.mark(*through, seqs)?,
        InboxCommand::SetPreferences { preferences } => {
            preferences.check()?;
            (*preferences != inbox.preferences).then(|| InboxEvent::PreferencesSet {
                preferences: preferences.clone(),
            })
        }
        InboxCommand::Announce { announcement, lasts } => {
            if inbox.announcements.len() >= MAX_ANNOUNCEMENTS {
                return Err(Reject::LimitReached("announcements"));
            }
            let announcement = Announcement {
                expires_at: news::end_of(cx.now, *lasts),
                ..announcement.checked()?
            };
            Some(InboxEvent::Announced { announcement })
        }
        InboxCommand::Retract { announcement } => {
            let there = inbox.announcements.contains_key(announcement);
            there.then_some(InboxEvent::Retracted {
                announcement: *announcement,
            })
        }
    };
    Ok(event.into_iter().map(Event::Inbox).collect())
}

/// What time alone brings about: announcements end.
pub(crate) fn settle(room: &Room, now: Timestamp) -> Vec<InboxEvent> {
    let over = |announcement: &Announcement| announcement.expires_at.is_some_and(|at| at <= now);
    let announcements = room.inbox.announcements.iter();
    announcements
        .filter(|(_, (_, announcement))| over(announcement))
        .map(|(seq, _)| InboxEvent::Retracted { announcement: *seq })
        .collect()
}

/// When [`settle`] has something to do next.
pub(crate) fn next_deadline(room: &Room) -> Option<Timestamp> {
    let announcements = room.inbox.announcements.values();
    announcements
        .filter_map(|(_, announcement)| announcement.expires_at)
        .min()
}

impl State {
    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, entry: &Entry, event: &InboxEvent) {
        match event {
            InboxEvent::Notified {
                notification, quiet, ..
            } => {
                let item = Item {
                    notification: notification.clone(),
                    actor: entry.actor.clone(),
                    at: entry.at,
                    read: false,
                    quiet: *quiet,
                };
                self.items.insert(entry.seq, item);
                while self.items.len() > KEPT {
                    self.items.pop_first();
                }
            }
            InboxEvent::Read { through, seqs, .. } => {
                for (_, item) in self.items.range_mut(..=*through) {
                    item.read = true;
                }
                for seq in seqs {
                    if let Some(item) = self.items.get_mut(seq) {
                        item.read = true;
                    }
                }
            }
            InboxEvent::PreferencesSet { preferences } => self.preferences = preferences.clone(),
            InboxEvent::Announced { announcement } => {
                self.announcements.insert(entry.seq, (entry.at, announcement.clone()));
            }
            InboxEvent::Retracted { announcement } => drop(self.announcements.remove(announcement)),
        }
    }

    /// Whether the owner does not want to hear of it, or has not even read so many of its like.
    fn declines(&self, notification: &Notification) -> bool {
        let alike = |item: &&Item| {
            let other = &item.notification;
            !item.read && other.room == notification.room && other.kind == notification.kind
        };
        let is_flood = || self.items.values().filter(alike).count() >= MAX_UNREAD_OF_ROOM;
        self.preferences.declined.contains(&notification.kind) || (notification.room.is_some() && is_flood())
    }

    /// Whether the owner has been told of the same message already. The courier repeats itself after a crash, and what it says
    /// then must have no effect, however much was said meanwhile.
    fn knows(&self, notification: &Notification) -> bool {
        let about = |other: &Notification| (other.room.clone(), other.message);
        notification.message.is_some()
            && self
                .items
                .values()
                .any(|item| about(&item.notification) == about(notification))
    }

    fn unread(&self) -> usize {
        self.items.values().filter(|item| !item.read).count()
    }

    fn unread_with_one_more(&self) -> u32 {
        let lets_one_go = self.items.len() >= KEPT && self.items.values().next().is_some_and(|oldest| !oldest.read);
        count(self.unread() + 1 - usize::from(lets_one_go))
    }

    /// Only what it changes is told.
    fn mark(&self, through: Seq, seqs: &[Seq]) -> Result<Option<InboxEvent>, Reject> {
        if seqs.len() > MAX_MARKS {
            return Err(Reject::LimitReached("notifications at a time"));
        }
        let is_unread = |seq: &Seq| self.items.get(seq).is_some_and(|item| !item.read);
        let last = self.items.range(..=through).rev().find(|(_, item)| !item.read);
        let through = last.map_or(0, |(seq, _)| *seq);
        let seqs: BTreeSet<Seq> = seqs
            .iter()
            .copied()
            .filter(|seq| *seq > through && is_unread(seq))
            .collect();
        if through == 0 && seqs.is_empty() {
            return Ok(None);
        }
        let left = self.items.iter().filter(|(seq, item)| {
            let is_marked = **seq <= through || seqs.contains(seq);
            !item.read && !is_marked
        });
        Ok(Some(InboxEvent::Read {
            through,
            unread: count(left.count()),
            seqs: seqs.into_iter().collect(),
        }))
    }
}

impl Room {
    /// Notifications before a position (`None`: the newest), at most `limit`, of those that the inbox holds.
    pub fn notifications(&self, before: Option<Seq>, limit: usize, unread_only: bool) -> Page {
        let items = self.inbox.items.range(..before.unwrap_or(Seq::MAX)).rev();
        let mut wanted = items.filter(|(_, item)| !unread_only || !item.read);
        let page = wanted.by_ref().take(limit);
        Page {
            items: page.map(|(seq, item)| (*seq, item.clone())).collect(),
            more: wanted.next().is_some(),
            unread: count(self.inbox.unread()),
        }
    }

    /// What the owner of the inbox wants to hear.
    pub fn preferences(&self) -> &Preferences {
        &self.inbox.preferences
    }

    /// The announcements that are of interest, newest first, each with its number and when it was made.
    pub fn announcements(&self) -> Vec<(Seq, Timestamp, Announcement)> {
        let announcements = self.inbox.announcements.iter().rev();
        announcements
            .map(|(seq, (at, announcement))| (*seq, *at, announcement.clone()))
            .collect()
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
