//! What outlives one run: the source texts, the standard library, parsed signatures, params.

use super::Interpreter;
use super::bind::Signature;
use crate::builtin::Builtin;
use crate::fault::{Failure, Fault};
use crate::function::{Frame, Module};
use crate::hir::{Import, Slot, Unit};
use crate::host::{Handle, Host, HostError, HostErrorKind, Opened, Origin, Target};
use crate::lower::{self, Names};
use crate::suggest;
use crate::value::Value;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::Graph;
use arr_ir::shape::Dim;
use arr_syntax::diag::{Diagnostic, FileId, Severity, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// The words on the lines that the parser could not read; none when it could read everything.
fn broken_words<'a>(text: &'a str, diagnostics: &[Diagnostic]) -> Option<FxHashSet<&'a str>> {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let spans: Vec<Span> = errors.flat_map(|d| &d.labels).map(|l| l.span).collect();
    if spans.is_empty() {
        return None;
    }
    let mut words = FxHashSet::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if spans.iter().any(|s| (start..end.max(start + 1)).contains(&(s.start as usize))) {
            words.extend(line.split(|c: char| !c.is_alphanumeric() && c != '_'));
        }
        start = end;
    }
    Some(words)
}

/// Whether a message of lowering may only follow from a line that the parser could not read: its
/// name stands on such a line, or it depends on the blocks around it.
fn follows(diagnostic: &Diagnostic, text: &str, broken: Option<&FxHashSet<&str>>) -> bool {
    let Some(words) = broken else { return false };
    let name = diagnostic
        .labels
        .first()
        .and_then(|l| text.get(l.span.start as usize..l.span.end as usize));
    match diagnostic.code {
        "E0100" | "E0101" => name.is_some_and(|n| words.contains(n)),
        "E0104" | "E0105" => true,
        _ => false,
    }
}

/// A source text of the session.
struct SourceText {
    name: String,
    text: Rc<str>,
    library: bool,
}

/// The source texts of a session, by [`FileId`].
#[derive(Default)]
pub struct Sources(RefCell<Vec<SourceText>>);

impl Sources {
    /// Adds a text and gives its number.
    pub fn add(&self, name: &str, text: &str, library: bool) -> FileId {
        let mut all = self.0.borrow_mut();
        all.push(SourceText { name: name.into(), text: text.into(), library });
        FileId(all.len() as u32 - 1)
    }

    /// The name of a text, and the text.
    pub fn get(&self, file: FileId) -> Option<(String, Rc<str>)> {
        self.0.borrow().get(file.0 as usize).map(|s| (s.name.clone(), s.text.clone()))
    }

    /// Whether a text belongs to the standard library.
    pub fn is_library(&self, file: FileId) -> bool {
        self.0.borrow().get(file.0 as usize).is_some_and(|s| s.library)
    }

    /// The line of a place, counted from 1.
    pub fn line(&self, span: Span) -> usize {
        let all = self.0.borrow();
        let Some(source) = all.get(span.file.0 as usize) else { return 1 };
        let end = (span.start as usize).min(source.text.len());
        1 + source.text.as_bytes()[..end].iter().filter(|&&b| b == b'\n').count()
    }
}

/// A param given from outside.
#[derive(Clone)]
pub enum ParamValue {
    /// Text, read by the type of the default.
    Text(String),
    /// A value.
    Value(Value),
}

/// How far a module of the standard library is.
#[derive(Clone)]
enum Loaded {
    Loading,
    Done(Option<Rc<Module>>),
}

/// A parsed and lowered script, and what was said about it.
type Lowered = (Rc<str>, Rc<Unit>, Vec<Diagnostic>);

/// What outlives one run.
#[derive(Default)]
pub struct World {
    /// The source texts.
    pub sources: Sources,
    signatures: RefCell<FxHashMap<usize, Rc<Signature>>>,
    next_dim: Cell<u32>,
    pub(super) params: RefCell<FxHashMap<Rc<str>, ParamValue>>,
    library: RefCell<FxHashMap<String, Loaded>>,
    scripts: RefCell<FxHashMap<Rc<str>, Lowered>>,
    faults: RefCell<Vec<Diagnostic>>,
    /// Graphs of small programs that came before.
    pub(super) lowering: RefCell<crate::array::Lowering>,
    /// The frames of imported scripts and modules: their own functions keep them alive.
    frames: RefCell<Vec<Rc<Frame>>>,
}

impl Drop for World {
    fn drop(&mut self) {
        for frame in self.frames.take() {
            frame.restore(vec![]);
        }
    }
}

impl World {
    pub(super) fn signature(&self, builtin: &'static Builtin) -> Rc<Signature> {
        let key = std::ptr::from_ref(builtin) as usize;
        let mut all = self.signatures.borrow_mut();
        all.entry(key).or_insert_with(|| Rc::new(Signature::parse(builtin))).clone()
    }

    pub(super) fn fresh_dim(&self) -> Dim {
        let n = self.next_dim.get();
        self.next_dim.set(n.wrapping_add(1));
        Dim::Unknown(n)
    }

    pub(super) fn is_library(&self, file: FileId) -> bool {
        self.sources.is_library(file)
    }

    /// The text at a place.
    pub(super) fn slice(&self, span: Span) -> Option<String> {
        let (_, text) = self.sources.get(span.file)?;
        text.get(span.start as usize..span.end as usize).map(str::to_string)
    }

    /// A place as notes name it: `line 12 of climate.arr`.
    pub(super) fn place(&self, span: Span) -> String {
        let line = self.sources.line(span);
        match self.sources.get(span.file) {
            Some((name, _)) => format!("line {line} of {name}"),
            None => format!("line {line}"),
        }
    }

    /// The same, of places in the user's own texts only.
    pub(super) fn own_line(&self, span: Span) -> Option<String> {
        (!self.is_library(span.file)).then(|| self.place(span))
    }

    /// Sets a param for the next runs.
    pub fn set_param(&self, name: &str, value: ParamValue) {
        self.params.borrow_mut().insert(name.into(), value);
    }

    /// The params that were set.
    pub(crate) fn given_params(&self) -> Vec<Rc<str>> {
        let mut names: Vec<Rc<str>> = self.params.borrow().keys().cloned().collect();
        names.sort();
        names
    }

    /// Forgets the params that were set.
    pub(crate) fn clear_params(&self) {
        self.params.borrow_mut().clear();
    }

    /// What is wrong with the standard library itself.
    pub fn library_faults(&self) -> Vec<Diagnostic> {
        self.faults.borrow().clone()
    }

    /// A module of the standard library, loaded when first asked for.
    pub fn library_module(&self, name: &str) -> Option<Rc<Module>> {
        match self.library.borrow().get(name) {
            Some(Loaded::Loading) => return None,
            Some(Loaded::Done(module)) => return module.clone(),
            None => {}
        }
        self.library.borrow_mut().insert(name.into(), Loaded::Loading);
        let module = self.load_library(name);
        self.library.borrow_mut().insert(name.into(), Loaded::Done(module.clone()));
        module
    }

    fn load_library(&self, name: &str) -> Option<Rc<Module>> {
        let text = arr_stdlib::module(name)?;
        let file = self.sources.add(&format!("<{name}>"), text, true);
        let (unit, mut diagnostics) =
            self.lower(file, text, true, true, &FxHashMap::default(), &|_| false);
        let unit = Rc::new(unit);
        let frame = Frame::new(unit.size, None);
        self.frames.borrow_mut().push(frame.clone());
        let mut host = NoHost;
        let mut interpreter = Interpreter::new(&mut host, self, false);
        match interpreter.run(&unit, &frame) {
            Ok(_) => {}
            Err(Fault::Diagnostic(diagnostic)) => diagnostics.push(*diagnostic),
            Err(_) => {}
        }
        diagnostics.extend(interpreter.take_diagnostics());
        self.faults.borrow_mut().extend(diagnostics);
        Some(Rc::new(Module { name: name.into(), names: unit.names.clone(), frame }))
    }

    /// Parses and lowers a source text.
    pub(crate) fn lower(
        &self,
        file: FileId,
        text: &str,
        library: bool,
        keep_top: bool,
        known: &FxHashMap<Rc<str>, Slot>,
        bound: &dyn Fn(Slot) -> bool,
    ) -> (Unit, Vec<Diagnostic>) {
        let (ast, mut diagnostics) = arr_syntax::parse(text, file);
        let source = lower::Source { text, file, library, keep_top, known, bound };
        let (unit, more) = lower::lower(&ast, &source, self);
        let broken = broken_words(text, &diagnostics);
        diagnostics.extend(more.into_iter().filter(|d| !follows(d, text, broken.as_ref())));
        (unit, diagnostics)
    }

    /// A script named by an import, parsed once per text.
    fn script(&self, path: &Rc<str>, text: &str) -> Lowered {
        if let Some(known) = self.scripts.borrow().get(path)
            && &*known.0 == text
        {
            return known.clone();
        }
        let file = self.sources.add(path, text, false);
        let (unit, diagnostics) =
            self.lower(file, text, false, true, &FxHashMap::default(), &|_| false);
        let lowered: Lowered = (text.into(), Rc::new(unit), diagnostics);
        self.scripts.borrow_mut().insert(path.clone(), lowered.clone());
        lowered
    }

    fn prelude(&self, name: &str) -> Option<Value> {
        self.library_module("prelude").and_then(|m| m.get(name))
    }

    /// A name of the module that has the name of a function: `random` is both.
    pub(super) fn member_of_function(&self, function: &str, name: &str) -> Option<Value> {
        if function != "random" || name.starts_with('_') {
            return None;
        }
        let module = self.library_module(function)?;
        module.get(name).or_else(|| {
            let plain = ["random", "uniform", "normal", "integers"].contains(&name);
            crate::builtins::builtin(name).filter(|_| plain).map(Value::Builtin)
        })
    }

    /// A module that needs no import: of the standard library, or one that only builtins with a
    /// dotted name belong to.
    fn plain_module(&self, name: &str) -> Option<Value> {
        if name == "prelude" {
            return None;
        }
        if let Some(module) = self.library_module(name) {
            return Some(Value::Module(module));
        }
        let is_prefix =
            |b: &Builtin| b.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        crate::builtins::BUILTINS.iter().any(is_prefix).then(|| {
            let names = FxHashMap::default();
            let frame = Frame::new(0, None);
            Value::Module(Rc::new(Module { name: name.into(), names, frame }))
        })
    }
}

impl Names for World {
    fn fixed(&self, name: &str) -> Option<Value> {
        let plain = lower::constant_value(name)
            .or_else(|| crate::builtins::builtin(name).map(Value::Builtin));
        plain.or_else(|| self.prelude(name)).or_else(|| self.plain_module(name))
    }

    fn method(&self, name: &str) -> Option<Value> {
        match crate::builtins::builtin(name) {
            Some(builtin) => builtin.method.then_some(Value::Builtin(builtin)),
            None => self.prelude(name).filter(Value::is_function),
        }
    }

    fn all(&self) -> Vec<String> {
        let mut names: Vec<String> = lower::CONSTANTS.iter().map(|c| c.0.to_string()).collect();
        names.extend(arr_ir::dtype::DType::ALL.iter().map(|d| d.name().to_string()));
        names.extend(crate::builtins::BUILTINS.iter().map(|b| b.name.to_string()));
        if let Some(prelude) = self.library_module("prelude") {
            let shown = prelude.names.keys().filter(|k| !k.starts_with('_'));
            names.extend(shown.map(|k| k.to_string()));
        }
        names.sort();
        names
    }
}

impl Interpreter<'_> {
    /// `import`: binds a module or names of it.
    pub(super) fn import(&mut self, import: &Import) -> Result<(), Fault> {
        let found = match import.is_file {
            true => self.import_file(import)?,
            false => self.import_module(import)?,
        };
        if let Some(slot) = import.whole {
            // `random` stays the function that it is without the import.
            let function = crate::builtins::builtin(&import.source).filter(|_| !import.is_file);
            let whole = function.map_or_else(|| found.clone(), Value::Builtin);
            self.frame.set(slot, Some(whole));
        }
        for (name, span, slot) in &import.names {
            let value = match &found {
                Value::Module(module) => match module.get(name) {
                    Some(value) => value,
                    None => match crate::builtins::builtin(&format!("{}.{name}", module.name)) {
                        Some(builtin) => Value::Builtin(builtin),
                        None => {
                            let failure = self.no_member(module, name);
                            self.fail(failure, *span, &[])?
                        }
                    },
                },
                _ => Value::ANY,
            };
            self.frame.set(*slot, Some(value));
        }
        Ok(())
    }

    fn import_module(&mut self, import: &Import) -> Result<Value, Fault> {
        if let Some(module) = self.world.plain_module(&import.source) {
            return Ok(module);
        }
        let title = format!("there is no module `{}` in the standard library", import.source);
        let mut failure = Failure::new("E0116", title);
        if suggest::PREFIXES.contains(&&*import.source) {
            failure = failure.hint("leave the line out: functions have no prefix in arr");
        } else if let Some(near) =
            suggest::nearest(&import.source, arr_stdlib::MODULES.iter().map(|m| m.0))
        {
            failure = failure.hint(format!("did you mean `{near}`?"));
        } else {
            failure = failure.hint(format!(
                "a script of your own is imported by its path: import \"{0}.arr\" as {0}",
                import.source
            ));
        }
        self.fail(failure, import.span, &[])
    }

    fn import_file(&mut self, import: &Import) -> Result<Value, Fault> {
        let importer = self.loading.last().cloned().unwrap_or_else(|| "".into());
        let (text, path) = match self.host.source(&import.source, &importer) {
            Ok((text, path)) => (text, Rc::<str>::from(path)),
            Err(error) => return self.fail(error, import.span, &[]),
        };
        if self.loading.contains(&path) {
            let chain: Vec<String> = self.loading.iter().map(|p| p.to_string()).collect();
            let failure = Failure::new("E0117", "these scripts import each other in a circle")
                .note(format!("{} -> {path}", chain.join(" -> ")))
                .hint("move what both need into a third script");
            return self.fail(failure, import.span, &[]);
        }
        if let Some(module) = self.modules.get(&path) {
            return Ok(module.clone());
        }
        let (_, unit, diagnostics) = self.world.script(&path, &text);
        let wrong = diagnostics.iter().any(|d| d.severity == Severity::Error);
        if self.checking {
            diagnostics.into_iter().for_each(|d| self.note(d));
        }
        if wrong {
            self.modules.insert(path, Value::ANY);
            return Ok(Value::ANY);
        }
        let frame = Frame::new(unit.size, None);
        if !self.checking {
            self.world.frames.borrow_mut().push(frame.clone());
        }
        self.loading.push(path.clone());
        let result = self.run(&unit, &frame);
        self.loading.pop();
        result?;
        let name = lower::file_name(&path).into();
        let module = Value::Module(Rc::new(Module { name, names: unit.names.clone(), frame }));
        self.modules.insert(path, module.clone());
        Ok(module)
    }
}

/// A host for texts that must not need one: the standard library's own top level.
struct NoHost;

fn refused<T>() -> Result<T, HostError> {
    Err(HostError {
        kind: HostErrorKind::Bug,
        message: "a module of the standard library computes something when it is loaded".into(),
        hint: None,
    })
}

impl Host for NoHost {
    fn compute(
        &mut self,
        _: &Arc<Graph>,
        _: &[Handle],
        _: &[Scalar],
    ) -> Result<Vec<Handle>, HostError> {
        refused()
    }

    fn element(&mut self, _: &Handle, _: usize) -> Result<Scalar, HostError> {
        refused()
    }

    fn open(&mut self, _: &Origin) -> Result<Opened, HostError> {
        refused()
    }

    fn save(&mut self, _: &Target, _: &Handle, _: DType) -> Result<(), HostError> {
        refused()
    }

    fn source(&mut self, _: &str, _: &str) -> Result<(String, String), HostError> {
        refused()
    }

    fn print(&mut self, _: &str) -> Result<(), HostError> {
        refused()
    }

    fn seconds(&mut self) -> f64 {
        0.0
    }

    fn interrupted(&mut self) -> bool {
        false
    }

    fn keep_limit(&mut self) -> usize {
        0
    }
}
