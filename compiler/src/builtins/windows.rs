//! Moving windows: views in which every place of a window along an axis is an element.

use super::args::{self, Result};
use crate::array::create::sizes_arg;
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::{Array, build};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::shape::{Dim, DimMap, IndexMap, Term};

rows! {
    "windows" ("x, shape, axis=none") windows, true,
        "Every position of a window in the array: the axes of the window come last. Without an axis the shape has a size for each axis. Nothing is copied (NumPy: sliding_window_view)."
        "windows([1, 2, 3, 4], 2)" => "[[1 2]\n [2 3]\n [3 4]]";
}

fn windows(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = args::array(cx, a, 0)?;
    let Some(sizes) = sizes_arg(cx, 1, &a[1])? else { return Ok(Value::ANY) };
    let Some(axes) = window_axes(cx, &array, a)? else { return Ok(Value::ANY) };
    if sizes.len() != axes.len() {
        let (s, n) = (sizes.len(), axes.len());
        let failure = Failure::new("E0180", format!("{s} window sizes for {n} axes"))
            .at(0, array_type(&array));
        return Err(match &a[2] {
            Value::None => failure.hint("say along which axes: axis=0").into(),
            _ => failure.into(),
        });
    }
    let mut dims = array.dims().clone();
    for (size, &axis) in sizes.iter().zip(&axes) {
        if size.is_some_and(|n| n < 0) {
            return Err(faults::argument(1, &a[1], "sizes that are not negative").into());
        }
        dims[axis] = match (dims[axis], size.map(|n| n as usize)) {
            (Dim::Known(n), Some(size)) if n < size => {
                return Err(too_large(&array, axis, n, size));
            }
            // A window of no elements has one place more than there are elements.
            (Dim::Known(n), Some(size)) => Dim::Known(n + 1 - size),
            _ => cx.fresh_dim(),
        };
    }
    for size in &sizes {
        dims.push(size.map_or_else(|| cx.fresh_dim(), |n| Dim::Known(n as usize)));
    }
    let rank = array.ndim();
    let view = build::view(&array, dims, || {
        let mut terms: Vec<Vec<Term>> =
            (0..rank).map(|d| vec![Term { step: 1, dim: d as u8 }]).collect();
        for (i, &axis) in axes.iter().enumerate() {
            terms[axis].push(Term { step: 1, dim: (rank + i) as u8 });
        }
        IndexMap(terms.into_iter().map(|t| DimMap::sum(0, t)).collect())
    })?;
    Ok(Value::Array(view))
}

/// The axes along which windows move, in the order given; an axis may come twice.
fn window_axes(cx: &mut dyn Context, array: &Array, a: &[Value]) -> Outcome<Option<Vec<usize>>> {
    if matches!(a[2], Value::None) {
        return Ok(Some((0..array.ndim()).collect()));
    }
    let Some(given) = sizes_arg(cx, 2, &a[2])? else { return Ok(None) };
    let mut axes = Vec::with_capacity(given.len());
    for axis in given {
        let Some(axis) = axis else { return Ok(None) };
        match args::normal(axis, array.ndim()) {
            Some(at) => axes.push(at),
            None => return Err(faults::axis(2, axis, array)),
        }
    }
    Ok(Some(axes))
}

fn too_large(array: &Array, axis: usize, n: usize, size: usize) -> crate::fault::Fault {
    Failure::new("E0163", "the window is larger than the array")
        .at(0, array_type(array))
        .note(format!("axis {axis}: a window of {size} on {n} elements"))
        .into()
}
