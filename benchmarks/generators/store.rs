//! One key, two replicas, n writers: by stamp, or by what comes last.

use super::{lines, list};

pub fn highest_stamp(writers: usize) -> String {
    format!(
        "\
// A last-writer-wins register whose stamps are unique: every put is kept, and the value is the one with
// the highest stamp. Both replicas end with v{writers}, whatever came last. Each of {writers} clients sends once.
// Source: last-writer-wins by time stamps (Johnson and Thomas, RFC 677, 1975), written from its
// description.

nodes {}, r, s;
output value;

{}replica(r);
replica(s);

sent()@next :- mine(_, _);
put(#R, S, V)@async :- mine(S, V), replica(R), notin sent();
put(#R, S, V)@next :- put(#R, S, V);
newest(max<S>) :- put(S, _);
value(V) :- newest(S), put(S, V);
",
        list(writers, ", ", |i| format!("c{i}")),
        lines(writers, |i| format!("mine(#c{i}, {i}, v{i});")),
    )
}

pub fn last_to_come(writers: usize) -> String {
    format!(
        "\
// A replicated register without any order: {writers} clients each put a value at both replicas, and a
// replica keeps what came last. The replicas can end with different values, and stay so.
// Source: the replicated key-value store of Alvaro et al., Consistency analysis in Bloom (2011),
// written from its description.

nodes {}, r, s;
output value;

{}replica(r);
replica(s);

put(#R, K, V)@async :- mine(K, V), replica(R);
value(K, V)@next :- put(K, V);
value(K, V)@next :- value(K, V), notin put(K, _);
",
        list(writers, ", ", |i| format!("c{i}")),
        lines(writers, |i| format!("mine(#c{i}, k, v{i})@1;")),
    )
}
