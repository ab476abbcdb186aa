//! Fourier transforms along one axis; those along several are in `stdlib/fft.arr`.

use super::args::{self, Result};
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::scalars::integer;
use crate::array::{Array, build};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::dtype::{DType, Kind};
use arr_ir::graph::Op;
use arr_ir::routine::{Fft, Routine, Scale, Transform};
use arr_ir::shape::{Dim, Dims, known_shape};
use smallvec::smallvec;

rows! {
    "fft.fft" ("x, n=none, axis=-1, norm=\"backward\"") forward, false,
        "The discrete Fourier transform along an axis. `n` is its length: shorter axes are continued by zeros, longer ones cut off. `norm` says which direction is divided by the length: \"backward\" (the inverse), \"forward\" (this one), or \"ortho\" (both, by its square root)."
        "fft.fft([1.0, 2.0, 3.0, 4.0])" => "[10.+0.j -2.+2.j -2.+0.j -2.-2.j]";
    "fft.ifft" ("x, n=none, axis=-1, norm=\"backward\"") inverse, false,
        "The inverse of fft."
        "fft.ifft([4.0, 0.0, 0.0, 0.0])" => "[1.+0.j 1.+0.j 1.+0.j 1.+0.j]";
    "fft.rfft" ("x, n=none, axis=-1, norm=\"backward\"") real_forward, false,
        "The first half, n // 2 + 1 elements, of the Fourier transform of real numbers; the second half mirrors it."
        "fft.rfft([1.0, 2.0, 3.0, 4.0])" => "[10.+0.j -2.+2.j -2.+0.j]";
    "fft.irfft" ("x, n=none, axis=-1, norm=\"backward\"") real_inverse, false,
        "The inverse of rfft: n real numbers, by default twice the elements given less two."
        "fft.irfft([4.0, 0.0, 0.0])" => "[1. 1. 1. 1.]";
}

fn forward(cx: &mut dyn Context, a: &[Value]) -> Result {
    transform(cx, a, Transform::Forward)
}

fn inverse(cx: &mut dyn Context, a: &[Value]) -> Result {
    transform(cx, a, Transform::Inverse)
}

fn real_forward(cx: &mut dyn Context, a: &[Value]) -> Result {
    transform(cx, a, Transform::RealForward)
}

fn real_inverse(cx: &mut dyn Context, a: &[Value]) -> Result {
    transform(cx, a, Transform::RealInverse)
}

fn transform(cx: &mut dyn Context, a: &[Value], transform: Transform) -> Result {
    known!(&a[0], &a[1], &a[2]);
    let array = operand(cx, a, transform)?;
    let Some(axis) = args::axis(cx, &array, a, 2)? else { return Ok(Value::ANY) };
    let n = length(cx, a, &array, axis, transform)?;
    let scale = scale(a, transform)?;
    let last = array.ndim() - 1;
    let order: Vec<usize> = (0..=last).filter(|&d| d != axis).chain([axis]).collect();
    let arranged: Vec<Option<usize>> = order.iter().map(|&d| Some(d)).collect();
    let moved = build::arrange(&array, &arranged)?;
    let result = lanes(cx, &moved, transform, n, scale)?;
    let mut back = vec![None; last + 1];
    for (at, &d) in order.iter().enumerate() {
        back[d] = Some(at);
    }
    build::arrange(&result, &back).map(Value::Array)
}

/// The array in the dtype that is transformed.
fn operand(cx: &mut dyn Context, a: &[Value], transform: Transform) -> Outcome<Array> {
    let array = args::array(cx, a, 0)?;
    if array.ndim() == 0 {
        let wanted = "an array of at least one dimension";
        return Err(faults::argument(0, &Value::Array(array), wanted).into());
    }
    let single = matches!(array.dtype(), DType::F32 | DType::C64);
    let dtype = match (transform, single) {
        (Transform::RealForward, _) if array.dtype().kind() == Kind::Complex => {
            return Err(faults::argument(0, &Value::Array(array), "real numbers")
                .hint("fft takes complex numbers")
                .into());
        }
        (Transform::RealForward, true) => DType::F32,
        (Transform::RealForward, false) => DType::F64,
        (_, true) => DType::C64,
        (_, false) => DType::C128,
    };
    build::cast(&array, dtype)
}

/// The length of the transform.
fn length(
    cx: &mut dyn Context,
    a: &[Value],
    array: &Array,
    axis: usize,
    transform: Transform,
) -> Outcome<Dim> {
    let n = match (&a[1], array.dims()[axis]) {
        (Value::None, Dim::Known(n)) if transform == Transform::RealInverse => {
            Dim::Known((2 * n).saturating_sub(2))
        }
        (Value::None, _) if transform == Transform::RealInverse => cx.fresh_dim(),
        (Value::None, n) => n,
        (given, _) => match integer(cx, 1, given)? {
            Some(n) => Dim::Known(usize::try_from(n).unwrap_or(0)),
            None => cx.fresh_dim(),
        },
    };
    if n == Dim::Known(0) {
        return Err(Failure::new("E0164", "a transform has at least one point")
            .at(0, array_type(array))
            .into());
    }
    Ok(n)
}

fn scale(a: &[Value], transform: Transform) -> Outcome<Scale> {
    let inverse = matches!(transform, Transform::Inverse | Transform::RealInverse);
    let Some(norm) = args::text(a, 3)? else { return Ok(Scale::One) };
    match (&*norm, inverse) {
        ("backward", false) | ("forward", true) => Ok(Scale::One),
        ("backward", true) | ("forward", false) => Ok(Scale::Length),
        ("ortho", _) => Ok(Scale::Root),
        _ => {
            let wanted = "\"backward\", \"ortho\" or \"forward\"";
            Err(faults::argument(3, &a[3], wanted).into())
        }
    }
}

/// Transforms along the last axis.
fn lanes(
    cx: &mut dyn Context,
    array: &Array,
    transform: Transform,
    n: Dim,
    scale: Scale,
) -> Outcome<Array> {
    let dtype = match (transform, array.dtype()) {
        (Transform::RealForward, DType::F32) => DType::C64,
        (Transform::RealForward, _) => DType::C128,
        (Transform::RealInverse, DType::C64) => DType::F32,
        (Transform::RealInverse, _) => DType::F64,
        (_, dtype) => dtype,
    };
    let leading = &array.dims()[..array.ndim() - 1];
    let width = match (transform, n) {
        (Transform::RealForward, Dim::Known(n)) => Dim::Known(n / 2 + 1),
        (Transform::RealForward, _) => cx.fresh_dim(),
        (_, n) => n,
    };
    let dims: Dims = leading.iter().copied().chain([width]).collect();
    let (Some(shape), Some(n)) = (known_shape(array.dims()), n.known()) else {
        return Ok(Array::abstract_of(dtype, dims));
    };
    let count: usize = shape[..shape.len() - 1].iter().product();
    let mut flat: Dims = smallvec![Dim::Known(count), Dim::Known(shape[shape.len() - 1])];
    let pairs = match array.dtype().kind() {
        Kind::Complex => {
            flat.push(Dim::Known(2));
            build::pairs_of(array)?
        }
        _ => array.clone(),
    };
    let pairs = build::reshape(&pairs, flat)?;
    let routine = Routine::from(Fft { transform, n, scale });
    let sizes = build::sizes(pairs.dims());
    let (part, shape) =
        routine.result(&[(pairs.dtype(), &sizes)]).map_err(|e| Failure::new("E0164", e))?;
    let result =
        build::node(Op::Extern(routine), smallvec![pairs], part, arr_ir::shape::dims_of(&shape))?;
    match dtype.kind() {
        Kind::Complex => {
            let mut paired = dims;
            paired.push(Dim::Known(2));
            build::complex_of_pairs(&build::reshape(&result, paired)?)
        }
        _ => build::reshape(&result, dims),
    }
}
