//! Text to tree and back: lexer, parser, loader, printer. Nothing here knows what a program means.

pub mod ast;
pub mod lexer;
pub mod load;
pub mod parser;
pub mod print;
pub mod schedule_tree;
pub mod spanless;
pub mod token;
pub mod unknowns;
