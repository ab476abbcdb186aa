//! Products of matrices and tensors.

use super::args::{self, Result};
use crate::array::Array;
use crate::array::build;
use crate::array::contract;
use crate::array::create::sizes_arg;
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::scalars::integer;
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::shape::{Dim, Dims};

rows! {
    "matmul" ("x1, x2") matmul, true,
        "The matrix product x1 @ x2: vectors are rows on the left and columns on the right, leading axes broadcast."
        "matmul([[1, 2], [3, 4]], [1, 1])" => "[3 7]";
    "tensordot" ("x1, x2, [[]]axes=2") tensordot, true,
        "The sum of products over the last axes of x1 and the first of x2, or over the given pairs of axes."
        "tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]])" => "5";
    "linalg.multi_dot" ("[]arrays") multi_dot, false,
        "The product of several matrices, in the order of the fewest operations. The first and the last may be vectors."
        "linalg.multi_dot([[1, 2], [[1, 0], [0, 1]], [1, 1]])" => "3";
}

fn matmul(cx: &mut dyn Context, a: &[Value]) -> Result {
    contract::matmul(cx, &a[0], &a[1])
}

fn multi_dot(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(arrays) = args::arrays(cx, a, 0)? else { return Ok(Value::ANY) };
    let last = arrays.len().saturating_sub(1);
    for (i, array) in arrays.iter().enumerate() {
        let vector = array.ndim() == 1 && (i == 0 || i == last);
        if array.ndim() != 2 && !vector {
            return Err(Failure::new(
                "E0167",
                "the factors are matrices, the first and last perhaps vectors",
            )
            .at(0, array_type(array))
            .note(format!("factor {i} is {}", array_type(array)))
            .into());
        }
    }
    for (i, pair) in arrays.windows(2).enumerate() {
        let (columns, rows) = (pair[0].dims()[pair[0].ndim() - 1], pair[1].dims()[0]);
        if let (Dim::Known(columns), Dim::Known(rows)) = (columns, rows)
            && columns != rows
        {
            let (left, right) = (array_type(&pair[0]), array_type(&pair[1]));
            return Err(Failure::new("E0166", "the inner sizes of a matrix product differ")
                .at(0, format!("{left}, then {right}"))
                .note(format!("{columns} columns of factor {i} against {rows} rows of the next"))
                .into());
        }
    }
    let splits = chain_order(&chain_sizes(&arrays));
    match arrays.is_empty() {
        true => Err(Failure::new("E0182", "there is nothing to multiply").into()),
        false => chained(cx, &arrays, &splits, (0, last)),
    }
}

/// The rows of the first matrix of a chain, and the columns of each; a vector is one row or column,
/// and a size that is not known counts as 1.
fn chain_sizes(arrays: &[Array]) -> Vec<f64> {
    let size = |dim: Dim| if let Dim::Known(n) = dim { n as f64 } else { 1.0 };
    let mut sizes = vec![];
    for (i, array) in arrays.iter().enumerate() {
        let dims = array.dims();
        let row = i == 0 && dims.len() == 1 && arrays.len() > 1;
        if i == 0 {
            sizes.push(if row { 1.0 } else { size(dims[0]) });
        }
        sizes.push(if dims.len() == 2 || row { size(dims[dims.len() - 1]) } else { 1.0 });
    }
    sizes
}

/// Where the last product of the matrices `i ..= j` of a chain stands in the cheapest order, by
/// dynamic programming over all runs of neighbours (T. C. Hu and M. T. Shing, Computation of matrix
/// chain products, 1982, on the problem).
fn chain_order(sizes: &[f64]) -> Vec<Vec<usize>> {
    let n = sizes.len().saturating_sub(1);
    let mut cost = vec![vec![0.0; n]; n];
    let mut split = vec![vec![0; n]; n];
    for length in 1..n {
        for i in 0..n - length {
            let j = i + length;
            let of = |at: usize, cost: &[Vec<f64>]| {
                cost[i][at] + cost[at + 1][j] + sizes[i] * sizes[at + 1] * sizes[j + 1]
            };
            let best = (i..j).min_by(|&a, &b| of(a, &cost).total_cmp(&of(b, &cost)));
            split[i][j] = best.unwrap_or(i);
            cost[i][j] = of(split[i][j], &cost);
        }
    }
    split
}

/// The product of the matrices of a range, in that order.
fn chained(
    cx: &mut dyn Context,
    arrays: &[Array],
    splits: &[Vec<usize>],
    (first, last): (usize, usize),
) -> Result {
    if first == last {
        return Ok(Value::Array(arrays[first].clone()));
    }
    let at = splits[first][last];
    let left = chained(cx, arrays, splits, (first, at))?;
    let right = chained(cx, arrays, splits, (at + 1, last))?;
    contract::matmul(cx, &left, &right)
}

fn tensordot(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let (left, right) = (args::array(cx, a, 0)?, args::array(cx, a, 1)?);
    let Some((summed, with)) = pairs(cx, a, &left, &right)? else { return Ok(Value::ANY) };
    check_pairs(&left, &right, &summed, &with)?;
    let others = |array: &Array, used: &[usize]| -> Vec<usize> {
        (0..array.ndim()).filter(|axis| !used.contains(axis)).collect()
    };
    let (rows, columns) = (others(&left, &summed), others(&right, &with));
    let mut dims: Dims = rows.iter().map(|&i| left.dims()[i]).collect();
    dims.extend(columns.iter().map(|&i| right.dims()[i]));
    let left_matrix = matrix(cx, &left, &rows, &summed)?;
    let right_matrix = matrix(cx, &right, &with, &columns)?;
    let product = contract::matmul(cx, &Value::Array(left_matrix), &Value::Array(right_matrix))?;
    match product {
        Value::Array(product) => build::reshape(&product, dims).map(Value::Array),
        other => Ok(other),
    }
}

/// Which axes of the first array are summed against which of the second.
#[allow(clippy::type_complexity, reason = "a pair of lists")]
fn pairs(
    cx: &mut dyn Context,
    a: &[Value],
    left: &Array,
    right: &Array,
) -> Outcome<Option<(Vec<usize>, Vec<usize>)>> {
    if let Value::Tuple(both) = &a[2] {
        let [one, two] = &both[..] else {
            let wanted = "a number of axes, or the axes of both arrays";
            return Err(faults::argument(2, &a[2], wanted).into());
        };
        let (one, two) = (axes_of(cx, left, one)?, axes_of(cx, right, two)?);
        return Ok(one.zip(two));
    }
    let Some(n) = integer(cx, 2, &a[2])? else { return Ok(None) };
    let most = left.ndim().min(right.ndim());
    match usize::try_from(n) {
        Ok(n) if n <= most => {
            Ok(Some(((left.ndim() - n..left.ndim()).collect(), (0..n).collect())))
        }
        _ => Err(Failure::new("E0161", format!("{n} axes cannot be summed"))
            .at(0, array_type(left))
            .at(1, array_type(right))
            .into()),
    }
}

fn axes_of(cx: &mut dyn Context, array: &Array, value: &Value) -> Outcome<Option<Vec<usize>>> {
    let Some(given) = sizes_arg(cx, 2, value)? else { return Ok(None) };
    let mut axes = Vec::new();
    for axis in given {
        let Some(axis) = axis else { return Ok(None) };
        match args::normal(axis, array.ndim()) {
            Some(at) if !axes.contains(&at) => axes.push(at),
            Some(_) => {
                return Err(faults::axis_twice(2, axis));
            }
            None => return Err(faults::axis(2, axis, array)),
        }
    }
    Ok(Some(axes))
}

fn check_pairs(left: &Array, right: &Array, summed: &[usize], with: &[usize]) -> Outcome<()> {
    let size = |array: &Array, axis: usize| array.dims()[axis].known();
    let differ = summed
        .iter()
        .zip(with)
        .find(|&(&i, &j)| matches!((size(left, i), size(right, j)), (Some(m), Some(n)) if m != n));
    if let Some((i, j)) = differ {
        let text = |d: Dim| d.known().unwrap_or(0);
        return Err(Failure::new("E0166", "the sizes of the summed axes differ")
            .at(0, array_type(left))
            .at(1, array_type(right))
            .note(format!(
                "axis {i}: {} against axis {j}: {}",
                text(left.dims()[*i]),
                text(right.dims()[*j])
            ))
            .into());
    }
    match summed.len() == with.len() {
        true => Ok(()),
        false => Err(Failure::new("E0166", "the arrays are summed over different numbers of axes")
            .note(format!("{} against {}", summed.len(), with.len()))
            .into()),
    }
}

/// The array as a matrix: these axes are its rows, those its columns.
fn matrix(
    cx: &mut dyn Context,
    array: &Array,
    rows: &[usize],
    columns: &[usize],
) -> Outcome<Array> {
    let axes: Vec<Option<usize>> = rows.iter().chain(columns).map(|&i| Some(i)).collect();
    let mut size = |axes: &[usize]| -> Outcome<Dim> {
        let known: Option<Vec<usize>> = axes.iter().map(|&i| array.dims()[i].known()).collect();
        match known.map(|sizes| arr_ir::shape::checked_count(&sizes)) {
            Some(Some(count)) => Ok(Dim::Known(count)),
            Some(None) => Err(faults::too_large(array.dims())),
            None => Ok(cx.fresh_dim()),
        }
    };
    let dims: Dims = [size(rows)?, size(columns)?].into_iter().collect();
    build::reshape(&build::arrange(array, &axes)?, dims)
}
