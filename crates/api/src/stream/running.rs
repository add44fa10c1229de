//! The requests of a stream that are under way.
//!
//! They are polled whatever the [`driver`](super::driver) waits for. A request may hold what others wait for, such as its turn
//! at the database; if it were not polled while a slow receiver holds the driver up, they would wait for that receiver.

use std::{collections::VecDeque, pin::pin};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

/// Requests under way, and those that are done and not yet answered. The driver bounds how many.
pub(super) struct Running<T> {
    under_way: FuturesUnordered<BoxFuture<'static, T>>,
    done: VecDeque<T>,
}

impl<T> Running<T> {
    pub(super) fn new() -> Self {
        Self {
            under_way: FuturesUnordered::new(),
            done: VecDeque::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.under_way.len() + self.done.len()
    }

    /// Takes one more. It begins behind those that were taken before.
    pub(super) fn push(&mut self, request: impl Future<Output = T> + Send + 'static) {
        self.under_way.push(Box::pin(request));
    }

    /// The next one that is done; none if there is none. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<T> {
        match self.done.pop_front() {
            Some(done) => Some(done),
            None => self.under_way.next().await,
        }
    }

    /// Waits for something else, and lets the requests go on meanwhile.
    pub(super) async fn alongside<F: Future>(&mut self, waiting: F) -> F::Output {
        let mut waiting = pin!(waiting);
        loop {
            tokio::select! {
                output = &mut waiting => return output,
                Some(done) = self.under_way.next() => self.done.push_back(done),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::{Mutex, mpsc};

    use super::*;

    #[tokio::test]
    async fn requests_go_on_while_the_driver_waits_for_what_one_of_them_holds() {
        let turn = Arc::new(Mutex::new(()));
        let (end, mut ended) = mpsc::channel::<()>(1);
        let mut running = Running::new();
        let held = Arc::clone(&turn);
        running.push(async move {
            let _turn = held.lock_owned().await;
            ended.recv().await;
            "done"
        });
        // The request takes its turn, and waits in it.
        running.alongside(tokio::task::yield_now()).await;
        assert!(turn.try_lock().is_err());
        end.send(()).await.expect("it listens");
        let waited = tokio::time::timeout(std::time::Duration::from_secs(5), running.alongside(turn.lock())).await;
        assert!(waited.is_ok(), "the request was not polled");
        assert_eq!(running.len(), 1);
        assert_eq!(running.next().await, Some("done"));
        assert_eq!((running.len(), running.next().await), (0, None));
    }
}
