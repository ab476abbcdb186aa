//! Lazy arrays: the evaluator's handle on a node that is not computed yet.
//!
//! An [`Array`] knows its dtype and its dimensions; its elements may still be a tree of pending
//! operations. The modules below build such trees and are the only ones that look inside:
//!
//! | module | contract |
//! |---|---|
//! | `faults` | one constructor per failure, so that a mistake reads the same everywhere |
//! | `scalars` | operands: what is an array, what is a weak scalar; weak arithmetic |
//! | `build` | the node constructors: casts, views, reshapes, folds, concatenation |
//! | `elementwise` | typing and broadcasting of the rows of the operator table |
//! | `contract` | `@` for all ranks |
//! | `create` | arrays from shapes, ranges, literals and random numbers |
//! | `index` | reading and writing by integers and slices |
//! | `ops` | what the evaluator calls: operators, truth, attributes |
//! | `lower` | pending arrays to a graph |
//!
//! While checking, every constructor infers dtype and dimensions and reports errors exactly as it
//! does while running; what cannot be known then is abstract.

pub(crate) mod build;
pub(crate) mod contract;
pub(crate) mod create;
pub(crate) mod elementwise;
pub(crate) mod faults;
pub(crate) mod index;
mod lower;
pub(crate) mod ops;
pub(crate) mod scalars;
#[cfg(test)]
mod tests;

pub use create::literal;
pub use index::{Index, assign_index, index};
pub use lower::lower;
pub use ops::{attribute, binary, keep_dtype, truth, unary};

use crate::host::Handle;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::Op;
use arr_ir::shape::{Dims, Shape, dims_of, known_shape};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::rc::Rc;

/// A lazy array: dtype and shape are known, elements perhaps not computed. Cloning is cheap.
#[derive(Clone)]
pub struct Array(pub(crate) Rc<Inner>);

pub(crate) struct Inner {
    pub(crate) dtype: DType,
    /// Known sizes while running; while checking some may be unknown.
    pub(crate) dims: Dims,
    /// One more than the deepest pending argument; 0 when nothing is pending.
    pub(crate) depth: u32,
    pub(crate) state: RefCell<State>,
}

/// How far an array is.
pub(crate) enum State {
    /// To be computed by `op` (never `Op::Input` or `Op::Slot`) from these.
    Pending(Op, Arrays),
    /// A 0-d value known here; becomes a slot or a constant of the graph.
    Scalar(Scalar),
    /// Computed and stored.
    Ready(Handle),
    /// Only while checking: nothing but the type is known.
    Abstract,
}

/// The arguments of a pending operation.
pub(crate) type Arrays = SmallVec<[Array; 3]>;

impl Array {
    pub(crate) fn new(dtype: DType, dims: Dims, depth: u32, state: State) -> Array {
        Array(Rc::new(Inner { dtype, dims, depth, state: RefCell::new(state) }))
    }

    /// Its element type.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// Its dimensions, as far as known.
    pub fn dims(&self) -> &Dims {
        &self.0.dims
    }

    /// Its number of dimensions.
    pub fn ndim(&self) -> usize {
        self.0.dims.len()
    }

    /// Its shape, when every size is known; while running it always is.
    pub fn known_shape(&self) -> Option<Shape> {
        known_shape(&self.0.dims)
    }

    /// Bytes of all elements, when the shape is known.
    pub fn nbytes(&self) -> Option<usize> {
        let shape = self.known_shape()?;
        Some(arr_ir::shape::count(&shape) * self.dtype().size())
    }

    /// Whether its elements are computed and stored.
    pub fn is_ready(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Ready(_))
    }

    /// The stored elements, if computed.
    pub fn handle(&self) -> Option<Handle> {
        match &*self.0.state.borrow() {
            State::Ready(handle) => Some(handle.clone()),
            _ => None,
        }
    }

    /// How many pending operations stand above each other; 0 when nothing is pending.
    pub fn depth(&self) -> u32 {
        match *self.0.state.borrow() {
            State::Pending(..) => self.0.depth,
            _ => 0,
        }
    }

    /// The value, of a 0-d array made from a known scalar.
    pub fn known_scalar(&self) -> Option<Scalar> {
        match *self.0.state.borrow() {
            State::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether only its type is known (while checking).
    pub fn is_abstract(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Abstract)
    }

    /// An array of which only the type is known.
    pub fn abstract_of(dtype: DType, dims: Dims) -> Array {
        Array::new(dtype, dims, 0, State::Abstract)
    }

    /// A 0-d array of a known value.
    pub fn from_scalar(scalar: Scalar) -> Array {
        Array::new(scalar.dtype, Dims::new(), 0, State::Scalar(scalar))
    }

    /// A stored array.
    pub fn from_handle(handle: Handle, dtype: DType, shape: Shape) -> Array {
        Array::new(dtype, dims_of(&shape), 0, State::Ready(handle))
    }

    /// Notes that the elements are computed; what they were to be computed from is let go.
    pub fn set_ready(&self, handle: Handle) {
        let old = self.0.state.replace(State::Ready(handle));
        release(old);
    }
}

impl std::fmt::Debug for Array {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::value::array_type_text(self.dtype(), self.dims()))
    }
}

/// Drops what a state holds without recursion: pending trees may be very deep.
fn release(state: State) {
    let State::Pending(_, args) = state else { return };
    let mut left = args;
    while let Some(array) = left.pop() {
        if let Some(mut inner) = Rc::into_inner(array.0)
            && let State::Pending(_, args) =
                std::mem::replace(inner.state.get_mut(), State::Abstract)
        {
            left.extend(args);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if matches!(self.state.get_mut(), State::Pending(..)) {
            release(std::mem::replace(self.state.get_mut(), State::Abstract));
        }
    }
}
