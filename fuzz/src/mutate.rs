//! Mutated programs: items and tokens moved, taken out, put in; bytes broken; things nested and repeated.
//!
//! The same seed and the same inputs added give the same mutants on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Words of programs, schedules and witness files, edge values among them.
const WORDS: &[&str] = &[
    ";",
    ".",
    ",",
    "(",
    ")",
    "#",
    "@",
    "@next",
    "@async",
    "@0",
    "@1",
    "@2",
    "@N",
    "@18446744073709551615",
    ":-",
    "<-",
    "←",
    "!",
    "¬",
    "notin ",
    "not ",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "/0",
    "%0",
    "_",
    "X",
    "N",
    "a",
    "n1",
    "node(X)",
    "node(#N)",
    "p(X)",
    "p(#N, X)",
    "p()",
    "count<X>",
    "sum<X>",
    "min<X>",
    "max<X; Y>",
    "sum<X; X>",
    "count<>",
    "0",
    "1",
    "-1",
    "7",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "\"s t\"",
    "\"",
    "\"\\u{1F600}\"",
    "\"\\u{d800}\"",
    "\\",
    "nodes a, b;",
    "output p;",
    "input p(x);",
    "event p;",
    "never p;",
    "nodes ",
    "output ",
    "event ",
    "never ",
    "include \"x.ded\";",
    "p(X)@next :- p(X);",
    "p(N+1) :- p(N);",
    "p(N*N)@next :- p(N);",
    "p(#M, X)@async :- p(#N, X);",
    "p(X) :- q(X), notin p(X);",
    "pre(X) :- p(X);",
    "crash(A, B, T)",
    "// c",
    "/*",
    "*/",
    "\n",
    " ",
    "\t",
    "\u{feff}",
    "\u{0}",
    "é",
    "loop:",
    "{",
    "}",
    "[",
    "]",
    ":",
    "{}",
    "null",
    "true",
    "false",
    "\"loop\": []",
    "\"stem\": []",
    "\"deliver\": []",
    "\"holds\": true",
    "1e400",
    "n1{",
];

/// What is nested: an opening, and what closes it.
const NESTS: &[(&str, &str)] =
    &[("(", ")"), ("-", ""), ("!", ""), ("[", "]"), ("/*", "*/"), ("{\"a\":", "}"), ("1+", "")];

/// Seeds are no longer than this, in bytes.
pub const LONGEST_SEED: usize = 8 << 10;

/// A source of mutants.
pub struct Mutator {
    generator: ChaCha8Rng,
    seeds: Vec<Vec<u8>>,
    longest: usize,
}

/// What a token is, as far as one may stand for another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Number,
    Variable,
    Name,
    Text,
    Mark,
}

impl Mutator {
    /// Mutants of `seeds`, at most `longest` bytes each.
    ///
    /// # Panics
    /// If there are no seeds.
    pub fn new(seed: u64, seeds: Vec<Vec<u8>>, longest: usize) -> Self {
        assert!(!seeds.is_empty(), "a mutator needs something to mutate");
        Mutator { generator: ChaCha8Rng::seed_from_u64(seed), seeds, longest }
    }

    /// Lets later mutants be made of `input` too.
    pub fn add(&mut self, input: &[u8]) {
        self.seeds.push(input.to_vec());
    }

    /// The next mutant.
    pub fn mutant(&mut self) -> Vec<u8> {
        let mut input = self.seed();
        for _ in 0..self.generator.random_range(1..=5) {
            self.change(&mut input);
            input.truncate(self.longest);
        }
        input
    }

    fn seed(&mut self) -> Vec<u8> {
        let index = self.generator.random_range(0..self.seeds.len());
        self.seeds[index].clone()
    }

    fn below(&mut self, end: usize) -> usize {
        self.generator.random_range(0..end.max(1))
    }

    fn word(&mut self) -> Vec<u8> {
        let index = self.below(WORDS.len());
        WORDS[index].as_bytes().to_vec()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        match self.below(100) {
            0..55 => self.change_token(input),
            55..85 => self.change_item(input),
            85..96 => self.change_bytes(input),
            96..98 => self.nest(input),
            _ => self.repeat(input),
        }
    }

    fn change_token(&mut self, input: &mut Vec<u8>) {
        let tokens = tokens(input);
        if tokens.is_empty() {
            *input = self.word();
            return;
        }
        let (at, kind) = tokens[self.below(tokens.len())].clone();
        match self.below(8) {
            0 => drop(input.drain(at)),
            1 => {
                let again = input[at.clone()].to_vec();
                splice(input, at.end..at.end, &again);
            }
            2 | 3 => {
                let word = self.word();
                splice(input, at, &word);
            }
            4 => {
                let word = self.word();
                splice(input, at.start..at.start, &word);
            }
            5 => {
                let other = self.seed();
                self.replace_by_like(input, at, kind, &other);
            }
            _ => {
                let other = input.clone();
                self.replace_by_like(input, at, kind, &other);
            }
        }
    }

    /// Puts a token of the same kind, from `other`, at `at`.
    fn replace_by_like(&mut self, input: &mut Vec<u8>, at: Range<usize>, kind: Kind, other: &[u8]) {
        let like: Vec<Range<usize>> =
            tokens(other).into_iter().filter(|(_, of)| *of == kind).map(|(range, _)| range).collect();
        if !like.is_empty() {
            let from = like[self.below(like.len())].clone();
            splice(input, at, &other[from]);
        }
    }

    fn change_item(&mut self, input: &mut Vec<u8>) {
        let own = items(input);
        let at = own[self.below(own.len())].clone();
        match self.below(5) {
            0 => drop(input.drain(at)),
            1 => {
                let again = input[at].to_vec();
                let place = own[self.below(own.len())].start;
                splice(input, place..place, &again);
            }
            _ => {
                let other = self.seed();
                let theirs = items(&other);
                let from = theirs[self.below(theirs.len())].clone();
                splice(input, at.start..at.start, &other[from]);
            }
        }
    }

    fn change_bytes(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len());
        match self.below(5) {
            0 => input.truncate(at),
            1 => {
                let end = (at + self.below(40)).min(input.len());
                input.drain(at..end);
            }
            2 => {
                let bytes: Vec<u8> = (0..=self.below(4)).map(|_| self.generator.random()).collect();
                splice(input, at..at, &bytes);
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.generator.random_range(0..8);
                }
            }
        }
    }

    /// Wraps a token deeply.
    fn nest(&mut self, input: &mut Vec<u8>) {
        let tokens = tokens(input);
        let at = if tokens.is_empty() { 0..0 } else { tokens[self.below(tokens.len())].0.clone() };
        let (open, close) = NESTS[self.below(NESTS.len())];
        let depth = 1 << self.below(15);
        let inner = input[at.clone()].to_vec();
        let nested = [open.as_bytes().repeat(depth), inner, close.as_bytes().repeat(depth)].concat();
        splice(input, at, &nested);
    }

    /// Repeats some bytes or an item often.
    fn repeat(&mut self, input: &mut Vec<u8>) {
        let own = items(input);
        let at = own[self.below(own.len())].clone();
        let start = at.start + self.below(at.len());
        let at = if self.below(2) == 0 { at } else { start..(start + self.below(20)).min(input.len()) };
        let many = input[at.clone()].repeat(1 << self.below(9));
        splice(input, at, &many);
    }
}

fn splice(input: &mut Vec<u8>, at: Range<usize>, by: &[u8]) {
    input.splice(at, by.iter().copied());
}

/// The tokens of any bytes, roughly as the lexer sees them.
fn tokens(input: &[u8]) -> Vec<(Range<usize>, Kind)> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while start < input.len() {
        let run = |of: fn(&u8) -> bool| input[start..].iter().take_while(|byte| of(byte)).count();
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let (length, kind) = match input[start] {
            byte if byte.is_ascii_whitespace() => (run(u8::is_ascii_whitespace), Kind::Space),
            byte if byte.is_ascii_digit() => (run(u8::is_ascii_digit), Kind::Number),
            byte if byte.is_ascii_uppercase() || byte == b'_' => (run(word), Kind::Variable),
            byte if byte.is_ascii_alphabetic() => (run(word), Kind::Name),
            b'"' => {
                let inner = input[start + 1..].iter().position(|&byte| byte == b'"' || byte == b'\n');
                (inner.map_or(1, |inner| inner + 2), Kind::Text)
            }
            _ => (1, Kind::Mark),
        };
        tokens.push((start..start + length, kind));
        start += length;
    }
    tokens
}

/// The items of a program: up to and with a `;` at the end of a line. Never empty.
fn items(input: &[u8]) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut start = 0;
    for (at, pair) in input.windows(2).enumerate() {
        if pair == b";\n" {
            items.push(start..at + 2);
            start = at + 2;
        }
    }
    items.push(start..input.len());
    items
}
