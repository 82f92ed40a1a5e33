//! The committed artifacts: each row is run again, and the generated files are those that its answers give. Rows marked `slow` are left to
//! `watershed reproduce`, unless `WATERSHED_SLOW` is set.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use watershed::pipeline::reproduce::{Artifact, Executable, Status, find, read, run_figure, run_rows};
use watershed::report::reproduced::{Reproduced, line};
use watershed::source::SourceMap;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("paper-artifacts")
}

fn artifacts() -> Vec<Artifact> {
    let tool = watershed::cli::command();
    let commands = watershed::cli::reproduce::answering(&tool);
    let names = find(&directory()).expect("paper-artifacts");
    assert!(names.len() >= 5, "{names:?}");
    let read = |name: &String| {
        read(&directory(), name, &commands, &mut SourceMap::new()).unwrap_or_else(|wrong| panic!("{name}: {wrong:#?}"))
    };
    names.iter().map(read).collect()
}

fn executable() -> Executable<'static> {
    static INTERRUPTED: AtomicBool = AtomicBool::new(false);
    Executable {
        file: Path::new(env!("CARGO_BIN_EXE_watershed")),
        threaded: &[],
        timeout: Duration::from_secs(300),
        at_a_time: 2,
        interrupted: &INTERRUPTED,
    }
}

#[test]
fn every_row_stands_as_results_say() {
    let everything = std::env::var_os("WATERSHED_SLOW").is_some();
    let executable = executable();
    let mut wrong = Vec::new();
    for artifact in artifacts() {
        let kept = std::fs::read_to_string(artifact.folder.join("results.md")).unwrap_or_default();
        let judged = run_rows(&artifact, &executable, |row| everything || !row.slow).expect("nobody interrupts");
        for (row, judged) in artifact.rows.iter().zip(&judged) {
            let Some(judged) = judged else { continue };
            let about = format!("{}, {}", artifact.name, row.name);
            if judged.status == Status::Disagree {
                wrong.push(format!("{about}: {:?} {}", judged.here, judged.reason));
            }
            if !kept.contains(&line(row, judged)) {
                wrong.push(format!("{about}: results.md has no line {}", line(row, judged)));
            }
        }
        // With every row run, the files must be the same to the byte.
        let all: Option<Vec<_>> = judged.into_iter().collect();
        if let Some(judged) = all {
            let reproduced = Reproduced { artifact, judged };
            let mut files = vec![("results.md", Ok(reproduced.results()))];
            files.extend(reproduced.charts());
            for (file, text) in files {
                let found = std::fs::read_to_string(reproduced.artifact.folder.join(file)).ok();
                if found != text.clone().ok() || text.is_err() {
                    let name = &reproduced.artifact.name;
                    wrong.push(format!("{name}/{file}: `watershed reproduce {name} --write` writes it anew"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_artifact_says_what_it_is() {
    for artifact in artifacts() {
        let readme = std::fs::read_to_string(artifact.folder.join("README.md")).unwrap_or_default();
        assert!(readme.starts_with("# "), "{} has no README.md", artifact.name);
        for figure in &artifact.figures {
            let kept = std::fs::read_to_string(artifact.folder.join(&figure.file)).unwrap_or_default();
            let drawn = run_figure(&artifact.folder, &figure.command, &executable());
            assert!(drawn.as_ref() == Ok(&kept), "{}/{} is not what is drawn", artifact.name, figure.file);
        }
    }
}
