//! Answers for people: the verdict in one line, then what explains it, the runs as pictures, and the command that replays
//! them.

pub mod classification;
pub mod coordinate;
pub mod equiv;
pub mod faults;
mod fewer;
pub mod flow;
mod points;
pub mod proof;
pub mod reproduce;
pub mod runs;
mod valuations;
pub mod why;

use super::facts::{listed, shown, shown_models};
use super::json::Statistics;
use super::space_time::{DrawnRun, Glyphs, Picture};
use super::style::{Style, Tone};
use super::{Case, Explained, advice};
use crate::analysis::Theorem;
use crate::analysis::theorem::Known;
use crate::pipeline::instances::Searched;
use crate::pipeline::recheck::Rechecked;
use crate::pipeline::{Basis, Figures, Invariant, Scope, Verdict};
use crate::program::Order;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// How many facts of a list are shown before it is cut.
const SHOWN_FACTS: usize = 12;
/// The longest schedule that is printed as part of a command; longer ones are better kept in a file.
const LONGEST_COMMAND: usize = 1500;

/// The verdict in one line.
pub fn headline(case: &Case<'_>, style: Style) -> String {
    let answer = case.answer;
    let (tone, why) = match answer.verdict {
        Verdict::Confluent => {
            let why = match answer.scope {
                Scope::AllInstances => "in every instance, all fair runs have the same ultimate model".to_string(),
                Scope::Bounded => {
                    let erring = case.instances.is_some_and(|searched| searched.erring > 0);
                    let which = if erring { " in which no rule errs" } else { "" };
                    format!("in every small instance{which}, all fair runs have the same ultimate model")
                }
                _ if case.valuations.is_some() => {
                    "for all values of the unknowns, all fair runs of this instance have the same ultimate model"
                        .to_string()
                }
                _ => "all fair runs of this instance have the same ultimate model".to_string(),
            };
            (Tone::Good, why)
        }
        Verdict::Diffluent => (
            Tone::Bad,
            "the order of deliveries decides which ultimate model a fair run of this instance has".to_string(),
        ),
        Verdict::Violated => {
            let names: Vec<String> = (answer.violations.iter())
                .map(|violation| format!("`{}`", case.program.relation(violation.relation).name))
                .collect();
            let holds = if names.len() == 1 { "holds" } else { "hold" };
            (Tone::Bad, format!("{} {holds} in a reachable step, and must never", listed(&names, SHOWN_FACTS)))
        }
        Verdict::Inconclusive => {
            let why = match answer.basis {
                Basis::Bound(bound) => advice::meaning_of(case.program, bound, &answer.findings.figures),
                _ => "a bound was hit".to_string(),
            };
            (Tone::Open, format!("no answer, because {why}"))
        }
    };
    format!("{}: {why}\n", style.paint(tone, answer.verdict.name()))
}

/// The whole answer of `check` or `explore`. `verbose` adds reasons, points of order and all listed models.
pub fn answer(case: &Case<'_>, statistics: &Statistics, style: Style, verbose: bool) -> String {
    let mut text = headline(case, style);
    text.push('\n');
    table(case, verbose).write(style, &mut text);
    if verbose {
        classification::details(case.sources, case.analysis, style, &mut text);
    }
    violations(case, style, &mut text);
    witness(case, style, &mut text);
    explanations(case, style, verbose, &mut text);
    if let Some(points) = case.points {
        let _ = write!(text, "\n{}", points_of_order(case, points, style));
    }
    fewer::facts(case, style, &mut text);
    what_to_try(case, style, &mut text);
    let search = &case.answer.findings.figures;
    if verbose && search.searches > 0 {
        let told = format!(
            "{} in which runs end, {} into states met before, {} remembered",
            counted(statistics.schedules as u64, "component"),
            counted(statistics.duplicates as u64, "transition"),
            counted(search.remembered, "local step")
        );
        row(&mut text, style, "search", &told);
    }
    if let Some(rechecked) = search.rechecked.filter(|_| verbose) {
        let Rechecked { choices, to_the_end, states_left } = rechecked;
        let mut told = format!(
            "{} tested, {to_the_end} to the end, {} up to a bound",
            counted(choices as u64, "left-out choice"),
            choices - to_the_end
        );
        if states_left > 0 {
            let _ = write!(told, "; {} not looked at", counted(states_left as u64, "state"));
        }
        row(&mut text, style, "reductions", &told);
    }
    let _ = writeln!(text, "\n{}", style.paint(Tone::Faint, &figures(statistics, Some(search))));
    text
}

/// A table under a verdict: what each line is about, and what it says. A line without a name goes on with the one before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(pub Vec<(String, String)>);

impl Rows {
    fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_string(), value.into()));
    }

    fn write(&self, style: Style, text: &mut String) {
        for (name, value) in &self.0 {
            row(text, style, name, value);
        }
    }
}

/// The table of an answer about confluence.
pub fn table(case: &Case<'_>, verbose: bool) -> Rows {
    let mut rows = Rows::default();
    rows.push("class", classification::one_line(case.sources, case.analysis));
    if case.program.order == Order::Fifo {
        rows.push("network", "fifo: what one node sends to another arrives in the order sent");
    }
    rows.push("basis", basis(case));
    if case.answer.scope == Scope::AllInstances {
        rows.push("assumed", format!("the EDB relations are {}", classification::edb(case.program)));
    }
    if let Some(searched) = case.instances {
        rows_of_instances(searched, case.instance, &mut rows);
    }
    valuations::rows(case, verbose, &mut rows);
    facts(case, verbose, &mut rows);
    invariants(case, &mut rows);
    rows
}

pub use points::section as points_of_order;

/// A line of a table.
fn row(text: &mut String, style: Style, name: &str, value: &str) {
    let name = style.paint(Tone::Strong, &format!("{name:<10}"));
    let mut lines = wrapped(value, style.width.saturating_sub(12)).into_iter();
    let _ = writeln!(text, "  {name} {}", lines.next().unwrap_or_default());
    for line in lines {
        let _ = writeln!(text, "  {:10} {line}", "");
    }
}

/// Words in lines of at most `width` columns, where no single word is longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.clamp(40, 110);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// A theorem with its source and argument.
fn by(theorem: &Theorem) -> String {
    let Theorem { name, source, argument, .. } = theorem;
    match theorem.known {
        Known::Form => format!("theorem {name} ({source}): {argument}"),
        Known::Meaning => format!("proof {name} ({source}), its obligations shown by Z3: {argument}"),
    }
}

fn basis(case: &Case<'_>) -> String {
    match case.answer.basis {
        Basis::Theorem(theorem) => by(&theorem),
        Basis::Explored if case.instances.is_some() && case.instance.is_none() => {
            "explored: every delivery order of every instance within the bounds".to_string()
        }
        Basis::Explored if case.valuations.is_some() && case.answer.findings.cut.is_none() => {
            case.valuations.map(valuations::basis).unwrap_or_default().to_string()
        }
        Basis::Explored if case.answer.findings.cut.is_none() => {
            "explored: every delivery order of this instance".to_string()
        }
        Basis::Explored => {
            let limits = "`explore`, or a limit such as `--timeout 600`, goes on to all that is contested";
            format!("explored in part: enough for this verdict ({limits})")
        }
        basis @ Basis::Bound(_) => basis.to_string(),
    }
}

/// The rows about small instances, and the one that was found.
fn rows_of_instances(searched: Searched, instance: Option<&str>, rows: &mut Rows) {
    let mut told =
        format!("{} up to renaming within {}", counted(searched.instances as u64, "instance"), searched.bounds);
    if searched.erring > 0 {
        let _ = write!(told, "; a rule errs in {} of them, of which nothing is said", searched.erring);
    }
    rows.push("searched", told);
    if let Some(instance) = instance {
        rows.push("instance", instance);
    }
}

fn facts(case: &Case<'_>, verbose: bool, rows: &mut Rows) {
    let (program, findings) = (case.program, &case.answer.findings);
    let most = if verbose { usize::MAX } else { SHOWN_FACTS };
    if !findings.contested.is_empty() {
        rows.push("contested", listed(&shown(program, &findings.contested), most));
    }
    if !findings.undecided.is_empty() {
        rows.push("undecided", listed(&shown(program, &findings.undecided), most));
    }
    let one_model = case.answer.verdict == Verdict::Confluent;
    if let Some(certain) = &findings.certain {
        rows.push(if one_model { "ultimate" } else { "certain" }, listed(&shown(program, certain), most));
    } else if one_model && case.instances.is_none() && case.valuations.is_none() {
        rows.push("ultimate", "the model is too large to evaluate within the limits");
    }
    if findings.models_found > 1 {
        let more = if findings.models_complete { "" } else { " or more" };
        rows.push("models", format!("{}{more} distinct ultimate models", findings.models_found));
        if verbose {
            for model in shown_models(program, &findings.models) {
                rows.push("", format!("{{{}}}", model.join(", ")));
            }
        }
    }
}

fn invariants(case: &Case<'_>, rows: &mut Rows) {
    for (invariant, &(relation, _)) in case.answer.findings.invariants.iter().zip(&case.program.nevers) {
        let name = &case.program.relation(relation).name;
        let fate = match invariant {
            Invariant::Kept => "holds in no reachable step",
            Invariant::Violated(_) => "holds in a reachable step",
            Invariant::Unknown => "not known",
        };
        rows.push("never", format!("{name}: {fate}"));
    }
}

fn witness(case: &Case<'_>, style: Style, text: &mut String) {
    let Some(witness) = &case.answer.witness else { return };
    let program = case.program;
    let fact = program.show_fact(witness.fact.node, &witness.fact.fact);
    let runs = super::runs::witness(case);
    let parts = runs[0].parts_at.unwrap_or_default();
    let _ = writeln!(
        text,
        "\n{}\n",
        style.paint(
            Tone::Strong,
            &format!("Two fair runs that part at step {} and end differently in {fact}", parts + 1)
        )
    );
    let drawn: Vec<DrawnRun<'_>> =
        runs.iter().map(|run| DrawnRun { title: &run.title, records: run.records, stem: run.stem }).collect();
    let picture = Picture {
        program,
        fact: Some(&witness.fact),
        critical: Some(parts),
        width: style.width,
        glyphs: Glyphs::Unicode,
    };
    text.push_str(&picture.draw(&drawn));
    let schedules = witness.schedules.each_ref().map(|schedule| schedule.show(program));
    let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "As schedules"));
    for (run, schedule) in runs.iter().zip(&schedules) {
        let _ = writeln!(text, "  {}\n    {schedule}", run.title);
    }
    replay(case.shell_words, Some(case.command), &schedules, style, text);
}

fn violations(case: &Case<'_>, style: Style, text: &mut String) {
    let program = case.program;
    for violation in &case.answer.violations {
        let name = &program.relation(violation.relation).name;
        let heading = format!("A run to a step with {}", listed(&violation.violation.facts, SHOWN_FACTS));
        let _ = writeln!(text, "\n{}\n", style.paint(Tone::Strong, &heading));
        let title = format!("the last step has `{name}`");
        let records = &violation.violation.records;
        let picture = Picture { program, fact: None, critical: None, width: style.width, glyphs: Glyphs::Unicode };
        text.push_str(&picture.draw(&[DrawnRun { title: &title, records, stem: records.len() }]));
        let schedule = violation.schedule.show(program);
        let _ = writeln!(text, "\n{}\n    {schedule}", style.paint(Tone::Strong, "As a schedule"));
        replay(case.shell_words, Some(case.command), &[schedule], style, text);
    }
}

fn explanations(case: &Case<'_>, style: Style, verbose: bool, text: &mut String) {
    for explained in case.explained.unwrap_or_default() {
        let tree = why::run::tree(case.program, case.sources, explained.records, &explained.why, verbose);
        let _ = write!(text, "\n{}\n{tree}", style.paint(Tone::Strong, &why_heading(explained)));
    }
}

/// What an explanation explains.
pub fn why_heading(explained: &Explained<'_>) -> String {
    let fact = &explained.fact;
    match explained.run {
        "holds" => format!("Why {fact} is ultimate in run 1"),
        "lacks" => format!("Why {fact} is not ultimate in run 2"),
        _ => format!("Why {fact} holds"),
    }
}

fn replay(shell_words: &[String], finder: Option<&str>, schedules: &[String], style: Style, text: &mut String) {
    let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "Replay"));
    for command in replay_commands(shell_words, finder, schedules) {
        let _ = writeln!(text, "    {command}");
    }
}

/// The commands that replay schedules; `finder` is the command that writes them to a file where they are too long for one.
pub fn replay_commands(shell_words: &[String], finder: Option<&str>, schedules: &[String]) -> Vec<String> {
    let program = shell_words.join(" ");
    if let Some(finder) = finder
        && schedules.iter().any(|schedule| schedule.len() > LONGEST_COMMAND)
    {
        return vec![
            format!("watershed {finder} {program} --witness witness.json"),
            format!("watershed replay {program} --schedule witness.json"),
        ];
    }
    let one = |schedule: &String| format!("watershed replay {program} --schedule {}", shell_quoted(schedule));
    schedules.iter().map(one).collect()
}

/// A word that a POSIX shell reads as `text`.
pub fn shell_quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./,:+@%=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn what_to_try(case: &Case<'_>, style: Style, text: &mut String) {
    let Basis::Bound(bound) = case.answer.basis else { return };
    let found = &case.answer.findings.figures;
    let _ = write!(
        text,
        "\nThe search reached {} states and {} transitions; {} states are not yet expanded.",
        found.states, found.transitions, found.frontier
    );
    if let Some(novelty) = found.novelty {
        let _ = write!(text, " Of the last local steps, {:.0} % led to a new local state.", novelty * 100.0);
    }
    let _ = writeln!(text, "\n\n{}", style.paint(Tone::Strong, "What to try"));
    for sentence in advice::advice(case.program, case.analysis, bound, found) {
        let _ = writeln!(text, "  - {sentence}");
    }
}

/// What it took, in one line.
pub fn figures(statistics: &Statistics, search: Option<&Figures>) -> String {
    let mut parts = Vec::new();
    if search.is_some_and(|figures| figures.searches > 0) {
        parts.push(counted(statistics.states as u64, "state"));
        parts.push(counted(statistics.transitions as u64, "transition"));
        parts.push(counted(statistics.local_steps, "local step"));
        if let Some(figures) = search.filter(|figures| figures.slices > 0) {
            parts.push(counted(figures.slices as u64, "slice"));
            if figures.searched_slices < figures.slices {
                parts.push(format!("{} of them searched, the others alike", figures.searched_slices));
            }
            if figures.joint_states > 0 {
                parts.push(format!("{} of slices taken together", counted(figures.joint_states as u64, "state")));
            }
        }
        if let Some(figures) = search.filter(|figures| figures.eager_messages > 0) {
            parts.push(counted(figures.eager_messages as u64, "eager message"));
        }
        if let Some(in_part) = search.map(|figures| figures.in_part.iter().sum::<usize>() - figures.again)
            && in_part > 0
        {
            parts.push(format!("{} expanded in part", counted(in_part as u64, "state")));
        }
        if let Some(figures) = search.filter(|figures| figures.mapped > 0) {
            parts.push(format!("{} to renamings of states", counted(figures.mapped as u64, "transition")));
        }
        if let Some(cap) = search.map(|figures| figures.cap).filter(|&cap| cap > 0) {
            parts.push(format!("copies counted to {cap}"));
        }
    }
    parts.push(format!("{:.2} s", statistics.wall_seconds));
    parts.push(format!("peak {}", size(statistics.peak_bytes)));
    parts.join(", ")
}

/// A number with its noun: `1 step`, `2 steps`.
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn size(bytes: usize) -> String {
    const MEBIBYTE: f64 = 1024.0 * 1024.0;
    let mebibytes = bytes as f64 / MEBIBYTE;
    if mebibytes < 1024.0 { format!("{mebibytes:.1} MiB") } else { format!("{:.2} GiB", mebibytes / 1024.0) }
}

#[cfg(test)]
mod tests {
    use super::shell_quoted;

    #[test]
    fn shell_words_are_quoted_where_they_must_be() {
        assert_eq!(shell_quoted("a/b-1.ded"), "a/b-1.ded");
        assert_eq!(shell_quoted("n1 ; s{m(#s)}"), "'n1 ; s{m(#s)}'");
        assert_eq!(shell_quoted("it's"), r"'it'\''s'");
        assert_eq!(shell_quoted(""), "''");
    }
}
