//! Boxes of matrices in files, for factorizations block by block.
//!
//! A matrix is the core of a value, a number being one element or, where the matrix is complex, a
//! pair. Blocks of it are bytes in row-major order.

use super::{Outside, Parts, elements, own, pieces};
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

/// The numbers of the matrices of a routine of linear algebra, or that Fourier transforms take lines
/// as matrices of.
pub(super) fn numbers(parts: &Parts<'_>) -> Option<Numbers> {
    match parts.routine {
        Routine::Fft(_) => Some(Numbers { part: parts.dtype(parts.operands[0]), complex: true }),
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

    /// Reads columns of a core of a value, one after the other, by way of a piece of memory.
    pub(super) fn read_columns(
        &self,
        value: ValueId,
        batch: usize,
        columns: &Range<usize>,
        to: &mut Buffer,
        piece: &mut Buffer,
    ) -> Result<(), RunError> {
        let (numbers, width) = (self.numbers()?, columns.len());
        let height = self.parts.core(value)[0];
        for rows in pieces(height, count(piece.shape()) / width.max(1)) {
            let piece = first(piece, rows.len() * width * numbers.size());
            self.read_block(value, batch, &(rows.clone(), columns.clone()), piece)?;
            let to = (own(to), rows.start, height);
            numbers.transpose((rows.len(), width), (piece, 0, width), to);
            self.go_on()?;
        }
        Ok(())
    }

    /// Columns of the identity, one after the other, each of so many numbers.
    pub(super) fn unit_columns(
        &self,
        columns: &Range<usize>,
        height: usize,
        to: &mut Buffer,
    ) -> Result<(), RunError> {
        let numbers = self.numbers()?;
        let (one, size) = numbers.whole(1);
        let to = first(to, columns.len() * height * size);
        to.fill(0);
        for (j, i) in columns.clone().enumerate() {
            to[(j * height + i) * size..][..size].copy_from_slice(&one[..size]);
        }
        Ok(())
    }

    /// Writes a matrix of which all columns are at hand, each of so many numbers, as numbers of a
    /// core of the result from one on, by way of a piece of memory.
    pub(super) fn write_columns(
        &self,
        (batch, first): (usize, usize),
        (columns, height, width): (&Buffer, usize, usize),
        piece: &mut Buffer,
    ) -> Result<(), RunError> {
        let numbers = self.numbers()?;
        let room = count(piece.shape());
        for rows in pieces(height, room / width.max(1)) {
            for columns_now in pieces(width, room) {
                let (tall, wide) = (rows.len(), columns_now.len());
                let from = (elements(columns), columns_now.start * height + rows.start, height);
                numbers.transpose((wide, tall), from, (own(piece), 0, wide));
                let at = first + rows.start * width + columns_now.start;
                self.write_numbers(batch, at, piece, tall * wide)?;
            }
            self.step()?;
        }
        Ok(())
    }

    /// Writes the transpose of an array on disk, or some rows of it, as numbers of a core of the
    /// result from one on: read by way of a piece of memory into rows. Of a matrix factored into
    /// reflections, given its diagonal, they are made those of `R`.
    pub(super) fn write_transposed(
        &self,
        (batch, first): (usize, usize),
        (disk, height): (&Spilled, usize),
        (whole, piece): (&mut Buffer, &mut Buffer),
        diagonal: Option<&Buffer>,
    ) -> Result<(), RunError> {
        let (numbers, n) = (self.numbers()?, disk.shape()[0]);
        let (room, least) = (count(whole.shape()), count(piece.shape()));
        for rows in pieces(height, (room / n.max(1)).min(least)) {
            for columns in pieces(n, room) {
                let (tall, wide) = (rows.len(), columns.len());
                for some in pieces(wide, least / tall) {
                    let from = columns.start + some.start..columns.start + some.end;
                    let piece = self::first(piece, some.len() * tall * numbers.size());
                    self.fetch_block(disk, &(from, rows.clone()), piece)?;
                    let to = (own(whole), some.start, wide);
                    numbers.transpose((some.len(), tall), (piece, 0, tall), to);
                }
                if let Some(diagonal) = diagonal {
                    let block = self::first(whole, tall * wide * numbers.size());
                    let at = (rows.start, columns.start);
                    numbers.qr_upper((block, wide), at, elements(diagonal));
                }
                let at = first + rows.start * n + columns.start;
                self.write_numbers(batch, at, whole, tall * wide)?;
            }
            self.step()?;
        }
        Ok(())
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
