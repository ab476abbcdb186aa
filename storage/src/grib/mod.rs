//! GRIB files, editions 1 and 2.
//!
//! Before: a path, and the name of a variable unless there is only one. After [`open`]: the headers
//! of all messages were read and checked, and no number. Messages of one parameter, type of level,
//! statistic and grid are a variable ([`cube`]); a message is a chunk, and is decoded when it is
//! read ([`decode`]). Numbers are as ecCodes decodes them, missing ones NaN: float32, or float64
//! where they are packed in more than 24 bits.
//!
//! Reading the headers costs a read or two for each message. Numbers are unpacked by `grib_reader`.
//! Names of parameters, levels and dimensions are those of ecCodes and cfgrib.
//!
//! References: WMO Manual on Codes, volume I.2, FM 92 GRIB (edition 2) and FM 92-X Ext. GRIB
//! (edition 1).

mod cube;
mod decode;
mod field;
mod grid;
mod level;
mod one;
mod parameter;
mod scan;
mod two;

use crate::attributes::Attributes;
use crate::boxes::{self, Around};
use crate::concat::MAX_HELD;
use crate::error::{StorageError, failure};
use crate::file::{Held, proceed};
use crate::info::{ArrayInfo, Info};
use crate::{OpenOptions, Source};
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use cube::{Content, Variable};
use field::Field;
use grid::Grid;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A variable that was opened.
struct GribArray {
    /// As it was asked for: of one file or of several.
    path: PathBuf,
    files: Vec<Held>,
    shape: Shape,
    chunks: Option<Shape>,
    dtype: DType,
    attributes: Attributes,
    numbers: Numbers,
}

/// Where the numbers of an array are.
enum Numbers {
    /// In messages, those of the last of the outer dimensions next to each other.
    Messages { fields: Vec<Field>, grid: Grid },
    /// Here, as in memory.
    Values(Vec<u8>),
}

fn content(files: &[PathBuf]) -> Result<(Vec<Held>, Content), StorageError> {
    let mut scanned = scan::Scanned::default();
    let mut all = vec![];
    for path in files {
        let (held, file, bytes) = Held::open(path)?;
        let name = (files.len() > 1).then(|| path.display().to_string().into());
        scan::scan(&file, bytes, (all.len(), name), &mut scanned).map_err(|e| e.at(path))?;
        if files.len() > MAX_HELD {
            held.release();
        }
        all.push(held);
    }
    Ok((all, cube::content(scanned)))
}

/// Opens a variable of the messages of files: a named one, or the only one that is no coordinate of
/// others.
///
/// # Errors
/// A file is no such file; there is no such variable, or several and no name was given; or the
/// messages of the variable fill no grid of its dimensions.
pub(crate) fn open(
    path: &Path,
    files: &[PathBuf],
    options: &OpenOptions,
) -> Result<Arc<dyn Source>, StorageError> {
    let fail = |why: &str| failure("read", path, why);
    let (files, mut content) = content(files)?;
    let at = chosen(&content.variables, options.name.as_deref()).map_err(|why| fail(&why))?;
    let variable = content.variables.swap_remove(at);
    if let Some(problem) = &variable.problem {
        return Err(fail(&format!("its variable `{}` cannot be read: {problem}", variable.name)));
    }
    if let Some(along) = &options.along
        && !variable.has_dimension(along)
    {
        return Err(fail(&format!("there is no dimension `{along}`")));
    }
    let numbers = match variable.numbers {
        cube::Numbers::Messages { fields, grid } => {
            let grid = content.grids.swap_remove(grid);
            Numbers::Messages { fields, grid }
        }
        cube::Numbers::Axis(axis) => {
            let values = axis.values().map_err(|why| {
                fail(&format!("its variable `{}` cannot be read: {why}", variable.name))
            })?;
            Numbers::Values(values)
        }
    };
    Ok(Arc::new(GribArray {
        path: path.into(),
        files,
        shape: variable.shape,
        chunks: variable.chunks,
        dtype: variable.dtype,
        attributes: variable.attributes,
        numbers,
    }))
}

/// The place of the variable that is meant.
fn chosen(variables: &[Variable], name: Option<&str>) -> Result<usize, String> {
    let list = |which: &dyn Fn(&Variable) -> bool| {
        let names: Vec<&str> = variables.iter().filter(|v| which(v)).map(|v| &*v.name).collect();
        names.join("`, `")
    };
    if let Some(name) = name {
        if let Some(at) = variables.iter().position(|v| v.name == name) {
            return Ok(at);
        }
        let several = |v: &Variable| v.parameter == name;
        if variables.iter().any(several) {
            return Err(format!("its variables of `{name}` are called `{}`", list(&several)));
        }
        return Err(format!("it has no variable `{name}`, but `{}`", list(&|_| true)));
    }
    let own = |v: &Variable| !v.is_coordinate();
    match variables.iter().filter(|v| own(v)).count() {
        1 => Ok(variables.iter().position(own).unwrap_or(0)),
        _ => Err(format!("it has several variables: name one, as `{}`", list(&own))),
    }
}

/// Lists the variables of a file, its coordinates after them.
///
/// # Errors
/// It is no such file.
pub(crate) fn info(path: &Path) -> Result<Info, StorageError> {
    let (_, content) = content(&[path.into()])?;
    let one = |v: &Variable| ArrayInfo {
        name: v.name.clone(),
        dtype: v.problem.is_none().then_some(v.dtype),
        note: v.problem.clone().unwrap_or(v.stored.clone()),
        shape: v.shape.clone(),
        chunks: v.chunks.clone(),
        codecs: v.codecs.iter().map(|c| c.to_string()).collect(),
        attributes: v.attributes.clone(),
    };
    Ok(Info {
        format: content.format,
        arrays: content.variables.iter().map(one).collect(),
        groups: vec![(String::new(), content.attributes)],
    })
}

impl GribArray {
    /// Reads a box of messages, one after the other.
    fn messages(
        &self,
        (fields, grid): (&[Field], &Grid),
        (start, shape): (&[usize], &[usize]),
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        let outer = self.shape.len() - grid.shape.len();
        let bytes = count(&shape[outer..]) * self.dtype.size();
        if out.is_empty() {
            return Ok(());
        }
        let part = grid.part(&start[outer..], &shape[outer..]);
        let mut index = vec![0; outer];
        for out in out.chunks_exact_mut(bytes) {
            let at = (0..outer).fold(0, |at, d| at * self.shape[d] + start[d] + index[d]);
            let field = &fields[at];
            let held = &self.files[field.file];
            held.reading(|file| {
                proceed(stop)?;
                decode::read(file, field, grid, &part, self.dtype, out, stop)
                    .map_err(|e| e.of(&field.place()))
            })?;
            if self.files.len() > MAX_HELD {
                held.release();
            }
            for d in (0..outer).rev() {
                index[d] += 1;
                if index[d] < shape[d] {
                    break;
                }
                index[d] = 0;
            }
        }
        Ok(())
    }
}

impl Source for GribArray {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        self.chunks.as_deref()
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
        let size = self.dtype.size();
        assert_eq!(out.len(), count(shape) * size, "the size of the box");
        match &self.numbers {
            Numbers::Messages { fields, grid } => {
                self.messages((fields, grid), (start, shape), out, stop)
            }
            Numbers::Values(values) => {
                let origin = vec![0; self.shape.len()];
                let all = Around { origin: &origin, shape: &self.shape };
                boxes::copy(&all, values, &Around { origin: start, shape }, out, size);
                Ok(())
            }
        }
    }

    fn scratch(&self, _shape: &[usize]) -> usize {
        match &self.numbers {
            Numbers::Messages { fields, grid } => {
                let most = fields.iter().map(|f| decode::scratch(f, grid, self.dtype)).max();
                most.unwrap_or(0)
            }
            Numbers::Values(_) => 0,
        }
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn is_held(&self) -> bool {
        self.files.iter().any(|f| f.is_held())
    }

    fn release(&self) {
        self.files.iter().for_each(|f| f.release());
    }

    fn secure(&self) -> Result<bool, StorageError> {
        // Every file must be held at once: not many.
        if self.files.len() > MAX_HELD {
            return Ok(false);
        }
        self.files.iter().try_for_each(|f| f.held().map(drop)).map(|()| true)
    }

    fn is_at(&self, path: &Path) -> bool {
        self.files.iter().any(|f| f.is_at(path))
    }
}
