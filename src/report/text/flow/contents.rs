//! What streams carry in the runs of a program: whether each label is borne out, and the runs, each once.

use crate::flow::Label;
use crate::pipeline::Basis;
use crate::pipeline::contents::{Apart, Claim, Difference, Found};
use crate::pipeline::flow::{Described, Evidence, Examined, WhiteBox};
use crate::program::Program;
use crate::report::advice;
use crate::report::space_time::{DrawnRun, Glyphs, Picture};
use crate::report::style::{Style, Tone};
use crate::report::text::{LONGEST_COMMAND, shell_quoted};
use crate::schedule::critical;
use std::fmt::Write as _;

/// The evidence for all labels; nothing where there is no program.
pub fn section(text: &mut String, described: &Described, examined: &Examined, (style, verbose): (Style, bool)) {
    let (Described::Derived(white), Some(found)) = (described, &examined.evidence) else { return };
    let program = &white.program;
    let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "In the runs of the program"));
    let graph = &white.derived.graph;
    let width = graph.streams.iter().map(|stream| stream.name.chars().count()).max().unwrap_or(0);
    let mut runs: Vec<String> = Vec::new();
    for ((stream, label), evidence) in graph.streams.iter().zip(&examined.answer.labelling.labels).zip(found) {
        let Found::Different(difference) = &evidence.contents.found else {
            let _ = writeln!(text, "  {:width$}  {}", stream.name, same(label, &evidence.contents.found));
            continue;
        };
        let numbers = difference.schedules.each_ref().map(|schedule| number(&mut runs, schedule.show(program)));
        let fact = program.show_fact(difference.fact.node, &difference.fact.fact);
        let refuted = if label.is_anomaly() { "" } else { ": the label does not hold" };
        let [first, second] = numbers;
        let told = match difference.claim {
            Claim::Carried => format!("{fact} is carried in run {first}, never in run {second}"),
            Claim::Ultimate => format!("{fact} is there for ever in run {first}, not in run {second}"),
        };
        let _ = writeln!(text, "  {:width$}  differs{refuted}: {told}", stream.name);
        for told in copies(program, label, evidence, numbers) {
            let _ = writeln!(text, "  {:width$}    {told}", "");
        }
    }
    if verbose {
        let differences = found.iter().filter_map(|evidence| match &evidence.contents.found {
            Found::Different(difference) => Some(difference),
            _ => None,
        });
        for difference in differences {
            picture(text, program, difference, &mut runs, style);
        }
    }
    replay(text, white, &runs, style);
}

/// The number of a run, from 1; a new one if it has not been told before.
fn number(runs: &mut Vec<String>, schedule: String) -> usize {
    let known = runs.iter().position(|known| *known == schedule).unwrap_or_else(|| {
        runs.push(schedule);
        runs.len() - 1
    });
    known + 1
}

/// What is said where no two runs were found that differ.
fn same(label: &Label, found: &Found) -> String {
    match found {
        Found::Same(basis @ Basis::Theorem(_)) => format!("the same in every run of every instance ({basis})"),
        Found::Open(bound) if label.is_anomaly() => {
            format!("no divergence found up to bound:{bound} ({}): {ONLY}", advice::meaning(*bound))
        }
        Found::Open(bound) => {
            format!("not borne out: no divergence found up to bound:{bound} ({})", advice::meaning(*bound))
        }
        _ if label.is_anomaly() => format!("no divergence found, and all runs of this instance were explored: {ONLY}"),
        _ => "the same in every run of this instance: all were explored".to_string(),
    }
}

const ONLY: &str = "the label stands on the form of the rules only";

fn picture(text: &mut String, program: &Program, difference: &Difference, runs: &mut Vec<String>, style: Style) {
    let fact = program.show_fact(difference.fact.node, &difference.fact.fact);
    let [first, second] = difference.schedules.each_ref().map(|schedule| number(runs, schedule.show(program)));
    let titles = match difference.claim {
        Claim::Carried => [format!("run {first}: {fact} is carried"), format!("run {second}: never")],
        Claim::Ultimate => [format!("run {first}: {fact} is there for ever"), format!("run {second}: not")],
    };
    let drawn: Vec<DrawnRun<'_>> = (difference.runs.iter().zip(&titles))
        .map(|(run, title)| DrawnRun { title, records: &run.records, stem: run.stem })
        .collect();
    let [first, second] = &difference.schedules;
    let picture = Picture {
        program,
        fact: Some(&difference.fact),
        critical: Some(critical(first, second)),
        width: style.width,
        glyphs: Glyphs::Unicode,
    };
    text.push('\n');
    text.push_str(&picture.draw(&drawn));
}

/// How copies differ in the runs, where the label is about copies.
fn copies(program: &Program, label: &Label, evidence: &Evidence, numbers: [usize; 2]) -> Vec<String> {
    if !evidence.copies || *label < Label::Inst {
        return Vec::new();
    }
    let told = evidence.apart.iter().map(|apart| format!("in run {}: {}", numbers[apart.run], differ(program, apart)));
    let mut told: Vec<String> = told.collect();
    if evidence.apart.is_empty() {
        told.push("in each of these runs all copies put out the same and keep the same in the end".to_string());
    } else if *label == Label::Diverge && evidence.apart.iter().all(|apart| apart.keeps.is_none()) {
        told.push("in no run here do copies end in different states".to_string());
    }
    told
}

fn differ(program: &Program, apart: &Apart) -> String {
    let [one, other] = [apart.one, apart.other].map(|node| program.show_node(node));
    let answers = apart.answers.as_ref().map(|fact| {
        let fact = program.show_fact(fact.node, &fact.fact);
        format!("copy {one} puts out {fact}, and copy {other} never does")
    });
    let keeps = match &apart.keeps {
        Some(fact) => {
            format!("copy {one} keeps {} for ever, and copy {other} does not", program.show_fact(apart.one, fact))
        }
        None => "what copies keep is the same in the end".to_string(),
    };
    answers.into_iter().chain([keeps]).collect::<Vec<_>>().join("; ")
}

/// The command for each run; one that is too long for a command is in the JSON object.
fn replay(text: &mut String, white: &WhiteBox, runs: &[String], style: Style) {
    if runs.is_empty() {
        return;
    }
    let files: Vec<String> = white.files.iter().map(|file| shell_quoted(&file.to_string_lossy())).collect();
    let files = files.join(" ");
    let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "Replay"));
    for (at, schedule) in runs.iter().enumerate() {
        let _ = writeln!(text, "  run {}", at + 1);
        if schedule.len() > LONGEST_COMMAND {
            let _ = writeln!(text, "    too long for a command: `--format json` has the schedule");
            continue;
        }
        let _ = writeln!(text, "    watershed replay {files} --schedule {}", shell_quoted(schedule));
    }
}
