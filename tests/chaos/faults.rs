//! The store fails while the server runs, under load from people on every road.

use std::{sync::Arc, time::Duration};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::{sync::watch, task::JoinSet, time::sleep};
use trivium_client::{Client, Error, SessionEvent, proto::v1::room_event::Event};
use trivium_store::MemoryStore;
use trivium_tests::{Options, Person, ROADS, Server, Way, eventually, game, people};

use crate::ledger::{Ledger, View, What, log};

/// People on each road.
const ON_EACH_ROAD: usize = 5;
/// Things that each of them says.
const SAYINGS: usize = 20;
/// Said after everything else.
const LAST: &str = "the very last word";

/// Goals: acknowledged means in the log exactly once, the log is dense, and in the end everybody has seen the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_under_load_loses_nothing_that_was_acknowledged() {
    let store = Arc::new(MemoryStore::new());
    let server = Server::start_with(Options {
        store: Some(Arc::clone(&store)),
        ..Options::default()
    })
    .await;
    let host = Person::account(&server, Way::Memory, "host").await;
    let room = game::create_room(&host).await;
    let ledger = Arc::new(Ledger::default());
    let mut people_there = Vec::new();
    let mut sayings = JoinSet::new();
    let mut readers = JoinSet::new();
    for n in 0..ON_EACH_ROAD {
        for way in ROADS {
            let name = format!("{way:?} {n}").replace(' ', "-");
            let client = people::client(&server, way, Some(server.token(&name)));
            client.join(&room.join_code, &name).await.expect("joined");
            let (session, mut events) = eventually(&name, client.connect()).await.expect("connected");
            eventually(&name, session.subscribe(&room.id, None))
                .await
                .expect("heard");
            people_there.push((name, session));
            readers.spawn(async move {
                let mut view = View::default();
                while let Some(event) = events.next().await {
                    view.take(&event);
                    if is_last(&event) {
                        break;
                    }
                }
                (client, view)
            });
        }
    }
    let (calm, trouble) = watch::channel(false);
    let trouble = tokio::spawn(make_trouble(Arc::clone(&store), trouble));
    for (name, session) in people_there {
        let (room, ledger) = (room.id.clone(), Arc::clone(&ledger));
        sayings.spawn(async move {
            for n in 0..SAYINGS {
                let text = format!("{name} says {n}");
                let said = session.send_message(&room, text.as_str()).await;
                ledger.note(What::Said(text), said.map(|message| message.seq));
                sleep(Duration::from_millis(rand::random_range(0..100))).await;
            }
            session
        });
    }
    let mut sessions = Vec::new();
    while let Some(session) = eventually("all that is said", sayings.join_next()).await {
        sessions.push(session.expect("nobody panics"));
    }
    calm.send_replace(true);
    let faults = trouble.await.expect("no panic");
    assert!(faults > 10, "{faults} faults prove little");
    say_last(&host.client, &room.id).await;

    let head = host_log(&server, &room.id, &host).await;
    let tally = ledger.check(&head);
    eprintln!("{faults} faults: {tally:?}");
    let asked = ON_EACH_ROAD * ROADS.len() * SAYINGS;
    assert!(tally.acknowledged > asked / 2, "{tally:?} of {asked}");
    while let Some(read) = eventually("the last word", readers.join_next()).await {
        let (client, view) = read.expect("nobody panics");
        view.check("a reader", &log(&client, &room.id).await);
    }
    server.stop().await;
}

/// Breaks the store in every way it can be broken, and mends it in the end. Returns how often.
async fn make_trouble(store: Arc<MemoryStore>, mut calm: watch::Receiver<bool>) -> usize {
    let mut dice = ChaCha8Rng::seed_from_u64(11);
    let mut faults = 0;
    while !*calm.borrow() {
        match dice.random_range(0..5) {
            0 => store.fail_next_appends(dice.random_range(1..4)),
            1 => store.lose_next_answers(dice.random_range(1..4)),
            2 => store.delay_appends(Duration::from_millis(dice.random_range(0..20))),
            3 => store.delay_appends(Duration::ZERO),
            _ => store.hold_appends(),
        }
        faults += 1;
        let pause = Duration::from_millis(dice.random_range(20..150));
        tokio::select! {
            () = sleep(pause) => {}
            _ = calm.changed() => {}
        }
        store.release_appends();
    }
    store.fail_next_appends(0);
    store.lose_next_answers(0);
    store.delay_appends(Duration::ZERO);
    faults
}

/// The room may just have been lost with its store, so this is tried until it is told.
async fn say_last(client: &Client, room: &str) {
    let (session, _events) = client.connect().await.expect("connected");
    eventually(LAST, async {
        while let Err(error) = session.send_message(room, LAST).await {
            assert!(matches!(&error, Error::Rejected(rejection) if rejection.code == tonic::Code::Unavailable));
        }
    })
    .await;
}

fn is_last(event: &SessionEvent) -> bool {
    let SessionEvent::Event(event) = event else {
        return false;
    };
    match &event.event {
        Some(Event::MessageSent(sent)) => sent.message.as_ref().is_some_and(|message| message.text == LAST),
        _ => false,
    }
}

/// The log as hosts see it, after a look at its density.
async fn host_log(server: &Server, room: &str, host: &Person) -> Vec<trivium_client::proto::v1::RoomEvent> {
    let id = room.parse().expect("an id");
    let entries = server
        .api
        .runtime
        .read_log(&id, 0, 100_000)
        .await
        .expect("it can be read");
    let numbers = entries.iter().map(|entry| entry.seq);
    assert!(numbers.eq(1..=entries.len() as u64), "the log is dense");
    log(&host.client, room).await
}
