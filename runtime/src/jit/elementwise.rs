//! Ahead-of-time routines over tiles: every elementwise operator in every real dtype.
//!
//! A routine takes a destination and as many sources as the operator has operands, all of `n`
//! contiguous elements at any address, the destination apart from the sources. What it computes
//! on an element is [`arr_ir::eval`]. Each is compiled twice, for every processor of the
//! architecture and for those with AVX2; the bits are the same. The math functions of floats are
//! those of [`tiles::vmath`].
//!
//! Absent: complex numbers, but for [`MapOp::Select`], which only moves elements.
#![allow(unsafe_code, reason = "routines work on raw tiles; the bounds are the caller's contract")]

use super::program::Helper;
use super::tiles::{self, Level};
use arr_ir::dtype::DType;
use arr_ir::eval::{Bool, Element, binary_math, unary_math};
use arr_ir::op::{MapOp, Rule};
use arr_ir::with_element;

/// `f(dst, a, n)`.
pub type Unary = unsafe fn(*mut u8, *const u8, usize);
/// `f(dst, a, b, n)`.
pub type Binary = unsafe fn(*mut u8, *const u8, *const u8, usize);
/// `f(dst, a, b, c, n)`.
pub type Ternary = unsafe fn(*mut u8, *const u8, *const u8, *const u8, usize);

/// The routine of an operator computed in `computed` with a result of `dtype`; none when the
/// operator is not defined there, or the elements are complex.
pub fn helper(op: MapOp, computed: DType, dtype: DType) -> Option<Helper> {
    let row = op.row();
    match row.rule {
        Rule::Select => return Some(Helper::Ternary(select(computed.size()))),
        Rule::Cast => return cast(computed, dtype).map(Helper::Unary),
        _ => {}
    }
    let operands = [computed, computed];
    let defined = op.dtypes(&operands[..row.arity as usize]);
    if defined.ok()? != (computed, dtype) {
        return None;
    }
    match row.arity {
        1 => match (is_double(computed), unary_math(op)) {
            (Some(double), Some(math)) => {
                Some(Helper::Math(tiles::vmath::unary_math(math, double, Level::detect())))
            }
            _ => unary(op, computed).map(Helper::Unary),
        },
        _ => binary(op, computed).map(Helper::Binary),
    }
}

/// The routine of an operator or test of one operand of this dtype; not of math functions.
fn unary(op: MapOp, dtype: DType) -> Option<Unary> {
    let wide = wide();
    with_element!(dtype, T => match op.row().rule {
        Rule::Test => test_of::<T>(op, wide),
        _ => unary_of::<T>(op, wide),
    }, complex => None)
}

/// The routine of an operator or comparison of two operands of this dtype.
pub fn binary(op: MapOp, dtype: DType) -> Option<Binary> {
    if let (Some(double), Some(math)) = (is_double(dtype), binary_math(op)) {
        return Some(tiles::vmath::binary_math(math, double, Level::detect()));
    }
    if let (DType::F64, Some(draws)) = (dtype, tiles::vmath::draws(op, Level::detect())) {
        return Some(draws);
    }
    let wide = wide();
    with_element!(dtype, T => match op.row().rule {
        Rule::Compare => compare_of::<T>(op, wide),
        _ => binary_of::<T>(op, wide),
    }, complex => None)
}

/// The routine that chooses between elements of this size by a bool.
pub fn select(size: usize) -> Ternary {
    let wide = wide();
    match size {
        1 => choose::pick::<u8>(wide),
        2 => choose::pick::<u16>(wide),
        4 => choose::pick::<u32>(wide),
        8 => choose::pick::<u64>(wide),
        16 => choose::pick::<u128>(wide),
        _ => unreachable!("elements of {size} bytes"),
    }
}

/// The routine that casts between real dtypes.
pub fn cast(from: DType, to: DType) -> Option<Unary> {
    let wide = wide();
    with_element!(from, S => with_element!(to, D => Some(convert::pick::<S, D>(wide)),
        complex => None), complex => None)
}

/// Whether a floating dtype is the wider one.
fn is_double(dtype: DType) -> Option<bool> {
    match dtype {
        DType::F32 => Some(false),
        DType::F64 => Some(true),
        _ => None,
    }
}

/// Whether the processor has what the wide version of the routines needs.
#[cfg(target_arch = "x86_64")]
fn wide() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Whether the processor has what the wide version of the routines needs.
#[cfg(not(target_arch = "x86_64"))]
fn wide() -> bool {
    false
}

/// A routine compiled twice: `pick::<..>(wide)` gives one of the two.
macro_rules! routine {
    ($name:ident<$($p:ident: $bound:path),*>($($arg:ident: $ty:ty),*) $body:expr) => {
        mod $name {
            use super::*;

            /// # Safety
            /// See [`super`].
            unsafe fn plain<$($p: $bound),*>($($arg: $ty),*) {
                // SAFETY: the pointers are to `n` elements each, by the routine's contract.
                unsafe { $body }
            }

            /// # Safety
            /// See [`super`]; the processor has AVX2.
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            unsafe fn avx2<$($p: $bound),*>($($arg: $ty),*) {
                // SAFETY: the pointers are to `n` elements each, by the routine's contract.
                unsafe { $body }
            }

            #[cfg(target_arch = "x86_64")]
            pub fn pick<$($p: $bound),*>(wide: bool) -> unsafe fn($($ty),*) {
                if wide { avx2::<$($p),*> } else { plain::<$($p),*> }
            }

            #[cfg(not(target_arch = "x86_64"))]
            pub fn pick<$($p: $bound),*>(_: bool) -> unsafe fn($($ty),*) {
                plain::<$($p),*>
            }
        }
    };
}

routine! { map<T: Element, O: Operator>(dst: *mut u8, a: *const u8, n: usize)
    for i in 0..n { put(dst, i, T::unary(O::OP, get::<T>(a, i))) }
}
routine! { test<T: Element, O: Operator>(dst: *mut u8, a: *const u8, n: usize)
    for i in 0..n { put(dst, i, T::test(O::OP, get::<T>(a, i)) as u8) }
}
routine! { zip<T: Element, O: Operator>(dst: *mut u8, a: *const u8, b: *const u8, n: usize)
    for i in 0..n { put(dst, i, T::binary(O::OP, get::<T>(a, i), get::<T>(b, i))) }
}
routine! { compare<T: Element, O: Operator>(dst: *mut u8, a: *const u8, b: *const u8, n: usize)
    for i in 0..n { put(dst, i, T::compare(O::OP, get::<T>(a, i), get::<T>(b, i)) as u8) }
}
routine! { choose<T: Copy>(dst: *mut u8, c: *const u8, a: *const u8, b: *const u8, n: usize)
    for i in 0..n {
        let (yes, no) = (get::<T>(a, i), get::<T>(b, i));
        put(dst, i, if get::<u8>(c, i) != 0 { yes } else { no })
    }
}
routine! { convert<S: CastTo<D>, D: Copy>(dst: *mut u8, a: *const u8, n: usize)
    for i in 0..n { put::<D>(dst, i, get::<S>(a, i).cast_to()) }
}

/// # Safety
/// `at` points to more than `i` elements.
#[inline(always)]
unsafe fn get<T: Copy>(at: *const u8, i: usize) -> T {
    // SAFETY: the caller's promise; nothing is asked of the alignment.
    unsafe { at.cast::<T>().add(i).read_unaligned() }
}

/// # Safety
/// `at` points to more than `i` elements.
#[inline(always)]
unsafe fn put<T: Copy>(at: *mut u8, i: usize, value: T) {
    // SAFETY: the caller's promise; nothing is asked of the alignment.
    unsafe { at.cast::<T>().add(i).write_unaligned(value) }
}

/// An operator as a type, so that each has a loop of its own.
trait Operator {
    const OP: MapOp;
}

/// Types for operators, and tables of routines over them.
macro_rules! tables {
    ($($table:ident: $routine:ident -> $f:ident [$($op:ident)*])*) => {
        mod operator {
            use super::{MapOp, Operator};
            $($(
                pub struct $op;
                impl Operator for $op {
                    const OP: MapOp = MapOp::$op;
                }
            )*)*
        }

        $(fn $table<T: Element>(op: MapOp, wide: bool) -> Option<$f> {
            Some(match op {
                $(MapOp::$op => $routine::pick::<T, operator::$op>(wide),)*
                _ => return None,
            })
        })*
    };
}

tables! {
    unary_of: map -> Unary [Neg Abs Sign Invert Sqrt Floor Ceil Round Trunc]
    test_of: test -> Unary [Not IsNan IsInf IsFinite Signbit]
    binary_of: zip -> Binary
        [Add Sub Mul Div FloorDiv Mod Pow Min Max Copysign Nextafter GammaDraw PoissonDraw BitAnd BitOr BitXor Shl Shr]
    compare_of: compare -> Binary [Eq Ne Lt Le Gt Ge]
}

/// The cast rules of the language: integers wrap, a float to an integer saturates with NaN giving
/// 0, anything to bool is "not zero". See [`arr_ir::dtype::Scalar::cast`].
trait CastTo<D>: Copy {
    fn cast_to(self) -> D;
}

/// Floats to integers of which they have the limits, which saturate: a form that becomes vectors.
macro_rules! narrowed {
    ($($s:ident to $($d:ident)*;)*) => {$($(
        impl CastTo<$d> for $s {
            #[inline(always)]
            fn cast_to(self) -> $d {
                let (low, high) = ($d::MIN as $s, $d::MAX as $s);
                // NaN is neither above nor below, and made 0 at the end.
                let above = if self > low { self } else { low };
                let inside = if above < high { above } else { high };
                // SAFETY: between two values of int32.
                let value = unsafe { inside.to_int_unchecked::<i32>() };
                if self.is_nan() { 0 } else { value as $d }
            }
        }
    )*)*};
}

narrowed! {
    f64 to i8 i16 i32 u8 u16;
    f32 to i8 i16 u8 u16;
}

macro_rules! casts {
    ($($s:ident)*) => { $(casts! { @from $s: i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 })* };
    (@from $s:ident: $($d:ident)*) => {
        $(impl CastTo<$d> for $s {
            #[inline(always)]
            fn cast_to(self) -> $d {
                self as $d
            }
        })*
        impl CastTo<Bool> for $s {
            #[inline(always)]
            fn cast_to(self) -> Bool {
                Bool((self != 0 as $s) as u8)
            }
        }
        impl CastTo<$s> for Bool {
            #[inline(always)]
            fn cast_to(self) -> $s {
                self.0 as $s
            }
        }
    };
}

casts! { i8 i16 i32 i64 u8 u16 u32 u64 }
casts! { @from f32: i32 i64 u32 u64 f32 f64 }
casts! { @from f64: i64 u32 u64 f32 f64 }

impl CastTo<Bool> for Bool {
    #[inline(always)]
    fn cast_to(self) -> Bool {
        self
    }
}
