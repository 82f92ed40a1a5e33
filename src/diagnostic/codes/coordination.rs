//! The codes of coordination: family `E14`.

use super::{Code, Entry};

table! {
    NO_STRATIFIED_MODEL = "E1401", "a program that has no model by strata",
        "`coordinate --full` writes the published rewrite P(S), which makes a program end as the stratified semantics says. There is no such model where a cycle\n\
         of rules passes a negation or an aggregate, where state is changed in place (what is carried to the next step is less than what\n\
         was there), or where the model does not fit into the limits. Without `--full` orders of delivery are tried too.";
    BAD_PRICES = "E1402", "a file of prices that cannot be read",
        "`--prices FILE` names a file in TOML with whole numbers for some of `messages`, `rounds` and `waits`: what one message more, one round more,\n\
         and one node or message that something waits for cost, in any unit.\n\
         \n\
         wrong: message = 1.5\n\
         right: messages = 2";
}
