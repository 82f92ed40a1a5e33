//! One campaign: the corpus, then mutants; the clock and the allocator are read for each.

use crate::shared::mutate::{LONGEST_SEED, Mutator};
use crate::shared::target::{Limits, Target, Trail};
use crate::shared::watch::Watch;
use crate::{Arguments, MEMORY, home, seeds};
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// An input that takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(20);

/// How many inputs make a window.
const WINDOW: u64 = 1000;

/// Bytes that may stay allocated over a window. Tables that are made once, on first use, fit in the first.
const SLACK: usize = 64 << 10;

/// Mutants are at most this long, in bytes.
const LONGEST: usize = 64 << 10;

struct Campaign {
    target: Target,
    limits: Limits,
    watch: Watch,
    note: File,
    reached: Trail,
    /// How many inputs were valid programs.
    valid: u64,
    /// The longest that one input took, which, and the input.
    slowest: (Duration, u64, Vec<u8>),
    /// Bytes that inputs allocated and did not free, in this window and in all; those that reach something new aside.
    kept: [isize; 2],
}

/// Runs a campaign; whether memory stayed flat.
pub fn run(arguments: &Arguments, note: &Path) -> bool {
    let target = arguments.target.target();
    let mut campaign = Campaign {
        target,
        limits: seeds::limits(),
        watch: Watch::new(DEADLINE),
        note: File::create(note).expect("the note can be written"),
        reached: Trail::new(),
        valid: 0,
        slowest: (Duration::ZERO, 0, Vec::new()),
        kept: [0; 2],
    };
    if let Some(file) = &arguments.file {
        let input = fs::read(file).expect("the file can be read");
        campaign.put(&input, 0);
        println!("{:?} {:?}", campaign.slowest.0, campaign.reached);
        return true;
    }
    let corpus = home().join("corpus").join(arguments.target.text());
    let stored = seeds::stored(&corpus);
    for input in &stored {
        campaign.put(input, 0);
    }
    let fresh = seeds::fresh(target);
    for input in &fresh {
        if campaign.put(input, 0) && arguments.keep && input.len() <= LONGEST_SEED {
            keep(&corpus, input);
        }
    }
    let all = [stored, fresh].concat();
    println!("{} seeds reach {} marks", all.len(), campaign.reached.len());
    let flat = campaign.mutants(arguments, all, &corpus);
    fs::write(note.with_extension("slowest"), &campaign.slowest.2).expect("the slowest input can be written");
    flat
}

impl Campaign {
    fn mutants(&mut self, arguments: &Arguments, seeds: Vec<Vec<u8>>, corpus: &Path) -> bool {
        let mut mutator = Mutator::new(arguments.seed, seeds, LONGEST);
        let start = Instant::now();
        let (mut bytes, mut flat) = (0, true);
        self.kept = [0; 2];
        self.valid = 0;
        self.slowest = (Duration::ZERO, 0, Vec::new());
        for number in 1..=arguments.inputs {
            let input = mutator.mutant();
            bytes += input.len();
            if self.put(&input, number) && input.len() <= LONGEST_SEED {
                mutator.add(&input);
                if arguments.keep {
                    keep(corpus, &input);
                }
            }
            if number % WINDOW == 0 {
                flat &= number == WINDOW || self.kept[0] <= SLACK as isize;
                self.kept[0] = 0;
            }
            if number % (arguments.inputs / 10).max(1) == 0 {
                println!(
                    "{number} inputs, {} valid, {:.0}/s, {} bytes on average; {} marks; slowest {:.1} ms (number {}); \
                     kept {} bytes, peak {:.1} MiB{}",
                    self.valid,
                    number as f64 / start.elapsed().as_secs_f64(),
                    bytes as u64 / number,
                    self.reached.len(),
                    self.slowest.0.as_secs_f64() * 1e3,
                    self.slowest.1,
                    self.kept[1],
                    MEMORY.max_allocated() as f64 / f64::from(1 << 20),
                    if flat { "" } else { "; MEMORY GROWS" },
                );
            }
        }
        flat
    }

    /// Runs an input; whether it reached something new.
    fn put(&mut self, input: &[u8], number: u64) -> bool {
        self.note.rewind().and_then(|()| self.note.write_all(input)).expect("the note can be written");
        self.note.set_len(input.len() as u64).expect("the note can be written");
        let before = MEMORY.allocated();
        let (trail, mut taken) = self.watch.time(|| self.target.run(input, &self.limits));
        self.valid += u64::from(trail.iter().any(|(what, _)| *what == "class"));
        // What time decides is not the same in the next run.
        let new = !trail.is_subset(&self.reached) && !trail.contains(&("bound", "time"));
        if new {
            self.reached.extend(&trail);
        } else {
            drop(trail);
            let kept = MEMORY.allocated() as isize - before as isize;
            self.kept = self.kept.map(|sum| sum + kept);
        }
        if taken > self.slowest.0 {
            // Once more: other programs on the machine take time too.
            taken = taken.min(self.watch.time(|| self.target.run(input, &self.limits)).1);
            if taken > self.slowest.0 {
                self.slowest = (taken, number, input.to_vec());
            }
        }
        new
    }
}

fn keep(corpus: &Path, input: &[u8]) {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    fs::create_dir_all(corpus).expect("the corpus can be written");
    fs::write(corpus.join(format!("{:016x}", hasher.finish())), input).expect("the corpus can be written");
}
