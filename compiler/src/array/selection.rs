//! Selections: `x[mask]` before anybody asked how many elements it has.
//!
//! A selection keeps its source and its mask. Elementwise operations with scalars and with
//! selections by the same mask stay selections, reductions over it read source and mask in one
//! pass, and only what needs its size or its elements in a row makes it an array: the number of
//! elements is computed first, then they are copied out. The most elements it can have are those
//! of the source.

use super::positions;
use crate::array::build;
use crate::array::elementwise::elementwise;
use crate::array::faults::Outcome;
use crate::array::scalars;
use crate::array::{Array, Arrays, State};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::eval;
use arr_ir::graph::Op;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::routine::Movement;
use arr_ir::shape::{Dim, Dims};
use smallvec::smallvec;
use std::cell::RefCell;
use std::rc::Rc;

/// The elements of an array where a mask over its leading dimensions is true.
pub struct Selection {
    source: Array,
    mask: Array,
    array: RefCell<Option<Array>>,
}

impl Selection {
    /// `source[mask]`; the mask has the leading dimensions of the source.
    pub(crate) fn new(source: Array, mask: Array) -> Rc<Selection> {
        Rc::new(Selection { source, mask, array: RefCell::new(None) })
    }

    /// Its element type.
    pub fn dtype(&self) -> DType {
        self.source.dtype()
    }

    /// Its number of dimensions.
    pub fn ndim(&self) -> usize {
        1 + self.source.ndim() - self.mask.ndim()
    }

    /// Whether it is chosen by this very mask.
    pub(crate) fn is_by(&self, mask: &Array) -> bool {
        Rc::ptr_eq(&self.mask.0, &mask.0)
    }

    /// The same elements in another dtype.
    pub(crate) fn cast(&self, dtype: DType) -> Outcome<Rc<Selection>> {
        Ok(Selection::new(build::cast(&self.source, dtype)?, self.mask.clone()))
    }

    /// What is chosen from.
    pub(crate) fn source(&self) -> &Array {
        &self.source
    }

    /// The mask.
    pub(crate) fn mask(&self) -> &Array {
        &self.mask
    }

    /// The array it is: the number of elements is computed, the elements are pending.
    pub(crate) fn array(&self, cx: &mut dyn Context) -> Outcome<Array> {
        if let Some(array) = &*self.array.borrow() {
            return Ok(array.clone());
        }
        let size = |dims: &[Dim]| Dim::Known(dims.iter().map(|d| d.known().unwrap_or(0)).product());
        let (lead, trailing) = self.source.dims().split_at(self.mask.ndim());
        let mask = build::reshape(&self.mask, smallvec![size(lead)])?;
        let len = positions::count_with(cx, &mask, earlier(&self.source))?;
        let mut dims: Dims = smallvec![Dim::Known(len)];
        dims.extend_from_slice(trailing);
        let chosen = compress(&self.source, &mask, len, (size(lead), size(trailing)), dims)?;
        *self.array.borrow_mut() = Some(chosen.clone());
        Ok(chosen)
    }

    /// The fold of its elements: over all of them, or over the first axis.
    pub(crate) fn fold(
        &self,
        cx: &mut dyn Context,
        op: FoldOp,
        dtype: Option<DType>,
        all: bool,
    ) -> Outcome<Array> {
        let source = match dtype {
            Some(dtype) => build::cast(&self.source, dtype)?,
            None => self.source.clone(),
        };
        let new: Vec<usize> = (self.mask.ndim()..source.ndim()).collect();
        let masked = masked(&source, &build::expand(&self.mask, &new)?, op)?;
        let axes = if all { self.source.ndim() } else { self.mask.ndim() };
        let result = build::reduce(&masked, op, build::all_axes(axes))?;
        if !op.has_identity() {
            // A mask that is true nowhere leaves nothing to choose from.
            let any = build::reduce(&self.mask, FoldOp::Any, build::all_axes(self.mask.ndim()))?;
            cx.compute(&[any.clone(), result.clone()])?;
            if scalars::scalar_of(cx, &any)?.is_some_and(|s| !s.truthy()) {
                let what = format!("the {} of no elements does not exist", op.name());
                return Err(Failure::new("E0168", what).note("the mask is true nowhere").into());
            }
        }
        build::cast(&result, dtype.unwrap_or(result.dtype()))
    }

    /// How many elements it has, as a 0-d int64 array that is not computed yet.
    pub(crate) fn size(&self) -> Outcome<Array> {
        let rows = build::reduce(&self.mask, FoldOp::Sum, build::all_axes(self.mask.ndim()))?;
        let trailing = &self.source.dims()[self.mask.ndim()..];
        let inner: usize = trailing.iter().map(|d| d.known().unwrap_or(1)).product();
        match inner {
            1 => Ok(rows),
            n => {
                let n = Array::from_scalar(Scalar::int(n as i64));
                build::map(MapOp::Mul, &[rows, n], DType::I64, &Dims::new())
            }
        }
    }
}

/// Pending arrays that a search for earlier selections goes through.
const SEARCHED: usize = 64;

/// The results of routines that an array is made from and that are not computed yet: a selection
/// from a sorted array, or from selections, would otherwise sort again, or begin at the first of
/// them, after its number of elements was asked for.
fn earlier(array: &Array) -> Vec<Array> {
    let mut found: Vec<Array> = vec![];
    let mut open = vec![array.clone()];
    let mut seen = 0;
    while let Some(array) = open.pop()
        && seen < SEARCHED
    {
        seen += 1;
        let State::Pending(op, args) = &*array.0.state.borrow() else { continue };
        match op {
            Op::Extern(_) => found.push(array.clone()),
            _ => open.extend(args.iter().cloned()),
        }
    }
    found
}

/// The source in the dtype that a fold of it computes in, and where the mask, which broadcasts to
/// it, is not true the value that changes nothing.
pub(crate) fn masked(source: &Array, mask: &Array, op: FoldOp) -> Outcome<Array> {
    let compute = op.dtype(source.dtype());
    let neutral = Array::from_scalar(match (compute.kind(), op) {
        (Kind::Complex, FoldOp::Sum) => Scalar::from_complex(0.0, 0.0, compute),
        (Kind::Complex, FoldOp::Prod) => Scalar::from_complex(1.0, 0.0, compute),
        (Kind::Complex, _) => return Err(crate::array::faults::complex(op.name())),
        _ => eval::empty_fold(op, compute),
    });
    let args = [mask.clone(), build::cast(source, compute)?, neutral];
    build::map(MapOp::Select, &args, compute, source.dims())
}

/// The chosen rows as an array of these dimensions.
fn compress(
    source: &Array,
    mask: &Array,
    len: usize,
    (lead, inner): (Dim, Dim),
    dims: Dims,
) -> Outcome<Array> {
    let rows = build::reshape(source, smallvec![lead, inner])?;
    let operands: Arrays = smallvec![rows, mask.clone()];
    build::reshape(&build::routine(Movement::Compress { len }.into(), operands)?, dims)
}

/// The values with selections made arrays, tuples included.
pub(crate) fn settled(cx: &mut dyn Context, value: &Value) -> Outcome<Value> {
    match value {
        Value::Selection(selection) => selection.array(cx).map(Value::Array),
        Value::Tuple(items) if items.iter().any(holds) => {
            let items = items.iter().map(|v| settled(cx, v)).collect::<Outcome<Vec<_>>>()?;
            Ok(Value::tuple(items))
        }
        value => Ok(value.clone()),
    }
}

/// Whether a value is or holds a selection.
pub(crate) fn holds(value: &Value) -> bool {
    match value {
        Value::Selection(_) => true,
        Value::Tuple(items) => items.iter().any(holds),
        _ => false,
    }
}

/// An elementwise operator of which an operand is a selection: a selection again when all are
/// selections by one mask or scalars, else of the arrays.
pub(crate) fn lifted(cx: &mut dyn Context, op: MapOp, values: &[Value]) -> Outcome<Value> {
    let first = values.iter().find_map(|v| match v {
        Value::Selection(s) => Some(s.clone()),
        _ => None,
    });
    let Some(first) = first else { return elementwise(cx, op, values) };
    let scalar = |v: &Value| match v {
        Value::Array(a) => a.dims().iter().all(|d| *d == Dim::Known(1)) && a.ndim() <= first.ndim(),
        Value::Tuple(_) | Value::Range(..) => false,
        _ => true,
    };
    let suits = |v: &Value| match v {
        Value::Selection(s) => s.is_by(&first.mask) && s.source.dims() == first.source.dims(),
        v => scalar(v),
    };
    if !values.iter().all(suits) {
        let values = values.iter().map(|v| settled(cx, v)).collect::<Outcome<Vec<_>>>()?;
        return elementwise(cx, op, &values);
    }
    let mut sources = vec![];
    for value in values {
        sources.push(match value {
            Value::Selection(s) => Value::Array(s.source.clone()),
            Value::Array(a) => Value::Array(build::reshape(a, Dims::new())?),
            value => value.clone(),
        });
    }
    match elementwise(cx, op, &sources)? {
        Value::Array(source) => Ok(Value::Selection(Selection::new(source, first.mask.clone()))),
        value => Ok(value),
    }
}
