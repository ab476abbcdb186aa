//! Numbers as text: comma-separated values and their like.
//!
//! Before: a path. After [`open`]: the file was gone through once; all rows have as many fields,
//! and the place of every 512th row is known. A line is a row; empty lines and those that begin
//! with `#` are none. The first row is a header if a field of it is no number. Fields are
//! separated by tabs if the first row has one, else by semicolons, else by commas, else by spaces.
//! Nothing, `NA`, `nan`, `null` and the like are NaN. Elements are float64.

mod write;

pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;

use crate::attributes::{Attributes, Value};
use crate::error::{StorageError, failure};
use crate::file::{Held, Stopped, proceed};
use crate::{OpenOptions, Source};
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Rows between places that are kept.
const STEP: usize = 512;
/// The longest line.
const MAX_LINE: u64 = 16 << 20;

/// What stands for a missing number, besides nothing.
const MISSING: &[&str] = &["NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "-nan"];

/// A table of numbers.
pub struct TextArray {
    held: Held,
    separator: Separator,
    /// Where every 512th row is: its byte and its line.
    index: Vec<(u64, u64)>,
    /// Fields of a row.
    fields: usize,
    /// The column that was asked for.
    column: Option<usize>,
    shape: Shape,
    attributes: Attributes,
}

/// What stands between fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Separator {
    Byte(u8),
    Spaces,
}

/// A file from a position on.
struct From<'a> {
    file: &'a File,
    at: u64,
}

impl Read for From<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(out, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// The lines of a file that are rows.
struct Rows<'a> {
    from: BufReader<From<'a>>,
    line: Vec<u8>,
    /// Where the row begins, and the line after it, counted from 1.
    at: u64,
    number: u64,
    next: u64,
}

impl<'a> Rows<'a> {
    fn new(file: &'a File, at: u64, number: u64) -> Rows<'a> {
        let from = BufReader::with_capacity(256 << 10, From { file, at });
        Rows { from, line: vec![], at, number, next: at }
    }

    /// Goes to the next row; whether there is one.
    fn advance(&mut self) -> Result<bool, Stopped> {
        loop {
            self.line.clear();
            self.at = self.next;
            let n = (&mut self.from).take(MAX_LINE + 1).read_until(b'\n', &mut self.line)?;
            if n == 0 {
                return Ok(false);
            }
            self.number += 1;
            self.next += n as u64;
            if n as u64 > MAX_LINE {
                return Err(bad(self.number, "it is too long"));
            }
            while matches!(self.line.last(), Some(b'\n' | b'\r')) {
                self.line.pop();
            }
            // A byte order mark is no part of the first field.
            if self.at == 0 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            let blank = self.line.iter().all(u8::is_ascii_whitespace);
            // A line of tabs is a row of nothing.
            let empty = self.line.is_empty() || blank && !self.line.contains(&b'\t');
            if !empty && self.line[0] != b'#' {
                return Ok(true);
            }
        }
    }
}

fn bad(line: u64, why: &str) -> Stopped {
    Stopped::Bad(format!("line {line}: {why}"))
}

impl Separator {
    fn of(line: &[u8]) -> Separator {
        let mut quoted = false;
        let mut seen = [false; 3];
        for &byte in line {
            match byte {
                b'"' => quoted = !quoted,
                b'\t' if !quoted => seen[0] = true,
                b';' if !quoted => seen[1] = true,
                b',' if !quoted => seen[2] = true,
                _ => {}
            }
        }
        let found = [b'\t', b';', b','].into_iter().zip(seen).find(|s| s.1);
        found.map_or(Separator::Spaces, |s| Separator::Byte(s.0))
    }

    /// Gives the fields of a line, without quotes and spaces around them; says how many.
    fn split<'a>(self, line: &'a [u8], mut each: impl FnMut(usize, &'a [u8])) -> usize {
        match self {
            Separator::Spaces => {
                let parts = line.split(u8::is_ascii_whitespace).filter(|p| !p.is_empty());
                parts.enumerate().map(|(i, part)| each(i, unquoted(part))).count()
            }
            Separator::Byte(separator) => {
                let (mut i, mut start, mut quoted) = (0, 0, false);
                for (at, &byte) in line.iter().enumerate() {
                    if byte == b'"' {
                        quoted = !quoted;
                    } else if byte == separator && !quoted {
                        each(i, unquoted(&line[start..at]));
                        (i, start) = (i + 1, at + 1);
                    }
                }
                each(i, unquoted(&line[start..]));
                i + 1
            }
        }
    }
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    match field {
        [b'"', inner @ .., b'"'] => inner.trim_ascii(),
        _ => field,
    }
}

/// A field as a number; none if it is no number.
fn number(field: &[u8]) -> Option<f64> {
    if field.is_empty() {
        return Some(f64::NAN);
    }
    let text = std::str::from_utf8(field).ok()?;
    match MISSING.contains(&text) {
        true => Some(f64::NAN),
        false => text.parse().ok(),
    }
}

fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(field).chars().take(40).collect()
}

/// Opens a table, or one column of it by its name.
///
/// # Errors
/// It has no rows, rows of different lengths, or not the column.
pub fn open(path: &Path, options: &OpenOptions) -> Result<TextArray, StorageError> {
    let (held, file, _) = Held::open(path)?;
    let name = options.name.as_deref();
    let scanned = scan(&file, options).map_err(|e| e.at(path))?;
    let column = match name {
        None => None,
        Some(name) => {
            let found = scanned.header.iter().position(|h| h == name);
            let found = found.ok_or_else(|| {
                let names: Vec<&str> = scanned.header.iter().map(|h| &**h).take(8).collect();
                let why = match names.is_empty() {
                    true => format!("it has no header, and so no column `{name}`"),
                    false => format!("it has no column `{name}`, but `{}`", names.join("`, `")),
                };
                failure("read", path, &why)
            })?;
            Some(found)
        }
    };
    let mut attributes = Attributes::default();
    if !scanned.header.is_empty() {
        let names = scanned.header.into_iter().map(Value::Text).collect();
        attributes.push("columns", Value::List(names));
    }
    let shape: Shape = match column {
        Some(_) => [scanned.rows].into_iter().collect(),
        None => [scanned.rows, scanned.fields].into_iter().collect(),
    };
    Ok(TextArray {
        held,
        separator: scanned.separator,
        index: scanned.index,
        fields: scanned.fields,
        column,
        shape,
        attributes,
    })
}

struct Scanned {
    separator: Separator,
    header: Vec<String>,
    index: Vec<(u64, u64)>,
    rows: usize,
    fields: usize,
}

fn scan(file: &File, options: &OpenOptions) -> Result<Scanned, Stopped> {
    let mut rows = Rows::new(file, 0, 0);
    if !rows.advance()? {
        return Err(Stopped::Bad("it has no rows".into()));
    }
    if rows.line.contains(&0) {
        return Err(bad(rows.number, "it is not text"));
    }
    let separator = options.delimiter.map_or_else(|| Separator::of(&rows.line), Separator::Byte);
    let mut header = vec![];
    let mut numbers = true;
    let fields = separator.split(&rows.line, |_, field| {
        header.push(shown(field));
        numbers &= number(field).is_some();
    });
    let numbers = options.header.map_or(numbers, |header| !header);
    let mut found = Scanned { separator, header, index: vec![], rows: 0, fields };
    if numbers {
        found.header.clear();
    }
    let mut more = if numbers { true } else { rows.advance()? };
    while more {
        let n = separator.split(&rows.line, |_, _| {});
        if n != fields {
            return Err(bad(rows.number, &format!("{n} fields instead of {fields}")));
        }
        if found.rows.is_multiple_of(STEP) {
            found.index.push((rows.at, rows.number - 1));
        }
        found.rows += 1;
        more = rows.advance()?;
    }
    Ok(found)
}

impl TextArray {
    /// Reads rows from `first` on; of each the fields `low..high`.
    fn rows(
        &self,
        file: &File,
        first: usize,
        (low, high): (usize, usize),
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        if out.is_empty() {
            return Ok(());
        }
        let (at, line) = self.index[first / STEP];
        let mut rows = Rows::new(file, at, line);
        let changed = || Stopped::Bad("it ends too early".into());
        for _ in 0..first % STEP {
            if !rows.advance()? {
                return Err(changed());
            }
        }
        for (i, row) in out.chunks_exact_mut((high - low) * 8).enumerate() {
            if i % STEP == 0 {
                proceed(stop)?;
            }
            if !rows.advance()? {
                return Err(changed());
            }
            let mut wrong = None;
            let n = self.separator.split(&rows.line, |i, field| {
                if i < low || i >= high {
                    return;
                }
                match number(field) {
                    Some(value) => {
                        row[(i - low) * 8..][..8].copy_from_slice(&value.to_le_bytes());
                    }
                    None => wrong = wrong.or(Some((i, field))),
                }
            });
            if n != self.fields {
                return Err(changed());
            }
            if let Some((i, field)) = wrong {
                let why = format!("field {}: `{}` is no number", i + 1, shown(field));
                return Err(bad(rows.number, &why));
            }
        }
        Ok(())
    }
}

impl Source for TextArray {
    fn dtype(&self) -> DType {
        DType::F64
    }

    fn shape(&self) -> &[usize] {
        &self.shape
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
        assert_eq!(out.len(), count(shape) * 8, "the size of the box");
        let range = match self.column {
            Some(column) => (column, column + 1),
            None => (start[1], start[1] + shape[1]),
        };
        self.held.reading(|file| self.rows(file, start[0], range, out, stop))
    }

    fn scratch(&self, _shape: &[usize]) -> usize {
        // A buffer and a line, which is usually short.
        1 << 20
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
