//! What arr costs before an element is computed: start-up, statements, planning, compiling, tasks.
//!
//! Arguments choose rows by substring. A row is the least of several measures, since the machine
//! may be shared.
#![forbid(unsafe_code)]

use arr::Session;
use arr_compiler::plan::{Config, plan};
use arr_ir::dtype::DType;
use arr_ir::graph::{Builder, Graph, Op};
use arr_ir::op::MapOp;
use smallvec::smallvec;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often a measure is taken.
const RUNS: usize = 9;

fn main() {
    row("start-up: arr -e 1", "ms", 1e3, start_up);
    row("statement in a loop, 100 elements", "us", 1e6, statement);
    for operations in [10, 100, 1000] {
        let name = format!("planning, operations: {operations}");
        row(&name, "us", 1e6, || planning(&chain(operations, 1000), None));
    }
    for exponent in 2..=7 {
        let name = format!("planning, chunks: 10^{exponent}");
        let graph = chain(10, 1000 * 10_usize.pow(exponent));
        row(&name, "us", 1e6, || planning(&graph, Some(1000)));
    }
    for operations in [1, 10, 100] {
        let name = format!("compiling a kernel, operations: {operations}");
        row(&name, "us", 1e6, || compiling(operations));
    }
    for threads in [1, arr::default_threads()] {
        let name = format!("scheduling a task, threads: {threads}");
        row(&name, "ns", 1e9, || scheduling(threads));
    }
}

/// Prints one row: the least of several measures in seconds.
fn row(name: &str, unit: &str, per_second: f64, measure: impl Fn() -> f64) {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
        return;
    }
    let least = (0..RUNS).map(|_| measure()).fold(f64::INFINITY, f64::min);
    println!("{name:44} {:10.1} {unit}", least * per_second);
}

fn seconds(action: impl FnOnce()) -> f64 {
    let start = Instant::now();
    action();
    start.elapsed().as_secs_f64()
}

fn evaluated(session: &mut Session<'_>, text: &str) {
    session.eval(text).expect("the text is right");
}

/// A process from its start to its end.
fn start_up() -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arr"));
    command.args(["-e", "1"]).stdin(Stdio::null()).stdout(Stdio::null());
    seconds(|| assert!(command.status().expect("starts").success()))
}

/// One statement of a loop, evaluated by its condition.
fn statement() -> f64 {
    const TIMES: usize = 5000;
    let text = "fn settle(n) {\n    x = zeros(100)\n    for i in range(n) {\n        \
        x = x * 0.5 + 1.0\n        if x[0] > 3.0 { break }\n    }\n    x\n}";
    let mut session = Session::new();
    evaluated(&mut session, text);
    evaluated(&mut session, "settle(100)");
    let call = format!("settle({TIMES})");
    seconds(|| evaluated(&mut session, &call)) / TIMES as f64
}

/// A chain of elementwise operations over `n` elements.
fn chain(operations: usize, n: usize) -> Graph {
    let mut b = Builder::default();
    let input = |b: &mut Builder, i| b.node(Op::Input(i), smallvec![], DType::F64, smallvec![n]);
    let (x, y) = (input(&mut b, 0), input(&mut b, 1));
    let mut last = x;
    for i in 0..operations {
        let (op, other) = if i % 2 == 0 { (MapOp::Mul, y) } else { (MapOp::Add, x) };
        last = b.node(Op::Map(op), smallvec![last, other], DType::F64, smallvec![n]);
    }
    b.finish(vec![last])
}

/// From a graph to its plan.
fn planning(graph: &Graph, chunk: Option<usize>) -> f64 {
    const TIMES: usize = 10;
    let config = Config { chunk, ..Config::default() };
    let once = || {
        black_box(plan(black_box(graph), &config));
    };
    seconds(|| (0..TIMES).for_each(|_| once())) / TIMES as f64
}

/// What a session that knows no kernel says that compiling one took.
fn compiling(operations: usize) -> f64 {
    let mut session = Session::builder().threads(1).build();
    evaluated(&mut session, "x = persist(arange(100) / 7)\ny = persist(arange(100) / 3)");
    let before = session.stats();
    let pieces = (0..operations).map(|i| if i % 2 == 0 { " * y" } else { " + x" });
    evaluated(&mut session, &format!("x{}", pieces.collect::<String>()));
    let after = session.stats();
    let kernels = after.kernels - before.kernels;
    assert_eq!(kernels, 1, "one kernel");
    after.compile_seconds - before.compile_seconds
}

/// A task beyond its work: many chunks of 64 elements against a tenth of them.
fn scheduling(threads: usize) -> f64 {
    let mut session = Session::builder().threads(threads).chunk(Some(64)).build();
    let mut run = |n: usize| {
        evaluated(&mut session, &format!("x = persist(zeros({}))\npersist(x + 1.0)", 64 * n));
        let before = session.stats().tasks;
        let time = seconds(|| evaluated(&mut session, "persist(x + 1.0)"));
        (time, (session.stats().tasks - before) as f64)
    };
    let (few, many) = (run(2000), run(20_000));
    (many.0 - few.0) / (many.1 - few.1)
}
