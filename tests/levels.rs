//! The rules of ARCHITECTURE.md that a program can check: levels, absences, sizes and names of files.

#[path = "levels/paths.rs"]
mod paths;

use paths::{ModulePath, code_of, module_of};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file below `src`.
struct Source {
    /// Its path below `src`, with `/`.
    file: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut directories = vec![root().join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a readable directory") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(root().join("src")).expect("below src");
                let file = below.to_str().expect("a name in UTF-8").replace('\\', "/");
                sources.push(Source { file, text: fs::read_to_string(&path).expect("a readable file") });
            }
        }
    }
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    assert!(sources.len() > 50, "only {} files", sources.len());
    sources
}

/// The table of levels, from the block ```` ```levels ```` of ARCHITECTURE.md, flat: a module may use itself and what stands
/// before it.
fn table() -> Vec<ModulePath> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let block = text.split_once("```levels\n").expect("a table of levels").1.split_once("```").expect("its end").0;
    let entry = |name: &str| name.split("::").map(str::to_string).collect();
    block.lines().flat_map(|line| line.split_whitespace().skip(1).map(entry)).collect()
}

/// The entry of the table that a path falls under: its longest prefix there.
fn entry_of(table: &[ModulePath], path: &[String]) -> Option<usize> {
    let prefixes = (0..table.len()).filter(|&entry| path.starts_with(&table[entry]));
    prefixes.max_by_key(|&entry| table[entry].len())
}

/// The modules that a source file names, from the crate's root; names that are no module stay at the end.
fn named(source: &Source) -> BTreeSet<ModulePath> {
    paths::paths(&source.text, &module_of(&source.file)).into_iter().collect()
}

/// Fails with all findings at once.
fn none(rule: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}

#[test]
fn dependencies_go_down_levels_only() {
    let table = table();
    assert_eq!(table.iter().collect::<BTreeSet<_>>().len(), table.len(), "an entry twice");
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for source in sources() {
        let module = module_of(&source.file);
        if module.is_empty() {
            continue;
        }
        let Some(own) = entry_of(&table, &module) else {
            findings.push(format!("src/{} is in no level", source.file));
            continue;
        };
        used.insert(own);
        for path in named(&source) {
            // A module may name what it is made of: `system` declares `system::local`.
            if path.starts_with(&module) {
                continue;
            }
            if let Some(other) = entry_of(&table, &path)
                && other > own
            {
                findings.push(format!("src/{} uses {}, which stands above it", source.file, path.join("::")));
            }
        }
    }
    let unused = (0..table.len()).filter(|entry| !used.contains(entry));
    findings.extend(unused.map(|entry| format!("{} is in the table and has no file", table[entry].join("::"))));
    none("dependencies go down the levels of ARCHITECTURE.md only", findings);
}

/// What some modules must not name, and why. A prefix stands for all below it.
const ABSENCES: &[(&str, &[&str], &str)] = &[
    (
        "witness",
        &[
            "explore",
            "ultimate",
            "system",
            "network",
            "eval::seminaive",
            "eval::plan",
            "eval::store",
            "eval::ground",
            "prove",
            "analysis",
        ],
        "evidence is checked by the definition alone",
    ),
    ("eval", &["schedule", "network", "system"], "a local step knows nothing of networks and schedules"),
    ("system", &["schedule", "witness", "syntax", "analysis"], "a transition system knows nothing of who searches it"),
    (
        "explore",
        &["program", "eval", "network", "schedule", "system::asynchronous", "system::local", "syntax", "analysis"],
        "a search sees a System only",
    ),
    (
        "ultimate",
        &["program", "eval", "network", "schedule", "system::asynchronous", "system::local", "syntax", "analysis"],
        "fair components are those of a System",
    ),
    (
        "prove",
        &[
            "eval::naive",
            "eval::seminaive",
            "eval::ground",
            "eval::plan",
            "eval::store",
            "eval::scalar",
            "system",
            "explore",
        ],
        "the Datalog model and the explorer check each other",
    ),
    ("syntax", &["program"], "text to tree and back, without meaning"),
    ("report", &["explore", "eval", "system", "network"], "reports draw what the pipeline answers"),
];

#[test]
fn absences_are_kept() {
    let mut findings = Vec::new();
    let split = |name: &str| -> ModulePath { name.split("::").map(str::to_string).collect() };
    for (subject, absent, reason) in ABSENCES {
        let files: Vec<Source> =
            sources().into_iter().filter(|source| module_of(&source.file).starts_with(&split(subject))).collect();
        assert!(!files.is_empty(), "no file below {subject}");
        for source in files {
            for path in named(&source) {
                if absent.iter().any(|absent| path.starts_with(&split(absent))) {
                    findings.push(format!("src/{} uses {}: {reason}", source.file, path.join("::")));
                }
            }
        }
    }
    none("some modules do not know of others", findings);
}

#[test]
fn only_the_command_line_prints_and_exits() {
    let marks = [
        "println!",
        "print!",
        "eprintln!",
        "eprint!",
        "dbg!",
        "process::exit",
        "process::abort",
        "io::stdout",
        "io::stderr",
        "anstream",
    ];
    let mut findings = Vec::new();
    for source in sources() {
        if source.file == "main.rs" || source.file == "cli.rs" || source.file.starts_with("cli/") {
            continue;
        }
        let code = code_of(&source.text);
        let at_word = |mark: &&&str| {
            code.match_indices(**mark).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        findings.extend(marks.iter().filter(at_word).map(|mark| format!("src/{}: {mark}", source.file)));
    }
    none("only cli and main print or exit", findings);
}

#[test]
fn files_have_one_notion_each() {
    let mut findings = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > 600 {
            findings.push(format!("src/{} has {lines} lines, more than 600", source.file));
        }
        if !source.text.starts_with("//! ") {
            findings.push(format!("src/{} does not open with what it is", source.file));
        }
        let segments = source.file.strip_suffix(".rs").unwrap_or(&source.file).split('/');
        for segment in
            segments.filter(|segment| ["utils", "util", "common", "helpers", "misc", "mod"].contains(segment))
        {
            findings.push(format!("src/{} is called {segment}", source.file));
        }
    }
    none("files have one notion each, and its name", findings);
}

#[test]
fn pages_and_files_that_the_texts_name_exist() {
    let mut findings = Vec::new();
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(root().join(page)).expect("a page of the project");
        // Links, and code spans that are paths of the tree.
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let spans = text.split('`').skip(1).step_by(2).filter(|span| {
            ["src/", "tests/", "docs/", "benchmarks/", "paper-artifacts/"].iter().any(|top| span.starts_with(top))
                && span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        });
        for target in links.chain(spans) {
            let path = target.split('#').next().unwrap_or(target);
            if !path.is_empty() && !path.contains("://") && !Path::new(&root()).join(path).exists() {
                findings.push(format!("{page} names {target}, which is not there"));
            }
        }
    }
    none("what the pages name exists", findings);
}
