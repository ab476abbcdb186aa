//! The classic NetCDF formats: CDF-1, CDF-2 (64-bit offsets) and CDF-5 (64-bit data).
//!
//! Reference: "The NetCDF Classic Format Specification". Numbers are big-endian. A variable is one
//! block, or one per record if its first dimension is the record dimension.

use super::cf::Attribute;
use super::{Layout, Variable};
use crate::attributes::Value;
use crate::element::Element;
use crate::file::Stopped;
use arr_ir::dtype::DType;
use arr_ir::shape::{MAX_RANK, Shape, checked_count, count};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// The longest header that is read.
const MAX_HEADER: u64 = 64 << 20;

/// What a header says.
pub(crate) struct Header {
    pub version: u8,
    pub attributes: Vec<Attribute>,
    pub variables: Vec<Variable>,
}

/// A header being read. The end of what was fetched is told from damage.
struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    wide: bool,
    version: u8,
}

enum Bad {
    /// The header goes on behind what was fetched.
    Short,
    Damaged(&'static str),
}

type Parsed<T> = Result<T, Bad>;

/// Reads the header of a file of `bytes` bytes.
pub(crate) fn read(file: &File, bytes: u64) -> Result<Header, Stopped> {
    let mut length = bytes.min(64 << 10);
    loop {
        let mut data = vec![0; length as usize];
        file.read_exact_at(&mut data, 0)?;
        match header(&data, bytes) {
            Ok(header) => return Ok(header),
            Err(Bad::Damaged(why)) => return Err(Stopped::Bad(format!("its header: {why}"))),
            Err(Bad::Short) if length < bytes.min(MAX_HEADER) => {
                length = (length * 4).min(bytes).min(MAX_HEADER);
            }
            Err(Bad::Short) => return Err(Stopped::Bad("it is truncated in its header".into())),
        }
    }
}

impl Reader<'_> {
    fn take(&mut self, n: usize) -> Parsed<&[u8]> {
        let end = self.at.checked_add(n).ok_or(Bad::Short)?;
        let found = self.data.get(self.at..end).ok_or(Bad::Short)?;
        self.at = end;
        Ok(found)
    }

    fn word(&mut self) -> Parsed<u64> {
        let b = self.take(4)?;
        Ok(u32::from_be_bytes([b[0], b[1], b[2], b[3]]).into())
    }

    fn long(&mut self) -> Parsed<u64> {
        Ok(self.word()? << 32 | self.word()?)
    }

    /// A count: of four bytes, or eight in CDF-5.
    fn count(&mut self) -> Parsed<usize> {
        let n = if self.wide { self.long()? } else { self.word()? };
        match n {
            n if n < 1 << 62 => Ok(n as usize),
            _ => Err(Bad::Damaged("a size is too large")),
        }
    }

    fn padded(&mut self, n: usize) -> Parsed<Vec<u8>> {
        let found = self.take(n)?.to_vec();
        self.take(n.wrapping_neg() % 4)?;
        Ok(found)
    }

    fn name(&mut self) -> Parsed<String> {
        let n = self.count()?;
        Ok(String::from_utf8_lossy(&self.padded(n)?).into_owned())
    }

    /// The number of items of a list, which begins with this tag.
    fn list(&mut self, tag: u64) -> Parsed<usize> {
        let (found, n) = (self.word()?, self.count()?);
        match found == tag || found == 0 && n == 0 {
            true => Ok(n),
            false => Err(Bad::Damaged("a list is missing")),
        }
    }

    fn attributes(&mut self) -> Parsed<Vec<Attribute>> {
        let mut found = vec![];
        for _ in 0..self.list(12)? {
            let name = self.name()?;
            let kind = self.word()?;
            let n = self.count()?;
            let bytes = |size: usize| n.checked_mul(size).ok_or(Bad::Short);
            found.push(match element(kind) {
                None if kind == 2 => {
                    let text = self.padded(n)?;
                    let text = String::from_utf8_lossy(&text).trim_end_matches('\0').to_string();
                    Attribute { name, dtype: None, value: Value::Text(text) }
                }
                None => return Err(Bad::Damaged("an attribute has an unknown type")),
                Some(element) => {
                    let size = element.stored_size();
                    let mut data = self.padded(bytes(size)?)?;
                    Attribute {
                        name,
                        dtype: Some(element.dtype),
                        value: super::numbers(element, &mut data),
                    }
                }
            });
        }
        Ok(found)
    }
}

/// The element of a type code; characters have none.
fn element(kind: u64) -> Option<Element> {
    let dtype = match kind {
        1 => DType::I8,
        3 => DType::I16,
        4 => DType::I32,
        5 => DType::F32,
        6 => DType::F64,
        7 => DType::U8,
        8 => DType::U16,
        9 => DType::U32,
        10 => DType::I64,
        11 => DType::U64,
        _ => return None,
    };
    Some(Element { dtype, half: false, big_endian: true })
}

/// A variable as the header has it.
struct Raw {
    name: String,
    dims: Vec<usize>,
    attributes: Vec<Attribute>,
    element: Option<Element>,
    begin: u64,
}

fn header(data: &[u8], bytes: u64) -> Parsed<Header> {
    let version = *data.get(3).ok_or(Bad::Short)?;
    if !data.starts_with(b"CDF") || !matches!(version, 1 | 2 | 5) {
        return Err(Bad::Damaged("it is no classic NetCDF file"));
    }
    let mut r = Reader { data, at: 4, wide: version == 5, version };
    let records = match if r.wide { r.long()? } else { r.word()? } {
        0xffff_ffff if !r.wide => None,
        u64::MAX => None,
        n => Some(n),
    };
    let mut dims = vec![];
    for _ in 0..r.list(10)? {
        dims.push((r.name()?, r.count()?));
    }
    let attributes = r.attributes()?;
    let mut raw = vec![];
    for _ in 0..r.list(11)? {
        raw.push(r.variable(dims.len())?);
    }
    let is_record = |v: &Raw| v.dims.first().is_some_and(|&d| dims[d].1 == 0);
    let fixed = |v: &Raw| -> Parsed<u64> {
        let rest = if is_record(v) { &v.dims[1..] } else { &v.dims[..] };
        let shape: Shape = rest.iter().map(|&d| dims[d].1).collect();
        let size = v.element.map_or(1, |e| e.stored_size());
        let n = checked_count(&shape).and_then(|n| n.checked_mul(size));
        n.map(|n| n as u64).ok_or(Bad::Damaged("a variable is too large"))
    };
    let mut stride = 0u64;
    let record_variables: Vec<&Raw> = raw.iter().filter(|v| is_record(v)).collect();
    for v in &record_variables {
        let size = fixed(v)?;
        let padded = if record_variables.len() == 1 { size } else { size.next_multiple_of(4) };
        stride = stride.checked_add(padded).ok_or(Bad::Damaged("a record is too large"))?;
    }
    let first = record_variables.iter().map(|v| v.begin).min().unwrap_or(0);
    // A file that was still being written does not say how many records it has.
    let records = records.unwrap_or_else(|| bytes.saturating_sub(first) / stride.max(1));
    let mut variables = vec![];
    for v in &raw {
        let record = is_record(v);
        let mut shape: Shape = v.dims.iter().map(|&d| dims[d].1).collect();
        if record {
            shape[0] = records as usize;
        }
        let size = fixed(v)?;
        let end = match record && records > 0 {
            true => (records - 1).checked_mul(stride).and_then(|n| n.checked_add(size)),
            false => Some(if record { 0 } else { size }),
        };
        let end = end.and_then(|n| n.checked_add(v.begin));
        let whole = end.is_some_and(|end| end <= bytes) && checked_count(&shape).is_some();
        let names = v.dims.iter().map(|&d| dims[d].0.clone());
        variables.push(Variable {
            name: v.name.clone(),
            dimensions: names.collect(),
            attributes: v.attributes.clone(),
            problem: match (v.element, whole) {
                (None, _) => Some("it is text".into()),
                (_, false) => Some("the file is truncated".into()),
                _ => None,
            },
            element: v.element.unwrap_or(Element::plain(DType::U8)),
            layout: Layout::Classic { begin: v.begin, record: record.then_some(stride) },
            chunks: None,
            shape,
        });
    }
    Ok(Header { version, attributes, variables })
}

impl Reader<'_> {
    fn variable(&mut self, known: usize) -> Parsed<Raw> {
        let name = self.name()?;
        let mut dims = vec![];
        let rank = self.count()?;
        for _ in 0..rank {
            match self.count()? {
                dim if dim < known && dims.len() < MAX_RANK => dims.push(dim),
                _ => return Err(Bad::Damaged("a variable has impossible dimensions")),
            }
        }
        let attributes = self.attributes()?;
        let kind = self.word()?;
        let element = element(kind);
        if element.is_none() && kind != 2 {
            return Err(Bad::Damaged("a variable has an unknown type"));
        }
        self.count()?;
        let begin = if self.version == 1 { self.word()? } else { self.long()? };
        Ok(Raw { name, dims, attributes, element, begin })
    }
}

/// Reads a box of a variable.
pub(super) fn fetch(
    file: &File,
    variable: &Variable,
    (begin, record): (u64, Option<u64>),
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
    stop: &std::sync::atomic::AtomicBool,
) -> Result<(), Stopped> {
    use crate::boxes::Runs;
    let size = variable.element.stored_size();
    debug_assert_eq!(out.len(), count(shape) * size);
    let runs = match record {
        None => Runs::new(&variable.shape, start, shape, size),
        Some(stride) => {
            let mut runs = Runs::new(&variable.shape[1..], &start[1..], &shape[1..], size);
            if shape[0] == 0 {
                runs.run = 0;
            }
            runs.first += start[0] as u64 * stride;
            runs.dims.insert(0, (shape[0], stride));
            runs
        }
    };
    crate::npy::read::runs_at(file, begin, &runs, out, stop)
}
