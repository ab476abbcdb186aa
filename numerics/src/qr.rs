//! Factorization into a matrix with orthonormal columns and an upper triangular one, by
//! Householder's reflections in blocks.
//!
//! `H = I - V T^-1 V^H` with `V` below the diagonal and `T` upper triangular: `tau` on its
//! diagonal (infinite where nothing is reflected), products of the columns of `V` above it.

use crate::pieces::{WIDTH, columns_of, each_columns, store_rows};
use crate::{Each, Number};
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::householder as reflect;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::prelude::*;
use faer::traits::ext::ComplexFieldExt;
use faer::traits::math_utils::{conj, from_real, one, zero};
use faer::{Accum, Conj};

/// Reflections of a block.
const PANEL: usize = 32;

/// Reflections that are made one by one.
const NARROW: usize = 4;

/// The reflections of a matrix, and `R` above them.
struct Reflections<T: Number> {
    factors: Mat<T>,
    coefficients: Mat<T>,
}

impl<T: Number> Reflections<T> {
    fn new(matrix: Mat<T>, each: Each<'_>) -> Self {
        let mut factors = matrix;
        let (m, n) = factors.shape();
        let size = m.min(n);
        let mut coefficients = Mat::<T>::zeros(PANEL.min(size).max(1), size);
        let mut start = 0;
        while start < size {
            let width = PANEL.min(size - start);
            let rest = factors.as_mut().submatrix_mut(start, start, m - start, n - start);
            let (mut panel, after) = rest.split_at_col_mut(width);
            let mut t = coefficients.as_mut().submatrix_mut(0, start, width, width);
            factor_panel(panel.rb_mut(), t.rb_mut());
            let (panel, t) = (panel.rb(), t.rb());
            each_columns(after, WIDTH, each, |_, block| reflect_block(panel, t, block));
            start += width;
        }
        Reflections { factors, coefficients }
    }

    /// The first columns of the product of all reflections.
    fn orthogonal(&self, columns: usize, each: Each<'_>) -> Mat<T> {
        let m = self.factors.nrows();
        let size = self.coefficients.ncols();
        let mut q = Mat::<T>::zeros(m, columns);
        if m == 0 {
            return q;
        }
        each_columns(q.as_mut(), WIDTH, each, |first, block| {
            let mut block = block;
            let width = block.ncols();
            for j in 0..width {
                block[(first + j, j)] = one();
            }
            // Later reflections leave these columns of the identity alone.
            let used = size.min((first + width).next_multiple_of(self.coefficients.nrows()));
            if used == 0 {
                return;
            }
            let mut memory = scratch::<T>(m, self.coefficients.nrows(), width);
            reflect::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                self.factors.as_ref().subcols(0, used),
                self.coefficients.as_ref().subcols(0, used),
                Conj::No,
                block,
                Par::Seq,
                MemStack::new(&mut memory),
            );
        });
        q
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
    let turned: Vec<T> = (0..size).map(|i| turn(reflections.factors[(i, i)])).collect();
    let rows = r.len() / n.max(1);
    for i in 0..rows {
        for j in 0..n {
            let kept = i <= j && i < m;
            let value = if kept { reflections.factors[(i, j)] } else { zero() };
            r[i * n + j] = match turned.get(i) {
                Some(turn) if kept && !T::IS_REAL => *turn * value,
                _ => value,
            };
        }
    }
    let Some((q, columns)) = q else { return };
    let mut matrix = reflections.orthogonal(columns, each);
    if !T::IS_REAL {
        for (j, turn) in turned.iter().enumerate() {
            let turn = conj(turn);
            matrix.as_mut().col_mut(j).iter_mut().for_each(|v| *v *= turn);
        }
    }
    store_rows(matrix.as_ref(), q, each);
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
