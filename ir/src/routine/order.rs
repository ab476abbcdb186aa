//! Sorting and searching.
//!
//! The order is that of the numbers, NaN last (whatever its sign), -0 equal to +0. Sorting is
//! stable, so results are unique; a descending sort keeps equal elements in their order and puts
//! NaN last too. Elements are sorted by keys: unsigned integers in the same order.

use super::keys::Keyed;
use super::search::{count, counters, search};
use super::{Block, Family, Task, Workers, in_pieces, select};
use crate::dtype::DType;
use crate::shape::Shape;
use crate::with_number;
use arr_sorting::{Key, Wanted, corank, first_best, merge, merge_pairs, sort_pairs};
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
    /// Those of `[n]` that sorting puts at the ranks `[m]`, int64.
    Select,
    /// `[n]`, or its positions, int64, parted by pivots `[m]`: below all of them, equal to the least,
    /// between it and the next, and so on; of each part in their order.
    Part {
        /// The positions.
        positions: bool,
    },
    /// The position, int64, of the greatest of `[n]`, at least one: the first of equal ones, or of
    /// the first NaN.
    Best {
        /// Of the least.
        least: bool,
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
            (Order::Best { .. }, [_]) if shape[0] > 0 => Ok((DType::I64, Shape::new())),
            (Order::Select, [_, (DType::I64, ranks)]) => Ok((dtype, (*ranks).into())),
            (Order::Part { positions }, [_, (other, _)]) if *other == dtype => {
                Ok((if *positions { DType::I64 } else { dtype }, shape.into()))
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
            Order::Sort { first: Some(_), .. } | Order::Select => 2 * n * dtype.size(),
            Order::Part { .. } => size_of::<u64>() * select::words(operands[1].1[0]),
            Order::Argsort { first, .. } => n * size_of::<u64>() * lanes(dtype.size(), n, *first),
            Order::Search { .. } | Order::Best { .. } => 0,
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
            Order::Select => {
                let ranks = Order::ranks(operands[1].of(), x.shape[0])?;
                let out = bytemuck::cast_slice_mut(out);
                let scratch = bytemuck::cast_slice_mut(scratch);
                select::select::<T>(x.of(), &ranks, out, scratch, workers);
            }
            Order::Part { positions } => {
                let (x, pivots) = (x.of::<T>(), operands[1].of());
                let scratch = bytemuck::cast_slice_mut(scratch);
                match positions {
                    false => {
                        let out = bytemuck::cast_slice_mut(out);
                        select::part(x, pivots, |i| x[i], out, scratch, workers);
                    }
                    true => {
                        let out = bytemuck::cast_slice_mut(out);
                        select::part(x, pivots, |i| i as i64, out, scratch, workers);
                    }
                }
            }
            Order::Best { least } => {
                let best = if least { best::<T, true> } else { best::<T, false> };
                bytemuck::cast_slice_mut(out)[0] = best(x.of(), workers) as i64;
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

    fn define(&self, task: Task<'_>) -> Result<(), String> {
        let (x, beside) = (task.operands[0], task.operands.last().copied());
        let Some(beside) = beside.filter(|_| matches!(self, Order::Select | Order::Part { .. }))
        else {
            return self.run(task);
        };
        with_number!(x.dtype, T => match self {
            Order::Select => {
                let ranks = Order::ranks(beside.of(), x.shape[0])?;
                selected::<T>(x.of(), &ranks, bytemuck::cast_slice_mut(task.out));
            }
            Order::Part { positions: true } => {
                let out: &mut [i64] = bytemuck::cast_slice_mut(task.out);
                let positions = parted::<T>(x.of(), beside.of());
                out.iter_mut().zip(positions).for_each(|(o, i)| *o = i as i64);
            }
            _ => {
                let out: &mut [T] = bytemuck::cast_slice_mut(task.out);
                let positions = parted::<T>(x.of(), beside.of());
                out.iter_mut().zip(positions).for_each(|(o, i)| *o = x.of::<T>()[i]);
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
            Order::Select => "elements at ranks of the sorted line".into(),
            Order::Part { positions: false } => "parted by pivots".into(),
            Order::Part { positions: true } => "positions parted by pivots".into(),
            Order::Best { least: false } => "position of the greatest".into(),
            Order::Best { least: true } => "position of the least".into(),
            Order::Search { .. } => "search in a sorted array".into(),
            Order::Count { .. } => "count between the elements of a sorted array".into(),
        }
    }
}

impl Order {
    /// Whether it puts a line in the order of [`Order::keys`], or gives some elements of that: sorted
    /// parts can be merged.
    pub fn sorts(self) -> bool {
        !matches!(self, Order::Search { .. } | Order::Count { .. } | Order::Best { .. })
    }

    /// The sort of all elements of which it may give some only.
    pub fn of_all(self) -> Order {
        match self {
            Order::Sort { descending, .. } => Order::Sort { descending, first: None },
            Order::Argsort { descending, .. } => Order::Argsort { descending, first: None },
            Order::Select => Order::Sort { descending: false, first: None },
            order => order,
        }
    }

    /// Whether its result are positions.
    pub fn is_of_positions(self) -> bool {
        matches!(
            self,
            Order::Argsort { .. }
                | Order::Search { .. }
                | Order::Best { .. }
                | Order::Part { positions: true }
        )
    }

    /// The ranks that [`Order::Select`] is given for a line of `n` elements.
    ///
    /// # Errors
    /// One is none.
    pub fn ranks(ranks: &[i64], n: usize) -> Result<Vec<usize>, String> {
        let inside = |&rank: &i64| usize::try_from(rank).ok().filter(|&rank| rank < n);
        let outside = |rank| format!("there is no element {rank} among {n} sorted ones");
        ranks.iter().map(|rank| inside(rank).ok_or_else(|| outside(rank))).collect()
    }

    /// The pieces of so many values that are counted one by one.
    fn pieces(self, values: usize) -> usize {
        match self {
            Order::Count { piece } => values.div_ceil(piece.max(1) as usize),
            _ => 0,
        }
    }

    /// Keys of elements: in the order in which it puts them, equal where it keeps their order. `beside`
    /// are pivots.
    pub fn keys(self, x: &Block<'_>, beside: Option<&Block<'_>>, out: &mut [u64]) {
        let descending = matches!(
            self,
            Order::Sort { descending: true, .. } | Order::Argsort { descending: true, .. }
        );
        let pivots = beside.filter(|_| matches!(self, Order::Part { .. }));
        with_number!(x.dtype, T => {
            let pivots: Option<&[T]> = pivots.map(Block::of);
            for (o, v) in out.iter_mut().zip(x.of::<T>()) {
                *o = match pivots {
                    Some(pivots) => class(*v, pivots),
                    None => sort_key(*v, descending),
                };
            }
        });
    }
}

/// The class of an element among pivots: how many are below it, and how many are not above it.
fn class<T: Keyed>(v: T, pivots: &[T]) -> u64 {
    let key = v.loose();
    pivots.iter().map(|p| u64::from(p.loose() < key) + u64::from(p.loose() <= key)).sum()
}

/// What [`Order::Select`] means.
fn selected<T: Keyed>(x: &[T], ranks: &[usize], out: &mut [T]) {
    let mut sorted = x.to_vec();
    sorted.sort_by_key(|v| v.loose());
    for (o, &rank) in out.iter_mut().zip(ranks) {
        let v = sorted[rank];
        *o = if v.is_nan() { T::of_key(v.key()) } else { v };
    }
}

/// What [`Order::Part`] means: the positions.
fn parted<T: Keyed>(x: &[T], pivots: &[T]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..x.len()).collect();
    positions.sort_by_key(|&i| class(x[i], pivots));
    positions
}

/// The position of the first best of some elements, of which each worker looks at a part.
fn best<T: Keyed, const LEAST: bool>(x: &[T], workers: &dyn Workers) -> usize {
    let part = x.len().div_ceil(workers.count().max(1)).max(ALONE);
    let mut found = vec![0; x.len().div_ceil(part)];
    in_pieces(&mut found, 1, workers, |i, found| {
        let first = i * part;
        found[0] = first + first_best::<T, LEAST>(&x[first..x.len().min(first + part)]);
    });
    let later = |best: usize, at: usize| {
        if !x[best].is_last() && x[at].beats::<LEAST>(x[best]) { at } else { best }
    };
    found.into_iter().reduce(later).unwrap_or(0)
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

/// Elements up to which one worker sorts alone.
pub(super) const ALONE: usize = 1 << 14;

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
pub(super) fn sort_keys<K: Key>(
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
        K::sort(run, &mut lock(&spares[i]), Wanted::First(first));
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

pub(super) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
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
        K::sort(run, &mut lock(&spares[i]), Wanted::First(first));
    });
    drop(spares);
    let m = together(keys, size, first);
    K::sort(&mut keys[..m], &mut spare[..m], Wanted::First(first));
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

    fn bits<T: Keyed>(x: &[T]) -> &[u8] {
        bytemuck::cast_slice(x)
    }

    /// Ranks of a line: none, one, the ends, some near each other, many.
    fn ranks(n: usize) -> Vec<Vec<i64>> {
        let n = n as i64;
        let middle = vec![n / 2, (n - 1) / 2, n - 1];
        let many = (0..n).step_by(n as usize / 20 + 1).collect();
        [vec![], vec![n / 3], vec![n - 1, 0, n / 2, 0], middle, many].into()
    }

    fn selects<T: Keyed>(x: &[T], dtype: DType) {
        let shape = [x.len()];
        let x = Block { dtype, shape: &shape, data: bits(x) };
        for ranks in ranks(shape[0]).into_iter().filter(|r| r.is_empty() || shape[0] > 0) {
            let m = [ranks.len()];
            let ranks = Block { dtype: DType::I64, shape: &m, data: bits(&ranks) };
            let pivots = same_as_defined(Order::Select, x, ranks);
            let pivots = Block { dtype, shape: &m, data: bytemuck::cast_slice(&pivots) };
            let pivots = Block { data: &pivots.data[..m[0] * dtype.size()], ..pivots };
            for positions in [false, true] {
                same_as_defined(Order::Part { positions }, x, pivots);
            }
        }
    }

    /// The result of an order with one worker and with four, which is that of its definition.
    fn same_as_defined(order: Order, x: Block<'_>, beside: Block<'_>) -> Vec<u64> {
        let operands = [x, beside];
        let types = operands.map(|o| (o.dtype, o.shape));
        let (dtype, shape) = order.output(&types).unwrap();
        let bytes = shape[0] * dtype.size();
        let run = |workers: &dyn Workers, defined: bool| {
            let mut out = vec![0u64; bytes.div_ceil(8)];
            let mut scratch = vec![0u64; order.scratch(&types).div_ceil(8)];
            let (operands, rows) = (&operands[..], 0..shape[0]);
            let (out_bytes, scratch) =
                (bytemuck::cast_slice_mut(&mut out), bytemuck::cast_slice_mut(&mut scratch));
            let scratch = &mut scratch[..order.scratch(&types)];
            let out_bytes = &mut out_bytes[..bytes];
            let task = Task { operands, rows, out: out_bytes, scratch, workers };
            if defined { order.define(task) } else { order.run(task) }.unwrap();
            out
        };
        let expected = run(&Sequential, true);
        for workers in [&Sequential as &dyn Workers, &Four] {
            assert!(run(workers, false) == expected, "{order:?} of {types:?}");
        }
        expected
    }

    #[test]
    fn selecting_and_parting_are_as_defined() {
        for n in [0, 1, 2, 1000, 50_003] {
            let x = numbers(n);
            selects(&x, DType::F64);
            let of = |f: &dyn Fn(f64) -> f64| x.iter().map(|&v| f(v)).collect::<Vec<f64>>();
            // Few values, one, rising ones, zeros of both signs.
            selects(&of(&|v| (v / 1e5).floor()), DType::F64);
            selects(&of(&|_| 7.0), DType::F64);
            selects(&of(&|v| if v > 0.0 { 0.0 } else { -0.0 }), DType::F64);
            selects(&(0..n as i64).collect::<Vec<_>>(), DType::I64);
            selects(&x.iter().map(|&v| v as f32).collect::<Vec<_>>(), DType::F32);
            selects(&x.iter().map(|&v| v as i32).collect::<Vec<_>>(), DType::I32);
            selects(&x.iter().map(|&v| v as i64 as u16).collect::<Vec<_>>(), DType::U16);
            selects(&x.iter().map(|&v| u8::from(v > 0.0)).collect::<Vec<_>>(), DType::Bool);
        }
    }

    #[test]
    fn ranks_outside_a_line_are_refused() {
        assert!(Order::ranks(&[0, 4], 5).is_ok());
        assert!(Order::ranks(&[5], 5).is_err() && Order::ranks(&[-1], 5).is_err());
    }
}
