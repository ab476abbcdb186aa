//! Calls: of functions of the program, of builtins, of dtypes.

use super::bind::{self, Args, Bound, Formal, Signature};
use super::expr::Eval;
use super::{Flow, Interpreter, MAX_CALLS};
use crate::array::selection;
use crate::builtin::Builtin;
use crate::builtins::takes_selections;
use crate::fault::{Failure, Fault};
use crate::function::{Closure, Frame};
use crate::hir::{Body, Function};
use crate::value::{Unknown, Value};
use arr_syntax::diag::{Diagnostic, Span};
use smallvec::SmallVec;
use std::rc::Rc;

impl Interpreter<'_> {
    /// Calls a value; `span` is the whole call, `callee_span` what is called.
    pub(super) fn call_value(
        &mut self,
        callee: &Value,
        args: Args,
        span: Span,
        callee_span: Span,
    ) -> Eval {
        if args.unknown {
            return Ok(Value::ANY);
        }
        match callee {
            Value::Builtin(builtin) => self.call_builtin(builtin, args, span),
            Value::Method(method) => {
                let mut args = args;
                args.positional.insert(0, (method.0.clone(), callee_span));
                self.call_builtin(method.1, args, span)
            }
            Value::Function(closure) => {
                if let Err(fault) = self.interruptible() {
                    return self.fail(fault, span, &[]);
                }
                self.call_closure(closure, args, span)
            }
            Value::DType(dtype) => match crate::builtins::builtin(dtype.name()) {
                Some(builtin) => self.call_builtin(builtin, args, span),
                None => self.convert(*dtype, args, span),
            },
            Value::Unknown(Unknown::Any) => Ok(Value::ANY),
            other => {
                let name = self.world.slice(callee_span).unwrap_or_default();
                let mut failure =
                    Failure::new("E0108", "this is not a function").at(0, other.type_text());
                if crate::lower::Names::fixed(self.world, &name).is_some_and(|v| v.is_function()) {
                    failure = failure
                        .note(format!("the name `{name}` is bound to a value here"))
                        .hint(format!("give the value another name to call the function `{name}`"));
                } else if matches!(other, Value::Array(_) | Value::Tuple(_)) {
                    failure = failure.hint("an element is taken with brackets: x[i]");
                }
                self.fail(failure, span, &[callee_span])
            }
        }
    }

    /// `float32(x)`, when no builtin of that name exists.
    fn convert(&mut self, dtype: arr_ir::dtype::DType, mut args: Args, span: Span) -> Eval {
        let Some(astype) = crate::builtins::builtin("astype") else { return Ok(Value::ANY) };
        args.positional.push((Value::DType(dtype), span));
        self.call_builtin(astype, args, span)
    }

    fn call_builtin(&mut self, builtin: &'static Builtin, args: Args, span: Span) -> Eval {
        let signature = self.world.signature(builtin);
        if signature.params.first().is_some_and(|p| p.name == "shape") {
            let names = signature.params.iter().map(|p| p.name);
            self.mind_shape(&args, builtin.name, names, span);
        }
        let bound = match bind_builtin(builtin, &signature, args) {
            Ok(bound) => bound,
            Err(misfit) => {
                let (failure, at) = *misfit;
                return self.fail(failure, at.unwrap_or(span), &[]);
            }
        };
        let mut values: SmallVec<[Value; 6]> = SmallVec::new();
        let mut spans: SmallVec<[Span; 6]> = SmallVec::new();
        for (bound, param) in bound.into_iter().zip(&signature.params) {
            let (value, span) = match bound {
                Bound::Given(value, span) => (value, span),
                Bound::Rest(values, span) => (Value::tuple(values), span),
                Bound::Default => (param.default.clone().unwrap_or(Value::None), Span::default()),
            };
            values.push(value);
            spans.push(span);
        }
        self.stand(span);
        if values.iter().any(selection::holds) {
            for i in takes_selections(builtin).min(values.len())..values.len() {
                let value = selection::settled(self, &values[i]);
                match value {
                    Ok(value) => values[i] = value,
                    Err(fault) => return self.fail(fault, span, &spans),
                }
            }
        }
        match (builtin.call)(self, &values) {
            Ok(value) => self.settle(value, span),
            Err(fault) => self.fail(fault, span, &spans),
        }
    }

    fn call_closure(&mut self, closure: &Rc<Closure>, args: Args, span: Span) -> Eval {
        if self.stack.len() > MAX_CALLS {
            let hint = "the recursion may never end; a loop has no such limit";
            let message = format!("more than {MAX_CALLS} calls are running at once");
            return self.fail(super::limit(&message, Some(hint)), span, &[]);
        }
        let function = &closure.unit[closure.function];
        let formals: SmallVec<[Formal<'_>; 6]> = function
            .params
            .iter()
            .map(|p| Formal {
                name: &p.name,
                rest: p.rest,
                keyword_only: false,
                others: false,
                required: p.default.is_none() && !p.rest,
            })
            .collect();
        if closure.unit.library && formals.first().is_some_and(|f| f.name == "shape") {
            self.mind_shape(&args, &function.name, formals.iter().map(|f| f.name), span);
        }
        let shown = || format!("it is {}({})", function.name, function.signature);
        let bound = match bind::bind(args, &formals, &function.name, &shown) {
            Ok(bound) => bound,
            Err(misfit) => {
                let (mut failure, at) = *misfit;
                self.at_definition(function, &mut failure);
                return self.fail(failure, at.unwrap_or(span), &[]);
            }
        };
        let frame = Frame::new(function.size, Some(closure.frame.clone()));
        let mut spans: SmallVec<[Span; 6]> = SmallVec::new();
        for (param, bound) in function.params.iter().zip(bound) {
            let (value, span) = match bound {
                Bound::Given(value, span) => (Some(value), span),
                Bound::Rest(values, span) => (Some(Value::tuple(values)), span),
                Bound::Default => (None, Span::default()),
            };
            frame.set(param.slot, value);
            spans.push(span);
        }
        match self.checking {
            true => self.call_checked(closure, frame, &spans, span),
            false => self.run_closure(closure, frame, &spans, span),
        }
    }

    /// Warns where a call of the program may be meant in NumPy's order of arguments.
    fn mind_shape<'n>(
        &mut self,
        args: &Args,
        name: &str,
        formals: impl Iterator<Item = &'n str>,
        span: Span,
    ) {
        if args.positional.len() < 2 || self.library() {
            return;
        }
        let formals: SmallVec<[&str; 6]> = formals.collect();
        if let Some((title, hint)) = bind::shape_first(args, name, &formals) {
            self.note(Diagnostic::warning("W0151", title, span).hint(hint));
        }
    }

    fn at_definition(&self, function: &Function, failure: &mut Failure) {
        if let Some(line) = self.world.own_line(function.head) {
            failure.notes.push(format!("defined at {line}"));
        }
    }

    /// Runs a function whose given arguments stand in its frame.
    pub(super) fn run_closure(
        &mut self,
        closure: &Closure,
        frame: Rc<Frame>,
        spans: &[Span],
        span: Span,
    ) -> Eval {
        let unit = closure.unit.clone();
        let function = &unit[closure.function];
        if unit.library {
            self.stand(span);
        }
        let saved = self.enter(unit.clone(), frame.clone(), Some(closure.function), Some(span));
        if let Some(activation) = self.activation().filter(|a| a.unit.library) {
            activation.given = spans.into();
        }
        let result = self.run_body(&unit, function, spans);
        let activation = self.leave(saved);
        // What the caller does next is no part of the function.
        self.site = span;
        let mut value = result?;
        if let Some(returned) = activation.and_then(|a| a.returns) {
            value = match value {
                Some(value) => Some(self.join(&value, &returned)),
                None => Some(returned),
            };
        }
        let mut value = value.unwrap_or(Value::ANY);
        if let Some(contract) = &function.result {
            value = self.check_result(function, contract, value, &frame, span)?;
        }
        if function.makes_closures && !self.checking && !holds_function(&value, 0) {
            // No closure left, so none needs the frame, which its own closures keep alive.
            frame.restore(vec![]);
        }
        Ok(value)
    }

    /// The value of the body; none when (while checking) no way reaches its end.
    fn run_body(
        &mut self,
        unit: &crate::hir::Unit,
        function: &Function,
        spans: &[Span],
    ) -> Result<Option<Value>, Fault> {
        for param in &function.params {
            if let (Some(default), None) = (param.default, self.frame.get(param.slot)) {
                let value = self.eval(unit, default)?;
                self.frame.set(param.slot, Some(value));
            }
        }
        self.check_params(function, spans)?;
        match function.body {
            Body::Expr(e) => self.eval(unit, e).map(Some).or_else(|fault| match self.jump.take() {
                Some(Flow::Return(value)) => Ok(Some(value)),
                Some(_) => Ok(None),
                None => Err(fault),
            }),
            Body::Block(b) => Ok(match self.block(unit, b)? {
                Flow::Value(value) | Flow::Return(value) => Some(value),
                _ => None,
            }),
        }
    }
}

fn bind_builtin(
    builtin: &'static Builtin,
    signature: &Signature,
    args: Args,
) -> Result<SmallVec<[Bound; 6]>, bind::Misfit> {
    let formals: SmallVec<[Formal<'_>; 6]> = signature
        .params
        .iter()
        .map(|p| Formal {
            name: p.name,
            rest: p.rest,
            keyword_only: p.keyword_only,
            others: p.others,
            required: p.default.is_none() && !p.rest && !p.others,
        })
        .collect();
    let shown = || format!("it is {}({})", builtin.name, builtin.parameters());
    bind::bind(args, &formals, builtin.name, &shown)
}

/// Whether a value is or holds a function of the program.
fn holds_function(value: &Value, depth: u32) -> bool {
    match value {
        Value::Function(_) => true,
        Value::Tuple(items) => depth > 8 || items.iter().any(|v| holds_function(v, depth + 1)),
        Value::Record(fields) => {
            depth > 8 || fields.iter().any(|f| holds_function(&f.1, depth + 1))
        }
        _ => false,
    }
}
