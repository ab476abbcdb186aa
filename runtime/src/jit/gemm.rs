//! Matrix products behind one function: single-threaded, called per block and panel.
//!
//! The default is the pure-Rust `gemm` crate, and [`dots`] for vectors and few terms; with one of the features `openblas-system`, `blis`,
//! `accelerate` or `mkl` the product is a BLAS's, through `blas-src`, wherever the factors have a
//! dimension that runs along memory.
#![allow(unsafe_code, reason = "matrix products take addresses")]

use super::{dots, steps::Product};

/// An element type with a matrix product.
pub trait Multiply: Sized + 'static {
    /// Computes the product.
    ///
    /// # Safety
    /// The addresses cover the matrices; `out` overlaps neither factor.
    unsafe fn multiply(product: Product<Self>);
}

macro_rules! products {
    ($($t:ident $cblas:ident)*) => {$(
        impl Multiply for $t {
            unsafe fn multiply(p: Product<$t>) {
                if p.lhs.1.1 < 0 || p.rhs.1.0 < 0 {
                    // SAFETY: the caller's promise.
                    return unsafe { forwards(p) };
                }
                let size = std::mem::size_of::<$t>() as isize;
                let elements = |s: (isize, isize)| (s.0 / size, s.1 / size);
                let (l, r, o) = (elements(p.lhs.1), elements(p.rhs.1), elements(p.out.1));
                #[cfg(feature = "blas")]
                if let (Some(lhs), Some(rhs), true) =
                    (blas::order(l, p.m, p.k), blas::order(r, p.k, p.n), o.1 == 1)
                {
                    let (m, n, k) = (p.m as i32, p.n as i32, p.k as i32);
                    let beta = if p.accumulate { 1.0 } else { 0.0 };
                    blas::one_thread();
                    // SAFETY: the caller's promise; leading dimensions are the row strides.
                    return unsafe {
                        blas::$cblas(
                            blas::ROW_MAJOR, lhs.0, rhs.0, m, n, k, 1.0, p.lhs.0, lhs.1, p.rhs.0,
                            rhs.1, beta, p.out.0, o.0.max(p.n as isize) as i32,
                        )
                    };
                }
                // SAFETY: the caller's promise; strides are in elements.
                unsafe {
                    if dots::suits(&p) {
                        return dots::multiply(p);
                    }
                    gemm::gemm(
                        p.m, p.n, p.k, p.out.0, o.1, o.0, p.accumulate, p.lhs.0, l.1, l.0, p.rhs.0,
                        r.1, r.0, 1.0, 1.0, false, false, false, gemm::Parallelism::None,
                    );
                }
            }
        }
    )*};
}

products! { f32 cblas_sgemm f64 cblas_dgemm }

/// Lines of a factor that are copied at a time.
const LINES: usize = 32;

/// A product one of whose factors has its terms backwards in memory: the crate would add them from
/// the last to the first. A few lines of that factor at a time are copied in their order.
///
/// # Safety
/// See [`Multiply::multiply`].
unsafe fn forwards<T: Multiply + Copy>(p: Product<T>) {
    let backwards = p.lhs.1.1 < 0;
    let (count, (from, to_line, to_term)) = if backwards {
        (p.m, (p.lhs.0, p.lhs.1.0, p.lhs.1.1))
    } else {
        (p.n, (p.rhs.0, p.rhs.1.1, p.rhs.1.0))
    };
    let size = size_of::<T>() as isize;
    let row = p.k as isize * size;
    let mut lines: Vec<T> = Vec::with_capacity(LINES.min(count) * p.k);
    for first in (0..count).step_by(LINES) {
        let many = LINES.min(count - first);
        let at = |base: *const T, step: isize| base.wrapping_byte_offset(first as isize * step);
        lines.clear();
        for i in 0..many as isize {
            let line = at(from, to_line).wrapping_byte_offset(i * to_line);
            // SAFETY: term `k` of line `first + i`, both within the factor.
            lines.extend(
                (0..p.k as isize)
                    .map(|k| unsafe { line.wrapping_byte_offset(k * to_term).read_unaligned() }),
            );
        }
        let step = if backwards { p.out.1.0 } else { p.out.1.1 };
        let out = (at(p.out.0, step).cast_mut(), p.out.1);
        let part = if backwards {
            Product { m: many, lhs: (lines.as_ptr(), (row, size)), out, ..p }
        } else {
            Product { n: many, rhs: (lines.as_ptr(), (size, row)), out, ..p }
        };
        // SAFETY: rows of the left or columns of the right factor, and theirs of the result.
        unsafe { T::multiply(part) }
    }
}

#[cfg(feature = "blas")]
mod blas {
    //! The C interface of BLAS (www.netlib.org/blas, "CBLAS"), of which two functions are used.

    extern crate blas_src as _;

    /// `CblasRowMajor`.
    pub const ROW_MAJOR: i32 = 101;
    const NO_TRANSPOSE: i32 = 111;
    const TRANSPOSE: i32 = 112;

    unsafe extern "C" {
        pub fn cblas_sgemm(
            order: i32,
            ta: i32,
            tb: i32,
            m: i32,
            n: i32,
            k: i32,
            alpha: f32,
            a: *const f32,
            lda: i32,
            b: *const f32,
            ldb: i32,
            beta: f32,
            c: *mut f32,
            ldc: i32,
        );
        pub fn cblas_dgemm(
            order: i32,
            ta: i32,
            tb: i32,
            m: i32,
            n: i32,
            k: i32,
            alpha: f64,
            a: *const f64,
            lda: i32,
            b: *const f64,
            ldb: i32,
            beta: f64,
            c: *mut f64,
            ldc: i32,
        );
    }

    /// Keeps OpenBLAS from starting threads of its own: blocks run in parallel already.
    pub fn one_thread() {
        #[cfg(feature = "openblas-system")]
        {
            unsafe extern "C" {
                fn openblas_set_num_threads(threads: i32);
            }
            static ONCE: std::sync::Once = std::sync::Once::new();
            // SAFETY: a setter of OpenBLAS, callable at any time.
            ONCE.call_once(|| unsafe { openblas_set_num_threads(1) });
        }
    }

    /// Whether a factor of these strides (row, column; in elements) is plain or transposed, and
    /// its leading dimension; none when no dimension runs along memory.
    pub fn order(strides: (isize, isize), rows: usize, columns: usize) -> Option<(i32, i32)> {
        let fits = |s: isize, least: usize| s >= least as isize && s <= i32::MAX as isize;
        match strides {
            (r, 1) if fits(r, columns.max(1)) => Some((NO_TRANSPOSE, r as i32)),
            (1, c) if fits(c, rows.max(1)) => Some((TRANSPOSE, c as i32)),
            _ => None,
        }
    }
}
