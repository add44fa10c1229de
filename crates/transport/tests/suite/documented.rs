//! The examples of docs/webtransport.md, sent and compared byte for byte: the document is what the server does.

use std::collections::HashMap;

use crate::harness::Server;

/// The bytes of each block that begins with `hex <name>`; a line is hex pairs and, behind two spaces or more, a remark.
fn examples() -> HashMap<String, Vec<u8>> {
    let text = include_str!("../../../../docs/webtransport.md");
    let mut blocks = HashMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("```hex ") else {
            continue;
        };
        let mut bytes = Vec::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let pairs = line.split("  ").next().unwrap_or_default();
            bytes.extend(
                pairs
                    .split_whitespace()
                    .map(|pair| u8::from_str_radix(pair, 16).unwrap()),
            );
        }
        blocks.insert(name.to_owned(), bytes);
    }
    blocks
}

/// Sends one block and reads exactly as many bytes as the other has.
#[tokio::test]
async fn the_examples_are_what_the_server_does() {
    let examples = examples();
    let server = Server::start();
    let session = server.connect_raw().await;
    for steps in [
        &[("unary request", "unary answer")][..],
        &[
            ("chat 1 client", "chat 2 server"),
            ("chat 3 client", "chat 4 server"),
            ("chat 5 client", "chat 6 server"),
        ],
    ] {
        let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
        for (client, server) in steps {
            send.write_all(&examples[*client]).await.unwrap();
            let mut answer = vec![0; examples[*server].len()];
            recv.read_exact(&mut answer).await.unwrap();
            assert_eq!(
                answer,
                examples[*server],
                "{server}: {}",
                String::from_utf8_lossy(&answer)
            );
        }
        assert!(
            recv.quic_stream_mut().read_chunk(1, true).await.unwrap().is_none(),
            "then FIN"
        );
    }
    session.send_datagram(&examples["ping"]).unwrap();
    let pong = session.receive_datagram().await.unwrap();
    assert_eq!(pong[..17], examples["pong"][..17]);
    assert_eq!(pong.len(), examples["pong"].len());
}
