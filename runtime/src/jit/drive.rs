//! Drives a compiled kernel over a region of its step's domain, tile by tile.
//!
//! State before: a [`Bound`] step (program, loop order, strides) and addresses. State after: the
//! region's part of the output is written, nothing else.
//!
//! The order in which tiles are visited never changes a result: stores are elementwise, and folds
//! follow the blocks that [`arr_ir::fold`] fixes over the index, whatever the tiles are.
#![allow(unsafe_code, reason = "walks raw arrays; bounds follow from the verified plan")]

use super::program::{Layout, Program, Span, TileArgs};
use super::tiles::Level;
use super::tiles::copy::{Pack, StreamCopy, fence, pack};
use super::tiles::random::{Distribution, Fill, FillIntegers, fill_integers, fill_random};
use arr_ir::dtype::DType;
use arr_ir::fold::ROW_BLOCK;
use arr_ir::kernel::Source;
use arr_ir::op::Dist;
use smallvec::SmallVec;
use std::sync::Arc;

mod folding;

/// Per operand.
type Each = SmallVec<[isize; 8]>;

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
    /// The dtype of the program's result: what is stored, or folded.
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
    /// Of a fold of rows: whether they are taken side by side.
    pub across: Option<Across>,
}

/// Rows of a fold that are taken side by side, as the columns of a tile.
#[derive(Clone, Copy)]
pub struct Across {
    /// The kept dimension along which they lie.
    pub dim: usize,
    /// Whether they come in pieces: a tile does not hold them whole.
    pub pieces: bool,
    /// Whether they pay a lane at a time in registers.
    pub registers: bool,
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
                1 => to.write(from.read()),
                _ => std::ptr::copy_nonoverlapping(from, to, size),
            }
        }
    }
}

/// Two loops: strides per operand with the output last, and sizes.
struct Plane {
    rows: Each,
    cols: Each,
    m: usize,
    n: usize,
}

/// A tile of a region.
pub struct Tile {
    at: Each,
    plane: Plane,
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

    /// The nest over `dims` (domain dimensions, outermost first) of a region.
    fn nest(&self, dims: &[usize], region: &[(usize, usize)]) -> Nest {
        let ops = self.operands.len();
        let mut at: Each = self.operands.iter().map(|o| o.offset).collect();
        at.push(self.out_offset);
        for (d, &(start, _)) in region.iter().enumerate() {
            for (k, o) in self.operands.iter().enumerate() {
                at[k] += o.strides[d] * start as isize;
            }
            at[ops] += self.out_strides.get(d).copied().unwrap_or(0) * start as isize;
        }
        let strides = dims.iter().map(|&d| self.strides(d)).collect();
        Nest { sizes: dims.iter().map(|&d| region[d].1).collect(), strides, at }
    }

    /// Of the operands and of the output, last.
    fn strides(&self, dim: usize) -> Each {
        let own = self.out_strides.get(dim).copied().unwrap_or(0);
        self.operands.iter().map(|o| o.strides[dim]).chain([own]).collect()
    }

    /// The loops over a region of a store: those outside of its planes, and a plane.
    fn planes(&self, region: &[(usize, usize)]) -> (Nest, Plane) {
        let mut nest = self.nest(&self.order, region);
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
        (nest, Plane { rows, cols, m, n })
    }

    /// The only tile of a region of a store, where it has one.
    pub fn only_tile(&self, region: &[(usize, usize)]) -> Option<Tile> {
        let (nest, plane) = self.planes(region);
        let whole = self.tile_shape(plane.m, plane.n) == (plane.m, plane.n);
        (whole && nest.sizes.iter().all(|&n| n == 1)).then_some(Tile { at: nest.at, plane })
    }

    fn tile_shape(&self, m: usize, n: usize) -> (usize, usize) {
        let tile = self.program.tile;
        let n = match self.crosses() && m > 1 {
            true => n.min((tile / m.min(CROSS)).max(CROSS)),
            false => n.min(tile),
        };
        (m.min((tile / n).max(1)), n)
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
        let (nest, Plane { rows, cols, m, n }) = self.bound.planes(region);
        let (tile_m, tile_n) = self.bound.tile_shape(m, n);
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

    /// Computes a region of a store that is one tile.
    ///
    /// # Safety
    /// As for [`Frame::store`].
    pub unsafe fn store_only(&self, tile: &Tile) {
        let Tile { at, plane: Plane { rows, cols, m, n } } = tile;
        // SAFETY: the caller's promise.
        unsafe { self.store_tile(at, rows, cols, *m, *n) };
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
                    scatter(to, col, from, n, size);
                }
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
