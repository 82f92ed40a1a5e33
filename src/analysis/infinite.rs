//! Counters: columns that arithmetic on a cycle of the rule graph may fill with infinitely many values.
//!
//! The graph here has a node for each column of each relation and each variable of each rule; an edge says that the values of one
//! flow into the other, as they are or through arithmetic. New values come from edges with arithmetic (and `count`, `sum`) only, so
//! if no cycle has such an edge every column is finite: take the components in order; each adds to what flows into it finitely many new values
//! (the argument for weak acyclicity of dependencies in data exchange, Fagin et al. 2005). An edge is harmless if its rule
//! bounds it: `N + 1` with N bounded above, `N - 1` with N bounded below, any arithmetic over variables with finitely many values,
//! `% 10`. Locations are no columns: a fact outside the network is dropped.

use super::endurance::Endurance;
use super::ranges::{Ranges, variables};
use crate::diagnostic::{Diagnostic, codes};
use crate::program::rule::{AggregateFunction, BinaryOperator};
use crate::program::{Condition, Expr, HeadTerm, Program, RelationId, Rule, RuleId, RuleKind, Term, Value, VariableId};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};

/// How far a counter gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// The cycle is deductive: one local step may derive infinitely many facts.
    OneStep,
    /// The cycle passes an inductive or async rule: the states may be infinitely many.
    OverTime,
}

/// A rule that may make infinitely many values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    /// The rule whose arithmetic is on the cycle.
    pub rule: RuleId,
    /// How far it gets.
    pub extent: Extent,
    /// A relation on the cycle, with the column that grows.
    pub column: (RelationId, usize),
}

#[derive(Debug, Clone, Copy)]
struct Flow {
    rule: RuleId,
    kind: RuleKind,
    grows: bool,
}

/// The counters of a program, by rule, at most one a rule and extent. Linear in the program.
pub fn counters(program: &Program, endurance: &Endurance) -> Vec<Counter> {
    let mut graph: DiGraph<Option<(RelationId, usize)>, Flow> = DiGraph::new();
    let mut first_column = Vec::with_capacity(program.relations.len());
    for (index, relation) in program.relations.iter().enumerate() {
        first_column.push(graph.node_count());
        for column in 0..relation.arity {
            graph.add_node(Some((RelationId(index as u32), column)));
        }
    }
    for (index, rule) in program.rules.iter().enumerate() {
        add_flows(program, rule, RuleId(index as u32), &first_column, &mut graph);
    }
    if !graph.edge_weights().any(|flow| flow.grows) {
        return Vec::new();
    }
    let everywhere = component_of(kosaraju_scc(&graph), graph.node_count());
    let deductive = EdgeFiltered::from_fn(&graph, |edge| edge.weight().kind == RuleKind::Deductive);
    let in_a_step = component_of(kosaraju_scc(&deductive), graph.node_count());
    let mut shown: Vec<Option<(RelationId, usize)>> = vec![None; graph.node_count()];
    for at in graph.node_indices() {
        if let (Some(column), place) = (graph[at], &mut shown[everywhere[at.index()]]) {
            *place = Some(place.map_or(column, |p| p.min(column)));
        }
    }
    let mut counters = Vec::new();
    for edge in graph.edge_references().filter(|edge| edge.weight().grows) {
        let (from, to) = (edge.source().index(), edge.target().index());
        let &Flow { rule, kind, .. } = edge.weight();
        let extent = if kind == RuleKind::Deductive && in_a_step[from] == in_a_step[to] {
            Extent::OneStep
        } else if everywhere[from] == everywhere[to] && endurance.rule(rule) {
            Extent::OverTime
        } else {
            continue;
        };
        let head = graph[edge.target()].or(shown[everywhere[to]]);
        if let Some(column) = head {
            counters.push(Counter { rule, extent, column });
        }
    }
    counters.sort_unstable();
    counters.dedup_by_key(|counter| (counter.rule, counter.extent));
    counters
}

fn component_of(components: Vec<Vec<NodeIndex>>, nodes: usize) -> Vec<usize> {
    let mut component = vec![0; nodes];
    for (index, members) in components.iter().enumerate() {
        for member in members {
            component[member.index()] = index;
        }
    }
    component
}

fn add_flows(
    program: &Program,
    rule: &Rule,
    id: RuleId,
    first_column: &[usize],
    graph: &mut DiGraph<Option<(RelationId, usize)>, Flow>,
) {
    let ranges = Ranges::of(program, rule);
    let first_variable = graph.node_count();
    for _ in &rule.variables {
        graph.add_node(None);
    }
    let variable_node = |variable: VariableId| NodeIndex::new(first_variable + variable.0 as usize);
    let column_node = |relation: RelationId, column: usize| NodeIndex::new(first_column[relation.0 as usize] + column);
    let flow = |grows: bool| Flow { rule: id, kind: rule.kind, grows };
    for atom in rule.positive.iter().filter(|atom| !program.relation(atom.relation).is_edb()) {
        for (column, term) in atom.terms.iter().enumerate() {
            if let Term::Variable(variable) = term
                && !ranges.is_finite(*variable)
            {
                graph.add_edge(column_node(atom.relation, column), variable_node(*variable), flow(false));
            }
        }
    }
    for condition in &rule.conditions {
        if let Condition::Bind { variable, value, .. } = condition {
            for (from, grows) in sources(&ranges, value) {
                graph.add_edge(variable_node(from), variable_node(*variable), flow(grows));
            }
        }
    }
    for (column, term) in rule.head.terms.iter().enumerate() {
        let into = column_node(rule.head.relation, column);
        match term {
            HeadTerm::Expr(expr) => {
                for (from, grows) in sources(&ranges, expr) {
                    graph.add_edge(variable_node(from), into, flow(grows));
                }
            }
            HeadTerm::Aggregate(aggregate) => {
                let grows = matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::Sum);
                let keys = if grows { aggregate.keys.as_slice() } else { &[] };
                for &from in std::iter::once(&aggregate.variable).chain(keys) {
                    graph.add_edge(variable_node(from), into, flow(grows && !ranges.is_finite(from)));
                }
            }
        }
    }
}

/// The variables whose values flow into an expression's, and whether new ones may be made of them without end.
fn sources(ranges: &Ranges, expr: &Expr) -> Vec<(VariableId, bool)> {
    match expr {
        Expr::Variable(variable) => return vec![(*variable, false)],
        Expr::Binary(BinaryOperator::Divide, dividend, divisor) => {
            // Division by a constant takes no value further from zero.
            if let (Expr::Variable(variable), Expr::Constant(Value::Int(_))) = (&**dividend, &**divisor) {
                return vec![(*variable, false)];
            }
        }
        _ => {}
    }
    let linear = ranges.linear(expr);
    let bounded = linear.is_some_and(|linear| match linear.offset {
        0 => true,
        1.. => ranges.has_upper(linear.root),
        _ => ranges.has_lower(linear.root),
    });
    let from = variables(expr).into_iter().filter(|variable| !ranges.is_finite(*variable));
    from.map(|variable| (variable, !bounded)).collect()
}

/// A warning for each counter.
pub fn warnings(program: &Program, counters: &[Counter]) -> Vec<Diagnostic> {
    let warning = |counter: &Counter| {
        let rule = &program.rules[counter.rule.0 as usize];
        let (relation, column) = counter.column;
        let name = &program.relation(relation).name;
        let place = format!("column {} of `{name}`", column + 1);
        match counter.extent {
            Extent::OneStep => Diagnostic::at(
                codes::INFINITE_STEP,
                rule.head.span,
                format!("one local step may be infinite: this rule counts on a cycle of deductive rules through {place}"),
                "makes new values from its own",
            )
            .help("bound the value in the rule, for instance `N < 100`; `--max-facts` ends a step that does not end itself"),
            Extent::OverTime => Diagnostic::at(
                codes::INFINITE_STATES,
                rule.head.span,
                format!("the states may be infinitely many: this rule counts on a cycle through time, through {place}"),
                "makes new values from its own",
            )
            .help("bound the value in the rule, for instance `N < 100`; exploring ends at `--max-states` otherwise"),
        }
    };
    counters.iter().map(warning).collect()
}
