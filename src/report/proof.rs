//! A program and what `prove` found of it: what both forms of its report are made of.

use super::Case;
use crate::analysis::Analysis;
use crate::pipeline::prove::Outcome;
use crate::pipeline::prove::reached::Sought;
use crate::pipeline::prove::small::{Refuting, Small};
use crate::pipeline::{Answer, Scope, Verdict};
use crate::program::Program;
use crate::prove::joining::Attempt;
use crate::prove::semantic::Semantic;
use crate::source::SourceMap;

/// A program and what was found.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The files as the user wrote them.
    pub files: &'a [String],
    /// The arguments that name the program to another command, with the small instance that refutes it, if one does; quoted for a shell.
    pub shell_words: &'a [String],
    /// The program's texts.
    pub sources: &'a SourceMap,
    /// The program.
    pub program: &'a Program,
    /// What can be said of it without running it.
    pub analysis: &'a Analysis,
    /// What was found.
    pub outcome: &'a Outcome,
    /// What was tried where no theorem applies by the form of the rules.
    pub semantic: Option<&'a Semantic>,
    /// Where an obligation was not shown: whether it fails in a reachable state.
    pub reached: &'a [Sought],
    /// The small instances that were searched.
    pub small: Option<&'a Small>,
}

impl<'a> Proof<'a> {
    /// The answer about the program's own instance.
    fn own(&self) -> Option<&'a Answer> {
        match self.outcome {
            Outcome::Explored(answer) => Some(answer),
            _ => None,
        }
    }

    /// The small instance that refutes it.
    pub fn refuting(&self) -> Option<&'a Refuting> {
        self.small.and_then(|small| small.found.as_ref())
    }

    /// What was sought in runs of the instance for an attempt that failed.
    pub fn sought(&self, attempt: &Attempt) -> Option<&'a Sought> {
        self.reached.iter().find(|one| one.cell == attempt.cell)
    }

    /// Whether two runs of some instance end differently.
    pub fn is_refuted(&self) -> bool {
        self.outcome.is_refuted() || self.refuting().is_some()
    }

    /// The instance that was explored: a small one if that refutes it, else the program's own.
    pub fn case(&self) -> Option<Case<'a>> {
        let refuting = self.refuting();
        Some(Case {
            command: "prove",
            files: self.files,
            shell_words: self.shell_words,
            sources: refuting.map_or(self.sources, |one| &one.sources),
            program: refuting.map_or(self.program, |one| &one.program),
            analysis: refuting.map_or(self.analysis, |one| &one.analysis),
            answer: refuting.map(|one| &one.answer).or(self.own())?,
            explained: None,
            points: None,
            fewer: None,
            instances: self.small.map(|small| small.searched),
            instance: refuting.map(|one| one.text.as_str()),
            valuations: None,
        })
    }

    /// Whether the program's own instance is confluent; none if it was not explored to the end.
    pub fn confluence(&self) -> Option<bool> {
        let findings = &self.own()?.findings;
        if !findings.contested.is_empty() {
            return Some(false);
        }
        (findings.cut.is_none() && findings.undecided.is_empty()).then_some(true)
    }

    /// The analysis, with what was proved of the flags.
    pub fn known(&self) -> Analysis {
        let polarity = self.semantic.map_or_else(|| self.analysis.polarity.clone(), |found| found.polarity.clone());
        Analysis { polarity, ..self.analysis.clone() }
    }

    /// Confluent only if proved for all instances.
    pub fn verdict(&self) -> Verdict {
        match self.outcome {
            Outcome::Proved(_) => Verdict::Confluent,
            _ if self.is_refuted() => Verdict::Diffluent,
            _ => Verdict::Inconclusive,
        }
    }

    /// What the verdict speaks of.
    pub fn scope(&self) -> Scope {
        match self.verdict() {
            Verdict::Confluent => Scope::AllInstances,
            Verdict::Diffluent => Scope::ThisInstance,
            _ => Scope::Bounded,
        }
    }

    /// What it rests on.
    pub fn basis(&self) -> String {
        match self.outcome {
            Outcome::Proved(theorem) => theorem.basis(),
            _ if self.is_refuted() => "explored".to_string(),
            _ => "bound:proof".to_string(),
        }
    }

    /// What the proof assumes of an instance beside the kinds of its EDB relations.
    pub fn assumptions(&self) -> Vec<String> {
        let Outcome::Proved(_) = self.outcome else { return Vec::new() };
        let mut assumptions = Vec::new();
        if self.program.facts.iter().any(|given| !self.program.relation(given.fact.relation).is_edb()) {
            assumptions.push("relations that rules derive are given the facts of the file and no others".to_string());
        }
        if self.program.rules.iter().any(|rule| rule.can_err) {
            assumptions.push("no rule errs, and no integer leaves 64 bits".to_string());
        }
        assumptions
    }
}
