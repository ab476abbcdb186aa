//! Boxes of matrices in files, for factorizations block by block.
//!
//! A matrix is the core of a value, a number being one element or, where the matrix is complex, a
//! pair. Blocks of it are bytes in row-major order.

use super::{Outside, Parts, own, pieces};
use crate::buffer::Buffer;
use crate::engine::RunError;
use crate::paged::layout::moderate;
use crate::paged::spill::Spilled;
use crate::paged::transfer;
use arr_ir::footprint::Part;
use arr_ir::plan::ValueId;
use arr_ir::routine::{Numbers, Routine};
use arr_ir::shape::{Shape, count};
use arr_storage::Source;
use arr_storage::boxes::{Around, copy};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Rows and columns of a block.
pub(super) type Sides = (Range<usize>, Range<usize>);

/// The numbers of the matrices of a routine of linear algebra.
pub(super) fn numbers(parts: &Parts<'_>) -> Option<Numbers> {
    match parts.routine {
        Routine::Linalg(linalg) => {
            Some(Numbers { part: parts.dtype(parts.operands[0]), complex: linalg.complex })
        }
        _ => None,
    }
}

/// The part of a buffer that these bytes need, which nobody else holds.
pub(super) fn first(buffer: &mut Buffer, bytes: usize) -> &mut [u8] {
    &mut own(buffer)[..bytes]
}

impl Outside<'_, '_> {
    pub(super) fn numbers(&self) -> Result<Numbers, RunError> {
        numbers(&self.parts).ok_or_else(|| RunError::Bug("no matrix".into()))
    }

    /// Memory for so many numbers.
    pub(super) fn room(&self, numbers: Numbers, len: usize) -> Result<Buffer, RunError> {
        self.buffer(numbers.dtype(), len)
    }

    /// An array of numbers on disk, in chunks that divide these where they are large.
    pub(super) fn scratch_array(
        &self,
        numbers: Numbers,
        shape: [usize; 2],
        chunk: [usize; 2],
    ) -> Result<Arc<Spilled>, RunError> {
        let chunk: Shape = chunk.iter().zip(shape).map(|(&c, n)| c.clamp(1, n.max(1))).collect();
        let chunk = moderate(&chunk, &shape, numbers.dtype(), self.run.layout.limit);
        Ok(Arc::new(Spilled::new(self.run.engine.spill(), numbers.dtype(), &shape, &chunk)?))
    }

    /// The box of a value that is a block of a core.
    fn part(&self, value: ValueId, batch: usize, (rows, columns): &Sides) -> Part {
        let shape = &self.parts.plan[value].shape;
        let leading = &shape[..self.parts.batch()];
        let mut start = Shape::from_elem(0, leading.len());
        let mut rest = batch;
        for d in (0..leading.len()).rev() {
            start[d] = rest % leading[d];
            rest /= leading[d];
        }
        let mut size = Shape::from_elem(1, leading.len());
        start.extend([rows.start, columns.start]);
        size.extend([rows.len(), columns.len()]);
        // The parts of complex numbers.
        for &n in &shape[start.len()..] {
            start.push(0);
            size.push(n);
        }
        Part { value, start, shape: size }
    }

    /// Reads a block of a core of a value.
    pub(super) fn read_block(
        &self,
        value: ValueId,
        batch: usize,
        sides: &Sides,
        out: &mut [u8],
    ) -> Result<(), RunError> {
        let part = self.part(value, batch, sides);
        if self.run.source(value).is_some() {
            return self.run.read_into(&part, out);
        }
        let bug = || RunError::Bug("an operand is missing".into());
        let whole = self.arrays.get(value).ok_or_else(bug)?;
        let bytes = whole.bytes().ok_or_else(bug)?;
        let origin = Shape::from_elem(0, part.start.len());
        let from = Around { origin: &origin, shape: &self.parts.plan[value].shape };
        let to = Around { origin: &part.start, shape: &part.shape };
        copy(&from, bytes, &to, out, whole.dtype().size());
        Ok(())
    }

    /// Reads a box of an array on disk.
    pub(super) fn fetch_block(
        &self,
        spilled: &Spilled,
        sides: &Sides,
        out: &mut [u8],
    ) -> Result<(), RunError> {
        self.run.engine.counters().read.fetch_add(out.len() as u64, Ordering::Relaxed);
        let team = self.run.team(spilled.scratch(spilled.shape()));
        let (rows, columns) = sides;
        let start = [rows.start, columns.start];
        let stop = self.run.engine.cancel();
        let movers = (&team as _, &**self.run.engine.progress());
        transfer::read(spilled, &start, &[rows.len(), columns.len()], out, movers, &stop)
    }

    /// Writes a box of an array on disk, from the beginning of a buffer.
    pub(super) fn put_block(
        &self,
        spilled: &Spilled,
        (rows, columns): &Sides,
        data: &Buffer,
    ) -> Result<(), RunError> {
        let block = data.range(0, Shape::from_slice(&[rows.len(), columns.len()]));
        self.run.engine.counters().written.fetch_add(block.nbytes() as u64, Ordering::Relaxed);
        let writer =
            |start: &[usize], shape: &[usize], data: &[u8]| spilled.write(start, shape, data);
        let team = self.run.team(spilled.scratch(spilled.shape()));
        let start = [rows.start, columns.start];
        let movers = (&team as _, &**self.run.engine.progress());
        transfer::write(&writer, spilled.chunks(), &start, &block, movers)
    }

    /// Writes numbers of a core of the result that begin at the beginning of a buffer, from one on.
    pub(super) fn write_numbers(
        &self,
        batch: usize,
        first: usize,
        data: &Buffer,
        len: usize,
    ) -> Result<(), RunError> {
        let numbers = self.numbers()?;
        let parts = numbers.size() / numbers.part.size();
        let out = data.floats(numbers.part, len * parts);
        self.write(batch, first * parts, &out)
    }

    /// Writes an array on disk as a core of the result, within so many numbers of memory.
    pub(super) fn write_rows(
        &self,
        batch: usize,
        spilled: &Spilled,
        room: &mut Buffer,
    ) -> Result<(), RunError> {
        let &[m, n] = spilled.shape() else {
            return Err(RunError::Bug("no matrix on disk".into()));
        };
        let room_len = count(room.shape());
        let (height, width) = ((room_len / n.max(1)).clamp(1, m), n.min(room_len));
        for rows in pieces(m, height) {
            for columns in pieces(n, width) {
                let len = rows.len() * columns.len();
                let sides = (rows.clone(), columns);
                self.fetch_block(spilled, &sides, first(room, len * spilled.dtype().size()))?;
                self.write_numbers(batch, rows.start * n + sides.1.start, room, len)?;
                self.step()?;
            }
        }
        Ok(())
    }
}
