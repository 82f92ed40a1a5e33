//! What a bound means and what to try next, for inconclusive answers.

use crate::analysis::Analysis;
use crate::analysis::infinite::Extent;
use crate::budget::Bound;
use crate::pipeline::Figures;
use crate::program::{Order, Program};

/// The bound in words, after "because".
pub fn meaning(bound: Bound) -> &'static str {
    match bound {
        Bound::States => "the search reached `--max-states`",
        Bound::Transitions => "the search reached `--max-transitions`, or one state has too many deliveries to list",
        Bound::Facts => "one local step derives more facts than `--max-facts`",
        Bound::Memory => "the memory ended (`--max-memory`)",
        Bound::Time => "the time ended (`--timeout`)",
        Bound::Integer => "a rule makes an integer beyond 64 bits",
        Bound::Copies => "messages that are sent for ever were counted up to a cap, which leaves the question open",
        Bound::Models => "there are more ultimate models than `--max-models`, and each has to be looked at",
        Bound::Solver => "the solver could not decide a condition on unknown values",
        Bound::Interrupt => "it was interrupted",
    }
}

/// The same where more is known of the search.
pub fn meaning_of(program: &Program, bound: Bound, figures: &Figures) -> String {
    match (bound, figures.crowd) {
        (Bound::Transitions, Some((node, messages))) => {
            let node = program.show_node(node);
            format!("{messages} messages are in flight to `{node}` at once, with more deliveries than can be listed")
        }
        _ => meaning(bound).to_string(),
    }
}

/// What to try, one sentence each.
pub fn advice(program: &Program, analysis: &Analysis, bound: Bound, figures: &Figures) -> Vec<String> {
    let mut advice = Vec::new();
    for counter in &analysis.counters {
        let (relation, column) = counter.column;
        let name = &program.relation(relation).name;
        let extent = match counter.extent {
            Extent::OneStep => "one local step may derive infinitely many facts",
            Extent::OverTime => "the states may be infinitely many, so that no search ends",
        };
        advice.push(format!(
            "column {} of `{name}` counts without a bound: {extent}; bound it in the rule, such as `N < 10`",
            column + 1
        ));
    }
    let smaller = "a smaller instance: fewer nodes (`--nodes`), fewer facts, fewer outputs (`--output`)";
    match bound {
        Bound::States => advice.push(raise("--max-states", figures.states)),
        Bound::Transitions => match figures.crowd {
            Some((node, messages)) => {
                let node = program.show_node(node);
                advice.push(format!("fewer messages in flight to `{node}` at a time than {messages}"));
            }
            None => advice.push(raise("--max-transitions", figures.transitions)),
        },
        Bound::Facts => advice.push("a larger `--max-facts`, if the step is finite".to_string()),
        Bound::Memory => advice.push("a larger `--max-memory`".to_string()),
        Bound::Time => advice.push("a longer `--timeout`".to_string()),
        Bound::Integer => advice.push("a bound on the values in the rules that compute them".to_string()),
        Bound::Copies => {
            if program.order == Order::Fifo {
                let turns =
                    "the same messages at every step: a sender that takes turns fills a channel with ever more turns";
                advice.push(format!("{turns}, which are not counted"));
            }
            advice.push("`watershed run --seed N` with several N: it counts copies exactly".to_string());
            advice.push("messages that are sent once, from an event fact, instead of at every step".to_string());
        }
        Bound::Models => advice.push("a larger `--max-models`".to_string()),
        Bound::Solver => {
            advice.push("`assume` what is known of the unknown constants, or give values: `--valuation`".to_string())
        }
        Bound::Interrupt => advice.push("the same again without an interrupt".to_string()),
    }
    if !matches!(bound, Bound::Interrupt | Bound::Integer) {
        advice.push(smaller.to_string());
    }
    advice
}

fn raise(option: &str, reached: usize) -> String {
    format!("`{option} {}` or more", reached.saturating_mul(10).max(1000))
}
