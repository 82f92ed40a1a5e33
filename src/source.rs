//! Where program text comes from: files, byte spans, and the line and column a person counts.
//!
//! Every later stage points into a [`SourceMap`] with a [`Span`]; nothing else holds program text. Lines and columns are
//! found in time that depends on neither the length of the file nor that of the line: a file may be one long line.

use std::ops::Range;

/// A file of a [`SourceMap`], by its number in the order of loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end) }
    }

    /// The smallest range that covers both; `self` if they are in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file == other.file {
            Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
        } else {
            self
        }
    }
}

/// One loaded file.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name as the user wrote it (`<stdin>` for standard input).
    pub name: String,
    /// The whole text.
    pub text: String,
    line_starts: Vec<u32>,
    /// How many characters start before each multiple of [`BLOCK`] bytes.
    characters: Vec<u32>,
}

/// Bytes in which characters are counted one by one.
const BLOCK: usize = 1024;

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| offset(at + 1))).collect();
        let mut characters = vec![0];
        for block in text.as_bytes().chunks(BLOCK) {
            let before = characters.last().copied().unwrap_or(0);
            characters.push(before + offset(starts(block)));
        }
        SourceFile { name, text, line_starts, characters }
    }

    /// The number of the line, from 0, that a byte is in; a line's end is in it.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start as usize <= offset) - 1
    }

    /// The bytes of a line, without its end.
    ///
    /// # Panics
    /// If the file has no line of this number.
    pub fn line(&self, line: usize) -> Range<usize> {
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |&next| next as usize - 1);
        self.line_starts[line] as usize..end
    }

    /// How many characters start before a byte.
    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let block = offset / BLOCK;
        self.characters[block] as usize + starts(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

/// How many characters start in some bytes of a text: all bytes but those that continue one.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

/// All files of one program, in the order in which they were loaded.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives it its number. The caller has checked that it is shorter than 4 GiB.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(name.into(), text.into()));
        id
    }

    /// The file with this number.
    ///
    /// # Panics
    /// If `id` was not given by this map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files with their numbers.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of the first byte of a span, both from 1; columns count characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let file = self.file(span.file);
        let line = file.line_of(span.start as usize);
        let start = file.line_starts[line] as usize;
        (line + 1, file.characters_before(span.start as usize) - file.characters_before(start) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let mut map = SourceMap::new();
        let file = map.add("a.ded", "p();\n¬q();\n");
        let at = map.file(file).text.find('q').expect("q is there");
        assert_eq!(map.line_column(Span::new(file, at, at + 1)), (2, 2));
    }

    #[test]
    fn every_place_of_a_text_has_the_line_and_column_that_counting_gives() {
        let text = format!("{}é¬\n{}\n\nx", "añ→".repeat(700), "→".repeat(800));
        let mut map = SourceMap::new();
        let file = map.add("a.ded", text.as_str());
        for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let line = text[..at].matches('\n').count();
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            let column = text[start..at].chars().count();
            assert_eq!(map.line_column(Span::new(file, at, at)), (line + 1, column + 1));
            assert_eq!(map.file(file).line_of(at), line);
            assert_eq!(map.file(file).line(line), start..end);
        }
    }
}
