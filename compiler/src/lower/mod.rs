//! From the syntax tree to [`crate::hir`]: names, scopes, definite assignment, sugar.
//!
//! Before: any tree the parser gives, errors included. After: a unit in which every name is
//! resolved, and every message about names; lowering never fails and never stops at the first
//! error. Chains on the left are followed in loops; everything else nests at most as deep as the
//! parser allows.

mod contract;
mod expr;
mod names;
mod scope;
mod stmt;
mod unused;

pub use names::Names;
pub(crate) use names::{CONSTANTS, constant as constant_value};
pub(crate) use scope::file_stem as file_name;

use crate::hir::{self, Slot, Unit};
use arr_syntax::ast::Ast;
use arr_syntax::diag::{Diagnostic, FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use scope::Scope;
use std::rc::Rc;

/// What lowering is given besides the tree.
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// Its number.
    pub file: FileId,
    /// Whether it belongs to the standard library.
    pub library: bool,
    /// Whether its top-level variables outlive the run.
    pub keep_top: bool,
    /// Top-level variables that exist already, and whether each is bound.
    pub known: &'a FxHashMap<Rc<str>, Slot>,
    /// Of these the ones that are bound.
    pub bound: &'a dyn Fn(Slot) -> bool,
}

/// Lowers one source text.
pub fn lower(ast: &Ast, source: &Source<'_>, names: &dyn Names) -> (Unit, Vec<Diagnostic>) {
    let unit = Unit { file: source.file, library: source.library, ..Unit::default() };
    let mut top = Scope::default();
    for (name, &slot) in source.known {
        top.size = top.size.max(slot as usize + 1);
        top.names.insert(name.clone(), slot);
        if (source.bound)(slot) {
            top.bind(slot);
        }
    }
    let mut lowerer = Lowerer {
        ast,
        text: source.text,
        names,
        unit,
        scopes: vec![top],
        diagnostics: vec![],
        reported: FxHashSet::default(),
    };
    lowerer.declare_block(&ast.top);
    let top = lowerer.block(&ast.top);
    let Lowerer { mut unit, mut scopes, diagnostics, .. } = lowerer;
    let scope = scopes.swap_remove(0);
    unit.top = top;
    unit.size = scope.size;
    unit.names = scope.names;
    unit.deaths = crate::liveness::analyse(&unit, source.keep_top, &scope.captured);
    (unit, diagnostics)
}

struct Lowerer<'a> {
    ast: &'a Ast,
    text: &'a str,
    names: &'a dyn Names,
    unit: Unit,
    /// The script, then the functions around the place being lowered.
    scopes: Vec<Scope>,
    diagnostics: Vec<Diagnostic>,
    /// Unknown names already reported.
    reported: FxHashSet<Rc<str>>,
}

impl Lowerer<'_> {
    fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("the script's scope is never left")
    }

    fn expr(&mut self, kind: hir::ExprKind, span: Span) -> hir::ExprId {
        self.unit.exprs.push(hir::Expr { kind, span });
        hir::ExprId(self.unit.exprs.len() as u32 - 1)
    }

    fn stmt(&mut self, kind: hir::StmtKind, span: Span) -> hir::StmtId {
        self.unit.stmts.push(hir::Stmt { kind, span });
        hir::StmtId(self.unit.stmts.len() as u32 - 1)
    }

    fn push_block(&mut self, block: hir::Block) -> hir::BlockId {
        self.unit.blocks.push(block);
        hir::BlockId(self.unit.blocks.len() as u32 - 1)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn slice(&self, span: Span) -> Rc<str> {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("").into()
    }
}
