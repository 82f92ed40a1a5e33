//! Two programs under all values of their unknowns, and on all small instances: what is said of all of them is held against what is said of each, made by
//! plain enumeration.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use watershed::budget::Budget;
use watershed::pipeline::bare::Bare;
use watershed::pipeline::equiv::{Comparison, Likeness, Side, align, compare, instances};
use watershed::pipeline::instance::Options;
use watershed::pipeline::instances::{Bounds, Subject};
use watershed::pipeline::read::read_bare;
use watershed::program::resolve;
use watershed::syntax::load::Input;

/// What the programs of a pair have in common: two messages, each to all nodes or to one.
const BASE: &str = "input e(v); event w, e; output kept; m(#S, X)@async :- w(X), node(S); k(X)@next :- m(X); k(X)@next :- k(X); kept(X)@next :- kept(X);";

/// Each program of a pair has one of these.
const RULES: &[&str] = &[
    "kept(X)@next :- m(X);",
    "kept(X) :- k(X);",
    "kept(X)@next :- m(X), notin kept(_);",
    "kept(X)@next :- m(X), X != stop;",
    "kept(stop)@next :- m(X), m(Y), X != Y;",
    "kept(X)@next :- k(X), e(X);",
    "kept(X)@next :- e(X);",
    "kept(Y)@next :- k(X), e(Y), X != Y;",
    "kept(X)@next :- m(X), node(X);",
];

fn input(text: &str) -> Input {
    Input::Text { name: "p.ded".to_string(), text: text.to_string() }
}

/// How two programs compare; nothing if a rule errs.
fn likeness(sides: &[Side; 2]) -> Option<Likeness> {
    let compared = compare(sides, &Budget::default(), Options::default(), &mut |_| ()).ok()?;
    Some(compared.comparison.likeness())
}

/// Calls `work` with each pair of indices up to `count`, the second one not less, on two threads.
fn each_pair(count: usize, work: impl Fn(usize, usize) + Sync) {
    let pairs: Vec<(usize, usize)> = (0..count).flat_map(|one| (one..count).map(move |other| (one, other))).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(&(one, other)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(one, other);
                }
            });
        }
    });
}

fn bare(text: &str) -> (Side, Bare) {
    let (read, bare) = read_bare(&[input(text)], &resolve::Options::default());
    let why: Vec<_> = read.diagnostics.iter().map(|finding| &finding.message).collect();
    let (program, analysis) = read.program.unwrap_or_else(|| panic!("{text}: {why:?}"));
    (Side { program, analysis }, bare.expect("a program"))
}

fn on_small_instances(texts: [&str; 2], bounds: Bounds, budget: &Budget) -> Result<instances::Outcome, String> {
    let [(first, bare_first), (second, bare_second)] = texts.map(bare);
    let mut sides = [first, second];
    align(&mut sides).expect("outputs in common");
    let subjects = [
        Subject { program: &sides[0].program, bare: &bare_first },
        Subject { program: &sides[1].program, bare: &bare_second },
    ];
    let outcome = instances::search(subjects, bounds, budget, Options::default(), &mut |_| ());
    outcome.map_err(|why| why.to_string())
}

fn on_instance(bares: [&Bare; 2], instance: &str) -> Likeness {
    let mut sides = bares.map(|bare| {
        let (program, analysis) = bare.with(instance).program.unwrap_or_else(|| panic!("{instance} is not read"));
        Side { program, analysis }
    });
    align(&mut sides).expect("outputs in common");
    likeness(&sides).expect("no rule errs")
}

/// The least number of facts of an instance on which two programs differ, by trying all sets of at most two facts, any value in any column. Where
/// rules ask for nodes, values are nodes: no others are promised there.
fn least_by_force(texts: [&str; 2], relations: &[(&str, bool)]) -> Option<usize> {
    let [(_, first), (_, second)] = texts.map(bare);
    let others = if texts.iter().any(|text| text.contains("node(X)")) { &[][..] } else { &["stop", "u", "v"] };
    let mut least: Option<usize> = None;
    for network in [&["a"][..], &["a", "b"]] {
        let mut facts = Vec::new();
        for (name, event) in relations {
            for node in network {
                let values = network.iter().chain(others);
                let step = if *event { "@1" } else { "" };
                facts.extend(values.map(|value| format!("{name}(#{node}, {value}){step};")));
            }
        }
        let mut sets: Vec<Vec<&str>> = vec![vec![]];
        for (i, one) in facts.iter().enumerate() {
            sets.push(vec![one]);
            sets.extend(facts[..i].iter().map(|other| vec![one.as_str(), other.as_str()]));
        }
        sets.sort_by_key(Vec::len);
        for set in sets.iter().take_while(|set| least.is_none_or(|least| set.len() < least)) {
            let instance = format!("nodes {}; {}", network.join(", "), set.join(" "));
            match on_instance([&first, &second], &instance) {
                Likeness::Same => {}
                Likeness::Different => {
                    least = Some(set.len());
                    break;
                }
                Likeness::Inconclusive => panic!("{texts:?}: {instance}"),
            }
        }
    }
    least
}

const BOUNDS: Bounds = Bounds { nodes: 2, values: 2, facts: 2, steps: 1 };

#[test]
fn the_smallest_instance_that_tells_programs_apart_is_as_small_as_by_plain_enumeration() {
    let found: std::sync::Mutex<BTreeSet<Option<usize>>> = std::sync::Mutex::default();
    each_pair(RULES.len(), |one, other| {
        let texts = [one, other].map(|rule| format!("nodes a; {BASE} {}", RULES[rule]));
        let texts = [texts[0].as_str(), &texts[1]];
        let outcome = on_small_instances(texts, BOUNDS, &Budget::default()).expect("a search");
        assert_eq!(outcome.searched.erring, 0);
        let least = least_by_force(texts, &[("w", true), ("e", true)]);
        let smallest = outcome.found.as_ref().map(|found| found.text.matches(';').count() - 1);
        assert_eq!(smallest, least, "{} and {}: {:?}", RULES[one], RULES[other], outcome.found.map(|found| found.text));
        let expected = if least.is_some() { Likeness::Different } else { Likeness::Same };
        assert_eq!(outcome.compared.comparison.likeness(), expected);
        if let Some(found) = &outcome.found {
            let [(_, first), (_, second)] = texts.map(bare);
            assert_eq!(on_instance([&first, &second], &found.text), Likeness::Different, "{}", found.text);
        }
        found.lock().expect("no panic").insert(least);
    });
    let found = found.into_inner().expect("no panic");
    assert_eq!(found, [None, Some(1), Some(2)].into(), "pairs of all kinds");
}

/// Values of unlike relations are exchanged apart in each program, but what both are compared by is exchanged together.
#[test]
fn values_of_relations_that_only_outputs_connect_are_not_exchanged_apart() {
    let with = |rule: &str| format!("nodes n; input a(v), b(v); output r; {rule}");
    for (one, other, relations) in [
        ("r(X) :- a(#L, X), b(#L, _);", "r(X) :- b(#L, X), a(#L, _);", &[("a", false), ("b", false)]),
        ("r(X) :- a(#L, X), b(#L, _);", "r(X) :- a(#L, X), b(#L, _), X != stop;", &[("a", false), ("b", false)]),
    ] {
        let texts = [with(one), with(other)];
        let texts = [texts[0].as_str(), &texts[1]];
        let outcome = on_small_instances(texts, BOUNDS, &Budget::default()).expect("a search");
        assert_eq!(least_by_force(texts, relations), Some(2));
        let found = outcome.found.expect("an instance");
        assert_eq!(found.text.matches(';').count() - 1, 2, "{}", found.text);
    }
}

#[test]
fn instances_are_given_to_both_or_refused() {
    let search = |one: &str, other: &str| on_small_instances([one, other], BOUNDS, &Budget::default());
    let own = "nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); q(#a, 1)@1;";
    for (other, why) in [
        ("nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); q(X) :- s(X); s(#a, 1);", "derived in the other"),
        ("nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); q(#a, 1);", "an event relation in one program"),
        (
            "nodes a; output p; p(X)@next :- q(X, _); p(X)@next :- p(X); q(#a, 1, 2)@1;",
            "1 columns in one program and 2",
        ),
        ("nodes a; output p; p(A, X)@next :- q(A, X); p(A, X)@next :- p(A, X); q(a, 1)@1;", "in the first column"),
    ] {
        let refused = search(own, other).expect_err(other);
        assert!(refused.contains(why), "{refused}");
        assert!(search(other, own).is_err());
    }
    // A relation that only one has is empty for the other as far as its rules go.
    let other = "nodes a; output p; p(X)@next :- q(X), notin off(X); p(X)@next :- p(X); q(#a, 1)@1; input off(x);";
    let found = search(own, other).expect("a search").found.expect("an instance").text;
    assert!(found.contains("off(") && found.contains("q(") && found.matches(';').count() == 3, "{found}");
}

#[test]
fn a_bound_on_some_instance_leaves_the_question_open() {
    let text = format!("nodes a; {BASE} {}", RULES[2]);
    let budget = Budget { max_states: 3, ..Budget::default() };
    let outcome = on_small_instances([&text, &text], BOUNDS, &budget).expect("a search");
    assert!(matches!(outcome.compared.comparison, Comparison::Open(bound) if bound.to_string() == "states"));
    let outcome = on_small_instances([&text, &text], BOUNDS, &Budget::default()).expect("a search");
    assert!(matches!(outcome.compared.comparison, Comparison::Same) && outcome.searched.instances > 5);
}

#[cfg(feature = "z3")]
mod values {
    use super::*;
    use std::collections::BTreeMap;
    use watershed::pipeline::equiv::valuations::{NoAnswer, Outcome, Pair, search};
    use watershed::pipeline::read::read_open;
    use watershed::syntax::ast::TermKind;
    use watershed::syntax::unknowns::Valuation;

    /// These order values, or compute with them: of symbols they err.
    const ORDERED: &[&str] = &["kept(X)@next :- m(X), X < 2;", "kept(X - 1)@next :- m(X), X > 1, X < 4;"];

    fn pair(texts: [&str; 2]) -> Pair {
        let [first, second] = texts.map(|text| {
            let (read, open) = read_open(&[input(text)], &resolve::Options::default());
            let why: Vec<_> = read.diagnostics.iter().map(|finding| finding.message.clone()).collect();
            open.unwrap_or_else(|| panic!("{text}: {why:?}"))
        });
        Pair::new(&first, &second).expect("outputs in common")
    }

    fn for_all(pair: &Pair) -> Outcome {
        search(pair, &Budget::default(), Options::default(), &mut |_| ()).expect("an answer")
    }

    fn under(pair: &Pair, valuation: &Valuation) -> Option<Likeness> {
        let sides = pair.with(valuation).map(|read| {
            let (program, analysis) = read.program.expect("a program");
            Side { program, analysis }
        });
        likeness(&sides)
    }

    /// All valuations with values of a small pool that meet what is assumed.
    fn pool(pair: &Pair) -> Vec<Valuation> {
        let symbol = |name: &str| TermKind::Symbol(name.to_string());
        let values = [
            TermKind::Integer(1),
            TermKind::Integer(2),
            TermKind::Integer(3),
            symbol("a"),
            symbol("stop"),
            symbol("u"),
        ];
        let mut all = vec![Valuation { constants: BTreeMap::new(), given: Vec::new() }];
        for (name, _) in &pair.unknowns.constants {
            let with = |known: &Valuation, value: &TermKind| {
                let mut more = known.clone();
                more.constants.insert(name.clone(), value.clone());
                more
            };
            all = all.iter().flat_map(|known| values.iter().map(|value| with(known, value))).collect();
        }
        for _ in &pair.unknowns.facts {
            let with = |known: &Valuation, given: bool| {
                let mut more = known.clone();
                more.given.push(given);
                more
            };
            all = all.iter().flat_map(|known| [false, true].map(|given| with(known, given))).collect();
        }
        all.retain(|valuation| pair.unknowns.broken(valuation).is_none());
        all
    }

    /// All rules against each other, with facts that both have, and with facts that only one has.
    #[test]
    fn what_holds_of_all_values_holds_of_each() {
        let facts = [
            ["w(#a, ?x)@1; w(#b, ?y)@1; e(#b, ?x)@1;", "w(#a, ?x)@1; w(#b, ?y)@1; e(#b, ?x)@1;"],
            ["w(#a, ?x)@1; maybe e(#b, ?y)@1;", "w(#a, ?y)@1; maybe e(#b, ?y)@1;"],
            ["w(#a, ?x)@1; w(#b, 2)@1; assume ?x != 2;", "w(#a, ?x)@1; w(#b, 2)@1; assume ?x != stop;"],
        ];
        let rules: Vec<&str> = RULES.iter().chain(ORDERED).copied().collect();
        let tally: std::sync::Mutex<BTreeMap<(Likeness, bool), usize>> = std::sync::Mutex::default();
        each_pair(rules.len(), |one, other| {
            for facts in facts {
                let assumed = |rule: usize, facts: &str| {
                    let ordered = ["?x", "?y"].iter().filter(|name| rule >= RULES.len() && facts.contains(**name));
                    ordered.map(|name| format!(" assume {name} < 100, {name} > -100;")).collect::<String>()
                };
                let texts = [(one, facts[0]), (other, facts[1])]
                    .map(|(rule, facts)| format!("nodes a, b; {BASE} {} {facts}{}", rules[rule], assumed(rule, facts)));
                let pair = pair([&texts[0], &texts[1]]);
                let outcome = for_all(&pair);
                let answer = outcome.compared.comparison.likeness();
                let each = pool(&pair).into_iter().map(|valuation| (under(&pair, &valuation), valuation));
                let different = each.filter(|(likeness, _)| *likeness == Some(Likeness::Different));
                let different: Vec<Valuation> = different.map(|(_, valuation)| valuation).collect();
                assert_ne!(answer, Likeness::Inconclusive, "{texts:?}");
                if let Some(values) = different.first().filter(|_| answer == Likeness::Same) {
                    panic!("{texts:?}: the same for all values, and different for {}", pair.unknowns.show(values));
                }
                if let Some(text) = outcome.searched.valuation() {
                    let values = pair.valuation(text).expect("the text of a valuation is read");
                    assert_eq!(under(&pair, &values), Some(Likeness::Different), "{texts:?}: {text}");
                }
                assert_eq!(outcome.searched.answered.is_some(), answer == Likeness::Different);
                let several = outcome.searched.cases.len() > 1;
                *tally.lock().expect("no panic").entry((answer, several)).or_default() += 1;
            }
        });
        let tally = tally.into_inner().expect("no panic");
        println!("{tally:?}");
        for met in [(Likeness::Same, true), (Likeness::Different, true), (Likeness::Different, false)] {
            assert!(tally.get(&met).is_some_and(|&times| times > 5), "{met:?} is hardly among {tally:?}");
        }
    }

    /// The same values, as an assumption, are one case, with the answer that they have.
    #[test]
    fn a_case_has_the_answer_of_each_of_its_values() {
        for rules in [[2, 4], [3, 0], [7, 5], [6, 6]] {
            let texts = rules.map(|rule| format!("nodes a, b; {BASE} {} w(#a, ?x)@1; e(#b, ?y)@1;", RULES[rule]));
            let pair = pair([&texts[0], &texts[1]]);
            for valuation in pool(&pair) {
                let known: Vec<String> =
                    valuation.constants.iter().map(|(name, value)| format!("?{name} == {value}")).collect();
                let assumed = format!("{} assume {};", texts[0], known.join(", "));
                let outcome = for_all(&super::values::pair([&assumed, &texts[1]]));
                assert_eq!(outcome.searched.cases.len(), 1, "{assumed}");
                let answer = Some(outcome.compared.comparison.likeness());
                assert_eq!(answer, under(&pair, &valuation), "{assumed} {}", texts[1]);
            }
        }
    }

    fn answer(texts: [&str; 2]) -> (Likeness, Option<String>) {
        let outcome = for_all(&pair(texts));
        (outcome.compared.comparison.likeness(), outcome.searched.valuation().map(str::to_string))
    }

    const LAST: &str = "nodes a, b, r; output kept; m(#r, X)@async :- put(X); kept(X)@next :- m(X), notin kept(_); kept(X)@next :- kept(X);";
    const LOW: &str = "nodes a, b, r; output kept; m(#r, X)@async :- put(X); low(min<X>) :- m(X); kept(X)@next :- low(X), notin kept(_); kept(X)@next :- kept(X);";

    #[test]
    fn what_either_program_assumes_decides() {
        let facts = "put(#a, ?x)@1; put(#b, ?y)@1;";
        // The first keeps both of two different values if they come together, the second one of them.
        let (first, second) = (format!("{LAST} {facts}"), format!("{LOW} {facts}"));
        let (found, values) = answer([&first, &second]);
        assert_eq!(found, Likeness::Different);
        assert!(values.is_some());
        let assumed = format!("{second} assume ?x == ?y;");
        assert_eq!(answer([&first, &assumed]), (Likeness::Same, None), "the second program assumes it");
        assert_eq!(answer([&assumed, &first]), (Likeness::Same, None));
        let [least, most] = [">", "<"].map(|order| format!("{first} assume ?x {order}= 3;"));
        let second = format!("{second} assume ?y == 3;");
        assert_eq!(answer([&least, &second]).0, Likeness::Different);
        let both = format!("{least} assume ?x <= 3;");
        assert_eq!(answer([&both, &second]).0, Likeness::Same, "assumptions of both hold together");
        assert_eq!(answer([&most, &second]).0, Likeness::Different);
        let against = format!("{second} assume ?y > ?x;");
        let none = search(&pair([&least, &against]), &Budget::default(), Options::default(), &mut |_| ());
        assert!(matches!(none, Err(NoAnswer::Contradictory)));
    }

    /// Neither program compares its values: only that their facts are compared does.
    #[test]
    fn facts_of_the_two_programs_are_told_apart() {
        let text = |facts: &str| format!("nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); {facts}");
        let (one, other) = (text("q(#a, ?x)@1;"), text("q(#a, ?y)@1;"));
        assert_eq!(answer([&one, &other]).0, Likeness::Different);
        let assumed = text("q(#a, ?y)@1; q(#a, ?x)@2; assume ?x == ?y;");
        assert_eq!(answer([&one, &assumed]).0, Likeness::Same);
        let (known, below) = (text("q(#a, 5)@1;"), text("q(#a, ?x)@1; assume ?x > 4, ?x < 6;"));
        assert_eq!(answer([&known, &below]).0, Likeness::Same, "only one program has unknowns");
        // The representative of a case without this question would be one in which they are alike.
        let unlike = text("q(#a, 1)@1; q(#a, ?y)@1; assume ?y > 0;");
        let (found, values) = answer([&text("q(#a, 1)@1;"), &unlike]);
        assert_eq!(found, Likeness::Different, "{values:?}");
        assert!(values.is_some_and(|values| values != "?y == 1"));
    }

    #[test]
    fn expressions_that_have_the_same_value_are_the_same() {
        let text = |head: &str| {
            format!(
                "nodes a; output p; p({head})@next :- q(X); p(X)@next :- p(X); q(#a, ?x)@1; assume ?x < 100, ?x > -100;"
            )
        };
        assert_eq!(answer([&text("X + X"), &text("2 * X")]).0, Likeness::Same);
        // Where one program computes with a value, it is an integer for the other too.
        let plain = "nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); q(#a, ?x)@1;";
        assert_eq!(answer([&text("X + 0"), plain]).0, Likeness::Same);
        assert_eq!(answer([plain, &text("X + 0")]).0, Likeness::Same);
        let (found, values) = answer([&text("X * X"), &text("2 * X")]);
        assert_eq!(found, Likeness::Different);
        assert!(values.is_some_and(|values| values != "?x == 0" && values != "?x == 2"));
    }

    #[test]
    fn facts_that_may_be_given_are_given_to_both() {
        let text = |rule: &str| {
            format!(
                "nodes a, b; output p; {rule} p(X)@next :- p(X); maybe q(#a, 1)@1; maybe s(#a)@1; m(#b, X)@async :- q(X);"
            )
        };
        let (one, other) =
            (text("p(X)@next :- m(X), notin t(); t()@next :- s();"), text("p(X)@next :- m(X); t()@next :- s();"));
        // `s` is at another node than `m`, and where nothing reads `t` it does not matter.
        assert_eq!(answer([&one, &other]).0, Likeness::Same);
        let here = text("p(X)@next :- q(X), notin s();");
        let there = text("p(X)@next :- q(X);");
        let (found, values) = answer([&here, &there]);
        assert_eq!((found, values.as_deref()), (Likeness::Different, Some("q(#a, 1)@1, s(#a)@1")));
        assert_eq!(answer([&there, &there]).0, Likeness::Same);
    }
}
