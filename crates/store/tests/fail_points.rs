//! The writer's fail points stand on both sides of the commit. Alone in this process, because they hold for all of it.

use std::sync::Arc;

use trivium_engine::{RoomId, Timestamp};
use trivium_store::{Append, AppendError, MemoryStore, Record, RoomLog, Store, Writer, WriterConfig};

fn append(room: &RoomId, after: u64) -> Append {
    Append {
        room: room.clone(),
        after,
        owner: 1,
        records: vec![Record {
            seq: after + 1,
            at: Timestamp(1),
            kind: "k".to_owned(),
            body: "b".into(),
        }],
        projections: Vec::new(),
    }
}

#[tokio::test]
async fn a_commit_can_fail_before_and_after() {
    let room: RoomId = "r".parse().expect("a legal name");
    for (point, written) in [("store::before_append", 0), ("store::after_append", 1)] {
        let store = Arc::new(MemoryStore::new());
        let (writer, _driver) = Writer::spawn(Arc::clone(&store) as Arc<dyn Store>, WriterConfig::default());
        let scenario = fail::FailScenario::setup();
        fail::cfg(point, "return").expect("a fail point");
        let failed = writer.append(append(&room, 0)).await;
        assert!(matches!(failed, Err(AppendError::Unavailable(_))), "{failed:?}");
        assert_eq!(store.head(&room).await.expect("memory answers"), written, "{point}");
        scenario.teardown();
        writer.append(append(&room, written)).await.expect("it goes on");
    }
}
