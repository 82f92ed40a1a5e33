//! Explanations: trees by hand, claims that are true of the run, and trees that are enough.

use crate::random::{self, Choices, Fragment};
use crate::text::{node, program, run_of, specification};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use watershed::budget::Budget;
use watershed::faults::global::Global;
use watershed::faults::specification::Fault;
use watershed::faults::why::{Claim, How, When, Why, why};
use watershed::faults::{Crash, CrashMode, FaultSet, Omission, Run, Specification};
use watershed::program::{Fact, Program, RelationId};
use watershed::report::text::why::tree;
use watershed::source::SourceMap;

const RETRY: &str = "peer(a, b); bcast(a, x)@1;
log(N, P) :- bcast(N, P);
log(N, P)@next :- log(N, P);
log(M, P)@async :- log(N, P), peer(N, M), notin done(N);
done(N)@next :- bcast(N, _);
n(N, count<P>) :- log(N, P);
pre(b, P) :- log(a, P);
post(N, P) :- log(N, P), n(N, 1), notin crash(N, N, _);
nodes a, b;";

/// The tree of a fact, as text, with the sources of the program.
fn shown(text: &str, spec: &Specification, faults: &FaultSet, relation: &str, columns: [&str; 2]) -> String {
    let program = program(text);
    let mut sources = SourceMap::new();
    sources.add("p.ded", text.to_string());
    let run = run_of(&program, spec, faults);
    let values = columns.map(|name| watershed::program::Value::Symbol(program.symbols.get(name).expect("a symbol")));
    let fact = Fact { relation: program.relation_named(relation).expect("a relation"), values: values.into() };
    let found = why(&program, spec, (&run, faults), &fact, &Budget::default()).expect("within bounds");
    tree(&program, &sources, &found, true)
}

#[test]
fn what_holds_rests_on_rules_deliveries_and_facts() {
    let found = shown(RETRY, &specification(3, 2, 0), &FaultSet::none(), "post", ["b", "x"]);
    let expected = "post(b, x) in the end: rule p.ded:8
  log(b, x) in round 3: kept since round 2, rule p.ded:3 (1)
    log(b, x) in round 2: sent by a in round 1, rule p.ded:4
      peer(a, b) in round 1: given
      log(a, x) in round 1: rule p.ded:2
        bcast(a, x) in round 1: given
      no done(a) in round 1: nothing derives it
  n(b, 1) in round 3: rule p.ded:6
    log(b, x) in round 3: kept since round 2, rule p.ded:3 (see 1)
  no crash(b, b, _) in the end
";
    assert_eq!(found, expected, "{found}");
}

#[test]
fn what_is_lost_is_told_down_to_the_message_and_to_what_keeps_it_from_being_sent_again() {
    let text = program(RETRY);
    let lost = Omission { time: 1, from: node(&text, "a"), to: node(&text, "b") };
    let faults = FaultSet::new([Fault::Omission(lost)]);
    let found = shown(RETRY, &specification(3, 2, 0), &faults, "post", ["b", "x"]);
    for part in [
        "no post(b, x) in the end\n  rule p.ded:8 fails in the end\n    no log(b, x) in round 3\n",
        "log(b, x), sent by a in round 1, is lost",
        "rule p.ded:4 fails in round 2\n        done(a) in round 2: rule p.ded:5\n          bcast(a, x) in round 1: given",
    ] {
        assert!(found.contains(part), "{part}\nis not in\n{found}");
    }
    // With a crash in place of the omission, the tuple is not even looked for.
    let crash = FaultSet::new([Fault::Crash(Crash { time: 1, node: node(&text, "b") })]);
    let found = shown(RETRY, &specification(3, 2, 1), &crash, "post", ["b", "x"]);
    assert!(found.contains("rule p.ded:8 fails in the end\n    crash(b, b, 1) in the end: a fault"), "{found}");
}

/// Whether a claim is true of a run. Observers' moments before the last are not kept in runs.
fn is_true(program: &Program, run: &Run, claim: &Claim) -> bool {
    let facts = |when: When| match when {
        When::Round(round) => &run.rounds[round as usize - 1].derived,
        When::Observed(_) | When::Later(_) | When::End => &run.outcome,
    };
    if let Claim::Holds(_, When::Observed(_)) | Claim::Absent(_, When::Observed(_) | When::Later(_)) = claim {
        return true;
    }
    let known = |relation: RelationId| (relation.0 as usize) < program.relations.len();
    match claim {
        Claim::Holds(fact, when) => facts(*when).contains(fact),
        Claim::Absent(pattern, when) => {
            !known(pattern.relation) || !facts(*when).iter().any(|fact| pattern.matches(fact))
        }
        Claim::Lost(sent, round) => sent.lost && run.rounds[*round as usize - 1].sent.contains(sent),
        Claim::Fails(..) | Claim::Condition(_) => true,
    }
}

/// The claims of presence that rest on nothing must be given; none may rest on itself.
fn is_well_founded(why: &Why) -> Result<(), TestCaseError> {
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let positive = |at: &usize| matches!(why.reasons[*at].claim, Claim::Holds(..));
    loop {
        let ready =
            |at: &usize| why.reasons[*at].parts.iter().filter(|part| positive(part)).all(|part| done.contains(part));
        let more: Vec<usize> =
            (0..why.reasons.len()).filter(positive).filter(|at| !done.contains(at)).filter(ready).collect();
        if more.is_empty() {
            break;
        }
        done.extend(more);
    }
    prop_assert_eq!(done.len(), (0..why.reasons.len()).filter(positive).count(), "a circle");
    for reason in &why.reasons {
        if let Claim::Holds(..) = reason.claim {
            prop_assert!(!matches!(reason.how, How::Nothing | How::NoRule | How::Literal), "{:?}", reason);
        }
    }
    Ok(())
}

/// Everything that is lost but what the tree says is sent.
fn without_the_rest(program: &Program, why: &Why, eot: u64) -> FaultSet {
    let mut needed: BTreeSet<Omission> = BTreeSet::new();
    for reason in &why.reasons {
        if let (Claim::Holds(fact, _), How::Sent(from, time, _)) = (&reason.claim, reason.how) {
            let to = program.node_of(fact.values[0]).expect("an addressee");
            needed.insert(Omission { time, from, to });
        }
    }
    let all =
        Specification { eot, eff: eot, crashes: 0, crash_mode: CrashMode::LosesSends }.faults(program.nodes.len());
    let is_needed = |fault: &Fault| matches!(fault, Fault::Omission(omission) if needed.contains(omission));
    FaultSet::new(all.into_iter().filter(|fault| !is_needed(fault)))
}

/// Checks the explanation of a fact of the outcome.
fn explained(
    program: &Program,
    spec: &Specification,
    of: (&Run, &FaultSet),
    fact: &Fact,
    positive: bool,
) -> Result<(), TestCaseError> {
    let budget = Budget { max_facts: 150, ..Budget::default() };
    let (run, faults) = of;
    let found = why(program, spec, of, fact, &budget).expect("within bounds");
    prop_assert!(found.holds());
    if found.reasons.iter().any(|reason| reason.how == How::Cut) {
        return Ok(());
    }
    for reason in &found.reasons {
        prop_assert!(is_true(program, run, &reason.claim), "{:?}", reason);
    }
    is_well_founded(&found)?;
    let sent = found.reasons.iter().any(|reason| matches!(reason.how, How::Sent(..)));
    let deep = if sent {
        "with deliveries"
    } else if found.reasons.len() > 1 {
        "several reasons"
    } else {
        "given"
    };
    *MET.lock().expect("no other test failed").entry(deep).or_default() += 1;
    if positive && faults.crashes().next().is_none() {
        *MET.lock()
            .expect("no other test failed")
            .entry(if sent { "run again" } else { "run again, alone" })
            .or_default() += 1;
        let rest = without_the_rest(program, &found, spec.eot);
        let again = watershed::faults::run(program, &Global::new(program), spec, &rest, &budget).expect("fewer facts");
        prop_assert!(again.outcome.contains(fact), "{} is gone", program.show_global_fact(fact));
    }
    Ok(())
}

static MET: Mutex<BTreeMap<&'static str, usize>> = Mutex::new(BTreeMap::new());

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]
    fn explanations(choices in prop::collection::vec(any::<u16>(), 60..400), full: bool, chosen: u64, stops: bool, picked: u64) {
        let fragment = if full { Fragment::Full } else { Fragment::Finite };
        let mut program = random::program(&mut Choices::new(&choices), fragment);
        if !full {
            program.rules.retain(|rule| rule.negative.is_empty() && !rule.head.is_aggregated());
        }
        // Explanations tell rules apart by their places.
        let rules = program.rules.iter_mut().chain(&mut program.observers).chain(&mut program.synchronous);
        rules.enumerate().for_each(|(at, rule)| rule.span.start = at as u32);
        let crash_mode = if stops { CrashMode::Stops } else { CrashMode::LosesSends };
        let spec = Specification { eot: 4, eff: 4, crashes: 2, crash_mode };
        let all = spec.faults(program.nodes.len());
        let faults = FaultSet::new(all.iter().enumerate().filter(|(at, _)| chosen >> at & 7 == 7).map(|(_, &fault)| fault));
        let budget = Budget { max_facts: 150, ..Budget::default() };
        let global = Global::new(&program);
        let Ok(run) = watershed::faults::run(&program, &global, &spec, &faults, &budget) else { return Ok(()) };
        for fact in run.outcome.iter().take(40) {
            explained(&program, &spec, (&run, &faults), fact, !full)?;
        }
        let Some(fact) = run.outcome.iter().nth(picked as usize % run.outcome.len().max(1)) else { return Ok(()) };
        // Of something that is not there: another value in some column.
        let mut other = fact.clone();
        other.values[0] = program.nodes[picked as usize % program.nodes.len()];
        let found = why(&program, &spec, (&run, &faults), &other, &budget).expect("within bounds");
        prop_assert_eq!(found.holds(), run.outcome.contains(&other));
        if found.reasons.iter().all(|reason| reason.how != How::Cut) {
            for reason in &found.reasons {
                prop_assert!(is_true(&program, &run, &reason.claim), "{:?}", reason);
                prop_assert!(!matches!(reason.claim, Claim::Fails(..)) || !reason.parts.is_empty(), "{:?}", reason);
            }
            is_well_founded(&found)?;
        }
    }
}

#[test]
fn explanations_are_true_and_enough() {
    explanations();
    let met = MET.lock().expect("no other test failed");
    for (what, least) in [("with deliveries", 40), ("several reasons", 40), ("run again", 25)] {
        assert!(met.get(what).is_some_and(|&times| times >= least), "{what} is rare: {met:?}");
    }
}
