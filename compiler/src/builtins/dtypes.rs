//! Functions about dtypes, and conversions between them.

use super::args::{self, Result};
use crate::array::build;
use crate::array::create::to_array;
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::as_dtype;
use crate::array::scalars::{Operand, joint};
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind};
use arr_ir::op::MapOp;
use std::rc::Rc;

rows! {
    "astype" ("x, dtype") astype, true,
        "The values in another dtype: integers wrap, floats are cut towards zero and saturate."
        "astype(2.7, int64)" => "2";
    "round" ("x, decimals=0") round, true,
        "Rounded to that many decimals, halves to even." "round(2.5)" => "2.0";
    "result_type" ("*values") result_type, false,
        "The dtype that arrays, scalars and dtypes are promoted to." "result_type(int8, uint8)" => "int16";
    "can_cast" ("from, to") can_cast, false,
        "Whether values of a dtype (or an array's) are kept by promotion to another." "can_cast(int8, float32)" => "True";
    "isdtype" ("dtype, kind") isdtype, false,
        "Whether a dtype is of a kind: bool, signed integer, unsigned integer, integral, real floating, complex floating, numeric, another dtype, or a tuple of these."
        "isdtype(int8, \"integral\")" => "True";
    "iinfo" ("type") iinfo, false,
        "Bits, least and greatest value of an integer dtype." "iinfo(int8).max" => "127";
    "finfo" ("type") finfo, false,
        "Bits, spacing, least and greatest finite value of a float dtype." "finfo(float64).eps" => "2.220446049250313e-16";
}

/// The value in a dtype.
pub(super) fn convert(
    cx: &mut dyn Context,
    dtype: DType,
    value: &Value,
) -> std::result::Result<Value, Fault> {
    known!(value);
    if let Value::Selection(s) = value {
        return s.cast(dtype).map(Value::Selection);
    }
    if let (Value::Int(n), Some((low, high))) = (value, dtype.int_range())
        && !(low..=high).contains(&i128::from(*n))
    {
        return Err(faults::does_not_fit(0, i128::from(*n), dtype));
    }
    let array = to_array(cx, 0, value)?;
    build::cast(&array, dtype).map(Value::Array)
}

fn astype(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    match args::dtype(a, 1)? {
        Some(dtype) => convert(cx, dtype, &a[0]),
        None => Err(faults::argument(1, &a[1], "a dtype such as float32").into()),
    }
}

/// As NumPy: scaled by a power of ten, rounded, scaled back.
fn round(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let decimals = match crate::array::scalars::integer(cx, 1, &a[1])? {
        Some(0) => return elementwise(cx, MapOp::Round, &a[..1]),
        Some(decimals) => decimals,
        None => return elementwise(cx, MapOp::Round, &a[..1]),
    };
    let integral = match Operand::need(cx, 0, &a[0])? {
        Operand::Array(array) => !array.dtype().is_inexact(),
        Operand::Weak(weak) => !weak.dtype.is_inexact(),
    };
    if integral && (decimals > 0 || matches!(a[0], Value::Bool(_))) {
        return elementwise(cx, MapOp::Round, &a[..1]);
    }
    let power = format!("1e{}", decimals.unsigned_abs().min(400)).parse().unwrap_or(f64::INFINITY);
    let (to, back) = if decimals > 0 { (MapOp::Mul, MapOp::Div) } else { (MapOp::Div, MapOp::Mul) };
    let scaled = elementwise(cx, to, &[a[0].clone(), Value::Float(power)])?;
    let rounded = elementwise(cx, MapOp::Round, &[scaled])?;
    let result = elementwise(cx, back, &[rounded, Value::Float(power)])?;
    match (&a[0], integral) {
        (Value::Array(array), true) => convert(cx, array.dtype(), &result),
        (_, true) => super::values::to_int(cx, &result),
        _ => Ok(result),
    }
}

fn result_type(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Value::Tuple(values) = &a[0] else { return Ok(Value::ANY) };
    let mut operands = Vec::new();
    for (i, value) in values.iter().enumerate() {
        known!(value);
        operands.push(match as_dtype(value) {
            Some(dtype) => {
                Operand::Array(crate::array::Array::abstract_of(dtype, Default::default()))
            }
            None => match args::near_dtype(0, value) {
                Some(failure) => return Err(failure.into()),
                None => Operand::need(cx, i, value)?,
            },
        });
    }
    if operands.is_empty() {
        return Err(Failure::new("E0171", "expected at least one array or dtype").into());
    }
    Ok(Value::DType(joint(operands.iter())))
}

/// The dtype of a dtype, array or number.
fn dtype_of(position: usize, value: &Value) -> Outcome<DType> {
    match (as_dtype(value), Operand::of(value)) {
        (Some(dtype), _) => Ok(dtype),
        (_, Some(Operand::Array(array))) => Ok(array.dtype()),
        (_, Some(Operand::Weak(weak))) => Ok(weak.dtype),
        _ if matches!(value, Value::Str(_)) => Err(args::not_a_dtype(position, value).into()),
        _ => Err(faults::argument(position, value, "a dtype or an array").into()),
    }
}

fn can_cast(_: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let (from, to) = (dtype_of(0, &a[0])?, dtype_of(1, &a[1])?);
    Ok(Value::Bool(from.promote(to) == to))
}

fn isdtype(_: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let dtype = dtype_of(0, &a[0])?;
    let kinds = match &a[1] {
        Value::Tuple(kinds) => &kinds[..],
        kind => std::slice::from_ref(kind),
    };
    for kind in kinds {
        match is_of(dtype, kind)? {
            Some(false) => {}
            Some(true) => return Ok(Value::Bool(true)),
            None => return Ok(Value::Unknown(Unknown::Bool)),
        }
    }
    Ok(Value::Bool(false))
}

/// Whether a dtype is another or of a named kind; none when the name is not known.
fn is_of(dtype: DType, wanted: &Value) -> Outcome<Option<bool>> {
    if let (Some(other), false) = (as_dtype(wanted), matches!(wanted, Value::Str(_))) {
        return Ok(Some(dtype == other));
    }
    let kind = dtype.kind();
    let Some(name) = args::text(std::slice::from_ref(wanted), 0)? else { return Ok(None) };
    Ok(Some(match &*name {
        "bool" => kind == Kind::Bool,
        "signed integer" => kind == Kind::Signed,
        "unsigned integer" => kind == Kind::Unsigned,
        "integral" => dtype.is_integer(),
        "real floating" => kind == Kind::Float,
        "complex floating" => kind == Kind::Complex,
        "numeric" => kind != Kind::Bool,
        _ => {
            return Err(faults::argument(1, wanted, "a kind of dtype")
                .note("kinds: bool, signed integer, unsigned integer, integral, real floating, complex floating, numeric")
                .into());
        }
    }))
}

fn record(fields: &[(&str, Value)]) -> Value {
    let fields: Vec<(Rc<str>, Value)> =
        fields.iter().map(|(n, v)| (Rc::from(*n), v.clone())).collect();
    Value::Record(Rc::new(fields))
}

fn iinfo(_: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let dtype = dtype_of(0, &a[0])?;
    let Some((low, high)) = dtype.int_range() else {
        return Err(faults::argument(0, &a[0], "an integer dtype").into());
    };
    let number = |v: i128| match i64::try_from(v) {
        Ok(v) => Value::Int(v),
        Err(_) => {
            let scalar = arr_ir::dtype::Scalar::from_i128(v, dtype);
            Value::Array(crate::array::Array::from_scalar(scalar))
        }
    };
    Ok(record(&[
        ("bits", Value::Int(dtype.size() as i64 * 8)),
        ("max", number(high)),
        ("min", number(low)),
        ("dtype", Value::DType(dtype)),
    ]))
}

fn finfo(_: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let dtype = dtype_of(0, &a[0])?;
    let (eps, max, tiny) = match dtype {
        DType::F32 | DType::C64 => (f32::EPSILON as f64, f32::MAX as f64, f32::MIN_POSITIVE as f64),
        DType::F64 | DType::C128 => (f64::EPSILON, f64::MAX, f64::MIN_POSITIVE),
        _ => return Err(faults::argument(0, &a[0], "a float dtype").into()),
    };
    let bits = if matches!(dtype, DType::F32 | DType::C64) { 32 } else { 64 };
    Ok(record(&[
        ("bits", Value::Int(bits)),
        ("eps", Value::Float(eps)),
        ("max", Value::Float(max)),
        ("min", Value::Float(-max)),
        ("smallest_normal", Value::Float(tiny)),
        ("dtype", Value::DType(dtype)),
    ]))
}
