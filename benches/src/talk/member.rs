//! Members on a stream of both directions, and watchers on gRPC-Web: they follow the room's log number by number.

use anyhow::{Context as _, Result, bail};
use prost::Message as _;
use trivium_proto::v1::{
    ConnectResponse, Cursor, Hello, JoinRoomRequest, JoinRoomResponse, Pong, Reply, WatchRequest,
    connect_request::Request, connect_response::Response, reply,
};

use super::{Heard, Lost, Outbox, Talk, peek::peek, say, subscription, text};

/// Ids of the requests that set a member up; those above belong to the scenario.
const JOIN: u64 = 1;
const SUBSCRIBE: u64 = 2;
/// The first id of the scenario's requests.
pub(crate) const FIRST_ID: u64 = 16;

/// Somebody who joins a room by its code and hears it.
pub(crate) struct Member {
    name: String,
    code: String,
    room: String,
    seat_token: String,
    resume_token: bytes::Bytes,
    epoch: u64,
    /// Everything up to here was heard.
    seq: u64,
    /// After a cut, everything up to here was missed.
    missed: Option<u64>,
}

impl Member {
    /// `name` has to differ from those of all other members.
    pub(crate) fn new(name: String, code: &str) -> Self {
        Self {
            name,
            code: code.to_owned(),
            room: String::new(),
            seat_token: String::new(),
            resume_token: bytes::Bytes::new(),
            epoch: 0,
            seq: 0,
            missed: None,
        }
    }

    fn join(&self) -> JoinRoomRequest {
        JoinRoomRequest {
            request_id: format!("join-{}", self.name),
            join_code: self.code.clone(),
            nickname: self.name.clone(),
            ..JoinRoomRequest::default()
        }
    }

    fn seated(&mut self, joined: JoinRoomResponse) {
        self.room = joined.room_id;
        self.seat_token = joined.seat_token;
    }

    /// To go on where this member stands.
    fn hello(&self, cursor: Option<Cursor>) -> Hello {
        Hello {
            token: self.seat_token.clone(),
            resume_token: self.resume_token.clone(),
            subscriptions: vec![subscription(&self.room, cursor)],
            ..Hello::default()
        }
    }

    fn cursor(&self) -> Option<Cursor> {
        let stands = self.epoch > 0 || self.seq > 0;
        stands.then(|| Cursor {
            room_id: self.room.clone(),
            epoch: self.epoch,
            seq: self.seq,
        })
    }

    /// One entry of the log follows the last one.
    fn follow(&mut self, seq: u64, heard: &mut dyn FnMut(Heard)) -> Result<()> {
        let expected = self.seq + 1;
        if seq != expected {
            let what = if seq > expected { "lost" } else { "doubled" };
            bail!(Lost(format!("{what}: {} heard {seq} instead of {expected}", self.name)));
        }
        self.moved(seq, heard);
        Ok(())
    }

    fn moved(&mut self, seq: u64, heard: &mut dyn FnMut(Heard)) {
        self.seq = seq;
        if self.missed.is_some_and(|missed| seq >= missed) {
            self.missed = None;
            heard(Heard::Whole);
        }
    }

    fn replied(&mut self, id: u64, result: reply::Result, heard: &mut dyn FnMut(Heard)) -> Result<()> {
        match result {
            reply::Result::Error(error) => bail!("{} was refused {id}: {}", self.name, text(&error)),
            reply::Result::JoinRoom(joined) => {
                self.seated(joined);
                heard(Heard::Joined);
            }
            _ if id >= FIRST_ID => heard(Heard::Reply(usize::try_from(id - FIRST_ID)?)),
            _ => {}
        }
        Ok(())
    }

    /// The room as a whole: for the first time, or instead of what was missed.
    fn reset(&mut self, cursor: &Cursor, heard: &mut dyn FnMut(Heard)) {
        let again = self.missed.take().is_some() || self.epoch > 0 || self.seq > 0;
        (self.epoch, self.seq) = (cursor.epoch, cursor.seq);
        heard(if again { Heard::Restarted } else { Heard::Ready });
    }
}

impl Talk for Member {
    fn opened(&mut self, out: &mut Outbox, _: &mut dyn FnMut(Heard)) {
        out.push_back(say(0, Request::Hello(Hello::default())));
        out.push_back(say(JOIN, Request::JoinRoom(self.join())));
    }

    fn reopened(&mut self, out: &mut Outbox) -> Result<()> {
        out.push_back(say(0, Request::Hello(self.hello(self.cursor()))));
        Ok(())
    }

    fn hear(&mut self, message: &[u8], out: &mut Outbox, heard: &mut dyn FnMut(Heard)) -> Result<()> {
        if let Some(event) = peek(message) {
            if event.is_message {
                heard(Heard::Delivery(event.number));
            }
            return self.follow(event.seq, heard);
        }
        match decode(message)? {
            Response::Reply(Reply { id, result }) => self.replied(id, result.context("an empty reply")?, heard)?,
            Response::Welcome(welcome) => self.resume_token = welcome.resume_token,
            Response::Reset(reset) => {
                let cursor = reset.snapshot.and_then(|snapshot| snapshot.cursor);
                self.reset(&cursor.context("a room without a position")?, heard);
            }
            Response::Resumed(resumed) => {
                self.missed = Some(resumed.head_seq);
                self.moved(self.seq, heard);
            }
            Response::Progress(progress) => self.moved(progress.seq.max(self.seq), heard),
            Response::Ping(ping) => {
                let ping_id = ping.ping_id;
                out.push_back(say(0, Request::Pong(Pong { ping_id })));
            }
            Response::GoAway(away) => bail!("told to go away: {}", away.message),
            Response::SubscriptionEnded(ended) => bail!("heard no longer: {ended:?}"),
            Response::Event(_) | Response::Signals(_) => {}
        }
        Ok(())
    }

    fn subscribe(&mut self, out: &mut Outbox) {
        let subscribe = Request::Subscribe(subscription(&self.room, None));
        out.push_back(say(SUBSCRIBE, subscribe));
    }
}

/// Somebody who joins by a call, and then watches with the token of the seat.
pub(crate) struct Watcher(Member);

impl Watcher {
    pub(crate) fn new(member: Member) -> Self {
        Self(member)
    }

    fn watch(&self, out: &mut Outbox) {
        let hello = Some(self.0.hello(self.0.cursor()));
        out.push_back(WatchRequest { hello }.encode_to_vec());
    }
}

impl Talk for Watcher {
    fn opened(&mut self, out: &mut Outbox, _: &mut dyn FnMut(Heard)) {
        out.push_back(self.0.join().encode_to_vec());
    }

    fn reopened(&mut self, out: &mut Outbox) -> Result<()> {
        self.watch(out);
        Ok(())
    }

    fn hear(&mut self, message: &[u8], _: &mut Outbox, heard: &mut dyn FnMut(Heard)) -> Result<()> {
        if self.0.seat_token.is_empty() {
            self.0.seated(JoinRoomResponse::decode(message)?);
            heard(Heard::Joined);
            return Ok(());
        }
        // Nobody answers pings on a stream of one direction.
        self.0.hear(message, &mut Outbox::new(), heard)
    }

    fn subscribe(&mut self, out: &mut Outbox) {
        self.watch(out);
    }
}

pub(super) fn decode(message: &[u8]) -> Result<Response> {
    ConnectResponse::decode(message)?.response.context("an empty message")
}

#[cfg(test)]
mod tests {
    use trivium_proto::v1::{MessageSent, Progress, Reset, Resumed, RoomEvent, RoomSnapshot, room_event::Event};

    use super::*;

    fn event(seq: u64) -> Response {
        Response::Event(RoomEvent {
            seq,
            event: Some(Event::MessageSent(MessageSent::default())),
            ..RoomEvent::default()
        })
    }

    fn progress(seq: u64) -> Response {
        Response::Progress(Progress {
            seq,
            ..Progress::default()
        })
    }

    /// What a member of a room at 10 makes of these messages.
    fn heard(responses: Vec<Response>) -> String {
        let cursor = Some(Cursor {
            epoch: 1,
            seq: 10,
            ..Cursor::default()
        });
        let snapshot = Some(RoomSnapshot {
            cursor,
            ..RoomSnapshot::default()
        });
        let first = Response::Reset(Reset { snapshot, reason: 0 });
        let mut member = Member::new("Ana".into(), "ABCD");
        let mut said = Vec::new();
        for response in std::iter::once(first).chain(responses) {
            let message = ConnectResponse {
                response: Some(response),
            };
            let result = member.hear(&message.encode_to_vec(), &mut Outbox::new(), &mut |one| {
                said.push(format!("{one:?}"));
            });
            if let Err(error) = result {
                said.push(format!("{} {error}", error.is::<Lost>()));
            }
        }
        said.join("; ")
    }

    #[test]
    fn a_gap_and_a_repetition_are_noticed_and_what_is_hidden_is_passed() {
        let resumed = |head_seq| Response::Resumed(Resumed { cursor: None, head_seq });
        for (responses, expected) in [
            (vec![event(11), event(12)], "Ready; Delivery(None); Delivery(None)"),
            (
                vec![event(12)],
                "Ready; Delivery(None); true lost: Ana heard 12 instead of 11",
            ),
            (
                vec![event(10)],
                "Ready; Delivery(None); true doubled: Ana heard 10 instead of 11",
            ),
            (vec![progress(14), event(15)], "Ready; Delivery(None)"),
            (vec![resumed(10)], "Ready; Whole"),
            (
                vec![resumed(12), event(11), progress(12)],
                "Ready; Delivery(None); Whole",
            ),
        ] {
            assert_eq!(heard(responses), expected);
        }
    }
}
