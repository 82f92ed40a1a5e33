//! The codes of unknown inputs: family `E12`.

use super::{Code, Entry};

table! {
    MISPLACED_UNKNOWN = "E1201", "an unknown where none may stand",
        "An unknown constant `?v` stands alone in a column of a fact. The network is known: no location is unknown. Rules compute with\n\
         variables, and what is known of an unknown is said with `assume`.\n\
         \n\
         wrong: put(#r, ?t + 1);\n\
         right: put(#r, ?u); put(#r, ?t); assume ?u == ?t + 1;";
    VALUES_NEEDED = "E1202", "unknown inputs where values are needed",
        "This command is about one instance, and the program's facts have unknown constants, or facts that may be given or not.\n\
         `check`, `explore` and `equiv` answer for all values. For others, say which: `--valuation '?v == 1, p(#a), notin q(#a)'`.";
    BAD_VALUATION = "E1203", "a valuation that does not fit the program",
        "A valuation gives each unknown constant a value, once, and says of each `maybe` fact whether it is given, in the words of a\n\
         rule's body: `?v == 1, ?t == paper, p(#a), notin q(#a)`. The values have to meet the program's assumptions.";
    NO_SOLVER = "E1204", "a question that needs the solver, which this build does not have",
        "What is asked for all values of unknown inputs is decided with Z3. This program was built without its feature `z3`.\n\
         Build it with default features, after `make setup`, or give the unknowns values: `--valuation`.";
    NOT_SYMBOLIC = "E1205", "unknown inputs that are not covered",
        "Unknown inputs are decided for one instance of the program itself: not together with `--instances`, `--instance`, `--shrink`,\n\
         checkpoints or several processes. Give the unknowns values with `--valuation`, and all of these work.";
    CONTRADICTORY = "E1206", "assumptions that no values meet",
        "No values of the unknown constants meet all that the program assumes of them, so there is nothing to check.\n\
         \n\
         wrong: assume ?a < ?b, ?b < ?a;\n\
         right: assume ?a < ?b;";
    NOT_COMPARABLE = "E1207", "programs that cannot be compared",
        "`equiv P -- Q` compares the ultimate facts of output relations that both programs have, with the same columns: those that they\n\
         declare, which must be the same ones; of programs that declare none, those that both derive. `--output` names others.\n\
         With `--instances` both are given the same facts: a relation that is EDB in one is EDB in the other, if that has it, with the\n\
         same columns, and of events in both or in neither; and both spell locations in the same way.";
}
