//! The file from which an interrupted answer goes on (`--checkpoint`).
//!
//! An answer takes one search or several, always the same ones in the same order. Each is known by its number, and the file has a *segment*
//! for each that was worth keeping: all that the search has found at a moment when nothing is half done. When the same question is asked
//! again, each search begins where its segment ends; one without a segment is made anew.
//!
//! A file is written beside its place, brought to the disk and renamed, so there is always a whole one. It begins with who wrote it: the version
//! of this program, and a fingerprint of the question. Each segment has a checksum. All of this is read before
//! anything is taken from a file: what is damaged or belongs to another question is refused, and never is an answer built
//! on it.
//!
//! Values are written one after another with `serde` and `postcard`, straight to the disk: writing takes no memory to speak of.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The first bytes of a file; the last one changes with the form of segments.
const MAGIC: &[u8; 8] = b"wshedck\x01";

/// Bytes before the first segment: the magic bytes and two halves of the fingerprint.
const HEADER: u64 = 24;

/// Bytes of a segment before its contents: number, length and checksum.
const SEGMENT: u64 = 20;

/// Writing takes at most one part in this many of the time.
const SHARE: u32 = 10;

/// Searches that took less are made again.
const WORTH: Duration = Duration::from_millis(100);

/// Why a file is not gone on from.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(io::Error),
    /// It is no checkpoint, or not whole.
    #[error("it is no checkpoint, or it is damaged")]
    Damaged,
    /// It was written for another program, by another version, or with options that change what is searched.
    #[error("it belongs to another program, to other options or to another version of watershed")]
    Foreign,
}

/// The checkpoints of one answer. Clones share them.
#[derive(Debug, Clone)]
pub struct Checkpoints(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    path: PathBuf,
    every: Duration,
    fingerprint: [u64; 2],
    segments: Vec<Segment>,
    /// Searches begun.
    searches: u64,
    began: Instant,
    written: Instant,
    /// How long the last writing took.
    took: Duration,
    /// Why the file could not be written the last time.
    unwritten: Option<io::Error>,
    /// Why a search could not be gone on with.
    unreadable: Option<io::Error>,
}

/// Where the segment of a search is.
#[derive(Debug, Clone, Copy)]
struct Segment {
    search: u64,
    start: u64,
    length: u64,
}

impl Checkpoints {
    /// Those in the file at `path`, if there is one, for the question that these texts describe. New ones are written not more often than
    /// `every`.
    ///
    /// # Errors
    /// If there is a file that cannot be gone on from.
    pub fn open(path: &Path, question: &[&str], every: Duration) -> Result<Self, Refused> {
        let fingerprint = fingerprint(question);
        let segments = match File::open(path) {
            Ok(file) => read_segments(file, fingerprint)?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Refused::Unreadable(error)),
        };
        let now = Instant::now();
        Ok(Checkpoints(Arc::new(Mutex::new(State {
            path: path.to_path_buf(),
            every,
            fingerprint,
            segments,
            searches: 0,
            began: now,
            written: now,
            took: Duration::ZERO,
            unwritten: None,
            unreadable: None,
        }))))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the next search; its number.
    pub fn begin(&self) -> u64 {
        let mut state = self.state();
        state.searches += 1;
        state.began = Instant::now();
        state.searches - 1
    }

    /// What was kept of a search.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn load(&self, search: u64) -> io::Result<Option<Reader>> {
        let state = self.state();
        let Some(segment) = state.segments.iter().find(|segment| segment.search == search) else { return Ok(None) };
        let mut file = File::open(&state.path)?;
        file.seek(SeekFrom::Start(segment.start))?;
        Ok(Some(Reader { from: BufReader::new(file.take(segment.length)), scratch: vec![0; 256] }))
    }

    /// Whether it is time to write.
    pub fn is_due(&self) -> bool {
        let state = self.state();
        state.written.elapsed() >= state.every.max(state.took * SHARE)
    }

    /// Whether writing again keeps to its share of the time.
    pub fn is_cheap(&self) -> bool {
        let state = self.state();
        state.written.elapsed() >= state.took * SHARE
    }

    /// Whether nothing is kept of any search.
    pub fn is_empty(&self) -> bool {
        self.state().segments.is_empty()
    }

    /// Whether the search that was begun last took so long that it is worth keeping when it ends.
    pub fn is_worth_keeping(&self) -> bool {
        self.state().began.elapsed() >= WORTH
    }

    /// Writes what `contents` writes as the segment of a search, after those of searches before it.
    pub fn keep(&self, search: u64, contents: impl FnOnce(&mut Writer) -> io::Result<()>) {
        let mut state = self.state();
        let start = Instant::now();
        state.unwritten = state.write(search, contents).err();
        state.written = Instant::now();
        state.took = start.elapsed();
    }

    /// Takes note that a search could not be gone on with, so that there is no answer.
    pub fn give_up(&self, error: io::Error) {
        self.state().unreadable = Some(error);
    }

    /// Why a search could not be gone on with.
    pub fn gave_up(&self) -> Option<String> {
        self.state().unreadable.as_ref().map(ToString::to_string)
    }

    /// Why the file could not be written or removed, if that failed the last time.
    pub fn unwritten(&self) -> Option<String> {
        self.state().unwritten.as_ref().map(ToString::to_string)
    }

    /// Removes the file, as the answer is there.
    pub fn remove(&self) {
        let mut state = self.state();
        if !state.segments.is_empty() || state.path.exists() {
            match std::fs::remove_file(&state.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => state.unwritten = Some(error),
                _ => state.segments.clear(),
            }
        }
    }
}

/// A number for a question: what it is made of, and this version of the program.
fn fingerprint(question: &[&str]) -> [u64; 2] {
    [0u8, 1].map(|half| {
        let mut hasher = DefaultHasher::new();
        (half, env!("CARGO_PKG_VERSION"), question).hash(&mut hasher);
        hasher.finish()
    })
}

/// Fills `bytes`; what is too short is damaged.
fn read_exactly(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), Refused> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Refused::Damaged,
        _ => Refused::Unreadable(error),
    })
}

fn read_number(from: &mut impl Read) -> Result<u64, Refused> {
    let mut bytes = [0; 8];
    read_exactly(from, &mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// Reads a whole file, to see whether it is one to go on from; where its segments are.
fn read_segments(file: File, fingerprint: [u64; 2]) -> Result<Vec<Segment>, Refused> {
    let size = file.metadata().map_err(Refused::Unreadable)?.len();
    let mut from = BufReader::with_capacity(1 << 16, file);
    let mut magic = [0; MAGIC.len()];
    read_exactly(&mut from, &mut magic)?;
    if magic[..MAGIC.len() - 1] != MAGIC[..MAGIC.len() - 1] {
        return Err(Refused::Damaged);
    }
    if magic != *MAGIC || [read_number(&mut from)?, read_number(&mut from)?] != fingerprint {
        return Err(Refused::Foreign);
    }
    let mut segments = Vec::new();
    let mut at = HEADER;
    while at < size {
        let (search, length) = (read_number(&mut from)?, read_number(&mut from)?);
        let mut sum = [0; 4];
        read_exactly(&mut from, &mut sum)?;
        let start = at + SEGMENT;
        at = start.checked_add(length).filter(|&end| end <= size).ok_or(Refused::Damaged)?;
        let mut hasher = hasher_of(search, length);
        let mut left = length;
        let mut bytes = vec![0; 1 << 16];
        while left > 0 {
            let part = &mut bytes[..left.min(1 << 16) as usize];
            read_exactly(&mut from, part)?;
            hasher.update(part);
            left -= part.len() as u64;
        }
        if hasher.finalize() != u32::from_le_bytes(sum) {
            return Err(Refused::Damaged);
        }
        segments.push(Segment { search, start, length });
    }
    if segments.is_empty() { Err(Refused::Damaged) } else { Ok(segments) }
}

/// The checksum of a segment, begun with its number and length; these are summed up last when it is written, so they are a part of its own.
fn hasher_of(search: u64, length: u64) -> crc32fast::Hasher {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&search.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher
}

impl State {
    fn write(&mut self, search: u64, contents: impl FnOnce(&mut Writer) -> io::Result<()>) -> io::Result<()> {
        let mut name = self.path.file_name().ok_or(ErrorKind::InvalidInput)?.to_os_string();
        name.push(".part");
        let part = self.path.with_file_name(name);
        let written = self.write_part(&part, search, contents).and_then(|segments| {
            std::fs::rename(&part, &self.path)?;
            self.segments = segments;
            Ok(())
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        written
    }

    fn write_part(
        &self,
        part: &Path,
        search: u64,
        contents: impl FnOnce(&mut Writer) -> io::Result<()>,
    ) -> io::Result<Vec<Segment>> {
        let mut file = File::create(part)?;
        file.write_all(MAGIC)?;
        self.fingerprint.iter().try_for_each(|half| file.write_all(&half.to_le_bytes()))?;
        let mut segments: Vec<Segment> = Vec::new();
        let mut at = HEADER;
        for old in self.segments.iter().filter(|old| old.search < search) {
            let mut from = File::open(&self.path)?;
            from.seek(SeekFrom::Start(old.start - SEGMENT))?;
            let copied = io::copy(&mut from.take(SEGMENT + old.length), &mut file)?;
            if copied != SEGMENT + old.length {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            segments.push(Segment { start: at + SEGMENT, ..*old });
            at += SEGMENT + old.length;
        }
        file.write_all(&[0; SEGMENT as usize])?;
        let sums = Sums { file, hasher: crc32fast::Hasher::new(), length: 0 };
        let mut writer = Writer { to: BufWriter::with_capacity(1 << 16, sums) };
        contents(&mut writer)?;
        let Sums { mut file, hasher, length } = writer.to.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut sum = hasher_of(search, length);
        sum.combine(&hasher);
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&search.to_le_bytes())?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&sum.finalize().to_le_bytes())?;
        file.sync_all()?;
        segments.push(Segment { search, start: at + SEGMENT, length });
        Ok(segments)
    }
}

/// A file, and the sum of what was written to it.
#[derive(Debug)]
struct Sums {
    file: File,
    hasher: crc32fast::Hasher,
    length: u64,
}

impl Write for Sums {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Takes values for a segment.
#[derive(Debug)]
pub struct Writer {
    to: BufWriter<Sums>,
}

impl Writer {
    /// Writes a value.
    ///
    /// # Errors
    /// If the disk takes no more.
    pub fn put(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        postcard::to_io(value, &mut self.to).map(drop).map_err(io::Error::other)
    }
}

/// Gives the values of a segment, in the order in which they were written.
#[derive(Debug)]
pub struct Reader {
    from: BufReader<io::Take<File>>,
    scratch: Vec<u8>,
}

impl Reader {
    /// The next value.
    ///
    /// # Errors
    /// If there is no such value.
    pub fn get<T: DeserializeOwned>(&mut self) -> io::Result<T> {
        let (value, _) = postcard::from_io((&mut self.from, &mut self.scratch[..])).map_err(io::Error::other)?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn segments_are_read_back_and_every_damage_is_noticed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("c");
        let open = |question| Checkpoints::open(&path, &[question], NOW);
        let first = open("a").expect("no file");
        assert!(first.load(0).expect("no file").is_none() && first.is_due());
        first.keep(0, |to| to.put(&(1u32, vec![7u32; 1000])));
        first.keep(2, |to| to.put("two"));
        first.keep(2, |to| to.put("two again"));
        assert_eq!(first.unwritten(), None);
        let again = open("a").expect("whole");
        let read = |number| again.load(number).expect("readable");
        assert_eq!(read(0).expect("kept").get::<(u32, Vec<u32>)>().expect("whole"), (1, vec![7; 1000]));
        assert_eq!(read(2).expect("kept").get::<String>().expect("whole"), "two again");
        assert!(read(1).is_none());
        assert!(matches!(open("b"), Err(Refused::Foreign)));
        let whole = std::fs::read(&path).expect("readable");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(&path, &damaged).expect("writable");
            assert!(open("a").is_err(), "byte {at}");
            std::fs::write(&path, &whole[..at]).expect("writable");
            // What ends between two segments is whole, but less.
            assert!(open("a").is_err() || at as u64 == HEADER + SEGMENT + read_length(&whole), "{at} bytes");
        }
        std::fs::write(&path, &whole).expect("writable");
        again.remove();
        assert!(!path.exists());
    }

    fn read_length(file: &[u8]) -> u64 {
        u64::from_le_bytes(file[HEADER as usize + 8..][..8].try_into().expect("8 bytes"))
    }
}
