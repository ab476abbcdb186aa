//! Scalars, text and records.

use super::args::Result;
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{item, truth};
use crate::array::scalars::{Operand, Weak, joint};
use crate::array::{Array, Index, build};
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::op::MapOp;

rows! {
    "int" ("x=0") int, false,
        "A number, the only element of an array (which is computed) or text as a whole number, cut towards zero."
        "int(2.7)" => "2";
    "float" ("x=0.0") float, false,
        "A number, the only element of an array (which is computed) or text as a float."
        "float(\"1.5\")" => "1.5";
    "item" ("x, *index") item_of, true,
        "The only element of an array (which is computed), or the one at an index, as a number."
        "item([[2.5, 3.0]], 0, 1)" => "3.0";
    "bool" ("x=false") bool, false,
        "Whether a value counts as true (an array of one element is computed)." "bool(2)" => "True";
    "complex" ("re=0.0, im=0.0") complex, false,
        "A complex number of these parts; of arrays of real numbers, the array of them."
        "complex(1, 2)" => "(1+2j)";
    "str" ("x=\"\"") str, false,
        "The text of a value, as print shows it." "str(1.5) + \"!\"" => "1.5!";
    "_is_number" ("x") is_number, false,
        "Whether it is a number that was never in an array." "_is_number(1)" => "True";
    "record" ("**fields") record, false,
        "A record of these fields, read as r.name." "record(a=1, b=2).b" => "2";
}

/// The value of a number argument as a scalar; none when not known.
fn number(cx: &mut dyn Context, value: &Value) -> Outcome<Option<Scalar>> {
    match Operand::of(value) {
        Some(Operand::Weak(Weak { value, .. })) => Ok(value),
        Some(Operand::Array(array)) => item(cx, &array),
        None => Err(faults::argument(0, value, "a number or text").into()),
    }
}

fn int(cx: &mut dyn Context, a: &[Value]) -> Result {
    to_int(cx, &a[0])
}

/// A weak integer of a value, cut towards zero.
pub(super) fn to_int(cx: &mut dyn Context, value: &Value) -> Result {
    match value {
        Value::Unknown(_) => return Ok(Value::Unknown(Unknown::Int)),
        Value::Str(text) => {
            let digits = text.trim().replace('_', "");
            return digits.parse().map(Value::Int).map_err(|_| not_a_number(value, "whole number"));
        }
        _ => {}
    }
    let Some(scalar) = number(cx, value)? else { return Ok(Value::Unknown(Unknown::Int)) };
    let whole = match scalar.dtype.kind() {
        Kind::Float => {
            let f = scalar.as_f64().trunc();
            let fits = (i64::MIN as f64..-(i64::MIN as f64)).contains(&f);
            fits.then_some(f as i64)
        }
        Kind::Complex => return Err(faults::argument(0, value, "a real number").into()),
        _ => i64::try_from(scalar.as_i128()).ok(),
    };
    whole.map(Value::Int).ok_or_else(|| {
        Failure::new("E0152", format!("{scalar:?} does not fit int64"))
            .at(0, value.type_text())
            .into()
    })
}

fn not_a_number(value: &Value, wanted: &str) -> Fault {
    let text = match value {
        Value::Str(text) => text.chars().take(40).collect::<String>(),
        _ => String::new(),
    };
    Failure::new("E0179", format!("the text is not a {wanted}")).at(0, format!("{text:?}")).into()
}

fn float(cx: &mut dyn Context, a: &[Value]) -> Result {
    match &a[0] {
        Value::Unknown(_) => Ok(Value::Unknown(Unknown::Float)),
        Value::Str(text) => {
            let digits = text.trim().replace('_', "");
            digits.parse().map(Value::Float).map_err(|_| not_a_number(&a[0], "number"))
        }
        Value::Complex(..) => Err(faults::argument(0, &a[0], "a real number").into()),
        value => Ok(match number(cx, value)? {
            Some(scalar) if scalar.dtype.kind() == Kind::Complex => {
                return Err(faults::argument(0, value, "a real number").into());
            }
            Some(scalar) => Value::Float(scalar.as_f64()),
            None => Value::Unknown(Unknown::Float),
        }),
    }
}

fn item_of(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let mut of = Value::Array(super::args::array(cx, a, 0)?);
    if let Value::Tuple(index) = &a[1]
        && !index.is_empty()
    {
        let flat = index.len() == 1 && !matches!(index[0], Value::Tuple(_));
        let items = match &index[0] {
            Value::Tuple(items) => items.to_vec(),
            _ => index.to_vec(),
        };
        if let (true, Value::Array(array)) = (flat, &of) {
            of = Value::Array(super::shaping::flat(cx, array)?);
        }
        if let Some(i) =
            items.iter().position(|v| matches!(v, Value::Bool(_) | Value::Unknown(Unknown::Bool)))
        {
            return Err(faults::argument(1, &items[i], "whole numbers as an index").into());
        }
        let items: Vec<Index> = items.into_iter().map(Index::Value).collect();
        of = crate::array::index(cx, &of, &items)?;
    }
    let Value::Array(array) = &of else { return Ok(of) };
    Ok(match item(cx, array)? {
        Some(scalar) => Value::weak(scalar),
        None => Value::Unknown(match array.dtype().kind() {
            Kind::Bool => Unknown::Bool,
            Kind::Signed | Kind::Unsigned => Unknown::Int,
            Kind::Float => Unknown::Float,
            Kind::Complex => Unknown::Complex,
        }),
    })
}

fn bool(cx: &mut dyn Context, a: &[Value]) -> Result {
    let shown = match &a[0] {
        Value::Array(array) if array.ndim() > 0 => Some(array.clone()),
        _ => None,
    };
    match truth(cx, &a[0]) {
        Ok(Some(value)) => Ok(Value::Bool(value)),
        Ok(None) => Ok(Value::Unknown(Unknown::Bool)),
        Err(Fault::Failure(failure)) if shown.is_some() => {
            Err(failure.hint("for each element write astype(bool)").into())
        }
        Err(fault) => Err(fault),
    }
}

fn complex(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    if a.iter().any(|v| matches!(v, Value::Array(x) if x.ndim() > 0)) {
        return complex_array(cx, a);
    }
    let (re, im) = (number(cx, &a[0])?, number(cx, &a[1])?);
    let (Some(re), Some(im)) = (re, im) else { return Ok(Value::Unknown(Unknown::Complex)) };
    let parts = |of: Scalar| of.cast(DType::C128).as_complex();
    let complex = |of: Scalar| of.dtype.kind() == Kind::Complex;
    let ((a, b), (c, d)) = (parts(re), parts(im));
    // A part that is not there changes nothing, not even the sign of a zero.
    Ok(Value::Complex(if complex(im) { a - d } else { a }, if complex(re) { b + c } else { c }))
}

/// The array of two real ones, broadcast, as its parts.
fn complex_array(cx: &mut dyn Context, a: &[Value]) -> Result {
    let kind = |v: &Value| Operand::of(v).map(|o| joint([o].iter()).kind());
    if let Some(i) = (0..2).find(|&i| kind(&a[i]) == Some(Kind::Complex)) {
        return Err(faults::argument(i, &a[i], "real numbers").into());
    }
    // A choice promotes and broadcasts, and changes no element.
    let pick = |cx: &mut dyn Context, first: bool| {
        elementwise(cx, MapOp::Select, &[Value::Bool(first), a[0].clone(), a[1].clone()])
    };
    let (re, im) = (pick(cx, true)?, pick(cx, false)?);
    let (Value::Array(re), Value::Array(im)) = (re, im) else { return Ok(Value::ANY) };
    let part = re.dtype().paired().part();
    let (re, im) = (build::cast(&re, part)?, build::cast(&im, part)?);
    Ok(Value::Array(Array::complex(re, im)))
}

fn str(cx: &mut dyn Context, a: &[Value]) -> Result {
    if cx.checking() || matches!(a[0], Value::Unknown(_)) {
        return Ok(Value::Unknown(Unknown::Str));
    }
    cx.text(&a[0]).map(|text| Value::text(&text))
}

fn is_number(_: &mut dyn Context, a: &[Value]) -> Result {
    Ok(match &a[0] {
        Value::Unknown(Unknown::Any) => Value::Unknown(Unknown::Bool),
        value => Value::Bool(matches!(Operand::of(value), Some(Operand::Weak(_)))),
    })
}

fn record(_: &mut dyn Context, a: &[Value]) -> Result {
    Ok(a[0].clone())
}
