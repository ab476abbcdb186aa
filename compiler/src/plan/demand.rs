//! Which nodes are stored.
//!
//! A node read by several kernels, or by one kernel through several index maps, can be stored
//! once and read, or computed again by each reader. Views are never stored for their own sake;
//! reductions, scans, contractions, updates and concatenations always are; for the rest an
//! estimate in nanoseconds decides.

use super::Config;
use arr_ir::graph::{Graph, NodeId, Op};
use arr_ir::op::{Lowering, MapOp};
use arr_ir::shape::{DimMap, IndexMap, count};
use smallvec::SmallVec;

/// Operators one kernel may hold: bounds compile time and register pressure.
const KERNEL_OPERATORS: u32 = 120;
/// Readers beyond which a node is stored without counting on.
const MANY_READERS: usize = 8;
/// Starting a step, in nanoseconds.
const STEP: f64 = 2_000.0;
/// Writing and reading an element in memory, and in cache.
const WRITE: f64 = 1.0;
const READ: f64 = 0.3;
const CACHED: f64 = 0.1;
/// Elements up to which an array stays in cache.
const CACHE: usize = 32_768;

/// Whether `op` can be computed inside a kernel of its readers.
pub fn fusable(graph: &Graph, id: NodeId) -> bool {
    match &graph[id].op {
        Op::Slot(_) | Op::Const(_) | Op::Iota | Op::Random(_) | Op::Map(_) | Op::View(_) => true,
        Op::Reshape => generated(graph, graph[id].args[0]),
        _ => false,
    }
}

/// Whether a node's elements are a function of their linear number alone.
pub fn generated(graph: &Graph, id: NodeId) -> bool {
    matches!(graph[id].op, Op::Iota | Op::Random(_))
}

/// The order in which a reduction's domain lists the argument's axes, and how many come first
/// as kept (row blocks) or outer (column blocks).
pub struct FoldOrder {
    /// Domain dimension -> axis of the argument.
    pub axes: Vec<usize>,
    /// Leading kept dimensions.
    pub outer: usize,
    /// Reduced dimensions after them.
    pub reduced: usize,
    /// Whether the innermost axis is reduced: row blocks.
    pub rows: bool,
}

impl FoldOrder {
    /// The order for a reduction over `axes` (a bit mask) of `rank` axes.
    pub fn new(rank: usize, axes: u32) -> FoldOrder {
        let is = |a: &usize| axes & (1 << a) != 0;
        let last = (0..rank).rev().find(is).map_or(0, |a| a + 1);
        let mut order: Vec<usize> = (0..last).filter(|a| !is(a)).collect();
        let outer = order.len();
        order.extend((0..last).filter(is));
        let reduced = order.len() - outer;
        order.extend(last..rank);
        FoldOrder { axes: order, outer, reduced, rows: last == rank }
    }

    /// The map from the domain's index to the argument's.
    pub fn map(&self) -> IndexMap {
        let mut dims = IndexMap::identity(self.axes.len()).0;
        for (dim, &axis) in self.axes.iter().enumerate() {
            dims[axis] = DimMap::along(dim);
        }
        IndexMap(dims)
    }
}

/// A reading of a node: by which kernel, through which map from its domain.
#[derive(Clone, PartialEq, Eq)]
struct Demand {
    kernel: u32,
    map: IndexMap,
}

struct Walk<'a> {
    graph: &'a Graph,
    demands: Vec<Vec<Demand>>,
    forced: Vec<bool>,
    stored: Vec<bool>,
    /// Concatenations whose arguments go straight into another one.
    inside: Vec<bool>,
    /// Elements of each kernel's domain, and operators in it.
    kernels: Vec<(f64, u32)>,
    cost: Vec<f64>,
}

/// The concatenations that nothing reads but one other concatenation.
fn inside(graph: &Graph) -> Vec<bool> {
    let is_concat = |id: usize| matches!(graph.nodes[id].op, Op::Concat(_));
    let mut readers: Vec<SmallVec<[usize; 2]>> = vec![SmallVec::new(); graph.nodes.len()];
    for (i, node) in graph.nodes.iter().enumerate() {
        node.args.iter().for_each(|a| readers[a.0 as usize].push(i));
    }
    let root = |id: usize| graph.roots.iter().any(|r| r.0 as usize == id);
    (0..graph.nodes.len())
        .map(|id| is_concat(id) && !root(id) && matches!(readers[id][..], [r] if is_concat(r)))
        .collect()
}

/// For every node, whether it is stored (inputs are not: they are stored already).
pub fn stored(graph: &Graph, config: &Config) -> Vec<bool> {
    let n = graph.nodes.len();
    let mut walk = Walk {
        graph,
        demands: vec![vec![]; n],
        forced: vec![false; n],
        stored: vec![false; n],
        inside: inside(graph),
        kernels: vec![],
        cost: costs(graph),
    };
    for r in &graph.roots {
        walk.forced[r.0 as usize] = true;
    }
    for i in (0..n).rev() {
        walk.visit(NodeId(i as u32), config);
    }
    walk.stored
}

/// Nanoseconds per element of computing a node inside a kernel.
fn costs(graph: &Graph) -> Vec<f64> {
    let mut cost: Vec<f64> = Vec::with_capacity(graph.nodes.len());
    for (i, node) in graph.nodes.iter().enumerate() {
        let own = match &node.op {
            Op::Slot(_) | Op::Const(_) | Op::View(_) => 0.0,
            Op::Iota => 0.2,
            Op::Random(_) => 3.0,
            Op::Map(MapOp::Div | MapOp::Sqrt | MapOp::Cast | MapOp::Sign) => 0.7,
            Op::Map(MapOp::Pow) => 8.0,
            Op::Map(MapOp::GammaDraw | MapOp::PoissonDraw) => 60.0,
            Op::Map(op) if op.row().lowering == Lowering::Tile => 3.0,
            Op::Map(_) => 0.15,
            _ => READ,
        };
        let fused = fusable(graph, NodeId(i as u32));
        let args: f64 = node.args.iter().filter(|_| fused).map(|a| cost[a.0 as usize]).sum();
        cost.push((own + args).min(1e9));
    }
    cost
}

impl Walk<'_> {
    fn visit(&mut self, id: NodeId, config: &Config) {
        let i = id.0 as usize;
        let node = &self.graph[id];
        let needed = self.forced[i] || !self.demands[i].is_empty();
        if !needed || matches!(node.op, Op::Input(_)) {
            return;
        }
        let whole = self.forced[i] || !fusable(self.graph, id) || self.better_stored(id, config);
        self.stored[i] = whole && !self.inside[i];
        if whole {
            self.start_kernels(id);
        } else {
            let demands = std::mem::take(&mut self.demands[i]);
            self.pass_on(id, &demands);
            self.demands[i] = demands;
        }
    }

    fn better_stored(&self, id: NodeId, config: &Config) -> bool {
        let node = &self.graph[id];
        let demands = &self.demands[id.0 as usize];
        match node.op {
            Op::Slot(_) | Op::Const(_) | Op::View(_) => return false,
            Op::Map(_) if !config.fuse => return true,
            Op::Map(_) if demands.len() > MANY_READERS => return true,
            _ => {}
        }
        if demands.iter().any(|d| self.kernels[d.kernel as usize].1 >= KERNEL_OPERATORS) {
            return matches!(node.op, Op::Map(_));
        }
        let elements = count(&node.shape) as f64;
        let cached = count(&node.shape) <= CACHE;
        let (write, read) = if cached { (CACHED, CACHED) } else { (WRITE, READ) };
        let reads: f64 = demands.iter().map(|d| self.kernels[d.kernel as usize].0).sum();
        let cost = self.cost[id.0 as usize];
        reads * cost > elements * (cost + write) + reads * read + STEP
    }

    fn kernel(&mut self, domain: &[usize]) -> u32 {
        self.kernels.push((count(domain) as f64, 0));
        (self.kernels.len() - 1) as u32
    }

    fn demand(&mut self, id: NodeId, kernel: u32, map: IndexMap) {
        let demand = Demand { kernel, map };
        let demands = &mut self.demands[id.0 as usize];
        if !demands.contains(&demand) {
            demands.push(demand);
        }
    }

    /// The node itself becomes the root of its kernels: what do they read?
    fn start_kernels(&mut self, id: NodeId) {
        let node = self.graph[id].clone();
        match &node.op {
            Op::Reduce { axes, .. } => {
                let arg = node.args[0];
                let shape = self.graph[arg].shape.clone();
                let kernel = self.kernel(&shape);
                self.demand(arg, kernel, FoldOrder::new(shape.len(), *axes).map());
            }
            Op::Update { .. } | Op::Concat(_) => {
                for &arg in &node.args {
                    let shape = self.graph[arg].shape.clone();
                    let kernel = self.kernel(&shape);
                    self.demand(arg, kernel, IndexMap::identity(shape.len()));
                }
            }
            Op::Scan { .. } | Op::Contract => {
                for &arg in &node.args {
                    self.force_behind_views(arg);
                }
            }
            Op::Extern(_) => {
                for &arg in &node.args {
                    self.forced[arg.0 as usize] = true;
                }
            }
            Op::Reshape if !generated(self.graph, node.args[0]) => {
                self.forced[node.args[0].0 as usize] = true;
            }
            _ => {
                let kernel = self.kernel(&node.shape);
                let identity = Demand { kernel, map: IndexMap::identity(node.shape.len()) };
                self.pass_on(id, &[identity]);
            }
        }
    }

    fn force_behind_views(&mut self, mut id: NodeId) {
        while let Op::View(_) = self.graph[id].op {
            id = self.graph[id].args[0];
        }
        self.forced[id.0 as usize] = true;
    }

    /// What reads a node computed in place reads its arguments.
    fn pass_on(&mut self, id: NodeId, demands: &[Demand]) {
        let node = self.graph[id].clone();
        for d in demands {
            if let Op::Map(_) = node.op {
                self.kernels[d.kernel as usize].1 += 1;
            }
            for &arg in &node.args {
                let map = match &node.op {
                    Op::View(view) => d.map.then(view),
                    _ if self.graph[arg].shape.is_empty() => IndexMap::identity(0),
                    Op::Map(_) => d.map.clone(),
                    _ => continue,
                };
                self.demand(arg, d.kernel, map);
            }
        }
    }
}
