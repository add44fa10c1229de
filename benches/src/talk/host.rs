//! Whoever makes and runs the room; what it hears goes to the scenario.

use anyhow::{Result, bail};
use tokio::sync::mpsc;
use trivium_proto::v1::{Hello, Pong, Reply, connect_request::Request, connect_response::Response, reply};

use super::{Heard, Outbox, Talk, member::decode, say, text};

/// See the module.
pub(crate) struct Host {
    token: String,
    said: mpsc::Sender<Response>,
}

impl Host {
    pub(crate) fn new(token: &str, said: mpsc::Sender<Response>) -> Self {
        Self {
            token: token.to_owned(),
            said,
        }
    }
}

impl Talk for Host {
    fn opened(&mut self, out: &mut Outbox, _: &mut dyn FnMut(Heard)) {
        let hello = Hello {
            token: self.token.clone(),
            ..Hello::default()
        };
        out.push_back(say(0, Request::Hello(hello)));
    }

    fn hear(&mut self, message: &[u8], out: &mut Outbox, heard: &mut dyn FnMut(Heard)) -> Result<()> {
        match decode(message)? {
            Response::Ping(ping) => {
                let ping_id = ping.ping_id;
                out.push_back(say(0, Request::Pong(Pong { ping_id })));
            }
            Response::Reply(Reply {
                id,
                result: Some(reply::Result::Error(error)),
            }) => bail!("the host was refused {id}: {}", text(&error)),
            // Counted only, so that there are never too many unanswered ones.
            Response::Reply(Reply {
                result: Some(reply::Result::SendMessage(_)),
                ..
            }) => heard(Heard::Reply(0)),
            Response::Signals(_) | Response::Progress(_) => {}
            // The scenario reads what it waits for; of the rest, it may miss any.
            response @ (Response::Reply(_)
            | Response::Welcome(_)
            | Response::Event(_)
            | Response::Resumed(_)
            | Response::Reset(_)
            | Response::GoAway(_)
            | Response::SubscriptionEnded(_)) => {
                let _full = self.said.try_send(response);
            }
        }
        Ok(())
    }

    /// The scenario makes every request of the host itself.
    fn subscribe(&mut self, _: &mut Outbox) {}
}
