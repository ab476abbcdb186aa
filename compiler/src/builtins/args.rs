//! Reading the arguments of builtins, and the form of their rows.

use crate::array::Array;
use crate::array::create::to_array;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{as_dtype, is_any, truth};
use crate::array::scalars::integer;
use crate::builtin::Context;
use crate::fault::Failure;
use crate::suggest;
use crate::value::{Unknown, Value};
use arr_ir::dtype::DType;
use std::rc::Rc;

/// Rows of builtins: name, parameters, function, what it computes, an example and its output.
/// `fn` after the name keeps it from being called as a method.
macro_rules! rows {
    ($($name:literal ($sig:literal) $call:path, $method:literal, $doc:literal
        $example:literal => $output:literal;)*) => {
        /// The rows of this file.
        pub(super) static ROWS: &[crate::builtin::Builtin] = &[$(crate::builtin::Builtin {
            name: $name,
            signature: $sig,
            method: $method,
            call: $call,
            doc: $doc,
            example: ($example, $output),
        },)*];
    };
}

/// Returns early when nothing is known of an argument.
macro_rules! known {
    ($($arg:expr),*) => {
        $(if crate::array::ops::is_any($arg) {
            return Ok(crate::value::Value::ANY);
        })*
    };
}

/// What a builtin gives.
pub(super) type Result = std::result::Result<Value, crate::fault::Fault>;

/// An argument as an array.
pub(super) fn array(cx: &mut dyn Context, args: &[Value], position: usize) -> Outcome<Array> {
    to_array(cx, position, &args[position])
}

/// A dtype argument; none when it was left out.
pub(super) fn dtype(args: &[Value], position: usize) -> Outcome<Option<DType>> {
    let value = &args[position];
    if matches!(value, Value::None) {
        return Ok(None);
    }
    match as_dtype(value) {
        Some(dtype) => Ok(Some(dtype)),
        None => Err(not_a_dtype(position, value).into()),
    }
}

/// A value that is not a dtype or the name of one.
pub(super) fn not_a_dtype(position: usize, value: &Value) -> Failure {
    near_dtype(position, value).unwrap_or_else(|| match value {
        Value::Str(name) => no_dtype(position, name),
        _ => faults::argument(position, value, "a dtype such as float32"),
    })
}

/// A text that is nearly the name of a dtype, or its name elsewhere.
pub(super) fn near_dtype(position: usize, value: &Value) -> Option<Failure> {
    let Value::Str(name) = value else { return None };
    let hint = match suggest::foreign(name).filter(|s| DType::from_name(s).is_some()) {
        Some(spelling) => format!("in arr this is {spelling}"),
        None => {
            let near = suggest::nearest(name, DType::ALL.iter().map(|d| d.name()))?;
            format!("did you mean `{near}`?")
        }
    };
    Some(no_dtype(position, name).hint(hint))
}

fn no_dtype(position: usize, name: &str) -> Failure {
    Failure::new("E0171", format!("there is no dtype `{name}`")).at(position, "")
}

/// A true-or-false argument; while checking what is not known counts as false.
pub(super) fn flag(cx: &mut dyn Context, args: &[Value], position: usize) -> Outcome<bool> {
    Ok(truth(cx, &args[position])?.unwrap_or(false))
}

/// An axis of an array, counted from the front; none when not known.
pub(super) fn axis(
    cx: &mut dyn Context,
    array: &Array,
    args: &[Value],
    position: usize,
) -> Outcome<Option<usize>> {
    one_axis(cx, array, &args[position], position)
}

fn one_axis(
    cx: &mut dyn Context,
    array: &Array,
    value: &Value,
    position: usize,
) -> Outcome<Option<usize>> {
    let Some(axis) = integer(cx, position, value)? else { return Ok(None) };
    normal(axis, array.ndim()).map(Some).ok_or_else(|| faults::axis(position, axis, array))
}

/// Whether an axis is given of an array without axes as if it had one: what folds elements, and
/// what flattens, takes 0 and -1 there.
pub(super) fn of_single(array: &Array, axis: &Value) -> bool {
    array.ndim() == 0 && matches!(axis, Value::Int(0 | -1) | Value::Unknown(Unknown::Int))
}

/// A possibly negative axis of `rank` axes.
pub(super) fn normal(axis: i64, rank: usize) -> Option<usize> {
    let at = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(at).ok().filter(|&a| a < rank)
}

/// Axes of an array given as none (all), one, or a tuple: sorted as given; outer none when not
/// known.
pub(super) fn axes(
    cx: &mut dyn Context,
    array: &Array,
    args: &[Value],
    position: usize,
) -> Outcome<Option<Vec<usize>>> {
    let given: Vec<Value> = match &args[position] {
        Value::None => return Ok(Some((0..array.ndim()).collect())),
        Value::Tuple(items) => items.to_vec(),
        Value::Array(a) if a.ndim() > 0 => {
            let wanted = "an axis: a whole number or a tuple of them";
            return Err(faults::argument(position, &args[position], wanted).into());
        }
        value => vec![value.clone()],
    };
    let mut axes = Vec::new();
    for value in &given {
        let Some(axis) = one_axis(cx, array, value, position)? else { return Ok(None) };
        if axes.contains(&axis) {
            return Err(faults::axis_twice(position, axis as i64));
        }
        axes.push(axis);
    }
    Ok(Some(axes))
}

/// A text argument; none when not known.
pub(super) fn text(args: &[Value], position: usize) -> Outcome<Option<Rc<str>>> {
    match &args[position] {
        Value::Str(text) => Ok(Some(text.clone())),
        Value::Unknown(Unknown::Str | Unknown::Any) => Ok(None),
        value => Err(faults::argument(position, value, "text").into()),
    }
}

/// Several arrays: the elements of a tuple, or the rows of an array; none when not known.
pub(super) fn arrays(
    cx: &mut dyn Context,
    args: &[Value],
    position: usize,
) -> Outcome<Option<Vec<Array>>> {
    match &args[position] {
        Value::Tuple(items) => {
            if items.iter().any(is_any) {
                return Ok(None);
            }
            items.iter().map(|v| to_array(cx, position, v)).collect::<Outcome<_>>().map(Some)
        }
        value => {
            let array = to_array(cx, position, value)?;
            rows_of(cx, &array)
        }
    }
}

/// The elements of an array along its first axis; none when their number is not known.
pub(super) fn rows_of(cx: &mut dyn Context, array: &Array) -> Outcome<Option<Vec<Array>>> {
    let Some(&dim) = array.dims().first() else {
        return Err(faults::argument(0, &Value::Array(array.clone()), "a sequence").into());
    };
    let Some(n) = dim.known() else { return Ok(None) };
    if n > MAX_ITEMS {
        return Err(Failure::new("E0165", format!("a tuple of {n} arrays is too long")).into());
    }
    let mut rows = Vec::with_capacity(n);
    for i in 0..n {
        let at = crate::array::Index::Value(Value::Int(i as i64));
        if let Value::Array(row) = crate::array::index(cx, &Value::Array(array.clone()), &[at])? {
            rows.push(row);
        }
    }
    Ok(Some(rows))
}

/// The most elements of a tuple that is made of something else.
pub(super) const MAX_ITEMS: usize = 1 << 20;
