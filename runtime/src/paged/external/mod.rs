//! Routines over cores that do not fit into memory, by algorithms of their own.
//!
//! State before: a step that sorts, chooses, reads or writes by positions or factors a matrix, whose
//! operands or result lie in files, and the sizes that a layout chose. State after: its result, the
//! bits of running it in memory unless its module says otherwise, and the same under every limit.
//! What is not read and written in boxes of matrices (`dense`) is in ranges of elements in row-major
//! order.

mod cholesky;
mod dense;
mod fourier;
mod lu;
mod movement;
mod qr;
mod sort;

use super::run::Run;
use super::transfer;
use crate::buffer::Buffer;
use crate::engine::RunError;
use crate::jit::task::Arrays;
use arr_ir::dtype::DType;
use arr_ir::plan::{Plan, Step, StepKind, ValueId};
use arr_ir::routine::{Block, Factor, Movement, Routine, Task};
use arr_ir::shape::count;
use cholesky::Blocks;
use fourier::Beside;
use lu::Columns;
use movement::{Choose, Pick, Put};
use qr::Reflected;
use sort::Merge;
use std::ops::Range;
use std::sync::atomic::Ordering;

/// How a routine runs on cores that do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum External {
    /// Sorted runs are spilled and merged.
    Sort(Merge),
    /// Rows or positions that a mask chooses, part by part.
    Choose(Choose),
    /// Rows read by positions.
    Gather(Pick),
    /// Rows written by positions.
    Scatter(Put),
    /// Cholesky's factor, block by block.
    Cholesky(Blocks),
    /// Gaussian elimination, some columns at a time.
    Eliminate(Columns),
    /// The orthogonal factorization, some columns at a time.
    Reflect(Reflected),
    /// The Fourier transform of long lines, some columns at a time.
    Transform(Beside),
}

/// A routine step, taken apart.
#[derive(Clone, Copy)]
struct Parts<'a> {
    plan: &'a Plan,
    routine: Routine,
    operands: &'a [ValueId],
    out: ValueId,
}

impl<'a> Parts<'a> {
    fn of(plan: &'a Plan, step: &'a Step) -> Option<Parts<'a>> {
        match &step.kind {
            StepKind::Extern { routine, operands, out } => {
                Some(Parts { plan, routine: *routine, operands, out: *out })
            }
            _ => None,
        }
    }

    /// How many leading dimensions are a batch.
    fn batch(&self) -> usize {
        self.routine.batch(self.plan[self.operands[0]].shape.len())
    }

    fn batches(&self) -> usize {
        count(&self.plan[self.operands[0]].shape[..self.batch()])
    }

    /// The core shape of a value.
    fn core(&self, value: ValueId) -> &'a [usize] {
        &self.plan[value].shape[self.batch()..]
    }

    fn dtype(&self, value: ValueId) -> DType {
        self.plan[value].dtype
    }
}

/// What is known of where values lie.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    /// Per value: whether in a file.
    pub(super) paged: &'a [bool],
    /// Whether the first operand is a file that can be read by short runs.
    pub(super) in_runs: bool,
}

/// What a run of an external algorithm takes.
pub(super) struct Plot {
    /// The algorithm and its sizes.
    pub(super) external: External,
    /// Bytes in memory.
    pub(super) bytes: usize,
    /// Bytes of spilled arrays of its own.
    pub(super) spilled: u64,
    /// Bytes read and written.
    pub(super) traffic: (u64, u64),
}

impl External {
    /// An algorithm for a step within so many bytes: none where there is none, or not within them.
    /// Where the least parts are wanted (`page`), they are of a few elements.
    pub(super) fn within(
        plan: &Plan,
        step: &Step,
        budget: usize,
        files: Files<'_>,
        page: bool,
    ) -> Option<Plot> {
        let parts = Parts::of(plan, step)?;
        // Some are kept for rounding.
        let budget = budget - budget / 16;
        if count(&plan[parts.operands[0]].shape) == 0 {
            return None;
        }
        match parts.routine {
            Routine::Order(order) if order.sorts() => sort::plot(&parts, order, budget, page),
            Routine::Movement(Movement::Compress { .. } | Movement::Nonzero { .. }) => {
                movement::plot_choose(&parts, budget, page)
            }
            Routine::Movement(Movement::Gather { axes }) => {
                movement::plot_gather(&parts, axes, budget, page)
            }
            Routine::Movement(Movement::Scatter { axes, fold }) => {
                movement::plot_scatter(&parts, axes, fold, budget, page)
            }
            // Where the least parts are wanted, matrices are not large.
            Routine::Linalg(linalg) if !page => match linalg.factor {
                Factor::Cholesky => cholesky::plot(&parts, budget),
                Factor::Solve | Factor::Inverse | Factor::Pivots => {
                    lu::plot(&parts, linalg.factor, budget)
                }
                Factor::Qr { .. } | Factor::Triangular => qr::plot(&parts, linalg.factor, budget),
                _ => None,
            },
            Routine::Fft(fft) if !page => fourier::plot(&parts, fft, budget, files),
            _ => None,
        }
    }

    /// What it does, in words.
    pub fn title(&self) -> String {
        match self {
            External::Sort(m) => {
                format!("sorted in runs of {} elements, which are merged", m.run)
            }
            External::Choose(c) => format!("chosen from {} rows at a time", c.rows),
            External::Gather(g) => format!(
                "{} positions at a time, read in their order from at most {} rows",
                g.positions, g.window
            ),
            External::Scatter(s) => {
                format!("{} positions at a time into each {} rows", s.positions, s.window)
            }
            External::Cholesky(b) => format!("factored in blocks of {0} x {0} elements", b.side),
            External::Eliminate(c) => format!(
                "eliminated {} columns at a time, from panels in pieces of {} rows",
                c.columns, c.rows
            ),
            External::Reflect(c) => format!("reflected {} columns at a time", c.columns),
            External::Transform(c) => {
                format!("as a matrix of each line, {} columns or rows at a time", c.columns)
            }
        }
    }
}

/// A run of an external algorithm.
struct Outside<'r, 'a> {
    run: &'r Run<'a>,
    arrays: &'r Arrays<'a>,
    parts: Parts<'r>,
}

impl Run<'_> {
    /// Runs a step by an algorithm of its own.
    pub(super) fn external(
        &self,
        step: &Step,
        external: External,
        arrays: &Arrays<'_>,
    ) -> Result<(), RunError> {
        let parts = Parts::of(self.plan(), step).ok_or_else(|| RunError::Bug("no routine".into()));
        let outside = Outside { run: self, arrays, parts: parts? };
        if self.plan()[outside.parts.out].bytes() == 0 {
            return Ok(());
        }
        for batch in 0..outside.parts.batches() {
            match external {
                External::Sort(merge) => outside.sort(batch, merge)?,
                External::Choose(choose) => outside.choose(batch, choose)?,
                External::Gather(pick) => outside.gather(batch, pick)?,
                External::Scatter(put) => outside.scatter(batch, put)?,
                External::Cholesky(blocks) => outside.cholesky(batch, blocks)?,
                External::Eliminate(columns) => outside.eliminate(batch, columns)?,
                External::Reflect(columns) => outside.reflect(batch, columns)?,
                External::Transform(columns) => outside.transform(columns)?,
            }
        }
        Ok(())
    }
}

impl Outside<'_, '_> {
    /// A part is done: counts it, and asks whether to go on.
    fn step(&self) -> Result<(), RunError> {
        self.run.engine.counters().units.fetch_add(1, Ordering::Relaxed);
        self.go_on()
    }

    /// Asks whether to go on.
    fn go_on(&self) -> Result<(), RunError> {
        match self.run.engine.cancel().load(Ordering::Relaxed) {
            true => Err(RunError::Interrupted),
            false => Ok(()),
        }
    }

    fn buffer(&self, dtype: DType, len: usize) -> Result<Buffer, RunError> {
        Ok(Buffer::new(self.run.engine.pool(), dtype, std::iter::once(len).collect())?)
    }

    /// A range of the elements of a core of a value, in row-major order.
    fn read(&self, value: ValueId, batch: usize, range: Range<usize>) -> Result<Buffer, RunError> {
        let mut buffer = self.buffer(self.parts.dtype(value), range.len())?;
        let first = batch * count(self.parts.core(value)) + range.start;
        self.read_to(value, first, own(&mut buffer))?;
        Ok(buffer)
    }

    /// Reads elements of a value that follow each other in row-major order, from one on.
    fn read_to(&self, value: ValueId, first: usize, out: &mut [u8]) -> Result<(), RunError> {
        match self.run.source(value) {
            Some(source) => {
                self.run.engine.counters().read.fetch_add(out.len() as u64, Ordering::Relaxed);
                transfer::read_range(source, first, out, &self.run.engine.cancel())?;
                self.run.engine.progress().moved(out.len());
            }
            None => {
                let bug = || RunError::Bug("an operand is missing".into());
                let whole = self.arrays.get(value).ok_or_else(bug)?;
                let bytes = whole.bytes().ok_or_else(bug)?;
                out.copy_from_slice(&bytes[first * whole.dtype().size()..][..out.len()]);
            }
        }
        Ok(())
    }

    /// Writes elements of a core of the result, from an element on.
    fn write(&self, batch: usize, first: usize, data: &Buffer) -> Result<(), RunError> {
        let out = self.parts.out;
        let first = batch * count(self.parts.core(out)) + first;
        if self.run.is_paged(out) {
            return self.run.store_range(out, first, data);
        }
        self.arrays.copy_into(out, first, data).map_err(RunError::Bug)
    }

    /// The result of a routine over operands at hand: blocks of core shapes.
    fn routine(
        &self,
        routine: Routine,
        operands: &[(&Buffer, &[usize])],
    ) -> Result<Buffer, RunError> {
        let cores: Vec<(DType, &[usize])> =
            operands.iter().map(|(b, shape)| (b.dtype(), *shape)).collect();
        let family = routine.family();
        let (dtype, shape) = family.output(&cores).map_err(RunError::Bug)?;
        let mut out = self.buffer(dtype, count(&shape))?;
        let mut scratch = self.buffer(DType::U8, family.scratch(&cores))?;
        let blocks: Option<Vec<Block<'_>>> = operands
            .iter()
            .map(|(b, shape)| Some(Block { dtype: b.dtype(), shape, data: b.bytes()? }))
            .collect();
        let operands = &blocks.ok_or_else(|| RunError::Bug("a block is not dense".into()))?;
        let threads = self.run.engine.options().threads;
        let task = Task {
            operands,
            rows: 0..shape.first().copied().unwrap_or(1),
            out: own(&mut out),
            scratch: own(&mut scratch),
            workers: &self.run.engine.team(threads),
        };
        family.run(task).map_err(RunError::Value)?;
        Ok(out)
    }
}

/// The bytes of a buffer that nobody else holds.
fn own(buffer: &mut Buffer) -> &mut [u8] {
    buffer.bytes_mut().expect("a new buffer is dense and unshared")
}

/// The elements of a buffer of this element type.
fn elements<T: bytemuck::AnyBitPattern>(buffer: &Buffer) -> &[T] {
    let bytes = buffer.bytes().expect("a new buffer is dense");
    // Nothing may lie anywhere.
    if bytes.is_empty() { &[] } else { bytemuck::cast_slice(bytes) }
}

/// The elements of a buffer that nobody else holds.
fn elements_mut<T: bytemuck::Pod>(buffer: &mut Buffer) -> &mut [T] {
    let bytes = own(buffer);
    if bytes.is_empty() { &mut [] } else { bytemuck::cast_slice_mut(bytes) }
}

/// The ranges of so many elements that make up `0..n`.
fn pieces(n: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(size.max(1)).map(move |first| first..n.min(first + size))
}
