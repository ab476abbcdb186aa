//! The worst error of each single-precision function of `arr_ir::vmath` over all arguments.
//!
//! `cargo run --release -p arr-ir --example vmath_sweep -- STRIDE [NAME...]` visits every
//! STRIDE-th of the 2^32 bit patterns (1 for all) and compares with the double-precision function
//! of the standard library; `asinh`, `acosh`, `atanh`, `erf`, `erfc`, `lgamma` and `gamma`, which
//! it lacks or computes less exactly, with the double functions of `arr_ir::vmath` (at most 2 ulp
//! of double precision, measured by `ir/tests/vmath.rs`). One line per function: the greatest
//! error in units in the last place, where, how many results are not the correctly rounded ones,
//! and how many arguments were visited.

use arr_ir::vmath::{f32 as single, f64 as double};

/// What a sweep of one function found.
#[derive(Default)]
struct Found {
    worst: f64,
    at: f32,
    misrounded: u64,
    visited: u64,
}

/// Arguments taken at a time, so that the function under test runs as a vector loop.
const GROUP: usize = 1024;

/// The error of a result in units in the last place of the reference; 0 for the correctly rounded.
fn error(got: f32, reference: f64) -> f64 {
    let nearest = reference as f32;
    if got.to_bits() == nearest.to_bits() || (got.is_nan() && reference.is_nan()) {
        return 0.0;
    }
    let exponent = ((nearest.abs().min(f32::MAX).to_bits() >> 23) as i32).max(1) - 150;
    (f64::from(got) - reference).abs() / 2.0_f64.powi(exponent)
}

fn sweep(stride: u64, f: impl Fn(f32) -> f32, reference: impl Fn(f64) -> f64) -> Found {
    let mut found = Found::default();
    let mut next = 0_u64;
    while next < 1 << 32 {
        let mut arguments = [0.0_f32; GROUP];
        let mut count = 0;
        for (i, x) in arguments.iter_mut().enumerate() {
            let bits = next + stride * i as u64;
            if bits < 1 << 32 {
                *x = f32::from_bits(bits as u32);
                count += 1;
            }
        }
        next += stride * GROUP as u64;
        let results = arguments.map(&f);
        for (&x, &got) in arguments.iter().zip(&results).take(count) {
            let error = error(got, reference(f64::from(x)));
            found.visited += 1;
            found.misrounded += u64::from(error != 0.0);
            if error > found.worst || error.is_nan() {
                (found.worst, found.at) = (error, x);
            }
        }
    }
    found
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let stride = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(60_013_u64).max(1);
    let names: Vec<String> = arguments.collect();
    macro_rules! functions {
        ($($name:ident $reference:expr;)*) => {$(
            let name = stringify!($name);
            if names.is_empty() || names.iter().any(|n| n == name) {
                let found = sweep(stride, single::$name, $reference);
                println!(
                    "{name} worst {:.4} ulp at {:e}, {} of {} not correctly rounded",
                    found.worst, found.at, found.misrounded, found.visited
                );
            }
        )*};
    }
    functions! {
        exp f64::exp;
        exp2 f64::exp2;
        expm1 f64::exp_m1;
        log f64::ln;
        log2 f64::log2;
        log10 f64::log10;
        log1p f64::ln_1p;
        sin f64::sin;
        cos f64::cos;
        tan f64::tan;
        asin f64::asin;
        acos f64::acos;
        atan f64::atan;
        sinh f64::sinh;
        cosh f64::cosh;
        tanh f64::tanh;
        cbrt f64::cbrt;
        asinh double::asinh;
        acosh double::acosh;
        atanh double::atanh;
        erf double::erf;
        erfc double::erfc;
        lgamma double::lgamma;
        gamma double::gamma;
    }
}
