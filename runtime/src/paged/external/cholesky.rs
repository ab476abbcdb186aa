//! Cholesky's factor of matrices that do not fit into memory, block by block.
//!
//! State before: a positive definite matrix, and the side of the square blocks that a layout chose.
//! State after: its lower triangular factor, the bits of the routine in memory: all products are of
//! tiles on one grid, in the order of the columns, whatever the side.
//!
//! Left-looking: a block is read, what the columns of the factor before it give is subtracted as
//! they are read again, tile by tile wide, and it is divided by the block on the diagonal. With
//! blocks of side `s` that reads `n^3 / 3 s` numbers, of the order of the least possible (Irony,
//! Toledo, Tiskin 2004).

use super::dense::{first, numbers};
use super::{External, Outside, Parts, Plot, pieces};
use crate::engine::RunError;
use arr_ir::routine::TILE;

/// The side of the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Rows and columns: whole tiles.
    pub side: usize,
}

/// Numbers in memory for matrices of `n` rows: a block, or a row, two panels, and the tile on the
/// diagonal.
fn room(n: usize, side: usize) -> usize {
    (side * side).max(n) + 2 * side * TILE + TILE * TILE
}

pub(super) fn plot(parts: &Parts<'_>, budget: usize) -> Option<Plot> {
    let n = parts.core(parts.operands[0])[0];
    let size = numbers(parts)?.size();
    let most = budget / size;
    let whole = n.next_multiple_of(TILE);
    let mut side = TILE;
    while side < whole && room(n, side + TILE) <= most {
        side += TILE;
    }
    if room(n, side) > most {
        return None;
    }
    // Blocks of about one size.
    let blocks = n.div_ceil(side);
    let side = n.div_ceil(blocks).next_multiple_of(TILE).min(side);
    let mut read = 0u64;
    for (j, columns) in pieces(n, side).enumerate() {
        let below = (n - columns.start) as u64;
        let again = (blocks - j) as u64 * columns.len() as u64 * columns.end as u64;
        read += below * (columns.len() + columns.start) as u64 + again;
    }
    let all = (n * n) as u64;
    let bytes = |numbers: u64| numbers * (size * parts.batches()) as u64;
    Some(Plot {
        external: External::Cholesky(Blocks { side }),
        bytes: room(n, side) * size,
        spilled: all * size as u64,
        traffic: (bytes(read + all), bytes(all / 2 + all)),
    })
}

impl Outside<'_, '_> {
    /// The factor of a matrix.
    pub(super) fn cholesky(&self, batch: usize, Blocks { side }: Blocks) -> Result<(), RunError> {
        let a = self.parts.operands[0];
        let n = self.parts.core(a)[0];
        let numbers = self.numbers()?;
        let (size, team) = (numbers.size(), self.run.engine.team(usize::MAX));
        let factor = self.scratch_array(numbers, [n, n], [side, TILE])?;
        let mut block = self.room(numbers, (side * side).max(n))?;
        let panels = [self.room(numbers, side * TILE)?, self.room(numbers, side * TILE)?];
        let [mut left, mut right] = panels;
        for columns in pieces(n, side) {
            let width = columns.len();
            for below in pieces(n - columns.start, side) {
                let rows = below.start + columns.start..below.end + columns.start;
                let (height, diagonal) = (rows.len(), rows.start == columns.start);
                let sides = (rows.clone(), columns.clone());
                let bytes = height * width * size;
                self.read_block(a, batch, &sides, first(&mut block, bytes))?;
                for before in pieces(columns.start, TILE) {
                    let (l, r) = (height * before.len() * size, width * before.len() * size);
                    let upper = (columns.clone(), before.clone());
                    let right = first(&mut right, r);
                    self.fetch_block(&factor, &upper, right)?;
                    let left = first(&mut left, l);
                    match diagonal {
                        true => left.copy_from_slice(right),
                        false => self.fetch_block(&factor, &(rows.clone(), before), left)?,
                    }
                    let target = (first(&mut block, bytes), width);
                    numbers.cholesky_subtract(target, left, right, diagonal, &team);
                    self.go_on()?;
                }
                if diagonal {
                    let block = first(&mut block, bytes);
                    numbers.cholesky(block, width, &team).map_err(RunError::Value)?;
                } else {
                    for tile in pieces(width, TILE) {
                        let at = columns.start + tile.start;
                        let panel = (at..columns.end, at..at + tile.len());
                        let r = (width - tile.start) * tile.len() * size;
                        self.fetch_block(&factor, &panel, first(&mut right, r))?;
                        let target = (first(&mut block, bytes), width);
                        numbers.cholesky_divide(target, tile.start, first(&mut right, r), &team);
                        self.go_on()?;
                    }
                }
                self.put_block(&factor, &sides, &block)?;
                self.step()?;
            }
        }
        drop((left, right));
        self.write_rows(batch, &factor, &mut block)
    }
}
