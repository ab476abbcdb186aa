//! Wrong programs, as a new user writes them, and what they are told.
//!
//! `tests/errors/NAME.arr` is a program, `NAME.txt` what it prints, its messages without colours,
//! and the exit code of the command line. `ARR_CASE=words` takes the programs whose name holds
//! the words, `ARR_BLESS=1` rewrites expectations. `# test: memory BYTES` limits the memory; with
//! `# test: beside` imports begin in the folder of the programs.

#[path = "common/programs.rs"]
mod programs;

use arr::{Session, explain_error};
use programs::Program;
use std::fmt::Write;

fn told(program: &Program) -> String {
    let memory = program.setting("memory").map_or(1 << 30, |n| n.parse().expect("bytes"));
    let directory = tempfile::tempdir().expect("a folder");
    let builder = Session::builder().threads(1).memory(memory);
    let folder = if program.says("beside") { "tests/errors/" } else { "" };
    let name = format!("{folder}{}.arr", program.name);
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

/// Codes that no program can show, and why.
const NO_EXAMPLE: &[(&str, &str)] = &[
    ("E0034", "a program of 4 GiB"),
    ("E0183", "a mistake of arr"),
    ("E0230", "somebody stops the program"),
    ("E0290", "a mistake of arr"),
];

/// Codes that take more than a line: other files, params, many brackets. A program here shows each.
const LONGER: &[&str] = &["E0009", "E0117", "E0118", "E0119"];

/// What a short program is told: the code of the first message, if any.
fn code_of(program: &str) -> Option<&'static str> {
    let builder = Session::builder().threads(1).output(std::io::sink());
    match builder.build().run_script("example.arr", program) {
        Ok(warnings) => warnings.first().map(|w| w.code),
        Err(error) => Some(error.code()),
    }
}

#[test]
fn every_code_has_a_wrong_program_and_its_correction() {
    let mut wrong = vec![];
    for info in arr_syntax::codes::CODES {
        let Some((bad, good)) = arr::error_example(info.code) else {
            if !LONGER.contains(&info.code) && !NO_EXAMPLE.iter().any(|n| n.0 == info.code) {
                wrong.push(format!("{}: no example", info.code));
            }
            continue;
        };
        if code_of(bad) != Some(info.code) {
            wrong.push(format!("{}: {:?} from\n{bad}", info.code, code_of(bad)));
        }
        if let Some(code) = code_of(good) {
            wrong.push(format!("{}: {code} from the correction\n{good}", info.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn longer_programs_show_what_a_line_cannot() {
    let all = programs::programs("errors", "txt");
    for code in LONGER {
        let shown = format!("error[{code}]");
        assert!(all.iter().any(|p| p.expected.contains(&shown)), "no program shows {code}");
    }
    for (code, _) in NO_EXAMPLE {
        assert!(arr::error_example(code).is_none(), "{code} has an example");
    }
}

fn page_of_codes() -> String {
    let mut page = "# Error codes\n\nWritten by `ARR_BLESS=1 cargo test --test errors`. `arr \
                    explain-error E0102` tells the same.\n"
        .to_string();
    for info in arr_syntax::codes::CODES {
        let _ = write!(page, "\n## {}: {}\n\n{}", info.code, info.title, info.explanation);
        if let Some((bad, good)) = arr::error_example(info.code) {
            let _ = write!(page, "\nWrong:\n\n```\n{bad}\n```\n\nRight:\n\n```\n{good}\n```\n");
        }
    }
    page
}

#[test]
fn the_reference_of_codes_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/errors.md");
    let page = page_of_codes();
    if programs::bless() {
        std::fs::write(path, &page).expect("written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "run ARR_BLESS=1 cargo test --test errors");
}
