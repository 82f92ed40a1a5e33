//! What was found, for people and for other programs.

pub mod advice;
pub mod coordination;
pub mod diagram;
pub mod dot;
pub mod explained;
pub mod facts;
pub mod itf;
pub mod json;
pub mod obligations;
pub mod page;
pub mod points;
pub mod proof;
pub mod reproduced;
pub mod rounds;
pub mod runs;
pub mod sarif;
pub mod space_time;
pub mod style;
pub mod svg;
pub mod text;

use crate::analysis::Analysis;
use crate::pipeline::equiv::{Compared, Likeness, Side};
use crate::pipeline::instances::Searched;
use crate::pipeline::races::Points;
use crate::pipeline::valuations::Searched as Cases;
use crate::pipeline::{Answer, Fewer};
use crate::program::Program;
use crate::source::SourceMap;
pub use explained::Explained;

/// A program and the answer to a question about its confluence: what the reports of `check` and `explore` are made of.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The command that asked.
    pub command: &'a str,
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
    /// The answer.
    pub answer: &'a Answer,
    /// What is explained (`--why`); `None` if nobody asked.
    pub explained: Option<&'a [Explained<'a>]>,
    /// The points of order with what was found of each (`--points`); `None` if nobody asked.
    pub points: Option<&'a Points>,
    /// The least part of the facts that still has the verdict (`--shrink`); `None` if nobody asked, or there is none.
    pub fewer: Option<&'a Fewer>,
    /// What was searched for it, if that was all small instances.
    pub instances: Option<Searched>,
    /// The text of the instance that was found there, of which `program` and `answer` are.
    pub instance: Option<&'a str>,
    /// The cases of its unknowns that were searched; `program` and `answer` are of the one that was found, if one was.
    pub valuations: Option<&'a Cases>,
}

/// Two programs and whether they have the same ultimate models: what the reports of `equiv` are made of.
#[derive(Debug)]
pub struct EquivCase {
    /// The files of each as the user wrote them.
    pub files: [Vec<String>; 2],
    /// The arguments that name each to another command, quoted for a shell.
    pub shell_words: [Vec<String>; 2],
    /// The programs; with the instance or the values under which they differ, if such were found.
    pub sides: [Side; 2],
    /// The answer.
    pub compared: Compared,
    /// The small instances that were searched, if that is what was asked for.
    pub instances: Option<Searched>,
    /// The text of the instance on which they differ, if it was found there.
    pub instance: Option<String>,
    /// The cases of their unknowns that were searched, if they have some.
    pub valuations: Option<Cases<Likeness>>,
    /// For each program the values of its own unknowns under which they differ, as text.
    pub parts: [Option<String>; 2],
}
