//! `watershed check --instances`: all small instances instead of one.

use super::check::{QuestionOptions, answered_without_network, conclude, points_of_found, read_limits};
use super::options::ProgramOptions;
use super::progress::Watch;
use super::session::Session;
use super::{Exit, console::Verbosity, list, quantity};
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::check::{ENOUGH, Options, check};
use crate::pipeline::instances::{Bounds, search};
use crate::report::Case;
use crate::report::explained::explained;

/// The greatest bound: what is larger would not end.
const MOST: usize = 64;

/// Answers within `bounds`.
pub fn run(
    program: &ProgramOptions,
    question: &QuestionOptions,
    theorems: bool,
    bounds: &str,
    session: &mut Session,
) -> Exit {
    let format = question.page.plain();
    let refuse = |session: &mut Session| session.refuse("check", program.names(), format);
    let bounds = match read_bounds(bounds) {
        Ok(bounds) => bounds,
        Err(wrong) => {
            session.report_placeless(&[*wrong]);
            return refuse(session);
        }
    };
    let Some(limits) = read_limits(question, session) else { return refuse(session) };
    session.listen_to_signals();
    let budget = limits.budget(session);
    let Some((mut loaded, bare)) = session.load_bare(program) else { return refuse(session) };
    let enough = (!limits.is_bounded()).then_some(ENOUGH);
    let options = Options { theorems, proofs: None, instance: limits.instance(), enough };
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let update = &mut |progress| watch.update(progress);
    let (mut searched, mut instance) = (None, None);
    let answer = if theorems && answered_without_network(&loaded) {
        // What holds of all instances holds of the small ones.
        check(&loaded.program, &loaded.analysis, &budget, options, update).ok()
    } else {
        None
    };
    let mut answer = match answer {
        Some(answer) => answer,
        None => match search(&loaded.program, &bare, bounds, &budget, options, update) {
            Ok(outcome) => {
                searched = Some(outcome.searched);
                if let Some(found) = outcome.found {
                    loaded.sources = found.read.sources;
                    if let Some((program, analysis)) = found.read.program {
                        (loaded.program, loaded.analysis) = (program, analysis);
                    }
                    instance = Some(found.text);
                }
                outcome.answer
            }
            Err(why) => {
                drop(watch);
                session.report_placeless(&[Diagnostic::new(codes::MALFORMED_LIMIT, format!("`--instances`: {why}"))]);
                return refuse(session);
            }
        },
    };
    drop(watch);
    let mut described = program.clone();
    described.reading.instance.clone_from(&instance);
    let (files, shell_words) = (program.names(), described.shell_words());
    let points = question.points.then(|| points_of_found(&loaded.program, &loaded.analysis, &mut answer, &budget));
    let explained = question.explains().then(|| explained(&loaded.program, &answer, &budget));
    let case = Case {
        command: "check",
        files: &files,
        shell_words: &shell_words,
        sources: &loaded.sources,
        program: &loaded.program,
        analysis: &loaded.analysis,
        answer: &answer,
        explained: explained.as_deref(),
        points: points.as_ref(),
        fewer: None,
        instances: searched,
        instance: instance.as_deref(),
        valuations: None,
    };
    conclude(&case, question, session)
}

/// Reads `nodes<=2, values<=2, facts<=4, steps<=1`, which are the bounds where one is not named.
pub fn read_bounds(text: &str) -> Result<Bounds, Box<Diagnostic>> {
    let mut bounds = Bounds { nodes: 2, values: 2, facts: 4, steps: 1 };
    for item in list::items(text) {
        let read = item.split_once("<=").and_then(|(name, number)| Some((name.trim(), quantity::number(number)?)));
        let bound = match read.map(|(name, _)| name) {
            Some("nodes") => &mut bounds.nodes,
            Some("values") => &mut bounds.values,
            Some("facts") => &mut bounds.facts,
            Some("steps") => &mut bounds.steps,
            _ => {
                let message = format!(
                    "expected bounds such as `nodes<=2, values<=2, facts<=4` after `--instances`, found `{item}`"
                );
                return Err(Box::new(Diagnostic::new(codes::MALFORMED_LIMIT, message)));
            }
        };
        *bound = read.map_or(0, |(_, number)| usize::try_from(number).unwrap_or(usize::MAX));
        if *bound > MOST {
            let message = format!("expected bounds of at most {MOST} after `--instances`, found `{item}`");
            return Err(Box::new(Diagnostic::new(codes::MALFORMED_LIMIT, message)));
        }
    }
    if bounds.nodes == 0 {
        let message = "expected a bound of at least one node after `--instances`, found `nodes<=0`";
        return Err(Box::new(Diagnostic::new(codes::MALFORMED_LIMIT, message)));
    }
    Ok(bounds)
}
