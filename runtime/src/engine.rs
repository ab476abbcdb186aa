//! The engine: runs plans on all cores, inside a memory limit.
//!
//! Stages run in order; the tasks of a stage run on every thread, claimed from a counter. Arrays
//! are allocated when the first stage that writes them starts and freed when the last stage that
//! reads them is done. Whether everything fits is known, and said, before anything runs.

use crate::buffer::{Buffer, OutOfMemory, Pool};
use crate::jit::Compiler;
use crate::jit::short::Short;
use crate::jit::task::{Arrays, BoundStep, Scratch};
use crate::lifetimes::Lifetimes;
use crate::measure::{Bytes, Measures};
use crate::paged;
use crate::paged::layout::{self, Given, Layout, OnDisk};
use crate::paged::run::{Counters, Input, Output, Target};
use crate::paged::spill::{SpillDir, SpillStats};
use crate::progress::{Effort, Progress};
use arr_ir::dtype::Scalar;
use arr_ir::interpret;
use arr_ir::oracle::DenseArray;
use arr_ir::plan::{Plan, Stage, StepKind, Storage, ValueId};
use arr_ir::routine::{Sequential, Workers};
use arr_ir::shape::Shape;
use arr_storage::Sink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes that arrays and working memory may take together.
    pub memory: usize,
    /// Threads that compute.
    pub threads: usize,
    /// Whether plans are interpreted by the oracle instead of compiled.
    pub interpret: bool,
    /// Where arrays go that do not fit into memory.
    pub spill: PathBuf,
    /// Bytes that may be there at once; without a number, what the disk has.
    pub disk: Option<u64>,
    /// Whether every array is kept in a file and every step runs in the smallest parts, whatever
    /// the memory: what tests of these are made with.
    pub page: bool,
}

impl Options {
    /// So many bytes and threads; the rest as usual.
    pub fn new(memory: usize, threads: usize) -> Options {
        let spill = std::env::temp_dir();
        Options { memory, threads, interpret: false, spill, disk: None, page: false }
    }
}

/// Why a plan did not run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// It does not fit.
    Memory {
        /// The smallest limit under which it would.
        needed: usize,
        /// The limit.
        limit: usize,
        /// What to do.
        hint: String,
    },
    /// Somebody set the cancel flag.
    Interrupted,
    /// What does not fit into memory does not fit on the disk either.
    Disk {
        /// Bytes that would be spilled.
        needed: u64,
        /// Bytes that may be.
        free: u64,
        /// Where.
        root: PathBuf,
    },
    /// A file could not be read or written: one sentence, in the words of the storage.
    File(String),
    /// A mistake in arr itself.
    Bug(String),
    /// A value did not suit.
    Value(String),
}

impl From<OutOfMemory> for RunError {
    fn from(e: OutOfMemory) -> Self {
        let needed = e.used.saturating_add(e.asked);
        RunError::Memory { needed, limit: e.limit, hint: memory_hint(needed) }
    }
}

fn memory_hint(needed: usize) -> String {
    format!("run with --memory {}MiB or more", needed.div_ceil(1 << 20))
}

/// What an engine has done so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Plans run.
    pub runs: u64,
    /// Tasks run.
    pub tasks: u64,
    /// Kernels compiled.
    pub kernels: u64,
    /// Kernels found compiled.
    pub kernel_hits: u64,
    /// Seconds spent compiling.
    pub compile_seconds: f64,
    /// Bytes read from files by runs that page.
    pub read: u64,
    /// Bytes written to files by them.
    pub written: u64,
    /// Parts that they ran in.
    pub units: u64,
    /// What was spilled.
    pub spill: SpillStats,
    /// Bytes in use now.
    pub memory_used: usize,
    /// The most bytes at once.
    pub memory_peak: usize,
}

/// Which listing of a plan's generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Cranelift's IR.
    Clif,
    /// Machine code, disassembled.
    Asm,
}

/// A plan made ready to run any number of times.
pub struct Prepared {
    plan: Arc<Plan>,
    /// Per step, bound for dense arrays.
    bound: Vec<OnceLock<BoundStep>>,
    /// Once it ran: whether and how it is short.
    short: OnceLock<Option<Short>>,
    lifetimes: Lifetimes,
    /// Bytes of written values at the worst moment.
    peak: usize,
    /// The same with the working memory of one thread.
    needs: usize,
    /// Per stage.
    efforts: Vec<Effort>,
    /// Units of all stages.
    effort: u64,
    /// Per stage: bytes of written values and the working memory of one thread.
    live: Vec<usize>,
}

impl Prepared {
    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Bytes of the values it writes, at the worst moment.
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// Bytes that running it in memory takes beside its inputs: of the values it writes and the
    /// working memory of one thread, at the worst moment.
    pub fn needs(&self) -> usize {
        self.needs
    }

    /// The effort of running it in memory.
    pub fn effort(&self) -> u64 {
        self.effort
    }

    fn new(plan: Arc<Plan>) -> Prepared {
        let lifetimes = Lifetimes::of(&plan);
        let mut live = lifetimes.live(&plan, |v| lifetimes.is_stored(v));
        let peak = live.iter().copied().max().unwrap_or(0);
        for (live, stage) in live.iter_mut().zip(&plan.stages) {
            *live += working_bytes(&plan, stage);
        }
        let needs = live.iter().copied().max().unwrap_or(0);
        let bound = plan.steps.iter().map(|_| OnceLock::new()).collect();
        let effort = |&s: &u32| Effort::of(&plan, &plan.steps[s as usize]);
        let efforts: Vec<Effort> =
            plan.stages.iter().map(|s| s.steps.iter().map(effort).sum()).collect();
        let effort = efforts.iter().copied().sum::<Effort>().units;
        let short = OnceLock::new();
        Prepared { plan, bound, short, lifetimes, peak, needs, efforts, effort, live }
    }
}

/// Working memory of a thread for the tasks of a stage: windows, and routines' own. That of
/// kernels is known with their code; it is small.
fn working_bytes(plan: &Plan, stage: &Stage) -> usize {
    let routine = |&s: &u32| {
        let (given, own) = plan.routine_memory(&plan.steps[s as usize].kind);
        given.saturating_add(own)
    };
    let routines = stage.steps.iter().map(routine).max().unwrap_or(0);
    plan.window_bytes(stage).saturating_add(routines)
}

/// The threads of an engine, for a routine that is the only task, and for boxes of files.
pub(crate) struct Team<'a> {
    pub(crate) engine: &'a Engine,
    /// How many of them.
    pub(crate) count: usize,
}

impl Workers for Team<'_> {
    fn count(&self) -> usize {
        self.count
    }

    fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let run = || {
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= n {
                    return;
                }
                work(i);
            }
        };
        match self.engine.helpers().filter(|_| n > 1) {
            None => run(),
            Some(pool) => pool.in_place_scope(|scope| {
                for _ in 1..self.count().min(n) {
                    scope.spawn(|_| run());
                }
                run();
            }),
        }
    }
}

/// Runs plans.
pub struct Engine {
    options: Options,
    pool: Arc<Pool>,
    compiler: OnceLock<Compiler>,
    threads: OnceLock<Option<rayon::ThreadPool>>,
    cancel: Arc<AtomicBool>,
    spill: Arc<SpillDir>,
    counters: Counters,
    progress: Arc<Progress>,
    pub(crate) measures: Measures,
    runs: AtomicU64,
    tasks: AtomicU64,
}

/// Effort of a stage from which on helpers are woken for it: that takes some microseconds.
const HELPED: u64 = 32 << 10;

/// What the tasks of a stage run.
pub(crate) type Work<'w> =
    dyn Fn(usize, &mut Scratch, &dyn Workers) -> Result<(), String> + Sync + 'w;

impl Engine {
    /// An engine; threads and code generator start with the first plan that needs them.
    pub fn new(options: Options) -> Engine {
        Engine {
            pool: Pool::new(options.memory),
            spill: SpillDir::new(options.spill.clone(), options.disk),
            options,
            counters: Counters::default(),
            progress: Arc::default(),
            measures: Measures::default(),
            compiler: OnceLock::new(),
            threads: OnceLock::new(),
            cancel: Arc::default(),
            runs: AtomicU64::new(0),
            tasks: AtomicU64::new(0),
        }
    }

    /// The memory.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// How it was set up.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Where it spills.
    pub fn spill(&self) -> &Arc<SpillDir> {
        &self.spill
    }

    /// What runs over files moved.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How far the run is that goes on.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// The flag that stops a run.
    pub fn cancel(&self) -> Arc<AtomicBool> {
        self.cancel.clone()
    }

    /// The counters.
    pub fn stats(&self) -> Stats {
        let jit = self.compiler.get().map(|c| c.stats()).unwrap_or_default();
        let memory = self.pool.stats();
        Stats {
            runs: self.runs.load(Ordering::Relaxed),
            tasks: self.tasks.load(Ordering::Relaxed),
            kernels: jit.programs as u64,
            kernel_hits: jit.hits as u64,
            compile_seconds: jit.seconds,
            read: self.counters.read.load(Ordering::Relaxed),
            written: self.counters.written.load(Ordering::Relaxed),
            units: self.counters.units.load(Ordering::Relaxed),
            spill: self.spill.stats(),
            memory_used: memory.used,
            memory_peak: memory.peak,
        }
    }

    /// So many of its threads.
    pub(crate) fn team(&self, count: usize) -> Team<'_> {
        Team { engine: self, count: count.clamp(1, self.options.threads.max(1)) }
    }

    pub(crate) fn compiler(&self) -> &Compiler {
        self.compiler.get_or_init(Compiler::new)
    }

    /// The helpers of the calling thread: one less than the threads asked for.
    fn helpers(&self) -> Option<&rayon::ThreadPool> {
        self.threads
            .get_or_init(|| {
                let helpers = self.options.threads.saturating_sub(1);
                let name = |i| format!("arr-worker-{i}");
                let pool = rayon::ThreadPoolBuilder::new().num_threads(helpers).thread_name(name);
                (helpers > 0).then(|| pool.build().ok()).flatten()
            })
            .as_ref()
    }

    /// Makes a verified plan ready.
    pub fn prepare(&self, plan: Arc<Plan>) -> Arc<Prepared> {
        Arc::new(Prepared::new(plan))
    }

    /// Runs a plan whose inputs may lie in files, and one result of which may go into one, part
    /// by part.
    ///
    /// # Errors
    /// Not even the smallest parts fit, before anything is read; what a run may meet.
    pub fn run_paged(
        &self,
        prepared: &Arc<Prepared>,
        inputs: &[Input],
        slots: &[Scalar],
        target: Option<Target<'_>>,
    ) -> Result<Vec<Output>, RunError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let sink = target.as_ref().map(|t| (t.result, t.sink));
        let layout = self.layout(&prepared.plan, inputs, sink).map_err(|error| match error {
            RunError::Memory { needed, limit, .. } => {
                // It may take less to run it in memory, where threads share a routine's scratch.
                let files = inputs.iter().map(Input::file_bytes).sum::<usize>();
                let whole = self.pool.stats().used + prepared.needs.saturating_add(files);
                let needed = if whole > limit { needed.min(whole) } else { needed };
                RunError::Memory { needed, limit, hint: memory_hint(needed) }
            }
            error => error,
        })?;
        let _running = self.progress.begin(layout.effort());
        paged::run::run(self, &layout, inputs, slots, target)
    }

    /// Whether a plan fits into memory, with `more` bytes of inputs that are not there yet.
    pub fn fits(&self, prepared: &Prepared, more: usize) -> bool {
        // The oracle knows whole arrays only.
        if self.options.page || self.options.interpret {
            return self.options.interpret;
        }
        let used = self.pool.stats().used;
        used.saturating_add(prepared.needs).saturating_add(more) <= self.pool.limit()
    }

    /// How a plan runs part by part within the memory that is left.
    ///
    /// # Errors
    /// Not even the smallest parts fit, or what would be spilled does not fit on the disk.
    pub fn layout(
        &self,
        plan: &Plan,
        inputs: &[Input],
        sink: Option<(usize, &dyn Sink)>,
    ) -> Result<Layout, RunError> {
        let on_disk: Vec<Option<OnDisk>> = inputs
            .iter()
            .map(|input| match input {
                Input::Memory(_) => None,
                Input::Disk(source) => Some(paged::run::on_disk(&**source)),
            })
            .collect();
        let sinks: Vec<(ValueId, OnDisk)> = sink
            .iter()
            .filter(|(result, _)| plan.is_as_stored(plan.results[*result]))
            .map(|(result, sink)| {
                let value = plan.stored(plan.results[*result]);
                let chunks = sink.chunks().map(|c| paged::transfer::clipped(c, &plan[value].shape));
                let bytes = |c: &Shape| arr_ir::shape::count(c) * plan[value].dtype.size();
                (value, OnDisk { scratch: chunks.as_ref().map_or(0, bytes), chunks })
            })
            .collect();
        let used = self.pool.stats().used;
        let limit = self.pool.limit().saturating_sub(used);
        let threads = self.options.threads;
        let page = self.options.page;
        let given = Given { limit, threads, inputs: &on_disk, sinks: &sinks, page };
        let layout = layout::layout(plan, &given).map_err(|_| {
            let needed = used.saturating_add(layout::least(plan, &given));
            RunError::Memory { needed, limit: self.pool.limit(), hint: memory_hint(needed) }
        })?;
        let free = self.spill.free();
        if layout.spilled > free {
            let root = self.spill.root().to_path_buf();
            return Err(RunError::Disk { needed: layout.spilled, free, root });
        }
        Ok(layout)
    }

    /// Runs a plan: one array per result.
    pub fn run(
        &self,
        prepared: &Arc<Prepared>,
        inputs: &[Buffer],
        slots: &[Scalar],
    ) -> Result<Vec<Buffer>, RunError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let plan = &*prepared.plan;
        if self.options.interpret {
            return self.interpret(plan, inputs, slots);
        }
        if let Some(Some(short)) = prepared.short.get()
            && !self.cancel.load(Ordering::Relaxed)
            && !self.is_measured()
            && let Some(results) = short.run(plan, &prepared.bound, &self.pool, inputs, slots)
        {
            self.tasks.fetch_add(short.tasks() as u64, Ordering::Relaxed);
            return Ok(results);
        }
        self.check_memory(prepared)?;
        let inputs: Vec<_> = self.densified(plan, inputs)?.into_iter().map(Some).collect();
        let arrays = Arrays::new(plan, &inputs, slots).map_err(RunError::Bug)?;
        let mut arrays = arrays.with_whole_stages();
        let dense = arrays.dense();
        arrays.put_empty(&self.pool)?;
        let mut reached = self.progress.done();
        let used = self.used_before();
        for s in 0..plan.stages.len() {
            for value in prepared.lifetimes.starts(s) {
                let v = &plan[value];
                arrays.put(value, Buffer::new(&self.pool, v.dtype, v.shape.clone())?);
            }
            let planned = || Bytes { peak: used + prepared.live[s], ..Bytes::default() };
            let steps = 0..plan.stages[s].steps.len();
            self.part((s, steps), planned, || self.stage(prepared, s, &arrays, dense))?;
            reached = reached.saturating_add(prepared.efforts[s].units);
            self.progress.arrive(reached);
            for value in prepared.lifetimes.ends(s) {
                arrays.take(value);
            }
        }
        if dense {
            prepared.short.get_or_init(|| Short::of(plan, &prepared.bound));
        }
        let result = |&r| arrays.get(r).ok_or_else(|| RunError::Bug("a result is missing".into()));
        plan.results.iter().map(result).collect()
    }

    /// Refuses a plan that does not fit, before anything is computed.
    fn check_memory(&self, prepared: &Prepared) -> Result<(), RunError> {
        let used = self.pool.stats().used;
        let needed = used.saturating_add(prepared.needs);
        if needed > self.pool.limit() {
            let needed = needed.saturating_add(needed / 64);
            return Err(RunError::Memory {
                needed,
                limit: self.pool.limit(),
                hint: memory_hint(needed),
            });
        }
        Ok(())
    }

    /// Inputs that the plan also reads under another shape, or whole, must lie densely.
    fn densified(&self, plan: &Plan, inputs: &[Buffer]) -> Result<Vec<Buffer>, RunError> {
        let mut inputs = inputs.to_vec();
        let aliased = plan.values.iter().filter_map(|v| match v.storage {
            Storage::Alias(of) => Some(of),
            _ => None,
        });
        let whole = plan.steps.iter().flat_map(|s| match &s.kind {
            StepKind::Extern { operands, .. } => operands.as_slice(),
            _ => &[],
        });
        for of in aliased.chain(whole.copied()) {
            if let Storage::Input(slot) = plan[plan.stored(of)].storage
                && let Some(b) = inputs.get_mut(slot as usize)
            {
                *b = b.densified(&self.pool)?;
            }
        }
        Ok(inputs)
    }

    fn interpret(
        &self,
        plan: &Plan,
        inputs: &[Buffer],
        slots: &[Scalar],
    ) -> Result<Vec<Buffer>, RunError> {
        let dense: Vec<DenseArray> = inputs
            .iter()
            .map(|b| DenseArray { dtype: b.dtype(), shape: b.shape().into(), data: b.to_bytes() })
            .collect();
        interpret::run(plan, &dense, slots)
            .map_err(RunError::Value)?
            .into_iter()
            .map(|a| Ok(Buffer::from_bytes(&self.pool, a.dtype, a.shape, &a.data)?))
            .collect()
    }

    fn stage(
        &self,
        prepared: &Prepared,
        number: usize,
        arrays: &Arrays<'_>,
        dense: bool,
    ) -> Result<(), RunError> {
        let stage = &prepared.plan.stages[number];
        let mut fresh: Vec<BoundStep> = vec![];
        if !dense {
            for position in 0..stage.steps.len() {
                fresh.push(arrays.bind(stage, position, self.compiler()).map_err(RunError::Bug)?);
            }
        }
        let mut bound: Vec<&BoundStep> = vec![];
        for (position, &step) in stage.steps.iter().enumerate() {
            if !dense {
                bound.push(&fresh[position]);
                continue;
            }
            let cell = &prepared.bound[step as usize];
            if cell.get().is_none() {
                let made = arrays.bind(stage, position, self.compiler()).map_err(RunError::Bug)?;
                let _ = cell.set(made);
            }
            bound.push(cell.get().expect("just set"));
        }
        let tasks = (prepared.plan.tasks(stage), prepared.efforts[number]);
        self.tasks(arrays, stage, &bound, tasks, &|task, scratch, workers| {
            arrays.run(stage, &bound, task, scratch, workers)
        })
    }

    /// Runs `tasks` tasks over steps of a stage, together of that effort, on every thread.
    pub(crate) fn tasks(
        &self,
        arrays: &Arrays<'_>,
        stage: &Stage,
        bound: &[&BoundStep],
        (tasks, effort): (usize, Effort),
        run: &Work<'_>,
    ) -> Result<(), RunError> {
        self.tasks.fetch_add(tasks as u64, Ordering::Relaxed);
        let step_bytes = arrays.scratch(stage, bound);
        let next = AtomicUsize::new(0);
        let failure: Mutex<Option<(usize, String)>> = Mutex::new(None);
        let failed = AtomicBool::new(false);
        let each = effort.part(tasks);
        let team = self.team(self.options.threads);
        let workers: &dyn Workers = if tasks > 1 { &Sequential } else { &team };
        let scratch = || arrays.working(&self.pool, stage, step_bytes);
        let work = |mut scratch: Scratch| {
            loop {
                let task = next.fetch_add(1, Ordering::Relaxed);
                let stop = self.cancel.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed);
                if task >= tasks || stop {
                    return;
                }
                if let Err(reason) = run(task, &mut scratch, workers) {
                    // Tasks are claimed in order: the least that fails is always among those
                    // that ran.
                    failed.store(true, Ordering::Relaxed);
                    let mut first = failure.lock().unwrap_or_else(|e| e.into_inner());
                    if first.as_ref().is_none_or(|f| task < f.0) {
                        *first = Some((task, reason));
                    }
                }
                self.progress.add(each.units, each.bytes);
            }
        };
        // The plan promises this thread's scratch only: it is taken before helpers take theirs, and
        // a helper that finds no memory left leaves the tasks to the others.
        let own = scratch()?;
        let helped = tasks > 1 && effort.units >= HELPED;
        match if helped { self.helpers() } else { None } {
            None => work(own),
            Some(pool) => pool.in_place_scope(|scope| {
                for _ in 0..(self.options.threads - 1).min(tasks - 1) {
                    scope.spawn(|_| {
                        if let Ok(scratch) = scratch() {
                            work(scratch);
                        }
                    });
                }
                work(own);
            }),
        }
        if let Some((_, reason)) = failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
            return Err(RunError::Value(reason));
        }
        if self.cancel.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        Ok(())
    }

    /// The generated code of a plan's kernels.
    pub fn listing(&self, prepared: &Arc<Prepared>, listing: Listing) -> String {
        crate::listing::listing(&prepared.plan, self.compiler(), listing)
    }
}
