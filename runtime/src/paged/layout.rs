//! How a plan runs when its arrays do not fit into memory together: which of them stay in memory,
//! and how large a part of each step is at hand at once.
//!
//! State before: a verified plan, where its inputs are, and how many bytes may be used. State
//! after: a [`Layout`] whose jobs never hold more than that, or the least number of bytes that
//! would do. Its size and the time to find it do not depend on the number of chunks.

use super::apart::apart;
use super::external::{External, Files};
use crate::lifetimes::Lifetimes;
use crate::progress::{Effort, of_file};
use arr_ir::dtype::DType;
use arr_ir::fold::PANEL;
use arr_ir::footprint::{Footprint, Part, Region, of_regions};
use arr_ir::oracle::SCAN_BLOCK;
use arr_ir::plan::{
    Access, Blockwise, Output, Plan, Stage, Step, StepKind, Storage, TaskOrder, ValueId,
};
use arr_ir::shape::{Shape, count};
use std::sync::Arc;

/// Bytes of a job's boxes up to which a larger part is better for its own sake.
const TARGET: usize = 16 << 20;
/// Bytes that starting to read or write a run of adjacent elements is worth.
const SEEK: usize = 4096;
/// Units of a job that stand for all of them, but one.
const SAMPLES: usize = 4;
/// Units of a job that are gone through one by one to say what they read and write.
const COUNTED: usize = 1024;
/// Working memory of a thread beside boxes, for kernels.
const THREAD_BYTES: usize = 1 << 20;

/// What is known of a value that lies in a file.
#[derive(Clone, Debug, Default)]
pub struct OnDisk {
    /// The file's chunk shape, if it has chunks.
    pub chunks: Option<Shape>,
    /// Bytes that reading or writing takes beside the box itself, per thread.
    pub scratch: usize,
}

/// What a layout is made for.
pub struct Given<'a> {
    /// Bytes that may be used.
    pub limit: usize,
    /// Threads that compute.
    pub threads: usize,
    /// Per input: none where it is in memory (and counted already).
    pub inputs: &'a [Option<OnDisk>],
    /// Results that go into a file as they are computed.
    pub sinks: &'a [(ValueId, OnDisk)],
    /// Whether everything that can lies in files, and units are as small as they can be.
    pub page: bool,
}

/// A part of a stage that runs unit by unit.
#[derive(Clone, Debug)]
pub struct Job {
    /// The positions of its steps in the stage: one, or all of a stage with a split.
    pub positions: std::ops::Range<usize>,
    /// What a unit covers: of the step's extended space, or how many chunks of the split.
    pub size: Shape,
    /// Whether the next unit is read and the last one written while one is computed.
    pub overlap: bool,
    /// Of a routine whose cores do not fit: how it runs all the same.
    pub external: Option<External>,
    /// Bytes that the boxes of a unit take: read, written.
    pub boxes: (usize, usize),
    /// Bytes that all units read from files and write to them.
    pub traffic: (u64, u64),
    /// Bytes of spilled arrays of its own.
    pub spilled: u64,
    /// Bytes in memory at once while it runs, values of the plan that stay there included.
    pub peak: usize,
}

/// How a plan runs under a limit.
pub struct Layout {
    /// The plan, with a value of its own for every way of reading a value.
    pub plan: Arc<Plan>,
    /// When values come and go.
    pub lifetimes: Lifetimes,
    /// Per value: whether it lies in a file instead of in memory.
    pub paged: Vec<bool>,
    /// Per value in a file that steps write: the shape of its chunks there.
    pub chunks: Vec<Shape>,
    /// Sinks that the jobs write whole chunks of.
    pub direct: Vec<ValueId>,
    /// Per stage.
    pub jobs: Vec<Vec<Job>>,
    /// The bytes it was made for.
    pub limit: usize,
    /// The most bytes in memory at once.
    pub peak: usize,
    /// The most bytes of spilled values at once.
    pub spilled: u64,
}

impl Layout {
    /// The effort of computing a job, files left out.
    pub(crate) fn computing(&self, stage: &Stage, job: &Job) -> Effort {
        let steps = stage.steps[job.positions.clone()].iter();
        steps.map(|&s| Effort::of(&self.plan, &self.plan.steps[s as usize])).sum()
    }

    /// The effort of a job.
    pub(crate) fn of_job(&self, stage: &Stage, job: &Job) -> u64 {
        let files = of_file(job.traffic.0.saturating_add(job.traffic.1));
        self.computing(stage, job).units.saturating_add(files)
    }

    /// The effort of running it.
    pub fn effort(&self) -> u64 {
        let stages = self.plan.stages.iter().zip(&self.jobs);
        let jobs = stages.flat_map(|(stage, jobs)| jobs.iter().map(move |job| (stage, job)));
        jobs.fold(0, |sum, (stage, job)| sum.saturating_add(self.of_job(stage, job)))
    }
}

/// Lays a plan out.
///
/// # Errors
/// No part of a step is small enough: the bytes that the least one needs.
pub fn layout(plan: &Plan, given: &Given) -> Result<Layout, usize> {
    let plan = apart(plan, given.limit);
    let lifetimes = Lifetimes::of(&plan);
    let paged = paged(&plan, &lifetimes, given);
    let on_disk = |v: ValueId| match plan[v].storage {
        Storage::Input(slot) => given.inputs.get(slot as usize).is_some_and(Option::is_some),
        _ => false,
    };
    let live =
        lifetimes.live(&plan, |v| !paged[v.0 as usize] && (lifetimes.is_stored(v) || on_disk(v)));
    let sizing = Sizing { plan: &plan, given, paged: &paged };
    let mut jobs = vec![];
    let mut peak = 0;
    for (s, stage) in plan.stages.iter().enumerate() {
        let mut of_stage = vec![];
        for positions in positions(stage) {
            let (job, bytes, spare) = sizing.fitted(stage, positions, live[s])?;
            let job = Job { peak: live[s] + spare + bytes, ..job };
            peak = peak.max(job.peak);
            of_stage.push(job);
        }
        jobs.push(of_stage);
    }
    let chunks = spill_chunks(&sizing, &jobs);
    let direct = direct(&plan, given, &paged, &jobs);
    let written =
        |v: ValueId| paged[v.0 as usize] && lifetimes.is_stored(v) && !direct.contains(&v);
    let own = |jobs: &Vec<Job>| jobs.iter().map(|j| j.spilled).max().unwrap_or(0);
    let spilled = lifetimes.live(&plan, written).into_iter().zip(&jobs);
    let spilled = spilled.map(|(live, jobs)| live as u64 + own(jobs)).max().unwrap_or(0);
    let plan = Arc::new(plan);
    let limit = given.limit;
    Ok(Layout { plan, lifetimes, paged, chunks, direct, jobs, limit, peak, spilled })
}

/// The least limit with which [`layout`] succeeds.
pub fn least(plan: &Plan, given: &Given) -> usize {
    let fits = |limit: usize| layout(plan, &Given { limit, ..*given }).is_ok();
    let mut high = given.limit.max(1 << 20);
    while !fits(high) && high < 1 << 60 {
        high *= 2;
    }
    let mut low = high / 2;
    while high - low > (high / 64).max(1) {
        let middle = low + (high - low) / 2;
        if fits(middle) { high = middle } else { low = middle }
    }
    high
}

/// How many threads read a box at once, and as many write one: fewer where what each needs
/// beside the box would take much of the limit.
pub fn movers(each: usize, threads: usize, limit: usize) -> usize {
    (limit / 8 / each.max(1)).clamp(1, threads.max(1))
}

/// The jobs of a stage.
fn positions(stage: &Stage) -> Vec<std::ops::Range<usize>> {
    match stage.split {
        Some(_) => std::iter::once(0..stage.steps.len()).collect(),
        None => (0..stage.steps.len()).map(|p| p..p + 1).collect(),
    }
}

/// Which values lie in files: the largest ones, until the others take a part of the limit.
fn paged(plan: &Plan, lifetimes: &Lifetimes, given: &Given) -> Vec<bool> {
    let mut paged = vec![false; plan.values.len()];
    let mut candidates: Vec<ValueId> = vec![];
    for (i, v) in plan.values.iter().enumerate() {
        let id = ValueId(i as u32);
        let on_disk = match v.storage {
            Storage::Input(slot) => given.inputs.get(slot as usize).is_some_and(Option::is_some),
            Storage::Written => lifetimes.is_stored(id),
            Storage::Alias(_) => false,
        };
        if on_disk {
            candidates.push(id);
        }
    }
    candidates.sort_by_key(|&v| (plan[v].bytes(), v));
    let mut live = vec![0usize; plan.stages.len() + 1];
    for v in candidates {
        let bytes = plan[v].bytes();
        let stages = lifetimes.stages(v, plan.stages.len());
        let most = stages.clone().map(|s| live[s]).max().unwrap_or(0);
        let small = bytes <= given.limit / 8 && !given.page;
        let stays = small && most.saturating_add(bytes) <= given.limit / 5 * 2;
        if bytes == 0 || stays {
            stages.for_each(|s| live[s] += bytes);
        } else {
            paged[v.0 as usize] = true;
        }
    }
    paged
}

/// The sinks whose values are written by one job, in whole chunks.
fn direct(plan: &Plan, given: &Given, paged: &[bool], jobs: &[Vec<Job>]) -> Vec<ValueId> {
    let suits = |value: ValueId, disk: &OnDisk| {
        let read =
            plan.steps.iter().any(|s| plan.reads(s).iter().any(|&r| plan.stored(r) == value));
        let result = plan.results.iter().filter(|&&r| plan.stored(r) == value).count();
        if !paged[value.0 as usize] || read || result != 1 {
            return false;
        }
        let mut writers = 0;
        let mut whole = true;
        for (stage, jobs) in plan.stages.iter().zip(jobs) {
            for job in jobs {
                for p in job.positions.clone() {
                    let step = &plan.steps[stage.steps[p] as usize];
                    if plan.written(step) == value {
                        writers += 1;
                        let unit = unit_of(plan, stage, job, p);
                        // Parts of others may cut chunks.
                        whole &= job.external.is_none();
                        whole &= covers(plan, step, &unit, disk.chunks.as_deref());
                    }
                }
            }
        }
        writers == 1 && whole
    };
    given.sinks.iter().filter(|(v, d)| suits(*v, d)).map(|(v, _)| *v).collect()
}

/// The size of a job's unit over the extended space of one of its steps.
fn unit_of(plan: &Plan, stage: &Stage, job: &Job, position: usize) -> Shape {
    match &stage.split {
        None => job.size.clone(),
        Some(split) => {
            let mut unit = plan.extent(&plan.steps[stage.steps[position] as usize]);
            unit[split.dims[position] as usize] = job.size[0] * split.chunk;
            unit
        }
    }
}

/// Whether units of this size write whole chunks of a value.
fn covers(plan: &Plan, step: &Step, unit: &[usize], chunks: Option<&[usize]>) -> bool {
    if let StepKind::Blockwise(Blockwise { output: Output::Store { value, start, step }, .. }) =
        &step.kind
    {
        let whole = start.iter().all(|&s| s == 0) && step.iter().all(|&s| s == 1);
        let out = &plan[*value].shape;
        let domain = plan.extent(&plan.steps[index_of(plan, *value)]);
        if !whole || domain != *out {
            return false;
        }
    }
    let Some(chunks) = chunks else { return true };
    let shape = &plan[plan.written(step)].shape;
    // A routine writes whole the dimensions that its units do not have.
    let whole = |d: usize| unit.get(d).is_none_or(|&n| n >= shape[d]);
    (0..shape.len()).all(|d| whole(d) || unit[d].is_multiple_of(chunks[d]))
}

/// The first step that writes a value.
fn index_of(plan: &Plan, value: ValueId) -> usize {
    plan.steps.iter().position(|s| plan.written(s) == value).unwrap_or(0)
}

/// Chunk shapes of spilled values: what every job writes or reads of them at once.
fn spill_chunks(sizing: &Sizing, jobs: &[Vec<Job>]) -> Vec<Shape> {
    let plan = sizing.plan;
    let mut chunks: Vec<Shape> = plan.values.iter().map(|v| v.shape.clone()).collect();
    for (stage, jobs) in plan.stages.iter().zip(jobs) {
        for job in jobs.iter().filter(|j| units(plan, stage, j) > 0) {
            let print = sizing.footprint(stage, job, 0);
            for part in print.reads.iter().chain(&print.writes) {
                let stored = plan.stored(part.value);
                let of = &mut chunks[stored.0 as usize];
                if plan[part.value].shape == plan[stored].shape {
                    of.iter_mut().zip(&part.shape).for_each(|(c, &n)| *c = (*c).min(n).max(1));
                }
            }
        }
    }
    for (v, chunk) in plan.values.iter().zip(&mut chunks) {
        *chunk = moderate(chunk, &v.shape, v.dtype, sizing.given.limit);
    }
    chunks
}

/// The most bytes of a spilled chunk under a limit.
pub(super) fn chunk_bytes(limit: usize) -> usize {
    (limit / 128).clamp(64 << 10, 4 << 20)
}

/// A chunk shape of some hundred kilobytes to some megabytes, from one that suits the boxes.
pub(super) fn moderate(chunk: &[usize], shape: &[usize], dtype: DType, limit: usize) -> Shape {
    let mut chunk: Shape = chunk.into();
    let bytes = |c: &Shape| count(c) * dtype.size();
    while bytes(&chunk) > chunk_bytes(limit) {
        let Some(d) = (0..chunk.len()).find(|&d| chunk[d] > 1) else { break };
        chunk[d] = chunk[d].div_ceil(2);
    }
    while bytes(&chunk) < 64 << 10 {
        let Some(d) = (0..chunk.len()).rev().find(|&d| chunk[d] < shape[d]) else { break };
        chunk[d] = (chunk[d].max(1) * 2).min(shape[d]);
    }
    chunk
}

struct Sizing<'a> {
    plan: &'a Plan,
    given: &'a Given<'a>,
    paged: &'a [bool],
}

/// What a unit size amounts to.
struct Estimate {
    reads: usize,
    writes: usize,
    /// Whether a unit goes on from what the one before wrote.
    carries: bool,
    /// Bytes of all units, read and written.
    traffic: (u64, u64),
    /// Traffic and seeks, in bytes.
    cost: f64,
}

impl Estimate {
    fn bytes(&self, overlap: bool) -> usize {
        match overlap {
            true => 3 * self.reads + 2 * self.writes,
            false => self.reads + self.writes * if self.carries { 2 } else { 1 },
        }
    }
}

impl Sizing<'_> {
    /// The job of these steps beside so many bytes of values in memory, the bytes of its boxes, and
    /// those beside them.
    fn fitted(
        &self,
        stage: &Stage,
        positions: std::ops::Range<usize>,
        live: usize,
    ) -> Result<(Job, usize, usize), usize> {
        let given = self.given;
        let mut refused = usize::MAX;
        // Threads that find no memory left for their work leave it to the others: nothing else may
        // be taken while they run.
        for (threads, overlap) in [(given.threads.max(1), true), (1, false)] {
            let spare = self.spare(stage, positions.clone(), threads, true);
            let budget = given.limit.checked_sub(live + spare);
            let whole = self.job(stage, positions.clone(), budget.unwrap_or(0), overlap);
            match whole {
                Ok((job, bytes)) if !given.page && budget.is_some() => {
                    return Ok((job, bytes, spare));
                }
                Ok((_, bytes)) | Err(bytes) => refused = refused.min(bytes + live + spare),
            }
            let less = self.spare(stage, positions.clone(), threads, false);
            let budget = given.limit.saturating_sub(live + less);
            if let Some((job, bytes)) = self.external(stage, positions.clone(), budget) {
                return Ok((job, bytes, less));
            }
            if let (Ok((job, bytes)), true) = (whole, given.page) {
                return Ok((job, bytes, spare));
            }
        }
        Err(refused)
    }

    /// The job of a routine that runs by an algorithm of its own, and the bytes it takes.
    fn external(
        &self,
        stage: &Stage,
        positions: std::ops::Range<usize>,
        budget: usize,
    ) -> Option<(Job, usize)> {
        if stage.split.is_some() {
            return None;
        }
        let step = &self.plan.steps[stage.steps[positions.start] as usize];
        // Where a file has no chunks and is decoded by nothing, a few bytes are as good as many.
        let plain = |d: &OnDisk| d.chunks.is_none() && d.scratch == 0;
        let operand = self.plan.reads(step).first().map(|&v| self.plan.stored(v));
        let in_runs = operand.and_then(|v| self.disk(v)).is_some_and(plain);
        let files = Files { paged: self.paged, in_runs };
        let plot = External::within(self.plan, step, budget, files, self.given.page)?;
        let job = Job {
            positions,
            size: Shape::from_elem(1, self.plan.space(step).len()),
            overlap: false,
            external: Some(plot.external),
            boxes: (0, 0),
            traffic: plot.traffic,
            spilled: plot.spilled,
            peak: 0,
        };
        Some((job, plot.bytes))
    }

    /// Bytes beside boxes: of so many threads' kernels and windows, decoders, and where wanted
    /// routines.
    fn spare(
        &self,
        stage: &Stage,
        positions: std::ops::Range<usize>,
        threads: usize,
        routines: bool,
    ) -> usize {
        let plan = self.plan;
        let each = plan.window_bytes(stage) + THREAD_BYTES.min(self.given.limit / 64);
        let (mut readers, mut writers, mut scratch) = (0, 0, 0);
        for p in positions {
            let step = &plan.steps[stage.steps[p] as usize];
            if routines {
                // No more threads than it has tasks take any.
                let tasks = count(&plan.space(step)).clamp(1, threads);
                let (given, own) = plan.routine_memory(&step.kind);
                scratch += (given + own) * tasks;
            }
            let beside = |v: ValueId| {
                let v = plan.stored(v);
                let spilled = chunk_bytes(self.given.limit);
                let paged = self.paged[v.0 as usize];
                if paged { self.disk(v).map_or(spilled, |d| d.scratch) } else { 0 }
            };
            readers = plan.reads(step).into_iter().map(beside).fold(readers, usize::max);
            writers = writers.max(beside(plan.written(step)));
        }
        let movers = |each| movers(each, self.given.threads.max(1), self.given.limit);
        let moving = |each: usize| each * movers(each);
        each * threads + scratch + moving(readers) + moving(writers)
    }

    /// What is known of a value in a file that was there before or will stay.
    fn disk(&self, stored: ValueId) -> Option<&OnDisk> {
        let sink = self.given.sinks.iter().find(|(v, _)| *v == stored).map(|(_, d)| d);
        match self.plan[stored].storage {
            Storage::Input(slot) => self.given.inputs.get(slot as usize)?.as_ref(),
            _ => sink,
        }
    }

    /// The size of a job's units within a budget, and the bytes it then takes; where it may, units
    /// overlap.
    fn job(
        &self,
        stage: &Stage,
        positions: std::ops::Range<usize>,
        budget: usize,
        may_overlap: bool,
    ) -> Result<(Job, usize), usize> {
        let mut job = Job {
            positions: positions.clone(),
            size: Shape::new(),
            overlap: true,
            external: None,
            boxes: (0, 0),
            traffic: (0, 0),
            spilled: 0,
            peak: 0,
        };
        let whole = extent(self.plan, stage, &job);
        let floor = self.floor(stage, &positions, &whole);
        let budget = if self.given.page { 0 } else { budget };
        let bases = [self.base(stage, &positions, &whole), Some(floor.clone())];
        let mut least = 0;
        for (base, overlap) in bases.iter().flat_map(|b| [(b, true), (b, false)]) {
            let Some(base) = base.as_ref().filter(|_| may_overlap || !overlap) else { continue };
            job.size = base.clone();
            job.overlap = overlap;
            least = self.estimate(stage, &job).bytes(overlap);
            if least <= budget {
                let estimate = self.grow(stage, &mut job, &whole, budget);
                job.boxes = (estimate.reads, estimate.writes);
                job.traffic = self.traffic(stage, &job, &estimate);
                return Ok((job, estimate.bytes(overlap)));
            }
        }
        if self.given.page {
            // The smallest unit of the chunks asked for, read ahead and written behind.
            job.size = bases.into_iter().flatten().next().expect("the floor");
            job.overlap = true;
            let estimate = self.estimate(stage, &job);
            job.boxes = (estimate.reads, estimate.writes);
            return Ok((job, estimate.bytes(true)));
        }
        Err(least)
    }

    /// The least unit: what the step's meaning allows.
    fn floor(&self, stage: &Stage, positions: &std::ops::Range<usize>, whole: &[usize]) -> Shape {
        let mut floor = Shape::from_elem(1, whole.len());
        if stage.split.is_none() {
            match &self.plan.steps[stage.steps[positions.start] as usize].kind {
                StepKind::Scan { axis, .. } => {
                    let axis = *axis as usize;
                    floor[axis] = SCAN_BLOCK.min(whole[axis].max(1));
                }
                StepKind::Contract { .. } => {
                    let k = whole.len() - 1;
                    floor[k] = PANEL.min(whole[k].max(1));
                }
                _ => {}
            }
        }
        floor
    }

    /// A unit to start from: chunks of the files it touches, or the step's own chunks.
    fn base(
        &self,
        stage: &Stage,
        positions: &std::ops::Range<usize>,
        whole: &[usize],
    ) -> Option<Shape> {
        if stage.split.is_some() {
            return None;
        }
        let step = &self.plan.steps[stage.steps[positions.start] as usize];
        let mut base: Shape = self.floor(stage, positions, whole);
        for (d, &c) in step.chunk.iter().enumerate() {
            base[d] = c.next_multiple_of(base[d]).clamp(1, whole[d].max(1));
        }
        let out = self.plan.written(step);
        let sink = self.disk(out).and_then(|d| d.chunks.clone());
        let chunks = sink.or_else(|| match &step.kind {
            StepKind::Blockwise(b) if matches!(b.output, Output::Store { .. }) => self.source(b),
            _ => None,
        });
        if let Some(chunks) = chunks.filter(|c| c.len() <= base.len()) {
            let floor = self.floor(stage, positions, whole);
            for (d, &c) in chunks.iter().enumerate() {
                base[d] = c.next_multiple_of(floor[d]).clamp(1, whole[d].max(1));
            }
        }
        if step.order == TaskOrder::Mirrored {
            let side = base[0].max(base[1]);
            (base[0], base[1]) = (side, side);
        }
        Some(base)
    }

    /// The chunk shape of the first file that a kernel reads index by index.
    fn source(&self, b: &Blockwise) -> Option<Shape> {
        b.operands.iter().find_map(|access| {
            let Access::Memory { value, map } = access else { return None };
            let chunks = self.disk(self.plan.stored(*value))?.chunks.clone()?;
            let same =
                map.is_identity(b.domain.len()) && self.plan[*value].shape.len() == chunks.len();
            same.then_some(chunks)
        })
    }

    /// Doubles the unit where that saves most, as long as it fits.
    fn grow(&self, stage: &Stage, job: &mut Job, whole: &[usize], budget: usize) -> Estimate {
        let square = job.positions.len() == 1
            && stage.split.is_none()
            && self.plan.steps[stage.steps[job.positions.start] as usize].order
                == TaskOrder::Mirrored;
        let mut best = self.estimate(stage, job);
        loop {
            let enough = best.reads + best.writes >= TARGET;
            let mut next: Option<(Estimate, Shape)> = None;
            for d in (0..whole.len()).rev().filter(|&d| job.size[d] < whole[d]) {
                let mut size = job.size.clone();
                let doubled: &[usize] = if square { &[0, 1] } else { &[d] };
                doubled.iter().for_each(|&d| size[d] = size[d].saturating_mul(2).min(whole[d]));
                let tried = Job { size: size.clone(), ..job.clone() };
                let estimate = self.estimate(stage, &tried);
                let fits = estimate.bytes(job.overlap) <= budget;
                let saves = !enough || estimate.cost < best.cost * 0.98;
                let better = next.as_ref().is_none_or(|(n, _)| estimate.cost < n.cost * 0.999);
                if fits && saves && better {
                    next = Some((estimate, size));
                }
            }
            let Some((estimate, size)) = next else { return best };
            (best, job.size) = (estimate, size);
        }
    }

    fn footprint(&self, stage: &Stage, job: &Job, unit: usize) -> Footprint {
        of_regions(self.plan, stage, &regions(self.plan, stage, job, unit))
    }

    /// The boxes of a unit that lie in files, each once.
    fn boxes(&self, parts: &[Part]) -> Vec<Part> {
        let mut seen: Vec<Part> = vec![];
        for part in parts {
            let stored = self.plan.stored(part.value);
            if !self.paged[stored.0 as usize] {
                continue;
            }
            let same_shape = self.plan[part.value].shape == self.plan[stored].shape;
            let value = if same_shape { stored } else { part.value };
            let part = Part { value, ..part.clone() };
            if !seen.contains(&part) {
                seen.push(part);
            }
        }
        seen
    }

    fn estimate(&self, stage: &Stage, job: &Job) -> Estimate {
        let units = units(self.plan, stage, job);
        let step = &self.plan.steps[stage.steps[job.positions.start] as usize];
        let carries = stage.split.is_none() && matches!(step.kind, StepKind::Scan { .. });
        let mut out = Estimate { reads: 0, writes: 0, carries, traffic: (0, 0), cost: 0.0 };
        // The ends, and some evenly spaced between them.
        let mut samples: Vec<usize> =
            (0..=SAMPLES).map(|i| i * units.saturating_sub(1) / SAMPLES).collect();
        samples.dedup();
        let bytes = |p: &Part| count(&p.shape) * self.plan[p.value].dtype.size();
        let weight = units as f64 / samples.len() as f64;
        for &unit in &samples {
            if unit >= units {
                continue;
            }
            let print = self.footprint(stage, job, unit);
            let (reads, writes) = (self.boxes(&print.reads), self.boxes(&print.writes));
            let (r, w) = (reads.iter().map(bytes).sum(), writes.iter().map(bytes).sum());
            out.reads = out.reads.max(r);
            out.writes = out.writes.max(w);
            out.traffic.0 += (r as f64 * weight) as u64;
            out.traffic.1 += (w as f64 * weight) as u64;
            let seeks: usize = reads.iter().chain(&writes).map(|p| self.moved(p)).sum();
            out.cost += seeks as f64 * weight;
        }
        // Those may all be short, or read one box twice: units beside the first do not.
        for region in self.beside_first(stage, job) {
            let print = of_regions(self.plan, stage, &[region]);
            let (reads, writes) = (self.boxes(&print.reads), self.boxes(&print.writes));
            out.reads = out.reads.max(reads.iter().map(bytes).sum());
            out.writes = out.writes.max(writes.iter().map(bytes).sum());
        }
        out
    }

    /// The regions of the units that follow the first along each dimension.
    fn beside_first(&self, stage: &Stage, job: &Job) -> Vec<(usize, Region)> {
        if stage.split.is_some() {
            return vec![];
        }
        let whole = extent(self.plan, stage, job);
        let beside = (0..whole.len()).filter(|&d| job.size[d] < whole[d]).map(|along| {
            let mut index = Shape::from_elem(0, whole.len());
            index[along] = 1;
            (job.positions.start, region_at(&whole, &job.size, &index))
        });
        beside.filter(|(_, region)| region.iter().all(|r| r.1 > 0)).collect()
    }

    /// Bytes that all units of a job read from files and write to them: as they run, or of many
    /// units by the estimate.
    fn traffic(&self, stage: &Stage, job: &Job, estimate: &Estimate) -> (u64, u64) {
        let units = units(self.plan, stage, job);
        if units > COUNTED {
            return estimate.traffic;
        }
        let mut traffic = (0, 0);
        let mut last: Vec<Part> = vec![];
        for unit in 0..units {
            let regions = regions(self.plan, stage, job, unit);
            let print = of_regions(self.plan, stage, &regions);
            let bytes = |p: &Part| (count(&p.shape) * self.plan[p.value].dtype.size()) as u64;
            let reads = self.boxes(&print.reads);
            traffic.0 += reads.iter().filter(|p| !last.contains(p)).map(bytes).sum::<u64>();
            if finished(self.plan, stage, job, &regions) {
                traffic.1 += self.boxes(&print.writes).iter().map(bytes).sum::<u64>();
            }
            // What is read ahead shares boxes with the unit before.
            if job.overlap && units > 1 {
                last = reads;
            }
        }
        traffic
    }

    /// Bytes that are moved for a box, those of seeks included.
    fn moved(&self, part: &Part) -> usize {
        let stored = self.plan.stored(part.value);
        let (shape, size) = (&self.plan[part.value].shape, self.plan[part.value].dtype.size());
        let chunks = self.disk(stored).and_then(|d| d.chunks.as_ref());
        if let Some(chunks) = chunks.filter(|c| c.len() == part.shape.len()) {
            let touched = (0..shape.len()).map(|d| {
                let c = chunks[d].max(1);
                let first = part.start[d] / c;
                let last = (part.start[d] + part.shape[d]).div_ceil(c);
                ((last - first) * c).min(shape[d])
            });
            let bytes = touched.product::<usize>().saturating_mul(size);
            return bytes + SEEK * (bytes / (chunks.iter().product::<usize>() * size).max(1));
        }
        let mut run = size;
        for d in (0..shape.len()).rev() {
            run = run.saturating_mul(part.shape[d]);
            if part.shape[d] < shape[d] {
                break;
            }
        }
        let bytes = count(&part.shape) * size;
        bytes + SEEK * (bytes / run.max(1))
    }
}

/// What a job's units cut: the extended space of its step, or the chunks of the split.
pub fn extent(plan: &Plan, stage: &Stage, job: &Job) -> Shape {
    match &stage.split {
        Some(split) => std::iter::once(split.extent.div_ceil(split.chunk)).collect(),
        None => plan.extent(&plan.steps[stage.steps[job.positions.start] as usize]),
    }
}

/// How many units a job has.
pub fn units(plan: &Plan, stage: &Stage, job: &Job) -> usize {
    extent(plan, stage, job).iter().zip(&job.size).map(|(&n, &c)| n.div_ceil(c)).product()
}

/// Whether the results of a unit are what they will be: of a sum in parts, the last.
pub fn finished(plan: &Plan, stage: &Stage, job: &Job, regions: &[(usize, Region)]) -> bool {
    let step = &plan.steps[stage.steps[job.positions.start] as usize];
    let last = |region: &Region| region[region.len() - 1];
    match (&step.kind, regions.first()) {
        (StepKind::Contract { inner, .. }, Some((_, region))) if stage.split.is_none() => {
            last(region).0 + last(region).1 == *inner
        }
        _ => true,
    }
}

/// The regions of a unit: per position of a step, over its extended space. Along the axis of a
/// scan and the summed dimension of a contraction, units follow each other.
pub fn regions(plan: &Plan, stage: &Stage, job: &Job, unit: usize) -> Vec<(usize, Region)> {
    let whole = extent(plan, stage, job);
    if let Some(split) = &stage.split {
        let chunks = job.size[0];
        let first = unit * chunks * split.chunk;
        let n = (chunks * split.chunk).min(split.extent - first);
        let of = |p: usize| {
            let space = plan.extent(&plan.steps[stage.steps[p] as usize]);
            let mut region: Region = space.iter().map(|&n| (0, n)).collect();
            region[split.dims[p] as usize] = (first, n);
            (p, region)
        };
        let full = job.positions.clone().map(of);
        return full.filter(|(_, r)| r.iter().all(|r| r.1 > 0)).collect();
    }
    let position = job.positions.start;
    let step = &plan.steps[stage.steps[position] as usize];
    let mut order: Vec<usize> = (0..whole.len()).collect();
    if let StepKind::Scan { axis, .. } = step.kind {
        order.retain(|&d| d != axis as usize);
        order.push(axis as usize);
    }
    let mut index = Shape::from_elem(0, whole.len());
    if step.order == TaskOrder::Mirrored && whole[0].div_ceil(job.size[0]) > 1 {
        (index[0], index[1]) = arr_ir::plan::mirrored(unit);
    } else {
        let mut rest = unit;
        for &d in order.iter().rev() {
            let n = whole[d].div_ceil(job.size[d]);
            index[d] = rest % n;
            rest /= n;
        }
    }
    vec![(position, region_at(&whole, &job.size, &index))]
}

/// The region of the unit at an index of the grid of units.
fn region_at(whole: &[usize], size: &[usize], index: &[usize]) -> Region {
    let region = (0..whole.len()).map(|d| {
        let start = index[d] * size[d];
        (start, size[d].min(whole[d] - start))
    });
    region.collect()
}
