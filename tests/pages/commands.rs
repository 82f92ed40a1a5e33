//! The blocks of a page: commands of `console` blocks are run in the order of the page, and programs that it shows are files for them.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// A block between fences, without them.
pub struct Block {
    /// What stands after the opening fence: a language, and words of ours after commas.
    pub info: String,
    pub text: String,
}

impl Block {
    pub fn language(&self) -> &str {
        self.info.split(',').next().expect("a split has a first part")
    }

    /// The file that this block shows, as its first line says: `// marriage.ded`, `# prices.toml`.
    pub fn file(&self) -> Option<&str> {
        let (mark, ending) = match self.language() {
            "dedalus" => ("// ", ".ded"),
            "yaml" => ("# ", ".yaml"),
            "toml" => ("# ", ".toml"),
            _ => return None,
        };
        let name = self.text.lines().next()?.strip_prefix(mark)?;
        (name.ends_with(ending) && !name.contains([' ', '/'])).then_some(name)
    }

    /// The commands of a `console` block.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        let lines = if self.language() == "console" { &*self.text } else { "" };
        lines.lines().filter_map(|line| line.strip_prefix("$ "))
    }
}

/// A page in pieces.
pub enum Piece {
    /// A line outside all blocks.
    Line(String),
    Block(Block),
}

/// # Panics
/// If a block has no end.
pub fn pieces(page: &str) -> Vec<Piece> {
    let (mut pieces, mut lines) = (Vec::new(), page.lines());
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            pieces.push(Piece::Line(line.to_string()));
            continue;
        };
        let mut text = String::new();
        loop {
            match lines.next() {
                Some("```") => break,
                Some(line) => text = text + line + "\n",
                None => panic!("a block has no end: ```{info}\n{text}"),
            }
        }
        pieces.push(Piece::Block(Block { info: info.to_string(), text }));
    }
    pieces
}

/// The page with the output of its commands in place of what was there, and the number of commands. They run one after the other
/// in this directory, and find there the files that stand before them.
pub fn run_all(page: &str, directory: &Path) -> (String, usize) {
    let (mut text, mut commands, mut exit) = (String::new(), 0, 0);
    for piece in pieces(page) {
        let block = match piece {
            Piece::Line(line) => {
                text = text + &line + "\n";
                continue;
            }
            Piece::Block(block) => block,
        };
        text.push_str(&format!("```{}\n", block.info));
        if block.language() == "console" {
            for command in block.commands() {
                text.push_str(&format!("$ {command}\n"));
                let output;
                (output, exit) = run(command, exit, directory);
                for line in output.lines() {
                    text.push_str(line.trim_end());
                    text.push('\n');
                }
                commands += 1;
            }
        } else {
            text.push_str(&block.text);
            if let Some(name) = block.file() {
                fs::write(directory.join(name), &block.text).expect("a file of the page can be written");
            }
        }
        text.push_str("```\n");
    }
    (text, commands)
}

/// What a command prints on both streams, and its exit code; `before` is what `$?` gives in it.
pub fn run(command: &str, before: i32, directory: &Path) -> (String, i32) {
    let binary = Path::new(env!("CARGO_BIN_EXE_watershed"));
    let mut path = binary.parent().expect("the binary is in a directory").as_os_str().to_os_string();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; (exit {before}); {command}")])
        .current_dir(directory)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .expect("sh runs");
    let text = String::from_utf8(output.stdout).expect("commands print UTF-8");
    (text, output.status.code().expect("no signal ends a command"))
}

/// Compares a page with what its commands print, and writes that into it if asked by `WATERSHED_BLESS=1`.
///
/// # Errors
/// The first line that differs, but for time and memory.
pub fn compare(page: &Path, written: &str, printed: &str) -> Result<(), String> {
    let [old, new] = [written, printed].map(|page| page.lines().map(timeless).collect::<Vec<_>>());
    if old == new {
        return Ok(());
    }
    if env::var_os("WATERSHED_BLESS").is_some() {
        fs::write(page, printed).expect("the page can be written");
        return Ok(());
    }
    let line = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let at = |page: &[String]| page.get(line).cloned().unwrap_or_default();
    Err(format!(
        "{} does not show what its commands print; docs/readme.sh writes it\nline {}\n  written: {}\n  printed: {}",
        page.display(),
        line + 1,
        at(&old),
        at(&new)
    ))
}

/// A line without what differs from run to run: `0.01 s, peak 1.2 MiB`.
pub fn timeless(line: &str) -> String {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    match line.split_once(" s, peak ") {
        Some((before, after)) => {
            let unit = after.trim_start_matches(number);
            format!("{}N s, peak N{unit}", before.trim_end_matches(number))
        }
        None => line.to_string(),
    }
}
