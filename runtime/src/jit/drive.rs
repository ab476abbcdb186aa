//! Drives a compiled kernel over a region of its step's domain, tile by tile.
//!
//! State before: a [`Bound`] step (program, loop order, strides) and addresses. State after: the
//! region's part of the output is written, nothing else.
//!
//! The order in which tiles are visited never changes a result: stores are elementwise, and folds
//! follow the blocks that [`arr_ir::fold`] fixes over the index, whatever the tiles are.
#![allow(unsafe_code, reason = "walks raw arrays; bounds follow from the verified plan")]

use super::folds::Folds;
use super::program::{Layout, Program, ResultPlace, Span, TileArgs};
use super::tiles::Level;
use super::tiles::copy::{Pack, StreamCopy, fence, pack};
use super::tiles::random::{Distribution, Fill, FillIntegers, fill_integers, fill_random};
use arr_ir::dtype::DType;
use arr_ir::fold::{COL_BLOCK, ROW_BLOCK};
use arr_ir::kernel::Source;
use arr_ir::op::Dist;
use smallvec::SmallVec;
use std::sync::Arc;

/// Per operand.
type Each = SmallVec<[isize; 8]>;

/// Rows that a column fold takes at a time.
const FOLD_ROWS: usize = 8;

/// So many short rows side by side fill the vectors.
pub const SIDE_BY_SIDE: usize = 64;

/// Side of a tile that has an operand crossing its columns.
const CROSS: usize = 32;

/// Where an operand's elements come from, as bound.
#[derive(Clone, Debug)]
pub enum Feed {
    /// Memory: offsets and strides are bytes; what packs elements that cross the columns.
    Memory(Pack),
    /// Its linear number: offsets and strides are numbers.
    Iota,
    /// Random numbers of its linear number; the stream, and the parameter that is the seed.
    Random(Fill, u64, u16),
    /// Random integers of its linear number; the parameters seed, low and high.
    Integers(FillIntegers, [u16; 3]),
}

impl Feed {
    /// What feeds an operand.
    pub fn new(source: &Source, dtype: DType, level: Level) -> Feed {
        match source {
            Source::Memory => Feed::Memory(pack(dtype.size(), level).expect("every dtype's size")),
            Source::Iota => Feed::Iota,
            Source::Random(Dist::Integers, args) => {
                Feed::Integers(fill_integers(level), [args[0], args[1], args[2]])
            }
            Source::Random(dist, args) => {
                let distribution = match (dist, dtype) {
                    (Dist::Normal, DType::F32) => Distribution::NormalF32,
                    (Dist::Normal, _) => Distribution::NormalF64,
                    (_, DType::F32) => Distribution::UniformF32,
                    _ => Distribution::UniformF64,
                };
                Feed::Random(fill_random(distribution, level), dist.stream(), args[0])
            }
        }
    }

    /// Whether the elements are in memory.
    pub fn is_memory(&self) -> bool {
        matches!(self, Feed::Memory(_))
    }
}

/// An operand of a bound step.
#[derive(Clone, Debug)]
pub struct BoundOperand {
    /// Where its elements come from.
    pub feed: Feed,
    /// Its dtype.
    pub dtype: DType,
    /// At the domain's origin: bytes from the array's first element, or the linear number.
    pub offset: isize,
    /// Per domain dimension.
    pub strides: SmallVec<[isize; 4]>,
}

/// A step made ready for arrays of known strides.
pub struct Bound {
    /// The code.
    pub program: Arc<Program>,
    /// The operands.
    pub operands: Vec<BoundOperand>,
    /// The result's dtype.
    pub dtype: DType,
    /// Copies past the cache.
    pub stream: StreamCopy,
    /// Output bytes per domain dimension (of a store).
    pub out_strides: SmallVec<[isize; 4]>,
    /// Output bytes per dimension of the partial results (of a fold).
    pub part_strides: SmallVec<[isize; 4]>,
    /// Bytes from the output's first element to the domain's origin.
    pub out_offset: isize,
    /// Domain dimensions from the outermost loop to the innermost (of a store).
    pub order: SmallVec<[usize; 4]>,
    /// Of a fold of short rows: the kept dimension whose rows are taken side by side, as the
    /// columns of a tile.
    pub across: Option<usize>,
}

/// What a task of a bound step is run with.
pub struct Frame<'a> {
    /// The step.
    pub bound: &'a Bound,
    /// Address of the first element of each operand's array (null for generated ones).
    pub bases: &'a [*const u8],
    /// The bits of the parameters.
    pub params: &'a [u64],
    /// Address of the first element of the output's array.
    pub out: *mut u8,
    /// The thread's scratch block: [`Bound::scratch_bytes`] bytes aligned to 64.
    pub scratch: *mut u8,
    /// Whether results bypass the cache.
    pub stream: bool,
}

/// A nest of loops over operands and output: sizes, and strides per operand with the output last.
#[derive(Clone)]
struct Nest {
    sizes: SmallVec<[usize; 4]>,
    strides: SmallVec<[Each; 4]>,
    /// At the first iteration.
    at: Each,
}

impl Nest {
    /// Merges loops that run through memory as one would; the innermost keeps its layout.
    fn merge(&mut self) {
        let mut d = self.sizes.len();
        while d >= 2 {
            d -= 1;
            let n = self.sizes[d] as isize;
            let fits = self.strides[d - 1].iter().zip(&self.strides[d]).all(|(o, i)| *o == i * n);
            let inner = d + 1 == self.sizes.len();
            if fits || (!inner && n == 1) {
                self.sizes[d - 1] *= self.sizes[d];
                if n != 1 {
                    self.strides[d - 1] = self.strides[d].clone();
                }
                self.sizes.remove(d);
                self.strides.remove(d);
            } else if self.sizes[d - 1] == 1 {
                self.sizes.remove(d - 1);
                self.strides.remove(d - 1);
            }
        }
    }

    fn each(&self, mut visit: impl FnMut(&Each)) {
        walk(&self.sizes, &self.strides, &self.at, &mut visit);
    }
}

/// Visits every index of the loops with the operands' positions there.
fn walk(sizes: &[usize], strides: &[Each], at: &Each, visit: &mut dyn FnMut(&Each)) {
    let Some((&n, sizes)) = sizes.split_first() else { return visit(at) };
    let mut at = at.clone();
    for _ in 0..n {
        walk(sizes, &strides[1..], &at, visit);
        shift(&mut at, &strides[0], 1);
    }
}

fn shift(at: &mut Each, strides: &Each, count: usize) {
    for (a, s) in at.iter_mut().zip(strides) {
        *a = a.wrapping_add(s.wrapping_mul(count as isize));
    }
}

fn shifted(at: &Each, strides: &Each, count: usize) -> Each {
    let mut at = at.clone();
    shift(&mut at, strides, count);
    at
}

/// Copies `n` elements to places `stride` bytes apart.
///
/// # Safety
/// `from` holds `n` elements of `size` bytes, `to` takes them.
unsafe fn scatter(to: *mut u8, stride: isize, from: *const u8, n: usize, size: usize) {
    for i in 0..n {
        let (from, to) = (from.wrapping_add(i * size), to.wrapping_offset(i as isize * stride));
        // SAFETY: element `i` of both.
        unsafe {
            match size {
                8 => to.cast::<u64>().write_unaligned(from.cast::<u64>().read_unaligned()),
                4 => to.cast::<u32>().write_unaligned(from.cast::<u32>().read_unaligned()),
                _ => std::ptr::copy_nonoverlapping(from, to, size),
            }
        }
    }
}

impl Bound {
    /// Bytes of scratch that a task needs: the program's slots, a result tile, and a fold's
    /// accumulators.
    pub fn scratch_bytes(&self) -> usize {
        self.program.scratch_bytes() + 2 * self.result_tile()
    }

    fn result_tile(&self) -> usize {
        (self.program.tile * 16).max(ROW_BLOCK * 16)
    }

    /// Whether some operand in memory is packed: it does not run along the columns.
    fn crosses(&self) -> bool {
        self.program
            .operand_slots
            .iter()
            .zip(&self.operands)
            .any(|(slot, o)| slot.is_some() && o.feed.is_memory())
    }
}

impl Frame<'_> {
    fn result_scratch(&self) -> *mut u8 {
        // SAFETY: the scratch block has room for the program's slots and two result tiles.
        unsafe { self.scratch.add(self.bound.program.scratch_bytes()) }
    }

    fn accumulators(&self) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.result_scratch().add(self.bound.result_tile()) }
    }

    /// The nest over `dims` (domain dimensions, outermost first) of a region.
    fn nest(&self, dims: &[usize], region: &[(usize, usize)]) -> Nest {
        let b = self.bound;
        let ops = b.operands.len();
        let mut at: Each = b.operands.iter().map(|o| o.offset).collect();
        at.push(b.out_offset);
        for (d, &(start, _)) in region.iter().enumerate() {
            for (k, o) in b.operands.iter().enumerate() {
                at[k] += o.strides[d] * start as isize;
            }
            at[ops] += b.out_strides.get(d).copied().unwrap_or(0) * start as isize;
        }
        let strides = dims.iter().map(|&d| self.strides(d)).collect();
        Nest { sizes: dims.iter().map(|&d| region[d].1).collect(), strides, at }
    }

    fn strides(&self, dim: usize) -> Each {
        let own = self.bound.out_strides.get(dim).copied().unwrap_or(0);
        self.bound.operands.iter().map(|o| o.strides[dim]).chain([own]).collect()
    }

    /// Runs the program over one tile at `at`, packing and generating what it wants in slots.
    ///
    /// # Safety
    /// The tile's elements exist in every operand's array; `out` takes `m` rows of `n` elements.
    unsafe fn tile(&self, at: &Each, rows: &Each, cols: &Each, m: usize, n: usize, out: Span) {
        let program = &self.bound.program;
        let mut spans: SmallVec<[Span; 8]> = SmallVec::new();
        let mut ahead: SmallVec<[*const u8; 8]> = SmallVec::new();
        for (k, o) in self.bound.operands.iter().enumerate() {
            let ptr = self.bases[k].cast_mut().wrapping_offset(at[k]);
            spans.push(Span { ptr, row_stride: rows[k] });
            let size = o.dtype.size();
            let row = (n * size) as isize;
            if o.feed.is_memory() && cols[k] == size as isize && (m == 1 || rows[k] == row) {
                ahead.push(ptr.wrapping_add(m * n * size).cast_const());
            }
            if let Some(slot) = program.operand_slots[k] {
                // SAFETY: the slot is inside the scratch block and takes a whole tile; memory
                // operands have the tile's elements at these strides.
                unsafe {
                    let slot = program.slot(self.scratch, slot);
                    match &o.feed {
                        Feed::Memory(pack) => pack(slot, ptr, m, n, rows[k], cols[k]),
                        feed => self.generate(feed, o.dtype, slot, at[k], rows[k], cols[k], m, n),
                    }
                }
            }
        }
        let (params, scratch) = (self.params, self.scratch);
        let args = TileArgs { operands: &spans, ahead: &ahead, params, out, scratch, m, n };
        // SAFETY: the spans cover the tile, the slots are filled, the scratch block is whole.
        unsafe { program.run(&args) };
    }

    /// Runs the program over one tile for a fold: where its `m` rows of `n` contiguous elements
    /// lie, which is the operand itself when the kernel only reads one.
    ///
    /// # Safety
    /// As for [`Frame::tile`].
    unsafe fn folded(&self, at: &Each, rows: &Each, cols: &Each, m: usize, n: usize) -> Span {
        let size = self.bound.dtype.size();
        if let ResultPlace::Operand(k) = self.bound.program.result
            && self.bound.operands[k].feed.is_memory()
            && (cols[k] == size as isize || n == 1)
            && rows[k] % size as isize == 0
        {
            return Span {
                ptr: self.bases[k].cast_mut().wrapping_offset(at[k]),
                row_stride: rows[k],
            };
        }
        let out = Span { ptr: self.result_scratch(), row_stride: (n * size) as isize };
        // SAFETY: the result tile takes the whole tile.
        unsafe { self.tile(at, rows, cols, m, n, out) };
        out
    }

    /// # Safety
    /// `dst` takes `m * n` elements of `dtype`.
    #[allow(clippy::too_many_arguments, reason = "a tile's geometry")]
    unsafe fn generate(
        &self,
        feed: &Feed,
        dtype: DType,
        dst: *mut u8,
        at: isize,
        row: isize,
        col: isize,
        m: usize,
        n: usize,
    ) {
        let run = if col == 1 { n } else { 1 };
        for i in 0..m {
            for j in (0..n).step_by(run) {
                let first = (at + row * i as isize + col * j as isize) as u64;
                // SAFETY: `run` elements of row `i` of the destination.
                unsafe {
                    let dst = dst.add((i * n + j) * dtype.size());
                    match feed {
                        Feed::Memory(_) => unreachable!("memory is packed"),
                        Feed::Iota => {
                            for l in 0..run {
                                dst.cast::<u64>().add(l).write(first + l as u64);
                            }
                        }
                        Feed::Random(fill, stream, seed) => {
                            fill(dst, self.params[*seed as usize], *stream, first, run)
                        }
                        Feed::Integers(fill, [seed, low, high]) => {
                            let [seed, low, high] =
                                [seed, low, high].map(|p| self.params[*p as usize]);
                            fill(
                                dst,
                                seed,
                                Dist::Integers.stream(),
                                first,
                                run,
                                low as i64,
                                high as i64,
                            )
                        }
                    }
                }
            }
        }
    }

    /// Computes a region of a store.
    ///
    /// # Safety
    /// The addresses of the frame are those of the arrays the step was bound to, with room for
    /// the plan's shapes; no other task writes the same part of the output at the same time.
    pub unsafe fn store(&self, region: &[(usize, usize)]) {
        if region.iter().any(|r| r.1 == 0) {
            return;
        }
        let mut nest = self.nest(&self.bound.order, region);
        if nest.sizes.is_empty() {
            nest.sizes.push(1);
            nest.strides.push(SmallVec::from_elem(0, nest.at.len()));
        }
        nest.merge();
        let (cols, n) = (nest.strides.pop().expect("a loop"), nest.sizes.pop().expect("a loop"));
        let (rows, m) = match (nest.strides.pop(), nest.sizes.pop()) {
            (Some(s), Some(m)) => (s, m),
            _ => (SmallVec::from_elem(0, cols.len()), 1),
        };
        let (tile_m, tile_n) = self.tile_shape(m, n);
        nest.each(|at| {
            for i in (0..m).step_by(tile_m) {
                let at = shifted(at, &rows, i);
                for j in (0..n).step_by(tile_n) {
                    let at = shifted(&at, &cols, j);
                    let (m, n) = (tile_m.min(m - i), tile_n.min(n - j));
                    // SAFETY: a part of the region; the caller's promise covers it.
                    unsafe { self.store_tile(&at, &rows, &cols, m, n) };
                }
            }
        });
        if self.stream {
            fence();
        }
    }

    fn tile_shape(&self, m: usize, n: usize) -> (usize, usize) {
        let tile = self.bound.program.tile;
        let n = match self.bound.crosses() && m > 1 {
            true => n.min((tile / m.min(CROSS)).max(CROSS)),
            false => n.min(tile),
        };
        (m.min((tile / n).max(1)), n)
    }

    /// # Safety
    /// As for [`Frame::store`], for this tile.
    unsafe fn store_tile(&self, at: &Each, rows: &Each, cols: &Each, m: usize, n: usize) {
        let last = at.len() - 1;
        let size = self.bound.dtype.size();
        let ptr = self.out.wrapping_offset(at[last]);
        let (row, col) = (rows[last], cols[last]);
        let contiguous = col == size as isize || n == 1;
        if contiguous && !self.stream {
            // SAFETY: the tile's rows are contiguous in the output.
            unsafe { self.tile(at, rows, cols, m, n, Span { ptr, row_stride: row }) };
            return;
        }
        let scratch = self.result_scratch();
        let width = (n * size) as isize;
        // SAFETY: the result tile takes the whole tile; then each row goes where it belongs.
        unsafe {
            self.tile(at, rows, cols, m, n, Span { ptr: scratch, row_stride: width });
            for i in 0..m as isize {
                let (from, to) = (scratch.offset(i * width), ptr.wrapping_offset(i * row));
                if contiguous {
                    (self.bound.stream)(to, from, n * size);
                } else {
                    for j in 0..n as isize {
                        let from = from.offset(j * size as isize);
                        std::ptr::copy_nonoverlapping(from, to.wrapping_offset(j * col), size);
                    }
                }
            }
        }
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
        if let Some(column) = self.bound.across {
            // SAFETY: the caller's promise.
            return unsafe { self.fold_across(domain, kept, column, region, folds) };
        }
        let reduced = &domain[kept..];
        let elements: usize = reduced.iter().product();
        let units = elements.div_ceil(ROW_BLOCK);
        let (first, count) = region[kept];
        let mut whole: Vec<(usize, usize)> = region[..kept].to_vec();
        whole.extend(reduced.iter().map(|&n| (0, n)));
        let kept_dims: SmallVec<[usize; 4]> = (0..kept).collect();
        let mut outer = self.nest(&kept_dims, &whole);
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
        outer.each(|at| {
            for u in first..first + count {
                let range = u * ROW_BLOCK..elements.min((u + 1) * ROW_BLOCK);
                // SAFETY: the unit's elements are in the region.
                unsafe {
                    let out = self.out.wrapping_offset(at[last] + u as isize * unit_stride);
                    self.fold_unit(at, &inner, range, folds, out);
                }
            }
        });
    }

    /// Folds short rows side by side along a kept dimension.
    ///
    /// # Safety
    /// As for [`Frame::fold_rows`]; the program was compiled for that dimension as the columns.
    unsafe fn fold_across(
        &self,
        domain: &[usize],
        kept: usize,
        column: usize,
        region: &[(usize, usize)],
        folds: &Folds,
    ) {
        let mut reduced: SmallVec<[usize; 4]> =
            (kept..domain.len()).filter(|&d| domain[d] > 1).collect();
        let length: usize = reduced.iter().map(|&d| domain[d]).product();
        let rows_dim = reduced.pop().unwrap_or(kept);
        if region[kept].1 == 0 {
            return;
        }
        let mut whole: SmallVec<[(usize, usize); 8]> = SmallVec::from_slice(&region[..kept]);
        whole.extend(domain[kept..].iter().map(|&n| (0, n)));
        let others: SmallVec<[usize; 4]> = (0..kept).filter(|&d| d != column).collect();
        let parts = &self.bound.part_strides;
        let mut outer = self.nest(&others, &whole);
        let last = outer.at.len() - 1;
        for (strides, &d) in outer.strides.iter_mut().zip(&others) {
            strides[last] = parts[d];
        }
        outer.at[last] = (0..kept).map(|d| parts[d] * region[d].0 as isize).sum();
        outer.merge();
        let (rows, mut cols) = (self.strides(rows_dim), self.strides(column));
        cols[last] = parts[column];
        let size = self.bound.dtype.size();
        let width = match self.bound.program.tile / length {
            n if n > SIDE_BY_SIDE => n / SIDE_BY_SIDE * SIDE_BY_SIDE,
            n => n.max(1),
        };
        let columns = region[column].1;
        for j in (0..columns).step_by(width) {
            let n = width.min(columns - j);
            outer.each(|at| {
                let at = shifted(at, &cols, j);
                let out = self.out.wrapping_offset(at[last]);
                let dense = cols[last] == size as isize;
                let dst = if dense { out } else { self.accumulators() };
                // SAFETY: `n` kept elements of `length` reduced ones each, all in the region;
                // the accumulators take as many elements as a tile has.
                unsafe {
                    let tile = match reduced.is_empty() {
                        true => self.folded(&at, &rows, &cols, length, n),
                        false => {
                            let sizes = reduced.iter().map(|&d| domain[d]).collect();
                            let strides = reduced.iter().map(|&d| self.strides(d)).collect();
                            let groups = Nest { sizes, strides, at };
                            self.groups(&groups, (&rows, domain[rows_dim]), (&cols, n))
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
        let mut inner = self.nest(dims, region);
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
        let mut nest = self.nest(&dims, &whole);
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
        let size = self.bound.dtype.size();
        let rank = inner.sizes.len();
        let length = inner.sizes[rank - 1];
        let rows = &inner.strides[rank - 1];
        let tile = self.bound.program.tile;
        let width = n.min(tile / FOLD_ROWS);
        let most = (tile / width).min(FOLD_ROWS.max(COL_BLOCK / width));
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
                let m = (length - row).min(range.end - position).min(most);
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

/// The layout of an operand whose innermost loop has this stride.
pub fn layout(feed: &Feed, size: usize, inner: isize, strides: &[isize]) -> Layout {
    match feed {
        Feed::Memory(_) if inner == 0 && strides.iter().all(|&s| s == 0) => Layout::Constant,
        Feed::Memory(_) if inner == 0 => Layout::Uniform,
        Feed::Memory(_) if inner == size as isize => Layout::Contiguous,
        _ => Layout::Tile,
    }
}
