//! The corpus in one table: program, class, verdict, states, transitions. Every `// expect:` line must be met by the
//! answer with theorems, and by exploring alone.
//!
//! `cargo test --test corpus -- --nocapture` prints the table.

use std::path::Path;
use watershed::budget::Budget;
use watershed::cli::test::examine::{Examined, examine};
use watershed::cli::test::walk;
use watershed::pipeline::instance::Options;

#[test]
fn every_program_is_answered_as_it_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs");
    let mut files = Vec::new();
    walk(&root, &mut files).expect("the corpus can be read");
    assert!(files.len() >= 40, "the corpus has {} programs", files.len());

    let budget = Budget { max_states: 1_000_000, ..Budget::default() };
    let mut rows = vec![["program", "class", "verdict", "states", "transitions"].map(str::to_string)];
    let mut failures = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&root).expect("a file of the corpus").display().to_string();
        let explored = examine(file, &budget, Options::default(), false);
        let answered = examine(file, &budget, Options::default(), true);
        for Examined { expectations, failures: found, broken, .. } in [&explored, &answered] {
            if *expectations < 1 || !broken.is_empty() {
                failures.push(format!("{name}: expectations are missing or cannot be read"));
            }
            failures.extend(found.iter().map(|failure| format!("{name}: {}", failure.message)));
        }
        if explored.verdict != answered.verdict {
            failures.push(format!("{name}: a theorem says {:?}, exploring {:?}", answered.verdict, explored.verdict));
        }
        let count = |of: fn(&watershed::pipeline::Figures) -> usize| {
            explored.figures.as_ref().map_or_else(|| "-".to_string(), |figures| of(figures).to_string())
        };
        let class = explored.class.map_or("-", |class| class.name()).to_string();
        let verdict = explored.verdict_name().to_string();
        rows.push([name, class, verdict, count(|f| f.states), count(|f| f.transitions)]);
    }
    print!("{}", aligned(&rows));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn aligned(rows: &[[String; 5]]) -> String {
    let widths: Vec<usize> = (0..5).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 5]| {
        let [name, class, verdict, states, transitions] = row;
        format!(
            "{name:<0$}  {class:<1$}  {verdict:<2$}  {states:>3$}  {transitions:>4$}\n",
            widths[0], widths[1], widths[2], widths[3], widths[4]
        )
    };
    rows.iter().map(line).collect()
}
