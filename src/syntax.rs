//! Text to tree and back: lexer, parser, printer. Nothing here knows what a program means.

pub mod ast;
