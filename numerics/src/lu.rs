//! Factorization into a permutation, a lower and an upper triangular matrix by Gaussian
//! elimination with partial pivoting, and what is computed with it.
//!
//! Right-looking over panels of columns; a panel is factored by recursion, the columns to its
//! right are brought up to date block by block. A pivot that is exactly zero is left where it is
//! (nothing lies below it), as LAPACK does, so that the factors of a singular matrix are finite.

use crate::pieces::{WIDTH, column_mut, columns_of, copy_to_rows, each_columns, store_rows};
use crate::{Each, Failure, Number, Triangle};
use faer::Accum;
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve as triangular;
use faer::prelude::*;
use faer::traits::math_utils::{abs1, one, zero};

/// Columns of a panel.
const PANEL: usize = 64;

/// Columns that are eliminated one by one.
const NARROW: usize = 8;

/// Both factors in one matrix, and the row that each row was swapped with, in this order.
pub(crate) struct Lu<T: Number> {
    factors: Mat<T>,
    swaps: Vec<usize>,
}

impl<T: Number> Lu<T> {
    /// Factors a column-major matrix.
    pub(crate) fn new(matrix: Mat<T>, each: Each<'_>) -> Lu<T> {
        let mut factors = matrix;
        let (m, n) = factors.shape();
        let size = m.min(n);
        let mut swaps = vec![0; size];
        let mut start = 0;
        while start < size {
            let width = PANEL.min(size - start);
            let (before, rest) = factors.as_mut().split_at_col_mut(start);
            let (panel, after) = rest.split_at_col_mut(width);
            let mut panel = panel.subrows_mut(start, m - start);
            let swaps = &mut swaps[start..start + width];
            factor_panel(panel.rb_mut(), swaps);
            let (panel, swaps) = (panel.rb(), &*swaps);
            swap_rows(before.subrows_mut(start, m - start), swaps);
            each_columns(after.subrows_mut(start, m - start), WIDTH, each, |_, block| {
                let mut block = block;
                swap_rows(block.rb_mut(), swaps);
                eliminate(panel, block);
            });
            start += width;
        }
        Lu { factors, swaps: absolute(swaps) }
    }

    /// Whether a pivot is zero.
    fn is_singular(&self) -> bool {
        (0..self.swaps.len()).any(|i| self.factors[(i, i)] == zero::<T>())
    }

    /// Replaces columns of right-hand sides by the solutions.
    pub(crate) fn solve_columns(&self, columns: MatMut<'_, T>) {
        let mut columns = columns;
        swap_rows(columns.rb_mut(), &relative(&self.swaps));
        let factors = self.factors.as_ref();
        triangular::solve_unit_lower_triangular_in_place(factors, columns.rb_mut(), Par::Seq);
        triangular::solve_upper_triangular_in_place(factors, columns, Par::Seq);
    }
}

/// Swaps relative to their own row, as the factorization of a panel gives them.
fn relative(swaps: &[usize]) -> Vec<usize> {
    swaps.iter().enumerate().map(|(i, &s)| s - i).collect()
}

fn absolute(swaps: Vec<usize>) -> Vec<usize> {
    swaps.into_iter().enumerate().map(|(i, s)| s + i).collect()
}

fn swap_rows<T: Number>(matrix: MatMut<'_, T>, swaps: &[usize]) {
    let mut matrix = matrix;
    for j in 0..matrix.ncols() {
        let column = column_mut(matrix.rb_mut(), j);
        for (i, &down) in swaps.iter().enumerate() {
            column.swap(i, i + down);
        }
    }
}

/// Subtracts from a block right of a panel what the panel's columns eliminate; its top rows
/// become rows of `U`.
fn eliminate<T: Number>(panel: MatRef<'_, T>, block: MatMut<'_, T>) {
    let (lower, below) = panel.split_at_row(panel.ncols());
    let (mut top, bottom) = block.split_at_row_mut(panel.ncols());
    triangular::solve_unit_lower_triangular_in_place(lower, top.rb_mut(), Par::Seq);
    matmul(bottom, Accum::Add, below, top.rb(), -one::<T>(), Par::Seq);
}

fn factor_panel<T: Number>(panel: MatMut<'_, T>, swaps: &mut [usize]) {
    let mut panel = panel;
    if panel.ncols() <= NARROW {
        return factor_narrow(panel, swaps);
    }
    let half = panel.ncols() / 2;
    let (first, second) = swaps.split_at_mut(half);
    let (mut left, mut right) = panel.rb_mut().split_at_col_mut(half);
    factor_panel(left.rb_mut(), first);
    swap_rows(right.rb_mut(), first);
    eliminate(left.rb(), right.rb_mut());
    let rows = left.nrows() - half;
    factor_panel(right.subrows_mut(half, rows), second);
    swap_rows(left.subrows_mut(half, rows), second);
}

fn factor_narrow<T: Number>(panel: MatMut<'_, T>, swaps: &mut [usize]) {
    let mut panel = panel;
    for j in 0..panel.ncols() {
        let down = largest(&column_mut(panel.rb_mut(), j)[j..]);
        swaps[j] = down;
        for c in 0..panel.ncols() {
            column_mut(panel.rb_mut(), c).swap(j, j + down);
        }
        let (left, mut right) = panel.rb_mut().split_at_col_mut(j + 1);
        let column = column_mut(left, j);
        let pivot = column[j];
        if pivot != zero::<T>() {
            for value in &mut column[j + 1..] {
                *value /= pivot;
            }
        }
        let below = &column[j + 1..];
        for c in 0..right.ncols() {
            let target = column_mut(right.rb_mut(), c);
            let factor = target[j];
            for (value, &l) in target[j + 1..].iter_mut().zip(below) {
                *value -= l * factor;
            }
        }
    }
}

/// The position of the element of largest absolute value (for complex numbers the sum of those of
/// both parts), the first of equal ones.
fn largest<T: Number>(column: &[T]) -> usize {
    let mut best = 0;
    let mut most = abs1(&column[0]);
    for (i, value) in column.iter().enumerate().skip(1) {
        let size = abs1(value);
        if size > most {
            (best, most) = (i, size);
        }
    }
    best
}

/// See [`crate::Element::lu`].
pub(crate) fn factors<T: Number>(
    a: &[T],
    (m, n): (usize, usize),
    l: &mut [T],
    u: &mut [T],
    rows: &mut [usize],
    each: Each<'_>,
) {
    let lu = Lu::new(columns_of(a, m, n, each), each);
    let size = m.min(n);
    for i in 0..m {
        for j in 0..size {
            l[i * size + j] = match i.cmp(&j) {
                std::cmp::Ordering::Greater => lu.factors[(i, j)],
                std::cmp::Ordering::Equal => one(),
                std::cmp::Ordering::Less => zero(),
            };
        }
    }
    for i in 0..size {
        for j in 0..n {
            u[i * n + j] = if j >= i { lu.factors[(i, j)] } else { zero() };
        }
    }
    let mut order: Vec<usize> = (0..m).collect();
    for (i, &with) in lu.swaps.iter().enumerate() {
        order.swap(i, with);
    }
    for (at, row) in order.into_iter().enumerate() {
        rows[row] = at;
    }
}

/// See [`crate::Element::pivots`].
pub(crate) fn pivots<T: Number>(a: &[T], n: usize, diagonal: &mut [T], each: Each<'_>) -> bool {
    let lu = Lu::new(columns_of(a, n, n, each), each);
    for (i, value) in diagonal.iter_mut().enumerate() {
        *value = lu.factors[(i, i)];
    }
    lu.swaps.iter().enumerate().filter(|&(i, &with)| i != with).count() % 2 == 1
}

/// See [`crate::Element::solve`].
pub(crate) fn solve<T: Number>(
    a: &[T],
    n: usize,
    x: &mut [T],
    k: usize,
    each: Each<'_>,
) -> Result<(), Failure> {
    if n == 0 {
        return Ok(());
    }
    let lu = Lu::new(columns_of(a, n, n, each), each);
    if lu.is_singular() {
        return Err(Failure::Singular);
    }
    in_columns(x, n, k, each, |columns| lu.solve_columns(columns));
    Ok(())
}

/// Calls `work` with blocks of columns of a row-major matrix, in column-major order.
fn in_columns<T: Number>(
    x: &mut [T],
    n: usize,
    k: usize,
    each: Each<'_>,
    work: impl Fn(MatMut<'_, T>) + Sync,
) {
    if n == 0 || k == 0 {
        return;
    }
    let x = MatMut::from_row_major_slice_mut(x, n, k);
    each_columns(x, WIDTH, each, |_, block| {
        let mut columns = Mat::<T>::zeros(n, block.ncols());
        columns.copy_from(block.rb());
        work(columns.as_mut());
        copy_to_rows(columns.as_ref(), block);
    });
}

/// See [`crate::Element::inverse`].
pub(crate) fn inverse<T: Number>(
    a: &[T],
    n: usize,
    out: &mut [T],
    each: Each<'_>,
) -> Result<(), Failure> {
    if n == 0 {
        return Ok(());
    }
    let lu = Lu::new(columns_of(a, n, n, each), each);
    if lu.is_singular() {
        return Err(Failure::Singular);
    }
    let mut result = Mat::<T>::zeros(n, n);
    each_columns(result.as_mut(), WIDTH, each, |first, block| {
        let mut block = block;
        for j in 0..block.ncols() {
            block[(first + j, j)] = one();
        }
        lu.solve_columns(block);
    });
    store_rows(result.as_ref(), out, each);
    Ok(())
}

/// See [`crate::Element::solve_triangular`].
pub(crate) fn solve_triangular<T: Number>(
    a: &[T],
    n: usize,
    triangle: Triangle,
    x: &mut [T],
    k: usize,
    each: Each<'_>,
) -> Result<(), Failure> {
    if n == 0 {
        return Ok(());
    }
    if !triangle.unit && (0..n).any(|i| a[i * n + i] == zero::<T>()) {
        return Err(Failure::Singular);
    }
    let a = columns_of(a, n, n, each);
    let a = a.as_ref();
    in_columns(x, n, k, each, |columns| match (triangle.lower, triangle.unit) {
        (true, false) => triangular::solve_lower_triangular_in_place(a, columns, Par::Seq),
        (true, true) => triangular::solve_unit_lower_triangular_in_place(a, columns, Par::Seq),
        (false, false) => triangular::solve_upper_triangular_in_place(a, columns, Par::Seq),
        (false, true) => triangular::solve_unit_upper_triangular_in_place(a, columns, Par::Seq),
    });
    Ok(())
}
