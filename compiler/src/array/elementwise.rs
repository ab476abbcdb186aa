//! Elementwise operators: typing by the operator table, broadcasting, weak scalars.
//!
//! Before: an operator of the table and its operands as values. After: a weak scalar when all
//! operands are weak, else an array of the promoted dtype and the broadcast dimensions.

use crate::array::build;
use crate::array::complex;
use crate::array::faults::{self, Outcome};
use crate::array::scalars::{self, Operand, Weak, joint};
use crate::array::{Array, Arrays, selection};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::op::{DTypeError, MapOp, Rule};
use arr_ir::shape::{Dims, broadcast};
use smallvec::{SmallVec, smallvec};

type Operands = SmallVec<[Operand; 3]>;

/// An operator of the table applied to values; sequences become arrays.
pub(crate) fn elementwise(cx: &mut dyn Context, op: MapOp, values: &[Value]) -> Outcome<Value> {
    if values.iter().any(|v| matches!(v, Value::Unknown(Unknown::Any))) {
        return Ok(Value::ANY);
    }
    if values.iter().any(selection::holds) {
        return selection::lifted(cx, op, values);
    }
    let mut operands = Operands::new();
    for (i, value) in values.iter().enumerate() {
        operands.push(Operand::need(cx, i, value)?);
    }
    if let Some(weak) = all_weak(&operands) {
        return scalars::apply(cx, op, &weak);
    }
    if op == MapOp::Select {
        return select(values, &operands).map(Value::Array);
    }
    apply(cx, op, values, &operands).map(Value::Array)
}

fn all_weak(operands: &[Operand]) -> Option<SmallVec<[Weak; 3]>> {
    operands
        .iter()
        .map(|o| match o {
            Operand::Weak(w) => Some(*w),
            Operand::Array(_) => None,
        })
        .collect()
}

fn apply(
    cx: &mut dyn Context,
    op: MapOp,
    values: &[Value],
    operands: &[Operand],
) -> Outcome<Array> {
    let joint = joint_of(op, operands);
    let (compute, result) =
        dtypes(op, joint).map_err(|reason| unsuited(op, reason, joint, values))?;
    if op.row().rule == Rule::Compare
        && let Some(array) = compare_beyond(op, operands, compute)?
    {
        return Ok(array);
    }
    check_weak(cx, op, operands, compute)?;
    let dims = joint_dims(values, operands)?;
    let mut args = Arrays::new();
    for (i, operand) in operands.iter().enumerate() {
        args.push(convert(i, operand, compute)?);
    }
    build::map(op, &args, result, &dims)
}

/// What the operands have in common: of arrays that a float function takes, the dtype of the row.
fn joint_of(op: MapOp, operands: &[Operand]) -> DType {
    let arrays: Option<SmallVec<[DType; 3]>> = operands
        .iter()
        .map(|o| match o {
            Operand::Array(array) if array.dtype().kind() != Kind::Complex => Some(array.dtype()),
            _ => None,
        })
        .collect();
    match arrays {
        Some(arrays) if op.row().rule == Rule::Float => {
            op.dtypes(&arrays).map_or(DType::F64, |dtypes| dtypes.0)
        }
        _ => joint(operands.iter()),
    }
}

/// The dtype computed in and that of the result.
fn dtypes(op: MapOp, joint: DType) -> Result<(DType, DType), DTypeError> {
    match joint.kind() {
        Kind::Complex => complex::dtypes(op, joint),
        _ => op.dtypes(&[joint]),
    }
}

/// The dimensions that all operands broadcast to.
fn joint_dims(values: &[Value], operands: &[Operand]) -> Outcome<Dims> {
    let mut dims: Option<(usize, Dims)> = None;
    for (i, operand) in operands.iter().enumerate() {
        let Operand::Array(array) = operand else { continue };
        dims = Some(match dims {
            None => (i, array.dims().clone()),
            Some((_, before)) if before == *array.dims() => (i, before),
            Some((at, before)) => match broadcast(&before, array.dims()) {
                Ok(joined) => (at, joined),
                Err(mismatch) => {
                    return Err(faults::shapes(
                        (at, values[at].type_text(), &before),
                        (i, values[i].type_text(), array.dims()),
                        mismatch,
                    ));
                }
            },
        });
    }
    Ok(dims.map(|d| d.1).unwrap_or_default())
}

/// An operand as an array of the dtype computed in.
fn convert(position: usize, operand: &Operand, dtype: DType) -> Outcome<Array> {
    match operand {
        Operand::Array(array) => build::cast(array, dtype),
        Operand::Weak(Weak { value: Some(value), .. }) => {
            Ok(Array::from_scalar(scalars::fit(position, *value, dtype)?))
        }
        Operand::Weak(_) => Ok(Array::abstract_of(dtype, Dims::new())),
    }
}

fn unsuited(op: MapOp, reason: &str, joint: DType, values: &[Value]) -> Failure {
    let blame: Vec<_> = values.iter().enumerate().map(|(i, v)| (i, v.type_text())).collect();
    let failure = faults::dtypes(faults::sign(op), reason, &blame);
    match (op, joint) {
        (MapOp::Sub, DType::Bool) => failure.hint("for bools write x ^ y, or x & ~y"),
        (MapOp::Neg, DType::Bool) => failure.hint("for bools write ~x"),
        (_, d) if d.kind() == Kind::Complex => {
            failure.hint("say which part is meant: .real, .imag or abs(...)")
        }
        (_, DType::Bool) => failure.hint("convert first: astype(int64)"),
        (_, d) if d.is_inexact() => failure.hint("convert first: astype(int64)"),
        _ => failure,
    }
}

/// Rules about the values of operands that are known here.
fn check_weak(
    cx: &mut dyn Context,
    op: MapOp,
    operands: &[Operand],
    compute: DType,
) -> Outcome<()> {
    if !compute.is_integer() {
        return Ok(());
    }
    match (op, operands.get(1)) {
        (MapOp::Pow, Some(Operand::Weak(Weak { value: Some(value), .. }))) => {
            scalars::refuse_negative_power(*value)
        }
        (MapOp::FloorDiv | MapOp::Mod, Some(divisor)) => {
            let value = match divisor {
                Operand::Weak(weak) => weak.value,
                Operand::Array(array) => array.known_scalar(),
            };
            value.into_iter().for_each(|value| scalars::warn_zero_division(cx, value));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A comparison with a weak integer that the array's dtype cannot hold: the same everywhere.
fn compare_beyond(op: MapOp, operands: &[Operand], compute: DType) -> Outcome<Option<Array>> {
    let Some((low, high)) = compute.int_range() else { return Ok(None) };
    let inside = |v: i128| (low..=high).contains(&v);
    let (array, value, swapped) = match operands {
        [Operand::Array(a), Operand::Weak(Weak { value: Some(v), .. })] => (a, *v, false),
        [Operand::Weak(Weak { value: Some(v), .. }), Operand::Array(a)] => (a, *v, true),
        _ => return Ok(None),
    };
    if value.dtype != DType::I64 || inside(value.as_i128()) {
        return Ok(None);
    }
    let element = Scalar::int(0);
    let beyond = Scalar::int(if value.as_i128() < low { -1 } else { 1 });
    let pair = if swapped { [beyond, element] } else { [element, beyond] };
    let answer = arr_ir::eval::apply(op, &pair, DType::Bool);
    if array.is_abstract() {
        return Ok(Some(Array::abstract_of(DType::Bool, array.dims().clone())));
    }
    build::full_of(answer, array.dims().clone()).map(Some)
}

/// `where(condition, x, y)` with at least one array.
fn select(values: &[Value], operands: &[Operand]) -> Outcome<Array> {
    let joint = joint(operands[1..].iter());
    let dims = joint_dims(values, operands)?;
    let args: Arrays = smallvec![
        convert(0, &operands[0], DType::Bool)?,
        convert(1, &operands[1], joint)?,
        convert(2, &operands[2], joint)?,
    ];
    build::map(MapOp::Select, &args, joint, &dims)
}
