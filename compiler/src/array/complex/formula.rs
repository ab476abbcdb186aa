//! Formulas over real numbers, as values: what complex functions are written in.
//!
//! A [`Formula`] is an arena of operations in topological order. [`Real`] and [`Truth`] are places
//! in it with the usual operators, so that a formula reads as in a book; nothing is computed while
//! it is written. [`Formula::evaluate`] then walks what is wanted, with arrays or with numbers:
//! one text for both.

use crate::array::faults::Outcome;
use arr_ir::op::MapOp;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// One step of a formula.
enum Step {
    /// The real (even) or imaginary (odd) part of an operand.
    Part(usize),
    Number(f64),
    Map(MapOp, SmallVec<[u32; 3]>),
}

/// The arena.
#[derive(Default)]
pub(super) struct Formula {
    steps: RefCell<Vec<Step>>,
}

/// Who computes a formula: arrays or numbers.
pub(super) trait Algebra {
    /// A value of one step.
    type Value: Clone;
    /// The real (even) or imaginary (odd) part of an operand.
    fn part(&self, index: usize) -> Self::Value;
    /// A constant.
    fn number(&self, value: f64) -> Self::Value;
    /// A real operator.
    fn map(&self, op: MapOp, args: &[Self::Value]) -> Outcome<Self::Value>;
}

impl Formula {
    fn step(&self, step: Step) -> Real<'_> {
        let mut steps = self.steps.borrow_mut();
        steps.push(step);
        Real { formula: self, id: steps.len() as u32 - 1 }
    }

    /// The operand of that position.
    pub(super) fn operand(&self, position: usize) -> Complex<'_> {
        Complex {
            re: self.step(Step::Part(2 * position)),
            im: self.step(Step::Part(2 * position + 1)),
        }
    }

    /// A constant.
    pub(super) fn number(&self, value: f64) -> Real<'_> {
        self.step(Step::Number(value))
    }

    /// The values of some places.
    pub(super) fn evaluate<A: Algebra>(
        &self,
        algebra: &A,
        wanted: &[Real<'_>],
    ) -> Outcome<Vec<A::Value>> {
        let steps = self.steps.borrow();
        let mut needed = vec![false; steps.len()];
        wanted.iter().for_each(|w| needed[w.id as usize] = true);
        for (id, step) in steps.iter().enumerate().rev() {
            if let (true, Step::Map(_, args)) = (needed[id], step) {
                args.iter().for_each(|&a| needed[a as usize] = true);
            }
        }
        let mut values: Vec<Option<A::Value>> = Vec::with_capacity(steps.len());
        for (step, needed) in steps.iter().zip(needed) {
            values.push(match step {
                _ if !needed => None,
                Step::Part(index) => Some(algebra.part(*index)),
                Step::Number(value) => Some(algebra.number(*value)),
                Step::Map(op, args) => {
                    let args: SmallVec<[A::Value; 3]> =
                        args.iter().filter_map(|&a| values[a as usize].clone()).collect();
                    Some(algebra.map(*op, &args)?)
                }
            });
        }
        Ok(wanted.iter().filter_map(|w| values[w.id as usize].clone()).collect())
    }
}

/// A real number of a formula.
#[derive(Clone, Copy)]
pub(super) struct Real<'a> {
    formula: &'a Formula,
    id: u32,
}

/// A condition of a formula.
#[derive(Clone, Copy)]
pub(super) struct Truth<'a>(pub(super) Real<'a>);

/// A complex number of a formula.
#[derive(Clone, Copy)]
pub(super) struct Complex<'a> {
    pub(super) re: Real<'a>,
    pub(super) im: Real<'a>,
}

/// What a formula may stand next to.
pub(super) trait Term<'a> {
    fn place(self, formula: &'a Formula) -> Real<'a>;
}

impl<'a> Term<'a> for Real<'a> {
    fn place(self, _: &'a Formula) -> Real<'a> {
        self
    }
}

impl<'a> Term<'a> for f64 {
    fn place(self, formula: &'a Formula) -> Real<'a> {
        formula.number(self)
    }
}

impl<'a> Real<'a> {
    /// A constant of the same formula.
    pub(super) fn number(self, value: f64) -> Real<'a> {
        self.formula.number(value)
    }

    /// An operator of one operand.
    pub(super) fn map(self, op: MapOp) -> Real<'a> {
        self.formula.step(Step::Map(op, SmallVec::from_slice(&[self.id])))
    }

    /// An operator of two operands.
    pub(super) fn with(self, op: MapOp, other: impl Term<'a>) -> Real<'a> {
        let other = other.place(self.formula);
        self.formula.step(Step::Map(op, SmallVec::from_slice(&[self.id, other.id])))
    }

    pub(super) fn abs(self) -> Real<'a> {
        self.map(MapOp::Abs)
    }

    pub(super) fn sqrt(self) -> Real<'a> {
        self.map(MapOp::Sqrt)
    }

    pub(super) fn hypot(self, other: Real<'a>) -> Real<'a> {
        self.with(MapOp::Hypot, other)
    }

    pub(super) fn atan2(self, other: impl Term<'a>) -> Real<'a> {
        self.with(MapOp::Atan2, other)
    }

    /// The magnitude with the sign of another number.
    pub(super) fn signed(self, sign: impl Term<'a>) -> Real<'a> {
        self.with(MapOp::Copysign, sign)
    }

    pub(super) fn lt(self, other: impl Term<'a>) -> Truth<'a> {
        Truth(self.with(MapOp::Lt, other))
    }

    pub(super) fn le(self, other: impl Term<'a>) -> Truth<'a> {
        Truth(self.with(MapOp::Le, other))
    }

    pub(super) fn gt(self, other: impl Term<'a>) -> Truth<'a> {
        Truth(self.with(MapOp::Gt, other))
    }

    pub(super) fn ge(self, other: impl Term<'a>) -> Truth<'a> {
        Truth(self.with(MapOp::Ge, other))
    }

    pub(super) fn is(self, other: impl Term<'a>) -> Truth<'a> {
        Truth(self.with(MapOp::Eq, other))
    }

    pub(super) fn is_not(self, other: impl Term<'a>) -> Truth<'a> {
        Truth(self.with(MapOp::Ne, other))
    }

    pub(super) fn test(self, op: MapOp) -> Truth<'a> {
        Truth(self.map(op))
    }

    pub(super) fn is_nan(self) -> Truth<'a> {
        self.test(MapOp::IsNan)
    }

    pub(super) fn is_inf(self) -> Truth<'a> {
        self.test(MapOp::IsInf)
    }

    pub(super) fn is_finite(self) -> Truth<'a> {
        self.test(MapOp::IsFinite)
    }
}

impl<'a> Truth<'a> {
    /// The first where it holds, else the second.
    pub(super) fn pick(self, yes: impl Term<'a>, no: impl Term<'a>) -> Real<'a> {
        let formula = self.0.formula;
        let ids = [self.0.id, yes.place(formula).id, no.place(formula).id];
        formula.step(Step::Map(MapOp::Select, SmallVec::from_slice(&ids)))
    }

    /// The same for complex numbers.
    pub(super) fn pick_complex(self, yes: Complex<'a>, no: Complex<'a>) -> Complex<'a> {
        Complex { re: self.pick(yes.re, no.re), im: self.pick(yes.im, no.im) }
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:ident)*) => {$(
        impl<'a, T: Term<'a>> $trait<T> for Real<'a> {
            type Output = Real<'a>;
            fn $method(self, other: T) -> Real<'a> {
                self.with(MapOp::$op, other)
            }
        }
        impl<'a> $trait<Real<'a>> for f64 {
            type Output = Real<'a>;
            fn $method(self, other: Real<'a>) -> Real<'a> {
                other.number(self).with(MapOp::$op, other)
            }
        }
    )*};
}

operators! { Add add Add Sub sub Sub Mul mul Mul Div div Div }

impl<'a> Neg for Real<'a> {
    type Output = Real<'a>;
    fn neg(self) -> Real<'a> {
        self.map(MapOp::Neg)
    }
}

impl<'a> BitAnd for Truth<'a> {
    type Output = Truth<'a>;
    fn bitand(self, other: Truth<'a>) -> Truth<'a> {
        Truth(self.0.with(MapOp::BitAnd, other.0))
    }
}

impl<'a> BitOr for Truth<'a> {
    type Output = Truth<'a>;
    fn bitor(self, other: Truth<'a>) -> Truth<'a> {
        Truth(self.0.with(MapOp::BitOr, other.0))
    }
}

impl<'a> Not for Truth<'a> {
    type Output = Truth<'a>;
    fn not(self) -> Truth<'a> {
        Truth(self.0.map(MapOp::Invert))
    }
}

impl<'a> Complex<'a> {
    /// The number turned by a right angle: `i z`.
    pub(super) fn times_i(self) -> Complex<'a> {
        Complex { re: -self.im, im: self.re }
    }

    /// The number turned back: `-i z`.
    pub(super) fn over_i(self) -> Complex<'a> {
        Complex { re: self.im, im: -self.re }
    }

    /// Real and imaginary part exchanged.
    pub(super) fn swapped(self) -> Complex<'a> {
        Complex { re: self.im, im: self.re }
    }

    /// Whether a part is NaN.
    pub(super) fn is_nan(self) -> Truth<'a> {
        self.re.is_nan() | self.im.is_nan()
    }
}

impl<'a> Add for Complex<'a> {
    type Output = Complex<'a>;
    fn add(self, other: Complex<'a>) -> Complex<'a> {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl<'a> Sub for Complex<'a> {
    type Output = Complex<'a>;
    fn sub(self, other: Complex<'a>) -> Complex<'a> {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

impl<'a> Mul for Complex<'a> {
    type Output = Complex<'a>;
    fn mul(self, other: Complex<'a>) -> Complex<'a> {
        Complex {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

/// Smith's method (CACM 5, 1962): scaled by the larger part of the divisor. Zero as a divisor
/// divides both parts.
impl<'a> Div for Complex<'a> {
    type Output = Complex<'a>;
    fn div(self, other: Complex<'a>) -> Complex<'a> {
        let (a, b, c, d) = (self.re, self.im, other.re, other.im);
        let flat = c.abs().ge(d.abs());
        let (large, small) = (flat.pick(c, d), flat.pick(d, c));
        let zero = large.is(0.0);
        let ratio = zero.pick(0.0, small / large);
        let scale = zero.pick(large.abs(), large + small * ratio);
        let re = flat.pick(a + b * ratio, a * ratio + b);
        let im = flat.pick(b - a * ratio, b * ratio - a);
        Complex { re: re / scale, im: im / scale }
    }
}

impl<'a> Neg for Complex<'a> {
    type Output = Complex<'a>;
    fn neg(self) -> Complex<'a> {
        Complex { re: -self.re, im: -self.im }
    }
}
