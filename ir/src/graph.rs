//! The graph: what is to be computed, before any thought of how.
//!
//! Immutable, hash-consed nodes in topological order (an argument's id is below its user's).
//! Every node has a known dtype and shape. Scalars that a program may vary stand in slots, so
//! that one graph, and all that is derived from it, serves every value.

use crate::dtype::{DType, Scalar};
use crate::op::{Dist, FoldOp, MapOp};
use crate::routine::Routine;
use crate::shape::{IndexMap, Shape};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// A node of one [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// Stands for a place in a program's text; 0 is none. The compiler keeps the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Origin(pub u32);

/// Arguments of a node.
pub type Args = SmallVec<[NodeId; 3]>;

/// What a node computes from its arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Op {
    /// An array bound when the graph is run.
    Input(u32),
    /// A 0-d value bound when the graph is run.
    Slot(u32),
    /// A 0-d value that is part of the graph.
    Const(Scalar),
    /// `[0, 1, ..., n-1]`, int64, one dimension.
    Iota,
    /// Numbers of a distribution; arguments: the seed (0-d uint64), then the distribution's own.
    Random(Dist),
    /// Elementwise; every argument has the node's shape or none (0-d) and the dtype computed in.
    Map(MapOp),
    /// The argument read through an affine map.
    View(IndexMap),
    /// The argument's elements in row-major order under another shape.
    Reshape,
    /// The argument combined over axes (a bit mask); the reduced axes are gone.
    Reduce {
        /// How two values are combined.
        op: FoldOp,
        /// Bit `a` is set when axis `a` is reduced.
        axes: u32,
    },
    /// The running combination along an axis (sum or product).
    Scan {
        /// How two values are combined.
        op: FoldOp,
        /// Along this axis.
        axis: u8,
    },
    /// `[batch.., m, k] @ [batch.., k, n]`: float dtypes; batch dimensions equal.
    Contract,
    /// The first argument with the second in place of its elements at `start + step * index`.
    Update {
        /// First index per axis.
        start: SmallVec<[i64; 4]>,
        /// Step per axis, never 0.
        step: SmallVec<[i64; 4]>,
    },
    /// The arguments one after the other along an axis.
    Concat(u8),
    /// A routine over whole blocks of the arguments.
    Extern(Routine),
}

/// One node.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// From what.
    pub args: Args,
    /// Its dtype.
    pub dtype: DType,
    /// Its shape.
    pub shape: Shape,
}

/// A graph and the nodes that are wanted.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The results.
    pub roots: Vec<NodeId>,
}

impl std::ops::Index<NodeId> for Graph {
    type Output = Node;
    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

/// Builds a [`Graph`], giving equal nodes one id.
#[derive(Default)]
pub struct Builder {
    graph: Graph,
    known: rustc_hash::FxHashMap<Node, NodeId>,
}

impl Builder {
    /// The node with these parts, old or new.
    pub fn node(&mut self, op: Op, args: Args, dtype: DType, shape: Shape) -> NodeId {
        let node = Node { op, args, dtype, shape };
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = NodeId(self.graph.nodes.len() as u32);
        self.known.insert(node.clone(), id);
        self.graph.nodes.push(node);
        id
    }

    /// The graph so far.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Ends building; `roots` are the results.
    pub fn finish(mut self, roots: Vec<NodeId>) -> Graph {
        self.graph.roots = roots;
        self.graph
    }
}

impl std::fmt::Display for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, n) in self.nodes.iter().enumerate() {
            write!(f, "%{i}: {}{:?} = ", n.dtype, n.shape.as_slice())?;
            match &n.op {
                Op::Map(op) => write!(f, "{}", op.row().name)?,
                Op::View(map) => {
                    f.write_str("view[")?;
                    for (k, m) in map.0.iter().enumerate() {
                        let sep = if k > 0 { ", " } else { "" };
                        write!(f, "{sep}{m}")?;
                    }
                    f.write_str("]")?;
                }
                Op::Reduce { op, axes } => write!(f, "reduce {} axes={axes:#b}", op.name())?,
                Op::Update { start, step } => {
                    write!(f, "update start={:?} step={:?}", start.as_slice(), step.as_slice())?
                }
                op => write!(f, "{}", format!("{op:?}").to_lowercase())?,
            }
            for a in &n.args {
                write!(f, " %{}", a.0)?;
            }
            writeln!(f)?;
        }
        let roots: Vec<String> = self.roots.iter().map(|r| format!("%{}", r.0)).collect();
        writeln!(f, "return {}", roots.join(", "))
    }
}
