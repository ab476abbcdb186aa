//! From faults to messages: places, the text of operands, the calls that led there.
//!
//! A fault inside the standard library is blamed on the call in the user's program.

use super::{Activation, Interpreter};
use crate::fault::{Failure, Fault};
use crate::host::{HostError, HostErrorKind};
use crate::value::Value;
use arr_syntax::diag::{Diagnostic, Label, Severity, Span};
use smallvec::SmallVec;

/// How many calls a message lists.
const MAX_TRACE: usize = 4;

/// The longest text of an operand that a hint repeats.
const MAX_QUOTE: usize = 40;

/// The longest part of a message.
const MAX_TEXT: usize = 400;

/// A text for a message: one line, without signs that could deceive, not too long.
fn tame(text: &str) -> String {
    let start: String = text.chars().take(MAX_TEXT).collect();
    let escaped = crate::format::escape_control(&start);
    match start.len() < text.len() || escaped.chars().count() > MAX_TEXT {
        true => escaped.chars().take(MAX_TEXT).chain("...".chars()).collect(),
        false => escaped,
    }
}

/// The code of a host's failure.
pub(crate) fn host_code(kind: HostErrorKind) -> &'static str {
    match kind {
        HostErrorKind::Value => "E0200",
        HostErrorKind::Limit => "E0210",
        HostErrorKind::Io => "E0220",
        HostErrorKind::Interrupted => "E0230",
        HostErrorKind::Bug => "E0290",
    }
}

impl Interpreter<'_> {
    /// The end of a failed expression: while checking the error is noted and the value is
    /// unknown; while running the fault, with its place, goes on.
    pub(super) fn fail(
        &mut self,
        fault: impl Into<Fault>,
        span: Span,
        operands: &[Span],
    ) -> Result<Value, Fault> {
        let fault = fault.into();
        if self.jump.is_some() {
            return Err(fault);
        }
        let stops = matches!(&fault, Fault::Host(e) if e.kind == HostErrorKind::Interrupted);
        let diagnostic = self.locate(fault, span, operands);
        if self.checking && !stops && diagnostic.code != host_code(HostErrorKind::Interrupted) {
            self.note(diagnostic);
            return Ok(Value::ANY);
        }
        Err(Fault::from(diagnostic))
    }

    /// Notes an error or warning, once per place and code.
    pub(super) fn note(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.labels.first().map(|l| l.span).unwrap_or_default();
        if self.reported.insert((diagnostic.code, place)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// A complete message for a fault of the expression at `span`.
    pub(super) fn locate(&mut self, fault: Fault, span: Span, operands: &[Span]) -> Diagnostic {
        let failure = match fault {
            Fault::Diagnostic(diagnostic) => return *diagnostic,
            Fault::Failure(failure) => failure,
            Fault::Host(error) => host_failure(error),
        };
        let mut at = self.stack.len();
        let mut via = None;
        let mut place = span;
        let mut operands: SmallVec<[Span; 4]> = operands.into();
        while at > 0 && self.stack[at - 1].unit.library {
            let activation = &self.stack[at - 1];
            let Some(call) = activation.call else { break };
            via = activation.function.map(|f| activation.unit[f].name.clone());
            operands.iter_mut().for_each(|o| *o = self.given(activation, *o));
            place = call;
            at -= 1;
        }
        let mut diagnostic = Diagnostic {
            code: failure.code,
            severity: Severity::Error,
            title: tame(&failure.title),
            labels: vec![],
            notes: vec![],
            hints: vec![],
        };
        diagnostic.labels = blamed(&failure, &operands);
        if diagnostic.labels.is_empty() {
            let text = failure.blame.first().map(|b| tame(&b.1)).unwrap_or_default();
            diagnostic.labels.push(Label { span: place, text, primary: true });
        }
        let quote = |text: &String| tame(&self.fill(text, &operands));
        diagnostic.notes = failure.notes.iter().map(quote).collect();
        diagnostic.hints = failure.hints.iter().map(quote).collect();
        if let Some(name) = via {
            diagnostic
                .notes
                .push(format!("inside `{}` of the standard library", name.trim_start_matches('_')));
        }
        self.trace(&mut diagnostic, at);
        diagnostic
    }

    /// Where the caller of a library function gave what one of its operands names: the value of a
    /// parameter, as it came or as an array. No place if the operand is anything else.
    fn given(&self, activation: &Activation, operand: Span) -> Span {
        let Some(function) = activation.function else { return Span::default() };
        let text = self.world.slice(operand).unwrap_or_default();
        let inner = text.strip_prefix("asarray(").and_then(|t| t.strip_suffix(')'));
        let name = inner.unwrap_or(&text);
        let params = &activation.unit[function].params;
        let at = params.iter().position(|p| &*p.name == name && !p.rest);
        at.and_then(|at| activation.given.get(at)).copied().unwrap_or_default()
    }

    /// Adds the calls that led to the `at` outermost activations.
    pub(super) fn trace(&self, diagnostic: &mut Diagnostic, at: usize) {
        let calls: Vec<Span> = self.stack[..at]
            .iter()
            .rev()
            .filter_map(|a| a.call)
            .filter(|c| !self.world.is_library(c.file))
            .collect();
        for (i, &call) in calls.iter().take(MAX_TRACE).enumerate() {
            if i == 0 {
                diagnostic.labels.push(Label {
                    span: call,
                    text: "called from here".into(),
                    primary: false,
                });
            } else {
                diagnostic.notes.push(format!("called from {}", self.world.place(call)));
            }
        }
        if calls.len() > MAX_TRACE {
            diagnostic.notes.push(format!("and {} more calls", calls.len() - MAX_TRACE));
        }
    }

    /// Replaces `{0}`, `{1}` by the source text of those operands.
    fn fill(&self, text: &str, operands: &[Span]) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let digit = rest[open + 1..].chars().next().and_then(|c| c.to_digit(10));
            let closed = rest[open + 1..].get(1..2) == Some("}");
            out.push_str(&rest[..open]);
            match digit {
                Some(n) if closed => {
                    out.push_str(&self.quote(operands.get(n as usize).copied()));
                    rest = &rest[open + 3..];
                }
                _ => {
                    out.push('{');
                    rest = &rest[open + 1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn quote(&self, span: Option<Span>) -> String {
        let text = span.and_then(|s| self.world.slice(s)).unwrap_or_default();
        let simple = |c: char| c.is_alphanumeric() || "_.\"'".contains(c);
        if text.is_empty() || text.len() > MAX_QUOTE || text.contains('\n') {
            "x".into()
        } else if text.chars().all(simple) || is_one_operand(&text) {
            text
        } else {
            format!("({text})")
        }
    }
}

/// Whether a text is a chain of names, calls and indices, or one bracket.
fn is_one_operand(text: &str) -> bool {
    let mut depth = 0i32;
    text.chars().all(|c| {
        depth += match c {
            '(' | '[' => 1,
            ')' | ']' => -1,
            _ => 0,
        };
        depth > 0 || c.is_alphanumeric() || "_.)]".contains(c)
    })
}

/// The operands to underline.
fn blamed(failure: &Failure, operands: &[Span]) -> Vec<Label> {
    let mut labels: Vec<Label> = vec![];
    for (position, text) in &failure.blame {
        let Some(&span) = operands.get(*position) else { continue };
        if span != Span::default() && labels.iter().all(|l| l.span != span) {
            labels.push(Label { span, text: tame(text), primary: true });
        }
    }
    labels
}

/// The message for a failure of an operation at one place whose result was computed at another.
pub(super) fn at_place(error: HostError, place: Span, computed: Span) -> Diagnostic {
    let failure = host_failure(error);
    let mut labels = vec![Label { span: place, text: String::new(), primary: true }];
    let apart =
        computed.file != place.file || computed.start >= place.end || computed.end <= place.start;
    if apart && computed != Span::default() {
        labels.push(Label { span: computed, text: "computed here".into(), primary: false });
    }
    Diagnostic {
        code: failure.code,
        severity: Severity::Error,
        title: tame(&failure.title),
        labels,
        notes: failure.notes.iter().map(|n| tame(n)).collect(),
        hints: failure.hints.iter().map(|h| tame(h)).collect(),
    }
}

fn host_failure(error: HostError) -> Failure {
    let failure = Failure::new(host_code(error.kind), error.message);
    match error.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
