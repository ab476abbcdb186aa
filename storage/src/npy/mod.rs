//! NumPy's `.npy` files.
//!
//! Before: a path. After [`open`]: the header is read and checked (dtype, shape, order, byte
//! order, and every count against the size of the file), the data not. After [`create`]: a header
//! in a temporary file, and a place for every element.
//!
//! An open file keeps its content: saving replaces files by renaming, so that the descriptor
//! goes on reading the old one. A host that holds many files may give descriptors back with
//! [`Source::release`], and takes them up again with [`Source::secure`] before it saves over
//! the path; a file that was changed by somebody else meanwhile is an error, never other numbers.
//!
//! Pickled, structured and text dtypes are refused by name.

pub(crate) mod header;
pub(crate) mod read;
pub(crate) mod write;

pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;

use crate::attributes::Attributes;
use crate::error::{StorageError, failure};
use crate::file::{Held, Reach};
use crate::{Sink, Source};
use arr_ir::dtype::DType;
use arr_ir::shape::count;
use header::Header;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A `.npy` file whose header was read.
pub struct NpyFile {
    held: Held,
    header: Header,
    attributes: Attributes,
}

/// Opens a file and checks its header: dtype, shape, and that all of the data is there.
///
/// # Errors
/// The file cannot be read, is not a `.npy` file, is truncated, or holds a dtype that arr lacks.
pub fn open(path: &Path) -> Result<NpyFile, StorageError> {
    let (held, file, bytes) = Held::open(path)?;
    let header = header::read(&file, bytes).map_err(|why| failure("read", path, &why))?;
    Ok(NpyFile { held, header, attributes: Attributes::default() })
}

impl Source for NpyFile {
    fn dtype(&self) -> DType {
        self.header.element.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        assert_eq!(
            out.len(),
            count(shape) * self.header.element.dtype.size(),
            "the size of the box"
        );
        self.held.reading(|file| read::read(file, &self.header, start, shape, out, stop))
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        read::scratch(&self.header, shape, Reach::FILE)
    }

    fn path(&self) -> &Path {
        self.held.path()
    }

    fn is_held(&self) -> bool {
        self.held.is_held()
    }

    fn release(&self) {
        self.held.release();
    }

    fn secure(&self) -> Result<bool, StorageError> {
        self.held.held().map(|_| true)
    }

    fn is_at(&self, path: &Path) -> bool {
        self.held.is_at(path)
    }
}

#[cfg(test)]
mod tests;
