//! The folds of a tile: which routines for which operation and dtype.
#![allow(unsafe_code, reason = "routines work on raw tiles")]

use super::tiles::Level;
use super::tiles::copy::{Pack, pack};
use super::tiles::fold::{Fold, fold, widening};
use arr_ir::dtype::DType;
use arr_ir::op::FoldOp;

/// The routines of one fold over one dtype.
#[derive(Clone, Copy)]
pub struct Folds {
    /// Over the elements.
    routines: Fold,
    /// Over what comes of them.
    results: Fold,
    /// Copies of elements.
    pack: Pack,
    /// Bytes of an element.
    element: usize,
    /// Bytes of a result.
    size: usize,
}

impl Folds {
    /// The routines of `op` over elements of `dtype` that are cast to `total` first, if there are any.
    pub fn new(op: FoldOp, dtype: DType, total: DType, level: Level) -> Option<Folds> {
        let routines = match dtype == total {
            true => fold(op, dtype, level)?,
            false => widening(op, dtype, total, level)?,
        };
        let results = fold(op, total, level)?;
        let pack = pack(dtype.size(), level)?;
        Some(Folds { routines, results, pack, element: dtype.size(), size: total.size() })
    }

    /// Bytes of a result.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Combines each of `n` results with another one.
    ///
    /// # Safety
    /// Both hold `n` results.
    pub unsafe fn join(&self, acc: *mut u8, others: *const u8, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.results.columns)(acc, others, 1, n, 0) };
    }

    /// Writes `n` results as they are at the end of a fold.
    ///
    /// # Safety
    /// `dst` takes `n` results, `src` holds them.
    pub unsafe fn end(&self, dst: *mut u8, src: *const u8, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.results.across)(dst, src, 1, n, 0) };
    }

    /// Sets `n` elements to the identity.
    ///
    /// # Safety
    /// `dst` takes `n` elements.
    pub unsafe fn fill(&self, dst: *mut u8, n: usize) {
        let identity = self.routines.identity;
        let [a, b, c, d, ..] = identity;
        // SAFETY: the destination takes the elements, which are of one of these sizes.
        unsafe {
            match self.size {
                1 => fill(dst, n, a),
                2 => fill(dst, n, [a, b]),
                4 => fill(dst, n, [a, b, c, d]),
                _ => fill(dst, n, identity),
            }
        }
    }

    /// Folds `n` elements, the first being number `position` of its block, into the accumulators;
    /// at position 0 these hold nothing before.
    ///
    /// # Safety
    /// `acc` takes 16 elements, `src` holds `n`.
    pub unsafe fn rows(&self, acc: *mut u8, src: *const u8, n: usize, position: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.routines.rows)(acc, src, n, position) };
    }

    /// Writes the row block of `n` elements, one or more.
    ///
    /// # Safety
    /// `dst` takes an element, `src` holds `n`.
    pub unsafe fn block(&self, dst: *mut u8, src: *const u8, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.routines.block)(dst, src, n) };
    }

    /// Writes the combination of the accumulators.
    ///
    /// # Safety
    /// `dst` takes an element, `acc` holds 16.
    pub unsafe fn finish(&self, dst: *mut u8, acc: *const u8) {
        // SAFETY: the caller's promise.
        unsafe { (self.routines.finish)(dst, acc) };
    }

    /// Writes to `n` elements the row block of each column of `m` rows, `stride` bytes apart.
    ///
    /// # Safety
    /// `dst` takes `n` elements, `src` holds the rows, at least one; the stride is a multiple of
    /// the element's size.
    pub unsafe fn across(&self, dst: *mut u8, src: *const u8, m: usize, n: usize, stride: isize) {
        let stride = stride / self.element as isize;
        // SAFETY: the caller's promise.
        unsafe { (self.routines.across)(dst, src, m, n, stride) };
    }

    /// Writes to `m` elements the row block of each of `m` rows of `n` contiguous elements, `stride`
    /// bytes apart: as columns, for which `room` is.
    ///
    /// # Safety
    /// `dst` takes `m` results, `room` `m * n` elements, `src` holds the rows.
    pub unsafe fn short(
        &self,
        dst: *mut u8,
        (src, stride): (*const u8, isize),
        (m, n): (usize, usize),
        room: *mut u8,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            (self.pack)(room, src, n, m, self.element as isize, stride);
            (self.routines.across)(dst, room, n, m, m as isize);
        }
    }

    /// Folds `n` columns of `m` contiguous elements, `stride` bytes apart, in order, into `n` elements.
    ///
    /// # Safety
    /// `acc` holds `n` elements, `src` the columns; the stride is a multiple of the element's size.
    pub unsafe fn down(&self, acc: *mut u8, src: *const u8, m: usize, n: usize, stride: isize) {
        let stride = stride / self.element as isize;
        // SAFETY: the caller's promise.
        unsafe { (self.routines.down)(acc, src, m, n, stride) };
    }

    /// Folds `m` rows of `n` contiguous elements, `stride` bytes apart, in order, into `n` elements.
    ///
    /// # Safety
    /// `acc` holds `n` elements, `src` the rows; the stride is a multiple of the element's size.
    pub unsafe fn columns(&self, acc: *mut u8, src: *const u8, m: usize, n: usize, stride: isize) {
        let stride = stride / self.element as isize;
        // SAFETY: the caller's promise.
        unsafe { (self.routines.columns)(acc, src, m, n, stride) };
    }
}

/// # Safety
/// `dst` takes `n` values.
unsafe fn fill<T: Copy>(dst: *mut u8, n: usize, value: T) {
    for i in 0..n {
        // SAFETY: element `i` of the destination.
        unsafe { dst.cast::<T>().add(i).write_unaligned(value) };
    }
}
