//! The headers of all messages of a file.
//!
//! Messages follow each other; between them may be zeros, and short lines of text as networks of
//! weather services put there. Whatever else is there is damage, as is a message that does not end
//! where its length says.

use super::field::{Field, check, place};
use super::grid::Grid;
use super::{one, two};
use crate::file::{ReadAt, Stopped};
use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Bytes that are read at once: the headers of most messages.
const WINDOW: usize = 1024;
/// The most text before a message.
const MAX_TEXT: usize = 1024;
/// The most fields of a file.
const MAX_FIELDS: usize = 10_000_000;

/// What the headers of a file say.
#[derive(Default)]
pub(super) struct Scanned {
    pub fields: Vec<Field>,
    pub grids: Vec<Grid>,
    /// The places of grids by their sections, with the edition in front.
    known: HashMap<Vec<u8>, usize>,
}

/// Bytes of a file at places that follow each other.
pub(super) struct Headers<'a> {
    file: &'a File,
    end: u64,
    at: u64,
    window: Vec<u8>,
}

/// What an indicator section says.
pub(super) struct Message {
    /// Which one it is, from 1.
    pub number: usize,
    pub at: u64,
}

impl Headers<'_> {
    /// The bytes at a place.
    pub(super) fn bytes(&mut self, at: u64, n: usize) -> Result<&[u8], Stopped> {
        let end = at.checked_add(n as u64).filter(|&end| end <= self.end);
        let end = end.ok_or_else(|| Stopped::Bad("the file ends before it does".into()))?;
        if at < self.at || end > self.at + self.window.len() as u64 {
            let more = (self.end - at).min(n.max(WINDOW) as u64);
            self.window.resize(more as usize, 0);
            self.at = at;
            self.file.read_at(&mut self.window, at, &AtomicBool::new(false))?;
        }
        let from = (at - self.at) as usize;
        Ok(&self.window[from..from + n])
    }

    /// As many bytes as there are, up to a number.
    fn some(&mut self, at: u64, most: usize) -> Result<&[u8], Stopped> {
        let n = (self.end - at.min(self.end)).min(most as u64);
        self.bytes(at, n as usize)
    }

    /// An unsigned number of some bytes.
    pub(super) fn number(&mut self, at: u64, bytes: usize) -> Result<u64, Stopped> {
        Ok(self.bytes(at, bytes)?.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
    }

    /// Makes sure that a message ends here with its end section.
    pub(super) fn ends(&mut self, end: u64) -> Result<(), Stopped> {
        let before = end.checked_sub(4).ok_or_else(|| Stopped::Bad("it is too short".into()))?;
        check(self.bytes(before, 4)? == b"7777", "it does not end where its length says")
    }

    /// Where the next message begins, from a place between two.
    fn next(&mut self, mut at: u64) -> Result<Option<u64>, Stopped> {
        while at < self.end {
            let bytes = self.some(at, WINDOW)?;
            match bytes.iter().position(|&b| b != 0) {
                Some(zeros) => {
                    at += zeros as u64;
                    break;
                }
                None => at += bytes.len() as u64,
            }
        }
        let bytes = self.some(at, MAX_TEXT)?;
        let found = bytes.windows(4).position(|w| w == b"GRIB");
        let text = &bytes[..found.unwrap_or(bytes.len())];
        let plain = |b: &u8| matches!(b, 0 | 1 | 3 | b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let begun = [&b"G"[..], b"GR", b"GRI"].iter().any(|start| text.ends_with(start));
        if !text.iter().all(plain) || (found.is_none() && (begun || text.len() == MAX_TEXT)) {
            return Err(Stopped::Bad(format!("there is no message at byte {at}")));
        }
        Ok(found.map(|text| at + text as u64))
    }
}

impl Scanned {
    /// The place of the grid that a section of an edition describes.
    pub(super) fn grid(&mut self, edition: u8, section: &[u8]) -> usize {
        let key = [&[edition], section].concat();
        let next = self.grids.len();
        let place = *self.known.entry(key).or_insert(next);
        if place == next {
            self.grids.push(if edition == 1 {
                super::grid::one(section)
            } else {
                super::grid::two(section)
            });
        }
        place
    }

    /// Adds a field.
    pub(super) fn add(&mut self, field: Field) -> Result<(), Stopped> {
        check(self.fields.len() < MAX_FIELDS, "there are too many fields")?;
        self.fields.push(field);
        Ok(())
    }
}

/// Reads the headers of all messages of a file, which has a place and maybe a name among others.
pub(super) fn scan(
    file: &File,
    bytes: u64,
    (place_of_file, name): (usize, Option<Arc<str>>),
    scanned: &mut Scanned,
) -> Result<(), Stopped> {
    let mut headers = Headers { file, end: bytes, at: 0, window: vec![] };
    let before = scanned.fields.len();
    let (mut at, mut number) = (0, 0);
    while let Some(begin) = headers.next(at)? {
        number += 1;
        let message = Message { number, at: begin };
        let read = match headers.bytes(begin, 8).map(|b| b[7]) {
            Ok(1) => one::read(&mut headers, &message, scanned),
            Ok(2) => two::read(&mut headers, &message, scanned),
            Ok(other) => Err(Stopped::Bad(format!("there is no edition {other} of GRIB"))),
            Err(e) => Err(e),
        };
        at = read.map_err(|e| e.of(&place(number, begin)))?;
    }
    check(number > 0, "it holds no GRIB messages")?;
    for field in &mut scanned.fields[before..] {
        (field.file, field.name) = (place_of_file, name.clone());
    }
    Ok(())
}
