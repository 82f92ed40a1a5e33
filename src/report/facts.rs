//! Lists of facts as reports show them: sorted by their printed text.

use crate::program::{LocatedFact, Program};

/// The facts as the program spells them, sorted.
pub fn shown<'a>(program: &Program, facts: impl IntoIterator<Item = &'a LocatedFact>) -> Vec<String> {
    let mut shown: Vec<String> = facts.into_iter().map(|fact| program.show_fact(fact.node, &fact.fact)).collect();
    shown.sort_unstable();
    shown
}

/// Distinct models, each sorted, the list sorted.
pub fn shown_models<'a, M>(program: &Program, models: impl IntoIterator<Item = M>) -> Vec<Vec<String>>
where
    M: IntoIterator<Item = &'a LocatedFact>,
{
    let mut shown: Vec<Vec<String>> = models.into_iter().map(|model| self::shown(program, model)).collect();
    shown.sort_unstable();
    shown
}

/// The first `most` of a list in a sentence: `a, b, c and 4 more`; `nothing` if it is empty.
pub fn listed(items: &[String], most: usize) -> String {
    if items.is_empty() {
        return "nothing".to_string();
    }
    let shown = items[..items.len().min(most)].join(", ");
    match items.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn long_lists_say_how_many_are_left_out() {
        let items: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        assert_eq!(listed(&items, 3), "a, b, c");
        assert_eq!(listed(&items, 1), "a and 2 more");
        assert_eq!(listed(&[], 1), "nothing");
    }
}
