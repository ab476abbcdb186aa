//! Statements, blocks and loops as they run; [`super::check`] has their checked forms.

use super::expr::Eval;
use super::rounds::Rounds;
use super::{Flow, Interpreter};
use crate::array::selection;
use crate::array::{self, Array};
use crate::fault::{Failure, Fault};
use crate::hir::{BlockId, ExprId, ExprKind, Place, Slot, StmtId, StmtKind, Unit};
use crate::value::{Unknown, Value};
use arr_syntax::ast::BinaryOp;
use arr_syntax::diag::Span;
use std::rc::Rc;

/// The most elements of a range or array that are written out as separate values.
pub(super) const MAX_ITEMS: u64 = 10_000_000;

/// A sequence being walked.
pub(super) enum Steps {
    Tuple(Rc<[Value]>, usize),
    Range(Value, u64, u64),
    Rows(Value, usize, usize),
}

/// The number of elements of a range.
pub(super) fn range_count(range: &Value) -> u64 {
    let Value::Range(start, stop, step) = *range else { return 0 };
    let (start, stop, step) = (start as i128, stop as i128, step as i128);
    let span = if step > 0 { stop - start } else { start - stop };
    let stride = step.abs().max(1);
    ((span.max(0) + stride - 1) / stride) as u64
}

/// An element of a range.
pub(super) fn range_item(range: &Value, i: u64) -> Value {
    match *range {
        Value::Range(start, _, step) => Value::Int(start.wrapping_add(step.wrapping_mul(i as i64))),
        _ => Value::None,
    }
}

impl Interpreter<'_> {
    pub(super) fn block(&mut self, u: &Unit, id: BlockId) -> Result<Flow, Fault> {
        self.body(u, id, &mut Rounds::default())
    }

    /// Runs the body of a loop once.
    fn body(&mut self, u: &Unit, body: BlockId, rounds: &mut Rounds) -> Result<Flow, Fault> {
        self.deeper()?;
        let result = self.block_inner(u, body, rounds);
        self.depth -= 1;
        result
    }

    fn block_inner(&mut self, u: &Unit, id: BlockId, rounds: &mut Rounds) -> Result<Flow, Fault> {
        for &(slot, function) in &u[id].functions {
            let closure = self.closure(function);
            self.frame.set(slot, Some(closure));
        }
        self.bury(u.deaths.entry(id));
        let mut last = Value::None;
        let mut next = 0;
        while next < u[id].stmts.len() {
            drop(std::mem::replace(&mut last, Value::None));
            if let Some(end) = self.stretch(u, id, rounds, next)? {
                next = end;
                continue;
            }
            let (i, stmt) = (next, u[id].stmts[next]);
            next += 1;
            if !self.checking && is_save(u, stmt) {
                self.together = self.saved_next(u, &u[id].stmts[i + 1..]);
            }
            match self.statement(u, stmt)? {
                Flow::Value(value) => last = value,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Value(last))
    }

    /// The pending arrays that the statements after a `save` save as well.
    fn saved_next(&self, u: &Unit, stmts: &[StmtId]) -> Vec<Array> {
        let mut arrays = vec![];
        for &stmt in stmts.iter().take_while(|&&s| is_save(u, s)) {
            let StmtKind::Expr(e) = u[stmt].kind else { break };
            let (ExprKind::Call { args, .. } | ExprKind::Method { args, .. }) = &u[e].kind else {
                break;
            };
            let base = match &u[e].kind {
                ExprKind::Method { base, .. } => Some(*base),
                _ => None,
            };
            for expr in args.iter().map(|a| a.value).chain(base) {
                if let ExprKind::Local(slot) = u[expr].kind
                    && let Some(Value::Array(array)) = self.frame.get(slot)
                {
                    arrays.push(array);
                }
            }
        }
        arrays
    }

    /// Unbinds variables that are not read again.
    fn bury(&mut self, dead: &[Slot]) {
        if !self.checking {
            dead.iter().for_each(|&slot| self.frame.set(slot, None));
        }
    }

    /// Notes which statement is running, for liveness.
    pub(super) fn at(&mut self, id: StmtId) {
        if let Some(activation) = self.activation() {
            activation.point = Some(id);
        }
    }

    pub(super) fn statement(&mut self, u: &Unit, id: StmtId) -> Result<Flow, Fault> {
        self.at(id);
        self.count_work();
        let result = self.statement_inner(u, id);
        if result.is_err()
            && let Some(flow) = self.jump.take()
        {
            return Ok(flow);
        }
        let flow = result?;
        self.bury(u.deaths.here(id));
        Ok(flow)
    }

    fn statement_inner(&mut self, u: &Unit, id: StmtId) -> Result<Flow, Fault> {
        match &u[id].kind {
            StmtKind::Nothing => {}
            StmtKind::Expr(e) => {
                if let ExprKind::If { arms, otherwise } = &u[*e].kind {
                    return self.branches(u, arms, *otherwise);
                }
                return Ok(Flow::Value(self.eval(u, *e)?));
            }
            StmtKind::Assign(place, value) => {
                let result = self.eval(u, *value)?;
                self.assign(u, place, result, u[*value].span)?;
            }
            StmtKind::Update { place, op, value, .. } => self.update(u, place, *op, *value)?,
            StmtKind::Param { slot, name, default } => {
                let default_value = self.eval(u, *default)?;
                let value = self.param(name, default_value, u[*default].span)?;
                self.frame.set(*slot, Some(value));
            }
            StmtKind::Import(import) => self.import(import)?,
            StmtKind::For { place, iter, body } => {
                return self.for_loop(u, id, place, *iter, *body);
            }
            StmtKind::While { cond, body } => return self.while_loop(u, id, *cond, *body),
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Return(None) => return Ok(Flow::Return(Value::None)),
            StmtKind::Return(Some(e)) => return Ok(Flow::Return(self.eval(u, *e)?)),
            StmtKind::Assert { cond, message } => {
                return self.assert(u, *cond, *message, u[id].span);
            }
        }
        Ok(Flow::Value(Value::None))
    }

    fn assert(
        &mut self,
        u: &Unit,
        cond: ExprId,
        message: Option<ExprId>,
        span: Span,
    ) -> Result<Flow, Fault> {
        let before = std::mem::replace(&mut self.check.asserts, true);
        let truth = self.condition(u, cond);
        self.check.asserts = before;
        let truth = truth?;
        // Made-up elements say nothing.
        let truth = if self.host.makes_up() { None } else { truth };
        let message = match (self.checking, truth, message) {
            (false, Some(true) | None, _) | (_, _, None) => None,
            (_, _, Some(m)) => Some(self.eval(u, m)?),
        };
        if truth != Some(false) {
            return Ok(Flow::Value(Value::None));
        }
        let text = match message {
            None => None,
            Some(Value::Str(text)) => Some(text.to_string()),
            Some(value) if !self.checking => Some(self.plain_text(&value)?),
            // The message depends on values that are not known yet.
            Some(_) => return Ok(Flow::Value(Value::None)),
        };
        let words = self.words(u[cond].span);
        // A condition without names is meant to fail where it stands.
        let told = !self.may_not_get_here() && !self.check.uncalled && !words.is_empty();
        if self.checking && !told {
            self.check.suspicions += 1;
            return Ok(Flow::Value(Value::None));
        }
        let (failure, words) = match text {
            Some(text) if self.library() => {
                let mut failure = Failure::new("E0201", text);
                failure.blame = (0..words.len()).map(|i| (i, String::new())).collect();
                (failure, words)
            }
            Some(text) => (Failure::new("E0201", format!("assertion failed: {text}")), vec![]),
            None => (Failure::new("E0201", "assertion failed"), vec![]),
        };
        self.fail(failure, span, &words).map(|_| Flow::Dead)
    }

    /// Whether a function of the standard library is running.
    pub(super) fn library(&self) -> bool {
        self.stack.last().is_some_and(|a| a.unit.library)
    }

    /// The names in an expression that follow no dot, those of constants aside.
    fn words(&self, span: Span) -> Vec<Span> {
        let text = self.world.slice(span).unwrap_or_default();
        let mut words = vec![];
        let mut start = 0;
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
            let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
            let constant = name.is_empty()
                || name.starts_with(|c: char| c.is_ascii_digit())
                || matches!(name, "true" | "false" | "not");
            if !constant && !text[..start].ends_with('.') {
                let from = span.start + start as u32;
                words.push(Span { start: from, end: from + name.len() as u32, ..span });
            }
            start += word.len();
        }
        words
    }

    /// `if` and its arms.
    pub(super) fn branches(
        &mut self,
        u: &Unit,
        arms: &[(ExprId, BlockId)],
        otherwise: BlockId,
    ) -> Result<Flow, Fault> {
        if self.checking {
            return self.branches_checked(u, arms, otherwise);
        }
        let mut decided = self.decided.take();
        for &(cond, block) in arms {
            let truth = match decided.take() {
                Some(truth) => truth,
                None => self.condition(u, cond)? == Some(true),
            };
            if truth {
                return self.block(u, block);
            }
        }
        self.block(u, otherwise)
    }

    fn while_loop(
        &mut self,
        u: &Unit,
        id: StmtId,
        cond: ExprId,
        body: BlockId,
    ) -> Result<Flow, Fault> {
        if self.checking {
            return self.loop_checked(u, id, super::check::Loop::While(cond), body);
        }
        let mut rounds = Rounds::of(u, body, Some((id, cond)));
        loop {
            self.interruptible()?;
            self.at(id);
            let truth = match self.decided.take() {
                Some(truth) => truth,
                None => self.condition(u, cond)? == Some(true),
            };
            if !truth {
                break;
            }
            match self.body(u, body, &mut rounds)? {
                Flow::Break => break,
                flow @ Flow::Return(_) => return Ok(flow),
                _ => {}
            }
        }
        self.bury(u.deaths.exit(id));
        Ok(Flow::Value(Value::None))
    }

    fn for_loop(
        &mut self,
        u: &Unit,
        id: StmtId,
        place: &Place,
        iter: ExprId,
        body: BlockId,
    ) -> Result<Flow, Fault> {
        let value = self.eval(u, iter)?;
        let span = u[iter].span;
        if self.checking {
            return self.for_checked(u, id, place, value, iter, body);
        }
        let Some(mut steps) = self.steps(value, span)? else { return Ok(Flow::Value(Value::None)) };
        self.bury(u.deaths.here(id));
        let mut rounds = Rounds::of(u, body, None);
        while let Some(item) = self.next(&mut steps, span)? {
            self.interruptible()?;
            self.at(id);
            match place {
                Place::Slot(slot, _) => self.frame.set(*slot, Some(item)),
                place => self.assign(u, place, item, span)?,
            }
            match self.body(u, body, &mut rounds)? {
                Flow::Break => break,
                flow @ Flow::Return(_) => return Ok(flow),
                _ => {}
            }
        }
        self.bury(u.deaths.exit(id));
        Ok(Flow::Value(Value::None))
    }

    /// Starts walking a sequence; none only while checking.
    pub(super) fn steps(&mut self, value: Value, span: Span) -> Result<Option<Steps>, Fault> {
        let value = selection::settled(self, &value)?;
        match &value {
            Value::Tuple(items) => Ok(Some(Steps::Tuple(items.clone(), 0))),
            Value::Str(text) => Ok(Some(Steps::Tuple(Value::characters(text).into(), 0))),
            Value::Range(..) => {
                let count = range_count(&value);
                Ok(Some(Steps::Range(value, 0, count)))
            }
            Value::Array(a) if a.ndim() > 0 => {
                let rows = a.known_shape().map_or(0, |s| s[0]);
                let small = a.nbytes().is_some_and(|n| n <= self.host.keep_limit());
                if rows > 1 && small {
                    let array = a.clone();
                    if let Err(fault) = self.force(&[array]) {
                        self.fail(fault, span, &[])?;
                    }
                }
                Ok(Some(Steps::Rows(value, 0, rows)))
            }
            _ => {
                let failure = not_iterable(&value);
                self.fail(failure, span, &[span]).map(|_| None)
            }
        }
    }

    /// The next element of a sequence.
    pub(super) fn next(&mut self, steps: &mut Steps, span: Span) -> Result<Option<Value>, Fault> {
        Ok(match steps {
            Steps::Tuple(items, at) => {
                *at += 1;
                items.get(*at - 1).cloned()
            }
            Steps::Range(range, at, count) => {
                *at += 1;
                (*at <= *count).then(|| range_item(range, *at - 1))
            }
            Steps::Rows(array, at, rows) => {
                *at += 1;
                match *at <= *rows {
                    true => Some(self.row(array, *at - 1, span)?),
                    false => None,
                }
            }
        })
    }

    /// `place op= value`.
    fn update(
        &mut self,
        u: &Unit,
        place: &Place,
        op: BinaryOp,
        value: ExprId,
    ) -> Result<(), Fault> {
        let span = u[value].span;
        match place {
            Place::Slot(slot, at) => {
                let old = match self.frame.get(*slot) {
                    Some(old) => old,
                    None => self.unbound(0, *slot, *at)?,
                };
                let new = self.eval(u, value)?;
                let result = self.updated(op, &old, &new, &[*at, span])?;
                let result = self.plain(result);
                self.frame.set(*slot, Some(result));
                Ok(())
            }
            Place::Path(slot, steps, at) => {
                let root = self.root(*slot, *at)?;
                let Some(path) = self.resolve(u, steps)? else {
                    self.eval(u, value)?;
                    self.frame.set(*slot, Some(Value::ANY));
                    return Ok(());
                };
                let mut values = self.read_path(root, &path)?;
                let new = self.eval(u, value)?;
                let old = values.pop().unwrap_or(Value::None);
                let spans = [*at, span];
                let result = match array::binary(self, op, &old, &new) {
                    Ok(result) => self.settle(result, at.to(span))?,
                    Err(fault) => self.fail(fault, at.to(span), &spans)?,
                };
                let result = self.plain(result);
                drop((old, new));
                if let Some(root) = values.first()
                    && self.change_here(root, &path, &result)
                {
                    return Ok(());
                }
                let whole = self.write_path(values, &path, result, span)?;
                let whole = self.replaced_here(whole);
                self.frame.set(*slot, Some(whole));
                Ok(())
            }
            Place::Tuple(..) | Place::Error => self.eval(u, value).map(|_| ()),
        }
    }

    /// The new value of an updated variable: an array keeps its dtype and its shape.
    fn updated(&mut self, op: BinaryOp, old: &Value, new: &Value, spans: &[Span; 2]) -> Eval {
        let whole = spans[0].to(spans[1]);
        self.site = whole;
        let result = match array::binary(self, op, old, new) {
            Ok(result) => result,
            Err(fault) => return self.fail(fault, whole, spans),
        };
        let result = match array::keep_dtype(old, result) {
            Ok(result) => result,
            Err(fault) => return self.fail(fault, whole, spans),
        };
        self.settle(result, whole)
    }
}

/// Whether a statement is a call of the builtin `save`.
fn is_save(u: &Unit, stmt: StmtId) -> bool {
    let StmtKind::Expr(e) = u[stmt].kind else { return false };
    let callee = match &u[e].kind {
        ExprKind::Call { callee, .. } => match &u[*callee].kind {
            ExprKind::Fixed(value) => Some(value),
            _ => None,
        },
        ExprKind::Method { method, .. } => method.fallback.as_ref(),
        _ => None,
    };
    matches!(callee, Some(Value::Builtin(b)) if b.name == "save")
}

/// What to say of a value that has no elements to walk.
pub(super) fn not_iterable(value: &Value) -> Failure {
    let failure = Failure::new("E0112", "only sequences can be iterated over")
        .at(0, value.type_text())
        .note("sequences are ranges, tuples and arrays of one or more dimensions");
    match value {
        Value::Int(_) | Value::Unknown(Unknown::Int) => failure.hint("write range({0})"),
        _ => failure,
    }
}
