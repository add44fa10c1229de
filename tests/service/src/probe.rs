//! What handlers see of their calls, by the name that a call gives itself, and the service that tells it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, watch};
use tonic::{Code, Request, Response, Status, metadata::MetadataMap};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::proto::probe::{
    AwaitRequest, AwaitResponse, EndSessionsRequest, EndSessionsResponse, FailRequest, FailResponse, ReleaseRequest,
    ReleaseResponse, probe_service_server::ProbeService,
};

/// Metadata with the name of a call.
const NAME: &str = "x-probe";
/// Metadata that makes a handler wait.
const HOLD: &str = "x-probe-hold";
/// Most names; a suite has some dozens.
const MAX_NAMES: usize = 4_096;

/// All names.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    named: Mutex<HashMap<String, Arc<Probe>>>,
    /// Somebody wants all WebTransport sessions to end.
    pub(crate) end_sessions: Notify,
}

/// The calls of one name.
#[derive(Debug, Default)]
struct Probe {
    seen: watch::Sender<AwaitResponse>,
    released: watch::Sender<bool>,
}

/// One call for as long as it is handled.
#[derive(Debug)]
pub(crate) struct Seen {
    probe: Arc<Probe>,
    held: bool,
}

impl Probes {
    /// Begins to watch a call.
    pub(crate) fn see(&self, metadata: &MetadataMap) -> Result<Seen, Status> {
        let name = metadata
            .get(NAME)
            .and_then(|name| name.to_str().ok())
            .unwrap_or_default();
        let probe = self.named(name)?;
        probe.seen.send_modify(|seen| {
            seen.started += 1;
            seen.active += 1;
        });
        let held = metadata.contains_key(HOLD);
        Ok(Seen { probe, held })
    }

    fn named(&self, name: &str) -> Result<Arc<Probe>, Status> {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() >= MAX_NAMES && !named.contains_key(name) {
            return Err(Status::resource_exhausted("too many names"));
        }
        Ok(Arc::clone(named.entry(name.to_owned()).or_default()))
    }
}

impl Seen {
    /// Waits for [`ProbeService::release`] if the call is to be held.
    pub(crate) async fn go(&self) {
        if self.held {
            let mut released = self.probe.released.subscribe();
            // Its sender is in the probe.
            let _ = released.wait_for(|released| *released).await;
        }
    }

    /// A message came from the client.
    pub(crate) fn received(&self) {
        self.probe.seen.send_modify(|seen| seen.received += 1);
    }

    /// A message was asked for the client.
    pub(crate) fn sent(&self) {
        self.probe.seen.send_modify(|seen| seen.sent += 1);
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.probe.seen.send_modify(|seen| seen.active -= 1);
    }
}

#[tonic::async_trait]
impl ProbeService for Probes {
    async fn r#await(&self, request: Request<AwaitRequest>) -> Result<Response<AwaitResponse>, Status> {
        let wanted = request.into_inner();
        let probe = self.named(&wanted.name)?;
        let holds = |seen: &AwaitResponse| {
            seen.started >= wanted.started
                && seen.received >= wanted.received
                && seen.sent >= wanted.sent
                && !(wanted.idle && seen.active > 0)
        };
        let mut watched = probe.seen.subscribe();
        let seen = watched.wait_for(holds).await;
        let seen = seen.map_err(|_| Status::internal("the probe is gone"))?;
        Ok(Response::new(*seen))
    }

    async fn release(&self, request: Request<ReleaseRequest>) -> Result<Response<ReleaseResponse>, Status> {
        let probe = self.named(&request.into_inner().name)?;
        probe.released.send_replace(true);
        Ok(Response::new(ReleaseResponse {}))
    }

    async fn fail(&self, request: Request<FailRequest>) -> Result<Response<FailResponse>, Status> {
        let FailRequest { code, message, reason } = request.into_inner();
        let details = ErrorDetails::with_error_info(reason, "test.trivium", [("code".to_owned(), code.to_string())]);
        Err(Status::with_error_details(Code::from_i32(code), message, details))
    }

    async fn end_sessions(&self, _: Request<EndSessionsRequest>) -> Result<Response<EndSessionsResponse>, Status> {
        self.end_sessions.notify_one();
        Ok(Response::new(EndSessionsResponse {}))
    }
}
