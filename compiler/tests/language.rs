//! Programs and what they print or report: `tests/language/*.txt`.
//!
//! A case is `#### title`, the program, perhaps `---- file NAME` sections with scripts it imports
//! and `---- param NAME=VALUE` lines, then `---- gives` and the expected text. `ARR_BLESS=1`
//! rewrites the expectations; `ARR_CASE=words` runs the cases whose title holds the words.

mod common;

use arr_compiler::session::Session;
use arr_ir::dtype::DType;
use common::{OracleHost, counting, render, with_stack};
use std::fmt::Write;

struct Case {
    title: String,
    program: String,
    scripts: Vec<(String, String)>,
    params: Vec<(String, String)>,
    expected: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = vec![];
    let mut section = 0;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("#### ") {
            section = 0;
            cases.push(Case {
                title: title.into(),
                program: String::new(),
                scripts: vec![],
                params: vec![],
                expected: String::new(),
            });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(name) = line.strip_prefix("---- file ") {
            section = 1;
            case.scripts.push((name.into(), String::new()));
        } else if let Some(param) = line.strip_prefix("---- param ") {
            let (name, value) = param.split_once('=').expect("NAME=VALUE");
            case.params.push((name.into(), value.into()));
        } else if line == "---- gives" {
            section = 2;
        } else {
            let target = match section {
                0 => &mut case.program,
                1 => &mut case.scripts.last_mut().expect("a file section").1,
                _ => &mut case.expected,
            };
            target.push_str(line);
            target.push('\n');
        }
    }
    cases
}

/// What a case prints and reports.
fn outcome(case: &Case) -> String {
    let mut host = OracleHost::default();
    host.scripts.extend(case.scripts.iter().cloned());
    host.files.insert("f64_3x4.npy".into(), counting(&[3, 4], DType::F64));
    host.files.insert("i64_5.npy".into(), counting(&[5], DType::I64));
    let mut session = Session::new();
    for (name, value) in &case.params {
        session.set_param(name, value);
    }
    let result = session.run("main.arr", &case.program, &mut host);
    let mut out = std::mem::take(&mut host.output);
    match result {
        Ok(done) => out.push_str(&render(&session, &done.warnings)),
        Err(failed) => {
            out.push_str(&render(&session, &failed.diagnostics));
            let _ = writeln!(out, "exit {}", failed.exit.code());
        }
    }
    out
}

fn written(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        let _ = writeln!(out, "#### {}", case.title);
        out.push_str(&case.program);
        for (name, text) in &case.scripts {
            let _ = write!(out, "---- file {name}\n{text}");
        }
        for (name, value) in &case.params {
            let _ = writeln!(out, "---- param {name}={value}");
        }
        let _ = write!(out, "---- gives\n{}", case.expected);
    }
    out
}

fn run_all() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/language");
    let bless = std::env::var_os("ARR_BLESS").is_some();
    let only = std::env::var("ARR_CASE").unwrap_or_default();
    let mut wrong = vec![];
    for entry in std::fs::read_dir(folder).expect("the folder of cases") {
        let path = entry.expect("a file of cases").path();
        let text = std::fs::read_to_string(&path).expect("readable cases");
        let mut all = cases(&text);
        for case in all.iter_mut().filter(|c| c.title.contains(&only)) {
            let got = outcome(case);
            if got.trim_end() == case.expected.trim_end() {
                continue;
            }
            if bless {
                case.expected = format!("{}\n\n", got.trim_end());
            } else {
                wrong.push(format!(
                    "{}\n--- expected\n{}\n--- got\n{got}",
                    case.title,
                    case.expected.trim_end()
                ));
            }
        }
        if bless {
            std::fs::write(&path, written(&all)).expect("writable cases");
        }
    }
    wrong
}

#[test]
fn programs_print_and_report_what_is_expected() {
    let wrong = with_stack(run_all);
    assert!(wrong.is_empty(), "{} cases differ\n\n{}", wrong.len(), wrong.join("\n"));
}
