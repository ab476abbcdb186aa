//! Rounds of loops that do over again what the round before did.
//!
//! A *stretch* of a loop's body is a run of assignments up to the condition of an `if`, or up to the
//! loop's own. While it runs, it is noted which arrays were computed from which variables. When
//! the variables are of the same kind in a later round (arrays of the same dtypes and shapes, the
//! same scalars), the same graph computes their new values at once: no expression is evaluated.
//!
//! A function of the program counts as read with all the variables that it sees. What a round may
//! not skip makes a stretch unfit: anything but one computation, elements read, text printed, files,
//! warnings. A stretch that is unfit several times is left alone, also when its loop runs again.

use super::Interpreter;
use crate::array::{self, Array, State};
use crate::fault::Fault;
use crate::function::Frame;
use crate::hir::{BlockId, ExprId, ExprKind, Item, Place, Slot, Step, StmtId, StmtKind, Unit};
use crate::host::Handle;
use crate::value::Value;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::Graph;
use arr_ir::shape::Dims;
use smallvec::SmallVec;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// Rounds in which a stretch may be unfit before it is left alone.
const PATIENCE: u32 = 6;

/// Rounds of a loop that runs again and again that are noted for nothing, before none is noted any more.
const FOR_NOTHING: u32 = 4 * PATIENCE;

/// Variables that a stretch may read or bind.
const MAX_SLOTS: usize = 24;

/// The stretches of a loop's body.
#[derive(Default)]
pub(super) struct Rounds {
    stretches: Vec<Stretch>,
}

/// Statements of a body, and the condition after them.
struct Stretch {
    /// Positions of the assignments in the body.
    assigns: Range<usize>,
    cond: ExprId,
    /// The statement that the condition belongs to: an `if` right after the assignments, or the
    /// loop.
    decides: StmtId,
    /// Variables that it reads.
    reads: Reads,
    /// Variables that it binds or lets go.
    binds: Slots,
    unfit: u32,
    record: Option<Record>,
}

type Slots = SmallVec<[Slot; 8]>;

/// Variables, and how many functions further out they are.
type Reads = SmallVec<[(u32, Slot); 8]>;

/// A variable of a frame.
type Variable = (Rc<Frame>, Slot);

/// What a variable was when a stretch began: what a later round must find, and the stored elements
/// of an array; none where no later round finds the like. A pending array may be computed while
/// the stretch runs, so this is asked before.
type Before = (Variable, Option<(Given, Option<Handle>)>);

/// What a round did.
struct Record {
    given: Vec<(Variable, Given)>,
    graph: Arc<Graph>,
    /// Positions in `given`.
    inputs: Vec<usize>,
    slots: Vec<Scalar>,
    left: Vec<(Slot, Left)>,
    /// Which result the condition is.
    cond: usize,
}

/// What a variable must be when a round begins.
enum Given {
    /// A computed array.
    Array(DType, Dims),
    /// This very value.
    Same(Value),
}

/// What a variable is when a round has come to the condition.
enum Left {
    /// A result of the computation.
    Result(usize, DType, Dims),
    /// What another variable was: a position in `given`.
    Given(usize),
    Same(Value),
    Unbound,
}

/// What happens while a round is noted.
#[derive(Default)]
pub(super) struct Noted {
    computed: SmallVec<[Computed; 1]>,
    unfit: bool,
    /// The condition's value is there; its element may be read.
    deciding: bool,
}

struct Computed {
    graph: Arc<Graph>,
    inputs: Vec<Handle>,
    slots: Vec<Scalar>,
    results: Vec<Handle>,
}

impl Rounds {
    /// The stretches of a loop's body; `own` is the loop with its condition, if it has one.
    pub(super) fn of(u: &Unit, body: BlockId, own: Option<(StmtId, ExprId)>) -> Rounds {
        let block = &u[body];
        let mut rounds = Rounds::default();
        if !block.functions.is_empty() {
            return rounds;
        }
        let mut start = 0;
        for (i, &stmt) in block.stmts.iter().enumerate() {
            match &u[stmt].kind {
                StmtKind::Expr(e) if let ExprKind::If { arms, .. } = &u[*e].kind => {
                    let first = arms.first().map(|arm| (stmt, arm.0));
                    rounds.add(u, &block.stmts, start..i, first);
                    start = i + 1;
                }
                StmtKind::Assign(..) | StmtKind::Update { .. } => {}
                _ => start = i + 1,
            }
        }
        rounds.add(u, &block.stmts, start..block.stmts.len(), own);
        rounds
    }

    fn add(
        &mut self,
        u: &Unit,
        stmts: &[StmtId],
        assigns: Range<usize>,
        decision: Option<(StmtId, ExprId)>,
    ) {
        let Some((decides, cond)) = decision else { return };
        let (mut reads, mut binds) = (Reads::new(), Slots::new());
        // Only what a variable was before counts as read.
        let add = |found: Reads, binds: &Slots, reads: &mut Reads| {
            let bound = |r: &(u32, Slot)| r.0 == 0 && binds.contains(&r.1);
            reads.extend(found.into_iter().filter(|r| !bound(r)));
        };
        let mut gone = Slots::new();
        for &s in &stmts[assigns.clone()] {
            let mut found = Reads::new();
            let (fit, place) = match &u[s].kind {
                StmtKind::Assign(place, value) => (collect(u, *value, &mut found), place),
                StmtKind::Update { place, value, .. } => {
                    found.extend(slot(place).map(|slot| (0, slot)));
                    (collect(u, *value, &mut found), place)
                }
                _ => return,
            };
            if !fit || !place_reads(u, place, &mut found) {
                return;
            }
            add(found, &binds, &mut reads);
            binds.extend(slot(place));
            gone.extend_from_slice(u.deaths.here(s));
        }
        let mut found = Reads::new();
        if !collect(u, cond, &mut found) {
            return;
        }
        add(found, &binds, &mut reads);
        binds.append(&mut gone);
        reads.sort_unstable();
        reads.dedup();
        binds.sort_unstable();
        binds.dedup();
        if !assigns.is_empty() && reads.len() + binds.len() <= MAX_SLOTS {
            let (unfit, record) = (0, None);
            self.stretches.push(Stretch { assigns, cond, decides, reads, binds, unfit, record });
        }
    }

    fn at(&mut self, position: usize) -> Option<&mut Stretch> {
        let fits = |s: &&mut Stretch| s.assigns.start == position && s.unfit < PATIENCE;
        self.stretches.iter_mut().find(fits)
    }
}

/// Adds the variables that an expression reads; whether its value depends on nothing else.
fn collect(u: &Unit, expr: ExprId, reads: &mut Reads) -> bool {
    // Chains of operators and methods are long to the left only.
    let mut expr = expr;
    loop {
        let more: SmallVec<[ExprId; 4]> = match &u[expr].kind {
            ExprKind::Fixed(value) => return is_fixed(value),
            ExprKind::Local(slot) => {
                reads.push((0, *slot));
                return true;
            }
            ExprKind::Outer(levels, slot) => {
                reads.push((*levels, *slot));
                return true;
            }
            ExprKind::Tuple(items) => return items.iter().all(|i| collect(u, i.value, reads)),
            ExprKind::Call { callee, args } => {
                let named = match &u[*callee].kind {
                    ExprKind::Fixed(f) => is_fixed(f),
                    ExprKind::Local(_) | ExprKind::Outer(..) => collect(u, *callee, reads),
                    _ => false,
                };
                return named && args.iter().all(|a| collect(u, a.value, reads));
            }
            ExprKind::Unary(..) | ExprKind::Attr { .. } => SmallVec::new(),
            ExprKind::Binary { rhs, .. } => SmallVec::from_iter([*rhs]),
            ExprKind::Method { method, args, .. } => {
                if !method.fallback.as_ref().is_some_and(is_fixed) || !method.variables.is_empty() {
                    return false;
                }
                args.iter().map(|a| a.value).collect()
            }
            ExprKind::Index { items, .. } => {
                if !index(u, items, reads) {
                    return false;
                }
                SmallVec::new()
            }
            _ => return false,
        };
        if !more.into_iter().all(|e| collect(u, e, reads)) {
            return false;
        }
        expr = match &u[expr].kind {
            ExprKind::Unary(_, e) => *e,
            _ => match u.left(expr) {
                Some(left) => left,
                None => return false,
            },
        };
    }
}

fn index(u: &Unit, items: &[Item], reads: &mut Reads) -> bool {
    items.iter().all(|item| match item {
        Item::Expr(e) | Item::Spread(e) => collect(u, *e, reads),
        Item::Slice(a, b, c, _) => [a, b, c].into_iter().flatten().all(|e| collect(u, *e, reads)),
        Item::Ellipsis(_) => true,
    })
}

/// Whether a value is the same whenever it is asked for; functions are those of the library.
fn is_fixed(value: &Value) -> bool {
    match value {
        Value::Function(closure) => closure.unit.library,
        Value::Builtin(_) | Value::Method(_) => true,
        value => is_plain(value),
    }
}

/// Whether a value is a scalar, a text or the like, known here.
fn is_plain(value: &Value) -> bool {
    matches!(
        value,
        Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Complex(..)
            | Value::Str(_)
            | Value::DType(_)
    )
}

/// The variable that a place is, or is a part of.
fn slot(place: &Place) -> Option<Slot> {
    match place {
        Place::Slot(slot, _) | Place::Path(slot, ..) => Some(*slot),
        _ => None,
    }
}

/// Adds the variables that an assignment to a place reads; whether it is one of arrays.
fn place_reads(u: &Unit, place: &Place, reads: &mut Reads) -> bool {
    match place {
        Place::Slot(..) => true,
        Place::Path(slot, steps, _) => {
            reads.push((0, *slot));
            steps.iter().all(|step| match step {
                Step::Index(items, _) => index(u, items, reads),
                Step::Field(..) => false,
            })
        }
        _ => false,
    }
}

/// Whether two values are the same: bit by bit, or one object.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Complex(a, b), Value::Complex(c, d)) => {
            (a.to_bits(), b.to_bits()) == (c.to_bits(), d.to_bits())
        }
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::DType(a), Value::DType(b)) => a == b,
        (Value::Function(a), Value::Function(b)) => Rc::ptr_eq(a, b),
        (Value::Module(a), Value::Module(b)) => Rc::ptr_eq(a, b),
        (Value::Array(a), Value::Array(b)) => match (a.known_scalar(), b.known_scalar()) {
            (Some(x), Some(y)) => x == y,
            _ => false,
        },
        _ => false,
    }
}

fn is_same(a: &Handle, b: &Handle) -> bool {
    std::ptr::eq(Arc::as_ptr(a).cast::<()>(), Arc::as_ptr(b).cast::<()>())
}

/// What a later round must find where this one found a value; none for what is never the same.
fn given(value: &Value) -> Option<Given> {
    match value {
        Value::Array(array) if array.handle().is_some() => {
            Some(Given::Array(array.dtype(), array.dims().clone()))
        }
        Value::Array(array) if array.known_scalar().is_some() => Some(Given::Same(value.clone())),
        Value::Function(_) | Value::Module(_) => Some(Given::Same(value.clone())),
        value => is_plain(value).then(|| Given::Same(value.clone())),
    }
}

fn handle(value: &Value) -> Option<Handle> {
    match value {
        Value::Array(array) => array.handle(),
        _ => None,
    }
}

impl Record {
    /// What a noted round did, from the variables before and after it; none when it is unfit.
    fn of(
        before: Vec<Before>,
        noted: Noted,
        cond: &Value,
        after: Vec<(Slot, Option<Value>)>,
    ) -> Option<Record> {
        let [computed] = noted.computed.into_inner().ok()?;
        let Computed { graph, inputs, slots, results } = computed;
        let mut givens = vec![];
        let mut handles: Vec<(usize, Handle)> = vec![];
        for (i, (variable, was)) in before.into_iter().enumerate() {
            let (given, handle) = was?;
            if let Some(h) = handle {
                // Two names of one array may be two arrays in the next round.
                if handles.iter().any(|(_, other)| is_same(other, &h)) {
                    return None;
                }
                handles.push((i, h));
            }
            givens.push((variable, given));
        }
        let known = |h: &Handle| handles.iter().find(|(_, g)| is_same(g, h)).map(|(i, _)| *i);
        let result = |h: &Handle| results.iter().position(|r| is_same(r, h));
        let inputs = inputs.iter().map(known).collect::<Option<Vec<_>>>()?;
        let mut left = vec![];
        for (slot, value) in after {
            left.push((
                slot,
                match &value {
                    None => Left::Unbound,
                    Some(value) => match (handle(value), value) {
                        (Some(h), Value::Array(array)) => match (result(&h), known(&h)) {
                            (Some(at), _) => Left::Result(at, array.dtype(), array.dims().clone()),
                            (None, Some(at)) => Left::Given(at),
                            _ => return None,
                        },
                        _ => match given(value)? {
                            Given::Same(value) => Left::Same(value),
                            Given::Array(..) => return None,
                        },
                    },
                },
            ));
        }
        let Value::Array(array) = cond else { return None };
        let cond = (array.ndim() == 0).then(|| result(&array.handle()?)).flatten()?;
        Some(Record { given: givens, graph, inputs, slots, left, cond })
    }
}

impl Interpreter<'_> {
    /// Notes that something happened that no later round may skip.
    pub(super) fn unfit(&mut self) {
        if let Some(noted) = &mut self.noted
            && !noted.deciding
        {
            noted.unfit = true;
        }
    }

    /// Notes a computation.
    pub(super) fn note_computed(
        &mut self,
        (graph, inputs, slots): (Arc<Graph>, Vec<Handle>, Vec<Scalar>),
        results: &[Handle],
    ) {
        if let Some(noted) = &mut self.noted {
            noted.computed.push(Computed { graph, inputs, slots, results: results.to_vec() });
        }
    }

    /// Runs the stretch that begins at a position of a body, if one does: the position of what
    /// follows it, with the truth of its condition in `decided`.
    pub(super) fn stretch(
        &mut self,
        u: &Unit,
        body: BlockId,
        rounds: &mut Rounds,
        position: usize,
    ) -> Result<Option<usize>, Fault> {
        if self.noted.is_some() {
            return Ok(None);
        }
        let Some(stretch) = rounds.at(position) else { return Ok(None) };
        if stretch.record.is_some() {
            self.tell_place(u[stretch.cond].span);
        }
        let again = stretch.record.as_ref().and_then(|record| self.again(record));
        let key = (std::ptr::from_ref(u) as usize, stretch.cond);
        let truth = match again {
            Some(truth) => {
                self.for_nothing.remove(&key);
                self.at(stretch.decides);
                truth
            }
            None => {
                let noted = self.for_nothing.entry(key).or_default();
                if *noted >= FOR_NOTHING {
                    stretch.unfit = PATIENCE;
                    return Ok(None);
                }
                *noted += 1;
                self.note_stretch(u, body, stretch)?
            }
        };
        self.decided = Some(truth);
        Ok(Some(stretch.assigns.end))
    }

    /// Does what a round did; none where the variables are other ones, or the host refuses:
    /// nothing is changed then.
    fn again(&mut self, record: &Record) -> Option<bool> {
        let mut values: SmallVec<[Option<Array>; 8]> = SmallVec::new();
        for ((frame, slot), given) in &record.given {
            let array = frame.with(*slot, |value| match (given, value?) {
                (Given::Same(wanted), found) => same(wanted, found).then_some(None),
                (Given::Array(dtype, dims), Value::Array(array)) => {
                    let suits = array.dtype() == *dtype && array.dims() == dims;
                    (suits && array.is_ready()).then(|| Some(array.clone()))
                }
                _ => None,
            })?;
            values.push(array);
        }
        let input = |&at: &usize| values[at].as_ref()?.handle();
        let inputs = record.inputs.iter().map(input).collect::<Option<SmallVec<[Handle; 8]>>>()?;
        let results = self.host.compute(&record.graph, &inputs, &record.slots).ok()?;
        let truth = self.host.element(&results[record.cond], 0).ok()?.truthy();
        for (slot, left) in &record.left {
            let value = match left {
                Left::Result(at, dtype, dims) => {
                    let state = State::Ready(results[*at].clone());
                    Some(Value::Array(Array::new(*dtype, dims.clone(), 0, state)))
                }
                Left::Given(at) => Some(Value::Array(values[*at].clone()?)),
                Left::Same(value) => Some(value.clone()),
                Left::Unbound => None,
            };
            self.frame.set(*slot, value);
        }
        Some(truth)
    }

    /// Runs a stretch in the ordinary way, and notes what it does.
    fn note_stretch(
        &mut self,
        u: &Unit,
        body: BlockId,
        stretch: &mut Stretch,
    ) -> Result<bool, Fault> {
        let before = self.seen(&stretch.reads);
        self.noted = Some(Noted::default());
        let result = self.noted_stretch(u, body, stretch);
        let noted = self.noted.take().unwrap_or_default();
        let (cond, truth) = result?;
        let after = stretch.binds.iter().map(|&slot| (slot, self.frame.get(slot))).collect();
        let fit = !noted.unfit;
        stretch.record = fit.then(|| Record::of(before, noted, &cond, after)).flatten();
        // The variables may be others in each round, even if each is fit.
        stretch.unfit += 1;
        Ok(truth)
    }

    /// The values of variables, and of all that the functions among them see.
    fn seen(&self, reads: &Reads) -> Vec<Before> {
        let mut seen: Vec<Before> = vec![];
        let mut todo: Vec<Variable> = vec![];
        for (levels, slot) in reads {
            todo.extend(self.frame.outer(*levels).map(|frame| (frame.clone(), *slot)));
        }
        while let Some((frame, slot)) = todo.pop() {
            if seen.iter().any(|((f, s), _)| Rc::ptr_eq(f, &frame) && *s == slot) {
                continue;
            }
            let value = frame.get(slot);
            if let Some(Value::Function(closure)) = &value
                && !closure.unit.library
            {
                for (levels, slot) in &closure.unit[closure.function].captures {
                    let frame = closure.frame.outer(levels.saturating_sub(1));
                    todo.extend(frame.map(|frame| (frame.clone(), *slot)));
                }
            }
            let was = value.and_then(|value| Some((given(&value)?, handle(&value))));
            seen.push(((frame, slot), was));
        }
        seen
    }

    fn noted_stretch(
        &mut self,
        u: &Unit,
        body: BlockId,
        stretch: &Stretch,
    ) -> Result<(Value, bool), Fault> {
        for &stmt in &u[body].stmts[stretch.assigns.clone()] {
            self.statement(u, stmt)?;
        }
        self.at(stretch.decides);
        let cond = self.eval(u, stretch.cond)?;
        if let Some(noted) = &mut self.noted {
            noted.deciding = true;
        }
        let span = u[stretch.cond].span;
        let truth = match array::truth(self, &cond) {
            Ok(truth) => truth,
            Err(fault) => self.fail(fault, span, &[span]).map(|_| None)?,
        };
        Ok((cond, truth == Some(true)))
    }
}
