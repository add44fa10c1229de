//! Moderation.

use trivium_proto::v1::{
    FilterAction, FilterRule, FilterSyntax, GetModerationRequest, ListAuditRequest, ListHeldMessagesRequest,
    ListReportsRequest, MessageState, ModerationSettings, MuteMemberRequest, ReportMessageRequest, ReportReason,
    ReportResolution, ResolveMessageRequest, ResolveReportRequest, TestFilterRequest, UnmuteMemberRequest,
    UpdateModerationRequest, connect_request::Request,
};
use trivium_tests::game::id;

use super::About;

/// The request for a call of `ModerationService`.
pub(super) fn request(call: &str, about: &About) -> Option<Request> {
    let room_id = about.room.clone();
    let request_id = id();
    let rule = FilterRule {
        pattern: "no*such".into(),
        syntax: FilterSyntax::Word.into(),
        action: FilterAction::Block.into(),
        nicknames: true,
    };
    let request = match call {
        "GetModeration" => Request::GetModeration(GetModerationRequest { room_id }),
        "UpdateModeration" => Request::UpdateModeration(UpdateModerationRequest {
            request_id,
            room_id,
            settings: Some(ModerationSettings {
                rules: vec![rule],
                ..ModerationSettings::default()
            }),
        }),
        "TestFilter" => Request::TestFilter(TestFilterRequest {
            room_id,
            text: "no such luck".into(),
            rules: vec![rule],
        }),
        "MuteMember" => Request::MuteMember(MuteMemberRequest {
            request_id,
            room_id,
            user_id: about.extra.clone(),
            duration_ms: 60_000,
            reason: "why".into(),
        }),
        "UnmuteMember" => Request::UnmuteMember(UnmuteMemberRequest {
            request_id,
            room_id,
            user_id: about.extra.clone(),
        }),
        "ListHeldMessages" => Request::ListHeldMessages(ListHeldMessagesRequest {
            room_id,
            ..ListHeldMessagesRequest::default()
        }),
        // It is published already, so that what comes later finds it.
        "ResolveMessage" => Request::ResolveMessage(ResolveMessageRequest {
            request_id,
            room_id,
            message_seq: about.message,
            state: MessageState::Published.into(),
        }),
        "ReportMessage" => Request::ReportMessage(ReportMessageRequest {
            request_id,
            room_id,
            message_seq: about.foreign,
            reason: ReportReason::Spam.into(),
            text: "why".into(),
        }),
        "ListReports" => Request::ListReports(ListReportsRequest {
            room_id,
            ..ListReportsRequest::default()
        }),
        "ResolveReport" => Request::ResolveReport(ResolveReportRequest {
            request_id,
            room_id,
            report_seq: about.report,
            resolution: ReportResolution::Dismissed.into(),
        }),
        "ListAudit" => Request::ListAudit(ListAuditRequest {
            room_id,
            ..ListAuditRequest::default()
        }),
        _ => return None,
    };
    Some(request)
}
