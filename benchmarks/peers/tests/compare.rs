//! `compare` against a stand-in for Watershed: a script that prints a fixed report.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Checks what it is called with, prints the counts for `states` and ends as if the outcomes diverged.
fn stand_in(folder: &Path, states: u64) -> std::path::PathBuf {
    let path = folder.join(format!("watershed-{states}"));
    let script = format!(
        r#"#!/bin/sh
[ "$1 $2 $3 $4 $5 $6" = "explore --no-reduction --format json --max-states 2000000" ] || exit 9
[ "$7" = "--more" ] || exit 9
[ "$(grep -c '^go(#c, s, x[123])@1;$' "$8")" = 3 ] || exit 9
echo '{{"statistics": {{"states": {states}, "transitions": 79, "wall_seconds": 0.5, "peak_bytes": 2700}}}}'
exit 1
"#
    );
    fs::write(&path, script).expect("the folder is writable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    path
}

fn compare(watershed: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["--n", "3", "-k", "2", "--threads", "1", "--watershed"])
        .arg(watershed)
        .args(["--", "--more"])
        .output()
        .expect("cargo has built the program")
}

// One test, so that no other thread forks while a script is open for writing.
#[test]
fn stand_ins() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let right = compare(&stand_in(folder.path(), 27));
    let table = String::from_utf8_lossy(&right.stdout);
    let message = String::from_utf8_lossy(&right.stderr);
    assert_eq!(right.status.code(), Some(0), "{message}");
    let row = table.lines().find(|line| line.starts_with("watershed"));
    let cells: Vec<&str> = row.expect("Watershed has a row").split_whitespace().collect();
    assert_eq!(cells[1..4], ["27", "79", "0.500"]);
    assert_eq!(cells[5..], ["54", "100.0"]);
    for search in ["bfs", "dfs"] {
        let name = format!("stateright {search}, 1 thread ");
        assert_eq!(table.matches(&name).count(), 2, "{table}");
    }

    let wrong = compare(&stand_in(folder.path(), 26));
    let message = String::from_utf8_lossy(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(message.contains("watershed counted 26 states and 79 transitions, not 27 and 79"), "{message}");
}
