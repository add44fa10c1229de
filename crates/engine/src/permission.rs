//! Who may ask what: one table.
//!
//! Neighbours: [`room`](crate::room) asks here before it dispatches; features add only what depends on their own state,
//! such as that authors edit their own messages.

use crate::{Actor, Command, QuizCommand, Reject, Role, RoomCommand, RoomKind, member::Members};

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
            RoomCommand::Create { .. } | RoomCommand::Open { .. } | RoomCommand::Join { .. } => Need::Nothing,
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
        Command::Chat(command) => command.need(),
        Command::Receipt(command) => command.need(),
        Command::Moderation(command) => command.need(),
        Command::Activity(command) => command.need(),
        Command::Inbox(command) => command.need(),
        Command::Keys(command) => command.need(),
    }
}

/// What it takes to ask this in a conversation.
///
/// All in it are equals: every one a member, none a host. So what takes a host in other rooms, such as to remove somebody
/// or to lock the room, only a global role may do, but for what concerns all of them alike: each may give the conversation
/// another title or description, and pin messages.
pub fn need_in_conversation(command: &Command) -> Need {
    match command {
        Command::Room(RoomCommand::Update {
            title: _,
            locked: None,
            capacity: None,
            late_join: None,
            chat_enabled: None,
            policy,
        }) if policy.is_words_only() => Need::Right(Role::Member),
        Command::Room(_)
        | Command::Quiz(_)
        | Command::Chat(_)
        | Command::Receipt(_)
        | Command::Moderation(_)
        | Command::Activity(_)
        | Command::Inbox(_)
        | Command::Keys(_) => need(command),
    }
}

/// In which role the actor acts: that of its seat, or host by a global role.
pub(crate) fn acting_role(members: &Members, actor: &Actor) -> Option<Role> {
    let seat = members.get(&actor.user).map(|member| member.role);
    if actor.global_host { Some(Role::Host) } else { seat }
}

/// Refuses what the actor may not ask in a room of this kind; none before there is a room.
pub(crate) fn check(command: &Command, kind: Option<RoomKind>, members: &Members, actor: &Actor) -> Result<(), Reject> {
    let need = if kind == Some(RoomKind::Conversation) {
        need_in_conversation(command)
    } else {
        need(command)
    };
    let (least, role) = match need {
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
