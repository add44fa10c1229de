//! Notifications and announcements.

use trivium_proto::v1::notification_service_server::NotificationService;

use super::Services;

#[tonic::async_trait]
impl NotificationService for Services {}
