//! What checking does differently: unknown conditions, loops, calls, functions never called.

use super::expr::Eval;
use super::join::{State, join_bindings, same, same_state};
use super::stmt::{range_count, range_item};
use super::{Flow, Interpreter};
use crate::array::{self, Array, Index, known};
use crate::fault::Fault;
use crate::function::{Binding, Closure, Frame};
use crate::hir::{BlockId, Comprehension, ExprId, ExprKind, FunctionId, Place, StmtId, Unit};
use crate::value::{Unknown, Value};
use arr_ir::dtype::DType;
use arr_ir::shape::{Dim, Dims};
use arr_syntax::diag::{Severity, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Evaluated nodes after which calls and loops are no longer followed.
const MAX_WORK: u64 = 200_000;

/// Calls inside each other that are followed.
const MAX_CHECKED_CALLS: usize = 64;

/// Rounds of a loop until what still changes is unknown.
const MAX_ROUNDS: u32 = 4;

/// Elements of a tuple or range that a loop is walked for one by one.
const MAX_UNROLLED: usize = 16;

/// The same over all loops inside each other, multiplied.
const MAX_UNROLLED_NEST: usize = 64;

/// What checking remembers.
#[derive(Default)]
pub(super) struct Check {
    work: u64,
    /// Results of calls by function and argument types.
    memo: FxHashMap<Vec<u64>, Value>,
    /// Calls being checked.
    running: FxHashSet<Vec<u64>>,
    /// Frames that closures inside them keep alive.
    frames: Vec<Rc<Frame>>,
    /// Every function made, and whether it was called.
    made: FxHashMap<(usize, FunctionId), (Rc<Closure>, bool)>,
    /// How many rounds the loops that are walked element by element have, multiplied.
    unrolled: usize,
    /// How many asserted conditions do not hold at places that may not be reached.
    pub(super) suspicions: u32,
    /// While a condition is asserted: known elements count.
    pub(super) asserts: bool,
    /// While a function that nothing calls is checked.
    pub(super) uncalled: bool,
    /// Files that the script writes before it reads them: path, name in the file, and type.
    pub(super) written: FxHashMap<(String, Option<String>), Array>,
}

/// The states in which a loop is left or begun again.
#[derive(Default)]
pub(super) struct LoopStates {
    breaks: Option<State>,
    continues: Option<State>,
    /// The doubt with which the round began.
    pub(super) doubt: u32,
}

/// How a loop goes on.
pub(super) enum Loop<'a> {
    /// While a condition holds.
    While(ExprId),
    /// Over these elements.
    Exact(&'a Place, Vec<Value>, Span),
    /// Over a number of elements that all look like this one.
    Any { place: &'a Place, first: Option<Value>, item: Value, count: Option<usize>, span: Span },
}

impl Interpreter<'_> {
    pub(super) fn count_work(&mut self) {
        self.check.work += self.checking as u64;
    }

    fn tired(&self) -> bool {
        self.check.work > MAX_WORK
    }

    pub(super) fn note_closure(&mut self, closure: &Rc<Closure>) {
        if self.checking {
            let key = (Rc::as_ptr(&closure.unit) as usize, closure.function);
            let called = self.check.made.get(&key).is_some_and(|m| m.1);
            self.check.made.insert(key, (closure.clone(), called));
        }
    }

    /// `if` with conditions that may be unknown.
    pub(super) fn branches_checked(
        &mut self,
        u: &Unit,
        arms: &[(ExprId, BlockId)],
        otherwise: BlockId,
    ) -> Result<Flow, Fault> {
        let mut merged: Option<(State, Value)> = None;
        let mut unsure = false;
        let mut jumps = false;
        let mut last = otherwise;
        for &(cond, block) in arms {
            match self.condition(u, cond)? {
                Some(false) => continue,
                Some(true) => {
                    last = block;
                    break;
                }
                None => {
                    self.doubt(!unsure);
                    unsure = true;
                    let before = self.frame.snapshot();
                    let flow = self.block(u, block)?;
                    jumps |= !matches!(flow, Flow::Value(_));
                    self.end_of_arm(flow, &mut merged);
                    self.frame.restore(before);
                }
            }
        }
        let flow = self.block(u, last)?;
        if !unsure {
            return Ok(flow);
        }
        jumps |= !matches!(flow, Flow::Value(_));
        self.end_of_arm(flow, &mut merged);
        if !jumps {
            // Else whether the rest of this round runs stays in doubt.
            self.trust();
        }
        Ok(match merged {
            Some((state, value)) => {
                self.frame.restore(state);
                Flow::Value(value)
            }
            None => Flow::Dead,
        })
    }

    /// Joins the end of an arm that may or may not have run.
    fn end_of_arm(&mut self, flow: Flow, merged: &mut Option<(State, Value)>) {
        match flow {
            Flow::Value(value) => {
                let state = self.frame.snapshot();
                *merged = Some(match merged.take() {
                    Some((old, first)) => (self.join_states(old, state), self.join(&first, &value)),
                    None => (state, value),
                });
            }
            flow => self.leave_perhaps(flow),
        }
    }

    /// Notes a jump that may or may not happen.
    fn leave_perhaps(&mut self, flow: Flow) {
        let state = self.frame.snapshot();
        let Some(mut activation) = self.stack.pop() else { return };
        match flow {
            Flow::Return(value) => {
                activation.returns = Some(match activation.returns.take() {
                    Some(old) => self.join(&old, &value),
                    None => value,
                });
            }
            Flow::Break | Flow::Continue => {
                if let Some(inner) = activation.loops.last_mut() {
                    match flow {
                        Flow::Break => self.join_into(&mut inner.breaks, state),
                        _ => self.join_into(&mut inner.continues, state),
                    }
                }
            }
            Flow::Value(_) | Flow::Dead => {}
        }
        self.stack.push(activation);
    }

    /// A `for` over a value that may be unknown.
    pub(super) fn for_checked(
        &mut self,
        u: &Unit,
        id: StmtId,
        place: &Place,
        value: Value,
        iter: ExprId,
        body: BlockId,
    ) -> Result<Flow, Fault> {
        let span = u[iter].span;
        let kind = match self.elements_checked(u, iter, &value)? {
            Elements::Exact(items) => Loop::Exact(place, items, span),
            Elements::Any(item, count) => {
                if count == Some(0) {
                    return Ok(Flow::Value(Value::None));
                }
                let first = matches!(value, Value::Range(..)).then(|| range_item(&value, 0));
                Loop::Any { place, first, item, count, span }
            }
        };
        let before = self.check.unrolled;
        if let Loop::Exact(_, items, _) = &kind {
            self.check.unrolled = before.max(1).saturating_mul(items.len());
        }
        let result = self.loop_checked(u, id, kind, body);
        self.check.unrolled = before;
        result
    }

    /// Whether a loop over so many elements is walked one by one.
    fn unrolls(&self, count: usize) -> bool {
        let nest = self.check.unrolled.max(1).saturating_mul(count);
        count <= 1 || count <= MAX_UNROLLED && nest <= MAX_UNROLLED_NEST && !self.tired()
    }

    fn elements_checked(
        &mut self,
        u: &Unit,
        iter: ExprId,
        value: &Value,
    ) -> Result<Elements, Fault> {
        let span = u[iter].span;
        Ok(match value {
            // `range(n)` with an `n` not known yet.
            Value::Unknown(Unknown::Any) if calls_range(u, iter) => {
                Elements::Any(Value::Unknown(Unknown::Int), None)
            }
            Value::Tuple(items) if self.unrolls(items.len()) => Elements::Exact(items.to_vec()),
            Value::Tuple(items) => {
                let mut joined = items[0].clone();
                for item in &items[1..] {
                    joined = self.join(&joined, item);
                }
                Elements::Any(joined, Some(items.len()))
            }
            Value::Str(text) if self.unrolls(text.len()) => {
                Elements::Exact(Value::characters(text))
            }
            Value::Str(_) | Value::Unknown(Unknown::Str) => {
                Elements::Any(Value::Unknown(Unknown::Str), None)
            }
            Value::Range(..) => match range_count(value) {
                n if self.unrolls(n as usize) => {
                    Elements::Exact((0..n).map(|i| range_item(value, i)).collect())
                }
                n => Elements::Any(Value::Unknown(Unknown::Int), Some(n as usize)),
            },
            Value::Array(a) if a.ndim() > 0 => {
                let index = [Index::Value(Value::Unknown(Unknown::Int))];
                let row = match a.dims()[0] {
                    Dim::Known(0) => Value::ANY,
                    _ => match array::index(self, value, &index) {
                        Ok(row) => row,
                        Err(fault) => self.fail(fault, span, &[span])?,
                    },
                };
                Elements::Any(row, a.dims()[0].known())
            }
            Value::Unknown(Unknown::Any) => Elements::Any(Value::ANY, None),
            _ => {
                self.fail(super::stmt::not_iterable(value), span, &[span])?;
                Elements::Any(Value::ANY, None)
            }
        })
    }

    /// A loop, walked until the variables no longer change.
    pub(super) fn loop_checked(
        &mut self,
        u: &Unit,
        id: StmtId,
        kind: Loop<'_>,
        body: BlockId,
    ) -> Result<Flow, Fault> {
        let mut exits: Option<State> = None;
        let mut open = FxHashSet::default();
        let mut certain = true;
        let doubt = self.activation().map_or(0, |a| a.doubt);
        let returns = self.activation().is_some_and(|a| a.returns.is_some());
        if let Some(activation) = self.activation() {
            activation.entries.push(doubt);
        }
        let mut round = 0;
        loop {
            self.interruptible()?;
            self.at(id);
            let head = self.frame.snapshot();
            match self.next_round(u, &kind, round)? {
                Some(false) => {
                    self.join_into(&mut exits, head);
                    break;
                }
                Some(true) => {}
                None => {
                    self.doubt(certain);
                    certain = false;
                    self.leave_before(&kind, head.clone(), round, &mut exits);
                }
            }
            let (flow, mut next) = self.round(u, body, &mut exits, &mut certain)?;
            match flow {
                Flow::Value(_) | Flow::Continue => {
                    let state = self.frame.snapshot();
                    self.join_into(&mut next, state);
                }
                Flow::Return(value) if certain => {
                    self.activation().and_then(|a| a.entries.pop());
                    return Ok(Flow::Return(value));
                }
                Flow::Break => {
                    let state = self.frame.snapshot();
                    self.join_into(&mut exits, state);
                }
                flow => self.leave_perhaps(flow),
            }
            let Some(next) = next else { break };
            round += 1;
            if let Loop::Exact(..) = kind {
                self.frame.restore(next);
                continue;
            }
            let widened = self.widen_state(&head, next.clone(), round, &mut open);
            let last = same_state(&widened, &head) || round > MAX_ROUNDS + 1;
            if let Loop::Any { count, .. } = kind
                && (last || round > 1 || count.is_none_or(|n| n < 2))
            {
                self.join_into(&mut exits, next);
            }
            if last {
                break;
            }
            self.frame.restore(widened);
        }
        let left = self.activation().is_some_and(|a| a.returns.is_some()) && !returns;
        if let Some(activation) = self.activation() {
            activation.entries.pop();
            activation.doubt = doubt + left as u32;
        }
        Ok(match exits {
            Some(state) => {
                self.frame.restore(state);
                Flow::Value(Value::None)
            }
            None => Flow::Dead,
        })
    }

    /// Joins the state in which a loop ends when this round does not run any more.
    fn leave_before(
        &mut self,
        kind: &Loop<'_>,
        head: State,
        round: u32,
        exits: &mut Option<State>,
    ) {
        let state = match kind {
            Loop::While(_) => self.frame.snapshot(),
            Loop::Any { .. } if round == 0 => head,
            // The end of the round before was joined already.
            _ => return,
        };
        self.join_into(exits, state);
    }

    /// Walks the body once; the states that `continue` left with.
    fn round(
        &mut self,
        u: &Unit,
        body: BlockId,
        exits: &mut Option<State>,
        certain: &mut bool,
    ) -> Result<(Flow, Option<State>), Fault> {
        let doubt = self.activation().map_or(0, |a| a.doubt);
        let returns = self.activation().is_some_and(|a| a.returns.is_some());
        if let Some(activation) = self.activation() {
            activation.loops.push(LoopStates { doubt, ..LoopStates::default() });
        }
        let result = self.block(u, body);
        let mut states = LoopStates::default();
        if let Some(activation) = self.activation() {
            states = activation.loops.pop().unwrap_or_default();
            // What may have left the function leaves the next rounds in doubt.
            activation.doubt = doubt + (activation.returns.is_some() && !returns) as u32;
        }
        let flow = result?;
        if let Some(state) = states.breaks {
            self.doubt(*certain);
            *certain = false;
            self.join_into(exits, state);
        }
        Ok((flow, states.continues))
    }

    /// Whether another round is walked: yes, no, or perhaps; binds the loop's variable.
    fn next_round(&mut self, u: &Unit, kind: &Loop<'_>, round: u32) -> Result<Option<bool>, Fault> {
        match kind {
            Loop::While(cond) => self.condition(u, *cond),
            Loop::Exact(place, items, span) => match items.get(round as usize) {
                Some(item) => {
                    self.assign(u, place, item.clone(), *span)?;
                    Ok(Some(true))
                }
                None => Ok(Some(false)),
            },
            Loop::Any { place, first, item, count, span } => {
                let item = if round == 0 { first.as_ref().unwrap_or(item) } else { item };
                self.assign(u, place, item.clone(), *span)?;
                Ok((round == 0 && count.is_some()).then_some(true))
            }
        }
    }

    /// The state at the head of the next round, wide enough for all later ones. What is bound
    /// there is what the rounds bind, not what was bound before the first.
    fn widen_state(
        &mut self,
        head: &State,
        next: State,
        round: u32,
        open: &mut FxHashSet<u32>,
    ) -> State {
        let rough = round >= MAX_ROUNDS || self.tired();
        let mut widen = |old: &Value, new: &Value| match rough && !same(old, new) {
            true => Value::ANY,
            false => self.widen(old, new, open),
        };
        next.into_iter()
            .enumerate()
            .map(|(i, new)| match (head.get(i).cloned().unwrap_or_default(), new) {
                (Binding::Unbound, new) if round == 1 => new,
                (Binding::Perhaps(old), Binding::Bound(new)) if round == 1 => {
                    Binding::Bound(widen(&old, &new))
                }
                (old, new) => join_bindings(old, new, &mut widen),
            })
            .collect()
    }

    /// From here on it is in doubt whether the rest is reached; if `more`, for one more reason.
    pub(super) fn doubt(&mut self, more: bool) {
        if let Some(activation) = self.activation() {
            activation.doubt += more as u32;
        }
    }

    /// Whether it is in doubt that the program gets to this place.
    pub(super) fn may_not_get_here(&self) -> bool {
        self.stack.iter().any(|a| a.doubt > 0)
    }

    /// Whether reasons for doubt have come up since the outermost loop that is being walked began.
    pub(super) fn may_be_another_round(&self) -> bool {
        let mut calls = self.stack.iter().skip_while(|a| a.entries.is_empty());
        let Some(outermost) = calls.next() else { return false };
        outermost.doubt > outermost.entries[0] || calls.any(|a| a.doubt > 0)
    }

    /// Takes one reason for doubt back.
    pub(super) fn trust(&mut self) {
        if let Some(activation) = self.activation() {
            activation.doubt = activation.doubt.saturating_sub(1);
        }
    }

    /// A comprehension: one element stands for all, unless all are known; these make a tuple if
    /// that is `listed`.
    pub(super) fn comprehension_checked(
        &mut self,
        u: &Unit,
        c: &Comprehension,
        iter: &Value,
        span: Span,
        listed: bool,
    ) -> Eval {
        let elements = self.elements_checked(u, c.iter, iter)?;
        let (items, count) = match elements {
            Elements::Exact(items) => {
                let count = items.len();
                (items, Some(count))
            }
            Elements::Any(item, count) => (vec![item], count),
        };
        let mut exact = count == Some(items.len());
        let mut values = vec![];
        for item in items {
            self.assign(u, &c.target, item, u[c.iter].span)?;
            let taken = match c.cond {
                Some(cond) => self.condition(u, cond)?,
                None => Some(true),
            };
            if taken != Some(false) {
                let unsure = taken.is_none() || count.is_none();
                self.doubt(unsure);
                let value = self.eval(u, c.item);
                if unsure {
                    self.trust();
                }
                values.push(value?);
            }
            exact &= taken.is_some();
        }
        if exact && listed {
            return Ok(Value::tuple(values));
        }
        if exact {
            let spans = vec![u[c.item].span; values.len()];
            return match array::literal(self, &values) {
                Ok(value) => Ok(value),
                Err(fault) => self.fail(fault, span, &spans),
            };
        }
        let known = if c.cond.is_none() { count } else { None };
        let Some(first) = values.first() else { return Ok(Value::ANY) };
        let mut joined = first.clone();
        for value in &values[1..] {
            joined = self.join(&joined, value);
        }
        Ok(self.stack_of(&joined, known))
    }

    /// The type of a stack of values like this one.
    fn stack_of(&mut self, item: &Value, count: Option<usize>) -> Value {
        let (dtype, inner): (DType, Dims) = match item {
            Value::Array(a) => (a.dtype(), a.dims().clone()),
            Value::Bool(_) | Value::Unknown(Unknown::Bool) => (DType::Bool, Dims::new()),
            Value::Int(_) | Value::Unknown(Unknown::Int) => (DType::I64, Dims::new()),
            Value::Float(_) | Value::Unknown(Unknown::Float) => (DType::F64, Dims::new()),
            _ => return Value::ANY,
        };
        let mut dims: Dims = Dims::new();
        dims.push(count.map_or_else(|| self.world.fresh_dim(), Dim::Known));
        dims.extend(inner);
        Value::Array(Array::abstract_of(dtype, dims))
    }

    /// A call, checked once per function and argument types.
    pub(super) fn call_checked(
        &mut self,
        closure: &Rc<Closure>,
        frame: Rc<Frame>,
        spans: &[Span],
        span: Span,
    ) -> Eval {
        let made = (Rc::as_ptr(&closure.unit) as usize, closure.function);
        if let Some(entry) = self.check.made.get_mut(&made) {
            entry.1 = true;
        }
        let mut key = vec![];
        let mut seen = FxHashSet::default();
        fingerprint_closure(closure, &mut key, &mut seen);
        frame.snapshot().iter().for_each(|b| fingerprint_binding(b, &mut key, &mut seen));
        if let Some(value) = self.check.memo.get(&key) {
            return Ok(value.clone());
        }
        let deep = self.check.running.len() >= MAX_CHECKED_CALLS;
        if deep || self.tired() || !self.check.running.insert(key.clone()) {
            return Ok(Value::ANY);
        }
        if closure.unit[closure.function].makes_closures {
            self.check.frames.push(frame.clone());
        }
        let told = (self.diagnostics.len(), self.check.suspicions);
        let result = self.run_closure(closure, frame, spans, span);
        self.check.running.remove(&key);
        self.keep_first(told.0, closure.unit.library, span);
        let value = result?;
        // What is blamed on a call of the library is told of every such call.
        let same = !closure.unit.library || told.0 == self.diagnostics.len();
        if same && told.1 == self.check.suspicions {
            self.check.memo.insert(key, value.clone());
        }
        Ok(value)
    }

    /// Of the errors that a call of the library was blamed for since there were `before` messages,
    /// the first one: the others mostly follow from it.
    fn keep_first(&mut self, before: usize, library: bool, call: Span) {
        if !library || self.stack.last().is_none_or(|a| a.unit.library) {
            return;
        }
        let inside = |place: Span| {
            place.file == call.file && call.start <= place.start && place.end <= call.end
        };
        let mut seen = false;
        let mut at = 0;
        self.diagnostics.retain(|d| {
            at += 1;
            let error = d.severity == Severity::Error;
            let blamed = error && d.labels.first().is_some_and(|l| inside(l.span));
            let follows = at > before && blamed && seen;
            seen |= at > before && blamed;
            !follows
        });
    }

    /// Checks every function of the program that nothing called, with unknown arguments.
    pub fn check_uncalled(&mut self) -> Result<(), Fault> {
        loop {
            let mut left: Vec<Rc<Closure>> = self
                .check
                .made
                .values()
                .filter(|m| !m.1 && !m.0.unit.library)
                .map(|m| m.0.clone())
                .collect();
            left.sort_by_key(|c| (c.unit.file, c.unit[c.function].head.start));
            if left.is_empty() {
                return Ok(());
            }
            for closure in left {
                let key = (Rc::as_ptr(&closure.unit) as usize, closure.function);
                if let Some(entry) = self.check.made.get_mut(&key) {
                    entry.1 = true;
                }
                self.check.uncalled = true;
                let checked = self.check_unknown(&closure);
                self.check.uncalled = false;
                checked?;
            }
        }
    }

    /// Empties the frames that only closures made while checking keep alive.
    pub fn forget_made(&mut self) {
        self.check.made.clear();
        self.check.memo.clear();
        for frame in self.check.frames.drain(..) {
            frame.restore(vec![]);
        }
        for (_, module) in self.modules.drain() {
            if let Value::Module(module) = module {
                module.frame.restore(vec![]);
            }
        }
    }

    fn check_unknown(&mut self, closure: &Rc<Closure>) -> Result<(), Fault> {
        let unit = closure.unit.clone();
        let function = &unit[closure.function];
        let frame = Frame::new(function.size, Some(closure.frame.clone()));
        let mut letters = super::contract::Letters::default();
        for param in &function.params {
            let value = match &param.contract {
                Some(contract) => self.abstract_value(contract, &mut letters),
                None => Value::ANY,
            };
            frame.set(param.slot, Some(value));
        }
        if function.makes_closures {
            self.check.frames.push(frame.clone());
        }
        let saved = self.enter(unit.clone(), frame, Some(closure.function), None);
        let mut result = self.check_params(function, &[]);
        if result.is_ok() {
            result = match function.body {
                crate::hir::Body::Expr(e) => self.eval(&unit, e).map(|_| ()),
                crate::hir::Body::Block(b) => self.block(&unit, b).map(|_| ()),
            };
        }
        self.leave(saved);
        match result {
            Err(_) if self.jump.take().is_some() => Ok(()),
            result => result,
        }
    }
}

fn calls_range(u: &Unit, iter: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = &u[iter].kind else { return false };
    matches!(&u[*callee].kind, ExprKind::Fixed(Value::Builtin(b)) if b.name == "range")
}

/// The elements of a sequence, as far as known.
enum Elements {
    Exact(Vec<Value>),
    Any(Value, Option<usize>),
}

/// Writes what tells calls of one function apart.
fn fingerprint(value: &Value, key: &mut Vec<u64>, seen: &mut FxHashSet<(usize, u32)>) {
    match value {
        Value::None => key.push(0),
        Value::Bool(v) => key.extend([1, *v as u64]),
        Value::Int(v) => key.extend([2, *v as u64]),
        Value::Float(v) => key.extend([3, v.to_bits()]),
        Value::Complex(re, im) => key.extend([4, re.to_bits(), im.to_bits()]),
        Value::Str(text) => {
            key.extend([5, text.len() as u64]);
            key.extend(text.bytes().map(u64::from));
        }
        Value::DType(dtype) => key.extend([6, *dtype as u64]),
        Value::Selection(_) => unreachable!("there are none while checking"),
        Value::Array(a) => {
            key.extend([8, a.dtype() as u64, a.ndim() as u64]);
            key.extend(a.dims().iter().flat_map(|d| match d {
                Dim::Known(n) => [0, *n as u64],
                Dim::Unknown(n) => [1, *n as u64],
            }));
            let content = known::content(a);
            key.push(content.len() as u64);
            key.extend(content.iter().flat_map(|s| [s.bits as u64, (s.bits >> 64) as u64]));
        }
        Value::Tuple(items) => {
            key.extend([9, items.len() as u64]);
            items.iter().for_each(|v| fingerprint(v, key, seen));
        }
        Value::Record(fields) => {
            key.extend([10, fields.len() as u64]);
            for (name, value) in fields.iter() {
                fingerprint(&Value::Str(name.clone()), key, seen);
                fingerprint(value, key, seen);
            }
        }
        Value::Range(a, b, c) => key.extend([11, *a as u64, *b as u64, *c as u64]),
        Value::Function(closure) => fingerprint_closure(closure, key, seen),
        Value::Builtin(builtin) => key.extend([13, std::ptr::from_ref(*builtin) as usize as u64]),
        Value::Method(method) => {
            key.extend([16, std::ptr::from_ref(method.1) as usize as u64]);
            fingerprint(&method.0, key, seen);
        }
        Value::Module(module) => key.extend([14, Rc::as_ptr(module) as usize as u64]),
        Value::Unknown(kind) => key.extend([15, *kind as u64]),
    }
}

fn fingerprint_closure(closure: &Closure, key: &mut Vec<u64>, seen: &mut FxHashSet<(usize, u32)>) {
    let frame = Rc::as_ptr(&closure.frame) as usize;
    key.extend([12, Rc::as_ptr(&closure.unit) as usize as u64, closure.function.0 as u64]);
    key.push(frame as u64);
    if closure.unit.library || !seen.insert((frame, closure.function.0)) {
        return;
    }
    for &(depth, slot) in &closure.unit[closure.function].captures {
        let frame = closure.frame.outer(depth.saturating_sub(1));
        let binding = frame.map(|f| f.binding(slot)).unwrap_or_default();
        fingerprint_binding(&binding, key, seen);
    }
}

fn fingerprint_binding(binding: &Binding, key: &mut Vec<u64>, seen: &mut FxHashSet<(usize, u32)>) {
    match binding {
        Binding::Unbound => key.push(100),
        Binding::Perhaps(value) => {
            key.push(101);
            fingerprint(value, key, seen);
        }
        Binding::Bound(value) => fingerprint(value, key, seen),
    }
}
