//! The search as a timely dataflow: states flow in a loop, what is found flows to worker 0.
//!
//! ```text
//!            ┌──── feedback, a round later ────┐
//!            ▼  (exchanged by owner)           │
//!          visits ──────► explore ── visits ───┘
//!          grants ──────►         ── reports ──► gather (at worker 0)
//! ```
//!
//! Round l stands at two times. At 2l states are received: when progress tracking says that no more can come with this time, what came is
//! taken in and announced. At 2l + 1 the new ones are expanded. Only worker 0 feeds the grants, for the search
//! that gathers; their time holds everybody up, so nobody expands round l before it is granted. Nothing runs ahead of
//! the search by more than it granted, nor after it has ended: a word to stop empties all queues, and the dataflow is complete
//! when the last capability is gone.

use super::expand::{Expander, Outgoing};
use super::parcel::{Kind, Parcel};
use crate::system::portable::Portable;
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::builder_rc::OperatorBuilder;
use timely::dataflow::operators::generic::{Operator as _, OutputBuilder};
use timely::dataflow::operators::{Capability, ConnectLoop as _, Feedback as _, Input as _, Probe as _};
use timely::dataflow::{InputHandle, ProbeHandle};
use timely::worker::Worker;

/// Points in the run of a dataflow: twice a round, and one while states are expanded.
pub type Time = u64;

/// What the search that gathers hears from worker 0.
#[derive(Debug)]
pub enum Event {
    /// A worker's reports.
    Reports(Parcel),
    /// No more reports come with an earlier time.
    Reached(Time),
}

/// The end of a dataflow that a worker holds.
pub struct Handles {
    /// Where worker 0 grants rounds.
    pub grants: InputHandle<Time, CapacityContainerBuilder<Vec<Parcel>>>,
    /// Done when everything is.
    pub done: ProbeHandle<Time>,
}

/// States expanded between two looks at what came in.
const SLICE: usize = 256;

/// Reports of this many words are sent before a slice ends.
const FULL: usize = 1 << 16;

/// What came for one round, with the right to answer at its time.
struct Round {
    parcels: Vec<Parcel>,
    rights: [Capability<Time>; 2],
}

/// A round under way.
struct Running {
    states: Vec<u32>,
    at: usize,
    rights: [Capability<Time>; 2],
}

/// Builds the dataflow at one worker; all workers build the same in the same order. Worker 0 passes on what is gathered to `events`.
pub fn build<S: Portable + 'static>(
    worker: &mut Worker,
    mut expander: Expander<S>,
    events: Option<Sender<Event>>,
) -> Handles {
    let (me, workers) = (worker.index() as u32, worker.peers() as u32);
    worker.dataflow::<Time, _, _>(|scope| {
        let (grants_handle, grants) = scope.new_input::<Vec<Parcel>>();
        let (feedback, visits) = scope.feedback::<Vec<Parcel>>(1);
        let mut builder = OperatorBuilder::new("explore".to_string(), scope);
        let to = |parcel: &Parcel| u64::from(parcel.to);
        let mut visits = builder.new_input(visits, Exchange::new(to));
        let mut grants = builder.new_input(grants, Exchange::new(to));
        let (visits_out, visits_stream) = builder.new_output::<Vec<Parcel>>();
        let (reports_out, reports_stream) = builder.new_output::<Vec<Parcel>>();
        let (mut visits_out, mut reports_out) = (
            OutputBuilder::<_, CapacityContainerBuilder<Vec<Parcel>>>::from(visits_out),
            OutputBuilder::<_, CapacityContainerBuilder<Vec<Parcel>>>::from(reports_out),
        );
        let activator = scope.activator_for(builder.operator_info().address);
        builder.build(move |initial| {
            let mut rounds: BTreeMap<Time, Round> = BTreeMap::new();
            if let [visits, reports] = &initial[..]
                && expander.begins()
            {
                rounds.insert(0, Round { parcels: Vec::new(), rights: [visits.clone(), reports.clone()] });
            }
            drop(initial);
            let mut running: Option<Running> = None;
            let mut stopped = false;
            let mut out = Outgoing { visits: (0..workers).map(|_| Vec::new()).collect(), reports: Vec::new() };
            move |frontiers| {
                let mut keep = |time: Time, right: &dyn Fn(usize) -> Option<Capability<Time>>, parcel: Parcel| {
                    if let (false, Some(visits), Some(reports)) = (stopped, right(0), right(1)) {
                        let round = Round { parcels: Vec::new(), rights: [visits, reports] };
                        rounds.entry(time).or_insert(round).parcels.push(parcel);
                    }
                };
                let mut stop = false;
                visits.for_each(|right, parcels| {
                    let time = right.least().copied().unwrap_or_default();
                    for parcel in parcels.drain(..) {
                        keep(time, &|port| right.retain_least(port), parcel);
                    }
                });
                grants.for_each(|right, parcels| {
                    let time = right.least().copied().unwrap_or_default();
                    for parcel in parcels.drain(..) {
                        stop |= parcel.kind == Kind::Stop;
                        keep(time, &|port| right.retain_least(port), parcel);
                    }
                });
                if stop || stopped {
                    stopped = true;
                    rounds.clear();
                    running = None;
                    return;
                }
                loop {
                    if let Some(Running { states, at, rights }) = &mut running {
                        let end = (*at + SLICE).min(states.len());
                        let mut cut = expander.look(&mut out).is_err();
                        while !cut && *at < end && out.reports.len() < FULL {
                            cut = expander.expand(states[*at], &mut out).is_err();
                            *at += 1;
                        }
                        send(me, &mut out, rights, &mut visits_out, &mut reports_out);
                        if cut {
                            stopped = true;
                            rounds.clear();
                            running = None;
                            return;
                        }
                        if *at < states.len() {
                            activator.activate();
                            return;
                        }
                        if expander.is_waiting() {
                            let time = *rights[0].time() + 1;
                            let later = || [rights[0].delayed(&time), rights[1].delayed(&time)];
                            rounds.entry(time).or_insert_with(|| Round { parcels: Vec::new(), rights: later() });
                        }
                        running = None;
                    }
                    let Some(&time) = rounds.keys().next() else { return };
                    if frontiers.iter().any(|frontier| frontier.frontier().less_equal(&time)) {
                        return;
                    }
                    let Some(mut round) = rounds.remove(&time) else { return };
                    round.parcels.retain(|parcel| {
                        expander.in_part &= parcel.kind != Kind::InFull;
                        parcel.kind == Kind::Visits
                    });
                    let states = expander.receive(&mut round.parcels, &mut out);
                    send(me, &mut out, &round.rights, &mut visits_out, &mut reports_out);
                    let rights = [round.rights[0].delayed(&(time + 1)), round.rights[1].delayed(&(time + 1))];
                    running = Some(Running { states, at: 0, rights });
                }
            }
        });
        visits_stream.connect_loop(feedback);
        let mut reached = 0;
        let done = reports_stream
            .unary_frontier::<CapacityContainerBuilder<Vec<Parcel>>, _, _, _>(
                Exchange::new(to),
                "gather",
                move |_, _| {
                    move |(input, frontier), _| {
                        let Some(events) = &events else { return };
                        // A search that has ended hears nothing more.
                        input.for_each(|_, parcels| {
                            parcels.drain(..).for_each(|parcel| drop(events.send(Event::Reports(parcel))));
                        });
                        let now = frontier.frontier().first().copied().unwrap_or(Time::MAX);
                        if now > reached {
                            reached = now;
                            let _ = events.send(Event::Reached(now));
                        }
                    }
                },
            )
            .probe()
            .0;
        Handles { grants: grants_handle, done }
    })
}

type Port = OutputBuilder<Time, CapacityContainerBuilder<Vec<Parcel>>>;

/// Sends what there is to send.
fn send(me: u32, out: &mut Outgoing, rights: &[Capability<Time>; 2], visits: &mut Port, reports: &mut Port) {
    let parcel = |to, kind, words: &mut Vec<u32>| Parcel { to, from: me, kind, words: std::mem::take(words) };
    if !out.reports.is_empty() {
        let mut reports = reports.activate();
        reports.session(&rights[1]).give(parcel(0, Kind::Reports, &mut out.reports));
    }
    let mut visits = visits.activate();
    let mut session = visits.session(&rights[0]);
    for (to, words) in (0..).zip(&mut out.visits).filter(|(_, words)| !words.is_empty()) {
        session.give(parcel(to, Kind::Visits, words));
    }
}
