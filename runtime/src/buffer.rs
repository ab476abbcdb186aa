//! Memory: the accountant, the pool of blocks, and arrays in them.
//!
//! Nothing chunk-sized is allocated anywhere else. A block is taken from the pool, which reuses
//! what was given back (fresh pages cost more than most kernels), and is charged to the
//! accountant for as long as it exists, idle time in the pool included.
//!
//! Invariants: a block's bytes are reachable through at most one `&mut` at a time or only through
//! raw pointers handed to tasks that write disjoint parts; `used <= limit` always.
#![allow(unsafe_code, reason = "raw memory is this module's purpose")]

use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::shape::{Shape, count, row_major};
use arr_storage::boxes::{Around, copy};
use num_complex::Complex;
use smallvec::SmallVec;
use std::alloc::{Layout, alloc, dealloc};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Blocks of at least this many bytes are pages from the system, aligned for huge pages.
const PAGES: usize = 1 << 20;
/// Blocks of at most this many bytes are kept in lists of one size each.
const SMALL: usize = 4096;
/// Size of a huge page.
const HUGE: usize = 2 << 20;
/// Alignment of every block: a cache line, and enough for any vector.
pub const ALIGN: usize = 64;

/// Memory ran out: what was asked for, what is in use, and the limit, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// Bytes asked for.
    pub asked: usize,
    /// Bytes in use.
    pub used: usize,
    /// The limit.
    pub limit: usize,
}

/// What the pool has given out so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryStats {
    /// Bytes of blocks in use.
    pub used: usize,
    /// Bytes of idle blocks kept for reuse.
    pub idle: usize,
    /// The most bytes that existed at once, idle ones included.
    pub peak: usize,
    /// Blocks taken from the system.
    pub fresh: usize,
    /// Blocks that were reused.
    pub reused: usize,
}

struct PoolState {
    idle: BTreeMap<usize, Vec<RawBlock>>,
    /// Idle blocks of up to [`SMALL`] bytes, by size.
    small: [Vec<RawBlock>; SMALL / ALIGN],
    /// The most bytes in use since somebody began to look.
    most_used: usize,
    stats: MemoryStats,
}

/// Gives out blocks under a limit, and takes them back.
pub struct Pool {
    limit: usize,
    state: Mutex<PoolState>,
}

impl Default for PoolState {
    fn default() -> PoolState {
        let small = [const { Vec::new() }; SMALL / ALIGN];
        PoolState { idle: BTreeMap::new(), small, most_used: 0, stats: MemoryStats::default() }
    }
}

/// A piece of memory, unowned: only the pool and [`Block`] handle it.
struct RawBlock {
    ptr: *mut u8,
    capacity: usize,
}

// SAFETY: a raw block is a plain address; whoever holds it is its only owner.
unsafe impl Send for RawBlock {}

impl RawBlock {
    fn new(capacity: usize) -> Option<RawBlock> {
        let ptr = if capacity >= PAGES { map_pages(capacity)? } else { small(capacity)? };
        Some(RawBlock { ptr, capacity })
    }

    fn free(self) {
        if self.capacity >= PAGES {
            // SAFETY: mapped by `map_pages` with this size, and no one else holds it.
            unsafe { libc::munmap(self.ptr.cast(), self.capacity) };
        } else {
            // SAFETY: allocated by `small` with this layout, and no one else holds it.
            unsafe { dealloc(self.ptr, Layout::from_size_align_unchecked(self.capacity, ALIGN)) };
        }
    }
}

fn small(capacity: usize) -> Option<*mut u8> {
    let layout = Layout::from_size_align(capacity, ALIGN).ok()?;
    // SAFETY: the layout's size is not zero: capacities are at least ALIGN.
    let ptr = unsafe { alloc(layout) };
    (!ptr.is_null()).then_some(ptr)
}

/// Maps anonymous pages at a huge-page boundary.
fn map_pages(capacity: usize) -> Option<*mut u8> {
    let whole = capacity.checked_add(HUGE)?;
    // SAFETY: an anonymous private mapping at an address of the system's choice; the parts before
    // and after the aligned range are unmapped again, and nothing else refers to them.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let prot = libc::PROT_READ | libc::PROT_WRITE;
        let base = libc::mmap(std::ptr::null_mut(), whole, prot, flags, -1, 0);
        if base == libc::MAP_FAILED {
            return None;
        }
        let base = base.cast::<u8>();
        let head = base.align_offset(HUGE);
        if head > 0 {
            libc::munmap(base.cast(), head);
        }
        let ptr = base.add(head);
        if whole - head > capacity {
            libc::munmap(ptr.add(capacity).cast(), whole - head - capacity);
        }
        #[cfg(target_os = "linux")]
        libc::madvise(ptr.cast(), capacity, libc::MADV_HUGEPAGE);
        Some(ptr)
    }
}

/// The capacity of the block that serves `bytes`.
fn capacity(bytes: usize) -> usize {
    let unit = match bytes {
        0..4096 => ALIGN,
        4096..PAGES => 4096,
        _ => 64 << 10,
    };
    bytes.max(1).div_ceil(unit) * unit
}

impl Pool {
    /// A pool that never has more than `limit` bytes.
    pub fn new(limit: usize) -> Arc<Pool> {
        Arc::new(Pool { limit, state: Mutex::default() })
    }

    /// The limit in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The counters.
    pub fn stats(&self) -> MemoryStats {
        self.lock().stats
    }

    /// From now on counts [`Pool::peak_since`].
    pub(crate) fn begin_peak(&self) {
        let mut state = self.lock();
        state.most_used = state.stats.used;
    }

    /// The most bytes in use at once since [`Pool::begin_peak`].
    pub(crate) fn peak_since(&self) -> usize {
        self.lock().most_used
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// A block of at least `bytes` bytes, its content arbitrary.
    pub fn block(self: &Arc<Pool>, bytes: usize) -> Result<Block, OutOfMemory> {
        let capacity = capacity(bytes);
        let mut state = self.lock();
        // A larger block than promised must not be missed later.
        let plenty = state.stats.used.saturating_add(capacity) <= self.limit / 2;
        if let Some(raw) = state.reuse(capacity, if plenty { capacity / 4 } else { 0 }) {
            state.stats.idle -= raw.capacity;
            state.stats.used += raw.capacity;
            state.stats.reused += 1;
            state.most_used = state.most_used.max(state.stats.used);
            return Ok(Block { raw: Some(raw), pool: Some(self.clone()), owner: None });
        }
        let error = OutOfMemory { asked: bytes, used: state.stats.used, limit: self.limit };
        if !state.has_room(capacity, self.limit) {
            return Err(error);
        }
        let raw = RawBlock::new(capacity).ok_or(error)?;
        state.stats.fresh += 1;
        state.count(capacity);
        Ok(Block { raw: Some(raw), pool: Some(self.clone()), owner: None })
    }

    /// Counts so many bytes that are taken elsewhere, for as long as the result lives.
    ///
    /// # Errors
    /// They do not fit.
    pub fn charge(self: &Arc<Pool>, bytes: usize) -> Result<Charge, OutOfMemory> {
        let mut state = self.lock();
        let error = OutOfMemory { asked: bytes, used: state.stats.used, limit: self.limit };
        if !state.has_room(bytes, self.limit) {
            return Err(error);
        }
        state.count(bytes);
        Ok(Charge { pool: self.clone(), bytes })
    }

    /// Gives every idle block back to the system.
    pub fn trim(&self) {
        self.lock().make_room(usize::MAX, 0);
    }
}

/// Bytes that count as used and are not the pool's.
pub struct Charge {
    pool: Arc<Pool>,
    bytes: usize,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.pool.lock().stats.used -= self.bytes;
    }
}

impl PoolState {
    /// Whether so many more bytes fit under the limit once idle blocks are given back.
    fn has_room(&mut self, more: usize, limit: usize) -> bool {
        self.make_room(more, limit);
        self.stats.used.saturating_add(more) <= limit
    }

    /// Counts bytes as used.
    fn count(&mut self, bytes: usize) {
        self.stats.used += bytes;
        self.most_used = self.most_used.max(self.stats.used);
        self.stats.peak = self.stats.peak.max(self.stats.used + self.stats.idle);
    }

    /// An idle block of this capacity, or a larger one of at most so many bytes more.
    fn reuse(&mut self, capacity: usize, more: usize) -> Option<RawBlock> {
        if let Some(list) = self.small.get_mut(capacity / ALIGN - 1) {
            return list.pop();
        }
        let c = *self.idle.range(capacity..=capacity + more).next()?.0;
        self.take_idle(c)
    }

    fn take_idle(&mut self, capacity: usize) -> Option<RawBlock> {
        let list = self.idle.get_mut(&capacity)?;
        let raw = list.pop();
        if list.is_empty() {
            self.idle.remove(&capacity);
        }
        raw
    }

    /// Frees idle blocks, largest first, until `more` bytes fit under the limit.
    fn make_room(&mut self, more: usize, limit: usize) {
        while self.stats.used.saturating_add(self.stats.idle).saturating_add(more) > limit {
            let largest = self.idle.keys().next_back().copied();
            let raw = match largest {
                Some(c) => self.take_idle(c),
                None => self.small.iter_mut().rev().find_map(Vec::pop),
            };
            let Some(raw) = raw else { return };
            self.stats.idle -= raw.capacity;
            raw.free();
        }
    }
}

impl Drop for PoolState {
    fn drop(&mut self) {
        let small = self.small.iter_mut().flat_map(std::mem::take);
        for raw in std::mem::take(&mut self.idle).into_values().flatten().chain(small) {
            raw.free();
        }
    }
}

/// A block of memory: from a pool, to which it returns, or somebody else's.
pub struct Block {
    raw: Option<RawBlock>,
    pool: Option<Arc<Pool>>,
    /// Keeps memory that is not the pool's alive.
    owner: Option<Arc<dyn Any + Send + Sync>>,
}

// SAFETY: shared references to a block only give out its address; who writes through it is said
// by the module's invariants.
unsafe impl Sync for Block {}

impl Block {
    /// The first byte.
    pub fn ptr(&self) -> *mut u8 {
        self.raw.as_ref().expect("present until dropped").ptr
    }

    /// Usable bytes.
    pub fn capacity(&self) -> usize {
        self.raw.as_ref().expect("present until dropped").capacity
    }

    /// Memory of somebody else, read only.
    ///
    /// # Safety
    /// `bytes` bytes from `ptr` on stay readable and unchanged while `owner`, or whatever the
    /// caller ties the block's life to, exists.
    pub unsafe fn foreign(
        ptr: *const u8,
        bytes: usize,
        owner: Arc<dyn Any + Send + Sync>,
    ) -> Block {
        let raw = RawBlock { ptr: ptr.cast_mut(), capacity: bytes };
        Block { raw: Some(raw), pool: None, owner: Some(owner) }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let (Some(raw), Some(pool)) = (self.raw.take(), self.pool.take()) else { return };
        debug_assert!(self.owner.is_none());
        let mut state = pool.lock();
        state.stats.used -= raw.capacity;
        state.stats.idle += raw.capacity;
        let raw_list = match raw.capacity {
            0..=SMALL => &mut state.small[raw.capacity / ALIGN - 1],
            c => state.idle.entry(c).or_default(),
        };
        raw_list.push(raw);
    }
}

/// An array in memory: a block, and where its elements lie in it.
#[derive(Clone)]
pub struct Buffer {
    block: Arc<Block>,
    dtype: DType,
    shape: Shape,
    /// Bytes from the block's start to the first element.
    offset: isize,
    /// Bytes from an element to the next, per dimension.
    strides: SmallVec<[isize; 4]>,
}

/// Strides in bytes of a dense row-major array.
pub fn dense_strides(shape: &[usize], dtype: DType) -> SmallVec<[isize; 4]> {
    let mut strides = row_major(shape);
    strides.iter_mut().for_each(|s| *s *= dtype.size() as isize);
    strides
}

impl Buffer {
    /// A dense array with arbitrary content.
    pub fn new(pool: &Arc<Pool>, dtype: DType, shape: Shape) -> Result<Buffer, OutOfMemory> {
        let block = pool.block(count(&shape) * dtype.size())?;
        Ok(Buffer::dense(Arc::new(block), dtype, shape))
    }

    fn dense(block: Arc<Block>, dtype: DType, shape: Shape) -> Buffer {
        let strides = dense_strides(&shape, dtype);
        Buffer { block, dtype, shape, offset: 0, strides }
    }

    /// A dense array of these little-endian bytes.
    pub fn from_bytes(
        pool: &Arc<Pool>,
        dtype: DType,
        shape: Shape,
        bytes: &[u8],
    ) -> Result<Buffer, OutOfMemory> {
        assert_eq!(bytes.len(), count(&shape) * dtype.size());
        let mut buffer = Buffer::new(pool, dtype, shape)?;
        buffer.bytes_mut().expect("just made").copy_from_slice(bytes);
        Ok(buffer)
    }

    /// An array in memory of somebody else.
    ///
    /// # Safety
    /// Every element addressed from `ptr` by `shape` and `strides` (in bytes) stays readable and
    /// unchanged while `owner`, or whatever the caller ties the buffer's life to, exists, and is
    /// a valid value of `dtype`.
    pub unsafe fn foreign(
        ptr: *const u8,
        dtype: DType,
        shape: Shape,
        strides: SmallVec<[isize; 4]>,
        owner: Arc<dyn Any + Send + Sync>,
    ) -> Buffer {
        // SAFETY: the caller's promise.
        let block = unsafe { Block::foreign(ptr, 0, owner) };
        Buffer { block: Arc::new(block), dtype, shape, offset: 0, strides }
    }

    /// The same elements under another shape; the array must be dense.
    pub fn reshaped(&self, shape: Shape) -> Buffer {
        assert!(self.is_dense() && count(&shape) == count(&self.shape));
        let strides = dense_strides(&shape, self.dtype);
        Buffer { shape, strides, ..self.clone() }
    }

    /// Elements that lie together in a dense array, from one on, as an array of this shape. Nothing is
    /// copied.
    pub fn range(&self, first: usize, shape: Shape) -> Buffer {
        assert!(self.is_dense() && first + count(&shape) <= count(&self.shape));
        let offset = self.offset + (first * self.dtype.size()) as isize;
        let strides = dense_strides(&shape, self.dtype);
        Buffer { shape, strides, offset, ..self.clone() }
    }

    /// The first parts of the elements of a dense array, as floats of the size of a part. Nothing is
    /// copied.
    pub fn floats(&self, part: DType, len: usize) -> Buffer {
        assert!(self.is_dense() && part == self.dtype.part() && len * part.size() <= self.nbytes());
        let shape: Shape = std::iter::once(len).collect();
        let strides = dense_strides(&shape, part);
        Buffer { dtype: part, shape, strides, ..self.clone() }
    }

    /// A complex array as floats with one more axis of size 2 at the end, real and imaginary
    /// part of every element; another array as it is. Nothing is copied.
    pub fn pairs(&self) -> Buffer {
        let mut pairs = self.clone();
        if self.dtype.kind() == Kind::Complex {
            pairs.dtype = self.dtype.part();
            pairs.shape.push(2);
            pairs.strides.push(pairs.dtype.size() as isize);
        }
        pairs
    }

    /// The reverse of [`Buffer::pairs`] for a complex `dtype`; none when the two parts of an
    /// element do not lie beside each other.
    pub fn paired(&self, dtype: DType) -> Option<Buffer> {
        let mut array = self.clone();
        if dtype.kind() == Kind::Complex {
            let (size, stride) = (array.shape.pop()?, array.strides.pop()?);
            let beside = size == 2 && stride == self.dtype.size() as isize;
            if !beside || self.dtype != dtype.part() {
                return None;
            }
            array.dtype = dtype;
        }
        Some(array)
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Bytes from an element to the next, per dimension.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Bytes of all elements.
    pub fn nbytes(&self) -> usize {
        count(&self.shape) * self.dtype.size()
    }

    /// The address of the first element.
    pub fn ptr(&self) -> *mut u8 {
        self.block.ptr().wrapping_offset(self.offset)
    }

    /// The array in row-major order without gaps: itself, or a copy.
    ///
    /// # Errors
    /// No memory for the copy.
    pub fn densified(&self, pool: &Arc<Pool>) -> Result<Buffer, OutOfMemory> {
        match self.is_dense() {
            true => Ok(self.clone()),
            false => Buffer::from_bytes(pool, self.dtype, self.shape.clone(), &self.to_bytes()),
        }
    }

    /// Whether it lies in memory of a pool, and not in somebody else's.
    pub fn is_pooled(&self) -> bool {
        self.block.owner.is_none()
    }

    /// Whether the elements lie in row-major order without gaps.
    pub fn is_dense(&self) -> bool {
        let mut expected = self.dtype.size() as isize;
        for (&n, &s) in self.shape.iter().zip(&self.strides).rev() {
            if n != 1 && s != expected {
                return count(&self.shape) == 0;
            }
            expected *= n as isize;
        }
        true
    }

    /// The element at an index.
    pub fn get(&self, index: &[usize]) -> Scalar {
        assert!(
            index.len() == self.shape.len() && index.iter().zip(&self.shape).all(|(i, n)| i < n)
        );
        let at: isize = index.iter().zip(&self.strides).map(|(&i, &s)| i as isize * s).sum();
        let mut bytes = [0u8; 16];
        // SAFETY: the index was checked, so the element is one of the array's.
        unsafe {
            let from = self.ptr().offset(at);
            std::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), self.dtype.size());
        }
        Scalar::from_bytes(&bytes, self.dtype)
    }

    /// The element at a row-major position.
    pub fn element(&self, mut position: usize) -> Scalar {
        let mut index = Shape::from_elem(0, self.shape.len());
        for d in (0..self.shape.len()).rev() {
            index[d] = position % self.shape[d];
            position /= self.shape[d];
        }
        assert_eq!(position, 0, "position outside the array");
        self.get(&index)
    }

    /// Changes the element at a row-major position of a dense array that nobody shares, to a value
    /// of its dtype. Whether it did.
    pub fn set(&mut self, position: usize, value: Scalar) -> bool {
        let size = self.dtype.size();
        if value.dtype != self.dtype {
            return false;
        }
        let place = self.bytes_mut().and_then(|bytes| bytes.chunks_exact_mut(size).nth(position));
        place.map(|place| place.copy_from_slice(&value.bits.to_le_bytes()[..size])).is_some()
    }

    /// Changes a box of a dense array that nobody shares to the elements of another dense array of
    /// its dtype. Whether it did.
    pub fn set_box(&mut self, start: &[usize], value: &Buffer) -> bool {
        let (shape, size) = (self.shape.clone(), self.dtype.size());
        let fits = start.len() == shape.len()
            && value.shape.len() == shape.len()
            && (0..shape.len()).all(|d| start[d] + value.shape[d] <= shape[d]);
        let Some(from) = value.bytes().filter(|_| fits && value.dtype == self.dtype) else {
            return false;
        };
        let Some(bytes) = self.bytes_mut() else { return false };
        let origin = Shape::from_elem(0, shape.len());
        let whole = Around { origin: &origin, shape: &shape };
        copy(&Around { origin: start, shape: &value.shape }, from, &whole, bytes, size);
        true
    }

    /// The bytes of a dense array.
    pub fn bytes(&self) -> Option<&[u8]> {
        // SAFETY: a dense array's elements are these bytes, initialised by whoever made it, and
        // only read while shared.
        self.is_dense().then(|| unsafe { std::slice::from_raw_parts(self.ptr(), self.nbytes()) })
    }

    /// The bytes of a dense array that nobody shares and that is the pool's.
    pub fn bytes_mut(&mut self) -> Option<&mut [u8]> {
        let bytes = self.nbytes();
        if !self.is_dense() || self.block.owner.is_some() {
            return None;
        }
        let ptr = self.ptr();
        Arc::get_mut(&mut self.block)?;
        // SAFETY: the block is ours alone and holds the array's bytes.
        Some(unsafe { std::slice::from_raw_parts_mut(ptr, bytes) })
    }

    /// Whether nobody else holds the block.
    pub fn is_unique(&mut self) -> bool {
        self.block.owner.is_none() && Arc::get_mut(&mut self.block).is_some()
    }

    /// All elements' bytes in row-major order, copied.
    pub fn to_bytes(&self) -> Vec<u8> {
        if let Some(bytes) = self.bytes() {
            return bytes.to_vec();
        }
        let mut out = Vec::with_capacity(self.nbytes());
        arr_ir::oracle::each_index(&self.shape, |index| {
            out.extend_from_slice(&self.get(index).bits.to_le_bytes()[..self.dtype.size()]);
        });
        out
    }
}

/// Rust types whose memory is that of an array's elements.
pub trait Element: private::Sealed + Copy + Send + Sync + 'static {
    /// The dtype.
    const DTYPE: DType;
}

mod private {
    /// Keeps [`super::Element`] to the types below, whose layout is known.
    pub trait Sealed {}
}

macro_rules! elements {
    ($($type:ty => $dtype:ident),*) => {$(
        impl private::Sealed for $type {}
        impl Element for $type {
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}

elements! {
    bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, u8 => U8, u16 => U16, u32 => U32,
    u64 => U64, f32 => F32, f64 => F64, Complex<f32> => C64, Complex<f64> => C128
}

impl Buffer {
    /// The array with element `memory[first + sum(strides * index)]` at an index, in memory that
    /// is lent and not copied. None when an index would reach outside of `memory`.
    ///
    /// The borrow does not show in the result's type: whoever lends memory keeps the buffer, its
    /// clones and every array that may share its block inside something that carries the borrow's
    /// lifetime, as `arr::Session<'a>` and `arr::Value<'a>` do.
    pub fn lent<T: Element>(
        memory: &[T],
        first: usize,
        shape: Shape,
        strides: &[isize],
    ) -> Option<Buffer> {
        let strides = reach(memory.len(), first, &shape, strides)?.bytes(size_of::<T>());
        let ptr = memory.as_ptr().wrapping_add(first).cast();
        // SAFETY: every element lies inside of `memory`, was checked to, and is a `T`, which is a
        // value of its dtype; the borrow is kept by the caller, as said above.
        Some(unsafe { Buffer::foreign(ptr, T::DTYPE, shape, strides, Arc::new(())) })
    }

    /// The array with element `memory[first + sum(strides * index)]` at an index, which keeps the
    /// memory. None when an index would reach outside of it.
    pub fn owned<T: Element>(
        memory: Vec<T>,
        first: usize,
        shape: Shape,
        strides: &[isize],
    ) -> Option<Buffer> {
        let strides = reach(memory.len(), first, &shape, strides)?.bytes(size_of::<T>());
        let memory = Arc::new(memory);
        let ptr = memory.as_ptr().wrapping_add(first).cast();
        // SAFETY: as above; the vector lives as long as its owner, the block, and never changes.
        Some(unsafe { Buffer::foreign(ptr, T::DTYPE, shape, strides, memory) })
    }
}

/// Strides in elements that were checked to stay inside some memory.
struct Reach<'a>(&'a [isize]);

impl Reach<'_> {
    fn bytes(&self, size: usize) -> SmallVec<[isize; 4]> {
        self.0.iter().map(|s| s * size as isize).collect()
    }
}

/// Checks that `first + sum(strides * index)` is below `len` for every index of a shape.
fn reach<'a>(len: usize, first: usize, shape: &[usize], strides: &'a [isize]) -> Option<Reach<'a>> {
    arr_ir::shape::checked_count(shape)?;
    if shape.len() != strides.len() || shape.len() > arr_ir::shape::MAX_RANK || first > len {
        return None;
    }
    if shape.contains(&0) {
        return Some(Reach(strides));
    }
    let (mut low, mut high) = (first as i128, first as i128);
    for (&n, &stride) in shape.iter().zip(strides) {
        let far = (n as i128 - 1) * stride as i128;
        low += far.min(0);
        high += far.max(0);
    }
    (low >= 0 && high < len as i128).then_some(Reach(strides))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_counted_reused_and_bounded() {
        let pool = Pool::new(10 << 20);
        let a = pool.block(3 << 20).unwrap();
        let address = a.ptr() as usize;
        assert_eq!(address % HUGE, 0);
        assert!(pool.block(8 << 20).is_err());
        drop(a);
        assert_eq!(pool.block(3 << 20).unwrap().ptr() as usize, address);
        // The idle block makes room for one of another size.
        let big = pool.block(9 << 20).unwrap();
        assert_eq!(pool.stats().idle, 0);
        drop(big);
        pool.trim();
        assert_eq!((pool.stats().used, pool.stats().idle), (0, 0));
        assert!(pool.stats().peak <= 10 << 20);
    }

    #[test]
    fn elements_by_index_and_position() {
        let pool = Pool::new(1 << 20);
        let bytes: Vec<u8> = (0..6u8).collect();
        let shape = Shape::from_slice(&[2, 3]);
        let b = Buffer::from_bytes(&pool, DType::U8, shape, &bytes).unwrap();
        assert_eq!(b.get(&[1, 2]).as_i128(), 5);
        assert_eq!(b.element(4).as_i128(), 4);
        assert!(b.is_dense());
    }

    #[test]
    fn complex_arrays_and_their_pairs() {
        let memory: Vec<Complex<f64>> =
            (0..6).map(|i| Complex::new(f64::from(i), -f64::from(i))).collect();
        let transposed = Buffer::owned(memory, 0, Shape::from_slice(&[3, 2]), &[1, 3]).unwrap();
        let pairs = transposed.pairs();
        assert_eq!((pairs.dtype(), pairs.shape()), (DType::F64, &[3, 2, 2][..]));
        assert_eq!(pairs.get(&[2, 1, 1]).as_f64(), -5.0);
        let back = pairs.paired(DType::C128).unwrap();
        assert_eq!(back.get(&[2, 1]).as_complex(), (5.0, -5.0));
        assert!(pairs.paired(DType::C64).is_none());
        assert!(back.paired(DType::C128).is_none());
    }

    #[test]
    fn lent_memory_is_checked_and_strided() {
        let memory: Vec<i32> = (0..12).collect();
        let shape = Shape::from_slice(&[4, 3]);
        let t = Buffer::lent(&memory, 0, shape.clone(), &[1, 4]).unwrap();
        assert_eq!(t.get(&[1, 2]).as_i128(), 9);
        let flipped = Buffer::lent(&memory, 11, Shape::from_slice(&[12]), &[-1]).unwrap();
        assert_eq!(flipped.get(&[1]).as_i128(), 10);
        for (first, strides) in [(0, [1, 5]), (1, [1, 4]), (0, [-1, 4])] {
            assert!(Buffer::lent(&memory, first, shape.clone(), &strides).is_none());
        }
        let kept = Buffer::owned(memory, 0, shape, &[3, 1]).unwrap();
        assert_eq!(kept.get(&[3, 2]).as_i128(), 11);
    }
}
