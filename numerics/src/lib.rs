//! Dense linear algebra and Fourier transforms over plain slices.
//!
//! Before: row-major matrices as slices of float32, float64 or complex numbers of them. After: the
//! factors in slices of the caller. This crate knows neither dtypes nor graphs; `arr-ir` wraps what
//! is here as routines. Large matrices are worked on in blocks of fixed sizes, so that the result
//! does not depend on who does the work: things are done at the same time through [`Each`], or in
//! a fixed number of parts by so many threads as the caller says.
//!
//! | module | contract |
//! |---|---|
//! | `pieces` | blocks of columns, changes between row- and column-major order |
//! | `cholesky` | `L L^H` |
//! | `lu` | `P L U`, and solving, inverting, pivots with it |
//! | `qr` | orthogonal times triangular |
//! | `spectral` | eigenvalues and singular values |
//! | `values` | those of tridiagonal and bidiagonal matrices, without vectors |
//! | `exponential` | the exponential of a matrix |
//! | `fourier` | discrete Fourier transforms of vectors |
//! | `long` | those of long vectors, in steps over parts of them |
//! | `roots` | roots of unity |
#![forbid(unsafe_code)]

mod cholesky;
mod exponential;
pub mod fourier;
mod long;
mod lu;
mod pieces;
mod qr;
mod roots;
mod spectral;
#[cfg(test)]
mod tests;
mod tridiagonal;
mod values;

pub use pieces::transpose;

use bytemuck::Pod;
use faer::traits::{ComplexField, RealField};
use num_complex::Complex;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// Calls a function with every number below the first argument, perhaps several at a time, and
/// comes back when all calls have.
pub type Each<'a> = &'a (dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Sync);

/// Calls the function with one number after the other.
pub fn in_order(n: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..n).for_each(work);
}

/// Rows and columns of the tiles in which matrices are factored that are at hand block by block.
pub const TILE: usize = cholesky::TILE;

/// Columns of the panels of Gaussian elimination.
pub const PANEL: usize = lu::PANEL;

/// Rows of a block of Gaussian elimination.
pub const ROWS: usize = lu::ROWS;

/// Reflections of a panel of the orthogonal factorization.
pub const REFLECTIONS: usize = qr::PANEL;

/// Columns of the blocks that are reflected: whole panels.
pub const REFLECTED: usize = qr::BLOCK;

/// Why there is no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A pivot is exactly zero.
    Singular,
    /// A matrix to be factored by Cholesky is not positive definite.
    NotPositiveDefinite,
    /// An iteration did not converge, or elements are not finite.
    NoConvergence,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Failure::Singular => "the matrix is singular",
            Failure::NotPositiveDefinite => "the matrix is not positive definite",
            Failure::NoConvergence => {
                "the iteration for eigenvalues or singular values did not converge \
                 (are all elements finite?)"
            }
        })
    }
}

/// What the algorithms below ask of a number.
pub(crate) trait Number:
    ComplexField<Real: Real>
    + Copy
    + Pod
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
}

/// What they ask of a real number.
pub(crate) trait Real: RealField + Copy + Pod + Send + Sync + Into<f64> {
    /// The nearest number.
    fn rounded(value: f64) -> Self;
}

impl Real for f32 {
    fn rounded(value: f64) -> Self {
        value as f32
    }
}
impl Real for f64 {
    fn rounded(value: f64) -> Self {
        value
    }
}
impl Number for f32 {}
impl Number for f64 {}
impl Number for Complex<f32> {}
impl Number for Complex<f64> {}

/// The real and the complex number type of a precision.
pub trait Precision: Pod {
    /// The complex numbers.
    type Complex: Element<Part = Self>;
    /// The number nearest to a whole one.
    fn from_whole(value: i64) -> Self;
}

impl Precision for f32 {
    type Complex = Complex<f32>;
    fn from_whole(value: i64) -> Self {
        value as f32
    }
}

impl Precision for f64 {
    type Complex = Complex<f64>;
    fn from_whole(value: i64) -> Self {
        value as f64
    }
}

/// An element type of matrices. All matrices are row-major; sizes are rows, then columns. Slices
/// must have the lengths that the sizes say.
pub trait Element: Pod {
    /// The real numbers of the same precision.
    type Part: Precision + Element;

    /// The lower triangular `L` with `L L^H = a`, for a Hermitian positive definite `a[n, n]` of
    /// which the lower triangle is read. `a` becomes `L`.
    fn cholesky(a: &mut [Self], n: usize, each: Each<'_>) -> Result<(), Failure>;

    /// A step of the factorization of a matrix of which only blocks are at hand: subtracts
    /// `left[m, t] right[n, t]^H` from a `block[m, n]`, given with `n`. Rows and columns begin at
    /// multiples of [`TILE`]; `t` is one tile, the last may be smaller. Of a block on the diagonal
    /// only the `lower` triangle is brought up to date. Taken for all columns before the block, in
    /// order, then [`Element::cholesky`] of a block on the diagonal or
    /// [`Element::cholesky_divide`] below it, these give the bits of [`Element::cholesky`] of the
    /// whole matrix.
    fn cholesky_subtract(
        block: (&mut [Self], usize),
        left: &[Self],
        right: &[Self],
        lower: bool,
        each: Each<'_>,
    );

    /// The other step, for a `block[m, n]` (given with `n`) below the one on the diagonal, of which
    /// the columns from `at` on of one tile become those of `L`, and the later ones are brought up
    /// to date: `panel[n - at, t]` are these columns of the block on the diagonal, from row `at` on.
    fn cholesky_divide(block: (&mut [Self], usize), at: usize, panel: &[Self], each: Each<'_>);

    /// `P L U = a[m, n]` with `k = min(m, n)`: `l[m, k]` with ones on its diagonal, `u[k, n]`, and
    /// per row of `a` (in `rows`) which row of `l` it is.
    fn lu(
        a: &[Self],
        size: (usize, usize),
        l: &mut [Self],
        u: &mut [Self],
        rows: &mut [usize],
        each: Each<'_>,
    );

    /// A step of the factorization of a matrix of which only columns are at hand: factors those
    /// from `first` on, a multiple of [`PANEL`], which earlier columns were eliminated from already
    /// ([`Element::lu_top`], [`Element::lu_subtract`]). Of the `columns`, one after the other and
    /// each of `height` numbers, the upper part becomes that of `U`, the lower one that of `L`, each
    /// panel of it in the order of rows that its own `swaps` made: row `i` with row `i + swaps[i]`,
    /// counted from `first`; as many as there are columns, or rows from `first` on.
    ///
    /// All steps in order, over whatever columns are at hand, give the bits of [`Element::lu`],
    /// [`Element::solve`] and [`Element::inverse`].
    fn lu_factor(columns: (&mut [Self], usize), first: usize, swaps: &mut [usize], each: Each<'_>);

    /// The step that makes rows `at` and following of later columns rows of `U`, or of right-hand
    /// sides those of the solution with `L`: swaps rows from `at` on, as the panel of `L` that begins
    /// there did, and solves with its `diagonal[t, t]`, column after column.
    fn lu_top(
        columns: (&mut [Self], usize),
        at: usize,
        diagonal: &[Self],
        swaps: &[usize],
        each: Each<'_>,
    );

    /// The step that subtracts from the rows of columns from `first` on the product of a piece of
    /// the factors, column after column, and rows `at.0` and following, `at.1` of them: one panel.
    /// Pieces below a panel begin at its end and a multiple of [`ROWS`], those above at a multiple.
    fn lu_subtract(
        columns: (&mut [Self], usize),
        at: (usize, usize),
        piece: &[Self],
        first: usize,
        each: Each<'_>,
    );

    /// The step that solves with the `diagonal[t, t]` of `U`, column after column, for rows `at` and
    /// following of right-hand sides; [`Element::lu_subtract`] for the rows above follows.
    fn lu_bottom(
        columns: (&mut [Self], usize),
        at: usize,
        diagonal: &[Self],
        width: usize,
        each: Each<'_>,
    );

    /// The diagonal of `U` of [`Element::lu`] of `a[n, n]`, and whether the permutation is odd.
    fn pivots(a: &[Self], n: usize, diagonal: &mut [Self], each: Each<'_>) -> bool;

    /// `x[n, k]` with `a[n, n] x = b`; `x` holds `b` before.
    fn solve(a: &[Self], n: usize, x: &mut [Self], k: usize, each: Each<'_>)
    -> Result<(), Failure>;

    /// The inverse of `a[n, n]`.
    fn inverse(a: &[Self], n: usize, out: &mut [Self], each: Each<'_>) -> Result<(), Failure>;

    /// `x[n, k]` with `a[n, n] x = b` for a triangular `a` of which only that triangle is read;
    /// `unit` puts ones on its diagonal. `x` holds `b` before.
    fn solve_triangular(
        a: &[Self],
        n: usize,
        triangle: Triangle,
        x: &mut [Self],
        k: usize,
        each: Each<'_>,
    ) -> Result<(), Failure>;

    /// `q[m, c] r[c, n] = a[m, n]` with orthonormal columns of `q`, for `c` of `min(m, n)` or `m`.
    /// `q` is left out when it is not wanted; then `c` is `min(m, n)`. The diagonal of `r` is real
    /// with LAPACK's signs: of the opposite sign to the element that was reflected.
    fn qr(
        a: &[Self],
        size: (usize, usize),
        q: Option<(&mut [Self], usize)>,
        r: &mut [Self],
        each: Each<'_>,
    );

    /// A step of the factorization of a matrix of which only columns are at hand: factors those from
    /// `first` on, a multiple of [`REFLECTED`], which earlier panels reflected already
    /// ([`Element::qr_reflect`]). Of the `columns`, one after the other and each of `height` numbers,
    /// the upper part becomes that of `R` but for phases, the lower one holds the reflections. Their
    /// `coefficients` are a block of [`REFLECTIONS`] rows, column after column: as many as there are
    /// columns, or rows from `first` on.
    ///
    /// All steps in order, over whatever columns are at hand, give the bits of [`Element::qr`].
    fn qr_factor(
        columns: (&mut [Self], usize),
        first: usize,
        coefficients: &mut [Self],
        each: Each<'_>,
    );

    /// The step that reflects later columns by a panel of which column `at` is the first, `panel`
    /// being its columns from that row on; where `back`, the one that makes columns of the identity
    /// those of `Q` but for phases, panel by panel from the last on. There the blocks before the one
    /// with the panel stay as they are, and are left out. The first of the columns is a multiple of
    /// [`REFLECTED`].
    fn qr_reflect(
        columns: (&mut [Self], usize),
        at: usize,
        panel: &[Self],
        coefficients: &[Self],
        back: bool,
        each: Each<'_>,
    );

    /// The step that gives columns of `Q` their phases, from the elements on the diagonal of the
    /// factored matrix that belong to them.
    fn qr_turn(columns: (&mut [Self], usize), diagonal: &[Self]);

    /// The step that makes a block of the factored matrix one of `R`: zero below the diagonal, with
    /// phases. The block is in row-major order, given with its columns and with the row and the
    /// column of its first element.
    fn qr_upper(block: (&mut [Self], usize), first: (usize, usize), diagonal: &[Self]);

    /// Eigenvalues (ascending) of a Hermitian `a[n, n]` of which the lower triangle is read, and
    /// its orthonormal eigenvectors as columns of `v[n, n]`. A large matrix is worked on by so many
    /// threads; the result does not depend on it.
    fn eigh(
        a: &[Self],
        n: usize,
        w: &mut [Self::Part],
        v: Option<&mut [Self]>,
        threads: usize,
        each: Each<'_>,
    ) -> Result<(), Failure>;

    /// Eigenvalues of any `a[n, n]` and its eigenvectors of length 1 as columns of `v[n, n]`.
    fn eig(
        a: &[Self],
        n: usize,
        w: &mut [<Self::Part as Precision>::Complex],
        v: Option<&mut [<Self::Part as Precision>::Complex]>,
    ) -> Result<(), Failure>;

    /// Singular values (descending) of `a[m, n]`; with `vectors`, `u[m, c]` and `vh[d, n]` where
    /// `c = d = min(m, n)`, or `m` and `n` when these are the lengths of the slices. A large matrix
    /// is worked on by so many threads; the result does not depend on it.
    fn svd(
        a: &[Self],
        size: (usize, usize),
        s: &mut [Self::Part],
        vectors: Option<(&mut [Self], &mut [Self])>,
        threads: usize,
        each: Each<'_>,
    ) -> Result<(), Failure>;

    /// The exponential of `a[n, n]`: `I + a + a a / 2 + ...`
    fn expm(a: &[Self], n: usize, out: &mut [Self], each: Each<'_>);
}

/// Which triangle of a matrix counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Triangle {
    /// The lower one; else the upper.
    pub lower: bool,
    /// Whether the diagonal counts as ones.
    pub unit: bool,
}

macro_rules! elements {
    ($($t:ty, $real:ty, $eig:path;)*) => {$(
        impl Element for $t {
            type Part = $real;

            fn cholesky(a: &mut [Self], n: usize, each: Each<'_>) -> Result<(), Failure> {
                cholesky::factor(a, n, each)
            }
            fn cholesky_subtract(
                block: (&mut [Self], usize),
                left: &[Self],
                right: &[Self],
                lower: bool,
                each: Each<'_>,
            ) {
                cholesky::subtract_panels(block, left, right, lower, each);
            }
            fn cholesky_divide(
                block: (&mut [Self], usize),
                at: usize,
                panel: &[Self],
                each: Each<'_>,
            ) {
                cholesky::divide_panel(block, at, panel, each);
            }
            fn lu(
                a: &[Self],
                size: (usize, usize),
                l: &mut [Self],
                u: &mut [Self],
                rows: &mut [usize],
                each: Each<'_>,
            ) {
                lu::factors(a, size, l, u, rows, each);
            }
            fn lu_factor(
                columns: (&mut [Self], usize),
                first: usize,
                swaps: &mut [usize],
                each: Each<'_>,
            ) {
                lu::factor_block(columns, first, swaps, each);
            }
            fn lu_top(
                columns: (&mut [Self], usize),
                at: usize,
                diagonal: &[Self],
                swaps: &[usize],
                each: Each<'_>,
            ) {
                lu::top(columns, at, diagonal, swaps, each);
            }
            fn lu_subtract(
                columns: (&mut [Self], usize),
                at: (usize, usize),
                piece: &[Self],
                first: usize,
                each: Each<'_>,
            ) {
                lu::subtract_piece(columns, at, piece, first, each);
            }
            fn lu_bottom(
                columns: (&mut [Self], usize),
                at: usize,
                diagonal: &[Self],
                width: usize,
                each: Each<'_>,
            ) {
                lu::bottom(columns, at, diagonal, width, each);
            }
            fn pivots(a: &[Self], n: usize, diagonal: &mut [Self], each: Each<'_>) -> bool {
                lu::pivots(a, n, diagonal, each)
            }
            fn solve(
                a: &[Self],
                n: usize,
                x: &mut [Self],
                k: usize,
                each: Each<'_>,
            ) -> Result<(), Failure> {
                lu::solve(a, n, x, k, each)
            }
            fn inverse(
                a: &[Self],
                n: usize,
                out: &mut [Self],
                each: Each<'_>,
            ) -> Result<(), Failure> {
                lu::inverse(a, n, out, each)
            }
            fn solve_triangular(
                a: &[Self],
                n: usize,
                triangle: Triangle,
                x: &mut [Self],
                k: usize,
                each: Each<'_>,
            ) -> Result<(), Failure> {
                lu::solve_triangular(a, n, triangle, x, k, each)
            }
            fn qr(
                a: &[Self],
                size: (usize, usize),
                q: Option<(&mut [Self], usize)>,
                r: &mut [Self],
                each: Each<'_>,
            ) {
                qr::factors(a, size, q, r, each);
            }
            fn qr_factor(
                columns: (&mut [Self], usize),
                first: usize,
                coefficients: &mut [Self],
                each: Each<'_>,
            ) {
                qr::factor_block(columns, first, coefficients, each);
            }
            fn qr_reflect(
                columns: (&mut [Self], usize),
                at: usize,
                panel: &[Self],
                coefficients: &[Self],
                back: bool,
                each: Each<'_>,
            ) {
                qr::reflect_columns(columns, at, panel, coefficients, back, each);
            }
            fn qr_turn(columns: (&mut [Self], usize), diagonal: &[Self]) {
                qr::turn_block(columns, diagonal);
            }
            fn qr_upper(block: (&mut [Self], usize), first: (usize, usize), diagonal: &[Self]) {
                qr::upper(block, first, diagonal);
            }
            fn eigh(
                a: &[Self],
                n: usize,
                w: &mut [$real],
                v: Option<&mut [Self]>,
                threads: usize,
                each: Each<'_>,
            ) -> Result<(), Failure> {
                spectral::eigh(a, n, w, v, threads, each)
            }
            fn eig(
                a: &[Self],
                n: usize,
                w: &mut [Complex<$real>],
                v: Option<&mut [Complex<$real>]>,
            ) -> Result<(), Failure> {
                $eig(a, n, w, v)
            }
            fn svd(
                a: &[Self],
                size: (usize, usize),
                s: &mut [$real],
                vectors: Option<(&mut [Self], &mut [Self])>,
                threads: usize,
                each: Each<'_>,
            ) -> Result<(), Failure> {
                spectral::svd(a, size, s, vectors, threads, each)
            }
            fn expm(a: &[Self], n: usize, out: &mut [Self], each: Each<'_>) {
                exponential::expm(a, n, out, each);
            }
        }
    )*};
}

elements! {
    f32, f32, spectral::eig_real;
    f64, f64, spectral::eig_real;
    Complex<f32>, f32, spectral::eig_complex;
    Complex<f64>, f64, spectral::eig_complex;
}
