//! A future that its task looks at whenever it wakes, and that is seldom ready.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;
use tokio::task::unconstrained;

pin_project! {
    /// Polls the future only where it may be ready. Polling one that waits is not for nothing: a timer registers its task anew, and
    /// whoever waits for a shutdown takes locks that all connections share.
    pub(crate) struct Seldom<F> {
        #[pin]
        future: F,
        // Whom it wakes.
        waker: Option<Waker>,
    }
}

impl<F: Future> Seldom<F> {
    pub(crate) const fn new(future: F) -> Self {
        Self { future, waker: None }
    }

    /// The future, to change what it waits for. It is polled the next time.
    pub(crate) fn change(self: Pin<&mut Self>) -> Pin<&mut F> {
        let this = self.project();
        *this.waker = None;
        this.future
    }

    /// `may_be_ready` has to say yes from before the future wakes its task.
    pub(crate) fn poll(
        self: Pin<&mut Self>,
        may_be_ready: impl FnOnce(&F) -> bool,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let this = self.project();
        let waits = this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        if waits && !may_be_ready(&this.future) {
            return Poll::Pending;
        }
        // With the budget of the task it could be pending without knowing whom to wake.
        let polled = Pin::new(&mut unconstrained(this.future)).poll(cx);
        if polled.is_pending() && !waits {
            *this.waker = Some(cx.waker().clone());
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::task::Wake;
    use std::time::Duration;

    use tokio::task::coop::{consume_budget, has_budget_remaining};
    use tokio::time::{Instant, Sleep, advance, sleep};

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    fn task() -> (Arc<Woken>, Waker) {
        let woken = Arc::<Woken>::default();
        (Arc::clone(&woken), Waker::from(woken))
    }

    const TIME: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_wakes_the_newest_task_and_is_ready_then() {
        let mut seldom = pin!(Seldom::new(sleep(TIME)));
        let (first, second) = (task(), task());
        for waker in [&first.1, &second.1, &second.1] {
            let polled = seldom.as_mut().poll(Sleep::is_elapsed, &mut Context::from_waker(waker));
            assert!(polled.is_pending());
        }
        advance(TIME).await;
        assert_eq!([&first, &second].map(|(woken, _)| woken.0.load(Relaxed)), [0, 1]);
        let cx = &mut Context::from_waker(&second.1);
        assert!(seldom.as_mut().poll(Sleep::is_elapsed, cx).is_ready());

        seldom.as_mut().change().reset(Instant::now() + TIME);
        assert!(seldom.as_mut().poll(Sleep::is_elapsed, cx).is_pending());
        advance(TIME).await;
        assert_eq!(second.0.0.load(Relaxed), 2);
        assert!(seldom.poll(Sleep::is_elapsed, cx).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn it_wakes_a_task_whose_budget_was_spent() {
        let mut seldom = pin!(Seldom::new(sleep(TIME)));
        let (woken, waker) = task();
        while has_budget_remaining() {
            let _pending = pin!(consume_budget()).poll(&mut Context::from_waker(Waker::noop()));
        }
        let cx = &mut Context::from_waker(&waker);
        assert!(seldom.as_mut().poll(Sleep::is_elapsed, cx).is_pending());
        advance(TIME).await;
        assert_eq!(woken.0.load(Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_not_polled_while_it_cannot_be_ready() {
        let mut polls = 0;
        let mut seldom = pin!(Seldom::new(std::future::poll_fn(|_| {
            polls += 1;
            Poll::<()>::Pending
        })));
        let (_, waker) = task();
        let cx = &mut Context::from_waker(&waker);
        for may_be_ready in [false, false, true, false] {
            assert!(seldom.as_mut().poll(|_| may_be_ready, cx).is_pending());
        }
        assert_eq!(polls, 2, "the first time, and when it might be ready");
    }
}
