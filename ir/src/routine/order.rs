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
use arr_sorting::{Key, corank, merge, merge_pairs, sort_pairs};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard};

/// Sorting and searching.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Order {
    /// `[n]` in order, or of them the `first` (`[first]`).
    Sort {
        /// The greatest first.
        descending: bool,
        /// How many; none: all.
        first: Option<usize>,
    },
    /// The positions, int64, that put `[n]` in order, or of them the `first` (`[first]`).
    Argsort {
        /// The greatest first.
        descending: bool,
        /// How many; none: all.
        first: Option<usize>,
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
            (Order::Sort { first, .. } | Order::Argsort { first, .. }, [_]) => {
                let n = first.unwrap_or(shape[0]);
                let of_positions = matches!(self, Order::Argsort { .. });
                match n <= shape[0] {
                    true => {
                        Ok((if of_positions { DType::I64 } else { dtype }, [n].as_slice().into()))
                    }
                    false => Err(format!("{n} of {} elements", shape[0])),
                }
            }
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
            Order::Sort { first: None, .. } => n * dtype.size(),
            Order::Sort { first: Some(_), .. } => 2 * n * dtype.size(),
            Order::Argsort { first, .. } => n * size_of::<u64>() * lanes(dtype.size(), n, *first),
            Order::Search { .. } => 0,
            Order::Count { .. } => 4 * counters(n),
        }
    }

    fn run(&self, task: Task<'_>) -> Result<(), String> {
        let Task { operands, rows, out, scratch, workers } = task;
        let x = &operands[0];
        with_number!(x.dtype, T => match *self {
            Order::Sort { descending, first } => {
                let out = bytemuck::cast_slice_mut(out);
                sort::<T>(x.of(), descending, first, out, bytemuck::cast_slice_mut(scratch), workers);
            }
            Order::Argsort { descending, first } => {
                let out = bytemuck::cast_slice_mut(out);
                let scratch = bytemuck::cast_slice_mut(scratch);
                argsort::<T>(x.of(), descending, first, out, scratch, workers);
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
            Order::Sort { first: None, .. } => "sort".into(),
            Order::Sort { first: Some(n), .. } => format!("the first {n} in order"),
            Order::Argsort { first: None, .. } => "positions in sorted order".into(),
            Order::Argsort { first: Some(n), .. } => format!("positions of the first {n} in order"),
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

    /// The sort of all elements of which it may give the first only.
    pub fn of_all(self) -> Order {
        match self {
            Order::Sort { descending, .. } => Order::Sort { descending, first: None },
            Order::Argsort { descending, .. } => Order::Argsort { descending, first: None },
            order => order,
        }
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
        let descending = match self {
            Order::Sort { descending, .. } | Order::Argsort { descending, .. } => descending,
            Order::Search { .. } | Order::Count { .. } => false,
        };
        with_number!(x.dtype, T => {
            for (o, v) in out.iter_mut().zip(x.of::<T>()) {
                *o = sort_key(*v, descending);
            }
        });
    }
}

/// The key of an element in a stable sort.
fn sort_key<T: Keyed>(v: T, descending: bool) -> u64 {
    turned(v, v.loose(), descending).into()
}

/// A key in the other direction; that of NaN stays last.
#[inline(always)]
fn turned<T: Keyed>(v: T, key: T::Key, descending: bool) -> T::Key {
    if descending && !v.is_nan() { !key } else { key }
}

/// A number and its key.
pub(super) trait Keyed: bytemuck::Pod + PartialOrd + Send + Sync {
    /// An unsigned integer of the same width.
    type Key: bytemuck::Pod + Key + std::ops::Not<Output = Self::Key> + Into<u64>;
    /// In the order of the numbers, NaN greatest, -0 below +0.
    fn key(self) -> Self::Key;
    /// The same, -0 equal to +0.
    fn loose(self) -> Self::Key {
        self.key()
    }
    /// The number of a key; every NaN is the same one.
    fn of_key(key: Self::Key) -> Self;
    /// Whether there are two zeros, of either sign, which are equal.
    const TWO_ZEROS: bool = false;
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
            const TWO_ZEROS: bool = true;
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
const ALONE: usize = 1 << 14;

/// How many elements each of some workers sorts alone.
fn run_of(n: usize, workers: &dyn Workers) -> usize {
    let runs = match workers.count() {
        0 | 1 => 1,
        w => w.next_power_of_two().min((n / ALONE).max(1).next_power_of_two()),
    };
    n.div_ceil(runs).max(1)
}

/// A piece of two runs that are merged.
struct Merging {
    /// The runs.
    runs: [Range<usize>; 2],
    /// What of the merged elements.
    part: Range<usize>,
}

impl Merging {
    /// The pieces of a round that merges runs of `size` in pairs, one after the other in the
    /// result.
    fn round(n: usize, size: usize, workers: &dyn Workers) -> Vec<Merging> {
        let pairs = n.div_ceil(2 * size);
        let parts = (2 * workers.count()).div_ceil(pairs).max(1);
        let piece = (2 * size).div_ceil(parts).min(PIECE);
        let mut all = vec![];
        for start in (0..n).step_by(2 * size) {
            let (middle, end) = ((start + size).min(n), (start + 2 * size).min(n));
            for done in (0..end - start).step_by(piece) {
                let part = done..(done + piece).min(end - start);
                all.push(Merging { runs: [start..middle, middle..end], part });
            }
        }
        all
    }

    /// What of each run makes the piece.
    fn sources<K: Ord>(&self, keys: &[K]) -> [Range<usize>; 2] {
        let [a, b] = &self.runs;
        let from = |k| corank(&keys[a.clone()], &keys[b.clone()], k);
        let (first, last) = (from(self.part.start), from(self.part.end));
        let rest = |k: usize, of_a| b.start + k - of_a;
        [a.start + first..a.start + last, rest(self.part.start, first)..rest(self.part.end, last)]
    }
}

/// The pieces of a result, one after the other.
fn pieces_of<'a, T>(mut to: &'a mut [T], of: &[Merging]) -> Vec<Mutex<&'a mut [T]>> {
    of.iter()
        .map(|m| {
            let (piece, rest) = std::mem::take(&mut to).split_at_mut(m.part.len());
            to = rest;
            Mutex::new(piece)
        })
        .collect()
}

/// Whether an odd number of rounds makes one run of runs of `size`.
fn odd_rounds(n: usize, size: usize) -> bool {
    n.div_ceil(size).next_power_of_two().ilog2() % 2 == 1
}

/// Makes `keys`, with `spare` of the same length, sorted ones: `fill` writes those from a place on,
/// `finish` makes of sorted ones what is wanted. Runs are sorted side by side, then merged in pairs.
fn sort_keys<K: Key>(
    keys: &mut [K],
    spare: &mut [K],
    workers: &dyn Workers,
    fill: impl Fn(usize, &mut [K]) + Sync,
    finish: impl Fn(&mut [K]) + Sync,
) {
    let n = keys.len();
    let mut size = run_of(n, workers);
    let (mut from, mut to) = if odd_rounds(n, size) { (spare, keys) } else { (keys, spare) };
    let spares: Vec<_> = to.chunks_mut(size).map(Mutex::new).collect();
    in_pieces(from, size, workers, |i, run| {
        fill(i * size, run);
        let first = run.len();
        K::sort(run, &mut lock(&spares[i]), first);
        if size >= n {
            finish(run);
        }
    });
    drop(spares);
    while size < n {
        let round = Merging::round(n, size, workers);
        let pieces = pieces_of(to, &round);
        workers.each(round.len(), &|i| {
            let ([a, b], mut piece) = (round[i].sources(from), lock(&pieces[i]));
            merge(&from[a], &from[b], &mut piece);
            if 2 * size >= n {
                finish(&mut piece);
            }
        });
        drop(pieces);
        (from, to) = (to, from);
        size *= 2;
    }
}

/// Sorts runs of positions side by side by their keys, which `fill` writes from a place on, so far
/// that the `first` of each are in order.
fn runs_of_positions(
    (keys, positions): (&mut [u64], &mut [u64]),
    (spare_keys, spare_positions): (&mut [u64], &mut [u64]),
    first: usize,
    workers: &dyn Workers,
    fill: impl Fn(usize, &mut [u64]) + Sync,
) {
    let size = run_of(keys.len(), workers);
    let others: Vec<_> = (positions.chunks_mut(size))
        .zip(spare_keys.chunks_mut(size).zip(spare_positions.chunks_mut(size)))
        .map(Mutex::new)
        .collect();
    in_pieces(keys, size, workers, |i, run| {
        let (positions, (spare_keys, spare_positions)) = &mut *lock(&others[i]);
        fill(i * size, run);
        positions.iter_mut().zip(i * size..).for_each(|(p, at)| *p = at as u64);
        sort_pairs(run, positions, spare_keys, spare_positions, first);
    });
}

/// Sorts positions by their keys, which `fill` writes from a place on, as [`sort_keys`] does.
fn sort_positions(
    (keys, spare_keys): (&mut [u64], &mut [u64]),
    (positions, spare_positions): (&mut [u64], &mut [u64]),
    workers: &dyn Workers,
    fill: impl Fn(usize, &mut [u64]) + Sync,
) {
    let n = keys.len();
    let mut size = run_of(n, workers);
    let (mut from, mut to) = ((keys, positions), (spare_keys, spare_positions));
    if odd_rounds(n, size) {
        (from, to) = (to, from);
    }
    runs_of_positions((from.0, from.1), (to.0, to.1), n, workers, fill);
    while size < n {
        let round = Merging::round(n, size, workers);
        let (of_keys, of_positions) = (pieces_of(to.0, &round), pieces_of(to.1, &round));
        workers.each(round.len(), &|i| {
            let [a, b] = round[i].sources(from.0);
            merge_pairs(
                (&from.0[a.clone()], &from.1[a]),
                (&from.0[b.clone()], &from.1[b]),
                (&mut lock(&of_keys[i]), &mut lock(&of_positions[i])),
            );
        });
        drop((of_keys, of_positions));
        (from, to) = (to, from);
        size *= 2;
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(|e| e.into_inner())
}

/// Elements per piece of a conversion, or at most of merged ones, which are finished while they are
/// near.
const PIECE: usize = 1 << 16;

fn sort<T: Keyed>(
    x: &[T],
    descending: bool,
    first: Option<usize>,
    out: &mut [T::Key],
    scratch: &mut [T::Key],
    workers: &dyn Workers,
) {
    let n = x.len();
    let fill = |start: usize, to: &mut [T::Key]| {
        to.iter_mut().zip(&x[start..]).for_each(|(k, v)| *k = turned(*v, v.key(), descending));
    };
    // A key of NaN stays what it is either way.
    let finish = |to: &mut [T::Key]| {
        to.iter_mut().for_each(|k| {
            let v = T::of_key(*k);
            *k = bytemuck::cast(T::of_key(turned(v, *k, descending)));
        });
    };
    match first {
        None => sort_keys(out, &mut scratch[..n], workers, fill, finish),
        Some(first) => {
            let (keys, spare) = scratch[..2 * n].split_at_mut(n);
            first_keys(keys, spare, first, workers, fill);
            out.copy_from_slice(&keys[..first]);
            finish(out);
        }
    }
    if T::TWO_ZEROS {
        zeros_in_order(x, bytemuck::cast_slice_mut(out), descending);
    }
}

/// Puts the zeros of a sorted line, of which one sign came first, in the order of the line.
fn zeros_in_order<T: Keyed>(x: &[T], sorted: &mut [T], descending: bool) {
    let before = |v: &T| if descending { v.near() > 0.0 } else { v.near() < 0.0 };
    let start = sorted.partition_point(before);
    let len = sorted[start..].partition_point(|v| v.near() == 0.0);
    let zeros = &mut sorted[start..start + len];
    // Where the sign that comes last is the first one, it is the only one.
    if zeros.first().is_none_or(|v| v.near().is_sign_negative() == descending) {
        return;
    }
    let given = x.iter().filter(|v| v.near() == 0.0);
    zeros.iter_mut().zip(given).for_each(|(to, v)| *to = *v);
}

/// Puts the `first` keys of those that `fill` writes in order: those of each run, then of these.
fn first_keys<K: Key>(
    keys: &mut [K],
    spare: &mut [K],
    first: usize,
    workers: &dyn Workers,
    fill: impl Fn(usize, &mut [K]) + Sync,
) {
    if 2 * first > keys.len() {
        return sort_keys(keys, spare, workers, fill, |_| {});
    }
    let size = run_of(keys.len(), workers);
    let spares: Vec<_> = spare.chunks_mut(size).map(Mutex::new).collect();
    in_pieces(keys, size, workers, |i, run| {
        fill(i * size, run);
        K::sort(run, &mut lock(&spares[i]), first);
    });
    drop(spares);
    let m = together(keys, size, first);
    K::sort(&mut keys[..m], &mut spare[..m], first);
}

/// Brings the `first` of each run of `size` together: how many there are.
fn together<T: Copy>(of: &mut [T], size: usize, first: usize) -> usize {
    let n = of.len();
    let mut m = 0;
    for start in (0..n).step_by(size) {
        let len = first.min(size).min(n - start);
        of.copy_within(start..start + len, m);
        m += len;
    }
    m
}

/// Whether a key and a position fit into 64 bits together.
fn packed(size: usize, n: usize) -> bool {
    size <= 4 && u32::try_from(n).is_ok()
}

/// Words of working memory that the positions of a sorted array need per element: where a key and
/// its position are packed those and as many spare ones; else keys and positions, and spare ones.
/// Where all positions are wanted, the result holds them.
fn lanes(size: usize, n: usize, first: Option<usize>) -> usize {
    match (packed(size, n), first) {
        (true, _) => 2,
        (false, None) => 3,
        (false, Some(_)) => 4,
    }
}

fn argsort<T: Keyed>(
    x: &[T],
    descending: bool,
    first: Option<usize>,
    out: &mut [i64],
    scratch: &mut [u64],
    workers: &dyn Workers,
) {
    let n = x.len();
    let key = |v: &T| sort_key(*v, descending);
    let (keys, rest) = scratch.split_at_mut(n);
    let (spare, rest) = rest.split_at_mut(n);
    if packed(size_of::<T>(), n) {
        let fill = |start: usize, to: &mut [u64]| {
            let places = (start..).zip(&x[start..]);
            to.iter_mut().zip(places).for_each(|(k, (at, v))| *k = key(v) << 32 | at as u64);
        };
        match first {
            None => sort_keys(keys, spare, workers, fill, |_| {}),
            Some(first) => first_keys(keys, spare, first, workers, fill),
        }
        in_pieces(out, PIECE, workers, |i, to| {
            to.iter_mut().zip(&keys[i * PIECE..]).for_each(|(o, k)| *o = i64::from(*k as u32));
        });
        return;
    }
    let fill = |start: usize, to: &mut [u64]| {
        to.iter_mut().zip(&x[start..]).for_each(|(k, v)| *k = key(v));
    };
    let Some(first) = first else {
        let positions = (bytemuck::cast_slice_mut(out), &mut rest[..n]);
        return sort_positions((keys, spare), positions, workers, fill);
    };
    let (positions, spare_positions) = rest[..2 * n].split_at_mut(n);
    if 2 * first > n {
        sort_positions((keys, spare), (positions, spare_positions), workers, fill);
    } else {
        let spares = (&mut *spare, &mut *spare_positions);
        runs_of_positions((keys, positions), spares, first, workers, fill);
        let size = run_of(n, workers);
        let m = together(keys, size, first);
        together(positions, size, first);
        let spares = (&mut spare[..m], &mut spare_positions[..m]);
        sort_pairs(&mut keys[..m], &mut positions[..m], spares.0, spares.1, first);
    }
    out.copy_from_slice(bytemuck::cast_slice(&positions[..first]));
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
                sort(&x, descending, None, &mut a, &mut spare, &Sequential);
                sort(&x, descending, None, &mut b, &mut spare, &Four);
                assert_eq!(a, b, "{n}");
                let a: Vec<f64> = a.into_iter().map(f64::from_bits).collect();
                let ordered = |w: &[f64]| match descending {
                    _ if w[1].is_nan() => true,
                    false => w[0] <= w[1],
                    true => w[0] >= w[1],
                };
                assert!(a.windows(2).all(ordered), "{n}");
                let (mut i, mut j) = (vec![0; n], vec![0; n]);
                let mut spare = vec![0; 3 * n];
                argsort(&x, descending, None, &mut i, &mut spare, &Sequential);
                argsort(&x, descending, None, &mut j, &mut spare, &Four);
                assert_eq!(i, j);
                for first in [0, n / 1000, n / 3, n] {
                    let (mut k, mut v) = (vec![0; first], vec![0; first]);
                    let mut spare = vec![0; 4 * n];
                    argsort(&x, descending, Some(first), &mut k, &mut spare, &Four);
                    assert_eq!(k, i[..first]);
                    sort(&x, descending, Some(first), &mut v, &mut spare, &Four);
                    let a: Vec<u64> = a[..first].iter().map(|v| v.to_bits()).collect();
                    assert_eq!(v, a);
                }
                let stable = i.windows(2).all(|w| {
                    let (a, b) = (x[w[0] as usize], x[w[1] as usize]);
                    a != b && !(a.is_nan() && b.is_nan()) || w[0] < w[1]
                });
                assert!(stable, "{n}");
            }
        }
    }
}
