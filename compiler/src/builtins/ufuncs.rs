//! Functions of two arguments over an axis: the methods of NumPy's universal functions, running
//! extremes, and scans with any function.
//!
//! `f.accumulate(x)` calls the row `ufunc.accumulate` with `f` as its first argument, for every
//! function `f`. Where `f` is a fold of the planner it becomes one; where it is exact and
//! associative, halves are combined; else the axis is walked.

use super::args::{self, Result};
use super::reductions::{fold, running};
use crate::array::build;
use crate::array::create::{same_dims, stack};
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{array_type, is_any};
use crate::array::{Array, Index, index, truth};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::shape::{Dim, DimMap, IndexMap};

rows! {
    "ufunc.accumulate" ("f, x, axis=0, dtype=none") accumulate, false,
        "f.accumulate(x): what a function of two arguments makes of the elements up to each one along an axis."
        "maximum.accumulate([1, 3, 2, 5])" => "[1 3 3 5]";
    "ufunc.reduce" ("f, x, axis=0, dtype=none, keepdims=false, initial=none") reduce, false,
        "f.reduce(x): what a function of two arguments makes of all elements along an axis, from the first on; none is all axes, for functions whose order does not matter."
        "subtract.reduce([10, 3, 2])" => "5";
    "ufunc.outer" ("f, a, b") outer, false,
        "f.outer(a, b): a function of two arguments of every pair of elements."
        "add.outer([10, 20], [1, 2, 3])" => "[[11 12 13]\n [21 22 23]]";
    "ufunc.at" ("f, x, indices, values=none") at, false,
        "f.at(x, indices, values): the array after a function was applied to the elements at the positions and the values, one after the other, equal positions too. Positions are along the first axis, a mask, or a tuple for several axes. Without values the function takes one argument."
        "add.at([1, 2, 3], [0, 0, 2], 10)" => "[21  2 13]";
    "ufunc.reduceat" ("f, x, indices, axis=0") reduceat, false,
        "f.reduceat(x, indices): f.reduce of the parts of an axis from each position to before the next (the last one to the end); of a position that is not less than the next one, its element."
        "add.reduceat([1, 2, 3, 4], [0, 2])" => "[3 7]";
    "cumulative_max" ("x, axis=none") cumulative_max, true,
        "The greatest of the elements up to each one along an axis (needed from two dimensions on); NaN from the first NaN on."
        "cumulative_max([1, 3, 2])" => "[1 3 3]";
    "cumulative_min" ("x, axis=none") cumulative_min, true,
        "The least of the elements up to each one along an axis (needed from two dimensions on); NaN from the first NaN on."
        "cumulative_min([2, 3, 1])" => "[2 2 1]";
    "scan" ("f, x, axis=0, init=none") scan, false,
        "The values that f(state, element) takes along an axis, the first element, or init before it, being the first state."
        "scan(fn(s, v) = 0.5 * s + v, [1.0, 1.0, 1.0])" => "[1.   1.5  1.75]";
    "logical_and" ("x1, x2") logical_and, true,
        "Whether both are not zero." "logical_and([true, true], [true, false])" => "[ True False]";
    "logical_or" ("x1, x2") logical_or, true,
        "Whether either is not zero." "logical_or([true, false], [false, false])" => "[ True False]";
    "logical_xor" ("x1, x2") logical_xor, true,
        "Whether exactly one is not zero." "logical_xor([true, true], [true, false])" => "[False  True]";
}

fn logical(cx: &mut dyn Context, op: MapOp, a: &[Value]) -> Result {
    let zero = Value::Int(0);
    let left = elementwise(cx, MapOp::Ne, &[a[0].clone(), zero.clone()])?;
    let right = elementwise(cx, MapOp::Ne, &[a[1].clone(), zero])?;
    elementwise(cx, op, &[left, right])
}

fn logical_and(cx: &mut dyn Context, a: &[Value]) -> Result {
    logical(cx, MapOp::BitAnd, a)
}

fn logical_or(cx: &mut dyn Context, a: &[Value]) -> Result {
    logical(cx, MapOp::BitOr, a)
}

fn logical_xor(cx: &mut dyn Context, a: &[Value]) -> Result {
    logical(cx, MapOp::BitXor, a)
}

fn cumulative_max(cx: &mut dyn Context, a: &[Value]) -> Result {
    running(cx, FoldOp::Max, a)
}

fn cumulative_min(cx: &mut dyn Context, a: &[Value]) -> Result {
    running(cx, FoldOp::Min, a)
}

/// How a function combines the elements along an axis.
enum Way {
    /// As a fold of the planner.
    Fold(FoldOp),
    /// In any grouping, exactly: halves are combined; what nothing gives.
    Halves(Option<i64>),
    /// Element by element.
    Steps,
}

fn way(f: &Value, dtype: DType) -> Way {
    let Value::Builtin(builtin) = f else { return Way::Steps };
    match (builtin.name, dtype) {
        ("add", _) => Way::Fold(FoldOp::Sum),
        ("multiply", _) => Way::Fold(FoldOp::Prod),
        ("minimum", _) => Way::Fold(FoldOp::Min),
        ("maximum", _) => Way::Fold(FoldOp::Max),
        ("logical_or", _) | ("bitwise_or", DType::Bool) => Way::Fold(FoldOp::Any),
        ("logical_and", _) | ("bitwise_and", DType::Bool) => Way::Fold(FoldOp::All),
        ("bitwise_or" | "bitwise_xor" | "logical_xor", _) => Way::Halves(Some(0)),
        ("bitwise_and", _) => Way::Halves(Some(-1)),
        _ => Way::Steps,
    }
}

/// The function to combine with; other values are refused.
fn function(a: &[Value]) -> Outcome<()> {
    match a[0].is_function() {
        true => Ok(()),
        false => Err(faults::argument(0, &a[0], "a function of two arguments").into()),
    }
}

/// The array argument, in another dtype if one is asked for.
fn operand(cx: &mut dyn Context, a: &[Value], dtype_at: usize) -> Outcome<(Array, Option<DType>)> {
    let dtype = args::dtype(a, dtype_at)?;
    let array = args::array(cx, a, 1)?;
    let array = match (dtype, &a[0]) {
        (Some(dtype), _) => build::cast(&array, dtype)?,
        (None, Value::Builtin(f)) if f.name.starts_with("logical_") => truths(cx, &array)?,
        _ => array,
    };
    Ok((array, dtype))
}

fn one_axis(cx: &mut dyn Context, array: &Array, a: &[Value], at: usize) -> Outcome<Option<usize>> {
    if array.ndim() == 0 {
        return Err(faults::argument(1, &a[1], "an array of at least one dimension").into());
    }
    args::axis(cx, array, a, at)
}

fn accumulate(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    function(a)?;
    let (array, dtype) = operand(cx, a, 3)?;
    let Some(axis) = one_axis(cx, &array, a, 2)? else { return Ok(Value::ANY) };
    if let Way::Fold(op) = way(&a[0], array.dtype()) {
        let scanned = build::scan(&array, op, axis)?;
        return build::cast(&scanned, dtype.unwrap_or(scanned.dtype())).map(Value::Array);
    }
    let walked = walk(cx, &a[0], &array, axis, None)?;
    let Some(states) = walked.states else { return Ok(walked.any(cx, &array, axis)) };
    if states.is_empty() {
        return Ok(Value::Array(array));
    }
    stacked(&states, axis).map(Value::Array)
}

/// Whether the elements are not zero.
fn truths(cx: &mut dyn Context, array: &Array) -> Outcome<Array> {
    let truths = elementwise(cx, MapOp::Ne, &[Value::Array(array.clone()), Value::Int(0)])?;
    args::array(cx, &[truths], 0)
}

fn reduce(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3], &a[4], &a[5]);
    function(a)?;
    let (array, dtype) = operand(cx, a, 3)?;
    let Some(keep) = truth(cx, &a[4])? else { return Ok(Value::ANY) };
    let Some(axes) = args::axes(cx, &array, a, 2)? else { return Ok(Value::ANY) };
    let way = way(&a[0], array.dtype());
    let result = match way {
        Way::Fold(op) => {
            let empty = axes.iter().any(|&i| array.dims()[i] == Dim::Known(0));
            if empty && !op.has_identity() && !matches!(a[5], Value::None) {
                let dims = array.dims().clone();
                return nothing(cx, &a[5], array.dtype(), dims, &axes, keep);
            }
            Value::Array(fold(&array, op, &axes, dtype, keep)?)
        }
        Way::Steps if axes.len() > 1 => {
            return Err(Failure::new(
                "E0161",
                "the order matters, so one axis is reduced at a time",
            )
            .at(1, array_type(&array))
            .into());
        }
        _ => {
            let mut value = Value::Array(array.clone());
            // From the last axis on, so that the others stay where they are.
            let mut sorted = axes.clone();
            sorted.sort_unstable();
            for &axis in sorted.iter().rev() {
                let part = args::array(cx, &[value], 0)?;
                let initial = if let Way::Steps = way { &a[5] } else { &Value::None };
                value = along(cx, &a[0], &way, &part, axis, initial)?;
                known!(&value);
            }
            if keep && let Value::Array(result) = &value {
                value = Value::Array(build::expand(result, &sorted)?);
            }
            value
        }
    };
    match (&a[5], &way) {
        (Value::None, _) | (_, Way::Steps) => Ok(result),
        (initial, _) => cx.call(&a[0], &[initial.clone(), result], &[]),
    }
}

/// The initial value where nothing is combined with it.
fn nothing(
    cx: &mut dyn Context,
    initial: &Value,
    dtype: DType,
    mut dims: arr_ir::shape::Dims,
    axes: &[usize],
    keep: bool,
) -> Result {
    for &axis in axes {
        dims[axis] = Dim::Known(1);
    }
    let value = args::array(cx, std::slice::from_ref(initial), 0)?;
    let full = build::broadcast_to(&build::cast(&value, dtype)?, &dims)?;
    if keep {
        return Ok(Value::Array(full));
    }
    let kept: Vec<Option<usize>> =
        (0..dims.len()).filter(|d| !axes.contains(d)).map(Some).collect();
    build::arrange(&full, &kept).map(Value::Array)
}

/// What a function makes of the elements along one axis.
fn along(
    cx: &mut dyn Context,
    f: &Value,
    way: &Way,
    array: &Array,
    axis: usize,
    initial: &Value,
) -> Result {
    let Some(mut n) = array.dims()[axis].known() else { return Ok(Value::ANY) };
    let start = (!matches!(initial, Value::None)).then(|| initial.clone());
    if n == 0 {
        let identity = match way {
            Way::Halves(identity) => *identity,
            _ => None,
        };
        let kept = |d: &usize| *d != axis;
        let dims = (0..array.ndim()).filter(kept).map(|d| array.dims()[d]).collect();
        return match (identity, start) {
            (_, Some(start)) => {
                let value = args::array(cx, &[start], 0)?;
                build::broadcast_to(&value, &dims).map(Value::Array)
            }
            (Some(i), None) => {
                let scalar = Scalar::from_i128(i as i128, array.dtype());
                build::full_of(scalar, dims).map(Value::Array)
            }
            (None, None) => Err(Failure::new("E0168", "the function has no value for no elements")
                .at(1, array_type(array))
                .into()),
        };
    }
    let Way::Halves(_) = way else {
        let walked = walk(cx, f, array, axis, start)?;
        return Ok(match walked.states {
            Some(mut states) => states.pop().map_or(Value::ANY, Value::Array),
            None => walked.last.unwrap_or(Value::ANY),
        });
    };
    let mut whole = Value::Array(array.clone());
    while n > 1 {
        let half = n / 2;
        let (left, right) =
            (slice(cx, &whole, axis, 0, half)?, slice(cx, &whole, axis, half, half)?);
        let mut joined = cx.call(f, &[left, right], &[])?;
        known!(&joined);
        if n % 2 == 1 {
            let rest = slice(cx, &whole, axis, n - 1, 1)?;
            let rest = args::array(cx, &[rest], 0)?;
            let array = args::array(cx, &[joined], 0)?;
            joined = Value::Array(super::shaping::concatenated(cx, &[array, rest], axis, None)?);
        }
        whole = joined;
        n = n.div_ceil(2);
    }
    row(cx, &whole, axis, 0)
}

/// `n` elements along an axis from `start` on.
fn slice(cx: &mut dyn Context, value: &Value, axis: usize, start: usize, n: usize) -> Result {
    let array = args::array(cx, std::slice::from_ref(value), 0)?;
    let mut dims = array.dims().clone();
    dims[axis] = Dim::Known(n);
    let view = build::view(&array, dims, || {
        let mut map = IndexMap::identity(array.ndim());
        map.0[axis] = DimMap::slice(start as i64, 1, axis);
        map
    })?;
    Ok(Value::Array(view))
}

/// The part of an array at one index of an axis.
fn row(cx: &mut dyn Context, array: &Value, axis: usize, at: usize) -> Result {
    let mut items: Vec<Index> = (0..axis).map(|_| Index::Slice(None, None, None)).collect();
    items.push(Index::Value(Value::Int(at as i64)));
    index(cx, array, &items)
}

/// The states of a walk along an axis.
struct Walked {
    /// All of them; none when (while checking) only their type is known.
    states: Option<Vec<Array>>,
    /// While checking: one that looks like all.
    last: Option<Value>,
}

impl Walked {
    /// While checking: the states along an axis, of which only the type is known.
    fn any(&self, cx: &mut dyn Context, array: &Array, axis: usize) -> Value {
        let Some(Value::Array(last)) = &self.last else { return Value::ANY };
        if axis > last.ndim() {
            return Value::ANY;
        }
        let mut dims = last.dims().clone();
        let size = array.dims()[array.ndim().min(axis + 1) - 1];
        dims.insert(axis, size.known().map_or_else(|| cx.fresh_dim(), Dim::Known));
        Value::Array(Array::abstract_of(last.dtype(), dims))
    }
}

/// Steps of a walk that are followed while checking.
const CHECKED_STEPS: usize = 3;

/// States that are computed together.
const TOGETHER: usize = 100;

/// Walks an axis: the first element is the first state, or what the function makes of `start`
/// and it; every further state is the function of the last one and the next element.
fn walk(
    cx: &mut dyn Context,
    f: &Value,
    array: &Array,
    axis: usize,
    start: Option<Value>,
) -> Outcome<Walked> {
    let whole = Value::Array(array.clone());
    let length = array.dims()[axis].known();
    let followed = match (cx.checking(), length) {
        (true, n) => n.unwrap_or(CHECKED_STEPS).min(CHECKED_STEPS),
        (false, n) => n.unwrap_or(0),
    };
    let mut states: Vec<Array> = vec![];
    let mut state = start;
    for i in 0..followed {
        let item = match length {
            Some(_) => row(cx, &whole, axis, i)?,
            None => {
                let kept = (0..array.ndim()).filter(|&d| d != axis);
                let dims = kept.map(|d| array.dims()[d]).collect();
                Value::Array(Array::abstract_of(array.dtype(), dims))
            }
        };
        let next = match state {
            Some(state) => cx.call(f, &[state, item], &[])?,
            None => item,
        };
        if is_any(&next) {
            return Ok(Walked { states: None, last: None });
        }
        let next = args::array(cx, &[next], 0)?;
        if let Some(first) = states.first()
            && !same_dims(first.dims(), next.dims())
        {
            return Err(Failure::new("E0170", "the function gives values of different shapes")
                .note(format!("first {}, then {}", array_type(first), array_type(&next)))
                .into());
        }
        state = Some(Value::Array(next.clone()));
        states.push(next);
        // Every state is read twice: by the next one and in the result.
        if states.len().is_multiple_of(TOGETHER) {
            cx.compute(&states[states.len() - TOGETHER..])?;
        }
    }
    if length == Some(followed) {
        return Ok(Walked { states: Some(states), last: None });
    }
    let steady = states.len() >= 2 && {
        let [.., a, b] = &states[..] else { return Ok(Walked { states: None, last: None }) };
        a.dtype() == b.dtype() && a.dims() == b.dims()
    };
    let dtype = states.iter().map(Array::dtype).reduce(DType::promote);
    let last = states
        .pop()
        .filter(|_| steady)
        .zip(dtype)
        .map(|(last, dtype)| Value::Array(Array::abstract_of(dtype, last.dims().clone())));
    Ok(Walked { states: None, last })
}

/// The states along a new axis.
fn stacked(states: &[Array], axis: usize) -> Outcome<Array> {
    let dtype = states.iter().map(Array::dtype).reduce(DType::promote).unwrap_or(DType::F64);
    stack(states, dtype, axis)
}

fn scan(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    function(a)?;
    let array = args::array(cx, a, 1)?;
    let Some(axis) = one_axis(cx, &array, a, 2)? else { return Ok(Value::ANY) };
    let start = (!matches!(a[3], Value::None)).then(|| a[3].clone());
    let walked = walk(cx, &a[0], &array, axis, start)?;
    let Some(states) = walked.states else { return Ok(walked.any(cx, &array, axis)) };
    let Some(first) = states.first() else { return Ok(Value::Array(array)) };
    if first.ndim() < axis {
        return Err(Failure::new("E0161", format!("the states have no place for axis {axis}"))
            .at(1, array_type(&array))
            .note(format!("the function gives {}", array_type(first)))
            .into());
    }
    stacked(&states, axis).map(Value::Array)
}

fn outer(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    function(a)?;
    let (left, right) = (args::array(cx, a, 1)?, args::array(cx, a, 2)?);
    let trailing: Vec<usize> = (left.ndim()..left.ndim() + right.ndim()).collect();
    let left = build::expand(&left, &trailing)?;
    cx.call(&a[0], &[Value::Array(left), Value::Array(right)], &[])
}

/// The fold that applying a function at positions one after the other is.
fn fold_at(f: &Value, dtype: DType) -> Option<FoldOp> {
    let Value::Builtin(builtin) = f else { return None };
    let negates = matches!(dtype.kind(), Kind::Signed | Kind::Float | Kind::Complex);
    Some(match builtin.name {
        "add" => FoldOp::Sum,
        "subtract" if negates => FoldOp::Sum,
        "multiply" => FoldOp::Prod,
        "minimum" => FoldOp::Min,
        "maximum" => FoldOp::Max,
        _ => return None,
    })
}

fn at(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    function(a)?;
    let array = args::array(cx, a, 1)?;
    let indices = match &a[2] {
        Value::Tuple(items) => items.to_vec(),
        value => {
            let mask = args::array(cx, std::slice::from_ref(value), 0)?;
            match mask.dtype() {
                DType::Bool => match super::ordering::nonzero(cx, &[Value::Array(mask)])? {
                    Value::Tuple(items) => items.to_vec(),
                    _ => return Ok(Value::ANY),
                },
                _ => vec![value.clone()],
            }
        }
    };
    if indices.is_empty() || indices.len() > array.ndim() {
        let wanted = "positions, for no more axes than the array has";
        return Err(faults::argument(2, &a[2], wanted).into());
    }
    let indices = Value::tuple(indices);
    match (fold_at(&a[0], array.dtype()), &a[0], &a[3]) {
        (Some(op), Value::Builtin(f), values) if !matches!(values, Value::None) => {
            let mut values = values.clone();
            if f.name == "subtract" {
                values = elementwise(cx, MapOp::Neg, &[values])?;
            }
            super::ordering::folded(cx, op, &[Value::Array(array), indices, values])
        }
        _ => {
            let given = [a[0].clone(), Value::Array(array), indices, a[3].clone()];
            super::choices::library(cx, "_at", &given)
        }
    }
}

fn reduceat(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    function(a)?;
    let (array, _) = operand(cx, &[a[0].clone(), a[1].clone(), Value::None], 2)?;
    let given = [a[0].clone(), Value::Array(array), a[2].clone(), a[3].clone()];
    super::choices::library(cx, "_reduceat", &given)
}
