//! Negation that is only apparent: rules that together move one way in time, though one by one they do not.
//!
//! Take the rules of a relation that are of one kind, deductive, inductive or async, and read the relations in their bodies through deductive rules. What they derive
//! together is a formula Φ over relations that are constant, up, down, or about which nothing is known. If Φ is *monotone*, that is
//! Φ(u, d, z) ⊆ Φ(u′, d′, z′) for all u ⊆ u′, d ⊇ d′ and any z and z′, then what they derive is up. If Φ(u, d, z) ⊇ Φ(u′, d′, z′) for the same, it is down.
//! `a(X) :- b(X), notin c(X)` and `a(X) :- b(X), c(X)` are an example: together they say `b(X)`.
//!
//! **Why the rules can be granted these flags** ([`Granted`]). The Lemma of temporal polarity goes by induction along a run and, within a step, along derivations. *Within a run*: let Φ derive f
//! at step t. By induction facts that are up stay and facts that are down do not come, so the next step's u′ and d′ are as above, and Φ derives f there. *Across runs*: let Φ derive f at node y
//! in one fair run. The facts of u, finitely many, come in the other run and stay there; of the facts of down relations that this run lacks, finitely many were there at first, and each goes; so from some
//! step on u ⊆ u′ and d ⊇ d′, and Φ derives f there. For down, of deductive rules, both go the other way. A relation that depends on itself through deductive rules is not read
//! through, and has no such flags: so what u and d hold at a step is known before Φ is.

use super::formula::{NoFormula, Script, Vocabulary, and, apply, for_all, formal, or};
use crate::analysis::polarity::Granted;
use crate::analysis::{Flags, Polarity};
use crate::program::{Program, RelationId, RuleId, RuleKind, When};
use crate::prove::joining::reads;
use crate::prove::prover::{Flaw, Prover};
use std::collections::BTreeSet;

/// Rules that together have a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apparent {
    /// The relation.
    pub relation: RelationId,
    /// The rules.
    pub rules: Vec<RuleId>,
    /// What they derive is up: the question that shows it.
    pub up: Option<Script>,
    /// What they derive is down.
    pub down: Option<Script>,
}

/// As what a relation is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Constant,
    /// By the rules that derive it, and by its flags.
    Through,
    /// By its flags, if it has any.
    Given,
}

/// Looks for rules that together have flags which they lack one by one, among those that the outputs depend on, and grants them. Those that negate or aggregate only.
pub fn grant(
    program: &Program,
    polarity: &Polarity,
    wanted: &[bool],
    granted: &mut Granted,
    prover: &mut Prover<'_>,
) -> Vec<Apparent> {
    let deductive = Deductive::of(program);
    let mut found = Vec::new();
    for relation in (0..program.relations.len() as u32).map(RelationId).filter(|r| wanted[r.0 as usize]) {
        for kind in [RuleKind::Deductive, RuleKind::Inductive, RuleKind::Async] {
            let rules: Vec<RuleId> = (0..program.rules.len() as u32)
                .map(RuleId)
                .filter(|id| {
                    let rule = &program.rules[id.0 as usize];
                    rule.head.relation == relation
                        && rule.kind == kind
                        && !crate::analysis::is_exact_persistence(program, rule)
                })
                .collect();
            let lack = rules.iter().any(|rule| !polarity.derived(*rule).up);
            if !lack || (kind == RuleKind::Deductive && deductive.cyclic[relation.0 as usize]) {
                continue;
            }
            let flaw = prover.flaw;
            let group = Group { program, flaw, polarity, deductive: &deductive, relation, rules: &rules, kind };
            if !group.may_hide() {
                continue;
            }
            let up = group.shown(true, prover);
            let down = if kind == RuleKind::Deductive { group.shown(false, prover) } else { None };
            let apparent = Apparent { relation, rules: rules.clone(), up, down };
            let (up, down) = (apparent.up.is_some(), apparent.down.is_some());
            if !up && !down {
                continue;
            }
            let flags = Flags { up, down, timed: false, occurs: up };
            let known = &mut granted.rules;
            let new = rules.iter().any(|rule| known[rule.0 as usize].or(flags) != known[rule.0 as usize]);
            rules.iter().for_each(|rule| known[rule.0 as usize] = known[rule.0 as usize].or(flags));
            if new {
                found.push(apparent);
            }
        }
    }
    found
}

/// What deductive rules lead to what.
struct Deductive {
    /// By relation: it depends on itself.
    cyclic: Vec<bool>,
    /// By relation: derived by deductive rules only, and not given at single steps.
    only: Vec<bool>,
}

impl Deductive {
    fn of(program: &Program) -> Self {
        let count = program.relations.len();
        let mut readers: Vec<Vec<RelationId>> = vec![Vec::new(); count];
        let mut only: Vec<bool> = program.relations.iter().map(|relation| !relation.is_edb()).collect();
        for rule in &program.rules {
            if rule.kind == RuleKind::Deductive {
                reads(rule).for_each(|read| readers[read.0 as usize].push(rule.head.relation));
            } else {
                only[rule.head.relation.0 as usize] = false;
            }
        }
        for given in program.facts.iter().filter(|given| given.when != When::Always) {
            only[given.fact.relation.0 as usize] = false;
        }
        let cyclic = (0..count as u32)
            .map(|start| {
                let mut seen = vec![false; count];
                let mut open = readers[start as usize].clone();
                while let Some(relation) = open.pop() {
                    if !std::mem::replace(&mut seen[relation.0 as usize], true) {
                        open.extend(&readers[relation.0 as usize]);
                    }
                }
                seen[start as usize]
            })
            .collect();
        Deductive { cyclic, only }
    }
}

struct Group<'a> {
    program: &'a Program,
    flaw: Option<Flaw>,
    polarity: &'a Polarity,
    deductive: &'a Deductive,
    relation: RelationId,
    rules: &'a [RuleId],
    kind: RuleKind,
}

impl Group<'_> {
    fn reading(&self, relation: RelationId) -> Reading {
        let flags = self.polarity.flags(relation);
        if flags.is_constant() {
            Reading::Constant
        } else if self.deductive.only[relation.0 as usize] && !self.deductive.cyclic[relation.0 as usize] {
            // Even if it has flags: how it hangs together with what it is derived from counts, too.
            Reading::Through
        } else if self.flaw == Some(Flaw::Unknowns) && !flags.up && !flags.down {
            Reading::Constant
        } else {
            Reading::Given
        }
    }

    /// Whether there is anything to see that single literals do not show: they negate, join, or are derived from others.
    fn may_hide(&self) -> bool {
        let rules = || self.rules.iter().map(|rule| &self.program.rules[rule.0 as usize]);
        rules().any(|rule| !rule.negative.is_empty() || rule.positive.len() > 1)
            || rules().flat_map(reads).any(|relation| self.reading(relation) == Reading::Through)
    }

    /// The question that shows that what is derived early is derived late (`up`), or the other way round.
    fn shown(&self, up: bool, prover: &mut Prover<'_>) -> Option<Script> {
        let script = self.question(up).ok()?;
        prover.is_soon_refuted(&script).then_some(script)
    }

    fn question(&self, up: bool) -> Result<Script, NoFormula> {
        let program = self.program;
        // Relations read, and those read through, in the end.
        let mut seen: BTreeSet<RelationId> = BTreeSet::new();
        let mut open: Vec<RelationId> =
            self.rules.iter().flat_map(|rule| reads(&program.rules[rule.0 as usize])).collect();
        let defining = |relation: RelationId| program.rules.iter().filter(move |r| r.head.relation == relation);
        while let Some(relation) = open.pop() {
            if seen.insert(relation) && self.reading(relation) == Reading::Through {
                open.extend(defining(relation).flat_map(reads));
            }
        }
        let through: Vec<RelationId> =
            seen.iter().copied().filter(|relation| self.reading(*relation) == Reading::Through).collect();
        let own = self.rules.iter().map(|rule| &program.rules[rule.0 as usize]);
        let vocabulary =
            Vocabulary::new(program, own.clone().chain(through.iter().flat_map(|relation| defining(*relation))));
        let mut script = vocabulary.preamble();
        let arity = |relation: RelationId| program.relation(relation).arity;
        let name = |moment: &str, relation: RelationId| match self.reading(relation) {
            Reading::Constant => vocabulary.name("fixed", relation),
            _ => vocabulary.name(moment, relation),
        };
        let row = |arity: usize| -> Vec<String> { (0..arity).map(formal).collect() };
        for &relation in &seen {
            match self.reading(relation) {
                Reading::Constant => script.predicate(&name("", relation), arity(relation)),
                Reading::Through => {}
                Reading::Given => {
                    script.predicate(&name("early", relation), arity(relation));
                    script.predicate(&name("late", relation), arity(relation));
                }
            }
        }
        for &relation in &through {
            script.predicate(&vocabulary.name("given", relation), arity(relation));
        }
        let columns = arity(self.relation) + usize::from(self.kind == RuleKind::Async);
        for moment in ["early", "late"] {
            let read = |relation: RelationId, arguments: &[String]| apply(&name(moment, relation), arguments);
            for &relation in &through {
                let formals = row(arity(relation));
                let mut parts = vec![apply(&vocabulary.name("given", relation), &formals)];
                for (index, rule) in defining(relation).enumerate() {
                    let group = vocabulary.name(&format!("group{index}-{moment}"), relation);
                    parts.push(vocabulary.derives(&mut script, rule, &group, &read)?);
                }
                script.definition(&name(moment, relation), arity(relation), &or(&parts));
            }
            let mut parts = Vec::new();
            for (index, rule) in own.clone().enumerate() {
                let group = vocabulary.name(&format!("derived{index}-{moment}"), self.relation);
                parts.push(vocabulary.derives(&mut script, rule, &group, &read)?);
            }
            script.definition(&vocabulary.name(&format!("derived-{moment}"), self.relation), columns, &or(&parts));
        }
        script.settle();
        for &relation in seen.iter().filter(|relation| self.reading(**relation) != Reading::Constant) {
            let flags = self.polarity.flags(relation);
            let formals = row(arity(relation));
            let [early, late] = ["early", "late"].map(|moment| apply(&name(moment, relation), &formals));
            if flags.up {
                script.assert(&for_all(&formals, &format!("(=> {early} {late})")));
            }
            if flags.down {
                script.assert(&for_all(&formals, &format!("(=> {late} {early})")));
            }
        }
        let witness: Vec<String> = (0..columns).map(|column| format!("w{column}")).collect();
        script.constants(&witness);
        let derived = |moment: &str| apply(&vocabulary.name(&format!("derived-{moment}"), self.relation), &witness);
        let (before, after) = if up { ("early", "late") } else { ("late", "early") };
        script.assert(&and(&[derived(before), format!("(not {})", derived(after))]));
        Ok(script)
    }
}
