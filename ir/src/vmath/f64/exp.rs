//! `exp`, `exp2`, `expm1`, and the double-double exponential that `pow`, `erfc`, `gamma` share.
//!
//! Method: `x = k ln 2 + r` with `|r| <= ln(2)/2` (the subtraction of `k` times the leading part of
//! `ln 2` is exact in a fused multiply-add), `e^r` by a polynomial, `2^k` through the exponent
//! bits in two steps, so that results near the limits round or overflow once.

use super::super::coefficients::{EXP, LN2, LOG2_E};
use super::super::double::{
    ROUNDER, fast_two_sum, keep_nan, polynomial, polynomial_split, power_of_two, round, scale,
    select, two_product,
};

/// Above this every exponential overflows; it is itself harmless to compute with.
pub(super) const OVERFLOW: f64 = 710.0;

/// Below this every exponential is zero.
pub(super) const UNDERFLOW: f64 = -746.0;

/// `(k, r)` with `x = k ln 2 + r`, for `|x| < 2000`.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64) {
    let k = x.mul_add(LOG2_E[0], ROUNDER) - ROUNDER;
    let r = (-k).mul_add(LN2[0], x);
    (k, (-k).mul_add(LN2[1], r))
}

/// `e^(high + low)` as `2^k (a + b)`: returns `(k, (a, b))`, to about 2^-57 relative; `b` is below
/// `a / 10`.
///
/// `high` must lie in `-2000 ..= 2000`; `low` is at most a few ulps of it.
#[inline(always)]
pub(super) fn exp_double(high: f64, low: f64) -> (f64, (f64, f64)) {
    let k = high.mul_add(LOG2_E[0], ROUNDER) - ROUNDER;
    let exact = (-k).mul_add(LN2[0], high);
    let (r, rounding) = fast_two_sum(exact, (-k).mul_add(LN2[1], low));
    let one_plus_r = fast_two_sum(1.0, r);
    let tail = (r * r).mul_add(polynomial_split(r, &EXP), rounding * one_plus_r.0);
    (k, (one_plus_r.0, one_plus_r.1 + tail))
}

/// `(high, low)` with the arguments of `exp_double` moved into the range that decides anything.
#[inline(always)]
pub(super) fn clamp_exponent(high: f64, low: f64) -> (f64, f64) {
    let outside = !(high < OVERFLOW && high > UNDERFLOW);
    let limit = select(high > 0.0, OVERFLOW, UNDERFLOW);
    (select(outside, limit, high), select(outside, 0.0, low))
}

/// The exponential of `x`.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let bounded = select(x > OVERFLOW, OVERFLOW, select(x < UNDERFLOW, UNDERFLOW, x));
    let (k, r) = reduce(bounded);
    let value = (r * r).mul_add(polynomial(r, &EXP), r) + 1.0;
    keep_nan(x, scale(value, k))
}

/// Below this magnitude [`exp_near`] is [`exp`], to the last bit.
pub const NEAR_EXPONENT: f64 = 708.0;

/// `exp` for `|x| < NEAR_EXPONENT`, where neither the argument needs a bound nor the result two
/// steps; otherwise some value.
#[inline(always)]
pub fn exp_near(x: f64) -> f64 {
    let (k, r) = reduce(x);
    ((r * r).mul_add(polynomial(r, &EXP), r) + 1.0) * power_of_two(k)
}

/// Two to the power of `x`.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let bounded = select(x > 1025.0, 1025.0, select(x < -1080.0, -1080.0, x));
    let k = round(bounded);
    let (r, low) = two_product(bounded - k, LN2[0]);
    let rest = (bounded - k).mul_add(LN2[1], low);
    let value = (r + (r * r).mul_add(polynomial(r, &EXP), rest)) + 1.0;
    keep_nan(x, scale(value, k))
}

/// `e^x - 1`, accurate near zero.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let bounded = select(x > OVERFLOW, OVERFLOW, select(x < -40.0, -40.0, x));
    let (k, r) = reduce(bounded);
    let small = (r * r).mul_add(polynomial(r, &EXP), r);
    let half_scale = power_of_two(k - 1.0);
    let value = 2.0 * half_scale.mul_add(small, half_scale - 0.5);
    let value = select(k == 0.0, small, value);
    keep_nan(x, select(x == 0.0, x, value))
}
