//! Tuples and ranges.

use super::args::{self, MAX_ITEMS, Result};
use crate::array::faults::{self, Outcome};
use crate::array::ops::{binary, range_len, truth};
use crate::array::scalars::integer;
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::shape::Dim;
use arr_syntax::ast::BinaryOp;

rows! {
    "len" ("x") len, false,
        "The number of elements of a tuple, range or text, or of the first axis of an array."
        "len((1, 2, 3))" => "3";
    "range" ("start, stop=none, step=1") range, false,
        "Whole numbers from start (0 if only one is given) to before stop." "sum(range(4))" => "6";
    "enumerate" ("x, start=0") enumerate, false,
        "Pairs of a number and an element, as a tuple." "enumerate((5, 6))[1]" => "(1, 6)";
    "zip" ("*sequences") zip, false,
        "Tuples of the elements at the same place; as many as the shortest has."
        "zip((1, 2), (3, 4))" => "((1, 3), (2, 4))";
    "tuple" ("[]x=none") tuple, false,
        "The elements of a range, a text, a list between brackets or the first axis of an array as a tuple." "tuple(range(3))" => "(0, 1, 2)";
    "_is_tuple" ("x") is_tuple, false,
        "Whether it is a tuple." "_is_tuple((1, 2))" => "True";
    "reversed" ("x") reversed, false,
        "The elements in reverse order, as a tuple." "reversed((1, 2))" => "(2, 1)";
    "sorted" ("x, reverse=false") sorted, false,
        "The elements of a tuple in ascending order." "sorted((3, 1, 2))" => "(1, 2, 3)";
}

/// The elements of a sequence; none when their number is not known.
fn items(cx: &mut dyn Context, value: &Value) -> Outcome<Option<Vec<Value>>> {
    match value {
        Value::Tuple(items) => Ok(Some(items.to_vec())),
        Value::Range(start, stop, step) => {
            let n = range_len(*start, *stop, *step);
            if n > MAX_ITEMS {
                return Err(Failure::new("E0165", format!("a tuple of {n} is too long")).into());
            }
            Ok(Some((0..n as i64).map(|i| Value::Int(start + step * i)).collect()))
        }
        Value::Str(text) => Ok(Some(Value::characters(text))),
        Value::Unknown(Unknown::Any | Unknown::Str) => Ok(None),
        Value::Array(array) if array.ndim() > 0 => {
            let rows = args::rows_of(cx, array)?;
            Ok(rows.map(|rows| rows.into_iter().map(Value::Array).collect()))
        }
        _ => Err(faults::argument(0, value, "a tuple, a range or an array").into()),
    }
}

fn is_tuple(_: &mut dyn Context, a: &[Value]) -> Result {
    Ok(match &a[0] {
        Value::Unknown(Unknown::Any) => Value::Unknown(Unknown::Bool),
        value => Value::Bool(matches!(value, Value::Tuple(_))),
    })
}

fn len(_: &mut dyn Context, a: &[Value]) -> Result {
    let length = match &a[0] {
        Value::Tuple(items) => items.len(),
        Value::Record(fields) => fields.len(),
        Value::Str(text) => text.chars().count(),
        Value::Range(start, stop, step) => range_len(*start, *stop, *step),
        Value::Unknown(Unknown::Any | Unknown::Str) => return Ok(Value::Unknown(Unknown::Int)),
        Value::Array(array) => match array.dims().first() {
            Some(Dim::Known(n)) => *n,
            Some(Dim::Unknown(_)) => return Ok(Value::Unknown(Unknown::Int)),
            None => {
                return Err(faults::argument(0, &a[0], "an array with an axis").into());
            }
        },
        value => return Err(faults::argument(0, value, "a tuple, a range or an array").into()),
    };
    Ok(Value::Int(length as i64))
}

fn range(cx: &mut dyn Context, a: &[Value]) -> Result {
    let (start, stop) = match &a[1] {
        Value::None => (Some(0), integer(cx, 0, &a[0])?),
        _ => (integer(cx, 0, &a[0])?, integer(cx, 1, &a[1])?),
    };
    let step = integer(cx, 2, &a[2])?;
    if step == Some(0) {
        return Err(Failure::new("E0181", "the step of a range cannot be zero").into());
    }
    Ok(match (start, stop, step) {
        (Some(start), Some(stop), Some(step)) => Value::Range(start, stop, step),
        _ => Value::Array(crate::array::Array::abstract_of(
            arr_ir::dtype::DType::I64,
            std::iter::once(cx.fresh_dim()).collect(),
        )),
    })
}

fn enumerate(cx: &mut dyn Context, a: &[Value]) -> Result {
    let (values, start) = (items(cx, &a[0])?, integer(cx, 1, &a[1])?);
    let (Some(values), Some(start)) = (values, start) else { return Ok(Value::ANY) };
    let pair =
        |(i, v): (usize, Value)| Value::tuple(vec![Value::Int(start.wrapping_add(i as i64)), v]);
    Ok(Value::tuple(values.into_iter().enumerate().map(pair).collect()))
}

fn zip(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Value::Tuple(sequences) = &a[0] else { return Ok(Value::ANY) };
    let mut columns = Vec::new();
    for sequence in sequences.iter() {
        let Some(column) = items(cx, sequence)? else { return Ok(Value::ANY) };
        columns.push(column);
    }
    let length = columns.iter().map(Vec::len).min().unwrap_or(0);
    let row = |i: usize| Value::tuple(columns.iter().map(|c| c[i].clone()).collect());
    Ok(Value::tuple((0..length).map(row).collect()))
}

fn tuple(cx: &mut dyn Context, a: &[Value]) -> Result {
    if let Value::None = a[0] {
        return Ok(Value::tuple(vec![]));
    }
    Ok(items(cx, &a[0])?.map_or(Value::ANY, Value::tuple))
}

fn reversed(cx: &mut dyn Context, a: &[Value]) -> Result {
    let values = items(cx, &a[0])?;
    Ok(values.map_or(Value::ANY, |v| Value::tuple(v.into_iter().rev().collect())))
}

/// Merge sort, so that a comparison may fail.
fn sorted(cx: &mut dyn Context, a: &[Value]) -> Result {
    let (values, reverse) = (items(cx, &a[0])?, args::flag(cx, a, 1)?);
    let Some(values) = values else { return Ok(Value::ANY) };
    let mut runs: Vec<Vec<Value>> = values.into_iter().map(|v| vec![v]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => match merge(cx, left, right, reverse)? {
                    Some(run) => run,
                    None => return Ok(Value::ANY),
                },
                None => left,
            });
        }
        runs = merged;
    }
    Ok(Value::tuple(runs.pop().unwrap_or_default()))
}

fn merge(
    cx: &mut dyn Context,
    left: Vec<Value>,
    right: Vec<Value>,
    reverse: bool,
) -> Outcome<Option<Vec<Value>>> {
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut out = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let op = if reverse { BinaryOp::Gt } else { BinaryOp::Lt };
        let later = binary(cx, op, b, a)?;
        match truth(cx, &later)? {
            Some(true) => out.extend(right.next()),
            Some(false) => out.extend(left.next()),
            None => return Ok(None),
        }
    }
    out.extend(left);
    out.extend(right);
    Ok(Some(out))
}
