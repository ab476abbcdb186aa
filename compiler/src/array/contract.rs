//! `@`: products of matrices and vectors of any rank, with NumPy's rules.
//!
//! A vector on the left is a row, on the right a column, and its axis is gone from the result;
//! leading axes broadcast. Floats and complex numbers become a contraction; integers and bools, which
//! must stay exact and wrap, and products of one row and one column, which are read once only,
//! become a product and a sum over the inner axis.

use crate::array::Array;
use crate::array::build;
use crate::array::faults::Outcome;
use crate::array::ops::{array_type, is_any};
use crate::array::scalars::Operand;
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::Value;
use arr_ir::dtype::{DType, Kind};
use arr_ir::graph::Op;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::shape::{Dim, Dims, broadcast};
use smallvec::smallvec;

/// `lhs @ rhs`
pub(crate) fn matmul(cx: &mut dyn Context, lhs: &Value, rhs: &Value) -> Outcome<Value> {
    if is_any(lhs) || is_any(rhs) {
        return Ok(Value::ANY);
    }
    let (a, b) = (operand(cx, 0, lhs)?, operand(cx, 1, rhs)?);
    let dtype = a.dtype().promote(b.dtype());
    let (left, right) = (matrix(&a, true)?, matrix(&b, false)?);
    check_inner(&a, &b, &left, &right)?;
    let batch = batch_dims(&a, &b, &left, &right)?;
    let single = [left.dims()[left.ndim() - 2], right.dims()[right.ndim() - 1]];
    let product = match dtype.kind() {
        Kind::Float | Kind::Complex if single != [Dim::Known(1); 2] => {
            floats(&left, &right, dtype, &batch)?
        }
        _ => sums(&left, &right, dtype, &batch)?,
    };
    drop_vectors(&product, a.ndim() == 1, b.ndim() == 1).map(Value::Array)
}

fn operand(cx: &mut dyn Context, position: usize, value: &Value) -> Outcome<Array> {
    let array = match Operand::need(cx, position, value)? {
        Operand::Array(array) if array.ndim() > 0 => array,
        _ => {
            return Err(Failure::new("E0167", "`@` needs arrays of at least one dimension")
                .at(position, value.type_text())
                .hint("to scale by a number, write *")
                .into());
        }
    };
    Ok(array)
}

/// A vector as a matrix of one row or column.
fn matrix(array: &Array, row: bool) -> Outcome<Array> {
    match array.ndim() {
        1 => build::expand(array, &[if row { 0 } else { 1 }]),
        _ => Ok(array.clone()),
    }
}

fn check_inner(a: &Array, b: &Array, left: &Array, right: &Array) -> Outcome<()> {
    let (k, l) = (left.dims()[left.ndim() - 1], right.dims()[right.ndim() - 2]);
    let (Dim::Known(k), Dim::Known(l)) = (k, l) else { return Ok(()) };
    if k == l {
        return Ok(());
    }
    let failure = Failure::new("E0166", "the inner sizes of a matrix product differ")
        .at(0, array_type(a))
        .at(1, array_type(b))
        .note(format!("{k} columns against {l} rows"));
    Err(transpose_hint(a, b, k, failure).into())
}

/// Which operand transposed would make the sizes meet.
fn transpose_hint(a: &Array, b: &Array, k: usize, failure: Failure) -> Failure {
    let right = b.ndim() >= 2 && b.dims()[b.ndim() - 1] == Dim::Known(k);
    let left = a.ndim() >= 2 && b.ndim() >= 1 && {
        let rows = b.dims()[b.ndim().saturating_sub(2)];
        a.dims()[a.ndim() - 2] == rows
    };
    match (left, right) {
        (_, true) => failure.hint("the sizes meet in {0} @ {1}.mT"),
        (true, _) => failure.hint("the sizes meet in {0}.mT @ {1}"),
        _ => failure,
    }
}

fn batch_dims(a: &Array, b: &Array, left: &Array, right: &Array) -> Outcome<Dims> {
    let (l, r) = (&left.dims()[..left.ndim() - 2], &right.dims()[..right.ndim() - 2]);
    broadcast(l, r).map_err(|mismatch| -> Fault {
        let note =
            format!("leading axis {}: {} against {}", mismatch.axis, mismatch.left, mismatch.right);
        Failure::new("E0102", "shapes do not broadcast")
            .at(0, array_type(a))
            .at(1, array_type(b))
            .note(note)
            .into()
    })
}

fn floats(left: &Array, right: &Array, dtype: DType, batch: &Dims) -> Outcome<Array> {
    let shaped = |array: &Array| -> Outcome<Array> {
        let mut dims = batch.clone();
        dims.extend_from_slice(&array.dims()[array.ndim() - 2..]);
        match dims == *array.dims() {
            true => build::cast(array, dtype),
            false => build::broadcast_to(&build::cast(array, dtype)?, &dims),
        }
    };
    let (left, right) = (shaped(left)?, shaped(right)?);
    let mut dims = batch.clone();
    dims.push(left.dims()[left.ndim() - 2]);
    dims.push(right.dims()[right.ndim() - 1]);
    build::node(Op::Contract, smallvec![left, right], dtype, dims)
}

/// `sum(left[..., m, newaxis, k] * right[..., newaxis, n, k])`
fn sums(left: &Array, right: &Array, dtype: DType, batch: &Dims) -> Outcome<Array> {
    let (l, r) = (left.ndim(), right.ndim());
    let mut rows: Vec<Option<usize>> = (0..l - 1).map(Some).collect();
    rows.extend([None, Some(l - 1)]);
    let mut columns: Vec<Option<usize>> = (0..r - 2).map(Some).collect();
    columns.extend([None, Some(r - 1), Some(r - 2)]);
    let mut dims = batch.clone();
    let inner = left.dims()[l - 1];
    dims.extend([left.dims()[l - 2], right.dims()[r - 1], inner]);
    let fold = if dtype == DType::Bool { FoldOp::Any } else { FoldOp::Sum };
    let compute = fold.dtype(dtype);
    let left = build::arrange(&build::cast(left, compute)?, &rows)?;
    let right = build::arrange(&build::cast(right, compute)?, &columns)?;
    let product = build::map(MapOp::Mul, &[left, right], compute, &dims)?;
    let sum = build::reduce(&product, fold, build::one_axis(dims.len() - 1))?;
    build::cast(&sum, dtype)
}

/// Drops the axes that vectors were given.
fn drop_vectors(product: &Array, row: bool, column: bool) -> Outcome<Array> {
    let n = product.ndim();
    let axes: Vec<Option<usize>> =
        (0..n).filter(|&a| !(row && a == n - 2 || column && a == n - 1)).map(Some).collect();
    if axes.len() == n {
        return Ok(product.clone());
    }
    build::arrange(product, &axes)
}
