//! The header of a `.npy` file: read, bounded and checked before anything is believed.
//!
//! The parser of the header's text multiplies sizes unchecked and recurses into brackets, so the
//! text is looked through first: its length, the depth of its brackets and the product of its
//! numbers are bounded.

use crate::element::Element;
use arr_ir::shape::{MAX_ELEMENTS, MAX_RANK, Shape, checked_count};
use npyz::{Endianness, NpyHeader, Order, TypeChar, TypeStr};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// The longest header that is read; NumPy itself refuses more than 10,000 bytes by default.
pub(crate) const MAX_HEADER: usize = 64 << 10;
/// Brackets inside each other in a header; a plain array needs two.
const MAX_DEPTH: usize = 16;

/// How a file stores an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// How an element is stored.
    pub element: Element,
    /// Whether the first index varies fastest.
    pub fortran: bool,
    /// The shape.
    pub shape: Shape,
    /// The number of elements.
    pub count: usize,
    /// Where the data begins.
    pub start: u64,
}

/// Reads the header of a file of `bytes` bytes.
pub(crate) fn read(file: &File, bytes: u64) -> Result<Header, String> {
    from(bytes, |out, at| file.read_exact_at(out, at))
}

/// Reads the header of `bytes` bytes that `fetch` gives by positions.
pub(crate) fn from(
    bytes: u64,
    mut fetch: impl FnMut(&mut [u8], u64) -> std::io::Result<()>,
) -> Result<Header, String> {
    let mut start = [0u8; 12];
    let have = bytes.min(12) as usize;
    let io = |e: std::io::Error| crate::error::reason(&e);
    fetch(&mut start[..have], 0).map_err(io)?;
    let (text, end) = extent(&start[..have])?;
    if end as u64 > bytes {
        return Err("it is truncated inside its header".into());
    }
    let mut all = vec![0u8; end];
    fetch(&mut all, 0).map_err(io)?;
    bounded(&all[text..])?;
    let header = NpyHeader::from_reader(&all[..])
        .map_err(|e| format!("its header is malformed ({})", first_line(&e.to_string())))?;
    let header = interpret(&header, end as u64)?;
    let needed = (header.count as u64).checked_mul(header.element.stored_size() as u64);
    let needed = needed.and_then(|n| n.checked_add(header.start)).ok_or("it is too large")?;
    match needed > bytes {
        true => Err(format!("it is truncated: {needed} bytes expected, {bytes} found")),
        false => Ok(header),
    }
}

/// Where the header's text begins and ends.
fn extent(start: &[u8]) -> Result<(usize, usize), String> {
    if !start.starts_with(b"\x93NUMPY") {
        let zip = start.starts_with(b"PK\x03\x04");
        let what = if zip { ", but a zip archive (.npz?)" } else { "" };
        return Err(format!("it is not a .npy file{what}"));
    }
    let version = start.get(6..8).ok_or("it is truncated inside its header")?;
    let length = match version {
        [1, 0] => start.get(8..10).map(|b| (10, u16::from_le_bytes([b[0], b[1]]) as usize)),
        [2 | 3, 0] => {
            start.get(8..12).map(|b| (12, u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize))
        }
        v => return Err(format!("its format version {}.{} is unknown", v[0], v[1])),
    };
    let (text, length) = length.ok_or("it is truncated inside its header")?;
    if length > MAX_HEADER {
        return Err(format!("its header of {length} bytes is too long"));
    }
    Ok((text, text + length))
}

/// Checks depth and numbers of a header's text before it is parsed.
fn bounded(text: &[u8]) -> Result<(), String> {
    let (mut depth, mut quote, mut number) = (0usize, None, 0u128);
    let mut product = 1u128;
    for &byte in text.iter().chain(b" ") {
        match (quote, byte) {
            (Some(open), b) if b == open => quote = None,
            (Some(_), _) => continue,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'0'..=b'9') => {
                number = number.saturating_mul(10).saturating_add((byte - b'0') as u128);
                continue;
            }
            _ => {}
        }
        product = product.saturating_mul(number.max(1));
        number = 0;
        if depth > MAX_DEPTH {
            return Err("its header is malformed (too many brackets)".into());
        }
    }
    match product > MAX_ELEMENTS as u128 {
        true => Err("its shape is too large".into()),
        false => Ok(()),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(120).collect()
}

fn interpret(header: &NpyHeader, start: u64) -> Result<Header, String> {
    let element = element(&header.dtype())?;
    if header.shape().len() > MAX_RANK {
        return Err(format!(
            "it has {} dimensions, at most {MAX_RANK} are possible",
            header.shape().len()
        ));
    }
    let shape: Option<Shape> = header.shape().iter().map(|&n| usize::try_from(n).ok()).collect();
    let shape = shape.ok_or("its shape is too large")?;
    let count = checked_count(&shape).ok_or("its shape is too large")?;
    let fortran = header.order() == Order::Fortran;
    Ok(Header { element, fortran, shape, count, start })
}

fn element(dtype: &npyz::DType) -> Result<Element, String> {
    let plain = match dtype {
        npyz::DType::Plain(plain) => plain,
        _ => return Err("structured dtypes are not supported".into()),
    };
    let kind = match plain.type_char() {
        TypeChar::Bool => b'b',
        TypeChar::Int => b'i',
        TypeChar::Uint => b'u',
        TypeChar::Float => b'f',
        TypeChar::Complex => b'c',
        _ => return Err(unsupported(plain)),
    };
    let big_endian = plain.endianness() == Endianness::Big;
    Element::of_kind(kind, plain.size_field(), big_endian).ok_or_else(|| unsupported(plain))
}

fn unsupported(plain: &TypeStr) -> String {
    let kind = match plain.type_char() {
        TypeChar::Object => {
            return "it holds Python objects, which arr never unpickles".into();
        }
        TypeChar::UnicodeStr | TypeChar::ByteStr => "text",
        TypeChar::DateTime | TypeChar::TimeDelta => "dates",
        TypeChar::RawData => "raw bytes",
        TypeChar::Float | TypeChar::Complex => "long double",
        _ => "this type",
    };
    format!("its dtype {plain} ({kind}) is not supported")
}
