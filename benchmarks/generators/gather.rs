//! n one-shot messages to one node that keeps them all: many deliveries, one outcome.

use super::lines;

pub fn program(messages: usize) -> String {
    format!(
        "\
// {messages} messages go from node c, once, to node s, which keeps what it has seen. Whatever the order and
// the batches, it ends with all of them. With n messages there are 2^n + 1 states.

nodes c, s;
output seen;

{}
m(#s, X)@async :- go(X);
seen(X) :- m(X);
seen(X)@next :- seen(X);
",
        lines(messages, |i| format!("go(#c, x{i})@1;")),
    )
}
