//! The text of values against NumPy and Python.
//!
//! `tests/numpy/print.txt` and `format.txt` at the root of the workspace hold what NumPy and Python
//! print; the scripts beside them say how the files are laid out and write them anew.

use std::path::Path;

use arr_compiler::format::number::{float32_text, float64_text};
use arr_compiler::format::{
    Item, Scalar, array_repr, array_text, bytes_text, escape_control, format_scalar, parse_bytes,
    seconds_text, string_repr,
};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/numpy").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let code = rest.as_bytes()[at + 1];
        rest = &rest[at + 2..];
        match code {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'u' => {
                let end = rest.find('}').expect("closed escape");
                let value = u32::from_str_radix(&rest[1..end], 16).expect("hexadecimal");
                out.push(char::from_u32(value).expect("a character"));
                rest = &rest[end + 1..];
            }
            other => out.push(char::from(other)),
        }
    }
    out + rest
}

/// One line of `print.txt`.
struct Case {
    dtype: String,
    shape: Vec<usize>,
    bits: Vec<u64>,
    text: String,
    repr: String,
}

impl Case {
    fn parse(line: &str) -> Case {
        let fields: Vec<&str> = line.split('\t').collect();
        let [dtype, shape, bits, text, repr] = fields[..] else { panic!("five fields: {line}") };
        let numbers = |text: &str, radix: u32| -> Vec<u64> {
            let parts = text.split(',').filter(|part| !part.is_empty());
            parts.map(|part| u64::from_str_radix(part, radix).expect("a number")).collect()
        };
        Case {
            dtype: dtype.to_string(),
            shape: if shape == "-" {
                Vec::new()
            } else {
                numbers(shape, 10).iter().map(|len| *len as usize).collect()
            },
            bits: numbers(bits, 16),
            text: unescape(text),
            repr: unescape(repr),
        }
    }

    fn at(&self, index: &[usize]) -> Item {
        assert_eq!(index.len(), self.shape.len());
        let mut flat = 0;
        for (position, length) in index.iter().zip(&self.shape) {
            assert!(position < length);
            flat = flat * length + position;
        }
        let per_item = if self.dtype.starts_with("complex") { 2 } else { 1 };
        let start = flat % (self.bits.len() / per_item) * per_item;
        self.item(&self.bits[start..start + per_item])
    }

    fn item(&self, bits: &[u64]) -> Item {
        let single = |bits: u64| f32::from_bits(bits as u32);
        match self.dtype.as_str() {
            "bool" => Item::Bool(bits[0] == 1),
            "int8" => Item::Int(i128::from(bits[0] as i8)),
            "int16" => Item::Int(i128::from(bits[0] as i16)),
            "int32" => Item::Int(i128::from(bits[0] as i32)),
            "int64" => Item::Int(i128::from(bits[0] as i64)),
            "float32" => Item::F32(single(bits[0])),
            "float64" => Item::F64(f64::from_bits(bits[0])),
            "complex64" => Item::C64(single(bits[0]), single(bits[1])),
            "complex128" => Item::C128(f64::from_bits(bits[0]), f64::from_bits(bits[1])),
            _ => Item::Int(i128::from(bits[0])),
        }
    }

    /// How many elements NumPy shows.
    fn shown(&self) -> usize {
        let size: usize = self.shape.iter().product();
        let shown = |length: &usize| if size > 1000 { (*length).min(6) } else { *length };
        self.shape.iter().map(shown).product()
    }
}

#[test]
fn arrays_print_as_numpy_prints_them() {
    let mut wrong = Vec::new();
    for line in data("print.txt").lines() {
        let case = Case::parse(line);
        let mut asked = 0;
        let text = array_text(&case.shape, &mut |index| {
            asked += 1;
            case.at(index)
        });
        assert_eq!(asked, case.shown(), "elements asked for: {line}");
        let repr = array_repr(&case.shape, &case.dtype, &mut |index| case.at(index));
        for (form, got, expected) in [("str", &text, &case.text), ("repr", &repr, &case.repr)] {
            if got != expected {
                let (dtype, shape) = (&case.dtype, &case.shape);
                wrong.push(format!("{form} {dtype} {shape:?}\n{expected}\n-- got\n{got}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

fn float_bits(text: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(text, 16).expect("bits of a float"))
}

/// The text of one line of `format.txt`, `None` for an error.
fn formatted(kind: &str, value: &str, spec: &str) -> Option<String> {
    let text = unescape(value);
    let scalar = match kind {
        "repr" => return Some(string_repr(&text)),
        "int" => Scalar::Int(value.parse().expect("an integer")),
        "bool" => Scalar::Bool(value == "1"),
        "float" => Scalar::Float(float_bits(value)),
        "str" => Scalar::Str(&text),
        _ => {
            let (real, imaginary) = value.split_once(',').expect("two floats");
            Scalar::Complex(float_bits(real), float_bits(imaginary))
        }
    };
    format_scalar(scalar, spec).ok()
}

#[test]
fn specifications_give_what_python_gives() {
    let mut wrong = Vec::new();
    for line in data("format.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, value, spec, result] = fields[..] else { panic!("four fields: {line}") };
        let expected = result.strip_prefix('=').map(unescape);
        let got = formatted(kind, value, &unescape(spec));
        if got != expected {
            wrong.push(format!("{kind} {value} {spec:?}: expected {expected:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn shortest_digits_read_back() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..20_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let (double, single) = (f64::from_bits(state), f32::from_bits(state as u32));
        if double.is_finite() {
            assert_eq!(float64_text(double).parse(), Ok(double));
        }
        if single.is_finite() {
            assert_eq!(float32_text(single).parse(), Ok(single));
        }
    }
}

#[test]
fn an_exact_tie_takes_the_even_digit() {
    assert_eq!(float64_text(4_503_599_627_370_497.0 / 4.0), "1125899906842624.2");
    assert_eq!(float32_text(8_388_609.0 / 4.0), "2.0971522e+06");
    assert_eq!(float32_text(8_388_611.0 / 4.0), "2.0971528e+06");
}

#[test]
fn huge_arrays_are_asked_for_their_ends_only() {
    let shape = [usize::MAX, 1 << 40];
    let mut asked = 0;
    let text = array_text(&shape, &mut |index| {
        asked += 1;
        Item::Int((index[0] % 10) as i128)
    });
    assert_eq!(asked, 36);
    assert!(text.starts_with("[[0 0 0 ... 0 0 0]\n [1 1 1 ... 1 1 1]\n"), "{text}");
}

#[test]
fn hostile_specifications_are_refused() {
    let refusals = [
        (Scalar::Int(1), "99999999999999999999d", "the width in a format specification is at most"),
        (Scalar::Float(1.0), ".10001f", "the precision in a format specification is at most"),
        (Scalar::Float(1.0), "q", "unknown format code 'q' for a float"),
        (Scalar::Int(1), "\n", "unknown format code '\\n' for an integer"),
        (Scalar::Str("a"), ",", "',' cannot be used with format code 's'"),
        (Scalar::Int(i128::MIN), "c", "is not a character"),
    ];
    for (value, spec, expected) in refusals {
        let error = format_scalar(value, spec).expect_err(spec);
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains('\n') && !error.ends_with('.'), "{error}");
    }
    assert_eq!(format_scalar(Scalar::Float(1.0), ".10000f").map(|text| text.len()), Ok(10_002));
    assert_eq!(format_scalar(Scalar::Str("a"), "é^10000").map(|t| t.chars().count()), Ok(10_000));
}

#[test]
fn every_short_specification_has_an_answer() {
    let alphabet: Vec<char> = "<=^+ z#0519,_.dfegns%xcé".chars().collect();
    let values = [
        Scalar::Int(i128::MIN),
        Scalar::Float(-0.0),
        Scalar::Float(f64::INFINITY),
        Scalar::Bool(true),
        Scalar::Str("日本"),
        Scalar::Complex(f64::NAN, 1e300),
    ];
    let count = alphabet.len();
    for code in 0..count.pow(3) {
        let spec: String = [code, code / count, code / count / count]
            .iter()
            .map(|n| alphabet[n % count])
            .collect();
        for value in values {
            if let Ok(text) = format_scalar(value, &spec) {
                assert!(text.chars().count() <= 1500, "{value:?} {spec}");
            }
        }
    }
}

#[test]
fn bytes_have_binary_units() {
    let cases = [
        (0, "0 B"),
        (12, "12 B"),
        (921, "921 B"),
        (922, "0.90 kiB"),
        (500_000, "488.28 kiB"),
        (8_000_000, "7.63 MiB"),
        (128 << 20, "128.00 MiB"),
        (1 << 40, "1.00 TiB"),
        (u64::MAX, "16.00 EiB"),
    ];
    for (count, expected) in cases {
        assert_eq!(bytes_text(count), expected);
    }
}

#[test]
fn sizes_are_read() {
    let cases = [
        ("128MiB", 128 << 20),
        ("5GB", 5_000_000_000),
        ("2g", 2_000_000_000),
        ("2Gi", 2 << 30),
        ("1.5 GiB", 3 << 29),
        (" 100 ", 100),
        ("7 b", 7),
        ("1e6", 1_000_000),
        ("1_000k", 1_000_000),
        ("0.5kib", 512),
        ("3TB", 3_000_000_000_000),
        ("18446744073709551615", u64::MAX),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_bytes(text), Some(expected), "{text}");
    }
    for text in
        ["", "MiB", "-1", "1 x", "1ii", "nan", "inf", "17EiB", "1e30", "5 µB", "1..2", "i", "5ib"]
    {
        assert_eq!(parse_bytes(text), None, "{text}");
    }
}

#[test]
fn durations_have_three_digits() {
    let cases = [
        (0.0, "0 s"),
        (1.234, "1.23 s"),
        (12.34, "12.3 s"),
        (0.0456, "45.6 ms"),
        (0.000789, "789 µs"),
        (0.99999, "1.00 s"),
        (0.009_999, "10.0 ms"),
        (2.5e-8, "25.0 ns"),
        (59.97, "1 min 00 s"),
        (125.0, "2 min 05 s"),
        (3600.0 * 3.0 + 425.0, "3 h 07 min"),
        (-0.5, "-500 ms"),
        (f64::NAN, "nan s"),
    ];
    for (seconds, expected) in cases {
        assert_eq!(seconds_text(seconds), expected);
    }
    assert!(seconds_text(f64::MAX).ends_with("min"));
}

#[test]
fn text_from_outside_cannot_move_the_cursor() {
    assert_eq!(escape_control("plain é 日本"), "plain é 日本");
    assert_eq!(escape_control("a\u{1b}[2Jb\n\t\r"), "a\\u{1b}[2Jb\\u{a}\\u{9}\\u{d}");
    assert_eq!(escape_control("x\u{202e}y\u{2066}\u{9b}"), "x\\u{202e}y\\u{2066}\\u{9b}");
}
