//! What a page of the book points to: other pages and their headings, and files of the repository.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::commands::{Piece, pieces};

/// Folders whose files prose names in code, from the root of the repository.
const FOLDERS: [&str; 7] = ["benchmarks/", "docs/", "fuzz/", "paper-artifacts/", "src/", "tests/", "theories/"];

/// What is wrong with the links and file names of a page.
pub fn mistakes(page: &Path, root: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).expect("a page");
    let directory = page.parent().expect("a page is in a directory");
    let mut mistakes = Vec::new();
    for line in prose(&text) {
        let (plain, code) = apart(&line);
        for name in code.iter().filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder))) {
            if !name.contains([' ', '*', '<']) && !root.join(name).exists() {
                mistakes.push(format!("{}: there is no {name}", page.display()));
            }
        }
        for target in targets(&plain).into_iter().filter(|target| !target.contains("://")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { page.to_path_buf() } else { directory.join(file) };
            if !file.is_file() {
                mistakes.push(format!("{}: the link {target} leads nowhere", page.display()));
            } else if !anchor.is_empty() && !anchors(&file).iter().any(|known| known == anchor) {
                mistakes.push(format!("{}: the link {target} leads to no heading", page.display()));
            }
        }
    }
    mistakes
}

/// The lines outside blocks; text that is included stands for the line that includes it.
fn prose(text: &str) -> Vec<String> {
    pieces(text).into_iter().filter_map(|piece| if let Piece::Line(line) = piece { Some(line) } else { None }).collect()
}

/// A line without its code, and the code.
fn apart(line: &str) -> (String, Vec<&str>) {
    let (mut plain, mut code) = (String::new(), Vec::new());
    for (index, part) in line.split('`').enumerate() {
        if index % 2 == 0 {
            plain.push_str(part);
        } else {
            code.push(part);
        }
    }
    (plain, code)
}

/// The targets of links in a line.
pub fn targets(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

/// The names of a page's headings in links, those of pages that it includes among them.
fn anchors(page: &Path) -> Vec<String> {
    let mut text = fs::read_to_string(page).expect("a page");
    let included =
        text.lines().find_map(|line| line.strip_prefix("{{#include ")?.strip_suffix("}}").map(str::to_string));
    if let Some(included) = included {
        text = fs::read_to_string(page.with_file_name(included)).expect("an included page");
    }
    let (mut anchors, mut met) = (Vec::new(), HashMap::new());
    for line in prose(&text) {
        let Some(heading) =
            line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')).filter(|rest| rest.starts_with(' '))
        else {
            continue;
        };
        let anchor = slug(heading.trim());
        let before = met.entry(anchor.clone()).or_insert(0);
        anchors.push(if *before == 0 { anchor } else { format!("{anchor}-{before}") });
        *before += 1;
    }
    anchors
}

/// A heading as mdBook and GitHub name it in links.
pub fn slug(heading: &str) -> String {
    let kept = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    };
    heading.to_lowercase().chars().filter_map(kept).collect()
}
