//! What spoils a relation, in words.

use super::{Cause, Spoiler};
use crate::program::Program;

impl Spoiler {
    /// One sentence without a full stop, about the rule.
    pub fn message(&self, program: &Program) -> String {
        let name = &program.relation(self.relation).name;
        match self.cause {
            Cause::Latch => format!(
                "`{name}` is kept for ever, and the order of deliveries may decide whether the body of this rule ever holds"
            ),
            Cause::Unkept => format!("`{name}` may be sent for ever and is not kept, so it comes and goes"),
            Cause::Cycle => format!(
                "this rule hands `{name}` on from step to step, and the order of deliveries may decide what it hands on"
            ),
            Cause::Counter => {
                format!("this rule may make values without end, so what depends on `{name}` may never settle")
            }
        }
    }
}
