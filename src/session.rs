//! Sessions: the embedding API.
//!
//! A session owns one thread with a large stack on which programs are evaluated, so that deep
//! recursion in a program is an error and not a crash, whatever stack the caller has. Calls are
//! sent to it and waited for. No panic crosses: one in arr itself becomes an error of
//! [`ErrorKind::Bug`](crate::ErrorKind::Bug).

use crate::bench::{Bandwidth, Meter, Timing};
use crate::error::{Diagnostic, Error, ErrorKind, Severity};
use crate::host::RuntimeHost;
use crate::profile::{Profile, StepStats};
use crate::progress::Watch;
use crate::record::{Recorder, Stage};
use crate::value::Value;
use crate::worker::{State, Worker};
use arr_compiler::plan::Config;
use arr_compiler::session::{Failed, exit_of_check};
use arr_runtime::engine::{Engine, Options};
use arr_runtime::paged::spill::SpillDir;
use arr_storage::Unfinished;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a session is set up; made by [`Session::builder`].
pub struct SessionBuilder {
    options: Options,
    config: Config,
    output: Box<dyn Write + Send>,
}

impl SessionBuilder {
    /// Whether everything runs in the smallest parts, over files, whatever the memory; what tests
    /// of that are made with.
    #[doc(hidden)]
    pub fn page(mut self, page: bool) -> Self {
        self.options.page = page;
        self
    }

    /// Where arrays go that do not fit into memory, and how many bytes of them at most; the
    /// default is the system's folder for temporary files, and what its disk has.
    pub fn spill(mut self, folder: impl Into<std::path::PathBuf>, bytes: Option<u64>) -> Self {
        (self.options.spill, self.options.disk) = (folder.into(), bytes);
        self
    }

    /// Bytes that arrays and working memory may take together. What needs more runs in parts, over
    /// files; where even that does not fit, evaluating is refused before it starts.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.options.memory = bytes;
        self
    }

    /// Threads that compute, at least 1.
    pub fn threads(mut self, threads: usize) -> Self {
        self.options.threads = threads.max(1);
        self
    }

    /// Where `print` writes; the standard output unless told otherwise.
    pub fn output(mut self, output: impl Write + Send + 'static) -> Self {
        self.output = Box::new(output);
        self
    }

    /// Whether plans are interpreted by the slow reference interpreter; for tests.
    #[doc(hidden)]
    pub fn interpret(mut self, interpret: bool) -> Self {
        self.options.interpret = interpret;
        self
    }

    /// A chunk size along every dimension, instead of the planner's choice; for tests.
    #[doc(hidden)]
    pub fn chunk(mut self, chunk: Option<usize>) -> Self {
        self.config.chunk = chunk;
        self
    }

    /// The session.
    pub fn build<'a>(self) -> Session<'a> {
        let engine = Engine::new(self.options);
        let cancel = engine.cancel();
        let watch = Watch::new(&engine);
        let spill = engine.spill().clone();
        let host = RuntimeHost::new(engine, self.config, self.output);
        let interrupter = Interrupter { cancel, unfinished: host.unfinished().clone(), spill };
        Session { worker: Worker::start(host), interrupter, watch, lent: PhantomData }
    }
}

/// Stops what a session is doing; can be sent to another thread.
#[derive(Clone)]
pub struct Interrupter {
    cancel: Arc<AtomicBool>,
    unfinished: Unfinished,
    spill: Arc<SpillDir>,
}

impl Interrupter {
    /// Stops the evaluation that is running: it fails with
    /// [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted), and files it was about to
    /// replace stay as they were. The next evaluation begins afresh. True when this was asked
    /// before and has not led to anything yet.
    pub fn interrupt(&self) -> bool {
        self.cancel.swap(true, Ordering::Relaxed)
    }

    /// Removes what the session has on disk and did not finish, for a process that ends now,
    /// whatever the session is doing: it writes nothing any more.
    pub fn give_up(&self) {
        self.cancel.store(true, Ordering::Relaxed);
        self.unfinished.give_up();
        self.spill.close();
    }
}

/// What a session has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Plans run.
    pub runs: u64,
    /// Tasks run.
    pub tasks: u64,
    /// Kernels compiled.
    pub kernels: u64,
    /// Seconds spent compiling them.
    pub compile_seconds: f64,
    /// Parts that plans ran in which did not fit into memory.
    pub parts: u64,
    /// Bytes that those read from files, and wrote to them; spilled ones included.
    pub bytes_read: u64,
    /// Bytes written.
    pub bytes_written: u64,
    /// The most bytes of spilled arrays at once.
    pub spilled_peak: u64,
    /// Bytes of arrays and working memory in use.
    pub memory_used: usize,
    /// The most bytes at once.
    pub memory_peak: usize,
}

/// A session: names bound to values, and programs evaluated among them.
///
/// The lifetime is that of memory lent with [`Session::set`] and [`Session::call`].
///
/// ```
/// let mut session = arr::Session::new();
/// session.eval("fn scale(x, by=2) = by * x")?;
/// let y = session.eval("scale([1.0, 2.0, 3.0]).sum()")?;
/// assert_eq!(y.to_scalar::<f64>()?, 12.0);
/// # Ok::<(), arr::Error>(())
/// ```
pub struct Session<'a> {
    worker: Worker,
    interrupter: Interrupter,
    watch: Watch,
    lent: PhantomData<&'a ()>,
}

impl Default for Session<'_> {
    fn default() -> Self {
        Session::new()
    }
}

/// Nothing of lent memory is touched after the session: its thread has ended.
impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.interrupter.interrupt();
        self.worker.stop();
    }
}

impl<'a> Session<'a> {
    /// A session with 60 % of the machine's (or container's) memory and all of its cores.
    pub fn new() -> Session<'a> {
        Session::builder().build()
    }

    /// Settings for a session.
    pub fn builder() -> SessionBuilder {
        let options = Options::new(crate::machine::default_memory(), crate::machine::threads());
        let output = Box::new(std::io::stdout());
        SessionBuilder { options, config: Config::default(), output }
    }

    /// Evaluates a text among the names of the session; the value of its last expression,
    /// computed, or `none`. A text is checked whole before any of it runs.
    ///
    /// ```
    /// let mut session = arr::Session::new();
    /// session.eval("x = arange(5)")?;
    /// assert_eq!(session.eval("x + 1")?.to_string(), "[1 2 3 4 5]");
    /// let error = session.eval("x + [1, 2]").unwrap_err();
    /// assert_eq!(error.exit_code(), 2);
    /// # Ok::<(), arr::Error>(())
    /// ```
    ///
    /// # Errors
    /// The text is wrong, or failed while running; names bound by then stay bound.
    pub fn eval(&mut self, text: &str) -> Result<Value<'a>, Error> {
        self.eval_named("<eval>", text)
    }

    /// As [`Session::eval`], with a name (usually a path) for messages and relative imports.
    ///
    /// # Errors
    /// As there.
    pub fn eval_named(&mut self, name: &str, text: &str) -> Result<Value<'a>, Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| state.eval(&name, &text))
    }

    /// Runs a whole script in this session and lets go of each of its values as early as
    /// possible. Gives the warnings.
    ///
    /// # Errors
    /// The script is wrong, or failed while running.
    pub fn run_script(&mut self, name: &str, text: &str) -> Result<Vec<Diagnostic>, Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| state.script(&name, &text))
    }

    /// Checks a text without running it: names, shapes and dtypes, as far as they do not depend
    /// on data. Gives the warnings.
    ///
    /// ```
    /// let mut session = arr::Session::new();
    /// assert!(session.check("y = zeros(3) + zeros(3)").is_ok());
    /// let error = session.check("y = zeros(3) + zeros(4)").unwrap_err();
    /// assert_eq!(error.diagnostics()[0].labels[0].line, 1);
    /// ```
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check(&mut self, text: &str) -> Result<Vec<Diagnostic>, Error> {
        self.check_named("<check>", text)
    }

    /// As [`Session::check`], with a name for messages and relative imports.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check_named(&mut self, name: &str, text: &str) -> Result<Vec<Diagnostic>, Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| state.check(&name, &text))
    }

    /// Binds a name to a value. An `ndarray` view is lent, not copied: it is read where it lies,
    /// and lives at least as long as the session.
    ///
    /// ```
    /// let data = ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]);
    /// let mut session = arr::Session::new();
    /// session.set("x", &data)?;
    /// session.set("n", 2.0)?;
    /// let y = session.eval("x.T * n")?.to_ndarray::<f64>()?;
    /// assert_eq!(y, ndarray::arr2(&[[2.0, 6.0], [4.0, 8.0]]).into_dyn());
    /// # Ok::<(), arr::Error>(())
    /// ```
    ///
    /// # Errors
    /// The text is no name, or the value cannot enter a session (a function).
    pub fn set(&mut self, name: &str, value: impl Into<Value<'a>>) -> Result<(), Error> {
        if !is_name(name) {
            let shown = arr_compiler::format::escape_control(name);
            let title = format!("`{shown}` cannot be a name");
            return Err(Error::new(ErrorKind::Program, "E0027", title));
        }
        let (name, content) = (name.to_string(), value.into().content);
        self.ask(move |state| state.set(&name, &content))
    }

    /// The value of a name, computed; none when it is not bound.
    ///
    /// # Errors
    /// Computing it failed.
    pub fn get(&mut self, name: &str) -> Result<Option<Value<'a>>, Error> {
        let name = name.to_string();
        self.ask(move |state| state.get(&name))
    }

    /// Sets a `param` of the next text, from a text that is read by the type of its default.
    pub fn set_param(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| {
            state.session.set_param(&name, &text);
            Ok(())
        })
    }

    /// Calls a function: one of the session's, or one that the language has.
    ///
    /// ```
    /// let mut session = arr::Session::new();
    /// session.eval("fn hypotenuse(a, b) = sqrt(a*a + b*b)")?;
    /// let c = session.call("hypotenuse", &[3.0.into(), 4.0.into()])?;
    /// assert_eq!(c.to_scalar::<f64>()?, 5.0);
    /// # Ok::<(), arr::Error>(())
    /// ```
    ///
    /// # Errors
    /// There is no such function, the arguments do not suit it, or it failed.
    pub fn call(&mut self, name: &str, args: &[Value<'a>]) -> Result<Value<'a>, Error> {
        let name = name.to_string();
        let args: Vec<_> = args.iter().map(|v| v.content.clone()).collect();
        self.ask(move |state| state.call(&name, &args))
    }

    /// What stops an evaluation from another thread or a signal handler.
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// What shows from another thread how far an evaluation is.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// The counters.
    pub fn stats(&mut self) -> Stats {
        let stats = self.ask(|state| Ok(state.host.engine().stats())).unwrap_or_default();
        Stats {
            runs: stats.runs,
            tasks: stats.tasks,
            kernels: stats.kernels,
            compile_seconds: stats.compile_seconds,
            parts: stats.units,
            bytes_read: stats.read,
            bytes_written: stats.written,
            spilled_peak: stats.spill.most,
            memory_used: stats.memory_used,
            memory_peak: stats.memory_peak,
        }
    }

    /// Measures every step of what runs from now on, for [`Session::steps`].
    pub fn profile(&mut self) {
        let begun = self.ask(|state| {
            state.host.engine().measure(true);
            state.host.profile = Some(Profile::default()).into();
            Ok(())
        });
        // Without a thread nothing will run either.
        drop(begun);
    }

    /// What the steps took since [`Session::profile`], in the order in which they first ran; and
    /// how many more there were than are kept.
    ///
    /// ```
    /// let mut session = arr::Session::new();
    /// session.profile();
    /// session.eval_named("a.arr", "x = arange(1000.0)\nprint((2 * x).sum())")?;
    /// let (steps, _) = session.steps();
    /// assert_eq!((steps[0].source.as_str(), steps[0].line), ("a.arr", 2));
    /// assert_eq!(steps[0].over, [1000]);
    /// # Ok::<(), arr::Error>(())
    /// ```
    pub fn steps(&mut self) -> (Vec<StepStats>, u64) {
        let steps = self.ask(|state| {
            let profile = state.host.profile.borrow();
            Ok(profile.as_ref().map(|p| p.steps(&state.session)).unwrap_or_default())
        });
        steps.unwrap_or_default()
    }

    /// Names that can be completed: the session's, and those of the language.
    pub fn completions(&mut self) -> Vec<String> {
        self.ask(|state| Ok(state.session.completions())).unwrap_or_default()
    }

    /// Evaluates a text as an interactive prompt does: the text to show for its value, if any,
    /// and the warnings. The value is bound to `_`. With `info`, arrays have a line about them.
    ///
    /// # Errors
    /// As [`Session::eval`].
    pub fn interact(
        &mut self,
        name: &str,
        text: &str,
        info: bool,
    ) -> Result<(Option<String>, Vec<Diagnostic>), Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| state.interact(&name, &text, info))
    }

    /// What a script would compute, in words: plans, kernels, passes, bytes. Arrays are computed
    /// only where that is quick; nothing is printed or saved.
    ///
    /// # Errors
    /// The script is wrong, or failed.
    pub fn explain(&mut self, name: &str, text: &str) -> Result<String, Error> {
        self.explain_under(name, text, &[])
    }

    /// As [`Session::explain`]; of every plan whether and how it runs within each of these numbers
    /// of bytes instead of the session's own memory.
    ///
    /// # Errors
    /// The script is wrong, or failed.
    pub fn explain_under(
        &mut self,
        name: &str,
        text: &str,
        limits: &[usize],
    ) -> Result<String, Error> {
        let (name, text, limits) = (name.to_string(), text.to_string(), limits.to_vec());
        self.ask(move |state| {
            state.recorded(&name, &text)?;
            let recorder = state.host.recorder.take();
            let engine = state.host.engine();
            let own = [engine.pool().limit()];
            let limits = if limits.is_empty() { &own[..] } else { &limits };
            let words = recorder.map(|r| r.explain(engine, &state.session, limits));
            Ok(words.unwrap_or_default())
        })
    }

    /// Runs a whole script as [`Session::run_script`] does and tells what each of its `timeit`
    /// calls measured; with `repeat`, each runs so often, whatever it says.
    ///
    /// ```
    /// let mut session = arr::Session::new();
    /// let script = "x = persist(ones(1000))\nt = timeit(fn() = 2 * x, repeat=3)";
    /// let (timings, _) = session.bench("script.arr", script, None)?;
    /// assert_eq!((timings[0].line, timings[0].seconds.len()), (2, 3));
    /// assert_eq!((timings[0].bytes_read, timings[0].bytes_written), (8000, 8000));
    /// # Ok::<(), arr::Error>(())
    /// ```
    ///
    /// # Errors
    /// The script is wrong, or failed while running.
    pub fn bench(
        &mut self,
        name: &str,
        text: &str,
        repeat: Option<usize>,
    ) -> Result<(Vec<Timing>, Vec<Diagnostic>), Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| {
            state.host.meter = Some(Meter::new(repeat));
            let result = state.script(&name, &text);
            let meter = state.host.meter.take().unwrap_or_default();
            result.map(|warnings| (meter.timings(&state.session), warnings))
        })
    }

    /// How fast the machine moves memory with the session's threads; takes a few tenths of a
    /// second.
    ///
    /// # Errors
    /// There is no room for three arrays of 128 MiB.
    pub fn bandwidth(&mut self) -> Result<Bandwidth, Error> {
        self.ask(|state| Ok(state.host.bandwidth()?))
    }

    /// Leaves the session at the end of a process: what it keeps on disk is removed, its memory is
    /// left to the system, which is faster than to give it back array by array.
    pub fn leave(mut self) {
        let _ = self.ask(|state| {
            state.host.engine().spill().close();
            Ok(())
        });
        std::mem::forget(self);
    }

    /// A stage of the way from a script to machine code, as text for people.
    ///
    /// # Errors
    /// The script is wrong, or failed.
    pub fn dump(&mut self, stage: Stage, name: &str, text: &str) -> Result<String, Error> {
        let (name, text) = (name.to_string(), text.to_string());
        self.ask(move |state| state.dump(stage, &name, &text))
    }

    /// Writes out what `print` has written so far.
    ///
    /// # Errors
    /// The output does not take it.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.ask(|state| Ok(state.host.flush()?))
    }

    fn ask<T: Send + 'static>(
        &mut self,
        action: impl FnOnce(&mut State) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.interrupter.cancel.store(false, Ordering::Relaxed);
        self.worker.ask(action)
    }
}

fn is_name(text: &str) -> bool {
    let mut pieces = arr_syntax::highlight(text).into_iter();
    let whole = pieces.next().is_some_and(|(range, class)| {
        range == (0..text.len()) && class == arr_syntax::TokenClass::Name
    });
    whole && pieces.next().is_none()
}

impl State {
    fn failed(&self, failed: Failed) -> Error {
        Error::of(failed, &self.session)
    }

    fn eval<'a>(&mut self, name: &str, text: &str) -> Result<Value<'a>, Error> {
        match self.session.run(name, text, &mut self.host) {
            Ok(done) => self.outgoing(&done.value),
            Err(failed) => Err(self.failed(failed)),
        }
    }

    fn script(&mut self, name: &str, text: &str) -> Result<Vec<Diagnostic>, Error> {
        self.session.keep_bindings(false);
        let result = self.session.run(name, text, &mut self.host);
        self.session.keep_bindings(true);
        match result {
            Ok(done) => Ok(self.diagnostics(done.warnings)),
            Err(failed) => Err(self.failed(failed)),
        }
    }

    fn check(&mut self, name: &str, text: &str) -> Result<Vec<Diagnostic>, Error> {
        let diagnostics = self.session.check(name, text, &mut self.host);
        match exit_of_check(&diagnostics) {
            Some(exit) => Err(self.failed(Failed { exit, diagnostics })),
            None => Ok(self.diagnostics(diagnostics)),
        }
    }

    fn diagnostics(&self, all: Vec<arr_syntax::Diagnostic>) -> Vec<Diagnostic> {
        all.into_iter().map(|d| Diagnostic::of(d, &self.session)).collect()
    }

    fn interact(
        &mut self,
        name: &str,
        text: &str,
        info: bool,
    ) -> Result<(Option<String>, Vec<Diagnostic>), Error> {
        let done = match self.session.run(name, text, &mut self.host) {
            Ok(done) => done,
            Err(failed) => return Err(self.failed(failed)),
        };
        let warnings = self.diagnostics(done.warnings);
        let shown = self.display(&done.value, info)?;
        if shown.is_some() {
            self.session.set("_", done.value);
        }
        Ok((shown, warnings))
    }

    fn recorded(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.host.recorder = Some(Recorder::default());
        match self.session.run(name, text, &mut self.host) {
            Ok(done) => {
                // The value of a last expression would be computed where it is shown.
                let _ = self.outgoing(&done.value);
                Ok(())
            }
            Err(failed) => {
                self.host.recorder = None;
                Err(self.failed(failed))
            }
        }
    }

    fn dump(&mut self, stage: Stage, name: &str, text: &str) -> Result<String, Error> {
        match stage {
            Stage::Ast => {
                let (ast, diagnostics) = arr_syntax::parse(text, arr_syntax::FileId::default());
                if diagnostics.iter().any(|d| d.severity == Severity::Error) {
                    self.check(name, text)?;
                }
                Ok(arr_syntax::print::dump(&ast))
            }
            Stage::Hir => {
                let (dump, diagnostics) = self.session.dump(name, text);
                match exit_of_check(&diagnostics) {
                    Some(exit) => Err(self.failed(Failed { exit, diagnostics })),
                    None => Ok(dump),
                }
            }
            _ => {
                self.recorded(name, text)?;
                let recorder = self.host.recorder.take().unwrap_or_default();
                Ok(recorder.dump(stage, self.host.engine()))
            }
        }
    }
}
