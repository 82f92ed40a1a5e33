//! All families of codes in one table.

use super::{
    ENTRIES as PROGRAMS, artifacts::ENTRIES as ARTIFACTS, coordination::ENTRIES as COORDINATION,
    export::ENTRIES as EXPORT, faults::ENTRIES as FAULTS, flow::ENTRIES as GRAPHS, pictures::ENTRIES as PICTURES,
    points::ENTRIES as POINTS, unknowns::ENTRIES as UNKNOWNS,
};

/// A code with its title and explanation.
pub type Entry = (&'static str, &'static str, &'static str);

/// Every code: those of programs, of component graphs, of programs for other tools, of unknown inputs, of points of order, of
/// coordination, of artifacts, of pictures.
pub const TABLE: &[Entry] = &{
    let families: [&[Entry]; 9] =
        [PROGRAMS, FAULTS, GRAPHS, EXPORT, UNKNOWNS, POINTS, COORDINATION, ARTIFACTS, PICTURES];
    let mut all = [("", "", "");
        PROGRAMS.len()
            + FAULTS.len()
            + GRAPHS.len()
            + EXPORT.len()
            + UNKNOWNS.len()
            + POINTS.len()
            + COORDINATION.len()
            + ARTIFACTS.len()
            + PICTURES.len()];
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
