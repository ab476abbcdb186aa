//! From graph to plan.
//!
//! The pipeline, in order:
//!
//! 1. [`simplify`]: rewrite rules, exact ones only;
//! 2. [`demand`]: which nodes are stored, and which are computed again inside each kernel that
//!    reads them, by cost;
//! 3. [`build`]: one step per stored node (or per piece of it): kernels and index maps composed;
//! 4. [`block`]: chunk shapes;
//! 5. [`stage`]: steps that share a split run together, chunk by chunk.
//!
//! A plan depends on the graph and the [`Config`] only: not on the machine, the number of
//! threads, or scalar values. Chunk shapes never change a result.

mod block;
mod build;
mod demand;
pub mod explain;
mod simplify;
mod stage;
pub mod traffic;
mod unroll;

use arr_ir::graph::Graph;
use arr_ir::plan::Plan;

/// What planning may be told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Config {
    /// Chunk size along every dimension, instead of the planner's choice.
    pub chunk: Option<usize>,
    /// Whether nodes are fused into kernels; otherwise every node is stored.
    pub fuse: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { chunk: None, fuse: true }
    }
}

/// Plans a graph.
pub fn plan(graph: &Graph, config: &Config) -> Plan {
    let graph = simplify::simplify(graph);
    let stored = demand::stored(&graph, config);
    let mut plan = build::build(&graph, &stored);
    block::block(&mut plan, config);
    stage::stage(&mut plan, config);
    debug_assert_eq!(plan.verify(), Ok(()), "{graph}");
    plan
}

/// The graph after simplification, for display.
pub fn simplified(graph: &Graph) -> Graph {
    simplify::simplify(graph)
}
