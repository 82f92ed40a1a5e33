//! The published table of lineage-driven fault injection beside what is found here, `paper-artifacts/lineage-2015/table.md`. `WATERSHED_BLESS=1` writes
//! it anew; `cargo test --release --test faults table -- --nocapture` prints it with this machine's seconds.
//!
//! The programs were written anew, so that runs and sizes are not those of the same program; verdicts are compared.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;
use watershed::budget::Budget;
use watershed::faults::global::Global;
use watershed::faults::specification::Fault;
use watershed::faults::unroll::{Unrolled, unroll};
use watershed::faults::{
    Answer, Counterexample, CrashMode, FaultSet, Judgement, PATIENCE, Question, Specification, VerdictRule, investigate,
};
use watershed::pipeline::read;
use watershed::program::resolve::Options;
use watershed::program::{Program, RelationId, Value};
use watershed::syntax::load::Input;

/// A published row, the program written for it, and what is right in complete mode.
pub struct Row {
    /// Its name in the published table.
    pub name: &'static str,
    /// The file.
    pub program: &'static str,
    pub eot: u64,
    pub eff: u64,
    pub crashes: usize,
    /// By the invariant rule, then by the baseline rule.
    expected: [&'static str; 2],
    /// Most runs, and most gates of the circuit: about twice what it takes today.
    most: (u64, usize),
}

impl Row {
    pub fn specification(&self) -> Specification {
        let Row { eot, eff, crashes, .. } = *self;
        Specification { eot, eff, crashes, crash_mode: CrashMode::LosesSends }
    }
}

const BAD: &str = "counterexample";
const GOOD: &str = "certified";

const fn row(
    name: &'static str,
    program: &'static str,
    (eot, eff, crashes): (u64, u64, usize),
    expected: [&'static str; 2],
    most: (u64, usize),
) -> Row {
    Row { name, program, eot, eff, crashes, expected, most }
}

pub const ROWS: &[Row] = &[
    row("simple-deliv", "best-effort", (4, 2, 0), [BAD, BAD], (20, 500)),
    row("retry-deliv", "retry", (4, 2, 1), [BAD, BAD], (20, 500)),
    row("classic-deliv", "classic", (5, 3, 0), [BAD, BAD], (20, 500)),
    row("2pc", "2pc", (5, 0, 1), [BAD, BAD], (20, 500)),
    row("2pc-ctp", "2pc-cooperative", (8, 0, 1), [BAD, BAD], (20, 500)),
    row("3pc", "3pc", (9, 7, 1), [BAD, BAD], (100, 1_000)),
    row("kafka", "kafka", (6, 4, 1), [BAD, BAD], (100, 1_000)),
    row("kafka (7/4/1)", "kafka", (7, 4, 1), [BAD, BAD], (100, 1_000)),
    row("redun-deliv", "redundant", (11, 10, 1), [GOOD, GOOD], (400, 500)),
    row("ack-deliv", "acknowledged", (8, 7, 1), [GOOD, GOOD], (400, 500)),
    row("paxos-synod", "paxos-as-published", (7, 6, 1), [BAD, BAD], (500, 1_000)),
    row("paxos-synod (repaired)", "paxos-repaired", (7, 6, 1), [GOOD, GOOD], (500, 1_000)),
    row("bully-le", "bully", (10, 9, 1), [GOOD, GOOD], (500, 1_000)),
    row("flux", "flux", (22, 21, 1), [GOOD, GOOD], (500, 4_000)),
    row("3pc (fail-stop)", "3pc", (8, 0, 2), [BAD, BAD], (100, 1_000)),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program of the corpus, read for synchronous rounds.
pub fn checked(program: &str) -> Program {
    let file = root().join(format!("benchmarks/programs/faults/{program}.ded"));
    let options = Options { synchronous: true, ..Options::default() };
    read(&[Input::from_argument(file.display().to_string())], &options).program.expect("a program in order").0
}

/// The published rows, cell by cell.
fn published() -> Vec<Vec<String>> {
    let file = root().join("paper-artifacts/lineage-2015/published.tsv");
    let text = std::fs::read_to_string(file).expect("the published table");
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_string).collect()).collect()
}

/// Random injections a seed at most.
const MOST_RANDOM: usize = 1_000;
const SEEDS: u64 = 25;

/// The mean number of random runs until one is bad, over the seeds, and of how many seeds none was.
fn at_random(program: &Program, specification: &Specification, judgement: &Judgement) -> (f64, u64) {
    let unrolled = unroll(program, &Global::new(program), specification, &Budget::default()).expect("small enough");
    let (mut runs, mut without) = (0, 0);
    for seed in 0..SEEDS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let bad = (1..=MOST_RANDOM).find(|_| is_bad(&unrolled, judgement, &injected(program, specification, &mut rng)));
        runs += bad.unwrap_or(MOST_RANDOM);
        without += u64::from(bad.is_none());
    }
    (runs as f64 / SEEDS as f64, without)
}

/// Faults at random: as many nodes as crash at most crash in any rounds; each omission with one chance, which is drawn first.
fn injected(program: &Program, specification: &Specification, rng: &mut ChaCha8Rng) -> FaultSet {
    let nodes = program.nodes.len();
    let chance: f64 = rng.random();
    let mut faults: Vec<Fault> = Vec::new();
    let (omissions, crashes): (Vec<Fault>, Vec<Fault>) =
        specification.faults(nodes).into_iter().partition(|fault| matches!(fault, Fault::Omission(_)));
    faults.extend(omissions.into_iter().filter(|_| rng.random_bool(chance)));
    for _ in 0..specification.crashes {
        let crash = crashes[rng.random_range(0..crashes.len())];
        let node = |fault: &Fault| if let Fault::Crash(crash) = fault { Some(crash.node) } else { None };
        if faults.iter().all(|other| node(other) != node(&crash)) {
            faults.push(crash);
        }
    }
    FaultSet::new(faults)
}

fn is_bad(unrolled: &Unrolled, judgement: &Judgement, faults: &FaultSet) -> bool {
    let holds = unrolled.circuit.evaluate(faults);
    let of = |relation: Option<RelationId>| -> Vec<&[Value]> {
        let of =
            unrolled.outcome.iter().filter(|(fact, gate)| Some(fact.relation) == relation && holds[*gate as usize]);
        of.map(|(fact, _)| &*fact.values).collect()
    };
    let post = of(judgement.post);
    of(judgement.pre).into_iter().any(|tuple| judgement.concerns(&tuple.into()) && !post.contains(&tuple))
}

fn shown(program: &Program, found: &Counterexample) -> String {
    let node = |node| program.show_node(node);
    let omissions = found.faults.omissions().map(|o| format!("{}→{} in {}", node(o.from), node(o.to), o.time));
    let crashes = found.faults.crashes().map(|c| format!("{} crashes in {}", node(c.node), c.time));
    omissions.chain(crashes).collect::<Vec<_>>().join(", ")
}

const TITLE: &str = "| program | EOT/EFF/C | paper | runs | authors' tool | runs | s | rule | here | counterexample found first | runs | gates | random runs | s |
|---|---|---|---:|---|---:|---:|---|---|---|---:|---:|---:|---:|
";

#[test]
fn the_published_table() {
    let published = published();
    let mut table = TITLE.to_string();
    let mut wrong = Vec::new();
    let started = Instant::now();
    let mut searching = 0.0;
    for row in ROWS {
        let program = checked(row.program);
        let cells = published.iter().find(|cells| cells[0] == row.name);
        let cell = |column: usize| cells.and_then(|cells| cells.get(column)).map_or("", |cell| cell.as_str());
        for (rule, expected) in [VerdictRule::Invariant, VerdictRule::Baseline].into_iter().zip(row.expected) {
            let start = Instant::now();
            let question = Question { specification: row.specification(), rule, most: 1, patience: PATIENCE };
            let Answer { verdict, judgement, counterexamples, effort, .. } =
                investigate(&program, &question, &Budget::default()).expect("no rule errs");
            let seconds = start.elapsed().as_secs_f64();
            searching += seconds;
            let random = match counterexamples.first() {
                None => String::new(),
                Some(_) => match at_random(&program, &row.specification(), &judgement) {
                    (mean, 0) => format!("{mean:.1}"),
                    (mean, without) => format!("> {mean:.1} ({without} seeds of {SEEDS} without)"),
                },
            };
            let _ = writeln!(
                table,
                "| {} | {}/{}/{} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {random} | {seconds:.3} |",
                row.name,
                row.eot,
                row.eff,
                row.crashes,
                cell(6),
                cell(10),
                cell(12),
                cell(13),
                cell(14),
                rule.name(),
                verdict.name(),
                counterexamples.first().map_or(String::new(), |found| shown(&program, found)),
                effort.runs,
                effort.gates,
            );
            let about = format!("{} by {}", row.name, rule.name());
            if verdict.name() != expected {
                wrong.push(format!("{about}: expected {expected}, found {}", verdict.name()));
            }
            if effort.runs > row.most.0 || effort.gates > row.most.1 {
                wrong.push(format!("{about}: {} runs, {} gates", effort.runs, effort.gates));
            }
        }
    }
    println!("{table}\n{searching:.3} s of search, {:.3} s in all", started.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    compare_with(&root().join("paper-artifacts/lineage-2015/table.md"), &table);
}

/// The table without the last column, which says how long it took.
fn lasting(table: &str) -> Vec<&str> {
    table.lines().map(|line| line.trim_end_matches(" |").rsplit_once('|').map_or(line, |(rest, _)| rest)).collect()
}

/// Compares with the kept file, or writes it.
fn compare_with(file: &PathBuf, table: &str) {
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let (before, rest) = kept.split_once(TITLE).unwrap_or((&kept, ""));
    let (old, after) =
        rest.split_once("\n\n").map_or((rest, String::new()), |(old, after)| (old, format!("\n{after}")));
    if std::env::var_os("WATERSHED_BLESS").is_some() {
        std::fs::write(file, format!("{before}{table}{after}")).expect("a file that can be written");
        return;
    }
    let old = format!("{TITLE}{old}");
    assert_eq!(lasting(old.trim_end()), lasting(table.trim_end()), "`WATERSHED_BLESS=1` writes the table anew");
}
