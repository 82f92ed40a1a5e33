//! Grouped bars: one group a column of a published chart, one bar a series.

use std::fmt::Write as _;

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Bars<'a> {
    /// Above the picture.
    pub title: &'a str,
    /// What is counted.
    pub unit: &'a str,
    /// The groups from left to right.
    pub groups: &'a [String],
    /// The series with one value a group, none of them negative.
    pub series: Vec<(&'a str, Vec<f64>)>,
}

const BAR: usize = 28;
const GAP: usize = 32;
const HEIGHT: usize = 220;
const TOP: usize = 48;
const LEFT: usize = 24;
/// Columns that a character of text takes at most, for the width of the picture.
const LETTER: usize = 8;
/// Fills told apart in grey too.
const FILLS: [&str; 4] = ["a", "b", "c", "d"];

const STYLE: &str = "text{font:12px sans-serif;fill:#222}.t{font-size:14px;font-weight:bold}.axis{stroke:#222}\
.a{fill:#1b4f8a}.b{fill:#d98a2b}.c{fill:#6aa84f}.d{fill:#9c6bb3}.page{fill:#fff}\
@media (prefers-color-scheme:dark){text{fill:#eee}.axis{stroke:#eee}.page{fill:#16181c}.a{fill:#7fb2e8}.b{fill:#f0b26b}.c{fill:#9fd08a}.d{fill:#c9a6dc}}";

/// The picture. The same bars give the same bytes.
pub fn draw(bars: &Bars<'_>) -> String {
    let most = bars.series.iter().flat_map(|(_, values)| values).copied().fold(0.0, f64::max);
    let count = bars.series.len();
    let widest = bars.groups.iter().map(|group| group.chars().count() * LETTER).max().unwrap_or(0);
    let group = (count * BAR).max(widest) + GAP;
    let legend: usize = bars.series.iter().map(|(name, _)| name.chars().count() * LETTER + 32).sum();
    let titled = (bars.title.chars().count() + bars.unit.chars().count() + 3) * (LETTER + 1);
    let width = (bars.groups.len() * group).max(legend).max(titled) + 2 * LEFT;
    let (floor, height) = (TOP + HEIGHT, TOP + HEIGHT + 64);
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"t\" x=\"{LEFT}\" y=\"22\">{title} ({unit})</text>",
        title = escaped(bars.title),
        unit = escaped(bars.unit),
    );
    for (at, name) in bars.groups.iter().enumerate() {
        let left = LEFT + at * group;
        let inset = left + (group - count * BAR) / 2;
        for (of, (series, values)) in bars.series.iter().enumerate() {
            let value = values.get(at).copied().unwrap_or(0.0);
            let tall = if most > 0.0 { value / most * HEIGHT as f64 } else { 0.0 };
            let (x, y) = (inset + of * BAR, floor as f64 - tall);
            let _ = writeln!(
                svg,
                "<rect class=\"{fill}\" x=\"{x}\" y=\"{y:.1}\" width=\"{bar}\" height=\"{tall:.1}\"><title>{series}, {group}: {value}</title></rect>\n\
                 <text x=\"{middle}\" y=\"{above:.1}\" text-anchor=\"middle\">{value}</text>",
                fill = FILLS[of % FILLS.len()],
                bar = BAR - 4,
                series = escaped(series),
                group = escaped(name),
                middle = x + (BAR - 4) / 2,
                above = y - 4.0,
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            left + group / 2,
            floor + 18,
            escaped(name)
        );
    }
    let _ = writeln!(svg, "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{floor}\" x2=\"{}\" y2=\"{floor}\"/>", width - LEFT);
    let mut x = LEFT;
    for (of, (series, _)) in bars.series.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<rect class=\"{}\" x=\"{x}\" y=\"{}\" width=\"12\" height=\"12\"/>\n<text x=\"{}\" y=\"{}\">{}</text>",
            FILLS[of % FILLS.len()],
            floor + 36,
            x + 18,
            floor + 46,
            escaped(series)
        );
        x += series.chars().count() * LETTER + 32;
    }
    svg.push_str("</svg>\n");
    svg
}

/// Text as XML shows it and takes nothing of it for markup; what XML cannot hold becomes `?`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_whatever_they_are() {
        let groups = ["<script>alert(1)</script>".to_string(), "two & three".to_string()];
        let bars = Bars { title: "a \"b\"", unit: "runs", groups: &groups, series: vec![("</style>", vec![3.0, 0.0])] };
        let svg = draw(&bars);
        assert!(!svg.contains("<script") && svg.matches("</style>").count() == 1, "{svg}");
        assert!(svg.contains("two &amp; three") && svg.contains("prefers-color-scheme"));
        assert_eq!(svg, draw(&bars));
    }

    #[test]
    fn bars_are_as_tall_as_their_values() {
        let groups = ["one".to_string()];
        let svg =
            draw(&Bars { title: "t", unit: "u", groups: &groups, series: vec![("a", vec![1.0]), ("b", vec![4.0])] });
        assert!(svg.contains("height=\"55.0\"") && svg.contains("height=\"220.0\""), "{svg}");
    }
}
