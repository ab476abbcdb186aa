//! Functions that arrange elements without computing: shapes, axes, concatenation.

use super::args::{self, Result};
use super::creation::attribute_of;
use crate::array::build;
use crate::array::create::{same_dims, shape_arg, sizes_arg, stack as stack_arrays};
use crate::array::faults::{self, Outcome, dims_text};
use crate::array::ops::{array_type, matrix_transposed, store_cast, truth};
use crate::array::scalars::integer;
use crate::array::{Array, Arrays};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::DType;
use arr_ir::shape::{Dim, DimMap, Dims, IndexMap, broadcast, checked_count};

rows! {
    "reshape" ("x, []shape, *more") reshape, true,
        "The elements in row-major order under another shape; one size may be -1."
        "reshape(arange(6), (2, -1)).shape" => "(2, 3)";
    "ravel" ("x") ravel, true,
        "The elements in row-major order as a vector." "ravel([[1, 2], [3, 4]])" => "[1 2 3 4]";
    "flatten" ("x") ravel, true,
        "The elements in row-major order as a vector." "flatten([[1, 2], [3, 4]])" => "[1 2 3 4]";
    "permute_dims" ("x, []axes, *more") permute_dims, true,
        "The axes in another order." "permute_dims(zeros((2, 3, 4)), (2, 0, 1)).shape" => "(4, 2, 3)";
    "transpose" ("x, []axes=none, *more") permute_dims, true,
        "NumPy's permute_dims: without axes all are reversed."
        "transpose(zeros((2, 3, 4))).shape" => "(4, 3, 2)";
    "matrix_transpose" ("x") matrix_transpose, true,
        "The last two axes swapped." "matrix_transpose([[1, 2], [3, 4]])" => "[[1 3]\n [2 4]]";
    "expand_dims" ("x, []axis") expand_dims, true,
        "New axes of size 1 at these places of the result." "expand_dims([1, 2], 0).shape" => "(1, 2)";
    "squeeze" ("x, axis=none") squeeze, true,
        "Without these axes, which have size 1; without all such when none is given."
        "squeeze(zeros((1, 3, 1))).shape" => "(3,)";
    "broadcast_to" ("x, []shape") broadcast_to, true,
        "The array repeated along axes of size 1 and new leading ones."
        "broadcast_to([1, 2], (2, 2))" => "[[1 2]\n [1 2]]";
    "broadcast_arrays" ("*arrays") broadcast_arrays, true,
        "The arrays broadcast to their common shape, as a tuple."
        "broadcast_arrays(zeros((3, 1)), zeros(4))[1].shape" => "(3, 4)";
    "broadcast_shapes" ("*shapes") broadcast_shapes, false,
        "The shape that these shapes broadcast to." "broadcast_shapes((3, 1), (4,))" => "(3, 4)";
    "flip" ("x, []axis=none") flip, true,
        "The elements in reverse order along axes." "flip([1, 2, 3])" => "[3 2 1]";
    "concat" ("[]arrays, axis=0, *, dtype=none") concat, false,
        "The arrays one after the other along an axis; flattened first when the axis is none.\nDtypes: what all have in common, or `dtype`, which must be of their kind or a wider one."
        "concat([[1, 2], [3]])" => "[1 2 3]";
    "stack" ("[]arrays, axis=0, *, dtype=none") stack, false,
        "Arrays of one shape along a new axis.\nDtypes: what all have in common, or `dtype`, which must be of their kind or a wider one." "stack([[1, 2], [3, 4]], axis=1)" => "[[1 3]\n [2 4]]";
    "unstack" ("x, axis=0") unstack, true,
        "The parts of an array along an axis, as a tuple." "unstack([[1, 2], [3, 4]])[0]" => "[1 2]";
    "moveaxis" ("x, []source, []destination") moveaxis, true,
        "An axis, or several, moved to other places, the rest in order."
        "moveaxis(zeros((2, 3, 4)), 0, -1).shape" => "(3, 4, 2)";
    "swapaxes" ("x, axis1, axis2") swapaxes, true,
        "Two axes exchanged." "swapaxes(zeros((2, 3, 4)), 0, 2).shape" => "(4, 3, 2)";
    "linalg.diagonal" ("x, offset=0") diagonal, false,
        "The diagonals of the last two axes." "linalg.diagonal([[1, 2], [3, 4]])" => "[1 4]";
    "meshgrid" ("*arrays, indexing=\"xy\", sparse=false") meshgrid, false,
        "The coordinates of a grid from those of its axes, as a tuple; indexing xy or ij. With `sparse` they are not repeated along the other axes: arrays that broadcast to the grid."
        "meshgrid([1, 2], [3, 4, 5])[0].shape" => "(3, 2)";
    "shape" ("x") shape, false, "The sizes of all axes as a tuple." "shape([[1, 2]])" => "(1, 2)";
    "ndim" ("x") ndim, false, "The number of axes." "ndim([[1, 2]])" => "2";
    "size" ("x, axis=none") size, false, "The number of elements, or of those along an axis." "size([[1, 2]])" => "2";
}

/// A shape argument followed by further sizes: `reshape(x, 2, 3)`.
fn joined(first: &Value, more: &Value) -> Value {
    match (first, more) {
        (first, Value::Tuple(more)) if !more.is_empty() => {
            Value::Tuple(std::iter::once(first).chain(more.iter()).cloned().collect())
        }
        _ => first.clone(),
    }
}

fn reshape(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let Some(sizes) = sizes_arg(cx, 1, &joined(&a[1], &a[2]))? else { return Ok(Value::ANY) };
    let dims = reshaped(cx, &array, &sizes)?;
    build::reshape(&array, dims).map(Value::Array)
}

/// The dimensions that a reshape asks for, -1 computed.
fn reshaped(cx: &mut dyn Context, array: &Array, sizes: &[Option<i64>]) -> Outcome<Dims> {
    let wanted = |s: &Option<i64>| s.map_or("?".into(), |n: i64| n.to_string());
    let text = format!("[{}]", sizes.iter().map(wanted).collect::<Vec<_>>().join(", "));
    if sizes.iter().filter(|s| **s == Some(-1)).count() > 1 {
        return Err(Failure::new("E0163", "only one size can be -1").note(text).into());
    }
    if let Some(n) = sizes.iter().flatten().find(|n| **n < -1) {
        return Err(Failure::new("E0164", format!("a size cannot be negative: {n}")).into());
    }
    let total = array.known_shape().and_then(|s| checked_count(&s));
    let rest: Option<Vec<usize>> =
        sizes.iter().filter(|s| **s != Some(-1)).map(|s| s.map(|n| n as usize)).collect();
    let rest = match &rest {
        Some(rest) => match checked_count(rest) {
            Some(count) => Some(count),
            None => {
                let dims: Vec<Dim> = rest.iter().map(|&n| Dim::Known(n)).collect();
                return Err(faults::too_large(&dims));
            }
        },
        None => None,
    };
    let open = sizes.contains(&Some(-1));
    let fits = match (total, rest) {
        (Some(total), Some(rest)) if open => rest != 0 && total % rest == 0,
        (Some(total), Some(rest)) => total == rest,
        _ => true,
    };
    if !fits {
        let (total, rest) = (total.unwrap_or(0), rest.unwrap_or(0));
        return Err(Failure::new("E0163", format!("the elements do not fill the shape {text}"))
            .at(0, array_type(array))
            .note(match open {
                true => format!("{total} elements are not a multiple of {rest}"),
                false => format!("{total} elements against {rest}"),
            })
            .into());
    }
    Ok(sizes
        .iter()
        .map(|s| match (*s, total, rest) {
            (Some(-1), Some(total), Some(rest)) => Dim::Known(total / rest.max(1)),
            (Some(-1) | None, ..) => cx.fresh_dim(),
            (Some(n), ..) => Dim::Known(n as usize),
        })
        .collect())
}

/// The array and the axis given at a position, counted from the front; the flattened array and
/// its only axis where none is given, or the array is a single value; none when the axis is not
/// known.
pub(super) fn axis_or_flat(
    cx: &mut dyn Context,
    array: Array,
    a: &[Value],
    position: usize,
) -> Outcome<Option<(Array, usize)>> {
    if matches!(a[position], Value::None) || args::of_single(&array, &a[position]) {
        return Ok(Some((flat(cx, &array)?, 0)));
    }
    Ok(args::axis(cx, &array, a, position)?.map(|axis| (array, axis)))
}

/// The elements as a vector.
pub(super) fn flat(cx: &mut dyn Context, array: &Array) -> Outcome<Array> {
    let dims = reshaped(cx, array, &[Some(-1)]);
    match dims {
        Ok(dims) => build::reshape(array, dims),
        Err(fault) => Err(fault),
    }
}

fn ravel(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let array = args::array(cx, a, 0)?;
    flat(cx, &array).map(Value::Array)
}

fn permute_dims(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let n = array.ndim();
    let order: Vec<usize> = match joined(&a[1], &a[2]) {
        Value::None => (0..n).rev().collect(),
        value => {
            let Some(given) = sizes_arg(cx, 1, &value)? else { return Ok(Value::ANY) };
            let Some(given) = given.into_iter().collect::<Option<Vec<i64>>>() else {
                return Ok(Value::ANY);
            };
            let order: Option<Vec<usize>> = given.iter().map(|&i| args::normal(i, n)).collect();
            let complete = |o: &Vec<usize>| o.len() == n && (0..n).all(|a| o.contains(&a));
            match order.filter(complete) {
                Some(order) => order,
                None => return Err(bad_order(&array, &given)),
            }
        }
    };
    let axes: Vec<Option<usize>> = order.into_iter().map(Some).collect();
    build::arrange(&array, &axes).map(Value::Array)
}

fn bad_order(array: &Array, given: &[i64]) -> crate::fault::Fault {
    Failure::new("E0180", "the axes are not an order of all axes")
        .at(0, array_type(array))
        .note(format!("{given:?} for axes 0 to {}", array.ndim().max(1) - 1))
        .into()
}

fn matrix_transpose(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let array = args::array(cx, a, 0)?;
    matrix_transposed(&a[0], &array)
}

fn expand_dims(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let Some(given) = sizes_arg(cx, 1, &a[1])? else { return Ok(Value::ANY) };
    let rank = array.ndim() + given.len();
    let mut positions = Vec::new();
    for axis in given {
        let Some(axis) = axis else { return Ok(Value::ANY) };
        let Some(at) = args::normal(axis, rank) else {
            return Err(faults::new_axis(1, axis, rank));
        };
        if positions.contains(&at) {
            return Err(faults::axis_twice(1, axis));
        }
        positions.push(at);
    }
    build::expand(&array, &positions).map(Value::Array)
}

fn squeeze(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    if args::of_single(&array, &a[1]) {
        return Ok(Value::Array(array));
    }
    let axes: Vec<usize> = match &a[1] {
        Value::None if array.known_shape().is_none() => return Ok(Value::ANY),
        Value::None => (0..array.ndim()).filter(|&i| array.dims()[i] == Dim::Known(1)).collect(),
        _ => match args::axes(cx, &array, a, 1)? {
            Some(axes) => axes,
            None => return Ok(Value::ANY),
        },
    };
    for &axis in &axes {
        if let Dim::Known(n) = array.dims()[axis]
            && n != 1
        {
            return Err(Failure::new("E0176", format!("axis {axis} has size {n}, not 1"))
                .at(0, array_type(&array))
                .into());
        }
    }
    let kept: Vec<Option<usize>> =
        (0..array.ndim()).filter(|i| !axes.contains(i)).map(Some).collect();
    build::arrange(&array, &kept).map(Value::Array)
}

fn broadcast_to(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let Some(dims) = shape_arg(cx, 1, &a[1])? else { return Ok(Value::ANY) };
    broadcast_array(&array, &dims).map(Value::Array)
}

/// An array broadcast to dimensions, or why it cannot be.
pub(super) fn broadcast_array(array: &Array, dims: &Dims) -> Outcome<Array> {
    let fits = array.ndim() <= dims.len()
        && broadcast(array.dims(), dims).is_ok_and(|joined| same_dims(&joined, dims));
    if !fits {
        return Err(Failure::new("E0177", "the array does not broadcast to the shape")
            .at(0, array_type(array))
            .note(format!("{} to {}", dims_text(array.dims()), dims_text(dims)))
            .into());
    }
    build::broadcast_to(array, dims)
}

/// The dimensions that all arrays broadcast to.
fn common(arrays: &[Array]) -> Outcome<Dims> {
    let mut dims = Dims::new();
    for (i, array) in arrays.iter().enumerate() {
        dims = broadcast(&dims, array.dims()).map_err(|mismatch| {
            let before = arrays[..i].last().map_or(String::new(), array_type);
            let at = (i.saturating_sub(1), before, &dims[..]);
            faults::shapes(at, (i, array_type(array), array.dims()), mismatch)
        })?;
    }
    Ok(dims)
}

fn broadcast_arrays(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Some(arrays) = args::arrays(cx, a, 0)? else { return Ok(Value::ANY) };
    let dims = common(&arrays)?;
    let all: Outcome<Vec<Value>> =
        arrays.iter().map(|x| build::broadcast_to(x, &dims).map(Value::Array)).collect();
    all.map(Value::tuple)
}

fn broadcast_shapes(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Value::Tuple(shapes) = &a[0] else { return Ok(Value::ANY) };
    let mut arrays = Vec::new();
    for shape in shapes.iter() {
        let Some(dims) = shape_arg(cx, 0, shape)? else { return Ok(Value::ANY) };
        arrays.push(Array::abstract_of(DType::F64, dims));
    }
    let dims = common(&arrays)?;
    Ok(crate::array::ops::shape_value(&Array::abstract_of(DType::F64, dims)))
}

fn flip(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let Some(axes) = args::axes(cx, &array, a, 1)? else { return Ok(Value::ANY) };
    let flipped = build::view(&array, array.dims().clone(), || {
        let mut map = IndexMap::identity(array.ndim());
        for &axis in &axes {
            let n = array.dims()[axis].known().unwrap_or(1) as i64;
            if n > 1 {
                map.0[axis] = DimMap::slice(n - 1, -1, axis);
            }
        }
        map
    })?;
    Ok(Value::Array(flipped))
}

fn concat(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let dtype = args::dtype(a, 2)?;
    let Some(mut arrays) = args::arrays(cx, a, 0)? else { return Ok(Value::ANY) };
    if arrays.is_empty() {
        return Err(Failure::new("E0182", "there is nothing to concatenate").into());
    }
    let axis = match &a[1] {
        Value::None => {
            arrays = arrays.iter().map(|x| flat(cx, x)).collect::<Outcome<_>>()?;
            0
        }
        _ => match args::axis(cx, &arrays[0], a, 1)? {
            Some(axis) => axis,
            None => return Ok(Value::ANY),
        },
    };
    concatenated(cx, &arrays, axis, dtype).map(Value::Array)
}

/// The arrays one after the other along an axis, in a dtype or what they have in common.
pub(super) fn concatenated(
    cx: &mut dyn Context,
    arrays: &[Array],
    axis: usize,
    dtype: Option<DType>,
) -> Outcome<Array> {
    let first = &arrays[0];
    for (i, array) in arrays.iter().enumerate() {
        let mut dims = array.dims().clone();
        if let Some(d) = dims.get_mut(axis) {
            *d = first.dims()[axis];
        }
        if !same_dims(&dims, first.dims()) {
            return Err(Failure::new("E0169", "the arrays differ in more than the joined axis")
                .at(0, array_type(first))
                .note(format!(
                    "array 0 is {}, array {i} is {}; axis {axis} is joined",
                    array_type(first),
                    array_type(array)
                ))
                .into());
        }
    }
    let known: Option<Vec<usize>> = arrays.iter().map(|x| x.dims()[axis].known()).collect();
    let size = match known {
        Some(sizes) => Dim::Known(sizes.into_iter().fold(0, usize::saturating_add)),
        None => cx.fresh_dim(),
    };
    let parts: Arrays = in_one_dtype(arrays, dtype)?.into_iter().collect();
    build::concat(parts, axis, size)
}

/// Arrays in a dtype that all can be stored in, or in what they have in common.
fn in_one_dtype(arrays: &[Array], dtype: Option<DType>) -> Outcome<Vec<Array>> {
    if let Some(dtype) = dtype {
        return arrays.iter().map(|x| store_cast(0, x, dtype)).collect();
    }
    let joint = arrays.iter().map(Array::dtype).reduce(DType::promote).unwrap_or(DType::F64);
    arrays.iter().map(|x| build::cast(x, joint)).collect()
}

fn stack(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let Some(arrays) = args::arrays(cx, a, 0)? else { return Ok(Value::ANY) };
    let Some(first) = arrays.first() else {
        return Err(Failure::new("E0182", "there is nothing to stack").into());
    };
    for (i, array) in arrays.iter().enumerate() {
        if !same_dims(array.dims(), first.dims()) {
            return Err(Failure::new("E0169", "stacked arrays have one shape")
                .at(0, array_type(first))
                .note(format!(
                    "array 0 is {}, array {i} is {}",
                    array_type(first),
                    array_type(array)
                ))
                .into());
        }
    }
    let rank = first.ndim() + 1;
    let Some(axis) = integer(cx, 1, &a[1])? else { return Ok(Value::ANY) };
    let Some(at) = args::normal(axis, rank) else { return Err(faults::new_axis(1, axis, rank)) };
    let parts = in_one_dtype(&arrays, args::dtype(a, 2)?)?;
    stack_arrays(&parts, parts[0].dtype(), at).map(Value::Array)
}

fn unstack(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let Some(axis) = args::axis(cx, &array, a, 1)? else { return Ok(Value::ANY) };
    let moved = move_axes(&array, &[axis], &[0])?;
    let Some(rows) = args::rows_of(cx, &moved)? else { return Ok(Value::ANY) };
    Ok(Value::tuple(rows.into_iter().map(Value::Array).collect()))
}

fn moveaxis(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = args::array(cx, a, 0)?;
    let (from, to) = (args::axes(cx, &array, a, 1)?, args::axes(cx, &array, a, 2)?);
    let (Some(from), Some(to)) = (from, to) else { return Ok(Value::ANY) };
    if from.len() != to.len() {
        return Err(Failure::new("E0180", "as many axes are moved as there are places").into());
    }
    move_axes(&array, &from, &to).map(Value::Array)
}

fn move_axes(array: &Array, from: &[usize], to: &[usize]) -> Outcome<Array> {
    let mut rest = (0..array.ndim()).filter(|a| !from.contains(a));
    let axes: Vec<Option<usize>> = (0..array.ndim())
        .map(|d| match to.iter().position(|&t| t == d) {
            Some(i) => Some(from[i]),
            None => rest.next(),
        })
        .collect();
    build::arrange(array, &axes)
}

fn swapaxes(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = args::array(cx, a, 0)?;
    let (one, two) = (args::axis(cx, &array, a, 1)?, args::axis(cx, &array, a, 2)?);
    let (Some(one), Some(two)) = (one, two) else { return Ok(Value::ANY) };
    let mut axes: Vec<Option<usize>> = (0..array.ndim()).map(Some).collect();
    axes.swap(one, two);
    build::arrange(&array, &axes).map(Value::Array)
}

fn diagonal(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    let n = array.ndim();
    if n < 2 {
        return Err(faults::argument(0, &a[0], "an array of at least two dimensions").into());
    }
    let offset = crate::array::scalars::integer(cx, 1, &a[1])?;
    let mut dims: Dims = array.dims()[..n - 2].into();
    let (rows, columns) = (array.dims()[n - 2].known(), array.dims()[n - 1].known());
    let (Some(rows), Some(columns), Some(offset)) = (rows, columns, offset) else {
        dims.push(cx.fresh_dim());
        return Ok(Value::Array(Array::abstract_of(array.dtype(), dims)));
    };
    let (down, right) = ((-(offset as i128)).max(0), (offset as i128).max(0));
    let length = (rows as i128 - down).min(columns as i128 - right).max(0);
    dims.push(Dim::Known(length as usize));
    let start = |v: i128| if length == 0 { 0 } else { v as i64 };
    let view = build::view(&array, dims, || {
        let mut map = IndexMap::identity(n - 2);
        map.0.push(DimMap::slice(start(down), 1, n - 2));
        map.0.push(DimMap::slice(start(right), 1, n - 2));
        map
    })?;
    Ok(Value::Array(view))
}

fn meshgrid(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Some(arrays) = args::arrays(cx, a, 0)? else { return Ok(Value::ANY) };
    let swap = match args::text(a, 1)?.as_deref() {
        Some("xy") => arrays.len() >= 2,
        Some("ij") => false,
        None => return Ok(Value::ANY),
        Some(_) => return Err(faults::argument(1, &a[1], "\"xy\" or \"ij\"").into()),
    };
    let mut grids = Vec::new();
    for (i, array) in arrays.iter().enumerate() {
        let vector = flat(cx, array)?;
        let place = if swap && i < 2 { 1 - i } else { i };
        let axes: Vec<Option<usize>> =
            (0..arrays.len()).map(|d| (d == place).then_some(0)).collect();
        grids.push(build::arrange(&vector, &axes)?);
    }
    match truth(cx, &a[2])? {
        Some(true) => return Ok(Value::tuple(grids.into_iter().map(Value::Array).collect())),
        Some(false) => {}
        None => return Ok(Value::ANY),
    }
    let dims = common(&grids)?;
    let all: Outcome<Vec<Value>> =
        grids.iter().map(|g| build::broadcast_to(g, &dims).map(Value::Array)).collect();
    all.map(Value::tuple)
}

fn shape(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    attribute_of(cx, &a[0], "shape")
}

fn ndim(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    attribute_of(cx, &a[0], "ndim")
}

fn size(cx: &mut dyn Context, a: &[Value]) -> Result {
    if let Value::Unknown(Unknown::Any) = &a[0] {
        return Ok(Value::Unknown(Unknown::Int));
    }
    if !matches!(a[1], Value::None) {
        let array = args::array(cx, a, 0)?;
        let axis = args::axis(cx, &array, a, 1)?;
        return Ok(match axis.and_then(|axis| array.dims()[axis].known()) {
            Some(n) => Value::Int(n as i64),
            None => Value::Unknown(Unknown::Int),
        });
    }
    attribute_of(cx, &a[0], "size")
}
