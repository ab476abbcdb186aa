//! Golden tests: `ast/*.arr` with the tree beside it, `errors/*.arr` with the messages.
//!
//! `ARR_BLESS=1 cargo test -p arr-syntax` writes the expected files anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use arr_syntax::diag::{Diagnostic, Severity, Span};
use arr_syntax::{FileId, parse, print};

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "arr"))
        .collect();
    paths.sort();
    paths
}

fn place(source: &str, span: Span) -> String {
    let before = &source[..span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("{line}:{column}")
}

fn render(source: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        let severity = if d.severity == Severity::Error { "error" } else { "warning" };
        writeln!(out, "{} {severity}[{}]: {}", place(source, d.labels[0].span), d.code, d.title)
            .unwrap();
        for label in &d.labels {
            let mark = if label.primary { '^' } else { '-' };
            let text = &source[label.span.start as usize..label.span.end as usize];
            writeln!(out, "  {mark} {} {text:?} {}", place(source, label.span), label.text)
                .unwrap();
        }
        d.notes.iter().for_each(|note| writeln!(out, "  note: {note}").unwrap());
        d.hints.iter().for_each(|hint| writeln!(out, "  hint: {hint}").unwrap());
    }
    out
}

/// Compares with the file beside the case, or writes it; the answer is what differs.
fn compare(path: &Path, extension: &str, got: &str) -> Option<String> {
    let expected_path = path.with_extension(extension);
    if std::env::var_os("ARR_BLESS").is_some() {
        std::fs::write(&expected_path, got).unwrap();
        return None;
    }
    let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
    let same = expected == got;
    (!same).then(|| format!("{}\nexpected:\n{expected}\ngot:\n{got}", path.display()))
}

#[test]
fn trees() {
    let mut failures = vec![];
    for path in cases("ast") {
        let source = std::fs::read_to_string(&path).unwrap();
        let (ast, diagnostics) = parse(&source, FileId(0));
        let messages = render(&source, &diagnostics);
        assert!(messages.is_empty(), "{}: {messages}", path.display());
        failures.extend(compare(&path, "ast", &print::dump(&ast)));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn messages() {
    let mut failures = vec![];
    for path in cases("errors") {
        let source = std::fs::read_to_string(&path).unwrap();
        let (_, diagnostics) = parse(&source, FileId(0));
        assert!(!diagnostics.is_empty(), "{} has no error", path.display());
        failures.extend(compare(&path, "txt", &render(&source, &diagnostics)));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
