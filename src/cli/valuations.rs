//! `watershed check` and `explore` of a program whose facts have unknowns: all values instead of one choice.

use super::check::{QuestionOptions, conclude, fault_diagnostic, points_of_found, read_limits};
use super::options::ProgramOptions;
use super::progress::Watch;
use super::session::{Session, no_nodes};
use super::{Exit, console::Verbosity};
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::check::{ENOUGH, FaultReport, Options};
use crate::pipeline::instance;
use crate::pipeline::open::Open;
use crate::pipeline::read::Read;
use crate::pipeline::valuations::{NoAnswer, search};
use crate::report::Case;
use crate::report::explained::explained;
use crate::source::SourceMap;

/// Answers for all values.
pub fn run(
    command: &str,
    program: &ProgramOptions,
    question: &QuestionOptions,
    theorems: bool,
    (open, mut sources): (Open, SourceMap),
    session: &mut Session,
) -> Exit {
    let format = question.page.plain();
    let refuse = |session: &mut Session| session.refuse(command, program.names(), format);
    let refusal = if !cfg!(feature = "z3") {
        Some(no_solver())
    } else if question.needs_one_instance() {
        let message =
            "`--shrink`, `--verify-reduction`, checkpoints and several processes need values for the unknowns";
        Some(Diagnostic::new(codes::NOT_SYMBOLIC, message).help("give them with `--valuation`"))
    } else if open.program.nodes.is_empty() {
        Some(no_nodes())
    } else {
        None
    };
    if let Some(finding) = refusal {
        session.report_placeless(&[finding]);
        return refuse(session);
    }
    let Some(limits) = read_limits(question, session) else { return refuse(session) };
    let budget = limits.budget(session);
    let every = command == "explore";
    let enough = (!every && !limits.is_bounded()).then_some(ENOUGH);
    let instance = instance::Options { every_model: every, ..limits.instance() };
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let update = &mut |progress| watch.update(progress);
    let outcome = search(&open, every, &budget, Options { theorems, proofs: None, instance, enough }, update);
    drop(watch);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(NoAnswer::Contradictory) => {
            session.report_placeless(&[contradictory()]);
            return refuse(session);
        }
        Err(NoAnswer::Fault(fault, read, valuation)) => {
            report_fault(&fault, &read, &valuation, session);
            return refuse(session);
        }
    };
    let (mut of, mut analysis) = (open.program, open.analysis);
    if let Some(found) = outcome.found {
        sources = found.sources;
        if let Some(found) = found.program {
            (of, analysis) = found;
        }
    }
    let mut described = program.clone();
    described.reading.valuation = outcome.searched.valuation().map(str::to_string);
    let (files, shell_words) = (program.names(), described.shell_words());
    let mut answer = outcome.answer;
    let points = question.points.then(|| points_of_found(&of, &analysis, &mut answer, &budget));
    let explained = question.explains().then(|| explained(&of, &answer, &budget));
    let case = Case {
        command,
        files: &files,
        shell_words: &shell_words,
        sources: &sources,
        program: &of,
        analysis: &analysis,
        answer: &answer,
        explained: explained.as_deref(),
        points: points.as_ref(),
        fewer: None,
        instances: None,
        instance: None,
        valuations: Some(&outcome.searched),
    };
    conclude(&case, question, session)
}

/// The finding about unknowns in a build without a solver.
pub fn no_solver() -> Diagnostic {
    Diagnostic::new(codes::NO_SOLVER, "the facts have unknowns, and this build has no solver")
        .help("give values with `--valuation`, or build with default features after `make setup`")
}

/// The finding about assumptions that no values meet.
pub fn contradictory() -> Diagnostic {
    let message = "no values of the unknown constants meet what the program assumes of them";
    Diagnostic::new(codes::CONTRADICTORY, message)
}

/// Reports a rule that errs under some values.
pub fn report_fault(fault: &FaultReport, read: &Read, valuation: &str, session: &mut Session) {
    if let Some((program, _)) = &read.program {
        let finding = fault_diagnostic(program, fault)
            .help(format!("that is so for `{valuation}`; `assume` what rules such values out"));
        session.report(&read.sources, &[finding]);
    }
}
