//! That calls in flight are the last ones: said once, and looked at by thousands of connections whenever they wake.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::seldom::Seldom;

/// A token with a flag before it, so that a look costs a load.
#[derive(Clone, Default)]
pub(crate) struct Draining(Arc<Shared>);

#[derive(Default)]
struct Shared {
    has_begun: AtomicBool,
    token: CancellationToken,
}

impl Draining {
    /// Wakes all that wait for it.
    pub(crate) fn begin(&self) {
        self.0.has_begun.store(true, Ordering::Release);
        self.0.token.cancel();
    }

    /// Ready once it has begun.
    pub(crate) fn begun(&self) -> Begun<'_> {
        Begun {
            has_begun: &self.0.has_begun,
            told: Seldom::new(self.0.token.cancelled()),
        }
    }
}

pin_project! {
    /// See [`Draining::begun`].
    pub(crate) struct Begun<'a> {
        has_begun: &'a AtomicBool,
        #[pin]
        told: Seldom<WaitForCancellationFuture<'a>>,
    }
}

impl Future for Begun<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.told.poll(|_| this.has_begun.load(Ordering::Acquire), cx)
    }
}
