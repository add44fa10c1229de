//! Marks, hands and visits, one of which is cut off by the end of its room's task.

use trivium_engine::{ActivityCommand, Observation, ReceiptCommand, RoomCommand, RoomKind};

use crate::common::*;

fn reads(world: World, who: Who, delivered: u64, read: u64) -> World {
    let user = who.user();
    let acknowledged = Observation::Acknowledged { user, delivered, read };
    world.observe(&acknowledged).0
}

fn hand(user: Option<Who>, raised: bool) -> ActivityCommand {
    ActivityCommand::RaiseHand {
        user: user.map(Who::user),
        raised,
    }
}

/// All of it in one room.
pub(crate) fn scenario() -> World {
    let mut world = World::new()
        .when(HOST, create(RoomKind::Classroom))
        .done()
        .connect(HOST);
    for who in [ANA, BEN] {
        let at = world.now.since(T0).0 + 100;
        world = world.at(at).when(who, join()).done().connect(who);
    }
    let world = world.when(HOST, say("hello")).done();
    let said = world.room.seq();
    let world = world
        .when(BEN, ReceiptCommand::SetPrivacy { private: true })
        .done()
        .when(BEN, hand(None, true))
        .done()
        .when(ANA, hand(None, true))
        .done()
        .when(HOST, hand(Some(BEN), false))
        .done();
    let hides = Observation::Appearance {
        user: ANA.user(),
        away: false,
        status: String::new(),
        invisible: true,
    };
    let world = reads(reads(world, ANA, said, 0), BEN, said + 2, said);
    let mut world = world.observe(&hides).0.at(62_000).disconnect(BEN).at(80_000);
    world.room = serde_json::from_str(&state(&world.room)).expect("snapshots load");
    world.room.reset_presence(world.now);
    world.at(100_000).connect(ANA).when(HOST, RoomCommand::Close).done()
}
