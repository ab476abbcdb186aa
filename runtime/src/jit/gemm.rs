//! Matrix products behind one function: single-threaded, called per block and panel.
//!
//! The default is the pure-Rust `gemm` crate; with the features `openblas-system`, `blis`,
//! `accelerate` or `mkl` the product is a BLAS's, through `blas-src`.
#![allow(unsafe_code, reason = "matrix products take addresses")]

use super::steps::Product;

/// An element type with a matrix product.
pub trait Multiply: Sized + 'static {
    /// Computes the product.
    ///
    /// # Safety
    /// The addresses cover the matrices; `out` overlaps neither factor.
    unsafe fn multiply(product: Product<Self>);
}

macro_rules! products {
    ($($t:ident)*) => {$(
        impl Multiply for $t {
            unsafe fn multiply(p: Product<$t>) {
                let size = std::mem::size_of::<$t>() as isize;
                let el = |s: (isize, isize)| (s.0 / size, s.1 / size);
                let ((lr, lc), (rr, rc), (or, oc)) = (el(p.lhs.1), el(p.rhs.1), el(p.out.1));
                // SAFETY: the caller's promise; strides are in elements.
                unsafe {
                    gemm::gemm(
                        p.m, p.n, p.k, p.out.0, oc, or, p.accumulate, p.lhs.0, lc, lr, p.rhs.0, rc,
                        rr, 1.0, 1.0, false, false, false, gemm::Parallelism::None,
                    );
                }
            }
        }
    )*};
}

products! { f32 f64 }
