//! What one may ask of a room. Every command names what it wants; who asks and when stands in [`Cx`](crate::Cx).

use std::sync::Arc;

use crate::{
    ActivityCommand, ChatCommand, InboxCommand, KeysCommand, Millis, ModerationCommand, ReceiptCommand, UserId,
    member::{Accommodations, Role},
    quiz::{self, Quiz},
    settings::{JoinPolicy, PolicyChange, RoomKind},
};

/// A request to a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Settings and membership.
    Room(RoomCommand),
    /// The live quiz.
    Quiz(QuizCommand),
    /// Chat.
    Chat(ChatCommand),
    /// Receipts.
    Receipt(ReceiptCommand),
    /// Moderation.
    Moderation(ModerationCommand),
    /// Hands.
    Activity(ActivityCommand),
    /// Notifications and announcements.
    Inbox(InboxCommand),
    /// Keys of devices.
    Keys(KeysCommand),
}

/// Settings and membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomCommand {
    /// The first command of a room; the actor becomes its host.
    Create {
        /// What the room is for.
        kind: RoomKind,
        /// Shown to everybody.
        title: String,
        /// Join code, already reserved in the catalogue; none for rooms without one.
        code: Option<String>,
        /// Who may come in; none takes the kind's default.
        join_policy: Option<JoinPolicy>,
        /// Most members; none takes the default.
        capacity: Option<u32>,
        /// Team names.
        teams: Vec<String>,
        /// The host's nickname; empty takes the actor's name.
        nickname: String,
        /// How people talk in it, and who finds it; none takes the kind's default.
        policy: PolicyChange,
    },
    /// The first command of a conversation: the actor and everybody named are in it, as equals.
    Open {
        /// Shown to all of them; empty for their names.
        title: String,
        /// The others, and the names by which the actor knows them; empty where there is none.
        people: Vec<(UserId, String)>,
        /// Whether only sealed messages are taken.
        end_to_end: bool,
    },
    /// Come in. Repeating it as a member changes nothing.
    Join {
        /// Name to be shown; empty takes the actor's name or makes one up.
        nickname: String,
        /// Avatar seed.
        avatar: String,
        /// Team; empty lets the room choose.
        team: String,
        /// Take no part.
        observe: bool,
        /// Whether the caller has shown the right join code.
        code_shown: bool,
        /// Code of an invitation, in place of the join code. It raises a member whose role is lower than its own.
        invitation: Option<String>,
    },
    /// Give up the seat.
    Leave,
    /// Change settings; `None` leaves a setting as it is.
    Update {
        /// Title.
        title: Option<String>,
        /// Lock.
        locked: Option<bool>,
        /// Capacity.
        capacity: Option<u32>,
        /// Late join.
        late_join: Option<bool>,
        /// Whether members may chat.
        chat_enabled: Option<bool>,
        /// How people talk in it, and who finds it.
        policy: PolicyChange,
    },
    /// End the room.
    Close,
    /// Change a member; `None` leaves a value as it is.
    UpdateMember {
        /// The member.
        user: UserId,
        /// Nickname.
        nickname: Option<String>,
        /// Avatar seed.
        avatar: Option<String>,
        /// Team.
        team: Option<String>,
        /// Role.
        role: Option<Role>,
        /// Accommodations.
        accommodations: Option<Accommodations>,
    },
    /// Remove a member, who may come back.
    Remove {
        /// The member.
        user: UserId,
        /// Told to the member.
        message: String,
    },
    /// Remove a user and keep it out.
    Ban {
        /// The user.
        user: UserId,
        /// Told to the user.
        message: String,
        /// For how long; none until a host ends it.
        duration: Option<Millis>,
    },
    /// Let a banned user in again.
    Unban {
        /// The user.
        user: UserId,
    },
    /// A co-host becomes host because the host is gone.
    TakeHost,
    /// Make a code by which others come in with a role.
    CreateInvitation {
        /// The code, already reserved in the catalogue.
        code: String,
        /// As what its bearers come in.
        role: Role,
        /// How long it is good for.
        lasts: Millis,
        /// How often it may be used.
        max_uses: u32,
    },
    /// Take an invitation back.
    RevokeInvitation {
        /// Its code.
        code: String,
    },
}

/// The live quiz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuizCommand {
    /// Put a quiz into the room, in place of one that has not begun or has ended.
    Load {
        /// The quiz with its solutions.
        quiz: Arc<Quiz>,
    },
    /// Begin.
    Start,
    /// Do what comes next.
    Advance {
        /// Where the caller believes the game stands; none means anywhere.
        from: Option<quiz::Phase>,
    },
    /// Answer the open question.
    Answer {
        /// The question, from 0.
        index: u32,
        /// The answer.
        answer: quiz::Answer,
    },
    /// The actor has loaded the media of a question.
    ReportLoaded {
        /// The question, from 0.
        index: u32,
    },
    /// Stop time.
    Pause,
    /// Let time go on.
    Resume,
    /// More time for the open question.
    Extend {
        /// How much.
        extra: Millis,
    },
    /// A question counts for nothing.
    Skip {
        /// The question, from 0.
        index: u32,
    },
    /// Let the game go on by itself, or not.
    SetAutoAdvance {
        /// Whether.
        enabled: bool,
    },
    /// End the game with the podium.
    End,
}

impl From<RoomCommand> for Command {
    fn from(command: RoomCommand) -> Self {
        Self::Room(command)
    }
}

impl From<QuizCommand> for Command {
    fn from(command: QuizCommand) -> Self {
        Self::Quiz(command)
    }
}

impl From<ChatCommand> for Command {
    fn from(command: ChatCommand) -> Self {
        Self::Chat(command)
    }
}

impl From<ReceiptCommand> for Command {
    fn from(command: ReceiptCommand) -> Self {
        Self::Receipt(command)
    }
}

impl From<ModerationCommand> for Command {
    fn from(command: ModerationCommand) -> Self {
        Self::Moderation(command)
    }
}

impl From<ActivityCommand> for Command {
    fn from(command: ActivityCommand) -> Self {
        Self::Activity(command)
    }
}

impl From<InboxCommand> for Command {
    fn from(command: InboxCommand) -> Self {
        Self::Inbox(command)
    }
}

impl From<KeysCommand> for Command {
    fn from(command: KeysCommand) -> Self {
        Self::Keys(command)
    }
}
