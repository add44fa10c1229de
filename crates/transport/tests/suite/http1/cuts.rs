//! However a stream of requests is cut, the answers are the same.

use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::raw::{Raw, get, post};
use crate::echo::message;

/// A connection of calls and one request behind them that may be anything, and the bodies of the answers.
fn connections() -> Vec<(Vec<u8>, Vec<Vec<u8>>)> {
    let calls = [
        post("/Unary", "connection: keep-alive\r\n", &message(b"one")),
        post("/Count", "x-count: 3\r\n", b""),
        post("/Sum", "", &[b'\n'; 2_000]),
    ]
    .concat();
    let bodies = [
        message(b"one").to_vec(),
        (0..3).flat_map(|n| message(&[n])).collect(),
        message(&2_000_usize.to_be_bytes()).to_vec(),
    ];
    let count = message(&[0]).to_vec();
    [
        (Vec::new(), None),
        (get("/Text"), Some(b"hello".to_vec())),
        // Odd, so that hyper is the judge.
        (b"POST /Unary HTTP/1.1\r\nbad header\r\n\r\n".to_vec(), Some(Vec::new())),
        (b"\x16\x03\x01\x02\x00".to_vec(), Some(Vec::new())),
        (b"\r\nGET /Text HTTP/1.1\r\nhost: example\r\n\r\n".to_vec(), Some(b"hello".to_vec())),
        (post("/Count", "x-count: 1\r\nupgrade: h2c\r\n", b""), Some(count.clone())),
        (post("/Count", "x-count: 1\r\ntransfer-encoding: gzip\r\n", b""), Some(Vec::new())),
        (post("/Count", &format!("x-count: 1\r\n{}", "x: 1\r\n".repeat(70)), b""), Some(count)),
        (post("/Count", &"x: 1\r\n".repeat(200), b""), Some(Vec::new())),
        (post("/Count", &format!("x: {}\r\n", "v".repeat(20_000)), b""), Some(Vec::new())),
        (
            b"POST /Sum HTTP/1.1\r\nhost: example\r\ncontent-type: application/grpc-web\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".to_vec(),
            Some(message(&3_usize.to_be_bytes()).to_vec()),
        ),
    ]
    .into_iter()
    .map(|(last, body)| {
        let requests = [&calls[..], &last].concat();
        (requests, bodies.iter().cloned().chain(body).collect())
    })
    .collect()
}

/// Sends the bytes in pieces that end at these places, and checks the answers.
fn play(bytes: &[u8], ends: impl IntoIterator<Item = usize>, bodies: &[Vec<u8>]) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let mut raw = Raw::start(64 * 1024, |_| {});
        let mut at = 0;
        for end in ends.into_iter().chain([bytes.len()]) {
            // Who is refused may be cut off before the end.
            let _ = raw.try_send(&bytes[at..end]).await;
            at = end;
            // The server takes it before the next piece comes.
            for _ in 0..5 {
                yield_now().await;
            }
        }
        for body in bodies {
            assert!(raw.answer().await.body == *body);
        }
        let _ = raw.close().await;
        assert_eq!(raw.rest().await, b"");
    });
}

#[test]
fn single_bytes_are_as_good_as_all_at_once() {
    for (bytes, bodies) in connections() {
        play(&bytes, [], &bodies);
        if bytes.len() < 10_000 {
            play(&bytes, 1..bytes.len(), &bodies);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_do_not_matter(
        which in 0..connections().len(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let (bytes, bodies) = connections().swap_remove(which);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.sort_unstable();
        play(&bytes, cuts, &bodies);
    }
}
