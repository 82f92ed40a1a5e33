//! Witnesses as JSON (interface, *JSON*): written with what each step derived and sent, read without it.
//!
//! The objects here are the `witness` and the `invariants` of a report, so every report of `check --format json` is a
//! witness file too. On reading, unknown fields are passed over, `derived`, `sent` and `step` with them: they are for
//! readers, and replaying computes them anew.

use super::outcome::{OutcomeClaim, check_outcome};
use super::replay::{ClaimError, LassoRun, Violation, check_claim, check_violation};
use super::simulate::StepRecord;
use crate::budget::Budget;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::program::{Fact, LocatedFact, NodeId, Order, Program, RelationId};
use crate::schedule::{Delivered, Schedule, ScheduledStep, critical, parse};
use crate::source::{FileId, SourceMap, Span};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// A file that `--witness` writes and `replay` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WitnessFile {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// The command that found it.
    pub command: String,
    /// The program's files, as the user wrote them.
    pub program: Vec<String>,
    /// The network.
    pub nodes: Vec<String>,
    /// In which order copies are delivered: `any` or `fifo`.
    #[schemars(extend("enum" = ["any", "fifo"]))]
    pub network: String,
    /// The network and facts that replace the program's own, if it is about a small instance that was searched for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The values of the program's unknowns, if it has any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub valuation: Option<String>,
    /// Two runs that end differently, if some do.
    pub witness: Option<WitnessObject>,
    /// Violated `never` relations.
    pub invariants: Vec<InvariantObject>,
    /// A run with a bad outcome, if it is about faults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeObject>,
}

/// A run as a lasso, and what is in its outcome: its ultimate facts, and what observers derive from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutcomeObject {
    /// Facts in its outcome.
    pub holds: Vec<String>,
    /// Facts that are not in it.
    pub lacks: Vec<String>,
    /// The steps before the loop.
    pub stem: Vec<StepObject>,
    /// The steps repeated for ever.
    #[serde(rename = "loop")]
    pub cycle: Vec<StepObject>,
}

/// Two runs, and the fact that is ultimate in one of them only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WitnessObject {
    /// The contested fact.
    pub fact: String,
    /// First the run in which it holds.
    pub schedules: Vec<LassoObject>,
    /// The schedules agree on their first `critical` steps (stem, then loop) and part there.
    pub critical: usize,
}

/// A run as a lasso.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LassoObject {
    /// Whether the fact is ultimate in it.
    pub holds: bool,
    /// The steps before the loop.
    pub stem: Vec<StepObject>,
    /// The steps repeated for ever.
    #[serde(rename = "loop")]
    pub cycle: Vec<StepObject>,
}

/// A `never` relation and, if it is reached, how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InvariantObject {
    /// The relation.
    pub name: String,
    /// Whether the assertion holds: the relation is empty in every reachable step. `null` if that is not known.
    pub holds: Option<bool>,
    /// A finite run to a step where the relation has a fact; empty unless `holds` is false.
    pub schedule: Vec<StepObject>,
}

/// One transition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepObject {
    /// Who stepped.
    pub node: String,
    /// Its local step.
    pub step: u64,
    /// The copies delivered, listed as often as delivered.
    pub deliver: Vec<String>,
    /// On ordered channels, who sent each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Vec<String>>,
    /// D of the step.
    pub derived: Vec<String>,
    /// What was sent.
    pub sent: Vec<String>,
}

impl StepObject {
    /// A transition as the program spells its facts.
    pub fn new(program: &Program, record: &StepRecord) -> Self {
        let show = |fact: &Fact| program.show_fact(record.node, fact);
        let copies = || record.delivered.iter().flat_map(|delivered| (0..delivered.copies).map(move |_| delivered));
        StepObject {
            node: program.show_node(record.node),
            step: record.step,
            deliver: copies().map(|delivered| show(&delivered.fact)).collect(),
            from: (program.order == Order::Fifo)
                .then(|| copies().filter_map(|delivered| Some(program.show_node(delivered.from?))).collect()),
            derived: record.derived.iter().map(show).collect(),
            sent: record.sent.iter().map(|message| program.show_fact(message.node, &message.fact)).collect(),
        }
    }
}

impl LassoObject {
    /// A checked run and the fate of the contested fact in it.
    pub fn new(program: &Program, run: &LassoRun, fact: &LocatedFact) -> Self {
        let steps = |records: &[StepRecord]| records.iter().map(|r| StepObject::new(program, r)).collect();
        let (stem, cycle) = run.records.split_at(run.stem);
        LassoObject { holds: run.holds(fact), stem: steps(stem), cycle: steps(cycle) }
    }
}

impl OutcomeObject {
    /// A checked run and what was claimed of its outcome.
    pub fn new(program: &Program, run: &LassoRun, claim: &OutcomeClaim) -> Self {
        let steps = |records: &[StepRecord]| records.iter().map(|r| StepObject::new(program, r)).collect();
        let shown = |facts: &BTreeSet<Fact>| facts.iter().map(|fact| program.show_global_fact(fact)).collect();
        let (stem, cycle) = run.records.split_at(run.stem);
        OutcomeObject { holds: shown(&claim.holds), lacks: shown(&claim.lacks), stem: steps(stem), cycle: steps(cycle) }
    }
}

impl WitnessObject {
    /// Two checked runs.
    pub fn new(program: &Program, fact: &LocatedFact, runs: [&LassoRun; 2]) -> Self {
        let schedule = |run: &LassoRun| Schedule {
            stem: run.records.iter().map(StepRecord::scheduled).collect(),
            cycle: Vec::new(),
        };
        WitnessObject {
            fact: program.show_fact(fact.node, &fact.fact),
            schedules: runs.iter().map(|run| LassoObject::new(program, run, fact)).collect(),
            critical: critical(&schedule(runs[0]), &schedule(runs[1])),
        }
    }
}

impl InvariantObject {
    /// A relation that no reachable step derives.
    pub fn kept(program: &Program, relation: RelationId) -> Self {
        InvariantObject { name: program.relation(relation).name.clone(), holds: Some(true), schedule: Vec::new() }
    }

    /// A relation of which it is not known whether a reachable step derives it.
    pub fn unknown(program: &Program, relation: RelationId) -> Self {
        InvariantObject { name: program.relation(relation).name.clone(), holds: None, schedule: Vec::new() }
    }

    /// A checked violation.
    pub fn violated(program: &Program, relation: RelationId, violation: &Violation) -> Self {
        let schedule = violation.records.iter().map(|record| StepObject::new(program, record)).collect();
        InvariantObject { name: program.relation(relation).name.clone(), holds: Some(false), schedule }
    }
}

impl WitnessFile {
    /// A file of what `command` found for `program`.
    pub fn new(
        program: &Program,
        command: &str,
        witness: Option<WitnessObject>,
        invariants: Vec<InvariantObject>,
    ) -> Self {
        WitnessFile {
            schema: 1,
            command: command.to_string(),
            program: program.files.clone(),
            nodes: program.node_ids().map(|node| program.show_node(node)).collect(),
            network: program.order.name().to_string(),
            instance: None,
            valuation: None,
            witness,
            invariants,
            outcome: None,
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings and numbers are always JSON");
        text.push('\n');
        text
    }
}

/// What a file claims of a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// The contested fact and its runs.
    pub witness: Option<ClaimedWitness>,
    /// The `never` relations that are said to be violated, each with its finite schedule.
    pub violations: Vec<(RelationId, Schedule)>,
    /// What is said of the outcome of a run.
    pub outcome: Option<(OutcomeClaim, Schedule)>,
}

/// A contested fact and runs with its claimed fate in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedWitness {
    /// The fact.
    pub fact: LocatedFact,
    /// Whether it is ultimate, and the run.
    pub schedules: Vec<(bool, Schedule)>,
}

/// What was claimed, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The runs of the contested fact, in order.
    pub runs: Vec<LassoRun>,
    /// The violations, in order.
    pub violations: Vec<(RelationId, Violation)>,
    /// The run whose outcome was claimed.
    pub outcome: Option<LassoRun>,
}

impl Claims {
    /// Replays everything that is claimed.
    ///
    /// # Errors
    /// The first claim that does not reproduce, with the name of its schedule.
    pub fn check(&self, program: &Program, budget: &Budget) -> Result<Checked, (String, ClaimError)> {
        let mut runs = Vec::new();
        if let Some(witness) = &self.witness {
            for (i, (holds, schedule)) in self.witness.iter().flat_map(|w| &w.schedules).enumerate() {
                let run = check_claim(program, schedule, &witness.fact, *holds, budget);
                runs.push(run.map_err(|error| (format!("schedule {}", i + 1), error))?);
            }
        }
        let mut violations = Vec::new();
        for (relation, schedule) in &self.violations {
            let violation = check_violation(program, schedule, *relation, budget);
            let name = || format!("the schedule of {}", program.relation(*relation).name);
            violations.push((*relation, violation.map_err(|error| (name(), error))?));
        }
        let outcome = self.outcome.as_ref().map(|(claim, schedule)| check_outcome(program, schedule, claim, budget));
        let outcome = outcome.transpose().map_err(|error| ("the outcome".to_string(), error))?;
        Ok(Checked { runs, violations, outcome })
    }
}

/// The order of deliveries that a witness file names, if it names one.
pub fn order(text: &str) -> Option<Order> {
    #[derive(Deserialize)]
    struct Named {
        network: Option<String>,
    }
    let named: Named = serde_json::from_str(text).ok()?;
    Order::named(&named.network?)
}

/// What a witness file puts in place of the program's own instance, or of its unknowns.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Given {
    /// [`WitnessFile::instance`].
    #[serde(default)]
    pub instance: Option<String>,
    /// [`WitnessFile::valuation`].
    #[serde(default)]
    pub valuation: Option<String>,
}

/// The instance or the values that a witness file names.
pub fn given(text: &str) -> Given {
    serde_json::from_str(text).unwrap_or_default()
}

/// Any JSON value, kept as its text: a slice of the file, so that a diagnostic can point at it.
type Raw<'a> = &'a RawValue;

#[derive(Deserialize)]
struct RawFile<'a> {
    #[serde(borrow, default)]
    witness: Option<RawWitness<'a>>,
    #[serde(borrow, default)]
    invariants: Vec<RawInvariant<'a>>,
    #[serde(borrow, default)]
    outcome: Option<RawOutcome<'a>>,
}

#[derive(Deserialize)]
struct RawOutcome<'a> {
    #[serde(borrow)]
    holds: Vec<Raw<'a>>,
    #[serde(borrow)]
    lacks: Vec<Raw<'a>>,
    #[serde(borrow)]
    stem: Vec<RawStep<'a>>,
    #[serde(borrow, rename = "loop")]
    cycle: Vec<RawStep<'a>>,
}

#[derive(Deserialize)]
struct RawWitness<'a> {
    #[serde(borrow)]
    fact: Raw<'a>,
    #[serde(borrow)]
    schedules: Vec<RawLasso<'a>>,
}

#[derive(Deserialize)]
struct RawLasso<'a> {
    holds: bool,
    #[serde(borrow)]
    stem: Vec<RawStep<'a>>,
    #[serde(borrow, rename = "loop")]
    cycle: Vec<RawStep<'a>>,
}

#[derive(Deserialize)]
struct RawInvariant<'a> {
    #[serde(borrow)]
    name: Raw<'a>,
    holds: Option<bool>,
    #[serde(borrow)]
    schedule: Vec<RawStep<'a>>,
}

#[derive(Deserialize)]
struct RawStep<'a> {
    #[serde(borrow)]
    node: Raw<'a>,
    #[serde(borrow)]
    deliver: Vec<Raw<'a>>,
    #[serde(borrow, default)]
    from: Option<Vec<Raw<'a>>>,
}

/// Reads a witness file about `program`; `name` is what diagnostics call it.
///
/// # Errors
/// Every mistake of the file (only the first if it is no JSON or misses a field), and the map that their spans point into.
pub fn read(program: &Program, name: &str, text: &str) -> Result<Claims, (SourceMap, Vec<Diagnostic>)> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let raw: RawFile<'_> = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let diagnostic = bad_json(file, text, &error);
            return Err((sources, vec![diagnostic]));
        }
    };
    let mut reader = Reader { program, file, text, diagnostics: Vec::new() };
    let witness = raw.witness.as_ref().and_then(|witness| reader.witness(witness));
    let violations: Vec<_> = raw
        .invariants
        .iter()
        .filter(|i| i.holds == Some(false))
        .filter_map(|invariant| reader.invariant(invariant))
        .collect();
    let outcome = raw.outcome.as_ref().and_then(|outcome| reader.outcome(outcome));
    let mut diagnostics = parse::each_node_once(reader.diagnostics);
    if diagnostics.is_empty() && witness.is_none() && violations.is_empty() && outcome.is_none() {
        let message = "the file has no witness and no violated invariant, so there is nothing to replay";
        diagnostics.push(Diagnostic::at(codes::WITNESS_NO_JSON, Span::new(file, 0, 0), message, ""));
    }
    if diagnostics.is_empty() { Ok(Claims { witness, violations, outcome }) } else { Err((sources, diagnostics)) }
}

fn bad_json(file: FileId, text: &str, error: &serde_json::Error) -> Diagnostic {
    // serde_json counts lines from 1 and columns in bytes from 1; 0 is before the first of a line.
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    let full = error.to_string();
    let reason = full.rsplit_once(" at line ").map_or(full.as_str(), |(reason, _)| reason);
    let message = format!("the file is not the JSON of a witness: {reason}");
    Diagnostic::at(codes::WITNESS_NO_JSON, Span::new(file, at, end), message, "noticed here")
}

struct Reader<'a> {
    program: &'a Program,
    file: FileId,
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn span(&self, raw: Raw<'a>) -> Span {
        let start = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Span::new(self.file, start, start + raw.get().len())
    }

    fn fail<T>(&mut self, code: Code, raw: Raw<'a>, message: impl Into<String>) -> Option<T> {
        let span = self.span(raw);
        self.diagnostics.push(Diagnostic::at(code, span, message, ""));
        None
    }

    fn value<T: DeserializeOwned>(&mut self, raw: Raw<'a>, what: &str) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(_) => self.fail(codes::WITNESS_NO_JSON, raw, format!("this should be {what}")),
        }
    }

    fn witness(&mut self, raw: &RawWitness<'a>) -> Option<ClaimedWitness> {
        let fact = self.fact(raw.fact, None);
        let schedules = (raw.schedules.iter())
            .map(|lasso| {
                let schedule = Schedule { stem: self.steps(&lasso.stem), cycle: self.steps(&lasso.cycle) };
                (lasso.holds, schedule)
            })
            .collect();
        Some(ClaimedWitness { fact: fact?, schedules })
    }

    fn outcome(&mut self, raw: &RawOutcome<'a>) -> Option<(OutcomeClaim, Schedule)> {
        let schedule = Schedule { stem: self.steps(&raw.stem), cycle: self.steps(&raw.cycle) };
        let mut facts = |raw: &[Raw<'a>]| raw.iter().map(|&fact| self.global(fact)).collect::<Option<BTreeSet<Fact>>>();
        let (holds, lacks) = (facts(&raw.holds), facts(&raw.lacks));
        Some((OutcomeClaim { holds: holds?, lacks: lacks? }, schedule))
    }

    fn invariant(&mut self, raw: &RawInvariant<'a>) -> Option<(RelationId, Schedule)> {
        let name: Option<String> = self.value(raw.name, "the name of a relation");
        let stem = self.steps(&raw.schedule);
        let name = name?;
        match self.program.relation_named(&name) {
            Some(relation) => Some((relation, Schedule { stem, cycle: Vec::new() })),
            None => {
                self.fail(codes::UNKNOWN_FACT_IN_SCHEDULE, raw.name, format!("the program has no relation `{name}`"))
            }
        }
    }

    fn steps(&mut self, raw: &[RawStep<'a>]) -> Vec<ScheduledStep> {
        raw.iter().filter_map(|step| self.step(step)).collect()
    }

    fn step(&mut self, raw: &RawStep<'a>) -> Option<ScheduledStep> {
        let name: String = self.value(raw.node, "the name of a node")?;
        let node = self.node(raw.node, &name)?;
        let copies: Vec<Option<LocatedFact>> = raw.deliver.iter().map(|&fact| self.fact(fact, Some(node))).collect();
        let copies: Option<Vec<LocatedFact>> = copies.into_iter().collect();
        let senders = self.senders(raw)?;
        let copies = copies?.into_iter().zip(senders);
        Some(ScheduledStep::of(node, copies.map(|(message, from)| Delivered { fact: message.fact, from, copies: 1 })))
    }

    /// The senders of the copies of a step; of no account, and not read, where copies are not told apart.
    fn senders(&mut self, raw: &RawStep<'a>) -> Option<Vec<Option<NodeId>>> {
        let Some(from) = raw.from.as_ref().filter(|_| self.program.order == Order::Fifo) else {
            return Some(vec![None; raw.deliver.len()]);
        };
        if from.len() != raw.deliver.len() {
            let message = format!("`deliver` lists {} copies and `from` {} senders", raw.deliver.len(), from.len());
            return self.fail(codes::WITNESS_NO_JSON, raw.node, message);
        }
        let senders: Vec<Option<NodeId>> = (from.iter())
            .map(|&from| {
                let name: String = self.value(from, "the name of a node")?;
                self.node(from, &name)
            })
            .collect();
        let found: Option<Vec<NodeId>> = senders.into_iter().collect();
        Some(found?.into_iter().map(Some).collect())
    }

    /// The node of this name.
    fn node(&mut self, raw: Raw<'a>, name: &str) -> Option<NodeId> {
        let program = self.program;
        let found = program.node_ids().find(|&node| program.show_node(node) == name);
        if found.is_none() {
            let message = format!("`{name}` is no node of the network");
            let diagnostic = Diagnostic::at(codes::UNKNOWN_NODE_IN_SCHEDULE, self.span(raw), message, "unknown");
            self.diagnostics.push(diagnostic.help(parse::network(program)));
        }
        found
    }

    /// A fact; at `node`, if that is given.
    fn fact(&mut self, raw: Raw<'a>, node: Option<NodeId>) -> Option<LocatedFact> {
        let text: String = self.value(raw, "a fact in quotes")?;
        self.as_read(raw, parse::parse_fact(self.program, "", &text, node))
    }

    /// A fact of an outcome, with its location.
    fn global(&mut self, raw: Raw<'a>) -> Option<Fact> {
        let text: String = self.value(raw, "a fact in quotes")?;
        self.as_read(raw, parse::parse_global_fact(self.program, "", &text))
    }

    /// What was read as a text of its own is here a string of the file.
    fn as_read<T>(&mut self, raw: Raw<'a>, read: Result<T, (SourceMap, Vec<Diagnostic>)>) -> Option<T> {
        let diagnostics = match read {
            Ok(fact) => return Some(fact),
            Err((_, diagnostics)) => diagnostics,
        };
        for mut diagnostic in diagnostics.into_iter().filter(Diagnostic::is_error) {
            let label = diagnostic.primary.map(|label| label.text).unwrap_or_default();
            diagnostic.primary = Some(crate::diagnostic::Label { span: self.span(raw), text: label });
            diagnostic.secondary.clear();
            self.diagnostics.push(diagnostic);
        }
        None
    }
}
