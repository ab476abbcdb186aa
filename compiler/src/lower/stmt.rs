//! Statements, blocks and what can be assigned to.

use super::Lowerer;
use super::scope;
use crate::hir::{self, Block, BlockId, Place, Step, StmtKind};
use arr_syntax::ast;
use arr_syntax::diag::{Diagnostic, Span};
use std::rc::Rc;

impl Lowerer<'_> {
    /// Declares every name that a function's or script's own block binds.
    pub(super) fn declare_block(&mut self, block: &ast::Block) {
        let ast = self.ast;
        let scope = self.scope();
        scope::bound_names(ast, block, &mut |name| {
            scope.declare(name);
        });
    }

    pub(super) fn block(&mut self, block: &ast::Block) -> BlockId {
        let ast = self.ast;
        let mut lowered = Block::default();
        let mut functions: Vec<(&ast::Ident, &ast::Function, Option<&str>)> = vec![];
        for &id in block {
            if let ast::StmtKind::Fn { name, function, doc } = &ast[id].kind {
                self.hoist(name, &functions);
                functions.push((name, function, doc.as_deref()));
            }
        }
        for &(name, function, doc) in &functions {
            let slot = self.scope().declare(&name.name);
            let id = self.function(&name.name, function, doc);
            self.lost(function);
            lowered.functions.push((slot, id));
        }
        for &id in block {
            if !matches!(ast[id].kind, ast::StmtKind::Fn { .. }) {
                let stmt = self.statement(id);
                lowered.stmts.push(stmt);
            }
        }
        // The last one is the value of the block.
        for &id in block.split_last().map_or(&[][..], |(_, before)| before) {
            self.discarded(id);
        }
        self.push_block(lowered)
    }

    fn hoist<'a>(
        &mut self,
        name: &ast::Ident,
        before: &[(&'a ast::Ident, &'a ast::Function, Option<&'a str>)],
    ) {
        if let Some(first) = before.iter().find(|f| f.0.name == name.name) {
            let title = format!("the function `{}` is defined twice in this block", name.name);
            let diagnostic = Diagnostic::error("E0103", title, name.span);
            self.report(diagnostic.label(first.0.span, "first here", false));
        }
        let slot = self.scope().declare(&name.name);
        self.scope().bind(slot);
    }

    fn statement(&mut self, id: ast::StmtId) -> hir::StmtId {
        let ast = self.ast;
        let span = ast[id].span;
        let kind = match &ast[id].kind {
            ast::StmtKind::Bad | ast::StmtKind::Fn { .. } => StmtKind::Nothing,
            ast::StmtKind::Expr(e) => StmtKind::Expr(self.value(*e)),
            ast::StmtKind::Assign { target, value } => {
                let value = self.value(*value);
                StmtKind::Assign(self.place(target), value)
            }
            ast::StmtKind::Update { target, op, op_span, value } => {
                self.update(target, *op, *op_span, *value)
            }
            ast::StmtKind::Param { name, default, .. } => self.param(name, *default),
            ast::StmtKind::Import { source, alias, names } => self.import(source, alias, names),
            ast::StmtKind::For { target, iter, body } => self.for_loop(target, *iter, body),
            ast::StmtKind::While { cond, body } => self.while_loop(*cond, body),
            ast::StmtKind::Break => self.jump(span, true),
            ast::StmtKind::Continue => self.jump(span, false),
            ast::StmtKind::Return(value) => self.give_back(*value, span),
            ast::StmtKind::Assert { cond, message } => {
                let cond = self.value(*cond);
                StmtKind::Assert { cond, message: self.option(*message) }
            }
        };
        self.stmt(kind, span)
    }

    /// A place to assign to; its names are bound from here on.
    pub(super) fn place(&mut self, target: &ast::Target) -> Place {
        match target {
            ast::Target::Name(ident) => {
                let found = self.scope().find(&ident.name);
                let slot = found.unwrap_or_else(|| self.scope().declare(&ident.name));
                self.scope().bind(slot);
                Place::Slot(slot, ident.span)
            }
            ast::Target::Tuple(items, span) => {
                Place::Tuple(items.iter().map(|t| self.place(t)).collect(), *span)
            }
            ast::Target::Index { base, items, span } => {
                let (root, mut steps) = self.path(*base, *span);
                steps.push(Step::Index(self.items(items), *span));
                root.map_or(Place::Error, |slot| Place::Path(slot, steps, *span))
            }
            ast::Target::Attr { base, name, span } => {
                let (root, mut steps) = self.path(*base, *span);
                steps.push(Step::Field(name.name.as_str().into(), name.span));
                root.map_or(Place::Error, |slot| Place::Path(slot, steps, *span))
            }
            ast::Target::Error(_) => Place::Error,
        }
    }

    /// The variable and the steps to the base of an assigned part.
    fn path(&mut self, base: ast::ExprId, span: Span) -> (Option<hir::Slot>, Vec<Step>) {
        let ast = self.ast;
        let mut steps = vec![];
        let mut at = base;
        let name = loop {
            match &ast[at].kind {
                ast::ExprKind::Name(name) => break name,
                ast::ExprKind::Index { base, items } => {
                    steps.push(Step::Index(self.items(items), ast[at].span));
                    at = *base;
                }
                ast::ExprKind::Attr { base, name } => {
                    steps.push(Step::Field(name.name.as_str().into(), name.span));
                    at = *base;
                }
                ast::ExprKind::Error => return (None, steps),
                _ => {
                    let title = "only a part of a variable can be assigned";
                    let diagnostic = Diagnostic::error("E0107", title, ast[at].span)
                        .text("not a variable")
                        .hint("bind this value to a name first, then assign to a part of the name");
                    self.report(diagnostic.label(span, "assigned here", false));
                    return (None, steps);
                }
            }
        };
        steps.reverse();
        (self.changed(name, ast[at].span), steps)
    }

    /// The variable of this function whose value is changed in part.
    fn changed(&mut self, name: &str, span: Span) -> Option<hir::Slot> {
        if let Some(slot) = self.scope().find(name) {
            // Reading it reports when it may be unbound.
            let read = self.expr_for_name(name, span);
            return read.then_some(slot);
        }
        let outside = self.scopes.iter().any(|s| s.find(name).is_some());
        if outside {
            let title =
                format!("`{name}` belongs to an outer scope and cannot be changed from here");
            let diagnostic = Diagnostic::error("E0106", title, span)
                .note("a function sees the values of outer names, but does not change them")
                .hint(format!(
                    "give `{name}` as an argument, change it here and return the new value"
                ));
            self.report(diagnostic);
        } else if self.names.fixed(name).is_some() {
            let title = format!("`{name}` is not a variable");
            self.report(Diagnostic::error("E0107", title, span));
        } else {
            self.expr_for_name(name, span);
        }
        None
    }

    /// Resolves a name for its messages only; whether it is a variable of this function.
    fn expr_for_name(&mut self, name: &str, span: Span) -> bool {
        matches!(self.name(name, span), hir::ExprKind::Local(_))
    }

    fn update(
        &mut self,
        target: &ast::Target,
        op: ast::BinaryOp,
        op_span: Span,
        value: ast::ExprId,
    ) -> StmtKind {
        if let ast::Target::Tuple(_, span) = target {
            let title = "several names cannot be updated at once";
            self.report(Diagnostic::error("E0107", title, *span).hint("write one update per name"));
            return StmtKind::Nothing;
        }
        if let ast::Target::Name(ident) = target {
            let slot = self.scope().declare(&ident.name);
            if !self.scope().is_bound(slot) {
                self.unbound(&ident.name, ident.span, slot);
            }
        }
        let value = self.value(value);
        StmtKind::Update { place: self.place(target), op, op_span, value }
    }

    fn param(&mut self, name: &ast::Ident, default: ast::ExprId) -> StmtKind {
        let default = self.value(default);
        let text: Rc<str> = name.name.as_str().into();
        if self.unit.params.contains(&text) {
            let title = format!("the param `{text}` is declared twice");
            self.report(Diagnostic::error("E0103", title, name.span));
        }
        self.unit.params.push(text.clone());
        let slot = self.scope().declare(&name.name);
        self.scope().bind(slot);
        StmtKind::Param { slot, name: text, default }
    }

    fn import(
        &mut self,
        source: &ast::ImportSource,
        alias: &Option<ast::Ident>,
        names: &Option<Vec<(ast::Ident, Option<ast::Ident>)>>,
    ) -> StmtKind {
        let (path, is_file, span) = match source {
            ast::ImportSource::Module(name) => (name.name.as_str(), false, name.span),
            ast::ImportSource::File(path, span) => (path.as_str(), true, *span),
        };
        let mut slots = vec![];
        scope::import_names(source, alias, names, &mut |name| {
            let scope = self.scopes.last_mut().expect("the script's scope is never left");
            let slot = scope.declare(name);
            scope.bind(slot);
            slots.push(slot);
        });
        let (whole, names) = match names {
            None => (slots.first().copied(), vec![]),
            Some(names) => {
                let taken = |(name, slot): (&(ast::Ident, Option<ast::Ident>), hir::Slot)| {
                    (name.0.name.as_str().into(), name.0.span, slot)
                };
                (None, names.iter().zip(slots).map(taken).collect())
            }
        };
        StmtKind::Import(Box::new(hir::Import { source: path.into(), is_file, span, whole, names }))
    }

    /// Marks the names that a loop's body binds: a later round may see them.
    fn maybe_bound(&mut self, body: &ast::Block) {
        let ast = self.ast;
        let scope = self.scope();
        scope::bound_names(ast, body, &mut |name| {
            let slot = scope.declare(name);
            scope.bind(slot);
        });
    }

    fn for_loop(&mut self, target: &ast::Target, iter: ast::ExprId, body: &ast::Block) -> StmtKind {
        let iter = self.value(iter);
        self.maybe_bound(body);
        let place = self.place(target);
        self.lost_round(target, body);
        let body = self.loop_body(body);
        StmtKind::For { place, iter, body }
    }

    fn while_loop(&mut self, cond: ast::ExprId, body: &ast::Block) -> StmtKind {
        self.maybe_bound(body);
        let cond = self.value(cond);
        let body = self.loop_body(body);
        StmtKind::While { cond, body }
    }

    fn loop_body(&mut self, body: &ast::Block) -> BlockId {
        self.scope().loops += 1;
        let lowered = self.block(body);
        self.scope().loops -= 1;
        if let Some(&last) = body.last() {
            self.discarded(last);
        }
        lowered
    }

    fn jump(&mut self, span: Span, is_break: bool) -> StmtKind {
        if self.scope().loops == 0 {
            let word = if is_break { "break" } else { "continue" };
            let title = format!("`{word}` outside a loop");
            self.report(Diagnostic::error("E0104", title, span));
            return StmtKind::Nothing;
        }
        if is_break { StmtKind::Break } else { StmtKind::Continue }
    }

    fn give_back(&mut self, value: Option<ast::ExprId>, span: Span) -> StmtKind {
        let value = self.option(value);
        if self.scopes.len() == 1 {
            self.report(Diagnostic::error("E0105", "`return` outside a function", span));
            return StmtKind::Nothing;
        }
        StmtKind::Return(value)
    }
}
