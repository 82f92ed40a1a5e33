//! Random small programs from a pool of rules and facts: one-shot sends, resends at full and half rate, broadcast, replies,
//! persistence, latches, timers, negation, aggregates, arithmetic.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rules in the hash spelling; any selection is a program.
const RULES: [&str; 31] = [
    "m(#S, X)@async :- go(#C, S, X);",
    "m(#S, X)@async :- go(#C, S, X);",
    "m(#S, X)@async :- every(#C, S, X);",
    "m(#S, X)@async :- on(#C), every(#C, S, X);",
    "k(#S, X)@async :- go(#C, S, X);",
    "k(#C, X)@async :- m(#C, X);",
    "k(#N, X)@async :- m(#C, X), notin seen(#C, X);",
    "c(#S, N + 1)@async :- c(#C, N), N < 3, S != C, node(#C, S);",
    "c(#S, 0 - 1)@async :- go(#C, S, X);",
    "c(#S, count<X>)@async :- every(#C, S, Y), seen(#C, X);",
    "on()@next :- off();",
    "off()@next :- on();",
    "off()@next :- tick();",
    "m(X)@next :- m(X);",
    "k(X)@next :- k(X);",
    "c(N)@next :- c(N);",
    "c(N * 2 - 7 / 2)@next :- c(N), N < 2, tick();",
    "seen(X) :- m(X);",
    "seen(X)@next :- seen(X);",
    "late(X) :- k(X), notin seen(X);",
    "late(X)@next :- late(X);",
    "both() :- m(X), k(X);",
    "both()@next :- both(), notin on();",
    "many(count<X>) :- seen(X);",
    "many(max<X>) :- late(X);",
    "most(X, sum<N; X>) :- pair(X, N);",
    "pair(X, N) :- seen(X), many(N), N > 0, X != N;",
    "first(X) :- m(X), notin late(Y), notin pair(X, Z);",
    "first(X)@next :- first(X), notin both();",
    "less(X, Y) :- seen(X), k(Y), X < Y;",
    "first(#a, X)@next :- less(#a, X, Y);",
];

/// What makes every relation one that rules derive, and never fires.
const HEADS: &str = "
    m(X) :- none(X), k(X), on(), off(), tick();  k(X) :- none(X), m(X);  c(X) :- none(X), k(1);
    on() :- none(1);  off() :- none(1);  seen(X) :- none(X);  late(X) :- none(X), k(X);
    both() :- none(X), go(X, Y), every(X, Y);  many(X) :- none(X), seen(X);  pair(X, X) :- none(X), many(X), seen(X);
    most(X, X) :- none(X), pair(X, X);  first(X) :- none(X);  less(X, X) :- none(X), first(X);
";

const FACTS: [&str; 9] = [
    "go(#a, b, x)@1;",
    "go(#b, a, y)@2;",
    "go(#a, a, y)@1;",
    "go(#a, a, 3)@2;",
    "every(#a, b, x);",
    "every(#b, b, y);",
    "tick(#b)@1;",
    "tick(#a)@2;",
    "c(#a, -2)@1;",
];

/// The program of a seed.
pub fn program(seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let percent = rng.random_range(25..70);
    let mut text =
        String::from("nodes a, b;\nnode(#a, a); node(#a, b); node(#b, b); node(#b, a);\nevent go, tick, none;\n");
    text.push_str(HEADS);
    for line in RULES.iter().chain(&FACTS) {
        if rng.random_range(0..100) < percent {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
