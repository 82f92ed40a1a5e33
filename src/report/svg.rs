//! Pictures as SVG: space-time diagrams here, bars in [`bars`].
//!
//! A picture stands by itself: no scripts, no fonts or files from elsewhere, light and dark as the reader's system is. What
//! is told by colour is told by shape or words as well. All text is escaped by `maud`.

pub mod bars;
pub mod graph;

use super::diagram::{Arrow, Diagram, Dot, Row};
use super::space_time::Glyphs;
use super::space_time::text::{paragraph, shorten, width_of};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write as _;

/// The style of all pictures.
const STYLE: &str = include_str!("svg/picture.css");

/// Width of a character, height of a line, in pixels.
const CHARACTER: f32 = 7.25;
const LINE: f32 = 16.0;
/// Columns of text beside the lifelines.
const TEXT_COLUMNS: usize = 44;
/// Left of the first lifeline: the loop's bracket.
const MARGIN: f32 = 40.0;
/// From the picture's top to the first row, with the nodes' names.
const HEAD: f32 = 56.0;
/// Between rows.
const GAP: f32 = 12.0;
const RADIUS: f32 = 6.0;

/// One file with these pictures beside each other, and what the marks mean below.
pub fn file(diagrams: &[Diagram]) -> String {
    const BETWEEN: f32 = 24.0;
    let layouts: Vec<Layout<'_>> = diagrams.iter().map(Layout::new).collect();
    let width =
        layouts.iter().map(|layout| layout.width).sum::<f32>() + BETWEEN * layouts.len().saturating_sub(1) as f32;
    let marks: Vec<String> =
        legend(&diagrams.iter().collect::<Vec<_>>()).into_iter().map(|(mark, what)| format!("{mark} {what}")).collect();
    let bottom = layouts.iter().map(|layout| layout.height).fold(0.0, f32::max) + 8.0;
    let height = bottom + LINE * marks.len() as f32 + 4.0;
    let mut left = 0.0;
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" width=(px(width)) height=(px(height))
            viewBox=(format!("0 0 {} {}", px(width), px(height))) {
            title { (visible(&diagrams.iter().map(|diagram| diagram.title.as_str()).collect::<Vec<_>>().join("; "))) }
            style { (PreEscaped(STYLE)) }
            rect class="paper" width="100%" height="100%" {}
            @for layout in &layouts {
                g transform=(format!("translate({} 0)", px(left))) {
                    (layout.content())
                }
                @let () = left += layout.width + BETWEEN;
            }
            @for (number, mark) in marks.iter().enumerate() {
                text class="note" x="8" y=(px(bottom + 10.0 + LINE * number as f32)) { (visible(mark)) }
            }
        }
    };
    standing_alone(svg)
}

/// One picture, to stand in a page that has the style of pictures.
pub fn inline(diagram: &Diagram) -> Markup {
    let layout = Layout::new(diagram);
    let (width, height) = (px(layout.width), px(layout.height));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) {
            title { (visible(&diagram.title)) }
            (layout.content())
        }
    }
}

/// The names of the lifelines of a picture by themselves, to stand above it where it is scrolled.
pub fn heads(diagram: &Diagram) -> Markup {
    let layout = Layout::new(diagram);
    let (width, height) = (px(layout.width), px(LINE + 6.0));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="picture heads" aria-hidden="true" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) {
            @for (name, x) in diagram.nodes.iter().zip(&layout.columns) {
                text class="node" x=(px(*x)) y=(px(LINE - 1.0)) { (visible(&shorten(name, 14, Glyphs::Unicode))) }
            }
        }
    }
}

/// The text of a file that holds one picture.
fn standing_alone(svg: Markup) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", svg.into_string())
}

/// The marks that pictures have, and what they mean.
pub fn legend(diagrams: &[&Diagram]) -> Vec<(&'static str, String)> {
    let has = |dot: Dot| diagrams.iter().any(|d| d.rows.iter().any(|row| row.dots.iter().any(|&(_, of)| of == dot)));
    let mut marks = Vec::new();
    if let Some(fact) = diagrams.iter().find_map(|diagram| diagram.fact.as_ref()) {
        marks.push(("✓", format!("filled: {fact} holds in the step")));
        marks.push(("✗", "open diamond: it does not".to_string()));
    }
    if diagrams.iter().any(|diagram| diagram.parts_at.is_some()) {
        marks.push(("≠", "here the runs part".to_string()));
    }
    if has(Dot::Crash) || has(Dot::Crashed) {
        marks.push(("■", "crash; hollow: crashed, what it sends is lost".to_string()));
    }
    if diagrams.iter().any(|diagram| diagram.arrows.iter().any(|arrow| arrow.lost)) {
        marks.push(("⨯", "lost message".to_string()));
    }
    if diagrams.iter().any(|d| d.arrows.iter().any(|arrow| !arrow.lost && arrow.delivered.is_none())) {
        marks.push(("⊸", "in flight at the end of the picture".to_string()));
    }
    if diagrams.iter().any(|diagram| diagram.rows.iter().any(|row| row.lines.iter().any(|line| line.lead == "+"))) {
        marks.push(("+ −", "gained and lost since the node's step before".to_string()));
    }
    marks
}

/// A number of pixels, to a tenth.
fn px(value: f32) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

/// Text that XML can hold and that shows what it is: control characters are spelled.
pub fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        // Marks that turn the direction of the text around them would make facts read as others.
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || turns || matches!(c, '\u{fffe}' | '\u{ffff}') {
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
        shown
    })
}

/// Where things stand.
struct Layout<'a> {
    diagram: &'a Diagram,
    /// The lifelines.
    columns: Vec<f32>,
    /// The middle of each row's dots, and the row's top and height.
    rows: Vec<(f32, f32, f32)>,
    /// The text of each row.
    lines: Vec<Vec<String>>,
    /// Where the text begins.
    text: f32,
    width: f32,
    height: f32,
}

impl<'a> Layout<'a> {
    fn new(diagram: &'a Diagram) -> Self {
        let widest = diagram.nodes.iter().map(|name| width_of(name)).max().unwrap_or(1).min(14);
        let column = (widest as f32 * CHARACTER + 14.0).max(54.0);
        let columns: Vec<f32> =
            (0..diagram.nodes.len()).map(|node| MARGIN + column / 2.0 + node as f32 * column).collect();
        let text = MARGIN + column * diagram.nodes.len() as f32 + 16.0;
        let lines: Vec<Vec<String>> = diagram.rows.iter().map(lines_of).collect();
        let mut y = HEAD;
        let mut rows = Vec::with_capacity(lines.len());
        for of_row in &lines {
            let height = LINE * of_row.len().max(1) as f32 + GAP;
            rows.push((y + GAP / 2.0 + LINE / 2.0, y, height));
            y += height;
        }
        let width = text + TEXT_COLUMNS as f32 * CHARACTER + 8.0;
        Layout { diagram, columns, rows, lines, text, width, height: y + 22.0 }
    }

    fn content(&self) -> Markup {
        let bottom = self.height - 14.0;
        html! {
            text class="title" x="8" y="18" { (visible(&shorten(&self.diagram.title, self.title_columns(), Glyphs::Unicode))) }
            @for (name, x) in self.diagram.nodes.iter().zip(&self.columns) {
                line class="lifeline" x1=(px(*x)) y1=(px(HEAD - 8.0)) x2=(px(*x)) y2=(px(bottom)) {}
                text class="node" x=(px(*x)) y=(px(HEAD - 14.0)) { (visible(&shorten(name, 14, Glyphs::Unicode))) }
            }
            (self.bracket())
            @if let Some((_, top, _)) = self.diagram.parts_at.map(|at| self.rows[at]) {
                line class="parts" x1="8" y1=(px(top)) x2=(px(self.width - 8.0)) y2=(px(top)) {}
                text class="parts-mark" x="8" y=(px(top + 16.0)) { "≠" }
            }
            g class="messages" {
                @for arrow in &self.diagram.arrows { (self.arrow(arrow)) }
            }
            @for (index, row) in self.diagram.rows.iter().enumerate() { (self.row(index, row)) }
        }
    }

    fn title_columns(&self) -> usize {
        (self.width / (CHARACTER + 0.5)) as usize
    }

    /// Left of the rows that repeat.
    fn bracket(&self) -> Markup {
        let Some(first) = self.diagram.repeats_from else { return html! {} };
        let (_, top, _) = self.rows[first];
        let (_, last, height) = self.rows[self.rows.len() - 1];
        let bottom = last + height;
        html! {
            path class="loop" d=(format!("M32 {t} H26 V{b} H32", t = px(top + 3.0), b = px(bottom - 3.0))) {}
            text class="loop-mark" transform=(format!("translate(20 {}) rotate(-90)", px(f32::midpoint(top, bottom)))) { "for ever" }
        }
    }

    fn row(&self, index: usize, row: &Row) -> Markup {
        let (y, top, height) = self.rows[index];
        let whole = std::iter::once(row.name.clone())
            .chain(row.lines.iter().map(|line| format!("{} {}", line.lead, line.items.join(", "))));
        html! {
            g class="step" data-step=(index) {
                title { (visible(&whole.collect::<Vec<_>>().join("\n"))) }
                rect class="row" x="30" y=(px(top)) width=(px(self.width - 32.0)) height=(px(height)) rx="4" {}
                @for &(node, dot) in &row.dots { (mark(dot, self.columns[node], y)) }
                @for (number, line) in self.lines[index].iter().enumerate() {
                    text class=(if number == 0 { "line first" } else { "line" }) x=(px(self.text)) y=(px(y + 4.0 + number as f32 * LINE)) {
                        (visible(line))
                    }
                }
            }
        }
    }

    fn arrow(&self, arrow: &Arrow) -> Markup {
        let (from, to) = (self.columns[arrow.from], self.columns[arrow.to]);
        let (start, ..) = self.rows[arrow.sent];
        let class = if arrow.lost { "message lost" } else { "message" };
        let what = visible(&arrow.facts.join(", "));
        let Some(delivered) = arrow.delivered else {
            // Breaks off a little below the sender, towards the addressee.
            let towards = if arrow.from == arrow.to { 14.0 } else { (to - from).clamp(-26.0, 26.0) };
            let (x, y) = (from + towards, start + 17.0);
            return html! {
                g class=(class) data-sent=(arrow.sent) {
                    title { (what) (if arrow.lost { ", lost" } else { ", in flight at the end" }) }
                    line x1=(px(from)) y1=(px(start)) x2=(px(x)) y2=(px(y)) {}
                    @if arrow.lost {
                        path d=(format!("M{} {} l8 8 m0 -8 l-8 8", px(x - 4.0), px(y - 4.0))) {}
                    } @else {
                        circle class="open" cx=(px(x)) cy=(px(y)) r="3" {}
                    }
                }
            };
        };
        let (end, ..) = self.rows[delivered];
        let away = RADIUS + 1.0;
        let (shape, tip, along) = if arrow.from == arrow.to {
            // A node's message to itself bows out to the right and comes back.
            let (bow, tip) = (px(from + 22.0), (from + away, end));
            let (x, start, end) = (px(from), px(start), px(end));
            (format!("M{x} {start} C{bow} {start} {bow} {end} {} {end}", px(tip.0)), tip, (-1.0, 0.0))
        } else {
            let (dx, dy) = (to - from, end - start);
            let length = dx.hypot(dy).max(1.0);
            let along = (dx / length, dy / length);
            let tip = (to - along.0 * away, end - along.1 * away);
            (format!("M{} {} L{} {}", px(from), px(start), px(tip.0), px(tip.1)), tip, along)
        };
        html! {
            g class=(class) data-sent=(arrow.sent) data-delivered=(delivered) {
                title { (what) }
                path d=(shape) {}
                path class="head" d=(head(tip, along)) {}
            }
        }
    }
}

/// An arrow head with its tip here, pointing along this unit vector.
fn head(tip: (f32, f32), along: (f32, f32)) -> String {
    let back = (tip.0 - along.0 * 8.0, tip.1 - along.1 * 8.0);
    let side = (-along.1 * 3.5, along.0 * 3.5);
    format!(
        "M{} {} L{} {} L{} {} Z",
        px(tip.0),
        px(tip.1),
        px(back.0 + side.0),
        px(back.1 + side.1),
        px(back.0 - side.0),
        px(back.1 - side.1)
    )
}

/// The text beside a row.
fn lines_of(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, line) in row.lines.iter().enumerate() {
        let lead = if number == 0 { format!("{} {} ", row.name, line.lead) } else { format!("  {} ", line.lead) };
        lines.extend(paragraph(&lead, &line.items, TEXT_COLUMNS, Glyphs::Unicode));
    }
    if lines.is_empty() {
        lines.push(row.name.clone());
    }
    lines
}

/// A step's mark; its shape tells as much as its colour.
fn mark(dot: Dot, x: f32, y: f32) -> Markup {
    let diamond = |r: f32| {
        format!(
            "M{x} {t} L{rt} {y} L{x} {b} L{l} {y} Z",
            x = px(x),
            y = px(y),
            t = px(y - r),
            b = px(y + r),
            l = px(x - r),
            rt = px(x + r)
        )
    };
    let square = |r: f32| (px(x - r), px(y - r), px(2.0 * r));
    html! {
        @match dot {
            Dot::Step => { circle class="dot" cx=(px(x)) cy=(px(y)) r=(px(RADIUS - 1.5)) {} }
            Dot::Holds => {
                circle class="dot holds" cx=(px(x)) cy=(px(y)) r=(px(RADIUS + 2.0)) {}
                path class="tick" d=(format!("M{} {} l3 3 l5 -6", px(x - 4.0), px(y))) {}
            }
            Dot::Lacks => {
                path class="dot lacks" d=(diamond(RADIUS + 4.0)) {}
                path class="cross" d=(format!("M{} {} l6 6 m0 -6 l-6 6", px(x - 3.0), px(y - 3.0))) {}
            }
            Dot::Crash => { @let (x, y, side) = square(RADIUS + 1.0); rect class="dot crash" x=(x) y=(y) width=(side) height=(side) {} }
            Dot::Crashed => { @let (x, y, side) = square(RADIUS - 1.0); rect class="dot crashed" x=(x) y=(y) width=(side) height=(side) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_is_invisible_or_turns_text_around_is_spelled() {
        assert_eq!(visible("a\u{7}b\u{202e}c"), "a\\u{7}b\\u{202e}c");
        assert_eq!(visible("p(\"ä\", 1)\nq"), "p(\"ä\", 1)\nq");
    }
}
