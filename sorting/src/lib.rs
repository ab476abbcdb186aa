//! Sorting of keys: unsigned integers, and pairs of a key and a value, on the vectors of the
//! machine.
//!
//! Keys of 32 and 64 bits are sorted by quicksort from one buffer to another: a pass compares a
//! vector of keys with the pivot and packs those below it to the left end of the other buffer, the
//! others to its right end; of pairs the others are packed where they were and moved after, so that
//! both kinds keep their order. No store depends on a branch. What fits in the registers is sorted
//! there by networks. Keys of 8 and 16 bits are sorted by their digits. Where only some places of the
//! sorted sequence are wanted, parts without any are left.
//!
//! A sorted sequence of keys is the same whatever made it, and pairs are sorted stably, so every
//! instruction set gives the same result. Without AVX2 or AVX-512 the standard library sorts keys,
//! and the same quicksort pairs, lane by lane.
//!
//! The position of the greatest or least element is found without keys, by comparing blocks with the
//! best one so far.
#![deny(unsafe_op_in_unsafe_fn)]

mod best;
mod digits;
#[cfg(target_arch = "x86_64")]
mod dispatch;
mod merge;
mod network;
mod plain;
mod quick;
#[cfg(target_arch = "x86_64")]
mod tables;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(test)]
mod tests;

pub use best::{Ranked, first_best};
pub use merge::{corank, merge, merge_pairs};
pub use quick::{Counts, Wanted, sort_pairs};

/// A key that can be sorted.
pub trait Key: Copy + Ord + Send + Sync {
    /// Sorts `keys` so far that the wanted ones are in their places, the others are lost; `spare` has
    /// the same length, its content is lost.
    fn sort(keys: &mut [Self], spare: &mut [Self], wanted: Wanted<'_>);
    /// Writes those of `keys` that lie between two keys, neither of them included, to the beginning of
    /// `out` in order, and counts them and what equals the two; the rest of `out`, which has at least
    /// their length, is lost.
    fn between(keys: &[Self], low: Self, high: Self, out: &mut [Self]) -> Counts {
        quick::between_plain(keys, low, high, out)
    }
}

impl Key for u8 {
    fn sort(keys: &mut [u8], _: &mut [u8], _: Wanted<'_>) {
        digits::sort_bytes(keys);
    }
}

impl Key for u16 {
    fn sort(keys: &mut [u16], spare: &mut [u16], _: Wanted<'_>) {
        digits::sort_words(keys, spare);
    }
}

impl Key for u32 {
    fn sort(keys: &mut [u32], spare: &mut [u32], wanted: Wanted<'_>) {
        if !in_order(keys) {
            quick::sort_u32(keys, spare, wanted);
        }
    }

    fn between(keys: &[u32], low: u32, high: u32, out: &mut [u32]) -> Counts {
        quick::between_u32(keys, low, high, out)
    }
}

impl Key for u64 {
    fn sort(keys: &mut [u64], spare: &mut [u64], wanted: Wanted<'_>) {
        if !in_order(keys) {
            quick::sort_u64(keys, spare, wanted);
        }
    }

    fn between(keys: &[u64], low: u64, high: u64, out: &mut [u64]) -> Counts {
        quick::between_u64(keys, low, high, out)
    }
}

/// Whether keys are sorted, if need be by reversing them.
fn in_order<K: Ord>(keys: &mut [K]) -> bool {
    if keys.is_sorted() {
        return true;
    }
    let falling = keys.windows(2).all(|w| w[0] >= w[1]);
    if falling {
        keys.reverse();
    }
    falling
}
