//! Vectors of AVX2 and AVX-512.
#![allow(unsafe_code)]

use crate::network::Lanes;
use crate::quick::{Apart, ROOM, Room, Vector, settle, split_from_both_ends, split_in_order};
use crate::tables::{Index, PACK_4, PACK_8};
use std::arch::x86_64::*;

/// The methods of [`Vector`] that move keys.
macro_rules! keys_in_memory {
    ($t:ty, $load:expr, $store:expr) => {
        type Key = $t;
        type At = *mut $t;
        const VALUES: bool = false;

        #[inline(always)]
        unsafe fn within(room: *mut Room) -> *mut $t {
            room.cast()
        }

        #[inline(always)]
        unsafe fn on(at: *mut $t, n: usize) -> *mut $t {
            // SAFETY: as the caller says.
            unsafe { at.add(n) }
        }

        #[inline(always)]
        unsafe fn key(at: *mut $t) -> $t {
            // SAFETY: as the caller says.
            unsafe { *at }
        }

        #[inline(always)]
        unsafe fn load(at: *mut $t) -> Self {
            // SAFETY: as the caller says.
            unsafe { Self($load(at.cast())) }
        }

        #[inline(always)]
        unsafe fn store(self, at: *mut $t) {
            // SAFETY: as the caller says.
            unsafe { $store(at.cast(), self.0) }
        }

        #[inline(always)]
        unsafe fn copy(from: *mut $t, to: *mut $t, n: usize) {
            // SAFETY: as the caller says.
            unsafe { from.copy_to(to, n) }
        }

        #[inline(always)]
        unsafe fn fill(at: *mut $t, n: usize) {
            // SAFETY: as the caller says.
            unsafe { at.write_bytes(u8::MAX, n) }
        }

        #[inline(always)]
        unsafe fn settle(_: *mut $t, _: usize) {}

        #[inline(always)]
        unsafe fn split<const EQUAL: bool>(
            here: Self::At,
            there: Self::At,
            len: usize,
            pivot: Self::Key,
        ) -> usize {
            // SAFETY: as the caller says.
            unsafe { split_from_both_ends::<Self, EQUAL>(here, there, len, pivot) }
        }
    };
}

/// The methods of [`Vector`] that move pairs.
macro_rules! pairs_in_memory {
    ($load:expr, $store:expr) => {
        type Key = u64;
        type At = (*mut u64, *mut u64);
        const VALUES: bool = true;
        const ROWS: usize = 8;

        #[inline(always)]
        unsafe fn within(room: *mut Room) -> Self::At {
            let room: *mut u64 = room.cast();
            // SAFETY: half of the room each.
            unsafe { (room, room.add(ROOM / 2)) }
        }

        #[inline(always)]
        unsafe fn on(at: Self::At, n: usize) -> Self::At {
            // SAFETY: as the caller says.
            unsafe { (at.0.add(n), at.1.add(n)) }
        }

        #[inline(always)]
        unsafe fn key(at: Self::At) -> u64 {
            // SAFETY: as the caller says.
            unsafe { *at.0 }
        }

        #[inline(always)]
        unsafe fn load(at: Self::At) -> Self {
            // SAFETY: as the caller says.
            unsafe { Self($load(at.0.cast()), $load(at.1.cast())) }
        }

        #[inline(always)]
        unsafe fn store(self, at: Self::At) {
            // SAFETY: as the caller says.
            unsafe {
                $store(at.0.cast(), self.0);
                $store(at.1.cast(), self.1);
            }
        }

        #[inline(always)]
        unsafe fn copy(from: Self::At, to: Self::At, n: usize) {
            // SAFETY: as the caller says.
            unsafe {
                from.0.copy_to(to.0, n);
                from.1.copy_to(to.1, n);
            }
        }

        #[inline(always)]
        unsafe fn fill(at: Self::At, n: usize) {
            // SAFETY: as the caller says.
            unsafe {
                at.0.write_bytes(u8::MAX, n);
                at.1.write_bytes(u8::MAX, n);
            }
        }

        #[inline(always)]
        unsafe fn settle(at: Self::At, n: usize) {
            // SAFETY: as the caller says.
            unsafe { settle(at, n) }
        }

        #[inline(always)]
        unsafe fn split<const EQUAL: bool>(
            here: Self::At,
            there: Self::At,
            len: usize,
            pivot: Self::Key,
        ) -> usize {
            // SAFETY: as the caller says.
            unsafe { split_in_order::<Self, EQUAL>(here, there, len, pivot) }
        }
    };
}

/// 8 keys in a vector of AVX-512.
#[derive(Clone, Copy)]
pub struct Wide8(__m512i);

/// 16 keys in a vector of AVX-512.
#[derive(Clone, Copy)]
pub struct Wide16(__m512i);

/// 8 pairs in two vectors of AVX-512.
#[derive(Clone, Copy)]
pub struct WidePairs(__m512i, __m512i);

/// 4 keys in a vector of AVX2.
#[derive(Clone, Copy)]
pub struct Keys4(__m256i);

/// 8 keys in a vector of AVX2.
#[derive(Clone, Copy)]
pub struct Keys8(__m256i);

/// 4 pairs in two vectors of AVX2.
#[derive(Clone, Copy)]
pub struct Pairs4(__m256i, __m256i);

// In what follows: vectors exist only in functions that are compiled for their instructions and
// called on processors that have them.

#[inline(always)]
fn index_8x64<const M: usize>() -> __m512i {
    // SAFETY: an array of 64 bytes.
    unsafe { _mm512_loadu_si512(Index::<M>::SWAP_8X64.as_ptr().cast()) }
}

impl Lanes for Wide8 {
    const LANES: usize = 8;

    #[inline(always)]
    fn exchange(self, other: Self) -> (Self, Self) {
        // SAFETY: the vectors exist.
        unsafe {
            (Self(_mm512_min_epu64(self.0, other.0)), Self(_mm512_max_epu64(self.0, other.0)))
        }
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Self) -> Self {
        let mask = Index::<M>::MASK as u8;
        // SAFETY: the vectors exist.
        unsafe {
            let less = _mm512_min_epu64(self.0, other.0);
            Self(_mm512_mask_max_epu64(less, mask, self.0, other.0))
        }
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Self {
        // SAFETY: the vector exists.
        unsafe { Self(_mm512_permutexvar_epi64(index_8x64::<M>(), self.0)) }
    }
}

// SAFETY: loads and stores of 64 bytes, 8 elements.
unsafe impl Vector for Wide8 {
    keys_in_memory!(u64, _mm512_loadu_si512, _mm512_storeu_si512);
    const ROWS: usize = 16;

    #[inline(always)]
    unsafe fn splat(key: u64) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self(_mm512_set1_epi64(key as i64)) }
    }

    #[inline(always)]
    fn below(self, pivot: Self) -> u32 {
        // SAFETY: the vectors exist.
        unsafe { _mm512_cmplt_epu64_mask(self.0, pivot.0).into() }
    }

    #[inline(always)]
    fn up_to(self, pivot: Self) -> u32 {
        // SAFETY: the vectors exist.
        unsafe { _mm512_cmple_epu64_mask(self.0, pivot.0).into() }
    }

    #[inline(always)]
    fn pack(self, mask: u32) -> Self {
        // SAFETY: the vector exists.
        unsafe { Self(_mm512_maskz_compress_epi64(mask as u8, self.0)) }
    }
}

// SAFETY: stores of 64 bytes.
unsafe impl Apart for Wide8 {
    #[inline(always)]
    unsafe fn apart(self, mask: u32, _: usize, left: *mut u64, end: *mut u64) {
        // SAFETY: as the caller says; rows of 8 bytes.
        unsafe {
            let index = _mm_loadl_epi64(PACK_8[mask as usize & 255].as_ptr().cast());
            let both = Self(_mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(index), self.0));
            both.store(left);
            both.store(end.sub(Self::LANES));
        }
    }
}

impl Lanes for Wide16 {
    const LANES: usize = 16;

    #[inline(always)]
    fn exchange(self, other: Self) -> (Self, Self) {
        // SAFETY: the vectors exist.
        unsafe {
            (Self(_mm512_min_epu32(self.0, other.0)), Self(_mm512_max_epu32(self.0, other.0)))
        }
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Self) -> Self {
        // SAFETY: the vectors exist.
        unsafe {
            let less = _mm512_min_epu32(self.0, other.0);
            Self(_mm512_mask_max_epu32(less, Index::<M>::MASK, self.0, other.0))
        }
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Self {
        // SAFETY: the vector exists; an array of 64 bytes.
        unsafe {
            let index = _mm512_loadu_si512(Index::<M>::SWAP_32.as_ptr().cast());
            Self(_mm512_permutexvar_epi32(index, self.0))
        }
    }
}

// SAFETY: loads and stores of 64 bytes, 16 elements.
unsafe impl Vector for Wide16 {
    keys_in_memory!(u32, _mm512_loadu_si512, _mm512_storeu_si512);
    const ROWS: usize = 16;

    #[inline(always)]
    unsafe fn splat(key: u32) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self(_mm512_set1_epi32(key as i32)) }
    }

    #[inline(always)]
    fn below(self, pivot: Self) -> u32 {
        // SAFETY: the vectors exist.
        unsafe { _mm512_cmplt_epu32_mask(self.0, pivot.0).into() }
    }

    #[inline(always)]
    fn up_to(self, pivot: Self) -> u32 {
        // SAFETY: the vectors exist.
        unsafe { _mm512_cmple_epu32_mask(self.0, pivot.0).into() }
    }

    #[inline(always)]
    fn pack(self, mask: u32) -> Self {
        // SAFETY: the vector exists.
        unsafe { Self(_mm512_maskz_compress_epi32(mask as u16, self.0)) }
    }
}

// SAFETY: stores of at most 64 bytes.
unsafe impl Apart for Wide16 {
    #[inline(always)]
    unsafe fn apart(self, mask: u32, others: usize, left: *mut u32, end: *mut u32) {
        let all = (1u32 << others) - 1;
        // SAFETY: as the caller says; `others` elements before `end`.
        unsafe {
            self.pack(mask).store(left);
            let rest = self.pack(!mask);
            _mm512_mask_storeu_epi32(end.sub(others).cast(), all as u16, rest.0);
        }
    }
}

impl WidePairs {
    /// The lanes of a mask from `other`.
    #[inline(always)]
    fn blend(self, other: Self, mask: u8) -> Self {
        // SAFETY: the vectors exist.
        unsafe {
            Self(
                _mm512_mask_blend_epi64(mask, self.0, other.0),
                _mm512_mask_blend_epi64(mask, self.1, other.1),
            )
        }
    }
}

impl Lanes for WidePairs {
    const LANES: usize = 8;

    #[inline(always)]
    fn exchange(self, other: Self) -> (Self, Self) {
        // SAFETY: the vectors exist.
        let less = unsafe { _mm512_cmplt_epu64_mask(other.0, self.0) };
        (self.blend(other, less), other.blend(self, less))
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Self) -> Self {
        let high = Index::<M>::MASK as u8;
        // SAFETY: the vectors exist.
        let (less, greater) = unsafe {
            (
                _mm512_mask_cmplt_epu64_mask(!high, other.0, self.0),
                _mm512_mask_cmplt_epu64_mask(high, self.0, other.0),
            )
        };
        self.blend(other, less | greater)
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Self {
        let index = index_8x64::<M>();
        // SAFETY: the vectors exist.
        unsafe {
            Self(_mm512_permutexvar_epi64(index, self.0), _mm512_permutexvar_epi64(index, self.1))
        }
    }
}

// SAFETY: loads and stores of 64 bytes, 8 elements.
unsafe impl Vector for WidePairs {
    pairs_in_memory!(_mm512_loadu_si512, _mm512_storeu_si512);

    #[inline(always)]
    unsafe fn splat(key: u64) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self(_mm512_set1_epi64(key as i64), _mm512_setzero_si512()) }
    }

    #[inline(always)]
    fn below(self, pivot: Self) -> u32 {
        Wide8(self.0).below(Wide8(pivot.0))
    }

    #[inline(always)]
    fn up_to(self, pivot: Self) -> u32 {
        Wide8(self.0).up_to(Wide8(pivot.0))
    }

    #[inline(always)]
    fn pack(self, mask: u32) -> Self {
        Self(Wide8(self.0).pack(mask).0, Wide8(self.1).pack(mask).0)
    }
}

/// All bits of the lanes where `a` is below `b`.
#[inline(always)]
fn less_64(a: __m256i, b: __m256i) -> __m256i {
    // SAFETY: the vectors exist.
    unsafe {
        let sign = _mm256_set1_epi64x(i64::MIN);
        _mm256_cmpgt_epi64(_mm256_xor_si256(b, sign), _mm256_xor_si256(a, sign))
    }
}

/// The lanes of `b` where `mask` has all bits set.
#[inline(always)]
fn blend(a: __m256i, b: __m256i, mask: __m256i) -> __m256i {
    // SAFETY: the vectors exist.
    unsafe { _mm256_blendv_epi8(a, b, mask) }
}

/// The lanes of 64 bits whose index has a bit of `M`.
#[inline(always)]
fn high_64<const M: usize>() -> __m256i {
    // SAFETY: an array of 32 bytes.
    unsafe { _mm256_loadu_si256(Index::<M>::WIDE.as_ptr().cast()) }
}

/// All bits of the lanes of `a` that an order takes from `b`.
#[inline(always)]
fn order_64<const M: usize>(a: __m256i, b: __m256i) -> __m256i {
    blend(less_64(b, a), less_64(a, b), high_64::<M>())
}

#[inline(always)]
fn swap_64<const M: usize>(v: __m256i) -> __m256i {
    // SAFETY: the vector exists; an array of 32 bytes.
    unsafe {
        let index = _mm256_loadu_si256(Index::<M>::SWAP_4X64.as_ptr().cast());
        _mm256_permutevar8x32_epi32(v, index)
    }
}

#[inline(always)]
fn bits_64(v: __m256i) -> u32 {
    // SAFETY: the vector exists.
    unsafe { _mm256_movemask_pd(_mm256_castsi256_pd(v)) as u32 }
}

#[inline(always)]
fn pack_64(v: __m256i, mask: u32) -> __m256i {
    // SAFETY: the vector exists; rows of 32 bytes.
    unsafe {
        let index = _mm256_loadu_si256(PACK_4[mask as usize & 15].as_ptr().cast());
        _mm256_permutevar8x32_epi32(v, index)
    }
}

impl Lanes for Keys4 {
    const LANES: usize = 4;

    #[inline(always)]
    fn exchange(self, other: Self) -> (Self, Self) {
        let less = less_64(other.0, self.0);
        (Self(blend(self.0, other.0, less)), Self(blend(other.0, self.0, less)))
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Self) -> Self {
        Self(blend(self.0, other.0, order_64::<M>(self.0, other.0)))
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Self {
        Self(swap_64::<M>(self.0))
    }
}

// SAFETY: loads and stores of 32 bytes, 4 elements.
unsafe impl Vector for Keys4 {
    keys_in_memory!(u64, _mm256_loadu_si256, _mm256_storeu_si256);
    const ROWS: usize = 8;

    #[inline(always)]
    unsafe fn splat(key: u64) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self(_mm256_set1_epi64x(key as i64)) }
    }

    #[inline(always)]
    fn below(self, pivot: Self) -> u32 {
        bits_64(less_64(self.0, pivot.0))
    }

    #[inline(always)]
    fn up_to(self, pivot: Self) -> u32 {
        !bits_64(less_64(pivot.0, self.0)) & 15
    }

    #[inline(always)]
    fn pack(self, mask: u32) -> Self {
        Self(pack_64(self.0, mask))
    }
}

// SAFETY: stores of 32 bytes.
unsafe impl Apart for Keys4 {
    #[inline(always)]
    unsafe fn apart(self, mask: u32, _: usize, left: *mut u64, end: *mut u64) {
        let both = self.pack(mask);
        // SAFETY: as the caller says.
        unsafe {
            both.store(left);
            both.store(end.sub(Self::LANES));
        }
    }
}

impl Lanes for Pairs4 {
    const LANES: usize = 4;

    #[inline(always)]
    fn exchange(self, other: Self) -> (Self, Self) {
        let less = less_64(other.0, self.0);
        let one = Self(blend(self.0, other.0, less), blend(self.1, other.1, less));
        (one, Self(blend(other.0, self.0, less), blend(other.1, self.1, less)))
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Self) -> Self {
        let mask = order_64::<M>(self.0, other.0);
        Self(blend(self.0, other.0, mask), blend(self.1, other.1, mask))
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Self {
        Self(swap_64::<M>(self.0), swap_64::<M>(self.1))
    }
}

// SAFETY: loads and stores of 32 bytes, 4 elements.
unsafe impl Vector for Pairs4 {
    pairs_in_memory!(_mm256_loadu_si256, _mm256_storeu_si256);

    #[inline(always)]
    unsafe fn splat(key: u64) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self(_mm256_set1_epi64x(key as i64), _mm256_setzero_si256()) }
    }

    #[inline(always)]
    fn below(self, pivot: Self) -> u32 {
        Keys4(self.0).below(Keys4(pivot.0))
    }

    #[inline(always)]
    fn up_to(self, pivot: Self) -> u32 {
        Keys4(self.0).up_to(Keys4(pivot.0))
    }

    #[inline(always)]
    fn pack(self, mask: u32) -> Self {
        Self(pack_64(self.0, mask), pack_64(self.1, mask))
    }
}

impl Lanes for Keys8 {
    const LANES: usize = 8;

    #[inline(always)]
    fn exchange(self, other: Self) -> (Self, Self) {
        // SAFETY: the vectors exist.
        unsafe {
            (Self(_mm256_min_epu32(self.0, other.0)), Self(_mm256_max_epu32(self.0, other.0)))
        }
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Self) -> Self {
        let (less, greater) = self.exchange(other);
        // SAFETY: the vectors exist; an array of 32 bytes.
        let high = unsafe { _mm256_loadu_si256(Index::<M>::NARROW.as_ptr().cast()) };
        Self(blend(less.0, greater.0, high))
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Self {
        // SAFETY: the vector exists; the first 8 of 16 lanes stay among themselves.
        unsafe {
            let index = _mm256_loadu_si256(Index::<M>::SWAP_32.as_ptr().cast());
            Self(_mm256_permutevar8x32_epi32(self.0, index))
        }
    }
}

/// A bit for each lane of 32 bits.
#[inline(always)]
fn bits_32(v: __m256i) -> u32 {
    // SAFETY: the vector exists.
    unsafe { _mm256_movemask_ps(_mm256_castsi256_ps(v)) as u32 }
}

// SAFETY: loads and stores of 32 bytes, 8 elements.
unsafe impl Vector for Keys8 {
    keys_in_memory!(u32, _mm256_loadu_si256, _mm256_storeu_si256);
    const ROWS: usize = 8;

    #[inline(always)]
    unsafe fn splat(key: u32) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self(_mm256_set1_epi32(key as i32)) }
    }

    #[inline(always)]
    fn below(self, pivot: Self) -> u32 {
        // SAFETY: the vectors exist.
        let not = unsafe { _mm256_cmpeq_epi32(_mm256_max_epu32(self.0, pivot.0), self.0) };
        !bits_32(not) & 255
    }

    #[inline(always)]
    fn up_to(self, pivot: Self) -> u32 {
        // SAFETY: the vectors exist.
        bits_32(unsafe { _mm256_cmpeq_epi32(_mm256_max_epu32(self.0, pivot.0), pivot.0) })
    }

    #[inline(always)]
    fn pack(self, mask: u32) -> Self {
        // SAFETY: the vector exists; rows of 8 bytes.
        unsafe {
            let index = _mm_loadl_epi64(PACK_8[mask as usize & 255].as_ptr().cast());
            Self(_mm256_permutevar8x32_epi32(self.0, _mm256_cvtepu8_epi32(index)))
        }
    }
}

// SAFETY: stores of 32 bytes.
unsafe impl Apart for Keys8 {
    #[inline(always)]
    unsafe fn apart(self, mask: u32, _: usize, left: *mut u32, end: *mut u32) {
        let both = self.pack(mask);
        // SAFETY: as the caller says.
        unsafe {
            both.store(left);
            both.store(end.sub(Self::LANES));
        }
    }
}
