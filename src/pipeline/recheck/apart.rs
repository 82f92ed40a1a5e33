//! Persistent sets of nodes, against the definition: whatever the other nodes do before one of the set moves, the set's choices in a
//! state stay what they are, no others come, and each commutes with what the others do.
//!
//! The other nodes' choices are followed breadth first, to [`STATES`] states. In each, the set's nodes must have the choices
//! that they had at first, but for messages that are delivered at once and came in the meantime: delivering these one step later must
//! make no difference at all but in what does not last ([`super::delays`], silent). And each choice of the set must lead, before and after each choice of
//! the others, to the same state, and to whatever `never` relation held in the order that is left out.

use super::delays::Delay;
use super::{Held, Recheck};
use crate::system::{Choice, System};
use rustc_hash::FxHashSet;

/// Most states that are followed from one.
pub const STATES: usize = 32;

/// Most choices of the set that are tried with each choice of others.
const PAIRS: usize = 8;

/// The choice that is left out, one that is kept, and what is wrong.
type Mistake = (Choice, Choice, String);

/// The choices of one node, as what they deliver beyond what is delivered at once.
struct Listed {
    at_once: Vec<u32>,
    choices: Vec<(Choice, Vec<u32>)>,
}

impl Recheck<'_, '_> {
    /// Follows what nodes that are not `moving` do from `state`, whose choices are `all`.
    pub(super) fn stays_apart(&mut self, state: &[u32], moving: &[bool], all: &[Choice]) -> Result<Held, Mistake> {
        let first: Vec<Listed> = self.of_moving(all, moving);
        let mut held = Held::ToTheEnd;
        let mut met: FxHashSet<Box<[u32]>> = FxHashSet::from_iter([state.into()]);
        let mut open: Vec<(Box<[u32]>, Vec<Choice>)> = vec![(state.into(), all.to_vec())];
        let (mut next, mut at) = (Vec::new(), 0);
        while at < open.len() {
            let (here, choices) = open[at].clone();
            at += 1;
            let listed = self.of_moving(&choices, moving);
            for &other in choices.iter().filter(|choice| !moving[choice.node as usize]) {
                self.work += 1;
                if self.system.step_itself(&here, other, &mut next).is_err() {
                    held = Held::Open;
                    continue;
                }
                if *next == *here {
                    continue;
                }
                let mut then = Vec::new();
                if self.system.enabled(&next, &mut then).is_err() {
                    held = Held::Open;
                    continue;
                }
                let after = self.of_moving(&then, moving);
                held = held.and(self.choices_stay(&next, &first, &after, other)?);
                held = held.and(self.pairs_commute(&here, other, &next, &listed, &after)?);
                if met.contains(&*next) {
                    continue;
                }
                if met.len() >= STATES {
                    held = Held::Open;
                    continue;
                }
                met.insert(next.as_slice().into());
                open.push((next.as_slice().into(), then));
            }
        }
        Ok(held)
    }

    fn of_moving(&self, choices: &[Choice], moving: &[bool]) -> Vec<Listed> {
        let of_nodes = choices.chunk_by(|a, b| a.node == b.node).filter(|list| moving[list[0].node as usize]);
        of_nodes
            .map(|list| {
                let at_once = self.system.inbox(list[0]).to_vec();
                let beyond = |choice: &Choice| {
                    let facts = self.system.inbox(*choice).iter();
                    facts.filter(|fact| at_once.binary_search(fact).is_err()).copied().collect()
                };
                let choices = list.iter().map(|choice| (*choice, beyond(choice))).collect();
                Listed { at_once, choices }
            })
            .collect()
    }

    /// The set's choices are those that it had at first, but for what is delivered at once.
    fn choices_stay(
        &mut self,
        state: &[u32],
        first: &[Listed],
        after: &[Listed],
        other: Choice,
    ) -> Result<Held, Mistake> {
        let mut held = Held::ToTheEnd;
        for (first, after) in first.iter().zip(after) {
            let same = first.choices.len() == after.choices.len()
                && first.choices.iter().zip(&after.choices).all(|(one, two)| one.1 == two.1)
                && first.at_once.iter().all(|fact| after.at_once.binary_search(fact).is_ok());
            if !same {
                let kept = first.choices[0].0;
                return Err((other, kept, "something comes to a node whose steps were taken first".to_string()));
            }
            let more: Vec<u32> =
                after.at_once.iter().filter(|fact| first.at_once.binary_search(fact).is_err()).copied().collect();
            if more.is_empty() {
                continue;
            }
            for (kept, beyond) in &first.choices {
                let mut prompt = [&first.at_once[..], beyond].concat();
                prompt.sort_unstable();
                let mut late = [&prompt[..], &more].concat();
                late.sort_unstable();
                let delay = Delay {
                    state,
                    node: kept.node,
                    late: vec![late],
                    prompt: vec![prompt, more.clone()],
                    ahead: 0,
                    silent: true,
                };
                let trial = self.delay(delay).map_err(|why| (other, *kept, why))?;
                held = held.and(trial.unwrap_or(Held::ToTheEnd));
            }
        }
        Ok(held)
    }

    /// Each choice of the set and `other`, which leads from `here` to `next`, lead in both orders to one state.
    fn pairs_commute(
        &mut self,
        here: &[u32],
        other: Choice,
        next: &[u32],
        listed: &[Listed],
        after: &[Listed],
    ) -> Result<Held, Mistake> {
        let mut held = Held::ToTheEnd;
        let (mut before, mut one, mut two) = (Vec::new(), Vec::new(), Vec::new());
        let mut then = Vec::new();
        let copies = self.system.delivered_copies(here, other);
        let mut pairs = 0;
        for (listed, after) in listed.iter().zip(after).filter(|(listed, after)| listed.at_once == after.at_once) {
            for ((kept, _), (again, _)) in listed.choices.iter().zip(&after.choices) {
                pairs += 1;
                if pairs > PAIRS {
                    return Ok(Held::Open);
                }
                self.work += 3;
                let stepped = self.system.step_itself(next, *again, &mut one).is_ok()
                    && self.system.step_itself(here, *kept, &mut before).is_ok()
                    && self.system.enabled(&before, &mut then).is_ok();
                if !stepped {
                    held = Held::Open;
                    continue;
                }
                let of_other = || then.iter().filter(|choice| choice.node == other.node).copied();
                let same = of_other().find(|&choice| {
                    self.system.delivered_copies(&before, choice) == copies
                        && self.system.inbox(choice) == self.system.inbox(other)
                });
                let Some(same) = same else {
                    // What the set sent is delivered at once: whether it may be is tested where that is claimed.
                    held = Held::Open;
                    let delivered = self.system.inbox(other).to_vec();
                    let more = of_other().any(|choice| {
                        let inbox = self.system.inbox(choice);
                        delivered.iter().all(|fact| inbox.binary_search(fact).is_ok())
                    });
                    if more {
                        continue;
                    }
                    return Err((other, *kept, "it is not possible any more".to_string()));
                };
                if self.system.step_itself(&before, same, &mut two).is_err() {
                    held = Held::Open;
                    continue;
                }
                if one != two {
                    let Some(more) = self.sent_again(&one, &two, other, *kept) else {
                        return Err((other, *kept, "the two lead to different states in different orders".to_string()));
                    };
                    held = held.and(Held::Open);
                    if !more.is_empty() {
                        let at_once = self.system.inbox(*kept).to_vec();
                        let (late, prompt) = (vec![at_once.clone()], vec![at_once, more]);
                        let delay = Delay { state: here, node: kept.node, late, prompt, ahead: 0, silent: true };
                        self.delay(delay).map_err(|why| (other, *kept, why))?;
                    }
                    continue;
                }
                held = held.and(self.seen_in_order(here, other, *kept).map_err(|why| (other, *kept, why))?);
                held = held.and(self.seen_later(here, next, [*kept, *again, same], &before, other)?);
            }
        }
        Ok(held)
    }

    /// Whether two states differ in nothing but messages that `other` or `kept` delivers at once: a copy that is sent to one of them before it steps is
    /// delivered with the rest, one that is sent after stays in flight. Returns the messages to the node of `kept` that are in flight in one state only: to
    /// deliver them once more must make no difference at all but in what does not last. That those to the other node make none any more is tested where
    /// it is claimed ([`super::delays`]).
    fn sent_again(&self, one: &[u32], two: &[u32], other: Choice, kept: Choice) -> Option<Vec<u32>> {
        let in_flight = |state: &[u32]| {
            let mut messages = Vec::new();
            self.system.in_flight(state, &mut messages);
            messages
        };
        let is_at_once = |message, node: u32| {
            let located = self.system.message(message);
            located.node.0 == node && self.system.is_eager(located.node, &located.fact)
        };
        let places = |state: &[u32]| -> Vec<u32> {
            let nodes = 0..self.system.nodes() as u32;
            nodes.map(|node| self.system.local_state(state, node)).collect()
        };
        let (first, second) = (in_flight(one), in_flight(two));
        let mut differ: Vec<_> = first.iter().filter(|message| !second.contains(message)).collect();
        differ.extend(second.iter().filter(|message| !first.contains(message)));
        let is_same = places(one) == places(two) && self.system.shown(one) == self.system.shown(two);
        let is_alike = differ.iter().all(|of| [other.node, kept.node].iter().any(|&node| is_at_once(of.0, node)));
        let to_kept = differ.iter().filter(|of| kept.node != other.node && is_at_once(of.0, kept.node));
        let mut more: Vec<u32> = to_kept.map(|&&(message, _)| self.system.fact_of(message)).collect();
        more.sort_unstable();
        more.dedup();
        (is_same && is_alike).then_some(more)
    }

    /// What observers find when a choice of the set is taken after `other` they find, too, when it is taken before.
    fn seen_later(
        &mut self,
        here: &[u32],
        next: &[u32],
        [kept, again, same]: [Choice; 3],
        before: &[u32],
        other: Choice,
    ) -> Result<Held, Mistake> {
        if self.system.shown(here).is_empty() {
            return Ok(Held::ToTheEnd);
        }
        self.work += 3;
        let alarms =
            [(next, again), (here, kept), (before, same)].map(|(state, choice)| self.system.alarms(state, choice).ok());
        let [Some(late), Some(early), Some(last)] = alarms else { return Ok(Held::Open) };
        match late.iter().find(|alarm| !early.contains(alarm) && !last.contains(alarm)) {
            Some(alarm) => Err((other, kept, format!("`never` relation {alarm} holds only if it is taken first"))),
            None => Ok(Held::ToTheEnd),
        }
    }
}
