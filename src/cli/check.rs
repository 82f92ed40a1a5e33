//! `watershed check`: the main job.

use super::cluster::{ClusterOptions, Crew, Role, join};
use super::keeping::KeepingOptions;
use super::options::{Format, LimitOptions, Limits, ProgramOptions};
use super::page::{Drawable, PageFormat, PageOptions};
use super::progress::Watch;
use super::session::{Input, Loaded, Session, json_text, no_nodes};
use super::{Exit, console::Verbosity};
use crate::analysis::Analysis;
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::Fault;
use crate::pipeline::check::{ENOUGH, Options};
use crate::pipeline::fewer::with_fewer_facts;
use crate::pipeline::races::{Points, points, unsearched};
use crate::pipeline::valuations::Searched;
use crate::pipeline::verify::{Verified, verify};
use crate::pipeline::{self, Answer, Basis, FaultReport, Figures, Verdict, instance};
use crate::program::Program;
use crate::prove::prover::Effort;
use crate::report::explained::explained;
use crate::report::json::{self, CheckObject, Refusal};
use crate::report::{self, Case, runs, sarif, text};
use crate::schedule::Schedule;
use crate::system::Stop;
use crate::witness::file::WitnessFile;
use crate::witness::replay;
use std::path::PathBuf;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    #[command(flatten)]
    question: QuestionOptions,
    /// Do not answer from theorems
    #[arg(long)]
    no_theorems: bool,
    /// Check every network and all contents of EDB relations within bounds, such as `nodes<=2, values<=2, facts<=4`
    #[arg(long, value_name = "BOUNDS", conflicts_with_all = ["instance", "nodes", "shrink", "verify_reduction", "checkpoint", "workers", "processes", "process", "hostfile"])]
    instances: Option<String>,
}

/// What `check` and `explore` share.
#[derive(Debug, clap::Args)]
pub struct QuestionOptions {
    #[command(flatten)]
    pub(super) page: PageOptions,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    cluster: ClusterOptions,
    /// Accepted for scripts; the search makes no random choices
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    seed: Option<String>,
    /// Test each choice that reductions leave out, explore without them too, and compare the answers
    #[arg(long)]
    verify_reduction: bool,
    #[command(flatten)]
    keeping: KeepingOptions,
    /// Explain the contested fact in both runs, and each violation: what it rests on, what is missing, which delivery would have supplied it
    #[arg(long)]
    pub(super) why: bool,
    /// Say which points of order are real: which messages race there, with two runs that show it
    #[arg(long)]
    pub(super) points: bool,
    /// Find a least part of the program's facts that is diffluent (or violated) still
    #[arg(long)]
    shrink: bool,
    /// Write two runs that end differently, or the run to a violation, to this file
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
}

impl QuestionOptions {
    /// Whether the answer says why.
    pub(super) fn explains(&self) -> bool {
        self.why || self.page.format == PageFormat::Html
    }

    /// Whether something is asked for that is made for one instance.
    pub(super) fn needs_one_instance(&self) -> bool {
        self.shrink || self.verify_reduction || self.keeping.is_asked() || !matches!(self.cluster.shape(), Ok(None))
    }
}

/// Answers.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    if let Some(bounds) = &arguments.instances {
        return super::instances::run(&arguments.program, &arguments.question, !arguments.no_theorems, bounds, session);
    }
    ask("check", &arguments.program, &arguments.question, !arguments.no_theorems, session)
}

/// Answers the question of confluence for `command`.
pub fn ask(
    command: &str,
    program: &ProgramOptions,
    question: &QuestionOptions,
    theorems: bool,
    session: &mut Session,
) -> Exit {
    let mut format = question.page.plain();
    let shape = question.cluster.shape();
    let limits = read_limits(question, session);
    let (Some(limits), Ok(shape)) = (limits, &shape) else {
        session.report_placeless(&shape.err().unwrap_or_default());
        return session.refuse(command, program.names(), format);
    };
    session.listen_to_signals();
    let mut budget = limits.budget(session);
    if shape.as_ref().is_some_and(|shape| shape.process > 0) {
        // What there is to say of the program, and on standard output, process 0 says.
        session.verbosity = Verbosity::Quiet;
        format = Format::Text;
    }
    session.withheld = Some(codes::INFINITE_STATES);
    let read = session.load_open(program);
    session.withheld = None;
    let loaded = match read {
        Some(Input::Closed(loaded)) => *loaded,
        Some(Input::Open(open, sources)) => {
            session.report(&sources, &open.analysis.infinite_states(&open.program));
            return super::valuations::run(command, program, question, theorems, (*open, sources), session);
        }
        None => return session.refuse(command, program.names(), format),
    };
    if loaded.program.nodes.is_empty() && !(theorems && answered_without_network(&loaded)) {
        session.report_placeless(&[no_nodes()]);
        return session.refuse(command, program.names(), format);
    }
    let instance = instance::Options {
        every_model: command == "explore",
        recheck: question.verify_reduction,
        ..limits.instance()
    };
    let enough = (command == "check" && !limits.is_bounded() && !question.keeping.is_asked()).then_some(ENOUGH);
    let proofs = (command == "check").then_some(Effort::CHECK);
    let options = Options { theorems, proofs, instance, enough };
    match question.keeping.open(command, &loaded, &options, budget.max_facts, shape.is_some()) {
        Ok(checkpoints) => budget.checkpoints = checkpoints,
        Err(wrong) => {
            session.report_placeless(&[*wrong]);
            return session.refuse(command, program.names(), format);
        }
    }
    let mut crew = Crew::Alone(Default::default());
    if let Some(shape) = shape {
        let asked = format!("{command} {theorems} {} {}", options.instance.reductions, budget.max_facts);
        match join(shape, &loaded, &asked, &budget, session) {
            Role::Answers(others) => crew = others,
            Role::Ended(Exit::Wrong) => return session.refuse(command, program.names(), format),
            Role::Ended(exit) => return exit,
        }
    }
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let update = &mut |progress| watch.update(progress);
    let answer = pipeline::check_with(&loaded.program, &loaded.analysis, &budget, options, &mut crew, update);
    // A search that came to its end refutes that the states may be infinitely many, as far as this instance goes.
    if !answer.as_ref().is_ok_and(|answer| answer.basis == Basis::Explored && answer.findings.cut.is_none()) {
        session.report(&loaded.sources, &loaded.analysis.infinite_states(&loaded.program));
    }
    session.report_placeless(crew.finding().as_slice());
    if let Some(checkpoints) = &budget.checkpoints
        && let Err(wrong) = question
            .keeping
            .close(checkpoints, answer.as_ref().ok())
            .map(|warning| session.report_placeless(warning.as_slice()))
    {
        session.report_placeless(&[*wrong]);
        return session.refuse(command, program.names(), format);
    }
    if let Ok(answer) = &answer
        && question.verify_reduction
        && answer.findings.figures.searches > 0
    {
        let budget = limits.budget(session);
        let update = &mut |progress| watch.update(progress);
        let verified = verify(&loaded.program, &budget, options.instance, &answer.findings, update);
        report_verified(verified, session);
    }
    drop(watch);
    let exit = match answer {
        Ok(mut answer) => {
            let points = question.points.then(|| points(&loaded.program, &loaded.analysis, &mut answer, &budget));
            let (files, shell_words) = (program.names(), program.shell_words());
            // What is left of the time, not as much again.
            let explained = question.explains().then(|| explained(&loaded.program, &answer, &budget));
            let shrink = || with_fewer_facts(&loaded.program, &answer, &budget, options);
            let fewer = question.shrink.then(shrink).flatten();
            let case = Case {
                command,
                files: &files,
                shell_words: &shell_words,
                sources: &loaded.sources,
                program: &loaded.program,
                analysis: &loaded.analysis,
                answer: &answer,
                explained: explained.as_deref(),
                points: points.as_ref(),
                fewer: fewer.as_ref(),
                instances: None,
                instance: None,
                valuations: None,
            };
            conclude(&case, question, session)
        }
        Err(fault) => refuse_fault(command, program, &loaded, &fault, format, session),
    };
    crew.finish(exit)
}

/// # Panics
/// If the reductions changed the answer: an internal error, and better than a wrong verdict.
fn report_verified(verified: Verified, session: &mut Session) {
    match verified {
        Verified::Same => {}
        Verified::AsFarAsDecided => session.report_placeless(&[Diagnostic::new(
            codes::REDUCTION_NOT_VERIFIED,
            "the reductions are verified as far as both searches got, not to the end",
        )
        .help("a search was cut by a bound or left facts undecided: give it more states, time or memory")]),
        Verified::Different(what) => panic!("internal error: the reductions change the answer: {what}"),
    }
}

pub(super) fn read_limits(question: &QuestionOptions, session: &mut Session) -> Option<Limits> {
    let mut wrong = Vec::new();
    super::options::count("--seed", &question.seed, &mut wrong);
    let limits = question.limits.limits().map_err(|more| wrong.extend(more));
    session.report_placeless(&wrong);
    limits.ok().filter(|_| wrong.is_empty())
}

/// Whether a theorem answers for all instances of rules that come without one.
pub(super) fn answered_without_network(loaded: &Loaded) -> bool {
    loaded.analysis.theorem.is_some() && !loaded.program.rules.is_empty() && loaded.program.nevers.is_empty()
}

/// Prints the answer and writes the witness.
pub(super) fn conclude(case: &Case<'_>, question: &QuestionOptions, session: &mut Session) -> Exit {
    let mut exit = exit_of(case.answer);
    let found = case.answer.witness.is_some() || !case.answer.violations.is_empty();
    if let Some(path) = &question.witness
        && found
    {
        let file = WitnessFile::new(case.program, case.command, json::witness(case), json::invariants(case));
        let valuation = case.valuations.and_then(Searched::valuation).map(str::to_string);
        let file = WitnessFile { instance: case.instance.map(str::to_string), valuation, ..file };
        if !session.write_file(path, &file.to_json()) {
            exit = Exit::Wrong;
        }
    }
    let statistics = session.statistics(&case.answer.findings.figures);
    let page = &question.page;
    let verbose = session.verbosity == Verbosity::Verbose;
    let headline = text::headline(case, session.style());
    let runs: Vec<Drawable<'_>> = runs::of_case(case).into_iter().map(Drawable::Run).collect();
    if let Some(drawn) = page.drawn(case.program, &runs) {
        return page.show_drawn(drawn, &headline, exit, session);
    }
    let text = match page.format {
        PageFormat::Json => json_text(&CheckObject::new(case, session.diagnostics.clone(), statistics)),
        PageFormat::Sarif => json_text(&sarif::log(&session.diagnostics, sarif::of_verdict(case))),
        PageFormat::Html => report::page::case::page(case, &session.diagnostics, &statistics),
        _ if session.verbosity == Verbosity::Quiet => headline.clone(),
        _ => text::answer(case, &statistics, session.style(), verbose),
    };
    page.deliver(&text, &headline, exit, session)
}

/// The points of order where many instances were searched: runs are looked at only of one that was found.
pub(super) fn points_of_found(program: &Program, analysis: &Analysis, answer: &mut Answer, budget: &Budget) -> Points {
    match answer.verdict {
        Verdict::Diffluent | Verdict::Violated => points(program, analysis, answer, budget),
        Verdict::Confluent | Verdict::Inconclusive => unsearched(program, analysis),
    }
}

fn exit_of(answer: &Answer) -> Exit {
    match (answer.verdict, answer.basis) {
        (Verdict::Confluent, _) => Exit::Yes,
        (Verdict::Diffluent | Verdict::Violated, _) => Exit::No,
        (Verdict::Inconclusive, Basis::Bound(Bound::Interrupt)) => Exit::Interrupted,
        (Verdict::Inconclusive, _) => Exit::Inconclusive,
    }
}

/// Reports a rule that errs in a reachable step.
pub fn refuse_fault(
    command: &str,
    options: &ProgramOptions,
    loaded: &Loaded,
    report: &FaultReport,
    format: Format,
    session: &mut Session,
) -> Exit {
    let schedule = report.schedule.show(&loaded.program);
    session.report(&loaded.sources, &[fault_diagnostic(&loaded.program, report)]);
    if format != Format::Json {
        return session.refuse(command, options.names(), format);
    }
    let statistics = session.statistics(&Figures::default());
    let refusal = Refusal::new(command, options.names(), session.diagnostics.clone(), statistics);
    session.print_json(&Refusal { schedule: Some(schedule), ..refusal }, Exit::Wrong)
}

/// The finding about a rule that errs at the end of a schedule.
pub fn fault_diagnostic(program: &Program, report: &FaultReport) -> Diagnostic {
    let Stop::Fault { rule, fault } = report.fault else {
        unreachable!("internal error: a bound that is reported as a fault of a rule")
    };
    // Observer rules are numbered by themselves; replaying tells which of the two erred.
    let unlimited = crate::budget::Budget::default();
    let replayed = replay::replay(program, &report.schedule, &unlimited).err();
    let rule = replayed.as_ref().and_then(|step| step.faulty_rule(program)).or(program.rules.get(rule.0 as usize));
    fault_finding(program, fault, rule.map(|rule| rule.span), &report.schedule)
}

/// The code of a fault.
pub fn fault_code(fault: Fault) -> codes::Code {
    match fault {
        Fault::DivisionByZero => codes::DIVISION_BY_ZERO,
        Fault::ArithmeticOnSymbol => codes::ARITHMETIC_MEETS_SYMBOL,
        Fault::OrdersIntegerAndSymbol | Fault::IntegerBeyond64Bits => codes::ORDERING_MEETS_SYMBOL,
    }
}

/// The finding about a fault, with the run that leads there.
pub fn fault_finding(
    program: &Program,
    fault: Fault,
    rule: Option<crate::source::Span>,
    schedule: &Schedule,
) -> Diagnostic {
    let code = fault_code(fault);
    let message = format!("a rule {fault} in a reachable step");
    let finding = match rule {
        Some(span) => Diagnostic::at(code, span, message, fault.to_string()),
        None => Diagnostic::new(code, message),
    };
    finding.help(format!("the step is the last of the schedule: {}", schedule.show(program)))
}
