//! What the evaluator calls: operators, truth, and attributes of values.

use crate::array::contract::matmul;
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::scalars::{self, Operand};
use crate::array::selection::{self, Selection};
use crate::array::{Array, build, complex};
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::op::MapOp;
use arr_ir::shape::Dim;
use arr_syntax::ast::{BinaryOp, UnaryOp};

/// An infix operator other than `and` and `or`.
pub fn binary(
    cx: &mut dyn Context,
    op: BinaryOp,
    lhs: &Value,
    rhs: &Value,
) -> Result<Value, Fault> {
    if [lhs, rhs].into_iter().any(selection::holds) {
        let whole = |v: &Value| matches!(v, Value::Selection(_)) || Operand::of(v).is_some();
        match (map_op(op), lhs, rhs) {
            // An array is not `none`, whatever is chosen.
            (Some(MapOp::Eq), Value::None, _) | (Some(MapOp::Eq), _, Value::None) => {
                return Ok(Value::Bool(false));
            }
            (Some(MapOp::Ne), Value::None, _) | (Some(MapOp::Ne), _, Value::None) => {
                return Ok(Value::Bool(true));
            }
            (Some(map), lhs, rhs) if whole(lhs) && whole(rhs) => {
                return elementwise(cx, map, &[lhs.clone(), rhs.clone()]);
            }
            _ => {}
        }
        let (lhs, rhs) = (selection::settled(cx, lhs)?, selection::settled(cx, rhs)?);
        return binary(cx, op, &lhs, &rhs);
    }
    let map = match op {
        BinaryOp::In => return contains(cx, lhs, rhs),
        BinaryOp::NotIn => return contains(cx, lhs, rhs).map(negate),
        BinaryOp::MatMul => return matmul(cx, lhs, rhs),
        _ => map_op(op),
    };
    let Some(map) = map else {
        return Err(Failure::new("E0150", "the operation needs two scalars").into());
    };
    let numeric = |v: &Value| Operand::of(v).is_some();
    match (numeric(lhs), numeric(rhs)) {
        (true, true) => elementwise(cx, map, &[lhs.clone(), rhs.clone()]),
        _ if is_any(lhs) || is_any(rhs) => Ok(Value::ANY),
        _ => other(cx, map, lhs, rhs),
    }
}

/// The row of an infix operator.
fn map_op(op: BinaryOp) -> Option<MapOp> {
    Some(match op {
        BinaryOp::Eq => MapOp::Eq,
        BinaryOp::Ne => MapOp::Ne,
        BinaryOp::Lt => MapOp::Lt,
        BinaryOp::Le => MapOp::Le,
        BinaryOp::Gt => MapOp::Gt,
        BinaryOp::Ge => MapOp::Ge,
        BinaryOp::BitOr => MapOp::BitOr,
        BinaryOp::BitXor => MapOp::BitXor,
        BinaryOp::BitAnd => MapOp::BitAnd,
        BinaryOp::Shl => MapOp::Shl,
        BinaryOp::Shr => MapOp::Shr,
        BinaryOp::Add => MapOp::Add,
        BinaryOp::Sub => MapOp::Sub,
        BinaryOp::Mul => MapOp::Mul,
        BinaryOp::Div => MapOp::Div,
        BinaryOp::FloorDiv => MapOp::FloorDiv,
        BinaryOp::Mod => MapOp::Mod,
        BinaryOp::Pow => MapOp::Pow,
        BinaryOp::Or | BinaryOp::And | BinaryOp::In | BinaryOp::NotIn | BinaryOp::MatMul => {
            return None;
        }
    })
}

/// A prefix operator other than `not`.
pub fn unary(cx: &mut dyn Context, op: UnaryOp, arg: &Value) -> Result<Value, Fault> {
    let arg = std::slice::from_ref(arg);
    match op {
        UnaryOp::Neg => elementwise(cx, MapOp::Neg, arg),
        UnaryOp::Invert => elementwise(cx, MapOp::Invert, arg),
        UnaryOp::Not => Ok(match truth(cx, &arg[0])? {
            Some(value) => Value::Bool(!value),
            None => Value::Unknown(Unknown::Bool),
        }),
        UnaryOp::Pos if is_any(&arg[0]) || selection::holds(&arg[0]) => Ok(arg[0].clone()),
        UnaryOp::Pos => match Operand::need(cx, 0, &arg[0])? {
            Operand::Array(array) => Ok(Value::Array(array)),
            Operand::Weak(_) => Ok(arg[0].clone()),
        },
    }
}

/// `result` of `target op= ...` as the new value of `target`: an array keeps its dtype (casts
/// within a kind are done, others refused) and, unless 0-d, its shape.
pub fn keep_dtype(target: &Value, result: Value) -> Result<Value, Fault> {
    if let (Value::Selection(old), Value::Selection(new)) = (target, &result) {
        let source = store_cast(1, new.source(), old.dtype())?;
        return Ok(Value::Selection(Selection::new(source, new.mask().clone())));
    }
    let (Value::Array(old), Value::Array(new)) = (target, &result) else { return Ok(result) };
    if old.ndim() > 0 && old.ndim() != new.ndim() {
        return Err(grown(old, new));
    }
    let grew = |(a, b): (&Dim, &Dim)| matches!((a, b), (Dim::Known(a), Dim::Known(b)) if a != b);
    if old.ndim() > 0 && old.dims().iter().zip(new.dims()).any(grew) {
        return Err(grown(old, new));
    }
    store_cast(1, new, old.dtype()).map(Value::Array)
}

fn grown(old: &Array, new: &Array) -> Fault {
    let (old, new) = (faults::dims_text(old.dims()), faults::dims_text(new.dims()));
    Failure::new("E0159", "an array keeps its shape when it is updated")
        .note(format!("{old} would become {new}"))
        .hint("write the whole assignment: {0} = ...")
        .into()
}

/// An array in the dtype of where it is stored: casts within a kind and from a lower kind.
pub(crate) fn store_cast(position: usize, array: &Array, dtype: DType) -> Outcome<Array> {
    let rank = |d: DType| match d.kind() {
        Kind::Bool => 0,
        Kind::Signed | Kind::Unsigned => 1,
        Kind::Float => 2,
        Kind::Complex => 3,
    };
    if rank(array.dtype()) > rank(dtype) {
        return Err(faults::store(position, array.dtype(), dtype));
    }
    build::cast(array, dtype)
}

/// Whether nothing is known of a value.
pub(crate) fn is_any(value: &Value) -> bool {
    matches!(value, Value::Unknown(Unknown::Any))
}

fn negate(value: Value) -> Value {
    match value {
        Value::Bool(b) => Value::Bool(!b),
        other => other,
    }
}

/// Operators on values that are not both numbers or arrays.
fn other(cx: &mut dyn Context, op: MapOp, lhs: &Value, rhs: &Value) -> Outcome<Value> {
    let sequence = |v: &Value| matches!(v, Value::Tuple(_) | Value::Range(..));
    let array = |v: &Value| matches!(v, Value::Array(_));
    if (array(lhs) && sequence(rhs)) || (sequence(lhs) && array(rhs)) {
        return elementwise(cx, op, &[lhs.clone(), rhs.clone()]);
    }
    match (op, lhs, rhs) {
        (MapOp::Eq, ..) => Ok(bool_value(equal(cx, lhs, rhs)?)),
        (MapOp::Ne, ..) => Ok(bool_value(equal(cx, lhs, rhs)?.map(|b| !b))),
        (MapOp::Add, Value::Tuple(a), Value::Tuple(b)) => {
            Ok(Value::Tuple(a.iter().chain(b.iter()).cloned().collect()))
        }
        (MapOp::Add, Value::Str(a), Value::Str(b)) => Ok(Value::text(&format!("{a}{b}"))),
        (MapOp::Mul, Value::Tuple(_) | Value::Str(_), n) => repeat(cx, lhs, 1, n),
        (MapOp::Mul, n, Value::Tuple(_) | Value::Str(_)) => repeat(cx, rhs, 0, n),
        (MapOp::Lt | MapOp::Le | MapOp::Gt | MapOp::Ge, Value::Str(a), Value::Str(b)) => {
            let order = Scalar::int(a.cmp(b) as i64);
            let answer = arr_ir::eval::apply(op, &[order, Scalar::int(0)], DType::Bool);
            Ok(Value::Bool(answer.truthy()))
        }
        (MapOp::Lt | MapOp::Le | MapOp::Gt | MapOp::Ge, Value::Tuple(a), Value::Tuple(b)) => {
            ordered(cx, op, a, b)
        }
        (MapOp::Add, a, b) if is_text(a) && is_text(b) => Ok(Value::Unknown(Unknown::Str)),
        (MapOp::Mul, a, b) if is_text(a) != is_text(b) => {
            let (times, at) = if is_text(a) { (b, 1) } else { (a, 0) };
            scalars::integer(cx, at, times)?;
            Ok(Value::Unknown(Unknown::Str))
        }
        (MapOp::Lt | MapOp::Le | MapOp::Gt | MapOp::Ge, a, b) if is_text(a) && is_text(b) => {
            Ok(Value::Unknown(Unknown::Bool))
        }
        _ => Err(unsuited(op, lhs, rhs)),
    }
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Str(_) | Value::Unknown(Unknown::Str))
}

fn unsuited(op: MapOp, lhs: &Value, rhs: &Value) -> Fault {
    let failure =
        Failure::new("E0150", format!("`{}` does not suit these values", faults::sign(op)))
            .at(0, lhs.type_text())
            .at(1, rhs.type_text());
    match (is_text(lhs), is_text(rhs)) {
        (true, false) => failure.hint("make text of it: str({1})").into(),
        (false, true) => failure.hint("make text of it: str({0})").into(),
        _ => failure.into(),
    }
}

/// The most elements or bytes that repeating a tuple or text may give.
const MAX_REPEATED: usize = 1 << 20;

fn repeat(cx: &mut dyn Context, what: &Value, position: usize, times: &Value) -> Outcome<Value> {
    let Some(times) = scalars::integer(cx, position, times)? else { return Ok(Value::ANY) };
    let times = times.max(0) as usize;
    let length = match what {
        Value::Tuple(items) => items.len(),
        Value::Str(text) => text.len(),
        _ => 0,
    };
    if length == 0 {
        return Ok(what.clone());
    }
    if length.saturating_mul(times) > MAX_REPEATED {
        return Err(Failure::new("E0165", "the repetition is too long").into());
    }
    Ok(match what {
        Value::Tuple(items) => {
            let all = std::iter::repeat_n(items.iter().cloned(), times).flatten();
            Value::Tuple(all.collect())
        }
        Value::Str(text) => Value::text(&text.repeat(times)),
        _ => Value::ANY,
    })
}

fn ordered(cx: &mut dyn Context, op: MapOp, a: &[Value], b: &[Value]) -> Outcome<Value> {
    for (x, y) in a.iter().zip(b) {
        match equal(cx, x, y)? {
            Some(true) => continue,
            Some(false) => return binary_map(cx, op, x, y),
            None => return Ok(Value::Unknown(Unknown::Bool)),
        }
    }
    elementwise(cx, op, &[Value::Int(a.len() as i64), Value::Int(b.len() as i64)])
}

fn binary_map(cx: &mut dyn Context, op: MapOp, a: &Value, b: &Value) -> Outcome<Value> {
    match Operand::of(a).is_some() && Operand::of(b).is_some() {
        true => elementwise(cx, op, &[a.clone(), b.clone()]),
        false => other(cx, op, a, b),
    }
}

fn bool_value(value: Option<bool>) -> Value {
    value.map_or(Value::Unknown(Unknown::Bool), Value::Bool)
}

/// Whether two values are the same, as `==` says of what is not an array; none when not known.
pub(crate) fn equal(cx: &mut dyn Context, lhs: &Value, rhs: &Value) -> Outcome<Option<bool>> {
    if let (Some(a), Some(b)) = (as_dtype(lhs), as_dtype(rhs)) {
        return Ok(Some(a == b));
    }
    Ok(Some(match (lhs, rhs) {
        (Value::None, Value::None) => true,
        (Value::None, Value::Unknown(Unknown::Any)) => return Ok(None),
        (Value::Unknown(Unknown::Any), _) | (_, Value::Unknown(Unknown::Any)) => return Ok(None),
        (Value::Str(a), Value::Str(b)) => a == b,
        (a, b) if is_text(a) && is_text(b) => return Ok(None),
        (Value::Range(..), Value::Range(..)) => range_items(lhs) == range_items(rhs),
        (Value::Tuple(a), Value::Tuple(b)) => {
            if a.len() != b.len() {
                return Ok(Some(false));
            }
            return all_equal(cx, a.iter().zip(b.iter()));
        }
        (Value::Record(a), Value::Record(b)) => {
            if a.len() != b.len() || a.iter().zip(b.iter()).any(|(x, y)| x.0 != y.0) {
                return Ok(Some(false));
            }
            return all_equal(cx, a.iter().map(|x| &x.1).zip(b.iter().map(|x| &x.1)));
        }
        (Value::Builtin(a), Value::Builtin(b)) => std::ptr::eq(*a, *b),
        (Value::Function(a), Value::Function(b)) => std::rc::Rc::ptr_eq(a, b),
        (Value::Method(a), Value::Method(b)) => {
            let same = equal(cx, &a.0, &b.0)?;
            return Ok(same.map(|same| same && std::ptr::eq(a.1, b.1)));
        }
        _ if Operand::of(lhs).is_some() && Operand::of(rhs).is_some() => {
            let same = elementwise(cx, MapOp::Eq, &[lhs.clone(), rhs.clone()])?;
            return truth(cx, &same);
        }
        _ => false,
    }))
}

/// First element, last element, length: what makes two ranges equal.
fn range_items(range: &Value) -> (Option<i64>, Option<i64>, usize) {
    let Value::Range(start, stop, step) = *range else { return (None, None, 0) };
    match range_len(start, stop, step) {
        0 => (None, None, 0),
        n => (Some(start), Some(start.wrapping_add(step.wrapping_mul(n as i64 - 1))), n),
    }
}

/// How many numbers a range has.
pub(crate) fn range_len(start: i64, stop: i64, step: i64) -> usize {
    let span = (stop as i128 - start as i128) * (step.signum() as i128);
    let step = (step as i128).abs().max(1);
    if span <= 0 { 0 } else { ((span + step - 1) / step) as usize }
}

fn all_equal<'a>(
    cx: &mut dyn Context,
    pairs: impl Iterator<Item = (&'a Value, &'a Value)>,
) -> Outcome<Option<bool>> {
    let mut known = true;
    for (a, b) in pairs {
        match equal(cx, a, b)? {
            Some(true) => {}
            Some(false) => return Ok(Some(false)),
            None => known = false,
        }
    }
    Ok(known.then_some(true))
}

/// `value in container`
fn contains(cx: &mut dyn Context, value: &Value, container: &Value) -> Outcome<Value> {
    let items: Vec<Value> = match container {
        Value::Unknown(_) => return Ok(Value::Unknown(Unknown::Bool)),
        Value::Tuple(items) => items.to_vec(),
        Value::Str(text) => match value {
            Value::Str(part) => return Ok(Value::Bool(text.contains(&**part))),
            Value::Unknown(_) => return Ok(Value::Unknown(Unknown::Bool)),
            _ => return Err(faults::argument(0, value, "text").into()),
        },
        Value::Record(fields) => fields.iter().map(|(n, _)| Value::Str(n.clone())).collect(),
        Value::Range(start, stop, step) => {
            let Some(i) = scalars::integer(cx, 0, value)? else {
                return Ok(Value::Unknown(Unknown::Bool));
            };
            let inside =
                if *step > 0 { (*start..*stop).contains(&i) } else { i <= *start && i > *stop };
            return Ok(Value::Bool(inside && (i as i128 - *start as i128) % *step as i128 == 0));
        }
        Value::Array(array) => {
            let same = elementwise(cx, MapOp::Eq, &[value.clone(), container.clone()])?;
            let Value::Array(same) = same else { return Ok(Value::Unknown(Unknown::Bool)) };
            let axes = build::all_axes(array.ndim().max(same.ndim()));
            let any = build::reduce(&same, arr_ir::op::FoldOp::Any, axes)?;
            return Ok(bool_value(truth(cx, &Value::Array(any))?));
        }
        _ => {
            let failure = Failure::new("E0150", "`in` needs a tuple, a range, text or an array");
            return Err(failure.at(1, container.type_text()).into());
        }
    };
    let mut known = true;
    for item in &items {
        match equal(cx, value, item)? {
            Some(true) => return Ok(Value::Bool(true)),
            Some(false) => {}
            None => known = false,
        }
    }
    Ok(bool_value(known.then_some(false)))
}

/// The dtype that a value names: `float32`, or the functions `int`, `float`, `bool`, `complex`.
pub(crate) fn as_dtype(value: &Value) -> Option<DType> {
    match value {
        Value::DType(dtype) => Some(*dtype),
        Value::Builtin(b) => match b.name {
            "int" => Some(DType::I64),
            "float" => Some(DType::F64),
            "bool" => Some(DType::Bool),
            "complex" => Some(DType::C128),
            _ => None,
        },
        Value::Str(name) => DType::from_name(name),
        _ => None,
    }
}

/// What a condition makes of a value; none while checking, when it is not known.
pub fn truth(cx: &mut dyn Context, value: &Value) -> Result<Option<bool>, Fault> {
    Ok(match value {
        Value::None => Some(false),
        Value::Bool(b) => Some(*b),
        Value::Int(i) => Some(*i != 0),
        Value::Float(f) => Some(*f != 0.0),
        Value::Complex(re, im) => Some(*re != 0.0 || *im != 0.0),
        Value::Str(text) => Some(!text.is_empty()),
        Value::Tuple(items) => Some(!items.is_empty()),
        Value::Range(start, stop, step) => Some(range_len(*start, *stop, *step) > 0),
        Value::Unknown(_) => None,
        Value::Selection(s) => {
            let array = s.array(cx)?;
            return truth(cx, &Value::Array(array));
        }
        Value::Array(array) => match single(array)? {
            Some(array) => scalars::scalar_of(cx, &array)?.map(Scalar::truthy),
            None => None,
        },
        Value::DType(_) | Value::Record(_) | Value::Function(_) => Some(true),
        Value::Builtin(_) | Value::Method(_) | Value::Module(_) => Some(true),
    })
}

/// The 0-d array of the only element of an array; none when its size is not known.
fn single(array: &Array) -> Outcome<Option<Array>> {
    let many = array.dims().iter().any(|d| d.known().is_some_and(|n| n != 1));
    if many {
        return Err(Failure::new("E0172", "an array is neither true nor false")
            .at(0, array_type(array))
            .hint("say which elements count: {0}.any() or {0}.all()")
            .into());
    }
    match array.known_shape() {
        Some(_) => build::reshape(array, Default::default()).map(Some),
        None => Ok(None),
    }
}

pub(crate) fn array_type(array: &Array) -> String {
    crate::value::array_type_text(array.dtype(), array.dims())
}

/// The only element of an array, for conversions to a scalar; none when not known.
pub(crate) fn item(cx: &mut dyn Context, array: &Array) -> Outcome<Option<Scalar>> {
    let many = array.dims().iter().any(|d| d.known().is_some_and(|n| n != 1));
    if many {
        return Err(Failure::new("E0178", "only an array of one element becomes a scalar")
            .at(0, array_type(array))
            .into());
    }
    match array.known_shape() {
        Some(_) => scalars::scalar_of(cx, &build::reshape(array, Default::default())?),
        None => Ok(None),
    }
}

/// An attribute of an array or a scalar, if it has one of that name: `T`, `mT`, `shape`, `ndim`,
/// `size`, `dtype`, `real`, `imag`, `nbytes`.
pub fn attribute(cx: &mut dyn Context, value: &Value, name: &str) -> Result<Option<Value>, Fault> {
    if is_any(value) {
        return Ok(Some(Value::ANY));
    }
    if let Value::Selection(s) = value {
        return match name {
            "dtype" => Ok(Some(Value::DType(s.dtype()))),
            "ndim" => Ok(Some(Value::Int(s.ndim() as i64))),
            _ => {
                let array = s.array(cx)?;
                attribute(cx, &Value::Array(array), name)
            }
        };
    }
    let array = match (value, Operand::of(value)) {
        (Value::Complex(re, im), _) if name == "real" || name == "imag" => {
            return Ok(Some(Value::Float(if name == "real" { *re } else { *im })));
        }
        (_, Some(Operand::Array(array))) => array,
        (_, Some(Operand::Weak(weak))) => Array::abstract_of(weak.dtype, Default::default()),
        _ => return Ok(None),
    };
    Ok(Some(match name {
        "T" => transposed(value, &array)?,
        "mT" => matrix_transposed(value, &array)?,
        "shape" => shape_value(&array),
        "ndim" => Value::Int(array.ndim() as i64),
        "size" => {
            let count = array.known_shape().map(|s| arr_ir::shape::count(&s) as i64);
            count.map_or(Value::Unknown(Unknown::Int), Value::Int)
        }
        "dtype" => Value::DType(array.dtype()),
        "nbytes" => array.nbytes().map_or(Value::Unknown(Unknown::Int), |n| Value::Int(n as i64)),
        "real" => match value {
            Value::Array(a) => Value::Array(complex::real(a)),
            Value::Unknown(Unknown::Complex) => Value::Unknown(Unknown::Float),
            _ => value.clone(),
        },
        "imag" => match value {
            Value::Array(a) => Value::Array(complex::imaginary(a)?),
            Value::Unknown(Unknown::Complex) => Value::Unknown(Unknown::Float),
            _ => elementwise(cx, MapOp::Mul, &[value.clone(), Value::Int(0)])?,
        },
        _ => return Ok(None),
    }))
}

/// The shape as a tuple of integers.
pub(crate) fn shape_value(array: &Array) -> Value {
    let size = |d: &Dim| match d {
        Dim::Known(n) => Value::Int(*n as i64),
        Dim::Unknown(_) => Value::Unknown(Unknown::Int),
    };
    Value::Tuple(array.dims().iter().map(size).collect())
}

fn transposed(value: &Value, array: &Array) -> Outcome<Value> {
    match array.ndim() {
        0 | 1 => Ok(value.clone()),
        2 => build::arrange(array, &[Some(1), Some(0)]).map(Value::Array),
        n => Err(Failure::new("E0174", "`.T` is for arrays of at most two dimensions")
            .at(0, array_type(array))
            .hint("to swap the last two axes, write {0}.mT")
            .hint(format!(
                "to reverse all, write permute_dims({{0}}, {})",
                faults::dims_text(&(0..n).rev().map(Dim::Known).collect::<Vec<_>>())
                    .replace('[', "(")
                    .replace(']', ")")
            ))
            .into()),
    }
}

/// The last two axes swapped.
pub(crate) fn matrix_transposed(value: &Value, array: &Array) -> Outcome<Value> {
    let n = array.ndim();
    if n < 2 {
        return Err(Failure::new("E0174", "`.mT` needs at least two dimensions")
            .at(0, value.type_text())
            .into());
    }
    let mut axes: Vec<Option<usize>> = (0..n).map(Some).collect();
    axes.swap(n - 2, n - 1);
    build::arrange(array, &axes).map(Value::Array)
}
