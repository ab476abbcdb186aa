//! Routines: what is computed over whole blocks, ahead of time, rather than element by element.
//!
//! Sorting, reading and writing by positions, factorizations, Fourier transforms. A routine works
//! on *core blocks*, the trailing dimensions of its operands; the dimensions before them are a
//! batch, equal for all operands, over which whoever runs the routine loops. Blocks are dense and
//! row-major. A routine is a pure function: the same operands give the same bits, whatever
//! [`Workers`] do the work.
//!
//! | module | contract |
//! |---|---|
//! | `bits` | bools as the bits of bytes |
//! | `blocks` | steps of factorizations of matrices at hand block by block |
//! | `fft` | discrete Fourier transforms |
//! | `keys` | numbers as unsigned integers in the same order |
//! | `lines` | steps of Fourier transforms of lines at hand part by part |
//! | `linalg` | factorizations of matrices, linear equations |
//! | `movement` | elements read and written by positions and masks |
//! | `order` | sorting, searching and counting |
//! | `select` | elements at ranks of sorted lines, lines parted by pivots |
//! | `search` | positions in sorted arrays |
//!
//! A value that does not suit (a position outside the array) is an error of the run; what can be
//! known from dtypes and shapes is refused by [`Routine::output`].

mod bits;
mod blocks;
mod fft;
mod keys;
mod linalg;
mod lines;
mod movement;
mod order;
mod search;
mod select;

pub use bits::{BITS, Bits};
pub use blocks::{Numbers, PANEL, REFLECTED, REFLECTIONS, ROWS, TILE};
pub use fft::{Fft, Scale, Transform};
pub use linalg::{Factor, Linalg};
pub use lines::Lines;
pub use movement::{Movement, rows_at};
pub use order::Order;

use crate::dtype::DType;
use crate::oracle::DenseArray;
use crate::shape::{Shape, count};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A dense operand: row-major, its first byte on a boundary of 8.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Element type.
    pub dtype: DType,
    /// Core shape.
    pub shape: &'a [usize],
    /// The elements.
    pub data: &'a [u8],
}

impl<'a> Block<'a> {
    /// The elements as what they are; bools as bytes.
    pub fn of<T: bytemuck::AnyBitPattern>(&self) -> &'a [T] {
        // Nothing may lie anywhere.
        if self.data.is_empty() { &[] } else { bytemuck::cast_slice(self.data) }
    }
}

/// Whoever may do several things at once.
pub trait Workers: Sync {
    /// How many things are worth starting at once.
    fn count(&self) -> usize;
    /// Calls `work` with every number below `n`, in any order, perhaps at the same time.
    fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync));
}

/// One thing after the other.
pub struct Sequential;

impl Workers for Sequential {
    fn count(&self) -> usize {
        1
    }
    fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..n).for_each(work);
    }
}

/// Calls `work` with the number of each piece of `out` (of `size` elements, the last may be
/// shorter) and the piece.
pub fn in_pieces<T: Send>(
    out: &mut [T],
    size: usize,
    workers: &dyn Workers,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    let pieces: Vec<std::sync::Mutex<&mut [T]>> =
        out.chunks_mut(size.max(1)).map(std::sync::Mutex::new).collect();
    workers.each(pieces.len(), &|i| {
        let mut piece = pieces[i].lock().unwrap_or_else(|e| e.into_inner());
        work(i, &mut piece);
    });
}

/// What a routine is given for one block.
pub struct Task<'a> {
    /// The operands.
    pub operands: &'a [Block<'a>],
    /// The wanted range of the result's first core dimension.
    pub rows: Range<usize>,
    /// The result's elements in that range, content arbitrary, on a boundary of 8.
    pub out: &'a mut [u8],
    /// [`Family::scratch`] bytes, content arbitrary, on a boundary of 16.
    pub scratch: &'a mut [u8],
    /// Who may help.
    pub workers: &'a dyn Workers,
}

/// What a family of routines says of itself.
pub trait Family {
    /// How many trailing dimensions of an operand are its core.
    fn core(&self, operand: usize) -> usize;
    /// Dtype and core shape of the result for operands of these dtypes and core shapes, or why
    /// they do not suit: one plain sentence.
    fn output(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String>;
    /// Whether any range of the result's first core dimension can be computed by itself.
    fn divisible(&self) -> bool {
        false
    }
    /// How many rows of an operand's first core dimension each row of the result needs, if every
    /// row needs its own ones only (the last perhaps fewer); then [`Family::run`] is given just
    /// those of the wanted range, and `rows` count from 0 on.
    fn per_row(&self, operand: usize) -> Option<usize> {
        let _ = operand;
        None
    }
    /// The rows of an operand with `n` that a range of rows of the result (first, number) needs;
    /// `None` if it needs all.
    fn rows_of(&self, operand: usize, rows: (usize, usize), n: usize) -> Option<(usize, usize)> {
        let each = self.per_row(operand)?;
        let first = (rows.0 * each).min(n);
        Some((first, (rows.1 * each).min(n - first)))
    }
    /// Bytes of working memory for operands of these dtypes and core shapes.
    fn scratch(&self, operands: &[(DType, &[usize])]) -> usize {
        let _ = operands;
        0
    }
    /// About how many bytes of memory it takes for itself beside that, while it runs.
    fn own(&self, operands: &[(DType, &[usize])]) -> usize {
        let _ = operands;
        0
    }
    /// Computes the range `rows` of the result's first core dimension (all of it unless
    /// [`Family::divisible`]) into `out`, which holds just that. An error is about values.
    fn run(&self, task: Task<'_>) -> Result<(), String>;
    /// The same, as plainly as can be where [`Family::run`] is not plain: what the oracle does.
    ///
    /// # Errors
    /// As there.
    fn define(&self, task: Task<'_>) -> Result<(), String> {
        self.run(task)
    }
    /// What it does, in a few words.
    fn title(&self) -> String;
}

/// A routine and its attributes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Routine {
    /// Elements read and written by positions and masks.
    Movement(Movement),
    /// Sorting and searching.
    Order(Order),
    /// Factorizations of matrices, linear equations.
    Linalg(Linalg),
    /// Discrete Fourier transforms.
    Fft(Fft),
    /// Bits put together and taken apart.
    Bits(Bits),
}

impl From<Movement> for Routine {
    fn from(movement: Movement) -> Routine {
        Routine::Movement(movement)
    }
}

impl From<Order> for Routine {
    fn from(order: Order) -> Routine {
        Routine::Order(order)
    }
}

impl From<Linalg> for Routine {
    fn from(linalg: Linalg) -> Routine {
        Routine::Linalg(linalg)
    }
}

impl From<Fft> for Routine {
    fn from(fft: Fft) -> Routine {
        Routine::Fft(fft)
    }
}

impl From<Bits> for Routine {
    fn from(bits: Bits) -> Routine {
        Routine::Bits(bits)
    }
}

impl Routine {
    /// Whether there are values that do not suit it: positions outside, matrices without an inverse.
    pub fn refuses_values(&self) -> bool {
        match self {
            Routine::Movement(m) => {
                !matches!(m, Movement::Compress { .. } | Movement::Nonzero { .. })
            }
            Routine::Linalg(_) => true,
            Routine::Order(order) => matches!(order, Order::Select),
            Routine::Fft(_) | Routine::Bits(_) => false,
        }
    }

    /// The family's side of it.
    pub fn family(&self) -> &dyn Family {
        match self {
            Routine::Movement(m) => m,
            Routine::Order(o) => o,
            Routine::Linalg(l) => l,
            Routine::Fft(f) => f,
            Routine::Bits(b) => b,
        }
    }

    /// Dtype and whole shape of the result for operands of these dtypes and whole shapes: the
    /// batch dimensions of the first operand, which all must have, and the result's core.
    pub fn result(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String> {
        let family = self.family();
        let mut batch: Option<&[usize]> = None;
        let mut cores = vec![];
        for (i, &(dtype, shape)) in operands.iter().enumerate() {
            let at = shape.len().checked_sub(family.core(i)).ok_or("an operand of low rank")?;
            if batch.is_some_and(|b| *b != shape[..at]) {
                return Err("batch dimensions differ".into());
            }
            batch = Some(&shape[..at]);
            cores.push((dtype, &shape[at..]));
        }
        let (dtype, core) = family.output(&cores)?;
        let mut shape = Shape::from(batch.ok_or("no operand")?);
        shape.extend(core);
        Ok((dtype, shape))
    }

    /// How many leading dimensions are a batch when the first operand has this rank.
    pub fn batch(&self, rank: usize) -> usize {
        rank - self.family().core(0)
    }

    /// Runs it over whole dense arrays, batch by batch: what the oracle does.
    pub fn evaluate(
        &self,
        operands: &[&DenseArray],
        dtype: DType,
        shape: &[usize],
    ) -> Result<DenseArray, String> {
        let family = self.family();
        let batch = self.batch(operands[0].shape.len());
        let lanes = count(&shape[..batch]);
        let core_bytes = count(&shape[batch..]) * dtype.size();
        let rows = shape.get(batch).copied().unwrap_or(1);
        let cores: Vec<_> = operands.iter().map(|a| (a.dtype, &a.shape[batch..])).collect();
        let scratch_bytes = family.scratch(&cores);
        // Whole words, so that the blocks begin on boundaries.
        let mut scratch = vec![0u128; scratch_bytes.div_ceil(16)];
        let mut data = vec![];
        for lane in 0..lanes {
            let aligned: Vec<(Vec<u64>, usize)> =
                operands.iter().map(|a| words(&lane_bytes(a, batch, lane))).collect();
            let blocks: Vec<Block<'_>> = operands
                .iter()
                .zip(&aligned)
                .map(|(a, (words, bytes))| Block {
                    dtype: a.dtype,
                    shape: &a.shape[batch..],
                    data: &bytemuck::cast_slice(words)[..*bytes],
                })
                .collect();
            let mut out = vec![0u64; core_bytes.div_ceil(8)];
            family.define(Task {
                operands: &blocks,
                rows: 0..rows,
                out: &mut bytemuck::cast_slice_mut(&mut out)[..core_bytes],
                scratch: &mut bytemuck::cast_slice_mut(&mut scratch)[..scratch_bytes],
                workers: &Sequential,
            })?;
            data.extend_from_slice(&bytemuck::cast_slice(&out)[..core_bytes]);
        }
        Ok(DenseArray { dtype, shape: shape.into(), data })
    }
}

fn lane_bytes(array: &DenseArray, batch: usize, lane: usize) -> Vec<u8> {
    let size = count(&array.shape[batch..]) * array.dtype.size();
    array.data[lane * size..(lane + 1) * size].to_vec()
}

fn words(bytes: &[u8]) -> (Vec<u64>, usize) {
    let mut words = vec![0u64; bytes.len().div_ceil(8)];
    bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
    (words, bytes.len())
}

/// Runs code with `$t` standing for the number type of a real dtype; bools are bytes.
#[macro_export]
macro_rules! with_number {
    ($dtype:expr, $t:ident => $body:expr) => {{
        use $crate::dtype::DType as D;
        match $dtype {
            D::Bool | D::U8 => {
                type $t = u8;
                $body
            }
            D::I8 => {
                type $t = i8;
                $body
            }
            D::I16 => {
                type $t = i16;
                $body
            }
            D::I32 => {
                type $t = i32;
                $body
            }
            D::I64 => {
                type $t = i64;
                $body
            }
            D::U16 => {
                type $t = u16;
                $body
            }
            D::U32 => {
                type $t = u32;
                $body
            }
            D::U64 => {
                type $t = u64;
                $body
            }
            D::F32 => {
                type $t = f32;
                $body
            }
            D::F64 => {
                type $t = f64;
                $body
            }
            D::C64 | D::C128 => unreachable!("complex elements are pairs of real ones here"),
        }
    }};
}
