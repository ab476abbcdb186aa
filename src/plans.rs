//! Plans that are kept, so that a loop pays for planning once.

use arr_compiler::plan::{Config, plan};
use arr_ir::graph::Graph;
use arr_runtime::engine::{Engine, Prepared};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Plans kept for reuse, and nodes in their graphs together.
const MAX_PLANS: usize = 512;
const MAX_PLAN_NODES: usize = 200_000;

/// Plans by graph, the least recently used half dropped when there are too many.
#[derive(Default)]
pub(crate) struct PlanCache {
    plans: FxHashMap<Graph, Arc<Cached>>,
    /// The same by the address of graphs, which are kept so that it stays theirs.
    recent: FxHashMap<usize, (Arc<Graph>, Arc<Cached>)>,
    clock: u64,
    nodes: usize,
}

struct Cached {
    prepared: Arc<Prepared>,
    used: AtomicU64,
}

impl PlanCache {
    /// The plan of a graph, made ready.
    pub(crate) fn get(
        &mut self,
        graph: &Arc<Graph>,
        engine: &Engine,
        config: &Config,
    ) -> Arc<Prepared> {
        self.clock += 1;
        let address = Arc::as_ptr(graph).addr();
        if let Some((_, found)) = self.recent.get(&address) {
            found.used.store(self.clock, Ordering::Relaxed);
            return found.prepared.clone();
        }
        let found = self.find(graph, engine, config);
        found.used.store(self.clock, Ordering::Relaxed);
        if self.recent.len() >= MAX_PLANS {
            self.recent.clear();
        }
        self.recent.insert(address, (graph.clone(), found.clone()));
        found.prepared.clone()
    }

    fn find(&mut self, graph: &Graph, engine: &Engine, config: &Config) -> Arc<Cached> {
        if let Some(found) = self.plans.get(graph) {
            return found.clone();
        }
        let prepared = engine.prepare(Arc::new(plan(graph, config)));
        self.make_room(graph.nodes.len());
        self.nodes += graph.nodes.len();
        let cached = Arc::new(Cached { prepared, used: AtomicU64::new(self.clock) });
        self.plans.insert(graph.clone(), cached.clone());
        cached
    }

    fn make_room(&mut self, nodes: usize) {
        while !self.plans.is_empty()
            && (self.plans.len() >= MAX_PLANS || self.nodes + nodes > MAX_PLAN_NODES)
        {
            self.recent.clear();
            let used = |c: &Cached| c.used.load(Ordering::Relaxed);
            let mut all: Vec<u64> = self.plans.values().map(|c| used(c)).collect();
            let middle = all.len() / 2;
            let (_, &mut median, _) = all.select_nth_unstable(middle);
            let left = &mut self.nodes;
            self.plans.retain(|graph, cached| {
                let keep = used(cached) > median;
                if !keep {
                    *left -= graph.nodes.len();
                }
                keep
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arr_ir::dtype::DType;
    use arr_ir::graph::{Builder, Op};
    use arr_ir::shape::Shape;
    use arr_runtime::engine::Options;

    fn graph(n: usize) -> Arc<Graph> {
        let mut b = Builder::default();
        let shape = Shape::from_slice(&[n]);
        let root = b.node(Op::Iota, Default::default(), DType::I64, shape);
        Arc::new(b.finish(vec![root]))
    }

    #[test]
    fn the_plan_cache_is_bounded_and_keeps_what_is_used() {
        let engine = Engine::new(Options { interpret: true, ..Options::new(1 << 20, 1) });
        let mut cache = PlanCache::default();
        let first = cache.get(&graph(1), &engine, &Config::default());
        for n in 2..3 * MAX_PLANS {
            cache.get(&graph(n), &engine, &Config::default());
            let again = cache.get(&graph(1), &engine, &Config::default());
            assert!(Arc::ptr_eq(&first, &again));
        }
        assert!(cache.plans.len() <= MAX_PLANS);
        assert_eq!(cache.nodes, cache.plans.len());
    }
}
