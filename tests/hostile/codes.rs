//! Guessing join codes.

use std::net::{IpAddr, Ipv4Addr};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};
use tonic_types::StatusExt as _;
use trivium_client::proto::v1::{JoinRoomRequest, room_service_client::RoomServiceClient};
use trivium_tests::{eventually, game};

use crate::stage::Stage;

/// A stranger's address.
const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 4));
const GUESSES: usize = 2_000;
/// How many may be looked up: ten, and one more for every six seconds that a slow machine takes.
const LOOKED_UP: usize = 30;
const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_are_refused_before_they_are_looked_up() {
    let mut stage = Stage::set(&[]).await;
    let code = stage.room.join_code.clone();
    assert_eq!(code.len(), 8, "{code}");
    let endpoint = Endpoint::from_shared(stage.process.url())
        .expect("a URL")
        .local_address(Some(ATTACKER));
    let channel = eventually("a connection", endpoint.connect()).await.expect("connected");
    let guessing = RoomServiceClient::new(channel);
    let looked_up = stage
        .play_through(async move {
            let mut dice = ChaCha8Rng::seed_from_u64(31);
            let mut looked_up = 0;
            for _ in 0..GUESSES {
                let guess = (0..8)
                    .map(|_| char::from(LETTERS[dice.random_range(0..LETTERS.len())]))
                    .collect();
                looked_up += usize::from(is_looked_up(guessing.clone(), guess).await);
            }
            looked_up
        })
        .await;
    assert!(
        (1..=LOOKED_UP).contains(&looked_up),
        "{looked_up} guesses were looked up"
    );
    // Others have not used up anything.
    stage.is_open_to_newcomers("honest").await;
    stage.recovers().await;
}

/// Whether a wrong code was told to be wrong; otherwise it has to be told to come again later.
async fn is_looked_up(mut client: RoomServiceClient<Channel>, code: String) -> bool {
    let request = JoinRoomRequest {
        request_id: game::id(),
        join_code: code,
        nickname: "Mallory".into(),
        ..JoinRoomRequest::default()
    };
    let status = eventually("an answer", client.join_room(request))
        .await
        .expect_err("it is a guess");
    match status.code() {
        Code::NotFound => true,
        Code::ResourceExhausted => {
            let retry = status.get_details_retry_info().and_then(|info| info.retry_delay);
            assert!(retry.is_some_and(|delay| !delay.is_zero()), "{status:?}");
            false
        }
        other => panic!("{other:?}: {status:?}"),
    }
}
