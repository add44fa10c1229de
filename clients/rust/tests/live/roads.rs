//! Which road a session takes, and how it notices that one is no longer there.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use trivium_client::{Choice, Client, DisconnectReason, Road, Status, Timing};

use crate::fake::roads::Roads;
use crate::fake::{ROOM, Server, now_us};
use crate::table::{ROADS, sit, sit_at};

#[tokio::test(start_paused = true)]
async fn pings_are_answered_on_every_road() {
    for road in ROADS {
        let table = sit(road).await;
        for ping_id in [7, 8, 9] {
            table.server.ping(ping_id);
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(table.server.heard().pongs, [7, 8, 9], "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_sampled_in_a_burst_and_then_now_and_then() {
    for road in ROADS {
        let table = sit(road).await;
        sleep(Duration::from_millis(1_500)).await;
        assert_eq!(table.server.heard().samples, 5, "{road:?}");
        let estimate = table.session.clock().estimate().expect("there are samples");
        assert!(
            estimate.offset_us > 9 * 24 * 3_600 * 1_000_000,
            "the server's clock is ten days ahead: {estimate:?}"
        );
        let off = table.session.clock().now_ms().abs_diff(now_us() / 1_000);
        assert!(
            off <= 1 + estimate.error_us().unsigned_abs() / 1_000,
            "{road:?}: {estimate:?} is {off} ms off"
        );
        let deadline = now_us() / 1_000 + 5_000;
        assert!(
            table
                .session
                .clock()
                .remaining(deadline)
                .abs_diff(Duration::from_secs(5))
                < Duration::from_millis(10)
        );
        assert_eq!(table.session.clock().remaining(deadline - 6_000), Duration::ZERO);
        sleep(Duration::from_mins(1)).await;
        let samples = table.server.heard().samples;
        assert!((8..=40).contains(&samples), "{road:?}: {samples}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_given_up() {
    for (road, within) in [(Road::WebTransport, 5), (Road::Grpc, 18), (Road::GrpcWeb, 18)] {
        let mut table = sit(road).await;
        table.connected().await;
        sleep(Duration::from_secs(3)).await;
        table.server.mute();
        let since = Instant::now();
        assert!(
            matches!(table.disconnected().await, DisconnectReason::Silent),
            "{road:?}"
        );
        assert!(table.connected().await.1);
        assert!(
            since.elapsed() < Duration::from_secs(within),
            "{road:?}: {:?}",
            since.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_way_down_that_is_held_back_is_given_up_though_calls_are_answered() {
    let mut table = sit(Road::GrpcWeb).await;
    table.connected().await;
    let since = Instant::now();
    assert!(matches!(table.disconnected().await, DisconnectReason::Silent));
    assert_eq!(since.elapsed().as_secs(), 45, "this server never pings");
    assert!(table.server.heard().samples > 5);
}

#[tokio::test(start_paused = true)]
async fn with_udp_blocked_grpc_is_there_at_once_and_webtransport_later() {
    let server = Server::new();
    let roads = Roads::new(&server);
    roads.gates.udp_blocked.store(true, SeqCst);
    let since = Instant::now();
    let mut table = sit_at(server, roads, Choice::Auto).await;
    assert!(since.elapsed() < Duration::from_millis(500), "{:?}", since.elapsed());
    assert_eq!(table.connected().await, (Road::Grpc, false));
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.say_many(3);
    table.read(1, 3).await;

    // Cut off while UDP is known to be blocked: no time is lost on it.
    table.server.cut();
    table.server.say_many(3);
    assert_eq!(table.connected().await, (Road::Grpc, true));
    assert_eq!(table.roads.gates.webtransport_tries.load(SeqCst), 1);
    table.read(4, 3).await;

    sleep(Duration::from_secs(150)).await;
    let tries = table.roads.gates.webtransport_tries.load(SeqCst);
    assert!((2..=4).contains(&tries), "one probe a minute, not {tries}");

    table.roads.gates.udp_blocked.store(false, SeqCst);
    let healed = Instant::now();
    assert_eq!(table.connected().await, (Road::WebTransport, true));
    assert!(healed.elapsed() < Duration::from_secs(66), "{:?}", healed.elapsed());
    table.server.say_many(3);
    table.read(7, 3).await;
    assert_eq!(
        table.roads.gates.pending.most(),
        1,
        "never two WebTransport attempts at once"
    );
}

#[tokio::test(start_paused = true)]
async fn a_udp_blackout_in_the_middle_moves_to_grpc_and_loses_nothing() {
    let mut table = sit(Choice::Auto).await;
    assert_eq!(table.connected().await, (Road::WebTransport, false));
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.say_many(3);
    table.read(1, 3).await;
    sleep(Duration::from_secs(5)).await;
    table.roads.gates.udp_blocked.store(true, SeqCst);
    table.server.mute();
    table.server.say_many(3);
    let since = Instant::now();
    let sent = table.session.clone();
    let sent = tokio::spawn(async move { sent.send_message(ROOM, "through").await.map(|message| message.seq) });
    assert_eq!(table.connected().await, (Road::Grpc, true));
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(table.read(4, 4).await.last().map(String::as_str), Some("through"));
    assert_eq!(sent.await.expect("no panic").ok(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn another_network_is_tried_at_once() {
    let mut table = sit(Road::Grpc).await;
    table.connected().await;
    table.roads.gates.offline.store(true, SeqCst);
    table.server.cut();
    sleep(Duration::from_mins(2)).await;
    table.roads.gates.offline.store(false, SeqCst);
    let since = Instant::now();
    table.session.network_changed().await.expect("it goes on");
    table.connected().await;
    assert!(since.elapsed() < Duration::from_millis(100), "{:?}", since.elapsed());

    // And a connection that the change has killed is found out soon.
    table.server.mute();
    let since = Instant::now();
    table.session.network_changed().await.expect("it goes on");
    assert!(matches!(table.disconnected().await, DisconnectReason::Silent));
    assert!(since.elapsed() <= Duration::from_secs(3), "{:?}", since.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_cold_start_without_a_network_waits_for_it() {
    let server = Server::new();
    let roads = Roads::new(&server);
    roads.gates.offline.store(true, SeqCst);
    let client = Client::builder("http://fake")
        .connector(roads.clone())
        .timing(Timing::default())
        .build();
    let client = client.expect("nothing is wrong with it");
    let connecting = tokio::spawn(async move { client.connect().await.map(|(session, _)| session.status()) });
    sleep(Duration::from_mins(1)).await;
    assert!(!connecting.is_finished());
    roads.gates.offline.store(false, SeqCst);
    let status = timeout(Duration::from_secs(11), connecting)
        .await
        .expect("within the cap of the ladder");
    assert!(matches!(
        status.expect("no panic"),
        Ok(Status::Connected(Road::WebTransport))
    ));
}
