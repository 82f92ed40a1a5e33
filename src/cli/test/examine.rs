//! One program against its expectations.

use super::expectation::{self, Expectation};
use crate::analysis::{Analysis, Class};
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::check::Options;
use crate::pipeline::open::Open;
use crate::pipeline::valuations::{NoAnswer, search};
use crate::pipeline::{self, Answer, Basis, Figures, Read, Verdict, instance};
use crate::program::{LocatedFact, Order, Program, resolve};
use crate::reduce::Reductions;
use crate::report::facts::{listed, shown};
use crate::schedule::parse::parse_fact;
use crate::source::{SourceMap, Span};
use crate::syntax::load::Input;
use std::path::Path;

/// A program and what became of its expectations.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The file as the user wrote it.
    pub file: String,
    /// Its texts.
    pub sources: SourceMap,
    /// The class, if the program is right.
    pub class: Option<Class>,
    /// The verdict; `None` if the program is wrong.
    pub verdict: Option<Verdict>,
    /// Whether nothing is expected but of synchronous rounds, so that there is no verdict on confluence.
    pub rounds_only: bool,
    /// The bound, if the verdict is inconclusive.
    pub bound: Option<Bound>,
    /// Figures of the search, if there was one.
    pub figures: Option<Figures>,
    /// How many expectations there are.
    pub expectations: usize,
    /// What was expected and found instead.
    pub failures: Vec<Failure>,
    /// Expectations that cannot be read.
    pub broken: Vec<Diagnostic>,
}

impl Examined {
    /// The verdict's name, `error` if there is none.
    pub fn verdict_name(&self) -> &'static str {
        self.verdict.map_or(if self.rounds_only { "-" } else { "error" }, Verdict::name)
    }
}

/// An expectation that is not met, or an error that nothing announces.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What was expected and found instead.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
}

/// What a program turned out to be.
enum Found {
    /// Wrong, with these diagnostics.
    Wrong,
    /// Answered.
    Answered(Box<Answer>),
}

/// Reads a program, answers for it and compares. States and transitions are those of the whole instance, explored
/// without theorems.
pub fn examine(path: &Path, budget: &Budget, options: instance::Options, theorems: bool) -> Examined {
    let read = |synchronous| {
        pipeline::read(&[Input::from_argument(path)], &resolve::Options { synchronous, ..resolve::Options::default() })
    };
    let Read { sources, program, mut diagnostics, open } = read(false);
    if let Some(open) = open {
        return examine_open(path, (&open, sources, diagnostics), budget, options, theorems);
    }
    let first = sources.files().next().map(|(id, _)| id);
    let (expectations, broken) = first.map(|id| expectation::read(&sources, id)).unwrap_or_default();
    let under_faults = |(expectation, _): &(Expectation, Span)| matches!(expectation, Expectation::Faults(_));
    let asynchronous = |(expectation, _): &(Expectation, Span)| {
        !matches!(expectation, Expectation::Faults(_) | Expectation::Diagnostic { .. })
    };
    let mut synchronous = None;
    if expectations.iter().any(under_faults) {
        let rounds = read(true);
        synchronous = rounds.program.as_ref().map(|(program, _)| program.clone());
        // What is expected of rounds only is read for rounds only.
        if !expectations.iter().any(asynchronous) {
            let classified = rounds.program.filter(|(program, _)| program.synchronous.is_empty());
            let read = (rounds.sources, classified, rounds.diagnostics);
            return examine_rounds(path, read, (&expectations, broken), synchronous, budget);
        }
    }
    let fifo: Vec<&Expectation> = (expectations.iter())
        .filter_map(|(e, _)| if let Expectation::Fifo(inner) = e { Some(inner.as_ref()) } else { None })
        .collect();
    let mut examined = Examined {
        file: path.display().to_string(),
        sources,
        class: program.as_ref().map(|(_, analysis)| analysis.classification.class),
        verdict: None,
        rounds_only: false,
        bound: None,
        figures: None,
        expectations: expectations.len(),
        failures: Vec::new(),
        broken,
    };
    let question = Question { budget, options, theorems };
    let found = match &program {
        Some((program, _)) if program.nodes.is_empty() => {
            diagnostics.push(crate::cli::session::no_nodes());
            Found::Wrong
        }
        Some((program, analysis)) => {
            let counts = expectations.iter().any(|(expectation, _)| is_count(expectation));
            question.answer(program, analysis, counts, &mut examined, &mut diagnostics)
        }
        None => Found::Wrong,
    };
    let mut ordered = Examined { sources: SourceMap::new(), broken: Vec::new(), ..examined.clone() };
    let found_in_order = match &program {
        Some((program, analysis)) if !fifo.is_empty() && !program.nodes.is_empty() => {
            let program = Program { order: Order::Fifo, ..program.clone() };
            let counts = fifo.iter().any(|expectation| is_count(expectation));
            // A rule that errs in a run on ordered channels errs in that run on the unordered network.
            question.answer(&program, analysis, counts, &mut ordered, &mut Vec::new())
        }
        _ => Found::Wrong,
    };
    let program = program.as_ref().map(|(program, _)| program);
    let failures: Vec<Failure> = (expectations.iter())
        .filter_map(|(expectation, span)| {
            let message = match expectation {
                Expectation::Faults(expected) => super::faults::failure(expected, synchronous.as_ref(), budget)?,
                Expectation::Fifo(inner) => {
                    let message = failure(&ordered, &found_in_order, program, &diagnostics, inner);
                    format!("with `--network fifo`: {}", message?)
                }
                _ => failure(&examined, &found, program, &diagnostics, expectation)?,
            };
            Some(Failure { message, span: Some(*span) })
        })
        .collect();
    examined.failures = failures;
    examined.failures.extend(unexpected(&examined.sources, &diagnostics, &expectations));
    examined
}

/// The same for a program whose facts have unknowns.
fn examine_open(
    path: &Path,
    (open, sources, mut diagnostics): (&Open, SourceMap, Vec<Diagnostic>),
    budget: &Budget,
    options: instance::Options,
    theorems: bool,
) -> Examined {
    let first = sources.files().next().map(|(id, _)| id);
    let (expectations, broken) = first.map(|id| expectation::read(&sources, id)).unwrap_or_default();
    diagnostics.retain(|finding| finding.code != codes::VALUES_NEEDED);
    let outcome =
        search(open, false, budget, Options { theorems, proofs: None, instance: options, enough: None }, &mut |_| {});
    let mut examined = Examined {
        file: path.display().to_string(),
        sources,
        class: Some(open.analysis.classification.class),
        verdict: None,
        rounds_only: false,
        bound: None,
        figures: None,
        expectations: expectations.len(),
        failures: Vec::new(),
        broken,
    };
    let (found, program) = match outcome {
        Ok(outcome) => {
            examined.verdict = Some(outcome.answer.verdict);
            examined.bound = if let Basis::Bound(bound) = outcome.answer.basis { Some(bound) } else { None };
            examined.figures = Some(outcome.answer.findings.figures);
            let program = outcome.found.and_then(|read| read.program).map(|(program, _)| program);
            (Found::Answered(Box::new(outcome.answer)), program)
        }
        Err(NoAnswer::Contradictory) => {
            diagnostics.push(Diagnostic::new(codes::CONTRADICTORY, "no values meet the assumptions"));
            (Found::Wrong, None)
        }
        Err(NoAnswer::Fault(fault, read, _)) => {
            let finding =
                read.program.as_ref().map(|(program, _)| crate::cli::check::fault_diagnostic(program, &fault));
            diagnostics.extend(finding);
            (Found::Wrong, None)
        }
    };
    let program = program.as_ref().unwrap_or(&open.program);
    for (expectation, span) in &expectations {
        let message = match expectation {
            Expectation::Fifo(_) | Expectation::Faults(_) => {
                Some("nothing of the kind is expected of unknowns".to_string())
            }
            _ => failure(&examined, &found, Some(program), &diagnostics, expectation),
        };
        examined.failures.extend(message.map(|message| Failure { message, span: Some(*span) }));
    }
    let others = unexpected(&examined.sources, &diagnostics, &expectations);
    examined.failures.extend(others);
    examined
}

/// The same for a program of which things are expected under synchronous rounds only.
fn examine_rounds(
    path: &Path,
    (sources, classified, diagnostics): (SourceMap, Option<(Program, Analysis)>, Vec<Diagnostic>),
    (expectations, broken): (&[(Expectation, Span)], Vec<Diagnostic>),
    program: Option<Program>,
    budget: &Budget,
) -> Examined {
    let met = |expectation: &Expectation| match expectation {
        Expectation::Faults(expected) => super::faults::failure(expected, program.as_ref(), budget),
        Expectation::Diagnostic { code, text, line } => {
            let met = diagnostics.iter().any(|diagnostic| at(&sources, diagnostic, code, text, *line));
            (!met).then(|| format!("expected {code} at line {line} with `{text}`"))
        }
        _ => None,
    };
    let failed = expectations.iter().filter_map(|(expectation, span)| Some((met(expectation)?, *span)));
    let mut failures: Vec<Failure> = failed.map(|(message, span)| Failure { message, span: Some(span) }).collect();
    failures.extend(unexpected(&sources, &diagnostics, expectations));
    Examined {
        file: path.display().to_string(),
        class: classified.as_ref().map(|(_, analysis)| analysis.classification.class),
        verdict: None,
        rounds_only: program.is_some(),
        bound: None,
        figures: None,
        expectations: expectations.len(),
        failures,
        broken,
        sources,
    }
}

fn is_count(expectation: &Expectation) -> bool {
    matches!(expectation, Expectation::States(_) | Expectation::Transitions(_))
}

/// What is asked of a program.
struct Question<'a> {
    budget: &'a Budget,
    options: instance::Options,
    theorems: bool,
}

impl Question<'_> {
    /// Answers, and notes verdict, bound and figures; the figures are those of the whole system if `counts` asks for them.
    fn answer(
        &self,
        program: &Program,
        analysis: &Analysis,
        counts: bool,
        examined: &mut Examined,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found {
        let ask = |theorems, instance| {
            pipeline::check(
                program,
                analysis,
                self.budget,
                Options { theorems, proofs: None, instance, enough: None },
                &mut |_| {},
            )
        };
        match ask(self.theorems, self.options) {
            Ok(answer) => {
                let by_theorem = answer.findings.figures.searches == 0;
                // Expected counts are those of the whole system.
                let whole = instance::Options { reductions: Reductions::NONE, ..self.options };
                let again = counts && (by_theorem || whole != self.options);
                let explored = if again { ask(false, whole).ok() } else { None };
                let explored = explored.as_ref().or((!by_theorem).then_some(&answer));
                examined.figures = explored.map(|answer| answer.findings.figures);
                examined.verdict = Some(answer.verdict);
                examined.bound = if let Basis::Bound(bound) = answer.basis { Some(bound) } else { None };
                Found::Answered(Box::new(answer))
            }
            Err(fault) => {
                diagnostics.push(crate::cli::check::fault_diagnostic(program, &fault));
                examined.verdict = None;
                Found::Wrong
            }
        }
    }
}

/// Errors that nothing announces.
fn unexpected(sources: &SourceMap, diagnostics: &[Diagnostic], expectations: &[(Expectation, Span)]) -> Vec<Failure> {
    if expectations.iter().any(|(expectation, _)| matches!(expectation, Expectation::Error(_))) {
        return Vec::new();
    }
    (diagnostics.iter())
        .filter(|diagnostic| diagnostic.is_error())
        .filter(|diagnostic| {
            !expectations.iter().any(|(expectation, _)| match expectation {
                Expectation::Diagnostic { code, text, line } => at(sources, diagnostic, code, text, *line),
                _ => false,
            })
        })
        .map(|diagnostic| Failure {
            message: format!("unexpected error {}: {}", diagnostic.code.0, diagnostic.message),
            span: diagnostic.primary.as_ref().map(|label| label.span),
        })
        .collect()
}

fn at(sources: &SourceMap, diagnostic: &Diagnostic, code: &str, text: &str, line: usize) -> bool {
    let place = diagnostic.primary.as_ref().map(|label| sources.line_column(label.span).0);
    diagnostic.code.0 == code && diagnostic.message.contains(text) && place == Some(line)
}

/// What is wrong with one expectation, if something is.
fn failure(
    examined: &Examined,
    found: &Found,
    program: Option<&Program>,
    diagnostics: &[Diagnostic],
    expected: &Expectation,
) -> Option<String> {
    let codes: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.code.0.to_string()).collect();
    let answer = match found {
        Found::Answered(answer) => Some(answer.as_ref()),
        Found::Wrong => None,
    };
    let verdict = |wanted: Verdict| {
        (examined.verdict != Some(wanted)).then(|| {
            let basis = examined.bound.map(|bound| format!(" (bound:{bound})")).unwrap_or_default();
            format!("expected {}, found {}{basis}", wanted.name(), examined.verdict_name())
        })
    };
    match expected {
        Expectation::Class(name) => {
            let class = examined.class.map_or("none", Class::name);
            (class != name).then(|| format!("expected class {name}, found {class}"))
        }
        Expectation::Confluent => verdict(Verdict::Confluent),
        Expectation::Diffluent(facts) => verdict(Verdict::Diffluent).or_else(|| {
            let (answer, program) = (answer?, program?);
            let missing: Vec<String> = facts.iter().filter(|fact| !contested(program, answer, fact)).cloned().collect();
            (!missing.is_empty()).then(|| {
                let all = listed(&shown(program, &answer.findings.contested), 12);
                format!("expected {} to be contested, found {all}", listed(&missing, 12))
            })
        }),
        Expectation::Violated(names) => verdict(Verdict::Violated).or_else(|| {
            let (answer, program) = (answer?, program?);
            let violated: Vec<String> =
                answer.violations.iter().map(|v| program.relation(v.relation).name.clone()).collect();
            let missing: Vec<String> = names.iter().filter(|name| !violated.contains(name)).cloned().collect();
            (!missing.is_empty())
                .then(|| format!("expected {} to be violated, found {}", listed(&missing, 12), listed(&violated, 12)))
        }),
        Expectation::Inconclusive(bound) => verdict(Verdict::Inconclusive).or_else(|| {
            let (wanted, hit) = (bound.as_ref()?, examined.bound?.to_string());
            (*wanted != hit).then(|| format!("expected bound:{wanted}, found bound:{hit}"))
        }),
        Expectation::Error(wanted) => {
            if examined.verdict.is_some() {
                return Some(format!("expected an error, found {}", examined.verdict_name()));
            }
            let missing: Vec<String> = wanted.iter().filter(|code| !codes.contains(code)).cloned().collect();
            (!missing.is_empty()).then(|| format!("expected {}, found {}", listed(&missing, 12), listed(&codes, 12)))
        }
        Expectation::Fifo(_) | Expectation::Faults(_) => {
            unreachable!("internal error: an expectation of ordered channels or of faults among the others")
        }
        Expectation::States(wanted) => count("states", *wanted, examined.figures.map(|figures| figures.states)),
        Expectation::Transitions(wanted) => {
            count("transitions", *wanted, examined.figures.map(|figures| figures.transitions))
        }
        Expectation::Diagnostic { code, text, line } => {
            let met = diagnostics.iter().any(|diagnostic| at(&examined.sources, diagnostic, code, text, *line));
            (!met).then(|| format!("expected {code} at line {line} with `{text}`, found {}", listed(&codes, 12)))
        }
    }
}

fn count(what: &str, wanted: usize, found: Option<usize>) -> Option<String> {
    let shown = found.map_or_else(|| "none".to_string(), |found| found.to_string());
    (found != Some(wanted)).then(|| format!("expected {wanted} {what}, found {shown}"))
}

/// Whether a fact, as somebody wrote it, is contested.
fn contested(program: &Program, answer: &Answer, text: &str) -> bool {
    let fact: Option<LocatedFact> = parse_fact(program, "<expectation>", text, None).ok();
    fact.is_some_and(|fact| answer.findings.contested.contains(&fact))
}
