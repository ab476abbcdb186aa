//! Building blocks of the math functions: error-free transformations, polynomials, exponents.
//!
//! A *double-double* is a pair `(high, low)` standing for the exact sum `high + low`, with `low`
//! at most half an ulp of `high`. Every function here is branch-free and uses only `+ - *`,
//! `mul_add`, comparisons and integer operations on the bits, so that a loop over it vectorises
//! and gives the same bits on every path.
//!
//! Sources: T. J. Dekker, "A floating-point technique for extending the available precision"
//! (1971); D. E. Knuth, TAOCP vol. 2, 4.2.2 (two-sum); the rounding constant 1.5 * 2^52 is
//! folklore.

/// Adding 1.5 * 2^52 rounds a double below 2^51 to an integer, found in its low bits.
pub(super) const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The smallest positive normal double.
pub(super) const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;

/// `a + b` as a double-double, for any order of magnitudes (Knuth).
#[inline(always)]
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

/// `a + b` as a double-double, for `|a| >= |b|` or `a == 0` (Dekker).
#[inline(always)]
pub(super) fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// `a * b` as a double-double.
#[inline(always)]
pub(super) fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// The product of two double-doubles, to about 2^-103.
#[inline(always)]
pub(super) fn multiply(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (high, low) = two_product(a.0, b.0);
    fast_two_sum(high, a.0.mul_add(b.1, a.1.mul_add(b.0, low)))
}

/// The sum of two double-doubles, the larger first, to about 2^-103.
#[inline(always)]
pub(super) fn add(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (high, low) = two_sum(a.0, b.0);
    fast_two_sum(high, low + (a.1 + b.1))
}

/// The quotient of two double-doubles, to about 2^-103; one division.
#[inline(always)]
pub(super) fn divide(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let inverse = 1.0 / b.0;
    let quotient = a.0 * inverse;
    let rest = (-quotient).mul_add(b.0, a.0) + (-quotient).mul_add(b.1, a.1);
    fast_two_sum(quotient, rest * inverse)
}

/// The value of the polynomial with these coefficients (lowest power first), by Horner's rule.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    let mut value = coefficients[N - 1];
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        value = value.mul_add(x, coefficients[i]);
    }
    value
}

/// The same value (but for rounding) with the even and odd powers summed separately: one
/// multiplication more, half the latency, for long polynomials amid long dependent chains.
#[inline(always)]
pub(super) fn polynomial_split<const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    let square = x * x;
    let (last_even, last_odd) = ((N - 1) / 2, (N - 2) / 2);
    let mut even = coefficients[2 * last_even];
    let mut i = last_even;
    while i > 0 {
        i -= 1;
        even = even.mul_add(square, coefficients[2 * i]);
    }
    let mut odd = coefficients[2 * last_odd + 1];
    let mut i = last_odd;
    while i > 0 {
        i -= 1;
        odd = odd.mul_add(square, coefficients[2 * i + 1]);
    }
    odd.mul_add(x, even)
}

/// `if condition { a } else { b }` of two values that are both computed.
#[inline(always)]
pub(super) fn select(condition: bool, a: f64, b: f64) -> f64 {
    if condition { a } else { b }
}

/// `result`, but the one canonical NaN wherever `x` is NaN: payloads must not depend on the path.
#[inline(always)]
pub(super) fn keep_nan(x: f64, result: f64) -> f64 {
    select(x.is_nan(), f64::NAN, result)
}

/// The nearest integer of `x` (ties to even) for `|x| < 2^51`.
#[inline(always)]
pub(super) fn round(x: f64) -> f64 {
    (x + ROUNDER) - ROUNDER
}

/// `2^k` for an integral `k` between -1022 and 1023.
#[inline(always)]
pub(super) fn power_of_two(k: f64) -> f64 {
    f64::from_bits((k + (ROUNDER + 1023.0)).to_bits() << 52)
}

/// `x * 2^k` for an integral `|k| <= 2044`, in two steps: overflows and underflows like one.
#[inline(always)]
pub(super) fn scale(x: f64, k: f64) -> f64 {
    let half = round(k * 0.5);
    x * power_of_two(half) * power_of_two(k - half)
}

/// `(m, k)` with `x = m * 2^k` and `sqrt(1/2) <= m < sqrt(2)`, for positive finite `x`.
///
/// Other arguments give some finite `m`; the caller replaces their result.
#[inline(always)]
pub(super) fn split_exponent(x: f64) -> (f64, f64) {
    const LOW: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    let tiny = x < SMALLEST_NORMAL;
    let bits = select(tiny, x * 18_014_398_509_481_984.0, x).to_bits();
    let moved = bits.wrapping_add(ONE - LOW);
    let m = f64::from_bits((moved & 0x000f_ffff_ffff_ffff).wrapping_add(LOW));
    let biased = f64::from_bits((moved >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_370_496.0;
    (m, biased - select(tiny, 1077.0, 1023.0))
}
