//! A command, an entry, a delivery. What is prepared and what is dropped is not counted: a function gets the one and returns the other.
//!
//! Rooms of 1,000 subscribers are left to `micro`: they wake by the tick, so that a count of them depends on the time that passes.

use std::hint::black_box;

use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group};
use trivium_api::WireEncode;
use trivium_engine::{Audience, Entry, RoomId};
use trivium_runtime::Encode as _;

use crate::{
    crowd::Crowd,
    world::{World, answer, player, say},
};

const TEXT: &str = "One message to everybody.";

// One answer to an open question, decided and applied, in rooms of different sizes.
#[library_benchmark]
#[bench::players_10(World::with_players(10))]
#[bench::players_100(World::with_players(100))]
#[bench::players_1000(World::with_players(1_000))]
fn answer_decide_apply(mut world: World) -> World {
    black_box(world.run(&player(0), &answer()));
    world
}

// The stored form of a chat message.
#[library_benchmark]
#[bench::chat(message())]
fn entry_to_json(entry: Entry) -> (Entry, Vec<u8>) {
    let json = serde_json::to_vec(black_box(&entry)).expect("an entry is JSON");
    (entry, json)
}

// What a member gets of it.
#[library_benchmark]
#[bench::chat(message(), "room".parse().expect("an id"), Audience::Member(player(1).parse().expect("an id")))]
fn entry_to_wire(entry: Entry, room: RoomId, member: Audience) -> (Entry, RoomId, Audience, Bytes) {
    let bytes = WireEncode.entry(&room, 1, &member, black_box(&entry), &entry.event);
    (entry, room, member, bytes)
}

// One message to so many subscribers, read by each of them: decided, appended in memory, encoded, woken, read.
#[library_benchmark]
#[bench::subscribers_10(Crowd::hearing(10))]
#[bench::subscribers_100(Crowd::hearing(100))]
fn fan_out(mut crowd: Crowd) -> Crowd {
    crowd.is_told(TEXT);
    crowd
}

// 16 messages that are there, read by so many subscribers: the ring alone.
#[library_benchmark]
#[bench::subscribers_10(behind(10))]
#[bench::subscribers_100(behind(100))]
fn ring_read_16(mut crowd: Crowd) -> Crowd {
    crowd.reads();
    crowd
}

fn message() -> Entry {
    World::with_players(1).run(&player(0), &say(TEXT)).remove(0)
}

fn behind(subscribers: usize) -> Crowd {
    let crowd = Crowd::hearing(subscribers);
    for _ in 0..16 {
        crowd.is_told_later(TEXT);
    }
    crowd
}

library_benchmark_group!(
    name = rooms,
    benchmarks = [answer_decide_apply, entry_to_json, entry_to_wire, fan_out, ring_read_16]
);
