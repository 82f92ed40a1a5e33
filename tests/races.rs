//! Points of order, ranked by what runs show of them.

use std::collections::BTreeSet;
use watershed::analysis::analyse;
use watershed::budget::Budget;
use watershed::pipeline::check::{Answer, Options, check};
use watershed::pipeline::races::{Place, Points, points};
use watershed::pipeline::{Basis, Scope, Verdict, instance};
use watershed::program::{NodeId, Program, resolve};
use watershed::syntax::load::{Input, load};
use watershed::witness::replay::check_claim;

struct Asked {
    program: Program,
    text: String,
    answer: Answer,
    points: Points,
}

fn ask(text: &str, options: Options, budget: &Budget) -> Asked {
    let loaded = load(&[Input::Text { name: "test.ded".to_string(), text: text.to_string() }]);
    let (program, diagnostics) = resolve::resolve(&loaded.sources, &loaded.trees, &resolve::Options::default());
    let program = program.unwrap_or_else(|| panic!("{text}\n{diagnostics:?}"));
    let analysis = analyse(&program);
    let mut answer = check(&program, &analysis, budget, options, &mut |_| ()).expect("no rule errs");
    let points = points(&program, &analysis, &mut answer, budget);
    let asked = Asked { program, text: text.to_string(), answer, points };
    asked.holds_what_it_says();
    asked
}

fn of_corpus(name: &str) -> Asked {
    let file = format!("{}/benchmarks/programs/{name}.ded", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    ask(&text, Options::default(), &Budget::default())
}

impl Asked {
    /// Replays both runs of each race, and compares them with what is said of them.
    fn holds_what_it_says(&self) {
        let budget = Budget::default();
        for (place, race) in self.points.races() {
            assert_ne!(self.answer.verdict, Verdict::Confluent);
            for (run, holds) in [(0, true), (1, false)] {
                let schedule = &race.witness.schedules[run];
                let replayed = check_claim(&self.program, schedule, &race.witness.fact, holds, &budget);
                assert_eq!(replayed.as_ref().ok(), Some(&race.witness.runs[run]), "{}", schedule.show(&self.program));
            }
            assert!(!race.moved.is_empty());
            assert!(race.moved.iter().chain(&race.against).all(|(message, _)| message.node == race.node));
            for (run, &step) in race.witness.runs.iter().zip(&race.steps) {
                assert_eq!(run.records[step].node, race.node, "{}", place.message());
            }
        }
        let is_real: Vec<bool> = self.points.list.iter().map(|point| point.race.is_some()).collect();
        assert!(is_real.is_sorted_by(|a, b| a >= b), "real ones come first: {is_real:?}");
    }

    /// The literals of the points, in order, each with whether it is real.
    fn literals(&self) -> Vec<(String, bool)> {
        let literal = |place: &Place| {
            let texts = place.spans().iter().map(|span| &self.text[span.start as usize..span.end as usize]);
            texts.collect::<Vec<_>>().join(" & ")
        };
        self.points.list.iter().map(|point| (literal(&point.place), point.race.is_some())).collect()
    }

    /// What races at a point, as the program spells it, each with its sender.
    fn racing(&self, point: usize) -> [BTreeSet<String>; 2] {
        let race = self.points.list[point].race.as_ref().expect("a race");
        let node = |node: NodeId| self.program.show_node(node);
        [&race.moved, &race.against].map(|messages| {
            let show = |(message, from): &(watershed::program::LocatedFact, NodeId)| {
                format!("{} from {}", self.program.show_fact(message.node, &message.fact), node(*from))
            };
            messages.iter().map(show).collect()
        })
    }

    fn unexplained(&self) -> Vec<String> {
        let show = |fact: &watershed::program::LocatedFact| self.program.show_fact(fact.node, &fact.fact);
        self.points.unexplained.iter().map(show).collect()
    }
}

fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_string).collect()
}

fn named<const N: usize>(literals: [(&str, bool); N]) -> Vec<(String, bool)> {
    literals.into_iter().map(|(text, real)| (text.to_string(), real)).collect()
}

#[test]
fn both_literals_of_the_marriage_ceremony_are_real() {
    let asked = of_corpus("papers/marriage");
    assert_eq!(asked.literals(), named([("i_do(groom)", true), ("i_do(bride)", true)]));
    let (bride, groom) = ("i_do(#n1, bride) from n1", "i_do(#n1, groom) from n1");
    assert_eq!(asked.racing(0), [set([groom]), set([bride])]);
    assert_eq!(asked.racing(1), [set([bride]), set([groom])]);
    assert!(asked.unexplained().is_empty());
}

#[test]
fn a_garbage_collector_that_frees_races_and_one_that_does_not_is_only_suspect() {
    let asked = of_corpus("papers/gc-guarded");
    assert_eq!((asked.answer.verdict, asked.literals()), (Verdict::Confluent, named([("live(X)", false)])));
    let asked = of_corpus("papers/gc-freed");
    assert_eq!(asked.literals(), named([("live(X)", true)]));
    assert_eq!(asked.racing(0), [set(["refers(#n1, r, x) from m1"]), set(["addr(#n1, x) from m1"])]);
}

#[test]
fn a_count_that_is_read_too_early_races_with_the_votes_that_come_later() {
    let asked = of_corpus("counting/exact");
    assert_eq!(asked.literals(), named([("vote(M, yes)", true)]));
    let [moved, against] = asked.racing(0);
    assert_eq!((moved.len(), against.len()), (1, 1));
    assert!(moved.is_disjoint(&against) && moved.iter().all(|vote| vote.starts_with("vote(#chair, ")), "{moved:?}");
}

#[test]
fn what_changes_state_in_place_races_with_what_reads_it() {
    let asked = of_corpus("cart/destructive");
    let mut literals = asked.literals();
    assert_eq!(literals.last(), Some(&("checkout() & cart(I)".to_string(), true)), "downstream of the others");
    literals.pop();
    assert_eq!(literals, named([("remove(I)", true), ("remove(I)", true)]));
    let add_and_remove = [set(["remove(#s, pen) from c"]), set(["add(#s, pen) from c"])];
    assert_eq!([asked.racing(0), asked.racing(1)], [add_and_remove.clone(), add_and_remove]);
    assert!(asked.unexplained().is_empty());
    let asked = of_corpus("kvs/diverging");
    assert_eq!(asked.literals(), named([("put(K, _)", true)]));
    let [moved, against] = asked.racing(0);
    let of_x = |messages: &BTreeSet<String>| messages.iter().all(|put| put.contains(", x) from c"));
    let of_y = |messages: &BTreeSet<String>| messages.iter().all(|put| put.contains(", y) from d"));
    assert!((of_x(&moved) && of_y(&against)) || (of_y(&moved) && of_x(&against)), "{moved:?} {against:?}");
    assert!(asked.unexplained().is_empty());
}

#[test]
fn facts_that_meet_or_miss_each_other_race() {
    let asked = of_corpus("papers/join-unguarded");
    assert_eq!(asked.literals(), named([("q() & r()", true)]));
    let [moved, against] = asked.racing(0);
    assert_eq!(&moved | &against, set(["q(#n1) from n1", "r(#n1) from n1"]));
}

/// Which first write is kept is decided by a literal that reads what the write itself brings about.
#[test]
fn a_literal_that_keeps_a_rule_from_firing_is_real_too() {
    let asked = of_corpus("papers/async-order");
    assert!(asked.points.races().count() == 1 && asked.unexplained().is_empty());
}

/// `notin late` passes on what the first rule decides: no delivery moves what it reads.
#[test]
fn a_literal_that_passes_on_what_was_decided_is_no_race() {
    let text = "output calm; nodes a; go(#a, x)@1; go(#a, y)@1; m(#a, X)@async :- go(X); m(X)@next :- m(X);
        late() :- m(x), notin m(y); late()@next :- late(); end() :- m(x), m(y); calm() :- end(), notin late();";
    let asked = ask(text, Options::default(), &Budget::default());
    assert_eq!(asked.answer.verdict, Verdict::Diffluent);
    assert_eq!(asked.literals(), named([("m(y)", true), ("late()", false)]));
    assert_eq!(asked.racing(0), [set(["m(#a, y) from a"]), set(["m(#a, x) from a"])]);
}

/// A message that its own reading causes cannot come before it.
#[test]
fn what_a_reading_causes_does_not_race_with_it() {
    let text = "output first; nodes a, b; go(#a)@1; m(#b)@async :- go(); seen()@next :- m(); seen()@next :- seen();
        first() :- m(), notin seen(); first()@next :- first(); ack(#a)@async :- first(); ack()@next :- ack();
        re(#b)@async :- ack(); re()@next :- re(); first() :- m(), notin re();";
    let asked = ask(text, Options { theorems: false, ..Options::default() }, &Budget::default());
    assert_eq!((asked.answer.verdict, asked.points.races().count()), (Verdict::Confluent, 0));
}

#[test]
fn diffluence_without_a_point_of_order_is_said_to_be_unexplained() {
    let asked = of_corpus("papers/pingpong");
    assert_eq!(asked.answer.verdict, Verdict::Diffluent);
    assert!(asked.points.list.is_empty());
    assert_eq!(asked.unexplained(), ["ball(#a)", "ball(#b)"]);
}

/// The search is cut at once; the runs of a race are a verdict still.
#[test]
fn a_race_decides_what_a_bound_left_open() {
    let file = format!("{}/benchmarks/programs/papers/marriage.ded", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).expect("the corpus");
    let loaded = load(&[Input::Text { name: file, text }]);
    let (program, _) = resolve::resolve(&loaded.sources, &loaded.trees, &resolve::Options::default());
    let program = program.expect("a program");
    let analysis = analyse(&program);
    let budget = Budget { max_transitions: 3, ..Budget::default() };
    let options = Options { instance: instance::Options::default(), ..Options::default() };
    let mut answer = check(&program, &analysis, &budget, options, &mut |_| ()).expect("no rule errs");
    assert_eq!(answer.verdict, Verdict::Inconclusive);
    let points = points(&program, &analysis, &mut answer, &Budget::default());
    assert_eq!(points.races().count(), 2);
    assert_eq!((answer.verdict, answer.scope), (Verdict::Diffluent, Scope::ThisInstance));
    assert!(matches!(answer.basis, Basis::Explored) && answer.witness.is_some());
}
