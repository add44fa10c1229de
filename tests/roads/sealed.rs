//! Private messages: read by the devices that they are for and by nobody else, whatever the server does with keys.

use tonic::Code;
use trivium_client::{
    proto::v1::{
        DeleteMessageRequest, EditMessageRequest, ListMessagesRequest, Message, ResendReason, SealedContent,
        SendSealedMessageRequest, room_event::Event,
    },
    seal::{Context, DeviceKeys, Directory, News, SealError, Sealer, Unreadable, envelope},
};
use trivium_engine::{KeysCommand, RoomCommand, RoomKind, UserId, octets::Octets};
use trivium_store::{Catalogue as _, RoomRecord};
use trivium_tests::{Options, Server, Way, game::id};

use crate::{
    common::{hosted, on_every_road, refusal, rejected, why},
    talker::{Talker, conversation, force},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_talk_and_everything_but_the_text_works_as_ever() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let room = conversation(&server, &["ana", "ben"], true).await;
        let mut ana = Talker::registered(&server, way, "ana", &room).await;
        let mut ben = Talker::registered(&server, way, "ben", &room).await;
        let mut tablet = Talker::registered(&server, way, "ben", &room).await;

        let said = ana.says("Hello, you two 👋").await;
        assert_eq!(said.text, "");
        for reader in [&mut ana, &mut ben, &mut tablet] {
            let heard = reader.hears().await;
            assert_eq!(heard, said);
            assert_eq!(
                reader.reads(&heard).await.expect("for this device"),
                "Hello, you two 👋"
            );
        }
        let answered = ben.sealer.send(&room, "Hi Ana", said.seq).await.expect("sent").message;
        assert_eq!(answered.reply_to, said.seq);
        assert_eq!(ana.reads(&answered).await.expect("for Ana"), "Hi Ana");
        assert_eq!(tablet.reads(&answered).await.expect("for Ben's other device"), "Hi Ana");

        let plain = rejected(ana.person.session.send_message(&room, "psst").await);
        assert_eq!(why(&plain), (Code::FailedPrecondition, "SEALED_ONLY"));
        let edit = EditMessageRequest {
            request_id: id(),
            room_id: room.clone(),
            message_seq: said.seq,
            text: "psst".into(),
        };
        let refused = rejected(ana.person.session.execute(edit).await);
        assert_eq!(why(&refused), (Code::FailedPrecondition, "SEALED_ONLY"));
        ben.person
            .session
            .set_reaction(&room, said.seq, "👍", true)
            .await
            .expect("an emoji");

        let listed = list(&ben, &room).await;
        assert_eq!(listed.len(), 2);
        assert_eq!(
            (listed[0].sealed.clone(), listed[0].reactions.len()),
            (said.sealed.clone(), 1)
        );
        let delete = DeleteMessageRequest {
            request_id: id(),
            room_id: room.clone(),
            message_seq: said.seq,
        };
        ana.person.session.execute(delete).await.expect("her own");
        let listed = list(&ben, &room).await;
        assert!(listed[0].sealed.is_none() && listed[0].delete_time_ms > 0);

        let number = ana.sealer.safety_number("ben").await.expect("both have devices");
        assert_eq!(
            ben.sealer.safety_number("ana").await.expect("both have devices"),
            number
        );
        server.stop().await;
    })
    .await;
}

async fn list(talker: &Talker, room: &str) -> Vec<Message> {
    let request = ListMessagesRequest {
        room_id: room.to_owned(),
        ..ListMessagesRequest::default()
    };
    talker.person.session.execute(request).await.expect("a member").messages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_that_come_later_are_written_to_and_can_ask_for_the_past() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let room = conversation(&server, &["ana", "ben"], true).await;
        let mut ana = Talker::registered(&server, way, "ana", &room).await;
        let mut ben = Talker::registered(&server, way, "ben", &room).await;
        let before = ana.says("Before").await;

        // Ana's client has not heard of the new device: it is told, looks, and seals once more.
        let mut tablet = Talker::registered(&server, way, "ben", &room).await;
        let after = ana.says("After").await;
        assert_eq!(after.sealed.as_ref().map(|sealed| sealed.envelopes.len()), Some(3));
        let added = News::DeviceAdded {
            user_id: "ben".into(),
            device_id: tablet.sealer.keys().device_id().to_owned(),
            name: "ben's device".into(),
        };
        assert_eq!(ana.sealer.take_news(), [added]);
        assert_eq!(tablet.reads(&after).await.expect("for all devices"), "After");
        let reason = tablet.unreadable(&before).await;
        assert_eq!(reason, Unreadable::NoEnvelope);
        for _ in 0..2 {
            tablet.sealer.ask_again(&room, before.seq, reason).await.expect("asked");
        }
        let asked = ana
            .person
            .event("a request", |event| match event {
                Event::ResendRequested(asked) => Some(asked.clone()),
                _ => None,
            })
            .await;
        assert_eq!((asked.message_seq, asked.user_id.as_str()), (before.seq, "ben"));
        assert_eq!(asked.device_id, tablet.sealer.keys().device_id());
        assert_eq!(asked.reason(), ResendReason::NoEnvelope);
        let again = ana
            .sealer
            .resend(&room, "Before", 0, before.seq)
            .await
            .expect("sent")
            .message;
        let opened = tablet.sealer.read(&room, &again).await.expect("for all devices");
        assert_eq!((opened.text.as_str(), opened.resend_of), ("Before", before.seq));

        // Rotated keys are used from then on, and the old ones still open what was on its way.
        ben.sealer.rotate().await.expect("rotated");
        let rotated = ana.says("Rotated").await;
        for (message, text) in [(&after, "After"), (&rotated, "Rotated")] {
            assert_eq!(ben.reads(message).await.expect("for Ben"), text);
        }
        ben.sealer
            .revoke(tablet.sealer.keys().device_id())
            .await
            .expect("revoked");
        let without = ana.says("Only for two").await;
        assert_eq!(tablet.unreadable(&without).await, Unreadable::NoEnvelope);
        assert!(matches!(tablet.sealer.register().await, Err(SealError::NotRegistered)));
        assert!(
            ben.person
                .seen
                .iter()
                .all(|event| !matches!(event.event, Some(Event::ResendRequested(_))))
        );
        server.stop().await;
    })
    .await;
}

/// Spoils a request.
type Change = Box<dyn Fn(&mut SendSealedMessageRequest) + Send + Sync>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_for_exactly_the_devices_that_there_are_is_refused_and_leaves_nothing() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let room = conversation(&server, &["ana", "ben", "cleo"], false).await;
        let mut ana = Talker::registered(&server, way, "ana", &room).await;
        let request = made(&ana, &room, |_| {});
        assert_eq!(
            reasons(&ana, &request).await,
            (Code::FailedPrecondition, "NO_DEVICES".to_owned())
        );

        let mut ben = Talker::registered(&server, way, "ben", &room).await;
        ana.says("A first one").await;
        let head = ana.says("A second one").await.seq;
        let (stale, invalid) = (Code::FailedPrecondition, Code::InvalidArgument);
        let other = DeviceKeys::generate("ana", "not registered");
        let changes: [(Change, Code, &str); 9] = [
            (
                Box::new(|r| drop(sealed(r).envelopes.remove(0))),
                stale,
                "STALE_DEVICES",
            ),
            (Box::new(|r| sealed(r).envelopes[1].key_seq = 2), stale, "STALE_DEVICES"),
            (
                Box::new(|r| sealed(r).envelopes[1].device_id.push('x')),
                stale,
                "STALE_DEVICES",
            ),
            (
                Box::new(|r| sealed(r).envelopes[1].user_id = "dan".into()),
                stale,
                "STALE_DEVICES",
            ),
            (Box::new(|r| sealed(r).envelopes.swap(0, 1)), invalid, "INVALID_REQUEST"),
            (Box::new(|r| sealed(r).request_id.push('x')), invalid, "INVALID_REQUEST"),
            (Box::new(|r| r.reply_to = 3), invalid, "SIGNATURE_INVALID"),
            (
                Box::new(|r| sealed(r).envelopes[1].ciphertext = vec![0; 272].into()),
                invalid,
                "SIGNATURE_INVALID",
            ),
            (
                Box::new(move |r| sealed(r).sender_device_id = other.device_id().to_owned()),
                Code::NotFound,
                "DEVICE_UNKNOWN",
            ),
        ];
        for (change, code, reason) in changes {
            let request = made(&ana, &room, change);
            assert_eq!(reasons(&ana, &request).await, (code, reason.to_owned()));
        }
        // The same from Ben, who has another device than the one that signed.
        let request = made(&ana, &room, |_| {});
        assert_eq!(
            reasons(&ben, &request).await,
            (Code::NotFound, "DEVICE_UNKNOWN".to_owned())
        );
        let large = made(&ana, &room, |request| {
            let envelope = sealed(request).envelopes[0].clone();
            let many = (0..100).map(|n| trivium_client::proto::v1::Envelope {
                device_id: format!("d{n:03}"),
                ciphertext: vec![0; 6_000].into(),
                ..envelope.clone()
            });
            sealed(request).envelopes = many.collect();
        });
        assert_eq!(
            reasons(&ana, &large).await,
            (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned())
        );

        let stranger = Talker::registered_elsewhere(&server, way, "dan").await;
        let request = made(&stranger, &room, |_| {});
        let hidden = (Code::NotFound, "ROOM_NOT_FOUND".to_owned());
        assert_eq!(reasons(&stranger, &request).await, hidden);
        let asked = stranger.sealer.ask_again(&room, head, Unreadable::Damaged).await;
        assert!(matches!(asked, Err(SealError::Server(error)) if error.reason() == "ROOM_NOT_FOUND"));
        let (host, quiz) = hosted(&server, way).await;
        let mut host = Sealer::new(
            host.session.clone(),
            DeviceKeys::generate("host", "x"),
            Directory::default(),
        );
        host.register().await.expect("registered");
        let refused = host.send(&quiz.id, "in a quiz", 0).await;
        assert!(matches!(refused, Err(SealError::Server(error)) if error.reason() == "SEALED_NOT_ALLOWED"));

        // Cleo has no device, and is no recipient; who asks with a device that is not there is told so.
        let sent = ben.sealer.send(&room, "Hello", 0).await.expect("sent");
        assert_eq!(sent.without_device, ["cleo"]);
        assert_eq!(sent.message.seq, head + 1, "nothing was left behind");
        let cleo = Talker::new(&server, way, "cleo", &room).await;
        let asked = cleo.sealer.ask_again(&room, head, Unreadable::Damaged).await;
        assert!(matches!(asked, Err(SealError::Server(error)) if error.reason() == "DEVICE_UNKNOWN"));
        server.stop().await;
    })
    .await;
}

fn sealed(request: &mut SendSealedMessageRequest) -> &mut trivium_client::proto::v1::SealedMessage {
    request.sealed.as_mut().expect("made with it")
}

/// A request that would be good for all whom the talker knows, and then is changed.
fn made(talker: &Talker, room: &str, change: impl Fn(&mut SendSealedMessageRequest)) -> SendSealedMessageRequest {
    let request_id = id();
    let context = Context {
        room_id: room,
        author_id: talker.sealer.keys().user_id(),
        reply_to: 0,
    };
    let known = ["ana", "ben", "dan"].map(|user| talker.sealer.directory().recipients(user).expect("nothing is wrong"));
    let sealed = envelope::seal(
        talker.sealer.keys(),
        context,
        &request_id,
        &SealedContent::default(),
        &known.concat(),
        &mut rand::rng(),
    );
    let mut request = SendSealedMessageRequest {
        request_id,
        room_id: room.to_owned(),
        sealed: Some(sealed.expect("sealed")),
        reply_to: 0,
    };
    change(&mut request);
    request
}

/// Why it is refused, which is the same on a stream and as a call. What devices there are is told on both.
async fn reasons(talker: &Talker, request: &SendSealedMessageRequest) -> (Code, String) {
    let streamed = rejected(talker.person.session.execute(request.clone()).await);
    let called = refusal(talker.person.client.chat().send_sealed_message(request.clone())).await;
    assert_eq!(streamed, called);
    let told = streamed.current_devices.iter().map(|device| device.user_id.as_str());
    let expected: &[&str] = if streamed.reason == "STALE_DEVICES" {
        &["ana", "ben"]
    } else {
        &[]
    };
    assert_eq!(told.collect::<Vec<_>>(), expected);
    (streamed.code, streamed.reason)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_the_server_adds_is_shown_to_both() {
    let server = Server::start().await;
    let room = conversation(&server, &["ana", "ben"], true).await;
    let mut ana = Talker::registered(&server, Way::Memory, "ana", &room).await;
    let mut ben = Talker::registered(&server, Way::Memory, "ben", &room).await;
    ana.says("Just us").await;
    let before = ana.sealer.safety_number("ben").await.expect("both have devices");
    ana.sealer.directory_mut().verify("ben");

    let spy = DeviceKeys::generate("ben", "Ben's phone");
    add(&server, &spy).await;

    assert!(matches!(ana.sealer.refresh(["ben".to_owned()]).await, Ok(())));
    let added = News::DeviceAdded {
        user_id: "ben".into(),
        device_id: spy.device_id().to_owned(),
        name: "Ben's phone".into(),
    };
    assert_eq!(ana.sealer.take_news(), std::slice::from_ref(&added));
    assert!(!ana.sealer.directory().is_verified("ben"));
    let refused = ana.sealer.send(&room, "Still just us?", 0).await;
    assert!(matches!(refused, Err(SealError::NotAccepted { user }) if user == "ben"));
    let after = ana.sealer.safety_number("ben").await.expect("both have devices");
    assert_ne!(before, after);
    // Ben's own client sees a device that Ben does not have.
    assert_eq!(ben.sealer.safety_number("ana").await.expect("both have devices"), after);
    assert_eq!(ben.sealer.take_news(), [added]);
    ana.sealer.directory_mut().accept("ben");
    ana.says("Accepted, alas").await;
    server.stop().await;
}

/// Registers a device as only the server can, without its user.
async fn add(server: &Server, keys: &DeviceKeys) {
    let user: UserId = keys.user_id().parse().expect("an id");
    let room = trivium_api::ids::keys_room_id(&server.api.secret, &user);
    let request = keys.register();
    let register = KeysCommand::Register {
        device: keys.device_id().parse().expect("an id"),
        name: keys.name().to_owned(),
        agreement: Octets(keys.agreement_key()),
        signing: Octets(keys.signing_key()),
        signature: Octets(request.signature.as_ref().try_into().expect("64 bytes")),
    };
    force(server, &room, keys.user_id(), register).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_swaps_keys_is_reported_on_both_sides() {
    let store = std::sync::Arc::new(trivium_store::MemoryStore::new());
    let options = || Options {
        store: Some(std::sync::Arc::clone(&store)),
        ..Options::default()
    };
    let server = Server::start_with(options()).await;
    let room = conversation(&server, &["ana", "ben"], true).await;
    let mut ana = Talker::registered(&server, Way::Memory, "ana", &room).await;
    let mut ben = Talker::registered(&server, Way::Memory, "ben", &room).await;
    let said = ana.says("Just us").await;
    ben.reads(&said).await.expect("for Ben");
    let kept = |talker: &Talker| (talker.sealer.keys().clone(), talker.sealer.directory().clone());
    let (anas, bens) = (kept(&ana), kept(&ben));
    drop((ana, ben));
    server.stop().await;

    // The same server, with logs of its own making: its keys stand in for everybody's, under the same names.
    let server = Server::start_with(options()).await;
    for keys in [&anas.0, &bens.0] {
        let user: UserId = keys.user_id().parse().expect("an id");
        let log = trivium_api::ids::keys_room_id(&server.api.secret, &user);
        store.delete_room(&log).await.expect("the store obeys");
        let now = server.api.runtime.clock().now();
        let record = RoomRecord {
            id: log.clone(),
            epoch: now.0,
            code: None,
            kind: "keys".to_owned(),
            title: "keys".to_owned(),
            created_by: user,
            created_at: now,
            closed_at: None,
        };
        store.create_room(&record).await.expect("the store obeys");
        let create = RoomCommand::Create {
            kind: RoomKind::Keys,
            title: "keys".to_owned(),
            code: None,
            join_policy: None,
            capacity: None,
            teams: Vec::new(),
            nickname: String::new(),
            policy: trivium_engine::PolicyChange::default(),
        };
        force(&server, &log, keys.user_id(), create).await;
        let swapped = DeviceKeys::from_secrets(keys.user_id(), keys.device_id(), keys.name(), [66; 32], [67; 32]);
        add(&server, &swapped).await;
    }
    let mut ana = Talker::with(&server, Way::Memory, anas.0, anas.1, &room).await;
    let mut ben = Talker::with(&server, Way::Memory, bens.0, bens.1, &room).await;
    for (talker, other) in [(&mut ana, "ben"), (&mut ben, "ana")] {
        let own = talker.sealer.keys().user_id().to_owned();
        for _ in 0..2 {
            let refused = talker.sealer.send(&room, "Are you there?", 0).await;
            assert!(matches!(refused, Err(SealError::Rewritten { .. })), "{refused:?}");
        }
        let refused = talker.sealer.safety_number(other).await;
        assert!(matches!(refused, Err(SealError::Rewritten { .. })), "{refused:?}");
        let news = talker.sealer.take_news();
        for user in [own.as_str(), other] {
            let told = |news: &News| matches!(news, News::Rewritten { user_id, .. } if user_id == user);
            assert_eq!(news.iter().filter(|news| told(news)).count(), 1, "{user}: {news:?}");
        }
    }
    server.stop().await;
}
