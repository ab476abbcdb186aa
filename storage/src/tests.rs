//! Every operation of writing made to fail, one after the other: the target is the old one or the
//! new one, complete, and nothing else is left.

use crate::files::{Disk, Files, Output};
use crate::{CreateOptions, OpenOptions, Sink, StorageError, open};
use arr_ir::dtype::DType;
use std::fs::Permissions;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The disk, whose operation number `bad` fails, or all from there on.
struct Faulty {
    state: Arc<State>,
}

struct State {
    done: AtomicUsize,
    bad: usize,
    forever: bool,
    failed: Mutex<Vec<&'static str>>,
}

impl State {
    fn step(&self, what: &'static str) -> io::Result<()> {
        let number = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if number == self.bad || self.forever && number > self.bad {
            self.failed.lock().unwrap().push(what);
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl Files for Faulty {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        self.state.step("create")?;
        Ok(Box::new(FaultyOutput(Disk.create(path)?, self.state.clone())))
    }
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.state.step("create_dir")?;
        Disk.create_dir(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.state.step("rename")?;
        Disk.rename(from, to)
    }
    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()> {
        self.state.step("exchange")?;
        Disk.exchange(a, b)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.state.step("remove")?;
        Disk.remove_file(path)
    }
    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.state.step("remove")?;
        Disk.remove_dir_all(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.state.step("sync_dir")?;
        assert!(path.is_dir());
        Ok(())
    }
}

struct FaultyOutput(Box<dyn Output>, Arc<State>);

impl Output for FaultyOutput {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        if let Err(error) = self.1.step("write") {
            // A full disk takes a part.
            let _ = self.0.write_at(&bytes[..bytes.len() / 2], at);
            return Err(error);
        }
        self.0.write_at(bytes, at)
    }
    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<()> {
        self.1.step("read")?;
        self.0.read_at(out, at)
    }
    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.1.step("set_len")?;
        self.0.set_len(bytes)
    }
    fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.1.step("set_permissions")?;
        self.0.set_permissions(permissions)
    }
    fn sync(&self) -> io::Result<()> {
        // Syncing in earnest takes most of the time and changes nothing that could be seen.
        self.1.step("sync")
    }
}

/// A disk without faults.
fn working() -> Arc<dyn Files> {
    faulty(usize::MAX, false).0
}

fn faulty(bad: usize, forever: bool) -> (Arc<dyn Files>, Arc<State>) {
    let state = State { done: AtomicUsize::new(0), bad, forever, failed: Mutex::default() };
    let state = Arc::new(state);
    (Arc::new(Faulty { state: state.clone() }), state)
}

type Create = fn(Arc<dyn Files>, &Path, DType, &[usize]) -> Result<Box<dyn Sink>, StorageError>;

const SHAPE: &[usize] = &[4, 6];

fn content(seed: u8) -> Vec<u8> {
    (0..24u8).flat_map(|i| f64::from(i.wrapping_mul(seed)).to_le_bytes()).collect()
}

/// Writes by boxes of two rows.
fn write(create: Create, files: Arc<dyn Files>, path: &Path, seed: u8) -> Result<(), StorageError> {
    let sink = create(files, path, DType::F64, SHAPE)?;
    let data = content(seed);
    for half in [1, 0] {
        sink.write(&[half * 2, 0], &[2, 6], &data[half * 96..][..96])?;
    }
    sink.commit()
}

fn read(path: &Path, name: Option<&str>) -> Vec<u8> {
    let options = OpenOptions { name: name.map(str::to_string), ..OpenOptions::default() };
    let source = open(path.to_str().unwrap(), &options).unwrap();
    let mut out = vec![0; 192];
    source.read(&[0, 0], SHAPE, &mut out, &AtomicBool::new(false)).unwrap();
    out
}

/// The entries of a directory, and of the stores in it.
fn entries(directory: &Path) -> usize {
    let count = |entry: io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        1 + if path.is_dir() { entries(&path) } else { 0 }
    };
    std::fs::read_dir(directory).unwrap().map(count).sum()
}

/// Runs the loop for one format, over an old target and over none.
fn check(file: &str, name: Option<&str>, create: Create) {
    for old in [true, false] {
        for forever in [false, true] {
            for bad in 1.. {
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join(file);
                if old {
                    write(create, working(), &path, 3).unwrap();
                }
                let before = entries(directory.path());
                let (files, state) = faulty(bad, forever);
                let result = write(create, files, &path, 5);
                let failed = state.failed.lock().unwrap().clone();
                if failed.is_empty() {
                    result.unwrap();
                    assert!(bad > 5, "the loop saw every operation");
                    break;
                }
                let which = format!("{file}: operation {bad}, {failed:?}");
                match (&result, old) {
                    (Ok(()), _) => assert_eq!(read(&path, name), content(5), "{which}"),
                    (Err(_), true) => assert_eq!(read(&path, name), content(3), "{which}"),
                    (Err(_), false) => assert!(!path.exists(), "{which}"),
                }
                if !failed.contains(&"remove") && (old || result.is_err()) {
                    assert_eq!(entries(directory.path()), before, "{which}");
                }
                write(create, working(), &path, 7).unwrap();
                assert_eq!(read(&path, name), content(7), "{which}");
                let after = entries(directory.path());
                if old {
                    assert_eq!(after, before, "{which}: left over after another writer");
                }
            }
        }
    }
}

#[test]
fn npy() {
    check("a.npy", None, crate::npy::create_with);
}

#[test]
fn zarr() {
    check("a.zarr", None, |files, path, dtype, shape| {
        let options =
            CreateOptions { chunks: Some([2, 3].into_iter().collect()), ..Default::default() };
        crate::zarr::create_with(files, path, dtype, shape, &options)
    });
}

#[test]
fn zarr_in_a_group() {
    check("a.zarr", Some("b/c"), |files, path, dtype, shape| {
        let chunks = Some([2, 3].into_iter().collect());
        let options = CreateOptions { chunks, name: Some("b/c".into()), ..Default::default() };
        crate::zarr::create_with(files, path, dtype, shape, &options)
    });
}

#[test]
fn npz() {
    check("a.npz", None, |files, path, dtype, shape| {
        crate::npz::create_with(files, path, dtype, shape, &CreateOptions::default())
    });
    check("a.npz", Some("x"), |files, path, dtype, shape| {
        let options = CreateOptions { name: Some("x".into()), ..Default::default() };
        crate::npz::create_with(files, path, dtype, shape, &options)
    });
    check("a.npz", Some("x"), |files, path, dtype, shape| {
        let compression = Some(crate::Compression::Deflate(6));
        let options = CreateOptions { name: Some("x".into()), compression, ..Default::default() };
        crate::npz::create_with(files, path, dtype, shape, &options)
    });
}

#[test]
fn netcdf() {
    check("a.nc", None, |files, path, dtype, shape| {
        crate::netcdf::create_with(files, path, dtype, shape, &CreateOptions::default())
    });
}

#[test]
fn text() {
    check("a.csv", None, |files, path, dtype, shape| {
        crate::text::create_with(files, path, dtype, shape, &CreateOptions::default())
    });
}

#[test]
fn tiff() {
    check("a.tif", None, |files, path, dtype, shape| {
        crate::image::create_with(files, path, dtype, shape)
    });
}
