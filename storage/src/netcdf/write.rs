//! Writing NetCDF: the classic format, one variable.
//!
//! CDF-2 where its types and sizes do, else CDF-5. Everything has its place beforehand: boxes are
//! written in any order. Dimensions are named `dim_0`, `dim_1` and so on.

use super::*;
use crate::files::Files;
use crate::npy::write::Layout as Places;
use crate::target::Target;
use crate::{CreateOptions, Sink, known};

/// A NetCDF file being written.
pub struct NetcdfSink {
    target: Target,
    places: Places,
}

/// Begins a file with one variable.
///
/// # Errors
/// Nothing can be written there, or the format lacks the dtype.
pub fn create(
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    create_with(options.unfinished.files(), path, dtype, shape, options)
}

pub(crate) fn create_with(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    let code = suits(dtype, &known(shape), options).map_err(|why| failure("write", path, &why))?;
    let name = name(options);
    if let Some(other) = others(path, options) {
        let why = format!(
            "it holds `{other}`, which would be lost: .npz and .zarr take several arrays, and \
             without name= the file is replaced"
        );
        return Err(failure("write", path, &why));
    }
    let bytes = count(shape) as u64 * dtype.size() as u64;
    let wide = code > 6 || bytes >= (1 << 32) - 4 || shape.iter().any(|&n| n >= 1 << 31);
    let head = header(name, code, shape, bytes, wide);
    let target = Target::new(files, path)?;
    let end = (head.len() as u64 + bytes).next_multiple_of(4);
    let begun = target.output().set_len(end).and_then(|()| target.output().write_at(&head, 0));
    begun.map_err(|e| target.fail(&e))?;
    let places = Places { shape: shape.into(), size: dtype.size(), start: head.len() as u64 };
    Ok(Box::new(NetcdfSink { target, places }))
}

/// A variable of another name that is there already, where a name was given.
fn others(path: &Path, options: &CreateOptions) -> Option<String> {
    let name = options.name.as_deref()?;
    let there = info(path).ok()?.arrays;
    there.into_iter().map(|a| a.name).find(|other| other != name)
}

fn name(options: &CreateOptions) -> &str {
    options.name.as_deref().unwrap_or("data")
}

/// The code of the elements, if an array of this dtype and these sizes, where they are known, can
/// be a variable.
pub(crate) fn suits(
    dtype: DType,
    sizes: &[Option<usize>],
    options: &CreateOptions,
) -> Result<u32, String> {
    let name = name(options);
    let usable = !name.is_empty() && name.len() < 256;
    if !usable || name.chars().any(|c| c == '/' || c.is_control()) {
        return Err(format!("`{name}` is no name of a variable"));
    }
    if sizes.contains(&Some(0)) {
        return Err("the classic format has no empty dimensions".into());
    }
    code(dtype).ok_or_else(|| format!("the format has no {dtype}"))
}

/// The code of a dtype.
fn code(dtype: DType) -> Option<u32> {
    Some(match dtype {
        DType::I8 => 1,
        DType::I16 => 3,
        DType::I32 => 4,
        DType::F32 => 5,
        DType::F64 => 6,
        DType::U8 => 7,
        DType::U16 => 8,
        DType::U32 => 9,
        DType::I64 => 10,
        DType::U64 => 11,
        DType::Bool | DType::C64 | DType::C128 => return None,
    })
}

/// The header, behind which the data begins.
fn header(name: &str, code: u32, shape: &[usize], bytes: u64, wide: bool) -> Vec<u8> {
    let mut out = if wide { b"CDF\x05".to_vec() } else { b"CDF\x02".to_vec() };
    let size = |out: &mut Vec<u8>, n: u64| match wide {
        true => out.extend(n.to_be_bytes()),
        false => out.extend((n as u32).to_be_bytes()),
    };
    let text = |out: &mut Vec<u8>, text: &str| {
        size(out, text.len() as u64);
        out.extend(text.as_bytes());
        out.resize(out.len().next_multiple_of(4), 0);
    };
    size(&mut out, 0);
    out.extend(if shape.is_empty() { 0u32 } else { 10 }.to_be_bytes());
    size(&mut out, shape.len() as u64);
    for (i, &n) in shape.iter().enumerate() {
        text(&mut out, &format!("dim_{i}"));
        size(&mut out, n as u64);
    }
    let none = |out: &mut Vec<u8>| {
        out.extend([0; 4]);
        size(out, 0);
    };
    none(&mut out);
    out.extend(11u32.to_be_bytes());
    size(&mut out, 1);
    text(&mut out, name);
    size(&mut out, shape.len() as u64);
    (0..shape.len()).for_each(|i| size(&mut out, i as u64));
    none(&mut out);
    out.extend(code.to_be_bytes());
    size(&mut out, bytes.next_multiple_of(4));
    let begin = out.len() as u64 + 8;
    out.extend(begin.to_be_bytes());
    out
}

impl Sink for NetcdfSink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let size = self.places.size;
        let mut piece = vec![];
        let put = |bytes: &[u8], at: u64| {
            let mut at = at;
            for part in bytes.chunks(PIECE / 4) {
                piece.clear();
                piece.extend_from_slice(part);
                piece.chunks_exact_mut(size).for_each(<[u8]>::reverse);
                self.target.output().write_at(&piece, at)?;
                at += part.len() as u64;
            }
            Ok(())
        };
        self.places.write(start, shape, data, put).map_err(|e| self.target.fail(&e))
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.target.commit()
    }
}
