//! Kernels to machine code.
//!
//! A kernel ([`arr_ir::kernel::Kernel`]) and the layouts of its operands go in, a [`Program`]
//! comes out: [`lower`] splits the kernel into segments of operators that the processor has
//! instructions for and calls of ahead-of-time routines ([`elementwise`]), [`codegen`] turns a
//! segment into Cranelift's IR, [`lint`] checks it, [`cache`] compiles it and keeps it. The values
//! of a program equal [`arr_ir::kernel::Kernel::evaluate`] bit for bit, NaN payloads excepted.
//!
//! Absent: knowledge of shapes, chunks, threads and strides across tiles; those are the executor's.

pub mod bandwidth;
mod cache;
mod codegen;
mod dots;
mod drive;
pub mod elementwise;
mod folds;
mod gemm;
mod instructions;
mod lint;
mod lower;
mod program;
pub mod short;
mod steps;
pub mod task;
pub mod tiles;

pub use cache::{Compiler, JitError, JitStats};
pub use program::{
    Helper, JitSegment, Lane, Layout, Place, Program, ResultPlace, SlotId, Span, TileArgs,
    TileCall, TileStep,
};

#[cfg(test)]
mod tests;
