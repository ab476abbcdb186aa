//! Tests of typing, shapes and indexing: programs are built by hand, lowered, and evaluated by
//! the oracle; expected values come from NumPy.

mod indexing;
mod machine;
mod modes;
mod shapes;
mod typing;

pub(crate) use machine::{Machine, call, failure, floats, run, text_of};
