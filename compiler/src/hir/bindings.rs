//! Where a program binds a variable, for messages.

use super::{BlockId, Body, ExprId, FunctionId, Place, Slot, StmtKind, Unit};
use arr_syntax::diag::Span;

/// The places that bind a variable of a function (none: of the script), in the order of the text.
pub fn binding_places(unit: &Unit, function: Option<FunctionId>, slot: Slot) -> Vec<Span> {
    let mut walk = Walk { unit, slot, blocks: vec![], exprs: vec![], found: vec![] };
    match function.map(|f| unit[f].body) {
        None => walk.blocks.push(unit.top),
        Some(Body::Block(block)) => walk.blocks.push(block),
        Some(Body::Expr(e)) => walk.exprs.push(e),
    }
    walk.run();
    walk.found.sort_by_key(|s| s.start);
    walk.found
}

struct Walk<'a> {
    unit: &'a Unit,
    slot: Slot,
    blocks: Vec<BlockId>,
    exprs: Vec<ExprId>,
    found: Vec<Span>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let unit = self.unit;
        loop {
            if let Some(e) = self.exprs.pop() {
                crate::liveness::children(&unit[e].kind, &mut self.exprs, &mut self.blocks);
            } else if let Some(block) = self.blocks.pop() {
                let own = unit[block].functions.iter().filter(|f| f.0 == self.slot);
                self.found.extend(own.map(|f| unit[f.1].head));
                unit[block].stmts.iter().for_each(|&s| self.stmt(&unit[s].kind, unit[s].span));
            } else {
                return;
            }
        }
    }

    fn stmt(&mut self, kind: &StmtKind, span: Span) {
        match kind {
            StmtKind::Expr(e) | StmtKind::Return(Some(e)) => self.exprs.push(*e),
            StmtKind::Assign(place, e) => {
                self.place(place);
                self.exprs.push(*e);
            }
            StmtKind::Update { value, .. } => self.exprs.push(*value),
            StmtKind::Param { slot, .. } if *slot == self.slot => self.found.push(span),
            StmtKind::Import(import) => {
                let names = import.names.iter().map(|n| (n.2, n.1));
                let all = names.chain(import.whole.map(|slot| (slot, import.span)));
                let own = all.filter(|n| n.0 == self.slot);
                self.found.extend(own.map(|n| n.1));
            }
            StmtKind::For { place, iter, body } => {
                self.place(place);
                self.exprs.push(*iter);
                self.blocks.push(*body);
            }
            StmtKind::While { cond, body } => {
                self.exprs.push(*cond);
                self.blocks.push(*body);
            }
            StmtKind::Assert { cond, message } => {
                self.exprs.push(*cond);
                self.exprs.extend(*message);
            }
            _ => {}
        }
    }

    fn place(&mut self, place: &Place) {
        match place {
            Place::Slot(slot, span) if *slot == self.slot => self.found.push(*span),
            Place::Tuple(items, _) => items.iter().for_each(|p| self.place(p)),
            _ => {}
        }
    }
}
