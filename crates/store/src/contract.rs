//! What every backend must do, as one suite that each runs in its own tests.
//!
//! Neighbours: one file of cases for each port: `contract/log.rs`, `contract/snapshot.rs`, `contract/room.rs`, `contract/quiz.rs`,
//! `contract/invitation.rs`, `contract/media.rs`,
//! `contract/file.rs`.
//!
//! A case is a function from an empty store; it panics where the backend breaks its promise. A case that is not in the
//! table is dead code, so the compiler keeps the table whole.

mod directory;
mod file;
mod invitation;
mod log;
mod media;
mod quiz;
mod race;
mod room;
mod snapshot;

use std::{fmt::Debug, pin::Pin, str::FromStr, sync::Arc};

use bytes::Bytes;
use trivium_engine::{RoomId, Seq, Timestamp};

use crate::{Append, Page, Record, Store};

type Case = fn(Arc<dyn Store>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        &[$($((
            concat!(stringify!($module), "::", stringify!($case)),
            (|store| Box::pin($module::$case(store))) as Case,
        )),+),+]
    };
}

const CASES: &[(&str, Case)] = cases! {
    log: an_unknown_room_is_empty, records_come_back_as_they_were, a_batch_is_answered_in_order,
        a_conflict_leaves_nothing, members_of_a_batch_chain, without_records_it_is_a_question,
        gaps_and_giants_are_refused, batches_of_every_size_are_whole, a_page_is_bounded,
        pages_join_without_holes, rooms_do_not_mix, bodies_may_be_big;
    race: one_of_many_writers_wins, rooms_do_not_disturb_each_other, readers_see_a_prefix,
        a_dropped_caller_leaves_no_half, one_of_two_rooms_gets_the_code, one_room_is_created_once,
        one_of_two_revisions_wins, a_quota_is_shared_by_all_at_once, files_share_a_quota_at_once;
    snapshot: the_newest_is_kept, a_snapshot_needs_no_log, impossible_snapshots_are_refused;
    room: creating_is_idempotent, codes_are_unique_while_open, closing_releases_the_code_once,
        lists_are_paged, open_rooms_are_listed, deletion_takes_everything,
        impossible_rooms_are_refused;
    directory: projections_come_with_their_entries, memberships_are_those_of_now, what_is_found_is_visible,
        texts_follow_their_messages, queries_are_words_and_nothing_else, hits_are_paged, rooms_are_found_by_their_words,
        idle_rooms_have_no_accounts, a_room_can_be_projected_anew, impossible_projections_are_refused;
    invitation: invitations_find_their_room, no_two_codes_are_the_same, invitations_end,
        impossible_invitations_are_refused;
    quiz: revisions_follow_each_other, a_repeat_is_success, revisions_do_not_change, lists_show_the_newest,
        archived_quizzes_can_be_read, impossible_quizzes_are_refused;
    media: content_names_it, the_first_owner_keeps_it, a_quota_is_not_passed, impossible_media_is_refused;
    file: a_file_belongs_to_its_room, quotas_of_users_and_rooms_hold, files_are_attached_together,
        what_is_in_no_message_is_swept, files_of_messages_that_went_are_swept, a_room_takes_its_files_along, impossible_files_are_refused;
};

/// Runs every case, each on a store of its own that `make` gives out empty. Needs a runtime of several threads.
///
/// # Panics
/// Names the cases that failed, once all have run.
pub async fn run<F: Future<Output = Arc<dyn Store>>>(make: impl Fn() -> F) {
    let mut failed = Vec::new();
    for (name, case) in CASES {
        let store = make().await;
        if tokio::spawn(case(store)).await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "the backend breaks {failed:?}");
}

/// A page that no case fills.
const ALL: Page = Page {
    records: crate::log::MAX_PAGE_RECORDS,
    bytes: usize::MAX,
};

fn id<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("the cases use legal identifiers")
}

/// A record whose content tells its number and its writer.
fn record(seq: Seq, by: &str) -> Record {
    Record {
        seq,
        at: Timestamp(1_700_000_000_000 + seq),
        kind: "noted".to_owned(),
        body: Bytes::from(format!("{by}/{seq}")),
    }
}

/// `count` records by `by` after `after`.
fn append(room: &str, after: Seq, count: u64, by: &str) -> Append {
    Append {
        room: id(room),
        after,
        owner: u64::MAX - after,
        records: (after + 1..=after + count).map(|seq| record(seq, by)).collect(),
        projections: Vec::new(),
    }
}

async fn read_all(store: &Arc<dyn Store>, room: &RoomId) -> Vec<Record> {
    store.read(room, 0, ALL).await.expect("read")
}

/// Asserts that the log is exactly `want`, by its records and by its head.
async fn assert_log(store: &Arc<dyn Store>, room: &str, want: &[Record]) {
    let room = id(room);
    assert_eq!(read_all(store, &room).await, want, "log of {room}");
    let head = want.last().map_or(0, |record| record.seq);
    assert_eq!(store.head(&room).await.expect("head"), head, "head of {room}");
}
