//! From syntax tree to plan: names, evaluation that builds graphs, simplification, planning.
//!
//! Pure: no file, thread, clock or environment; everything outside is asked of a [`host::Host`].
#![forbid(unsafe_code)]

pub mod array;
mod bits;
pub mod builtin;
pub mod builtins;
pub mod eval;
pub mod fault;
mod foreign;
pub mod format;
pub mod function;
pub mod hir;
pub mod host;
pub mod liveness;
pub mod lower;
pub mod plan;
pub mod session;
pub mod suggest;
pub mod value;
