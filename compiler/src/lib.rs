//! From syntax tree to plan: names, evaluation that builds graphs, simplification, planning.
//!
//! Pure: no file, thread, clock or environment; everything outside is asked of a [`host::Host`].
#![forbid(unsafe_code)]

pub mod array;
pub mod builtin;
pub mod fault;
pub mod function;
pub mod host;
pub mod value;
