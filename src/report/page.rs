//! Answers as pages: one file that needs nothing else, for a browser or paper, light and dark.
//!
//! A page is complete without its script: all pictures, steps and explanations are in it. The script ([`SCRIPT`]) lets a reader step
//! through the runs. All text is escaped by `maud`, and the page forbids everything but its own style and script, by their
//! hashes: whatever a program's symbols look like, nothing of them runs, and nothing is fetched.

pub mod case;
pub mod coordinate;
pub mod faults;
mod listing;
pub mod lone;
mod reasons;
mod rounds;
mod runs;
mod steps;

use super::json::{DiagnosticObject, PlaceObject};
use super::style::Tone;
use super::svg::visible;
use crate::source::{SourceMap, Span};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

/// The style of pages, and of the pictures in them.
const STYLE: &str =
    concat!(include_str!("svg/picture.css"), include_str!("svg/graph.css"), include_str!("page/page.css"));
/// Stepping through runs.
const SCRIPT: &str = include_str!("page/page.js");

/// What a page says first, and its parts.
#[derive(Debug)]
struct Page<'a> {
    command: &'a str,
    files: &'a [String],
    verdict: &'a str,
    tone: Tone,
    /// What the verdict means, in a sentence.
    meaning: String,
    sections: Vec<Section>,
}

/// A part of a page.
#[derive(Debug)]
struct Section {
    /// Its name in links.
    id: &'static str,
    /// Its name in the list of parts.
    name: &'static str,
    heading: String,
    content: Markup,
}

impl Section {
    fn new(id: &'static str, heading: &'static str, content: Markup) -> Self {
        Section { id, name: heading, heading: heading.to_string(), content }
    }

    /// With a heading that is too long for the list of parts.
    fn headed(self, heading: String) -> Self {
        Section { heading, ..self }
    }
}

/// The text of a page.
fn file(page: &Page<'_>) -> String {
    let Page { command, files, verdict, tone, meaning, sections } = page;
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    // Shape tells as much as colour.
    let (class, mark) = match tone {
        Tone::Good => ("good", "✓"),
        Tone::Bad => ("bad", "✗"),
        _ => ("open", "?"),
    };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("watershed ", env!("CARGO_PKG_VERSION")));
                title { (verdict) ": " (visible(&files.join(" "))) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p .asked { "watershed " (command) " " (visible(&files.join(" "))) }
                    h1 class=(class) { span .mark aria-hidden="true" { (mark) } " " (verdict) }
                    p .meaning { (visible(meaning)) }
                    nav aria-label="Parts of this page" {
                        @for section in sections { a href=(format!("#{}", section.id)) { (section.name) } " " }
                    }
                }
                main {
                    @for section in sections {
                        section id=(section.id) {
                            h2 { (visible(&section.heading)) }
                            (section.content)
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// A headline without the verdict before it.
fn meaning(headline: &str, verdict: &str) -> String {
    let rest = headline.trim().strip_prefix(verdict).unwrap_or_default();
    rest.trim_start_matches(": ").to_string()
}

/// A text as a content security policy names it.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// A table of names and what is said of them; lines without a name belong to the one before.
fn table<'r>(rows: impl IntoIterator<Item = (&'r str, &'r str)>) -> Markup {
    html! {
        table .facts {
            @for (name, value) in rows { tr { th scope="row" { (name) } td { (visible(value)) } } }
        }
    }
}

/// Items, at most some of them.
fn list(items: &[String], most: usize) -> Markup {
    html! {
        ul .list {
            @for item in &items[..items.len().min(most)] { li { code { (visible(item)) } } }
            @if items.len() > most { li { "and " (items.len() - most) " more" } }
        }
    }
}

/// A place of a program, as a link to its line in the listing.
fn place(sources: &SourceMap, span: Span) -> Markup {
    let (line, _) = sources.line_column(span);
    let name = format!("{}:{line}", sources.file(span.file).name);
    html! { a .place href=(format!("#{}", listing::anchor(span.file, line))) { (visible(&name)) } }
}

/// What was reported of the program: warnings and notes; nothing if there are none.
fn findings(sources: &SourceMap, diagnostics: &[DiagnosticObject]) -> Option<Section> {
    let link = |place: &PlaceObject| {
        let (file, line) = (place.file.as_deref()?, place.line?);
        let (id, _) = sources.files().find(|(_, known)| known.name == file)?;
        Some(format!("#{}", listing::anchor(id, line)))
    };
    let content = html! {
        ul {
            @for DiagnosticObject { code, severity, message, place, help } in diagnostics {
                li {
                    (severity) " " code { (code) } ": "
                    @if let (Some(link), Some(name)) = (link(place), place.short()) { a href=(link) { (visible(&name)) } ": " }
                    (visible(message))
                    @for help in help { br; span .note { (visible(help)) } }
                }
            }
        }
    };
    (!diagnostics.is_empty()).then(|| Section::new("findings", "Warnings", content))
}

/// Commands that can be typed.
fn commands(lines: &[String]) -> Markup {
    html! { pre .commands { @for line in lines { (visible(line)) "\n" } } }
}
