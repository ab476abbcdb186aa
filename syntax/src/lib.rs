//! Text to syntax tree: a logos lexer and a LALRPOP grammar behind one function.
//!
//! Parsing never fails: it returns a tree and diagnostics. The tree holds a `Bad` statement where
//! a statement could not be read, and every such place has been reported. No expression of the
//! tree nests more than 300 deep, apart from the left sides of operator and method chains.

pub mod ast;
pub mod codes;
mod depth;
pub mod diag;
mod escape;
pub mod examples;
mod explain;
mod foreign;
mod lexer;
mod number;
mod parser;
pub mod print;
mod repl;
mod text;
mod token;
mod tree;

pub use ast::Ast;
pub use diag::{Diagnostic, FileId};
pub use parser::parse;
pub use repl::{TokenClass, highlight, is_complete};
pub use token::KEYWORDS;
