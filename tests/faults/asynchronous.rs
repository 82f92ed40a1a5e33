//! Faults together with delivery orders: verdicts, counterexamples that replay, symmetry, bounds.

use std::collections::BTreeSet;
use watershed::budget::{Bound, Budget};
use watershed::faults::asynchronous::{Answer, Question, investigate};
use watershed::faults::lossy::Lossy;
use watershed::faults::plan::{Fault, Tolerance};
use watershed::faults::{Verdict, VerdictRule};
use watershed::pipeline::instance::Options;
use watershed::pipeline::read_trees;
use watershed::program::resolve;
use watershed::reduce::Reductions;
use watershed::syntax::load::Input;
use watershed::witness::outcome::check_outcome;

fn corpus(name: &str) -> String {
    let path = format!("{}/benchmarks/programs/faults/{name}.ded", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a program of the corpus")
}

fn tolerance(omissions: usize, crashes: usize) -> Tolerance {
    Tolerance { omissions, crashes, ..Tolerance::default() }
}

fn ask_with(text: &str, tolerance: Tolerance, change: impl FnOnce(&mut Question), budget: &Budget) -> Answer {
    let input = Input::Text { name: "p.ded".to_string(), text: text.to_string() };
    let (read, trees) = read_trees(&[input], &resolve::Options::default());
    let (program, _) = read.program.unwrap_or_else(|| panic!("{:#?}", read.diagnostics));
    let lossy = Lossy::new(&program, &trees).expect("local steps");
    let mut question = Question { tolerance, rule: VerdictRule::Invariant, most: 1, instance: Options::default() };
    change(&mut question);
    let answer = investigate(&program, &lossy, &question, budget, &mut |_| ()).expect("no rule errs");
    for found in &answer.counterexamples {
        check_outcome(&found.program, &found.schedule, &found.claim(), &Budget::default()).expect("a run that replays");
        let held = |fault| found.faults.iter().filter(|&&(other, _)| kind(other) == fault).count();
        assert!(held(0) <= tolerance.omissions && held(1) <= tolerance.crashes);
        assert!(held(2) <= tolerance.restarts && held(3) <= tolerance.duplications);
    }
    answer
}

fn kind(fault: Fault) -> usize {
    match fault {
        Fault::Omission { .. } => 0,
        Fault::Crash { .. } => 1,
        Fault::Restart { .. } => 2,
        Fault::Duplication { .. } => 3,
    }
}

fn ask(text: &str, tolerance: Tolerance) -> Answer {
    ask_with(text, tolerance, |_| (), &Budget::default())
}

#[test]
fn variables_of_comparisons_are_not_made_up_again() {
    // `There` is bound by an equation only; each node is sent what is for it.
    let text = "nodes a, b; put(#a, 1)@1; due(#N, V)@next :- put(#N, V); due(#N, V)@next :- due(#N, V);
        copy(#_, V, There)@async :- put(#N, V), There == V + 1;
        copy(#N, V, W)@next :- copy(#N, V, W);
        pre(#a, V) :- due(#a, V); post(#a, V) :- copy(#b, V, 2), copy(#a, V, 2);";
    assert_eq!(ask(text, tolerance(0, 0)).verdict, Verdict::Certified);
    let answer = ask(text, tolerance(1, 0));
    assert_eq!(faults(&answer), [(0, 1)]);
    assert!(answer.counterexamples[0].text.contains("copy(#There_, V, There)"), "{}", answer.counterexamples[0].text);
}

/// The local steps of the faults of the first counterexample.
fn faults(answer: &Answer) -> Vec<(usize, u64)> {
    answer.counterexamples[0].faults.iter().map(|&(fault, step)| (kind(fault), step)).collect()
}

const REGISTER: &str = "nodes c1, c2, r1, r2;
    replica(c1, r1); replica(c1, r2); replica(c2, r1); replica(c2, r2);
    put(c1, x)@1; put(c2, y)@1;
    write(R, V)@async :- put(C, V), replica(C, R);
    holds(R, max<V>)@next :- write(R, V);
    holds(R, V)@next :- holds(R, V), notin write(R, _);
    split(V) :- holds(r1, V), holds(r2, W), V != W;
    pre(r1, V) :- holds(r1, V);
    post(r1, V) :- holds(r1, V), notin split(V);";

#[test]
fn an_order_of_deliveries_suffices_where_rounds_are_good() {
    let rounds = crate::text::program(REGISTER);
    let question = watershed::faults::Question {
        specification: crate::text::specification(6, 0, 0),
        rule: VerdictRule::Invariant,
        most: 1,
        patience: watershed::faults::PATIENCE,
    };
    let synchronous = watershed::faults::investigate(&rounds, &question, &Budget::default()).expect("no rule errs");
    assert_eq!(synchronous.verdict, Verdict::Certified);

    let asynchronous = ask(REGISTER, tolerance(0, 0));
    assert_eq!(asynchronous.verdict, Verdict::Counterexample);
    assert_eq!(faults(&asynchronous), []);
    assert!(asynchronous.counterexamples[0].minimal);
}

#[test]
fn protocols_of_the_corpus() {
    let verdict = |name: &str, omissions, crashes| {
        let answer = ask(&corpus(name), tolerance(omissions, crashes));
        let of =
            answer.counterexamples.first().map(|_| faults(&answer).iter().map(|&(kind, _)| kind).collect::<Vec<_>>());
        (answer.verdict, of)
    };
    let certified = (Verdict::Certified, None);
    let broken = |kinds: &[usize]| (Verdict::Counterexample, Some(kinds.to_vec()));
    assert_eq!(verdict("best-effort", 1, 0), broken(&[0]));
    assert_eq!(verdict("retry", 1, 0), certified);
    assert_eq!(verdict("retry", 0, 1), certified);
    assert_eq!(verdict("retry", 1, 1), broken(&[0, 1]));
    assert_eq!(verdict("redundant", 2, 1), certified);
    assert_eq!(verdict("classic", 1, 1), certified);
    assert_eq!(verdict("racing-flag", 1, 0), broken(&[0]));
    assert_eq!(verdict("racing-flag-repaired", 1, 1), certified);
    assert_eq!(verdict("hinted-handoff", 1, 0), certified);
    assert_eq!(verdict("hinted-handoff", 1, 1), broken(&[0, 1]));
    // Certified under rounds, where a promise and what its acceptor has accepted arrive together.
    assert_eq!(verdict("paxos-repaired", 0, 0), broken(&[]));
}

#[test]
fn restarts_and_duplications() {
    let keeps = "nodes a, b; put(a, v)@1; to(a, b);
        copy(B, V)@async :- put(A, V), to(A, B);
        copy(B, V)@next :- copy(B, V);
        sent(A, V) :- put(A, V); sent(A, V)@next :- sent(A, V);
        pre(V) :- sent(_, V); post(V) :- copy(_, V);";
    let with = |restarts, duplications| Tolerance { restarts, duplications, ..Tolerance::default() };
    assert_eq!(ask(keeps, with(0, 3)).verdict, Verdict::Certified);
    let lost = ask(keeps, with(1, 0));
    assert_eq!(faults(&lost).iter().map(|&(kind, _)| kind).collect::<Vec<_>>(), [2]);

    // A second copy that arrives alone makes a second step with a payment.
    let counts = "nodes a, b; put(a, v)@1; to(a, b);
        pay(B, V)@async :- put(A, V), to(A, B);
        paid(B, V)@next :- pay(B, V);
        paid(B, V)@next :- paid(B, V);
        again(B, V)@next :- pay(B, V), paid(B, V);
        again(B, V)@next :- again(B, V);
        pre(V) :- paid(_, V); post(V) :- paid(B, V), notin again(B, V);";
    assert_eq!(ask(counts, with(0, 0)).verdict, Verdict::Certified);
    assert_eq!(faults(&ask(counts, with(0, 1))), [(3, 1)]);

    // What is static by normalisation survives a restart.
    let given = "nodes a; put(a, v)@1; put(A, V)@next :- put(A, V); pre(V) :- put(_, V); post(V) :- put(a, V);";
    assert_eq!(ask(given, with(2, 0)).verdict, Verdict::Certified);
}

#[test]
fn numbered_steps_are_local_ones() {
    // The reply is read in local step 2 of the asker, in which it need not have arrived.
    let text = "nodes a, b; asks(a, b); start(a)@1;
        question(B, A)@async :- start(A), asks(A, B);
        reply(A)@async :- question(B, A);
        early(A) :- reply(A)@2;
        seen(A) :- reply(A); seen(A)@next :- seen(A);
        pre(A) :- seen(A), asks(A, _); post(A) :- seen(A), notin early(A);";
    let answer = ask(text, tolerance(0, 0));
    assert_eq!(answer.verdict, Verdict::Counterexample, "{answer:?}");
    assert!(answer.counterexamples[0].text.contains("reply_at_2(A)"), "{}", answer.counterexamples[0].text);
}

#[test]
fn made_up_names_are_not_the_programs() {
    let text = "nodes a, b; peer(a, b);
        omission(a, v)@1; cut(b, w); other(a, cut); Here(a, 1);
        omission(There, V)@async :- omission(Here, V), peer(Here, There);
        omission(N, V)@next :- omission(N, V);
        pre(V) :- omission(a, V); post(V) :- omission(b, V);"
        .replace("Here(a, 1);", "");
    let answer = ask(&text, tolerance(1, 1));
    assert_eq!(answer.verdict, Verdict::Counterexample);
    assert!(answer.counterexamples[0].text.contains("notin cut_("), "{}", answer.counterexamples[0].text);
}

#[test]
fn both_spellings_say_the_same() {
    let hash = "nodes a, b, c; put(#a, v)@1;
        copy(#M, V)@async :- put(#N, V);
        copy(#N, V)@next :- copy(#N, V);
        pre(#a, V) :- put_once(#a, V); post(#a, V) :- copy(#b, V), copy(#c, V);
        put_once(#N, V) :- put(#N, V); put_once(#N, V)@next :- put_once(#N, V);";
    let first = "nodes a, b, c; put(a, v)@1; node_of(a, a); node_of(a, b); node_of(a, c);
        copy(M, V)@async :- put(N, V), node_of(N, M);
        copy(N, V)@next :- copy(N, V);
        pre(a, V) :- put_once(a, V); post(a, V) :- copy(b, V), copy(c, V);
        put_once(N, V) :- put(N, V); put_once(N, V)@next :- put_once(N, V);";
    for tolerance in [tolerance(0, 0), tolerance(1, 0), tolerance(0, 1)] {
        let [one, other] = [hash, first].map(|text| ask(text, tolerance));
        assert_eq!(one.verdict, other.verdict);
        if !one.counterexamples.is_empty() {
            assert_eq!(faults(&one), faults(&other));
        }
    }
    assert_eq!(faults(&ask(hash, tolerance(0, 1))), [(1, 1)]);
}

#[test]
fn plans_that_are_renamings_are_explored_once() {
    // Three members are alike.
    let text = "nodes s, a, b, c; member(s, a); member(s, b); member(s, c); put(s, v)@1;
        copy(M, V)@async :- put(S, V), member(S, M);
        copy(M, V)@next :- copy(M, V);
        kept(S, V) :- put(S, V); kept(S, V)@next :- kept(S, V);
        pre(V) :- kept(_, V); post(V) :- copy(_, V);";
    let all = |question: &mut Question| question.instance.reductions = Reductions::NONE;
    // No fault; one of three channels, in the first step or later; two of these six, or a later one twice.
    for (tolerance, plans, unlike) in [(tolerance(1, 0), 1 + 6, 1 + 2), (tolerance(2, 0), 1 + 6 + 15 + 3, 1 + 2 + 5)] {
        let few = ask(text, tolerance);
        let many = ask_with(text, tolerance, all, &Budget::default());
        assert_eq!((few.verdict, many.verdict), (Verdict::Certified, Verdict::Certified));
        assert_eq!((few.plans, many.plans), (unlike, plans));
    }
    for tolerance in [tolerance(3, 0), tolerance(2, 1), tolerance(0, 1)] {
        let few = ask(text, tolerance);
        let many = ask_with(text, tolerance, all, &Budget::default());
        assert_eq!(few.verdict, many.verdict);
        let sizes = |answer: &Answer| answer.counterexamples.iter().map(|c| c.faults.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&few), sizes(&many));
    }
}

#[test]
fn all_minimal_counterexamples() {
    let text = corpus("best-effort");
    let answer = ask_with(&text, tolerance(2, 1), |question| question.most = usize::MAX, &Budget::default());
    assert!(answer.complete);
    let plans: BTreeSet<_> = answer.counterexamples.iter().map(|found| found.plan.clone()).collect();
    assert_eq!(plans.len(), answer.counterexamples.len());
    for one in &plans {
        assert!(plans.iter().all(|other| one == other || !one.covers(other)));
    }
    // Each of the two messages is lost in the first step, and nothing else goes wrong.
    assert!(answer.counterexamples.iter().filter(|found| found.faults.len() == 1).count() >= 2);
}

#[test]
fn the_baseline_is_what_all_runs_without_faults_fulfil() {
    let baseline = |question: &mut Question| question.rule = VerdictRule::Baseline;
    let with = |text: &str, tolerance| ask_with(text, tolerance, baseline, &Budget::default());
    // No value of the register is in `post` whatever the order.
    assert_eq!(with(REGISTER, tolerance(0, 0)).verdict, Verdict::Vacuous);
    assert_eq!(with(&corpus("best-effort"), tolerance(1, 0)).verdict, Verdict::Counterexample);
    assert_eq!(with(&corpus("redundant"), tolerance(1, 1)).verdict, Verdict::Certified);
}

#[test]
fn bounds_are_named() {
    let text = corpus("acknowledged");
    let few = Budget { max_states: 2_000, ..Budget::default() };
    assert_eq!(ask_with(&text, tolerance(1, 0), |_| (), &few).verdict, Verdict::Inconclusive(Bound::States));
    let one = |question: &mut Question| question.instance.max_models = 1;
    let answer = ask_with(&corpus("bully"), tolerance(0, 0), one, &Budget { max_states: 1 << 15, ..Budget::default() });
    assert!(matches!(answer.verdict, Verdict::Inconclusive(_)), "{:?}", answer.verdict);
}
