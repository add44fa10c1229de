//! What the log says of marks and of what is unread, put together as simply as possible.
//!
//! Neighbours: [`receipts`](super) makes the log.

use std::collections::{BTreeMap, BTreeSet};

use trivium_client::{
    Client,
    proto::v1::{AcknowledgeRequest, GetRoomRequest, ListReceiptsRequest},
};
use trivium_engine::{ChatEvent, Entry, Event as Logged, ReceiptEvent, RoomEvent};
use trivium_tests::Server;

/// Delivered and read, by user.
pub(super) type Table = BTreeMap<String, (u64, u64)>;

/// What the log says, put together as simply as possible.
#[derive(Default)]
pub(super) struct Oracle {
    since: BTreeMap<String, u64>,
    marks: Table,
    private: BTreeSet<String>,
    /// Author, and whom it mentions: members, and everybody.
    messages: BTreeMap<u64, (String, BTreeSet<String>, bool)>,
    /// Entries with marks.
    pub(super) entries: usize,
}

impl Oracle {
    pub(super) fn of(log: &[Entry]) -> Self {
        let mut told = Self::default();
        for entry in log {
            match &entry.event {
                Logged::Room(RoomEvent::MemberJoined { member, .. }) => {
                    told.since.insert(member.user.to_string(), entry.seq);
                }
                Logged::Receipt(ReceiptEvent::Moved { marks, .. }) => {
                    told.entries += 1;
                    for mark in marks {
                        let before = told.marks.insert(mark.user.to_string(), (mark.delivered, mark.read));
                        let before = before.unwrap_or_default();
                        assert!(before.0 <= mark.delivered && before.1 <= mark.read, "a mark moved back");
                        assert!(mark.read <= mark.delivered && mark.delivered < entry.seq, "{mark:?}");
                    }
                }
                Logged::Receipt(ReceiptEvent::PrivacySet { user, private: true }) => {
                    told.private.insert(user.to_string());
                }
                Logged::Chat(ChatEvent::Sent(sent)) => {
                    let named = sent.mentions.users.iter().map(ToString::to_string).collect();
                    let message = (sent.author.to_string(), named, sent.mentions.room);
                    told.messages.insert(entry.seq, message);
                }
                Logged::Chat(ChatEvent::Deleted { message, .. }) => {
                    told.messages.remove(message);
                }
                _ => {}
            }
        }
        told
    }

    /// Somebody's own marks.
    pub(super) fn own(&self, user: &str) -> (u64, u64) {
        self.marks.get(user).copied().unwrap_or_default()
    }

    /// Compares with all that the server says to a member. Returns how many messages it has not read.
    pub(super) async fn compare(&self, who: &str, name: &str, client: &Client, room: &str) -> u32 {
        let room_id = room.to_owned();
        let nothing = AcknowledgeRequest {
            room_id: room_id.clone(),
            ..AcknowledgeRequest::default()
        };
        let answer = client.receipts().acknowledge(nothing).await.expect("a member");
        let answer = answer.into_inner();
        let receipt = answer.receipt.expect("there is always one");
        let own = (receipt.delivered_seq, receipt.read_seq);
        assert_eq!(own, self.own(name), "{who}: marks");
        let unread = answer.unread.expect("there is always one");
        let counts = (unread.message_count, unread.mention_count);
        assert_eq!(counts, self.unread(name), "{who}: unread");

        let get = GetRoomRequest {
            room_id: room_id.clone(),
        };
        let got = client.rooms().get_room(get).await.expect("a member");
        let snapshot = got.into_inner().snapshot.expect("there is always one");
        assert_eq!(snapshot.unread, Some(unread), "{who}: a snapshot");
        let list = ListReceiptsRequest {
            room_id,
            ..ListReceiptsRequest::default()
        };
        let listed = client.receipts().list_receipts(list).await.expect("a member");
        let listed = listed.into_inner().receipts;
        assert_eq!(listed, snapshot.receipts, "{who}: a snapshot");
        let table = listed
            .into_iter()
            .map(|one| (one.user_id, (one.delivered_seq, one.read_seq)));
        assert_eq!(table.collect::<Table>(), self.seen_by(name), "{who}: marks of all");
        unread.message_count
    }

    fn unread(&self, user: &str) -> (u32, u32) {
        let read = self.marks.get(user).map_or(0, |marks| marks.1);
        let from = read.max(self.since[user]) + 1;
        let left = self.messages.range(from..).map(|(_, message)| message);
        let left: Vec<_> = left.filter(|(author, ..)| author != user).collect();
        let mentions = left.iter().filter(|(_, named, room)| *room || named.contains(user));
        let count = |n: usize| u32::try_from(n).expect("a few");
        (count(left.len()), count(mentions.count()))
    }

    /// Who reads privately shows and sees nothing of what is read but its own.
    pub(super) fn seen_by(&self, viewer: &str) -> Table {
        let marks = self.since.keys().map(|user| {
            let (delivered, read) = self.marks.get(user).copied().unwrap_or_default();
            let hidden = self.private.contains(user) || self.private.contains(viewer);
            (
                user.clone(),
                (delivered, if hidden && user != viewer { 0 } else { read }),
            )
        });
        marks.collect()
    }
}

/// Those that have moved at all.
pub(super) fn moved(table: &Table) -> Table {
    let moved = table.iter().filter(|(_, marks)| marks.0 > 0);
    moved.map(|(user, marks)| (user.clone(), *marks)).collect()
}

/// The log as it is.
pub(super) async fn whole_log(server: &Server, room: &str) -> Vec<Entry> {
    let room = room.parse().expect("an id");
    let mut log: Vec<Entry> = Vec::new();
    loop {
        let after = log.last().map_or(0, |entry| entry.seq);
        let page = server
            .api
            .runtime
            .read_log(&room, after, 1_000)
            .await
            .expect("it is there");
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}
