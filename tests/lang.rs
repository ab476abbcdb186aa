//! Whole programs print what is expected: compiled and interpreted, in every chunk shape, on one
//! thread and several, with plenty of memory and with no more than they need.
//!
//! `tests/lang/NAME.arr` is a program, `NAME.out` what it prints; `check_numpy.py` beside them
//! compares the expectations with NumPy. `ARR_CASE=words` takes the programs whose name holds the
//! words, `ARR_BLESS=1` rewrites expectations, `ARR_TIMES=1` tells how long each program takes. A
//! program that says `# test: no-chunk-1` is too large to be computed element by element, one that
//! says `# test: large` is also interpreted in fewer ways.

#[path = "common/programs.rs"]
mod programs;

use arr::{Session, SessionBuilder};
use programs::{Outcome, Program};
use std::collections::BTreeMap;

const PLENTY: usize = 1 << 30;

/// A way to compute.
#[derive(Clone, Copy, Debug)]
struct Way {
    chunk: Option<usize>,
    page: bool,
    threads: usize,
    interpret: bool,
}

impl Way {
    fn builder(self, memory: usize) -> SessionBuilder {
        Session::builder()
            .memory(memory)
            .chunk(self.chunk)
            .page(self.page)
            .threads(self.threads)
            .interpret(self.interpret)
    }

    /// Whether it cuts and shares out the work as another does.
    fn is_like(self, other: Way) -> bool {
        !self.page && !other.page && self.chunk == other.chunk && self.threads == other.threads
    }
}

fn run(program: &Program, way: Way, memory: usize) -> Outcome {
    let directory = tempfile::tempdir().expect("a folder");
    let path = programs::folder("lang").join(&program.name).with_extension("arr");
    programs::run(program, &path.to_string_lossy(), way.builder(memory), directory.path())
}

/// Every way for the compiler. The interpreter is slow: for a large program two ways of it.
fn ways(program: &Program) -> Vec<Way> {
    let large = program.says("large");
    let chunks: &[Option<usize>] = match large || program.says("no-chunk-1") {
        true => &[None, Some(7)],
        false => &[None, Some(7), Some(1)],
    };
    let mut ways = vec![];
    for interpret in [false, true] {
        for &chunk in chunks {
            for threads in [1, 3] {
                if !(interpret && large) || chunk.is_none() == (threads == 1) {
                    ways.push(Way { chunk, page: false, threads, interpret });
                }
            }
        }
    }
    ways
}

/// Compares one run with what the first one printed; the difference, if any.
fn check(
    program: &Program,
    way: Way,
    memory: &str,
    found: &Outcome,
    expected: &str,
) -> Option<String> {
    let name = format!("{} ({way:?}, {memory})", program.name);
    match &found.result {
        Err(error) => Some(format!("{name}: {}", error.render(false))),
        Ok(_) if found.output == expected => None,
        Ok(_) => Some(format!("{name}: {}", programs::difference(expected, &found.output))),
    }
}

fn differences(program: &Program) -> Vec<String> {
    let ways = ways(program);
    let first = run(program, ways[0], PLENTY);
    if let Err(error) = &first.result {
        return vec![format!("{}: {}", program.name, error.render(false))];
    }
    let mut wrong: Vec<String> = programs::compare(program, &first.output).into_iter().collect();
    let mut peaks = vec![];
    for &way in &ways {
        // What the interpreter needs is what the compiler needed.
        let known = peaks.iter().find(|(w, _): &&(Way, usize)| w.is_like(way));
        let memory = match (way.interpret, known) {
            (true, Some(&(_, peak))) => peak,
            _ => {
                let plenty = run(program, way, PLENTY);
                wrong.extend(check(program, way, "plenty of memory", &plenty, &first.output));
                peaks.push((way, plenty.peak));
                plenty.peak
            }
        };
        let tight = run(program, way, memory);
        let how = format!("{memory} bytes of memory");
        wrong.extend(check(program, way, &how, &tight, &first.output));
    }
    // Every array in a file, every step in the smallest parts.
    let small = !program.says("large") && !program.says("no-chunk-1");
    for chunk in [None, Some(7)].into_iter().take(1 + usize::from(small)) {
        let way = Way { chunk, page: true, threads: 2, interpret: false };
        let found = run(program, way, PLENTY);
        wrong.extend(check(program, way, "in parts", &found, &first.output));
    }
    wrong.truncate(3);
    wrong
}

#[test]
fn programs_print_what_is_expected_however_they_are_computed() {
    let all = programs::programs("lang", "out");
    assert!(
        all.iter().all(|p| programs::bless() || p.expected_path.exists()),
        "an .out is missing"
    );
    let wrong = programs::in_parallel(&all, |p| {
        let start = std::time::Instant::now();
        let wrong = differences(p);
        if std::env::var_os("ARR_TIMES").is_some() {
            eprintln!("{:8.2} s  {}", start.elapsed().as_secs_f64(), p.name);
        }
        wrong
    });
    programs::report(wrong.into_iter().flatten().collect());
}

/// The names that a program binds at its top level.
fn names(text: &str) -> Vec<String> {
    let bound = |line: &str| {
        let (left, _) = line.split_once(" = ")?;
        let is_name = |n: &str| {
            n.starts_with(|c: char| c.is_ascii_lowercase())
                && n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let names: Vec<String> = left.split(',').map(|n| n.trim().to_string()).collect();
        names.iter().all(|n| is_name(n)).then_some(names)
    };
    let mut names: Vec<String> = text.lines().filter_map(bound).flatten().collect();
    names.sort();
    names.dedup();
    names
}

/// Everything a program leaves behind, by name: what it printed, the files it saved, and the bits
/// of the arrays that it bound.
fn traces(program: &Program, threads: usize) -> BTreeMap<String, Vec<u8>> {
    let directory = tempfile::tempdir().expect("a folder");
    let output = programs::Captured::default();
    let way = Way { chunk: None, page: false, threads, interpret: false };
    let mut session = way.builder(PLENTY).output(output.clone()).build();
    program.set_params(&mut session, directory.path());
    let path = programs::folder("lang").join(&program.name).with_extension("arr");
    let done = session.eval_named(&path.to_string_lossy(), &program.text);
    done.unwrap_or_else(|e| panic!("{}: {}", program.name, e.render(false)));
    let bound = tempfile::tempdir().expect("a folder");
    for name in names(&program.text) {
        let is_array =
            matches!(session.get(&name), Ok(Some(v)) if v.dtype().is_some() && v.shape().is_some());
        if is_array {
            let target = bound.path().join(&name).with_extension("npy");
            let text = format!("save({:?}, {name})", target.to_string_lossy());
            session.eval(&text).unwrap_or_else(|e| panic!("{text}: {}", e.render(false)));
        }
    }
    let mut traces = BTreeMap::from([("output".to_string(), output.text().into_bytes())]);
    for folder in [&directory, &bound] {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a file").path();
            let bytes = std::fs::read(&path).expect("a readable file");
            traces.insert(path.file_name().expect("a name").to_string_lossy().into_owned(), bytes);
        }
    }
    traces
}

#[test]
fn output_and_bits_do_not_depend_on_the_number_of_threads() {
    let all = programs::programs("lang", "out");
    let wrong = programs::in_parallel(&all, |program| {
        let expected = traces(program, 1);
        let differs = |threads: usize| {
            let found = traces(program, threads);
            let name = expected.keys().find(|&k| found.get(k) != expected.get(k));
            name.map(|n| format!("{}: `{n}` differs with {threads} threads", program.name))
        };
        [2, 3].into_iter().filter_map(differs).collect::<Vec<_>>()
    });
    programs::report(wrong.into_iter().flatten().collect());
}
