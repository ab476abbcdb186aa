//! Runs a layout: jobs in order, units of a job one after the other, boxes read ahead and written
//! behind.

use super::layout::{Job, Layout, OnDisk, extent, finished, movers, regions, units};
use super::spill::Spilled;
use super::transfer;
use crate::buffer::Buffer;
use crate::engine::{Engine, RunError, Team};
use crate::jit::task::{Arrays, BoundStep};
use crate::measure::Bytes;
use crate::progress::Effort;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::footprint::{Part, Region, of_regions};
use arr_ir::plan::{Plan, Stage, StepKind, Storage, ValueId};
use arr_ir::shape::{Shape, count};
use arr_storage::boxes::{Around, copy};
use arr_storage::{Sink, Source, StorageError};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

/// What a plan reads: an array in memory, or one in a file.
#[derive(Clone)]
pub enum Input {
    /// In memory.
    Memory(Buffer),
    /// In a file, read by boxes.
    Disk(Arc<dyn Source>),
}

impl Input {
    /// Bytes that the array takes once it is read; 0 where it is in memory already.
    pub fn file_bytes(&self) -> usize {
        match self {
            Input::Memory(_) => 0,
            Input::Disk(source) => count(source.shape()).saturating_mul(source.dtype().size()),
        }
    }
}

/// A result of a plan.
#[derive(Clone)]
pub enum Output {
    /// In memory.
    Memory(Buffer),
    /// Spilled.
    Disk(Arc<dyn Source>),
    /// In the file that it was to go to.
    Sunk,
}

/// Where a result goes as it is computed.
pub struct Target<'a> {
    /// The number of the result.
    pub result: usize,
    /// What takes its boxes.
    pub sink: &'a dyn Sink,
}

/// Bytes that runs read from files and wrote to them, spilled arrays included.
#[derive(Default)]
pub struct Counters {
    /// Read.
    pub read: AtomicU64,
    /// Written.
    pub written: AtomicU64,
    /// Units run.
    pub units: AtomicU64,
}

/// What is known of a file, for a layout.
pub fn on_disk(source: &dyn Source) -> OnDisk {
    let chunks = source.chunks().map(|c| transfer::clipped(c, source.shape()));
    let piece: Shape = chunks.clone().unwrap_or_else(|| {
        let rank = source.shape().len();
        let mut piece = Shape::from_elem(1, rank);
        if let Some(last) = piece.last_mut() {
            *last = source.shape()[rank - 1].clamp(1, 1 << 16);
        }
        piece
    });
    OnDisk { scratch: source.scratch(&piece), chunks }
}

/// A copy of an array in memory in the spill directory.
///
/// # Errors
/// The disk is full, or writing failed.
pub fn spill(engine: &Engine, buffer: &Buffer) -> Result<Arc<dyn Source>, RunError> {
    let spilled = empty(engine, buffer.dtype(), buffer.shape())?;
    transfer::save(engine, buffer, &spilled)?;
    Ok(spilled.finish())
}

/// A copy of a file in the spill directory.
///
/// # Errors
/// The file cannot be read, the disk is full, or writing failed.
pub fn spill_copy(engine: &Engine, source: &dyn Source) -> Result<Arc<dyn Source>, RunError> {
    let spilled = empty(engine, source.dtype(), source.shape())?;
    transfer::copy_all(engine, source, &spilled)?;
    Ok(spilled.finish())
}

fn empty(engine: &Engine, dtype: DType, shape: &[usize]) -> Result<SpillSink, RunError> {
    let chunk = super::layout::moderate(shape, shape, dtype, engine.pool().limit());
    Ok(SpillSink(Arc::new(Spilled::new(engine.spill(), dtype, shape, &chunk)?)))
}

/// A spilled array as a target of copies.
struct SpillSink(Arc<Spilled>);

impl SpillSink {
    fn finish(self) -> Arc<dyn Source> {
        self.0
    }
}

impl Sink for SpillSink {
    fn chunks(&self) -> Option<&[usize]> {
        self.0.chunks()
    }

    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        self.0.write(start, shape, data)
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        Ok(())
    }
}

/// A value in a file.
#[derive(Clone)]
enum Place<'a> {
    Source(Arc<dyn Source>),
    Spilled(Arc<Spilled>),
    Sink(&'a dyn Sink),
}

/// A run of a layout.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) layout: &'a Layout,
    places: Vec<Option<Place<'a>>>,
}

/// Runs a plan under its layout: one output per result.
///
/// # Errors
/// Files, memory, values that do not suit, the stop flag.
pub fn run(
    engine: &Engine,
    layout: &Layout,
    inputs: &[Input],
    slots: &[Scalar],
    target: Option<Target<'_>>,
) -> Result<Vec<Output>, RunError> {
    let plan = &*layout.plan;
    let used = engine.used_before();
    let mut run = Run { engine, layout, places: vec![None; plan.values.len()] };
    let mut loaded: Vec<Option<Buffer>> = vec![None; inputs.len()];
    for (i, v) in plan.values.iter().enumerate() {
        let Storage::Input(slot) = v.storage else { continue };
        let input = inputs.get(slot as usize);
        match input.ok_or_else(|| RunError::Bug("an input is missing".into()))? {
            Input::Memory(buffer) => loaded[slot as usize] = Some(buffer.densified(engine.pool())?),
            Input::Disk(source) if layout.paged[i] => {
                run.places[i] = Some(Place::Source(source.clone()));
            }
            Input::Disk(source) => {
                loaded[slot as usize] = Some(transfer::load(engine, &**source)?);
            }
        }
    }
    let mut arrays = Arrays::new(plan, &loaded, slots).map_err(RunError::Bug)?;
    drop(loaded);
    arrays.put_empty(engine.pool())?;
    let sunk = target.as_ref().map(|t| (plan.stored(plan.results[t.result]), t));
    let direct = sunk.filter(|(v, _)| layout.direct.contains(v));
    for (s, stage) in plan.stages.iter().enumerate() {
        for value in layout.lifetimes.starts(s) {
            let sink = direct.filter(|(v, _)| *v == value).map(|(_, t)| t.sink);
            run.start(value, sink, &mut arrays)?;
        }
        for job in &layout.jobs[s] {
            let reached = engine.progress().done();
            let planned = || Bytes {
                read: job.traffic.0,
                written: job.traffic.1,
                spilled: layout.spilled,
                peak: used + job.peak,
            };
            let positions = job.positions.clone();
            engine.part((s, positions), planned, || run.job(stage, job, &arrays))?;
            engine.progress().arrive(reached.saturating_add(layout.of_job(stage, job)));
        }
        let ends = layout.lifetimes.ends(s).chain(layout.lifetimes.inputs_end(plan, s));
        for value in ends {
            arrays.take(value);
            run.places[value.0 as usize] = None;
        }
    }
    run.results(&arrays, target)
}

/// The boxes that a unit needs, each with its buffer.
type Boxes = Vec<(Part, Buffer)>;

/// What happens after the boxes of a unit were read.
struct Unit {
    regions: Vec<(usize, Region)>,
    reads: Boxes,
    writes: Vec<Part>,
}

impl<'a> Run<'a> {
    pub(super) fn plan(&self) -> &'a Plan {
        &self.layout.plan
    }

    /// The threads that move a box, each taking so many bytes beside it.
    pub(super) fn team(&self, each: usize) -> Team<'a> {
        let threads = self.engine.options().threads;
        self.engine.team(movers(each, threads, self.layout.limit))
    }

    pub(super) fn is_paged(&self, value: ValueId) -> bool {
        self.layout.paged[self.plan().stored(value).0 as usize]
    }

    fn start(
        &mut self,
        value: ValueId,
        sink: Option<&'a dyn Sink>,
        arrays: &mut Arrays<'_>,
    ) -> Result<(), RunError> {
        let v = &self.plan()[value];
        if !self.layout.paged[value.0 as usize] {
            arrays.put(value, Buffer::new(self.engine.pool(), v.dtype, v.shape.clone())?);
            return Ok(());
        }
        self.places[value.0 as usize] = Some(match sink {
            Some(sink) => Place::Sink(sink),
            None => Place::Spilled(Arc::new(self.spilled(value)?)),
        });
        Ok(())
    }

    fn spilled(&self, value: ValueId) -> Result<Spilled, RunError> {
        let v = &self.plan()[value];
        let chunk = &self.layout.chunks[value.0 as usize];
        Ok(Spilled::new(self.engine.spill(), v.dtype, &v.shape, chunk)?)
    }

    fn job(&self, stage: &Stage, job: &Job, arrays: &Arrays<'_>) -> Result<(), RunError> {
        if let Some(external) = job.external {
            let step = &self.plan().steps[stage.steps[job.positions.start] as usize];
            return self.external(step, external, arrays);
        }
        let units = units(self.plan(), stage, job);
        if !job.overlap || units < 2 {
            let mut held: Boxes = vec![];
            for unit in 0..units {
                let unit = self.read_unit(stage, job, unit, &[])?;
                let finished = finished(self.plan(), stage, job, &unit.regions);
                held = self.compute(stage, job, unit, held, arrays)?;
                if finished {
                    self.store(&held)?;
                }
                // What comes next goes on from sums that are not finished and from carries only.
                let step = &self.plan().steps[stage.steps[job.positions.start] as usize];
                if finished
                    && !(stage.split.is_none() && matches!(step.kind, StepKind::Scan { .. }))
                {
                    held.clear();
                }
            }
            return Ok(());
        }
        let (read, ready) = mpsc::sync_channel::<Result<Unit, RunError>>(0);
        let (done, to_store) = mpsc::sync_channel::<Boxes>(0);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut last: Boxes = vec![];
                for unit in 0..units {
                    let unit = self.read_unit(stage, job, unit, &last);
                    last = unit.as_ref().map_or(vec![], |u| u.reads.clone());
                    let failed = unit.is_err();
                    if read.send(unit).is_err() || failed {
                        return;
                    }
                }
            });
            let writer = scope.spawn(move || {
                for boxes in to_store {
                    self.store(&boxes)?;
                }
                Ok(())
            });
            let mut failure = None;
            let mut held: Boxes = vec![];
            for unit in ready {
                let computed = unit.and_then(|u| {
                    let finished = finished(self.plan(), stage, job, &u.regions);
                    held = self.compute(stage, job, u, std::mem::take(&mut held), arrays)?;
                    Ok(finished)
                });
                match computed {
                    Ok(finished) if finished && done.send(held.clone()).is_err() => break,
                    Ok(_) => {}
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
            drop((done, held));
            let stored = writer.join().unwrap_or_else(|_| Err(RunError::Bug("writing".into())));
            failure.map_or(stored, Err)
        })
    }

    /// Reads what a unit reads of files; boxes that are among `last` are taken from there.
    fn read_unit(
        &self,
        stage: &Stage,
        job: &Job,
        unit: usize,
        last: &[(Part, Buffer)],
    ) -> Result<Unit, RunError> {
        let plan = self.plan();
        let regions = regions(plan, stage, job, unit);
        let print = of_regions(plan, stage, &regions);
        let mut reads: Boxes = vec![];
        for part in print.reads {
            if !self.is_paged(part.value) {
                continue;
            }
            let same = |(p, _): &&(Part, Buffer)| {
                plan.stored(p.value) == plan.stored(part.value)
                    && plan[p.value].shape == plan[part.value].shape
                    && (&p.start, &p.shape) == (&part.start, &part.shape)
            };
            let found = reads.iter().find(same).or_else(|| last.iter().find(same));
            let buffer = match found {
                Some((_, buffer)) => buffer.clone(),
                None => self.read(&part)?,
            };
            reads.push((part, buffer));
        }
        self.engine.counters().units.fetch_add(1, Ordering::Relaxed);
        Ok(Unit { regions, reads, writes: print.writes })
    }

    /// The file that a value is read from; none when it is in memory.
    pub(super) fn source(&self, value: ValueId) -> Option<&dyn Source> {
        match &self.places[self.plan().stored(value).0 as usize] {
            Some(Place::Source(source)) => Some(&**source),
            Some(Place::Spilled(spilled)) => Some(&**spilled),
            _ => None,
        }
    }

    fn read(&self, part: &Part) -> Result<Buffer, RunError> {
        let dtype = self.plan()[part.value].dtype;
        let mut buffer = Buffer::new(self.engine.pool(), dtype, part.shape.clone())?;
        let bytes = buffer.bytes_mut().expect("a new buffer is dense and unshared");
        self.read_into(part, bytes)?;
        Ok(buffer)
    }

    /// Reads a box of a value that lies in a file.
    pub(super) fn read_into(&self, part: &Part, bytes: &mut [u8]) -> Result<(), RunError> {
        let plan = self.plan();
        let stored = plan.stored(part.value);
        let source =
            self.source(part.value).ok_or_else(|| RunError::Bug("a box of nothing".into()))?;
        self.engine.counters().read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let (team, stop) = (self.team(on_disk(source).scratch), self.engine.cancel());
        let shape = &plan[part.value].shape;
        let progress = self.engine.progress();
        if *shape == plan[stored].shape {
            return transfer::read(
                source,
                &part.start,
                &part.shape,
                bytes,
                (&team, progress),
                &stop,
            );
        }
        transfer::read_reshaped(source, shape, &part.start, &part.shape, bytes, &stop)?;
        progress.moved(bytes.len());
        Ok(())
    }

    /// Runs the tasks of a unit whose boxes are there; `last` are the boxes that the unit before
    /// wrote. Gives the boxes it wrote.
    fn compute(
        &self,
        stage: &Stage,
        job: &Job,
        unit: Unit,
        last: Boxes,
        arrays: &Arrays<'_>,
    ) -> Result<Boxes, RunError> {
        let plan = self.plan();
        let mut arrays = arrays.clone();
        let mut written: Boxes = vec![];
        for part in unit.writes {
            let local = stage.locals.iter().any(|l| l.0 == part.value);
            if local || !self.is_paged(part.value) {
                continue;
            }
            let buffer = self.out_box(stage, job, (&part, &unit.regions), &unit.reads, &last)?;
            written.push((part, buffer));
        }
        drop(last);
        let own = |p: &Part| written.iter().any(|(w, _)| w.value == p.value);
        for (part, buffer) in unit.reads.iter().filter(|(p, _)| !own(p)).chain(&written) {
            arrays.put_part(part, buffer).map_err(RunError::Bug)?;
        }
        let bound: Vec<Option<BoundStep>> = (0..stage.steps.len())
            .map(|p| {
                let mine = job.positions.contains(&p);
                mine.then(|| arrays.bind(stage, p, self.engine.compiler())).transpose()
            })
            .collect::<Result<_, _>>()
            .map_err(RunError::Bug)?;
        let absent = BoundStep::Absent;
        let bound: Vec<&BoundStep> = bound.iter().map(|b| b.as_ref().unwrap_or(&absent)).collect();
        let tasks = Tasks::of(plan, stage, job, &unit.regions);
        let units = units(plan, stage, job);
        let effort = Effort { bytes: 0, ..self.layout.computing(stage, job).part(units) };
        let count = (tasks.count(), effort);
        self.engine.tasks(&arrays, stage, &bound, count, &|task, scratch, workers| {
            for (position, region, chunk) in tasks.parts(plan, stage, task) {
                arrays.run_step(stage, &bound, (position, &region, chunk), scratch, workers)?;
            }
            Ok(())
        })?;
        Ok(written)
    }

    /// The buffer for a box that is written, filled where what it held is read.
    fn out_box(
        &self,
        stage: &Stage,
        job: &Job,
        (part, regions): (&Part, &[(usize, Region)]),
        reads: &Boxes,
        last: &Boxes,
    ) -> Result<Buffer, RunError> {
        let plan = self.plan();
        let dtype = plan[part.value].dtype;
        let new = || Ok(Buffer::new(self.engine.pool(), dtype, part.shape.clone())?);
        // A store with gaps changes what was there.
        if let Some((_, old)) = reads.iter().find(|(p, _)| p == part) {
            let bytes = old.bytes().ok_or_else(|| RunError::Bug("a box is not dense".into()))?;
            return Ok(Buffer::from_bytes(self.engine.pool(), dtype, part.shape.clone(), bytes)?);
        }
        if stage.split.is_some() {
            return new();
        }
        let step = &plan.steps[stage.steps[job.positions.start] as usize];
        let region = &regions[0].1;
        match &step.kind {
            StepKind::Contract { .. } if region[region.len() - 1].0 > 0 => {
                let held = last.iter().find(|(p, _)| p == part).map(|(_, b)| b.clone());
                held.ok_or_else(|| RunError::Bug("a sum was lost".into()))
            }
            StepKind::Scan { axis, .. } if region[*axis as usize].0 > 0 => {
                let axis = *axis as usize;
                let (before, held) = last
                    .iter()
                    .find(|(p, _)| p.value == part.value)
                    .ok_or_else(|| RunError::Bug("a carry was lost".into()))?;
                let mut buffer = new()?;
                // The last line before the box, moved to its first.
                let mut origin = before.start.clone();
                origin[axis] += 1;
                let from = Around { origin: &origin, shape: &before.shape };
                let mut line = part.shape.clone();
                line[axis] = 1;
                let to = Around { origin: &part.start, shape: &part.shape };
                let bytes = buffer.bytes_mut().expect("a new buffer is dense and unshared");
                let held = held.bytes().ok_or_else(|| RunError::Bug("no dense box".into()))?;
                copy(&from, held, &to, bytes, dtype.size());
                Ok(buffer)
            }
            _ => new(),
        }
    }

    /// Writes elements of a value in row-major order, from an element on.
    pub(super) fn store_range(
        &self,
        value: ValueId,
        first: usize,
        data: &Buffer,
    ) -> Result<(), RunError> {
        let stored = self.plan().stored(value);
        let shape = &self.plan()[stored].shape;
        let mut done = 0;
        for (start, size) in transfer::boxes_of(shape, first, count(data.shape())) {
            let part = data.range(done, size.clone());
            done += count(&size);
            self.store(&vec![(Part { value: stored, start, shape: size }, part)])?;
        }
        Ok(())
    }

    /// Writes the boxes of a unit to their files.
    fn store(&self, boxes: &Boxes) -> Result<(), RunError> {
        let plan = self.plan();
        for (part, buffer) in boxes {
            self.engine.counters().written.fetch_add(buffer.nbytes() as u64, Ordering::Relaxed);
            let progress = self.engine.progress();
            match &self.places[plan.stored(part.value).0 as usize] {
                Some(Place::Spilled(spilled)) => {
                    let writer = |start: &[usize], shape: &[usize], data: &[u8]| {
                        spilled.write(start, shape, data)
                    };
                    let team = self.team(spilled.scratch(spilled.shape()));
                    transfer::write(
                        &writer,
                        spilled.chunks(),
                        &part.start,
                        buffer,
                        (&team, progress),
                    )?;
                }
                Some(Place::Sink(sink)) => {
                    let writer = |start: &[usize], shape: &[usize], data: &[u8]| {
                        sink.write(start, shape, data)
                    };
                    let item = buffer.dtype().size();
                    let team = self.team(sink.chunks().map_or(0, |c| count(c) * item));
                    transfer::write(
                        &writer,
                        sink.chunks(),
                        &part.start,
                        buffer,
                        (&team, progress),
                    )?;
                }
                _ => return Err(RunError::Bug("a box for nothing".into())),
            }
        }
        Ok(())
    }

    fn results(
        &self,
        arrays: &Arrays<'_>,
        target: Option<Target<'_>>,
    ) -> Result<Vec<Output>, RunError> {
        let plan = self.plan();
        let mut outputs = vec![];
        for (i, &result) in plan.results.iter().enumerate() {
            let stored = plan.stored(result);
            let reshaped = plan[stored].shape != plan[result].shape;
            let output = match &self.places[stored.0 as usize] {
                None => Output::Memory(
                    arrays
                        .get(result)
                        .ok_or_else(|| RunError::Bug("a result is missing".into()))?,
                ),
                Some(Place::Sink(_)) => Output::Sunk,
                Some(place) => {
                    let source: Arc<dyn Source> = match place {
                        Place::Source(source) => source.clone(),
                        Place::Spilled(spilled) => spilled.clone(),
                        Place::Sink(_) => unreachable!("matched above"),
                    };
                    match reshaped {
                        true => Output::Disk(Arc::new(super::reshaped::Reshaped::new(
                            source,
                            plan[result].shape.clone(),
                        ))),
                        false => Output::Disk(source),
                    }
                }
            };
            let into = target.as_ref().filter(|t| t.result == i);
            outputs.push(match (into, output) {
                (Some(target), Output::Disk(source)) => {
                    transfer::copy_all(self.engine, &*source, target.sink)?;
                    Output::Sunk
                }
                (Some(target), Output::Memory(buffer)) => {
                    transfer::save(self.engine, &buffer, target.sink)?;
                    Output::Memory(buffer)
                }
                (_, output) => output,
            });
        }
        Ok(outputs)
    }
}

/// The tasks of a unit: chunks of its regions.
struct Tasks {
    /// Of a split stage: the number of the first chunk, and how many.
    chunks: Option<(usize, usize)>,
    position: usize,
    region: Region,
    /// Size of a task, and how many there are per dimension.
    size: Shape,
    grid: Shape,
}

impl Tasks {
    fn of(plan: &Plan, stage: &Stage, job: &Job, regions: &[(usize, Region)]) -> Tasks {
        let none = || Tasks {
            chunks: Some((0, 0)),
            position: 0,
            region: vec![],
            size: Shape::new(),
            grid: Shape::new(),
        };
        let Some((position, region)) = regions.first().cloned() else { return none() };
        if let Some(split) = &stage.split {
            let (first, n) = region[split.dims[position] as usize];
            let chunks = Some((first / split.chunk, n.div_ceil(split.chunk)));
            return Tasks { chunks, ..none() };
        }
        let step = &plan.steps[stage.steps[position] as usize];
        let mut size: Shape = region.iter().map(|r| r.1).collect();
        let whole = extent(plan, stage, job);
        for (d, &chunk) in step.chunk.iter().enumerate() {
            let along = matches!(step.kind, StepKind::Scan { axis, .. } if axis as usize == d);
            if !along && d < whole.len() {
                size[d] = size[d].min(chunk);
            }
        }
        let grid = region.iter().zip(&size).map(|(r, &s)| r.1.div_ceil(s.max(1))).collect();
        Tasks { chunks: None, position, region, size, grid }
    }

    fn count(&self) -> usize {
        self.chunks.map_or_else(|| count(&self.grid), |c| c.1)
    }

    /// Positions, regions and chunk numbers of the steps of a task.
    fn parts(&self, plan: &Plan, stage: &Stage, task: usize) -> Vec<(usize, Region, usize)> {
        if let Some((first, _)) = self.chunks {
            let chunk = first + task;
            let parts = (0..stage.steps.len()).map(|p| {
                let step = &plan.steps[stage.steps[p] as usize];
                let region = plan.region(stage, p, chunk);
                let whole = region.iter().all(|r| r.1 > 0);
                whole.then(|| (p, plan.extended(step, region), chunk))
            });
            return parts.flatten().collect();
        }
        let mut rest = task;
        let mut region = self.region.clone();
        for d in (0..region.len()).rev() {
            let index = rest % self.grid[d];
            rest /= self.grid[d];
            let start = index * self.size[d];
            region[d] = (self.region[d].0 + start, self.size[d].min(self.region[d].1 - start));
        }
        vec![(self.position, region, 0)]
    }
}
