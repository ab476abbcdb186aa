//! Folds of a tile, in the order that `arr_ir::fold` defines.
//!
//! The caller keeps the state: 16 lanes per row block, or one accumulator per column that starts at
//! `identity`. A row block may come in pieces; `position` says where a piece begins.

use super::copy::fetch;
use super::{Level, for_each_level};
use arr_ir::dtype::DType;
use arr_ir::fold::{All, Any, Combine, LANES, Max, Min, Prod, Sum, finish_lanes};
use arr_ir::op::FoldOp;
use std::ptr::copy_nonoverlapping;

/// Combines `n` elements at `src` into the 16 lanes at `acc`; the first belongs to lane
/// `position % 16`. At position 0 the lanes start at the identity, whatever they hold.
pub type FoldRows = unsafe fn(acc: *mut u8, src: *const u8, n: usize, position: usize);

/// Writes to `dst` the row block of the `n >= 1` elements at `src`, all of it at once.
pub type FoldBlock = unsafe fn(dst: *mut u8, src: *const u8, n: usize);

/// Writes to `dst` the combination of the 16 lanes at `acc`.
pub type FinishRows = unsafe fn(dst: *mut u8, acc: *const u8);

/// `acc[j] = f(acc[j], rows[i * stride + j])` for each row `i < m` in order and each column
/// `j < n`; the stride is in elements.
pub type FoldColumns = unsafe fn(acc: *mut u8, rows: *const u8, m: usize, n: usize, stride: isize);

/// `acc[j] = f(acc[j], columns[j * stride + i])` for each `i < m` in order and each column `j < n`: memory
/// runs down the columns. The stride is in elements.
pub type FoldDown = unsafe fn(acc: *mut u8, columns: *const u8, m: usize, n: usize, stride: isize);

/// `dst[j]` = the row block `rows[i * stride + j]`, `1 <= i <= m` elements, for each column `j < n`: the
/// blocks lie across the rows of the tile. The stride is in elements.
pub type FoldAcross = unsafe fn(dst: *mut u8, rows: *const u8, m: usize, n: usize, stride: isize);

/// `dst[j]` = the fixed tree over `parts[i * n + j]`, `1 <= i <= m` rows; `dst` may be `parts`.
pub type TreeColumns = unsafe fn(dst: *mut u8, parts: *const u8, m: usize, n: usize);

/// The helpers of one combination, element type and level.
///
/// `finish`, `across` and `tree` make a NaN canonical; a reduction has to end with one of them.
#[derive(Clone, Copy, Debug)]
pub struct Fold {
    /// Folds a piece of a row block into its lanes.
    pub rows: FoldRows,
    /// Folds a row block that lies together.
    pub block: FoldBlock,
    /// Combines the lanes of a row block.
    pub finish: FinishRows,
    /// Folds rows of a column block into their accumulators.
    pub columns: FoldColumns,
    /// Folds columns of a column block that lie one after the other.
    pub down: FoldDown,
    /// Folds row blocks that lie across the rows of a tile, from beginning to end.
    pub across: FoldAcross,
    /// Combines the results of several blocks, column by column.
    pub tree: TreeColumns,
    /// The bytes of the identity, of which the element takes the first.
    pub identity: [u8; 8],
    /// The bytes of the value of no elements.
    pub empty: [u8; 8],
}

/// An element that is folded as a `T`.
trait Widen<T>: Copy {
    /// Its value.
    fn widen(self) -> T;
}

macro_rules! widen {
    ($($from:ident to $to:ident),*) => {
        $(
            impl Widen<$to> for $from {
                #[inline(always)]
                fn widen(self) -> $to {
                    self as $to
                }
            }
        )*
    };
}
widen!(u8 to u8, u16 to u16, u32 to u32, u64 to u64, i8 to i8, i16 to i16, i32 to i32, i64 to i64);
widen!(f32 to f32, f64 to f64);
widen!(u8 to u64, u16 to u64, u32 to u64, i8 to u64, i16 to u64, i32 to u64);

/// Rows combined per pass over a strip.
const BATCH: usize = 8;

/// Columns per strip; their accumulators stay in registers.
const STRIP: usize = 64;

/// Columns per strip of 8-byte elements.
const STRIP_WIDE: usize = 32;

/// Columns per strip of the tree, whose stack holds a strip per level.
const TREE_STRIP: usize = 16;

/// Levels of the tree: enough for 2^40 blocks.
const TREE_LEVELS: usize = 41;

/// Folds `BATCH` rows of `W` elements, `stride` apart, into `acc`.
///
/// # Safety
/// Every row is readable.
#[inline(always)]
unsafe fn batch<S: Widen<T>, T: Copy, O: Combine<T>, const W: usize>(
    acc: &mut [T; W],
    src: *const S,
    stride: isize,
) {
    // SAFETY: the caller's; an array has the alignment of its elements.
    let rows: [[S; W]; BATCH] =
        std::array::from_fn(|i| unsafe { src.offset(i as isize * stride).cast::<[S; W]>().read() });
    for (j, acc) in acc.iter_mut().enumerate() {
        let mut value = *acc;
        for row in &rows {
            value = O::combine(value, row[j].widen());
        }
        *acc = value;
    }
}

/// `before` and the `m` rows of `W` elements, `stride` apart, folded.
///
/// # Safety
/// Every row is readable.
#[inline(always)]
unsafe fn strip<S: Widen<T>, T: Copy, O: Combine<T>, const W: usize>(
    before: [T; W],
    src: *const S,
    m: usize,
    stride: isize,
) -> [T; W] {
    let mut local = before;
    let mut i = 0;
    while i + BATCH <= m {
        // SAFETY: rows below m.
        unsafe { batch::<S, T, O, W>(&mut local, src.offset(i as isize * stride), stride) };
        i += BATCH;
    }
    while i < m {
        // SAFETY: a row below m.
        let row = unsafe { src.offset(i as isize * stride).cast::<[S; W]>().read() };
        for (acc, &x) in local.iter_mut().zip(&row) {
            *acc = O::combine(*acc, x.widen());
        }
        i += 1;
    }
    local
}

/// Folds `m` rows of `W` elements, `stride` apart, into the elements at `acc`.
///
/// # Safety
/// Every row is readable, `acc` holds `W` elements.
#[inline(always)]
unsafe fn strip_in<S: Widen<T>, T: Copy, O: Combine<T>, const W: usize>(
    acc: *mut T,
    src: *const S,
    m: usize,
    stride: isize,
) {
    let acc = acc.cast::<[T; W]>();
    // SAFETY: the caller's.
    unsafe { acc.write(strip::<S, T, O, W>(acc.read(), src, m, stride)) };
}

/// # Safety
/// As `FoldRows`.
#[inline(always)]
unsafe fn rows<S: Widen<T>, T: Copy, O: Combine<T>>(
    acc: *mut u8,
    src: *const u8,
    n: usize,
    position: usize,
) {
    let (acc, src) = (acc.cast::<T>(), src.cast::<S>());
    let single = |i: usize| {
        // SAFETY: i < n, and the lane is below 16.
        unsafe {
            let lane = acc.add((position + i) % LANES);
            *lane = O::combine(*lane, (*src.add(i)).widen());
        }
    };
    let head = (LANES - position % LANES) % LANES;
    if head >= n {
        (0..n).for_each(single);
        return;
    }
    (0..head).for_each(single);
    let whole = (n - head) / LANES;
    // SAFETY: the lanes; `whole` rows of 16 elements lie within the n elements.
    unsafe {
        let lanes = acc.cast::<[T; LANES]>();
        // What was stored narrowly would be waited for.
        let before = if position == 0 { [O::IDENTITY; LANES] } else { lanes.read() };
        lanes.write(strip::<S, T, O, LANES>(before, src.add(head), whole, LANES as isize));
    }
    (head + whole * LANES..n).for_each(single);
}

/// Lanes where their order does not matter: enough that combinations do not wait for each other.
const FREE: usize = 4 * LANES;

/// A row block in registers: what was stored narrowly and is loaded widely would have to wait until
/// all loads before it have come from memory.
///
/// # Safety
/// As `FoldBlock`.
#[inline(always)]
unsafe fn block<S: Widen<T>, T: Copy, O: Combine<T>>(dst: *mut u8, src: *const u8, n: usize) {
    let src = src.cast::<S>();
    let mut done = 0;
    let mut lanes = [O::IDENTITY; LANES];
    if !O::ORDERED && n >= 2 * FREE {
        let mut free = [O::IDENTITY; FREE];
        while done + FREE <= n {
            // SAFETY: elements below n.
            let row = unsafe { src.add(done).cast::<[S; FREE]>().read() };
            for (lane, &x) in free.iter_mut().zip(&row) {
                *lane = O::combine(*lane, x.widen());
            }
            done += FREE;
        }
        for part in free.chunks_exact(LANES) {
            for (lane, &x) in lanes.iter_mut().zip(part) {
                *lane = O::combine(*lane, x);
            }
        }
    }
    while done + LANES <= n {
        // SAFETY: elements below n.
        let row = unsafe { src.add(done).cast::<[S; LANES]>().read() };
        for (lane, &x) in lanes.iter_mut().zip(&row) {
            *lane = O::combine(*lane, x.widen());
        }
        done += LANES;
    }
    let value = if done == n {
        finish_lanes(lanes, O::combine)
    } else {
        for (i, lane) in (done..n).zip(&mut lanes) {
            // SAFETY: elements below n.
            *lane = O::combine(*lane, unsafe { *src.add(i) }.widen());
        }
        finish_lanes(lanes, O::combine)
    };
    // SAFETY: the caller's.
    unsafe { dst.cast::<T>().write(O::finish(value)) };
}

/// # Safety
/// As `FinishRows`.
unsafe fn finish<T: Copy, O: Combine<T>>(dst: *mut u8, acc: *const u8) {
    // SAFETY: the caller's.
    unsafe {
        let lanes = acc.cast::<[T; LANES]>().read();
        dst.cast::<T>().write(O::finish(finish_lanes(lanes, O::combine)));
    }
}

/// # Safety
/// As `FoldColumns`.
#[inline(always)]
unsafe fn columns<S: Widen<T>, T: Copy, O: Combine<T>>(
    acc: *mut u8,
    tile: *const u8,
    m: usize,
    n: usize,
    stride: isize,
) {
    let (acc, tile) = (acc.cast::<T>(), tile.cast::<S>());
    let mut j = 0;
    while size_of::<T>() < 8 && j + STRIP <= n {
        // SAFETY: STRIP columns from j.
        unsafe { strip_in::<S, T, O, STRIP>(acc.add(j), tile.add(j), m, stride) };
        j += STRIP;
    }
    while size_of::<T>() == 8 && j + STRIP_WIDE <= n {
        // SAFETY: STRIP_WIDE columns from j.
        unsafe { strip_in::<S, T, O, STRIP_WIDE>(acc.add(j), tile.add(j), m, stride) };
        j += STRIP_WIDE;
    }
    while j + 8 <= n {
        // SAFETY: 8 columns from j.
        unsafe { strip_in::<S, T, O, 8>(acc.add(j), tile.add(j), m, stride) };
        j += 8;
    }
    while j < n {
        // SAFETY: one column.
        unsafe { strip_in::<S, T, O, 1>(acc.add(j), tile.add(j), m, stride) };
        j += 1;
    }
}

/// Columns whose folds run side by side, as each of them waits for its last element.
const SIDE_BY_SIDE: usize = 8;

/// # Safety
/// As `FoldDown`.
unsafe fn down<S: Widen<T>, T: Copy, O: Combine<T>>(
    acc: *mut u8,
    columns: *const u8,
    m: usize,
    n: usize,
    stride: isize,
) {
    let acc = acc.cast::<T>();
    let column = |j: usize| columns.cast::<S>().wrapping_offset(j as isize * stride);
    let mut j = 0;
    while j + SIDE_BY_SIDE <= n {
        for next in j + SIDE_BY_SIDE..(j + 2 * SIDE_BY_SIDE).min(n) {
            fetch(column(next).cast(), m * size_of::<S>());
        }
        let from: [*const S; SIDE_BY_SIDE] = std::array::from_fn(|l| column(j + l));
        // SAFETY: columns below n, and m elements of each.
        unsafe {
            let mut folded = acc.add(j).cast::<[T; SIDE_BY_SIDE]>().read();
            for i in 0..m {
                for (a, column) in folded.iter_mut().zip(from) {
                    *a = O::combine(*a, column.add(i).read().widen());
                }
            }
            acc.add(j).cast::<[T; SIDE_BY_SIDE]>().write(folded);
        }
        j += SIDE_BY_SIDE;
    }
    for j in j..n {
        // SAFETY: as above.
        unsafe {
            let elements = (0..m).map(|i| column(j).add(i).read().widen());
            acc.add(j).write(elements.fold(acc.add(j).read(), O::combine));
        }
    }
}

/// The row blocks of `W` columns: lane by lane as `arr_ir::fold::row_block`, in registers. Lanes
/// without an element stay at the identity, which changes nothing.
///
/// # Safety
/// `m >= 1` rows of `W` elements, `stride` apart, are readable.
#[inline(always)]
unsafe fn blocks_across<S: Widen<T>, T: Copy, O: Combine<T>, const W: usize>(
    src: *const S,
    m: usize,
    stride: isize,
) -> [T; W] {
    // By index all over: closures given to arrays are compiled for themselves, for no vectors.
    let row = |i: usize| {
        // SAFETY: a row below m, by the callers below.
        let from = unsafe { src.offset(i as isize * stride).cast::<[S; W]>().read() };
        let mut to = [O::IDENTITY; W];
        for j in 0..W {
            to[j] = from[j].widen();
        }
        to
    };
    let join = |left: &mut [T; W], right: &[T; W]| {
        for j in 0..W {
            left[j] = O::combine(left[j], right[j]);
        }
    };
    let mut lanes = [[O::IDENTITY; W]; LANES];
    for (i, lane) in lanes.iter_mut().enumerate() {
        if i < m {
            *lane = row(i);
        }
    }
    let mut done = LANES;
    while done < m {
        for (i, lane) in lanes.iter_mut().enumerate() {
            if done + i < m {
                join(lane, &row(done + i));
            }
        }
        done += LANES;
    }
    for half in [8, 4, 2, 1] {
        let (left, right) = lanes.split_at_mut(half);
        for (left, right) in left.iter_mut().zip(right) {
            join(left, right);
        }
    }
    let mut out = [O::IDENTITY; W];
    for j in 0..W {
        out[j] = O::finish(lanes[0][j]);
    }
    out
}

/// # Safety
/// As `FoldAcross`.
#[inline(always)]
unsafe fn across<S: Widen<T>, T: Copy, O: Combine<T>>(
    dst: *mut u8,
    src: *const u8,
    m: usize,
    n: usize,
    stride: isize,
) {
    let (dst, src) = (dst.cast::<T>(), src.cast::<S>());
    // SAFETY: columns below n of rows below m.
    unsafe {
        match size_of::<T>() {
            8 => blocks_in::<S, T, O, 8>(dst, src, m, n, stride),
            4 => blocks_in::<S, T, O, 16>(dst, src, m, n, stride),
            _ => blocks_in::<S, T, O, 32>(dst, src, m, n, stride),
        }
    }
}

/// The blocks of `n` columns in strips of `W`; the last strip is moved back to end with them.
///
/// # Safety
/// As `FoldAcross`.
#[inline(always)]
unsafe fn blocks_in<S: Widen<T>, T: Copy, O: Combine<T>, const W: usize>(
    dst: *mut T,
    src: *const S,
    m: usize,
    n: usize,
    stride: isize,
) {
    // SAFETY: columns below n of rows below m.
    unsafe {
        if n < W {
            for j in 0..n {
                dst.add(j).write(blocks_across::<S, T, O, 1>(src.add(j), m, stride)[0]);
            }
            return;
        }
        let mut j = 0;
        while j < n {
            let at = j.min(n - W);
            let values = blocks_across::<S, T, O, W>(src.add(at), m, stride);
            dst.add(at).cast::<[T; W]>().write_unaligned(values);
            j += W;
        }
    }
}

/// # Safety
/// As `TreeColumns`.
unsafe fn tree<T: Copy, O: Combine<T>>(dst: *mut u8, parts: *const u8, m: usize, n: usize) {
    let (dst, parts) = (dst.cast::<T>(), parts.cast::<T>());
    let mut stack = [[O::IDENTITY; TREE_STRIP]; TREE_LEVELS];
    let join = |left: &[T; TREE_STRIP], right: &mut [T; TREE_STRIP]| {
        for (right, &left) in right.iter_mut().zip(left) {
            *right = O::combine(left, *right);
        }
    };
    let mut j = 0;
    while j < n {
        let width = TREE_STRIP.min(n - j);
        let mut depth = 0;
        for i in 0..m {
            let mut part = [O::IDENTITY; TREE_STRIP];
            // SAFETY: `width` columns of row i.
            unsafe {
                let row = parts.add(i * n + j);
                if width == TREE_STRIP {
                    part = row.cast::<[T; TREE_STRIP]>().read();
                } else {
                    copy_nonoverlapping(row, part.as_mut_ptr(), width);
                }
            }
            for _ in 0..i.trailing_ones() {
                depth -= 1;
                join(&stack[depth], &mut part);
            }
            stack[depth] = part;
            depth += 1;
        }
        let mut value = [O::EMPTY; TREE_STRIP];
        if depth > 0 {
            depth -= 1;
            value = stack[depth];
        }
        for left in stack[..depth].iter().rev() {
            join(left, &mut value);
        }
        for value in &mut value {
            *value = O::finish(*value);
        }
        // SAFETY: `width` columns; those of `parts` were all read before.
        unsafe { copy_nonoverlapping(value.as_ptr(), dst.add(j), width) };
        j += width;
    }
}

/// The bytes of a value, padded with zeros.
trait Bytes {
    fn bytes(self) -> [u8; 8];
}

macro_rules! bytes {
    ($($type:ident)*) => {
        $(
            impl Bytes for $type {
                fn bytes(self) -> [u8; 8] {
                    let mut all = [0; 8];
                    all[..size_of::<$type>()].copy_from_slice(&self.to_ne_bytes());
                    all
                }
            }
        )*
    };
}
bytes!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

/// One combination of one element type at all levels: a module with `pick(level)`.
///
/// Only the folds proper are compiled per level; the ends touch few elements.
macro_rules! fold {
    ($name:ident $op:ident $from:ident $type:ident) => {
        mod $name {
            use super::*;

            for_each_level!(rows_of: unsafe fn(
                acc: *mut u8, src: *const u8, n: usize, position: usize
            ) {
                // SAFETY: the caller keeps the contract of `FoldRows`.
                unsafe { rows::<$from, $type, $op>(acc, src, n, position) }
            });
            for_each_level!(block_of: unsafe fn(dst: *mut u8, src: *const u8, n: usize) {
                // SAFETY: the caller keeps the contract of `FoldBlock`.
                unsafe { block::<$from, $type, $op>(dst, src, n) }
            });
            for_each_level!(columns_of: unsafe fn(
                acc: *mut u8, tile: *const u8, m: usize, n: usize, stride: isize
            ) {
                // SAFETY: the caller keeps the contract of `FoldColumns`.
                unsafe { columns::<$from, $type, $op>(acc, tile, m, n, stride) }
            });

            for_each_level!(across_of: unsafe fn(
                dst: *mut u8, tile: *const u8, m: usize, n: usize, stride: isize
            ) {
                // SAFETY: the caller keeps the contract of `FoldAcross`.
                unsafe { across::<$from, $type, $op>(dst, tile, m, n, stride) }
            });

            pub(super) fn pick(level: Level) -> Fold {
                Fold {
                    rows: rows_of::pick(level),
                    block: block_of::pick(level),
                    finish: finish::<$type, $op>,
                    columns: columns_of::pick(level),
                    down: down::<$from, $type, $op>,
                    across: across_of::pick(level),
                    tree: tree::<$type, $op>,
                    identity: <$op as Combine<$type>>::IDENTITY.bytes(),
                    empty: <$op as Combine<$type>>::EMPTY.bytes(),
                }
            }
        }
    };
}

/// The folds, each with the pairs of operation and element type that it serves, and the lookup.
macro_rules! folds {
    ($($name:ident $combine:ident $type:ident: $($op:ident $elem:ident),+;)*) => {
        $(fold!($name $combine $type $type);)*

        /// The helpers for a combination, where it is defined (`FoldOp::accepts`).
        ///
        /// `level` must be available on the processor that calls them.
        pub fn fold(op: FoldOp, elem: DType, level: Level) -> Option<Fold> {
            match (op, elem) {
                $($((FoldOp::$op, DType::$elem))|+ => Some($name::pick(level)),)*
                _ => None,
            }
        }
    };
}

// Sums and products that wrap are the same for signed and unsigned integers.
folds! {
    any_bool Any u8: Any Bool, Max Bool;
    all_bool All u8: All Bool, Min Bool;
    sum_8 Sum u8: Sum I8, Sum U8;
    sum_16 Sum u16: Sum I16, Sum U16;
    sum_32 Sum u32: Sum I32, Sum U32;
    sum_64 Sum u64: Sum I64, Sum U64;
    sum_f32 Sum f32: Sum F32;
    sum_f64 Sum f64: Sum F64;
    prod_8 Prod u8: Prod I8, Prod U8;
    prod_16 Prod u16: Prod I16, Prod U16;
    prod_32 Prod u32: Prod I32, Prod U32;
    prod_64 Prod u64: Prod I64, Prod U64;
    prod_f32 Prod f32: Prod F32;
    prod_f64 Prod f64: Prod F64;
    min_i8 Min i8: Min I8;
    min_i16 Min i16: Min I16;
    min_i32 Min i32: Min I32;
    min_i64 Min i64: Min I64;
    min_u8 Min u8: Min U8;
    min_u16 Min u16: Min U16;
    min_u32 Min u32: Min U32;
    min_u64 Min u64: Min U64;
    min_f32 Min f32: Min F32;
    min_f64 Min f64: Min F64;
    max_i8 Max i8: Max I8;
    max_i16 Max i16: Max I16;
    max_i32 Max i32: Max I32;
    max_i64 Max i64: Max I64;
    max_u8 Max u8: Max U8;
    max_u16 Max u16: Max U16;
    max_u32 Max u32: Max U32;
    max_u64 Max u64: Max U64;
    max_f32 Max f32: Max F32;
    max_f64 Max f64: Max F64;
}

/// The sums of integers and truth values that are cast to wider integers first, and the lookup.
macro_rules! widening {
    ($($name:ident $type:ident: $($elem:ident)+;)*) => {
        $(fold!($name Sum $type u64);)*

        /// The helpers for a combination of elements that are cast to `total` before, where there are
        /// some; `finish` and `tree` are those of `total`.
        ///
        /// `level` must be available on the processor that calls them.
        pub fn widening(op: FoldOp, elem: DType, total: DType, level: Level) -> Option<Fold> {
            match (op, elem, total) {
                $((FoldOp::Sum, $(DType::$elem)|+, DType::I64 | DType::U64) => {
                    Some($name::pick(level))
                })*
                _ => None,
            }
        }
    };
}

// Sums that wrap are the same for signed and unsigned results.
widening! {
    sum_of_u8 u8: Bool U8;
    sum_of_u16 u16: U16;
    sum_of_u32 u32: U32;
    sum_of_i8 i8: I8;
    sum_of_i16 i16: I16;
    sum_of_i32 i32: I32;
}
