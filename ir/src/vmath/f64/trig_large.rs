//! Argument reduction modulo `pi/2` for arguments from 2^30 to the largest double.
//!
//! M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions" (1983): the
//! significand times the 256 bits of `2/pi` that matter, in integers. What is left out is below
//! 2^-200 of a quadrant, and no double comes nearer to a multiple of `pi/2` than about 2^-62.

use super::super::coefficients::{HALF_PI, TWO_OVER_PI_BITS};
use super::super::double::{power_of_two, two_product};

/// An angle as `quadrant * pi/2 + high + low`; only the low two bits of `quadrant` count.
#[derive(Clone, Copy)]
pub struct Reduced {
    /// The number of quarter turns, modulo four in its low bits.
    pub quadrant: u64,
    /// The rest, between `-pi/4` and `pi/4`.
    pub high: f64,
    /// What rounding cut off `high`.
    pub low: f64,
}

/// Reduces a finite `x` with `|x| >= 1`; an infinite or NaN `x` gives NaN parts.
pub fn reduce(x: f64) -> Reduced {
    if !x.is_finite() {
        return Reduced { quadrant: 0, high: f64::NAN, low: f64::NAN };
    }
    let bits = x.abs().to_bits();
    let significand = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    let exponent = (bits >> 52) as i64 - 1075;
    // x = significand * 2^exponent. Bit i of 2/pi (weight 2^-i) sits at position i + 63 of the
    // table; the window starts at the bit whose product with 2^exponent has weight 2.
    let fraction = multiply_window(significand, (exponent - 1 + 63) as usize);
    let (quarters, magnitude, negative) = nearest_quarter(fraction);
    let (high, low) = to_radians(magnitude);
    let flip = negative != x.is_sign_negative();
    Reduced {
        quadrant: if x < 0.0 { quarters.wrapping_neg() } else { quarters },
        high: if flip { -high } else { high },
        low: if flip { -low } else { low },
    }
}

/// The low 256 bits of `significand` times the 256 bits of `2/pi` from `start`, high word first.
fn multiply_window(significand: u64, start: usize) -> [u64; 4] {
    let (word, shift) = (start / 64, start % 64);
    let mut product = [0_u64; 4];
    let mut carry = 0_u128;
    for i in (0..4).rev() {
        let pair = (u128::from(TWO_OVER_PI_BITS[word + i]) << 64)
            | u128::from(TWO_OVER_PI_BITS[word + i + 1]);
        let window = (pair >> (64 - shift)) as u64;
        let sum = u128::from(window) * u128::from(significand) + carry;
        product[i] = sum as u64;
        carry = sum >> 64;
    }
    product
}

/// Splits a fixed-point number of quarters (two integer bits) into the nearest integer and the
/// size and sign of the rest; the rest is returned as a 256-bit fraction.
fn nearest_quarter(number: [u64; 4]) -> (u64, [u64; 4], bool) {
    let mut rest = [0_u64; 4];
    for i in 0..4 {
        let next = if i < 3 { number[i + 1] >> 62 } else { 0 };
        rest[i] = (number[i] << 2) | next;
    }
    let quarters = number[0] >> 62;
    if rest[0] >> 63 == 0 {
        return (quarters, rest, false);
    }
    let mut carry = true;
    for word in rest.iter_mut().rev() {
        let (negated, overflow) = (!*word).overflowing_add(u64::from(carry));
        (*word, carry) = (negated, overflow);
    }
    (quarters.wrapping_add(1), rest, true)
}

/// A 256-bit fraction of `pi/2` in radians, as a double-double.
fn to_radians(fraction: [u64; 4]) -> (f64, f64) {
    let first = fraction.iter().position(|&word| word != 0).unwrap_or(3);
    let word = |i: usize| fraction.get(first + i).copied().unwrap_or(0);
    let shift = word(0).leading_zeros();
    let top = (u128::from(word(0)) << 64) | u128::from(word(1));
    let top = if shift == 0 { top } else { (top << shift) | u128::from(word(2) >> (64 - shift)) };
    let unit = power_of_two(-53.0 - 64.0 * first as f64 - f64::from(shift));
    let high = (top >> 75) as u64 as f64 * unit;
    let low = ((top >> 22) as u64 & 0x001f_ffff_ffff_ffff) as f64 * unit * power_of_two(-53.0);
    let (radians, rest) = two_product(high, HALF_PI[0]);
    let rest = low.mul_add(HALF_PI[0], high.mul_add(HALF_PI[1], rest));
    (radians + rest, rest - ((radians + rest) - radians))
}
