//! NumPy's `.npy` files: opening, loading, saving.
//!
//! Before: a path. After [`open`]: the header is read and checked (dtype, shape, order, byte
//! order, and every count against the size of the file), the data not. After [`NpyFile::load`]:
//! a dense row-major array. After [`save`]: the target holds the old content or the new one,
//! complete, whatever happened on the way.
//!
//! An open file keeps its content: saving replaces files by renaming, so that the descriptor
//! goes on reading the old one. A host that holds many files may give descriptors back with
//! [`NpyFile::release`], and takes them up again with [`NpyFile::secure`] before it saves over
//! the path; a file that was changed by somebody else meanwhile is an error, never other numbers.
//!
//! Pickled, structured and text dtypes are refused by name. Nothing here is mapped into memory.

mod header;
mod read;
mod write;

pub use write::save;

use crate::buffer::{Buffer, OutOfMemory, Pool};
use arr_ir::dtype::DType;
use arr_ir::shape::Shape;
use header::Header;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes read or written between two looks at the stop flag.
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

fn failure(verb: &str, path: &Path, why: &str) -> IoError {
    IoError::File(format!("cannot {verb} `{}`: {why}", path.display()))
}

/// Why input or output failed: the usual reasons in plain words, the system's for the others.
pub fn reason(error: &io::Error) -> String {
    use io::ErrorKind::*;
    let text = match error.kind() {
        NotFound => "no such file or directory",
        PermissionDenied => "permission denied",
        IsADirectory => "it is a directory",
        NotADirectory => "a part of the path is not a directory",
        StorageFull => "no space left on the device",
        QuotaExceeded => "the disk quota is used up",
        ReadOnlyFilesystem => "the file system is read-only",
        InvalidFilename => "the name is too long or malformed",
        UnexpectedEof => "the file ends too early",
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            return text[..end].to_lowercase();
        }
    };
    text.into()
}

/// What tells whether a file is still the one that was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Identity {
        Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// An array file whose header was read.
pub struct NpyFile {
    path: PathBuf,
    header: Header,
    identity: Identity,
    file: Mutex<Option<Arc<File>>>,
}

/// Opens a file and checks its header: dtype, shape, and that all of the data is there.
///
/// # Errors
/// The file cannot be read, is not a `.npy` file, is truncated, or holds a dtype that arr lacks.
pub fn open(path: &Path) -> Result<NpyFile, IoError> {
    let fail = |why: &str| failure("read", path, why);
    let file = File::open(path).map_err(|e| fail(&reason(&e)))?;
    let metadata = file.metadata().map_err(|e| fail(&reason(&e)))?;
    if metadata.is_dir() {
        return Err(fail("it is a directory"));
    }
    if !metadata.is_file() {
        return Err(fail("it is not a regular file"));
    }
    let header = header::read(&file, metadata.len()).map_err(|why| fail(&why))?;
    Ok(NpyFile {
        path: path.into(),
        header,
        identity: Identity::of(&metadata),
        file: Mutex::new(Some(Arc::new(file))),
    })
}

impl NpyFile {
    /// The dtype of the array it loads as; float16 loads as float32.
    pub fn dtype(&self) -> DType {
        self.header.dtype
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        &self.header.shape
    }

    /// Bytes of the array once loaded.
    pub fn nbytes(&self) -> usize {
        self.header.count * self.header.dtype.size()
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a descriptor is held.
    pub fn is_held(&self) -> bool {
        self.slot().is_some()
    }

    /// Gives the descriptor back; the file is opened again when it is needed.
    pub fn release(&self) {
        *self.slot() = None;
    }

    /// Makes sure that the content survives a replacement of the file: holds a descriptor.
    ///
    /// # Errors
    /// The file is gone or was changed since it was opened.
    pub fn secure(&self) -> Result<(), IoError> {
        self.held().map(|_| ())
    }

    /// Whether saving to `path` would replace this file.
    pub fn is_at(&self, path: &Path) -> bool {
        std::fs::metadata(path)
            .is_ok_and(|m| (m.dev(), m.ino()) == (self.identity.device, self.identity.inode))
    }

    /// Reads the array. `stop` is looked at every few megabytes.
    ///
    /// # Errors
    /// No memory, the stop flag, a failed read, or a file that was changed meanwhile.
    pub fn load(&self, pool: &Arc<Pool>, stop: &AtomicBool) -> Result<Buffer, IoError> {
        let file = self.held()?;
        let mut buffer = Buffer::new(pool, self.header.dtype, self.header.shape.clone())?;
        let out = buffer.bytes_mut().expect("a new buffer is dense and unshared");
        read::fill(&file, &self.header, out, stop).map_err(|error| match error {
            read::Stopped::Flag => IoError::Interrupted,
            read::Stopped::Io(e) => failure("read", &self.path, &reason(&e)),
        })?;
        let now = file.metadata().map_err(|e| failure("read", &self.path, &reason(&e)))?;
        let now = Identity::of(&now);
        if now.bytes != self.identity.bytes || now.modified != self.identity.modified {
            return Err(self.changed());
        }
        Ok(buffer)
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<File>>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> IoError {
        failure("read", &self.path, "the file was changed after it was opened")
    }

    fn held(&self) -> Result<Arc<File>, IoError> {
        let mut slot = self.slot();
        if let Some(file) = &*slot {
            return Ok(file.clone());
        }
        let fail = |e: io::Error| failure("read", &self.path, &reason(&e));
        let file = File::open(&self.path).map_err(fail)?;
        if Identity::of(&file.metadata().map_err(fail)?) != self.identity {
            return Err(self.changed());
        }
        let file = Arc::new(file);
        *slot = Some(file.clone());
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
