//! Expectations about faults: `// expect[faults 4/2/1]: counterexample 2`.
//!
//! After `faults` stand EOT, EFF and the number of crashes, then `stop` and `baseline` if they are meant. The answer is a verdict; a
//! number after `counterexample` is how many faults the first minimal one has.

use crate::budget::Budget;
use crate::faults::{CrashMode, PATIENCE, Question, Specification, VerdictRule, investigate};
use crate::program::Program;

/// One expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultExpectation {
    /// What may go wrong.
    pub specification: Specification,
    /// When a run is bad.
    pub rule: VerdictRule,
    /// The verdict's name.
    pub verdict: &'static str,
    /// How many faults a minimal counterexample has.
    pub size: Option<usize>,
}

/// Reads the parameters in the brackets and the words after the colon.
pub fn read(parameters: &str, words: &str) -> Option<FaultExpectation> {
    let mut parameters = parameters.split_whitespace();
    let numbers: Vec<u64> = parameters.next()?.split('/').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let &[eot, eff, crashes] = &numbers[..] else { return None };
    let mut expected = FaultExpectation {
        specification: Specification {
            eot,
            eff,
            crashes: usize::try_from(crashes).ok()?,
            crash_mode: CrashMode::LosesSends,
        },
        rule: VerdictRule::Invariant,
        verdict: "",
        size: None,
    };
    for word in parameters {
        match word {
            "stop" => expected.specification.crash_mode = CrashMode::Stops,
            "baseline" => expected.rule = VerdictRule::Baseline,
            _ => return None,
        }
    }
    let mut words = words.split_whitespace();
    let verdict = words.next()?;
    expected.verdict = ["counterexample", "certified", "vacuous"].into_iter().find(|name| *name == verdict)?;
    if let Some(size) = words.next() {
        expected.size = Some(size.parse().ok()?).filter(|_| expected.verdict == "counterexample");
        expected.size?;
    }
    (words.next().is_none() && eot > 0 && eff <= eot).then_some(expected)
}

/// What is wrong with an expectation, if something is.
pub fn failure(expected: &FaultExpectation, program: Option<&Program>, budget: &Budget) -> Option<String> {
    let FaultExpectation { specification, rule, verdict, size } = *expected;
    let Some(program) = program else { return Some(format!("expected {verdict}, found error")) };
    let answer = match investigate(program, &Question { specification, rule, most: 1, patience: PATIENCE }, budget) {
        Ok(answer) => answer,
        Err(failure) => {
            return Some(format!("expected {verdict}, found a rule that errs in round {}", failure.error.round));
        }
    };
    if answer.verdict.name() != verdict {
        return Some(format!("expected {verdict}, found {}", answer.verdict.name()));
    }
    let found = answer.counterexamples.first().map(|found| found.faults.len());
    (size.is_some() && size != found)
        .then(|| format!("expected {} faults, found {}", size.unwrap_or_default(), found.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_verdicts_are_read() {
        let read =
            |parameters, words| read(parameters, words).map(|e| (e.specification.eot, e.rule, e.verdict, e.size));
        assert_eq!(read("4/2/1", "counterexample 2"), Some((4, VerdictRule::Invariant, "counterexample", Some(2))));
        assert_eq!(read("4/2/0 stop baseline", "certified"), Some((4, VerdictRule::Baseline, "certified", None)));
        for (parameters, words) in [
            ("4/2", "certified"),
            ("4/5/0", "certified"),
            ("0/0/0", "certified"),
            ("4/2/0 later", "certified"),
            ("4/2/0", "confluent"),
            ("4/2/0", "certified 2"),
            ("4/2/0", "counterexample 2 3"),
            ("", ""),
        ] {
            assert_eq!(read(parameters, words), None, "{parameters}: {words}");
        }
    }
}
