//! The comparison can fail: without one of its rules, or with one changed, the reading has other runs.

use super::program;
use super::solver::Solver;
use super::walk::Trace;
use std::collections::BTreeSet;
use watershed::export::asp::{THEORY, to_asp};

const HORIZON: usize = 4;

/// The runs of a program before and after a part of the reading, theory or program, is replaced.
fn runs(solver: &mut Solver, text: &str, part: &str, replacement: &str) -> (BTreeSet<Trace>, BTreeSet<Trace>) {
    let asp = to_asp(&program(text)).expect("small values");
    let (theory, mutant) = (THEORY.replace(part, replacement), asp.replace(part, replacement));
    let changed = [theory != THEORY, mutant != asp];
    assert!(changed == [true, false] || changed == [false, true], "`{part}` is in one of\n{THEORY}\n{asp}");
    (solver.runs(&asp, HORIZON), solver.runs_under(&theory, &mutant, HORIZON))
}

#[test]
fn without_causality_there_are_more_runs() {
    let Some(mut solver) = Solver::find() else { return };
    let text = "nodes a; go(#a)@2; m()@async :- go();";
    let (causal, other) = runs(&mut solver, text, ", T < U.", ".");
    assert!(causal.is_subset(&other) && causal != other);
    let early = |run: &Trace| run.contains("delivered(1,m)");
    assert!(other.iter().any(early) && !causal.iter().any(early));
}

#[test]
fn with_copies_that_arrive_twice_there_are_more_runs() {
    let Some(mut solver) = Solver::find() else { return };
    let text = "nodes a; go(#a)@1; m()@async :- go();";
    let (once, other) = runs(&mut solver, text, "} 1 :- copy", "} :- copy");
    assert!(once.is_subset(&other) && once != other);
    let twice = |run: &Trace| run.contains("delivered(2,m)") && run.contains("delivered(3,m)");
    assert!(other.iter().any(twice) && !once.iter().any(twice));
}

#[test]
fn with_copies_that_must_arrive_at_once_there_are_fewer_runs() {
    let Some(mut solver) = Solver::find() else { return };
    let (free, other) = runs(
        &mut solver,
        "nodes a; go(#a)@1; m()@async :- go();",
        "later(T,U) :- time(T), time(U), T < U.",
        "later(T,T+1) :- time(T).",
    );
    assert!(other.is_subset(&free) && free != other && !other.is_empty());
}

#[test]
fn every_other_rule_matters_to_some_program() {
    let Some(mut solver) = Solver::find() else { return };
    let carried = "nodes a, b; e(#a)@1; p()@next :- e();";
    let event = "nodes a, b; e(#a)@2;";
    let vows = "nodes a; go(#a, x)@1; go(#a, y)@1; m(X)@async :- go(X); late() :- m(x), notin m(y);";
    for (text, part, replacement) in [
        (carried, "carried(N,T+1,F) :- carried(N,T,F), T < horizon, not steps(T,N).", ""),
        (
            carried,
            "carried(N,T+1,F) :- carried(N,T,F), T < horizon, not steps(T,N).",
            "carried(N,T+1,F) :- carried(N,T,F), T < horizon.",
        ),
        (carried, "holds(T,F) :- steps(T,N), carried(N,T,F).", ""),
        (event, "at(T,N,K), event(N,K,F)", "steps(T,N), event(N,T,F)"),
        ("nodes a; p(#a);", "holds(T,F) :- steps(T,N), static(N,F).", ""),
        (vows, "holds(T,F) :- delivered(T,F).", ""),
        (vows, ", not holds(_T,m(\"y\"))", ""),
        ("nodes a; go(#a)@1; p(1 / 0) :- go();", ":- fault(T).", ""),
        ("nodes a, b; p(#a);", "{ steps(T,N) : node(N) } = 1", "{ steps(T,N) : node(N) } 1"),
        ("nodes a; d(#a, 5, x); d(#a, 5, y); s(sum<V; K>) :- d(V, K);", "_V1,_V2 :", "_V1 :"),
    ] {
        let (real, other) = runs(&mut solver, text, part, replacement);
        assert_ne!(real, other, "{part}\n{text}");
    }
}
