//! What may be lost: newest wins, nothing is stored. Signals have no number in the log.

use crate::{Millis, Seq, Timestamp, UserId, quiz::ScreenReport};

/// A value that may be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Somebody's presence, as everybody may see it.
    Presence(Presence),
    /// The presence of somebody who appears offline to others. Hosts and the member see it.
    Unseen(Presence),
    /// How many are present, in rooms where not everybody is told of everybody.
    PresenceCounts {
        /// Online.
        online: u32,
        /// Away.
        away: u32,
        /// Those who appear offline counted as they are, which is for hosts.
        truth: bool,
    },
    /// Somebody is typing, or has stopped.
    Typing {
        /// Who.
        user: UserId,
        /// Whether.
        typing: bool,
    },
    /// How far the answers to the open question are.
    AnswerProgress {
        /// The question, from 0.
        index: u32,
        /// How many have answered.
        answered: u32,
        /// How many are waited for, the answered ones included.
        expected: u32,
        /// How many players are away or offline.
        away: u32,
        /// Who is still answering, at most 50. Hosts see it.
        waiting: Vec<UserId>,
    },
    /// When the screens drew the open question. Hosts see it.
    Screens {
        /// The question, from 0.
        index: u32,
        /// All reports so far.
        report: ScreenReport,
    },
}

/// The newest signal per key counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignalKey {
    /// One member's presence.
    Presence(UserId),
    /// The same, of somebody who appears offline. Behind the former, which it is newer than where there are both.
    Unseen(UserId),
    /// How many are present, for hosts or for others.
    PresenceCounts(bool),
    /// One member's typing.
    Typing(UserId),
    /// The open question.
    AnswerProgress,
    /// The screens.
    Screens,
}

impl Signal {
    /// What it replaces.
    pub fn key(&self) -> SignalKey {
        match self {
            Self::Presence(presence) => SignalKey::Presence(presence.user.clone()),
            Self::Unseen(presence) => SignalKey::Unseen(presence.user.clone()),
            Self::PresenceCounts { truth, .. } => SignalKey::PresenceCounts(*truth),
            Self::Typing { user, .. } => SignalKey::Typing(user.clone()),
            Self::AnswerProgress { .. } => SignalKey::AnswerProgress,
            Self::Screens { .. } => SignalKey::Screens,
        }
    }

    /// What there is of it for those who do not run the room.
    #[must_use]
    pub fn for_others(&self) -> Self {
        let mut seen = self.clone();
        if let Self::AnswerProgress { waiting, .. } = &mut seen {
            waiting.clear();
        }
        seen
    }

    /// Who may hear it, in whatever room.
    pub fn hearers(&self) -> Hearers<'_> {
        match self {
            Self::Screens { .. } | Self::PresenceCounts { truth: true, .. } => Hearers::Hosts,
            Self::PresenceCounts { truth: false, .. } => Hearers::Others,
            Self::Unseen(presence) => Hearers::HostsAnd(&presence.user),
            Self::Presence(_) | Self::Typing { .. } | Self::AnswerProgress { .. } => Hearers::Everyone,
        }
    }
}

/// Who may hear a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearers<'a> {
    /// Everybody in the room.
    Everyone,
    /// Hosts.
    Hosts,
    /// Hosts and one user.
    HostsAnd(&'a UserId),
    /// Everybody but hosts.
    Others,
}

/// How present somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PresenceState {
    /// At least one session is connected and not idle.
    Online,
    /// Idle by its own word, or cut off less than the grace period ago.
    Away,
    /// Not connected.
    Offline,
}

/// One member's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The user.
    pub user: UserId,
    /// How present.
    pub state: PresenceState,
    /// Own words.
    pub status: String,
    /// When the state last changed.
    pub changed_at: Timestamp,
    /// When the user was last connected; none while it is, and where that is not known.
    pub last_seen: Option<Timestamp>,
    /// How many sessions of the user hear the room.
    pub sessions: u32,
}

/// What the shell tells a room about connections and screens. Not part of the log: it steers decisions, which are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// A session of the user began to hear the room.
    Connected(UserId),
    /// A session of the user no longer hears it.
    Disconnected(UserId),
    /// How the user wants to appear while connected.
    Appearance {
        /// The user.
        user: UserId,
        /// Idle by its own word.
        away: bool,
        /// Own words, at most 80 characters.
        status: String,
        /// Appear offline to others than hosts.
        invisible: bool,
    },
    /// The user is typing, or has stopped.
    Typing {
        /// The user.
        user: UserId,
        /// Whether.
        typing: bool,
    },
    /// What has reached the user and what it was shown, up to a position each; 0 leaves a mark as it is.
    Acknowledged {
        /// The user.
        user: UserId,
        /// Reached a device.
        delivered: Seq,
        /// Was shown.
        read: Seq,
    },
    /// The user's screen has drawn the options of a question. Only the first report of a member counts.
    Drawn {
        /// The user.
        user: UserId,
        /// The question, from 0.
        index: u32,
        /// When, in server time by the screen's own measure.
        at: Timestamp,
        /// How far off that may be, by its own word.
        error: Millis,
    },
}
