//! A host over the oracle, and plain rendering of messages, for tests of the evaluator.

use arr_compiler::host::{Handle, Host, HostError, HostErrorKind, Opened, Origin, Target};
use arr_compiler::session::Session;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::{Graph, Op};
use arr_ir::oracle::{DenseArray, evaluate};
use arr_ir::shape::{Shape, count};
use arr_syntax::diag::{Diagnostic, Severity, Span};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// Computes with the oracle, prints into a text, keeps files in memory.
pub struct OracleHost {
    /// What was printed.
    pub output: String,
    /// Scripts by path.
    pub scripts: BTreeMap<String, String>,
    /// Array files by path.
    pub files: BTreeMap<String, DenseArray>,
    /// How often something was computed.
    pub runs: usize,
    /// How many nodes that compute something were in the graphs.
    pub nodes: usize,
    /// Roots of the last graph.
    pub roots: usize,
    /// After how many questions the user stops the program.
    pub patience: Option<usize>,
    /// The most elements of an array that is computed.
    pub largest: usize,
}

impl Default for OracleHost {
    fn default() -> OracleHost {
        OracleHost {
            output: String::new(),
            scripts: BTreeMap::new(),
            files: BTreeMap::new(),
            runs: 0,
            nodes: 0,
            roots: 0,
            patience: None,
            largest: 50_000_000,
        }
    }
}

fn dense(handle: &Handle) -> &DenseArray {
    handle.downcast_ref().expect("a handle of this host")
}

/// A complex array as the handle of one is: floats, with one more axis.
fn pairs(array: &DenseArray) -> DenseArray {
    let mut array = array.clone();
    if array.dtype.kind() == Kind::Complex {
        array.dtype = array.dtype.part();
        array.shape.push(2);
    }
    array
}

fn refused(kind: HostErrorKind, message: String) -> HostError {
    HostError { kind, message, hint: None }
}

impl Host for OracleHost {
    fn compute(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
    ) -> Result<Vec<Handle>, HostError> {
        self.runs += 1;
        self.roots = graph.roots.len();
        let own = |op: &Op| !matches!(op, Op::Input(_) | Op::Slot(_) | Op::Const(_));
        self.nodes += graph.nodes.iter().filter(|n| own(&n.op)).count();
        if graph.nodes.iter().any(|n| count(&n.shape) > self.largest) {
            return Err(refused(HostErrorKind::Limit, "not enough memory".into()));
        }
        let inputs: Vec<DenseArray> = inputs.iter().map(|h| dense(h).clone()).collect();
        let results = evaluate(graph, &inputs, slots)
            .map_err(|message| refused(HostErrorKind::Value, message))?;
        Ok(results.into_iter().map(|r| Arc::new(r) as Handle).collect())
    }

    fn element(&mut self, array: &Handle, position: usize) -> Result<Scalar, HostError> {
        Ok(dense(array).at(position))
    }

    fn store(&mut self, dtype: DType, shape: &[usize], data: Vec<u8>) -> Result<Handle, HostError> {
        Ok(Arc::new(DenseArray { dtype, shape: shape.into(), data }))
    }

    fn open(&mut self, from: &Origin) -> Result<Opened, HostError> {
        match self.files.get(from.path) {
            Some(array) => Ok(Opened {
                dtype: array.dtype,
                shape: array.shape.clone(),
                handle: Arc::new(pairs(array)),
            }),
            None => Err(refused(HostErrorKind::Io, format!("no such file: {}", from.path))),
        }
    }

    fn info(&mut self, path: &str) -> Result<String, HostError> {
        let from = Origin { path, name: None, along: None, table: None };
        let found = self.open(&from)?;
        let sizes: Vec<String> = found.shape.iter().map(usize::to_string).collect();
        Ok(format!("{path}: NumPy file\n  {}[{}]", found.dtype.name(), sizes.join(", ")))
    }

    fn save(&mut self, target: &Target, array: &Handle, dtype: DType) -> Result<(), HostError> {
        let mut array = dense(array).clone();
        if dtype.kind() == Kind::Complex {
            array.shape.pop();
            array.dtype = dtype;
        }
        self.files.insert(target.path.clone(), array);
        Ok(())
    }

    fn source(&mut self, path: &str, _: &str) -> Result<(String, String), HostError> {
        match self.scripts.get(path) {
            Some(text) => Ok((text.clone(), path.into())),
            None => Err(refused(HostErrorKind::Io, format!("no such script: {path}"))),
        }
    }

    fn print(&mut self, text: &str) -> Result<(), HostError> {
        self.output.push_str(text);
        Ok(())
    }

    fn seconds(&mut self) -> f64 {
        0.0
    }

    fn interrupted(&mut self) -> bool {
        match &mut self.patience {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn keep_limit(&mut self) -> usize {
        1 << 20
    }
}

/// An int64 file of that shape holding 0, 1, 2, ...
#[allow(dead_code, reason = "not every test file needs it")]
pub fn counting(shape: &[usize], dtype: DType) -> DenseArray {
    let shape: Shape = shape.into();
    let n = count(&shape);
    DenseArray::new(dtype, shape, (0..n).map(|i| Scalar::from_i128(i as i128, dtype)))
}

/// Messages as plain text: code, place, title, labels, notes, hints.
pub fn render(session: &Session, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        let severity = if d.severity == Severity::Error { "error" } else { "warning" };
        let _ = writeln!(out, "{severity}[{}]: {}", d.code, d.title);
        for label in &d.labels {
            let mark = if label.primary { "-->" } else { "..." };
            let place = place(session, label.span);
            let _ = writeln!(out, "  {mark} {place} {}", label.text).map(|()| {
                while out.ends_with(" \n") {
                    out.truncate(out.len() - 2);
                    out.push('\n');
                }
            });
        }
        for note in &d.notes {
            let _ = writeln!(out, "  = {note}");
        }
        for hint in &d.hints {
            let _ = writeln!(out, "  = hint: {hint}");
        }
    }
    out
}

fn place(session: &Session, span: Span) -> String {
    let Some((name, text)) = session.source(span.file) else { return "?".into() };
    let start = (span.start as usize).min(text.len());
    let line = text[..start].matches('\n').count() + 1;
    let column = start - text[..start].rfind('\n').map_or(0, |i| i + 1) + 1;
    let part = text.get(start..span.end as usize).unwrap_or("");
    let part = part.lines().next().unwrap_or("");
    let file = if name == "main.arr" { String::new() } else { format!("{name}:") };
    format!("{file}{line}:{column} `{part}`")
}

/// Runs on a thread with the stack that programs need.
#[allow(dead_code, reason = "not every test file needs it")]
pub fn with_stack<T: Send + 'static>(action: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(arr_compiler::eval::STACK_BYTES);
    match thread.spawn(action).expect("a thread").join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
