//! Which messages are eager and how much is left to explore, on programs where it can be told by hand.

use watershed::budget::Budget;
use watershed::pipeline::verify::{Verified, verify};
use watershed::pipeline::{Findings, explore_instance, instance::Options};
use watershed::program::{Program, resolve};
use watershed::reduce::{Flaw, Reductions};
use watershed::syntax::load::{Input, load};

fn program(text: &str) -> Program {
    let loaded = load(&[Input::Text { name: "test.ded".to_string(), text: text.to_string() }]);
    let (program, diagnostics) = resolve::resolve(&loaded.sources, &loaded.trees, &resolve::Options::default());
    program.unwrap_or_else(|| panic!("{text}\n{diagnostics:?}"))
}

/// The reduced search, compared with the whole one.
fn explored(text: &str) -> Findings {
    explored_with(text, Options::default())
}

fn explored_with(text: &str, options: Options) -> Findings {
    let program = program(text);
    let found = explore_instance(&program, &Budget::default(), options, &mut |_| ());
    let verified = verify(&program, &Budget::default(), options, &found, &mut |_| ());
    assert_eq!(verified, Verified::Same, "{text}");
    found
}

fn reduced(text: &str) -> Findings {
    explore_instance(&program(text), &Budget::default(), Options::default(), &mut |_| ())
}

/// What the reduced search finds with this mistake.
fn with_flaw(text: &str, flaw: Flaw) -> Findings {
    let options = Options { reductions: Reductions { flaw: Some(flaw), ..Reductions::ALL }, ..Options::default() };
    explore_instance(&program(text), &Budget::default(), options, &mut |_| ())
}

/// n one-shot messages from one client, to n nodes or to one.
fn one_shots(n: usize, nodes: bool, rules: &str) -> String {
    let to = |i: usize| if nodes { format!("s{i}") } else { "s".to_string() };
    let mut servers: Vec<String> = (1..=n).map(to).collect();
    servers.dedup();
    let events: String = (1..=n).map(|i| format!("go(#c, {}, x{i})@1;\n", to(i))).collect();
    format!("nodes c, {};\n{events}m(#S, X)@async :- go(#C, S, X);\n{rules}", servers.join(", "))
}

const REMEMBERS: &str = "output seen; seen(X) :- m(X); seen(X)@next :- seen(X);";
/// What is heard first is remembered: a latch.
const FIRST: &str = "output first; first(X)@next :- m(X), notin taken(); first(X)@next :- first(X);
    taken()@next :- m(_); taken()@next :- taken();";

#[test]
fn forty_one_shot_messages_take_at_most_four_transitions_each() {
    for (nodes, rules, eager) in [(true, REMEMBERS, 40), (false, REMEMBERS, 40), (true, FIRST, 0)] {
        let found = reduced(&one_shots(40, nodes, rules));
        assert!(found.cut.is_none() && found.contested.is_empty() && found.undecided.is_empty());
        assert_eq!(found.figures.eager_messages, eager);
        assert!(found.figures.transitions <= 160, "{} transitions", found.figures.transitions);
    }
}

#[test]
fn small_scatters_and_gathers_are_as_without_reductions() {
    for n in 1..=3 {
        for nodes in [true, false] {
            for rules in [REMEMBERS, FIRST] {
                explored(&one_shots(n, nodes, rules));
            }
        }
    }
}

#[test]
fn what_a_latch_remembers_is_not_eager() {
    let latched = explored(&one_shots(2, false, FIRST));
    assert_eq!((latched.figures.eager_messages, latched.contested.len()), (0, 2));
}

/// Two of three votes are enough; which two does not matter, how they are counted neither.
#[test]
fn a_threshold_is_seen_through() {
    let votes = |comparison: &str| {
        format!(
            "output done; nodes c, d; go(#d, a)@1; go(#d, b)@2; go(#d, e)@3; to(#d, c);
            vote(#C, X)@async :- go(#D, X), to(#D, C);
            voted(X) :- vote(X); voted(X)@next :- voted(X);
            votes(count<X>) :- voted(X);
            enough() :- votes(N), N {comparison};
            done()@next :- enough(); done()@next :- done();"
        )
    };
    assert_eq!(explored(&votes(">= 2")).figures.eager_messages, 3);
    // Exactly two can be passed over.
    let exact = explored(&votes("== 2"));
    assert_eq!((exact.figures.eager_messages, exact.contested.len()), (0, 1));
}

/// A message that leaves a trace for one step only is not dropped: the run that a witness shows has the trace.
#[test]
fn a_message_that_is_carried_for_one_step_is_delivered() {
    let text = "nodes x, y; output s; go(#y)@1; go2(#y)@2;
        a(#x)@async :- go(#y); b()@next :- a();
        m(#y)@async :- go(#y); s()@next :- m(), go2(); s()@next :- s();";
    let instance = Options { reductions: Reductions { slices: false, ..Reductions::ALL }, ..Options::default() };
    let found = explored_with(text, instance);
    assert_eq!((found.contested.len(), found.figures.eager_messages), (1, 1));
    // No output depends on it, so slices leave it out; the run has it all the same.
    assert_eq!(explored(text).figures.eager_messages, 0);
    let program = program(text);
    let analysis = watershed::analysis::analyse(&program);
    let options = watershed::pipeline::check::Options { theorems: false, proofs: None, instance, enough: None };
    let answer = watershed::pipeline::check(&program, &analysis, &Budget::default(), options, &mut |_| ());
    assert!(answer.expect("no rule errs").witness.is_some());
}

/// Three values on a ring of ten, sent again and again.
#[test]
fn flooding_with_resends_is_small() {
    let nodes: Vec<String> = (0..10).map(|i| format!("n{i}")).collect();
    let links: String =
        (0..10).map(|i| format!("link(#n{i}, n{});\nlink(#n{i}, n{});\n", (i + 1) % 10, (i + 9) % 10)).collect();
    let text = format!(
        "output known; nodes {};\n{links}known(#n0, a); known(#n3, b); known(#n7, c);
        known(#M, X)@async :- known(#N, X), link(#N, M); known(X)@next :- known(X);",
        nodes.join(", ")
    );
    let found = reduced(&text);
    assert!(found.cut.is_none() && found.contested.is_empty() && found.undecided.is_empty());
    assert_eq!(found.certain.map(|certain| certain.len()), Some(30));
    assert!(found.figures.transitions < 10_000, "{} transitions", found.figures.transitions);
}

/// A message is silent only if nothing is sent for it: here the answer to an answer has to come one step after another message.
#[test]
fn what_is_answered_is_not_silent() {
    let text = "output ok; nodes a, b, c, d; go(#a)@1; go(#c)@1;
        m(#b)@async :- go(#a); e(#b)@async :- go(#c);
        w(#d)@async :- e(#b); z(#b)@async :- w(#d);
        t()@next :- m(); ok() :- t(), z(); ok()@next :- ok();";
    let found = explored(text);
    assert_eq!(found.contested.len(), 1);
    assert!(with_flaw(text, Flaw::Silent).contested.is_empty(), "silence that is not looked at would go unnoticed");
}

/// Two messages that each cause the same one count, since one step sends it once: in one step they cause one copy, in two steps two.
#[test]
fn causes_of_one_message_do_not_meet() {
    let text = |cause: &str| {
        format!(
            "nodes a, s, d; output one, two; go(#a)@1;
            p(#s)@async :- go(#a); q(#s)@async :- go(#a); to(#s, d);
            w(#D)@async :- p(#S), to(#S, D); w(#D)@async :- {cause}, to(#S, D);
            one()@next :- w(); one()@next :- one();
            two()@next :- w(), one(); two()@next :- two();"
        )
    };
    let found = explored(&text("q(#S)"));
    assert_eq!((found.contested.len(), found.figures.eager_messages), (1, 0));
    assert!(
        with_flaw(&text("q(#S)"), Flaw::Coinciding).contested.is_empty(),
        "copies that are not counted would go unnoticed"
    );
    // A rule that sends at some steps anyway is met, too.
    assert_eq!(explored(&format!("{} r(#s)@2;", text("r(#S)"))).contested.len(), 1);
}

/// A batch is left out only if a sequence sends the same; all batches are left out where messages commute.
#[test]
fn batches_of_messages_that_commute_are_not_tried() {
    let cart = |n: usize| {
        let goes: String = (1..=n).map(|i| format!("go(#c, x{i})@1;")).collect();
        format!(
            "output seen, last; nodes c, s; {goes} end(#c)@2; add(#s, X)@async :- go(#C, X); close(#s)@async :- end(#C);
            seen(X) :- add(X); seen(X)@next :- seen(X);
            last(X)@next :- close(), seen(X); last(X)@next :- last(X);"
        )
    };
    explored(&cart(3));
    let program = program(&cart(6));
    let transitions = |reductions| {
        let options = Options { reductions, ..Options::default() };
        explore_instance(&program, &Budget::default(), options, &mut |_| ()).figures.transitions
    };
    let whole = Reductions { slices: false, ..Reductions::ALL };
    let (with, without) = (transitions(whole), transitions(Reductions { batches: false, ..whole }));
    assert!(with * 2 < without, "{with} transitions instead of {without}");
}

/// Only a batch of both sends an answer.
#[test]
fn a_batch_that_sends_something_else_is_tried() {
    let text = "output ok; nodes a, b, s, d; go(#a)@1; go(#b)@1;
        m(#s)@async :- go(#a); n(#s)@async :- go(#b);
        z(#d)@async :- m(#s), n(#s); ok() :- z(); ok()@next :- ok();";
    assert_eq!(explored(text).contested.len(), 1);
    assert!(with_flaw(text, Flaw::Batches).contested.is_empty(), "sends that are not compared would go unnoticed");
}

/// Two tokens go round for ever between nodes that nothing tells apart. No node is without one for ever; in states up to
/// renaming one would be, since a token that moves leads to a renaming of the state that it leaves.
#[test]
fn states_that_recur_are_not_renamed() {
    let text = "output quiet; peer(#a, b); peer(#b, a); start(#a)@1; start(#b)@1;
        token(#Y)@async :- start(#X), peer(#X, Y); token(#Y)@async :- token(#X), peer(#X, Y);
        quiet(#X) :- peer(#X, Y), notin token(#X);";
    let options = Options { reductions: Reductions { slices: false, ..Reductions::ALL }, ..Options::default() };
    let found = explored_with(text, options);
    assert!(found.contested.is_empty() && found.figures.searches == 2, "{found:?}");
    let flawed = Options { reductions: Reductions { flaw: Some(Flaw::Folded), ..options.reductions }, ..options };
    let flawed = explore_instance(&program(text), &Budget::default(), flawed, &mut |_| ());
    assert!(!flawed.contested.is_empty() || !flawed.undecided.is_empty(), "loops that are folded would go unnoticed");
}

/// Observer rules of which no assertion speaks see nothing that matters.
#[test]
fn observers_without_an_assertion_change_nothing() {
    let text = "output o; nodes a, b; go(#a)@1; m(#b)@async :- go(#a); o() :- m(); o()@next :- o();
        both() :- go(#a), o(#b); none() :- notin o(#a), m(#b);";
    assert!(explored(text).contested.is_empty());
}

/// An order that only observers see counts.
#[test]
fn observers_see_the_order_of_steps_of_different_nodes() {
    let text = "output o; never both; nodes a, b; go(#a)@1; go(#b)@1;
        blink()@next :- go(); o() :- blink();
        both() :- blink(#a), blink(#b);";
    let found = explored(text);
    assert!(matches!(found.invariants[0], watershed::pipeline::Invariant::Violated(_)));
}

/// A race at each of n nodes: whether it waited before its message came.
fn races(n: usize) -> String {
    let waits: String = (1..=n).map(|i| format!("waiting(#s{i});")).collect();
    one_shots(
        n,
        true,
        &format!(
            "{waits} got() :- m(_); got()@next :- got(); waited() :- waiting(), notin got(); waited()@next :- waited();
        output waited;"
        ),
    )
}

/// The models of slices that share nothing but a node without messages are combined, not searched.
#[test]
fn independent_races_are_explored_apart() {
    for n in 1..=3 {
        let found = explored(&races(n));
        assert_eq!((found.contested.len(), found.models_found), (n, 1 << n));
        assert!(found.models_complete && found.figures.joint_states == 0);
    }
    let found = reduced(&races(40));
    assert_eq!((found.contested.len(), found.models_found), (40, 1 << 40));
    assert_eq!((found.figures.slices, found.figures.searched_slices), (40, 1));
    assert!(found.figures.transitions <= 160 && found.models.len() == 1000 && !found.models_complete);
}

/// Each of two nodes sends in its second step and can be surprised in its first. Each can happen; both would need each node to
/// be ahead of the other.
#[test]
fn slices_with_two_nodes_in_common_are_searched_together() {
    let text = "nodes a, b; output x, y; go(#a)@2; go(#b)@2; one(#a)@1; one(#b)@1;
        m(#b)@async :- go(#a); x()@next :- m(), one(); x()@next :- x();
        k(#a)@async :- go(#b); y()@next :- k(), one(); y()@next :- y();";
    let found = explored(text);
    assert_eq!((found.figures.slices, found.models_found, found.models_complete), (2, 3, true));
    assert!(found.figures.joint_states > 0);
}

/// Clients that only send cannot make the replicas' runs depend on each other.
#[test]
fn replicas_of_common_clients_are_independent() {
    let store = |replicas: &str, roles: &str| {
        format!(
            "nodes c, d, {replicas}; output value; mine(#c, v)@1; mine(#d, w)@1; {roles}
            put(#R, V)@async :- mine(V), replica(R); value(V)@next :- put(V);
            value(V)@next :- value(V), notin put(_);"
        )
    };
    let found = explored(&store("r, s", "replica(r); replica(s);"));
    assert_eq!((found.models_found, found.models_complete, found.figures.joint_states), (9, true, 0));
    let found = reduced(&store("r, s, t, u, x", "replica(r); replica(s); replica(t); replica(u); replica(x);"));
    assert_eq!((found.models_found, found.models_complete, found.figures.joint_states), (243, true, 0));
}

fn order_recording(n: usize) -> String {
    let all: String = (1..=n).map(|i| format!("all(#s, x{i});")).collect();
    let rules = "seen(X) :- m(X); seen(X)@next :- seen(X); before(X, Y) :- seen(X), all(Y), notin seen(Y);
        before(X, Y)@next :- before(X, Y); output before;";
    one_shots(n, false, &format!("{rules}{all}"))
}

/// Each pair of messages decides one record, and all pairs are alike. For the models that the pairs have together the whole is
/// searched if that is not much more, and renamings of the models found are listed, up to `--max-models`.
#[test]
fn pairs_of_messages_decide_their_order() {
    let small = explored(&order_recording(3));
    assert_eq!((small.contested.len(), small.models_found, small.models_complete), (6, 13, true));
    let large = reduced(&order_recording(7));
    assert_eq!((large.figures.slices, large.figures.searched_slices), (21, 1));
    assert_eq!((large.contested.len(), large.models.len(), large.models_complete), (42, 1000, false));
    assert!(large.figures.transitions < 30 && large.figures.joint_states <= 1 << 14);
}

/// What is checked here is that the witness of a slice is one of the program: other nodes count, and messages go round.
#[test]
fn a_run_of_a_slice_goes_on_with_the_rest_of_the_program() {
    let answered = |periods: &[usize]| {
        let mut text = races(1);
        text.push_str(
            "start(#t)@1; ping(#s1)@async :- start(#t); ping(#t)@async :- ping(#s1); ping(#s1)@async :- ping(#t);",
        );
        text = text.replace("nodes c,", "nodes c, t,");
        for period in periods {
            text.push_str(&format!("p{period}x0()@next :- start(#t);"));
            for i in 0..*period {
                text.push_str(&format!("p{period}x{}()@next :- p{period}x{i}();", (i + 1) % period));
            }
        }
        let program = program(&text);
        let analysis = watershed::analysis::analyse(&program);
        let options = watershed::pipeline::check::Options { theorems: false, ..Default::default() };
        let answer = watershed::pipeline::check(&program, &analysis, &Budget::default(), options, &mut |_| ());
        let answer = answer.expect("no rule errs");
        assert!(answer.witness.is_some() && answer.findings.contested.len() == 1);
        answer.findings.figures.slices
    };
    assert_eq!(answered(&[]), 1);
    assert_eq!(answered(&[2, 3, 5]), 1);
    // It repeats itself after too many rounds: the whole is searched instead.
    assert_eq!(answered(&[4, 5, 7, 11]), 0);
}

/// A slice that a bound cuts leaves its facts open, no others.
#[test]
fn a_slice_that_is_decided_is_decided() {
    let sent: String = (1..=5).map(|i| format!("send(#d, x{i})@1;")).collect();
    let text = format!(
        "{} {sent} note(#e, X)@async :- send(#d, X); noted(X) :- note(X); noted(X)@next :- noted(X);
        most(count<X>) :- noted(X); at(N)@next :- most(N), note(_); at(N)@next :- at(N); output at;",
        races(1).replace("nodes c,", "nodes c, d, e,")
    );
    let program = program(&text);
    let found = |max_states| {
        let budget = Budget { max_states, ..Budget::default() };
        explore_instance(&program, &budget, Options::default(), &mut |_| ())
    };
    let cut = found(20);
    assert!(cut.cut.is_some() && cut.certain.is_none() && cut.divergence.is_some());
    assert_eq!((cut.contested.len(), cut.models.len(), cut.models_complete), (1, 2, false));
    let whole = found(usize::MAX);
    assert!(whole.cut.is_none() && whole.contested.len() > 1 && whole.models_complete);
}
