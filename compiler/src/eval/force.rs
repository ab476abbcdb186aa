//! Making pending arrays concrete.
//!
//! Together with what is wanted, every pending array that a live variable holds and that the
//! wanted ones are computed from is computed and kept, if it is small enough; so a value used in
//! a condition and again later is computed once.

use super::Interpreter;
use super::bind::{Args, Keyword};
use super::expr::Eval;
use crate::array::{self, Array, Inner, Lowered, State, known};
use crate::builtin::{Context, Saved};
use crate::fault::Fault;
use crate::hir::{Body, Slot, StmtKind};
use crate::host::{Host, HostError, HostErrorKind, Target};
use crate::liveness::place_binds;
use crate::value::Value;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::Op;
use arr_ir::shape::Dim;
use arr_syntax::diag::Diagnostic;
use arr_syntax::diag::Span;
use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};
use std::rc::Rc;

/// How many pending operations may stand above each other before they are computed.
const MAX_PENDING: u32 = 200;

/// The same for single elements, if they can be computed at once.
const MAX_PENDING_SCALAR: u32 = 12;

/// The same for arrays too large to be kept.
const MAX_PENDING_LARGE: u32 = 2000;

impl Interpreter<'_> {
    /// A result on its way to the program: computed when too much is pending.
    pub(super) fn settle(&mut self, value: Value, span: Span) -> Eval {
        if let Value::Array(array) = &value {
            let depth = array.depth();
            if depth > MAX_PENDING_SCALAR && array.ndim() == 0 {
                let plain = self.plain(value.clone());
                if !matches!(&plain, Value::Array(array) if array.depth() > 0) {
                    return Ok(plain);
                }
            }
            if depth > MAX_PENDING && !self.checking {
                let small = array.nbytes().is_some_and(|n| n <= self.host.keep_limit());
                if (small || depth > MAX_PENDING_LARGE)
                    && let Err(fault) = self.force(std::slice::from_ref(array))
                {
                    return self.fail(fault, span, &[]);
                }
            }
        }
        Ok(value)
    }

    /// Computes and keeps these arrays, and the live ones they are computed from.
    pub(super) fn force(&mut self, arrays: &[Array]) -> Result<(), Fault> {
        self.force_into(arrays, None)
    }

    /// The same; the first of them goes into a file as well, and is none of those that are ready.
    fn force_into(
        &mut self,
        arrays: &[Array],
        target: Option<(&Target, DType)>,
    ) -> Result<(), Fault> {
        if self.checking {
            return Ok(());
        }
        let mut roots: Roots = SmallVec::new();
        let mut walk = Walk::default();
        for array in arrays.iter().flat_map(Array::real_arrays) {
            if !array.is_ready() && walk.want(&array) {
                roots.push(array);
            }
        }
        if roots.is_empty() {
            return Ok(());
        }
        for root in &roots {
            walk.ancestors(root);
        }
        self.add_saved(&mut roots, &mut walk);
        self.add_live(&mut roots, &walk);
        let Lowered { graph, inputs, slots } = self.world.lowering.borrow_mut().lower(&roots);
        self.tell_place(self.site);
        let handles = match target {
            Some((to, dtype)) => self.host.compute_into(&graph, &inputs, &slots, to, dtype),
            None => self.host.compute(&graph, &inputs, &slots),
        };
        let handles = handles.map_err(|error| self.blamed_place(error, &roots))?;
        if target.is_some() {
            self.unfit();
        }
        self.note_computed((graph, inputs, slots), &handles);
        for (array, handle) in roots.iter().zip(handles) {
            array.set_ready(handle);
        }
        Ok(())
    }

    /// Adds what the next statements save, where it shares work with what is wanted.
    fn add_saved(&mut self, roots: &mut Roots, walk: &mut Walk) {
        let together = std::mem::take(&mut self.together);
        for array in together.iter().flat_map(Array::real_arrays) {
            if !is_pending(&array) || walk.is_wanted(&array) {
                continue;
            }
            if walk.is_used(&array) || walk.shares(&array) {
                walk.want(&array);
                walk.ancestors(&array);
                roots.push(array);
            }
        }
    }

    /// Adds the small live arrays that what is wanted is computed from.
    fn add_live(&mut self, roots: &mut Roots, walk: &Walk) {
        if !walk.any_used {
            return;
        }
        let limit = self.host.keep_limit();
        for activation in &self.stack {
            if let Some(function) = activation.function
                && let Body::Expr(_) = activation.unit[function].body
            {
                continue;
            }
            let mut gone: SmallVec<[Slot; 8]> = SmallVec::new();
            if let Some(point) = activation.point {
                gone.extend_from_slice(activation.unit.deaths.here(point));
                match &activation.unit[point].kind {
                    StmtKind::Assign(place, _) | StmtKind::Update { place, .. } => {
                        place_binds(place, &mut |slot| gone.push(slot));
                    }
                    _ => {}
                }
            }
            activation.frame.for_each(&mut |slot, value| {
                if gone.contains(&slot) {
                    return;
                }
                arrays_in(value, 0, &mut |array| {
                    let small = || array.nbytes().is_some_and(|n| n <= limit);
                    if walk.is_used(array) && small() && walk.want(array) {
                        roots.push(array.clone());
                    }
                });
            });
        }
    }

    /// The operation at a place comes next; what the library does belongs to the program's call.
    pub(super) fn stand(&mut self, span: Span) {
        self.site = span;
        if !self.library() {
            array::stand_at(span);
        }
    }

    /// Tells the host which place asks for what comes now, if it wants to know.
    pub(super) fn tell_place(&mut self, site: Span) {
        if self.places {
            self.site = site;
            let at = self.asked_at();
            self.host.asked_at(at);
        }
    }

    /// A failure of a computation: of values, at the place of the operation that they did not suit,
    /// if that can only be one.
    fn blamed_place(&self, error: HostError, roots: &[Array]) -> Fault {
        if error.kind != HostErrorKind::Value {
            return error.into();
        }
        let walk = Walk::default();
        let mut places: SmallVec<[Span; 2]> = SmallVec::new();
        let mut todo: Vec<Array> = roots.to_vec();
        while let Some(array) = todo.pop() {
            let State::Pending(op, args) = &*array.0.state.borrow() else { continue };
            if matches!(op, Op::Extern(routine) if routine.refuses_values())
                && !places.contains(&array.0.place)
            {
                places.push(array.0.place);
            }
            todo.extend(args.iter().filter(|a| walk.want(a)).cloned());
        }
        match places[..] {
            [place] if place != Span::default() => {
                super::report::at_place(error, place, self.asked_at()).into()
            }
            _ => error.into(),
        }
    }

    /// The place of the running operation, or of the call of the library that it belongs to.
    fn asked_at(&self) -> Span {
        let mut span = self.site;
        for activation in self.stack.iter().rev() {
            match (activation.unit.library, activation.call) {
                (true, Some(call)) => span = call,
                _ => break,
            }
        }
        span
    }

    fn element(&mut self, array: &Array) -> Result<Option<Scalar>, Fault> {
        if let Some(scalar) = array.known_scalar() {
            return Ok(Some(scalar));
        }
        if self.checking {
            let known = known::elements(array).filter(|_| self.check.asserts);
            return Ok(known.map(|elements| elements.at(0)));
        }
        self.unfit();
        if let Some(scalar) = self.at_once(array) {
            return Ok(Some(scalar));
        }
        self.force(std::slice::from_ref(array))?;
        Ok(Some(array.element(self.host, 0)?))
    }
}

/// What is computed together; mostly one or two.
type Roots = SmallVec<[Array; 4]>;

fn is_pending(array: &Array) -> bool {
    matches!(*array.0.state.borrow(), State::Pending(..))
}

/// Which arrays are wanted, and which are used: pending, and something wanted is computed from
/// them. Noted in the arrays' marks.
struct Walk {
    round: u64,
    any_used: bool,
}

const WANTED: u32 = 1;
const USED: u32 = 2;

impl Default for Walk {
    fn default() -> Walk {
        Walk { round: array::next_round(), any_used: false }
    }
}

impl Walk {
    fn notes(&self, array: &Array) -> u32 {
        let (round, notes) = array.0.mark.get();
        if round == self.round { notes } else { 0 }
    }

    fn note(&self, array: &Array, note: u32) -> bool {
        let before = self.notes(array);
        array.0.mark.set((self.round, before | note));
        before & note == 0
    }

    /// Notes an array as wanted; whether it was not.
    fn want(&self, array: &Array) -> bool {
        self.note(array, WANTED)
    }

    fn is_wanted(&self, array: &Array) -> bool {
        self.notes(array) & WANTED != 0
    }

    fn is_used(&self, array: &Array) -> bool {
        self.notes(array) & USED != 0
    }

    /// Notes what an array is computed from as used.
    fn ancestors(&mut self, root: &Array) {
        let mut todo: SmallVec<[Array; 8]> = smallvec![root.clone()];
        while let Some(array) = todo.pop() {
            if let State::Pending(_, args) = &*array.0.state.borrow() {
                for arg in args {
                    if is_pending(arg) && self.note(arg, USED) {
                        self.any_used = true;
                        todo.push(arg.clone());
                    }
                }
            }
        }
    }

    /// Whether an array is computed from something wanted or used.
    fn shares(&self, root: &Array) -> bool {
        let mut seen: FxHashSet<*const Inner> = FxHashSet::default();
        let mut todo = vec![root.clone()];
        while let Some(array) = todo.pop() {
            if let State::Pending(_, args) = &*array.0.state.borrow() {
                for arg in args.iter().filter(|a| is_pending(a)) {
                    if self.notes(arg) != 0 {
                        return true;
                    }
                    if seen.insert(Rc::as_ptr(&arg.0)) {
                        todo.push(arg.clone());
                    }
                }
            }
        }
        false
    }
}

/// Visits the arrays in a value.
fn arrays_in(value: &Value, depth: u32, see: &mut dyn FnMut(&Array)) {
    match value {
        Value::Array(array) => match array.parts() {
            None => see(array),
            Some((re, im)) => [re, im].iter().for_each(see),
        },
        Value::Tuple(items) if depth < 4 => items.iter().for_each(|v| arrays_in(v, depth + 1, see)),
        Value::Record(fields) if depth < 4 => {
            fields.iter().for_each(|f| arrays_in(&f.1, depth + 1, see));
        }
        _ => {}
    }
}

impl Context for Interpreter<'_> {
    fn checking(&self) -> bool {
        self.checking
    }

    fn gets_here(&self) -> bool {
        !self.checking || !self.may_not_get_here() && !self.check.uncalled
    }

    fn in_doubtful_round(&self) -> bool {
        self.checking && self.may_be_another_round()
    }

    fn host(&mut self) -> &mut dyn Host {
        self.unfit();
        self.host
    }

    fn site(&self) -> Span {
        self.site
    }

    fn named(&self, name: &str) -> Option<Value> {
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let value = crate::lower::Names::fixed(self.world, first)?;
        if rest.is_empty() { Some(value) } else { self.member(&value, rest) }
    }

    fn fresh_dim(&mut self) -> Dim {
        self.world.fresh_dim()
    }

    fn compute(&mut self, arrays: &[Array]) -> Result<(), Fault> {
        self.force(arrays)
    }

    fn at_hand(&mut self, array: &Array) -> bool {
        match &*array.0.state.borrow() {
            State::Ready(handle) => self.host.element_in_memory(handle, 0).is_some(),
            State::Pending(Op::Reshape, args) => self.at_hand(&args[0]),
            _ => false,
        }
    }

    fn save(&mut self, array: &Array, target: &Target, dtype: DType) -> Result<(), Fault> {
        match array.handle() {
            Some(handle) => {
                self.unfit();
                self.tell_place(self.site);
                Ok(self.host.save(target, &handle, dtype)?)
            }
            None => self.force_into(std::slice::from_ref(array), Some((target, dtype))),
        }
    }

    fn scalar(&mut self, array: &Array) -> Result<Option<Scalar>, Fault> {
        self.element(array)
    }

    fn call(
        &mut self,
        function: &Value,
        args: &[Value],
        keywords: &[(&str, Value)],
    ) -> Result<Value, Fault> {
        let span = self.site;
        let args = Args {
            positional: args.iter().map(|v| (v.clone(), span)).collect(),
            keywords: keywords
                .iter()
                .map(|(name, value)| Keyword {
                    name: (*name).into(),
                    named: span,
                    value: value.clone(),
                    span,
                })
                .collect(),
            unknown: false,
        };
        let result = self.call_value(function, args, span, span);
        self.site = span;
        result
    }

    fn text(&mut self, value: &Value) -> Result<String, Fault> {
        self.plain_text(value)
    }

    fn warn(&mut self, code: &'static str, title: String) {
        self.unfit();
        if self.checking && self.may_not_get_here() {
            return;
        }
        let span = self.asked_at();
        self.note(Diagnostic::warning(code, title, span));
    }

    fn note_saved(&mut self, path: &str, name: Option<&str>, array: &Array) {
        let array = Array::abstract_of(array.dtype(), array.dims().clone());
        self.check.written.insert((place(path), name.map(str::to_owned)), array);
    }

    fn saved(&mut self, path: &str, name: Option<&str>) -> Option<Saved> {
        let written = &self.check.written;
        let wanted = (place(path), name.map(str::to_owned));
        if let Some(array) = written.get(&wanted) {
            return Some(Saved::Array(array.clone()));
        }
        let is_of = |path: &String| *path == wanted.0 || may_stand_for(&wanted.0, path);
        written.keys().any(|(path, _)| is_of(path)).then_some(Saved::Other)
    }
}

/// A path written in one way, whether it begins at the root or not.
fn place(path: &str) -> String {
    let absolute = std::path::absolute(path);
    absolute.map_or_else(|_| path.to_owned(), |p| p.to_string_lossy().into_owned())
}

/// Whether a path with wildcards may be one for this path: what stands before the first of them
/// and after the last agrees.
fn may_stand_for(pattern: &str, path: &str) -> bool {
    let first = pattern.find(['*', '?', '[']);
    let last = pattern.rfind(['*', '?', ']']);
    let (Some(first), Some(last)) = (first, last) else { return false };
    path.starts_with(&pattern[..first]) && path.ends_with(&pattern[last + 1..])
}
