//! From places on the line of values to values: integers are themselves, symbols that the program does not have are made up.

use super::condition::{Line, SYMBOLS};
use crate::program::Program;
use crate::syntax::ast::TermKind;
use std::collections::{BTreeMap, BTreeSet};

/// Letters of made-up symbols.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// The values at `places`, one for each.
pub fn values(program: &Program, line: &Line, places: &[i128]) -> Vec<TermKind> {
    let symbols: BTreeMap<i128, &str> = line.symbols().map(|(id, place)| (place, program.symbols.name(id))).collect();
    let mut made_up: BTreeMap<i128, String> = BTreeMap::new();
    let free: BTreeSet<i128> =
        places.iter().copied().filter(|place| *place >= SYMBOLS && !symbols.contains_key(place)).collect();
    let mut free = free.into_iter().peekable();
    while let Some(first) = free.next() {
        let above = symbols.range(first..).next();
        let mut here = vec![first];
        while let Some(next) = free.next_if(|next| above.is_none_or(|(above, _)| next < above)) {
            here.push(next);
        }
        let below = symbols.range(..first).next_back().map(|(_, symbol)| *symbol);
        let names = between(below, above.map(|(_, symbol)| *symbol), here.len());
        made_up.extend(here.into_iter().zip(names));
    }
    let value = |place: &i128| match i64::try_from(*place) {
        Ok(integer) => TermKind::Integer(integer),
        Err(_) => {
            let symbol = symbols.get(place).map(ToString::to_string).or_else(|| made_up.get(place).cloned());
            TermKind::Symbol(symbol.expect("internal error: a symbol's place without a symbol"))
        }
    };
    places.iter().map(value).collect()
}

/// `count` symbols between two, in order: plain ones if there are enough, else the next ones in the order of bytes.
fn between(below: Option<&str>, above: Option<&str>, count: usize) -> Vec<String> {
    let fits = |name: &String| {
        below.is_none_or(|below| name.as_str() > below) && above.is_none_or(|above| name.as_str() < above)
    };
    let letters = || LETTERS.chars();
    let short = letters().map(String::from);
    let longer = letters().map(|letter| format!("{}{letter}", below.unwrap_or("a")));
    let longest = letters().map(|letter| format!("{}a{letter}", below.unwrap_or("a")));
    for plain in [short.collect::<Vec<_>>(), longer.collect(), longest.collect()] {
        let plain: Vec<String> = plain.into_iter().filter(fits).collect();
        if plain.len() >= count {
            return plain.into_iter().take(count).collect();
        }
    }
    let (start, first) = match below {
        Some(below) => (below, 1),
        None => ("", 0),
    };
    (first..first + count).map(|zeros| format!("{start}{}", "\0".repeat(zeros))).collect()
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn symbols_lie_between() {
        assert_eq!(between(None, None, 2), ["a", "b"]);
        assert_eq!(between(Some("a"), Some("c"), 1), ["b"]);
        assert_eq!(between(Some("x"), Some("y"), 3), ["xa", "xb", "xc"]);
        assert_eq!(between(Some("x"), Some("xa"), 2), ["x\0", "x\0\0"]);
        assert_eq!(between(None, Some("\0\0"), 2), ["", "\0"]);
    }
}
