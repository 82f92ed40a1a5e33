//! An artifact with what was found: `results.md` and the charts beside it. The same findings give the same bytes; how long they took is not among them.

use super::svg::bars::{Bars, draw};
use crate::pipeline::reproduce::{Artifact, Judged, Kind, Row, Source, Status, Verdict};
use std::fmt::Write as _;

/// An artifact and how each of its rows stands.
#[derive(Debug, Clone)]
pub struct Reproduced {
    /// The artifact.
    pub artifact: Artifact,
    /// One entry a row.
    pub judged: Vec<Judged>,
}

impl Reproduced {
    /// The rows with how they stand.
    pub fn rows(&self) -> impl Iterator<Item = (&Row, &Judged)> {
        self.artifact.rows.iter().zip(&self.judged)
    }

    /// How many rows have this status.
    pub fn count(&self, status: Status) -> usize {
        self.judged.iter().filter(|judged| judged.status == status).count()
    }

    /// What is said of all rows.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.judged.iter().map(|judged| judged.status))
    }

    /// The counts in words, those that are not zero: `3 agree, 1 not yet`.
    pub fn counts(&self) -> String {
        counts(|status| self.count(status))
    }

    /// The text of `results.md`.
    pub fn results(&self) -> String {
        let artifact = &self.artifact;
        let read = match artifact.read {
            Source::Paper => {
                "Published verdicts and figures are the paper's, as docs/semantics.md and the README cite it."
            }
            Source::Digest => {
                "The published verdicts and figures were read in a third-party digest of the paper, not in the paper."
            }
        };
        let mut text = format!(
            "# {}: results\n\nWritten by `watershed reproduce {} --write`. {}\n\n{read}\n\n{}.\n\n",
            artifact.name,
            artifact.name,
            artifact.paper,
            self.counts()
        );
        text.push_str("| row | place | claim | published | here | status |\n|---|---|---|---|---|---|\n");
        for (row, judged) in self.rows() {
            text.push_str(&line(row, judged));
        }
        let said: Vec<String> = self.rows().filter_map(|(row, judged)| remark(row, judged)).collect();
        if !said.is_empty() {
            let _ = write!(text, "\n{}", said.concat());
        }
        let figures = artifact.figures.iter().map(|figure| (&figure.title, &figure.file));
        let charts = artifact.charts.iter().map(|chart| (&chart.title, &chart.file));
        for (title, file) in figures.chain(charts) {
            let _ = write!(text, "\n![{}]({file})\n", title.replace(['[', ']'], ""));
        }
        text.push_str("\n## Commands\n\nRun in this folder.\n\n```sh\n");
        for (row, _) in self.rows().filter(|(row, _)| !row.command.is_empty()) {
            let words: Vec<String> = row.command.iter().map(|word| super::text::shell_quoted(word)).collect();
            let _ = writeln!(text, "watershed {}  # {}", words.join(" "), one_line(&row.name));
        }
        text.push_str("```\n");
        text
    }

    /// The charts: each file with its picture.
    ///
    /// # Errors
    /// For each chart that cannot be drawn, which value is no number.
    pub fn charts(&self) -> Vec<(&str, Result<String, String>)> {
        self.artifact.charts.iter().map(|chart| (chart.file.as_str(), self.chart(chart))).collect()
    }

    fn chart(&self, chart: &crate::pipeline::reproduce::Chart) -> Result<String, String> {
        let value = |name: &String| {
            let found = self.rows().find(|(row, _)| row.name == *name).and_then(|(_, judged)| judged.here.as_deref());
            let number =
                found.and_then(|found| found.parse::<f64>().ok()).filter(|number| *number >= 0.0 && number.is_finite());
            number.ok_or_else(|| format!("the row `{name}` has {} as its value", found.unwrap_or("nothing")))
        };
        let series: Result<Vec<(&str, Vec<f64>)>, String> = (chart.series.iter())
            .map(|series| Ok((series.name.as_str(), series.rows.iter().map(value).collect::<Result<_, _>>()?)))
            .collect();
        Ok(draw(&Bars { title: &chart.title, unit: &chart.unit, groups: &chart.groups, series: series? }))
    }
}

/// Counts by status in words, without those that are zero.
pub fn counts(count: impl Fn(Status) -> usize) -> String {
    let some = Status::ALL.into_iter().filter(|&status| count(status) > 0);
    let words: Vec<String> = some.map(|status| format!("{} {}", count(status), status.name())).collect();
    if words.is_empty() { "no rows".to_string() } else { words.join(", ") }
}

/// The line of one row in the table of `results.md`.
pub fn line(row: &Row, judged: &Judged) -> String {
    let here = judged.here.as_deref().unwrap_or("");
    let cells = [&row.name, &row.place, &row.claim, &row.published, here, judged.status.name()].map(cell);
    format!("| {} |\n", cells.join(" | "))
}

/// What stands below the table: why an erratum is one, why a row disagrees, what is missing, notes.
fn remark(row: &Row, judged: &Judged) -> Option<String> {
    let why = match (&row.kind, judged.status) {
        (Kind::Erratum { why, .. }, Status::Erratum) => why.as_str(),
        _ => judged.reason.as_str(),
    };
    let said: Vec<&str> = [why, row.note.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    (!said.is_empty())
        .then(|| format!("- *{}* ({}): {}\n", one_line(&row.name), judged.status.name(), one_line(&said.join(". "))))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text in a cell of a table: on one line, with no end of the cell in it.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}
