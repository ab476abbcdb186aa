//! The folds of a tile: which routine for which operation and dtype.
#![allow(unsafe_code, reason = "routines work on raw tiles")]

use arr_ir::dtype::DType;
use arr_ir::eval::Element;
use arr_ir::fold::LANES;
use arr_ir::op::FoldOp;
use arr_ir::with_element;

/// The routines of one fold over one dtype.
#[derive(Clone, Copy)]
pub struct Folds {
    /// Sets the 16 accumulators to the identity.
    pub start: unsafe fn(acc: *mut u8),
    /// Folds `n` elements, the first being number `pos` of its block, into the accumulators.
    pub rows: unsafe fn(acc: *mut u8, src: *const u8, n: usize, pos: usize),
    /// Writes the combination of the accumulators.
    pub finish: unsafe fn(dst: *mut u8, acc: *const u8),
    /// Sets `n` elements to the identity.
    pub fill: unsafe fn(dst: *mut u8, n: usize),
    /// Folds `m` contiguous rows of `n` elements, in order, into `n` elements.
    pub cols: unsafe fn(acc: *mut u8, src: *const u8, m: usize, n: usize),
}

impl Folds {
    /// The routines of `op` over `dtype` (not complex; `any` and `all` over bool).
    pub fn new(op: FoldOp, dtype: DType) -> Folds {
        with_element!(dtype, T => of::<T>(op),
            complex => unreachable!("folds of complex elements are refused by the typing rules"))
    }
}

macro_rules! by_op {
    ($op:expr, $t:ident, $($o:ident)*) => {
        match $op {
            $(FoldOp::$o => Folds {
                start: |acc| unsafe { start::<$t>(FoldOp::$o, acc) },
                rows: |acc, src, n, pos| unsafe { rows::<$t>(FoldOp::$o, acc, src, n, pos) },
                finish: |dst, acc| unsafe { finish::<$t>(FoldOp::$o, dst, acc) },
                fill: |dst, n| unsafe { fill::<$t>(FoldOp::$o, dst, n) },
                cols: |acc, src, m, n| unsafe { cols::<$t>(FoldOp::$o, acc, src, m, n) },
            },)*
        }
    };
}

fn of<T: Element>(op: FoldOp) -> Folds {
    by_op!(op, T, Sum Prod Min Max Any All)
}

#[inline(always)]
unsafe fn start<T: Element>(op: FoldOp, acc: *mut u8) {
    unsafe { acc.cast::<[T; LANES]>().write([T::identity(op); LANES]) }
}

#[inline(always)]
unsafe fn rows<T: Element>(op: FoldOp, acc: *mut u8, src: *const u8, n: usize, pos: usize) {
    unsafe {
        let src = src.cast::<T>();
        let mut lanes = acc.cast::<[T; LANES]>().read();
        let mut i = 0;
        while i < n && !(pos + i).is_multiple_of(LANES) {
            let lane = (pos + i) % LANES;
            lanes[lane] = T::fold(op, lanes[lane], src.add(i).read());
            i += 1;
        }
        while i + LANES <= n {
            let x = src.add(i).cast::<[T; LANES]>().read_unaligned();
            for l in 0..LANES {
                lanes[l] = T::fold(op, lanes[l], x[l]);
            }
            i += LANES;
        }
        while i < n {
            let lane = (pos + i) % LANES;
            lanes[lane] = T::fold(op, lanes[lane], src.add(i).read());
            i += 1;
        }
        acc.cast::<[T; LANES]>().write(lanes);
    }
}

#[inline(always)]
unsafe fn finish<T: Element>(op: FoldOp, dst: *mut u8, acc: *const u8) {
    unsafe {
        let mut lanes = acc.cast::<[T; LANES]>().read();
        let mut width = LANES / 2;
        while width > 0 {
            for l in 0..width {
                lanes[l] = T::fold(op, lanes[l], lanes[l + width]);
            }
            width /= 2;
        }
        dst.cast::<T>().write_unaligned(lanes[0]);
    }
}

#[inline(always)]
unsafe fn fill<T: Element>(op: FoldOp, dst: *mut u8, n: usize) {
    unsafe {
        for i in 0..n {
            dst.cast::<T>().add(i).write(T::identity(op));
        }
    }
}

#[inline(always)]
unsafe fn cols<T: Element>(op: FoldOp, acc: *mut u8, src: *const u8, m: usize, n: usize) {
    unsafe {
        let (acc, src) = (acc.cast::<T>(), src.cast::<T>());
        for i in 0..m {
            let row = src.add(i * n);
            for j in 0..n {
                acc.add(j).write(T::fold(op, acc.add(j).read(), row.add(j).read()));
            }
        }
    }
}
