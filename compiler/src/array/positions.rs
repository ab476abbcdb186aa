//! Reading and writing by arrays of positions and by masks, with NumPy's rules.
//!
//! Before: an array and the items between the brackets, at least one of them an array. After: a
//! view by the other items, and over it one gather (or scatter) by all positions together.
//!
//! Position arrays broadcast to one shape. It stands where they stood when they (and integers
//! among them) stand side by side, else first. A mask of `k` dimensions stands for `k` arrays:
//! the positions where it is true. A mask alone is a [`Selection`], not computed until needed.

use super::index::{
    Axis, Index, map_of, result_dims, slot_axis, takes_axis, too_many, unknown, update, whole,
};
use super::selection::Selection;
use crate::array::build;
use crate::array::create;
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::{Array, Arrays, known};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Scalar};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::routine::Movement;
use arr_ir::shape::{Dim, Dims, broadcast};
use smallvec::smallvec;

/// One item, resolved: what it does with an axis, or the positions it reads along it.
enum Item {
    /// `...`, which keeps positions apart even where it stands for no axis.
    Gap,
    Plain(Axis),
    Positions(Array),
}

/// An index by positions, ready to read or write.
pub(crate) struct Advanced {
    /// The plain part, axes of positions whole.
    axes: Vec<Axis>,
    /// Per dimension of the plain part's result, in the order needed: its number.
    order: Vec<usize>,
    /// How many of them come before the positions.
    outer: usize,
    /// The positions, broadcast.
    positions: Vec<Array>,
    /// Their dimensions.
    dims: Dims,
}

/// Whether an item is an array of positions or a mask.
pub(crate) fn is_array_item(item: &Index) -> bool {
    match item {
        Index::Value(Value::Array(a)) => a.ndim() > 0 || a.dtype() == DType::Bool,
        Index::Value(Value::Range(..) | Value::Selection(_) | Value::Tuple(_)) => true,
        _ => false,
    }
}

/// The whole mask when it is the only item and leads the array's shape.
pub(crate) fn sole_mask(items: &[Index]) -> Option<&Array> {
    match items {
        [Index::Value(Value::Array(mask))] if mask.ndim() > 0 && mask.dtype() == DType::Bool => {
            Some(mask)
        }
        _ => None,
    }
}

/// The array and the mask, each with a new first axis, when the only item is one bool: the mask
/// stands for that axis, which has the array or nothing.
pub(crate) fn under_bool(array: &Array, items: &[Index]) -> Outcome<Option<(Array, Array)>> {
    let mask = match items {
        [Index::Value(Value::Array(mask))] if mask.ndim() == 0 && mask.dtype() == DType::Bool => {
            mask.clone()
        }
        [Index::Value(Value::Bool(mask))] => Array::from_scalar(Scalar::bool(*mask)),
        [Index::Value(Value::Unknown(Unknown::Bool))] => {
            Array::abstract_of(DType::Bool, Dims::new())
        }
        _ => return Ok(None),
    };
    Ok(Some((build::expand(array, &[0])?, build::expand(&mask, &[0])?)))
}

/// Refuses a mask that does not have the shape of the axes it stands for.
pub(crate) fn check_mask(array: &Array, mask: &Array, first: usize, at: usize) -> Outcome<()> {
    let end = first + mask.ndim();
    if end <= array.ndim() && create::same_dims(mask.dims(), &array.dims()[first..end]) {
        return Ok(());
    }
    Err(Failure::new("E0159", "the mask does not have the shape of the array")
        .at(0, array_type(array))
        .at(at, array_type(mask))
        .note(format!(
            "{} against {}",
            faults::dims_text(mask.dims()),
            faults::dims_text(&array.dims()[first.min(array.ndim())..])
        ))
        .into())
}

/// `array[mask]`
pub(crate) fn choose(cx: &mut dyn Context, array: &Array, mask: &Array) -> Outcome<Value> {
    check_mask(array, mask, 0, 1)?;
    if cx.checking() || array.known_shape().is_none() {
        let mut dims: Dims = smallvec![cx.fresh_dim()];
        dims.extend_from_slice(&array.dims()[mask.ndim()..]);
        return Ok(Value::Array(Array::abstract_of(array.dtype(), dims)));
    }
    Ok(Value::Selection(Selection::new(array.clone(), mask.clone())))
}

/// `array[items]`, at least one of them an array.
pub(crate) fn read(cx: &mut dyn Context, array: &Array, items: &[Index]) -> Outcome<Array> {
    let advanced = Advanced::new(cx, array, items)?;
    advanced.read(array)
}

/// The array that `array[items] = value` makes, where `value` is made from the dimensions to be
/// filled.
pub(crate) fn write(
    cx: &mut dyn Context,
    array: &Array,
    items: &[Index],
    at: usize,
    value: impl FnOnce(&Dims) -> Outcome<Array>,
) -> Outcome<Array> {
    let advanced = Advanced::new(cx, array, items)?;
    let value = value(&advanced.result_dims())?;
    advanced.write(array, &value, None, at)
}

impl Advanced {
    /// Resolves the items (tuples among them spread, masks turned into positions).
    pub(crate) fn new(cx: &mut dyn Context, array: &Array, items: &[Index]) -> Outcome<Advanced> {
        let items = resolve(cx, array, items)?;
        let mut positions = vec![];
        let mut axes = vec![];
        // Per dimension of the plain result: whether positions read it.
        let mut read = vec![];
        let fancy = |item: &Item| {
            matches!(item, Item::Positions(_) | Item::Plain(Axis::At(_) | Axis::Unknown))
        };
        let first = items.iter().position(fancy).unwrap_or(0);
        let last = items.iter().rposition(fancy).unwrap_or(0);
        let together = items.iter().skip(first).take(last + 1 - first).all(fancy);
        let mut outer = 0;
        let mut next = 0;
        for (i, item) in items.into_iter().enumerate() {
            match item {
                Item::Gap => {}
                Item::Positions(p) => {
                    positions.push(p);
                    axes.push(whole(array.dims()[next]));
                    read.push(true);
                    next += 1;
                }
                Item::Plain(axis) => {
                    if !matches!(axis, Axis::At(_) | Axis::Unknown) {
                        read.push(false);
                        outer += usize::from(i < first && together);
                    }
                    next += usize::from(!matches!(axis, Axis::New));
                    axes.push(axis);
                }
            }
        }
        if positions.is_empty() {
            return Err(Failure::new("E0156", "no axis is indexed by an array")
                .at(0, array_type(array))
                .into());
        }
        let plain = |d: &usize| !read[*d];
        let mut order: Vec<usize> = (0..read.len()).filter(plain).collect();
        let at = outer;
        order.splice(at..at, (0..read.len()).filter(|&d| read[d]));
        let dims = joint(&positions)?;
        for p in &mut positions {
            *p = build::cast(&build::broadcast_to(p, &dims)?, DType::I64)?;
        }
        Ok(Advanced { axes, order, outer, positions, dims })
    }

    /// The plain part's dimensions: outer, read by positions, inner.
    fn parts(&self) -> (Dims, Dims, Dims) {
        let plain = result_dims(&self.axes);
        let ordered: Dims = self.order.iter().map(|&d| plain[d]).collect();
        let end = self.outer + self.positions.len();
        (ordered[..self.outer].into(), ordered[self.outer..end].into(), ordered[end..].into())
    }

    /// The dimensions read or written.
    pub(crate) fn result_dims(&self) -> Dims {
        let (mut dims, _, inner) = self.parts();
        dims.extend_from_slice(&self.dims);
        dims.extend(inner);
        dims
    }

    /// The plain part as `[outer, n1.., nk, inner]`, and the positions as vectors; none when a
    /// size is not known.
    fn operands(&self, array: &Array) -> Outcome<Option<Arrays>> {
        let (outer, read, inner) = self.parts();
        let known = |dims: &Dims| arr_ir::shape::known_shape(dims);
        let (Some(o), Some(r), Some(i), Some(m)) =
            (known(&outer), known(&read), known(&inner), known(&self.dims))
        else {
            return Ok(None);
        };
        let unsure = array.is_abstract() || unknown(&self.axes);
        if unsure || self.positions.iter().any(Array::is_abstract) {
            return Ok(None);
        }
        let view = build::view(array, result_dims(&self.axes), || map_of(&self.axes))?;
        let order: Vec<Option<usize>> = self.order.iter().map(|&d| Some(d)).collect();
        let ordered = build::arrange(&view, &order)?;
        let count = |s: &arr_ir::shape::Shape| Dim::Known(arr_ir::shape::count(s));
        let mut dims: Dims = smallvec![count(&o)];
        dims.extend(r.iter().map(|&n| Dim::Known(n)));
        dims.push(count(&i));
        let mut operands: Arrays = smallvec![build::reshape(&ordered, dims)?];
        for p in &self.positions {
            operands.push(build::reshape(p, smallvec![count(&m)])?);
        }
        Ok(Some(operands))
    }

    /// The elements at the positions.
    pub(crate) fn read(&self, array: &Array) -> Outcome<Array> {
        let dims = self.result_dims();
        let Some(operands) = self.operands(array)? else {
            return Ok(Array::abstract_of(array.dtype(), dims));
        };
        let axes = self.positions.len() as u8;
        let rows = build::routine(Movement::Gather { axes }.into(), operands)?;
        build::reshape(&rows, dims)
    }

    /// The array with `value`, of [`Advanced::result_dims`], at the positions: in place of what
    /// is there, or folded in, one after the other.
    pub(crate) fn write(
        &self,
        array: &Array,
        value: &Array,
        fold: Option<FoldOp>,
        at: usize,
    ) -> Outcome<Array> {
        let abstract_result = || Array::abstract_of(array.dtype(), array.dims().clone());
        let Some(mut operands) = self.operands(array)? else { return Ok(abstract_result()) };
        if value.is_abstract() {
            return Ok(abstract_result());
        }
        let inner = *operands[0].dims().last().expect("an inner dimension");
        let rows = match (operands[0].dims()[0], operands[1].dims()[0]) {
            (Dim::Known(o), Dim::Known(m)) => Dim::Known(o * m),
            _ => return Ok(abstract_result()),
        };
        operands.push(match build::filled(value) {
            // One value for all elements is not written out.
            Some(scalar) if inner == Dim::Known(1) && rows != Dim::Known(0) => {
                build::reshape(&scalar, smallvec![Dim::Known(1), Dim::Known(1)])?
            }
            _ => build::reshape(value, smallvec![rows, inner])?,
        });
        let axes = self.positions.len() as u8;
        let written = build::routine(Movement::Scatter { axes, fold }.into(), operands)?;
        let plain = result_dims(&self.axes);
        let ordered: Dims = self.order.iter().map(|&d| plain[d]).collect();
        let written = build::reshape(&written, ordered)?;
        let mut back = vec![None; self.order.len()];
        for (d, &from) in self.order.iter().enumerate() {
            back[from] = Some(d);
        }
        let written = build::arrange(&written, &back)?;
        update(array, &self.axes, &written, at)
    }
}

/// The dimensions that the positions broadcast to.
fn joint(positions: &[Array]) -> Outcome<Dims> {
    let mut dims = Dims::new();
    for p in positions {
        dims = broadcast(&dims, p.dims()).map_err(|mismatch| {
            faults::shapes(
                (1, faults::dims_text(&dims), &dims),
                (2, array_type(p), p.dims()),
                mismatch,
            )
        })?;
    }
    Ok(dims)
}

/// The items spread over the axes of the array.
fn resolve(cx: &mut dyn Context, array: &Array, items: &[Index]) -> Outcome<Vec<Item>> {
    let used: usize = items.iter().map(axes_taken).sum();
    if used > array.ndim() {
        return Err(too_many(array, used));
    }
    let mut out = vec![];
    let mut next = 0;
    let mut rest = array.ndim() - used;
    for (i, item) in items.iter().enumerate() {
        match item {
            Index::Ellipsis => {
                out.push(Item::Gap);
                out.extend(array.dims()[next..next + rest].iter().map(|&d| Item::Plain(whole(d))));
                next += rest;
                rest = 0;
            }
            Index::Value(value) if is_array_item(item) => {
                let given = create::to_array(cx, i + 1, value)?;
                if given.dtype() == DType::Bool {
                    check_mask(array, &given, next, i + 1)?;
                    out.extend(nonzero(cx, &given)?.into_iter().map(Item::Positions));
                    next += given.ndim();
                    continue;
                }
                // Where a size is not known it may be empty.
                let empty = given.known_shape().is_none_or(|s| s.contains(&0));
                if !given.dtype().is_integer() && !empty {
                    return Err(faults::argument(
                        i + 1,
                        value,
                        "whole numbers or bools as an index",
                    )
                    .hint("convert it: {0}.astype(int64)".replace("{0}", &format!("{{{}}}", i + 1)))
                    .into());
                }
                if let Dim::Known(size @ 1..) = array.dims()[next]
                    && given.dtype().is_integer()
                    && cx.checking()
                    && cx.gets_here()
                {
                    for at in known::elements(&given).iter().flat_map(|known| known.elements()) {
                        let at = i64::try_from(at.as_i128()).unwrap_or(i64::MAX);
                        super::index::position(at, next, size)?;
                    }
                }
                out.push(Item::Positions(given));
                next += 1;
            }
            item => {
                out.push(Item::Plain(slot_axis(cx, i + 1, item, array, next)?));
                next += usize::from(takes_axis(item));
            }
        }
    }
    out.extend(array.dims()[next..].iter().map(|&d| Item::Plain(whole(d))));
    Ok(out)
}

fn axes_taken(item: &Index) -> usize {
    match item {
        Index::Value(Value::Array(a)) if a.dtype() == DType::Bool => a.ndim(),
        item => usize::from(takes_axis(item)),
    }
}

/// The positions where a mask is true, one array per dimension; the number of them is computed.
pub(crate) fn nonzero(cx: &mut dyn Context, mask: &Array) -> Outcome<Vec<Array>> {
    let Some(shape) = mask.known_shape().filter(|_| !cx.checking()) else {
        let dim = cx.fresh_dim();
        let one = Array::abstract_of(DType::I64, smallvec![dim]);
        return Ok(vec![one; mask.ndim()]);
    };
    let flat = build::reshape(mask, smallvec![Dim::Known(arr_ir::shape::count(&shape))])?;
    let len = count(cx, &flat)?;
    let flat = build::routine(Movement::Nonzero { len }.into(), smallvec![flat])?;
    let mut parts = vec![];
    let dims = flat.dims().clone();
    let number = |n: usize| Array::from_scalar(arr_ir::dtype::Scalar::int(n as i64));
    let mut below = 1;
    for (d, &n) in shape.iter().enumerate().rev() {
        let mut part = flat.clone();
        if below > 1 {
            part = build::map(MapOp::FloorDiv, &[part, number(below)], DType::I64, &dims)?;
        }
        if d > 0 {
            part = build::map(MapOp::Mod, &[part, number(n)], DType::I64, &dims)?;
        }
        parts.push(part);
        below *= n.max(1);
    }
    parts.reverse();
    Ok(parts)
}

/// How many elements of a mask are true; mask and number are computed together.
pub(crate) fn count(cx: &mut dyn Context, mask: &Array) -> Outcome<usize> {
    count_with(cx, mask, vec![])
}

/// The same; `more` is computed too.
pub(crate) fn count_with(
    cx: &mut dyn Context,
    mask: &Array,
    mut more: Vec<Array>,
) -> Outcome<usize> {
    let number = build::reduce(mask, FoldOp::Sum, build::all_axes(mask.ndim()))?;
    more.extend([mask.clone(), number.clone()]);
    cx.compute(&more)?;
    let number = super::scalars::scalar_of(cx, &number)?;
    Ok(number.map_or(0, |n| n.as_i128() as usize))
}
