//! What one task of a plan reads and writes: boxes of values, exact enough to ship.
//!
//! A task is a pure function of the boxes it reads. Whoever runs tasks somewhere else sends those
//! and gets the written ones back.

use crate::plan::{Access, Blockwise, Output, Plan, Stage, StepKind, ValueId};
use crate::shape::{IndexMap, Shape};
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

type Region = Vec<(usize, usize)>;

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
    let mut out = Footprint { reads: vec![], writes: vec![] };
    for position in positions {
        let region = plan.region(stage, position, chunk);
        if region.iter().any(|r| r.1 == 0) {
            continue;
        }
        step(plan, stage, position, &region, &mut out);
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
        StepKind::Scan { axis, input, map, out: to, .. } => {
            let mut lines = region.clone();
            lines[*axis as usize] = (0, plan[*to].shape[*axis as usize]);
            read(out, plan, *input, map, &lines);
            whole(out, *to, &lines);
        }
        StepKind::Contract { lhs, lhs_map, rhs, rhs_map, inner, out: to } => {
            let rank = region.len();
            let (mut l, mut r) = (region.clone(), region.clone());
            l[rank - 1] = (0, *inner);
            r[rank - 2] = (0, *inner);
            read(out, plan, *lhs, lhs_map, &l);
            read(out, plan, *rhs, rhs_map, &r);
            whole(out, *to, region);
        }
        StepKind::Extern { operands, out: to, .. } => {
            let batch = &region[..region.len() - 1];
            let core = |value: ValueId| plan[value].shape[batch.len()..].iter().map(|&n| (0, n));
            for &value in operands {
                let wanted: Region = batch.iter().copied().chain(core(value)).collect();
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

fn blockwise(plan: &Plan, b: &Blockwise, region: &Region, out: &mut Footprint) {
    let full = |dims: &[usize]| dims.iter().map(|&n| (0, n)).collect::<Region>();
    let domain: Region = match &b.output {
        Output::Store { .. } => region.clone(),
        Output::Rows { kept, .. } => {
            let kept = *kept as usize;
            [&region[..kept], &full(&b.domain[kept..])].concat()
        }
        Output::Cols { outer, reduced, .. } => {
            let (o, r) = (*outer as usize, *reduced as usize);
            [&region[..o], &full(&b.domain[o..o + r]), &region[o + 1..]].concat()
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
