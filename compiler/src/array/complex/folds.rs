//! Products of complex elements, over axes and along one.
//!
//! The order of multiplication is a function of the index alone: halves of the axis are
//! multiplied element by element until one is left, and running products double their reach in
//! every round. So the result does not depend on chunks or threads.

use super::slice;
use crate::array::build;
use crate::array::faults::Outcome;
use crate::array::{Array, Arrays};
use arr_ir::dtype::Scalar;
use arr_ir::op::MapOp;
use arr_ir::shape::{Dim, Dims};

fn times(a: &Array, b: &Array) -> Outcome<Array> {
    build::map(MapOp::Mul, &[a.clone(), b.clone()], a.dtype(), a.dims())
}

/// The product over axes (a bit mask), which are gone from the result.
pub(super) fn product(array: &Array, axes: u32) -> Outcome<Array> {
    let reduced = |a: &usize| axes & (1 << a) != 0;
    let kept: Vec<usize> = (0..array.ndim()).filter(|a| !reduced(a)).collect();
    let order: Vec<Option<usize>> =
        kept.iter().copied().chain((0..array.ndim()).filter(reduced)).map(Some).collect();
    let dims: Dims = kept.iter().map(|&a| array.dims()[a]).collect();
    let shape = build::sizes(array.dims());
    let mut length: usize = (0..shape.len()).filter(reduced).map(|a| shape[a]).product();
    if length == 0 {
        return build::full_of(Scalar::from_i128(1, array.dtype()), dims);
    }
    let axis = dims.len();
    let mut flat = dims.clone();
    flat.push(Dim::Known(length));
    let mut rest = build::reshape(&build::arrange(array, &order)?, flat)?;
    while length > 1 {
        let half = length / 2;
        let pairs = times(&slice(&rest, axis, 0, half)?, &slice(&rest, axis, half, half)?)?;
        rest = match length % 2 {
            0 => pairs,
            _ => {
                let odd = slice(&rest, axis, length - 1, 1)?;
                build::concat(Arrays::from_iter([pairs, odd]), axis, Dim::Known(half + 1))?
            }
        };
        length = length.div_ceil(2);
    }
    build::reshape(&rest, dims)
}

/// The running products along an axis.
pub(super) fn products(array: &Array, axis: usize) -> Outcome<Array> {
    let dim = array.dims()[axis];
    let length = dim.known().unwrap_or(0);
    let mut result = array.clone();
    let mut reach = 1;
    while reach < length {
        let left = slice(&result, axis, 0, length - reach)?;
        let joined = times(&slice(&result, axis, reach, length - reach)?, &left)?;
        let first = slice(&result, axis, 0, reach)?;
        result = build::concat(Arrays::from_iter([first, joined]), axis, dim)?;
        reach *= 2;
    }
    Ok(result)
}
