//! Which events can come of which command, so that a request id that comes back with another command is noticed.
//!
//! Neighbours: [`dedupe`](crate::dedupe) finds the entries of a request; who answers a retry from them asks here first.

use crate::{Command, Event, QuizCommand, RoomCommand, RoomEvent, event::LeaveReason, quiz::Event as Quiz};

impl Command {
    /// Whether the first event that this command makes can be `event`. Texts and settings are not compared: a retry
    /// that words itself anew is still answered from what was done first.
    ///
    /// ```
    /// use trivium_engine::{ChatCommand, Command, Event, RoomCommand, RoomEvent};
    ///
    /// let closed = Event::Room(RoomEvent::Closed);
    /// assert!(Command::Room(RoomCommand::Close).can_make(&closed));
    /// assert!(!Command::Chat(ChatCommand::Delete { message: 1 }).can_make(&closed));
    /// ```
    pub fn can_make(&self, event: &Event) -> bool {
        match (self, event) {
            (Self::Room(command), Event::Room(event)) => room(command, event),
            (Self::Quiz(command), Event::Quiz(event)) => quiz(command, event),
            (Self::Chat(command), event) => command.can_make(event),
            (Self::Receipt(command), event) => command.can_make(event),
            (Self::Moderation(command), event) => command.can_make(event),
            (Self::Activity(command), event) => command.can_make(event),
            (Self::Inbox(command), event) => command.can_make(event),
            (Self::Keys(command), event) => command.can_make(event),
            (Self::Room(_) | Self::Quiz(_), _) => false,
        }
    }
}

fn room(command: &RoomCommand, event: &RoomEvent) -> bool {
    use RoomEvent as Made;
    let left = |who, why| matches!(event, Made::MemberLeft { user, reason, .. } if user == who && *reason == why);
    match command {
        RoomCommand::Create { .. } | RoomCommand::Open { .. } => matches!(event, Made::Created { .. }),
        RoomCommand::Join { invitation, .. } => match event {
            Made::MemberJoined { .. } => true,
            Made::MemberUpdated { invitation: by, .. } => by.is_some() && by == invitation,
            Made::Created { .. }
            | Made::Updated { .. }
            | Made::Closed
            | Made::MessagesExpired { .. }
            | Made::MemberLeft { .. }
            | Made::Unbanned { .. }
            | Made::Banned { .. }
            | Made::InvitationCreated { .. }
            | Made::InvitationRevoked { .. } => false,
        },
        RoomCommand::Leave => matches!(
            event,
            Made::MemberLeft {
                reason: LeaveReason::Left,
                ..
            }
        ),
        RoomCommand::Update { .. } => matches!(event, Made::Updated { .. }),
        RoomCommand::Close => matches!(event, Made::Closed),
        RoomCommand::UpdateMember { user, .. } => {
            matches!(event, Made::MemberUpdated { member, .. } if member.user == *user)
        }
        RoomCommand::Remove { user, .. } => left(user, LeaveReason::Removed),
        RoomCommand::Ban { user, .. } => {
            left(user, LeaveReason::Banned) || matches!(event, Made::Banned { user: banned, .. } if banned == user)
        }
        RoomCommand::Unban { user } => matches!(event, Made::Unbanned { user: unbanned } if unbanned == user),
        RoomCommand::TakeHost => matches!(event, Made::MemberUpdated { .. }),
        RoomCommand::CreateInvitation { .. } => matches!(event, Made::InvitationCreated { .. }),
        RoomCommand::RevokeInvitation { code } => {
            matches!(event, Made::InvitationRevoked { code: revoked } if revoked == code)
        }
    }
}

fn quiz(command: &QuizCommand, event: &Quiz) -> bool {
    match command {
        QuizCommand::Load { .. } => matches!(event, Quiz::Loaded { .. }),
        QuizCommand::Start => matches!(event, Quiz::Started { .. }),
        QuizCommand::Advance { .. } => matches!(
            event,
            Quiz::Started { .. }
                | Quiz::QuestionShown { .. }
                | Quiz::QuestionOpened { .. }
                | Quiz::QuestionClosed { .. }
                | Quiz::QuestionRevealed { .. }
                | Quiz::LeaderboardShown { .. }
                | Quiz::Ended { .. }
        ),
        QuizCommand::Answer { index, .. } => matches!(event, Quiz::AnswerAccepted { index: made, .. } if made == index),
        QuizCommand::ReportLoaded { index } => matches!(event, Quiz::MediaLoaded { index: made, .. } if made == index),
        QuizCommand::Pause => matches!(event, Quiz::Paused { .. }),
        QuizCommand::Resume => matches!(event, Quiz::Resumed { .. }),
        QuizCommand::Extend { .. } => matches!(event, Quiz::Extended { .. }),
        QuizCommand::Skip { index } => matches!(event, Quiz::Skipped { index: made } if made == index),
        QuizCommand::SetAutoAdvance { .. } => matches!(event, Quiz::AutoAdvanceSet { .. }),
        QuizCommand::End => matches!(event, Quiz::Ended { .. }),
    }
}
