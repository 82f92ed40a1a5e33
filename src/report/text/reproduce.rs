//! The answer of `reproduce`: a table an artifact, then all of them.

use crate::pipeline::reproduce::{Status, Verdict};
use crate::report::reproduced::{Reproduced, counts};
use crate::report::space_time::Glyphs;
use crate::report::space_time::text::shorten;
use crate::report::style::{Style, Tone};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// The widest cell that is shown in full.
const WIDEST: usize = 44;

/// One artifact: its rows as a table, reasons below them.
pub fn artifact(reproduced: &Reproduced, style: Style) -> String {
    let header = ["row", "place", "published", "here", "status"].map(str::to_string);
    let rows: Vec<[String; 5]> = std::iter::once(header)
        .chain(reproduced.rows().map(|(row, judged)| {
            let here = judged.here.as_deref().unwrap_or("-");
            let published = if row.published.is_empty() { "-" } else { &row.published };
            [&row.name, &row.place, published, here, judged.status.name()].map(cut)
        }))
        .collect();
    let widths: Vec<usize> =
        (0..5).map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0)).collect();
    let mut text = format!("{}\n", style.paint(Tone::Strong, &reproduced.artifact.name));
    let judged: Vec<_> = reproduced.judged.iter().collect();
    for (at, row) in rows.iter().enumerate() {
        let mut line = " ".to_string();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell}{} ", " ".repeat(width - cell.width()));
        }
        let line = line.trim_end();
        let found = at.checked_sub(1).map(|at| judged[at]);
        let painted = match found.map(|found| found.status) {
            Some(Status::Disagree) => style.paint(Tone::Bad, line),
            Some(Status::NotYet) => style.paint(Tone::Open, line),
            Some(_) => line.to_string(),
            None => style.paint(Tone::Faint, line),
        };
        let _ = writeln!(text, "{painted}");
        if let Some(found) = found.filter(|found| !found.reason.is_empty()) {
            let _ = writeln!(text, "      {}", found.reason);
        }
    }
    let _ = writeln!(text, "  {}\n", reproduced.counts());
    text
}

/// A line an artifact, and the verdict on all; `stopped` if others were not looked at.
pub fn summary(all: &[Reproduced], stopped: bool, style: Style) -> String {
    let mut text = String::new();
    let names = all.iter().map(|one| one.artifact.name.width()).max().unwrap_or(0).max("artifact".len());
    let mut header = format!("{:<names$}", "artifact");
    for status in Status::ALL {
        let _ = write!(header, "  {}", status.name());
    }
    let _ = writeln!(text, "{}", style.paint(Tone::Faint, &header));
    for one in all {
        let name = &one.artifact.name;
        let mut line = format!("{name}{}", " ".repeat(names - name.width()));
        for status in Status::ALL {
            let _ = write!(line, "  {:>width$}", one.count(status), width = status.name().len());
        }
        let line = match one.verdict() {
            Verdict::Agree => line,
            Verdict::NotYet => style.paint(Tone::Open, &line),
            Verdict::Disagree => style.paint(Tone::Bad, &line),
        };
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "\n{}", headline(all, stopped, style));
    text
}

/// The verdict in one line. Where the rows were not all looked at there is none.
pub fn headline(all: &[Reproduced], stopped: bool, style: Style) -> String {
    let counted = counts(|status| all.iter().map(|one| one.count(status)).sum());
    if stopped {
        return format!("{}: interrupted after {counted}", style.paint(Tone::Open, "inconclusive"));
    }
    let verdict = verdict(all);
    let tone = match verdict {
        Verdict::Agree => Tone::Good,
        Verdict::NotYet => Tone::Open,
        Verdict::Disagree => Tone::Bad,
    };
    format!("{}: {counted}", style.paint(tone, verdict.name()))
}

/// The verdict on all rows of all artifacts.
pub fn verdict(all: &[Reproduced]) -> Verdict {
    Verdict::of(all.iter().flat_map(|one| &one.judged).map(|judged| judged.status))
}

/// A cell, on one line and not too wide.
fn cut(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shorten(&text, WIDEST, Glyphs::Unicode)
}
