//! Element types, how they combine, and scalars of them.

use serde::{Deserialize, Serialize};

/// The type of an array's elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DType {
    /// One byte, 0 or 1.
    Bool,
    /// Signed, 8 bits.
    I8,
    /// Signed, 16 bits.
    I16,
    /// Signed, 32 bits.
    I32,
    /// Signed, 64 bits.
    I64,
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Unsigned, 64 bits.
    U64,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// Two binary32: real, imaginary.
    C64,
    /// Two binary64: real, imaginary.
    C128,
}

/// The kinds of the Array API standard.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// `bool`
    Bool,
    /// Signed integers.
    Signed,
    /// Unsigned integers.
    Unsigned,
    /// Real floating point.
    Float,
    /// Complex floating point.
    Complex,
}

impl DType {
    /// Every dtype, in promotion-table order.
    pub const ALL: [DType; 13] = [
        DType::Bool,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::U8,
        DType::U16,
        DType::U32,
        DType::U64,
        DType::F32,
        DType::F64,
        DType::C64,
        DType::C128,
    ];

    /// The name of the language: `float64`.
    pub fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::I8 => "int8",
            DType::I16 => "int16",
            DType::I32 => "int32",
            DType::I64 => "int64",
            DType::U8 => "uint8",
            DType::U16 => "uint16",
            DType::U32 => "uint32",
            DType::U64 => "uint64",
            DType::F32 => "float32",
            DType::F64 => "float64",
            DType::C64 => "complex64",
            DType::C128 => "complex128",
        }
    }

    /// The dtype of that name.
    pub fn from_name(name: &str) -> Option<DType> {
        DType::ALL.into_iter().find(|d| d.name() == name)
    }

    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            DType::Bool | DType::I8 | DType::U8 => 1,
            DType::I16 | DType::U16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 | DType::C64 => 8,
            DType::C128 => 16,
        }
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            DType::Bool => Kind::Bool,
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => Kind::Signed,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => Kind::Unsigned,
            DType::F32 | DType::F64 => Kind::Float,
            DType::C64 | DType::C128 => Kind::Complex,
        }
    }

    /// The dtype of the real and imaginary part of a complex dtype; another dtype is its own.
    pub fn part(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            other => other,
        }
    }

    /// The complex dtype whose parts are of this dtype, or of the float dtype it computes in.
    pub fn paired(self) -> DType {
        match self.to_float() {
            DType::F32 | DType::C64 => DType::C64,
            _ => DType::C128,
        }
    }

    /// Whether it is a signed or unsigned integer (bool is not).
    pub fn is_integer(self) -> bool {
        matches!(self.kind(), Kind::Signed | Kind::Unsigned)
    }

    /// Whether it is real or complex floating point.
    pub fn is_inexact(self) -> bool {
        matches!(self.kind(), Kind::Float | Kind::Complex)
    }

    /// The smallest and largest value of an integer dtype.
    pub fn int_range(self) -> Option<(i128, i128)> {
        let bits = self.size() as u32 * 8;
        match self.kind() {
            Kind::Signed => Some((-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)),
            Kind::Unsigned => Some((0, (1i128 << bits) - 1)),
            _ => None,
        }
    }

    /// The dtype that both are promoted to: the standard's tables, and NumPy 2 where they leave
    /// it open (integer with float, bool with number, uint64 with signed gives float64).
    pub fn promote(self, other: DType) -> DType {
        use Kind::*;
        if self == other {
            return self;
        }
        let (a, b) = if self.kind() <= other.kind() { (self, other) } else { (other, self) };
        match (a.kind(), b.kind()) {
            (Bool, _) => b,
            (Signed, Signed) | (Unsigned, Unsigned) | (Float, Float) | (Complex, Complex) => {
                if a.size() >= b.size() { a } else { b }
            }
            (Signed, Unsigned) if a.size() > b.size() => a,
            (Signed, Unsigned) => match b.size() {
                1 => DType::I16,
                2 => DType::I32,
                4 => DType::I64,
                _ => DType::F64,
            },
            (_, Float) if a.size() <= 2 => b,
            (_, Float) => DType::F64,
            (Float, Complex) if a == DType::F64 => DType::C128,
            (Float, Complex) => b,
            (_, Complex) if a.size() <= 2 => b,
            (_, Complex) => DType::C128,
            _ => unreachable!("kinds are ordered"),
        }
    }

    /// The floating dtype in which float functions of this dtype compute: itself when inexact,
    /// float32 for bool and integers of at most 16 bits, else float64.
    pub fn to_float(self) -> DType {
        match self {
            d if d.is_inexact() => d,
            d if d.size() <= 2 => DType::F32,
            _ => DType::F64,
        }
    }
}

impl std::fmt::Display for DType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One element of some dtype, as its bit pattern (little-endian in the low bytes).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scalar {
    /// Its dtype.
    pub dtype: DType,
    /// Its bits.
    pub bits: u128,
}

impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.dtype.kind() {
            Kind::Bool => write!(f, "{}", self.as_i128() != 0),
            Kind::Signed | Kind::Unsigned => write!(f, "{}{}", self.as_i128(), self.dtype),
            Kind::Float => write!(f, "{:?}{}", self.as_f64(), self.dtype),
            Kind::Complex => write!(f, "{:?}{}", self.as_complex(), self.dtype),
        }
    }
}

impl Scalar {
    /// A bool.
    pub fn bool(v: bool) -> Scalar {
        Scalar { dtype: DType::Bool, bits: v as u128 }
    }

    /// An int64.
    pub fn int(v: i64) -> Scalar {
        Scalar { dtype: DType::I64, bits: v as u64 as u128 }
    }

    /// A float64.
    pub fn float(v: f64) -> Scalar {
        Scalar { dtype: DType::F64, bits: v.to_bits() as u128 }
    }

    /// The integer `v` as an element of `dtype`: wraps in integers, rounds in floats.
    pub fn from_i128(v: i128, dtype: DType) -> Scalar {
        let bits = match dtype {
            DType::Bool => (v != 0) as u128,
            DType::F32 => (v as f32).to_bits() as u128,
            DType::F64 => (v as f64).to_bits() as u128,
            DType::C64 => (v as f32).to_bits() as u128,
            DType::C128 => (v as f64).to_bits() as u128,
            d => (v as u128) & (u128::MAX >> (128 - 8 * d.size())),
        };
        Scalar { dtype, bits }
    }

    /// The number `v` as an element of `dtype`: rounds in floats, saturates in integers with NaN
    /// giving 0, is true in bool when not zero.
    pub fn from_f64(v: f64, dtype: DType) -> Scalar {
        match dtype {
            DType::Bool => Scalar::bool(v != 0.0),
            DType::F32 | DType::C64 => Scalar { dtype, bits: (v as f32).to_bits() as u128 },
            DType::F64 | DType::C128 => Scalar { dtype, bits: v.to_bits() as u128 },
            DType::U64 => Scalar { dtype, bits: (v as u64) as u128 },
            d => {
                let (low, high) = d.int_range().expect("an integer dtype");
                Scalar::from_i128((v as i128).clamp(low, high), d)
            }
        }
    }

    /// A complex number of `dtype` (complex64 or complex128).
    pub fn from_complex(re: f64, im: f64, dtype: DType) -> Scalar {
        let bits = match dtype {
            DType::C64 => (re as f32).to_bits() as u128 | ((im as f32).to_bits() as u128) << 32,
            _ => re.to_bits() as u128 | (im.to_bits() as u128) << 64,
        };
        Scalar { dtype, bits }
    }

    /// The value of a bool or integer; of a float, truncated and saturated.
    pub fn as_i128(self) -> i128 {
        let b = self.bits;
        match self.dtype {
            DType::Bool | DType::U8 | DType::U16 | DType::U32 | DType::U64 => b as i128,
            DType::I8 => b as i8 as i128,
            DType::I16 => b as i16 as i128,
            DType::I32 => b as i32 as i128,
            DType::I64 => b as i64 as i128,
            _ => self.as_f64() as i128,
        }
    }

    /// The value as a float64 (the real part of a complex number).
    pub fn as_f64(self) -> f64 {
        match self.dtype {
            DType::F32 | DType::C64 => f32::from_bits(self.bits as u32) as f64,
            DType::F64 | DType::C128 => f64::from_bits(self.bits as u64),
            DType::U64 => self.bits as u64 as f64,
            _ => self.as_i128() as f64,
        }
    }

    /// The value as real and imaginary part.
    pub fn as_complex(self) -> (f64, f64) {
        match self.dtype {
            DType::C64 => (self.as_f64(), f32::from_bits((self.bits >> 32) as u32) as f64),
            DType::C128 => (self.as_f64(), f64::from_bits((self.bits >> 64) as u64)),
            _ => (self.as_f64(), 0.0),
        }
    }

    /// Whether it is not zero (NaN is true, as in NumPy).
    pub fn truthy(self) -> bool {
        match self.dtype.kind() {
            Kind::Float => self.as_f64() != 0.0,
            Kind::Complex => self.as_complex() != (0.0, 0.0),
            _ => self.bits != 0,
        }
    }

    /// The same value in another dtype, by the language's cast rules: integers wrap, float to
    /// integer saturates with NaN giving 0, anything to bool is "not zero".
    pub fn cast(self, to: DType) -> Scalar {
        if to == self.dtype {
            return self;
        }
        match (self.dtype.kind(), to.kind()) {
            (_, Kind::Bool) => Scalar::bool(self.truthy()),
            (Kind::Complex, Kind::Complex) => {
                let (re, im) = self.as_complex();
                Scalar::from_complex(re, im, to)
            }
            (Kind::Float | Kind::Complex, _) => Scalar::from_f64(self.as_f64(), to),
            _ => Scalar::from_i128(self.as_i128(), to),
        }
    }

    /// Reads an element from its little-endian bytes.
    pub fn from_bytes(bytes: &[u8], dtype: DType) -> Scalar {
        let mut all = [0u8; 16];
        all[..dtype.size()].copy_from_slice(&bytes[..dtype.size()]);
        Scalar { dtype, bits: u128::from_le_bytes(all) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_commutative_and_idempotent() {
        for a in DType::ALL {
            for b in DType::ALL {
                assert_eq!(a.promote(b), b.promote(a), "{a} {b}");
                assert_eq!(a.promote(b).promote(b), a.promote(b), "{a} {b}");
            }
        }
        assert_eq!(DType::I8.promote(DType::U8), DType::I16);
        assert_eq!(DType::I64.promote(DType::U64), DType::F64);
        assert_eq!(DType::I16.promote(DType::F32), DType::F32);
        assert_eq!(DType::I32.promote(DType::F32), DType::F64);
        assert_eq!(DType::F64.promote(DType::C64), DType::C128);
    }

    #[test]
    fn casts_saturate_and_wrap() {
        assert_eq!(Scalar::float(f64::NAN).cast(DType::I32).as_i128(), 0);
        assert_eq!(Scalar::float(1e30).cast(DType::I32).as_i128(), i32::MAX as i128);
        assert_eq!(Scalar::float(-1e30).cast(DType::U8).as_i128(), 0);
        assert_eq!(Scalar::int(300).cast(DType::U8).as_i128(), 44);
        assert_eq!(Scalar::int(200).cast(DType::I8).as_i128(), -56);
        assert!(Scalar::float(f64::NAN).cast(DType::Bool).truthy());
    }
}
