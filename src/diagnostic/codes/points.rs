//! The codes of points of order: family `13`.

use super::{Code, Entry};

table! {
    RACE = "W1301", "messages race at a point of order",
        "A rule reads, under negation or in an aggregate, what messages bring, or joins facts that hold only in the step in which their\n\
         messages arrive. Two fair runs of this instance in which these messages arrive in different order read it differently there, and end\n\
         differently. Both were run by the definition; the commands replay them.\n\
         The rule needs to know that all messages have arrived before it reads (a seal), or the messages need an order, or what they bring has\n\
         to be kept.";
    NO_RACE_FOUND = "N1302", "a point of order at which no race was found",
        "The rule reads what messages bring in a way that may depend on their order, but no two runs were found that read it differently\n\
         there and end differently for it. The label says what that rests on: that every delivery order was explored, a theorem about all\n\
         instances, or only that some runs were tried.";
    UNEXPLAINED = "W1303", "contested facts that no point of order explains",
        "These facts are ultimate in some fair runs and not in others, but no two runs were found that differ in them because of what a\n\
         single literal reads or what meets in a single rule. The two runs of the witness show the difference all the same. A message that is\n\
         sent for ever and not kept is such a case: it may arrive at every step or only at some.";
}
