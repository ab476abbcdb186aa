//! The folds of a tile: which routines for which operation and dtype.
#![allow(unsafe_code, reason = "routines work on raw tiles")]

use super::tiles::Level;
use super::tiles::fold::{Fold, fold};
use arr_ir::dtype::DType;
use arr_ir::op::FoldOp;

/// The routines of one fold over one dtype.
#[derive(Clone, Copy)]
pub struct Folds {
    routines: Fold,
    size: usize,
}

impl Folds {
    /// The routines of `op` over `dtype`, if the operation accepts it.
    pub fn new(op: FoldOp, dtype: DType, level: Level) -> Option<Folds> {
        Some(Folds { routines: fold(op, dtype, level)?, size: dtype.size() })
    }

    /// Sets `n` elements to the identity.
    ///
    /// # Safety
    /// `dst` takes `n` elements.
    pub unsafe fn fill(&self, dst: *mut u8, n: usize) {
        for i in 0..n {
            let from = self.routines.identity.as_ptr();
            // SAFETY: element `i` of the destination; an element is at most 8 bytes.
            unsafe { std::ptr::copy_nonoverlapping(from, dst.add(i * self.size), self.size) };
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
        let stride = stride / self.size as isize;
        // SAFETY: the caller's promise.
        unsafe { (self.routines.across)(dst, src, m, n, stride) };
    }

    /// Folds `n` columns of `m` contiguous elements, `stride` bytes apart, in order, into `n` elements.
    ///
    /// # Safety
    /// `acc` holds `n` elements, `src` the columns; the stride is a multiple of the element's size.
    pub unsafe fn down(&self, acc: *mut u8, src: *const u8, m: usize, n: usize, stride: isize) {
        let stride = stride / self.size as isize;
        // SAFETY: the caller's promise.
        unsafe { (self.routines.down)(acc, src, m, n, stride) };
    }

    /// Folds `m` rows of `n` contiguous elements, `stride` bytes apart, in order, into `n` elements.
    ///
    /// # Safety
    /// `acc` holds `n` elements, `src` the rows; the stride is a multiple of the element's size.
    pub unsafe fn columns(&self, acc: *mut u8, src: *const u8, m: usize, n: usize, stride: isize) {
        let stride = stride / self.size as isize;
        // SAFETY: the caller's promise.
        unsafe { (self.routines.columns)(acc, src, m, n, stride) };
    }
}
