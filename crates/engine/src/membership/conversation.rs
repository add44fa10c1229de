//! Conversations: rooms of a few users, all of them in it from the beginning and none above the others.
//!
//! Neighbours: [`membership`](super) dispatches here; what equals may do stands in
//! [`permission`](crate::permission::need_in_conversation).

use super::count;
use crate::{
    Accommodations, Cx, JoinPolicy, Member, Policy, Reject, Role, RoomEvent, RoomKind, Settings, UserId,
    member::Members,
    nickname,
    settings::{MAX_PEOPLE, MAX_TITLE},
    text,
};

/// Makes the room with everybody in it.
pub(super) fn open(
    title: &str,
    people: &[(UserId, String)],
    end_to_end: bool,
    cx: &mut Cx<'_>,
) -> Result<Vec<RoomEvent>, Reject> {
    let settings = Settings {
        kind: RoomKind::Conversation,
        title: text::line(title, MAX_TITLE, "title")?,
        code: None,
        join_policy: JoinPolicy::Invited,
        locked: false,
        capacity: count(MAX_PEOPLE),
        late_join: true,
        teams: Vec::new(),
        chat_enabled: true,
        created_by: cx.actor.user.clone(),
        created_at: cx.now,
        closed_at: None,
        policy: Policy {
            end_to_end,
            ..Policy::default()
        },
    };
    let opener = (&cx.actor.user, cx.actor.name.as_str(), cx.actor.guest);
    let others = people.iter().map(|(user, name)| (user, name.as_str(), false));
    let mut members = Members::default();
    let mut events = vec![RoomEvent::Created { settings }];
    for (user, name, guest) in std::iter::once(opener).chain(others) {
        if members.get(user).is_some() {
            continue;
        }
        // Who is not known by a name yet is known by its identifier.
        let name = if name.is_empty() { user.as_str() } else { name };
        let member = Member {
            user: user.clone(),
            nickname: nickname::chosen(name, user, &members, cx.rng),
            role: Role::Member,
            avatar: String::new(),
            team: String::new(),
            joined_at: cx.now,
            guest,
            accommodations: Accommodations::default(),
            hand_at: None,
            mute: None,
        };
        members.insert(member.clone());
        events.push(RoomEvent::MemberJoined {
            member,
            member_count: count(members.len()),
            invitation: None,
        });
    }
    match members.len() {
        0 | 1 => Err(Reject::NoSuchMember),
        2..=MAX_PEOPLE => Ok(events),
        _ => Err(Reject::LimitReached("people")),
    }
}
