//! Members, and what is allowed for them.

use trivium_engine::{Accommodations, Member};
use trivium_proto::v1;

use crate::convert::{
    common::{Invalid, role_out, time_or_zero, time_out},
    moderation,
};

/// A user in a room.
pub fn member(member: &Member) -> v1::Member {
    v1::Member {
        user_id: member.user.to_string(),
        nickname: member.nickname.clone(),
        role: role_out(member.role).into(),
        avatar: member.avatar.clone(),
        team: member.team.clone(),
        join_time_ms: time_out(member.joined_at),
        guest: member.guest,
        accommodations: (!member.accommodations.is_none()).then(|| accommodations_out(&member.accommodations)),
        hand_time_ms: time_or_zero(member.hand_at),
        mute: member
            .mute
            .as_ref()
            .map(|mute| moderation::mute_out(&member.user, mute)),
    }
}

pub(super) fn accommodations(wire: v1::Accommodations) -> Result<Accommodations, Invalid> {
    let time_percent = match wire.time_percent {
        0 => 100,
        1..100 => {
            return Err(Invalid::new("accommodations.time_percent", "must be 0 or 100 to 1000"));
        }
        percent => percent,
    };
    Ok(Accommodations {
        time_percent,
        untimed: wire.untimed,
        fewer_options: wire.fewer_options,
        excused: wire.excused,
    })
}

fn accommodations_out(value: &Accommodations) -> v1::Accommodations {
    v1::Accommodations {
        time_percent: value.time_percent,
        untimed: value.untimed,
        fewer_options: value.fewer_options,
        excused: value.excused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accommodations_never_take_time_away() {
        let ask = |time_percent| {
            accommodations(v1::Accommodations {
                time_percent,
                ..v1::Accommodations::default()
            })
        };
        assert_eq!(ask(0), Ok(Accommodations::default()));
        assert_eq!(ask(100), Ok(Accommodations::default()));
        assert_eq!(ask(150).map(|given| given.time_percent), Ok(150));
        for stolen in [1, 50, 99] {
            let invalid = ask(stolen).expect_err("less than everybody has");
            assert_eq!(invalid.0.field, "accommodations.time_percent");
        }
    }
}
