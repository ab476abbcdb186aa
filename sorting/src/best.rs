//! The first greatest or least of a line of numbers.
#![allow(unsafe_code)]

/// A number that can be compared; NaN comes before all others.
pub trait Ranked: Copy + Send + Sync {
    /// Whether it takes the place of `best`: it is greater (`LEAST`: less), or NaN.
    fn beats<const LEAST: bool>(self, best: Self) -> bool;
    /// Whether nothing takes its place.
    fn is_last(self) -> bool;
}

macro_rules! ranked {
    ($($t:ty, |$x:ident| $nan:expr, |$a:ident, $b:ident| $greater:expr, $less:expr;)*) => {$(
        impl Ranked for $t {
            #[inline(always)]
            #[allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN is on neither side")]
            fn beats<const LEAST: bool>(self, best: $t) -> bool {
                let ($a, $b) = (self, best);
                if LEAST { $less } else { $greater }
            }
            #[inline(always)]
            fn is_last(self) -> bool {
                let $x = self;
                $nan
            }
        }
    )*};
    (integers $($t:ty)*) => {
        ranked! { $($t, |_x| false, |a, b| a > b, a < b;)* }
    };
    // What is not on this side of the best is beyond it, or NaN: one comparison.
    (floats $($t:ty)*) => {
        ranked! { $($t, |x| x.is_nan(), |a, b| !(a <= b), !(a >= b);)* }
    };
}

ranked! { integers u8 u16 u32 u64 i8 i16 i32 i64 }
ranked! { floats f32 f64 }

/// Elements that are compared together; where one of them is better they are looked at one by one.
const TOGETHER: usize = 64;

/// The position of the greatest element (`LEAST`: the least), the first of equal ones, or of the first
/// NaN; that of the first of none is 0.
pub fn first_best<T: Ranked, const LEAST: bool>(line: &[T]) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        use crate::dispatch::{Instructions, instructions};
        // SAFETY: the processor has the instructions.
        match instructions() {
            Instructions::Avx512 => return unsafe { wide::<T, LEAST>(line) },
            Instructions::Avx2 => return unsafe { narrow::<T, LEAST>(line) },
            Instructions::Plain => {}
        }
    }
    scan::<T, LEAST>(line)
}

/// # Safety
/// The processor has the instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn wide<T: Ranked, const LEAST: bool>(line: &[T]) -> usize {
    scan::<T, LEAST>(line)
}

/// # Safety
/// The processor has the instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn narrow<T: Ranked, const LEAST: bool>(line: &[T]) -> usize {
    scan::<T, LEAST>(line)
}

#[inline(always)]
fn scan<T: Ranked, const LEAST: bool>(line: &[T]) -> usize {
    let Some(&first) = line.first() else { return 0 };
    let (mut best, mut at) = (first, 0);
    let mut done = 0;
    while done < line.len() && !best.is_last() {
        let block = &line[done..line.len().min(done + TOGETHER)];
        let better = match <&[T; TOGETHER]>::try_from(block) {
            Ok(block) => {
                let mut better = false;
                for &x in block {
                    better |= x.beats::<LEAST>(best);
                }
                better
            }
            Err(_) => true,
        };
        if better {
            for (i, &x) in block.iter().enumerate() {
                if x.beats::<LEAST>(best) {
                    (best, at) = (x, done + i);
                    if x.is_last() {
                        return at;
                    }
                }
            }
        }
        done += TOGETHER;
    }
    at
}
