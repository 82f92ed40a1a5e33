//! Two-phase commit with n agents: all vote yes, one votes no, each votes either, or the coordinator's patience ends; every
//! message once, or again at every step.

use super::{lines, list};

/// What happens to the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Votes {
    /// All agents vote yes
    Yes,
    /// The last agent votes no
    OneNo,
    /// Each agent votes no if its second step comes before the request
    Either,
    /// All agents vote yes, but the coordinator aborts if its third step comes before all votes
    Timeout,
}

pub fn once(agents: usize, votes: Votes) -> String {
    let what = match votes {
        Votes::Yes => format!(
            "\
and {agents} participants that all vote yes. The coordinator decides
// commit when every participant has voted yes, abort at the first no. All commit; `split`, one node
// with commit and one with abort, never holds."
        ),
        Votes::OneNo => format!(
            "\
and {agents} participants of which the last votes no. It aborts at
// once, the coordinator aborts at the first no it reads. Everybody aborts, and nobody ever commits."
        ),
        Votes::Either => format!(
            "\
and {agents} participants, each of which aborts if its second step comes
// before the request, and votes no then. The coordinator decides commit when every participant has
// voted yes, abort at the first no. `split`, one node with commit and one with abort, never holds."
        ),
        Votes::Timeout => format!(
            "\
and {agents} participants that all vote yes. The coordinator decides
// commit when every participant has voted yes, but abort if it has not heard from all by its third
// step. All commit or all abort; `split`, one node with commit and one with abort, never holds."
        ),
    };
    let verdict = match votes {
        Votes::Yes | Votes::OneNo | Votes::Either => {
            "\
verdict(commit) :- coordinator(), notin missing();
verdict(abort) :- voted(_, no);
"
        }
        Votes::Timeout => {
            "\
verdict(commit) :- coordinator(), notin missing(), notin announced();
verdict(abort) :- alarm(), missing(), notin announced();
"
        }
    };
    let alarm = match votes {
        Votes::Yes | Votes::OneNo => String::new(),
        Votes::Either => lines(agents, |i| format!("alarm(#p{i})@2;")),
        Votes::Timeout => "alarm(#c)@3;\n".to_string(),
    };
    let ballots = match votes {
        Votes::Either => String::new(),
        Votes::Yes | Votes::Timeout => lines(agents, |i| format!("ballot(#p{i}, yes);")),
        Votes::OneNo => lines(agents, |i| format!("ballot(#p{i}, {});", if i == agents { "no" } else { "yes" })),
    };
    let vote = match votes {
        Votes::Either => {
            "\
asked() :- prepare(_);
asked()@next :- asked();
refused() :- alarm(), notin asked();
refused()@next :- refused();
vote(#C, P, yes)@async :- prepare(#P, C), notin refused(#P);
vote(#C, P, no)@async :- prepare(#P, C), refused(#P);
"
        }
        _ => "vote(#C, P, V)@async :- prepare(#P, C), ballot(#P, V);\n",
    };
    let refusal = match votes {
        Votes::Yes | Votes::Timeout => "",
        Votes::OneNo => "decided(abort) :- prepare(_), ballot(no);\n",
        Votes::Either => "decided(abort) :- refused();\n",
    };
    format!(
        "\
// Two-phase commit, a coordinator c {what}

nodes c, {};
output decided;
never split;

coordinator(#c);
{}{ballots}begin(#c)@1;
{alarm}
prepare(#P, C)@async :- begin(#C), participant(#C, P);
{vote}
voted(P, V) :- vote(P, V);
voted(P, V)@next :- voted(P, V);
missing() :- participant(P), notin voted(P, yes);
{verdict}announced()@next :- verdict(_);
announced()@next :- announced();
decision(#P, V)@async :- verdict(V), participant(P), notin announced();

decided(V) :- verdict(V);
decided(V) :- decision(V);
{refusal}decided(V)@next :- decided(V);
split(#A) :- decided(#A, commit), decided(#B, abort);
",
        list(agents, ", ", |i| format!("p{i}")),
        lines(agents, |i| format!("participant(#c, p{i});")),
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
