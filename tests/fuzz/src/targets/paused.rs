//! A time that passes only when there is nothing to do.

use std::future::Future;

use tokio::runtime::Builder;

/// Plays something in it, to its end.
pub(super) fn play<T>(playing: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("no resources are needed").block_on(playing)
}
