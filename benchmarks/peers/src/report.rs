//! The line of JSON that a measured run prints.

use serde::Serialize;

use crate::explore::{Exploration, Search};
use crate::order_recording::SelfLoops;

/// One measured run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The peer's name.
    pub tool: &'static str,
    /// Number of messages.
    pub n: u8,
    /// Worker threads.
    pub threads: usize,
    /// The search used.
    pub search: Search,
    /// Whether steps that change nothing were transitions.
    pub self_loops: bool,
    /// Distinct states.
    pub states: usize,
    /// Successors generated.
    pub transitions: usize,
    /// Time of the exploration alone.
    pub seconds: f64,
    /// `states / seconds`.
    pub states_per_second: f64,
    /// Peak of live heap bytes; null without the counting allocator.
    pub peak_bytes: Option<usize>,
    /// `peak_bytes / states`.
    pub bytes_per_state: Option<f64>,
    /// Peak resident set of the process; null where the system does not tell.
    pub peak_rss_bytes: Option<u64>,
}

impl Report {
    /// The report of a stateright run that has just ended.
    pub fn stateright(
        n: u8,
        threads: usize,
        search: Search,
        self_loops: SelfLoops,
        run: Exploration,
        peak_bytes: Option<usize>,
    ) -> Self {
        let seconds = run.time.as_secs_f64();
        Self {
            tool: "stateright",
            n,
            threads,
            search,
            self_loops: self_loops == SelfLoops::Counted,
            states: run.states,
            transitions: run.transitions,
            seconds,
            states_per_second: run.states as f64 / seconds,
            peak_bytes,
            bytes_per_state: peak_bytes.map(|bytes| bytes as f64 / run.states as f64),
            peak_rss_bytes: peak_resident_bytes(),
        }
    }
}

/// The peak resident set of this process, from Linux's `/proc/self/status`.
fn peak_resident_bytes() -> Option<u64> {
    high_water_mark(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn high_water_mark(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_water_mark_is_in_bytes() {
        let status = "VmPeak:\t    9000 kB\nVmHWM:\t    4088 kB\nVmRSS:\t    4000 kB\n";
        assert_eq!(high_water_mark(status), Some(4088 * 1024));
        assert_eq!(high_water_mark("VmRSS:\t 1 kB\n"), None);
    }
}
