//! Every helper on every level against the reference, bit by bit.

use super::Level;
use super::copy::{copy, fence, pack, stream_copy};
use super::fold::fold;
use super::random::{Distribution, fill_integers, fill_random};
use super::vmath::{binary_math, draws, unary_math};
use arr_ir::draw;
use arr_ir::dtype::DType;
use arr_ir::fold::{
    All, Any, COL_BLOCK, Combine, LANES, Max, Min, Prod, ROW_BLOCK, Sum, col_block, column,
    row_block, tree,
};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::philox;
use arr_ir::vmath::{BinaryMath, UnaryMath};
use std::ptr::null;

fn levels() -> impl Iterator<Item = Level> {
    Level::ALL.into_iter().filter(|level| level.available())
}

/// A fixed sequence of words.
fn words(seed: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |i| philox::word(seed, 99, i))
}

const SPECIAL: [f64; 23] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    -f64::NAN,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    0.5,
    -0.5,
    2.0,
    -3.0,
    1e9,
    1e10,
    1e22,
    -1e300,
    1e-300,
    710.0,
];

/// Arguments of all magnitudes: specials, any bits, and moderate numbers.
fn arguments(seed: u64, n: usize) -> Vec<f64> {
    words(seed)
        .take(n)
        .enumerate()
        .map(|(i, word)| match i % 4 {
            0 => SPECIAL[(word % SPECIAL.len() as u64) as usize],
            1 => f64::from_bits(word),
            2 => (philox::unit_f64(word) - 0.5) * 4.0,
            _ => (philox::unit_f64(word) - 0.5) * 1500.0,
        })
        .collect()
}

#[test]
fn unary_math_equals_the_reference_on_every_level() {
    for level in levels() {
        for &op in UnaryMath::ALL {
            for n in [0, 1, 31, 32, 33, 700] {
                let x = arguments(1, n);
                let mut y = vec![0.0_f64; n];
                let call = unary_math(op, true, level);
                // SAFETY: both vectors hold n elements.
                unsafe { call(y.as_mut_ptr().cast(), x.as_ptr().cast(), n, null()) };
                for (x, y) in x.iter().zip(&y) {
                    let expected = op.apply_f64(*x);
                    assert_eq!(y.to_bits(), expected.to_bits(), "{op:?}({x:e}) on {level:?}");
                }
                let mut z = x.clone();
                // SAFETY: in place; what is fetched ahead does not matter.
                unsafe { call(z.as_mut_ptr().cast(), z.as_ptr().cast(), n, y.as_ptr().cast()) };
                assert!(z.iter().zip(&y).all(|(z, y)| z.to_bits() == y.to_bits()), "{op:?}");

                let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
                let mut y = vec![0.0_f32; n];
                let call = unary_math(op, false, level);
                // SAFETY: both vectors hold n elements.
                unsafe { call(y.as_mut_ptr().cast(), x.as_ptr().cast(), n, null()) };
                for (x, y) in x.iter().zip(&y) {
                    let expected = op.apply_f32(*x);
                    assert_eq!(y.to_bits(), expected.to_bits(), "{op:?}({x:e}) on {level:?}");
                }
            }
        }
    }
}

#[test]
fn exponentials_of_ordinary_arguments_equal_the_reference_on_every_level() {
    for level in levels() {
        for scale in [2.0, 174.0, 1416.0] {
            let x: Vec<f64> =
                words(2).take(3000).map(|w| (philox::unit_f64(w) - 0.5) * scale).collect();
            let mut y = vec![0.0_f64; x.len()];
            let call = unary_math(UnaryMath::Exp, true, level);
            // SAFETY: both vectors hold as many elements.
            unsafe { call(y.as_mut_ptr().cast(), x.as_ptr().cast(), x.len(), null()) };
            for (x, y) in x.iter().zip(&y) {
                let expected = UnaryMath::Exp.apply_f64(*x);
                assert_eq!(y.to_bits(), expected.to_bits(), "exp({x:e}) on {level:?}");
            }
            let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let mut y = vec![0.0_f32; x.len()];
            let call = unary_math(UnaryMath::Exp, false, level);
            // SAFETY: both vectors hold as many elements.
            unsafe { call(y.as_mut_ptr().cast(), x.as_ptr().cast(), x.len(), null()) };
            for (x, y) in x.iter().zip(&y) {
                let expected = UnaryMath::Exp.apply_f32(*x);
                assert_eq!(y.to_bits(), expected.to_bits(), "exp({x:e}) on {level:?}");
            }
        }
    }
}

#[test]
fn binary_math_equals_the_reference_on_every_level() {
    for level in levels() {
        for &op in BinaryMath::ALL {
            for n in [1, 32, 45, 2000] {
                let (a, b) = (arguments(2, n), arguments(3, n));
                let mut y = vec![0.0_f64; n];
                let call = binary_math(op, true, level);
                // SAFETY: all vectors hold n elements.
                unsafe { call(y.as_mut_ptr().cast(), a.as_ptr().cast(), b.as_ptr().cast(), n) };
                for i in 0..n {
                    let expected = op.apply_f64(a[i], b[i]);
                    assert_eq!(
                        y[i].to_bits(),
                        expected.to_bits(),
                        "{op:?}({:e}, {:e})",
                        a[i],
                        b[i]
                    );
                }
                let mut z = b.clone();
                // SAFETY: in place of the second argument.
                unsafe { call(z.as_mut_ptr().cast(), a.as_ptr().cast(), z.as_ptr().cast(), n) };
                assert!(z.iter().zip(&y).all(|(z, y)| z.to_bits() == y.to_bits()), "{op:?}");

                let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
                let (a, b) = (narrow(&a), narrow(&b));
                let mut y = vec![0.0_f32; n];
                let call = binary_math(op, false, level);
                // SAFETY: all vectors hold n elements.
                unsafe { call(y.as_mut_ptr().cast(), a.as_ptr().cast(), b.as_ptr().cast(), n) };
                for i in 0..n {
                    let expected = op.apply_f32(a[i], b[i]);
                    assert_eq!(
                        y[i].to_bits(),
                        expected.to_bits(),
                        "{op:?}({:e}, {:e})",
                        a[i],
                        b[i]
                    );
                }
            }
        }
    }
}

/// An element type of the fold tests.
trait Element: Copy + PartialEq + std::fmt::Debug {
    fn from_word(word: u64) -> Self;
    fn bits(self) -> u64;
}

macro_rules! elements {
    ($($type:ident)*) => {
        $(
            impl Element for $type {
                fn from_word(word: u64) -> Self {
                    word as $type
                }
                fn bits(self) -> u64 {
                    self as u64
                }
            }
        )*
    };
}
elements!(i8 i16 i32 i64 u8 u16 u32 u64);

/// Mostly small numbers; rarely an infinity, a NaN or a negative zero.
fn float(word: u64) -> f64 {
    match word % 3001 {
        0 => SPECIAL[(word >> 32) as usize % SPECIAL.len()],
        1..=40 => -0.0,
        _ => philox::unit_f64(word) * 3.0 - 1.0,
    }
}

impl Element for f32 {
    fn from_word(word: u64) -> Self {
        float(word) as f32
    }
    fn bits(self) -> u64 {
        u64::from(self.to_bits())
    }
}

impl Element for f64 {
    fn from_word(word: u64) -> Self {
        float(word)
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

fn check_rows<T: Element, O: Combine<T>>(op: FoldOp, elem: DType, xs: &[T], level: Level) {
    let fold = fold(op, elem, level).unwrap();
    for (seed, n) in [0, 1, 5, 15, 16, 17, 100, 500, ROW_BLOCK].into_iter().enumerate() {
        let start = seed * 37;
        let block = &xs[start..start + n];
        let expected = O::finish(row_block(block, O::IDENTITY, O::combine));
        for cut in [0, n / 3, n / 2, n] {
            let mut lanes = [O::IDENTITY; LANES];
            let mut value = O::EMPTY;
            // SAFETY: two pieces of the block; 16 lanes; one result.
            unsafe {
                let acc = lanes.as_mut_ptr().cast::<u8>();
                (fold.rows)(acc, block.as_ptr().cast(), cut, 0);
                (fold.rows)(acc, block[cut..].as_ptr().cast(), n - cut, cut);
                (fold.finish)((&raw mut value).cast(), acc);
            }
            assert_eq!(value.bits(), expected.bits(), "{op:?} {elem:?} {n} {cut} {level:?}");
        }
    }
}

fn check_columns<T: Element, O: Combine<T>>(op: FoldOp, elem: DType, xs: &[T], level: Level) {
    let fold = fold(op, elem, level).unwrap();
    for (m, n) in [(1, 1), (7, 3), (9, 64), (256, 13), (20, 150), (8, 16)] {
        let tile = &xs[..m * n];
        let mut acc = vec![O::IDENTITY; n];
        let cut = m / 3;
        // SAFETY: the tile holds m x n elements, the accumulators n.
        unsafe {
            (fold.columns)(acc.as_mut_ptr().cast(), tile.as_ptr().cast(), cut, n, n as isize);
            (fold.columns)(
                acc.as_mut_ptr().cast(),
                tile[cut * n..].as_ptr().cast(),
                m - cut,
                n,
                n as isize,
            );
        }
        let mut combined = vec![O::EMPTY; n];
        // SAFETY: m x n parts, n results.
        unsafe { (fold.tree)(combined.as_mut_ptr().cast(), tile.as_ptr().cast(), m, n) };
        for j in 0..n {
            let elements: Vec<T> = (0..m).map(|i| tile[i * n + j]).collect();
            let expected = O::finish(col_block(&elements, O::IDENTITY, O::combine));
            assert_eq!(O::finish(acc[j]).bits(), expected.bits(), "{op:?} {elem:?} {m}x{n}");
            let expected = O::finish(tree(&elements, O::combine).unwrap());
            assert_eq!(combined[j].bits(), expected.bits(), "tree {op:?} {elem:?} {m}x{n}");
        }
    }
}

fn check_across<T: Element, O: Combine<T>>(op: FoldOp, elem: DType, xs: &[T], level: Level) {
    let fold = fold(op, elem, level).unwrap();
    for (m, n) in [(1, 1), (2, 33), (4, 17), (9, 64), (16, 13), (17, 48), (40, 16), (100, 31)] {
        // Rows that overlap, as those of windows do, and rows apart.
        for stride in [1, n] {
            let mut values = vec![O::EMPTY; n];
            let dst = values.as_mut_ptr().cast();
            // SAFETY: the tile lies within `xs`.
            unsafe { (fold.across)(dst, xs.as_ptr().cast(), m, n, stride as isize) };
            for (j, value) in values.iter().enumerate() {
                let elements: Vec<T> = (0..m).map(|i| xs[i * stride + j]).collect();
                let expected = O::finish(row_block(&elements, O::IDENTITY, O::combine));
                assert_eq!(value.bits(), expected.bits(), "{op:?} {elem:?} {m}x{n} {level:?}");
            }
        }
    }
}

fn check_fold<T: Element, O: Combine<T>>(op: FoldOp, elem: DType) {
    let xs: Vec<T> = words(5).take(4000).map(T::from_word).collect();
    for level in levels() {
        check_rows::<T, O>(op, elem, &xs, level);
        check_columns::<T, O>(op, elem, &xs, level);
        check_across::<T, O>(op, elem, &xs, level);
        let fold = fold(op, elem, level).unwrap();
        let size = elem.size();
        assert_eq!(fold.identity[..size], O::IDENTITY.bits().to_ne_bytes()[..size]);
        assert_eq!(fold.empty[..size], O::EMPTY.bits().to_ne_bytes()[..size]);
    }
}

#[test]
fn folds_equal_the_reference_on_every_level() {
    macro_rules! numbers {
        ($($elem:ident $type:ident;)*) => {
            $(
                check_fold::<$type, Sum>(FoldOp::Sum, DType::$elem);
                check_fold::<$type, Prod>(FoldOp::Prod, DType::$elem);
                check_fold::<$type, Min>(FoldOp::Min, DType::$elem);
                check_fold::<$type, Max>(FoldOp::Max, DType::$elem);
            )*
        };
    }
    numbers! {
        I8 i8; I16 i16; I32 i32; I64 i64; U8 u8; U16 u16; U32 u32; U64 u64; F32 f32; F64 f64;
    }
    check_fold::<u8, Any>(FoldOp::Any, DType::Bool);
    check_fold::<u8, All>(FoldOp::All, DType::Bool);
    check_fold::<u8, Any>(FoldOp::Max, DType::Bool);
    check_fold::<u8, All>(FoldOp::Min, DType::Bool);
}

#[test]
fn the_table_of_folds_is_that_of_the_reference() {
    for op in FoldOp::ALL {
        for elem in DType::ALL {
            assert_eq!(fold(op, elem, Level::Baseline).is_some(), op.accepts(elem));
        }
    }
}

#[test]
fn a_long_column_sum_is_that_of_the_reference() {
    let (m, n) = (1500, 3);
    let xs: Vec<f64> = words(6).take(m * n).map(f64::from_word).collect();
    for level in levels() {
        let fold = fold(FoldOp::Sum, DType::F64, level).unwrap();
        let mut parts = Vec::new();
        for rows in xs.chunks(COL_BLOCK * n) {
            let mut acc = vec![-0.0_f64; n];
            // SAFETY: whole rows of n elements.
            unsafe {
                (fold.columns)(
                    acc.as_mut_ptr().cast(),
                    rows.as_ptr().cast(),
                    rows.len() / n,
                    n,
                    n as isize,
                );
            }
            parts.extend(acc);
        }
        let blocks = parts.len() / n;
        let results = parts.as_mut_ptr().cast::<u8>();
        // SAFETY: blocks x n parts; the results overwrite the first row.
        unsafe { (fold.tree)(results, results, blocks, n) };
        for j in 0..n {
            let elements: Vec<f64> = (0..m).map(|i| xs[i * n + j]).collect();
            assert_eq!(parts[j].to_bits(), column::<Sum, f64>(&elements).to_bits());
        }
    }
}

#[test]
fn packing_follows_the_strides() {
    let source: Vec<u8> = words(7).take(20_000).map(|word| word as u8).collect();
    for level in levels() {
        for size in [1_usize, 2, 4, 8, 16] {
            let call = pack(size, level).unwrap();
            let s = size as isize;
            for (m, n, rs, cs) in [
                (3, 5, 5 * s, s),
                (3, 5, 7 * s, s),
                (16, 24, s, 16 * s),
                (19, 27, s, 21 * s),
                (8, 8, s, -9 * s),
                (9, 17, s, 0),
                (4, 6, 0, s),
                (4, 6, 0, 0),
                (5, 7, -8 * s, -s),
                (2, 70, 80 * s, -s),
                (6, 10, 3 * s + 1, 40 * s),
                (1, 12, s, s),
                (12, 1, s, s),
                (0, 4, s, 4 * s),
                (4, 0, s, 4 * s),
            ] {
                let mut dst = vec![[0_u64; 2]; m * n];
                let origin = 9000;
                // SAFETY: every offset stays within 9,000 bytes of the origin.
                unsafe {
                    let src = source.as_ptr().add(origin);
                    call(dst.as_mut_ptr().cast(), src, m, n, rs, cs);
                }
                for i in 0..m {
                    for j in 0..n {
                        let at = (origin as isize + i as isize * rs + j as isize * cs) as usize;
                        let to = (i * n + j) * size;
                        // SAFETY: the destination holds m x n elements of up to 16 bytes.
                        let got = unsafe {
                            std::slice::from_raw_parts(dst.as_ptr().cast::<u8>().add(to), size)
                        };
                        assert_eq!(
                            got,
                            &source[at..at + size],
                            "{level:?} {size} {m}x{n} {rs} {cs}"
                        );
                    }
                }
            }
        }
    }
    assert!(pack(3, Level::Baseline).is_none());
}

#[test]
fn streaming_copies_any_range() {
    let source: Vec<u8> = words(8).take(2000).map(|word| word as u8).collect();
    for level in levels() {
        let call = stream_copy(level);
        for from in [0, 1, 13] {
            for to in [0, 1, 40, 63] {
                for bytes in [0, 1, 63, 64, 65, 200, 1000] {
                    let mut target = vec![0_u8; 1200];
                    // SAFETY: both ranges lie within their buffers.
                    unsafe { call(target.as_mut_ptr().add(to), source.as_ptr().add(from), bytes) };
                    fence();
                    assert_eq!(target[to..to + bytes], source[from..from + bytes]);
                    assert!(target[..to].iter().chain(&target[to + bytes..]).all(|&x| x == 0));
                }
            }
        }
    }
}

#[test]
fn copies_go_to_a_little_after_the_source_in_another_page() {
    let source: Vec<u8> = words(9).take(4096).map(|word| word as u8).collect();
    for after in [0, 1, 8, 63, 64, 200] {
        for bytes in [0, 1, 127, 128, 1000, 4096] {
            let mut buffer = [&source[..], &[0; 5000]].concat();
            let to = 4096 + after;
            // SAFETY: two ranges of the buffer that do not overlap.
            unsafe { copy(buffer.as_mut_ptr().add(to), buffer.as_ptr(), bytes) };
            assert_eq!(buffer[to..to + bytes], source[..bytes]);
            assert!(buffer[4096..to].iter().chain(&buffer[to + bytes..]).all(|&x| x == 0));
        }
    }
}

#[test]
fn draws_equal_the_reference_on_every_level() {
    let draw_of = [
        (MapOp::GammaDraw, draw::gamma as fn(f64, f64) -> f64),
        (MapOp::PoissonDraw, draw::poisson),
    ];
    for level in levels() {
        for (op, reference) in draw_of {
            let n = 2005;
            let mut parameters = arguments(4, n);
            parameters
                .iter_mut()
                .step_by(2)
                .zip(words(5))
                .for_each(|(p, w)| *p = (w % 64) as f64 / 4.0);
            let mut uniform: Vec<f64> = words(6).take(n).map(philox::unit_f64).collect();
            uniform.iter_mut().step_by(37).for_each(|u| *u *= 3.0);
            let mut drawn = vec![0.0_f64; n];
            let call = draws(op, level).unwrap();
            let (a, b) = (parameters.as_ptr().cast(), uniform.as_ptr().cast());
            // SAFETY: all vectors hold n elements.
            unsafe { call(drawn.as_mut_ptr().cast(), a, b, n) };
            for (i, value) in drawn.into_iter().enumerate() {
                let (parameter, u) = (parameters[i], uniform[i]);
                let wanted = reference(parameter, u);
                assert_eq!(value.to_bits(), wanted.to_bits(), "{op:?}({parameter:e}, {u})");
            }
        }
    }
}

/// The bits of element `i` of a distribution.
fn reference(distribution: Distribution, seed: u64, stream: u64, i: u64) -> u64 {
    match distribution {
        Distribution::UniformF64 => philox::uniform_f64(seed, stream, i).to_bits(),
        Distribution::NormalF64 => philox::normal_f64(seed, stream, i).to_bits(),
        Distribution::UniformF32 => philox::uniform_f32(seed, stream, i).bits(),
        Distribution::NormalF32 => philox::normal_f32(seed, stream, i).bits(),
    }
}

#[test]
fn random_numbers_equal_the_reference_on_every_level() {
    let (seed, stream) = (11, 22);
    let ranges = [0, 1, 2, 3, 4, 1_000_003, u64::MAX - 40]
        .into_iter()
        .flat_map(|start| [0, 1, 5, 40, 63, 64, 65, 300].map(|n| (start, n)));
    for (level, (start, n)) in levels().flat_map(|level| ranges.clone().map(move |r| (level, r))) {
        let n = n.min((u64::MAX - start).saturating_add(1) as usize);
        for distribution in Distribution::ALL {
            let wide = matches!(distribution, Distribution::UniformF64 | Distribution::NormalF64);
            let (mut doubles, mut singles) = (vec![0.0_f64; n], vec![0.0_f32; n]);
            let dst = if wide { doubles.as_mut_ptr().cast() } else { singles.as_mut_ptr().cast() };
            // SAFETY: the vector of the distribution's type holds n elements.
            unsafe { fill_random(distribution, level)(dst, seed, stream, start, n) };
            for i in 0..n {
                let got = if wide { doubles[i].bits() } else { singles[i].bits() };
                let expected = reference(distribution, seed, stream, start + i as u64);
                assert_eq!(got, expected, "{distribution:?} {start} {i} {level:?}");
            }
        }
        let mut values = vec![0_i64; n];
        let dst = values.as_mut_ptr().cast();
        // SAFETY: the vector holds n elements.
        unsafe { fill_integers(level)(dst, seed, stream, start, n, -9, 90) };
        for (i, &value) in values.iter().enumerate() {
            assert_eq!(value, philox::integers(seed, stream, start + i as u64, -9, 90));
        }
    }
}
