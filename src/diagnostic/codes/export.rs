//! The codes of programs for other tools: family `E11`.

use super::{Code, Entry};

table! {
    NOT_EXPORTED = "E1101", "a program that another language cannot say",
        "Answer-set solvers compute in 32 bits, cut strings at zero bytes, and the answer-set reading is of asynchronous runs, in which\n\
         no rule joins across nodes. Soufflé computes in 32 bits too, wants one type a column, and only of a Dedalus⁺ program is the Datalog\n\
         reading the ultimate model. Where a theorem\n\
         answers, or no proof can be tried, there are no obligations for an SMT solver. The message says which of these stands in the way.\n\
         \n\
         wrong: limit(#n, 4000000000);\n\
         right: limit(#n, 4000000);";
}
