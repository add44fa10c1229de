//! Rooms that a stream hears: beginning to, and what follows when a subscription ends by itself.

use tonic::Code;
use trivium_engine::{Reject, RoomId, Seq};
use trivium_proto::v1;
use trivium_runtime::{Interruption, Start, Subscription, subscription::SnapshotReason};

use super::{
    super::outbound::{Interrupted, Item},
    Driver, End,
};
use crate::{
    convert, encode,
    error::{ApiError, Bound},
};

impl Driver {
    pub(super) async fn subscribe(&mut self, subscribe: v1::Subscribe) -> Result<(), ApiError> {
        let room: RoomId = convert::common::id("room_id", subscribe.room_id)?;
        if self.rooms.len() >= self.call.api.limiter.limits().subscriptions && !self.rooms.contains(&room) {
            return Err(ApiError::TooMany(Bound::Subscriptions));
        }
        let cursor = match subscribe.cursor {
            None => None,
            Some(cursor) if cursor.room_id == room.as_str() => Some((cursor.epoch, cursor.seq)),
            Some(_) => return Err(convert::Invalid::new("cursor.room_id", "has to be the room").into()),
        };
        self.hear(room, cursor, None).await
    }

    /// Begins to hear a room, and tells the client from where. `reason` overrides the reason of a reset.
    async fn hear(
        &mut self,
        room: RoomId,
        cursor: Option<(u64, Seq)>,
        reason: Option<v1::ResetReason>,
    ) -> Result<(), ApiError> {
        let (start, subscription) = self.begin(&room, cursor).await?;
        self.announce(&room, cursor, start, &subscription, reason).await;
        if self.rooms.is_empty() {
            self.begin_burst().await;
        }
        self.rooms.insert(room);
        self.item(Item::Add(Box::new(subscription))).await;
        Ok(())
    }

    async fn begin(&mut self, room: &RoomId, cursor: Option<(u64, Seq)>) -> Result<(Start, Subscription), ApiError> {
        let actor = self.call.actor(room)?;
        let runtime = &self.call.api.runtime;
        let beginning = runtime.subscribe(room, &actor, cursor, self.facet.features);
        let begun = self.running.alongside(beginning).await;
        begun.map_err(|error| ApiError::from(error).for_outsider())
    }

    async fn announce(
        &mut self,
        room: &RoomId,
        cursor: Option<(u64, Seq)>,
        start: Start,
        subscription: &Subscription,
        reason: Option<v1::ResetReason>,
    ) {
        let frame = match start {
            Start::Resumed { head } => {
                let (epoch, seq) = cursor.unwrap_or_default();
                encode::resumed(convert::common::cursor_out(room, epoch, seq), head)
            }
            Start::Snapshot {
                reason: why,
                view,
                common,
            } => {
                let why = reason.unwrap_or(match why {
                    SnapshotReason::First => v1::ResetReason::First,
                    SnapshotReason::EpochChanged => v1::ResetReason::EpochChanged,
                    SnapshotReason::TooFarBehind => v1::ResetReason::TooFarBehind,
                    SnapshotReason::AheadOfLog => v1::ResetReason::AheadOfLog,
                    SnapshotReason::Hidden => v1::ResetReason::RoleChanged,
                });
                let own = convert::room::snapshot(&view, subscription.audience());
                let members = |members: &[_]| encode::part(&convert::room::members(members));
                let messages = |messages: &[_]| encode::part(&convert::room::messages(room, messages));
                let members = common.members.map(|part| part.encoded(members));
                let messages = common.messages.map(|part| part.encoded(messages));
                encode::reset(why, &own, &[members, messages].map(Option::unwrap_or_default))
            }
        };
        self.frame(frame).await;
    }

    pub(super) async fn interrupted(&mut self, interrupted: Interrupted) -> Result<(), End> {
        let Interrupted {
            room,
            epoch,
            position,
            why,
        } = interrupted;
        if !self.rooms.remove(&room) {
            return Ok(());
        }
        let again = match why {
            Interruption::TooSlow => {
                return Err(self
                    .go_away(v1::GoAwayReason::TooSlow, true, Code::ResourceExhausted)
                    .await);
            }
            Interruption::Left => Err(ApiError::Reject(Reject::NotMember)),
            // The room goes on where it stood; the client need not know.
            Interruption::Reload => match self.begin(&room, Some((epoch, position))).await {
                Ok((start, subscription)) => {
                    if matches!(start, Start::Snapshot { .. }) {
                        self.announce(&room, None, start, &subscription, None).await;
                    }
                    self.rooms.insert(room.clone());
                    self.item(Item::Add(Box::new(subscription))).await;
                    Ok(())
                }
                Err(error) => Err(error),
            },
            Interruption::AudienceChanged => self.hear(room.clone(), None, Some(v1::ResetReason::RoleChanged)).await,
        };
        if let Err(error) = again {
            self.frame(encode::subscription_ended(&room, error.wire())).await;
        }
        Ok(())
    }
}
