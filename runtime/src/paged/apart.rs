//! One value per way of reading: where boxes of values are at hand, `x[i, j]` and `x[j, i]` are
//! two boxes, not one that holds both.

use arr_ir::plan::{Access, Plan, StepKind, Storage, Value, ValueId};

/// The plan, in which no step reads a value through two different index maps: the second one
/// reads an alias. Values that a stage writes and reads itself stay as they are.
pub fn apart(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for stage in plan.stages.clone() {
        let written: Vec<ValueId> =
            stage.steps.iter().map(|&s| plan.written(&plan.steps[s as usize])).collect();
        let mut taken: Vec<ValueId> = vec![];
        for &s in &stage.steps {
            let mut step = plan.steps[s as usize].clone();
            let mut own: Vec<(ValueId, arr_ir::shape::IndexMap, ValueId)> = vec![];
            let mut alias = |plan: &mut Plan, value: ValueId, map: &arr_ir::shape::IndexMap| {
                if written.contains(&plan.stored(value)) {
                    return value;
                }
                if let Some((_, _, found)) = own.iter().find(|(v, m, _)| *v == value && m == map) {
                    return *found;
                }
                let named = match taken.contains(&value) {
                    true => again(plan, value),
                    false => value,
                };
                taken.push(value);
                own.push((value, map.clone(), named));
                named
            };
            match &mut step.kind {
                StepKind::Blockwise(b) => {
                    for access in &mut b.operands {
                        if let Access::Memory { value, map } = access {
                            *value = alias(&mut plan, *value, map);
                        }
                    }
                }
                StepKind::Contract { lhs, lhs_map, rhs, rhs_map, .. } => {
                    *lhs = alias(&mut plan, *lhs, lhs_map);
                    *rhs = alias(&mut plan, *rhs, rhs_map);
                }
                _ => {}
            }
            plan.steps[s as usize] = step;
        }
    }
    plan
}

fn again(plan: &mut Plan, value: ValueId) -> ValueId {
    let (dtype, shape) = (plan[value].dtype, plan[value].shape.clone());
    plan.values.push(Value { dtype, shape, storage: Storage::Alias(value) });
    ValueId(plan.values.len() as u32 - 1)
}
