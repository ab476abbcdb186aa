//! Where text goes: results to the standard output, messages to the standard error.
//!
//! The standard output is buffered when it is no terminal. Whoever writes a message flushes it
//! first, so that both come in order. A failed write is remembered, a closed pipe apart from
//! other failures. Nothing here panics.

use crate::bar;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that are held back at most.
const BUFFER: usize = 64 << 10;
/// The longest time that text is held back while more is written.
const PATIENCE: Duration = Duration::from_millis(200);

struct Sink {
    file: Option<File>,
    pending: Vec<u8>,
    terminal: bool,
    flushed: Instant,
    closed: bool,
}

/// The standard output; clones share it.
#[derive(Clone)]
pub struct Output(Arc<Mutex<Sink>>);

impl Output {
    /// The standard output of the process.
    pub fn new() -> Output {
        let file = io::stdout().as_fd().try_clone_to_owned().ok().map(File::from);
        Output(Arc::new(Mutex::new(Sink {
            file,
            pending: vec![],
            terminal: io::stdout().is_terminal(),
            flushed: Instant::now(),
            closed: false,
        })))
    }

    fn sink(&self) -> MutexGuard<'_, Sink> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the reader went away.
    pub fn is_closed(&self) -> bool {
        self.sink().closed
    }

    /// Writes a result.
    pub fn put(&self, text: &str) -> Result<(), arr::Error> {
        self.clone().write_all(text.as_bytes()).map_err(|e| failed(&e))
    }

    /// Writes out what is held back.
    pub fn finish(&self) -> Result<(), arr::Error> {
        self.sink().flush().map_err(|e| failed(&e))
    }

    /// The same from a signal handler's thread: gives up rather than wait.
    pub fn try_finish(&self) {
        if let Ok(mut sink) = self.0.try_lock() {
            let _ = sink.flush();
        }
    }
}

fn failed(error: &io::Error) -> arr::Error {
    arr::output_error(error)
}

impl Sink {
    fn flush(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.flushed = Instant::now();
        if self.closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let result = match &mut self.file {
            Some(file) if !pending.is_empty() => {
                if self.terminal {
                    bar::clear();
                }
                file.write_all(&pending)
            }
            _ => Ok(()),
        };
        if result.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe) {
            self.closed = true;
        }
        result
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sink = self.sink();
        sink.pending.extend_from_slice(bytes);
        if sink.terminal || sink.pending.len() >= BUFFER || sink.flushed.elapsed() > PATIENCE {
            sink.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink().flush()
    }
}

/// Writes a message; one that nobody can read is dropped.
pub fn say(text: &str) {
    bar::clear();
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether messages have colours: NO_COLOR, CLICOLOR_FORCE, CLICOLOR, and else the terminal.
pub fn color(stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    if std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) {
        return false;
    }
    if set("CLICOLOR_FORCE") {
        return true;
    }
    let off = std::env::var_os("CLICOLOR").is_some_and(|v| v == "0");
    let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    stream.is_terminal() && !off && !dumb
}

/// Writes all messages of an error.
pub fn say_error(error: &arr::Error) {
    say(&error.render(color(&io::stderr())));
    if error.kind() == arr::ErrorKind::Bug {
        say_place();
    }
}

/// Writes warnings.
pub fn say_warnings(warnings: &[arr::Diagnostic]) {
    for warning in warnings {
        say(&warning.render(color(&io::stderr())));
    }
}

/// Where the last panic happened.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from writing about themselves: they are caught, and reported as errors.
pub fn catch_panics() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut place) = PANIC.lock() {
            let text = info.payload_as_str().unwrap_or("no message");
            let at = info.location().map(|l| format!("{}:{}", l.file(), l.line()));
            *place = Some(format!("{} ({text})", at.unwrap_or_default()));
        }
    }));
}

fn say_place() {
    if let Some(place) = PANIC.lock().ok().and_then(|p| p.clone()) {
        let place: String = arr::escape(&place).chars().take(400).collect();
        say(&format!("  = where: {place}\n  = version: {}\n", env!("CARGO_PKG_VERSION")));
    }
}

/// Reports a panic that was caught outside of a session.
pub fn say_panic() {
    say("error[E0290]: a bug in arr\n  = hint: please report it, with the program if you can\n");
    say_place();
}
