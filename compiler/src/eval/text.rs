//! The text of values: `print`, f-strings, messages.

use super::Interpreter;
use super::expr::Eval;
use crate::array::Array;
use crate::fault::{Failure, Fault};
use crate::format::{self, Item};
use crate::hir::{FormatPart, Unit};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{Kind, Scalar};

/// How deep tuples and records are written out.
const MAX_NESTING: u32 = 64;

impl Interpreter<'_> {
    /// The text that `print` shows.
    pub(super) fn plain_text(&mut self, value: &Value) -> Result<String, Fault> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            Value::Array(array) => self.array_text(array, false),
            Value::Selection(s) => {
                let array = s.array(self)?;
                self.array_text(&array, false)
            }
            _ => self.repr(value, 0),
        }
    }

    /// The text of a value inside a tuple, and of `{x!r}`.
    pub(super) fn repr(&mut self, value: &Value, nesting: u32) -> Result<String, Fault> {
        if nesting > MAX_NESTING {
            return Ok("...".into());
        }
        Ok(match value {
            Value::None => "none".into(),
            Value::Bool(v) => format::item_text(Item::Bool(*v)),
            Value::Int(v) => v.to_string(),
            Value::Float(v) => format::item_text(Item::F64(*v)),
            Value::Complex(re, im) => format::item_text(Item::C128(*re, *im)),
            Value::Str(text) => format::string_repr(text),
            Value::DType(dtype) => dtype.name().into(),
            Value::Array(array) => self.array_text(array, true)?,
            Value::Selection(s) => {
                let array = s.array(self)?;
                self.array_text(&array, true)?
            }
            Value::Tuple(items) => {
                let mut parts = Vec::with_capacity(items.len());
                for item in items.iter() {
                    parts.push(self.repr(item, nesting + 1)?);
                }
                match &parts[..] {
                    [one] => format!("({one},)"),
                    many => format!("({})", many.join(", ")),
                }
            }
            Value::Record(fields) => {
                let mut parts = Vec::with_capacity(fields.len());
                for (name, value) in fields.iter() {
                    parts.push(format!("{name}={}", self.repr(value, nesting + 1)?));
                }
                format!("record({})", parts.join(", "))
            }
            Value::Range(start, stop, 1) => format!("range({start}, {stop})"),
            Value::Range(start, stop, step) => format!("range({start}, {stop}, {step})"),
            Value::Function(closure) => format!("<function {}>", closure.name()),
            Value::Builtin(builtin) => format!("<function {}>", builtin.name),
            Value::Method(method) => {
                let of = match &method.0 {
                    Value::Builtin(builtin) => builtin.name,
                    Value::Function(closure) => closure.name(),
                    _ => "ufunc",
                };
                format!("<function {}>", method.1.name.replacen("ufunc", of, 1))
            }
            Value::Module(module) => format!("<module {}>", module.name),
            Value::Unknown(_) => String::new(),
        })
    }

    fn array_text(&mut self, array: &Array, repr: bool) -> Result<String, Fault> {
        self.unfit();
        if array.ndim() == 0 {
            let scalar = crate::builtin::Context::scalar(self, array)?;
            return Ok(scalar.map_or(String::new(), |s| format::item_text(Item::from(s))));
        }
        self.force(std::slice::from_ref(array))?;
        let Some(shape) = array.known_shape().filter(|_| array.is_ready()) else {
            return Ok(String::new());
        };
        let strides = arr_ir::shape::row_major(&shape);
        let mut failed = None;
        let dtype = array.dtype();
        let host = &mut *self.host;
        let mut get = |index: &[usize]| {
            let position = index.iter().zip(&strides).map(|(&i, &s)| i * s as usize).sum();
            match array.element(host, position) {
                Ok(scalar) => Item::from(scalar),
                Err(error) => {
                    failed.get_or_insert(error);
                    Item::from(Scalar::from_i128(0, dtype))
                }
            }
        };
        let text = match repr {
            true => format::array_repr(&shape, dtype.name(), &mut get),
            false => format::array_text(&shape, &mut get),
        };
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(text),
        }
    }

    /// An f-string.
    pub(super) fn format(&mut self, u: &Unit, parts: &[FormatPart]) -> Eval {
        let mut out = String::new();
        let mut known = true;
        for part in parts {
            match part {
                FormatPart::Text(text) => out.push_str(text),
                FormatPart::Value { value, conversion, spec } => {
                    let at = u[*value].span;
                    let value = self.eval(u, *value)?;
                    let spec = match spec.is_empty() {
                        true => Value::text(""),
                        false => self.format(u, spec)?,
                    };
                    let Value::Str(spec) = spec else {
                        known = false;
                        continue;
                    };
                    match self.formatted(&value, *conversion, &spec) {
                        Ok(Some(text)) => out.push_str(&text),
                        Ok(None) => known = false,
                        Err(fault) => {
                            self.fail(fault, at, &[at])?;
                            known = false;
                        }
                    }
                }
            }
        }
        Ok(if known { Value::text(&out) } else { Value::Unknown(Unknown::Str) })
    }

    /// One part of an f-string; none when (while checking) its text is unknown.
    fn formatted(
        &mut self,
        value: &Value,
        conversion: Option<char>,
        spec: &str,
    ) -> Result<Option<String>, Fault> {
        let value = &crate::array::selection::settled(self, value)?;
        if self.checking {
            self.check_format(value, conversion, spec)?;
            let known = matches!(value, Value::Str(_) | Value::Int(_)) && conversion.is_none();
            if !known {
                return Ok(None);
            }
        }
        if let Some(conversion) = conversion {
            let text = match conversion {
                's' => self.plain_text(value)?,
                _ => self.repr(value, 0)?,
            };
            return apply(format::Scalar::Str(&text), spec).map(Some);
        }
        if let Value::Array(array) = value
            && array.ndim() == 0
        {
            let Some(scalar) = self.element_of(array)? else { return Ok(None) };
            if spec.is_empty() {
                return Ok(Some(format::item_text(Item::from(scalar))));
            }
            return apply(format_item(scalar), spec).map(Some);
        }
        match scalar_of(value) {
            Some(scalar) => apply(scalar, spec).map(Some),
            None if spec.is_empty() => self.plain_text(value).map(Some),
            None => Err(no_spec(value)),
        }
    }

    fn element_of(&mut self, array: &Array) -> Result<Option<Scalar>, Fault> {
        crate::builtin::Context::scalar(self, array)
    }

    /// Whether a specification suits a kind of value.
    fn check_format(
        &self,
        value: &Value,
        conversion: Option<char>,
        spec: &str,
    ) -> Result<(), Fault> {
        let sample = match value {
            _ if spec.is_empty() => return Ok(()),
            _ if conversion.is_some() => format::Scalar::Str(""),
            Value::Unknown(Unknown::Any) => return Ok(()),
            Value::Unknown(Unknown::Bool) => format::Scalar::Bool(true),
            Value::Unknown(Unknown::Int) => format::Scalar::Int(1),
            Value::Unknown(Unknown::Float) => format::Scalar::Float(1.0),
            Value::Unknown(Unknown::Complex) => format::Scalar::Complex(1.0, 1.0),
            Value::Unknown(Unknown::Str) => format::Scalar::Str(""),
            Value::Array(a) if a.ndim() == 0 => format_item(Scalar::from_i128(1, a.dtype())),
            value => match scalar_of(value) {
                Some(scalar) => scalar,
                None => return Err(no_spec(value)),
            },
        };
        apply(sample, spec).map(|_| ())
    }
}

fn no_spec(value: &Value) -> Fault {
    let failure = Failure::new("E0123", "a format can be given for a single value only")
        .at(0, value.type_text());
    match value {
        Value::Array(_) => {
            failure.hint("round the whole array, round({0}, 2), or format an element")
        }
        _ => failure,
    }
    .into()
}

fn apply(scalar: format::Scalar<'_>, spec: &str) -> Result<String, Fault> {
    format::format_scalar(scalar, spec).map_err(|message| Failure::new("E0123", message).into())
}

fn scalar_of(value: &Value) -> Option<format::Scalar<'_>> {
    Some(match value {
        Value::Bool(v) => format::Scalar::Bool(*v),
        Value::Int(v) => format::Scalar::Int(*v as i128),
        Value::Float(v) => format::Scalar::Float(*v),
        Value::Complex(re, im) => format::Scalar::Complex(*re, *im),
        Value::Str(text) => format::Scalar::Str(text),
        _ => return None,
    })
}

fn format_item(scalar: Scalar) -> format::Scalar<'static> {
    match scalar.dtype.kind() {
        Kind::Bool => format::Scalar::Bool(scalar.truthy()),
        Kind::Signed | Kind::Unsigned => format::Scalar::Int(scalar.as_i128()),
        Kind::Float => format::Scalar::Float(scalar.as_f64()),
        Kind::Complex => {
            let (re, im) = scalar.as_complex();
            format::Scalar::Complex(re, im)
        }
    }
}
