//! What people write who come from other languages, and how it is written here.

use super::{Parser, atom};
use crate::syntax::ast::ItemKind;
use crate::syntax::token::TokenKind;

const COMMENT: &str = "a comment starts with `//`, or stands between `/*` and `*/`";
const AGGREGATE: &str = "an aggregate is written with angle brackets: `count<X>`";
const NEGATION: &str = "negation is written `notin p(X)`, in one word";
const EQUATION: &str = "an equation is written `Y == X + 1`";
const AT_MOST: &str = "`at most` is written `<=` and `at least` `>=`";
const ARROW: &str = "the arrow of a rule is `:-`: `p(X) :- q(X);`";
const CONJUNCTION: &str = "the literals of a body are separated by `,`; for `or`, write a rule for each case";
const NAMES: &str = "the names are separated by `,` and the declaration ends with `;`";

impl Parser<'_> {
    /// How what stands at the cursor is written here, if it is a habit from another language.
    pub(super) fn habit(&self) -> Option<&'static str> {
        let before = self.text_of(self.previous());
        let rest = &self.text[self.token().start as usize..];
        match self.kind() {
            TokenKind::LeftParen if self.at > 0 && atom::aggregate_function(before).is_some() => Some(AGGREGATE),
            TokenKind::Identifier if before == "not" && self.word() == "in" => Some(NEGATION),
            TokenKind::Colon if rest.starts_with(":=") => Some(EQUATION),
            TokenKind::Less | TokenKind::Greater if before == "=" => Some(AT_MOST),
            _ => None,
        }
    }

    /// The same where an item should start.
    pub(super) fn habit_at_item(&self) -> Option<&'static str> {
        let dashes = self.kind() == TokenKind::Minus && self.kind_ahead(1) == TokenKind::Minus;
        (dashes || matches!(self.kind(), TokenKind::Hash | TokenKind::Percent)).then_some(COMMENT)
    }

    /// The same where an item should end.
    pub(super) fn habit_at_end(&self, kind: &ItemKind) -> Option<&'static str> {
        let arrow = matches!(
            self.kind(),
            TokenKind::Colon | TokenKind::Equal | TokenKind::LessEqual | TokenKind::Minus | TokenKind::Less
        );
        match kind {
            ItemKind::Fact(_) if arrow || self.word() == "if" => Some(ARROW),
            ItemKind::Rule(_) if matches!(self.word(), "and" | "or") => Some(CONJUNCTION),
            ItemKind::Declaration(_) if self.kind() == TokenKind::Identifier => Some(NAMES),
            _ => None,
        }
    }
}

/// The word of a declaration that a word resembles: in other letters, or with or without an `s` at its end.
pub(super) fn declaration_like(word: &str) -> Option<&'static str> {
    let stem = |word: &str| word.to_ascii_lowercase().trim_end_matches('s').to_string();
    ["include", "nodes", "output", "input", "event", "never", "assume", "maybe"]
        .into_iter()
        .find(|known| stem(known) == stem(word))
}
