//! Rows chosen by masks, read and written by positions, where they do not fit into memory.

use super::{External, Outside, Parts, Plot, elements, elements_mut, own, pieces};
use crate::buffer::Buffer;
use crate::engine::RunError;
use arr_ir::dtype::DType;
use arr_ir::op::FoldOp;
use arr_ir::plan::ValueId;
use arr_ir::routine::{Movement, Routine, rows_at};
use arr_ir::shape::count;
use std::ops::Range;

/// Bytes between two rows that are rather read than jumped over.
const GAP: usize = 256 << 10;

/// Choosing by a mask: rows looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choose {
    /// How many.
    pub rows: usize,
}

/// Reading by positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Positions looked at together.
    pub positions: usize,
    /// Rows read together, at most.
    pub window: usize,
}

/// Writing by positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// Positions looked at together.
    pub positions: usize,
    /// Rows changed together.
    pub window: usize,
}

/// Bytes of a row of a value: of its last dimension.
fn row_bytes(parts: &Parts<'_>, value: ValueId) -> usize {
    parts.core(value).last().map_or(1, |&n| n) * parts.dtype(value).size()
}

pub(super) fn plot_choose(parts: &Parts<'_>, budget: usize, page: bool) -> Option<Plot> {
    let x = parts.operands[0];
    let rows = parts.core(x)[0];
    let each = match parts.routine {
        Routine::Movement(Movement::Compress { .. }) => 2 * row_bytes(parts, x) + 2,
        _ => 1 + DType::I64.size(),
    };
    let fitting = if page { rows / 5 + 1 } else { (budget / each).min(rows) };
    if fitting == 0 {
        return None;
    }
    let read = parts.operands.iter().map(|&v| parts.plan[v].bytes()).sum::<usize>() as u64;
    Some(Plot {
        external: External::Choose(Choose { rows: fitting }),
        bytes: fitting * each,
        spilled: 0,
        traffic: (read, parts.plan[parts.out].bytes() as u64),
    })
}

pub(super) fn plot_gather(parts: &Parts<'_>, axes: u8, budget: usize, page: bool) -> Option<Plot> {
    let (x, at) = (parts.operands[0], parts.operands[1]);
    let row = row_bytes(parts, x);
    let rows = count(parts.core(x)) / parts.core(x).last().map_or(1, |&n| n.max(1));
    let m = parts.core(at)[0];
    // Positions, the row each is, rows with their places in order, and the rows of the result.
    let each = (axes as usize + 1) * 8 + 16 + row;
    let (positions, window) = match page {
        true => (m / 3 + 1, rows / 4 + 1),
        false => ((budget / 2 / each).min(m), (budget / 2 / row.max(1)).min(rows)),
    };
    if positions == 0 || window == 0 {
        return None;
    }
    let out = parts.plan[parts.out].bytes() as u64;
    let passes = (parts.core(x)[0] * m.div_ceil(positions)) as u64;
    let source = parts.plan[x].bytes() as u64;
    Some(Plot {
        external: External::Gather(Pick { positions, window }),
        bytes: positions * each + window * row,
        spilled: 0,
        traffic: ((passes * source).min(out * GAP as u64 / row.max(1) as u64), out),
    })
}

pub(super) fn plot_scatter(
    parts: &Parts<'_>,
    axes: u8,
    _: Option<FoldOp>,
    budget: usize,
    page: bool,
) -> Option<Plot> {
    let (x, at) = (parts.operands[0], parts.operands[1]);
    let row = row_bytes(parts, x);
    let [outer, .., inner] = *parts.core(x) else { return None };
    let rows = count(parts.core(x)) / (outer * inner).max(1);
    let m = parts.core(at)[0];
    // Positions, the row each is, those inside of the window, their values and the row again.
    let each = (axes as usize + 3) * 8 + 2 * row;
    let (positions, window) = match page {
        true => (m / 3 + 1, rows / 3 + 1),
        false => {
            let window = (budget / 2 / (2 * row).max(1)).min(rows);
            let left = budget.saturating_sub(window * 2 * row);
            ((left / each).min(m.max(1)), window)
        }
    };
    if positions == 0 || window == 0 || row == 0 {
        return None;
    }
    let update: usize = parts.operands[1..].iter().map(|&v| parts.plan[v].bytes()).sum();
    let base = parts.plan[x].bytes() as u64;
    Some(Plot {
        external: External::Scatter(Put { positions, window }),
        bytes: positions * each + window * 2 * row,
        spilled: 0,
        traffic: (base + update as u64 * rows.div_ceil(window) as u64, base),
    })
}

impl Outside<'_, '_> {
    /// The rows or positions that a mask chooses.
    pub(super) fn choose(&self, batch: usize, choose: Choose) -> Result<(), RunError> {
        let parts = &self.parts;
        let mask = *parts.operands.last().expect("a mask");
        let (n, row) = (parts.core(mask)[0], parts.core(parts.out).get(1).copied());
        let mut chosen = 0;
        for part in pieces(n, choose.rows) {
            let set = self.read(mask, batch, part.clone())?;
            let len = elements::<u8>(&set).iter().filter(|&&m| m != 0).count();
            if len == 0 {
                self.step()?;
                continue;
            }
            let size = [part.len()];
            let found = match row {
                Some(row) => {
                    let range = part.start * row..part.end * row;
                    let rows = self.read(parts.operands[0], batch, range)?;
                    let shape = [part.len(), row];
                    let operands = [(&rows, &shape[..]), (&set, &size[..])];
                    self.routine(Movement::Compress { len }.into(), &operands)?
                }
                None => {
                    let nonzero = Movement::Nonzero { len }.into();
                    let mut found = self.routine(nonzero, &[(&set, &size[..])])?;
                    let at: &mut [i64] = elements_mut(&mut found);
                    at.iter_mut().for_each(|at| *at += part.start as i64);
                    found
                }
            };
            let row = row.unwrap_or(1);
            if chosen + len > parts.core(parts.out)[0] {
                break;
            }
            self.write(batch, chosen * row, &found)?;
            chosen += len;
            self.step()?;
        }
        match chosen == parts.core(parts.out)[0] {
            true => Ok(()),
            false => Err(RunError::Value("the mask changed between counting and choosing".into())),
        }
    }

    /// The rows of the first operand at the positions that a range of the others holds.
    fn rows(
        &self,
        batch: usize,
        outer: usize,
        range: Range<usize>,
        axes: usize,
    ) -> Result<Buffer, RunError> {
        let parts = &self.parts;
        let sizes = &parts.core(parts.operands[0])[1..=axes];
        let read = |&v: &ValueId| self.read(v, batch, range.clone());
        let index = parts.operands[1..=axes].iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let index: Vec<&[i64]> = index.iter().map(elements).collect();
        let mut rows = self.buffer(DType::U64, range.len())?;
        rows_at(sizes, &index, outer, elements_mut(&mut rows)).map_err(RunError::Value)?;
        Ok(rows)
    }

    /// Rows read by positions: those of a range of positions in the order in which they lie.
    pub(super) fn gather(&self, batch: usize, pick: Pick) -> Result<(), RunError> {
        let parts = &self.parts;
        let Routine::Movement(Movement::Gather { axes }) = parts.routine else {
            return Err(RunError::Bug("no gather".into()));
        };
        let x = parts.operands[0];
        let (core, m) = (parts.core(x), parts.core(parts.operands[1])[0]);
        let inner = *core.last().expect("rows");
        let size = inner * parts.dtype(x).size();
        for outer in 0..core[0] {
            for part in pieces(m, pick.positions) {
                let rows = self.rows(batch, outer, part.clone(), axes as usize)?;
                let mut order = self.buffer(DType::U64, 2 * part.len())?;
                let order: &mut [[u64; 2]] =
                    bytemuck::cast_slice_mut(elements_mut::<u64>(&mut order));
                for (i, (pair, &row)) in order.iter_mut().zip(elements::<u64>(&rows)).enumerate() {
                    *pair = [row, i as u64];
                }
                drop(rows);
                order.sort_unstable();
                let mut out = self.buffer(parts.dtype(x), part.len() * inner)?;
                let to = own(&mut out);
                let mut rest: &[[u64; 2]] = order;
                while let Some(&[first, _]) = rest.first() {
                    let mut last = first;
                    let inside = |&&[row, _]: &&[u64; 2]| {
                        let near = (row - last) as usize * size <= GAP;
                        let fits = near && row - first < pick.window as u64;
                        last = if fits { row } else { last };
                        fits
                    };
                    let len = rest.iter().take_while(inside).count();
                    let (now, later) = rest.split_at(len);
                    let end = now.last().map_or(first, |p| p[0]) as usize + 1;
                    let first = first as usize;
                    let window = self.read(x, batch, first * inner..end * inner)?;
                    let bytes = elements::<u8>(&window);
                    for &[row, i] in now {
                        let from = (row as usize - first) * size;
                        to[i as usize * size..][..size].copy_from_slice(&bytes[from..][..size]);
                    }
                    rest = later;
                }
                self.write(batch, (outer * m + part.start) * inner, &out)?;
                self.step()?;
            }
        }
        Ok(())
    }

    /// Rows written by positions: of a window of rows those that lie in it, in their order.
    pub(super) fn scatter(&self, batch: usize, put: Put) -> Result<(), RunError> {
        let parts = &self.parts;
        let Routine::Movement(Movement::Scatter { axes, fold }) = parts.routine else {
            return Err(RunError::Bug("no scatter".into()));
        };
        let axes = axes as usize;
        let (x, values) = (parts.operands[0], parts.operands[axes + 1]);
        let (core, m) = (parts.core(x), parts.core(parts.operands[1])[0]);
        let inner = *core.last().expect("rows");
        let rows: usize = core[1..=axes].iter().product();
        let size = inner * parts.dtype(x).size();
        let one = parts.core(values)[0] == 1 && core[0] * m != 1;
        for outer in 0..core[0] {
            for part in pieces(rows, put.window) {
                let first = outer * rows + part.start;
                let range = first * inner..(first + part.len()) * inner;
                let mut window = self.read(x, batch, range.clone())?;
                for updates in pieces(m, put.positions) {
                    let at = self.rows(batch, outer, updates.clone(), axes)?;
                    let at: &[u64] = elements(&at);
                    let inside =
                        |row: u64| (row as usize).checked_sub(first).filter(|&r| r < part.len());
                    let hits = at.iter().filter(|&&row| inside(row).is_some()).count();
                    if hits == 0 {
                        continue;
                    }
                    let mut positions = self.buffer(DType::I64, hits)?;
                    let found = at.iter().filter_map(|&row| inside(row));
                    let places: &mut [i64] = elements_mut(&mut positions);
                    places.iter_mut().zip(found).for_each(|(p, row)| *p = row as i64);
                    let (given, shape) = match one {
                        true => (self.read(values, batch, 0..inner)?, [1, inner]),
                        false => {
                            let from = outer * m + updates.start;
                            let to = from + updates.len();
                            let all = self.read(values, batch, from * inner..to * inner)?;
                            let mut given = self.buffer(all.dtype(), hits * inner)?;
                            let rows = elements::<u8>(&all).chunks_exact(size);
                            let wanted = rows.zip(at).filter(|(_, row)| inside(**row).is_some());
                            let to = own(&mut given).chunks_exact_mut(size);
                            to.zip(wanted).for_each(|(to, (from, _))| to.copy_from_slice(from));
                            (given, [hits, inner])
                        }
                    };
                    let base = [1, part.len(), inner];
                    let count = [hits];
                    let operands =
                        [(&window, &base[..]), (&positions, &count[..]), (&given, &shape[..])];
                    window = self.routine(Movement::Scatter { axes: 1, fold }.into(), &operands)?;
                }
                self.write(batch, range.start, &window)?;
                self.step()?;
            }
        }
        Ok(())
    }
}
