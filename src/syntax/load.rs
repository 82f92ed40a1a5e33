//! From file names to trees: reads the files of one program and those they include, each once, and parses them.
//!
//! A file is told by its canonical path, so a cycle of includes ends and a file named twice is read once. Includes are
//! looked up beside the file that names them, then beside the first file (semantics §1, §5).

use super::ast::{Ast, ItemKind, StringLiteral};
use super::parser;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, SourceMap, Span};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// A piece of program text and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    Path(PathBuf),
    /// Standard input, read to its end.
    Stdin,
    /// A text that is already in memory. If `name` is the path of a file, it stands for that file: its includes are
    /// looked up beside it, and an include of it is not read from disk.
    Text {
        /// The name in messages.
        name: String,
        /// The program text.
        text: String,
    },
}

impl Input {
    /// A file argument of the command line; `-` is standard input.
    pub fn from_argument(argument: impl Into<OsString>) -> Self {
        let argument = argument.into();
        if argument == "-" { Input::Stdin } else { Input::Path(argument.into()) }
    }
}

/// The files of a program.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Their texts: an input, then what it includes in order, then the next input.
    pub sources: SourceMap,
    /// The tree of each; a [`FileId`] is an index.
    pub trees: Vec<Ast>,
    /// What is wrong with files and syntax.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and parses `inputs` and what they include. What cannot be read is left out and reported.
pub fn load(inputs: &[Input]) -> Loaded {
    let mut loader = Loader { loaded: Loaded::default(), seen: BTreeSet::new(), first: None };
    for input in inputs {
        if let Input::Text { name, .. } = input
            && let Ok(canonical) = fs::canonicalize(name)
        {
            loader.seen.insert(canonical);
        }
    }
    let mut stdin_read = false;
    for input in inputs {
        let (name, directory, text) = match input {
            Input::Stdin if std::mem::replace(&mut stdin_read, true) => continue,
            Input::Stdin => ("<stdin>".to_string(), PathBuf::new(), read_all(io::stdin().lock())),
            Input::Text { name, text } => (name.clone(), directory_of(Path::new(name)), check_size(text)),
            Input::Path(path) => match loader.read_once(path) {
                Some(text) => (path.display().to_string(), directory_of(path), text),
                None => continue,
            },
        };
        loader.first.get_or_insert_with(|| directory.clone());
        match text {
            Ok(text) => loader.add_with_includes(name, directory, text),
            Err(problem) => loader.loaded.diagnostics.push(problem.diagnostic(&name, None)),
        }
    }
    loader.loaded
}

/// Reads and parses one input by itself: its includes are not followed, nor looked for.
pub fn load_alone(input: &Input) -> Loaded {
    let mut loader = Loader { loaded: Loaded::default(), seen: BTreeSet::new(), first: None };
    match read_text(input) {
        Ok((name, text)) => {
            loader.add(name, Path::new(""), text);
        }
        Err(problem) => loader.loaded.diagnostics.push(*problem),
    }
    loader.loaded
}

/// The name and text of one input, whatever it holds.
///
/// # Errors
/// The finding, if it cannot be read.
pub fn read_text(input: &Input) -> Result<(String, String), Box<Diagnostic>> {
    let (name, text) = match input {
        Input::Stdin => ("<stdin>".to_string(), read_all(io::stdin().lock())),
        Input::Text { name, text } => (name.clone(), check_size(text)),
        Input::Path(path) => (path.display().to_string(), read_path(path)),
    };
    match text {
        Ok(text) => Ok((name, text)),
        Err(problem) => Err(Box::new(problem.diagnostic(&name, None))),
    }
}

struct Loader {
    loaded: Loaded,
    /// Canonical paths of the files that have been read.
    seen: BTreeSet<PathBuf>,
    /// The directory of the first input.
    first: Option<PathBuf>,
}

/// An include that has not been followed yet.
struct Pending {
    include: StringLiteral,
    /// The directory of the file that names it.
    directory: PathBuf,
}

impl Loader {
    /// The text of a file; `None` if it has been read before.
    fn read_once(&mut self, path: &Path) -> Option<Result<String, Problem>> {
        match fs::canonicalize(path) {
            Ok(canonical) => self.seen.insert(canonical).then(|| read_path(path)),
            Err(error) => Some(Err(Problem::Unreadable(error.to_string()))),
        }
    }

    /// Parses a text, then follows its includes depth first, with a stack of its own: chains may be long.
    fn add_with_includes(&mut self, name: String, directory: PathBuf, text: String) {
        let mut pending = self.add(name, &directory, text);
        pending.reverse();
        while let Some(Pending { include, directory }) = pending.pop() {
            let Some(path) = self.find(&include.value, &directory) else {
                self.loaded.diagnostics.push(not_found(&include));
                continue;
            };
            let name = path.display().to_string();
            match self.read_once(&path) {
                None => {}
                Some(Err(problem)) => self.loaded.diagnostics.push(problem.diagnostic(&name, Some(include.span))),
                Some(Ok(text)) => {
                    let inner = self.add(name, &directory_of(&path), text);
                    pending.extend(inner.into_iter().rev());
                }
            }
        }
    }

    /// Parses a text; its includes in order.
    fn add(&mut self, name: String, directory: &Path, text: String) -> Vec<Pending> {
        let file: FileId = self.loaded.sources.add(name, text);
        let (tree, mut diagnostics) = parser::parse(&self.loaded.sources, file);
        let includes = tree.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Include(include) => Some(include.clone()),
            _ => None,
        });
        let pending = includes.map(|include| Pending { include, directory: directory.to_path_buf() }).collect();
        self.loaded.trees.push(tree);
        self.loaded.diagnostics.append(&mut diagnostics);
        pending
    }

    /// Where an include is: beside the file that names it, else beside the first file.
    fn find(&self, include: &str, directory: &Path) -> Option<PathBuf> {
        let beside = directory.join(include);
        let beside_first = self.first.iter().map(|first| first.join(include));
        std::iter::once(beside).chain(beside_first).find(|path| path.exists())
    }
}

fn directory_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

fn not_found(include: &StringLiteral) -> Diagnostic {
    let name = super::lexer::clip(&include.value);
    Diagnostic::at(
        codes::INCLUDE_NOT_FOUND,
        include.span,
        format!("expected a file `{name}`, found none of this name"),
        "neither beside this file nor beside the first file of the program",
    )
    .help("an include is named relative to the directory of the file that names it")
}

/// Why a file has no text.
enum Problem {
    Unreadable(String),
    Directory,
    TooLarge,
    NotUtf8 { offset: usize },
}

impl Problem {
    fn diagnostic(self, name: &str, at: Option<Span>) -> Diagnostic {
        let (code, found, help) = match self {
            Problem::Unreadable(error) => {
                (codes::CANNOT_READ, error, "check the name and the rights; `-` stands for standard input".to_string())
            }
            Problem::Directory => {
                (codes::IS_DIRECTORY, "a directory".to_string(), "name the files in it, each by itself".to_string())
            }
            Problem::TooLarge => (
                codes::FILE_TOO_LARGE,
                "a file larger than 1 GiB".to_string(),
                "divide the facts among several files".to_string(),
            ),
            Problem::NotUtf8 { offset } => (
                codes::NOT_UTF8,
                format!("bytes that are not UTF-8, the first at offset {offset}"),
                "convert the file to UTF-8".to_string(),
            ),
        };
        let message = format!("expected the text of `{name}`, found: {found}");
        let diagnostic = match at {
            Some(span) => Diagnostic::at(code, span, message, "included here"),
            None => Diagnostic::new(code, message),
        };
        diagnostic.help(help)
    }
}

fn read_path(path: &Path) -> Result<String, Problem> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(Problem::Directory),
        Ok(metadata) if metadata.len() > MAX_FILE_BYTES => return Err(Problem::TooLarge),
        _ => {}
    }
    match File::open(path) {
        Ok(file) => read_all(file),
        Err(error) => Err(Problem::Unreadable(error.to_string())),
    }
}

/// Reads to the end, but no more than the largest file: pipes and devices do not tell their size.
fn read_all(reader: impl Read) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    match reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes) {
        Err(error) => Err(Problem::Unreadable(error.to_string())),
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => Err(Problem::TooLarge),
        Ok(_) => {
            String::from_utf8(bytes).map_err(|error| Problem::NotUtf8 { offset: error.utf8_error().valid_up_to() })
        }
    }
}

fn check_size(text: &str) -> Result<String, Problem> {
    if text.len() as u64 > MAX_FILE_BYTES { Err(Problem::TooLarge) } else { Ok(text.to_string()) }
}
