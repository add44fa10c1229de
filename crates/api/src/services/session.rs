//! The unary part of sessions: the clock. Streams are in [`stream`](crate::stream).

use tonic::{Request, Response, Status};
use trivium_proto::v1::{self, session_service_server::SessionService};

use super::Services;
use crate::{call::Call, error::ApiError, limits::Operation};

pub(crate) async fn sync_clock(call: Call, request: v1::SyncClockRequest) -> Result<v1::SyncClockResponse, ApiError> {
    let clock = call.api.runtime.clock();
    let received = clock.now_micros();
    call.limit(Operation::Clock)?;
    if request.ping_id > 0
        && let Some(user) = call.user()
        && let Some(session) = call.api.sessions.find(&request.session_id, &user)
    {
        session.pong(request.ping_id, received);
    }
    Ok(v1::SyncClockResponse {
        client_send_time_us: request.client_send_time_us,
        server_receive_time_us: micros(received),
        server_send_time_us: micros(clock.now_micros()),
    })
}

fn micros(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

#[tonic::async_trait]
impl SessionService for Services {
    async fn sync_clock(
        &self,
        request: Request<v1::SyncClockRequest>,
    ) -> Result<Response<v1::SyncClockResponse>, Status> {
        self.unary(request, sync_clock).await
    }
}
