//! The data of a `.npy` file into a dense row-major array.
//!
//! Before: a header whose counts were checked against the file, and an output of exactly the
//! array's size. After: every byte of the output is written. Row-major files of the machine's
//! byte order are read straight into the output; the others by pieces, converted on the way.

use super::PIECE;
use super::header::Header;
use arr_ir::dtype::DType;
use half::f16;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Why reading ended early.
pub enum Stopped {
    /// The stop flag was set.
    Flag,
    /// A read failed.
    Io(io::Error),
}

/// Reads all elements.
pub fn fill(
    file: &File,
    header: &Header,
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let scattered = header.fortran && header.shape.iter().filter(|&&n| n > 1).count() > 1;
    if header.half || scattered {
        return convert(file, header, out, stop, scattered);
    }
    let mut at = header.start;
    for piece in out.chunks_mut(PIECE) {
        read(file, piece, at, stop)?;
        at += piece.len() as u64;
        swap(piece, header);
        if header.dtype == DType::Bool {
            piece.iter_mut().for_each(|b| *b = (*b != 0) as u8);
        }
    }
    Ok(())
}

fn read(file: &File, piece: &mut [u8], at: u64, stop: &AtomicBool) -> Result<(), Stopped> {
    if stop.load(Ordering::Relaxed) {
        return Err(Stopped::Flag);
    }
    file.read_exact_at(piece, at).map_err(Stopped::Io)
}

/// Reverses the bytes of every number of a big-endian file.
fn swap(piece: &mut [u8], header: &Header) {
    if header.big_endian && header.unit() > 1 {
        piece.chunks_exact_mut(header.unit()).for_each(<[u8]>::reverse);
    }
}

/// Reads by pieces, widening float16 and putting elements of column-major files in their place.
fn convert(
    file: &File,
    header: &Header,
    out: &mut [u8],
    stop: &AtomicBool,
    scattered: bool,
) -> Result<(), Stopped> {
    let (size, stored) = (header.dtype.size(), header.stored_size());
    let mut piece = vec![0u8; (PIECE / stored * stored).min(header.count * stored)];
    let mut place = Place::new(&header.shape, scattered);
    let mut done = 0;
    while done < header.count {
        let elements = (piece.len() / stored).min(header.count - done);
        let bytes = &mut piece[..elements * stored];
        read(file, bytes, header.start + (done * stored) as u64, stop)?;
        swap(bytes, header);
        for element in bytes.chunks_exact(stored) {
            let at = place.next() * size;
            let to = &mut out[at..at + size];
            match header.dtype {
                DType::F32 if header.half => {
                    let wide = f16::from_le_bytes([element[0], element[1]]).to_f32();
                    to.copy_from_slice(&wide.to_le_bytes());
                }
                DType::Bool => to[0] = (element[0] != 0) as u8,
                _ => to.copy_from_slice(element),
            }
        }
        done += elements;
    }
    Ok(())
}

/// Row-major positions of a file's elements, one after the other.
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
