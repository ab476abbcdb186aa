//! Complex arrays: every operation as operations on real and imaginary parts.
//!
//! Before: an operation one of whose arguments, or whose result, is complex. After: pending real
//! arrays for the parts of the result. Graphs, plans and kernels know no complex numbers.
//!
//! Operations that only move elements, and sums, treat the parts alike and apart. Elementwise
//! operators are formulas over the parts; they are written over an [`Algebra`], so that weak
//! scalars and arrays share them. A product of elements, which no real fold is, becomes rounds of
//! elementwise products.

mod exponential;
mod folds;
mod formula;
mod operators;
mod scalar;
mod trigonometric;

pub(crate) use operators::dtypes;
pub(crate) use scalar::apply;

use crate::array::build;
use crate::array::faults::{self, Outcome};
use crate::array::{Array, Arrays};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Op;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::routine::{Movement, Routine};
use arr_ir::shape::{Dim, Dims};
use formula::{Algebra, Formula};
use operators::Output;

/// A node with a complex argument or result; nothing about it is abstract.
pub(crate) fn node(op: Op, args: Arrays, dtype: DType, dims: Dims) -> Outcome<Array> {
    match op {
        Op::View(_) | Op::Reshape | Op::Update { .. } | Op::Concat(_) | Op::Map(MapOp::Select) => {
            by_parts(&op, &args, dtype, &dims)
        }
        Op::Extern(Routine::Movement(movement)) => match movement {
            Movement::Scatter { fold: Some(fold), .. } if fold != FoldOp::Sum => {
                Err(faults::complex(fold.name()))
            }
            _ => by_parts(&op, &args, dtype, &dims),
        },
        Op::Map(map) => elementwise(map, &args, dtype, &dims),
        Op::Reduce { op: FoldOp::Sum, .. } | Op::Scan { op: FoldOp::Sum, .. } => {
            by_parts(&op, &args, dtype, &dims)
        }
        Op::Reduce { op: FoldOp::Prod, axes } => folds::product(&args[0], axes),
        Op::Scan { op: FoldOp::Prod, axis } => folds::products(&args[0], axis as usize),
        Op::Contract => contract(&args, dims),
        _ => Err(faults::complex("this operation")),
    }
}

/// An operation that treats real and imaginary parts alike; real arguments (a condition) stay.
fn by_parts(op: &Op, args: &Arrays, dtype: DType, dims: &Dims) -> Outcome<Array> {
    let half = |im: bool| {
        let part = |a: &Array| match a.parts() {
            Some(parts) => {
                if im {
                    parts.1
                } else {
                    parts.0
                }
            }
            None => a.clone(),
        };
        build::node(op.clone(), args.iter().map(part).collect(), dtype.part(), dims.clone())
    };
    Ok(Array::complex(half(false)?, half(true)?))
}

/// The parts of an array of any dtype, the imaginary one of a real array being zero.
fn parts_of(array: &Array) -> Outcome<(Array, Array)> {
    match array.parts() {
        Some(parts) => Ok(parts),
        None => {
            let zero = Scalar::from_i128(0, array.dtype());
            Ok((array.clone(), build::full_of(zero, array.dims().clone())?))
        }
    }
}

/// The array in another dtype, one of the two being complex.
pub(crate) fn cast(array: &Array, dtype: DType) -> Outcome<Array> {
    if array.is_abstract() {
        refuse_real(array.dtype(), dtype)?;
        return Ok(Array::abstract_of(dtype, array.dims().clone()));
    }
    match (array.parts(), dtype.kind()) {
        (None, _) => {
            let re = build::cast(array, dtype.part())?;
            let zero = Scalar::from_i128(0, dtype.part());
            Ok(Array::complex(re, build::full_of(zero, array.dims().clone())?))
        }
        (Some((re, im)), Kind::Complex) => {
            Ok(Array::complex(build::cast(&re, dtype.part())?, build::cast(&im, dtype.part())?))
        }
        (Some((re, im)), Kind::Bool) => {
            let (re, im) = (build::cast(&re, dtype)?, build::cast(&im, dtype)?);
            build::map(MapOp::BitOr, &[re, im], dtype, array.dims())
        }
        _ => refuse_real(array.dtype(), dtype).map(|()| array.clone()),
    }
}

/// Complex numbers become real ones by `.real` only, never by a conversion.
fn refuse_real(from: DType, to: DType) -> Outcome<()> {
    match (from.kind(), to.kind()) {
        (Kind::Complex, Kind::Signed | Kind::Unsigned | Kind::Float) => {
            Err(faults::complex_to_real(from, to))
        }
        _ => Ok(()),
    }
}

/// Formulas over pending arrays of one float dtype.
struct Pending<'a> {
    parts: Vec<Array>,
    dtype: DType,
    dims: &'a Dims,
}

impl Algebra for Pending<'_> {
    type Value = Array;

    fn part(&self, index: usize) -> Array {
        self.parts[index].clone()
    }

    fn number(&self, value: f64) -> Array {
        Array::from_scalar(Scalar::from_f64(value, self.dtype))
    }

    fn map(&self, op: MapOp, args: &[Array]) -> Outcome<Array> {
        let joint = args[args.len() - 1].dtype();
        let result = op.dtypes(&[joint]).map_or(joint, |(_, result)| result);
        let scalars = args.iter().all(|a| a.ndim() == 0);
        let scalar = Dims::new();
        build::map(op, args, result, if scalars { &scalar } else { self.dims })
    }
}

/// An elementwise operator on complex operands of one dtype and the dimensions given, or 0-d.
fn elementwise(op: MapOp, args: &Arrays, dtype: DType, dims: &Dims) -> Outcome<Array> {
    let compute = if operators::is_wide(op) { DType::F64 } else { args[0].dtype().part() };
    let mut parts = Vec::with_capacity(2 * args.len());
    for array in args {
        let (re, im) = parts_of(array)?;
        parts.extend([build::cast(&re, compute)?, build::cast(&im, compute)?]);
    }
    let algebra = Pending { parts, dtype: compute, dims };
    let formula = Formula::default();
    let finish = |array: &Array| {
        let array = build::cast(array, dtype.part())?;
        if array.dims() == dims { Ok(array) } else { build::broadcast_to(&array, dims) }
    };
    let output = match whole_exponent(op, args) {
        Some(n) => operators::power(&formula, n),
        None => operators::write(&formula, op, args.len()),
    };
    let (re, im) = match output {
        Output::Real(real) | Output::Truth(formula::Truth(real)) => (real, None),
        Output::Complex(z) => (z.re, Some(z.im)),
    };
    let wanted: Vec<_> = [re].into_iter().chain(im).collect();
    match &formula.evaluate(&algebra, &wanted)?[..] {
        [re, im] => Ok(Array::complex(finish(re)?, finish(im)?)),
        results => finish(&results[0]),
    }
}

/// The exponent of a power, when it is known here to be a whole number of modest size.
fn whole_exponent(op: MapOp, args: &Arrays) -> Option<i32> {
    let (re, im) = args.get(1).filter(|_| op == MapOp::Pow)?.known_scalar()?.as_complex();
    (im == 0.0 && re.fract() == 0.0 && re.abs() <= 100.0).then_some(re as i32)
}

/// `a @ b` from products of the parts.
fn contract(args: &Arrays, dims: Dims) -> Outcome<Array> {
    let ((a, b), (c, d)) = (parts_of(&args[0])?, parts_of(&args[1])?);
    let dtype = a.dtype();
    let product = |x: &Array, y: &Array| {
        build::node(Op::Contract, Arrays::from_iter([x.clone(), y.clone()]), dtype, dims.clone())
    };
    let join = |op, x: Array, y: Array| build::map(op, &[x, y], dtype, &dims);
    let re = join(MapOp::Sub, product(&a, &c)?, product(&b, &d)?)?;
    let im = join(MapOp::Add, product(&a, &d)?, product(&b, &c)?)?;
    Ok(Array::complex(re, im))
}

/// The conjugate of a complex array; another array itself.
pub(crate) fn conjugate(array: &Array) -> Outcome<Array> {
    let Some((re, im)) = array.parts() else { return Ok(array.clone()) };
    let im = build::map(MapOp::Neg, std::slice::from_ref(&im), im.dtype(), im.dims())?;
    Ok(Array::complex(re, im))
}

/// The real part; of a real array itself.
pub(crate) fn real(array: &Array) -> Array {
    match array.parts() {
        Some((re, _)) => re,
        None if array.dtype().kind() == Kind::Complex => part_of_abstract(array),
        None => array.clone(),
    }
}

/// The imaginary part; of a real array zeros.
pub(crate) fn imaginary(array: &Array) -> Outcome<Array> {
    match array.parts() {
        Some((_, im)) => Ok(im),
        None if array.dtype().kind() == Kind::Complex => Ok(part_of_abstract(array)),
        None => crate::array::create::zeros_like(array),
    }
}

fn part_of_abstract(array: &Array) -> Array {
    Array::abstract_of(array.dtype().part(), array.dims().clone())
}

/// The elements `start .. start + length` of an axis.
fn slice(array: &Array, axis: usize, start: usize, length: usize) -> Outcome<Array> {
    let mut dims = array.dims().clone();
    dims[axis] = Dim::Known(length);
    build::view(array, dims, || {
        let mut map = arr_ir::shape::IndexMap::identity(array.ndim());
        map.0[axis].offset = start as i64;
        map
    })
}
