//! The commands for editing and installing, as a person runs them: `fmt`, `explain`, `completions`, `man`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use watershed::diagnostic::codes::TABLE;

/// What a call prints on standard output and standard error, and its exit code.
fn call(arguments: &[&str], input: &str) -> (String, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_watershed"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().expect("no signal"))
}

fn path(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, text).expect("a file can be written");
    path.to_str().expect("UTF-8").to_string()
}

const UGLY: &str = "// a note\np(X)@next<-p( X ). /* c */ p(#a).\n";
const LAID_OUT: &str = "// a note\np(X)@next :- p(X);\n";

#[test]
fn fmt_prints_writes_and_checks() {
    let directory = tempfile::tempdir().expect("a directory");
    let ugly = path(directory.path(), "ugly.ded", UGLY);
    let (shown, errors, exit) = call(&["fmt", &ugly], "");
    assert!(shown.starts_with(LAID_OUT) && shown.contains("/* c */") && exit == 0, "{shown}{errors}");
    assert_eq!(fs::read_to_string(&ugly).expect("still there"), UGLY);

    let tidy = path(directory.path(), "tidy.ded", &shown);
    let (named, _, exit) = call(&["fmt", "--check", &ugly, &tidy], "");
    assert_eq!((named, exit), (format!("{ugly}\n"), 1));
    assert_eq!(call(&["fmt", "--check", "-q", &ugly, &tidy], ""), (format!("{ugly}\n"), String::new(), 1));
    assert_eq!(call(&["fmt", "--write", &ugly, &tidy], "").2, 0);
    assert_eq!(fs::read_to_string(&ugly).expect("still there"), shown);
    assert_eq!(call(&["fmt", "--check", &ugly, &tidy], ""), (String::new(), String::new(), 0));
    let left = fs::read_dir(directory.path()).expect("a directory").count();
    assert_eq!(left, 2, "a file is left over");
}

#[test]
fn fmt_reads_standard_input_and_empty_files() {
    assert_eq!(call(&["fmt", "-"], "p ( X ) <- q(X).").0, "p(X) :- q(X);\n");
    assert_eq!(call(&["fmt", "--write", "-"], "p ( X ) <- q(X).").0, "p(X) :- q(X);\n");
    assert_eq!(call(&["fmt", "--check", "-"], "p ( X ) <- q(X).").2, 1);
    assert_eq!(call(&["fmt", "-"], ""), (String::new(), String::new(), 0));
}

#[test]
fn fmt_leaves_wrong_files_as_they_are_and_does_the_others() {
    let directory = tempfile::tempdir().expect("a directory");
    let wrong = path(directory.path(), "wrong.ded", "p( :- q(X);\n");
    let ugly = path(directory.path(), "ugly.ded", UGLY);
    let (shown, errors, exit) = call(&["fmt", "--write", &wrong, &ugly, "no-such.ded"], "");
    assert_eq!((shown.as_str(), exit), ("", 2));
    assert!(errors.contains("E0102") && errors.contains("wrong.ded") && errors.contains("E0601"), "{errors}");
    assert_eq!(fs::read_to_string(&wrong).expect("still there"), "p( :- q(X);\n");
    assert!(fs::read_to_string(&ugly).expect("still there").starts_with(LAID_OUT));
}

#[test]
fn fmt_takes_each_file_by_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    path(directory.path(), "other.ded", "p( :- q(X);");
    let including = path(directory.path(), "including.ded", "include \"other.ded\".\ninclude \"nowhere.ded\".\n");
    let expected = "include \"other.ded\";\ninclude \"nowhere.ded\";\n";
    assert_eq!(call(&["fmt", &including], ""), (expected.to_string(), String::new(), 0));
}

#[cfg(unix)]
#[test]
fn fmt_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = tempfile::tempdir().expect("a directory");
    let ugly = path(directory.path(), "ugly.ded", UGLY);
    fs::set_permissions(&ugly, fs::Permissions::from_mode(0o640)).expect("rights can be set");
    let link = directory.path().join("link.ded");
    symlink(&ugly, &link).expect("a link");
    assert_eq!(call(&["fmt", "--write", link.to_str().expect("UTF-8")], "").2, 0);
    assert!(link.symlink_metadata().expect("the link").is_symlink());
    assert!(fs::read_to_string(&ugly).expect("still there").starts_with(LAID_OUT));
    assert_eq!(fs::metadata(&ugly).expect("still there").permissions().mode() & 0o777, 0o640);
}

#[test]
fn explain_knows_every_code_and_lists_them() {
    let (list, _, exit) = call(&["explain"], "");
    assert_eq!((list.lines().count(), exit), (TABLE.len(), 0));
    let (code, title, explanation) = TABLE[0];
    let (text, _, exit) = call(&["explain", &code.to_lowercase()], "");
    assert_eq!((text, exit), (format!("{code}: {title}\n\n{explanation}\n"), 0));

    let (json, _, _) = call(&["explain", "--format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["codes"].as_array().map(Vec::len), Some(TABLE.len()));
    assert_eq!((&json["codes"][0]["code"], &json["codes"][0]["severity"]), (&code.into(), &"error".into()));

    let listed: Vec<&str> = list.lines().map(|line| &line[..5]).collect();
    assert!(listed.is_sorted() && listed.contains(&"E1206"), "{list}");
    let codes = json["codes"].as_array().expect("a list");
    assert!(codes.iter().map(|code| code["code"].as_str().expect("a code")).eq(listed));
}

#[test]
fn explain_names_codes_that_are_like_an_unknown_one() {
    let (shown, errors, exit) = call(&["explain", "E0191"], "");
    assert_eq!((shown.as_str(), exit), ("", 2));
    assert!(errors.contains("E0611") && errors.contains("`E0101`"), "{errors}");
    let (json, _, exit) = call(&["explain", "E9999", "--format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["diagnostics"][0]["code"], exit), (&"E0611".into(), 2));
}

#[test]
fn shells_and_manuals_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (script, _, exit) = call(&["completions", shell], "");
        assert!(exit == 0 && script.contains("classify") && script.contains("max-states"), "{shell}");
    }
    assert_eq!(call(&["completions", "tcsh"], "").2, 2);
    let (page, _, exit) = call(&["man"], "");
    assert!(exit == 0 && page.contains(".TH watershed 1") && page.contains("classify"), "{page}");
    let (page, _, exit) = call(&["man", "check"], "");
    assert!(exit == 0 && page.contains("watershed\\-check") && page.contains("max\\-states"), "{page}");
    let (_, errors, exit) = call(&["man", "chekc"], "");
    assert!(exit == 2 && errors.contains("E0606") && errors.contains("classify"), "{errors}");
}
