//! Random checked programs and inputs, read off a list of choices, so that shorter lists and smaller choices are simpler
//! programs and shrinking works.

use watershed::program::rule::{AggregateFunction, BinaryOperator, Comparator};
use watershed::program::{
    Aggregate, Atom, Condition, Destination, Expr, Fact, Head, HeadTerm, InitialFact, Kind, NegatedAtom, NegatedTerm,
    NodeId, Order, Program, Relation, RelationId, Rule, RuleKind, Spelling, SymbolId, Symbols, Term, Value, VariableId,
    When,
};
use watershed::source::{FileId, Span};

/// What a random program may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fragment {
    /// Everything.
    Full,
    /// No arithmetic and no aggregates.
    Finite,
    /// No arithmetic and no sums; one aggregate in a head.
    Aggregates,
}

/// A list of choices under reading; after its end every choice is 0.
pub struct Choices<'a> {
    list: &'a [u16],
    at: usize,
}

/// Columns and stratum of each relation; the last is the built-in `node`.
const RELATIONS: [(&str, usize, usize); 8] =
    [("f", 0, 1), ("p", 1, 0), ("q", 1, 1), ("r", 2, 0), ("s", 2, 1), ("t", 2, 2), ("u", 3, 2), ("node", 1, 0)];
const BUILTIN: usize = RELATIONS.len() - 1;
const NODES: [&str; 2] = ["n1", "n2"];
const SYMBOLS: [&str; 4] = ["a", "b", "n1", "n2"];

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

impl<'a> Choices<'a> {
    pub fn new(list: &'a [u16]) -> Self {
        Choices { list, at: 0 }
    }

    /// A bound on the facts of a step: small enough that some steps run into it.
    pub fn max_facts(&mut self) -> usize {
        [150, 25, 150, 12][self.below(4)]
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let choice = self.list.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(choice) % n
    }

    /// True once in `n` times, and never at the end of the list.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn value(&mut self) -> Value {
        match self.below(10) {
            n @ 0..4 => Value::Int(n as i64 - 1),
            n @ 4..8 => Value::Symbol(SymbolId((n % 4) as u32)),
            _ => Value::Int([i64::MAX, i64::MIN, 2, 3][self.below(4)]),
        }
    }
}

/// A random program over two nodes, with facts.
pub fn program(choices: &mut Choices, fragment: Fragment) -> Program {
    let relations = RELATIONS.iter().enumerate().map(|(i, &(name, arity, _))| Relation {
        name: name.to_string(),
        arity,
        kind: if i == BUILTIN { Kind::Static } else { Kind::Idb },
        observer: false,
        builtin: i == BUILTIN,
        normalised: false,
        span: span(),
    });
    let symbols = Symbols::new(SYMBOLS.map(String::from));
    let nodes = NODES.iter().filter_map(|name| symbols.get(name)).map(Value::Symbol).collect();
    let mut program = Program {
        files: Vec::new(),
        spelling: Spelling::Hash,
        symbols,
        relations: relations.collect(),
        rules: Vec::new(),
        observers: Vec::new(),
        synchronous: Vec::new(),
        nodes,
        order: Order::Any,
        facts: Vec::new(),
        outputs: Vec::new(),
        outputs_declared: false,
        nevers: Vec::new(),
        strata: RELATIONS.iter().map(|&(_, _, stratum)| stratum).collect(),
        observer_strata: vec![0; RELATIONS.len()],
        integers: Vec::new(),
    };
    for _ in 0..1 + choices.below(8) {
        let arithmetic = fragment == Fragment::Full && choices.once_in(4);
        program.rules.push(RuleMaker { choices, fragment, arithmetic, variables: 0, bound: Vec::new() }.rule());
    }
    for _ in 0..choices.below(16) {
        let node = NodeId(choices.below(NODES.len()) as u32);
        let when = [When::Always, When::Step(1), When::Step(2)][choices.below(3)];
        program.facts.push(InitialFact { node, when, fact: fact(choices, 1), span: span() });
    }
    program.facts.sort_unstable();
    program.facts.dedup();
    program
}

fn fact(choices: &mut Choices, relations: usize) -> Fact {
    let relation = choices.below(BUILTIN) / relations * relations;
    let values = (0..RELATIONS[relation].1).map(|_| choices.value()).collect();
    Fact { relation: RelationId(relation as u32), values }
}

/// A random node and input for it.
pub fn input(choices: &mut Choices) -> (NodeId, Vec<Fact>) {
    let node = NodeId(choices.below(NODES.len()) as u32);
    // Some inputs have large extents, which are indexed, the others many small ones.
    let (facts, relations) = if choices.once_in(4) { (90, 2) } else { (20, 1) };
    let facts = (0..choices.below(facts)).map(|_| fact(choices, relations));
    (node, facts.collect())
}

struct RuleMaker<'a, 'b> {
    choices: &'a mut Choices<'b>,
    fragment: Fragment,
    arithmetic: bool,
    variables: usize,
    bound: Vec<VariableId>,
}

impl RuleMaker<'_, '_> {
    fn rule(&mut self) -> Rule {
        let kind =
            [RuleKind::Deductive, RuleKind::Deductive, RuleKind::Inductive, RuleKind::Async][self.choices.below(4)];
        let relation = self.choices.below(BUILTIN);
        let aggregated = match self.fragment {
            Fragment::Full => self.choices.once_in(4),
            Fragment::Finite => false,
            Fragment::Aggregates => self.choices.once_in(2),
        };
        // Deductive rules read their own stratum and those below, through negation and aggregation only those below.
        let ceiling = if kind == RuleKind::Deductive { RELATIONS[relation].2 } else { usize::MAX };
        let location = match self.choices.below(6) {
            0..2 => None,
            2..4 => {
                let variable = VariableId(self.choices.below(4) as u32);
                self.bind(variable);
                Some(Term::Variable(variable))
            }
            4 => Some(Term::Anonymous),
            _ => Some(Term::Constant(self.choices.value())),
        };
        let below = |strict: bool| -> Vec<usize> {
            let reads = |&r: &usize| RELATIONS[r].2 < ceiling || (!strict && RELATIONS[r].2 == ceiling);
            (0..RELATIONS.len()).filter(reads).collect()
        };
        let (readable, complete) = (below(kind == RuleKind::Deductive && aggregated), below(true));
        let atoms = if readable.is_empty() { 0 } else { self.choices.below(4) };
        let positive: Vec<Atom> = (0..atoms).map(|_| self.atom(&readable)).collect();
        self.variables = 4;
        let conditions: Vec<Condition> = (0..self.choices.below(3)).filter_map(|_| self.condition()).collect();
        let negatives = if complete.is_empty() { 0 } else { self.choices.below(3) };
        let negative: Vec<NegatedAtom> = (0..negatives).map(|_| self.negated(&complete)).collect();
        let destination = match self.choices.below(4) {
            _ if kind != RuleKind::Async => Destination::Here,
            0 => Destination::Here,
            1..3 => Destination::At(self.expr()),
            _ => Destination::Everywhere,
        };
        let mut left = if self.fragment == Fragment::Aggregates { 1 } else { usize::MAX };
        let terms: Vec<HeadTerm> = (0..RELATIONS[relation].1)
            .map(|_| {
                let term = self.head_term(aggregated && left > 0);
                left -= usize::from(matches!(term, HeadTerm::Aggregate(_)));
                term
            })
            .collect();
        let can_err = conditions.iter().any(|condition| match condition {
            Condition::Compare { left, right, checked, .. } => *checked || computes(left) || computes(right),
            Condition::Bind { value, .. } => computes(value),
        }) || negative
            .iter()
            .any(|atom| atom.terms.iter().any(|term| matches!(term, NegatedTerm::Expr(expr) if computes(expr))))
            || matches!(&destination, Destination::At(expr) if computes(expr))
            || terms.iter().any(|term| match term {
                HeadTerm::Expr(expr) => computes(expr),
                HeadTerm::Aggregate(aggregate) => aggregate.function == AggregateFunction::Sum,
            });
        Rule {
            kind,
            head: Head { relation: RelationId(relation as u32), destination, terms, span: span() },
            location,
            positive,
            conditions,
            negative,
            variables: (0..self.variables).map(|i| format!("V{i}")).collect(),
            can_err,
            span: span(),
        }
    }

    fn bind(&mut self, variable: VariableId) {
        if !self.bound.contains(&variable) {
            self.bound.push(variable);
        }
    }

    fn atom(&mut self, relations: &[usize]) -> Atom {
        let relation = relations[self.choices.below(relations.len())];
        let terms = (0..RELATIONS[relation].1)
            .map(|_| match self.choices.below(8) {
                0..6 => {
                    let variable = VariableId(self.choices.below(4) as u32);
                    self.bind(variable);
                    Term::Variable(variable)
                }
                6 => Term::Constant(self.choices.value()),
                _ => Term::Anonymous,
            })
            .collect();
        let time = self.choices.once_in(40).then_some(1);
        Atom { relation: RelationId(relation as u32), terms, time, span: span() }
    }

    fn condition(&mut self) -> Option<Condition> {
        if self.choices.once_in(4) {
            let value = self.expr();
            let variable = VariableId(self.variables as u32);
            self.variables += 1;
            self.bind(variable);
            return Some(Condition::Bind { variable, value, span: span() });
        }
        use Comparator::*;
        let comparator = [Ne, Eq, Lt, Le, Gt, Ge][self.choices.below(6)];
        let (left, right) = (self.expr(), self.expr());
        let checked = self.arithmetic && self.choices.once_in(2);
        Some(Condition::Compare { comparator, left, right, checked, span: span() })
    }

    fn negated(&mut self, relations: &[usize]) -> NegatedAtom {
        let relation = relations[self.choices.below(relations.len())];
        let terms = (0..RELATIONS[relation].1)
            .map(|_| match self.choices.below(4) {
                0..3 => NegatedTerm::Expr(self.expr()),
                _ => NegatedTerm::Existential(self.choices.below(2) as u32),
            })
            .collect();
        let time = self.choices.once_in(40).then_some(1);
        NegatedAtom { relation: RelationId(relation as u32), terms, time, span: span() }
    }

    fn head_term(&mut self, aggregated: bool) -> HeadTerm {
        if aggregated && !self.bound.is_empty() && self.choices.below(2) == 0 {
            use AggregateFunction::*;
            let all: &[AggregateFunction] = match self.fragment {
                Fragment::Aggregates => &[Count, Min, Max],
                _ => &[Count, Sum, Min, Max],
            };
            let function = all[self.choices.below(all.len())];
            let variable = self.variable();
            let keys = (0..self.choices.below(3)).map(|_| self.variable()).collect();
            return HeadTerm::Aggregate(Aggregate { function, variable, keys });
        }
        HeadTerm::Expr(self.expr())
    }

    fn variable(&mut self) -> VariableId {
        self.bound[self.choices.below(self.bound.len())]
    }

    fn expr(&mut self) -> Expr {
        if self.arithmetic && self.choices.once_in(5) {
            if self.choices.once_in(5) {
                return Expr::Negate(Box::new(self.expr()));
            }
            use BinaryOperator::*;
            let operator = [Add, Subtract, Multiply, Divide, Remainder][self.choices.below(5)];
            return Expr::Binary(operator, Box::new(self.expr()), Box::new(self.expr()));
        }
        if self.bound.is_empty() || self.choices.once_in(5) {
            Expr::Constant(self.choices.value())
        } else {
            Expr::Variable(self.variable())
        }
    }
}

fn computes(expr: &Expr) -> bool {
    matches!(expr, Expr::Negate(_) | Expr::Binary(..))
}
