//! Writing arrays as Zarr 3.
//!
//! The array is built in a temporary directory beside its place: the chunks first, each in a file
//! of its own, synced; the metadata last. Then the directory takes the place of the old one at
//! once, where the system can exchange two names, and else by two renames. A named array goes into
//! the store that is there, with the groups that are missing on the way to it.

use super::metadata::version_3;
use super::*;
use crate::files::Files;
use crate::target::Place;
use crate::{Compression, CreateOptions, Sink};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a chunk when nobody says.
const CHUNK: usize = 4 << 20;

/// A Zarr array being written.
pub struct ZarrSink {
    files: Arc<dyn Files>,
    place: Place,
    /// What is renamed to the place.
    temporary: PathBuf,
    /// The array's directory in it.
    array: PathBuf,
    /// Held while it is written, so that others do not take it for a leftover.
    _lock: Option<File>,
    metadata: Json,
    meta: Meta,
    made: Mutex<BTreeSet<PathBuf>>,
    committed: bool,
}

/// Begins an array.
///
/// # Errors
/// Nothing can be written there, or what is there is no Zarr store.
pub fn create(
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    create_with(options.unfinished.files(), path, dtype, shape, options)
}

pub(crate) fn create_with(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    let fail = |why: String| failure("write", path, &why);
    let metadata = described(dtype, shape, options).map_err(fail)?;
    let meta = version_3(metadata.as_object().expect("an object")).map_err(fail)?;
    let situated = situated(path, options.name.as_deref());
    let (top, rest) = situated.map_err(|e| e.failing("write", path))?;
    let place = Place::of(&top)?;
    let place = Place { path: path.into(), ..place };
    for left in place.temporaries() {
        if left.is_dir() && File::open(&left).is_ok_and(|f| f.try_lock().is_ok()) {
            let _ = files.remove_dir_all(&left);
        }
    }
    let made = place.temporary(|name| files.create_dir(name));
    let (temporary, ()) = made.map_err(|e| place.fail(&e))?;
    let lock = File::open(&temporary).ok().filter(|f| f.try_lock().is_ok());
    let sink = ZarrSink {
        array: temporary.join(&rest),
        made: Mutex::new(BTreeSet::from([temporary.clone()])),
        files,
        place,
        temporary,
        _lock: lock,
        metadata,
        meta,
        committed: false,
    };
    sink.directory(&sink.array).map_err(|e| sink.place.fail(&e))?;
    Ok(Box::new(sink))
}

/// The metadata document of a new array.
pub(crate) fn described(
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Json, String> {
    let chunks = match &options.chunks {
        Some(chunks) if chunks.len() != shape.len() || chunks.contains(&0) => {
            return Err("the chunk shape does not fit the array".into());
        }
        Some(chunks) => chunks.clone(),
        None => usual_chunks(shape, dtype.size()),
    };
    let bytes = match dtype.size() {
        1 => json!({"name": "bytes"}),
        _ => json!({"name": "bytes", "configuration": {"endian": "little"}}),
    };
    let mut codecs = vec![bytes];
    match options.compression {
        Some(Compression::Zstd(level)) => codecs.push(json!({
            "name": "zstd", "configuration": {"level": level.min(22), "checksum": true}})),
        Some(Compression::Deflate(level)) => {
            codecs.push(json!({"name": "gzip", "configuration": {"level": level.min(9)}}))
        }
        None => {}
    }
    let fill = match dtype {
        DType::Bool => json!(false),
        DType::C64 | DType::C128 => json!([0.0, 0.0]),
        d if d.is_inexact() => json!(0.0),
        _ => json!(0),
    };
    Ok(json!({
        "zarr_format": 3,
        "node_type": "array",
        "shape": shape,
        "data_type": dtype.name(),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": &chunks[..]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fill,
        "codecs": codecs,
        "attributes": {},
    }))
}

/// The array halved along its longest axis until it is small enough.
fn usual_chunks(shape: &[usize], size: usize) -> Shape {
    let mut chunks: Shape = shape.iter().map(|&n| n.max(1)).collect();
    while chunks.iter().fold(size, |n, &c| n.saturating_mul(c)) > CHUNK {
        let longest = chunks.iter_mut().max_by_key(|c| **c).expect("more than one element");
        *longest = longest.div_ceil(2);
    }
    chunks
}

/// What is going to be replaced: the first path on the way to the array that is not there, or the
/// array; and the way on from there.
fn situated(path: &Path, name: Option<&str>) -> Result<(PathBuf, PathBuf), Stopped> {
    let Some(name) = name else {
        if fs::metadata(path).is_ok_and(|m| !m.is_dir()) {
            return Err(Stopped::Bad("it is a file".into()));
        }
        let found = Directory::open(path).and_then(|tree| node(&tree, ""));
        let foreign = found.is_ok_and(|n| n.is_none())
            && fs::read_dir(path).is_ok_and(|mut d| d.next().is_some());
        return match foreign {
            true => Err(Stopped::Bad(FOREIGN.into())),
            false => Ok((path.into(), PathBuf::new())),
        };
    };
    let way = inside(name)?;
    if way.is_empty() {
        return Err(Stopped::Bad("the name of the array is empty".into()));
    }
    if fs::symlink_metadata(path).is_err() {
        return Ok((path.into(), way.into()));
    }
    let tree = Directory::open(path)?;
    let mut top = String::new();
    let mut parts = Path::new(&way).components();
    loop {
        if fs::symlink_metadata(path.join(&top)).is_err() {
            return Ok((path.join(&top), parts.as_path().into()));
        }
        let last = parts.as_path().as_os_str().is_empty();
        let found = node(&tree, &top)?;
        let is_there = found.is_some();
        fits(found, last, name)?;
        match (is_there, last) {
            (false, _) => return Err(Stopped::Bad(FOREIGN.into())),
            (true, true) => return Ok((path.join(&top), PathBuf::new())),
            (true, false) => {
                let part = parts.next().expect("not the last").as_os_str();
                top = join(&top, part.to_str().expect("a part of a string"));
            }
        }
    }
}

/// Why nothing is written over a place with other content.
pub(crate) const FOREIGN: &str = "it is a directory that holds no Zarr store";

/// Whether what is there may stay on the way to an array, or, at the end of it, be replaced.
pub(crate) fn fits(found: Option<Node>, last: bool, name: &str) -> Result<(), String> {
    match (found, last) {
        (None, _) | (Some(Node::Array { .. }), true) => Ok(()),
        (Some(Node::Group { version: 3, .. }), false) => Ok(()),
        (Some(Node::Group { .. }), false) => {
            Err("arrays are not added to stores of version 2".into())
        }
        (Some(Node::Group { .. }), true) => Err(format!("`{name}` is a group")),
        (Some(Node::Array { .. }), false) => {
            Err("an array is in the way, where a group must be".into())
        }
    }
}

/// A metadata document as it is stored.
pub(crate) fn document_text(json: &Json) -> Vec<u8> {
    serde_json::to_vec_pretty(json).expect("JSON")
}

/// The metadata document of a new group.
pub(crate) fn group_document() -> Vec<u8> {
    document_text(&json!({"zarr_format": 3, "node_type": "group", "attributes": {}}))
}

/// Whether a box is whole chunks, clipped at the end of the array.
pub(crate) fn is_whole(meta: &Meta, start: &[usize], shape: &[usize]) -> bool {
    (0..shape.len()).all(|a| {
        let (chunk, end) = (meta.chunks[a], start[a] + shape[a]);
        start[a].is_multiple_of(chunk) && (end.is_multiple_of(chunk) || end == meta.shape[a])
    })
}

/// A chunk of a box as it is stored; none if it is all zeros, as missing chunks are.
pub(crate) fn encoded(
    meta: &Meta,
    index: &[usize],
    from: &Around,
    data: &[u8],
) -> io::Result<Option<Vec<u8>>> {
    let size = meta.dtype().size();
    let origin: Shape = index.iter().zip(&meta.chunks).map(|(i, c)| i * c).collect();
    let mut chunk = vec![0; count(&meta.chunks) * size];
    let to = Around { origin: &origin, shape: &meta.chunks };
    boxes::copy(from, data, &to, &mut chunk, size);
    match chunk.iter().all(|b| *b == 0) {
        true => Ok(None),
        false => meta.chain.encode(chunk).map(Some),
    }
}

impl ZarrSink {
    /// Creates a directory inside the temporary one, if it is not there yet.
    fn directory(&self, path: &Path) -> io::Result<()> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing = vec![];
        let mut at = path;
        while !made.contains(at) {
            missing.push(at.to_owned());
            at = at.parent().expect("inside the temporary directory");
        }
        for path in missing.into_iter().rev() {
            self.files.create_dir(&path)?;
            made.insert(path);
        }
        Ok(())
    }

    fn file(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.directory(path.parent().expect("a file in a directory"))?;
        let output = self.files.create(path)?;
        output.write_at(bytes, 0)?;
        output.sync()
    }

    fn one(&self, index: &[usize], from: &Around, data: &[u8]) -> io::Result<()> {
        match encoded(&self.meta, index, from, data)? {
            Some(encoded) => self.file(&self.array.join(self.meta.key(index)), &encoded),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        let mut group = self.array.clone();
        while group != self.temporary {
            group.pop();
            self.file(&group.join("zarr.json"), &group_document())?;
        }
        self.file(&self.array.join("zarr.json"), &document_text(&self.metadata))?;
        for directory in self.made.get_mut().unwrap_or_else(PoisonError::into_inner).iter().rev() {
            let _ = self.files.sync_dir(directory);
        }
        let target = &self.place.target;
        if fs::symlink_metadata(target).is_err() {
            self.files.rename(&self.temporary, target)?;
            self.committed = true;
        } else {
            self.replace()?;
        }
        let _ = self.files.sync_dir(&self.place.directory);
        Ok(())
    }

    /// Puts the temporary directory in the place of the old one, and removes that.
    fn replace(&mut self) -> io::Result<()> {
        let target = &self.place.target;
        if self.files.exchange(&self.temporary, target).is_ok() {
            self.committed = true;
            let _ = self.files.remove_dir_all(&self.temporary);
            return Ok(());
        }
        let aside = |name: &Path| match fs::symlink_metadata(name) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.files.rename(target, name),
        };
        let (old, ()) = self.place.temporary(aside)?;
        if let Err(error) = self.files.rename(&self.temporary, target) {
            let _ = fs::rename(&old, target);
            return Err(error);
        }
        self.committed = true;
        let _ = self.files.remove_dir_all(&old);
        Ok(())
    }
}

impl Sink for ZarrSink {
    fn chunks(&self) -> Option<&[usize]> {
        Some(&self.meta.chunks)
    }

    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        assert_eq!(data.len(), count(shape) * self.meta.dtype().size(), "the size of the box");
        if !is_whole(&self.meta, start, shape) {
            return Err(failure("write", &self.place.path, "a box is not whole chunks"));
        }
        let from = Around { origin: start, shape };
        let written = boxes::chunks(start, shape, &self.meta.chunks, |i| self.one(i, &from, data));
        written.map_err(|e| self.place.fail(&e))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        self.finish().map_err(|e| self.place.fail(&e))
    }
}

impl Drop for ZarrSink {
    fn drop(&mut self) {
        if !self.committed {
            let _ = self.files.remove_dir_all(&self.temporary);
        }
    }
}
