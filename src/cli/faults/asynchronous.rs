//! `watershed faults --async`: faults and delivery orders together.

use super::{Arguments, Crash, read_as, rule, unfit};
use crate::budget::Bound;
use crate::cli::Exit;
use crate::cli::check::{fault_code, fault_diagnostic};
use crate::cli::console::Verbosity;
use crate::cli::options::{Format, count};
use crate::cli::page::{Drawable, PageFormat};
use crate::cli::progress::Watch;
use crate::cli::session::{Session, json_text};
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::EvalError;
use crate::faults::Verdict;
use crate::faults::asynchronous::{Answer, Counterexample, Failure, Question, investigate};
use crate::faults::lossy::Lossy;
use crate::faults::plan::Tolerance;
use crate::program::{Order, Program, resolve};
use crate::report::json::FaultsObject;
use crate::report::page;
use crate::report::runs::of_bad;
use crate::report::style::Tone;
use crate::report::{sarif, text};
use crate::source::SourceMap;
use crate::witness::file::{OutcomeObject, WitnessFile};
use std::path::Path;

/// Answers.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.page.plain();
    let names = arguments.program.names();
    let mut wrong = Vec::new();
    let tolerance = tolerance(arguments, &mut wrong);
    let limits = arguments.limits.limits().map_err(|more| wrong.extend(more));
    session.report_placeless(&wrong);
    let (Ok(limits), true) = (limits, wrong.is_empty()) else { return session.refuse("faults", names, format) };
    session.listen_to_signals();
    let budget = limits.budget(session);
    let options: resolve::Options = arguments.program.reading.resolving();
    let Some((sources, program, trees)) = read_as(arguments, &options, session) else {
        return session.refuse("faults", names, format);
    };
    let unfit = unfit(&program, options.nodes.is_some());
    session.report_placeless(&unfit);
    if unfit.iter().any(Diagnostic::is_error) {
        return session.refuse("faults", names, format);
    }
    let lossy = match Lossy::new(&program, &trees) {
        Ok(lossy) => lossy,
        Err(error) => {
            let message = "a numbered step of what observers derive is read, which asynchronous runs do not have";
            let finding = Diagnostic::at(codes::ROUND_IN_BODY, error.span, message, "observer rules derive this")
                .help("read the numbered step of a relation of nodes: there it is a local step");
            session.report(&sources, &[finding]);
            return session.refuse("faults", names, format);
        }
    };
    let most = if arguments.all { usize::MAX } else { 1 };
    let question = Question { tolerance, rule: rule(arguments), most, instance: limits.instance() };
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let answered = investigate(&program, &lossy, &question, &budget, &mut |progress| watch.update(progress));
    drop(watch);
    match answered {
        Ok(answer) => conclude(arguments, (&program, &sources), &question, &answer, session),
        Err(failure) => {
            session.report(&failure.sources, &[of_failure(&failure)]);
            session.refuse("faults", names, format)
        }
    }
}

/// What may go wrong; what does not go with `--async` is wrong.
fn tolerance(arguments: &Arguments, wrong: &mut Vec<Diagnostic>) -> Tolerance {
    let mut at_most = |option, text, default| count(option, text, wrong).unwrap_or(default);
    let tolerance = Tolerance {
        omissions: at_most("--omissions", &arguments.omissions, 1),
        crashes: at_most("--crashes", &arguments.crashes, 0),
        restarts: at_most("--restarts", &arguments.restarts, 0),
        duplications: at_most("--duplications", &arguments.duplications, 0),
    };
    if arguments.crash == Crash::Stop {
        let message = "`--crash stop` is for synchronous rounds: without them no round is a node's last one";
        wrong.push(Diagnostic::new(codes::FAULT_PARAMETERS, message).help(
            "with `--async` a crashed node goes on by itself and nobody hears of it; say in `pre` and `post` what does not count: `notin crash(N, N, _)`",
        ));
    }
    if arguments.program.reading.network == Some(Order::Fifo) {
        let message = "`--async` takes channels in any order only, not `--network fifo`";
        wrong.push(Diagnostic::new(codes::FAULT_PARAMETERS, message).help("leave out `--network fifo`"));
    }
    if let Some(path) = arguments.witness.as_ref().filter(|path| path.with_extension("ded") == **path) {
        let path = path.display();
        let message = format!("`{path}` is to hold the witness, and is where the program with its faults goes");
        wrong.push(Diagnostic::new(codes::FAULT_PARAMETERS, message).help("name the witness file `….json`"));
    }
    tolerance
}

/// The finding about a rule that errs in some run.
fn of_failure(failure: &Failure) -> Diagnostic {
    match (&failure.report, failure.error) {
        (Some(report), _) => fault_diagnostic(&failure.program, report),
        (None, Some(EvalError::Fault { rule, fault })) => {
            let span = failure.program.observers[rule.0 as usize].span;
            Diagnostic::at(
                fault_code(fault),
                span,
                format!("a rule {fault} in the outcome of a run"),
                fault.to_string(),
            )
        }
        (None, _) => unreachable!("internal error: a failure that is a bound"),
    }
}

fn conclude(
    arguments: &Arguments,
    (program, sources): (&Program, &SourceMap),
    question: &Question,
    answer: &Answer,
    session: &mut Session,
) -> Exit {
    let mut exit = match answer.verdict {
        Verdict::Certified => Exit::Yes,
        Verdict::Counterexample => Exit::No,
        Verdict::Inconclusive(Bound::Interrupt) => Exit::Interrupted,
        Verdict::Vacuous | Verdict::Inconclusive(_) => Exit::Inconclusive,
    };
    if answer.verdict == Verdict::Vacuous {
        let which = if answer.promised.is_empty() { "`pre`" } else { "`post`" };
        let message = format!("no run without a fault has a {which} tuple in its outcome");
        session.report_placeless(&[Diagnostic::new(codes::VACUOUS, message)
            .help("outcomes are made of what holds for good: look whether `pre` and `post` say what is meant")]);
    }
    if let (Some(path), Some(found)) = (&arguments.witness, answer.counterexamples.first())
        && !write(path, found, session)
    {
        exit = Exit::Wrong;
    }
    let style = session.style();
    let headline = text::faults::asynchronous::headline(question, answer, style);
    // A counterexample is a run of its own program, that with the faults in it.
    let of = answer.counterexamples.first();
    let runs: Vec<Drawable<'_>> = of.into_iter().map(of_bad).map(Drawable::Run).collect();
    if let Some(drawn) = arguments.page.drawn(of.map_or(program, |found| &found.program), &runs) {
        return arguments.page.show_drawn(drawn, &headline, exit, session);
    }
    let text = match arguments.page.plain() {
        _ if arguments.page.format == PageFormat::Html => {
            let files = arguments.program.names();
            let replay = replays(arguments, question);
            page::faults::asynchronous(&files, (program, sources), question, answer, &session.diagnostics, &replay)
        }
        Format::Json => {
            let statistics = session.statistics(&answer.figures);
            let diagnostics = session.diagnostics.clone();
            let names = arguments.program.names();
            json_text(&FaultsObject::of_asynchronous(program, names, question, answer, diagnostics, statistics))
        }
        Format::Sarif => json_text(&sarif::log(&session.diagnostics, sarif::of_asynchronous_faults(question, answer))),
        Format::Text if session.verbosity == Verbosity::Quiet => headline.clone(),
        Format::Text => {
            let verbose = session.verbosity == Verbosity::Verbose;
            let mut text = text::faults::asynchronous::answer(question, answer, style, verbose);
            if !answer.counterexamples.is_empty() {
                text.push_str(&format!("\n{}\n", style.paint(Tone::Strong, "Replay")));
                replays(arguments, question).iter().for_each(|line| text.push_str(&format!("    {line}\n")));
            }
            text
        }
    };
    arguments.page.deliver(&text, &headline, exit, session)
}

/// The commands that write the run to a file, and replay it.
fn replays(arguments: &Arguments, question: &Question) -> Vec<String> {
    let (words, asked) = (arguments.program.shell_words().join(" "), asked(&question.tolerance));
    vec![
        format!("watershed faults {words} --async{asked} --witness bad.json"),
        "watershed replay bad.ded --schedule bad.json".to_string(),
    ]
}

/// The options that ask for a tolerance, each after a space.
fn asked(tolerance: &Tolerance) -> String {
    let options = [
        ("--omissions", tolerance.omissions, 1),
        ("--crashes", tolerance.crashes, 0),
        ("--restarts", tolerance.restarts, 0),
        ("--duplications", tolerance.duplications, 0),
    ];
    let given = options.into_iter().filter(|&(_, most, default)| most != default);
    given.map(|(option, most, _)| format!(" {option} {most}")).collect()
}

/// Writes a counterexample to a witness file and, beside it, the program with its faults.
fn write(path: &Path, found: &Counterexample, session: &mut Session) -> bool {
    let program = path.with_extension("ded");
    let file = WitnessFile::new(&found.program, "faults", None, Vec::new());
    let outcome = OutcomeObject::new(&found.program, &found.run, &found.claim());
    let file = WitnessFile { program: vec![program.display().to_string()], outcome: Some(outcome), ..file };
    session.write_file(&program, &found.text) && session.write_file(path, &file.to_json())
}
