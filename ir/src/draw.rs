//! Numbers of distributions that need rejection, each from one uniform number.
//!
//! A uniform number `u` (a multiple of 2^-53 in `[0, 1)`) names an endless supply of words: the
//! blocks 0, 1, 2, ... of Philox4x64-10 under the key `[u * 2^53, stream]`, with a stream for each
//! distribution. Attempt `t` reads block `t` only. So a draw is a pure function of its parameters
//! and of `u`, however many attempts it takes, and works elementwise with arrays of parameters.

use crate::philox::{block, normal_pair, unit_f64};
use crate::vmath::f64 as math;

/// The second key word of [`gamma`].
pub const GAMMA_STREAM: u64 = 0x67616d6d61;

/// The second key word of [`poisson`].
pub const POISSON_STREAM: u64 = 0x706f6973;

/// Attempts before a draw gives up and returns the centre; the chance is below 10^-300.
const ATTEMPTS: u64 = 1000;

/// 2^53 and its reciprocal.
const STEPS: f64 = 9_007_199_254_740_992.0;

/// The key that a uniform number stands for.
#[inline(always)]
fn key(u: f64) -> u64 {
    (u * STEPS) as u64
}

/// A uniform number in `(0, 1]`.
#[inline(always)]
fn open(word: u64) -> f64 {
    unit_f64(word) + 1.0 / STEPS
}

/// A number with the gamma distribution of this shape and scale 1 (G. Marsaglia, W. W. Tsang, "A
/// simple method for generating gamma variables", 2000).
///
/// Attempt `t` takes a normal number from the first two words of block `t` and a uniform one in
/// `(0, 1]` from the third; below shape 1 the number of shape + 1 is multiplied by `v^(1/shape)`
/// with `v` from the fourth word of block 0. Shape 0 gives 0, a negative one or NaN gives NaN.
#[inline(always)]
pub fn gamma(shape: f64, u: f64) -> f64 {
    if shape == 0.0 || shape == f64::INFINITY {
        return shape.abs();
    }
    if !is_plain(shape, u) {
        return f64::NAN;
    }
    let key = key(u);
    let mut value = gamma_centre(shape);
    for attempt in 0..ATTEMPTS {
        let found = gamma_attempt(shape, block(key, GAMMA_STREAM, attempt));
        if !found.is_nan() {
            value = found;
            break;
        }
    }
    value * gamma_factor(shape, block(key, GAMMA_STREAM, 0))
}

/// [`gamma`] of several shapes and uniform numbers. Their first attempts, of which few fail, are made
/// side by side.
#[inline(always)]
pub fn gammas<const N: usize>(shapes: &[f64; N], uniform: &[f64; N]) -> [f64; N] {
    let mut words = [[0; N]; 4];
    for i in 0..N {
        let block = block(key(uniform[i]), GAMMA_STREAM, 0);
        for (words, word) in words.iter_mut().zip(block) {
            words[i] = word;
        }
    }
    let block_of = |i: usize| [words[0][i], words[1][i], words[2][i], words[3][i]];
    let mut values = [0.0; N];
    for i in 0..N {
        let value = gamma_attempt(shapes[i], block_of(i));
        values[i] = if is_plain(shapes[i], uniform[i]) { value } else { f64::NAN };
    }
    if shapes.iter().any(|&shape| shape < 1.0) {
        for i in 0..N {
            values[i] *= gamma_factor(shapes[i], block_of(i));
        }
    }
    for i in 0..N {
        if values[i].is_nan() {
            values[i] = gamma(shapes[i], uniform[i]);
        }
    }
    values
}

/// Whether numbers of this shape are drawn, from this uniform number.
#[inline(always)]
fn is_plain(shape: f64, u: f64) -> bool {
    (shape > 0.0) & (shape < f64::INFINITY) & (0.0..1.0).contains(&u)
}

/// The middle of the distribution that is tried: of this shape, or of one more below 1.
#[inline(always)]
fn gamma_centre(shape: f64) -> f64 {
    (if shape < 1.0 { shape + 1.0 } else { shape }) - 1.0 / 3.0
}

/// What one attempt gives; NaN if it fails.
#[inline(always)]
fn gamma_attempt(shape: f64, words: [u64; 4]) -> f64 {
    let d = gamma_centre(shape);
    let c = 1.0 / (9.0 * d).sqrt();
    let x = normal_pair(words[0], words[1]).0;
    let root = 1.0 + c * x;
    let v = root * root * root;
    let bound = 0.5 * x * x + d - d * v + d * math::log(v);
    let accepted = (root > 0.0) & (math::log(open(words[2])) < bound);
    if accepted { d * v } else { f64::NAN }
}

/// What makes a number of shape + 1 one of a shape below 1; else 1.
#[inline(always)]
fn gamma_factor(shape: f64, words: [u64; 4]) -> f64 {
    if shape < 1.0 { math::exp(math::log(open(words[3])) / shape) } else { 1.0 }
}

/// A number with the Poisson distribution of this mean: a whole number as a float.
///
/// Below 10 by the inverse of the cumulative distribution at a uniform number from the first word
/// of block 0; from 10 by transformed rejection (W. Hoermann, "The transformed rejection method
/// for generating Poisson random variables", 1993), whose attempt `t` takes its two uniform
/// numbers from the first two words of block `t`. Mean 0 gives 0, a negative one or NaN gives NaN.
#[inline(always)]
pub fn poisson(mean: f64, u: f64) -> f64 {
    if mean == 0.0 || mean == f64::INFINITY {
        return mean.abs();
    }
    if mean.is_nan() || mean < 0.0 || !(0.0..1.0).contains(&u) {
        return f64::NAN;
    }
    match mean < 10.0 {
        true => poisson_by_inversion(mean, unit_f64(block(key(u), POISSON_STREAM, 0)[0])),
        false => poisson_by_rejection(mean, key(u)),
    }
}

#[inline(always)]
fn poisson_by_inversion(mean: f64, u: f64) -> f64 {
    let mut left = u;
    let mut term = math::exp(-mean);
    let mut k = 0.0;
    // Beyond the mean a term below 2^-60 can no longer be told from none.
    while left >= term && (k < mean || term > 1.0 / (STEPS * 128.0)) {
        left -= term;
        k += 1.0;
        term *= mean / k;
    }
    k
}

#[inline(always)]
fn poisson_by_rejection(mean: f64, key: u64) -> f64 {
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let limit = 0.9277 - 3.6224 / (b - 2.0);
    let log_mean = math::log(mean);
    for attempt in 0..ATTEMPTS {
        let words = block(key, POISSON_STREAM, attempt);
        let (u, v) = (unit_f64(words[0]) - 0.5, open(words[1]));
        let distance = 0.5 - u.abs();
        let k = ((2.0 * a / distance + b) * u + mean + 0.43).floor();
        if distance >= 0.07 && v <= limit {
            return k;
        }
        if k < 0.0 || !k.is_finite() || (distance < 0.013 && v > distance) {
            continue;
        }
        let left = math::log(v * inverse_alpha / (a / (distance * distance) + b));
        if left <= k * log_mean - mean - math::lgamma(k + 1.0) {
            return k;
        }
    }
    mean.floor()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::philox::uniform_f64;

    /// Mean and variance of a draw over many uniform numbers.
    fn moments(draw: impl Fn(f64) -> f64) -> (f64, f64) {
        let n = 40_000;
        let values: Vec<f64> = (0..n).map(|i| draw(uniform_f64(11, 0, i))).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64)
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        for parameter in [0.3, 0.9, 1.0, 2.5, 9.99, 10.0, 37.5, 1000.0] {
            let tolerance = 0.03 * parameter;
            for (name, draw) in [("gamma", gamma as fn(f64, f64) -> f64), ("poisson", poisson)] {
                let (mean, variance) = moments(|u| draw(parameter, u));
                assert!((mean - parameter).abs() < tolerance, "{name} {parameter}: mean {mean}");
                let close = (variance - parameter).abs() < 2.0 * tolerance;
                assert!(close, "{name} {parameter}: variance {variance}");
            }
        }
    }

    #[test]
    fn gamma_numbers_side_by_side_are_those_one_by_one() {
        let few = [2.0, 0.4, 1.0, f64::NAN, -1.0, 0.0, 300.0, f64::INFINITY, 1e-300];
        for start in (0..6000).step_by(8) {
            let same = start % 3 == 0;
            let shapes: [f64; 8] =
                std::array::from_fn(|i| if same { 1.5 } else { few[(i + start / 8) % few.len()] });
            let mut uniform: [f64; 8] =
                std::array::from_fn(|i| uniform_f64(3, 0, (start + i) as u64));
            uniform[start % 8] = [0.0, 1.0, -0.5, f64::NAN, 0.25][start / 8 % 5];
            let one_by_one: [f64; 8] = std::array::from_fn(|i| gamma(shapes[i], uniform[i]));
            let bits = |values: [f64; 8]| values.map(|v| if v.is_nan() { 0 } else { v.to_bits() });
            assert_eq!(bits(gammas(&shapes, &uniform)), bits(one_by_one));
        }
    }

    #[test]
    fn parameters_outside_the_domain_give_nan() {
        for draw in [gamma, poisson] {
            assert_eq!(draw(0.0, 0.5), 0.0);
            assert!(draw(-1.0, 0.5).is_nan());
            assert!(draw(f64::NAN, 0.5).is_nan());
            assert!(draw(2.0, 1.0).is_nan());
            assert_eq!(draw(f64::INFINITY, 0.5), f64::INFINITY);
        }
        assert!(gamma(1e-300, 0.5) >= 0.0);
        assert!(poisson(1e15, 0.5) > 9e14);
    }
}
