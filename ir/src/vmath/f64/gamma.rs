//! `gamma` and `lgamma`: scalar functions with branches.
//!
//! Both rest on Stirling's series above 20, evaluated with the double-double logarithm, and on the
//! recurrence `gamma(x) = gamma(x + n) / (x (x + 1) ... (x + n - 1))` with a double-double product
//! below. `lgamma` uses polynomials around its zeros at 1 and 2 and, far below zero, the
//! reflection formula (Abramowitz and Stegun 6.1.15, 6.1.17, 6.1.41).
//!
//! Errors: `gamma` below 1 ulp; `lgamma` below 2 ulp, but around its zeros below 0, where no
//! relative bound is cheap, about 2^-58 in absolute terms.

use super::super::coefficients::{
    HALF_LN_TAU, LGAMMA_ONE, LGAMMA_ONE_LEAD, LGAMMA_TWO, LGAMMA_TWO_LEAD, LN2, STIRLING,
};
use super::super::double::{add, divide, multiply, polynomial, scale, two_product, two_sum};
use super::exp::exp_double;
use super::log::{log, log_double};
use super::trig::sin;

/// From here on Stirling's series is used directly.
const STIRLING_FROM: f64 = 20.0;

/// Below this the magnitude of `gamma` is less than half the smallest double.
const GAMMA_VANISHES: f64 = -184.0;

/// Above this `lgamma` exceeds the largest double.
const LGAMMA_OVERFLOWS: f64 = 2.556_348_163_871_690_6e305;

/// The gamma function of `x`: infinite at the zeros, NaN at the negative integers and -inf.
pub fn gamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY || (x < 0.0 && x.trunc() == x) {
        return f64::NAN;
    }
    if x.abs() < 1e-20 {
        return 1.0 / x;
    }
    if x > 172.0 {
        return f64::INFINITY;
    }
    if x < GAMMA_VANISHES {
        return if (0.5 * x.floor()).trunc() == 0.5 * x.floor() { 0.0 } else { -0.0 };
    }
    let (value, exponent) = gamma_double(x);
    scale(value.0 + value.1, exponent)
}

/// The natural logarithm of the magnitude of `gamma(x)`; infinite at zero, the negative integers
/// and both infinities.
pub fn lgamma(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x.is_infinite() || (x <= 0.0 && x.trunc() == x) {
        return f64::INFINITY;
    }
    if x >= STIRLING_FROM {
        if x > LGAMMA_OVERFLOWS {
            return f64::INFINITY;
        }
        let value = stirling((x, 0.0));
        return value.0 + value.1;
    }
    if x < GAMMA_VANISHES {
        return reflected(x);
    }
    if x.abs() < 1e-20 {
        return -log(x.abs());
    }
    if x > 0.0 {
        return lgamma_positive(x);
    }
    let (value, exponent) = gamma_double(x);
    let (shift, shift_low) = two_product(exponent, LN2[0]);
    let shift = (shift, exponent.mul_add(LN2[1], shift_low));
    let total = add(shift, log_double(value.0.abs()));
    total.0 + (total.1 + value.1 / value.0)
}

/// `lgamma` between 0 and `STIRLING_FROM`.
fn lgamma_positive(x: f64) -> f64 {
    if x < 0.6 {
        let near_one = around_zero(x, LGAMMA_ONE_LEAD, polynomial(x, &LGAMMA_ONE));
        let log = log_double(x);
        let value = add((-log.0, -log.1), near_one);
        return value.0 + value.1;
    }
    if x < 1.5 {
        let t = x - 1.0;
        let value = around_zero(t, LGAMMA_ONE_LEAD, polynomial(t, &LGAMMA_ONE));
        return value.0 + value.1;
    }
    let (mut base, mut product) = ((x, 0.0), (1.0, 0.0));
    while base.0 > 2.5 {
        base = two_sum(base.0 - 1.0, base.1);
        product = multiply(product, base);
    }
    let t = base.0 - 2.0;
    let near_two = around_zero(t, LGAMMA_TWO_LEAD, polynomial(t, &LGAMMA_TWO));
    let log = log_double(product.0);
    let value = add((log.0, log.1 + product.1 / product.0), near_two);
    value.0 + value.1
}

/// `t (lead + t slope)` as a double-double.
fn around_zero(t: f64, lead: [f64; 2], slope: f64) -> (f64, f64) {
    let slope = two_product(t, slope);
    multiply((t, 0.0), add((lead[0], lead[1]), slope))
}

/// `lgamma(x)` for `x` above 12, to about 2^-60.
fn stirling(x: (f64, f64)) -> (f64, f64) {
    let log = log_double(x.0);
    let log = add(log, (x.1 / x.0, 0.0));
    let leading = multiply(add(x, (-0.5, 0.0)), log);
    let inverse = 1.0 / x.0;
    let series = inverse * polynomial(inverse * inverse, &STIRLING);
    add(add(leading, (-x.0, -x.1)), add((HALF_LN_TAU[0], HALF_LN_TAU[1]), (series, 0.0)))
}

/// `gamma(x)` as `(a + b) 2^k`: returns `((a, b), k)`, for `-184 <= x <= 172` away from poles.
fn gamma_double(x: f64) -> ((f64, f64), f64) {
    let (mut base, mut product, mut shift) = ((x, 0.0), (1.0, 0.0), 0.0);
    while base.0 < STIRLING_FROM {
        product = multiply(product, base);
        if product.0.abs() > 1e200 {
            product = (scale(product.0, -600.0), scale(product.1, -600.0));
            shift += 600.0;
        }
        base = add(base, (1.0, 0.0));
    }
    let log = stirling(base);
    let (k, value) = exp_double(log.0, log.1);
    (divide(value, product), k - shift)
}

/// `lgamma` far below zero: `ln(pi / |x sin(pi x)|) - lgamma(-x)`.
fn reflected(x: f64) -> f64 {
    let size = -x;
    let fraction = size - size.round_ties_even();
    let sine = sin(core::f64::consts::PI * fraction).abs();
    if sine == 0.0 {
        return f64::INFINITY;
    }
    log(core::f64::consts::PI / (size * sine)) - lgamma(size)
}
