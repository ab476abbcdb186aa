//! Nanoseconds per element of the tile helpers, per function and level.
//!
//! Arguments choose rows by substring; the shortest of several runs over tiles of 1,024 elements
//! is printed, since the machine may be shared.
#![allow(unsafe_code, reason = "the helpers take raw pointers")]

use arr_ir::dtype::DType;
use arr_ir::op::FoldOp;
use arr_ir::vmath::{BinaryMath, UnaryMath};
use arr_runtime::jit::tiles::Level;
use arr_runtime::jit::tiles::copy::{pack, stream_copy};
use arr_runtime::jit::tiles::fold::fold;
use arr_runtime::jit::tiles::random::{Distribution, fill_integers, fill_random};
use arr_runtime::jit::tiles::vmath::{binary_math, unary_math};
use std::time::Instant;

const TILE: usize = 1024;
const RUNS: usize = 7;

/// The shortest time of one call over `elements` elements, in nanoseconds per element.
fn measure(elements: usize, mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    call();
    let once = start.elapsed().as_secs_f64().max(1e-8);
    let repeats = ((2e-3 / once) as usize).clamp(1, 100_000);
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..repeats {
                call();
            }
            start.elapsed().as_secs_f64() * 1e9 / (repeats * elements) as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[0]
}

/// Prints one row: a name and one figure per available level.
fn row(name: &str, mut figure: impl FnMut(Level) -> f64) {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
        return;
    }
    print!("{name:24}");
    for level in Level::ALL {
        if level.available() {
            print!(" {:9.3}", figure(level));
        }
    }
    println!();
}

/// Arguments in the domain where a function does its usual work.
fn arguments(op: UnaryMath) -> Vec<f64> {
    use UnaryMath::{Acos, Acosh, Asin, Atanh, Erf, Erfc, Gamma, Lgamma, Log, Log1p, Log2, Log10};
    let (low, high) = match op {
        Log | Log2 | Log10 | Log1p => (0.01, 100.0),
        Asin | Acos | Atanh => (-0.99, 0.99),
        Acosh => (1.0, 100.0),
        Erf | Erfc => (-4.0, 4.0),
        Gamma | Lgamma => (0.1, 30.0),
        _ => (-10.0, 10.0),
    };
    (0..TILE).map(|i| low + (high - low) * ((i * 377) % TILE) as f64 / TILE as f64).collect()
}

fn math() {
    for &op in UnaryMath::ALL {
        let x = arguments(op);
        let mut y = vec![0.0_f64; TILE];
        row(&format!("{} f64", op.name()), |level| {
            let call = unary_math(op, true, level);
            // SAFETY: both vectors hold TILE elements, and the level is available.
            measure(TILE, || unsafe {
                call(y.as_mut_ptr().cast(), x.as_ptr().cast(), TILE, std::ptr::null())
            })
        });
        let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let mut y = vec![0.0_f32; TILE];
        row(&format!("{} f32", op.name()), |level| {
            let call = unary_math(op, false, level);
            // SAFETY: as above.
            measure(TILE, || unsafe {
                call(y.as_mut_ptr().cast(), x.as_ptr().cast(), TILE, std::ptr::null())
            })
        });
    }
    for &op in BinaryMath::ALL {
        let a: Vec<f64> = (0..TILE).map(|i| 0.01 + i as f64 / 50.0).collect();
        let b: Vec<f64> = (0..TILE).map(|i| ((i * 377) % TILE) as f64 / 60.0 - 8.0).collect();
        let mut y = vec![0.0_f64; TILE];
        row(&format!("{} f64", op.name()), |level| {
            let call = binary_math(op, true, level);
            let (a, b) = (a.as_ptr().cast(), b.as_ptr().cast());
            // SAFETY: all vectors hold TILE elements, and the level is available.
            measure(TILE, || unsafe { call(y.as_mut_ptr().cast(), a, b, TILE) })
        });
        let a: Vec<f32> = a.iter().map(|&x| x as f32).collect();
        let b: Vec<f32> = b.iter().map(|&x| x as f32).collect();
        let mut y = vec![0.0_f32; TILE];
        row(&format!("{} f32", op.name()), |level| {
            let call = binary_math(op, false, level);
            let (a, b) = (a.as_ptr().cast(), b.as_ptr().cast());
            // SAFETY: as above.
            measure(TILE, || unsafe { call(y.as_mut_ptr().cast(), a, b, TILE) })
        });
    }
}

fn folds() {
    let (m, n) = (16, 64);
    for elem in [DType::F64, DType::F32, DType::I64, DType::I32, DType::U8] {
        for op in [FoldOp::Sum, FoldOp::Prod, FoldOp::Min] {
            let x = vec![0x3f_u8; TILE * 8];
            let mut acc = vec![0_u64; TILE];
            let (src, dst) = (x.as_ptr(), acc.as_mut_ptr().cast::<u8>());
            row(&format!("rows {op:?} {elem:?}"), |level| {
                let call = fold(op, elem, level).unwrap().rows;
                // SAFETY: the source holds TILE elements, the accumulator 16.
                measure(TILE, || unsafe { call(dst, src, TILE, 0) })
            });
            row(&format!("columns {op:?} {elem:?}"), |level| {
                let call = fold(op, elem, level).unwrap().columns;
                // SAFETY: the source holds 16 x 64 elements, the accumulator 64.
                measure(TILE, || unsafe { call(dst, src, m, n, n as isize) })
            });
        }
    }
    let x = vec![1.5_f64; 1 << 25];
    let mut acc = vec![0_u64; 16];
    row("rows Sum F64, 256 MiB", |level| {
        let call = fold(FoldOp::Sum, DType::F64, level).unwrap().rows;
        measure(x.len(), || {
            for block in x.chunks(TILE) {
                // SAFETY: the source holds TILE elements, the accumulator 16.
                unsafe { call(acc.as_mut_ptr().cast(), block.as_ptr().cast(), TILE, 0) }
            }
        })
    });
    let mut out = vec![0_f64; 64];
    row("tree Sum F64 16 x 64", |level| {
        let call = fold(FoldOp::Sum, DType::F64, level).unwrap().tree;
        // SAFETY: 16 x 64 parts, 64 results.
        measure(TILE, || unsafe { call(out.as_mut_ptr().cast(), x.as_ptr().cast(), m, n) })
    });
}

fn random() {
    let mut y = vec![0_u64; TILE];
    let dst = y.as_mut_ptr().cast::<u8>();
    for distribution in Distribution::ALL {
        row(&format!("{distribution:?}"), |level| {
            let call = fill_random(distribution, level);
            // SAFETY: the destination holds TILE elements.
            measure(TILE, || unsafe { call(dst, 1, 2, 64, TILE) })
        });
    }
    row("integers", |level| {
        let call = fill_integers(level);
        // SAFETY: the destination holds TILE elements.
        measure(TILE, || unsafe { call(dst, 1, 2, 64, TILE, -10, 1000) })
    });
}

fn copies() {
    let side = 2048;
    let x = vec![1_u8; side * side * 16];
    let mut y = vec![0_u64; 64 * 64 * 2];
    for size in [1_usize, 2, 4, 8, 16] {
        let (near, far) = (size as isize, (side * size) as isize);
        for (name, rows, columns) in
            [("transposed", near, far), ("rows", far, near), ("strided", far, 2 * near)]
        {
            row(&format!("pack {size} {name} 64 x 64"), |level| {
                let call = pack(size, level).unwrap();
                let (dst, src) = (y.as_mut_ptr().cast(), x.as_ptr());
                // SAFETY: the tile lies at the beginning of the matrix.
                measure(64 * 64, || unsafe { call(dst, src, 64, 64, rows, columns) })
            });
        }
    }
    let mut y = vec![0_u8; x.len()];
    row("stream_copy of 8 bytes", |level| {
        let call = stream_copy(level);
        // SAFETY: two buffers of the same length.
        measure(x.len() / 8, || unsafe { call(y.as_mut_ptr(), x.as_ptr(), x.len()) })
    });
    row("plain copy of 8 bytes", |_| {
        measure(x.len() / 8, || y.copy_from_slice(std::hint::black_box(&x)))
    });
}

fn main() {
    println!("ns per element; levels: baseline, AVX2, AVX-512");
    math();
    folds();
    random();
    copies();
}
