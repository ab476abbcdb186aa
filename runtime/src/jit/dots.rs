//! Products with a vector, those of one or two terms, and small ones of rows with rows: each element
//! is a sum of products taken in order, every product added with one rounding, as `ir`'s reference
//! does it. The routines of the `gemm` crate for these shapes add in another order, which depends
//! on how the factors lie in memory.
#![allow(unsafe_code, reason = "walks raw matrices; the bounds are the caller's contract")]

use super::steps::Product;

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
/// matrix, kept in the cache or in registers, and where they do not.
const STRIP: usize = 512;
const BESIDE: usize = 64;
const APART: usize = 8;
/// The same where fewer are left.
const FEW: usize = 4;

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
                STRIP.. if lines.1 == size => {
                    store(&strip(terms, (at.0, at.2), vector), to, accumulate)
                }
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

/// Terms that a pass over the sums of a strip adds.
const TERMS: usize = 8;

/// The sums of products of vectors that lie side by side with one: memory is read along its rows, which
/// are `step` bytes apart.
///
/// # Safety
/// All have `terms` elements.
#[inline(always)]
unsafe fn strip<T: Fused>(
    terms: usize,
    (first, step): (*const T, isize),
    vector: (*const T, isize),
) -> [T; STRIP] {
    let mut sums = [T::ZERO; STRIP];
    // SAFETY: term `k` of the vector, and row `k` of as many elements as there are sums.
    let factor =
        |k: usize| unsafe { vector.0.wrapping_byte_offset(k as isize * vector.1).read_unaligned() };
    let row = |k: usize| first.wrapping_byte_offset(k as isize * step);
    let whole = terms / TERMS * TERMS;
    for k in (0..whole).step_by(TERMS) {
        let factors: [T; TERMS] = std::array::from_fn(|r| factor(k + r));
        let rows: [*const T; TERMS] = std::array::from_fn(|r| row(k + r));
        for (j, sum) in sums.iter_mut().enumerate() {
            let mut total = *sum;
            for (row, &factor) in rows.iter().zip(&factors) {
                // SAFETY: element `j` of the row.
                total = unsafe { row.add(j).read_unaligned() }.fused(factor, total);
            }
            *sum = total;
        }
    }
    for k in whole..terms {
        let (factor, row) = (factor(k), row(k));
        for (j, sum) in sums.iter_mut().enumerate() {
            // SAFETY: element `j` of the row.
            *sum = unsafe { row.add(j).read_unaligned() }.fused(factor, *sum);
        }
    }
    sums
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
