//! Single-decree Paxos with any number of acceptors and proposers, each with one ballot and a wish of its own.

use super::{lines, list};

pub fn program(acceptors: usize, proposers: usize) -> String {
    let majority = acceptors / 2 + 1;
    format!(
        "\
// Single-decree Paxos: {proposers} proposers, each with one ballot and a wish of its own, and {acceptors}
// acceptors. An acceptor that gets several requests in one step reads the prepares first. A value is
// chosen when {majority} acceptors have accepted it in one ballot; `disagree`, two different chosen values,
// never holds. What each acceptor ends with depends on the race, if there is one. Learners are left out:
// the observer rule reads the acceptors instead.
// Source: the synod protocol (Lamport, Paxos made simple, 2001), written from its description.

nodes {}, {};
output accepted;
never disagree;

{}{}{}{}
prepare(#A, B, P)@async :- start(#P), ballot(#P, B), acceptor(#P, A);

heard(B) :- prepare(B, _);
heard(B) :- accept(B, _);
heard(B)@next :- heard(B);
floor(max<B>) :- heard(B);
accepted(B, V) :- accept(B, V), floor(B);
accepted(B, V)@next :- accepted(B, V);
last(max<B>) :- accepted(B, _);
promise(#P, A, 0, none)@async :- prepare(#A, B, P), floor(#A, B), notin accepted(#A, _, _);
promise(#P, A, L, V)@async :- prepare(#A, B, P), floor(#A, B), last(#A, L), accepted(#A, L, V);

granted(A, L, V) :- promise(A, L, V);
granted(A, L, V)@next :- granted(A, L, V);
grants(count<A>) :- granted(A, _, _);
ready() :- grants(N), N >= {majority};
asked()@next :- ready();
asked()@next :- asked();
top(max<L>) :- granted(_, L, _);
pick(V) :- top(0), wish(V);
pick(V) :- top(L), L > 0, granted(_, L, V);
accept(#A, B, V)@async :- ready(), notin asked(), pick(V), ballot(B), acceptor(A);

chosen(#A1, V) :- {}{};
disagree(#A) :- chosen(#A, V), chosen(#C, W), V != W;
",
        list(proposers, ", ", |i| format!("p{i}")),
        list(acceptors, ", ", |i| format!("a{i}")),
        lines(proposers, |i| format!("start(#p{i})@1;")),
        lines(proposers, |i| format!("ballot(#p{i}, {i});")),
        lines(proposers, |i| format!("wish(#p{i}, v{i});")),
        lines(acceptors, |i| format!("acceptor(a{i});")),
        list(majority, ", ", |i| format!("accepted(#A{i}, B, V)")),
        // All are different; an order among them would tell acceptors apart that nothing else does.
        (2..=majority).flat_map(|i| (1..i).map(move |j| format!(", A{j} != A{i}"))).collect::<String>(),
    )
}
