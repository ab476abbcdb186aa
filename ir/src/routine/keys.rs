//! Numbers as unsigned integers in the same order.

use arr_sorting::{Key, Ranked};

/// A number and its key.
pub(super) trait Keyed: bytemuck::Pod + PartialOrd + Ranked {
    /// An unsigned integer of the same width.
    type Key: bytemuck::Pod + Key + std::ops::Not<Output = Self::Key> + Into<u64>;
    /// In the order of the numbers, NaN greatest, -0 below +0.
    fn key(self) -> Self::Key;
    /// The same, -0 equal to +0.
    fn loose(self) -> Self::Key {
        self.key()
    }
    /// The number of a key; every NaN is the same one.
    fn of_key(key: Self::Key) -> Self;
    /// Whether there are two zeros, of either sign, which are equal.
    const TWO_ZEROS: bool = false;
    /// Whether it is NaN.
    fn is_nan(self) -> bool {
        false
    }
    /// The nearest float64.
    fn near(self) -> f64;
}

macro_rules! keyed_integers {
    ($($t:ty as $u:ty, $flip:expr;)*) => {$(
        impl Keyed for $t {
            type Key = $u;
            fn key(self) -> $u {
                self as $u ^ $flip
            }
            fn of_key(key: $u) -> $t {
                (key ^ $flip) as $t
            }
            fn near(self) -> f64 {
                self as f64
            }
        }
    )*};
}

keyed_integers! {
    u8 as u8, 0; u16 as u16, 0; u32 as u32, 0; u64 as u64, 0;
    i8 as u8, 1 << 7; i16 as u16, 1 << 15; i32 as u32, 1 << 31; i64 as u64, 1 << 63;
}

macro_rules! keyed_floats {
    ($($t:ident as $u:ident, $sign:expr;)*) => {$(
        impl Keyed for $t {
            type Key = $u;
            const TWO_ZEROS: bool = true;
            #[inline(always)]
            fn key(self) -> $u {
                let bits = self.to_bits();
                let flip = if bits & $sign != 0 { $u::MAX } else { $sign };
                if self.is_nan() { $u::MAX } else { bits ^ flip }
            }
            fn loose(self) -> $u {
                Keyed::key(self + 0.0)
            }
            #[inline(always)]
            fn of_key(key: $u) -> $t {
                if key == $u::MAX {
                    return $t::NAN;
                }
                $t::from_bits(if key & $sign != 0 { key ^ $sign } else { !key })
            }
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn near(self) -> f64 {
                self as f64
            }
        }
    )*};
}

keyed_floats! { f32 as u32, 1 << 31; f64 as u64, 1 << 63; }
