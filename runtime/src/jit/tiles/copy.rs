//! Copies: packing a strided tile, and copying out of the cache with streaming stores.

use super::{Level, for_each_level};

/// `dst[i * n + j]` = the element at `src + i * row_stride + j * column_stride`, strides in bytes.
///
/// The strides may be negative or zero; source elements need not be aligned; `dst` is aligned to
/// the element and does not overlap the source.
pub type Pack = unsafe fn(
    dst: *mut u8,
    src: *const u8,
    m: usize,
    n: usize,
    row_stride: isize,
    column_stride: isize,
);

/// Copies `bytes` bytes between buffers that do not overlap, around the cache.
///
/// Other threads see the stores after `fence` only.
pub type StreamCopy = unsafe fn(dst: *mut u8, src: *const u8, bytes: usize);

/// Bytes of a page, in which the processor looks for loads that must wait for stores.
const PAGE: usize = 4096;

/// Bytes that [`copy`] moves together.
const TOGETHER: usize = 128;

/// Copies `bytes` bytes between buffers that do not overlap or are the same.
///
/// Where the destination lies a little after the source, in whichever page, the system's copy takes
/// ten times as long: every load seems to read what was stored just before.
///
/// # Safety
/// `src` and `dst` point to as many bytes.
pub unsafe fn copy(dst: *mut u8, src: *const u8, bytes: usize) {
    let after = (dst as usize).wrapping_sub(src as usize) % PAGE;
    let whole = if (1..64).contains(&after) { bytes - bytes % TOGETHER } else { 0 };
    for at in (0..whole).step_by(TOGETHER) {
        // SAFETY: the caller's; all is read before it is written.
        unsafe {
            let part = src.add(at).cast::<[u64; TOGETHER / 8]>().read_unaligned();
            dst.add(at).cast::<[u64; TOGETHER / 8]>().write_unaligned(part);
        }
    }
    // SAFETY: the caller's.
    unsafe { std::ptr::copy(src.add(whole), dst.add(whole), bytes - whole) };
}

/// Side of the blocks in which a transposed tile is walked.
const BLOCK: usize = 8;

/// A strided source of `m` x `n` elements and its destination.
#[derive(Clone, Copy)]
struct Tile<T> {
    dst: *mut T,
    src: *const u8,
    m: usize,
    n: usize,
    row_stride: isize,
    column_stride: isize,
}

impl<T: Copy> Tile<T> {
    /// The address of a source element.
    #[inline(always)]
    fn source(&self, i: usize, j: usize) -> *const u8 {
        let offset = i as isize * self.row_stride + j as isize * self.column_stride;
        self.src.wrapping_offset(offset)
    }

    /// Copies a rectangle element by element.
    ///
    /// # Safety
    /// The tile is valid and the ranges lie within it.
    #[inline(always)]
    unsafe fn copy_block(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) {
        for i in rows {
            for j in columns.clone() {
                // SAFETY: the caller's.
                unsafe {
                    let x = self.source(i, j).cast::<T>().read_unaligned();
                    self.dst.add(i * self.n + j).write(x);
                }
            }
        }
    }

    /// Copies rows that are contiguous in the source.
    ///
    /// # Safety
    /// The tile is valid, and its column stride is the element size.
    #[inline(always)]
    unsafe fn copy_rows(&self) {
        let bytes = self.n * size_of::<T>();
        if self.row_stride == bytes as isize {
            // SAFETY: the whole tile is contiguous.
            unsafe { copy(self.dst.cast(), self.src, self.m * bytes) };
            return;
        }
        for i in 0..self.m {
            // SAFETY: row i of both.
            unsafe {
                copy(self.dst.add(i * self.n).cast(), self.source(i, 0), bytes);
            }
        }
    }

    /// Copies rows that lie backwards in the source.
    ///
    /// # Safety
    /// The tile is valid, and its column stride is the element size, negative.
    #[inline(always)]
    unsafe fn reverse_rows(&self) {
        for i in 0..self.m {
            let (last, to) = (self.source(i, 0).cast::<T>(), self.dst.wrapping_add(i * self.n));
            for j in 0..self.n {
                // SAFETY: element (i, j) of both.
                unsafe { to.add(j).write(last.sub(j).read_unaligned()) };
            }
        }
    }

    /// Walks blocks down the columns, which are contiguous in the source: eight streams of reads.
    ///
    /// # Safety
    /// The tile is valid. `block(dst, src, i, j)` copies one whole block.
    #[inline(always)]
    unsafe fn transpose(&self, block: impl Fn(&Self, usize, usize)) {
        let (whole_m, whole_n) = (self.m - self.m % BLOCK, self.n - self.n % BLOCK);
        for j in (0..whole_n).step_by(BLOCK) {
            for i in (0..whole_m).step_by(BLOCK) {
                block(self, i, j);
            }
        }
        // SAFETY: the ranges lie within the tile.
        unsafe {
            self.copy_block(0..whole_m, whole_n..self.n);
            self.copy_block(whole_m..self.m, 0..self.n);
        }
    }

    /// Packs with scalar moves.
    ///
    /// # Safety
    /// The tile is valid.
    #[inline(always)]
    unsafe fn pack(&self) {
        let size = size_of::<T>() as isize;
        // SAFETY: the caller's.
        unsafe {
            if self.column_stride == size {
                self.copy_rows();
            } else if self.column_stride == -size {
                self.reverse_rows();
            } else if self.row_stride == size {
                self.transpose(|tile, i, j| tile.copy_block(i..i + BLOCK, j..j + BLOCK));
            } else {
                self.copy_block(0..self.m, 0..self.n);
            }
        }
    }
}

/// An element of 16 bytes with the alignment of its halves.
type Wide = [u64; 2];

macro_rules! packs {
    ($($name:ident $type:ty;)*) => {
        $(
            for_each_level!($name: unsafe fn(
                dst: *mut u8, src: *const u8, m: usize, n: usize,
                row_stride: isize, column_stride: isize
            ) {
                let tile = Tile { dst: dst.cast::<$type>(), src, m, n, row_stride, column_stride };
                // SAFETY: the caller keeps the contract of `Pack`.
                unsafe { tile.pack() }
            });
        )*
    };
}

packs! {
    pack_1 u8;
    pack_2 u16;
    pack_4 u32;
    pack_8 u64;
    pack_16 Wide;
}

/// The helper that packs elements of 1, 2, 4, 8 or 16 bytes; `None` for other sizes.
///
/// `level` must be available on the processor that calls it.
pub fn pack(element_size: usize, level: Level) -> Option<Pack> {
    match element_size {
        1 => Some(pack_1::pick(level)),
        2 => Some(pack_2::pick(level)),
        #[cfg(target_arch = "x86_64")]
        4 if level >= Level::Avx2 => Some(vectors::pack_4),
        #[cfg(target_arch = "x86_64")]
        8 if level == Level::Avx512 => Some(vectors::pack_8_avx512),
        #[cfg(target_arch = "x86_64")]
        8 if level == Level::Avx2 => Some(vectors::pack_8_avx2),
        4 => Some(pack_4::pick(level)),
        8 => Some(pack_8::pick(level)),
        16 => Some(pack_16::pick(level)),
        _ => None,
    }
}

/// The helper that copies with streaming stores.
///
/// `level` must be available on the processor that calls it.
pub fn stream_copy(level: Level) -> StreamCopy {
    #[cfg(target_arch = "x86_64")]
    match level {
        Level::Baseline => vectors::stream_sse2,
        Level::Avx2 => vectors::stream_avx2,
        Level::Avx512 => vectors::stream_avx512,
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = level;
        plain_copy
    }
}

#[cfg(not(target_arch = "x86_64"))]
unsafe fn plain_copy(dst: *mut u8, src: *const u8, bytes: usize) {
    // SAFETY: the caller keeps the contract of `StreamCopy`.
    unsafe { std::ptr::copy_nonoverlapping(src, dst, bytes) }
}

/// Has memory brought into the cache that will be read next; any address will do.
#[inline(always)]
pub fn fetch(from: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..bytes).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, for any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(line).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (from, bytes);
}

/// Makes the streaming stores of this thread visible before whatever it stores next.
pub fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has SSE.
    unsafe {
        std::arch::x86_64::_mm_sfence()
    };
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    //! The versions written with intrinsics.

    use super::{BLOCK, Tile};
    use std::arch::x86_64::*;
    use std::ptr::copy_nonoverlapping;

    /// Copies head and tail plainly and the aligned lines between with `line(dst, src)`.
    ///
    /// # Safety
    /// As `StreamCopy`.
    #[inline(always)]
    unsafe fn by_lines(
        dst: *mut u8,
        src: *const u8,
        bytes: usize,
        line: impl Fn(*mut u8, *const u8),
    ) {
        let head = dst.align_offset(64).min(bytes);
        let whole = (bytes - head) / 64 * 64;
        // SAFETY: three ranges that make up the buffer.
        unsafe {
            copy_nonoverlapping(src, dst, head);
            let (to, from) = (dst.add(head), src.add(head));
            let mut offset = 0;
            while offset < whole {
                line(to.add(offset), from.add(offset));
                offset += 64;
            }
            copy_nonoverlapping(from.add(whole), to.add(whole), bytes - head - whole);
        }
    }

    pub(super) unsafe fn stream_sse2(dst: *mut u8, src: *const u8, bytes: usize) {
        // SAFETY: the caller keeps the contract of `StreamCopy`; `to` is aligned to a line.
        unsafe {
            by_lines(dst, src, bytes, |to, from| {
                for part in (0..64).step_by(16) {
                    let x = _mm_loadu_si128(from.add(part).cast());
                    _mm_stream_si128(to.add(part).cast(), x);
                }
            });
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn stream_avx2(dst: *mut u8, src: *const u8, bytes: usize) {
        // SAFETY: as for `stream_sse2`.
        unsafe {
            by_lines(dst, src, bytes, |to, from| {
                let low = _mm256_loadu_si256(from.cast());
                let high = _mm256_loadu_si256(from.add(32).cast());
                _mm256_stream_si256(to.cast(), low);
                _mm256_stream_si256(to.add(32).cast(), high);
            });
        }
    }

    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn stream_avx512(dst: *mut u8, src: *const u8, bytes: usize) {
        // SAFETY: as for `stream_sse2`.
        unsafe {
            by_lines(dst, src, bytes, |to, from| {
                _mm512_stream_si512(to.cast(), _mm512_loadu_si512(from.cast()));
            });
        }
    }

    /// A level's pack: the transposed case through `$block`, everything else as in the scalar one.
    macro_rules! pack_with {
        ($name:ident $feature:literal $type:ty, $block:ident) => {
            #[target_feature(enable = $feature)]
            pub(super) unsafe fn $name(
                dst: *mut u8,
                src: *const u8,
                m: usize,
                n: usize,
                row_stride: isize,
                column_stride: isize,
            ) {
                let tile = Tile { dst: dst.cast::<$type>(), src, m, n, row_stride, column_stride };
                // SAFETY: the caller keeps the contract of `Pack`; whole blocks lie in the tile.
                unsafe {
                    if row_stride == size_of::<$type>() as isize && column_stride != row_stride {
                        tile.transpose(|tile, i, j| {
                            let dst = tile.dst.add(i * tile.n + j);
                            // The same lines of the columns that follow.
                            for k in BLOCK..2 * BLOCK {
                                super::fetch(tile.source(i, j + k), 1);
                            }
                            $block(dst, tile.n, tile.source(i, j), tile.column_stride);
                        });
                    } else {
                        tile.pack();
                    }
                }
            }
        };
    }

    pack_with!(pack_4 "avx2" u32, block_4);
    pack_with!(pack_8_avx2 "avx2" u64, block_8_avx2);
    pack_with!(pack_8_avx512 "avx2,avx512f" u64, block_8_avx512);

    /// Transposes 8 x 8 elements of 4 bytes: unpack by 1, by 2, then exchange 128-bit halves.
    ///
    /// # Safety
    /// Eight source columns `stride` bytes apart, eight destination rows `n` elements apart.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn block_4(dst: *mut u32, n: usize, src: *const u8, stride: isize) {
        let column = |j: usize| {
            // SAFETY: the caller's; eight elements of column j.
            unsafe { _mm256_loadu_ps(src.wrapping_offset(j as isize * stride).cast()) }
        };
        let pair = |j: usize| {
            let (a, b) = (column(j), column(j + 1));
            (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b))
        };
        let quad = |j: usize| {
            let (a, b) = (pair(j), pair(j + 2));
            [
                _mm256_shuffle_ps::<0x44>(a.0, b.0),
                _mm256_shuffle_ps::<0xee>(a.0, b.0),
                _mm256_shuffle_ps::<0x44>(a.1, b.1),
                _mm256_shuffle_ps::<0xee>(a.1, b.1),
            ]
        };
        let (left, right) = (quad(0), quad(4));
        for i in 0..4 {
            let low = _mm256_permute2f128_ps::<0x20>(left[i], right[i]);
            let high = _mm256_permute2f128_ps::<0x31>(left[i], right[i]);
            // SAFETY: the caller's; eight elements of rows i and i + 4.
            unsafe {
                _mm256_storeu_ps(dst.add(i * n).cast(), low);
                _mm256_storeu_ps(dst.add((i + 4) * n).cast(), high);
            }
        }
    }

    /// Transposes 8 x 8 elements of 8 bytes as four blocks of 4 x 4.
    ///
    /// # Safety
    /// As `block_4`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn block_8_avx2(dst: *mut u64, n: usize, src: *const u8, stride: isize) {
        for i in (0..BLOCK).step_by(4) {
            for j in (0..BLOCK).step_by(4) {
                let column = |k: usize| {
                    let from = src.wrapping_offset((j + k) as isize * stride).wrapping_add(8 * i);
                    // SAFETY: the caller's; four elements of a column.
                    unsafe { _mm256_loadu_pd(from.cast()) }
                };
                let (a, b, c, d) = (column(0), column(1), column(2), column(3));
                let (even, odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
                let (even2, odd2) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
                let rows = [
                    _mm256_permute2f128_pd::<0x20>(even, even2),
                    _mm256_permute2f128_pd::<0x20>(odd, odd2),
                    _mm256_permute2f128_pd::<0x31>(even, even2),
                    _mm256_permute2f128_pd::<0x31>(odd, odd2),
                ];
                for (k, row) in rows.into_iter().enumerate() {
                    // SAFETY: the caller's; four elements of a row.
                    unsafe { _mm256_storeu_pd(dst.add((i + k) * n + j).cast(), row) };
                }
            }
        }
    }

    /// Transposes 8 x 8 elements of 8 bytes: unpack by 1, then exchange 128-bit quarters twice.
    ///
    /// # Safety
    /// As `block_4`.
    #[inline]
    #[target_feature(enable = "avx2,avx512f")]
    unsafe fn block_8_avx512(dst: *mut u64, n: usize, src: *const u8, stride: isize) {
        let column = |j: usize| {
            // SAFETY: the caller's; eight elements of column j.
            unsafe { _mm512_loadu_pd(src.wrapping_offset(j as isize * stride).cast()) }
        };
        // Rows 0 2 4 6 (first) and 1 3 5 7 (second) of two columns, a pair per quarter.
        let pair = |j: usize| {
            let (a, b) = (column(j), column(j + 1));
            (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b))
        };
        let (a, b, c, d) = (pair(0), pair(2), pair(4), pair(6));
        let store = |i: usize, row: __m512d| {
            // SAFETY: the caller's; eight elements of row i.
            unsafe { _mm512_storeu_pd(dst.add(i * n).cast(), row) };
        };
        let rows = |first: usize, a: __m512d, b: __m512d, c: __m512d, d: __m512d| {
            // Quarters 0 2 of both, then quarters 1 3 of both.
            let (ab_even, cd_even) =
                (_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0x88>(c, d));
            let (ab_odd, cd_odd) =
                (_mm512_shuffle_f64x2::<0xdd>(a, b), _mm512_shuffle_f64x2::<0xdd>(c, d));
            store(first, _mm512_shuffle_f64x2::<0x88>(ab_even, cd_even));
            store(first + 4, _mm512_shuffle_f64x2::<0xdd>(ab_even, cd_even));
            store(first + 2, _mm512_shuffle_f64x2::<0x88>(ab_odd, cd_odd));
            store(first + 6, _mm512_shuffle_f64x2::<0xdd>(ab_odd, cd_odd));
        };
        rows(0, a.0, b.0, c.0, d.0);
        rows(1, a.1, b.1, c.1, d.1);
    }
}
