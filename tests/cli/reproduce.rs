//! `reproduce` on small artifacts made for the test: how rows stand, exit codes, refusals, what is written.

use crate::invocation::{Output, binary, directory, watershed};
use crate::schemas::{errors, strict};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const DIFFLUENT: &str = "nodes n; g(#n); m(#n)@async :- g(#n); h(#n)@async :- g(#n); seen() :- m(), h(); output seen;";
const CONFLUENT: &str = "nodes n; q(#n, 1); p(X) :- q(X);";

/// An artifact `small` with these rows and two programs, in a directory of its own.
fn artifact(rows: &str) -> tempfile::TempDir {
    let all = directory();
    let folder = all.path().join("small");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("diffluent.ded"), DIFFLUENT).expect("a program");
    std::fs::write(folder.join("confluent.ded"), CONFLUENT).expect("a program");
    std::fs::write(folder.join("published.toml"), format!("paper = \"A paper\"\nread = \"paper\"\n{rows}"))
        .expect("rows");
    all
}

fn reproduce(all: &Path, more: &[&str]) -> Output {
    watershed(&[&["reproduce", "--artifacts", &all.display().to_string()], more].concat())
}

const AGREE: &str =
    "[[row]]\nname = \"join\"\npublished = \"diffluent\"\ncommand = [\"check\", \"diffluent.ded\"]\nexit = 1\n";

#[test]
fn rows_that_agree_are_a_yes() {
    let all = artifact(AGREE);
    let output = reproduce(all.path(), &[]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.contains("agree: 1 agree"), "{}", output.stdout);
    // Nothing was written, and that is said.
    assert!(output.stderr.contains("W1501") && !all.path().join("small/results.md").exists(), "{}", output.stderr);
    let json = reproduce(all.path(), &["--format", "json"]).json();
    let row = &json["artifacts"][0]["rows"][0];
    assert_eq!(
        (&json["verdict"], &row["status"], &row["here"]),
        (&"agree".into(), &"agree".into(), &"diffluent".into())
    );
}

#[test]
fn a_row_that_disagrees_is_a_no_even_beside_one_that_is_missing() {
    let all = artifact(
        "[[row]]\nname = \"wrong\"\npublished = \"diffluent\"\ncommand = [\"check\", \"confluent.ded\"]\n\
         [[row]]\nname = \"later\"\nkind = \"not-yet\"\nreason = \"lattices\"\n",
    );
    let output = reproduce(all.path(), &[]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for part in ["expected diffluent", "disagree: 1 not yet, 1 disagree", "lattices"] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
}

#[test]
fn what_is_missing_is_inconclusive() {
    let all = artifact(&format!("{AGREE}[[row]]\nname = \"later\"\nkind = \"not-yet\"\nreason = \"lattices\"\n"));
    let output = reproduce(all.path(), &["--format", "json"]);
    assert_eq!((output.code, &output.json()["verdict"]), (Some(3), &"not-yet".into()), "{output:?}");
    let schema = strict("reproduce");
    assert_eq!(errors(&schema, &output.json()), [""; 0]);
    let broken =
        artifact(&format!("{AGREE}{}", AGREE.replace("join", "other").replace("[\"check\", ", "[\"check\", \"-x\", ")));
    for options in [&[][..], &["--timeout", "0"], &["--list"]] {
        let json = reproduce(broken.path(), &[&["--format", "json"], options].concat()).json();
        assert_eq!(errors(&schema, &json), [""; 0], "{json:#}");
    }
}

#[test]
fn errata_need_their_witness() {
    let erratum = |program: &str, published: &str, here: &str| {
        artifact(&format!(
            "[[row]]\nname = \"e\"\nkind = \"erratum\"\npublished = \"{published}\"\nhere = \"{here}\"\n\
             erratum = \"semantics, erratum 0: for a test\"\ncommand = [\"check\", \"{program}.ded\"]\n"
        ))
    };
    let with = reproduce(erratum("diffluent", "confluent", "diffluent").path(), &["-q"]);
    assert_eq!((with.code, with.stdout.as_str()), (Some(0), "agree: 1 erratum\n"), "{with:?}");
    let without = reproduce(erratum("confluent", "diffluent", "confluent").path(), &[]);
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.stdout.contains("an erratum needs a witness"), "{}", without.stdout);
    let same = reproduce(erratum("diffluent", "diffluent", "diffluent").path(), &[]);
    assert_eq!((same.code, same.stderr.contains("E1501")), (Some(2), true), "{same:?}");
}

#[test]
fn a_program_that_is_not_there_and_a_row_that_takes_too_long_disagree() {
    let all =
        artifact("[[row]]\nname = \"gone\"\nkind = \"own\"\nhere = \"null\"\ncommand = [\"check\", \"gone.ded\"]\n");
    let output = reproduce(all.path(), &[]);
    assert_eq!((output.code, output.stdout.contains("E0601")), (Some(1), true), "{output:?}");
    let output = reproduce(artifact(AGREE).path(), &["--timeout", "0"]);
    assert_eq!((output.code, output.stdout.contains("longer than `--timeout`")), (Some(1), true), "{output:?}");
}

#[test]
fn what_is_written_is_what_is_compared() {
    let chart = "[[row]]\nname = \"states\"\nkind = \"own\"\nhere = \"1\"\nvalue = \"/statistics/states\"\n\
                 command = [\"explore\", \"confluent.ded\"]\n\
                 [[chart]]\nfile = \"figures/bars.svg\"\ntitle = \"States\"\nunit = \"states\"\ngroups = [\"one\"]\n\
                 series = [{ name = \"explored\", rows = [\"states\"] }]\n";
    let all = artifact(&format!("{AGREE}{chart}"));
    let output = reproduce(all.path(), &["small", "--write"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output:?}");
    let results = std::fs::read_to_string(all.path().join("small/results.md")).expect("results.md");
    assert!(results.contains("| join |  |  | diffluent | diffluent | agree |"), "{results}");
    assert!(std::fs::read_to_string(all.path().join("small/figures/bars.svg")).expect("bars").contains("<svg"));
    assert_eq!(reproduce(all.path(), &[]).stderr, "", "nothing differs now");
    std::fs::write(all.path().join("small/results.md"), results + "more").expect("a changed file");
    assert!(reproduce(all.path(), &[]).stderr.contains("W1501"));
}

/// A row that agrees, with one more word in its command.
fn writing(word: &str) -> String {
    AGREE.replace("\"diffluent.ded\"]", &format!("\"diffluent.ded\", \"{word}\"]"))
}

#[test]
fn malformed_descriptions_are_refused_with_their_place() {
    for (rows, part) in [
        ("[[row]]\nname = \"a\"\nsurprise = 1\n", "surprise"),
        ("[[row]]\nname = \"a\"\npublished = \"x\"\n", "expected `command` in a row of this kind (`a`)"),
        ("[[row]]\nname = \"a\"\nkind = \"own\"\npublished = \"x\"\n", "expected `here`"),
        ("[[row]]\nname = \"a\"\npublished = \"x\"\ncommand = [\"reproduce\"]\n", "found `reproduce`"),
        (&format!("{AGREE}{AGREE}"), "found `join` again"),
        ("[[figure]]\nfile = \"../out.svg\"\ntitle = \"t\"\ncommand = [\"check\"]\n", "below the folder"),
        (
            "[[figure]]\nfile = \"a.svg\"\ntitle = \"t\"\ncommand = [\"fmt\", \"--write\", \"confluent.ded\"]\n",
            "found `fmt`",
        ),
        ("[[figure]]\nfile = \"/tmp/out.svg\"\ntitle = \"t\"\ncommand = [\"check\"]\n", "below the folder"),
        (
            &format!(
                "{AGREE}[[figure]]\nfile = \"f/a.svg\"\ntitle = \"t\"\ncommand = [\"check\"]\n\
                 [[figure]]\nfile = \"f//./a.svg\"\ntitle = \"t\"\ncommand = [\"check\"]\n"
            ),
            "found `f//./a.svg` again",
        ),
        (&writing("--witness\", \"../../w.json"), "writes no file, found `--witness`"),
        (&writing("--checkpoint=../c"), "writes no file, found `--checkpoint=../c`"),
        (&writing("-qo../out"), "writes no file, found `-qo../out`"),
        ("", "expected rows"),
        ("[[row]]\nname = \"a\"\nkind = \"not-yet\"\nreason = \" \"\n", "expected a text as `reason`"),
        ("[[row]]\nname = \"a\"\nkind = \"not-yet\"\nreason = \"r\"\nexit = 1\n", "expected no `exit`"),
        (
            "[[row]]\nname = \"a\"\nkind = \"not-yet\"\nreason = \"r\"\n[[chart]]\nfile = \"a.svg\"\ntitle = \"t\"\n\
             unit = \"u\"\ngroups = [\"g\"]\nseries = [{ name = \"s\", rows = [\"a\"] }]\n",
            "found `a`, which is not yet",
        ),
        ("[[row\n", "E1501"),
    ] {
        let all = artifact(rows);
        let output = reproduce(all.path(), &[]);
        assert_eq!(output.code, Some(2), "{output:?}");
        assert!(output.stderr.contains(part) && output.stderr.contains("published.toml:"), "{part}: {}", output.stderr);
        let json = reproduce(all.path(), &["--format", "json"]).json();
        assert_eq!((&json["verdict"], &json["diagnostics"][0]["code"]), (&serde_json::Value::Null, &"E1501".into()));
    }
}

#[test]
fn names_are_looked_up() {
    let all = artifact(AGREE);
    let output = reproduce(all.path(), &["smal"]);
    assert_eq!((output.code, output.stderr.contains("did you mean `small`?")), (Some(2), true), "{output:?}");
    let listed = reproduce(all.path(), &["--list"]);
    assert_eq!((listed.code, listed.stdout.contains("small    1 rows  A paper")), (Some(0), true), "{listed:?}");
    let json = reproduce(all.path(), &["--list", "--format", "json"]).json();
    let row = &json["artifacts"][0]["rows"][0];
    assert_eq!((&json["verdict"], &row["name"], &row["status"]), (&Value::Null, &"join".into(), &Value::Null));
    let nowhere = watershed(&["reproduce", "--artifacts", "no/such"]);
    assert_eq!((nowhere.code, nowhere.stderr.contains("E1502")), (Some(2), true), "{nowhere:?}");
}

/// A chart of what disagrees may have nothing to draw: the row is the answer. Figures are compared like all that is generated.
#[test]
fn a_figure_that_cannot_be_drawn_or_differs_is_told() {
    let chart = "[[row]]\nname = \"states\"\nkind = \"own\"\nhere = \"HERE\"\ncommand = [\"check\", \"confluent.ded\"]\n\
                 [[chart]]\nfile = \"bars.svg\"\ntitle = \"t\"\nunit = \"u\"\ngroups = [\"g\"]\n\
                 series = [{ name = \"s\", rows = [\"states\"] }]\n";
    for (here, code) in [("confluent", 2), ("diffluent", 1)] {
        let output = reproduce(artifact(&chart.replace("HERE", here)).path(), &[]);
        assert_eq!((output.code, output.stderr.contains("E1504")), (Some(code), true), "{output:?}");
    }
    let figure = "[[figure]]\nfile = \"run.svg\"\ntitle = \"t\"\n\
                  command = [\"check\", \"diffluent.ded\", \"--format\", \"svg\"]\n";
    let all = artifact(&format!("{AGREE}{figure}"));
    let written = reproduce(all.path(), &["--write"]);
    assert_eq!((written.code, written.stderr.as_str()), (Some(0), ""), "{written:?}");
    let picture = all.path().join("small/run.svg");
    std::fs::write(&picture, "<svg></svg>").expect("a changed picture");
    assert!(reproduce(all.path(), &[]).stderr.contains("run.svg` is not what was found"));
    std::fs::remove_file(&picture).expect("removed");
    std::fs::create_dir(&picture).expect("a directory in its place");
    assert_eq!(reproduce(all.path(), &["--write"]).code, Some(2), "what cannot be written is no answer");
}

/// Interrupted, it says so, ends the row that runs, and gives no verdict on what it did not look at.
#[test]
fn a_signal_ends_it_with_what_was_found() {
    let all =
        artifact("[[row]]\nname = \"endless\"\npublished = \"confluent\"\ncommand = [\"explore\", \"endless.ded\"]\n");
    let counter = "nodes n; tick(#n, 0)@1; tick(#n, X + 1)@next :- tick(#n, X);";
    std::fs::write(all.path().join("small/endless.ded"), counter).expect("a program");
    let child = binary()
        .args(["reproduce", "--format", "json", "--artifacts", &all.path().display().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    std::thread::sleep(Duration::from_millis(1500));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report so far");
    assert_eq!((&json["verdict"], &json["artifacts"]), (&"inconclusive".into(), &serde_json::json!([])));
}
