//! Random programs: every way to run one gives the same bits.
//!
//! The ways are the interpreter of graphs, generated code with chunks of 1, 3, 7 elements and of
//! the planner's choice on 1, 2 and 3 threads, and every statement evaluated by itself. A program
//! that differs is shrunk and shown. `ARR_FUZZ=N ARR_SEED=S cargo test --test fuzz -- --ignored`
//! runs N programs from seed S; with `ARR_FUZZ_OUT=FILE` it also writes programs and results for
//! `tests/numpy/fuzz.py`, which runs them with NumPy.

#[path = "common/typed/mod.rs"]
mod typed;

use arr::{Element, Session, Value};
use arr_ir::dtype::DType;
use ndarray::{ArrayD, IxDyn};
use num_complex::{Complex32, Complex64};
use std::fmt::Write as _;
use typed::{Input, Program};

macro_rules! by_dtype {
    ($dtype:expr, $t:ident => $body:expr) => {
        by_dtype!(@ $dtype, $t, $body, Bool bool I8 i8 I16 i16 I32 i32 I64 i64 U8 u8 U16 u16 U32 u32
            U64 u64 F32 f32 F64 f64 C64 Complex32 C128 Complex64)
    };
    (@ $dtype:expr, $t:ident, $body:expr, $($name:ident $ty:ty)*) => {
        match $dtype {
            $(DType::$name => {
                type $t = $ty;
                $body
            })*
        }
    };
}

/// Elements from their parts and to bits; every NaN has the same.
trait AsBits: Element + Copy {
    fn of(value: (f64, f64)) -> Self;
    fn bits(self) -> u128;
}

macro_rules! as_bits {
    ($($t:ty: $v:ident $from:expr, $x:ident $to:expr;)*) => {$(
        impl AsBits for $t {
            fn of($v: (f64, f64)) -> Self {
                $from
            }
            fn bits(self) -> u128 {
                let $x = self;
                $to
            }
        }
    )*};
}

fn single(x: f32) -> u128 {
    if x.is_nan() { 0x7fc0_0000 } else { x.to_bits().into() }
}

fn double(x: f64) -> u128 {
    if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits().into() }
}

as_bits! {
    bool: v v.0 != 0.0, x u128::from(x);
    i8: v v.0 as i8, x u128::from(x as u8);
    i16: v v.0 as i16, x u128::from(x as u16);
    i32: v v.0 as i32, x u128::from(x as u32);
    i64: v v.0 as i64, x u128::from(x as u64);
    u8: v v.0 as u8, x u128::from(x);
    u16: v v.0 as u16, x u128::from(x);
    u32: v v.0 as u32, x u128::from(x);
    u64: v v.0 as u64, x u128::from(x);
    f32: v v.0 as f32, x single(x);
    f64: v v.0, x double(x);
    Complex32: v Complex32::new(v.0 as f32, v.1 as f32), x single(x.re) << 32 | single(x.im);
    Complex64: v Complex64::new(v.0, v.1), x double(x.re) << 64 | double(x.im);
}

/// `DTYPE SHAPE BITS` of an array.
fn shown(value: &Value<'_>) -> Option<String> {
    let (dtype, shape) = (value.dtype()?.to_string(), value.shape()?.to_vec());
    let dtype = DType::ALL.iter().copied().find(|d| d.name() == dtype)?;
    let elements: Vec<u128> = by_dtype!(dtype, T => {
        value.to_ndarray::<T>().ok()?.iter().map(|&v| AsBits::bits(v)).collect()
    });
    Some(text(dtype, &shape, &elements))
}

fn text(dtype: DType, shape: &[usize], elements: &[u128]) -> String {
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
    for input in &program.inputs {
        let value: Value = by_dtype!(input.dtype, T => {
            let elements = input.values.iter().map(|&v| <T as AsBits>::of(v)).collect();
            ArrayD::<T>::from_shape_vec(IxDyn(&input.shape), elements).expect("a shape").into()
        });
        session.set(&input.name, value).expect("an input");
    }
}

/// A statement whose value is computed at once, if it is one that gives a name a value.
fn at_once(statement: &str) -> String {
    let several = statement.contains(';') || statement.contains('{');
    match statement.split_once(" = ") {
        Some((name, value)) if !several && !statement.starts_with("fn ") => {
            format!("{name} = persist({value})")
        }
        _ => statement.to_string(),
    }
}

/// The outputs of a program, or why there are none.
fn run(program: &Program, session: &mut Session<'_>, alone: bool) -> Result<Vec<String>, String> {
    give(session, program);
    let script = match alone {
        false => program.arr(),
        true => {
            let each = program.statements.iter().map(|s| at_once(&s.0));
            each.collect::<Vec<_>>().join("\n")
        }
    };
    session.eval(&script).map_err(|e| e.to_string())?;
    let mut out = vec![];
    for (name, _) in &program.outputs {
        let value = session.get(name).map_err(|e| e.to_string())?;
        let value = value.ok_or_else(|| format!("{name} is not bound"))?;
        out.push(shown(&value).ok_or_else(|| format!("{name} is no array"))?);
    }
    Ok(out)
}

/// A way to run a program: its name, chunk size, threads, every statement by itself.
type Way = (&'static str, Option<usize>, usize, bool);

const WAYS: [Way; 6] = [
    ("3 threads, chunks of 3", Some(3), 3, false),
    ("1 thread", None, 1, false),
    ("2 threads, chunks of 1", Some(1), 2, false),
    ("every statement alone", None, 2, true),
    ("1 thread, chunks of 7", Some(7), 1, false),
    ("3 threads", None, 3, false),
];

/// A session for the interpreter and one for each way. Many programs run in them: making one
/// takes longer than a small program.
struct Sessions {
    interpreter: Session<'static>,
    ways: Vec<Session<'static>>,
}

impl Sessions {
    fn new() -> Sessions {
        let builder = || Session::builder().memory(1 << 28);
        let way = |w: &Way| builder().chunk(w.1).threads(w.2).build();
        Sessions {
            interpreter: builder().interpret(true).build(),
            ways: WAYS.iter().map(way).collect(),
        }
    }

    /// How some ways to run a program differ, if they do; else its outputs.
    fn compare(&mut self, program: &Program, ways: &[usize]) -> Result<Vec<String>, String> {
        let expected = run(program, &mut self.interpreter, false)
            .map_err(|e| format!("the interpreter: {e}"))?;
        for &way in ways {
            let (name, .., alone) = WAYS[way];
            if alone && program.selects {
                continue;
            }
            let found = run(program, &mut self.ways[way], alone);
            let found = found.map_err(|e| format!("{name}: {e}"))?;
            if let Some(i) = (0..expected.len()).find(|&i| found[i] != expected[i]) {
                let cut = |s: &str| s.chars().take(300).collect::<String>();
                let (a, b) = (cut(&expected[i]), cut(&found[i]));
                let output = &program.outputs[i].0;
                return Err(format!("{name}: {output}\n  interpreter {a}\n  found       {b}"));
            }
        }
        Ok(expected)
    }
}

/// Takes outputs and statements away as long as the program still fails.
fn shrink(mut program: Program, mut why: String, ways: &[usize]) -> String {
    if Sessions::new().compare(&program, ways).is_ok() {
        why = format!("(only after other programs) {why}");
    }
    let mut attempt = |program: &mut Program, smaller: Program| {
        match Sessions::new().compare(&smaller, ways) {
            // A removal that leaves a name unknown is no smaller case of the same failure.
            Err(reason) if !reason.contains("E0100") && !reason.contains("not bound") => {
                (*program, why) = (smaller, reason);
            }
            _ => {}
        }
    };
    for i in (0..program.outputs.len()).rev() {
        let mut smaller = program.clone();
        smaller.outputs.remove(i);
        attempt(&mut program, smaller);
    }
    for i in (0..program.statements.len()).rev() {
        let mut smaller = program.clone();
        let (arr, _) = smaller.statements.remove(i);
        if let Some((name, _)) = arr.split_once(" = ") {
            smaller.outputs.retain(|(output, _)| output != name);
        }
        attempt(&mut program, smaller);
    }
    let mut out = format!("{why}\n");
    for Input { name, dtype, shape, values } in &program.inputs {
        let few = &values[..values.len().min(40)];
        writeln!(out, "# {name}: {dtype}{shape:?} {few:?}").expect("a string");
    }
    out + &program.arr()
}

/// The record for NumPy.
fn record(seed: u64, program: &Program, outputs: &[String]) -> String {
    let mut out = format!("@@ {seed}\n");
    for Input { name, dtype, shape, values } in &program.inputs {
        let elements: Vec<u128> = by_dtype!(*dtype, T => {
            values.iter().map(|&v| <T as AsBits>::of(v).bits()).collect()
        });
        writeln!(out, "in {name} {}", text(*dtype, shape, &elements)).expect("a string");
    }
    program.python().lines().for_each(|l| writeln!(out, "| {l}").expect("a string"));
    for ((name, error), value) in program.outputs.iter().zip(outputs) {
        writeln!(out, "out {name} {error:e} {value}").expect("a string");
    }
    out
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Runs programs in the interpreter and by `count` of the ways, others for each seed.
fn check(first: u64, programs: u64, count: usize) {
    let mut file = std::env::var("ARR_FUZZ_OUT")
        .ok()
        .map(|path| std::io::BufWriter::new(std::fs::File::create(path).expect("a writable file")));
    let (mut failures, begun) = (vec![], std::time::Instant::now());
    let mut sessions = Sessions::new();
    for seed in first..first + programs {
        if seed % 200 == 0 {
            sessions = Sessions::new();
        }
        let program = typed::program(seed);
        let ways: Vec<usize> = (0..count).map(|i| (seed as usize + i) % WAYS.len()).collect();
        match sessions.compare(&program, &ways) {
            Ok(outputs) => {
                if let Some(file) = &mut file {
                    let text = record(seed, &program, &outputs);
                    std::io::Write::write_all(file, text.as_bytes()).expect("a record");
                }
            }
            Err(why) => failures.push(format!("seed {seed}: {}", shrink(program, why, &ways))),
        }
        if failures.len() >= 30 {
            break;
        }
    }
    let rate = programs as f64 / begun.elapsed().as_secs_f64();
    println!("{programs} programs from {first}, {rate:.0} a second");
    assert!(failures.is_empty(), "{} programs:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn random_programs_give_the_same_bits_every_way() {
    check(1, 60, WAYS.len());
}

/// `ARR_FUZZ` programs from `ARR_SEED`, by `ARR_FUZZ_WAYS` of the six ways.
#[test]
#[ignore = "as long as asked for"]
fn many_random_programs() {
    let ways = setting("ARR_FUZZ_WAYS", WAYS.len() as u64).clamp(1, WAYS.len() as u64);
    check(setting("ARR_SEED", 1_000_000), setting("ARR_FUZZ", 1000), ways as usize);
}
