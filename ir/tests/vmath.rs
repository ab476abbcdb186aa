//! Accuracy and special values of `arr_ir::vmath`, against reference values computed by mpmath
//! (`vmath/generate.py`), C99's table of special values and, for single precision, the double
//! functions of the standard library over a sweep of all bit patterns.
//!
//! `VMATH_REFERENCE=file` measures against a larger reference file.

use arr_ir::vmath::{BinaryMath, UnaryMath};
use std::collections::BTreeMap;

const REFERENCE: &str = include_str!("vmath/reference.txt");

/// The tested bound of a double function in ulps; the contract is 2.
fn bound(name: &str) -> f64 {
    match name {
        "expm1" | "lgamma" => 2.0,
        "sinh" | "cosh" | "tanh" | "asinh" | "atan2" | "erf" | "erfc" => 1.5,
        _ => 1.0,
    }
}

fn unary(name: &str) -> Option<UnaryMath> {
    UnaryMath::ALL.iter().copied().find(|op| op.name() == name)
}

fn binary(name: &str) -> Option<BinaryMath> {
    BinaryMath::ALL.iter().copied().find(|op| op.name() == name)
}

/// One line of the reference file.
struct Point {
    arguments: Vec<f64>,
    nearest: f64,
    rest: f64,
}

fn points() -> BTreeMap<String, Vec<Point>> {
    let larger =
        std::env::var("VMATH_REFERENCE").map(|path| std::fs::read_to_string(path).unwrap());
    let text = larger.as_deref().unwrap_or(REFERENCE);
    let (mut functions, mut name) = (BTreeMap::<String, Vec<Point>>::new(), String::new());
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            name = title.to_owned();
            continue;
        }
        let fields: Vec<&str> = line.split(' ').collect();
        let (rest, numbers) = fields.split_last().unwrap();
        let mut numbers: Vec<f64> = numbers
            .iter()
            .map(|field| f64::from_bits(u64::from_str_radix(field, 16).unwrap()))
            .collect();
        let nearest = numbers.pop().unwrap();
        let rest = rest.parse::<f64>().unwrap() / 1000.0;
        functions.entry(name.clone()).or_default().push(Point {
            arguments: numbers,
            nearest,
            rest,
        });
    }
    functions
}

fn value(name: &str, arguments: &[f64]) -> f64 {
    match (unary(name), binary(name)) {
        (Some(op), _) => op.apply_f64(arguments[0]),
        (_, Some(op)) => op.apply_f64(arguments[0], arguments[1]),
        _ => panic!("no function {name}"),
    }
}

/// The distance of `got` from `nearest + rest` ulp, in ulps of `nearest`.
fn ulps(got: f64, nearest: f64, rest: f64) -> f64 {
    if got == nearest {
        return rest.abs();
    }
    if got.is_infinite() || nearest.is_infinite() {
        let edge = got.is_infinite() && nearest.abs() == f64::MAX
            || nearest.is_infinite() && got.abs() == f64::MAX;
        return if edge && got.signum() == nearest.signum() { 1.0 } else { f64::INFINITY };
    }
    let exponent = ((nearest.abs().to_bits() >> 52) as i32).max(1) - 1075;
    let scaled = |x: f64| x * 2.0_f64.powi(-exponent / 2) * 2.0_f64.powi(-exponent - -exponent / 2);
    ((scaled(got) - scaled(nearest)) - rest).abs()
}

#[test]
fn double_functions_stay_within_their_bound() {
    let mut failures = Vec::new();
    for (name, points) in points() {
        let worst = points
            .iter()
            .map(|p| (ulps(value(&name, &p.arguments), p.nearest, p.rest), p))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap();
        println!("{name:7} {:9} points, worst {:.3} ulp at {:e}", points.len(), worst.0, {
            worst.1.arguments[0]
        });
        if worst.0.is_nan() || worst.0 > bound(&name) {
            failures.push(format!(
                "{name}{:?} = {:e}, not {:e}: {} ulp",
                worst.1.arguments,
                value(&name, &worst.1.arguments),
                worst.1.nearest,
                worst.0
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Whether two doubles are the same number, sign of zero included, or both NaN.
fn same(a: f64, b: f64) -> bool {
    if b.is_nan() { a.to_bits() == f64::NAN.to_bits() } else { a.to_bits() == b.to_bits() }
}

/// Arguments at which C99 prescribes results.
const SPECIAL: [f64; 28] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    3.0,
    -3.0,
    0.5,
    -0.5,
    1.5,
    -2.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    1e300,
    -1e300,
    1e-300,
    9_007_199_254_740_991.0,
    -9_007_199_254_740_991.0,
    9_007_199_254_740_993.0,
    1e20,
];

/// The function of the standard library, where it has one.
fn standard(op: UnaryMath, x: f64) -> Option<f64> {
    Some(match op {
        UnaryMath::Exp => x.exp(),
        UnaryMath::Exp2 => x.exp2(),
        UnaryMath::Expm1 => x.exp_m1(),
        UnaryMath::Log => x.ln(),
        UnaryMath::Log2 => x.log2(),
        UnaryMath::Log10 => x.log10(),
        UnaryMath::Log1p => x.ln_1p(),
        UnaryMath::Sin => x.sin(),
        UnaryMath::Cos => x.cos(),
        UnaryMath::Tan => x.tan(),
        UnaryMath::Asin => x.asin(),
        UnaryMath::Acos => x.acos(),
        UnaryMath::Atan => x.atan(),
        UnaryMath::Sinh => x.sinh(),
        UnaryMath::Cosh => x.cosh(),
        UnaryMath::Tanh => x.tanh(),
        UnaryMath::Cbrt => x.cbrt(),
        _ => return None,
    })
}

fn standard2(op: BinaryMath, x: f64, y: f64) -> f64 {
    match op {
        BinaryMath::Atan2 => x.atan2(y),
        BinaryMath::Pow => x.powf(y),
        BinaryMath::Hypot => x.hypot(y),
    }
}

/// The same special value, or a neighbouring ordinary one.
fn agrees(got: f64, expected: f64) -> bool {
    let special = |x: f64| x == 0.0 || !x.is_finite();
    if special(got) || special(expected) {
        return same(got, expected);
    }
    ulps(got, expected, 0.0) <= 2.0
}

#[test]
fn special_values_are_those_of_c99() {
    for &op in UnaryMath::ALL {
        for x in SPECIAL {
            if let Some(expected) = standard(op, x) {
                let got = op.apply_f64(x);
                assert!(agrees(got, expected), "{op:?}({x:e}) = {got:e}, not {expected:e}");
                // In single precision the argument itself may become special.
                let x = f64::from(x as f32);
                let expected = f64::from(standard(op, x).unwrap() as f32);
                let got = f64::from(op.apply_f32(x as f32));
                let close = (got - expected).abs() <= expected.abs() * 2.0_f64.powi(-23);
                let denormal = (got - expected).abs() < 2e-45;
                assert!(same(got, expected) || close || denormal, "f32 {op:?}({x:e}) = {got:e}");
            }
        }
    }
    for &op in BinaryMath::ALL {
        for x in SPECIAL {
            for y in SPECIAL {
                let (got, expected) = (op.apply_f64(x, y), standard2(op, x, y));
                assert!(agrees(got, expected), "{op:?}({x:e}, {y:e}) = {got:e}, not {expected:e}");
                let (x, y) = (f64::from(x as f32), f64::from(y as f32));
                let expected = f64::from(standard2(op, x, y) as f32);
                let got = f64::from(op.apply_f32(x as f32, y as f32));
                let close = (got - expected).abs() <= expected.abs() * 2.0_f64.powi(-23);
                assert!(same(got, expected) || close, "f32 {op:?}({x:e}, {y:e}) = {got:e}");
            }
        }
    }
}

#[test]
fn special_values_of_the_other_functions() {
    use UnaryMath::{Acosh, Asinh, Atanh, Erf, Erfc, Gamma, Lgamma};
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let table: [(UnaryMath, &[(f64, f64)]); 11] = [
        (Asinh, &[(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (nan, nan)]),
        (Acosh, &[(1.0, 0.0), (inf, inf), (0.5, nan), (-inf, nan), (nan, nan), (-1.0, nan)]),
        (Atanh, &[(0.0, 0.0), (-0.0, -0.0), (1.0, inf), (-1.0, -inf), (1.5, nan), (nan, nan)]),
        (Atanh, &[(5e-324, 5e-324), (-1e-310, -1e-310), (inf, nan), (-inf, nan)]),
        (Erf, &[(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (nan, nan), (7.0, 1.0)]),
        (Erfc, &[(0.0, 1.0), (-0.0, 1.0), (inf, 0.0), (-inf, 2.0), (nan, nan), (30.0, 0.0)]),
        (Gamma, &[(0.0, inf), (-0.0, -inf), (inf, inf), (-inf, nan), (nan, nan), (-1.0, nan)]),
        (Gamma, &[(1.0, 1.0), (2.0, 1.0), (5.0, 24.0), (172.0, inf), (1e300, inf), (-1e20, nan)]),
        (Gamma, &[(-190.5, -0.0), (-191.5, 0.0), (1e-310, inf), (-200.5, -0.0)]),
        (Lgamma, &[(0.0, inf), (-0.0, inf), (inf, inf), (-inf, inf), (nan, nan), (-3.0, inf)]),
        (Lgamma, &[(1.0, 0.0), (2.0, 0.0), (2.6e305, inf), (f64::MAX, inf)]),
    ];
    for (op, cases) in table {
        for &(x, expected) in cases {
            let got = op.apply_f64(x);
            assert!(same(got, expected), "{op:?}({x:e}) = {got:e}, not {expected:e}");
        }
    }
}

/// The error of a single-precision result in ulps of the reference.
fn single_ulps(got: f32, reference: f64) -> f64 {
    let nearest = reference as f32;
    if got.to_bits() == nearest.to_bits() || (got.is_nan() && reference.is_nan()) {
        return 0.0;
    }
    let exponent = ((nearest.abs().min(f32::MAX).to_bits() >> 23) as i32).max(1) - 150;
    (f64::from(got) - reference).abs() / 2.0_f64.powi(exponent)
}

/// The worst error of a single-precision function over every `stride`-th bit pattern.
fn sweep(op: UnaryMath, stride: usize) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for bits in (0..=u32::MAX).step_by(stride) {
        let x = f32::from_bits(bits);
        let wide = f64::from(x);
        let reference = standard(op, wide).unwrap_or_else(|| op.apply_f64(wide));
        let error = single_ulps(op.apply_f32(x), reference);
        if error > worst.0 || error.is_nan() {
            worst = (error, x);
        }
    }
    worst
}

fn check_sweep(stride: usize) {
    for &op in UnaryMath::ALL {
        let (error, x) = sweep(op, stride);
        println!("f32 {:7} worst {error:.4} ulp at {x:e}", op.name());
        assert!(error <= 1.0, "{op:?}({x:e}): {error} ulp");
    }
}

#[test]
fn single_functions_stay_within_one_ulp() {
    check_sweep(60_013);
}

/// All 2^32 arguments of each function; `VMATH_STRIDE` thins them out.
#[test]
#[ignore = "takes an hour with -C target-cpu=native, many without"]
fn single_functions_stay_within_one_ulp_everywhere() {
    check_sweep(std::env::var("VMATH_STRIDE").map_or(1, |stride| stride.parse().unwrap()));
}

#[test]
fn single_binary_functions_stay_within_one_ulp() {
    let mut state = 1_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32
    };
    for &op in BinaryMath::ALL {
        let mut worst = 0.0_f64;
        for i in 0..200_000 {
            let (x, y) = match i % 3 {
                0 => (f32::from_bits(next()), f32::from_bits(next())),
                1 => (next() as f32 / 1e9, next() as f32 / 1e8 - 20.0),
                _ => (next() as f32 / 4e9 + 0.5, (next() as f32 / 4e9 - 0.5) * 200.0),
            };
            let reference = standard2(op, f64::from(x), f64::from(y));
            let error = single_ulps(op.apply_f32(x, y), reference);
            assert!(error <= 1.0, "{op:?}({x:e}, {y:e}): {error} ulp");
            worst = worst.max(error);
        }
        println!("f32 {:7} worst {worst:.4} ulp", op.name());
    }
}
