//! The codes of fault injection: family `09`.

use super::{Code, Entry};

table! {
    FAULT_PARAMETERS = "E0901", "fault parameters that make no sense",
        "Rounds are numbered from 1 to EOT (`--eot`). Messages sent in rounds before EFF (`--eff`) may be lost, so EFF is at\n\
         most EOT; 0 and 1 mean that none is.\n\n\
         wrong:  watershed faults --eot 4 --eff 6 program.ded\n\
         right:  watershed faults --eot 6 --eff 4 program.ded";
    NOTHING_PROMISED = "E0902", "a program without `pre` or `post`",
        "Faults are judged by two relations: each `pre` tuple of the last round must be a `post` tuple too.\n\n\
         wrong:  log(M, P)@async :- log(N, P), peer(N, M);\n\
         right:  the same with   pre(P) :- log(N, P);   post(P) :- log(a, P), log(b, P);";
    UNMENTIONED_NODE = "E0903", "a name given to `--nodes` of which the program knows nothing",
        "No fact is at this node or names it, and no rule does, so that it can neither send nor receive. It is probably\n\
         misspelt.\n\n\
         wrong:  watershed faults --nodes a,b,cc program.ded\n\
         right:  watershed faults --nodes a,b,c program.ded";
    VACUOUS = "W0901", "a failure-free run that promises or fulfils nothing",
        "Without a `pre` tuple no run is bad, without a `post` tuple none is good: a verdict would say nothing. Often the\n\
         protocol needs more rounds.\n\n\
         unsure: watershed faults --eot 2 program.ded\n\
         sure:   watershed faults --eot 5 program.ded";
    BAD_WITHOUT_FAULTS = "W0902", "a run that is bad without faults",
        "Some `pre` tuple has no `post` tuple although nothing is lost and no node crashes. Often the protocol needs more\n\
         rounds; else `pre` promises too much.\n\n\
         unsure: watershed faults --eot 2 program.ded\n\
         sure:   watershed faults --eot 5 program.ded";
    WHY_NOT = "W0903", "a fact asked for by `--why` that is in no outcome",
        "It is not in the outcome of the failure-free run, and no counterexample loses it. What keeps each rule from deriving\n\
         it without faults is told instead. Perhaps a column is misspelt, perhaps the fact needs more rounds.\n\n\
         unsure: watershed faults --why 'post(d, hello)' retry.ded   where d is no peer\n\
         sure:   watershed faults --why 'post(b, hello)' retry.ded";
}
