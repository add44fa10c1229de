//! Who may ask what: one table.
//!
//! Neighbours: [`room`](crate::room) asks here before it dispatches; features add only what depends on their own state,
//! such as that authors edit their own messages.

use crate::{Actor, ChatCommand, Command, QuizCommand, Reject, Role, RoomCommand, member::Members};

/// What it takes to ask something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the feature itself decides whom it lets in.
    Nothing,
    /// A seat in the room with at least this role; a global role is no seat.
    Seat(Role),
    /// At least this role, by a seat or by a global role, which counts as [`Role::Host`].
    Right(Role),
}

/// What it takes to ask this.
pub fn need(command: &Command) -> Need {
    match command {
        Command::Room(command) => match command {
            RoomCommand::Create { .. } | RoomCommand::Join { .. } => Need::Nothing,
            RoomCommand::Leave => Need::Seat(Role::Observer),
            RoomCommand::TakeHost => Need::Seat(Role::CoHost),
            RoomCommand::UpdateMember { .. } => Need::Right(Role::Observer),
            RoomCommand::Update { .. }
            | RoomCommand::Close
            | RoomCommand::Remove { .. }
            | RoomCommand::Ban { .. }
            | RoomCommand::Unban { .. }
            | RoomCommand::CreateInvitation { .. }
            | RoomCommand::RevokeInvitation { .. } => Need::Right(Role::CoHost),
        },
        Command::Quiz(command) => match command {
            QuizCommand::Answer { .. } | QuizCommand::ReportLoaded { .. } => Need::Seat(Role::Member),
            QuizCommand::Load { .. }
            | QuizCommand::Start
            | QuizCommand::Advance { .. }
            | QuizCommand::Pause
            | QuizCommand::Resume
            | QuizCommand::Extend { .. }
            | QuizCommand::Skip { .. }
            | QuizCommand::SetAutoAdvance { .. }
            | QuizCommand::End => Need::Right(Role::CoHost),
        },
        Command::Chat(command) => match command {
            ChatCommand::Send { .. } | ChatCommand::Edit { .. } | ChatCommand::React { .. } => Need::Seat(Role::Member),
            ChatCommand::Delete { .. } => Need::Right(Role::Member),
        },
    }
}

/// In which role the actor acts: that of its seat, or host by a global role.
pub(crate) fn acting_role(members: &Members, actor: &Actor) -> Option<Role> {
    let seat = members.get(&actor.user).map(|member| member.role);
    if actor.global_host { Some(Role::Host) } else { seat }
}

/// Refuses what the actor may not ask.
pub(crate) fn check(command: &Command, members: &Members, actor: &Actor) -> Result<(), Reject> {
    let (least, role) = match need(command) {
        Need::Nothing => return Ok(()),
        Need::Seat(least) => (least, members.get(&actor.user).map(|member| member.role)),
        Need::Right(least) => (least, acting_role(members, actor)),
    };
    match role {
        Some(role) if role >= least => Ok(()),
        Some(_) => Err(Reject::NotPermitted),
        None => Err(Reject::NotMember),
    }
}
