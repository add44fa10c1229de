//! `grpc.testing.TestService`, as gRPC's interoperability tests describe it.
//!
//! Not checked is whether a request came compressed (`expect_compressed`): the handlers of tonic cannot see it.

use std::{collections::VecDeque, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use tonic::{Code, Request, Response, Status, Streaming};

use crate::{
    probe::{Probes, Seen},
    proto::testing::{
        EchoStatus, Empty, Payload, ResponseParameters, SimpleRequest, SimpleResponse, StreamingInputCallRequest,
        StreamingInputCallResponse, StreamingOutputCallRequest, StreamingOutputCallResponse, test_service_server,
    },
};

/// Metadata that makes a client stream be answered after its first message.
const EARLY: &str = "x-probe-early";
/// Largest payload that can be asked for.
const MAX_PAYLOAD: usize = 16 * 1024 * 1024;

/// The service.
#[derive(Debug)]
pub(crate) struct TestService {
    probes: Arc<Probes>,
}

impl TestService {
    pub(crate) const fn new(probes: Arc<Probes>) -> Self {
        Self { probes }
    }
}

type Answers = Pin<Box<dyn Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send>>;

#[tonic::async_trait]
impl test_service_server::TestService for TestService {
    type StreamingOutputCallStream = Answers;
    type FullDuplexCallStream = Answers;
    type HalfDuplexCallStream = Answers;

    async fn empty_call(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        Ok(Response::new(Empty {}))
    }

    async fn unary_call(&self, request: Request<SimpleRequest>) -> Result<Response<SimpleResponse>, Status> {
        let seen = self.probes.see(request.metadata())?;
        seen.received();
        seen.go().await;
        let asked = request.into_inner();
        asked_status(asked.response_status.as_ref())?;
        let payload = payload(asked.response_size)?;
        seen.sent();
        Ok(Response::new(SimpleResponse {
            payload: Some(payload),
            ..SimpleResponse::default()
        }))
    }

    async fn cacheable_unary_call(&self, request: Request<SimpleRequest>) -> Result<Response<SimpleResponse>, Status> {
        self.unary_call(request).await
    }

    async fn streaming_output_call(
        &self,
        request: Request<StreamingOutputCallRequest>,
    ) -> Result<Response<Self::StreamingOutputCallStream>, Status> {
        let seen = self.probes.see(request.metadata())?;
        seen.received();
        let one = stream::iter([Ok(request.into_inner())]);
        Ok(Response::new(answers(one, seen)))
    }

    async fn streaming_input_call(
        &self,
        request: Request<Streaming<StreamingInputCallRequest>>,
    ) -> Result<Response<StreamingInputCallResponse>, Status> {
        let seen = self.probes.see(request.metadata())?;
        let early = request.metadata().contains_key(EARLY);
        let mut requests = request.into_inner();
        let mut total = 0;
        loop {
            seen.go().await;
            let Some(request) = requests.message().await? else {
                break;
            };
            seen.received();
            total += request.payload.unwrap_or_default().body.len();
            if early {
                break;
            }
        }
        let aggregated_payload_size = i32::try_from(total).map_err(|_| Status::out_of_range("more than 2 GiB"))?;
        Ok(Response::new(StreamingInputCallResponse {
            aggregated_payload_size,
        }))
    }

    async fn full_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<Response<Self::FullDuplexCallStream>, Status> {
        let seen = self.probes.see(request.metadata())?;
        Ok(Response::new(answers(request.into_inner(), seen)))
    }

    async fn half_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<Response<Self::HalfDuplexCallStream>, Status> {
        let seen = self.probes.see(request.metadata())?;
        let requests: Vec<_> = request.into_inner().try_collect().await?;
        Ok(Response::new(answers(stream::iter(requests).map(Ok), seen)))
    }

    async fn unimplemented_call(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        Err(Status::unimplemented("no server has it"))
    }
}

/// Answers each request before it takes the next one; does nothing while the client does not read.
fn answers(
    requests: impl Stream<Item = Result<StreamingOutputCallRequest, Status>> + Send + Unpin + 'static,
    seen: Seen,
) -> Answers {
    let asked = VecDeque::<ResponseParameters>::new();
    let answers = stream::try_unfold((requests, asked, seen), async |(mut requests, mut asked, seen)| {
        loop {
            if let Some(next) = asked.pop_front() {
                let pause = u64::try_from(next.interval_us).unwrap_or_default();
                if pause > 0 {
                    tokio::time::sleep(Duration::from_micros(pause)).await;
                }
                seen.sent();
                let payload = Some(payload(next.size)?);
                return Ok(Some((StreamingOutputCallResponse { payload }, (requests, asked, seen))));
            }
            seen.go().await;
            let Some(request) = requests.try_next().await? else {
                return Ok(None);
            };
            seen.received();
            asked_status(request.response_status.as_ref())?;
            asked.extend(request.response_parameters);
        }
    });
    Box::pin(answers)
}

fn asked_status(status: Option<&EchoStatus>) -> Result<(), Status> {
    match status {
        Some(EchoStatus { code, message }) if *code != 0 => Err(Status::new(Code::from_i32(*code), message)),
        Some(_) | None => Ok(()),
    }
}

/// Zeros.
fn payload(size: i32) -> Result<Payload, Status> {
    match usize::try_from(size) {
        Ok(size) if size <= MAX_PAYLOAD => Ok(Payload {
            body: Bytes::from(vec![0; size]),
        }),
        Ok(_) | Err(_) => Err(Status::invalid_argument("no size")),
    }
}
