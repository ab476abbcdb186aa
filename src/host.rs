//! The evaluator's host over the runtime: arrays in memory and in files, plans and their cache,
//! output, clock, cancel flag.
//!
//! Handles are `Arc<Stored>`. Plans are found again by the whole graph, so that a loop pays for
//! planning once. A lazily loaded file keeps the content it was opened with: an open descriptor
//! holds it, and a file without one gets it back before it is saved over.

use crate::record::Recorder;
use arr_compiler::format::{bytes_text, escape_control};
use arr_compiler::host::{Handle, Host, HostError, HostErrorKind, Opened};
use arr_compiler::plan::{Config, plan};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Graph;
use arr_ir::shape::{MAX_RANK, Shape, count};
use arr_runtime::buffer::Buffer;
use arr_runtime::engine::{Engine, Prepared, RunError};
use arr_runtime::npy::{self, IoError, NpyFile};
use rustc_hash::FxHashMap;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Instant;

/// Plans kept for reuse, and nodes in their graphs together.
const MAX_PLANS: usize = 512;
const MAX_PLAN_NODES: usize = 200_000;
/// Files that may keep a descriptor open at once.
const MAX_HELD: usize = 256;
/// The largest script that is read, in bytes.
const MAX_SOURCE: u64 = 256 << 20;

/// An array behind a handle.
pub(crate) enum Stored {
    /// Elements in memory.
    Memory(Buffer),
    /// A file, and its elements once they were needed.
    File(NpyFile, OnceLock<Buffer>),
    /// Only while recording: an array that was planned and not computed.
    Planned(DType, Shape),
}

/// The host of one session.
pub(crate) struct RuntimeHost {
    engine: Engine,
    config: Config,
    plans: PlanCache,
    files: Vec<Weak<Stored>>,
    output: Box<dyn Write + Send>,
    started: Instant,
    cancel: Arc<AtomicBool>,
    /// While a program is explained rather than run.
    pub(crate) recorder: Option<Recorder>,
}

impl RuntimeHost {
    pub(crate) fn new(engine: Engine, config: Config, output: Box<dyn Write + Send>) -> Self {
        RuntimeHost {
            cancel: engine.cancel(),
            engine,
            config,
            plans: PlanCache::default(),
            files: vec![],
            output,
            started: Instant::now(),
            recorder: None,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn flush(&mut self) -> Result<(), HostError> {
        self.output.flush().map_err(|e| output_error(&e))
    }

    /// The elements behind a handle, loaded if need be; those of complex files as pairs of floats.
    pub(crate) fn buffer(&self, handle: &Handle) -> Result<Buffer, HostError> {
        match handle.downcast_ref::<Stored>() {
            Some(Stored::Memory(buffer)) => Ok(buffer.clone()),
            Some(Stored::File(file, loaded)) => {
                if let Some(buffer) = loaded.get() {
                    return Ok(buffer.clone());
                }
                let buffer = file.load(self.engine.pool(), &self.cancel).map_err(io_error)?.pairs();
                file.release();
                Ok(loaded.get_or_init(|| buffer).clone())
            }
            Some(Stored::Planned(dtype, shape)) => {
                let zeros = vec![0; count(shape) * dtype.size()];
                self.store_bytes(*dtype, shape, &zeros)
            }
            None => Err(bug("a handle of another host")),
        }
    }

    fn store_bytes(&self, dtype: DType, shape: &[usize], data: &[u8]) -> Result<Buffer, HostError> {
        if data.len() != count(shape) * dtype.size() {
            return Err(bug("the bytes of a literal do not match its shape"));
        }
        Buffer::from_bytes(self.engine.pool(), dtype, shape.into(), data)
            .map_err(|e| run_error(e.into()))
    }

    fn recorded(&mut self, graph: &Graph, inputs: &[Handle]) -> Option<Vec<Handle>> {
        let recorder = self.recorder.as_mut()?;
        let planned = |h: &Handle| matches!(h.downcast_ref(), Some(Stored::Planned(..)));
        let prepared = self.plans.get(graph, &self.engine, &self.config);
        let small = recorder.plan(graph, &prepared);
        if small && !inputs.iter().any(planned) {
            return None;
        }
        let handle = |root: &arr_ir::graph::NodeId| -> Handle {
            let node = &graph[*root];
            Arc::new(Stored::Planned(node.dtype, node.shape.clone()))
        };
        Some(graph.roots.iter().map(handle).collect())
    }

    /// Gives files that will lose their path to a save a hold on their content.
    fn secure(&mut self, path: &Path) -> Result<(), HostError> {
        for file in self.files.iter().filter_map(Weak::upgrade) {
            if let Stored::File(file, loaded) = &*file
                && loaded.get().is_none()
                && !file.is_held()
                && file.is_at(path)
            {
                file.secure().map_err(io_error)?;
            }
        }
        Ok(())
    }

    fn register(&mut self, stored: &Arc<Stored>) {
        if self.files.len() == self.files.capacity() {
            self.files.retain(|w| w.strong_count() > 0);
        }
        let held = self.files.iter().filter_map(Weak::upgrade).filter(|s| match &**s {
            Stored::File(file, _) => file.is_held(),
            _ => false,
        });
        if held.count() >= MAX_HELD
            && let Stored::File(file, _) = &**stored
        {
            file.release();
        }
        self.files.push(Arc::downgrade(stored));
    }
}

impl Host for RuntimeHost {
    fn compute(
        &mut self,
        graph: Graph,
        inputs: &[Handle],
        slots: &[Scalar],
    ) -> Result<Vec<Handle>, HostError> {
        if let Some(handles) = self.recorded(&graph, inputs) {
            return Ok(handles);
        }
        let mut buffers = Vec::with_capacity(inputs.len());
        for input in inputs {
            buffers.push(self.buffer(input)?);
        }
        let prepared = self.plans.get(&graph, &self.engine, &self.config);
        let results = self.engine.run(&prepared, &buffers, slots).map_err(run_error)?;
        Ok(results.into_iter().map(|b| Arc::new(Stored::Memory(b)) as Handle).collect())
    }

    fn element(&mut self, array: &Handle, position: usize) -> Result<Scalar, HostError> {
        match array.downcast_ref::<Stored>() {
            Some(Stored::Memory(buffer)) => Ok(buffer.element(position)),
            Some(Stored::Planned(dtype, _)) => Ok(Scalar::from_i128(0, *dtype)),
            _ => Ok(self.buffer(array)?.element(position)),
        }
    }

    fn store(&mut self, dtype: DType, shape: &[usize], data: Vec<u8>) -> Result<Handle, HostError> {
        Ok(Arc::new(Stored::Memory(self.store_bytes(dtype, shape, &data)?)))
    }

    fn open(&mut self, path: &str) -> Result<Opened, HostError> {
        let file = npy::open(Path::new(path)).map_err(io_error)?;
        let (dtype, shape) = (file.dtype(), file.shape().clone());
        if dtype.kind() == Kind::Complex && shape.len() == MAX_RANK {
            let message = "a complex array has at most 15 dimensions".into();
            return Err(host_error(HostErrorKind::Limit, message));
        }
        let stored = Arc::new(Stored::File(file, OnceLock::new()));
        self.register(&stored);
        Ok(Opened { handle: stored, dtype, shape })
    }

    fn save(&mut self, path: &str, array: &Handle, dtype: DType) -> Result<(), HostError> {
        let target = Path::new(path);
        if let Some(recorder) = &mut self.recorder {
            recorder.save(path, array.downcast_ref(), dtype);
            return Ok(());
        }
        self.secure(target)?;
        let buffer = self.buffer(array)?.paired(dtype).ok_or_else(|| bug("no complex array"))?;
        npy::save(target, &buffer, &self.cancel).map_err(io_error)
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
        .map_err(|e| fail(&npy::reason(&e)))?;
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
    let why = npy::reason(error);
    host_error(HostErrorKind::Io, format!("cannot write the output: {why}"))
}

pub(crate) fn input_error(error: &std::io::Error) -> HostError {
    let why = npy::reason(error);
    host_error(HostErrorKind::Io, format!("cannot read the standard input: {why}"))
}

fn io_error(error: IoError) -> HostError {
    match error {
        IoError::File(text) => host_error(HostErrorKind::Io, escape_control(&text)),
        IoError::Memory(error) => run_error(error.into()),
        IoError::Interrupted => interrupted(),
    }
}

fn run_error(error: RunError) -> HostError {
    match error {
        RunError::Memory { needed, limit, hint } => HostError {
            kind: HostErrorKind::Limit,
            message: format!(
                "this needs {} of memory, and the limit is {}",
                bytes_text(needed as u64),
                bytes_text(limit as u64)
            ),
            hint: Some(hint).filter(|h| !h.is_empty()),
        },
        RunError::Interrupted => interrupted(),
        RunError::Bug(text) => host_error(HostErrorKind::Bug, escape_control(&text)),
        RunError::Value(text) => host_error(HostErrorKind::Value, escape_control(&text)),
    }
}

/// Plans by graph, the least recently used half dropped when there are too many.
#[derive(Default)]
struct PlanCache {
    plans: FxHashMap<Graph, Cached>,
    clock: u64,
    nodes: usize,
}

struct Cached {
    prepared: Arc<Prepared>,
    used: u64,
}

impl PlanCache {
    fn get(&mut self, graph: &Graph, engine: &Engine, config: &Config) -> Arc<Prepared> {
        self.clock += 1;
        if let Some(found) = self.plans.get_mut(graph) {
            found.used = self.clock;
            return found.prepared.clone();
        }
        let prepared = engine.prepare(Arc::new(plan(graph, config)));
        self.make_room(graph.nodes.len());
        self.nodes += graph.nodes.len();
        let cached = Cached { prepared: prepared.clone(), used: self.clock };
        self.plans.insert(graph.clone(), cached);
        prepared
    }

    fn make_room(&mut self, nodes: usize) {
        while !self.plans.is_empty()
            && (self.plans.len() >= MAX_PLANS || self.nodes + nodes > MAX_PLAN_NODES)
        {
            let mut used: Vec<u64> = self.plans.values().map(|c| c.used).collect();
            let middle = used.len() / 2;
            let (_, &mut median, _) = used.select_nth_unstable(middle);
            let left = &mut self.nodes;
            self.plans.retain(|graph, cached| {
                let keep = cached.used > median;
                if !keep {
                    *left -= graph.nodes.len();
                }
                keep
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arr_ir::graph::{Builder, Op};
    use arr_runtime::engine::Options;

    fn graph(n: usize) -> Graph {
        let mut b = Builder::default();
        let shape = Shape::from_slice(&[n]);
        let root = b.node(Op::Iota, Default::default(), DType::I64, shape);
        b.finish(vec![root])
    }

    #[test]
    fn the_plan_cache_is_bounded_and_keeps_what_is_used() {
        let engine = Engine::new(Options { memory: 1 << 20, threads: 1, interpret: true });
        let mut cache = PlanCache::default();
        let first = cache.get(&graph(1), &engine, &Config::default());
        for n in 2..3 * MAX_PLANS {
            cache.get(&graph(n), &engine, &Config::default());
            let again = cache.get(&graph(1), &engine, &Config::default());
            assert!(Arc::ptr_eq(&first, &again));
        }
        assert!(cache.plans.len() <= MAX_PLANS);
        assert_eq!(cache.nodes, cache.plans.len());
    }

    #[test]
    fn paths_are_tidied() {
        assert_eq!(tidy(Path::new("./a/./b.arr")), Path::new("a/b.arr"));
        assert_eq!(tidy(Path::new("a/../b.arr")), Path::new("b.arr"));
        assert_eq!(tidy(Path::new("../b.arr")), Path::new("../b.arr"));
        assert_eq!(tidy(Path::new("/x/../b.arr")), Path::new("/b.arr"));
    }
}
