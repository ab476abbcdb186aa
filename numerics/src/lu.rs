//! Factorization into a permutation, a lower and an upper triangular matrix by Gaussian
//! elimination with partial pivoting, and what is computed with it.
//!
//! Right-looking over panels of columns; a panel is factored by recursion, the columns to its
//! right are brought up to date block by block. A pivot that is exactly zero is left where it is
//! (nothing lies below it), as LAPACK does, so that the factors of a singular matrix are finite.
//!
//! A panel of `L` keeps the order of rows that its own swaps made; the later ones follow when it is
//! given away. So right-hand sides go through the steps that columns of the matrix go through, and
//! these are all of blocks on one grid: each element goes through the same operations however many
//! columns are at hand.

use crate::pieces::{
    WIDTH, column_mut, columns_of, copy_to_rows, each_columns, each_rows, store_rows,
};
use crate::{Each, Failure, Number, Triangle, in_order};
use faer::Accum;
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve as triangular;
use faer::prelude::*;
use faer::traits::math_utils::{abs1, one, zero};

/// Columns of a panel, and of the blocks that are brought up to date with it.
pub(crate) const PANEL: usize = 64;

/// Rows of a block.
pub(crate) const ROWS: usize = 256;

/// Columns that are eliminated one by one.
const NARROW: usize = 8;

/// Both factors in one matrix, a panel of `L` in the order of rows that its own swaps made, and the
/// row that each row was swapped with, relative to it, in this order.
pub(crate) struct Lu<T: Number> {
    factors: Mat<T>,
    swaps: Vec<usize>,
}

impl<T: Number> Lu<T> {
    /// Factors a column-major matrix.
    pub(crate) fn new(matrix: Mat<T>, each: Each<'_>) -> Lu<T> {
        let mut factors = matrix;
        let (m, n) = factors.shape();
        let mut swaps = vec![0; m.min(n)];
        factor_columns(factors.as_mut(), 0, &mut swaps, each);
        Lu { factors, swaps }
    }

    /// Whether a pivot is zero.
    fn is_singular(&self) -> bool {
        (0..self.swaps.len()).any(|i| self.factors[(i, i)] == zero::<T>())
    }

    /// Replaces columns of right-hand sides by the solutions.
    pub(crate) fn solve_columns(&self, columns: MatMut<'_, T>) {
        let mut columns = columns;
        let n = self.factors.nrows();
        each_columns(columns.rb_mut(), PANEL, &in_order, |_, block| {
            let mut block = block;
            for (k, swaps) in self.swaps.chunks(PANEL).enumerate() {
                let at = k * PANEL;
                let panel = self.factors.as_ref().submatrix(at, at, n - at, swaps.len());
                let mut rest = block.rb_mut().subrows_mut(at, n - at);
                swap_rows(rest.rb_mut(), swaps);
                eliminate(panel, rest);
            }
            for (k, swaps) in self.swaps.chunks(PANEL).enumerate().rev() {
                let at = k * PANEL;
                let (above, mut now) =
                    block.rb_mut().subrows_mut(0, at + swaps.len()).split_at_row_mut(at);
                let panel = self.factors.as_ref().subcols(at, swaps.len());
                let diagonal = panel.subrows(at, swaps.len());
                triangular::solve_upper_triangular_in_place(diagonal, now.rb_mut(), Par::Seq);
                subtract(panel.subrows(0, at), now.rb(), above);
            }
        });
    }
}

/// Factors the columns from `first` on, the number of a panel's first column, which were brought up
/// to date with all columns before them; `swaps` are those of their rows.
fn factor_columns<T: Number>(
    columns: MatMut<'_, T>,
    first: usize,
    swaps: &mut [usize],
    each: Each<'_>,
) {
    let mut columns = columns;
    let (m, n) = columns.shape();
    for (k, swaps) in swaps.chunks_mut(PANEL).enumerate() {
        let (start, row) = (k * PANEL, first + k * PANEL);
        let rest = columns.rb_mut().submatrix_mut(row, start, m - row, n - start);
        let (mut panel, after) = rest.split_at_col_mut(swaps.len());
        factor_panel(panel.rb_mut(), swaps);
        let (panel, swaps) = (panel.rb(), &*swaps);
        each_columns(after, PANEL, each, |_, block| {
            let mut block = block;
            swap_rows(block.rb_mut(), swaps);
            eliminate(panel, block);
        });
    }
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

/// Subtracts `left right` from a block, so many rows at a time.
fn subtract<T: Number>(left: MatRef<'_, T>, right: MatRef<'_, T>, block: MatMut<'_, T>) {
    each_rows(block, ROWS, &in_order, |at, rows| {
        let left = left.subrows(at, rows.nrows());
        if rows.nrows() == 1 {
            return subtract_row(left, right, rows);
        }
        matmul(rows, Accum::Add, left, right, -one::<T>(), Par::Seq);
    });
}

/// The same for a single row, in an order that does not depend on how far apart its elements lie.
fn subtract_row<T: Number>(left: MatRef<'_, T>, right: MatRef<'_, T>, row: MatMut<'_, T>) {
    let mut row = row;
    for j in 0..row.ncols() {
        let products = (0..left.ncols()).map(|k| left[(0, k)] * right[(k, j)]);
        row[(0, j)] = products.fold(row[(0, j)], |value, product| value - product);
    }
}

/// Subtracts from a block right of a panel what the panel's columns eliminate; its top rows
/// become rows of `U`.
fn eliminate<T: Number>(panel: MatRef<'_, T>, block: MatMut<'_, T>) {
    let (lower, below) = panel.split_at_row(panel.ncols());
    let (mut top, bottom) = block.split_at_row_mut(panel.ncols());
    triangular::solve_unit_lower_triangular_in_place(lower, top.rb_mut(), Par::Seq);
    subtract(below, top.rb(), bottom);
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
    let mut lu = Lu::new(columns_of(a, m, n, each), each);
    let size = m.min(n);
    let swaps = &lu.swaps;
    each_columns(lu.factors.as_mut(), PANEL, each, |first, block| {
        let done = (first + PANEL).min(size);
        swap_rows(block.subrows_mut(done, m - done), &swaps[done..]);
    });
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
    for (i, &down) in lu.swaps.iter().enumerate() {
        order.swap(i, i + down);
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
    lu.swaps.iter().filter(|&&down| down != 0).count() % 2 == 1
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

/// Columns of a matrix one after the other, for the steps of the factorization: see
/// [`crate::Element::lu_factor`].
fn tall<T: Number>(columns: &mut [T], height: usize) -> MatMut<'_, T> {
    let width = columns.len() / height.max(1);
    MatMut::from_column_major_slice_mut(columns, height, width)
}

/// See [`crate::Element::lu_factor`].
pub(crate) fn factor_block<T: Number>(
    (columns, height): (&mut [T], usize),
    first: usize,
    swaps: &mut [usize],
    each: Each<'_>,
) {
    factor_columns(tall(columns, height), first, swaps, each);
}

/// See [`crate::Element::lu_top`].
pub(crate) fn top<T: Number>(
    (columns, height): (&mut [T], usize),
    at: usize,
    diagonal: &[T],
    swaps: &[usize],
    each: Each<'_>,
) {
    let diagonal = MatRef::from_column_major_slice(diagonal, swaps.len(), swaps.len());
    each_columns(tall(columns, height), PANEL, each, |_, block| {
        let mut rest = block.subrows_mut(at, height - at);
        swap_rows(rest.rb_mut(), swaps);
        let top = rest.subrows_mut(0, swaps.len());
        triangular::solve_unit_lower_triangular_in_place(diagonal, top, Par::Seq);
    });
}

/// See [`crate::Element::lu_bottom`].
pub(crate) fn bottom<T: Number>(
    (columns, height): (&mut [T], usize),
    at: usize,
    diagonal: &[T],
    width: usize,
    each: Each<'_>,
) {
    let diagonal = MatRef::from_column_major_slice(diagonal, width, width);
    each_columns(tall(columns, height), PANEL, each, |_, block| {
        let now = block.subrows_mut(at, width);
        triangular::solve_upper_triangular_in_place(diagonal, now, Par::Seq);
    });
}

/// See [`crate::Element::lu_subtract`].
pub(crate) fn subtract_piece<T: Number>(
    (columns, height): (&mut [T], usize),
    at: (usize, usize),
    piece: &[T],
    first: usize,
    each: Each<'_>,
) {
    let (at, width) = at;
    let rows = piece.len() / width.max(1);
    let piece = MatRef::from_column_major_slice(piece, rows, width);
    each_columns(tall(columns, height), PANEL, each, |_, block| {
        let (above, rest) = block.split_at_row_mut(at);
        let (now, below) = rest.split_at_row_mut(width);
        let target = match first < at {
            true => above.subrows_mut(first, rows),
            false => below.subrows_mut(first - at - width, rows),
        };
        subtract(piece, now.rb(), target);
    });
}
