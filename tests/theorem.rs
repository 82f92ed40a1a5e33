//! Every Dedalus+ program of the corpus, explored: its one ultimate model is the Datalog model of Corollary 1 and Lemma 4.

use std::fs;
use std::path::{Path, PathBuf};
use watershed::analysis::{self, Class};
use watershed::budget::Budget;
use watershed::pipeline::{self, explore_instance, instance};
use watershed::program::resolve::resolve;
use watershed::prove::datalog_model;
use watershed::syntax::load::{Input, load};

fn programs(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the corpus is there") {
        let path = entry.expect("the directory can be read").path();
        if path.is_dir() {
            programs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ded") {
            found.push(path);
        }
    }
}

#[test]
fn the_explored_model_is_the_datalog_model() {
    let mut files = Vec::new();
    programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs"), &mut files);
    files.sort();
    let mut compared = 0;
    for file in files {
        let loaded = load(&[Input::from_argument(&file)]);
        let (Some(program), _) = resolve(&loaded.sources, &loaded.trees, &Default::default()) else { continue };
        if analysis::analyse(&program).classification.class != Class::DedalusPlus {
            continue;
        }
        let budget = Budget { max_states: 200_000, ..Budget::default() };
        let findings = explore_instance(&program, &budget, instance::Options::default(), &mut |_| {});
        assert_eq!(findings.cut, None::<pipeline::Cut>, "{}", file.display());
        assert_eq!((findings.contested, findings.undecided), (vec![], vec![]), "{}", file.display());
        let model = datalog_model::ultimate_model(&program, &budget).expect("in Dedalus+").expect("no rule errs");
        assert_eq!(findings.certain, Some(model.into_iter().collect()), "{}", file.display());
        compared += 1;
    }
    println!("{compared} programs of the corpus are in Dedalus+");
    assert!(compared >= 10, "{compared}");
}
