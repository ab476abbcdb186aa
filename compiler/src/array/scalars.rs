//! Operands: what a value is to an array operation, and arithmetic of weak scalars.
//!
//! A weak scalar is a bool, int64, float64 or complex128 that was never taken from an array. It
//! takes the dtype of the array it meets (NumPy 2, NEP 50). Among themselves weak scalars follow
//! Python, except that integers wrap, division by zero gives infinity or 0, and roots of negative
//! numbers are NaN.

use crate::array::Array;
use crate::array::faults::{self, Outcome};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::eval;
use arr_ir::op::{MapOp, Rule};

/// A weak scalar: its kind as a dtype, and its value unless only that is known while checking.
#[derive(Clone, Copy)]
pub(crate) struct Weak {
    /// bool, int64, float64 or complex128.
    pub dtype: DType,
    /// The value, of that dtype.
    pub value: Option<Scalar>,
}

/// What a value is to an array operation.
pub(crate) enum Operand {
    /// An array.
    Array(Array),
    /// A weak scalar.
    Weak(Weak),
}

impl Operand {
    /// The value as an operand, if it is a number or an array.
    pub fn of(value: &Value) -> Option<Operand> {
        let known = |value: Scalar| Weak { dtype: value.dtype, value: Some(value) };
        let unknown = |dtype| Weak { dtype, value: None };
        Some(Operand::Weak(match value {
            Value::Array(array) => return Some(Operand::Array(array.clone())),
            Value::Bool(v) => known(Scalar::bool(*v)),
            Value::Int(v) => known(Scalar::int(*v)),
            Value::Float(v) => known(Scalar::float(*v)),
            Value::Complex(re, im) => known(Scalar::from_complex(*re, *im, DType::C128)),
            Value::Unknown(Unknown::Bool) => unknown(DType::Bool),
            Value::Unknown(Unknown::Int) => unknown(DType::I64),
            Value::Unknown(Unknown::Float) => unknown(DType::F64),
            Value::Unknown(Unknown::Complex) => unknown(DType::C128),
            _ => return None,
        }))
    }

    /// What must be a number or an array; sequences become arrays.
    pub fn need(cx: &mut dyn Context, position: usize, value: &Value) -> Outcome<Operand> {
        match value {
            Value::Tuple(_) | Value::Range(..) => {
                Ok(Operand::Array(crate::array::create::to_array(cx, position, value)?))
            }
            _ => Operand::of(value).ok_or_else(|| faults::no_number(position, value)),
        }
    }
}

/// The dtype that operands are promoted to: arrays as the standard promotes them, then weak
/// scalars by their kind.
pub(crate) fn joint<'a>(operands: impl Iterator<Item = &'a Operand>) -> DType {
    let (mut arrays, mut weak) = (None::<DType>, None::<DType>);
    for operand in operands {
        let (slot, dtype) = match operand {
            Operand::Array(array) => (&mut arrays, array.dtype()),
            Operand::Weak(w) => (&mut weak, w.dtype),
        };
        *slot = Some(slot.map_or(dtype, |d| d.promote(dtype)));
    }
    match (arrays, weak) {
        (Some(array), Some(weak)) => meet(array, weak),
        (array, weak) => array.or(weak).unwrap_or(DType::F64),
    }
}

/// The dtype of an array of `array` with a weak scalar of kind `weak` (NEP 50).
pub(crate) fn meet(array: DType, weak: DType) -> DType {
    match (weak.kind(), array.kind()) {
        (Kind::Bool, _) => array,
        (Kind::Signed | Kind::Unsigned, Kind::Bool) => DType::I64,
        (Kind::Signed | Kind::Unsigned, _) => array,
        (Kind::Float, Kind::Float | Kind::Complex) => array,
        (Kind::Float, _) => DType::F64,
        (Kind::Complex, Kind::Complex) => array,
        (Kind::Complex, _) if array == DType::F32 => DType::C64,
        (Kind::Complex, _) => DType::C128,
    }
}

/// A weak scalar as an element of `dtype`; an integer must fit.
pub(crate) fn fit(position: usize, value: Scalar, dtype: DType) -> Outcome<Scalar> {
    if value.dtype == DType::I64
        && let Some((low, high)) = dtype.int_range()
        && !(low..=high).contains(&value.as_i128())
    {
        return Err(faults::does_not_fit(position, value.as_i128(), dtype));
    }
    Ok(value.cast(dtype))
}

/// A weak value of which only the kind is known.
pub(crate) fn unknown(dtype: DType) -> Value {
    Value::Unknown(match dtype.kind() {
        Kind::Bool => Unknown::Bool,
        Kind::Signed | Kind::Unsigned => Unknown::Int,
        Kind::Float => Unknown::Float,
        Kind::Complex => Unknown::Complex,
    })
}

/// An operator of the table on weak scalars only (for `where`: the condition first).
pub(crate) fn apply(cx: &mut dyn Context, op: MapOp, args: &[Weak]) -> Outcome<Value> {
    if op == MapOp::Select {
        return select(args);
    }
    let joint = args.iter().map(|a| a.dtype).reduce(DType::promote).unwrap_or(DType::F64);
    if joint.kind() == Kind::Complex {
        return complex(op, args);
    }
    let counts = op.row().rule == Rule::Numeric || matches!(op, MapOp::Add | MapOp::Mul);
    let joint = if counts && joint == DType::Bool { DType::I64 } else { joint };
    let (compute, result) = op.dtypes(&[joint]).map_err(|reason| unsuited(op, reason, args))?;
    let mut operands: smallvec::SmallVec<[Scalar; 3]> = smallvec::SmallVec::new();
    for arg in args {
        match arg.value {
            Some(value) => operands.push(value.cast(compute)),
            None => return Ok(unknown(result)),
        }
    }
    check_integers(cx, op, &operands)?;
    let value = eval::apply(op, &operands, result);
    if compute == DType::I64 && result == DType::I64 && exact(op, &operands).is_none() {
        return Err(Failure::new("E0152", "the result is too large for a whole number")
            .note("whole numbers are from -2**63 to 2**63 - 1")
            .hint("make one of them a float: 2.0 ** 100")
            .into());
    }
    Ok(Value::weak(value))
}

/// The exact result of an operator on int64 numbers that may leave them, if it does not.
fn exact(op: MapOp, operands: &[Scalar]) -> Option<i64> {
    let at = |i: usize| operands[i].as_i128() as i64;
    match op {
        MapOp::Add => at(0).checked_add(at(1)),
        MapOp::Sub => at(0).checked_sub(at(1)),
        MapOp::Mul => at(0).checked_mul(at(1)),
        MapOp::Neg => at(0).checked_neg(),
        MapOp::Abs => at(0).checked_abs(),
        MapOp::Pow => match (at(0), u32::try_from(at(1))) {
            (base, Ok(power)) => base.checked_pow(power),
            (-1..=1, _) => Some(0),
            _ => None,
        },
        _ => Some(0),
    }
}

fn unsuited(op: MapOp, reason: &str, args: &[Weak]) -> Failure {
    let blame: Vec<_> =
        args.iter().enumerate().map(|(i, a)| (i, unknown(a.dtype).type_text())).collect();
    faults::dtypes(faults::sign(op), reason, &blame)
}

/// Refuses negative integer exponents, warns of integer division by zero.
fn check_integers(cx: &mut dyn Context, op: MapOp, operands: &[Scalar]) -> Outcome<()> {
    match (op, operands) {
        (MapOp::FloorDiv | MapOp::Mod, [_, b]) => {
            warn_zero_division(cx, *b);
            Ok(())
        }
        (MapOp::Pow, [_, b]) => refuse_negative_power(*b),
        _ => Ok(()),
    }
}

/// Warns when an integer divisor is zero.
pub(crate) fn warn_zero_division(cx: &mut dyn Context, divisor: Scalar) {
    if !divisor.dtype.is_inexact() && divisor.bits == 0 {
        cx.warn("W0150", "integer division by zero gives 0".into());
    }
}

/// An integer to a negative integer power has no integer result.
pub(crate) fn refuse_negative_power(exponent: Scalar) -> Outcome<()> {
    if exponent.dtype.is_inexact() || exponent.as_i128() >= 0 {
        return Ok(());
    }
    let power = exponent.as_i128();
    Err(Failure::new("E0173", "an integer cannot be raised to a negative integer power")
        .at(1, power.to_string())
        .hint(format!("make the exponent a float: {power}.0"))
        .into())
}

fn select(args: &[Weak]) -> Outcome<Value> {
    let joint = args[1].dtype.promote(args[2].dtype);
    let chosen = match args[0].value {
        Some(condition) if condition.truthy() => args[1].value,
        Some(_) => args[2].value,
        None => None,
    };
    Ok(chosen.map_or(unknown(joint), |v| Value::weak(v.cast(joint))))
}

/// Operators on scalars of which one at least is complex.
fn complex(op: MapOp, args: &[Weak]) -> Outcome<Value> {
    let (compute, result) = crate::array::complex::dtypes(op, DType::C128)
        .map_err(|reason| unsuited(op, reason, args))?;
    let values: Option<Vec<Scalar>> =
        args.iter().map(|a| a.value.map(|v| v.cast(compute))).collect();
    match values {
        Some(values) => crate::array::complex::apply(op, &values).map(Value::weak),
        None => Ok(unknown(result)),
    }
}

/// The value of what must be a whole number: a weak integer or an integer 0-d array (which is
/// computed); none while checking, when it is not known.
pub(crate) fn integer(
    cx: &mut dyn Context,
    position: usize,
    value: &Value,
) -> Outcome<Option<i64>> {
    match value {
        Value::Int(i) => Ok(Some(*i)),
        Value::Bool(b) => Ok(Some(*b as i64)),
        Value::Unknown(Unknown::Int | Unknown::Any | Unknown::Bool) => Ok(None),
        Value::Array(a) if a.ndim() == 0 && a.dtype().is_integer() => {
            match scalar_of(cx, a)?.map(Scalar::as_i128) {
                Some(v) if i64::try_from(v).is_err() => {
                    Err(faults::does_not_fit(position, v, DType::I64))
                }
                v => Ok(v.map(|v| v as i64)),
            }
        }
        Value::Float(f) => Err(faults::argument(position, value, "a whole number")
            .hint(format!("convert it: int({f:?})"))
            .into()),
        Value::Array(a) if a.ndim() == 0 => {
            Err(faults::argument(position, value, "a whole number")
                .hint("convert it: int(...)")
                .into())
        }
        _ => Err(faults::argument(position, value, "a whole number").into()),
    }
}

/// The value of a 0-d array, without the host when it is known here.
pub(crate) fn scalar_of(cx: &mut dyn Context, array: &Array) -> Outcome<Option<Scalar>> {
    match array.known_scalar() {
        Some(scalar) => Ok(Some(scalar)),
        None => cx.scalar(array),
    }
}
