//! Keys of devices: what is taken into the log, what is not, and that everybody reads the same.

use tonic::Code;
use trivium_client::{
    proto::v1::{
        KeyChange, KeyEvent, ListDevicesRequest, ListKeyEventsRequest, RegisterDeviceRequest, RevokeDeviceRequest,
        RotateDeviceRequest, UserDevices,
    },
    seal::{DeviceKeys, KeyLog},
};
use trivium_tests::{Person, Server, game::id};

use crate::common::{guests, hosted, on_every_road, refusal, rejected, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_are_registered_rotated_and_revoked_and_everybody_reads_it() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let ana = Person::account(&server, way, "ana").await;
        let ben = Person::account(&server, way, "ben").await;
        let mut phone = DeviceKeys::generate("ana", "Ana's phone");
        let laptop = DeviceKeys::generate("ana", "Ana's laptop");

        assert_eq!(
            devices(&ben, "ana").await,
            UserDevices {
                user_id: "ana".into(),
                ..UserDevices::default()
            }
        );
        assert_eq!(events(&ben, "ana", 0).await, []);
        let first = ana.session.execute(registration(&phone)).await.expect("registered");
        // As a call, where the others are on a stream.
        let request = registration(&laptop);
        let again = request.clone();
        let second = ana
            .client
            .keys()
            .register_device(request)
            .await
            .expect("registered")
            .into_inner();
        let repeated = ana.session.execute(again).await.expect("the same request");
        assert_eq!(repeated, second, "a retry is answered as the first time");
        phone.renew();
        let rotation = RotateDeviceRequest {
            request_id: id(),
            ..phone.rotation()
        };
        let third = ana
            .client
            .keys()
            .rotate_device(rotation)
            .await
            .expect("rotated")
            .into_inner();
        let fourth = ana.session.execute(revocation(&laptop)).await.expect("revoked");

        let log = events(&ben, "ana", 0).await;
        let told = [first.event, second.event, third.event, fourth.event];
        assert_eq!(log.iter().cloned().map(Some).collect::<Vec<_>>(), told);
        assert_eq!(events(&ana, "ana", 2).await, log[2..]);
        let mut known = KeyLog::default();
        let changes: Vec<KeyChange> = log
            .iter()
            .map(|event| known.take("ana", event).expect("it follows"))
            .collect();
        let expected = [
            KeyChange::Registered,
            KeyChange::Registered,
            KeyChange::Rotated,
            KeyChange::Revoked,
        ];
        assert_eq!(changes, expected);
        let listed = devices(&ben, "ana").await;
        assert!(known.agrees(&listed.devices));
        assert_eq!(
            (listed.head_seq, listed.head_hash.as_ref()),
            (4, &known.head_hash()[..])
        );
        let [only] = listed.devices.as_slice() else {
            panic!("one is left: {listed:?}");
        };
        assert_eq!((only.device_id.as_str(), only.key_seq), (phone.device_id(), 3));

        // A key log is nobody's room.
        let rooms = ana
            .client
            .rooms()
            .list_rooms(trivium_client::proto::v1::ListRoomsRequest::default())
            .await;
        assert_eq!(rooms.expect("listed").into_inner().rooms, []);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_stated_by_the_device_itself_is_refused() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let ana = Person::account(&server, way, "ana").await;
        let ben = Person::account(&server, way, "ben").await;
        let phone = DeviceKeys::generate("ana", "Ana's phone");
        ana.session.execute(registration(&phone)).await.expect("registered");
        let laptop = DeviceKeys::generate("ana", "Ana's laptop");
        let bad = (Code::InvalidArgument, "SIGNATURE_INVALID");
        let exists = (Code::AlreadyExists, "DEVICE_EXISTS");
        let invalid = (Code::InvalidArgument, "INVALID_REQUEST");
        let unknown = (Code::NotFound, "DEVICE_UNKNOWN");

        let good = registration(&laptop);
        let mut swapped = good.clone();
        swapped.agreement_key = phone.agreement_key().to_vec().into();
        let mut renamed = good.clone();
        renamed.device_id = "other".into();
        let mut zero = good.clone();
        zero.agreement_key = vec![0; 32].into();
        let mut short = good.clone();
        short.signing_key = vec![1; 31].into();
        let mut nameless = good.clone();
        nameless.name.clear();
        for (request, expected) in [
            (swapped, bad),
            (renamed, bad),
            (zero, bad),
            (short, invalid),
            (nameless, invalid),
        ] {
            assert_eq!(why(&rejected(ana.session.execute(request.clone()).await)), expected);
            assert_eq!(
                why(&refusal(ana.client.keys().register_device(request)).await),
                expected
            );
        }
        // What one has stated, another cannot use.
        assert_eq!(why(&rejected(ben.session.execute(registration(&phone)).await)), bad);
        let taken = DeviceKeys::from_secrets("ana", phone.device_id(), "Again", [5; 32], [6; 32]);
        assert_eq!(why(&rejected(ana.session.execute(registration(&taken)).await)), exists);

        let mut renewed = phone.clone();
        renewed.renew();
        let mut stolen = RotateDeviceRequest {
            request_id: id(),
            ..renewed.rotation()
        };
        stolen.signature = laptop.sign(&renewed.statement()).to_vec().into();
        assert_eq!(why(&rejected(ana.session.execute(stolen).await)), bad);
        let back = RotateDeviceRequest {
            request_id: id(),
            ..phone.rotation()
        };
        assert_eq!(
            why(&rejected(ana.session.execute(back).await)),
            exists,
            "an old key never comes back"
        );
        for stranger in [&ana, &ben] {
            assert_eq!(
                why(&rejected(stranger.session.execute(revocation(&laptop)).await)),
                unknown
            );
        }
        assert_eq!(
            why(&rejected(ben.session.execute(revocation(&phone)).await)),
            unknown,
            "not his"
        );
        assert_eq!(devices(&ben, "ana").await.head_seq, 1, "nothing was left behind");

        for n in 1..16 {
            let one = DeviceKeys::generate("ana", format!("Device {n}"));
            ana.session.execute(registration(&one)).await.expect("room for 16");
        }
        let refused = rejected(ana.session.execute(registration(&laptop)).await);
        assert_eq!(why(&refused), (Code::ResourceExhausted, "TOO_MANY_DEVICES"));

        let (_host, room) = hosted(&server, way).await;
        let [guest] = guests(&server, way, &room, ["Gil"]).await;
        let keys = DeviceKeys::generate("gil", "A guest's");
        let needed = (Code::PermissionDenied, "ACCOUNT_NEEDED");
        assert_eq!(why(&rejected(guest.session.execute(registration(&keys)).await)), needed);
        let many = ListDevicesRequest {
            user_ids: (0..33).map(|n| format!("u{n}")).collect(),
        };
        assert_eq!(why(&rejected(ana.session.execute(many).await)), invalid);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_is_read_in_pages() {
    let server = Server::start().await;
    let ana = Person::account(&server, trivium_tests::Way::Memory, "ana").await;
    let mut phone = DeviceKeys::generate("ana", "Ana's phone");
    ana.session.execute(registration(&phone)).await.expect("registered");
    for _ in 0..420 {
        phone.renew();
        let rotation = RotateDeviceRequest {
            request_id: id(),
            ..phone.rotation()
        };
        ana.session.execute(rotation).await.expect("rotated");
    }
    let mut known = KeyLog::default();
    let mut pages = Vec::new();
    loop {
        let request = ListKeyEventsRequest {
            user_id: "ana".into(),
            after_seq: known.head_seq(),
        };
        let page = ana.session.execute(request).await.expect("read");
        for event in &page.events {
            known.take("ana", event).expect("it follows");
        }
        pages.push(page.events.len());
        if !page.more {
            break;
        }
    }
    assert_eq!(pages, [200, 200, 21]);
    assert_eq!(devices(&ana, "ana").await.head_hash.as_ref(), known.head_hash());
    server.stop().await;
}

fn registration(keys: &DeviceKeys) -> RegisterDeviceRequest {
    RegisterDeviceRequest {
        request_id: id(),
        ..keys.register()
    }
}

fn revocation(keys: &DeviceKeys) -> RevokeDeviceRequest {
    RevokeDeviceRequest {
        request_id: id(),
        device_id: keys.device_id().to_owned(),
    }
}

async fn devices(person: &Person, user: &str) -> UserDevices {
    let request = ListDevicesRequest {
        user_ids: vec![user.to_owned()],
    };
    let listed = person.session.execute(request).await.expect("every account reads");
    listed.users.into_iter().next().expect("as many as asked for")
}

async fn events(person: &Person, user: &str, after_seq: u64) -> Vec<KeyEvent> {
    let request = ListKeyEventsRequest {
        user_id: user.to_owned(),
        after_seq,
    };
    person
        .session
        .execute(request)
        .await
        .expect("every account reads")
        .events
}
