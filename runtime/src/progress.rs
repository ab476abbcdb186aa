//! How far a run is: counted by the threads that work, looked at by whoever shows it.
//!
//! Before a run its effort is known from the plan. A unit of effort is about the time that moving
//! a byte through memory takes; it weighs steps against each other and says nothing of seconds.
//! While it runs, tasks and boxes add what they did; at the end of each stage the count is set to
//! what was planned up to there, so that estimates that were wrong do not add up.

use arr_ir::kernel::Source;
use arr_ir::plan::{Blockwise, Output, Plan, Step, StepKind};
use arr_ir::shape::count;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Effort of a byte that is read from a file or written to one.
const FILE: u64 = 8;
/// Effort of an operation on an element, and of an addition of a product to a sum, halved.
const OPERATION: u64 = 2;
/// Effort of drawing an element at random.
const RANDOM: u64 = 16;
/// Effort of a routine per byte that it reads and writes.
const ROUTINE: u64 = 16;

/// What is done of a run. Any thread may count, any thread may look.
#[derive(Debug, Default)]
pub struct Progress {
    runs: AtomicU64,
    /// The effort of the run; 0 while there is none.
    total: AtomicU64,
    done: AtomicU64,
    bytes: AtomicU64,
}

/// A look at a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number: another one is another run.
    pub run: u64,
    /// Its effort, more than 0.
    pub total: u64,
    /// What of that is done, at most all.
    pub done: u64,
    /// Bytes moved: of files where it reads or writes them, else of arrays.
    pub bytes: u64,
}

/// What a number of tasks amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Units of effort.
    pub units: u64,
    /// Bytes of arrays moved.
    pub bytes: u64,
}

/// While it lives, a run goes on.
#[must_use]
pub struct Running(Option<Arc<Progress>>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(progress) = &self.0 {
            progress.total.store(0, Ordering::Release);
        }
    }
}

impl Progress {
    /// A run of so much effort begins. One that begins inside another is part of it.
    pub fn begin(self: &Arc<Progress>, total: u64) -> Running {
        if self.total.load(Ordering::Relaxed) > 0 {
            return Running(None);
        }
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        self.total.store(total.max(1), Ordering::Release);
        Running(Some(self.clone()))
    }

    /// The run that goes on, if any.
    pub fn see(&self) -> Option<Seen> {
        let total = self.total.load(Ordering::Acquire);
        let done = self.done.load(Ordering::Relaxed).min(total);
        let bytes = self.bytes.load(Ordering::Relaxed);
        let run = self.runs.load(Ordering::Relaxed);
        (total > 0).then_some(Seen { run, total, done, bytes })
    }

    /// Bytes of a file were read or written.
    pub(crate) fn moved(&self, bytes: usize) {
        self.add(of_file(bytes as u64), bytes as u64);
    }

    /// A part of a stage is done.
    pub(crate) fn add(&self, units: u64, bytes: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
        if bytes > 0 {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// The effort done so far.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Exactly so much is done, while no other thread counts.
    pub(crate) fn arrive(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}

/// The effort of moving bytes from or to a file.
pub fn of_file(bytes: u64) -> u64 {
    bytes.saturating_mul(FILE)
}

impl Effort {
    /// The effort of a step of a plan over all its chunks.
    pub(crate) fn of(plan: &Plan, step: &Step) -> Effort {
        let elements = |value| count(&plan[value].shape) as u64;
        let read: u64 = match &step.kind {
            StepKind::Blockwise(b) => {
                let most = count(&b.domain) as u64;
                let size = |v| plan[v].dtype.size() as u64;
                plan.reads(step).iter().map(|&v| elements(v).min(most) * size(v)).sum()
            }
            _ => plan.reads(step).iter().map(|&v| plan[v].bytes() as u64).sum(),
        };
        let written = match &step.kind {
            StepKind::Blockwise(Blockwise {
                domain, output: Output::Store { value, .. }, ..
            }) => (count(domain) * plan[*value].dtype.size()) as u64,
            _ => plan[plan.written(step)].bytes() as u64,
        };
        let (made, drawn) = generated(step);
        let bytes = read.saturating_add(written).saturating_add(made);
        let operations = match &step.kind {
            StepKind::Blockwise(b) => {
                (count(&b.domain) as u64).saturating_mul(OPERATION * b.kernel.operations() as u64)
            }
            StepKind::Combine { .. } | StepKind::Scan { .. } => OPERATION * read / 8,
            StepKind::Contract { inner, out, .. } => {
                elements(*out).saturating_mul(*inner as u64) * OPERATION / 2
            }
            StepKind::Extern { .. } => bytes.saturating_mul(ROUTINE),
        };
        let units = bytes.saturating_add(operations).saturating_add(drawn);
        Effort { units, bytes }
    }

    /// The effort of one of so many equal parts.
    pub(crate) fn part(self, parts: usize) -> Effort {
        let parts = parts.max(1) as u64;
        Effort { units: self.units / parts, bytes: self.bytes / parts }
    }
}

/// Bytes of the elements that a kernel makes up instead of reading them, and the effort of those
/// that are drawn at random.
fn generated(step: &Step) -> (u64, u64) {
    let StepKind::Blockwise(b) = &step.kind else { return (0, 0) };
    let elements = count(&b.domain) as u64;
    let mut sum = (0u64, 0u64);
    for operand in &b.kernel.operands {
        match &operand.source {
            Source::Memory => {}
            Source::Iota => sum.0 = sum.0.saturating_add(elements * operand.dtype.size() as u64),
            Source::Random(..) => {
                sum.0 = sum.0.saturating_add(elements * operand.dtype.size() as u64);
                sum.1 = sum.1.saturating_add(elements * RANDOM);
            }
        }
    }
    sum
}

impl std::iter::Sum for Effort {
    fn sum<I: Iterator<Item = Effort>>(all: I) -> Effort {
        all.fold(Effort::default(), |a, b| Effort {
            units: a.units.saturating_add(b.units),
            bytes: a.bytes.saturating_add(b.bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_inside_another_is_part_of_it() {
        let progress = Arc::new(Progress::default());
        assert_eq!(progress.see(), None);
        let outer = progress.begin(100);
        progress.add(30, 5);
        let inner = progress.begin(7);
        progress.moved(1);
        drop(inner);
        assert_eq!(progress.see(), Some(Seen { run: 1, total: 100, done: 38, bytes: 6 }));
        progress.arrive(90);
        progress.add(50, 0);
        assert_eq!(progress.see().unwrap().done, 100);
        drop(outer);
        assert_eq!(progress.see(), None);
        let _next = progress.begin(0);
        assert_eq!(progress.see(), Some(Seen { run: 2, total: 1, done: 0, bytes: 0 }));
    }
}
