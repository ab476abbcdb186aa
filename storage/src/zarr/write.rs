//! Writing arrays as Zarr 3.
//!
//! The array is built in a temporary directory beside its place: the chunks first, each in a file
//! of its own, synced; the metadata last. Then the directory takes the place of the old one at
//! once, where the system can exchange two names, and else by two renames. A named array goes into
//! the store that is there, with the groups that are missing on the way to it.

use super::metadata::version_3;
use super::*;
use crate::files::{Disk, Files};
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
    create_with(Arc::new(Disk), path, dtype, shape, options)
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
    let (top, rest) = situated(path, options.name.as_deref()).map_err(fail)?;
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
fn described(dtype: DType, shape: &[usize], options: &CreateOptions) -> Result<Json, String> {
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
fn situated(path: &Path, name: Option<&str>) -> Result<(PathBuf, PathBuf), String> {
    let Some(name) = name else {
        let foreign = path.is_dir()
            && node(path).is_ok_and(|n| n.is_none())
            && fs::read_dir(path).is_ok_and(|mut d| d.next().is_some());
        return match (foreign, fs::metadata(path).is_ok_and(|m| !m.is_dir())) {
            (true, _) => Err("it is a directory that holds no Zarr store".into()),
            (_, true) => Err("it is a file".into()),
            _ => Ok((path.into(), PathBuf::new())),
        };
    };
    let way = inside(name)?;
    if way.as_os_str().is_empty() {
        return Err("the name of the array is empty".into());
    }
    let mut top = path.to_owned();
    let mut parts = way.components();
    loop {
        if fs::symlink_metadata(&top).is_err() {
            return Ok((top, parts.as_path().into()));
        }
        let found = node(&top)?;
        let last = parts.as_path().as_os_str().is_empty();
        match (found, last) {
            (Some(Node::Array(..)), true) => return Ok((top, PathBuf::new())),
            (Some(Node::Group(_)), false) if top.join("zarr.json").exists() => {}
            (Some(Node::Group(_)), false) => {
                return Err("arrays are not added to stores of version 2".into());
            }
            (Some(Node::Group(_)), true) => return Err(format!("`{name}` is a group")),
            (Some(Node::Array(..)), false) => {
                return Err("an array is in the way, where a group must be".into());
            }
            (None, _) => return Err("it is a directory that holds no Zarr store".into()),
        }
        top.push(parts.next().expect("not the last"));
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
        let size = self.meta.dtype().size();
        let origin: Shape = index.iter().zip(&self.meta.chunks).map(|(i, c)| i * c).collect();
        let mut chunk = vec![0; count(&self.meta.chunks) * size];
        let to = Around { origin: &origin, shape: &self.meta.chunks };
        boxes::copy(from, data, &to, &mut chunk, size);
        if chunk.iter().all(|b| *b == 0) {
            return Ok(());
        }
        let encoded = self.meta.chain.encode(chunk)?;
        self.file(&self.array.join(self.meta.key(index)), &encoded)
    }

    fn finish(&mut self) -> io::Result<()> {
        let text = |json: &Json| serde_json::to_vec_pretty(json).expect("JSON");
        let mut group = self.array.clone();
        while group != self.temporary {
            group.pop();
            let empty = json!({"zarr_format": 3, "node_type": "group", "attributes": {}});
            self.file(&group.join("zarr.json"), &text(&empty))?;
        }
        self.file(&self.array.join("zarr.json"), &text(&self.metadata))?;
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
        let whole = (0..shape.len()).all(|a| {
            let (chunk, end) = (self.meta.chunks[a], start[a] + shape[a]);
            start[a].is_multiple_of(chunk)
                && (end.is_multiple_of(chunk) || end == self.meta.shape[a])
        });
        if !whole {
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
