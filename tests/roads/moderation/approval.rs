//! Messages that wait for a host: who sees them, and what comes of them.

use tonic::Code;
use trivium_client::proto::v1::{
    AcknowledgeRequest, DeleteMessageRequest, GetMessageRequest, ListHeldMessagesRequest, ListMessagesRequest,
    ListNotificationsRequest, ListUnreadRequest, Message, MessageState, ModerationSettings, NotificationKind,
    SearchMessagesRequest, SetPinRequest, room_event::Event,
};
use trivium_tests::{Person, Server, game::id};

use super::{NO_MESSAGE, NOT_PERMITTED, ask, deeds, member, moderate, report, resolve, sent};
use crate::common::{becomes, hosted, look, on_every_road, outcome, seen, why};

fn held(room: &str, state: MessageState) -> ListHeldMessagesRequest {
    ListHeldMessagesRequest {
        room_id: room.to_owned(),
        state: state.into(),
        ..ListHeldMessagesRequest::default()
    }
}

/// The texts that somebody finds in pages, in its snapshot and by searching; they have to be the same.
async fn texts(person: &Person, room: &str) -> Vec<String> {
    let page = ListMessagesRequest {
        room_id: room.to_owned(),
        ..ListMessagesRequest::default()
    };
    let page = ask(person, page).await.expect("a member").messages;
    let of = |messages: Vec<Message>| messages.into_iter().map(|message| message.text).collect::<Vec<_>>();
    let published = |message: &Message| matches!(message.state(), MessageState::Unspecified | MessageState::Published);
    let mut snapshot = look(&person.client, room).await.messages;
    snapshot.retain(published);
    let search = SearchMessagesRequest {
        room_id: room.to_owned(),
        query: "word".into(),
        ..SearchMessagesRequest::default()
    };
    let hits = ask(person, search).await.expect("a member").hits;
    let mut hits: Vec<Message> = hits.into_iter().filter_map(|hit| hit.message).collect();
    hits.sort_by_key(|message| message.seq);
    let texts = of(page);
    assert_eq!(
        (of(snapshot), of(hits)),
        (texts.clone(), texts.clone()),
        "{}",
        person.name
    );
    texts
}

/// What somebody heard of messages that are held, and of what became of them.
fn heard(person: &Person) -> Vec<(u64, MessageState)> {
    seen(person, |event| match event {
        Event::MessageHeld(held) => held.message.as_ref().map(|message| (message.seq, message.state())),
        Event::MessageResolved(resolved) => Some((resolved.message_seq, resolved.state())),
        _ => None,
    })
}

/// Messages and mentions that somebody has not read, by each way to ask.
async fn unread(person: &Person, room: &str) -> (u32, u32) {
    let request = AcknowledgeRequest {
        room_id: room.to_owned(),
        ..AcknowledgeRequest::default()
    };
    let told = ask(person, request)
        .await
        .expect("a member")
        .unread
        .expect("there is always one");
    assert_eq!(look(&person.client, room).await.unread, Some(told));
    let rows = ask(person, ListUnreadRequest::default())
        .await
        .expect("an account")
        .rooms;
    let row = rows
        .iter()
        .find(|row| row.room.as_ref().is_some_and(|known| known.id == room));
    assert_eq!(row.expect("a room that one is in").unread, Some(told));
    (told.message_count, told.mention_count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one story from its beginning to its end")]
async fn a_message_waits_is_published_pinned_put_aside_and_another_is_rejected() {
    use MessageState::{Archived, Pending, Published, Rejected};
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let mut ana = member(&server, way, &room, "Ana").await;
        let mut ben = member(&server, way, &room, "Ben").await;
        let room = room.id;
        let settings = ModerationSettings {
            approval: true,
            ..ModerationSettings::default()
        };
        moderate(&host, &room, settings).await;

        let waits = sent(&ana, &room, "word for @Ben").await;
        assert_eq!(waits.state(), Pending);
        let other = sent(&ana, &room, "a worse word").await.seq;
        let own = look(&ana.client, &room).await.messages;
        assert_eq!(
            own.iter().map(|message| message.seq).collect::<Vec<_>>(),
            [waits.seq, other]
        );
        let spoken = sent(&host, &room, "the host's word").await.seq;
        ben.reach(spoken).await;
        for person in [&host, &ana, &ben] {
            assert_eq!(texts(person, &room).await, ["the host's word"]);
        }
        assert_eq!((heard(&ben), unread(&ben, &room).await), (vec![], (1, 0)));
        assert_eq!(look(&host.client, &room).await.pending_count, 2);
        assert_eq!(look(&ben.client, &room).await.pending_count, 0);
        let first = ListHeldMessagesRequest {
            page_size: 1,
            ..held(&room, MessageState::Unspecified)
        };
        let first = outcome(host.client.moderation().list_held_messages(first))
            .await
            .expect("a host");
        assert_eq!(
            (first.messages[0].seq, first.messages[0].state(), first.more),
            (waits.seq, Pending, true)
        );

        // Nobody else can do anything with it.
        let before = deeds(&server, &room).await;
        let get = GetMessageRequest {
            room_id: room.clone(),
            message_seq: waits.seq,
        };
        let pin = |message_seq| SetPinRequest {
            request_id: id(),
            room_id: room.clone(),
            message_seq,
            present: true,
        };
        let take_back = DeleteMessageRequest {
            request_id: id(),
            room_id: room.clone(),
            message_seq: waits.seq,
        };
        let wrong_state = (Code::FailedPrecondition, "MESSAGE_STATE");
        for (refused, expected) in [
            (ask(&ben, get).await.map(drop), NO_MESSAGE),
            (ask(&ben, report(&room, waits.seq)).await.map(drop), NO_MESSAGE),
            (ask(&ben, take_back).await.map(drop), NO_MESSAGE),
            (ask(&host, pin(waits.seq)).await.map(drop), NO_MESSAGE),
            (
                ask(&ben, resolve(&room, waits.seq, Published)).await.map(drop),
                NOT_PERMITTED,
            ),
            (
                ask(&ana, resolve(&room, waits.seq, Published)).await.map(drop),
                NOT_PERMITTED,
            ),
            (ask(&ben, held(&room, Pending)).await.map(drop), NOT_PERMITTED),
            (
                ask(&host, resolve(&room, waits.seq, Archived)).await.map(drop),
                wrong_state,
            ),
            (
                ask(&host, resolve(&room, spoken, Rejected)).await.map(drop),
                wrong_state,
            ),
            (ask(&host, resolve(&room, 1, Published)).await.map(drop), NO_MESSAGE),
            (
                ask(&host, resolve(&room, waits.seq, Pending)).await.map(drop),
                (Code::InvalidArgument, "INVALID_REQUEST"),
            ),
        ] {
            assert_eq!(why(&refused.expect_err("not allowed")), expected);
        }
        assert_eq!(deeds(&server, &room).await, before, "what is refused leaves nothing");

        let published = resolve(&room, waits.seq, Published);
        let seq = outcome(host.client.moderation().resolve_message(published))
            .await
            .expect("a host")
            .seq;
        for person in [&mut host, &mut ana, &mut ben] {
            person.reach(seq).await;
        }
        let come = seen(&ben, |event| match event {
            Event::MessageResolved(resolved) => resolved.message.clone(),
            _ => None,
        });
        assert_eq!(
            come,
            look(&ben.client, &room).await.messages[..1],
            "as in every snapshot from now on"
        );
        assert_eq!((come[0].seq, come[0].text.as_str()), (waits.seq, "word for @Ben"));
        for person in [&host, &ana, &ben] {
            assert_eq!(
                texts(person, &room).await,
                ["word for @Ben", "the host's word"],
                "where it was written"
            );
        }
        assert_eq!(unread(&ben, &room).await, (2, 1));
        let told = becomes("the mention", async || {
            let told = ask(&ben, ListNotificationsRequest::default()).await.expect("an inbox");
            told.notifications.first().cloned()
        });
        let told = told.await;
        assert_eq!((told.kind(), told.message_seq), (NotificationKind::Mention, waits.seq));

        ask(&host, pin(waits.seq)).await.expect("it is there");
        let rejected = ask(&host, resolve(&room, other, Rejected)).await.expect("a host").seq;
        let aside = ask(&host, resolve(&room, waits.seq, Archived))
            .await
            .expect("a host")
            .seq;
        let again = ask(&host, resolve(&room, waits.seq, Archived))
            .await
            .expect("nothing to do");
        assert!(
            rejected < aside && deeds(&server, &room).await.last().expect("some").seq == aside,
            "{again:?}"
        );
        for person in [&host, &ana, &ben] {
            assert_eq!(texts(person, &room).await, ["the host's word"]);
            assert_eq!(look(&person.client, &room).await.pins, []);
        }
        assert_eq!(unread(&ben, &room).await, (1, 0));
        for (state, expected) in [(Pending, vec![]), (Rejected, vec![other]), (Archived, vec![waits.seq])] {
            let listed = ask(&host, held(&room, state)).await.expect("a host").messages;
            assert_eq!(listed.iter().map(|message| message.seq).collect::<Vec<_>>(), expected);
        }
        let back = ask(&host, resolve(&room, waits.seq, Published))
            .await
            .expect("a host")
            .seq;
        for person in [&mut host, &mut ana, &mut ben] {
            person.reach(back).await;
            assert_eq!(texts(person, &room).await.len(), 2);
        }
        let all = vec![
            (waits.seq, Pending),
            (other, Pending),
            (waits.seq, Published),
            (other, Rejected),
            (waits.seq, Archived),
            (waits.seq, Published),
        ];
        let others: Vec<_> = all
            .iter()
            .copied()
            .filter(|(seq, state)| *seq != other && *state != Pending)
            .collect();
        assert_eq!((heard(&host), heard(&ana), heard(&ben)), (all.clone(), all, others));
        let told = ask(&ben, ListNotificationsRequest::default()).await.expect("an inbox");
        assert_eq!(told.notifications.len(), 1, "told once");
        server.stop().await;
    })
    .await;
}
