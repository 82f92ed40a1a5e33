//! `watershed faults`: lineage-driven fault injection under synchronous rounds, and faults together with delivery orders.

mod asynchronous;

use super::options::{LimitOptions, Limits, ProgramOptions, count};
use super::page::{Drawable, PageFormat, PageOptions};
use super::session::{Session, json_text, no_nodes};
use super::{Exit, console::Verbosity};
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::{EvalError, Fault};
use crate::faults::why::{Why, why};
use crate::faults::{
    Answer, CrashMode, Failure, FaultSet, PATIENCE, Question, Specification, Sweep, Verdict, VerdictRule, investigate,
    sweep,
};
use crate::pipeline::{Figures, read_bare, read_trees};
use crate::program::{Expr, Fact, HeadTerm, NegatedTerm, Program, Rule, Spelling, Term, Value, resolve};
use crate::report::json::{FaultsObject, WhyObject};
use crate::report::page::{self, faults::FaultsCase};
use crate::report::style::Tone;
use crate::report::{sarif, text};
use crate::schedule::parse::parse_global_fact;
use crate::source::SourceMap;
use crate::syntax::ast::Ast;
use clap::ValueEnum;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The largest EOT of a sweep that is given none.
const SWEPT_ROUNDS: u64 = 10;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    /// Asynchronous runs instead of rounds: few faults, and every order of deliveries; outcomes are what holds for good
    #[arg(long = "async", conflicts_with_all = ["eot", "eff", "sweep", "why"])]
    asynchronous: bool,
    /// With `--async`: most omissions; each loses what a node sends another in one local step [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true, requires = "asynchronous")]
    omissions: Option<String>,
    /// With `--async`: most restarts; each loses what a node carries from one local step to the next [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, requires = "asynchronous")]
    restarts: Option<String>,
    /// With `--async`: most duplications; each brings what a node sends another in one local step twice [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, requires = "asynchronous")]
    duplications: Option<String>,
    /// With `--async`: write a run with a bad outcome to this file and, beside it as `.ded`, the program with its faults
    #[arg(long, value_name = "FILE", requires = "asynchronous")]
    witness: Option<PathBuf>,
    /// The last round; outcomes are judged there [default: 3; with `--sweep` 10]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    eot: Option<String>,
    /// Messages sent in rounds before this one may be lost [default: 2; with `--sweep` EOT - 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    eff: Option<String>,
    /// Most nodes that crash [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    crashes: Option<String>,
    /// What a crash does
    #[arg(long, value_enum, default_value_t = Crash::Sends)]
    crash: Crash,
    /// When a run is bad
    #[arg(long, value_enum, default_value_t = Judging::Invariant)]
    verdict: Judging,
    /// Try one specification after another until one has a counterexample: EOT from 1 on, for each EFF from 0 to
    /// EOT - 1, for each the numbers of crashes from 0 on; `--eot`, `--eff` and `--crashes` are the largest
    #[arg(long)]
    sweep: bool,
    /// Find all minimal counterexamples
    #[arg(long)]
    all: bool,
    /// Why is this fact in the outcome, or why not: in the counterexample if that loses it, else without faults
    #[arg(long, value_name = "FACT")]
    why: Option<String>,
    #[command(flatten)]
    page: PageOptions,
    #[command(flatten)]
    limits: LimitOptions,
}

/// `--crash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Crash {
    /// What the node sends to others is lost; it goes on computing
    Sends,
    /// The node takes no further step
    Stop,
}

/// `--verdict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Judging {
    /// A `pre` tuple without its `post` tuple
    Invariant,
    /// A `post` tuple of the failure-free run that is missing while its `pre` tuple holds
    Baseline,
}

/// Answers.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    if arguments.asynchronous {
        return asynchronous::run(arguments, session);
    }
    let format = arguments.page.plain();
    let names = arguments.program.names();
    let mut wrong = Vec::new();
    let specification = specification(arguments, &mut wrong);
    let limits = arguments.limits.limits().map_err(|more| wrong.extend(more));
    session.report_placeless(&wrong);
    let (Some(specification), Ok(limits), true) = (specification, limits, wrong.is_empty()) else {
        return session.refuse("faults", names, format);
    };
    session.listen_to_signals();
    let budget = limits.budget(session);
    let options = resolve::Options { synchronous: true, ..arguments.program.reading.resolving() };
    let Some((sources, program, _)) = read_as(arguments, &options, session) else {
        return session.refuse("faults", names, format);
    };
    let unfit = unfit(&program, options.nodes.is_some());
    session.report_placeless(&unfit);
    if unfit.iter().any(Diagnostic::is_error) {
        return session.refuse("faults", names, format);
    }
    let asked = match (arguments.why.as_deref()).map(|text| parse_global_fact(&program, "--why", text)).transpose() {
        Ok(asked) => asked,
        Err((text, mistakes)) => {
            session.report(&text, &mistakes);
            return session.refuse("faults", names, format);
        }
    };
    let rule = rule(arguments);
    let most = if arguments.all { most(&limits) } else { 1 };
    let question = Question { specification, rule, most, patience: PATIENCE };
    let answered = if arguments.sweep {
        sweep(&program, &question, &budget).map(|swept| (swept.question, swept.answer.clone(), Some(swept)))
    } else {
        investigate(&program, &question, &budget).map(|answer| (question, answer, None))
    };
    match answered {
        Ok((question, answer, sweep)) => {
            let page = arguments.page.format == PageFormat::Html;
            let asked = asked.or_else(|| missing(&answer).filter(|_| page));
            let why = asked.and_then(|fact| explained(&program, &question, &answer, fact, &budget, session));
            conclude(arguments, &program, &sources, &Found { question, answer, sweep, why }, session)
        }
        Err(failure) => {
            session.report(&sources, &[fault_diagnostic(&program, &failure)]);
            session.refuse("faults", names, format)
        }
    }
}

fn rule(arguments: &Arguments) -> VerdictRule {
    match arguments.verdict {
        Judging::Invariant => VerdictRule::Invariant,
        Judging::Baseline => VerdictRule::Baseline,
    }
}

/// Reads the program, with the instance that is asked for.
fn read_as(
    arguments: &Arguments,
    options: &resolve::Options,
    session: &mut Session,
) -> Option<(SourceMap, Program, Vec<Ast>)> {
    let inputs = arguments.program.inputs();
    let (read, trees) = match &arguments.program.reading.instance {
        None => read_trees(&inputs, options),
        Some(instance) => {
            let (read, bare) = read_bare(&inputs, options);
            session.report(&read.sources, &read.diagnostics);
            bare?.trees_with(instance)
        }
    };
    session.report(&read.sources, &read.diagnostics);
    let (program, _) = read.program?;
    Some((read.sources, program, trees))
}

fn most(limits: &Limits) -> usize {
    limits.instance().max_models
}

fn specification(arguments: &Arguments, wrong: &mut Vec<Diagnostic>) -> Option<Specification> {
    let (rounds, losing) = if arguments.sweep { (SWEPT_ROUNDS, u64::MAX) } else { (3, 2) };
    let eot = count("--eot", &arguments.eot, wrong).map_or(rounds, |eot| eot as u64);
    let eff = count("--eff", &arguments.eff, wrong).map_or(eot.min(losing), |eff| eff as u64);
    let crashes = count("--crashes", &arguments.crashes, wrong).unwrap_or(0);
    let misfit = if eot == 0 {
        Some("`--eot 0`: there is no round".to_string())
    } else if eff > eot {
        Some(format!("messages may be lost before round {eff} (`--eff`), but the last round is {eot} (`--eot`)"))
    } else {
        None
    };
    if let Some(message) = misfit {
        wrong.push(
            Diagnostic::new(codes::FAULT_PARAMETERS, message).help("EFF is at most EOT: `--eot 6 --eff 4 --crashes 1`"),
        );
        return None;
    }
    let crash_mode = match arguments.crash {
        Crash::Sends => CrashMode::LosesSends,
        Crash::Stop => CrashMode::Stops,
    };
    Some(Specification { eot, eff, crashes, crash_mode })
}

/// What keeps a program from being judged.
fn unfit(program: &Program, nodes_given: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if program.nodes.is_empty() {
        found.push(no_nodes());
    }
    let missing: Vec<&str> =
        ["pre", "post"].into_iter().filter(|name| program.relation_named(name).is_none()).collect();
    if !missing.is_empty() {
        let names = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        found.push(
            Diagnostic::new(codes::NOTHING_PROMISED, format!("the program has no relation {names}"))
                .help("`pre` says what is promised and `post` what must hold then, both in the last round"),
        );
    }
    if nodes_given && program.spelling == Spelling::FirstColumn {
        let known = mentioned(program);
        for &node in program.nodes.iter().filter(|node| !known.contains(node)) {
            let message = format!("`--nodes` names {}, of which the program knows nothing", program.show_value(node));
            found.push(
                Diagnostic::new(codes::UNMENTIONED_NODE, message)
                    .help("no fact is at this node or names it, and no rule does"),
            );
        }
    }
    found
}

/// Every constant of facts and rules.
fn mentioned(program: &Program) -> BTreeSet<Value> {
    let mut values: BTreeSet<Value> = BTreeSet::new();
    for initial in &program.facts {
        values.insert(program.node_value(initial.node));
        values.extend(initial.fact.values.iter().copied());
    }
    let constant = |term: &Term| if let Term::Constant(value) = term { Some(*value) } else { None };
    let of_expr = |expr: &Expr| if let Expr::Constant(value) = expr { Some(*value) } else { None };
    let rules: Vec<&Rule> = program.rules.iter().chain(&program.synchronous).chain(&program.observers).collect();
    for rule in rules {
        values.extend(rule.location.as_ref().and_then(constant));
        values.extend(rule.positive.iter().flat_map(|atom| &atom.terms).filter_map(constant));
        values.extend(rule.negative.iter().flat_map(|atom| &atom.terms).filter_map(|term| match term {
            NegatedTerm::Expr(expr) => of_expr(expr),
            NegatedTerm::Existential(_) => None,
        }));
        values.extend(rule.head.terms.iter().filter_map(|term| match term {
            HeadTerm::Expr(expr) => of_expr(expr),
            HeadTerm::Aggregate(_) => None,
        }));
        if let crate::program::Destination::At(expr) = &rule.head.destination {
            values.extend(of_expr(expr));
        }
    }
    values
}

/// What a rule does wrong in a run.
pub fn fault_diagnostic(program: &Program, failure: &Failure) -> Diagnostic {
    let EvalError::Fault { fault, .. } = failure.error.error else {
        unreachable!("internal error: a bound that is reported as a fault of a rule")
    };
    let (code, what) = match fault {
        Fault::DivisionByZero => (codes::DIVISION_BY_ZERO, "divides by zero"),
        Fault::ArithmeticOnSymbol => (codes::ARITHMETIC_MEETS_SYMBOL, "does arithmetic on a symbol"),
        Fault::OrdersIntegerAndSymbol => (codes::ORDERING_MEETS_SYMBOL, "orders an integer and a symbol"),
        Fault::IntegerBeyond64Bits => unreachable!("internal error: a bound that is reported as a fault of a rule"),
    };
    let round = failure.error.round;
    let faults = text::faults::fault_list(program, &failure.faults);
    let how = if faults.is_empty() { "without any fault".to_string() } else { format!("after {}", faults.join(", ")) };
    let message = format!("a rule {what} in round {round} {how}");
    match failure.error.rule {
        Some(span) => Diagnostic::at(code, span, message, what),
        None => Diagnostic::new(code, message),
    }
}

/// The end of a search or a sweep.
struct Found {
    question: Question,
    answer: Answer,
    sweep: Option<Sweep>,
    why: Option<Explained>,
}

/// The answer to `--why`.
struct Explained {
    fact: Fact,
    /// `failure-free` or `counterexample`.
    run: &'static str,
    why: Why,
}

/// Explains a fact in the run in which it matters; nothing if there is no run or no time.
fn explained(
    program: &Program,
    question: &Question,
    answer: &Answer,
    fact: Fact,
    budget: &Budget,
    session: &mut Session,
) -> Option<Explained> {
    let free = (&answer.failure_free, &FaultSet::none());
    if free.0.rounds.is_empty() {
        return None;
    }
    let losing = answer.counterexamples.iter().find(|found| {
        Some(fact.relation) == answer.judgement.post && found.lost.contains(&fact.values) && !found.faults.is_empty()
    });
    if losing.is_none() && !free.0.outcome.contains(&fact) {
        let message = format!("{} is not in the outcome, even without faults", program.show_global_fact(&fact));
        session.report_placeless(&[Diagnostic::new(codes::WHY_NOT, message).help(
            "what keeps each rule from deriving it without faults is told; perhaps it needs more rounds (`--eot`)",
        )]);
    }
    let (run, of) = losing.map_or(("failure-free", free), |found| ("counterexample", (&found.run, &found.faults)));
    let why = why(program, &question.specification, of, &fact, budget).ok()?;
    Some(Explained { fact, run, why })
}

/// The first tuple that a counterexample lacks.
fn missing(answer: &Answer) -> Option<Fact> {
    let values = answer.counterexamples.first()?.lost.first()?.clone();
    Some(Fact { relation: answer.judgement.post?, values })
}

fn conclude(
    arguments: &Arguments,
    program: &Program,
    sources: &SourceMap,
    found: &Found,
    session: &mut Session,
) -> Exit {
    let Found { question, answer, sweep, why } = found;
    session.report_placeless(&findings(question, answer));
    let exit = match answer.verdict {
        Verdict::Certified => Exit::Yes,
        Verdict::Counterexample => Exit::No,
        Verdict::Inconclusive(Bound::Interrupt) => Exit::Interrupted,
        Verdict::Vacuous | Verdict::Inconclusive(_) => Exit::Inconclusive,
    };
    let style = session.style();
    let headline = text::faults::headline(program, question, answer, style);
    if let Some(drawn) = arguments.page.drawn(program, &drawables(program, question, answer)) {
        return arguments.page.show_drawn(drawn, &headline, exit, session);
    }
    let text = match arguments.page.format {
        PageFormat::Json => {
            let statistics = session.statistics(&Figures::default());
            let diagnostics = session.diagnostics.clone();
            let names = arguments.program.names();
            let object = FaultsObject::new(program, names, question, answer, diagnostics, statistics);
            let why = why.as_ref().map(|Explained { fact, run, why }| {
                WhyObject::new(program, sources, program.show_global_fact(fact), run, why)
            });
            json_text(&FaultsObject { why, ..object.with_sweep(sweep.as_ref()) })
        }
        PageFormat::Sarif => json_text(&sarif::log(&session.diagnostics, sarif::of_faults(program, question, answer))),
        PageFormat::Html => {
            let why = why
                .as_ref()
                .map(|Explained { fact, run, why }| (program.show_global_fact(fact), *run == "counterexample", why));
            let files = &arguments.program.names();
            let case = FaultsCase { files, sources, program, question, answer, why };
            page::faults::page(&case, &session.diagnostics)
        }
        _ if session.verbosity == Verbosity::Quiet => headline.clone(),
        _ => {
            let verbose = session.verbosity == Verbosity::Verbose;
            let mut text = text::faults::answer(program, question, answer, style, verbose);
            if let Some(sweep) = sweep {
                text.push_str(&text::faults::swept(sweep, style));
            }
            if let Some(Explained { fact, run, why }) = why {
                let verb = if why.holds() { "holds" } else { "does not hold" };
                let run = if *run == "counterexample" { "with these faults" } else { "without faults" };
                let heading = format!("Why {} {verb} {run}", program.show_global_fact(fact));
                let tree = text::why::tree(program, sources, why, verbose);
                text.push_str(&format!("\n{}\n{tree}", style.paint(Tone::Strong, &heading)));
            }
            text
        }
    };
    arguments.page.deliver(&text, &headline, exit, session)
}

/// The counterexamples, each with its faults, and after them the run without faults, if there was time for it.
fn drawables<'a>(program: &Program, question: &Question, answer: &'a Answer) -> Vec<Drawable<'a>> {
    let crash_mode = question.specification.crash_mode;
    let mut runs: Vec<Drawable<'a>> = (answer.counterexamples.iter())
        .map(|found| {
            let faults = text::faults::fault_list(program, &found.faults);
            let title = if faults.is_empty() { "without any fault".to_string() } else { faults.join(", ") };
            Drawable::Rounds { title, run: &found.run, faults: Cow::Borrowed(&found.faults), crash_mode }
        })
        .collect();
    if !answer.failure_free.rounds.is_empty() {
        let title = "without faults".to_string();
        runs.push(Drawable::Rounds {
            title,
            run: &answer.failure_free,
            faults: Cow::Owned(FaultSet::none()),
            crash_mode,
        });
    }
    runs
}

/// What is to be said of the failure-free run.
fn findings(question: &Question, answer: &Answer) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let judgement = &answer.judgement;
    if answer.verdict == Verdict::Vacuous {
        let which = match (judgement.promised().is_empty(), judgement.fulfilled().is_empty()) {
            (true, true) => "neither a `pre` nor a `post` tuple",
            (true, _) => "no `pre` tuple",
            _ => "no `post` tuple",
        };
        let eot = question.specification.eot;
        found.push(
            Diagnostic::new(codes::VACUOUS, format!("the failure-free run has {which} in round {eot}"))
                .help("give it more rounds (`--eot`), or look whether `pre` and `post` say what is meant"),
        );
    } else if !judgement.promised().is_subset(judgement.fulfilled()) {
        let consequence = match question.rule {
            VerdictRule::Invariant => "every fault set is a counterexample",
            VerdictRule::Baseline => "with `--verdict baseline` these tuples are not looked at",
        };
        let message = "the failure-free run has `pre` tuples without their `post` tuples";
        found.push(Diagnostic::new(codes::BAD_WITHOUT_FAULTS, message).help(consequence));
    }
    found
}
