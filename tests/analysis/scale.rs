//! Analyses are linear in the program and keep off the call stack.

use crate::checked;
use std::fmt::Write as _;
use std::time::Instant;
use watershed::analysis::analyse;

/// Groups of rules with messages, negation, aggregates and timers, chained so that components and cycles are long.
fn program(rules: usize) -> String {
    let mut text = String::from("nodes n1, n2;\ne0(#n1, a);\n");
    for i in 0..rules / 5 {
        let _ = write!(
            text,
            "p{i}(X)@async :- e{i}(X), notin q{i}(X);\n\
             p{i}(X)@next :- p{i}(X);\n\
             q{i}(X) :- p{i}(X), r{i}(Y);\n\
             r{i}(count<X>)@next :- p{i}(X);\n\
             e{}(X)@next :- q{i}(X), notin p0(X);\n",
            i + 1
        );
    }
    let _ = writeln!(text, "e0(X)@next :- e{}(X);", rules / 5);
    text
}

#[test]
fn a_hundred_thousand_rules_in_a_chain_do_not_overflow_the_stack() {
    let mut text = String::from("nodes n1; r0(#n1, a);\n");
    for i in 0..100_000 {
        let _ = writeln!(text, "r{}(X) :- r{i}(X);", i + 1);
    }
    let checked = checked(&text);
    let small_stack = std::thread::Builder::new().stack_size(256 * 1024);
    let handle = small_stack.spawn(move || analyse(&checked.program).dependencies.components().len());
    assert!(handle.expect("a thread starts").join().expect("it does not overflow") > 100_000);
}

/// Prints a table; asserts only that time per rule does not grow with the program.
#[test]
fn time_is_linear_in_the_rules() {
    let mut per_rule = Vec::new();
    println!("{:>8} {:>12} {:>14}", "rules", "analyse", "per rule");
    for rules in [1_000, 3_000, 10_000, 30_000] {
        let checked = checked(&program(rules));
        let count = checked.program.rules.len();
        let best = (0..5)
            .map(|_| {
                let start = Instant::now();
                let analysis = analyse(&checked.program);
                let taken = start.elapsed();
                assert_eq!(analysis.classification.reasons.len(), 3 * (rules / 5));
                taken
            })
            .min()
            .expect("five runs");
        per_rule.push(best.as_secs_f64() / count as f64);
        println!("{count:>8} {:>9.2} ms {:>11.0} ns", best.as_secs_f64() * 1e3, per_rule.last().unwrap_or(&0.0) * 1e9);
    }
    // A quadratic analysis would be 30 times slower a rule; caches and a busy machine account for less than half of that.
    assert!(per_rule[3] < 15.0 * per_rule[0], "time per rule grows: {per_rule:?}");
}
