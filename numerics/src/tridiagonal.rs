//! Reduction of Hermitian matrices to tridiagonal form by Householder's reflections.
//!
//! Panels of columns are reduced one column after the other while what they do to the rest of the
//! matrix is kept as a product `P Q^H`, which is subtracted from it once per panel (J. J. Dongarra,
//! S. J. Hammarling, D. C. Sorensen, Block reduction of matrices to condensed forms for eigenvalue
//! computations, 1989). So the rest is read once per column and written once per panel.
//!
//! `H = I - v v^H / tau` as in `qr`; the lower triangle alone is read.

use crate::pieces::{WIDTH, column, column_mut, columns_from};
use crate::{Number, spectral::PARTS};
use bytemuck::{bytes_of, cast_slice, cast_slice_mut, pod_read_unaligned};
use faer::Accum;
use faer::linalg::householder as reflect;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::prelude::*;
use faer::traits::ext::ComplexFieldExt;
use faer::traits::math_utils::{conj, from_real, one, zero};
use rayon::prelude::*;

/// Columns of a panel.
const PANEL: usize = 16;

/// Columns of the matrix that are read side by side.
const BESIDE: usize = 4;

/// Rows from which on a product with a vector is cut into parts.
const TALL: usize = 192;

/// Reduces a Hermitian matrix of at least two rows, given by its lower triangle in
/// column-major order. Its diagonal and the one below become those of the tridiagonal matrix, the
/// columns below these the reflections; `tau` gets their coefficients. The upper triangle loses its
/// contents. Runs in the pool of threads that it is called in; its parts are the same in each.
pub(crate) fn reduce<T: Number>(a: MatMut<'_, T>, tau: &mut [T]) {
    let mut a = a;
    let n = a.nrows();
    let mut sums = Mat::<T>::zeros(n, PARTS);
    let mut start = 0;
    while start + 1 < n {
        let width = PANEL.min(n - 1 - start);
        let rest = a.rb_mut().submatrix_mut(start, start, n - start, n - start);
        reduce_panel(rest, &mut tau[start..start + width], sums.as_mut());
        start += width;
    }
}

/// Reduces the first columns of a matrix, as many as there are coefficients, and brings the others
/// up to date.
fn reduce_panel<T: Number>(a: MatMut<'_, T>, tau: &mut [T], sums: MatMut<'_, T>) {
    let (mut a, mut sums) = (a, sums);
    let (n, width) = (a.nrows(), tau.len());
    // In turns the vector `v` of a reflection and `w`, with `v w^H + w v^H` to be subtracted.
    let mut p = Mat::<T>::zeros(n, 2 * width);
    let mut mixed = Mat::<T>::zeros(2 * width, 1);
    for k in 0..width {
        let (done, mut new) = p.as_mut().split_at_col_mut(2 * k);
        let done = done.rb();
        let (before, rest) = a.rb_mut().split_at_col_mut(k + 1);
        let mut now = before.col_mut(k).subrows_mut(k, n - k);
        let mut mixed = mixed.as_mut().subrows_mut(0, 2 * k);
        if k > 0 {
            for i in 0..2 * k {
                mixed[(i, 0)] = conj(&done[(k, i ^ 1)]);
            }
            let (below, by) = (done.subrows(k, n - k), mixed.rb());
            matmul(now.rb_mut().as_mat_mut(), Accum::Add, below, by, -one::<T>(), Par::Seq);
        }
        let (head, mut tail) = now.subrows_mut(1, n - k - 1).split_at_row_mut(1);
        let info = reflect::make_householder_in_place(&mut { head }[0], tail.rb_mut());
        tau[k] = from_real(&info.tau);
        if !tau[k].is_finite() && !tau[k].is_nan() {
            tail.fill(zero());
            continue;
        }
        let mut v = new.rb_mut().col_mut(0).subrows_mut(k + 1, n - k - 1);
        v[0] = one();
        v.rb_mut().subrows_mut(1, n - k - 2).copy_from(tail.rb());
        let (v, w) = new.split_at_col_mut(1);
        let below = n - k - 1;
        let v = v.rb().subrows(k + 1, below);
        let mut w = w.subcols_mut(0, 1).subrows_mut(k + 1, below);
        let rest = rest.rb().subrows(k + 1, below);
        product(rest, column(v, 0), column_mut(w.rb_mut(), 0), sums.rb_mut());
        if k > 0 {
            let done = done.subrows(k + 1, below);
            matmul(mixed.rb_mut(), Accum::Replace, done.adjoint(), v, one(), Par::Seq);
            for i in (0..2 * k).step_by(2) {
                (mixed[(i, 0)], mixed[(i + 1, 0)]) = (mixed[(i + 1, 0)], mixed[(i, 0)]);
            }
            matmul(w.rb_mut(), Accum::Add, done, mixed.rb(), -one::<T>(), Par::Seq);
        }
        let (v, w) = (column(v, 0), column_mut(w, 0));
        let share = one::<T>() / tau[k];
        let along = v.iter().zip(&*w).fold(zero::<T>(), |sum, (&v, &w)| sum + conj(&v) * w);
        let half = one::<T>() / (one::<T>() + one::<T>());
        let along = half * share * (share * along);
        for (w, &v) in w.iter_mut().zip(v) {
            *w = share * *w - along * v;
        }
    }
    if width < n {
        let p = p.as_ref().subrows(width, n - width);
        subtract(a.submatrix_mut(width, width, n - width, n - width), p);
    }
}

/// Subtracts `P Q^H` from the lower triangle, with the columns of `Q` those of `P` in swapped pairs.
fn subtract<T: Number>(a: MatMut<'_, T>, p: MatRef<'_, T>) {
    let n = a.nrows();
    let mut q = Mat::<T>::zeros(n, p.ncols());
    for j in 0..p.ncols() {
        q.as_mut().col_mut(j).copy_from(p.col(j ^ 1));
    }
    let work = |at: usize, block: MatMut<'_, T>| {
        let (from, width) = (at, block.ncols());
        let block = block.subrows_mut(from, n - from);
        let (top, below) = block.split_at_row_mut(width);
        let q = q.as_ref().subrows(from, width).adjoint();
        let p = p.subrows(from, n - from);
        let (p_top, p_below) = p.split_at_row(width);
        triangular::matmul(
            top,
            BlockStructure::TriangularLower,
            Accum::Add,
            p_top,
            BlockStructure::Rectangular,
            q,
            BlockStructure::Rectangular,
            -one::<T>(),
            Par::Seq,
        );
        matmul(below, Accum::Add, p_below, q, -one::<T>(), Par::Seq);
    };
    let blocks = columns_from(a, WIDTH / 2);
    match blocks.len() {
        0..=2 => blocks.into_iter().for_each(|(at, block)| work(at, block)),
        _ => blocks.into_par_iter().for_each(|(at, block)| work(at, block)),
    }
}

/// `y = A v` for a Hermitian matrix given by its lower triangle.
fn product<T: Number>(a: MatRef<'_, T>, v: &[T], y: &mut [T], sums: MatMut<'_, T>) {
    let n = v.len();
    if n < TALL {
        return part(a, v, y, (0, n));
    }
    // Parts of about as many elements, whole groups of columns.
    let bound = |i: usize| {
        let rest = 1.0 - i as f64 / PARTS as f64;
        ((n as f64 * (1.0 - rest.sqrt())) as usize).next_multiple_of(BESIDE).min(n)
    };
    let mut sums = sums.subrows_mut(0, n);
    sums.rb_mut().par_col_iter_mut().enumerate().for_each(|(i, sums)| {
        let (from, to) = (bound(i), if i + 1 == PARTS { n } else { bound(i + 1) });
        let sums = sums.try_as_col_major_mut().expect("columns lie together").as_slice_mut();
        part(a, v, sums, (from, to));
    });
    y.copy_from_slice(column(sums.rb(), 0));
    for i in 1..PARTS {
        let from = bound(i);
        for (y, &s) in y[from..].iter_mut().zip(&column(sums.rb(), i)[from..]) {
            *y += s;
        }
    }
}

/// The share of some columns in `y = A v`, and of the rows that mirror them. Rows above are not
/// written.
fn part<T: Number>(a: MatRef<'_, T>, v: &[T], y: &mut [T], columns: (usize, usize)) {
    pulp::Arch::new().dispatch(Part { a, v, y, columns });
}

struct Part<'a, T: Number> {
    a: MatRef<'a, T>,
    v: &'a [T],
    y: &'a mut [T],
    columns: (usize, usize),
}

impl<T: Number> pulp::WithSimd for Part<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Part { a, v, y, columns: (from, to) } = self;
        y[from..].fill(zero());
        let mut j = from;
        while j + BESIDE <= to {
            let columns = [column(a, j), column(a, j + 1), column(a, j + 2), column(a, j + 3)];
            for k in 0..BESIDE {
                y[j + k] += from_real::<T>(&columns[k][j + k].real()) * v[j + k];
                for i in k + 1..BESIDE {
                    y[j + i] += columns[k][j + i] * v[j + k];
                    y[j + k] += conj(&columns[k][j + i]) * v[j + i];
                }
            }
            let (by, below) = ([v[j], v[j + 1], v[j + 2], v[j + 3]], j + BESIDE);
            let along =
                beside(simd, columns.map(|c| &c[below..]), by, &v[below..], &mut y[below..]);
            for k in 0..BESIDE {
                y[j + k] += along[k];
            }
            j += BESIDE;
        }
        for j in j..to {
            let column = column(a, j);
            y[j] += from_real::<T>(&column[j].real()) * v[j];
            let (by, below) = ([v[j]], j + 1);
            let [along] = beside(simd, [&column[below..]], by, &v[below..], &mut y[below..]);
            y[j] += along;
        }
    }
}

/// Adds the columns, each times a number, to `y`; gives the products of their conjugates with `v`.
#[inline(always)]
fn beside<T: Number, S: pulp::Simd, const N: usize>(
    simd: S,
    columns: [&[T]; N],
    by: [T; N],
    v: &[T],
    y: &mut [T],
) -> [T; N] {
    let simd = T::simd_ctx(simd);
    let lanes = size_of::<T::SimdVec<S>>() / size_of::<T>();
    let factors = by.map(|b| T::simd_splat(&simd, &b));
    let mut along = [T::simd_splat(&simd, &zero()); N];
    let whole = v.len() / lanes * lanes;
    for at in (0..whole).step_by(lanes) {
        let read = |from: &[T]| {
            T::simd_load(&simd, &pod_read_unaligned(cast_slice(&from[at..at + lanes])))
        };
        let (now, mut sum) = (read(v), read(y));
        for k in 0..N {
            let c = read(columns[k]);
            sum = T::simd_mul_add(&simd, c, factors[k], sum);
            along[k] = T::simd_conj_mul_add(&simd, c, now, along[k]);
        }
        let mut stored = sum;
        T::simd_store(&simd, &mut stored, sum);
        cast_slice_mut(&mut y[at..at + lanes]).copy_from_slice(bytes_of(&stored));
    }
    let mut totals = along.map(|sums| T::simd_reduce_sum(&simd, sums));
    for i in whole..v.len() {
        for k in 0..N {
            y[i] += columns[k][i] * by[k];
            totals[k] += conj(&columns[k][i]) * v[i];
        }
    }
    totals
}
