//! Runs drawn as space-time diagrams in text, as a person would draw them on paper.
//!
//! One line a node, time downward. A dot is a local step; a message is a line that leaves its sender's step, waits in a lane
//! left of its addressee and ends in an arrow at the step that it is delivered in. The text beside a dot says what the step gets,
//! what enters (+) and leaves (-) D since the node's step before, and what it sends. A bracket holds the loop. Two runs
//! stand beside each other where the width allows, else below each other.
//!
//! The picture leaves out what explains nothing: facts that always hold, the built-in `node`, and the end of facts that were
//! there for one step only because they were delivered or due in it. Facts that are too long are cut with `…`; nothing else in the tool shortens a fact.

mod grid;
pub(super) mod lanes;
pub(super) mod steps;
pub(super) mod text;

use crate::program::{LocatedFact, NodeId, Program};
use crate::witness::StepRecord;
use grid::{Column, Grid};
use lanes::Message;
use steps::Told;
use text::{paragraph, shorten, width_of, wrap_words};

/// Which characters a picture is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Box drawing, arrows, marks.
    Unicode,
    /// ASCII only; other characters of the program's symbols are written as `\u{…}`.
    Ascii,
}

/// A run to draw.
#[derive(Debug, Clone, Copy)]
pub struct DrawnRun<'a> {
    /// What it shows, in a line above it.
    pub title: &'a str,
    /// Its steps, from the start of the run.
    pub records: &'a [StepRecord],
    /// Number of steps before the loop; the number of records if there is no loop.
    pub stem: usize,
}

/// How to draw.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The program that ran.
    pub program: &'a Program,
    /// A fact to mark at each step of its node: whether it is in D.
    pub fact: Option<&'a LocatedFact>,
    /// The index of the step (stem, then loop) at which the runs part, to be marked.
    pub critical: Option<usize>,
    /// Columns of the terminal or page; less than 40 is taken as 40.
    pub width: usize,
    /// Characters to use.
    pub glyphs: Glyphs,
}

/// Columns before the lifelines: the mark of the critical step and the loop's bracket.
const MARGIN: usize = 4;
/// The least width of the text beside the lifelines for which two runs stand beside each other, or lifelines are drawn at all.
const LEAST_TEXT: usize = 26;
/// Columns between two runs.
const BETWEEN: usize = 3;
/// Most lanes of a node.
const MOST_LANES: usize = 4;

impl Picture<'_> {
    /// The picture of one run, or of several that are to be compared. Ends with a line end; no line has trailing spaces.
    pub fn draw(&self, runs: &[DrawnRun<'_>]) -> String {
        let width = self.width.max(40);
        let nodes = self.program.nodes.len();
        let mut messages: Vec<Vec<Message>> = runs.iter().map(|run| lanes::messages(run.records)).collect();
        let mut used = vec![0; nodes];
        for messages in &mut messages {
            for (most, lanes) in used.iter_mut().zip(lanes::assign(messages, nodes, MOST_LANES)) {
                *most = lanes.max(*most);
            }
        }
        let names: Vec<String> = self.program.node_ids().map(|n| self.plain(&self.program.show_node(n))).collect();
        let columns = grid::columns(&names, &used, self.glyphs);
        let lifelines = grid::width(&columns);
        let half = width.saturating_sub(BETWEEN) / 2;
        let beside = runs.len() == 2 && MARGIN + lifelines + LEAST_TEXT <= half;
        let each = if beside { half } else { width };
        let columns = if MARGIN + lifelines + LEAST_TEXT <= each { columns } else { Vec::new() };
        let drawn: Vec<Vec<String>> =
            runs.iter().zip(&messages).map(|(run, messages)| self.one(run, messages, &columns, each)).collect();
        let mut lines = match drawn.as_slice() {
            [left, right] if beside => side_by_side(left, right, each, self.glyphs),
            _ => drawn.join(&String::new()),
        };
        lines.push(String::new());
        lines.extend(self.legend(runs, width));
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn one(&self, run: &DrawnRun<'_>, messages: &[Message], columns: &[Column], width: usize) -> Vec<String> {
        let mut lines = wrap_words(&self.plain(run.title), width);
        lines.push(String::new());
        if !columns.is_empty() {
            lines.push(format!("{}{}", " ".repeat(MARGIN), grid::heading(columns)));
        }
        let mut grid = Grid::new(columns, self.glyphs);
        let room = width - MARGIN - grid::width(columns) - 1;
        let mut rows = Rows { lines, bracket: None, glyphs: self.glyphs };
        let told = steps::tell(self.program, run.records, self.fact);
        for (index, (record, told)) in run.records.iter().zip(&told).enumerate() {
            if index == run.stem {
                rows.push(Mark::LoopStart, &grid.pass(), "for ever:");
            }
            let mut block = self.block(told, room).into_iter();
            let first = block.next().unwrap_or_default();
            let mark = if self.critical == Some(index) { Mark::Critical } else { Mark::None };
            rows.push(mark, &grid.step(record.node, lanes::ending(messages, index)), &first.text);
            for line in block {
                let drawn = match line.sends {
                    true => grid.send(record.node, lanes::starting(messages, index)),
                    false => grid.pass(),
                };
                rows.push(Mark::None, &drawn, &line.text);
            }
        }
        if run.stem < run.records.len() {
            rows.push(Mark::LoopEnd, &grid.pass(), "");
        }
        rows.lines
    }

    /// The text of a step, line by line; at least one line.
    fn block(&self, told: &Told, room: usize) -> Vec<TextLine> {
        let all = |facts: &[String]| facts.iter().map(|fact| self.plain(fact)).collect::<Vec<_>>();
        let mut head = self.plain(&told.name);
        if let Some(holds) = told.holds {
            head.push_str(match (holds, self.glyphs) {
                (true, Glyphs::Unicode) => " ✓",
                (false, Glyphs::Unicode) => " ✗",
                (true, Glyphs::Ascii) => " [x]",
                (false, Glyphs::Ascii) => " [ ]",
            });
        }
        let got: Vec<String> = (told.gets.iter())
            .map(|(fact, copies)| match (copies, self.glyphs) {
                (1, _) => self.plain(fact),
                (_, Glyphs::Unicode) => format!("{} ×{copies}", self.plain(fact)),
                (_, Glyphs::Ascii) => format!("{} x{copies}", self.plain(fact)),
            })
            .collect();
        let minus = if self.glyphs == Glyphs::Unicode { "−" } else { "-" };
        let plain = |text| TextLine { text, sends: false };
        let mut lines = Vec::new();
        if got.is_empty() {
            lines.push(plain(shorten(&head, room, self.glyphs)));
        } else {
            lines.extend(paragraph(&format!("{head} gets "), &got, room, self.glyphs).into_iter().map(plain));
        }
        lines.extend(paragraph("  + ", &all(&told.gains), room, self.glyphs).into_iter().map(plain));
        lines.extend(paragraph(&format!("  {minus} "), &all(&told.loses), room, self.glyphs).into_iter().map(plain));
        let sends = paragraph("  sends ", &all(&told.sends), room, self.glyphs);
        lines.extend(sends.into_iter().enumerate().map(|(i, text)| TextLine { text, sends: i == 0 }));
        lines
    }

    /// What the marks mean, for the marks that can be there.
    fn legend(&self, runs: &[DrawnRun<'_>], width: usize) -> Vec<String> {
        let mut parts = Vec::new();
        let unicode = self.glyphs == Glyphs::Unicode;
        if let Some(fact) = self.fact {
            let fact = self.plain(&self.program.show_fact(fact.node, &fact.fact));
            let (yes, no) = if unicode { ("✓", "✗") } else { ("[x]", "[ ]") };
            parts.push(format!("{yes} {fact} holds in the step"));
            parts.push(format!("{no} it does not"));
        }
        if self.critical.is_some_and(|index| runs.iter().any(|run| index < run.records.len())) {
            parts.push(format!("{} here the runs part", if unicode { "≠" } else { "!" }));
        }
        let (minus, dot) = if unicode { ("−", " · ") } else { ("-", "; ") };
        parts.push(format!("+ gained, {minus} lost since the node's step before"));
        wrap_words(&parts.join(dot), width)
    }

    fn plain(&self, text: &str) -> String {
        match self.glyphs {
            Glyphs::Unicode => text.to_string(),
            Glyphs::Ascii => text::ascii(text),
        }
    }
}

/// A line of text beside the lifelines.
#[derive(Default)]
struct TextLine {
    text: String,
    /// Whether the lines of the step's messages leave here.
    sends: bool,
}

/// What stands in the margin of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Critical,
    LoopStart,
    LoopEnd,
}

/// The lines of one run.
struct Rows {
    lines: Vec<String>,
    /// The character of the loop's bracket beside the next row.
    bracket: Option<char>,
    glyphs: Glyphs,
}

impl Rows {
    fn push(&mut self, mark: Mark, drawn: &str, text: &str) {
        let unicode = self.glyphs == Glyphs::Unicode;
        let (start, inside, end) = if unicode { ('╭', '│', '╰') } else { ('/', '|', '\\') };
        let bracket = match mark {
            Mark::LoopStart => {
                self.bracket = Some(inside);
                start
            }
            Mark::LoopEnd => end,
            _ => self.bracket.unwrap_or(' '),
        };
        let critical = match mark {
            Mark::Critical if unicode => '≠',
            Mark::Critical => '!',
            _ => ' ',
        };
        self.lines.push(format!("{critical} {bracket} {drawn} {text}").trim_end().to_string());
    }
}

fn side_by_side(left: &[String], right: &[String], each: usize, glyphs: Glyphs) -> Vec<String> {
    let bar = if glyphs == Glyphs::Unicode { '┃' } else { '|' };
    let line = |lines: &[String], i: usize| lines.get(i).cloned().unwrap_or_default();
    (0..left.len().max(right.len()))
        .map(|i| {
            let left = line(left, i);
            let pad = " ".repeat(each.saturating_sub(width_of(&left)));
            format!("{left}{pad} {bar} {}", line(right, i))
        })
        .collect()
}

/// A node's place among others in a picture.
fn index_of(node: NodeId) -> usize {
    node.0 as usize
}
