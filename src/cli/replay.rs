//! `watershed replay`: the run that a witness file or a schedule names, step by step, by the definition.
//!
//! Impossible steps and texts that are no schedule are mistakes (exit code 2). A schedule that is possible but not the fair run,
//! or does not show the fate of a fact, that is claimed is a "no" (exit code 1).

use super::options::{LimitOptions, ProgramOptions};
use super::page::{Drawable, PageFormat, PageOptions};
use super::session::{Loaded, Session, json_text};
use super::{Exit, console::Verbosity};
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::{EvalError, Fault};
use crate::pipeline::Figures;
use crate::program::{Fact, LocatedFact, Order, Program};
use crate::report::facts::{listed, shown};
use crate::report::json::{ReplayObject, ReplayedRun, SCHEMA, nodes, outputs};
use crate::report::page::{self, lone::Runs};
use crate::report::runs::ShownRun;
use crate::report::style::Tone;
use crate::report::{advice, sarif, text};
use crate::schedule::{Schedule, critical, parse};
use crate::witness::file::{self, Claims, StepObject, read};
use crate::witness::outcome::check_outcome;
use crate::witness::replay::{
    ClaimError, ImpossibleStep, LassoError, LassoRun, check_claim, check_lasso, check_violation, replay,
};
use crate::witness::{Impossible, StepRecord};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    #[command(flatten)]
    page: PageOptions,
    #[command(flatten)]
    limits: LimitOptions,
    /// A witness file, or a schedule such as `n1 ; s{m(#s, a)} loop: n1 ; s`
    #[arg(long, value_name = "FILE|STRING", allow_hyphen_values = true)]
    schedule: OsString,
}

/// What is to be replayed.
enum Given {
    /// A witness file.
    Claims(Claims),
    /// A schedule alone.
    Schedule(Schedule),
}

/// One schedule after its replay.
struct Replayed {
    /// What it is to show.
    claim: String,
    schedule: Schedule,
    records: Vec<StepRecord>,
    stem: usize,
    fact: Option<LocatedFact>,
    /// The run, if it is a fair one.
    lasso: Option<LassoRun>,
    /// Facts of `never` relations at its end.
    violations: Vec<String>,
    /// Why it does not show it.
    failure: Option<Diagnostic>,
}

/// Why there is nothing to show.
enum Stop {
    Wrong(Box<Diagnostic>),
    Bound(Bound),
}

/// Replays.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.page.plain();
    let names = arguments.program.names();
    let limits = match arguments.limits.limits() {
        Ok(limits) => limits,
        Err(wrong) => {
            session.report_placeless(&wrong);
            return session.refuse("replay", names, format);
        }
    };
    session.listen_to_signals();
    let budget = limits.budget(session);
    let Some(mut loaded) = session.load_instance(&with_instance(arguments)) else {
        return session.refuse("replay", names, format);
    };
    let asked = arguments.program.reading.network;
    let Some(given) = given(&arguments.schedule, &mut loaded.program, asked, session) else {
        return session.refuse("replay", names, format);
    };
    let replayed = match given {
        Given::Schedule(schedule) => alone(&loaded.program, &schedule, &budget).map(|replayed| vec![replayed]),
        Given::Claims(claims) => claimed(&loaded.program, &claims, &budget),
    };
    match replayed {
        Ok(replayed) => conclude(arguments, &loaded, &replayed, None, session),
        Err(Stop::Bound(bound)) => conclude(arguments, &loaded, &[], Some(bound), session),
        Err(Stop::Wrong(finding)) => {
            session.report(&loaded.sources, &[*finding]);
            session.refuse("replay", names, format)
        }
    }
}

/// The program with the instance or the values that the witness file names, unless others are given.
fn with_instance(arguments: &Arguments) -> ProgramOptions {
    let mut program = arguments.program.clone();
    let path = Path::new(&arguments.schedule);
    if program.reading.instance.is_none()
        && program.reading.valuation.is_none()
        && path.is_file()
        && let Ok(text) = read_file(path)
    {
        let given = file::given(&text);
        program.reading.instance = given.instance;
        program.reading.valuation = given.valuation;
    }
    program
}

/// A witness file if there is a file of this name, else a schedule. The order of deliveries is the one that is asked for, else the one
/// that the file names.
fn given(argument: &OsString, program: &mut Program, asked: Option<Order>, session: &mut Session) -> Option<Given> {
    let path = Path::new(argument);
    let name = argument.to_string_lossy();
    if path.exists() || argument == "-" {
        let text = match read_file(path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("expected a witness file `{name}`, found: {error}");
                session.report_placeless(&[Diagnostic::new(codes::CANNOT_READ, message)]);
                return None;
            }
        };
        // A file may hold a schedule as text, too; a witness is an object.
        if text.trim_start().starts_with('{') {
            program.order = asked.or_else(|| file::order(&text)).unwrap_or_default();
            return match read(program, &name, &text) {
                Ok(claims) => Some(Given::Claims(claims)),
                Err((sources, diagnostics)) => {
                    session.report(&sources, &diagnostics);
                    None
                }
            };
        }
        return schedule(program, &name, &text, session);
    }
    if name.ends_with(".json") {
        let message = format!("expected a witness file `{name}`, found none of this name");
        session.report_placeless(&[Diagnostic::new(codes::CANNOT_READ, message)]);
        return None;
    }
    schedule(program, "<schedule>", &name, session)
}

fn schedule(program: &Program, name: &str, text: &str, session: &mut Session) -> Option<Given> {
    match parse::parse(program, name, text) {
        Ok(schedule) => Some(Given::Schedule(schedule)),
        Err((sources, diagnostics)) => {
            session.report(&sources, &diagnostics);
            None
        }
    }
}

fn read_file(path: &Path) -> std::io::Result<String> {
    const MOST: u64 = crate::syntax::load::MAX_FILE_BYTES;
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MOST).read_to_string(&mut text)?;
    } else {
        std::fs::File::open(path)?.take(MOST).read_to_string(&mut text)?;
    }
    Ok(text)
}

/// A schedule that claims nothing but to be possible and, if it has a loop, a fair run.
fn alone(program: &Program, schedule: &Schedule, budget: &Budget) -> Result<Replayed, Stop> {
    let records = replay(program, schedule, budget).map_err(|step| stop(program, &step))?;
    let mut violations = Vec::new();
    for &(relation, _) in &program.nevers {
        let whole = Schedule { stem: schedule.steps().cloned().collect(), cycle: Vec::new() };
        if let Ok(violation) = check_violation(program, &whole, relation, budget) {
            violations.extend(violation.facts);
        }
    }
    let replayed = |claim: &str| Replayed {
        claim: claim.to_string(),
        schedule: schedule.clone(),
        stem: schedule.stem.len(),
        records: records.clone(),
        fact: None,
        lasso: None,
        violations: violations.clone(),
        failure: None,
    };
    if schedule.cycle.is_empty() {
        return Ok(replayed("a possible run"));
    }
    match check_lasso(program, schedule, budget) {
        Ok(lasso) => Ok(Replayed { lasso: Some(lasso), ..replayed("a fair run") }),
        Err(LassoError::Impossible(step)) => Err(stop(program, &step)),
        Err(error) => Ok(Replayed { failure: Some(error.diagnostic(program)), ..replayed("a fair run") }),
    }
}

/// Everything a witness file claims.
fn claimed(program: &Program, claims: &Claims, budget: &Budget) -> Result<Vec<Replayed>, Stop> {
    let mut all = Vec::new();
    if let Some(witness) = &claims.witness {
        let fact = program.show_fact(witness.fact.node, &witness.fact.fact);
        for (holds, schedule) in &witness.schedules {
            let claim = format!("a fair run in which {fact} is{} ultimate", if *holds { "" } else { " not" });
            let replayed = alone(program, schedule, budget)?;
            let result = check_claim(program, schedule, &witness.fact, *holds, budget);
            let failure = failure(program, result.err())?.map(|finding| {
                finding.about(program.relation(witness.fact.fact.relation).span, "the claim is about this")
            });
            all.push(Replayed { claim, fact: Some(witness.fact.clone()), failure, ..replayed });
        }
    }
    for (relation, schedule) in &claims.violations {
        let claim = format!("a run to a step with `{}`", program.relation(*relation).name);
        let replayed = alone(program, schedule, budget)?;
        let result = check_violation(program, schedule, *relation, budget);
        let never = program.nevers.iter().find(|never| never.0 == *relation).map(|never| never.1);
        let place = never.unwrap_or(program.relation(*relation).span);
        let failure = failure(program, result.err())?.map(|finding| finding.about(place, "the claim is about this"));
        all.push(Replayed { claim, failure, ..replayed });
    }
    if let Some((claim, schedule)) = &claims.outcome {
        let of = |facts: &BTreeSet<Fact>| {
            let facts: Vec<String> = facts.iter().map(|fact| program.show_global_fact(fact)).collect();
            listed(&facts, 4)
        };
        let said = format!("a fair run whose outcome has {} and not {}", of(&claim.holds), of(&claim.lacks));
        let replayed = alone(program, schedule, budget)?;
        let result = check_outcome(program, schedule, claim, budget);
        let failure = failure(program, result.err())?;
        all.push(Replayed { claim: said, failure, ..replayed });
    }
    Ok(all)
}

fn failure(program: &Program, error: Option<ClaimError>) -> Result<Option<Diagnostic>, Stop> {
    match error {
        Some(error) => match error.impossible() {
            Some(step) => Err(stop(program, step)),
            None => Ok(Some(error.diagnostic(program))),
        },
        None => Ok(None),
    }
}

/// A step that cannot be taken: a mistake, unless a bound is the reason.
fn stop(program: &Program, step: &ImpossibleStep) -> Stop {
    match &step.why {
        Impossible::Eval(error) | Impossible::Observe(error) => match error {
            EvalError::TooManyFacts { .. } => Stop::Bound(Bound::Facts),
            EvalError::Stopped(bound) => Stop::Bound(*bound),
            EvalError::Fault { fault: Fault::IntegerBeyond64Bits, .. } => Stop::Bound(Bound::Integer),
            EvalError::Fault { .. } => Stop::Wrong(Box::new(step.diagnostic(program))),
        },
        Impossible::NotInFlight { .. } | Impossible::OutOfOrder { .. } | Impossible::SeveralSenders { .. } => {
            Stop::Wrong(Box::new(step.diagnostic(program)))
        }
    }
}

/// Prints what became of the claims, or the bound that ended the replay.
fn conclude(
    arguments: &Arguments,
    loaded: &Loaded,
    replayed: &[Replayed],
    bound: Option<Bound>,
    session: &mut Session,
) -> Exit {
    let program = &loaded.program;
    let failures: Vec<Diagnostic> = replayed.iter().filter_map(|run| run.failure.clone()).collect();
    session.report(&loaded.sources, &failures);
    let (exit, verdict) = match bound {
        Some(Bound::Interrupt) => (Exit::Interrupted, "inconclusive"),
        Some(_) => (Exit::Inconclusive, "inconclusive"),
        None if failures.is_empty() => (Exit::Yes, "reproduced"),
        None => (Exit::No, "not-reproduced"),
    };
    let style = session.style();
    let (tone, what) = match (bound, exit) {
        (Some(bound), _) => (Tone::Open, format!("the replay has no answer, because {}", advice::meaning(bound))),
        (None, exit) => {
            let claims: Vec<String> = replayed.iter().map(|run| run.claim.clone()).collect();
            (if exit == Exit::Yes { Tone::Good } else { Tone::Bad }, listed(&claims, 4))
        }
    };
    let headline = format!("{}: {what}\n", style.paint(tone, verdict));
    if let Some(drawn) =
        arguments.page.drawn(program, &shown_runs(replayed).into_iter().map(Drawable::Run).collect::<Vec<_>>())
    {
        return arguments.page.show_drawn(drawn, &headline, exit, session);
    }
    let text = match arguments.page.format {
        PageFormat::Json => json_text(&ReplayObject {
            schema: SCHEMA,
            command: "replay",
            program: arguments.program.names(),
            class: loaded.analysis.classification.class.name(),
            verdict,
            basis: bound.map_or_else(|| "explored".to_string(), |bound| format!("bound:{bound}")),
            nodes: nodes(program),
            outputs: outputs(program),
            diagnostics: session.diagnostics.clone(),
            statistics: session.statistics(&Figures::default()),
            network: program.order.name(),
            runs: replayed.iter().map(|run| object(program, run)).collect(),
        }),
        PageFormat::Sarif => {
            json_text(&sarif::log(&session.diagnostics, bound.map(sarif::of_bound).into_iter().collect()))
        }
        PageFormat::Html => {
            let names = arguments.program.names();
            page::lone::page(Runs {
                command: "replay",
                files: &names,
                verdict,
                tone,
                meaning: what,
                rows: failures.iter().map(|failure| ("not so", failure.message.clone())).collect(),
                sources: &loaded.sources,
                program,
                analysis: &loaded.analysis,
                runs: shown_runs(replayed),
                ultimate: None,
                diagnostics: &session.diagnostics,
                replay: Vec::new(),
            })
        }
        _ => {
            let mut page = headline.clone();
            if session.verbosity > Verbosity::Quiet {
                for run in replayed {
                    page.push('\n');
                    page.push_str(&shown_run(program, run, session));
                }
            }
            page
        }
    };
    arguments.page.deliver(&text, &headline, exit, session)
}

/// The runs; two that are claimed of one fact part where their steps do.
fn shown_runs(replayed: &[Replayed]) -> Vec<ShownRun<'_>> {
    let parts_at = match replayed {
        [first, second] if first.fact.is_some() && first.fact == second.fact => {
            Some(critical(&first.schedule, &second.schedule))
        }
        _ => None,
    };
    replayed
        .iter()
        .map(|run| ShownRun {
            title: run.claim.clone(),
            records: &run.records,
            stem: run.stem,
            fact: run.fact.as_ref(),
            parts_at,
        })
        .collect()
}

fn object(program: &Program, run: &Replayed) -> ReplayedRun {
    let steps = |records: &[StepRecord]| records.iter().map(|record| StepObject::new(program, record)).collect();
    let (stem, cycle) = run.records.split_at(run.stem);
    ReplayedRun {
        claim: run.claim.clone(),
        reproduced: run.failure.is_none(),
        stem: steps(stem),
        cycle: steps(cycle),
        ultimate_model: run.lasso.as_ref().map(|lasso| shown(program, &lasso.ultimate_model(program))),
        violations: run.violations.clone(),
    }
}

fn shown_run(program: &Program, run: &Replayed, session: &Session) -> String {
    let style = session.style();
    let mut text = text::runs::picture(program, &run.claim, &run.records, run.stem, run.fact.as_ref(), style);
    if !run.violations.is_empty() {
        text.push_str(&format!("\n  the last step has {}, which must never hold\n", run.violations.join(", ")));
    }
    if let Some(lasso) = &run.lasso {
        text.push('\n');
        let verbose = session.verbosity == Verbosity::Verbose;
        text.push_str(&text::runs::ultimate_model(program, &lasso.ultimate_model(program), verbose, style));
    }
    text
}
