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
    "tensordot" ("x1, x2, axes=2") tensordot, true,
        "The sum of products over the last axes of x1 and the first of x2, or over the given pairs of axes."
        "tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]])" => "5";
}

fn matmul(cx: &mut dyn Context, a: &[Value]) -> Result {
    contract::matmul(cx, &a[0], &a[1])
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
