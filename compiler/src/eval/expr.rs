//! Expressions. Chains on the left are evaluated in a loop.

use super::bind::{Args, Brackets};
use super::{Flow, Interpreter};
use crate::array;
use crate::array::Index;
use crate::array::selection;
use crate::fault::{Failure, Fault};
use crate::function::Closure;
use crate::hir::{
    Arg, Comprehension, Element, ExprId, ExprKind, FunctionId, Item, Method, Slot, Unit,
};
use crate::suggest;
use crate::value::{Unknown, Value};
use arr_syntax::diag::Span;
use smallvec::SmallVec;
use std::rc::Rc;

/// What evaluation gives.
pub(super) type Eval = Result<Value, Fault>;

/// What follows the dot without being called.
const ATTRIBUTES: &[&str] =
    &["T", "mT", "shape", "ndim", "size", "dtype", "real", "imag", "nbytes"];

impl Interpreter<'_> {
    pub(super) fn eval(&mut self, u: &Unit, id: ExprId) -> Eval {
        match &u[id].kind {
            ExprKind::Fixed(value) => Ok(value.clone()),
            ExprKind::Local(slot) => match self.frame.get(*slot) {
                Some(value) => Ok(value),
                None => self.unbound(0, *slot, u[id].span),
            },
            _ => {
                if let Err(fault) = self.deeper() {
                    return self.fail(fault, u[id].span, &[]);
                }
                let result = self.chain(u, id);
                self.depth -= 1;
                result
            }
        }
    }

    fn chain(&mut self, u: &Unit, id: ExprId) -> Eval {
        let mut links: SmallVec<[ExprId; 8]> = SmallVec::new();
        let mut at = id;
        while let Some(left) = u.left(at) {
            links.push(at);
            at = left;
        }
        let mut value = match links.is_empty() {
            true => return self.leaf(u, at),
            false => self.eval(u, at)?,
        };
        let mut left = u[at].span;
        for &link in links.iter().rev() {
            value = self.link(u, link, value, left)?;
            left = u[link].span;
        }
        Ok(value)
    }

    /// One link of a chain; `lhs` is the value of its left part, which stands at `left`.
    fn link(&mut self, u: &Unit, id: ExprId, lhs: Value, left: Span) -> Eval {
        let span = u[id].span;
        self.count_work();
        match &u[id].kind {
            ExprKind::Binary { op, rhs, .. } => {
                let rhs_value = self.eval(u, *rhs)?;
                self.site = span;
                match array::binary(self, *op, &lhs, &rhs_value) {
                    Ok(value) => self.settle(value, span),
                    Err(fault) => self.fail(fault, span, &[left, u[*rhs].span]),
                }
            }
            ExprKind::And(_, rhs) => self.logical(u, lhs, left, *rhs, false),
            ExprKind::Or(_, rhs) => self.logical(u, lhs, left, *rhs, true),
            ExprKind::Call { args, .. } => {
                let args = self.args(u, args, None, &lhs)?;
                self.call_value(&lhs, args, span, left)
            }
            ExprKind::Method { method, args, .. } => self.method(u, lhs, left, method, args, span),
            ExprKind::Attr { name, name_span, .. } => self.attribute(&lhs, left, name, *name_span),
            ExprKind::Index { items, .. } => self.index(u, &lhs, left, items, span),
            _ => Ok(lhs),
        }
    }

    /// An expression that is no chain.
    fn leaf(&mut self, u: &Unit, id: ExprId) -> Eval {
        let span = u[id].span;
        self.count_work();
        match &u[id].kind {
            ExprKind::Outer(depth, slot) => match self.outer(*depth, *slot) {
                Some(value) => Ok(value),
                None => self.unbound(*depth, *slot, span),
            },
            ExprKind::Array(items) => {
                let (values, spans) = self.elements(u, items, false)?;
                let Some(values) = values else { return Ok(Value::ANY) };
                match array::literal(self, &values) {
                    Ok(value) => self.settle(value, span),
                    Err(fault) => self.fail(fault, span, &spans),
                }
            }
            ExprKind::Tuple(items) => {
                let (values, _) = self.elements(u, items, false)?;
                Ok(values.map_or(Value::ANY, Value::tuple))
            }
            ExprKind::Comprehension(c) => self.comprehension(u, c, span, false),
            ExprKind::Unary(op, arg) => {
                let value = self.eval(u, *arg)?;
                self.site = span;
                let result = match op {
                    arr_syntax::ast::UnaryOp::Not => self.negated(&value),
                    op => array::unary(self, *op, &value),
                };
                match result {
                    Ok(value) => self.settle(value, span),
                    Err(fault) => self.fail(fault, span, &[u[*arg].span]),
                }
            }
            ExprKind::Function(function) => Ok(self.closure(*function)),
            ExprKind::If { arms, otherwise } => match self.branches(u, arms, *otherwise)? {
                Flow::Value(value) => Ok(value),
                flow => {
                    self.jump = Some(flow);
                    Err(super::limit("a jump left its loop", None))
                }
            },
            ExprKind::Format(parts) => self.format(u, parts),
            _ => Ok(Value::ANY),
        }
    }

    pub(super) fn closure(&mut self, function: FunctionId) -> Value {
        let Some(activation) = self.stack.last() else { return Value::None };
        let unit = activation.unit.clone();
        let closure = Rc::new(Closure { unit, function, frame: self.frame.clone() });
        self.note_closure(&closure);
        Value::Function(closure)
    }

    fn outer(&self, depth: u32, slot: Slot) -> Option<Value> {
        self.frame.outer(depth).and_then(|f| f.get(slot))
    }

    fn negated(&mut self, value: &Value) -> Eval {
        Ok(match array::truth(self, value)? {
            Some(truth) => Value::Bool(!truth),
            None => Value::Unknown(Unknown::Bool),
        })
    }

    /// `and` (`stop` false) and `or` (`stop` true).
    fn logical(&mut self, u: &Unit, lhs: Value, left: Span, rhs: ExprId, stop: bool) -> Eval {
        let first = match array::truth(self, &lhs) {
            Ok(Some(truth)) if truth == stop => return Ok(Value::Bool(stop)),
            Ok(first) => first,
            Err(fault) => {
                self.fail(elementwise_hint(fault, stop), left, &[left])?;
                None
            }
        };
        self.doubt(first.is_none());
        let value = self.eval(u, rhs)?;
        if first.is_none() {
            self.trust();
        }
        let second = match array::truth(self, &value) {
            Ok(second) => second,
            Err(fault) => {
                self.fail(elementwise_hint(fault, stop), u[rhs].span, &[u[rhs].span])?;
                None
            }
        };
        Ok(match (first, second) {
            (Some(_), Some(truth)) => Value::Bool(truth),
            _ => Value::Unknown(Unknown::Bool),
        })
    }

    /// The truth of a condition; none when unknown or (while checking) wrong.
    pub(super) fn condition(&mut self, u: &Unit, cond: ExprId) -> Result<Option<bool>, Fault> {
        let value = self.eval(u, cond)?;
        let span = u[cond].span;
        match array::truth(self, &value) {
            Ok(truth) => Ok(truth),
            Err(fault) => self.fail(fault, span, &[span]).map(|_| None),
        }
    }

    /// Elements of a literal; no values when (while checking) their number is unknown. Literals
    /// among them are arrays or, if `nested`, tuples.
    #[allow(clippy::type_complexity, reason = "two parallel lists, used at once")]
    fn elements(
        &mut self,
        u: &Unit,
        items: &[Element],
        nested: bool,
    ) -> Result<(Option<Vec<Value>>, Vec<Span>), Fault> {
        let mut values = Vec::with_capacity(items.len());
        let mut spans = Vec::with_capacity(items.len());
        let mut known = true;
        for item in items {
            let value = match &u[item.value].kind {
                ExprKind::Array(inner) if nested => {
                    let (values, _) = self.elements(u, inner, true)?;
                    values.map_or(Value::ANY, Value::tuple)
                }
                _ => self.eval(u, item.value)?,
            };
            let span = u[item.value].span;
            if !item.spread {
                values.push(value);
                spans.push(span);
                continue;
            }
            match self.spread(&value, span)? {
                Some(inner) => {
                    spans.extend(std::iter::repeat_n(span, inner.len()));
                    values.extend(inner);
                }
                None => known = false,
            }
        }
        Ok((known.then_some(values), spans))
    }

    /// The elements of `*value`; none when (while checking) unknown.
    pub(super) fn spread(
        &mut self,
        value: &Value,
        span: Span,
    ) -> Result<Option<Vec<Value>>, Fault> {
        match self.items_of(value, span)? {
            Some(items) => Ok(Some(items)),
            None if is_open(value) => Ok(None),
            None => {
                let failure =
                    Failure::new("E0120", "only sequences can be spread").at(0, value.type_text());
                self.fail(failure, span, &[span]).map(|_| None)
            }
        }
    }

    /// All elements of a tuple, range or array of known length; none for other values.
    pub(super) fn items_of(
        &mut self,
        value: &Value,
        span: Span,
    ) -> Result<Option<Vec<Value>>, Fault> {
        let settled = selection::settled(self, value);
        let value = &match settled {
            Ok(value) => value,
            Err(fault) => return self.fail(fault, span, &[]).map(|_| None),
        };
        match value {
            Value::Tuple(items) => Ok(Some(items.to_vec())),
            Value::Range(..) => {
                let count = super::stmt::range_count(value);
                if count > super::stmt::MAX_ITEMS {
                    let fault = super::limit("the range is too long to be written out", None);
                    return self.fail(fault, span, &[]).map(|_| None);
                }
                Ok(Some((0..count).map(|i| super::stmt::range_item(value, i)).collect()))
            }
            Value::Array(a) if a.ndim() > 0 => {
                let Some(rows) = a.dims()[0].known() else { return Ok(None) };
                if rows as u64 > super::stmt::MAX_ITEMS {
                    let fault = super::limit("the array is too long to be written out", None);
                    return self.fail(fault, span, &[]).map(|_| None);
                }
                (0..rows).map(|i| self.row(value, i, span)).collect::<Result<_, _>>().map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A row of an array.
    pub(super) fn row(&mut self, array: &Value, row: usize, span: Span) -> Eval {
        match array::index(self, array, &[Index::Value(Value::Int(row as i64))]) {
            Ok(value) => Ok(value),
            Err(fault) => self.fail(fault, span, &[span]),
        }
    }

    /// The stack of the elements of a comprehension, or the tuple of them if that is `listed`.
    fn comprehension(&mut self, u: &Unit, c: &Comprehension, span: Span, listed: bool) -> Eval {
        let iter = self.eval(u, c.iter)?;
        if self.checking {
            return self.comprehension_checked(u, c, &iter, span, listed);
        }
        let Some(mut steps) = self.steps(iter, u[c.iter].span)? else { return Ok(Value::ANY) };
        let mut values = vec![];
        while let Some(item) = self.next(&mut steps, u[c.iter].span)? {
            self.interruptible()?;
            self.assign(u, &c.target, item, u[c.iter].span)?;
            let taken = match c.cond {
                Some(cond) => self.condition(u, cond)?.unwrap_or(true),
                None => true,
            };
            if taken {
                values.push(self.eval(u, c.item)?);
            }
        }
        crate::liveness::place_binds(&c.target, &mut |slot| self.frame.set(slot, None));
        if listed {
            return Ok(Value::tuple(values));
        }
        let spans = vec![u[c.item].span; values.len()];
        match array::literal(self, &values) {
            Ok(value) => self.settle(value, span),
            Err(fault) => self.fail(fault, span, &spans),
        }
    }

    /// Evaluates arguments; `first` comes before them (the base of a method call).
    pub(super) fn args(
        &mut self,
        u: &Unit,
        args: &[Arg],
        first: Option<(Value, Span)>,
        callee: &Value,
    ) -> Result<Args, Fault> {
        let signature = match callee {
            Value::Builtin(builtin) => Some(self.world.signature(builtin)),
            _ => None,
        };
        let brackets = signature.filter(|s| s.brackets);
        let mut out = Args::default();
        out.positional.extend(first);
        for arg in args {
            let kind = match &brackets {
                Some(signature) if !arg.spread => {
                    let keyword = arg.keyword.as_ref().map(|k| &*k.0);
                    signature.brackets_at(out.positional.len(), keyword)
                }
                _ => Brackets::Array,
            };
            let value = match &u[arg.value].kind {
                ExprKind::Array(items) if kind != Brackets::Array => {
                    let (values, _) = self.elements(u, items, kind == Brackets::Nested)?;
                    values.map_or(Value::ANY, Value::tuple)
                }
                ExprKind::Comprehension(c) if kind != Brackets::Array => {
                    self.comprehension(u, c, u[arg.value].span, true)?
                }
                _ => self.eval(u, arg.value)?,
            };
            let span = u[arg.value].span;
            if arg.spread {
                match self.spread(&value, span)? {
                    Some(items) => out.positional.extend(items.into_iter().map(|v| (v, span))),
                    None => out.unknown = true,
                }
            } else {
                out.push(value, span, arg.keyword.as_ref());
            }
        }
        Ok(out)
    }

    fn method(
        &mut self,
        u: &Unit,
        base: Value,
        left: Span,
        method: &Method,
        args: &[Arg],
        span: Span,
    ) -> Eval {
        if let Some(member) = self.member(&base, &method.name) {
            let args = self.args(u, args, None, &member)?;
            let callee = Span { end: method.span.end, ..left };
            return self.call_value(&member, args, span, callee);
        }
        if base.is_function()
            && let Some(form) = crate::builtins::builtin(&format!("ufunc.{}", method.name))
        {
            let form = Value::Builtin(form);
            let args = self.args(u, args, Some((base, left)), &form)?;
            return self.call_value(&form, args, span, method.span);
        }
        if let Value::Module(module) = &base {
            let failure = self.no_member(module, &method.name);
            self.args(u, args, None, &Value::None)?;
            return self.fail(failure, method.span, &[]);
        }
        let mut function = None;
        let mut unsure = false;
        for &(depth, slot) in &method.variables {
            match self.outer(depth, slot) {
                Some(value) if value.is_function() => {
                    function = Some(value);
                    break;
                }
                Some(Value::Unknown(Unknown::Any)) => unsure = true,
                _ => {}
            }
        }
        let function = function.or_else(|| method.fallback.clone());
        let callee = function.as_ref().unwrap_or(&Value::None);
        let args = self.args(u, args, Some((base.clone(), left)), callee)?;
        match function {
            // A base of any kind may be a record or a module that has a member of this name.
            Some(_) if unsure || matches!(base, Value::Unknown(Unknown::Any)) => Ok(Value::ANY),
            Some(function) => self.call_value(&function, args, span, method.span),
            None if unsure || matches!(base, Value::Unknown(Unknown::Any)) => Ok(Value::ANY),
            None => {
                let failure = self.no_method(&base, method).at(0, "").at(1, base.type_text());
                self.fail(failure, method.span, &[method.span, left])
            }
        }
    }

    fn no_method(&self, base: &Value, method: &Method) -> Failure {
        let name = &method.name;
        let mut failure = Failure::new("E0110", format!("there is no function `{name}`"));
        if let Value::Record(fields) = base {
            failure.title =
                format!("the record has no field `{name}` and there is no such function");
            let names: Vec<&str> = fields.iter().map(|f| &*f.0).collect();
            failure = failure.note(format!("its fields are {}", names.join(", ")));
        }
        if let Some(spelling) = foreign_member(base, name) {
            return failure.hint(format!("in arr this is {spelling}"));
        }
        if ATTRIBUTES.contains(&&**name) {
            return failure
                .hint(format!("`{name}` is no function: write `.{name}` without brackets"));
        }
        if crate::builtins::builtin(name).is_some() {
            return failure.hint(format!("`{name}` is not a method: write `{name}(...)`"));
        }
        let names = crate::lower::Names::all(self.world);
        match suggest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    }

    /// A field of a record, a name of a module, or a form of a builtin such as
    /// `maximum.accumulate`.
    pub(super) fn member(&self, base: &Value, name: &str) -> Option<Value> {
        match base {
            Value::Record(fields) => fields.iter().find(|f| &*f.0 == name).map(|f| f.1.clone()),
            Value::Module(module) => module.get(name).or_else(|| {
                let dotted = format!("{}.{name}", module.name);
                crate::builtins::builtin(&dotted).map(Value::Builtin)
            }),
            Value::Builtin(builtin) => {
                let dotted = format!("{}.{name}", builtin.name);
                let form = crate::builtins::builtin(&dotted).map(Value::Builtin);
                form.or_else(|| self.world.member_of_function(builtin.name, name))
            }
            _ => None,
        }
    }

    pub(super) fn no_member(&self, module: &crate::function::Module, name: &str) -> Failure {
        let title = format!("the module `{}` has no `{name}`", module.name);
        let failure = Failure::new("E0110", title);
        if let Some(spelling) = suggest::foreign(&format!("{}.{name}", module.name)) {
            return failure.hint(format!("in arr this is {spelling}"));
        }
        if crate::lower::Names::fixed(self.world, name).is_some_and(|v| v.is_function()) {
            return failure.hint(format!("it is in no module: write `{name}(...)`"));
        }
        let names = || module.names.keys().map(|k| &**k).filter(|k| !k.starts_with('_'));
        match suggest::nearest(name, names()).or_else(|| suggest::longer(name, names())) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    }

    fn attribute(&mut self, base: &Value, left: Span, name: &Rc<str>, name_span: Span) -> Eval {
        if let Some(member) = self.member(base, name) {
            return Ok(member);
        }
        let form = || crate::builtins::builtin(&format!("ufunc.{name}"));
        if let (true, Some(form)) = (base.is_function(), form()) {
            return Ok(Value::Method(Rc::new((base.clone(), form))));
        }
        match base {
            Value::Unknown(Unknown::Any) => return Ok(Value::ANY),
            Value::Module(module) => {
                let failure = self.no_member(module, name);
                return self.fail(failure, name_span, &[]);
            }
            _ => {}
        }
        let span = left.to(name_span);
        match array::attribute(self, base, name) {
            Ok(Some(value)) => self.settle(value, span),
            Ok(None) => {
                let failure = self.no_attribute(base, name).at(0, "").at(1, base.type_text());
                self.fail(failure, name_span, &[name_span, left])
            }
            Err(fault) => self.fail(fault, span, &[left]),
        }
    }

    fn no_attribute(&self, base: &Value, name: &str) -> Failure {
        let mut failure = Failure::new("E0110", format!("there is no attribute `{name}`"));
        failure = match base {
            Value::Record(fields) => {
                failure.title = format!("the record has no field `{name}`");
                let names: Vec<&str> = fields.iter().map(|f| &*f.0).collect();
                let near = suggest::nearest(name, names.iter().copied());
                let failure = failure.note(format!("its fields are {}", names.join(", ")));
                match near {
                    Some(near) => return failure.hint(format!("did you mean `{near}`?")),
                    None => failure,
                }
            }
            _ => failure,
        };
        if crate::lower::Names::method(self.world, name).is_some() {
            return failure.hint(format!("it is a function: write `.{name}()`"));
        }
        if let Some(spelling) = foreign_member(base, name) {
            return failure.hint(format!("in arr this is {spelling}"));
        }
        match suggest::nearest(name, ATTRIBUTES.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `.{near}`?")),
            None => failure,
        }
    }

    fn index(&mut self, u: &Unit, base: &Value, left: Span, items: &[Item], span: Span) -> Eval {
        let mut spans = vec![left];
        let Some(items) = self.items(u, items, &mut spans)? else { return Ok(Value::ANY) };
        self.stand(span);
        match array::index(self, base, &items) {
            Ok(value) => self.settle(value, span),
            Err(fault) => self.fail(fault, span, &spans),
        }
    }

    /// Evaluates the items of an index, adding their places; none when (while checking) their
    /// number is unknown.
    pub(super) fn items(
        &mut self,
        u: &Unit,
        items: &[Item],
        spans: &mut Vec<Span>,
    ) -> Result<Option<Vec<Index>>, Fault> {
        let mut out = Vec::with_capacity(items.len());
        let mut known = true;
        for item in items {
            match item {
                Item::Expr(e) => {
                    out.push(match self.eval(u, *e)? {
                        Value::None => Index::NewAxis,
                        value => Index::Value(value),
                    });
                    spans.push(u[*e].span);
                }
                Item::Spread(e) => {
                    let value = self.eval(u, *e)?;
                    let span = u[*e].span;
                    match self.spread(&value, span)? {
                        Some(inner) => {
                            spans.extend(std::iter::repeat_n(span, inner.len()));
                            out.extend(inner.into_iter().map(Index::Value));
                        }
                        None => known = false,
                    }
                }
                Item::Slice(start, stop, step, span) => {
                    let start = self.bound(u, *start)?;
                    let stop = self.bound(u, *stop)?;
                    out.push(Index::Slice(start, stop, self.bound(u, *step)?));
                    spans.push(*span);
                }
                Item::Ellipsis(span) => {
                    out.push(Index::Ellipsis);
                    spans.push(*span);
                }
            }
        }
        Ok(known.then_some(out))
    }

    fn bound(&mut self, u: &Unit, id: Option<ExprId>) -> Result<Option<Value>, Fault> {
        id.map(|e| self.eval(u, e)).transpose()
    }
}

/// Whether a value may be a sequence of a length not known while checking.
pub(super) fn is_open(value: &Value) -> bool {
    match value {
        Value::Unknown(Unknown::Any) => true,
        Value::Array(a) => a.dims().first().is_some_and(|d| d.known().is_none()),
        _ => false,
    }
}

/// Says how `and`, or `or`, is written for the elements of arrays.
fn elementwise_hint(fault: Fault, or: bool) -> Fault {
    let (word, sign) = if or { ("or", "|") } else { ("and", "&") };
    match fault {
        Fault::Failure(failure) if failure.code == "E0172" => {
            let hint = format!(
                "element by element `{word}` is `{sign}`, with brackets: (x > 0) {sign} (x < 1)"
            );
            failure.hint(hint).into()
        }
        other => other,
    }
}

/// How arr says what elsewhere is a method or attribute of a value like this one.
fn foreign_member(base: &Value, name: &str) -> Option<&'static str> {
    let of = match base {
        Value::Builtin(builtin) => builtin.name,
        _ => "x",
    };
    suggest::foreign(&format!("{of}.{name}"))
}
