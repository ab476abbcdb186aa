//! Zarr stores in directories, versions 2 and 3.
//!
//! Before: a directory, and perhaps the name of an array in it. After [`open`]: the metadata is
//! read and checked, no chunk was. A chunk that the store does not have is its fill value; a chunk
//! that cannot be read or decoded is an error that names its key.
//!
//! That the store is still the one that was opened is seen by its metadata, after every read: a
//! store replaced as a whole, as arr does it, is noticed; a chunk written over by others is not.

mod blosc;
pub(crate) mod codec;
mod info;
pub(crate) mod metadata;
#[cfg(test)]
mod tests;
mod write;

pub use info::info;
pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;

use crate::attributes::Attributes;
use crate::boxes::{self, Around, Runs};
use crate::error::{StorageError, failure, reason};
use crate::file::{Identity, Stopped, proceed, read_at};
use crate::{Source, npy};
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use codec::{Chain, Inner, Shard, room};
use metadata::Meta;
use serde_json::{Map, Value as Json};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// The largest metadata document that is read.
const MAX_METADATA: u64 = 16 << 20;

/// An array of a Zarr store.
pub struct ZarrArray {
    root: PathBuf,
    directory: PathBuf,
    document: PathBuf,
    identity: Identity,
    root_identity: Identity,
    meta: Meta,
}

/// What a directory of a store is.
enum Node {
    Array(Box<Meta>, PathBuf),
    Group(Attributes),
}

/// Opens an array of a store: the one that the path itself is, or a named one.
///
/// # Errors
/// There is no such array, or it is of a kind that is not supported.
pub fn open(path: &Path, name: Option<&str>) -> Result<ZarrArray, StorageError> {
    let fail = |why: &str| failure("read", path, why);
    let root = fs::metadata(path).map_err(|e| fail(&reason(&e)))?;
    if !root.is_dir() {
        return Err(fail("it is not a directory, as a Zarr store is"));
    }
    let directory = path.join(inside(name.unwrap_or("")).map_err(|why| fail(&why))?);
    match node(&directory).map_err(|why| fail(&why))? {
        Some(Node::Array(meta, document)) => {
            let identity = fs::metadata(&document).map_err(|e| fail(&reason(&e)))?;
            Ok(ZarrArray {
                root: path.into(),
                directory,
                document,
                identity: Identity::of(&identity),
                root_identity: Identity::of(&root),
                meta: *meta,
            })
        }
        Some(Node::Group(_)) => {
            let (mut arrays, _) = info::below(&directory);
            arrays.truncate(8);
            let names = arrays.join("`, `");
            Err(fail(&match (name, names.is_empty()) {
                (_, true) => "it is a group without arrays".into(),
                (None, _) => format!("it is a group: name one of its arrays, as `{names}`"),
                (Some(n), _) => format!("`{n}` is a group: name one of its arrays, as `{names}`"),
            }))
        }
        None => Err(fail(&match name {
            Some(name) => format!("it has no array `{name}`"),
            None => "it holds no Zarr metadata (zarr.json or .zarray)".into(),
        })),
    }
}

/// The relative path of a name in a store, which cannot lead out of it.
fn inside(name: &str) -> Result<PathBuf, String> {
    let name = name.trim_matches('/');
    let path = PathBuf::from(name);
    let plain = |c: Component| matches!(c, Component::Normal(part) if !part.as_encoded_bytes().starts_with(b"__"));
    match path.components().all(plain) {
        true => Ok(path),
        false => Err(format!("`{name}` is no name of an array")),
    }
}

/// Reads the metadata document of that name, if there is one.
fn document(path: &Path) -> Result<Option<Map<String, Json>>, String> {
    let named = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fail = |e: io::Error| format!("{}: {}", named(), reason(&e));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fail(e)),
    };
    let mut bytes = vec![];
    file.take(MAX_METADATA + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_METADATA {
        return Err(format!("{}: it is too long", named()));
    }
    match serde_json::from_slice(&bytes) {
        Ok(Json::Object(map)) => Ok(Some(map)),
        Ok(_) => Err(format!("{}: it is no JSON object", named())),
        Err(e) => Err(format!("{}: it is no JSON ({e})", named())),
    }
}

/// The array or group of a directory.
fn node(directory: &Path) -> Result<Option<Node>, String> {
    let path = directory.join("zarr.json");
    if let Some(map) = document(&path)? {
        if map.get("zarr_format").and_then(Json::as_u64) != Some(3) {
            return Err("`zarr_format` in its metadata is malformed".into());
        }
        return match map.get("node_type").and_then(Json::as_str) {
            Some("array") => Ok(Some(Node::Array(Box::new(metadata::version_3(&map)?), path))),
            Some("group") => {
                let attributes = map.get("attributes").and_then(Json::as_object);
                Ok(Some(Node::Group(attributes.map(metadata::attributes).unwrap_or_default())))
            }
            _ => Err("`node_type` in its metadata is malformed".into()),
        };
    }
    let path = directory.join(".zarray");
    let array = document(&path)?;
    let group = document(&directory.join(".zgroup"))?;
    if array.is_none() && group.is_none() {
        return Ok(None);
    }
    let attributes = document(&directory.join(".zattrs"))?;
    match array {
        Some(map) => {
            let meta = metadata::version_2(&map, attributes.as_ref())?;
            Ok(Some(Node::Array(Box::new(meta), path)))
        }
        None => {
            Ok(Some(Node::Group(attributes.as_ref().map(metadata::attributes).unwrap_or_default())))
        }
    }
}

/// A box that is being read.
struct Request<'a> {
    around: Around<'a>,
    out: &'a mut [u8],
    stop: &'a AtomicBool,
}

impl ZarrArray {
    /// Reads the part of a chunk's file that is asked for.
    fn chunk(&self, index: &[usize], request: &mut Request) -> Result<(), Stopped> {
        proceed(request.stop)?;
        let key = self.meta.key(index);
        let origin: Shape = index.iter().zip(&self.meta.chunks).map(|(i, c)| i * c).collect();
        let around = Around { origin: &origin, shape: &self.meta.chunks };
        let file = match File::open(self.directory.join(&key)) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                boxes::fill(&around, &request.around, request.out, &self.meta.fill);
                return Ok(());
            }
            Err(e) => return Err(Stopped::Bad(format!("its chunk `{key}`: {}", reason(&e)))),
        };
        let damaged = |e| match e {
            Stopped::Flag => Stopped::Flag,
            Stopped::Io(e) => Stopped::Bad(format!("its chunk `{key}`: {}", reason(&e))),
            Stopped::Bad(why) => Stopped::Bad(format!("its chunk `{key}` is damaged: {why}")),
        };
        let read = match &self.meta.chain.inner {
            Inner::Bytes(_) if self.meta.chain.is_plain() => plain(&file, &around, request),
            Inner::Bytes(_) => {
                let size = file.metadata()?.len();
                stored(&file, 0, size, &self.meta.chain, &around, request)
            }
            Inner::Shard(shard) => self.shard(&file, shard, &around, request),
        };
        read.map_err(damaged)
    }

    /// Reads the part of a shard that is asked for.
    fn shard(
        &self,
        file: &File,
        shard: &Shard,
        around: &Around,
        request: &mut Request,
    ) -> Result<(), Stopped> {
        let bytes = file.metadata()?.len();
        let per: Shape = around.shape.iter().zip(&shard.chunks).map(|(s, c)| s / c).collect();
        let index = shard_index(file, bytes, shard, count(&per), request.stop)?;
        // The box in coordinates of the shard.
        let mut start = Shape::new();
        let mut size = Shape::new();
        for axis in 0..per.len() {
            let low = request.around.origin[axis].max(around.origin[axis]);
            let end = request.around.origin[axis] + request.around.shape[axis];
            start.push(low - around.origin[axis]);
            size.push(end.min(around.origin[axis] + around.shape[axis]) - low);
        }
        boxes::chunks(&start, &size, &shard.chunks, |inner| {
            proceed(request.stop)?;
            let place = inner.iter().zip(&per).fold(0, |at, (i, n)| at * n + i);
            let origin: Shape =
                (0..per.len()).map(|a| around.origin[a] + inner[a] * shard.chunks[a]).collect();
            let part = Around { origin: &origin, shape: &shard.chunks };
            let (offset, length) = index[place];
            if (offset, length) == (u64::MAX, u64::MAX) {
                boxes::fill(&part, &request.around, request.out, &self.meta.fill);
                return Ok(());
            }
            match offset.checked_add(length).is_some_and(|end| end <= bytes) {
                true => stored(file, offset, length, &shard.chain, &part, request),
                false => Err(Stopped::Bad("its index leads out of it".into())),
            }
        })
    }
}

/// Places and lengths of the chunks of a shard.
fn shard_index(
    file: &File,
    bytes: u64,
    shard: &Shard,
    chunks: usize,
    stop: &AtomicBool,
) -> Result<Vec<(u64, u64)>, Stopped> {
    let size = 16 * chunks + if shard.index_checksum { 4 } else { 0 };
    let at = match shard.index_at_start {
        true => Some(0).filter(|_| size as u64 <= bytes),
        false => bytes.checked_sub(size as u64),
    };
    let at = at.ok_or_else(|| Stopped::Bad("it ends too early".into()))?;
    let mut raw = vec![0; size];
    read_at(file, &mut raw, at, stop)?;
    let entries = &raw[..16 * chunks];
    if shard.index_checksum && codec::crc32c(entries).to_le_bytes() != raw[16 * chunks..] {
        return Err(Stopped::Bad("the checksum of its index is wrong".into()));
    }
    let number = |b: &[u8]| {
        let b = b.try_into().expect("eight bytes");
        if shard.index_big_endian { u64::from_be_bytes(b) } else { u64::from_le_bytes(b) }
    };
    Ok(entries.chunks_exact(16).map(|e| (number(&e[..8]), number(&e[8..]))).collect())
}

/// Reads the common box of a chunk that is stored as in memory.
fn plain(file: &File, around: &Around, request: &mut Request) -> Result<(), Stopped> {
    let to = &request.around;
    let size = request.out.len() / count(to.shape);
    let bytes = file.metadata()?.len();
    let expected = count(around.shape) as u64 * size as u64;
    if bytes != expected {
        return Err(Stopped::Bad(format!("{bytes} bytes instead of {expected}")));
    }
    let Some((start, shape)) = boxes::common(around, to) else { return Ok(()) };
    let within: Shape = start.iter().zip(around.origin).map(|(s, o)| s - o).collect();
    let runs = Runs::new(around.shape, &within, &shape, size);
    if shape[..] == *to.shape {
        return npy::read::runs_at(file, 0, &runs, request.out, request.stop);
    }
    let mut piece = room(count(&shape) * size)?;
    piece.resize(count(&shape) * size, 0);
    npy::read::runs_at(file, 0, &runs, &mut piece, request.stop)?;
    boxes::copy(&Around { origin: &start, shape: &shape }, &piece, to, request.out, size);
    Ok(())
}

/// Reads and decodes a chunk, and copies the common box.
fn stored(
    file: &File,
    offset: u64,
    length: u64,
    chain: &Chain,
    around: &Around,
    request: &mut Request,
) -> Result<(), Stopped> {
    let to = &request.around;
    let element = chain.element();
    let elements = count(around.shape);
    if length > chain.encoded_bound(elements * element.stored_size()) as u64 {
        return Err(Stopped::Bad("it is longer than a chunk".into()));
    }
    let mut data = room(length as usize)?;
    data.resize(length as usize, 0);
    read_at(file, &mut data, offset, request.stop)?;
    if around.origin == to.origin && around.shape == to.shape {
        return Ok(chain.decode(data, around.shape, request.out)?);
    }
    let size = element.dtype.size();
    let mut piece = room(elements * size)?;
    piece.resize(elements * size, 0);
    chain.decode(data, around.shape, &mut piece)?;
    boxes::copy(around, &piece, to, request.out, size);
    Ok(())
}

impl Source for ZarrArray {
    fn dtype(&self) -> DType {
        self.meta.dtype()
    }

    fn shape(&self) -> &[usize] {
        &self.meta.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        Some(self.meta.units())
    }

    fn attributes(&self) -> &Attributes {
        &self.meta.attributes
    }

    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        assert_eq!(out.len(), count(shape) * self.dtype().size(), "the size of the box");
        let mut request = Request { around: Around { origin: start, shape }, out, stop };
        let read =
            boxes::chunks(start, shape, &self.meta.chunks, |index| self.chunk(index, &mut request));
        read.map_err(|e| e.at(&self.root))?;
        match fs::metadata(&self.document).is_ok_and(|m| Identity::of(&m) == self.identity) {
            true => Ok(()),
            false => Err(failure("read", &self.root, "the store was changed after it was opened")),
        }
    }

    fn scratch(&self, _shape: &[usize]) -> usize {
        let element = self.meta.chain.element();
        let unit = count(self.meta.units());
        let index = match &self.meta.chain.inner {
            Inner::Shard(shard) => 32 * (count(&self.meta.chunks) / count(&shard.chunks)),
            Inner::Bytes(_) => 0,
        };
        let chain = match &self.meta.chain.inner {
            Inner::Shard(shard) => &shard.chain,
            Inner::Bytes(_) => &self.meta.chain,
        };
        // The encoded chunk, what two codecs hold at once, and the decoded chunk.
        let encoded = chain.encoded_bound(unit * element.stored_size());
        3 * encoded + unit * element.dtype.size() + index
    }

    fn path(&self) -> &Path {
        &self.root
    }

    fn is_at(&self, path: &Path) -> bool {
        self.root_identity.is_at(path) || self.identity.is_at(path)
    }
}
