//! Files of formats that are not read by ranges, copied to this machine as a whole.

use super::object::{Object, Tag};
use super::{Place, Stores};
use crate::attributes::Attributes;
use crate::error::{StorageError, failure};
use crate::file::{PIECE, ReadAt, Stopped};
use crate::keeper::Kept;
use crate::{Format, Info, OpenOptions, Source};
use arr_ir::dtype::DType;
use std::fs::{File, OpenOptions as Files};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

/// A copy of an object.
pub(super) struct Copy {
    path: PathBuf,
    tag: Tag,
    kept: Box<dyn Kept>,
}

/// An array in a copy.
struct Fetched {
    place: Place,
    copy: Arc<Copy>,
    inner: Arc<dyn Source>,
}

/// What files of a format are called; none of those that are read by ranges.
pub(super) fn kind(format: Format) -> Option<&'static str> {
    match format {
        Format::Npy | Format::Zarr => None,
        Format::Npz => Some(".npz files"),
        Format::Netcdf => Some("NetCDF and HDF5 files"),
        Format::Grib => Some("GRIB files"),
        Format::Text => Some("text files"),
        Format::Image | Format::Tiff => Some("images"),
    }
}

/// Opens an array of an object that is copied first.
pub(super) fn open(
    place: Place,
    kind: &str,
    options: &OpenOptions,
) -> Result<Arc<dyn Source>, StorageError> {
    let copy = copy(&place, kind, &options.stores)?;
    let options = OpenOptions { stores: Stores::default(), ..options.clone() };
    let inner = crate::open_file(copy.kept.path(), &options).map_err(|e| copy.named(e))?;
    Ok(Arc::new(Fetched { place, copy, inner }))
}

/// Tells what is in an object.
pub(super) fn info(place: &Place, kind: &str, options: &OpenOptions) -> Result<Info, StorageError> {
    let copy = copy(place, kind, &options.stores)?;
    crate::file_info(copy.kept.path()).map_err(|e| copy.named(e))
}

/// A copy of an object as it is now: one that was made before, or a new one.
fn copy(place: &Place, kind: &str, stores: &Stores) -> Result<Arc<Copy>, StorageError> {
    let fail = |e: Stopped| e.at(&place.path);
    let object = Object::open(place.clone(), place.key.clone(), &place.stop).map_err(fail)?;
    let object = object.ok_or_else(|| failure("read", &place.path, "no such object"))?;
    let mut copies = stores.copies.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(copy) = copies.iter().find(|c| c.path == place.path && c.tag == *object.tag()) {
        return Ok(copy.clone());
    }
    let Some(keeper) = &stores.keeper else {
        let why = format!("{kind} are not read over a network: copy it to this machine first");
        return Err(failure("read", &place.path, &why));
    };
    let ending = Path::new(place.key.as_ref()).extension().and_then(|e| e.to_str());
    let ending = ending.map_or(String::new(), |e| format!(".{e}"));
    let bytes = object.length().map_err(fail)?;
    let kept = keeper.clone().keep(bytes, &ending).or_else(|_| {
        copies.retain(|copy| Arc::strong_count(copy) > 1);
        keeper.clone().keep(bytes, &ending)
    })?;
    let file = Files::new().write(true).open(kept.path()).map_err(|e| fail(e.into()))?;
    fill(&object, bytes, &file, place).map_err(fail)?;
    let copy = Arc::new(Copy { path: place.path.clone(), tag: object.tag().clone(), kept });
    copies.push(copy.clone());
    Ok(copy)
}

fn fill(object: &Object, bytes: u64, file: &File, place: &Place) -> Result<(), Stopped> {
    if bytes <= PIECE as u64 {
        // As a whole: not every server gives ranges.
        let whole = place.whole(&place.key, bytes, &place.stop)?;
        let whole = whole.filter(|(_, tag)| tag == object.tag());
        let (whole, _) = whole.ok_or_else(|| Stopped::Failed(super::object::CHANGED.into()))?;
        return Ok(file.write_all_at(&whole, 0)?);
    }
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    while at < bytes {
        let n = (bytes - at).min(PIECE as u64) as usize;
        object.read_at(&mut piece[..n], at, &place.stop)?;
        file.write_all_at(&piece[..n], at)?;
        at += n as u64;
    }
    Ok(())
}

impl Copy {
    /// An error that names the object instead of the copy.
    fn named(&self, error: StorageError) -> StorageError {
        let (own, path) = (self.kept.path().display().to_string(), self.path.display().to_string());
        match error {
            StorageError::File(text) => StorageError::File(text.replace(&own, &path)),
            StorageError::Interrupted => StorageError::Interrupted,
        }
    }
}

impl Source for Fetched {
    fn dtype(&self) -> DType {
        self.inner.dtype()
    }

    fn shape(&self) -> &[usize] {
        self.inner.shape()
    }

    fn chunks(&self) -> Option<&[usize]> {
        self.inner.chunks()
    }

    fn attributes(&self) -> &Attributes {
        self.inner.attributes()
    }

    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        self.inner.read(start, shape, out, stop).map_err(|e| self.copy.named(e))
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        self.inner.scratch(shape)
    }

    fn path(&self) -> &Path {
        &self.place.path
    }

    fn is_held(&self) -> bool {
        self.inner.is_held()
    }

    fn release(&self) {
        self.inner.release();
    }

    /// The copy stays what it is.
    fn secure(&self) -> Result<bool, StorageError> {
        Ok(true)
    }

    fn is_at(&self, path: &Path) -> bool {
        self.place.is_at(path)
    }
}
