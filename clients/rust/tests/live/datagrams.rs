//! Signals in datagrams: asked for where the road has them, told once, and the stream is enough without them.

use prost::Message as _;
use trivium_client::proto::v1::connect_response::Response as Down;
use trivium_client::proto::v1::signal::Signal;
use trivium_client::proto::v1::{self, Signals, Typing};
use trivium_client::{Client, Road, SessionEvent};

use crate::fake::roads::Roads;
use crate::fake::{ROOM, Server};
use crate::table::{ROADS, Table, sit};

const SIGNALS: u8 = 16;

fn typing(tick: u64, user: &str) -> Signals {
    let typing = Typing {
        user_id: user.to_owned(),
        typing: true,
    };
    let signal = v1::Signal {
        tick,
        signal: Some(Signal::Typing(typing)),
    };
    Signals {
        room_id: ROOM.to_owned(),
        tick,
        signals: vec![signal],
    }
}

fn body(down: Down) -> Vec<u8> {
    let response = Some(down);
    v1::ConnectResponse { response }.encode_to_vec()
}

/// The ticks of the signals that come before the next message, which is said now.
async fn ticks(table: &mut Table, text: &str) -> Vec<u64> {
    table.server.say(text);
    let mut ticks = Vec::new();
    loop {
        match table.next().await {
            SessionEvent::Signals(signals) => ticks.extend(signals.signals.iter().map(|signal| signal.tick)),
            SessionEvent::Event(_) => return ticks,
            _ => {}
        }
    }
}

/// The next signals.
async fn next(table: &mut Table) -> u64 {
    table
        .until(|event| match event {
            SessionEvent::Signals(signals) => Some(signals.signals[0].tick),
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn only_webtransport_is_asked_for_datagrams_and_only_if_they_are_wanted() {
    for road in ROADS {
        let table = sit(road).await;
        assert_eq!(
            table.server.heard().hellos[0].datagrams,
            road == Road::WebTransport,
            "{road:?}"
        );
    }
    let server = Server::new();
    let client = Client::builder("http://fake")
        .road(Road::WebTransport)
        .token("token")
        .datagrams(false)
        .connector(Roads::new(&server));
    let (_session, _events) = client.build().expect("good").connect().await.expect("taken");
    assert!(!server.heard().hellos[0].datagrams);
}

#[tokio::test(start_paused = true)]
async fn what_comes_both_ways_is_told_once_and_never_after_something_newer() {
    let mut table = sit(Road::WebTransport).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    let datagram = |table: &Table, signals: Signals| table.server.datagram(SIGNALS, body(Down::Signals(signals)));
    datagram(&table, typing(2, "ana"));
    assert_eq!(next(&mut table).await, 2, "without the stream");
    table.server.signal(typing(2, "ana"));
    table.server.signal(typing(1, "ana"));
    table.server.signal(typing(3, "ben"));
    assert_eq!(ticks(&mut table, "one").await, [3], "once");
    table.server.signal(typing(5, "ana"));
    assert_eq!(next(&mut table).await, 5, "without a datagram, which may be lost");
    datagram(&table, typing(4, "ana"));
    datagram(&table, typing(6, "cleo"));
    assert_eq!(next(&mut table).await, 6, "late");
}

#[tokio::test(start_paused = true)]
async fn datagrams_of_no_use_are_ignored() {
    let mut table = sit(Road::WebTransport).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.datagram(17, body(Down::Signals(typing(1, "ana"))));
    table.server.datagram(SIGNALS, vec![0xff; 40]);
    table.server.datagram(SIGNALS, Vec::new());
    // A room's log comes on the stream only, whoever says otherwise.
    table
        .server
        .datagram(SIGNALS, body(Down::GoAway(v1::GoAway::default())));
    let elsewhere = Signals {
        room_id: "elsewhere".to_owned(),
        ..typing(1, "ana")
    };
    table.server.datagram(SIGNALS, body(Down::Signals(elsewhere)));
    table.server.datagram(SIGNALS, body(Down::Signals(typing(9, "ben"))));
    assert_eq!(next(&mut table).await, 9);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_noticed_beside_datagrams_and_ticks_begin_anew() {
    let mut table = sit(Road::WebTransport).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.signal(typing(5, "ana"));
    assert_eq!(next(&mut table).await, 5);
    table.server.cut();
    table.disconnected().await;
    table.connected().await;
    table.server.signal(typing(1, "ana"));
    assert_eq!(next(&mut table).await, 1);
}
