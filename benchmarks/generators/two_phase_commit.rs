//! Two-phase commit with n agents that all vote yes: every message once, or again at every step.

use super::{lines, list};

pub fn once(agents: usize) -> String {
    format!(
        "\
// Two-phase commit, a coordinator c and {agents} participants that all vote yes. The coordinator decides
// commit when every participant has voted yes, abort at the first no. All commit; `split`, one node
// with commit and one with abort, never holds.

nodes c, {};
output decided;
never split;

coordinator(#c);
{}{}begin(#c)@1;

prepare(#P, C)@async :- begin(#C), participant(#C, P);
vote(#C, P, V)@async :- prepare(#P, C), ballot(#P, V);

voted(P, V) :- vote(P, V);
voted(P, V)@next :- voted(P, V);
missing() :- participant(P), notin voted(P, yes);
verdict(commit) :- coordinator(), notin missing();
verdict(abort) :- voted(_, no);
announced()@next :- verdict(_);
announced()@next :- announced();
decision(#P, V)@async :- verdict(V), participant(P), notin announced();

decided(V) :- verdict(V);
decided(V) :- decision(V);
decided(V)@next :- decided(V);
split(#A) :- decided(#A, commit), decided(#B, abort);
",
        list(agents, ", ", |i| format!("p{i}")),
        lines(agents, |i| format!("participant(#c, p{i});")),
        lines(agents, |i| format!("ballot(#p{i}, yes);")),
    )
}

pub fn resend(agents: usize) -> String {
    format!(
        "\
// Two-phase commit with {agents} participants and retries for ever: every message is sent again at every
// step once its cause holds. There is no abort, so nothing is negated, and it commits in every run.

nodes c, {};
output commit;

begin(c);
{}{}{}
prepare(P)@async :- begin(C), participant(C, P);
prepare(P)@next :- prepare(P);
yes(C, P)@async :- prepare(P), willing(P), coordinator(P, C);
yes(C, P)@next :- yes(C, P);
commit(C) :- participant(C, _), {};
commit(P)@async :- commit(C), participant(C, P);
commit(X)@next :- commit(X);
",
        list(agents, ", ", |i| format!("p{i}")),
        lines(agents, |i| format!("participant(c, p{i});")),
        lines(agents, |i| format!("coordinator(p{i}, c);")),
        lines(agents, |i| format!("willing(p{i});")),
        list(agents, ", ", |i| format!("yes(C, p{i})")),
    )
}
