//! The corpus in one table: program, class, verdict, states, transitions, and the same two with reductions. Every `// expect:` line must
//! be met by the answer with theorems, by exploring with reductions, and by exploring the whole system.
//!
//! `cargo test --test corpus -- --nocapture` prints the table.

use std::path::Path;
use watershed::budget::Budget;
use watershed::cli::test::examine::{Examined, examine};
use watershed::cli::test::walk;
use watershed::pipeline::Figures;
use watershed::pipeline::instance::Options;
use watershed::pipeline::recheck::Rechecked;
use watershed::reduce::Reductions;

#[test]
fn every_program_is_answered_as_it_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs");
    let mut files = Vec::new();
    walk(&root, &mut files).expect("the corpus can be read");
    files.retain(|file| cfg!(feature = "z3") || !file.components().any(|part| part.as_os_str() == "unknown"));
    assert!(files.len() >= 40, "the corpus has {} programs", files.len());

    let budget = Budget { max_states: 1_000_000, ..Budget::default() };
    let heading = ["program", "class", "verdict", "states", "transitions", "reduced", "to"];
    let mut rows = vec![heading.map(str::to_string)];
    let mut failures = Vec::new();
    let mut rechecked = Rechecked::default();
    for file in &files {
        let name = file.strip_prefix(&root).expect("a file of the corpus").display().to_string();
        let whole = Options { reductions: Reductions::NONE, ..Options::default() };
        let explored = examine(file, &budget, whole, false);
        // Each choice that is left out is held against the definitions; one that must not be panics.
        let reduced = examine(file, &budget, Options { recheck: true, ..Options::default() }, false);
        if let Some(done) = reduced.figures.and_then(|figures| figures.rechecked) {
            rechecked.add(done);
        }
        let answered = examine(file, &budget, Options::default(), true);
        for Examined { expectations, failures: found, broken, .. } in [&explored, &reduced, &answered] {
            if *expectations < 1 || !broken.is_empty() {
                failures.push(format!("{name}: expectations are missing or cannot be read"));
            }
            failures.extend(found.iter().map(|failure| format!("{name}: {}", failure.message)));
        }
        if explored.verdict != answered.verdict {
            failures.push(format!("{name}: a theorem says {:?}, exploring {:?}", answered.verdict, explored.verdict));
        }
        if explored.verdict != reduced.verdict {
            failures.push(format!("{name}: reductions make {:?} of {:?}", reduced.verdict, explored.verdict));
        }
        let count = |examined: &Examined, of: fn(&Figures) -> usize| {
            examined.figures.as_ref().map_or_else(|| "-".to_string(), |figures| of(figures).to_string())
        };
        let class = explored.class.map_or("-", |class| class.name()).to_string();
        let verdict = explored.verdict_name().to_string();
        let [states, transitions]: [fn(&Figures) -> usize; 2] = [|f| f.states, |f| f.transitions];
        let sizes = [(&explored, states), (&explored, transitions), (&reduced, states), (&reduced, transitions)];
        let [states, transitions, reduced, to] = sizes.map(|(examined, of)| count(examined, of));
        rows.push([name, class, verdict, states, transitions, reduced, to]);
    }
    print!("{}", aligned(&rows));
    println!("{rechecked:?}");
    assert!(rechecked.to_the_end * 2 > rechecked.choices, "too few choices are rechecked to the end: {rechecked:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn aligned(rows: &[[String; 7]]) -> String {
    let widths: Vec<usize> = (0..7).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 7]| {
        let (words, numbers) = row.split_at(3);
        let words = words.iter().zip(&widths).map(|(text, &width)| format!("{text:<width$}"));
        let numbers = numbers.iter().zip(&widths[3..]).map(|(text, &width)| format!("{text:>width$}"));
        words.chain(numbers).collect::<Vec<_>>().join("  ") + "\n"
    };
    rows.iter().map(line).collect()
}
