//! Comparing what a command printed with what its row says.

use super::artifact::{Kind, Row};
use super::rows::Run;
use serde_json::Value;

/// How a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The value found is the published one.
    Agree,
    /// The published one is wrong; what is right was found, with its witness.
    Erratum,
    /// The value found is the one pinned beside a published one of another program.
    Beside,
    /// The value found is the one pinned; nothing is published.
    Own,
    /// Nothing here answers it.
    NotYet,
    /// None of these.
    Disagree,
}

impl Status {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Status; 6] =
        [Status::Agree, Status::Erratum, Status::Beside, Status::Own, Status::NotYet, Status::Disagree];

    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Status::Agree => "agree",
            Status::Erratum => "erratum",
            Status::Beside => "beside",
            Status::Own => "own",
            Status::NotYet => "not yet",
            Status::Disagree => "disagree",
        }
    }
}

/// A row with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How it stands.
    pub status: Status,
    /// The value found, as text; `None` if there is none.
    pub here: Option<String>,
    /// Why it disagrees, or what is missing; empty otherwise.
    pub reason: String,
}

impl Judged {
    fn disagree(here: Option<String>, reason: impl Into<String>) -> Judged {
        Judged { status: Status::Disagree, here, reason: reason.into() }
    }
}

/// Judges a row by the run of its command; `None` if it has none.
pub fn judge(row: &Row, run: Option<&Run>) -> Judged {
    if let Kind::NotYet { reason } = &row.kind {
        return Judged { status: Status::NotYet, here: None, reason: reason.clone() };
    }
    let (code, object) = match run {
        Some(Run::Ended { code, .. }) if !answers(*code) => {
            return Judged::disagree(None, format!("the command gave no answer ({})", in_words(*code)));
        }
        Some(Run::Ended { code, output }) => match serde_json::from_str::<Value>(output) {
            Ok(object) => (*code, object),
            Err(_) => {
                return Judged::disagree(None, format!("the command printed no JSON object ({})", in_words(*code)));
            }
        },
        Some(Run::TimedOut) => return Judged::disagree(None, "inconclusive: the command took longer than `--timeout`"),
        Some(Run::NotStarted(error)) => {
            return Judged::disagree(None, format!("the command could not be started: {error}"));
        }
        None => return Judged::disagree(None, "the command was not run"),
    };
    let Some(here) = object.pointer(&row.value).map(shown) else {
        return Judged::disagree(None, format!("the object that the command printed has no `{}`", row.value));
    };
    let here = Some(here);
    // A command line or a file that is wrong answers nothing, whatever value was pinned.
    if let Some(message) = mistaken(&object) {
        return Judged::disagree(here, message);
    }
    if let Some(expected) = row.exit
        && code != Some(i32::from(expected))
    {
        let found = code.map_or("none".to_string(), |code| code.to_string());
        return Judged::disagree(here, format!("expected exit code {expected}, found {found}"));
    }
    let (expected, status) = match &row.kind {
        Kind::Verdict => (&row.published, Status::Agree),
        Kind::Erratum { here, .. } => (here, Status::Erratum),
        Kind::Beside { here } => (here, Status::Beside),
        Kind::Own { here } => (here, Status::Own),
        Kind::NotYet { .. } => unreachable!("internal error: a row without a command was judged by one"),
    };
    if here.as_ref() != Some(expected) {
        return Judged::disagree(here, format!("expected {expected}"));
    }
    if status == Status::Erratum && !has_witness(&object) {
        return Judged::disagree(here, "an erratum needs a witness, and the command printed none");
    }
    Judged { status, here, reason: String::new() }
}

/// Whether a process that ended like this came to its answer: one that crashed or was ended may have printed something before.
pub(super) fn answers(code: Option<i32>) -> bool {
    matches!(code, Some(0..=3))
}

/// An exit code in words.
pub(super) fn in_words(code: Option<i32>) -> String {
    code.map_or("no exit code".to_string(), |code| format!("exit code {code}"))
}

/// The value as text: strings as they are, lists of plain values with commas between them, the rest as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            items.iter().map(shown).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// The first error about usage or files.
fn mistaken(object: &Value) -> Option<String> {
    let diagnostics = object.get("diagnostics")?.as_array()?;
    let code = |diagnostic: &Value| diagnostic["code"].as_str().unwrap_or_default().to_string();
    let finding = diagnostics.iter().find(|diagnostic| code(diagnostic).starts_with("E06"))?;
    Some(format!("{}: {}", code(finding), finding["message"].as_str().unwrap_or_default()))
}

/// Whether an answer comes with what bears it out: runs, a schedule, faults, or for a program that is refused the reason.
fn has_witness(object: &Value) -> bool {
    let present = |pointer: &str| object.pointer(pointer).is_some_and(|value| !value.is_null());
    let violated = object["invariants"].as_array().is_some_and(|all| all.iter().any(|one| !one["schedule"].is_null()));
    let refused = object["verdict"].is_null()
        && object["diagnostics"].as_array().is_some_and(|all| all.iter().any(|one| one["severity"] == "error"));
    present("/witness") || present("/counterexample") || violated || refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: Kind) -> Row {
        Row {
            name: "a row".to_string(),
            place: String::new(),
            claim: String::new(),
            published: "confluent".to_string(),
            command: vec!["check".to_string()],
            value: "/verdict".to_string(),
            exit: None,
            kind,
            note: String::new(),
            slow: false,
        }
    }

    fn ended(output: &str) -> Run {
        Run::Ended { code: Some(0), output: output.to_string() }
    }

    #[test]
    fn an_erratum_needs_its_witness() {
        let erratum = row(Kind::Erratum { here: "diffluent".to_string(), why: "because".to_string() });
        let without = judge(&erratum, Some(&ended(r#"{"verdict": "diffluent", "witness": null, "invariants": []}"#)));
        assert_eq!(without.status, Status::Disagree);
        let with = judge(&erratum, Some(&ended(r#"{"verdict": "diffluent", "witness": {}}"#)));
        assert_eq!(with.status, Status::Erratum);
        let published = judge(&erratum, Some(&ended(r#"{"verdict": "confluent", "witness": {}}"#)));
        assert_eq!(published.status, Status::Disagree);
    }

    #[test]
    fn a_file_that_is_not_there_is_no_answer() {
        let pinned = Row { value: "/diagnostics/0/code".to_string(), ..row(Kind::Own { here: "E0601".to_string() }) };
        let refused =
            r#"{"verdict": null, "diagnostics": [{"code": "E0601", "severity": "error", "message": "none"}]}"#;
        assert_eq!(judge(&pinned, Some(&ended(refused))).status, Status::Disagree);
    }

    #[test]
    fn exit_codes_and_missing_values_count() {
        let verdict = row(Kind::Verdict);
        assert_eq!(judge(&verdict, Some(&ended(r#"{"verdict": "confluent"}"#))).status, Status::Agree);
        assert_eq!(judge(&verdict, Some(&ended("{}"))).status, Status::Disagree);
        assert_eq!(judge(&verdict, Some(&ended("panicked"))).status, Status::Disagree);
        assert_eq!(judge(&verdict, Some(&Run::TimedOut)).status, Status::Disagree);
        for code in [None, Some(101), Some(130)] {
            let crashed = Run::Ended { code, output: r#"{"verdict": "confluent"}"#.to_string() };
            assert_eq!(judge(&verdict, Some(&crashed)).status, Status::Disagree, "{code:?}");
        }
        let exit = Row { exit: Some(1), ..verdict };
        assert_eq!(judge(&exit, Some(&ended(r#"{"verdict": "confluent"}"#))).status, Status::Disagree);
    }
}
