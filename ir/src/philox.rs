//! Random numbers as a pure function of seed, stream and element index.
//!
//! Philox4x64-10 (J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1,
//! 2, 3", SC 2011): a keyed bijection of 256-bit counters. Element `i` of a stream is lane `i % 4`
//! of block `i / 4`, so any chunk can be made anywhere, in any order, with the same bits.
//!
//! `block(seed, stream, b)` is the `b`-th block of NumPy's `Philox(key=[seed, stream])`, whose
//! counter is 1 for the first block; `uniform_f64` is then NumPy's `Generator.random` (53 bits).
//! NumPy's other distributions consume a varying number of words and cannot be addressed by
//! element; ours are our own.

use crate::vmath;

/// Words per block.
pub const LANES: u64 = 4;

/// Rounds of the bijection.
pub const ROUNDS: usize = 10;

/// The multipliers of the two products of a round.
pub const MULTIPLIERS: [u64; 2] = [0xd2e7_470e_e14c_6c93, 0xca5a_8263_9512_1157];
const WEYL: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b];

/// The keys of the rounds of one stream.
#[inline(always)]
pub fn round_keys(seed: u64, stream: u64) -> [[u64; 2]; ROUNDS] {
    let mut keys = [[seed, stream]; ROUNDS];
    for i in 1..ROUNDS {
        keys[i] = [keys[i - 1][0].wrapping_add(WEYL[0]), keys[i - 1][1].wrapping_add(WEYL[1])];
    }
    keys
}

/// The counter of a block: NumPy counts before it draws; the second word takes the last carry.
#[inline(always)]
pub fn counter(block_index: u64) -> [u64; 4] {
    let first = block_index.wrapping_add(1);
    [first, u64::from(first == 0), 0, 0]
}

/// One round, with `multiply` giving the high and low half of a product.
#[inline(always)]
pub fn round(
    counter: [u64; 4],
    key: [u64; 2],
    multiply: impl Fn(u64, u64) -> (u64, u64),
) -> [u64; 4] {
    let even = multiply(counter[0], MULTIPLIERS[0]);
    let odd = multiply(counter[2], MULTIPLIERS[1]);
    [odd.0 ^ counter[1] ^ key[0], odd.1, even.0 ^ counter[3] ^ key[1], even.1]
}

/// The full product of two words, high half first.
#[inline(always)]
pub fn full_product(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

/// The four words of block `block_index` of a stream.
#[inline(always)]
pub fn block(seed: u64, stream: u64, block_index: u64) -> [u64; 4] {
    round_keys(seed, stream)
        .into_iter()
        .fold(counter(block_index), |counter, key| round(counter, key, full_product))
}

/// The word of element `i`.
#[inline]
pub fn word(seed: u64, stream: u64, i: u64) -> u64 {
    block(seed, stream, i / LANES)[(i % LANES) as usize]
}

/// A word as a multiple of 2^-53 in `[0, 1)`.
#[inline(always)]
pub fn unit_f64(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A word as a multiple of 2^-24 in `[0, 1)`.
#[inline(always)]
pub fn unit_f32(word: u64) -> f32 {
    (word >> 40) as f32 * (1.0 / 16_777_216.0)
}

/// A word as an integer in `low .. high`: the high half of the product with the range.
///
/// Each value's probability differs from `1 / range` by less than 2^-64. An empty range gives
/// `low`.
#[inline(always)]
pub fn bounded(word: u64, low: i64, high: i64) -> i64 {
    let range = high.wrapping_sub(low) as u64;
    low.wrapping_add(((u128::from(word) * u128::from(range)) >> 64) as i64)
}

/// Two independent standard normal numbers from two words (G. Box, M. Muller, 1958).
///
/// `sqrt(-2 ln u)` times the cosine and the sine of `2 pi v`, with `u` a multiple of 2^-53 in `(0,
/// 1]` and `v` one in `[0, 1)`; so no result exceeds 8.58 in magnitude.
#[inline(always)]
pub fn normal_pair(first: u64, second: u64) -> (f64, f64) {
    let u = unit_f64(first) + 1.0 / 9_007_199_254_740_992.0;
    let angle = core::f64::consts::TAU * unit_f64(second);
    let radius = (-2.0 * vmath::f64::log(u)).sqrt();
    (radius * vmath::f64::cos_small(angle), radius * vmath::f64::sin_small(angle))
}

/// Element `i` of a stream of uniform numbers in `[0, 1)`.
#[inline]
pub fn uniform_f64(seed: u64, stream: u64, i: u64) -> f64 {
    unit_f64(word(seed, stream, i))
}

/// Element `i` of a stream of uniform single-precision numbers in `[0, 1)`.
#[inline]
pub fn uniform_f32(seed: u64, stream: u64, i: u64) -> f32 {
    unit_f32(word(seed, stream, i))
}

/// Element `i` of a stream of standard normal numbers.
///
/// Elements `2 k` and `2 k + 1` are the cosine and sine half of one pair, made from their own two
/// words, which lie in the same block.
#[inline]
pub fn normal_f64(seed: u64, stream: u64, i: u64) -> f64 {
    let words = block(seed, stream, i / LANES);
    let pair = (i % LANES / 2 * 2) as usize;
    let (even, odd) = normal_pair(words[pair], words[pair + 1]);
    if i.is_multiple_of(2) { even } else { odd }
}

/// Element `i` of a stream of standard normal single-precision numbers: `normal_f64`, rounded.
#[inline]
pub fn normal_f32(seed: u64, stream: u64, i: u64) -> f32 {
    normal_f64(seed, stream, i) as f32
}

/// Element `i` of a stream of integers in `low .. high`.
#[inline]
pub fn integers(seed: u64, stream: u64, i: u64, low: i64, high: i64) -> i64 {
    bounded(word(seed, stream, i), low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys and the first words of NumPy 2.4's `Philox(key=[seed, stream]).random_raw`.
    const KNOWN: [(u64, u64, [u64; 8]); 4] = [
        (
            0x0000_0000_0000_0000,
            0x0000_0000_0000_0000,
            [
                0x02f4_ba64_08e4_d89b,
                0x3dd6_2b0b_9ca8_c5b2,
                0x1c86_67a5_5d90_2e79,
                0x907d_7a05_2fd5_b4dc,
                0x809b_f322_8839_87c3,
                0x4711_28b9_e807_f7dd,
                0xf250_ba0d_bec0_65b7,
                0xfc6e_d667_67a4_57bc,
            ],
        ),
        (
            0x0000_0000_0000_002a,
            0x0000_0000_0000_0000,
            [
                0xd1f8_817d_4d62_880e,
                0x3072_66b6_5cc8_797e,
                0xde1f_04e7_f084_ed03,
                0x6503_4a8e_78cd_1e59,
                0x5e3d_aa89_61c3_e3d3,
                0x6f37_dea4_a04b_d05c,
                0x31d3_a1ae_26e1_90b9,
                0x0fef_7fae_0ab2_a01a,
            ],
        ),
        (
            0x1234_5678_9abc_def0,
            0x0000_0000_0000_0007,
            [
                0x5677_ab89_4eee_7c25,
                0x8de3_191e_742d_360c,
                0x4584_6388_eb65_44f1,
                0x521e_0a25_8333_3598,
                0x650e_8770_a489_e10e,
                0x9863_1000_120c_9cec,
                0xec51_54de_c671_920a,
                0x09d1_3e25_aa70_6b04,
            ],
        ),
        (
            0xffff_ffff_ffff_ffff,
            0xffff_ffff_ffff_ffff,
            [
                0x6d46_cc0e_71f0_be7e,
                0x924e_a169_3f9a_8bc0,
                0xfdc3_5f01_98c9_1181,
                0xb4a3_11f1_7aa6_568d,
                0x67e1_2c1e_ff8d_e57e,
                0x6877_6184_22b8_7b0e,
                0x0b6a_f2bc_95a8_1510,
                0x941b_27e5_d244_0b04,
            ],
        ),
    ];

    #[test]
    fn words_are_those_of_numpy() {
        for (seed, stream, words) in KNOWN {
            for (i, expected) in words.into_iter().enumerate() {
                assert_eq!(word(seed, stream, i as u64), expected, "{seed} {stream} {i}");
            }
        }
    }

    #[test]
    fn the_last_block_carries() {
        assert_ne!(block(1, 2, u64::MAX), block(1, 2, 0));
        assert_ne!(block(1, 2, u64::MAX), block(1, 2, u64::MAX - 1));
    }

    #[test]
    fn uniforms_are_those_of_numpy() {
        let expected = [0.8201981478608876, 0.18924562408645496, 0.8676608148821462];
        for (i, value) in expected.into_iter().enumerate() {
            assert_eq!(uniform_f64(42, 0, i as u64), value);
        }
        assert_eq!(unit_f64(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(unit_f32(u64::MAX), 1.0 - f32::EPSILON / 2.0);
    }

    #[test]
    fn integers_cover_their_range() {
        let mut seen = [0_u32; 7];
        for i in 0..7000 {
            seen[(integers(3, 0, i, -3, 4) + 3) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)), "{seen:?}");
        assert_eq!(integers(3, 0, 0, 5, 6), 5);
        assert_eq!(bounded(u64::MAX, i64::MIN, i64::MAX), i64::MAX - 1);
        assert_eq!(bounded(0, i64::MIN, i64::MAX), i64::MIN);
    }

    #[test]
    fn normals_have_the_moments_of_the_normal_distribution() {
        let count = 200_000;
        let values: Vec<f64> = (0..count).map(|i| normal_f64(7, 1, i)).collect();
        let moment = |k: i32| values.iter().map(|x| x.powi(k)).sum::<f64>() / count as f64;
        assert!(moment(1).abs() < 0.01, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.015, "variance {}", moment(2));
        assert!(moment(3).abs() < 0.04, "skewness {}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.1, "kurtosis {}", moment(4));
        let tail = values.iter().filter(|x| x.abs() > 1.96).count() as f64 / count as f64;
        assert!((tail - 0.05).abs() < 0.003, "tail {tail}");
        let lag = values.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / count as f64;
        assert!(lag.abs() < 0.01, "correlation of neighbours {lag}");
    }

    #[test]
    fn the_extreme_words_give_finite_normals() {
        for first in [0, u64::MAX] {
            for second in [0, u64::MAX] {
                let (even, odd) = normal_pair(first, second);
                assert!(even.is_finite() && odd.is_finite());
                assert!(even.abs() < 8.6 && odd.abs() < 8.6);
            }
        }
    }
}
