//! The checker over the corpus: each program is accepted without a warning, or has the one error it expects.

use std::path::{Path, PathBuf};
use watershed::diagnostic::Diagnostic;
use watershed::pipeline::read;
use watershed::program::resolve::{Options, resolve};
use watershed::syntax::load::{Input, load};

fn programs(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory of the repository") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            programs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ded") {
            found.push(path);
        }
    }
}

#[test]
fn the_corpus_is_in_order() {
    let mut files = Vec::new();
    programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs"), &mut files);
    files.sort();
    assert!(files.len() >= 40, "{} programs", files.len());
    for file in files {
        if file.components().any(|part| part.as_os_str() == "unknown") {
            let read = read(&[Input::Path(file.clone())], &Options::default());
            let errors: Vec<&Diagnostic> = read.diagnostics.iter().filter(|finding| finding.is_error()).collect();
            assert!(read.open.is_some() && errors.len() == 1, "{}: {errors:#?}", file.display());
            continue;
        }
        let loaded = load(&[Input::Path(file.clone())]);
        let (_, mut found) = resolve(&loaded.sources, &loaded.trees, &Options::default());
        found.extend(loaded.diagnostics);
        let text = std::fs::read_to_string(&file).expect("a text");
        let expected = usize::from(text.lines().any(|line| line.starts_with("// expect: error")));
        assert_eq!(found.len(), expected, "{}: {found:#?}", file.display());
        assert!(found.iter().all(Diagnostic::is_error), "{}: {found:#?}", file.display());
    }
}
