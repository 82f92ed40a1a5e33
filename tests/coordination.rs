//! Coordination of the corpus: the published rewrite of each DedalusS program, the cheapest plan for each program that is not confluent, and what each costs.
//!
//! `WATERSHED_BLESS=1 cargo test --test coordination` writes the table, docs/coordination-table.md.

use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use watershed::analysis::{Analysis, Class};
use watershed::budget::Budget;
use watershed::pipeline::coordinate::{
    Aim, Answered, Coordinated, Failure, Measured, Outcome, Prices, coordinate, everything, full,
};
use watershed::pipeline::instance::Options;
use watershed::pipeline::{Verdict, check, read, read_trees};
use watershed::program::{Program, resolve};
use watershed::report::coordination::named;
use watershed::rewrite::{Acknowledge, Channels, Plan, rewrite};
use watershed::syntax::ast::Ast;
use watershed::syntax::load::Input;

struct Subject {
    name: String,
    program: Program,
    analysis: Analysis,
    trees: Vec<Ast>,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs")
}

fn load(name: &str) -> Option<Subject> {
    let (read, trees) = read_trees(&[Input::from_argument(corpus().join(name))], &resolve::Options::default());
    let (program, analysis) = read.program?;
    Some(Subject { name: name.to_string(), program, analysis, trees })
}

/// Programs of the corpus that are looked at: those of asynchronous runs, without unknowns.
fn programs() -> Vec<Subject> {
    const LEFT_OUT: [&str; 4] = ["faults", "unknown", "order-recording", "flow"];
    /// Sequencers of two channels with numbers, whose re-check of 5,400 states takes half a minute each.
    const SLOW: [&str; 4] =
        ["corfu/fill.ded", "corfu/fill-mutant-over-data.ded", "corfu/trim.ded", "corfu/trim-mutant-forgets.ded"];
    let mut names = Vec::new();
    for folder in std::fs::read_dir(corpus()).expect("the corpus") {
        let folder = folder.expect("a folder").path();
        let family = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_string();
        if !folder.is_dir() || LEFT_OUT.contains(&family.as_str()) {
            continue;
        }
        for file in std::fs::read_dir(&folder).expect("a folder") {
            let file = file.expect("a file").path();
            if file.extension().is_some_and(|extension| extension == "ded") {
                names.push(format!("{family}/{}", file.file_name().and_then(|name| name.to_str()).unwrap_or_default()));
            }
        }
    }
    names.sort();
    names.retain(|name| !SLOW.contains(&name.as_str()));
    names.iter().filter_map(|name| load(name)).filter(|subject| !subject.program.nodes.is_empty()).collect()
}

fn budget() -> Budget {
    Budget { max_states: 20_000, max_transitions: 100_000, max_facts: 20_000, ..Budget::default() }
}

fn least(subject: &Subject) -> Option<Answered> {
    let Subject { program, analysis, trees, .. } = subject;
    coordinate(program, analysis, trees, (Prices::default(), None), &budget(), Options::default(), &mut |_| ()).ok()
}

fn in_full(subject: &Subject) -> Option<Coordinated> {
    let Subject { program, analysis, trees, .. } = subject;
    full(program, analysis, trees, &budget(), Options::default(), &mut |_| ())
}

fn run(measured: Option<Measured>) -> String {
    match measured {
        None => "–".to_string(),
        Some(Measured { messages, rounds, resent: 0 }) => format!("{messages} / {rounds}"),
        Some(Measured { messages, rounds, resent }) => format!("{messages} + {resent} ∞ / {rounds}"),
    }
}

#[derive(Default)]
struct Row {
    text: String,
    /// Why the full rewrite did not pass; none if it did, or there is none.
    full: Option<Failure>,
    dearer: bool,
    refused: Option<String>,
}

fn row(subject: &Subject) -> Row {
    let mut row = Row::default();
    let is_stratified = subject.analysis.classification.class <= Class::DedalusS;
    let Some(answered) = least(subject) else { return row };
    let prices = Prices::default();
    let unneeded = matches!(answered.outcome, Outcome::Unneeded);
    if unneeded && !is_stratified {
        return row;
    }
    let whole = in_full(subject);
    let plan = match &answered.outcome {
        Outcome::Unneeded => "not needed | 0 | | |".to_string(),
        Outcome::NotFound(None) => "none found | | | |".to_string(),
        Outcome::NotFound(Some(bound)) => format!("none found (bound: {bound}) | | | |"),
        Outcome::Found(found) => format!(
            "{} | {} | {} | {} | {}",
            named(&subject.program, &answered.channels, &found.plan),
            found.price.total(prices),
            found.trial.rules_added,
            found.trial.figures.states,
            run(found.trial.measured)
        ),
    };
    for attempt in &answered.attempts {
        if let Some(Failure::Refused(why)) = &attempt.failure {
            row.refused = Some(why.clone());
        }
    }
    let published = match &whole {
        None => "| | |".to_string(),
        Some(whole) => {
            let states = match &whole.trial.failure {
                None => whole.trial.figures.states.to_string(),
                Some(failure) => failure.to_string(),
            };
            let trial = &whole.trial;
            format!("{} | {} | {states} | {}", whole.price.total(prices), trial.rules_added, run(trial.measured))
        }
    };
    row.full = whole.as_ref().and_then(|whole| whole.trial.failure.clone());
    if let (Some(whole), Outcome::Found(found)) = (&whole, &answered.outcome) {
        row.dearer = whole.trial.failure.is_none() && found.price.total(prices) > whole.price.total(prices);
    }
    let _ = writeln!(
        row.text,
        "| {} | {} | {} | {} | {plan} | {published} |",
        subject.name,
        subject.analysis.classification.class.name(),
        answered.before.verdict.name(),
        run(answered.measured)
    );
    row
}

#[test]
fn the_corpus_is_coordinated() {
    let mut table = String::from(
        "# Coordination of the corpus\n\n\
         Written by `WATERSHED_BLESS=1 cargo test --test coordination`. Each DedalusS program and each program that is not confluent on its own instance: the \
         cheapest plan that passed its re-check, and the published rewrite P(S) in full (all rules that negate or aggregate wait, all messages \
         acknowledged). Prices: a message 1, a round 5, a wait 1, estimated. A run is messages / rounds of one run in rounds; `+ n ∞`: n more in each round for ever. States are those of the \
         re-check with reductions, at most 20,000. `corfu/fill` and `corfu/trim` are left out: their plan is a sequencer whose re-check takes half a minute.\n\n\
         | program | class | as it is | a run | plan | price | rules | states | a run | P(S): price | rules | states | a run |\n\
         |---|---|---|---|---|---:|---:|---:|---|---:|---:|---:|---|\n",
    );
    let (mut wrong, mut open) = (Vec::new(), Vec::new());
    let mut found = 0;
    let subjects = programs();
    let rows: Vec<Row> = subjects.par_iter().map(row).collect();
    for (subject, row) in subjects.iter().zip(rows) {
        match row.full {
            None => {}
            Some(Failure::Open(bound)) => open.push(format!("{} ({bound})", subject.name)),
            Some(failure) if subject.analysis.classification.class <= Class::DedalusS => {
                wrong.push(format!("{}: P(S) is {failure}", subject.name));
            }
            // The stratified model is that of a program whose events last: what is published does not speak of it.
            Some(_) => {}
        }
        if row.dearer {
            wrong.push(format!("{}: dearer than P(S)", subject.name));
        }
        wrong.extend(row.refused.map(|why| format!("{}: refused: {why}", subject.name)));
        found += usize::from(!row.text.is_empty());
        table.push_str(&row.text);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{found} programs; P(S) not decided: {open:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coordination-table.md");
    if std::env::var_os("WATERSHED_BLESS").is_some() {
        std::fs::write(&path, &table).expect("the table is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == table, "docs/coordination-table.md is not what is measured; bless it");
}

/// What the issue of coordination is about: each is diffluent, has a plan, and then one outcome.
#[test]
fn the_known_races_have_plans() {
    let seals = |answered: &Answered| match &answered.outcome {
        Outcome::Found(found) => matches!(found.plan, Plan::Seals(_)),
        _ => false,
    };
    for (name, sealed, model) in [
        ("papers/marriage.ded", true, &["i_do(#n1, bride)", "i_do(#n1, groom)"][..]),
        ("papers/gc-freed.ded", true, &["freed(#n1, z)"]),
        ("gc/racing.ded", true, &["freed(#k, o3)"]),
        ("papers/recursion-async.ded", true, &[]),
        ("counting/exact.ded", true, &[]),
        ("cart/destructive.ded", false, &[]),
        ("cart/disorderly.ded", false, &["ordered(#s, pen, 1)"]),
        ("kvs/diverging.ded", false, &["value(#r, k, y)", "value(#s, k, y)"]),
        ("papers/dequeue-static.ded", false, &[]),
    ] {
        let subject = load(name).expect("a program of the corpus");
        let answered = least(&subject).expect("no rule errs");
        assert_eq!(answered.before.verdict, Verdict::Diffluent, "{name}");
        assert!(answered.before.witness.is_some(), "{name}");
        let Outcome::Found(found) = &answered.outcome else { panic!("{name}: {:?}", answered.attempts) };
        assert_eq!(seals(&answered), sealed, "{name}: {:?}", found.plan);
        assert_eq!(found.trial.failure, None, "{name}");
        let expected = model.iter().map(|fact| fact.to_string()).collect();
        assert_eq!(found.trial.model.as_ref(), Some(&expected), "{name}");
        if let Some(Aim::Stratified(aim)) = answered.aim.filter(|_| sealed) {
            assert_eq!(aim, expected, "{name}");
        }
    }
}

/// A count per sender needs that sender's messages only.
#[test]
fn one_partition_is_sealed_where_that_is_enough() {
    let subject = load("counting/by-box.ded").expect("a program of the corpus");
    let answered = least(&subject).expect("no rule errs");
    let Outcome::Found(found) = &answered.outcome else { panic!("{:?}", answered.attempts) };
    let Plan::Seals(sealing) = &found.plan else { panic!("{:?}", found.plan) };
    assert_eq!(sealing.by_sender, sealing.points);
    assert!(
        found.trial.text.contains("ballot_whole(B)") && !found.trial.text.contains("ballot_complete"),
        "{}",
        found.trial.text
    );
    assert_eq!(found.trial.model.as_ref().map(|model| model.len()), Some(2));
    // A count over all boxes has no one sender to wait for.
    let text = "nodes chair, east, west; output counted; box(#east, ann); box(#west, cyd); ballot(#chair, B, V)@async :- box(#B, V); \
                ballot(B, V)@next :- ballot(B, V); counted(V, count<B>) :- ballot(B, V); counted(V, N)@next :- counted(V, N);";
    let (read, trees) =
        read_trees(&[Input::Text { name: "all.ded".to_string(), text: text.to_string() }], &Default::default());
    let (program, analysis) = read.program.expect("a program");
    let subject = Subject { name: "all.ded".to_string(), program, analysis, trees };
    let channels = Channels::of(&subject.program, &subject.analysis.dependencies);
    assert_eq!(channels.points.len(), 1);
    assert!(watershed::rewrite::seal::named_sender(&subject.program, &channels, 0).is_none());
}

fn sealed_text(name: &str, how: Acknowledge) -> (Subject, String) {
    let subject = load(name).expect("a program of the corpus");
    let channels = Channels::of(&subject.program, &subject.analysis.dependencies);
    let plan = Plan::Seals(everything(&channels, how));
    let text = rewrite(&subject.program, &subject.trees, &channels, &plan).text;
    (subject, text)
}

fn answer(text: &str) -> (Verdict, Option<usize>) {
    let read = read(&[Input::Text { name: "sealed.ded".to_string(), text: text.to_string() }], &Default::default());
    let (program, analysis) = read.program.unwrap_or_else(|| panic!("{:?}\n{text}", read.diagnostics));
    let answer = check(&program, &analysis, &budget(), Default::default(), &mut |_| ()).expect("no rule errs");
    (answer.verdict, answer.findings.models.first().map(|model| model.len()))
}

/// Mistakes that a rewrite could make are caught by the re-check: that is what it is for.
#[test]
fn planted_mistakes_fail_their_recheck() {
    for (name, how, from, to) in [
        // A sender tells all before its messages are acknowledged.
        ("papers/gc-freed.ded", Acknowledge::Messages, ", notin refers_waiting(#L)", ""),
        // One node is left out of "for all nodes".
        (
            "papers/gc-freed.ded",
            Acknowledge::Counts,
            "refers_upto(X) :- first_node(X), refers_whole(X);",
            "refers_upto(X) :- refers_whole(X);",
        ),
        // A rule does not wait.
        ("papers/marriage.ded", Acknowledge::Counts, "notin i_do(groom), i_do_done();", "notin i_do(groom);"),
        // A node is complete as soon as it was told how many there are.
        (
            "papers/marriage.ded",
            Acknowledge::Counts,
            "i_do_whole(L) :- i_do_total(L, C), i_do_have(L, C);",
            "i_do_whole(L) :- i_do_total(L, C);",
        ),
    ] {
        let (_, text) = sealed_text(name, how);
        assert_eq!(answer(&text).0, Verdict::Confluent, "{name}");
        assert!(text.contains(from), "{name}: no `{from}` in\n{text}");
        assert_eq!(answer(&text.replace(from, to)).0, Verdict::Diffluent, "{name} without `{from}`");
    }
}

/// Erratum 5: unless inductive rules are read as deductive, a chain of steps is taken for complete after its first step.
#[test]
fn inductive_rules_are_read_as_deductive_first() {
    let text = "output r; end(#n1, 1); end(#n1, 9); counter(#n1, 1); counter(X + 1)@next :- counter(X), X < 9; p(X)@async :- counter(X), end(X); \
                p(X)@next :- p(X); r(42) :- p(1), notin p(9); r(X)@next :- r(X);";
    let input = Input::Text { name: "chain.ded".to_string(), text: text.to_string() };
    let (read, trees) = read_trees(&[input], &resolve::Options::default());
    let (program, analysis) = read.program.expect("a program");
    let channels = Channels::of(&program, &analysis.dependencies);
    for how in [Acknowledge::Messages, Acknowledge::Counts] {
        let plan = Plan::Seals(everything(&channels, how));
        let text = rewrite(&program, &trees, &channels, &plan).text;
        assert_eq!(answer(&text), (Verdict::Confluent, Some(0)));
        let (deductive, inductive) = ("counter(X + 1) :-", "counter(X + 1)@next :-");
        assert!(text.contains(deductive), "{text}");
        let (verdict, facts) = answer(&text.replace(deductive, inductive));
        assert!(verdict == Verdict::Diffluent || facts == Some(1), "{how:?}: {verdict:?}, {facts:?} facts");
    }
    let latched = sealed_text("papers/recursion-latched.ded", Acknowledge::Messages).1;
    assert_eq!(answer(&latched), (Verdict::Confluent, Some(7)), "p(1) to p(7)");
    assert_eq!(answer(&latched.replace("counter(X + 1) :-", "counter(X + 1)@next :-")).1, Some(8), "and r(42)");
}
