//! Sorting lines that do not fit into memory: sorted runs are spilled, then merged range by range.
//!
//! State before: a sort over the last dimension of a value, and the sizes that a layout chose. State
//! after: its result, the bits of sorting in memory.
//!
//! Where the elements of a range of the result lie in the runs is found by its rank: the least key
//! that so many elements do not exceed is searched by bisection, with every few thousandth key of
//! each run at hand and a window of each run read where these do not decide (Varman et al. 1991,
//! selection from sorted lists). Equal elements are taken from the runs in order, so that the
//! result is that of a stable sort.

use super::{External, Outside, Parts, Plot, elements, elements_mut, own, pieces};
use crate::buffer::Buffer;
use crate::engine::RunError;
use crate::paged::layout::moderate;
use crate::paged::spill::Spilled;
use crate::paged::transfer;
use arr_ir::dtype::DType;
use arr_ir::routine::{Block, Order, Routine};
use arr_ir::shape::count;
use arr_storage::Source;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The sizes of a merge, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Of a sorted run.
    pub run: usize,
    /// Of a range of the result.
    pub range: usize,
    /// Between two keys of a run that are kept in memory.
    pub window: usize,
}

/// Bytes that sorting or merging takes per element: the element and its position, the result, and
/// what the routine needs.
fn bytes_each(order: Order, dtype: DType, n: usize) -> usize {
    let scratch = match order.of_all() {
        // What it needs depends on the pivots alone.
        Order::Part { .. } => 0,
        all => Routine::Order(all).family().scratch(&[(dtype, &[n])]).div_ceil(n.max(1)),
    };
    match order.is_of_positions() {
        true => 2 * dtype.size() + 2 * DType::I64.size() + scratch,
        false => 2 * dtype.size() + scratch,
    }
}

pub(super) fn plot(parts: &Parts<'_>, order: Order, budget: usize, page: bool) -> Option<Plot> {
    let x = parts.operands[0];
    let (dtype, n) = (parts.dtype(x), parts.core(x)[0]);
    // Ranks or pivots, and what the routine needs for them.
    let beside = parts.operands.get(1).map_or(0, |&beside| {
        let core = parts.core(beside);
        let operands = [(dtype, &[0][..]), (parts.dtype(beside), core)];
        let scratch = Routine::Order(order).family().scratch(&operands);
        2 * count(core) * parts.dtype(beside).size() + scratch
    });
    let (merge, bytes) = match page {
        // Runs and ranges of a few elements.
        true => (Merge { run: n / 5 + 1, range: n / 7 + 1, window: n / 40 + 1 }, 0),
        false => {
            let (merge, bytes) = within(order, dtype, n, budget.checked_sub(beside)?)?;
            (merge, bytes + beside)
        }
    };
    let positions = if order.is_of_positions() { DType::I64.size() } else { 0 };
    let spilled = (n * (dtype.size() + positions)) as u64;
    let moved = |bytes: usize| bytes as u64 + parts.batches() as u64 * spilled;
    Some(Plot {
        external: External::Sort(merge),
        bytes,
        spilled,
        traffic: (moved(parts.plan[x].bytes()), moved(parts.plan[parts.out].bytes())),
    })
}

/// The sizes that sort a line of `n` elements within so many bytes, and the bytes they take.
fn within(order: Order, dtype: DType, n: usize, budget: usize) -> Option<(Merge, usize)> {
    let each = bytes_each(order, dtype, n);
    let run = (budget / 4 * 3 / each).min(n);
    if run < 64 {
        return None;
    }
    let runs = n.div_ceil(run);
    let key = size_of::<u64>();
    // An eighth of the bytes for the keys kept, another for a window of every run.
    let least = (n * key).div_ceil((budget / 8).max(1)).max(1);
    let most = budget / 8 / (runs * (key + dtype.size()));
    let window = most.min(4096);
    (least <= window).then_some((Merge { run, range: run, window }, budget))
}

/// The sorted runs of a line.
struct Runs {
    order: Order,
    /// Its pivots, or ranks.
    beside: Option<Buffer>,
    merge: Merge,
    len: usize,
    values: Arc<Spilled>,
    /// Of a sort of positions: where the elements were.
    positions: Option<Arc<Spilled>>,
    /// Every so many keys of each run.
    kept: Buffer,
    /// Where those of each run begin, and their end.
    firsts: Vec<usize>,
    /// A window of each run, as keys, and which.
    windows: Buffer,
    at: Vec<Option<usize>>,
    raw: Buffer,
}

impl Outside<'_, '_> {
    /// Sorts a line.
    pub(super) fn sort(&self, batch: usize, merge: Merge) -> Result<(), RunError> {
        let parts = &self.parts;
        let Routine::Order(order) = parts.routine else {
            return Err(RunError::Bug("no sort".into()));
        };
        let x = parts.operands[0];
        let (n, wanted) = (count(parts.core(x)), count(parts.core(parts.out)));
        let beside = match parts.operands.get(1) {
            Some(&beside) => Some(self.read(beside, batch, 0..count(parts.core(beside)))?),
            None => None,
        };
        let mut runs = self.runs(order.of_all(), merge, parts.dtype(x), n)?;
        runs.beside = beside;
        for part in pieces(n, merge.run) {
            let given = self.read(x, batch, part.clone())?;
            self.add_run(&mut runs, part.start, given)?;
            self.step()?;
        }
        if order == Order::Select {
            return self.at_ranks(batch, &mut runs);
        }
        let mut from = vec![0; runs.at.len()];
        for part in pieces(wanted, merge.range) {
            let to = self.ranks(&mut runs, part.end)?;
            let merged = self.merged(&runs, &from, &to, part.len())?;
            self.write(batch, part.start, &merged)?;
            from = to;
            self.step()?;
        }
        Ok(())
    }

    /// Writes the elements at ranks of the sorted line.
    fn at_ranks(&self, batch: usize, runs: &mut Runs) -> Result<(), RunError> {
        let Some(ranks) = runs.beside.take() else {
            return Err(RunError::Bug("no ranks".into()));
        };
        for (i, rank) in Order::ranks(elements(&ranks), runs.len)
            .map_err(RunError::Value)?
            .into_iter()
            .enumerate()
        {
            let (from, to) = (self.ranks(runs, rank)?, self.ranks(runs, rank + 1)?);
            let merged = self.merged(runs, &from, &to, 1)?;
            self.write(batch, i, &merged)?;
            self.go_on()?;
        }
        Ok(())
    }

    fn runs(&self, order: Order, merge: Merge, dtype: DType, n: usize) -> Result<Runs, RunError> {
        let spilled = |dtype: DType| {
            let chunk = moderate(&[1 << 14], &[n], dtype, self.run.layout.limit);
            Ok::<_, RunError>(Arc::new(Spilled::new(self.run.engine.spill(), dtype, &[n], &chunk)?))
        };
        let number = n.div_ceil(merge.run);
        let kept = |len: usize| len.div_ceil(merge.window);
        let mut firsts = vec![0];
        for run in 0..number {
            firsts.push(firsts[run] + kept(merge.run.min(n - run * merge.run)));
        }
        Ok(Runs {
            order,
            beside: None,
            merge,
            len: n,
            values: spilled(dtype)?,
            positions: match order.is_of_positions() {
                true => Some(spilled(DType::I64)?),
                false => None,
            },
            kept: self.buffer(DType::U64, firsts[number])?,
            firsts,
            windows: self.buffer(DType::U64, number * merge.window)?,
            at: vec![None; number],
            raw: self.buffer(dtype, merge.window)?,
        })
    }

    /// The result of the sort over elements at hand.
    fn sorted(&self, runs: &Runs, x: &Buffer) -> Result<Buffer, RunError> {
        let routine = Routine::Order(runs.order);
        match (runs.order, &runs.beside) {
            (Order::Part { .. }, Some(pivots)) => {
                self.routine(routine, &[(x, x.shape()), (pivots, pivots.shape())])
            }
            _ => self.routine(routine, &[(x, x.shape())]),
        }
    }

    /// Sorts a run, which begins at an element of the line, and spills it.
    fn add_run(&self, runs: &mut Runs, first: usize, given: Buffer) -> Result<(), RunError> {
        let mut result = self.sorted(runs, &given)?;
        let sorted = match &runs.positions {
            None => {
                drop(given);
                result
            }
            Some(positions) => {
                let mut sorted = self.buffer(given.dtype(), given.shape()[0])?;
                let at: &mut [i64] = elements_mut(&mut result);
                take(&given, at, &mut sorted)?;
                at.iter_mut().for_each(|at| *at += first as i64);
                self.put(positions, first, &result)?;
                sorted
            }
        };
        let run = first / runs.merge.run;
        let (size, window) = (sorted.dtype().size(), runs.merge.window);
        let bytes = sorted.bytes().ok_or_else(|| RunError::Bug("a run is not dense".into()))?;
        let kept: &mut [u64] = elements_mut(&mut runs.kept);
        for (i, kept) in kept[runs.firsts[run]..runs.firsts[run + 1]].iter_mut().enumerate() {
            let data = &bytes[i * window * size..][..size];
            keys(
                runs.order,
                runs.beside.as_ref(),
                sorted.dtype(),
                data,
                std::slice::from_mut(kept),
            );
        }
        self.put(&runs.values, first, &sorted)
    }

    fn put(&self, spilled: &Spilled, first: usize, data: &Buffer) -> Result<(), RunError> {
        self.run.engine.counters().written.fetch_add(data.nbytes() as u64, Ordering::Relaxed);
        let writer =
            |start: &[usize], shape: &[usize], data: &[u8]| spilled.write(start, shape, data);
        let team = self.run.team(spilled.scratch(spilled.shape()));
        let movers = (&team as _, &**self.run.engine.progress());
        transfer::write(&writer, spilled.chunks(), &[first], data, movers)
    }

    fn fetch(&self, spilled: &Spilled, first: usize, out: &mut [u8]) -> Result<(), RunError> {
        self.run.engine.counters().read.fetch_add(out.len() as u64, Ordering::Relaxed);
        let (team, stop) =
            (self.run.team(spilled.scratch(spilled.shape())), self.run.engine.cancel());
        let len = out.len() / spilled.dtype().size();
        let movers = (&team as _, &**self.run.engine.progress());
        transfer::read(spilled, &[first], &[len], out, movers, &stop)
    }

    /// How many elements of each run are among the first `rank` of the result.
    fn ranks(&self, runs: &mut Runs, rank: usize) -> Result<Vec<usize>, RunError> {
        let number = runs.at.len();
        if rank == runs.len {
            return Ok((0..number).map(|run| runs.size(run)).collect());
        }
        // The least key that at least `rank` elements do not exceed.
        let (mut low, mut high) = (0u64, u64::MAX);
        while low < high {
            let key = low + (high - low) / 2;
            let (mut least, mut most) = (0, 0);
            for run in 0..number {
                let (from, to) = runs.about(run, |k| k <= key);
                (least, most) = (least + from, most + to);
            }
            let enough = least >= rank
                || most >= rank && {
                    let mut exact = 0;
                    for run in 0..number {
                        exact += self.exactly(runs, run, |k| k <= key)?;
                    }
                    exact >= rank
                };
            if enough { high = key } else { low = key + 1 }
        }
        let mut taken = vec![];
        for run in 0..number {
            taken.push(self.exactly(runs, run, |k| k < low)?);
        }
        let mut left = rank - taken.iter().sum::<usize>();
        for (run, taken) in taken.iter_mut().enumerate() {
            let equal = self.exactly(runs, run, |k| k <= low)? - *taken;
            let more = equal.min(left);
            *taken += more;
            left -= more;
        }
        debug_assert_eq!(left, 0);
        Ok(taken)
    }

    /// How many elements of a run, which are its first ones, have keys of which `is` is true.
    fn exactly(
        &self,
        runs: &mut Runs,
        run: usize,
        is: impl Fn(u64) -> bool,
    ) -> Result<usize, RunError> {
        let (from, to) = runs.about(run, &is);
        if from == to {
            return Ok(from);
        }
        let window = (from - 1) / runs.merge.window;
        let first = window * runs.merge.window;
        let len = to - first;
        let place = run * runs.merge.window;
        if runs.at[run] != Some(window) {
            let Runs { order, beside, merge, values, raw, windows, .. } = runs;
            let dtype = raw.dtype();
            let bytes = &mut own(raw)[..len * dtype.size()];
            self.fetch(values, run * merge.run + first, bytes)?;
            let out: &mut [u64] = elements_mut(windows);
            keys(*order, beside.as_ref(), dtype, bytes, &mut out[place..][..len]);
            runs.at[run] = Some(window);
        }
        Ok(first + elements::<u64>(&runs.windows)[place..][..len].partition_point(|&k| is(k)))
    }

    /// The elements of the result that lie in these ranges of the runs.
    fn merged(
        &self,
        runs: &Runs,
        from: &[usize],
        to: &[usize],
        len: usize,
    ) -> Result<Buffer, RunError> {
        let gather = |spilled: &Spilled| {
            let mut buffer = self.buffer(spilled.dtype(), len)?;
            let size = spilled.dtype().size();
            let mut rest = own(&mut buffer);
            for (run, (&from, &to)) in from.iter().zip(to).enumerate() {
                let (part, more) = rest.split_at_mut((to - from) * size);
                self.fetch(spilled, run * runs.merge.run + from, part)?;
                rest = more;
            }
            Ok::<_, RunError>(buffer)
        };
        let mut result = self.sorted(runs, &gather(&runs.values)?)?;
        let Some(positions) = &runs.positions else { return Ok(result) };
        let positions = gather(positions)?;
        let at: &mut [i64] = elements_mut(&mut result);
        let positions: &[i64] = elements(&positions);
        at.iter_mut().for_each(|at| *at = positions[*at as usize]);
        Ok(result)
    }
}

impl Runs {
    /// Elements of a run.
    fn size(&self, run: usize) -> usize {
        self.merge.run.min(self.len - run * self.merge.run)
    }

    /// Bounds of how many elements of a run have keys of which `is` is true: equal, or the ends of
    /// a window and one more than its beginning.
    fn about(&self, run: usize, is: impl Fn(u64) -> bool) -> (usize, usize) {
        let kept = &elements::<u64>(&self.kept)[self.firsts[run]..self.firsts[run + 1]];
        match kept.partition_point(|&k| is(k)) {
            0 => (0, 0),
            n => {
                let window = self.merge.window;
                ((n - 1) * window + 1, (n * window).min(self.size(run)))
            }
        }
    }
}

fn keys(order: Order, beside: Option<&Buffer>, dtype: DType, data: &[u8], out: &mut [u64]) {
    let beside = beside.and_then(|b| Some((b.dtype(), b.bytes()?)));
    let shape = [beside.map_or(0, |(dtype, data)| data.len() / dtype.size())];
    let beside = beside.map(|(dtype, data)| Block { dtype, shape: &shape, data });
    order.keys(&Block { dtype, shape: &[out.len()], data }, beside.as_ref(), out);
}

/// The elements at positions.
fn take(from: &Buffer, at: &[i64], out: &mut Buffer) -> Result<(), RunError> {
    macro_rules! by_size {
        ($($t:ty)*) => {
            match from.dtype().size() {
                $(n if n == size_of::<$t>() => {
                    let (from, out): (&[$t], &mut [$t]) = (elements(from), elements_mut(out));
                    out.iter_mut().zip(at).for_each(|(o, &i)| *o = from[i as usize]);
                })*
                _ => return Err(RunError::Bug("a number of an odd size".into())),
            }
        };
    }
    by_size!(u8 u16 u32 u64);
    Ok(())
}
