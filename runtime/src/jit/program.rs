//! Compiled kernels and how they run over one tile.
//!
//! A program is a list of steps over a tile of `m` rows and `n` columns, `m * n <= tile`. A step is
//! either generated code (a *segment*) or a call of an ahead-of-time routine. Values that cross
//! from one step to another lie in *slots*: contiguous `m * n` elements of a scratch block.
//!
//! Invariants:
//! - the last step, and no other, writes to the output;
//! - a step never reads a slot that it writes;
//! - an output that is exactly one of the operands (same address, same strides) is allowed when
//!   the operand has the result's dtype; any other overlap is not;
//! - bytes beyond the tile's rows and columns are neither read nor written.
#![allow(unsafe_code, reason = "steps work on raw tiles; the bounds are the caller's contract")]

use super::cache::Code;
use super::elementwise::{Binary, Ternary, Unary};
use super::tiles::{Math, copy};
use smallvec::SmallVec;
use std::sync::Arc;

/// How an operand lies along the tile's columns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Layout {
    /// The column stride is the element's size.
    Contiguous,
    /// The column stride is 0: one element per row.
    Uniform,
    /// Both strides are 0: one element.
    Constant,
    /// The executor packs or generates it into its slot before the steps run.
    Tile,
}

/// A slot of the scratch block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct SlotId(pub u16);

/// What a step reads or writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Place {
    /// The output.
    Out,
    /// An operand.
    Operand(u16),
    /// A slot.
    Slot(SlotId),
}

/// Where the result comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResultPlace {
    /// The last step computes it.
    Computed,
    /// It is this operand, unchanged: the last step is a copy, which a caller may do itself.
    Operand(usize),
}

/// An address and the bytes from one row to the next.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Span {
    /// The tile's first element.
    pub ptr: *mut u8,
    /// Bytes from one row to the next.
    pub row_stride: isize,
}

/// The code of a segment: the spans of output, operands and slots in that order, the bits of the
/// parameters, rows, columns.
pub type Entry = unsafe extern "C" fn(*const Span, *const u64, usize, usize);

/// A step of generated code.
#[derive(Clone, Copy, Debug)]
pub struct JitSegment {
    /// Its code.
    pub entry: Entry,
    /// How many operations it fuses.
    pub operations: usize,
    /// Bytes of machine code.
    pub code_bytes: usize,
}

/// An ahead-of-time routine.
#[derive(Clone, Copy, Debug)]
pub enum Helper {
    /// The elements as they are.
    Copy,
    /// Of one argument; casts are among them.
    Unary(Unary),
    /// A math function.
    Math(Math),
    /// Of two.
    Binary(Binary),
    /// Of three: a bool and two values.
    Ternary(Ternary),
}

/// An argument or the destination of a call.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// Where it is; an operand is [`Layout::Contiguous`].
    pub place: Place,
    /// Bytes of one element.
    pub size: usize,
}

/// A call of a routine over the tile.
#[derive(Clone, Debug)]
pub struct TileCall {
    /// The routine.
    pub helper: Helper,
    /// Its name, for listings.
    pub name: &'static str,
    /// Where the values go.
    pub dst: Lane,
    /// Where its arguments are.
    pub args: SmallVec<[Lane; 3]>,
}

/// One step of a program.
#[derive(Clone, Debug)]
pub enum TileStep {
    /// Generated code.
    Jit(JitSegment),
    /// An ahead-of-time routine.
    Call(TileCall),
}

/// A compiled kernel.
#[derive(Debug)]
pub struct Program {
    /// What the steps' code lies in.
    pub(super) _code: Arc<Code>,
    /// Most elements of a tile: a multiple of 64.
    pub tile: usize,
    /// The steps, in order.
    pub steps: Vec<TileStep>,
    /// Per operand: the slot to fill before the steps run; none when the layout is not
    /// [`Layout::Tile`], or when the result does not depend on the operand.
    pub operand_slots: Vec<Option<SlotId>>,
    /// How many slots the scratch block has.
    pub slot_count: usize,
    /// Bytes of one slot: a multiple of 64.
    pub slot_bytes: usize,
    /// Where the result comes from.
    pub result: ResultPlace,
    /// Bytes of one element of the result.
    pub result_size: usize,
    /// Operands read row by row with contiguous columns, and the sizes of their elements.
    pub(super) contiguous: Vec<(u16, usize)>,
    /// Whether an operand with one element per row is read.
    pub(super) uniform: bool,
    /// Folds rows in registers, where the program was asked to and can. The spans are those of the
    /// output, one row, and of the operands, then the table of the rows: per row and operand, the
    /// bytes from the span's address to the row's.
    pub fold: Option<Entry>,
}

/// A tile to run a program over.
#[derive(Clone, Copy, Debug)]
pub struct TileArgs<'a> {
    /// Per operand of the kernel; what stands for [`Layout::Tile`] operands is not looked at, nor
    /// is the row stride of [`Layout::Constant`] operands. Operands are only read.
    pub operands: &'a [Span],
    /// What is read next, tile after tile: addresses that the math functions fetch into the cache
    /// while they compute, one each.
    pub ahead: &'a [*const u8],
    /// The parameters' bits, little-endian in the low bytes.
    pub params: &'a [u64],
    /// Where the result goes: columns contiguous.
    pub out: Span,
    /// The scratch block: `slot_count * slot_bytes` bytes, aligned to 64.
    pub scratch: *mut u8,
    /// Rows.
    pub m: usize,
    /// Columns.
    pub n: usize,
}

impl Program {
    /// Bytes of the scratch block that [`Program::run`] needs, aligned to 64.
    pub fn scratch_bytes(&self) -> usize {
        self.slot_count * self.slot_bytes
    }

    /// The address of a slot in a scratch block.
    ///
    /// # Safety
    /// `scratch` is a block of at least [`Program::scratch_bytes`] bytes.
    pub unsafe fn slot(&self, scratch: *mut u8, slot: SlotId) -> *mut u8 {
        // SAFETY: the slot's number is below `slot_count`, so the offset is inside the block.
        unsafe { scratch.add(slot.0 as usize * self.slot_bytes) }
    }

    /// Runs the steps over one tile.
    ///
    /// # Safety
    /// - `operands` and `params` have an entry per operand and parameter of the kernel;
    /// - every element of the tile is readable in every operand by its layout, bools being bytes 0
    ///   or 1, and writable in `out`; slots of [`Layout::Tile`] operands have been filled with
    ///   `m * n` contiguous elements;
    /// - `m * n <= tile`; `scratch` has [`Program::scratch_bytes`] bytes aligned to 64;
    /// - `out` overlaps an operand only by being that operand, with the same element size.
    pub unsafe fn run(&self, tile: &TileArgs<'_>) {
        debug_assert!(tile.m * tile.n <= self.tile, "{} x {} elements", tile.m, tile.n);
        debug_assert_eq!(tile.operands.len(), self.operand_slots.len());
        if tile.m == 0 || tile.n == 0 {
            return;
        }
        let (m, n) = if self.is_flat(tile) { (1, tile.m * tile.n) } else { (tile.m, tile.n) };
        let mut spans: SmallVec<[Span; 32]> = SmallVec::new();
        spans.push(tile.out);
        spans.extend_from_slice(tile.operands);
        for slot in 0..self.slot_count {
            // SAFETY: the caller gives a whole scratch block.
            let ptr = unsafe { self.slot(tile.scratch, SlotId(slot as u16)) };
            spans.push(Span { ptr, row_stride: 0 });
        }
        let first_slot = 1 + tile.operands.len();
        let mut ahead = tile.ahead.iter().copied();
        for step in &self.steps {
            match step {
                // SAFETY: the spans cover what the segment was compiled to read and write.
                TileStep::Jit(s) => unsafe {
                    (s.entry)(spans.as_ptr(), tile.params.as_ptr(), m, n)
                },
                // SAFETY: as above.
                TileStep::Call(c) => unsafe { c.run(&spans, first_slot, (m, n), &mut ahead) },
            }
        }
    }

    /// Whether the rows of everything that is read and written follow each other without a gap.
    fn is_flat(&self, tile: &TileArgs<'_>) -> bool {
        let row = |size: usize| (tile.n * size) as isize;
        tile.m > 1
            && !self.uniform
            && tile.out.row_stride == row(self.result_size)
            && self.contiguous.iter().all(|&(o, s)| tile.operands[o as usize].row_stride == row(s))
    }
}

impl Place {
    /// Its number in the table of spans.
    pub(super) fn index(self, first_slot: usize) -> usize {
        match self {
            Place::Out => 0,
            Place::Operand(o) => 1 + o as usize,
            Place::Slot(s) => first_slot + s.0 as usize,
        }
    }
}

impl Lane {
    fn span(self, spans: &[Span], first_slot: usize, n: usize) -> Span {
        let mut span = spans[self.place.index(first_slot)];
        if let Place::Slot(_) = self.place {
            span.row_stride = (n * self.size) as isize;
        }
        span
    }

    fn is_flat(self, span: Span, n: usize) -> bool {
        span.row_stride == (n * self.size) as isize
    }
}

impl TileCall {
    /// # Safety
    /// The spans cover `m` rows and `n` columns of the destination and of every argument.
    unsafe fn run(
        &self,
        spans: &[Span],
        first_slot: usize,
        (m, n): (usize, usize),
        ahead: &mut impl Iterator<Item = *const u8>,
    ) {
        let ahead = match self.helper {
            Helper::Math(_) => ahead.next().unwrap_or(std::ptr::null()),
            _ => std::ptr::null(),
        };
        let dst = self.dst.span(spans, first_slot, n);
        let mut args = [dst; 3];
        let mut flat = self.dst.is_flat(dst, n);
        for (span, lane) in args.iter_mut().zip(&self.args) {
            *span = lane.span(spans, first_slot, n);
            flat &= lane.is_flat(*span, n);
        }
        let (rows, columns) = if flat { (1, m * n) } else { (m, n) };
        for r in 0..rows as isize {
            // SAFETY: row `r` of each span is inside the tile.
            unsafe {
                let at = |s: Span| s.ptr.offset(r * s.row_stride);
                let ahead = match ahead.is_null() {
                    true => ahead,
                    false => ahead.wrapping_add(r as usize * columns * self.dst.size),
                };
                self.row(at(dst), args.map(at), columns, ahead);
            }
        }
    }

    /// # Safety
    /// `dst` and as many of `args` as the helper takes point to `n` elements.
    unsafe fn row(&self, dst: *mut u8, args: [*mut u8; 3], n: usize, ahead: *const u8) {
        let [a, b, c] = args;
        // SAFETY: the caller's promise is what the routines ask for; a copy in place is a no-op.
        unsafe {
            match self.helper {
                Helper::Copy => copy::copy(dst, a, n * self.dst.size),
                Helper::Unary(f) => f(dst, a, n),
                Helper::Math(f) => f(dst, a, n, ahead),
                Helper::Binary(f) => f(dst, a, b, n),
                Helper::Ternary(f) => f(dst, a, b, c, n),
            }
        }
    }
}
