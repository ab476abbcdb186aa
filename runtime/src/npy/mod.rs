//! Arrays of `.npy` files into buffers of the pool, and buffers into files.
//!
//! What the files are and how they are read and written is in `arr_storage`; here memory is
//! charged.

use crate::buffer::{Buffer, OutOfMemory, Pool};
use arr_ir::dtype::DType;
use arr_ir::shape::Shape;
use arr_storage::{Source, StorageError, boxes};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use arr_storage::reason;

/// Bytes written between two looks at the stop flag.
const PIECE: usize = 4 << 20;

/// Why a file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IoError {
    /// Input or output failed, or the file is not what it should be: one sentence with the path,
    /// lower case, no full stop. It may repeat text of the path or of the file as it stands:
    /// whoever shows it escapes it.
    File(String),
    /// No room for the array.
    Memory(OutOfMemory),
    /// The stop flag was set.
    Interrupted,
}

impl std::fmt::Display for IoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            IoError::File(text) => f.write_str(text),
            IoError::Memory(m) => {
                write!(f, "{} bytes do not fit into the limit of {}", m.asked, m.limit)
            }
            IoError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for IoError {}

impl From<OutOfMemory> for IoError {
    fn from(error: OutOfMemory) -> IoError {
        IoError::Memory(error)
    }
}

impl From<StorageError> for IoError {
    fn from(error: StorageError) -> IoError {
        match error {
            StorageError::File(text) => IoError::File(text),
            StorageError::Interrupted => IoError::Interrupted,
        }
    }
}

/// An array file whose header was read.
pub struct NpyFile {
    source: arr_storage::npy::NpyFile,
    shape: Shape,
}

/// Opens a file and checks its header: dtype, shape, and that all of the data is there.
///
/// # Errors
/// The file cannot be read, is not a `.npy` file, is truncated, or holds a dtype that arr lacks.
pub fn open(path: &Path) -> Result<NpyFile, IoError> {
    let source = arr_storage::npy::open(path)?;
    Ok(NpyFile { shape: source.shape().into(), source })
}

impl NpyFile {
    /// The dtype of the array it loads as; float16 loads as float32.
    pub fn dtype(&self) -> DType {
        self.source.dtype()
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Bytes of the array once loaded.
    pub fn nbytes(&self) -> usize {
        arr_ir::shape::count(&self.shape) * self.dtype().size()
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// Whether a descriptor is held.
    pub fn is_held(&self) -> bool {
        self.source.is_held()
    }

    /// Gives the descriptor back; the file is opened again when it is needed.
    pub fn release(&self) {
        self.source.release();
    }

    /// Makes sure that the content survives a replacement of the file: holds a descriptor.
    ///
    /// # Errors
    /// The file is gone or was changed since it was opened.
    pub fn secure(&self) -> Result<(), IoError> {
        Ok(self.source.secure().map(|_| ())?)
    }

    /// Whether saving to `path` would replace this file.
    pub fn is_at(&self, path: &Path) -> bool {
        self.source.is_at(path)
    }

    /// Reads the array. `stop` is looked at every few megabytes.
    ///
    /// # Errors
    /// No memory, the stop flag, a failed read, or a file that was changed meanwhile.
    pub fn load(&self, pool: &Arc<Pool>, stop: &AtomicBool) -> Result<Buffer, IoError> {
        let mut buffer = Buffer::new(pool, self.dtype(), self.shape.clone())?;
        let out = buffer.bytes_mut().expect("a new buffer is dense and unshared");
        let origin = Shape::from_elem(0, self.shape.len());
        self.source.read(&origin, &self.shape, out, stop)?;
        Ok(buffer)
    }
}

/// Writes an array to a file, version 1.0, little-endian, C order. `stop` is looked at every few
/// megabytes; a stopped or failed save leaves the target as it was and no temporary file.
///
/// # Errors
/// The stop flag, or the first operation that failed.
pub fn save(path: &Path, array: &Buffer, stop: &AtomicBool) -> Result<(), IoError> {
    let sink = arr_storage::npy::create(path, array.dtype(), array.shape())?;
    let size = array.dtype().size();
    let mut piece = vec![];
    boxes::in_order(array.shape(), PIECE / size, |start, shape| {
        if stop.load(Ordering::Relaxed) {
            return Err(IoError::Interrupted);
        }
        if let Some(bytes) = array.bytes() {
            let runs = boxes::Runs::new(array.shape(), start, shape, size);
            let first = runs.first as usize;
            return Ok(sink.write(start, shape, &bytes[first..first + runs.run])?);
        }
        piece.clear();
        let mut index: Shape = Shape::from_elem(0, shape.len());
        arr_ir::oracle::each_index(shape, |within| {
            for (to, (a, b)) in index.iter_mut().zip(within.iter().zip(start)) {
                *to = a + b;
            }
            piece.extend_from_slice(&array.get(&index).bits.to_le_bytes()[..size]);
        });
        Ok(sink.write(start, shape, &piece)?)
    })?;
    Ok(sink.commit()?)
}

#[cfg(test)]
mod tests;
