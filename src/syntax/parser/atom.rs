//! Atoms with their arguments, aggregates and suffixes; literals and bodies.

use super::habits::declaration_like;
use super::{Parsed, Parser, Reported};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::{
    Aggregate, AggregateFunction, Argument, Atom, Comment, Comparator, ExprKind, Literal, LiteralKind, Name, TermKind,
    Time,
};
use crate::syntax::token::{Token, TokenKind};

const ATOM_HELP: &str = "an atom is a name with its arguments: `p(X, a)`, or `p()` without any";
const NEGATION_HELP: &str = "only atoms are negated: `notin p(X)`; for comparisons write `X != Y`";
const TIME_HELP: &str = "a head takes `@next` or `@async`, a fact `@k` with a local step k";
const AGGREGATE_HELP: &str = "an aggregate is `count<X>`, `sum<X; K>`, `min<X>` or `max<X>` with variables only";

/// The aggregate function of this name.
pub(super) fn aggregate_function(word: &str) -> Option<AggregateFunction> {
    match word {
        "count" => Some(AggregateFunction::Count),
        "sum" => Some(AggregateFunction::Sum),
        "min" => Some(AggregateFunction::Min),
        "max" => Some(AggregateFunction::Max),
        _ => None,
    }
}

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Parsed<Atom> {
        let name = self.name("an atom", ATOM_HELP)?;
        if name.text == "_" {
            return Err(self.report(
                Diagnostic::at(
                    codes::UNEXPECTED_TOKEN,
                    name.span,
                    "expected the name of a relation, found `_`",
                    "this is the anonymous variable",
                )
                .help(ATOM_HELP),
            ));
        }
        if self.kind() != TokenKind::LeftParen {
            return Err(self.without_parentheses(&name));
        }
        self.advance();
        let mut location = None;
        let mut arguments = Vec::new();
        if self.kind() != TokenKind::RightParen {
            if self.accept(TokenKind::Hash) {
                location =
                    Some(self.term("a node or a variable after `#`", "write `#X`, `#n1` or `#\"a node\"` after `(`")?);
            } else {
                arguments.push(self.argument()?);
            }
            while self.accept(TokenKind::Comma) {
                arguments.push(self.argument()?);
            }
        }
        self.expect(TokenKind::RightParen, "`,` or `)`", "arguments are separated by `,` and closed by `)`")?;
        arguments.shrink_to_fit();
        let time = if self.kind() == TokenKind::At { Some(self.time()?) } else { None };
        let span = name.span.to(self.previous_span());
        Ok(Atom { name, location, arguments, time, span })
    }

    fn without_parentheses(&mut self, name: &Name) -> Reported {
        if self.kind() == TokenKind::Reported {
            return Reported;
        }
        let found = self.found();
        let help = match name.text.as_str() {
            "include" => "write `include \"file.ded\";`".to_string(),
            word @ ("nodes" | "output" | "input" | "event" | "never" | "assume" | "maybe") => {
                format!(
                    "as a declaration, `{word}` is followed by a name; as a relation, by its arguments in parentheses"
                )
            }
            word => match declaration_like(word) {
                Some(near) if matches!(self.kind(), TokenKind::Identifier | TokenKind::String) => {
                    format!("did you mean `{near}`?")
                }
                _ => format!("write `{word}()` if it has no arguments"),
            },
        };
        self.report(
            Diagnostic::at(
                codes::ATOM_WITHOUT_PARENTHESES,
                name.span,
                format!("expected `(` after the name `{}`, found {found}", crate::syntax::lexer::clip(&name.text)),
                "this name has no arguments",
            )
            .help(help),
        )
    }

    fn argument(&mut self) -> Parsed<Argument> {
        if self.kind() == TokenKind::Hash {
            return Err(self.wrong(
                codes::MISPLACED_LOCATION,
                "an argument",
                "the location is the first argument, and there is one: `p(#X, Y)`",
            ));
        }
        if self.kind() == TokenKind::Identifier
            && matches!(self.kind_ahead(1), TokenKind::Less | TokenKind::LeftArrow | TokenKind::LessEqual)
        {
            return match aggregate_function(self.word()) {
                Some(function) => self.aggregate(function).map(|aggregate| Argument::Aggregate(Box::new(aggregate))),
                None => {
                    let expected = "an expression or one of the aggregates count, sum, min and max";
                    Err(self.wrong(codes::MALFORMED_AGGREGATE, expected, AGGREGATE_HELP))
                }
            };
        }
        self.expression().map(Argument::Expr)
    }

    fn aggregate(&mut self, function: AggregateFunction) -> Parsed<Aggregate> {
        let start = self.advance().span(self.file);
        if !self.accept(TokenKind::Less) {
            return Err(self.wrong(codes::MALFORMED_AGGREGATE, "`<` and a variable", AGGREGATE_HELP));
        }
        let variable = self.aggregate_variable()?;
        let mut keys = Vec::new();
        if self.accept(TokenKind::Semicolon) {
            keys = self.list(|parser| parser.aggregate_variable())?;
        }
        if !self.accept(TokenKind::Greater) {
            let expected = if keys.is_empty() { "`>`, or `;` and variables" } else { "`,` or `>`" };
            return Err(self.wrong(codes::MALFORMED_AGGREGATE, expected, AGGREGATE_HELP));
        }
        Ok(Aggregate { function, variable, keys, span: start.to(self.previous_span()) })
    }

    fn aggregate_variable(&mut self) -> Parsed<Name> {
        if self.kind() != TokenKind::Identifier || !is_variable(self.word()) || self.word() == "_" {
            return Err(self.wrong(codes::MALFORMED_AGGREGATE, "a variable", AGGREGATE_HELP));
        }
        self.name("a variable", AGGREGATE_HELP)
    }

    fn time(&mut self) -> Parsed<(Time, Span)> {
        let start = self.advance().span(self.file);
        let time = match (self.kind(), self.word()) {
            (TokenKind::Identifier, "next") => Time::Next,
            (TokenKind::Identifier, "async") => Time::Async,
            (TokenKind::Identifier, word) if is_variable(word) && word != "_" => Time::Variable(word.to_string()),
            (TokenKind::Integer, digits) => match digits.parse::<u64>() {
                Ok(step) => Time::At(step),
                Err(_) => return Err(self.too_large(self.span(), "a local step is at most 18446744073709551615")),
            },
            _ => return Err(self.wrong(codes::BAD_SUFFIX, "`next`, `async` or a number after `@`", TIME_HELP)),
        };
        self.advance();
        Ok((time, start.to(self.previous_span())))
    }

    /// The literals after an arrow, and the comments between the last of them and the end mark.
    pub(super) fn body(&mut self) -> Parsed<(Vec<Literal>, Vec<Comment>)> {
        if self.at_end_mark() || self.kind() == TokenKind::End {
            let help = "a rule that always holds is a fact: leave out the arrow";
            return Err(self.wrong(codes::EMPTY_BODY, "a literal after the arrow", help));
        }
        let mut body = Vec::new();
        loop {
            body.push(self.literal()?);
            if self.accept(TokenKind::Comma) {
                if self.at_end_mark() {
                    return Err(self.unexpected("a literal after `,`", "leave out the last `,` of the body"));
                }
            } else if !self.missing_comma() {
                break;
            }
        }
        Ok((body, self.take_comments()))
    }

    /// Reports a missing `,` if another literal of the same body follows.
    fn missing_comma(&mut self) -> bool {
        let negated = self.kind() == TokenKind::Bang || self.is_negation_word();
        let atom = self.kind() == TokenKind::Identifier && self.kind_ahead(1) == TokenKind::LeftParen;
        if !(negated || atom && !self.atom_starts_item()) {
            return false;
        }
        let found = self.found();
        self.report(
            Diagnostic::at(
                codes::MISSING_COMMA,
                self.previous_span(),
                format!("expected `,` between two literals, found {found}"),
                "a literal ends here and another one follows",
            )
            .help("the literals of a body are separated by `,`; an item ends with `;`"),
        );
        true
    }

    /// Whether the atom at the cursor is followed by an arrow, and so is the head of the next rule; or whether it starts
    /// a line in the first column.
    fn atom_starts_item(&self) -> bool {
        if self.starts_fresh_line() {
            return true;
        }
        let rest = &self.tokens[self.at + 1..];
        let mut depth = 0usize;
        for (i, token) in rest.iter().enumerate() {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth = depth.saturating_sub(1),
                TokenKind::Semicolon | TokenKind::Dot | TokenKind::End => return false,
                _ => {}
            }
            if depth == 0 {
                let arrow =
                    |t: Option<&Token>| t.is_some_and(|t| matches!(t.kind, TokenKind::Arrow | TokenKind::LeftArrow));
                let suffixed = rest.get(i + 1).is_some_and(|t| t.kind == TokenKind::At);
                return arrow(rest.get(if suffixed { i + 3 } else { i + 1 }));
            }
        }
        false
    }

    fn is_negation_word(&self) -> bool {
        self.kind() == TokenKind::Identifier
            && matches!(self.word(), "notin" | "not")
            && self.kind_ahead(1) == TokenKind::Identifier
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let leading = self.take_comments();
        let start = self.span();
        let kind = if self.kind() == TokenKind::Bang || self.is_negation_word() {
            self.advance();
            self.negated()?
        } else if self.kind() == TokenKind::Identifier && self.kind_ahead(1) == TokenKind::LeftParen {
            self.positive()?
        } else {
            self.comparison()?
        };
        Ok(Literal { kind, span: start.to(self.previous_span()), leading })
    }

    fn negated(&mut self) -> Parsed<LiteralKind> {
        if self.kind() != TokenKind::Identifier {
            return Err(self.wrong(codes::NEGATED_NO_ATOM, "an atom after the negation", NEGATION_HELP));
        }
        if self.kind_ahead(1) != TokenKind::LeftParen && !matches!(self.kind_ahead(1), TokenKind::Reported) {
            let no_atom = self.kind_ahead(1) != TokenKind::Comma && !self.ends_at(1);
            if no_atom || is_variable(self.word()) {
                return Err(self.wrong(codes::NEGATED_NO_ATOM, "an atom after the negation", NEGATION_HELP));
            }
        }
        self.atom().map(LiteralKind::Negative)
    }

    fn ends_at(&self, ahead: usize) -> bool {
        matches!(self.kind_ahead(ahead), TokenKind::Semicolon | TokenKind::Dot | TokenKind::End)
    }

    fn positive(&mut self) -> Parsed<LiteralKind> {
        let atom = self.atom()?;
        if self.comparator_ahead().is_some() || self.operator().is_some() {
            let help = "a relation has no value: bind its columns to variables and compare those: `p(X), X > 1`";
            return Err(self.unexpected("`,` or `;` after an atom", help));
        }
        Ok(LiteralKind::Positive(atom))
    }

    fn comparison(&mut self) -> Parsed<LiteralKind> {
        let start = self.at;
        let left = self.expression()?;
        let Some(comparator) = self.comparator_ahead() else {
            if let ExprKind::Term(TermKind::Symbol(_)) = left.kind
                && self.tokens[start].kind == TokenKind::Identifier
            {
                let name = Name { text: self.text_of(self.tokens[start]).to_string(), span: left.span };
                return Err(self.without_parentheses(&name));
            }
            return Err(self.unexpected("a comparison", "a literal is an atom, a negated atom or a comparison"));
        };
        self.pass_comparator();
        let right = self.expression()?;
        if self.comparator_ahead().is_some() {
            let help = "comparisons do not chain: `X < Y, Y < Z`; aggregates stand in heads only";
            return Err(self.unexpected("`,` or `;` after a comparison", help));
        }
        Ok(LiteralKind::Comparison(left, comparator, right))
    }

    /// Moves past a comparator. In `X <-5` only the `<` is one; an arrow after a head is never seen here.
    pub(super) fn pass_comparator(&mut self) {
        if self.kind() == TokenKind::LeftArrow {
            let minus = &mut self.tokens[self.at];
            minus.kind = TokenKind::Minus;
            minus.start += 1;
        } else {
            self.advance();
        }
    }

    pub(super) fn comparator_ahead(&self) -> Option<Comparator> {
        match self.kind() {
            TokenKind::Equal => Some(Comparator::Eq),
            TokenKind::NotEqual => Some(Comparator::Ne),
            TokenKind::Less | TokenKind::LeftArrow => Some(Comparator::Lt),
            TokenKind::LessEqual => Some(Comparator::Le),
            TokenKind::Greater => Some(Comparator::Gt),
            TokenKind::GreaterEqual => Some(Comparator::Ge),
            _ => None,
        }
    }
}

/// Whether an identifier is a variable: it starts with an upper-case letter or `_`.
pub(super) fn is_variable(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
}
