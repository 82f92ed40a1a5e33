//! `watershed run --semantics stratified`: the model that a Dedalusˢ program has by its own semantics (semantics §4). It is no run:
//! there are no steps, and fair runs of the program need not end in it.

use super::Arguments;
use crate::analysis::{Class, Reason};
use crate::budget::{Bound, Budget};
use crate::cli::Exit;
use crate::cli::check::fault_code;
use crate::cli::console::Verbosity;
use crate::cli::options::Format;
use crate::cli::page::PageFormat;
use crate::cli::session::{Loaded, Session, json_text};
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::{EvalError, Fault};
use crate::program::{LocatedFact, Program, RuleId};
use crate::prove::datalog_model::stratified_model;
use crate::report::facts::shown;
use crate::report::json::RunObject;
use crate::report::page::{self, lone::Runs};
use crate::report::style::Tone;
use crate::report::{advice, sarif, text};
use std::collections::BTreeSet;

/// Evaluates the program and prints its model.
pub fn run(arguments: &Arguments, loaded: &Loaded, budget: &Budget, session: &mut Session) -> Exit {
    let format = arguments.page.plain();
    let model = match stratified_model(&loaded.program, budget) {
        None => {
            let against = loaded.analysis.classification.against(Class::DedalusS);
            let findings: Vec<Diagnostic> = against.map(outside).collect();
            session.report(&loaded.sources, &findings);
            return session.refuse("run", arguments.program.names(), format);
        }
        Some(Err(EvalError::Fault { rule, fault })) if fault != Fault::IntegerBeyond64Bits => {
            let finding = faulty(&loaded.program, rule, fault);
            session.report(&loaded.sources, &[finding]);
            return session.refuse("run", arguments.program.names(), format);
        }
        Some(Err(EvalError::Fault { .. })) => Err(Bound::Integer),
        Some(Err(EvalError::TooManyFacts { .. })) => Err(Bound::Facts),
        Some(Err(EvalError::Stopped(bound))) => Err(bound),
        Some(Ok(model)) => Ok(model),
    };
    print(arguments, loaded, model, session)
}

fn outside(reason: &Reason) -> Diagnostic {
    let message = format!("{}, so the program is outside DedalusS and has no stratified model", reason.message);
    Diagnostic::at(codes::OUTSIDE_DEDALUS_S, reason.span, message, "").help(reason.remedy.clone())
}

fn faulty(program: &Program, rule: RuleId, fault: Fault) -> Diagnostic {
    let span = program.rules[rule.0 as usize].span;
    let message = format!("a rule {fault} in the stratified model");
    Diagnostic::at(fault_code(fault), span, message, fault.to_string())
}

fn print(
    arguments: &Arguments,
    loaded: &Loaded,
    model: Result<BTreeSet<LocatedFact>, Bound>,
    session: &mut Session,
) -> Exit {
    let program = &loaded.program;
    let (exit, verdict, basis) = match &model {
        Ok(_) => (Exit::Yes, "ended", "evaluated".to_string()),
        Err(Bound::Interrupt) => (Exit::Interrupted, "inconclusive", "bound:interrupt".to_string()),
        Err(bound) => (Exit::Inconclusive, "inconclusive", format!("bound:{bound}")),
    };
    let style = session.style();
    let (tone, how) = match &model {
        Ok(_) => (Tone::Good, "the model by strata; fair runs may end in others".to_string()),
        Err(bound) => (Tone::Open, format!("no model by strata, because {}", advice::meaning(*bound))),
    };
    let headline = format!("{}: {how}\n", style.paint(tone, verdict));
    if let Some(drawn) = arguments.page.drawn(program, &[]) {
        return arguments.page.show_drawn(drawn, &headline, exit, session);
    }
    let text = match arguments.page.plain() {
        _ if arguments.page.format == PageFormat::Html => page::lone::page(Runs {
            command: "run --semantics stratified",
            files: &arguments.program.names(),
            verdict,
            tone,
            meaning: how,
            rows: Vec::new(),
            sources: &loaded.sources,
            program,
            analysis: &loaded.analysis,
            runs: Vec::new(),
            ultimate: model.ok().map(|model| shown(program, &model)),
            diagnostics: &session.diagnostics,
            replay: Vec::new(),
        }),
        Format::Json => json_text(&RunObject {
            ultimate_model: model.ok().map(|model| shown(program, &model)),
            ..super::object(arguments, loaded, verdict, basis, session)
        }),
        Format::Sarif => {
            json_text(&sarif::log(&session.diagnostics, model.err().map(sarif::of_bound).into_iter().collect()))
        }
        Format::Text => {
            let mut page = headline.clone();
            if let (Ok(model), true) = (&model, session.verbosity != Verbosity::Quiet) {
                let verbose = session.verbosity == Verbosity::Verbose;
                page.push('\n');
                page.push_str(&text::runs::ultimate_model(program, model, verbose, style));
            }
            page
        }
    };
    arguments.page.deliver(&text, &headline, exit, session)
}
