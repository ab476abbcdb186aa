//! Sorting, searching, and elements by positions and masks.
//!
//! The least that the library in the language needs; the rest of the subject is in its prelude.

use super::args::{self, Result};
use super::shaping::{axis_or_flat, flat};
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::positions::{self, Advanced};
use crate::array::{Array, Arrays, Index, build, scalars};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::routine::{Order, Routine};
use arr_ir::shape::{Dim, Dims};
use smallvec::smallvec;

rows! {
    "sort" ("x, axis=-1, descending=false, stable=true, kind=none") sort, true,
        "The elements in order along an axis (none: of the flattened array), NaN last. Equal elements keep their order, whatever `stable` and `kind` ask for."
        "sort([3.0, nan, 1.0])" => "[ 1.  3. nan]";
    "argsort" ("x, axis=-1, descending=false, stable=true, kind=none") argsort, true,
        "The positions that put an array in order along an axis, NaN last. Equal elements keep their order, whatever `stable` and `kind` ask for."
        "argsort([3, 1, 2])" => "[1 2 0]";
    "_first" ("x, axis, descending, k") first, false,
        "The first k of the positions that put an array in order along an axis (none: of the flattened array), or as many as there are."
        "_first([3, 1, 2], -1, false, 2)" => "[1 2]";
    "_ranked" ("x, ranks, axis") ranked, false,
        "The elements that sorting along an axis puts at ranks: a vector of them for every line, or ranks of its own for each."
        "_ranked([30, 10, 20], [2, 0], 0)" => "[30 10]";
    "_part" ("x, pivots, axis, positions") part, false,
        "The elements, or their positions, along an axis parted by pivots of each line: below all of them, equal to the least, between it and the next, and so on; of each part in their order."
        "_part([3, 1, 2, 1], [2], 0, false)" => "[1 1 2 3]";
    "_best" ("x, least") best, false,
        "The position of the greatest (or least) element of each line along the last axis, of which there is one at least; none where the elements are not in memory, or lines are too short for it to be worth it."
        "_best([1, 3, 2], false) == none" => "True";
    "searchsorted" ("x1, x2, side=\"left\", sorter=none") searchsorted, true,
        "Where each element of x2 belongs in the sorted vector x1: before equal elements (left) or after them (right)."
        "searchsorted([1, 3, 5], [3, 4])" => "[1 2]";
    "_counts" ("edges, x") counts, false,
        "How many elements of each piece of the vector x lie between neighbours of the sorted vector: from one to below the next, the last with its right edge."
        "_counts([0, 2, 4], [1, 2, 3, 4, 5])" => "[[1 3]]";
    "nonzero" ("x") nonzero, true,
        "The positions of the elements that are not zero: one int64 vector per dimension."
        "nonzero([0, 3, 0, 5])" => "(array([1, 3]),)";
    "take" ("x, indices, axis=none, mode=\"raise\"") take, true,
        "The elements at the positions along an axis; without one, of the flattened array. `mode` says what positions outside mean: raise (an error; negative ones count from the end), wrap (counted round), clip (the nearest)."
        "take([10, 20, 30], [2, 0])" => "[30 10]";
    "take_along_axis" ("x, indices, axis=-1") take_along_axis, true,
        "For every line along the axis the elements at its own positions; other axes broadcast. Without an axis (none) the elements of the flattened array at a vector of positions."
        "take_along_axis([[10, 20], [30, 40]], [[1], [0]], axis=1)" => "[[20]\n [30]]";
    "put_along_axis" ("x, indices, values, axis=-1") put_along_axis, true,
        "The array with values, broadcast, at each line's own positions along the axis. Without an axis (none) at a vector of positions of the flattened array."
        "put_along_axis([[1, 2], [3, 4]], [[1], [0]], 0, axis=1)" => "[[1 0]\n [0 4]]";
    "scatter_add" ("x, indices, values") scatter_add, true,
        "The array with values, broadcast, added at positions along the first axis (a tuple: along several); equal positions add up."
        "scatter_add([0, 0, 0], [1, 1, 2], 5)" => "[ 0 10  5]";
    "_scatter" ("op, x, indices, values") scatter, false,
        "The array with values folded in at positions by sum, prod, min or max."
        "_scatter(\"max\", [0, 0], [1, 1], [5, 3])" => "[0 5]";
    "_reduced" ("x, r") reduced, false,
        "How many elements of x go into each one of r: a number, or an array where it depends on data."
        "_reduced([1, 2, 3], 6)" => "3.0";
}

/// A routine over lines along an axis: the axis last, the routine, the axis back.
fn along(array: &Array, axis: usize, routine: impl Into<Routine>, dtype: DType) -> Outcome<Array> {
    let routine = routine.into();
    if array.is_abstract() || array.known_shape().is_none() {
        let mut dims = array.dims().clone();
        if let Routine::Order(Order::Argsort { first: Some(n), .. }) = routine {
            dims[axis] = Dim::Known(n);
        }
        return Ok(Array::abstract_of(dtype, dims));
    }
    axis_back(&build::routine(routine, smallvec![axis_last(array, axis)?])?, axis)
}

/// The array with an axis last.
fn axis_last(array: &Array, axis: usize) -> Outcome<Array> {
    let mut order: Vec<Option<usize>> = (0..array.ndim()).map(Some).collect();
    order.remove(axis);
    order.push(Some(axis));
    build::arrange(array, &order)
}

/// The array with the last axis at a place.
fn axis_back(array: &Array, axis: usize) -> Outcome<Array> {
    let last = array.ndim() - 1;
    let mut back: Vec<Option<usize>> = (0..last).map(Some).collect();
    back.insert(axis, Some(last));
    build::arrange(array, &back)
}

/// A routine over lines along an axis and what is beside each of them: one vector for all, or an
/// array of their own. The result has the size of either along the axis.
fn along_both(
    cx: &mut dyn Context,
    (array, beside): (&Array, &Array),
    axis: usize,
    order: Order,
) -> Outcome<Array> {
    let shared = beside.ndim() == 1;
    let size = if shared { beside.dims()[0] } else { beside.dims()[axis] };
    let mut dims = array.dims().clone();
    if order == Order::Select {
        dims[axis] = size;
    }
    let dtype = if order.is_of_positions() { DType::I64 } else { array.dtype() };
    let known = |a: &Array| !a.is_abstract() && a.known_shape().is_some();
    if !known(array) || !known(beside) {
        if dims[axis].known().is_none() {
            dims[axis] = cx.fresh_dim();
        }
        return Ok(Array::abstract_of(dtype, dims));
    }
    let lines = axis_last(array, axis)?;
    let mut whole = lines.dims().clone();
    whole[array.ndim() - 1] = size;
    let beside = if shared { beside.clone() } else { axis_last(beside, axis)? };
    let beside = build::broadcast_to(&beside, &whole)?;
    axis_back(&build::routine(order.into(), smallvec![lines, beside])?, axis)
}

/// The array, the axis, and what is beside each line of a selection.
fn selection(cx: &mut dyn Context, a: &[Value]) -> Outcome<Option<(Array, Array, usize)>> {
    let (array, beside) = (args::array(cx, a, 0)?, args::array(cx, a, 1)?);
    refuse_complex(array.dtype(), "sort")?;
    if array.ndim() == 0 {
        return Err(no_axis(&array).into());
    }
    if ![1, array.ndim()].contains(&beside.ndim()) {
        return Err(faults::argument(1, &a[1], "a vector, or an array of as many axes").into());
    }
    Ok(args::axis(cx, &array, a, 2)?.map(|axis| (array, beside, axis)))
}

fn ranked(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let Some((array, ranks, axis)) = selection(cx, a)? else { return Ok(Value::ANY) };
    let ranks = build::cast(&ranks, DType::I64)?;
    along_both(cx, (&array, &ranks), axis, Order::Select).map(Value::Array)
}

fn part(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let Some((array, pivots, axis)) = selection(cx, a)? else { return Ok(Value::ANY) };
    let order = Order::Part { positions: args::flag(cx, a, 3)? };
    let pivots = build::cast(&pivots, array.dtype())?;
    along_both(cx, (&array, &pivots), axis, order).map(Value::Array)
}

/// Elements of a line that a call is worth.
const LINE: usize = 64;

fn best(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let array = args::array(cx, a, 0)?;
    let least = args::flag(cx, a, 1)?;
    let long = matches!(array.dims().last(), Some(Dim::Known(LINE..)));
    if !long || array.dtype().kind() == Kind::Complex || !cx.at_hand(&array) {
        return Ok(Value::None);
    }
    build::routine(Order::Best { least }.into(), smallvec![array]).map(Value::Array)
}

/// A single value has no lines.
fn no_axis(array: &Array) -> Failure {
    Failure::new("E0161", "a single value has no axis to sort along").at(0, array_type(array))
}

/// Complex numbers have no order.
fn refuse_complex(dtype: DType, what: &str) -> Outcome<()> {
    match dtype.kind() {
        Kind::Complex => Err(faults::complex(what)),
        _ => Ok(()),
    }
}

/// The array and axis of a sort; the array is flattened when no axis is given, and if `alone` a
/// single value is.
fn sorted_by(
    cx: &mut dyn Context,
    a: &[Value],
    alone: bool,
) -> Outcome<Option<(Array, usize, bool)>> {
    let mut array = args::array(cx, a, 0)?;
    let descending = args::flag(cx, a, 2)?;
    if matches!(a[1], Value::None) {
        array = flat(cx, &array)?;
        return Ok(Some((array, 0, descending)));
    }
    if alone && args::of_single(&array, &a[1]) {
        return Ok(Some((flat(cx, &array)?, 0, descending)));
    }
    if array.ndim() == 0 {
        return Err(no_axis(&array).into());
    }
    Ok(args::axis(cx, &array, a, 1)?.map(|axis| (array, axis, descending)))
}

fn sort(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let Some((array, axis, descending)) = sorted_by(cx, a, false)? else { return Ok(Value::ANY) };
    refuse_complex(array.dtype(), "sort")?;
    along(&array, axis, Order::Sort { descending, first: None }, array.dtype()).map(Value::Array)
}

fn argsort(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let Some((array, axis, descending)) = sorted_by(cx, a, true)? else { return Ok(Value::ANY) };
    refuse_complex(array.dtype(), "argsort")?;
    along(&array, axis, Order::Argsort { descending, first: None }, DType::I64).map(Value::Array)
}

fn first(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let Some((array, axis, descending)) = sorted_by(cx, a, false)? else { return Ok(Value::ANY) };
    refuse_complex(array.dtype(), "sort")?;
    let (Some(k), Some(n)) = (scalars::integer(cx, 3, &a[3])?, array.dims()[axis].known()) else {
        let mut dims = array.dims().clone();
        dims[axis] = cx.fresh_dim();
        return Ok(Value::Array(Array::abstract_of(DType::I64, dims)));
    };
    let Ok(k) = usize::try_from(k) else {
        return Err(faults::argument(3, &a[3], "how many elements, at least 0").into());
    };
    let order = Order::Argsort { descending, first: Some(k.min(n)) };
    along(&array, axis, order, DType::I64).map(Value::Array)
}

fn searchsorted(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[3]);
    let Some(side) = args::text(a, 2)? else { return Ok(Value::ANY) };
    let right = match &*side {
        "left" => false,
        "right" => true,
        _ => return Err(faults::argument(2, &a[2], "\"left\" or \"right\"").into()),
    };
    let mut sorted = args::array(cx, a, 0)?;
    if sorted.ndim() != 1 {
        return Err(faults::argument(0, &a[0], "a sorted vector").into());
    }
    if !matches!(a[3], Value::None) {
        let sorter = Index::Value(Value::Array(args::array(cx, a, 3)?));
        sorted = positions::read(cx, &sorted, &[sorter])?;
    }
    let values = args::array(cx, a, 1)?;
    let weak = !matches!(a[1], Value::Array(_) | Value::Tuple(_));
    let fits = weak && (!values.dtype().is_inexact() || sorted.dtype().is_inexact());
    let dtype = if fits { sorted.dtype() } else { sorted.dtype().promote(values.dtype()) };
    refuse_complex(dtype, "searchsorted")?;
    if values.is_abstract() || sorted.is_abstract() || values.known_shape().is_none() {
        return Ok(Value::Array(Array::abstract_of(DType::I64, values.dims().clone())));
    }
    let vector = flat(cx, &build::cast(&values, dtype)?)?;
    let operands: Arrays = smallvec![build::cast(&sorted, dtype)?, vector];
    let found = build::routine(Order::Search { right }.into(), operands)?;
    build::reshape(&found, values.dims().clone()).map(Value::Array)
}

/// Values of the least piece that is counted by itself.
const COUNTED: usize = 1 << 14;

fn counts(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let (edges, values) = (args::array(cx, a, 0)?, args::array(cx, a, 1)?);
    for (i, array) in [&edges, &values].into_iter().enumerate() {
        if array.ndim() != 1 {
            return Err(faults::argument(i, &a[i], "a vector").into());
        }
    }
    let dtype = edges.dtype().promote(values.dtype());
    refuse_complex(dtype, "histogram")?;
    let (Some(&[n]), Some(_)) = (edges.known_shape().as_deref(), values.known_shape()) else {
        let bins = match edges.dims()[0] {
            Dim::Known(n) => Dim::Known(n.saturating_sub(1)),
            Dim::Unknown(_) => cx.fresh_dim(),
        };
        let dims = smallvec![cx.fresh_dim(), bins];
        return Ok(Value::Array(Array::abstract_of(DType::I64, dims)));
    };
    // Pieces long enough that adding up their counts takes little.
    let piece = u32::try_from(COUNTED.max(n.saturating_mul(64))).unwrap_or(u32::MAX);
    let operands: Arrays = smallvec![build::cast(&edges, dtype)?, build::cast(&values, dtype)?];
    build::routine(Order::Count { piece }.into(), operands).map(Value::Array)
}

pub(super) fn nonzero(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let array = args::array(cx, a, 0)?;
    if array.ndim() == 0 {
        return Err(faults::argument(0, &a[0], "an array of at least one dimension").into());
    }
    let mask = build::cast(&array, DType::Bool)?;
    let found = positions::nonzero(cx, &mask)?;
    Ok(Value::tuple(found.into_iter().map(Value::Array).collect()))
}

/// Positions, which must be whole numbers.
fn indices(cx: &mut dyn Context, a: &[Value], position: usize) -> Outcome<Array> {
    let array = args::array(cx, a, position)?;
    let empty = array.known_shape().is_none_or(|s| s.contains(&0));
    if !array.dtype().is_integer() && !empty {
        return Err(faults::argument(position, &a[position], "whole numbers").into());
    }
    build::cast(&array, DType::I64)
}

/// The items that read axis `axis` by positions.
fn items_along(axis: usize, positions: &Array) -> Vec<Index> {
    let mut items = vec![Index::Slice(None, None, None); axis];
    items.push(Index::Value(Value::Array(positions.clone())));
    items
}

fn take(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = args::array(cx, a, 0)?;
    let at = indices(cx, a, 1)?;
    let Some((array, axis)) = axis_or_flat(cx, array, a, 2)? else { return Ok(Value::ANY) };
    let Some(mode) = args::text(a, 3)? else { return Ok(Value::ANY) };
    let at = match (&*mode, array.dims()[axis].known()) {
        ("raise", _) | ("wrap" | "clip", None | Some(0)) => at,
        ("wrap", Some(n)) => bounded(cx, MapOp::Mod, at, n as i64)?,
        ("clip", Some(n)) => {
            let low = bounded(cx, MapOp::Max, at, 0)?;
            bounded(cx, MapOp::Min, low, n as i64 - 1)?
        }
        _ => return Err(faults::argument(3, &a[3], "\"raise\", \"wrap\" or \"clip\"").into()),
    };
    taken(&array, at, axis, cx)
}

/// Positions brought into an axis.
fn bounded(cx: &mut dyn Context, op: MapOp, at: Array, bound: i64) -> Outcome<Array> {
    let shape = at.dims().clone();
    match crate::array::elementwise::elementwise(cx, op, &[Value::Array(at), Value::Int(bound)])? {
        Value::Array(at) => Ok(at),
        _ => Ok(Array::abstract_of(DType::I64, shape)),
    }
}

/// The elements at positions, int64, along an axis.
pub(super) fn taken(array: &Array, at: Array, axis: usize, cx: &mut dyn Context) -> Result {
    // A 0-d array of positions takes one element, as an integer does.
    let vector = build::reshape(
        &at,
        if at.ndim() == 0 { smallvec![Dim::Known(1)] } else { at.dims().clone() },
    )?;
    let rows = positions::read(cx, array, &items_along(axis, &vector))?;
    if at.ndim() > 0 {
        return Ok(Value::Array(rows));
    }
    let mut dims = rows.dims().clone();
    dims.remove(axis);
    build::reshape(&rows, dims).map(Value::Array)
}

/// Array and positions of equal rank, broadcast but for the axis, and the index items that read
/// every line by its own positions.
fn lines(
    cx: &mut dyn Context,
    a: &[Value],
    axis_at: usize,
) -> Outcome<Option<(Array, Vec<Index>, Dims)>> {
    let (array, at) = (args::array(cx, a, 0)?, indices(cx, a, 1)?);
    if array.ndim() != at.ndim() || array.ndim() == 0 {
        return Err(Failure::new(
            "E0159",
            "positions along an axis need the dimensions of the array",
        )
        .at(0, array_type(&array))
        .at(1, array_type(&at))
        .into());
    }
    let Some(axis) = args::axis(cx, &array, a, axis_at)? else { return Ok(None) };
    let without = |dims: &Dims| {
        let mut dims = dims.clone();
        dims[axis] = Dim::Known(1);
        dims
    };
    let (x, y) = (without(array.dims()), without(at.dims()));
    let joined = arr_ir::shape::broadcast(&x, &y).map_err(|m| {
        faults::shapes((0, array_type(&array), array.dims()), (1, array_type(&at), at.dims()), m)
    })?;
    let (mut of_array, mut of_at) = (joined.clone(), joined);
    of_array[axis] = array.dims()[axis];
    of_at[axis] = at.dims()[axis];
    let array = build::broadcast_to(&array, &of_array)?;
    let at = build::broadcast_to(&at, &of_at)?;
    let mut items = vec![];
    for d in 0..of_at.len() {
        items.push(Index::Value(Value::Array(match d == axis {
            true => at.clone(),
            false => {
                let new: Vec<usize> = (0..of_at.len()).filter(|&e| e != d).collect();
                build::expand(&build::iota(of_at[d])?, &new)?
            }
        })));
    }
    Ok(Some((array, items, of_at)))
}

/// Where no axis is given: the flattened array, and the vector of positions in it.
fn flat_line(cx: &mut dyn Context, a: &[Value]) -> Outcome<(Array, Vec<Index>)> {
    let (array, at) = (args::array(cx, a, 0)?, indices(cx, a, 1)?);
    match at.ndim() {
        1 => Ok((flat(cx, &array)?, items_along(0, &at))),
        _ => Err(faults::argument(1, &a[1], "a vector of positions of the flattened array").into()),
    }
}

fn take_along_axis(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    if let Value::None = a[2] {
        let (array, items) = flat_line(cx, a)?;
        return positions::read(cx, &array, &items).map(Value::Array);
    }
    let Some((array, items, _)) = lines(cx, a, 2)? else { return Ok(Value::ANY) };
    positions::read(cx, &array, &items).map(Value::Array)
}

fn put_along_axis(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    if let Value::None = a[3] {
        let (array, items) = flat_line(cx, a)?;
        let dims = args::array(cx, a, 0)?.dims().clone();
        let written = crate::array::assign_index(cx, &Value::Array(array), &items, &a[2])?;
        return match written {
            Value::Array(written) => build::reshape(&written, dims).map(Value::Array),
            _ => Ok(Value::ANY),
        };
    }
    let Some((array, items, _)) = lines(cx, a, 3)? else { return Ok(Value::ANY) };
    crate::array::assign_index(cx, &Value::Array(array), &items, &a[2])
}

fn scatter_add(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    folded(cx, FoldOp::Sum, a)
}

fn scatter(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    let Some(name) = args::text(a, 0)? else { return Ok(Value::ANY) };
    let op = FoldOp::ALL.into_iter().find(|op| op.name() == &*name);
    let op = op.ok_or_else(|| faults::argument(0, &a[0], "the name of a fold"))?;
    folded(cx, op, &a[1..])
}

/// `x` with values folded in at positions along its first axes.
pub(super) fn folded(cx: &mut dyn Context, op: FoldOp, a: &[Value]) -> Result {
    let array = args::array(cx, a, 0)?;
    let items: Vec<Index> = match &a[1] {
        Value::Tuple(items) => items.iter().cloned().map(Index::Value).collect(),
        value => vec![Index::Value(value.clone())],
    };
    let mut resolved = vec![];
    for item in items {
        resolved.push(match item {
            Index::Value(Value::Int(i)) => {
                let one = Array::from_scalar(Scalar::int(i));
                Index::Value(Value::Array(build::reshape(&one, smallvec![Dim::Known(1)])?))
            }
            Index::Value(Value::Unknown(Unknown::Int)) => {
                let one = Array::abstract_of(DType::I64, smallvec![Dim::Known(1)]);
                Index::Value(Value::Array(one))
            }
            item => item,
        });
    }
    let advanced = Advanced::new(cx, &array, &resolved)?;
    let value = crate::array::index::filled(cx, &array, &advanced.result_dims(), &a[2], 2)?;
    let fold = match (op, array.dtype()) {
        // Bools are added by or and multiplied by and.
        (FoldOp::Sum, DType::Bool) => FoldOp::Max,
        (FoldOp::Prod, DType::Bool) => FoldOp::Min,
        (op, _) => op,
    };
    advanced.write(&array, &value, Some(fold), 2).map(Value::Array)
}

fn reduced(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let (size, of) = match (&a[0], &a[1]) {
        (Value::Selection(s), Value::Array(r)) => {
            let size = s.size()?;
            let dtype = if r.dtype().is_inexact() { r.dtype() } else { DType::F64 };
            let size = build::cast(&size, dtype)?;
            let rows: usize = r.dims().iter().map(|d| d.known().unwrap_or(1)).product();
            let of = Array::from_scalar(Scalar::float(rows.max(1) as f64).cast(dtype));
            return build::map(MapOp::Div, &[size, of], dtype, &Dims::new()).map(Value::Array);
        }
        (x, r) => (
            crate::array::ops::attribute(cx, x, "size")?,
            crate::array::ops::attribute(cx, r, "size")?,
        ),
    };
    let (Some(size), Some(of)) = (size, of) else { return Ok(Value::ANY) };
    let of = crate::array::elementwise::elementwise(cx, MapOp::Max, &[of, Value::Int(1)])?;
    crate::array::elementwise::elementwise(cx, MapOp::Div, &[size, of])
}
