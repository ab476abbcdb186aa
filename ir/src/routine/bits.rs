//! Bools as the bits of bytes, and bits as elements.

use super::{Family, Task};
use crate::dtype::DType;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};
use smallvec::smallvec;

/// Elements that make a byte.
pub const BITS: usize = 8;

/// Bits put together and taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Bits {
    /// `[n]` bools, each eight of them the bits of one of `[n / 8]` uint8; the last ones are filled up
    /// with zeros.
    Pack {
        /// The first one is the lowest bit, not the highest.
        little: bool,
    },
    /// The bits of `[n]` uint8 as `[n, 8]` zeros and ones.
    Unpack {
        /// The lowest bit comes first, not the highest.
        little: bool,
    },
}

impl Family for Bits {
    fn core(&self, _: usize) -> usize {
        1
    }

    fn output(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String> {
        match (self, operands) {
            (Bits::Pack { .. }, [(DType::Bool, n)]) => {
                Ok((DType::U8, smallvec![n[0].div_ceil(BITS)]))
            }
            (Bits::Unpack { .. }, [(DType::U8, n)]) => Ok((DType::U8, smallvec![n[0], BITS])),
            _ => Err("elements of another dtype".into()),
        }
    }

    fn divisible(&self) -> bool {
        true
    }

    fn per_row(&self, _: usize) -> Option<usize> {
        match self {
            Bits::Pack { .. } => Some(BITS),
            Bits::Unpack { .. } => Some(1),
        }
    }

    fn run(&self, task: Task<'_>) -> Result<(), String> {
        let Task { operands, rows, out, .. } = task;
        let given = operands[0].data;
        match *self {
            Bits::Pack { little } => {
                let given = &given[rows.start * BITS..given.len().min(rows.end * BITS)];
                let (whole, rest) = given.as_chunks::<BITS>();
                out.iter_mut().zip(whole).for_each(|(o, bools)| *o = byte_of(*bools, little));
                if let (Some(o), false) = (out.last_mut(), rest.is_empty()) {
                    let mut bools = [0; BITS];
                    bools[..rest.len()].copy_from_slice(rest);
                    *o = byte_of(bools, little);
                }
            }
            Bits::Unpack { little } => {
                let (out, _) = out.as_chunks_mut();
                out.iter_mut().zip(&given[rows]).for_each(|(o, byte)| *o = bits_of(*byte, little));
            }
        }
        Ok(())
    }

    fn title(&self) -> String {
        match self {
            Bits::Pack { .. } => "bools as the bits of bytes".into(),
            Bits::Unpack { .. } => "the bits of bytes".into(),
        }
    }
}

/// Bools, each 0 or 1, as the bits of a byte.
#[inline]
pub(super) fn byte_of(bools: [u8; BITS], little: bool) -> u8 {
    // Moves each of them to its place in the highest byte; no two meet below that.
    let moved: u64 = if little { 0x0102_0408_1020_4080 } else { 0x8040_2010_0804_0201 };
    (u64::from_le_bytes(bools).wrapping_mul(moved) >> 56) as u8
}

/// How many of some bools, each 0 or 1, are true.
#[inline]
pub(super) fn sum_of(bools: [u8; BITS]) -> u64 {
    u64::from_le_bytes(bools).wrapping_mul(0x0101_0101_0101_0101) >> 56
}

/// The bits of a byte, each as 0 or 1.
fn bits_of(byte: u8, little: bool) -> [u8; BITS] {
    let places: u64 = if little { 0x8040_2010_0804_0201 } else { 0x0102_0408_1020_4080 };
    let apart = u64::from_le_bytes([byte; BITS]) & places;
    // Whatever its place, a bit carries into the highest of its byte.
    (((apart + 0x7f7f_7f7f_7f7f_7f7f) >> 7) & 0x0101_0101_0101_0101).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Scalar;
    use crate::oracle::DenseArray;
    use crate::routine::Routine;

    #[test]
    fn every_byte_is_taken_apart_and_put_together() {
        for byte in 0..=u8::MAX {
            let bits: [u8; BITS] = std::array::from_fn(|i| byte >> i & 1);
            assert_eq!(bits_of(byte, true), bits);
            assert_eq!(byte_of(bits, true), byte);
            assert_eq!(sum_of(bits), u64::from(byte.count_ones()));
            let mut falling = bits;
            falling.reverse();
            assert_eq!(bits_of(byte, false), falling);
            assert_eq!(byte_of(falling, false), byte);
        }
    }

    #[test]
    fn the_last_byte_is_filled_up() {
        let array = |dtype, shape: &[usize], values: &[i64]| {
            DenseArray::new(dtype, shape.into(), values.iter().map(|&v| Scalar::int(v).cast(dtype)))
        };
        let given =
            array(DType::Bool, &[2, 9], &[1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for (little, wanted) in [(false, [161, 128, 0, 0]), (true, [133, 1, 0, 0])] {
            let routine = Routine::from(Bits::Pack { little });
            let (dtype, shape) = routine.result(&[(given.dtype, &given.shape)]).unwrap();
            let packed = routine.evaluate(&[&given], dtype, &shape).unwrap();
            assert_eq!(packed, array(DType::U8, &[2, 2], &wanted));
        }
    }
}
