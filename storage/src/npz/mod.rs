//! NumPy's `.npz` archives: several `.npy` files in a zip archive, stored or deflated.
//!
//! Before: a path, and the name of an array unless there is only one. After [`open`]: directory
//! and header were checked. With the first read the member is gone through once, its checksum is
//! compared, and a deflated one is unpacked into a temporary file without a name; then boxes are
//! read as those of `.npy` files.

mod write;
pub(crate) mod zip;

pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;

use crate::Source;
use crate::attributes::Attributes;
use crate::error::{StorageError, failure};
use crate::file::{Held, PIECE, Reach, Stopped, proceed};
use crate::info::{ArrayInfo, Info};
use crate::npy::header::{self, Header, MAX_HEADER};
use crate::npy::read;
use arr_ir::dtype::DType;
use arr_ir::shape::count;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use zip::Member;

/// An array of an archive.
pub struct NpzArray {
    held: Held,
    member: Member,
    header: Header,
    attributes: Attributes,
    /// Once it was gone through: where its bytes are.
    ready: Mutex<Option<Bytes>>,
}

/// A file with the bytes of a member, and where they begin.
#[derive(Clone)]
enum Bytes {
    Archive,
    Unpacked(Arc<File>),
}

/// A part of a file as a stream.
struct Part<'a> {
    file: &'a File,
    at: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = self.left.min(out.len() as u64) as usize;
        let n = self.file.read_at(&mut out[..most], self.at)?;
        self.at += n as u64;
        self.left -= n as u64;
        Ok(n)
    }
}

/// The unpacked bytes of a member.
fn stream<'a>(file: &'a File, member: &Member) -> Box<dyn Read + 'a> {
    let part = Part { file, at: member.at, left: member.stored };
    match member.deflated {
        true => Box::new(DeflateDecoder::new(io::BufReader::with_capacity(64 << 10, part))),
        false => Box::new(part),
    }
}

/// The name of the array that a member is, without NumPy's ending.
fn array_name(member: &Member) -> Option<&str> {
    member.name.strip_suffix(".npy")
}

/// The header of a member.
fn header_of(file: &File, member: &Member) -> Result<Header, String> {
    if let Some(problem) = member.problem {
        return Err(problem.into());
    }
    let mut start = vec![];
    let most = MAX_HEADER as u64 + 16;
    let read = stream(file, member).take(most).read_to_end(&mut start);
    read.map_err(|_| "it does not decompress".to_string())?;
    header::from(member.bytes, |out, at| {
        let from = start.get(at as usize..at as usize + out.len());
        out.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    })
}

/// Opens an array of an archive.
///
/// # Errors
/// It is no archive, has no such array, or several and no name was given.
pub fn open(path: &Path, name: Option<&str>) -> Result<NpzArray, StorageError> {
    let (held, file, bytes) = Held::open(path)?;
    let members = zip::members(&file, bytes).map_err(|e| e.at(path))?;
    let arrays: Vec<&Member> = members.iter().filter(|m| array_name(m).is_some()).collect();
    let known = || {
        let names: Vec<&str> = arrays.iter().filter_map(|m| array_name(m)).take(8).collect();
        names.join("`, `")
    };
    let found = match name {
        Some(name) => members.iter().find(|m| m.name == name || array_name(m) == Some(name)),
        None if arrays.len() == 1 => Some(arrays[0]),
        None => None,
    };
    let member = found.ok_or_else(|| {
        failure(
            "read",
            path,
            &match name {
                _ if arrays.is_empty() => "it holds no arrays".into(),
                Some(name) => format!("it has no array `{name}`, but `{}`", known()),
                None => format!("it holds several arrays: name one, as `{}`", known()),
            },
        )
    })?;
    let fail = |why: String| failure("read", path, &format!("its member `{}`: {why}", member.name));
    let header = header_of(&file, member).map_err(fail)?;
    Ok(NpzArray {
        member: member.clone(),
        header,
        held,
        attributes: Attributes::default(),
        ready: Mutex::new(None),
    })
}

/// Lists the arrays of an archive.
///
/// # Errors
/// It is no archive.
pub fn info(path: &Path) -> Result<Info, StorageError> {
    let (_, file, bytes) = Held::open(path)?;
    let members = zip::members(&file, bytes).map_err(|e| e.at(path))?;
    let described = |member: &Member| {
        let name = array_name(member)?.to_string();
        let codecs = if member.deflated { vec!["deflate".into()] } else { vec![] };
        Some(match header_of(&file, member) {
            Ok(header) => ArrayInfo {
                name,
                dtype: Some(header.element.dtype),
                note: if header.element.half { "float16".into() } else { String::new() },
                shape: header.shape,
                codecs,
                ..ArrayInfo::default()
            },
            Err(note) => ArrayInfo { name, note, codecs, ..ArrayInfo::default() },
        })
    };
    let arrays = members.iter().filter_map(described).collect();
    Ok(Info { format: "NumPy archive".into(), arrays, groups: vec![] })
}

impl NpzArray {
    /// Goes through the member once.
    fn ready(&self, file: &File, stop: &AtomicBool) -> Result<Bytes, Stopped> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = &*ready {
            return Ok(bytes.clone());
        }
        let bad = |why: &str| Stopped::Bad(format!("its member `{}` {why}", self.member.name));
        let unpacked = if self.member.deflated { Some(tempfile::tempfile()?) } else { None };
        let mut from = stream(file, &self.member).take(self.member.bytes + 1);
        let mut sum = Crc::new();
        let mut piece = vec![0; (PIECE / 4).min(self.member.bytes as usize + 1)];
        loop {
            proceed(stop)?;
            let n = from.read(&mut piece).map_err(|_| bad("does not decompress"))?;
            if n == 0 {
                break;
            }
            sum.update(&piece[..n]);
            if let Some(mut to) = unpacked.as_ref() {
                to.write_all(&piece[..n])?;
            }
        }
        let whole = from.limit() == 1;
        if !whole || sum.sum() != self.member.checksum {
            return Err(bad("is damaged: its checksum is wrong"));
        }
        let bytes = unpacked.map_or(Bytes::Archive, |f| Bytes::Unpacked(Arc::new(f)));
        Ok(ready.insert(bytes).clone())
    }
}

impl Source for NpzArray {
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
        assert_eq!(out.len(), count(shape) * self.dtype().size(), "the size of the box");
        self.held.reading(|archive| match self.ready(archive, stop)? {
            Bytes::Unpacked(file) => read::read(&*file, &self.header, start, shape, out, stop),
            Bytes::Archive => {
                let mut header = self.header.clone();
                header.start += self.member.at;
                read::read(archive, &header, start, shape, out, stop)
            }
        })
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        PIECE + read::scratch(&self.header, shape, Reach::FILE)
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
