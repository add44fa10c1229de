//! The handlers: each answers as its request asks.

use std::{pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _, stream};
use prost_types::Any;
use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming, metadata::MetadataMap};

use super::info::{Trailers, any, header_map, request_info, status};
use crate::proto::conformance::{
    BidiStreamRequest, BidiStreamResponse, ClientStreamRequest, ClientStreamResponse, ConformancePayload,
    IdempotentUnaryRequest, IdempotentUnaryResponse, ServerStreamRequest, ServerStreamResponse,
    StreamResponseDefinition, UnaryRequest, UnaryResponse, UnaryResponseDefinition, UnimplementedRequest,
    UnimplementedResponse, conformance_payload::RequestInfo, conformance_service_server::ConformanceService,
    unary_response_definition::Response as Asked,
};

/// The service.
#[derive(Debug)]
pub(super) struct Calls;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl ConformanceService for Calls {
    type ServerStreamStream = Answers<ServerStreamResponse>;
    type BidiStreamStream = Answers<BidiStreamResponse>;

    async fn unary(&self, request: Request<UnaryRequest>) -> Result<Response<UnaryResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let requests = vec![any("UnaryRequest", &request)];
        let answer = one(&metadata, request.response_definition, requests).await?;
        Ok(answer.map(|payload| UnaryResponse { payload: Some(payload) }))
    }

    async fn idempotent_unary(
        &self,
        request: Request<IdempotentUnaryRequest>,
    ) -> Result<Response<IdempotentUnaryResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let requests = vec![any("IdempotentUnaryRequest", &request)];
        let answer = one(&metadata, request.response_definition, requests).await?;
        Ok(answer.map(|payload| IdempotentUnaryResponse { payload: Some(payload) }))
    }

    async fn client_stream(
        &self,
        request: Request<Streaming<ClientStreamRequest>>,
    ) -> Result<Response<ClientStreamResponse>, Status> {
        let (metadata, _, requests) = request.into_parts();
        let requests: Vec<_> = requests.try_collect().await?;
        let seen = requests
            .iter()
            .map(|request| any("ClientStreamRequest", request))
            .collect();
        let asked = requests.into_iter().next().and_then(|first| first.response_definition);
        let answer = one(&metadata, asked, seen).await?;
        Ok(answer.map(|payload| ClientStreamResponse { payload: Some(payload) }))
    }

    async fn server_stream(
        &self,
        request: Request<ServerStreamRequest>,
    ) -> Result<Response<Self::ServerStreamStream>, Status> {
        let (metadata, _, request) = request.into_parts();
        let requests = vec![any("ServerStreamRequest", &request)];
        let asked = request.response_definition.unwrap_or_default();
        let mut many = Many::new(&asked, &metadata)?;
        many.seen = requests;
        let answers = |payload| ServerStreamResponse { payload: Some(payload) };
        answering(&asked.clone(), answers, async move |tell| many.rest(&tell).await)
    }

    async fn bidi_stream(
        &self,
        request: Request<Streaming<BidiStreamRequest>>,
    ) -> Result<Response<Self::BidiStreamStream>, Status> {
        let (metadata, _, mut requests) = request.into_parts();
        let first = requests.message().await?;
        let full_duplex = first.as_ref().is_some_and(|first| first.full_duplex);
        let asked = first
            .as_ref()
            .and_then(|first| first.response_definition.clone())
            .unwrap_or_default();
        let mut many = Many::new(&asked, &metadata)?;
        many.seen
            .extend(first.iter().map(|first| any("BidiStreamRequest", first)));
        if !full_duplex {
            // A server that speaks HTTP/1.1 may stop reading once it answers.
            while let Some(request) = requests.message().await? {
                many.seen.push(any("BidiStreamRequest", &request));
            }
        }
        let answers = |payload| BidiStreamResponse { payload: Some(payload) };
        answering(&asked, answers, async move |tell| {
            while full_duplex && many.next(&tell, true).await? {
                match requests.message().await? {
                    Some(request) => many.seen.push(any("BidiStreamRequest", &request)),
                    None => break,
                }
            }
            many.rest(&tell).await
        })
    }

    async fn unimplemented(&self, _: Request<UnimplementedRequest>) -> Result<Response<UnimplementedResponse>, Status> {
        Err(Status::unimplemented("no server has it"))
    }
}

/// The one answer of a call.
async fn one(
    metadata: &MetadataMap,
    asked: Option<UnaryResponseDefinition>,
    requests: Vec<Any>,
) -> Result<Response<ConformancePayload>, Status> {
    let info = request_info(metadata, requests);
    let asked = asked.unwrap_or_default();
    let mut headers = header_map(&asked.response_headers)?;
    let trailers = header_map(&asked.response_trailers)?;
    tokio::time::sleep(Duration::from_millis(asked.response_delay_ms.into())).await;
    let data = match asked.response {
        Some(Asked::Error(error)) => {
            headers.extend(trailers);
            return Err(status(&error, Some(info), headers));
        }
        Some(Asked::ResponseData(data)) => data,
        None => Bytes::new(),
    };
    let mut response = Response::new(ConformancePayload {
        data,
        request_info: Some(info),
    });
    *response.metadata_mut() = MetadataMap::from_headers(headers);
    response.extensions_mut().insert(Trailers(trailers));
    Ok(response)
}

/// Where answers go.
type Tell = mpsc::Sender<Result<ConformancePayload, Status>>;

/// The answers that are left of a call.
struct Many {
    asked: StreamResponseDefinition,
    left: std::vec::IntoIter<Bytes>,
    metadata: MetadataMap,
    /// Requests that no answer has told of.
    seen: Vec<Any>,
    told: bool,
}

impl Many {
    fn new(asked: &StreamResponseDefinition, metadata: &MetadataMap) -> Result<Self, Status> {
        // Whether they can be sent is to be known before the first answer.
        header_map(&asked.response_trailers)?;
        Ok(Self {
            left: asked.response_data.clone().into_iter(),
            asked: asked.clone(),
            metadata: metadata.clone(),
            seen: Vec::new(),
            told: false,
        })
    }

    /// Sends the next answer, if there is one. The first tells everything of the call; others, with `requests`, what came since.
    async fn next(&mut self, tell: &Tell, requests: bool) -> Result<bool, Status> {
        let Some(data) = self.left.next() else { return Ok(false) };
        let seen = std::mem::take(&mut self.seen);
        let request_info = if self.told {
            requests.then(|| RequestInfo {
                requests: seen,
                ..RequestInfo::default()
            })
        } else {
            Some(request_info(&self.metadata, seen))
        };
        self.told = true;
        tokio::time::sleep(Duration::from_millis(self.asked.response_delay_ms.into())).await;
        let gone = |_| Status::cancelled("nobody listens");
        tell.send(Ok(ConformancePayload { data, request_info }))
            .await
            .map_err(gone)?;
        Ok(true)
    }

    /// Sends what is left, and fails if that was asked for.
    async fn rest(mut self, tell: &Tell) -> Result<(), Status> {
        while self.next(tell, false).await? {}
        match &self.asked.error {
            Some(error) => {
                let untold = (!self.told).then(|| request_info(&self.metadata, self.seen));
                Err(status(error, untold, http::HeaderMap::new()))
            }
            None => Ok(()),
        }
    }
}

/// A response whose headers leave at once, and whose messages come from a task of their own.
fn answering<T: Send + 'static, F: Future<Output = Result<(), Status>> + Send + 'static>(
    asked: &StreamResponseDefinition,
    answer: impl Fn(ConformancePayload) -> T + Send + 'static,
    work: impl FnOnce(Tell) -> F,
) -> Result<Response<Answers<T>>, Status> {
    let headers = header_map(&asked.response_headers)?;
    let trailers = header_map(&asked.response_trailers)?;
    let (tell, mut told) = mpsc::channel(1);
    let working = work(tell.clone());
    tokio::spawn(async move {
        if let Err(status) = working.await {
            // Nobody may listen any more.
            let _gone = tell.send(Err(status)).await;
        }
    });
    let payloads = stream::poll_fn(move |cx| told.poll_recv(cx));
    let answers: Answers<T> = Box::pin(payloads.map_ok(answer));
    let mut response = Response::new(answers);
    *response.metadata_mut() = MetadataMap::from_headers(headers);
    response.extensions_mut().insert(Trailers(trailers));
    Ok(response)
}
