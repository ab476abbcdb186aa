//! Fourier transforms of lines that do not fit into memory, some columns at a time.
//!
//! State before: long lines, and the number of columns that a layout chose. State after: their
//! transforms, the bits of the routine in memory, which takes the same steps.
//!
//! A line is a matrix, on disk in square tiles, so that it is written by rows and read by columns.
//! Thrice some columns are read, made rows and written: those that are transformed first, the rows of
//! what results, and the transpose that is the transform. What is read from a file in short runs
//! need not be written in tiles before.

use super::dense::{first, numbers};
use super::{External, Files, Outside, Parts, Plot, own, pieces};
use crate::buffer::Buffer;
use crate::engine::RunError;
use crate::paged::layout::chunk_bytes;
use crate::paged::spill::Spilled;
use arr_ir::plan::ValueId;
use arr_ir::routine::{Fft, Lines, Numbers, Routine, Transform, in_pieces};
use arr_ir::shape::{Shape, count};
use arr_storage::Source;
use std::ops::Range;
use std::sync::Mutex;

/// The least side of a tile.
const LEAST: usize = 16;
/// Things that are done at once at most, each with working memory.
const TEAM: usize = 16;
/// Bytes of the runs from which on a file is read by them.
const RUN: usize = 4096;

/// What is at hand at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Columns, and rows.
    pub columns: usize,
    /// The side of a tile.
    pub tile: usize,
    /// Whether the line is written in tiles before its columns are read.
    pub tiled: bool,
}

impl Beside {
    /// Rows of the columns that are read at once, of so many.
    fn rows(self, height: usize) -> usize {
        height.div_ceil(4).next_multiple_of(self.tile)
    }

    /// How many things are done at once.
    fn team(self) -> usize {
        (self.columns / 4).clamp(1, TEAM)
    }

    /// Numbers in memory: columns made rows, or two parts of them that mirror each other, some rows
    /// as they are read, and what transforming takes.
    fn room(self, longest: usize, working: usize) -> usize {
        self.columns * (longest + self.rows(longest)) + 2 + self.team() * working
    }
}

/// The line of a lane, in numbers of two floats.
struct Line<'a> {
    fft: Fft,
    lines: &'a Lines,
    lane: usize,
    rows: usize,
    columns: usize,
    numbers: Numbers,
    c: Beside,
}

/// Memory for a line.
struct Room {
    /// Columns made rows.
    turned: Buffer,
    /// As they are read.
    piece: Buffer,
    working: Buffer,
}

/// Columns and tiles within so many numbers.
fn within(lines: &Lines, size: usize, budget: usize) -> Option<Beside> {
    let (rows, columns) = lines.sides();
    let longest = rows.max(columns);
    let room = |columns: usize, tile: usize| {
        Beside { columns, tile, tiled: false }.room(longest, lines.working())
    };
    // Of what mirrors itself both halves are whole tiles.
    let least = if lines.is_real() { 2 } else { 1 };
    let most = budget / size;
    let mut tile = longest.next_power_of_two();
    while tile > LEAST
        && (tile * tile * size > chunk_bytes(budget) || room(least * tile, tile) > most)
    {
        tile /= 2;
    }
    let mut parts = longest.div_ceil(least * tile);
    while parts > 0 && room(parts * least * tile, tile) > most {
        parts -= 1 + parts / 16;
    }
    if parts == 0 {
        return None;
    }
    // Of about one size.
    let times = longest.div_ceil(parts * least * tile);
    let columns = longest.div_ceil(times).next_multiple_of(least * tile);
    Some(Beside { columns: columns.min(parts * least * tile), tile, tiled: false })
}

pub(super) fn plot(parts: &Parts<'_>, fft: Fft, budget: usize, files: Files<'_>) -> Option<Plot> {
    let x = parts.operands[0];
    let part = parts.dtype(x);
    let lines = Lines::of(fft, part)?;
    let size = 2 * part.size();
    let c = within(&lines, size, budget)?;
    let (rows, columns) = lines.sides();
    let in_file = |value: ValueId| files.paged[parts.plan.stored(value).0 as usize];
    let in_runs = !in_file(x) || files.in_runs && c.columns * size >= RUN;
    let c = Beside { tiled: fft.transform == Transform::RealInverse || !in_runs, ..c };
    let lanes = parts.core(x)[0] as u64;
    let given = count(&parts.core(x)[1..]).min(fft.transform.reads(fft.n)) * part.size();
    let matrix = (rows * columns * size) as u64;
    let again = if c.tiled { 3 } else { 2 } * matrix;
    let moved = |bytes: u64, value: ValueId| if in_file(value) { bytes } else { 0 };
    Some(Plot {
        external: External::Transform(c),
        bytes: c.room(rows.max(columns), lines.working()) * size,
        spilled: 2 * matrix,
        traffic: (
            lanes * (moved(given as u64, x) + again),
            moved(parts.plan[parts.out].bytes() as u64, parts.out) + lanes * again,
        ),
    })
}

impl Outside<'_, '_> {
    /// The transforms of all lanes.
    pub(super) fn transform(&self, c: Beside) -> Result<(), RunError> {
        let bug = || RunError::Bug("no long line".into());
        let Routine::Fft(fft) = self.parts.routine else { return Err(bug()) };
        let x = self.parts.operands[0];
        let numbers = numbers(&self.parts).ok_or_else(bug)?;
        let lines = &Lines::of(fft, self.parts.dtype(x)).ok_or_else(bug)?;
        let (rows, columns) = lines.sides();
        for lane in 0..self.parts.core(x)[0] {
            self.line(&Line { fft, lines, lane, rows, columns, numbers, c })?;
        }
        Ok(())
    }

    fn line(&self, line: &Line<'_>) -> Result<(), RunError> {
        let &Line { lines, rows, columns, numbers, c, .. } = line;
        let longest = rows.max(columns);
        let piece = self.room(numbers, c.columns * c.rows(longest))?;
        let working = self.room(numbers, c.team() * lines.working())?;
        let mut room = Room { turned: self.room(numbers, 0)?, piece, working };
        let tiled = match c.tiled {
            true => Some(self.in_tiles(line)?),
            false => None,
        };
        room.turned = self.room(numbers, c.columns * longest)?;
        let team = self.run.engine.team(usize::MAX);
        let down = self.tiles(line, [columns, rows])?;
        for some in pieces(columns, c.columns) {
            match &tiled {
                Some(tiles) => self.turn(tiles, &some, &mut room.turned, &mut room.piece)?,
                None => self.turn_given(line, &some, &mut room)?,
            }
            let at_hand = first(&mut room.turned, some.len() * rows * numbers.size());
            lines.columns(some.start, at_hand, own(&mut room.working), &team);
            self.put_block(&down, &(some, 0..rows), &room.turned)?;
            self.step()?;
        }
        drop(tiled);
        let along = self.tiles(line, [rows, columns])?;
        for some in pieces(rows, c.columns) {
            self.turn(&down, &some, &mut room.turned, &mut room.piece)?;
            let at_hand = first(&mut room.turned, some.len() * columns * numbers.size());
            lines.rows(at_hand, own(&mut room.working), &team);
            self.put_block(&along, &(some, 0..columns), &room.turned)?;
            self.step()?;
        }
        drop(down);
        if line.fft.transform == Transform::RealForward {
            return self.write_mirrored(line, &along, room);
        }
        for some in pieces(columns, c.columns) {
            self.turn(&along, &some, &mut room.turned, &mut room.piece)?;
            self.write_line(line, some.start * rows, &room.turned, some.len() * rows)?;
            self.step()?;
        }
        Ok(())
    }

    /// A matrix of numbers on disk, in tiles.
    fn tiles(&self, line: &Line<'_>, shape: [usize; 2]) -> Result<Spilled, RunError> {
        let tile: Shape = shape.iter().map(|&n| line.c.tile.min(n)).collect();
        Ok(Spilled::new(self.run.engine.spill(), line.numbers.dtype(), &shape, &tile)?)
    }

    /// Reads columns of a matrix on disk into rows, by way of a piece of memory.
    fn turn(
        &self,
        disk: &Spilled,
        columns: &Range<usize>,
        to: &mut Buffer,
        piece: &mut Buffer,
    ) -> Result<(), RunError> {
        let height = disk.shape()[0];
        for rows in pieces(height, count(piece.shape()) / columns.len()) {
            let bytes = first(piece, rows.len() * columns.len() * disk.dtype().size());
            self.fetch_block(disk, &(rows.clone(), columns.clone()), bytes)?;
            self.transposed(bytes, (&rows, height), own(to));
            self.go_on()?;
        }
        Ok(())
    }

    /// Writes a piece of some rows as a part of longer rows.
    fn transposed(&self, piece: &[u8], (rows, height): (&Range<usize>, usize), to: &mut [u8]) {
        let part = self.parts.dtype(self.parts.operands[0]);
        let numbers = Numbers { part, complex: true };
        let wide = piece.len() / numbers.size() / rows.len();
        let team = self.run.engine.team(usize::MAX);
        let to = &mut to[..wide * height * numbers.size()];
        in_pieces(to, LEAST * height * numbers.size(), &team, |i, to| {
            let size = (rows.len(), to.len() / numbers.size() / height);
            numbers.transpose(size, (piece, i * LEAST, wide), (to, rows.start, height));
        });
    }

    /// Reads columns of the line as it was given into rows.
    fn turn_given(
        &self,
        line: &Line<'_>,
        columns: &Range<usize>,
        room: &mut Room,
    ) -> Result<(), RunError> {
        let row = columns.len() * line.numbers.size();
        let team = self.run.engine.team(usize::MAX);
        for rows in pieces(line.rows, count(room.piece.shape()) / columns.len()) {
            let bytes = first(&mut room.piece, rows.len() * row);
            let failure: Mutex<Option<RunError>> = Mutex::new(None);
            in_pieces(bytes, row, &team, |i, to| {
                let at = (rows.start + i) * line.columns + columns.start;
                if let Err(error) = self.read_line(line, at, to) {
                    failure.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(error);
                }
            });
            if let Some(error) = failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
                return Err(error);
            }
            self.transposed(bytes, (&rows, line.rows), own(&mut room.turned));
            self.go_on()?;
        }
        Ok(())
    }

    /// Reads numbers of the line as it was given, continued by zeros, from one on.
    fn read_line(&self, line: &Line<'_>, at: usize, out: &mut [u8]) -> Result<(), RunError> {
        let x = self.parts.operands[0];
        let size = line.numbers.part.size();
        let given = count(&self.parts.core(x)[1..]);
        let left = given.min(line.fft.transform.reads(line.fft.n)).saturating_sub(2 * at);
        let (here, beyond) = out.split_at_mut(out.len().min(left * size));
        beyond.fill(0);
        if here.is_empty() {
            return Ok(());
        }
        self.read_to(x, line.lane * given + 2 * at, here)
    }

    /// Writes numbers of the transform that begin at the beginning of a buffer, from one on.
    fn write_line(
        &self,
        line: &Line<'_>,
        at: usize,
        data: &Buffer,
        len: usize,
    ) -> Result<(), RunError> {
        let each = count(&self.parts.core(self.parts.out)[1..]);
        self.write(0, line.lane * each + 2 * at, &data.floats(line.numbers.part, 2 * len))
    }

    /// The line as it was given, in tiles; of the half of a symmetric one, what is transformed.
    fn in_tiles(&self, line: &Line<'_>) -> Result<Spilled, RunError> {
        let &Line { lines, rows, columns, numbers, c, .. } = line;
        let disk = self.tiles(line, [rows, columns])?;
        if line.fft.transform != Transform::RealInverse {
            let mut buffer = self.room(numbers, c.columns * columns)?;
            for some in pieces(rows, c.columns) {
                let bytes = first(&mut buffer, some.len() * columns * numbers.size());
                self.read_line(line, some.start * columns, bytes)?;
                self.put_block(&disk, &(some, 0..columns), &buffer)?;
                self.step()?;
            }
            return Ok(disk);
        }
        let (size, n) = (numbers.size(), rows * columns);
        let (mut low, mut high) = self.halves(line, columns)?;
        let team = self.run.engine.team(usize::MAX);
        for some in mirroring(rows, c.columns / 2) {
            let (at, len) = (some.start * columns, some.len() * columns);
            let len = if 2 * some.end > rows { columns / 2 } else { len };
            let low_bytes = first(&mut low, (len + 1) * size);
            let high_bytes = first(&mut high, (len + 1) * size);
            self.read_line(line, at, low_bytes)?;
            self.read_line(line, n - at - len, high_bytes)?;
            lines.mirror(at, low_bytes, high_bytes, &team);
            if 2 * some.end > rows {
                // A row that mirrors itself.
                let row = first(&mut low, columns * size);
                row[(columns - len) * size..].copy_from_slice(&high_bytes[..len * size]);
                self.put_block(&disk, &(some, 0..columns), &low)?;
            } else {
                let mirrored = rows - some.end..rows - some.start;
                self.put_block(&disk, &(some, 0..columns), &low)?;
                self.put_block(&disk, &(mirrored, 0..columns), &high)?;
            }
            self.step()?;
        }
        Ok(disk)
    }

    /// Memory for two parts of a line that mirror each other, in rows of so many numbers.
    fn halves(&self, line: &Line<'_>, length: usize) -> Result<(Buffer, Buffer), RunError> {
        let len = (line.c.columns / 2) * length + 1;
        Ok((self.room(line.numbers, len)?, self.room(line.numbers, len)?))
    }

    /// Writes the first half of the transform of a real line, given the transpose of that of half as
    /// many complex numbers.
    fn write_mirrored(&self, line: &Line<'_>, along: &Spilled, room: Room) -> Result<(), RunError> {
        let &Line { lines, rows, columns, numbers, c, .. } = line;
        let Room { turned, mut piece, .. } = room;
        drop(turned);
        let (size, n) = (numbers.size(), rows * columns);
        let (mut low, mut high) = self.halves(line, rows)?;
        let team = self.run.engine.team(usize::MAX);
        // The first number of a row of the transpose.
        let one = |row: usize, to: &mut Buffer, at: usize| {
            let to = &mut own(to)[at * size..][..size];
            if row == columns {
                to.fill(0);
                return Ok(());
            }
            self.fetch_block(along, &(0..1, row..row + 1), to)
        };
        for some in mirroring(columns, c.columns / 2) {
            let (at, len) = (some.start * rows, some.len() * rows);
            self.turn(along, &some, &mut low, &mut piece)?;
            one(some.end, &mut low, len)?;
            // Of a row that mirrors itself the half.
            let len = if 2 * some.end > columns {
                let half = rows / 2;
                let mirrored = (rows - half) * size..(rows + 1) * size;
                first(&mut high, (half + 1) * size).copy_from_slice(&own(&mut low)[mirrored]);
                half
            } else {
                let mirrored = columns - some.end..columns - some.start;
                one(mirrored.end, &mut high, len)?;
                self.turn(along, &mirrored, &mut high, &mut piece)?;
                len
            };
            let (low_bytes, high_bytes) =
                (first(&mut low, (len + 1) * size), first(&mut high, (len + 1) * size));
            lines.mirror(at, low_bytes, high_bytes, &team);
            let last = usize::from(at == 0);
            // The middle of a row of odd length belongs to the lower half.
            let lower = if 2 * some.end > columns { rows - rows / 2 } else { len };
            self.write_line(line, at, &low, lower)?;
            self.write_line(line, n - at - len, &high, len + last)?;
            self.step()?;
        }
        Ok(())
    }
}

/// Some at a time of the first half of so many rows, which the others mirror; last the one in the
/// middle, if there is one.
fn mirroring(rows: usize, some: usize) -> impl Iterator<Item = Range<usize>> {
    let half = rows / 2;
    pieces(half, some).chain((rows % 2 == 1).then_some(half..half + 1))
}
