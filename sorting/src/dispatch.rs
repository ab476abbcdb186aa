//! Which vectors this processor has, and the functions compiled for them.
#![allow(unsafe_code)]

use crate::quick::{Counts, Vector, Wanted, between, sort};
use crate::x86::{Keys4, Keys8, Pairs4, Wide8, Wide16, WidePairs};

/// Functions compiled for a set of instructions.
macro_rules! compiled {
    ($($name:ident of $v:ident for $features:literal;)*) => {$(
        /// # Safety
        /// As of [`sort`].
        #[target_feature(enable = $features)]
        unsafe fn $name(
            main: <$v as Vector>::At,
            spare: <$v as Vector>::At,
            n: usize,
            wanted: Wanted<'_>,
        ) {
            // SAFETY: as the caller says.
            unsafe { sort::<$v>(main, spare, n, wanted) }
        }
    )*};
}

compiled! {
    wide_u64 of Wide8 for "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt";
    wide_u32 of Wide16 for "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt";
    wide_pairs of WidePairs for "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt";
    keys_u64 of Keys4 for "avx2,bmi1,bmi2,popcnt";
    keys_u32 of Keys8 for "avx2,bmi1,bmi2,popcnt";
    keys_pairs of Pairs4 for "avx2,bmi1,bmi2,popcnt";
}

/// The same of [`between`].
macro_rules! compiled_between {
    ($($name:ident of $v:ident for $features:literal;)*) => {$(
        /// # Safety
        /// As of [`between`].
        #[target_feature(enable = $features)]
        unsafe fn $name(
            here: <$v as Vector>::At,
            n: usize,
            (low, high): (<$v as Vector>::Key, <$v as Vector>::Key),
            out: <$v as Vector>::At,
        ) -> Counts {
            // SAFETY: as the caller says.
            unsafe { between::<$v>(here, n, low, high, out) }
        }
    )*};
}

compiled_between! {
    wide_between_u64 of Wide8 for "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt";
    wide_between_u32 of Wide16 for "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt";
    keys_between_u64 of Keys4 for "avx2,bmi1,bmi2,popcnt";
    keys_between_u32 of Keys8 for "avx2,bmi1,bmi2,popcnt";
}

/// Sets of instructions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// None that help.
    Plain,
    /// AVX2.
    Avx2,
    /// AVX-512.
    Avx512,
}

/// The best that this processor has.
pub fn instructions() -> Instructions {
    let common = is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match common && is_x86_feature_detected!("avx2") {
        true if avx512 => Instructions::Avx512,
        true => Instructions::Avx2,
        false => Instructions::Plain,
    }
}

/// The functions of keys.
macro_rules! keys {
    ($($key:ident: $sort:ident of $wide:ident or $narrow:ident,
       $between:ident of $wide_between:ident or $narrow_between:ident;)*) => {$(
        /// Sorts keys; false where the processor has no instructions for it.
        pub fn $sort(
            keys: &mut [$key],
            spare: &mut [$key],
            wanted: Wanted<'_>,
            with: Instructions,
        ) -> bool {
            let n = keys.len().min(spare.len());
            let (main, spare) = (keys.as_mut_ptr(), spare.as_mut_ptr());
            // SAFETY: two slices of at least `n` elements, and the instructions are there.
            unsafe {
                match with.min(instructions()) {
                    Instructions::Avx512 => $wide(main, spare, n, wanted),
                    Instructions::Avx2 => $narrow(main, spare, n, wanted),
                    Instructions::Plain => return false,
                }
            }
            true
        }

        /// What lies between two keys; none where the processor has no instructions for it.
        pub fn $between(
            keys: &[$key],
            two: ($key, $key),
            out: &mut [$key],
            with: Instructions,
        ) -> Option<Counts> {
            let n = keys.len().min(out.len());
            let (here, to) = (keys.as_ptr().cast_mut(), out.as_mut_ptr());
            // SAFETY: two slices of at least `n` elements, of which the first is read only, and the
            // instructions are there.
            unsafe {
                match with.min(instructions()) {
                    Instructions::Avx512 => Some($wide_between(here, n, two, to)),
                    Instructions::Avx2 => Some($narrow_between(here, n, two, to)),
                    Instructions::Plain => None,
                }
            }
        }
    )*};
}

keys! {
    u32: sort_u32 of wide_u32 or keys_u32, between_u32 of wide_between_u32 or keys_between_u32;
    u64: sort_u64 of wide_u64 or keys_u64, between_u64 of wide_between_u64 or keys_between_u64;
}

/// Sorts pairs; false where the processor has no instructions for it.
///
/// # Safety
/// There are `n` keys and values at both places, which are apart.
pub unsafe fn sort_pairs(
    main: (*mut u64, *mut u64),
    spare: (*mut u64, *mut u64),
    n: usize,
    wanted: Wanted<'_>,
    with: Instructions,
) -> bool {
    // SAFETY: as the caller says, and the instructions are there.
    unsafe {
        match with.min(instructions()) {
            Instructions::Avx512 => wide_pairs(main, spare, n, wanted),
            Instructions::Avx2 => keys_pairs(main, spare, n, wanted),
            Instructions::Plain => return false,
        }
    }
    true
}
