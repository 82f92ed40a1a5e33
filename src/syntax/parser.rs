//! From tokens to trees, by recursive descent with one token of lookahead (two where a word may be a name).
//!
//! A mistake is reported where it is met; the parser then goes on after the next end mark, or at the next line whose
//! first column starts an atom, so that one mistake gives one diagnostic. A forgotten `;` or `,` between two things
//! that are whole is reported and read as if it were there.

mod atom;
mod expression;
mod habits;
mod item;
mod schedule;

use super::ast::{Ast, Atom, Comment, Item, LiteralKind, Place};
use super::lexer::{self, MAX_MISTAKES, clip};
use super::schedule_tree::SchedulePhrase;
use super::token::{Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::source::{FileId, SourceMap, Span};

/// Expressions nest at most this deep: parentheses and minus signs, and operations in operations.
pub const MAX_NESTING: usize = 256;

/// The tree of a file. Items with a mistake in them are left out of it, and the mistakes are listed in the order of the
/// text. Linear in the length of the file.
///
/// # Panics
/// If `file` is not one of `sources`.
pub fn parse(sources: &SourceMap, file: FileId) -> (Ast, Vec<Diagnostic>) {
    let mut parser = Parser::new(sources, file);
    let ast = parser.program();
    (ast, parser.finish())
}

/// The tree of a schedule in text. Steps with a mistake in them are left out.
///
/// # Panics
/// If `file` is not one of `sources`.
pub fn parse_steps(sources: &SourceMap, file: FileId) -> (SchedulePhrase, Vec<Diagnostic>) {
    let mut parser = Parser::new(sources, file);
    let phrase = parser.schedule();
    (phrase, parser.finish())
}

/// The literals of a body, with nothing after them.
///
/// # Panics
/// If `file` is not one of `sources`.
pub fn parse_body(sources: &SourceMap, file: FileId) -> (Vec<LiteralKind>, Vec<Diagnostic>) {
    let mut parser = Parser::new(sources, file);
    let body = match parser.body() {
        Ok((body, _)) => {
            if parser.kind() != TokenKind::End && parser.diagnostics.is_empty() {
                parser.unexpected("`,` or the end of the text", "literals are separated by `,`");
            }
            body
        }
        Err(Reported) => Vec::new(),
    };
    (body.into_iter().map(|literal| literal.kind).collect(), parser.finish())
}

/// One ground atom without `@` and nothing after it but an end mark: `m(#s, a)`.
///
/// # Panics
/// If `file` is not one of `sources`.
pub fn parse_fact(sources: &SourceMap, file: FileId) -> (Option<Atom>, Vec<Diagnostic>) {
    let mut parser = Parser::new(sources, file);
    let atom = parser.lone_fact().ok();
    (atom, parser.finish())
}

/// A mistake that has been reported: whoever receives it looks for a place to go on.
struct Reported;

type Parsed<T> = Result<T, Reported>;

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    comments: Vec<(usize, Comment)>,
    /// The first comment that has not been taken.
    next_comment: usize,
    diagnostics: Vec<Diagnostic>,
    /// Open parentheses and minus signs of the expression that is being read.
    nesting: usize,
}

impl<'a> Parser<'a> {
    fn new(sources: &'a SourceMap, file: FileId) -> Self {
        let text = sources.file(file).text.as_str();
        let lexed = lexer::lex(file, text);
        Parser {
            file,
            text,
            tokens: lexed.tokens,
            at: 0,
            comments: lexed.comments,
            next_comment: 0,
            diagnostics: lexed.diagnostics,
            nesting: 0,
        }
    }

    /// The mistakes of lexer and parser in the order of the text.
    fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|d| d.primary.as_ref().map_or(0, |label| label.span.start));
        if self.diagnostics.len() > MAX_MISTAKES {
            self.diagnostics.truncate(MAX_MISTAKES);
            let last = self.diagnostics.last().and_then(|d| d.primary.as_ref()).map(|label| label.span);
            self.diagnostics.push(
                Diagnostic::at(
                    codes::TOO_MANY_MISTAKES,
                    last.unwrap_or(Span::new(self.file, 0, 0)),
                    format!("expected a program, found more than {MAX_MISTAKES} mistakes in one file"),
                    "mistakes after this one are not listed",
                )
                .help("check that this file is a program at all"),
            );
        }
        self.diagnostics
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        if self.diagnostics.len() <= 2 * MAX_MISTAKES {
            self.diagnostics.push(diagnostic);
        }
        Reported
    }

    // The cursor.

    fn token(&self) -> Token {
        self.tokens[self.at]
    }

    fn kind(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    /// The kind of the token that is `ahead` tokens further; `End` beyond the last.
    fn kind_ahead(&self, ahead: usize) -> TokenKind {
        self.tokens.get(self.at + ahead).map_or(TokenKind::End, |t| t.kind)
    }

    fn word(&self) -> &'a str {
        self.text_of(self.token())
    }

    fn text_of(&self, token: Token) -> &'a str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn span(&self) -> Span {
        self.token().span(self.file)
    }

    /// The token before the cursor; the first token if there is none.
    fn previous(&self) -> Token {
        self.tokens[self.at.saturating_sub(1)]
    }

    fn previous_span(&self) -> Span {
        self.previous().span(self.file)
    }

    /// Moves past the current token, but never past the end.
    fn advance(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, kind: TokenKind, expected: &str, help: &str) -> Parsed<Token> {
        if self.kind() == kind { Ok(self.advance()) } else { Err(self.unexpected(expected, help)) }
    }

    fn at_end_mark(&self) -> bool {
        matches!(self.kind(), TokenKind::Semicolon | TokenKind::Dot)
    }

    // What is said about mistakes.

    /// What the current token is called in messages.
    fn found(&self) -> String {
        match self.kind() {
            TokenKind::End => "the end of the text".to_string(),
            TokenKind::String => format!("the string {}", clip(self.word())),
            TokenKind::Integer => format!("the number {}", clip(self.word())),
            _ => format!("`{}`", clip(self.word())),
        }
    }

    /// Reports that the current token is not what should stand here.
    fn unexpected(&mut self, expected: &str, help: &str) -> Reported {
        self.wrong(codes::UNEXPECTED_TOKEN, expected, help)
    }

    fn wrong(&mut self, code: Code, expected: &str, help: &str) -> Reported {
        if self.kind() == TokenKind::Reported {
            return Reported;
        }
        let message = format!("expected {expected}, found {}", self.found());
        let mut diagnostic = Diagnostic::at(code, self.span(), message, format!("expected {expected}"))
            .help(self.habit().unwrap_or(help));
        let before = self.text_of(self.previous());
        if self.at > 0 && self.previous().kind == TokenKind::Identifier && before.contains('.') {
            diagnostic = diagnostic.help(format!(
                "`{}` is one name; a `.` that ends an item is followed by white space or by no letter",
                clip(before)
            ));
        }
        self.report(diagnostic)
    }

    /// Moves to where an item can start again: after the next end mark that is not inside an aggregate, or at a line
    /// whose first column starts an atom and that does not continue the line before.
    fn recover(&mut self) {
        let start = self.at;
        self.nesting = 0;
        loop {
            match self.kind() {
                TokenKind::End => return,
                TokenKind::Semicolon if self.inside_aggregate() => {}
                TokenKind::Semicolon | TokenKind::Dot => {
                    while self.at_end_mark() {
                        self.advance();
                    }
                    return;
                }
                TokenKind::Identifier if self.at > start && self.starts_fresh_line() => return,
                _ => {}
            }
            self.advance();
        }
    }

    /// Whether the current `;` stands in `sum<X; K>`.
    fn inside_aggregate(&self) -> bool {
        let Some(first) = self.at.checked_sub(3) else { return false };
        let [function, less, variable] = [self.tokens[first], self.tokens[first + 1], self.tokens[first + 2]];
        atom::aggregate_function(self.text_of(function)).is_some()
            && less.kind == TokenKind::Less
            && variable.kind == TokenKind::Identifier
    }

    fn starts_fresh_line(&self) -> bool {
        let token = self.token();
        token.place != Place::SameLine
            && self.text[..token.start as usize].ends_with('\n')
            && self.kind_ahead(1) == TokenKind::LeftParen
            && matches!(
                self.previous().kind,
                TokenKind::RightParen
                    | TokenKind::Reported
                    | TokenKind::Identifier
                    | TokenKind::Integer
                    | TokenKind::String
                    | TokenKind::RightBrace
            )
    }

    // Comments.

    /// The comments that stand before the current token and have not been taken.
    fn take_comments(&mut self) -> Vec<Comment> {
        let mut taken = self.take_comments_while(|_| true);
        settle(&mut taken);
        taken
    }

    /// The comments that end the line of the end mark just read: those on its line, unless a token follows them there.
    fn take_trailing(&mut self) -> Vec<Comment> {
        let mut ahead = self.comments[self.next_comment..].iter().take_while(|(before, _)| *before <= self.at);
        let line_goes_on = self.token().place == Place::SameLine && self.kind() != TokenKind::End;
        if line_goes_on && ahead.all(|(_, comment)| comment.place == Place::SameLine) {
            return Vec::new();
        }
        self.take_comments_while(|comment| comment.place == Place::SameLine)
    }

    fn take_comments_while(&mut self, belongs: fn(&Comment) -> bool) -> Vec<Comment> {
        let ahead = self.comments[self.next_comment..].iter();
        let taken: Vec<Comment> = ahead
            .take_while(|(before, comment)| *before <= self.at && belongs(comment))
            .map(|(_, comment)| comment.clone())
            .collect();
        self.next_comment += taken.len();
        taken
    }

    /// Passes over the comments inside an item that is dropped, and those that end its last line.
    fn drop_comments(&mut self) {
        while self.comments.get(self.next_comment).is_some_and(|(before, _)| *before < self.at) {
            self.next_comment += 1;
        }
        self.take_trailing();
    }

    fn program(&mut self) -> Ast {
        let mut items = Vec::new();
        while self.kind() != TokenKind::End {
            match self.item() {
                Ok(item) => items.push(item),
                Err(Reported) => {
                    self.recover();
                    self.drop_comments();
                }
            }
        }
        let mut closing_comments = self.take_comments();
        start_line(&mut closing_comments);
        // Facts may be millions, and the tree stays while they are resolved.
        items.shrink_to_fit();
        Ast { items, closing_comments }
    }

    /// Attaches the comments around an item to it.
    fn item(&mut self) -> Parsed<Item> {
        let mut leading = self.take_comments();
        start_line(&mut leading);
        let mut spaced = self.token().place == Place::AfterEmptyLine;
        let first = self.span();
        let kind = self.item_kind()?;
        let mut inner = self.take_comments();
        if let Some(comment) = inner.first_mut() {
            comment.place = if std::mem::take(&mut spaced) { Place::AfterEmptyLine } else { Place::NewLine };
        }
        leading.append(&mut inner);
        let ended = self.end_mark(&kind)?;
        let span = first.to(self.previous_span());
        let trailing = if ended { self.take_trailing() } else { Vec::new() };
        Ok(Item { kind, span, leading, trailing, spaced })
    }
}

/// A comment after a `//` comment is on a line of its own, wherever it stood.
fn settle(comments: &mut [Comment]) {
    let mut after_line = false;
    for comment in comments {
        if after_line && comment.place == Place::SameLine {
            comment.place = Place::NewLine;
        }
        after_line = comment.ends_line();
    }
}

/// The first comment before an item is on a line of its own, wherever it stood.
fn start_line(comments: &mut [Comment]) {
    if let Some(first) = comments.first_mut()
        && first.place == Place::SameLine
    {
        first.place = Place::NewLine;
    }
}
