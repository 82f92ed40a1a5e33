use super::{MARRIAGE, ORDER, budget, fact, program, schedule};
use watershed::witness::shrink::{Claim, shrink_loop};

#[test]
fn what_the_claim_does_not_need_is_dropped() {
    let p = program(MARRIAGE);
    let claim = |holds| Claim::Lasso { fact: fact(&p, "runaway(#n1)"), holds };
    let long = "n1 ; n1 ; n1{i_do(bride)} ; n1 ; n1 ; n1{i_do(groom)} ; n1 loop: n1 ; n1 ; n1 ; n1 ; n1";
    let short = shrink_loop(&p, &schedule(&p, long), &claim(true), &budget());
    assert_eq!(short.show(&p), "n1 ; n1{i_do(#n1, bride)} ; n1{i_do(#n1, groom)} loop: n1");
    // A schedule that does not show the claim stays as it is.
    let other = schedule(&p, long);
    assert_eq!(shrink_loop(&p, &other, &claim(false), &budget()), other);
}

#[test]
fn copies_that_need_not_come_are_left() {
    let p = program("nodes s; output o; on(#s); f(#S)@async :- on(#S); o() :- f();");
    let claim = Claim::Lasso { fact: fact(&p, "o(#s)"), holds: true };
    let long = "s ; s{f} ; s ; s ; s loop: s{f, f} ; s{f} ; s{f} ; s{f}".replace("f", "f(#s)");
    assert!(!claim.shown_by(&p, &schedule(&p, &long), &budget()));
    let long = long.replace("{f(#s), f(#s)}", "{f(#s)}");
    let short = shrink_loop(&p, &schedule(&p, &long), &claim, &budget());
    assert_eq!(short.show(&p), "s loop: s{f(#s)}");
}

#[test]
fn violations_shrink_too() {
    let p = program(&ORDER.replace("output before;", "never bad; bad() :- before(b, a);"));
    let claim = Claim::Violation(p.relation_named("bad").unwrap());
    let long = "s ; c ; s ; c ; s{m(b)} ; s ; c ; s{m(a)}";
    let short = shrink_loop(&p, &schedule(&p, long), &claim, &budget());
    assert_eq!(short.show(&p), "c ; s{m(#s, b)}");
}
