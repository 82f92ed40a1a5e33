//! Text that fits: widths as a terminal counts them, shortening, wrapping.

use super::Glyphs;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Most lines of one list of facts.
const MOST_LINES: usize = 4;

/// Columns that a text takes.
pub fn width_of(text: &str) -> usize {
    text.width()
}

/// The text with everything beyond ASCII written as `\u{…}`.
pub fn ascii(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

/// The text, cut so that it takes at most `room` columns.
pub fn shorten(text: &str, room: usize, glyphs: Glyphs) -> String {
    if width_of(text) <= room {
        return text.to_string();
    }
    let dots = if glyphs == Glyphs::Unicode { "…" } else { "..." };
    let mut left = room.saturating_sub(width_of(dots));
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(if fits { width } else { left });
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{kept}{dots}")
}

/// A list of items after a lead, comma-separated, continued below its first item. Nothing if there are no items;
/// items beyond a few lines are counted only.
pub fn paragraph(lead: &str, items: &[String], room: usize, glyphs: Glyphs) -> Vec<String> {
    if items.is_empty() {
        return Vec::new();
    }
    let indent = width_of(lead).min(room / 2).min(6);
    let mut lines = Vec::new();
    let mut line = lead.to_string();
    let mut empty = true;
    for (i, item) in items.iter().enumerate() {
        let comma = if i + 1 < items.len() { "," } else { "" };
        let space = if empty { "" } else { " " };
        let item = format!("{}{comma}", shorten(item, room.saturating_sub(indent + 1), glyphs));
        if width_of(&line) + width_of(space) + width_of(&item) > room {
            if lines.len() + 1 == MOST_LINES {
                let dots = if glyphs == Glyphs::Unicode { "…" } else { "..." };
                lines.push(line);
                lines.push(format!("{}{dots} {} more", " ".repeat(indent), items.len() - i));
                return lines;
            }
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
        } else {
            line.push_str(space);
        }
        line.push_str(&item);
        empty = false;
    }
    lines.push(line);
    lines
}

/// Lines of whole words; a word longer than a line has a line of its own.
pub fn wrap_words(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_of(line) + 1 + width_of(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}
