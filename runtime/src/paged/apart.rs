//! One value per way of reading: where boxes of values are at hand, `x[i, j]` and `x[j, i]` are
//! two boxes, not one that holds both. Neighbours, as in a stencil, share a box.

use arr_ir::plan::{Access, Plan, Stage, Step, StepKind, Storage, Value, ValueId};
use arr_ir::shape::{IndexMap, Shape, row_major};

/// Bytes from one reading to another up to which they share a box.
const NEAR: usize = 1 << 20;

/// A value, how it is read, and the name of the box.
type Reading = (ValueId, IndexMap, ValueId);

/// The plan, in which no step reads a value in two different ways: the second one reads an
/// alias. `limit` is how many bytes may be used. Values that a stage writes and reads itself stay
/// as they are.
pub fn apart(plan: &Plan, limit: usize) -> Plan {
    let near = NEAR.min(limit / 64);
    let mut plan = plan.clone();
    for s in 0..plan.stages.len() {
        let stage = &plan.stages[s];
        if is_loose(&plan, stage, limit) || plan.window_bytes(stage) > limit / 2 {
            (plan.stages[s].split, plan.stages[s].locals) = (None, vec![]);
        }
    }
    for stage in plan.stages.clone() {
        let written: Vec<ValueId> =
            stage.steps.iter().map(|&s| plan.written(&plan.steps[s as usize])).collect();
        let mut taken: Vec<ValueId> = vec![];
        // Kernels that go over the same domain together read one box.
        let mut together: Vec<(Way, ValueId, IndexMap, ValueId)> = vec![];
        for (position, &s) in stage.steps.iter().enumerate() {
            let mut step = plan.steps[s as usize].clone();
            let way = way(&stage, position, &step);
            let mut own: Vec<Reading> = vec![];
            let mut alias =
                |plan: &mut Plan, value: ValueId, map: &IndexMap, own: &mut Vec<Reading>| {
                    if written.contains(&plan.stored(value)) {
                        return value;
                    }
                    if let Some((_, _, found)) = own
                        .iter()
                        .find(|(v, m, _)| *v == value && are_near(&plan[value], m, map, near))
                    {
                        return *found;
                    }
                    let same = together
                        .iter()
                        .find(|(w, v, m, _)| way.is_some() && *w == way && *v == value && m == map);
                    if let Some((.., found)) = same {
                        own.push((value, map.clone(), *found));
                        return *found;
                    }
                    let named = match taken.contains(&value) {
                        true => again(plan, value),
                        false => value,
                    };
                    taken.push(value);
                    own.push((value, map.clone(), named));
                    together.push((way.clone(), value, map.clone(), named));
                    named
                };
            match &mut step.kind {
                StepKind::Blockwise(b) => {
                    for access in &mut b.operands {
                        if let Access::Memory { value, map } = access {
                            *value = alias(&mut plan, *value, map, &mut own);
                        }
                    }
                }
                StepKind::Contract { lhs, lhs_map, rhs, rhs_map, .. } => {
                    *lhs = alias(&mut plan, *lhs, lhs_map, &mut own);
                    // From `[.., i, k]` and from `[.., k, j]`: equal maps are different ways.
                    own.clear();
                    *rhs = alias(&mut plan, *rhs, rhs_map, &mut own);
                }
                _ => {}
            }
            plan.steps[s as usize] = step;
        }
    }
    plan
}

/// How a kernel of a stage whose tasks run all its steps goes over its elements: its domain and the
/// dimension that is cut.
type Way = Option<(Shape, u8)>;

fn way(stage: &Stage, position: usize, step: &Step) -> Way {
    match (&stage.split, &step.kind) {
        (Some(split), StepKind::Blockwise(b)) => Some((b.domain.clone(), split.dims[position])),
        _ => None,
    }
}

/// Whether the steps of a stage need each other only to read at the same time, and a chunk of it
/// is large for so many bytes.
fn is_loose(plan: &Plan, stage: &Stage, limit: usize) -> bool {
    let Some(split) = &stage.split else { return false };
    let steps = || stage.steps.iter().map(|&s| &plan.steps[s as usize]);
    let written: Vec<ValueId> = steps().map(|step| plan.written(step)).collect();
    let read: Vec<ValueId> =
        steps().flat_map(|step| plan.reads(step)).map(|v| plan.stored(v)).collect();
    let bytes: usize = read.iter().chain(&written).map(|&v| plan[v].bytes()).sum();
    let chunk = bytes / split.extent.max(1) * split.chunk;
    !read.iter().any(|v| written.contains(v)) && chunk > limit / 16
}

/// Whether two readings of a value go the same way, so many bytes from each other at most.
fn are_near(value: &Value, a: &IndexMap, b: &IndexMap, bytes: usize) -> bool {
    let strides = row_major(&value.shape);
    let apart = a.0.iter().zip(&b.0).zip(strides).map(|((a, b), stride)| {
        a.offset.abs_diff(b.offset).saturating_mul(stride.unsigned_abs() as u64)
    });
    let elements = apart.fold(0, u64::saturating_add);
    let same = a.0.iter().zip(&b.0).all(|(a, b)| a.terms() == b.terms());
    same && elements.saturating_mul(value.dtype.size() as u64) <= bytes as u64
}

fn again(plan: &mut Plan, value: ValueId) -> ValueId {
    let (dtype, shape) = (plan[value].dtype, plan[value].shape.clone());
    plan.values.push(Value { dtype, shape, storage: Storage::Alias(value) });
    ValueId(plan.values.len() as u32 - 1)
}
