//! The graph of a Dedalus program whose components are sets of its rules (the *white box* of Blazes, §VI).
//!
//! What the grey box asks the user for is read off the rules: [`owners`] says which relations are streams, [`paths`] which ways lead through a
//! component and what they do, [`races`] which literals make them order-sensitive, [`trace`] which columns of the inputs
//! make up the gates and which survive, [`copies`] which components are replicated. The user says what rules cannot: which streams are sealed.
//!
//! Labels are about *contents*: all facts that a stream ever carries, at each node. `Async` without any seal is a
//! theorem about all instances (argued at [`paths`]). With a seal it rests on the user's word that the component waits for it, and on
//! the rule that a sealed partition is complete; `pipeline::flow` explores the instance to see whether that is so.

pub mod copies;
pub mod owners;
pub mod paths;
pub mod races;
pub mod trace;

use super::graph::{Annotation, Component, Gate, Graph, Key, Path, Port, Stream};
use super::infer::{Coordination, infer};
use super::label::Label;
use super::read::program::{Description, Remark};
use super::read::{MAX_PARTS, feed_the_unfed, seals_in_vain};
use super::yaml::clipped;
use crate::analysis::Analysis;
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::program::resolve::nearest;
use crate::program::{Expr, HeadTerm, NodeId, Program, RelationId, Rule, RuleId, RuleKind, Term};
use crate::source::Span;
use copies::Sites;
use owners::{Carried, Owners};
use paths::{Inside, Point, Ways};
use races::{Race, Races};
use std::collections::{BTreeMap, BTreeSet};
use trace::Trace;

/// A derived graph.
#[derive(Debug)]
pub struct Derived {
    /// The graph. Interfaces and streams have the names of relations.
    pub graph: Graph,
    /// By stream, the relation that it carries.
    pub carries: Vec<RelationId>,
    /// By stream, whether it is a state that rules keep or derive, and may take back, not something that is sent.
    pub lasting: Vec<bool>,
    /// By component, the nodes at which it runs.
    pub runs: Vec<Vec<NodeId>>,
    /// By component, the relations that inductive rules keep in it, for ever or until something takes them back.
    pub keeps: Vec<Vec<RelationId>>,
}

/// Derives the graph of a program; `None` if there is an error among the findings.
pub fn derive(program: &Program, analysis: &Analysis, description: &Description) -> (Option<Derived>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let owners = Owners::of(program, analysis, description, &mut findings);
    let streams = owners.streams(program);
    findings.extend(owners.races_outside(program, analysis, &streams));
    let columns = remarked(program, description, &streams, &mut findings);
    if any_error(&findings) {
        return (None, findings);
    }
    let deriving = Deriving {
        program,
        races: Races::of(program, analysis, &owners, &streams),
        sites: Sites::of(program),
        owners,
        streams,
        columns,
    };
    let derived = deriving.derived(description);
    let paths: usize = derived.graph.components.iter().map(|component| component.paths.len()).sum();
    let span = description.span.unwrap_or(Span::new(crate::source::FileId(0), 0, 0));
    if paths == 0 {
        let message = "expected components through which rules lead, found none".to_string();
        findings.push(
            Diagnostic::at(codes::NO_COMPONENTS, span, message, "nothing to label")
                .help("`components: { Count: { rules: [tally, counts] } }`: the rules that head these relations"),
        );
        return (None, findings);
    }
    if paths + derived.graph.streams.len() > MAX_PARTS {
        let found = paths + derived.graph.streams.len();
        let message = format!("expected at most {MAX_PARTS} paths and streams, found {found}");
        findings.push(
            Diagnostic::at(codes::TOO_MUCH_YAML, span, message, "beyond the limit").help("name fewer components"),
        );
        return (None, findings);
    }
    let labelling = infer(&derived.graph, &Coordination::none(&derived.graph));
    findings.extend(seals_in_vain(&derived.graph, &labelling));
    agrees_with_the_lemma(program, analysis, &derived);
    (Some(derived), findings)
}

/// # Panics
/// If a stream is labelled `Async` without any seal, and the type system does not say that its contents are the same in every run: an
/// internal error, and better than a wrong label.
fn agrees_with_the_lemma(program: &Program, analysis: &Analysis, derived: &Derived) {
    let unsealed =
        Coordination { seals: vec![None; derived.graph.streams.len()], ..Coordination::none(&derived.graph) };
    let labels = infer(&derived.graph, &unsealed).labels;
    for (label, &relation) in labels.iter().zip(&derived.carries) {
        let name = &program.relation(relation).name;
        assert!(
            *label > Label::Async || analysis.polarity.flags(relation).occurs,
            "internal error: `{name}` is labelled Async, and nothing shows that it is the same in every run"
        );
    }
}

/// The names of the columns of each stream. What is said of what is no stream, or no column, is a finding.
fn remarked(
    program: &Program,
    description: &Description,
    streams: &[Carried],
    findings: &mut Vec<Diagnostic>,
) -> BTreeMap<RelationId, Vec<String>> {
    let name = |stream: &Carried| program.relation(stream.relation).name.as_str();
    for remark in &description.streams {
        if !streams.iter().any(|stream| name(stream) == remark.relation) {
            let near = nearest(&remark.relation, streams.iter().map(name));
            let help = near.map_or_else(
                || {
                    "a stream is a relation that messages carry, that comes as events, or that another component reads"
                        .to_string()
                },
                |near| format!("perhaps `{near}` is meant"),
            );
            let message = format!("expected a stream of the program, found `{}`", clipped(&remark.relation));
            findings.push(Diagnostic::at(codes::UNKNOWN_INTERFACE, remark.span, message, "no stream").help(help));
        }
    }
    let remark_of = |stream: &Carried| description.streams.iter().find(|remark| remark.relation == name(stream));
    let mut columns = BTreeMap::new();
    for stream in streams {
        let remark = remark_of(stream);
        let named = column_names(program, stream.relation, remark, findings);
        for column in remark.and_then(|remark| remark.seal.as_ref()).into_iter().flatten() {
            if !named.contains(column) {
                let message = format!("expected a column of `{}`, found `{}`", name(stream), clipped(column));
                let near = nearest(column, named.iter().map(String::as_str));
                let help = near.map_or_else(
                    || format!("its columns are called {}; `columns: […]` names them otherwise", named.join(", ")),
                    |near| format!("perhaps `{near}` is meant"),
                );
                let span = remark.map_or(program.relation(stream.relation).span, |remark| remark.span);
                findings.push(Diagnostic::at(codes::NO_SUCH_COLUMN, span, message, "no column").help(help));
            }
        }
        columns.insert(stream.relation, named);
    }
    columns
}

/// The names that the description gives; else those of the variables in the first rule that derives the relation, or
/// reads it, in small letters; else numbers.
fn column_names(
    program: &Program,
    relation: RelationId,
    remark: Option<&Remark>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let arity = program.relation(relation).arity;
    let mut names: Vec<Option<String>> = vec![None; arity];
    if let Some((given, span)) = remark.and_then(|remark| remark.columns.as_ref()) {
        if given.len() != arity {
            let name = &program.relation(relation).name;
            let message = format!("expected {arity} columns of `{name}`, found {}", given.len());
            findings.push(
                Diagnostic::at(codes::NO_SUCH_COLUMN, *span, message, "not as many as the relation has")
                    .help("name them in order, without the location; `_` leaves one without a name"),
            );
        }
        for (name, given) in names.iter_mut().zip(given) {
            *name = Some(given.clone()).filter(|given| given != "_");
        }
    } else {
        let derives = program
            .rules
            .iter()
            .find(|rule| rule.head.relation == relation && !crate::analysis::is_exact_persistence(program, rule));
        for (column, name) in names.iter_mut().enumerate() {
            *name = match derives {
                Some(rule) => variable_of_head(rule, column),
                None => variable_of_reader(program, relation, column),
            };
        }
    }
    let mut used = BTreeSet::new();
    let number = |column: usize| (column + 1).to_string();
    let name = |(column, name): (usize, Option<String>)| match name {
        Some(name) if used.insert(name.clone()) => name,
        _ => number(column),
    };
    names.into_iter().enumerate().map(name).collect()
}

fn variable_of_head(rule: &Rule, column: usize) -> Option<String> {
    match rule.head.terms.get(column)? {
        HeadTerm::Expr(Expr::Variable(variable)) => Some(rule.variables[variable.0 as usize].to_lowercase()),
        HeadTerm::Expr(_) | HeadTerm::Aggregate(_) => None,
    }
}

fn variable_of_reader(program: &Program, relation: RelationId, column: usize) -> Option<String> {
    program.rules.iter().flat_map(|rule| rule.positive.iter().map(move |atom| (rule, atom))).find_map(|(rule, atom)| {
        match atom.terms.get(column) {
            Some(Term::Variable(variable)) if atom.relation == relation => {
                Some(rule.variables[variable.0 as usize].to_lowercase())
            }
            _ => None,
        }
    })
}

struct Deriving<'a> {
    program: &'a Program,
    owners: Owners,
    races: Races,
    sites: Sites,
    streams: Vec<Carried>,
    columns: BTreeMap<RelationId, Vec<String>>,
}

impl Deriving<'_> {
    fn derived(&self, description: &Description) -> Derived {
        let mut graph = Graph { injective: description.injective.clone(), ..Graph::default() };
        let (mut runs, mut keeps) = (Vec::new(), Vec::new());
        for (at, described) in description.components.iter().enumerate() {
            let inputs: Vec<Carried> =
                self.streams.iter().copied().filter(|&stream| self.owners.is_input(at, stream)).collect();
            let here = self.sites.runs(self.program, &self.owners, at);
            let derived = || self.sites.replicated(self.program, &self.owners, (at, &here), &inputs);
            let replicated = described.replicated.unwrap_or_else(derived);
            let inside = self.inside(at, &inputs);
            keeps.push(self.kept(at, &inside));
            graph.components.push(self.component(&described.name, replicated, &inside));
            runs.push(here.into_iter().collect());
        }
        let lasts = |stream: &Carried| {
            let at = stream.relation.0 as usize;
            let inductive = |rule: &Rule| rule.kind == RuleKind::Inductive && rule.head.relation == stream.relation;
            let state = self.races.state[at] || self.program.rules.iter().any(inductive);
            state && !self.owners.sent[at] && !self.owners.guarded[at]
        };
        let lasting = self.streams.iter().map(lasts).collect();
        let carries = self.streams.iter().map(|stream| stream.relation).collect();
        graph.streams = self.streams.iter().map(|&stream| self.stream(stream, &graph, description)).collect();
        feed_the_unfed(&mut graph);
        Derived { graph, carries, lasting, runs, keeps }
    }

    fn name(&self, relation: RelationId) -> String {
        self.program.relation(relation).name.clone()
    }

    fn inside(&self, component: usize, inputs: &[Carried]) -> Inside<'_> {
        let own = |&at: &usize| self.owners.of_rule[at] == Some(component);
        let mut kept = self.owners.guarded.clone();
        for rule in self.program.rules.iter().filter(|rule| rule.kind == RuleKind::Inductive) {
            kept[rule.head.relation.0 as usize] = true;
        }
        Inside {
            program: self.program,
            owners: &self.owners,
            races: &self.races,
            rules: (0..self.program.rules.len()).filter(own).map(|at| RuleId(at as u32)).collect(),
            inputs: inputs.iter().map(|input| input.relation).collect(),
            kept,
            assumed: self.races.assumed.clone(),
        }
    }

    fn kept(&self, component: usize, inside: &Inside<'_>) -> Vec<RelationId> {
        let relations = (0..self.program.relations.len() as u32).map(RelationId);
        let kept = |relation: &RelationId| {
            let at = relation.0 as usize;
            let own = self.owners.of_relation[at] == Some(component) && !self.owners.sent[at];
            inside.kept[at] && (own || inside.inputs.contains(relation))
        };
        relations.filter(kept).collect()
    }

    /// A component with its paths, in the order of inputs and outputs.
    fn component(&self, name: &str, replicated: bool, inside: &Inside<'_>) -> Component {
        let ways = inside.ways();
        let trace = Trace::of(self.program, &inside.rules, &inside.inputs);
        let heads: BTreeSet<RelationId> =
            inside.rules.iter().map(|rule| self.program.rules[rule.0 as usize].head.relation).collect();
        let inputs: Vec<RelationId> = inside.inputs.iter().copied().collect();
        let outputs: Vec<RelationId> =
            (self.streams.iter().map(|stream| stream.relation)).filter(|relation| heads.contains(relation)).collect();
        let mut component = Component {
            name: name.to_string(),
            replicated,
            inputs: inputs.iter().map(|&relation| self.name(relation)).collect(),
            outputs: outputs.iter().map(|&relation| self.name(relation)).collect(),
            paths: Vec::new(),
        };
        for (from, &input) in inputs.iter().enumerate() {
            for (to, &output) in outputs.iter().enumerate() {
                let here = Between { inside, ways: &ways, trace: &trace, inputs: &inputs, ends: (input, output) };
                component.paths.extend(self.paths(&here, (from, to)));
            }
        }
        component
    }

    /// The paths from one input to one output: a confluent one, if something gets there without a race or is written before it, and
    /// one for each way to race, with the place of the first literal that does.
    fn paths(&self, between: &Between<'_>, (from, to): (usize, usize)) -> Vec<Path> {
        let (input, output) = between.ends;
        let ways = between.ways.to.get(&output).into_iter().flatten().filter(|way| way.input == input);
        let ways: Vec<_> = ways.copied().collect();
        let mut paths = Vec::new();
        if ways.iter().any(|way| way.mark.is_none() || way.writes) {
            let writes = ways.iter().any(|way| way.writes);
            let names = [&self.columns[&input], &self.columns[&output]];
            let mut keeps = BTreeMap::new();
            for (column, behind) in between.trace.kept(output, input) {
                keeps.entry(names[0][column].clone()).or_insert_with(|| names[1][behind].clone());
            }
            let head = between.inside.rules.iter().map(|rule| &self.program.rules[rule.0 as usize]);
            let mut head = head.filter(|rule| rule.head.relation == output);
            let span = head.next().map_or(self.program.relation(output).span, |rule| rule.head.span);
            paths.push(Path { from, to, annotation: Annotation { gate: None, writes }, keeps, decides: None, span });
        }
        let mut found: BTreeMap<(Gate, Option<Vec<usize>>, bool), Span> = BTreeMap::new();
        for mark in ways.iter().filter_map(|way| way.mark) {
            let point = &between.ways.points[mark.point];
            let (gate, decides) = self.gate(between, point);
            found.entry((gate, decides, mark.stored)).or_insert(point.literal.span);
        }
        for ((gate, decides, writes), span) in found {
            let annotation = Annotation { gate: Some(gate), writes };
            paths.push(Path { from, to, annotation, keeps: BTreeMap::new(), decides, span });
        }
        paths
    }

    /// The gate of a literal that races, and the inputs that decide what it sees: those that come to its relation. A column is part of the gate if the
    /// column that the rule fixes stems from it, in each of these inputs.
    fn gate(&self, between: &Between<'_>, point: &Point) -> (Gate, Option<Vec<usize>>) {
        let Race::Within(fixed) = &point.race else { return (Gate::Unknown, None) };
        let relation = point.literal.relation;
        let comes = |input: RelationId| {
            relation == input
                || (!between.inside.inputs.contains(&relation)
                    && between.ways.to.get(&relation).is_some_and(|ways| ways.iter().any(|way| way.input == input)))
        };
        let decides: Vec<usize> = (0..between.inputs.len()).filter(|&at| comes(between.inputs[at])).collect();
        let mut gate: Option<Key> = None;
        for &at in &decides {
            let input = between.inputs[at];
            let columns = between.trace.columns(self.program, (relation, fixed), input, &between.inside.inputs);
            let names: Key = columns.into_iter().map(|column| self.columns[&input][column].clone()).collect();
            gate = Some(match gate {
                None => names,
                Some(before) => &before & &names,
            });
        }
        (Gate::Columns(gate.unwrap_or_default()), Some(decides))
    }

    fn stream(&self, stream: Carried, graph: &Graph, description: &Description) -> Stream {
        let name = self.name(stream.relation);
        let remark = description.streams.iter().find(|remark| remark.relation == name);
        let ports = |interfaces: fn(&Component) -> &[String]| -> Vec<Port> {
            let at = |(component, declared): (usize, &Component)| {
                let interface = interfaces(declared).iter().position(|known| *known == name)?;
                Some(Port { component, interface })
            };
            graph.components.iter().enumerate().filter_map(at).collect()
        };
        let from = ports(|component| &component.outputs);
        Stream {
            external: stream.external || from.is_empty(),
            from,
            to: ports(|component| &component.inputs),
            seal: remark.and_then(|remark| remark.seal.clone()),
            replicated: remark.is_some_and(|remark| remark.replicated),
            span: remark.map_or(self.program.relation(stream.relation).span, |remark| remark.span),
            name,
        }
    }
}

/// One input and one output of a component.
struct Between<'a> {
    inside: &'a Inside<'a>,
    ways: &'a Ways,
    trace: &'a Trace,
    inputs: &'a [RelationId],
    ends: (RelationId, RelationId),
}
