//! The runtime: plans to values. Memory, generated code, the executor, files.
//!
//! State before: a verified [`arr_ir::plan::Plan`], arrays and scalars. State after: the plan's
//! results. Knows nothing of the language.

pub mod buffer;
pub mod engine;
pub mod jit;
mod lifetimes;
mod listing;
pub mod measure;
pub mod paged;
pub mod progress;
pub mod remote;
