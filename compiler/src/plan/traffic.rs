//! What a plan moves through memory and computes, counted from the plan alone.
//!
//! Before: any verified plan. After: totals over its stages, for measures of how near a run comes
//! to what the machine can do. Assumed is what the plan aims at: what the steps of one task share
//! is in the cache the second time, windows of one array that differ by a shift are read once,
//! an array that is also read transposed twice. So the bytes are the least that the plan moves.

use super::explain::written_bytes;
use arr_ir::plan::{Access, Blockwise, Output, Plan, Stage, StepKind, ValueId};
use arr_ir::shape::{DimMap, IndexMap, count};
use rustc_hash::FxHashMap;

/// Bytes that memory gives at once.
const LINE: usize = 64;

/// What one run of a plan moves and computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Bytes read from memory.
    pub read: u64,
    /// Bytes written to memory.
    pub written: u64,
    /// Operations on elements, whatever an operator costs; none where a routine's are not known.
    pub operations: Option<u64>,
}

/// What one run of a plan moves and computes.
pub fn traffic(plan: &Plan) -> Traffic {
    let mut total = Traffic { operations: Some(0), ..Traffic::default() };
    for stage in &plan.stages {
        let is_local = |value: ValueId| stage.locals.iter().any(|l| l.0 == plan.stored(value));
        total.read += read(plan, stage, &is_local);
        for &step in &stage.steps {
            let step = &plan.steps[step as usize];
            if !is_local(plan.written(step)) {
                total.written += written_bytes(plan, step);
            }
            let more = operations(plan, &step.kind);
            total.operations = total.operations.zip(more).map(|(a, b)| a.saturating_add(b));
        }
    }
    total
}

/// The parts of one value that maps with the same steps read: elements one by one, lowest and
/// highest index.
#[derive(Default)]
struct Reading {
    elements: u64,
    bounds: Vec<(i64, i64)>,
}

/// Bytes that a stage reads: every step on its own, or, where a task runs them all, together.
fn read(plan: &Plan, stage: &Stage, is_local: &dyn Fn(ValueId) -> bool) -> u64 {
    let mut readings: FxHashMap<(u32, ValueId, IndexMap), Reading> = FxHashMap::default();
    let mut bytes = 0;
    for &number in &stage.steps {
        let owner = if stage.split.is_some() { 0 } else { number };
        let mut note = |value: ValueId, map: &IndexMap, domain: &[usize]| {
            if is_local(value) {
                return;
            }
            let steps = map.0.iter().map(origin).collect();
            let reading = readings.entry((owner, value, IndexMap(steps))).or_default();
            reading.add(map, domain, plan[value].dtype.size());
        };
        match &plan.steps[number as usize].kind {
            StepKind::Blockwise(b) => b.operands.iter().for_each(|access| {
                if let Access::Memory { value, map } = access {
                    note(*value, map, &b.domain);
                }
            }),
            StepKind::Scan { input, map, out, .. } => note(*input, map, &plan[*out].shape),
            StepKind::Contract { .. } | StepKind::Combine { .. } | StepKind::Extern { .. } => {
                let values = plan.reads(&plan.steps[number as usize]);
                let kept = values.iter().filter(|&&v| !is_local(v));
                bytes += kept.map(|&v| plan[v].bytes() as u64).sum::<u64>();
            }
        }
    }
    let each =
        readings.iter().map(|((_, value, _), r)| r.count() * plan[*value].dtype.size() as u64);
    bytes + each.sum::<u64>()
}

impl Reading {
    fn add(&mut self, map: &IndexMap, domain: &[usize], size: usize) {
        let used = (0..domain.len()).filter(|&d| map.0.iter().any(|m| m.uses(d)));
        let mut elements: usize = used.map(|d| domain[d]).product();
        // What lies between the elements of a small stride comes with them.
        let step = map.0.last().and_then(|m| m.terms().iter().map(|t| t.step.unsigned_abs()).min());
        elements =
            elements.saturating_mul((step.unwrap_or(1) as usize).clamp(1, LINE / size.min(LINE)));
        self.elements += elements as u64;
        let bounds = map.bounds(domain);
        if self.bounds.is_empty() {
            self.bounds = bounds.to_vec();
            return;
        }
        for (mine, other) in self.bounds.iter_mut().zip(bounds) {
            *mine = (mine.0.min(other.0), mine.1.max(other.1));
        }
    }

    fn count(&self) -> u64 {
        let whole = self.bounds.iter().map(|(low, high)| (high + 1 - low).max(0) as u64);
        self.elements.min(whole.product())
    }
}

fn operations(plan: &Plan, kind: &StepKind) -> Option<u64> {
    let elements = |value: &ValueId| count(&plan[*value].shape) as u64;
    Some(match kind {
        StepKind::Blockwise(Blockwise { kernel, domain, output, .. }) => {
            let folds = !matches!(output, Output::Store { .. });
            count(domain) as u64 * (kernel.operations() as u64 + u64::from(folds))
        }
        StepKind::Combine { parts, .. } => elements(parts),
        StepKind::Scan { out, .. } => elements(out),
        StepKind::Contract { inner, out, .. } => {
            elements(out).saturating_mul(2).saturating_mul(*inner as u64)
        }
        StepKind::Extern { .. } => return None,
    })
}

/// The map without its offset.
fn origin(map: &DimMap) -> DimMap {
    let mut map = map.clone();
    map.offset = 0;
    map
}

#[cfg(test)]
mod tests {
    use super::{Traffic, traffic};
    use crate::plan::{Config, plan};
    use arr_ir::dtype::DType;
    use arr_ir::graph::{Builder, NodeId, Op};
    use arr_ir::op::{FoldOp, MapOp};
    use arr_ir::shape::{DimMap, IndexMap, Shape};
    use smallvec::smallvec;

    const N: usize = 2000;
    const WHOLE: u64 = 8 * (N * N) as u64;

    /// What the plan of a graph over one square matrix moves and computes.
    fn of(build: impl FnOnce(&mut Builder, NodeId) -> NodeId) -> Traffic {
        let mut b = Builder::default();
        let x = b.node(Op::Input(0), smallvec![], DType::F64, smallvec![N, N]);
        let root = build(&mut b, x);
        traffic(&plan(&b.finish(vec![root]), &Config::default()))
    }

    fn view(b: &mut Builder, x: NodeId, map: [DimMap; 2], shape: [usize; 2]) -> NodeId {
        b.node(
            Op::View(IndexMap(map.into_iter().collect())),
            smallvec![x],
            DType::F64,
            Shape::from_slice(&shape),
        )
    }

    fn add(b: &mut Builder, x: NodeId, y: NodeId, shape: [usize; 2]) -> NodeId {
        b.node(Op::Map(MapOp::Add), smallvec![x, y], DType::F64, Shape::from_slice(&shape))
    }

    #[test]
    fn a_matrix_and_its_transpose_are_two_readings() {
        let moved = of(|b, x| {
            let t = view(b, x, [DimMap::along(1), DimMap::along(0)], [N, N]);
            add(b, x, t, [N, N])
        });
        let operations = Some((N * N) as u64);
        assert_eq!(moved, Traffic { read: 2 * WHOLE, written: WHOLE, operations });
    }

    #[test]
    fn shifted_windows_are_one_reading() {
        let moved = of(|b, x| {
            let window = |from| [DimMap::slice(from, 1, 0), DimMap::along(1)];
            let (up, down) = (view(b, x, window(0), [N - 2, N]), view(b, x, window(2), [N - 2, N]));
            add(b, up, down, [N - 2, N])
        });
        assert_eq!((moved.read, moved.written), (WHOLE, WHOLE - 16 * N as u64));
    }

    #[test]
    fn small_strides_move_what_lies_between() {
        let strided = |step: i64, map: fn(i64) -> [DimMap; 2]| {
            let n = N / step as usize;
            of(|b, x| {
                let along = map(step)[0].terms()[0].step == 1;
                let shape = if along { [N, n] } else { [n, N] };
                let v = view(b, x, map(step), shape);
                add(b, v, v, shape)
            })
            .read
        };
        assert_eq!(
            strided(2, |s| [DimMap::along(0), DimMap::slice(0, s, 1)]),
            WHOLE - 8 * N as u64
        );
        assert_eq!(strided(10, |s| [DimMap::along(0), DimMap::slice(0, s, 1)]), WHOLE / 10 * 8);
        assert_eq!(strided(2, |s| [DimMap::slice(0, s, 0), DimMap::along(1)]), WHOLE / 2);
    }

    #[test]
    fn sums_and_products_count_their_operations() {
        let sum = of(|b, x| {
            let sum = Op::Reduce { op: FoldOp::Sum, axes: 1 };
            b.node(sum, smallvec![x], DType::F64, smallvec![N])
        });
        assert!(sum.operations >= Some((N * N) as u64), "{sum:?}");
        assert!((WHOLE..WHOLE + WHOLE / 16).contains(&sum.read), "{sum:?}");
        let product = of(|b, x| b.node(Op::Contract, smallvec![x, x], DType::F64, smallvec![N, N]));
        assert_eq!(product.operations, Some(2 * (N * N * N) as u64));
    }
}
