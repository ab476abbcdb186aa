//! The evaluator's host over the runtime: arrays in memory and in files, plans and their cache,
//! output, clock, cancel flag.
//!
//! Handles are `Arc<Stored>`. Plans are found again by the whole graph, so that a loop pays for
//! planning once. A lazily loaded file keeps the content it was opened with: an open descriptor
//! holds it, and a file without one gets it back before it is saved over.

use crate::bench::{Bandwidth, Meter};
use crate::plans::PlanCache;
use crate::profile::Profile;
use crate::record::Recorder;
use crate::stored::{Place, Stored};
use crate::target;
use arr_compiler::format::{bytes_text, escape_control};
use arr_compiler::host::{Handle, Host, HostError, HostErrorKind, Opened, Origin, Target};
use arr_compiler::plan::Config;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Graph;
use arr_ir::shape::{MAX_RANK, Shape, count};
use arr_runtime::buffer::Buffer;
use arr_runtime::engine::{Engine, Prepared, RunError};
use arr_runtime::jit::bandwidth;
use arr_runtime::paged::layout::OnDisk;
use arr_runtime::paged::run::{self as paged, Input, Output};
use arr_runtime::paged::spill::free_bytes;
use arr_runtime::paged::{pairs, transfer};
use arr_runtime::progress::of_file;
use arr_storage::{CreateOptions, OpenOptions, Sink, StorageError, Stores, Unfinished, reason};
use arr_syntax::diag::Span;
use std::cell::RefCell;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

/// Files that may keep a descriptor open at once.
const MAX_HELD: usize = 256;
/// The largest script that is read, in bytes.
const MAX_SOURCE: u64 = 256 << 20;

/// Arrays of fewer bytes are not spilled to make room.
const SPILLED_LEAST: usize = 64 << 10;

/// The host of one session.
pub(crate) struct RuntimeHost {
    engine: Engine,
    config: Config,
    plans: PlanCache,
    /// Every array that some handle stands for.
    arrays: Vec<Weak<Stored>>,
    stores: Stores,
    unfinished: Unfinished,
    output: Box<dyn Write + Send>,
    started: Instant,
    cancel: Arc<AtomicBool>,
    /// While a program is explained rather than run.
    pub(crate) recorder: Option<Recorder>,
    /// While what each step takes is gathered.
    pub(crate) profile: RefCell<Option<Profile>>,
    /// While what `timeit` measures is gathered.
    pub(crate) meter: Option<Meter>,
}

impl RuntimeHost {
    pub(crate) fn new(engine: Engine, config: Config, output: Box<dyn Write + Send>) -> Self {
        RuntimeHost {
            cancel: engine.cancel(),
            stores: Stores::new(engine.cancel(), engine.spill().clone()),
            unfinished: Unfinished::default(),
            engine,
            config,
            plans: PlanCache::default(),
            arrays: vec![],
            output,
            started: Instant::now(),
            recorder: None,
            profile: RefCell::default(),
            meter: None,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What it is writing.
    pub(crate) fn unfinished(&self) -> &Unfinished {
        &self.unfinished
    }

    pub(crate) fn flush(&mut self) -> Result<(), HostError> {
        self.output.flush().map_err(|e| output_error(&e))
    }

    /// The elements behind a handle, loaded if need be; those of complex files as pairs of floats.
    pub(crate) fn buffer(&self, handle: &Handle) -> Result<Buffer, HostError> {
        let stored = stored(handle)?;
        if let Stored::Planned(dtype, shape) = stored {
            let zeros = vec![0; count(shape) * dtype.size()];
            return self.store_bytes(*dtype, shape, &zeros);
        }
        if let Some(buffer) = stored.buffer() {
            return Ok(buffer);
        }
        let source = stored.source().ok_or_else(|| bug("an array that is nowhere"))?;
        let bytes = count(source.shape()) * source.dtype().size();
        self.make_room(bytes, &[handle]).map_err(run_error)?;
        let _running = self.engine.progress().begin(of_file(bytes as u64));
        let started = Instant::now();
        let buffer = transfer::load(&self.engine, &*source).map_err(run_error)?;
        if let Some(profile) = &mut *self.profile.borrow_mut() {
            let title = format!("load {}", escape_control(&source.path().to_string_lossy()));
            profile.moved(title, bytes as u64, 0, started.elapsed().as_secs_f64());
        }
        source.release();
        stored.at(|place| {
            if let Place::Disk(_, loaded) = place {
                *loaded = Some(buffer.clone());
            }
        });
        Ok(buffer)
    }

    /// Frees memory until `bytes` more fit, as far as that goes: drops what files hold as well,
    /// then spills arrays, the largest first; but not the ones of `kept`.
    fn make_room(&self, bytes: usize, kept: &[&Handle]) -> Result<(), RunError> {
        let pool = self.engine.pool();
        let fits = || pool.stats().used.saturating_add(bytes) <= pool.limit();
        if fits() {
            return Ok(());
        }
        let is_kept = |stored: &Arc<Stored>| {
            let one = Arc::as_ptr(stored).cast::<()>();
            kept.iter().any(|k| std::ptr::eq(Arc::as_ptr(k).cast::<()>(), one))
        };
        let mut arrays: Vec<(usize, Arc<Stored>)> = vec![];
        for stored in self.arrays.iter().filter_map(Weak::upgrade).filter(|s| !is_kept(s)) {
            let in_memory = stored.at(|place| match place {
                Place::Memory(buffer) if buffer.is_pooled() => buffer.nbytes(),
                Place::Memory(_) => 0,
                Place::Disk(_, loaded) => {
                    *loaded = None;
                    0
                }
            });
            if let Some(size) = in_memory.filter(|&n| n >= SPILLED_LEAST) {
                arrays.push((size, stored));
            }
        }
        arrays.sort_by_key(|(size, _)| *size);
        while !fits() {
            let Some((_, stored)) = arrays.pop() else { break };
            let Some(buffer) = stored.buffer() else { continue };
            let source = paged::spill(&self.engine, &buffer)?;
            stored.at(|place| *place = Place::Disk(source, None));
        }
        Ok(())
    }

    /// How fast memory moves.
    pub(crate) fn bandwidth(&self) -> Result<Bandwidth, HostError> {
        let measured = bandwidth::bandwidth(&self.engine).map_err(|e| run_error(e.into()))?;
        let bandwidth::Bandwidth { copy, triad, read } = measured;
        Ok(Bandwidth { copy, triad, read })
    }

    fn store_bytes(&self, dtype: DType, shape: &[usize], data: &[u8]) -> Result<Buffer, HostError> {
        if data.len() != count(shape) * dtype.size() {
            return Err(bug("the bytes of a literal do not match its shape"));
        }
        Buffer::from_bytes(self.engine.pool(), dtype, shape.into(), data)
            .map_err(|e| run_error(e.into()))
    }

    fn recorded(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        target: Option<&Target>,
    ) -> Option<Vec<Handle>> {
        let recorder = self.recorder.as_mut()?;
        let planned = |h: &Handle| matches!(h.downcast_ref(), Some(Stored::Planned(..)));
        let prepared = self.plans.get(graph, &self.engine, &self.config);
        let inputs_on_disk = inputs.iter().map(|h| match h.downcast_ref::<Stored>() {
            Some(Stored::Planned(..)) => Some(OnDisk::default()),
            Some(stored) => stored.source().map(|s| paged::on_disk(&*s)),
            None => None,
        });
        let into = target.filter(|t| target::takes_parts(t, graph));
        let into = into.map(|t| OnDisk { chunks: t.chunks.clone(), ..OnDisk::default() });
        let small = recorder.plan(graph, &prepared, inputs_on_disk.collect(), into);
        if small && !inputs.iter().any(planned) {
            return None;
        }
        let handle = |root: &arr_ir::graph::NodeId| -> Handle {
            let node = &graph[*root];
            Arc::new(Stored::Planned(node.dtype, node.shape.clone()))
        };
        Some(graph.roots.iter().map(handle).collect())
    }

    /// Gives files that will lose their path to a save a hold on their content; what cannot be
    /// held is copied.
    fn secure(&mut self, path: &Path) -> Result<(), HostError> {
        for stored in self.arrays.iter().filter_map(Weak::upgrade) {
            let Some(source) = stored.source().filter(|s| s.is_at(path)) else { continue };
            if stored.buffer().is_some() || source.secure().map_err(storage_error)? {
                continue;
            }
            let copy = paged::spill_copy(&self.engine, &*source).map_err(run_error)?;
            stored.at(|place| *place = Place::Disk(copy, None));
        }
        Ok(())
    }

    fn register(&mut self, stored: Stored) -> Handle {
        if self.arrays.len() == self.arrays.capacity() {
            self.arrays.retain(|w| w.strong_count() > 0);
        }
        let stored = Arc::new(stored);
        if let Some(source) = stored.source().filter(|s| s.is_held()) {
            let held = self.arrays.iter().filter_map(Weak::upgrade);
            let held = held.filter(|s| s.source().is_some_and(|s| s.is_held()));
            if held.count() >= MAX_HELD {
                source.release();
            }
        }
        self.arrays.push(Arc::downgrade(&stored));
        stored
    }

    /// An array that the embedding program gave.
    pub(crate) fn given(&mut self, buffer: Buffer) -> Handle {
        self.register(Stored::memory(buffer))
    }

    fn create_options(&self, target: &Target) -> Result<CreateOptions, HostError> {
        let (stores, unfinished) = (self.stores.clone(), self.unfinished.clone());
        Ok(CreateOptions { stores, unfinished, ..target::options(target)? })
    }

    /// A file under construction for an array of this dtype and shape, as the engine sees it.
    fn create(
        &mut self,
        target: &Target,
        dtype: DType,
        shape: &[usize],
    ) -> Result<Box<dyn Sink>, HostError> {
        let complex = dtype.kind() == Kind::Complex;
        let outer = if complex { &shape[..shape.len().saturating_sub(1)] } else { shape };
        let options = self.create_options(target)?;
        // What an element takes at least: packed formats are not known before.
        let bytes = (count(outer) * dtype.size()) as u64;
        let folder = Path::new(&target.path).parent().filter(|p| !p.as_os_str().is_empty());
        let free = free_bytes(folder.unwrap_or(Path::new("."))).unwrap_or(u64::MAX);
        if bytes > free && target.compression.is_none() {
            let shown = escape_control(&target.path);
            let (bytes, free) = (bytes_text(bytes), bytes_text(free));
            return Err(HostError {
                kind: HostErrorKind::Limit,
                message: format!("`{shown}` would take {bytes}, and its disk has {free} left"),
                hint: None,
            });
        }
        let sink = arr_storage::create(&target.path, dtype, outer, &options);
        Ok(pairs::sink(sink.map_err(storage_error)?, dtype, outer.len()))
    }

    /// Runs a graph: in memory where it fits there, if need be after other arrays made room; else
    /// part by part. With a target, the first result goes there.
    fn run(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
        target: Option<(&Target, DType)>,
    ) -> Result<Vec<Handle>, HostError> {
        let prepared = self.plans.get(graph, &self.engine, &self.config);
        if let Some(meter) = &mut self.meter {
            meter.ran(&prepared);
        }
        let mut missing = self.missing(inputs)?;
        if !self.engine.fits(&prepared, missing) {
            let kept: Vec<&Handle> = inputs.iter().collect();
            self.make_room(prepared.needs().saturating_add(missing), &kept).map_err(run_error)?;
            missing = self.missing(inputs)?;
        }
        if self.engine.fits(&prepared, missing) {
            match self.run_in_memory(&prepared, (inputs, missing), slots, target) {
                // Decoders or kernels took more beside the arrays than was left.
                Err(error) if error.kind == HostErrorKind::Limit => {}
                done => return done,
            }
        }
        let most = self.engine.pool().limit() / 4 * 3;
        self.make_room(most, &[]).map_err(run_error)?;
        let mut over: Vec<Input> = vec![];
        for handle in inputs {
            let stored = stored(handle)?;
            if self.engine.options().page
                && let Some(buffer) = stored.buffer()
                && stored.source().is_none()
            {
                let source = paged::spill(&self.engine, &buffer).map_err(run_error)?;
                stored.at(|place| *place = Place::Disk(source, None));
            }
            over.push(match (stored.source(), stored.buffer()) {
                (Some(source), _) => Input::Disk(source),
                (None, Some(buffer)) => Input::Memory(buffer),
                (None, None) => Input::Memory(self.buffer(handle)?),
            });
        }
        let outputs = match target {
            None => {
                let outputs = self.engine.run_paged(&prepared, &over, slots, None);
                self.profiled(&prepared);
                outputs.map_err(run_error)?
            }
            Some((target, dtype)) => {
                self.secure(Path::new(&target.path))?;
                let root = &graph[graph.roots[0]];
                let sink = self.create(target, dtype, &root.shape)?;
                let into = paged::Target { result: 0, sink: &*sink };
                let outputs = self.engine.run_paged(&prepared, &over, slots, Some(into));
                self.profiled(&prepared);
                let outputs = outputs.map_err(run_error)?;
                sink.commit().map_err(storage_error)?;
                outputs
            }
        };
        let mut handles = vec![];
        for output in outputs {
            handles.push(match output {
                Output::Memory(buffer) => self.register(Stored::memory(buffer)),
                Output::Disk(source) => self.register(Stored::disk(source)),
                Output::Sunk => {
                    let (target, _) = target.ok_or_else(|| bug("a target of nothing"))?;
                    let name = target.name.as_deref();
                    let from = Origin { path: &target.path, name, along: None, table: None };
                    self.opened(&from)?.handle
                }
            });
        }
        Ok(handles)
    }

    /// Adds what a run of a plan took.
    fn profiled(&mut self, prepared: &Arc<Prepared>) {
        if let Some(profile) = &mut *self.profile.borrow_mut() {
            profile.ran(prepared, self.engine.measured());
        }
    }

    fn run_in_memory(
        &mut self,
        prepared: &Arc<Prepared>,
        (inputs, missing): (&[Handle], usize),
        slots: &[Scalar],
        target: Option<(&Target, DType)>,
    ) -> Result<Vec<Handle>, HostError> {
        let files = missing.saturating_add(target.map_or(0, |(_, dtype)| {
            let plan = prepared.plan();
            count(&plan[plan.results[0]].shape).saturating_mul(dtype.size())
        }));
        let effort = prepared.effort().saturating_add(of_file(files as u64));
        let _running = self.engine.progress().begin(effort);
        let mut buffers = Vec::with_capacity(inputs.len());
        for input in inputs {
            buffers.push(self.buffer(input)?);
        }
        let results = self.engine.run(prepared, &buffers, slots).map_err(run_error);
        self.profiled(prepared);
        let results = results?;
        drop(buffers);
        let handles: Vec<Handle> =
            results.into_iter().map(|b| self.register(Stored::memory(b))).collect();
        if let Some((target, dtype)) = target {
            self.save(target, &handles[0], dtype)?;
        }
        Ok(handles)
    }

    /// Bytes that runs in parts have read from files and written to them.
    fn file_bytes(&self) -> u64 {
        let stats = self.engine.stats();
        stats.read + stats.written
    }

    /// Bytes of inputs that are not in memory.
    fn missing(&self, inputs: &[Handle]) -> Result<usize, HostError> {
        let mut seen: Vec<*const ()> = vec![];
        let mut bytes = 0usize;
        for handle in inputs {
            let size = stored(handle)?.at(|place| match place {
                Place::Disk(source, None) => {
                    Some(count(source.shape()).saturating_mul(source.dtype().size()))
                }
                _ => None,
            });
            let one = Arc::as_ptr(handle).cast::<()>();
            if let Some(Some(size)) = size
                && !seen.contains(&one)
            {
                seen.push(one);
                bytes = bytes.saturating_add(size);
            }
        }
        Ok(bytes)
    }

    fn opened(&mut self, from: &Origin) -> Result<Opened, HostError> {
        let options = OpenOptions {
            name: from.name.map(str::to_owned),
            along: from.along.map(str::to_owned),
            table: from.table.cloned().unwrap_or_default(),
            stores: self.stores.clone(),
            ..OpenOptions::default()
        };
        let source = arr_storage::open(from.path, &options).map_err(storage_error)?;
        let (dtype, shape) = (source.dtype(), Shape::from_slice(source.shape()));
        if dtype.kind() == Kind::Complex && shape.len() == MAX_RANK {
            let message = "a complex array has at most 15 dimensions".into();
            return Err(host_error(HostErrorKind::Limit, message));
        }
        let handle = self.register(Stored::disk(pairs::source(source)));
        Ok(Opened { handle, dtype, shape })
    }
}

/// What a handle of this host stands for.
fn stored(handle: &Handle) -> Result<&Stored, HostError> {
    handle.downcast_ref::<Stored>().ok_or_else(|| bug("a handle of another host"))
}

impl Host for RuntimeHost {
    fn compute(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
    ) -> Result<Vec<Handle>, HostError> {
        if let Some(handles) = self.recorded(graph, inputs, None) {
            return Ok(handles);
        }
        self.run(graph, inputs, slots, None)
    }

    fn compute_into(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
        target: &Target,
        dtype: DType,
    ) -> Result<Vec<Handle>, HostError> {
        if let Some(handles) = self.recorded(graph, inputs, Some(target)) {
            self.save(target, &handles[0], dtype)?;
            return Ok(handles);
        }
        if !target::takes_parts(target, graph) {
            let handles = self.run(graph, inputs, slots, None)?;
            self.save(target, &handles[0], dtype)?;
            return Ok(handles);
        }
        self.run(graph, inputs, slots, Some((target, dtype)))
    }

    fn element(&mut self, array: &Handle, position: usize) -> Result<Scalar, HostError> {
        let stored = stored(array)?;
        if let Stored::Planned(dtype, _) = stored {
            if let Some(recorder) = &mut self.recorder {
                recorder.made_up = true;
            }
            return Ok(Scalar::from_i128(0, *dtype));
        }
        if let Some(buffer) = stored.buffer() {
            return Ok(buffer.element(position));
        }
        let source = stored.source().ok_or_else(|| bug("an array that is nowhere"))?;
        let bytes = count(source.shape()) * source.dtype().size();
        let pool = self.engine.pool();
        if bytes <= (pool.limit() - pool.stats().used) / 8 {
            return Ok(self.buffer(array)?.element(position));
        }
        transfer::element(&*source, position, &self.cancel).map_err(run_error)
    }

    fn element_in_memory(&mut self, array: &Handle, position: usize) -> Option<Scalar> {
        Some(stored(array).ok()?.buffer()?.element(position))
    }

    fn set_element(&mut self, array: &Handle, position: usize, value: Scalar) -> bool {
        let Ok(stored) = stored(array) else { return false };
        let set = stored.at(|place| match place {
            Place::Memory(buffer) => buffer.set(position, value),
            // What a file holds stays what it is.
            Place::Disk(..) => false,
        });
        set.unwrap_or(false)
    }

    fn set_box(&mut self, array: &Handle, start: &[usize], value: &Handle) -> bool {
        let (Ok(stored), Ok(value)) = (stored(array), stored(value)) else { return false };
        let Some(value) = value.buffer() else { return false };
        let set = stored.at(|place| match place {
            Place::Memory(buffer) => buffer.set_box(start, &value),
            Place::Disk(..) => false,
        });
        set.unwrap_or(false)
    }

    fn store(&mut self, dtype: DType, shape: &[usize], data: Vec<u8>) -> Result<Handle, HostError> {
        let buffer = self.store_bytes(dtype, shape, &data)?;
        Ok(self.register(Stored::memory(buffer)))
    }

    fn open(&mut self, from: &Origin) -> Result<Opened, HostError> {
        self.opened(from)
    }

    fn info(&mut self, path: &str) -> Result<String, HostError> {
        let options = OpenOptions { stores: self.stores.clone(), ..OpenOptions::default() };
        crate::info::info(path, &options).map_err(storage_error)
    }

    fn accepts(
        &mut self,
        target: &Target,
        dtype: DType,
        sizes: &[Option<usize>],
    ) -> Result<(), HostError> {
        let options = self.create_options(target)?;
        arr_storage::accepts(&target.path, dtype, sizes, &options).map_err(storage_error)
    }

    fn keeps_type(&self, path: &str) -> bool {
        arr_storage::keeps_type(path, None)
    }

    fn save(&mut self, target: &Target, array: &Handle, dtype: DType) -> Result<(), HostError> {
        if let Some(recorder) = &mut self.recorder {
            recorder.save(&target.path, array.downcast_ref(), dtype);
            return Ok(());
        }
        let stored = stored(array)?;
        self.secure(Path::new(&target.path))?;
        let passes = if stored.buffer().is_some() { 1 } else { 2 };
        let bytes = count(&stored.shape()).saturating_mul(dtype.size());
        let effort = of_file(bytes as u64).saturating_mul(passes);
        let _running = self.engine.progress().begin(effort);
        let started = Instant::now();
        let sink = self.create(target, dtype, &stored.shape())?;
        match (stored.buffer(), stored.source()) {
            (Some(buffer), _) => transfer::save(&self.engine, &buffer, &*sink),
            (None, Some(source)) => transfer::copy_all(&self.engine, &*source, &*sink),
            (None, None) => return Err(bug("an array that is nowhere")),
        }
        .map_err(run_error)?;
        sink.commit().map_err(storage_error)?;
        if let Some(profile) = &mut *self.profile.borrow_mut() {
            let title = format!("save {}", escape_control(&target.path));
            let read = if stored.buffer().is_some() { 0 } else { bytes as u64 };
            profile.moved(title, read, bytes as u64, started.elapsed().as_secs_f64());
        }
        Ok(())
    }

    fn source(&mut self, path: &str, importer: &str) -> Result<(String, String), HostError> {
        let base = Path::new(importer).parent().unwrap_or(Path::new(""));
        let found = tidy(&base.join(path));
        let text = read_source(&found)?;
        Ok((text, found.to_string_lossy().into_owned()))
    }

    fn print(&mut self, text: &str) -> Result<(), HostError> {
        if self.recorder.is_some() {
            return Ok(());
        }
        self.output.write_all(text.as_bytes()).map_err(|e| output_error(&e))
    }

    fn seconds(&mut self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn makes_up(&self) -> bool {
        self.recorder.as_ref().is_some_and(|r| r.made_up)
    }

    fn wants_places(&self) -> bool {
        self.recorder.is_some() || self.profile.borrow().is_some()
    }

    fn asked_at(&mut self, at: Span) {
        if let Some(recorder) = &mut self.recorder {
            recorder.at = at;
        }
        if let Some(profile) = &mut *self.profile.borrow_mut() {
            profile.asked_at(at);
        }
    }

    fn timing(&mut self, repeat: usize) -> usize {
        let moved = self.file_bytes();
        self.meter.as_mut().map_or(repeat, |meter| meter.begin(repeat, moved))
    }

    fn timed(&mut self, at: Span, seconds: &[f64]) {
        let moved = self.file_bytes();
        if let Some(meter) = &mut self.meter {
            meter.end(at, seconds, moved);
        }
    }

    fn interrupted(&mut self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn keep_limit(&mut self) -> usize {
        self.engine.pool().limit() / 16
    }
}

/// Reads a script: UTF-8, of bounded size.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub(crate) fn read_source(path: &Path) -> Result<String, HostError> {
    let fail = |why: &str| {
        let shown = escape_control(&path.to_string_lossy());
        host_error(HostErrorKind::Io, format!("cannot read `{shown}`: {why}"))
    };
    let mut bytes = vec![];
    std::fs::File::open(path)
        .and_then(|f| f.take(MAX_SOURCE + 1).read_to_end(&mut bytes))
        .map_err(|e| fail(&reason(&e)))?;
    if bytes.len() as u64 > MAX_SOURCE {
        return Err(fail(&format!("it is larger than {}", bytes_text(MAX_SOURCE))));
    }
    decode(&path.to_string_lossy(), bytes)
}

/// A script from its bytes.
///
/// # Errors
/// They are not UTF-8.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<String, HostError> {
    String::from_utf8(bytes).map_err(|e| {
        let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|&&b| b == b'\n').count();
        let shown = escape_control(name);
        let message = format!("cannot read `{shown}`: line {line} is not UTF-8 text");
        host_error(HostErrorKind::Io, message)
    })
}

/// A path without `.` and, where that changes nothing, without `name/..`.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_)))
                    && !out.is_symlink() =>
            {
                out.pop();
            }
            _ => out.push(part),
        }
    }
    out
}

fn host_error(kind: HostErrorKind, message: String) -> HostError {
    HostError { kind, message, hint: None }
}

fn bug(what: &str) -> HostError {
    host_error(HostErrorKind::Bug, what.into())
}

fn interrupted() -> HostError {
    host_error(HostErrorKind::Interrupted, "interrupted".into())
}

pub(crate) fn output_error(error: &std::io::Error) -> HostError {
    let why = reason(error);
    host_error(HostErrorKind::Io, format!("cannot write the output: {why}"))
}

pub(crate) fn input_error(error: &std::io::Error) -> HostError {
    let why = reason(error);
    host_error(HostErrorKind::Io, format!("cannot read the standard input: {why}"))
}

pub(crate) fn storage_error(error: StorageError) -> HostError {
    match error {
        StorageError::File(text) => host_error(HostErrorKind::Io, escape_control(&text)),
        StorageError::Interrupted => interrupted(),
    }
}

fn run_error(error: RunError) -> HostError {
    match error {
        RunError::Memory { needed, limit, hint } => HostError {
            kind: HostErrorKind::Limit,
            message: format!(
                "this needs {} of memory, and the limit is {}",
                // As the hint has it: in whole MiB, more than the limit.
                bytes_text(needed.next_multiple_of(1 << 20) as u64),
                bytes_text(limit as u64)
            ),
            hint: Some(hint).filter(|h| !h.is_empty()),
        },
        RunError::Disk { needed, free, root } => HostError {
            kind: HostErrorKind::Limit,
            message: format!(
                "this spills {} to `{}`, which has {} for it",
                bytes_text(needed),
                escape_control(&root.to_string_lossy()),
                bytes_text(free)
            ),
            hint: Some(
                "give it more --memory, more of the disk with --disk, or a larger disk with --spill-dir"
                    .into(),
            ),
        },
        RunError::File(text) => host_error(HostErrorKind::Io, escape_control(&text)),
        RunError::Interrupted => interrupted(),
        RunError::Bug(text) => host_error(HostErrorKind::Bug, escape_control(&text)),
        RunError::Value(text) => host_error(HostErrorKind::Value, escape_control(&text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied() {
        assert_eq!(tidy(Path::new("./a/./b.arr")), Path::new("a/b.arr"));
        assert_eq!(tidy(Path::new("a/../b.arr")), Path::new("b.arr"));
        assert_eq!(tidy(Path::new("../b.arr")), Path::new("../b.arr"));
        assert_eq!(tidy(Path::new("/x/../b.arr")), Path::new("/b.arr"));
    }
}
