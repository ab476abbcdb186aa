//! Whole programs, every task of them run in a second process from the serialised plan and the
//! boxes of arrays that the task reads: the oracle's bits.
//!
//! The program starts itself again as the worker and talks to it over pipes, in frames of a
//! length and postcard bytes.

#[path = "common/graphs.rs"]
mod graphs;

use arr_compiler::plan::{Config, plan};
use arr_ir::dtype::Scalar;
use arr_ir::footprint::{Part, footprint};
use arr_ir::oracle::{self, DenseArray, each_index};
use arr_ir::plan::{Plan, Storage};
use arr_ir::shape::{count, row_major};
use arr_runtime::buffer::Buffer;
use arr_runtime::engine::{Engine, Options};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// What the worker is told.
#[derive(Serialize, Deserialize)]
enum Message {
    Plan(Vec<u8>, Vec<Scalar>),
    Task { stage: u32, task: u32, reads: Vec<(Part, Vec<u8>)> },
}

/// What it answers.
type Answer = Result<Vec<(Part, Vec<u8>)>, String>;

fn send(to: &mut impl Write, value: &impl Serialize) {
    let bytes = postcard::to_stdvec(value).expect("plain data");
    to.write_all(&(bytes.len() as u32).to_le_bytes()).expect("pipe");
    to.write_all(&bytes).expect("pipe");
    to.flush().expect("pipe");
}

fn receive<T: DeserializeOwned>(from: &mut impl Read) -> Option<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut bytes).ok()?;
    postcard::from_bytes(&bytes).ok()
}

fn worker() {
    let engine = Engine::new(Options::new(1 << 28, 1));
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut current: Option<(Plan, Vec<Scalar>)> = None;
    while let Some(message) = receive::<Message>(&mut input) {
        let answer: Answer = match message {
            Message::Plan(bytes, slots) => Plan::from_bytes(&bytes).map(|plan| {
                current = Some((plan, slots));
                vec![]
            }),
            Message::Task { stage, task, reads } => {
                let (plan, slots) = current.as_ref().expect("a plan comes first");
                let reads = reads
                    .into_iter()
                    .map(|(part, bytes)| {
                        let dtype = plan[part.value].dtype;
                        let buffer =
                            Buffer::from_bytes(engine.pool(), dtype, part.shape.clone(), &bytes);
                        (part, buffer.expect("memory"))
                    })
                    .collect();
                arr_runtime::remote::run_task(
                    &engine,
                    plan,
                    stage as usize,
                    task as usize,
                    slots,
                    reads,
                )
                .map(|written| written.into_iter().map(|(p, b)| (p, b.to_bytes())).collect())
                .map_err(|e| format!("{e:?}"))
            }
        };
        send(&mut output, &answer);
    }
}

/// Copies a box between a whole array and its own bytes.
fn transfer(array: &mut DenseArray, part: &Part, bytes: &mut [u8], out: bool) {
    let size = array.dtype.size();
    let strides = row_major(&array.shape);
    let mut position = 0;
    each_index(&part.shape, |index| {
        let at: usize =
            (0..index.len()).map(|d| (index[d] + part.start[d]) * strides[d] as usize).sum();
        let (a, b) = (at * size..(at + 1) * size, position * size..(position + 1) * size);
        match out {
            true => bytes[b].copy_from_slice(&array.data[a]),
            false => array.data[a].copy_from_slice(&bytes[b]),
        }
        position += 1;
    });
}

fn main() {
    if std::env::var_os("ARR_WIRE_WORKER").is_some() {
        return worker();
    }
    let mut child = Command::new(std::env::current_exe().expect("own path"))
        .env("ARR_WIRE_WORKER", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a second process");
    let mut to = child.stdin.take().expect("piped");
    let mut from = child.stdout.take().expect("piped");
    let (mut programs, mut tasks) = (0, 0);
    for seed in 5000..5120 {
        let case = graphs::random(seed);
        let expected =
            oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
        for chunk in [None, Some(3)] {
            let plan = plan(&case.graph, &Config { chunk, fuse: true });
            let (found, ran) = run(&plan, &case, &mut to, &mut from);
            for (f, e) in found.iter().zip(&expected) {
                assert!(graphs::same(f, e), "seed {seed} chunk {chunk:?}\n{}", case.graph);
            }
            programs += 1;
            tasks += ran;
        }
    }
    send(&mut to, &Message::Plan(vec![1, 2, 3], vec![]));
    let refused: Answer = receive(&mut from).expect("an answer");
    assert!(refused.is_err(), "a damaged plan is refused");
    drop(to);
    assert!(child.wait().expect("ends").success());
    println!("{programs} programs, {tasks} tasks in a second process: same bits");
    println!("1 passed, 0 failed");
}

fn run(
    plan: &Plan,
    case: &graphs::Case,
    to: &mut impl Write,
    from: &mut impl Read,
) -> (Vec<DenseArray>, usize) {
    send(to, &Message::Plan(plan.to_bytes(), case.slots.clone()));
    receive::<Answer>(from).expect("an answer").expect("accepted");
    let mut values: Vec<DenseArray> = plan
        .values
        .iter()
        .map(|v| match v.storage {
            Storage::Input(i) => case.inputs[i as usize].clone(),
            _ => DenseArray { dtype: v.dtype, shape: v.shape.clone(), data: vec![0xAA; v.bytes()] },
        })
        .collect();
    let mut ran = 0;
    for (s, stage) in plan.stages.iter().enumerate() {
        for task in 0..plan.tasks(stage) {
            let reads = footprint(plan, stage, task).reads.into_iter().map(|part| {
                let mut array = DenseArray {
                    data: values[plan.stored(part.value).0 as usize].data.clone(),
                    dtype: plan[part.value].dtype,
                    shape: plan[part.value].shape.clone(),
                };
                let mut bytes = vec![0; count(&part.shape) * array.dtype.size()];
                transfer(&mut array, &part, &mut bytes, true);
                (part, bytes)
            });
            send(to, &Message::Task { stage: s as u32, task: task as u32, reads: reads.collect() });
            let written: Answer = receive(from).expect("an answer");
            for (part, mut bytes) in written.expect("the task runs") {
                transfer(&mut values[part.value.0 as usize], &part, &mut bytes, false);
            }
            ran += 1;
        }
    }
    let result = |&r| DenseArray {
        dtype: plan[r].dtype,
        shape: plan[r].shape.clone(),
        data: values[plan.stored(r).0 as usize].data.clone(),
    };
    (plan.results.iter().map(result).collect(), ran)
}
