//! Variables that are read where nothing has bound them.
//!
//! Checking knows three states of a variable: bound, unbound, and bound on some of the ways that
//! lead to a place. Reading the first is fine, reading the second an error before anything runs,
//! and reading the third is checked when it runs. In the first round of a loop a variable may
//! still be unbound that later rounds find bound; when an unknown condition decides whether this
//! round gets to the place at all, that is checked when it runs, too.

use super::Interpreter;
use super::expr::Eval;
use crate::hir::{Slot, binding_places};
use crate::value::Value;
use arr_syntax::diag::{Diagnostic, Label, Span};
use std::rc::Rc;

/// How many places that bind the variable a message shows.
const MAX_PLACES: usize = 3;

impl Interpreter<'_> {
    /// The value of a variable `depth` functions out that is not bound when it is read at `span`:
    /// an error, unless checking cannot be sure.
    pub(super) fn unbound(&mut self, depth: u32, slot: Slot, span: Span) -> Eval {
        if self.checking && self.in_doubt(depth) {
            return Ok(Value::ANY);
        }
        let name = self.world.slice(span).unwrap_or_default();
        let (code, title) = match self.checking {
            true => ("E0101", format!("`{name}` is not bound here")),
            false => ("E0124", format!("`{name}` is not bound when this runs")),
        };
        let mut diagnostic = Diagnostic::error(code, title, span);
        let places = self.binding_places(depth, slot);
        for &place in places.iter().take(MAX_PLACES) {
            let text = if places.len() == 1 { "bound only here" } else { "bound here" };
            diagnostic.labels.push(Label { span: place, text: text.into(), primary: false });
        }
        diagnostic = match depth {
            0 => diagnostic.hint(format!("bind `{name}` before, or on every way to this place")),
            _ => diagnostic.hint(format!("call the function after `{name}` is bound")),
        };
        self.trace(&mut diagnostic, self.stack.len());
        if self.checking
            && let Some(frame) = self.frame.outer(depth)
        {
            // It is reported once.
            frame.set(slot, Some(Value::ANY));
        }
        self.fail(diagnostic, span, &[])
    }

    /// Whether an unknown condition decides if this round of the loops around the running place,
    /// in the function that owns the variable, comes here.
    fn in_doubt(&self, depth: u32) -> bool {
        let Some(frame) = self.frame.outer(depth) else { return false };
        let owner = self.stack.iter().rev().find(|a| Rc::ptr_eq(&a.frame, frame));
        owner.is_some_and(|a| a.loops.first().is_some_and(|l| a.doubt > l.doubt))
    }

    fn binding_places(&self, depth: u32, slot: Slot) -> Vec<Span> {
        let Some(frame) = self.frame.outer(depth) else { return vec![] };
        let owner = self.stack.iter().rev().find(|a| Rc::ptr_eq(&a.frame, frame));
        owner.map_or(vec![], |a| binding_places(&a.unit, a.function, slot))
    }
}
