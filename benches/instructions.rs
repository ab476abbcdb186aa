//! Counts the instructions of small programs under Callgrind and compares them with
//! `benches/instructions.txt`, to 5 %: what got slower shows here, however busy the machine is.
//!
//! One thread. Valgrind shows programs a fixed processor with AVX2 and without AVX-512, so the
//! same routines run and the same code is generated wherever the real one has AVX2. Counts
//! depend on the Rust compiler; those of another one are shown and not compared. With
//! `--bless` the file is written anew. Without Valgrind nothing is counted, and that is said.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The part of a count by which a new one may differ.
const TOLERANCE: f64 = 0.05;

fn main() -> ExitCode {
    if let Some(why) = unable() {
        println!("instructions are not counted: {why}");
        return ExitCode::SUCCESS;
    }
    let file = folder().with_extension("txt");
    let compiler = compiler();
    let counts: BTreeMap<String, u64> = programs().into_iter().map(counted).collect();
    if std::env::args().any(|a| a == "--bless") {
        let lines = counts.iter().map(|(name, count)| format!("{name} {count}\n"));
        let text = format!("{compiler}\n{}", lines.collect::<String>());
        std::fs::write(file, text).expect("the file of the counts is written");
        return ExitCode::SUCCESS;
    }
    let text = std::fs::read_to_string(file).expect("the file of the counts");
    let (known_compiler, known) = text.split_once('\n').expect("a compiler, then counts");
    let known: BTreeMap<&str, u64> = known.lines().map(parsed).collect();
    let mut wrong = known.keys().filter(|n| !counts.contains_key(**n)).count();
    for (name, &count) in &counts {
        let Some(&before) = known.get(name.as_str()) else {
            println!("{name:12} {count:14}, new");
            wrong += 1;
            continue;
        };
        let change = count as f64 / before as f64 - 1.0;
        let is_off = change.abs() > TOLERANCE;
        wrong += usize::from(is_off);
        let mark = if is_off { "  <- more than 5 %" } else { "" };
        println!("{name:12} {count:14} {:+6.2} %{mark}", 100.0 * change);
    }
    if compiler != known_compiler {
        println!("not compared: the counts are those of {known_compiler}, this is {compiler}");
        return ExitCode::SUCCESS;
    }
    if wrong > 0 {
        println!(
            "{wrong} differ from benches/instructions.txt; if that is meant to be, write it anew:\n  \
             cargo bench -p arr --bench instructions -- --bless"
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Why instructions cannot be counted here, if so.
fn unable() -> Option<&'static str> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
        let runs = version.is_ok_and(|s| s.success());
        return (!runs).then_some("valgrind is not installed");
    }
    Some("the processor has no AVX2")
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc runs");
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions")
}

fn programs() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).expect("the folder of the programs");
    files.map(|f| f.expect("an entry").path()).collect()
}

fn parsed(line: &str) -> (&str, u64) {
    let (name, count) = line.split_once(' ').expect("a name and a count");
    (name, count.parse().expect("a number"))
}

/// The name of a program, and the instructions of its run.
fn counted(program: PathBuf) -> (String, u64) {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_arr"))
        .args(["run", "--threads", "1", "--memory", "512MiB"])
        .arg(&program)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", program.display());
    let count =
        said.lines().find_map(|line| line.split("Collected : ").nth(1)?.trim().parse().ok());
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    (name, count.unwrap_or_else(|| panic!("no count: {said}")))
}
