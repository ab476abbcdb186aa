//! Factorization into a matrix with orthonormal columns and an upper triangular one, by
//! Householder's reflections in blocks.
//!
//! `H = I - V T^-1 V^H` with `V` below the diagonal and `T` upper triangular: `tau` on its
//! diagonal (infinite where nothing is reflected), products of the columns of `V` above it.
//!
//! Panels of reflections, and the blocks of columns that they reflect, lie on one grid: each element
//! goes through the same operations however many columns are at hand.

use crate::pieces::{column_mut, columns_of, each_columns, store_rows};
use crate::{Each, Number};
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::householder as reflect;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::prelude::*;
use faer::traits::ext::ComplexFieldExt;
use faer::traits::math_utils::{conj, from_real, one, zero};
use faer::{Accum, Conj};

/// Reflections of a panel.
pub(crate) const PANEL: usize = 32;

/// Columns of the blocks that are reflected: whole panels.
pub(crate) const BLOCK: usize = 64;

/// Reflections that are made one by one.
const NARROW: usize = 4;

/// The reflections of a matrix, and `R` above them.
struct Reflections<T: Number> {
    factors: Mat<T>,
    /// `T` of one panel after the other.
    coefficients: Mat<T>,
}

impl<T: Number> Reflections<T> {
    fn new(matrix: Mat<T>, each: Each<'_>) -> Self {
        let mut factors = matrix;
        let (m, n) = factors.shape();
        let mut coefficients = Mat::<T>::zeros(PANEL, m.min(n));
        factor_columns(factors.as_mut(), 0, coefficients.as_mut(), each);
        Reflections { factors, coefficients }
    }

    /// The first columns of the product of all reflections.
    fn orthogonal(&self, columns: usize, each: Each<'_>) -> Mat<T> {
        let m = self.factors.nrows();
        let size = self.coefficients.ncols();
        let mut q = Mat::<T>::zeros(m, columns);
        each_columns(q.as_mut(), BLOCK, each, |first, block| {
            let mut block = block;
            for j in 0..block.ncols() {
                block[(first + j, j)] = one();
            }
            // Later reflections leave these columns of the identity alone.
            let used = size.min(first + BLOCK);
            for at in (0..used).step_by(PANEL).rev() {
                let width = PANEL.min(size - at);
                let panel = self.factors.as_ref().submatrix(at, at, m - at, width);
                let t = self.coefficients.as_ref().submatrix(0, at, width, width);
                reflect_back(panel, t, block.rb_mut().subrows_mut(at, m - at));
            }
        });
        q
    }
}

/// Factors the columns from `first` on, the number of a panel's first column, which were reflected
/// by all panels before them; `coefficients` are those of their panels.
fn factor_columns<T: Number>(
    columns: MatMut<'_, T>,
    first: usize,
    coefficients: MatMut<'_, T>,
    each: Each<'_>,
) {
    let (mut columns, mut coefficients) = (columns, coefficients);
    let (m, n) = columns.shape();
    let size = coefficients.ncols();
    for start in (0..size).step_by(PANEL) {
        let (row, width) = (first + start, PANEL.min(size - start));
        let rest = columns.rb_mut().submatrix_mut(row, start, m - row, n - start);
        let (mut panel, after) = rest.split_at_col_mut(width);
        let mut t = coefficients.rb_mut().submatrix_mut(0, start, width, width);
        factor_panel(panel.rb_mut(), t.rb_mut());
        let (panel, t) = (panel.rb(), t.rb());
        // The rest of the block in which the panel lies.
        let rest = (start + width).next_multiple_of(BLOCK) - start - width;
        let (same, after) = after.split_at_col_mut(rest.min(n - start - width));
        each_columns(same, BLOCK, each, |_, block| reflect_block(panel, t, block));
        each_columns(after, BLOCK, each, |_, block| reflect_block(panel, t, block));
    }
}

fn scratch<T: Number>(rows: usize, reflections: usize, columns: usize) -> MemBuffer {
    let need: StackReq = reflect::apply_block_householder_on_the_left_in_place_scratch::<T>(
        rows,
        reflections,
        columns,
    );
    MemBuffer::new(need)
}

/// Applies the adjoint of a block of reflections.
fn reflect_block<T: Number>(v: MatRef<'_, T>, t: MatRef<'_, T>, block: MatMut<'_, T>) {
    let mut memory = scratch::<T>(v.nrows(), v.ncols(), block.ncols());
    reflect::apply_block_householder_transpose_on_the_left_in_place_with_conj(
        v,
        t,
        Conj::Yes,
        block,
        Par::Seq,
        MemStack::new(&mut memory),
    );
}

/// Applies a block of reflections.
fn reflect_back<T: Number>(v: MatRef<'_, T>, t: MatRef<'_, T>, block: MatMut<'_, T>) {
    let mut memory = scratch::<T>(v.nrows(), v.ncols(), block.ncols());
    reflect::apply_block_householder_on_the_left_in_place_with_conj(
        v,
        t,
        Conj::No,
        block,
        Par::Seq,
        MemStack::new(&mut memory),
    );
}

/// Reflects the columns of a panel onto the upper triangle; `t` gets the coefficients.
fn factor_panel<T: Number>(panel: MatMut<'_, T>, t: MatMut<'_, T>) {
    let (mut panel, mut t) = (panel, t);
    let width = panel.ncols();
    if width == 1 {
        let (head, tail) = panel.split_at_row_mut(1);
        let (mut head, mut tail) = (head, tail.col_mut(0));
        let info = reflect::make_householder_in_place(&mut head[(0, 0)], tail.rb_mut());
        t[(0, 0)] = from_real(&info.tau);
        if !t[(0, 0)].is_finite() && !t[(0, 0)].is_nan() {
            tail.fill(zero());
        }
        return;
    }
    let half = if width <= NARROW { 1 } else { width / 2 };
    let (mut left, mut right) = panel.rb_mut().split_at_col_mut(half);
    let (t0, mut t01, _, t1) = t.rb_mut().split_at_mut(half, half);
    let mut t0 = t0;
    factor_panel(left.rb_mut(), t0.rb_mut());
    reflect_block(left.rb(), t0.rb(), right.rb_mut());
    let rows = right.nrows() - half;
    let mut below = right.subrows_mut(half, rows);
    factor_panel(below.rb_mut(), t1);
    let v0 = left.rb().subrows(half, rows);
    let v1 = below.rb();
    let others = width - half;
    triangular::matmul(
        t01.rb_mut(),
        BlockStructure::Rectangular,
        Accum::Replace,
        v0.subrows(0, others).adjoint(),
        BlockStructure::Rectangular,
        v1.subrows(0, others),
        BlockStructure::UnitTriangularLower,
        one::<T>(),
        Par::Seq,
    );
    let tail = rows - others;
    matmul(
        t01,
        Accum::Add,
        v0.subrows(others, tail).adjoint(),
        v1.subrows(others, tail),
        one::<T>(),
        Par::Seq,
    );
}

/// See [`crate::Element::qr`].
pub(crate) fn factors<T: Number>(
    a: &[T],
    (m, n): (usize, usize),
    q: Option<(&mut [T], usize)>,
    r: &mut [T],
    each: Each<'_>,
) {
    let size = m.min(n);
    let reflections = Reflections::new(columns_of(a, m, n, each), each);
    let diagonal: Vec<T> = (0..size).map(|i| reflections.factors[(i, i)]).collect();
    for (i, row) in r.chunks_exact_mut(n.max(1)).enumerate() {
        for (j, value) in row.iter_mut().enumerate().skip(i) {
            *value = reflections.factors[(i, j)];
        }
    }
    upper((r, n), (0, 0), &diagonal);
    let Some((q, columns)) = q else { return };
    let mut matrix = reflections.orthogonal(columns, each);
    turn_columns(matrix.as_mut(), &diagonal);
    store_rows(matrix.as_ref(), q, each);
}

/// See [`crate::Element::qr_upper`].
pub(crate) fn upper<T: Number>(
    (block, columns): (&mut [T], usize),
    (first, at): (usize, usize),
    diagonal: &[T],
) {
    for (i, row) in block.chunks_exact_mut(columns.max(1)).enumerate() {
        let i = first + i;
        let below = i.saturating_sub(at).min(columns);
        row[..below].fill(zero());
        if let Some(turn) = diagonal.get(i).map(|&d| turn(d)).filter(|_| !T::IS_REAL) {
            row[below..].iter_mut().for_each(|value| *value = turn * *value);
        }
    }
}

/// Makes columns of the product of all reflections those of `Q`, given the elements of the diagonal
/// that belong to them.
fn turn_columns<T: Number>(columns: MatMut<'_, T>, diagonal: &[T]) {
    let mut columns = columns;
    if T::IS_REAL {
        return;
    }
    for (j, &d) in diagonal.iter().enumerate().take(columns.ncols()) {
        let turn = conj(&turn(d));
        column_mut(columns.rb_mut(), j).iter_mut().for_each(|v| *v *= turn);
    }
}

/// Columns of a matrix one after the other, each of so many elements.
fn tall<T: Number>(columns: &mut [T], height: usize) -> MatMut<'_, T> {
    let width = columns.len() / height.max(1);
    MatMut::from_column_major_slice_mut(columns, height, width)
}

/// See [`crate::Element::qr_factor`].
pub(crate) fn factor_block<T: Number>(
    (columns, height): (&mut [T], usize),
    first: usize,
    coefficients: &mut [T],
    each: Each<'_>,
) {
    factor_columns(tall(columns, height), first, tall(coefficients, PANEL), each);
}

/// See [`crate::Element::qr_reflect`].
pub(crate) fn reflect_columns<T: Number>(
    (columns, height): (&mut [T], usize),
    at: usize,
    panel: &[T],
    coefficients: &[T],
    back: bool,
    each: Each<'_>,
) {
    let width = coefficients.len() / PANEL;
    let panel = MatRef::from_column_major_slice(panel, height - at, width);
    let t = MatRef::from_column_major_slice(coefficients, PANEL, width).subrows(0, width);
    each_columns(tall(columns, height), BLOCK, each, |_, block| {
        let block = block.subrows_mut(at, height - at);
        match back {
            true => reflect_back(panel, t, block),
            false => reflect_block(panel, t, block),
        }
    });
}

/// See [`crate::Element::qr_turn`].
pub(crate) fn turn_block<T: Number>((columns, height): (&mut [T], usize), diagonal: &[T]) {
    turn_columns(tall(columns, height), diagonal);
}

/// The square upper triangle of the factorization of a matrix with no fewer rows than columns, up to
/// the phases of its rows.
pub(crate) fn triangle<T: Number>(matrix: Mat<T>, each: Each<'_>) -> Mat<T> {
    let factors = Reflections::new(matrix, each).factors;
    let n = factors.ncols();
    Mat::from_fn(n, n, |i, j| if i <= j { factors[(i, j)] } else { zero() })
}

/// What makes a diagonal element real when it is multiplied by it, of the sign that its real part
/// has; 1 for what is real.
fn turn<T: Number>(value: T) -> T {
    use faer::traits::math_utils::{abs, imag, mul_real, real, recip};
    let size = abs(&value);
    if T::IS_REAL || imag(&value) == zero() || size == zero() || !value.is_finite() {
        return one();
    }
    let unit = mul_real(&conj(&value), &recip(&size));
    if real(&value) < zero() { -unit } else { unit }
}
