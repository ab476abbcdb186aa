//! Creation functions: arrays from shapes, ranges and random numbers.

use super::args::{self, Result};
use crate::array::build;
use crate::array::create::{self, shape_arg, to_array};
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::{self, attribute};
use crate::array::scalars::{self, Operand};
use crate::array::{Array, known, literal, selection};
use crate::builtin::Context;
use crate::fault::{Failure, Fault};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::op::{Dist, MapOp};
use arr_ir::shape::Dim;

rows! {
    "zeros" ("[]shape, dtype=none") zeros, false,
        "An array of zeros, float64 unless a dtype is given." "zeros(3)" => "[0. 0. 0.]";
    "ones" ("[]shape, dtype=none") ones, false,
        "An array of ones, float64 unless a dtype is given." "ones(3)" => "[1. 1. 1.]";
    "empty" ("[]shape, dtype=none") zeros, false,
        "An array to be filled; it starts as zeros." "empty(2)" => "[0. 0.]";
    "full" ("[]shape, fill_value, dtype=none") full, false,
        "An array of one value." "full((2, 2), 7)" => "[[7 7]\n [7 7]]";
    "zeros_like" ("x, dtype=none, *, []shape=none") zeros_like, true,
        "Zeros in the shape and dtype of an array, unless others are given." "zeros_like([1, 2])" => "[0 0]";
    "ones_like" ("x, dtype=none, *, []shape=none") ones_like, true,
        "Ones in the shape and dtype of an array, unless others are given." "ones_like([1, 2])" => "[1 1]";
    "empty_like" ("x, dtype=none, *, []shape=none") zeros_like, true,
        "An array like another, to be filled, in another dtype or shape if one is given; it starts as zeros." "empty_like([1, 2])" => "[0 0]";
    "full_like" ("x, fill_value, dtype=none, *, []shape=none") full_like, true,
        "One value in the shape and dtype of an array, unless others are given." "full_like([1, 2], 5)" => "[5 5]";
    "arange" ("start, stop=none, step=1, dtype=none") arange, false,
        "Numbers from start (0 if only one is given) to before stop." "arange(4)" => "[0 1 2 3]";
    "iota" ("n") iota, false,
        "The integers 0 to n - 1, int64." "iota(3)" => "[0 1 2]";
    "asarray" ("x, dtype=none, *, ndmin=0") with_axes, true,
        "A number, tuple or range as an array; with leading axes of size 1, to have at least `ndmin`." "asarray((1, 2))" => "[1 2]";
    "random" ("[]shape=none, seed=0, dtype=none") random, false,
        "Uniform numbers in [0, 1), a function of seed and position alone." "random(3).shape" => "(3,)";
    "uniform" ("[]shape=none, low=0.0, high=1.0, seed=0, dtype=none") uniform, false,
        "Uniform numbers in [low, high)." "uniform(3, low=5, high=6).shape" => "(3,)";
    "normal" ("[]shape=none, loc=0.0, scale=1.0, seed=0, dtype=none") normal, false,
        "Normally distributed numbers with mean `loc` and standard deviation `scale`." "normal((2, 3), seed=1).shape" => "(2, 3)";
    "integers" ("[]shape, low, high=none, seed=0, dtype=none, endpoint=false") integers, false,
        "Uniform integers in [low, high), or [0, low) when only one is given; `endpoint` includes the upper end." "integers(3, 10).dtype" => "int64";
}

fn zeros(cx: &mut dyn Context, a: &[Value]) -> Result {
    filled(cx, a, 0)
}

fn ones(cx: &mut dyn Context, a: &[Value]) -> Result {
    filled(cx, a, 1)
}

fn filled(cx: &mut dyn Context, a: &[Value], value: i128) -> Result {
    known!(&a[0], &a[1]);
    let dtype = shape_dtype(a, 1)?.unwrap_or(DType::F64);
    let Some(dims) = shape_arg(cx, 0, &a[0])? else { return Ok(Value::ANY) };
    build::full_of(Scalar::from_i128(value, dtype), dims).map(Value::Array)
}

/// The dtype argument after a shape: an integer there is a shape written without brackets.
fn shape_dtype(a: &[Value], position: usize) -> Outcome<Option<DType>> {
    match &a[position] {
        Value::Int(_) | Value::Unknown(Unknown::Int) => {
            Err(faults::argument(position, &a[position], "a dtype such as float32")
                .hint("a shape of several sizes is a tuple: zeros((3, 4))")
                .into())
        }
        _ => args::dtype(a, position),
    }
}

fn full(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let dtype = args::dtype(a, 2)?;
    let Some(dims) = shape_arg(cx, 0, &a[0])? else { return Ok(Value::ANY) };
    let value = fill_value(cx, &a[1], dtype)?;
    if value.ndim() == 0 {
        return build::full(&value, dims).map(Value::Array);
    }
    super::shaping::broadcast_array(&value, &dims).map(Value::Array)
}

/// A fill value in a dtype, or in its own.
fn fill_value(cx: &mut dyn Context, value: &Value, dtype: Option<DType>) -> Outcome<Array> {
    match (Operand::need(cx, 1, value)?, dtype) {
        (Operand::Weak(weak), Some(dtype)) => match weak.value {
            Some(value) => Ok(Array::from_scalar(scalars::fit(1, value, dtype)?)),
            None => Ok(Array::abstract_of(dtype, Default::default())),
        },
        (Operand::Array(array), Some(dtype)) => build::cast(&array, dtype),
        (_, None) => to_array(cx, 1, value),
    }
}

fn zeros_like(cx: &mut dyn Context, a: &[Value]) -> Result {
    like(cx, a, Value::Int(0), 1)
}

fn ones_like(cx: &mut dyn Context, a: &[Value]) -> Result {
    like(cx, a, Value::Int(1), 1)
}

fn full_like(cx: &mut dyn Context, a: &[Value]) -> Result {
    like(cx, a, a[1].clone(), 2)
}

/// One value, broadcast, in the dtype given at a position and the shape given after it, or in those
/// of the array.
fn like(cx: &mut dyn Context, a: &[Value], value: Value, given: usize) -> Result {
    known!(&a[0], &value, &a[given], &a[given + 1]);
    let array = args::array(cx, a, 0)?;
    let dtype = args::dtype(a, given)?.unwrap_or(array.dtype());
    let dims = match &a[given + 1] {
        Value::None => array.dims().clone(),
        shape => match shape_arg(cx, given + 1, shape)? {
            Some(dims) => dims,
            None => return Ok(Value::ANY),
        },
    };
    let value = fill_value(cx, &value, Some(dtype))?;
    if value.ndim() > 0 {
        return super::shaping::broadcast_array(&value, &dims).map(Value::Array);
    }
    build::full(&value, dims).map(Value::Array)
}

fn arange(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3]);
    let dtype = args::dtype(a, 3)?;
    let (start, stop) = match &a[1] {
        Value::None => ((DType::I64, Some(Scalar::int(0))), number(cx, a, 0)?),
        _ => (number(cx, a, 0)?, number(cx, a, 1)?),
    };
    let step = number(cx, a, 2)?;
    let joint = start.0.promote(stop.0).promote(step.0);
    let joint = if joint == DType::Bool { DType::I64 } else { joint };
    let length = match (start.1, stop.1, step.1) {
        (Some(start), Some(stop), Some(step)) => Dim::Known(create::arange_len(start, stop, step)?),
        _ => cx.fresh_dim(),
    };
    create::arange(start.1, stop.1, step.1, dtype.unwrap_or(joint), length).map(Value::Array)
}

/// A number argument: its dtype, and its value unless only that is known.
fn number(cx: &mut dyn Context, a: &[Value], position: usize) -> Outcome<(DType, Option<Scalar>)> {
    match Operand::of(&a[position]) {
        Some(Operand::Weak(w)) if w.dtype.kind() != Kind::Complex => Ok((w.dtype, w.value)),
        Some(Operand::Array(array)) if array.ndim() == 0 => {
            Ok((array.dtype(), scalars::scalar_of(cx, &array)?))
        }
        _ => Err(faults::argument(position, &a[position], "a number").into()),
    }
}

fn iota(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(dims) = shape_arg(cx, 0, &a[0])? else { return Ok(Value::ANY) };
    match dims.as_slice() {
        [n] => build::iota(*n).map(Value::Array),
        _ => Err(faults::argument(0, &a[0], "one whole number").into()),
    }
}

fn with_axes(cx: &mut dyn Context, a: &[Value]) -> Result {
    let value = asarray(cx, a)?;
    match (&value, scalars::integer(cx, 2, &a[2])?) {
        (_, Some(0)) => Ok(value),
        (Value::Unknown(_), _) | (_, None) => Ok(Value::ANY),
        (_, Some(least)) => {
            let settled = selection::settled(cx, &value)?;
            let array = to_array(cx, 0, &settled)?;
            let new = usize::try_from(least).unwrap_or(0).saturating_sub(array.ndim());
            if new > arr_ir::shape::MAX_RANK {
                return Err(faults::too_large(array.dims()));
            }
            build::expand(&array, &(0..new).collect::<Vec<_>>()).map(Value::Array)
        }
    }
}

fn asarray(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let dtype = args::dtype(a, 1)?;
    if let (Value::Selection(_), dtype) = (&a[0], dtype) {
        return dtype.map_or(Ok(a[0].clone()), |dtype| super::dtypes::convert(cx, dtype, &a[0]));
    }
    if let (Value::Tuple(items), None) = (&a[0], dtype) {
        return literal(cx, items);
    }
    if let (Value::Array(given), Some(dtype)) = (&a[0], dtype)
        && given.dtype().is_integer()
        && cx.checking()
        && cx.gets_here()
    {
        // Numbers that are written out have to fit; what is computed wraps, as in `astype`.
        for element in known::elements(given).iter().flat_map(|known| known.elements()) {
            scalars::fit(0, element, dtype)?;
        }
    }
    let array = match (&a[0], dtype) {
        (value, Some(dtype)) if !matches!(value, Value::Tuple(_) | Value::Range(..)) => {
            fill_value(cx, value, Some(dtype))?
        }
        (value, _) => to_array(cx, 0, value)?,
    };
    let dtype = dtype.unwrap_or(array.dtype());
    build::cast(&array, dtype).map(Value::Array)
}

/// The shape argument of a random array; none stands for a 0-d array.
fn random_dims(cx: &mut dyn Context, a: &[Value]) -> Outcome<Option<arr_ir::shape::Dims>> {
    match &a[0] {
        Value::None => Ok(Some(Default::default())),
        value => shape_arg(cx, 0, value).map_err(|fault| match (&fault, value) {
            (Fault::Failure(_), Value::Float(_)) => faults::argument(0, value, "a shape")
                .hint("the shape comes first: uniform((100, 3), low, high)")
                .into(),
            _ => fault,
        }),
    }
}

fn seed(cx: &mut dyn Context, a: &[Value], position: usize) -> Outcome<Array> {
    match Operand::of(&a[position]) {
        Some(Operand::Weak(w)) if w.dtype == DType::I64 => Ok(match w.value {
            Some(value) => Array::from_scalar(value.cast(DType::U64)),
            None => Array::abstract_of(DType::U64, Default::default()),
        }),
        Some(Operand::Array(array)) if array.ndim() == 0 && array.dtype().is_integer() => {
            Ok(match scalars::scalar_of(cx, &array)? {
                Some(value) => Array::from_scalar(value.cast(DType::U64)),
                None => Array::abstract_of(DType::U64, Default::default()),
            })
        }
        _ => Err(faults::argument(position, &a[position], "a whole number as the seed").into()),
    }
}

/// float64, or float32 when asked for.
fn random_dtype(a: &[Value], position: usize) -> Outcome<DType> {
    match args::dtype(a, position)? {
        None => Ok(DType::F64),
        Some(dtype) if dtype.kind() == Kind::Float => Ok(dtype),
        Some(_) => Err(Failure::new("E0151", "random numbers are float32 or float64")
            .at(position, a[position].type_text())
            .hint("for whole numbers use integers(shape, low, high)")
            .into()),
    }
}

fn random(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let dtype = random_dtype(a, 2)?;
    let Some(dims) = random_dims(cx, a)? else { return Ok(Value::ANY) };
    let seed = seed(cx, a, 1)?;
    create::random(Dist::Uniform, &seed, &[], dtype, dims).map(Value::Array)
}

fn uniform(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3], &a[4]);
    let span = elementwise(cx, MapOp::Sub, &[a[2].clone(), a[1].clone()])?;
    scaled(cx, Dist::Uniform, a, &a[1], &span)
}

fn normal(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3], &a[4]);
    if matches!(a[2], Value::Int(..0)) || matches!(a[2], Value::Float(s) if s < 0.0) {
        return Err(faults::argument(2, &a[2], "a standard deviation, from 0 on").into());
    }
    scaled(cx, Dist::Normal, a, &a[1], &a[2])
}

/// `offset + scale * numbers`
fn scaled(cx: &mut dyn Context, dist: Dist, a: &[Value], offset: &Value, scale: &Value) -> Result {
    let dtype = random_dtype(a, 4)?;
    let usual = |v: &Value, n: f64| matches!(v, Value::Float(x) if *x == n);
    if matches!(a[0], Value::Int(0)) && !(usual(&a[1], 0.0) && usual(&a[2], 1.0)) {
        return Err(faults::argument(0, &a[0], "a shape with elements")
            .hint("the shape comes first: normal(1000, 0, 1)")
            .into());
    }
    let Some(dims) = random_dims(cx, a)? else { return Ok(Value::ANY) };
    let seed = seed(cx, a, 3)?;
    let mut value = Value::Array(create::random(dist, &seed, &[], dtype, dims)?);
    let neutral = |v: &Value, n: f64| match v {
        Value::Int(i) => *i as f64 == n,
        Value::Float(f) => *f == n,
        _ => false,
    };
    if !neutral(scale, 1.0) {
        value = elementwise(cx, MapOp::Mul, &[value, scale.clone()])?;
    }
    if !neutral(offset, 0.0) {
        value = elementwise(cx, MapOp::Add, &[value, offset.clone()])?;
    }
    Ok(value)
}

fn integers(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1], &a[2], &a[3], &a[4]);
    let dtype = args::dtype(a, 4)?.unwrap_or(DType::I64);
    let (low, high) = match &a[2] {
        Value::None => (Value::Int(0), a[1].clone()),
        high => (a[1].clone(), high.clone()),
    };
    let Some(dims) = shape_arg(cx, 0, &a[0])? else { return Ok(Value::ANY) };
    let seed = seed(cx, a, 3)?;
    let bound = |cx: &mut dyn Context, position: usize, value: &Value| -> Outcome<Array> {
        match scalars::integer(cx, position, value)? {
            Some(v) => Ok(Array::from_scalar(Scalar::int(v))),
            None => Ok(Array::abstract_of(DType::I64, Default::default())),
        }
    };
    let high = match args::flag(cx, a, 5)? {
        true => elementwise(cx, MapOp::Add, &[high, Value::Int(1)])?,
        false => high,
    };
    let (low, high) = (bound(cx, 1, &low)?, bound(cx, 2, &high)?);
    if let (Some(l), Some(h)) = (low.known_scalar(), high.known_scalar())
        && l.as_i128() >= h.as_i128()
    {
        let note = format!("{} to {}", l.as_i128(), h.as_i128());
        return Err(Failure::new("E0164", "there is no integer to choose from").note(note).into());
    }
    if let (Some(l), Some(h), true) = (low.known_scalar(), high.known_scalar(), dtype.is_integer())
    {
        scalars::fit(1, l, dtype)?;
        scalars::fit(2, Scalar::int((h.as_i128() - 1) as i64), dtype)?;
    }
    let numbers = create::random(Dist::Integers, &seed, &[low, high], DType::I64, dims)?;
    build::cast(&numbers, dtype).map(Value::Array)
}

/// The size of a value as `x.size` says it, for functions that need an array-like.
pub(super) fn attribute_of(cx: &mut dyn Context, value: &Value, name: &str) -> Result {
    let array = match value {
        Value::Tuple(_) | Value::Range(..) => Value::Array(to_array(cx, 0, value)?),
        value => value.clone(),
    };
    match attribute(cx, &array, name)? {
        Some(value) => Ok(value),
        None => Err(faults::no_number(0, value)),
    }
}

/// Whether a value is one number (weak or 0-d).
pub(super) fn is_scalar(value: &Value) -> bool {
    match Operand::of(value) {
        Some(Operand::Weak(_)) => true,
        Some(Operand::Array(array)) => array.ndim() == 0,
        None => ops::is_any(value),
    }
}
