//! Schedules in text, and lone facts: `n1 ; s{m(#s, a), m(#s, a)} ; s loop: n1 ; s`.

use super::{Parsed, Parser, Reported};
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::ast::{Argument, Atom, ExprKind, TermKind};
use crate::syntax::schedule_tree::{CopyPhrase, SchedulePhrase, StepPhrase};
use crate::syntax::token::{Token, TokenKind};

const STEP_HELP: &str = "a step is a node and what is delivered in it: `n1`, or `s{m(#s, a), m(#s, b) from n1}`";
const FACT_HELP: &str = "the arguments of a delivered fact are integers and symbols, and it has no `@`";

impl Parser<'_> {
    pub(super) fn schedule(&mut self) -> SchedulePhrase {
        let mut phrase = SchedulePhrase { stem: self.steps(), cycle: Vec::new() };
        if self.loop_mark() {
            phrase.cycle = self.steps();
            if phrase.cycle.is_empty() && self.diagnostics.is_empty() {
                self.unexpected("a step after `loop:`", STEP_HELP);
            }
        }
        if self.kind() != TokenKind::End && self.diagnostics.is_empty() {
            self.unexpected("`;`, `loop:` or the end of the schedule", STEP_HELP);
        }
        phrase
    }

    /// Whether `loop:` is next. In `loop:-1` the lexer has seen an arrow; `loop←` is no mark.
    fn at_loop_mark(&self) -> bool {
        let colon = |token: &Token| match token.kind {
            TokenKind::Colon => true,
            TokenKind::Arrow => self.text_of(*token) == ":-",
            _ => false,
        };
        self.kind() == TokenKind::Identifier && self.word() == "loop" && self.tokens.get(self.at + 1).is_some_and(colon)
    }

    /// Reads `loop:`.
    fn loop_mark(&mut self) -> bool {
        if !self.at_loop_mark() {
            return false;
        }
        self.advance();
        if self.kind() == TokenKind::Arrow {
            let minus = &mut self.tokens[self.at];
            minus.kind = TokenKind::Minus;
            minus.start += 1;
        } else {
            self.advance();
        }
        true
    }

    /// Steps separated by `;`, up to `loop:` or the end; a `;` after the last is allowed.
    fn steps(&mut self) -> Vec<StepPhrase> {
        let mut steps = Vec::new();
        while self.kind() != TokenKind::End && !self.at_loop_mark() {
            match self.step() {
                Ok(step) => steps.push(step),
                Err(Reported) => self.skip_step(),
            }
            if !self.accept(TokenKind::Semicolon) {
                break;
            }
        }
        steps
    }

    fn skip_step(&mut self) {
        self.nesting = 0;
        while !matches!(self.kind(), TokenKind::Semicolon | TokenKind::End) && !self.at_loop_mark() {
            self.advance();
        }
    }

    fn step(&mut self) -> Parsed<StepPhrase> {
        let node = self.constant("a node")?;
        let mut deliver = Vec::new();
        if self.accept(TokenKind::LeftBrace) {
            if self.kind() != TokenKind::RightBrace {
                deliver = self.list(|parser| parser.copy())?;
            }
            self.expect(TokenKind::RightBrace, "`,` or `}`", STEP_HELP)?;
        }
        if !matches!(self.kind(), TokenKind::Semicolon | TokenKind::End) && !self.at_loop_mark() {
            return Err(self.unexpected("`{`, `;`, `loop:` or the end of the schedule", STEP_HELP));
        }
        let span = node.span.to(self.previous_span());
        Ok(StepPhrase { node, deliver, span })
    }

    /// A fact, and after `from` who sent it.
    fn copy(&mut self) -> Parsed<CopyPhrase> {
        let fact = self.ground_atom()?;
        if self.kind() != TokenKind::Identifier || self.word() != "from" {
            return Ok(CopyPhrase { fact, from: None });
        }
        self.advance();
        Ok(CopyPhrase { fact, from: Some(self.constant("the node that sent it")?) })
    }

    pub(super) fn lone_fact(&mut self) -> Parsed<Atom> {
        let atom = self.ground_atom()?;
        if self.at_end_mark() {
            self.advance();
        }
        match self.kind() {
            TokenKind::End => Ok(atom),
            _ => Err(self.unexpected("nothing after the fact", "give one fact only")),
        }
    }

    /// An atom whose arguments are constants.
    fn ground_atom(&mut self) -> Parsed<Atom> {
        let atom = self.atom()?;
        let constant = |kind: &TermKind| matches!(kind, TermKind::Integer(_) | TermKind::Symbol(_));
        let location = atom.location.iter().filter(|term| !constant(&term.kind)).map(|term| term.span);
        let arguments = atom.arguments.iter().filter_map(|argument| match argument {
            Argument::Expr(expr) => match &expr.kind {
                ExprKind::Term(kind) if constant(kind) => None,
                _ => Some(expr.span),
            },
            Argument::Aggregate(aggregate) => Some(aggregate.span),
        });
        let wrong = location.chain(arguments).chain(atom.time.iter().map(|(_, span)| *span)).next();
        match wrong {
            None => Ok(atom),
            Some(span) => Err(self.report(
                Diagnostic::at(
                    codes::NOT_A_CONSTANT,
                    span,
                    "expected a fact, found an atom that is none",
                    "this is no constant",
                )
                .help(FACT_HELP),
            )),
        }
    }
}
