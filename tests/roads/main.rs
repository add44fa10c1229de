//! One set of scenarios, run over every road with the same assertions.
//!
//! Each module is one subject. [`common`] runs a scenario over all roads at once.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]

mod answers;
mod chat;
mod common;
mod datagrams;
mod deadlines;
mod devices;
mod errors;
mod files;
mod floods;
mod hands;
mod hostile_texts;
mod invitations;
mod join;
mod keys;
mod links;
mod messages;
mod moderation;
mod notifications;
mod pings;
mod presence;
mod raw;
mod receipts;
mod resume;
mod retries;
mod rooms;
mod screens;
mod sealed;
mod search;
mod secrecy;
mod talker;
mod together;

use common::on_every_road;
use trivium_tests::{Person, Server, game, quizzes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_of_every_kind_is_played_to_the_podium() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let mut host = Person::account(&server, way, "host").await;
        let room = game::room(&mut host, quizzes::every_kind()).await;
        let mut players = Vec::new();
        for name in ["Ana", "Ben"] {
            players.push(Person::guest(&server, way, &room.join_code, name).await);
        }
        let played = game::play(&mut host, &mut players, &room.id, 12, |player, _| player == 0).await;
        let podium = &played.podiums[0];
        assert_eq!(podium[0].0, "Ana", "{podium:?}");
        assert!(
            podium[0].2 > podium[1].2 && podium[0].1 == 1 && podium[1].1 == 2,
            "{podium:?}"
        );
        server.stop().await;
    })
    .await;
}
