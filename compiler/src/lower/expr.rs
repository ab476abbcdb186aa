//! Expressions.

use super::Lowerer;
use super::scope::Scope;
use crate::hir::{self, Arg, Element, ExprId, ExprKind, FormatPart, Item, Method, Slot};
use crate::suggest;
use crate::value::Value;
use arr_syntax::ast;
use arr_syntax::ast::{BinaryOp, UnaryOp};
use arr_syntax::diag::{Diagnostic, Span};
use std::rc::Rc;

impl Lowerer<'_> {
    /// Lowers an expression: down its chain on the left in a loop, then up again.
    pub(super) fn value(&mut self, id: ast::ExprId) -> ExprId {
        let ast = self.ast;
        let mut chain = vec![];
        let mut at = id;
        loop {
            let next = match &ast[at].kind {
                ast::ExprKind::Binary { lhs, .. } => *lhs,
                ast::ExprKind::Call { callee, .. } => match &ast[*callee].kind {
                    ast::ExprKind::Attr { base, .. } => *base,
                    _ => *callee,
                },
                ast::ExprKind::Attr { base, .. } | ast::ExprKind::Index { base, .. } => *base,
                _ => break,
            };
            chain.push(at);
            at = next;
        }
        let mut lowered = match self.foreign_prefix(at, &chain) {
            Some(error) => error,
            None => self.leaf(at),
        };
        while let Some(id) = chain.pop() {
            lowered = self.link(id, lowered);
        }
        lowered
    }

    pub(super) fn option(&mut self, id: Option<ast::ExprId>) -> Option<ExprId> {
        id.map(|e| self.value(e))
    }

    /// One link of a chain, its left part lowered.
    fn link(&mut self, id: ast::ExprId, left: ExprId) -> ExprId {
        let ast = self.ast;
        let span = ast[id].span;
        let kind = match &ast[id].kind {
            ast::ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), rhs, .. } => {
                let right = self.value(*rhs);
                match op {
                    BinaryOp::And => ExprKind::And(left, right),
                    _ => ExprKind::Or(left, right),
                }
            }
            ast::ExprKind::Binary { op, lhs, rhs, op_span } => {
                let rhs = match (op, &ast[*lhs].kind, self.fraction(*rhs)) {
                    (BinaryOp::Pow, ast::ExprKind::Int(_), Some(power)) => power,
                    _ => self.value(*rhs),
                };
                ExprKind::Binary { op: *op, lhs: left, rhs, op_span: *op_span }
            }
            ast::ExprKind::Call { callee, args } => match &ast[*callee].kind {
                ast::ExprKind::Attr { name, .. } => {
                    let method = Box::new(self.method(name));
                    ExprKind::Method { base: left, method, args: self.args(args) }
                }
                _ => ExprKind::Call { callee: left, args: self.args(args) },
            },
            ast::ExprKind::Attr { name, .. } => {
                let (name, name_span) = (name.name.as_str().into(), name.span);
                ExprKind::Attr { base: left, name, name_span }
            }
            ast::ExprKind::Index { items, .. } => {
                ExprKind::Index { base: left, items: self.items(items) }
            }
            _ => ExprKind::Error,
        };
        self.expr(kind, span)
    }

    /// An expression that is no chain.
    fn leaf(&mut self, id: ast::ExprId) -> ExprId {
        let ast = self.ast;
        let span = ast[id].span;
        let kind = match &ast[id].kind {
            ast::ExprKind::Int(n) => self.int(*n, span),
            ast::ExprKind::Float(v) => ExprKind::Fixed(Value::Float(*v)),
            ast::ExprKind::Imaginary(v) => ExprKind::Fixed(Value::Complex(0.0, *v)),
            ast::ExprKind::Bool(v) => ExprKind::Fixed(Value::Bool(*v)),
            ast::ExprKind::None => ExprKind::Fixed(Value::None),
            ast::ExprKind::Str(text) => ExprKind::Fixed(Value::text(text)),
            ast::ExprKind::FString(parts) => ExprKind::Format(self.format(parts)),
            ast::ExprKind::Name(name) => self.name(name, span),
            ast::ExprKind::Array(items) => ExprKind::Array(self.elements(items)),
            ast::ExprKind::Tuple(items) => ExprKind::Tuple(self.elements(items)),
            ast::ExprKind::Comprehension { item, target, iter, cond } => {
                self.comprehension(*item, target, *iter, *cond)
            }
            ast::ExprKind::Unary { op, arg } => self.unary(*op, *arg),
            ast::ExprKind::Function(function) => {
                let id = self.function("fn", function, None);
                ExprKind::Function(id)
            }
            ast::ExprKind::If { .. } => self.conditional(id),
            _ => ExprKind::Error,
        };
        self.expr(kind, span)
    }

    fn int(&mut self, n: u64, span: Span) -> ExprKind {
        match i64::try_from(n) {
            Ok(n) => ExprKind::Fixed(Value::Int(n)),
            Err(_) => {
                let title = "this integer does not fit int64";
                let hint =
                    "write it as a float (`9.3e18`); the largest int64 is 9223372036854775807";
                self.report(Diagnostic::error("E0007", title, span).hint(hint));
                ExprKind::Error
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, arg: ast::ExprId) -> ExprKind {
        if let (UnaryOp::Neg, ast::ExprKind::Int(n)) = (op, &self.ast[arg].kind)
            && *n == 1 << 63
        {
            return ExprKind::Fixed(Value::Int(i64::MIN));
        }
        ExprKind::Unary(op, self.value(arg))
    }

    /// A negative whole number that is written out, as a float: a number that is written out to this
    /// power is one.
    fn fraction(&mut self, power: ast::ExprId) -> Option<ExprId> {
        let ast = self.ast;
        let ast::ExprKind::Unary { op: UnaryOp::Neg, arg } = &ast[power].kind else { return None };
        let ast::ExprKind::Int(n @ 1..) = &ast[*arg].kind else { return None };
        let kind = ExprKind::Fixed(Value::Float(-(*n as f64)));
        Some(self.expr(kind, ast[power].span))
    }

    fn elements(&mut self, items: &[ast::Element]) -> Vec<Element> {
        items.iter().map(|i| Element { value: self.value(i.value), spread: i.spread }).collect()
    }

    fn args(&mut self, args: &[ast::Arg]) -> Vec<Arg> {
        let mut out = vec![];
        for arg in args {
            let keyword = arg.keyword.as_ref().map(|k| (k.name.as_str().into(), k.span));
            out.push(Arg { keyword, spread: arg.spread, value: self.value(arg.value) });
        }
        out
    }

    pub(super) fn items(&mut self, items: &[ast::IndexItem]) -> Vec<Item> {
        items
            .iter()
            .map(|item| match item {
                ast::IndexItem::Expr(e) => Item::Expr(self.value(*e)),
                ast::IndexItem::Spread(e) => Item::Spread(self.value(*e)),
                ast::IndexItem::Slice { start, stop, step, span } => {
                    let start = self.option(*start);
                    let stop = self.option(*stop);
                    Item::Slice(start, stop, self.option(*step), *span)
                }
                ast::IndexItem::Ellipsis(span) => Item::Ellipsis(*span),
            })
            .collect()
    }

    fn format(&mut self, parts: &[ast::FPart]) -> Vec<FormatPart> {
        let mut out = vec![];
        for part in parts {
            match part {
                ast::FPart::Text(text) => out.push(FormatPart::Text(text.as_str().into())),
                ast::FPart::Value { value, debug, conversion, spec } => {
                    let value = self.value(*value);
                    let spec = self.format(spec);
                    let mut conversion = *conversion;
                    if let Some(text) = debug {
                        out.push(FormatPart::Text(text.as_str().into()));
                        if conversion.is_none() && spec.is_empty() {
                            conversion = Some('r');
                        }
                    }
                    out.push(FormatPart::Value { value, conversion, spec });
                }
            }
        }
        out
    }

    fn comprehension(
        &mut self,
        item: ast::ExprId,
        target: &ast::Target,
        iter: ast::ExprId,
        cond: Option<ast::ExprId>,
    ) -> ExprKind {
        let iter = self.value(iter);
        let before = self.scope().inner.len();
        self.inner_names(target);
        let target = self.place(target);
        let cond = self.option(cond);
        let item = self.value(item);
        self.scope().inner.truncate(before);
        ExprKind::Comprehension(Box::new(hir::Comprehension { item, target, iter, cond }))
    }

    fn inner_names(&mut self, target: &ast::Target) {
        match target {
            ast::Target::Name(ident) => {
                let slot = self.scope().hidden();
                self.scope().inner.push((ident.name.as_str().into(), slot));
            }
            ast::Target::Tuple(items, _) => items.iter().for_each(|t| self.inner_names(t)),
            _ => {}
        }
    }

    /// `if`: the chain of `else if` becomes one list of arms.
    fn conditional(&mut self, id: ast::ExprId) -> ExprKind {
        let ast = self.ast;
        let mut arms = vec![];
        let mut at = id;
        let last = loop {
            let ast::ExprKind::If { cond, then, otherwise } = &ast[at].kind else { break None };
            let cond = self.value(*cond);
            arms.push((cond, self.block(then)));
            let Some(otherwise) = otherwise else { break None };
            match otherwise[..] {
                [only] => match ast[only].kind {
                    ast::StmtKind::Expr(e) if is_if(ast, e) => at = e,
                    _ => break Some(otherwise),
                },
                _ => break Some(otherwise),
            }
        };
        let otherwise = match last {
            Some(block) => self.block(block),
            None => self.push_block(hir::Block::default()),
        };
        ExprKind::If { arms, otherwise }
    }

    /// What a name means where it is read.
    pub(super) fn name(&mut self, name: &str, span: Span) -> ExprKind {
        let last = self.scopes.len() - 1;
        for depth in 0..=last {
            let Some(slot) = self.scopes[last - depth].find(name) else { continue };
            if depth > 0 {
                self.capture(depth, slot);
                return ExprKind::Outer(depth as u32, slot);
            }
            let scope = &self.scopes[last];
            if scope.is_bound(slot) {
                return ExprKind::Local(slot);
            }
            if let Some(value) = self.names.fixed(name) {
                return ExprKind::Fixed(value);
            }
            self.unbound(name, span, slot);
            return ExprKind::Error;
        }
        match self.names.fixed(name) {
            Some(value) => ExprKind::Fixed(value),
            None => {
                self.unknown(name, span);
                ExprKind::Error
            }
        }
    }

    /// Notes that the running function sees a variable so many levels out.
    fn capture(&mut self, depth: usize, slot: Slot) {
        let last = self.scopes.len() - 1;
        for level in 0..depth {
            let seen = (depth - level) as u32;
            let captures = &mut self.scopes[last - level].captures;
            if !captures.contains(&(seen, slot)) {
                captures.push((seen, slot));
            }
        }
        let captured = &mut self.scopes[last - depth].captured;
        if !captured.contains(&slot) {
            captured.push(slot);
        }
    }

    pub(super) fn unbound(&mut self, name: &str, span: Span, slot: Slot) {
        let last = self.scopes.len() - 1;
        let title = format!("`{name}` is used before it is bound");
        let mut diagnostic = Diagnostic::error("E0101", title, span);
        let outside = self.scopes[..last].iter().any(|s: &Scope| s.find(name).is_some());
        diagnostic = if outside {
            diagnostic
                .note(format!("assigning to `{name}` makes it a variable of this function"))
                .hint("give the outer value as an argument, or use another name inside")
        } else {
            diagnostic
        };
        self.report(diagnostic);
        self.scope().bind(slot);
    }

    fn unknown(&mut self, name: &str, span: Span) {
        if !self.reported.insert(name.into()) {
            return;
        }
        let mut diagnostic = Diagnostic::error("E0100", format!("unknown name `{name}`"), span);
        if let Some(spelling) = suggest::foreign(name) {
            self.report(diagnostic.hint(format!("in arr this is {}", quoted(spelling))));
            return;
        }
        if suggest::PREFIXES.contains(&name) {
            self.report(
                diagnostic.hint("functions have no prefix: write `exp(x)`, `linalg.qr(x)`"),
            );
            return;
        }
        let mut names = self.names.all();
        for scope in &self.scopes {
            names.extend(scope.names.keys().map(|k| k.to_string()));
        }
        let near = suggest::nearest(name, names.iter().map(|n| n.as_str()));
        if let Some(whole) = suggest::in_module(name).filter(|_| !name.starts_with('_')) {
            diagnostic = diagnostic.hint(format!("it is in a module: `{whole}`"));
        } else if let Some(near) = near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    /// `np.mean(...)`: the prefix is not needed, which is all there is to say.
    fn foreign_prefix(&mut self, leaf: ast::ExprId, chain: &[ast::ExprId]) -> Option<ExprId> {
        let ast = self.ast;
        let ast::ExprKind::Name(name) = &ast[leaf].kind else { return None };
        if !suggest::PREFIXES.contains(&name.as_str()) || self.is_known(name) {
            return None;
        }
        let mut path: Vec<&str> = vec![];
        for &link in chain.iter().rev() {
            let attr = match &ast[link].kind {
                ast::ExprKind::Call { callee, .. } => *callee,
                _ => link,
            };
            let ast::ExprKind::Attr { name, .. } = &ast[attr].kind else { break };
            path.push(&name.name);
            if attr != link {
                break;
            }
        }
        if path.is_empty() {
            return None;
        }
        let span = ast[leaf].span;
        let written = path.join(".");
        let spelling = suggest::foreign(&written).unwrap_or(&written);
        let diagnostic = Diagnostic::error("E0100", format!("unknown name `{name}`"), span)
            .note("functions have no prefix here")
            .hint(format!("write {}", quoted(spelling)));
        self.report(diagnostic);
        Some(self.expr(ExprKind::Error, span))
    }

    fn is_known(&self, name: &str) -> bool {
        self.scopes.iter().any(|s| s.find(name).is_some()) || self.names.fixed(name).is_some()
    }

    /// The variables and the function that `x.name(...)` may mean.
    fn method(&mut self, name: &ast::Ident) -> Method {
        let last = self.scopes.len() - 1;
        let mut variables = vec![];
        for depth in 0..=last {
            if let Some(slot) = self.scopes[last - depth].find(&name.name) {
                if depth > 0 {
                    self.capture(depth, slot);
                }
                variables.push((depth as u32, slot));
            }
        }
        Method {
            name: name.name.as_str().into(),
            span: name.span,
            variables,
            fallback: self.names.method(&name.name),
        }
    }

    /// Lowers a function with a scope of its own.
    pub(super) fn function(
        &mut self,
        name: &str,
        function: &ast::Function,
        doc: Option<&str>,
    ) -> hir::FunctionId {
        self.scope().makes_closures = true;
        self.scopes.push(Scope::default());
        let params = self.params(&function.params);
        let result = function.result.as_ref().map(|t| self.contract(t));
        let letters = self.letters(&params);
        let body = match &function.body {
            ast::Body::Expr(e) => {
                let ast = self.ast;
                super::scope::bound_in_expr(ast, *e, &mut |name| {
                    self.scopes.last_mut().expect("pushed above").declare(name);
                });
                hir::Body::Expr(self.value(*e))
            }
            ast::Body::Block(block) => {
                self.declare_block(block);
                hir::Body::Block(self.block(block))
            }
        };
        let scope = self.scopes.pop().expect("pushed above");
        let head = self.slice(function.head);
        self.unit.functions.push(hir::Function {
            name: name.into(),
            signature: signature(&head),
            doc: doc.map(Into::into),
            params,
            result,
            letters,
            body,
            size: scope.size,
            captured: scope.captured,
            captures: scope.captures,
            head: function.head,
            makes_closures: scope.makes_closures,
        });
        hir::FunctionId(self.unit.functions.len() as u32 - 1)
    }

    fn params(&mut self, params: &[ast::ParamDecl]) -> Vec<hir::Param> {
        let mut slots = vec![];
        for param in params {
            let slot = self.scope().declare(&param.name.name);
            self.scope().bind(slot);
            slots.push(slot);
        }
        let mut out = vec![];
        for (param, slot) in params.iter().zip(slots) {
            out.push(hir::Param {
                name: param.name.name.as_str().into(),
                slot,
                span: param.name.span,
                rest: param.rest,
                contract: param.contract.as_ref().map(|t| self.contract(t)),
                default: self.option(param.default),
            });
        }
        out
    }

    /// Declares the letters of contracts that are not parameters themselves.
    fn letters(&mut self, params: &[hir::Param]) -> Vec<(Rc<str>, Slot)> {
        let mut names: Vec<Rc<str>> = vec![];
        for contract in params.iter().filter_map(|p| p.contract.as_ref()) {
            super::contract::letters(contract, &mut |letter| {
                if !names.iter().any(|n| &**n == letter) {
                    names.push(letter.into());
                }
            });
        }
        names.retain(|n| !params.iter().any(|p| p.name == *n));
        let scope = self.scope();
        let bind = |name: Rc<str>| {
            let slot = scope.declare(&name);
            scope.bind(slot);
            (name, slot)
        };
        names.into_iter().map(bind).collect()
    }
}

fn is_if(ast: &ast::Ast, id: ast::ExprId) -> bool {
    matches!(ast[id].kind, ast::ExprKind::If { .. })
}

fn quoted(spelling: &str) -> String {
    match spelling.contains('`') || spelling.contains(": ") {
        true => spelling.to_string(),
        false => format!("`{spelling}`"),
    }
}

/// The parameters within a head such as `fn f(a, b=1) -> int64`.
fn signature(head: &str) -> Rc<str> {
    let start = head.find('(').map_or(0, |i| i + 1);
    let mut depth = 1;
    for (i, c) in head[start..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return head[start..start + i].trim().into();
        }
    }
    head[start..].trim().into()
}
