//! `--stats`: what a run did and how long it took, as a table or as JSON.
//!
//! The fields of the JSON are described in `docs/stats.md`; bytes are bytes, times are seconds.

use crate::cli::StatsForm;
use crate::output::say;
use arr::{Session, Stats, StepBytes, StepStats};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Instant;

/// Steps that the table shows.
const SHOWN: usize = 40;

/// Says what a session did since `started`.
pub fn stats(session: &mut Session<'_>, form: StatsForm, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let stats = session.stats();
    let (steps, left_out) = session.steps();
    match form {
        StatsForm::Json => say(&format!("{}\n", object(&stats, seconds, &steps, left_out))),
        StatsForm::Text => say(&(totals(&stats, seconds, &steps) + &table(&steps, left_out))),
    }
}

/// What the steps of one line took together.
struct Line<'a> {
    first: &'a StepStats,
    read: u64,
    written: u64,
    peak: usize,
    seconds: f64,
    steps: usize,
}

/// The lines in the order in which they first ran.
fn lines(steps: &[StepStats]) -> Vec<Line<'_>> {
    let mut lines: Vec<Line> = vec![];
    for step in steps {
        let same = |l: &&mut Line| (&l.first.source, l.first.line) == (&step.source, step.line);
        let line = match lines.iter_mut().find(same) {
            Some(line) => line,
            None => {
                let none =
                    Line { first: step, read: 0, written: 0, peak: 0, seconds: 0.0, steps: 0 };
                lines.push(none);
                lines.last_mut().expect("just pushed")
            }
        };
        line.read += step.actual.read;
        line.written += step.actual.written;
        line.peak = line.peak.max(step.actual.peak);
        line.seconds += step.seconds;
        line.steps += 1;
    }
    lines
}

fn object(stats: &Stats, seconds: f64, steps: &[StepStats], left_out: u64) -> Value {
    let taken = |b: &StepBytes| json!({"read": b.read, "written": b.written, "spilled": b.spilled, "peak": b.peak});
    let step = |s: &StepStats| {
        let mut actual = taken(&s.actual);
        actual["seconds"] = json!(s.seconds);
        json!({
            "file": s.source, "line": s.line, "plan": s.plan, "steps": s.steps,
            "title": s.title, "operators": s.operators, "over": s.over, "chunks": s.chunks,
            "runs": s.runs, "tasks": s.tasks, "parts": s.parts,
            "array_bytes_read": s.moved.0, "array_bytes_written": s.moved.1,
            "predicted": taken(&s.predicted), "actual": actual,
        })
    };
    let line = |l: &Line| {
        json!({
            "file": l.first.source, "line": l.first.line, "text": l.first.text,
            "steps": l.steps, "read": l.read, "written": l.written, "peak": l.peak,
            "seconds": l.seconds,
        })
    };
    json!({
        "seconds": seconds,
        "plans": stats.runs,
        "tasks": stats.tasks,
        "parts": stats.parts,
        "kernels": stats.kernels,
        "compile_seconds": stats.compile_seconds,
        "memory_peak": stats.memory_peak,
        "bytes_read": stats.bytes_read,
        "bytes_written": stats.bytes_written,
        "spilled_peak": stats.spilled_peak,
        "lines": lines(steps).iter().map(line).collect::<Vec<_>>(),
        "steps": steps.iter().map(step).collect::<Vec<_>>(),
        "steps_left_out": left_out,
    })
}

fn size(bytes: u64) -> String {
    arr::bytes_text(bytes as usize)
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("{n} {what}") } else { format!("{n} {what}s") }
}

fn totals(stats: &Stats, seconds: f64, steps: &[StepStats]) -> String {
    let within: f64 = steps.iter().map(|s| s.seconds).sum();
    let mut text = format!(
        "time      {seconds:.3} s, {within:.3} s of it in the steps below\n\
         plans     {} run, {}\nkernels   {} compiled in {:.4} s\nmemory    {} at most\n",
        stats.runs,
        plural(stats.tasks as usize, "task"),
        stats.kernels,
        stats.compile_seconds,
        size(stats.memory_peak as u64),
    );
    if stats.parts > 0 {
        let _ = writeln!(
            text,
            "parts     {} run over files; {} read, {} written, {} spilled at most at once",
            stats.parts,
            size(stats.bytes_read),
            size(stats.bytes_written),
            size(stats.spilled_peak),
        );
    }
    text
}

/// The steps under the lines that asked for them; of bytes what was measured, and in brackets what
/// was planned where that is something else.
fn table(steps: &[StepStats], left_out: u64) -> String {
    let mut text = String::new();
    let mut shown = 0;
    for line in lines(steps) {
        if shown >= SHOWN {
            break;
        }
        let (source, number) = (arr::escape(&line.first.source), line.first.line);
        let code = arr::escape(&line.first.text);
        let _ = writeln!(text, "\n{source}:{number}  {:.3} s  {code}", line.seconds);
        let of = |s: &&StepStats| (&s.source, s.line) == (&line.first.source, line.first.line);
        for step in steps.iter().filter(of).take(SHOWN - shown) {
            text += &row(step);
            shown += 1;
        }
    }
    let more = left_out + (steps.len() - shown) as u64;
    if more > 0 {
        let _ = writeln!(text, "\nand {more} more steps");
    }
    text
}

fn row(step: &StepStats) -> String {
    let mut text = format!("  {:9.4} s  ", step.seconds);
    if step.plan > 0 {
        let _ = write!(text, "plan {} {}: ", step.plan, numbers(&step.steps));
    }
    text += &step.title;
    if !step.operators.is_empty() {
        let _ = write!(text, " [{}]", step.operators);
    }
    if step.plan > 0 {
        let _ = write!(text, ", {}", plural(step.chunks, "chunk"));
    }
    if step.runs > 1 {
        let _ = write!(text, ", {} times", step.runs);
    }
    if step.parts > 0 {
        let _ = write!(text, ", {}", plural(step.parts as usize, "part"));
    }
    let beside = |what: &str, actual: u64, planned: u64| match (actual, planned) {
        (0, 0) => None,
        _ if size(actual) == size(planned) => Some(format!("{what} {}", size(actual))),
        _ => Some(format!("{what} {} (planned {})", size(actual), size(planned))),
    };
    let (actual, planned) = (&step.actual, &step.predicted);
    let notes = [
        beside("read", actual.read, planned.read),
        beside("written", actual.written, planned.written),
        beside("spilled", actual.spilled, planned.spilled),
        beside("memory", actual.peak as u64, planned.peak as u64),
    ];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    let _ = write!(text, "\n               {}\n", notes.join(", "));
    text
}

/// Steps by their numbers.
fn numbers(steps: &[usize]) -> String {
    match steps {
        [first, .., last] if last - first + 1 == steps.len() => format!("steps {first} to {last}"),
        [one] => format!("step {one}"),
        _ => {
            let all: Vec<String> = steps.iter().map(usize::to_string).collect();
            format!("steps {}", all.join(", "))
        }
    }
}
