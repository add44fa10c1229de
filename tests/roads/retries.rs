//! Lost acknowledgements: a command that is repeated until it is answered happens once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use tonic::Code;
use trivium_client::{
    Road,
    proto::v1::{SendMessageRequest, room_event::Event},
};
use trivium_tests::{Server, Way, game::id};

use crate::{
    common::{hosted, log, on_every_road, outcome},
    links::Bench,
};

/// So many of a hundred acknowledgements get lost.
const LOST_PERCENT: u64 = 30;
/// Commands under way at a time.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_happens_once_however_often_it_is_repeated() {
    on_every_road(async |way| {
        let commands = if way == Way::Memory { 10_000 } else { 500 };
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        drop(host);
        let bench = Bench::eating(&server, way, LOST_PERCENT);
        let client = bench.client(Road::Grpc, Some(server.token("host")));
        let speakers = (0..AT_ONCE).map(|speaker| {
            let (client, room) = (client.clone(), room.id.clone());
            async move {
                let mut acknowledged = Vec::new();
                for n in (speaker..commands).step_by(AT_ONCE) {
                    let request = SendMessageRequest {
                        request_id: id(),
                        room_id: room.clone(),
                        text: format!("Message {n}"),
                        ..SendMessageRequest::default()
                    };
                    let sent = loop {
                        match outcome(client.chat().send_message(request.clone())).await {
                            Ok(sent) => break sent.message.expect("there is one"),
                            Err(lost) => assert_eq!(lost.code, Code::Unavailable, "{lost}"),
                        }
                    };
                    acknowledged.push((sent.seq, sent.text));
                }
                acknowledged
            }
        });
        let acknowledged: BTreeSet<_> = join_all(speakers).await.into_iter().flatten().collect();
        let host = trivium_tests::people::client(&server, way, Some(server.token("host")));
        let written = log(&host, &room.id, 1_000).await;
        let written: Vec<_> = written
            .iter()
            .filter_map(|event| match &event.event {
                Some(Event::MessageSent(sent)) => {
                    sent.message.as_ref().map(|message| (event.seq, message.text.clone()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(written.len(), commands, "exactly as many events as commands");
        assert!(
            written.into_iter().eq(acknowledged),
            "what was acknowledged is what was written"
        );
        let (answers, eaten) = bench.eaten();
        assert!(
            answers == commands + eaten && eaten > commands / 4,
            "{eaten} of {answers} got lost"
        );
        server.stop().await;
    })
    .await;
}
