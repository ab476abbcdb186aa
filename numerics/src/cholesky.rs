//! Cholesky's factorization: right-looking, in blocks, in place in row-major order.

use crate::pieces::each_rows;
use crate::{Each, Failure, Number};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{self, LltParams, LltRegularization};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place_with_conj;
use faer::prelude::*;
use faer::traits::ext::ComplexFieldExt;
use faer::traits::math_utils::{one, zero};
use faer::{Accum, Auto, Conj, Spec};

/// Rows and columns of a block.
const BLOCK: usize = 128;

/// See [`crate::Element::cholesky`].
pub(crate) fn factor<T: Number>(a: &mut [T], n: usize, each: Each<'_>) -> Result<(), Failure> {
    if n == 0 {
        return Ok(());
    }
    let mut start = 0;
    while start < n {
        let size = BLOCK.min(n - start);
        let matrix = MatMut::from_row_major_slice_mut(a, n, n);
        let rest = matrix.submatrix_mut(start, start, n - start, n - start);
        let (left, right) = rest.split_at_col_mut(size);
        let (top, mut panel) = left.split_at_row_mut(size);
        let diagonal = diagonal_block(top)?;
        each_rows(panel.rb_mut(), BLOCK, each, |_, rows| {
            solve_lower_triangular_in_place_with_conj(
                diagonal.as_ref(),
                Conj::Yes,
                rows.transpose_mut(),
                Par::Seq,
            );
        });
        let panel = panel.rb();
        let trailing = right.split_at_row_mut(size).1;
        each_rows(trailing, BLOCK, each, |first, rows| {
            let height = rows.nrows();
            let target = rows.subcols_mut(0, first + height);
            let lhs = panel.subrows(first, height);
            let rhs = panel.subrows(0, first + height).adjoint();
            matmul(target, Accum::Add, lhs, rhs, -one::<T>(), Par::Seq);
        });
        start += size;
    }
    for (i, row) in a.chunks_exact_mut(n).enumerate() {
        row[i + 1..].fill(zero());
    }
    Ok(())
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
