//! Blocks of columns, and changes between row- and column-major order.

use crate::{Each, Number};
use faer::prelude::*;
use std::sync::Mutex;

/// Columns that are worked on together.
pub(crate) const WIDTH: usize = 128;

/// Columns that are read or written side by side when the order changes: a cache line of float64.
const LINE: usize = 8;

/// Blocks of `width` columns, each with the number of its first.
pub(crate) fn columns_from<T>(matrix: MatMut<'_, T>, width: usize) -> Vec<(usize, MatMut<'_, T>)> {
    let mut blocks = vec![];
    let mut rest = matrix;
    while rest.ncols() > 0 {
        let size = width.min(rest.ncols());
        let (block, others) = rest.split_at_col_mut(size);
        blocks.push((blocks.len() * width, block));
        rest = others;
    }
    blocks
}

/// Calls `work` with each block of `width` columns and the number of its first.
pub(crate) fn each_columns<T: Number>(
    matrix: MatMut<'_, T>,
    width: usize,
    each: Each<'_>,
    work: impl Fn(usize, MatMut<'_, T>) + Sync,
) {
    let blocks: Vec<_> =
        columns_from(matrix, width).into_iter().map(|b| Mutex::new(Some(b))).collect();
    each(blocks.len(), &|i| {
        let block = blocks[i].lock().ok().and_then(|mut b| b.take());
        if let Some((first, block)) = block {
            work(first, block);
        }
    });
}

/// Calls `work` with each block of `height` rows and the number of its first.
pub(crate) fn each_rows<T: Number>(
    matrix: MatMut<'_, T>,
    height: usize,
    each: Each<'_>,
    work: impl Fn(usize, MatMut<'_, T>) + Sync,
) {
    each_columns(matrix.transpose_mut(), height, each, |first, block| {
        work(first, block.transpose_mut());
    });
}

/// The elements of a column.
pub(crate) fn column<T: Number>(matrix: MatRef<'_, T>, j: usize) -> &[T] {
    matrix.col(j).try_as_col_major().expect("columns lie together").as_slice()
}

/// The elements of a column, to be changed.
pub(crate) fn column_mut<T: Number>(matrix: MatMut<'_, T>, j: usize) -> &mut [T] {
    matrix.col_mut(j).try_as_col_major_mut().expect("columns lie together").as_slice_mut()
}

/// A row-major matrix in column-major order.
pub(crate) fn columns_of<T: Number>(a: &[T], m: usize, n: usize, each: Each<'_>) -> Mat<T> {
    let mut matrix = Mat::<T>::zeros(m, n);
    if m == 0 || n == 0 {
        return matrix;
    }
    each_columns(matrix.as_mut(), WIDTH, each, |first, block| {
        let mut columns: Vec<&mut [T]> = vec![];
        let mut rest = block;
        while rest.ncols() > 0 {
            let (one, others) = rest.split_at_col_mut(1);
            columns.push(column_mut(one, 0));
            rest = others;
        }
        for (group, columns) in columns.chunks_mut(LINE).enumerate() {
            let at = first + group * LINE;
            for (i, row) in a.chunks_exact(n).enumerate() {
                for (column, &value) in columns.iter_mut().zip(&row[at..]) {
                    column[i] = value;
                }
            }
        }
    });
    matrix
}

/// Writes a column-major matrix to a row-major one of the same size.
pub(crate) fn copy_to_rows<T: Number>(from: MatRef<'_, T>, to: MatMut<'_, T>) {
    let mut to = to;
    let columns: Vec<&[T]> = (0..from.ncols()).map(|j| column(from, j)).collect();
    for (group, columns) in columns.chunks(LINE).enumerate() {
        let at = group * LINE;
        for i in 0..from.nrows() {
            let row = to.rb_mut().row_mut(i).try_as_row_major_mut().expect("rows lie together");
            for (value, column) in row.as_slice_mut()[at..].iter_mut().zip(columns) {
                *value = column[i];
            }
        }
    }
}

/// Writes a column-major matrix as a row-major one, block by block.
pub(crate) fn store_rows<T: Number>(from: MatRef<'_, T>, out: &mut [T], each: Each<'_>) {
    let (m, n) = from.shape();
    if m == 0 || n == 0 {
        return;
    }
    let out = MatMut::from_row_major_slice_mut(out, m, n);
    each_columns(out, WIDTH, each, |first, block| {
        copy_to_rows(from.subcols(first, block.ncols()), block);
    });
}

/// Rows and columns that are transposed together.
const SIDE: usize = 16;

/// Writes the transpose of an `[m, n]` matrix. Both are row-major, given with the distance from one
/// row to the next.
pub fn transpose<T: Copy>(
    (m, n): (usize, usize),
    (from, stride): (&[T], usize),
    (to, step): (&mut [T], usize),
) {
    for top in (0..m).step_by(SIDE) {
        let tall = SIDE.min(m - top);
        for left in (0..n).step_by(SIDE) {
            let wide = SIDE.min(n - left);
            for i in top..top + tall {
                let row = &from[i * stride + left..][..wide];
                for (j, &value) in row.iter().enumerate() {
                    to[(left + j) * step + i] = value;
                }
            }
        }
    }
}
