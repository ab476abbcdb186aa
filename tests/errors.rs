//! Wrong programs, as a new user writes them, and what they are told.
//!
//! `tests/errors/NAME.arr` is a program, `NAME.txt` what it prints, its messages without colours,
//! and the exit code of the command line. `ARR_CASE=words` takes the programs whose name holds
//! the words, `ARR_BLESS=1` rewrites expectations. `# test: memory BYTES` limits the memory.

#[path = "common/programs.rs"]
mod programs;

use arr::{Session, explain_error};
use programs::Program;
use std::fmt::Write;

fn told(program: &Program) -> String {
    let memory = program.setting("memory").map_or(1 << 30, |n| n.parse().expect("bytes"));
    let directory = tempfile::tempdir().expect("a folder");
    let builder = Session::builder().threads(1).memory(memory);
    let name = format!("{}.arr", program.name);
    let outcome = programs::run(program, &name, builder, directory.path());
    let mut text = outcome.output;
    let (exit, messages) = match &outcome.result {
        Ok(warnings) => (0, warnings.as_slice()),
        Err(error) => (error.exit_code(), error.diagnostics()),
    };
    for message in messages {
        assert!(explain_error(message.code).is_some(), "{} has no explanation", message.code);
        let _ = writeln!(text, "{}", message.render(false));
    }
    let _ = writeln!(text, "exit {exit}");
    text
}

#[test]
fn wrong_programs_are_told_what_is_wrong() {
    let all = programs::programs("errors", "txt");
    assert!(all.iter().all(|p| programs::bless() || p.expected_path.exists()), "a .txt is missing");
    let wrong = programs::in_parallel(&all, |p| programs::compare(p, &told(p)));
    programs::report(wrong.into_iter().flatten().collect());
}
