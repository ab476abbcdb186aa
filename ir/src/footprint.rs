//! What one task of a plan reads and writes: boxes of values, exact enough to ship.
//!
//! A task is a pure function of the boxes it reads. Whoever runs tasks somewhere else sends those
//! and gets the written ones back.

use crate::fold::{COL_BLOCK, ROW_BLOCK};
use crate::plan::{Access, Blockwise, Output, Plan, Stage, StepKind, ValueId};
use crate::shape::{IndexMap, Shape, count};
use serde::{Deserialize, Serialize};

/// A box of a value: the elements from `start` on, `shape` of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// The value (an alias stands for itself).
    pub value: ValueId,
    /// First index per dimension.
    pub start: Shape,
    /// Size per dimension.
    pub shape: Shape,
}

/// First index and size per dimension, not 0.
pub type Region = Vec<(usize, usize)>;

/// The boxes that a task reads and writes, one per value.
pub struct Footprint {
    /// Read; what the task itself writes first is not among them.
    pub reads: Vec<Part>,
    /// Written.
    pub writes: Vec<Part>,
}

/// The footprint of task number `task` of a stage of a verified plan.
pub fn footprint(plan: &Plan, stage: &Stage, task: usize) -> Footprint {
    let (positions, chunk) = plan.work(stage, task);
    let regions = positions.filter_map(|position| {
        let region = plan.region(stage, position, chunk);
        let step = &plan.steps[stage.steps[position] as usize];
        (region.iter().all(|r| r.1 > 0)).then(|| (position, plan.extended(step, region)))
    });
    of_regions(plan, stage, &regions.collect::<Vec<_>>())
}

/// The footprint of steps of a stage, given by their positions, over regions of their extended
/// spaces ([`Plan::extent`]), one after the other.
pub fn of_regions(plan: &Plan, stage: &Stage, regions: &[(usize, Region)]) -> Footprint {
    let mut out = Footprint { reads: vec![], writes: vec![] };
    for (position, region) in regions {
        step(plan, stage, *position, region, &mut out);
    }
    out
}

/// Adds the box of `map` over `region` (first index and size per dimension).
fn read(out: &mut Footprint, plan: &Plan, value: ValueId, map: &IndexMap, region: &Region) {
    if out.writes.iter().any(|w| w.value == plan.stored(value)) {
        return;
    }
    let bounds = map.0.iter().map(|m| {
        let (low, high) = m.bounds(region);
        (low as usize, high as usize)
    });
    let (start, end): (Shape, Shape) = bounds.unzip();
    join(&mut out.reads, value, start, end);
}

/// Widens the value's box to hold `start..=end`.
fn join(parts: &mut Vec<Part>, value: ValueId, start: Shape, end: Shape) {
    let sizes = |s: &Shape, e: &Shape| s.iter().zip(e).map(|(a, b)| b + 1 - a).collect();
    match parts.iter_mut().find(|p| p.value == value) {
        Some(p) => {
            for d in 0..start.len() {
                let last = (p.start[d] + p.shape[d] - 1).max(end[d]);
                p.start[d] = p.start[d].min(start[d]);
                p.shape[d] = last + 1 - p.start[d];
            }
        }
        None => parts.push(Part { value, shape: sizes(&start, &end), start }),
    }
}

fn whole(out: &mut Footprint, value: ValueId, region: &Region) {
    let start = region.iter().map(|r| r.0).collect();
    let end = region.iter().map(|r| r.0 + r.1 - 1).collect();
    join(&mut out.writes, value, start, end);
}

fn step(plan: &Plan, stage: &Stage, position: usize, region: &Region, out: &mut Footprint) {
    let kind = &plan.steps[stage.steps[position] as usize].kind;
    let identity = |value: ValueId| IndexMap::identity(plan[value].shape.len());
    match kind {
        StepKind::Blockwise(b) => blockwise(plan, b, region, out),
        StepKind::Combine { axis, parts, out: to, .. } => {
            let mut from = region.clone();
            from.insert(*axis as usize, (0, plan[*parts].shape[*axis as usize]));
            read(out, plan, *parts, &identity(*parts), &from);
            whole(out, *to, region);
        }
        StepKind::Scan { input, map, out: to, .. } => {
            read(out, plan, *input, map, region);
            whole(out, *to, region);
        }
        StepKind::Contract { lhs, lhs_map, rhs, rhs_map, out: to, .. } => {
            let rank = region.len() - 1;
            let (mut l, mut r) = (region[..rank].to_vec(), region[..rank].to_vec());
            l[rank - 1] = region[rank];
            r[rank - 2] = region[rank];
            read(out, plan, *lhs, lhs_map, &l);
            read(out, plan, *rhs, rhs_map, &r);
            whole(out, *to, &region[..rank].to_vec());
        }
        StepKind::Extern { routine, operands, out: to } => {
            let batch = &region[..region.len() - 1];
            let core = |value: ValueId| plan[value].shape[batch.len()..].iter().map(|&n| (0, n));
            for (i, &value) in operands.iter().enumerate() {
                let mut wanted: Region = batch.iter().copied().chain(core(value)).collect();
                if let Some(rows) = wanted.get_mut(batch.len()) {
                    let needed = routine.family().rows_of(i, region[batch.len()], rows.1);
                    *rows = needed.unwrap_or(*rows);
                }
                if wanted.iter().all(|r| r.1 > 0) {
                    read(out, plan, value, &identity(value), &wanted);
                }
            }
            let mut written: Region = batch.iter().copied().chain(core(*to)).collect();
            if let Some(rows) = written.get_mut(batch.len())
                && plan.space(&plan.steps[stage.steps[position] as usize])[batch.len()] == rows.1
            {
                *rows = region[batch.len()];
            }
            if written.iter().all(|r| r.1 > 0) {
                whole(out, *to, &written);
            }
        }
    }
}

/// The box that holds blocks of `block` row-major positions each of an array of this shape.
fn folded(shape: &[usize], blocks: (usize, usize), block: usize) -> Region {
    let end = ((blocks.0 + blocks.1) * block).min(count(shape));
    let mut ends = (blocks.0 * block, end.saturating_sub(1));
    let mut inner = count(shape);
    let mut region: Region = vec![];
    for (d, &n) in shape.iter().enumerate() {
        inner /= n.max(1);
        let (first, last) = (ends.0 / inner.max(1), ends.1 / inner.max(1));
        region.push((first, last + 1 - first));
        if first != last {
            region.extend(shape[d + 1..].iter().map(|&n| (0, n)));
            break;
        }
        ends = (ends.0 % inner.max(1), ends.1 % inner.max(1));
    }
    region
}

fn blockwise(plan: &Plan, b: &Blockwise, region: &Region, out: &mut Footprint) {
    let domain: Region = match &b.output {
        Output::Store { .. } => region.clone(),
        Output::Rows { kept, .. } => {
            let kept = *kept as usize;
            let folded = folded(&b.domain[kept..], region[kept], ROW_BLOCK);
            [&region[..kept], &folded].concat()
        }
        Output::Cols { outer, reduced, .. } => {
            let (o, r) = (*outer as usize, *reduced as usize);
            let folded = folded(&b.domain[o..o + r], region[o], COL_BLOCK);
            [&region[..o], &folded, &region[o + 1..]].concat()
        }
    };
    for access in &b.operands {
        if let Access::Memory { value, map } = access {
            read(out, plan, *value, map, &domain);
        }
    }
    match &b.output {
        Output::Rows { parts, .. } | Output::Cols { parts, .. } => whole(out, *parts, region),
        Output::Store { value, start, step } => {
            let ends = region.iter().enumerate().map(|(d, &(first, n))| {
                let at = |i: usize| start[d] + step[d] * i as i64;
                let (a, b) = (at(first), at(first + n - 1));
                (a.min(b) as usize, a.max(b) as usize)
            });
            let (low, high): (Shape, Shape) = ends.unzip();
            // A store with gaps leaves elements in between as they were.
            if (0..region.len()).any(|d| region[d].1 > 1 && step[d].abs() != 1) {
                join(&mut out.reads, *value, low.clone(), high.clone());
            }
            join(&mut out.writes, *value, low, high);
        }
    }
}
