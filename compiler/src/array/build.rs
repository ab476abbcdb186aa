//! Node constructors: every pending array is made here, typed and checked.
//!
//! Before: arrays whose dtypes and dimensions suit the operation (the caller has reported what
//! does not). After: an array that is pending, folded into its argument where that is exact
//! (views of views, casts of constants), or abstract when a size or an argument is not known.

use crate::array::faults::{self, Outcome};
use crate::array::{Array, Arrays, State, complex, known};
use crate::fault::Failure;
use crate::host::Handle;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Op;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::routine::Routine;
use arr_ir::shape::{
    Dim, DimMap, Dims, IndexMap, MAX_RANK, Reach, checked_count, dims_of, known_shape,
};
use smallvec::smallvec;

/// The sizes of dimensions that are all known, which pending arrays have.
pub(crate) fn sizes(dims: &[Dim]) -> arr_ir::shape::Shape {
    known_shape(dims).unwrap_or_default()
}

/// A pending array, or an abstract one when an argument or a size is not known.
pub(crate) fn node(op: Op, args: Arrays, dtype: DType, dims: Dims) -> Outcome<Array> {
    let shape = known_shape(&dims);
    if dims.len() > MAX_RANK || shape.as_ref().is_some_and(|s| checked_count(s).is_none()) {
        return Err(faults::too_large(&dims));
    }
    if shape.is_none() || args.iter().any(Array::is_abstract) {
        let found = shape.and_then(|shape| known::result(&op, &args, dtype, &shape));
        return Ok(found.unwrap_or_else(|| Array::abstract_of(dtype, dims)));
    }
    if dtype.kind() == Kind::Complex || args.iter().any(|a| a.parts().is_some()) {
        return complex::node(op, args, dtype, dims);
    }
    let depth = 1 + args.iter().map(Array::depth).max().unwrap_or(0);
    Ok(Array::new(dtype, dims, depth, State::Pending(op, args)))
}

/// The array in another dtype, by the language's cast rules.
pub(crate) fn cast(array: &Array, dtype: DType) -> Outcome<Array> {
    if array.dtype() == dtype {
        return Ok(array.clone());
    }
    if [array.dtype(), dtype].iter().any(|d| d.kind() == Kind::Complex) {
        return complex::cast(array, dtype);
    }
    if let Some(scalar) = array.known_scalar() {
        return Ok(Array::from_scalar(scalar.cast(dtype)));
    }
    if let Some(scalar) = filled(array) {
        return view(&cast(&scalar, dtype)?, array.dims().clone(), || IndexMap(smallvec![]));
    }
    node(Op::Map(MapOp::Cast), smallvec![array.clone()], dtype, array.dims().clone())
}

/// The 0-d array that fills an array, when it is one value broadcast.
pub(crate) fn filled(array: &Array) -> Option<Array> {
    match &*array.0.state.borrow() {
        State::Pending(Op::View(_), args) if args[0].ndim() == 0 => Some(args[0].clone()),
        _ => None,
    }
}

/// The array read through an affine map; `map` is asked only when all sizes are known.
pub(crate) fn view(array: &Array, dims: Dims, map: impl FnOnce() -> IndexMap) -> Outcome<Array> {
    let unknown = array.is_abstract() && known::elements(array).is_none();
    if unknown || known_shape(&dims).is_none() {
        return node(Op::Reshape, smallvec![array.clone()], array.dtype(), dims);
    }
    read(array, dims, map())
}

/// Views and updates that are looked through.
const MAX_LAYERS: usize = 64;

/// The array read through a map; every size is known.
fn read(array: &Array, dims: Dims, map: IndexMap) -> Outcome<Array> {
    if map.is_identity(dims.len()) && dims == *array.dims() {
        return Ok(array.clone());
    }
    if let Some((re, im)) = array.parts() {
        return Ok(Array::complex(read(&re, dims.clone(), map.clone())?, read(&im, dims, map)?));
    }
    let (map, source) = source_of(map, array, &dims);
    match map.is_identity(dims.len()) && dims == *source.dims() {
        true => Ok(source),
        false => node(Op::View(map), smallvec![source], array.dtype(), dims),
    }
}

/// What is read through views and updates, and how: a loop that writes `x[t]` and reads `x[t - 1]`
/// goes on from the row before, not from the whole of `x` at that time.
fn source_of(mut map: IndexMap, array: &Array, dims: &Dims) -> (IndexMap, Array) {
    let mut source = array.clone();
    let reader = known_shape(dims).unwrap_or_default();
    for _ in 0..MAX_LAYERS {
        let next = match &*source.0.state.borrow() {
            State::Pending(Op::View(inner), args) => Some((map.then(inner), args[0].clone())),
            State::Pending(Op::Update { start, step }, args) => {
                let region = args[1].known_shape().unwrap_or_default();
                match map.reach(&reader, (start, step, &region)) {
                    Reach::Inside(map) => Some((map, args[1].clone())),
                    Reach::Outside => Some((map.clone(), args[0].clone())),
                    Reach::Across => None,
                }
            }
            _ => None,
        };
        let Some(next) = next else { break };
        (map, source) = next;
    }
    (map, source)
}

/// The array broadcast to dimensions it broadcasts to.
pub(crate) fn broadcast_to(array: &Array, dims: &Dims) -> Outcome<Array> {
    view(array, dims.clone(), || IndexMap::broadcast(&sizes(array.dims()), &sizes(dims)))
}

/// The array with its axes in another arrangement: per axis of the result the axis of the array
/// it is, or none for a new axis of size 1. Axes not mentioned must have size 1.
pub(crate) fn arrange(array: &Array, axes: &[Option<usize>]) -> Outcome<Array> {
    let dims = axes.iter().map(|a| a.map_or(Dim::Known(1), |a| array.dims()[a])).collect();
    view(array, dims, || {
        let mut map: IndexMap = IndexMap(smallvec![
            DimMap::at(0);
            array.ndim()
        ]);
        for (d, axis) in axes.iter().enumerate() {
            if let Some(a) = axis {
                map.0[*a] = DimMap::along(d);
            }
        }
        map
    })
}

/// New axes of size 1 at these positions of the result (sorted).
pub(crate) fn expand(array: &Array, positions: &[usize]) -> Outcome<Array> {
    let mut old = 0..array.ndim();
    let axes: Vec<Option<usize>> = (0..array.ndim() + positions.len())
        .map(|d| if positions.contains(&d) { None } else { old.next() })
        .collect();
    arrange(array, &axes)
}

/// The elements in row-major order under dimensions of the same count.
pub(crate) fn reshape(array: &Array, dims: Dims) -> Outcome<Array> {
    if dims == *array.dims() {
        return Ok(array.clone());
    }
    if let Some((re, im)) = array.parts() {
        return Ok(Array::complex(reshape(&re, dims.clone())?, reshape(&im, dims)?));
    }
    if let Some(scalar) = filled(array) {
        return view(&scalar, dims, || IndexMap(smallvec![]));
    }
    if let Some(axes) = only_ones_differ(array.dims(), &dims) {
        return arrange(array, &axes);
    }
    let source = match &*array.0.state.borrow() {
        State::Pending(Op::Reshape, args) => Some(args[0].clone()),
        _ => None,
    };
    match source {
        Some(source) => reshape(&source, dims),
        None => node(Op::Reshape, smallvec![array.clone()], array.dtype(), dims),
    }
}

/// The arrangement of axes that a reshape is, when it only adds or drops axes of size 1.
fn only_ones_differ(from: &[Dim], to: &[Dim]) -> Option<Vec<Option<usize>>> {
    let one = Dim::Known(1);
    let mut kept = (0..from.len()).filter(|&a| from[a] != one);
    let axes: Vec<Option<usize>> =
        to.iter().map(|&d| if d == one { None } else { kept.next() }).collect();
    let matched = axes.iter().zip(to).all(|(a, d)| match a {
        Some(a) => from[*a] == *d,
        None => *d == one,
    });
    (matched && kept.next().is_none()).then_some(axes)
}

/// The array combined over axes (a bit mask), which are gone from the result.
pub(crate) fn reduce(array: &Array, op: FoldOp, axes: u32) -> Outcome<Array> {
    let dtype = folded_in(op, array.dtype())?;
    let array = cast(array, dtype)?;
    if axes == 0 {
        return Ok(array);
    }
    let dims =
        (0..array.ndim()).filter(|a| axes & (1 << a) == 0).map(|a| array.dims()[a]).collect();
    node(Op::Reduce { op, axes }, smallvec![array], dtype, dims)
}

/// The dtype that a fold of a dtype computes in: complex numbers have no order.
fn folded_in(op: FoldOp, dtype: DType) -> Outcome<DType> {
    let dtype = op.dtype(dtype);
    match dtype.kind() == Kind::Complex && !matches!(op, FoldOp::Sum | FoldOp::Prod) {
        true => Err(faults::complex(op.name())),
        false => Ok(dtype),
    }
}

/// The running combination along an axis.
pub(crate) fn scan(array: &Array, op: FoldOp, axis: usize) -> Outcome<Array> {
    let dtype = folded_in(op, array.dtype())?;
    let array = cast(array, dtype)?;
    let dims = array.dims().clone();
    node(Op::Scan { op, axis: axis as u8 }, smallvec![array], dtype, dims)
}

/// An elementwise operator on arrays of the dtype computed in, each of the result's dimensions,
/// broadcasting to them, or 0-d.
pub(crate) fn map(op: MapOp, args: &[Array], dtype: DType, dims: &Dims) -> Outcome<Array> {
    let mut operands = Arrays::new();
    for array in args {
        operands.push(match array.ndim() == 0 || array.dims() == dims {
            true => array.clone(),
            false => broadcast_to(array, dims)?,
        });
    }
    node(Op::Map(op), operands, dtype, dims.clone())
}

/// The arrays one after the other along an axis; dtypes and other sizes agree.
pub(crate) fn concat(arrays: Arrays, axis: usize, size: Dim) -> Outcome<Array> {
    if arrays.len() == 1 {
        return Ok(arrays[0].clone());
    }
    let dtype = arrays[0].dtype();
    let mut dims = arrays[0].dims().clone();
    dims[axis] = size;
    node(Op::Concat(axis as u8), arrays, dtype, dims)
}

/// A routine over arrays that suit it; abstract when an argument is.
pub(crate) fn routine(routine: Routine, args: Arrays) -> Outcome<Array> {
    let shapes: Vec<_> = args.iter().map(|a| (a.dtype(), sizes(a.dims()))).collect();
    let types: Vec<_> = shapes.iter().map(|(d, s)| (*d, s.as_slice())).collect();
    let (dtype, shape) = routine.result(&types).map_err(|reason| {
        Failure::new("E0163", format!("{}: {reason}", routine.family().title()))
    })?;
    node(Op::Extern(routine), args, dtype, arr_ir::shape::dims_of(&shape))
}

/// `[0, 1, ..., n-1]`
pub(crate) fn iota(size: Dim) -> Outcome<Array> {
    node(Op::Iota, Arrays::new(), DType::I64, smallvec![size])
}

/// An array of one value.
pub(crate) fn full(value: &Array, dims: Dims) -> Outcome<Array> {
    view(value, dims, || IndexMap(smallvec![]))
}

/// An array of one known value.
pub(crate) fn full_of(value: Scalar, dims: Dims) -> Outcome<Array> {
    full(&Array::from_scalar(value), dims)
}

/// A complex array of shape S as a real array of shape S + [2]: the real and the imaginary part of
/// every element beside each other, float32 of complex64 and float64 of complex128. This is the
/// form in which complex data lies in files and in the memory of others.
pub(crate) fn pairs_of(array: &Array) -> Outcome<Array> {
    let (axis, dtype) = (array.ndim(), array.dtype().part());
    let mut dims = array.dims().clone();
    dims.push(Dim::Known(2));
    let Some((re, im)) = array.parts() else { return Ok(Array::abstract_of(dtype, dims)) };
    if let Some(pairs) = source_of_parts(&re, &im, &dims) {
        return Ok(pairs);
    }
    concat(smallvec![expand(&re, &[axis])?, expand(&im, &[axis])?], axis, Dim::Known(2))
}

/// The array of pairs that two arrays are the halves of, when they are views of one.
fn source_of_parts(re: &Array, im: &Array, dims: &Dims) -> Option<Array> {
    let half = |part: &Array, offset: i64| match &*part.0.state.borrow() {
        State::Pending(Op::View(map), args) if *map == half_map(offset, part.ndim()) => {
            Some(args[0].clone())
        }
        _ => None,
    };
    let (one, two) = (half(re, 0)?, half(im, 1)?);
    (std::rc::Rc::ptr_eq(&one.0, &two.0) && one.dims() == dims).then_some(one)
}

/// The map of a part of an array of pairs.
fn half_map(offset: i64, rank: usize) -> IndexMap {
    let mut map = IndexMap::identity(rank);
    map.0.push(DimMap::at(offset));
    map
}

/// The complex array of a float array of pairs, whose last axis of size 2 holds real and imaginary
/// part: the reverse of [`pairs_of`], without a copy.
#[allow(dead_code, reason = "for routines that give complex data")]
pub(crate) fn complex_of_pairs(pairs: &Array) -> Outcome<Array> {
    let rank = pairs.ndim().saturating_sub(1);
    let dims: Dims = pairs.dims()[..rank].into();
    let half = |offset| view(pairs, dims.clone(), || half_map(offset, rank));
    Ok(Array::complex(half(0)?, half(1)?))
}

/// The complex array behind a handle of pairs; see [`Array::from_handle`].
pub(crate) fn parts_of_handle(handle: Handle, dtype: DType, shape: &[usize]) -> Array {
    let dims = dims_of(shape);
    let mut paired = dims.clone();
    paired.push(Dim::Known(2));
    let pairs = Array::new(dtype.part(), paired, 0, State::Ready(handle));
    let half = |offset| {
        let op = Op::View(half_map(offset, shape.len()));
        Array::new(dtype.part(), dims.clone(), 1, State::Pending(op, smallvec![pairs.clone()]))
    };
    Array::complex(half(0), half(1))
}

/// The mask of all axes of a rank.
pub(crate) fn all_axes(rank: usize) -> u32 {
    (1u32 << rank) - 1
}

/// The mask of one axis.
pub(crate) fn one_axis(axis: usize) -> u32 {
    1 << axis
}
