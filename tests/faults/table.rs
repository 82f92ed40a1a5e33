//! The published table of lineage-driven fault injection beside what is found here: `cargo test --release --test faults table -- --nocapture`.
//!
//! The programs were written anew, so that runs and sizes are not those of the same program; verdicts are compared.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;
use watershed::budget::Budget;
use watershed::faults::{CrashMode, Question, Specification, Verdict, VerdictRule, investigate};
use watershed::pipeline::read;
use watershed::program::resolve::Options;
use watershed::syntax::load::Input;

/// A published row, our program, and the verdict that is right in complete mode.
const ROWS: &[(&str, &str, &str)] = &[
    ("simple-deliv", "best-effort", "counterexample"),
    ("retry-deliv", "retry", "counterexample"),
    ("classic-deliv", "classic", "counterexample"),
    ("2pc", "2pc", "counterexample"),
    ("2pc-ctp", "2pc-cooperative", "counterexample"),
    ("3pc", "3pc", "counterexample"),
    ("kafka", "kafka", "counterexample"),
    ("redun-deliv", "redundant", "certified"),
    ("ack-deliv", "acknowledged", "certified"),
    ("paxos-synod", "paxos-as-published", "counterexample"),
    ("3pc (fail-stop)", "3pc", "counterexample"),
];

#[test]
fn the_published_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("paper-artifacts/published/lineage-driven-faults.tsv");
    let published = std::fs::read_to_string(path).expect("the published table");
    let published: Vec<Vec<&str>> = published.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let mut table = String::new();
    let _ = writeln!(
        table,
        "{:<16}{:>9}  {:<24}{:>6}  {:<32}{:>6}{:>8}  {:<10} {:<15}{:>6}{:>7}{:>9}{:>9}",
        "program",
        "EOT/F/C",
        "paper",
        "runs",
        "authors' tool",
        "runs",
        "s",
        "rule",
        "here",
        "faults",
        "runs",
        "gates",
        "s"
    );
    let mut wrong = Vec::new();
    let started = Instant::now();
    for &(name, program, expected) in ROWS {
        let row = published.iter().find(|row| row[0] == name).expect("a published row");
        let cell = |column: usize| row.get(column).copied().unwrap_or_default();
        let number = |column: usize| cell(column).parse::<u64>().expect("a number");
        let file = root.join(format!("benchmarks/programs/faults/{program}.ded"));
        let options = Options { synchronous: true, ..Options::default() };
        let (checked, _) = read(&[Input::from_argument(&file)], &options).program.expect("a program in order");
        for rule in [VerdictRule::Invariant, VerdictRule::Baseline] {
            let specification = Specification {
                eot: number(2),
                eff: number(3),
                crashes: number(4) as usize,
                crash_mode: CrashMode::LosesSends,
            };
            let start = Instant::now();
            let answer = investigate(&checked, &Question { specification, rule, most: 1 }, &Budget::default());
            let answer = answer.expect("no rule errs");
            let seconds = start.elapsed().as_secs_f64();
            let size = answer.counterexamples.first().map_or(String::new(), |found| found.faults.len().to_string());
            let _ = writeln!(
                table,
                "{name:<16}{:>9}  {:<24}{:>6}  {:<32}{:>6}{:>8}  {:<10} {:<15}{size:>6}{:>7}{:>9}{seconds:>9.3}",
                format!("{}/{}/{}", cell(2), cell(3), cell(4)),
                cell(6),
                cell(10),
                shorten(cell(12)),
                cell(13),
                cell(14),
                rule.name(),
                answer.verdict.name(),
                answer.effort.runs,
                answer.effort.gates,
            );
            if rule == VerdictRule::Invariant && answer.verdict.name() != expected {
                wrong.push(format!("{name}: expected {expected}, found {}", answer.verdict.name()));
            }
            assert!(!matches!(answer.verdict, Verdict::Inconclusive(_)));
        }
    }
    let _ = writeln!(table, "{:.3} s in all", started.elapsed().as_secs_f64());
    print!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn shorten(text: &str) -> String {
    text.chars().take(30).collect()
}
