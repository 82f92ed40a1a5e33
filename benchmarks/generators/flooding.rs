//! Values that go round a ring, sent again and again: buffers grow without bound.

use super::{lines, list};

/// The values start at nodes as far from each other as the ring allows.
pub fn program(nodes: usize, values: usize) -> String {
    format!(
        "\
// Flooding on a ring of {nodes} nodes: whoever holds a value sends it to its successor at every step. Every
// node ends with every value, of which there are {values}.

nodes {};
output log;

{}{}
log(Node, Value) :- bcast(Node, Value);
log(Node, Value)@next :- log(Node, Value);
log(Other, Value)@async :- log(Node, Value), successor(Node, Other);
",
        list(nodes, ", ", |i| format!("n{i}")),
        lines(nodes, |i| format!("successor(n{i}, n{});", i % nodes + 1)),
        lines(values, |i| format!("bcast(n{}, v{i});", (i - 1) * nodes / values % nodes + 1)),
    )
}
