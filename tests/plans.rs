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

/// An array of small numbers that a seed gives; every 97th float is a NaN where `odd`.
fn numbers(dtype: arr_ir::dtype::DType, shape: &[usize], seed: u64, odd: bool) -> DenseArray {
    use arr_ir::dtype::{Kind, Scalar};
    let mut state = seed;
    let elements = (0..shape.iter().product::<usize>()).map(|i| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(99991);
        let number = (state >> 40) as f64 / 65536.0 - 128.0;
        match dtype.kind() {
            Kind::Float if odd && i % 97 == 96 => Scalar::from_f64(f64::NAN, dtype),
            Kind::Float => Scalar::from_f64(number, dtype),
            Kind::Bool => Scalar::bool(state >> 63 == 1),
            _ => Scalar::from_i128(number as i128, dtype),
        }
    });
    DenseArray::new(dtype, shape.into(), elements.collect::<Vec<_>>())
}

/// The plan of a graph has the oracle's bits.
fn checked(engines: &[Engine], case: &graphs::Case, configs: &[Config], what: &str) {
    let expected = oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
    for config in configs {
        for engine in engines {
            let found = run(engine, case, config);
            assert!(graphs::same(&found[0], &expected[0]), "{what} chunk {:?}", config.chunk);
        }
    }
}

#[test]
fn folds_over_windows_run_to_the_oracles_bits() {
    use arr_ir::dtype::DType;
    use arr_ir::graph::{Builder, Op};
    use arr_ir::op::{FoldOp, MapOp};
    use arr_ir::shape::{DimMap, IndexMap, Shape, Term};
    let engines = [engine(1), engine(3)];
    let dtypes = [DType::F64, DType::F32, DType::I64, DType::I32, DType::U8, DType::Bool];
    let ops = [FoldOp::Sum, FoldOp::Max, FoldOp::Prod, FoldOp::Any];
    for (i, &taps) in [2, 16, 17, 40, 201, 300, 1030].iter().enumerate() {
        for (j, &kept) in [8, 9, 63, 130, 301].iter().enumerate() {
            for (d, &dtype) in dtypes.iter().enumerate() {
                let op = match dtype {
                    DType::Bool => FoldOp::Any,
                    _ => ops[(i + j + d) % 3],
                };
                let inputs = vec![
                    numbers(dtype, &[kept + taps - 1], 7 + taps as u64, op == FoldOp::Max),
                    numbers(dtype, &[taps], 5 + kept as u64, false),
                ];
                let mut b = Builder::default();
                let nodes: Vec<_> = (0..2)
                    .map(|i| {
                        let shape = inputs[i].shape.clone();
                        b.node(Op::Input(i as u32), Default::default(), dtype, shape)
                    })
                    .collect();
                let shape = Shape::from_slice(&[kept, taps]);
                let terms = vec![Term { step: 1, dim: 0 }, Term { step: 1, dim: 1 }];
                let windows = Op::View(IndexMap([DimMap::sum(0, terms)].into_iter().collect()));
                let backwards = DimMap::slice(taps as i64 - 1, -1, 1);
                let weights = Op::View(IndexMap([backwards].into_iter().collect()));
                let windows =
                    b.node(windows, [nodes[0]].into_iter().collect(), dtype, shape.clone());
                let weights =
                    b.node(weights, [nodes[1]].into_iter().collect(), dtype, shape.clone());
                let joined = match (dtype, op) {
                    (DType::Bool, _) => MapOp::BitAnd,
                    (_, FoldOp::Max) => MapOp::Sub,
                    _ => MapOp::Mul,
                };
                let args = [windows, weights].into_iter().collect();
                let products = b.node(Op::Map(joined), args, dtype, shape);
                let fold = Op::Reduce { op, axes: 2 };
                let shape = Shape::from_slice(&[kept]);
                let root = b.node(fold, [products].into_iter().collect(), op.dtype(dtype), shape);
                let case = graphs::Case { graph: b.finish(vec![root]), inputs, slots: vec![] };
                let configs = [Config::default(), Config { chunk: Some(50), fuse: true }];
                checked(&engines, &case, &configs, &format!("{kept} x {taps} {dtype} {op:?}"));
            }
        }
    }
}

#[test]
fn windows_of_matrices_run_to_the_oracles_bits() {
    use arr_ir::dtype::DType;
    use arr_ir::graph::{Builder, Op};
    use arr_ir::op::{FoldOp, MapOp};
    use arr_ir::shape::{DimMap, IndexMap, Shape, Term};
    let engines = [engine(1), engine(3)];
    for (m, n, h, w) in [(9, 70, 3, 7), (5, 33, 15, 15), (3, 150, 5, 9), (2, 10, 40, 40)] {
        for dtype in [DType::F64, DType::F32] {
            let inputs = vec![
                numbers(dtype, &[m + h - 1, n + w - 1], 3, false),
                numbers(dtype, &[h, w], 4, false),
            ];
            let mut b = Builder::default();
            let nodes: Vec<_> = (0..2)
                .map(|i| {
                    let shape = inputs[i].shape.clone();
                    b.node(Op::Input(i as u32), Default::default(), dtype, shape)
                })
                .collect();
            let shape = Shape::from_slice(&[m, n, h, w]);
            let along = |d: u8| {
                DimMap::sum(0, vec![Term { step: 1, dim: d }, Term { step: 1, dim: d + 2 }])
            };
            let windows = Op::View(IndexMap([along(0), along(1)].into_iter().collect()));
            let taps = [DimMap::slice(0, 1, 2), DimMap::slice(0, 1, 3)];
            let taps = Op::View(IndexMap(taps.into_iter().collect()));
            let windows = b.node(windows, [nodes[0]].into_iter().collect(), dtype, shape.clone());
            let taps = b.node(taps, [nodes[1]].into_iter().collect(), dtype, shape.clone());
            let args = [windows, taps].into_iter().collect();
            let products = b.node(Op::Map(MapOp::Mul), args, dtype, shape);
            let fold = Op::Reduce { op: FoldOp::Sum, axes: 12 };
            let root =
                b.node(fold, [products].into_iter().collect(), dtype, Shape::from_slice(&[m, n]));
            let case = graphs::Case { graph: b.finish(vec![root]), inputs, slots: vec![] };
            let configs = [Config::default(), Config { chunk: Some(20), fuse: true }];
            checked(&engines, &case, &configs, &format!("{m} x {n} x {h} x {w} {dtype}"));
        }
    }
}

#[test]
fn sums_of_narrow_elements_run_to_the_oracles_bits() {
    use arr_ir::dtype::DType;
    use arr_ir::graph::{Builder, Op};
    use arr_ir::op::FoldOp;
    use arr_ir::shape::Shape;
    let engines = [engine(1), engine(3)];
    let narrow =
        [DType::Bool, DType::U8, DType::I8, DType::U16, DType::I16, DType::U32, DType::I32];
    for (m, n) in [(1, 5000), (3, 1024), (20, 9), (300, 40), (2000, 3), (40, 200)] {
        for dtype in narrow {
            for axes in 1..=3 {
                let inputs = vec![numbers(dtype, &[m, n], (m + n) as u64, false)];
                let mut b = Builder::default();
                let input =
                    b.node(Op::Input(0), Default::default(), dtype, inputs[0].shape.clone());
                let shape: &[usize] = match axes {
                    1 => &[n],
                    2 => &[m],
                    _ => &[],
                };
                let fold = Op::Reduce { op: FoldOp::Sum, axes };
                let total = FoldOp::Sum.dtype(dtype);
                let args = [input].into_iter().collect();
                let root = b.node(fold, args, total, Shape::from_slice(shape));
                let case = graphs::Case { graph: b.finish(vec![root]), inputs, slots: vec![] };
                let configs = [Config::default(), Config { chunk: Some(300), fuse: true }];
                checked(&engines, &case, &configs, &format!("{m} x {n} {dtype} axes {axes}"));
            }
        }
    }
}

#[test]
fn products_of_vectors_run_to_the_oracles_bits() {
    use arr_ir::dtype::DType;
    use arr_ir::graph::{Builder, Op};
    use arr_ir::shape::{DimMap, IndexMap, Shape};
    let engines = [engine(1), engine(3)];
    let paging = Engine::new(Options { page: true, ..Options::new(1 << 30, 2) });
    for terms in [1, 512, 513, 4096, 4100, 70_000] {
        for (dtype, step) in [(DType::F64, 1), (DType::F32, -1), (DType::F64, 2)] {
            let long = terms * 2;
            let inputs = vec![numbers(dtype, &[long], 1, false), numbers(dtype, &[long], 2, false)];
            let mut b = Builder::default();
            let first = if step < 0 { terms as i64 - 1 } else { 0 };
            let mut vector = |i: usize, shape: [usize; 2], dim: usize| {
                let input =
                    b.node(Op::Input(i as u32), Default::default(), dtype, inputs[i].shape.clone());
                let map = IndexMap([DimMap::slice(first, step, dim)].into_iter().collect());
                b.node(
                    Op::View(map),
                    [input].into_iter().collect(),
                    dtype,
                    Shape::from_slice(&shape),
                )
            };
            let nodes = [vector(0, [1, terms], 1), vector(1, [terms, 1], 0)];
            let shape = Shape::from_slice(&[1, 1]);
            let root = b.node(Op::Contract, nodes.into_iter().collect(), dtype, shape);
            let case = graphs::Case { graph: b.finish(vec![root]), inputs, slots: vec![] };
            let expected =
                oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
            let mut found: Vec<_> =
                engines.iter().map(|e| run(e, &case, &Config::default())).collect();
            found.push(run_paged(&paging, &case, &Config::default()));
            for found in found {
                assert!(as_exact_as_it_gets(&found[0], &expected[0]), "{terms} {dtype} {step}");
            }
        }
    }
}
