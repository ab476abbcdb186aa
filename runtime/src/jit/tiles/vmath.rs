//! The math functions of `arr_ir::vmath`, and the draws of `arr_ir::draw`, over tiles.
//!
//! Each loop reads `CHUNK` elements into a local array, applies the scalar function there and
//! stores the results: the compiler sees arrays that cannot overlap and vectorises, whether or not
//! the destination is the source. `sin`, `cos` and `tan` run their small-angle form over the chunk
//! and then repair the rare large angles one by one.

use super::copy::fetch;
use super::{Binary, Level, Math, for_each_level};
use arr_ir::draw;
use arr_ir::op::MapOp;
use arr_ir::vmath::{BinaryMath, UnaryMath, f32 as single, f64 as double};
use std::ptr::copy_nonoverlapping;

/// Elements per local array: several vectors, so that independent chains overlap.
const CHUNK: usize = 32;

/// The local array of one chunk, aligned so that no vector of it crosses a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Chunk<T>([T; CHUNK]);

/// A function of one argument as a type: unlike `Fn`, its call is sure to be inlined, and only an
/// inlined call is compiled for the instruction set of the loop around it.
trait Scalar<T: Copy> {
    fn at(x: T) -> T;

    #[inline(always)]
    fn over(chunk: &mut Chunk<T>) {
        for x in &mut chunk.0 {
            *x = Self::at(*x);
        }
    }
}

/// A function of two arguments as a type.
trait Scalar2<T: Copy> {
    fn at(x: T, y: T) -> T;

    #[inline(always)]
    fn over(x: &mut Chunk<T>, y: &Chunk<T>) {
        for (x, y) in x.0.iter_mut().zip(&y.0) {
            *x = Self::at(*x, *y);
        }
    }
}

/// # Safety
/// `from` points to `CHUNK` elements.
#[inline(always)]
unsafe fn load<T: Copy>(from: *const T) -> Chunk<T> {
    // SAFETY: the caller's; an array has the alignment of its elements.
    Chunk(unsafe { from.cast::<[T; CHUNK]>().read() })
}

/// # Safety
/// `from` points to `count <= CHUNK` elements.
#[inline(always)]
unsafe fn load_part<T: Copy + Default>(from: *const T, count: usize) -> Chunk<T> {
    let mut chunk = Chunk([T::default(); CHUNK]);
    if count > 0 {
        // SAFETY: the caller's.
        unsafe { copy_nonoverlapping(from, chunk.0.as_mut_ptr(), count) };
    }
    chunk
}

/// # Safety
/// `dst` and `a` point to `n` elements; `dst` is `a` or does not overlap it.
#[inline(always)]
unsafe fn map<T: Copy + Default, F: Scalar<T>>(
    dst: *mut u8,
    a: *const u8,
    n: usize,
    ahead: *const u8,
) {
    let (dst, a) = (dst.cast::<T>(), a.cast::<T>());
    let rest = n % CHUNK;
    // SAFETY: the last `rest` of `n` elements.
    let mut tail = unsafe { load_part(a.add(n - rest), rest) };
    let spare = tail.0.as_mut_ptr();
    // The whole chunks in place, then the rest in its own array.
    for (to, from, count) in [(dst, a, n - rest), (spare, spare.cast_const(), rest)] {
        let mut offset = 0;
        while offset < count {
            // SAFETY: `count` is a multiple of CHUNK, or the array holds CHUNK elements.
            let mut x = unsafe { load(from.add(offset)) };
            if !ahead.is_null() {
                fetch(ahead.wrapping_add(offset * size_of::<T>()), size_of::<Chunk<T>>());
            }
            F::over(&mut x);
            // SAFETY: as above; the elements were read before, so `to` may be `from`.
            unsafe { to.add(offset).cast::<[T; CHUNK]>().write(x.0) };
            offset += CHUNK;
        }
    }
    if rest > 0 {
        // SAFETY: as for the load.
        unsafe { copy_nonoverlapping(spare, dst.add(n - rest), rest) };
    }
}

/// # Safety
/// `dst`, `a` and `b` point to `n` elements; `dst` is `a`, `b` or does not overlap them.
#[inline(always)]
unsafe fn map2<T: Copy + Default, F: Scalar2<T>>(
    dst: *mut u8,
    a: *const u8,
    b: *const u8,
    n: usize,
) {
    let (dst, a, b) = (dst.cast::<T>(), a.cast::<T>(), b.cast::<T>());
    let rest = n % CHUNK;
    // SAFETY: the last `rest` of `n` elements.
    let (mut tail, tail_b) =
        unsafe { (load_part(a.add(n - rest), rest), load_part(b.add(n - rest), rest)) };
    let spare = tail.0.as_mut_ptr();
    let last = (spare, spare.cast_const(), tail_b.0.as_ptr(), rest);
    for (to, left, right, count) in [(dst, a, b, n - rest), last] {
        let mut offset = 0;
        while offset < count {
            // SAFETY: `count` is a multiple of CHUNK, or the arrays hold CHUNK elements.
            let (mut x, y) = unsafe { (load(left.add(offset)), load(right.add(offset))) };
            F::over(&mut x, &y);
            // SAFETY: as above; the elements were read before, so `to` may be a source.
            unsafe { to.add(offset).cast::<[T; CHUNK]>().write(x.0) };
            offset += CHUNK;
        }
    }
    if rest > 0 {
        // SAFETY: as for the load.
        unsafe { copy_nonoverlapping(spare, dst.add(n - rest), rest) };
    }
}

/// The type that stands for a function of one argument.
macro_rules! scalar {
    ($variant:ident $function:ident) => {
        struct $variant;
        impl Scalar<f64> for $variant {
            #[inline(always)]
            fn at(x: f64) -> f64 {
                double::$function(x)
            }
        }
        impl Scalar<f32> for $variant {
            #[inline(always)]
            fn at(x: f32) -> f32 {
                single::$function(x)
            }
        }
    };
}

/// One unary function in both precisions and all levels.
macro_rules! unary {
    (@scalar $variant:ident $function:ident) => { scalar!($variant $function); };
    (@scalar $variant:ident $function:ident $near:ident $limit:ident) => {
        struct $variant;
        shortened!($variant f64 double $function $near $limit);
        shortened!($variant f32 single $function $near $limit);
    };
    ($($variant:ident $double:ident $single:ident $function:ident $($near:ident $limit:ident)?;)*) => {
        $(
            unary!(@scalar $variant $function $($near $limit)?);
            for_each_level!($double: unsafe fn(dst: *mut u8, a: *const u8, n: usize, ahead: *const u8) {
                // SAFETY: the caller keeps the contract of `Math`.
                unsafe { map::<f64, $variant>(dst, a, n, ahead) }
            });
            for_each_level!($single: unsafe fn(dst: *mut u8, a: *const u8, n: usize, ahead: *const u8) {
                // SAFETY: the caller keeps the contract of `Math`.
                unsafe { map::<f32, $variant>(dst, a, n, ahead) }
            });
        )*

        fn plain(op: UnaryMath, wide: bool, level: Level) -> Option<Math> {
            match (op, wide) {
                $(
                    (UnaryMath::$variant, true) => Some($double::pick(level)),
                    (UnaryMath::$variant, false) => Some($single::pick(level)),
                )*
                _ => None,
            }
        }
    };
}

/// A function whose vectorised form `$small` is repaired where the argument is large.
macro_rules! repaired {
    ($variant:ident $type:ident $precision:ident $function:ident $small:ident) => {
        impl Scalar<$type> for $variant {
            #[inline(always)]
            fn at(x: $type) -> $type {
                $precision::$function(x)
            }

            #[inline(always)]
            fn over(chunk: &mut Chunk<$type>) {
                let before = *chunk;
                let mut any = false;
                for x in &mut chunk.0 {
                    any |= x.abs() >= $precision::SMALL_ANGLE;
                    *x = $precision::$small(*x);
                }
                if any {
                    for (x, &before) in chunk.0.iter_mut().zip(&before.0) {
                        if before.abs() >= $precision::SMALL_ANGLE {
                            *x = Self::at(before);
                        }
                    }
                }
            }
        }
    };
}

/// A function whose short form `$near` serves where every argument of a chunk is near zero.
macro_rules! shortened {
    ($variant:ident $type:ident $precision:ident $function:ident $near:ident $limit:ident) => {
        impl Scalar<$type> for $variant {
            #[inline(always)]
            fn at(x: $type) -> $type {
                $precision::$function(x)
            }

            #[inline(always)]
            fn over(chunk: &mut Chunk<$type>) {
                let before = *chunk;
                let mut far = false;
                for x in &mut chunk.0 {
                    far |= x.is_nan() | (x.abs() >= $precision::$limit);
                    *x = $precision::$near(*x);
                }
                if far {
                    for (x, &before) in chunk.0.iter_mut().zip(&before.0) {
                        *x = Self::at(before);
                    }
                }
            }
        }
    };
}

/// One trigonometric function in both precisions and all levels.
macro_rules! trigonometric {
    ($($variant:ident $double:ident $single:ident $function:ident $small:ident;)*) => {
        $(
            struct $variant;
            repaired!($variant f64 double $function $small);
            repaired!($variant f32 single $function $small);
            for_each_level!($double: unsafe fn(dst: *mut u8, a: *const u8, n: usize, ahead: *const u8) {
                // SAFETY: the caller keeps the contract of `Math`.
                unsafe { map::<f64, $variant>(dst, a, n, ahead) }
            });
            for_each_level!($single: unsafe fn(dst: *mut u8, a: *const u8, n: usize, ahead: *const u8) {
                // SAFETY: the caller keeps the contract of `Math`.
                unsafe { map::<f32, $variant>(dst, a, n, ahead) }
            });
        )*

        fn patched(op: UnaryMath, wide: bool, level: Level) -> Option<Math> {
            match (op, wide) {
                $(
                    (UnaryMath::$variant, true) => Some($double::pick(level)),
                    (UnaryMath::$variant, false) => Some($single::pick(level)),
                )*
                _ => None,
            }
        }
    };
}

/// One binary function in both precisions and all levels.
macro_rules! binary {
    ($($variant:ident $double:ident $single:ident $function:ident;)*) => {
        $(
            struct $variant;
            impl Scalar2<f64> for $variant {
                #[inline(always)]
                fn at(x: f64, y: f64) -> f64 {
                    double::$function(x, y)
                }
            }
            impl Scalar2<f32> for $variant {
                #[inline(always)]
                fn at(x: f32, y: f32) -> f32 {
                    single::$function(x, y)
                }
            }
            for_each_level!($double: unsafe fn(dst: *mut u8, a: *const u8, b: *const u8, n: usize) {
                // SAFETY: the caller keeps the contract of `Binary`.
                unsafe { map2::<f64, $variant>(dst, a, b, n) }
            });
            for_each_level!($single: unsafe fn(dst: *mut u8, a: *const u8, b: *const u8, n: usize) {
                // SAFETY: the caller keeps the contract of `Binary`.
                unsafe { map2::<f32, $variant>(dst, a, b, n) }
            });
        )*

        /// The tile loop of `op` over `f64` (`wide`) or `f32` elements.
        ///
        /// `level` must be available on the processor that calls the result.
        pub fn binary_math(op: BinaryMath, wide: bool, level: Level) -> Binary {
            match (op, wide) {
                $(
                    (BinaryMath::$variant, true) => $double::pick(level),
                    (BinaryMath::$variant, false) => $single::pick(level),
                )*
            }
        }
    };
}

unary! {
    Exp exp_f64 exp_f32 exp exp_near NEAR_EXPONENT;
    Exp2 exp2_f64 exp2_f32 exp2;
    Expm1 expm1_f64 expm1_f32 expm1;
    Log log_f64 log_f32 log;
    Log2 log2_f64 log2_f32 log2;
    Log10 log10_f64 log10_f32 log10;
    Log1p log1p_f64 log1p_f32 log1p;
    Asin asin_f64 asin_f32 asin;
    Acos acos_f64 acos_f32 acos;
    Atan atan_f64 atan_f32 atan;
    Sinh sinh_f64 sinh_f32 sinh;
    Cosh cosh_f64 cosh_f32 cosh;
    Tanh tanh_f64 tanh_f32 tanh;
    Asinh asinh_f64 asinh_f32 asinh;
    Acosh acosh_f64 acosh_f32 acosh;
    Atanh atanh_f64 atanh_f32 atanh;
    Erf erf_f64 erf_f32 erf;
    Erfc erfc_f64 erfc_f32 erfc;
    Cbrt cbrt_f64 cbrt_f32 cbrt;
    Lgamma lgamma_f64 lgamma_f32 lgamma;
    Gamma gamma_f64 gamma_f32 gamma;
}

trigonometric! {
    Sin sin_f64 sin_f32 sin sin_small;
    Cos cos_f64 cos_f32 cos cos_small;
    Tan tan_f64 tan_f32 tan tan_small;
}

binary! {
    Atan2 atan2_f64 atan2_f32 atan2;
    Pow pow_f64 pow_f32 pow;
    Hypot hypot_f64 hypot_f32 hypot;
}

/// The tile loop of `op` over `f64` (`wide`) or `f32` elements.
///
/// `level` must be available on the processor that calls the result.
pub fn unary_math(op: UnaryMath, wide: bool, level: Level) -> Math {
    plain(op, wide, level)
        .or_else(|| patched(op, wide, level))
        .expect("every unary function is in one of the two tables")
}

struct GammaDraw;

impl Scalar2<f64> for GammaDraw {
    #[inline(always)]
    fn at(shape: f64, u: f64) -> f64 {
        draw::gamma(shape, u)
    }

    #[inline(always)]
    fn over(shapes: &mut Chunk<f64>, uniform: &Chunk<f64>) {
        shapes.0 = draw::gammas(&shapes.0, &uniform.0);
    }
}

struct PoissonDraw;

impl Scalar2<f64> for PoissonDraw {
    #[inline(always)]
    fn at(mean: f64, u: f64) -> f64 {
        draw::poisson(mean, u)
    }
}

for_each_level!(gamma_draws: unsafe fn(dst: *mut u8, a: *const u8, b: *const u8, n: usize) {
    // SAFETY: the caller keeps the contract of `Binary`.
    unsafe { map2::<f64, GammaDraw>(dst, a, b, n) }
});

for_each_level!(poisson_draws: unsafe fn(dst: *mut u8, a: *const u8, b: *const u8, n: usize) {
    // SAFETY: the caller keeps the contract of `Binary`.
    unsafe { map2::<f64, PoissonDraw>(dst, a, b, n) }
});

/// The tile loop of a draw of `f64` elements from uniform numbers; none of other operators.
///
/// `level` must be available on the processor that calls the result.
pub fn draws(op: MapOp, level: Level) -> Option<Binary> {
    match op {
        MapOp::GammaDraw => Some(gamma_draws::pick(level)),
        MapOp::PoissonDraw => Some(poisson_draws::pick(level)),
        _ => None,
    }
}
