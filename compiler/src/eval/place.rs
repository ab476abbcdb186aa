//! Assignment to variables, tuples of them, and parts of their values.
//!
//! Values are never changed: assigning to a part makes a new whole, from the inside out.

use super::Interpreter;
use super::expr::Eval;
use crate::array;
use crate::array::Index;
use crate::fault::{Failure, Fault};
use crate::hir::{Place, Slot, Step, Unit};
use crate::value::{Unknown, Value};
use arr_syntax::diag::Span;
use std::rc::Rc;

/// A step to a part of a value, evaluated.
pub(super) enum Path {
    Index(Vec<Index>, Vec<Span>, Span),
    Field(Rc<str>, Span),
}

impl Interpreter<'_> {
    /// Binds a place to a value that stands at `span`.
    pub(super) fn assign(
        &mut self,
        u: &Unit,
        place: &Place,
        value: Value,
        span: Span,
    ) -> Result<(), Fault> {
        match place {
            Place::Slot(slot, _) => {
                // A number of elements holds on to no array, which can be changed in place then.
                let value = self.plain(value);
                self.frame.set(*slot, Some(value));
            }
            Place::Tuple(places, at) => self.unpack(u, places, *at, value, span)?,
            Place::Path(slot, steps, at) => {
                let value = self.plain(value);
                let root = self.root(*slot, *at)?;
                let whole = match self.resolve(u, steps)? {
                    Some(path) if self.change_here(&root, &path, &value) => return Ok(()),
                    Some(path) => {
                        let values = self.read_to_last(root, &path)?;
                        let whole = self.write_path(values, &path, value, span)?;
                        self.replaced_here(whole)
                    }
                    None => Value::ANY,
                };
                self.frame.set(*slot, Some(whole));
            }
            Place::Error => {}
        }
        Ok(())
    }

    /// The variable that a path begins with; its name stands at the start of the path.
    pub(super) fn root(&mut self, slot: Slot, path: Span) -> Eval {
        if let Some(value) = self.frame.get(slot) {
            return Ok(value);
        }
        let text = self.world.slice(path).unwrap_or_default();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        self.unbound(0, slot, Span { end: path.start + end as u32, ..path })
    }

    fn unpack(
        &mut self,
        u: &Unit,
        places: &[Place],
        at: Span,
        value: Value,
        span: Span,
    ) -> Result<(), Fault> {
        let unknown = matches!(value, Value::Unknown(Unknown::Any));
        let items = if unknown { None } else { self.items_of(&value, span)? };
        let Some(items) = items else {
            if !super::expr::is_open(&value) {
                let failure = Failure::new("E0113", "only a sequence can be unpacked")
                    .at(0, value.type_text())
                    .at(1, format!("needs {} values", places.len()));
                self.fail(failure, span, &[span, at])?;
            }
            return places.iter().try_for_each(|p| self.assign(u, p, Value::ANY, span));
        };
        if items.len() != places.len() {
            let failure = Failure::new("E0113", "the numbers of names and of values differ")
                .at(1, format!("{} names", places.len()))
                .at(0, format!("{} values", items.len()));
            self.fail(failure, span, &[span, at])?;
            return places.iter().try_for_each(|p| self.assign(u, p, Value::ANY, span));
        }
        // Of `x[i], x[j] = x[j], x[i]`: no value holds on to the array that is changed.
        let parts = places.iter().any(|p| matches!(p, Place::Path(..)));
        let items = items.into_iter().map(|v| if parts { self.plain(v) } else { v });
        let items: Vec<Value> = items.collect();
        drop(value);
        places.iter().zip(items).try_for_each(|(p, v)| self.assign(u, p, v, span))
    }

    /// Evaluates the steps of a path; none when (while checking) one cannot be known.
    pub(super) fn resolve(&mut self, u: &Unit, steps: &[Step]) -> Result<Option<Vec<Path>>, Fault> {
        let mut out = Vec::with_capacity(steps.len());
        for step in steps {
            match step {
                Step::Field(name, span) => out.push(Path::Field(name.clone(), *span)),
                Step::Index(items, span) => {
                    let mut spans = vec![*span];
                    match self.items(u, items, &mut spans)? {
                        Some(items) => out.push(Path::Index(items, spans, *span)),
                        None => return Ok(None),
                    }
                }
            }
        }
        Ok(Some(out))
    }

    /// The values along a path: the whole, its part, the part of that, ..., without the last.
    fn read_to_last(&mut self, root: Value, path: &[Path]) -> Result<Vec<Value>, Fault> {
        self.read_path(root, &path[..path.len().saturating_sub(1)])
    }

    /// The values along a path, the last included.
    pub(super) fn read_path(&mut self, root: Value, path: &[Path]) -> Result<Vec<Value>, Fault> {
        let mut values = vec![root];
        for step in path {
            let base = values[values.len() - 1].clone();
            let part = match step {
                Path::Index(items, spans, span) => match array::index(self, &base, items) {
                    Ok(value) => value,
                    Err(fault) => self.fail(fault, *span, spans)?,
                },
                Path::Field(name, span) => match field(&base, name) {
                    Some(value) => value,
                    None => self.fail(no_field(&base, name), *span, &[])?,
                },
            };
            values.push(part);
        }
        Ok(values)
    }

    /// The new whole, when `value` takes the place at the end of the path.
    pub(super) fn write_path(
        &mut self,
        values: Vec<Value>,
        path: &[Path],
        value: Value,
        value_span: Span,
    ) -> Result<Value, Fault> {
        let mut new = value;
        for (step, base) in path.iter().zip(&values).rev() {
            new = match step {
                Path::Index(items, spans, span) => {
                    let mut spans = spans.clone();
                    spans.push(value_span);
                    let whole = span.to(value_span);
                    self.stand(whole);
                    match array::assign_index(self, base, items, &new) {
                        Ok(value) => self.settle(value, whole)?,
                        Err(fault) => {
                            self.fail(fault, whole, &spans)?;
                            base.clone()
                        }
                    }
                }
                Path::Field(name, span) => self.with_field(base, name, new, *span)?,
            };
        }
        Ok(new)
    }

    fn with_field(
        &mut self,
        base: &Value,
        name: &Rc<str>,
        value: Value,
        span: Span,
    ) -> Result<Value, Fault> {
        match base {
            Value::Unknown(Unknown::Any) => Ok(Value::ANY),
            Value::Record(fields) => {
                let mut fields = fields.as_ref().clone();
                match fields.iter_mut().find(|f| f.0 == *name) {
                    Some(field) => field.1 = value,
                    None => fields.push((name.clone(), value)),
                }
                Ok(Value::Record(Rc::new(fields)))
            }
            _ => {
                let failure = Failure::new("E0107", format!("`{name}` cannot be assigned here"))
                    .note(format!("the value is {}", base.type_text()))
                    .hint("only records have fields: record(name=value)");
                self.fail(failure, span, &[])?;
                Ok(base.clone())
            }
        }
    }
}

fn field(base: &Value, name: &str) -> Option<Value> {
    match base {
        Value::Record(fields) => fields.iter().find(|f| &*f.0 == name).map(|f| f.1.clone()),
        Value::Unknown(Unknown::Any) => Some(Value::ANY),
        _ => None,
    }
}

fn no_field(base: &Value, name: &str) -> Failure {
    if matches!(base, Value::Array(_)) {
        return Failure::new("E0107", format!("`.{name}` of an array cannot be assigned to"))
            .note(format!("the value is {}", base.type_text()))
            .hint(format!("name it first: `y = x.{name}`, then `y[...] = ...`; x stays as it is"));
    }
    Failure::new("E0110", format!("{} has no field `{name}`", base.type_text()))
}
