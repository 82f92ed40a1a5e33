//! The section of a page between two marks.

use std::io;
use std::path::Path;

use crate::compare::CompareError;

const BEGIN: &str = "<!-- families: begin -->\n";
const END: &str = "<!-- families: end -->\n";

/// Replaces the marked section of the page at `path`.
pub(super) fn update(path: &Path, section: &str) -> Result<(), CompareError> {
    let failed = |source| CompareError::Page { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let renewed = renewed(&text, section)
        .ok_or_else(|| failed(io::Error::new(io::ErrorKind::InvalidData, "its section has no marks around it")))?;
    std::fs::write(path, renewed).map_err(failed)
}

fn renewed(text: &str, section: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{section}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_changes() {
        let page = format!("a\n{BEGIN}old\n{END}b\n");
        let once = renewed(&page, "new").expect("it has marks");
        assert_eq!(once, format!("a\n{BEGIN}\nnew\n{END}b\n"));
        assert_eq!(renewed(&once, "new"), Some(once));
        assert_eq!(renewed(&format!("a\n{END}{BEGIN}"), "new"), None);
    }
}
