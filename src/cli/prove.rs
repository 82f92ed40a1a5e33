//! `watershed prove`: confluence for all instances.

use super::options::{Format, FormatOptions, LimitOptions, ProgramOptions};
use super::progress::Watch;
use super::session::{Loaded, Session};
use super::{Exit, console::Verbosity};
use crate::budget::Bound;
use crate::pipeline::bare::Bare;
use crate::pipeline::prove::{self, Outcome};
use crate::pipeline::{Cut, Figures, Verdict};
use crate::report::json::{self, ProofObject};
use crate::report::proof::Proof;
use crate::report::{sarif, text};
use crate::witness::file::WitnessFile;
use std::path::PathBuf;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    limits: LimitOptions,
    /// Write two runs that end differently, of this instance or of a small one, to this file
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
}

/// Proves, or looks for a counterexample.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.format.format;
    let names = arguments.program.names();
    let limits = match arguments.limits.limits() {
        Ok(limits) => limits,
        Err(wrong) => {
            session.report_placeless(&wrong);
            return session.refuse("prove", names, format);
        }
    };
    session.listen_to_signals();
    let Some((loaded, bare)) = load(&arguments.program, session) else {
        return session.refuse("prove", names, format);
    };
    let budget = limits.budget(session);
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let (program, options) = (&loaded.program, limits.instance());
    let update = &mut |progress| watch.update(progress);
    let found = prove::prove(program, &loaded.analysis, bare.as_ref(), &budget, options, update);
    drop(watch);
    let found = match found {
        Ok(found) => found,
        Err(fault) => {
            return super::check::refuse_fault("prove", &arguments.program, &loaded, &fault, format, session);
        }
    };
    let mut described = arguments.program.clone();
    if let Some(refuting) = found.small.as_ref().and_then(|small| small.found.as_ref()) {
        described.reading.instance = Some(refuting.text.clone());
    }
    let shell_words = described.shell_words();
    let proof = Proof {
        files: &names,
        shell_words: &shell_words,
        sources: &loaded.sources,
        program: &loaded.program,
        analysis: &loaded.analysis,
        outcome: &found.outcome,
        semantic: found.semantic.as_deref(),
        reached: &found.reached,
        small: found.small.as_deref(),
    };
    conclude(&proof, arguments, session)
}

/// The program, and what is left of it without its instance where that may be replaced: where nobody named one.
fn load(program: &ProgramOptions, session: &mut Session) -> Option<(Loaded, Option<Bare>)> {
    let reading = &program.reading;
    if reading.instance.is_some() || reading.nodes.is_some() || reading.valuation.is_some() {
        return session.load(program).map(|loaded| (loaded, None));
    }
    session.load_bare(program).map(|(loaded, bare)| (loaded, Some(bare)))
}

fn conclude(proof: &Proof<'_>, arguments: &Arguments, session: &mut Session) -> Exit {
    let case = proof.case();
    let mut exit = exit_of(proof);
    if let (Some(path), Some(case)) = (&arguments.witness, &case)
        && case.answer.witness.is_some()
    {
        let file = WitnessFile::new(case.program, "prove", json::witness(case), json::invariants(case));
        let file = WitnessFile { instance: case.instance.map(str::to_string), ..file };
        if !session.write_file(path, &file.to_json()) {
            exit = Exit::Wrong;
        }
    }
    let mut figures = case.as_ref().map_or_else(Figures::default, |case| case.answer.findings.figures);
    figures.solver_calls += proof.semantic.map_or(0, |semantic| semantic.questions as u64);
    let statistics = session.statistics(&figures);
    match arguments.format.format {
        Format::Json => session.print_json(&ProofObject::new(proof, session.diagnostics.clone(), statistics), exit),
        Format::Sarif => {
            let findings = case.as_ref().filter(|case| case.answer.witness.is_some()).map(sarif::of_verdict);
            session.print_json(&sarif::log(&session.diagnostics, findings.unwrap_or_default()), exit)
        }
        Format::Text if session.verbosity == Verbosity::Quiet => {
            session.print(&text::proof::headline(proof, session.style()), exit)
        }
        Format::Text => {
            let verbose = session.verbosity == Verbosity::Verbose;
            session.print(&text::proof::answer(proof, session.style(), verbose), exit)
        }
    }
}

fn exit_of(proof: &Proof<'_>) -> Exit {
    let searching = proof.small.is_some_and(|small| small.cut == Some(Bound::Interrupt));
    let interrupted = match proof.outcome {
        Outcome::Explored(answer) => searching || answer.findings.cut == Some(Cut::Bound(Bound::Interrupt)),
        _ => searching,
    };
    match proof.verdict() {
        Verdict::Confluent => Exit::Yes,
        Verdict::Diffluent => Exit::No,
        _ if interrupted => Exit::Interrupted,
        _ => Exit::Inconclusive,
    }
}
