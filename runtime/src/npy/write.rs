//! Saving: whole or not at all.
//!
//! The array is written beside the target under a temporary name, synced, renamed over the
//! target, and the directory is synced. The writer holds a lock on the temporary file, so that
//! one left behind by a process that was killed is told from one in use, and is removed by the
//! next save of the same target. A target that is a symbolic link is followed.

use super::{IoError, PIECE, failure, reason};
use crate::buffer::Buffer;
use arr_ir::dtype::DType;
use npyz::WriterBuilder;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What the names of temporary files end with.
const SUFFIX: &str = ".arr-tmp";

enum Failed {
    Stopped,
    Io(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        Failed::Io(error)
    }
}

/// Writes an array to a file, version 1.0, little-endian, C order. `stop` is looked at every few
/// megabytes; a stopped or failed save leaves the target as it was and no temporary file.
///
/// # Errors
/// The stop flag, or the first operation that failed.
pub fn save(path: &Path, array: &Buffer, stop: &AtomicBool) -> Result<(), IoError> {
    let fail = |e: &io::Error| failure("write", path, &reason(e));
    if path.is_dir() {
        return Err(failure("write", path, "it is a directory"));
    }
    let target = follow(path).map_err(|e| fail(&e))?;
    let Some(name) = target.file_name().map(|n| n.to_string_lossy().into_owned()) else {
        return Err(failure("write", path, "the path names no file"));
    };
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    // Devices and pipes cannot be replaced: they are written to.
    if let Ok(m) = fs::metadata(&target)
        && !m.is_file()
    {
        let written = OpenOptions::new().write(true).open(&target).map_err(Failed::Io);
        return finish(written.and_then(|f| content(&f, array, stop)), path);
    }
    remove_leftovers(&directory, &name);
    let (temporary, file) = create(&directory, &name).map_err(|e| fail(&e))?;
    let result = replace(&file, &temporary, &target, &directory, array, stop);
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    finish(result, path)
}

fn finish(result: Result<(), Failed>, path: &Path) -> Result<(), IoError> {
    result.map_err(|error| match error {
        Failed::Stopped => IoError::Interrupted,
        Failed::Io(e) => failure("write", path, &reason(&e)),
    })
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

fn replace(
    file: &File,
    temporary: &Path,
    target: &Path,
    directory: &Path,
    array: &Buffer,
    stop: &AtomicBool,
) -> Result<(), Failed> {
    content(file, array, stop)?;
    if let Ok(old) = fs::metadata(target) {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()?;
    fs::rename(temporary, target)?;
    // Some file systems cannot sync a directory; the data is complete all the same.
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    Ok(())
}

fn create(directory: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let short: String = name.chars().take(40).collect();
    for attempt in 0u32.. {
        let path = directory.join(format!(".{short}.{}-{attempt}{SUFFIX}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => {
                let _ = file.try_lock();
                return Ok((path, file));
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => continue,
            Err(e) => return Err(e),
        }
    }
    unreachable!("the loop returns")
}

/// Removes temporary files of this target whose writer is gone.
fn remove_leftovers(directory: &Path, name: &str) {
    let short: String = name.chars().take(40).collect();
    let prefix = format!(".{short}.");
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let Some(text) = file_name.to_str() else { continue };
        if text.starts_with(&prefix)
            && text.ends_with(SUFFIX)
            && File::open(entry.path()).is_ok_and(|f| f.try_lock().is_ok())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn content(file: &File, array: &Buffer, stop: &AtomicBool) -> Result<(), Failed> {
    let shape: Vec<u64> = array.shape().iter().map(|&n| n as u64).collect();
    let mut header = vec![];
    npyz::WriteOptions::new_header_only()
        .dtype(npyz::DType::new_scalar(descr(array.dtype()).parse().expect("a valid dtype")))
        .shape(&shape)
        .writer(&mut header)
        .write_header_only()?;
    let mut file: &File = file;
    file.write_all(&header)?;
    if let Some(bytes) = array.bytes() {
        for piece in bytes.chunks(PIECE) {
            proceed(stop)?;
            file.write_all(piece)?;
        }
        return Ok(());
    }
    let mut out = BufWriter::with_capacity(PIECE, file);
    let size = array.dtype().size();
    let mut result = Ok(());
    let mut written = 0usize;
    arr_ir::oracle::each_index(array.shape(), |index| {
        if result.is_ok() {
            written += size;
            if written % PIECE < size {
                result = proceed(stop);
            }
            let element = array.get(index).bits.to_le_bytes();
            result = std::mem::replace(&mut result, Ok(()))
                .and_then(|()| out.write_all(&element[..size]).map_err(Failed::Io));
        }
    });
    result?;
    Ok(out.flush()?)
}

fn proceed(stop: &AtomicBool) -> Result<(), Failed> {
    match stop.load(Ordering::Relaxed) {
        true => Err(Failed::Stopped),
        false => Ok(()),
    }
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
