//! Writing tables: a row is a line, numbers are the shortest that are read as the same.

use super::*;
use crate::files::Files;
use crate::stage::Stage;
use crate::target::Target;
use crate::{CreateOptions, Sink, known};
use arr_ir::dtype::{Kind, Scalar};
use std::fmt::Write;
use std::sync::Arc;

/// A table being written: elements are collected, and become text at the end.
pub struct TextSink {
    target: Target,
    stage: Stage,
    dtype: DType,
    columns: usize,
    separator: char,
    /// The first line.
    header: String,
}

/// Begins a table of one or two dimensions.
///
/// # Errors
/// Nothing can be written there, or the array is no table.
pub fn create(
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    create_with(options.unfinished.files(), path, dtype, shape, options)
}

pub(crate) fn create_with(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    let fail = |why: String| failure("write", path, &why);
    let separator = separator(path, options);
    suits(path, dtype, &known(shape), options).map_err(fail)?;
    let columns = shape.get(1).copied().unwrap_or(1);
    let names = options.header.as_deref();
    let header = names.map_or(Ok(String::new()), |names| header(names, separator)).map_err(fail)?;
    let target = Target::new(files, path)?;
    let stage = Stage::new(shape, dtype.size(), Some(target.directory()));
    let stage = stage.map_err(|e| target.fail(&e))?;
    Ok(Box::new(TextSink { target, stage, dtype, columns, separator, header }))
}

/// Whether an array of this dtype and these sizes, where they are known, can be a table.
pub(crate) fn suits(
    path: &Path,
    dtype: DType,
    sizes: &[Option<usize>],
    options: &CreateOptions,
) -> Result<(), String> {
    if dtype.kind() == Kind::Complex {
        return Err("complex numbers are not written as text".into());
    }
    let columns = match sizes {
        [_] => Some(1),
        [_, columns] => *columns,
        _ => return Err("only arrays of one or two dimensions are written as text".into()),
    };
    if let (Some(names), Some(columns)) = (&options.header, columns) {
        if names.len() != columns {
            let (n, these) = (names.len(), columns);
            return Err(format!("the header has {n} names, the array {these} columns"));
        }
        header(names, separator(path, options))?;
    }
    Ok(())
}

/// What stands between the fields of a file of this name.
fn separator(path: &Path, options: &CreateOptions) -> char {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match (options.delimiter, extension.as_deref()) {
        (Some(byte), _) => char::from(byte),
        (None, Some("tsv")) => '\t',
        (None, Some("txt")) => ' ',
        (None, _) => ',',
    }
}

/// The line of the names of the columns.
fn header(names: &[String], separator: char) -> Result<String, String> {
    let mut line = String::new();
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            line.push(separator);
        }
        let bad = |c: char| c == '"' || c.is_control() && c != '\t';
        if name.trim().is_empty() || name.len() > 1000 || name.contains(bad) {
            return Err(format!("`{}` cannot be the name of a column", shown(name.as_bytes())));
        }
        let special = [separator, '\t', ';', ',', '#', ' '];
        match name.contains(special) {
            true => write!(line, "\"{name}\"").expect("a string takes text"),
            false => line.push_str(name),
        }
    }
    line.push('\n');
    Ok(line)
}

impl TextSink {
    fn text(&self) -> io::Result<()> {
        let size = self.dtype.size();
        let row = (self.columns * size).max(1);
        self.target.output().write_at(self.header.as_bytes(), 0)?;
        let (mut text, mut at) = (String::new(), self.header.len() as u64);
        self.stage.in_order(row, |rows| {
            for row in rows.chunks_exact(row) {
                for (i, bytes) in row.chunks_exact(size).enumerate() {
                    if i > 0 {
                        text.push(self.separator);
                    }
                    let mut wide = [0; 16];
                    wide[..size].copy_from_slice(bytes);
                    push(&mut text, self.dtype, u128::from_le_bytes(wide));
                }
                text.push('\n');
            }
            self.target.output().write_at(text.as_bytes(), at)?;
            at += text.len() as u64;
            text.clear();
            Ok(())
        })
    }
}

/// Adds an element.
fn push(text: &mut String, dtype: DType, bits: u128) {
    let written = match dtype {
        DType::F32 if f32::from_bits(bits as u32).is_nan() => write!(text, "nan"),
        DType::F64 if f64::from_bits(bits as u64).is_nan() => write!(text, "nan"),
        DType::F32 => write!(text, "{:?}", f32::from_bits(bits as u32)),
        DType::F64 => write!(text, "{:?}", f64::from_bits(bits as u64)),
        _ => write!(text, "{}", Scalar { dtype, bits }.as_i128()),
    };
    written.expect("a string takes text");
}

impl Sink for TextSink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        self.stage.write(start, shape, data).map_err(|e| self.target.fail(&e))
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.text().map_err(|e| self.target.fail(&e))?;
        self.target.commit()
    }
}
