//! Expressions and terms: unary minus binds tightest, then `* / %`, then `+ -`; all associate to the left.

use super::atom::is_variable;
use super::{MAX_NESTING, Parsed, Parser, Reported};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, Term, TermKind};
use crate::syntax::lexer::unescape;
use crate::syntax::token::TokenKind;

const TERM: &str = "a term";
const TERM_HELP: &str = "a term is a variable, a number, a symbol, a string in quotes or `_`";

/// An expression and the height of its tree, which is bounded: trees are walked and dropped by recursion.
struct Measured {
    expr: Expr,
    height: usize,
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.sum().map(|measured| measured.expr)
    }

    /// The binary operator at the cursor.
    pub(super) fn operator(&self) -> Option<BinaryOperator> {
        match self.kind() {
            TokenKind::Plus => Some(BinaryOperator::Add),
            TokenKind::Minus => Some(BinaryOperator::Subtract),
            TokenKind::Star => Some(BinaryOperator::Multiply),
            TokenKind::Slash => Some(BinaryOperator::Divide),
            TokenKind::Percent => Some(BinaryOperator::Remainder),
            _ => None,
        }
    }

    fn sum(&mut self) -> Parsed<Measured> {
        let mut left = self.product()?;
        while let Some(operator @ (BinaryOperator::Add | BinaryOperator::Subtract)) = self.operator() {
            self.advance();
            let right = self.product()?;
            left = self.binary(operator, left, right)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Measured> {
        let mut left = self.factor()?;
        while let Some(operator @ (BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder)) =
            self.operator()
        {
            self.advance();
            let right = self.factor()?;
            left = self.binary(operator, left, right)?;
        }
        Ok(left)
    }

    fn binary(&mut self, operator: BinaryOperator, left: Measured, right: Measured) -> Parsed<Measured> {
        let height = left.height.max(right.height) + 1;
        let span = left.expr.span.to(right.expr.span);
        if height > MAX_NESTING {
            return Err(self.too_deep(span));
        }
        let kind = ExprKind::Binary(operator, Box::new(left.expr), Box::new(right.expr));
        Ok(Measured { expr: Expr { kind, span }, height })
    }

    /// A term, an expression in parentheses, or either with minus signs before it. A sign right before a number is
    /// part of the number.
    fn factor(&mut self) -> Parsed<Measured> {
        let start = self.span();
        let minus = self.kind() == TokenKind::Minus && self.kind_ahead(1) != TokenKind::Integer;
        if !minus && self.kind() != TokenKind::LeftParen {
            let term = self.term(TERM, TERM_HELP)?;
            return Ok(Measured { expr: Expr { kind: ExprKind::Term(term.kind), span: term.span }, height: 1 });
        }
        self.advance();
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.too_deep(start));
        }
        let measured = if minus {
            let inner = self.factor()?;
            let height = inner.height + 1;
            let span = start.to(inner.expr.span);
            if height > MAX_NESTING {
                return Err(self.too_deep(span));
            }
            Measured { expr: Expr { kind: ExprKind::Negate(Box::new(inner.expr)), span }, height }
        } else {
            let mut inner = self.sum()?;
            self.expect(TokenKind::RightParen, "an operator or `)`", "close the parenthesis with `)`")?;
            inner.expr.span = start.to(self.previous_span());
            inner
        };
        self.nesting -= 1;
        Ok(measured)
    }

    pub(super) fn term(&mut self, expected: &str, help: &str) -> Parsed<Term> {
        let start = self.span();
        let kind = match self.kind() {
            TokenKind::Identifier => match self.word() {
                "_" => TermKind::Anonymous,
                word if is_variable(word) => TermKind::Variable(word.to_string()),
                word => TermKind::Symbol(word.to_string()),
            },
            TokenKind::String => TermKind::Symbol(unescape(self.word())),
            TokenKind::Unknown => TermKind::Unknown(self.word()[1..].to_string()),
            TokenKind::Integer => self.integer("", start)?,
            TokenKind::Minus if self.kind_ahead(1) == TokenKind::Integer => {
                self.advance();
                self.integer("-", start)?
            }
            _ => return Err(self.unexpected(expected, help)),
        };
        self.advance();
        Ok(Term { kind, span: start.to(self.previous_span()) })
    }

    /// The number at the cursor, which is not passed.
    fn integer(&mut self, sign: &str, start: Span) -> Parsed<TermKind> {
        match format!("{sign}{}", self.word()).parse() {
            Ok(value) => Ok(TermKind::Integer(value)),
            Err(_) => Err(self.too_large(
                start.to(self.span()),
                "integers go from -9223372036854775808 to 9223372036854775807; a longer number is written as a string",
            )),
        }
    }

    /// Reports a number beyond 64 bits.
    pub(super) fn too_large(&mut self, span: Span, help: &str) -> Reported {
        let found = self.found();
        self.report(
            Diagnostic::at(
                codes::INTEGER_TOO_LARGE,
                span,
                format!("expected an integer of 64 bits, found {found}"),
                "beyond 64 bits",
            )
            .help(help),
        )
    }

    fn too_deep(&mut self, span: Span) -> Reported {
        self.report(
            Diagnostic::at(
                codes::NESTING_TOO_DEEP,
                span,
                format!("expected an expression at most {MAX_NESTING} deep, found a deeper one"),
                "nested too deep",
            )
            .help("split it with equations: `Y == A + B, Z == Y + C`"),
        )
    }
}
