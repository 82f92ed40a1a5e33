//! Strata: of the deductive rules, by which a local step is evaluated, and of all rules, by which Dedalusˢ has its own
//! meaning (semantics §4).

use super::dependency::{Dependencies, Sign};
use crate::program::{Program, RelationId};

/// The relations of each stratum of the operational deductive rules, lowest first. Observer relations are left out.
pub fn by_stratum(program: &Program) -> Vec<Vec<RelationId>> {
    let ids = (0..program.relations.len() as u32).map(RelationId);
    let operational = ids.filter(|id| !program.relation(*id).observer);
    let strata: Vec<(RelationId, usize)> =
        operational.map(|id| (id, program.strata.get(id.0 as usize).copied().unwrap_or(0))).collect();
    let mut rows = vec![Vec::new(); strata.iter().map(|s| s.1 + 1).max().unwrap_or(0)];
    for (id, stratum) in strata {
        rows[stratum].push(id);
    }
    rows
}

/// The stratum of each relation when all rules count, temporal ones too: the most negated or aggregated literals that a
/// path into it passes. `None` if a cycle passes one, which is to say outside Dedalusˢ. Linear.
pub fn of_all_rules(dependencies: &Dependencies) -> Option<Vec<usize>> {
    let relations: usize = dependencies.components().iter().map(Vec::len).sum();
    let mut strata = vec![0; relations];
    for members in dependencies.components() {
        let mut stratum = 0;
        for &member in members {
            for (read, dependency) in dependencies.edges_into(member) {
                let cyclic = dependencies.on_cycle(read, member);
                match (dependency.sign, cyclic) {
                    (Sign::Positive, true) => {}
                    (_, true) => return None,
                    (Sign::Positive, false) => stratum = stratum.max(strata[read.0 as usize]),
                    (_, false) => stratum = stratum.max(strata[read.0 as usize] + 1),
                }
            }
        }
        for member in members {
            strata[member.0 as usize] = stratum;
        }
    }
    Some(strata)
}
