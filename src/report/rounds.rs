//! Synchronous runs as space-time pictures: a column a node, a row a round, below it what is sent.
//!
//! ```text
//!      a     b     c
//!  1   *     *     *
//!      o---->|     |     log(b, x)
//!      o--X  |     |     log(c, x) lost
//!  2   #     *     *
//! ```

use super::space_time::Glyphs;
use super::space_time::text::{shorten, width_of};
use crate::faults::rounds::{Run, Sent};
use crate::faults::{CrashMode, FaultSet};
use crate::program::{NodeId, Program};

/// Most messages drawn for one round.
const MOST_MESSAGES: usize = 24;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct RoundPicture<'a> {
    /// The program.
    pub program: &'a Program,
    /// The run.
    pub run: &'a Run,
    /// The faults in it.
    pub faults: &'a FaultSet,
    /// What a crash does.
    pub crash_mode: CrashMode,
    /// Columns of the page.
    pub width: usize,
    /// Lines that are not ASCII where the terminal has them.
    pub glyphs: Glyphs,
}

impl RoundPicture<'_> {
    /// The lines of the picture. Messages that a node sends itself are not drawn.
    pub fn lines(&self) -> Vec<String> {
        let nodes: Vec<NodeId> = self.program.node_ids().collect();
        let names: Vec<String> = nodes.iter().map(|&node| self.program.show_node(node)).collect();
        let lane = names.iter().map(|name| width_of(name)).max().unwrap_or(1).clamp(4, 12) + 2;
        let margin = self.run.rounds.len().to_string().len() + 2;
        let room = self.width.saturating_sub(margin + lane * nodes.len() + 1).max(12);
        let unicode = self.glyphs == Glyphs::Unicode;
        let mut lines = Vec::new();
        let heading: String = names.iter().map(|name| pad(&shorten(name, lane - 1, self.glyphs), lane)).collect();
        lines.push(format!("{}{heading}", " ".repeat(margin)).trim_end().to_string());
        for (time, round) in (1u64..).zip(&self.run.rounds) {
            let mark = |node: &NodeId| {
                let crashes = self.faults.crashes().any(|crash| crash.node == *node && crash.time == time);
                let crashed = self.faults.crashed(*node, time);
                let stopped = crashed && self.crash_mode == CrashMode::Stops;
                pad(
                    match (crashes, stopped, crashed) {
                        (true, ..) => "# crash",
                        (_, true, _) => " ",
                        (_, _, true) => "#",
                        _ if unicode => "●",
                        _ => "*",
                    },
                    lane,
                )
            };
            let row: String = nodes.iter().map(mark).collect();
            lines.push(format!("{time:>width$}  {row}", width = margin - 2).trim_end().to_string());
            let messages: Vec<&Sent> = round.sent.iter().filter(|sent| sent.from != sent.to).collect();
            let last = time == self.run.rounds.len() as u64;
            // What is sent in the last round arrives in none.
            for sent in messages.iter().take(if last { 0 } else { MOST_MESSAGES }) {
                let text = self.program.show_fact(sent.to, &sent.fact);
                let lost = if sent.lost { " LOST" } else { "" };
                let text = format!("{}{lost}", shorten(&text, room.saturating_sub(lost.len()), self.glyphs));
                let arrow = self.arrow(sent, nodes.len(), lane);
                lines.push(format!("{}{arrow}{text}", " ".repeat(margin)));
            }
            if !last && messages.len() > MOST_MESSAGES {
                lines.push(format!("{}and {} more messages", " ".repeat(margin), messages.len() - MOST_MESSAGES));
            }
        }
        lines
    }

    fn arrow(&self, sent: &Sent, nodes: usize, lane: usize) -> String {
        let unicode = self.glyphs == Glyphs::Unicode;
        let (line, rest, right, left, start) =
            if unicode { ('─', '│', '▶', '◀', '○') } else { ('-', '|', '>', '<', 'o') };
        let at = |node: NodeId| node.0 as usize * lane;
        let mut cells: Vec<char> = vec![' '; lane * nodes];
        (0..nodes).for_each(|node| cells[node * lane] = rest);
        let (from, to) = (at(sent.from), at(sent.to));
        let rightward = from < to;
        let between = if rightward { from + 1..to } else { to + 1..from };
        for cell in between.clone() {
            cells[cell] = line;
        }
        cells[from] = start;
        if sent.lost {
            // The line breaks off after a third of a lane.
            let (stop, gone) = if rightward { (from + 3, from + 4..to) } else { (from - 3, to + 1..from - 3) };
            for cell in gone {
                cells[cell] = if cell % lane == 0 { rest } else { ' ' };
            }
            cells[stop] = if unicode { '✗' } else { 'X' };
        } else if rightward {
            cells[to - 1] = right;
        } else {
            cells[to + 1] = left;
        }
        cells.into_iter().collect()
    }
}

/// Two pictures beside each other if the page is wide enough, else one below the other.
pub fn beside(left: (&str, Vec<String>), right: (&str, Vec<String>), width: usize) -> String {
    let of = |lines: &[String]| lines.iter().map(|line| width_of(line)).max().unwrap_or(0);
    let mut text = String::new();
    let column = of(&left.1).max(width_of(left.0)) + 4;
    if column + of(&right.1) <= width {
        let mut row = |a: &str, b: &str| {
            text.push_str(format!("  {}{b}", pad(a, column)).trim_end());
            text.push('\n');
        };
        row(left.0, right.0);
        for at in 0..left.1.len().max(right.1.len()) {
            row(left.1.get(at).map_or("", String::as_str), right.1.get(at).map_or("", String::as_str));
        }
        return text;
    }
    for (title, lines) in [right, left] {
        text.push_str(&format!("  {title}\n"));
        lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        text.push('\n');
    }
    text
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(text))))
}
