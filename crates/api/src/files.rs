//! What reading and writing files may take: threads, a queue in front of them, and pictures that come with them.
//!
//! Neighbours: [`services::quiz_file`](crate::services) has the calls, `trivium-formats` the formats. How a picture is looked at
//! and cleaned is the server's business, which takes pictures over HTTP as well and so hands its way in here.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Files that are read or written at once; each keeps a core busy.
const WORKERS: usize = 2;
/// Files that wait for that, beside those at work; one more is told to come again.
const WAITING: usize = 16;
/// When to come again.
const SOON: Duration = Duration::from_secs(1);

/// A picture that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes, without what is nobody's business.
    pub bytes: Bytes,
}

/// How pictures are taken.
#[derive(Debug, Clone, Copy)]
pub struct Pictures {
    /// Recognises a picture and cleans it, or says why it is not taken, for people.
    pub clean: fn(&[u8]) -> Result<Picture, String>,
    /// Most bytes of one picture.
    pub max_bytes: usize,
    /// Most bytes of all pictures of one user.
    pub quota: u64,
}

/// The desk where files are read and written.
pub struct Files {
    /// How pictures are taken; none are where this is none.
    pub pictures: Option<Pictures>,
    admitted: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

impl Files {
    /// Nothing is being read.
    pub fn new(pictures: Option<Pictures>) -> Self {
        Self {
            pictures,
            admitted: Arc::new(Semaphore::new(WORKERS + WAITING)),
            workers: Arc::new(Semaphore::new(WORKERS)),
        }
    }

    /// Does heavy work on a thread where it keeps nobody waiting. Once begun it goes on to its end, even if the caller has
    /// given up, and counts until then.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` if too many wait already; `INTERNAL` if the work panicked.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let busy = ApiError::Unavailable { retry_after: SOON };
        let place = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| busy.clone())?;
        let worker = Arc::clone(&self.workers).acquire_owned().await.map_err(|_| busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, worker);
            work()
        });
        done.await.map_err(|error| ApiError::Internal(error.to_string()))
    }
}

impl Default for Files {
    /// Without pictures.
    fn default() -> Self {
        Self::new(None)
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files")
            .field("pictures", &self.pictures)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_told_to_come_again() {
        let files = Files::new(None);
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        let working = (0..WORKERS + WAITING + 5).map(|_| {
            let held = Arc::clone(&held);
            files.work(move || {
                // Ends when the sender is dropped.
                let _over = held.lock().expect("nobody panics").recv();
            })
        });
        let release = async move {
            tokio::task::yield_now().await;
            drop(release);
        };
        let (results, ()) = futures_util::future::join(join_all(working), release).await;
        let refused = results.iter().filter(|result| result.is_err()).count();
        assert_eq!(refused, 5);
        assert_eq!(files.work(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_panic_is_the_servers_fault_and_gives_its_place_back() {
        let files = Files::new(None);
        for _ in 0..=WORKERS + WAITING {
            let panicked = files.work(|| -> () { panic!("on purpose") }).await;
            assert!(matches!(panicked, Err(ApiError::Internal(_))), "{panicked:?}");
        }
    }
}
