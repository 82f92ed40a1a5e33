//! Faults in asynchronous runs: programs with their faults made part of them against faults by definition.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use std::collections::{BTreeMap, BTreeSet};
use watershed::eval::LocalStep;
use watershed::eval::naive::Naive;
use watershed::faults::lossy::Lossy;
use watershed::faults::plan::{Plan, Tolerance};
use watershed::pipeline::explore_instance;
use watershed::program::resolve::{self, Options};
use watershed::program::{Fact, LocatedFact, NodeId, Program, RuleKind, Spelling, When};
use watershed::source::SourceMap;
use watershed::syntax::ast::Ast;
use watershed::syntax::parser;

/// Most states by definition.
const STATES: usize = 3_000;

/// A global state: local steps taken (counted up to one past the last event), what is carried, what is in flight, who has crashed, and
/// what may still go wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    steps: Vec<u64>,
    carried: Vec<BTreeSet<Fact>>,
    buffer: BTreeMap<LocatedFact, u64>,
    crashed: BTreeSet<NodeId>,
    /// Omissions, crashes, restarts, duplications.
    left: [usize; 4],
}

/// What happens in one step besides it.
#[derive(Debug, Clone, Default)]
struct Faults {
    omitted: BTreeSet<NodeId>,
    crash: bool,
    restart: bool,
    doubled: BTreeSet<NodeId>,
}

type Ultimate = BTreeSet<String>;

/// The ends of all runs with faults, of a program all of whose runs fall quiet.
struct Definition<'p> {
    program: &'p Program,
    evaluator: Naive<'p>,
    last_event: Vec<u64>,
    ends: BTreeSet<Ultimate>,
    done: BTreeSet<State>,
    path: BTreeSet<State>,
}

impl Definition<'_> {
    /// `None` if some run never falls quiet, a rule errs, or there are too many states.
    fn visit(&mut self, state: State) -> Option<()> {
        if self.done.contains(&state) {
            return Some(());
        }
        if self.path.len() + self.done.len() > STATES || !self.path.insert(state.clone()) {
            return None;
        }
        let mut quiet = state.buffer.is_empty();
        let mut ultimate = Ultimate::new();
        for node in self.program.node_ids() {
            for inbox in deliveries(&state.buffer, node)? {
                let given = self.given(node, state.steps[node.0 as usize] + 1);
                let carried = state.carried[node.0 as usize].iter().cloned();
                let delivered = inbox.keys().map(|message| message.fact.clone());
                let input: BTreeSet<Fact> = given.into_iter().chain(carried).chain(delivered).collect();
                let outcome = self.evaluator.step(node, &input).ok()?;
                if inbox.is_empty() {
                    ultimate.extend(
                        outcome
                            .derived
                            .iter()
                            .filter(|fact| self.is_shown(fact))
                            .map(|fact| self.program.show_fact(node, fact)),
                    );
                }
                let others: BTreeSet<NodeId> =
                    outcome.sent.iter().map(|sent| sent.node).filter(|&to| to != node).collect();
                for faults in choices(&state, node, &others) {
                    let mut next = state.clone();
                    let step = &mut next.steps[node.0 as usize];
                    *step = (*step + 1).min(self.last_event[node.0 as usize] + 1);
                    for (message, copies) in &inbox {
                        let left = next.buffer.get_mut(message)?;
                        *left -= copies;
                        if *left == 0 {
                            next.buffer.remove(message);
                        }
                    }
                    if faults.crash {
                        next.crashed.insert(node);
                    }
                    next.carried[node.0 as usize] = if faults.restart { BTreeSet::new() } else { outcome.next.clone() };
                    for sent in &outcome.sent {
                        let cut = next.crashed.contains(&node) || faults.omitted.contains(&sent.node);
                        if sent.node != node && cut {
                            continue;
                        }
                        let copies = 1 + u64::from(faults.doubled.contains(&sent.node));
                        *next.buffer.entry(sent.clone()).or_default() += copies;
                    }
                    let used = [faults.omitted.len(), faults.crash.into(), faults.restart.into(), faults.doubled.len()];
                    next.left.iter_mut().zip(used).for_each(|(left, used)| *left -= used);
                    let faultless = used == [0; 4];
                    // A message that is sent again when it arrives.
                    if next == state && !inbox.is_empty() {
                        return None;
                    }
                    if next != state {
                        quiet &= !faultless;
                        self.visit(next)?;
                    }
                }
            }
        }
        if quiet {
            self.ends.insert(ultimate);
        }
        self.path.remove(&state);
        self.done.insert(state);
        Some(())
    }

    fn is_shown(&self, fact: &Fact) -> bool {
        let relation = self.program.relation(fact.relation);
        !relation.builtin && !relation.observer
    }

    fn given(&self, node: NodeId, step: u64) -> Vec<Fact> {
        let due = |when: When| when == When::Always || when == When::Step(step);
        let facts = self.program.facts.iter().filter(|given| given.node == node && due(given.when));
        facts.map(|given| given.fact.clone()).collect()
    }
}

/// All sub-multisets of what is in flight to a node; `None` if they are many.
fn deliveries(buffer: &BTreeMap<LocatedFact, u64>, node: NodeId) -> Option<Vec<BTreeMap<LocatedFact, u64>>> {
    let mut all = vec![BTreeMap::new()];
    for (message, &copies) in buffer.iter().filter(|(message, _)| message.node == node) {
        for taken in all.clone() {
            for n in 1..=copies {
                let mut more = taken.clone();
                more.insert(message.clone(), n);
                all.push(more);
            }
        }
        if all.len() > 64 {
            return None;
        }
    }
    Some(all)
}

/// What may go wrong in a step of `node` that sends to `others`.
fn choices(state: &State, node: NodeId, others: &BTreeSet<NodeId>) -> Vec<Faults> {
    let sets = |most: usize| -> Vec<BTreeSet<NodeId>> {
        let mut sets = vec![BTreeSet::new()];
        for &other in others {
            let more: Vec<_> = sets
                .iter()
                .cloned()
                .map(|mut set| {
                    set.insert(other);
                    set
                })
                .collect();
            sets.extend(more);
        }
        sets.retain(|set| set.len() <= most);
        sets
    };
    let [omissions, crashes, restarts, duplications] = state.left;
    let may = |left: usize| if left > 0 { &[false, true][..] } else { &[false][..] };
    let mut all = Vec::new();
    for omitted in sets(omissions) {
        for &crash in may(crashes).iter().filter(|&&crash| !crash || !state.crashed.contains(&node)) {
            for &restart in may(restarts) {
                for doubled in sets(duplications) {
                    all.push(Faults { omitted: omitted.clone(), crash, restart, doubled });
                }
            }
        }
    }
    all
}

fn resolved(text: &str) -> Result<(Program, Vec<Ast>), String> {
    let mut sources = SourceMap::new();
    let file = sources.add("p.ded", text.to_string());
    let (tree, mistakes) = parser::parse(&sources, file);
    let trees = vec![tree];
    let (program, diagnostics) = resolve::resolve(&sources, &trees, &Options::default());
    match program {
        Some(program) if mistakes.is_empty() => Ok((program, trees)),
        _ => Err(format!("{mistakes:?} {diagnostics:?}")),
    }
}

/// What is tolerated depends on the program, so that all kinds of faults and pairs of them are met.
fn tolerance(model: &Model) -> Tolerance {
    let none = Tolerance::default();
    match (model.rules.len() * 5 + model.facts.len()) % 8 {
        0 => Tolerance { omissions: 1, ..none },
        1 => Tolerance { crashes: 1, ..none },
        2 => Tolerance { restarts: 1, ..none },
        3 => Tolerance { duplications: 1, ..none },
        4 => Tolerance { omissions: 1, crashes: 1, ..none },
        5 => Tolerance { restarts: 1, duplications: 1, ..none },
        6 => Tolerance { omissions: 2, ..none },
        _ => Tolerance { omissions: 1, restarts: 1, ..none },
    }
}

/// Rules that tell whether a message came in two steps, which few random programs do by themselves: of each relation that is sent and not kept.
fn watched(program: &Program) -> String {
    let heads = |kind: RuleKind| {
        let rules = program.rules.iter().filter(move |rule| rule.kind == kind);
        rules.map(|rule| rule.head.relation).collect::<BTreeSet<_>>()
    };
    let (kept, mut text) = (heads(RuleKind::Inductive), String::new());
    for &relation in heads(RuleKind::Async).difference(&kept) {
        let relation = program.relation(relation);
        let name = &relation.name;
        let (here, columns) = match program.spelling {
            Spelling::Hash => ("", vec!["_"; relation.arity]),
            Spelling::FirstColumn => ("L", [vec!["L"], vec!["_"; relation.arity]].concat()),
        };
        let message = format!("{name}({})", columns.join(", "));
        text.push_str(&format!(
            "had_{name}({here})@next :- {message}; had_{name}({here})@next :- had_{name}({here});
             twice_{name}({here})@next :- {message}, had_{name}({here}); twice_{name}({here})@next :- twice_{name}({here});\n"
        ));
    }
    text
}

/// The ends of runs with at most the tolerated faults are the ultimate models of the programs with planned faults.
pub fn faults_in_the_program_are_faults(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok((program, _)) = resolved(&model.text()) else { return Ok(()) };
    let tolerance = tolerance(model);
    let (program, trees) = resolved(&format!(
        "{}{}",
        model.text(),
        if tolerance.duplications > 0 { watched(&program) } else { String::new() }
    ))?;
    let mut definition = Definition {
        program: &program,
        evaluator: Naive::new(&program, 1_000),
        last_event: program.node_ids().map(|node| program.last_event(node)).collect(),
        ends: BTreeSet::new(),
        done: BTreeSet::new(),
        path: BTreeSet::new(),
    };
    let start = State {
        steps: vec![0; program.nodes.len()],
        carried: vec![BTreeSet::new(); program.nodes.len()],
        buffer: BTreeMap::new(),
        crashed: BTreeSet::new(),
        left: [tolerance.omissions, tolerance.crashes, tolerance.restarts, tolerance.duplications],
    };
    // One frame a state on the path.
    const STACK: usize = 256 << 20;
    let visited = std::thread::scope(|scope| {
        let visit = || definition.visit(start).is_some();
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, visit);
        thread.expect("a thread").join().expect("a search that ends")
    });
    if !visited {
        tally.count("not compared");
        return Ok(());
    }
    let lossy = Lossy::new(&program, &trees).map_err(|error| format!("{error:?}"))?;
    let all = || program.node_ids().flat_map(|a| program.node_ids().map(move |b| (a, b))).filter(|(a, b)| a != b);
    let channels: BTreeSet<(NodeId, NodeId)> = all().collect();
    let mut found: BTreeSet<Ultimate> = BTreeSet::new();
    let mut faultless = 0;
    let mut wrong = None;
    tolerance.plans(program.nodes.len(), &channels, &mut |plan: Plan| {
        match ends_of(&program, &lossy.text(&plan)) {
            Ok(Some(ends)) => found.extend(ends),
            Ok(None) => wrong = Some(None),
            Err(complaint) => wrong = Some(Some(format!("{complaint}\n{}", lossy.text(&plan)))),
        }
        if plan.planned.is_empty() {
            faultless = found.len();
        }
        wrong.is_none()
    });
    match wrong {
        Some(None) => {
            tally.count("not compared");
            return Ok(());
        }
        Some(Some(complaint)) => return Err(complaint),
        None => {}
    }
    let missing: Vec<_> = definition.ends.difference(&found).collect();
    let more: Vec<_> = found.difference(&definition.ends).collect();
    if !missing.is_empty() || !more.is_empty() {
        return Err(format!(
            "{tolerance:?}: by definition also {missing:?}; only in the programs with faults {more:?}"
        ));
    }
    tally.count("compared");
    let matters = found.len() > faultless;
    tally.count_if(matters, "in which faults matter");
    let none = Tolerance::default();
    tally.count_if(matters && tolerance == Tolerance { omissions: tolerance.omissions, ..none }, "omissions matter");
    tally.count_if(matters && tolerance == Tolerance { crashes: 1, ..none }, "crashes matter");
    tally.count_if(matters && tolerance == Tolerance { restarts: 1, ..none }, "restarts matter");
    tally.count_if(matters && tolerance == Tolerance { duplications: 1, ..none }, "duplications matter");
    Ok(())
}

/// The ultimate facts, over the relations of `original`, of the runs of a program; `None` if they are not all known.
fn ends_of(original: &Program, text: &str) -> Result<Option<BTreeSet<Ultimate>>, String> {
    let (mut program, _) = resolved(text)?;
    let shown = |name: &str| {
        let id = original.relation_named(name);
        id.is_some_and(|id| !original.relation(id).observer)
    };
    let ids = (0..).map(watershed::program::RelationId).zip(&program.relations);
    program.outputs =
        ids.filter(|(_, relation)| !relation.builtin && shown(&relation.name)).map(|(id, _)| id).collect();
    program.nevers.clear();
    let options =
        watershed::pipeline::instance::Options { max_models: 10_000, every_model: true, ..Default::default() };
    let findings = explore_instance(&program, &library::budget(), options, &mut |_| ());
    if !findings.models_complete {
        return Ok(None);
    }
    let named =
        |model: &BTreeSet<LocatedFact>| model.iter().map(|fact| program.show_fact(fact.node, &fact.fact)).collect();
    Ok(Some(findings.models.iter().map(named).collect()))
}
