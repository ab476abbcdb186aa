//! A session: the bindings that live from one input to the next, and the way in for the facade.
//!
//! Every input is first checked whole; nothing of it runs when it is wrong. A failed input leaves
//! the bindings of earlier inputs as they were.

use crate::eval::{Interpreter, ParamValue, World};
use crate::fault::Fault;
use crate::function::Frame;
use crate::hir::{Slot, Unit};
use crate::host::{Host, HostErrorKind};
use crate::lower::Names;
use crate::suggest;
use crate::value::Value;
use arr_syntax::diag::{Diagnostic, FileId, Severity, Span};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What a failed input leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// The program is wrong.
    Program = 2,
    /// It failed on a value.
    Value = 3,
    /// A limit was reached.
    Limit = 4,
    /// Input or output failed.
    Io = 5,
    /// A mistake in arr itself.
    Bug = 70,
    /// The user stopped it.
    Interrupted = 130,
}

impl Exit {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// Why an input failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The exit code.
    pub exit: Exit,
    /// The messages, in the order of the text; warnings of the part that ran included.
    pub diagnostics: Vec<Diagnostic>,
}

/// A finished input.
pub struct Done {
    /// The value of its last statement, `none` when that is no expression.
    pub value: Value,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// A session.
pub struct Session {
    world: World,
    names: FxHashMap<Rc<str>, Slot>,
    globals: Rc<Frame>,
    keep: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        // The functions among the bindings keep the frame alive that holds them.
        self.globals.restore(vec![]);
    }
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

impl Session {
    /// A session without bindings.
    pub fn new() -> Session {
        Session {
            world: World::default(),
            names: FxHashMap::default(),
            globals: Frame::new(0, None),
            keep: true,
        }
    }

    /// Whether top-level variables outlive the input that binds them (they do, unless told
    /// otherwise); if not, each is dropped after the last statement that reads it.
    pub fn keep_bindings(&mut self, keep: bool) {
        self.keep = keep;
    }

    /// The name and text of a source, for rendering.
    pub fn source(&self, file: FileId) -> Option<(String, Rc<str>)> {
        self.world.sources.get(file)
    }

    /// Checks an input without running it: all its messages, warnings included.
    pub fn check(&mut self, name: &str, text: &str, host: &mut dyn Host) -> Vec<Diagnostic> {
        let (_, diagnostics) = self.checked(name, text, host);
        diagnostics
    }

    /// Checks an input and then runs it.
    pub fn run(&mut self, name: &str, text: &str, host: &mut dyn Host) -> Result<Done, Failed> {
        let (unit, diagnostics) = self.checked(name, text, host);
        if let Some(exit) = exit_of_check(&diagnostics) {
            self.world.clear_params();
            return Err(Failed { exit, diagnostics });
        }
        let mut interpreter = Interpreter::new(host, &self.world, false);
        interpreter.set_script(name);
        let result = interpreter.run(&unit, &self.globals);
        let mut warnings = diagnostics;
        let place = |d: &Diagnostic| (d.code, d.labels.first().map(|l| l.span));
        for warning in interpreter.take_diagnostics() {
            if !warnings.iter().any(|w| place(w) == place(&warning)) {
                warnings.push(warning);
            }
        }
        self.adopt(&unit);
        match result {
            Ok(value) => Ok(Done { value, warnings }),
            Err(fault) => Err(failed(fault, warnings)),
        }
    }

    /// The text of a lowered input, for `arr dump --stage hir`, and what lowering reports.
    pub fn dump(&mut self, name: &str, text: &str) -> (String, Vec<Diagnostic>) {
        let (unit, diagnostics) = self.lowered(name, text);
        (unit.to_string(), diagnostics)
    }

    /// The params that an input declares.
    pub fn params(&mut self, name: &str, text: &str) -> Vec<String> {
        self.lowered(name, text).0.params.iter().map(|p| p.to_string()).collect()
    }

    /// Sets a param of the next input, from text read by the type of its default.
    pub fn set_param(&mut self, name: &str, text: &str) {
        self.world.set_param(name, ParamValue::Text(text.into()));
    }

    /// Sets a param of the next input.
    pub fn set_param_value(&mut self, name: &str, value: Value) {
        self.world.set_param(name, ParamValue::Value(value));
    }

    /// Binds a name.
    pub fn set(&mut self, name: &str, value: Value) {
        let next = self.names.values().map(|s| s + 1).max().unwrap_or(0);
        let slot = *self.names.entry(name.into()).or_insert(next);
        self.globals.set(slot, Some(value));
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.names.get(name).and_then(|&slot| self.globals.get(slot))
    }

    /// The value of a name, or what the language itself knows under it.
    pub fn lookup(&self, name: &str) -> Option<Value> {
        self.get(name).or_else(|| self.world.fixed(name))
    }

    /// The bound names, sorted.
    pub fn names(&self) -> Vec<String> {
        let bound = self.names.iter().filter(|(_, slot)| self.globals.get(**slot).is_some());
        let mut names: Vec<String> = bound.map(|(name, _)| name.to_string()).collect();
        names.sort();
        names
    }

    /// Every name that can be completed: bound ones, builtins, the standard library's.
    pub fn completions(&self) -> Vec<String> {
        let mut names = self.names();
        names.extend(self.world.all());
        names.sort();
        names.dedup();
        names
    }

    /// Calls a function bound or known under a name.
    pub fn call(
        &mut self,
        name: &str,
        args: &[Value],
        host: &mut dyn Host,
    ) -> Result<Value, Failed> {
        let Some(function) = self.lookup(name) else {
            let title = format!("unknown name `{name}`");
            let diagnostic = Diagnostic::error("E0100", title, Span::default());
            return Err(Failed { exit: Exit::Program, diagnostics: vec![diagnostic] });
        };
        self.apply(host, |cx| cx.call(&function, args, &[]))
    }

    /// The text of a value as `print` shows it; computes arrays.
    pub fn text(&mut self, value: &Value, host: &mut dyn Host) -> Result<String, Failed> {
        self.apply(host, |cx| cx.text(value))
    }

    /// The value with every selection `x[mask]` in it made an array.
    pub fn settled(&mut self, value: &Value, host: &mut dyn Host) -> Result<Value, Failed> {
        self.apply(host, |cx| crate::array::selection::settled(cx, value))
    }

    /// Computes what is pending in these arrays, all in one go.
    pub fn compute(
        &mut self,
        arrays: &[crate::array::Array],
        host: &mut dyn Host,
    ) -> Result<(), Failed> {
        self.apply(host, |cx| cx.compute(arrays))
    }

    /// Lets an evaluator of this session do something.
    pub fn apply<T>(
        &mut self,
        host: &mut dyn Host,
        action: impl FnOnce(&mut dyn crate::builtin::Context) -> Result<T, Fault>,
    ) -> Result<T, Failed> {
        let unit = Rc::new(Unit::default());
        let mut interpreter = Interpreter::new(host, &self.world, false);
        let result = interpreter.within(&unit, &self.globals, |i| action(i));
        let warnings = interpreter.take_diagnostics();
        result.map_err(|fault| failed(fault, warnings))
    }

    /// What is wrong with the modules of the standard library; for tests.
    pub fn library_faults(&mut self) -> Vec<Diagnostic> {
        for (name, _) in arr_stdlib::MODULES {
            self.world.library_module(name);
        }
        self.world.library_faults()
    }

    fn lowered(&mut self, name: &str, text: &str) -> (Unit, Vec<Diagnostic>) {
        let file = self.world.sources.add(name, text, false);
        let globals = self.globals.clone();
        let bound = |slot: Slot| globals.get(slot).is_some();
        self.world.lower(file, text, false, self.keep, &self.names, &bound)
    }

    fn checked(
        &mut self,
        name: &str,
        text: &str,
        host: &mut dyn Host,
    ) -> (Rc<Unit>, Vec<Diagnostic>) {
        let (unit, mut diagnostics) = self.lowered(name, text);
        self.unknown_params(&unit, &mut diagnostics);
        if diagnostics.iter().any(|d| d.severity == Severity::Error) {
            return (Rc::new(unit), sorted(diagnostics));
        }
        let unit = Rc::new(unit);
        let before = self.globals.snapshot();
        let mut interpreter = Interpreter::new(host, &self.world, true);
        interpreter.set_script(name);
        let result = interpreter.run(&unit, &self.globals).map(|_| ());
        let result = result.and_then(|()| interpreter.check_uncalled());
        diagnostics.extend(interpreter.take_diagnostics());
        interpreter.forget_made();
        drop(interpreter);
        self.globals.restore(before);
        if let Err(fault) = result {
            diagnostics.extend(failed(fault, vec![]).diagnostics);
        }
        diagnostics.extend(self.world.library_faults());
        (unit, sorted(diagnostics))
    }

    fn unknown_params(&self, unit: &Unit, diagnostics: &mut Vec<Diagnostic>) {
        for name in self.world.given_params() {
            if unit.params.contains(&name) {
                continue;
            }
            let title = format!("the script has no param `{name}`");
            let span = Span { file: unit.file, start: 0, end: 0 };
            let mut diagnostic = Diagnostic::error("E0118", title, span);
            let params: Vec<&str> = unit.params.iter().map(|p| &**p).collect();
            diagnostic = match params.is_empty() {
                true => diagnostic.note("it declares none"),
                false => diagnostic.note(format!("its params are {}", params.join(", "))),
            };
            if let Some(near) = suggest::nearest(&name, params.iter().copied()) {
                diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
            }
            diagnostics.push(diagnostic);
        }
    }

    /// Takes over the names that a unit bound.
    fn adopt(&mut self, unit: &Unit) {
        for (name, &slot) in &unit.names {
            self.names.insert(name.clone(), slot);
        }
        self.world.clear_params();
    }
}

/// Orders messages by place.
fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics
        .sort_by_key(|d| d.labels.first().map(|l| (l.span.file, l.span.start)).unwrap_or_default());
    diagnostics
}

/// The exit code of a finished check: none when nothing is wrong. Wrong names come before
/// unreadable files, and these before shapes and dtypes.
pub fn exit_of_check(diagnostics: &[Diagnostic]) -> Option<Exit> {
    let errors = || diagnostics.iter().filter(|d| d.severity == Severity::Error);
    errors().next()?;
    let host = errors().map(|d| exit_of(d.code)).find(|&exit| exit != Exit::Value);
    Some(host.unwrap_or(Exit::Program))
}

/// The exit code of an error while running.
fn exit_of(code: &str) -> Exit {
    match code {
        "E0210" => Exit::Limit,
        "E0220" => Exit::Io,
        "E0230" => Exit::Interrupted,
        "E0290" => Exit::Bug,
        _ => Exit::Value,
    }
}

fn failed(fault: Fault, mut before: Vec<Diagnostic>) -> Failed {
    let diagnostic = match fault {
        Fault::Diagnostic(diagnostic) => *diagnostic,
        Fault::Failure(failure) => Diagnostic {
            notes: failure.notes,
            hints: failure.hints,
            ..Diagnostic::error(failure.code, failure.title, Span::default())
        },
        Fault::Host(error) => {
            let code = crate::eval::host_code(error.kind);
            let diagnostic = Diagnostic::error(code, error.message, Span::default());
            match error.hint {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic,
            }
        }
    };
    let exit = exit_of(diagnostic.code);
    before.push(diagnostic);
    Failed { exit, diagnostics: before }
}

/// The exit code of a host's failure.
pub fn exit_of_host(kind: HostErrorKind) -> Exit {
    exit_of(crate::eval::host_code(kind))
}
