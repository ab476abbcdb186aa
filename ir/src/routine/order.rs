//! Sorting and searching.
//!
//! The order is that of the numbers, NaN last (whatever its sign), -0 equal to +0. Sorting is
//! stable, so results are unique; a descending sort keeps equal elements in their order and puts
//! NaN last too. Elements are sorted by keys: unsigned integers in the same order.

use super::search::{count, counters, search};
use super::{Block, Family, Task, Workers, in_pieces};
use crate::dtype::DType;
use crate::shape::Shape;
use crate::with_number;
use serde::{Deserialize, Serialize};

/// Sorting and searching.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Order {
    /// `[n]` in order.
    Sort {
        /// The greatest first.
        descending: bool,
    },
    /// The positions, int64, that put `[n]` in order.
    Argsort {
        /// The greatest first.
        descending: bool,
    },
    /// For each of `[m]` the position where it belongs in the sorted `[n]`.
    Search {
        /// After equal elements instead of before them.
        right: bool,
    },
    /// `[k, n]`: how many of the values of each piece of `[m]` lie between neighbours of the sorted
    /// `[n + 1]`: from one to below the next, the last with its right edge.
    Count {
        /// Values of a piece; the last may have fewer.
        piece: u32,
    },
}

impl Family for Order {
    fn core(&self, _: usize) -> usize {
        1
    }

    fn output(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String> {
        let (dtype, shape) = operands[0];
        match (self, operands) {
            (Order::Sort { .. }, [_]) => Ok((dtype, shape.into())),
            (Order::Argsort { .. }, [_]) => Ok((DType::I64, shape.into())),
            (Order::Search { .. }, [_, (other, values)]) if *other == dtype => {
                Ok((DType::I64, (*values).into()))
            }
            (Order::Count { piece: 1.. }, [_, (other, values)])
                if *other == dtype && shape[0] > 0 =>
            {
                let pieces = self.pieces(values[0]);
                Ok((DType::I64, [pieces, shape[0] - 1].as_slice().into()))
            }
            _ => Err("operands of different dtypes".into()),
        }
    }

    fn divisible(&self) -> bool {
        matches!(self, Order::Search { .. } | Order::Count { .. })
    }

    fn per_row(&self, operand: usize) -> Option<usize> {
        match (self, operand) {
            (Order::Search { .. }, 1) => Some(1),
            (Order::Count { piece }, 1) => Some(*piece as usize),
            _ => None,
        }
    }

    fn scratch(&self, operands: &[(DType, &[usize])]) -> usize {
        let (dtype, n) = (operands[0].0, operands[0].1[0]);
        match self {
            Order::Sort { .. } => n * dtype.size(),
            Order::Argsort { .. } => 2 * n * pair_bytes(dtype, n),
            Order::Search { .. } => 0,
            Order::Count { .. } => 4 * counters(n),
        }
    }

    fn run(&self, task: Task<'_>) -> Result<(), String> {
        let Task { operands, rows, out, scratch, workers } = task;
        let x = &operands[0];
        with_number!(x.dtype, T => match *self {
            Order::Sort { descending } => {
                let (keys, spare) = (bytemuck::cast_slice_mut(out), bytemuck::cast_slice_mut(scratch));
                sort::<T>(x.of(), descending, keys, spare, workers);
            }
            Order::Argsort { descending } => {
                let out: &mut [i64] = bytemuck::cast_slice_mut(out);
                match pair_bytes(x.dtype, out.len()) {
                    8 => argsort::<T, u64>(x.of(), descending, out, scratch, workers),
                    _ => argsort::<T, u128>(x.of(), descending, out, scratch, workers),
                }
            }
            Order::Search { right } => {
                let out: &mut [i64] = bytemuck::cast_slice_mut(out);
                search::<T>(x.of(), &operands[1].of::<T>()[rows], right, out);
            }
            Order::Count { piece } => {
                let out: &mut [i64] = bytemuck::cast_slice_mut(out);
                let counters: &mut [u32] = bytemuck::cast_slice_mut(scratch);
                let pieces = operands[1].of::<T>().chunks(piece as usize);
                let bins = x.shape[0] - 1;
                for (values, row) in pieces.zip(out.chunks_exact_mut(bins.max(1))) {
                    count::<T>(x.of(), values, row, counters);
                }
            }
        });
        Ok(())
    }

    fn title(&self) -> String {
        match self {
            Order::Sort { .. } => "sort".into(),
            Order::Argsort { .. } => "positions in sorted order".into(),
            Order::Search { .. } => "search in a sorted array".into(),
            Order::Count { .. } => "count between the elements of a sorted array".into(),
        }
    }
}

impl Order {
    /// Whether it puts a line in order, by elements alone: sorted parts can be merged.
    pub fn sorts(self) -> bool {
        matches!(self, Order::Sort { .. } | Order::Argsort { .. })
    }

    /// Whether its result are positions.
    pub fn is_of_positions(self) -> bool {
        matches!(self, Order::Argsort { .. } | Order::Search { .. })
    }

    /// The pieces of so many values that are counted one by one.
    fn pieces(self, values: usize) -> usize {
        match self {
            Order::Count { piece } => values.div_ceil(piece.max(1) as usize),
            _ => 0,
        }
    }

    /// Keys of elements: in the order in which a sort puts them, equal where it counts them equal.
    pub fn keys(self, x: &Block<'_>, out: &mut [u64]) {
        let (loose, descending) = match self {
            Order::Sort { descending } => (false, descending),
            Order::Argsort { descending } => (true, descending),
            Order::Search { .. } | Order::Count { .. } => (true, false),
        };
        with_number!(x.dtype, T => {
            for (o, v) in out.iter_mut().zip(x.of::<T>()) {
                *o = sort_key(*v, loose, descending);
            }
        });
    }
}

/// The key of an element in a sort.
fn sort_key<T: Keyed>(v: T, loose: bool, descending: bool) -> u64 {
    let key = if loose { v.loose() } else { v.key() };
    (if descending && !v.is_nan() { !key } else { key }).into()
}

/// A number and its key.
pub(super) trait Keyed: bytemuck::Pod + PartialOrd + Send + Sync {
    /// An unsigned integer of the same width.
    type Key: bytemuck::Pod + Ord + Send + Sync + std::ops::Not<Output = Self::Key> + Into<u64>;
    /// In the order of the numbers, NaN greatest, -0 below +0.
    fn key(self) -> Self::Key;
    /// The same, -0 equal to +0.
    fn loose(self) -> Self::Key {
        self.key()
    }
    /// The number of a key; every NaN is the same one.
    fn of_key(key: Self::Key) -> Self;
    /// Whether it is NaN.
    fn is_nan(self) -> bool {
        false
    }
    /// The nearest float64.
    fn near(self) -> f64;
}

macro_rules! keyed_integers {
    ($($t:ty as $u:ty, $flip:expr;)*) => {$(
        impl Keyed for $t {
            type Key = $u;
            fn key(self) -> $u {
                self as $u ^ $flip
            }
            fn of_key(key: $u) -> $t {
                (key ^ $flip) as $t
            }
            fn near(self) -> f64 {
                self as f64
            }
        }
    )*};
}

keyed_integers! {
    u8 as u8, 0; u16 as u16, 0; u32 as u32, 0; u64 as u64, 0;
    i8 as u8, 1 << 7; i16 as u16, 1 << 15; i32 as u32, 1 << 31; i64 as u64, 1 << 63;
}

macro_rules! keyed_floats {
    ($($t:ident as $u:ident, $sign:expr;)*) => {$(
        impl Keyed for $t {
            type Key = $u;
            #[inline(always)]
            fn key(self) -> $u {
                let bits = self.to_bits();
                let flip = if bits & $sign != 0 { $u::MAX } else { $sign };
                if self.is_nan() { $u::MAX } else { bits ^ flip }
            }
            fn loose(self) -> $u {
                Keyed::key(self + 0.0)
            }
            #[inline(always)]
            fn of_key(key: $u) -> $t {
                if key == $u::MAX {
                    return $t::NAN;
                }
                $t::from_bits(if key & $sign != 0 { key ^ $sign } else { !key })
            }
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn near(self) -> f64 {
                self as f64
            }
        }
    )*};
}

keyed_floats! { f32 as u32, 1 << 31; f64 as u64, 1 << 63; }

/// Elements up to which one worker sorts alone.
const ALONE: usize = 1 << 15;

/// Sorts `keys`, with `spare` of the same length: runs side by side, then merged in pairs.
fn sort_keys<K: Ord + Copy + Send + Sync>(keys: &mut [K], spare: &mut [K], workers: &dyn Workers) {
    let n = keys.len();
    let runs = match workers.count() {
        0 | 1 => 1,
        w => w.next_power_of_two().min((n / ALONE).max(1).next_power_of_two()),
    };
    let mut size = n.div_ceil(runs).max(1);
    in_pieces(keys, size, workers, |_, run| run.sort_unstable());
    let (mut from, mut to) = (keys, spare);
    let mut swapped = false;
    while size < n {
        merge_runs(from, to, size, workers);
        (from, to) = (to, from);
        swapped = !swapped;
        size *= 2;
    }
    if swapped {
        let sorted: &[K] = from;
        in_pieces(to, PIECE, workers, |i, piece| {
            piece.copy_from_slice(&sorted[i * PIECE..][..piece.len()]);
        });
    }
}

/// Merges runs of `size` in pairs, each worker a piece of the result.
fn merge_runs<K: Ord + Copy + Send + Sync>(
    from: &[K],
    to: &mut [K],
    size: usize,
    workers: &dyn Workers,
) {
    let pairs = from.len().div_ceil(2 * size);
    let per_pair = (2 * workers.count()).div_ceil(pairs).max(1);
    let piece = (2 * size).div_ceil(per_pair);
    let mut jobs = vec![];
    let mut rest = to;
    for start in (0..from.len()).step_by(2 * size) {
        let middle = (start + size).min(from.len());
        let (a, b) = (&from[start..middle], &from[middle..from.len().min(start + 2 * size)]);
        let mut done = 0;
        while done < a.len() + b.len() {
            let len = piece.min(a.len() + b.len() - done);
            let (part, after) = std::mem::take(&mut rest).split_at_mut(len);
            rest = after;
            jobs.push((a, b, done, std::sync::Mutex::new(part)));
            done += len;
        }
    }
    workers.each(jobs.len(), &|i| {
        let (a, b, skip, part) = &jobs[i];
        let mut part = part.lock().unwrap_or_else(|e| e.into_inner());
        let x = corank(a, b, *skip);
        merge(&a[x..], &b[skip - x..], &mut part);
    });
}

/// How many of the first `k` merged elements come from `a`; of equal ones those come first.
fn corank<K: Ord>(a: &[K], b: &[K], k: usize) -> usize {
    let (mut low, mut high) = (k.saturating_sub(b.len()), k.min(a.len()));
    while low < high {
        let x = low + (high - low) / 2;
        // Too few of `a` when its next element belongs before the last one taken from `b`.
        if a[x] <= b[k - x - 1] {
            low = x + 1;
        } else {
            high = x;
        }
    }
    low
}

fn merge<K: Ord + Copy>(a: &[K], b: &[K], out: &mut [K]) {
    let (mut i, mut j) = (0, 0);
    for (at, to) in out.iter_mut().enumerate() {
        let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) else {
            let rest = if i < a.len() { &a[i..] } else { &b[j..] };
            let left = at;
            let n = out.len() - left;
            out[left..].copy_from_slice(&rest[..n]);
            return;
        };
        let first = x <= y;
        *to = if first { x } else { y };
        i += usize::from(first);
        j += usize::from(!first);
    }
}

/// Elements per piece of a conversion.
const PIECE: usize = 1 << 16;

fn sort<T: Keyed>(
    x: &[T],
    descending: bool,
    keys: &mut [T::Key],
    spare: &mut [T::Key],
    workers: &dyn Workers,
) {
    in_pieces(keys, PIECE, workers, |i, to| {
        to.iter_mut().zip(&x[i * PIECE..]).for_each(|(k, v)| *k = v.key());
    });
    sort_keys(keys, spare, workers);
    if descending {
        let numbers = keys.partition_point(|&k| !T::of_key(k).is_nan());
        keys[..numbers].reverse();
    }
    in_pieces(keys, PIECE, workers, |_, to| {
        to.iter_mut().for_each(|k| *k = bytemuck::cast(T::of_key(*k)));
    });
}

/// Bytes of a key and a position together: of wide keys or many elements 16.
fn pair_bytes(dtype: DType, n: usize) -> usize {
    if dtype.size() <= 4 && u32::try_from(n).is_ok() { 8 } else { 16 }
}

/// A key above a position.
trait Pair: bytemuck::Pod + Ord + Send + Sync {
    fn new(key: u64, at: usize) -> Self;
    fn at(self) -> i64;
}

impl Pair for u64 {
    fn new(key: u64, at: usize) -> u64 {
        key << 32 | at as u64
    }
    fn at(self) -> i64 {
        i64::from(self as u32)
    }
}

impl Pair for u128 {
    fn new(key: u64, at: usize) -> u128 {
        u128::from(key) << 64 | at as u128
    }
    fn at(self) -> i64 {
        self as i64
    }
}

fn argsort<T: Keyed, P: Pair>(
    x: &[T],
    descending: bool,
    out: &mut [i64],
    scratch: &mut [u8],
    workers: &dyn Workers,
) {
    let (pairs, spare): (&mut [P], &mut [P]) =
        bytemuck::cast_slice_mut(scratch).split_at_mut(x.len());
    in_pieces(pairs, PIECE, workers, |i, to| {
        for (p, (at, v)) in to.iter_mut().zip((i * PIECE..).zip(&x[i * PIECE..])) {
            *p = P::new(sort_key(*v, true, descending), at);
        }
    });
    sort_keys(pairs, spare, workers);
    in_pieces(out, PIECE, workers, |i, to| {
        to.iter_mut().zip(&pairs[i * PIECE..]).for_each(|(o, p)| *o = p.at());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine::Sequential;

    struct Four;

    impl Workers for Four {
        fn count(&self) -> usize {
            4
        }
        fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|s| {
                for i in 0..n {
                    s.spawn(move || work(i));
                }
            });
        }
    }

    fn numbers(n: usize) -> Vec<f64> {
        let mut x = 12345u64;
        (0..n)
            .map(|i| {
                x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                match i % 97 {
                    0 => f64::NAN,
                    1 => -f64::NAN,
                    2 => -0.0,
                    3 => 0.0,
                    _ => ((x >> 40) as f64 - 8e6) / 16.0,
                }
            })
            .collect()
    }

    #[test]
    fn any_number_of_workers_sorts_the_same() {
        for n in [0, 1, 2, 1000, 200_003] {
            let x = numbers(n);
            for descending in [false, true] {
                let (mut a, mut b, mut spare) = (vec![0; n], vec![0; n], vec![0; n]);
                sort(&x, descending, &mut a, &mut spare, &Sequential);
                sort(&x, descending, &mut b, &mut spare, &Four);
                assert_eq!(a, b, "{n}");
                let a: Vec<f64> = a.into_iter().map(f64::from_bits).collect();
                let ordered = |w: &[f64]| match descending {
                    _ if w[1].is_nan() => true,
                    false => w[0] <= w[1],
                    true => w[0] >= w[1],
                };
                assert!(a.windows(2).all(ordered), "{n}");
                let (mut i, mut j) = (vec![0; n], vec![0; n]);
                let mut spare = vec![0u128; 2 * n];
                let spare: &mut [u8] = bytemuck::cast_slice_mut(&mut spare);
                argsort::<_, u128>(&x, descending, &mut i, spare, &Sequential);
                argsort::<_, u128>(&x, descending, &mut j, spare, &Four);
                assert_eq!(i, j);
                let stable = i.windows(2).all(|w| {
                    let (a, b) = (x[w[0] as usize], x[w[1] as usize]);
                    a != b && !(a.is_nan() && b.is_nan()) || w[0] < w[1]
                });
                assert!(stable, "{n}");
            }
        }
    }
}
