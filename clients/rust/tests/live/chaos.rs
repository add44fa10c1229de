//! Everything at once, at random but by a seed: cuts, silence, eaten answers, gaps, blocked UDP, a slow application.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use trivium_client::{Choice, Road, SessionEvent};

use crate::fake::{ROOM, text};
use crate::table::sit;

const COMMANDS: usize = 400;

/// Goals: a session's view is the log, each entry once and in order, and each command happens once, whatever the
/// network does.
#[tokio::test(start_paused = true)]
async fn the_view_is_the_log_and_commands_happen_once_whatever_happens() {
    let choices = [
        Choice::Only(Road::Grpc),
        Choice::Only(Road::GrpcWeb),
        Choice::Only(Road::WebTransport),
        Choice::Auto,
    ];
    for seed in 0..24 {
        let choice = choices[usize::try_from(seed % 4).expect("it is small")];
        play(seed, choice).await;
    }
}

async fn play(seed: u64, choice: Choice) {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut table = sit(choice).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");

    let at_once = Arc::new(Semaphore::new(60));
    let commands: Vec<_> = (0..COMMANDS)
        .map(|n| {
            let (session, at_once) = (table.session.clone(), at_once.clone());
            tokio::spawn(async move {
                let _turn = at_once.acquire().await.expect("it stays open");
                session.send_message(ROOM, format!("own {n}")).await
            })
        })
        .collect();

    let (server, gates) = (table.server.clone(), table.roads.gates.clone());
    let trouble = tokio::spawn(async move {
        for _ in 0..120 {
            match dice.random_range(0..8) {
                0 | 1 => server.cut(),
                2 => server.mute(),
                3 => {
                    let next = server.texts().len() as u64 + 2;
                    server.state().skip_once.push(next);
                }
                4 => gates.udp_blocked.store(dice.random(), SeqCst),
                5 => server.state().eat_every = dice.random_range(0..6),
                6 => server.state().rewind = dice.random_range(0..4),
                _ => server.say_many(dice.random_range(0..30)),
            }
            sleep(Duration::from_millis(dice.random_range(0..3_000))).await;
        }
        server.state().eat_every = 0;
        gates.udp_blocked.store(false, SeqCst);
        server.say("the end");
    });

    let mut slow = StdRng::seed_from_u64(seed + 1_000);
    let mut view = Vec::new();
    let reading = async {
        let mut ended = false;
        let mut own = 0;
        while !ended || own < COMMANDS {
            if let Some(SessionEvent::Event(event)) = table.events.next().await {
                assert_eq!(event.seq, view.len() as u64 + 1, "seed {seed}: dense");
                let text = text(&event);
                ended |= text == "the end";
                own += usize::from(text.starts_with("own"));
                view.push(text);
            }
            if slow.random_ratio(1, 50) {
                sleep(Duration::from_millis(slow.random_range(0..2_000))).await;
            }
        }
    };
    let finished = timeout(Duration::from_hours(2), reading).await;
    assert!(
        finished.is_ok(),
        "seed {seed}, {choice:?}: stuck with {} of the log",
        view.len()
    );
    trouble.await.expect("no panic");
    for command in commands {
        let said = command.await.expect("no panic").expect("it is answered");
        let at = usize::try_from(said.seq - 1).expect("it is small");
        assert_eq!(view[at], said.text, "seed {seed}: the answer is where it says");
    }
    let own = table
        .server
        .texts()
        .iter()
        .filter(|text| text.starts_with("own"))
        .count();
    assert_eq!(own, COMMANDS, "seed {seed}: each command once");
    assert_eq!(
        view,
        table.server.texts()[..view.len()],
        "seed {seed}: the view is the log"
    );
}
