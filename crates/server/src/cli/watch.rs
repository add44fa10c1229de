//! `trivium watch`: a room's log as JSON lines, each an entry in the canonical JSON of `trivium.v1.RoomEvent`.

use anyhow::{Result, anyhow};
use serde_json::json;
use trivium_client::{
    Events, Session, SessionEvent,
    proto::v1::{Cursor, GetRoomRequest},
};

use super::connect::{self, Account};
use crate::ui::out;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The room.
    room: String,
    /// Go on after this number [the start].
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    from: u64,
    /// End at the present end of the log.
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let (session, events) = args.account.session().await?;
    let followed = follow(&args, &session, events).await;
    connect::leave(session, &args.room).await;
    followed
}

async fn follow(args: &Args, session: &Session, mut events: Events) -> Result<()> {
    let snapshot = session
        .execute(GetRoomRequest {
            room_id: args.room.clone(),
        })
        .await?
        .snapshot
        .unwrap_or_default();
    let head = snapshot.cursor.unwrap_or_default();
    if args.once && head.seq <= args.from {
        return Ok(());
    }
    session
        .subscribe(&args.room, Some(Cursor { seq: args.from, ..head }))
        .await?;
    while let Some(event) = events.next().await {
        match event {
            SessionEvent::Event(event) => {
                out::json(&event)?;
                if args.once && event.seq >= head.seq {
                    break;
                }
            }
            // The log begins anew, or too much was missed: what follows cannot be joined to what was told.
            SessionEvent::Reset { snapshot, reason, .. } => {
                out::json(&json!({ "reset": reason.as_str_name(), "snapshot": snapshot }))?;
            }
            SessionEvent::SubscriptionEnded { error, .. } => {
                return Err(anyhow!(trivium_client::Error::Rejected(error)));
            }
            SessionEvent::Stopped { error } => return Err(error.into()),
            SessionEvent::Connected { .. }
            | SessionEvent::Disconnected { .. }
            | SessionEvent::Signals(_)
            | SessionEvent::Gap { .. }
            | SessionEvent::GoAway { .. }
            | _ => {}
        }
    }
    Ok(())
}
