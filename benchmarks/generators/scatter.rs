//! One one-shot message to each of n nodes: independent deliveries, 2ⁿ ways to be half way.

use super::{Receiver, lines, list};

pub fn program(nodes: usize, receiver: Receiver) -> String {
    let (what, output, rules) = match receiver {
        Receiver::Keep => (
            "which keep it. Whatever the order, each ends with its message.",
            "got",
            "\
got() :- m(_);
got()@next :- got();
",
        ),
        Receiver::Answer => (
            "which answer the first message and no other. Whatever the order, c ends with all answers.",
            "answered",
            "\
heard()@next :- m(_);
heard()@next :- heard();
answer(#C, R)@async :- m(#R, C), notin heard(#R);
answered(R) :- answer(R);
answered(R)@next :- answered(R);
",
        ),
        Receiver::Wait => (
            "which remember whether they took a step before it came. Each may have or not: 2^n outcomes.",
            "waited",
            "\
got() :- m(_);
got()@next :- got();
waited() :- waiting(), notin got();
waited()@next :- waited();
",
        ),
    };
    let waiting = if receiver == Receiver::Wait { lines(nodes, |i| format!("waiting(#r{i});")) } else { String::new() };
    format!(
        "\
// Node c sends one message, once, to each of {nodes} nodes,
// {what}

nodes c, {};
output {output};

begin(#c)@1;
{}{waiting}
m(#R, C)@async :- begin(#C), receiver(#C, R);
{rules}",
        list(nodes, ", ", |i| format!("r{i}")),
        lines(nodes, |i| format!("receiver(#c, r{i});")),
    )
}
