//! What each part of a run took, beside what its plan said: for whoever asks for statistics.
//!
//! Off unless asked for. A part is a stage of a run in memory, or a job of one over files.

use crate::engine::{Engine, RunError};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Bytes that a part takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Read from files, spilled arrays included.
    pub read: u64,
    /// Written to files, spilled arrays included.
    pub written: u64,
    /// Of spilled arrays on disk: planned at most, measured at its end.
    pub spilled: u64,
    /// Of arrays and working memory at the worst moment, with what was there before.
    pub peak: usize,
}

/// What a part of a run took.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The stage of the plan.
    pub stage: usize,
    /// The positions of its steps in the stage.
    pub positions: Range<usize>,
    /// Tasks run.
    pub tasks: u64,
    /// Parts that it ran in over files; 0 in memory.
    pub units: u64,
    /// What the plan said.
    pub planned: Bytes,
    /// What was measured.
    pub actual: Bytes,
    /// Seconds.
    pub seconds: f64,
}

/// Measures of an engine.
#[derive(Default)]
pub(crate) struct Measures {
    on: AtomicBool,
    done: Mutex<Vec<Measured>>,
}

impl Measures {
    fn done(&self) -> MutexGuard<'_, Vec<Measured>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Whether runs are measured from now on.
    pub fn measure(&self, on: bool) {
        self.measures.on.store(on, Ordering::Relaxed);
    }

    pub(crate) fn is_measured(&self) -> bool {
        self.measures.on.load(Ordering::Relaxed)
    }

    /// What was measured since the last call, in order.
    pub fn measured(&self) -> Vec<Measured> {
        std::mem::take(&mut *self.measures.done())
    }

    /// Bytes in use before a run, for [`Bytes::peak`]; 0 where nothing is measured.
    pub(crate) fn used_before(&self) -> usize {
        match self.measures.on.load(Ordering::Relaxed) {
            true => self.pool().stats().used,
            false => 0,
        }
    }

    /// Runs a part, and measures it where that is asked for. Nothing else runs meanwhile.
    pub(crate) fn part(
        &self,
        (stage, positions): (usize, Range<usize>),
        planned: impl FnOnce() -> Bytes,
        run: impl FnOnce() -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        if !self.is_measured() {
            return run();
        }
        self.pool().begin_peak();
        let before = self.stats();
        let started = Instant::now();
        let result = run();
        let seconds = started.elapsed().as_secs_f64();
        let after = self.stats();
        let actual = Bytes {
            read: after.read - before.read,
            written: after.written - before.written,
            spilled: after.spill.used,
            peak: self.pool().peak_since(),
        };
        self.measures.done().push(Measured {
            stage,
            positions,
            tasks: after.tasks - before.tasks,
            units: after.units - before.units,
            planned: planned(),
            actual,
            seconds,
        });
        result
    }
}
