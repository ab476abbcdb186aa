//! Gaussian elimination of matrices that do not fit into memory, some columns at a time.
//!
//! State before: a square matrix, perhaps right-hand sides, and the numbers of columns and rows that
//! a layout chose. State after: the solution, the inverse or the pivots, the bits of the routine in
//! memory: all products are of blocks on one grid, in the order of the panels, whatever the numbers.
//!
//! Left-looking: columns are read whole, so that pivots are chosen among all rows; what the panels
//! of `L` before them give is subtracted as they are read again, piece by piece, and they are
//! factored and spilled. Right-hand sides go the same way; then back, over the panels of `U`. On
//! disk the matrices are transposed, so that columns lie together.

use super::dense::{first, numbers};
use super::{External, Outside, Parts, Plot, elements, elements_mut, own, pieces};
use crate::buffer::Buffer;
use crate::engine::RunError;
use crate::paged::spill::Spilled;
use arr_ir::dtype::DType;
use arr_ir::plan::ValueId;
use arr_ir::routine::{Factor, Numbers, PANEL, ROWS, Routine};
use std::ops::Range;
use std::sync::Arc;

/// What is at hand at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Columns: whole panels.
    pub columns: usize,
    /// Rows of a piece of a panel.
    pub rows: usize,
}

/// Numbers in memory for matrices of `n` rows: columns, a piece and the block on the diagonal.
fn room(n: usize, c: Columns) -> usize {
    n * c.columns + PANEL * c.rows + PANEL * PANEL
}

pub(super) fn plot(parts: &Parts<'_>, factor: Factor, budget: usize) -> Option<Plot> {
    let n = parts.core(parts.operands[0])[0];
    let size = numbers(parts)?.size();
    // Swaps, and the numbers on the diagonal.
    let beside = n * (size_of::<usize>() + size);
    let most = budget.checked_sub(beside)? / size;
    let sides = match factor {
        Factor::Solve => parts.core(parts.operands[1])[1],
        Factor::Inverse => n,
        _ => 0,
    };
    let whole = n.next_multiple_of(PANEL);
    let mut rows = (most / 8 / PANEL / ROWS * ROWS).clamp(ROWS, n.next_multiple_of(ROWS));
    if room(n, Columns { columns: PANEL, rows }) > most {
        rows = ROWS;
    }
    let fitting = most.checked_sub(room(n, Columns { columns: 0, rows }))? / n;
    let columns = (fitting / PANEL * PANEL).min(whole).min(PANEL * rows);
    if columns == 0 {
        return None;
    }
    // Parts of about one size.
    let columns = n.div_ceil(n.div_ceil(columns)).next_multiple_of(PANEL).min(columns);
    let c = Columns { columns, rows };
    let triangle = |done: usize| (2 * n - done) as u64 * done as u64 / 2;
    let factored: u64 = pieces(n, columns).map(|p| triangle(p.start)).sum();
    let (all, solved) = ((n * n) as u64, (n * sides) as u64);
    let solving = sides.div_ceil(columns) as u64 * all;
    let transposed = if sides > columns { solved } else { 0 };
    let bytes = |numbers: u64| numbers * (size * parts.batches()) as u64;
    Some(Plot {
        external: External::Eliminate(c),
        bytes: room(n, c) * size + beside,
        spilled: (all + transposed) * size as u64,
        traffic: (
            bytes(all + factored + solving + solved + transposed),
            bytes(all + solved + transposed),
        ),
    })
}

/// A matrix being factored.
struct Elimination {
    n: usize,
    c: Columns,
    numbers: Numbers,
    /// The factors, transposed.
    factors: Arc<Spilled>,
    /// Of every row the swap, relative to it.
    swaps: Buffer,
    diagonal: Buffer,
    columns: Buffer,
    piece: Buffer,
    tile: Buffer,
}

impl Outside<'_, '_> {
    /// The solution, the inverse or the pivots.
    pub(super) fn eliminate(&self, batch: usize, c: Columns) -> Result<(), RunError> {
        let Routine::Linalg(linalg) = self.parts.routine else {
            return Err(RunError::Bug("no elimination".into()));
        };
        let a = self.parts.operands[0];
        let n = self.parts.core(a)[0];
        let numbers = self.numbers()?;
        let mut e = Elimination {
            n,
            c,
            numbers,
            factors: self.scratch_array(numbers, [n, n], [PANEL, c.rows])?,
            swaps: self.buffer(DType::U64, n)?,
            diagonal: self.room(numbers, n)?,
            columns: self.room(numbers, n * c.columns)?,
            piece: self.room(numbers, PANEL * c.rows)?,
            tile: self.room(numbers, PANEL * PANEL)?,
        };
        for columns in pieces(n, c.columns) {
            self.gather_columns(&mut e, Some(a), batch, &columns)?;
            self.forward(&mut e, columns.len(), columns.start)?;
            self.factor_columns(&mut e, &columns)?;
            self.step()?;
        }
        let (numbers, diagonal) = (e.numbers, elements::<u8>(&e.diagonal));
        let regular = || numbers.regular(diagonal).map_err(RunError::Value);
        match linalg.factor {
            Factor::Pivots => self.pivots(batch, &e),
            Factor::Inverse => {
                regular()?;
                self.solve(&mut e, None, batch, n)
            }
            _ => {
                regular()?;
                let sides = self.parts.operands[1];
                self.solve(&mut e, Some(sides), batch, self.parts.core(sides)[1])
            }
        }
    }

    /// Reads columns of a value; without one those of the identity.
    fn gather_columns(
        &self,
        e: &mut Elimination,
        value: Option<ValueId>,
        batch: usize,
        columns: &Range<usize>,
    ) -> Result<(), RunError> {
        match value {
            Some(value) => self.read_columns(value, batch, columns, &mut e.columns, &mut e.piece),
            None => self.unit_columns(columns, e.n, &mut e.columns),
        }
    }

    /// Brings columns at hand up to date with the panels before a column.
    fn forward(&self, e: &mut Elimination, width: usize, end: usize) -> Result<(), RunError> {
        let (n, numbers, size) = (e.n, e.numbers, e.numbers.size());
        let team = self.run.engine.team(usize::MAX);
        for panel in pieces(end, PANEL) {
            let at = (panel.start, panel.len());
            let tile = first(&mut e.tile, at.1 * at.1 * size);
            self.fetch_block(&e.factors, &(panel.clone(), panel.clone()), tile)?;
            let columns = first(&mut e.columns, width * n * size);
            let swaps = &elements::<usize>(&e.swaps)[panel.clone()];
            numbers.lu_top((columns, n), panel.start, tile, swaps, &team);
            for rows in pieces(n - panel.end, e.c.rows) {
                let rows = rows.start + panel.end..rows.end + panel.end;
                let piece = first(&mut e.piece, rows.len() * at.1 * size);
                self.fetch_block(&e.factors, &(panel.clone(), rows.clone()), piece)?;
                numbers.lu_subtract((columns, n), at, piece, rows.start, &team);
            }
            self.go_on()?;
        }
        Ok(())
    }

    /// Factors columns that are up to date, and spills them.
    fn factor_columns(&self, e: &mut Elimination, columns: &Range<usize>) -> Result<(), RunError> {
        let (n, size) = (e.n, e.numbers.size());
        let at_hand = first(&mut e.columns, columns.len() * n * size);
        let swaps = &mut elements_mut::<usize>(&mut e.swaps)[columns.clone()];
        let team = self.run.engine.team(usize::MAX);
        e.numbers.lu_factor((at_hand, n), columns.start, swaps, &team);
        for (j, i) in columns.clone().enumerate() {
            let number = &at_hand[(j * n + i) * size..][..size];
            own(&mut e.diagonal)[i * size..][..size].copy_from_slice(number);
        }
        self.put_block(&e.factors, &(columns.clone(), 0..n), &e.columns)
    }

    /// The diagonal of `U` and the sign of the permutation.
    fn pivots(&self, batch: usize, e: &Elimination) -> Result<(), RunError> {
        let numbers = e.numbers;
        self.write_numbers(batch, 0, &e.diagonal, e.n)?;
        let swapped = elements::<usize>(&e.swaps).iter().filter(|&&s| s != 0).count();
        let part = Numbers { complex: false, ..numbers };
        let (sign, size) = part.whole(if swapped % 2 == 1 { -1 } else { 1 });
        let mut last = self.room(part, 1)?;
        own(&mut last).copy_from_slice(&sign[..size]);
        self.write(batch, e.n * numbers.size() / size, &last)
    }

    /// The solutions for `c` right-hand sides; without any those of the identity.
    fn solve(
        &self,
        e: &mut Elimination,
        sides: Option<ValueId>,
        batch: usize,
        c: usize,
    ) -> Result<(), RunError> {
        let n = e.n;
        let transposed = match c > e.c.columns {
            true => Some(self.scratch_array(e.numbers, [c, n], [PANEL, e.c.rows])?),
            false => None,
        };
        for columns in pieces(c, e.c.columns) {
            self.gather_columns(e, sides, batch, &columns)?;
            self.forward(e, columns.len(), n)?;
            self.back(e, columns.len())?;
            match &transposed {
                Some(to) => self.put_block(to, &(columns, 0..n), &e.columns)?,
                None => self.write_columns((batch, 0), (&e.columns, n, c), &mut e.piece)?,
            }
            self.step()?;
        }
        match transposed {
            Some(from) => {
                let by = (&mut e.columns, &mut e.piece);
                self.write_transposed((batch, 0), (&from, n), by, None)
            }
            None => Ok(()),
        }
    }

    /// Solves with `U`.
    fn back(&self, e: &mut Elimination, width: usize) -> Result<(), RunError> {
        let (n, numbers, size) = (e.n, e.numbers, e.numbers.size());
        let team = self.run.engine.team(usize::MAX);
        for start in (0..n).step_by(PANEL).rev() {
            let panel = start..n.min(start + PANEL);
            let at = (start, panel.len());
            let tile = first(&mut e.tile, at.1 * at.1 * size);
            self.fetch_block(&e.factors, &(panel.clone(), panel.clone()), tile)?;
            let columns = first(&mut e.columns, width * n * size);
            numbers.lu_bottom((columns, n), start, tile, at.1, &team);
            for rows in pieces(start, e.c.rows) {
                let piece = first(&mut e.piece, rows.len() * at.1 * size);
                self.fetch_block(&e.factors, &(panel.clone(), rows.clone()), piece)?;
                numbers.lu_subtract((columns, n), at, piece, rows.start, &team);
            }
            self.go_on()?;
        }
        Ok(())
    }
}
