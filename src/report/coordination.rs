//! What is said of coordination, by whatever report.

use super::facts::listed;
use super::text::counted;
use crate::analysis::{Class, is_exact_persistence};
use crate::pipeline::Verdict;
use crate::pipeline::coordinate::{Aim, Answered, Attempt, Coordinated, Outcome, Price, Prices, Shown, Trial};
use crate::program::{LocatedFact, Program, RuleId, RuleKind};
use crate::rewrite::{Acknowledge, Channels, Plan, Queue};
use crate::source::SourceMap;
use std::collections::BTreeSet;

/// An answer with what it is about.
#[derive(Debug)]
pub struct CoordinateCase<'a> {
    /// The files as the user wrote them.
    pub files: &'a [String],
    /// The arguments that name the program to another command, quoted for a shell.
    pub shell_words: &'a [String],
    /// Their texts.
    pub sources: &'a SourceMap,
    /// The program.
    pub program: &'a Program,
    /// Its class.
    pub class: Class,
    /// The prices.
    pub prices: Prices,
    /// What was found.
    pub answered: &'a Answered,
    /// The published rewrite in full, if the program has one: its price and what became of it.
    pub full: Option<&'a Coordinated>,
    /// Whether the published rewrite is what was asked for.
    pub wants_full: bool,
}

/// One thing that a plan does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The rule that it is about.
    pub rule: RuleId,
    /// What is done there.
    pub what: String,
}

impl CoordinateCase<'_> {
    /// The plan that is printed.
    pub fn chosen(&self) -> Option<&Coordinated> {
        match (&self.answered.outcome, self.wants_full) {
            (_, true) => self.full.filter(|full| full.trial.failure.is_none()),
            (Outcome::Found(found), false) => Some(found),
            _ => None,
        }
    }

    /// `found`, `unneeded` or `inconclusive`.
    pub fn verdict(&self) -> &'static str {
        match (self.chosen(), &self.answered.outcome) {
            (Some(_), _) => "found",
            (None, Outcome::Unneeded) if !self.wants_full => "unneeded",
            _ => "inconclusive",
        }
    }

    /// The verdict on the program as it is.
    pub fn before(&self) -> Verdict {
        self.answered.before.verdict
    }

    /// Whether the outcome of the chosen plan is one that is aimed at: of a program in Dedalusˢ the stratified model, of any other one of its own. None where that is not
    /// known, since its own models are not all known.
    pub fn meets_aim(&self) -> Option<bool> {
        let model = self.chosen()?.trial.model.as_ref()?;
        if self.class <= Class::DedalusS {
            return Some(true);
        }
        let findings = &self.answered.before.findings;
        let is_shown = |own: &BTreeSet<LocatedFact>| {
            own.len() == model.len()
                && own.iter().all(|fact| model.contains(&self.program.show_fact(fact.node, &fact.fact)))
        };
        let (contained, complete) = match &self.answered.own {
            Some((own, complete)) => (own.contains(model), *complete),
            None => (findings.models.iter().any(is_shown), findings.models_complete),
        };
        (contained || complete).then_some(contained)
    }

    /// The place of a rule, `file:line`.
    pub fn place(&self, rule: RuleId) -> String {
        let span = self.program.rules[rule.0 as usize].span;
        format!("{}:{}", self.sources.file(span.file).name, self.sources.line_column(span).0)
    }

    /// What a plan does, rule by rule.
    pub fn measures(&self, plan: &Plan) -> Vec<Measure> {
        measures(self.program, &self.answered.channels, plan)
    }

    /// The plans that were tried and did not pass.
    pub fn rejected(&self) -> impl Iterator<Item = &Attempt> {
        self.answered.attempts.iter().filter(|attempt| attempt.failure.is_some())
    }
}

/// A plan in a few words.
pub fn named(program: &Program, channels: &Channels, plan: &Plan) -> String {
    let messages = |chosen: &BTreeSet<usize>| {
        let names: BTreeSet<String> =
            chosen.iter().map(|&channel| format!("`{}`", head(program, channels, channel))).collect();
        listed(&names.into_iter().collect::<Vec<_>>(), 4)
    };
    match plan {
        Plan::Nothing => "nothing".to_string(),
        Plan::Once(chosen) => format!("send {} once", messages(chosen)),
        Plan::Order(chosen, Queue::Sender) => format!("number {} at the sender", messages(chosen)),
        Plan::Order(chosen, Queue::Sequencer) => format!("order {} by a sequencer", messages(chosen)),
        Plan::Seals(sealing) if sealing.points.is_empty() => "keep what comes, wait for nothing".to_string(),
        Plan::Seals(sealing) => {
            let needed = channels.needed(sealing.points.iter().copied());
            let mut how: Vec<&str> = Vec::new();
            if sealing.channels.values().any(|&how| how == Acknowledge::Counts) {
                how.push("counts");
            }
            if sealing.channels.values().any(|&how| how == Acknowledge::Messages) {
                how.push("acknowledgements");
            }
            if needed.iter().any(|&channel| channels.channels[channel].group.is_some()) {
                how.push("votes");
            }
            let sealed = if needed.is_empty() {
                String::new()
            } else {
                format!(" {} by {}", messages(&needed), how.join(" and "))
            };
            let points = sealing.points.len();
            let rules = counted(points as u64, "rule");
            let for_one = match sealing.by_sender.len() {
                0 => String::new(),
                some => format!(", {some} of them for the sender that it names"),
            };
            let steps = if sealing.keeps_steps { ", steps stay as they are" } else { "" };
            format!("seal{sealed}: {rules} wait{}{for_one}{steps}", if points == 1 { "s" } else { "" })
        }
    }
}

fn head<'p>(program: &'p Program, channels: &Channels, channel: usize) -> &'p str {
    let rule = &program.rules[channels.channels[channel].rule.0 as usize];
    &program.relation(rule.head.relation).name
}

fn measures(program: &Program, channels: &Channels, plan: &Plan) -> Vec<Measure> {
    let mut measures = Vec::new();
    let of_channels = |chosen: &BTreeSet<usize>, what: &str, measures: &mut Vec<Measure>| {
        for &channel in chosen {
            let what = format!("messages of `{}` {what}", head(program, channels, channel));
            measures.push(Measure { rule: channels.channels[channel].rule, what });
        }
    };
    match plan {
        Plan::Nothing => {}
        Plan::Once(chosen) => of_channels(chosen, "are sent once each", &mut measures),
        Plan::Order(chosen, Queue::Sender) => {
            of_channels(chosen, "are numbered by their sender and taken in that order, one a step", &mut measures);
        }
        Plan::Order(chosen, Queue::Sequencer) => {
            of_channels(
                chosen,
                "go through the least node, which has all before it sends them on in a fixed order",
                &mut measures,
            );
        }
        Plan::Seals(sealing) => {
            let inductive =
                |rule: &&crate::program::Rule| rule.kind == RuleKind::Inductive && !is_exact_persistence(program, rule);
            let read =
                (0..).map(RuleId).zip(&program.rules).filter(|(_, rule)| inductive(rule) && !sealing.keeps_steps);
            measures.extend(read.map(|(rule, _)| Measure { rule, what: "is read as deductive".to_string() }));
            for &index in &sealing.points {
                let point = &channels.points[index];
                let names: Vec<String> =
                    point.reads.iter().map(|(read, _)| format!("`{}`", program.relation(*read).name)).collect();
                let until = if sealing.by_sender.contains(&index) {
                    "has all from the sender that the rule names"
                } else {
                    "is complete"
                };
                let what = format!("waits until {} {until}", listed(&names, 4));
                measures.push(Measure { rule: point.rule, what });
            }
            for channel in channels.needed(sealing.points.iter().copied()) {
                let how = match (channels.channels[channel].group, sealing.channels.get(&channel)) {
                    (Some(_), _) => "are acknowledged, and a vote says when they are over",
                    (None, Some(Acknowledge::Counts)) => "are counted: senders say how many there are",
                    (None, _) => "are acknowledged, and senders say when all are",
                };
                of_channels(&BTreeSet::from([channel]), how, &mut measures);
            }
        }
    }
    measures
}

/// A price in words.
pub fn price(price: Price, prices: Prices) -> String {
    let Price { messages, rounds, waits } = price;
    let [messages, rounds, waits] =
        [(messages, "message"), (rounds, "round"), (waits, "wait")].map(|(count, noun)| counted(count, noun));
    format!("{} ({messages}, {rounds}, {waits})", price.total(prices))
}

/// What a run takes, in words.
pub fn measured(trial: Option<crate::pipeline::coordinate::Measured>) -> String {
    match trial {
        None => "no end within 400 rounds".to_string(),
        Some(measured) => {
            let more = match measured.resent {
                0 => String::new(),
                resent => format!(", then {resent} in each round for ever"),
            };
            let messages = counted(measured.messages as u64, "message");
            format!("{messages} in {}{more}", counted(measured.rounds as u64, "round"))
        }
    }
}

/// The facts of a model in a line.
pub fn model(model: &Shown) -> String {
    listed(&model.iter().cloned().collect::<Vec<_>>(), 8)
}

/// What the re-check found.
pub fn rechecked(trial: &Trial) -> String {
    let class = trial.class.map_or("", |class| class.name());
    match &trial.failure {
        None => {
            let figures = &trial.figures;
            let states = counted(figures.states as u64, "state");
            let small = trial.small.map_or(String::new(), |small| {
                let erring = if small.erring == 0 { String::new() } else { format!(", {} of which err", small.erring) };
                format!(
                    ", likewise on {} ({}){erring}",
                    counted(small.instances as u64, "small instance"),
                    small.bounds
                )
            });
            format!("confluent, {states}, {}, class {class}{small}", counted(figures.transitions as u64, "transition"))
        }
        Some(failure) => failure.to_string(),
    }
}

/// The outcome that is aimed at, in words; none where nothing was tried.
pub fn aim(case: &CoordinateCase<'_>) -> Option<String> {
    Some(match case.answered.aim.as_ref()? {
        Aim::Stratified(aim) => format!("the stratified model: {}", model(aim)),
        Aim::OneOf(models, complete) => {
            let all = if *complete { "" } else { " (not all are known)" };
            format!("one of the {} models that the program can end with{all}", models.len())
        }
    })
}

/// What is to be said where the chosen plan does not, or is not known to, meet its aim.
pub fn note(case: &CoordinateCase<'_>) -> Option<&'static str> {
    case.chosen()?;
    match case.meets_aim() {
        Some(true) => None,
        Some(false) => Some("the program as it is cannot end so: events that lasted would lead there"),
        None => Some("whether the program as it is can end so is not known"),
    }
}

/// The published rewrite in full: what it costs, and what became of it.
pub fn in_full(case: &CoordinateCase<'_>, full: &Coordinated) -> String {
    format!(
        "price {}; {}; a run: {}; {} rules more",
        price(full.price, case.prices),
        rechecked(&full.trial),
        measured(full.trial.measured),
        full.trial.rules_added
    )
}
