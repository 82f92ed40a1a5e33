//! The rows of the published table against all of their fault sets, 64 at a time.
//!
//! The circuit of a row ([`watershed::faults::circuit`]) is evaluated on words whose bits are fault sets. It is the circuit that is compared with runs by
//! definition elsewhere (`unrolled.rs`, and here on samples of each row); what the search makes of it, and of runs, is not used. So this
//! reaches fault sets in numbers that runs do not. Where a row has too many still, messages are lost in fewer of its rounds.

use crate::table::{ROWS, Row, checked};
use std::collections::BTreeSet;
use watershed::budget::Budget;
use watershed::eval::scalar;
use watershed::faults::brute::{fault_sets, number_of_fault_sets};
use watershed::faults::circuit::{Aggregated, Circuit, Gate, GateId, Literal, Switch};
use watershed::faults::global::Global;
use watershed::faults::specification::Fault;
use watershed::faults::unroll::unroll;
use watershed::faults::{
    CrashMode, FaultSet, Judgement, Omission, PATIENCE, Question, Specification, VerdictRule, investigate, run,
};
use watershed::program::{Program, Value};

/// Most fault sets of a row that are tried, in each crash mode: some ten seconds for all rows. With `WATERSHED_RANDOM` set, a minute or two.
const MOST: u64 = 5_000_000;
const MOST_AT_LEISURE: u64 = 1 << 27;

/// Fault sets in a word differ in so many omissions.
const LANES: usize = 6;
/// By omission, the fault sets of a word that have it.
const PATTERNS: [u64; LANES] = [
    0xAAAA_AAAA_AAAA_AAAA,
    0xCCCC_CCCC_CCCC_CCCC,
    0xF0F0_F0F0_F0F0_F0F0,
    0xFF00_FF00_FF00_FF00,
    0xFFFF_0000_FFFF_0000,
    0xFFFF_FFFF_0000_0000,
];

/// The fault sets of a word: some crashes, some of the omissions after the first [`LANES`], and all combinations of these.
struct Lanes<'a> {
    omissions: &'a [Omission],
    chosen: u64,
    crashes: &'a FaultSet,
}

impl Lanes<'_> {
    /// The sets of the word with a fault.
    fn with(&self, fault: Fault) -> u64 {
        match fault {
            Fault::Crash(_) => all(self.crashes.iter().any(|crash| crash == fault)),
            Fault::Omission(omission) => match self.omissions.iter().position(|&other| other == omission) {
                Some(at) if at < LANES => PATTERNS[at],
                Some(at) => all(self.chosen >> (at - LANES) & 1 == 1),
                None => 0,
            },
        }
    }

    fn switch(&self, switch: Switch) -> u64 {
        match switch {
            Switch::Lost(lost) => all(self.crashes.crashed(lost.from, lost.time)) | self.with(Fault::Omission(lost)),
            Switch::Crashed(crash) => all(self.crashes.crashed(crash.node, crash.time)),
            Switch::Crashes(crash) => all(self.crashes.crashes().any(|other| other == crash)),
        }
    }

    /// One of the sets.
    fn set(&self, lane: usize) -> FaultSet {
        let has = |at: usize| if at < LANES { lane >> at & 1 == 1 } else { self.chosen >> (at - LANES) & 1 == 1 };
        let lost = (0..self.omissions.len()).filter(|&at| has(at)).map(|at| Fault::Omission(self.omissions[at]));
        FaultSet::new(lost.chain(self.crashes.iter()))
    }
}

fn all(is: bool) -> u64 {
    if is { u64::MAX } else { 0 }
}

fn evaluate(circuit: &Circuit, lanes: &Lanes<'_>, words: &mut Vec<u64>) {
    words.clear();
    words.resize(circuit.len(), 0);
    for (part, cyclic) in circuit.parts() {
        loop {
            let mut changed = false;
            for gate in part.clone() {
                let word = match circuit.gate(gate) {
                    Gate::Switch(switch) => lanes.switch(*switch),
                    Gate::Rules(rules) => rules.iter().fold(0, |any, rule| any | conjunction(rule, words)),
                    Gate::Row(row) => row.iter().fold(u64::MAX, |all, part| all & aggregated(part, words)),
                };
                changed |= words[gate as usize] != word;
                words[gate as usize] = word;
            }
            if !cyclic || !changed {
                break;
            }
        }
    }
}

fn conjunction(rule: &[Literal], words: &[u64]) -> u64 {
    rule.iter().fold(u64::MAX, |all, literal| {
        let word = words[literal.gate() as usize];
        all & if literal.is_negative() { !word } else { word }
    })
}

/// The sets in which the members that are there come to the value, and there are some.
fn aggregated(part: &Aggregated, words: &[u64]) -> u64 {
    let of_set = |lane: usize| {
        let there = part.members.iter().filter(|(_, gate)| words[*gate as usize] >> lane & 1 == 1);
        let values: Vec<Value> = there.map(|&(value, _)| value).collect();
        match scalar::aggregate(part.function, values.into_iter()) {
            Ok(value) => value.is_some() && value == part.value,
            Err(_) => part.value.is_none(),
        }
    };
    (0..64).filter(|&lane| of_set(lane)).fold(0, |word, lane| word | 1 << lane)
}

/// For each tuple of `pre` its gate, and that of the same tuple of `post` if it may ever hold.
type Promises = Vec<(Box<[Value]>, GateId, Option<GateId>)>;

/// What is needed of a row, its gates renumbered.
struct Posed {
    circuit: Circuit,
    promises: Promises,
    errs: Vec<GateId>,
}

fn pose(program: &Program, specification: &Specification) -> Posed {
    let global = Global::new(program);
    let unrolled = unroll(program, &global, specification, &Budget::default()).expect("small enough");
    let [pre, post] = ["pre", "post"].map(|name| program.relation_named(name).expect("a relation"));
    let of = |relation| unrolled.outcome.iter().filter(move |(fact, _)| fact.relation == relation);
    let mut promises: Promises = Vec::new();
    for (fact, gate) in of(pre) {
        let kept = of(post).find(|(other, _)| other.values == fact.values).map(|&(_, gate)| gate);
        promises.push((fact.values.clone(), *gate, kept));
    }
    let roots: Vec<GateId> =
        promises.iter().flat_map(|&(_, pre, post)| [Some(pre), post]).flatten().chain(unrolled.errs.clone()).collect();
    let (circuit, number) = unrolled.circuit.cone(&roots);
    let renumbered = |gate: GateId| number[gate as usize].expect("a root is in its cone");
    Posed {
        promises: promises
            .into_iter()
            .map(|(tuple, pre, post)| (tuple, renumbered(pre), post.map(renumbered)))
            .collect(),
        errs: unrolled.errs.iter().map(|&gate| renumbered(gate)).collect(),
        circuit,
    }
}

/// What was tried of a row.
#[derive(Default)]
struct Tried {
    sets: u64,
    bad: u64,
}

/// Tries all fault sets: each bad one has a part among those that the search found, and each of these is bad, as no part of it is.
fn exhaust(program: &Program, specification: Specification, row: &Row) -> [Tried; 2] {
    let posed = pose(program, &specification);
    let budget = Budget::default();
    let global = Global::new(program);
    let free = run(program, &global, &specification, &FaultSet::none(), &budget).expect("no rule errs");
    let rules = [VerdictRule::Invariant, VerdictRule::Baseline];
    let judgements = rules.map(|rule| Judgement::new(program, rule, &free));
    let found = rules.map(|rule| {
        let [taught, told] = [PATIENCE, 0].map(|patience| {
            let question = Question { specification, rule, most: usize::MAX, patience };
            let answer = investigate(program, &question, &budget).expect("no rule errs");
            assert!(answer.complete, "{}", row.name);
            answer.counterexamples.into_iter().map(|found| found.faults).collect::<Vec<FaultSet>>()
        });
        assert_eq!(taught, told, "{}: what runs teach and what the circuit says differ", row.name);
        taught
    });
    for sets in &found {
        let nested = |one: &FaultSet| sets.iter().any(|other| other != one && other.is_subset(one));
        assert!(!sets.iter().any(nested), "{}: a counterexample is a part of another", row.name);
    }
    let crashed: BTreeSet<FaultSet> =
        fault_sets(&Specification { eff: 0, ..specification }, program.nodes.len()).collect();
    let faults = specification.faults(program.nodes.len());
    let omissions: Vec<Omission> = faults
        .into_iter()
        .filter_map(|fault| if let Fault::Omission(lost) = fault { Some(lost) } else { None })
        .collect();
    let in_word = omissions.len().min(LANES);
    // Where there are fewer omissions than lanes, lanes repeat: only the first of each kind counts.
    let counted = all(true) >> (64 - (1u64 << in_word));
    let mut tried = [Tried::default(), Tried::default()];
    let mut met = found.each_ref().map(|sets| vec![false; sets.len()]);
    let mut words = Vec::new();
    for crashes in &crashed {
        for chosen in 0..1u64 << (omissions.len() - in_word) {
            let lanes = Lanes { omissions: &omissions, chosen, crashes };
            evaluate(&posed.circuit, &lanes, &mut words);
            assert!(posed.errs.iter().all(|&gate| words[gate as usize] == 0), "{}: a rule errs", row.name);
            let sample = chosen.wrapping_mul(0x9E37_79B9_7F4A_7C15).is_multiple_of(1 << 12);
            for (at, judgement) in judgements.iter().enumerate() {
                let concerned = posed.promises.iter().filter(|(tuple, ..)| judgement.concerns(tuple));
                let bad = concerned.fold(0, |bad, &(_, pre, post)| {
                    bad | words[pre as usize] & !post.map_or(0, |post| words[post as usize])
                }) & counted;
                let mut explained = 0;
                for (number, set) in found[at].iter().enumerate() {
                    let with = set.iter().fold(counted, |with, fault| with & lanes.with(fault));
                    explained |= with;
                    let itself = (0..64).find(|lane| with >> lane & 1 == 1 && lanes.set(*lane) == *set);
                    if let Some(lane) = itself {
                        met[at][number] = true;
                        assert!(bad >> lane & 1 == 1, "{}: {set:?} is not bad", row.name);
                    }
                }
                let missed = bad & !explained;
                if missed != 0 {
                    let set = lanes.set(missed.trailing_zeros() as usize);
                    panic!(
                        "{} {specification:?} {:?}: {set:?} is bad, and no counterexample is a part of it",
                        row.name, rules[at]
                    );
                }
                if sample {
                    let lane = (chosen >> 12) as usize % (1 << in_word);
                    let by_definition =
                        run(program, &global, &specification, &lanes.set(lane), &budget).expect("no rule errs");
                    assert_eq!(!judgement.lost(&by_definition).is_empty(), bad >> lane & 1 == 1, "{}", row.name);
                }
                tried[at].sets += u64::from(counted.count_ones());
                tried[at].bad += u64::from(bad.count_ones());
            }
        }
    }
    assert!(met.iter().flatten().all(|&met| met), "{}: a counterexample is not within the specification", row.name);
    tried
}

#[test]
fn every_fault_set_of_the_rows_is_judged() {
    let most = if std::env::var_os("WATERSHED_RANDOM").is_some() { MOST_AT_LEISURE } else { MOST };
    let (mut whole, mut lossy, mut all) = (0, 0, 0);
    for row in ROWS {
        let program = checked(row.program);
        let nodes = program.nodes.len();
        let fits = |less: &Specification| number_of_fault_sets(less, nodes).is_some_and(|sets| sets <= most);
        let all_less = (0..=row.eff).rev().map(|eff| Specification { eff, ..row.specification() });
        let specification = all_less.into_iter().find(fits).expect("without losses it is small");
        for crash_mode in [CrashMode::LosesSends, CrashMode::Stops] {
            let [one, other] = exhaust(&program, Specification { crash_mode, ..specification }, row);
            println!(
                "{:24} {}/{}/{} of EFF {}, crash {}: {} fault sets, {} and {} bad",
                row.name,
                row.eot,
                specification.eff,
                row.crashes,
                row.eff,
                crash_mode.name(),
                one.sets,
                one.bad,
                other.bad
            );
            all += one.sets;
        }
        whole += usize::from(specification.eff == row.eff);
        lossy += usize::from(specification.eff > 1 || row.eff <= 1);
    }
    println!("{whole} rows in full, {lossy} with a lossy round, {all} fault sets");
    assert!(whole >= 6 && lossy >= 13, "{whole} rows in full, {lossy} with a lossy round");
}
