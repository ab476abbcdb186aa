//! `arr bench`: what each `timeit` of scripts measured, as a table or as JSON.
//!
//! What the scripts print is dropped. A row compares the bytes that the plans move at the least
//! with what the machine moves of a copy or a triad, measured at the start.

use crate::output::{Output, say, say_warnings};
use arr::{Bandwidth, Error, Session, Timing};
use std::fmt::Write as _;
use std::path::Path;

const HINT: &str =
    "  = write timeit(fn() = EXPRESSION), at the top level or in a function that is called";

/// What measures are compared with.
pub struct Machine {
    /// How fast it moves memory.
    pub bandwidth: Bandwidth,
    /// With so many threads.
    pub threads: usize,
}

/// What to do, and how to show it.
pub struct Bench<'a> {
    /// The scripts.
    pub files: &'a [String],
    /// How often each `timeit` runs, instead of what it says.
    pub repeat: Option<usize>,
    /// Whether to show JSON.
    pub json: bool,
    /// The machine.
    pub machine: Machine,
}

/// A session for a script, and its text.
type Make<'a> = dyn Fn(&str) -> Result<(Session<'static>, String), Error> + 'a;

/// Runs scripts, each in a session of its own.
pub fn bench(bench: &Bench<'_>, make: &Make<'_>, output: &Output) -> Result<u8, Error> {
    let machine = &bench.machine;
    let mut rows = vec![];
    let mut first = !bench.json;
    for file in bench.files {
        let (mut session, text) = make(file)?;
        let (timings, warnings) = session.bench(file, &text, bench.repeat)?;
        output.finish()?;
        say_warnings(&warnings);
        if timings.is_empty() {
            say(&format!("error: no timeit(...) ran in `{}`\n{HINT}\n", arr::escape(file)));
            return Ok(2);
        }
        if std::mem::take(&mut first) {
            output.put(&head(machine))?;
        }
        for timing in timings {
            match bench.json {
                true => rows.push(object(&timing, machine)),
                false => output.put(&row(&timing, machine))?,
            }
        }
        output.finish()?;
    }
    if bench.json {
        output.put(&document(machine, &rows))?;
    }
    Ok(0)
}

/// Bytes per second that count as all the machine can do.
fn limit(Machine { bandwidth, .. }: &Machine) -> f64 {
    bandwidth.copy.max(bandwidth.triad)
}

fn head(machine: &Machine) -> String {
    let Machine { bandwidth, threads } = machine;
    let [copy, triad, read] = [bandwidth.copy, bandwidth.triad, bandwidth.read].map(|b| b / 1e9);
    let limit = limit(machine) / 1e9;
    let threads = if *threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
    format!(
        "this machine, {threads}: copy {copy:.1}, triad {triad:.1}, reading only {read:.1} GB/s; \
         the limit is {limit:.1} GB/s\n\n{:>9} {:>9} {:>9} {:>9} {:>7} {:>7} {:>6}  what\n",
        "min", "median", "max", "moved", "GB/s", "Gop/s", "limit"
    )
}

/// Figures of a timing that follow from others.
struct Figures {
    min: f64,
    median: f64,
    max: f64,
    moved: u64,
    bytes_per_second: f64,
    operations_per_second: Option<f64>,
    share: f64,
}

impl Figures {
    fn of(timing: &Timing, machine: &Machine) -> Figures {
        let mut sorted = timing.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len().max(1);
        let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
        let median = (at((n - 1) / 2) + at(n / 2)) / 2.0;
        let moved = timing.bytes_read + timing.bytes_written;
        // A clock may not have moved at all.
        let per_second = |count: u64| count as f64 / median.max(1e-9);
        Figures {
            min: at(0),
            median,
            max: at(n - 1),
            moved,
            bytes_per_second: per_second(moved),
            operations_per_second: timing.operations.map(per_second),
            share: per_second(moved) / limit(machine),
        }
    }
}

fn row(timing: &Timing, machine: &Machine) -> String {
    let f = Figures::of(timing, machine);
    let operations = f.operations_per_second.map_or(String::new(), |n| format!("{:.2}", n / 1e9));
    let mut row = format!(
        "{:>9} {:>9} {:>9} {:>9} {:>7.2} {operations:>7} {:>5.0}%  {}:{} {}",
        seconds(f.min),
        seconds(f.median),
        seconds(f.max),
        bytes(f.moved),
        f.bytes_per_second / 1e9,
        f.share * 100.0,
        arr::escape(&file_name(&timing.source)),
        timing.line,
        short(&arr::escape(&timing.text)),
    );
    if timing.file_bytes > 0 {
        let _ = write!(row, " ({} of files)", bytes(timing.file_bytes));
    }
    row + "\n"
}

fn file_name(source: &str) -> String {
    let name = Path::new(source).file_name().map(|n| n.to_string_lossy().into_owned());
    name.unwrap_or_else(|| source.into())
}

/// The beginning of a text.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}

/// Seconds with three digits and a unit.
fn seconds(seconds: f64) -> String {
    scaled(seconds * 1e9, &["ns", "us", "ms", "s"])
}

fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, &["B", "kB", "MB", "GB", "TB"])
}

/// A number of the first unit in one that suits it; each is 1000 of the one before.
fn scaled(mut number: f64, units: &[&str]) -> String {
    let mut unit = 0;
    while number >= 999.5 && unit + 1 < units.len() {
        number /= 1000.0;
        unit += 1;
    }
    let digits = match number {
        n if n < 9.995 && unit > 0 => 2,
        n if n < 99.95 && unit > 0 => 1,
        _ => 0,
    };
    format!("{number:.digits$} {}", units[unit])
}

fn object(timing: &Timing, machine: &Machine) -> String {
    let f = Figures::of(timing, machine);
    let or_null = |n: Option<String>| n.unwrap_or_else(|| "null".into());
    format!(
        "{{\"file\": {}, \"line\": {}, \"text\": {}, \"runs\": {}, \"min\": {}, \"median\": {}, \
         \"max\": {}, \"bytes_read\": {}, \"bytes_written\": {}, \"file_bytes\": {}, \
         \"bytes_per_second\": {}, \"operations\": {}, \"operations_per_second\": {}, \
         \"share\": {}}}",
        string(&timing.source),
        timing.line,
        string(&timing.text),
        timing.seconds.len(),
        f.min,
        f.median,
        f.max,
        timing.bytes_read,
        timing.bytes_written,
        timing.file_bytes,
        f.bytes_per_second,
        or_null(timing.operations.map(|n| n.to_string())),
        or_null(f.operations_per_second.map(|n| n.to_string())),
        f.share,
    )
}

fn document(machine: &Machine, rows: &[String]) -> String {
    let Machine { bandwidth: Bandwidth { copy, triad, read, .. }, threads } = machine;
    format!(
        "{{\"threads\": {threads}, \"copy\": {copy}, \"triad\": {triad}, \"read\": {read}, \
         \"timings\": [\n  {}\n]}}\n",
        rows.join(",\n  ")
    )
}

/// A text in JSON.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::{bytes, seconds, short, string};

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.0, 3.2e-8, 1.234e-3].map(seconds), ["0 ns", "32 ns", "1.23 ms"]);
        assert_eq!(
            [0.9999e-3, 0.0129, 99.96, 5000.0].map(seconds),
            ["1.00 ms", "12.9 ms", "100 s", "5000 s"]
        );
        assert_eq!(
            [0, 999, 1000, 2_400_000_000].map(bytes),
            ["0 B", "999 B", "1.00 kB", "2.40 GB"]
        );
    }

    #[test]
    fn texts_are_cut_and_quoted() {
        assert_eq!(short(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(short(&"é".repeat(61)), "é".repeat(60) + "...");
        assert_eq!(string("a\"b\\\n"), "\"a\\\"b\\\\\\u000a\"");
    }
}
