//! Reductions and scans.

use super::args::{self, Result};
use super::creation::is_scalar;
use crate::array::build;
use crate::array::create::{same_dims, to_array};
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{array_type, is_any};
use crate::array::scalars::Operand;
use crate::array::selection;
use crate::array::{Array, Arrays, truth};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::eval;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::shape::{Dim, broadcast};

rows! {
    "sum" ("x, axis=none, dtype=none, keepdims=false, *, initial=none, where=none") sum, true,
        "The sum over an axis, several, or all; integers add up in int64 or uint64. Only elements where the mask `where` is true count; it broadcasts to the array. `initial + ` the sum, if that is given."
        "sum([1, 2, 3])" => "6";
    "prod" ("x, axis=none, dtype=none, keepdims=false, *, initial=none, where=none") prod, true,
        "The product over an axis, several, or all. Only elements where the mask `where` is true count; it broadcasts to the array. `initial * ` the product, if that is given."
        "prod([1, 2, 3])" => "6";
    "min" ("x, axis=none, keepdims=false, *, initial=none, where=none") min, true,
        "The least element over an axis, several, or all; NaN if any is. Only elements where the mask `where` is true count, and `initial`, which a mask needs: it is the result where no element counts."
        "min([3, 1, 2])" => "1";
    "max" ("x, axis=none, keepdims=false, *, initial=none, where=none") max, true,
        "The greatest element over an axis, several, or all; NaN if any is. Only elements where the mask `where` is true count, and `initial`, which a mask needs: it is the result where no element counts."
        "max([3, 1, 2])" => "3";
    "any" ("x, axis=none, keepdims=false, *, where=none") any, true,
        "Whether any element is not zero, of those where the mask `where` is true." "any([0, 1])" => "True";
    "all" ("x, axis=none, keepdims=false, *, where=none") all, true,
        "Whether all elements are not zero, of those where the mask `where` is true." "all([0, 1])" => "False";
    "cumulative_sum" ("x, axis=none, dtype=none, include_initial=false") cumulative_sum, true,
        "The sums of the elements up to each one along an axis (needed from two dimensions on)."
        "cumulative_sum([1, 2, 3])" => "[1 3 6]";
    "cumulative_prod" ("x, axis=none, dtype=none, include_initial=false") cumulative_prod, true,
        "The products of the elements up to each one along an axis."
        "cumulative_prod([1, 2, 3])" => "[1 2 6]";
    "cumsum" ("x, axis=none, dtype=none") cumsum, true,
        "NumPy's cumulative_sum: without an axis the array is flattened."
        "cumsum([[1, 2], [3, 4]])" => "[ 1  3  6 10]";
    "cumprod" ("x, axis=none, dtype=none") cumprod, true,
        "NumPy's cumulative_prod: without an axis the array is flattened."
        "cumprod([[1, 2], [3, 4]])" => "[ 1  2  6 24]";
}

/// Where the arguments of a reduction stand: those it has, after the array and the axis.
struct At {
    dtype: Option<usize>,
    keep: usize,
    initial: Option<usize>,
    mask: usize,
}

const ADDED: At = At { dtype: Some(2), keep: 3, initial: Some(4), mask: 5 };
const PICKED: At = At { dtype: None, keep: 2, initial: Some(3), mask: 4 };
const TESTED: At = At { dtype: None, keep: 2, initial: None, mask: 3 };

fn sum(cx: &mut dyn Context, a: &[Value]) -> Result {
    reduction(cx, FoldOp::Sum, a, &ADDED)
}

fn prod(cx: &mut dyn Context, a: &[Value]) -> Result {
    reduction(cx, FoldOp::Prod, a, &ADDED)
}

fn min(cx: &mut dyn Context, a: &[Value]) -> Result {
    if is_pair(a) {
        return elementwise(cx, MapOp::Min, &a[..2]);
    }
    refuse_pair("minimum", a)?;
    reduction(cx, FoldOp::Min, a, &PICKED)
}

fn max(cx: &mut dyn Context, a: &[Value]) -> Result {
    if is_pair(a) {
        return elementwise(cx, MapOp::Max, &a[..2]);
    }
    refuse_pair("maximum", a)?;
    reduction(cx, FoldOp::Max, a, &PICKED)
}

fn any(cx: &mut dyn Context, a: &[Value]) -> Result {
    reduction(cx, FoldOp::Any, a, &TESTED)
}

fn all(cx: &mut dyn Context, a: &[Value]) -> Result {
    reduction(cx, FoldOp::All, a, &TESTED)
}

/// Whether `max(a, b)` is given two single numbers, of which the second cannot be an axis.
fn is_pair(a: &[Value]) -> bool {
    let single = |v: &Value| is_scalar(v) && !is_any(v);
    let unknown = is_any(&a[0]);
    let float = match &a[1] {
        Value::Float(_) | Value::Unknown(Unknown::Float) => true,
        Value::Array(second) => second.dtype().kind() == Kind::Float,
        _ => false,
    };
    (unknown || single(&a[0])) && single(&a[1]) && float
}

/// `max(a, b)` means `maximum(a, b)` elsewhere; here the second argument is an axis.
fn refuse_pair(name: &str, a: &[Value]) -> Outcome<()> {
    let axis = matches!(a[1], Value::None | Value::Int(_) | Value::Tuple(_) | Value::Unknown(_));
    let integer = matches!(&a[1], Value::Array(x) if x.ndim() == 0 && x.dtype().is_integer());
    let number = is_scalar(&a[0]) && !is_any(&a[0]);
    let scalar = number && !matches!(a[1], Value::None | Value::Tuple(_));
    if !scalar && (axis || integer) {
        return Ok(());
    }
    let failure =
        Failure::new("E0175", "the second argument is an axis here").at(1, a[1].type_text());
    let (of_two, of_all) = match name {
        "minimum" => ("smaller", "min"),
        _ => ("larger", "max"),
    };
    if matches!(a[2], Value::Int(_) | Value::Float(_)) {
        return Err(failure
            .hint(format!("for that of several numbers write {of_all}([...])"))
            .into());
    }
    if matches!(a[1], Value::Str(_) | Value::Unknown(Unknown::Str)) {
        return Err(failure.hint("texts are compared by < and >").into());
    }
    Err(failure.hint(format!("for the {of_two} of two values write {name}({{0}}, {{1}})")).into())
}

fn reduction(cx: &mut dyn Context, op: FoldOp, a: &[Value], at: &At) -> Result {
    let given = |at: Option<usize>| at.map_or(&Value::None, |i| &a[i]);
    let (dtype, keep, initial) = (given(at.dtype), &a[at.keep], given(at.initial));
    known!(&a[0], &a[1], dtype, keep, initial, &a[at.mask]);
    let masked = !matches!(a[at.mask], Value::None | Value::Bool(true));
    let plain = !masked && matches!(initial, Value::None);
    if let (true, Value::Tuple(items), Value::None, Value::None) = (plain, &a[0], &a[1], dtype)
        && let Some(value) = fold_weak(cx, op, items)?
    {
        return Ok(value);
    }
    let dtype = at.dtype.map(|i| args::dtype(a, i)).transpose()?.flatten();
    if let Value::Selection(s) = &a[0] {
        let first = matches!(a[1], Value::Int(0)) && s.mask().ndim() == 1;
        let whole = first || matches!(a[1], Value::None);
        if plain && whole && truth(cx, keep)? == Some(false) {
            return s.fold(cx, op, dtype, !first).map(Value::Array);
        }
        let mut settled = a.to_vec();
        settled[0] = Value::Array(s.array(cx)?);
        return reduction(cx, op, &settled, at);
    }
    let mut array = args::array(cx, a, 0)?;
    let axes = match args::of_single(&array, &a[1]) {
        true => Some(vec![]),
        false => args::axes(cx, &array, a, 1)?,
    };
    let Some(axes) = axes else { return Ok(Value::ANY) };
    let Some(keep) = truth(cx, keep)? else { return Ok(Value::ANY) };
    if masked {
        if matches!(initial, Value::None) && !op.has_identity() {
            let what = format!("the {} of masked elements needs an initial value", op.name());
            return Err(Failure::new("E0168", what)
                .at(at.mask, "may be true nowhere")
                .hint("`initial=` says what counts where no element does: -inf or inf, say")
                .into());
        }
        if let Some(dtype) = dtype {
            array = build::cast(&array, dtype)?;
        }
        let mask = args::array(cx, a, at.mask)?;
        array = chosen(&array, op, a, at.mask, &mask)?;
    }
    let Some(start) = at.initial.filter(|_| !matches!(initial, Value::None)) else {
        return fold(&array, op, &axes, dtype, keep).map(Value::Array);
    };
    let first = args::array(cx, a, start)?;
    if first.ndim() != 0 {
        return Err(faults::argument(start, initial, "a single number").into());
    }
    let result = if !op.has_identity() && nothing(&array, &axes) {
        // There is `initial` alone.
        let kept = |(i, &d)| match axes.contains(&i) {
            true => keep.then_some(Dim::Known(1)),
            false => Some(d),
        };
        let dims = array.dims().iter().enumerate().filter_map(kept).collect();
        build::full_of(eval::empty_fold(op, array.dtype()), dims)?
    } else {
        fold(&array, op, &axes, dtype, keep)?
    };
    elementwise(cx, op.elementwise(), &[initial.clone(), Value::Array(result)])
}

/// Whether a reduction over these axes has no element to reduce.
fn nothing(array: &Array, axes: &[usize]) -> bool {
    axes.iter().any(|&a| array.dims()[a] == Dim::Known(0))
}

/// The array in the dtype that the fold computes in, with what changes nothing where the mask is
/// not true.
fn chosen(array: &Array, op: FoldOp, a: &[Value], at: usize, mask: &Array) -> Outcome<Array> {
    if mask.dtype() != DType::Bool {
        return Err(faults::argument(at, &a[at], "a mask, which is of bool").into());
    }
    let of = |position, array: &Array| (position, array_type(array));
    let joined = broadcast(array.dims(), mask.dims()).map_err(|mismatch| {
        let ((p, array_text), (q, mask_text)) = (of(0, array), of(at, mask));
        faults::shapes((p, array_text, array.dims()), (q, mask_text, mask.dims()), mismatch)
    })?;
    if !same_dims(&joined, array.dims()) {
        return Err(Failure::new("E0177", "the mask does not broadcast to the array")
            .at(0, array_type(array))
            .at(at, array_type(mask))
            .into());
    }
    selection::masked(array, &build::broadcast_to(mask, array.dims())?, op)
}

/// The combination of an array over axes.
pub(super) fn fold(
    array: &Array,
    op: FoldOp,
    axes: &[usize],
    dtype: Option<DType>,
    keep: bool,
) -> Outcome<Array> {
    if nothing(array, axes) && !op.has_identity() {
        return Err(Failure::new(
            "E0168",
            format!("the {} of no elements does not exist", op.name()),
        )
        .at(0, array_type(array))
        .into());
    }
    let cast = match dtype {
        Some(dtype) => build::cast(array, dtype)?,
        None => array.clone(),
    };
    let mask = axes.iter().fold(0, |mask, &a| mask | build::one_axis(a));
    let result = build::reduce(&cast, op, mask)?;
    let result = build::cast(&result, dtype.unwrap_or(result.dtype()))?;
    if !keep {
        return Ok(result);
    }
    let mut positions = axes.to_vec();
    positions.sort_unstable();
    build::expand(&result, &positions)
}

/// A fold over a tuple of weak scalars is weak: sizes and counters stay exact integers.
fn fold_weak(cx: &mut dyn Context, op: FoldOp, items: &[Value]) -> Outcome<Option<Value>> {
    let weak = |v: &Value| matches!(Operand::of(v), Some(Operand::Weak(_)));
    if !items.iter().all(weak) || (items.is_empty() && !op.has_identity()) {
        return Ok(None);
    }
    if matches!(op, FoldOp::Any | FoldOp::All) {
        let mut known = true;
        for item in items {
            match truth(cx, item)? {
                Some(t) if t == (op == FoldOp::Any) => return Ok(Some(Value::Bool(t))),
                Some(_) => {}
                None => known = false,
            }
        }
        let rest = Value::Bool(op == FoldOp::All);
        return Ok(Some(if known { rest } else { Value::Unknown(Unknown::Bool) }));
    }
    let mut result = match op {
        FoldOp::Sum => Some(Value::Int(0)),
        FoldOp::Prod => Some(Value::Int(1)),
        _ => None,
    };
    for item in items {
        result = Some(match result {
            Some(before) => elementwise(cx, op.elementwise(), &[before, item.clone()])?,
            None => item.clone(),
        });
    }
    Ok(result)
}

fn cumulative_sum(cx: &mut dyn Context, a: &[Value]) -> Result {
    cumulative(cx, FoldOp::Sum, a, false)
}

fn cumulative_prod(cx: &mut dyn Context, a: &[Value]) -> Result {
    cumulative(cx, FoldOp::Prod, a, false)
}

fn cumsum(cx: &mut dyn Context, a: &[Value]) -> Result {
    cumulative(cx, FoldOp::Sum, a, true)
}

fn cumprod(cx: &mut dyn Context, a: &[Value]) -> Result {
    cumulative(cx, FoldOp::Prod, a, true)
}

/// The running combination of the elements themselves.
pub(super) fn running(cx: &mut dyn Context, op: FoldOp, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let Some((array, axis)) = scanned_axis(cx, a, false)? else { return Ok(Value::ANY) };
    build::scan(&array, op, axis).map(Value::Array)
}

/// The array to scan, flattened if need be, and the axis; none when not known.
fn scanned_axis(
    cx: &mut dyn Context,
    a: &[Value],
    flatten: bool,
) -> Outcome<Option<(Array, usize)>> {
    let array = to_array(cx, 0, &a[0])?;
    match &a[1] {
        axis if args::of_single(&array, axis)
            || matches!(axis, Value::None) && (flatten || array.ndim() == 0) =>
        {
            Ok(Some((super::shaping::flat(cx, &array)?, 0)))
        }
        Value::None if array.ndim() == 1 => Ok(Some((array, 0))),
        Value::None => Err(Failure::new("E0161", "the axis is needed from two dimensions on")
            .at(0, array_type(&array))
            .hint("write axis=0, or ravel the array first")
            .into()),
        _ => Ok(args::axis(cx, &array, a, 1)?.map(|axis| (array, axis))),
    }
}

fn cumulative(cx: &mut dyn Context, op: FoldOp, a: &[Value], flatten: bool) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let dtype = args::dtype(a, 2)?;
    let Some((array, axis)) = scanned_axis(cx, a, flatten)? else { return Ok(Value::ANY) };
    let compute = dtype.unwrap_or(op.dtype(array.dtype()));
    let scanned = build::scan(&build::cast(&array, compute)?, op, axis)?;
    let scanned = build::cast(&scanned, compute)?;
    match a.get(3) {
        Some(initial) if truth(cx, initial)? == Some(true) => {
            with_initial(&scanned, op, axis).map(Value::Array)
        }
        _ => Ok(Value::Array(scanned)),
    }
}

/// The identity before the first element.
fn with_initial(scanned: &Array, op: FoldOp, axis: usize) -> Outcome<Array> {
    let first = if op == FoldOp::Prod { 1 } else { 0 };
    let mut dims = scanned.dims().clone();
    let size = match dims[axis] {
        Dim::Known(n) => Dim::Known(n + 1),
        unknown => unknown,
    };
    dims[axis] = Dim::Known(1);
    let scalar = Scalar::from_i128(first, scanned.dtype());
    let initial = match scanned.known_shape() {
        Some(_) => build::full_of(scalar, dims)?,
        None => Array::abstract_of(scanned.dtype(), dims),
    };
    build::concat(Arrays::from_iter([initial, scanned.clone()]), axis, size)
}
