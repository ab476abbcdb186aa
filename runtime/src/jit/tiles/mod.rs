//! Ahead-of-time helpers over tiles that fit the L1 cache, called from compiled kernels.
//!
//! State before: raw pointers into buffers that the caller owns, element counts, and a `Level`
//! that the processor supports. State after: the destination is written, nothing else; no helper
//! allocates, panics, unwinds or keeps a pointer.
//!
//! Every helper exists for several instruction sets and gives the same bits on each of them, those
//! of the reference in `arr_ir` (`vmath`, `philox`, `fold`). Invariants:
//!
//! - a destination is either one of the sources, exactly, or does not overlap any;
//! - pointers need only the alignment of their element type;
//! - which instruction set runs is decided once, by `Level::detect`, never inside a loop.
#![allow(unsafe_code, reason = "tiles are raw buffers whose bounds the compiled kernel guarantees")]

pub mod copy;
pub mod fold;
pub mod random;
pub mod vmath;

/// `dst[i] = f(a[i])` for `i < n`; `dst` is `a` or does not overlap it. While it computes, it fetches
/// about as many elements from `ahead` on into the cache: any address, or null for none.
pub type Math = unsafe fn(dst: *mut u8, a: *const u8, n: usize, ahead: *const u8);

/// `dst[i] = f(a[i], b[i])` for `i < n`; `dst` is `a`, `b` or does not overlap them.
pub type Binary = unsafe fn(dst: *mut u8, a: *const u8, b: *const u8, n: usize);

/// The instruction set a helper is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of the architecture has.
    Baseline,
    /// AVX2, FMA, BMI1 and BMI2.
    Avx2,
    /// AVX-512 F, DQ, VL and BW, besides those of AVX2.
    Avx512,
}

impl Level {
    /// Every level, weakest first.
    pub const ALL: [Level; 3] = [Level::Baseline, Level::Avx2, Level::Avx512];

    /// The best level of this processor.
    pub fn detect() -> Level {
        Level::ALL.into_iter().rev().find(|level| level.available()).unwrap_or(Level::Baseline)
    }

    /// Whether this processor can run helpers of the level.
    #[cfg(target_arch = "x86_64")]
    pub fn available(self) -> bool {
        let avx2 = || {
            is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
        };
        match self {
            Level::Baseline => true,
            Level::Avx2 => avx2(),
            Level::Avx512 => {
                avx2()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
            }
        }
    }

    /// Whether this processor can run helpers of the level.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn available(self) -> bool {
        self == Level::Baseline
    }
}

/// Compiles one function body for every level, as a module with one `unsafe fn` per level and
/// `pick(level)`. The body must consist of calls that inline; it may use the constant `LEVEL`.
macro_rules! for_each_level {
    ($name:ident: unsafe fn($($argument:ident: $type:ty),*) $body:block) => {
        #[allow(clippy::too_many_arguments, reason = "the signature mirrors a compiled call")]
        mod $name {
            #[allow(unused_imports, reason = "not every body needs the names of its module")]
            use super::*;

            unsafe fn baseline($($argument: $type),*) {
                #[allow(dead_code, reason = "few bodies depend on the level")]
                const LEVEL: Level = Level::Baseline;
                $body
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,bmi1,bmi2")]
            unsafe fn avx2($($argument: $type),*) {
                #[allow(dead_code, reason = "few bodies depend on the level")]
                const LEVEL: Level = Level::Avx2;
                $body
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,bmi1,bmi2,avx512f,avx512dq,avx512vl,avx512bw")]
            unsafe fn avx512($($argument: $type),*) {
                #[allow(dead_code, reason = "few bodies depend on the level")]
                const LEVEL: Level = Level::Avx512;
                $body
            }

            /// The version for `level`, which the processor must support.
            #[cfg(target_arch = "x86_64")]
            pub(super) fn pick(level: Level) -> unsafe fn($($type),*) {
                match level {
                    Level::Baseline => baseline,
                    Level::Avx2 => avx2,
                    Level::Avx512 => avx512,
                }
            }

            /// The only version there is.
            #[cfg(not(target_arch = "x86_64"))]
            pub(super) fn pick(_: Level) -> unsafe fn($($type),*) {
                baseline
            }
        }
    };
}
use for_each_level;

#[cfg(test)]
mod tests;
