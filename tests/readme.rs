//! README's `console` blocks: every command is run, what it prints is compared with what is written below it.
//!
//! `WATERSHED_BLESS=1` writes what is printed into README instead (docs/readme.sh). The commands run one after the other in
//! one empty directory that has the project's `benchmarks` in it.

#![cfg(unix)]

#[path = "pages/commands.rs"]
mod commands;

use std::fs;
use std::path::PathBuf;

use commands::timeless;

#[test]
#[cfg_attr(not(feature = "z3"), ignore = "some of its answers need the solver")]
fn readme_shows_what_its_commands_print() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = root.join("README.md");
    let written = fs::read_to_string(&page).expect("README.md");
    let directory = tempfile::tempdir().expect("a directory for the commands");
    std::os::unix::fs::symlink(root.join("benchmarks"), directory.path().join("benchmarks")).expect("a link");

    let (printed, commands) = commands::run_all(&written, directory.path());
    assert!(commands >= 5, "README shows {commands} commands");
    commands::compare(&page, &written, &printed).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn only_time_and_memory_are_passed_over() {
    assert_eq!(timeless("7 states, 0.01 s, peak 1.2 MiB"), timeless("7 states, 12.5 s, peak 340.0 MiB"));
    assert_ne!(timeless("7 states, 0.01 s, peak 1.2 MiB"), timeless("8 states, 0.01 s, peak 1.2 MiB"));
    assert_ne!(timeless("a"), timeless("b"));
}
