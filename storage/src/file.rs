//! A file that stays what it was when it was opened: read by positions, given back and taken up
//! again, and an error as soon as somebody else has changed it.

use crate::error::{StorageError, failure, reason};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes read or written between two looks at the stop flag.
pub(crate) const PIECE: usize = 4 << 20;

/// Why reading ended early.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The stop flag was set.
    Flag,
    /// A read failed.
    Io(io::Error),
    /// The content is not what it should be.
    Bad(String),
    /// An object store did not give it.
    #[cfg(feature = "remote")]
    Failed(String),
}

impl Stopped {
    /// The error of reading `path`.
    pub(crate) fn at(self, path: &Path) -> StorageError {
        self.failing("read", path)
    }

    /// The error of failing to `verb` a path.
    pub(crate) fn failing(self, verb: &str, path: &Path) -> StorageError {
        match self {
            Stopped::Flag => StorageError::Interrupted,
            Stopped::Io(e) => failure(verb, path, &reason(&e)),
            Stopped::Bad(why) => failure(verb, path, &why),
            #[cfg(feature = "remote")]
            Stopped::Failed(why) => failure(verb, path, &why),
        }
    }

    /// The same, of a part of what is read.
    pub(crate) fn of(self, part: &str) -> Stopped {
        match self {
            Stopped::Flag => Stopped::Flag,
            Stopped::Io(e) => Stopped::Bad(format!("{part}: {}", reason(&e))),
            Stopped::Bad(why) => Stopped::Bad(format!("{part} is damaged: {why}")),
            #[cfg(feature = "remote")]
            Stopped::Failed(why) => Stopped::Failed(format!("{part}: {why}")),
        }
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        Stopped::Io(error)
    }
}

impl From<String> for Stopped {
    fn from(why: String) -> Stopped {
        Stopped::Bad(why)
    }
}

/// Ends when the stop flag is set.
pub(crate) fn proceed(stop: &AtomicBool) -> Result<(), Stopped> {
    match stop.load(Ordering::Relaxed) {
        true => Err(Stopped::Flag),
        false => Ok(()),
    }
}

/// What tells whether a file is still the one that was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Identity {
        Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    /// Whether saving to `path` would replace the file.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        let same = |m: Metadata| (m.dev(), m.ino()) == (self.device, self.inode);
        std::fs::metadata(path).is_ok_and(same)
    }
}

/// A regular file whose content must not change while it is read.
pub(crate) struct Held {
    path: PathBuf,
    identity: Identity,
    file: Mutex<Option<Arc<File>>>,
}

impl Held {
    /// Opens a regular file; gives its descriptor and size too.
    pub(crate) fn open(path: &Path) -> Result<(Held, Arc<File>, u64), StorageError> {
        let fail = |why: &str| failure("read", path, why);
        // Whether it is a regular file is asked before opening: a pipe would wait for a writer.
        let metadata = std::fs::metadata(path).map_err(|e| fail(&reason(&e)))?;
        if metadata.is_dir() {
            return Err(fail("it is a directory"));
        }
        if !metadata.is_file() {
            return Err(fail("it is not a regular file"));
        }
        let file = Arc::new(File::open(path).map_err(|e| fail(&reason(&e)))?);
        let metadata = file.metadata().map_err(|e| fail(&reason(&e)))?;
        let held = Held {
            path: path.into(),
            identity: Identity::of(&metadata),
            file: Mutex::new(Some(file.clone())),
        };
        Ok((held, file, metadata.len()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.identity.bytes
    }

    pub(crate) fn is_held(&self) -> bool {
        self.slot().is_some()
    }

    pub(crate) fn release(&self) {
        *self.slot() = None;
    }

    pub(crate) fn is_at(&self, path: &Path) -> bool {
        self.identity.is_at(path)
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<File>>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> StorageError {
        failure("read", &self.path, "the file was changed after it was opened")
    }

    /// The descriptor; the file is opened again if it was given back.
    pub(crate) fn held(&self) -> Result<Arc<File>, StorageError> {
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

    /// Reads with the descriptor, and makes sure that the file was not changed meanwhile.
    pub(crate) fn reading<T>(
        &self,
        read: impl FnOnce(&File) -> Result<T, Stopped>,
    ) -> Result<T, StorageError> {
        let file = self.held()?;
        let result = read(&file).map_err(|e| e.at(&self.path))?;
        let fail = |e: io::Error| failure("read", &self.path, &reason(&e));
        let now = Identity::of(&file.metadata().map_err(fail)?);
        let same = now.bytes == self.identity.bytes && now.modified == self.identity.modified;
        if same { Ok(result) } else { Err(self.changed()) }
    }
}

/// Bytes that are read by positions.
pub(crate) trait ReadAt {
    /// How many there are.
    fn length(&self) -> Result<u64, Stopped>;

    /// Reads exactly the bytes at a position.
    fn read_at(&self, out: &mut [u8], at: u64, stop: &AtomicBool) -> Result<(), Stopped>;

    /// How short runs of bytes are best read.
    fn reach(&self) -> Reach {
        Reach::FILE
    }
}

/// How runs of bytes that lie near each other are read.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    /// Runs of at least this many bytes are read one by one.
    pub long: usize,
    /// Of shorter ones, as many as span this many bytes are read at once.
    pub span: usize,
}

impl Reach {
    pub(crate) const FILE: Reach = Reach { long: 16 << 10, span: 256 << 10 };
}

impl ReadAt for File {
    fn length(&self) -> Result<u64, Stopped> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, out: &mut [u8], at: u64, stop: &AtomicBool) -> Result<(), Stopped> {
        let mut at = at;
        for piece in out.chunks_mut(PIECE) {
            proceed(stop)?;
            self.read_exact_at(piece, at)?;
            at += piece.len() as u64;
        }
        Ok(())
    }
}
