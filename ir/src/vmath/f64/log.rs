//! `log`, `log2`, `log10`, `log1p`, and the double-double logarithm of `pow` and `gamma`.
//!
//! Method: `x = 2^k (1 + f)` with `1 + f` between `sqrt(1/2)` and `sqrt(2)`, and
//! `log(1 + f) = 2 atanh(s)`, `s = f / (2 + f)`, as a polynomial in `s^2`. The leading terms are
//! arranged as `f - f^2/2 + s (f^2/2 + R)`, whose first subtraction carries nearly all of the
//! value (the arrangement of W. J. Cody and W. Waite, also used by FDLIBM).

use super::super::coefficients::{LN2, LOG, LOG_DOUBLE, LOG2_E, LOG10_2, LOG10_E, TWO_THIRDS};
use super::super::double::{
    SMALLEST_NORMAL, fast_two_sum, keep_nan, polynomial, polynomial_split, power_of_two, select,
    split_exponent, two_product, two_sum,
};

/// The results of a logarithm outside the positive finite numbers.
#[inline(always)]
fn special(x: f64, value: f64) -> f64 {
    let value = select(x == f64::INFINITY, f64::INFINITY, value);
    let value = select(x == 0.0, f64::NEG_INFINITY, value);
    select(x >= 0.0, value, f64::NAN)
}

/// `log(1 + f)` as `f - half_square + rest`: returns `(half_square, rest)`.
#[inline(always)]
fn log_terms(f: f64) -> (f64, f64) {
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * z.mul_add(polynomial(z, &LOG), TWO_THIRDS[0]);
    let half_square = 0.5 * f * f;
    (half_square, s * (half_square + series))
}

/// `log(2^k (1 + f) + tail)`, with a small `tail` already divided by `2^k (1 + f)`.
#[inline(always)]
fn assemble(k: f64, f: f64, tail: f64) -> f64 {
    let (half_square, rest) = log_terms(f);
    let small = rest + k.mul_add(LN2[1], tail);
    k.mul_add(LN2[0], f - (half_square - small))
}

/// The logarithm to a base with `1 / ln(base) = scale`, `log_base(2) = two`.
#[inline(always)]
fn log_in_base(x: f64, scale: [f64; 2], two: [f64; 2]) -> f64 {
    let (m, k) = split_exponent(x);
    let f = m - 1.0;
    let (half_square, rest) = log_terms(f);
    let (square, square_low) = two_product(0.5 * f, f);
    let (high, low) = fast_two_sum(f, -square);
    let low = low + (rest + ((square - half_square) - square_low));
    let (high, low) = fast_two_sum(high, low);
    let (product, product_low) = two_product(high, scale[0]);
    let product_low = high.mul_add(scale[1], low.mul_add(scale[0], product_low));
    let (whole, whole_low) = two_product(k, two[0]);
    let (sum, sum_low) = fast_two_sum(whole, product);
    special(x, sum + (sum_low + (k.mul_add(two[1], whole_low) + product_low)))
}

/// The natural logarithm of `x`; NaN below zero, -inf at zero.
#[inline(always)]
pub fn log(x: f64) -> f64 {
    let (m, k) = split_exponent(x);
    special(x, assemble(k, m - 1.0, 0.0))
}

/// The binary logarithm of `x`; exact for powers of two.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    log_in_base(x, LOG2_E, [1.0, 0.0])
}

/// The decimal logarithm of `x`; exact for powers of ten.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    log_in_base(x, LOG10_E, LOG10_2)
}

/// `log(1 + x)`, accurate near zero.
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    let value = log1p_double(x, 0.0, 0.0);
    let value = select(x == f64::INFINITY, f64::INFINITY, value);
    let value = select(x == -1.0, f64::NEG_INFINITY, value);
    keep_nan(x, select(x >= -1.0, select(x.abs() < SMALLEST_NORMAL, x, value), f64::NAN))
}

/// `log(1 + high + low) + extra ln 2` for `high > -1` and a `low` of at most an ulp of `high`.
#[inline(always)]
pub(super) fn log1p_double(high: f64, low: f64, extra: f64) -> f64 {
    let (whole, part) = two_sum(1.0, high);
    let (m, k) = split_exponent(whole);
    // Beyond 2^60 the tail cannot matter, and its scale would leave the range of exponents.
    let unscale = power_of_two(-select(k > 60.0, 60.0, k));
    let tail = select(k > 60.0, 0.0, (part + low) * unscale);
    let (f, f_low) = two_sum(m - 1.0, tail);
    let tail = f_low - f * f_low;
    assemble(k + extra, f, tail)
}

/// `log(x)` as a double-double, to about 2^-64 relative, for positive finite `x`.
///
/// `2 s + 2/3 s^3 + ...` with `s`, `s^2` and the first two terms in double-double; the lower parts
/// are not normalised on the way, which keeps the chain short.
#[inline(always)]
pub(super) fn log_double(x: f64) -> (f64, f64) {
    let (m, k) = split_exponent(x);
    let f = m - 1.0;
    let (bottom, bottom_low) = fast_two_sum(2.0, f);
    let inverse = 1.0 / bottom;
    let s = f * inverse;
    let s_low = ((-s).mul_add(bottom, f) - s * bottom_low) * inverse;
    let (z, z_low) = two_product(s, s);
    let z_low = (2.0 * s).mul_add(s_low, z_low);
    let (cube, cube_low) = two_product(s, z);
    let cube_low = s.mul_add(z_low, s_low.mul_add(z, cube_low));
    let slope = z.mul_add(polynomial_split(z, &LOG_DOUBLE), TWO_THIRDS[1]);
    let (third, third_low) = two_product(cube, TWO_THIRDS[0]);
    let third_low = cube.mul_add(slope, cube_low.mul_add(TWO_THIRDS[0], third_low));
    let (high, low) = fast_two_sum(2.0 * s, third);
    let low = low + 2.0f64.mul_add(s_low, third_low);
    let (whole, whole_low) = two_product(k, LN2[0]);
    let (high, rounding) = fast_two_sum(whole, high);
    fast_two_sum(high, rounding + (k.mul_add(LN2[1], whole_low) + low))
}
