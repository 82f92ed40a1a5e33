//! One check over many seeds on all cores; the counts of what was met; a smallest failing program.

use super::model::Model;
use super::shrink::shrink;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How often each thing was met.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    programs: u64,
    counts: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub fn count(&mut self, what: &'static str) {
        self.count_if(true, what);
    }

    pub fn count_if(&mut self, met: bool, what: &'static str) {
        self.count_by(u64::from(met), what);
    }

    pub fn count_by(&mut self, times: u64, what: &'static str) {
        *self.counts.entry(what).or_default() += times;
    }

    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// How many programs were checked.
    pub fn programs(&self) -> u64 {
        self.programs
    }

    fn add(&mut self, other: &Tally) {
        self.programs += other.programs;
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>6}  programs", self.programs)?;
        self.counts.iter().try_for_each(|(what, count)| writeln!(f, "{count:>6}  {what}"))
    }
}

/// The number in an environment variable, if there is one.
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Checks the programs of half of `count` seeds, so that all tests take minutes (with `WATERSHED_RANDOM`, of `count` in its proportion to 2000; from
/// `WATERSHED_SEED` on), prints what was met.
///
/// # Panics
/// If the check complains of some program: with a smallest one.
pub fn campaign(count: u64, random: fn(u64) -> Model, check: fn(&Model, &mut Tally) -> Result<(), String>) -> Tally {
    let wanted = from_environment("WATERSHED_RANDOM").unwrap_or(1000);
    let count = (count * wanted).div_ceil(2000);
    let first = from_environment("WATERSHED_SEED").unwrap_or(0);
    let next = AtomicU64::new(0);
    let total = Mutex::new(Tally::default());
    let failures = Mutex::new(Vec::new());
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = first + next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                break;
            }
            tally.programs += 1;
            if let Err(complaint) = check(&random(seed), &mut tally) {
                // At once: to find a smallest program may take long.
                println!("seed {seed}: {complaint}");
                failures.lock().unwrap_or_else(PoisonError::into_inner).push(seed);
            }
        }
        total.lock().unwrap_or_else(PoisonError::into_inner).add(&tally);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let tally = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{tally}");
    let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    failures.sort_unstable();
    if let Some(&seed) = failures.first() {
        let (smallest, complaint) = shrink(&random(seed), &|model| check(model, &mut Tally::default()));
        panic!("seeds {failures:?} fail; seed {seed}: {complaint}\n{}", smallest.text());
    }
    tally
}
