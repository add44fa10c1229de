//! A game from the lobby to the podium.

use trivium_client::proto::v1::{
    AdvanceQuizRequest, CreateQuizRequest, CreateRoomRequest, LoadQuizRequest, PlayerResult, Quiz, QuizPhase, Room,
    RoomKind, StartQuizRequest, room_event::Event,
};

use crate::{Person, quizzes};

/// What everybody saw of a game.
#[derive(Debug, Default)]
pub struct Game {
    /// Per question, in the order of the players: the own result each was shown.
    pub own: Vec<Vec<PlayerResult>>,
    /// Final ranking as each player was shown it: name, rank and tenths of points of the top rows.
    pub podiums: Vec<Vec<(String, u32, u32)>>,
}

/// Makes a quiz room, loads the quiz, and lets the host hear it.
pub async fn room(host: &mut Person, quiz: Quiz) -> Room {
    let room = create_room(host).await;
    load(host, &room.id, quiz).await;
    host.hear(&room.id).await;
    room
}

/// Makes a quiz room.
pub async fn create_room(host: &Person) -> Room {
    let request = CreateRoomRequest {
        request_id: id(),
        kind: RoomKind::Quiz.into(),
        title: "A game".into(),
        nickname: host.name.clone(),
        ..CreateRoomRequest::default()
    };
    let response = host.client.rooms().create_room(request).await.expect("a room");
    response.into_inner().room.expect("there is always one")
}

/// Puts a quiz into a room.
pub async fn load(host: &Person, room: &str, quiz: Quiz) {
    let create = CreateQuizRequest {
        request_id: id(),
        quiz: Some(quiz),
    };
    let quiz = host
        .client
        .quizzes()
        .create_quiz(create)
        .await
        .expect("a quiz")
        .into_inner()
        .quiz
        .expect("there is one");
    let load = LoadQuizRequest {
        request_id: id(),
        room_id: room.to_owned(),
        quiz_id: quiz.id,
        revision: 0,
    };
    host.client.quizzes().load_quiz(load).await.expect("loaded");
}

/// Starts the game.
pub async fn start(host: &Person, room: &str) {
    let start = StartQuizRequest {
        request_id: id(),
        room_id: room.to_owned(),
    };
    host.client.quizzes().start_quiz(start).await.expect("started");
}

/// Does what comes next, from a phase.
pub async fn advance(host: &Person, room: &str, from: QuizPhase) {
    let advance = AdvanceQuizRequest {
        request_id: id(),
        room_id: room.to_owned(),
        from_phase: from.into(),
    };
    host.client.quizzes().advance_quiz(advance).await.expect("advanced");
}

/// Plays all questions. `right` says whether a player answers a question rightly.
pub async fn play(
    host: &mut Person,
    players: &mut [Person],
    room: &str,
    questions: u32,
    right: impl Fn(usize, u32) -> bool,
) -> Game {
    let mut game = Game::default();
    start(host, room).await;
    for index in 0..questions {
        for (n, player) in players.iter_mut().enumerate() {
            let (form, opens) = opened(player, index).await;
            wait_until(player, opens).await;
            let answer = quizzes::answer(index, &form, right(n, index));
            player
                .session
                .submit_answer(room, index, answer)
                .await
                .expect("in time");
        }
        host.event("the close", |event| match event {
            Event::QuestionClosed(closed) if closed.index == index => Some(()),
            _ => None,
        })
        .await;
        advance(host, room, QuizPhase::Closed).await;
        let mut own = Vec::new();
        for player in players.iter_mut() {
            own.push(
                player
                    .event("the reveal", |event| match event {
                        Event::QuestionRevealed(revealed) if revealed.index == index => Some(revealed.own.clone()),
                        _ => None,
                    })
                    .await
                    .expect("players see their own result"),
            );
        }
        game.own.push(own);
        advance(host, room, QuizPhase::Revealed).await;
        advance(host, room, QuizPhase::Leaderboard).await;
    }
    for player in players.iter_mut() {
        let podium = player
            .event("the podium", |event| match event {
                Event::QuizEnded(ended) => Some(ended.standings.clone()),
                _ => None,
            })
            .await;
        game.podiums.push(
            podium
                .into_iter()
                .map(|row| (row.name, row.rank, row.points_tenths))
                .collect(),
        );
    }
    game
}

/// Waits until the options of a question are out.
pub async fn opened(player: &mut Person, index: u32) -> (trivium_client::proto::v1::AnswerForm, i64) {
    player
        .event("the options", |event| match event {
            Event::QuestionOpened(opened) if opened.index == index => {
                Some((opened.form.clone().expect("there is a form"), opened.open_time_ms))
            }
            _ => None,
        })
        .await
}

/// Waits for a moment of the server's clock, as the player's clock sees it, and as long again as that may be wrong.
pub async fn wait_until(player: &Person, time_ms: i64) {
    let clock = player.session.clock();
    loop {
        let error_ms = clock.estimate().map_or(0, |estimate| estimate.error_us() / 1_000 + 1);
        let left = time_ms + error_ms - clock.now_ms();
        let Ok(left @ 1..) = u64::try_from(left) else { return };
        tokio::time::sleep(std::time::Duration::from_millis(left.min(50))).await;
    }
}

/// A new request id.
pub fn id() -> String {
    trivium_client::new_request_id()
}
