//! `explain`: what a diagnostic code means, with an example that is wrong and one that is right; or all codes.

use super::Exit;
use super::options::Format;
use super::session::Session;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{Code, TABLE, UNKNOWN_CODE, lookup};
use crate::report::json::{CodeObject, ExplanationObject, SCHEMA};
use clap::{Args, ValueEnum};

/// `explain`.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// A code such as `E0203`; all of them are listed if none is given
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
}

/// The forms of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    Text,
    /// One object on standard output.
    Json,
}

/// Runs `explain`.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let codes = match &arguments.code {
        None => all(),
        Some(text) => match lookup(text) {
            Some(code) => vec![code],
            None => {
                session.report_placeless(&[unknown(text)]);
                let format = if arguments.format == Form::Json { Format::Json } else { Format::Text };
                return session.refuse("explain", Vec::new(), format);
            }
        },
    };
    if arguments.format == Form::Json {
        let codes = codes.into_iter().map(object).collect();
        let object = ExplanationObject { schema: SCHEMA, command: "explain", codes };
        return session.print_json(&object, Exit::Yes);
    }
    let text: String = match codes.as_slice() {
        [code] => {
            let CodeObject { code, title, explanation, .. } = object(*code);
            format!("{code}: {title}\n\n{explanation}\n")
        }
        all => all.iter().map(|&code| format!("{}  {}\n", code.0, object(code).title)).collect(),
    };
    session.print(&text, Exit::Yes)
}

/// All codes: errors, notes, warnings, by number. The table has them by what they are about.
fn all() -> Vec<Code> {
    let mut codes: Vec<Code> = TABLE.iter().map(|entry| Code(entry.0)).collect();
    codes.sort_unstable();
    codes
}

fn object(code: Code) -> CodeObject {
    let (title, explanation) = code.explanation().unwrap_or_default();
    CodeObject { code: code.0, severity: code.severity().name(), title, explanation }
}

fn unknown(text: &str) -> Diagnostic {
    let shown: String = text.chars().take(40).collect();
    let diagnostic = Diagnostic::new(UNKNOWN_CODE, format!("expected the code of a diagnostic, found `{shown}`"));
    match nearest(text).as_slice() {
        [] => diagnostic.help("`watershed explain` lists all codes"),
        near => diagnostic.help(format!("codes like it: {}", near.join(", "))),
    }
}

/// Up to three codes that differ from `text` in at most two places, nearest first.
fn nearest(text: &str) -> Vec<String> {
    let text = text.to_ascii_uppercase();
    let differences = |code: &str| {
        let places = code.chars().zip(text.chars()).filter(|(a, b)| a != b).count();
        places + code.len().abs_diff(text.chars().count())
    };
    let mut near: Vec<(usize, &str)> = TABLE
        .iter()
        .map(|entry| (differences(entry.0), entry.0))
        .filter(|&(differences, _)| differences <= 2)
        .collect();
    near.sort_unstable();
    near.iter().take(3).map(|(_, code)| format!("`{code}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_codes_are_few_and_nearest_first() {
        assert_eq!(nearest("e0001").first().map(String::as_str), Some("`E0101`"));
        assert!(nearest("E0199").len() <= 3 && nearest("E0199").iter().all(|code| code.starts_with("`E01")));
        assert_eq!(nearest("nonsense"), [""; 0]);
        assert_eq!(nearest(&"E".repeat(1 << 20)), [""; 0]);
    }
}
