//! Errors and messages as plain data: they know their places and the lines around them, so that
//! they can be shown after the session is gone.

use arr_compiler::host::{HostError, HostErrorKind};
use arr_compiler::session::{Exit, Failed, Session};
use arr_syntax::diag;
use std::fmt;

pub use arr_syntax::diag::Severity;

/// The longest excerpt of a source that a message carries, in bytes.
const MAX_EXCERPT: usize = 2000;
/// Labels of one message that are kept.
const MAX_LABELS: usize = 8;
/// Messages of one error that are kept.
const MAX_DIAGNOSTICS: usize = 100;

/// The class of an error; it decides the exit code of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The program is wrong; nothing of it ran.
    Program,
    /// It failed while running, on a value.
    Value,
    /// A limit was reached: memory, depth, tasks.
    Limit,
    /// Input or output failed.
    Io,
    /// It was stopped from outside.
    Interrupted,
    /// A mistake in arr itself.
    Bug,
}

impl ErrorKind {
    fn of(exit: Exit) -> ErrorKind {
        match exit {
            Exit::Program => ErrorKind::Program,
            Exit::Value => ErrorKind::Value,
            Exit::Limit => ErrorKind::Limit,
            Exit::Io => ErrorKind::Io,
            Exit::Bug => ErrorKind::Bug,
            Exit::Interrupted => ErrorKind::Interrupted,
        }
    }
}

/// A marked range of a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name of the source: a path, or `<eval>` and the like.
    pub source: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Line of the first byte, from 1.
    pub line: usize,
    /// Column of the first byte in characters, from 1.
    pub column: usize,
    /// What is said about it; may be empty.
    pub text: String,
    /// Whether it marks the place itself; the others give context.
    pub primary: bool,
    /// The lines it lies on; empty when they are too long to be shown.
    pub(crate) excerpt: Excerpt,
}

/// Whole lines of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) text: String,
    /// Where it begins, in bytes of the source.
    pub(crate) start: usize,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `E0102` and the like; [`crate::explain_error`] tells more about it.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The message, one line.
    pub title: String,
    /// The places.
    pub labels: Vec<Label>,
    /// Facts that help.
    pub notes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// The message as text: title, source lines with the places underlined, notes and hints; of
    /// at most 4 KiB, with everything from outside escaped. `color` adds terminal colours.
    pub fn render(&self, color: bool) -> String {
        crate::render::render(self, color)
    }

    /// A message without a place.
    pub(crate) fn plain(code: &'static str, title: String, hint: Option<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            title,
            labels: vec![],
            notes: vec![],
            hints: hint.into_iter().collect(),
        }
    }

    pub(crate) fn of(diagnostic: diag::Diagnostic, session: &Session) -> Diagnostic {
        let labels = diagnostic.labels.into_iter().take(MAX_LABELS);
        Diagnostic {
            code: diagnostic.code,
            severity: diagnostic.severity,
            title: diagnostic.title,
            labels: labels.filter_map(|l| label(l, session)).collect(),
            notes: diagnostic.notes,
            hints: diagnostic.hints,
        }
    }
}

fn label(label: diag::Label, session: &Session) -> Option<Label> {
    let (source, text) = session.source(label.span.file)?;
    // An empty span at the very start is a message about the whole text, or about none.
    if label.span == (diag::Span { file: label.span.file, start: 0, end: 0 })
        && label.text.is_empty()
    {
        return None;
    }
    let start = floor(&text, label.span.start as usize);
    let end = floor(&text, label.span.end as usize).max(start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at);
    let (mut shown_end, mut last) = (end, line_end(end));
    if last - line_start > MAX_EXCERPT {
        last = line_end(start);
        shown_end = end.min(last);
    }
    let excerpt = match last - line_start > MAX_EXCERPT {
        true => Excerpt::default(),
        false => Excerpt { text: text[line_start..last].into(), start: line_start },
    };
    Some(Label {
        source,
        start,
        end: shown_end,
        line: 1 + text.as_bytes()[..start].iter().filter(|&&b| b == b'\n').count(),
        column: 1 + text[line_start..start].chars().count(),
        text: label.text,
        primary: label.primary,
        excerpt,
    })
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    diagnostics: Vec<Diagnostic>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, code: &'static str, title: impl Into<String>) -> Error {
        Error { kind, diagnostics: vec![Diagnostic::plain(code, title.into(), None)] }
    }

    pub(crate) fn bug(what: &str) -> Error {
        let mut error = Error::new(ErrorKind::Bug, "E0290", format!("a bug in arr: {what}"));
        error.diagnostics[0].hints.push("please report it, with the program if you can".into());
        error
    }

    pub(crate) fn of(failed: Failed, session: &Session) -> Error {
        let mut diagnostics = failed.diagnostics;
        diagnostics.truncate(MAX_DIAGNOSTICS);
        let diagnostics = diagnostics.into_iter().map(|d| Diagnostic::of(d, session)).collect();
        Error { kind: ErrorKind::of(failed.exit), diagnostics }
    }

    /// The class.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// All messages, in the order of the text; warnings may be among them.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    fn first(&self) -> Option<&Diagnostic> {
        let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
        self.diagnostics.iter().find(is_error).or(self.diagnostics.first())
    }

    /// The code of the first error: `E0102` and the like.
    pub fn code(&self) -> &'static str {
        self.first().map_or("E0290", |d| d.code)
    }

    /// The title of the first error.
    pub fn message(&self) -> &str {
        self.first().map_or("no message", |d| &d.title)
    }

    /// The exit code of the command line: 2 wrong program, 3 failed on a value, 4 limit,
    /// 5 input or output, 130 interrupted, 70 a bug in arr.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Program => 2,
            ErrorKind::Value => 3,
            ErrorKind::Limit => 4,
            ErrorKind::Io => 5,
            ErrorKind::Interrupted => 130,
            ErrorKind::Bug => 70,
        }
    }

    /// All messages as text; see [`Diagnostic::render`].
    pub fn render(&self, color: bool) -> String {
        let texts: Vec<String> = self.diagnostics.iter().map(|d| d.render(color)).collect();
        texts.join("\n")
    }
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        let (kind, code) = match error.kind {
            HostErrorKind::Value => (ErrorKind::Value, "E0200"),
            HostErrorKind::Limit => (ErrorKind::Limit, "E0210"),
            HostErrorKind::Io => (ErrorKind::Io, "E0220"),
            HostErrorKind::Interrupted => (ErrorKind::Interrupted, "E0230"),
            HostErrorKind::Bug => return Error::bug(&error.message),
        };
        Error { kind, diagnostics: vec![Diagnostic::plain(code, error.message, error.hint)] }
    }
}

impl fmt::Display for Error {
    /// One line: `E0102: shapes do not broadcast (demo.arr:7:5)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = arr_compiler::format::escape_control;
        write!(f, "{}: {}", self.code(), escaped(self.message()))?;
        if let Some(label) = self.first().and_then(|d| d.labels.first()) {
            write!(f, " ({}:{}:{})", escaped(&label.source), label.line, label.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
