//! The fake server at the end of each road: in memory for virtual time, on loopback for the real thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;
use tonic_web::{GrpcWebClientLayer, GrpcWebLayer};
use tower::Layer as _;
use trivium_client::proto::v1::chat_service_server::ChatServiceServer;
use trivium_client::proto::v1::session_service_server::SessionServiceServer;
use trivium_client::{ConnectError, Connector, Link, Road};
use trivium_transport::memory::MemoryChannel;

use super::Server;

/// Roads in memory, with gates.
#[derive(Clone)]
pub struct Roads {
    pub server: Server,
    pub gates: Arc<Gates>,
}

/// What the network does.
#[derive(Default)]
pub struct Gates {
    /// WebTransport never opens, as where UDP is dropped.
    pub udp_blocked: AtomicBool,
    /// Nothing opens.
    pub offline: AtomicBool,
    pub webtransport_tries: AtomicUsize,
    pub grpc_tries: AtomicUsize,
    /// WebTransport attempts under way.
    pub pending: Pending,
}

#[derive(Clone, Default)]
pub struct Pending(pub Arc<(AtomicUsize, AtomicUsize)>);

impl Pending {
    fn enter(&self) -> Guard {
        let now = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.1.fetch_max(now, Ordering::SeqCst);
        Guard(self.clone())
    }

    pub fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

struct Guard(Pending);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Roads {
    pub fn new(server: &Server) -> Self {
        Self {
            server: server.clone(),
            gates: Arc::default(),
        }
    }
}

/// Every service of the fake server as one.
pub fn services(server: &Server) -> tonic::service::Routes {
    tonic::service::Routes::new(SessionServiceServer::new(server.clone()))
        .add_service(ChatServiceServer::new(server.clone()))
}

impl Connector for Roads {
    fn connect(&self, road: Road) -> BoxFuture<'static, Result<Link, ConnectError>> {
        let Self { server, gates } = self.clone();
        Box::pin(async move {
            let webtransport = road == Road::WebTransport;
            let tries = if webtransport {
                &gates.webtransport_tries
            } else {
                &gates.grpc_tries
            };
            tries.fetch_add(1, Ordering::SeqCst);
            let _guard = webtransport.then(|| gates.pending.enter());
            sleep(Duration::from_millis(20)).await;
            if gates.offline.load(Ordering::SeqCst) {
                return Err(ConnectError::Other("offline".to_owned()));
            }
            if webtransport && gates.udp_blocked.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            let services = services(&server);
            Ok(match road {
                Road::Grpc => Link::new(MemoryChannel::new(services)),
                Road::WebTransport => {
                    let datagrams = server.datagrams.clone();
                    Link::new(MemoryChannel::new(services)).with_datagrams(move || {
                        let receiver = datagrams.subscribe();
                        stream::unfold(receiver, async |mut receiver| {
                            Some((receiver.recv().await.ok()?, receiver))
                        })
                        .boxed()
                    })
                }
                Road::GrpcWeb => {
                    let service = GrpcWebLayer::new().layer(services);
                    Link::new(GrpcWebClientLayer::new().layer(MemoryChannel::new(service)))
                }
            })
        })
    }
}
