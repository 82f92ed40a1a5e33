//! The book, docs/book: every command in it is run, every program in it is read, every link in it leads somewhere.
//!
//! A chapter's commands run one after the other in a directory of its own that has the project's `benchmarks` in it, and the files that the
//! chapter shows: a listing whose first line names a file (`// kvs.ded`) is that file for the commands below it. `WATERSHED_BLESS=1` writes
//! what is printed into the chapters instead (docs/readme.sh).
//!
//! Every `dedalus` listing is a program that `classify` accepts, or that is refused with the codes that it is marked with: `dedalus,refused=E0401`.

#![cfg(unix)]

#[path = "pages/commands.rs"]
mod commands;
#[path = "pages/links.rs"]
mod links;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use commands::{Block, Piece};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn source() -> PathBuf {
    root().join("docs/book/src")
}

/// The chapters that SUMMARY.md lists, in its order.
fn chapters() -> Vec<PathBuf> {
    let summary = fs::read_to_string(source().join("SUMMARY.md")).expect("SUMMARY.md");
    let files = summary.lines().flat_map(links::targets).map(|file| source().join(file)).collect::<Vec<_>>();
    assert!(files.len() >= 8, "SUMMARY.md lists {} chapters", files.len());
    files
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).expect("a chapter");
    let blocks = commands::pieces(&text).into_iter();
    blocks.filter_map(|piece| if let Piece::Block(block) = piece { Some(block) } else { None }).collect()
}

/// An empty directory with the project's `benchmarks`.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory for the commands");
    std::os::unix::fs::symlink(root().join("benchmarks"), directory.path().join("benchmarks")).expect("a link");
    directory
}

#[test]
#[cfg_attr(not(feature = "z3"), ignore = "some of its answers need the solver")]
fn chapters_show_what_their_commands_print() {
    let (mut differences, mut commands) = (Vec::new(), 0);
    for chapter in chapters() {
        let written = fs::read_to_string(&chapter).expect("a chapter");
        let (printed, run) = commands::run_all(&written, directory().path());
        let silent = printed
            .lines()
            .zip(printed.lines().skip(1))
            .find(|(line, next)| line.starts_with("$ ") && (next.starts_with("$ ") || *next == "```"));
        assert!(silent.is_none(), "{}: a command that prints nothing: {silent:?}", chapter.display());
        differences.extend(commands::compare(&chapter, &written, &printed).err());
        commands += run;
    }
    assert!(commands >= 40, "the book shows {commands} commands");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn programs_are_what_the_book_says_of_them() {
    let mut wrong = Vec::new();
    for chapter in chapters() {
        let directory = directory();
        for (number, block) in blocks(&chapter).into_iter().enumerate() {
            if block.language() != "dedalus" {
                continue;
            }
            let name = block.file().map_or_else(|| format!("listing-{number}.ded"), str::to_string);
            fs::write(directory.path().join(&name), &block.text).expect("a listing can be written");
            let (printed, exit) = commands::run(&format!("watershed classify --quiet {name}"), 0, directory.path());
            let refused =
                block.info.split(',').filter_map(|word| word.strip_prefix("refused=")).collect::<BTreeSet<_>>();
            let codes = printed
                .lines()
                .filter_map(|line| line.strip_prefix("error[")?.split(']').next())
                .collect::<BTreeSet<_>>();
            if codes != refused || exit != if refused.is_empty() { 0 } else { 2 } {
                wrong.push(format!(
                    "{}: refused with {codes:?}, not {refused:?}:\n{}{printed}",
                    chapter.display(),
                    block.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn blocks_are_of_kinds_that_are_tested() {
    for chapter in chapters() {
        let text = fs::read_to_string(&chapter).expect("a chapter");
        let indented = text.lines().find(|line| line.starts_with(' ') && line.trim_start().starts_with("```"));
        assert!(indented.is_none(), "{}: blocks in lists are not run", chapter.display());
        let blocks = blocks(&chapter);
        let shown = blocks.iter().flat_map(Block::commands).collect::<BTreeSet<_>>();
        for block in &blocks {
            let page = chapter.display();
            match block.language() {
                "console" | "dedalus" | "toml" => {}
                // The steps of a workflow are commands that the chapter shows in a `console` block, too.
                "yaml" => {
                    for step in block.text.lines().filter_map(|line| line.trim_start().strip_prefix("run: ")) {
                        let is_shown = shown.iter().any(|command| command.split(';').next() == Some(step));
                        assert!(is_shown, "{page}: the step `{step}` is run nowhere");
                    }
                }
                // Grammar.
                "text" => {
                    assert!(!block.text.contains("watershed "), "{page}: a command that nothing runs:\n{}", block.text)
                }
                other => panic!("{page}: nothing is known of blocks of `{other}`"),
            }
        }
    }
}

#[test]
fn figures_are_those_of_the_benchmarks() {
    let measured = fs::read_to_string(root().join("benchmarks/README.md")).expect("benchmarks/README.md");
    let measured = measured.lines().collect::<BTreeSet<_>>();
    let page = fs::read_to_string(source().join("comparison.md")).expect("comparison.md");
    for heading in ["| system | n | tool |", "| | seconds | bytes a state |"] {
        let table = page.lines().skip_while(|line| !line.starts_with(heading));
        let rows = table.take_while(|line| line.starts_with('|')).collect::<Vec<_>>();
        assert!(rows.len() > 2, "comparison.md quotes no figures below {heading}");
        for row in rows {
            assert!(measured.contains(row), "benchmarks/README.md does not have the row\n{row}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let mut pages = chapters();
    pages.push(source().join("SUMMARY.md"));
    let mistakes = pages.iter().flat_map(|page| links::mistakes(page, &root())).collect::<Vec<_>>();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_chapter_is_in_the_summary() {
    let listed = chapters().into_iter().collect::<BTreeSet<_>>();
    for entry in fs::read_dir(source()).expect("docs/book/src") {
        let page = entry.expect("an entry").path();
        assert!(page.ends_with("SUMMARY.md") || listed.contains(&page), "SUMMARY.md does not list {}", page.display());
    }
}

#[test]
fn broken_pages_would_be_noticed() {
    let directory = directory();
    let page = directory.path().join("page.md");
    let text = "# One, two\n\n[a](page.md#one-two) [b](#one) [c](none.md) [d](https://example.org/#x) `src/none.rs` `src/lib.rs`\n\n```text\n[e](none.md)\n```\n";
    fs::write(&page, text).expect("a page");
    let mistakes = links::mistakes(&page, &root());
    assert_eq!(mistakes.len(), 3, "{mistakes:?}");

    let page = "```dedalus\n// p.ded\noutput p;\np(#n) :- q(#n);\nq(#n, x);\n```\n\n```console\n$ watershed classify p.ded -q | head -n 1; test -f p.ded\nold\n$ echo $?\n```\n";
    let (printed, commands) = commands::run_all(page, directory.path());
    assert_eq!(commands, 2);
    assert!(
        printed.contains("error[E0201]") && printed.contains("$ echo $?\n0\n") && !printed.contains("old"),
        "{printed}"
    );
}

#[test]
fn headings_are_named_as_mdbook_names_them() {
    assert_eq!(links::slug("3. Ultimate models and confluence [C, §2–3]"), "3-ultimate-models-and-confluence-c-23");
    assert_eq!(links::slug("`check --why`"), "check---why");
}
