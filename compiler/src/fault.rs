//! Why an operation on values failed, before it is known where in the text it stands.

use crate::host::HostError;
use arr_syntax::diag::Diagnostic;

/// What stops the evaluation of an expression.
#[derive(Clone, Debug)]
pub enum Fault {
    /// An operation does not suit its operands: no place yet.
    Failure(Failure),
    /// The same with its place: already a complete message.
    Diagnostic(Box<Diagnostic>),
    /// The host failed: no place yet.
    Host(HostError),
}

/// A failure of an operation, blamed on operands by position.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The error's code, of the registry in `arr_syntax::codes`.
    pub code: &'static str,
    /// The message, one line, lower case, no full stop.
    pub title: String,
    /// Operands (by argument position) to underline, with what to say under each; the whole
    /// expression when empty.
    pub blame: Vec<(usize, String)>,
    /// Facts that help.
    pub notes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure blamed on the whole expression.
    pub fn new(code: &'static str, title: impl Into<String>) -> Failure {
        Failure { code, title: title.into(), blame: vec![], notes: vec![], hints: vec![] }
    }

    /// Blames an operand, saying something under it (its type, usually).
    pub fn at(mut self, operand: usize, text: impl Into<String>) -> Failure {
        self.blame.push((operand, text.into()));
        self
    }

    /// Adds a note.
    pub fn note(mut self, note: impl Into<String>) -> Failure {
        self.notes.push(note.into());
        self
    }

    /// Adds a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(hint.into());
        self
    }
}

impl From<Failure> for Fault {
    fn from(f: Failure) -> Fault {
        Fault::Failure(f)
    }
}

impl From<HostError> for Fault {
    fn from(e: HostError) -> Fault {
        Fault::Host(e)
    }
}

impl From<Diagnostic> for Fault {
    fn from(d: Diagnostic) -> Fault {
        Fault::Diagnostic(Box::new(d))
    }
}
