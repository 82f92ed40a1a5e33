//! All families of codes in one table.

use super::{
    ENTRIES as PROGRAMS, artifacts::ENTRIES as ARTIFACTS, coordination::ENTRIES as COORDINATION,
    export::ENTRIES as EXPORT, flow::ENTRIES as GRAPHS, points::ENTRIES as POINTS, unknowns::ENTRIES as UNKNOWNS,
};

/// A code with its title and explanation.
pub type Entry = (&'static str, &'static str, &'static str);

/// Every code: those of programs, of component graphs, of programs for other tools, of unknown inputs, of points of order, of
/// coordination, of artifacts.
pub const TABLE: &[Entry] = &{
    let families: [&[Entry]; 7] = [PROGRAMS, GRAPHS, EXPORT, UNKNOWNS, POINTS, COORDINATION, ARTIFACTS];
    let mut all = [("", "", "");
        PROGRAMS.len()
            + GRAPHS.len()
            + EXPORT.len()
            + UNKNOWNS.len()
            + POINTS.len()
            + COORDINATION.len()
            + ARTIFACTS.len()];
    let (mut family, mut from, mut at) = (0, 0, 0);
    while at < all.len() {
        while at - from == families[family].len() {
            from = at;
            family += 1;
        }
        all[at] = families[family][at - from];
        at += 1;
    }
    all
};
