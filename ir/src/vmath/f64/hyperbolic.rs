//! `sinh`, `cosh`, `tanh` and their inverses.
//!
//! With `x = k ln 2 + r`, `C = cosh r`, `S = sinh r`, `a = sinh(k ln 2)`, `b = cosh(k ln 2)`:
//! `sinh x = a C + b S` and `cosh x = b C + a S`, where `a` and `b` are sums of two powers of two;
//! no division and no cancellation. The inverses are `log1p` of an argument that carries its
//! rounding error.

use super::super::coefficients::{COSH, LN2, LOG2_E, SINH};
use super::super::double::{
    ROUNDER, fast_two_sum, keep_nan, polynomial, power_of_two, select, two_product, two_sum,
};
use super::log::log1p_double;

/// `x = k ln 2 + r` with `sinh r = sine.0 + sine.1` and `cosh r = 1 + excess`.
struct Parts {
    k: f64,
    sine: (f64, f64),
    excess: f64,
}

#[inline(always)]
fn parts(x: f64) -> Parts {
    let k = x.mul_add(LOG2_E[0], ROUNDER) - ROUNDER;
    let exact = (-k).mul_add(LN2[0], x);
    let (r, r_low) = fast_two_sum(exact, -k * LN2[1]);
    let z = r * r;
    let sine = fast_two_sum(r, (r * z).mul_add(polynomial(z, &SINH), r_low));
    Parts { k, sine, excess: z.mul_add(polynomial(z, &COSH), r * r_low) }
}

/// `(sinh(k ln 2), cosh(k ln 2)) / 4` for `0 <= k <= 1025`.
#[inline(always)]
fn whole_part(k: f64) -> (f64, f64) {
    let grown = power_of_two(k - 3.0);
    let shrunk = power_of_two(-select(k > 60.0, 60.0, k) - 3.0);
    (grown - shrunk, grown + shrunk)
}

/// The hyperbolic sine of `x`.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let size = x.abs();
    let p = parts(select(size > 711.0, 711.0, size));
    let (a, b) = whole_part(p.k);
    let value = 4.0 * (a + a.mul_add(p.excess, b.mul_add(p.sine.0, b * p.sine.1)));
    let value = select(p.k == 0.0, p.sine.0, value);
    keep_nan(x, value.copysign(x))
}

/// The hyperbolic cosine of `x`.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let size = x.abs();
    let p = parts(select(size > 711.0, 711.0, size));
    let (a, b) = whole_part(p.k);
    let value = 4.0 * (b + b.mul_add(p.excess, a.mul_add(p.sine.0, a * p.sine.1)));
    keep_nan(x, value)
}

/// The hyperbolic tangent of `x`.
///
/// `(a C + b S) / (b C + a S)` with the dividend in two doubles while `k <= 1`, and
/// `1 - e^-x / cosh x` above, where the subtraction only makes the quotient's error smaller.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let size = x.abs();
    let p = parts(select(size > 22.0, 22.0, size));
    let (a, b) = whole_part(p.k);
    let bottom = b + b.mul_add(p.excess, a * p.sine.0);
    let above = a.mul_add(p.excess, b * p.sine.0);
    let top = fast_two_sum(a, above);
    let above_low = a.mul_add(p.excess, b.mul_add(p.sine.0, -above));
    let top_low = top.1 + b.mul_add(p.sine.1, above_low);
    let far = p.k > 1.0;
    let shrunk = (1.0 + (p.excess - p.sine.0)) * power_of_two(-p.k - 2.0);
    let top_high = select(far, shrunk, top.0);
    let top_low = select(far, 0.0, top_low);
    let inverse = 1.0 / bottom;
    let quotient = top_high * inverse;
    let rest = (-quotient).mul_add(bottom, top_high) + top_low;
    let value = rest.mul_add(inverse, quotient);
    let value = select(far, 1.0 - value, value);
    let value = select(size < 1e-10, size, value);
    keep_nan(x, value.copysign(x))
}

/// The inverse hyperbolic sine of `x`: `log1p(x + x^2 / (1 + sqrt(1 + x^2)))`.
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let huge = size > 1e9;
    let bounded = select(huge, 1.0, size);
    let square = bounded * bounded;
    let correction = square / (1.0 + (1.0 + square).sqrt());
    let (high, low) = fast_two_sum(bounded, correction);
    // Above 1e9 the sum is 2 x: log1p((x - 1)) + ln 2.
    let (shifted, shifted_low) = two_sum(size, -1.0);
    let high = select(huge, shifted, high);
    let low = select(huge, shifted_low, low);
    let value = log1p_double(high, low, select(huge, 1.0, 0.0));
    let value = select(size < 1e-150, size, value);
    let value = select(size == f64::INFINITY, size, value);
    keep_nan(x, value.copysign(x))
}

/// The inverse hyperbolic cosine of `x`: `log1p(t + sqrt(t^2 + 2 t))`, `t = x - 1`; NaN below 1.
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    let huge = x > 1e9;
    let t = select(huge, 1.0, x) - 1.0;
    let (square, square_low) = two_product(t, t);
    let (sum, sum_low) = two_sum(2.0 * t, square);
    let root = sum.sqrt();
    let residual = (-root).mul_add(root, sum) + (sum_low + square_low);
    let root_low = 0.5 * residual / select(root > 0.0, root, 1.0);
    let (high, low) = two_sum(t, root);
    let (shifted, shifted_low) = two_sum(x, -1.0);
    let high = select(huge, shifted, high);
    let low = select(huge, shifted_low, low + root_low);
    let value = log1p_double(high, low, select(huge, 1.0, 0.0));
    let value = select(x == f64::INFINITY, x, value);
    select(x >= 1.0, value, f64::NAN)
}

/// The inverse hyperbolic tangent of `x`: `log1p(2 x / (1 - x)) / 2`; NaN for `|x| > 1`.
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    let size = x.abs();
    let (bottom, bottom_low) = fast_two_sum(1.0, -size);
    let inverse = 1.0 / bottom;
    let top = 2.0 * size;
    let quotient = top * inverse;
    let rest = (-quotient).mul_add(bottom, top) - quotient * bottom_low;
    let (high, low) = fast_two_sum(quotient, rest * inverse);
    let value = 0.5 * log1p_double(high, low, 0.0);
    let value = select(size < 1e-150, size, value);
    let value = select(size == 1.0, f64::INFINITY, value);
    select(size <= 1.0, value.copysign(x), f64::NAN)
}
