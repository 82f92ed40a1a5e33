//! The peer's state space has the known size, by the checker's count and by a plain one.

use watershed_peers::census::{Census, census};
use watershed_peers::explore::{Search, explore};
use watershed_peers::order_recording::{OrderRecording, SelfLoops};

/// F(n) for n = 1, 2, …
const OUTCOMES: [usize; 6] = [1, 3, 13, 75, 541, 4683];

fn sizes() -> impl Iterator<Item = (u8, usize)> {
    (1..).zip(OUTCOMES)
}

fn model(n: u8, self_loops: SelfLoops) -> OrderRecording {
    OrderRecording::new(n, self_loops).expect("the sizes are legal")
}

fn count(n: u8, self_loops: SelfLoops) -> Census {
    census(&model(n, self_loops), |model, state| model.is_final(state).then_some(state.before))
}

#[test]
fn the_plain_count_is_right() {
    for (n, outcomes) in sizes() {
        let expected = Census { states: 2 * outcomes + 1, transitions: 6 * outcomes + 1, outcomes };
        assert_eq!(count(n, SelfLoops::Counted), expected, "n = {n}");
    }
}

#[test]
fn dropping_self_loops_changes_transitions_alone() {
    for (n, outcomes) in sizes() {
        let expected = Census { states: 2 * outcomes + 1, transitions: 2 * outcomes, outcomes };
        assert_eq!(count(n, SelfLoops::Dropped), expected, "n = {n}");
    }
}

#[test]
fn the_checker_counts_the_same() {
    for (n, outcomes) in sizes() {
        for search in [Search::Bfs, Search::Dfs] {
            for threads in [1, 2] {
                let run = explore(model(n, SelfLoops::Counted), search, threads);
                let counted = (run.states, run.transitions);
                let expected = (2 * outcomes + 1, 6 * outcomes + 1);
                assert_eq!(counted, expected, "n = {n}, {search:?}, {threads} threads");
            }
        }
    }
}
