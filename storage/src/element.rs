//! How files store an element, and what it becomes in memory.

use arr_ir::dtype::{DType, Kind};
use half::f16;

/// How an element is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// The dtype it is read as.
    pub dtype: DType,
    /// Whether it is stored as float16.
    pub half: bool,
    /// Whether its numbers have their most significant byte first.
    pub big_endian: bool,
}

impl Element {
    /// Little-endian elements of a dtype of arr.
    pub(crate) fn plain(dtype: DType) -> Element {
        Element { dtype, half: false, big_endian: false }
    }

    /// The element of NumPy's kind letter and size: `f`, 4.
    pub(crate) fn of_kind(kind: u8, size: u64, big_endian: bool) -> Option<Element> {
        let dtype = match (kind, size) {
            (b'b', 1) => DType::Bool,
            (b'i', 1) => DType::I8,
            (b'i', 2) => DType::I16,
            (b'i', 4) => DType::I32,
            (b'i', 8) => DType::I64,
            (b'u', 1) => DType::U8,
            (b'u', 2) => DType::U16,
            (b'u', 4) => DType::U32,
            (b'u', 8) => DType::U64,
            (b'f', 2) => return Some(Element { dtype: DType::F32, half: true, big_endian }),
            (b'f', 4) => DType::F32,
            (b'f', 8) => DType::F64,
            (b'c', 8) => DType::C64,
            (b'c', 16) => DType::C128,
            _ => return None,
        };
        Some(Element { dtype, half: false, big_endian })
    }

    /// Bytes of an element in the file.
    pub(crate) fn stored_size(&self) -> usize {
        if self.half { 2 } else { self.dtype.size() }
    }

    /// Bytes of the numbers that an element is made of: a complex one has two.
    pub(crate) fn unit(&self) -> usize {
        match self.dtype.kind() {
            Kind::Complex => self.dtype.size() / 2,
            _ => self.stored_size(),
        }
    }

    /// Whether stored bytes are those in memory.
    pub(crate) fn is_native(&self) -> bool {
        !self.half && self.dtype != DType::Bool && !(self.big_endian && self.unit() > 1)
    }

    /// Makes stored elements those of this machine, in place; float16 stays what it is.
    pub(crate) fn normalize(&self, bytes: &mut [u8]) {
        if self.big_endian && self.unit() > 1 {
            bytes.chunks_exact_mut(self.unit()).for_each(<[u8]>::reverse);
        }
        if self.dtype == DType::Bool {
            bytes.iter_mut().for_each(|b| *b = (*b != 0) as u8);
        }
    }

    /// Decodes stored elements into as many of the dtype.
    pub(crate) fn decode(&self, stored: &mut [u8], out: &mut [u8]) {
        self.normalize(stored);
        match self.half {
            true => widen(stored, out),
            false => out.copy_from_slice(stored),
        }
    }
}

/// Little-endian float16 to float32.
pub(crate) fn widen(stored: &[u8], out: &mut [u8]) {
    for (to, from) in out.chunks_exact_mut(4).zip(stored.chunks_exact(2)) {
        to.copy_from_slice(&f16::from_le_bytes([from[0], from[1]]).to_f32().to_le_bytes());
    }
}
