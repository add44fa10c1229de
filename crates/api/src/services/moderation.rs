//! Moderation: settings and filters, mutes, messages that wait, reports, the audit.
//!
//! Compiling rules takes longer than a call may hold up others, so it is done on a thread for such work and has a rate of
//! its own.

use tonic::{Request, Response, Status};
use trivium_engine::{Audience, Reject, Room, RoomId, Timestamp, moderation::audit};
use trivium_proto::v1::{self, moderation_service_server::ModerationService};

use super::{Services, page_size, seq_of};
use crate::{call::Call, convert, convert::Addressed, error::ApiError, limits::Operation};

/// Entries of a page where nothing else is asked for.
const DEFAULT_PAGE: u32 = 50;

pub(crate) async fn get_moderation(
    call: Call,
    request: v1::GetModerationRequest,
) -> Result<v1::GetModerationResponse, ApiError> {
    let me = call.principal()?.user.clone();
    look_as_host(&call, request.room_id, move |room, now| {
        use convert::moderation::{ban_out, mute_out, settings};
        v1::GetModerationResponse {
            settings: Some(settings(&room.moderation(&Audience::Hosts))),
            mutes: room
                .mutes(now)
                .iter()
                .map(|(user, mute)| mute_out(user, mute))
                .collect(),
            bans: room.bans(now).iter().map(|(user, ban)| ban_out(user, ban)).collect(),
            pending_count: room.pending_count(),
            report_count: room.report_count(Some(&me)),
        }
    })
    .await
}

pub(crate) async fn update_moderation(
    call: Call,
    request: v1::UpdateModerationRequest,
) -> Result<v1::UpdateModerationResponse, ApiError> {
    call.limit(Operation::Filter)?;
    let command = apart(move || convert::moderation::update(request)).await??;
    let seq = command_seq(&call, command).await?;
    Ok(v1::UpdateModerationResponse { seq })
}

pub(crate) async fn test_filter(
    call: Call,
    request: v1::TestFilterRequest,
) -> Result<v1::TestFilterResponse, ApiError> {
    call.limit(Operation::Filter)?;
    let own = look_as_host(&call, request.room_id, |room, _| {
        room.moderation(&Audience::Hosts).rules
    })
    .await?;
    let trial = apart(move || {
        let rules = if request.rules.is_empty() {
            own
        } else {
            convert::moderation::rules("rules", request.rules)?
        };
        Ok::<_, ApiError>(rules.trial(&request.text))
    });
    Ok(convert::moderation::trial(trial.await??))
}

pub(crate) async fn mute_member(
    call: Call,
    request: v1::MuteMemberRequest,
) -> Result<v1::MuteMemberResponse, ApiError> {
    let seq = command_seq(&call, convert::moderation::mute(request)?).await?;
    Ok(v1::MuteMemberResponse { seq })
}

pub(crate) async fn unmute_member(
    call: Call,
    request: v1::UnmuteMemberRequest,
) -> Result<v1::UnmuteMemberResponse, ApiError> {
    let seq = command_seq(&call, convert::moderation::unmute(request)?).await?;
    Ok(v1::UnmuteMemberResponse { seq })
}

pub(crate) async fn list_held_messages(
    call: Call,
    request: v1::ListHeldMessagesRequest,
) -> Result<v1::ListHeldMessagesResponse, ApiError> {
    use trivium_engine::moderation::MessageState;
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let state = convert::moderation::state("state", request.state)?.unwrap_or(MessageState::Pending);
    let after = request.after_seq;
    look_as_host(&call, request.room_id, move |room, _| {
        let (held, more) = room.held_messages(state, after, limit);
        let messages = held.iter().map(|held| convert::moderation::held(room.id(), held));
        v1::ListHeldMessagesResponse {
            messages: messages.collect(),
            more,
        }
    })
    .await
}

pub(crate) async fn resolve_message(
    call: Call,
    request: v1::ResolveMessageRequest,
) -> Result<v1::ResolveMessageResponse, ApiError> {
    let seq = command_seq(&call, convert::moderation::resolve_message(request)?).await?;
    Ok(v1::ResolveMessageResponse { seq })
}

pub(crate) async fn report_message(
    call: Call,
    request: v1::ReportMessageRequest,
) -> Result<v1::ReportMessageResponse, ApiError> {
    let done = call
        .execute(Operation::Report, convert::moderation::report(request)?)
        .await?;
    Ok(v1::ReportMessageResponse { seq: seq_of(&done) })
}

pub(crate) async fn list_reports(
    call: Call,
    request: v1::ListReportsRequest,
) -> Result<v1::ListReportsResponse, ApiError> {
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let (all, after) = (request.all, request.after_seq);
    let me = call.principal()?.user.clone();
    look_as_host(&call, request.room_id, move |room, _| {
        let (reports, more) = room.reports(&me, all, after, limit);
        let reports = reports
            .iter()
            .map(|report| convert::moderation::report_out(room.id(), report));
        v1::ListReportsResponse {
            reports: reports.collect(),
            more,
        }
    })
    .await
}

pub(crate) async fn resolve_report(
    call: Call,
    request: v1::ResolveReportRequest,
) -> Result<v1::ResolveReportResponse, ApiError> {
    let seq = command_seq(&call, convert::moderation::resolve_report(request)?).await?;
    Ok(v1::ResolveReportResponse { seq })
}

pub(crate) async fn list_audit(call: Call, request: v1::ListAuditRequest) -> Result<v1::ListAuditResponse, ApiError> {
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let before = (request.before_seq > 0).then_some(request.before_seq);
    let room: RoomId = convert::common::id("room_id", request.room_id.clone())?;
    let (seqs, more) = look_as_host(&call, request.room_id, move |room, _| room.audit(before, limit)).await?;
    let mut entries = Vec::with_capacity(seqs.len());
    for run in runs(&seqs) {
        let (first, last) = run;
        let count = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
        let page = call.api.runtime.read_log(&room, first - 1, count).await?;
        let audited = page.iter().rev().filter_map(audit::audited);
        entries.extend(audited.map(|audited| convert::moderation::audited(&audited)));
    }
    Ok(v1::ListAuditResponse { entries, more })
}

/// Runs of neighbours in falling numbers, each as its first and last, so that each is read at once.
fn runs(seqs: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &seq in seqs.iter().filter(|seq| **seq > 0) {
        match runs.last_mut() {
            Some((first, _)) if seq + 1 == *first => *first = seq,
            Some(_) | None => runs.push((seq, seq)),
        }
    }
    runs
}

async fn command_seq(call: &Call, command: Addressed) -> Result<u64, ApiError> {
    Ok(seq_of(&call.execute(Operation::Command, command).await?))
}

/// Reads a room as somebody who runs it.
async fn look_as_host<T, F>(call: &Call, room_id: String, read: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnOnce(&Room, Timestamp) -> T + Clone + Send + 'static,
{
    let room: RoomId = convert::common::id("room_id", room_id)?;
    let seen = call.look(&room, move |room, who, now| match who {
        Audience::Hosts => Some(read(room, now)),
        Audience::Member(_) | Audience::Observers => None,
    });
    seen.await?.ok_or(ApiError::Reject(Reject::NotPermitted))
}

/// Does work that takes a while on a thread for such work.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::Internal(error.to_string()))
}

#[tonic::async_trait]
impl ModerationService for Services {
    async fn get_moderation(
        &self,
        request: Request<v1::GetModerationRequest>,
    ) -> Result<Response<v1::GetModerationResponse>, Status> {
        self.unary(request, get_moderation).await
    }

    async fn update_moderation(
        &self,
        request: Request<v1::UpdateModerationRequest>,
    ) -> Result<Response<v1::UpdateModerationResponse>, Status> {
        self.unary(request, update_moderation).await
    }

    async fn test_filter(
        &self,
        request: Request<v1::TestFilterRequest>,
    ) -> Result<Response<v1::TestFilterResponse>, Status> {
        self.unary(request, test_filter).await
    }

    async fn mute_member(
        &self,
        request: Request<v1::MuteMemberRequest>,
    ) -> Result<Response<v1::MuteMemberResponse>, Status> {
        self.unary(request, mute_member).await
    }

    async fn unmute_member(
        &self,
        request: Request<v1::UnmuteMemberRequest>,
    ) -> Result<Response<v1::UnmuteMemberResponse>, Status> {
        self.unary(request, unmute_member).await
    }

    async fn list_held_messages(
        &self,
        request: Request<v1::ListHeldMessagesRequest>,
    ) -> Result<Response<v1::ListHeldMessagesResponse>, Status> {
        self.unary(request, list_held_messages).await
    }

    async fn resolve_message(
        &self,
        request: Request<v1::ResolveMessageRequest>,
    ) -> Result<Response<v1::ResolveMessageResponse>, Status> {
        self.unary(request, resolve_message).await
    }

    async fn report_message(
        &self,
        request: Request<v1::ReportMessageRequest>,
    ) -> Result<Response<v1::ReportMessageResponse>, Status> {
        self.unary(request, report_message).await
    }

    async fn list_reports(
        &self,
        request: Request<v1::ListReportsRequest>,
    ) -> Result<Response<v1::ListReportsResponse>, Status> {
        self.unary(request, list_reports).await
    }

    async fn resolve_report(
        &self,
        request: Request<v1::ResolveReportRequest>,
    ) -> Result<Response<v1::ResolveReportResponse>, Status> {
        self.unary(request, resolve_report).await
    }

    async fn list_audit(
        &self,
        request: Request<v1::ListAuditRequest>,
    ) -> Result<Response<v1::ListAuditResponse>, Status> {
        self.unary(request, list_audit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_read_at_once() {
        assert_eq!(runs(&[9, 8, 7, 3, 1]), [(7, 9), (3, 3), (1, 1)]);
        assert_eq!(runs(&[]), []);
    }
}
