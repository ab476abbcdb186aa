//! The data of a `.npy` file into dense row-major boxes.
//!
//! Before: a header whose counts were checked against the file, a box inside the shape, and an
//! output of exactly the box's size. After: every byte of the output is written. Rows that are
//! long are read straight into the output; of short ones many are read at once, with what lies
//! between them. Column-major and float16 files are read by pieces, converted on the way.

use super::header::Header;
use crate::boxes::{Runs, in_order};
use crate::element::widen;
use crate::file::{PIECE, Reach, ReadAt, Stopped};
use arr_ir::shape::{Shape, count};
use std::sync::atomic::AtomicBool;

/// Reads a box.
pub(crate) fn read(
    file: &dyn ReadAt,
    header: &Header,
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    if header.element.half || scattered(header, shape) {
        return convert(file, header, start, shape, out, stop);
    }
    // What is not scattered lies in row-major order, whatever the order of the file.
    match header.fortran {
        true => dense(file, header, &reversed(start), &reversed(shape), out, stop)?,
        false => dense(file, header, start, shape, out, stop)?,
    }
    header.element.normalize(out);
    Ok(())
}

/// The most bytes that reading a box takes besides the output.
pub(crate) fn scratch(header: &Header, shape: &[usize], reach: Reach) -> usize {
    let pieces = match header.element.half || scattered(header, shape) {
        true => (count(shape) * header.element.stored_size()).min(PIECE),
        false => 0,
    };
    reach.span + pieces
}

/// Whether the box's elements lie in the file in another order than row-major.
fn scattered(header: &Header, shape: &[usize]) -> bool {
    header.fortran && shape.iter().filter(|&&n| n > 1).count() > 1
}

fn reversed(shape: &[usize]) -> Shape {
    shape.iter().rev().copied().collect()
}

/// The shape with the file's slowest dimension first.
fn file_shape(header: &Header) -> Shape {
    if header.fortran { reversed(&header.shape) } else { header.shape.clone() }
}

/// Reads a box as it lies in the file; start and shape in the file's order of dimensions.
fn dense(
    file: &dyn ReadAt,
    header: &Header,
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let runs = Runs::new(&file_shape(header), start, shape, header.element.stored_size());
    runs_at(file, header.start, &runs, out, stop)
}

/// Reads runs, which begin at `base` in the file, one behind the other into `out`.
pub(crate) fn runs_at(
    file: &dyn ReadAt,
    base: u64,
    runs: &Runs,
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    if runs.run == 0 {
        return Ok(());
    }
    let (n, pitch) = runs.row();
    let Reach { long, span } = file.reach();
    let together = match runs.run >= long || pitch > (span / 4) as u64 {
        true => 1,
        false => ((span as u64 / pitch) as usize).min(n),
    };
    let most = (together - 1) * pitch as usize + runs.run;
    let mut span = vec![0u8; if together > 1 { most } else { 0 }];
    let mut done = 0;
    runs.rows(|first| {
        let mut i = 0;
        while i < n {
            let group = together.min(n - i);
            let at = base + first + i as u64 * pitch;
            let to = &mut out[done..done + group * runs.run];
            match group {
                1 => file.read_at(to, at, stop)?,
                _ => {
                    let bytes = (group - 1) * pitch as usize + runs.run;
                    file.read_at(&mut span[..bytes], at, stop)?;
                    let rows = span[..bytes].chunks(pitch as usize);
                    for (to, from) in to.chunks_exact_mut(runs.run).zip(rows) {
                        to.copy_from_slice(&from[..runs.run]);
                    }
                }
            }
            i += group;
            done += group * runs.run;
        }
        Ok(())
    })
}

/// Reads by pieces, widening float16 and putting elements of column-major files in their place.
fn convert(
    file: &dyn ReadAt,
    header: &Header,
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let (size, stored) = (header.element.dtype.size(), header.element.stored_size());
    let mut place = Place::new(shape, scattered(header, shape));
    let (start, shape): (Shape, Shape) = match header.fortran {
        true => (reversed(start), reversed(shape)),
        false => (start.into(), shape.into()),
    };
    let mut piece = vec![0u8; (PIECE / stored * stored).min(count(&shape) * stored)];
    in_order(&shape, PIECE / stored, |at, part| {
        let bytes = &mut piece[..count(part) * stored];
        let at: Shape = at.iter().zip(&start).map(|(a, s)| a + s).collect();
        dense(file, header, &at, part, bytes, stop)?;
        header.element.normalize(bytes);
        for element in bytes.chunks_exact(stored) {
            let at = place.next() * size;
            let to = &mut out[at..at + size];
            match header.element.half {
                true => widen(element, to),
                false => to.copy_from_slice(element),
            }
        }
        Ok(())
    })
}

/// Row-major positions of a box's elements in the file's order, one after the other.
struct Place {
    /// Sizes and row-major strides, fastest dimension of the file first.
    dims: Vec<(usize, usize)>,
    index: Vec<usize>,
    position: usize,
}

impl Place {
    /// Walks a shape in column-major order, or straight on.
    fn new(shape: &[usize], column_major: bool) -> Place {
        let strides = arr_ir::shape::row_major(shape);
        let dims = match column_major {
            true => shape.iter().zip(&strides).map(|(&n, &s)| (n, s as usize)).collect(),
            false => vec![(usize::MAX, 1)],
        };
        Place { index: vec![0; dims.len()], dims, position: 0 }
    }

    fn next(&mut self) -> usize {
        let position = self.position;
        for (i, &(size, stride)) in self.index.iter_mut().zip(&self.dims) {
            *i += 1;
            self.position += stride;
            if *i < size {
                break;
            }
            self.position -= size * stride;
            *i = 0;
        }
        position
    }
}
