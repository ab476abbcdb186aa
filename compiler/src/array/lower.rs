//! Pending arrays to a graph.
//!
//! Before: real arrays that are pending, stored or known scalars. After: a graph whose roots are these
//! arrays, the stored arrays it reads, and the values of its slots. A shared array becomes one
//! node, equal nodes become one, and scalars other than a few stand in slots numbered in order of
//! first use, so that programs that differ in constants only give equal graphs.
//!
//! Iterative, and cheap for small graphs that came before: it runs in every round of small loops.
//! Such a graph is recognized by comparing node after node; nothing is hashed or built.

use crate::array::{Array, Inner, State};
use crate::host::Handle;
use arr_ir::dtype::{Kind, Scalar};
use arr_ir::graph::{Args, Builder, Graph, NodeId, Op};
use arr_ir::shape::{Dim, known_shape};
use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

/// The graph of some arrays, what its inputs are, and the values of its slots.
pub struct Lowered {
    /// The graph: the same one each time for arrays that are made in the same way.
    pub graph: Arc<Graph>,
    /// What its inputs are.
    pub inputs: Vec<Handle>,
    /// The values of its slots.
    pub slots: Vec<Scalar>,
}

/// Graphs of more nodes than this are not remembered.
const MAX_NODES: usize = 512;
/// Nodes of all remembered graphs.
const MAX_ALL_NODES: usize = 1 << 16;
/// Graphs remembered for roots that look alike.
const ALIKE: usize = 4;
/// Inputs that are looked for one by one.
const FEW: usize = 16;

/// Turns arrays into graphs, and remembers the small ones.
#[derive(Default)]
pub struct Lowering {
    known: FxHashMap<u64, SmallVec<[Rc<Known>; 1]>>,
    nodes: usize,
}

/// A graph, and the node of every array in the order in which they are visited.
struct Known {
    graph: Arc<Graph>,
    order: Vec<NodeId>,
}

impl Lowering {
    /// The graph that computes `roots`.
    pub fn lower(&mut self, roots: &[Array]) -> Lowered {
        let key = key(roots);
        if let Some(alike) = self.known.get_mut(&key) {
            for i in 0..alike.len() {
                if let Some(lowered) = matched(&alike[i], roots) {
                    alike[..=i].rotate_right(1);
                    return lowered;
                }
            }
        }
        let mut build = Build::default();
        visit(roots, &mut build);
        let ids = roots.iter().map(|r| NodeId(r.0.mark.get().1)).collect();
        let graph = Arc::new(build.builder.finish(ids));
        let size = graph.nodes.len();
        if size <= MAX_NODES {
            if self.nodes + size > MAX_ALL_NODES {
                self.known.clear();
                self.nodes = 0;
            }
            self.nodes += size;
            let alike = self.known.entry(key).or_default();
            alike.truncate(ALIKE - 1);
            alike.insert(0, Rc::new(Known { graph: graph.clone(), order: build.order }));
        }
        Lowered { graph, inputs: build.bound.inputs, slots: build.bound.slots }
    }
}

/// What roots have in common that give the same graph.
fn key(roots: &[Array]) -> u64 {
    let mut hasher = FxHasher::default();
    roots.len().hash(&mut hasher);
    for root in roots {
        let inner = &*root.0;
        (inner.dtype, inner.depth).hash(&mut hasher);
        inner.dims.hash(&mut hasher);
        if let State::Pending(op, _) = &*inner.state.borrow() {
            match op {
                Op::Map(op) => op.hash(&mut hasher),
                op => std::mem::discriminant(op).hash(&mut hasher),
            }
        }
    }
    hasher.finish()
}

/// What is done with an array whose arguments are done: its node, or none to give up.
trait Visitor {
    fn node(&mut self, inner: &Inner, state: &State) -> Option<NodeId>;
}

/// Visits the arrays that `roots` are made from and themselves, arguments first, each once, and
/// marks them with their nodes. Whether the visitor went to the end.
fn visit(roots: &[Array], visitor: &mut impl Visitor) -> bool {
    let round = super::next_round();
    let is_done = |array: &Array| array.0.mark.get().0 == round;
    let mut stack: SmallVec<[Array; 16]> = SmallVec::new();
    for root in roots {
        stack.push(root.clone());
        while let Some(array) = stack.last() {
            if is_done(array) {
                stack.pop();
                continue;
            }
            let array = array.clone();
            let state = array.0.state.borrow();
            if let State::Pending(_, args) = &*state {
                let before = stack.len();
                stack.extend(args.iter().rev().filter(|a| !is_done(a)).cloned());
                if stack.len() > before {
                    continue;
                }
            }
            let Some(id) = visitor.node(&array.0, &state) else { return false };
            array.0.mark.set((round, id.0));
            stack.pop();
        }
    }
    true
}

/// Inputs and slots in order of first use.
#[derive(Default)]
struct Bindings {
    inputs: Vec<Handle>,
    many: FxHashMap<*const (), u32>,
    slots: Vec<Scalar>,
}

impl Bindings {
    fn input(&mut self, handle: &Handle) -> u32 {
        let address = |h: &Handle| Arc::as_ptr(h).cast::<()>();
        let one = address(handle);
        let count = self.inputs.len();
        if count <= FEW {
            if let Some(i) = self.inputs.iter().position(|h| std::ptr::eq(address(h), one)) {
                return i as u32;
            }
        } else {
            if self.many.is_empty() {
                let all = self.inputs.iter().zip(0..);
                self.many.extend(all.map(|(h, i)| (address(h), i)));
            }
            if let Some(&i) = self.many.get(&one) {
                return i;
            }
            self.many.insert(one, count as u32);
        }
        self.inputs.push(handle.clone());
        count as u32
    }

    /// The operation of an array that is not pending.
    fn leaf(&mut self, state: &State) -> Op {
        match state {
            State::Scalar(scalar) if is_constant(*scalar) => Op::Const(*scalar),
            State::Scalar(scalar) => {
                self.slots.push(*scalar);
                Op::Slot(self.slots.len() as u32 - 1)
            }
            State::Ready(handle) => Op::Input(self.input(handle)),
            State::Pending(..) => unreachable!("it has an operation"),
            State::Abstract(_) => unreachable!("nothing is computed while checking"),
            State::Complex(..) => unreachable!("the parts are computed, not the pair"),
        }
    }
}

/// Builds a graph.
#[derive(Default)]
struct Build {
    builder: Builder,
    bound: Bindings,
    order: Vec<NodeId>,
}

impl Visitor for Build {
    fn node(&mut self, inner: &Inner, state: &State) -> Option<NodeId> {
        let (op, args) = match state {
            State::Pending(op, args) => {
                (op.clone(), args.iter().map(|a| NodeId(a.0.mark.get().1)).collect())
            }
            state => (self.bound.leaf(state), Args::new()),
        };
        let shape = known_shape(&inner.dims).unwrap_or_default();
        let id = self.builder.node(op, args, inner.dtype, shape);
        self.order.push(id);
        Some(id)
    }
}

/// Compares with a graph that is known.
struct Match<'k> {
    known: &'k Known,
    bound: Bindings,
    at: usize,
}

fn matched(known: &Known, roots: &[Array]) -> Option<Lowered> {
    let mut same = Match { known, bound: Bindings::default(), at: 0 };
    let whole = visit(roots, &mut same) && same.at == known.order.len();
    let mut ids = roots.iter().map(|r| NodeId(r.0.mark.get().1));
    if !whole || !ids.by_ref().eq(known.graph.roots.iter().copied()) {
        return None;
    }
    let Bindings { inputs, slots, .. } = same.bound;
    Some(Lowered { graph: known.graph.clone(), inputs, slots })
}

impl Visitor for Match<'_> {
    fn node(&mut self, inner: &Inner, state: &State) -> Option<NodeId> {
        let id = *self.known.order.get(self.at)?;
        self.at += 1;
        let node = &self.known.graph[id];
        let shape = node.shape.iter().map(|&n| Dim::Known(n));
        let same = match state {
            State::Pending(op, args) => {
                let args = args.iter().map(|a| NodeId(a.0.mark.get().1));
                node.op == *op && node.args.iter().copied().eq(args)
            }
            state => node.op == self.bound.leaf(state),
        };
        (same && node.dtype == inner.dtype && shape.eq(inner.dims.iter().copied())).then_some(id)
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
