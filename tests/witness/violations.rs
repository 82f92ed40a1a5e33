use super::{budget, program, schedule};
use watershed::witness::replay::{ClaimError, check_violation};

#[test]
fn a_never_relation_is_violated_in_the_last_step() {
    let p = program(
        "nodes c, s; never bad; go(#c, s, a)@1; go(#c, s, b)@1; m(#S, X)@async :- go(#C, S, X);
         bad() :- m(a), m(b);",
    );
    let bad = p.relation_named("bad").unwrap();
    let together = schedule(&p, "c ; s{m(#s, a), m(#s, b)}");
    assert_eq!(check_violation(&p, &together, bad, &budget()).unwrap().facts, ["bad(#s)"]);
    for text in ["c ; s{m(#s, a)} ; s{m(#s, b)}", "c ; s{m(#s, a), m(#s, b)} ; s", "c", ""] {
        let error = check_violation(&p, &schedule(&p, text), bad, &budget()).unwrap_err();
        assert_eq!(error, ClaimError::NotViolated(bad), "{text}");
    }
    let impossible = check_violation(&p, &schedule(&p, "s{m(#s, a)}"), bad, &budget()).unwrap_err();
    assert_eq!(impossible.impossible().map(|step| step.index), Some(0));
    let endless = check_violation(&p, &schedule(&p, "c loop: s"), bad, &budget()).unwrap_err();
    assert_eq!(endless, ClaimError::NotFinite);
}

#[test]
fn an_observer_relation_is_violated_in_the_last_snapshot() {
    let p = program(
        "nodes a, b; never both; tick(a, 1)@1; tick(b, 1)@2; holds(X) :- tick(X, 1);
         both(X, Y) :- holds(X), holds(Y), X < Y;",
    );
    let both = p.relation_named("both").unwrap();
    assert!(p.relation(both).observer);
    // `a` has its tick in its first step, `b` in its second: a snapshot has both only if `a` has not gone on.
    let seen = check_violation(&p, &schedule(&p, "b ; a ; b"), both, &budget()).unwrap();
    assert_eq!(seen.facts, ["both(a, b)"]);
    let missed = check_violation(&p, &schedule(&p, "b ; a ; a ; b"), both, &budget()).unwrap_err();
    assert_eq!(missed, ClaimError::NotViolated(both));
}
