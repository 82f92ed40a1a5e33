//! The figures of one run, as each tool reports them.

use serde::Deserialize;

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
pub(super) struct Figures {
    states: u64,
    transitions: u64,
    #[serde(alias = "wall_seconds")]
    seconds: f64,
    peak_bytes: Option<u64>,
}

#[derive(Deserialize)]
struct WatershedReport {
    statistics: Figures,
}

impl Sample {
    pub(super) fn new(figures: Figures, process_seconds: f64) -> Self {
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
pub(super) fn read_peer(output: &[u8]) -> serde_json::Result<Figures> {
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
        assert_eq!(Sample::new(watershed, 1.0).bytes_per_state(), Some(20.0));
        assert_eq!(Sample::new(peer, 1.0).states_per_second(), 6.0);
    }

    #[test]
    fn a_report_without_states_is_refused() {
        let error = read_watershed(br#"{"statistics": {"transitions": 7, "wall_seconds": 1}}"#);
        assert!(error.is_err_and(|error| error.to_string().contains("states")));
    }
}
