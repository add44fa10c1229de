//! Reports and the audit: what hosts look at, and what they did.

use tonic::Code;
use trivium_client::{
    SessionEvent,
    proto::v1::{
        AuditEntry, DeleteMessageRequest, FilterAction, FilterSyntax, GetModerationRequest, ListAuditRequest,
        ListReportsRequest, MessageState, ModerationSettings, MuteMemberRequest, Report, ReportMessageRequest,
        ReportReason, ReportResolution, ResolveReportRequest, room_event::Event,
    },
};
use trivium_tests::{Person, Server, game::id, people};

use super::{NO_MESSAGE, NOT_PERMITTED, ask, deeds, me, moderate, report, resolve, rule, sent};
use crate::common::{guests, hosted, look, on_every_road, outcome, rejected, seen, why};

fn close(room: &str, report_seq: u64, resolution: ReportResolution) -> ResolveReportRequest {
    ResolveReportRequest {
        request_id: id(),
        room_id: room.to_owned(),
        report_seq,
        resolution: resolution.into(),
    }
}

async fn reports(host: &Person, room: &str, all: bool) -> Vec<Report> {
    let request = ListReportsRequest {
        room_id: room.to_owned(),
        all,
        ..ListReportsRequest::default()
    };
    ask(host, request).await.expect("a host").reports
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one story from its beginning to its end")]
async fn reports_come_to_hosts_and_closing_one_does_what_it_says() {
    use ReportResolution::{Banned, Deleted, Dismissed, Muted};
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let mut said = Vec::new();
        for text in ["fine word", "bad word", "worse word", "worst word"] {
            said.push(sent(&ana, &room, text).await.seq);
        }
        let by_host = sent(&host, &room, "a word").await.seq;

        let seq = outcome(ben.client.moderation().report_message(report(&room, said[0])))
            .await
            .expect("a member")
            .seq;
        let told = host.event("the report", |event| match event {
            Event::MessageReported(reported) => reported.report.clone(),
            _ => None,
        });
        let told = told.await;
        assert_eq!(
            (told.seq, told.reason(), told.text.as_str()),
            (seq, ReportReason::Harassment, "Look at this")
        );
        let quoted = told.message.as_ref().expect("as it stood");
        assert_eq!(
            (quoted.seq, quoted.text.as_str(), told.reporter_id.as_str()),
            (said[0], "fine word", &*me(&ben))
        );
        assert_eq!(reports(&host, &room, false).await, [told]);
        assert_eq!(look(&host.client, &room).await.report_count, 1);

        let before = deeds(&server, &room).await;
        let list = ListReportsRequest {
            room_id: room.clone(),
            ..ListReportsRequest::default()
        };
        let unspecified = ReportMessageRequest {
            reason: 0,
            ..report(&room, said[1])
        };
        for (refused, expected) in [
            (
                ask(&ana, report(&room, said[1])).await.map(drop),
                (Code::FailedPrecondition, "OWN_MESSAGE"),
            ),
            (
                ask(&ben, report(&room, said[0])).await.map(drop),
                (Code::AlreadyExists, "ALREADY_REPORTED"),
            ),
            (ask(&ben, report(&room, 1)).await.map(drop), NO_MESSAGE),
            (
                ask(&ben, unspecified).await.map(drop),
                (Code::InvalidArgument, "INVALID_REQUEST"),
            ),
            (ask(&ben, list).await.map(drop), NOT_PERMITTED),
            (ask(&ben, close(&room, seq, Dismissed)).await.map(drop), NOT_PERMITTED),
            (
                ask(&host, close(&room, 1, Dismissed)).await.map(drop),
                (Code::NotFound, "NO_SUCH_REPORT"),
            ),
        ] {
            assert_eq!(why(&refused.expect_err("not allowed")), expected);
        }
        assert_eq!(deeds(&server, &room).await, before, "what is refused leaves nothing");

        let on_host = ask(&ben, report(&room, by_host)).await.expect("a member").seq;
        // Whoever wrote it is not told, and does not judge it.
        for resolution in [Muted, Dismissed] {
            let refused = ask(&host, close(&room, on_host, resolution)).await;
            let refused = refused.expect_err("not for the author");
            assert_eq!(why(&refused), (Code::NotFound, "NO_SUCH_REPORT"));
        }
        let listed = reports(&host, &room, true).await;
        assert!(listed.iter().all(|report| report.seq != on_host), "{listed:?}");
        assert_eq!(look(&host.client, &room).await.report_count, 1);
        for (message, resolution) in said.iter().zip([Dismissed, Deleted, Muted, Banned]) {
            let seq = match resolution {
                Dismissed => seq,
                _ => ask(&ben, report(&room, *message)).await.expect("a member").seq,
            };
            ask(&host, close(&room, seq, resolution)).await.expect("a host");
            let closed = reports(&host, &room, true).await;
            let this = closed.iter().find(|report| report.seq == seq).expect("it is kept");
            assert_eq!((this.resolution(), this.resolver_id.as_str()), (resolution, "host"));
            assert!(this.resolve_time_ms >= this.create_time_ms);
            if resolution == Muted {
                let refused = ana.session.send_message(&room, "but").await;
                assert_eq!(why(&rejected(refused)), (Code::PermissionDenied, "MUTED"));
            }
        }
        assert_eq!(reports(&host, &room, false).await, []);
        let listed = GetModerationRequest { room_id: room.clone() };
        let bans = ask(&host, listed).await.expect("a host").bans;
        assert_eq!(
            bans.iter().map(|ban| ban.user_id.clone()).collect::<Vec<_>>(),
            [me(&ana)]
        );
        let end = sent(&ben, &room, "done").await.seq;
        for person in [&mut host, &mut ben] {
            person.reach(end).await;
        }
        ana.until("the end", |event| match event {
            SessionEvent::SubscriptionEnded { .. } => Some(()),
            _ => None,
        })
        .await;
        let of_reports = |person: &Person| {
            let heard = seen(person, |event| match event {
                Event::MessageReported(_) | Event::ReportResolved(_) => Some(()),
                _ => None,
            });
            heard.len()
        };
        assert_eq!((of_reports(&host), of_reports(&ana), of_reports(&ben)), (8, 0, 0));
        let gone = seen(&ben, |event| match event {
            Event::MessageDeleted(deleted) => Some((deleted.message_seq, deleted.by_host)),
            _ => None,
        });
        assert_eq!(gone, [(said[1], true), (said[2], true), (said[3], true)]);
        server.stop().await;
    })
    .await;
}

async fn audit(host: &Person, room: &str, page_size: u32) -> Vec<AuditEntry> {
    let mut entries: Vec<AuditEntry> = Vec::new();
    loop {
        let request = ListAuditRequest {
            room_id: room.to_owned(),
            before_seq: entries.last().map_or(0, |last| last.seq),
            page_size,
        };
        let page = outcome(host.client.moderation().list_audit(request))
            .await
            .expect("a host");
        entries.extend(page.entries);
        if !page.more {
            return entries;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_read_what_was_done_and_members_do_not() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [ana] = guests(&server, way, &room, ["Ana"]).await;
        let room = room.id;
        let settings = ModerationSettings {
            rules: vec![
                rule("spam", FilterSyntax::Word, FilterAction::Block),
                rule("maybe", FilterSyntax::Word, FilterAction::Hold),
            ],
            ..ModerationSettings::default()
        };
        moderate(&host, &room, settings).await;
        let blocked = ana.session.send_message(&room, "spam").await;
        assert_eq!(why(&rejected(blocked)), (Code::InvalidArgument, "FILTERED"));
        let waits = sent(&ana, &room, "maybe").await.seq;
        ask(&host, resolve(&room, waits, MessageState::Rejected))
            .await
            .expect("a host");
        let said = sent(&ana, &room, "hello").await.seq;
        let delete = DeleteMessageRequest {
            request_id: id(),
            room_id: room.clone(),
            message_seq: said,
        };
        ask(&host, delete).await.expect("a host");
        let mute = MuteMemberRequest {
            request_id: id(),
            room_id: room.clone(),
            user_id: me(&ana),
            duration_ms: 0,
            reason: "Be kind".into(),
        };
        ask(&host, mute).await.expect("a host");

        let entries = audit(&host, &room, 100).await;
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.action.as_str(), entry.actor_id.as_str(), entry.message_seq))
            .collect();
        let expected = [
            ("moderation.muted", "host", 0),
            ("chat.deleted", "host", said),
            ("moderation.resolved", "host", waits),
            ("moderation.held", "", 0),
            ("moderation.filter_blocked", "", 0),
            ("moderation.updated", "host", 0),
        ];
        assert_eq!(told, expected);
        assert_eq!(
            (entries[0].target_user_id.clone(), entries[0].detail.as_str()),
            (me(&ana), "Be kind")
        );
        assert_eq!(audit(&host, &room, 1).await, entries, "page by page");
        let request = ListAuditRequest {
            room_id: room.clone(),
            ..ListAuditRequest::default()
        };
        assert_eq!(
            why(&ask(&ana, request.clone()).await.expect_err("no host")),
            NOT_PERMITTED
        );
        let stranger = people::client(&server, way, Some(server.token("stranger")));
        let refused = outcome(stranger.moderation().list_audit(request)).await;
        assert_eq!(why(&refused.expect_err("outside")), (Code::NotFound, "ROOM_NOT_FOUND"));
        server.stop().await;
    })
    .await;
}
