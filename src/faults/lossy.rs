//! A plan of faults made part of the program: what goes wrong is then a matter of delivery orders alone.
//!
//! A fault of a node's later step is a message that the node sends itself in its first step, which the schedule delivers when it likes; one of
//! the first step is an event. In the step in which it is there,
//!
//! - an omission or a crash *cuts* channels: every async rule whose head may be at another node gets `notin cut(addressee)`; a crash persists;
//! - a restart *wipes* the node: every inductive rule gets `notin wiped()`, so nothing is carried to the next step;
//! - a duplication sends each message a second time, in a relation of its own, from which the addressee derives what was sent: the copies are
//!   delivered apart, or together as one. What is cut is not sent twice.
//!
//! *Why these runs are the runs with the faults.* In a step without a fault the guards hold and the rules are the program's own. The message that
//! brings a fault changes nothing but what the fault is: no rule of the program reads it, so a step that delivers it and else nothing is an idle step with the fault
//! in it, and a fault in a step in which nothing is sent, or carried, is none. A fair run delivers each such message at last; the runs with fewer faults
//! are those of smaller plans. The relations of the program have the facts that they would have.
//!
//! What is static is not lost in a restart: that goes for relations, too, that are static by normalisation (semantics §1).
//!
//! Observers read facts of a numbered local step, `r(X)@k`, from relations that keep what r was in that step; a fault does not touch these.

use super::plan::{Fault, Plan, Planned, Turn};
use crate::program::{Destination, NodeId, Program, RelationId, RuleKind, Spelling};
use crate::rewrite::names::{Names, names_network};
use crate::source::{FileId, Span};
use crate::syntax::ast::{
    Argument, Ast, Atom, Declaration, Expr, ExprKind, Item, ItemKind, Literal, LiteralKind, Name, Rule, TermKind, Time,
};
use crate::syntax::print::print;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A program that faults can be added to.
#[derive(Debug)]
pub struct Lossy<'p> {
    program: &'p Program,
    /// What is the same under all plans: the items of all files in order, atoms of numbered steps replaced.
    items: Vec<Item>,
    /// The rules that keep what relations were in numbered steps.
    kept: String,
    names: Names,
    /// The async rules by the span of their heads, and whether they send to every node; repeated rules are not there.
    async_heads: BTreeMap<Span, bool>,
    reads_crash: bool,
}

/// An observer looks at a numbered round of what observers derive, which no local step has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoLocalStep {
    /// The atom.
    pub span: Span,
}

impl<'p> Lossy<'p> {
    /// Prepares `program`, which was resolved from `trees` for asynchronous runs.
    ///
    /// # Errors
    /// The first atom of a numbered round of an observer relation.
    pub fn new(program: &'p Program, trees: &[Ast]) -> Result<Self, NoLocalStep> {
        let names = Names::of(program, trees);
        let mut lossy = Lossy {
            program,
            items: Vec::new(),
            kept: String::new(),
            names,
            async_heads: BTreeMap::new(),
            reads_crash: program.relation_named("crash").is_some_and(|id| is_crash(program, id)),
        };
        let sends = program.rules.iter().filter(|rule| rule.kind == RuleKind::Async);
        lossy.async_heads =
            sends.map(|rule| (rule.head.span, matches!(rule.head.destination, Destination::Everywhere))).collect();
        let mut kept: BTreeMap<(String, u64), usize> = BTreeMap::new();
        for item in trees.iter().flat_map(|tree| &tree.items) {
            let mut item = item.clone();
            match &mut item.kind {
                // The network is declared anew, whatever named it.
                ItemKind::Include(_) | ItemKind::Declaration(Declaration::Nodes(_)) => continue,
                ItemKind::Fact(fact) if names_network(program, &fact.atom) => continue,
                ItemKind::Rule(rule) => lossy.read_kept_steps(rule, &mut kept)?,
                ItemKind::Declaration(_) | ItemKind::Fact(_) => {}
            }
            lossy.items.push(item);
        }
        lossy.kept = lossy.rules_that_keep(&kept);
        Ok(lossy)
    }

    /// Replaces `r(X)@k` by an atom of the relation that keeps it.
    fn read_kept_steps(&self, rule: &mut Rule, kept: &mut BTreeMap<(String, u64), usize>) -> Result<(), NoLocalStep> {
        for literal in &mut rule.body {
            let (LiteralKind::Positive(atom) | LiteralKind::Negative(atom)) = &mut literal.kind else { continue };
            let Some((Time::At(step), _)) = atom.time else { continue };
            let relation = self.program.relation_named(&atom.name.text);
            if relation.is_some_and(|id| self.program.relation(id).observer) {
                return Err(NoLocalStep { span: atom.span });
            }
            kept.insert((atom.name.text.clone(), step), atom.arguments.len());
            atom.name.text = self.keeper(&atom.name.text, step);
            atom.time = None;
        }
        Ok(())
    }

    fn keeper(&self, relation: &str, step: u64) -> String {
        self.names.fresh(&format!("{relation}_at_{step}"))
    }

    fn rules_that_keep(&self, kept: &BTreeMap<(String, u64), usize>) -> String {
        let mut text = String::new();
        let steps: BTreeSet<u64> = kept.keys().map(|&(_, step)| step).collect();
        let clock = |step: u64| self.names.fresh(&format!("step_{step}"));
        for step in steps {
            match self.program.spelling {
                Spelling::Hash => writeln!(text, "{}()@{step};", clock(step)),
                Spelling::FirstColumn => {
                    let at = |id| format!("{}({})@{step};", clock(step), self.program.show_node(id));
                    writeln!(text, "{}", self.program.node_ids().map(at).collect::<Vec<_>>().join(" "))
                }
            }
            .expect("strings take all text");
        }
        for ((relation, step), &columns) in kept {
            let columns = (1..=columns).map(|column| format!("X{column}")).collect::<Vec<_>>().join(", ");
            let clock = clock(*step);
            let clock = match self.program.spelling {
                Spelling::Hash => format!("{clock}()"),
                Spelling::FirstColumn => format!("{clock}(X1)"),
            };
            let keeper = self.keeper(relation, *step);
            let _ = writeln!(text, "{keeper}({columns}) :- {relation}({columns}), {clock};");
            let _ = writeln!(text, "{keeper}({columns})@next :- {keeper}({columns});");
        }
        text
    }

    /// The relation whose facts bring about faults of this kind; their last column is the number of the fault in its plan, from 1.
    pub fn brings(&self, fault: Fault) -> String {
        self.names.fresh(match fault {
            Fault::Omission { .. } => "omission",
            Fault::Crash { .. } => "crashed",
            Fault::Restart { .. } => "restart",
            Fault::Duplication { .. } => "duplication",
        })
    }

    /// The text of the program under a plan.
    pub fn text(&self, plan: &Plan) -> String {
        let has = |is: fn(Fault) -> bool| plan.planned.iter().any(|planned| is(planned.fault));
        let cuts = has(|fault| matches!(fault, Fault::Omission { .. } | Fault::Crash { .. }));
        let wipes = has(|fault| matches!(fault, Fault::Restart { .. }));
        let repeats = has(|fault| matches!(fault, Fault::Duplication { .. }));
        let mut items = Vec::new();
        let mut sent_twice: BTreeMap<(String, usize), String> = BTreeMap::new();
        for item in &self.items {
            let ItemKind::Rule(rule) = &item.kind else {
                items.push(item.clone());
                continue;
            };
            let with = |rule: Rule| Item { kind: ItemKind::Rule(Box::new(rule)), ..item.clone() };
            match rule.head.time {
                Some((Time::Next, _)) if wipes && !self.is_static(&rule.head) => items.push(with(self.wiped(rule))),
                Some((Time::Async, _)) if cuts || repeats => {
                    let Some(sending) = self.sending(rule) else { continue };
                    let guard = |atom: Atom| literal(LiteralKind::Negative(atom));
                    let mut rule = sending.rule.clone();
                    if cuts && let Some(to) = &sending.to {
                        rule.body.push(guard(self.about("cut", &sending.from, [to.clone()])));
                    }
                    if repeats && let Some(to) = &sending.to {
                        let columns = rule.head.arguments.len();
                        let key = (rule.head.name.text.clone(), columns);
                        let name = self.names.fresh(&format!("{}_twice", rule.head.name.text));
                        let twice = sent_twice.entry(key).or_insert(name).clone();
                        let second = self.second(&rule, &sending, to, twice);
                        items.push(Item { leading: Vec::new(), trailing: Vec::new(), ..with(second) });
                    }
                    items.push(with(rule));
                }
                _ => items.push(item.clone()),
            }
        }
        let nodes: Vec<String> = self.program.node_ids().map(|node| self.program.show_node(node)).collect();
        let mut text = format!("nodes {};\n\n", nodes.join(", "));
        text.push_str(&print(&Ast { items, closing_comments: Vec::new() }));
        text.push_str(&self.kept);
        for ((relation, columns), twice) in &sent_twice {
            let columns = (1..=*columns).map(|column| format!("X{column}")).collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "{relation}({columns}) :- {twice}({columns});");
        }
        self.faults(plan, &mut text);
        text
    }

    /// The facts and rules by which the faults of a plan happen.
    fn faults(&self, plan: &Plan, text: &mut String) {
        if plan.planned.is_empty() {
            return;
        }
        let hash = if self.program.spelling == Spelling::Hash { "#" } else { "" };
        let node = |id: NodeId| self.program.show_node(id);
        text.push_str("\n// What goes wrong: in the first step of a node, or in the step that it is delivered in.\n");
        let mut kinds: BTreeSet<&'static str> = BTreeSet::new();
        let mut later: BTreeSet<&'static str> = BTreeSet::new();
        for (number, &Planned { fault, turn }) in (1..).zip(&plan.planned) {
            let (kind, columns) = match fault {
                Fault::Omission { to, .. } => ("omission", format!("{}, {number}", node(to))),
                Fault::Crash { .. } => ("crashed", number.to_string()),
                Fault::Restart { .. } => ("restart", number.to_string()),
                Fault::Duplication { to, .. } => ("duplication", format!("{}, {number}", node(to))),
            };
            let name = match turn {
                Turn::First => self.names.fresh(kind),
                Turn::Later => self.names.fresh(&format!("{kind}_to_come")),
            };
            kinds.insert(kind);
            if turn == Turn::Later {
                later.insert(kind);
            }
            let _ = writeln!(text, "{name}({hash}{}, {columns})@1;", node(fault.node()));
        }
        for kind in later {
            let columns = if matches!(kind, "omission" | "duplication") { "M, I" } else { "I" };
            let (name, token) = (self.names.fresh(kind), self.names.fresh(&format!("{kind}_to_come")));
            let _ = writeln!(text, "{name}({hash}N, {columns})@async :- {token}({hash}N, {columns});");
        }
        let [omission, crashed, restart, duplication] =
            ["omission", "crashed", "restart", "duplication"].map(|kind| self.names.fresh(kind));
        let [cut, wiped, doubled, other] = ["cut", "wiped", "doubled", "other"].map(|name| self.names.fresh(name));
        if kinds.contains("omission") {
            let _ = writeln!(text, "{cut}({hash}N, M) :- {omission}({hash}N, M, _);");
        }
        if kinds.contains("crashed") {
            let _ = writeln!(text, "{crashed}({hash}N, I)@next :- {crashed}({hash}N, I);");
            // Alone in its network, a node has nobody to be cut off from.
            if self.program.nodes.len() > 1 {
                let _ = writeln!(text, "{cut}({hash}N, M) :- {crashed}({hash}N, _), {other}({hash}N, M);");
            }
            for crash in plan.crashed() {
                let others = self.program.node_ids().filter(|&id| id != crash);
                let fact = |id| format!("{other}({hash}{}, {});", node(crash), node(id));
                let _ = writeln!(text, "{}", others.map(fact).collect::<Vec<_>>().join(" "));
                if self.reads_crash {
                    let fact = |observer| format!("crash({}, {}, 1);", node(observer), node(crash));
                    let _ = writeln!(text, "{}", self.program.node_ids().map(fact).collect::<Vec<_>>().join(" "));
                }
            }
        }
        if kinds.contains("restart") {
            let _ = writeln!(text, "{wiped}({hash}N) :- {restart}({hash}N, _);");
        }
        if kinds.contains("duplication") {
            let _ = writeln!(text, "{doubled}({hash}N, M) :- {duplication}({hash}N, M, _);");
        }
        let guards = kinds.iter().any(|&kind| kind != "restart");
        if guards && self.async_heads.values().any(|&everywhere| everywhere) {
            let everyone = self.names.fresh("everyone");
            let fact = |id| format!("{everyone}({});", node(id));
            let _ = writeln!(text, "{}", self.program.node_ids().map(fact).collect::<Vec<_>>().join(" "));
        }
    }

    /// Whether a rule keeps what is as good as static.
    fn is_static(&self, head: &Atom) -> bool {
        let id = self.program.relation_named(&head.name.text);
        id.is_some_and(|id| self.program.relation(id).normalised)
    }

    /// An inductive rule that a restart stops.
    fn wiped(&self, rule: &Rule) -> Rule {
        let mut rule = rule.clone();
        let from = self.location(&mut rule);
        rule.body.push(literal(LiteralKind::Negative(self.about("wiped", &from, []))));
        rule
    }

    /// An async rule with its ends. `None` if it repeats another one.
    fn sending(&self, rule: &Rule) -> Option<Sending> {
        let everywhere = *self.async_heads.get(&rule.head.span)?;
        let mut rule = rule.clone();
        let from = self.location(&mut rule);
        if everywhere {
            let there = self.names.fresh("There");
            let variable = ExprKind::Term(TermKind::Variable(there.clone()));
            let to = Expr { kind: variable, span: rule.head.span };
            if let Some(location) = &mut rule.head.location {
                location.kind = TermKind::Variable(there);
            }
            rule.body.push(literal(LiteralKind::Positive(self.about("everyone", &from, [to.clone()]))));
            return Some(Sending { rule, from, to: Some(to) });
        }
        let to = match (&rule.head.location, rule.head.arguments.first()) {
            (Some(term), _) => Some(Expr { kind: ExprKind::Term(term.kind.clone()), span: term.span }),
            (None, Some(Argument::Expr(expr))) if self.program.spelling == Spelling::FirstColumn => Some(expr.clone()),
            _ => None,
        };
        let own = match self.program.spelling {
            Spelling::FirstColumn => from.as_ref().map(|from| from.kind.clone()),
            Spelling::Hash => written_location(&rule).map(|term| ExprKind::Term(term.clone())),
        };
        // What a node sends itself is not at the mercy of the network.
        let to = to.filter(|to| Some(&to.kind) != own.as_ref());
        Some(Sending { rule, from, to })
    }

    /// In the first-column spelling the location of the body, which gets a name if it has none.
    fn location(&self, rule: &mut Rule) -> Option<Expr> {
        if self.program.spelling == Spelling::Hash {
            return None;
        }
        let here = self.names.fresh("Here");
        let mut first = None;
        for literal in &mut rule.body {
            let (LiteralKind::Positive(atom) | LiteralKind::Negative(atom)) = &mut literal.kind else { continue };
            if let Some(Argument::Expr(expr)) = atom.arguments.first_mut() {
                if expr.kind == ExprKind::Term(TermKind::Anonymous) {
                    expr.kind = ExprKind::Term(TermKind::Variable(here.clone()));
                }
                first.get_or_insert_with(|| expr.clone());
            }
        }
        first
    }

    /// The rule that sends the second copy.
    fn second(&self, rule: &Rule, sending: &Sending, to: &Expr, twice: String) -> Rule {
        let mut rule = rule.clone();
        rule.head.name.text = twice;
        rule.body.push(literal(LiteralKind::Positive(self.about("doubled", &sending.from, [to.clone()]))));
        rule.closing_comments.clear();
        rule.body.iter_mut().for_each(|literal| literal.leading.clear());
        rule
    }

    /// An atom of a made-up relation at the rule's own location.
    fn about<const N: usize>(&self, relation: &str, from: &Option<Expr>, columns: [Expr; N]) -> Atom {
        // Nobody sees where it stands: it is printed, and the text is read.
        let span = Span::new(FileId(0), 0, 0);
        Atom {
            name: Name { text: self.names.fresh(relation), span },
            location: None,
            arguments: from.iter().cloned().chain(columns).map(Argument::Expr).collect(),
            time: None,
            span,
        }
    }
}

/// An async rule, the location of its body in the first-column spelling, and its addressee if that may be another node.
struct Sending {
    rule: Rule,
    from: Option<Expr>,
    to: Option<Expr>,
}

fn literal(kind: LiteralKind) -> Literal {
    let span = match &kind {
        LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => atom.span,
        LiteralKind::Comparison(expr, ..) => expr.span,
    };
    Literal { kind, span, leading: Vec::new() }
}

/// The location that some body atom writes.
fn written_location(rule: &Rule) -> Option<&TermKind> {
    rule.body.iter().find_map(|literal| match &literal.kind {
        LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => atom.location.as_ref().map(|term| &term.kind),
        LiteralKind::Comparison(..) => None,
    })
}

/// Whether a relation is Molly's `crash`: nothing in the program says what is in it.
fn is_crash(program: &Program, id: RelationId) -> bool {
    let relation = program.relation(id);
    relation.observer && relation.arity == 2 && program.observers.iter().all(|rule| rule.head.relation != id)
}
