//! Standard output and standard error: colours, and what happens when a reader goes away.

use clap::ValueEnum;
use std::io::{ErrorKind, IsTerminal as _, Write};

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR`, `TERM`).
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

/// `-q`, `-v` or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// The verdict line only, and errors.
    Quiet,
    /// What explains the verdict.
    Normal,
    /// Everything.
    Verbose,
}

impl Color {
    /// Whether to colour standard output.
    pub fn on_stdout(self) -> bool {
        self.resolve(|| anstream::AutoStream::choice(&std::io::stdout()))
    }

    /// Whether to colour standard error.
    pub fn on_stderr(self) -> bool {
        self.resolve(|| anstream::AutoStream::choice(&std::io::stderr()))
    }

    fn resolve(self, automatic: impl Fn() -> anstream::ColorChoice) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => automatic() != anstream::ColorChoice::Never,
        }
    }
}

/// The width of pictures where no terminal tells its own: two runs of a small program stand beside each other in it.
const DEFAULT_WIDTH: usize = 120;

/// Columns of the terminal; a fixed number if standard output is none, so that the same input gives the same bytes.
pub fn width() -> usize {
    if std::io::stdout().is_terminal() {
        terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
    } else {
        DEFAULT_WIDTH
    }
}

/// Writes to standard output. A reader that has gone away is no error: nobody is left to tell.
///
/// # Errors
/// Any other error, such as a full disk.
pub fn write_stdout(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes to standard error; if that is closed, nothing can be said about it.
pub fn write_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
