//! Pending arrays to a graph.
//!
//! Before: real arrays that are pending, stored or known scalars. After: a graph whose roots are these
//! arrays, the stored arrays it reads, and the values of its slots. A shared array becomes one
//! node, equal nodes become one, and scalars other than a few stand in slots numbered in order of
//! first use, so that programs that differ in constants only give equal graphs.
//!
//! Iterative, and cheap for small graphs: it runs in every round of small loops.

use crate::array::{Array, Inner, State};
use crate::host::Handle;
use arr_ir::dtype::{Kind, Scalar};
use arr_ir::graph::{Args, Builder, Graph, NodeId, Op};
use arr_ir::shape::known_shape;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The graph that computes `roots`, what its inputs are, and the values of its slots.
pub fn lower(roots: &[Array]) -> (Graph, Vec<Handle>, Vec<Scalar>) {
    let mut lowering = Lowering::default();
    for root in roots {
        lowering.visit(root);
    }
    let ids = roots.iter().map(|r| lowering.done[&Rc::as_ptr(&r.0)]).collect();
    (lowering.builder.finish(ids), lowering.inputs, lowering.slots)
}

#[derive(Default)]
struct Lowering {
    builder: Builder,
    done: FxHashMap<*const Inner, NodeId>,
    handles: FxHashMap<*const (), u32>,
    inputs: Vec<Handle>,
    slots: Vec<Scalar>,
}

impl Lowering {
    fn visit(&mut self, root: &Array) {
        let mut stack = vec![root.clone()];
        while let Some(array) = stack.last() {
            let key = Rc::as_ptr(&array.0);
            if self.done.contains_key(&key) {
                stack.pop();
                continue;
            }
            let array = array.clone();
            let state = array.0.state.borrow();
            if let State::Pending(_, args) = &*state {
                let before = stack.len();
                let missing = args.iter().rev().filter(|a| !self.is_done(a));
                stack.extend(missing.cloned());
                if stack.len() > before {
                    continue;
                }
            }
            let id = self.node(&array.0, &state);
            self.done.insert(key, id);
            stack.pop();
        }
    }

    fn is_done(&self, array: &Array) -> bool {
        self.done.contains_key(&Rc::as_ptr(&array.0))
    }

    /// The node of an array whose arguments have theirs.
    fn node(&mut self, inner: &Inner, state: &State) -> NodeId {
        let (op, args) = match state {
            State::Pending(op, args) => {
                (op.clone(), args.iter().map(|a| self.done[&Rc::as_ptr(&a.0)]).collect())
            }
            State::Scalar(scalar) if is_constant(*scalar) => (Op::Const(*scalar), Args::new()),
            State::Scalar(scalar) => {
                self.slots.push(*scalar);
                (Op::Slot(self.slots.len() as u32 - 1), Args::new())
            }
            State::Ready(handle) => (Op::Input(self.input(handle)), Args::new()),
            State::Abstract => unreachable!("nothing is computed while checking"),
            State::Complex(..) => unreachable!("the parts are computed, not the pair"),
        };
        let shape = known_shape(&inner.dims).unwrap_or_default();
        self.builder.node(op, args, inner.dtype, shape)
    }

    fn input(&mut self, handle: &Handle) -> u32 {
        let inputs = &mut self.inputs;
        *self.handles.entry(Arc::as_ptr(handle).cast()).or_insert_with(|| {
            inputs.push(handle.clone());
            inputs.len() as u32 - 1
        })
    }
}

/// The few values that are worth a graph of their own: rewrite rules know them.
fn is_constant(scalar: Scalar) -> bool {
    match scalar.dtype.kind() {
        Kind::Bool => true,
        Kind::Signed | Kind::Unsigned => matches!(scalar.as_i128(), -1..=2),
        Kind::Float => {
            let value = scalar.as_f64();
            let zero = value == 0.0 && value.is_sign_positive();
            zero || [1.0, -1.0, 2.0, 0.5].contains(&value)
        }
        Kind::Complex => false,
    }
}
