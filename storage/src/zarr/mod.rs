//! Zarr stores, versions 2 and 3: directories, or names below a prefix of an object store.
//!
//! Before: a store, and perhaps the name of an array in it. After [`open`]: the metadata is
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
pub(crate) mod tree;
pub(crate) mod write;

pub use info::info;
#[cfg(feature = "remote")]
pub(crate) use info::info_in;
pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;

use crate::attributes::Attributes;
use crate::boxes::{self, Around, Runs};
use crate::error::{StorageError, failure};
use crate::file::{ReadAt, Stopped, proceed};
use crate::{Source, npy};
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use codec::{Chain, Inner, Shard, room};
use metadata::Meta;
use serde_json::{Map, Value as Json};
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::AtomicBool;
use tree::{Directory, Mark, Tree};

/// The largest metadata document that is read.
pub(crate) const MAX_METADATA: u64 = 16 << 20;

/// An array of a Zarr store.
pub struct ZarrArray {
    path: PathBuf,
    tree: Box<dyn Tree>,
    /// The key that the array's own keys follow.
    at: String,
    document: String,
    mark: Mark,
    meta: Meta,
}

/// What a key of a store stands for.
pub(crate) enum Node {
    Array { meta: Box<Meta>, document: String, mark: Mark },
    Group { attributes: Attributes, version: u8 },
}

/// Opens an array of a store: the one that the path itself is, or a named one.
///
/// # Errors
/// There is no such array, or it is of a kind that is not supported.
pub fn open(path: &Path, name: Option<&str>) -> Result<ZarrArray, StorageError> {
    let tree = Directory::open(path).map_err(|e| e.at(path))?;
    open_in(Box::new(tree), path, name)
}

/// Opens an array of a store, wherever that lies.
pub(crate) fn open_in(
    tree: Box<dyn Tree>,
    path: &Path,
    name: Option<&str>,
) -> Result<ZarrArray, StorageError> {
    let fail = |why: &str| failure("read", path, why);
    let at = inside(name.unwrap_or("")).map_err(|why| fail(&why))?;
    match node(&*tree, &at).map_err(|e| e.at(path))? {
        Some(Node::Array { meta, document, mark }) => {
            Ok(ZarrArray { path: path.into(), tree, at, document, mark, meta: *meta })
        }
        Some(Node::Group { .. }) => {
            let mut arrays = info::arrays_below(&*tree, &at).map_err(|e| e.at(path))?;
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

/// The key of a name in a store, which cannot lead out of it.
pub(crate) fn inside(name: &str) -> Result<String, String> {
    let name = name.trim_matches('/');
    let mut key = String::new();
    for component in Path::new(name).components() {
        match component {
            Component::Normal(part) if !part.as_encoded_bytes().starts_with(b"__") => {
                key = join(&key, &part.to_string_lossy());
            }
            _ => return Err(format!("`{name}` is no name of an array")),
        }
    }
    Ok(key)
}

/// A key below another.
pub(crate) fn join(at: &str, key: &str) -> String {
    if at.is_empty() { key.into() } else { format!("{at}/{key}") }
}

/// A metadata document, and what tells whether it is still the same.
type Document = (Map<String, Json>, Mark);

/// Reads a metadata document, if there is one.
fn document(tree: &dyn Tree, key: &str) -> Result<Option<Document>, Stopped> {
    let named = key.rsplit('/').next().unwrap_or(key);
    let read = tree.document(key, MAX_METADATA + 1).map_err(|e| e.of(named))?;
    let Some((bytes, mark)) = read else { return Ok(None) };
    if bytes.len() as u64 > MAX_METADATA {
        return Err(Stopped::Bad(format!("{named}: it is too long")));
    }
    match serde_json::from_slice(&bytes) {
        Ok(Json::Object(map)) => Ok(Some((map, mark))),
        Ok(_) => Err(Stopped::Bad(format!("{named}: it is no JSON object"))),
        Err(e) => Err(Stopped::Bad(format!("{named}: it is no JSON ({e})"))),
    }
}

/// The array or group at a key.
pub(crate) fn node(tree: &dyn Tree, at: &str) -> Result<Option<Node>, Stopped> {
    let key = join(at, "zarr.json");
    if let Some((map, mark)) = document(tree, &key)? {
        return Ok(Some(node_3(&map, key, mark)?));
    }
    let key = join(at, ".zarray");
    let array = document(tree, &key)?;
    if array.is_none() && document(tree, &join(at, ".zgroup"))?.is_none() {
        return Ok(None);
    }
    let attributes = document(tree, &join(at, ".zattrs"))?.map(|(map, _)| map);
    Ok(Some(match array {
        Some((map, mark)) => {
            let meta = Box::new(metadata::version_2(&map, attributes.as_ref())?);
            Node::Array { meta, document: key, mark }
        }
        None => {
            let attributes = attributes.as_ref().map(metadata::attributes).unwrap_or_default();
            Node::Group { attributes, version: 2 }
        }
    }))
}

/// What a document of version 3 describes.
fn node_3(map: &Map<String, Json>, document: String, mark: Mark) -> Result<Node, String> {
    if map.get("zarr_format").and_then(Json::as_u64) != Some(3) {
        return Err("`zarr_format` in its metadata is malformed".into());
    }
    match map.get("node_type").and_then(Json::as_str) {
        Some("array") => {
            Ok(Node::Array { meta: Box::new(metadata::version_3(map)?), document, mark })
        }
        Some("group") => {
            let attributes = map.get("attributes").and_then(Json::as_object);
            let attributes = attributes.map(metadata::attributes).unwrap_or_default();
            Ok(Node::Group { attributes, version: 3 })
        }
        _ => Err("`node_type` in its metadata is malformed".into()),
    }
}

/// A box that is being read.
struct Request<'a> {
    around: Around<'a>,
    out: &'a mut [u8],
    stop: &'a AtomicBool,
}

impl ZarrArray {
    /// Reads the part of a chunk that is asked for.
    fn chunk(&self, index: &[usize], request: &mut Request) -> Result<(), Stopped> {
        proceed(request.stop)?;
        let key = self.meta.key(index);
        let origin: Shape = index.iter().zip(&self.meta.chunks).map(|(i, c)| i * c).collect();
        let around = Around { origin: &origin, shape: &self.meta.chunks };
        let found = self.found(&join(&self.at, &key), &around, request);
        match found.map_err(|e| e.of(&format!("its chunk `{key}`")))? {
            true => Ok(()),
            false => {
                boxes::fill(&around, &request.around, request.out, &self.meta.fill);
                Ok(())
            }
        }
    }

    /// Reads the part of a chunk that is asked for, if there is such a chunk.
    fn found(&self, key: &str, around: &Around, request: &mut Request) -> Result<bool, Stopped> {
        let chain = &self.meta.chain;
        if let Inner::Shard(shard) = &chain.inner {
            let Some(file) = self.tree.parts(key, request.stop)? else { return Ok(false) };
            return self.shard(&*file, shard, around, request).map(|()| true);
        }
        if chain.is_plain() && (self.tree.is_near() || is_a_run(around, &request.around)) {
            let Some(file) = self.tree.parts(key, request.stop)? else { return Ok(false) };
            return plain(&*file, around, request).map(|()| true);
        }
        let most = chain.encoded_bound(count(around.shape) * chain.element().stored_size());
        let Some(data) = self.tree.whole(key, most as u64, request.stop)? else { return Ok(false) };
        decoded(data, chain, around, request).map(|()| true)
    }

    /// Reads the part of a shard that is asked for.
    fn shard(
        &self,
        file: &dyn ReadAt,
        shard: &Shard,
        around: &Around,
        request: &mut Request,
    ) -> Result<(), Stopped> {
        let bytes = file.length()?;
        let per: Shape = around.shape.iter().zip(&shard.chunks).map(|(s, c)| s / c).collect();
        let index = shard_index(file, bytes, shard, count(&per), request.stop)?;
        let unit = count(&shard.chunks) * shard.chain.element().stored_size();
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
                true => {
                    let most = shard.chain.encoded_bound(unit) as u64;
                    let data = piece(file, offset, length, most, request.stop)?;
                    decoded(data, &shard.chain, &part, request)
                }
                false => Err(Stopped::Bad("its index leads out of it".into())),
            }
        })
    }
}

/// Places and lengths of the chunks of a shard.
fn shard_index(
    file: &dyn ReadAt,
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
    file.read_at(&mut raw, at, stop)?;
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

/// Whether what two boxes have in common is a small part of the first that lies together in it.
fn is_a_run(around: &Around, to: &Around) -> bool {
    let Some((start, shape)) = boxes::common(around, to) else { return false };
    let within: Shape = start.iter().zip(around.origin).map(|(s, o)| s - o).collect();
    let runs = Runs::new(around.shape, &within, &shape, 1);
    runs.dims.is_empty() && count(&shape) <= count(around.shape) / 2
}

/// Reads the common box of a chunk that is stored as in memory.
fn plain(file: &dyn ReadAt, around: &Around, request: &mut Request) -> Result<(), Stopped> {
    let to = &request.around;
    let size = request.out.len() / count(to.shape);
    let bytes = file.length()?;
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

/// Reads so many bytes; more than `most` are an error.
fn piece(
    file: &dyn ReadAt,
    offset: u64,
    length: u64,
    most: u64,
    stop: &AtomicBool,
) -> Result<Vec<u8>, Stopped> {
    if length > most {
        return Err(Stopped::Bad("it is longer than a chunk".into()));
    }
    let mut data = room(length as usize)?;
    data.resize(length as usize, 0);
    file.read_at(&mut data, offset, stop)?;
    Ok(data)
}

/// Decodes a chunk, and copies the common box.
fn decoded(
    data: Vec<u8>,
    chain: &Chain,
    around: &Around,
    request: &mut Request,
) -> Result<(), Stopped> {
    let to = &request.around;
    let element = chain.element();
    let elements = count(around.shape);
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
        let now = read.and_then(|()| self.tree.mark(&self.document, stop));
        match now.map_err(|e| e.at(&self.path))?.as_ref() == Some(&self.mark) {
            true => Ok(()),
            false => Err(failure("read", &self.path, "the store was changed after it was opened")),
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
        3 * encoded + unit * element.dtype.size() + index + self.tree.scratch()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn is_at(&self, path: &Path) -> bool {
        self.tree.is_at(path, &self.mark)
    }
}
