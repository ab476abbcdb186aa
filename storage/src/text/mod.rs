//! Numbers as text: comma-separated values and their like.
//!
//! Before: a path. After [`open`]: the file was gone through once; all rows have as many fields,
//! and the place of every 512th row is known. A line is a row, with the lines after it while a
//! quote is open; empty lines and those that begin with `#`, spaces before it or not, are none.
//! The first row is a header if no field of it is a number; one with some numbers is asked about.
//! Fields are separated by tabs if the first row has one, else by semicolons, else by commas, else
//! by spaces.
//! Nothing, `NA`, `nan`, `null` and the like are NaN. Elements are float64. A table of one column
//! is an array of one dimension. Options say otherwise.

mod write;

pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;
pub(crate) use write::suits;

use crate::attributes::{Attributes, Value};
use crate::error::{StorageError, failure};
use crate::file::{Held, Stopped, proceed};
use crate::{OpenOptions, Source};
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use arr_ir::table::{Column, Columns, TableOptions};
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
    /// The fields that are the columns of the array, unless these are all.
    picked: Option<Vec<usize>>,
    missing: Missing,
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

    /// Reads a line; whether there is one.
    fn read_line(&mut self) -> Result<bool, Stopped> {
        self.line.clear();
        self.at = self.next;
        self.read_more()
    }

    /// Reads a line after what is there; whether there is one.
    fn read_more(&mut self) -> Result<bool, Stopped> {
        let room = MAX_LINE + 1 - self.line.len() as u64;
        let n = (&mut self.from).take(room).read_until(b'\n', &mut self.line)?;
        if n == 0 {
            return Ok(false);
        }
        self.number += 1;
        self.next += n as u64;
        if self.line.len() as u64 > MAX_LINE {
            return Err(bad(self.number, "it is too long"));
        }
        Ok(true)
    }

    /// Reads on while a quote is open.
    fn close_quote(&mut self) -> Result<(), Stopped> {
        let first = self.number;
        let mut from = 0;
        let mut open = false;
        loop {
            open ^= self.line[from..].iter().filter(|&&b| b == b'"').count() % 2 == 1;
            from = self.line.len();
            if !open {
                return Ok(());
            }
            if !self.read_more()? {
                return Err(bad(first, "a quote is not closed"));
            }
        }
    }

    /// Goes to the next row; whether there is one.
    fn advance(&mut self) -> Result<bool, Stopped> {
        while self.read_line()? {
            if self.line.trim_ascii_start().first() == Some(&b'#') {
                continue;
            }
            self.close_quote()?;
            while matches!(self.line.last(), Some(b'\n' | b'\r')) {
                self.line.pop();
            }
            if self.line.contains(&b'\r') && !self.line.contains(&b'"') {
                return Err(bad(self.number, "a carriage return that ends no line"));
            }
            // A byte order mark is no part of the first field.
            if self.at == 0 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            let blank = self.line.iter().all(u8::is_ascii_whitespace);
            // A line of tabs is a row of nothing.
            let empty = self.line.is_empty() || blank && !self.line.contains(&b'\t');
            if !empty {
                return Ok(true);
            }
        }
        Ok(false)
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
                let (mut i, mut start, mut quoted) = (0, None, false);
                for (at, &byte) in line.iter().enumerate() {
                    let space = byte.is_ascii_whitespace() && !quoted;
                    quoted ^= byte == b'"';
                    match (start, space) {
                        (None, false) => start = Some(at),
                        (Some(from), true) => {
                            each(i, unquoted(&line[from..at]));
                            (i, start) = (i + 1, None);
                        }
                        _ => {}
                    }
                }
                if let Some(from) = start {
                    each(i, unquoted(&line[from..]));
                    i += 1;
                }
                i
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

/// What stands for a missing number.
struct Missing(Vec<(String, Option<f64>)>);

impl Missing {
    fn of(options: &TableOptions) -> Missing {
        let given = options.missing.iter();
        Missing(given.map(|text| (text.trim().to_string(), text.trim().parse().ok())).collect())
    }

    /// A field as a number; none if it is no number.
    fn number(&self, field: &[u8]) -> Option<f64> {
        if field.is_empty() {
            return Some(f64::NAN);
        }
        let text = std::str::from_utf8(field).ok()?;
        let value = text.parse().ok();
        let same = |(given, number): &(String, Option<f64>)| {
            given == text || number.is_some() && *number == value
        };
        match MISSING.contains(&text) || self.0.iter().any(same) {
            true => Some(f64::NAN),
            false => value,
        }
    }
}

fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(field).chars().take(40).collect()
}

/// Opens a table, or columns of it.
///
/// # Errors
/// It has no rows, rows of different lengths, or not the columns.
pub fn open(path: &Path, options: &OpenOptions) -> Result<TextArray, StorageError> {
    let (held, file, _) = Held::open(path)?;
    let missing = Missing::of(&options.table);
    let scanned = scan(&file, &options.table, &missing).map_err(|e| e.at(path))?;
    let fail = |why: String| failure("read", path, &why);
    let picked = match (&options.name, &options.table.columns) {
        (None, Columns::All) => None,
        (None, Columns::One(column)) => Some(vec![scanned.column(column).map_err(fail)?]),
        (None, Columns::Several(columns)) => {
            let all: Result<_, _> = columns.iter().map(|c| scanned.column(c)).collect();
            Some(all.map_err(fail)?)
        }
        (Some(name), Columns::All) => {
            Some(vec![scanned.column(&Column::Name(name.clone())).map_err(fail)?])
        }
        (Some(_), _) => return Err(fail("columns are given twice".into())),
    };
    let names: Vec<&String> = match &picked {
        None => scanned.header.iter().collect(),
        Some(picked) => picked.iter().filter_map(|&i| scanned.header.get(i)).collect(),
    };
    let mut attributes = Attributes::default();
    if !names.is_empty() {
        let names = names.into_iter().cloned().map(Value::Text).collect();
        attributes.push("columns", Value::List(names));
    }
    let columns = picked.as_ref().map_or(scanned.fields, Vec::len);
    let mut shape: Shape = [scanned.rows, columns].into_iter().collect();
    if columns == 1 && !matches!(options.table.columns, Columns::Several(_)) {
        shape.pop();
    }
    Ok(TextArray {
        held,
        separator: scanned.separator,
        index: scanned.index,
        fields: scanned.fields,
        picked,
        missing,
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

impl Scanned {
    /// Which field a column is.
    fn column(&self, column: &Column) -> Result<usize, String> {
        match column {
            Column::Number(number) => {
                let n = self.fields;
                let at = if *number < 0 { *number + n as i64 } else { *number };
                let found = usize::try_from(at).ok().filter(|&at| at < n);
                found.ok_or_else(|| format!("it has no column {number}: there are {n}"))
            }
            Column::Name(name) => {
                let found = self.header.iter().position(|h| h == name);
                found.ok_or_else(|| {
                    let names: Vec<&str> = self.header.iter().map(|h| &**h).take(8).collect();
                    match names.is_empty() {
                        true => format!("it has no header, and so no column `{name}`"),
                        false => {
                            format!("it has no column `{name}`, but `{}`", names.join("`, `"))
                        }
                    }
                })
            }
        }
    }
}

fn scan(file: &File, options: &TableOptions, missing: &Missing) -> Result<Scanned, Stopped> {
    let mut rows = Rows::new(file, 0, 0);
    for _ in 0..options.skip {
        if !rows.read_line()? {
            break;
        }
    }
    if !rows.advance()? {
        let after = match options.skip {
            0 => String::new(),
            1 => " after the line that is skipped".into(),
            n => format!(" after the {n} lines that are skipped"),
        };
        return Err(Stopped::Bad(format!("it has no rows{after}")));
    }
    if rows.line.contains(&0) {
        return Err(bad(rows.number, "it is not text"));
    }
    let separator = options.delimiter.map_or_else(|| Separator::of(&rows.line), Separator::Byte);
    let mut header = vec![];
    let (mut numbers, mut odd) = (false, None);
    let fields = separator.split(&rows.line, |i, field| {
        header.push(shown(field).replace("\"\"", "\""));
        match missing.number(field) {
            None => odd = odd.or(Some((i, field))),
            Some(number) => numbers |= !number.is_nan(),
        }
    });
    let numbers = match (options.header, odd) {
        (Some(header), _) => !header,
        (None, Some((i, field))) if numbers => {
            let field = format!("field {}: `{}` is no number, and others are", i + 1, shown(field));
            let why = format!("{field}: say header=true if it is a header, or header=false");
            return Err(bad(rows.number, &why));
        }
        (None, odd) => odd.is_none(),
    };
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
    /// Reads rows from `first` on; of each the columns `low..high`.
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
        // Which field goes where in a row, by field.
        let mut wanted: Vec<(usize, usize)> = match &self.picked {
            None => (low..high).enumerate().map(|(to, field)| (field, to)).collect(),
            Some(p) => p[low..high].iter().enumerate().map(|(to, &field)| (field, to)).collect(),
        };
        wanted.sort_unstable();
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
            let mut next = &wanted[..];
            let n = self.separator.split(&rows.line, |i, field| {
                while let [(wanted, to), rest @ ..] = next
                    && *wanted == i
                {
                    next = rest;
                    match self.missing.number(field) {
                        Some(value) => row[to * 8..][..8].copy_from_slice(&value.to_le_bytes()),
                        None => wrong = wrong.or(Some((i, field))),
                    }
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
        let range = match (start, shape) {
            ([_, start], [_, columns]) => (*start, start + columns),
            _ => (0, 1),
        };
        self.held.reading(|file| self.rows(file, start[0], range, out, stop))
    }

    fn scratch(&self, _shape: &[usize]) -> usize {
        // A buffer, a line, which is usually short, and what goes where.
        (1 << 20) + self.fields * 16
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
