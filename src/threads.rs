//! The threads of one process that may share a computation, and the only way to use them: one function over the shares of a list.
//!
//! A share is worked on by one thread, alone, and nothing is said of the order among shares. So what comes of it depends on how many
//! threads there are only if the function does, or the shares: callers see to it that neither matters.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How many threads, and the threads themselves once they are needed. Clones share them.
#[derive(Debug, Clone)]
pub struct Threads {
    count: NonZeroUsize,
    /// All but the caller's own; `None` if the operating system gives none: then all is done in the caller's.
    pool: Arc<OnceLock<Option<rayon::ThreadPool>>>,
}

impl Threads {
    /// This one alone.
    pub const ONE: NonZeroUsize = NonZeroUsize::MIN;

    /// `count` threads, which are not started before there is work for them.
    pub fn new(count: NonZeroUsize) -> Self {
        Threads { count, pool: Arc::default() }
    }

    /// As many as this process may use processors at once.
    pub fn available() -> NonZeroUsize {
        std::thread::available_parallelism().unwrap_or(Self::ONE)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// Calls `work` with each share and its place, on as many threads as there are.
    pub fn share<T: Send>(&self, shares: &mut [T], work: impl Fn(usize, &mut T) + Sync) {
        if self.count() > 1 && shares.len() > 1 {
            let start = || rayon::ThreadPoolBuilder::new().num_threads(self.count() - 1).build().ok();
            if let Some(pool) = self.pool.get_or_init(start) {
                let helpers = self.count().min(shares.len()) - 1;
                let queue = Mutex::new(shares.iter_mut().enumerate());
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let help = || {
                    while let Some((at, share)) = next() {
                        work(at, share);
                    }
                };
                // The caller works too, instead of waiting for the others to wake up.
                pool.in_place_scope(|scope| {
                    (0..helpers).for_each(|_| scope.spawn(|_| help()));
                    help();
                });
                return;
            }
        }
        shares.iter_mut().enumerate().for_each(|(at, share)| work(at, share));
    }
}

impl Default for Threads {
    fn default() -> Self {
        Threads::new(Self::ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_share_is_worked_on_once() {
        for count in [1, 2, 3, 8] {
            let threads = Threads::new(NonZeroUsize::new(count).expect("not 0"));
            let mut shares = vec![0; 100];
            threads.share(&mut shares, |at, share| *share += at);
            assert_eq!(shares, (0..100).collect::<Vec<_>>());
        }
    }
}
