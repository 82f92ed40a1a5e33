//! Against the definition on small random components: all cycles one by one, prices by Fourier-Motzkin elimination.

use super::*;
use crate::system::Choice;
use crate::ultimate::fairness::split;
use proptest::prelude::*;
use std::collections::BTreeSet;

const MESSAGES: usize = 4;

/// A transition: source, target, for each message whether it is delivered and whether it is sent.
type Plain = (u32, u32, [bool; MESSAGES], [bool; MESSAGES]);

/// The transitions as a part; each is known by `choice.rest`.
fn part(states: u32, list: &[Plain], marks: &mut Marks) -> Component {
    let mut set = |members: &[bool; MESSAGES]| {
        let members: Vec<Message> = (0..MESSAGES as u32).filter(|&message| members[message as usize]).collect();
        marks.messages.intern(&members)
    };
    let mut edges: Vec<Edge> = (0u32..)
        .zip(list)
        .map(|(number, (from, to, delivered, sent))| Edge {
            from: *from,
            to: *to,
            choice: Choice { node: 0, inbox: 0, rest: number },
            delivered: set(delivered),
            sent: set(sent),
            outputs: 0,
        })
        .collect();
    edges.sort_by_key(|edge| edge.from);
    Component { states: (0..states).collect(), edges }
}

fn names(edges: &[Edge]) -> BTreeSet<u32> {
    edges.iter().map(|edge| edge.choice.rest).collect()
}

/// What [`usable`] leaves when it is repeated as the search for fair components does, and how many rounds drop something, one inside the other.
fn by_certificates(part: Component, omega: &[bool; MESSAGES], marks: &Marks) -> (BTreeSet<u32>, usize) {
    let in_flight: Vec<(Message, InFlight)> =
        (0u32..).zip(omega).map(|(message, &omega)| (message, InFlight { always: false, omega })).collect();
    let (mut left, mut most) = (BTreeSet::new(), 0);
    let mut open: Vec<(Component, usize)> = split(&part).into_iter().map(|part| (part, 0)).collect();
    while let Some((part, rounds)) = open.pop() {
        most = most.max(rounds);
        match usable(&part, &in_flight, marks, &Budget::default()).expect("no bound") {
            None => left.extend(names(&part.edges)),
            Some(edges) => {
                assert!(edges.len() < part.edges.len());
                let parts = split(&Component { states: part.states, edges });
                open.extend(parts.into_iter().map(|part| (part, rounds + 1)));
                most = most.max(rounds + 1);
            }
        }
    }
    (left, most)
}

/// The same by the definition: on each strongly connected part, transitions all of whose cycles are beyond help are
/// dropped.
fn by_definition(part: &Component, list: &[Plain], omega: &[bool; MESSAGES]) -> BTreeSet<u32> {
    let mut left = BTreeSet::new();
    let mut open = split(part);
    while let Some(part) = open.pop() {
        let cycles = simple_cycles(&part);
        let gain = |cycle: &Vec<usize>| -> Vec<i128> {
            let mut gain = vec![0; MESSAGES];
            for &edge in cycle {
                let (_, _, delivered, sent) = list[part.edges[edge].choice.rest as usize];
                for m in (0..MESSAGES).filter(|&m| omega[m]) {
                    gain[m] += i128::from(sent[m]) - i128::from(delivered[m]);
                }
            }
            gain
        };
        let gains: Vec<Vec<i128>> = cycles.iter().map(gain).collect();
        let mut used = vec![false; part.edges.len()];
        for (cycle, gain) in cycles.iter().zip(&gains) {
            if !is_beyond_help(&gains, gain) {
                cycle.iter().for_each(|&edge| used[edge] = true);
            }
        }
        if used.iter().all(|&used| used) {
            left.extend(names(&part.edges));
        } else {
            let edges = part.edges.iter().zip(&used).filter(|&(_, &used)| used).map(|(edge, _)| *edge).collect();
            open.extend(split(&Component { states: part.states, edges }));
        }
    }
    left
}

/// All cycles that pass no state twice, each from its smallest state.
fn simple_cycles(part: &Component) -> Vec<Vec<usize>> {
    let mut cycles = Vec::new();
    let mut open: Vec<Vec<usize>> = (0..part.edges.len()).map(|edge| vec![edge]).collect();
    while let Some(path) = open.pop() {
        let (first, last) = (&part.edges[path[0]], &part.edges[path[path.len() - 1]]);
        if last.to == first.from {
            cycles.push(path);
            continue;
        }
        if last.to < first.from || path.iter().any(|&edge| part.edges[edge].from == last.to) {
            continue;
        }
        for (at, _) in part.edges.iter().enumerate().filter(|(_, edge)| edge.from == last.to) {
            open.push(path.iter().copied().chain([at]).collect());
        }
    }
    cycles
}

/// Whether some λ ≥ 0 has λ·gain ≤ 0 for all `gains` and λ·lost < 0 (so ≤ −1): by Farkas' lemma, whether no circulation that
/// goes round `lost` is paid for. Eliminates one price after the other from the inequalities a·λ ≤ b.
fn is_beyond_help(gains: &[Vec<i128>], lost: &[i128]) -> bool {
    let mut system: BTreeSet<(Vec<i128>, i128)> = gains.iter().map(|gain| (gain.clone(), 0)).collect();
    system.insert((lost.to_vec(), -1));
    for m in 0..MESSAGES {
        let mut negated = vec![0; MESSAGES];
        negated[m] = -1;
        system.insert((negated, 0));
    }
    for m in 0..MESSAGES {
        let (with, mut next): (BTreeSet<_>, BTreeSet<_>) = system.into_iter().partition(|(row, _)| row[m] != 0);
        for (up, b) in with.iter().filter(|(row, _)| row[m] > 0) {
            for (down, c) in with.iter().filter(|(row, _)| row[m] < 0) {
                let (x, y) = (-down[m], up[m]);
                let mut row: Vec<i128> = up.iter().zip(down).map(|(up, down)| x * up + y * down).collect();
                let mut bound = x * b + y * c;
                let factor = row.iter().fold(bound.abs(), |a, &b| gcd(a, b.abs())).max(1);
                row.iter_mut().for_each(|entry| *entry /= factor);
                bound /= factor;
                next.insert((row, bound));
            }
        }
        system = next;
    }
    system.iter().all(|&(_, bound)| bound >= 0)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn plain(states: u32) -> impl Strategy<Value = Plain> {
    let some = || prop::array::uniform4(prop::bool::weighted(0.3));
    (0..states, 0..states, some(), some())
}

fn small() -> impl Strategy<Value = (u32, Vec<Plain>)> {
    (1u32..5).prop_flat_map(|states| (Just(states), prop::collection::vec(plain(states), 1..9)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_is_what_paid_for_circulations_use(
        (states, list) in small(),
        omega in prop::array::uniform4(prop::bool::weighted(0.9))
    ) {
        let mut marks = Marks::default();
        let part = part(states, &list, &mut marks);
        let expected = by_definition(&part, &list, &omega);
        let (left, rounds) = by_certificates(part, &omega, &marks);
        prop_assert_eq!(left, expected);
        prop_assert!(rounds <= MESSAGES);
    }

    /// A certificate that someone tampered with is refused, or is one still: then the definition agrees.
    #[test]
    fn a_wrong_certificate_drops_nothing_that_is_used(
        (states, list) in small(),
        prices in prop::array::uniform4(-1i64..4),
        heights in prop::collection::vec(-3i64..4, 4),
    ) {
        let mut marks = Marks::default();
        let part = part(states, &list, &mut marks);
        let used = by_definition(&part, &list, &[true; MESSAGES]);
        let certificate = Certificate { prices: (0u32..).zip(prices).collect(), heights: heights[..states as usize].to_vec() };
        if let Some(tight) = certificate.tight(&part, &marks) {
            let kept = part.edges.iter().zip(&tight).filter(|&(_, &tight)| tight).map(|(edge, _)| edge.choice.rest);
            prop_assert!(used.is_subset(&kept.collect()));
        }
    }
}

const NONE: [bool; MESSAGES] = [false; MESSAGES];
const A: [bool; MESSAGES] = [true, false, false, false];
const B: [bool; MESSAGES] = [false, true, false, false];

/// Sent at every second step, so not delivered at every step.
fn every_second_step() -> Vec<Plain> {
    vec![(0, 1, NONE, A), (1, 0, NONE, NONE), (0, 1, A, A), (1, 0, A, NONE)]
}

#[test]
fn planted_certificates_are_refused() {
    let mut marks = Marks::default();
    let whole = part(2, &every_second_step(), &mut marks);
    let tight = |prices: &[(Message, i64)], heights: &[i64]| {
        Certificate { prices: prices.to_vec(), heights: heights.to_vec() }.tight(&whole, &marks)
    };
    // Sending gains on the way up, nothing is lost on the way down.
    assert_eq!(tight(&[(0, 1)], &[0, 1]), None);
    assert_eq!(tight(&[(0, 1)], &[0, 0]), None);
    // At a negative price the cycle that only sends would lose.
    assert_eq!(tight(&[(0, -1)], &[0, 0]), None);
    assert_eq!(tight(&[], &[0]), None);
    assert_eq!(tight(&[], &[0, 1]), None);
    assert_eq!(tight(&[], &[0, 0]), Some(vec![true; 4]));

    let without_pause: Vec<Plain> = every_second_step().into_iter().skip(2).collect();
    let part = part(2, &without_pause, &mut marks);
    let right = Certificate { prices: vec![(0, 1)], heights: vec![0, 0] };
    assert_eq!(right.tight(&part, &marks), Some(vec![true, false]));
}

/// Two cycles that must be weighed against each other, small and long: one makes 5 b of 2 a, one makes 3, 2 or 1 a of 5 b.
#[test]
fn prices_other_than_one_are_found() {
    let exchange = |a: usize, b: usize, gains_b: bool| -> Vec<Plain> {
        let (lost, gained) = if gains_b { (A, B) } else { (B, A) };
        let (losses, wins) = if gains_b { (a, b) } else { (b, a) };
        let count = (losses + wins) as u32;
        let step = |at: u32| {
            let (from, to) = (at, (at + 1) % count);
            if (at as usize) < losses { (from, to, lost, NONE) } else { (from, to, NONE, gained) }
        };
        (0..count).map(step).collect()
    };
    let joined = |one: Vec<Plain>, other: Vec<Plain>| {
        let shift = one.len() as u32 - 1;
        let far = |state: u32| if state == 0 { 0 } else { state + shift };
        let moved = other.into_iter().map(|(from, to, delivered, sent)| (far(from), far(to), delivered, sent));
        let list: Vec<Plain> = one.into_iter().chain(moved).collect();
        let states = list.iter().map(|edge| edge.0).max().expect("not empty") + 1;
        (states, list)
    };
    for (gained, scale) in [(3, 1), (2, 1), (1, 1), (3, 1000), (2, 1000), (1, 1000)] {
        let kept = gained >= 2;
        let (states, list) = joined(exchange(2 * scale, 5 * scale, true), exchange(gained * scale, 5 * scale, false));
        let mut marks = Marks::default();
        let part = part(states, &list, &mut marks);
        let (left, rounds) = by_certificates(part.clone(), &[true; MESSAGES], &marks);
        assert_eq!(left.len(), if kept { list.len() } else { 0 });
        assert_eq!(rounds > 0, !kept);
        if scale == 1 {
            assert_eq!(left, by_definition(&part, &list, &[true; MESSAGES]));
        }
    }
}

/// A large component: each of its rings gains one a at its end, and loses one at every second step or can do without.
#[test]
fn a_long_ring_is_decided() {
    let length = 200_000u32;
    for (last, kept) in [(A, true), (NONE, false)] {
        let mut list: Vec<Plain> = (0..length).map(|at| (at, at + 1, if at % 2 == 0 { A } else { B }, B)).collect();
        list.push((length, 0, NONE, A));
        list.extend((0..length / 2).map(|at| (2 * at, 2 * at + 1, A, last)));
        list.push((length, 0, NONE, last));
        let mut marks = Marks::default();
        let part = part(length + 1, &list, &mut marks);
        let (left, _) = by_certificates(part, &[true; MESSAGES], &marks);
        assert_eq!(left.is_empty(), !kept, "{} of {} are left", left.len(), list.len());
    }
}
