//! `watershed run`: one fair schedule, its trace and its ultimate model.

mod interactive;
mod stratified;

use super::check::fault_finding;
use super::options::{LimitOptions, ProgramOptions, count};
use super::page::{Drawable, PageFormat, PageOptions};
use super::session::{Loaded, Session, json_text};
use super::{Exit, console::Verbosity};
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::EvalError;
use crate::pipeline::Figures;
use crate::report::facts::shown;
use crate::report::json::{CostObject, RunObject, SCHEMA, nodes, outputs};
use crate::report::page::{self, lone::Runs};
use crate::report::runs::ShownRun;
use crate::report::style::Tone;
use crate::report::{sarif, text};
use crate::schedule::Schedule;
use crate::witness::file::StepObject;
use crate::witness::replay::ImpossibleStep;
use crate::witness::run::{End, Policy, Run, interact, run as take};
use crate::witness::simulate::{Impossible, StepRecord};
use interactive::Person;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    #[command(flatten)]
    page: PageOptions,
    #[command(flatten)]
    limits: LimitOptions,
    /// Random deliveries from this seed, then rounds
    #[arg(long, value_name = "N", conflicts_with_all = ["fifo", "interactive"], allow_hyphen_values = true)]
    seed: Option<String>,
    /// In rounds: each node in turn gets everything in flight to it [default]
    #[arg(long, conflicts_with = "interactive")]
    fifo: bool,
    /// Choose each delivery yourself
    #[arg(short, long)]
    interactive: bool,
    /// What the program means: `asynchronous`, the runs of a network; or `stratified`, stratum by stratum, which programs in
    /// DedalusS have and which takes no schedule
    #[arg(
        long, value_enum, value_name = "NAME", default_value_t = Semantics::Asynchronous, hide_possible_values = true
    )]
    semantics: Semantics,
}

/// What a program means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Semantics {
    /// Semantics §2: runs of a network.
    Asynchronous,
    /// Semantics §4: stratum by stratum.
    Stratified,
}

impl Semantics {
    /// As options and reports name it.
    fn name(self) -> &'static str {
        match self {
            Semantics::Asynchronous => "asynchronous",
            Semantics::Stratified => "stratified",
        }
    }
}

/// Takes the run.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.page.plain();
    let names = arguments.program.names();
    let mut wrong = Vec::new();
    let seed = count("--seed", &arguments.seed, &mut wrong);
    let limits = arguments.limits.limits().map_err(|more| wrong.extend(more));
    let stratified = arguments.semantics == Semantics::Stratified;
    if stratified && (arguments.fifo || arguments.interactive || arguments.seed.is_some()) {
        let message = "`--semantics stratified` takes no schedule, so `--seed`, `--fifo` and `-i` say nothing";
        wrong.push(Diagnostic::new(codes::USAGE, message));
    }
    session.report_placeless(&wrong);
    let (Ok(limits), true) = (limits, wrong.is_empty()) else { return session.refuse("run", names, format) };
    // While a person is asked, a signal that waits for the next look at a flag would wait for the next line.
    if !arguments.interactive {
        session.listen_to_signals();
    }
    let budget = limits.budget(session);
    let Some(loaded) = session.load_instance(&arguments.program) else {
        return session.refuse("run", names, format);
    };
    if stratified {
        return stratified::run(arguments, &loaded, &budget, session);
    }
    let run = match (arguments.interactive, seed) {
        (true, _) => interact(&loaded.program, &mut Person::new(), &budget),
        (false, Some(seed)) => take(&loaded.program, Policy::Seeded(seed as u64), &budget),
        (false, None) => take(&loaded.program, Policy::Fifo, &budget),
    };
    if let End::Fault(step, error) = &run.end {
        let mut schedule = run.schedule.clone();
        schedule.stem.push(step.clone());
        report_fault(&loaded, &schedule, error, &budget, session);
        return session.refuse("run", names, format);
    }
    print(arguments, &loaded, &run, session)
}

/// Reports a rule that errs at the end of `schedule`.
fn report_fault(loaded: &Loaded, schedule: &Schedule, error: &EvalError, budget: &Budget, session: &mut Session) {
    let EvalError::Fault { fault, .. } = *error else {
        unreachable!("internal error: a bound that is reported as a fault of a rule")
    };
    // A replay tells whether an operational or an observer rule erred.
    let replayed = crate::witness::replay::replay(&loaded.program, schedule, budget).err();
    let rule = match &replayed {
        Some(step @ ImpossibleStep { why: Impossible::Eval(_) | Impossible::Observe(_), .. }) => {
            step.faulty_rule(&loaded.program)
        }
        _ => None,
    };
    let finding = fault_finding(&loaded.program, fault, rule.map(|rule| rule.span), schedule);
    session.report(&loaded.sources, &[finding]);
}

/// What a run took whose loop begins after `stem` steps.
fn cost(loaded: &Loaded, run: &Run, stem: usize) -> CostObject {
    let sent = |records: &[StepRecord]| records.iter().map(|record| record.sent.len()).sum();
    CostObject {
        messages: sent(&run.records[..stem]),
        resent: sent(&run.records[stem..]),
        rounds: stem.div_ceil(loaded.program.nodes.len()),
    }
}

/// The object of an answer that has no run.
fn object(
    arguments: &Arguments,
    loaded: &Loaded,
    verdict: &'static str,
    basis: String,
    session: &Session,
) -> RunObject {
    RunObject {
        schema: SCHEMA,
        command: "run",
        program: arguments.program.names(),
        class: loaded.analysis.classification.class.name(),
        semantics: arguments.semantics.name(),
        verdict,
        basis,
        nodes: nodes(&loaded.program),
        outputs: outputs(&loaded.program),
        diagnostics: session.diagnostics.clone(),
        statistics: session.statistics(&Figures::default()),
        network: loaded.program.order.name(),
        schedule: None,
        stem: Vec::new(),
        cycle: Vec::new(),
        ultimate_model: None,
        cost: None,
    }
}

fn print(arguments: &Arguments, loaded: &Loaded, run: &Run, session: &mut Session) -> Exit {
    let program = &loaded.program;
    let (exit, verdict, basis) = match &run.end {
        End::Closed(_) => (Exit::Yes, "ended", "explored".to_string()),
        End::Left | End::Fault(..) => (Exit::Yes, "left", "explored".to_string()),
        End::Stopped(Bound::Interrupt) => (Exit::Interrupted, "inconclusive", "bound:interrupt".to_string()),
        End::Stopped(bound) => (Exit::Inconclusive, "inconclusive", format!("bound:{bound}")),
    };
    let (stem, model) = match &run.end {
        End::Closed(lasso) => (lasso.stem, Some(lasso.ultimate_model(program))),
        _ => (run.records.len(), None),
    };
    let style = session.style();
    let counted = |steps: usize| text::counted(steps as u64, "step");
    let (tone, how) = match &run.end {
        End::Closed(_) => {
            let cycle = counted(run.records.len() - stem);
            (Tone::Good, format!("a fair run: {}, then {cycle} repeated for ever", counted(stem)))
        }
        End::Stopped(bound) => {
            let why = crate::report::advice::meaning(*bound);
            (Tone::Open, format!("no end after {}, because {why}", counted(run.records.len())))
        }
        _ => (Tone::Open, format!("left after {}", counted(run.records.len()))),
    };
    let headline = format!("{}: {how}\n", style.paint(tone, verdict));
    let title = "The run".to_string();
    let shown_run = ShownRun { title, records: &run.records, stem, fact: None, parts_at: None };
    if let Some(drawn) = arguments.page.drawn(program, &[Drawable::Run(shown_run.clone())]) {
        return arguments.page.show_drawn(drawn, &headline, exit, session);
    }
    let text = match arguments.page.format {
        PageFormat::Json => {
            let steps = |records: &[_]| records.iter().map(|r| StepObject::new(program, r)).collect();
            json_text(&RunObject {
                schedule: Some(run.schedule.show(program)),
                stem: steps(&run.records[..stem]),
                cycle: steps(&run.records[stem..]),
                ultimate_model: model.map(|model| shown(program, &model)),
                cost: Some(cost(loaded, run, stem)),
                ..object(arguments, loaded, verdict, basis, session)
            })
        }
        PageFormat::Sarif => {
            let stopped = match run.end {
                End::Stopped(bound) => vec![sarif::of_bound(bound)],
                _ => Vec::new(),
            };
            json_text(&sarif::log(&session.diagnostics, stopped))
        }
        PageFormat::Html => {
            let schedule = run.schedule.show(program);
            page::lone::page(Runs {
                command: "run",
                files: &arguments.program.names(),
                verdict,
                tone,
                meaning: how,
                rows: Vec::new(),
                sources: &loaded.sources,
                program,
                analysis: &loaded.analysis,
                runs: vec![shown_run],
                ultimate: model.map(|model| shown(program, &model)),
                diagnostics: &session.diagnostics,
                replay: text::replay_commands(&arguments.program.shell_words(), None, &[schedule]),
            })
        }
        _ if session.verbosity == Verbosity::Quiet => headline.clone(),
        _ => {
            let mut page =
                format!("{headline}\n{}", text::runs::picture(program, "The run", &run.records, stem, None, style));
            page.push_str(&text::runs::schedule(&arguments.program.shell_words(), &run.schedule.show(program), style));
            if let Some(model) = model {
                page.push('\n');
                let verbose = session.verbosity == Verbosity::Verbose;
                page.push_str(&text::runs::ultimate_model(program, &model, verbose, style));
            }
            page
        }
    };
    arguments.page.deliver(&text, &headline, exit, session)
}
