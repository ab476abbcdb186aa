//! `asin`, `acos`, `atan`, `atan2`.
//!
//! `asin` uses its odd polynomial up to 1/2 and `pi/2 - 2 asin(sqrt((1 - x) / 2))` above. The arc
//! tangent brings the ratio of the two sides below `tan(pi/8)` with
//! `atan(q) = pi/4 + atan((q - 1) / (q + 1))`; numerator, denominator and quotient carry their
//! rounding errors, so that a single division suffices.

use super::super::coefficients::{ASIN, ATAN, HALF_PI, PI};
use super::super::double::{
    fast_two_sum, keep_nan, polynomial_split, power_of_two, select, two_product,
};

/// `asin` of a value up to 1/2 as `s + rest`: returns `(s, rest)`, for `|x|` or its complement.
#[inline(always)]
fn arc_parts(size: f64) -> (f64, f64) {
    let large = size > 0.5;
    let z = select(large, 0.5 * (1.0 - size), size * size);
    let root = z.sqrt();
    let residual = (-root).mul_add(root, z);
    let root_low = 0.5 * residual / select(root > 0.0, root, 1.0);
    let s = select(large, root, size);
    let low = select(large, root_low, 0.0);
    (s, (s * z).mul_add(polynomial_split(z, &ASIN), low))
}

/// The angle between `-pi/2` and `pi/2` whose sine is `x`; NaN for `|x| > 1`.
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    let size = x.abs();
    let (s, rest) = arc_parts(size);
    let (high, low) = fast_two_sum(HALF_PI[0], -2.0 * s);
    let complement = high + (low + 2.0f64.mul_add(-rest, HALF_PI[1]));
    let value = select(size > 0.5, complement, s + rest).copysign(x);
    select(size <= 1.0, value, f64::NAN)
}

/// The angle between 0 and `pi` whose cosine is `x`; NaN for `|x| > 1`.
#[inline(always)]
pub fn acos(x: f64) -> f64 {
    let size = x.abs();
    let (s, rest) = arc_parts(size);
    let large = size > 0.5;
    let negative = x < 0.0;
    // The result is base + factor * (s + rest): 2 asin, pi - 2 asin, or pi/2 -+ asin.
    let base = select(large, select(negative, PI[0], 0.0), HALF_PI[0]);
    let base_low = select(large, select(negative, PI[1], 0.0), HALF_PI[1]);
    let factor = select(large, 2.0, -1.0);
    let factor = select(negative, -factor, factor);
    let (high, low) = fast_two_sum(base, factor * s);
    let value = high + (low + factor.mul_add(rest, base_low));
    select(size <= 1.0, value, f64::NAN)
}

/// The angle of the point `(x, y)` for `x, y >= 0`, not both zero, without extreme magnitudes;
/// `backwards` mirrors it to `-x`.
#[inline(always)]
fn angle(y: f64, x: f64, backwards: bool) -> f64 {
    let steep = y > x;
    let long = select(steep, y, x);
    let short = select(steep, x, y);
    let middle = short > long * 0.414_213_562_373_095_03;
    let (sum, sum_low) = fast_two_sum(long, short);
    let (difference, difference_low) = fast_two_sum(long, -short);
    let top = select(middle, -difference, short);
    let top_low = select(middle, -difference_low, 0.0);
    let bottom = select(middle, sum, long);
    let bottom_low = select(middle, sum_low, 0.0);
    let inverse = 1.0 / bottom;
    let t = top * inverse;
    let rest = (-t).mul_add(bottom, top) + (-t).mul_add(bottom_low, top_low);
    let t_low = rest * inverse;
    let z = t * t;
    let t_low = (t * z).mul_add(polynomial_split(z, &ATAN), (-z).mul_add(t_low, t_low));
    // The result is eighths * pi/4 + sign * (t + t_low).
    let eighths = select(middle, 1.0, 0.0);
    let eighths = select(steep, 2.0 - eighths, eighths);
    let eighths = select(backwards, 4.0 - eighths, eighths);
    let sign = select(steep != backwards, -1.0, 1.0);
    let (base, base_low) = two_product(eighths, 0.5 * HALF_PI[0]);
    let base_low = eighths.mul_add(0.5 * HALF_PI[1], base_low);
    let (high, low) = fast_two_sum(base, sign * t);
    high + (low + sign.mul_add(t_low, base_low))
}

/// The angle between `-pi/2` and `pi/2` whose tangent is `x`.
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    let size = x.abs();
    let value = angle(select(size > 1e60, 1e60, size), 1.0, false);
    keep_nan(x, value.copysign(x))
}

/// The angle of the point `(x, y)`, between `-pi` and `pi`, with the sign of `y`.
///
/// Zeros and infinities as in C99: `atan2(+-0, -0)` is `+-pi`, `atan2(inf, inf)` is `pi/4`.
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    let (tall, wide) = (y.abs(), x.abs());
    let longest = select(tall > wide, tall, wide);
    let infinite = longest == f64::INFINITY;
    let tall = select(infinite, select(tall == f64::INFINITY, 1.0, 0.0), tall);
    let wide = select(infinite, select(wide == f64::INFINITY, 1.0, 0.0), wide);
    let wide = select(longest == 0.0, 1.0, wide);
    let longest = select(infinite, 1.0, longest);
    let up = select(longest < 1e-150, power_of_two(500.0), 1.0);
    let factor = select(longest > 1e150, power_of_two(-500.0), up);
    let value = angle(tall * factor, wide * factor, x.is_sign_negative());
    select(x.is_nan() || y.is_nan(), f64::NAN, value.copysign(y))
}
