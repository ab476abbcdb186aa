//! `.npy` files on object stores, read by ranges.

use super::Place;
use super::near::{KEPT, Near};
use super::object::Object;
use crate::Source;
use crate::attributes::Attributes;
use crate::error::{StorageError, failure};
use crate::file::{ReadAt, Stopped};
use crate::npy::header::{self, Header};
use crate::npy::read;
use arr_ir::dtype::DType;
use arr_ir::shape::count;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Bytes that the connection holds of an answer on its way.
const ON_THE_WAY: usize = 1 << 20;

/// A `.npy` object whose header was read.
pub(crate) struct NpyObject {
    place: Place,
    object: Near,
    header: Header,
    attributes: Attributes,
}

/// Opens an object and checks its header, and that all of the data is there.
pub(super) fn open(place: Place) -> Result<NpyObject, StorageError> {
    let opened = Object::open(place.clone(), place.key.clone(), &place.stop);
    let object = opened.map_err(|e| e.at(&place.path))?;
    let object = object.ok_or_else(|| failure("read", &place.path, "no such object"))?;
    let object = Near::of(object);
    let mut failed = None;
    let header = object.length().and_then(|bytes| {
        let header = header::from(bytes, |out, at| {
            // Nothing but the stop flag and the network can go wrong here.
            failed = object.read_at(out, at, &place.stop).err().or(failed.take());
            Ok(())
        });
        match failed.take() {
            Some(error) => Err(error),
            None => Ok(header?),
        }
    });
    let header = header.map_err(|e| e.at(&place.path))?;
    Ok(NpyObject { place, object, header, attributes: Attributes::default() })
}

impl Source for NpyObject {
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
        let read = read::read(&self.object, &self.header, start, shape, out, stop);
        read.map_err(|e: Stopped| e.at(&self.place.path))
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        read::scratch(&self.header, shape, self.object.reach()) + KEPT + ON_THE_WAY
    }

    fn path(&self) -> &Path {
        &self.place.path
    }

    fn is_held(&self) -> bool {
        self.object.is_held()
    }

    fn release(&self) {
        self.object.release();
    }

    fn is_at(&self, path: &Path) -> bool {
        self.place.is_at(path)
    }
}
