//! A program and what `prove` found of it: what both forms of its report are made of.

use super::Case;
use crate::analysis::Analysis;
use crate::pipeline::prove::Outcome;
use crate::pipeline::{Scope, Verdict};
use crate::program::Program;
use crate::prove::semantic::Semantic;
use crate::source::SourceMap;

/// A program and what was found.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The files as the user wrote them.
    pub files: &'a [String],
    /// The arguments that name the program to another command, quoted for a shell.
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
}

impl<'a> Proof<'a> {
    /// The instance that was explored.
    pub fn case(&self) -> Option<Case<'a>> {
        let Outcome::Explored(answer) = self.outcome else { return None };
        Some(Case {
            command: "prove",
            files: self.files,
            shell_words: self.shell_words,
            sources: self.sources,
            program: self.program,
            analysis: self.analysis,
            answer,
            explained: None,
            fewer: None,
            instances: None,
            instance: None,
            valuations: None,
        })
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
            outcome if outcome.is_refuted() => Verdict::Diffluent,
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
            outcome if outcome.is_refuted() => "explored".to_string(),
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

impl Case<'_> {
    /// Whether the instance is confluent; none if it was not explored to the end.
    pub fn confluence(&self) -> Option<bool> {
        let findings = &self.answer.findings;
        if !findings.contested.is_empty() {
            return Some(false);
        }
        (findings.cut.is_none() && findings.undecided.is_empty()).then_some(true)
    }
}
