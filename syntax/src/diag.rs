//! Diagnostics: what every stage before execution reports.
//!
//! A diagnostic names its code, says what is wrong in one line, points at source ranges and
//! gives hints. It is plain data: rendering happens at the edge, in the facade.

/// A source file known to the session, by number (see [`crate::Sources`] in the facade).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A byte range `start..end` of one source file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The program is wrong.
    Error,
    /// The program runs, but probably not as meant.
    Warning,
}

/// A marked source range with a few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say under it; may be empty.
    pub text: String,
    /// Primary labels mark the place, secondary ones give context.
    pub primary: bool,
}

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// `E0102` and the like; the registry is `codes`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The message, one line, lower case, no full stop.
    pub title: String,
    /// The places.
    pub labels: Vec<Label>,
    /// Facts that help (`axis 1: 360 against 365`).
    pub notes: Vec<String>,
    /// What to do (`to pair w with axis 0, write w[:, newaxis]`).
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// An error with one primary label.
    pub fn error(code: &'static str, title: impl Into<String>, span: Span) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            title: title.into(),
            labels: vec![Label { span, text: String::new(), primary: true }],
            notes: vec![],
            hints: vec![],
        }
    }

    /// A warning with one primary label.
    pub fn warning(code: &'static str, title: impl Into<String>, span: Span) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, title, span) }
    }

    /// Sets the text of the first label.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds a label.
    pub fn label(mut self, span: Span, text: impl Into<String>, primary: bool) -> Self {
        self.labels.push(Label { span, text: text.into(), primary });
        self
    }

    /// Adds a note.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
