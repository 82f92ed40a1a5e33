//! The codes of runs as pictures and traces: family `16`.

use super::{Code, Entry};

table! {
    NO_SUCH_RUN = "E1601", "a run that the answer does not have",
        "`--format itf` writes one run; `--run` says which, counted as the report tells them: runs to violations first, then the two runs\n\
         that end differently.\n\
         \n\
         wrong: watershed check --format itf --run 3 marriage.ded\n\
         right: watershed check --format itf --run 2 marriage.ded";
    NOTHING_TO_DRAW = "W1602", "an answer without a run",
        "`--format svg`, `dot` and `itf` draw the runs that an answer shows. A confluent program has none to show, and an inconclusive\n\
         answer may have none. The verdict is told on standard error, and the exit code is that of the verdict.\n\
         \n\
         nothing: watershed check --format svg reachability.ded\n\
         a run:   watershed run --format svg reachability.ded";
}
