//! When the server measures a connection: round trips matter in rooms.

use trivium_client::proto::v1::{
    ConnectRequest, SyncClockRequest, connect_request::Request as Up, connect_response::Response as Down,
};
use trivium_tests::{Server, Way};

use crate::{
    common::{hosted, on_every_road},
    raw::{Raw, hello},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_measured_from_the_first_room_heard_on() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        // What watches has no way to ask.
        if way != Way::GrpcWeb {
            let mut nowhere = Raw::open(&host.client, way, hello(&[])).await.expect("a stream");
            for id in 1..=3 {
                let request = Some(Up::SyncClock(SyncClockRequest::default()));
                let up = nowhere.up.as_ref().expect("there is a way up");
                up.send(ConnectRequest { id, request }).await.expect("it goes on");
                let answered = |heard| match heard {
                    Down::Ping(ping) => panic!("{ping:?} before there is a room"),
                    Down::Reply(reply) => (reply.id == id).then_some(()),
                    _ => None,
                };
                nowhere.until("the time", answered).await;
            }
        }
        let here = hello(&[(&room.id, None)]);
        let mut here = Raw::open(&host.client, way, here).await.expect("a stream");
        let mut pings = 0;
        here.until("a burst of pings", |heard| {
            pings += usize::from(matches!(heard, Down::Ping(_)));
            (pings == 3).then_some(())
        })
        .await;
        server.stop().await;
    })
    .await;
}
