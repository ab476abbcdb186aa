//! Arrays in files, read and written by boxes.
//!
//! Before: a path or an address, and options. After [`open`]: a [`Source`], of which dtype, shape and every count
//! were checked against the bytes present, and no element was read. After [`create`]: a [`Sink`],
//! which takes boxes and shows nothing to others before [`Sink::commit`]; after that the target
//! holds the new content, complete, and whatever fails on the way leaves the old.
//!
//! A *box* is a hyper-rectangle: its first index and its size along each axis. Elements of a box
//! are dense, row-major, in the machine's byte order; a bool is a byte 0 or 1, a complex number
//! two floats.
//!
//! This crate knows no engine and no language: no buffers, plans, tasks or messages with places.
//! It maps no file into memory, runs nothing it finds in a file, and allocates nothing whose size
//! a file claims without the bytes to show for it.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod address;
pub mod attributes;
pub mod boxes;
mod concat;
mod element;
mod error;
mod file;
mod files;
#[cfg(feature = "grib")]
mod grib;
#[cfg(not(feature = "grib"))]
#[path = "grib_absent.rs"]
mod grib;
pub mod image;
mod info;
mod keeper;
pub mod netcdf;
pub mod npy;
pub mod npz;
mod stage;
#[cfg(feature = "remote")]
mod stores;
#[cfg(not(feature = "remote"))]
#[path = "absent.rs"]
mod stores;
mod target;
#[cfg(test)]
mod tests;
pub mod text;
mod unfinished;
pub mod zarr;

pub use attributes::{Attributes, Value};
pub use error::{StorageError, reason};
pub use info::{ArrayInfo, Info};
pub use keeper::{Keeper, Kept};
pub use stores::Stores;
pub use unfinished::Unfinished;

use arr_ir::dtype::DType;
use arr_ir::shape::Shape;
use arr_ir::table::TableOptions;
use error::failure;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// An array in a file, opened, its metadata checked.
pub trait Source: Send + Sync {
    /// The dtype of its elements after decoding: float16 is read as float32, packed integers as
    /// floats.
    fn dtype(&self) -> DType;

    /// The shape.
    fn shape(&self) -> &[usize];

    /// The chunk shape of the file, if it is stored in chunks that must be decoded whole: boxes
    /// along its edges read nothing twice. Edges may be larger than the array.
    fn chunks(&self) -> Option<&[usize]> {
        None
    }

    /// What the file tells about the array: names, units, dimensions, georeference.
    fn attributes(&self) -> &Attributes;

    /// Reads a box. `out` has exactly its size, and holds no promise after an error. Any number of
    /// threads may read at once. `stop` is looked at every few megabytes.
    ///
    /// # Errors
    /// A failed read, damaged data, a file that was changed since it was opened, the stop flag.
    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError>;

    /// The most bytes that reading a box of this shape takes besides the output.
    fn scratch(&self, shape: &[usize]) -> usize;

    /// The path it was opened by.
    fn path(&self) -> &Path;

    /// Whether it holds a descriptor that [`Source::release`] would give back.
    fn is_held(&self) -> bool {
        false
    }

    /// Gives descriptors back; they are opened again when they are needed.
    fn release(&self) {}

    /// Makes the content survive a replacement of the file where that is possible: true says that
    /// it does; false that what is still needed must be read before the replacement.
    ///
    /// # Errors
    /// The file is gone or was changed since it was opened.
    fn secure(&self) -> Result<bool, StorageError> {
        Ok(false)
    }

    /// Whether saving to `path` would replace what this reads.
    fn is_at(&self, path: &Path) -> bool;
}

/// An array under construction: invisible until [`Sink::commit`]. Dropping it removes all of it.
pub trait Sink: Send + Sync {
    /// The grid of which written boxes must consist: whole chunks, clipped at the end of the
    /// array. Without one any boxes may be written.
    fn chunks(&self) -> Option<&[usize]> {
        None
    }

    /// Writes a box. Any number of threads may write disjoint boxes at once, in any order. Boxes
    /// that were never written are zeros.
    ///
    /// # Errors
    /// A failed write, or a box that is not whole chunks.
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError>;

    /// Makes the array the content of its target.
    ///
    /// # Errors
    /// A failed operation; the target is then the old one or the new one, complete.
    fn commit(self: Box<Self>) -> Result<(), StorageError>;
}

/// How to open an array.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Which array of a file that holds several.
    pub name: Option<String>,
    /// For a path with wildcards: the dimension along which the files follow each other, its
    /// name or its number; the first unless it is given.
    pub along: Option<String>,
    /// For tables as text.
    pub table: TableOptions,
    /// For NetCDF and HDF5: numbers as they are stored, neither unpacked nor masked.
    pub raw: bool,
    /// For addresses: what reaches them.
    pub stores: Stores,
}

/// How to create an array.
#[derive(Clone, Debug, Default)]
pub struct CreateOptions {
    /// The chunk shape, for formats that have chunks.
    pub chunks: Option<Shape>,
    /// How to compress, for formats that can.
    pub compression: Option<Compression>,
    /// The name of the array, for formats that hold several.
    pub name: Option<String>,
    /// For text: what separates fields; by the extension unless it is given.
    pub delimiter: Option<u8>,
    /// For text: the names of the columns, as a first row.
    pub header: Option<Vec<String>>,
    /// For addresses: what reaches them.
    pub stores: Stores,
    /// Where it is noted until it is finished.
    pub unfinished: Unfinished,
}

/// A way to compress.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compression {
    /// Zstandard at a level from 1 to 22.
    Zstd(u8),
    /// Deflate at a level from 1 to 9.
    Deflate(u8),
}

/// A file format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Npy,
    Npz,
    Zarr,
    Netcdf,
    Grib,
    Text,
    Image,
    Tiff,
}

/// Of what options of text are asked that is none.
const TABLES: &str = "only text has a delimiter, a header, columns and lines";

impl Format {
    /// What a file of the format is called.
    fn kind(self) -> &'static str {
        match self {
            Format::Npy => "a .npy file",
            Format::Npz => "a .npz file",
            Format::Zarr => "a Zarr store",
            Format::Netcdf => "a NetCDF file",
            Format::Grib => "a GRIB file",
            Format::Text => "a text file",
            Format::Image | Format::Tiff => "an image",
        }
    }
}

/// The format that a path is named after.
fn named(path: &Path) -> Option<Format> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    Some(match extension.as_deref()? {
        "npy" => Format::Npy,
        "npz" => Format::Npz,
        "zarr" => Format::Zarr,
        "nc" | "nc4" | "cdf" | "h5" | "hdf5" | "he5" => Format::Netcdf,
        "grib" | "grib1" | "grib2" | "grb" | "grb1" | "grb2" | "gb2" => Format::Grib,
        "csv" | "tsv" | "txt" => Format::Text,
        "png" | "jpg" | "jpeg" => Format::Image,
        "tif" | "tiff" => Format::Tiff,
        _ => return None,
    })
}

/// The format of what is to be read: by its name, else by its first bytes.
fn found(path: &Path) -> Format {
    named(path).unwrap_or_else(|| match std::fs::metadata(path) {
        Ok(m) if m.is_dir() => Format::Zarr,
        Ok(m) if m.is_file() => {
            let mut start = vec![];
            let file = std::fs::File::open(path);
            let _ = file.and_then(|f| f.take(8).read_to_end(&mut start));
            match &start[..] {
                [b'P', b'K', 3, 4, ..] => Format::Npz,
                [b'C', b'D', b'F', 1 | 2 | 5, ..] | [0x89, b'H', b'D', b'F', ..] => Format::Netcdf,
                [b'G', b'R', b'I', b'B', ..] => Format::Grib,
                [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => Format::Image,
                [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Format::Tiff,
                _ => Format::Npy,
            }
        }
        _ => Format::Npy,
    })
}

/// Opens an array for reading. The format follows from the extension, else from the first bytes.
/// An address, as `s3://bucket/x.zarr`, is one of an object store, in builds that reach them.
/// A path with `*`, `?` or `[...]` that is no file stands for all that match, in the order of
/// their names; their arrays follow each other along a dimension. Messages of GRIB files are put
/// together as if they were of one file.
///
/// # Errors
/// The file cannot be read, is damaged, or holds nothing that is an array of arr.
pub fn open(path: &str, options: &OpenOptions) -> Result<Arc<dyn Source>, StorageError> {
    if let Some(source) = stores::open(path, options)? {
        return Ok(source);
    }
    if concat::is_pattern(path) {
        let paths = concat::matching(path)?;
        // Messages say themselves how they follow each other.
        if paths.iter().all(|p| found(p) == Format::Grib) {
            return grib::open(Path::new(path), &paths, options);
        }
        return Ok(Arc::new(concat::open(path, &paths, options)?));
    }
    if options.along.is_some() {
        let why = "`along` joins the files that a path with wildcards stands for: this is one file";
        return Err(failure("read", Path::new(path), why));
    }
    open_file(Path::new(path), options)
}

/// Opens an array of one file.
fn open_file(place: &Path, options: &OpenOptions) -> Result<Arc<dyn Source>, StorageError> {
    let (format, name) = (found(place), options.name.as_deref());
    if format != Format::Text && options.table != TableOptions::default() {
        let why = format!("{TABLES}, and this is {}", format.kind());
        return Err(failure("read", place, &why));
    }
    Ok(match (format, name) {
        (Format::Zarr, _) => Arc::new(zarr::open(place, name)?),
        (Format::Text, _) => Arc::new(text::open(place, options)?),
        (Format::Netcdf, _) => Arc::new(netcdf::open(place, options)?),
        (Format::Grib, _) => grib::open(place, &[place.into()], options)?,
        (Format::Npz, _) => Arc::new(npz::open(place, name)?),
        (Format::Image, None) => Arc::new(image::open(place)?),
        (Format::Tiff, None) => Arc::new(image::open_tiff(place)?),
        (Format::Image | Format::Tiff, Some(_)) => {
            return Err(failure("read", place, "an image has no arrays with names"));
        }
        (Format::Npy, None) => Arc::new(npy::open(place)?),
        (Format::Npy, Some(_)) => {
            return Err(failure("read", place, "a .npy file holds one array without a name"));
        }
    })
}

/// Tells what is in a file.
///
/// # Errors
/// As [`open`]; of single arrays that cannot be read the report says so.
pub fn info(path: &str, options: &OpenOptions) -> Result<Info, StorageError> {
    if let Some(info) = stores::info(path, options)? {
        return Ok(info);
    }
    file_info(Path::new(path))
}

fn file_info(place: &Path) -> Result<Info, StorageError> {
    match found(place) {
        Format::Zarr => zarr::info(place),
        Format::Npz => npz::info(place),
        Format::Tiff => image::tiff_info(place),
        Format::Image => {
            let arrays = vec![ArrayInfo::of("", &image::open(place)?)];
            Ok(Info { format: "image".into(), arrays, groups: vec![] })
        }
        Format::Text => {
            let arrays = vec![ArrayInfo::of("", &text::open(place, &OpenOptions::default())?)];
            Ok(Info { format: "text".into(), arrays, groups: vec![] })
        }
        Format::Netcdf => netcdf::info(place),
        Format::Grib => grib::info(place),
        Format::Npy => {
            let arrays = vec![ArrayInfo::of("", &npy::open(place)?)];
            Ok(Info { format: "NumPy".into(), arrays, groups: vec![] })
        }
    }
}

/// Begins an array of this dtype and shape. The format follows from the extension; `.npy` unless
/// it is known.
///
/// # Errors
/// The format cannot hold it, or nothing can be written there.
pub fn create(
    path: &str,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    let place = Path::new(path);
    let format = accepted(path, options)?;
    if let Some(sink) = stores::create(path, dtype, shape, options)? {
        return Ok(sink);
    }
    match format {
        Format::Zarr => zarr::create(place, dtype, shape, options),
        Format::Npz => npz::create(place, dtype, shape, options),
        Format::Netcdf => netcdf::create(place, dtype, shape, options),
        Format::Grib => unreachable!("it is not accepted"),
        Format::Image | Format::Tiff => image::create(place, dtype, shape, options),
        Format::Text => text::create(place, dtype, shape, options),
        Format::Npy => npy::create(place, dtype, shape, options),
    }
}

/// Whether an array of this dtype and these sizes, where they are known, can be written to a path
/// as options ask for. Nothing is written.
///
/// # Errors
/// The format lacks it, or the folder is not there.
pub fn accepts(
    path: &str,
    dtype: DType,
    sizes: &[Option<usize>],
    options: &CreateOptions,
) -> Result<(), StorageError> {
    let place = Path::new(path);
    let suits = match accepted(path, options)? {
        Format::Image | Format::Tiff => image::suits(place, dtype, sizes),
        Format::Text => text::suits(place, dtype, sizes, options),
        Format::Netcdf => netcdf::suits(dtype, sizes, options).map(drop),
        Format::Npy | Format::Npz | Format::Zarr | Format::Grib => Ok(()),
    };
    let folder = place.parent().filter(|f| !f.as_os_str().is_empty());
    let there = address::Address::of(path).is_some() || folder.is_none_or(Path::is_dir);
    let suits = suits.and(if there { Ok(()) } else { Err("there is no such folder".into()) });
    suits.map_err(|why| failure("write", place, &why))
}

/// Sizes that are all known.
fn known(shape: &[usize]) -> Vec<Option<usize>> {
    shape.iter().copied().map(Some).collect()
}

fn accepted(path: &str, options: &CreateOptions) -> Result<Format, StorageError> {
    let place = Path::new(path);
    let format = named(place).unwrap_or(Format::Npy);
    let has = |wanted: bool, formats: &[Format]| wanted && !formats.contains(&format);
    let extension = place.extension().map(|e| e.to_string_lossy().to_lowercase());
    if matches!(extension.as_deref(), Some("jpg" | "jpeg")) {
        let why = "JPEG images are not written: their numbers would change";
        return Err(failure("write", place, why));
    }
    if matches!(extension.as_deref(), Some("h5" | "hdf5" | "hdf" | "he5" | "nc4")) {
        let why = "HDF5 files are read, not written: save it as .nc, which is NetCDF-3, or .zarr";
        return Err(failure("write", place, why));
    }
    if format == Format::Grib {
        let why = "GRIB files are read, not written: save it as .nc, which is NetCDF-3, or .zarr";
        return Err(failure("write", place, why));
    }
    let (several, text) = ([Format::Npz, Format::Zarr, Format::Netcdf], [Format::Text]);
    let lacks = if has(options.name.is_some(), &several) {
        "holds one array without a name"
    } else if has(options.chunks.is_some(), &[Format::Zarr]) {
        "has no chunks"
    } else if has(options.compression.is_some(), &[Format::Npz, Format::Zarr]) {
        "is never compressed"
    } else if has(options.delimiter.is_some(), &text) {
        "has no delimiter"
    } else if has(options.header.is_some(), &text) {
        "has no header"
    } else if format == Format::Npz && matches!(options.compression, Some(Compression::Zstd(_))) {
        "is compressed with \"gzip\" only"
    } else {
        return Ok(format);
    };
    Err(failure("write", place, &format!("{} {lacks}", format.kind())))
}

/// Whether an array of this shape, where that is known, is loaded with the dtype and shape with
/// which it is saved to this path.
pub fn keeps_type(path: &str, shape: Option<&[usize]>) -> bool {
    match (named(Path::new(path)), shape) {
        (Some(Format::Text), _) => false,
        // One channel is none.
        (Some(Format::Image | Format::Tiff), None | Some([.., 1])) => false,
        _ => true,
    }
}
