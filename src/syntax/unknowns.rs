//! Unknown inputs: constants `?v`, facts that may be given or not (`maybe`), and what is assumed of them.
//!
//! A program with unknowns stands for the programs that valuations make of it. A valuation is written as the body of a rule is:
//! `?v == 1, p(#a, x), notin q(#a, y)` gives `?v` a value, and says which of the facts after `maybe` are given.

use super::ast::{
    Argument, Assumption, Ast, Atom, BinaryOperator, Comparator, Declaration, Expr, ExprKind, Item, ItemKind,
    LiteralKind, TermKind, Time,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is not known of a program's facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unknowns {
    /// The names of the unknown constants, without their mark, and where each first stands; in order of first appearance in facts.
    pub constants: Vec<(String, Span)>,
    /// The facts after `maybe`, in order.
    pub facts: Vec<Atom>,
    /// What is assumed of the constants, in order.
    pub assumptions: Vec<Assumption>,
}

/// Values for all that is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Valuation {
    /// The value of each constant by name: an integer or a symbol.
    pub constants: BTreeMap<String, TermKind>,
    /// By index into [`Unknowns::facts`]: whether the fact is given.
    pub given: Vec<bool>,
}

impl Unknowns {
    /// The unknowns of the trees of one program, and what is wrong with them.
    pub fn collect(trees: &[Ast]) -> (Self, Vec<Diagnostic>) {
        let mut collector = Collector {
            first_column: !trees.iter().any(Ast::marks_locations),
            unknowns: Unknowns::default(),
            names: BTreeSet::new(),
            diagnostics: Vec::new(),
        };
        for item in trees.iter().flat_map(|tree| &tree.items) {
            match &item.kind {
                ItemKind::Fact(fact) => collector.fact(&fact.atom, fact.maybe),
                ItemKind::Rule(rule) => {
                    collector.nowhere(&rule.head);
                    for literal in &rule.body {
                        match &literal.kind {
                            LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => collector.nowhere(atom),
                            LiteralKind::Comparison(left, _, right) => {
                                collector.in_rule(left);
                                collector.in_rule(right);
                            }
                        }
                    }
                }
                ItemKind::Include(_) | ItemKind::Declaration(_) => {}
            }
        }
        for item in trees.iter().flat_map(|tree| &tree.items) {
            if let ItemKind::Declaration(Declaration::Assume(assumptions)) = &item.kind {
                for assumption in assumptions {
                    collector.assumed(&assumption.left);
                    collector.assumed(&assumption.right);
                    if !has_unknown(&assumption.left) && !has_unknown(&assumption.right) {
                        let span = assumption.left.span.to(assumption.right.span);
                        collector.misplaced(span, "an assumption about nothing unknown", "no unknown constant");
                    }
                    collector.unknowns.assumptions.push(assumption.clone());
                }
            }
        }
        (collector.unknowns, collector.diagnostics)
    }

    /// Whether all is known.
    pub fn is_empty(&self) -> bool {
        self.constants.is_empty() && self.facts.is_empty()
    }

    /// The unknowns of two programs that are given the same valuation: constants of one name are one, and so are facts that are written alike. What
    /// either assumes holds.
    #[must_use]
    pub fn joined(&self, other: &Unknowns) -> Unknowns {
        let mut joined = Unknowns::default();
        for one in [self, other] {
            for (name, span) in &one.constants {
                if !joined.constants.iter().any(|(known, _)| known == name) {
                    joined.constants.push((name.clone(), *span));
                }
            }
            for fact in &one.facts {
                if joined.fact(fact).is_none() {
                    joined.facts.push(fact.clone());
                }
            }
            joined.assumptions.extend(one.assumptions.iter().cloned());
        }
        joined
    }

    /// What a valuation of `all`, of which these unknowns are a part, says of them.
    #[must_use]
    pub fn part(&self, all: &Unknowns, valuation: &Valuation) -> Valuation {
        let value = |(name, _): &(String, Span)| Some((name.clone(), valuation.constants.get(name)?.clone()));
        let given = |fact: &Atom| all.fact(fact).is_none_or(|index| valuation.given[index]);
        Valuation {
            constants: self.constants.iter().filter_map(value).collect(),
            given: self.facts.iter().map(given).collect(),
        }
    }

    /// The first fact that is written like this one.
    fn fact(&self, atom: &Atom) -> Option<usize> {
        self.facts.iter().position(|known| same(known, atom))
    }

    /// A valuation in which every fact is given and each constant stands for itself, as a symbol that no tree has.
    pub fn stand_ins(&self, trees: &[Ast]) -> Valuation {
        let mut taken = BTreeSet::new();
        for tree in trees {
            tree.clone().each_term(&mut |kind| {
                if let TermKind::Symbol(symbol) = kind {
                    taken.insert(std::mem::take(symbol));
                }
            });
        }
        let stand_in = |name: &String| {
            let mut symbol = format!("?{name}");
            while taken.contains(&symbol) {
                symbol.insert(0, '?');
            }
            TermKind::Symbol(symbol)
        };
        Valuation {
            constants: self.constants.iter().map(|(name, _)| (name.clone(), stand_in(name))).collect(),
            given: vec![true; self.facts.len()],
        }
    }

    /// Reads the literals of a valuation. All unknowns must be given a value, once.
    ///
    /// # Errors
    /// What is wrong, in one sentence.
    pub fn read(&self, literals: &[LiteralKind]) -> Result<Valuation, String> {
        let mut valuation = Valuation { constants: BTreeMap::new(), given: vec![false; self.facts.len()] };
        let mut said = vec![false; self.facts.len()];
        for literal in literals {
            let (atom, given) = match literal {
                LiteralKind::Comparison(left, Comparator::Eq, right) => {
                    let ExprKind::Term(TermKind::Unknown(name)) = &left.kind else {
                        return Err(format!("expected an unknown before `==`, found `{left}`"));
                    };
                    let ExprKind::Term(value @ (TermKind::Integer(_) | TermKind::Symbol(_))) = &right.kind else {
                        return Err(format!(
                            "expected an integer or a symbol as the value of `?{name}`, found `{right}`"
                        ));
                    };
                    if !self.constants.iter().any(|(known, _)| known == name) {
                        return Err(format!("the program has no unknown `?{name}`"));
                    }
                    if valuation.constants.insert(name.clone(), value.clone()).is_some() {
                        return Err(format!("`?{name}` is given two values"));
                    }
                    continue;
                }
                LiteralKind::Comparison(..) => {
                    return Err(format!("expected `?v == value` or a fact, found `{literal}`"));
                }
                LiteralKind::Positive(atom) => (atom, true),
                LiteralKind::Negative(atom) => (atom, false),
            };
            let mut found = false;
            for (i, _) in self.facts.iter().enumerate().filter(|(_, fact)| same(fact, atom)) {
                if said[i] && valuation.given[i] != given {
                    return Err(format!("`{atom}` is given and not given"));
                }
                (said[i], valuation.given[i], found) = (true, given, true);
            }
            if !found {
                return Err(format!("the program has no fact `maybe {atom}`"));
            }
        }
        let missing = self.constants.iter().find(|(name, _)| !valuation.constants.contains_key(name));
        if let Some((name, _)) = missing {
            return Err(format!("no value for `?{name}`"));
        }
        match said.iter().position(|said| !said) {
            Some(i) => Err(format!("whether `{}` is given is not said", self.facts[i])),
            None => Ok(valuation),
        }
    }

    /// The first assumption that a valuation does not meet.
    pub fn broken(&self, valuation: &Valuation) -> Option<&Assumption> {
        self.assumptions.iter().find(|assumption| {
            let (left, right) = (valuation.value(&assumption.left), valuation.value(&assumption.right));
            let order = left.zip(right).map(|(left, right)| left.cmp(&right));
            !order.is_some_and(|order| match assumption.comparator {
                Comparator::Eq => order.is_eq(),
                Comparator::Ne => order.is_ne(),
                Comparator::Lt => order.is_lt(),
                Comparator::Le => order.is_le(),
                Comparator::Gt => order.is_gt(),
                Comparator::Ge => order.is_ge(),
            })
        })
    }

    /// The text of a valuation, which [`Unknowns::read`] reads.
    pub fn show(&self, valuation: &Valuation) -> String {
        let value = |name: &String| valuation.constants.get(name).map(|value| format!("?{name} == {value}"));
        let constants = self.constants.iter().filter_map(|(name, _)| value(name));
        let facts = self.facts.iter().zip(&valuation.given);
        let facts = facts.map(|(fact, given)| format!("{}{fact}", if *given { "" } else { "notin " }));
        constants.chain(facts).collect::<Vec<_>>().join(", ")
    }
}

/// Whether two atoms are written alike.
fn same(left: &Atom, right: &Atom) -> bool {
    left.to_string() == right.to_string()
}

impl Valuation {
    /// The value of an expression; nothing if it has none.
    fn value(&self, expr: &Expr) -> Option<Scalar> {
        let integer = |expr: &Expr| match self.value(expr)? {
            Scalar::Integer(integer) => Some(integer),
            Scalar::Symbol(_) => None,
        };
        let value = match &expr.kind {
            ExprKind::Term(TermKind::Integer(integer)) => i128::from(*integer),
            ExprKind::Term(TermKind::Symbol(symbol)) => return Some(Scalar::Symbol(symbol.clone())),
            ExprKind::Term(TermKind::Unknown(name)) => match self.constants.get(name)? {
                TermKind::Integer(integer) => i128::from(*integer),
                TermKind::Symbol(symbol) => return Some(Scalar::Symbol(symbol.clone())),
                _ => return None,
            },
            ExprKind::Term(_) => return None,
            ExprKind::Negate(inner) => integer(inner)?.checked_neg()?,
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (integer(left)?, integer(right)?);
                match operator {
                    BinaryOperator::Add => left.checked_add(right)?,
                    BinaryOperator::Subtract => left.checked_sub(right)?,
                    BinaryOperator::Multiply => left.checked_mul(right)?,
                    BinaryOperator::Divide => left.checked_div(right)?,
                    BinaryOperator::Remainder => left.checked_rem(right)?,
                }
            }
        };
        Some(Scalar::Integer(value))
    }

    /// The trees with values in place of the unknowns of facts, and without the facts that are not given.
    pub fn apply(&self, trees: &[Ast]) -> Vec<Ast> {
        let mut given = self.given.iter();
        let mut trees = trees.to_vec();
        for tree in &mut trees {
            tree.items.retain_mut(|item| match &mut item.kind {
                ItemKind::Fact(fact) => !std::mem::take(&mut fact.maybe) || *given.next().unwrap_or(&true),
                _ => true,
            });
            tree.each_term(&mut |kind| {
                if let TermKind::Unknown(name) = kind
                    && let Some(value) = self.constants.get(name)
                {
                    *kind = value.clone();
                }
            });
        }
        trees
    }
}

impl Ast {
    /// Whether some atom of a rule or fact writes its location with `#`.
    pub fn marks_locations(&self) -> bool {
        self.items.iter().any(|item| match &item.kind {
            ItemKind::Fact(fact) => fact.atom.location.is_some(),
            ItemKind::Rule(rule) => {
                rule.head.location.is_some()
                    || rule.body.iter().any(|literal| match &literal.kind {
                        LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => atom.location.is_some(),
                        LiteralKind::Comparison(..) => false,
                    })
            }
            ItemKind::Include(_) | ItemKind::Declaration(_) => false,
        })
    }

    /// Calls `visit` with every term of facts, rules and the network.
    fn each_term(&mut self, visit: &mut dyn FnMut(&mut TermKind)) {
        for Item { kind, .. } in &mut self.items {
            match kind {
                ItemKind::Declaration(Declaration::Nodes(nodes)) => {
                    nodes.iter_mut().for_each(|node| visit(&mut node.kind))
                }
                ItemKind::Include(_) | ItemKind::Declaration(_) => {}
                ItemKind::Fact(fact) => terms_of_atom(&mut fact.atom, visit),
                ItemKind::Rule(rule) => {
                    terms_of_atom(&mut rule.head, visit);
                    for literal in &mut rule.body {
                        match &mut literal.kind {
                            LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => terms_of_atom(atom, visit),
                            LiteralKind::Comparison(left, _, right) => {
                                terms(left, visit);
                                terms(right, visit);
                            }
                        }
                    }
                }
            }
        }
    }
}

fn terms_of_atom(atom: &mut Atom, visit: &mut dyn FnMut(&mut TermKind)) {
    atom.location.iter_mut().for_each(|term| visit(&mut term.kind));
    for argument in &mut atom.arguments {
        if let Argument::Expr(expr) = argument {
            terms(expr, visit);
        }
    }
}

fn terms(expr: &mut Expr, visit: &mut dyn FnMut(&mut TermKind)) {
    match &mut expr.kind {
        ExprKind::Term(kind) => visit(kind),
        ExprKind::Negate(inner) => terms(inner, visit),
        ExprKind::Binary(_, left, right) => {
            terms(left, visit);
            terms(right, visit);
        }
    }
}

/// A value, ordered as the language orders them (semantics §1). What assumptions compute has no bound.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Scalar {
    Integer(i128),
    Symbol(String),
}

struct Collector {
    first_column: bool,
    unknowns: Unknowns,
    names: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Collector {
    fn fact(&mut self, atom: &Atom, maybe: bool) {
        let names_network =
            !self.first_column && atom.location.is_none() && atom.name.text == "node" && atom.arguments.len() == 1;
        if maybe {
            if names_network {
                self.misplaced(
                    atom.span,
                    "the network is known: `node` facts are given",
                    "not a fact that may be given",
                );
            }
            if !matches!(atom.time, None | Some((Time::At(_), _))) {
                // The resolver says what is wrong with the suffix.
                return;
            }
            self.unknowns.facts.push(atom.clone());
        }
        if let Some(location) = &atom.location
            && matches!(location.kind, TermKind::Unknown(_))
        {
            self.misplaced(location.span, "the location of a fact is unknown", "no node");
        }
        for (column, argument) in atom.arguments.iter().enumerate() {
            let Argument::Expr(expr) = argument else { continue };
            match &expr.kind {
                ExprKind::Term(TermKind::Unknown(_)) if (self.first_column && column == 0) || names_network => {
                    self.misplaced(expr.span, "the location of a fact is unknown", "no node");
                }
                ExprKind::Term(TermKind::Unknown(name)) => {
                    if self.names.insert(name.clone()) {
                        self.unknowns.constants.push((name.clone(), expr.span));
                    }
                }
                ExprKind::Term(_) => {}
                _ => self.within(expr, "a fact computes with an unknown constant"),
            }
        }
    }

    /// Reports unknowns within an expression.
    fn within(&mut self, expr: &Expr, message: &str) {
        if has_unknown(expr) {
            self.misplaced(expr.span, message, "not a constant");
        }
    }

    fn in_rule(&mut self, expr: &Expr) {
        self.within(expr, "an unknown constant in a rule");
    }

    fn nowhere(&mut self, atom: &Atom) {
        if let Some(location) = &atom.location
            && matches!(location.kind, TermKind::Unknown(_))
        {
            self.misplaced(location.span, "an unknown constant in a rule", "not a constant");
        }
        for argument in &atom.arguments {
            if let Argument::Expr(expr) = argument {
                self.in_rule(expr);
            }
        }
    }

    fn assumed(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Term(TermKind::Integer(_) | TermKind::Symbol(_)) => {}
            ExprKind::Term(TermKind::Unknown(name)) if self.names.contains(name) => {}
            ExprKind::Term(TermKind::Unknown(name)) => {
                let message = format!("an assumption about `?{name}`, which stands in no fact");
                self.misplaced(expr.span, &message, "no unknown of the program");
            }
            ExprKind::Term(TermKind::Variable(_) | TermKind::Anonymous) => {
                self.misplaced(expr.span, "an assumption about a variable", "not a constant");
            }
            ExprKind::Negate(inner) => self.assumed(inner),
            ExprKind::Binary(_, left, right) => {
                self.assumed(left);
                self.assumed(right);
            }
        }
    }

    fn misplaced(&mut self, span: Span, message: &str, label: &str) {
        self.diagnostics.push(
            Diagnostic::at(codes::MISPLACED_UNKNOWN, span, message, label)
                .help("an unknown `?v` stands alone in a column of a fact; more is said of it with `assume ?v > 0;`"),
        );
    }
}

fn has_unknown(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Term(kind) => matches!(kind, TermKind::Unknown(_)),
        ExprKind::Negate(inner) => has_unknown(inner),
        ExprKind::Binary(_, left, right) => has_unknown(left) || has_unknown(right),
    }
}

/// Without `maybe`, without values: as the program writes them.
impl fmt::Display for Unknowns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let constants = self.constants.iter().map(|(name, _)| format!("?{name}"));
        let facts = self.facts.iter().map(|fact| format!("maybe {fact}"));
        f.write_str(&constants.chain(facts).collect::<Vec<_>>().join(", "))
    }
}
