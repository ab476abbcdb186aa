//! NetCDF and HDF5 files.
//!
//! Before: a path, and the name of a variable unless there is only one. After [`open`]: the
//! metadata was read and checked. Boxes are decoded as the conventions say ([`cf`]): packed and
//! missing numbers become floats and NaN.

mod cf;
mod classic;
mod hdf5;
mod write;

pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;
pub(crate) use write::suits;

use crate::attributes::{Attributes, Value};
use crate::boxes;
use crate::element::Element;
use crate::error::{StorageError, failure};
use crate::file::{Held, PIECE, Stopped, proceed};
use crate::info::{ArrayInfo, Info};
use crate::{OpenOptions, Source};
use arr_ir::dtype::{DType, Scalar};
use arr_ir::shape::{Shape, count};
use cf::{Attribute, Packing};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A variable of a file.
pub(crate) struct Variable {
    name: String,
    dimensions: Vec<String>,
    attributes: Vec<Attribute>,
    /// Why it cannot be read.
    problem: Option<String>,
    element: Element,
    layout: Layout,
    chunks: Option<Shape>,
    shape: Shape,
}

/// Where the elements of a variable are.
enum Layout {
    /// At a place of the file; the distance of records, if it has them.
    Classic { begin: u64, record: Option<u64> },
    /// In an HDF5 dataset; what a chunk of it holds, in bytes.
    Hdf5 { dataset: Box<hdf5_reader::Dataset>, codecs: Vec<String> },
}

/// What is in a file.
struct Content {
    format: String,
    attributes: Vec<Attribute>,
    groups: Vec<(String, Vec<Attribute>)>,
    variables: Vec<Variable>,
}

/// A variable that was opened.
pub struct NetcdfArray {
    held: Arc<Held>,
    variable: Variable,
    packing: Packing,
    attributes: Attributes,
}

/// The attribute value of numbers.
fn numbers(element: Element, data: &mut [u8]) -> Value {
    element.normalize(data);
    let size = element.stored_size();
    let one = |bytes: &[u8]| {
        let mut wide = [0; 16];
        wide[..size].copy_from_slice(bytes);
        let scalar = Scalar { dtype: element.dtype, bits: u128::from_le_bytes(wide) };
        match element.dtype.is_inexact() {
            true => Value::Float(scalar.as_f64()),
            false => Value::Int(scalar.as_i128()),
        }
    };
    let mut all: Vec<Value> = data.chunks_exact(size).map(one).collect();
    if all.len() == 1 { all.remove(0) } else { Value::List(all) }
}

fn content(path: &Path) -> Result<(Arc<Held>, Content), StorageError> {
    let (held, file, bytes) = Held::open(path)?;
    let held = Arc::new(held);
    let mut magic = [0; 3];
    let have = std::os::unix::fs::FileExt::read_at(&*file, &mut magic, 0).unwrap_or(0);
    let content = if have == 3 && magic == *b"CDF" {
        classic::read(&file, bytes).map(|header| Content {
            format: format!("NetCDF classic (CDF-{})", header.version),
            attributes: header.attributes,
            groups: vec![],
            variables: header.variables,
        })
    } else {
        hdf5::read(&held).map_err(Stopped::Bad)
    };
    content.map(|content| (held, content)).map_err(|e| e.at(path))
}

/// Whether a variable only says where the points of a dimension are.
fn is_coordinate(variable: &Variable) -> bool {
    let leaf = variable.name.rsplit('/').next();
    variable.dimensions.len() == 1 && variable.dimensions.first().map(|d| &**d) == leaf
}

/// Opens a variable: a named one, or the only one that is no coordinate of others.
///
/// # Errors
/// It is no such file, or has no such variable, or several and no name was given.
pub fn open(path: &Path, options: &OpenOptions) -> Result<NetcdfArray, StorageError> {
    let name = options.name.as_deref();
    let fail = |why: &str| failure("read", path, why);
    let (held, content) = content(path)?;
    let mut found = content.variables;
    let known = |variables: &[Variable]| {
        let names: Vec<&str> = variables.iter().map(|v| &*v.name).take(8).collect();
        names.join("`, `")
    };
    let at = match name {
        Some(name) => {
            let name = name.trim_matches('/');
            let at = found.iter().position(|v| v.name == name);
            at.ok_or_else(|| match found.is_empty() {
                true => fail("it has no variables"),
                false => fail(&format!("it has no variable `{name}`, but `{}`", known(&found))),
            })?
        }
        None => {
            found.retain(|v| !is_coordinate(v));
            let whole = found.iter().filter(|v| v.problem.is_none()).count();
            if whole == 1 {
                found.retain(|v| v.problem.is_none());
            }
            match found.len() {
                0 => return Err(fail("it has no variables")),
                1 => 0,
                _ => {
                    let why = format!("it has several variables: name one, as `{}`", known(&found));
                    return Err(fail(&why));
                }
            }
        }
    };
    let variable = found.swap_remove(at);
    if let Some(problem) = &variable.problem {
        return Err(fail(&format!("its variable `{}` cannot be read: {problem}", variable.name)));
    }
    let conventions = if options.raw { &[][..] } else { &variable.attributes };
    let packing = Packing::of(variable.element.dtype, conventions);
    let attributes = described(&variable);
    Ok(NetcdfArray { held, variable, packing, attributes })
}

fn described(variable: &Variable) -> Attributes {
    let mut attributes = cf::shown(&variable.attributes);
    if !variable.dimensions.is_empty() && attributes.get("dimensions").is_none() {
        let names = variable.dimensions.iter().map(|d| Value::Text(d.clone())).collect();
        attributes.push("dimensions", Value::List(names));
    }
    attributes
}

/// Lists the variables and groups of a file.
///
/// # Errors
/// It is no such file.
pub fn info(path: &Path) -> Result<Info, StorageError> {
    let (_, content) = content(path)?;
    let mut groups = vec![(String::new(), cf::shown(&content.attributes))];
    groups.extend(content.groups.iter().map(|(name, all)| (name.clone(), cf::shown(all))));
    let one = |v: &Variable| {
        let packing = Packing::of(v.element.dtype, &v.attributes);
        let stored = match (v.element.half, packing.dtype == v.element.dtype) {
            (true, _) => "float16".to_string(),
            (_, true) => String::new(),
            _ => format!("packed {}", packing.stored),
        };
        ArrayInfo {
            name: v.name.clone(),
            dtype: v.problem.is_none().then_some(packing.dtype),
            note: v.problem.clone().unwrap_or(stored),
            shape: v.shape.clone(),
            chunks: v.chunks.clone(),
            codecs: match &v.layout {
                Layout::Hdf5 { codecs, .. } => codecs.clone(),
                Layout::Classic { .. } => vec![],
            },
            attributes: described(v),
        }
    };
    let arrays = content.variables.iter().map(one).collect();
    Ok(Info { format: content.format, arrays, groups })
}

impl NetcdfArray {
    /// Reads stored elements.
    fn stored(
        &self,
        file: &std::fs::File,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        match &self.variable.layout {
            Layout::Classic { begin, record } => {
                classic::fetch(file, &self.variable, (*begin, *record), start, shape, out, stop)
            }
            Layout::Hdf5 { dataset, .. } => {
                proceed(stop)?;
                let name = &self.variable.name;
                hdf5::fetch(dataset, self.variable.element.stored_size(), start, shape, out)
                    .map_err(|why| Stopped::Bad(format!("its dataset `{name}`: {why}")))
            }
        }
    }

    /// The most elements that are read at once: whole rows of chunks where that is possible.
    fn piece(&self) -> usize {
        let most = PIECE / self.variable.element.stored_size();
        let chunk = self.variable.chunks.as_ref().map_or(1, |c| count(c));
        most.max(chunk)
    }
}

impl Source for NetcdfArray {
    fn dtype(&self) -> DType {
        self.packing.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.variable.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        self.variable.chunks.as_deref()
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
        let size = self.dtype().size();
        assert_eq!(out.len(), count(shape) * size, "the size of the box");
        let element = self.variable.element;
        self.held.reading(|file| {
            let mut done = 0;
            let mut stored = vec![];
            let mut plain = vec![];
            boxes::in_order(shape, self.piece(), |at, part| {
                let at: Shape = at.iter().zip(start).map(|(a, s)| a + s).collect();
                let n = count(part);
                let to = &mut out[done * size..(done + n) * size];
                done += n;
                if element.dtype == self.packing.dtype && !element.half && self.packing.is_plain() {
                    self.stored(file, &at, part, to, stop)?;
                    element.normalize(to);
                    return Ok(());
                }
                stored.resize(n * element.stored_size(), 0);
                self.stored(file, &at, part, &mut stored, stop)?;
                plain.resize(n * element.dtype.size(), 0);
                element.decode(&mut stored, &mut plain);
                self.packing.decode(&plain, to);
                Ok(())
            })
        })
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        let piece = count(shape).min(self.piece()) * self.variable.element.dtype.size();
        match &self.variable.layout {
            Layout::Classic { .. } => 2 * piece + (512 << 10),
            // Two copies of the piece by the reader, a chunk stored and decoded, its cache.
            Layout::Hdf5 { .. } => {
                let chunk = self.variable.chunks.as_ref().map_or(0, |c| count(c));
                4 * piece + 3 * chunk * self.variable.element.dtype.size() + hdf5::CACHE
            }
        }
    }

    fn path(&self) -> &Path {
        self.held.path()
    }

    fn is_held(&self) -> bool {
        self.held.is_held()
    }

    fn release(&self) {
        self.held.release();
    }

    fn secure(&self) -> Result<bool, StorageError> {
        self.held.held().map(|_| true)
    }

    fn is_at(&self, path: &Path) -> bool {
        self.held.is_at(path)
    }
}
