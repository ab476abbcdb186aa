//! Joining what a name may hold on several ways, while checking.

use super::Interpreter;
use crate::array::{Array, known};
use crate::function::Binding;
use crate::value::{Unknown, Value};
use arr_ir::shape::{Dim, Dims};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// The variables of a frame on one way.
pub(super) type State = Vec<Binding>;

impl Interpreter<'_> {
    /// The most precise value that stands for both.
    pub(super) fn join(&mut self, a: &Value, b: &Value) -> Value {
        self.merge(a, b, &mut FxHashSet::default())
    }

    /// Joins a new value into an old one at the head of a loop: the sizes in `open` were made
    /// there and stand for anything already.
    pub(super) fn widen(&mut self, old: &Value, new: &Value, open: &mut FxHashSet<u32>) -> Value {
        self.merge(old, new, open)
    }

    fn merge(&mut self, a: &Value, b: &Value, open: &mut FxHashSet<u32>) -> Value {
        if same(a, b) {
            return a.clone();
        }
        match (a, b) {
            (Value::Array(x), Value::Array(y)) => {
                if x.dtype() != y.dtype() || x.ndim() != y.ndim() {
                    return Value::ANY;
                }
                let dims: Dims =
                    x.dims().iter().zip(y.dims()).map(|(&p, &q)| self.dim(p, q, open)).collect();
                Value::Array(Array::abstract_of(x.dtype(), dims))
            }
            (Value::Tuple(x), Value::Tuple(y)) if x.len() == y.len() => {
                let items = x.iter().zip(y.iter()).map(|(p, q)| self.merge(p, q, open)).collect();
                Value::tuple(items)
            }
            (Value::Record(x), Value::Record(y))
                if x.len() == y.len() && x.iter().zip(y.iter()).all(|(p, q)| p.0 == q.0) =>
            {
                let fields = x.iter().zip(y.iter());
                let fields = fields.map(|(p, q)| (p.0.clone(), self.merge(&p.1, &q.1, open)));
                Value::Record(Rc::new(fields.collect()))
            }
            _ => match (weak_kind(a), weak_kind(b)) {
                (Some(p), Some(q)) if p == q => Value::Unknown(p),
                _ => Value::ANY,
            },
        }
    }

    fn dim(&mut self, a: Dim, b: Dim, open: &mut FxHashSet<u32>) -> Dim {
        match (a, b) {
            (a, b) if a == b => a,
            (Dim::Unknown(n), _) if open.contains(&n) => a,
            _ => {
                let fresh = self.world.fresh_dim();
                if let Dim::Unknown(n) = fresh {
                    open.insert(n);
                }
                fresh
            }
        }
    }

    /// Joins two states variable by variable; what is bound on one way only is perhaps bound.
    pub(super) fn join_states(&mut self, a: State, b: State) -> State {
        let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
        let mut short = short.into_iter();
        long.into_iter()
            .map(|p| {
                let q = short.next().unwrap_or_default();
                join_bindings(p, q, &mut |p, q| self.join(p, q))
            })
            .collect()
    }

    /// Joins a state into one that may be absent.
    pub(super) fn join_into(&mut self, into: &mut Option<State>, state: State) {
        *into = Some(match into.take() {
            Some(old) => self.join_states(old, state),
            None => state,
        });
    }
}

/// What is known of a variable where two ways meet.
pub(super) fn join_bindings(
    a: Binding,
    b: Binding,
    join: &mut dyn FnMut(&Value, &Value) -> Value,
) -> Binding {
    match (a, b) {
        (Binding::Unbound, Binding::Unbound) => Binding::Unbound,
        (Binding::Bound(p), Binding::Bound(q)) => Binding::Bound(join(&p, &q)),
        (Binding::Unbound, Binding::Perhaps(value) | Binding::Bound(value))
        | (Binding::Perhaps(value) | Binding::Bound(value), Binding::Unbound) => {
            Binding::Perhaps(value)
        }
        (Binding::Perhaps(p) | Binding::Bound(p), Binding::Perhaps(q) | Binding::Bound(q)) => {
            Binding::Perhaps(join(&p, &q))
        }
    }
}

/// The kind of a weak scalar or text, known or not.
fn weak_kind(value: &Value) -> Option<Unknown> {
    Some(match value {
        Value::Bool(_) => Unknown::Bool,
        Value::Int(_) => Unknown::Int,
        Value::Float(_) => Unknown::Float,
        Value::Complex(..) => Unknown::Complex,
        Value::Str(_) => Unknown::Str,
        Value::Unknown(kind) => *kind,
        _ => return None,
    })
}

/// Whether two values are the same as far as checking tells them apart.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Bool(x), Value::Bool(y)) => x == y,
        (Value::Int(x), Value::Int(y)) => x == y,
        (Value::Float(x), Value::Float(y)) => x.to_bits() == y.to_bits(),
        (Value::Complex(..), Value::Complex(..)) => false,
        (Value::Str(x), Value::Str(y)) => x == y,
        (Value::DType(x), Value::DType(y)) => x == y,
        (Value::Array(x), Value::Array(y)) => {
            Rc::ptr_eq(&x.0, &y.0)
                || x.dtype() == y.dtype()
                    && x.dims() == y.dims()
                    && known::content(x) == known::content(y)
        }
        (Value::Tuple(x), Value::Tuple(y)) => {
            x.len() == y.len() && x.iter().zip(y.iter()).all(|(p, q)| same(p, q))
        }
        (Value::Record(x), Value::Record(y)) => {
            x.len() == y.len()
                && x.iter().zip(y.iter()).all(|(p, q)| p.0 == q.0 && same(&p.1, &q.1))
        }
        (Value::Range(a, b, c), Value::Range(x, y, z)) => (a, b, c) == (x, y, z),
        (Value::Function(x), Value::Function(y)) => {
            Rc::ptr_eq(x, y)
                || x.function == y.function
                    && Rc::ptr_eq(&x.unit, &y.unit)
                    && Rc::ptr_eq(&x.frame, &y.frame)
        }
        (Value::Builtin(x), Value::Builtin(y)) => std::ptr::eq(*x, *y),
        (Value::Method(x), Value::Method(y)) => same(&x.0, &y.0) && std::ptr::eq(x.1, y.1),
        (Value::Module(x), Value::Module(y)) => Rc::ptr_eq(x, y),
        (Value::Unknown(x), Value::Unknown(y)) => x == y,
        _ => false,
    }
}

/// Whether two states are the same.
pub(super) fn same_state(a: &State, b: &State) -> bool {
    let at = |s: &State, i: usize| s.get(i).cloned().unwrap_or_default();
    (0..a.len().max(b.len())).all(|i| match (at(a, i), at(b, i)) {
        (Binding::Bound(x), Binding::Bound(y)) => same(&x, &y),
        (Binding::Perhaps(x), Binding::Perhaps(y)) => same(&x, &y),
        (Binding::Unbound, Binding::Unbound) => true,
        _ => false,
    })
}
