//! Every case of `numpy/vectors/*.txt`: an expression of the language gives the elements that NumPy
//! gives, bit for bit or within the tolerance that the case states.

use arr::{Element, Session, SessionBuilder, Value};
use ndarray::{ArrayD, IxDyn};
use num_complex::Complex;

/// An array as bits, element by element; of complex elements the two parts one after the other.
#[derive(Debug, PartialEq)]
struct Bits {
    dtype: String,
    shape: Vec<usize>,
    elements: Vec<u64>,
}

fn width(dtype: &str) -> usize {
    match dtype {
        "bool" | "int8" | "uint8" => 1,
        "int16" | "uint16" => 2,
        "int32" | "uint32" | "float32" | "complex64" => 4,
        _ => 8,
    }
}

/// `DTYPE SHAPE BITS`
fn parse(text: &str) -> Bits {
    let mut words = text.split(' ');
    let mut word = || words.next().expect("a word");
    let (dtype, shape, digits) = (word().to_string(), word(), word());
    let shape = shape.split('x').filter_map(|n| n.parse().ok()).collect();
    let digits = if digits == "-" { "" } else { digits };
    let elements = digits
        .as_bytes()
        .chunks(2 * width(&dtype))
        .map(|c| u64::from_str_radix(std::str::from_utf8(c).expect("ASCII"), 16).expect("digits"))
        .collect();
    Bits { dtype, shape, elements }
}

macro_rules! by_dtype {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            "bool" => {
                type $t = bool;
                $body
            }
            "int8" => {
                type $t = i8;
                $body
            }
            "int16" => {
                type $t = i16;
                $body
            }
            "int32" => {
                type $t = i32;
                $body
            }
            "int64" => {
                type $t = i64;
                $body
            }
            "uint8" => {
                type $t = u8;
                $body
            }
            "uint16" => {
                type $t = u16;
                $body
            }
            "uint32" => {
                type $t = u32;
                $body
            }
            "uint64" => {
                type $t = u64;
                $body
            }
            "float32" => {
                type $t = f32;
                $body
            }
            "float64" => {
                type $t = f64;
                $body
            }
            "complex64" => {
                type $t = Complex<f32>;
                $body
            }
            "complex128" => {
                type $t = Complex<f64>;
                $body
            }
            other => panic!("dtype {other}"),
        }
    };
}

/// Elements from and to their bits.
trait AsBits: Element + Copy {
    /// How many numbers an element is.
    const PARTS: usize = 1;
    fn from_bits_of(bits: &[u64]) -> Self;
    fn bits_of(self) -> Vec<u64>;
}

macro_rules! as_bits {
    ($($t:ty: $from:expr, $to:expr;)*) => {$(
        impl AsBits for $t {
            fn from_bits_of(bits: &[u64]) -> Self {
                $from(bits[0])
            }
            fn bits_of(self) -> Vec<u64> {
                vec![$to(self)]
            }
        }
    )*};
}

as_bits! {
    bool: |b| b != 0, u64::from;
    i8: |b| b as i8, |v: i8| v as u8 as u64;
    i16: |b| b as i16, |v: i16| v as u16 as u64;
    i32: |b| b as i32, |v: i32| v as u32 as u64;
    i64: |b| b as i64, |v: i64| v as u64;
    u8: |b| b as u8, u64::from;
    u16: |b| b as u16, u64::from;
    u32: |b| b as u32, u64::from;
    u64: |b| b, |v| v;
    f32: |b| f32::from_bits(b as u32), |v: f32| u64::from(v.to_bits());
    f64: f64::from_bits, f64::to_bits;
}

macro_rules! complex_as_bits {
    ($($t:ty)*) => {$(
        impl AsBits for Complex<$t> {
            const PARTS: usize = 2;
            fn from_bits_of(bits: &[u64]) -> Self {
                Complex::new(AsBits::from_bits_of(&bits[..1]), AsBits::from_bits_of(&bits[1..]))
            }
            fn bits_of(self) -> Vec<u64> {
                [self.re.bits_of(), self.im.bits_of()].concat()
            }
        }
    )*};
}

complex_as_bits! { f32 f64 }

fn value(bits: &Bits) -> Value<'static> {
    by_dtype!(bits.dtype.as_str(), T => {
        let parts = bits.elements.chunks(<T as AsBits>::PARTS);
        let elements = parts.map(<T as AsBits>::from_bits_of).collect();
        let array: ArrayD<T> = ArrayD::from_shape_vec(IxDyn(&bits.shape), elements).expect("a shape");
        array.into()
    })
}

fn bits(value: &Value) -> Option<Bits> {
    let dtype = value.dtype()?.to_string();
    let shape = value.shape()?.to_vec();
    let elements = by_dtype!(dtype.as_str(), T => {
        let array = value.to_ndarray::<T>().expect("an array");
        array.iter().flat_map(|&v| AsBits::bits_of(v)).collect()
    });
    Some(Bits { dtype, shape, elements })
}

/// A float as itself and as its place among all floats of its width.
fn float(dtype: &str, bits: u64) -> Option<(f64, i64)> {
    let order =
        |bits: i64, sign: i64| if bits & sign != 0 { sign.wrapping_sub(bits) } else { bits };
    match dtype {
        "float32" | "complex64" => {
            let order = order(i64::from(bits as u32), 1 << 31);
            Some((f64::from(f32::from_bits(bits as u32)), order))
        }
        "float64" | "complex128" => Some((f64::from_bits(bits), order(bits as i64, i64::MIN))),
        _ => None,
    }
}

/// Why `got` is not `expected`, if it is not.
fn difference(got: &Bits, expected: &Bits, tolerance: &str) -> Option<String> {
    if (&got.dtype, &got.shape) != (&expected.dtype, &expected.shape) {
        let (a, b) = (&got.shape, &expected.shape);
        return Some(format!("{} {a:?}, expected {} {b:?}", got.dtype, expected.dtype));
    }
    let dtype = got.dtype.as_str();
    let all = expected.elements.iter().filter_map(|&b| float(dtype, b));
    let scale = all.map(|f| f.0.abs()).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let (kind, limit) = tolerance.split_once(' ').unwrap_or((tolerance, "0"));
    let limit: f64 = limit.parse().expect("a tolerance");
    let close = |a: u64, b: u64| {
        let (Some((x, i)), Some((y, j))) = (float(dtype, a), float(dtype, b)) else { return false };
        match kind {
            _ if x.is_nan() || y.is_nan() => x.is_nan() && y.is_nan(),
            "exact" => false,
            "ulp" => i.abs_diff(j) as f64 <= limit,
            _ => (x - y).abs() <= limit * scale,
        }
    };
    let wrong: Vec<String> = (0..got.elements.len())
        .filter(|&i| got.elements[i] != expected.elements[i])
        .filter(|&i| !close(got.elements[i], expected.elements[i]))
        .map(|i| {
            let show = |b: u64| match float(dtype, b) {
                Some((v, _)) => format!("{v:e}"),
                None => format!("{b:x}"),
            };
            format!("[{i}] {} not {}", show(got.elements[i]), show(expected.elements[i]))
        })
        .collect();
    match wrong.len() {
        0 => None,
        n => Some(format!("{n} of {}: {}", got.elements.len(), wrong[..n.min(3)].join(", "))),
    }
}

#[test]
fn numpy_gives_the_same() {
    check(Session::builder);
}

#[test]
fn numpy_gives_the_same_as_the_interpreter() {
    check(|| Session::builder().interpret(true));
}

#[test]
fn numpy_gives_the_same_in_small_chunks() {
    check(|| Session::builder().chunk(Some(3)).threads(2));
}

/// The files of vectors: topic and text.
fn topics() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/numpy/vectors");
    let mut topics: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder of vectors")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .map(|path| {
            let topic = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (topic, std::fs::read_to_string(&path).expect("a text"))
        })
        .collect();
    topics.sort();
    topics
}

/// Runs every topic in a session of its own; `ARR_TOPIC` chooses one.
fn check(builder: impl Fn() -> SessionBuilder) {
    let only = std::env::var("ARR_TOPIC").ok();
    let mut wrong = vec![];
    for (topic, text) in topics() {
        if only.as_ref().is_none_or(|only| *only == topic) {
            check_topic(&topic, &text, builder(), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

fn check_topic(topic: &str, text: &str, builder: SessionBuilder, wrong: &mut Vec<String>) {
    let mut session = builder.memory(1 << 28).build();
    let mut cases = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(input) = line.strip_prefix("in ") {
            let (name, rest) = input.split_once(' ').expect("a name");
            session.set(name, value(&parse(rest))).expect("set");
            continue;
        }
        let case = line.strip_prefix("== ").expect("a case");
        let words = if case.starts_with("exact ") || case.starts_with("error ") { 1 } else { 2 };
        let end = case.match_indices(' ').nth(words - 1).expect("an expression").0;
        let (tolerance, expression) = (&case[..end], &case[end + 1..]);
        cases += 1;
        let result = session.eval(expression);
        if tolerance == "error" {
            match result {
                Err(error) if matches!(error.exit_code(), 2 | 3) => {}
                Err(error) => wrong.push(format!("{topic}: {expression}: {error}")),
                Ok(value) => wrong.push(format!("{topic}: {expression}: no error but {value}")),
            }
            continue;
        }
        let expected = parse(lines.next().expect("a result"));
        let problem = match result.map(|value| bits(&value)) {
            Ok(Some(got)) => difference(&got, &expected, tolerance),
            Ok(None) => Some("no array".into()),
            Err(error) => Some(error.to_string()),
        };
        wrong.extend(problem.map(|problem| format!("{topic}: {expression}: {problem}")));
    }
    assert!(cases > 0, "{topic} has no cases");
}
