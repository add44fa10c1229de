//! Moderation.

use trivium_proto::v1::moderation_service_server::ModerationService;

use super::Services;

#[tonic::async_trait]
impl ModerationService for Services {}
