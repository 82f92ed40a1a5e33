//! The words of the language, without their text: a token is a kind and a range of bytes.

use super::ast::Place;
use crate::source::{FileId, Span};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A name, a variable, a symbol, a word such as `notin` or `next`: the parser tells them apart.
    Identifier,
    /// `?v`, the name of an unknown constant.
    Unknown,
    /// Digits.
    Integer,
    /// A string with its quotes and escapes.
    String,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `{`, in schedules only
    LeftBrace,
    /// `}`, in schedules only
    RightBrace,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `.` that ends an item
    Dot,
    /// `:`, in schedules only
    Colon,
    /// `@`
    At,
    /// `#`
    Hash,
    /// `:-` or `←`
    Arrow,
    /// `<-`: an arrow after a head, `<` and a minus sign in a body
    LeftArrow,
    /// `!` or `¬`
    Bang,
    /// `==` or `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// Text that the lexer has already reported; the parser says nothing more about it.
    Reported,
    /// The end of the file; always the last token, and only there.
    End,
}

/// A token of a file. Tokens do not span lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// How it follows the token or comment before it.
    pub place: Place,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Token {
    /// Where it stands in `file`.
    pub fn span(self, file: FileId) -> Span {
        Span { file, start: self.start, end: self.end }
    }
}
