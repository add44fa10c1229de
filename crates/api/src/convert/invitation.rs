//! Invitations: requests in; what they are good for out.

use trivium_engine::{
    Invitation, Millis, RequestId, RoomCommand, RoomId,
    membership::invitation::{DEFAULT_LASTS, MAX_LASTS},
};
use trivium_proto::v1;

use super::common::{Addressed, Invalid, addressed, id, role, role_out, time_out};
use crate::join_code;

/// A wish for an invitation that has no code yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// To which room.
    pub room: RoomId,
    /// By what a retry is recognised.
    pub request: RequestId,
    /// How long it is to be good for.
    pub lasts: Millis,
    role: trivium_engine::Role,
    max_uses: u32,
}

impl Wish {
    /// The command, once there is a code that the catalogue has reserved.
    pub fn with(self, code: String) -> Addressed {
        let command = RoomCommand::CreateInvitation {
            code,
            role: self.role,
            lasts: self.lasts,
            max_uses: self.max_uses,
        };
        Addressed {
            room: self.room,
            request: self.request,
            command: command.into(),
        }
    }
}

/// Make an invitation.
pub fn create(request: v1::CreateInvitationRequest) -> Result<Wish, Invalid> {
    Ok(Wish {
        room: id("room_id", request.room_id)?,
        request: id("request_id", request.request_id)?,
        lasts: match request.expire_ms {
            0 => DEFAULT_LASTS,
            ms => Millis(ms.into()).min(MAX_LASTS),
        },
        role: role("role", request.role)?.ok_or_else(|| Invalid::new("role", "value is required"))?,
        max_uses: request.max_uses.max(1),
    })
}

/// Take an invitation back. A text that is no code is that of no invitation.
pub fn revoke(request: v1::RevokeInvitationRequest) -> Result<Addressed, Invalid> {
    let code = join_code::normalize(&request.code).unwrap_or(request.code);
    addressed(
        request.room_id,
        request.request_id,
        RoomCommand::RevokeInvitation { code },
    )
}

/// An invitation.
pub fn invitation(invitation: &Invitation) -> v1::Invitation {
    v1::Invitation {
        code: invitation.code.clone(),
        role: role_out(invitation.role).into(),
        expire_time_ms: time_out(invitation.expires_at),
        max_uses: invitation.max_uses,
        uses: invitation.uses,
    }
}

#[cfg(test)]
mod tests {
    use trivium_engine::{Command, Role};

    use super::*;

    #[test]
    fn what_is_left_out_takes_the_default() {
        let wish = |expire_ms, max_uses| {
            create(v1::CreateInvitationRequest {
                request_id: "q".into(),
                room_id: "r".into(),
                role: v1::Role::CoHost.into(),
                expire_ms,
                max_uses,
            })
            .expect("valid")
            .with("CODE".into())
            .command
        };
        for ((expire_ms, max_uses), (lasts, uses)) in [((0, 0), (DEFAULT_LASTS, 1)), ((5_000, 7), (Millis(5_000), 7))] {
            let expected = RoomCommand::CreateInvitation {
                code: "CODE".into(),
                role: Role::CoHost,
                lasts,
                max_uses: uses,
            };
            assert_eq!(wish(expire_ms, max_uses), Command::Room(expected));
        }
    }

    #[test]
    fn a_code_is_revoked_however_it_is_written() {
        for (typed, code) in [("abcd-2345", "ABCD2345"), ("?", "?")] {
            let asked = revoke(v1::RevokeInvitationRequest {
                request_id: "q".into(),
                room_id: "r".into(),
                code: typed.into(),
            });
            let expected = RoomCommand::RevokeInvitation { code: code.into() };
            assert_eq!(asked.expect("valid").command, Command::Room(expected), "{typed}");
        }
    }
}
