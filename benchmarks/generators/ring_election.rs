//! Leader election on a one-way ring of n nodes.

use super::lines;

/// The first node has the highest number, the others count up from 1.
pub fn program(nodes: usize) -> String {
    format!(
        "\
// Leader election on a one-way ring of {nodes} nodes: each sends its number on; a node passes on numbers
// above its own and drops the others; who gets its own number back is the leader and says so. The
// highest number wins in every run, and `two` leaders never are.
// Source: Chang and Roberts (1979), written from its description.

{}{}{}output leader;
never two;

bid(Other, I)@async :- start(Node), number(Node, I), successor(Node, Other);
bid(Other, I)@async :- bid(Node, I), number(Node, Own), I > Own, successor(Node, Other);
elected(Node, Own) :- bid(Node, Own), number(Node, Own);
coronation(Other, I)@async :- elected(Node, I), successor(Node, Other);
coronation(Other, I)@async :- coronation(Node, I), successor(Node, Other), notin number(Node, I);
leader(Node, I) :- elected(Node, I);
leader(Node, I) :- coronation(Node, I);
leader(Node, I)@next :- leader(Node, I);
two(A, I, J) :- leader(A, I), leader(B, J), I != J;
",
        lines(nodes, |i| format!("start(n{i})@1;")),
        lines(nodes, |i| format!("successor(n{i}, n{});", i % nodes + 1)),
        lines(nodes, |i| format!("number(n{i}, {});", if i == 1 { nodes } else { i - 1 })),
    )
}
