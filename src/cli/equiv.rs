//! `watershed equiv P… -- Q…`: whether two programs have the same ultimate models on their instances, for all values of their unknowns, or on all
//! small instances.

use super::instances::read_bounds;
use super::options::{Format, FormatOptions, LimitOptions, Limits, ProgramOptions, ReadingOptions};
use super::progress::Watch;
use super::session::{Loaded, Session, no_nodes};
use super::{Exit, console::Verbosity};
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::equiv::{Comparison, NotComparable, Side, align, compare, instances, valuations};
use crate::pipeline::instances::Subject;
use crate::pipeline::{Figures, Read};
use crate::report::json::EquivObject;
use crate::report::{EquivCase, sarif, text};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files of the first program; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    first: Vec<OsString>,
    /// Files of the second program, after `--`
    #[arg(required = true, last = true, value_name = "OTHER")]
    second: Vec<OsString>,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Compare on every network and all contents of EDB relations within bounds, such as `nodes<=2, values<=2, facts<=4`
    #[arg(long, value_name = "BOUNDS", conflicts_with_all = ["instance", "nodes", "valuation"])]
    instances: Option<String>,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    limits: LimitOptions,
}

/// Compares.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.format.format;
    let misplaced: Vec<Diagnostic> = arguments.second.iter().filter_map(|word| misplaced_option(word)).collect();
    if !misplaced.is_empty() {
        session.report_placeless(&misplaced);
        return session.refuse("equiv", Vec::new(), format);
    }
    let programs = [&arguments.first, &arguments.second]
        .map(|files| ProgramOptions { files: files.clone(), reading: arguments.reading.clone() });
    let asked = match arguments.limits.limits() {
        Ok(limits) => Some(limits),
        Err(wrong) => {
            session.report_placeless(&wrong);
            None
        }
    };
    let case = asked.and_then(|limits| {
        session.listen_to_signals();
        let question = Question { programs: &programs, budget: limits.budget(session), limits };
        match &arguments.instances {
            Some(bounds) => question.on_small_instances(bounds, session),
            None if arguments.reading.instance.is_some() => question.on_given_instance(session),
            None => question.on_own_instances(session),
        }
    });
    match case {
        Some(case) => conclude(&case, format, session),
        None => session.refuse("equiv", programs.iter().flat_map(ProgramOptions::names).collect(), format),
    }
}

/// The finding about an option that stands after `--`, where all words are files; none if there is a file of that name.
fn misplaced_option(word: &OsStr) -> Option<Diagnostic> {
    let shown = word.to_string_lossy();
    if shown == "-" || !shown.starts_with('-') || Path::new(word).exists() {
        return None;
    }
    let message = format!("expected a file of the second program after `--`, found the option `{shown}`");
    let help = "options stand before `--`: `watershed equiv P.ded --instances 'facts<=2' -- Q.ded`";
    Some(Diagnostic::new(codes::USAGE, message).help(help))
}

/// Two programs to be compared. Each way of comparing them reports what stands against it, and then gives nothing.
struct Question<'a> {
    programs: &'a [ProgramOptions; 2],
    limits: Limits,
    budget: Budget,
}

impl Question<'_> {
    fn on_given_instance(&self, session: &mut Session) -> Option<EquivCase> {
        let [first, second] = [0, 1].map(|side: usize| session.load_instance(&self.programs[side]));
        self.closed([first?, second?], [None, None], session)
    }

    fn on_own_instances(&self, session: &mut Session) -> Option<EquivCase> {
        let [first, second] = [0, 1].map(|side: usize| session.load_unvalued(&self.programs[side]));
        let ((sources, first), (other_sources, second)) = (first?, second?);
        let valuation = self.programs[0].reading.valuation.as_ref();
        if first.program.nodes.is_empty() || second.program.nodes.is_empty() {
            session.report_placeless(&[no_nodes()]);
            return None;
        }
        if first.unknowns.is_empty() && second.unknowns.is_empty() {
            if valuation.is_some() {
                let message = "`--valuation`: the programs have no unknowns";
                session.report_placeless(&[Diagnostic::new(codes::BAD_VALUATION, message)]);
                return None;
            }
            let loaded = [(sources, first), (other_sources, second)];
            let loaded =
                loaded.map(|(sources, open)| Loaded { sources, program: open.program, analysis: open.analysis });
            return self.closed(loaded, [None, None], session);
        }
        let pair = valuations::Pair::new(&first, &second).map_err(|why| not_comparable(&why, session)).ok()?;
        let Some(text) = valuation else { return self.for_all_values(&pair, session) };
        let valuation = pair.valuation(text).map_err(|wrong| session.report_placeless(&wrong)).ok()?;
        let [first, second] = pair.with(&valuation).map(|Read { sources, program, diagnostics, .. }| {
            session.report(&sources, &diagnostics);
            program.map(|(program, analysis)| Loaded { sources, program, analysis })
        });
        self.closed([first?, second?], pair.parts(&valuation), session)
    }

    /// Compares two programs in which all is known.
    fn closed(&self, loaded: [Loaded; 2], parts: [Option<String>; 2], session: &mut Session) -> Option<EquivCase> {
        let sources = [loaded[0].sources.clone(), loaded[1].sources.clone()];
        let mut sides = loaded.map(|loaded| Side { program: loaded.program, analysis: loaded.analysis });
        align(&mut sides).map_err(|why| not_comparable(&why, session)).ok()?;
        let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
        let update = &mut |progress| watch.update(progress);
        let compared = compare(&sides, &self.budget, self.limits.instance(), update);
        drop(watch);
        let compared = compared.map_err(|(side, fault)| {
            let finding = super::check::fault_diagnostic(&sides[side].program, &fault);
            session.report(&sources[side], &[finding]);
        });
        let instance = self.programs[0].reading.instance.clone();
        let shell_words = self.shell_words(instance.as_ref(), &parts);
        let (instances, instance, valuations) = (None, None, None);
        let compared = compared.ok()?;
        let files = self.files();
        Some(EquivCase { files, shell_words, sides, compared, instances, instance, valuations, parts })
    }

    fn for_all_values(&self, pair: &valuations::Pair, session: &mut Session) -> Option<EquivCase> {
        if !cfg!(feature = "z3") {
            session.report_placeless(&[super::valuations::no_solver()]);
            return None;
        }
        let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
        let update = &mut |progress| watch.update(progress);
        let outcome = valuations::search(pair, &self.budget, self.limits.instance(), update);
        drop(watch);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(valuations::NoAnswer::Contradictory) => {
                session.report_placeless(&[super::valuations::contradictory()]);
                return None;
            }
            Err(valuations::NoAnswer::Fault(fault, read, valuation)) => {
                super::valuations::report_fault(&fault, &read, &valuation, session);
                return None;
            }
        };
        let valuations::Outcome { compared, found, parts, searched } = outcome;
        let shell_words = self.shell_words(None, &parts);
        let sides = found.unwrap_or_else(|| pair.sides());
        let (files, instances, instance, valuations) = (self.files(), None, None, Some(searched));
        Some(EquivCase { files, shell_words, sides, compared, instances, instance, valuations, parts })
    }

    fn on_small_instances(&self, bounds: &str, session: &mut Session) -> Option<EquivCase> {
        let bounds = read_bounds(bounds).map_err(|wrong| session.report_placeless(&[*wrong])).ok()?;
        let [first, second] = [0, 1].map(|side: usize| session.load_bare(&self.programs[side]));
        let ((first, bare), (second, other_bare)) = (first?, second?);
        let mut sides = [first, second].map(|loaded| Side { program: loaded.program, analysis: loaded.analysis });
        align(&mut sides).map_err(|why| not_comparable(&why, session)).ok()?;
        let subjects = [
            Subject { program: &sides[0].program, bare: &bare },
            Subject { program: &sides[1].program, bare: &other_bare },
        ];
        let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
        let update = &mut |progress| watch.update(progress);
        let outcome = instances::search(subjects, bounds, &self.budget, self.limits.instance(), update);
        drop(watch);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(instances::NoAnswer::NotComparable(why)) => {
                not_comparable(&why, session);
                return None;
            }
            Err(instances::NoAnswer::NotSearched(why)) => {
                session.report_placeless(&[Diagnostic::new(codes::MALFORMED_LIMIT, format!("`--instances`: {why}"))]);
                return None;
            }
        };
        let instances::Outcome { compared, found, searched } = outcome;
        let (instance, sides) = match found {
            Some(found) => (Some(found.text), found.sides),
            None => (None, sides),
        };
        let parts = [None, None];
        let shell_words = self.shell_words(instance.as_ref(), &parts);
        let (files, instances, valuations) = (self.files(), Some(searched), None);
        Some(EquivCase { files, shell_words, sides, compared, instances, instance, valuations, parts })
    }

    fn files(&self) -> [Vec<String>; 2] {
        [self.programs[0].names(), self.programs[1].names()]
    }

    /// How each program is named to another command, with an instance or with the values of its own unknowns.
    fn shell_words(&self, instance: Option<&String>, parts: &[Option<String>; 2]) -> [Vec<String>; 2] {
        [0, 1].map(|side: usize| {
            let mut described = self.programs[side].clone();
            described.reading.instance = instance.cloned();
            described.reading.valuation.clone_from(&parts[side]);
            described.shell_words()
        })
    }
}

fn not_comparable(why: &NotComparable, session: &mut Session) {
    let finding = Diagnostic::new(codes::NOT_COMPARABLE, format!("the programs cannot be compared: {why}"));
    let finding = match why {
        NotComparable::Output(_) | NotComparable::Columns(..) | NotComparable::Nothing => {
            finding.help("name the relations to compare: `--output r,s`")
        }
        NotComparable::Derived(name) | NotComparable::Kind(name) | NotComparable::Schema(name, ..) => {
            finding.help(format!("rename `{name}` in one of them, or make it the same in both"))
        }
        NotComparable::Spelling => finding.help("write both with `#`"),
    };
    session.report_placeless(&[finding]);
}

fn conclude(case: &EquivCase, format: Format, session: &mut Session) -> Exit {
    let exit = match &case.compared.comparison {
        Comparison::Same => Exit::Yes,
        Comparison::Different(_) => Exit::No,
        Comparison::Open(Bound::Interrupt) => Exit::Interrupted,
        Comparison::Open(_) => Exit::Inconclusive,
    };
    let mut figures = Figures::default();
    case.compared.figures.iter().for_each(|one| figures.add(one));
    let statistics = session.statistics(&figures);
    match format {
        Format::Json => {
            let diagnostics = session.diagnostics.clone();
            session.print_json(&EquivObject::new(case, diagnostics, statistics), exit)
        }
        Format::Sarif => {
            let stopped = match case.compared.comparison {
                Comparison::Open(bound) => vec![sarif::of_bound(bound)],
                _ => Vec::new(),
            };
            session.print_json(&sarif::log(&session.diagnostics, stopped), exit)
        }
        Format::Text if session.verbosity == Verbosity::Quiet => {
            session.print(&text::equiv::headline(case, session.style()), exit)
        }
        Format::Text => {
            let verbose = session.verbosity == Verbosity::Verbose;
            session.print(&text::equiv::answer(case, session.style(), verbose), exit)
        }
    }
}
