//! Receipts.

use trivium_proto::v1::receipt_service_server::ReceiptService;

use super::Services;

#[tonic::async_trait]
impl ReceiptService for Services {}
