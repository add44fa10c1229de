//! Calls of gRPC-Web on HTTP/1.1, and what is handed on to hyper, over connections in memory in a time that passes only when
//! there is nothing to do.

mod bounds;
mod cuts;
mod ends;
mod raw;

use tokio::time::{Duration, timeout};

use crate::echo::message;
pub(crate) use raw::post;
use raw::{Raw, get};

/// Nothing in memory takes this long.
const LATER: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn a_connection_serves_calls_and_then_anything_else() {
    let mut raw = Raw::start(64 * 1024, |_| {});
    for n in 0..3 {
        raw.send(&post("/Unary", "", &message(&[n]))).await;
        let answer = raw.answer().await;
        assert_eq!((answer.status, answer.body), (200, message(&[n]).to_vec()));
        assert_eq!(answer.chunks, Some(1), "the trailers of HTTP have no place");
        assert_eq!(answer.fields["x-initial"], "yes");
        assert!(answer.fields.contains_key("date") && !answer.fields.contains_key("connection"));

        raw.send(&post("/Count", "x-count: 5\r\n", b"")).await;
        let answer = raw.answer().await;
        let messages: Vec<u8> = (0..5).flat_map(|n| message(&[n])).collect();
        assert_eq!((answer.body, answer.chunks), (messages, Some(5)));
    }
    for _ in 0..2 {
        raw.send(&get("/Text")).await;
        assert_eq!(raw.answer().await.body, b"hello");
    }
    // What is hyper's once, stays it.
    raw.send(&post("/Sum", "", &[7; 1_000])).await;
    assert_eq!(raw.answer().await.body, message(&1_000_usize.to_be_bytes()));
    assert!(!raw.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn requests_may_come_before_the_answers_to_others() {
    let mut raw = Raw::start(64 * 1024, |_| {});
    let calls = [
        post("/Slow", "", b"unread"),
        post("/Unary", "", &message(b"one")),
        post("/Count", "x-count: 2\r\n", b""),
        get("/Text"),
        get("/Text"),
    ];
    raw.send(&calls.concat()).await;
    for body in [
        message(b"slow").to_vec(),
        message(b"one").to_vec(),
        [message(&[0]), message(&[1])].concat(),
        b"hello".to_vec(),
        b"hello".to_vec(),
    ] {
        assert_eq!(raw.answer().await.body, body);
    }
}

/// Through a connection that holds less than one of the pieces, whoever is the slower.
#[tokio::test(start_paused = true)]
async fn bodies_larger_than_every_bound_pass_both_ways() {
    let body: Vec<u8> = (0..300_000_u32).flat_map(|n| (n % 251).to_be_bytes()).collect();
    for (path, closes) in [("/Unary", false), ("/Echo", true)] {
        for (buffer, pause) in [(64 * 1024, 0), (700, 0), (50_000, 1)] {
            let mut raw = Raw::start(buffer, |config| config.stream_window = 10_000);
            let request = post(path, "", &body);
            let (read, write) = raw.split();
            let sending = async {
                for piece in request.chunks(9_000) {
                    write.send(piece).await;
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            };
            let (answer, ()) = timeout(LATER, async { tokio::join!(read.answer(), sending) })
                .await
                .unwrap();
            assert!(answer.body == body, "{path} by {buffer}: {} bytes", answer.body.len());
            // `/Echo` begins to answer when there is more to come.
            assert_eq!(answer.says_close(), closes, "{path} by {buffer}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_service_sees_is_what_was_sent() {
    let mut raw = Raw::start(64 * 1024, |_| {});
    raw.send(&post("/Head", "X-Twice: a\r\nx-twice:\t b \r\nTE: trailers\r\n", b""))
        .await;
    let seen = String::from_utf8(raw.answer().await.body[5..].to_vec()).unwrap();
    let fields = r#"{"host": "example", "content-type": "application/grpc-web+proto", "content-length": "0", "x-twice": "a", "x-twice": "b", "te": "trailers"}"#;
    assert_eq!(seen, format!("POST HTTP/1.1 {fields}"));
}
