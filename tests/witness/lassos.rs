use super::{MARRIAGE, ORDER, budget, fact, program, schedule};
use watershed::program::Program;
use watershed::witness::replay::{ClaimError, check_claim};
use watershed::witness::{LassoError, LassoRun, check_lasso};

fn check(program: &Program, text: &str) -> Result<LassoRun, LassoError> {
    check_lasso(program, &schedule(program, text), &budget())
}

/// The reason for a refusal, in words.
fn refusal(program: &Program, text: &str) -> String {
    check(program, text).expect_err(text).describe(program)
}

fn model(program: &Program, run: &LassoRun) -> Vec<String> {
    run.ultimate_model(program).iter().map(|f| program.show_fact(f.node, &f.fact)).collect()
}

#[test]
fn two_schedules_of_the_marriage_differ_in_runaway() {
    let p = program(MARRIAGE);
    let late = "n1 ; n1{i_do(#n1, bride)} ; n1{i_do(#n1, groom)} loop: n1";
    let together = "n1 ; n1{i_do(#n1, bride), i_do(#n1, groom)} loop: n1";
    let both = ["i_do(#n1, bride)", "i_do(#n1, groom)"];
    assert_eq!(model(&p, &check(&p, late).unwrap()), [both[0], both[1], "runaway(#n1)"]);
    assert_eq!(model(&p, &check(&p, together).unwrap()), both);

    let runaway = fact(&p, "runaway(#n1)");
    assert!(check_claim(&p, &schedule(&p, late), &runaway, true, &budget()).is_ok());
    assert!(check_claim(&p, &schedule(&p, together), &runaway, false, &budget()).is_ok());
    let wrong = check_claim(&p, &schedule(&p, together), &runaway, true, &budget()).unwrap_err();
    assert_eq!(wrong, ClaimError::Otherwise { fact: runaway, claimed: true });
}

#[test]
fn records_say_exactly_what_happened() {
    let p = program(ORDER);
    let run = check(&p, "c ; s{m(#s, b)} ; s{m(#s, a)} loop: c ; s").unwrap();
    assert_eq!((run.stem, run.records.len()), (3, 5));
    let second = &run.records[2];
    assert_eq!((p.show_node(second.node).as_str(), second.step), ("s", 2));
    let derived: Vec<String> = second.derived.iter().map(|f| p.show_fact(second.node, f)).collect();
    for expected in ["seen(#s, a)", "seen(#s, b)", "before(#s, b, a)", "m(#s, a)"] {
        assert!(derived.iter().any(|f| f == expected), "{derived:?}");
    }
    assert!(!derived.iter().any(|f| f == "m(#s, b)" || f == "before(#s, a, b)"), "{derived:?}");
    let sent: Vec<String> = run.records[0].sent.iter().map(|m| p.show_fact(m.node, &m.fact)).collect();
    assert_eq!(sent, ["m(#s, a)", "m(#s, b)"]);
    assert_eq!(model(&p, &run), ["before(#s, b, a)"]);
}

#[test]
fn copies_that_are_not_in_flight_are_refused_with_their_step() {
    let p = program(ORDER);
    for (text, place, why) in [
        ("s{m(#s, a)} ; c loop: c ; s", "step 1 of the schedule (local step 1 of s)", "none is in flight"),
        (
            "c ; s{m(#s, a), m(#s, a)} loop: c ; s",
            "step 2 of the schedule",
            "2 copies of m(#s, a), but only 1 in flight",
        ),
        (
            "c ; s{m(#s, a)} ; s loop: c ; s{m(#s, a)}",
            "step 5 of the schedule (local step 3 of s)",
            "none is in flight",
        ),
    ] {
        let error = check(&p, text).unwrap_err();
        let LassoError::Impossible(_) = &error else { panic!("{error:?}") };
        let said = error.describe(&p);
        assert!(said.contains(place) && said.contains(why), "{text}: {said}");
    }
}

#[test]
fn a_message_is_not_delivered_in_the_step_that_sends_it() {
    let p = program(MARRIAGE);
    assert!(refusal(&p, "n1{i_do(#n1, bride)} loop: n1").contains("none is in flight"));
}

#[test]
fn a_finite_schedule_is_no_run() {
    let p = program(MARRIAGE);
    assert_eq!(check(&p, "n1").unwrap_err(), LassoError::NoLoop);
}

#[test]
fn a_node_without_steps_in_the_loop_starves() {
    let p = program(ORDER);
    assert_eq!(refusal(&p, "c ; s{m(#s, a), m(#s, b)} loop: s"), "the run is not fair: c takes no step in the loop");
}

#[test]
fn a_message_never_delivered_starves() {
    let p = program(ORDER);
    assert!(refusal(&p, "c ; s{m(#s, a)} loop: c ; s").contains("m(#s, b) is in flight for ever"));
}

const RESEND: &str = "
    nodes s;
    output o;
    on(#s);
    f(#S)@async :- on(#S);
    o() :- f();
";

#[test]
fn a_message_sent_in_the_loop_and_never_delivered_starves() {
    let p = program(RESEND);
    // The buffer is empty at the loop's start, and the loop delivers nothing of what it sends.
    assert!(refusal(&p, "loop: s").contains("f(#s) is in flight for ever"));
}

#[test]
fn buffers_may_grow_but_not_shrink_over_a_loop() {
    let p = program(RESEND);
    let level = check(&p, "s loop: s{f(#s)}").unwrap();
    assert_eq!(level.start, level.end);
    assert_eq!(model(&p, &level), ["o(#s)"]);

    let growing = check(&p, "s loop: s{f(#s)} ; s").unwrap();
    assert!(growing.start.values().sum::<u64>() < growing.end.values().sum::<u64>());
    assert_eq!(model(&p, &growing), [] as [&str; 0]);

    // Three copies wait for ever in number, but not in person: each round delivers the oldest.
    let surplus = check(&p, "s ; s ; s loop: s{f(#s)}").unwrap();
    assert_eq!(surplus.start.values().sum::<u64>(), 3);

    let shrinks = refusal(&p, "s ; s ; s loop: s{f(#s), f(#s)}");
    assert!(shrinks.contains("3 of f(#s) in flight at its start, 2 at its end"), "{shrinks}");
}

const HALF_RATE: &str = "
    nodes s;
    output o;
    on(#s)@1;
    off()@next :- on();
    on()@next :- off();
    f(#S)@async :- on(#S);
    o() :- f();
";

#[test]
fn a_message_sent_every_second_step_cannot_arrive_at_every_step() {
    let p = program(HALF_RATE);
    let stock = "s ; s ; s ; s ; s ; s";
    let spends = refusal(&p, &format!("{stock} loop: s{{f(#s)}} ; s{{f(#s)}}"));
    assert!(spends.contains("cannot repeat for ever"), "{spends}");
    let odd = refusal(&p, &format!("{stock} loop: s{{f(#s)}}"));
    assert!(odd.contains("the loop does not close"), "{odd}");
    let fair = check(&p, &format!("{stock} loop: s{{f(#s)}} ; s")).unwrap();
    assert!(!fair.holds(&fact(&p, "o(#s)")));
}

#[test]
fn facts_hold_on_steps_not_on_states() {
    // The state of `s` never changes, yet `o` is in D of every second step only.
    let p = program(RESEND);
    let run = check(&p, "s ; s loop: s{f(#s)} ; s{f(#s)} ; s").unwrap();
    assert!(!run.holds(&fact(&p, "o(#s)")));
    assert!(run.records.iter().any(|r| r.derived.contains(&fact(&p, "o(#s)").fact)));
}

#[test]
fn a_loop_that_starts_before_the_last_event_is_refused() {
    let p = program("nodes a, b; output p; e(#a)@3; p() :- e(); q(#a, x);");
    assert_eq!(
        check(&p, "a ; a ; b loop: a ; b").unwrap_err().describe(&p),
        "the loop starts when a has taken 2 local steps, before its last event at local step 3"
    );
    let run = check(&p, "a ; a ; a loop: a ; b").unwrap();
    assert!(run.records[2].derived.contains(&fact(&p, "e(#a)").fact));
    assert!(!run.records[3].derived.contains(&fact(&p, "e(#a)").fact));
}

#[test]
fn a_loop_that_changes_a_state_is_refused() {
    let p = program("nodes a; output c; c(0)@next :- start(); start(#a)@1; c(N + 1)@next :- c(N);");
    let said = refusal(&p, "a ; a loop: a");
    assert!(said.contains("gains c(#a, 2) and loses c(#a, 1)"), "{said}");
}

#[test]
fn the_same_message_from_two_senders_is_two_copies() {
    let p = program("nodes a, b, s; output f; on(#a)@1; on(#b)@1; f(#s)@async :- on(#X);");
    assert!(check(&p, "a ; b ; s{f(#s), f(#s)} loop: a ; b ; s").is_ok());
    assert!(check(&p, "a ; b ; s{f(#s)} ; s{f(#s)} loop: a ; b ; s").is_ok());
    assert!(refusal(&p, "a ; b ; s{f(#s)} loop: a ; b ; s").contains("not fair"));
}

#[test]
fn a_step_that_errs_says_so() {
    let p = program("nodes a; go(#a, 0)@2; q(8 / N) :- go(N);");
    let error = check(&p, "a ; a loop: a").unwrap_err();
    assert!(error.describe(&p).contains("step 2"), "{}", error.describe(&p));
    let diagnostic = error.diagnostic(&p);
    assert_eq!((diagnostic.code.0, diagnostic.secondary.len()), ("E0707", 1));
}
