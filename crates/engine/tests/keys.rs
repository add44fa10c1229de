//! Key logs: which changes are taken, what the chain holds, and that a key log is nothing else.

mod common;

use std::collections::BTreeSet;

use common::*;
use trivium_engine::{
    Event, KeysCommand, KeysEvent, Reject, RoomCommand, RoomKind, Timestamp,
    keys::{KeyChange, KeyEntry, MAX_DEVICES, MAX_ENTRIES},
    octets::Octets,
};

fn register(device: &str, key: u8) -> KeysCommand {
    KeysCommand::Register {
        device: device.parse().expect("an id"),
        name: format!(" {device}\n"),
        agreement: Octets([key; 32]),
        signing: Octets([key.wrapping_add(100); 32]),
        signature: Octets([key; 64]),
    }
}

fn rotate(device: &str, key: u8) -> KeysCommand {
    KeysCommand::Rotate {
        device: device.parse().expect("an id"),
        agreement: Octets([key; 32]),
        signature: Octets([key; 64]),
    }
}

fn revoke(device: &str) -> KeysCommand {
    KeysCommand::Revoke {
        device: device.parse().expect("an id"),
    }
}

fn log_of_ana() -> World {
    World::new().when(ANA, create(RoomKind::Keys)).done()
}

fn entries(world: &World) -> Vec<KeyEntry> {
    let changed = world.log.iter().filter_map(|entry| match &entry.event {
        Event::Keys(KeysEvent::Changed { entry }) => Some(entry.clone()),
        Event::Room(_)
        | Event::Quiz(_)
        | Event::Chat(_)
        | Event::Receipt(_)
        | Event::Moderation(_)
        | Event::Activity(_)
        | Event::Inbox(_) => None,
    });
    changed.collect()
}

#[test]
fn devices_come_change_and_go() {
    let world = log_of_ana()
        .at(10)
        .when(ANA, register("phone", 1))
        .done()
        .at(20)
        .when(ANA, register("laptop", 2))
        .done()
        .at(30)
        .when(ANA, rotate("phone", 3))
        .done()
        .at(40)
        .when(ANA, revoke("laptop"))
        .done();
    let entries = entries(&world);
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.number, entry.at.0 - T0.0, entry.change, entry.device.id.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, 10, KeyChange::Registered, "phone"),
            (2, 20, KeyChange::Registered, "laptop"),
            (3, 30, KeyChange::Rotated, "phone"),
            (4, 40, KeyChange::Revoked, "laptop"),
        ]
    );
    let hashes: BTreeSet<_> = entries.iter().map(|entry| entry.hash).collect();
    assert_eq!(hashes.len(), 4);

    let keys = world.room.keys();
    assert_eq!((keys.number, keys.hash), (4, entries[3].hash));
    let [phone] = keys.devices.as_slice() else {
        panic!("one is left: {keys:?}");
    };
    assert_eq!((phone.name.as_str(), phone.user.as_str()), ("phone", "ana"));
    assert_eq!((phone.agreement, phone.signing), (Octets([3; 32]), Octets([101; 32])));
    assert_eq!((phone.key_number, phone.registered_at), (3, Timestamp(T0.0 + 10)));
    let laptop = world
        .room
        .key_device(&"laptop".parse().expect("an id"))
        .expect("known for ever");
    assert_eq!(laptop.revoked_at, Some(Timestamp(T0.0 + 40)));

    // The room's log begins with two entries of its own.
    for (after, places) in [(0, Some((3, 6))), (3, Some((6, 6))), (4, None), (u64::MAX, None)] {
        assert_eq!(world.room.key_places(after), places, "after {after}");
    }
}

#[test]
fn nothing_that_was_used_comes_back() {
    let world = log_of_ana()
        .when(ANA, register("phone", 1))
        .done()
        .when(ANA, rotate("phone", 2))
        .done()
        .when(ANA, register("laptop", 3))
        .done()
        .when(ANA, revoke("laptop"))
        .done();
    // A name, an agreement key that was rotated out, one of another device, a signing key.
    let same_signing = KeysCommand::Register {
        device: "tablet".parse().expect("an id"),
        name: "tablet".into(),
        agreement: Octets([9; 32]),
        signing: Octets([103; 32]),
        signature: Octets([9; 64]),
    };
    world
        .when(ANA, register("laptop", 9))
        .rejects(Reject::DeviceExists)
        .when(ANA, register("tablet", 1))
        .rejects(Reject::DeviceExists)
        .when(ANA, same_signing)
        .rejects(Reject::DeviceExists)
        .when(ANA, rotate("phone", 1))
        .rejects(Reject::DeviceExists)
        .when(ANA, rotate("phone", 2))
        .rejects(Reject::DeviceExists)
        .when(ANA, rotate("laptop", 9))
        .rejects(Reject::NoSuchDevice)
        .when(ANA, revoke("laptop"))
        .rejects(Reject::NoSuchDevice)
        .when(ANA, revoke("toaster"))
        .rejects(Reject::NoSuchDevice);
}

#[test]
fn names_are_for_people() {
    let named = |name: &str| KeysCommand::Register {
        device: "phone".parse().expect("an id"),
        name: name.to_owned(),
        agreement: Octets([1; 32]),
        signing: Octets([2; 32]),
        signature: Octets([3; 64]),
    };
    log_of_ana()
        .when(ANA, named(" \n"))
        .rejects(Reject::TextInvalid("name"))
        .when(ANA, named(&"x".repeat(81)))
        .rejects(Reject::TextInvalid("name"))
        .when(ANA, named(&"x".repeat(80)))
        .done();
}

#[test]
fn devices_and_entries_are_bounded_and_revoking_never_is() {
    let mut world = log_of_ana();
    for n in 0..u8::try_from(MAX_DEVICES).expect("few") {
        world = world.when(ANA, register(&format!("d{n}"), n)).done();
    }
    world = world
        .when(ANA, register("more", 99))
        .rejects(Reject::TooManyDevices)
        .when(ANA, revoke("d0"))
        .done()
        .when(ANA, register("more", 99))
        .done();
    let key = |n: u64| {
        let mut key = [7; 32];
        key[..8].copy_from_slice(&n.to_be_bytes());
        Octets(key)
    };
    for n in world.room.keys().number..MAX_ENTRIES {
        let rotate = KeysCommand::Rotate {
            device: "d1".parse().expect("an id"),
            agreement: key(n),
            signature: Octets([1; 64]),
        };
        world = world.when(ANA, rotate).done();
    }
    world
        .when(ANA, rotate("d1", 200))
        .rejects(Reject::KeyLogFull)
        .when(ANA, register("d50", 201))
        .rejects(Reject::KeyLogFull)
        .when(ANA, revoke("d1"))
        .done();
}

#[test]
fn a_key_log_is_its_owners_and_nothing_else() {
    let world = log_of_ana().when(ANA, register("phone", 1)).done();
    world
        .when(BEN, register("phone2", 2))
        .rejects(Reject::NotMember)
        .when(ROOT, register("phone2", 2))
        .rejects(Reject::NotMember)
        .when(BEN, join())
        .rejects(Reject::NotInvited)
        .when(ROOT, join())
        .rejects(Reject::NotInvited)
        .when(ANA, say("hi"))
        .rejects(Reject::NotPermitted)
        .when(ANA, RoomCommand::Leave)
        .rejects(Reject::NotPermitted)
        .when(ROOT, RoomCommand::Close)
        .rejects(Reject::NotPermitted);
    given([ANA])
        .when(HOST, register("phone", 1))
        .rejects(Reject::NotPermitted)
        .when(ANA, register("phone", 1))
        .rejects(Reject::NotPermitted);
}

#[test]
fn a_retry_is_known_by_its_device() {
    let world = log_of_ana()
        .request("q")
        .when(ANA, register("phone", 1))
        .done()
        .request("q")
        .when(ANA, register("phone", 1))
        .replays(3, 3);
    let made = &world.log[2].event;
    let can = |command: KeysCommand| trivium_engine::Command::Keys(command).can_make(made);
    assert!(can(register("phone", 1)));
    assert!(!can(register("laptop", 1)) && !can(rotate("phone", 2)) && !can(revoke("phone")));
}
