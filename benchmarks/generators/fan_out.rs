//! One one-shot message to each of n nodes: independent deliveries, 2ⁿ ways to be half way.

use super::{lines, list};

pub fn program(nodes: usize) -> String {
    format!(
        "\
// Node c sends one message, once, to each of {nodes} nodes, which keep it. Whatever the order, each ends
// with its message. With n nodes there are 2^n + 1 states.

nodes c, {};
output got;

begin(#c)@1;
{}
m(#R)@async :- begin(), receiver(R);
got() :- m();
got()@next :- got();
",
        list(nodes, ", ", |i| format!("r{i}")),
        lines(nodes, |i| format!("receiver(#c, r{i});")),
    )
}
