//! Random graphs, planned and run by the engine: the oracle's bits for every chunk shape, number
//! of threads, and with fusion on and off.

#[path = "common/graphs.rs"]
mod graphs;

use arr_compiler::plan::{Config, plan};
use arr_ir::oracle::{self, DenseArray};
use arr_runtime::buffer::Buffer;
use arr_runtime::engine::{Engine, Options};
use arr_runtime::paged::run::{self as paged, Input, Output};
use arr_runtime::paged::transfer;
use std::sync::Arc;

fn engine(threads: usize) -> Engine {
    Engine::new(Options::new(1 << 30, threads))
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
    let run = || -> Vec<DenseArray> {
        let results = engine.run(&prepared, &inputs, &case.slots).expect("runs");
        let dense = |b: &Buffer| DenseArray {
            dtype: b.dtype(),
            shape: b.shape().into(),
            data: b.to_bytes(),
        };
        results.iter().map(dense).collect()
    };
    // What is short runs otherwise the second time.
    let (first, again) = (run(), run());
    let same = first.iter().zip(&again).all(|(a, b)| graphs::same(a, b));
    assert!(same, "another result of the second run\n{}", case.graph);
    again
}

/// As [`run`], every array in a file and every step in parts.
fn run_paged(engine: &Engine, case: &graphs::Case, config: &Config) -> Vec<DenseArray> {
    let plan = plan(&case.graph, config);
    let inputs = case.inputs.iter().map(|a| {
        let buffer = Buffer::from_bytes(engine.pool(), a.dtype, a.shape.clone(), &a.data).unwrap();
        Input::Disk(paged::spill(engine, &buffer).expect("spills"))
    });
    let prepared = engine.prepare(Arc::new(plan));
    let inputs: Vec<Input> = inputs.collect();
    let results = engine.run_paged(&prepared, &inputs, &case.slots, None).expect("runs");
    let dense = |output: &Output| {
        let buffer = match output {
            Output::Memory(buffer) => buffer.clone(),
            Output::Disk(source) => transfer::load(engine, &**source).expect("loads"),
            Output::Sunk => unreachable!("nothing to go to"),
        };
        let (dtype, shape) = (buffer.dtype(), buffer.shape().into());
        DenseArray { dtype, shape, data: buffer.to_bytes() }
    };
    results.iter().map(dense).collect()
}

#[test]
fn random_graphs_over_files_run_to_the_oracles_bits() {
    let count = std::env::var("ARR_RANDOM_GRAPHS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    let engines = [1, 3].map(|n| Engine::new(Options { page: true, ..Options::new(1 << 30, n) }));
    for seed in 1000..1000 + count {
        let case = graphs::random(seed);
        let expected =
            oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
        for (e, fuse, chunk) in
            [(0, true, None), (1, true, Some(7)), (1, false, Some(3)), (0, true, Some(1))]
        {
            let found = run_paged(&engines[e], &case, &Config { chunk, fuse });
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
    for engine in &engines {
        assert_eq!(engine.spill().stats().used, 0, "nothing is left");
    }
}

#[test]
fn random_graphs_run_to_the_oracles_bits() {
    let count = std::env::var("ARR_RANDOM_GRAPHS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let engines = [engine(1), engine(3)];
    for seed in 1000..1000 + count {
        let case = graphs::random(seed);
        let expected =
            oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
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

/// Whether products have the oracle's bits; those of a BLAS are only close.
fn as_exact_as_it_gets(found: &DenseArray, expected: &DenseArray) -> bool {
    let exact = !cfg!(any(
        feature = "openblas-system",
        feature = "blis",
        feature = "accelerate",
        feature = "mkl"
    ));
    let close = |x: f64, y: f64| (x - y).abs() <= 1e-4 * (1.0 + x.abs().max(y.abs()));
    let mut pairs = found.elements().zip(expected.elements());
    match exact {
        true => graphs::same(found, expected),
        false => pairs.all(|(x, y)| close(x.as_f64(), y.as_f64())),
    }
}

#[test]
fn contractions_run_to_the_oracles_bits() {
    use arr_ir::dtype::{DType, Scalar};
    use arr_ir::graph::{Builder, Op};
    use arr_ir::shape::Shape;
    let sizes = [1, 2, 3, 7, 8, 9, 16, 31, 33, 64, 100];
    let engines = [engine(1), engine(3)];
    let paging = Engine::new(Options { page: true, ..Options::new(1 << 30, 2) });
    for (i, &m) in sizes.iter().enumerate() {
        for (j, &n) in sizes.iter().enumerate() {
            let k = [1, 2, 3, 5, 17, 64, 512, 515, 1200][(i * 5 + j) % 9];
            for dtype in [DType::F64, DType::F32] {
                let mut state = (m * 1000 + n * 10 + k) as u64;
                let mut matrix = |shape: [usize; 2]| {
                    let elements = (0..shape[0] * shape[1]).map(|_| {
                        state = state.wrapping_mul(6364136223846793005).wrapping_add(99991);
                        Scalar::from_f64((state >> 33) as f64 / 1e9 - 1.0, dtype)
                    });
                    let elements: Vec<Scalar> = elements.collect();
                    DenseArray::new(dtype, Shape::from_slice(&shape), elements)
                };
                let inputs = vec![matrix([m, k]), matrix([k, n])];
                let mut b = Builder::default();
                let nodes: Vec<_> = (0..2)
                    .map(|i| {
                        let shape = inputs[i].shape.clone();
                        b.node(Op::Input(i as u32), Default::default(), dtype, shape)
                    })
                    .collect();
                let shape = Shape::from_slice(&[m, n]);
                let root = b.node(Op::Contract, nodes.into_iter().collect(), dtype, shape);
                let case = graphs::Case { graph: b.finish(vec![root]), inputs, slots: vec![] };
                let expected =
                    oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
                for engine in &engines {
                    let found = run(engine, &case, &Config::default());
                    let good = as_exact_as_it_gets(&found[0], &expected[0]);
                    assert!(good, "{m} x {k} x {n} {dtype}");
                }
                let found = run_paged(&paging, &case, &Config::default());
                let good = as_exact_as_it_gets(&found[0], &expected[0]);
                assert!(good, "{m} x {k} x {n} {dtype} in parts");
            }
        }
    }
}
