//! All bindings of a rule's positive atoms over the facts that may hold.
//!
//! Atoms are taken in an order in which most columns are known when their turn comes. With a fact to start from, each binding is met
//! once: for the last of its facts, at the first atom that has it (semi-naive evaluation, fact by fact).

use super::table::{EntryId, Table};
use crate::program::{Rule, Term, Value};

/// The values of a rule's variables, as far as they are bound.
pub type Binding = Vec<Option<Value>>;

/// What takes a binding and the facts of the atoms in source order.
pub type Found<'f, E> = dyn FnMut(&Table, &Binding, &[EntryId]) -> Result<(), E> + 'f;

/// The order in which the atoms of a rule are joined.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The atom that the given fact matches, if there is one.
    start: Option<usize>,
    /// The other atoms with the columns known by then.
    order: Vec<(usize, u64)>,
}

impl Plan {
    /// The plan of a rule, perhaps from one of its atoms on.
    pub fn new(rule: &Rule, start: Option<usize>) -> Self {
        let mut bound = vec![false; rule.variables.len()];
        let bind = |atom: usize, bound: &mut Vec<bool>| {
            for term in &rule.positive[atom].terms {
                if let Term::Variable(variable) = term {
                    bound[variable.0 as usize] = true;
                }
            }
        };
        let mask = |atom: usize, bound: &[bool]| {
            let known = |term: &Term| match term {
                Term::Constant(_) => true,
                Term::Variable(variable) => bound[variable.0 as usize],
                Term::Anonymous => false,
            };
            let terms = rule.positive[atom].terms.iter().take(64).enumerate();
            terms.filter(|(_, term)| known(term)).fold(0u64, |mask, (column, _)| mask | 1 << column)
        };
        let mut left: Vec<usize> = (0..rule.positive.len()).filter(|&atom| Some(atom) != start).collect();
        if let Some(start) = start {
            bind(start, &mut bound);
        }
        let mut order = Vec::new();
        while !left.is_empty() {
            let most = left.iter().map(|&atom| mask(atom, &bound).count_ones()).max();
            let at = left.iter().position(|&atom| Some(mask(atom, &bound).count_ones()) == most).unwrap_or(0);
            let atom = left.remove(at);
            order.push((atom, mask(atom, &bound)));
            bind(atom, &mut bound);
        }
        Plan { start, order }
    }

    /// Calls `found` with each binding and the facts of the atoms in source order.
    ///
    /// # Errors
    /// The first error of `found`.
    pub fn run<E>(
        &self,
        rule: &Rule,
        table: &mut Table,
        from: Option<EntryId>,
        found: &mut Found<'_, E>,
    ) -> Result<(), E> {
        let mut binding: Binding = vec![None; rule.variables.len()];
        let mut chosen: Vec<EntryId> = vec![0; rule.positive.len()];
        let mut trail: Vec<usize> = Vec::new();
        if let (Some(atom), Some(id)) = (self.start, from) {
            if !bind(&rule.positive[atom].terms, &table.entry(id).fact.values, &mut binding, &mut trail) {
                return Ok(());
            }
            chosen[atom] = id;
        }
        /// An atom whose facts are tried.
        struct Level {
            candidates: Vec<EntryId>,
            next: usize,
            trail: usize,
        }
        let mut levels: Vec<Level> = Vec::new();
        loop {
            if levels.len() == self.order.len() {
                found(table, &binding, &chosen)?;
            } else {
                let (atom, mask) = self.order[levels.len()];
                let atom = &rule.positive[atom];
                let value = |term: &Term| match term {
                    Term::Constant(value) => Some(*value),
                    Term::Variable(variable) => binding[variable.0 as usize],
                    Term::Anonymous => None,
                };
                let known = atom.terms.iter().take(64).enumerate().filter(|(column, _)| mask >> column & 1 == 1);
                let key: Vec<Value> = known.filter_map(|(_, term)| value(term)).collect();
                let candidates = table.matching(atom.relation, mask, &key);
                levels.push(Level { candidates, next: 0, trail: trail.len() });
            }
            // The next candidate of the last atom that has one.
            'next: loop {
                let depth = levels.len();
                let Some(level) = levels.last_mut() else { return Ok(()) };
                for variable in trail.drain(level.trail..) {
                    binding[variable] = None;
                }
                let (atom, _) = self.order[depth - 1];
                while let Some(&id) = level.candidates.get(level.next) {
                    level.next += 1;
                    let entry = table.entry(id);
                    let early = match (self.start, from) {
                        (Some(start), Some(from)) if atom < start => id < from,
                        (Some(_), Some(from)) => id <= from,
                        _ => true,
                    };
                    if !early {
                        break;
                    }
                    if entry.dead {
                        continue;
                    }
                    if bind(&rule.positive[atom].terms, &entry.fact.values, &mut binding, &mut trail) {
                        chosen[atom] = id;
                        break 'next;
                    }
                    for variable in trail.drain(level.trail..) {
                        binding[variable] = None;
                    }
                }
                levels.pop();
            }
        }
    }
}

/// Binds the variables of an atom to the values of a fact; false if they do not fit, with the trail to undo.
fn bind(terms: &[Term], values: &[Value], binding: &mut Binding, trail: &mut Vec<usize>) -> bool {
    terms.len() == values.len()
        && terms.iter().zip(values).all(|(term, &value)| match *term {
            Term::Constant(constant) => constant == value,
            Term::Anonymous => true,
            Term::Variable(variable) => match &mut binding[variable.0 as usize] {
                Some(bound) => *bound == value,
                unbound => {
                    *unbound = Some(value);
                    trail.push(variable.0 as usize);
                    true
                }
            },
        })
}
