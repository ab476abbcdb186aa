//! The cap on how deep expressions nest.
//!
//! Before: any tree. After: no path from the top goes through more than [`MAX_DEPTH`] expressions,
//! the left sides of operators and of calls, indices and attributes not counted (those chains may
//! be of any length, and who walks them uses a loop). What lies deeper is cut off and reported.

use crate::ast::*;
use crate::diag::{Diagnostic, Span};

/// How deep expressions may nest.
pub const MAX_DEPTH: u32 = 300;

enum Node {
    Expr(ExprId, u32),
    Stmt(StmtId, u32),
}

/// Cuts off what is nested too deeply, with one report for each statement of the script.
pub fn limit(ast: &mut Ast) -> Vec<Diagnostic> {
    let top = ast.top.clone();
    top.into_iter().filter_map(|id| limit_statement(ast, id)).collect()
}

fn limit_statement(ast: &mut Ast, id: StmtId) -> Option<Diagnostic> {
    let mut walk = Walk { work: vec![Node::Stmt(id, 0)], depth: 0 };
    let mut too_deep = None;
    while let Some(node) = walk.work.pop() {
        match node {
            Node::Stmt(id, depth) => {
                walk.depth = depth;
                walk.stmt(&ast[id].kind);
            }
            Node::Expr(id, depth) if depth > MAX_DEPTH => {
                let span = ast[id].span;
                ast.exprs[id.0 as usize].kind = ExprKind::Error;
                too_deep.get_or_insert(span);
            }
            Node::Expr(id, depth) => {
                walk.depth = depth;
                walk.expr(&ast[id].kind);
            }
        }
    }
    let title = format!("expressions are nested more than {MAX_DEPTH} deep");
    let hint = "give the inner parts names of their own";
    let place = |span: Span| Span { end: span.start + 1, ..span };
    too_deep.map(place).map(|span| Diagnostic::error("E0009", title, span).hint(hint))
}

struct Walk {
    work: Vec<Node>,
    depth: u32,
}

impl Walk {
    /// A child that nests.
    fn child(&mut self, id: ExprId) {
        self.work.push(Node::Expr(id, self.depth + 1));
    }

    /// The left side of a chain, which does not.
    fn spine(&mut self, id: ExprId) {
        self.work.push(Node::Expr(id, self.depth));
    }

    fn children(&mut self, ids: impl IntoIterator<Item = ExprId>) {
        ids.into_iter().for_each(|id| self.child(id));
    }

    fn block(&mut self, block: &[StmtId]) {
        self.work.extend(block.iter().map(|id| Node::Stmt(*id, self.depth)));
    }

    fn expr(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::FString(parts) => self.parts(parts),
            ExprKind::Array(items) | ExprKind::Tuple(items) => {
                self.children(items.iter().map(|item| item.value));
            }
            ExprKind::Comprehension { item, target, iter, cond } => {
                self.children([*item, *iter].into_iter().chain(*cond));
                self.target(target);
            }
            ExprKind::Unary { arg, .. } => self.child(*arg),
            ExprKind::Binary { lhs, rhs, .. } => {
                self.spine(*lhs);
                self.child(*rhs);
            }
            ExprKind::Call { callee, args } => {
                self.spine(*callee);
                self.children(args.iter().map(|arg| arg.value));
            }
            ExprKind::Attr { base, .. } => self.spine(*base),
            ExprKind::Index { base, items } => {
                self.spine(*base);
                self.items(items);
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::If { cond, then, otherwise } => {
                self.child(*cond);
                self.block(then);
                self.block(otherwise.as_deref().unwrap_or_default());
            }
            _ => {}
        }
    }

    fn stmt(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Expr(value) | StmtKind::Param { default: value, .. } => self.child(*value),
            StmtKind::Assign { target, value } | StmtKind::Update { target, value, .. } => {
                self.target(target);
                self.child(*value);
            }
            StmtKind::Fn { function, .. } => self.function(function),
            StmtKind::For { target, iter, body } => {
                self.target(target);
                self.child(*iter);
                self.block(body);
            }
            StmtKind::While { cond, body } => {
                self.child(*cond);
                self.block(body);
            }
            StmtKind::Return(value) => self.children(*value),
            StmtKind::Assert { cond, message } => {
                self.child(*cond);
                self.children(*message);
            }
            StmtKind::Bad | StmtKind::Import { .. } | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn function(&mut self, function: &Function) {
        self.children(function.params.iter().filter_map(|param| param.default));
        match &function.body {
            Body::Expr(value) => self.child(*value),
            Body::Block(block) => self.block(block),
        }
    }

    /// Targets and specs nest no deeper than brackets do, so recursion is safe for them.
    fn target(&mut self, target: &Target) {
        match target {
            Target::Tuple(items, _) => items.iter().for_each(|item| self.target(item)),
            Target::Index { base, items, .. } => {
                self.spine(*base);
                self.items(items);
            }
            Target::Attr { base, .. } => self.spine(*base),
            Target::Name(_) | Target::Error(_) => {}
        }
    }

    fn items(&mut self, items: &[IndexItem]) {
        for item in items {
            match item {
                IndexItem::Expr(id) | IndexItem::Spread(id) => self.child(*id),
                IndexItem::Slice { start, stop, step, .. } => {
                    self.children([start, stop, step].into_iter().flatten().copied());
                }
                IndexItem::Ellipsis(_) => {}
            }
        }
    }

    fn parts(&mut self, parts: &[FPart]) {
        for part in parts {
            if let FPart::Value { value, spec, .. } = part {
                self.child(*value);
                self.parts(spec);
            }
        }
    }
}
