//! Emphasis in text for people.

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to use ANSI escapes.
    pub color: bool,
    /// Columns of the terminal or page.
    pub width: usize,
}

/// What a piece of text says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Strong,
    /// A "yes".
    Good,
    /// A "no".
    Bad,
    /// Neither.
    Open,
    /// Of lesser weight.
    Faint,
}

impl Style {
    /// Text without escapes, for a page of usual width.
    pub const fn plain() -> Style {
        Style { color: false, width: 100 }
    }

    /// `text` in this tone.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_string();
        }
        let code = match tone {
            Tone::Strong => "1",
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Open => "1;33",
            Tone::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
