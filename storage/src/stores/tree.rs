//! Zarr stores below a prefix of an object store.

use super::Place;
use super::object::{Object, failed};
use crate::address::Service;
use crate::file::{ReadAt, Stopped};
use crate::zarr::MAX_METADATA;
use crate::zarr::tree::{Mark, Tree};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Bytes that the connection holds of an answer on its way.
const ON_THE_WAY: usize = 1 << 20;

/// The keys below a prefix.
pub(crate) struct Prefix {
    pub place: Place,
}

/// Where a store says which documents it has: the document, and the way to their names in it.
const CONSOLIDATED: [(&str, &str); 2] =
    [("zarr.json", "/consolidated_metadata/metadata"), (".zmetadata", "/metadata")];

impl Prefix {
    /// The children of a key by what the store's consolidated metadata says: HTTP has no lists.
    fn consolidated(&self, key: &str) -> Result<Vec<String>, Stopped> {
        let prefix = if key.is_empty() { String::new() } else { format!("{key}/") };
        for (document, way) in CONSOLIDATED {
            let Some((bytes, _)) = self.document(document, MAX_METADATA)? else { continue };
            let Ok(json) = serde_json::from_slice::<Json>(&bytes) else { continue };
            let Some(names) = json.pointer(way).and_then(Json::as_object) else { continue };
            let below = names.keys().filter_map(|name| name.strip_prefix(&prefix));
            let children: BTreeSet<&str> = below.filter_map(|n| n.split('/').next()).collect();
            return Ok(children.into_iter().map(str::to_string).collect());
        }
        let why = "it is a group without consolidated metadata, which cannot be listed over HTTP: \
                   name one of its arrays";
        Err(Stopped::Failed(why.into()))
    }
}

impl Tree for Prefix {
    fn document(&self, key: &str, most: u64) -> Result<Option<(Vec<u8>, Mark)>, Stopped> {
        let place = &self.place;
        let found = place.whole(&place.below(key), most, &place.stop)?;
        Ok(found.map(|(bytes, tag)| (bytes, Mark::Object(tag))))
    }

    fn mark(&self, key: &str, stop: &AtomicBool) -> Result<Option<Mark>, Stopped> {
        Ok(self.place.tag(&self.place.below(key), stop)?.map(Mark::Object))
    }

    fn whole(&self, key: &str, most: u64, stop: &AtomicBool) -> Result<Option<Vec<u8>>, Stopped> {
        let found = self.place.whole(&self.place.below(key), most, stop)?;
        Ok(found.map(|(bytes, _)| bytes))
    }

    fn parts<'a>(
        &'a self,
        key: &str,
        stop: &AtomicBool,
    ) -> Result<Option<Box<dyn ReadAt + 'a>>, Stopped> {
        let object = Object::open(self.place.clone(), self.place.below(key), stop)?;
        Ok(object.map(|object| Box::new(object) as Box<dyn ReadAt>))
    }

    fn is_near(&self) -> bool {
        false
    }

    fn scratch(&self) -> usize {
        ON_THE_WAY
    }

    fn children(&self, key: &str) -> Result<Vec<String>, Stopped> {
        let place = &self.place;
        if place.service == Service::Http {
            return self.consolidated(key);
        }
        let key = place.below(key);
        let list = place.connection.store.list_with_delimiter(Some(&key));
        let found = place.network.wait(&place.stop, list)?.map_err(|e| failed(&e))?;
        let names = found.common_prefixes.iter().filter_map(|p| p.filename());
        Ok(names.map(str::to_string).collect())
    }

    fn is_at(&self, path: &Path, _mark: &Mark) -> bool {
        self.place.is_at(path)
    }
}
