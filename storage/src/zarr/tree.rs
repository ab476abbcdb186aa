//! Where the documents and chunks of a store lie.

use crate::file::{Identity, ReadAt, Stopped};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// What tells whether a document is still the one that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    File(Identity),
    #[cfg(feature = "remote")]
    Object(crate::stores::Tag),
}

/// Documents and chunks by keys: names with `/` between them. What is not there is none; whatever
/// else keeps it from being read is an error.
pub(crate) trait Tree: Send + Sync {
    /// A document, of which at most `most` bytes are read.
    fn document(&self, key: &str, most: u64) -> Result<Option<(Vec<u8>, Mark)>, Stopped>;

    /// The mark that the document has now.
    fn mark(&self, key: &str, stop: &AtomicBool) -> Result<Option<Mark>, Stopped>;

    /// A whole chunk; one of more than `most` bytes is an error.
    fn whole(&self, key: &str, most: u64, stop: &AtomicBool) -> Result<Option<Vec<u8>>, Stopped>;

    /// A chunk to read parts of.
    fn parts<'a>(
        &'a self,
        key: &str,
        stop: &AtomicBool,
    ) -> Result<Option<Box<dyn ReadAt + 'a>>, Stopped>;

    /// Whether many short runs of bytes are read about as fast as all at once.
    fn is_near(&self) -> bool;

    /// The most bytes that reading takes besides the chunks.
    fn scratch(&self) -> usize;

    /// Names that may be groups or arrays below a key.
    fn children(&self, key: &str) -> Result<Vec<String>, Stopped>;

    /// Whether saving to `path` would replace the store, or the document with this mark.
    fn is_at(&self, path: &Path, mark: &Mark) -> bool;
}

/// A directory.
pub(crate) struct Directory {
    root: PathBuf,
    identity: Identity,
}

impl Directory {
    pub(crate) fn open(root: &Path) -> Result<Directory, Stopped> {
        let metadata = fs::metadata(root)?;
        if !metadata.is_dir() {
            return Err(Stopped::Bad("it is not a directory, as a Zarr store is".into()));
        }
        Ok(Directory { root: root.into(), identity: Identity::of(&metadata) })
    }
}

/// None where there is nothing of that name.
fn present<T>(result: io::Result<T>) -> Result<Option<T>, Stopped> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

impl Tree for Directory {
    fn document(&self, key: &str, most: u64) -> Result<Option<(Vec<u8>, Mark)>, Stopped> {
        let Some(file) = present(File::open(self.root.join(key)))? else { return Ok(None) };
        let mark = Mark::File(Identity::of(&file.metadata()?));
        let mut bytes = vec![];
        file.take(most).read_to_end(&mut bytes)?;
        Ok(Some((bytes, mark)))
    }

    fn mark(&self, key: &str, _stop: &AtomicBool) -> Result<Option<Mark>, Stopped> {
        let metadata = present(fs::metadata(self.root.join(key)))?;
        Ok(metadata.map(|m| Mark::File(Identity::of(&m))))
    }

    fn whole(&self, key: &str, most: u64, stop: &AtomicBool) -> Result<Option<Vec<u8>>, Stopped> {
        let Some(file) = present(File::open(self.root.join(key)))? else { return Ok(None) };
        super::piece(&file, 0, file.length()?, most, stop).map(Some)
    }

    fn parts<'a>(
        &'a self,
        key: &str,
        _stop: &AtomicBool,
    ) -> Result<Option<Box<dyn ReadAt + 'a>>, Stopped> {
        let file = present(File::open(self.root.join(key)))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn ReadAt>))
    }

    fn is_near(&self) -> bool {
        true
    }

    fn scratch(&self) -> usize {
        0
    }

    fn children(&self, key: &str) -> Result<Vec<String>, Stopped> {
        let entries = fs::read_dir(self.root.join(key))?.flatten();
        let directories = entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir()));
        Ok(directories.filter_map(|e| e.file_name().into_string().ok()).collect())
    }

    fn is_at(&self, path: &Path, mark: &Mark) -> bool {
        let document = match mark {
            Mark::File(identity) => identity.is_at(path),
            #[cfg(feature = "remote")]
            Mark::Object(_) => false,
        };
        document || self.identity.is_at(path)
    }
}
