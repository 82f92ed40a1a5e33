//! Space-time diagrams as data: lifelines, steps on them, messages between steps. [`super::svg`] and [`super::dot`] draw them.
//!
//! A row is one transition of an asynchronous run, or one round of a synchronous one.

use super::space_time::{DrawnRun, lanes, steps};
use crate::faults::rounds::{Run, Sent};
use crate::faults::{CrashMode, FaultSet};
use crate::program::{LocatedFact, NodeId, Program};
use std::collections::BTreeMap;

/// A run, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagram {
    /// What it shows.
    pub title: String,
    /// The names of the lifelines.
    pub nodes: Vec<String>,
    /// What happens, first things first.
    pub rows: Vec<Row>,
    /// The messages, in the order of sending.
    pub arrows: Vec<Arrow>,
    /// The first row of the loop.
    pub repeats_from: Option<usize>,
    /// The row at which the run parts from the one that it is compared with.
    pub parts_at: Option<usize>,
    /// The fact that is watched.
    pub fact: Option<String>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The step, `n1:3`, or the round, `round 3`.
    pub name: String,
    /// Who steps, and how that is drawn.
    pub dots: Vec<(usize, Dot)>,
    /// What is said beside it.
    pub lines: Vec<Line>,
}

/// A step on a lifeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dot {
    /// A step.
    Step,
    /// A step in which the watched fact holds.
    Holds,
    /// A step in which it does not.
    Lacks,
    /// A node crashes.
    Crash,
    /// A step of a node that has crashed: what it sends is lost.
    Crashed,
}

/// A line of text beside a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the items are.
    pub lead: &'static str,
    /// Facts.
    pub items: Vec<String>,
}

/// Messages from one step that arrive in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The row of the sending step.
    pub sent: usize,
    /// The sender's lifeline.
    pub from: usize,
    /// The row of the step that gets them; `None` if that lies beyond the rows.
    pub delivered: Option<usize>,
    /// The addressee's lifeline.
    pub to: usize,
    /// The messages.
    pub facts: Vec<String>,
    /// Whether a fault keeps them from arriving.
    pub lost: bool,
}

impl Diagram {
    /// Of an asynchronous run. `fact` is the one to watch.
    pub fn of_run(
        program: &Program,
        run: &DrawnRun<'_>,
        fact: Option<&LocatedFact>,
        parts_at: Option<usize>,
    ) -> Diagram {
        let told = steps::tell(program, run.records, fact);
        let row = |(record, told): (&crate::witness::StepRecord, &steps::Told)| {
            let dot = match told.holds {
                None => Dot::Step,
                Some(true) => Dot::Holds,
                Some(false) => Dot::Lacks,
            };
            let gets = told.gets.iter().map(|(fact, copies)| counted(fact, *copies)).collect();
            let line = |lead, items: &Vec<String>| Line { lead, items: items.clone() };
            let lines = vec![
                Line { lead: "gets", items: gets },
                line("+", &told.gains),
                line("−", &told.loses),
                line("sends", &told.sends),
            ];
            Row {
                name: told.name.clone(),
                dots: vec![(index(record.node), dot)],
                lines: lines.into_iter().filter(|line| !line.items.is_empty()).collect(),
            }
        };
        let mut arrows: BTreeMap<(usize, Option<usize>, usize), Vec<String>> = BTreeMap::new();
        // The copies are listed in the order of sending, and those of one step in the order of its facts.
        let sent = run.records.iter().flat_map(|record| &record.sent);
        for (message, fact) in lanes::messages(run.records).into_iter().zip(sent) {
            let delivered = message.delivered.unwrap_or(usize::MAX);
            let shown = program.show_fact(fact.node, &fact.fact);
            arrows
                .entry((message.sent, (delivered < usize::MAX).then_some(delivered), index(message.to)))
                .or_default()
                .push(shown);
        }
        let arrow = |((sent, delivered, to), facts): ((usize, Option<usize>, usize), Vec<String>)| Arrow {
            sent,
            from: index(run.records[sent].node),
            delivered,
            to,
            facts,
            lost: false,
        };
        Diagram {
            title: run.title.to_string(),
            nodes: names(program),
            rows: run.records.iter().zip(&told).map(row).collect(),
            arrows: arrows.into_iter().map(arrow).collect(),
            repeats_from: (run.stem < run.records.len()).then_some(run.stem),
            parts_at: parts_at.filter(|&at| at < run.records.len()),
            fact: fact.map(|fact| program.show_fact(fact.node, &fact.fact)),
        }
    }

    /// Of a synchronous run with faults. Messages that a node sends itself are not drawn, nor those of the last round, which no
    /// round gets.
    pub fn of_rounds(program: &Program, title: &str, run: &Run, faults: &FaultSet, crash_mode: CrashMode) -> Diagram {
        let nodes: Vec<NodeId> = program.node_ids().collect();
        let last = run.rounds.len();
        let mut arrows: BTreeMap<(usize, usize, usize, bool), Vec<String>> = BTreeMap::new();
        let mut rows = Vec::new();
        for (index_of_round, round) in run.rounds.iter().enumerate() {
            let time = index_of_round as u64 + 1;
            let dot = |node: NodeId| {
                let crashes = faults.crashes().any(|crash| crash.node == node && crash.time == time);
                match (crashes, faults.crashed(node, time), crash_mode) {
                    (true, ..) => Some(Dot::Crash),
                    (_, true, CrashMode::Stops) => None,
                    (_, true, _) => Some(Dot::Crashed),
                    _ => Some(Dot::Step),
                }
            };
            let drawn = |sent: &&Sent| sent.from != sent.to && index_of_round + 1 < last;
            let mut lost = Vec::new();
            for sent in round.sent.iter().filter(drawn) {
                let shown = program.show_fact(sent.to, &sent.fact);
                if sent.lost {
                    lost.push(shown.clone());
                }
                let key = (index_of_round, index(sent.from), index(sent.to), sent.lost);
                arrows.entry(key).or_default().push(shown);
            }
            let crashes = faults.crashes().filter(|crash| crash.time == time);
            let crashes: Vec<String> = crashes.map(|crash| program.show_node(crash.node)).collect();
            let lines = vec![Line { lead: "crashes:", items: crashes }, Line { lead: "lost:", items: lost }];
            rows.push(Row {
                name: format!("round {time}"),
                dots: nodes.iter().filter_map(|&node| Some((index(node), dot(node)?))).collect(),
                lines: lines.into_iter().filter(|line| !line.items.is_empty()).collect(),
            });
        }
        let arrow = |((sent, from, to, lost), facts): ((usize, usize, usize, bool), Vec<String>)| Arrow {
            sent,
            from,
            delivered: (!lost).then_some(sent + 1),
            to,
            facts,
            lost,
        };
        Diagram {
            title: title.to_string(),
            nodes: names(program),
            rows,
            arrows: arrows.into_iter().map(arrow).collect(),
            repeats_from: None,
            parts_at: None,
            fact: None,
        }
    }
}

/// A fact with how many copies of it there are, where it is not one.
pub fn counted(fact: &str, copies: u64) -> String {
    if copies == 1 { fact.to_string() } else { format!("{fact} ×{copies}") }
}

fn names(program: &Program) -> Vec<String> {
    program.node_ids().map(|node| program.show_node(node)).collect()
}

fn index(node: NodeId) -> usize {
    node.0 as usize
}
