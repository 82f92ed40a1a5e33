//! Messages that are delivered at once, against the definition: delivering them later makes no difference that lasts.
//!
//! A comparison has two sequences of deliveries to one node from one local state, both followed by idle steps: the *late* one, which a
//! reduction leaves out, and the *prompt* one, which it keeps. What [`crate::reduce::eager`] claims of them is tested by taking the steps:
//!
//! - at no time has the late one sent a message, or more copies of it where copies count, that the prompt one has not sent by then;
//! - a `never` relation that held in the late one by then has held in the prompt one (what observers see is judged with the other nodes as
//!   they are);
//! - in the end both are in one local state, and what the prompt one has sent too often is sent again and again from there.
//!
//! If both fall into loops of idle steps that have different ultimate outputs, the claim is wrong. If they do not meet and nothing
//! is wrong within [`STEPS`] steps, nothing is said: outputs that only messages without end can show are left to the comparison of whole answers.

use super::{Held, Trial};
use crate::system::asynchronous::Asynchronous;
use crate::system::asynchronous::probe::Probe;
use crate::system::{Output, System};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Most steps of either sequence.
pub const STEPS: usize = 32;

/// A step: node, local state, what is delivered.
type Step = (u32, u32, Box<[u32]>);

/// Steps taken, remembered.
#[derive(Debug, Default)]
pub struct Probes {
    known: FxHashMap<Step, Option<Probe>>,
    /// How many steps were asked for.
    pub asked: usize,
}

impl Probes {
    fn take(&mut self, system: &mut Asynchronous<'_>, node: u32, local: u32, delivered: &[u32]) -> Option<&Probe> {
        self.asked += 1;
        // What has no outcome the search reports, if it comes to it.
        let probe = || system.probe(node, local, delivered).ok();
        self.known.entry((node, local, delivered.into())).or_insert_with(probe).as_ref()
    }
}

/// Two sequences of deliveries.
#[derive(Debug, Clone)]
pub struct Delay<'a> {
    /// Where.
    pub state: &'a [u32],
    /// To whom.
    pub node: u32,
    /// What is delivered in each step of the late sequence.
    pub late: Vec<Vec<u32>>,
    /// The same for the prompt one.
    pub prompt: Vec<Vec<u32>>,
    /// By how many steps the prompt one may be behind.
    pub ahead: usize,
    /// Whether both have to send the same in each step, and to have alarmed alike in the end, as is claimed of silent messages.
    pub silent: bool,
}

/// A sequence of steps on its way.
struct Course {
    local: u32,
    shown: u32,
    taken: usize,
    sent: BTreeMap<(u32, u32), usize>,
    last: Vec<(u32, u32)>,
    alarms: BTreeSet<u32>,
    /// The local states from which idle steps were taken since the last delivery, and the outputs in these steps.
    idle: Vec<(u32, u32)>,
}

impl Course {
    fn new(local: u32) -> Self {
        Course {
            local,
            shown: 0,
            taken: 0,
            sent: BTreeMap::new(),
            last: Vec::new(),
            alarms: BTreeSet::new(),
            idle: Vec::new(),
        }
    }

    /// Takes a step; `None` if it has no outcome.
    fn step(
        &mut self,
        probes: &mut Probes,
        system: &mut Asynchronous<'_>,
        delay: &Delay<'_>,
        deliveries: &[Vec<u32>],
    ) -> Option<()> {
        let delivered = deliveries.get(self.taken).map_or(&[][..], |facts| &facts[..]);
        let probe = probes.take(system, delay.node, self.local, delivered)?.clone();
        if self.taken >= deliveries.len() {
            self.idle.push((self.local, probe.outputs));
        }
        self.alarms.extend(probe.alarms);
        self.alarms.extend(system.observed_where(delay.state, delay.node, probe.shown).ok()?);
        for &message in &probe.sent {
            *self.sent.entry(message).or_default() += 1;
        }
        (self.local, self.shown, self.last) = (probe.next, probe.shown, probe.sent);
        self.taken += 1;
        Some(())
    }

    /// Where the loop of idle steps begins among them, if it was met.
    fn loop_start(&self) -> Option<usize> {
        self.idle.iter().position(|&(local, _)| local == self.local)
    }

    /// The outputs that hold in every step of the loop.
    fn ultimate(&self, system: &mut Asynchronous<'_>, node: u32) -> Option<Vec<Output>> {
        let mut common: Option<Vec<Output>> = None;
        for &(_, set) in &self.idle[self.loop_start()?..] {
            let mut members = Vec::new();
            system.members(node, set, &mut members);
            match &mut common {
                None => common = Some(members),
                Some(common) => common.retain(|output| members.contains(output)),
            }
        }
        common
    }
}

impl Delay<'_> {
    /// Takes the steps and compares. The error says what is different.
    pub fn trial(&self, probes: &mut Probes, system: &mut Asynchronous<'_>) -> Trial {
        let start = system.local_state(self.state, self.node);
        let (mut late, mut prompt) = (Course::new(start), Course::new(start));
        for _ in 0..self.ahead {
            if prompt.step(probes, system, self, &self.prompt).is_none() {
                return Ok(Held::Open);
            }
        }
        while late.taken < STEPS {
            let both = late
                .step(probes, system, self, &self.late)
                .and_then(|()| prompt.step(probes, system, self, &self.prompt));
            if both.is_none() {
                return Ok(Held::Open);
            }
            self.compare(system, &late, &prompt)?;
            let delivered = late.taken >= self.late.len() && prompt.taken >= self.prompt.len();
            if delivered && (late.local, late.shown) == (prompt.local, prompt.shown) {
                return self.met(probes, system, late, prompt);
            }
            if late.loop_start().is_some() && prompt.loop_start().is_some() {
                break;
            }
        }
        let ultimate = late.ultimate(system, self.node).zip(prompt.ultimate(system, self.node));
        match ultimate {
            Some((late, prompt)) if late != prompt => {
                let shown = |outputs: &[Output]| {
                    let facts = outputs.iter().map(|&output| system.show_output(output));
                    facts.collect::<Vec<_>>().join(", ")
                };
                Err(format!("the node then shows for ever {{{}}} and not {{{}}}", shown(&late), shown(&prompt)))
            }
            _ => Ok(Held::Open),
        }
    }

    fn compare(&self, system: &Asynchronous<'_>, late: &Course, prompt: &Course) -> Result<(), String> {
        if self.silent && late.last != prompt.last {
            return Err("another step sends something".to_string());
        }
        // Of silent messages observers see what stays: it may come later, and is looked at in the end.
        if !self.silent
            && let Some(&alarm) = late.alarms.difference(&prompt.alarms).next()
        {
            return Err(format!("`never` relation {alarm} holds after it only"));
        }
        for (&(to, fact), &copies) in &late.sent {
            let others = prompt.sent.get(&(to, fact)).copied().unwrap_or_default();
            let enough = if system.is_presence(to, fact) { others > 0 } else { others >= copies };
            if !enough {
                return Err(format!(
                    "it has sent {} {copies} times by step {} and the choice that is kept {others} times",
                    system.show_message(to, fact),
                    late.taken
                ));
            }
        }
        Ok(())
    }

    /// Both are in one local state: what was sent too often must be sent again.
    fn met(&self, probes: &mut Probes, system: &mut Asynchronous<'_>, mut late: Course, mut prompt: Course) -> Trial {
        if self.silent {
            let one_more = late
                .step(probes, system, self, &self.late)
                .and_then(|()| prompt.step(probes, system, self, &self.prompt));
            if one_more.is_none() {
                return Ok(Held::Open);
            }
            if let Some(alarm) = late.alarms.symmetric_difference(&prompt.alarms).next() {
                return Err(format!("`never` relation {alarm} holds in one order only"));
            }
        }
        let surplus: Vec<(u32, u32)> = prompt
            .sent
            .iter()
            .filter(|&(&(to, fact), &copies)| {
                let sent = late.sent.get(&(to, fact)).copied().unwrap_or_default();
                if system.is_presence(to, fact) { sent == 0 } else { sent < copies }
            })
            .map(|(&message, _)| message)
            .collect();
        if surplus.is_empty() {
            return Ok(Held::ToTheEnd);
        }
        while prompt.loop_start().is_none() && prompt.taken < 2 * STEPS {
            if prompt.step(probes, system, self, &self.prompt).is_none() {
                return Ok(Held::Open);
            }
            if let Some(&(to, fact)) = surplus.iter().find(|&message| !prompt.last.contains(message)) {
                return Err(format!(
                    "the choice that is kept sends {} once more, and not for ever",
                    system.show_message(to, fact)
                ));
            }
        }
        Ok(if prompt.loop_start().is_some() { Held::ToTheEnd } else { Held::Open })
    }
}
