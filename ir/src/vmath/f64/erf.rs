//! `erf` and `erfc`.
//!
//! `erf`: an odd polynomial up to 1; above, `1 - e^p(x)` where the polynomial `p` approximates
//! `ln(erfc(x))` as closely as the difference from 1 can show. `erfc`: `e^(-x^2)` in double-double
//! times `(1 + 2 x) erfcx(x)` as one polynomial in `(x - 4) / (x + 4)` over the whole half-line
//! (the mapping of M. M. Shepherd and J. G. Laframboise, 1981), divided by `1 + 2 x`; near zero,
//! where the mapping would lose the last bits, it is 1 minus the polynomial of `erf` instead.

use super::super::coefficients::{ERF, ERF_LEAD, ERF_TAIL, ERFCX, ERFCX_LEAD};
use super::super::double::{
    divide, fast_two_sum, keep_nan, multiply, polynomial_split, scale, select, two_product,
};
use super::exp::{exp, exp_double};

/// The error function of `x`.
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let size = x.abs();
    let bounded = select(size > 6.0, 6.0, size);
    let z = select(size > 1.0, 1.0, size * size);
    let slope = z.mul_add(polynomial_split(z, &ERF), ERF_LEAD[1]);
    let inner = size.mul_add(ERF_LEAD[0], size * slope);
    let tail = 1.0 - exp(polynomial_split(bounded - 1.0, &ERF_TAIL));
    keep_nan(x, select(size < 1.0, inner, tail).copysign(x))
}

/// `1 - erf(x)`, accurate for large `x`.
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    let size = x.abs();
    let t = select(size > 28.0, 28.0, size);
    let (square, square_low) = two_product(t, t);
    let (k, gauss) = exp_double(-square, -square_low);
    let (bottom, bottom_low) = fast_two_sum(select(t > 4.0, t, 4.0), select(t > 4.0, 4.0, t));
    let inverse = 1.0 / bottom;
    let top = t - 4.0;
    let q = top * inverse;
    let q = (-q).mul_add(bottom, top).mul_add(inverse, (-q * bottom_low).mul_add(inverse, q));
    let product = q * polynomial_split(q, &ERFCX);
    let mapped = fast_two_sum(ERFCX_LEAD[0], product + ERFCX_LEAD[1]);
    let denominator = select(t > 0.5, 2.0 * t, 1.0);
    let denominator = fast_two_sum(denominator, select(t > 0.5, 1.0, 2.0 * t));
    let value = multiply(divide(mapped, denominator), gauss);
    let positive = scale(value.0 + value.1, k);
    let far = select(x < 0.0, 2.0 - positive, positive);
    keep_nan(x, select(size < 0.5, erfc_near_zero(x), far))
}

/// `erfc` for `|x| < 1/2`.
#[inline(always)]
fn erfc_near_zero(x: f64) -> f64 {
    let x = select(x.abs() < 0.5, x, 0.5);
    let z = x * x;
    let (high, low) = two_product(x, ERF_LEAD[0]);
    let low = x.mul_add(z.mul_add(polynomial_split(z, &ERF), ERF_LEAD[1]), low);
    let (value, rest) = fast_two_sum(1.0, -high);
    value + (rest - low)
}
