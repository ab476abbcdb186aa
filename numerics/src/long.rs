//! Fourier transforms of long lines in four steps.
//!
//! State before: a line of `rows * columns` complex numbers, taken as a matrix in row-major order.
//! State after: its transform. The columns are transformed, multiplied by roots of unity, then the
//! rows are, and the transpose of what results is the transform (Bailey 1990, FFTs in external or
//! hierarchical memory). A line of real numbers is taken as half as many complex ones, whose
//! transform tells that of the line, and the other way round.
//!
//! Each column, row and pair goes through the same operations whatever else is at hand and whoever
//! does it: whoever has the line only in parts takes the steps [`Long::columns`], [`Long::rows`] and
//! [`Long::mirror`], and gets the bits of [`Long::run`].

use crate::Each;
use crate::fourier::{Transform, Wave, factor, fill};
use crate::pieces::{columns_from, transpose};
use crate::roots::Roots;
use faer::MatMut;
use num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::{Arc, Mutex};

/// Bytes of the complex numbers from which on a line is long.
pub(crate) const LONG: usize = 8 << 20;

/// How many times as many columns as rows there are at most.
const WIDEST: usize = 16;

/// Bytes of the runs that columns are read and written in: whole cache lines.
const RUN: usize = 128;

/// What is done to a line of this number, with memory to work in.
type Work<'w, R> = dyn Fn(usize, &mut [Complex<R>], &mut [Complex<R>]) + Sync + 'w;

/// Parts that the columns or rows in memory are divided into, each with memory of its own.
const PARTS: usize = 16;

/// Numbers between two lines in memory, so that their beginnings do not share a place in caches.
const APART: usize = 24;

/// Numbers of which the roots are made of two tables: these and those of multiples of so many.
const NEAR: usize = 64;

/// Pairs that are combined together.
const PAIRS: usize = 1 << 12;

/// How a long line is transformed.
pub struct Long<R> {
    transform: Transform,
    rows: usize,
    columns: usize,
    down: Arc<dyn Fft<R>>,
    along: Arc<dyn Fft<R>>,
    roots: Roots,
    /// Of the length of the real line.
    turns: Option<Roots>,
}

/// Rows and columns of a line of `n` complex numbers: none if it is not long, or if no factors of
/// `n` are near each other.
fn sides(n: usize, bytes: usize) -> Option<(usize, usize)> {
    if n.checked_mul(bytes)? < LONG {
        return None;
    }
    let most = n.isqrt();
    let least = (n.div_ceil(WIDEST)).isqrt();
    (least..=most).rev().find(|r| n.is_multiple_of(*r)).map(|rows| (rows, n / rows))
}

impl<R: Wave> Long<R> {
    /// How a transform of length `n` is done in steps, if it is.
    pub(crate) fn new(transform: Transform, n: usize) -> Option<Long<R>> {
        let real = matches!(transform, Transform::RealForward | Transform::RealInverse);
        if real && !n.is_multiple_of(2) {
            return None;
        }
        let (rows, columns) = sides(if real { n / 2 } else { n }, size_of::<Complex<R>>())?;
        let inverse = matches!(transform, Transform::Inverse | Transform::RealInverse);
        let mut planner = FftPlanner::new();
        let mut plan = |n| match inverse {
            true => planner.plan_fft_inverse(n),
            false => planner.plan_fft_forward(n),
        };
        Some(Long {
            transform,
            rows,
            columns,
            down: plan(rows),
            along: plan(columns),
            roots: Roots::new(rows * columns, !inverse),
            turns: real.then(|| Roots::new(n, !inverse)),
        })
    }

    /// Rows and columns of the matrix.
    pub fn sides(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    fn len(&self) -> usize {
        self.rows * self.columns
    }

    /// Complex numbers of working memory for one line of a column or row at a time.
    pub fn working(&self) -> usize {
        let of = |plan: &Arc<dyn Fft<R>>| plan.get_inplace_scratch_len();
        of(&self.down).max(of(&self.along)).max(1)
    }

    /// Lines that are worked on together in memory.
    fn beside() -> usize {
        RUN / size_of::<Complex<R>>()
    }

    /// Complex numbers of memory of a part.
    fn part(&self) -> usize {
        Self::beside() * (self.columns + APART) + self.working()
    }

    /// Complex numbers of working memory for [`Long::run`].
    pub(crate) fn memory(&self) -> usize {
        self.len() + PARTS * self.part()
    }

    /// The transform of the numbers `given`, continued by zeros, times `scale`.
    pub(crate) fn run(
        &self,
        scale: Option<R>,
        given: &[R],
        out: &mut [R],
        memory: &mut [Complex<R>],
        each: Each<'_>,
    ) {
        let (panels, parts) = memory.split_at_mut(self.len());
        let out: &mut [Complex<R>] = bytemuck::cast_slice_mut(out);
        let (line, _) = out.split_at_mut(self.len());
        if self.transform == Transform::RealInverse {
            self.fold(given, line, each);
            self.columns_of(bytemuck::cast_slice(line), panels, parts, each);
        } else {
            self.columns_of(given, panels, parts, each);
        }
        self.rows_of(panels, scale, line, parts, each);
        if self.transform == Transform::RealForward {
            self.unfold(out, each);
        }
    }

    /// Transforms columns into panels, of some columns each.
    fn columns_of(
        &self,
        given: &[R],
        panels: &mut [Complex<R>],
        memory: &mut [Complex<R>],
        each: Each<'_>,
    ) {
        let (beside, size) = (Self::beside(), self.part());
        let wide = self.columns.div_ceil(beside).div_ceil(PARTS) * beside;
        let parts: Vec<_> = panels
            .chunks_mut(wide * self.rows)
            .zip(memory.chunks_mut(size))
            .map(Mutex::new)
            .collect();
        each(parts.len(), &|i| {
            let mut part = parts[i].lock().unwrap_or_else(|e| e.into_inner());
            let (panels, memory) = &mut *part;
            for (j, panel) in panels.chunks_mut(beside * self.rows).enumerate() {
                self.panel(given, i * wide + j * beside, panel, memory);
            }
        });
    }

    /// Transforms the columns of a panel, from one on.
    fn panel(
        &self,
        given: &[R],
        first: usize,
        panel: &mut [Complex<R>],
        memory: &mut [Complex<R>],
    ) {
        let (wide, apart) = (panel.len() / self.rows, self.rows + APART);
        let (lines, memory) = memory.split_at_mut(Self::beside() * apart);
        // Rows that are given whole.
        let whole = (given.len() / 2).saturating_sub(first + wide) / self.columns
            + usize::from(given.len() / 2 >= first + wide);
        let whole = whole.min(self.rows);
        if whole > 0 {
            let from: &[Complex<R>] = bytemuck::cast_slice(&given[..given.len() / 2 * 2]);
            transpose((whole, wide), (&from[first..], self.columns), (lines, apart));
        }
        for i in whole..self.rows {
            for j in 0..wide {
                let at = 2 * (i * self.columns + first + j);
                let part = |at: usize| given.get(at).copied().unwrap_or_else(R::zero);
                lines[j * apart + i] = Complex::new(part(at), part(at + 1));
            }
        }
        for (j, line) in lines.chunks_mut(apart).take(wide).enumerate() {
            self.column(first + j, &mut line[..self.rows], memory);
        }
        transpose((wide, self.rows), (lines, apart), (panel, wide));
    }

    /// Transforms the rows that panels consist of, and writes the transpose.
    fn rows_of(
        &self,
        panels: &[Complex<R>],
        scale: Option<R>,
        out: &mut [Complex<R>],
        memory: &mut [Complex<R>],
        each: Each<'_>,
    ) {
        let (beside, size) = (Self::beside(), self.part());
        let tall = self.rows.div_ceil(beside).div_ceil(PARTS) * beside;
        let out = MatMut::from_row_major_slice_mut(out, self.columns, self.rows);
        let parts: Vec<_> = columns_from(out, tall)
            .into_iter()
            .zip(memory.chunks_mut(size))
            .map(|part| Mutex::new(Some(part)))
            .collect();
        each(parts.len(), &|i| {
            let part = parts[i].lock().ok().and_then(|mut p| p.take());
            let Some(((first, out), memory)) = part else { return };
            for (i, out) in columns_from(out, beside) {
                self.block(panels, first + i, scale, out, memory);
            }
        });
    }

    /// Transforms some rows, from one on, and writes them as columns.
    fn block(
        &self,
        panels: &[Complex<R>],
        first: usize,
        scale: Option<R>,
        mut out: MatMut<'_, Complex<R>>,
        memory: &mut [Complex<R>],
    ) {
        let (tall, apart) = (out.ncols(), self.columns + APART);
        let beside = Self::beside();
        let (lines, memory) = memory.split_at_mut(beside * apart);
        for (p, panel) in panels.chunks(beside * self.rows).enumerate() {
            let wide = panel.len() / self.rows;
            let rows = panel[first * wide..(first + tall) * wide].chunks_exact(wide);
            for (line, row) in lines.chunks_mut(apart).zip(rows) {
                line[p * beside..][..wide].copy_from_slice(row);
            }
        }
        for line in lines.chunks_mut(apart).take(tall) {
            self.row(scale, &mut line[..self.columns], memory);
        }
        for j in 0..self.columns {
            let row = out.as_mut().row_mut(j).try_as_row_major_mut().expect("rows lie together");
            for (i, to) in row.as_slice_mut().iter_mut().enumerate() {
                *to = lines[i * apart + j];
            }
        }
    }

    /// Transforms a column, and multiplies it by the roots of its number.
    fn column(&self, number: usize, line: &mut [Complex<R>], memory: &mut [Complex<R>]) {
        self.down.process_with_scratch(line, memory);
        pulp::Arch::new().dispatch(|| self.turn(number, line));
    }

    /// Multiplies the numbers of a column by the roots of its number times theirs.
    #[inline(always)]
    fn turn(&self, number: usize, line: &mut [Complex<R>]) {
        let mut near = [Complex::new(1.0, 0.0); NEAR];
        for (i, near) in near.iter_mut().enumerate().take(line.len()) {
            *near = self.roots.get(number * i);
        }
        for (i, part) in line.chunks_mut(NEAR).enumerate() {
            let far = self.roots.get(number * i * NEAR);
            for (value, near) in part.iter_mut().zip(&near) {
                // Rounded once: single precision would lose more here than in transforms.
                let product = Complex::new(value.re.wide(), value.im.wide()) * (far * near);
                *value = Complex::new(R::nearest(product.re), R::nearest(product.im));
            }
        }
    }

    /// Transforms a row, and scales it.
    fn row(&self, scale: Option<R>, line: &mut [Complex<R>], memory: &mut [Complex<R>]) {
        self.along.process_with_scratch(line, memory);
        if let Some(scale) = scale {
            line.iter_mut().for_each(|v| *v = Complex::new(v.re * scale, v.im * scale));
        }
    }

    /// The first step of a line in parts: transforms columns, one line each, from a number on.
    /// `memory` is [`Long::working`] for each of so many things as are done at once.
    pub fn columns(
        &self,
        first: usize,
        lines: &mut [Complex<R>],
        memory: &mut [Complex<R>],
        each: Each<'_>,
    ) {
        self.lines(self.rows, lines, memory, each, &|number, line, memory| {
            self.column(first + number, line, memory);
        });
    }

    /// The second step: transforms rows of what the first gave, one line each, times `scale`.
    pub fn rows(
        &self,
        scale: f64,
        lines: &mut [Complex<R>],
        memory: &mut [Complex<R>],
        each: Each<'_>,
    ) {
        let scale = factor(scale);
        self.lines(self.columns, lines, memory, each, &|_, line, memory| {
            self.row(scale, line, memory);
        });
    }

    fn lines(
        &self,
        length: usize,
        lines: &mut [Complex<R>],
        memory: &mut [Complex<R>],
        each: Each<'_>,
        work: &Work<'_, R>,
    ) {
        let working = self.working();
        let together = (lines.len() / length).div_ceil(memory.len() / working);
        let parts: Vec<_> = lines
            .chunks_mut(together * length)
            .zip(memory.chunks_exact_mut(working))
            .map(Mutex::new)
            .collect();
        each(parts.len(), &|i| {
            let mut part = parts[i].lock().unwrap_or_else(|e| e.into_inner());
            let (lines, memory) = &mut *part;
            for (j, line) in lines.chunks_mut(length).enumerate() {
                work(i * together + j, line, memory);
            }
        });
    }

    /// Makes a transform of half the length that of a real line.
    fn unfold(&self, out: &mut [Complex<R>], each: Each<'_>) {
        let n = self.len();
        let (first, last) = self.ends(out[0], out[n]);
        (out[0], out[n]) = (first, last);
        if n.is_multiple_of(2) {
            out[n / 2] = self.middle(out[n / 2]);
        }
        self.in_pairs(&mut out[..n], each, &|_, _| {});
    }

    /// Makes the first half of a symmetric line what is transformed at half its length.
    fn fold(&self, given: &[R], out: &mut [Complex<R>], each: Each<'_>) {
        let n = self.len();
        let part = |at: usize| given.get(at).copied().unwrap_or_else(R::zero);
        let at = |k: usize| Complex::new(part(2 * k), part(2 * k + 1));
        out[0] = self.ends(at(0), at(n)).0;
        if n.is_multiple_of(2) {
            out[n / 2] = self.middle(at(n / 2));
        }
        self.in_pairs(out, each, &|first, part| {
            let from = &given[given.len().min(2 * first)..];
            let part: &mut [R] = bytemuck::cast_slice_mut(part);
            fill(part, &from[..from.len().min(part.len())]);
        });
    }

    /// Combines the pairs between the ends and the middle, after each part was made.
    fn in_pairs(
        &self,
        line: &mut [Complex<R>],
        each: Each<'_>,
        make: &(dyn Fn(usize, &mut [Complex<R>]) + Sync),
    ) {
        let n = self.len();
        let pairs = (n - 1) / 2;
        let (low, high) = line[1..].split_at_mut(n / 2);
        let parts: Vec<_> =
            low[..pairs].chunks_mut(PAIRS).zip(high.rchunks_mut(PAIRS)).map(Mutex::new).collect();
        each(parts.len(), &|i| {
            let mut part = parts[i].lock().unwrap_or_else(|e| e.into_inner());
            let (low, high) = &mut *part;
            let first = 1 + i * PAIRS;
            make(first, low);
            make(n + 1 - first - high.len(), high);
            self.pairs(first, low, high);
        });
    }

    /// What makes the transform of a real line of that of half as many complex numbers, or the
    /// other way round, where a part of either half is at hand: numbers of the lower half from one
    /// on, and those that mirror them, with the length in the place of the first.
    pub fn mirror(&self, first: usize, low: &mut [Complex<R>], high: &mut [Complex<R>]) {
        let (mut from, mut to) = (0, low.len());
        if first == 0 && to > 0 {
            (low[0], high[to - 1]) = self.ends(low[0], high[to - 1]);
            from = 1;
        }
        if to > from && 2 * (first + to - 1) == self.len() {
            to -= 1;
            low[to] = self.middle(low[to]);
            high[0] = low[to];
        }
        let mirrored = low.len() - to..low.len() - from;
        self.pairs(first + from, &mut low[from..to], &mut high[mirrored]);
    }

    /// The numbers at zero and at the length.
    fn ends(&self, first: Complex<R>, last: Complex<R>) -> (Complex<R>, Complex<R>) {
        if self.transform == Transform::RealInverse {
            // These are real in what is symmetric.
            return (Complex::new(first.re + last.re, first.re - last.re), last);
        }
        let real = |re| Complex::new(re, R::zero());
        (real(first.re + first.im), real(first.re - first.im))
    }

    /// The number that mirrors itself.
    fn middle(&self, value: Complex<R>) -> Complex<R> {
        match self.transform {
            Transform::RealInverse => (value + value).conj(),
            _ => value.conj(),
        }
    }

    fn pairs(&self, first: usize, low: &mut [Complex<R>], high: &mut [Complex<R>]) {
        let Some(turns) = &self.turns else { return };
        let inverse = self.transform == Transform::RealInverse;
        pulp::Arch::new().dispatch(|| {
            let half = R::nearest(if inverse { 1.0 } else { 0.5 });
            for (i, (a, b)) in low.iter_mut().zip(high.iter_mut().rev()).enumerate() {
                let turn = turns.get(first + i);
                // Times `i`, or `-i / 2`.
                let turn = match inverse {
                    true => Complex::new(R::nearest(-turn.im), R::nearest(turn.re)),
                    false => Complex::new(R::nearest(turn.im / 2.0), R::nearest(turn.re / -2.0)),
                };
                let (sum, difference) = ((*a + b.conj()) * half, (*a - b.conj()) * turn);
                *a = sum + difference;
                *b = (sum - difference).conj();
            }
        });
    }
}
