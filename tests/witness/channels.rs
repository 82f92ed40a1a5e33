//! Ordered channels by the definition: what is in order, which loops repeat, which are fair.

use super::{budget, program, schedule};
use watershed::program::{Order, Program};
use watershed::witness::replay::{check_lasso, replay};
use watershed::witness::run::{End, Policy, run};
use watershed::witness::{Impossible, LassoError};

fn ordered(text: &str) -> Program {
    Program { order: Order::Fifo, ..program(text) }
}

/// Two nodes send `m(a)` and `k(a)` together, then `m(b)`; all is remembered.
const TWO: &str = "
    nodes c, d, s; output seen;
    go(#c, s, a)@1; go(#c, s, b)@2; go(#d, s, a)@1;
    m(#S, X)@async :- go(#C, S, X);
    k(#S, X)@async :- go(#C, S, X), X == a;
    seen(X) :- m(X); seen(X) :- k(X); seen(X)@next :- seen(X);
";

fn refused(program: &Program, text: &str) -> Option<Impossible> {
    replay(program, &schedule(program, text), &budget()).err().map(|step| step.why)
}

#[test]
fn what_is_in_order_is_delivered() {
    let p = ordered(TWO);
    for text in [
        "c ; c ; s{m(#s, a), k(#s, a), m(#s, b)}",
        "c ; c ; s{m(#s, a)} ; s{k(#s, a), m(#s, b)}",
        "c ; c ; s{k(#s, a)} ; s{m(#s, a)} ; s{m(#s, b)}",
        "c ; d ; s{k(#s, a) from d, m(#s, a) from c} ; s{k(#s, a), m(#s, a)}",
        "c ; d ; s{k(#s, a), k(#s, a), m(#s, a) from d} ; s{m(#s, a)}",
        "c ; c ; d ; s{m(#s, a) from c, k(#s, a) from c, m(#s, b)}",
    ] {
        assert_eq!(refused(&p, text), None, "{text}");
    }
}

#[test]
fn what_overtakes_is_refused_and_so_is_what_is_not_told_apart() {
    let p = ordered(TWO);
    for text in [
        "c ; c ; s{m(#s, b)}",
        "c ; c ; s{m(#s, a), m(#s, b)}",
        "c ; c ; d ; s{m(#s, a) from c, k(#s, a) from d, m(#s, b)}",
    ] {
        assert!(matches!(refused(&p, text), Some(Impossible::OutOfOrder { .. })), "{text}");
        assert_eq!(refused(&Program { order: Order::Any, ..p.clone() }, text), None, "{text}");
    }
    assert!(matches!(refused(&p, "c ; d ; s{m(#s, a)}"), Some(Impossible::SeveralSenders { .. })));
    assert!(matches!(refused(&p, "c ; s{m(#s, a) from d}"), Some(Impossible::NotInFlight { .. })));
    assert!(matches!(refused(&p, "c ; s{m(#s, a), m(#s, a)}"), Some(Impossible::NotInFlight { wanted: 2, .. })));
}

/// Sends `a` and `b` in turns, from its first step on.
const TURNS: &str = "
    nodes c, s; output m;
    up(#c); sink(#c, s);
    odd(#C)@next :- up(#C), notin odd(#C);
    m(#S, a)@async :- up(#C), sink(#C, S), notin odd(#C);
    m(#S, b)@async :- odd(#C), sink(#C, S);
";

#[test]
fn a_loop_that_covers_what_was_in_flight_need_not_repeat() {
    // The loop finds nothing and leaves a ; b: in its second round it cannot deliver what it sends.
    let p = ordered(TURNS);
    let text = "loop: c ; s{m(#s, a)} ; c ; c ; c ; s";
    let found = check_lasso(&p, &schedule(&p, text), &budget());
    assert!(matches!(found, Err(LassoError::ChannelDiffers { .. })), "{found:?}");
    let unordered = Program { order: Order::Any, ..p.clone() };
    let text = "loop: c ; s{m(#s, a)} ; c ; c ; c ; s{m(#s, b)}";
    assert!(check_lasso(&unordered, &schedule(&unordered, text), &budget()).is_ok());
    let closed = "loop: c ; s{m(#s, a)} ; c ; s{m(#s, b)}";
    assert!(check_lasso(&p, &schedule(&p, closed), &budget()).is_ok());
    let one_behind = "c loop: c ; s{m(#s, a)} ; c ; s{m(#s, b)}";
    assert!(check_lasso(&p, &schedule(&p, one_behind), &budget()).is_ok());
}

#[test]
fn a_channel_of_one_set_may_grow() {
    let p = ordered("nodes c, s; output m; up(#c); sink(#c, s); m(#S)@async :- up(#C), sink(#C, S);");
    assert!(check_lasso(&p, &schedule(&p, "loop: c ; c ; s{m(#s)}"), &budget()).is_ok());
    let starved = check_lasso(&p, &schedule(&p, "loop: c ; s"), &budget());
    assert!(matches!(starved, Err(LassoError::ChannelStarved { .. })), "{starved:?}");
    let shrinks = check_lasso(&p, &schedule(&p, "c loop: c ; s{m(#s), m(#s)}"), &budget());
    assert!(matches!(shrinks, Err(LassoError::ChannelDiffers { .. })), "{shrinks:?}");
}

/// A message of one sender does not make up for the same message of another that is never delivered.
#[test]
fn each_channel_is_served() {
    let p = ordered(
        "nodes c, d, s; output m; go(#d, s)@1; up(#c); sink(#c, s);
         m(#S)@async :- go(#D, S); m(#S)@async :- up(#C), sink(#C, S);",
    );
    let starved = check_lasso(&p, &schedule(&p, "d loop: c ; d ; s{m(#s) from c}"), &budget());
    assert!(matches!(starved, Err(LassoError::ChannelStarved { .. })), "{starved:?}");
    assert!(check_lasso(&p, &schedule(&p, "d ; s{m(#s)} loop: c ; d ; s{m(#s) from c}"), &budget()).is_ok());
}

#[test]
fn runs_keep_the_order_and_are_written_with_senders() {
    for text in [TWO, TURNS] {
        let p = ordered(text);
        for seed in 0..60 {
            let found = run(&p, Policy::Seeded(seed), &budget());
            let End::Closed(lasso) = &found.end else { panic!("{:?}", found.end) };
            let shown = found.schedule.show(&p);
            assert_eq!(schedule(&p, &shown), found.schedule, "{shown}");
            assert_eq!(check_lasso(&p, &found.schedule, &budget()).as_ref(), Ok(lasso));
            // Such a run is one of the unordered network.
            let unordered = Program { order: Order::Any, ..p.clone() };
            let plain = schedule(&unordered, &shown);
            let again = check_lasso(&unordered, &plain, &budget()).expect("a fair run");
            assert_eq!(again.ultimate, lasso.ultimate);
        }
    }
}
