//! Plans in words: what a user reads to see what will be computed, in how many passes over what.
//!
//! Before: any verified plan. After: text with one paragraph per step. Bytes are those of the
//! regions that the steps read and write; memory that a cache saves is not guessed at.

use crate::format::bytes_text;
use arr_ir::kernel::{Code, Kernel, Source};
use arr_ir::plan::{Access, Blockwise, Output, Plan, Stage, Step, StepKind, Storage, ValueId};
use arr_ir::shape::{DimMap, IndexMap, count};
use std::fmt::Write;

/// How many operators of a kernel are listed one by one.
const LISTED: usize = 24;

/// A plan in words: a summary, then the steps in order.
pub fn explain(plan: &Plan) -> String {
    let mut out = summary(plan);
    for stage in &plan.stages {
        if stage.steps.len() > 1 {
            let _ = writeln!(out, "{}", stage_text(plan, stage));
        }
        for &step in &stage.steps {
            out.push_str(&step_text(plan, stage, step as usize));
        }
    }
    out
}

/// A step of a plan, for tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSummary {
    /// What it does: `elementwise`, `sum over 1 dimension, block by block`.
    pub title: String,
    /// The operators fused into its kernel, in order; empty without one.
    pub operators: String,
    /// The shape that it goes over.
    pub over: Vec<usize>,
    /// How many chunks that is.
    pub chunks: usize,
    /// Bytes of arrays that it reads.
    pub read: u64,
    /// Bytes of arrays that it writes.
    pub written: u64,
}

/// The step of a stage at a position in it.
pub fn step_summary(plan: &Plan, stage: &Stage, position: usize) -> StepSummary {
    let step = &plan.steps[stage.steps[position] as usize];
    let (operators, over) = match &step.kind {
        StepKind::Blockwise(b) => (operators(&b.kernel), b.domain.to_vec()),
        _ => (String::new(), plan.space(step).to_vec()),
    };
    StepSummary {
        title: title(plan, step),
        operators,
        over,
        chunks: plan.step_tasks(step),
        read: read_bytes(plan, step),
        written: written_bytes(plan, step),
    }
}

fn summary(plan: &Plan) -> String {
    let kernels = plan.steps.iter().filter(|s| matches!(s.kind, StepKind::Blockwise(_))).count();
    let tasks: usize = plan.stages.iter().map(|s| plan.tasks(s)).sum();
    let written: u64 = plan.steps.iter().map(|s| written_bytes(plan, s)).sum();
    let read: u64 = plan.steps.iter().map(|s| read_bytes(plan, s)).sum();
    let mut out = format!(
        "{}, {}, {}; reads {}, writes {}\n",
        plural(plan.steps.len(), "step"),
        plural(kernels, "fused kernel"),
        plural(tasks, "task"),
        bytes_text(read),
        bytes_text(written),
    );
    for (i, value) in plan.values.iter().enumerate() {
        let id = ValueId(i as u32);
        let passes = passes(plan, id);
        if matches!(value.storage, Storage::Input(_)) || passes > 1 {
            let _ = writeln!(out, "  passes over {}: {passes}", value_text(plan, id));
        }
    }
    out
}

/// How many times a value is walked through: once per step that reads it, and once for those that
/// a task runs one after the other.
fn passes(plan: &Plan, id: ValueId) -> usize {
    if matches!(plan[id].storage, Storage::Alias(_)) {
        return 0;
    }
    let reads = |&s: &&u32| {
        let step = &plan.steps[*s as usize];
        plan.reads(step).iter().any(|&v| plan.stored(v) == id)
    };
    let of_stage = |stage: &Stage| {
        let steps = stage.steps.iter().filter(reads).count();
        if stage.split.is_some() { steps.min(1) } else { steps }
    };
    plan.stages.iter().map(of_stage).sum()
}

fn stage_text(plan: &Plan, stage: &Stage) -> String {
    let steps = format!("the next {} run together", plural(stage.steps.len(), "step"));
    match &stage.split {
        Some(split) => format!(
            "{steps}, in {} of {} along a dimension of {}{}",
            plural(plan.tasks(stage), "part"),
            split.chunk,
            split.extent,
            match stage.locals.len() {
                0 => "",
                _ => ", with what they pass on kept in cache",
            }
        ),
        None => steps,
    }
}

fn step_text(plan: &Plan, stage: &Stage, number: usize) -> String {
    let step = &plan.steps[number];
    let mut out = format!("step {}: {}\n", number + 1, title(plan, step));
    if let StepKind::Blockwise(b) = &step.kind {
        let operators = operators(&b.kernel);
        if !operators.is_empty() {
            let _ = writeln!(out, "  computes  {operators}");
        }
        let _ = writeln!(out, "  over      {}{}", sizes(&b.domain), chunks(plan, stage, step));
        for access in &b.operands {
            if let Access::Memory { value, map } = access {
                let how = access_text(map, plan, *value, b);
                let _ = writeln!(out, "  reads     {}{how}", value_text(plan, *value));
            }
        }
    } else {
        let space = plan.space(step);
        let _ = writeln!(out, "  over      {}{}", sizes(&space), chunks(plan, stage, step));
        for value in plan.reads(step) {
            let _ = writeln!(out, "  reads     {}", value_text(plan, value));
        }
    }
    let written = plan.written(step);
    let local = stage.locals.iter().any(|l| l.0 == written);
    let whole = plan[written].bytes() as u64 == written_bytes(plan, step);
    let part = match (local, whole) {
        (true, _) => ", never as a whole in memory".into(),
        (false, true) => String::new(),
        (false, false) => format!(", {} of it", bytes_text(written_bytes(plan, step))),
    };
    let _ = writeln!(out, "  writes    {}{part}", value_text(plan, written));
    out
}

fn title(plan: &Plan, step: &Step) -> String {
    match &step.kind {
        StepKind::Blockwise(b) => match &b.output {
            Output::Store { .. } if b.kernel.operations() > 0 => "elementwise".into(),
            Output::Store { .. } if b.operands.iter().any(is_memory) => "copy".into(),
            Output::Store { .. } if b.operands.is_empty() => "fill".into(),
            Output::Store { .. } => "generate".into(),
            Output::Rows { op, kept, .. } => fold(op.name(), b.domain.len() - *kept as usize),
            Output::Cols { op, reduced, .. } => fold(op.name(), *reduced as usize),
        },
        StepKind::Combine { op, parts, .. } => {
            format!("{} of the partial results in {}", op.name(), name(plan, *parts))
        }
        StepKind::Scan { op, axis, .. } => format!("running {} along axis {axis}", op.name()),
        StepKind::Contract { inner, .. } => format!("matrix product over {inner}"),
        StepKind::Extern { routine, .. } => routine.family().title(),
    }
}

fn is_memory(access: &Access) -> bool {
    matches!(access, Access::Memory { .. })
}

fn fold(name: &str, dimensions: usize) -> String {
    format!("{name} over {}, block by block", plural(dimensions, "dimension"))
}

/// The operators that were fused into a kernel, in order, repeats counted.
fn operators(kernel: &Kernel) -> String {
    let mut names: Vec<(String, usize)> = vec![];
    for inst in &kernel.insts {
        let name = match inst.code {
            Code::Map(arr_ir::op::MapOp::Cast) => format!("to {}", inst.dtype),
            Code::Map(op) => op.row().name.to_string(),
            Code::Load(o) => match &kernel.operands[o as usize].source {
                Source::Memory => continue,
                Source::Iota => "index".into(),
                Source::Random(dist, _) => format!("random {dist:?}").to_lowercase(),
            },
            Code::Param(_) | Code::Const(_) => continue,
        };
        match names.iter_mut().find(|n| n.0 == name) {
            Some(known) => known.1 += 1,
            None => names.push((name, 1)),
        }
    }
    let more = names.len().saturating_sub(LISTED);
    let listed = names.iter().take(LISTED).map(|(name, times)| match times {
        1 => name.clone(),
        _ => format!("{name} x{times}"),
    });
    let mut text = listed.collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    if kernel.operations() > 1 {
        let _ = write!(text, " ({} operators fused)", kernel.operations());
    }
    text
}

fn chunks(plan: &Plan, stage: &Stage, step: &Step) -> String {
    if stage.split.is_some() {
        return String::new();
    }
    match plan.tasks(stage) {
        1 => ", whole".into(),
        n => format!(", in {n} chunks of {}", sizes(&step.chunk)),
    }
}

fn access_text(map: &IndexMap, plan: &Plan, value: ValueId, step: &Blockwise) -> String {
    let leading: Vec<u8> = map.0.iter().filter_map(|m| Some(m.terms().first()?.dim)).collect();
    let shape = &plan[value].shape;
    // A stride's gaps count as covered.
    let covers = |(m, &n): (&DimMap, &usize)| {
        let steps = m.terms().iter().map(|t| t.step.unsigned_abs() as usize);
        let span = m.terms().iter().zip(steps.clone());
        let span: usize = span.map(|(t, s)| s * (step.domain[t.dim as usize] - 1)).sum();
        span + steps.min().unwrap_or(1) >= n
    };
    let mut notes: Vec<&str> = vec![];
    if map.0.iter().any(|m| m.terms().len() > 1) {
        notes.push("in moving windows");
    }
    if leading.windows(2).any(|w| w[0] > w[1]) {
        notes.push("transposed");
    }
    if map.0.iter().flat_map(|m| m.terms()).any(|t| t.step < 0) {
        notes.push("reversed");
    }
    if !map.0.iter().zip(shape).all(covers) {
        notes.push("a part of it");
    }
    if (0..step.domain.len()).any(|d| step.domain[d] > 1 && !map.0.iter().any(|m| m.uses(d))) {
        notes.push("broadcast");
    }
    match notes.is_empty() {
        true => String::new(),
        false => format!(", {}", notes.join(", ")),
    }
}

/// What a step reads, each operand once.
fn read_bytes(plan: &Plan, step: &Step) -> u64 {
    let whole = |v: ValueId| plan[v].bytes() as u64;
    match &step.kind {
        StepKind::Blockwise(b) => b.operands.iter().map(|a| region_bytes(plan, b, a)).sum(),
        StepKind::Scan { out, input, .. } => {
            (count(&plan[*out].shape) * plan[*input].dtype.size()) as u64
        }
        _ => plan.reads(step).iter().map(|&v| whole(v)).sum(),
    }
}

/// Bytes of the elements an operand touches.
fn region_bytes(plan: &Plan, step: &Blockwise, access: &Access) -> u64 {
    let Access::Memory { value, map } = access else { return 0 };
    let dims = (0..step.domain.len()).filter(|&d| map.0.iter().any(|m| m.uses(d)));
    let elements: usize = dims.map(|d| step.domain[d]).product();
    // Windows that overlap read an element several times.
    let bounds = map.bounds(&step.domain);
    let box_size = bounds.iter().map(|(low, high)| (high + 1 - low) as usize);
    let elements = elements.min(box_size.product());
    (elements * plan[*value].dtype.size()) as u64
}

/// Bytes of the elements a step writes.
pub(super) fn written_bytes(plan: &Plan, step: &Step) -> u64 {
    match &step.kind {
        StepKind::Blockwise(Blockwise { domain, output: Output::Store { value, .. }, .. }) => {
            (count(domain) * plan[*value].dtype.size()) as u64
        }
        _ => plan[plan.written(step)].bytes() as u64,
    }
}

fn value_text(plan: &Plan, id: ValueId) -> String {
    let value = &plan[id];
    format!(
        "{}: {}[{}] ({})",
        name(plan, id),
        value.dtype,
        value.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
        bytes_text(value.bytes() as u64)
    )
}

fn name(plan: &Plan, id: ValueId) -> String {
    let result = plan.results.iter().position(|&r| r == id || plan.stored(r) == id);
    match (plan[id].storage, result) {
        (Storage::Input(i), _) => format!("input {i}"),
        (Storage::Alias(of), _) => format!("{} reshaped", name(plan, of)),
        (Storage::Written, Some(_)) if plan.results.len() == 1 => "the result".into(),
        (Storage::Written, Some(n)) => format!("result {n}"),
        (Storage::Written, None) => format!("temporary {}", id.0),
    }
}

fn sizes(shape: &[usize]) -> String {
    match shape {
        [] => "one element".into(),
        _ => shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x "),
    }
}

fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Config, plan};
    use arr_ir::dtype::{DType, Scalar};
    use arr_ir::graph::{Builder, Op};
    use arr_ir::op::{FoldOp, MapOp};
    use arr_ir::shape::Shape;
    use smallvec::smallvec;

    #[test]
    fn the_mean_and_the_transpose_say_how_often_the_input_is_read() {
        let n = 1000;
        let shape: Shape = smallvec![n, n];
        let mut b = Builder::default();
        let x = b.node(Op::Input(0), smallvec![], DType::F64, shape.clone());
        let map = IndexMap(smallvec![DimMap::along(1), DimMap::along(0)]);
        let t = b.node(Op::View(map), smallvec![x], DType::F64, shape.clone());
        let sum = Op::Reduce { op: FoldOp::Sum, axes: 1 };
        let sum = b.node(sum, smallvec![x], DType::F64, smallvec![n]);
        let scale = b.node(Op::Const(Scalar::float(0.001)), smallvec![], DType::F64, smallvec![]);
        let mul = Op::Map(MapOp::Mul);
        let mean = b.node(mul, smallvec![sum, scale], DType::F64, smallvec![n]);
        let row = IndexMap(smallvec![DimMap::along(1)]);
        let row = b.node(Op::View(row), smallvec![mean], DType::F64, shape.clone());
        let both = b.node(Op::Map(MapOp::Add), smallvec![x, t], DType::F64, shape.clone());
        let y = b.node(Op::Map(MapOp::Sub), smallvec![both, row], DType::F64, shape);
        let text = explain(&plan(&b.finish(vec![y]), &Config::default()));
        assert!(text.contains("passes over input 0: float64[1000, 1000] (7.63 MiB): 2"), "{text}");
        assert!(text.contains("sum over 1 dimension"), "{text}");
        assert!(text.contains("transposed"), "{text}");
        assert!(text.contains("broadcast"), "{text}");
        assert!(text.contains("operators fused"), "{text}");
        assert!(text.contains("writes    the result: float64[1000, 1000] (7.63 MiB)"), "{text}");
    }
}
