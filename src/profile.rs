//! What each step of a program's plans took, for `--stats`.
//!
//! While a [`Profile`] stands in the host, everything that is loaded, computed or saved is added to
//! the row of its step and the place of the program that asked for it. Places are turned into lines
//! at the end.

use arr_compiler::plan::explain::{StepSummary, step_summary};
use arr_compiler::session::Session;
use arr_runtime::engine::Prepared;
use arr_runtime::measure::{Bytes, Measured};
use arr_syntax::diag::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Rows that are kept; what comes after is counted only.
const MAX_ROWS: usize = 5000;

/// Bytes that a step takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepBytes {
    /// Read from files, spilled arrays included.
    pub read: u64,
    /// Written to files, spilled arrays included.
    pub written: u64,
    /// Of spilled arrays on disk.
    pub spilled: u64,
    /// Of arrays and working memory at once, with what was there before.
    pub peak: usize,
}

/// What a step of a plan took: one that runs by itself, or several that run together chunk by
/// chunk. Also a file that was loaded or saved as a whole.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepStats {
    /// The script of the place that asked for it.
    pub source: String,
    /// Its line, from 1; of what no place asked for, 0.
    pub line: usize,
    /// The line as written.
    pub text: String,
    /// The number of its plan among those of the run, from 1; 0 for loading and saving.
    pub plan: usize,
    /// The numbers of its steps in the plan, from 1.
    pub steps: Vec<usize>,
    /// What it does.
    pub title: String,
    /// The operators that are fused into its kernels.
    pub operators: String,
    /// The shape it goes over, of the last of its steps.
    pub over: Vec<usize>,
    /// Chunks that this is.
    pub chunks: usize,
    /// How often it ran.
    pub runs: u64,
    /// Tasks run.
    pub tasks: u64,
    /// Parts that it ran in over files; 0 in memory.
    pub parts: u64,
    /// Bytes of arrays that its kernels read and write, by the plan.
    pub moved: (u64, u64),
    /// What the plan said: of bytes read and written the sum over all runs, else the most.
    pub predicted: StepBytes,
    /// What was measured, likewise.
    pub actual: StepBytes,
    /// Seconds of all runs.
    pub seconds: f64,
}

/// Which row: the address of a plan, stage, first position, place.
type Key = (usize, usize, usize, (u32, u32));

/// Gathers what steps take.
#[derive(Default)]
pub(crate) struct Profile {
    at: Span,
    rows: Vec<(Span, StepStats)>,
    known: FxHashMap<Key, usize>,
    /// Plans by address, which are kept so that it stays theirs.
    plans: FxHashMap<usize, (Arc<Prepared>, usize)>,
    left_out: u64,
}

fn bytes(from: Bytes) -> StepBytes {
    StepBytes { read: from.read, written: from.written, spilled: from.spilled, peak: from.peak }
}

impl StepBytes {
    fn add(&mut self, more: StepBytes) {
        self.read += more.read;
        self.written += more.written;
        self.spilled = self.spilled.max(more.spilled);
        self.peak = self.peak.max(more.peak);
    }
}

impl Profile {
    /// What comes now is asked for here.
    pub(crate) fn asked_at(&mut self, at: Span) {
        self.at = at;
    }

    /// A plan ran.
    pub(crate) fn ran(&mut self, prepared: &Arc<Prepared>, measured: Vec<Measured>) {
        let address = Arc::as_ptr(prepared).addr();
        let number = self.plans.len() + 1;
        let number = self.plans.entry(address).or_insert_with(|| (prepared.clone(), number)).1;
        for m in measured {
            let row = || planned(prepared, number, &m);
            self.add((address, m.stage, m.positions.start), row, &m);
        }
    }

    /// A file was loaded or saved as a whole: its path, so many bytes read and written.
    pub(crate) fn moved(&mut self, title: String, read: u64, written: u64, seconds: f64) {
        let planned = Bytes { read, written, ..Bytes::default() };
        let measured = Measured {
            stage: self.rows.len(),
            positions: 0..0,
            tasks: 0,
            units: 0,
            planned,
            actual: planned,
            seconds,
        };
        self.add((0, measured.stage, 0), || StepStats { title, ..empty() }, &measured);
    }

    fn add(
        &mut self,
        (address, stage, position): (usize, usize, usize),
        row: impl FnOnce() -> StepStats,
        m: &Measured,
    ) {
        let key = (address, stage, position, (self.at.file.0, self.at.start));
        let index = match self.known.get(&key) {
            Some(&index) => index,
            None if self.rows.len() >= MAX_ROWS => {
                self.left_out += 1;
                return;
            }
            None => {
                self.known.insert(key, self.rows.len());
                self.rows.push((self.at, row()));
                self.rows.len() - 1
            }
        };
        let row = &mut self.rows[index].1;
        row.runs += 1;
        row.tasks += m.tasks;
        row.parts += m.units;
        row.predicted.add(bytes(m.planned));
        row.actual.add(bytes(m.actual));
        row.seconds += m.seconds;
    }

    /// The rows in the order in which they first ran, and how many more steps ran after there were
    /// enough of them.
    pub(crate) fn steps(&self, session: &Session) -> (Vec<StepStats>, u64) {
        let placed = |(at, row): &(Span, StepStats)| match Place::of(session, *at) {
            None => row.clone(),
            Some(Place { source, line, text }) => StepStats { source, line, text, ..row.clone() },
        };
        (self.rows.iter().map(placed).collect(), self.left_out)
    }
}

/// A line of a program.
pub(crate) struct Place {
    /// The script.
    pub source: String,
    /// The number, from 1.
    pub line: usize,
    /// The line as written, without spaces around it.
    pub text: String,
}

impl Place {
    /// The line where a span begins; none of what no script asked for.
    pub(crate) fn of(session: &Session, at: Span) -> Option<Place> {
        let (source, text) = session.source(at.file)?;
        let before = text.get(..at.start as usize).unwrap_or("");
        let from = before.rfind('\n').map_or(0, |n| n + 1);
        let line = text[from..].lines().next().unwrap_or("").trim().to_string();
        Some(Place { source, line: 1 + before.matches('\n').count(), text: line })
    }
}

fn empty() -> StepStats {
    StepStats {
        source: String::new(),
        line: 0,
        text: String::new(),
        plan: 0,
        steps: vec![],
        title: String::new(),
        operators: String::new(),
        over: vec![],
        chunks: 0,
        runs: 0,
        tasks: 0,
        parts: 0,
        moved: (0, 0),
        predicted: StepBytes::default(),
        actual: StepBytes::default(),
        seconds: 0.0,
    }
}

/// Kinds of steps that are told of a stage.
const KINDS: usize = 6;

/// What the steps of a stage do. Those of one kind that follow each other are told once; where there are
/// many, all of one kind.
fn told<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut kinds: Vec<(&str, usize)> = vec![];
    for text in texts.filter(|t| !t.is_empty()) {
        match kinds.last_mut() {
            Some((last, n)) if *last == text => *n += 1,
            _ => kinds.push((text, 1)),
        }
    }
    if kinds.len() > KINDS {
        let mut all: Vec<(&str, usize)> = vec![];
        for (text, n) in kinds {
            match all.iter_mut().find(|k| k.0 == text) {
                Some(kind) => kind.1 += n,
                None => all.push((text, n)),
            }
        }
        kinds = all;
    }
    let more: usize = kinds.iter().skip(KINDS).map(|k| k.1).sum();
    let one = |(text, n): &(&str, usize)| match n {
        1 => text.to_string(),
        n => format!("{text} x{n}"),
    };
    let mut told: Vec<String> = kinds.iter().take(KINDS).map(one).collect();
    if more > 0 {
        told.push(format!("{more} more"));
    }
    told.join("; ")
}

/// The row of a part of a plan, with nothing measured yet.
fn planned(prepared: &Prepared, number: usize, m: &Measured) -> StepStats {
    let plan = prepared.plan();
    let stage = &plan.stages[m.stage];
    let parts: Vec<StepSummary> =
        m.positions.clone().map(|p| step_summary(plan, stage, p)).collect();
    let texts = |of: fn(&StepSummary) -> &String| told(parts.iter().map(|p| of(p).as_str()));
    StepStats {
        plan: number,
        steps: stage.steps[m.positions.clone()].iter().map(|&s| s as usize + 1).collect(),
        title: texts(|p| &p.title),
        operators: texts(|p| &p.operators),
        over: parts.last().map_or(vec![], |p| p.over.clone()),
        chunks: match stage.split {
            Some(_) => plan.tasks(stage),
            None => parts.iter().map(|p| p.chunks).sum(),
        },
        moved: parts.iter().fold((0, 0), |sum, p| (sum.0 + p.read, sum.1 + p.written)),
        ..empty()
    }
}
