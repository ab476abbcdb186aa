//! Single elements, one after the other: what loops over indices do.
//!
//! A 0-d expression of a few operators on elements that are in memory is evaluated here and not
//! planned; and an element of an array that nobody else sees is changed where it is. The values
//! are those that the graphs give. While a round of a loop is noted neither is done: what the
//! round computes shall be there to do again.

use super::Interpreter;
use super::place::Path;
use crate::array::{Array, Index, State};
use crate::value::Value;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::eval;
use arr_ir::graph::Op;
use arr_ir::shape::{IndexMap, Shape, row_major};
use std::rc::Rc;
use std::sync::Arc;

/// Operators and elements of an expression that is evaluated at once.
const MOST: u32 = 64;

/// Bytes of a part of an array that is computed when it is assigned.
const SMALL: usize = 64 << 10;

/// Bytes of an array with pending changes that is computed when an element is read.
const COPIED: usize = 64 << 20;

/// Integers up to which every float is exact.
const EXACT: i64 = 1 << 24;

impl Interpreter<'_> {
    /// The value of a 0-d array, if it takes a few operators on elements in memory.
    pub(super) fn at_once(&mut self, array: &Array) -> Option<Scalar> {
        if self.checking || self.noted.is_some() || array.ndim() != 0 {
            return None;
        }
        let mut left = MOST;
        if let Some(scalar) = self.evaluated(array, &mut left) {
            return Some(scalar);
        }
        // Single elements are read and changed in turn: an array that was changed is computed here, as
        // it has to be at last, and can be changed in place from now on.
        let (mut left, mut changed) = (MOST, vec![]);
        if !reads_elements(array, &mut left, &mut changed) || changed.is_empty() {
            return None;
        }
        self.force(&changed).ok()?;
        let mut left = MOST;
        self.evaluated(array, &mut left)
    }

    /// A 0-d array as the value it has, if it takes a few operators on elements in memory.
    pub(super) fn plain(&mut self, value: Value) -> Value {
        match &value {
            Value::Array(array) if array.depth() > 0 => match self.at_once(array) {
                Some(scalar) => Value::Array(Array::from_scalar(scalar)),
                None => value,
            },
            _ => value,
        }
    }

    fn evaluated(&mut self, array: &Array, left: &mut u32) -> Option<Scalar> {
        *left = left.checked_sub(1)?;
        if array.ndim() != 0 || array.dtype().kind() == Kind::Complex {
            return None;
        }
        match &*array.0.state.borrow() {
            State::Scalar(scalar) => Some(*scalar),
            State::Ready(handle) => self.host.element_in_memory(handle, 0),
            State::Pending(Op::View(map), args) => self.viewed(map, &args[0], left),
            State::Pending(Op::Map(op), args) => {
                let mut operands = smallvec::SmallVec::<[Scalar; 3]>::new();
                for arg in args {
                    operands.push(self.evaluated(arg, left)?);
                }
                Some(eval::apply(*op, &operands, array.dtype()))
            }
            _ => None,
        }
    }

    /// The element that a 0-d view reads.
    fn viewed(&mut self, map: &IndexMap, source: &Array, left: &mut u32) -> Option<Scalar> {
        match &*source.0.state.borrow() {
            State::Ready(handle) => {
                let strides = row_major(&source.known_shape()?);
                let (position, _) = map.linear(&strides, 0);
                self.host.element_in_memory(handle, usize::try_from(position).ok()?)
            }
            _ if source.ndim() == 0 => self.evaluated(source, left),
            _ => None,
        }
    }

    /// Changes an element of an array where it is, if the path leads to one, nobody else sees the
    /// array, and the value is one of its dtype; `root` is the variable's value, which is there
    /// and in the variable. Whether it did.
    pub(super) fn change_here(&mut self, root: &Value, path: &[Path], value: &Value) -> bool {
        let ([Path::Index(items, ..)], Value::Array(array)) = (path, root) else { return false };
        if self.checking || self.noted.is_some() || Rc::strong_count(&array.0) != 2 {
            return false;
        }
        let Some(position) = position(array, items) else { return false };
        let scalar = match value {
            Value::Array(value) if value.dtype() == array.dtype() => value.known_scalar(),
            value => stored_as(value, array.dtype()),
        };
        let Some(scalar) = scalar else { return false };
        match &*array.0.state.borrow() {
            State::Ready(handle) if Arc::strong_count(handle) == 1 => {
                self.host.set_element(handle, position, scalar)
            }
            _ => false,
        }
    }

    /// An array with a small part replaced, which is not computed yet: the part is computed, and
    /// put where it belongs if nobody sees the array but the variable that gets the new one.
    pub(super) fn replaced_here(&mut self, whole: Value) -> Value {
        match self.replaced(&whole) {
            Some(array) => Value::Array(array),
            None => whole,
        }
    }

    fn replaced(&mut self, whole: &Value) -> Option<Array> {
        let Value::Array(update) = whole else { return None };
        if self.checking || self.noted.is_some() {
            return None;
        }
        let (start, base, part) = match &*update.0.state.borrow() {
            State::Pending(Op::Update { start, step }, args) if step.iter().all(|&s| s == 1) => {
                let start: Option<Shape> = start.iter().map(|&s| usize::try_from(s).ok()).collect();
                (start?, args[0].clone(), args[1].clone())
            }
            _ => return None,
        };
        // The variable, the update and this function.
        let seen = Rc::strong_count(&base.0) > 3 || Rc::strong_count(&update.0) > 1;
        let handle = base.handle().filter(|handle| !seen && Arc::strong_count(handle) == 2)?;
        let (whole, small) = (base.nbytes()?, part.nbytes()?);
        if small > SMALL || small > whole / 4 {
            return None;
        }
        self.force(std::slice::from_ref(&part)).ok()?;
        let part = part.handle()?;
        drop(handle);
        let done = match &*base.0.state.borrow() {
            State::Ready(handle) => self.host.set_box(handle, &start, &part),
            _ => false,
        };
        done.then_some(base)
    }
}

/// Whether a 0-d array takes few operators on elements of stored arrays, and of such as were changed
/// since, which are added to `changed`.
fn reads_elements(array: &Array, left: &mut u32, changed: &mut Vec<Array>) -> bool {
    let Some(less) = left.checked_sub(1) else { return false };
    *left = less;
    match &*array.0.state.borrow() {
        _ if array.ndim() != 0 || array.dtype().kind() == Kind::Complex => false,
        State::Scalar(_) | State::Ready(_) => true,
        State::Pending(Op::Map(_), args) => args.iter().all(|a| reads_elements(a, left, changed)),
        State::Pending(Op::View(_), args) => match &*args[0].0.state.borrow() {
            State::Ready(_) => true,
            State::Pending(Op::Update { .. }, _) => {
                changed.push(args[0].clone());
                args[0].nbytes().is_some_and(|bytes| bytes <= COPIED)
            }
            _ => args[0].ndim() == 0 && reads_elements(&args[0], left, changed),
        },
        _ => false,
    }
}

/// The row-major position of an element, if an index names one that is there.
fn position(array: &Array, items: &[Index]) -> Option<usize> {
    let shape = array.known_shape()?;
    if items.len() != shape.len() {
        return None;
    }
    items.iter().zip(&shape).try_fold(0, |position, (item, &n)| {
        let Index::Value(Value::Int(i)) = item else { return None };
        let from_end = if *i < 0 { n as i64 } else { 0 };
        let at = usize::try_from(i.checked_add(from_end)?).ok().filter(|&at| at < n)?;
        Some(position * n + at)
    })
}

/// A weak number as an element of a dtype, where every way to convert it agrees.
fn stored_as(value: &Value, dtype: DType) -> Option<Scalar> {
    match (value, dtype.kind()) {
        (Value::Bool(b), Kind::Bool) => Some(Scalar::bool(*b)),
        (Value::Int(n), Kind::Signed | Kind::Unsigned) => {
            let (low, high) = dtype.int_range()?;
            let n = i128::from(*n);
            (low..=high).contains(&n).then(|| Scalar::from_i128(n, dtype))
        }
        (Value::Int(n), Kind::Float) if n.unsigned_abs() <= EXACT.unsigned_abs() => {
            Some(Scalar::from_f64(*n as f64, dtype))
        }
        (Value::Float(x), Kind::Float) => Some(Scalar::from_f64(*x, dtype)),
        _ => None,
    }
}
