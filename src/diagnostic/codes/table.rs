//! All families of codes in one table.

use super::{ENTRIES as PROGRAMS, flow::ENTRIES as GRAPHS};

/// A code with its title and explanation.
pub type Entry = (&'static str, &'static str, &'static str);

/// Every code: those of programs, then those of component graphs.
pub const TABLE: &[Entry] = &{
    let mut all = [("", "", ""); PROGRAMS.len() + GRAPHS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < PROGRAMS.len() { PROGRAMS[at] } else { GRAPHS[at - PROGRAMS.len()] };
        at += 1;
    }
    all
};
