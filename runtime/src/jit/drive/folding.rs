//! Folds over a region: tiles of rows or columns into partial results.
//!
//! Before: as for the parent. After: one partial result per kept element and block of
//! [`arr_ir::fold`].
#![allow(unsafe_code, reason = "walks raw arrays; bounds follow from the verified plan")]

use super::super::folds::Folds;
use super::super::program::{Entry, ResultPlace};
use super::super::tiles::copy::fetch;
use super::{
    Across, BoundOperand, CROSS, Each, Feed, Frame, Nest, SIDE_BY_SIDE, Span, scatter, shift,
    shifted,
};
use arr_ir::fold::{COL_BLOCK, LANES, ROW_BLOCK};
use smallvec::SmallVec;

/// Rows that a column fold takes at a time.
const FOLD_ROWS: usize = 8;

/// Rows side by side of which a tile should hold more whole ones, or they come in pieces.
const NARROW: usize = 16;

/// Elements of rows that are worth being turned into columns.
const SHORT: usize = 32;

/// The loops over rows that lie side by side.
struct Beside {
    /// Over the other kept dimensions.
    outer: Nest,
    /// Over the reduced ones.
    inner: Nest,
    /// The strides from row to row.
    cols: Each,
    /// How many rows there are.
    columns: usize,
    /// The first row block of each row and how many.
    units: (usize, usize),
    /// Bytes from one block's result to the next.
    unit_stride: isize,
}

/// Where the elements `range` (row-major numbers in `inner`) lie in each operand, in bytes from
/// element 0: lane after lane of their row block, each in order.
fn lane_table(inner: &Nest, range: std::ops::Range<usize>, operands: usize) -> Vec<isize> {
    let rank = inner.sizes.len();
    let (length, rows) = (inner.sizes[rank - 1], &inner.strides[rank - 1]);
    let (whole, more) = (range.len() / LANES, range.len() % LANES);
    let mut table = vec![0; range.len() * operands];
    let mut position = range.start;
    while position < range.end {
        let mut here: Each = SmallVec::from_elem(0, inner.at.len());
        let mut block = position / length;
        let step = position % length;
        shift(&mut here, rows, step);
        for d in (0..rank - 1).rev() {
            shift(&mut here, &inner.strides[d], block % inner.sizes[d]);
            block /= inner.sizes[d];
        }
        let end = range.end.min(position + length - step);
        for number in position - range.start..end - range.start {
            let lane = number % LANES;
            let place = lane * whole + lane.min(more) + number / LANES;
            table[place * operands..][..operands].copy_from_slice(&here[..operands]);
            shift(&mut here, rows, 1);
        }
        position = end;
    }
    table
}

impl Frame<'_> {
    /// Runs the program over one tile for a fold: where its `m` rows of `n` contiguous elements
    /// lie, which is the operand itself when the kernel only reads one.
    ///
    /// # Safety
    /// As for [`Frame::tile`].
    unsafe fn folded(&self, at: &Each, rows: &Each, cols: &Each, m: usize, n: usize) -> Span {
        let size = self.bound.dtype.size();
        if let ResultPlace::Operand(k) = self.bound.program.result
            && let Feed::Memory(pack) = self.bound.operands[k].feed
        {
            let ptr = self.bases[k].cast_mut().wrapping_offset(at[k]);
            if (cols[k] == size as isize || n == 1) && rows[k] % size as isize == 0 {
                return Span { ptr, row_stride: rows[k] };
            }
            let out = self.result_scratch();
            // SAFETY: the result tile takes the whole tile; the operand has its elements.
            unsafe { pack(out, ptr, m, n, rows[k], cols[k]) };
            return Span { ptr: out, row_stride: (n * size) as isize };
        }
        let out = Span { ptr: self.result_scratch(), row_stride: (n * size) as isize };
        // SAFETY: the result tile takes the whole tile.
        unsafe { self.tile(at, rows, cols, m, n, out) };
        out
    }

    /// Folds a region in row blocks: `region` is over the kept dimensions and the units.
    ///
    /// # Safety
    /// As for [`Frame::store`]; the output is the dense array of partial results.
    pub unsafe fn fold_rows(
        &self,
        domain: &[usize],
        kept: usize,
        region: &[(usize, usize)],
        folds: &Folds,
    ) {
        if let Some(Across { dim, pieces, .. }) = self.bound.across {
            let elements: usize = domain[kept..].iter().product();
            let narrow = elements * NARROW > self.bound.program.tile;
            let beside = self.beside(domain, kept, dim, region);
            // SAFETY: the caller's promise.
            return unsafe {
                match self.bound.program.fold {
                    Some(fold) => self.fold_registers(&beside, elements, folds, fold),
                    None if pieces || narrow => self.fold_lanes(&beside, elements, folds),
                    None => self.fold_across(&beside, domain, kept, folds),
                }
            };
        }
        let reduced = &domain[kept..];
        let elements: usize = reduced.iter().product();
        let units = elements.div_ceil(ROW_BLOCK);
        let (first, count) = region[kept];
        let mut whole: Vec<(usize, usize)> = region[..kept].to_vec();
        whole.extend(reduced.iter().map(|&n| (0, n)));
        let kept_dims: SmallVec<[usize; 4]> = (0..kept).collect();
        let mut outer = self.bound.nest(&kept_dims, &whole);
        // The output's strides are those of the partial results.
        let last = outer.at.len() - 1;
        outer.at[last] = 0;
        for ((strides, &stride), r) in
            outer.strides.iter_mut().zip(&self.bound.part_strides).zip(region)
        {
            strides[last] = stride;
            outer.at[last] += stride * r.0 as isize;
        }
        let unit_stride = self.bound.part_strides[kept];
        outer.merge();
        let dims: SmallVec<[usize; 4]> = (kept..domain.len()).collect();
        let inner = self.inner_nest(&dims, &whole);
        if units == 1
            && inner.sizes.len() == 1
            && elements * 2 <= self.bound.program.tile
            && !outer.sizes.is_empty()
        {
            // SAFETY: the same region, several kept elements per tile.
            return unsafe { self.fold_short_rows(outer, &inner, elements, folds) };
        }
        let operand = self.operand_along(&inner);
        outer.each(|at| {
            for u in first..first + count {
                let range = u * ROW_BLOCK..elements.min((u + 1) * ROW_BLOCK);
                let out = self.out.wrapping_offset(at[last] + u as isize * unit_stride);
                // SAFETY: the unit's elements are in the region.
                unsafe {
                    match operand {
                        Some(k) => {
                            let from = at[k] + (range.start * self.bound.dtype.size()) as isize;
                            folds.block(out, self.bases[k].wrapping_offset(from), range.len());
                        }
                        None => self.fold_unit(at, &inner, range, folds, out),
                    }
                }
            }
        });
    }

    /// The operand that the elements to be folded are, where they lie together in memory.
    fn operand_along(&self, inner: &Nest) -> Option<usize> {
        let ResultPlace::Operand(k) = self.bound.program.result else { return None };
        let dense = match &inner.strides[..] {
            [strides] => strides[k] == self.bound.dtype.size() as isize,
            _ => false,
        };
        (self.bound.operands[k].feed.is_memory() && dense).then_some(k)
    }

    /// The loops for rows that lie side by side along the kept dimension `column`.
    fn beside(
        &self,
        domain: &[usize],
        kept: usize,
        column: usize,
        region: &[(usize, usize)],
    ) -> Beside {
        let mut whole: SmallVec<[(usize, usize); 8]> = SmallVec::from_slice(&region[..kept]);
        whole.extend(domain[kept..].iter().map(|&n| (0, n)));
        let others: SmallVec<[usize; 4]> = (0..kept).filter(|&d| d != column).collect();
        let parts = &self.bound.part_strides;
        let mut outer = self.bound.nest(&others, &whole);
        let last = outer.at.len() - 1;
        for (strides, &d) in outer.strides.iter_mut().zip(&others) {
            strides[last] = parts[d];
        }
        outer.at[last] = (0..kept).map(|d| parts[d] * region[d].0 as isize).sum();
        outer.merge();
        let dims: SmallVec<[usize; 4]> = (kept..domain.len()).collect();
        let inner = self.inner_nest(&dims, &whole);
        let mut cols = self.bound.strides(column);
        cols[last] = parts[column];
        let (columns, units) = (region[column].1, region[kept]);
        Beside { outer, inner, cols, columns, units, unit_stride: parts[kept] }
    }

    /// Folds short rows side by side along a kept dimension.
    ///
    /// # Safety
    /// As for [`Frame::fold_rows`]; the program was compiled for that dimension as the columns.
    unsafe fn fold_across(&self, beside: &Beside, domain: &[usize], kept: usize, folds: &Folds) {
        let mut reduced: SmallVec<[usize; 4]> =
            (kept..domain.len()).filter(|&d| domain[d] > 1).collect();
        let length: usize = reduced.iter().map(|&d| domain[d]).product();
        let rows_dim = reduced.pop().unwrap_or(kept);
        let Beside { outer, cols, columns, units, .. } = beside;
        if units.1 == 0 {
            return;
        }
        let last = cols.len() - 1;
        let rows = self.bound.strides(rows_dim);
        let size = folds.size();
        let width = match self.bound.program.tile / length {
            n if n > SIDE_BY_SIDE => n / SIDE_BY_SIDE * SIDE_BY_SIDE,
            n => n.max(1),
        };
        for j in (0..*columns).step_by(width) {
            let n = width.min(columns - j);
            outer.each(|at| {
                let at = shifted(at, cols, j);
                let out = self.out.wrapping_offset(at[last]);
                let dense = cols[last] == size as isize;
                let dst = if dense { out } else { self.accumulators() };
                // SAFETY: `n` kept elements of `length` reduced ones each, all in the region;
                // the accumulators take as many elements as a tile has.
                unsafe {
                    let tile = match reduced.is_empty() {
                        true => self.folded(&at, &rows, cols, length, n),
                        false => {
                            let sizes = reduced.iter().map(|&d| domain[d]).collect();
                            let strides = reduced.iter().map(|&d| self.bound.strides(d)).collect();
                            let groups = Nest { sizes, strides, at };
                            self.groups(&groups, (&rows, domain[rows_dim]), (cols, n))
                        }
                    };
                    folds.across(dst, tile.ptr, length, n, tile.row_stride);
                    if !dense {
                        scatter(out, cols[last], dst, n, size);
                    }
                }
            });
        }
    }

    /// Rows side by side whose lanes all fit the accumulators.
    fn lanes_width(&self, folds: &Folds) -> usize {
        (self.bound.result_tile() / (LANES * folds.size())).min(self.bound.program.tile)
    }

    /// Folds long rows side by side along a kept dimension: the lanes of each in the accumulators.
    ///
    /// # Safety
    /// As for [`Frame::fold_rows`]; the program was compiled for that dimension as the columns.
    unsafe fn fold_lanes(&self, beside: &Beside, elements: usize, folds: &Folds) {
        let Beside { outer, inner, cols, columns, units: (first, count), unit_stride } = beside;
        let last = cols.len() - 1;
        let width = self.lanes_width(folds);
        for j in (0..*columns).step_by(width) {
            let n = width.min(columns - j);
            outer.each(|at| {
                for u in *first..first + count {
                    let range = u * ROW_BLOCK..elements.min((u + 1) * ROW_BLOCK);
                    let at = shifted(at, cols, j);
                    let out = self.out.wrapping_offset(at[last] + u as isize * unit_stride);
                    // SAFETY: the unit's elements of `n` rows are in the region.
                    unsafe { self.fold_lanes_unit(&at, inner, range, (cols, n), folds, out) };
                }
            });
        }
    }

    /// Folds rows side by side along a kept dimension, a lane of each at a time, with code that keeps
    /// the lane in registers.
    ///
    /// # Safety
    /// As for [`Frame::fold_lanes`]; `fold` is the program's.
    unsafe fn fold_registers(&self, beside: &Beside, elements: usize, folds: &Folds, fold: Entry) {
        let Beside { outer, inner, cols, columns, units: (first, count), unit_stride } = beside;
        let (last, operands) = (cols.len() - 1, self.bases.len());
        let width = self.lanes_width(folds);
        let lanes = self.accumulators();
        for u in *first..first + count {
            let range = u * ROW_BLOCK..elements.min((u + 1) * ROW_BLOCK);
            let of_lane = |lane: usize| range.len().saturating_sub(lane).div_ceil(LANES);
            let table = lane_table(inner, range.clone(), operands);
            for j in (0..*columns).step_by(width) {
                let n = width.min(columns - j);
                let row = (n * folds.size()) as isize;
                outer.each(|at| {
                    let at = shifted(at, cols, j);
                    let span = |ptr: *mut u8| Span { ptr, row_stride: 0 };
                    let mut spans: SmallVec<[Span; 8]> = SmallVec::new();
                    spans.push(span(lanes));
                    let bases = self.bases.iter().zip(&at);
                    spans
                        .extend(bases.map(|(base, &at)| span(base.wrapping_offset(at).cast_mut())));
                    spans.push(span(table.as_ptr().cast_mut().cast()));
                    // SAFETY: the unit's elements of `n` rows are in the region, and the table says
                    // where those of each lane are; the accumulators take the lanes.
                    unsafe {
                        for lane in 0..LANES {
                            let to = lanes.wrapping_offset(lane as isize * row);
                            match of_lane(lane) {
                                0 => folds.fill(to, n),
                                m => {
                                    spans[0].ptr = to;
                                    fold(spans.as_ptr(), self.params.as_ptr(), m, n);
                                    let table = &mut spans[1 + operands].ptr;
                                    *table = table.wrapping_add(m * operands * size_of::<isize>());
                                }
                            }
                        }
                        let out = self.out.wrapping_offset(at[last] + u as isize * unit_stride);
                        self.finish_lanes((cols, n), folds, out);
                    }
                });
            }
        }
    }

    /// Combines the lanes of `n` rows in the accumulators.
    ///
    /// # Safety
    /// As for [`Frame::fold_lanes_unit`], whose lanes they are.
    unsafe fn finish_lanes(&self, (cols, n): (&Each, usize), folds: &Folds, out: *mut u8) {
        let (lanes, size, step) = (self.accumulators(), folds.size(), cols[cols.len() - 1]);
        let row = (n * size) as isize;
        let mut left = LANES;
        // SAFETY: the caller's promise; the result tile takes `n` elements.
        unsafe {
            while left > 1 {
                left /= 2;
                let upper = lanes.wrapping_offset(left as isize * row);
                folds.join(lanes, upper, left * n);
            }
            let dense = step == size as isize;
            let dst = if dense { out } else { self.result_scratch() };
            folds.end(dst, lanes, n);
            if !dense {
                scatter(out, step, dst, n, size);
            }
        }
    }

    /// Writes the row blocks of the elements `range` (row-major numbers in `inner`, one or more) of
    /// `n` rows that lie side by side.
    ///
    /// # Safety
    /// As for [`Frame::fold_lanes`]; the accumulators take 16 times `n` elements, a tile `n`.
    unsafe fn fold_lanes_unit(
        &self,
        at: &Each,
        inner: &Nest,
        range: std::ops::Range<usize>,
        (cols, n): (&Each, usize),
        folds: &Folds,
        out: *mut u8,
    ) {
        let rank = inner.sizes.len();
        let length = inner.sizes[rank - 1];
        let rows = &inner.strides[rank - 1];
        let height = (self.bound.program.tile / n).min(ROW_BLOCK);
        let row = (n * folds.size()) as isize;
        let lanes = self.accumulators();
        let mut position = range.start;
        // SAFETY: every piece is some elements of the innermost loop, inside the range, of `n` rows;
        // a tile takes `height` times `n` elements, and lanes of `n` elements are the accumulators.
        unsafe {
            folds.fill(lanes, LANES * n);
            while position < range.end {
                let mut here = at.clone();
                let mut block = position / length;
                let step = position % length;
                shift(&mut here, rows, step);
                for d in (0..rank - 1).rev() {
                    shift(&mut here, &inner.strides[d], block % inner.sizes[d]);
                    block /= inner.sizes[d];
                }
                let m = (length - step).min(range.end - position).min(height);
                self.fetch(&shifted(&here, rows, m), rows, cols, m, n);
                let tile = self.folded(&here, rows, cols, m, n);
                for first in 0..m.min(LANES) {
                    let lane = (position - range.start + first) % LANES;
                    let lane = lanes.wrapping_offset(lane as isize * row);
                    let from = tile.ptr.wrapping_offset(first as isize * tile.row_stride);
                    let count = (m - first).div_ceil(LANES);
                    folds.columns(lane, from, count, n, LANES as isize * tile.row_stride);
                }
                position += m;
            }
            self.finish_lanes((cols, n), folds, out);
        }
    }

    /// Has rows of memory brought into the cache, where operands lie along them: the processor sees
    /// no pattern in short pieces far from each other.
    fn fetch(&self, at: &Each, rows: &Each, cols: &Each, m: usize, n: usize) {
        for (k, o) in self.bound.operands.iter().enumerate() {
            let size = o.dtype.size();
            if !o.feed.is_memory() || cols[k] != size as isize || rows[k] == 0 {
                continue;
            }
            let mut row = self.bases[k].wrapping_offset(at[k]);
            for _ in 0..m {
                fetch(row, n * size);
                row = row.wrapping_offset(rows[k]);
            }
        }
    }

    /// Runs the program over groups of rows, which come one after the other in the result tile.
    ///
    /// # Safety
    /// As for [`Frame::tile`]; all rows together are a tile at most.
    unsafe fn groups(
        &self,
        groups: &Nest,
        (rows, m): (&Each, usize),
        (cols, n): (&Each, usize),
    ) -> Span {
        let row_stride = (n * self.bound.dtype.size()) as isize;
        let mut ptr = self.result_scratch();
        let whole = Span { ptr, row_stride };
        groups.each(|at| {
            // SAFETY: the next `m` rows of the result tile.
            unsafe { self.tile(at, rows, cols, m, n, Span { ptr, row_stride }) };
            ptr = ptr.wrapping_offset(m as isize * row_stride);
        });
        whole
    }

    /// The nest over the dimensions inside a unit, with at least one loop.
    fn inner_nest(&self, dims: &[usize], region: &[(usize, usize)]) -> Nest {
        let mut inner = self.bound.nest(dims, region);
        if inner.sizes.is_empty() {
            inner.sizes.push(1);
            inner.strides.push(SmallVec::from_elem(0, inner.at.len()));
        }
        for s in &mut inner.strides {
            *s.last_mut().expect("the output") = 0;
        }
        inner.merge();
        inner
    }

    /// # Safety
    /// As for [`Frame::fold_rows`].
    unsafe fn fold_short_rows(&self, mut outer: Nest, inner: &Nest, n: usize, folds: &Folds) {
        let (rows, m) = (outer.strides.pop().expect("a loop"), outer.sizes.pop().expect("a loop"));
        let last = rows.len() - 1;
        let cols = &inner.strides[0];
        let step = (self.bound.program.tile / n).max(1);
        outer.each(|at| {
            for i in (0..m).step_by(step) {
                let at = shifted(at, &rows, i);
                let m = step.min(m - i);
                // SAFETY: `m` kept elements of `n` reduced ones each, all in the region.
                unsafe {
                    let tile = self.folded(&at, &rows, cols, m, n);
                    if n <= SHORT && m >= LANES && rows[last] == folds.size() as isize {
                        let out = self.out.wrapping_offset(at[last]);
                        let from = (tile.ptr.cast_const(), tile.row_stride);
                        folds.short(out, from, (m, n), self.accumulators());
                        continue;
                    }
                    for r in 0..m {
                        let row = tile.ptr.wrapping_offset(r as isize * tile.row_stride);
                        let out = self.out.wrapping_offset(at[last] + r as isize * rows[last]);
                        folds.block(out, row, n);
                    }
                }
            }
        });
    }

    /// Writes the row block of the elements `range` (row-major numbers in `inner`, one or more).
    ///
    /// # Safety
    /// As for [`Frame::fold_rows`].
    unsafe fn fold_unit(
        &self,
        at: &Each,
        inner: &Nest,
        range: std::ops::Range<usize>,
        folds: &Folds,
        out: *mut u8,
    ) {
        let zeros: Each = SmallVec::from_elem(0, at.len());
        let rank = inner.sizes.len();
        let length = inner.sizes[rank - 1];
        let cols = &inner.strides[rank - 1];
        let first = range.start;
        let mut position = range.start;
        let whole = first % length + range.len() <= length
            && (1..=self.bound.program.tile).contains(&range.len());
        // SAFETY: every piece lies in one row of the innermost loop, inside the range.
        unsafe {
            while position < range.end {
                let mut here = at.clone();
                let mut row = position / length;
                let column = position % length;
                shift(&mut here, cols, column);
                for d in (0..rank - 1).rev() {
                    shift(&mut here, &inner.strides[d], row % inner.sizes[d]);
                    row /= inner.sizes[d];
                }
                let n = (length - column).min(range.end - position).min(self.bound.program.tile);
                let tile = self.folded(&here, &zeros, cols, 1, n);
                if whole {
                    return folds.block(out, tile.ptr, n);
                }
                folds.rows(self.accumulators(), tile.ptr, n, position - first);
                position += n;
            }
            folds.finish(out, self.accumulators());
        }
    }

    /// Folds a region in column blocks: `region` is over the outer dimensions, the units, and the
    /// inner dimensions.
    ///
    /// # Safety
    /// As for [`Frame::fold_rows`].
    pub unsafe fn fold_cols(
        &self,
        domain: &[usize],
        outer: usize,
        reduced: usize,
        region: &[(usize, usize)],
        folds: &Folds,
    ) {
        let elements: usize = domain[outer..outer + reduced].iter().product();
        let (first, count) = region[outer];
        let mut whole: Vec<(usize, usize)> = region[..outer].to_vec();
        whole.extend(domain[outer..outer + reduced].iter().map(|&n| (0, n)));
        whole.extend_from_slice(&region[outer + 1..]);
        // Kept dimensions, outer then inner; the output's strides are those of the parts.
        // The code is made for the innermost dimension with more than one index: the loops end
        // with it.
        let wide = (outer + reduced..domain.len()).filter(|&d| domain[d] > 1);
        let dims: SmallVec<[usize; 4]> = (0..outer).chain(wide).collect();
        let mut nest = self.bound.nest(&dims, &whole);
        let last = nest.at.len() - 1;
        nest.at[last] = 0;
        for (i, &d) in dims.iter().enumerate() {
            let stride = self.bound.part_strides[if d < outer { d } else { d - reduced + 1 }];
            nest.strides[i][last] = stride;
            nest.at[last] += stride * whole[d].0 as isize;
        }
        let unit_stride = self.bound.part_strides[outer];
        if dims.len() == outer {
            // Every kept dimension of more than one index is outer: blocks of one column.
            nest.sizes.push(1);
            nest.strides.push(SmallVec::from_elem(0, last + 1));
        }
        nest.merge();
        let (cols, n) = (nest.strides.pop().expect("a loop"), nest.sizes.pop().expect("a loop"));
        let rows: SmallVec<[usize; 4]> = (outer..outer + reduced).collect();
        let inner = self.inner_nest(&rows, &whole);
        nest.each(|at| {
            for u in first..first + count {
                let range = u * COL_BLOCK..elements.min((u + 1) * COL_BLOCK);
                let out = self.out.wrapping_offset(at[last] + u as isize * unit_stride);
                // SAFETY: the columns' elements of this unit are in the region, and its partial
                // results are ours to write.
                unsafe { self.fold_block(at, &cols, &inner, range, n, out, folds) };
            }
        });
    }

    /// Whether some operand lies in memory down the columns, and none along the rows.
    fn runs_down(&self, rows: &Each, cols: &Each) -> bool {
        let memory = self.bound.operands.iter().enumerate().filter(|(_, o)| o.feed.is_memory());
        let along = |k: usize, o: &BoundOperand, strides: &Each, others: &Each| {
            strides[k] == o.dtype.size() as isize && others[k] != 0
        };
        let mut down = false;
        for (k, o) in memory {
            if along(k, o, cols, rows) {
                return false;
            }
            down |= along(k, o, rows, cols);
        }
        down
    }

    /// The operand that the columns to be folded are, where memory runs down them.
    fn operand_down(&self, rows: &Each, cols: &Each, n: usize) -> Option<usize> {
        let size = self.bound.dtype.size() as isize;
        let ResultPlace::Operand(k) = self.bound.program.result else { return None };
        let down = rows[k] == size && cols[k] % size == 0 && n > 1;
        (self.bound.operands[k].feed.is_memory() && down).then_some(k)
    }

    /// Folds rows `range` of `n` columns into `out`: a few rows at a time, all columns of them,
    /// so that memory is read along its rows.
    ///
    /// # Safety
    /// As for [`Frame::fold_cols`].
    #[allow(clippy::too_many_arguments, reason = "a block's geometry")]
    unsafe fn fold_block(
        &self,
        at: &Each,
        cols: &Each,
        inner: &Nest,
        range: std::ops::Range<usize>,
        n: usize,
        out: *mut u8,
        folds: &Folds,
    ) {
        let size = folds.size();
        let rank = inner.sizes.len();
        let length = inner.sizes[rank - 1];
        let rows = &inner.strides[rank - 1];
        let tile = self.bound.program.tile;
        let down = self.operand_down(rows, cols, n);
        let (width, most) = match self.runs_down(rows, cols) {
            // Memory is read down the columns.
            true => {
                let width = n.min((tile / COL_BLOCK).max(CROSS / 2));
                (width, (tile / width).min(COL_BLOCK))
            }
            false => {
                let width = n.min(tile / FOLD_ROWS);
                (width, (tile / width).min(FOLD_ROWS.max(COL_BLOCK / width)))
            }
        };
        let mut position = range.start;
        // SAFETY: every piece is some rows of the innermost reduced loop, inside the range.
        unsafe {
            folds.fill(out, n);
            while position < range.end {
                let mut here = at.clone();
                let mut block = position / length;
                let row = position % length;
                shift(&mut here, rows, row);
                for d in (0..rank - 1).rev() {
                    shift(&mut here, &inner.strides[d], block % inner.sizes[d]);
                    block /= inner.sizes[d];
                }
                let left = (length - row).min(range.end - position);
                if let Some(operand) = down {
                    let from = self.bases[operand].wrapping_offset(here[operand]);
                    folds.down(out, from, left, n, cols[operand]);
                    position += left;
                    continue;
                }
                let m = left.min(most);
                for j in (0..n).step_by(width) {
                    let here = shifted(&here, cols, j);
                    let n = width.min(n - j);
                    let tile = self.folded(&here, rows, cols, m, n);
                    folds.columns(out.add(j * size), tile.ptr, m, n, tile.row_stride);
                }
                position += m;
            }
        }
    }
}
