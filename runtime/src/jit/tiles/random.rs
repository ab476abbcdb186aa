//! Random numbers of `arr_ir::philox` over tiles.
//!
//! Sixteen blocks (64 words) are made at a time, independent of each other, so that their long
//! chains of multiplications overlap: in scalar registers, or, with AVX-512, in the lanes of two
//! sets of vectors, where four products of 32 bits make one of 64. The conversion to numbers is a
//! vector loop over the words.

use super::{Level, for_each_level};
use arr_ir::philox::{
    LANES, ROUNDS, bounded, counter, full_product, normal_pair, round, round_keys, unit_f32,
    unit_f64,
};
use std::ptr::copy_nonoverlapping;

/// `dst[i]` = element `start + i` of a stream, for `i < n`.
pub type Fill = unsafe fn(dst: *mut u8, seed: u64, stream: u64, start: u64, n: usize);

/// Like `Fill`, for integers in `low .. high`.
pub type FillIntegers =
    unsafe fn(dst: *mut u8, seed: u64, stream: u64, start: u64, n: usize, low: i64, high: i64);

/// The distributions without parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Distribution {
    /// `philox::uniform_f64`.
    UniformF64,
    /// `philox::uniform_f32`.
    UniformF32,
    /// `philox::normal_f64`.
    NormalF64,
    /// `philox::normal_f32`.
    NormalF32,
}

impl Distribution {
    /// Every distribution.
    pub const ALL: [Distribution; 4] = [
        Distribution::UniformF64,
        Distribution::UniformF32,
        Distribution::NormalF64,
        Distribution::NormalF32,
    ];
}

/// Blocks made at a time.
const BLOCKS: usize = 16;

/// Words made at a time.
const WORDS: usize = BLOCKS * LANES as usize;

/// A group of words or elements, aligned so that no vector of it crosses a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Group<T>([T; WORDS]);

/// A conversion of words to elements; see `Scalar` in `vmath` for why it is a trait.
trait Convert {
    type Element: Copy;
    fn convert(&self, words: &Group<u64>) -> Group<Self::Element>;
}

/// The words of the blocks from `index`, in scalar registers.
#[inline(always)]
fn scalar_words(keys: &[[u64; 2]; ROUNDS], index: u64) -> Group<u64> {
    let mut words = Group([0; WORDS]);
    for (b, lanes) in words.0.chunks_exact_mut(LANES as usize).enumerate() {
        let mut block = counter(index.wrapping_add(b as u64));
        for &key in keys {
            block = round(block, key, full_product);
        }
        lanes.copy_from_slice(&block);
    }
    words
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    //! Philox in AVX-512 vectors, a block per lane.

    use super::{BLOCKS, Group, ROUNDS, WORDS};
    use arr_ir::philox::MULTIPLIERS;
    use std::arch::x86_64::*;

    /// Blocks per vector.
    const WIDTH: usize = 8;

    /// The words of the blocks from `index`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    pub(super) fn words(keys: &[[u64; 2]; ROUNDS], index: u64) -> Group<u64> {
        let mut states: [[__m512i; 4]; BLOCKS / WIDTH] = [[_mm512_setzero_si512(); 4]; 2];
        for (s, state) in states.iter_mut().enumerate() {
            let first = index.wrapping_add((WIDTH * s) as u64 + 1);
            let steps = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
            state[0] = _mm512_add_epi64(_mm512_set1_epi64(first as i64), steps);
            let carry = _mm512_testn_epi64_mask(state[0], state[0]);
            state[1] = _mm512_maskz_set1_epi64(carry, 1);
        }
        for key in keys {
            for state in &mut states {
                *state = round(*state, *key);
            }
        }
        let mut words = Group([0; WORDS]);
        for (state, words) in states.iter().zip(words.0.chunks_exact_mut(WORDS / 2)) {
            interleave(*state, words);
        }
        words
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn round(counter: [__m512i; 4], key: [u64; 2]) -> [__m512i; 4] {
        let even = product(counter[0], MULTIPLIERS[0]);
        let odd = product(counter[2], MULTIPLIERS[1]);
        let mix = |high, word, key: u64| {
            // The table of a three-way exclusive or.
            _mm512_ternarylogic_epi64::<0x96>(high, word, _mm512_set1_epi64(key as i64))
        };
        [mix(odd.0, counter[1], key[0]), odd.1, mix(even.0, counter[3], key[1]), even.1]
    }

    /// The full products of `a` and `b`, high half first, from products of 32-bit halves.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn product(a: __m512i, b: u64) -> (__m512i, __m512i) {
        let b_low = _mm512_set1_epi64((b & 0xffff_ffff) as i64);
        let b_high = _mm512_set1_epi64((b >> 32) as i64);
        let a_high = _mm512_srli_epi64::<32>(a);
        let low_half = _mm512_set1_epi64(0xffff_ffff);
        let low = _mm512_mul_epu32(a, b_low);
        let middle = _mm512_mul_epu32(a_high, b_low);
        let middle = _mm512_add_epi64(middle, _mm512_srli_epi64::<32>(low));
        let other = _mm512_mul_epu32(a, b_high);
        let other = _mm512_add_epi64(other, _mm512_and_si512(middle, low_half));
        let high = _mm512_mul_epu32(a_high, b_high);
        let high = _mm512_add_epi64(high, _mm512_srli_epi64::<32>(middle));
        let high = _mm512_add_epi64(high, _mm512_srli_epi64::<32>(other));
        (high, _mm512_mullo_epi64(a, _mm512_set1_epi64(b as i64)))
    }

    /// Stores the four words of each of eight blocks together.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn interleave(state: [__m512i; 4], words: &mut [u64]) {
        let first = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0);
        let second = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
        let even =
            (_mm512_unpacklo_epi64(state[0], state[1]), _mm512_unpacklo_epi64(state[2], state[3]));
        let odd =
            (_mm512_unpackhi_epi64(state[0], state[1]), _mm512_unpackhi_epi64(state[2], state[3]));
        let blocks = [
            _mm512_permutex2var_epi64(even.0, first, even.1),
            _mm512_permutex2var_epi64(odd.0, first, odd.1),
            _mm512_permutex2var_epi64(even.0, second, even.1),
            _mm512_permutex2var_epi64(odd.0, second, odd.1),
        ];
        // Each vector holds blocks b and b + 2 of its group of four.
        for (group, pair) in words.chunks_exact_mut(16).zip(blocks.chunks_exact(2)) {
            for (b, vector) in pair.iter().enumerate() {
                let (near, far) = group.split_at_mut(8);
                let (near, far) = (&mut near[4 * b..4 * b + 4], &mut far[4 * b..4 * b + 4]);
                // SAFETY: four words each.
                unsafe {
                    let low = _mm512_castsi512_si256(*vector);
                    _mm256_storeu_si256(near.as_mut_ptr().cast(), low);
                    let high = _mm512_extracti64x4_epi64::<1>(*vector);
                    _mm256_storeu_si256(far.as_mut_ptr().cast(), high);
                }
            }
        }
    }
}

/// The words of the blocks from `index`, by the best way of the level.
///
/// # Safety
/// The processor supports the level.
#[inline(always)]
unsafe fn make_words(level: Level, keys: &[[u64; 2]; ROUNDS], index: u64) -> Group<u64> {
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the caller's.
        Level::Avx512 => unsafe { vectors::words(keys, index) },
        _ => scalar_words(keys, index),
    }
}

/// # Safety
/// `dst` points to `n` elements; the processor supports the level.
#[inline(always)]
unsafe fn fill<C: Convert>(
    level: Level,
    dst: *mut u8,
    (seed, stream): (u64, u64),
    start: u64,
    n: usize,
    kind: &C,
) {
    let dst = dst.cast::<C::Element>();
    let keys = round_keys(seed, stream);
    // Only the first group can begin inside a block.
    let mut skip = (start % LANES) as usize;
    let mut index = start / LANES;
    let mut offset = 0;
    while offset < n {
        // SAFETY: the caller's.
        let words = unsafe { make_words(level, &keys, index) };
        let values = kind.convert(&words);
        let count = (WORDS - skip).min(n - offset);
        // SAFETY: `count` elements from `offset`, all below n; skip + count <= WORDS.
        unsafe {
            if count == WORDS {
                dst.add(offset).cast::<[C::Element; WORDS]>().write(values.0);
            } else {
                copy_nonoverlapping(values.0.as_ptr().add(skip), dst.add(offset), count);
            }
        }
        offset += count;
        index = index.wrapping_add(BLOCKS as u64);
        skip = 0;
    }
}

struct UniformF64;

impl Convert for UniformF64 {
    type Element = f64;

    #[inline(always)]
    fn convert(&self, words: &Group<u64>) -> Group<f64> {
        let mut values = Group([0.0; WORDS]);
        for (value, &word) in values.0.iter_mut().zip(&words.0) {
            *value = unit_f64(word);
        }
        values
    }
}

struct UniformF32;

impl Convert for UniformF32 {
    type Element = f32;

    #[inline(always)]
    fn convert(&self, words: &Group<u64>) -> Group<f32> {
        let mut values = Group([0.0; WORDS]);
        for (value, &word) in values.0.iter_mut().zip(&words.0) {
            *value = unit_f32(word);
        }
        values
    }
}

struct NormalF64;

impl Convert for NormalF64 {
    type Element = f64;

    #[inline(always)]
    fn convert(&self, words: &Group<u64>) -> Group<f64> {
        let (mut even, mut odd) = ([0.0; WORDS / 2], [0.0; WORDS / 2]);
        for i in 0..WORDS / 2 {
            (even[i], odd[i]) = normal_pair(words.0[2 * i], words.0[2 * i + 1]);
        }
        let mut values = Group([0.0; WORDS]);
        for i in 0..WORDS / 2 {
            values.0[2 * i] = even[i];
            values.0[2 * i + 1] = odd[i];
        }
        values
    }
}

struct NormalF32;

impl Convert for NormalF32 {
    type Element = f32;

    #[inline(always)]
    fn convert(&self, words: &Group<u64>) -> Group<f32> {
        let wide = NormalF64.convert(words);
        let mut values = Group([0.0; WORDS]);
        for (value, &x) in values.0.iter_mut().zip(&wide.0) {
            *value = x as f32;
        }
        values
    }
}

struct Bounded {
    low: i64,
    high: i64,
}

impl Convert for Bounded {
    type Element = i64;

    #[inline(always)]
    fn convert(&self, words: &Group<u64>) -> Group<i64> {
        let mut values = Group([0; WORDS]);
        for (value, &word) in values.0.iter_mut().zip(&words.0) {
            *value = bounded(word, self.low, self.high);
        }
        values
    }
}

macro_rules! fills {
    ($($name:ident $kind:ident;)*) => {
        $(
            for_each_level!($name: unsafe fn(
                dst: *mut u8, seed: u64, stream: u64, start: u64, n: usize
            ) {
                // SAFETY: the caller keeps the contract of `Fill`.
                unsafe { fill(LEVEL, dst, (seed, stream), start, n, &$kind) }
            });
        )*

        /// The helper that fills a tile from a distribution.
        ///
        /// `level` must be available on the processor that calls it.
        pub fn fill_random(distribution: Distribution, level: Level) -> Fill {
            match distribution {
                $(Distribution::$kind => $name::pick(level),)*
            }
        }
    };
}

fills! {
    uniform_f64 UniformF64;
    uniform_f32 UniformF32;
    normal_f64 NormalF64;
    normal_f32 NormalF32;
}

for_each_level!(integers: unsafe fn(
    dst: *mut u8, seed: u64, stream: u64, start: u64, n: usize, low: i64, high: i64
) {
    // SAFETY: the caller keeps the contract of `FillIntegers`.
    unsafe { fill(LEVEL, dst, (seed, stream), start, n, &Bounded { low, high }) }
});

/// The helper that fills a tile with `i64` elements of `philox::integers`.
///
/// `level` must be available on the processor that calls it.
pub fn fill_integers(level: Level) -> FillIntegers {
    integers::pick(level)
}
