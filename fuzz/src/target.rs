//! What an input is put through. A target panics where the tool is wrong, and says what the input reached.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use watershed::analysis::{Analysis, analyse, dot};
use watershed::budget::Budget;
use watershed::diagnostic::{Diagnostic, any_error, render};
use watershed::pipeline::check::{self, Answer, Basis};
use watershed::program::{Program, resolve};
use watershed::report::explained::explained;
use watershed::report::json::Statistics;
use watershed::report::{Case, page};
use watershed::schedule;
use watershed::source::{FileId, SourceMap};
use watershed::syntax::{ast::Ast, parser, print};
use watershed::witness::{file, replay};

/// What stands between the program and the rest of an input of [`Target::Replay`].
pub const DIVIDER: &str = "\n%%%%\n";

/// What an input reached: diagnostic codes, class, theorem, verdict, basis. New in it is new.
pub type Trail = BTreeSet<(&'static str, &'static str)>;

/// What is fuzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Any bytes: parse, print and parse again, resolve, analyse.
    Classify,
    /// A program: check, and replay what was found through a witness file.
    Check,
    /// A program and a witness file or schedule: read, replay.
    Replay,
}

/// How far a target goes.
#[derive(Clone)]
pub struct Limits {
    /// States of one search.
    pub max_states: usize,
    /// Time of one search.
    pub timeout: Duration,
    /// Bytes in use, as `memory` tells.
    pub max_memory: usize,
    /// Bytes in use now.
    pub memory: fn() -> usize,
}

impl Limits {
    fn budget(&self) -> Budget {
        Budget {
            max_states: self.max_states,
            max_transitions: self.max_states.saturating_mul(50),
            max_facts: 1000,
            max_memory: self.max_memory,
            deadline: Some(Instant::now() + self.timeout),
            memory: self.memory,
            ..Budget::default()
        }
    }
}

impl Target {
    /// Puts `input` through.
    ///
    /// # Panics
    /// If the tool is wrong.
    pub fn run(self, input: &[u8], limits: &Limits) -> Trail {
        let mut trail = Trail::new();
        let text = String::from_utf8_lossy(input);
        match self {
            Target::Classify => drop(classified(&text, &mut trail)),
            Target::Check => checked(&text, limits, &mut trail),
            Target::Replay => {
                let (program, rest) = text.split_once(DIVIDER).unwrap_or((&text, ""));
                replayed(program, rest, limits, &mut trail);
            }
        }
        trail
    }
}

fn codes(sources: &SourceMap, diagnostics: &[Diagnostic], trail: &mut Trail) {
    let drawn = render::render(sources, diagnostics, false);
    assert_eq!(drawn.is_empty(), diagnostics.is_empty());
    trail.extend(diagnostics.iter().map(|diagnostic| ("code", diagnostic.code.0)));
}

fn parsed(text: &str) -> (SourceMap, Ast, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file: FileId = sources.add("fuzz.ded", text);
    let (tree, diagnostics) = parser::parse(&sources, file);
    (sources, tree, diagnostics)
}

fn classified(text: &str, trail: &mut Trail) -> Option<(SourceMap, Program, Analysis)> {
    let (sources, tree, diagnostics) = parsed(text);
    codes(&sources, &diagnostics, trail);
    let sound = !any_error(&diagnostics);
    if diagnostics.is_empty() {
        let printed = print::print(&tree);
        let (_, again, diagnostics) = parsed(&printed);
        assert!(diagnostics.is_empty(), "what was printed does not parse: {diagnostics:?}\n{printed}");
        assert_eq!(print::print(&again), printed, "printing is not idempotent");
        assert_eq!(again.without_spans(), tree.clone().without_spans(), "printing changed the tree:\n{printed}");
    }
    let trees = [tree];
    let (program, diagnostics) = resolve::resolve(&sources, &trees, &resolve::Options::default());
    codes(&sources, &diagnostics, trail);
    assert_eq!(program.is_none(), any_error(&diagnostics), "a program comes out unless there are errors");
    let synchronous = resolve::Options { synchronous: true, ..resolve::Options::default() };
    let (_, diagnostics) = resolve::resolve(&sources, &trees, &synchronous);
    codes(&sources, &diagnostics, trail);
    let program = program.filter(|_| sound)?;
    let analysis = analyse(&program);
    codes(&sources, &analysis.warnings(&program), trail);
    assert!(dot::to_dot(&program, &analysis.dependencies).ends_with("}\n"));
    trail.insert(("class", analysis.classification.class.name()));
    trail.insert(("theorem", analysis.theorem.map_or("none", |theorem| theorem.name)));
    for (what, found) in [
        ("unrest", !analysis.unrest.is_empty()),
        ("counters", !analysis.counters.is_empty()),
        ("points of order", !analysis.points_of_order.is_empty()),
        ("meetings", !analysis.meetings.is_empty()),
        ("observers", !program.observers.is_empty()),
    ] {
        trail.insert((what, if found { "some" } else { "none" }));
    }
    Some((sources, program, analysis))
}

fn answer(program: &Program, analysis: &Analysis, limits: &Limits, theorems: bool) -> Option<Answer> {
    let mut options = check::Options { theorems, ..check::Options::default() };
    options.instance.max_models = 100;
    match check::check(program, analysis, &limits.budget(), options, &mut |_| {}) {
        Ok(answer) => Some(answer),
        Err(report) => {
            assert!(!report.schedule.show(program).is_empty(), "a fault has a schedule");
            None
        }
    }
}

/// The file that `check` would write about `answer`.
pub fn witness_file(program: &Program, answer: &Answer) -> Option<file::WitnessFile> {
    let witness = answer.witness.as_ref().map(|witness| {
        let [holds, lacks] = &witness.runs;
        file::WitnessObject::new(program, &witness.fact, [holds, lacks])
    });
    let violations: Vec<_> = (answer.violations.iter())
        .map(|found| file::InvariantObject::violated(program, found.relation, &found.violation))
        .collect();
    (witness.is_some() || !violations.is_empty()).then(|| file::WitnessFile::new(program, "check", witness, violations))
}

fn checked(text: &str, limits: &Limits, trail: &mut Trail) {
    let Some((sources, program, analysis)) = classified(text, trail) else { return };
    for theorems in [true, false] {
        let Some(answer) = answer(&program, &analysis, limits, theorems) else {
            trail.insert(("verdict", "fault"));
            continue;
        };
        trail.insert(("verdict", answer.verdict.name()));
        if let Basis::Bound(bound) = answer.basis {
            trail.insert(("bound", bound_name(bound)));
        }
        if let Some(file) = witness_file(&program, &answer) {
            let json = file.to_json();
            let claims = file::read(&program, "witness.json", &json).expect("a written witness is read");
            claims.check(&program, &limits.budget()).expect("a written witness replays");
            trail.insert(("witness", "replayed"));
        }
        paged((&sources, &program, &analysis), &answer, limits);
        if analysis.theorem.is_none() {
            break;
        }
    }
}

/// The answer as a page: whatever the program's symbols are, they add no element of their own that could run or fetch.
fn paged((sources, program, analysis): (&SourceMap, &Program, &Analysis), answer: &Answer, limits: &Limits) {
    let files = ["fuzz.ded".to_string()];
    let explained = explained(program, answer, &limits.budget());
    let case = Case {
        command: "check",
        files: &files,
        shell_words: &files,
        sources,
        program,
        analysis,
        answer,
        explained: Some(&explained),
        points: None,
        fewer: None,
        instances: None,
        instance: None,
        valuations: None,
    };
    let page = page::case::page(&case, &[], &Statistics::default());
    assert!(page.ends_with("</html>\n"));
    for (element, times) in [("<script", 1), ("<style", 1), ("<img", 0), ("<iframe", 0), ("<link", 0)] {
        assert_eq!(page.matches(element).count(), times, "{element} in a page");
    }
    assert!(page.len() < 4_000_000, "a page of {} bytes", page.len());
}

fn bound_name(bound: watershed::budget::Bound) -> &'static str {
    use watershed::budget::Bound;
    match bound {
        Bound::States => "states",
        Bound::Transitions => "transitions",
        Bound::Facts => "facts",
        Bound::Memory => "memory",
        Bound::Time => "time",
        Bound::Integer => "integer",
        Bound::Copies => "copies",
        Bound::Models => "models",
        Bound::Solver => "solver",
        Bound::Interrupt => "interrupt",
    }
}

fn replayed(text: &str, rest: &str, limits: &Limits, trail: &mut Trail) {
    let Some((_, program, _)) = classified(text, trail) else { return };
    let budget = limits.budget();
    match file::read(&program, "witness.json", rest) {
        Err((sources, diagnostics)) => codes(&sources, &diagnostics, trail),
        Ok(claims) => {
            let outcome = match claims.check(&program, &budget) {
                Ok(_) => "reproduced",
                Err((_, error)) => {
                    trail.insert(("claim", error.diagnostic(&program).code.0));
                    "refused"
                }
            };
            trail.insert(("witness file", outcome));
        }
    }
    match schedule::parse::parse(&program, "schedule", rest) {
        Err((sources, diagnostics)) => codes(&sources, &diagnostics, trail),
        Ok(read) => {
            let shown = read.show(&program);
            let again = schedule::parse::parse(&program, "schedule", &shown).ok();
            assert_eq!(again.as_ref(), Some(&read), "a schedule that is shown is read as it was: {shown}");
            let possible = replay::replay(&program, &read, &budget);
            trail.insert(("schedule", if possible.is_ok() { "possible" } else { "impossible" }));
            match replay::check_lasso(&program, &read, &budget) {
                Ok(run) => drop(run.ultimate_model(&program)),
                Err(error) => drop(trail.insert(("lasso", error.diagnostic(&program).code.0))),
            }
            for &(never, _) in &program.nevers {
                if let Err(error) = replay::check_violation(&program, &read, never, &budget) {
                    trail.insert(("violation", error.diagnostic(&program).code.0));
                }
            }
        }
    }
}
