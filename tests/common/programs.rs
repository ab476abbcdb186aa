//! Programs kept as files beside what is expected of them: finding, running, comparing.
//!
//! Lines `# test: ...` of a program direct its tests: `param NAME=VALUE` sets a param, `directory`
//! sets the param `directory` to an empty folder, other words are the business of a suite.

#![allow(dead_code, reason = "not every suite needs all of it")]

use arr::{Diagnostic, Error, Session, SessionBuilder};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A program and what is expected of it.
pub struct Program {
    /// The file's name without `.arr`.
    pub name: String,
    /// The text.
    pub text: String,
    /// The file of the expectation.
    pub expected_path: PathBuf,
    /// What it holds; empty if there is none.
    pub expected: String,
}

impl Program {
    /// What follows `# test:` on the lines that have it.
    pub fn directives(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(|l| l.strip_prefix("# test:")).map(str::trim)
    }

    /// Whether a directive of that word is given.
    pub fn says(&self, word: &str) -> bool {
        self.directives().any(|d| d == word)
    }

    /// What follows a word in a directive, such as the size after `memory`.
    pub fn setting(&self, word: &str) -> Option<&str> {
        self.directives().find_map(|d| d.strip_prefix(word)?.strip_prefix(' '))
    }

    /// Sets the params that the directives name.
    pub fn set_params(&self, session: &mut Session<'_>, directory: &Path) {
        for directive in self.directives() {
            if let Some((name, value)) =
                directive.strip_prefix("param ").and_then(|p| p.split_once('='))
            {
                session.set_param(name, value).expect("a param");
            } else if directive == "directory" {
                session.set_param("directory", &directory.to_string_lossy()).expect("a param");
            }
        }
    }
}

/// The folder of a suite.
pub fn folder(suite: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(suite)
}

/// The programs of a suite in order of their names; only those whose name holds `ARR_CASE`.
pub fn programs(suite: &str, extension: &str) -> Vec<Program> {
    let only = std::env::var("ARR_CASE").unwrap_or_default();
    let entries = std::fs::read_dir(folder(suite)).expect("the folder of a suite");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "arr"));
    paths.sort();
    let load = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let expected_path = path.with_extension(extension);
        Program {
            text: std::fs::read_to_string(&path).expect("a readable program"),
            expected: std::fs::read_to_string(&expected_path).unwrap_or_default(),
            name,
            expected_path,
        }
    };
    paths.into_iter().map(load).filter(|p| p.name.contains(&only)).collect()
}

/// Whether expectations are rewritten.
pub fn bless() -> bool {
    std::env::var_os("ARR_BLESS").is_some()
}

/// Does something with every item on all cores; what it gives, in order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], action: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(vec![]);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    let result = action(item);
                    done.lock().expect("no panic").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no panic");
    done.sort_by_key(|d| d.0);
    done.into_iter().map(|d| d.1).collect()
}

/// Where a session's output goes.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    /// What was written, as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("UTF-8")
    }
}

/// What became of a program.
pub struct Outcome {
    /// What it printed.
    pub output: String,
    /// The warnings, or why it failed.
    pub result: Result<Vec<Diagnostic>, Error>,
    /// The most memory it took at once, in bytes.
    pub peak: usize,
}

/// Runs a program in a session of its own. Its name for messages is the file's name; `path` is
/// where imports begin.
pub fn run(program: &Program, path: &str, builder: SessionBuilder, directory: &Path) -> Outcome {
    let output = Captured::default();
    let mut session = builder.output(output.clone()).build();
    program.set_params(&mut session, directory);
    let result = session.run_script(path, &program.text);
    session.flush().expect("memory takes everything");
    Outcome { output: output.text(), result, peak: session.stats().memory_peak }
}

/// Fails with all differences, if there are any.
pub fn report(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} cases differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Compares with the expectation, or rewrites it; the difference, if any.
pub fn compare(program: &Program, found: &str) -> Option<String> {
    if found == program.expected {
        return None;
    }
    if bless() {
        std::fs::write(&program.expected_path, found).expect("a writable expectation");
        return None;
    }
    Some(format!("{}: {}", program.name, difference(&program.expected, found)))
}

/// The first line in which two texts differ, with what stands around it.
pub fn difference(expected: &str, found: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let at = (0..a.len().max(b.len())).find(|&i| a.get(i) != b.get(i)).unwrap_or(0);
    let show = |lines: &[&str]| {
        let from = at.saturating_sub(1).min(lines.len());
        lines[from..(at + 12).min(lines.len())].join("\n  ")
    };
    format!("line {}\nexpected\n  {}\nfound\n  {}", at + 1, show(&a), show(&b))
}
