//! The rows of the published table against all of their fault sets: the same minimal counterexamples, by both verdict rules and in both
//! crash modes. Where a row has too many fault sets, messages are lost in fewer of its rounds.

use crate::table::{ROWS, Row, checked};
use watershed::budget::Budget;
use watershed::faults::brute::{minimal_counterexamples, number_of_fault_sets};
use watershed::faults::global::Global;
use watershed::faults::{
    CrashMode, FaultSet, Judgement, PATIENCE, Question, Specification, VerdictRule, investigate, run,
};

/// Most fault sets of a row that are tried: a minute for all rows. With `WATERSHED_RANDOM` set, some 50 times as many.
const MOST: u64 = 1_300;
const MOST_AT_LEISURE: u64 = 70_000;

/// The row with as many lossy rounds as leave at most `most` fault sets.
fn within(row: &Row, nodes: usize, most: u64) -> Option<Specification> {
    (0..=row.eff)
        .rev()
        .map(|eff| Specification { eff, ..row.specification() })
        .find(|less| number_of_fault_sets(less, nodes).is_some_and(|sets| sets <= most))
}

#[test]
fn rows_have_the_counterexamples_that_all_fault_sets_have() {
    let most = if std::env::var_os("WATERSHED_RANDOM").is_some() { MOST_AT_LEISURE } else { MOST };
    let (mut whole, mut bad) = (0, 0);
    for row in ROWS {
        let program = checked(row.program);
        let Some(specification) = within(row, program.nodes.len(), most) else { continue };
        whole += usize::from(specification.eff == row.eff);
        for crash_mode in [CrashMode::LosesSends, CrashMode::Stops] {
            let specification = Specification { crash_mode, ..specification };
            for rule in [VerdictRule::Invariant, VerdictRule::Baseline] {
                let budget = Budget::default();
                let global = Global::new(&program);
                let free = run(&program, &global, &specification, &FaultSet::none(), &budget).expect("no rule errs");
                let judgement = Judgement::new(&program, rule, &free);
                let all = minimal_counterexamples(&program, &global, &specification, &judgement, &budget);
                let all = all.expect("no rule errs");
                for patience in [PATIENCE, 0] {
                    let question = Question { specification, rule, most: usize::MAX, patience };
                    let answer = investigate(&program, &question, &budget).expect("no rule errs");
                    let found: Vec<FaultSet> =
                        answer.counterexamples.iter().map(|found| found.faults.clone()).collect();
                    assert_eq!(found, all, "{} {specification:?} {rule:?}", row.name);
                    assert!(answer.complete);
                }
                bad += usize::from(!all.is_empty());
            }
        }
    }
    assert!(whole >= 5 && bad >= 10, "{whole} rows in full, {bad} with counterexamples");
}
