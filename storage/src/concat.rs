//! Arrays of several files, one behind the other along a dimension.
//!
//! Before: a pattern. After [`open`]: all files that match were opened, in the order of their
//! names, and agree in dtype and in every other dimension. Descriptors of many files are not held.

use crate::attributes::{Attributes, Value};
use crate::boxes::{self, Around};
use crate::error::{StorageError, failure};
use crate::{OpenOptions, Source};
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, checked_count, count};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The most files that one array is made of.
const MAX_FILES: usize = 100_000;
/// Of more files than these, descriptors are given back after every use.
pub(crate) const MAX_HELD: usize = 64;

/// Arrays one behind the other.
pub(crate) struct Concat {
    path: PathBuf,
    parts: Vec<Arc<dyn Source>>,
    /// Where each part begins along the axis, and the end.
    starts: Vec<usize>,
    axis: usize,
    shape: Shape,
    chunks: Option<Shape>,
}

/// Whether a path stands for several files.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[']) && std::fs::symlink_metadata(path).is_err()
}

/// The files that match, in the order of their names.
pub(crate) fn matching(pattern: &str) -> Result<Vec<PathBuf>, StorageError> {
    let fail = |why: &str| failure("read", Path::new(pattern), why);
    let strict = glob::MatchOptions {
        require_literal_separator: true,
        require_literal_leading_dot: true,
        ..glob::MatchOptions::default()
    };
    let found = glob::glob_with(pattern, strict);
    let found = found.map_err(|e| fail(&format!("the pattern is malformed ({})", e.msg)))?;
    let mut paths = vec![];
    for path in found {
        if paths.len() == MAX_FILES {
            return Err(fail("too many files match"));
        }
        paths.push(path.map_err(|e| fail(&crate::reason(e.error())))?);
    }
    if paths.is_empty() {
        return Err(fail("no file matches"));
    }
    Ok(paths)
}

/// Opens files of one pattern.
pub(crate) fn open(
    pattern: &str,
    paths: &[PathBuf],
    options: &OpenOptions,
) -> Result<Concat, StorageError> {
    let fail = |why: &str| failure("read", Path::new(pattern), why);
    let mut parts: Vec<Arc<dyn Source>> = vec![];
    let alone = OpenOptions { along: None, ..options.clone() };
    for path in paths {
        let path = path.to_str().ok_or_else(|| fail("a name that matches is not UTF-8"))?;
        // A name found may itself look like a pattern: it is a file, and not expanded again.
        let part = crate::open(path, &alone)?;
        if parts.len() >= MAX_HELD {
            part.release();
        }
        parts.push(part);
    }
    if parts.len() > MAX_HELD {
        parts.iter().for_each(|p| p.release());
    }
    let axis = axis(&*parts[0], options).map_err(|why| fail(&why))?;
    joined(pattern, parts, axis)
}

/// The axis that was asked for.
fn axis(first: &dyn Source, options: &OpenOptions) -> Result<usize, String> {
    let rank = first.shape().len();
    if rank == 0 {
        return Err("arrays without dimensions cannot follow each other".into());
    }
    let Some(along) = &options.along else { return Ok(0) };
    if let Ok(axis) = along.parse::<usize>() {
        return match axis < rank {
            true => Ok(axis),
            false => Err(format!("the arrays have {rank} dimensions, there is no axis {axis}")),
        };
    }
    let names = match first.attributes().get("dimensions") {
        Some(Value::List(names)) => &names[..],
        _ => &[],
    };
    let found = names.iter().position(|n| matches!(n, Value::Text(t) if t == along));
    found.filter(|&axis| axis < rank).ok_or_else(|| format!("there is no dimension `{along}`"))
}

fn joined(pattern: &str, parts: Vec<Arc<dyn Source>>, axis: usize) -> Result<Concat, StorageError> {
    let mut shape = Shape::from_slice(parts[0].shape());
    let mut starts = vec![0usize];
    for part in &parts {
        let mut own = Shape::from_slice(part.shape());
        if own.len() == shape.len() {
            own[axis] = shape[axis];
        }
        if own != shape || part.dtype() != parts[0].dtype() {
            let why = format!(
                "it holds {} of shape {:?}, which does not fit {} of shape {:?} of `{}`",
                part.dtype(),
                part.shape(),
                parts[0].dtype(),
                parts[0].shape(),
                parts[0].path().display()
            );
            return Err(failure("read", part.path(), &why));
        }
        let end = starts[starts.len() - 1].checked_add(part.shape()[axis]);
        starts.push(end.ok_or_else(|| failure("read", part.path(), "it is too large"))?);
    }
    shape[axis] = starts[parts.len()];
    if checked_count(&shape).is_none() {
        return Err(failure("read", Path::new(pattern), "the array is too large"));
    }
    let chunks = parts[0].chunks().map(Shape::from_slice).filter(|c| {
        let aligned = starts[..parts.len()].iter().all(|s| s.is_multiple_of(c[axis]));
        aligned && parts.iter().all(|p| p.chunks() == Some(c))
    });
    Ok(Concat { path: pattern.into(), parts, starts, axis, shape, chunks })
}

impl Source for Concat {
    fn dtype(&self) -> DType {
        self.parts[0].dtype()
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        self.chunks.as_deref()
    }

    fn attributes(&self) -> &Attributes {
        self.parts[0].attributes()
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
        let (from, to) = (start[self.axis], start[self.axis] + shape[self.axis]);
        let whole = Around { origin: start, shape };
        // Parts lie one behind the other in the output if nothing is before the axis.
        let behind = shape[..self.axis].iter().all(|&n| n == 1);
        let mut done = 0;
        for (i, part) in self.parts.iter().enumerate() {
            let (low, high) = (self.starts[i].max(from), self.starts[i + 1].min(to));
            if low >= high {
                continue;
            }
            let mut size_here = Shape::from_slice(shape);
            size_here[self.axis] = high - low;
            let mut origin = Shape::from_slice(start);
            origin[self.axis] = low;
            let mut own = origin.clone();
            own[self.axis] -= self.starts[i];
            let bytes = count(&size_here) * size;
            if behind {
                part.read(&own, &size_here, &mut out[done..done + bytes], stop)?;
                done += bytes;
            } else {
                let mut piece = vec![0; bytes];
                part.read(&own, &size_here, &mut piece, stop)?;
                let around = Around { origin: &origin, shape: &size_here };
                boxes::copy(&around, &piece, &whole, out, size);
            }
            if self.parts.len() > MAX_HELD {
                part.release();
            }
        }
        Ok(())
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        let inner = self.parts.iter().map(|p| p.scratch(shape)).max().unwrap_or(0);
        inner + if self.axis == 0 { 0 } else { count(shape) * self.dtype().size() }
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn is_held(&self) -> bool {
        self.parts.iter().any(|p| p.is_held())
    }

    fn release(&self) {
        self.parts.iter().for_each(|p| p.release());
    }

    fn secure(&self) -> Result<bool, StorageError> {
        // Every part must hold its file at once: not of many.
        if self.parts.len() > MAX_HELD {
            return Ok(false);
        }
        self.parts.iter().try_fold(true, |all, part| Ok(part.secure()? && all))
    }

    fn is_at(&self, path: &Path) -> bool {
        self.parts.iter().any(|p| p.is_at(path))
    }
}
