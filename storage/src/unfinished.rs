//! What is being written, so that a process that ends early can remove it.

use crate::files::{Disk, Files, Output};
use crate::target::SUFFIX;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a directory that others still write into is removed.
const ATTEMPTS: usize = 20;

/// The temporary files and directories of sinks that are neither committed nor dropped yet; clones
/// share them.
#[derive(Clone, Debug, Default)]
pub struct Unfinished(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    paths: BTreeSet<PathBuf>,
    given_up: bool,
}

impl Unfinished {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes them all. Whatever is written from now on fails, and no target is replaced any more:
    /// for a process that ends while other threads still write.
    pub fn give_up(&self) {
        let paths = {
            let mut state = self.state();
            state.given_up = true;
            std::mem::take(&mut state.paths)
        };
        for path in paths {
            // A file may have been on its way into the directory.
            for _ in 0..ATTEMPTS {
                let removed = match path.is_dir() {
                    true => Disk.remove_dir_all(&path),
                    false => Disk.remove_file(&path),
                };
                match removed {
                    Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => {}
                    _ => break,
                }
            }
        }
    }

    /// The disk, with what is made there noted.
    pub(crate) fn files(&self) -> Arc<dyn Files> {
        Arc::new(Noted(self.clone()))
    }
}

/// The disk; temporary names that it makes are noted until they are gone.
struct Noted(Unfinished);

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.as_encoded_bytes().ends_with(SUFFIX.as_bytes()))
}

impl Noted {
    /// Does something, unless all was given up; that does not happen meanwhile.
    fn going_on<T>(
        &self,
        action: impl FnOnce(&mut BTreeSet<PathBuf>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.0.state();
        match state.given_up {
            true => Err(io::Error::other("interrupted")),
            false => action(&mut state.paths),
        }
    }

    /// Makes something new.
    fn make<T>(&self, path: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if !is_temporary(path) {
            // Many files of one directory are made at once.
            self.going_on(|_| Ok(()))?;
            return make();
        }
        self.going_on(|paths| {
            let made = make()?;
            paths.insert(path.into());
            Ok(made)
        })
    }

    fn forget(&self, path: &Path, done: io::Result<()>) -> io::Result<()> {
        if done.is_ok() {
            self.0.state().paths.remove(path);
        }
        done
    }
}

impl Files for Noted {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        self.make(path, || Disk.create(path))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.make(path, || Disk.create_dir(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.going_on(|paths| {
            Disk.rename(from, to)?;
            paths.remove(from);
            Ok(())
        })
    }

    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()> {
        self.going_on(|_| Disk.exchange(a, b))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.forget(path, Disk.remove_file(path))
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.forget(path, Disk.remove_dir_all(path))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        Disk.sync_dir(path)
    }
}

#[cfg(test)]
mod tests {
    use crate::{CreateOptions, OpenOptions, Unfinished, create, open};
    use arr_ir::dtype::DType;
    use std::sync::atomic::AtomicBool;

    fn first(path: &str) -> f64 {
        let mut out = [0; 8];
        let source = open(path, &OpenOptions::default()).unwrap();
        source.read(&[0], &[1], &mut out, &AtomicBool::new(false)).unwrap();
        f64::from_le_bytes(out)
    }

    #[test]
    fn giving_up_removes_what_is_not_finished_and_keeps_targets() {
        for (name, old) in
            [("a.npy", true), ("a.npy", false), ("a.zarr", true), ("a.zarr", false), ("a.nc", true)]
        {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join(name);
            let path = path.to_str().unwrap();
            let unfinished = Unfinished::default();
            let options = CreateOptions {
                chunks: name.ends_with("zarr").then(|| [1].into_iter().collect()),
                unfinished: unfinished.clone(),
                ..CreateOptions::default()
            };
            let begin = || create(path, DType::F64, &[2], &options);
            if old {
                let sink = begin().unwrap();
                sink.write(&[0], &[2], &[3.0f64.to_le_bytes(), [0; 8]].concat()).unwrap();
                sink.commit().unwrap();
            }
            let entries = || std::fs::read_dir(directory.path()).unwrap().count();
            assert_eq!(entries(), usize::from(old));
            let [committed, dropped] = [begin().unwrap(), begin().unwrap()];
            committed.write(&[0], &[1], &5.0f64.to_le_bytes()).unwrap();
            assert!(entries() > usize::from(old));
            unfinished.give_up();
            assert_eq!(entries(), usize::from(old), "{name}");
            let _ = committed.write(&[1], &[1], &5.0f64.to_le_bytes());
            assert!(committed.commit().is_err());
            drop(dropped);
            assert!(begin().is_err());
            assert_eq!(entries(), usize::from(old), "{name}");
            if old {
                assert_eq!(first(path), 3.0);
            }
        }
    }
}
