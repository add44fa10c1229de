//! Notifications and announcements: told while away, read on two devices, wanted or not, and by whom.
//!
//! Neighbours: the rules of one inbox stand in the engine's `tests/inbox.rs`; here everything goes over the roads and by courier.

use tonic::Code;
use trivium_client::proto::v1::{
    Announcement, GetNotificationPreferencesRequest, ListAnnouncementsRequest, ListNotificationsRequest,
    ListNotificationsResponse, MakeAnnouncementRequest, MarkNotificationsReadRequest, Notification, NotificationKind,
    NotificationPreferences, NotifyRequest, NotifyResponse, RetractAnnouncementRequest, Room, Severity,
    UpdateNotificationPreferencesRequest, room_event::Event,
};
use trivium_runtime::Runtime;
use trivium_tests::{Options, Person, Server, Way, game::id, people};

use crate::common::{becomes, by_code, guests, hosted, joined, nobody, on_every_road, rejected, why};

/// Somebody with an account who is in the room and then away.
async fn away(server: &Server, way: Way, room: &Room, name: &str) {
    let person = Person::account(server, way, name).await;
    joined(&person.client, by_code(&room.join_code, name)).await;
    person.session.close().await;
}

async fn say(person: &Person, room: &Room, text: &str) -> u64 {
    person.session.send_message(&room.id, text).await.expect("said").seq
}

async fn list(person: &Person, unread_only: bool) -> ListNotificationsResponse {
    let request = ListNotificationsRequest {
        unread_only,
        ..ListNotificationsRequest::default()
    };
    person.session.execute(request).await.expect("an inbox")
}

/// Waits until an inbox has so many.
async fn told(person: &Person, count: usize) -> Vec<Notification> {
    becomes("notifications", async || {
        let notifications = list(person, false).await.notifications;
        (notifications.len() >= count).then_some(notifications)
    })
    .await
}

/// Begins to hear the own inbox.
async fn hear_inbox(person: &mut Person) {
    let inbox = list(person, false).await.inbox_room_id;
    person.hear(&inbox).await;
}

async fn added(person: &mut Person) -> (Notification, u32) {
    let added = |event: &Event| match event {
        Event::NotificationAdded(added) => Some((added.notification.clone()?, added.unread_count)),
        _ => None,
    };
    person.event("a notification", added).await
}

fn to(users: &[&str], title: &str) -> NotifyRequest {
    NotifyRequest {
        request_id: id(),
        user_ids: users.iter().map(|user| (*user).to_owned()).collect(),
        title: title.into(),
        link: "/rooms".into(),
        severity: Severity::Warning.into(),
        ..NotifyRequest::default()
    }
}

fn to_room(room: &str, title: &str) -> NotifyRequest {
    NotifyRequest {
        room_id: room.into(),
        ..to(&[], title)
    }
}

async fn person(server: &Server, way: Way, token: String, name: &str) -> Person {
    Person::connected(people::client(server, way, Some(token)), way, name).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_away_finds_mentions_and_replies_in_the_inbox() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [gina] = guests(&server, way, &room, ["Gina"]).await;
        away(&server, way, &room, "Ana").await;
        let mention = say(&host, &room, "hello @Ana and @Gina").await;
        say(&host, &room, "and nobody").await;

        let mut ana = Person::account(&server, way, "Ana").await;
        let there = told(&ana, 1).await;
        let first = &there[0];
        assert_eq!(
            (first.kind(), &first.room_id, first.message_seq),
            (NotificationKind::Mention, &room.id, mention)
        );
        assert_eq!(
            (&*first.actor_id, &*first.actor_name, &*first.title),
            ("host", "host", "A room")
        );
        assert!(first.text.is_empty() && !first.read && !first.quiet, "{first:?}");
        hear_inbox(&mut ana).await;
        let snapshot = ana.snapshot.clone().expect("of the inbox");
        assert_eq!((snapshot.notifications, snapshot.notification_count), (there, 1));

        // Guests too are heard, and have no inbox themselves.
        let own = say(&ana, &room, "I am back").await;
        let reply = gina.session.reply_to(&room.id, own, "welcome").await.expect("said").seq;
        let (second, unread) = added(&mut ana).await;
        assert_eq!(
            (second.kind(), second.message_seq, unread),
            (NotificationKind::Reply, reply, 2)
        );
        let refused = rejected(gina.session.execute(ListNotificationsRequest::default()).await);
        assert_eq!(why(&refused), (Code::PermissionDenied, "ACCOUNT_NEEDED"));
        assert_eq!(list(&host, false).await.notifications, [], "nobody told the host");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_on_one_device_is_read_on_all() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let service = person(&server, way, server.service_token("school"), "school").await;
        let (mut phone, mut laptop) = (
            Person::account(&server, way, "ana").await,
            Person::account(&server, way, "ana").await,
        );
        for device in [&mut phone, &mut laptop] {
            hear_inbox(device).await;
        }
        for title in ["One", "Two", "Three"] {
            let request = to(&["ana", "ana"], title);
            let sent = service.session.execute(request.clone()).await.expect("sent");
            let again = service
                .client
                .notifications()
                .notify(request)
                .await
                .expect("sent")
                .into_inner();
            let once = NotifyResponse {
                delivered_count: 1,
                declined_count: 0,
            };
            assert_eq!(
                (&sent, &again),
                (&once, &once),
                "a retry is answered alike and has no effect"
            );
        }
        let mut seqs = Vec::new();
        for (n, title) in (1..).zip(["One", "Two", "Three"]) {
            for device in [&mut phone, &mut laptop] {
                let (notification, unread) = added(device).await;
                assert_eq!((&*notification.title, unread), (title, n));
                assert_eq!(
                    (notification.kind(), notification.severity()),
                    (NotificationKind::Service, Severity::Warning)
                );
                assert_eq!((&*notification.actor_id, &*notification.link), ("school", "/rooms"));
                seqs.push(notification.seq);
            }
        }
        let mark = MarkNotificationsReadRequest {
            request_id: id(),
            through_seq: 0,
            seqs: vec![seqs[2]],
        };
        phone.session.execute(mark).await.expect("marked");
        let marked = |event: &Event| match event {
            Event::NotificationsRead(read) => Some((read.through_seq, read.seqs.clone(), read.unread_count)),
            _ => None,
        };
        for device in [&mut phone, &mut laptop] {
            assert_eq!(device.event("marks", marked).await, (0, vec![seqs[2]], 2));
        }
        let unread = list(&laptop, true).await;
        let titles: Vec<_> = unread.notifications.iter().map(|unread| &*unread.title).collect();
        assert_eq!((titles, unread.unread_count), (vec!["Three", "One"], 2));
        let page = ListNotificationsRequest {
            before_seq: seqs[4],
            page_size: 1,
            ..ListNotificationsRequest::default()
        };
        let page = laptop.session.execute(page).await.expect("a page");
        assert_eq!(
            (&*page.notifications[0].title, page.notifications[0].read, page.more),
            ("Two", true, true)
        );
        let mark = MarkNotificationsReadRequest {
            request_id: id(),
            through_seq: u64::MAX,
            seqs: Vec::new(),
        };
        laptop.session.execute(mark).await.expect("marked");
        assert_eq!(phone.event("marks", marked).await.2, 0);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_choose_what_they_hear_and_when() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let service = person(&server, way, server.service_token("school"), "school").await;
        let mut ana = Person::account(&server, way, "Ana").await;
        joined(&ana.client, by_code(&room.join_code, "Ana")).await;
        hear_inbox(&mut ana).await;
        let preferences = NotificationPreferences {
            declined_kinds: vec![NotificationKind::Service.into()],
            quiet_until_ms: i64::MAX,
            ..NotificationPreferences::default()
        };
        let update = UpdateNotificationPreferencesRequest {
            request_id: id(),
            preferences: Some(preferences.clone()),
        };
        ana.session.execute(update).await.expect("set");
        let updated = |event: &Event| match event {
            Event::PreferencesUpdated(updated) => updated.preferences.clone(),
            _ => None,
        };
        assert_eq!(ana.event("preferences", updated).await, preferences);
        let kept = ana
            .session
            .execute(GetNotificationPreferencesRequest {})
            .await
            .expect("kept");
        assert_eq!(kept.preferences, Some(preferences));

        let sent = service.session.execute(to(&["Ana"], "No")).await.expect("sent");
        assert_eq!((sent.delivered_count, sent.declined_count), (0, 1));
        let sent = host.session.execute(to_room(&room.id, "Yes")).await.expect("sent");
        assert_eq!((sent.delivered_count, sent.declined_count), (1, 0));
        let (heard, unread) = added(&mut ana).await;
        assert_eq!(
            (&*heard.title, heard.kind(), heard.quiet, unread),
            ("Yes", NotificationKind::Host, true, 1)
        );
        assert_eq!((&heard.room_id, &*heard.actor_name), (&room.id, "host"));
        say(&host, &room, "@Ana!").await;
        let (heard, _) = added(&mut ana).await;
        assert_eq!(
            (heard.kind(), heard.quiet),
            (NotificationKind::Mention, true),
            "kept, quietly"
        );
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_tell_or_read_is_refused_and_nothing_is_told() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let admin = person(&server, way, server.admin_token("root"), "root").await;
        let mut ana = Person::account(&server, way, "ana").await;
        joined(&ana.client, by_code(&room.join_code, "ana")).await;
        let eve = Person::account(&server, way, "eve").await;
        let [gina] = guests(&server, way, &room, ["Gina"]).await;
        hear_inbox(&mut ana).await;
        let inbox = list(&ana, false).await.inbox_room_id;
        let head = async || {
            let inbox = inbox.parse().expect("an id");
            let head = server.api.runtime.query(&inbox, |room, _| room.seq()).await;
            head.expect("the room is there")
        };
        let before = head().await;
        let bad_link = |link: &str| NotifyRequest {
            link: link.into(),
            ..to(&["ana"], "x")
        };
        let both = NotifyRequest {
            room_id: room.id.clone(),
            ..to(&["ana"], "x")
        };
        for (who, request, expected) in [
            (&eve, to(&["ana"], "x"), (Code::PermissionDenied, "PERMISSION_DENIED")),
            (&host, to(&["ana"], "x"), (Code::PermissionDenied, "PERMISSION_DENIED")),
            (&gina, to(&["ana"], "x"), (Code::PermissionDenied, "PERMISSION_DENIED")),
            (&eve, to_room(&room.id, "x"), (Code::NotFound, "ROOM_NOT_FOUND")),
            (&ana, to_room(&room.id, "x"), (Code::PermissionDenied, "NOT_PERMITTED")),
            (&gina, to_room(&room.id, "x"), (Code::PermissionDenied, "NOT_PERMITTED")),
            (&admin, to_room("nowhere", "x"), (Code::NotFound, "ROOM_NOT_FOUND")),
            (&admin, to(&[], "x"), (Code::InvalidArgument, "INVALID_REQUEST")),
            (&admin, both, (Code::InvalidArgument, "INVALID_REQUEST")),
            (&admin, to(&["ana"], ""), (Code::InvalidArgument, "INVALID_REQUEST")),
            (
                &admin,
                bad_link("//evil.example"),
                (Code::InvalidArgument, "TEXT_INVALID"),
            ),
            (
                &admin,
                bad_link("javascript:alert(1)"),
                (Code::InvalidArgument, "TEXT_INVALID"),
            ),
        ] {
            let what = format!("{} {request:?}", who.name);
            let refused = rejected(who.session.execute(request).await);
            assert_eq!(why(&refused), expected, "{what}");
        }
        for who in [&host, &eve, &gina, &admin] {
            let refused = rejected(who.session.subscribe(&inbox, None).await);
            assert_eq!(why(&refused), (Code::NotFound, "ROOM_NOT_FOUND"), "{}", who.name);
        }
        for who in [&ana, &host] {
            let request = MakeAnnouncementRequest {
                request_id: id(),
                title: "x".into(),
                ..MakeAnnouncementRequest::default()
            };
            let refused = rejected(who.session.execute(request).await);
            assert_eq!(why(&refused), (Code::PermissionDenied, "PERMISSION_DENIED"));
        }
        assert_eq!(head().await, before, "nothing was told");
        server.stop().await;
    })
    .await;
}

async fn announcements(client: &trivium_client::Client) -> (Vec<Announcement>, String) {
    let listed = client
        .notifications()
        .list_announcements(ListAnnouncementsRequest {})
        .await;
    let listed = listed.expect("for everybody").into_inner();
    (listed.announcements, listed.room_id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn announcements_reach_everybody() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let admin = person(&server, way, server.admin_token("root"), "root").await;
        let (_host, room) = hosted(&server, way).await;
        let [gina] = guests(&server, way, &room, ["Gina"]).await;
        let ana = Person::account(&server, way, "ana").await;
        let stranger = nobody(&server, way);
        let (none, system) = announcements(&stranger).await;
        assert_eq!((none, &*system), (Vec::new(), Runtime::system_room().as_str()));
        let mut ears = [gina, ana];
        for ear in &mut ears {
            ear.hear(&system).await;
        }
        let request = MakeAnnouncementRequest {
            request_id: id(),
            severity: Severity::Critical.into(),
            title: "Maintenance".into(),
            text: "At noon".into(),
            expire_ms: 3_600_000,
            ..MakeAnnouncementRequest::default()
        };
        let made = admin.session.execute(request.clone()).await.expect("made").announcement;
        let again = admin
            .client
            .notifications()
            .make_announcement(request)
            .await
            .expect("made");
        assert_eq!(again.into_inner().announcement, made, "a retry");
        let made = made.expect("there is one");
        assert_eq!(made.expire_time_ms, made.create_time_ms + 3_600_000);
        for ear in &mut ears {
            let heard = |event: &Event| match event {
                Event::AnnouncementMade(made) => made.announcement.clone(),
                _ => None,
            };
            assert_eq!(ear.event("an announcement", heard).await, made);
        }
        assert_eq!(announcements(&stranger).await.0, std::slice::from_ref(&made));
        let mut late = Person::account(&server, way, "late").await;
        late.hear(&system).await;
        let snapshot = late.snapshot.clone().expect("of the announcements");
        assert_eq!(snapshot.announcements, std::slice::from_ref(&made));

        let retract = RetractAnnouncementRequest {
            request_id: id(),
            announcement_seq: made.seq,
        };
        admin.session.execute(retract).await.expect("taken back");
        for ear in &mut ears {
            let gone = |event: &Event| match event {
                Event::AnnouncementRetracted(gone) => Some(gone.announcement_seq),
                _ => None,
            };
            assert_eq!(ear.event("the end", gone).await, made.seq);
        }
        assert_eq!(announcements(&stranger).await.0, []);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_owed_when_a_server_went_down_is_told_by_the_next() {
    let store = std::sync::Arc::new(trivium_store::MemoryStore::new());
    let server = Server::start_with(Options {
        store: Some(std::sync::Arc::clone(&store)),
        ..Options::default()
    })
    .await;
    let (host, room) = hosted(&server, Way::Grpc).await;
    away(&server, Way::Grpc, &room, "Ana").await;
    let mention = say(&host, &room, "@Ana").await;
    let ana = Person::account(&server, Way::Grpc, "Ana").await;
    told(&ana, 1).await;
    drop((host, ana));
    server.stop().await;
    // As if it had gone down before the courier came: there is neither an inbox nor a snapshot.
    let server = Server::start_with(only_the_log(&store, &room).await).await;
    let ana = Person::account(&server, Way::Grpc, "Ana").await;
    let there = told(&ana, 1).await;
    assert_eq!((there.len(), there[0].message_seq), (1, mention));
    server.stop().await;
}

/// The log of a room in a store of its own, without snapshots and other rooms.
async fn only_the_log(store: &std::sync::Arc<trivium_store::MemoryStore>, room: &Room) -> Options {
    use trivium_store::{Append, Catalogue as _, Page, RoomLog as _};
    let copy = trivium_store::MemoryStore::new();
    let id = room.id.parse().expect("an id");
    let record = store.room(&id).await.expect("read").expect("there");
    copy.create_room(&record).await.expect("made");
    let all = Page {
        records: 1_000,
        bytes: usize::MAX,
    };
    let records = store.read(&id, 0, all).await.expect("read");
    let append = Append {
        room: id,
        after: 0,
        owner: 1,
        records,
        projections: Vec::new(),
    };
    copy.append(&[append]).await.expect("written");
    Options {
        store: Some(std::sync::Arc::new(copy)),
        ..Options::default()
    }
}
