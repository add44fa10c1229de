//! The client channel against a scripted server: every way in which an answer can end.

use bytes::Bytes;
use http::HeaderMap;
use quinn::VarInt;
use trivium_transport::client::{Config, Trust, WtChannel};
use trivium_transport::envelope::{END, HEADERS, prefix};
use trivium_transport::header_block::encode;
use wtransport::{Endpoint, Identity, ServerConfig};

use crate::echo::message;
use crate::harness::{call, request};

/// What a scripted server does behind its bytes.
#[derive(Clone, Copy)]
enum Then {
    Fin,
    Reset(u64),
    Close,
}

/// A server that answers every stream with `bytes`, and a channel to it.
async fn scripted(bytes: Bytes, then: Then) -> WtChannel {
    let identity = Identity::self_signed(["127.0.0.1"]).unwrap();
    let hash = *identity.certificate_chain().as_slice()[0].hash().as_ref();
    let config = ServerConfig::builder()
        .with_bind_address("127.0.0.1:0".parse().unwrap())
        .with_identity(identity)
        .build();
    let server = Endpoint::server(config).unwrap();
    let addr = server.local_addr().unwrap();
    tokio::spawn(async move {
        let session = server.accept().await.await.unwrap().accept().await.unwrap();
        while let Ok((mut send, recv)) = session.accept_bi().await {
            send.write_all(&bytes).await.unwrap();
            match then {
                Then::Fin => send.quic_stream_mut().finish().unwrap(),
                Then::Reset(code) => {
                    send.quic_stream_mut().reset(VarInt::from_u64(code).unwrap()).unwrap();
                }
                Then::Close => session.close(wtransport::VarInt::from_u32(0), b""),
            }
            // Dropping it would stop the client.
            std::mem::forget(recv);
        }
    });
    let config = Config::new(Trust::Hashes(vec![hash]));
    WtChannel::connect(&format!("https://{addr}/"), config).await.unwrap()
}

fn headers(pseudo: &str, fields: &[(&'static str, &'static str)]) -> Bytes {
    let fields = fields
        .iter()
        .map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    encode(HEADERS, Some((":status", pseudo)), &fields.collect::<HeaderMap>()).unwrap()
}

#[tokio::test]
async fn every_end_of_an_answer_is_told_from_the_others() {
    use Then::{Close, Fin, Reset};
    let ok = headers("200", &[("x-initial", "1")]);
    let end = encode(
        END,
        None,
        &HeaderMap::from_iter([("grpc-status".parse().unwrap(), "5".parse().unwrap())]),
    )
    .unwrap();
    let code = |n: u64| 0x52e4_a40f_a8db + n;
    // The status, or none when the body fails.
    let rows: Vec<(&str, Vec<Bytes>, Then, Option<u16>)> = vec![
        ("trailers", vec![ok.clone(), message(b"x"), end.clone()], Fin, Some(5)),
        (
            "trailers-only",
            vec![headers("200", &[("grpc-status", "7")])],
            Fin,
            Some(7),
        ),
        ("no trailers", vec![ok.clone(), message(b"x")], Fin, None),
        (
            "cut inside a message",
            vec![ok.clone(), message(b"x").slice(..3)],
            Fin,
            None,
        ),
        ("unknown flags", vec![ok.clone(), Bytes::from_static(&[9])], Fin, None),
        (
            "trailers that are too long",
            vec![ok.clone(), Bytes::copy_from_slice(&prefix(END, 1 << 20))],
            Fin,
            None,
        ),
        (
            "malformed trailers",
            vec![ok.clone(), Bytes::copy_from_slice(&prefix(END, 1)), Bytes::from("x")],
            Fin,
            None,
        ),
        ("nothing", vec![], Fin, Some(13)),
        ("no HEADERS", vec![message(b"x")], Fin, Some(13)),
        (
            "malformed HEADERS",
            vec![Bytes::copy_from_slice(&prefix(HEADERS, 1)), Bytes::from("x")],
            Fin,
            Some(13),
        ),
        ("HTTP 403", vec![headers("403", &[])], Fin, Some(7)),
        ("HTTP 503", vec![headers("503", &[])], Fin, Some(14)),
        ("reset by a status", vec![], Reset(code(14)), Some(14)),
        ("reset without a reason", vec![], Reset(code(0)), Some(13)),
        ("reset by HTTP/3", vec![], Reset(268), Some(13)),
        ("the session ends", vec![], Close, Some(14)),
    ];
    for (what, parts, then, status) in rows {
        let channel = scripted(Bytes::from(parts.concat()), then).await;
        let answer = call(channel, request("/x", message(b""))).await;
        assert_eq!(
            answer.as_ref().map(crate::harness::Answer::status).ok(),
            status,
            "{what}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn metadata_that_does_not_fit_is_refused_before_it_is_sent() {
    let channel = scripted(Bytes::new(), Then::Fin).await;
    let mut large = request("/x", message(b""));
    large
        .headers_mut()
        .insert("x-large", "a".repeat(20_000).parse().unwrap());
    assert_eq!(call(channel, large).await.unwrap().status(), 8);
}
