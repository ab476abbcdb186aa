//! What each operator computes on one element: the meaning that the oracle, the tile helpers and
//! the generated code share. Equal on every processor: integers wrap, nothing traps, no
//! fast-math; see the numeric rules of the language reference.

use crate::draw;
use crate::dtype::{DType, Kind, Scalar};
use crate::op::{FoldOp, MapOp};

/// An element type with the elementwise operators computed in it.
pub trait Element: Copy + PartialEq + Send + Sync + 'static {
    /// Its dtype.
    const DTYPE: DType;
    /// Reads it from a scalar of the same dtype.
    fn from_scalar(s: Scalar) -> Self;
    /// As a scalar.
    fn to_scalar(self) -> Scalar;
    /// An operator of one operand that keeps the dtype.
    fn unary(op: MapOp, a: Self) -> Self;
    /// An operator of two operands that keeps the dtype.
    fn binary(op: MapOp, a: Self, b: Self) -> Self;
    /// A comparison.
    fn compare(op: MapOp, a: Self, b: Self) -> bool;
    /// A test of one operand.
    fn test(op: MapOp, a: Self) -> bool;
    /// The identity of a fold; for `Min` and `Max` the greatest and least value.
    fn identity(op: FoldOp) -> Self;
    /// Combines two values of a fold.
    #[inline(always)]
    fn fold(op: FoldOp, a: Self, b: Self) -> Self {
        match op {
            FoldOp::Sum => Self::binary(MapOp::Add, a, b),
            FoldOp::Prod => Self::binary(MapOp::Mul, a, b),
            FoldOp::Min => Self::binary(MapOp::Min, a, b),
            FoldOp::Max => Self::binary(MapOp::Max, a, b),
            FoldOp::Any => Self::binary(MapOp::BitOr, a, b),
            FoldOp::All => Self::binary(MapOp::BitAnd, a, b),
        }
    }
}

macro_rules! compare {
    ($op:expr, $a:expr, $b:expr) => {
        match $op {
            MapOp::Eq => $a == $b,
            MapOp::Ne => $a != $b,
            MapOp::Lt => $a < $b,
            MapOp::Le => $a <= $b,
            MapOp::Gt => $a > $b,
            MapOp::Ge => $a >= $b,
            op => unreachable!("{op:?} is no comparison"),
        }
    };
}

macro_rules! integers {
    ($($t:ident $d:ident)*) => {$(
        impl Element for $t {
            const DTYPE: DType = DType::$d;
            #[inline(always)]
            fn from_scalar(s: Scalar) -> Self { s.bits as $t }
            #[inline(always)]
            fn to_scalar(self) -> Scalar { Scalar::from_i128(self as i128, DType::$d) }
            #[inline(always)]
            #[allow(unused_comparisons, reason = "one body for signed and unsigned")]
            fn unary(op: MapOp, a: Self) -> Self {
                match op {
                    MapOp::Neg => (0 as $t).wrapping_sub(a),
                    MapOp::Abs => if a < 0 { (0 as $t).wrapping_sub(a) } else { a },
                    MapOp::Sign => (a > 0) as $t - (a < 0) as $t,
                    MapOp::Invert => !a,
                    MapOp::Floor | MapOp::Ceil | MapOp::Round | MapOp::Trunc => a,
                    op => unreachable!("{op:?} of an integer"),
                }
            }
            #[inline(always)]
            #[allow(unused_comparisons, reason = "one body for signed and unsigned")]
            fn binary(op: MapOp, a: Self, b: Self) -> Self {
                match op {
                    MapOp::Add => a.wrapping_add(b),
                    MapOp::Sub => a.wrapping_sub(b),
                    MapOp::Mul => a.wrapping_mul(b),
                    MapOp::FloorDiv => {
                        if b == 0 { return 0; }
                        let q = a.wrapping_div(b);
                        if a.wrapping_rem(b) != 0 && ((a < 0) != (b < 0)) { q.wrapping_sub(1) } else { q }
                    }
                    MapOp::Mod => {
                        if b == 0 { return 0; }
                        let r = a.wrapping_rem(b);
                        if r != 0 && ((r < 0) != (b < 0)) { r.wrapping_add(b) } else { r }
                    }
                    MapOp::Pow => {
                        if b < 0 {
                            let odd = b & 1 != 0;
                            return if a == 1 { 1 } else if a.wrapping_add(1) == 0 && !odd { 1 }
                                else if a.wrapping_add(1) == 0 { a } else { 0 };
                        }
                        let (mut base, mut left, mut out) = (a, b, 1 as $t);
                        while left > 0 {
                            if left & 1 == 1 { out = out.wrapping_mul(base); }
                            base = base.wrapping_mul(base);
                            left >>= 1;
                        }
                        out
                    }
                    MapOp::Min => if b < a { b } else { a },
                    MapOp::Max => if b > a { b } else { a },
                    MapOp::BitAnd => a & b,
                    MapOp::BitOr => a | b,
                    MapOp::BitXor => a ^ b,
                    MapOp::Shl => if b < 0 || b as u64 >= $t::BITS as u64 { 0 } else { a << b },
                    MapOp::Shr => {
                        if b < 0 || b as u64 >= $t::BITS as u64 { if a < 0 { !0 } else { 0 } } else { a >> b }
                    }
                    op => unreachable!("{op:?} of integers"),
                }
            }
            #[inline(always)]
            fn compare(op: MapOp, a: Self, b: Self) -> bool { compare!(op, a, b) }
            #[inline(always)]
            #[allow(unused_comparisons, reason = "one body for signed and unsigned")]
            fn test(op: MapOp, a: Self) -> bool {
                match op {
                    MapOp::Not => a == 0,
                    MapOp::IsNan | MapOp::IsInf => false,
                    MapOp::IsFinite => true,
                    MapOp::Signbit => a < 0,
                    op => unreachable!("{op:?} is no test"),
                }
            }
            #[inline(always)]
            fn identity(op: FoldOp) -> Self {
                match op {
                    FoldOp::Sum | FoldOp::Any => 0,
                    FoldOp::Prod => 1,
                    FoldOp::Min => $t::MAX,
                    FoldOp::Max => $t::MIN,
                    FoldOp::All => !0,
                }
            }
        }
    )*};
}

integers! { i8 I8 i16 I16 i32 I32 i64 I64 u8 U8 u16 U16 u32 U32 u64 U64 }

macro_rules! floats {
    ($($t:ident $d:ident $bits:ident $unary:ident $binary:ident)*) => {$(
        impl Element for $t {
            const DTYPE: DType = DType::$d;
            #[inline(always)]
            fn from_scalar(s: Scalar) -> Self { $t::from_bits(s.bits as $bits) }
            #[inline(always)]
            fn to_scalar(self) -> Scalar { Scalar { dtype: DType::$d, bits: self.to_bits() as u128 } }
            #[inline(always)]
            fn unary(op: MapOp, a: Self) -> Self {
                match op {
                    MapOp::Neg => -a,
                    MapOp::Abs => a.abs(),
                    MapOp::Sign => if a > 0.0 { 1.0 } else if a < 0.0 { -1.0 } else if a == 0.0 { 0.0 } else { a },
                    MapOp::Sqrt => a.sqrt(),
                    MapOp::Floor => a.floor(),
                    MapOp::Ceil => a.ceil(),
                    MapOp::Round => a.round_ties_even(),
                    MapOp::Trunc => a.trunc(),
                    op => math::unary(op).$unary(a),
                }
            }
            #[inline(always)]
            fn binary(op: MapOp, a: Self, b: Self) -> Self {
                match op {
                    MapOp::Add => a + b,
                    MapOp::Sub => a - b,
                    MapOp::Mul => a * b,
                    MapOp::Div => a / b,
                    MapOp::FloorDiv => float_divmod(a as f64, b as f64, |a, b| ((a as $t) % (b as $t)) as f64,
                        |a, b| ((a as $t) - (b as $t)) as f64, |a, b| ((a as $t) / (b as $t)) as f64,
                        |a, b| ((a as $t) + (b as $t)) as f64).0 as $t,
                    MapOp::Mod => float_divmod(a as f64, b as f64, |a, b| ((a as $t) % (b as $t)) as f64,
                        |a, b| ((a as $t) - (b as $t)) as f64, |a, b| ((a as $t) / (b as $t)) as f64,
                        |a, b| ((a as $t) + (b as $t)) as f64).1 as $t,
                    MapOp::Min => {
                        if a != a || b != b { return a + b; }
                        if a == b { return $t::from_bits(a.to_bits() | b.to_bits()); }
                        if a < b { a } else { b }
                    }
                    MapOp::Max => {
                        if a != a || b != b { return a + b; }
                        if a == b { return $t::from_bits(a.to_bits() & b.to_bits()); }
                        if a > b { a } else { b }
                    }
                    MapOp::Copysign => a.copysign(b),
                    MapOp::Nextafter => {
                        if a != a || b != b { a + b } else if a == b { b } else if a < b { a.next_up() } else { a.next_down() }
                    }
                    MapOp::GammaDraw => draw::gamma(a as f64, b as f64) as $t,
                    MapOp::PoissonDraw => draw::poisson(a as f64, b as f64) as $t,
                    op => math::binary(op).$binary(a, b),
                }
            }
            #[inline(always)]
            fn compare(op: MapOp, a: Self, b: Self) -> bool { compare!(op, a, b) }
            #[inline(always)]
            fn test(op: MapOp, a: Self) -> bool {
                match op {
                    MapOp::Not => a == 0.0,
                    MapOp::IsNan => a != a,
                    MapOp::IsInf => a.abs() == $t::INFINITY,
                    MapOp::IsFinite => a.abs() < $t::INFINITY,
                    MapOp::Signbit => a.is_sign_negative(),
                    op => unreachable!("{op:?} is no test"),
                }
            }
            #[inline(always)]
            fn identity(op: FoldOp) -> Self {
                match op {
                    FoldOp::Sum => -0.0,
                    FoldOp::Prod => 1.0,
                    FoldOp::Min => $t::INFINITY,
                    FoldOp::Max => $t::NEG_INFINITY,
                    FoldOp::Any | FoldOp::All => unreachable!("logical folds compute in bool"),
                }
            }
        }
    )*};
}

floats! { f32 F32 u32 apply_f32 apply_f32 f64 F64 u64 apply_f64 apply_f64 }

/// Quotient rounded down and remainder with the divisor's sign, as NumPy defines them for floats
/// (`npy_divmod`): the quotient is a whole number, the remainder exact where `fmod` is.
#[inline(always)]
fn float_divmod(
    a: f64,
    b: f64,
    rem: impl Fn(f64, f64) -> f64,
    sub: impl Fn(f64, f64) -> f64,
    div: impl Fn(f64, f64) -> f64,
    add: impl Fn(f64, f64) -> f64,
) -> (f64, f64) {
    let mut modulo = rem(a, b);
    if b == 0.0 {
        return (div(a, b), modulo);
    }
    let mut quotient = div(sub(a, modulo), b);
    if modulo != 0.0 {
        if (b < 0.0) != (modulo < 0.0) {
            modulo = add(modulo, b);
            quotient = sub(quotient, 1.0);
        }
    } else {
        modulo = 0f64.copysign(b);
    }
    if quotient == 0.0 {
        return (0f64.copysign(div(a, b)), modulo);
    }
    let whole = quotient.floor();
    (if sub(quotient, whole) > 0.5 { add(whole, 1.0) } else { whole }, modulo)
}

/// Bools as bytes 0 and 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Bool(pub u8);

impl Element for Bool {
    const DTYPE: DType = DType::Bool;
    #[inline(always)]
    fn from_scalar(s: Scalar) -> Self {
        Bool((s.bits != 0) as u8)
    }
    #[inline(always)]
    fn to_scalar(self) -> Scalar {
        Scalar::bool(self.0 != 0)
    }
    #[inline(always)]
    fn unary(op: MapOp, a: Self) -> Self {
        match op {
            MapOp::Invert | MapOp::Not => Bool(a.0 ^ 1),
            MapOp::Abs | MapOp::Floor | MapOp::Ceil | MapOp::Round | MapOp::Trunc => a,
            op => unreachable!("{op:?} of a bool"),
        }
    }
    #[inline(always)]
    fn binary(op: MapOp, a: Self, b: Self) -> Self {
        match op {
            MapOp::Add | MapOp::Max | MapOp::BitOr => Bool(a.0 | b.0),
            MapOp::Mul | MapOp::Min | MapOp::BitAnd => Bool(a.0 & b.0),
            MapOp::BitXor => Bool(a.0 ^ b.0),
            op => unreachable!("{op:?} of bools"),
        }
    }
    #[inline(always)]
    fn compare(op: MapOp, a: Self, b: Self) -> bool {
        compare!(op, a.0, b.0)
    }
    #[inline(always)]
    fn test(op: MapOp, a: Self) -> bool {
        match op {
            MapOp::Not => a.0 == 0,
            MapOp::IsFinite => true,
            _ => false,
        }
    }
    #[inline(always)]
    fn identity(op: FoldOp) -> Self {
        Bool(matches!(op, FoldOp::Prod | FoldOp::Min | FoldOp::All) as u8)
    }
}

/// The math functions behind the operators.
mod math {
    use crate::op::MapOp;
    use crate::vmath::{BinaryMath, UnaryMath};

    #[inline(always)]
    pub fn unary(op: MapOp) -> UnaryMath {
        super::unary_math(op).unwrap_or_else(|| unreachable!("{op:?} of a float"))
    }

    #[inline(always)]
    pub fn binary(op: MapOp) -> BinaryMath {
        super::binary_math(op).unwrap_or_else(|| unreachable!("{op:?} of floats"))
    }
}

/// The math function of one operand that an operator is, if it is one.
#[inline(always)]
pub fn unary_math(op: MapOp) -> Option<crate::vmath::UnaryMath> {
    use crate::vmath::UnaryMath as U;
    Some(match op {
        MapOp::Exp => U::Exp,
        MapOp::Exp2 => U::Exp2,
        MapOp::Expm1 => U::Expm1,
        MapOp::Log => U::Log,
        MapOp::Log2 => U::Log2,
        MapOp::Log10 => U::Log10,
        MapOp::Log1p => U::Log1p,
        MapOp::Sin => U::Sin,
        MapOp::Cos => U::Cos,
        MapOp::Tan => U::Tan,
        MapOp::Asin => U::Asin,
        MapOp::Acos => U::Acos,
        MapOp::Atan => U::Atan,
        MapOp::Sinh => U::Sinh,
        MapOp::Cosh => U::Cosh,
        MapOp::Tanh => U::Tanh,
        MapOp::Asinh => U::Asinh,
        MapOp::Acosh => U::Acosh,
        MapOp::Atanh => U::Atanh,
        MapOp::Erf => U::Erf,
        MapOp::Erfc => U::Erfc,
        MapOp::Cbrt => U::Cbrt,
        MapOp::Lgamma => U::Lgamma,
        MapOp::Gamma => U::Gamma,
        _ => return None,
    })
}

/// The math function of two operands that an operator is, if it is one.
#[inline(always)]
pub fn binary_math(op: MapOp) -> Option<crate::vmath::BinaryMath> {
    use crate::vmath::BinaryMath as B;
    Some(match op {
        MapOp::Atan2 => B::Atan2,
        MapOp::Hypot => B::Hypot,
        MapOp::Pow => B::Pow,
        _ => return None,
    })
}

/// Runs code with `$t` standing for the element type of a real dtype.
#[macro_export]
macro_rules! with_element {
    ($dtype:expr, $t:ident => $body:expr, complex => $complex:expr) => {
        match $dtype {
            $crate::dtype::DType::Bool => {
                type $t = $crate::eval::Bool;
                $body
            }
            $crate::dtype::DType::I8 => {
                type $t = i8;
                $body
            }
            $crate::dtype::DType::I16 => {
                type $t = i16;
                $body
            }
            $crate::dtype::DType::I32 => {
                type $t = i32;
                $body
            }
            $crate::dtype::DType::I64 => {
                type $t = i64;
                $body
            }
            $crate::dtype::DType::U8 => {
                type $t = u8;
                $body
            }
            $crate::dtype::DType::U16 => {
                type $t = u16;
                $body
            }
            $crate::dtype::DType::U32 => {
                type $t = u32;
                $body
            }
            $crate::dtype::DType::U64 => {
                type $t = u64;
                $body
            }
            $crate::dtype::DType::F32 => {
                type $t = f32;
                $body
            }
            $crate::dtype::DType::F64 => {
                type $t = f64;
                $body
            }
            $crate::dtype::DType::C64 | $crate::dtype::DType::C128 => $complex,
        }
    };
}

/// Applies an elementwise operator to operands of the dtype it computes in. `to` is the dtype
/// of the result ([`MapOp::Cast`] alone needs it).
pub fn apply(op: MapOp, args: &[Scalar], to: DType) -> Scalar {
    match op {
        MapOp::Select => return if args[0].truthy() { args[1] } else { args[2] },
        MapOp::Cast => return args[0].cast(to),
        _ => {}
    }
    let dtype = args[0].dtype;
    with_element!(dtype, T => apply_as::<T>(op, args),
        complex => unreachable!("{op:?} of complex elements is refused by the typing rules"))
}

fn apply_as<T: Element>(op: MapOp, args: &[Scalar]) -> Scalar {
    use crate::op::Rule;
    let a = T::from_scalar(args[0]);
    match (op.row().rule, op.row().arity) {
        (Rule::Compare, _) => Scalar::bool(T::compare(op, a, T::from_scalar(args[1]))),
        (Rule::Test, _) => Scalar::bool(T::test(op, a)),
        (_, 1) => T::unary(op, a).to_scalar(),
        _ => T::binary(op, a, T::from_scalar(args[1])).to_scalar(),
    }
}

/// Combines two values of a fold.
pub fn fold(op: FoldOp, a: Scalar, b: Scalar) -> Scalar {
    with_element!(a.dtype, T => T::fold(op, T::from_scalar(a), T::from_scalar(b)).to_scalar(),
        complex => unreachable!("folds of complex elements are refused by the typing rules"))
}

/// The identity of a fold over `dtype`.
pub fn identity(op: FoldOp, dtype: DType) -> Scalar {
    with_element!(dtype, T => T::identity(op).to_scalar(),
        complex => unreachable!("folds of complex elements are refused by the typing rules"))
}

/// What an empty fold gives: the identity, but +0 for a float sum.
pub fn empty_fold(op: FoldOp, dtype: DType) -> Scalar {
    match (op, dtype.kind()) {
        (FoldOp::Sum, Kind::Float) => Scalar::from_i128(0, dtype),
        _ => identity(op, dtype),
    }
}
