//! Grouped bars: one group a column of a published chart, one bar a series.

use super::{px, standing_alone, visible};
use maud::{PreEscaped, html};

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

const STYLE: &str = "text{font:12px sans-serif;fill:#222}.t{font-size:14px;font-weight:bold}.m{text-anchor:middle}.axis{stroke:#222}\
.a{fill:#1b4f8a}.b{fill:#d98a2b}.c{fill:#6aa84f}.d{fill:#9c6bb3}.page{fill:#fff}\
@media (prefers-color-scheme:dark){text{fill:#eee}.axis{stroke:#eee}.page{fill:#16181c}.a{fill:#7fb2e8}.b{fill:#f0b26b}.c{fill:#9fd08a}.d{fill:#c9a6dc}}";

/// The picture. The same bars give the same bytes.
pub fn draw(bars: &Bars<'_>) -> String {
    let most = bars.series.iter().flat_map(|(_, values)| values).copied().fold(0.0, f64::max);
    let count = bars.series.len();
    let widest = bars.groups.iter().map(|group| group.chars().count() * LETTER).max().unwrap_or(0);
    let group = (count * BAR).max(widest) + GAP;
    let legend: usize = bars.series.iter().map(legend_width).sum();
    let titled = (bars.title.chars().count() + bars.unit.chars().count() + 3) * (LETTER + 1);
    let width = (bars.groups.len() * group).max(legend).max(titled) + 2 * LEFT;
    let (floor, height) = (TOP + HEIGHT, TOP + HEIGHT + 64);
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) {
            title { (visible(bars.title)) }
            style { (PreEscaped(STYLE)) }
            rect class="page" width=(width) height=(height) {}
            text class="t" x=(LEFT) y="22" { (visible(bars.title)) " (" (visible(bars.unit)) ")" }
            @for (at, name) in bars.groups.iter().enumerate() {
                @let left = LEFT + at * group;
                @for (of, (series, values)) in bars.series.iter().enumerate() {
                    @let value = values.get(at).copied().unwrap_or(0.0);
                    @let tall = if most > 0.0 { (value / most) as f32 * HEIGHT as f32 } else { 0.0 };
                    @let (x, y) = (left + (group - count * BAR) / 2 + of * BAR, floor as f32 - tall);
                    rect class=(FILLS[of % FILLS.len()]) x=(x) y=(px(y)) width=(BAR - 4) height=(px(tall)) {
                        title { (visible(series)) ", " (visible(name)) ": " (value) }
                    }
                    text class="m" x=(x + (BAR - 4) / 2) y=(px(y - 4.0)) { (value) }
                }
                text class="m" x=(left + group / 2) y=(floor + 18) { (visible(name)) }
            }
            line class="axis" x1=(LEFT) y1=(floor) x2=(width - LEFT) y2=(floor) {}
            @for (of, (series, _)) in bars.series.iter().enumerate() {
                @let x = LEFT + bars.series[..of].iter().map(legend_width).sum::<usize>();
                rect class=(FILLS[of % FILLS.len()]) x=(x) y=(floor + 36) width="12" height="12" {}
                text x=(x + 18) y=(floor + 46) { (visible(series)) }
            }
        }
    };
    standing_alone(svg)
}

/// The room of a series in the legend.
fn legend_width((name, _): &(&str, Vec<f64>)) -> usize {
    name.chars().count() * LETTER + 32
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
        assert!(svg.contains("height=\"55\"") && svg.contains("height=\"220\""), "{svg}");
    }
}
