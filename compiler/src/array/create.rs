//! Arrays from other values: bracket literals, ranges, shapes, random numbers.

use crate::array::build;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{array_type, is_any, range_len};
use crate::array::scalars::{self, Operand, Weak, joint};
use crate::array::{Array, Arrays, known, selection};
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Op;
use arr_ir::op::{Dist, MapOp};
use arr_ir::oracle::DenseArray;
use arr_ir::shape::{Dim, Dims, Shape, count};
use smallvec::{SmallVec, smallvec};

/// Arrays of at most this many elements in all, when stored, are copied into one at once.
const SMALL: usize = 1024;

/// Whether a value is none that an array can have: a text, a record, a function, or a tuple with one.
fn is_no_number(value: &Value) -> bool {
    match value {
        Value::Str(_) | Value::Unknown(Unknown::Str) | Value::Record(_) => true,
        Value::Function(_) | Value::Builtin(_) | Value::Method(_) => true,
        Value::Tuple(items) => items.iter().any(is_no_number),
        _ => false,
    }
}

/// A bracket literal: numbers become a vector of their joint dtype, arrays of one shape are
/// stacked; texts, records, functions and tuples of such become a tuple.
pub fn literal(cx: &mut dyn Context, elements: &[Value]) -> Result<Value, Fault> {
    if elements.iter().any(is_any) {
        return Ok(Value::ANY);
    }
    if elements.is_empty() {
        return build::full_of(Scalar::float(0.0), smallvec![Dim::Known(0)]).map(Value::Array);
    }
    if elements.iter().all(is_no_number) {
        return Ok(Value::tuple(elements.to_vec()));
    }
    let mut operands = Vec::with_capacity(elements.len());
    for (i, element) in elements.iter().enumerate() {
        if let Value::Str(_) | Value::Unknown(Unknown::Str) = element {
            return Err(Failure::new("E0150", "numbers and texts make no array")
                .at(i, element.type_text())
                .hint("values of several kinds are a tuple, in round brackets: (1, \"a\")")
                .into());
        }
        let element = selection::settled(cx, element)?;
        operands.push(Operand::need(cx, i, &element)?);
    }
    let dtype = joint(operands.iter());
    let weak: Option<Vec<Weak>> = operands
        .iter()
        .map(|o| match o {
            Operand::Weak(w) => Some(*w),
            Operand::Array(_) => None,
        })
        .collect();
    match weak {
        Some(weak) => numbers(cx, dtype, &weak).map(Value::Array),
        None => stacked(cx, dtype, elements, &operands).map(Value::Array),
    }
}

/// A vector of weak scalars.
fn numbers(cx: &mut dyn Context, dtype: DType, weak: &[Weak]) -> Outcome<Array> {
    let dims: Dims = smallvec![Dim::Known(weak.len())];
    let values: Option<Vec<Scalar>> = weak.iter().map(|w| w.value).collect();
    match values {
        Some(values) if !cx.checking() => store(cx, dtype, smallvec![weak.len()], &values),
        Some(values) if values.len() <= known::MOST && dtype.kind() != Kind::Complex => {
            let values = values.into_iter().map(|v| v.cast(dtype));
            Ok(Array::known(DenseArray::new(dtype, smallvec![weak.len()], values)))
        }
        _ => Ok(Array::abstract_of(dtype, dims)),
    }
}

/// A stored array of these elements.
pub(crate) fn store(
    cx: &mut dyn Context,
    dtype: DType,
    shape: Shape,
    values: &[Scalar],
) -> Outcome<Array> {
    if dtype.kind() == Kind::Complex {
        let mut part = |im: bool| {
            let parts: Vec<Scalar> = values
                .iter()
                .map(|v| v.as_complex())
                .map(|(a, b)| Scalar::float(if im { b } else { a }))
                .collect();
            store(cx, dtype.part(), shape.clone(), &parts)
        };
        return Ok(Array::complex(part(false)?, part(true)?));
    }
    let mut data = Vec::with_capacity(values.len() * dtype.size());
    for value in values {
        data.extend_from_slice(&value.cast(dtype).bits.to_le_bytes()[..dtype.size()]);
    }
    let handle = cx.host().store(dtype, &shape, data)?;
    Ok(Array::from_handle(handle, dtype, shape))
}

/// Elements of one shape, some of them arrays, along a new first axis.
fn stacked(
    cx: &mut dyn Context,
    dtype: DType,
    elements: &[Value],
    operands: &[Operand],
) -> Outcome<Array> {
    let mut arrays: Vec<Array> = Vec::with_capacity(operands.len());
    for (i, operand) in operands.iter().enumerate() {
        arrays.push(match operand {
            Operand::Array(array) => array.clone(),
            Operand::Weak(Weak { value: Some(value), .. }) => {
                Array::from_scalar(scalars::fit(i, *value, dtype)?)
            }
            Operand::Weak(_) => Array::abstract_of(dtype, Dims::new()),
        });
    }
    for (i, array) in arrays.iter().enumerate() {
        if !same_dims(arrays[0].dims(), array.dims()) {
            return Err(Failure::new("E0170", "the elements of an array have different shapes")
                .at(0, elements[0].type_text())
                .at(i, elements[i].type_text())
                .hint("for arrays of different sizes use a tuple, or concat")
                .into());
        }
    }
    if let Some(array) = copied(cx, dtype, &arrays)? {
        return Ok(array);
    }
    stack(&arrays, dtype, 0)
}

/// Whether dimensions can be the same.
pub(crate) fn same_dims(a: &[Dim], b: &[Dim]) -> bool {
    let differ = |(x, y): (&Dim, &Dim)| matches!((x, y), (Dim::Known(x), Dim::Known(y)) if x != y);
    a.len() == b.len() && !a.iter().zip(b).any(differ)
}

/// Small stored arrays, such as the rows of a literal, copied into one.
fn copied(cx: &mut dyn Context, dtype: DType, arrays: &[Array]) -> Outcome<Option<Array>> {
    let ready = |a: &Array| a.is_ready() || a.known_scalar().is_some();
    if cx.checking() || !arrays.iter().all(ready) {
        return Ok(None);
    }
    let row = build::sizes(arrays[0].dims());
    if count(&row).saturating_mul(arrays.len()) > SMALL {
        return Ok(None);
    }
    let mut values = Vec::new();
    for array in arrays {
        match array.known_scalar() {
            Some(scalar) => values.push(scalar),
            None => {
                for position in 0..count(&row) {
                    values.push(array.element(cx.host(), position)?);
                }
            }
        }
    }
    let mut shape: Shape = smallvec![arrays.len()];
    shape.extend(row);
    store(cx, dtype, shape, &values).map(Some)
}

/// Arrays of one shape along a new axis.
pub(crate) fn stack(arrays: &[Array], dtype: DType, axis: usize) -> Outcome<Array> {
    let mut parts = Arrays::new();
    for array in arrays {
        parts.push(build::expand(&build::cast(array, dtype)?, &[axis])?);
    }
    build::concat(parts, axis, Dim::Known(arrays.len()))
}

/// What must be an array: numbers become 0-d, sequences vectors.
pub(crate) fn to_array(cx: &mut dyn Context, position: usize, value: &Value) -> Outcome<Array> {
    match value {
        Value::Tuple(items) => match literal(cx, items)? {
            Value::Array(array) => Ok(array),
            _ => Err(faults::no_number(position, value)),
        },
        Value::Range(start, stop, step) => {
            let length = Dim::Known(range_len(*start, *stop, *step));
            steps(Scalar::int(*start), Scalar::int(*step), length, DType::I64)
        }
        _ => match Operand::need(cx, position, value)? {
            Operand::Array(array) => Ok(array),
            Operand::Weak(weak) => Ok(match weak.value {
                Some(value) => Array::from_scalar(value),
                None => Array::abstract_of(weak.dtype, Dims::new()),
            }),
        },
    }
}

/// `start + step * i` for `i` below `length`, computed in `compute` (int64 or float64).
pub(crate) fn steps(start: Scalar, step: Scalar, length: Dim, compute: DType) -> Outcome<Array> {
    let dims: Dims = smallvec![length];
    let mut array = build::cast(&build::iota(length)?, compute)?;
    let one = Scalar::from_i128(1, compute);
    let (start, step) = (start.cast(compute), step.cast(compute));
    if step != one {
        let step = Array::from_scalar(step);
        array = build::map(MapOp::Mul, &[array, step], compute, &dims)?;
    }
    if start.as_f64() != 0.0 {
        let start = Array::from_scalar(start);
        array = build::map(MapOp::Add, &[array, start], compute, &dims)?;
    }
    Ok(array)
}

/// An array of zeros like another.
pub(crate) fn zeros_like(array: &Array) -> Outcome<Array> {
    filled_like(Scalar::from_i128(0, array.dtype()), array)
}

/// An array of one value with the dimensions of another.
pub(crate) fn filled_like(value: Scalar, array: &Array) -> Outcome<Array> {
    match array.known_shape() {
        Some(_) => build::full_of(value, array.dims().clone()),
        None => Ok(Array::abstract_of(value.dtype, array.dims().clone())),
    }
}

/// A shape argument: an integer or a tuple (or vector) of integers.
pub(crate) fn shape_arg(
    cx: &mut dyn Context,
    position: usize,
    value: &Value,
) -> Outcome<Option<Dims>> {
    let Some(sizes) = sizes_arg(cx, position, value)? else { return Ok(None) };
    let mut dims = Dims::new();
    for size in sizes {
        dims.push(match size {
            Some(n) if n < 0 => {
                return Err(Failure::new("E0164", format!("a size cannot be negative: {n}"))
                    .at(position, value.type_text())
                    .into());
            }
            Some(n) => Dim::Known(n as usize),
            None => cx.fresh_dim(),
        });
    }
    let shape = arr_ir::shape::known_shape(&dims);
    let large = shape.is_some_and(|s| arr_ir::shape::checked_count(&s).is_none());
    if large || dims.len() > arr_ir::shape::MAX_RANK {
        return Err(faults::too_large(&dims));
    }
    Ok(Some(dims))
}

/// Integers of a shape argument, negative ones included; none for what is not known yet, and none
/// at all when not even their number is known.
pub(crate) fn sizes_arg(
    cx: &mut dyn Context,
    position: usize,
    value: &Value,
) -> Outcome<Option<Vec<Option<i64>>>> {
    match value {
        Value::Unknown(Unknown::Any) => Ok(None),
        Value::Tuple(items) => {
            let mut sizes = Vec::with_capacity(items.len());
            for item in items.iter() {
                sizes.push(
                    scalars::integer(cx, position, item)
                        .map_err(|_| faults::argument(position, item, "whole numbers as sizes"))?,
                );
            }
            Ok(Some(sizes))
        }
        Value::Array(array) if array.ndim() == 1 && array.dtype().is_integer() => {
            vector_of_sizes(cx, array)
        }
        _ => match scalars::integer(cx, position, value) {
            Ok(size) => Ok(Some(vec![size])),
            Err(Fault::Failure(_)) => Err(faults::argument(position, value, "a shape").into()),
            Err(other) => Err(other),
        },
    }
}

fn vector_of_sizes(cx: &mut dyn Context, array: &Array) -> Outcome<Option<Vec<Option<i64>>>> {
    let Some(n) = array.dims()[0].known() else { return Ok(None) };
    if n > arr_ir::shape::MAX_RANK {
        return Err(Failure::new("E0164", "a shape has too many dimensions")
            .note(array_type(array))
            .into());
    }
    let mut sizes = Vec::with_capacity(n);
    for i in 0..n {
        let at = crate::array::index::Index::Value(Value::Int(i as i64));
        let element = crate::array::index::index(cx, &Value::Array(array.clone()), &[at])?;
        sizes.push(scalars::integer(cx, 0, &element)?);
    }
    Ok(Some(sizes))
}

/// How many numbers `start, start + step, ...` below `stop` there are; none when not known.
pub(crate) fn arange_len(start: Scalar, stop: Scalar, step: Scalar) -> Outcome<usize> {
    if step.as_f64() == 0.0 || step.as_f64().is_nan() {
        return Err(Failure::new("E0181", "the step of a range cannot be zero").into());
    }
    if [start, stop, step].iter().all(|s| s.dtype.kind() != Kind::Float) {
        let clamp = |s: Scalar| s.as_i128().clamp(i64::MIN as i128, i64::MAX as i128) as i64;
        return Ok(range_len(clamp(start), clamp(stop), clamp(step)));
    }
    let length = ((stop.as_f64() - start.as_f64()) / step.as_f64()).ceil();
    if length.is_nan() || length >= arr_ir::shape::MAX_ELEMENTS as f64 {
        return Err(Failure::new("E0165", "the range has too many elements").into());
    }
    Ok(length.max(0.0) as usize)
}

/// `[start, start + step, ...]` below `stop`: NumPy's `arange`.
pub(crate) fn arange(
    start: Option<Scalar>,
    stop: Option<Scalar>,
    step: Option<Scalar>,
    dtype: DType,
    length: Dim,
) -> Outcome<Array> {
    let (Some(start), Some(_), Some(step)) = (start, stop, step) else {
        return Ok(Array::abstract_of(dtype, smallvec![length]));
    };
    let float = [start, step].iter().any(|s| s.dtype.is_inexact());
    let array = match float {
        // As NumPy: the step is the difference of the first two elements.
        true => {
            let (first, step) = (start.as_f64(), step.as_f64());
            let step = (first + step) - first;
            steps(Scalar::float(first), Scalar::float(step), length, DType::F64)?
        }
        false => steps(start, step, length, DType::I64)?,
    };
    build::cast(&array, dtype)
}

/// Numbers of a distribution.
pub(crate) fn random(
    dist: Dist,
    seed: &Array,
    args: &[Array],
    dtype: DType,
    dims: Dims,
) -> Outcome<Array> {
    let mut operands: SmallVec<[Array; 3]> = smallvec![build::cast(seed, DType::U64)?];
    operands.extend(args.iter().cloned());
    build::node(Op::Random(dist), operands, dtype, dims)
}
