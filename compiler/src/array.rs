//! Lazy arrays: the evaluator's handle on a node that is not computed yet.

use crate::host::Handle;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::Op;
use arr_ir::shape::Dims;
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
    Pending(Op, SmallVec<[Array; 3]>),
    /// A 0-d value known here; becomes a slot or a constant of the graph.
    Scalar(Scalar),
    /// Computed and stored.
    Ready(Handle),
    /// Only while checking: nothing but the type is known.
    Abstract,
}
