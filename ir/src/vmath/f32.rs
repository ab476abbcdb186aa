//! Math functions of single precision: at most 1 ulp (in fact about 0.51), special values as in
//! C99.
//!
//! Computed in double precision with shorter polynomials (about 2^-32 relative) and rounded once at
//! the end, which makes nearly every result the correctly rounded one. In a loop they vectorise
//! at the width of `f64`. The few functions without a short form call the double version.

use super::coefficients::{
    ASIN_SHORT, ATAN_SHORT, COS_SHORT, COSH_SHORT, ERF_LEAD, ERF_SHORT, ERF_TAIL_SHORT, EXP_SHORT,
    HALF_PI, LN2, LOG_SHORT, LOG2_E, LOG10_2, LOG10_E, SIN_SHORT, SINH_SHORT, TWO_OVER_PI,
};
use super::double::{ROUNDER, polynomial, power_of_two, round, select};
use super::f64 as wide;

/// `sin_small`, `cos_small` and `tan_small` are right below this magnitude: 2^30.
pub const SMALL_ANGLE: f32 = 1_073_741_824.0;

/// Rounds to single precision; NaN becomes the canonical one.
#[inline(always)]
fn narrow(value: f64) -> f32 {
    let single = value as f32;
    if value.is_nan() { f32::NAN } else { single }
}

/// `(k, r)` with `x = k ln 2 + r`.
#[inline(always)]
fn reduce_exp(x: f64) -> (f64, f64) {
    let k = x.mul_add(LOG2_E[0], ROUNDER) - ROUNDER;
    (k, (-k).mul_add(LN2[0], x))
}

/// `x` held between the given bounds; NaN stays.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    select(x > high, high, select(x < low, low, x))
}

#[inline(always)]
fn exp_wide(x: f64) -> f64 {
    let (k, r) = reduce_exp(clamp(x, -150.0, 150.0));
    ((r * r).mul_add(polynomial(r, &EXP_SHORT), r) + 1.0) * power_of_two(k)
}

#[inline(always)]
fn exp2_wide(x: f64) -> f64 {
    let bounded = clamp(x, -200.0, 200.0);
    let k = round(bounded);
    let r = (bounded - k) * LN2[0];
    ((r * r).mul_add(polynomial(r, &EXP_SHORT), r) + 1.0) * power_of_two(k)
}

/// `(k, log(1 + f))` with `x = 2^k (1 + f)`, for positive normal doubles.
#[inline(always)]
fn log_wide(x: f64) -> (f64, f64) {
    const LOW: u64 = 0x3fe6_a09e_667f_3bcd;
    let moved = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - LOW);
    let m = f64::from_bits((moved & 0x000f_ffff_ffff_ffff).wrapping_add(LOW));
    let k = f64::from_bits((moved >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let slope = z.mul_add(polynomial(z, &LOG_SHORT), 2.0 / 3.0);
    (k, (s * z).mul_add(slope, 2.0 * s))
}

/// The results of a logarithm outside the positive finite numbers.
#[inline(always)]
fn special_log(x: f64, value: f64) -> f32 {
    let value = select(x == f64::INFINITY, f64::INFINITY, value);
    let value = select(x == 0.0, f64::NEG_INFINITY, value);
    narrow(select(x >= 0.0, value, f64::NAN))
}

/// `log(1 + x)` with a relative error of about 2^-40, for `-1 < x` and finite.
#[inline(always)]
fn log1p_wide(x: f64) -> f64 {
    let whole = 1.0 + x;
    let lost = x - (whole - 1.0);
    let (k, value) = log_wide(whole);
    let value = k.mul_add(LN2[0], value) + select(whole < 1e15, lost / whole, 0.0);
    select(x.abs() < 1e-9, x, value)
}

/// The exponential of `x`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    narrow(exp_wide(f64::from(x)))
}

/// Below this magnitude [`exp_near`] is [`exp`], to the last bit.
pub const NEAR_EXPONENT: f32 = 87.0;

/// `exp` for `|x| < NEAR_EXPONENT`; otherwise some value.
#[inline(always)]
pub fn exp_near(x: f32) -> f32 {
    let (k, r) = reduce_exp(f64::from(x));
    (((r * r).mul_add(polynomial(r, &EXP_SHORT), r) + 1.0) * power_of_two(k)) as f32
}

/// Two to the power of `x`.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    narrow(exp2_wide(f64::from(x)))
}

/// `e^x - 1`, accurate near zero.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    let (k, r) = reduce_exp(clamp(f64::from(x), -150.0, 150.0));
    let small = (r * r).mul_add(polynomial(r, &EXP_SHORT), r);
    let power = power_of_two(k);
    let value = narrow(power.mul_add(small, power - 1.0));
    if x == 0.0 { x } else { value }
}

/// The natural logarithm of `x`; NaN below zero, -inf at zero.
#[inline(always)]
pub fn log(x: f32) -> f32 {
    let x = f64::from(x);
    let (k, value) = log_wide(x);
    special_log(x, k.mul_add(LN2[0], value))
}

/// The binary logarithm of `x`; exact for powers of two.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let x = f64::from(x);
    let (k, value) = log_wide(x);
    special_log(x, value.mul_add(LOG2_E[0], k))
}

/// The decimal logarithm of `x`; exact for powers of ten.
#[inline(always)]
pub fn log10(x: f32) -> f32 {
    let x = f64::from(x);
    let (k, value) = log_wide(x);
    special_log(x, value.mul_add(LOG10_E[0], k * LOG10_2[0]))
}

/// `log(1 + x)`, accurate near zero.
#[inline(always)]
pub fn log1p(x: f32) -> f32 {
    let x = f64::from(x);
    let value = select(x == f64::INFINITY, f64::INFINITY, log1p_wide(x));
    let value = select(x == -1.0, f64::NEG_INFINITY, value);
    narrow(select(x >= -1.0, value, f64::NAN))
}

/// `(quadrant, r)` with `x = quadrant pi/2 + r`, for `|x| < SMALL_ANGLE`.
#[inline(always)]
fn reduce_small(x: f64) -> (u64, f64) {
    let shifted = x.mul_add(TWO_OVER_PI[0], ROUNDER);
    let k = shifted - ROUNDER;
    (shifted.to_bits(), (-k).mul_add(HALF_PI[1], (-k).mul_add(HALF_PI[0], x)))
}

/// The reduction of `reduce_small` for any `x`.
fn reduce_large(x: f32) -> (u64, f64) {
    let reduced = wide::reduce_large(f64::from(x));
    (reduced.quadrant, reduced.high)
}

#[inline(always)]
fn sine_and_cosine(r: f64) -> (f64, f64) {
    let z = r * r;
    let sine = (r * z).mul_add(polynomial(z, &SIN_SHORT), r);
    let cosine = (z * z).mul_add(polynomial(z, &COS_SHORT), z.mul_add(-0.5, 1.0));
    (sine, cosine)
}

#[inline(always)]
fn sine_of((quadrant, r): (u64, f64)) -> f32 {
    let (sine, cosine) = sine_and_cosine(r);
    let value = select(quadrant & 1 == 0, sine, cosine);
    narrow(f64::from_bits(value.to_bits() ^ ((quadrant >> 1) << 63)))
}

#[inline(always)]
fn tangent_of((quadrant, r): (u64, f64)) -> f32 {
    let (sine, cosine) = sine_and_cosine(r);
    let even = quadrant & 1 == 0;
    narrow(select(even, sine, -cosine) / select(even, cosine, sine))
}

/// `sin` for `|x| < SMALL_ANGLE`; otherwise some value.
#[inline(always)]
pub fn sin_small(x: f32) -> f32 {
    let value = sine_of(reduce_small(f64::from(x)));
    if x == 0.0 { x } else { value }
}

/// `cos` for `|x| < SMALL_ANGLE`; otherwise some value.
#[inline(always)]
pub fn cos_small(x: f32) -> f32 {
    let (quadrant, r) = reduce_small(f64::from(x));
    sine_of((quadrant.wrapping_add(1), r))
}

/// `tan` for `|x| < SMALL_ANGLE`; otherwise some value.
#[inline(always)]
pub fn tan_small(x: f32) -> f32 {
    let value = tangent_of(reduce_small(f64::from(x)));
    if x == 0.0 { x } else { value }
}

/// The sine of `x` radians; NaN for infinities.
#[inline]
pub fn sin(x: f32) -> f32 {
    if x.abs() >= SMALL_ANGLE { sine_of(reduce_large(x)) } else { sin_small(x) }
}

/// The cosine of `x` radians; NaN for infinities.
#[inline]
pub fn cos(x: f32) -> f32 {
    if x.abs() >= SMALL_ANGLE {
        let (quadrant, r) = reduce_large(x);
        sine_of((quadrant.wrapping_add(1), r))
    } else {
        cos_small(x)
    }
}

/// The tangent of `x` radians; NaN for infinities.
#[inline]
pub fn tan(x: f32) -> f32 {
    if x.abs() >= SMALL_ANGLE { tangent_of(reduce_large(x)) } else { tan_small(x) }
}

/// `asin` of `|x|`, or half of `acos` of it where `|x| > 1/2`.
#[inline(always)]
fn arc(size: f64) -> f64 {
    let large = size > 0.5;
    let z = select(large, 0.5 * (1.0 - size), size * size);
    let s = select(large, z.sqrt(), size);
    (s * z).mul_add(polynomial(z, &ASIN_SHORT), s)
}

/// The angle between `-pi/2` and `pi/2` whose sine is `x`; NaN for `|x| > 1`.
#[inline(always)]
pub fn asin(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let value = arc(size);
    let value = select(size > 0.5, (-2.0f64).mul_add(value, HALF_PI[0]), value);
    let value = (value as f32).copysign(x);
    if size <= 1.0 { value } else { f32::NAN }
}

/// The angle between 0 and `pi` whose cosine is `x`; NaN for `|x| > 1`.
#[inline(always)]
pub fn acos(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let value = arc(size);
    let value = select(size > 0.5, 2.0 * value, HALF_PI[0] - value);
    let value = select(x < 0.0, 2.0 * HALF_PI[0] - value, value) as f32;
    if size <= 1.0 { value } else { f32::NAN }
}

/// The angle of `(x, y)` for `x, y >= 0`, not both zero, `backwards` mirrored to `-x`.
#[inline(always)]
fn angle(y: f64, x: f64, backwards: bool) -> f64 {
    let steep = y > x;
    let long = select(steep, y, x);
    let short = select(steep, x, y);
    let middle = short > long * 0.414_213_562_373_095_03;
    let t = select(middle, short - long, short) / select(middle, short + long, long);
    let z = t * t;
    let value = (t * z).mul_add(polynomial(z, &ATAN_SHORT), t);
    let eighths = select(middle, 1.0, 0.0);
    let eighths = select(steep, 2.0 - eighths, eighths);
    let eighths = select(backwards, 4.0 - eighths, eighths);
    let sign = select(steep != backwards, -1.0, 1.0);
    eighths.mul_add(0.5 * HALF_PI[0], sign * value)
}

/// The angle between `-pi/2` and `pi/2` whose tangent is `x`.
#[inline(always)]
pub fn atan(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let value = angle(select(size > 1e60, 1e60, size), 1.0, false);
    let value = (value as f32).copysign(x);
    if x.is_nan() { f32::NAN } else { value }
}

/// The angle of the point `(x, y)`, between `-pi` and `pi`, with the sign of `y`.
#[inline(always)]
pub fn atan2(y: f32, x: f32) -> f32 {
    let (tall, wide) = (f64::from(y.abs()), f64::from(x.abs()));
    let longest = select(tall > wide, tall, wide);
    let infinite = longest == f64::INFINITY;
    let tall = select(infinite, select(tall == f64::INFINITY, 1.0, 0.0), tall);
    let wide = select(infinite, select(wide == f64::INFINITY, 1.0, 0.0), wide);
    let wide = select(longest == 0.0, 1.0, wide);
    let value = (angle(tall, wide, x.is_sign_negative()) as f32).copysign(y);
    if x.is_nan() || y.is_nan() { f32::NAN } else { value }
}

/// `(sinh x, cosh x)` for `0 <= x <= 150`.
#[inline(always)]
fn hyperbolic(x: f64) -> (f64, f64) {
    let (k, r) = reduce_exp(x);
    let z = r * r;
    let sine = (r * z).mul_add(polynomial(z, &SINH_SHORT), r);
    let cosine = z.mul_add(polynomial(z, &COSH_SHORT), 1.0);
    let (grown, shrunk) = (power_of_two(k - 1.0), power_of_two(-k - 1.0));
    let (a, b) = (grown - shrunk, grown + shrunk);
    (a.mul_add(cosine, b * sine), b.mul_add(cosine, a * sine))
}

/// The hyperbolic sine of `x`.
#[inline(always)]
pub fn sinh(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let (sine, _) = hyperbolic(clamp(size, 0.0, 150.0));
    let value = (sine as f32).copysign(x);
    if x.is_nan() { f32::NAN } else { value }
}

/// The hyperbolic cosine of `x`.
#[inline(always)]
pub fn cosh(x: f32) -> f32 {
    let (_, cosine) = hyperbolic(clamp(f64::from(x.abs()), 0.0, 150.0));
    narrow(cosine)
}

/// The hyperbolic tangent of `x`.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let (sine, cosine) = hyperbolic(clamp(f64::from(x.abs()), 0.0, 20.0));
    let value = ((sine / cosine) as f32).copysign(x);
    if x.is_nan() { f32::NAN } else { value }
}

/// The inverse hyperbolic sine of `x`.
#[inline(always)]
pub fn asinh(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let square = size * size;
    let value = log1p_wide(size + square / (1.0 + (1.0 + square).sqrt()));
    let value = (select(size == f64::INFINITY, size, value) as f32).copysign(x);
    if x.is_nan() { f32::NAN } else { value }
}

/// The inverse hyperbolic cosine of `x`; NaN below 1.
#[inline(always)]
pub fn acosh(x: f32) -> f32 {
    let x = f64::from(x);
    let t = x - 1.0;
    let value = log1p_wide(t + t.mul_add(t, 2.0 * t).sqrt());
    let value = select(x == f64::INFINITY, x, value);
    narrow(select(x >= 1.0, value, f64::NAN))
}

/// The inverse hyperbolic tangent of `x`; NaN for `|x| > 1`.
#[inline(always)]
pub fn atanh(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let value = 0.5 * log1p_wide(2.0 * size / (1.0 - size));
    let value = (select(size == 1.0, f64::INFINITY, value) as f32).copysign(x);
    if size <= 1.0 { value } else { f32::NAN }
}

/// The error function of `x`.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let size = f64::from(x.abs());
    let bounded = select(size > 4.0, 4.0, size);
    let z = select(size > 1.0, 1.0, size * size);
    let inner = size * z.mul_add(polynomial(z, &ERF_SHORT), ERF_LEAD[0]);
    let tail = 1.0 - exp_wide(polynomial(bounded - 1.0, &ERF_TAIL_SHORT));
    let value = (select(size < 1.0, inner, tail) as f32).copysign(x);
    if x.is_nan() { f32::NAN } else { value }
}

/// `1 - erf(x)`, accurate for large `x`.
#[inline(always)]
pub fn erfc(x: f32) -> f32 {
    narrow(wide::erfc(f64::from(x)))
}

/// `x` to the power of `y`; the special values are those of C99, annex F.9.4.4. Squares and
/// reciprocals are rounded correctly.
#[inline(always)]
pub fn pow(x: f32, y: f32) -> f32 {
    let (base, y, signed) = (f64::from(x.abs()), f64::from(y), f64::from(x));
    let (k, log) = log_wide(base);
    let magnitude = exp2_wide(y * log.mul_add(LOG2_E[0], k));
    let extreme = base == 0.0 || base == f64::INFINITY;
    let grows = (base == 0.0) == (y < 0.0);
    let magnitude = select(extreme, select(grows, f64::INFINITY, 0.0), magnitude);
    let whole = y.trunc() == y;
    let odd = whole && (0.5 * y).trunc() != 0.5 * y;
    let value = select(x.is_sign_negative() && odd, -magnitude, magnitude);
    let undefined = x < 0.0 && x != f32::NEG_INFINITY && !whole;
    let value = select(undefined || x.is_nan() || y.is_nan(), f64::NAN, value);
    let unit = base == 1.0 && y.abs() == f64::INFINITY;
    let value = select(x == 1.0 || y == 0.0 || unit, 1.0, value);
    narrow(select(y == 2.0, signed * signed, select(y == -1.0, 1.0 / signed, value)))
}

/// `sqrt(x^2 + y^2)`; infinite if either argument is, even beside NaN.
#[inline(always)]
pub fn hypot(x: f32, y: f32) -> f32 {
    let (a, b) = (f64::from(x), f64::from(y));
    let value = narrow(a.mul_add(a, b * b).sqrt());
    if x.abs() == f32::INFINITY || y.abs() == f32::INFINITY { f32::INFINITY } else { value }
}

/// The real cube root of `x`; keeps the sign of zero.
#[inline(always)]
pub fn cbrt(x: f32) -> f32 {
    narrow(wide::cbrt(f64::from(x)))
}

/// The natural logarithm of the magnitude of `gamma(x)`.
pub fn lgamma(x: f32) -> f32 {
    narrow(wide::lgamma(f64::from(x)))
}

/// The gamma function of `x`.
pub fn gamma(x: f32) -> f32 {
    narrow(wide::gamma(f64::from(x)))
}
