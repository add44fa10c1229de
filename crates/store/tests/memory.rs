//! The memory backend keeps the contract.

use std::sync::Arc;

use trivium_store::{MemoryStore, Store, contract};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_keeps_the_contract() {
    contract::run(|| async { Arc::new(MemoryStore::new()) as Arc<dyn Store> }).await;
}
