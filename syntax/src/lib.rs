//! Text to syntax tree: a logos lexer and a LALRPOP grammar behind one function.
//!
//! Parsing never fails: it returns a tree and diagnostics.

pub mod ast;
pub mod diag;
