//! `cbrt` and `hypot`.

use super::super::coefficients::{CBRT_2, CBRT_4, INVERSE_CBRT};
use super::super::double::{
    SMALLEST_NORMAL, fast_two_sum, polynomial, power_of_two, round, select, two_product,
};

/// The real cube root of `x`; keeps the sign of zero.
///
/// `|x| = 8^q t` with `1 <= t < 8`. A polynomial guess of `t^(-1/3)` (5 digits) is improved by one
/// step of fourth order, and the cube root by a Newton step whose residual is exact.
#[inline(always)]
pub fn cbrt(x: f64) -> f64 {
    let size = x.abs();
    let tiny = size < SMALLEST_NORMAL;
    let bits = select(tiny, size * 18_014_398_509_481_984.0, size).to_bits();
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let biased = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_370_496.0;
    let exponent = biased - select(tiny, 1077.0, 1023.0);
    let third = round(exponent.mul_add(1.0 / 3.0, -1.0 / 3.0));
    let rest = third.mul_add(-3.0, exponent);
    let power = select(rest == 0.0, 1.0, select(rest == 1.0, 2.0, 4.0));
    let root = select(rest == 0.0, 1.0, select(rest == 1.0, CBRT_4[0] * 0.5, CBRT_2[0] * 0.5));
    let t = m * power;
    let guess = polynomial(m, &INVERSE_CBRT) * root;
    let error = (-t * guess * guess).mul_add(guess, 1.0);
    let correction = error * error.mul_add(error.mul_add(14.0 / 81.0, 2.0 / 9.0), 1.0 / 3.0);
    let inverse = guess.mul_add(correction, guess);
    let estimate = t * inverse * inverse;
    let (square, square_low) = two_product(estimate, estimate);
    let (cube, cube_low) = two_product(square, estimate);
    let residual = (t - cube) - estimate.mul_add(square_low, cube_low);
    let value = (residual * inverse * inverse).mul_add(1.0 / 3.0, estimate);
    let value = (value * power_of_two(third)).copysign(x);
    let value = select(size == 0.0 || size == f64::INFINITY, x, value);
    select(x.is_nan(), f64::NAN, value)
}

/// `sqrt(x^2 + y^2)` without overflow on the way; infinite if either argument is, even beside NaN.
#[inline(always)]
pub fn hypot(x: f64, y: f64) -> f64 {
    let (a, b) = (x.abs(), y.abs());
    let large = select(a > b, a, b);
    let small = select(a > b, b, a);
    let down = large > 1e150;
    let up = large < 1e-150;
    let factor = select(down, power_of_two(-600.0), select(up, power_of_two(600.0), 1.0));
    let back = select(down, power_of_two(600.0), select(up, power_of_two(-600.0), 1.0));
    let (large, small) = (large * factor, small * factor);
    let (square, square_low) = two_product(large, large);
    let (other, other_low) = two_product(small, small);
    let (sum, sum_low) = fast_two_sum(square, other);
    let rest = sum_low + (square_low + other_low);
    let root = sum.sqrt();
    let residual = (-root).mul_add(root, sum) + rest;
    let value = select(sum > 0.0, root + 0.5 * residual / root, 0.0) * back;
    let value = select(a.is_nan() || b.is_nan(), f64::NAN, value);
    select(a == f64::INFINITY || b == f64::INFINITY, f64::INFINITY, value)
}
