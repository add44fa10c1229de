//! What stands between a road and the services.

pub(crate) mod caller;
mod web;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http::{Request, Response};
use tonic::{Status, codec::CompressionEncoding, server::NamedService};
use tower::{ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};
use tracing::Instrument;
use trivium_proto::v1::{
    chat_service_server::ChatServiceServer, key_service_server::KeyServiceServer,
    moderation_service_server::ModerationServiceServer, notification_service_server::NotificationServiceServer,
    presence_service_server::PresenceServiceServer, quiz_file_service_server::QuizFileServiceServer,
    quiz_service_server::QuizServiceServer, receipt_service_server::ReceiptServiceServer,
    room_service_server::RoomServiceServer, session_service_server::SessionServiceServer,
};
use trivium_transport::{DeadlineLayer, Peer, RecoverLayer, deadline::DeadlineBody, recover::RecoverBody};

use crate::{
    call::Api,
    services::Services,
    stream::{FACETS, StreamService},
};

pub use web::{Http, http};

/// The whole stack as one value, which every acceptor serves.
pub type Grpc = BoxCloneSyncService<Request<trivium_transport::Body>, Response<GrpcBody>, Infallible>;

/// The body of a call: in one box, and what the layers add around it in none, because each box is another piece of memory to
/// look at for every event to every subscriber.
pub type GrpcBody = RecoverBody<DeadlineBody<Body>>;

/// What the stack offers beside the services.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Offer server reflection.
    pub reflection: bool,
    /// The longest deadline that a client can ask for.
    pub max_deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reflection: true,
            max_deadline: Duration::from_hours(24),
        }
    }
}

/// Builds the stack: recovery from panics, deadlines, a span for each call, then streams, services, health and reflection.
pub fn grpc(api: &Arc<Api>, options: Options) -> Grpc {
    let services = services(api, options);
    let traced = service_fn(move |request: Request<trivium_transport::Body>| {
        let road = request
            .extensions()
            .get::<Peer>()
            .map_or("memory", |peer| peer.road.as_str());
        let span = tracing::debug_span!("rpc", method = request.uri().path(), road);
        services.clone().oneshot(request.map(Body::new)).instrument(span)
    });
    let layered = ServiceBuilder::new()
        .layer(RecoverLayer)
        .layer(DeadlineLayer::new().with_cap(options.max_deadline))
        .service(traced);
    BoxCloneSyncService::new(layered)
}

fn services(api: &Arc<Api>, options: Options) -> Router {
    let services = Services { api: Arc::clone(api) };
    let mut router = Router::new();
    for facet in &FACETS {
        router = router.route_service(facet.path, StreamService::new(Arc::clone(api), facet));
    }
    macro_rules! mount {
        ($($server:ident),+) => {
            router$(.route_service(
                &path_of::<$server<Services>>(),
                $server::new(services.clone())
                    .accept_compressed(CompressionEncoding::Gzip)
                    .max_decoding_message_size(api.limiter.limits().quiz_bytes),
            ))+
        };
    }
    router = mount!(
        SessionServiceServer,
        RoomServiceServer,
        QuizServiceServer,
        ChatServiceServer,
        PresenceServiceServer,
        ReceiptServiceServer,
        ModerationServiceServer,
        NotificationServiceServer,
        KeyServiceServer
    );
    let files = QuizFileServiceServer::new(services.clone())
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(api.limiter.limits().file_bytes);
    router = router.route_service(&path_of_value(&files), caller::known(api, files));
    let (_, health) = tonic_health::server::health_reporter();
    router = router.route_service(&path_of_value(&health), health);
    if options.reflection {
        let builder = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(trivium_proto::FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        // Python's and many older tools ask for the version before the first one only.
        match (builder().build_v1(), builder().build_v1alpha()) {
            (Ok(v1), Ok(v1alpha)) => {
                router = router
                    .route_service(&path_of_value(&v1), v1)
                    .route_service(&path_of_value(&v1alpha), v1alpha);
            }
            (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "reflection is not offered"),
        }
    }
    router.fallback(|| async { Status::unimplemented("no such method").into_http::<Body>() })
}

fn path_of<S: NamedService>() -> String {
    format!("/{}/{{*method}}", S::NAME)
}

fn path_of_value<S: NamedService>(_: &S) -> String {
    path_of::<S>()
}
