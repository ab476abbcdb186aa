//! Random graphs, planned and run by the engine: the oracle's bits for every chunk shape, number
//! of threads, and with fusion on and off.

#[path = "common/graphs.rs"]
mod graphs;

use arr_compiler::plan::{Config, plan};
use arr_ir::oracle::{self, DenseArray};
use arr_runtime::buffer::Buffer;
use arr_runtime::engine::{Engine, Options};
use std::sync::Arc;

fn engine(threads: usize) -> Engine {
    Engine::new(Options { memory: 1 << 30, threads, interpret: false })
}

fn run(engine: &Engine, case: &graphs::Case, config: &Config) -> Vec<DenseArray> {
    let plan = plan(&case.graph, config);
    plan.verify().expect("a valid plan");
    let inputs: Vec<Buffer> = case
        .inputs
        .iter()
        .map(|a| Buffer::from_bytes(engine.pool(), a.dtype, a.shape.clone(), &a.data).unwrap())
        .collect();
    let prepared = engine.prepare(Arc::new(plan));
    let results = engine.run(&prepared, &inputs, &case.slots).expect("runs");
    results
        .iter()
        .map(|b| DenseArray { dtype: b.dtype(), shape: b.shape().into(), data: b.to_bytes() })
        .collect()
}

#[test]
fn random_graphs_run_to_the_oracles_bits() {
    let count = std::env::var("ARR_RANDOM_GRAPHS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let engines = [engine(1), engine(3)];
    for seed in 1000..1000 + count {
        let case = graphs::random(seed);
        let expected = oracle::evaluate(&case.graph, &case.inputs, &case.slots);
        for (e, fuse, chunk) in
            [(0, true, None), (1, true, Some(7)), (1, false, None), (0, true, Some(1))]
        {
            let found = run(&engines[e], &case, &Config { chunk, fuse });
            for (i, (f, x)) in found.iter().zip(&expected).enumerate() {
                assert!(
                    graphs::same(f, x),
                    "seed {seed} fuse {fuse} chunk {chunk:?} root {i}\n{}\n{}\nexpected {:?}\nfound {:?}",
                    case.graph,
                    arr_compiler::plan::simplified(&case.graph),
                    x.elements().take(40).collect::<Vec<_>>(),
                    f.elements().take(40).collect::<Vec<_>>(),
                );
            }
        }
    }
}
