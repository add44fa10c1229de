//! Keys of devices.

use trivium_proto::v1::key_service_server::KeyService;

use super::Services;

#[tonic::async_trait]
impl KeyService for Services {}
