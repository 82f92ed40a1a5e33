//! The explorer and its judgement against the definition, on random programs.

mod alike;
mod apart;
mod brute;
mod campaign;
mod coordination;
mod datalog;
mod equivalence;
mod faulty;
mod fewer;
mod fifo;
mod flow;
mod generator;
mod guarded;
mod instances;
mod library;
#[cfg(feature = "z3")]
mod meaning;
mod model;
mod overwriting;
mod polarity;
mod races;
mod reductions;
mod relays;
mod shrink;
#[cfg(feature = "z3")]
mod unknowns;
mod why;

use brute::{Excess, Explored, Limits, Refused, Ultimate};
use campaign::{Tally, campaign};
use generator::Fragment;
use library::Answer;
use model::Model;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use watershed::analysis::polarity::Flaw;
use watershed::analysis::{Class, Dependencies, classify};
use watershed::pipeline::{self, Divergence, Invariant, Verdict};
use watershed::program::{LocatedFact, Program};
use watershed::prove::datalog_model;
use watershed::reduce;
use watershed::witness::replay::{check_claim, check_violation};

/// Most copies of a message that the definition counts: first a few, which is enough for most programs that do not send again and
/// again; then more, if that is not too large.
const COPIES: [u64; 2] = [3, 5];
/// Most transitions of a system that is explored by the definition: one that may be exact, and one that is cut.
const TRANSITIONS: usize = 12_000;
const TRANSITIONS_CUT: usize = 4_000;

fn fragment(seed: u64) -> Fragment {
    match seed % 12 {
        0 => Fragment::DedalusPlus,
        1 => Fragment::DedalusS,
        _ => Fragment::Dedalus,
    }
}

fn random(seed: u64) -> Model {
    generator::program(seed, fragment(seed))
}

type Facts = BTreeSet<LocatedFact>;

/// The facts of `these` that are not among `those`, in words.
fn without(program: &Program, these: &Facts, those: &Facts) -> Vec<String> {
    these.difference(those).map(|f| program.show_fact(f.node, &f.fact)).collect()
}

fn within(program: &Program, claim: &str, these: &Facts, those: &Facts) -> Result<(), String> {
    let missing = without(program, these, those);
    if missing.is_empty() { Ok(()) } else { Err(format!("{claim}, but not {}", missing.join(" "))) }
}

/// The system on exact counts, as far as it goes. On ordered channels it is cut at sets of a channel instead of copies.
fn by_definition(program: &Program) -> Result<Explored, Refused> {
    let [few, many] = COPIES;
    let excess = Excess::Cut;
    let small = brute::explore(program, Limits { copies: few, excess, transitions: TRANSITIONS });
    match &small {
        Ok(small) if small.exceeded => {}
        _ => return small,
    }
    match brute::explore(program, Limits { copies: many, excess, transitions: TRANSITIONS_CUT }) {
        Ok(large) => Ok(large),
        Err(_) => small,
    }
}

fn compare_with_the_definition(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else {
        tally.count("refused as invalid");
        return Ok(());
    };
    let found = library::explore(&program);
    if found.cut.is_some() {
        tally.count("library: cut by a bound");
        return Ok(());
    }
    let figures = found.figures;
    tally.count(if figures.cap == 0 { "library: exact" } else { "library: copies saturated" });
    tally.count_if(figures.states > 100, "over 100 states");
    tally.count_if(!found.contested.is_empty(), "diffluent");
    tally.count_if(!found.undecided.is_empty(), "undecided");
    let set = |facts: &[LocatedFact]| facts.iter().cloned().collect::<Facts>();
    let certain = set(found.certain.as_deref().unwrap_or_default());
    let (contested, undecided) = (set(&found.contested), set(&found.undecided));

    let under = match by_definition(&program) {
        Ok(under) => under,
        Err(Refused::TooLarge) => {
            tally.count("definition: too large");
            return Ok(());
        }
        Err(Refused::Fault) => return Err("a local step has no outcome, and the library found none such".to_string()),
    };
    let least = under.ultimate();
    let claims = |index: usize| &found.invariants[index];
    if !under.exceeded {
        tally.count("definition: exact");
        tally.count_if(under.states() > 100, "definition: exact and over 100 states");
        tally.count_if(!least.contested().is_empty(), "definition: exact and diffluent");
        let sizes = (under.states(), under.transitions());
        if figures.cap != 0 || (figures.states, figures.transitions) != sizes {
            return Err(format!("{sizes:?} states and transitions, the library has {figures:?}"));
        }
        within(&program, "the library's certain facts are certain", &certain, &least.certain())?;
        within(&program, "certain facts are the library's", &least.certain(), &certain)?;
        within(&program, "the library's contested facts are contested", &contested, &least.contested())?;
        within(&program, "contested facts are the library's", &least.contested(), &contested)?;
        within(&program, "the library is undecided", &undecided, &Facts::new())?;
        for index in 0..program.nevers.len() {
            let violated = matches!(claims(index), Invariant::Violated(_));
            if violated != under.violated.contains(&index) || *claims(index) == Invariant::Unknown {
                return Err(format!("assertion {index} is {:?}", claims(index)));
            }
            tally.count_if(violated, "definition: exact, an assertion violated");
        }
        if let Some(models) = under.models(300) {
            let theirs: BTreeSet<Facts> = found.models.iter().cloned().collect();
            tally.count("definition: exact, models compared");
            tally.count_if(models.len() > 2, "definition: exact, over two models");
            if found.models_complete && models != theirs {
                return Err(format!("{} ultimate models, the library has {}", models.len(), theirs.len()));
            }
        }
        return Ok(());
    }

    tally.count("definition: cut");
    if figures.cap == 0 {
        tally.count("definition: cut, library exact");
    }
    let saturate = Limits { copies: 1, excess: Excess::Saturate, transitions: TRANSITIONS_CUT };
    let over = brute::explore(&program, saturate).ok();
    tally.count_if(over.is_some(), "definition: cut and saturated");
    let most: Option<Ultimate> = over.as_ref().map(|over| over.ultimate());
    let decided: Facts = certain.union(&contested).cloned().collect();
    let open: Facts = decided.union(&undecided).cloned().collect();
    within(&program, "facts that some run has ultimate are the library's", &least.possible, &open)?;
    tally.count_if(!least.contested().is_empty(), "definition: cut and diffluent");
    within(&program, "facts contested within the cut are contested", &least.contested(), &contested)?;
    let lost: Facts = certain.intersection(&least.avoidable).cloned().collect();
    within(&program, "the library's certain facts cannot be lost", &lost, &Facts::new())?;
    if let Some(most) = most {
        within(&program, "the library's facts are ultimate in some saturated run", &open, &most.possible)?;
        within(&program, "the library's contested facts are contested when saturated", &contested, &most.contested())?;
        within(&program, "facts certain when saturated are certain", &most.certain(), &certain)?;
        tally.count_if(most == least, "definition: cut and saturated agree");
    }
    for index in 0..program.nevers.len() {
        let violated = under.violated.contains(&index);
        let possible = over.as_ref().is_none_or(|over| over.violated.contains(&index));
        if (violated && !matches!(claims(index), Invariant::Violated(_)))
            || (!possible && *claims(index) != Invariant::Kept)
        {
            return Err(format!("assertion {index} is {:?}", claims(index)));
        }
    }
    Ok(())
}

fn limits(copies: u64, excess: Excess) -> Limits {
    Limits { copies, excess, transitions: TRANSITIONS }
}

fn shown(program: &Program, facts: &Facts) -> Vec<String> {
    facts.iter().map(|f| program.show_fact(f.node, &f.fact)).collect()
}

/// One-shot messages to a node that remembers what it had not seen yet: 2F+1 states and 6F+1 transitions for F models.
#[test]
fn the_definition_counts_orders() {
    for (names, models) in [(&["a"][..], 1), (&["a", "b"], 3), (&["a", "b", "c"], 13)] {
        let mut text = "m(#S, X)@async :- go(#C, S, X); seen(X) :- m(X); seen(X)@next :- seen(X);
            before(X, Y) :- seen(X), all(Y), notin seen(Y); before(X, Y)@next :- before(X, Y);
            output before; up(#s);"
            .to_string();
        for name in names {
            text.push_str(&format!("go(#c, s, {name})@1; all(#s, {name});"));
        }
        let program = library::program(&text).expect("valid");
        let explored = brute::explore(&program, limits(1, Excess::Cut)).expect("small");
        assert!(!explored.exceeded);
        assert_eq!((explored.states(), explored.transitions()), (2 * models + 1, 6 * models + 1));
        assert_eq!(explored.models(1000).expect("few").len(), models);
    }
}

/// What is sent at every second step cannot arrive at every step; copies that are saturated do not know that.
#[test]
fn the_definition_pays_for_rates() {
    let text = "nodes s; up(#s); on(#S)@next :- up(#S), notin on(#S); f(#S)@async :- on(#S); o() :- f(); output o;";
    let program = library::program(text).expect("valid");
    let cut = brute::explore(&program, limits(5, Excess::Cut)).expect("small");
    assert!(cut.exceeded && cut.ultimate().possible.is_empty());
    let saturated = brute::explore(&program, limits(5, Excess::Saturate)).expect("small");
    assert_eq!(shown(&program, &saturated.ultimate().contested()), ["o(#s)"]);
}

/// Copies run out, and one that is in flight must be delivered.
#[test]
fn the_definition_counts_copies() {
    let text = "nodes s; go(#s)@1; go(#s)@2; go(#s)@3; f(#S)@async :- go(#S); o() :- f(); came() :- f(); came()@next :- came();";
    let program = library::program(text).expect("valid");
    let exact = brute::explore(&program, limits(3, Excess::Cut)).expect("small");
    assert!(!exact.exceeded && brute::explore(&program, limits(2, Excess::Cut)).expect("small").exceeded);
    assert_eq!(shown(&program, &exact.ultimate().possible), ["came(#s)"]);
    assert_eq!(shown(&program, &exact.ultimate().certain()), ["came(#s)"]);
}

#[test]
fn the_explorer_agrees_with_the_definition() {
    let tally = campaign(500, random, compare_with_the_definition);
    let all = tally.programs();
    assert!(tally.of("diffluent") * 4 >= all, "too few programs are diffluent");
    assert!(tally.of("undecided") * 1000 <= all, "too much is left undecided");
    assert!(tally.of("refused as invalid") * 50 <= all, "too few programs are valid");
    assert!(tally.of("over 100 states") * 4 >= all, "too few programs have over 100 states");
}

fn witnesses_replay(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    let found = library::explore(&program);
    let budget = library::budget();
    match &found.divergence {
        Some(Divergence { fact, holds, lacks }) => {
            tally.count("two schedules replayed");
            for (schedule, claim) in [(holds, true), (lacks, false)] {
                check_claim(&program, schedule, fact, claim, &budget).map_err(|e| {
                    format!(
                        "claim {claim} of {}: {e:?}\n{}",
                        program.show_fact(fact.node, &fact.fact),
                        schedule.show(&program)
                    )
                })?;
            }
            if found.contested.binary_search(fact).is_err() {
                return Err(format!("{} is not contested", program.show_fact(fact.node, &fact.fact)));
            }
        }
        None if !found.contested.is_empty() => return Err("contested facts and no witness".to_string()),
        None => {}
    }
    for (&(relation, _), invariant) in program.nevers.iter().zip(&found.invariants) {
        if let Invariant::Violated(schedule) = invariant {
            tally.count("violations replayed");
            check_violation(&program, schedule, relation, &budget)
                .map_err(|e| format!("{e:?}\n{}", schedule.show(&program)))?;
        }
    }
    let analysis = watershed::analysis::analyse(&program);
    let options = pipeline::check::Options { theorems: false, proofs: None, instance: library::WHOLE, enough: None };
    let answer = pipeline::check(&program, &analysis, &budget, options, &mut |_| ());
    let answer = answer.map_err(|fault| format!("a rule errs: {:?}", fault.fault))?;
    let violated = found.invariants.iter().any(|i| matches!(i, Invariant::Violated(_)));
    let unknown = found.cut.is_some() || !found.undecided.is_empty() || found.invariants.contains(&Invariant::Unknown);
    let expected = match (violated, found.contested.is_empty(), unknown) {
        (true, _, _) => Verdict::Violated,
        (false, false, _) => Verdict::Diffluent,
        (false, true, true) => Verdict::Inconclusive,
        (false, true, false) => Verdict::Confluent,
    };
    tally.count(expected.name());
    // Single runs may show what a search leaves open; what they show has been replayed.
    if expected == Verdict::Inconclusive && matches!(answer.verdict, Verdict::Diffluent | Verdict::Violated) {
        tally.count("shown by runs");
        return Ok(());
    }
    if answer.verdict != expected || answer.witness.is_some() != found.divergence.is_some() {
        return Err(format!("verdict {:?}, expected {expected:?}", answer.verdict));
    }
    Ok(())
}

#[test]
fn every_witness_replays() {
    let tally = campaign(1000, random, witnesses_replay);
    assert!(tally.of("two schedules replayed") * 4 >= tally.programs(), "too few witnesses");
}

/// New symbols for those of a program: in the same order if it matters, else in any.
fn names(model: &Model, rng: &mut ChaCha8Rng) -> BTreeMap<String, String> {
    let old: Vec<String> = model.symbols().into_iter().collect();
    let mut new: Vec<String> =
        (0..old.len()).map(|i| format!("{}{i}", ["K ", "k", "\u{e9}"][i * 3 / old.len()])).collect();
    if !model.orders_values() {
        new.shuffle(rng);
    }
    old.into_iter().zip(new).collect()
}

fn the_writing_does_not_matter(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let answer = |text: &str| {
        let program = library::program(text).map_err(|why| format!("{why}\n{text}"))?;
        Ok::<_, String>(library::answer(&program, &library::explore(&program)))
    };
    let text = model.text();
    let Ok(Some(expected)) = answer(&text) else {
        tally.count("refused or cut");
        return Ok(());
    };
    let mut rng = ChaCha8Rng::seed_from_u64(text.len() as u64);
    let names = names(model, &mut rng);
    // Which messages are seen to be pumped, and so the size of a saturated system, depends on the order of the search.
    let same = |how: &str, expected: &Answer, text: &str| match answer(text)? {
        Some(found) if found.exact && found != *expected => {
            Err(format!("{how}: {found:?}\ninstead of {expected:?}\n{text}"))
        }
        Some(found) if found.judgement() != expected.judgement() => {
            Err(format!("{how}: {:?}\ninstead of {:?}\n{text}", found.judgement(), expected.judgement()))
        }
        Some(_) => Ok(()),
        None => Err(format!("{how}: cut")),
    };
    let printed = library::printed(&text);
    if library::printed(&printed) != printed {
        return Err(format!("printing is not idempotent\n{printed}"));
    }
    tally.count("printed, shuffled, renamed");
    tally.count_if(!expected.contested.is_empty(), "diffluent");
    tally.count_if(model.orders_values(), "renamed in order");
    same("printed", &expected, &printed)?;
    same("shuffled", &expected, &model.shuffled(&mut rng).text())?;
    same("renamed", &expected.renamed(&names), &model.renamed(&names).text())
}

#[test]
fn printing_order_and_names_do_not_matter() {
    let tally = campaign(1000, random, the_writing_does_not_matter);
    assert!(tally.of("diffluent") * 4 >= tally.programs(), "too few programs are diffluent");
}

fn one_model_in_dedalus_plus(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    let class = classify(&program, &Dependencies::of(&program)).class;
    if class != Class::DedalusPlus {
        return Err(format!("in {class}"));
    }
    let found = library::explore(&program);
    if found.cut.is_some() {
        tally.count("cut by a bound");
        return Ok(());
    }
    let model = datalog::model(&program).ok_or("a rule errs")?;
    let evaluated = datalog_model::ultimate_model(&program, &library::budget());
    tally.count("explored and evaluated");
    tally.count_if(found.figures.states > 100, "over 100 states");
    tally.count_if(model.len() > 3, "over three facts");
    tally.count_if(program.nodes.len() > 1, "over one node");
    if evaluated != Some(Ok(model.clone())) {
        return Err(format!("the Datalog model is {:?}, the library's {evaluated:?}", model));
    }
    let certain: Facts = found.certain.iter().flatten().cloned().collect();
    if !found.contested.is_empty() || !found.undecided.is_empty() || !found.models_complete {
        return Err(format!("contested {:?}, undecided {:?}", found.contested, found.undecided));
    }
    within(&program, "the explorer's facts are in the Datalog model", &certain, &model)?;
    within(&program, "the Datalog model is the explorer's", &model, &certain)?;
    if found.models == [model] { Ok(()) } else { Err("the models listed are others".to_string()) }
}

#[test]
fn dedalus_plus_programs_have_their_datalog_model() {
    let random = |seed| generator::program(seed, Fragment::DedalusPlus);
    let tally = campaign(1000, random, one_model_in_dedalus_plus);
    assert!(tally.of("explored and evaluated") * 10 >= tally.programs() * 9, "too few programs are explored");
}

fn the_stratified_model_is_that_of_the_strata(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    let class = classify(&program, &Dependencies::of(&program)).class;
    tally.count(class.name());
    if class == Class::Dedalus {
        return Err("in full Dedalus".to_string());
    }
    let Some(model) = datalog::model(&program) else {
        tally.count("a rule errs");
        return Ok(());
    };
    tally.count_if(model.len() > 3, "over three facts");
    let evaluated = datalog_model::stratified_model(&program, &library::budget());
    if evaluated == Some(Ok(model.clone())) {
        Ok(())
    } else {
        Err(format!("the stratified model is {model:?}, the library's {evaluated:?}"))
    }
}

#[test]
fn dedalus_s_programs_have_their_stratified_model() {
    let random = |seed| generator::program(seed, Fragment::DedalusS);
    let tally = campaign(2000, random, the_stratified_model_is_that_of_the_strata);
    assert!(tally.of("dedalus-s") * 4 >= tally.programs(), "too few programs need strata");
    assert!(tally.of("over three facts") * 4 >= tally.programs(), "too few programs derive much");
}

#[test]
fn reductions_keep_every_answer() {
    let tally = campaign(1000, random, reductions::reductions_change_nothing);
    let all = tally.programs();
    assert!(tally.of("all leave out transitions") * 4 >= all, "too few programs are reduced");
    assert!(tally.of("undecided only with a reduction") * 100 <= all, "reductions leave too much undecided");
}

#[test]
fn reductions_keep_every_answer_of_programs_in_parts() {
    let tally = campaign(125, apart::program, reductions::reductions_change_nothing);
    let all = tally.programs();
    assert!(tally.of("cut without reductions") * 2 <= all, "too few programs can be compared");
    assert!(tally.of("several slices, diffluent") * 5 >= all, "too few programs have slices that are diffluent");
    assert!(tally.of("slices alike") * 10 >= all, "too few programs have slices that are alike");
    assert!(tally.of("slices searched together") * 100 >= all, "too few slices are searched together");
}

#[test]
fn what_is_proved_holds_in_small_instances() {
    let programs = |seed: u64| match seed % 3 {
        0 => guarded::program(seed),
        1 => overwriting::program(seed),
        _ => random(seed),
    };
    let tally = campaign(500, programs, instances::what_is_proved_holds_in_small_instances);
    let all = tally.programs();
    assert!(tally.of("proved, and confluent in all small instances") * 10 >= all, "too few programs are proved");
    assert!(
        tally.of("not proved, with a small instance that is not confluent") * 5 >= all,
        "too few programs are diffluent"
    );
}

#[test]
fn small_instances_are_not_missed() {
    let tally = campaign(300, random, instances::no_instance_is_missed);
    assert!(tally.of("searched") * 10 >= tally.programs(), "too few programs are searched");
    assert!(tally.of("diffluent or violated instances") * 20 >= tally.programs(), "too few instances are diffluent");
}

#[cfg(feature = "z3")]
#[test]
fn no_values_of_unknowns_are_missed() {
    let tally = campaign(300, random, unknowns::no_values_are_missed);
    let all = tally.programs();
    assert!(tally.of("searched") * 2 >= all, "too few programs are searched");
    assert!(tally.of("several verdicts") * 20 >= all, "too few programs have several verdicts");
    assert!(tally.of("values assumed") >= all, "too few values are assumed");
}

#[cfg(feature = "z3")]
#[test]
fn values_under_which_programs_differ_are_not_missed() {
    let tally = campaign(250, random, equivalence::no_values_are_missed);
    let all = tally.programs();
    assert!(tally.of("same") * 5 >= all && tally.of("different") * 10 >= all, "too few programs of either kind");
    assert!(tally.of("several cases, decided") * 10 >= all, "too few programs have several cases");
    assert!(tally.of("valuations of programs that are the same") >= all, "too few values are tried");
}

#[test]
fn small_instances_on_which_programs_differ_are_not_missed() {
    let tally = campaign(300, random, equivalence::no_instance_is_missed);
    let all = tally.programs();
    assert!(tally.of("same") * 20 >= all && tally.of("different") * 20 >= all, "too few programs of either kind");
    assert!(tally.of("instances on which programs differ") * 10 >= all, "too few instances are different");
}

#[test]
fn facts_are_left_out_until_none_can_be() {
    let tally = campaign(400, random, fewer::the_least_part_is_the_least);
    assert!(tally.of("diffluent or violated") * 5 >= tally.programs(), "too few programs have a verdict to keep");
    assert!(tally.of("with fewer facts") * 10 >= tally.programs(), "too few programs lose facts");
    assert!(tally.of("bounded") * 20 <= tally.programs(), "too many are bounded");
}

#[test]
fn faults_that_are_part_of_the_program_are_faults() {
    let tally = campaign(500, random, faulty::faults_in_the_program_are_faults);
    assert!(tally.of("compared") * 4 > tally.programs(), "few were compared");
    for kind in ["omissions matter", "crashes matter", "restarts matter", "duplications matter"] {
        assert!(tally.of(kind) > 0, "{kind} in {} programs", tally.of(kind));
    }
}

#[test]
fn explanations_are_true_and_enough() {
    let tally = campaign(1000, random, why::explanations_are_true);
    assert!(tally.of("diffluent") * 5 >= tally.programs(), "too few programs are diffluent");
    assert!(tally.of("with deliveries") * 5 >= tally.programs(), "too few explanations have deliveries");
    assert!(tally.of("over ten reasons") * 20 >= tally.programs(), "too few explanations are deep");
}

#[test]
fn races_decide_what_is_contested_and_nothing_else() {
    let tally = campaign(250, random, races::races_are_those_of_the_instance);
    assert!(tally.of("confluent, with points and ultimate facts") * 20 >= tally.programs(), "too few are confluent");
    assert!(tally.of("diffluent, with points") * 5 >= tally.programs(), "too few programs are diffluent");
    let (with, all) = (tally.of("diffluent, with a race"), tally.of("diffluent, with points"));
    assert!(with * 2 >= all, "only {with} of {all} have a race");
}

#[test]
fn the_explorer_agrees_with_the_definition_where_messages_are_counted() {
    let tally = campaign(100, relays::program, compare_with_the_definition);
    assert!(tally.of("definition: exact") * 4 >= tally.programs(), "too few programs are explored exactly");
}

#[test]
fn reductions_keep_every_answer_where_messages_are_counted() {
    let tally = campaign(250, relays::program, reductions::reductions_change_nothing);
    assert!(tally.of("diffluent") * 20 > tally.programs(), "too few are diffluent");
    assert!(tally.of("eager leaves out transitions") * 20 > tally.programs(), "too few have eager messages");
}

#[test]
fn reductions_keep_every_answer_of_programs_with_values_alike() {
    let tally = campaign(300, alike::program, reductions::reductions_change_nothing);
    let all = tally.programs();
    assert!(tally.of("symmetry leaves out transitions") * 10 >= all, "too few programs have states that are renamings");
    assert!(tally.of("symmetry, diffluent") * 20 >= all, "too few of them are diffluent");
    assert!(tally.of("states renamed, with aggregates") * 200 >= all, "too few of them have aggregates");
}

/// A loop that pumps messages to nodes alike is met late where states are renamed: that search is cut, and the one without renaming is not.
#[test]
fn what_is_pumped_among_nodes_alike_is_noticed() {
    reductions::reductions_change_nothing(&alike::program(5284), &mut campaign::Tally::default())
        .expect("no search is cut");
}

/// The comparison above would notice a mistake in a reduction: each of these, made on purpose, is caught within its 2,000 programs.
#[test]
fn a_planted_mistake_in_a_reduction_is_caught() {
    use reduce::Flaw;
    // Each with a program that catches it, which is tried first: the 2,000 are only looked through if that one does not any more.
    let plain = [
        (Flaw::Latches, 124),
        (Flaw::Shown, 67),
        (Flaw::Senders, 149),
        (Flaw::Seen, 1192),
        (Flaw::Forbidden, 2),
        (Flaw::Sent, 0),
        (Flaw::Entangled, 45),
    ];
    let renaming = [(Flaw::Aggregated, 44), (Flaw::Unrenamed, 14)];
    type Made<'f> = (fn(u64) -> Model, &'f [(Flaw, u64)]);
    let made: [Made; 4] = [
        (random, &plain),
        (relays::program, &[(Flaw::Coinciding, 153)]),
        (random, &[(Flaw::Alike, 8)]),
        (alike::program, &renaming),
    ];
    for (program, flaws) in made {
        for &(flaw, known) in flaws {
            let mut seeds = std::iter::once(known).chain(0..2000);
            let caught = seeds.find(|&seed| reductions::is_caught(&program(seed), flaw));
            println!("{flaw:?}: caught by the program of seed {caught:?}");
            assert!(caught.is_some(), "{flaw:?} is not caught");
        }
    }
}

#[test]
fn what_temporal_polarity_accepts_is_confluent() {
    let tally = campaign(2500, guarded::program, polarity::what_is_accepted_is_confluent);
    let all = tally.programs();
    assert!(tally.of("accepted") * 4 >= all, "too few programs are accepted");
    assert!(tally.of("accepted, outside Dedalus+") * 2 >= tally.of("accepted"), "too few are outside Dedalus+");
    assert!(tally.of("refused, and diffluent") * 10 >= all, "too few programs are diffluent");
    assert!(tally.of("accepted, undecided") * 50 <= all, "too much is left undecided");
}

#[cfg(feature = "z3")]
#[test]
fn what_is_proved_by_meaning_is_confluent() {
    let tally = campaign(200, overwriting::program, meaning::what_is_proved_is_confluent);
    let all = tally.programs();
    assert!(tally.of("joining-deliveries") * 20 >= all, "too few programs are proved by joining deliveries");
    assert!(tally.of("not proved, and diffluent") * 7 >= all, "too few programs are diffluent");
}

/// How many of the programs on which temporal polarity is tested are proved, and by what.
#[cfg(feature = "z3")]
#[test]
fn what_is_proved_of_guarded_programs_is_confluent() {
    let tally = campaign(200, guarded::program, meaning::what_is_proved_is_confluent);
    assert!(tally.of("proved, explored to the end") > 0, "none is proved");
}

#[cfg(feature = "z3")]
#[test]
fn a_planted_mistake_in_the_proofs_is_caught() {
    for flaw in watershed::prove::prover::Flaw::ALL {
        assert!(meaning::is_caught(flaw), "{flaw:?} is not caught");
    }
}

#[test]
fn what_temporal_polarity_accepts_of_other_programs_is_confluent() {
    let tally = campaign(2000, random, polarity::what_is_accepted_is_confluent);
    assert!(tally.of("accepted, outside Dedalus+") * 20 >= tally.programs(), "too few programs are accepted");
}

/// The comparison above would notice a mistake in the rules of the type system: each of these, made on purpose, is caught within its programs. The
/// one about counters needs an infinite system; it has a test of its own.
#[test]
fn a_planted_mistake_in_the_type_system_is_caught() {
    let finite = Flaw::ALL.into_iter().filter(|flaw| *flaw != Flaw::Counters);
    for flaw in finite {
        let caught = (0..5000).find(|&seed| polarity::is_caught(&guarded::program(seed), flaw));
        println!("{flaw:?}: caught by the program of seed {caught:?}");
        assert!(caught.is_some(), "{flaw:?} is not caught");
    }
}
