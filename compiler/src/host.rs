//! The one contact with the outside world: what the evaluator asks of whoever embeds it.
//!
//! The compiler opens no file, starts no thread and reads no clock; the facade implements
//! [`Host`] over the runtime, tests implement it over the oracle.

use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::Graph;
use arr_ir::shape::Shape;
use arr_ir::table::TableOptions;
use arr_syntax::diag::Span;
use std::any::Any;
use std::sync::Arc;

/// A stored array, opaque here; the host knows what it is. Dropping the last clone frees it.
pub type Handle = Arc<dyn Any + Send + Sync>;

/// Why something asked of the host failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostError {
    /// Which exit code it leads to.
    pub kind: HostErrorKind,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What to do, if known.
    pub hint: Option<String>,
}

/// The classes of failures while running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostErrorKind {
    /// A value did not suit (exit code 3).
    Value,
    /// Memory, depth or tasks (exit code 4).
    Limit,
    /// Input or output (exit code 5).
    Io,
    /// Ctrl-C (exit code 130).
    Interrupted,
    /// A mistake in arr itself (exit code 70).
    Bug,
}

/// A file that was opened: its header is read, its data not.
#[derive(Clone)]
pub struct Opened {
    /// The array.
    pub handle: Handle,
    /// Its dtype.
    pub dtype: DType,
    /// Its shape.
    pub shape: Shape,
}

/// A file, or several, that an array comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin<'a> {
    /// The path; with wildcards, several files that follow each other.
    pub path: &'a str,
    /// The name of the array, in files that hold several.
    pub name: Option<&'a str>,
    /// The dimension along which several files follow each other, by its name or number.
    pub along: Option<&'a str>,
    /// How a table is read; none as it is by default.
    pub table: Option<&'a TableOptions>,
}

/// A file that an array goes into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The path.
    pub path: String,
    /// The name of the array, for files that hold several.
    pub name: Option<String>,
    /// The chunk shape, for files in chunks.
    pub chunks: Option<Shape>,
    /// How to compress: a method, and a level after a colon.
    pub compression: Option<String>,
    /// What separates the fields of a table.
    pub delimiter: Option<u8>,
    /// The names of the columns of a table.
    pub header: Option<Vec<String>>,
}

/// What the evaluator asks for.
pub trait Host {
    /// Computes the roots of a graph, whole. `inputs[i]` is what `Op::Input(i)` reads, `slots[i]`
    /// what `Op::Slot(i)` is. The host plans, caches plans by the graph, and runs them; the same
    /// graph often comes behind the same pointer.
    fn compute(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
    ) -> Result<Vec<Handle>, HostError>;

    /// As [`compute`](Host::compute), and writes the first root to a file as
    /// [`save`](Host::save) does, where that helps while it is computed.
    fn compute_into(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
        target: &Target,
        dtype: DType,
    ) -> Result<Vec<Handle>, HostError> {
        let handles = self.compute(graph, inputs, slots)?;
        self.save(target, &handles[0], dtype)?;
        Ok(handles)
    }

    /// The element at a row-major position of a stored array.
    fn element(&mut self, array: &Handle, position: usize) -> Result<Scalar, HostError>;

    /// The same, if the array is in memory.
    fn element_in_memory(&mut self, array: &Handle, position: usize) -> Option<Scalar> {
        let _ = (array, position);
        None
    }

    /// Changes the element at a row-major position of an array of which this is the only handle,
    /// if that can be done where it is; the value has its dtype. Whether it did.
    fn set_element(&mut self, array: &Handle, position: usize, value: Scalar) -> bool {
        let _ = (array, position, value);
        false
    }

    /// The same for a box, which becomes another stored array.
    fn set_box(&mut self, array: &Handle, start: &[usize], value: &Handle) -> bool {
        let _ = (array, start, value);
        false
    }

    /// Whether elements that were asked for were made up, because the program is not run: its
    /// assertions then cannot fail.
    fn makes_up(&self) -> bool {
        false
    }

    /// Stores an array given by its elements: little-endian, row-major. Every host that runs
    /// programs overrides it.
    fn store(&mut self, dtype: DType, shape: &[usize], data: Vec<u8>) -> Result<Handle, HostError> {
        let _ = (dtype, shape, data);
        Err(HostError {
            kind: HostErrorKind::Bug,
            message: "this host stores no literals".into(),
            hint: None,
        })
    }

    /// Opens an array file and reads its header. The handle of a complex array stands for floats
    /// and one more axis of size 2 at the end: the real and the imaginary part of every element.
    fn open(&mut self, from: &Origin) -> Result<Opened, HostError>;

    /// What a file holds, as text: arrays with their dtypes, shapes, chunks and attributes.
    fn info(&mut self, path: &str) -> Result<String, HostError> {
        Err(HostError {
            kind: HostErrorKind::Bug,
            message: format!("this host does not look into `{path}`"),
            hint: None,
        })
    }

    /// Whether an array of this dtype and these sizes, where they are known, can be written as a
    /// target asks for; nothing is written.
    fn accepts(
        &mut self,
        target: &Target,
        dtype: DType,
        sizes: &[Option<usize>],
    ) -> Result<(), HostError> {
        let _ = (target, dtype, sizes);
        Ok(())
    }

    /// Whether an array that is saved to a path is loaded with the same dtype and shape.
    fn keeps_type(&self, path: &str) -> bool {
        let _ = path;
        true
    }

    /// Writes a stored array to a file, whole or not at all, in its own dtype or, where that is
    /// complex, given as [`open`](Host::open) gives it.
    fn save(&mut self, target: &Target, array: &Handle, dtype: DType) -> Result<(), HostError>;

    /// The text of a script named by an import, relative to `importer` (a path or empty), and
    /// the path it was found at.
    fn source(&mut self, path: &str, importer: &str) -> Result<(String, String), HostError>;

    /// Writes text to the program's output.
    fn print(&mut self, text: &str) -> Result<(), HostError>;

    /// Seconds on a monotonic clock.
    fn seconds(&mut self) -> f64;

    /// Whether [`asked_at`](Host::asked_at) is to be told: asked once for every program.
    fn wants_places(&self) -> bool {
        false
    }

    /// What is computed or saved from here on is asked for by this place of the program, not of
    /// the standard library.
    fn asked_at(&mut self, at: Span) {
        let _ = at;
    }

    /// A `timeit` begins, for which the program says how often to run: how often it does. What is
    /// computed until [`timed`](Host::timed) belongs to it.
    fn timing(&mut self, repeat: usize) -> usize {
        repeat
    }

    /// A `timeit` at a place of the program has ended: the seconds of each of its runs.
    fn timed(&mut self, at: Span, seconds: &[f64]) {
        let _ = (at, seconds);
    }

    /// Whether the user asked to stop.
    fn interrupted(&mut self) -> bool;

    /// Bytes up to which a named intermediate result is kept when something computed from it is
    /// needed first.
    fn keep_limit(&mut self) -> usize;
}
