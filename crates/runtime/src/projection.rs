//! What each entry changes in what can be listed and searched: one pure function.
//!
//! Neighbours: the room's task asks here for every entry that it records and gives the answer to the store together with the
//! entry; [`sweep`](crate::runtime) asks for the entries of old logs.

use trivium_engine::{
    ChatEvent, Entry, Event, HistoryPolicy, Member, ModerationEvent, Room, RoomEvent, Seq, Settings, Timestamp,
    chat::Sent,
};
use trivium_store::{Face, FileId, Membership, Projection, Text};

/// Adds what the entry changes. The room has just taken it in.
pub(crate) fn of(room: &Room, entry: &Entry, out: &mut Vec<Projection>) {
    match &entry.event {
        Event::Room(event) => of_room(room, entry, event, out),
        Event::Chat(event) => {
            out.extend(of_chat(entry, event));
            if let ChatEvent::Deleted { files: gone, .. } = event {
                out.extend(files(gone));
            }
        }
        Event::Moderation(event) => {
            out.extend(of_moderation(event));
            if let ModerationEvent::ReportResolved { report, .. } = event {
                out.extend(files(&room.files_of_report(*report)));
            }
        }
        Event::Quiz(_) | Event::Receipt(_) | Event::Activity(_) | Event::Inbox(_) | Event::Keys(_) => {}
    }
}

fn of_room(room: &Room, entry: &Entry, event: &RoomEvent, out: &mut Vec<Projection>) {
    match event {
        RoomEvent::Created { settings } | RoomEvent::Updated { settings } => {
            out.push(Projection::Face(face(settings)));
        }
        RoomEvent::Closed => out.push(Projection::Closed { at: entry.at }),
        RoomEvent::MessagesExpired { through } => {
            out.push(Projection::TextsGone { through: *through });
            let kept = room.files_kept_from(entry.at);
            out.extend(kept.map(|before| Projection::FilesExpired { before }));
        }
        RoomEvent::MemberJoined { member, .. } | RoomEvent::MemberUpdated { member, .. } => {
            out.push(Projection::MemberIn(membership(room, member)));
        }
        RoomEvent::MemberLeft { user, .. } => out.push(Projection::MemberOut { user: user.clone() }),
        // One that is used up still finds the room, which has to know who repeats a join.
        RoomEvent::InvitationRevoked { code } => out.push(Projection::InvitationRevoked { code: code.clone() }),
        RoomEvent::InvitationCreated { .. } | RoomEvent::Unbanned { .. } | RoomEvent::Banned { .. } => {}
    }
}

fn of_chat(entry: &Entry, event: &ChatEvent) -> Option<Projection> {
    match event {
        ChatEvent::Sent(sent) => shown(entry.seq, entry.at, sent),
        ChatEvent::Edited { message, text, .. } => Some(Projection::TextEdited {
            seq: *message,
            text: text.clone(),
        }),
        ChatEvent::Deleted { message, .. } => Some(Projection::TextGone { seq: *message }),
        ChatEvent::Reacted { .. }
        | ChatEvent::Pinned { .. }
        | ChatEvent::Broadcast { .. }
        | ChatEvent::ResendRequested { .. } => None,
    }
}

/// A message that waits is found once it is published, and no longer once it is put aside.
fn of_moderation(event: &ModerationEvent) -> Option<Projection> {
    match event {
        ModerationEvent::Resolved {
            message,
            published: Some(quote),
            ..
        } => shown(*message, quote.sent_at, &quote.sent),
        ModerationEvent::Resolved {
            message,
            published: None,
            ..
        } => Some(Projection::TextGone { seq: *message }),
        ModerationEvent::Updated { .. }
        | ModerationEvent::Muted { .. }
        | ModerationEvent::Unmuted { .. }
        | ModerationEvent::Held { .. }
        | ModerationEvent::Reported { .. }
        | ModerationEvent::ReportResolved { .. }
        | ModerationEvent::FilterBlocked { .. } => None,
    }
}

/// The end of files that no message has any more.
fn files(gone: &[String]) -> Option<Projection> {
    let files: Vec<FileId> = gone.iter().filter_map(|id| id.parse().ok()).collect();
    (!files.is_empty()).then_some(Projection::FilesGone { files })
}

fn face(settings: &Settings) -> Face {
    Face {
        title: settings.title.clone(),
        description: settings.policy.description.clone(),
        listed: settings.policy.listed,
        archived_at: settings.policy.archived_at,
        since_join: settings.policy.history == HistoryPolicy::SinceJoin,
        forgets: settings.policy.retention_days > 0,
    }
}

fn membership(room: &Room, member: &Member) -> Membership {
    Membership {
        user: member.user.clone(),
        role: member.role,
        since: room.member_since(&member.user),
        guest: member.guest,
        nickname: member.nickname.clone(),
    }
}

/// A message that can be found from now on. What has no text may get one by an edit; the server cannot read what is sealed.
fn shown(seq: Seq, at: Timestamp, sent: &Sent) -> Option<Projection> {
    sent.sealed.is_none().then(|| {
        Projection::Text(Text {
            seq,
            author: sent.author.clone(),
            at,
            text: sent.text.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use trivium_engine::{Actor, Command, Cx, PolicyChange, RoomCommand, RoomKind};

    use super::*;

    const DAY: u64 = 24 * 60 * 60 * 1_000;

    /// A room that keeps messages for two days.
    fn forgetful() -> Room {
        let mut room = Room::new("r".parse().expect("an id"), 1);
        let actor = Actor {
            user: "host".parse().expect("an id"),
            name: "Host".to_owned(),
            guest: false,
            global_host: false,
            grant: None,
        };
        let create = Command::Room(RoomCommand::Create {
            kind: RoomKind::Classroom,
            title: "Class".to_owned(),
            code: Some("ABCD2345".to_owned()),
            join_policy: None,
            capacity: None,
            teams: Vec::new(),
            nickname: String::new(),
            policy: PolicyChange {
                retention_days: Some(2),
                ..PolicyChange::default()
            },
        });
        let mut cx = Cx {
            now: Timestamp(1),
            actor: &actor,
            round_trip: None,
            room_round_trip: None,
            rng: &mut rand::rng(),
        };
        for event in room.decide(&create, &mut cx).expect("made") {
            room.apply(&entry(room.seq() + 1, 1, event));
        }
        room
    }

    fn entry(seq: Seq, at: u64, event: Event) -> Entry {
        Entry {
            seq,
            at: Timestamp(at),
            actor: None,
            request: None,
            event,
        }
    }

    #[test]
    fn files_go_with_what_had_them() {
        let mut room = forgetful();
        let id = "0".repeat(FileId::LEN);
        let deleted = Event::Chat(ChatEvent::Deleted {
            message: 9,
            by_host: true,
            waited: None,
            files: vec![id.clone(), "no name of a file".to_owned()],
        });
        let expired = Event::Room(RoomEvent::MessagesExpired { through: 9 });
        let gone = Projection::FilesGone {
            files: vec![id.parse().expect("a name")],
        };
        let before = Timestamp(3 * DAY);
        for (event, expected) in [
            (deleted, [Projection::TextGone { seq: 9 }, gone]),
            (
                expired,
                [
                    Projection::TextsGone { through: 9 },
                    Projection::FilesExpired { before },
                ],
            ),
        ] {
            let entry = entry(room.seq() + 1, 5 * DAY + 7, event);
            room.apply(&entry);
            let mut found = Vec::new();
            of(&room, &entry, &mut found);
            assert_eq!(found, expected);
        }
    }
}
