//! Which modules a source file names: every path that begins with `crate::`, `super::` or `self::`, in `use` trees and elsewhere.
//!
//! Comments, strings and the `#[cfg(test)]` module of a file are not its code. Paths are resolved by text alone, so
//! a type at the end of a path is still there; the caller takes the prefix that is a module.

/// A path from the crate's root, such as `["eval", "naive", "Naive"]`.
pub type ModulePath = Vec<String>;

/// The module of a file, by its path below `src`: `eval/naive.rs` is `["eval", "naive"]`, `lib.rs` the root.
pub fn module_of(file: &str) -> ModulePath {
    match file.strip_suffix(".rs").unwrap_or(file) {
        "lib" | "main" => Vec::new(),
        path => path.split('/').map(str::to_string).collect(),
    }
}

/// Every path that `text`, the file of `module`, names.
pub fn paths(text: &str, module: &[String]) -> Vec<ModulePath> {
    let tokens = tokens(&code_of(text));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let base = match tokens[at].as_str() {
            "crate" | "watershed" => Some(Vec::new()),
            "self" => Some(module.to_vec()),
            "super" => Some(module[..module.len().saturating_sub(1)].to_vec()),
            _ => None,
        };
        at += 1;
        if let Some(base) = base
            && tokens.get(at).is_some_and(|token| token == "::")
        {
            at = tree(&tokens, at + 1, base, &mut found);
        }
    }
    found
}

/// Reads what follows a `::`: a name and more, or a group of trees. Returns where it ends.
fn tree(tokens: &[String], mut at: usize, mut base: ModulePath, found: &mut Vec<ModulePath>) -> usize {
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = if tokens[at] == "," { at + 1 } else { tree(tokens, at, base.clone(), found).max(at + 1) };
                }
                return at + 1;
            }
            Some("super") => {
                base.pop();
            }
            Some("*") => {
                found.push(base);
                return at + 1;
            }
            Some(name) if is_name(name) => base.push(name.to_string()),
            _ => {
                found.push(base);
                return at;
            }
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token != "::") {
            found.push(base);
            return at;
        }
        at += 1;
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::`, and every other character by itself.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(rest[..length].to_string());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The text without comments, the insides of strings and characters, and its test module.
pub fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = without_tests(text);
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_string(rest).filter(|_| !code.ends_with(|c: char| c.is_alphanumeric())) {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = hashes + 2;
            rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len())
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && (rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'')) {
            quoted(rest, '\'')
        } else {
            0
        };
        if skipped > 0 {
            code.push(' ');
            rest = &rest[skipped..];
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

/// The number of `#` if a raw string starts here.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The length of a string or character that starts here, escapes passed over.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if !escaped && c == quote {
            return at + 1;
        }
        escaped = !escaped && c == '\\';
    }
    rest.len()
}

/// The text up to its `#[cfg(test)]` module: by convention the last item of a file.
fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod ").map_or(text, |at| &text[..at + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let module = module_of("eval/store/step.rs");
        paths(text, &module).iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn groups_supers_and_inline_paths_are_found() {
        assert_eq!(named("use crate::{a::{B, c::*}, d};"), ["a::B", "a::c", "d"]);
        assert_eq!(
            named("use super::plan::Plan; use super::super::naive;"),
            ["eval::store::plan::Plan", "eval::naive"]
        );
        assert_eq!(
            named("fn f(x: crate::budget::Bound) { self::g::<u8>() }"),
            ["budget::Bound", "eval::store::step::g"]
        );
        assert_eq!(named("watershed::cli::main()"), ["cli::main"]);
        assert_eq!(named("pub(crate) fn f(&self) -> Self { self.x }"), [""; 0]);
    }

    #[test]
    fn comments_strings_and_tests_are_no_code() {
        assert_eq!(
            named("// crate::a\n/* crate::b */ \"crate::c \\\" crate::d\" r#\"crate::e\"# '\"' crate::f"),
            ["f"]
        );
        assert_eq!(named("fn f<'a>() { crate::g }\n#[cfg(test)]\nmod tests { use crate::h; }"), ["g"]);
    }
}
