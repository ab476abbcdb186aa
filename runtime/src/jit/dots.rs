//! Products with a vector, those of one or two terms, and small ones of rows with rows: each element
//! is a sum of products taken in order, every product added with one rounding, as `ir`'s reference
//! does it. The routines of the `gemm` crate for these shapes add in another order, which depends
//! on how the factors lie in memory.
#![allow(unsafe_code, reason = "walks raw matrices; the bounds are the caller's contract")]

use super::steps::Product;
use arr_ir::fold::PANEL;
use arr_ir::routine::Workers;
use std::sync::{Mutex, PoisonError};

/// A float type with the fused multiply-add.
pub trait Fused: Copy + Send + Sync + std::ops::Add<Output = Self> {
    /// Zero.
    const ZERO: Self;
    /// `self * factor + term`, rounded once.
    fn fused(self, factor: Self, term: Self) -> Self;
}

macro_rules! fused {
    ($($t:ident)*) => {$(
        impl Fused for $t {
            const ZERO: $t = 0.0;
            #[inline(always)]
            fn fused(self, factor: $t, term: $t) -> $t {
                self.mul_add(factor, term)
            }
        }
    )*};
}

fused! { f32 f64 }

/// Products of at most so many terms are not worth the crate's preparations.
const SMALL: usize = 512;

/// Whether a product is one of those this module is for.
pub fn suits<T>(p: &Product<T>) -> bool {
    // The crate's condition for adding up several terms at a time.
    let size = size_of::<T>() as isize;
    let along = p.lhs.1.1 == size && p.rhs.1.0 == size && p.m * p.n <= 256;
    p.m == 1 || p.n == 1 || p.k <= 2 || along || p.m * p.n * p.k <= SMALL
}

/// Elements of the result whose sums run side by side, where they lie next to each other in the
/// matrix and where they do not.
const BESIDE: usize = 64;
const APART: usize = 8;
/// The same where fewer are left.
const FEW: usize = 4;

/// A vector: its first element, and bytes from one to the next.
#[derive(Clone, Copy)]
pub struct Vector<T> {
    /// Address.
    pub ptr: *const T,
    /// Byte stride.
    pub step: isize,
}

// SAFETY: it is only read through, by those who were promised its elements.
unsafe impl<T: Sync> Sync for Vector<T> {}

impl<T> Vector<T> {
    fn from(self, first: usize) -> Vector<T> {
        Vector { ptr: self.ptr.wrapping_byte_offset(first as isize * self.step), ..self }
    }
}

/// Panels of two vectors whose sums run side by side, and the terms of each that are taken at a time:
/// panels lie so far apart that the cache has no room for a piece of many of them.
const PANELS: usize = 8;
const TERMS: usize = 8;
/// Panels that are worth a worker.
const PART: usize = 64;

/// The product of two vectors, added to `before`: the sums of its panels, added in order.
///
/// # Safety
/// Both have `terms` elements.
pub unsafe fn vectors<T: Fused>(
    lhs: Vector<T>,
    rhs: Vector<T>,
    terms: usize,
    before: Option<T>,
    workers: &dyn Workers,
) -> T {
    let mut sums = vec![T::ZERO; terms.div_ceil(PANEL)];
    let part = sums.len().div_ceil(workers.count()).max(PART);
    let parts: Vec<_> = sums.chunks_mut(part).map(Mutex::new).collect();
    workers.each(parts.len(), &|i| {
        let first = i * part * PANEL;
        let mut sums = parts[i].lock().unwrap_or_else(PoisonError::into_inner);
        let terms = (terms - first).min(part * PANEL);
        // SAFETY: a part of the vectors.
        unsafe { panels(lhs.from(first), rhs.from(first), terms, &mut sums) };
    });
    drop(parts);
    before.into_iter().chain(sums).reduce(|total, sum| total + sum).unwrap_or(T::ZERO)
}

/// Writes the sums of the panels of the product of two vectors.
///
/// # Safety
/// Both have `terms` elements.
unsafe fn panels<T: Fused>(lhs: Vector<T>, rhs: Vector<T>, terms: usize, sums: &mut [T]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the caller's promise, and the processor has the instructions.
        return unsafe { wide_panels(lhs, rhs, terms, sums) };
    }
    // SAFETY: the caller's promise.
    unsafe { each_panel(lhs, rhs, terms, sums) }
}

/// # Safety
/// See [`panels`]; the processor has AVX2 and fused multiply-adds.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn wide_panels<T: Fused>(lhs: Vector<T>, rhs: Vector<T>, terms: usize, sums: &mut [T]) {
    // SAFETY: the caller's promise.
    unsafe { each_panel(lhs, rhs, terms, sums) }
}

/// # Safety
/// See [`panels`].
#[inline(always)]
unsafe fn each_panel<T: Fused>(lhs: Vector<T>, rhs: Vector<T>, terms: usize, sums: &mut [T]) {
    let whole = terms / PANEL / PANELS * PANELS;
    let dense = |v: Vector<T>| v.step == size_of::<T>() as isize;
    let (beside, single) = sums.split_at_mut(whole);
    for (i, sums) in beside.chunks_exact_mut(PANELS).enumerate() {
        let first = i * PANELS * PANEL;
        let (lhs, rhs) = (lhs.from(first), rhs.from(first));
        // SAFETY: as many whole panels.
        let found = unsafe {
            match dense(lhs) && dense(rhs) {
                true => {
                    let step = size_of::<T>() as isize;
                    panels_beside(Vector { step, ..lhs }, Vector { step, ..rhs })
                }
                false => panels_beside(lhs, rhs),
            }
        };
        sums.copy_from_slice(&found);
    }
    for (i, sum) in single.iter_mut().enumerate() {
        let first = (whole + i) * PANEL;
        let (lhs, rhs) = (lhs.from(first), rhs.from(first));
        for k in 0..PANEL.min(terms - first) {
            // SAFETY: term `k` of the panel.
            unsafe {
                let (x, y) = (lhs.from(k).ptr.read_unaligned(), rhs.from(k).ptr.read_unaligned());
                *sum = x.fused(y, *sum);
            }
        }
    }
}

/// The sums of several whole panels.
///
/// # Safety
/// Both vectors have their elements.
#[inline(always)]
unsafe fn panels_beside<T: Fused>(lhs: Vector<T>, rhs: Vector<T>) -> [T; PANELS] {
    let mut sums = [T::ZERO; PANELS];
    for first in (0..PANEL).step_by(TERMS) {
        for (panel, sum) in sums.iter_mut().enumerate() {
            let (lhs, rhs) = (lhs.from(panel * PANEL + first), rhs.from(panel * PANEL + first));
            for k in 0..TERMS {
                // SAFETY: a term of the panel.
                unsafe {
                    let x = lhs.from(k).ptr.read_unaligned();
                    *sum = x.fused(rhs.from(k).ptr.read_unaligned(), *sum);
                }
            }
        }
    }
    sums
}

/// Vectors as a matrix has them: address, bytes to the next vector, bytes along one.
type Lines<T> = (*const T, isize, isize);

/// Computes a product of one row or column, or of few terms.
///
/// # Safety
/// The addresses cover the matrices; `out` overlaps neither factor.
pub unsafe fn multiply<T: Fused>(p: Product<T>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the caller's promise, and the processor has the instructions.
        return unsafe { wide(p) };
    }
    // SAFETY: the caller's promise.
    unsafe { rows(p) }
}

/// # Safety
/// See [`multiply`]; the processor has AVX2 and fused multiply-adds.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn wide<T: Fused>(p: Product<T>) {
    // SAFETY: the caller's promise.
    unsafe { rows(p) }
}

/// # Safety
/// See [`multiply`].
#[inline(always)]
unsafe fn rows<T: Fused>(p: Product<T>) {
    let (lhs, rhs, out) = (p.lhs, p.rhs, p.out);
    // The longer side of the result runs innermost.
    let (count, lines, others, vector, out_steps) = if p.n > 1 {
        (p.n, (rhs.0, rhs.1.1, rhs.1.0), p.m, (lhs.0, lhs.1.0, lhs.1.1), (out.1.1, out.1.0))
    } else {
        (p.m, (lhs.0, lhs.1.0, lhs.1.1), p.n, (rhs.0, rhs.1.1, rhs.1.0), (out.1.0, out.1.1))
    };
    for i in 0..others as isize {
        let vector = (vector.0.wrapping_byte_offset(i * vector.1), vector.2);
        let out = (out.0.wrapping_byte_offset(i * out_steps.1), out_steps.0);
        // SAFETY: row `i` of the result, or its one column.
        unsafe { line(count, p.k, lines, vector, out, p.accumulate) }
    }
}

/// The products of `count` vectors of a matrix with one vector.
///
/// # Safety
/// The vectors have `terms` elements, `out` has `count`.
#[inline(always)]
unsafe fn line<T: Fused>(
    count: usize,
    terms: usize,
    lines: Lines<T>,
    vector: (*const T, isize),
    out: (*mut T, isize),
    accumulate: bool,
) {
    let size = size_of::<T>() as isize;
    let mut done = 0;
    while done < count {
        let at = (lines.0.wrapping_byte_offset(done as isize * lines.1), lines.1, lines.2);
        let to = (out.0.wrapping_byte_offset(done as isize * out.1), out.1);
        // SAFETY: as many vectors as there are at least.
        done += unsafe {
            match count - done {
                BESIDE.. if lines.1 == size => {
                    store(&sums::<T, BESIDE>(terms, (at.0, size, at.2), vector), to, accumulate)
                }
                APART.. if lines.1 == size => {
                    store(&sums::<T, APART>(terms, (at.0, size, at.2), vector), to, accumulate)
                }
                APART.. => store(&sums::<T, APART>(terms, at, vector), to, accumulate),
                FEW.. if lines.1 == size => {
                    store(&sums::<T, FEW>(terms, (at.0, size, at.2), vector), to, accumulate)
                }
                FEW.. => store(&sums::<T, FEW>(terms, at, vector), to, accumulate),
                _ => store(&sums::<T, 1>(terms, at, vector), to, accumulate),
            }
        };
    }
}

/// The sums of products of `N` vectors with one.
///
/// # Safety
/// All have `terms` elements.
#[inline(always)]
unsafe fn sums<T: Fused, const N: usize>(
    terms: usize,
    lines: Lines<T>,
    vector: (*const T, isize),
) -> [T; N] {
    let mut sums = [T::ZERO; N];
    for k in 0..terms as isize {
        // SAFETY: term `k` of each vector.
        unsafe {
            let factor = vector.0.wrapping_byte_offset(k * vector.1).read_unaligned();
            let row = lines.0.wrapping_byte_offset(k * lines.2);
            for (i, sum) in sums.iter_mut().enumerate() {
                let x = row.wrapping_byte_offset(i as isize * lines.1).read_unaligned();
                *sum = x.fused(factor, *sum);
            }
        }
    }
    sums
}

/// Stores elements and says how many.
///
/// # Safety
/// `out` has room for `N` elements.
#[inline(always)]
unsafe fn store<T: Fused, const N: usize>(
    sums: &[T; N],
    out: (*mut T, isize),
    accumulate: bool,
) -> usize {
    for (i, &sum) in sums.iter().enumerate() {
        let to = out.0.wrapping_byte_offset(i as isize * out.1);
        // SAFETY: the caller's promise.
        unsafe {
            let value = if accumulate { to.read_unaligned() + sum } else { sum };
            to.write_unaligned(value);
        }
    }
    N
}
