//! Items: includes, declarations, facts and rules, and the mark that ends them.

use super::{Parsed, Parser};
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::ast::{Assumption, Declaration, Fact, ItemKind, Name, Rule, StringLiteral, Term, TermKind};
use crate::syntax::lexer::unescape;
use crate::syntax::token::TokenKind;

const ITEM: &str = "an include, a declaration, a fact or a rule";
const END_HELP: &str = "each item ends with `;` or `.`";

impl Parser<'_> {
    pub(super) fn item_kind(&mut self) -> Parsed<ItemKind> {
        if self.kind() != TokenKind::Identifier {
            let help = self.habit_at_item().unwrap_or("an item starts with a name: `p(X) :- q(X);`");
            return Err(self.unexpected(ITEM, help));
        }
        if self.starts_declaration() {
            return match self.word() {
                "include" => self.include().map(ItemKind::Include),
                "nodes" => self.nodes().map(ItemKind::Declaration),
                "output" => self.names().map(Declaration::Output).map(ItemKind::Declaration),
                "event" => self.names().map(Declaration::Event).map(ItemKind::Declaration),
                "never" => self.names().map(Declaration::Never).map(ItemKind::Declaration),
                "assume" => self.assumptions().map(ItemKind::Declaration),
                "maybe" => self.possible_fact().map(ItemKind::Fact),
                _ => self.inputs().map(ItemKind::Declaration),
            };
        }
        let head = self.atom()?;
        match self.kind() {
            TokenKind::Arrow | TokenKind::LeftArrow => {
                self.advance();
                let (body, closing_comments) = self.body()?;
                Ok(ItemKind::Rule(Box::new(Rule { head, body, closing_comments })))
            }
            _ => Ok(ItemKind::Fact(Fact { maybe: false, atom: head })),
        }
    }

    /// Whether `assume (` starts a comparison: what follows the parenthesis goes on with an expression, which nothing after an atom does.
    fn starts_assumption(&self) -> bool {
        use TokenKind::{Equal, Greater, GreaterEqual, Less, LessEqual, Minus, NotEqual, Percent, Plus, Slash, Star};
        if self.word() != "assume" || self.kind_ahead(1) != TokenKind::LeftParen {
            return false;
        }
        let mut depth = 0usize;
        for ahead in 1.. {
            match self.kind_ahead(ahead) {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth = depth.saturating_sub(1),
                TokenKind::Semicolon | TokenKind::End => return false,
                _ => {}
            }
            if depth == 0 {
                let after = self.kind_ahead(ahead + 1);
                let comparators = [Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual];
                return comparators.contains(&after) || [Plus, Minus, Star, Slash, Percent].contains(&after);
            }
        }
        false
    }

    /// A declaration's word is one only before a name, a constant or a string; `output(X) :- …` is a relation. Before
    /// an end mark it is one without its names.
    fn starts_declaration(&self) -> bool {
        self.starts_assumption()
            || matches!(self.word(), "include" | "nodes" | "output" | "event" | "never" | "input" | "assume" | "maybe")
                && matches!(
                    self.kind_ahead(1),
                    TokenKind::Identifier
                        | TokenKind::Unknown
                        | TokenKind::String
                        | TokenKind::Integer
                        | TokenKind::Minus
                        | TokenKind::Semicolon
                        | TokenKind::Dot
                )
    }

    fn include(&mut self) -> Parsed<StringLiteral> {
        self.advance();
        let token = self.expect(TokenKind::String, "a file name in quotes", "write `include \"file.ded\";`")?;
        Ok(StringLiteral { value: unescape(self.text_of(token)), span: token.span(self.file) })
    }

    fn nodes(&mut self) -> Parsed<Declaration> {
        self.advance();
        self.list(|parser| parser.constant("a node")).map(Declaration::Nodes)
    }

    /// An integer or a symbol.
    pub(super) fn constant(&mut self, what: &str) -> Parsed<Term> {
        let expected = format!("{what}: an integer or a symbol");
        let term = self.term(&expected, "a symbol starts with a lower-case letter or is written in quotes")?;
        let (found, help) = match term.kind {
            TermKind::Variable(_) | TermKind::Anonymous => {
                ("a variable", "a symbol that starts with an upper-case letter or `_` is written in quotes")
            }
            TermKind::Unknown(_) => {
                ("an unknown constant", "the network is known; unknown are values that facts have in columns")
            }
            TermKind::Integer(_) | TermKind::Symbol(_) => return Ok(term),
        };
        let message = format!("expected {expected}, found {found}");
        Err(self
            .report(Diagnostic::at(codes::NOT_A_CONSTANT, term.span, message, format!("this is {found}")).help(help)))
    }

    fn names(&mut self) -> Parsed<Vec<Name>> {
        self.advance();
        self.list(|parser| {
            parser.name("the name of a relation", "name the relations without their columns: `output p, q;`")
        })
    }

    fn inputs(&mut self) -> Parsed<Declaration> {
        const HELP: &str = "name the relation and its columns: `input r(loc, value);`";
        self.advance();
        self.list(|parser| {
            let relation = parser.name("the name of a relation", HELP)?;
            parser.expect(TokenKind::LeftParen, "`(`", HELP)?;
            let columns = match parser.kind() {
                TokenKind::RightParen => Vec::new(),
                _ => parser.list(|p| p.name("the name of a column", HELP))?,
            };
            parser.expect(TokenKind::RightParen, "`,` or `)`", HELP)?;
            Ok((relation, columns))
        })
        .map(Declaration::Input)
    }

    fn assumptions(&mut self) -> Parsed<Declaration> {
        self.advance();
        self.list(|parser| {
            let left = parser.expression()?;
            let Some(comparator) = parser.comparator_ahead() else {
                return Err(
                    parser.unexpected("a comparison", "say what is known of the unknown: `assume ?a != ?b, ?a > 0;`")
                );
            };
            parser.pass_comparator();
            let right = parser.expression()?;
            Ok(Assumption { left, comparator, right })
        })
        .map(Declaration::Assume)
    }

    fn possible_fact(&mut self) -> Parsed<Fact> {
        self.advance();
        let atom = self.atom()?;
        if matches!(self.kind(), TokenKind::Arrow | TokenKind::LeftArrow) {
            return Err(self.unexpected(
                "`;` or `@` after a fact that may be given",
                "only facts are given or not; a rule always holds",
            ));
        }
        Ok(Fact { maybe: true, atom })
    }

    pub(super) fn name(&mut self, expected: &str, help: &str) -> Parsed<Name> {
        let token = self.expect(TokenKind::Identifier, expected, help)?;
        Ok(Name { text: self.text_of(token).to_string(), span: token.span(self.file) })
    }

    /// One or more, separated by commas.
    pub(super) fn list<T>(&mut self, mut element: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut list = vec![element(self)?];
        while self.accept(TokenKind::Comma) {
            list.push(element(self)?);
        }
        Ok(list)
    }

    /// Reads the end mark. False if it is missing before what can only be the next item: that is reported, and the
    /// item is kept.
    pub(super) fn end_mark(&mut self, kind: &ItemKind) -> Parsed<bool> {
        if self.at_end_mark() {
            self.advance();
            return Ok(true);
        }
        let next_item = match self.kind() {
            TokenKind::End => true,
            TokenKind::Identifier => self.kind_ahead(1) == TokenKind::LeftParen || self.starts_declaration(),
            _ => false,
        };
        let expected = match kind {
            ItemKind::Include(_) => "`;` after the file name",
            ItemKind::Declaration(_) => "`,` or `;` after the declaration",
            ItemKind::Fact(atom) if atom.atom.time.is_none() => "`;`, `@` or `:-` after the atom",
            ItemKind::Fact(_) => "`;` or `:-` after the atom",
            ItemKind::Rule(_) => "`,` or `;` after the body",
        };
        if !next_item {
            return Err(self.unexpected(expected, self.habit_at_end(kind).unwrap_or(END_HELP)));
        }
        let after = self.previous_span();
        let found = self.found();
        self.report(
            Diagnostic::at(
                codes::MISSING_END,
                after,
                format!("expected {expected}, found {found}"),
                "the item is not ended after this",
            )
            .help(END_HELP),
        );
        Ok(false)
    }
}
