//! The labels of a component graph; of one that is derived from a program, with runs that bear them out, or refute them.
//!
//! Labels are syntactic. Where there is a program, each stream is explored on its instance ([`super::contents`]). A label above `Async` then comes with two
//! replayed runs whose contents differ, or it is said that there are none. A label up to `Async` may rest on a seal, which is the user's word;
//! two runs that differ refute it, and a bound that was hit leaves it open.

use super::check::{FaultReport, Options};
use super::contents::{Apart, Asked, Contents, Found, apart, contents};
use super::figures::Figures;
use super::read::read as read_program;
use crate::analysis::Analysis;
use crate::budget::{Bound, Budget};
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::explore::Progress;
use crate::flow::read::program::describe;
use crate::flow::{self, Answer, Derived, Graph, analyse, derive};
use crate::program::{Program, resolve};
use crate::source::{SourceMap, Span};
use crate::syntax::load::Input;
use std::path::{Path, PathBuf};

/// A description that was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The description's text; before it those of the program, if it names one.
    pub sources: SourceMap,
    /// What is described, unless there is an error.
    pub described: Option<Described>,
    /// Findings about the description and the program.
    pub diagnostics: Vec<Diagnostic>,
}

/// A graph, and where it comes from.
#[derive(Debug)]
pub enum Described {
    /// From annotations.
    Annotated(Graph),
    /// From the rules of a program.
    Derived(Box<WhiteBox>),
}

/// A program and the graph derived from it.
#[derive(Debug)]
pub struct WhiteBox {
    /// The files of the program, where they were found.
    pub files: Vec<PathBuf>,
    /// The program.
    pub program: Program,
    /// What can be said of it without running it.
    pub analysis: Analysis,
    /// The graph.
    pub derived: Derived,
}

impl Described {
    /// The graph.
    pub fn graph(&self) -> &Graph {
        match self {
            Described::Annotated(graph) => graph,
            Described::Derived(white) => &white.derived.graph,
        }
    }
}

/// Reads a description and, if it names one, the program.
pub fn read(input: &Input) -> Read {
    let flow::Read { sources, graph, program, diagnostics } = flow::read(input);
    match program {
        None => Read { sources, described: graph.map(Described::Annotated), diagnostics },
        Some(named) => derived(sources, &named, &directory(input)),
    }
}

/// Where a description's program is looked for.
fn directory(input: &Input) -> PathBuf {
    let path = match input {
        Input::Path(path) => path.as_path(),
        Input::Text { name, .. } => Path::new(name),
        Input::Stdin => Path::new(""),
    };
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

fn derived(description: SourceMap, named: &[(String, Span)], directory: &Path) -> Read {
    let files: Vec<PathBuf> = named.iter().map(|(name, _)| directory.join(name)).collect();
    let missing = named.iter().zip(&files).filter(|(_, file)| !file.is_file()).map(|((_, span), file)| {
        let message = format!("expected a file of a Dedalus program, found none at `{}`", file.display());
        Diagnostic::at(codes::NO_PROGRAM, *span, message, "not there")
            .help("files are looked up beside the description: `program: word-count.ded`")
    });
    let missing: Vec<Diagnostic> = missing.collect();
    if !missing.is_empty() {
        return Read { sources: description, diagnostics: missing, ..Read::default() };
    }
    let inputs: Vec<Input> = files.iter().cloned().map(Input::Path).collect();
    let read = read_program(&inputs, &resolve::Options::default());
    let (mut sources, mut diagnostics) = (read.sources, read.diagnostics);
    // The description's places are now those of a file that stands after the program's.
    let Some((_, file)) = description.files().next() else { return Read { sources, diagnostics, ..Read::default() } };
    let file = sources.add(file.name.clone(), file.text.clone());
    let (description, found) = describe(&sources, file);
    diagnostics.extend(found);
    let described = read.program.filter(|_| !any_error(&diagnostics)).and_then(|(program, analysis)| {
        if program.nodes.is_empty() {
            diagnostics.push(no_nodes(description.span));
            return None;
        }
        let (derived, found) = derive(&program, &analysis, &description);
        diagnostics.extend(found);
        let derived = derived?;
        Some(Described::Derived(Box::new(WhiteBox { files, program, analysis, derived })))
    });
    Read { sources, described, diagnostics }
}

fn no_nodes(span: Option<Span>) -> Diagnostic {
    let message = "the network of the program has no nodes, so there is nothing to run";
    let finding = match span {
        Some(span) => Diagnostic::at(codes::NO_NODES, span, message, "this program"),
        None => Diagnostic::new(codes::NO_NODES, message),
    };
    finding.help("declare it in the program: `nodes a, b;`")
}

/// What was found of one stream.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Whether its contents are the same in every run.
    pub contents: Contents,
    /// How copies of the component that derives it differ in the runs of the witness; nothing if no copies do, or none derive it.
    pub apart: Vec<Apart>,
    /// Whether copies derive it.
    pub copies: bool,
}

/// All that is said of a graph.
#[derive(Debug)]
pub struct Examined {
    /// Labels and measures.
    pub answer: Answer,
    /// By stream; none for a graph of annotations.
    pub evidence: Option<Vec<Evidence>>,
    /// What exploring took.
    pub figures: Figures,
}

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No stream depends on the order of deliveries.
    NoAnomaly,
    /// Some stream is labelled so, or two runs differ in it.
    Anomaly,
    /// Some label up to `Async` could not be borne out within the bounds.
    Inconclusive(Bound),
}

impl Verdict {
    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NoAnomaly => "no-anomaly",
            Verdict::Anomaly => "anomaly",
            Verdict::Inconclusive(_) => "inconclusive",
        }
    }
}

impl Examined {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        if self.answer.labelling.is_anomalous() || !self.refuted().is_empty() {
            return Verdict::Anomaly;
        }
        let open = self.evidence.iter().flatten().find_map(|evidence| match evidence.contents.found {
            Found::Open(bound) => Some(bound),
            _ => None,
        });
        open.map_or(Verdict::NoAnomaly, Verdict::Inconclusive)
    }

    /// The streams whose label says that contents are the same, and in which two runs differ.
    pub fn refuted(&self) -> Vec<usize> {
        let labels = &self.answer.labelling.labels;
        let evidence = self.evidence.iter().flatten().enumerate();
        let refuted = evidence.filter(|(stream, evidence)| {
            !labels[*stream].is_anomaly() && matches!(evidence.contents.found, Found::Different(_))
        });
        refuted.map(|(stream, _)| stream).collect()
    }

    /// A warning for each of these.
    pub fn warnings(&self, graph: &Graph) -> Vec<Diagnostic> {
        let warning = |stream: usize| {
            let (label, stream) = (&self.answer.labelling.labels[stream], &graph.streams[stream]);
            let message = format!(
                "expected `{}` to be the same in every run, since it is {label}, found two runs that differ",
                stream.name
            );
            Diagnostic::at(codes::LABEL_REFUTED, stream.span, message, "the label does not hold")
                .help("a seal on which the label rests is not kept, or a component does not wait for it")
        };
        self.refuted().into_iter().map(warning).collect()
    }
}

/// Labels a graph and, if there is a program, explores its streams.
///
/// # Errors
/// If a rule of the program errs in some reachable step.
///
/// # Panics
/// If evidence does not replay: an internal error, and better than a wrong answer.
pub fn examine(
    described: &Described,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Examined, Box<FaultReport>> {
    let answer = analyse(described.graph());
    let mut figures = Figures::default();
    let Described::Derived(white) = described else { return Ok(Examined { answer, evidence: None, figures }) };
    let WhiteBox { program, derived, analysis, .. } = &**white;
    let mut found = Vec::new();
    for (at, (stream, &relation)) in derived.graph.streams.iter().zip(&derived.carries).enumerate() {
        // Of what comes in every run or in none, the label says no more.
        let lasts = derived.lasting[at] && !analysis.polarity.flags(relation).occurs;
        let contents = contents(program, Asked { relation, lasts }, budget, options, watch)?;
        figures.add(&contents.figures);
        let copied = stream.from.iter().find(|port| derived.graph.components[port.component].replicated);
        let apart = match (&contents.found, copied) {
            (Found::Different(difference), Some(port)) => {
                apart(program, difference, &derived.runs[port.component], &derived.keeps[port.component])
            }
            _ => Vec::new(),
        };
        found.push(Evidence { contents, apart, copies: copied.is_some() });
    }
    Ok(Examined { answer, evidence: Some(found), figures })
}
