//! What a program would compute, written down instead of done: for `explain` and `dump`.
//!
//! Arrays that are small are computed all the same, so that conditions and loops take their
//! course; of larger ones only the plan is kept, and an element asked for is taken to be 0.
//! Nothing is printed or saved.

use crate::host::Stored;
use arr_compiler::format::{bytes_text, escape_control};
use arr_compiler::plan::explain::explain;
use arr_compiler::plan::simplified;
use arr_ir::dtype::{DType, Kind};
use arr_ir::graph::Graph;
use arr_ir::plan::{Plan, StepKind, Storage};
use arr_ir::shape::count;
use arr_runtime::engine::{Engine, Listing, Prepared};
use arr_runtime::paged::layout::{Given, OnDisk, layout, least, units};
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::sync::Arc;

/// Elements that a plan may go through and still be run.
const SMALL: usize = 1 << 22;
/// Different plans that are written down.
const MAX_PLANS: usize = 100;

/// A stage of the way from text to machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The syntax tree.
    Ast,
    /// The program with its names resolved.
    Hir,
    /// The graphs that the program asks for, simplified.
    Graph,
    /// Their plans.
    Plan,
    /// The kernels of the plans.
    Kernel,
    /// Cranelift's IR of the kernels.
    Clif,
    /// Machine code of the kernels.
    Asm,
}

enum Entry {
    Plan {
        graph: Graph,
        prepared: Arc<Prepared>,
        inputs: Vec<Option<OnDisk>>,
        times: usize,
        run: bool,
    },
    Save {
        path: String,
        what: String,
    },
}

/// Plans and saves, in order.
#[derive(Default)]
pub(crate) struct Recorder {
    entries: Vec<Entry>,
    known: FxHashMap<Graph, usize>,
    left_out: usize,
}

impl Recorder {
    /// Notes a plan; whether it is small enough to be run.
    pub(crate) fn plan(
        &mut self,
        graph: &Graph,
        prepared: &Arc<Prepared>,
        inputs: Vec<Option<OnDisk>>,
    ) -> bool {
        let small = work(prepared.plan()) <= SMALL;
        match self.known.get(graph).copied() {
            Some(at) => {
                if let Entry::Plan { times, .. } = &mut self.entries[at] {
                    *times += 1;
                }
            }
            None if self.known.len() >= MAX_PLANS => self.left_out += 1,
            None => {
                self.known.insert(graph.clone(), self.entries.len());
                let (graph, prepared) = (graph.clone(), prepared.clone());
                let entry = Entry::Plan { graph, prepared, inputs, times: 1, run: small };
                self.entries.push(entry);
            }
        }
        small
    }

    /// Notes a save.
    pub(crate) fn save(&mut self, path: &str, array: Option<&Stored>, dtype: DType) {
        let mut shape = array.map(Stored::shape).unwrap_or_default();
        if dtype.kind() == Kind::Complex {
            shape.pop();
        }
        let what = type_text(dtype.name(), &shape);
        if self.entries.len() < 10 * MAX_PLANS {
            self.entries.push(Entry::Save { path: path.into(), what });
        }
    }

    /// Everything in words; of every plan also how it runs under each of some limits of memory.
    pub(crate) fn explain(&self, engine: &Engine, limits: &[usize]) -> String {
        let mut out = String::new();
        let mut number = 0;
        for entry in &self.entries {
            match entry {
                Entry::Save { path, what } => {
                    let _ = writeln!(out, "save {what} to `{}`\n", escape_control(path));
                }
                Entry::Plan { prepared, inputs, times, run, .. } => {
                    number += 1;
                    let often =
                        if *times > 1 { format!(", run {times} times") } else { String::new() };
                    let peak = bytes_text(prepared.peak() as u64);
                    let _ = write!(out, "plan {number}{often}; new arrays take {peak}");
                    if !run {
                        out.push_str("; large, not computed here");
                    }
                    let _ = writeln!(out, "\n{}", explain(prepared.plan()));
                    for &limit in limits {
                        let _ = writeln!(out, "{}", under(engine, prepared, inputs, limit));
                    }
                }
            }
        }
        match (number, self.left_out) {
            (0, _) => out.push_str("no array is computed\n"),
            (_, 0) => {}
            (_, n) => {
                let _ = writeln!(out, "and {n} more runs of other plans");
            }
        }
        out
    }

    /// A stage of every plan.
    pub(crate) fn dump(&self, stage: Stage, engine: &Engine) -> String {
        let mut out = String::new();
        for entry in &self.entries {
            let Entry::Plan { graph, prepared, .. } = entry else { continue };
            let text = match stage {
                Stage::Graph => simplified(graph).to_string(),
                Stage::Plan => plan_text(prepared.plan()),
                Stage::Kernel => kernels_text(prepared.plan()),
                Stage::Clif => engine.listing(prepared, Listing::Clif),
                Stage::Asm => engine.listing(prepared, Listing::Asm),
                Stage::Ast | Stage::Hir => String::new(),
            };
            let _ = writeln!(out, "{}", text.trim_end());
            out.push('\n');
        }
        out
    }
}

/// How a plan runs under a limit of memory.
fn under(engine: &Engine, prepared: &Prepared, inputs: &[Option<OnDisk>], limit: usize) -> String {
    let plan = prepared.plan();
    let size = |n: usize| bytes_text(n as u64);
    let mut out = format!("with {} of memory: ", size(limit));
    let files: usize = plan
        .values
        .iter()
        .map(|v| match v.storage {
            Storage::Input(slot) if matches!(inputs.get(slot as usize), Some(Some(_))) => v.bytes(),
            _ => 0,
        })
        .sum();
    if prepared.peak().saturating_add(files) <= limit {
        let _ = write!(out, "in memory, {} at most", size(prepared.peak() + files));
        return out;
    }
    let threads = engine.options().threads;
    let given = Given { limit, threads, inputs, sinks: &[], page: false };
    let layout = match layout(plan, &given) {
        Ok(layout) => layout,
        Err(_) => {
            let _ = write!(out, "refused; it needs {}", size(least(plan, &given)));
            return out;
        }
    };
    let jobs = || layout.jobs.iter().flatten();
    let (read, written) = jobs().fold((0, 0), |(r, w), j| (r + j.traffic.0, w + j.traffic.1));
    let _ = write!(
        out,
        "in parts, {} at most; reads {}, writes {}, of that {} at once in spilled arrays",
        size(layout.peak),
        bytes_text(read),
        bytes_text(written),
        bytes_text(layout.spilled),
    );
    for (stage, jobs) in layout.plan.stages.iter().zip(&layout.jobs) {
        for job in jobs {
            let steps: Vec<String> =
                job.positions.clone().map(|p| (stage.steps[p] + 1).to_string()).collect();
            let parts: Vec<String> = job.size.iter().map(usize::to_string).collect();
            let unit = if stage.split.is_some() { "chunks" } else { "elements" };
            if let Some(external) = job.external {
                let _ = write!(
                    out,
                    "\n  step {}: {}; {} and {} in all",
                    steps.join("+"),
                    external.title(),
                    bytes_text(job.traffic.0),
                    bytes_text(job.traffic.1),
                );
                continue;
            }
            let _ = write!(
                out,
                "\n  step {}: {} parts of {} {unit}; boxes of {} read and {} written each; {} and {} in all",
                steps.join("+"),
                units(&layout.plan, stage, job),
                if parts.is_empty() { "1".to_string() } else { parts.join(" x ") },
                size(job.boxes.0),
                size(job.boxes.1),
                bytes_text(job.traffic.0),
                bytes_text(job.traffic.1),
            );
        }
    }
    out
}

fn type_text(dtype: &str, shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("{dtype}[{}]", sizes.join(", "))
}

/// Elements that the steps of a plan go through.
fn work(plan: &Plan) -> usize {
    plan.steps.iter().fold(0usize, |sum, step| {
        let elements = match &step.kind {
            StepKind::Blockwise(b) => count(&b.domain),
            StepKind::Contract { inner, out, .. } => {
                count(&plan[*out].shape).saturating_mul(*inner)
            }
            StepKind::Combine { parts, .. } => count(&plan[*parts].shape),
            StepKind::Scan { out, .. } | StepKind::Extern { out, .. } => count(&plan[*out].shape),
        };
        sum.saturating_add(elements)
    })
}

fn plan_text(plan: &Plan) -> String {
    let mut out = String::new();
    for (i, v) in plan.values.iter().enumerate() {
        let ty = type_text(v.dtype.name(), &v.shape);
        let _ = writeln!(out, "value {i}: {ty} {:?}", v.storage);
    }
    for (i, stage) in plan.stages.iter().enumerate() {
        let split = stage.split.as_ref().map(|s| format!(" split {} by {}", s.extent, s.chunk));
        let _ =
            writeln!(out, "stage {i}: tasks {}{}", plan.tasks(stage), split.unwrap_or_default());
        for &number in &stage.steps {
            let step = &plan.steps[number as usize];
            let _ = write!(out, "  step {number}: chunk {:?} ", step.chunk.as_slice());
            let _ = match &step.kind {
                StepKind::Blockwise(b) => writeln!(
                    out,
                    "blockwise {:?} {} instructions\n    operands {:?}\n    params {:?}\n    {:?}",
                    b.domain.as_slice(),
                    b.kernel.insts.len(),
                    b.operands,
                    b.params,
                    b.output
                ),
                kind => writeln!(out, "{kind:?}"),
            };
        }
    }
    let _ = writeln!(out, "results {:?}", plan.results);
    out
}

fn kernels_text(plan: &Plan) -> String {
    let mut out = String::new();
    for (i, step) in plan.steps.iter().enumerate() {
        if let StepKind::Blockwise(b) = &step.kind {
            let _ = write!(out, "kernel of step {i}\n{}", b.kernel);
        }
    }
    out
}
