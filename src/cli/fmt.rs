//! `fmt`: files in the one canonical layout, each by itself. Comments stay; includes are neither followed nor needed.

use super::Exit;
use super::session::Session;
use crate::diagnostic::any_error;
use crate::source::SourceMap;
use crate::syntax::load::{Input, Loaded, load_alone};
use crate::syntax::{parser, print::print};
use clap::Args;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// `fmt`.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Files to lay out; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<OsString>,
    /// Change the files in place instead of printing them
    #[arg(long, conflicts_with = "check")]
    pub write: bool,
    /// Change nothing: name the files that would change and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// Runs `fmt`. A file with mistakes of syntax is reported and left as it is; the other files are still done.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let mut shown = String::new();
    let mut differing = false;
    let mut wrong = false;
    for argument in &arguments.files {
        let loaded = load_alone(&Input::from_argument(argument));
        session.report(&loaded.sources, &loaded.diagnostics);
        let Some((name, text, laid_out)) = laid_out(&loaded) else {
            wrong = true;
            continue;
        };
        if arguments.check {
            if text != laid_out {
                differing = true;
                shown.push_str(&format!("{name}\n"));
            }
        } else if !arguments.write || argument == "-" {
            shown.push_str(&laid_out);
        } else if text != laid_out {
            wrong |= !session.write_file(&real_place(Path::new(argument)), &laid_out);
        }
    }
    let exit = match (wrong, differing) {
        (true, _) => Exit::Wrong,
        (_, true) => Exit::No,
        _ => Exit::Yes,
    };
    let printed = session.print(&shown, exit);
    if arguments.check && differing {
        session.print_aside("These files are not laid out by `watershed fmt`; `watershed fmt --write` does it.\n");
    }
    printed
}

/// A file's name, its text, and the text laid out; nothing if it has mistakes.
///
/// # Panics
/// If the new text does not say what the old one says: an internal error, and better than a spoilt file.
fn laid_out(loaded: &Loaded) -> Option<(&str, &str, String)> {
    let tree = loaded.trees.first()?;
    if any_error(&loaded.diagnostics) {
        return None;
    }
    let (_, file) = loaded.sources.files().next()?;
    let text = print(tree);
    let mut sources = SourceMap::new();
    let id = sources.add(file.name.as_str(), text.as_str());
    let (again, diagnostics) = parser::parse(&sources, id);
    assert!(
        !any_error(&diagnostics) && again.without_spans() == tree.clone().without_spans(),
        "internal error: the layout of {} changes what it says",
        file.name
    );
    Some((&file.name, &file.text, text))
}

/// Where a file really is, so that a symbolic link stays one.
fn real_place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}
