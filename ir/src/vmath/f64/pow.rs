//! `pow(x, y) = e^(y log x)` with a double-double logarithm and product.

use super::super::double::{scale, select, two_product};
use super::exp::{clamp_exponent, exp_double};
use super::log::log_double;

/// `x` to the power of `y`; the special values are those of C99, annex F.9.4.4. Squares and
/// reciprocals are rounded correctly.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    let base = x.abs();
    let magnitude = magnitude(base, y);
    let whole = y.trunc() == y;
    let odd = whole && (0.5 * y).trunc() != 0.5 * y;
    let negative = x.is_sign_negative();
    let value = select(negative && odd, -magnitude, magnitude);
    let undefined = x < 0.0 && x != f64::NEG_INFINITY && !whole;
    let value = select(undefined || x.is_nan() || y.is_nan(), f64::NAN, value);
    let unit = base == 1.0 && y.abs() == f64::INFINITY;
    let value = select(x == 1.0 || y == 0.0 || unit, 1.0, value);
    select(y == 2.0, x * x, select(y == -1.0, 1.0 / x, value))
}

/// `base^y` for `base >= 0`, except where `base` is 1 or `y` is zero or NaN.
#[inline(always)]
fn magnitude(base: f64, y: f64) -> f64 {
    let log = log_double(base);
    let (high, low) = two_product(y, log.0);
    // A product beyond the limits may be infinite, its low part NaN; both are replaced.
    let (high, low) = clamp_exponent(high, y.mul_add(log.1, low));
    let (k, (value, rest)) = exp_double(high, low);
    let value = scale(value + rest, k);
    let extreme = base == 0.0 || base == f64::INFINITY;
    let grows = (base == 0.0) == (y < 0.0);
    select(extreme, select(grows, f64::INFINITY, 0.0), value)
}
