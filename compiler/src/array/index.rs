//! Reading and writing by integers, slices, `...` and new axes, with NumPy's meaning.
//!
//! Before: a value and the items between the brackets. After: for reading a view (of arrays) or
//! an element (of tuples, text and ranges); for writing the whole new value, since values are
//! never shared. Every index is checked against its axis; slices are clipped.

use crate::array::build;
use crate::array::create;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{array_type, is_any, range_len, store_cast};
use crate::array::scalars::{self, Operand, Weak};
use crate::array::{Array, Arrays, known, positions, selection};
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::{Unknown, Value};
use arr_ir::dtype::DType;
use arr_ir::graph::Op;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::shape::{Dim, DimMap, Dims, IndexMap, broadcast};
use smallvec::{SmallVec, smallvec};

/// One item between the brackets of an index.
#[derive(Clone)]
pub enum Index {
    /// An integer, array, mask, or `none` for a new axis.
    Value(Value),
    /// `start:stop:step`, each may be absent.
    Slice(Option<Value>, Option<Value>, Option<Value>),
    /// `...`
    Ellipsis,
    /// A new axis of size 1.
    NewAxis,
}

/// What an index does with one axis.
#[derive(Clone, Copy, Debug)]
pub(super) enum Axis {
    /// Takes one element.
    At(i64),
    /// While checking: takes one element, it is not known which.
    Unknown,
    /// Takes `len` elements.
    Slice { start: i64, step: i64, len: Dim },
    /// Makes an axis of size 1.
    New,
}

type Axes = SmallVec<[Axis; 4]>;

/// `base[items]`. In failures operand 0 is the base, then come the items.
pub fn index(cx: &mut dyn Context, base: &Value, items: &[Index]) -> Result<Value, Fault> {
    match base {
        Value::Array(array) => {
            let items = settled_items(cx, items)?;
            if items.iter().any(|item| matches!(item, Index::Value(v) if is_any(v))) {
                // An integer, or an array of any rank: so the result may have any.
                return Ok(Value::ANY);
            }
            if let Some((array, mask)) = positions::under_bool(array, &items)? {
                return positions::choose(cx, &array, &mask);
            }
            match positions::sole_mask(&items) {
                Some(mask) => positions::choose(cx, array, mask),
                None => read(cx, array, &items).map(Value::Array),
            }
        }
        Value::Selection(selection) => {
            let array = selection.array(cx)?;
            index(cx, &Value::Array(array), items)
        }
        Value::Tuple(values) => match sequence(cx, values.len(), items)? {
            Picked::One(i) => Ok(values[i].clone()),
            Picked::Many(at) => Ok(Value::Tuple(at.iter().map(|&i| values[i].clone()).collect())),
            Picked::Unknown => Ok(Value::ANY),
        },
        Value::Str(text) => {
            let chars: Vec<char> = text.chars().collect();
            match sequence(cx, chars.len(), items)? {
                Picked::One(i) => Ok(Value::text(&chars[i].to_string())),
                Picked::Many(at) => {
                    Ok(Value::text(&at.iter().map(|&i| chars[i]).collect::<String>()))
                }
                Picked::Unknown => Ok(Value::Unknown(Unknown::Str)),
            }
        }
        Value::Range(start, stop, step) => range_item(cx, (*start, *stop, *step), items),
        Value::Unknown(Unknown::Any) => Ok(Value::ANY),
        Value::Unknown(Unknown::Str) => Ok(Value::Unknown(Unknown::Str)),
        Value::Record(_) => Err(Failure::new("E0156", "a record is not indexed")
            .at(0, base.type_text())
            .hint("write its field: {0}.name")
            .into()),
        _ if matches!(Operand::of(base), Some(Operand::Weak(_))) => read_scalar(cx, base, items),
        _ => {
            Err(Failure::new("E0156", "the value cannot be indexed").at(0, base.type_text()).into())
        }
    }
}

/// A scalar read as a 0-d array: only new axes and `...` suit it.
fn read_scalar(cx: &mut dyn Context, base: &Value, items: &[Index]) -> Outcome<Value> {
    let array = create::to_array(cx, 0, base)?;
    read(cx, &array, items).map(Value::Array)
}

/// What an index picks of a sequence.
enum Picked {
    One(usize),
    Many(Vec<usize>),
    Unknown,
}

fn sequence(cx: &mut dyn Context, length: usize, items: &[Index]) -> Outcome<Picked> {
    let [item] = items else {
        return Err(Failure::new("E0154", "a sequence has one axis only").into());
    };
    match item {
        Index::Value(value) => match scalars::integer(cx, 1, value)? {
            Some(i) => Ok(Picked::One(position(i, 0, length)?)),
            None => Ok(Picked::Unknown),
        },
        Index::Slice(start, stop, step) => {
            match slice_axis(cx, 1, (start, stop, step), Dim::Known(length))? {
                Some(Axis::Slice { start, step, len: Dim::Known(n) }) => {
                    Ok(Picked::Many((0..n as i64).map(|i| (start + step * i) as usize).collect()))
                }
                _ => Ok(Picked::Unknown),
            }
        }
        Index::Ellipsis | Index::NewAxis => {
            Err(Failure::new("E0156", "only arrays are indexed by `...` and new axes").into())
        }
    }
}

fn range_item(
    cx: &mut dyn Context,
    (start, stop, step): (i64, i64, i64),
    items: &[Index],
) -> Outcome<Value> {
    let length = range_len(start, stop, step);
    if let [Index::Slice(a, b, c)] = items {
        return Ok(match slice_axis(cx, 1, (a, b, c), Dim::Known(length))? {
            Some(Axis::Slice { start: first, step: by, len: Dim::Known(n) }) => {
                let from = start.wrapping_add(step.wrapping_mul(first));
                let step = step.wrapping_mul(by);
                Value::Range(from, from.wrapping_add(step.wrapping_mul(n as i64)), step)
            }
            _ => Value::ANY,
        });
    }
    let [Index::Value(value)] = items else {
        return Err(Failure::new("E0154", "a range has one axis only").into());
    };
    Ok(match scalars::integer(cx, 1, value)? {
        Some(i) => Value::Int(start + step * position(i, 0, length)? as i64),
        None => Value::Unknown(Unknown::Int),
    })
}

/// A possibly negative index as a position.
pub(super) fn position(index: i64, axis: usize, size: usize) -> Outcome<usize> {
    let at = if index < 0 { index.saturating_add(size as i64) } else { index };
    match usize::try_from(at) {
        Ok(at) if at < size => Ok(at),
        _ => Err(faults::index_range(index, axis, size)),
    }
}

/// The items, a sole tuple spread and selections made arrays.
fn settled_items(cx: &mut dyn Context, items: &[Index]) -> Outcome<Vec<Index>> {
    let mut flat = flatten(items);
    for item in &mut flat {
        if let Index::Value(value) = item
            && selection::holds(value)
        {
            *value = selection::settled(cx, value)?;
        }
    }
    Ok(flat)
}

fn read(cx: &mut dyn Context, array: &Array, items: &[Index]) -> Outcome<Array> {
    if items.iter().any(positions::is_array_item) {
        check_ellipses(items)?;
        return positions::read(cx, array, items);
    }
    let axes = resolve(cx, array, items)?;
    if unknown(&axes) {
        return Ok(Array::abstract_of(array.dtype(), result_dims(&axes)));
    }
    build::view(array, result_dims(&axes), || map_of(&axes))
}

/// Whether it is not known which elements are taken.
pub(super) fn unknown(axes: &[Axis]) -> bool {
    axes.iter().any(|axis| matches!(axis, Axis::Unknown))
}

pub(super) fn result_dims(axes: &[Axis]) -> Dims {
    axes.iter()
        .filter_map(|a| match a {
            Axis::At(_) | Axis::Unknown => None,
            Axis::Slice { len, .. } => Some(*len),
            Axis::New => Some(Dim::Known(1)),
        })
        .collect()
}

pub(super) fn map_of(axes: &[Axis]) -> IndexMap {
    let mut map = IndexMap(smallvec![]);
    let mut dim = 0;
    for axis in axes {
        match *axis {
            Axis::At(i) => map.0.push(DimMap::at(i)),
            Axis::Unknown => map.0.push(DimMap::at(0)),
            Axis::Slice { start, step, .. } => {
                map.0.push(DimMap::slice(start, step, dim));
                dim += 1;
            }
            Axis::New => dim += 1,
        }
    }
    map
}

/// The items spread over the axes of an array.
fn resolve(cx: &mut dyn Context, array: &Array, items: &[Index]) -> Outcome<Axes> {
    let items = flatten(items);
    let used = items.iter().filter(|i| takes_axis(i)).count();
    if used > array.ndim() {
        return Err(too_many(array, used));
    }
    check_ellipses(&items)?;
    let mut axes = Axes::new();
    let mut next = 0;
    let mut rest = array.ndim() - used;
    for (i, item) in items.iter().enumerate() {
        match item {
            Index::Ellipsis => {
                axes.extend(array.dims()[next..next + rest].iter().map(|&d| whole(d)));
                next += rest;
                rest = 0;
            }
            item => {
                axes.push(slot_axis(cx, i + 1, item, array, next)?);
                next += usize::from(takes_axis(item));
            }
        }
    }
    axes.extend(array.dims()[next..].iter().map(|&d| whole(d)));
    Ok(axes)
}

/// What a slice, an integer or a new axis does with the axis it meets.
pub(super) fn slot_axis(
    cx: &mut dyn Context,
    at: usize,
    item: &Index,
    array: &Array,
    axis: usize,
) -> Outcome<Axis> {
    match item {
        Index::NewAxis | Index::Value(Value::None) | Index::Ellipsis => Ok(Axis::New),
        Index::Slice(start, stop, step) => {
            let found = slice_axis(cx, at, (start, stop, step), array.dims()[axis])?;
            Ok(match found {
                Some(axis) => axis,
                None => Axis::Slice { start: 0, step: 1, len: cx.fresh_dim() },
            })
        }
        Index::Value(value) => integer_axis(cx, at, value, array, axis),
    }
}

fn check_ellipses(items: &[Index]) -> Outcome<()> {
    if items.iter().filter(|i| matches!(i, Index::Ellipsis)).count() > 1 {
        return Err(Failure::new("E0156", "an index has at most one `...`").into());
    }
    Ok(())
}

pub(super) fn whole(len: Dim) -> Axis {
    Axis::Slice { start: 0, step: 1, len }
}

pub(super) fn takes_axis(item: &Index) -> bool {
    !matches!(item, Index::Ellipsis | Index::NewAxis | Index::Value(Value::None))
}

pub(super) fn too_many(array: &Array, used: usize) -> Fault {
    let rank = array.ndim();
    let s = if rank == 1 { "" } else { "s" };
    Failure::new("E0154", format!("{used} indices for an array of {rank} dimension{s}"))
        .at(0, array_type(array))
        .into()
}

/// A tuple that is the only item stands for its elements.
fn flatten(items: &[Index]) -> Vec<Index> {
    match items {
        [Index::Value(Value::Tuple(values))] => values.iter().cloned().map(Index::Value).collect(),
        items => items.to_vec(),
    }
}

fn integer_axis(
    cx: &mut dyn Context,
    at: usize,
    value: &Value,
    array: &Array,
    axis: usize,
) -> Outcome<Axis> {
    match value {
        Value::Bool(_) => {
            return Err(faults::argument(at, value, "a whole number as an index").into());
        }
        Value::Float(f) => {
            return Err(faults::argument(at, value, "a whole number as an index")
                .hint(format!("convert it: int({f:?}), or divide with //"))
                .into());
        }
        _ => {}
    }
    let index = scalars::integer(cx, at, value)?.or_else(|| match value {
        Value::Array(array) if cx.gets_here() => {
            known::elements(array)?.at(0).as_i128().try_into().ok()
        }
        _ => None,
    });
    match (index, array.dims()[axis]) {
        (Some(i), Dim::Known(size)) => match position(i, axis, size) {
            Ok(i) => Ok(Axis::At(i as i64)),
            // The loop may have ended before.
            Err(_) if cx.in_doubtful_round() => Ok(Axis::Unknown),
            Err(fault) => Err(fault),
        },
        _ => Ok(Axis::Unknown),
    }
}

type Bounds<'a> = (&'a Option<Value>, &'a Option<Value>, &'a Option<Value>);

/// A slice of an axis of `dim` elements, as Python's `slice.indices` clips it; none when its
/// size is not known.
fn slice_axis(cx: &mut dyn Context, at: usize, bounds: Bounds, dim: Dim) -> Outcome<Option<Axis>> {
    let Some(start) = bound(cx, at, bounds.0)? else { return Ok(None) };
    let Some(stop) = bound(cx, at, bounds.1)? else { return Ok(None) };
    let Some(step) = bound(cx, at, bounds.2)? else { return Ok(None) };
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Failure::new("E0158", "the step of a slice cannot be zero").into());
    }
    let Dim::Known(n) = dim else {
        let all = start.is_none_or(|s| s == 0) && stop.is_none() && step == 1;
        return Ok(all.then_some(whole(dim)));
    };
    let n = n as i64;
    let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let clip = |v: i64| if v < 0 { v.saturating_add(n).max(low) } else { v.min(high) };
    let start = start.map_or(if step > 0 { low } else { high }, clip);
    let stop = stop.map_or(if step > 0 { high } else { low }, clip);
    let len = range_len(start, stop, step);
    Ok(Some(match len {
        0 => Axis::Slice { start: 0, step: 1, len: Dim::Known(0) },
        1 => Axis::Slice { start, step: 1, len: Dim::Known(1) },
        _ => Axis::Slice { start, step, len: Dim::Known(len) },
    }))
}

/// A bound of a slice: absent, known, or (outer none) not known.
fn bound(cx: &mut dyn Context, at: usize, value: &Option<Value>) -> Outcome<Option<Option<i64>>> {
    match value {
        None | Some(Value::None) => Ok(Some(None)),
        Some(value) => Ok(scalars::integer(cx, at, value)?.map(Some)),
    }
}

/// The value that `base` becomes by `base[items] = value`. In failures operand 0 is the base,
/// then come the items, then the value.
pub fn assign_index(
    cx: &mut dyn Context,
    base: &Value,
    items: &[Index],
    value: &Value,
) -> Result<Value, Fault> {
    if is_any(base) || is_any(value) {
        return Ok(match base {
            Value::Array(array) => {
                Value::Array(Array::abstract_of(array.dtype(), array.dims().clone()))
            }
            _ if is_any(base) => Value::ANY,
            _ => base.clone(),
        });
    }
    let array = match base {
        Value::Selection(selection) => {
            let array = selection.array(cx)?;
            return assign_index(cx, &Value::Array(array), items, value);
        }
        Value::Array(array) => array,
        Value::Tuple(_) | Value::Str(_) | Value::Range(..) => {
            return Err(Failure::new("E0156", "only arrays and records can be changed in place")
                .at(0, base.type_text())
                .into());
        }
        _ => {
            return Err(Failure::new("E0156", "the value has no elements to assign to")
                .at(0, base.type_text())
                .into());
        }
    };
    let items = &settled_items(cx, items)?[..];
    if let Some((wide, mask)) = positions::under_bool(array, items)? {
        let written = assign_mask(cx, &wide, &mask, value)?;
        return build::reshape(&written, array.dims().clone()).map(Value::Array);
    }
    if let Some(mask) = positions::sole_mask(items) {
        return assign_mask(cx, array, mask, value).map(Value::Array);
    }
    let at = items.len() + 1;
    let value = &selection::settled(cx, value)?;
    if items.iter().any(positions::is_array_item) {
        check_ellipses(items)?;
        let stored = stored(cx, array, value, at)?;
        let filled = |dims: &Dims| fill(array, dims, &stored, at);
        return positions::write(cx, array, items, at, filled).map(Value::Array);
    }
    let axes = resolve(cx, array, items)?;
    let stored = stored(cx, array, value, at)?;
    update(array, &axes, &stored, at).map(Value::Array)
}

/// A value in the dtype of the array, broadcast to dimensions that are assigned to.
pub(crate) fn filled(
    cx: &mut dyn Context,
    array: &Array,
    dims: &Dims,
    value: &Value,
    at: usize,
) -> Outcome<Array> {
    let stored = stored(cx, array, value, at)?;
    fill(array, dims, &stored, at)
}

/// The value to store, in the dtype of the array.
fn stored(cx: &mut dyn Context, array: &Array, value: &Value, at: usize) -> Outcome<Array> {
    match Operand::need(cx, at, value)? {
        Operand::Array(new) => store_cast(at, &new, array.dtype()),
        Operand::Weak(weak) => weak_stored(array.dtype(), weak, at),
    }
}

fn weak_stored(dtype: DType, weak: Weak, at: usize) -> Outcome<Array> {
    let from = Array::abstract_of(weak.dtype, Dims::new());
    store_cast(at, &from, dtype)?;
    match weak.value {
        Some(value) => Ok(Array::from_scalar(scalars::fit(at, value, dtype)?)),
        None => Ok(Array::abstract_of(dtype, Dims::new())),
    }
}

/// `array[mask] = value`: one selection of two where the value is the same for every chosen row
/// or stands at the chosen places of another array, else the value's rows one after the other.
fn assign_mask(cx: &mut dyn Context, array: &Array, mask: &Array, value: &Value) -> Outcome<Array> {
    positions::check_mask(array, mask, 0, 1)?;
    let rows = match value {
        Value::Selection(s) if s.is_by(mask) && s.source().ndim() == array.ndim() => {
            store_cast(2, s.source(), array.dtype())?
        }
        value => {
            let value = selection::settled(cx, value)?;
            let new = stored(cx, array, &value, 2)?;
            if new.ndim() > array.ndim() - mask.ndim() {
                return assign_rows(cx, array, mask, &new);
            }
            new
        }
    };
    let dims = array.dims().clone();
    let rows = fill(array, &dims, &rows, 2)?;
    select_rows(array, mask, &rows)
}

/// `where(mask, rows, array)`, the mask over the leading dimensions.
fn select_rows(array: &Array, mask: &Array, rows: &Array) -> Outcome<Array> {
    let trailing: Vec<usize> = (mask.ndim()..array.ndim()).collect();
    let mask = build::expand(mask, &trailing)?;
    let args = [mask, rows.clone(), array.clone()];
    build::map(MapOp::Select, &args, array.dtype(), array.dims())
}

/// The rows of `new`, one for each place where the mask is true.
fn assign_rows(cx: &mut dyn Context, array: &Array, mask: &Array, new: &Array) -> Outcome<Array> {
    let (lead, trailing) = array.dims().split_at(mask.ndim());
    let mut dims: Dims = smallvec![match cx.checking() {
        true => cx.fresh_dim(),
        false => Dim::Known(positions::count(cx, mask)?),
    }];
    dims.extend_from_slice(trailing);
    let new = fill(array, &dims, new, 2)?;
    let (Some(lead), false) = (arr_ir::shape::known_shape(lead), new.is_abstract()) else {
        return Ok(Array::abstract_of(array.dtype(), array.dims().clone()));
    };
    if dims[0] == Dim::Known(0) {
        return Ok(array.clone());
    }
    // The number of the row that each place takes; places that take none read the first.
    let n = Dim::Known(arr_ir::shape::count(&lead));
    let flat = build::reshape(mask, smallvec![n])?;
    let before = build::scan(&flat, FoldOp::Sum, 0)?;
    let one = Array::from_scalar(arr_ir::dtype::Scalar::int(1));
    let zero = Array::from_scalar(arr_ir::dtype::Scalar::int(0));
    let vector: Dims = smallvec![n];
    let at = build::map(MapOp::Sub, &[before, one], DType::I64, &vector)?;
    let at = build::map(MapOp::Max, &[at, zero], DType::I64, &vector)?;
    let rows = positions::read(cx, &new, &[Index::Value(Value::Array(at))])?;
    let rows = build::reshape(&rows, array.dims().clone())?;
    select_rows(array, mask, &rows)
}

/// The array with `value`, broadcast, in place of the elements that the axes pick.
pub(super) fn update(array: &Array, axes: &[Axis], value: &Array, at: usize) -> Outcome<Array> {
    let dims = result_dims(axes);
    let value = fill(array, &dims, value, at)?;
    let unsure = unknown(axes) || array.is_abstract() || value.is_abstract();
    if unsure || dims.iter().any(|d| d.known().is_none()) {
        return Ok(Array::abstract_of(array.dtype(), array.dims().clone()));
    }
    let mut region = Dims::new();
    let (mut start, mut step) = (SmallVec::new(), SmallVec::new());
    for axis in axes {
        match *axis {
            Axis::At(i) => {
                region.push(Dim::Known(1));
                start.push(i);
                step.push(1);
            }
            Axis::Slice { start: first, step: by, len } => {
                region.push(len);
                start.push(first);
                step.push(by);
            }
            Axis::New | Axis::Unknown => {}
        }
    }
    if region.contains(&Dim::Known(0)) {
        return Ok(array.clone());
    }
    let value = build::reshape(&value, region.clone())?;
    let all = region == *array.dims();
    if all && start.iter().all(|&s| s == 0) && step.iter().all(|&s| s == 1) {
        return Ok(value);
    }
    let args: Arrays = smallvec![array.clone(), value];
    build::node(Op::Update { start, step }, args, array.dtype(), array.dims().clone())
}

/// The value broadcast to the dimensions that are assigned to; leading axes of size 1 may be
/// too many, as in NumPy.
fn fill(array: &Array, dims: &Dims, value: &Array, at: usize) -> Outcome<Array> {
    let extra = value.ndim().saturating_sub(dims.len());
    let narrow = value.dims()[..extra].iter().all(|d| d.known().is_none_or(|n| n == 1));
    let trimmed = &value.dims()[extra..];
    let fits =
        narrow && broadcast(dims, trimmed).is_ok_and(|joined| create::same_dims(&joined, dims));
    if !fits {
        return Err(Failure::new("E0159", "the value does not fit the elements assigned to")
            .at(0, array_type(array))
            .at(at, array_type(value))
            .note(format!(
                "{} against {}",
                faults::dims_text(value.dims()),
                faults::dims_text(dims)
            ))
            .into());
    }
    let value = match extra {
        0 => value.clone(),
        _ => build::reshape(value, trimmed.into())?,
    };
    build::broadcast_to(&value, dims)
}
