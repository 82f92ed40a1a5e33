//! Files, includes and what can be wrong with them.

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use watershed::diagnostic::render::render;
use watershed::syntax::load::{Input, Loaded, load};

/// A directory with these files.
fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    directory
}

fn load_paths(directory: &Path, names: &[&str]) -> Loaded {
    let inputs: Vec<Input> = names.iter().map(|name| Input::Path(directory.join(name))).collect();
    load(&inputs)
}

/// The names of the loaded files relative to the directory.
fn names(loaded: &Loaded, directory: &Path) -> Vec<String> {
    assert_eq!(loaded.trees.len(), loaded.sources.files().count());
    let relative = |name: &str| PathBuf::from(name).strip_prefix(directory).map(|p| p.display().to_string());
    loaded.sources.files().map(|(_, file)| relative(&file.name).unwrap_or(file.name.clone())).collect()
}

fn codes(loaded: &Loaded) -> Vec<&str> {
    loaded.diagnostics.iter().map(|d| d.code.0).collect()
}

#[test]
fn includes_are_read_depth_first_each_file_once_and_cycles_end() {
    let d = directory(&[
        ("main.ded", b"include \"a.ded\"; include \"b.ded\"; include \"./a.ded\"; p(a);"),
        ("a.ded", b"include \"c.ded\"; include \"main.ded\";"),
        ("b.ded", b"include \"c.ded\"; include \"b.ded\";"),
        ("c.ded", b"include \"a.ded\"."),
        ("facts.ded", b"q(b);"),
    ]);
    let loaded = load_paths(d.path(), &["main.ded", "facts.ded", "main.ded"]);
    assert_eq!(codes(&loaded), [""; 0]);
    assert_eq!(names(&loaded, d.path()), ["main.ded", "a.ded", "c.ded", "b.ded", "facts.ded"]);
    assert_eq!(loaded.trees.iter().map(|tree| tree.items.len()).collect::<Vec<_>>(), [4, 2, 1, 2, 1]);
}

#[test]
fn an_include_is_looked_up_beside_its_file_then_beside_the_first() {
    let d = directory(&[
        ("top/main.ded", b"include \"../lib/one.ded\";"),
        ("lib/one.ded", b"include \"both.ded\"; include \"only_top.ded\";"),
        ("lib/both.ded", b"near();"),
        ("top/both.ded", b"far();"),
        ("top/only_top.ded", b"top();"),
    ]);
    let loaded = load_paths(d.path(), &["top/main.ded"]);
    assert_eq!(codes(&loaded), [""; 0]);
    let texts: Vec<&str> = loaded.sources.files().skip(2).map(|(_, file)| file.text.as_str()).collect();
    assert_eq!(texts, ["near();", "top();"]);
}

#[test]
fn a_missing_include_is_reported_where_it_stands() {
    let d = directory(&[("main.ded", b"p(a);\ninclude \"none.ded\";\nq($);")]);
    let loaded = load_paths(d.path(), &["main.ded"]);
    assert_eq!(codes(&loaded), ["E0101", "E0605"]);
    let place = loaded.diagnostics[1].primary.as_ref().expect("a place").span;
    assert_eq!(loaded.sources.text(place), "\"none.ded\"");
    assert!(render(&loaded.sources, &loaded.diagnostics, false).contains("main.ded:2:9"));
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_read() {
    let d = directory(&[
        ("latin.ded", b"p(\xe9);"),
        ("dir/x.ded", b"p(a);"),
        ("good.ded", b"include \"latin.ded\"; include \"dir\"; p(a);"),
    ]);
    let loaded = load_paths(d.path(), &["none.ded", "dir", "good.ded", "latin.ded"]);
    assert_eq!(codes(&loaded), ["E0601", "E0602", "E0603"]);
    assert_eq!(names(&loaded, d.path()), ["good.ded"]);
    assert!(loaded.diagnostics[2].message.contains("offset 2"));
    assert!(loaded.diagnostics.iter().all(|d| !d.help.is_empty() && d.message.contains("found")));
}

#[test]
fn a_text_stands_for_its_file() {
    let d = directory(&[("main.ded", b"old();"), ("other.ded", b"include \"main.ded\"; other();")]);
    let name = d.path().join("main.ded").display().to_string();
    let text = "include \"other.ded\"; new();".to_string();
    let loaded = load(&[Input::Text { name, text }]);
    assert_eq!(codes(&loaded), [""; 0]);
    let texts: Vec<&str> = loaded.sources.files().map(|(_, file)| file.text.as_str()).collect();
    assert_eq!(texts, ["include \"other.ded\"; new();", "include \"main.ded\"; other();"]);
}

#[test]
fn a_dash_is_standard_input() {
    assert_eq!(Input::from_argument("-"), Input::Stdin);
    assert_eq!(Input::from_argument("./-"), Input::Path("./-".into()));
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let d = directory(&[("big.ded", b"")]);
    let file = fs::OpenOptions::new().write(true).open(d.path().join("big.ded")).expect("the file");
    // Sparse: it takes no room on disk.
    file.set_len(watershed::syntax::load::MAX_FILE_BYTES + 1).expect("a sparse file");
    assert_eq!(codes(&load_paths(d.path(), &["big.ded"])), ["E0604"]);
}

#[test]
fn long_chains_of_includes_are_followed() {
    let d = TempDir::new().expect("a temporary directory");
    for i in 0..2000 {
        fs::write(d.path().join(format!("{i}.ded")), format!("include \"{}.ded\";", i + 1)).expect("a file");
    }
    fs::write(d.path().join("2000.ded"), "p(a);").expect("a file");
    let loaded = load_paths(d.path(), &["0.ded"]);
    assert_eq!((codes(&loaded).len(), loaded.trees.len()), (0, 2001));
}
