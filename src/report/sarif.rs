//! SARIF 2.1.0: diagnostics, and what a command has to say beyond them, for code scanning tools.
//!
//! `diffluent` is reported at the points of order that the contested fact depends on, else where its relation first
//! appears; `violated` at the `never` relation; an expectation that is not met at its line; what keeps a program out of
//! a smaller class at the literal, rule or fact.

use super::Case;
use super::json::{DiagnosticObject, PlaceObject, ReasonObject, TestedProgram};
use super::points::{findings, unexplained};
use super::style::Style;
use crate::budget::Bound;
use crate::diagnostic::{Code, Diagnostic};
use crate::faults::{self, Question};
use crate::pipeline::contents::Found;
use crate::pipeline::flow::{self, Described, Examined};
use crate::pipeline::{Basis, Verdict};
use crate::program::Program;
use crate::source::SourceMap;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One result before it is written.
#[derive(Debug, Clone)]
pub struct Finding {
    rule: &'static str,
    title: String,
    level: &'static str,
    message: String,
    places: Vec<PlaceObject>,
}

/// The log of a run of the tool: its diagnostics, then what else was found.
pub fn log(diagnostics: &[DiagnosticObject], others: Vec<Finding>) -> Value {
    let mut findings: Vec<Finding> = diagnostics.iter().map(of_diagnostic).collect();
    findings.extend(others);
    let titles: BTreeMap<&str, &str> = findings.iter().map(|f| (f.rule, f.title.as_str())).collect();
    let index: BTreeMap<&str, usize> = titles.keys().enumerate().map(|(i, rule)| (*rule, i)).collect();
    let rules: Vec<Value> =
        titles.iter().map(|(rule, title)| json!({ "id": rule, "shortDescription": { "text": title } })).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, index[finding.rule])).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "watershed",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn of_diagnostic(diagnostic: &DiagnosticObject) -> Finding {
    let title = Code(diagnostic.code).explanation().map_or(diagnostic.code, |(title, _)| title);
    Finding {
        rule: diagnostic.code,
        title: title.to_string(),
        level: diagnostic.severity,
        message: diagnostic.message.clone(),
        places: vec![diagnostic.place.clone()],
    }
}

/// The verdict of `check` and `explore`.
pub fn of_verdict(case: &Case<'_>) -> Vec<Finding> {
    let (program, answer) = (case.program, case.answer);
    let place = |span| PlaceObject::new(case.sources, span);
    let mut findings = Vec::new();
    for violation in &answer.violations {
        let span = program.nevers.iter().find(|(relation, _)| *relation == violation.relation).map(|never| never.1);
        findings.push(Finding {
            rule: "violated",
            title: "a relation that must never hold does in a reachable step".to_string(),
            level: "error",
            message: format!(
                "{} holds after the schedule: {}",
                violation.violation.facts.join(", "),
                violation.schedule.show(program)
            ),
            places: span.map(place).into_iter().collect(),
        });
    }
    if let Some(witness) = &answer.witness {
        let fact = program.show_fact(witness.fact.node, &witness.fact.fact);
        let relation = witness.fact.fact.relation;
        let feeding = case.analysis.dependencies.read_by([relation]);
        let mut places: Vec<PlaceObject> = (case.analysis.points_of_order.iter())
            .filter(|point| feeding[program.rules[point.rule.0 as usize].head.relation.0 as usize])
            .map(|point| place(point.span))
            .collect();
        if places.is_empty() {
            places.push(place(program.relation(relation).span));
        }
        let [holds, lacks] = &witness.schedules;
        findings.push(Finding {
            rule: "diffluent",
            title: "the order of deliveries decides the ultimate model".to_string(),
            level: "error",
            message: format!(
                "{fact} is ultimate in the fair run {} and not in the fair run {}",
                holds.show(program),
                lacks.show(program)
            ),
            places,
        });
    }
    if let (Verdict::Inconclusive, Basis::Bound(bound)) = (answer.verdict, answer.basis) {
        findings.push(of_bound(bound));
    }
    findings.extend(of_points(case));
    findings
}

/// The points of order with what was found of each, if that was asked for.
fn of_points(case: &Case<'_>) -> Vec<Finding> {
    let Some(points) = case.points else { return Vec::new() };
    let all = findings(case, points).into_iter().chain(unexplained(case, points));
    let of = |finding: Diagnostic| {
        let labels = finding.primary.iter().chain(&finding.secondary);
        let places = labels.map(|label| PlaceObject::new(case.sources, label.span)).collect();
        let label = finding.primary.iter().map(|label| label.text.clone());
        let words: Vec<String> =
            std::iter::once(finding.message.clone()).chain(label).chain(finding.help.clone()).collect();
        Finding { places, message: words.join("; "), ..of_diagnostic(&DiagnosticObject::new(case.sources, &finding)) }
    };
    all.map(of).collect()
}

/// A counterexample of `faults`, or what left the question open.
pub fn of_faults(program: &Program, question: &Question, answer: &faults::Answer) -> Vec<Finding> {
    let style = Style { color: false, width: 0 };
    of_fault_verdict(answer.verdict, &super::text::faults::headline(program, question, answer, style))
}

/// The same of asynchronous runs.
pub fn of_asynchronous_faults(
    question: &faults::asynchronous::Question,
    answer: &faults::asynchronous::Answer,
) -> Vec<Finding> {
    let style = Style { color: false, width: 0 };
    of_fault_verdict(answer.verdict, &super::text::faults::asynchronous::headline(question, answer, style))
}

fn of_fault_verdict(verdict: faults::Verdict, headline: &str) -> Vec<Finding> {
    let (rule, title, level) = match verdict {
        faults::Verdict::Certified => return Vec::new(),
        faults::Verdict::Inconclusive(bound) => return vec![of_bound(bound)],
        faults::Verdict::Counterexample => ("counterexample", "faults break what the program promises", "error"),
        faults::Verdict::Vacuous => ("vacuous", "nothing is promised or fulfilled without faults", "warning"),
    };
    let message = headline.trim_end().to_string();
    vec![Finding { rule, title: title.to_string(), level, message, places: Vec::new() }]
}

/// Where the anomalies of a component graph begin, and the streams in which two runs differ.
pub fn of_flow(described: &Described, sources: &SourceMap, examined: &Examined) -> Vec<Finding> {
    let graph = described.graph();
    let of_strategy = |strategy: &crate::flow::strategy::Strategy| {
        let path = &graph.components[strategy.component].paths[strategy.path];
        let first = strategy.measures.first();
        let what = first.map_or_else(String::new, |(first, _)| {
            format!("; {}", super::text::flow::words(graph, strategy.component, first))
        });
        Finding {
            rule: "anomaly",
            title: "contents that depend on the order of deliveries begin here".to_string(),
            level: "error",
            message: format!("{}: contents depend on order{what}", graph.path_name(strategy.component, strategy.path)),
            places: vec![PlaceObject::new(sources, path.span)],
        }
    };
    let mut findings: Vec<Finding> = examined.answer.plan.strategies.iter().map(of_strategy).collect();
    if let Described::Derived(white) = described {
        for (stream, evidence) in graph.streams.iter().zip(examined.evidence.iter().flatten()) {
            let Found::Different(difference) = &evidence.contents.found else { continue };
            let fact = white.program.show_fact(difference.fact.node, &difference.fact.fact);
            let [first, second] = difference.schedules.each_ref().map(|schedule| schedule.show(&white.program));
            findings.push(Finding {
                rule: "contents",
                title: "the order of deliveries decides what a stream carries".to_string(),
                level: "error",
                message: format!("{} differs in {fact} between the fair runs {first} and {second}", stream.name),
                places: vec![PlaceObject::new(sources, stream.span)],
            });
        }
    }
    if let flow::Verdict::Inconclusive(bound) = examined.verdict() {
        findings.push(of_bound(bound));
    }
    findings
}

/// A bound that ended a command.
pub fn of_bound(bound: Bound) -> Finding {
    Finding {
        rule: "inconclusive",
        title: "a bound left the question open".to_string(),
        level: "warning",
        message: format!("no answer, because {}", super::advice::meaning(bound)),
        places: Vec::new(),
    }
}

/// The expectations of `test` that are not met.
pub fn of_tests(tested: &[TestedProgram]) -> Vec<Finding> {
    (tested.iter())
        .flat_map(|program| &program.failures)
        .map(|failure| Finding {
            rule: "not-met",
            title: "an expectation that is not met".to_string(),
            level: "error",
            message: failure.message.clone(),
            places: vec![failure.place.clone()],
        })
        .collect()
}

/// What keeps a program out of smaller classes.
pub fn of_reasons(reasons: Vec<ReasonObject>) -> Vec<Finding> {
    (reasons.into_iter())
        .map(|reason| Finding {
            rule: reason.kind,
            title: format!("what keeps a program out of {}", reason.keeps_out_of),
            level: "note",
            message: format!("{}; {}", reason.message, reason.remedy),
            places: vec![reason.place],
        })
        .collect()
}

fn result(finding: &Finding, index: usize) -> Value {
    let locations: Vec<Value> = finding.places.iter().filter_map(location).collect();
    let (first, others) = locations.split_at(locations.len().min(1));
    let related: Vec<Value> = (others.iter().enumerate())
        .map(|(id, location)| {
            let mut location = location.clone();
            location["id"] = json!(id + 1);
            location
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": { "text": finding.message },
    });
    if !first.is_empty() {
        result["locations"] = json!(first);
    }
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn location(place: &PlaceObject) -> Option<Value> {
    let (file, line, column) = (place.file.as_ref()?, place.line?, place.column?);
    Some(json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(file) },
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
    }))
}

/// A file name as a URI reference: percent-encoded, absolute paths with a scheme.
fn uri(file: &str) -> String {
    let mut text = String::from(if file.starts_with('/') { "file://" } else { "" });
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn file_names_become_uris() {
        assert_eq!(uri("a/b c.ded"), "a/b%20c.ded");
        assert_eq!(uri("/tmp/é.ded"), "file:///tmp/%C3%A9.ded");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
