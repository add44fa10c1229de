//! Signals in datagrams over real QUIC: they come, and what comes on the stream as well is told once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use trivium_client::{
    Client, ConnectError, Connector, Link, Road, SessionEvent,
    proto::v1::{Signals, signal::Signal},
};
use trivium_tests::{Person, Server, Way, eventually};
use trivium_transport::{
    client::{Config, Trust, WtChannel},
    datagram::Datagram,
};

use crate::common::{guests, hosted};

/// A road by WebTransport on which datagrams are counted.
#[derive(Clone)]
struct Counting {
    url: String,
    hashes: Vec<[u8; 32]>,
    came: Arc<AtomicUsize>,
}

impl Connector for Counting {
    fn connect(&self, _: Road) -> BoxFuture<'static, Result<Link, ConnectError>> {
        let Self { url, hashes, came } = self.clone();
        async move {
            let config = Config::new(Trust::Hashes(hashes));
            let channel = WtChannel::connect(&url, config).await.expect("it is there");
            let receiver = (channel.clone(), came);
            Ok(Link::new(channel).with_datagrams(move || {
                let next = async |(channel, came): (WtChannel, Arc<AtomicUsize>)| {
                    let datagram = channel.recv_datagram().await?;
                    came.fetch_add(1, Ordering::SeqCst);
                    let Datagram::Application { kind, body } = datagram else {
                        panic!("nobody asks for the time: {datagram:?}");
                    };
                    Some(((kind, body), (channel, came)))
                };
                stream::unfold(receiver.clone(), next).boxed()
            }))
        }
        .boxed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_come_in_datagrams_too_and_are_told_once() {
    let server = Server::start().await;
    let (_host, room) = hosted(&server, Way::Grpc).await;
    let [ben] = guests(&server, Way::Grpc, &room, ["Ben"]).await;
    let came = Arc::new(AtomicUsize::new(0));
    let counting = Counting {
        url: server.webtransport_url(),
        hashes: server.hashes.clone(),
        came: Arc::clone(&came),
    };
    let client = Client::builder(server.url())
        .road(Road::WebTransport)
        .connector(counting);
    let client = client.build().expect("a client");
    client.join(&room.join_code, "Ana").await.expect("joined");
    let mut ana = Person::connected(client, Way::WebTransport, "Ana").await;
    ana.hear(&room.id).await;

    let mut ticks = Vec::new();
    let mut typing = false;
    eventually("datagrams", async {
        while came.load(Ordering::SeqCst) < 5 || ticks.len() < 5 {
            typing = !typing;
            ben.session.set_typing(&room.id, typing).await.expect("a member");
            let told = ana
                .until("signals", |event| match event {
                    SessionEvent::Signals(signals) => Some(ticks_of(signals)).filter(|ticks| !ticks.is_empty()),
                    _ => None,
                })
                .await;
            ticks.extend(told);
        }
    })
    .await;
    assert!(
        ticks.is_sorted_by(|one, next| one < next),
        "told once, in order: {ticks:?}"
    );
    server.stop().await;
}

/// Ticks of who types.
fn ticks_of(signals: &Signals) -> Vec<u64> {
    let typing = signals
        .signals
        .iter()
        .filter(|signal| matches!(signal.signal, Some(Signal::Typing(_))));
    typing.map(|signal| signal.tick).collect()
}
