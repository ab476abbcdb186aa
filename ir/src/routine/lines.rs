//! Steps of Fourier transforms of long lines that are at hand part by part.
//!
//! A line is a row-major matrix of complex numbers, parts of it are their bytes. What the steps
//! compute is said at [`arr_numerics::fourier::Long`]; taken in its order, they give the bits of the
//! routine over the whole line.

use super::{Fft, Transform, Workers};
use crate::dtype::DType;
use arr_numerics::Each;
use arr_numerics::fourier::{self, Long};
use bytemuck::cast_slice_mut;
use std::sync::{Arc, Mutex};

/// Numbers that are combined together with those that mirror them.
const TOGETHER: usize = 1 << 13;

/// The transform of a long line.
#[derive(Clone)]
pub struct Lines {
    fft: Fft,
    long: Precision,
}

/// In which numbers.
#[derive(Clone)]
enum Precision {
    Single(Arc<Long<f32>>),
    Double(Arc<Long<f64>>),
}

/// Runs code with `$long` standing for the steps.
macro_rules! with_long {
    ($lines:expr, $long:ident => $body:expr) => {
        match &$lines.long {
            Precision::Single($long) => $body,
            Precision::Double($long) => $body,
        }
    };
}

impl Lines {
    /// The steps of a transform in real numbers of a dtype, if it is done in steps.
    pub fn of(fft: Fft, part: DType) -> Option<Lines> {
        let (transform, n) = (fft.transform, fft.n);
        let long = match part {
            DType::F32 => Precision::Single(fourier::long(transform, n)?),
            _ => Precision::Double(fourier::long(transform, n)?),
        };
        Some(Lines { fft, long })
    }

    /// Rows and columns of the matrix.
    pub fn sides(&self) -> (usize, usize) {
        with_long!(self, long => long.sides())
    }

    /// Complex numbers of working memory for each of the things that are done at once.
    pub fn working(&self) -> usize {
        with_long!(self, long => long.working())
    }

    /// Whether the line is real, and taken as half as many complex numbers.
    pub fn is_real(&self) -> bool {
        matches!(self.fft.transform, Transform::RealForward | Transform::RealInverse)
    }

    /// [`Long::columns`] of columns, one line each, from a number on.
    pub fn columns(
        &self,
        first: usize,
        lines: &mut [u8],
        memory: &mut [u8],
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_long!(self, long => {
            long.columns(first, cast_slice_mut(lines), cast_slice_mut(memory), each);
        });
    }

    /// [`Long::rows`] of rows, one line each.
    pub fn rows(&self, lines: &mut [u8], memory: &mut [u8], workers: &dyn Workers) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        let factor = self.fft.factor();
        with_long!(self, long => {
            long.rows(factor, cast_slice_mut(lines), cast_slice_mut(memory), each);
        });
    }

    /// [`Long::mirror`] of numbers of the lower half from one on, and those that mirror them.
    pub fn mirror(&self, first: usize, low: &mut [u8], high: &mut [u8], workers: &dyn Workers) {
        let size = 2 * self.part().size();
        let parts: Vec<_> = low
            .chunks_mut(TOGETHER * size)
            .zip(high.rchunks_mut(TOGETHER * size))
            .map(Mutex::new)
            .collect();
        workers.each(parts.len(), &|i| {
            let mut part = parts[i].lock().unwrap_or_else(|e| e.into_inner());
            let (low, high) = &mut *part;
            with_long!(self, long => {
                long.mirror(first + i * TOGETHER, cast_slice_mut(low), cast_slice_mut(high));
            });
        });
    }

    fn part(&self) -> DType {
        match self.long {
            Precision::Single(_) => DType::F32,
            Precision::Double(_) => DType::F64,
        }
    }
}
