//! Liveness: which variables may still be read after each statement.
//!
//! Before: a lowered unit. After: [`Deaths`], which says per statement which variables it reads
//! last, per block which variables die on the way into it, and per loop which die when it ends.
//! The evaluator unbinds them there, so that at any moment exactly the variables that may still be
//! read are bound, but for those that the running statement itself reads last or overwrites.
//! Variables that closures see live as long as their frame, and are never listed.

use crate::bits::Bits;
use crate::hir::{
    BlockId, Body, Expr, ExprId, ExprKind, FormatPart, FunctionId, Item, Place, Slot, Step, Stmt,
    StmtId, StmtKind, Unit,
};
use rustc_hash::FxHashMap;

/// Where variables die.
#[derive(Default)]
pub struct Deaths {
    here: Vec<Box<[Slot]>>,
    exit: Vec<Box<[Slot]>>,
    entry: Vec<Box<[Slot]>>,
}

impl Deaths {
    /// The variables that the statement (a loop's or an `if`'s condition, a `for`'s sequence) reads
    /// last, or binds in vain.
    pub fn here(&self, stmt: StmtId) -> &[Slot] {
        self.here.get(stmt.0 as usize).map_or(&[], |s| s)
    }

    /// The variables that die when this loop ends.
    pub fn exit(&self, stmt: StmtId) -> &[Slot] {
        self.exit.get(stmt.0 as usize).map_or(&[], |s| s)
    }

    /// The variables that die on the way into this block.
    pub fn entry(&self, block: BlockId) -> &[Slot] {
        self.entry.get(block.0 as usize).map_or(&[], |s| s)
    }
}

/// The deaths of a whole unit. `keep_top`: the top-level variables outlive the run.
pub fn analyse(unit: &Unit, keep_top: bool, captured: &[Slot]) -> Deaths {
    let mut deaths = Deaths {
        here: vec![Box::default(); unit.stmts.len()],
        exit: vec![Box::default(); unit.stmts.len()],
        entry: vec![Box::default(); unit.blocks.len()],
    };
    for (i, function) in unit.functions.iter().enumerate() {
        analyse_function(unit, FunctionId(i as u32), &function.captured, &mut deaths);
    }
    if !keep_top {
        let mut walk = Walk::new(unit, unit.size, captured, &mut deaths);
        let out = walk.always.clone();
        walk.block(unit.top, out);
    }
    deaths
}

fn analyse_function(unit: &Unit, id: FunctionId, captured: &[Slot], deaths: &mut Deaths) {
    let function = &unit[id];
    let mut walk = Walk::new(unit, function.size, captured, deaths);
    let out = walk.always.clone();
    match function.body {
        Body::Expr(e) => walk.nested_blocks(e, &out),
        Body::Block(b) => {
            walk.block(b, out);
        }
    }
}

/// What a block does to variables: reads them before binding them; binds them on every way
/// through to its end (none: no way reaches its end).
struct Effect {
    reads: Bits,
    binds: Option<Bits>,
}

struct Walk<'a> {
    unit: &'a Unit,
    size: usize,
    always: Bits,
    deaths: &'a mut Deaths,
    /// What a loop's body reads before binding it.
    loops: FxHashMap<StmtId, Bits>,
    /// Live after the loop, and at its head, innermost last.
    targets: Vec<(Bits, Bits)>,
}

impl<'a> Walk<'a> {
    fn new(unit: &'a Unit, size: usize, captured: &[Slot], deaths: &'a mut Deaths) -> Walk<'a> {
        let mut always = Bits::new(size);
        captured.iter().for_each(|&s| always.add(s));
        Walk { unit, size, always, deaths, loops: FxHashMap::default(), targets: vec![] }
    }

    fn reads(&self, exprs: &[Option<ExprId>]) -> Bits {
        let mut bits = Bits::new(self.size);
        for &e in exprs.iter().flatten() {
            visit(self.unit, e, &mut |expr| match &expr.kind {
                ExprKind::Local(slot) => bits.add(*slot),
                ExprKind::Method { method, .. } => {
                    let own = method.variables.iter().filter(|v| v.0 == 0);
                    own.for_each(|v| bits.add(v.1));
                }
                _ => {}
            });
        }
        bits
    }

    fn place_reads(&self, place: &Place, bits: &mut Bits) {
        match place {
            Place::Slot(..) | Place::Error => {}
            Place::Tuple(items, _) => items.iter().for_each(|p| self.place_reads(p, bits)),
            Place::Path(slot, steps, _) => {
                bits.add(*slot);
                for step in steps {
                    if let Step::Index(items, _) = step {
                        let exprs: Vec<Option<ExprId>> =
                            items.iter().flat_map(item_exprs).collect();
                        bits.unite(&self.reads(&exprs));
                    }
                }
            }
        }
    }

    /// Reads and definite bindings of one statement, memoising those of loops.
    fn effect(&mut self, id: StmtId) -> Effect {
        let unit = self.unit;
        let mut binds = Bits::new(self.size);
        let mut reads = self.reads(&own_exprs(unit, id));
        match &unit[id].kind {
            StmtKind::Break | StmtKind::Continue => return Effect { reads, binds: None },
            StmtKind::Return(_) => return Effect { reads, binds: None },
            StmtKind::Assign(place, _) => {
                self.place_reads(place, &mut reads);
                place_binds(place, &mut |s| binds.add(s));
            }
            StmtKind::Update { place, .. } => {
                self.place_reads(place, &mut reads);
                place_binds(place, &mut |s| {
                    reads.add(s);
                    binds.add(s);
                });
            }
            StmtKind::Param { slot, .. } => binds.add(*slot),
            StmtKind::Import(import) => {
                import.whole.iter().for_each(|&s| binds.add(s));
                import.names.iter().for_each(|n| binds.add(n.2));
            }
            StmtKind::Expr(e) => {
                if let ExprKind::If { arms, otherwise } = &unit[*e].kind {
                    return self.if_effect(arms, *otherwise);
                }
            }
            StmtKind::For { place, body, .. } => {
                let mut inner = self.block_effect(*body).reads;
                place_binds(place, &mut |s| inner.remove(s));
                self.place_reads(place, &mut inner);
                reads.unite(&inner);
                self.loops.insert(id, inner);
            }
            StmtKind::While { body, .. } => {
                let inner = self.block_effect(*body).reads;
                reads.unite(&inner);
                self.loops.insert(id, reads.clone());
            }
            StmtKind::Nothing | StmtKind::Assert { .. } => {}
        }
        Effect { reads, binds: Some(binds) }
    }

    fn if_effect(&mut self, arms: &[(ExprId, BlockId)], otherwise: BlockId) -> Effect {
        let last = self.block_effect(otherwise);
        let (mut reads, mut binds) = (last.reads, last.binds);
        for &(cond, block) in arms {
            reads.unite(&self.reads(&[Some(cond)]));
            let arm = self.block_effect(block);
            reads.unite(&arm.reads);
            binds = match (binds, arm.binds) {
                (Some(mut a), Some(b)) => {
                    a.intersect(&b);
                    Some(a)
                }
                (a, b) => a.or(b),
            };
        }
        Effect { reads, binds }
    }

    fn block_effect(&mut self, id: BlockId) -> Effect {
        let unit = self.unit;
        let mut reads = Bits::new(self.size);
        let mut binds = Bits::new(self.size);
        unit[id].functions.iter().for_each(|f| binds.add(f.0));
        for &stmt in &unit[id].stmts {
            let effect = self.effect(stmt);
            reads.unite(&effect.reads.without(&binds));
            match effect.binds {
                Some(b) => binds.unite(&b),
                None => return Effect { reads, binds: None },
            }
        }
        Effect { reads, binds: Some(binds) }
    }

    /// Walks a block backwards from what is live after it; gives what is live before it.
    fn block(&mut self, id: BlockId, mut live: Bits) -> Bits {
        let unit = self.unit;
        for &stmt in unit[id].stmts.iter().rev() {
            live = self.stmt(stmt, live);
        }
        unit[id].functions.iter().for_each(|f| live.remove(f.0));
        live.unite(&self.always);
        live
    }

    fn stmt(&mut self, id: StmtId, live: Bits) -> Bits {
        let unit = self.unit;
        match &unit[id].kind {
            StmtKind::Expr(e) => {
                if let ExprKind::If { arms, otherwise } = &unit[*e].kind {
                    return self.if_stmt(id, arms, *otherwise, live);
                }
            }
            StmtKind::For { place, iter, body } => {
                return self.for_stmt(id, place, *iter, *body, live);
            }
            StmtKind::While { cond, body } => return self.while_stmt(id, *cond, *body, live),
            _ => {}
        }
        let mut after = live;
        match &unit[id].kind {
            StmtKind::Return(_) => after = self.always.clone(),
            StmtKind::Break => after = self.targets.last().map_or(after, |t| t.0.clone()),
            StmtKind::Continue => after = self.targets.last().map_or(after, |t| t.1.clone()),
            _ => {}
        }
        for e in own_exprs(unit, id).into_iter().flatten() {
            self.nested_blocks(e, &after);
        }
        let (reads, binds) = self.simple(id);
        let mut dead = reads.clone();
        dead.unite(&binds);
        self.deaths.here[id.0 as usize] = dead.without(&after).without(&self.always).slots();
        let mut before = after.without(&binds);
        before.unite(&reads);
        before
    }

    /// Reads and bindings of a statement without blocks.
    fn simple(&mut self, id: StmtId) -> (Bits, Bits) {
        let effect = self.effect(id);
        (effect.reads, effect.binds.unwrap_or_else(|| Bits::new(self.size)))
    }

    fn if_stmt(
        &mut self,
        id: StmtId,
        arms: &[(ExprId, BlockId)],
        otherwise: BlockId,
        live: Bits,
    ) -> Bits {
        let blocks: Vec<BlockId> = arms.iter().map(|a| a.1).chain([otherwise]).collect();
        let befores: Vec<Bits> = blocks.iter().map(|&b| self.block(b, live.clone())).collect();
        let mut inside = Bits::new(self.size);
        befores.iter().for_each(|b| inside.unite(b));
        for (&block, before) in blocks.iter().zip(&befores) {
            self.deaths.entry[block.0 as usize] = inside.without(before).slots();
        }
        let conds: Vec<Option<ExprId>> = arms.iter().map(|a| Some(a.0)).collect();
        for cond in conds.iter().flatten() {
            self.nested_blocks(*cond, &inside);
        }
        let reads = self.reads(&conds);
        // What every arm binds anew is not needed any more either, but lives on after the `if`.
        let dead = reads.without(&inside).without(&live).without(&self.always);
        self.deaths.here[id.0 as usize] = dead.slots();
        inside.unite(&reads);
        inside
    }

    fn for_stmt(
        &mut self,
        id: StmtId,
        place: &Place,
        iter: ExprId,
        body: BlockId,
        out: Bits,
    ) -> Bits {
        let mut head = out.clone();
        head.unite(&self.loop_reads(id));
        self.targets.push((out.clone(), head.clone()));
        let before_body = self.block(body, head.clone());
        self.targets.pop();
        let mut kept = before_body;
        place_binds(place, &mut |s| kept.add(s));
        self.place_reads(place, &mut kept);
        self.deaths.entry[body.0 as usize] = head.without(&kept).slots();
        self.deaths.exit[id.0 as usize] = head.without(&out).slots();
        self.nested_blocks(iter, &head);
        let reads = self.reads(&[Some(iter)]);
        self.deaths.here[id.0 as usize] = reads.without(&head).without(&self.always).slots();
        head.unite(&reads);
        head
    }

    fn while_stmt(&mut self, id: StmtId, cond: ExprId, body: BlockId, out: Bits) -> Bits {
        let mut head = out.clone();
        head.unite(&self.loop_reads(id));
        self.targets.push((out.clone(), head.clone()));
        let before_body = self.block(body, head.clone());
        self.targets.pop();
        let mut after_cond = before_body.clone();
        after_cond.unite(&out);
        self.nested_blocks(cond, &after_cond);
        let reads = self.reads(&[Some(cond)]);
        self.deaths.entry[body.0 as usize] = after_cond.without(&before_body).slots();
        self.deaths.exit[id.0 as usize] = after_cond.without(&out).slots();
        self.deaths.here[id.0 as usize] = reads.without(&after_cond).without(&self.always).slots();
        head
    }

    fn loop_reads(&mut self, id: StmtId) -> Bits {
        if !self.loops.contains_key(&id) {
            self.effect(id);
        }
        self.loops.get(&id).cloned().unwrap_or_else(|| Bits::new(self.size))
    }

    /// Walks the blocks of `if`s inside an expression: everything the expression reads stays.
    fn nested_blocks(&mut self, root: ExprId, live: &Bits) {
        let unit = self.unit;
        let mut blocks = vec![];
        visit_flat(unit, root, &mut |expr| {
            if let ExprKind::If { arms, otherwise } = &expr.kind {
                blocks.extend(arms.iter().map(|a| a.1));
                blocks.push(*otherwise);
            }
        });
        if blocks.is_empty() {
            return;
        }
        let mut live = live.clone();
        live.unite(&self.reads(&[Some(root)]));
        for block in blocks {
            self.block(block, live.clone());
        }
    }
}

/// The expressions that stand in a statement itself, not in its blocks.
fn own_exprs(unit: &Unit, id: StmtId) -> Vec<Option<ExprId>> {
    match &unit[id].kind {
        StmtKind::Expr(e) | StmtKind::Assign(_, e) => vec![Some(*e)],
        StmtKind::Update { value, .. } => vec![Some(*value)],
        StmtKind::Param { default, .. } => vec![Some(*default)],
        StmtKind::For { iter, .. } => vec![Some(*iter)],
        StmtKind::While { cond, .. } => vec![Some(*cond)],
        StmtKind::Return(e) => vec![*e],
        StmtKind::Assert { cond, message } => vec![Some(*cond), *message],
        StmtKind::Nothing | StmtKind::Import(_) | StmtKind::Break | StmtKind::Continue => vec![],
    }
}

/// Visits the variables that a place binds or changes.
pub fn place_binds(place: &Place, visit: &mut dyn FnMut(Slot)) {
    match place {
        Place::Slot(slot, _) | Place::Path(slot, ..) => visit(*slot),
        Place::Tuple(items, _) => items.iter().for_each(|p| place_binds(p, visit)),
        Place::Error => {}
    }
}

fn item_exprs(item: &Item) -> Vec<Option<ExprId>> {
    match item {
        Item::Expr(e) | Item::Spread(e) => vec![Some(*e)],
        Item::Slice(a, b, c, _) => vec![*a, *b, *c],
        Item::Ellipsis(_) => vec![],
    }
}

/// Visits an expression and all it holds, the statements of its blocks included (not the bodies
/// of functions, which have variables of their own).
fn visit(unit: &Unit, root: ExprId, see: &mut dyn FnMut(&Expr)) {
    walk(unit, root, see, true);
}

/// The same without the statements of blocks.
fn visit_flat(unit: &Unit, root: ExprId, see: &mut dyn FnMut(&Expr)) {
    walk(unit, root, see, false);
}

fn walk(unit: &Unit, root: ExprId, see: &mut dyn FnMut(&Expr), deep: bool) {
    let mut todo = vec![root];
    while let Some(id) = todo.pop() {
        see(&unit[id]);
        let mut blocks = vec![];
        children(&unit[id].kind, &mut todo, &mut blocks);
        while let Some(block) = if deep { blocks.pop() } else { None } {
            for &stmt in &unit[block].stmts {
                stmt_children(unit, &unit[stmt], stmt, &mut todo, &mut blocks);
            }
        }
    }
}

fn stmt_children(
    unit: &Unit,
    stmt: &Stmt,
    id: StmtId,
    todo: &mut Vec<ExprId>,
    blocks: &mut Vec<BlockId>,
) {
    todo.extend(own_exprs(unit, id).into_iter().flatten());
    match &stmt.kind {
        StmtKind::Assign(place, _) | StmtKind::Update { place, .. } => place_exprs(place, todo),
        StmtKind::For { place, body, .. } => {
            place_exprs(place, todo);
            blocks.push(*body);
        }
        StmtKind::While { body, .. } => blocks.push(*body),
        _ => {}
    }
}

fn place_exprs(place: &Place, todo: &mut Vec<ExprId>) {
    match place {
        Place::Tuple(items, _) => items.iter().for_each(|p| place_exprs(p, todo)),
        Place::Path(_, steps, _) => {
            for step in steps {
                if let Step::Index(items, _) = step {
                    todo.extend(items.iter().flat_map(item_exprs).flatten());
                }
            }
        }
        Place::Slot(..) | Place::Error => {}
    }
}

/// The expressions and blocks directly inside an expression.
pub(crate) fn children(kind: &ExprKind, todo: &mut Vec<ExprId>, blocks: &mut Vec<BlockId>) {
    match kind {
        ExprKind::Error | ExprKind::Fixed(_) | ExprKind::Local(_) | ExprKind::Outer(..) => {}
        ExprKind::Function(_) => {}
        ExprKind::Array(items) | ExprKind::Tuple(items) => {
            todo.extend(items.iter().map(|i| i.value));
        }
        ExprKind::Comprehension(c) => {
            todo.extend([c.item, c.iter]);
            todo.extend(c.cond);
        }
        ExprKind::Unary(_, e) | ExprKind::Attr { base: e, .. } => todo.push(*e),
        ExprKind::And(a, b) | ExprKind::Or(a, b) => todo.extend([*a, *b]),
        ExprKind::Binary { lhs, rhs, .. } => todo.extend([*lhs, *rhs]),
        ExprKind::Call { callee, args } => {
            todo.push(*callee);
            todo.extend(args.iter().map(|a| a.value));
        }
        ExprKind::Method { base, args, .. } => {
            todo.push(*base);
            todo.extend(args.iter().map(|a| a.value));
        }
        ExprKind::Index { base, items } => {
            todo.push(*base);
            todo.extend(items.iter().flat_map(item_exprs).flatten());
        }
        ExprKind::If { arms, otherwise } => {
            todo.extend(arms.iter().map(|a| a.0));
            blocks.extend(arms.iter().map(|a| a.1));
            blocks.push(*otherwise);
        }
        ExprKind::Format(parts) => format_exprs(parts, todo),
    }
}

fn format_exprs(parts: &[FormatPart], todo: &mut Vec<ExprId>) {
    for part in parts {
        if let FormatPart::Value { value, spec, .. } = part {
            todo.push(*value);
            format_exprs(spec, todo);
        }
    }
}
