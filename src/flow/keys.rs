//! Whether a seal completes the partitions that a gate asks for (Blazes, §V-A1, `compatible`).
//!
//! A path with gate `g` may act on a partition of `g` once nothing more can arrive for it. A punctuation says that
//! nothing more arrives for one value of the key `k`. So each partition of `g` must lie within one partition of `k`:
//! the columns of `g` must determine those of `k`. The paper asks that some columns of `g` be an injective function of
//! `k`; what is one to one has an inverse, so these columns determine `k`. The identity is injective, so `k ⊆ g` is the
//! common case; others come from the dependencies that the file declares.

use super::graph::{Gate, Injective, Key};

/// Whether `key` completes the partitions of `gate`. An unknown gate is completed by nothing.
pub fn compatible(gate: &Gate, key: &Key, injective: &[Injective]) -> bool {
    match gate {
        Gate::Unknown => false,
        Gate::Columns(columns) => key.is_subset(&determined(columns, injective)),
    }
}

/// All columns that these determine: the closure under one-to-one dependencies, read in both directions. Quadratic in
/// the number of dependencies.
fn determined(columns: &Key, injective: &[Injective]) -> Key {
    let mut closure = columns.clone();
    loop {
        let before = closure.len();
        for dependency in injective {
            for (one, other) in [(&dependency.from, &dependency.to), (&dependency.to, &dependency.from)] {
                if !one.is_empty() && one.is_subset(&closure) {
                    closure.extend(other.iter().cloned());
                }
            }
        }
        if closure.len() == before {
            return closure;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(columns: &[&str]) -> Key {
        columns.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_partition_of_the_gate_lies_in_one_of_the_key() {
        let gate = Gate::Columns(key(&["id", "campaign"]));
        assert!(compatible(&gate, &key(&["campaign"]), &[]));
        assert!(compatible(&gate, &key(&["campaign", "id"]), &[]));
        assert!(!compatible(&gate, &key(&["window"]), &[]));
        assert!(!compatible(&gate, &key(&["campaign", "window"]), &[]), "the window of a group is not known");
        assert!(!compatible(&Gate::Unknown, &key(&["campaign"]), &[]));
        assert!(!compatible(&Gate::Columns(Key::new()), &key(&["campaign"]), &[]), "one group, many partitions");
    }

    #[test]
    fn dependencies_lead_from_the_gate_to_the_key() {
        let injective = [
            Injective { from: key(&["company"]), to: key(&["symbol"]) },
            Injective { from: key(&["symbol", "day"]), to: key(&["sheet"]) },
        ];
        let gate = Gate::Columns(key(&["symbol"]));
        assert!(compatible(&gate, &key(&["company"]), &injective));
        assert!(!compatible(&gate, &key(&["sheet"]), &injective), "the day is missing");
        assert!(compatible(&Gate::Columns(key(&["company", "day"])), &key(&["sheet"]), &injective));
        assert!(compatible(&Gate::Columns(key(&["sheet"])), &key(&["company"]), &injective));
    }
}
