//! Random programs: every way to run one gives the same bits.
//!
//! The ways are the interpreter of graphs, generated code with chunks of 1, 3, 7 elements and of
//! the planner's choice on 1, 2 and 3 threads, and every statement evaluated by itself. A program
//! that differs is shrunk and shown. `ARR_FUZZ=N ARR_SEED=S cargo test --test fuzz -- --ignored`
//! runs N programs from seed S; with `ARR_FUZZ_OUT=FILE` it also writes programs and results for
//! `tests/numpy/fuzz.py`, which runs them with NumPy.

#[path = "common/typed.rs"]
mod typed;

use arr::{Element, Session, SessionBuilder, Value};
use arr_ir::dtype::{DType, Scalar};
use ndarray::{ArrayD, IxDyn};
use std::fmt::Write as _;
use typed::Program;

macro_rules! by_dtype {
    ($dtype:expr, $t:ident => $body:expr) => {
        by_dtype!(@ $dtype, $t, $body, Bool bool I8 i8 I16 i16 I32 i32 I64 i64 U8 u8 U16 u16 U32 u32
            U64 u64 F32 f32 F64 f64)
    };
    (@ $dtype:expr, $t:ident, $body:expr, $($name:ident $ty:ty)*) => {
        match $dtype {
            $(DType::$name => {
                type $t = $ty;
                $body
            })*
            other => panic!("dtype {other}"),
        }
    };
}

/// Elements from numbers and to bits.
trait AsBits: Element + Copy {
    fn of(value: f64) -> Self;
    fn bits(self) -> u64;
}

macro_rules! as_bits {
    ($($t:ty: $to:expr;)*) => {$(
        impl AsBits for $t {
            fn of(value: f64) -> Self {
                value as $t
            }
            fn bits(self) -> u64 {
                $to(self)
            }
        }
    )*};
}

as_bits! {
    i8: |v| v as u8 as u64;
    i16: |v| v as u16 as u64;
    i32: |v| v as u32 as u64;
    i64: |v| v as u64;
    u8: u64::from;
    u16: u64::from;
    u32: u64::from;
    u64: |v| v;
    f32: |v: f32| if v.is_nan() { 0x7fc0_0000 } else { u64::from(v.to_bits()) };
    f64: |v: f64| if v.is_nan() { 0x7ff8_0000_0000_0000 } else { v.to_bits() };
}

impl AsBits for bool {
    fn of(value: f64) -> bool {
        value != 0.0
    }
    fn bits(self) -> u64 {
        u64::from(self)
    }
}

/// `DTYPE SHAPE BITS` of an array.
fn shown(value: &Value<'_>) -> Option<String> {
    let (dtype, shape) = (value.dtype()?.to_string(), value.shape()?.to_vec());
    let dtype = DType::ALL.iter().copied().find(|d| d.name() == dtype)?;
    let elements: Vec<u64> = by_dtype!(dtype, T => {
        value.to_ndarray::<T>().ok()?.iter().map(|&v| AsBits::bits(v)).collect()
    });
    Some(text(dtype, &shape, &elements))
}

fn text(dtype: DType, shape: &[usize], elements: &[u64]) -> String {
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let shape = if shape.is_empty() { "-".to_string() } else { shape.join("x") };
    let mut out = format!("{dtype} {shape} ");
    elements.iter().for_each(|v| write!(out, "{v:0w$x}", w = 2 * dtype.size()).expect("a string"));
    if elements.is_empty() {
        out.push('-');
    }
    out
}

fn give(session: &mut Session<'_>, program: &Program) {
    for (name, dtype, shape, values) in &program.inputs {
        let value: Value = by_dtype!(*dtype, T => {
            let elements = values.iter().map(|&v| <T as AsBits>::of(v)).collect();
            ArrayD::<T>::from_shape_vec(IxDyn(shape), elements).expect("a shape").into()
        });
        session.set(name, value).expect("an input");
    }
}

/// The outputs of a program, or why there are none.
fn run(program: &Program, builder: SessionBuilder, alone: bool) -> Result<Vec<String>, String> {
    let mut session = builder.memory(1 << 28).build();
    give(&mut session, program);
    let script = match alone {
        false => program.arr(),
        true => {
            let each = |s: &(String, String)| match s.0.split_once(" = ") {
                Some((name, value)) if !s.0.starts_with("fn ") && !s.0.contains(';') => {
                    format!("{name} = persist({value})")
                }
                _ => s.0.clone(),
            };
            program.statements.iter().map(each).collect::<Vec<_>>().join("\n")
        }
    };
    session.eval(&script).map_err(|e| e.to_string())?;
    let mut out = vec![];
    for name in &program.outputs {
        let value = session.get(name).map_err(|e| e.to_string())?;
        let value = value.ok_or_else(|| format!("{name} is not bound"))?;
        out.push(shown(&value).ok_or_else(|| format!("{name} is no array"))?);
    }
    Ok(out)
}

/// How the ways to run a program differ, if they do; else its outputs.
fn compare(program: &Program, ways: usize) -> Result<Vec<String>, String> {
    let expected = run(program, Session::builder().interpret(true), false)
        .map_err(|e| format!("the interpreter: {e}"))?;
    let all: [(&str, Option<usize>, usize, bool); 6] = [
        ("3 threads, chunks of 3", Some(3), 3, false),
        ("1 thread", None, 1, false),
        ("2 threads, chunks of 1", Some(1), 2, false),
        ("every statement alone", None, 2, true),
        ("1 thread, chunks of 7", Some(7), 1, false),
        ("3 threads", None, 3, false),
    ];
    for (name, chunk, threads, alone) in &all[..ways] {
        let builder = Session::builder().chunk(*chunk).threads(*threads);
        let found = run(program, builder, *alone).map_err(|e| format!("{name}: {e}"))?;
        if let Some(i) = (0..expected.len()).find(|&i| found[i] != expected[i]) {
            let cut = |s: &str| s.chars().take(300).collect::<String>();
            let (a, b) = (cut(&expected[i]), cut(&found[i]));
            return Err(format!(
                "{name}: {}\n  interpreter {a}\n  found       {b}",
                program.outputs[i]
            ));
        }
    }
    Ok(expected)
}

/// Takes statements and outputs away as long as the program still fails.
fn shrink(mut program: Program, mut why: String, ways: usize) -> String {
    let mut i = program.statements.len();
    while i > 0 {
        i -= 1;
        let mut smaller = program.clone();
        let (arr, _) = smaller.statements.remove(i);
        if let Some((name, _)) = arr.split_once(" = ") {
            smaller.outputs.retain(|o| o != name);
        }
        // A removal that leaves a name unknown is no smaller case of the same failure.
        match compare(&smaller, ways) {
            Err(reason) if !reason.contains("E0100") && !reason.contains("not bound") => {
                (program, why) = (smaller, reason);
            }
            _ => {}
        }
    }
    let mut out = format!("{why}\n");
    for (name, dtype, shape, values) in &program.inputs {
        let few = &values[..values.len().min(40)];
        writeln!(out, "# {name}: {dtype}{shape:?} {few:?}").expect("a string");
    }
    out + &program.arr()
}

/// The records for NumPy.
fn record(seed: u64, program: &Program, outputs: &[String]) -> String {
    let mut out = format!("@@ {seed}\n");
    for (name, dtype, shape, values) in &program.inputs {
        let bits = |&v: &f64| Scalar::from_f64(v, *dtype).bits as u64;
        let elements: Vec<u64> = values.iter().map(bits).collect();
        writeln!(out, "in {name} {}", text(*dtype, shape, &elements)).expect("a string");
    }
    program.python().lines().for_each(|l| writeln!(out, "| {l}").expect("a string"));
    for (name, value) in program.outputs.iter().zip(outputs) {
        writeln!(out, "out {name} {value}").expect("a string");
    }
    out
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn check(first: u64, count: u64, ways: usize) {
    let mut file = std::env::var("ARR_FUZZ_OUT")
        .ok()
        .map(|path| std::io::BufWriter::new(std::fs::File::create(path).expect("a writable file")));
    let mut failures = vec![];
    for seed in first..first + count {
        let program = typed::program(seed);
        match compare(&program, ways) {
            Ok(outputs) => {
                if let Some(file) = &mut file {
                    let text = record(seed, &program, &outputs);
                    std::io::Write::write_all(file, text.as_bytes()).expect("a record");
                }
            }
            Err(why) => failures.push(format!("seed {seed}: {}", shrink(program, why, ways))),
        }
        if failures.len() >= 10 {
            break;
        }
    }
    assert!(failures.is_empty(), "{} programs:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn random_programs_give_the_same_bits_every_way() {
    check(1, 60, 6);
}

/// `ARR_FUZZ` programs from `ARR_SEED`, by `ARR_FUZZ_WAYS` of the six ways.
#[test]
#[ignore = "as long as asked for"]
fn many_random_programs() {
    let ways = setting("ARR_FUZZ_WAYS", 6).clamp(1, 6) as usize;
    check(setting("ARR_SEED", 1_000_000), setting("ARR_FUZZ", 1000), ways);
}
