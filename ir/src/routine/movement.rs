//! Elements read and written by positions and masks.
//!
//! Positions are int64, negative ones count from the end; every one is checked before the first
//! element is written.

use super::bits::{BITS as GROUP, byte_of, sum_of};
use super::{Block, Family, Task, Workers, in_pieces};
use crate::dtype::DType;
use crate::eval;
use crate::op::FoldOp;
use crate::shape::Shape;
use crate::with_element;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Elements in motion.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Movement {
    /// `[outer, n1.., nk, inner]` read at `k` arrays of positions `[m]`: `[outer * m, inner]`.
    Gather {
        /// How many axes are read by positions.
        axes: u8,
    },
    /// `[outer, n1.., nk, inner]` with `[outer * m, inner]` written at `k` arrays of positions
    /// `[m]`, in their order: of equal positions the last one wins, or the values are folded in one by one.
    /// Operands: base, positions, values.
    Scatter {
        /// How many axes are written by positions.
        axes: u8,
        /// How a value meets the element there; none replaces it.
        fold: Option<FoldOp>,
    },
    /// The rows of `[n, inner]` where the mask `[n]` is true, of which there are `len`.
    Compress {
        /// How many.
        len: usize,
    },
    /// The positions where the mask `[n]` is true, of which there are `len`.
    Nonzero {
        /// How many.
        len: usize,
    },
}

use Movement::{Compress, Gather, Nonzero, Scatter};

impl Family for Movement {
    fn core(&self, operand: usize) -> usize {
        match (self, operand) {
            (Gather { axes } | Scatter { axes, .. }, 0) => *axes as usize + 2,
            (Scatter { axes, .. }, o) if o == *axes as usize + 1 => 2,
            (Compress { .. }, 0) => 2,
            _ => 1,
        }
    }

    fn output(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String> {
        let (dtype, shape) = operands[0];
        match *self {
            Gather { axes } => {
                let m = positions(&operands[1..], axes)?;
                Ok((dtype, Shape::from_slice(&[shape[0] * m, shape[axes as usize + 1]])))
            }
            Scatter { axes, .. } => {
                let [_, index @ .., (given, size)] = operands else {
                    return Err("no operands".into());
                };
                let m = positions(index, axes)?;
                let row = shape[axes as usize + 1];
                // One value may stand for all.
                let one = row == 1 && **size == [1, 1];
                if *given != dtype || !one && **size != [shape[0] * m, row] {
                    return Err("values of another dtype or shape".into());
                }
                Ok((dtype, shape.into()))
            }
            Compress { len } => {
                let mask = operands.get(1).ok_or("no mask")?;
                if operands.len() != 2 || mask.0 != DType::Bool || mask.1[0] != shape[0] {
                    return Err("a mask of another size".into());
                }
                Ok((dtype, Shape::from_slice(&[len, shape[1]])))
            }
            Nonzero { len } => {
                if operands.len() != 1 || dtype != DType::Bool {
                    return Err("no mask".into());
                }
                Ok((DType::I64, Shape::from_slice(&[len])))
            }
        }
    }

    fn divisible(&self) -> bool {
        matches!(self, Gather { .. })
    }

    fn scratch(&self, operands: &[(DType, &[usize])]) -> usize {
        match self {
            Scatter { axes, fold } => {
                let ((dtype, shape), m) = (operands[0], operands[1].1[0]);
                match flat(*axes, shape) {
                    true if apart(*fold, dtype, shape[1], m) => APART * shape[1] * dtype.size(),
                    true => 0,
                    false => m * size_of::<u64>(),
                }
            }
            // The mask is the last operand.
            Compress { .. } | Nonzero { .. } => {
                operands[operands.len() - 1].1[0].div_ceil(PIECE) * size_of::<u64>()
            }
            Gather { .. } => 0,
        }
    }

    fn run(&self, task: Task<'_>) -> Result<(), String> {
        let Task { operands, rows, out, scratch, workers } = task;
        let base = &operands[0];
        match *self {
            Gather { axes } => {
                let at = Positions::new(base, &operands[1..1 + axes as usize], axes as usize);
                let row = base.shape[axes as usize + 1] * base.dtype.size();
                gather(base.data, &at, row, rows, out)
            }
            Scatter { axes, fold } => {
                let k = axes as usize;
                if flat(axes, base.shape) {
                    let operands = (&operands[1], &operands[2]);
                    return scatter_flat(base, operands, fold, out, scratch, workers);
                }
                let at = Positions::new(base, &operands[1..1 + k], k);
                scatter(base, &at, &operands[1 + k], fold, out, bytemuck::cast_slice_mut(scratch))
            }
            Compress { len } => {
                let row = base.shape[1] * base.dtype.size();
                compress(
                    base.data,
                    operands[1].data,
                    row,
                    out,
                    bytemuck::cast_slice_mut(scratch),
                    len,
                    workers,
                )
            }
            Nonzero { len } => {
                let out: &mut [i64] = bytemuck::cast_slice_mut(out);
                let counts = bytemuck::cast_slice_mut(scratch);
                by_pieces(base.data, 1, out, counts, len, workers, |range, mask, to| {
                    pick_positions(mask, range.start as i64, to);
                })
            }
        }
    }

    fn title(&self) -> String {
        match self {
            Gather { .. } => "elements read by positions".into(),
            Scatter { fold: None, .. } => "elements written by positions".into(),
            Scatter { fold: Some(op), .. } => format!("{} into positions", op.name()),
            Compress { .. } => "elements chosen by a mask".into(),
            Nonzero { .. } => "positions where a mask is true".into(),
        }
    }
}

const MISCOUNTED: &str = "the mask changed between counting and choosing";

fn positions(operands: &[(DType, &[usize])], axes: u8) -> Result<usize, String> {
    let m = operands.first().map_or(0, |o| o.1[0]);
    let suits = |o: &(DType, &[usize])| o.0 == DType::I64 && o.1[0] == m;
    if operands.len() != axes as usize || !operands.iter().all(suits) {
        return Err("positions of another dtype or size".into());
    }
    Ok(m)
}

/// Positions along several axes.
struct Positions<'a> {
    /// Positions per outer index.
    count: usize,
    sizes: &'a [usize],
    index: Vec<&'a [i64]>,
}

impl<'a> Positions<'a> {
    fn new(base: &Block<'a>, index: &[Block<'a>], axes: usize) -> Positions<'a> {
        let index: Vec<&[i64]> = index.iter().map(Block::of).collect();
        Positions { count: index[0].len(), sizes: &base.shape[1..axes + 1], index }
    }

    /// The row at position `i` of an outer index.
    #[inline(always)]
    fn row(&self, outer: usize, i: usize) -> Result<usize, String> {
        let mut row = outer;
        for (axis, (index, &size)) in self.index.iter().zip(self.sizes).enumerate() {
            let given = index[i];
            let at = if given < 0 { given.wrapping_add(size as i64) } else { given };
            if at < 0 || at >= size as i64 {
                return Err(outside(given, axis, size));
            }
            row = row * size + at as usize;
        }
        Ok(row)
    }
}

/// The rows that positions along several axes of these sizes mean at an outer index, counted over
/// outer indices and axes.
///
/// # Errors
/// A position is outside of its axis.
pub fn rows_at(
    sizes: &[usize],
    index: &[&[i64]],
    outer: usize,
    rows: &mut [u64],
) -> Result<(), String> {
    let at = Positions { count: rows.len(), sizes, index: index.to_vec() };
    for (i, row) in rows.iter_mut().enumerate() {
        *row = at.row(outer, i)? as u64;
    }
    Ok(())
}

#[cold]
fn outside(index: i64, axis: usize, size: usize) -> String {
    let axis = if axis == 0 { String::new() } else { format!(" (index {})", axis + 1) };
    format!("the position {index} is outside an axis of {size} elements{axis}")
}

/// The parts of `rows` that lie in one outer index: that index and the positions.
fn split(rows: Range<usize>, count: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut at = rows.start;
    std::iter::from_fn(move || {
        if at >= rows.end {
            return None;
        }
        let outer = at / count;
        let end = rows.end.min((outer + 1) * count);
        let part = at - outer * count..end - outer * count;
        at = end;
        Some((outer, part))
    })
}

fn gather(
    source: &[u8],
    at: &Positions<'_>,
    row: usize,
    rows: Range<usize>,
    out: &mut [u8],
) -> Result<(), String> {
    let mut rest = out;
    for (outer, part) in split(rows, at.count) {
        let (out, after) = rest.split_at_mut(part.len() * row);
        rest = after;
        match row {
            0 => part.into_iter().try_for_each(|i| at.row(outer, i).map(drop))?,
            1 => gather_words::<u8>(source, at, (outer, part), out)?,
            2 => gather_words::<u16>(source, at, (outer, part), out)?,
            4 => gather_words::<u32>(source, at, (outer, part), out)?,
            8 => gather_words::<u64>(source, at, (outer, part), out)?,
            _ => {
                for (i, to) in part.zip(out.chunks_exact_mut(row)) {
                    let from = at.row(outer, i)? * row;
                    to.copy_from_slice(&source[from..from + row]);
                }
            }
        }
    }
    Ok(())
}

fn gather_words<T: bytemuck::Pod>(
    source: &[u8],
    at: &Positions<'_>,
    (outer, part): (usize, Range<usize>),
    out: &mut [u8],
) -> Result<(), String> {
    let source: &[T] = bytemuck::cast_slice(source);
    let out: &mut [T] = bytemuck::cast_slice_mut(out);
    let (&[size], &[index]) = (at.sizes, &at.index[..]) else {
        for (i, to) in part.zip(out) {
            *to = source[at.row(outer, i)?];
        }
        return Ok(());
    };
    // Checked some at a time, so that many reads are under way at once.
    let (source, n) = (&source[outer * size..(outer + 1) * size], size as i64);
    for (at, to) in index[part].chunks(NEAR).zip(out.chunks_mut(NEAR)) {
        if let Some(wrong) = first_outside(at, n) {
            return Err(outside(at[wrong], 0, size));
        }
        for (&p, to) in at.iter().zip(to) {
            *to = source[if p < 0 { p + n } else { p } as usize];
        }
    }
    Ok(())
}

fn scatter(
    base: &Block<'_>,
    at: &Positions<'_>,
    values: &Block<'_>,
    fold: Option<FoldOp>,
    out: &mut [u8],
    rows: &mut [u64],
) -> Result<(), String> {
    for (i, row) in rows.iter_mut().enumerate() {
        *row = at.row(0, i)? as u64;
    }
    out.copy_from_slice(base.data);
    let outer_rows: usize = at.sizes.iter().product();
    let outer =
        (0..base.shape[0]).flat_map(|o| rows.iter().map(move |&r| o * outer_rows + r as usize));
    scatter_rows(base.dtype, outer, values, fold, out)
}

/// Whether single elements of one axis are written.
fn flat(axes: u8, shape: &[usize]) -> bool {
    axes == 1 && shape[0] == 1 && shape[2] == 1
}

/// Parts of many positions that are counted side by side.
const APART: usize = 8;

/// Positions that are looked at before they are used.
const NEAR: usize = 1 << 11;

/// Whether sums of `m` values into `n` elements may be made part by part: their order does not
/// matter, and the parts are small beside the values.
fn apart(fold: Option<FoldOp>, dtype: DType, n: usize, m: usize) -> bool {
    fold == Some(FoldOp::Sum)
        && matches!(dtype, DType::I64 | DType::I32)
        && n <= 1 << 16
        && m >= (1 << 16).max(4 * APART * n)
}

fn scatter_flat(
    base: &Block<'_>,
    (at, values): (&Block<'_>, &Block<'_>),
    fold: Option<FoldOp>,
    out: &mut [u8],
    scratch: &mut [u8],
    workers: &dyn Workers,
) -> Result<(), String> {
    let (at, size): (&[i64], usize) = (at.of(), base.shape[1]);
    let n = size as i64;
    let row = move |&p: &i64| (if p < 0 { p + n } else { p }) as usize;
    out.copy_from_slice(base.data);
    if !apart(fold, base.dtype, size, at.len()) {
        let first = AtomicUsize::new(usize::MAX);
        workers.each(at.len().div_ceil(PIECE), &|i| {
            let part = &at[i * PIECE..at.len().min((i + 1) * PIECE)];
            if let Some(wrong) = first_outside(part, n) {
                first.fetch_min(i * PIECE + wrong, Ordering::Relaxed);
            }
        });
        if let Some(&position) = at.get(first.into_inner()) {
            return Err(outside(position, 0, size));
        }
        return scatter_rows(base.dtype, at.iter().map(row), values, fold, out);
    }
    let part = at.len().div_ceil(APART);
    let bytes = base.dtype.size();
    let first = AtomicUsize::new(usize::MAX);
    in_pieces(scratch, size * bytes, workers, |i, sums| {
        sums.fill(0);
        let all = at.len().min(i * part)..at.len().min((i + 1) * part);
        // Positions are looked at, and used, while they are near.
        for start in all.clone().step_by(NEAR) {
            let range = start..all.end.min(start + NEAR);
            if let Some(wrong) = first_outside(&at[range.clone()], n) {
                first.fetch_min(start + wrong, Ordering::Relaxed);
                return;
            }
            let given = match values.shape[0] {
                1 => *values,
                _ => {
                    Block { data: &values.data[range.start * bytes..range.end * bytes], ..*values }
                }
            };
            let shape = [if values.shape[0] == 1 { 1 } else { range.len() }, 1];
            let given = Block { shape: &shape, ..given };
            // Sums of whole numbers cannot fail.
            let _ = scatter_rows(base.dtype, at[range].iter().map(row), &given, fold, sums);
        }
    });
    if let Some(&position) = at.get(first.into_inner()) {
        return Err(outside(position, 0, size));
    }
    let all = 0..size;
    for sums in scratch.chunks_exact(size * bytes) {
        let shape = [size, 1];
        let sums = Block { dtype: base.dtype, shape: &shape, data: sums };
        scatter_rows(base.dtype, all.clone(), &sums, fold, out)?;
    }
    Ok(())
}

/// Where the first of these positions that are not among `n` is.
fn first_outside(at: &[i64], n: i64) -> Option<usize> {
    // Of a position outside, one of the distances to both ends is negative.
    let signs = at.iter().fold(0, |all, &p| all | p.wrapping_add(n) | (n - 1).wrapping_sub(p));
    let outside = || at.iter().position(|p| !(-n..n).contains(p));
    (signs < 0).then(outside).flatten()
}

/// Writes or folds values into rows of `out`, in order.
fn scatter_rows(
    dtype: DType,
    outer: impl Iterator<Item = usize>,
    values: &Block<'_>,
    fold: Option<FoldOp>,
    out: &mut [u8],
) -> Result<(), String> {
    let size = values.shape[1] * dtype.size();
    if size == 0 {
        return Ok(());
    }
    if let (Some(op), 1) = (fold, values.shape[1]) {
        let one = values.shape[0] == 1;
        match dtype {
            DType::I64 => return fold_elements::<i64>(op, outer, values, one, out),
            DType::I32 => return fold_elements::<i32>(op, outer, values, one, out),
            DType::F64 => return fold_elements::<f64>(op, outer, values, one, out),
            DType::F32 => return fold_elements::<f32>(op, outer, values, one, out),
            _ => {}
        }
    }
    let pairs = outer.zip(values.data.chunks_exact(size).cycle());
    let Some(op) = fold else {
        for (row, from) in pairs {
            out[row * size..(row + 1) * size].copy_from_slice(from);
        }
        return Ok(());
    };
    with_element!(dtype, T => {
        use eval::Element;
        let bytes = dtype.size();
        for (row, from) in pairs {
            let to = &mut out[row * size..(row + 1) * size];
            for (t, f) in to.chunks_exact_mut(bytes).zip(from.chunks_exact(bytes)) {
                let (a, b) = (read::<T>(t, dtype), read::<T>(f, dtype));
                let bits = T::fold(op, a, b).to_scalar().bits.to_le_bytes();
                t.copy_from_slice(&bits[..bytes]);
            }
        }
    }, complex => unreachable!("complex elements are pairs of real ones here"));
    Ok(())
}

/// Folds values into single elements, or `one` value into all.
fn fold_elements<T: eval::Element + bytemuck::Pod>(
    op: FoldOp,
    rows: impl Iterator<Item = usize>,
    values: &Block<'_>,
    one: bool,
    out: &mut [u8],
) -> Result<(), String> {
    let (values, out): (&[T], &mut [T]) = (values.of(), bytemuck::cast_slice_mut(out));
    match (op, one) {
        (FoldOp::Sum, true) => rows.for_each(|r| out[r] = T::fold(FoldOp::Sum, out[r], values[0])),
        (FoldOp::Sum, false) => {
            rows.zip(values).for_each(|(r, &v)| out[r] = T::fold(FoldOp::Sum, out[r], v));
        }
        (op, _) => {
            rows.zip(values.iter().cycle()).for_each(|(r, &v)| out[r] = T::fold(op, out[r], v));
        }
    }
    Ok(())
}

#[inline(always)]
fn read<T: eval::Element>(bytes: &[u8], dtype: DType) -> T {
    T::from_scalar(crate::dtype::Scalar::from_bytes(bytes, dtype))
}

/// Mask elements per piece of work.
const PIECE: usize = 1 << 16;

/// Calls `work` for each piece of a mask with its range, the piece, and where what it chooses
/// belongs in `out`: `row` elements for each one that is true, of which there are `len`. There is
/// a count for each piece.
fn by_pieces<T: Send>(
    mask: &[u8],
    row: usize,
    out: &mut [T],
    counts: &mut [u64],
    len: usize,
    workers: &dyn Workers,
    work: impl Fn(Range<usize>, &[u8], &mut [T]) + Sync,
) -> Result<(), String> {
    in_pieces(counts, 1, workers, |i, to| {
        let piece = &mask[i * PIECE..mask.len().min((i + 1) * PIECE)];
        let (groups, rest) = piece.as_chunks();
        to[0] = groups.iter().map(|group| sum_of(*group)).sum::<u64>();
        to[0] += rest.iter().map(|&m| u64::from(m)).sum::<u64>();
    });
    if counts.iter().sum::<u64>() != len as u64 {
        return Err(MISCOUNTED.into());
    }
    let mut pieces = vec![];
    let mut rest = out;
    for &n in counts.iter() {
        let (piece, after) = rest.split_at_mut(n as usize * row);
        pieces.push(std::sync::Mutex::new(piece));
        rest = after;
    }
    workers.each(pieces.len(), &|i| {
        let range = i * PIECE..mask.len().min((i + 1) * PIECE);
        let mut to = pieces[i].lock().unwrap_or_else(|e| e.into_inner());
        work(range.clone(), &mask[range], &mut to);
    });
    Ok(())
}

fn compress(
    source: &[u8],
    mask: &[u8],
    row: usize,
    out: &mut [u8],
    counts: &mut [u64],
    len: usize,
    workers: &dyn Workers,
) -> Result<(), String> {
    by_pieces(mask, row, out, counts, len, workers, |range, mask, to| {
        let from = &source[range.start * row..range.end * row];
        match row {
            0 => {}
            1 => pick_words::<u8>(from, mask, to),
            2 => pick_words::<u16>(from, mask, to),
            4 => pick_words::<u32>(from, mask, to),
            8 => pick_words::<u64>(from, mask, to),
            _ => {
                let rows = from.chunks_exact(row).zip(mask).filter(|(_, m)| **m != 0);
                to.chunks_exact_mut(row).zip(rows).for_each(|(t, (f, _))| t.copy_from_slice(f));
            }
        }
    })
}

fn pick_words<T: bytemuck::Pod>(from: &[u8], mask: &[u8], to: &mut [u8]) {
    let from: &[T] = &bytemuck::cast_slice(from)[..mask.len()];
    pick(mask, bytemuck::cast_slice_mut(to), |i| from[i]);
}

/// The places of the bits of every byte, the lowest first, then zeros.
static PLACES: [[u8; GROUP]; 256] = {
    let mut places = [[0; GROUP]; 256];
    let mut at = 0;
    while at < 256 * GROUP {
        let (byte, bit) = (at / GROUP, at % GROUP);
        if byte >> bit & 1 == 1 {
            places[byte][(byte & ((1 << bit) - 1)).count_ones() as usize] = bit as u8;
        }
        at += 1;
    }
    places
};

/// The positions, counted from `start`, where a mask is true: those of a group are looked up, and
/// written with some that do not count.
fn pick_positions(mask: &[u8], start: i64, to: &mut [i64]) {
    let (groups, _) = mask.as_chunks::<GROUP>();
    let (mut done, mut at) = (0, 0);
    for group in groups {
        let Some(room) = to[at..].first_chunk_mut::<GROUP>() else { break };
        let byte = byte_of(*group, true);
        let first = start + done as i64;
        room.iter_mut()
            .zip(PLACES[byte as usize])
            .for_each(|(o, place)| *o = first + i64::from(place));
        at += sum_of(*group) as usize;
        done += GROUP;
    }
    let first = start + done as i64;
    pick(&mask[done..], &mut to[at..], |i| first + i as i64);
}

/// Without a branch per element: every one is written where the next chosen one belongs. A group
/// of which none is chosen is passed over.
#[inline(always)]
fn pick<T>(mask: &[u8], to: &mut [T], value: impl Fn(usize) -> T) {
    let mut at = 0;
    let mut one = |i: usize, m: u8| {
        if let Some(place) = to.get_mut(at) {
            *place = value(i);
        }
        at += usize::from(m != 0);
    };
    let (groups, rest) = mask.as_chunks::<GROUP>();
    for (g, group) in groups.iter().enumerate() {
        if *group != [0; GROUP] {
            group.iter().enumerate().for_each(|(i, &m)| one(g * GROUP + i, m));
        }
    }
    let start = groups.len() * GROUP;
    rest.iter().enumerate().for_each(|(i, &m)| one(start + i, m));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Scalar;
    use crate::oracle::DenseArray;
    use crate::routine::Routine;

    fn ints(shape: &[usize], values: &[i64]) -> DenseArray {
        DenseArray::new(DType::I64, shape.into(), values.iter().map(|&v| Scalar::int(v)))
    }

    fn run(routine: Movement, operands: &[&DenseArray]) -> Result<DenseArray, String> {
        let routine = Routine::Movement(routine);
        let types: Vec<_> = operands.iter().map(|a| (a.dtype, a.shape.as_slice())).collect();
        let (dtype, shape) = routine.result(&types)?;
        routine.evaluate(operands, dtype, &shape)
    }

    #[test]
    fn gathers_over_two_axes_with_negative_positions() {
        let x = ints(&[1, 2, 3, 1], &[0, 1, 2, 3, 4, 5]);
        let (i, j) = (ints(&[3], &[1, 0, -1]), ints(&[3], &[0, 2, -1]));
        let got = run(Gather { axes: 2 }, &[&x, &i, &j]).unwrap();
        assert_eq!(got, ints(&[3, 1], &[3, 2, 5]));
        let bad = run(Gather { axes: 2 }, &[&x, &i, &ints(&[3], &[0, 3, 0])]);
        assert_eq!(bad.unwrap_err(), "the position 3 is outside an axis of 3 elements (index 2)");
    }

    #[test]
    fn gathers_and_scatters_per_outer_index() {
        let x = ints(&[2, 3, 2], &(0..12).collect::<Vec<_>>());
        let i = ints(&[2], &[2, 0]);
        let got = run(Gather { axes: 1 }, &[&x, &i]).unwrap();
        assert_eq!(got, ints(&[4, 2], &[4, 5, 0, 1, 10, 11, 6, 7]));
        let put =
            run(Scatter { axes: 1, fold: None }, &[&x, &i, &ints(&[4, 2], &[-1; 8])]).unwrap();
        assert_eq!(put, ints(&[2, 3, 2], &[-1, -1, 2, 3, -1, -1, -1, -1, 8, 9, -1, -1]));
    }

    #[test]
    fn many_values_are_counted_part_by_part() {
        let (n, m) = (50, 70_001);
        let at: Vec<i64> = (0..m).map(|i| (i * i + 7 * i) % 100 - 50).collect();
        let values: Vec<i64> = (0..m).map(|i| i - 30_000).collect();
        let base: Vec<i64> = (0..n).map(|i| i * 1000).collect();
        let x = ints(&[1, n as usize, 1], &base);
        let (many, one) = (ints(&[m as usize, 1], &values), ints(&[1, 1], &[3]));
        for given in [many, one] {
            let mut sums = base.clone();
            for (k, &p) in at.iter().enumerate() {
                let value = if given.shape[0] == 1 { 3 } else { values[k] };
                sums[(if p < 0 { p + n } else { p }) as usize] += value;
            }
            let scatter = Scatter { axes: 1, fold: Some(FoldOp::Sum) };
            let got = run(scatter, &[&x, &ints(&[m as usize], &at), &given]).unwrap();
            assert_eq!(got, ints(&[1, n as usize, 1], &sums));
            let mut wrong = at.clone();
            (wrong[69_000], wrong[68_999]) = (50, -51);
            let bad = run(scatter, &[&x, &ints(&[m as usize], &wrong), &given]);
            assert_eq!(bad.unwrap_err(), "the position -51 is outside an axis of 50 elements");
        }
    }

    #[test]
    fn the_last_of_equal_positions_wins_and_folds_keep_all() {
        let (x, i, v) =
            (ints(&[1, 3, 1], &[10, 20, 30]), ints(&[3], &[0, 2, 0]), ints(&[3, 1], &[1, 2, 3]));
        let set = run(Scatter { axes: 1, fold: None }, &[&x, &i, &v]).unwrap();
        assert_eq!(set, ints(&[1, 3, 1], &[3, 20, 2]));
        let add = run(Scatter { axes: 1, fold: Some(FoldOp::Sum) }, &[&x, &i, &v]).unwrap();
        assert_eq!(add, ints(&[1, 3, 1], &[14, 20, 32]));
        let one =
            run(Scatter { axes: 1, fold: Some(FoldOp::Sum) }, &[&x, &i, &ints(&[1, 1], &[7])]);
        assert_eq!(one.unwrap(), ints(&[1, 3, 1], &[24, 20, 37]));
        let put = run(Scatter { axes: 1, fold: None }, &[&x, &i, &ints(&[1, 1], &[7])]).unwrap();
        assert_eq!(put, ints(&[1, 3, 1], &[7, 20, 7]));
    }

    #[test]
    fn masks_choose_rows_and_positions() {
        let mask = DenseArray::new(
            DType::Bool,
            [3].as_slice().into(),
            [1, 0, 1].map(|b| Scalar::bool(b == 1)),
        );
        let x = ints(&[3, 2], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(run(Compress { len: 2 }, &[&x, &mask]).unwrap(), ints(&[2, 2], &[1, 2, 5, 6]));
        assert_eq!(run(Nonzero { len: 2 }, &[&mask]).unwrap(), ints(&[2], &[0, 2]));
        let chosen = |i: usize| i * i % 7 < 3 && !(100..300).contains(&i);
        let n = 1000;
        let mask = DenseArray::new(
            DType::Bool,
            [n].as_slice().into(),
            (0..n).map(|i| Scalar::bool(chosen(i))),
        );
        let wanted: Vec<i64> = (0..n).filter(|&i| chosen(i)).map(|i| i as i64).collect();
        let len = wanted.len();
        assert_eq!(run(Nonzero { len }, &[&mask]).unwrap(), ints(&[len], &wanted));
    }
}
