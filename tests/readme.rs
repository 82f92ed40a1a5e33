//! README's `console` blocks: every command is run, what it prints is compared with what is written below it.
//!
//! `WATERSHED_BLESS=1` writes what is printed into README instead (docs/readme.sh). The commands run one after the other in
//! one empty directory that has the project's `benchmarks` in it.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const FENCE: &str = "```console";

#[test]
#[cfg_attr(not(feature = "z3"), ignore = "some of its answers need the solver")]
fn readme_shows_what_its_commands_print() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = root.join("README.md");
    let written = fs::read_to_string(&page).expect("README.md");
    let directory = tempfile::tempdir().expect("a directory for the commands");
    std::os::unix::fs::symlink(root.join("benchmarks"), directory.path().join("benchmarks")).expect("a link");

    let (printed, commands) = run_all(&written, directory.path());
    assert!(commands >= 5, "README shows {commands} commands");
    let [old, new] = [&written, &printed].map(|page| page.lines().map(timeless).collect::<Vec<_>>());
    if old == new {
        return;
    }
    if env::var_os("WATERSHED_BLESS").is_some() {
        fs::write(&page, printed).expect("README.md can be written");
        return;
    }
    let line = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let at = |page: &[String]| page.get(line).cloned().unwrap_or_default();
    panic!(
        "README.md does not show what its commands print; docs/readme.sh writes it\nline {}\n  written: {}\n  printed: {}",
        line + 1,
        at(&old),
        at(&new)
    );
}

/// A line without what differs from run to run: `0.01 s, peak 1.2 MiB`.
fn timeless(line: &str) -> String {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    match line.split_once(" s, peak ") {
        Some((before, after)) => {
            let unit = after.trim_start_matches(number);
            format!("{}N s, peak N{unit}", before.trim_end_matches(number))
        }
        None => line.to_string(),
    }
}

#[test]
fn only_time_and_memory_are_passed_over() {
    assert_eq!(timeless("7 states, 0.01 s, peak 1.2 MiB"), timeless("7 states, 12.5 s, peak 340.0 MiB"));
    assert_ne!(timeless("7 states, 0.01 s, peak 1.2 MiB"), timeless("8 states, 0.01 s, peak 1.2 MiB"));
    assert_ne!(timeless("a"), timeless("b"));
}

/// The page with the output of its commands in place of what was there, and the number of commands.
fn run_all(page: &str, directory: &Path) -> (String, usize) {
    let (mut text, mut commands, mut exit) = (String::new(), 0, 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        if line != FENCE {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            text.push_str(&format!("{line}\n"));
            let output;
            (output, exit) = run(command, exit, directory);
            for line in output.lines() {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            commands += 1;
        }
        text.push_str("```\n");
    }
    (text, commands)
}

/// What a command prints on both streams, and its exit code; `before` is what `$?` gives in it.
fn run(command: &str, before: i32, directory: &Path) -> (String, i32) {
    let binary = Path::new(env!("CARGO_BIN_EXE_watershed"));
    let mut path = binary.parent().expect("the binary is in a directory").as_os_str().to_os_string();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; (exit {before}); {command}")])
        .current_dir(directory)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .expect("sh runs");
    let text = String::from_utf8(output.stdout).expect("commands print UTF-8");
    (text, output.status.code().expect("no signal ends a command"))
}
