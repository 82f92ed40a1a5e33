//! Ctrl-C and termination signals: the first asks a command to stop and report, the second ends the process at once.

use super::Exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sets `interrupted` at the first signal. If the system refuses a handler, signals end the process as they do by default.
pub fn listen(interrupted: Arc<AtomicBool>) {
    let _ = ctrlc::set_handler(move || {
        if interrupted.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    });
}
