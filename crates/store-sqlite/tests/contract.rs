//! SQLite keeps the contract.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use trivium_store::{Store, contract};
use trivium_store_sqlite::SqliteStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = AtomicU32::new(0);
    contract::run(|| {
        let file = folder.path().join(files.fetch_add(1, Ordering::Relaxed).to_string());
        async move { Arc::new(SqliteStore::open(file).await.expect("open")) as Arc<dyn Store> }
    })
    .await;
}
