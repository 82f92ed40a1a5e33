//! A person who chooses each delivery, on a terminal or through a pipe.
//!
//! Questions go to standard error, so that standard output has the run and nothing else.

use crate::cli::console::write_stderr;
use crate::program::{Fact, NodeId, Order, Program};
use crate::report::facts::listed;
use crate::schedule::{Delivered, ScheduledStep};
use crate::witness::StepRecord;
use crate::witness::replay::ImpossibleStep;
use crate::witness::run::{Choice, Choices, Chooser, Refusal};
use std::collections::BTreeSet;
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
    copy: Option<Offered<'a>>,
}

/// A copy that can be delivered.
struct Offered<'a> {
    fact: &'a Fact,
    /// How many there are; 1 on ordered channels, where each copy has its own line.
    copies: u64,
    /// On ordered channels, who sent it, and what comes with it since it was sent earlier: that many sets from the front of the channel.
    from: Option<(NodeId, &'a [BTreeSet<Fact>])>,
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

/// The numbered lines: per node an idle step, then each message in flight to it; on ordered channels each copy, in order.
fn numbered<'a>(program: &Program, choices: &'a Choices) -> Vec<Numbered<'a>> {
    let mut lines = Vec::new();
    for at in &choices.nodes {
        let line = |copy| Numbered { node: at.node, copy };
        lines.push(line(None));
        if program.order == Order::Any {
            let offered = |d: &'a Delivered| Offered { fact: &d.fact, copies: d.copies, from: None };
            lines.extend(at.in_flight.iter().map(|delivered| line(Some(offered(delivered)))));
        }
        for (from, sets) in &at.channels {
            for (index, set) in sets.iter().enumerate() {
                let from = Some((*from, &sets[..index]));
                lines.extend(set.iter().map(|fact| line(Some(Offered { fact, copies: 1, from }))));
            }
        }
    }
    lines
}

fn listing(program: &Program, choices: &Choices) -> String {
    let mut text = String::new();
    for (number, Numbered { node, copy }) in (1..).zip(numbered(program, choices)) {
        let step = choices.nodes.iter().find(|at| at.node == node).map_or(0, |at| at.step);
        text.push_str(&format!("{number:>4}  {}:{step} gets ", program.show_node(node)));
        match copy {
            None => text.push_str("nothing"),
            Some(Offered { fact, copies, from }) => {
                text.push_str(&program.show_fact(node, fact));
                if copies > 1 {
                    text.push_str(&format!(" ({copies} copies)"));
                }
                if let Some((from, before)) = from {
                    text.push_str(&format!(" from {}", program.show_node(from)));
                    match before.iter().map(BTreeSet::len).sum::<usize>() {
                        0 => {}
                        1 => text.push_str(", and the copy before it"),
                        n => text.push_str(&format!(", and the {n} copies before it")),
                    }
                }
            }
        }
        text.push('\n');
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
    let lines = numbered(program, choices);
    let mut node = None;
    let mut deliver: Vec<Delivered> = Vec::new();
    // On ordered channels: sender, place of the set, fact. What comes with two numbers comes once.
    let mut in_order: BTreeSet<(NodeId, usize, &Fact)> = BTreeSet::new();
    for word in words {
        let chosen = word.parse::<usize>().ok().and_then(|n| lines.get(n.checked_sub(1)?));
        let chosen =
            chosen.ok_or_else(|| format!("`{word}` is no number from 1 to {}; `h` for help\n", lines.len()))?;
        if node.is_some_and(|node| node != chosen.node) {
            return Err("One step is of one node: these numbers are of two.\n".to_string());
        }
        node = Some(chosen.node);
        match chosen.copy {
            None => {}
            Some(Offered { fact, from: None, .. }) => {
                deliver.push(Delivered { fact: fact.clone(), from: None, copies: 1 });
            }
            Some(Offered { fact, from: Some((from, before)), .. }) => {
                in_order.insert((from, before.len(), fact));
                let earlier = before.iter().enumerate();
                in_order.extend(earlier.flat_map(|(place, set)| set.iter().map(move |fact| (from, place, fact))));
            }
        }
    }
    let node = node.ok_or_else(|| HELP.to_string())?;
    let ordered = in_order.into_iter();
    deliver.extend(ordered.map(|(from, _, fact)| Delivered { fact: fact.clone(), from: Some(from), copies: 1 }));
    Ok(Choice::Step(ScheduledStep::of(node, deliver)))
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
