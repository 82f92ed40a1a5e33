//! Mutual exclusion by a token on a ring of n nodes, which never falls quiet.

use super::{lines, list};

pub fn program(nodes: usize) -> String {
    format!(
        "\
// Mutual exclusion by a token that goes round a ring of {nodes} nodes for ever: a node is in its critical
// section in the step in which the token comes, and passes it on in its next step. `overlap`, two nodes
// in the critical section, never holds. It never falls quiet; every node is served.
// Source: token-ring mutual exclusion (Le Lann 1977), written from its description.

nodes {};
output served;
never overlap;

{}first(#n1)@1;

critical() :- first();
critical() :- token();
leaving()@next :- critical();
token(#M)@async :- leaving(#N), successor(#N, M);
served() :- critical();
served()@next :- served();
overlap(#A) :- critical(#A), critical(#B), A != B;
",
        list(nodes, ", ", |i| format!("n{i}")),
        lines(nodes, |i| format!("successor(#n{i}, n{});", i % nodes + 1)),
    )
}
