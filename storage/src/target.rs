//! The file that is written: whole or not at all.
//!
//! The content goes into a temporary file beside the target, is synced and renamed over the
//! target, and the directory is synced. The writer holds a lock on the temporary file, so that one
//! left behind by a process that was killed is told from one in use, and is removed by the next
//! writer of the same target. A target that is a symbolic link is followed, and permissions stay.

use crate::error::{StorageError, failure, reason};
use crate::files::{Files, Output};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the names of temporary files end with.
pub(crate) const SUFFIX: &str = ".arr-tmp";

/// A name in a directory that is going to be replaced.
pub(crate) struct Place {
    /// The path as it was given, for messages.
    pub path: PathBuf,
    /// The path behind symbolic links.
    pub target: PathBuf,
    /// Its directory.
    pub directory: PathBuf,
    /// Its name in the directory.
    pub name: String,
}

impl Place {
    pub(crate) fn of(path: &Path) -> Result<Place, StorageError> {
        let target = follow(path).map_err(|e| failure("write", path, &reason(&e)))?;
        let Some(name) = target.file_name().map(|n| n.to_string_lossy().into_owned()) else {
            return Err(failure("write", path, "the path names no file"));
        };
        let directory = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Place { path: path.into(), target, directory, name })
    }

    /// The beginning of the names of its temporary files.
    fn prefix(&self) -> String {
        let short: String = self.name.chars().take(40).collect();
        format!(".{short}.")
    }

    /// Calls `make` with names of temporary files until one is free.
    pub(crate) fn temporary<T>(
        &self,
        mut make: impl FnMut(&Path) -> io::Result<T>,
    ) -> io::Result<(PathBuf, T)> {
        let mut attempt = 0;
        loop {
            let name = format!("{}{}-{attempt}{SUFFIX}", self.prefix(), std::process::id());
            let path = self.directory.join(name);
            match make(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {
                    attempt += 1;
                }
                result => return Ok((path, result?)),
            }
        }
    }

    /// The temporary files and directories of this target.
    pub(crate) fn temporaries(&self) -> Vec<PathBuf> {
        let prefix = self.prefix();
        let Ok(entries) = fs::read_dir(&self.directory) else { return vec![] };
        let named = |e: &fs::DirEntry| {
            let name = e.file_name();
            name.to_str().is_some_and(|n| n.starts_with(&prefix) && n.ends_with(SUFFIX))
        };
        entries.flatten().filter(named).map(|e| e.path()).collect()
    }

    pub(crate) fn fail(&self, error: &io::Error) -> StorageError {
        failure("write", &self.path, &reason(error))
    }
}

/// The file behind a chain of symbolic links, which need not exist.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(to) => path = path.parent().unwrap_or(Path::new("")).join(to),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// A temporary file on its way to become a target. Dropping it removes it.
pub(crate) struct Target {
    files: Arc<dyn Files>,
    place: Place,
    temporary: PathBuf,
    output: Box<dyn Output>,
    committed: bool,
}

impl Target {
    /// Begins to replace the file at `path`.
    pub(crate) fn new(files: Arc<dyn Files>, path: &Path) -> Result<Target, StorageError> {
        if path.is_dir() {
            return Err(failure("write", path, "it is a directory"));
        }
        let place = Place::of(path)?;
        for left in place.temporaries() {
            if File::open(&left).is_ok_and(|f| f.try_lock().is_ok()) {
                let _ = files.remove_file(&left);
            }
        }
        let made = place.temporary(|name| files.create(name));
        let (temporary, output) = made.map_err(|e| place.fail(&e))?;
        Ok(Target { files, place, temporary, output, committed: false })
    }

    pub(crate) fn output(&self) -> &dyn Output {
        &*self.output
    }

    /// The directory that it is written to.
    pub(crate) fn directory(&self) -> &Path {
        &self.place.directory
    }

    /// The error of a failed operation.
    pub(crate) fn fail(&self, error: &io::Error) -> StorageError {
        self.place.fail(error)
    }

    /// Makes the temporary file the target.
    pub(crate) fn commit(mut self) -> Result<(), StorageError> {
        self.replace().map_err(|e| self.place.fail(&e))
    }

    fn replace(&mut self) -> io::Result<()> {
        if let Ok(old) = fs::metadata(&self.place.target) {
            self.output.set_permissions(old.permissions())?;
        }
        self.output.sync()?;
        self.files.rename(&self.temporary, &self.place.target)?;
        self.committed = true;
        // Some file systems cannot sync a directory; the data is complete all the same.
        let _ = self.files.sync_dir(&self.place.directory);
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.committed {
            let _ = self.files.remove_file(&self.temporary);
        }
    }
}
