//! `param`s set from outside: text is read by the type of the default.

use super::Interpreter;
use super::expr::Eval;
use super::module::ParamValue;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::DType;
use arr_syntax::ast::{Ast, ExprId, ExprKind, StmtKind, UnaryOp};
use arr_syntax::diag::{FileId, Span};
use std::rc::Rc;

impl Interpreter<'_> {
    /// The value of a param: what was set, else its default.
    pub(super) fn param(&mut self, name: &Rc<str>, default: Value, span: Span) -> Eval {
        let top = self.stack.len() == 1;
        let given = self.world.params.borrow().get(name).cloned().filter(|_| top);
        let value = match given {
            None => return Ok(default),
            Some(ParamValue::Text(text)) => read(&text, &default),
            Some(ParamValue::Value(value)) => suit(value, &default),
        };
        match value {
            Ok(value) => Ok(value),
            Err(reason) => {
                let failure =
                    Failure::new("E0119", format!("the value for `{name}` does not suit"))
                        .at(0, format!("the default is {}", default.type_text()))
                        .note(reason);
                self.fail(failure, span, &[span])
            }
        }
    }
}

/// A text as a value of the default's type.
pub(crate) fn read(text: &str, default: &Value) -> Result<Value, String> {
    let text = text.trim();
    match default {
        Value::Str(_) | Value::Unknown(Unknown::Str) => Ok(Value::text(text)),
        Value::Bool(_) => match text {
            "true" | "True" | "1" => Ok(Value::Bool(true)),
            "false" | "False" | "0" => Ok(Value::Bool(false)),
            _ => Err(format!("`{text}` is neither `true` nor `false`")),
        },
        Value::DType(_) => DType::from_name(text)
            .map(Value::DType)
            .ok_or_else(|| format!("`{text}` is not a dtype")),
        Value::None | Value::Unknown(Unknown::Any) => {
            Ok(literal(text).unwrap_or_else(|_| Value::text(text)))
        }
        default => suit(literal(text)?, default),
    }
}

/// A value where one of the default's type is wanted: an integer widens to a float.
fn suit(value: Value, default: &Value) -> Result<Value, String> {
    Ok(match (default, value) {
        (Value::Float(_), Value::Int(n)) => Value::Float(n as f64),
        (Value::Complex(..), Value::Int(n)) => Value::Complex(n as f64, 0.0),
        (Value::Complex(..), Value::Float(v)) => Value::Complex(v, 0.0),
        (Value::None | Value::Unknown(_), value) => value,
        (default, value) => {
            if std::mem::discriminant(default) != std::mem::discriminant(&value) {
                return Err(format!("it is {}", value.type_text()));
            }
            value
        }
    })
}

/// The value of a literal: a number, a text, a constant, a tuple of these.
fn literal(text: &str) -> Result<Value, String> {
    let wrong = || format!("`{}` is not a literal", crate::format::escape_control(text));
    if text.len() > 10_000 {
        return Err("the text is too long".into());
    }
    let (ast, diagnostics) = arr_syntax::parse(text, FileId(u32::MAX));
    if !diagnostics.is_empty() {
        return Err(wrong());
    }
    let [stmt] = ast.top[..] else { return Err(wrong()) };
    match ast[stmt].kind {
        StmtKind::Expr(e) => of(&ast, e).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn of(ast: &Ast, id: ExprId) -> Option<Value> {
    Some(match &ast[id].kind {
        ExprKind::Int(n) => Value::Int(i64::try_from(*n).ok()?),
        ExprKind::Float(v) => Value::Float(*v),
        ExprKind::Imaginary(v) => Value::Complex(0.0, *v),
        ExprKind::Bool(v) => Value::Bool(*v),
        ExprKind::None => Value::None,
        ExprKind::Str(text) => Value::text(text),
        ExprKind::Name(name) => crate::lower::constant_value(name)?,
        ExprKind::Tuple(items) => {
            let items = items.iter().map(|i| if i.spread { None } else { of(ast, i.value) });
            Value::tuple(items.collect::<Option<_>>()?)
        }
        ExprKind::Unary { op: UnaryOp::Neg, arg } => match of(ast, *arg)? {
            Value::Int(n) => Value::Int(n.checked_neg()?),
            Value::Float(v) => Value::Float(-v),
            _ => return None,
        },
        _ => return None,
    })
}
