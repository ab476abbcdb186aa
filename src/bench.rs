//! What a program's `timeit` calls measured, for `arr bench`.
//!
//! While a [`Meter`] stands in the host, every plan that runs is added to the `timeit` calls that
//! are running. The place of a call is turned into a line and a text at the end.

use arr_compiler::plan::traffic::{Traffic, traffic};
use arr_compiler::session::Session;
use arr_runtime::engine::Prepared;
use arr_syntax::diag::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What one `timeit` of a program measured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// The script it stands in.
    pub source: String,
    /// Its line, from 1.
    pub line: usize,
    /// What it runs, as written, on one line.
    pub text: String,
    /// The seconds of each run, in order; the first one compiles.
    pub seconds: Vec<f64>,
    /// Bytes that a run reads from memory, counted from its plans: the least that they move.
    pub bytes_read: u64,
    /// Bytes that it writes.
    pub bytes_written: u64,
    /// Bytes that a run reads from files and writes to them because it does not fit into memory.
    pub file_bytes: u64,
    /// Operations on elements of a run, whatever an operator costs; none where it calls routines
    /// such as sorting.
    pub operations: Option<u64>,
}

/// How fast the machine moves memory, in bytes per second on all threads.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bandwidth {
    /// Copying an array.
    pub copy: f64,
    /// `b + 3 * c` of two arrays.
    pub triad: f64,
    /// Reading an array only.
    pub read: f64,
}

/// The sums of a `timeit`.
#[derive(Clone, Copy)]
struct Sums {
    traffic: Traffic,
    file_bytes: u64,
}

struct Timed {
    at: Span,
    seconds: Vec<f64>,
    sums: Sums,
}

/// Gathers what `timeit` calls measure.
#[derive(Default)]
pub(crate) struct Meter {
    /// How often each runs, instead of what the program says.
    repeat: Option<usize>,
    /// The calls that are running, outermost first.
    running: Vec<Sums>,
    done: Vec<Timed>,
    /// The traffic of plans seen by the calls that are running; a plan that is kept keeps its
    /// address.
    known: FxHashMap<usize, (Arc<Prepared>, Traffic)>,
}

impl Meter {
    /// With `repeat`, each `timeit` runs so often.
    pub(crate) fn new(repeat: Option<usize>) -> Meter {
        Meter { repeat, ..Meter::default() }
    }

    /// A `timeit` begins, with so many bytes of files moved so far.
    pub(crate) fn begin(&mut self, repeat: usize, file_bytes: u64) -> usize {
        let traffic = Traffic { operations: Some(0), ..Traffic::default() };
        self.running.push(Sums { traffic, file_bytes });
        self.repeat.unwrap_or(repeat)
    }

    /// A plan runs.
    pub(crate) fn ran(&mut self, prepared: &Arc<Prepared>) {
        if self.running.is_empty() {
            return;
        }
        let known = self.known.entry(Arc::as_ptr(prepared).addr());
        let more = known.or_insert_with(|| (prepared.clone(), traffic(prepared.plan()))).1;
        for sums in &mut self.running {
            let sum = &mut sums.traffic;
            sum.read += more.read;
            sum.written += more.written;
            sum.operations = sum.operations.zip(more.operations).map(|(a, b)| a.saturating_add(b));
        }
    }

    /// The `timeit` that began last ends.
    pub(crate) fn end(&mut self, at: Span, seconds: &[f64], file_bytes: u64) {
        let Some(mut sums) = self.running.pop() else { return };
        sums.file_bytes = file_bytes - sums.file_bytes;
        self.done.push(Timed { at, seconds: seconds.to_vec(), sums });
        if self.running.is_empty() {
            self.known.clear();
        }
    }

    /// What was measured, in the order in which it ended.
    pub(crate) fn timings(self, session: &Session) -> Vec<Timing> {
        self.done.into_iter().map(|timed| timing(timed, session)).collect()
    }
}

fn timing(timed: Timed, session: &Session) -> Timing {
    let (source, text) = session.source(timed.at.file).unwrap_or_default();
    let (start, end) = (timed.at.start as usize, timed.at.end as usize);
    let before = text.get(..start).unwrap_or("");
    let runs = timed.seconds.len().max(1) as u64;
    let Traffic { read, written, operations } = timed.sums.traffic;
    Timing {
        source,
        line: 1 + before.matches('\n').count(),
        text: what(text.get(start..end).unwrap_or("")),
        bytes_read: read / runs,
        bytes_written: written / runs,
        file_bytes: timed.sums.file_bytes / runs,
        operations: operations.map(|n| n / runs),
        seconds: timed.seconds,
    }
}

/// What a call of `timeit` runs, as written, without what every such call says.
fn what(call: &str) -> String {
    let words = call.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = words.strip_prefix("timeit(").and_then(|w| w.strip_suffix(')')).unwrap_or(&words);
    let inner = inner.trim();
    let inner = match inner.rfind(", repeat").or_else(|| inner.rfind(",repeat")) {
        Some(at) if !inner[at..].contains([')', ']', '}']) => &inner[..at],
        _ => inner,
    };
    let body = inner.strip_prefix("fn()").map(|rest| rest.trim_start_matches([' ', '=']));
    body.unwrap_or(inner).to_string()
}

#[cfg(test)]
mod tests {
    use super::what;

    #[test]
    fn calls_are_shown_by_what_they_run() {
        for (call, shown) in [
            ("timeit(fn() = x + 1)", "x + 1"),
            ("timeit(fn() = f(x,\n    repeat=2), repeat=5)", "f(x, repeat=2)"),
            ("timeit(fn() = f(x, repeat=2))", "f(x, repeat=2)"),
            ("timeit(settle, repeat = n)", "settle"),
            ("timeit(fn() { x })", "{ x }"),
            ("measure.it(f)", "measure.it(f)"),
        ] {
            assert_eq!(what(call), shown);
        }
    }
}
