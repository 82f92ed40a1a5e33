//! A person who chooses each delivery, on a terminal or through a pipe.
//!
//! Questions go to standard error, so that standard output has the run and nothing else.

use crate::cli::console::write_stderr;
use crate::program::{Fact, NodeId, Program};
use crate::report::facts::listed;
use crate::schedule::ScheduledStep;
use crate::witness::StepRecord;
use crate::witness::replay::ImpossibleStep;
use crate::witness::run::{Choice, Choices, Chooser, Refusal};
use std::collections::BTreeMap;
use std::io::BufRead as _;

const HELP: &str = "\
Type the numbers of the deliveries of one step, a number twice for two copies: `2 3`. A node alone takes an idle step.
  a NODE  the node gets everything in flight to it     u  take back the last step
  c       the run repeats its last steps for ever      f  finish in rounds
  q       leave                                        h  this help
";

/// Reads lines from standard input.
#[derive(Debug)]
pub struct Person {
    greeted: bool,
    /// How many steps were told already.
    told: usize,
}

/// One numbered line.
struct Numbered<'a> {
    node: NodeId,
    /// What is delivered; nothing for an idle step.
    fact: Option<&'a Fact>,
}

impl Person {
    /// Nobody has been asked yet.
    pub fn new() -> Self {
        Person { greeted: false, told: 0 }
    }

    fn tell_last(&mut self, program: &Program, records: &[StepRecord]) {
        if records.len() > self.told
            && let Some(last) = records.last()
        {
            let derived: Vec<String> = (last.derived.iter())
                .filter(|fact| !program.relation(fact.relation).builtin)
                .map(|fact| program.show_fact(last.node, fact))
                .collect();
            let sent: Vec<String> = last.sent.iter().map(|m| program.show_fact(m.node, &m.fact)).collect();
            let derived = listed(&derived, usize::MAX);
            write_stderr(&format!("{}:{} has {derived}\n", program.show_node(last.node), last.step));
            if !sent.is_empty() {
                write_stderr(&format!("  sends {}\n", sent.join(", ")));
            }
        }
        self.told = records.len();
    }
}

/// The numbered lines: per node an idle step, then each message in flight to it.
fn numbered(choices: &Choices) -> Vec<Numbered<'_>> {
    (choices.nodes.iter())
        .flat_map(|at| {
            let idle = Numbered { node: at.node, fact: None };
            let facts = at.in_flight.iter().map(|(fact, _)| Numbered { node: at.node, fact: Some(fact) });
            std::iter::once(idle).chain(facts)
        })
        .collect()
}

fn listing(program: &Program, choices: &Choices) -> String {
    let mut text = String::new();
    let mut number = 0;
    for at in &choices.nodes {
        number += 1;
        text.push_str(&format!("{number:>4}  {}:{} gets nothing\n", program.show_node(at.node), at.step));
        for (fact, copies) in &at.in_flight {
            number += 1;
            let fact = program.show_fact(at.node, fact);
            let copies = if *copies == 1 { String::new() } else { format!(" ({copies} copies)") };
            text.push_str(&format!("{number:>4}  {}:{} gets {fact}{copies}\n", program.show_node(at.node), at.step));
        }
    }
    text
}

/// What a line asks for, or why it makes no sense.
fn understand(program: &Program, choices: &Choices, line: &str) -> Result<Choice, String> {
    let mut words = line.split_whitespace();
    match words.clone().next() {
        Some("u") => return Ok(Choice::Undo),
        Some("c") => return Ok(Choice::Close),
        Some("f") => return Ok(Choice::Finish),
        Some("q") => return Ok(Choice::Leave),
        Some("h" | "?") => return Err(HELP.to_string()),
        Some("a") => {
            let name = words.nth(1).unwrap_or_default();
            let at = choices.nodes.iter().find(|at| program.show_node(at.node) == name);
            let at = at.ok_or_else(|| format!("`{name}` is no node; type `a` and a node, such as `a n1`\n"))?;
            return Ok(Choice::Step(ScheduledStep { node: at.node, deliver: at.in_flight.clone() }));
        }
        None => return Err("Type a number, or `h` for help.\n".to_string()),
        Some(_) => {}
    }
    let lines = numbered(choices);
    let mut node = None;
    let mut deliver: BTreeMap<Fact, u64> = BTreeMap::new();
    for word in words {
        let chosen = word.parse::<usize>().ok().and_then(|n| lines.get(n.checked_sub(1)?));
        let chosen =
            chosen.ok_or_else(|| format!("`{word}` is no number from 1 to {}; `h` for help\n", lines.len()))?;
        if node.is_some_and(|node| node != chosen.node) {
            return Err("One step is of one node: these numbers are of two.\n".to_string());
        }
        node = Some(chosen.node);
        if let Some(fact) = chosen.fact {
            *deliver.entry(fact.clone()).or_insert(0) += 1;
        }
    }
    let node = node.ok_or_else(|| HELP.to_string())?;
    Ok(Choice::Step(ScheduledStep { node, deliver: deliver.into_iter().collect() }))
}

impl Chooser for Person {
    fn choose(&mut self, program: &Program, records: &[StepRecord], choices: &Choices) -> Choice {
        if !std::mem::replace(&mut self.greeted, true) {
            write_stderr(HELP);
        }
        self.tell_last(program, records);
        write_stderr(&listing(program, choices));
        loop {
            write_stderr("> ");
            let mut line = String::new();
            match std::io::stdin().lock().read_line(&mut line) {
                Ok(0) | Err(_) => return Choice::Leave,
                Ok(_) => {}
            }
            match understand(program, choices, line.trim()) {
                Ok(choice) => return choice,
                Err(answer) => write_stderr(&answer),
            }
        }
    }

    fn refused(&mut self, program: &Program, why: &Refusal) {
        let reason = match why {
            Refusal::NothingToUndo => "there is no step to take back".to_string(),
            Refusal::NoLoop(error) => error.describe(program),
            Refusal::Impossible(why) => {
                // The place in the schedule is where the person is; only the reason is news.
                let step = ImpossibleStep { index: self.told, node: NodeId(0), step: 0, why: why.clone() };
                match &step.why {
                    crate::witness::Impossible::NotInFlight { wanted, in_flight, .. } => {
                        format!("{wanted} copies are wanted and {in_flight} in flight")
                    }
                    _ => step.describe(program),
                }
            }
        };
        write_stderr(&format!("No: {reason}.\n"));
    }
}
