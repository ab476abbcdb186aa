//! The house rules that a program can check: directions of dependencies, module docs, places of
//! `unsafe`, sizes of files and functions, output and panics of library code, error codes, paths.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Workspace crates and the workspace crates that they may depend on; tests may use all.
const EDGES: &[(&str, &[&str])] = &[
    ("arr", &["arr-compiler", "arr-ir", "arr-runtime", "arr-stdlib", "arr-storage", "arr-syntax"]),
    ("arr-compiler", &["arr-ir", "arr-stdlib", "arr-syntax"]),
    ("arr-runtime", &["arr-ir", "arr-storage"]),
    ("arr-storage", &["arr-ir"]),
    ("arr-ir", &["arr-numerics", "arr-sorting"]),
    ("arr-numerics", &[]),
    ("arr-sorting", &[]),
    ("arr-stdlib", &[]),
    ("arr-syntax", &[]),
];

const MAX_FILE: usize = 800;
/// Longer files, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

const MAX_FUNCTION: usize = 80;
/// Longer functions, each with its reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

/// Where raw memory is touched.
const UNSAFE: &[&str] =
    &["runtime/src/jit/", "runtime/src/buffer.rs", "runtime/benches/", "sorting/src/"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository: its path from the root with `/`, and its text.
struct Text {
    path: String,
    text: String,
}

/// The text files below the root with one of these extensions.
fn texts(extensions: &[&str]) -> Vec<Text> {
    let mut found = vec![];
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
                let relative = path.strip_prefix(root()).expect("below the root");
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                found.push(Text { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn report(what: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

/// The code of a file before its tests.
fn library(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

#[test]
fn crates_depend_in_one_direction() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("metadata");
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        let edges = found.entry(name).or_default();
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            if dependency["path"].is_string() && dependency["kind"] != "dev" {
                edges.insert(dependency["name"].as_str().expect("a name"));
            }
        }
    }
    assert!(found.len() >= EDGES.len(), "{found:?}");
    for (name, edges) in found {
        let allowed = EDGES.iter().find(|e| e.0 == name);
        let allowed = allowed.unwrap_or_else(|| panic!("{name} is not in the table")).1;
        for edge in edges {
            assert!(allowed.contains(&edge), "{name} must not depend on {edge}");
        }
    }
}

#[test]
fn every_file_opens_with_its_contract() {
    let wrong = texts(&["rs"]).into_iter().filter(|t| !t.text.starts_with("//! "));
    report("no module doc", wrong.map(|t| t.path).collect());
}

#[test]
fn unsafe_stays_in_its_place() {
    let mut wrong = vec![];
    for Text { path, text } in texts(&["rs"]) {
        if path == "tests/tidy.rs" || UNSAFE.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        let uses = |line: &str| {
            code(line).split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == "unsafe")
        };
        let lines = text.lines().enumerate().filter(|(_, line)| uses(line));
        wrong.extend(lines.map(|(i, _)| format!("{path}:{}", i + 1)));
    }
    report("unsafe", wrong);
}

#[test]
fn files_and_functions_are_short() {
    let mut wrong = vec![];
    for Text { path, text } in texts(&["rs"]) {
        let lines = text.lines().count();
        if lines > MAX_FILE && !LONG_FILES.iter().any(|f| f.0 == path) {
            wrong.push(format!("{path} has {lines} lines"));
        }
        for (name, lines) in functions(&text) {
            let known = LONG_FUNCTIONS.iter().any(|f| f.0 == format!("{path}:{name}"));
            if lines > MAX_FUNCTION && !known {
                wrong.push(format!("{path}: `{name}` has {lines} lines"));
            }
        }
    }
    report("long", wrong);
}

/// The functions of a file and their lines. The text is formatted: a function ends with the first
/// `}` as far to the left as it begins.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = vec![];
    for (i, line) in lines.iter().enumerate() {
        let start = line.trim_start();
        let signature = start.split('(').next().unwrap_or("");
        let Some(at) = signature.split(' ').position(|w| w == "fn") else { continue };
        let words_before =
            ["pub", "pub(crate)", "pub(super)", "const", "unsafe", "extern", "\"C\""];
        if !signature.split(' ').take(at).all(|w| words_before.contains(&w)) {
            continue;
        }
        let name = signature.split(' ').nth(at + 1).unwrap_or("?").to_string();
        let indent = &line[..line.len() - start.len()];
        let closing = format!("{indent}}}");
        let opened = lines[i..].iter().position(|l| l.ends_with('{'));
        let ended = lines[i..].iter().position(|l| l.ends_with(';') || l.ends_with('}'));
        if let Some(opened) = opened
            && ended.is_none_or(|e| opened <= e)
            && let Some(length) = lines[i..].iter().position(|l| *l == closing)
        {
            found.push((name, length + 1));
        }
    }
    found
}

#[test]
fn pure_crates_neither_print_nor_panic_lightly() {
    let mut wrong = vec![];
    for Text { path, text } in texts(&["rs"]) {
        let pure = ["compiler/src/", "ir/src/", "storage/src/", "syntax/src/", "stdlib/src/"];
        if !pure.iter().any(|p| path.starts_with(p)) || path.contains("/tests") {
            continue;
        }
        for (i, line) in library(&text).lines().enumerate() {
            for word in
                ["println!", "eprintln!", "print!(", "dbg!", ".unwrap()", "todo!", "unimplemented!"]
            {
                if code(line).contains(word) {
                    wrong.push(format!("{path}:{}: {word}", i + 1));
                }
            }
        }
    }
    report("not in a library", wrong);
}

#[test]
fn every_error_code_is_explained_and_used() {
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for Text { path, text } in texts(&["rs", "lalrpop"]) {
        let library_code = path.contains("src/") && !path.contains("/tests");
        if !library_code || path == "syntax/src/codes.rs" {
            continue;
        }
        for line in library(&text).lines() {
            for quoted in code(line).split('"').skip(1).step_by(2) {
                let digits = quoted.strip_prefix(['E', 'W']).unwrap_or("");
                if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
                    used.insert(quoted.into(), path.clone());
                }
            }
        }
    }
    assert!(used.len() > 60, "{}", used.len());
    let unexplained = used.iter().filter(|(code, _)| arr::explain_error(code).is_none());
    report("no explanation", unexplained.map(|(code, path)| format!("{code} ({path})")).collect());
    let unused = arr_syntax::codes::CODES.iter().filter(|c| !used.contains_key(c.code));
    report("explained but never given", unused.map(|c| c.code.to_string()).collect());
}

#[test]
fn texts_name_no_place_of_one_machine() {
    let places = ["home", "Users", "root", "work", "workspace"].map(|p| format!("/{p}/"));
    let mut wrong = vec![];
    for Text { path, text } in
        texts(&["rs", "arr", "md", "toml", "txt", "out", "py", "lalrpop", "yml", "sh"])
    {
        for (i, line) in text.lines().enumerate() {
            if places.iter().any(|p| named(line, p)) {
                wrong.push(format!("{path}:{}", i + 1));
            }
        }
    }
    report("absolute paths", wrong);
}

/// Whether a line has a path that begins with `place`.
fn named(line: &str, place: &str) -> bool {
    let begins = |at: usize| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./~$}>*".contains(c))
    };
    line.match_indices(place).any(|(at, _)| begins(at))
}
