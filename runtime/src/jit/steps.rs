//! Tasks that are no fused kernels: the tree over partial results, scans, and blocks of
//! contractions, each over one region of its output.
#![allow(unsafe_code, reason = "walks raw arrays; bounds follow from the verified plan")]

use super::gemm::Multiply;
use arr_ir::eval::Element;
use arr_ir::fold::PANEL;
use arr_ir::op::FoldOp;
use arr_ir::oracle::{SCAN_BLOCK, each_index};
use smallvec::SmallVec;

/// Columns that a scan or a combination runs through together.
const COLUMNS: usize = 256;

/// An array as a task sees it: address of the first element, bytes per step of a dimension.
#[derive(Clone)]
pub struct View {
    /// Address.
    pub ptr: *mut u8,
    /// Byte strides.
    pub strides: SmallVec<[isize; 4]>,
}

impl View {
    fn at(&self, index: &[usize]) -> *mut u8 {
        let at: isize = index.iter().zip(&self.strides).map(|(&i, &s)| i as isize * s).sum();
        self.ptr.wrapping_offset(at)
    }
}

fn sizes(region: &[(usize, usize)]) -> SmallVec<[usize; 4]> {
    region.iter().map(|r| r.1).collect()
}

fn absolute(region: &[(usize, usize)], index: &[usize]) -> SmallVec<[usize; 4]> {
    region.iter().zip(index).map(|(r, &i)| r.0 + i).collect()
}

/// Combines the last two rows of `width` elements of a stack into one.
fn join<T: Element>(op: FoldOp, stack: &mut Vec<T>, width: usize) {
    let end = stack.len() - width;
    let (left, right) = stack.split_at_mut(end);
    for (l, &mut r) in left[end - width..].iter_mut().zip(right) {
        *l = T::fold(op, *l, r);
    }
    stack.truncate(end);
}

/// The fixed tree over the `n` partial results along `axis` of `parts`.
///
/// # Safety
/// `parts` holds `n` elements of `T` along the axis for every index of the region, `out` (which
/// lacks the axis) takes the region.
pub unsafe fn combine<T: Element>(
    op: FoldOp,
    axis: usize,
    n: usize,
    parts: &View,
    out: &View,
    region: &[(usize, usize)],
) {
    let stride = parts.strides[axis];
    let mut kept = parts.clone();
    kept.strides.remove(axis);
    let rank = region.len();
    let columns = if rank > 0 { region[rank - 1].1 } else { 1 };
    let mut lines = sizes(region);
    if rank > 0 {
        lines[rank - 1] = columns.div_ceil(COLUMNS).min(columns);
    }
    let mut stack: Vec<T> = vec![];
    each_index(&lines, |line| {
        let mut index = absolute(region, line);
        let mut width = 1;
        if rank > 0 {
            let first = line[rank - 1] * COLUMNS;
            index[rank - 1] = region[rank - 1].0 + first;
            width = COLUMNS.min(columns - first);
        }
        let (from, to) = (kept.at(&index), out.at(&index));
        let (from_step, to_step) = match rank {
            0 => (0, 0),
            _ => (kept.strides[rank - 1], out.strides[rank - 1]),
        };
        // SAFETY: `width` columns of `n` parts each, and of the output, by the caller's promise.
        unsafe {
            for part in 0..n {
                let row = from.wrapping_offset(part as isize * stride);
                stack.extend(
                    (0..width as isize)
                        .map(|j| row.wrapping_offset(j * from_step).cast::<T>().read_unaligned()),
                );
                // Parts pair up as the bits of a counter carry: equal trees meet.
                for _ in 0..part.trailing_ones() {
                    join(op, &mut stack, width);
                }
            }
            while stack.len() > width {
                join(op, &mut stack, width);
            }
            for (j, v) in stack.drain(..).enumerate() {
                to.wrapping_offset(j as isize * to_step).cast::<T>().write_unaligned(v);
            }
        }
    });
}

/// The running fold along `axis` over a region. Where the region does not start at the axis's
/// first index it starts at a multiple of [`SCAN_BLOCK`], and goes on from what `out` holds at the
/// region's first index: the results just before it.
///
/// # Safety
/// `input` and `out` hold the region.
pub unsafe fn scan<T: Element>(
    op: FoldOp,
    axis: usize,
    input: &View,
    out: &View,
    region: &[(usize, usize)],
) {
    let rank = region.len();
    let last = rank - 1;
    let across = axis != last;
    let columns = if across { region[last].1 } else { 1 };
    let mut lines = sizes(region);
    lines[last] = if across { columns.div_ceil(COLUMNS) } else { 1 };
    lines[axis] = 1;
    each_index(&lines, |line| {
        let mut index = absolute(region, line);
        index[axis] = 0;
        let (start, n) = region[axis];
        let mut width = 1;
        if across {
            let first = line[last] * COLUMNS;
            index[last] = region[last].0 + first;
            width = COLUMNS.min(columns - first);
        }
        let (from, to) = (input.at(&index), out.at(&index));
        let (from_col, to_col) =
            if across { (input.strides[last], out.strides[last]) } else { (0, 0) };
        let mut carry: Vec<T> = vec![];
        let mut run: Vec<T> = vec![];
        if start > 0 {
            let before = to.wrapping_offset(start as isize * out.strides[axis]);
            // SAFETY: the first line of the region.
            let read = |j: usize| unsafe {
                before.wrapping_offset(j as isize * to_col).cast::<T>().read_unaligned()
            };
            carry.extend((0..width).map(read));
        }
        if width == 1 {
            let from = (from, input.strides[axis]);
            let to = (to, out.strides[axis]);
            let carry = carry.first().copied();
            // SAFETY: the elements of the line in the region.
            unsafe { scan_line(op, carry, from, to, start..start + n) };
            return;
        }
        for i in start..start + n {
            let row = from.wrapping_offset(i as isize * input.strides[axis]);
            let dst = to.wrapping_offset(i as isize * out.strides[axis]);
            let first = i % SCAN_BLOCK == 0;
            if first && i > start {
                carry = match carry.is_empty() {
                    true => std::mem::take(&mut run),
                    false => carry.iter().zip(&run).map(|(&c, &r)| T::fold(op, c, r)).collect(),
                };
                run.clear();
            }
            for j in 0..width {
                // SAFETY: element `i` of line `j` of the region.
                unsafe {
                    let x = row.wrapping_offset(j as isize * from_col).cast::<T>().read_unaligned();
                    if first {
                        run.push(x);
                    } else {
                        run[j] = T::fold(op, run[j], x);
                    }
                    let value =
                        if carry.is_empty() { run[j] } else { T::fold(op, carry[j], run[j]) };
                    dst.wrapping_offset(j as isize * to_col).cast::<T>().write_unaligned(value);
                }
            }
        }
    });
}

/// Scans elements of one line, block by block: first byte and stride of what is read and written.
///
/// # Safety
/// As for [`scan`]; `range` starts at a block.
unsafe fn scan_line<T: Element>(
    op: FoldOp,
    carry: Option<T>,
    from: (*mut u8, isize),
    to: (*mut u8, isize),
    range: std::ops::Range<usize>,
) {
    // One loop per operation.
    macro_rules! each {
        ($($op:ident)*) => {
            match op {
                $(FoldOp::$op => {
                    let fold = |a, b| T::fold(FoldOp::$op, a, b);
                    // SAFETY: the caller's.
                    unsafe { scan_blocks(fold, carry, from, to, range) }
                })*
            }
        };
    }
    each!(Sum Prod Min Max Any All)
}

/// # Safety
/// As for [`scan_line`].
#[inline(always)]
unsafe fn scan_blocks<T: Element>(
    fold: impl Fn(T, T) -> T,
    mut carry: Option<T>,
    from: (*mut u8, isize),
    to: (*mut u8, isize),
    range: std::ops::Range<usize>,
) {
    let read = |i: usize| {
        let at = from.0.wrapping_offset(i as isize * from.1);
        // SAFETY: an element of the line.
        unsafe { at.cast::<T>().read_unaligned() }
    };
    let write = |i: usize, value: T| {
        let at = to.0.wrapping_offset(i as isize * to.1);
        // SAFETY: an element of the line.
        unsafe { at.cast::<T>().write_unaligned(value) }
    };
    let mut first = range.start;
    while first < range.end {
        let end = range.end.min((first / SCAN_BLOCK + 1) * SCAN_BLOCK);
        let mut run = read(first);
        carry = Some(match carry {
            None => {
                write(first, run);
                for i in first + 1..end {
                    run = fold(run, read(i));
                    write(i, run);
                }
                run
            }
            Some(before) => {
                write(first, fold(before, run));
                for i in first + 1..end {
                    run = fold(run, read(i));
                    write(i, fold(before, run));
                }
                fold(before, run)
            }
        });
        first = end;
    }
}

/// A block of a contraction over a region `[b.., i, j, k]`, `k` being summed: panels in order,
/// each one call of a single-threaded matrix product. Where `k` does not start at 0 it starts at
/// a multiple of [`PANEL`], and adds to what `out` holds.
///
/// # Safety
/// `lhs` holds `[b.., i, k]`, `rhs` `[b.., k, j]` and `out` `[b.., i, j]` of the region.
pub unsafe fn contract<T: Multiply>(lhs: &View, rhs: &View, out: &View, region: &[(usize, usize)]) {
    let rank = region.len() - 1;
    let (m, n, (start, inner)) = (region[rank - 2], region[rank - 1], region[rank]);
    let end = start + inner;
    let batches = &region[..rank - 2];
    let (outer, last) = match batches.split_last() {
        Some((last, outer)) => (outer, *last),
        None => (batches, (0, 1)),
    };
    let views = [(lhs, m.0, 0), (rhs, 0, n.0), (out, m.0, n.0)];
    let strides = |v: &View| (v.strides[rank - 2], v.strides[rank - 1]);
    each_index(&sizes(outer), |batch| {
        let mut index = absolute(outer, batch);
        if !batches.is_empty() {
            index.push(last.0);
        }
        let at = views.map(|(view, row, col)| {
            index.extend([row, col]);
            let at = view.at(&index);
            index.truncate(rank - 2);
            at
        });
        for i in 0..last.1 as isize {
            let here = |v: usize, along: isize| {
                let batch = if rank > 2 { views[v].0.strides[rank - 3] } else { 0 };
                at[v].wrapping_offset(i * batch + along).cast::<T>()
            };
            for k in (start..end).step_by(PANEL) {
                let (down, across) = (strides(rhs).0 * k as isize, strides(lhs).1 * k as isize);
                let product = Product {
                    m: m.1,
                    n: n.1,
                    k: PANEL.min(end - k),
                    lhs: (here(0, across).cast_const(), strides(lhs)),
                    rhs: (here(1, down).cast_const(), strides(rhs)),
                    out: (here(2, 0), strides(out)),
                    accumulate: k > 0,
                };
                // SAFETY: a panel of the factors, and the block of the result.
                unsafe { T::multiply(product) };
            }
        }
    });
}

/// Copies the block of a square matrix `[b.., i, j]` that a region is to its mirror image
/// `[b.., j, i]`; elements have so many bytes.
///
/// # Safety
/// `out` holds both blocks; they do not overlap.
pub unsafe fn mirror(out: &View, region: &[(usize, usize)], size: usize) {
    const SIDE: usize = 16;
    let rank = region.len();
    let (rows, columns) = (region[rank - 2], region[rank - 1]);
    let batches = &region[..rank - 2];
    each_index(&sizes(batches), |batch| {
        let mut index = absolute(batches, batch);
        let mut at = |i: usize, j: usize| {
            index.extend([i, j]);
            let at = out.at(&index);
            index.truncate(rank - 2);
            at
        };
        for i in (0..rows.1).step_by(SIDE) {
            for j in (0..columns.1).step_by(SIDE) {
                for i in rows.0 + i..rows.0 + rows.1.min(i + SIDE) {
                    for j in columns.0 + j..columns.0 + columns.1.min(j + SIDE) {
                        // SAFETY: an element of each block.
                        unsafe { std::ptr::copy_nonoverlapping(at(i, j), at(j, i), size) };
                    }
                }
            }
        }
    });
}

/// One matrix product: `out = lhs @ rhs`, or `out += lhs @ rhs`; addresses with byte strides of
/// row and column.
#[derive(Clone, Copy)]
pub struct Product<T> {
    /// Rows of `lhs` and `out`.
    pub m: usize,
    /// Columns of `rhs` and `out`.
    pub n: usize,
    /// Columns of `lhs`, rows of `rhs`.
    pub k: usize,
    /// Left factor.
    pub lhs: (*const T, (isize, isize)),
    /// Right factor.
    pub rhs: (*const T, (isize, isize)),
    /// Where the product goes.
    pub out: (*mut T, (isize, isize)),
    /// Whether it is added to what is there.
    pub accumulate: bool,
}
