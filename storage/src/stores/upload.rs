//! Zarr 3 arrays on object stores.
//!
//! Every chunk is one object, put whole; the metadata comes last, so that nobody sees the array
//! before all of its chunks are there. Where an array is going to be replaced, the chunks are put
//! below a temporary prefix beside it, and the old one stays whole until the commit. That removes
//! the old metadata first, then the old chunks, copies the new ones to their places inside the
//! store, and puts the new metadata: whoever looks meanwhile finds no array, never a mixture.
//! Object stores cannot do all of this at once; a process that dies in the middle leaves no array.

use super::object::failed;
use super::tree::Prefix;
use super::{Place, below};
use crate::boxes::{self, Around};
use crate::error::{StorageError, failure};
use crate::file::Stopped;
use crate::target::SUFFIX;
use crate::zarr::metadata::{Meta, version_3};
use crate::zarr::write::{
    FOREIGN, described, document_text, encoded, fits, group_document, is_whole,
};
use crate::zarr::{inside, join, node};
use crate::{CreateOptions, Sink};
use arr_ir::dtype::DType;
use arr_ir::shape::count;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, Result as Answer};
use serde_json::Value as Json;
use std::hash::{BuildHasher, RandomState};

/// Requests that are under way at once while objects are copied.
const AT_ONCE: usize = 16;

/// A Zarr array being written.
struct Upload {
    place: Place,
    /// The array's key below the place.
    at: String,
    /// Groups that are missing on the way to it.
    groups: Vec<String>,
    /// Where chunks wait for the commit, if there is something to be replaced.
    staged: Option<Key>,
    metadata: Json,
    meta: Meta,
    committed: bool,
}

/// Begins an array.
pub(super) fn create(
    place: Place,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    let path = place.path.clone();
    let fail = |e: Stopped| e.failing("write", &path);
    let metadata = described(dtype, shape, options).map_err(|why| fail(why.into()))?;
    let meta = version_3(metadata.as_object().expect("an object"));
    let meta = meta.map_err(|why| fail(why.into()))?;
    let (at, groups, replaces) = situated(&place, options.name.as_deref()).map_err(fail)?;
    let key = place.below(&at);
    let staged = replaces.then(|| temporary(&key));
    if staged.is_none() {
        // What a process that was killed has left, which nobody may take for chunks of this array.
        place.finish(remove(&*place.connection.store, &key)).map_err(fail)?;
    }
    Ok(Box::new(Upload { place, at, groups, staged, metadata, meta, committed: false }))
}

/// A name beside a key that nobody else has.
fn temporary(key: &Key) -> Key {
    let mut parts: Vec<_> = key.parts().collect();
    let last = parts.pop().map_or(String::new(), |p| p.as_ref().to_string());
    let random = RandomState::new().hash_one(std::process::id());
    let name = format!(".{last}.{random:016x}{SUFFIX}");
    parts.into_iter().collect::<Key>().join(name)
}

/// The array's key, the groups that are missing on the way to it, and whether it replaces one.
fn situated(place: &Place, name: Option<&str>) -> Result<(String, Vec<String>, bool), Stopped> {
    let tree = Prefix { place: place.clone() };
    let at = inside(name.unwrap_or(""))?;
    if at.is_empty() && name.is_some() {
        return Err(Stopped::Bad("the name of the array is empty".into()));
    }
    let (mut top, mut groups) = (String::new(), vec![]);
    for part in at.split('/').filter(|part| !part.is_empty()) {
        let found = node(&tree, &top)?;
        if found.is_none() {
            vacant(place, &top)?;
            groups.push(top.clone());
        }
        fits(found, false, &at)?;
        top = join(&top, part);
    }
    let found = node(&tree, &at)?;
    let replaces = found.is_some();
    match name {
        Some(_) => fits(found, true, &at)?,
        None if !replaces => {}
        None => return Ok((at, groups, true)),
    }
    if !replaces {
        vacant(place, &at)?;
    }
    Ok((at, groups, replaces))
}

/// Makes sure that a place without metadata holds nothing but chunks, which a process that was
/// killed may have left.
fn vacant(place: &Place, at: &str) -> Result<(), Stopped> {
    let key = place.below(at);
    let found = async {
        let mut list = place.connection.store.list(Some(&key));
        while let Some(object) = list.next().await.transpose()? {
            let below = object.location.prefix_match(&key);
            let is_chunk = below.is_some_and(|mut parts| parts.any(|part| part.as_ref() == "c"));
            if !is_chunk {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let found: Answer<bool> = place.network.wait(&place.stop, found)?;
    match found.map_err(|e| failed(&e))? {
        true => Ok(()),
        false => Err(Stopped::Bad(FOREIGN.into())),
    }
}

/// Removes all objects below a key.
async fn remove(store: &dyn ObjectStore, key: &Key) -> Answer<()> {
    let found = store.list(Some(key)).map_ok(|object| object.location).boxed();
    store.delete_stream(found).try_for_each(|_| async { Ok(()) }).await
}

/// Copies all objects below a key to another.
async fn copy(store: &dyn ObjectStore, from: &Key, to: &Key) -> Answer<()> {
    let copied = store.list(Some(from)).map(|object| async move {
        let object = object?.location;
        let parts = object.prefix_match(from).into_iter().flatten();
        let target = to.parts().chain(parts).collect();
        store.copy(&object, &target).await
    });
    copied.buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }).await
}

impl Upload {
    fn chunk(&self, index: &[usize], from: &Around, data: &[u8]) -> Result<(), Stopped> {
        let Some(bytes) = encoded(&self.meta, index, from, data)? else { return Ok(()) };
        let own = self.place.below(&self.at);
        let key = below(self.staged.as_ref().unwrap_or(&own), &self.meta.key(index));
        let (place, payload) = (&self.place, PutPayload::from(bytes));
        let put = place.network.wait(&place.stop, place.connection.store.put(&key, payload))?;
        put.map(|_| ()).map_err(|e| failed(&e))
    }

    /// Everything but the removal of the temporary prefix.
    async fn finish(&self) -> Answer<()> {
        let (place, key) = (&self.place, self.place.below(&self.at));
        let store = &*place.connection.store;
        if let Some(staged) = &self.staged {
            let documents =
                ["zarr.json", ".zarray", ".zgroup"].map(|name| Ok(key.clone().join(name)));
            let removed = store.delete_stream(stream::iter(documents).boxed());
            // A document that is not there is removed already.
            let absent = |e| match e {
                object_store::Error::NotFound { .. } => Ok(Key::default()),
                e => Err(e),
            };
            removed
                .or_else(|e| async move { absent(e) })
                .try_for_each(|_| async { Ok(()) })
                .await?;
            remove(store, &key).await?;
            copy(store, staged, &key).await?;
        }
        for group in self.groups.iter().rev() {
            let document = place.below(&join(group, "zarr.json"));
            store.put(&document, PutPayload::from(group_document())).await?;
        }
        let text = PutPayload::from(document_text(&self.metadata));
        store.put(&key.join("zarr.json"), text).await.map(|_| ())
    }
}

impl Sink for Upload {
    fn chunks(&self) -> Option<&[usize]> {
        Some(&self.meta.chunks)
    }

    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        assert_eq!(data.len(), count(shape) * self.meta.dtype().size(), "the size of the box");
        if !is_whole(&self.meta, start, shape) {
            return Err(failure("write", &self.place.path, "a box is not whole chunks"));
        }
        let from = Around { origin: start, shape };
        let chunk = |index: &[usize]| {
            let key = self.meta.key(index);
            self.chunk(index, &from, data).map_err(|e| e.of(&format!("its chunk `{key}`")))
        };
        let written = boxes::chunks(start, shape, &self.meta.chunks, chunk);
        written.map_err(|e| e.failing("write", &self.place.path))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        let finished = self.place.finish(self.finish());
        finished.map_err(|e| e.failing("write", &self.place.path))?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let own = self.place.below(&self.at);
        let vain = match (&self.staged, self.committed) {
            (Some(staged), _) => staged,
            (None, false) => &own,
            (None, true) => return,
        };
        let store = &*self.place.connection.store;
        self.place.clean(async {
            let _ = remove(store, vain).await;
        });
    }
}
