//! HDF5 files, NetCDF-4 among them.
//!
//! The reader is `hdf5_reader`; here its storage (positional reads of a file that must not
//! change), limits, and the mapping to variables. Links to other files are not followed. Whatever
//! goes wrong inside the reader is an error of the file, a panic too.

use super::cf::Attribute;
use super::{Content, Layout, Variable, numbers};
use crate::attributes::Value;
use crate::element::Element;
use crate::file::Held;
use arr_ir::dtype::{DType, Kind};
use arr_ir::shape::{MAX_RANK, Shape, checked_count};
use hdf5_reader::error::{ByteOrder, Error};
use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, H5Type, Hdf5File, OpenOptions, SliceInfo, SliceInfoElem};
use hdf5_reader::{Storage, StorageBuffer, VarLenKind};
use std::collections::HashMap;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Bytes of decoded chunks that are kept.
pub(super) const CACHE: usize = 16 << 20;
const MAX_CHUNK: usize = 1 << 30;
const MAX_OBJECTS: usize = 100_000;
const MAX_DEPTH: usize = 32;

/// Attributes that say how the library stores things.
const INTERNAL: &[&str] = &[
    "CLASS",
    "NAME",
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_NCProperties",
    "_nc3_strict",
];

struct Pread {
    held: Arc<Held>,
    bytes: u64,
}

impl Storage for Pread {
    fn len(&self) -> u64 {
        self.bytes
    }

    fn read_range(&self, offset: u64, len: usize) -> Result<StorageBuffer, Error> {
        if offset.checked_add(len as u64).is_none_or(|end| end > self.bytes) {
            return Err(Error::OffsetOutOfBounds(offset));
        }
        let file = self.held.held().map_err(|e| Error::InvalidData(e.to_string()))?;
        let mut out = vec![0; len];
        file.read_exact_at(&mut out, offset)?;
        Ok(StorageBuffer::from_vec(out))
    }
}

/// Runs the reader; a panic of it is an error.
fn guarded<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|e| {
            let text = e.to_string();
            text.lines().next().unwrap_or("").chars().take(200).collect()
        }),
        Err(_) => Err("it is damaged".into()),
    }
}

/// Reads what is in a file.
pub(super) fn read(held: &Arc<Held>) -> Result<Content, String> {
    let storage = Arc::new(Pread { held: held.clone(), bytes: held.bytes() });
    let options = OpenOptions::default()
        .with_chunk_cache_bytes(CACHE)
        .with_max_chunk_bytes(MAX_CHUNK)
        .with_max_object_header_bytes(16 << 20);
    guarded(|| {
        let file = Hdf5File::from_storage_with_options(storage, options)?;
        let root = file.root_group()?;
        let mut walk = Walk::default();
        walk.group(&root, "", 0)?;
        let netcdf = root.attribute("_NCProperties").is_ok();
        let (_, attributes) = walk.groups.remove(0);
        Ok(Content {
            format: if netcdf { "NetCDF-4 (HDF5)".into() } else { "HDF5".into() },
            attributes,
            groups: std::mem::take(&mut walk.groups),
            variables: walk.variables(),
        })
    })
}

/// What was found on the way through the groups.
#[derive(Default)]
struct Walk {
    groups: Vec<(String, Vec<Attribute>)>,
    datasets: Vec<(String, Dataset)>,
    /// Names of dimension scales by address.
    scales: HashMap<u64, String>,
}

impl Walk {
    fn group(&mut self, group: &Group, prefix: &str, depth: usize) -> Result<(), Error> {
        let attributes = group.attributes()?.iter().filter_map(attribute).collect();
        self.groups.push((prefix.into(), attributes));
        let (groups, datasets) = group.members()?;
        let named = |name: &str| match prefix.is_empty() {
            true => name.to_string(),
            false => format!("{prefix}/{name}"),
        };
        for dataset in datasets {
            let name = named(dataset.name());
            if let Ok(class) = dataset.attribute("CLASS")
                && class.read_string().is_ok_and(|c| c.trim_end_matches('\0') == "DIMENSION_SCALE")
            {
                self.scales.insert(dataset.address(), dataset.name().to_string());
                // A dimension without a variable is a dataset without a content.
                let label = dataset.attribute("NAME").and_then(|a| a.read_string());
                if label.is_ok_and(|l| l.starts_with("This is a netCDF dimension but not")) {
                    continue;
                }
            }
            self.datasets.push((name, dataset));
        }
        for child in groups {
            if depth < MAX_DEPTH && self.datasets.len() + self.groups.len() < MAX_OBJECTS {
                self.group(&child, &named(child.name()), depth + 1)?;
            }
        }
        Ok(())
    }

    fn variables(self) -> Vec<Variable> {
        let scales = self.scales;
        // A dimension without a limit is as long as the longest variable along it.
        let mut longest: HashMap<u64, u64> = HashMap::new();
        let along = |set: &Dataset| -> Vec<Option<u64>> {
            let unlimited = |d: usize| set.max_dims().is_some_and(|m| m.get(d) == Some(&u64::MAX));
            let found = dimensions(set, &scales).into_iter().enumerate();
            found.map(|(d, address)| unlimited(d).then_some(address)).collect()
        };
        for (_, set) in &self.datasets {
            for (address, &n) in along(set).into_iter().zip(set.shape()) {
                let size = address.map(|address| longest.entry(address).or_default());
                size.into_iter().for_each(|size| *size = n.max(*size));
            }
        }
        let whole = |set: Dataset| {
            let sizes = along(&set).into_iter().zip(set.shape());
            let shape: Vec<u64> =
                sizes.map(|(address, &n)| address.map_or(n, |a| longest[&a])).collect();
            match shape.len() == set.ndim() && shape != set.shape() {
                true => set.clone().with_padded_shape(&shape).map_or((set, false), |s| (s, true)),
                false => (set, false),
            }
        };
        let all = self.datasets.into_iter();
        all.map(|(name, set)| {
            let (set, longer) = whole(set);
            let missing = longer.then(|| filled(&set)).flatten();
            let mut variable = variable(name, set, &scales);
            if variable.attributes.iter().all(|a| a.name != "_FillValue") {
                variable.attributes.extend(missing);
            }
            variable
        })
        .collect()
    }
}

/// What stands for records of floats that were never written, as an attribute.
fn filled(dataset: &Dataset) -> Option<Attribute> {
    let element = element(dataset.dtype()).ok().filter(|e| e.dtype.kind() == Kind::Float)?;
    let mut bytes = dataset.fill_value()?.value.clone()?;
    let whole = bytes.len() == element.stored_size() && !element.half;
    whole.then(|| Attribute {
        name: "_FillValue".into(),
        dtype: Some(element.dtype),
        value: numbers(element, &mut bytes),
    })
}

fn variable(name: String, dataset: Dataset, scales: &HashMap<u64, String>) -> Variable {
    let attributes = dataset.attributes().iter().filter_map(attribute).collect();
    let shape: Option<Shape> = dataset.shape().iter().map(|&n| usize::try_from(n).ok()).collect();
    let shape = shape.filter(|s| s.len() <= MAX_RANK && checked_count(s).is_some());
    let element = element(dataset.dtype());
    let chunks = dataset.chunks().map(|c| c.iter().map(|&n| (n as usize).max(1)).collect());
    let chunks = chunks.filter(|c: &Shape| Some(c.len()) == shape.as_ref().map(|s| s.len()));
    let large = chunks.as_ref().is_some_and(|c| checked_count(c).is_none_or(|n| n > MAX_CHUNK));
    let problem = match (&shape, &element) {
        (None, _) => Some("its shape is too large".to_string()),
        (_, Err(why)) => Some(why.clone()),
        _ if large => Some("its chunks are too large".into()),
        _ => None,
    };
    let names =
        dimensions(&dataset, scales).iter().map(|address| scales[address].clone()).collect();
    Variable {
        dimensions: names,
        name,
        attributes,
        problem,
        element: element.unwrap_or(Element::plain(DType::U8)),
        chunks,
        shape: shape.unwrap_or_default(),
        layout: Layout::Hdf5 { dataset: Box::new(dataset), codecs: vec![] },
    }
}

/// The addresses of the scales of dimensions, if all have a known one.
fn dimensions(dataset: &Dataset, scales: &HashMap<u64, String>) -> Vec<u64> {
    if scales.contains_key(&dataset.address()) && dataset.ndim() == 1 {
        return vec![dataset.address()];
    }
    let Ok(list) = dataset.attribute("DIMENSION_LIST") else { return vec![] };
    let size = dataset.vlen_reference_size();
    let one = |reference: &[u8]| {
        let bytes = dataset.resolve_vlen_reference_bytes(reference, 8).ok()?;
        let address = u64::from_le_bytes(*bytes.first_chunk()?);
        scales.contains_key(&address).then_some(address)
    };
    let all: Option<Vec<u64>> = list.raw_data.chunks_exact(size.max(1)).map(one).collect();
    all.filter(|n| n.len() == dataset.ndim()).unwrap_or_default()
}

/// How elements of a datatype are stored.
fn element(datatype: &Datatype) -> Result<Element, String> {
    let number = |kind: u8, size: u8, order: &ByteOrder| {
        let big_endian = *order == ByteOrder::BigEndian;
        let found = Element::of_kind(kind, size.into(), big_endian);
        found.ok_or_else(|| format!("numbers of {size} bytes are not supported"))
    };
    match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            number(if *signed { b'i' } else { b'u' }, *size, byte_order)
        }
        Datatype::FloatingPoint { size, byte_order } => number(b'f', *size, byte_order),
        Datatype::Bitfield { size, byte_order } => number(b'u', *size, byte_order),
        Datatype::Enum { base, members } => {
            let names: Vec<&str> = members.iter().map(|m| &*m.name).collect();
            let base = element(base)?;
            match base.dtype.size() == 1 && names == ["FALSE", "TRUE"] {
                true => Ok(Element::plain(DType::Bool)),
                false => Ok(base),
            }
        }
        Datatype::Compound { size, fields } => match &fields[..] {
            [re, im] if (&*re.name, &*im.name) == ("r", "i") && re.datatype == im.datatype => {
                let part = element(&re.datatype)?;
                let whole = part.dtype.is_inexact()
                    && !part.half
                    && *size as usize == 2 * part.dtype.size()
                    && (re.byte_offset, im.byte_offset as usize) == (0, part.dtype.size());
                match whole {
                    true => Ok(Element { dtype: part.dtype.paired(), ..part }),
                    false => Err("compound types are not supported".into()),
                }
            }
            _ => Err("compound types are not supported".into()),
        },
        Datatype::String { .. } | Datatype::VarLen { kind: VarLenKind::String, .. } => {
            Err("it is text".into())
        }
        Datatype::VarLen { .. } => Err("types of variable length are not supported".into()),
        Datatype::Reference { .. } => Err("references are not supported".into()),
        Datatype::Array { .. } => Err("array types are not supported".into()),
        Datatype::Opaque { .. } => Err("opaque types are not supported".into()),
    }
}

/// An attribute that is shown.
fn attribute(from: &hdf5_reader::Attribute) -> Option<Attribute> {
    if INTERNAL.contains(&&*from.name) {
        return None;
    }
    let text = |mut all: Vec<String>| {
        let clean = |s: &String| Value::Text(s.trim_end_matches('\0').into());
        match all.len() {
            1 => clean(&all.remove(0)),
            _ => Value::List(all.iter().map(clean).collect()),
        }
    };
    let (dtype, value) = match element(&from.datatype) {
        Ok(e) if !e.half && e.dtype.part() == e.dtype => {
            let mut data = from.raw_data.clone();
            (Some(e.dtype), numbers(e, &mut data))
        }
        _ => match &from.decoded_strings {
            Some(all) => (None, text(all.clone())),
            None => (
                None,
                text(from.read_strings().or_else(|_| from.read_string().map(|s| vec![s])).ok()?),
            ),
        },
    };
    Some(Attribute { name: from.name.clone(), dtype, value })
}

/// An element as it is stored.
#[derive(Clone)]
struct Stored<const N: usize>([u8; N]);

impl<const N: usize> H5Type for Stored<N> {
    fn hdf5_type() -> Datatype {
        Datatype::Opaque { size: N as u32, tag: String::new() }
    }

    fn from_bytes(bytes: &[u8], _: &Datatype) -> Result<Self, Error> {
        match bytes.first_chunk() {
            Some(bytes) => Ok(Stored(*bytes)),
            None => Err(Error::InvalidData("an element is too short".into())),
        }
    }

    fn element_size(_: &Datatype) -> usize {
        N
    }

    fn decode_vec(raw: &[u8], _: &Datatype, count: usize) -> Option<Result<Vec<Self>, Error>> {
        let (elements, _) = raw.as_chunks::<N>();
        let elements = elements.get(..count)?;
        Some(Ok(elements.iter().map(|e| Stored(*e)).collect()))
    }
}

/// Reads a box as it is stored.
pub(super) fn fetch(
    dataset: &Dataset,
    size: usize,
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
) -> Result<(), String> {
    match size {
        1 => typed::<1>(dataset, start, shape, out),
        2 => typed::<2>(dataset, start, shape, out),
        4 => typed::<4>(dataset, start, shape, out),
        8 => typed::<8>(dataset, start, shape, out),
        _ => typed::<16>(dataset, start, shape, out),
    }
}

fn typed<const N: usize>(
    dataset: &Dataset,
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
) -> Result<(), String> {
    let slice = |(&s, &n): (&usize, &usize)| SliceInfoElem::Slice {
        start: s as u64,
        end: (s + n) as u64,
        step: 1,
    };
    let selections = start.iter().zip(shape).map(slice).collect();
    let read = guarded(|| dataset.read_slice::<Stored<N>>(&SliceInfo { selections }))?;
    if read.len() * N != out.len() {
        return Err("it is damaged".into());
    }
    for (to, element) in out.chunks_exact_mut(N).zip(read.iter()) {
        to.copy_from_slice(&element.0);
    }
    Ok(())
}
