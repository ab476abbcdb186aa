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
//! | `complex` | complex arrays: every node as nodes of real and imaginary parts |
//! | `contract` | `@` for all ranks |
//! | `create` | arrays from shapes, ranges, literals and random numbers |
//! | `index` | reading and writing by integers and slices |
//! | `positions` | reading and writing by arrays of positions and masks |
//! | `selection` | `x[mask]` before its size is asked for |
//! | `ops` | what the evaluator calls: operators, truth, attributes |
//! | `lower` | pending arrays to a graph |
//!
//! While checking, every constructor infers dtype and dimensions and reports errors exactly as it
//! does while running; what cannot be known then is abstract.

pub(crate) mod build;
pub(crate) mod complex;
pub(crate) mod contract;
pub(crate) mod create;
pub(crate) mod elementwise;
pub(crate) mod faults;
pub(crate) mod index;
pub(crate) mod known;
mod lower;
pub(crate) mod ops;
pub(crate) mod positions;
pub(crate) mod scalars;
pub(crate) mod selection;
#[cfg(test)]
mod tests;

pub use create::literal;
pub use index::{Index, assign_index, index};
pub use lower::{Lowered, Lowering};
pub use ops::{attribute, binary, keep_dtype, truth, unary};

use crate::fault::Fault;
use crate::host::{Handle, Host, HostError, HostErrorKind};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Op;
use arr_ir::oracle::DenseArray;
use arr_ir::shape::{Dims, Shape, dims_of, known_shape};
use arr_syntax::diag::{FileId, Span};
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
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
    /// A note of the last walk over pending arrays that came here ([`next_round`]): its number,
    /// and what it noted.
    pub(crate) mark: Cell<(u64, u32)>,
    /// Where the program asked for it, see [`stand_at`].
    pub(crate) place: Span,
}

/// How far an array is.
pub(crate) enum State {
    /// To be computed by `op` (never `Op::Input` or `Op::Slot`) from these.
    Pending(Op, Arrays),
    /// A 0-d value known here; becomes a slot or a constant of the graph.
    Scalar(Scalar),
    /// Computed and stored.
    Ready(Handle),
    /// A complex array: its real and imaginary parts, real arrays of its shape. A complex array is
    /// in this state for good, or abstract; pending operations have real arguments and results
    /// only.
    Complex(Array, Array),
    /// Only while checking: nothing but the type is known, or the elements of a few (see [`known`]).
    Abstract(Option<Rc<DenseArray>>),
}

thread_local! {
    static ROUND: Cell<u64> = const { Cell::new(0) };
    static PLACE: Cell<Span> = const { Cell::new(Span { file: FileId(0), start: 0, end: 0 }) };
}

/// New arrays are from here on asked for at this place of the program.
pub(crate) fn stand_at(place: Span) {
    PLACE.set(place);
}

/// The number of a new walk over arrays: no array is marked with it yet.
pub(crate) fn next_round() -> u64 {
    let round = ROUND.get() + 1;
    ROUND.set(round);
    round
}

/// The arguments of a pending operation.
pub(crate) type Arrays = SmallVec<[Array; 3]>;

impl Array {
    pub(crate) fn new(dtype: DType, dims: Dims, depth: u32, state: State) -> Array {
        Array(Rc::new(Inner {
            dtype,
            dims,
            depth,
            state: RefCell::new(state),
            mark: Cell::default(),
            place: PLACE.get(),
        }))
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
        match &*self.0.state.borrow() {
            State::Ready(_) => true,
            State::Complex(re, im) => re.is_ready() && im.is_ready(),
            _ => false,
        }
    }

    /// The real and imaginary parts of a complex array that is not abstract.
    pub fn parts(&self) -> Option<(Array, Array)> {
        match &*self.0.state.borrow() {
            State::Complex(re, im) => Some((re.clone(), im.clone())),
            _ => None,
        }
    }

    /// The real arrays that hold its elements: itself, or its parts.
    pub fn real_arrays(&self) -> SmallVec<[Array; 2]> {
        match self.parts() {
            Some((re, im)) => SmallVec::from_iter([re, im]),
            None => SmallVec::from_iter([self.clone()]),
        }
    }

    /// The element at a row-major position of an array that is ready.
    ///
    /// # Errors
    /// The array is not ready, or the host cannot read it.
    pub fn element(&self, host: &mut dyn Host, position: usize) -> Result<Scalar, HostError> {
        if let Some((re, im)) = self.parts() {
            let (re, im) = (re.element(host, position)?, im.element(host, position)?);
            return Ok(Scalar::from_complex(re.as_f64(), im.as_f64(), self.dtype()));
        }
        match &*self.0.state.borrow() {
            State::Ready(handle) => host.element(handle, position),
            _ => Err(HostError {
                kind: HostErrorKind::Bug,
                message: "an array was not computed".into(),
                hint: None,
            }),
        }
    }

    /// The stored elements of a real array, if computed.
    pub fn handle(&self) -> Option<Handle> {
        match &*self.0.state.borrow() {
            State::Ready(handle) => Some(handle.clone()),
            _ => None,
        }
    }

    /// How many pending operations stand above each other; 0 when nothing is pending.
    pub fn depth(&self) -> u32 {
        match &*self.0.state.borrow() {
            State::Pending(..) => self.0.depth,
            State::Complex(re, im) => re.depth().max(im.depth()),
            _ => 0,
        }
    }

    /// The value, of a 0-d array made from a known scalar.
    pub fn known_scalar(&self) -> Option<Scalar> {
        match &*self.0.state.borrow() {
            State::Scalar(scalar) => Some(*scalar),
            State::Complex(re, im) => {
                let (re, im) = (re.known_scalar()?.as_f64(), im.known_scalar()?.as_f64());
                Some(Scalar::from_complex(re, im, self.0.dtype))
            }
            _ => None,
        }
    }

    /// Whether only its type is known (while checking).
    pub fn is_abstract(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Abstract(_))
    }

    /// An array of which only the type is known.
    pub fn abstract_of(dtype: DType, dims: Dims) -> Array {
        Array::new(dtype, dims, 0, State::Abstract(None))
    }

    /// While checking, an array of which the elements are known.
    pub(crate) fn known(elements: DenseArray) -> Array {
        let dims = dims_of(&elements.shape);
        Array::new(elements.dtype, dims, 0, State::Abstract(Some(Rc::new(elements))))
    }

    /// A 0-d array of a known value.
    pub fn from_scalar(scalar: Scalar) -> Array {
        if scalar.dtype.kind() == Kind::Complex {
            let (re, im) = scalar.as_complex();
            let part = |v| Array::from_scalar(Scalar::from_f64(v, scalar.dtype.part()));
            return Array::complex(part(re), part(im));
        }
        Array::new(scalar.dtype, Dims::new(), 0, State::Scalar(scalar))
    }

    /// The complex array of these parts: float arrays of one dtype and shape.
    pub(crate) fn complex(re: Array, im: Array) -> Array {
        let (dtype, dims) = (re.dtype().paired(), re.dims().clone());
        match re.is_abstract() || im.is_abstract() {
            true => Array::abstract_of(dtype, dims),
            false => Array::new(dtype, dims, 0, State::Complex(re, im)),
        }
    }

    /// A stored array. The handle of a complex one holds floats, its shape has one more axis of
    /// size 2 at the end: the real and the imaginary part of every element.
    pub fn from_handle(handle: Handle, dtype: DType, shape: Shape) -> Array {
        if dtype.kind() == Kind::Complex {
            return build::parts_of_handle(handle, dtype, &shape);
        }
        Array::new(dtype, dims_of(&shape), 0, State::Ready(handle))
    }

    /// Notes that the elements of a real array are computed; what they were to be computed from is let go.
    pub fn set_ready(&self, handle: Handle) {
        let old = self.0.state.replace(State::Ready(handle));
        release(old);
    }
}

/// An array as it is stored: a complex one as floats with one more axis of size 2 at the end.
///
/// # Errors
/// It has as many dimensions as an array may have.
pub fn interleaved(array: &Array) -> Result<Array, Fault> {
    match array.dtype().kind() {
        Kind::Complex => build::pairs_of(array),
        _ => Ok(array.clone()),
    }
}

impl std::fmt::Debug for Array {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::value::array_type_text(self.dtype(), self.dims()))
    }
}

/// Drops what a state holds without recursion: pending trees may be very deep. (The parts of a
/// complex array are dropped as arrays of their own.)
fn release(state: State) {
    let State::Pending(_, args) = state else { return };
    let mut left = args;
    while let Some(array) = left.pop() {
        if let Some(mut inner) = Rc::into_inner(array.0)
            && let State::Pending(_, args) =
                std::mem::replace(inner.state.get_mut(), State::Abstract(None))
        {
            left.extend(args);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if matches!(self.state.get_mut(), State::Pending(..)) {
            release(std::mem::replace(self.state.get_mut(), State::Abstract(None)));
        }
    }
}
