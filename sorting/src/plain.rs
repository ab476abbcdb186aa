//! Pairs of keys and values without vectors.
#![allow(unsafe_code)]

use crate::network::Lanes;
use crate::quick::{ROOM, Room, Vector, settle, split_in_order};

const LANES: usize = 4;

/// Keys with their values.
#[derive(Clone, Copy)]
pub struct Pairs([(u64, u64); LANES]);

impl Pairs {
    /// Lane by lane one of two pairs.
    #[inline(always)]
    fn choose(self, other: Pairs, second: impl Fn(usize, u64, u64) -> bool) -> Pairs {
        Pairs(std::array::from_fn(|i| match second(i, self.0[i].0, other.0[i].0) {
            false => self.0[i],
            true => other.0[i],
        }))
    }
}

impl Lanes for Pairs {
    const LANES: usize = LANES;

    #[inline(always)]
    fn exchange(self, other: Pairs) -> (Pairs, Pairs) {
        let less = |_, a, b| b < a;
        (self.choose(other, less), other.choose(self, |i, b, a| less(i, a, b)))
    }

    #[inline(always)]
    fn order<const M: usize>(self, other: Pairs) -> Pairs {
        self.choose(other, |i, a, b| if i & M == 0 { b < a } else { a < b })
    }

    #[inline(always)]
    fn swap<const M: usize>(self) -> Pairs {
        Pairs(std::array::from_fn(|i| self.0[i ^ M]))
    }
}

// SAFETY: plain reads and writes of as many elements as the methods say.
unsafe impl Vector for Pairs {
    type Key = u64;
    type At = (*mut u64, *mut u64);
    const VALUES: bool = true;
    const ROWS: usize = 8;

    unsafe fn within(room: *mut Room) -> Self::At {
        let room: *mut u64 = room.cast();
        // SAFETY: half of the room each.
        unsafe { (room, room.add(ROOM / 2)) }
    }

    unsafe fn on(at: Self::At, n: usize) -> Self::At {
        // SAFETY: as the caller says.
        unsafe { (at.0.add(n), at.1.add(n)) }
    }

    unsafe fn key(at: Self::At) -> u64 {
        // SAFETY: as the caller says.
        unsafe { *at.0 }
    }

    unsafe fn load(at: Self::At) -> Self {
        // SAFETY: as the caller says.
        unsafe { Pairs(std::array::from_fn(|i| (*at.0.add(i), *at.1.add(i)))) }
    }

    unsafe fn store(self, at: Self::At) {
        for (i, (key, value)) in self.0.into_iter().enumerate() {
            // SAFETY: as the caller says.
            unsafe {
                *at.0.add(i) = key;
                *at.1.add(i) = value;
            }
        }
    }

    unsafe fn copy(from: Self::At, to: Self::At, n: usize) {
        // SAFETY: as the caller says.
        unsafe {
            from.0.copy_to(to.0, n);
            from.1.copy_to(to.1, n);
        }
    }

    unsafe fn fill(at: Self::At, n: usize) {
        // SAFETY: as the caller says.
        unsafe {
            at.0.write_bytes(u8::MAX, n);
            at.1.write_bytes(u8::MAX, n);
        }
    }

    unsafe fn settle(at: Self::At, n: usize) {
        // SAFETY: as the caller says.
        unsafe { settle(at, n) }
    }

    unsafe fn splat(key: u64) -> Self {
        Pairs([(key, 0); LANES])
    }

    fn below(self, pivot: Self) -> u32 {
        (0..LANES).map(|i| u32::from(self.0[i].0 < pivot.0[i].0) << i).sum()
    }

    fn up_to(self, pivot: Self) -> u32 {
        (0..LANES).map(|i| u32::from(self.0[i].0 <= pivot.0[i].0) << i).sum()
    }

    fn pack(self, mask: u32) -> Self {
        let (mut packed, mut n) = (self, 0);
        for (i, pair) in self.0.into_iter().enumerate() {
            if mask >> i & 1 == 1 {
                packed.0[n] = pair;
                n += 1;
            }
        }
        packed
    }

    unsafe fn split<const EQUAL: bool>(
        here: Self::At,
        there: Self::At,
        len: usize,
        pivot: u64,
    ) -> usize {
        // SAFETY: as the caller says.
        unsafe { split_in_order::<Self, EQUAL>(here, there, len, pivot) }
    }
}
