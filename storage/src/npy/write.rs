//! Writing `.npy` files: version 1.0, little-endian, C order.
//!
//! A target that is no regular file (a device, a pipe) cannot be replaced or written by positions:
//! its boxes are kept in a temporary file and follow in order at the end.

use super::*;
use crate::CreateOptions;
use crate::boxes::Runs;
use crate::error::reason;
use crate::files::Files;
use crate::target::Target;
use npyz::WriterBuilder;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// A `.npy` file being written.
pub struct NpySink {
    target: Target,
    layout: Layout,
}

/// Where elements lie that follow a header.
pub(crate) struct Layout {
    pub shape: Vec<usize>,
    /// Bytes of an element.
    pub size: usize,
    /// Where they begin.
    pub start: u64,
}

impl Layout {
    /// Puts the runs of a box to their places.
    pub(crate) fn write(
        &self,
        start: &[usize],
        shape: &[usize],
        data: &[u8],
        mut put: impl FnMut(&[u8], u64) -> io::Result<()>,
    ) -> io::Result<()> {
        assert_eq!(data.len(), count(shape) * self.size, "the size of the box");
        let runs = Runs::new(&self.shape, start, shape, self.size);
        let (n, pitch) = runs.row();
        let mut done = 0;
        runs.rows(|first| {
            for i in 0..n {
                let at = self.start + first + i as u64 * pitch;
                put(&data[done..done + runs.run], at)?;
                done += runs.run;
            }
            Ok(())
        })
    }
}

/// Begins a file.
///
/// # Errors
/// Nothing can be written there.
pub fn create(
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    create_with(options.unfinished.files(), path, dtype, shape)
}

pub(crate) fn create_with(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
) -> Result<Box<dyn Sink>, StorageError> {
    let fail = |e: io::Error| failure("write", path, &reason(&e));
    let head = head(dtype, shape).map_err(fail)?;
    let bytes = (count(shape) * dtype.size() + head.len()) as u64;
    let layout = Layout { shape: shape.into(), size: dtype.size(), start: head.len() as u64 };
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        let staged = tempfile::tempfile().map_err(fail)?;
        fs::File::set_len(&staged, bytes).map_err(fail)?;
        crate::files::Output::write_at(&staged, &head, 0).map_err(fail)?;
        return Ok(Box::new(Stream { path: path.into(), layout, staged }));
    }
    let target = Target::new(files, path)?;
    let begun = target.output().set_len(bytes).and_then(|()| target.output().write_at(&head, 0));
    match begun {
        Ok(()) => Ok(Box::new(NpySink { target, layout })),
        Err(e) => Err(target.fail(&e)),
    }
}

impl Sink for NpySink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let put = |bytes: &[u8], at| self.target.output().write_at(bytes, at);
        self.layout.write(start, shape, data, put).map_err(|e| self.target.fail(&e))
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.target.commit()
    }
}

/// An array for a device or a pipe.
struct Stream {
    path: PathBuf,
    layout: Layout,
    staged: fs::File,
}

impl Stream {
    fn send(&self) -> io::Result<()> {
        let mut to = OpenOptions::new().write(true).open(&self.path)?;
        let mut from = &self.staged;
        from.rewind()?;
        let mut piece = vec![0; 1 << 20];
        loop {
            match from.read(&mut piece)? {
                0 => return to.flush(),
                n => to.write_all(&piece[..n])?,
            }
        }
    }
}

impl Sink for Stream {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let put = |bytes: &[u8], at| crate::files::Output::write_at(&self.staged, bytes, at);
        let written = self.layout.write(start, shape, data, put);
        written.map_err(|e| failure("write", &self.path, &reason(&e)))
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.send().map_err(|e| failure("write", &self.path, &reason(&e)))
    }
}

/// The header of an array.
pub(crate) fn head(dtype: DType, shape: &[usize]) -> io::Result<Vec<u8>> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut header = vec![];
    npyz::WriteOptions::new_header_only()
        .dtype(npyz::DType::new_scalar(descr(dtype).parse().expect("a valid dtype")))
        .shape(&shape)
        .writer(&mut header)
        .write_header_only()?;
    Ok(header)
}

/// NumPy's name of a dtype.
fn descr(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "|b1",
        DType::I8 => "|i1",
        DType::I16 => "<i2",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::U8 => "|u1",
        DType::U16 => "<u2",
        DType::U32 => "<u4",
        DType::U64 => "<u8",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::C64 => "<c8",
        DType::C128 => "<c16",
    }
}
