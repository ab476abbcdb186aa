//! Scopes: one per function, as in Python, and which of its names may be bound.

use crate::bits::Bits;
use crate::hir::Slot;
use arr_syntax::ast::{Ast, Block, Element, ExprId, ExprKind, FPart, IndexItem, StmtKind, Target};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The names of one function or script.
pub(super) struct Scope {
    /// Its variables by name.
    pub names: FxHashMap<Rc<str>, Slot>,
    /// How many variables it has.
    pub size: usize,
    /// Variables of comprehensions around the place being lowered, innermost last.
    pub inner: Vec<(Rc<str>, Slot)>,
    /// The variables that some way to this place may bind; all others are certainly unbound.
    pub bound: Bits,
    /// How many loops there are around the place being lowered.
    pub loops: usize,
    /// Variables that functions inside see.
    pub captured: Vec<Slot>,
    /// Outer variables that this one and functions inside see.
    pub captures: Vec<(u32, Slot)>,
    /// Whether it holds functions.
    pub makes_closures: bool,
}

impl Default for Scope {
    fn default() -> Scope {
        Scope {
            names: FxHashMap::default(),
            size: 0,
            inner: vec![],
            bound: Bits::new(0),
            loops: 0,
            captured: vec![],
            captures: vec![],
            makes_closures: false,
        }
    }
}

impl Scope {
    /// A new variable without a name.
    pub fn hidden(&mut self) -> Slot {
        self.size += 1;
        self.size as Slot - 1
    }

    /// The variable of that name, new if need be.
    pub fn declare(&mut self, name: &str) -> Slot {
        if let Some(&slot) = self.names.get(name) {
            return slot;
        }
        let slot = self.hidden();
        self.names.insert(name.into(), slot);
        slot
    }

    /// The variable a name means in this scope.
    pub fn find(&self, name: &str) -> Option<Slot> {
        let inner = self.inner.iter().rev().find(|i| &*i.0 == name).map(|i| i.1);
        inner.or_else(|| self.names.get(name).copied())
    }

    /// Marks a variable as one that may be bound from here on.
    pub fn bind(&mut self, slot: Slot) {
        self.bound.add(slot);
    }

    /// Whether a variable may be bound here.
    pub fn is_bound(&self, slot: Slot) -> bool {
        self.bound.has(slot)
    }
}

/// Visits the names a block binds in its function's scope, in order.
pub(super) fn bound_names(ast: &Ast, block: &Block, see: &mut dyn FnMut(&str)) {
    let mut todo: Vec<Work<'_>> = block.iter().rev().map(|&s| Work::Stmt(s)).collect();
    drain(ast, &mut todo, see);
}

/// The same for the blocks inside an expression.
pub(super) fn bound_in_expr(ast: &Ast, root: ExprId, see: &mut dyn FnMut(&str)) {
    let mut todo = vec![Work::Expr(root)];
    drain(ast, &mut todo, see);
}

fn drain<'a>(ast: &'a Ast, todo: &mut Vec<Work<'a>>, see: &mut dyn FnMut(&str)) {
    while let Some(work) = todo.pop() {
        match work {
            Work::Stmt(id) => stmt_names(ast, id, todo, see),
            Work::Expr(id) => expr_work(&ast[id].kind, todo),
            Work::Block(block) => todo.extend(block.iter().rev().map(|&s| Work::Stmt(s))),
        }
    }
}

enum Work<'a> {
    Stmt(arr_syntax::ast::StmtId),
    Expr(ExprId),
    Block(&'a Block),
}

fn stmt_names<'a>(
    ast: &'a Ast,
    id: arr_syntax::ast::StmtId,
    todo: &mut Vec<Work<'a>>,
    see: &mut dyn FnMut(&str),
) {
    match &ast[id].kind {
        StmtKind::Bad | StmtKind::Break | StmtKind::Continue | StmtKind::Return(None) => {}
        StmtKind::Expr(e) | StmtKind::Return(Some(e)) => todo.push(Work::Expr(*e)),
        StmtKind::Assign { target, value } | StmtKind::Update { target, value, .. } => {
            target_names(target, see);
            todo.push(Work::Expr(*value));
        }
        StmtKind::Fn { name, .. } => see(&name.name),
        StmtKind::Param { name, default, .. } => {
            see(&name.name);
            todo.push(Work::Expr(*default));
        }
        StmtKind::Import { source, alias, names } => {
            import_names(source, alias, names, &mut |name| see(name));
        }
        StmtKind::For { target, iter, body } => {
            target_names(target, see);
            todo.push(Work::Block(body));
            todo.push(Work::Expr(*iter));
        }
        StmtKind::While { cond, body } => {
            todo.push(Work::Block(body));
            todo.push(Work::Expr(*cond));
        }
        StmtKind::Assert { cond, message } => {
            todo.extend(message.map(Work::Expr));
            todo.push(Work::Expr(*cond));
        }
    }
}

/// Visits the names that an import binds.
pub(super) fn import_names(
    source: &arr_syntax::ast::ImportSource,
    alias: &Option<arr_syntax::ast::Ident>,
    names: &Option<Vec<(arr_syntax::ast::Ident, Option<arr_syntax::ast::Ident>)>>,
    see: &mut dyn FnMut(&str),
) {
    match (names, alias, source) {
        (Some(names), ..) => {
            names.iter().for_each(|(name, alias)| see(&alias.as_ref().unwrap_or(name).name));
        }
        (None, Some(alias), _) => see(&alias.name),
        (None, None, arr_syntax::ast::ImportSource::Module(name)) => see(&name.name),
        (None, None, arr_syntax::ast::ImportSource::File(path, _)) => see(&file_stem(path)),
    }
}

/// The name a script is bound to when its import gives none.
pub(crate) fn file_stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".arr").unwrap_or(name).to_string()
}

fn target_names(target: &Target, see: &mut dyn FnMut(&str)) {
    match target {
        Target::Name(ident) => see(&ident.name),
        Target::Tuple(items, _) => items.iter().for_each(|t| target_names(t, see)),
        Target::Index { .. } | Target::Attr { .. } | Target::Error(_) => {}
    }
}

fn expr_work<'a>(kind: &'a ExprKind, todo: &mut Vec<Work<'a>>) {
    let mut push = |e: ExprId| todo.push(Work::Expr(e));
    let elements = |items: &'a [Element]| items.iter().map(|i| Work::Expr(i.value));
    match kind {
        ExprKind::Array(items) | ExprKind::Tuple(items) => todo.extend(elements(items)),
        ExprKind::Comprehension { item, iter, cond, .. } => {
            [Some(*item), Some(*iter), *cond].into_iter().flatten().for_each(push);
        }
        ExprKind::Unary { arg, .. } => push(*arg),
        ExprKind::Binary { lhs, rhs, .. } => {
            push(*rhs);
            push(*lhs);
        }
        ExprKind::Call { callee, args } => {
            push(*callee);
            args.iter().for_each(|a| push(a.value));
        }
        ExprKind::Attr { base, .. } => push(*base),
        ExprKind::Index { base, items } => {
            push(*base);
            items.iter().for_each(|i| match i {
                IndexItem::Expr(e) | IndexItem::Spread(e) => push(*e),
                IndexItem::Slice { start, stop, step, .. } => {
                    [*start, *stop, *step].into_iter().flatten().for_each(&mut push);
                }
                IndexItem::Ellipsis(_) => {}
            });
        }
        ExprKind::If { cond, then, otherwise } => {
            push(*cond);
            todo.push(Work::Block(then));
            todo.extend(otherwise.as_ref().map(Work::Block));
        }
        ExprKind::FString(parts) => fstring_work(parts, todo),
        _ => {}
    }
}

fn fstring_work<'a>(parts: &'a [FPart], todo: &mut Vec<Work<'a>>) {
    for part in parts {
        if let FPart::Value { value, spec, .. } = part {
            todo.push(Work::Expr(*value));
            fstring_work(spec, todo);
        }
    }
}
