//! What a program would compute, written down instead of done: for `explain` and `dump`.
//!
//! Arrays that are small are computed all the same, so that conditions and loops take their
//! course; of larger ones only the plan is kept, and an element asked for is taken to be 0.
//! Nothing is printed or saved.

use crate::profile::Place;
use crate::stored::Stored;
use arr_compiler::format::{bytes_text, escape_control};
use arr_compiler::plan::explain::explain;
use arr_compiler::plan::simplified;
use arr_compiler::session::Session;
use arr_ir::dtype::{DType, Kind};
use arr_ir::graph::Graph;
use arr_ir::plan::{Plan, StepKind, Storage, Value};
use arr_ir::shape::count;
use arr_runtime::engine::{Engine, Listing, Prepared};
use arr_runtime::paged::layout::{Given, Layout, OnDisk, layout, least, units};
use arr_syntax::diag::Span;
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
        /// What asked for it first.
        at: Span,
        /// The file that the first result goes into.
        into: Option<OnDisk>,
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
    /// What comes now is asked for here.
    pub(crate) at: Span,
    /// Whether elements of arrays that are not computed were asked for.
    pub(crate) made_up: bool,
}

impl Recorder {
    /// Notes a plan; whether it is small enough to be run.
    pub(crate) fn plan(
        &mut self,
        graph: &Graph,
        prepared: &Arc<Prepared>,
        inputs: Vec<Option<OnDisk>>,
        into: Option<OnDisk>,
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
                let at = self.at;
                let entry = Entry::Plan { graph, prepared, inputs, times: 1, run: small, at, into };
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
    pub(crate) fn explain(&self, engine: &Engine, session: &Session, limits: &[usize]) -> String {
        let mut out = String::new();
        let mut number = 0;
        for entry in &self.entries {
            match entry {
                Entry::Save { path, what } => {
                    let _ = writeln!(out, "save {what} to `{}`\n", escape_control(path));
                }
                Entry::Plan { prepared, inputs, times, run, at, into, .. } => {
                    number += 1;
                    let _ = write!(out, "plan {number}");
                    if let Some(place) = Place::of(session, *at) {
                        let (source, text) =
                            (escape_control(&place.source), escape_control(&place.text));
                        let _ = write!(out, ", for {source}:{}: {text}", place.line);
                    }
                    let peak = bytes_text(prepared.peak() as u64);
                    let _ = write!(out, "\n  new arrays take {peak}");
                    if *times > 1 {
                        let _ = write!(out, "; run {times} times");
                    }
                    if !run {
                        out.push_str("; large, not computed here");
                    }
                    let _ = writeln!(out, "\n{}", explain(prepared.plan()));
                    let files = (&inputs[..], into.as_ref());
                    for &limit in limits {
                        let _ = writeln!(out, "{}", under(engine, prepared, files, limit));
                    }
                    if limits.len() > 1 {
                        out += &compared(engine, prepared, files, limits);
                    }
                    out.push('\n');
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

/// A plan under several limits of memory, one in a line.
fn compared(engine: &Engine, prepared: &Prepared, files: Files<'_>, limits: &[usize]) -> String {
    let mut out = row(["memory", "it runs", "at most", "read", "written", "spilled", "parts"]);
    let text = |n: u64| bytes_text(n);
    for &limit in limits {
        let memory = text(limit as u64);
        let line = match outcome(engine, prepared, files, limit) {
            Outcome::Memory { peak, files } => {
                let (peak, files, none) = (text(peak as u64), text(files as u64), text(0));
                row([&memory, "in memory", &peak, &files, &none, &none, "-"])
            }
            Outcome::Parts(layout) => {
                let jobs = || layout.plan.stages.iter().zip(&layout.jobs);
                let jobs = || jobs().flat_map(|(s, jobs)| jobs.iter().map(move |j| (s, j)));
                let parts: usize = jobs().map(|(s, j)| units(&layout.plan, s, j)).sum();
                let read = jobs().map(|(_, j)| j.traffic.0).sum();
                let written = jobs().map(|(_, j)| j.traffic.1).sum();
                let [peak, read, written, spilled] =
                    [layout.peak as u64, read, written, layout.spilled].map(text);
                row([&memory, "in parts", &peak, &read, &written, &spilled, &parts.to_string()])
            }
            Outcome::Refused(least) => {
                row([&memory, "not", &text(least as u64), "-", "-", "-", "-"])
            }
        };
        out += &line;
    }
    out
}

fn row(cells: [&str; 7]) -> String {
    let [first, second, rest @ ..] = cells;
    let rest: String = rest.iter().map(|c| format!(" {c:>11}")).collect();
    format!("  {first:>11}  {second:<9}{rest}\n")
}

/// The inputs that lie in files, and the file that the first result goes into.
type Files<'a> = (&'a [Option<OnDisk>], Option<&'a OnDisk>);

/// How a plan runs under a limit of memory.
enum Outcome {
    Memory {
        /// Bytes at the worst moment, files included.
        peak: usize,
        /// Bytes that are loaded.
        files: usize,
    },
    Parts(Layout),
    /// It does not: the least limit under which it would.
    Refused(usize),
}

fn outcome(
    engine: &Engine,
    prepared: &Prepared,
    (inputs, into): Files<'_>,
    limit: usize,
) -> Outcome {
    let plan = prepared.plan();
    let on_disk = |v: &Value| match v.storage {
        Storage::Input(slot) if matches!(inputs.get(slot as usize), Some(Some(_))) => v.bytes(),
        _ => 0,
    };
    let files: usize = plan.values.iter().map(on_disk).sum();
    let peak = prepared.needs().saturating_add(files);
    if peak <= limit {
        return Outcome::Memory { peak, files };
    }
    let threads = engine.options().threads;
    let into = into.iter().filter(|_| plan.is_as_stored(plan.results[0]));
    let sinks: Vec<_> = into.map(|&d| (plan.stored(plan.results[0]), d.clone())).collect();
    let given = Given { limit, threads, inputs, sinks: &sinks, page: false };
    match layout(plan, &given) {
        Ok(layout) => Outcome::Parts(layout),
        Err(_) => Outcome::Refused(least(plan, &given)),
    }
}

/// How a plan runs under a limit of memory, in words.
fn under(engine: &Engine, prepared: &Prepared, files: Files<'_>, limit: usize) -> String {
    let size = |n: usize| bytes_text(n as u64);
    let mut out = format!("with {} of memory: ", size(limit));
    let layout = match outcome(engine, prepared, files, limit) {
        Outcome::Parts(layout) => layout,
        Outcome::Memory { peak, files } => {
            let _ = write!(out, "in memory, {} at most", size(peak));
            if files > 0 {
                let _ = write!(out, "; reads {} from files", size(files));
            }
            return out;
        }
        Outcome::Refused(least) => {
            let _ = write!(out, "refused; it needs {}", size(least));
            return out;
        }
    };
    let jobs = || layout.jobs.iter().flatten();
    let (read, written) = jobs().fold((0, 0), |(r, w), j| (r + j.traffic.0, w + j.traffic.1));
    let _ = write!(
        out,
        "in parts, {} at most; reads {} from files, writes {}",
        size(layout.peak),
        bytes_text(read),
        bytes_text(written),
    );
    let _ = match layout.spilled {
        0 => write!(out, ", spills nothing"),
        bytes => write!(out, ", of that {} in spilled arrays", bytes_text(bytes)),
    };
    for (stage, jobs) in layout.plan.stages.iter().zip(&layout.jobs) {
        for job in jobs {
            let steps: Vec<String> =
                job.positions.clone().map(|p| (stage.steps[p] + 1).to_string()).collect();
            let _ = write!(out, "\n  step {}: ", steps.join("+"));
            let (read, written) = job.traffic;
            if let Some(external) = job.external {
                let _ = write!(out, "{}; ", external.title());
            } else if job.boxes == (0, 0) {
                out.push_str("in memory");
                continue;
            } else {
                let parts: Vec<String> = job.size.iter().map(usize::to_string).collect();
                let unit = if stage.split.is_some() { "chunks" } else { "elements" };
                let n = units(&layout.plan, stage, job);
                let of = if parts.is_empty() { "1".to_string() } else { parts.join(" x ") };
                let _ = write!(
                    out,
                    "{n} {} of {of} {unit}, each with boxes of {} read and {} written; ",
                    if n == 1 { "part" } else { "parts" },
                    size(job.boxes.0),
                    size(job.boxes.1),
                );
            }
            let _ =
                write!(out, "{} read and {} written in all", bytes_text(read), bytes_text(written));
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
