//! Damaged programs: checking and running them reports, and never panics or takes long.

mod common;

use arr_compiler::session::Session;
use arr_ir::dtype::DType;
use common::{OracleHost, counting, render, with_stack};

/// A small generator of pseudo-random numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// The programs of the language tests.
fn programs() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/language");
    let mut all = vec![];
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|e| e.expect("a file").path()).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(path).expect("readable cases");
        for case in text.split("#### ").skip(1) {
            let body = case.split_once('\n').map_or("", |c| c.1);
            all.push(body.split("\n---- ").next().unwrap_or("").to_string());
        }
    }
    all
}

/// The pieces of a program: words, numbers, single signs, spaces.
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for c in text.chars() {
        let word = c.is_alphanumeric() || c == '_';
        match out.last_mut() {
            Some(last) if word && last.ends_with(|p: char| p.is_alphanumeric() || p == '_') => {
                last.push(c);
            }
            _ => out.push(c.to_string()),
        }
    }
    out
}

fn damaged(programs: &[String], dice: &mut Dice) -> String {
    let mut parts = pieces(&programs[dice.roll(programs.len())]);
    let other = pieces(&programs[dice.roll(programs.len())]);
    for _ in 0..1 + dice.roll(3) {
        if parts.is_empty() || other.is_empty() {
            break;
        }
        let at = dice.roll(parts.len());
        let words: Vec<usize> =
            (0..parts.len()).filter(|&i| parts[i].starts_with(char::is_alphanumeric)).collect();
        match dice.roll(5) {
            0 => {
                parts.remove(at);
            }
            1 => parts[at] = other[dice.roll(other.len())].clone(),
            2 => parts.insert(at, other[dice.roll(other.len())].clone()),
            3 if !words.is_empty() => {
                let (a, b) = (words[dice.roll(words.len())], words[dice.roll(words.len())]);
                parts.swap(a, b);
            }
            _ if !words.is_empty() => {
                let numbers =
                    ["0", "1", "-1", "3", "1e300", "none", "(1, 2)", "[1.5, 2.5]", "range"];
                parts[words[dice.roll(words.len())]] = numbers[dice.roll(numbers.len())].into();
            }
            _ => {}
        }
    }
    parts.concat()
}

fn survive(seeds: std::ops::Range<u64>) {
    let programs = programs();
    for seed in seeds {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let text = damaged(&programs, &mut dice);
        let mut host = OracleHost { patience: Some(3000), ..OracleHost::default() };
        host.largest = 20_000;
        host.files.insert("f64_3x4.npy".into(), counting(&[3, 4], DType::F64));
        let mut session = Session::new();
        session.keep_bindings(seed % 2 == 0);
        let started = worked();
        let run = std::panic::AssertUnwindSafe(|| {
            if let Err(failed) = session.run("main.arr", &text, &mut host) {
                assert!(!failed.diagnostics.is_empty(), "a failure without a message");
                for diagnostic in &failed.diagnostics {
                    let code = arr_syntax::codes::explain(diagnostic.code);
                    assert!(code.is_some(), "{} is not explained", diagnostic.code);
                    let shown = render(&session, std::slice::from_ref(diagnostic));
                    assert!(shown.len() <= 4096, "{} bytes: {shown}", shown.len());
                    assert_ne!(diagnostic.code, "E0290", "{shown}");
                }
            }
        });
        if let Err(panic) = std::panic::catch_unwind(run) {
            eprintln!("seed {seed}:\n{text}");
            std::panic::resume_unwind(panic);
        }
        let seconds = (worked() - started) as f64 / 1e9;
        assert!(seconds < 5.0, "seed {seed} took {seconds} s of work:\n{text}");
    }
}

/// Nanoseconds that this thread has run, waiting left out.
fn worked() -> u64 {
    let counters = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    counters.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn damaged_programs_report() {
    with_stack(|| survive(0..1500));
}
