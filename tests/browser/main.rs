//! Pages in a browser: they open, step with keys, show the difference, and run nothing of what a program's symbols say.
//!
//! `make browser` gets Chromium and what drives it; without them this test says that it is skipped. The checks are in `pages.py`. Pages and
//! screenshots stay in the directory that `WATERSHED_SCREENSHOTS` names, if it names one.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// If set, a missing browser fails the test.
const REQUIRE: &str = "WATERSHED_REQUIRE_BROWSER";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Python that can drive a browser; `None`, with a message, if there is none, or no browser.
fn driver() -> Option<PathBuf> {
    let python = root().join(".venv/bin/python");
    let script = "import shutil, playwright; raise SystemExit(0 if shutil.which('chromium') else 1)";
    let mut command = Command::new(&python);
    command.args(["-c", script]).stdout(Stdio::null()).stderr(Stdio::null());
    if command.status().is_ok_and(|status| status.success()) {
        return Some(python);
    }
    assert!(env::var_os(REQUIRE).is_none(), "{REQUIRE} is set, and there is no Chromium or no playwright in .venv");
    eprintln!("skipped: no Chromium, or no playwright in .venv (make browser)");
    None
}

/// Writes a page; the exit code is the answer's.
fn page(directory: &Path, name: &str, arguments: &[&str], exit: i32) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_watershed"))
        .args(arguments)
        .args(["--format", "html", "--quiet", "-o"])
        .arg(directory.join(name))
        .current_dir(root())
        .output()
        .expect("watershed runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {said}");
    fs::read(directory.join(name)).expect("a page")
}

#[test]
fn pages_in_a_browser() {
    let Some(python) = driver() else { return };
    let temporary = tempfile::tempdir().expect("a directory for pages");
    let kept = env::var_os("WATERSHED_SCREENSHOTS").map(PathBuf::from);
    let directory = kept.unwrap_or_else(|| temporary.path().to_path_buf());
    fs::create_dir_all(&directory).expect("a directory for pages");
    let witness = directory.join("witness.json");
    let witness = witness.to_str().expect("a path in UTF-8");

    let marriage = "benchmarks/programs/papers/marriage.ded";
    page(&directory, "marriage.html", &["check", marriage, "--witness", witness], 1);
    page(&directory, "replayed.html", &["replay", marriage, "--schedule", witness], 0);
    page(&directory, "coordinate.html", &["coordinate", marriage], 0);
    page(&directory, "wide.html", &["check", "tests/report/wide.ded"], 1);
    page(&directory, "violated.html", &["check", "benchmarks/programs/paxos/mutant-no-promise-check.ded"], 1);
    let kafka = "benchmarks/programs/faults/kafka.ded";
    page(&directory, "faults.html", &["faults", kafka, "--eot", "6", "--eff", "4", "--crashes", "1"], 1);
    let register = "benchmarks/programs/faults/register.ded";
    page(&directory, "async.html", &["faults", register, "--async", "--omissions", "0"], 1);
    let takeover = "benchmarks/programs/paxos/takeover.ded";
    page(&directory, "explored.html", &["explore", "benchmarks/programs/kvs/diverging.ded"], 1);
    page(&directory, "bound.html", &["explore", takeover, "--no-reduction", "--max-states", "300"], 3);
    let scripted = "tests/browser/scripted.ded";
    page(&directory, "scripted.html", &["check", scripted], 1);
    page(&directory, "scripted-run.html", &["run", scripted], 0);
    page(&directory, "scripted-coordinate.html", &["coordinate", scripted], 0);

    let output = Command::new(python)
        .arg(root().join("tests/browser/pages.py"))
        .arg(&directory)
        .output()
        .expect("the checks run");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 10, "{said}");
}
