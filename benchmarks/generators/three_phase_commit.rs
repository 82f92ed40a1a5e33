//! Three-phase commit with n agents that all vote yes.

use super::{lines, list};

pub fn program(agents: usize) -> String {
    format!(
        "\
// Three-phase commit without failures, a coordinator c and {agents} participants that vote yes: votes are
// collected, then everybody is prepared, and only when all have acknowledged that does anybody
// commit. `unready` (a node commits while a participant is not prepared) never holds.
// Source: three-phase commit (Skeen, Nonblocking commit protocols, 1981), written from its
// description.

nodes c, {};
output committed;
never unready;

coordinator(#c);
{}begin(#c)@1;

can_commit(#P, C)@async :- begin(#C), participant(#C, P);
vote(#C, P)@async :- can_commit(#P, C);

voted(P) :- vote(P);
voted(P)@next :- voted(P);
vote_missing() :- participant(P), notin voted(P);
all_voted() :- coordinator(), notin vote_missing();
asked()@next :- all_voted();
asked()@next :- asked();
pre_commit(#P, C)@async :- all_voted(#C), participant(#C, P), notin asked(#C);

prepared() :- pre_commit(_);
prepared()@next :- prepared();
ack(#C, P)@async :- pre_commit(#P, C);

acked(P) :- ack(P);
acked(P)@next :- acked(P);
ack_missing() :- participant(P), notin acked(P);
all_acked() :- coordinator(), notin ack_missing();
told()@next :- all_acked();
told()@next :- told();
do_commit(#P)@async :- all_acked(#C), participant(#C, P), notin told(#C);

committed() :- all_acked();
committed() :- do_commit();
committed()@next :- committed();
unready(#A) :- committed(#A), participant(#C, P), notin prepared(#P);
",
        list(agents, ", ", |i| format!("p{i}")),
        lines(agents, |i| format!("participant(#c, p{i});")),
    )
}
