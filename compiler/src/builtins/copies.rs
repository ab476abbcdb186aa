//! Functions that give elements again or elsewhere: `roll`, `tile`, `repeat`, and stacking by
//! rows and columns.

use super::args::{self, Result, normal};
use super::shaping::{axis_or_flat, concatenated, flat};
use crate::array::build;
use crate::array::create::sizes_arg;
use crate::array::faults::{self, Outcome};
use crate::array::scalars::integer;
use crate::array::{Array, Arrays};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::shape::{Dim, DimMap, Dims, IndexMap};

rows! {
    "roll" ("x, []shift, []axis=none") roll, true,
        "The elements moved along axes, round the end; as one vector when no axis is given."
        "roll([1, 2, 3], 1)" => "[3 1 2]";
    "tile" ("x, []repetitions") tile, true,
        "The array repeated as a whole along its last axes." "tile([1, 2], 2)" => "[1 2 1 2]";
    "repeat" ("x, repeats, axis=none") repeat, true,
        "Each element repeated along an axis, or of the flattened array: so many times, or as often as a vector says for each."
        "repeat([1, 2], 2)" => "[1 1 2 2]";
    "vstack" ("[]arrays, *, dtype=none") vstack, false,
        "Arrays one above the other; vectors become rows. A `dtype` is as of concat." "vstack([[1, 2], [3, 4]])" => "[[1 2]\n [3 4]]";
    "hstack" ("[]arrays, *, dtype=none") hstack, false,
        "Arrays side by side. A `dtype` is as of concat." "hstack([[1, 2], [3]])" => "[1 2 3]";
    "column_stack" ("[]arrays") column_stack, false,
        "Vectors as the columns of a matrix." "column_stack([[1, 2], [3, 4]])" => "[[1 3]\n [2 4]]";
}

fn roll(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = args::array(cx, a, 0)?;
    let Some(shifts) = sizes_arg(cx, 1, &a[1])? else { return Ok(Value::ANY) };
    if let Value::None = a[2] {
        let total = shifts.iter().try_fold(0i64, |sum, s| s.map(|s| sum.wrapping_add(s)));
        let vector = flat(cx, &array)?;
        let rolled = rolled(&vector, 0, total)?;
        return build::reshape(&rolled, array.dims().clone()).map(Value::Array);
    }
    let Some(axes) = args::axes(cx, &array, a, 2)? else { return Ok(Value::ANY) };
    if let ([axis], [_, _, ..]) = (&axes[..], &shifts[..]) {
        let total = shifts.iter().try_fold(0i64, |sum, s| s.map(|s| sum.wrapping_add(s)));
        return rolled(&array, *axis, total).map(Value::Array);
    }
    if shifts.len() != axes.len() && shifts.len() != 1 {
        return Err(Failure::new("E0171", "there are not as many shifts as axes").into());
    }
    let mut result = array;
    for (i, &axis) in axes.iter().enumerate() {
        result = rolled(&result, axis, *shifts.get(i).unwrap_or(&shifts[0]))?;
    }
    Ok(Value::Array(result))
}

/// The array moved along one axis: its end, then its beginning.
fn rolled(array: &Array, axis: usize, shift: Option<i64>) -> Outcome<Array> {
    let (Some(n), Some(shift)) = (array.dims()[axis].known(), shift) else {
        return Ok(Array::abstract_of(array.dtype(), array.dims().clone()));
    };
    if n == 0 {
        return Ok(array.clone());
    }
    let by = shift.rem_euclid(n as i64) as usize;
    if by == 0 {
        return Ok(array.clone());
    }
    let parts = Arrays::from_iter([part(array, axis, n - by, by)?, part(array, axis, 0, n - by)?]);
    build::concat(parts, axis, Dim::Known(n))
}

/// `length` elements of an axis from `start` on.
fn part(array: &Array, axis: usize, start: usize, length: usize) -> Outcome<Array> {
    let mut dims = array.dims().clone();
    dims[axis] = Dim::Known(length);
    build::view(array, dims, || {
        let mut map = IndexMap::identity(array.ndim());
        map.0[axis] = DimMap::slice(start as i64, 1, axis);
        map
    })
}

/// The dimensions of `array` with each axis repeated so often.
fn multiplied(cx: &mut dyn Context, array: &Array, times: &[Option<i64>]) -> Outcome<Dims> {
    let mut dims = Dims::new();
    for (d, n) in array.dims().iter().zip(times) {
        dims.push(match (d.known(), n) {
            (Some(d), Some(n)) => match d.checked_mul(*n as usize) {
                Some(size) => Dim::Known(size),
                None => return Err(faults::too_large(array.dims())),
            },
            (_, Some(1)) => *d,
            _ => cx.fresh_dim(),
        });
    }
    Ok(dims)
}

/// Repeats an array along each axis, each element (`inner`) or as a whole: a broadcast along a
/// new axis beside each one, and a reshape.
fn repeated(
    cx: &mut dyn Context,
    array: &Array,
    times: &[Option<i64>],
    inner: bool,
) -> Outcome<Array> {
    if let Some(n) = times.iter().flatten().find(|n| **n < 0) {
        return Err(Failure::new("E0164", format!("a repetition cannot be negative: {n}")).into());
    }
    let result = multiplied(cx, array, times)?;
    let (mut axes, mut dims) = (vec![], Dims::new());
    for (axis, n) in times.iter().enumerate() {
        let new = n.map_or_else(|| cx.fresh_dim(), |n| Dim::Known(n as usize));
        let pair = [(Some(axis), array.dims()[axis]), (None, new)];
        let order = if inner { [0, 1] } else { [1, 0] };
        for i in order {
            if pair[i].0.is_some() || new != Dim::Known(1) {
                axes.push(pair[i].0);
                dims.push(pair[i].1);
            }
        }
    }
    let wide = build::broadcast_to(&build::arrange(array, &axes)?, &dims)?;
    build::reshape(&wide, result)
}

fn tile(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let Some(mut times) = sizes_arg(cx, 1, &a[1])? else { return Ok(Value::ANY) };
    let rank = array.ndim().max(times.len());
    times.splice(0..0, std::iter::repeat_n(Some(1), rank - times.len()));
    let new: Vec<usize> = (0..rank - array.ndim()).collect();
    let array = build::expand(&array, &new)?;
    repeated(cx, &array, &times, false).map(Value::Array)
}

/// The count of a repetition, or a vector of counts; a vector of one element is a count.
fn counts(cx: &mut dyn Context, value: &Value) -> Outcome<Value> {
    match value {
        Value::Tuple(_) | Value::Range(..) | Value::Array(_) => {
            let counts = args::array(cx, std::slice::from_ref(value), 0)?;
            match &counts.dims()[..] {
                [Dim::Known(1)] => build::reshape(&counts, Dims::new()).map(Value::Array),
                _ => Ok(Value::Array(counts)),
            }
        }
        count => Ok(count.clone()),
    }
}

/// Each element along an axis repeated as often as a vector says.
fn repeated_each(cx: &mut dyn Context, array: Array, counts: Array, axis: usize) -> Result {
    let (n, given) = (array.dims()[axis], counts.dims()[0]);
    let differ = n.known().zip(given.known()).is_some_and(|(n, given)| n != given);
    if differ || counts.ndim() != 1 || !counts.dtype().is_integer() {
        let wanted = "a whole number, or a vector of them: one for each element along the axis";
        return Err(faults::argument(1, &Value::Array(counts), wanted).into());
    }
    let positions = super::choices::library(cx, "_repetitions", &[Value::Array(counts)])?;
    let Value::Array(positions) = positions else { return Ok(Value::ANY) };
    super::ordering::taken(&array, positions, axis, cx)
}

fn repeat(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = args::array(cx, a, 0)?;
    let Some((array, axis)) = axis_or_flat(cx, array, a, 2)? else { return Ok(Value::ANY) };
    let counts = counts(cx, &a[1])?;
    match counts {
        Value::Array(counts) if counts.ndim() > 0 => {
            return repeated_each(cx, array, counts, axis);
        }
        _ => {}
    }
    let mut times = vec![Some(1); array.ndim()];
    times[axis] = integer(cx, 1, &counts)?;
    repeated(cx, &array, &times, true).map(Value::Array)
}

/// The arrays of a stacking function, with at least `rank` dimensions.
fn parts(cx: &mut dyn Context, a: &[Value]) -> Outcome<Option<Vec<Array>>> {
    let Some(arrays) = args::arrays(cx, a, 0)? else { return Ok(None) };
    match arrays.is_empty() {
        true => Err(Failure::new("E0182", "there is nothing to stack").into()),
        false => Ok(Some(arrays)),
    }
}

fn vstack(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(arrays) = parts(cx, a)? else { return Ok(Value::ANY) };
    let row = |x: &Array| match x.ndim() {
        0 => build::expand(x, &[0, 1]),
        1 => build::expand(x, &[0]),
        _ => Ok(x.clone()),
    };
    let rows: Vec<Array> = arrays.iter().map(row).collect::<Outcome<_>>()?;
    concatenated(cx, &rows, 0, args::dtype(a, 1)?).map(Value::Array)
}

fn hstack(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(arrays) = parts(cx, a)? else { return Ok(Value::ANY) };
    let vector = |x: &Array| if x.ndim() == 0 { build::expand(x, &[0]) } else { Ok(x.clone()) };
    let parts: Vec<Array> = arrays.iter().map(vector).collect::<Outcome<_>>()?;
    let axis = normal(1, parts[0].ndim()).unwrap_or(0);
    concatenated(cx, &parts, axis, args::dtype(a, 1)?).map(Value::Array)
}

fn column_stack(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(arrays) = parts(cx, a)? else { return Ok(Value::ANY) };
    let column = |x: &Array| match x.ndim() {
        0 => build::expand(x, &[0, 1]),
        1 => build::expand(x, &[1]),
        _ => Ok(x.clone()),
    };
    let columns: Vec<Array> = arrays.iter().map(column).collect::<Outcome<_>>()?;
    concatenated(cx, &columns, 1, None).map(Value::Array)
}
