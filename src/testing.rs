//! `arr test`: the examples in `##` comments, and the functions `test_...`, of scripts.
//!
//! A script that has neither is not run. One that has is run once, its output dropped; then its
//! examples and tests are evaluated in the order of the text, among its names. An example is what
//! follows `>>>` (and `...` on the lines after it); the lines up to the next example, an empty
//! line or the end of the comment are what the prompt must show for it. Of an expected error the
//! first line counts. Scripts that are imported by their path are tested as well.

use arr::{Error, Session};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// An example or a test of a script.
#[derive(Debug, PartialEq)]
enum Case {
    Example { line: usize, code: String, expected: Vec<String> },
    Test { line: usize, name: String },
}

/// What was found out about some scripts.
#[derive(Default)]
pub struct Report {
    /// How many examples and tests hold.
    pub passed: usize,
    /// What to say of the others.
    pub failures: Vec<String>,
}

/// What a session has printed.
#[derive(Clone, Default)]
pub struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Printed {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Tests scripts and those they import; `session` makes a session that prints where it is told.
pub fn test_scripts(
    files: &[PathBuf],
    session: &dyn Fn(Printed) -> Session<'static>,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut todo: Vec<PathBuf> = files.iter().rev().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = todo.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let text = arr::read_script(&path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        todo.extend(imports(&text).into_iter().map(|p| folder.join(p)).rev());
        test_script(&path.to_string_lossy(), &text, session, &mut report)?;
    }
    Ok(report)
}

fn test_script(
    name: &str,
    text: &str,
    session: &dyn Fn(Printed) -> Session<'static>,
    report: &mut Report,
) -> Result<(), Error> {
    let cases = cases(text);
    if cases.is_empty() {
        return Ok(());
    }
    let printed = Printed::default();
    let mut session = session(printed.clone());
    session.eval_named(name, text)?;
    for case in &cases {
        session.flush()?;
        printed.take();
        let problem = match case {
            Case::Example { line, code, expected } => {
                example(&mut session, &printed, (name, *line), code, expected)?
            }
            Case::Test { line, name: function } => {
                let place = format!("{name}:{line}");
                let result = session.interact("<arr test>", &format!("{function}()"), false);
                result.err().map(|e| format!("{place}: {function} fails\n{}", e.render(false)))
            }
        };
        match problem {
            Some(problem) => report.failures.push(problem),
            None => report.passed += 1,
        }
    }
    Ok(())
}

/// What is wrong with an example, if anything.
fn example(
    session: &mut Session<'_>,
    printed: &Printed,
    place: (&str, usize),
    code: &str,
    expected: &[String],
) -> Result<Option<String>, Error> {
    let place = format!("{}:{}", place.0, place.1);
    let result = session.interact(&place, code, false);
    session.flush()?;
    let mut got = printed.take();
    match result {
        Ok((shown, _)) => got += &shown.unwrap_or_default(),
        Err(error) => {
            let message = error.render(false);
            let first = expected.first().filter(|line| line.starts_with("error["));
            if first.is_some_and(|line| message.starts_with(line.trim_end())) {
                return Ok(None);
            }
            got += &message;
        }
    }
    let got: Vec<&str> = got.trim_end().lines().map(str::trim_end).collect();
    if got == expected {
        return Ok(None);
    }
    let mut text = format!("{place}: {}\n", code.lines().next().unwrap_or_default());
    for (title, lines) in
        [("expected", expected.iter().map(|l| l.as_str()).collect()), ("got", got)]
    {
        let _ = writeln!(text, "  {title}:");
        if lines.is_empty() {
            text += "    (nothing)\n";
        }
        lines.iter().for_each(|line| text += &format!("    {line}\n"));
    }
    Ok(Some(text))
}

/// The examples and tests of a text, in its order.
fn cases(text: &str) -> Vec<Case> {
    let mut cases = vec![];
    let mut open = false;
    for (i, line) in text.lines().enumerate() {
        let comment = line.trim_start().strip_prefix("##");
        let Some(comment) = comment.map(|c| c.strip_prefix(' ').unwrap_or(c).trim_end()) else {
            open = false;
            cases.extend(test_name(line).map(|name| Case::Test { line: i + 1, name }));
            continue;
        };
        if let Some(code) = comment.strip_prefix(">>>") {
            let code = code.trim().to_string();
            cases.push(Case::Example { line: i + 1, code, expected: vec![] });
            open = true;
            continue;
        }
        let Some(Case::Example { code, expected, .. }) = cases.last_mut().filter(|_| open) else {
            continue;
        };
        match comment.strip_prefix("...") {
            _ if comment.is_empty() => open = false,
            Some(more) if expected.is_empty() => {
                code.push('\n');
                code.push_str(more);
            }
            _ => expected.push(comment.to_string()),
        }
    }
    cases
}

/// `test_sum` of `fn test_sum() {`
fn test_name(line: &str) -> Option<String> {
    let head = line.strip_prefix("fn test_")?;
    let end = head.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let empty = head[end..].trim_start().strip_prefix('(')?.trim_start().starts_with(')');
    empty.then(|| format!("test_{}", &head[..end]))
}

/// The paths of the scripts that a text imports.
fn imports(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| {
            let rest = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?;
            let quote = rest.trim_start().chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest.trim_start()[1..].split(quote).next()
        })
        .collect()
}

/// The scripts of the current folder.
pub fn scripts_here() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|e| PathBuf::from(e.file_name()))
        .filter(|p| p.extension().is_some_and(|e| e == "arr"))
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_tests_are_found() {
        let text = "## Doubles.\n##\n## >>> twice(\n## ...     2)\n## 4\n##\n## More.\n\
                    fn twice(x) = 2 * x\n\nfn test_twice() { assert twice(1) == 2 }\n\
                    fn test_of(x) = x\n";
        let example =
            Case::Example { line: 3, code: "twice(\n     2)".into(), expected: vec!["4".into()] };
        let test = Case::Test { line: 10, name: "test_twice".into() };
        assert_eq!(cases(text), [example, test]);
        let imported = imports("import \"a.arr\" as a\nfrom 'b/c.arr' import d\nimport stats\n");
        assert_eq!(imported, ["a.arr", "b/c.arr"]);
    }
}
