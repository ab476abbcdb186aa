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

/// Sorts keys; false where the processor has no instructions for it.
pub fn sort_u32(
    keys: &mut [u32],
    spare: &mut [u32],
    wanted: Wanted<'_>,
    with: Instructions,
) -> bool {
    let (main, spare, n) = (keys.as_mut_ptr(), spare.as_mut_ptr(), keys.len().min(spare.len()));
    // SAFETY: two slices of at least `n` elements, and the instructions are there.
    unsafe {
        match with.min(instructions()) {
            Instructions::Avx512 => wide_u32(main, spare, n, wanted),
            Instructions::Avx2 => keys_u32(main, spare, n, wanted),
            Instructions::Plain => return false,
        }
    }
    true
}

/// Sorts keys; false where the processor has no instructions for it.
pub fn sort_u64(
    keys: &mut [u64],
    spare: &mut [u64],
    wanted: Wanted<'_>,
    with: Instructions,
) -> bool {
    let (main, spare, n) = (keys.as_mut_ptr(), spare.as_mut_ptr(), keys.len().min(spare.len()));
    // SAFETY: two slices of at least `n` elements, and the instructions are there.
    unsafe {
        match with.min(instructions()) {
            Instructions::Avx512 => wide_u64(main, spare, n, wanted),
            Instructions::Avx2 => keys_u64(main, spare, n, wanted),
            Instructions::Plain => return false,
        }
    }
    true
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

/// What lies between two keys; none where the processor has no instructions for it.
pub fn between_u32(
    keys: &[u32],
    two: (u32, u32),
    out: &mut [u32],
    with: Instructions,
) -> Option<Counts> {
    let (here, to, n) = (keys.as_ptr().cast_mut(), out.as_mut_ptr(), keys.len().min(out.len()));
    // SAFETY: two slices of at least `n` elements, of which the first is read only, and the
    // instructions are there.
    unsafe {
        match with.min(instructions()) {
            Instructions::Avx512 => Some(wide_between_u32(here, n, two, to)),
            Instructions::Avx2 => Some(keys_between_u32(here, n, two, to)),
            Instructions::Plain => None,
        }
    }
}

/// What lies between two keys; none where the processor has no instructions for it.
pub fn between_u64(
    keys: &[u64],
    two: (u64, u64),
    out: &mut [u64],
    with: Instructions,
) -> Option<Counts> {
    let (here, to, n) = (keys.as_ptr().cast_mut(), out.as_mut_ptr(), keys.len().min(out.len()));
    // SAFETY: two slices of at least `n` elements, of which the first is read only, and the
    // instructions are there.
    unsafe {
        match with.min(instructions()) {
            Instructions::Avx512 => Some(wide_between_u64(here, n, two, to)),
            Instructions::Avx2 => Some(keys_between_u64(here, n, two, to)),
            Instructions::Plain => None,
        }
    }
}
