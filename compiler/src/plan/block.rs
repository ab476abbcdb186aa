//! Chunk shapes: how each step's task space is cut.
//!
//! A chunk is large enough that starting a task does not show, and small enough that there are
//! tasks for every core and a chunk's working set stays in cache. A step that reads an operand
//! across its columns gets square chunks, so that every cache line it touches is used up.

use super::Config;
use arr_ir::fold::{COL_BLOCK, ROW_BLOCK};
use arr_ir::plan::{Access, Blockwise, Output, Plan, Step, StepKind, TaskOrder, are_transposed};
use arr_ir::shape::{Shape, count};

/// Elements per task of an elementwise step.
const TASK: usize = 64 * 1024;
/// Side of a square chunk.
const SIDE: usize = 256;
/// Columns per task of a column fold.
const FOLD_COLUMNS: usize = 2048;
/// Columns that a task of a scan down the columns takes at least: whole pages of memory.
const SCAN_COLUMNS: usize = 512;
/// Rows and columns per task of a contraction.
pub const CONTRACT_SIDE: usize = 768;

/// Blocks that a large product has at least, where they are no smaller than this.
const CONTRACT_TASKS: usize = 8;
const CONTRACT_LEAST: usize = 64;

/// Terms of the products that a task computes at least, if there are as many.
const CONTRACT_TERMS: usize = 1 << 20;

/// Chooses the chunk shape of every step.
pub fn block(plan: &mut Plan, config: &Config) {
    let chunks: Vec<Shape> = plan.steps.iter().map(|s| chunk(plan, s, config)).collect();
    let orders: Vec<TaskOrder> =
        plan.steps.iter().zip(&chunks).map(|(s, c)| order(plan, s, c)).collect();
    for ((step, chunk), order) in plan.steps.iter_mut().zip(chunks).zip(orders) {
        step.chunk = chunk;
        step.order = order;
    }
}

/// Chunks of a square that is read across go in mirrored pairs.
fn order(plan: &Plan, step: &Step, chunk: &[usize]) -> TaskOrder {
    let space = plan.space(step);
    let square = space.len() == 2 && space[0] == space[1] && chunk[0] == chunk[1];
    match &step.kind {
        StepKind::Blockwise(b) if square && crossed(plan, b).is_some() => TaskOrder::Mirrored,
        _ => TaskOrder::RowMajor,
    }
}

fn chunk(plan: &Plan, step: &Step, config: &Config) -> Shape {
    let space = plan.space(step);
    let contract = matches!(step.kind, StepKind::Contract { .. });
    if let (Some(size), false) = (config.chunk, contract) {
        return space.iter().map(|&n| size.clamp(1, n.max(1))).collect();
    }
    match &step.kind {
        StepKind::Blockwise(b) => match &b.output {
            Output::Store { .. } => match crossed(plan, b) {
                Some(dim) => square(&space, dim),
                None => leading(&space, TASK),
            },
            Output::Rows { kept, .. } => {
                let elements = count(&b.domain[*kept as usize..]).max(1);
                match crossed(plan, b) {
                    Some(dim) if dim < *kept as usize && elements > COL_BLOCK => {
                        side_by_side(&space, dim)
                    }
                    _ => leading(&space, (TASK / elements.min(ROW_BLOCK)).max(1)),
                }
            }
            Output::Cols { outer, .. } => columns(&space, *outer as usize),
        },
        StepKind::Contract { lhs, lhs_map, rhs, rhs_map, inner, .. } => {
            let rank = space.len();
            let (batches, matrix) = space.split_at(rank - 2);
            let terms = count(matrix).saturating_mul((*inner).max(1)).max(1);
            // Several small products make a task.
            let mut chunk = leading(batches, (CONTRACT_TERMS / terms).max(1));
            chunk.resize(rank, 1);
            let sides = match lhs == rhs && are_transposed(lhs_map, rhs_map, &space) {
                true => [gram_side(space[rank - 1], count(batches), terms); 2],
                false => sides([space[rank - 2], space[rank - 1]], count(batches), terms),
            };
            chunk[rank - 2..].copy_from_slice(&sides);
            chunk
        }
        StepKind::Combine { .. } => leading(&space, TASK),
        StepKind::Extern { operands, out, .. } => {
            // A lane's cost follows from what it reads and writes.
            let read: usize = operands.iter().map(|&v| count(&plan[v].shape)).sum();
            let lane = (read + count(&plan[*out].shape)) / count(&space).max(1);
            leading(&space, (TASK / lane.max(1)).max(1))
        }
        StepKind::Scan { out, axis, .. } => {
            let length = plan[*out].shape[*axis as usize].max(1);
            let along_memory = *axis as usize + 1 == space.len();
            leading(&space, (TASK / length).max(if along_memory { 1 } else { SCAN_COLUMNS }))
        }
    }
}

/// The block of a matrix product that a task computes. A product with many terms and few blocks
/// is cut further, so that there is work for several threads.
fn sides(matrix: [usize; 2], batches: usize, terms: usize) -> [usize; 2] {
    let mut sides = matrix.map(|n| n.clamp(1, CONTRACT_SIDE));
    let tasks = |sides: [usize; 2]| {
        matrix.iter().zip(sides).map(|(n, side)| n.div_ceil(side)).product::<usize>() * batches
    };
    while tasks(sides) < CONTRACT_TASKS && terms / tasks(sides).max(1) > 4 * CONTRACT_TERMS {
        let longer = usize::from(sides[1] > sides[0]);
        if sides[longer] < 2 * CONTRACT_LEAST {
            break;
        }
        sides[longer] = sides[longer].div_ceil(2).next_multiple_of(16);
    }
    sides
}

/// The side of the blocks of a matrix times its own transpose, of which those on one side of the
/// diagonal are computed.
fn gram_side(n: usize, batches: usize, terms: usize) -> usize {
    let mut side = n.clamp(1, CONTRACT_SIDE);
    let tasks = |side: usize| {
        let blocks = n.div_ceil(side);
        blocks * (blocks + 1) / 2 * batches
    };
    while tasks(side) < CONTRACT_TASKS
        && side >= 2 * CONTRACT_LEAST
        && terms / tasks(side).max(1) > 4 * CONTRACT_TERMS
    {
        side = side.div_ceil(2).next_multiple_of(16);
    }
    side
}

/// Whole trailing dimensions up to about `elements`, a part of the next, 1 of the others.
fn leading(space: &[usize], elements: usize) -> Shape {
    let mut left = elements.max(1);
    let mut chunk = Shape::from_elem(1, space.len());
    for d in (0..space.len()).rev() {
        chunk[d] = space[d].clamp(1, left);
        left = (left / space[d].max(1)).max(1);
        if chunk[d] < space[d] {
            break;
        }
    }
    chunk
}

/// The dimension that some operand has innermost in memory where the domain does not.
pub fn crossed(plan: &Plan, b: &Blockwise) -> Option<usize> {
    let last = b.domain.len().checked_sub(1)?;
    b.operands.iter().find_map(|access| {
        let Access::Memory { value, map } = access else { return None };
        let dims = map.0.iter().zip(&plan[*value].shape);
        // The last dimension of the value that varies is its contiguous one.
        let inner = dims.rev().find(|(m, n)| !m.is_fixed() && **n > 1)?.0;
        let crosses = map.0.iter().any(|m| m.uses(last)) || b.domain[last] > 1;
        let varying = map.0.iter().filter(|m| !m.is_fixed()).count();
        (!inner.uses(last) && crosses && varying > 1).then(|| inner.terms()[0].dim as usize)
    })
}

fn square(space: &[usize], dim: usize) -> Shape {
    let mut chunk = Shape::from_elem(1, space.len());
    chunk[dim] = space[dim].clamp(1, SIDE);
    let last = space.len() - 1;
    chunk[last] = space[last].clamp(1, SIDE);
    chunk
}

/// Long rows that lie side by side in memory: many of them, and a block of each.
fn side_by_side(space: &[usize], dim: usize) -> Shape {
    let mut chunk = Shape::from_elem(1, space.len());
    chunk[dim] = space[dim].clamp(1, SIDE);
    let units = space.len() - 1;
    chunk[units] = (SIDE / chunk[dim]).clamp(1, space[units].max(1));
    chunk
}

fn columns(space: &[usize], outer: usize) -> Shape {
    let inner = leading(&space[outer + 1..], FOLD_COLUMNS);
    let wide = count(&inner);
    let mut chunk = Shape::from_elem(1, outer + 1);
    chunk[outer] = (TASK / (COL_BLOCK * wide.max(1))).clamp(1, space[outer].max(1));
    chunk.extend(inner);
    chunk
}
