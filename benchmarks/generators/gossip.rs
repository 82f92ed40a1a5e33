//! A value that goes round a ring, sent again and again: buffers grow without bound.

use super::{lines, list};

pub fn program(nodes: usize) -> String {
    format!(
        "\
// Gossip on a ring of {nodes} nodes: whoever holds a value sends it to its successor at every step. Every
// node ends with the value.

nodes {};
output log;

{}bcast(n1, hello);

log(Node, Value) :- bcast(Node, Value);
log(Node, Value)@next :- log(Node, Value);
log(Other, Value)@async :- log(Node, Value), successor(Node, Other);
",
        list(nodes, ", ", |i| format!("n{i}")),
        lines(nodes, |i| format!("successor(n{i}, n{});", i % nodes + 1)),
    )
}
