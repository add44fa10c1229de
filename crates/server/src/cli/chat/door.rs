//! The way into a room for `trivium chat`: by its name, by its code, or by who is to be in it.
//!
//! Neighbours: [`chat`](super) goes on from there.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tokio::time::timeout;
use trivium_client::{
    Client, Error, new_request_id,
    proto::v1::{CreateRoomRequest, GetRoomRequest, JoinRoomRequest, OpenConversationRequest, RoomKind, RoomSnapshot},
};

use super::{
    super::failure::{Unreachable, Usage},
    Args,
};

/// How long coming in may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Longest join code.
const MAX_CODE: usize = 12;

/// Where the caller came in.
pub(super) struct Place {
    pub(super) room: String,
    /// Who the caller is there.
    pub(super) me: String,
    /// Whether messages are sealed.
    pub(super) is_private: bool,
}

/// Comes in. Returns who asks, and where.
pub(super) async fn come_in(args: &Args) -> Result<(Client, Place)> {
    let client = client(args)?;
    let place = match timeout(PATIENCE, enter(&client, args)).await {
        Ok(entered) => entered.context("cannot come in")?,
        Err(_) => return Err(anyhow!(Unreachable(args.account.server.url.clone()))),
    };
    Ok((client, place))
}

/// With a token where one is given or needed; by a code one may come in without.
fn client(args: &Args) -> Result<Client> {
    let has_code = args.place.as_deref().is_some_and(is_code);
    if args.guest || (has_code && !args.account.has_token()) {
        args.account.server.client(None)
    } else {
        args.account.client()
    }
}

/// Joins, unless the caller is in the room already.
async fn enter(client: &Client, args: &Args) -> Result<Place> {
    let room = match (&args.place, &args.new) {
        (None, Some(title)) => found(client, title, &args.name).await?,
        (None, None) => converse(client, args.sealed.clone().unwrap_or_default()).await?,
        (Some(code), _) if is_code(code) && args.sealed.is_none() => {
            let seat = client.join(code, &args.name).await?;
            return place(seat.room_id, seat.member.user_id, None, args);
        }
        (Some(room), _) => room.clone(),
    };
    let seen = look(client, &room).await;
    if let Ok(seen) = &seen
        && let Some(me) = &seen.me
    {
        let me = me.user_id.clone();
        return place(room, me, Some(seen), args);
    }
    if args.sealed.is_some() {
        // Nobody joins a conversation by its name.
        seen?;
        return Err(anyhow!(Usage(
            "--sealed is for conversations that you are in".to_owned()
        )));
    }
    let request = JoinRoomRequest {
        request_id: new_request_id(),
        room_id: room.clone(),
        nickname: args.name.clone(),
        ..JoinRoomRequest::default()
    };
    let joined = client.rooms().join_room(request).await.map_err(Error::from)?;
    let me = joined.into_inner().member.unwrap_or_default();
    let seen = look(client, &room).await?;
    place(room, me.user_id, Some(&seen), args)
}

async fn look(client: &Client, room: &str) -> Result<RoomSnapshot, Error> {
    let request = GetRoomRequest {
        room_id: room.to_owned(),
    };
    let seen = client.rooms().get_room(request).await?;
    Ok(seen.into_inner().snapshot.unwrap_or_default())
}

/// Whether it is private there. Where it cannot be, and was asked for, nothing is said at all.
fn place(room: String, me: String, seen: Option<&RoomSnapshot>, args: &Args) -> Result<Place> {
    let settings = seen.and_then(|seen| seen.room.as_ref());
    let is_conversation = settings.is_some_and(|room| room.kind() == RoomKind::Conversation);
    if args.sealed.is_some() && !is_conversation {
        return Err(anyhow!(Usage(
            "--sealed is for conversations, and this is none".to_owned()
        )));
    }
    let is_private = args.sealed.is_some() || settings.is_some_and(|room| room.end_to_end);
    Ok(Place { room, me, is_private })
}

/// A new room, of which the caller is the host.
async fn found(client: &Client, title: &str, nickname: &str) -> Result<String, Error> {
    let request = CreateRoomRequest {
        request_id: new_request_id(),
        kind: RoomKind::Classroom.into(),
        title: title.to_owned(),
        nickname: nickname.to_owned(),
        ..CreateRoomRequest::default()
    };
    let made = client.rooms().create_room(request).await?;
    Ok(made.into_inner().room.unwrap_or_default().id)
}

/// The private conversation with these users, which is made if there is none.
async fn converse(client: &Client, user_ids: Vec<String>) -> Result<String, Error> {
    let request = OpenConversationRequest {
        request_id: new_request_id(),
        user_ids,
        title: String::new(),
        end_to_end: true,
    };
    let opened = client.rooms().open_conversation(request).await?;
    Ok(opened.into_inner().room.unwrap_or_default().id)
}

/// Codes are short; rooms have long names.
fn is_code(place: &str) -> bool {
    let letters = place.chars().filter(|c| *c != '-').count();
    letters <= MAX_CODE && place.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_rooms() {
        for (place, code) in [
            ("ABCD-2345", true),
            ("abcd2345", true),
            ("c5qk2v4cwhxl6pr3ay7mzzqqqq", false),
            ("room:a", false),
            ("ABCDEFGHJKMN", true),
        ] {
            assert_eq!(is_code(place), code, "{place}");
        }
    }
}
