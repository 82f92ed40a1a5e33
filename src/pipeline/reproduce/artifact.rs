//! The folders of artifacts and their `published.toml`: keys are checked by `serde`, what a row of its kind needs is checked here.

use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::load::{Input, read_text};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use toml::Spanned;

/// The file of an artifact that says what is published.
pub const FILE: &str = "published.toml";

/// Options with which a command writes a file, `-o` aside: a row only reads.
const WRITING: [&str; 4] = ["--output-file", "--witness", "--checkpoint", "--write"];

/// An artifact, read and checked.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// Authors, title and place of the paper.
    pub paper: String,
    /// How it was read.
    pub read: Source,
    /// The rows, in the order of the file.
    pub rows: Vec<Row>,
    /// Pictures that a command draws.
    pub figures: Vec<Figure>,
    /// Bars that are drawn from rows.
    pub charts: Vec<Chart>,
}

/// How the published figures were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// In the paper.
    Paper,
    /// In a third-party digest of it.
    Digest,
}

/// One published verdict or figure, and how to find the same here.
#[derive(Debug, Clone)]
pub struct Row {
    /// Unique in the file.
    pub name: String,
    /// Section, figure, example or table of the paper.
    pub place: String,
    /// What the paper claims, in a short phrase.
    pub claim: String,
    /// The published verdict or figure; empty if the paper states none.
    pub published: String,
    /// Arguments of this executable; empty if there is nothing to run yet.
    pub command: Vec<String>,
    /// Where in the printed object the value stands, as a JSON pointer.
    pub value: String,
    /// The exit code that the command must have, if it matters.
    pub exit: Option<u8>,
    /// What is compared with what.
    pub kind: Kind,
    /// Shown with the results.
    pub note: String,
    /// Whether it takes long where nothing is optimised.
    pub slow: bool,
}

/// What a row's value must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The published one.
    Verdict,
    /// The published one is wrong.
    Erratum {
        /// What is right.
        here: String,
        /// Why, with its place in the errata.
        why: String,
    },
    /// The published one is of another program: this one is pinned.
    Beside {
        /// The value.
        here: String,
    },
    /// Nothing is published: this one is pinned.
    Own {
        /// The value.
        here: String,
    },
    /// Nothing here answers it.
    NotYet {
        /// What is missing.
        reason: String,
    },
}

/// A picture drawn by a command.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Where it is written, below the folder.
    pub file: String,
    /// Its title.
    pub title: String,
    /// Arguments of this executable that print an SVG picture.
    pub command: Vec<String>,
}

/// Bars drawn from rows whose values are numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// Where it is written, below the folder.
    pub file: String,
    /// Its title.
    pub title: String,
    /// What is counted.
    pub unit: String,
    /// The names of the groups of bars.
    pub groups: Vec<String>,
    /// One bar a group each.
    pub series: Vec<Series>,
}

/// The bars of one colour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// The names of rows, one a group.
    pub rows: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    paper: String,
    read: Source,
    #[serde(default)]
    row: Vec<WrittenRow>,
    #[serde(default)]
    figure: Vec<Spanned<Figure>>,
    #[serde(default)]
    chart: Vec<Spanned<Chart>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRow {
    name: Spanned<String>,
    #[serde(default)]
    kind: WrittenKind,
    #[serde(default)]
    place: String,
    #[serde(default)]
    claim: String,
    #[serde(default)]
    published: String,
    #[serde(default)]
    command: Vec<String>,
    value: Option<String>,
    exit: Option<u8>,
    here: Option<String>,
    erratum: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    slow: bool,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum WrittenKind {
    #[default]
    Verdict,
    Erratum,
    Beside,
    Own,
    NotYet,
}

/// The names of the artifacts in a directory, sorted: of all folders that have a `published.toml`.
///
/// # Errors
/// If the directory cannot be read.
pub fn find(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.path().join(FILE).is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads one artifact. `commands` are the commands that a row may run.
///
/// # Errors
/// What is wrong with its `published.toml`, each with its place there.
pub fn read(
    directory: &Path,
    name: &str,
    commands: &[&str],
    sources: &mut SourceMap,
) -> Result<Artifact, Vec<Diagnostic>> {
    let folder = directory.join(name);
    let (shown, text) = read_text(&Input::Path(folder.join(FILE))).map_err(|finding| vec![*finding])?;
    let file = sources.add(shown, text.clone());
    let written: Written = toml::from_str(&text).map_err(|error| {
        let place = error.span().unwrap_or(0..0);
        let message =
            format!("expected a description of an artifact, found: {}", error.message().trim().replace('\n', " "));
        vec![malformed(file, place, message)]
    })?;
    let mut checker = Checker { file, commands, names: BTreeSet::new(), wrong: Vec::new() };
    if written.row.is_empty() {
        checker.refuse(
            0..0,
            "expected rows (`[[row]]`), found none: nothing is claimed, so nothing could disagree".to_string(),
        );
    }
    let rows: Vec<Row> = written.row.into_iter().filter_map(|row| checker.row(row)).collect();
    let known: BTreeMap<&str, &Kind> = rows.iter().map(|row| (row.name.as_str(), &row.kind)).collect();
    let mut files = BTreeSet::new();
    for figure in &written.figure {
        checker.file(&figure.get_ref().file, figure.span(), &mut files);
        checker.command(&figure.get_ref().command, figure.span());
    }
    for chart in &written.chart {
        checker.file(&chart.get_ref().file, chart.span(), &mut files);
        checker.chart(chart.get_ref(), chart.span(), &known);
    }
    if !checker.wrong.is_empty() {
        return Err(checker.wrong);
    }
    Ok(Artifact {
        name: name.to_string(),
        folder,
        paper: written.paper,
        read: written.read,
        rows,
        figures: written.figure.into_iter().map(Spanned::into_inner).collect(),
        charts: written.chart.into_iter().map(Spanned::into_inner).collect(),
    })
}

fn malformed(file: FileId, place: std::ops::Range<usize>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::at(codes::MALFORMED_ARTIFACT, Span::new(file, place.start, place.end), message, "")
        .help("`watershed explain E1501` lists the keys that a row of each kind needs")
}

struct Checker<'a> {
    file: FileId,
    commands: &'a [&'a str],
    names: BTreeSet<String>,
    wrong: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn refuse(&mut self, place: std::ops::Range<usize>, message: String) {
        self.wrong.push(malformed(self.file, place, message));
    }

    /// A row, if it has what its kind needs and nothing that its kind passes over.
    fn row(&mut self, row: WrittenRow) -> Option<Row> {
        let (place, name) = (row.name.span(), row.name.into_inner());
        let before = self.wrong.len();
        if !self.names.insert(name.clone()) {
            self.refuse(place.clone(), format!("expected a name of its own for each row, found `{name}` again"));
        }
        let kind = row.kind;
        let needs = |present: bool, key: &str, kinds: &[WrittenKind]| match (present, kinds.contains(&kind)) {
            (true, false) => Some(format!("expected no `{key}` in a row of this kind (`{name}`), found one")),
            (false, true) => Some(format!("expected `{key}` in a row of this kind (`{name}`), found none")),
            _ => None,
        };
        use WrittenKind::{Beside, Erratum, NotYet, Own, Verdict};
        let mut found = vec![
            needs(row.here.is_some(), "here", &[Erratum, Beside, Own]),
            needs(row.erratum.is_some(), "erratum", &[Erratum]),
            needs(row.reason.is_some(), "reason", &[NotYet]),
            needs(!row.command.is_empty(), "command", &[Verdict, Erratum, Beside, Own]),
        ];
        if kind == NotYet {
            found.push(needs(row.value.is_some(), "value", &[]));
            found.push(needs(row.exit.is_some(), "exit", &[]));
        } else {
            found.push(needs(!row.published.is_empty(), "published", &[Verdict, Erratum, Beside]));
        }
        for (key, text) in [("name", Some(&name)), ("erratum", row.erratum.as_ref()), ("reason", row.reason.as_ref())] {
            if text.is_some_and(|text| text.trim().is_empty()) {
                found.push(Some(format!("expected a text as `{key}` of a row, found none (`{name}`)")));
            }
        }
        if kind == Erratum && row.here.as_deref() == Some(row.published.as_str()) {
            found.push(Some(format!(
                "expected `here` to differ from `published` in an erratum (`{name}`), found the same"
            )));
        }
        let value = row.value.unwrap_or_else(|| "/verdict".to_string());
        if !value.is_empty() && !value.starts_with('/') {
            found.push(Some(format!("expected a JSON pointer that begins with `/`, found `{value}` (`{name}`)")));
        }
        for message in found.into_iter().flatten() {
            self.refuse(place.clone(), message);
        }
        if kind != NotYet && !row.command.is_empty() {
            self.command(&row.command, place);
        }
        if self.wrong.len() > before {
            return None;
        }
        let here = row.here.unwrap_or_default();
        let kind = match kind {
            Verdict => Kind::Verdict,
            Erratum => Kind::Erratum { here, why: row.erratum.unwrap_or_default() },
            Beside => Kind::Beside { here },
            Own => Kind::Own { here },
            NotYet => Kind::NotYet { reason: row.reason.unwrap_or_default() },
        };
        Some(Row {
            name,
            place: row.place,
            claim: row.claim,
            published: row.published,
            command: row.command,
            value,
            exit: row.exit,
            kind,
            note: row.note,
            slow: row.slow,
        })
    }

    fn command(&mut self, command: &[String], place: std::ops::Range<usize>) {
        match command.first() {
            Some(first) if self.commands.contains(&first.as_str()) => {}
            first => {
                let found = first.map_or("none".to_string(), |first| format!("`{first}`"));
                let message = format!("expected a command, one of {}, found {found}", self.commands.join(", "));
                self.refuse(place.clone(), message);
            }
        }
        if let Some(word) = command.iter().find(|word| writes(word)) {
            self.refuse(place, format!("expected a command that writes no file, found `{word}`"));
        }
    }

    /// A file that is written: an SVG picture, below the folder, one of its name.
    fn file(&mut self, file: &str, place: std::ops::Range<usize>, files: &mut BTreeSet<PathBuf>) {
        let below = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
        if !below || !file.ends_with(".svg") {
            self.refuse(
                place.clone(),
                format!("expected a file below the folder that ends with `.svg`, found `{file}`"),
            );
        }
        // `a//b` and `a/./b` are `a/b`.
        if !files.insert(Path::new(file).components().collect()) {
            self.refuse(place, format!("expected a file of its own for each figure, found `{file}` again"));
        }
    }

    fn chart(&mut self, chart: &Chart, place: std::ops::Range<usize>, known: &BTreeMap<&str, &Kind>) {
        if chart.groups.is_empty() || chart.series.is_empty() {
            self.refuse(place.clone(), "expected `groups` and `series` of a chart, found an empty list".to_string());
        }
        for series in &chart.series {
            if series.rows.len() != chart.groups.len() {
                let (rows, groups) = (series.rows.len(), chart.groups.len());
                let message =
                    format!("expected one row a group in `{}`, found {rows} rows for {groups} groups", series.name);
                self.refuse(place.clone(), message);
            }
            for row in &series.rows {
                match known.get(row.as_str()) {
                    None => self.refuse(place.clone(), format!("expected the name of a row, found `{row}`")),
                    Some(Kind::NotYet { .. }) => {
                        self.refuse(
                            place.clone(),
                            format!("expected a row with a value, found `{row}`, which is not yet"),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

/// Whether a word of a command line is an option with which a file is written; short options may stand together.
fn writes(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    let short = word.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains('o'));
    short || WRITING.contains(&name)
}
