//! A thread that ends the process when one input takes too long: a hang has no other way to be seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Times one input after the other.
pub struct Watch {
    origin: Instant,
    /// Milliseconds from `origin` to the start of the running input, plus one; 0 while none runs.
    started: Arc<AtomicU64>,
}

impl Watch {
    /// Starts the thread; an input that runs longer than `deadline` aborts the process.
    pub fn new(deadline: Duration) -> Self {
        let (origin, started) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let watched = Arc::clone(&started);
        thread::spawn(move || {
            loop {
                thread::sleep(deadline / 20);
                let start = watched.load(Ordering::Relaxed);
                let limit = start.saturating_add(deadline.as_millis() as u64);
                if start > 0 && origin.elapsed().as_millis() as u64 > limit {
                    eprintln!("an input runs longer than {} s", deadline.as_secs_f64());
                    std::process::abort();
                }
            }
        });
        Watch { origin, started }
    }

    /// Runs one input; what it gives, and how long it took.
    pub fn time<T>(&self, input: impl FnOnce() -> T) -> (T, Duration) {
        let start = Instant::now();
        self.started.store((start - self.origin).as_millis() as u64 + 1, Ordering::Relaxed);
        let given = input();
        self.started.store(0, Ordering::Relaxed);
        (given, start.elapsed())
    }
}
