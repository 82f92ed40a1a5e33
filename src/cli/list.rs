//! Lists on the command line and in expectations: `a, "b, c", r(#n, d)` has three items.

/// The items between commas that are neither in quotes nor in brackets, trimmed; no empty ones.
pub fn items(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0usize, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => quoted = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim());
    items.retain(|item| !item.is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn commas_in_quotes_and_brackets_divide_nothing() {
        assert_eq!(items(r#"a, "b, \", c", r(#n, d) ,"#), ["a", r#""b, \", c""#, "r(#n, d)"]);
        assert_eq!(items(" "), [] as [&str; 0]);
        assert_eq!(items(")),a"), ["))", "a"]);
        assert_eq!(items("\"open, "), ["\"open,"]);
    }
}
