//! Programs with many rules that look like programs people write: services in a row, each asking the next.

use std::fmt::Write as _;

/// Rules of one service.
const RULES: usize = 12;

/// Layers of services: the depth of negation. More rules make wider layers, as in real programs.
const LAYERS: usize = 8;

/// A program with `rules` rules, rounded up to whole services.
pub fn program(rules: usize) -> String {
    let services = rules.div_ceil(RULES).max(1);
    let mut text = format!("// {} rules: {services} services in {LAYERS} layers.\n\n", services * RULES);
    text.push_str("nodes a, b, c;\n\n");
    for i in 0..services {
        service(&mut text, i).expect("writing to a string does not fail");
    }
    text
}

/// Service `i`: takes requests, keeps them, joins them with its table, answers those that are not blocked, and passes
/// them on. What blocks it is decided in the layer below.
fn service(text: &mut String, i: usize) -> std::fmt::Result {
    let next = i + LAYERS;
    let blocked = if i.is_multiple_of(LAYERS) { format!("closed{i}(X)") } else { format!("refused{}(X, _)", i - 1) };
    writeln!(
        text,
        "table{i}(#a, k{}, v{}); table{i}(#b, k{}, v{}); closed{i}(#a, k{});\n\
         request{i}(#c, k{})@1;\n\
         held{i}(X) :- request{i}(X);\n\
         held{i}(X)@next :- held{i}(X);\n\
         ask{i}(#N, X, C)@async :- held{i}(#C, X), node(N);\n\
         asked{i}(X, C) :- ask{i}(X, C);\n\
         asked{i}(X, C)@next :- asked{i}(X, C);\n\
         found{i}(X, Y) :- asked{i}(X, _), table{i}(X, Y);\n\
         path{i}(X, Y) :- found{i}(X, Y);\n\
         path{i}(X, Z) :- path{i}(X, Y), table{i}(Y, Z);\n\
         refused{i}(X, C) :- asked{i}(X, C), notin {blocked};\n\
         load{i}(count<X>) :- asked{i}(X, _);\n\
         answer{i}(#C, X, Y)@async :- path{i}(#N, X, Y), asked{i}(#N, X, C), load{i}(#N, K), K < 100;\n\
         request{next}(Y)@next :- answer{i}(_, Y);\n",
        i % 100,
        i % 7,
        i % 101,
        i % 5,
        i % 11,
        i % 100,
    )
}
