//! The vocabulary that the compiler and the runtime share: dtypes, shapes, the operator table,
//! graphs, plans, kernels, their verifiers, and the reference interpreter (the oracle).
//!
//! Pure: no file, thread, clock or environment; no `unsafe`.
#![forbid(unsafe_code)]

pub mod dtype;
pub mod graph;
pub mod op;
pub mod shape;
