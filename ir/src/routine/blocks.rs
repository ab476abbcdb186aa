//! Steps of factorizations of matrices that are at hand block by block.
//!
//! Blocks are bytes of dense matrices, complex numbers as pairs. What a step computes is said where
//! it is defined, at [`arr_numerics::Element`]; taken in its order, the steps give the bits of the
//! routine over the whole matrix.

use super::Workers;
use crate::dtype::DType;
use arr_numerics::{Each, Element, Failure};
use bytemuck::{cast_slice, cast_slice_mut};
use num_complex::Complex;

/// Columns of the panels of Gaussian elimination.
pub const PANEL: usize = arr_numerics::PANEL;

/// Rows of the pieces of the factors in Gaussian elimination.
pub const ROWS: usize = arr_numerics::ROWS;

/// Columns of the panels of reflections of the orthogonal factorization.
pub const REFLECTIONS: usize = arr_numerics::REFLECTIONS;

/// Columns of the blocks that such a panel reflects.
pub const REFLECTED: usize = arr_numerics::REFLECTED;

/// Rows and columns of the tiles on whose grid blocks of Cholesky's factorization begin.
pub const TILE: usize = arr_numerics::TILE;

/// The numbers of a matrix: floats, or complex ones of such parts.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// The floats.
    pub part: DType,
    /// Whether a number is two of them.
    pub complex: bool,
}

/// Runs code with `$t` standing for the number type.
macro_rules! with_element {
    ($numbers:expr, $t:ident => $body:expr) => {
        match ($numbers.part, $numbers.complex) {
            (DType::F32, false) => {
                type $t = f32;
                $body
            }
            (DType::F32, true) => {
                type $t = Complex<f32>;
                $body
            }
            (_, false) => {
                type $t = f64;
                $body
            }
            (_, true) => {
                type $t = Complex<f64>;
                $body
            }
        }
    };
}

impl Numbers {
    /// Bytes of a number.
    pub fn size(self) -> usize {
        self.dtype().size()
    }

    /// The dtype of a number.
    pub fn dtype(self) -> DType {
        match (self.part, self.complex) {
            (DType::F32, true) => DType::C64,
            (_, true) => DType::C128,
            (part, false) => part,
        }
    }

    /// [`Element::cholesky`] of a row-major `block[n, n]`.
    ///
    /// # Errors
    /// It is not positive definite.
    pub fn cholesky(self, block: &mut [u8], n: usize, workers: &dyn Workers) -> Result<(), String> {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        let done = with_element!(self, T => T::cholesky(cast_slice_mut(block), n, each));
        done.map_err(|failure| failure.to_string())
    }

    /// [`Element::cholesky_subtract`] from a block, given with its columns.
    pub fn cholesky_subtract(
        self,
        (block, columns): (&mut [u8], usize),
        left: &[u8],
        right: &[u8],
        lower: bool,
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            let block = (cast_slice_mut(block), columns);
            T::cholesky_subtract(block, cast_slice(left), cast_slice(right), lower, each);
        });
    }

    /// [`Element::cholesky_divide`] of a block, given with its columns.
    pub fn cholesky_divide(
        self,
        (block, columns): (&mut [u8], usize),
        at: usize,
        panel: &[u8],
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            T::cholesky_divide((cast_slice_mut(block), columns), at, cast_slice(panel), each);
        });
    }

    /// [`Element::lu_factor`] of columns, given with their height.
    pub fn lu_factor(
        self,
        (columns, height): (&mut [u8], usize),
        first: usize,
        swaps: &mut [usize],
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            T::lu_factor((cast_slice_mut(columns), height), first, swaps, each);
        });
    }

    /// [`Element::lu_top`] of columns, given with their height.
    pub fn lu_top(
        self,
        (columns, height): (&mut [u8], usize),
        at: usize,
        diagonal: &[u8],
        swaps: &[usize],
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            T::lu_top((cast_slice_mut(columns), height), at, cast_slice(diagonal), swaps, each);
        });
    }

    /// [`Element::lu_subtract`] from columns, given with their height.
    pub fn lu_subtract(
        self,
        (columns, height): (&mut [u8], usize),
        at: (usize, usize),
        piece: &[u8],
        first: usize,
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            T::lu_subtract((cast_slice_mut(columns), height), at, cast_slice(piece), first, each);
        });
    }

    /// [`Element::lu_bottom`] of columns, given with their height.
    pub fn lu_bottom(
        self,
        (columns, height): (&mut [u8], usize),
        at: usize,
        diagonal: &[u8],
        width: usize,
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            T::lu_bottom((cast_slice_mut(columns), height), at, cast_slice(diagonal), width, each);
        });
    }

    /// [`Element::qr_factor`] of columns, given with their height.
    pub fn qr_factor(
        self,
        (columns, height): (&mut [u8], usize),
        first: usize,
        coefficients: &mut [u8],
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            let columns = (cast_slice_mut(columns), height);
            T::qr_factor(columns, first, cast_slice_mut(coefficients), each);
        });
    }

    /// [`Element::qr_reflect`] of columns, given with their height, by a panel and its coefficients.
    pub fn qr_reflect(
        self,
        (columns, height): (&mut [u8], usize),
        at: usize,
        (panel, coefficients): (&[u8], &[u8]),
        back: bool,
        workers: &dyn Workers,
    ) {
        let each: Each<'_> = &|n, work| workers.each(n, work);
        with_element!(self, T => {
            let columns = (cast_slice_mut(columns), height);
            let (panel, coefficients) = (cast_slice(panel), cast_slice(coefficients));
            T::qr_reflect(columns, at, panel, coefficients, back, each);
        });
    }

    /// [`Element::qr_turn`] of columns, given with their height.
    pub fn qr_turn(self, (columns, height): (&mut [u8], usize), diagonal: &[u8]) {
        with_element!(self, T => {
            T::qr_turn((cast_slice_mut(columns), height), cast_slice(diagonal));
        });
    }

    /// [`Element::qr_upper`] of a block, given with its columns.
    pub fn qr_upper(
        self,
        (block, columns): (&mut [u8], usize),
        first: (usize, usize),
        diagonal: &[u8],
    ) {
        with_element!(self, T => {
            T::qr_upper((cast_slice_mut(block), columns), first, cast_slice(diagonal));
        });
    }

    /// Whether no number on the diagonal of `U` is zero.
    ///
    /// # Errors
    /// One is: the matrix is singular.
    pub fn regular(self, diagonal: &[u8]) -> Result<(), String> {
        let zero = with_element!(self, T => {
            cast_slice::<_, T>(diagonal).contains(&bytemuck::Zeroable::zeroed())
        });
        if zero { Err(Failure::Singular.to_string()) } else { Ok(()) }
    }

    /// The bytes of a whole number.
    pub fn whole(self, value: i64) -> ([u8; 16], usize) {
        let mut bytes = [0; 16];
        let part = self.part.size();
        match self.part {
            DType::F32 => bytes[..part].copy_from_slice(&(value as f32).to_ne_bytes()),
            _ => bytes[..part].copy_from_slice(&(value as f64).to_ne_bytes()),
        }
        (bytes, self.size())
    }

    /// Writes the transpose of an `[m, n]` part of a row-major matrix: numbers from one on, and so
    /// many from one row to the next, each.
    pub fn transpose(
        self,
        (m, n): (usize, usize),
        (from, first, stride): (&[u8], usize, usize),
        (to, start, step): (&mut [u8], usize, usize),
    ) {
        with_element!(self, T => {
            let (from, to): (&[T], &mut [T]) = (cast_slice(from), cast_slice_mut(to));
            let (from, to) = ((&from[first..], stride), (&mut to[start..], step));
            arr_numerics::transpose((m, n), from, to);
        });
    }
}
