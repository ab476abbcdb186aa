//! `sin`, `cos`, `tan`.
//!
//! Method: `x = k pi/2 + r`, `|r| <= pi/4` (Cody and Waite, with `pi/2` in three doubles). The
//! first product is subtracted exactly by a fused multiply-add: the difference is a multiple of the
//! last place of `pi/2` and below 1. `r` is kept as a double-double, so even the doubles nearest to
//! a multiple of `pi/2` keep their accuracy. Polynomials for sine and cosine, chosen by `k mod 4`.
//!
//! The reduction holds below `SMALL_ANGLE`; larger arguments take the exact reduction of
//! `trig_large`, which has branches. A tile loop runs the `_small` function over all elements and
//! recomputes those with `|x| >= SMALL_ANGLE` (or infinite) with the full function.

use super::super::coefficients::{COS, HALF_PI, SIN, TWO_OVER_PI};
use super::super::double::{ROUNDER, fast_two_sum, keep_nan, polynomial, select, two_product};
use super::trig_large::{self, Reduced};

/// `sin_small`, `cos_small` and `tan_small` are right below this magnitude: 2^30.
pub const SMALL_ANGLE: f64 = 1_073_741_824.0;

/// The reduction for `|x| < SMALL_ANGLE`.
#[inline(always)]
fn reduce_small(x: f64) -> Reduced {
    let shifted = x.mul_add(TWO_OVER_PI[0], ROUNDER);
    let k = shifted - ROUNDER;
    let exact = (-k).mul_add(HALF_PI[0], x);
    let (product, product_low) = two_product(k, HALF_PI[1]);
    let high = exact - product;
    // The sum may cancel, so the error is that of the general two-sum.
    let part = high - exact;
    let low = (exact - (high - part)) - (product + part);
    let low = (-k).mul_add(HALF_PI[2], low - product_low);
    Reduced { quadrant: shifted.to_bits(), high, low }
}

/// `sin(high + low)` as a sum `high + t`: returns `t`.
#[inline(always)]
fn sine_rest(high: f64, low: f64) -> f64 {
    let z = high * high;
    (high * z).mul_add(polynomial(z, &SIN), low.mul_add(-0.5 * z, low))
}

/// `cos(high + low)` as a sum `w + t`: returns `(w, t)`.
#[inline(always)]
fn cosine_parts(high: f64, low: f64) -> (f64, f64) {
    let (z, z_low) = two_product(high, high);
    let half = 0.5 * z;
    let w = 1.0 - half;
    let rounding = (1.0 - w) - half;
    let tail = (-high).mul_add(low, rounding - 0.5 * z_low);
    (w, (z * z).mul_add(polynomial(z, &COS), tail))
}

/// `-value` if `flag` has its lowest bit set.
#[inline(always)]
fn negate_if(flag: u64, value: f64) -> f64 {
    f64::from_bits(value.to_bits() ^ (flag << 63))
}

/// The sine of the angle whose quadrant is counted from `quadrant`.
#[inline(always)]
fn sine_of(quadrant: u64, reduced: Reduced) -> f64 {
    let sine = reduced.high + sine_rest(reduced.high, reduced.low);
    let (w, t) = cosine_parts(reduced.high, reduced.low);
    let value = select(quadrant & 1 == 0, sine, w + t);
    negate_if(quadrant >> 1, value)
}

#[inline(always)]
fn tangent_of(reduced: Reduced) -> f64 {
    let sine = fast_two_sum(reduced.high, sine_rest(reduced.high, reduced.low));
    let (w, t) = cosine_parts(reduced.high, reduced.low);
    let cosine = fast_two_sum(w, t);
    let even = reduced.quadrant & 1 == 0;
    let top = (select(even, sine.0, -cosine.0), select(even, sine.1, -cosine.1));
    let bottom = (select(even, cosine.0, sine.0), select(even, cosine.1, sine.1));
    let inverse = 1.0 / bottom.0;
    let quotient = top.0 * inverse;
    let rest = (-quotient).mul_add(bottom.0, top.0) + (-quotient).mul_add(bottom.1, top.1);
    quotient + rest * inverse
}

/// `sin` for `|x| < SMALL_ANGLE`; otherwise some value.
#[inline(always)]
pub fn sin_small(x: f64) -> f64 {
    let reduced = reduce_small(x);
    keep_nan(x, select(x == 0.0, x, sine_of(reduced.quadrant, reduced)))
}

/// `cos` for `|x| < SMALL_ANGLE`; otherwise some value.
#[inline(always)]
pub fn cos_small(x: f64) -> f64 {
    let reduced = reduce_small(x);
    keep_nan(x, sine_of(reduced.quadrant.wrapping_add(1), reduced))
}

/// `tan` for `|x| < SMALL_ANGLE`; otherwise some value.
#[inline(always)]
pub fn tan_small(x: f64) -> f64 {
    keep_nan(x, select(x == 0.0, x, tangent_of(reduce_small(x))))
}

/// The sine of `x` radians; NaN for infinities.
#[inline]
pub fn sin(x: f64) -> f64 {
    if x.abs() >= SMALL_ANGLE { sin_large(x) } else { sin_small(x) }
}

/// The cosine of `x` radians; NaN for infinities.
#[inline]
pub fn cos(x: f64) -> f64 {
    if x.abs() >= SMALL_ANGLE { cos_large(x) } else { cos_small(x) }
}

/// The tangent of `x` radians; NaN for infinities.
#[inline]
pub fn tan(x: f64) -> f64 {
    if x.abs() >= SMALL_ANGLE { tan_large(x) } else { tan_small(x) }
}

#[cold]
#[inline(never)]
fn sin_large(x: f64) -> f64 {
    let reduced = trig_large::reduce(x);
    keep_nan(reduced.high, sine_of(reduced.quadrant, reduced))
}

#[cold]
#[inline(never)]
fn cos_large(x: f64) -> f64 {
    let reduced = trig_large::reduce(x);
    keep_nan(reduced.high, sine_of(reduced.quadrant.wrapping_add(1), reduced))
}

#[cold]
#[inline(never)]
fn tan_large(x: f64) -> f64 {
    let reduced = trig_large::reduce(x);
    keep_nan(reduced.high, tangent_of(reduced))
}
