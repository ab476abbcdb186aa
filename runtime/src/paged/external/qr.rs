//! The orthogonal factorization of matrices that do not fit into memory, some columns at a time.
//!
//! State before: a matrix, and the number of columns that a layout chose. State after: `Q` and `R`, or
//! `R` alone, the bits of the routine in memory: panels of reflections, and the blocks of columns that
//! they reflect, lie on one grid, whatever the number.
//!
//! Left-looking: columns are read whole, reflected by the panels before them as these are read
//! again, factored and spilled. `Q` is made of columns of the identity, which the panels reflect from
//! the last to the first. On disk the matrices are transposed, so that columns lie together.

use super::dense::{first, numbers};
use super::{External, Outside, Parts, Plot, elements, own, pieces};
use crate::buffer::Buffer;
use crate::engine::RunError;
use crate::paged::spill::Spilled;
use arr_ir::routine::{Factor, Numbers, REFLECTED, REFLECTIONS, Routine};
use std::ops::Range;
use std::sync::Arc;

/// What is at hand at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reflected {
    /// Columns: whole blocks of those that are reflected.
    pub columns: usize,
}

impl Reflected {
    /// Rows of an `[m, n]` matrix that are written at once.
    fn rows(self, m: usize, n: usize) -> usize {
        (m * self.columns / n).max(1)
    }
}

/// Numbers of a column of a panel in memory: a panel takes a row of a block of columns.
fn height(m: usize) -> usize {
    m.max(REFLECTED / REFLECTIONS)
}

/// Numbers in memory for matrices of `m` rows: columns and a panel, and the coefficients of both.
fn room(m: usize, columns: usize) -> usize {
    (height(m) + REFLECTIONS) * (columns + REFLECTIONS)
}

/// Columns of `Q`.
fn orthogonal(factor: Factor, m: usize, n: usize) -> usize {
    match factor {
        Factor::Qr { complete: true } => m,
        Factor::Qr { complete: false } => m.min(n),
        _ => 0,
    }
}

pub(super) fn plot(parts: &Parts<'_>, factor: Factor, budget: usize) -> Option<Plot> {
    let core = parts.core(parts.operands[0]);
    let (m, n, k) = (core[0], core[1], core[0].min(core[1]));
    let size = numbers(parts)?.size();
    let q = orthogonal(factor, m, n);
    let most = (budget / size).checked_sub(k)?;
    let fitting = (most / (height(m) + REFLECTIONS)).saturating_sub(REFLECTIONS);
    let widest = n.max(q);
    let columns = fitting.min(height(m) * REFLECTIONS).min(widest.next_multiple_of(REFLECTED));
    let columns = columns / REFLECTED * REFLECTED;
    if columns == 0 {
        return None;
    }
    // Parts of about one size.
    let parts_needed = widest.div_ceil(columns);
    let columns = widest.div_ceil(parts_needed).next_multiple_of(REFLECTED).min(columns);
    let panels = |done: usize| {
        let done = done.min(k) as u64;
        (2 * m as u64 - done) * done / 2 + done * REFLECTIONS as u64
    };
    let (all, orthogonal, upper) = (m * n, m * q, k.max(q) * n);
    let again: u64 = pieces(n, columns).map(|p| panels(p.start)).sum();
    let formed: u64 = pieces(q, columns).map(|p| panels(p.end)).sum();
    let transposed = if q > columns { orthogonal } else { 0 };
    let spilled = (all + k * REFLECTIONS + transposed) as u64;
    let bytes = |numbers: u64| numbers * (size * parts.batches()) as u64;
    Some(Plot {
        external: External::Reflect(Reflected { columns }),
        bytes: (room(m, columns) + k) * size,
        spilled: spilled * size as u64,
        traffic: (
            bytes((all + upper + transposed) as u64 + again + formed),
            bytes((upper + orthogonal) as u64 + spilled),
        ),
    })
}

/// A matrix being factored.
struct Factoring {
    m: usize,
    /// How many reflections there are.
    k: usize,
    c: Reflected,
    numbers: Numbers,
    /// The reflections and `R` above them, transposed.
    factors: Arc<Spilled>,
    /// The coefficients of the panels, one after the other, transposed.
    coefficients: Arc<Spilled>,
    diagonal: Buffer,
    columns: Buffer,
    panel: Buffer,
    /// The coefficients of the columns at hand.
    own: Buffer,
    /// The coefficients of a panel.
    tile: Buffer,
}

impl Outside<'_, '_> {
    /// `Q` and `R`, or `R` alone.
    pub(super) fn reflect(&self, batch: usize, c: Reflected) -> Result<(), RunError> {
        let Routine::Linalg(linalg) = self.parts.routine else {
            return Err(RunError::Bug("no factorization".into()));
        };
        let a = self.parts.operands[0];
        let (m, n) = (self.parts.core(a)[0], self.parts.core(a)[1]);
        let (numbers, k) = (self.numbers()?, m.min(n));
        let mut f = Factoring {
            m,
            k,
            c,
            numbers,
            factors: self.scratch_array(numbers, [n, m], [REFLECTIONS, c.rows(m, n)])?,
            coefficients: self.scratch_array(numbers, [k, REFLECTIONS], [REFLECTIONS; 2])?,
            diagonal: self.room(numbers, k)?,
            columns: self.room(numbers, m * c.columns)?,
            panel: self.room(numbers, height(m) * REFLECTIONS)?,
            own: self.room(numbers, REFLECTIONS * c.columns)?,
            tile: self.room(numbers, REFLECTIONS * REFLECTIONS)?,
        };
        for columns in pieces(n, c.columns) {
            self.read_columns(a, batch, &columns, &mut f.columns, &mut f.panel)?;
            for panel in pieces(k.min(columns.start), REFLECTIONS) {
                self.reflect_by(&mut f, 0..columns.len(), &panel, false)?;
            }
            self.factor_reflections(&mut f, &columns)?;
            self.step()?;
        }
        let q = orthogonal(linalg.factor, m, n);
        let (by, rows) = ((&mut f.columns, &mut f.panel), k.max(q));
        self.write_transposed((batch, m * q), (&f.factors, rows), by, Some(&f.diagonal))?;
        self.write_orthogonal(&mut f, batch, q)
    }

    /// Reflects some of the columns at hand by a panel.
    fn reflect_by(
        &self,
        f: &mut Factoring,
        columns: Range<usize>,
        panel: &Range<usize>,
        back: bool,
    ) -> Result<(), RunError> {
        let (m, numbers, size) = (f.m, f.numbers, f.numbers.size());
        let rows = panel.start..m;
        let at_hand = first(&mut f.panel, panel.len() * rows.len() * size);
        self.fetch_block(&f.factors, &(panel.clone(), rows), at_hand)?;
        let tile = first(&mut f.tile, panel.len() * REFLECTIONS * size);
        self.fetch_block(&f.coefficients, &(panel.clone(), 0..REFLECTIONS), tile)?;
        let columns = &mut own(&mut f.columns)[columns.start * m * size..columns.end * m * size];
        let team = self.run.engine.team(usize::MAX);
        numbers.qr_reflect((columns, m), panel.start, (at_hand, tile), back, &team);
        self.go_on()
    }

    /// Factors columns at hand that earlier panels reflected, and spills them.
    fn factor_reflections(
        &self,
        f: &mut Factoring,
        columns: &Range<usize>,
    ) -> Result<(), RunError> {
        let (m, numbers, size) = (f.m, f.numbers, f.numbers.size());
        let reflected = columns.start.min(f.k)..columns.end.min(f.k);
        if !reflected.is_empty() {
            let at_hand = first(&mut f.columns, columns.len() * m * size);
            let own_bytes = reflected.len() * REFLECTIONS * size;
            let coefficients = first(&mut f.own, own_bytes);
            let team = self.run.engine.team(usize::MAX);
            numbers.qr_factor((at_hand, m), columns.start, coefficients, &team);
            for (j, i) in reflected.clone().enumerate() {
                let number = &at_hand[(j * m + i) * size..][..size];
                own(&mut f.diagonal)[i * size..][..size].copy_from_slice(number);
            }
            self.put_block(&f.coefficients, &(reflected, 0..REFLECTIONS), &f.own)?;
        }
        self.put_block(&f.factors, &(columns.clone(), 0..m), &f.columns)
    }

    /// Makes and writes `q` columns of `Q`.
    fn write_orthogonal(&self, f: &mut Factoring, batch: usize, q: usize) -> Result<(), RunError> {
        let (m, c, numbers, size) = (f.m, f.c, f.numbers, f.numbers.size());
        let transposed = match q > c.columns {
            true => Some(self.scratch_array(numbers, [q, m], [REFLECTIONS, c.rows(m, q)])?),
            false => None,
        };
        for columns in pieces(q, c.columns) {
            self.unit_columns(&columns, m, &mut f.columns)?;
            let panels: Vec<_> = pieces(f.k.min(columns.end), REFLECTIONS).collect();
            for panel in panels.into_iter().rev() {
                let before = panel.start.saturating_sub(columns.start) / REFLECTED * REFLECTED;
                self.reflect_by(f, before..columns.len(), &panel, true)?;
            }
            let at_hand = first(&mut f.columns, columns.len() * m * size);
            let own = columns.start.min(f.k) * size..columns.end.min(f.k) * size;
            numbers.qr_turn((at_hand, m), &elements::<u8>(&f.diagonal)[own]);
            match &transposed {
                Some(to) => self.put_block(to, &(columns, 0..m), &f.columns)?,
                None => self.write_columns((batch, 0), (&f.columns, m, q), &mut f.panel)?,
            }
            self.step()?;
        }
        match transposed {
            Some(from) => {
                let by = (&mut f.columns, &mut f.panel);
                self.write_transposed((batch, 0), (&from, m), by, None)
            }
            None => Ok(()),
        }
    }
}
