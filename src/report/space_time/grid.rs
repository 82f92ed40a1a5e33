//! The lifelines, lanes and arrows of a picture, row by row.
//!
//! Each cell of a row holds the directions in which a line leaves it; crossing and merging lines add up, and the sum picks the
//! box-drawing character.

use super::lanes::Message;
use super::text::{shorten, width_of};
use super::{Glyphs, index_of};
use crate::program::NodeId;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// Characters by sum of directions.
const BOXES: [char; 16] = [' ', '╵', '╷', '│', '╴', '╯', '╮', '┤', '╶', '╰', '╭', '├', '─', '┴', '┬', '┼'];

/// A node's column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, shortened if need be.
    pub name: String,
    /// Where its lifeline runs.
    pub line: usize,
    /// Number of lanes left of it.
    pub lanes: usize,
}

impl Column {
    /// Where a lane runs; between lanes and lifeline is room for an arrow head.
    fn lane(&self, lane: usize) -> usize {
        self.line - 2 - lane
    }
}

/// Places for nodes with these names and numbers of lanes, no two names or lines touching.
pub fn columns(names: &[String], lanes: &[usize], glyphs: Glyphs) -> Vec<Column> {
    const LONGEST_NAME: usize = 10;
    let mut columns: Vec<Column> = Vec::new();
    let mut name_end = 0;
    for (name, &lanes) in names.iter().zip(lanes) {
        let name = shorten(name, LONGEST_NAME, glyphs);
        let half = (width_of(&name).max(1) - 1) / 2;
        let room = if lanes == 0 { 0 } else { lanes + 1 };
        let line = match columns.last() {
            None => room.max(half),
            Some(before) => (before.line + 2 + room).max(name_end + 1 + half),
        };
        name_end = line - half + width_of(&name);
        columns.push(Column { name, line, lanes });
    }
    columns
}

/// How wide the columns are together.
pub fn width(columns: &[Column]) -> usize {
    columns.last().map_or(0, |last| last.line + 1)
}

/// The line of names above the lifelines. The last may stand out beyond the width.
pub fn heading(columns: &[Column]) -> String {
    let mut text = String::new();
    for column in columns {
        let half = (width_of(&column.name).max(1) - 1) / 2;
        text.push_str(&" ".repeat((column.line - half).saturating_sub(width_of(&text))));
        text.push_str(&column.name);
    }
    text
}

/// The rows drawn so far decide which lanes have a line in them.
pub struct Grid<'a> {
    columns: &'a [Column],
    occupied: Vec<Vec<bool>>,
    glyphs: Glyphs,
}

impl<'a> Grid<'a> {
    /// No messages in flight. Without columns every row is empty.
    pub fn new(columns: &'a [Column], glyphs: Glyphs) -> Self {
        Grid { columns, occupied: columns.iter().map(|column| vec![false; column.lanes]).collect(), glyphs }
    }

    /// A row in which nothing happens.
    pub fn pass(&self) -> String {
        self.show(&self.lines(), None)
    }

    /// The row of a local step in which these messages arrive.
    pub fn step<'m>(&mut self, node: NodeId, arriving: impl Iterator<Item = &'m Message>) -> String {
        let Some(column) = self.columns.get(index_of(node)) else { return String::new() };
        let mut cells = self.lines();
        let mut arrows = false;
        for lane in arriving.filter_map(|message| message.lane) {
            let from = column.lane(lane);
            cells[from] = (cells[from] & !DOWN) | UP | RIGHT;
            for cell in &mut cells[from + 1..column.line] {
                *cell |= LEFT | RIGHT;
            }
            self.occupied[index_of(node)][lane] = false;
            arrows = true;
        }
        self.show(&cells, Some((column.line, arrows)))
    }

    /// The row in which a node's messages leave.
    pub fn send<'m>(&mut self, node: NodeId, leaving: impl Iterator<Item = &'m Message>) -> String {
        let Some(column) = self.columns.get(index_of(node)) else { return String::new() };
        let mut cells = self.lines();
        for message in leaving {
            let Some(lane) = message.lane else { continue };
            let to = self.columns[index_of(message.to)].lane(lane);
            let (from, near, far) = if to > column.line { (column.line, RIGHT, LEFT) } else { (to, LEFT, RIGHT) };
            cells[column.line] |= near;
            cells[to] |= far | DOWN;
            for cell in &mut cells[from + 1..column.line.max(to)] {
                *cell |= LEFT | RIGHT;
            }
            self.occupied[index_of(message.to)][lane] = true;
        }
        self.show(&cells, None)
    }

    /// All lifelines and the lanes in use.
    fn lines(&self) -> Vec<u8> {
        let mut cells = vec![0; width(self.columns)];
        for (column, occupied) in self.columns.iter().zip(&self.occupied) {
            cells[column.line] = UP | DOWN;
            for (lane, _) in occupied.iter().enumerate().filter(|(_, occupied)| **occupied) {
                cells[column.lane(lane)] = UP | DOWN;
            }
        }
        cells
    }

    /// The cells, with a dot at the lifeline `dot.0`, and an arrow head before it if `dot.1`.
    fn show(&self, cells: &[u8], dot: Option<(usize, bool)>) -> String {
        let unicode = self.glyphs == Glyphs::Unicode;
        let character = |(at, &cell): (usize, &u8)| match (dot, cell) {
            (Some((line, _)), _) if at == line => {
                if unicode {
                    '●'
                } else {
                    '*'
                }
            }
            (Some((line, true)), _) if at + 1 == line => {
                if unicode {
                    '▶'
                } else {
                    '>'
                }
            }
            _ if unicode => BOXES[usize::from(cell & 15)],
            (_, 0) => ' ',
            (_, cell) if cell & (LEFT | RIGHT) == 0 => '|',
            (_, cell) if cell & (UP | DOWN) == 0 => '-',
            _ => '+',
        };
        cells.iter().enumerate().map(character).collect()
    }
}
