//! "Did you mean": the known relation whose name is nearest to an unknown one.

use super::relations::{Drafts, Entry};
use crate::diagnostic::Diagnostic;

/// Only the first unknown names get a suggestion, so that the search stays linear in the program.
const MOST: usize = 16;

/// Longer names are not compared.
const LONGEST: usize = 64;

/// Finds near names, a bounded number of times.
#[derive(Default)]
pub struct Suggestions {
    made: usize,
}

impl Suggestions {
    /// Adds a help line to the diagnostic of an unknown name, if a relation that has facts, rules or a declaration has
    /// a name close to it.
    pub fn unknown(&mut self, drafts: &Drafts<'_>, name: &str, diagnostic: Diagnostic) -> Diagnostic {
        if self.made == MOST || name.len() > LONGEST {
            return diagnostic;
        }
        self.made += 1;
        let known = |entry: &&Entry<'_>| entry.derived.or(entry.fact).or(entry.declared_input).is_some();
        match nearest(name, drafts.relations.iter().filter(known).map(|entry| entry.name)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        }
    }
}

/// The name most like `name`, if one differs in few letters.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let most = (name.chars().count() / 3).clamp(1, 3);
    known
        .filter(|near| *near != name && near.len() <= LONGEST && near.len().abs_diff(name.len()) <= 4 * most)
        .map(|near| (distance(near, name), near))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, near)| near)
}

/// Number of insertions, deletions, replacements and exchanges of neighbours between two names (restricted
/// Damerau–Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1; b.len() + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            row[j + 1] = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("runaway", "runaway"), 0);
        assert_eq!(distance("runaway", "runawya"), 1);
        assert_eq!(distance("seen", "sen"), 1);
        assert_eq!(distance("log", "leg"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
