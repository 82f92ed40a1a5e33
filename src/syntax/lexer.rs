//! From bytes to tokens and comments, in one pass and linear time.
//!
//! A `.` or `@` belongs to an identifier where an identifier character stands on both sides of it (`a.b`, as programs
//! for Molly write); everywhere else `.` ends an item and `@` starts a suffix. What cannot be read becomes a
//! [`TokenKind::Reported`] token, so that the parser recovers from it without a second complaint.

use super::ast::{Comment, Place};
use super::token::{Token, TokenKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, Span};

/// More mistakes than this in one file are not listed.
pub const MAX_MISTAKES: usize = 1000;

/// What a file consists of.
#[derive(Debug, Clone)]
pub struct Lexed {
    /// The tokens; the last one is [`TokenKind::End`].
    pub tokens: Vec<Token>,
    /// The comments in order, each with the index of the token that follows it.
    pub comments: Vec<(usize, Comment)>,
    /// At most [`MAX_MISTAKES`] + 1 of them.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the tokens of `text`. A byte order mark at its start is passed over.
pub fn lex(file: FileId, text: &str) -> Lexed {
    let mut lexer = Lexer {
        file,
        text,
        at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        newlines: None,
        lexed: Lexed { tokens: Vec::new(), comments: Vec::new(), diagnostics: Vec::new() },
    };
    while lexer.next() {}
    lexer.lexed
}

/// Whether `c` may stand inside an identifier.
pub fn is_identifier_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c == b'?'
}

/// Reads a string token: the text between its quotes with the escapes resolved. Escapes that the lexer has reported are
/// left as they are.
pub fn unescape(token: &str) -> String {
    let inner = token.strip_prefix('"').unwrap_or(token);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        match escape(rest) {
            (Some(c), length) => {
                value.push(c);
                rest = &rest[length..];
            }
            (None, _) => {
                value.push('\\');
                rest = &rest[1..];
            }
        }
    }
    value.push_str(rest);
    value
}

/// The character that the escape at the start of `text` stands for, and the escape's length in bytes.
fn escape(text: &str) -> (Option<char>, usize) {
    let mut chars = text.chars();
    chars.next();
    match chars.next() {
        Some('"') => (Some('"'), 2),
        Some('\\') => (Some('\\'), 2),
        Some('n') => (Some('\n'), 2),
        Some('t') => (Some('\t'), 2),
        Some('u') => unicode_escape(text),
        Some(c) => (None, 1 + c.len_utf8()),
        None => (None, 1),
    }
}

/// `\u{…}` with one to six hexadecimal digits.
fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let Some(digits) = text.strip_prefix("\\u{") else { return (None, 2) };
    let length = digits.bytes().take(7).take_while(u8::is_ascii_hexdigit).count();
    if !digits[length..].starts_with('}') || length == 0 || length > 6 {
        return (None, 3 + length);
    }
    let value = u32::from_str_radix(&digits[..length], 16).ok().and_then(char::from_u32);
    (value, 4 + length)
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    /// Line ends since the last token or comment; none before the first.
    newlines: Option<usize>,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn place(&mut self) -> Place {
        match self.newlines.replace(0) {
            None | Some(1) => Place::NewLine,
            Some(0) => Place::SameLine,
            Some(_) => Place::AfterEmptyLine,
        }
    }

    fn token(&mut self, kind: TokenKind, length: usize) {
        let place = self.place();
        let span = Span::new(self.file, self.at, self.at + length);
        self.lexed.tokens.push(Token { kind, place, start: span.start, end: span.end });
        self.at += length;
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.lexed.diagnostics.len() <= MAX_MISTAKES {
            self.lexed.diagnostics.push(diagnostic);
        }
    }

    /// Reads one token or comment, or the space between; false at the end.
    fn next(&mut self) -> bool {
        use TokenKind::*;
        if self.at >= self.text.len() {
            self.token(End, 0);
            return false;
        }
        match (self.peek(0), self.peek(1)) {
            (b'\n', _) => {
                self.newlines = self.newlines.map(|n| n + 1);
                self.at += 1;
            }
            (b' ' | b'\t' | b'\r', _) => self.at += 1,
            (b'/', b'/') => self.line_comment(),
            (b'/', b'*') => self.block_comment(),
            (b'"', _) => self.string(),
            (c, _) if c.is_ascii_alphabetic() || c == b'_' => self.identifier(),
            (b'?', c) if c.is_ascii_alphabetic() || c == b'_' => self.unknown_constant(),
            (c, _) if c.is_ascii_digit() => self.integer(),
            (b':', b'-') => self.token(Arrow, 2),
            (b'<', b'-') => self.token(LeftArrow, 2),
            (b'=', b'=') => self.token(Equal, 2),
            (b'!', b'=') => self.token(NotEqual, 2),
            (b'<', b'=') => self.token(LessEqual, 2),
            (b'>', b'=') => self.token(GreaterEqual, 2),
            (b'=', _) => self.token(Equal, 1),
            (b'!', _) => self.token(Bang, 1),
            (b'<', _) => self.token(Less, 1),
            (b'>', _) => self.token(Greater, 1),
            (b'(', _) => self.token(LeftParen, 1),
            (b')', _) => self.token(RightParen, 1),
            (b'{', _) => self.token(LeftBrace, 1),
            (b'}', _) => self.token(RightBrace, 1),
            (b',', _) => self.token(Comma, 1),
            (b';', _) => self.token(Semicolon, 1),
            (b'.', _) => self.token(Dot, 1),
            (b':', _) => self.token(Colon, 1),
            (b'@', _) => self.token(At, 1),
            (b'#', _) => self.token(Hash, 1),
            (b'+', _) => self.token(Plus, 1),
            (b'-', _) => self.token(Minus, 1),
            (b'*', _) => self.token(Star, 1),
            (b'/', _) => self.token(Slash, 1),
            (b'%', _) => self.token(Percent, 1),
            _ if self.text[self.at..].starts_with('¬') => self.token(Bang, '¬'.len_utf8()),
            _ if self.text[self.at..].starts_with('←') => self.token(Arrow, '←'.len_utf8()),
            _ => self.stray(),
        }
        true
    }

    fn identifier(&mut self) {
        let mut length = 1;
        loop {
            let c = self.peek(length);
            let joins = matches!(c, b'.' | b'@')
                && is_identifier_byte(self.peek(length - 1))
                && is_identifier_byte(self.peek(length + 1));
            if !is_identifier_byte(c) && !joins {
                break;
            }
            length += 1;
        }
        self.token(TokenKind::Identifier, length);
    }

    /// `?v`: no `.` or `@` is part of its name.
    fn unknown_constant(&mut self) {
        let name = &self.text.as_bytes()[self.at + 1..];
        self.token(TokenKind::Unknown, 1 + name.iter().take_while(|&&c| is_identifier_byte(c)).count());
    }

    fn integer(&mut self) {
        let count = |from: usize, belongs: fn(u8) -> bool| {
            self.text.as_bytes()[from..].iter().take_while(|&&c| belongs(c)).count()
        };
        let digits = count(self.at, |c| c.is_ascii_digit());
        let tail = count(self.at + digits, is_identifier_byte);
        if tail > 0 {
            let span = Span::new(self.file, self.at, self.at + digits + tail);
            let word = clip(&self.text[self.at..self.at + digits + tail]);
            self.report(
                Diagnostic::at(
                    codes::MALFORMED_NUMBER,
                    span,
                    format!("expected a number or a name, found `{word}`"),
                    "starts as a number and goes on as a name",
                )
                .help("names start with a letter or `_`; a symbol like this one is written in quotes"),
            );
        }
        // The parser sees the digits only: one complaint is enough.
        self.token(TokenKind::Integer, digits);
        self.at += tail;
    }

    fn string(&mut self) {
        let bytes = self.text.as_bytes();
        let mut length = 1;
        loop {
            match bytes.get(self.at + length) {
                Some(b'"') => {
                    self.token(TokenKind::String, length + 1);
                    return;
                }
                Some(b'\\') => {
                    let (value, escape_length) = escape(&self.text[self.at + length..]);
                    // An escaped line end or end of file leaves the string open.
                    if value.is_none() {
                        self.bad_escape(length, escape_length);
                        length += 1;
                    } else {
                        length += escape_length;
                    }
                }
                Some(b'\n') | None => break,
                Some(_) => length += 1,
            }
        }
        let span = Span::new(self.file, self.at, self.at + length);
        self.report(
            Diagnostic::at(
                codes::UNTERMINATED_STRING,
                span,
                "expected `\"` at the end of this string, found the end of the line",
                "this string is not closed",
            )
            .help("close it with `\"` on the same line; a line end inside a string is written `\\n`"),
        );
        self.token(TokenKind::Reported, length);
    }

    fn bad_escape(&mut self, offset: usize, length: usize) {
        let start = self.at + offset;
        let written = &self.text[start..start + length];
        if written.ends_with('\n') || length == 1 {
            return;
        }
        let message = format!("expected an escape, found `{written}`");
        self.report(
            Diagnostic::at(
                codes::BAD_ESCAPE,
                Span::new(self.file, start, start + length),
                message,
                "this stands for no character",
            )
            .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}` with the number of a character"),
        );
    }

    fn line_comment(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find('\n').unwrap_or(rest.len());
        self.comment(length);
    }

    fn block_comment(&mut self) {
        match self.text[self.at + 2..].find("*/") {
            Some(inner) => self.comment(inner + 4),
            None => {
                self.report(
                    Diagnostic::at(
                        codes::UNTERMINATED_COMMENT,
                        Span::new(self.file, self.at, self.at + 2),
                        "expected `*/` after this comment, found the end of the file",
                        "this comment is not closed",
                    )
                    .help("close it with `*/`; comments do not nest"),
                );
                self.token(TokenKind::Reported, self.text.len() - self.at);
            }
        }
    }

    fn comment(&mut self, length: usize) {
        let written = &self.text[self.at..self.at + length];
        let text = if written.starts_with("//") { written.trim_end() } else { written }.to_string();
        let place = self.place();
        let span = Span::new(self.file, self.at, self.at + text.len());
        self.lexed.comments.push((self.lexed.tokens.len(), Comment { text, place, span }));
        self.at += length;
    }

    /// A run of characters that start no token is one mistake.
    fn stray(&mut self) {
        let rest = &self.text[self.at..];
        let starts_token = |c: char| c.is_ascii_alphanumeric() || " \t\r\n\"_:<=!>(){},;.@#+-*/%¬←".contains(c);
        let length = rest.find(starts_token).unwrap_or(rest.len());
        let run = &rest[..length];
        let help = match run.chars().next().unwrap_or(' ') {
            '&' | '∧' => "the literals of a body are separated by `,`",
            '\'' | '‘' | '’' | '“' | '”' | '`' => "symbols are quoted with `\"`",
            '~' => "a negated atom is written `notin p(X)`",
            '|' | '∨' => "write one rule for each alternative",
            '≤' => "write `<=`",
            '≥' => "write `>=`",
            '≠' => "write `!=`",
            c if c.is_whitespace() || c.is_control() => "this character is not visible; replace it by a space",
            _ => "a symbol with such characters is written in quotes: `\"…\"`",
        };
        let message = format!("expected a token, found `{}`", clip(run).escape_debug());
        let span = Span::new(self.file, self.at, self.at + length);
        self.report(
            Diagnostic::at(codes::UNEXPECTED_CHARACTER, span, message, "no part of the language starts like this")
                .help(help),
        );
        self.token(TokenKind::Reported, length);
    }
}

/// At most 40 characters of a text, for messages.
pub fn clip(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}
