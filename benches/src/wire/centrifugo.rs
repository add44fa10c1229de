//! Centrifugo's client protocol in JSON: commands, replies and pushes are lines, of which a WebSocket message has one or several.

use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};

use super::{
    Note, Wire,
    websocket::{TEXT, WebSocket, frame},
};

const CONNECT: &[u8] = br#"{"id":1,"connect":{}}"#;
const SUBSCRIBE: &[u8] = br#"{"id":2,"subscribe":{"channel":"room"}}"#;
/// A ping, and the answer to it.
const PING: &[u8] = b"{}";

/// A client that subscribes to one channel, or publishes to it what `event.mjs` makes for other peers.
pub(crate) struct Centrifugo {
    socket: WebSocket,
    /// Number of the newest event of this client.
    seq: u64,
}

impl Centrifugo {
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            socket: WebSocket::new(authority, "/connection/websocket"),
            seq: 70_000,
        }
    }

    /// A command that publishes one more event.
    fn publish(&mut self) -> String {
        self.seq += 1;
        let seq = self.seq;
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
        let time = since.as_millis();
        format!(
            r#"{{"id":{seq},"publish":{{"channel":"room","data":{{"roomId":"019a5b2c-7c11-7e02-8b6a","seq":{seq},"timeMs":{time},"actorId":"operator","messageSent":{{"seq":{seq},"authorId":"operator","authorNickname":"Host","text":"Which planet is largest?","sendTimeMs":{time}}}}}}}}}"#
        )
    }
}

impl Wire for Centrifugo {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        self.socket.begin(out)
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        if message == b"subscribe" {
            return self.socket.write(SUBSCRIBE, out);
        }
        let number = str::from_utf8(message).ok().and_then(|text| text.parse().ok());
        let events: usize = number.expect("the generator says how many events");
        let commands: Vec<String> = (0..events).map(|_| self.publish()).collect();
        self.socket.write(commands.join("\n").as_bytes(), out);
    }

    fn read(&mut self, bytes: &[u8], out: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        let (mut answers, mut refusal) = (Vec::new(), None);
        self.socket.read(bytes, out, &mut |note| match note {
            Note::Open => frame(TEXT, CONNECT, &mut answers),
            Note::Message(lines) => {
                for line in lines.split(|byte| *byte == b'\n') {
                    if line == PING {
                        frame(TEXT, PING, &mut answers);
                    } else if line.starts_with(br#"{"push""#) {
                        hear(Note::Message(line));
                    } else if line.windows(8).any(|part| part == br#""error":"#) {
                        refusal = Some(String::from_utf8_lossy(line).into_owned());
                    } else if line.starts_with(br#"{"id":1,"#) {
                        hear(Note::Open);
                    } else if line.starts_with(br#"{"id":2,"#) {
                        hear(Note::Message(b"ready"));
                    }
                }
            }
        })?;
        ensure!(refusal.is_none(), "refused: {}", refusal.unwrap_or_default());
        out.append(&mut answers);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client hears and says when this comes from the server.
    fn read(wire: &mut Centrifugo, text: &str) -> Result<(Vec<String>, Vec<u8>)> {
        let mut bytes = vec![0x81, u8::try_from(text.len())?];
        bytes.extend_from_slice(text.as_bytes());
        let (mut heard, mut out) = (Vec::new(), Vec::new());
        wire.read(&bytes, &mut out, &mut |note| {
            heard.push(match note {
                Note::Open => "open".to_owned(),
                Note::Message(message) => String::from_utf8_lossy(message).into_owned(),
            });
        })?;
        Ok((heard, out))
    }

    fn masked(text: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame(TEXT, text, &mut bytes);
        bytes
    }

    /// As the protocol's description has it: <https://centrifugal.dev/docs/transports/client_protocol>.
    #[test]
    fn a_subscriber_connects_subscribes_hears_and_answers_pings() -> Result<()> {
        let mut wire = Centrifugo::new("localhost:8000");
        let mut out = Vec::new();
        assert!(!wire.begin(&mut out), "nothing follows before the server has answered");
        let mut out = Vec::new();
        wire.read(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", &mut out, &mut |note| {
            panic!("{note:?} before the connection stands")
        })?;
        assert_eq!(out, masked(CONNECT));
        let connected = r#"{"id":1,"connect":{"client":"421bf374","ping":25,"pong":true}}"#;
        assert_eq!(read(&mut wire, connected)?, (vec!["open".to_owned()], Vec::new()));
        let mut out = Vec::new();
        wire.write(b"subscribe", &mut out);
        assert_eq!(out, masked(SUBSCRIBE));
        assert_eq!(read(&mut wire, r#"{"id":2,"subscribe":{}}"#)?.0, ["ready"]);
        let push = r#"{"push":{"channel":"room","pub":{"data":{}}}}"#;
        assert_eq!(read(&mut wire, &[push, push].join("\n"))?.0, [push, push]);
        assert_eq!(read(&mut wire, "{}")?, (Vec::new(), masked(PING)));
        assert_eq!(read(&mut wire, r#"{"id":70001,"publish":{}}"#)?.0.len(), 0);
        let refused = r#"{"id":3,"error":{"code":103,"message":"permission denied"}}"#;
        assert!(read(&mut wire, refused).is_err());
        Ok(())
    }

    #[test]
    fn a_number_publishes_as_many_events() {
        let mut wire = Centrifugo::new("localhost:8000");
        let mut out = Vec::new();
        wire.write(b"16", &mut out);
        let length = u16::from_be_bytes([out[2], out[3]]);
        assert_eq!((out[1], usize::from(length)), (0xfe, out.len() - 8));
        let commands = String::from_utf8_lossy(&out[8..]);
        let ids = commands.lines().map(|line| {
            let command: serde_json::Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(command["publish"]["channel"], "room");
            assert_eq!(command["publish"]["data"]["messageSent"]["seq"], command["id"]);
            command["id"].as_u64()
        });
        assert_eq!(ids.collect::<Vec<_>>(), (70_001..=70_016).map(Some).collect::<Vec<_>>());
    }
}
