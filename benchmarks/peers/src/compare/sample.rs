//! The figures of one run, as each tool reports them.

use serde::Deserialize;

use super::contender::Run;

/// One measured run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Distinct states.
    pub states: u64,
    /// Transitions.
    pub transitions: u64,
    /// The time of the exploration, by the tool's own clock.
    pub seconds: f64,
    /// The time from start to end of the process, by this program's clock.
    pub process_seconds: f64,
    /// Peak of live heap bytes, if counted.
    pub peak_bytes: Option<u64>,
}

/// What a tool reports of itself.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct Figures {
    pub(crate) states: u64,
    pub(crate) transitions: u64,
    #[serde(alias = "wall_seconds")]
    pub(crate) seconds: f64,
    pub(crate) peak_bytes: Option<u64>,
}

#[derive(Deserialize)]
struct WatershedReport {
    statistics: Figures,
}

impl Sample {
    pub(super) fn new(run: &Run<Figures>) -> Self {
        let Run { printed: figures, process_seconds, .. } = *run;
        Self {
            states: figures.states,
            transitions: figures.transitions,
            seconds: figures.seconds,
            process_seconds,
            peak_bytes: figures.peak_bytes,
        }
    }

    pub(super) fn states_per_second(&self) -> f64 {
        self.states as f64 / self.seconds
    }

    pub(super) fn bytes_per_state(&self) -> Option<f64> {
        self.peak_bytes.map(|bytes| bytes as f64 / self.states as f64)
    }
}

/// Reads what `watershed explore --format json` prints.
pub(super) fn read_watershed(output: &[u8]) -> serde_json::Result<Figures> {
    serde_json::from_slice::<WatershedReport>(output).map(|report| report.statistics)
}

/// Reads the peer's line.
pub(crate) fn read_peer(output: &[u8]) -> serde_json::Result<Figures> {
    serde_json::from_slice(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_reports_are_read() {
        let watershed = br#"{"verdict": "diverges", "statistics":
            {"states": 3, "transitions": 7, "wall_seconds": 0.5, "peak_bytes": 60}}"#;
        let peer = br#"{"tool": "stateright", "n": 1, "states": 3, "transitions": 7,
            "seconds": 0.5, "peak_bytes": null}"#;
        let watershed = read_watershed(watershed).expect("the report is whole");
        let peer = read_peer(peer).expect("the report is whole");
        assert_eq!(watershed.peak_bytes, Some(60));
        assert_eq!(peer.peak_bytes, None);
        let run = |printed| Sample::new(&Run { printed, process_seconds: 1.0, processor_seconds: 1.0 });
        assert_eq!(run(watershed).bytes_per_state(), Some(20.0));
        assert_eq!(run(peer).states_per_second(), 6.0);
    }

    #[test]
    fn a_report_without_states_is_refused() {
        let error = read_watershed(br#"{"statistics": {"transitions": 7, "wall_seconds": 1}}"#);
        assert!(error.is_err_and(|error| error.to_string().contains("states")));
    }
}
