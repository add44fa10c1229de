//! Players on all roads in one game: the same order, the same close, the same ranking, the same instant.

use futures_util::future::join_all;
use trivium_client::proto::v1::{RoomEvent, room_event::Event};
use trivium_tests::{Person, ROADS, Server, Way, game, quizzes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn players_on_all_roads_play_one_game() {
    const QUESTIONS: u8 = 5;
    let server = Server::start().await;
    let mut host = Person::account(&server, Way::Grpc, "host").await;
    let room = game::room(&mut host, quizzes::short(usize::from(QUESTIONS))).await;
    let names = ["Ana", "Ben", "Cleo", "Dan"];
    let coming = names
        .iter()
        .zip(ROADS)
        .map(|(name, way)| Person::guest(&server, way, &room.join_code, name));
    let mut players: Vec<Person> = join_all(coming).await;
    let played = game::play(
        &mut host,
        &mut players,
        &room.id,
        QUESTIONS.into(),
        |player, question| question as usize >= player,
    )
    .await;

    let last = players
        .iter()
        .filter_map(|player| player.seen.last())
        .map(|event| event.seq)
        .max();
    for player in &mut players {
        player.reach(last.expect("they saw a game")).await;
    }
    host.reach(last.expect("they saw a game")).await;
    // Who came earlier heard the others come in.
    let stories: Vec<Vec<RoomEvent>> = players.iter().map(|player| common(&player.seen)).collect();
    for (player, story) in players.iter().zip(&stories) {
        assert!(
            story.windows(2).all(|pair| pair[0].seq < pair[1].seq),
            "{}",
            player.name
        );
        assert_eq!(story, &stories[0], "{} over {:?}", player.name, player.way);
    }
    let closes = |seen: &[RoomEvent]| -> Vec<RoomEvent> {
        let closed = |event: &&RoomEvent| matches!(event.event, Some(Event::QuestionClosed(_)));
        seen.iter().filter(closed).cloned().collect()
    };
    assert_eq!(closes(&stories[0]), closes(&host.seen), "hosts see the same close");
    assert_eq!(closes(&stories[0]).len(), usize::from(QUESTIONS));

    let podium = &played.podiums[0];
    assert!(
        played.podiums.iter().all(|other| other == podium),
        "{:?}",
        played.podiums
    );
    assert_eq!(podium[0].0, "Ana", "who knew most");

    // Every screen turns at the same instant, as far as each clock says it knows it.
    let truth = server.api.runtime.clock();
    for player in &players {
        let clock = player.session.clock();
        let estimate = clock.estimate().expect("it was measured");
        let micros = |micros: u64| i64::try_from(micros).expect("this century");
        let before = micros(truth.now_micros());
        let shown = clock.now_ms() * 1_000;
        let after = micros(truth.now_micros());
        // The answer is in whole milliseconds, rounded down.
        let (low, high) = (before - estimate.error_us() - 1_000, after + estimate.error_us());
        assert!(
            (low..=high).contains(&shown),
            "{} over {:?}: {shown} is not within {low} and {high}",
            player.name,
            player.way
        );
        assert!(
            estimate.error_us() < 1_000_000,
            "a bound that says something: {estimate:?}"
        );
    }
    server.stop().await;
}

/// What is meant for everybody, without what each is shown of itself.
fn common(seen: &[RoomEvent]) -> Vec<RoomEvent> {
    let mut seen = seen.to_vec();
    seen.retain(|event| !matches!(event.event, Some(Event::AnswerAccepted(_) | Event::MemberJoined(_))));
    for event in &mut seen {
        match &mut event.event {
            Some(Event::QuestionRevealed(revealed)) => revealed.own = None,
            Some(Event::LeaderboardShown(shown)) => shown.own = None,
            Some(Event::QuizEnded(ended)) => ended.own = None,
            _ => {}
        }
    }
    seen
}
