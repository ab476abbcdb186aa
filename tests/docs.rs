//! The pages under `docs/` and the README say what is true: their code runs and prints what the
//! blocks below it say, and their links lead to files.

use arr::Session;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// What a session prints.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Printed {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().expect("no panic"))).expect("UTF-8")
    }
}

/// The fenced blocks of a page: language, text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = vec![];
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some((language.into(), String::new())),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Runs the `arr` blocks of a page in one session. After a block there may stand a `text` block,
/// what it prints, or an `error` block, the first line of its message.
fn run_page(path: &str) {
    let printed = Printed::default();
    let mut session = Session::builder().output(printed.clone()).build();
    let page = page(path);
    let blocks = blocks(&page);
    let mut ran = 0;
    for (i, (language, code)) in blocks.iter().enumerate() {
        if language != "arr" {
            continue;
        }
        ran += 1;
        let result = session.eval_named(path, code);
        session.flush().expect("flushed");
        let (language, expected) = match blocks.get(i + 1) {
            Some((language, text)) => (language.as_str(), text.as_str()),
            None => ("", ""),
        };
        match (language, result) {
            ("error", Err(error)) => {
                let message = error.render(false);
                assert!(message.starts_with(expected.trim_end()), "{path}: {message}\nfor\n{code}");
            }
            (_, Err(error)) => panic!("{path}: {}", error.render(false)),
            ("error", Ok(_)) => panic!("{path}: no error from\n{code}"),
            ("text", Ok(_)) => assert_eq!(printed.take(), *expected, "{path}:\n{code}"),
            (_, Ok(_)) => assert_eq!(printed.take(), "", "{path}:\n{code}"),
        }
        printed.take();
    }
    assert!(ran > 5, "{path} has code");
}

#[test]
fn the_tour_runs() {
    run_page("docs/tour.md");
}

#[test]
fn the_language_reference_runs() {
    run_page("docs/reference/language.md");
}

#[test]
fn the_readme_shows_the_hero_and_its_output() {
    let blocks = blocks(&page("README.md"));
    let script = page("examples/hero.arr");
    assert!(script.ends_with(&blocks[0].1), "the script of README.md is examples/hero.arr");
    assert_eq!(blocks[1].1, page("examples/hero.out"));
}

fn pages(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|e| e == "md") {
            found.push(path);
        }
    }
}

#[test]
fn links_lead_to_files() {
    let mut all = vec![root().join("README.md"), root().join("ARCHITECTURE.md")];
    pages(&root().join("docs"), &mut all);
    pages(&root().join("examples"), &mut all);
    for path in all {
        let text = std::fs::read_to_string(&path).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                let target = path.parent().expect("a directory").join(file);
                assert!(target.exists(), "{}: {link}", path.display());
            }
        }
    }
}
