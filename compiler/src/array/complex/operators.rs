//! The rows of the operator table for complex operands: which dtypes they take and give, and the
//! formula of each.

use super::formula::{Complex, Formula, Real, Truth};
use super::{exponential, trigonometric};
use arr_ir::dtype::DType;
use arr_ir::op::{DTypeError, MapOp};

/// What an operator gives.
pub(super) enum Output<'a> {
    /// One of the two parts, a magnitude.
    Real(Real<'a>),
    /// A condition.
    Truth(Truth<'a>),
    /// A complex number.
    Complex(Complex<'a>),
}

/// The dtype computed in and the dtype of the result, for operands promoted to a complex dtype.
pub(crate) fn dtypes(op: MapOp, joint: DType) -> Result<(DType, DType), DTypeError> {
    use MapOp::*;
    match op {
        Abs => Ok((joint, joint.part())),
        Eq | Ne | Not | IsNan | IsInf | IsFinite => Ok((joint, DType::Bool)),
        Add | Sub | Mul | Div | Pow | Neg | Sign | Round | Select => Ok((joint, joint)),
        Sqrt | Exp | Exp2 | Expm1 | Log | Log2 | Log10 | Log1p => Ok((joint, joint)),
        Sin | Cos | Tan | Asin | Acos | Atan => Ok((joint, joint)),
        Sinh | Cosh | Tanh | Asinh | Acosh | Atanh => Ok((joint, joint)),
        Lt | Le | Gt | Ge | Min | Max | Floor | Ceil | Trunc | FloorDiv | Mod | Signbit => {
            Err("complex numbers have no order")
        }
        BitAnd | BitOr | BitXor | Invert | Shl | Shr => {
            Err("bits of floating-point numbers are not reachable")
        }
        _ => Err("it is defined for real numbers only"),
    }
}

/// Whether complex64 operands are computed in float64 and rounded at the end: functions whose
/// formulas have steps that round.
pub(super) fn is_wide(op: MapOp) -> bool {
    use MapOp::*;
    !matches!(
        op,
        Abs | Eq | Ne | Not | IsNan | IsInf | IsFinite | Add | Sub | Mul | Div | Neg | Round
    )
}

/// The formula of an operator of [`dtypes`] on operands given as arena places; `Select` is not
/// among them, it moves elements.
pub(super) fn write<'a>(formula: &'a Formula, op: MapOp, operands: usize) -> Output<'a> {
    use MapOp::*;
    let z = formula.operand(0);
    let w = || formula.operand(operands - 1);
    Output::Complex(match op {
        Abs => return Output::Real(z.re.hypot(z.im)),
        Eq => {
            let w = w();
            return Output::Truth(z.re.is(w.re) & z.im.is(w.im));
        }
        Ne => {
            let w = w();
            return Output::Truth(z.re.is_not(w.re) | z.im.is_not(w.im));
        }
        Not => return Output::Truth(z.re.is(0.0) & z.im.is(0.0)),
        IsNan => return Output::Truth(z.is_nan()),
        IsInf => return Output::Truth(z.re.is_inf() | z.im.is_inf()),
        IsFinite => return Output::Truth(z.re.is_finite() & z.im.is_finite()),
        Add => z + w(),
        Sub => z - w(),
        Mul => z * w(),
        Div => z / w(),
        Pow => exponential::pow(z, w()),
        Neg => -z,
        Round => Complex { re: z.re.map(Round), im: z.im.map(Round) },
        Sign => sign(z),
        Sqrt => exponential::sqrt(z),
        Exp => exponential::exp(z),
        Exp2 => exponential::exp2(z),
        Expm1 => exponential::expm1(z),
        Log => exponential::log(z, Log, 1.0),
        Log2 => exponential::log(z, Log2, std::f64::consts::LOG2_E),
        Log10 => exponential::log(z, Log10, std::f64::consts::LOG10_E),
        Log1p => exponential::log1p(z),
        Sinh => trigonometric::sinh(z),
        Cosh => trigonometric::cosh(z),
        Tanh => trigonometric::tanh(z),
        Sin => trigonometric::sin(z),
        Cos => trigonometric::cosh(z.times_i()),
        Tan => trigonometric::tanh(z.times_i()).over_i(),
        Asinh => trigonometric::asinh(z),
        Acosh => trigonometric::acosh(z),
        Atanh => trigonometric::atanh(z),
        Asin => trigonometric::asinh(z.swapped()).swapped(),
        Acos => trigonometric::acos(z),
        // The last one: `dtypes` lets nothing else pass.
        _ => trigonometric::atanh(z.swapped()).swapped(),
    })
}

/// The formula of the power with a whole exponent that is known.
pub(super) fn power(formula: &Formula, n: i32) -> Output<'_> {
    Output::Complex(exponential::pow_whole(formula.operand(0), n))
}

/// `z / |z|`, and zero for zero; a number with one infinite part points along that axis.
fn sign<'a>(z: Complex<'a>) -> Complex<'a> {
    let size = z.re.hypot(z.im);
    let (wide, high) = (z.re.is_inf(), z.im.is_inf());
    let part = |part: Real<'a>, here: Truth<'a>, there: Truth<'a>| {
        let axis = (here & !there).pick(part.number(1.0).signed(part), part / size);
        let axis = (there & !here).pick(0.0, axis);
        size.is(0.0).pick(0.0, axis)
    };
    Complex { re: part(z.re, wide, high), im: part(z.im, high, wide) }
}
