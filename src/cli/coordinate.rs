//! `watershed coordinate`: the program with the least coordination that makes it confluent.

use super::instances::read_bounds;
use super::options::{Format, LimitOptions, ProgramOptions};
use super::progress::Watch;
use super::session::{Session, no_nodes};
use super::{Exit, console::Verbosity};
use crate::budget::Bound;
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::coordinate::{self, Outcome, Prices, Small};
use crate::pipeline::{Basis, read_trees_bare};
use crate::report::coordination::CoordinateCase;
use crate::report::json::CoordinateObject;
use crate::report::{page, sarif, text};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// The program, with the report as comments before it.
    Text,
    /// One object on standard output.
    Json,
    /// SARIF 2.1.0, for code scanning tools.
    Sarif,
    /// A page for a browser; `-o` names it.
    Html,
}

impl AnswerFormat {
    /// The form of what is said where there is no answer.
    fn plain(self) -> Format {
        match self {
            AnswerFormat::Json => Format::Json,
            AnswerFormat::Sarif => Format::Sarif,
            AnswerFormat::Text | AnswerFormat::Html => Format::Text,
        }
    }
}

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
    #[command(flatten)]
    limits: LimitOptions,
    /// Write the published rewrite P(S): every rule that negates or aggregates waits, every message is acknowledged
    #[arg(long)]
    full: bool,
    /// What a message, a round and waiting cost: a file in TOML with `messages`, `rounds`, `waits` [default: 1, 5, 1]
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// The plan has to do on every network and all contents of EDB relations within bounds too, such as `nodes<=2, values<=2, facts<=2`
    #[arg(long, value_name = "BOUNDS", conflicts_with = "full")]
    instances: Option<String>,
    /// Write the program to this file too; with `--format html`, write the page to it
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
}

/// Finds the plan and prints the program.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.format.plain();
    let names = arguments.program.names();
    let mut wrong = Vec::new();
    let limits = arguments.limits.limits().map_err(|more| wrong.extend(more));
    let prices = match &arguments.prices {
        None => Ok(Prices::default()),
        Some(path) => read_prices(path).map_err(|finding| wrong.push(*finding)),
    };
    let bounds = match &arguments.instances {
        None => Ok(None),
        Some(text) => read_bounds(text).map(Some).map_err(|finding| wrong.push(*finding)),
    };
    let reading = &arguments.program.reading;
    if reading.instance.is_some() || reading.valuation.is_some() {
        let message = "`coordinate` rewrites the program as it stands in its files, so it takes no `--instance` and no `--valuation`";
        wrong.push(Diagnostic::new(codes::USAGE, message).help("write the facts into a file beside the rules"));
    }
    session.report_placeless(&wrong);
    let (Ok(limits), Ok(prices), Ok(bounds), true) = (limits, prices, bounds, wrong.is_empty()) else {
        return session.refuse("coordinate", names, format);
    };
    session.listen_to_signals();
    let (read, trees, bare) = read_trees_bare(&arguments.program.inputs(), &reading.resolving());
    session.report(&read.sources, &read.diagnostics);
    let Some((program, analysis)) = read.program else { return session.refuse("coordinate", names, format) };
    if program.nodes.is_empty() {
        session.report_placeless(&[no_nodes()]);
        return session.refuse("coordinate", names, format);
    }
    let budget = limits.budget(session);
    let small = bare.as_ref().zip(bounds).map(|(bare, bounds)| Small { bare, bounds });
    if let Some(Err(why)) = small.map(|small| coordinate::searchable(&program, small, &budget)) {
        session.report_placeless(&[Diagnostic::new(codes::MALFORMED_LIMIT, format!("`--instances`: {why}"))]);
        return session.refuse("coordinate", names, format);
    }
    let options = limits.instance();
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let update = &mut |progress| watch.update(progress);
    let answered = if arguments.full {
        coordinate::as_it_is(&program, &analysis, &budget, options, update)
    } else {
        coordinate::coordinate(&program, &analysis, &trees, (prices, small), &budget, options, update)
    };
    let full = match &answered {
        Ok(answered)
            if arguments.full || (!matches!(answered.outcome, Outcome::Unneeded) && budget.check().is_ok()) =>
        {
            coordinate::full(&program, &analysis, &trees, &budget, options, update)
        }
        _ => None,
    };
    drop(watch);
    let answered = match answered {
        Ok(answered) => answered,
        Err(fault) => {
            session.report(&read.sources, &[super::check::fault_diagnostic(&program, &fault)]);
            return session.refuse("coordinate", names, format);
        }
    };
    if arguments.full && full.is_none() {
        let message = "the program has no model by strata, so there is no P(S) to aim at it";
        session.report_placeless(&[Diagnostic::new(codes::NO_STRATIFIED_MODEL, message)]);
        return session.refuse("coordinate", names, format);
    }
    let shell_words = arguments.program.shell_words();
    let case = CoordinateCase {
        files: &names,
        shell_words: &shell_words,
        sources: &read.sources,
        program: &program,
        class: analysis.classification.class,
        prices,
        answered: &answered,
        full: full.as_ref(),
        wants_full: arguments.full,
    };
    conclude(&case, arguments, session)
}

fn conclude(case: &CoordinateCase<'_>, arguments: &Arguments, session: &mut Session) -> Exit {
    let interrupted = |bound: Bound| bound == Bound::Interrupt;
    let mut exit = match (case.verdict(), &case.answered.outcome, case.answered.before.basis) {
        ("found" | "unneeded", ..) => Exit::Yes,
        (_, Outcome::NotFound(Some(bound)), _) if interrupted(*bound) => Exit::Interrupted,
        _ if case.full.and_then(|full| full.trial.failure.as_ref()?.bound()).is_some_and(interrupted) => {
            Exit::Interrupted
        }
        (_, _, Basis::Bound(bound)) if interrupted(bound) => Exit::Interrupted,
        _ => Exit::Inconclusive,
    };
    if arguments.format == AnswerFormat::Html {
        let page = page::coordinate::page(case, &session.diagnostics);
        let Some(path) = &arguments.output_file else { return session.print(&page, exit) };
        if !session.write_file(path, &page) {
            return Exit::Wrong;
        }
        let headline = text::coordinate::headline(case, session.style());
        return session.print(&format!("{headline}written to {}\n", path.display()), exit);
    }
    if let (Some(path), Some(chosen)) = (&arguments.output_file, case.chosen())
        && !session.write_file(path, &chosen.trial.text)
    {
        exit = Exit::Wrong;
    }
    let statistics = session.statistics(&case.answered.before.findings.figures);
    match arguments.format.plain() {
        Format::Json => {
            let diagnostics = session.diagnostics.clone();
            session.print_json(&CoordinateObject::new(case, diagnostics, statistics), exit)
        }
        Format::Sarif => session.print_json(&sarif::log(&session.diagnostics, Vec::new()), exit),
        Format::Text if session.verbosity == Verbosity::Quiet => {
            session.print(&text::coordinate::headline(case, session.style()), exit)
        }
        Format::Text => session.print(&text::coordinate::answer(case, session.style()), exit),
    }
}

fn read_prices(path: &Path) -> Result<Prices, Box<Diagnostic>> {
    let wrong = |why: String| {
        Box::new(
            Diagnostic::new(codes::BAD_PRICES, format!("`{}`: {why}", path.display()))
                .help("whole numbers for some of `messages`, `rounds` and `waits`, one a line, such as `rounds = 10`"),
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    toml::from_str(&text).map_err(|error| wrong(error.message().to_string()))
}
