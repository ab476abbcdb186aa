//! Cholesky's factorization: right-looking, in tiles, in place in row-major order; and its steps for
//! matrices that are at hand block by block.

use crate::pieces::{each_columns, each_rows};
use crate::{Each, Failure, Number, in_order};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{self, LltParams, LltRegularization};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place_with_conj;
use faer::prelude::*;
use faer::traits::ext::ComplexFieldExt;
use faer::traits::math_utils::{one, zero};
use faer::{Accum, Auto, Conj, Spec};

/// Rows and columns of a tile. All products are of tiles on one grid, so that each element goes
/// through the same operations however much of the matrix is at hand.
pub(crate) const TILE: usize = 128;

/// See [`crate::Element::cholesky`].
pub(crate) fn factor<T: Number>(a: &mut [T], n: usize, each: Each<'_>) -> Result<(), Failure> {
    if n == 0 {
        return Ok(());
    }
    let mut start = 0;
    while start < n {
        let size = TILE.min(n - start);
        let matrix = MatMut::from_row_major_slice_mut(a, n, n);
        let rest = matrix.submatrix_mut(start, start, n - start, n - start);
        let (left, right) = rest.split_at_col_mut(size);
        let (top, mut panel) = left.split_at_row_mut(size);
        let diagonal = diagonal_block(top)?;
        divide(panel.rb_mut(), diagonal.as_ref(), each);
        let panel = panel.rb();
        subtract(right.split_at_row_mut(size).1, panel, panel, true, each);
        start += size;
    }
    for (i, row) in a.chunks_exact_mut(n).enumerate() {
        row[i + 1..].fill(zero());
    }
    Ok(())
}

/// See [`crate::Element::cholesky_subtract`].
pub(crate) fn subtract_panels<T: Number>(
    block: (&mut [T], usize),
    left: &[T],
    right: &[T],
    lower: bool,
    each: Each<'_>,
) {
    let (block, columns) = block;
    let rows = block.len() / columns.max(1);
    let depth = right.len() / columns.max(1);
    subtract(
        MatMut::from_row_major_slice_mut(block, rows, columns),
        MatRef::from_row_major_slice(left, rows, depth),
        MatRef::from_row_major_slice(right, columns, depth),
        lower,
        each,
    );
}

/// See [`crate::Element::cholesky_divide`].
pub(crate) fn divide_panel<T: Number>(
    block: (&mut [T], usize),
    at: usize,
    panel: &[T],
    each: Each<'_>,
) {
    let (block, columns) = block;
    let rows = block.len() / columns.max(1);
    let width = panel.len() / (columns - at).max(1);
    let panel = MatRef::from_row_major_slice(panel, columns - at, width);
    let (top, below) = panel.split_at_row(width);
    let mut diagonal = Mat::<T>::zeros(width, width);
    diagonal.copy_from_triangular_lower(top);
    let block = MatMut::from_row_major_slice_mut(block, rows, columns).split_at_col_mut(at).1;
    let (mut now, later) = block.split_at_col_mut(width);
    divide(now.rb_mut(), diagonal.as_ref(), each);
    subtract(later, now.rb(), below, false, each);
}

/// Makes the rows of a panel those `X` with `X L^H = panel`, for the factor of a tile in
/// column-major order.
fn divide<T: Number>(panel: MatMut<'_, T>, diagonal: MatRef<'_, T>, each: Each<'_>) {
    each_rows(panel, TILE, each, |_, rows| {
        solve_lower_triangular_in_place_with_conj(
            diagonal,
            Conj::Yes,
            rows.transpose_mut(),
            Par::Seq,
        );
    });
}

/// Subtracts `left right^H` tile by tile, where `lower` from the tiles that meet the lower triangle
/// only.
fn subtract<T: Number>(
    target: MatMut<'_, T>,
    left: MatRef<'_, T>,
    right: MatRef<'_, T>,
    lower: bool,
    each: Each<'_>,
) {
    each_rows(target, TILE, each, |first, rows| {
        let height = rows.nrows();
        let left = left.subrows(first, height);
        let end = if lower { first + height } else { right.nrows() };
        each_columns(rows.subcols_mut(0, end), TILE, &in_order, |at, tile| {
            let right = right.subrows(at, tile.ncols()).adjoint();
            matmul(tile, Accum::Add, left, right, -one::<T>(), Par::Seq);
        });
    });
}

/// Factors a block of the diagonal; gives its factor in column-major order.
fn diagonal_block<T: Number>(block: MatMut<'_, T>) -> Result<Mat<T>, Failure> {
    let mut block = block;
    let size = block.nrows();
    let mut copy = Mat::<T>::zeros(size, size);
    copy.copy_from_triangular_lower(block.rb());
    let params = Spec::<LltParams, T>::new(Auto::<T>::auto());
    let mut memory = MemBuffer::new(factor::cholesky_in_place_scratch::<T>(size, Par::Seq, params));
    factor::cholesky_in_place(
        copy.as_mut(),
        LltRegularization::default(),
        Par::Seq,
        MemStack::new(&mut memory),
        params,
    )
    .map_err(|_| Failure::NotPositiveDefinite)?;
    if (0..size).any(|i| !copy[(i, i)].is_finite()) {
        return Err(Failure::NotPositiveDefinite);
    }
    block.copy_from_triangular_lower(copy.as_ref());
    Ok(copy)
}
