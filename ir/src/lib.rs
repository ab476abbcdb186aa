//! The vocabulary that the compiler and the runtime share: dtypes, shapes, the operator table,
//! graphs, plans, kernels, their verifiers, and the reference interpreter (the oracle).
//!
//! Pure: no file, thread, clock or environment; no `unsafe`.
#![forbid(unsafe_code)]

pub mod draw;
pub mod dtype;
pub mod eval;
pub mod fold;
pub mod footprint;
pub mod graph;
pub mod interpret;
pub mod kernel;
pub mod op;
pub mod oracle;
pub mod philox;
pub mod plan;
pub mod routine;
pub mod shape;
pub mod table;
mod verify;
pub mod vmath;
