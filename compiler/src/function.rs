//! Functions of a program, the frames that hold their variables, and modules.
//!
//! A closure sees its outer variables through the frame it was made in, so it reads the value
//! they have when it is called. Values are immutable and an outer variable cannot be assigned
//! from inside, so the only cycles are a frame's own closures; the evaluator empties a frame
//! that no closure left.

use crate::hir::{FunctionId, Slot, Unit};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// What is known of a variable.
#[derive(Clone, Default)]
pub enum Binding {
    /// Nothing bound it.
    #[default]
    Unbound,
    /// Only while checking: bound on some of the ways that lead here.
    Perhaps(Value),
    /// Bound.
    Bound(Value),
}

impl Binding {
    /// The value, if any way binds one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Binding::Unbound => None,
            Binding::Perhaps(value) | Binding::Bound(value) => Some(value),
        }
    }

    /// The binding of a value, or of none.
    pub fn of(value: Option<Value>) -> Binding {
        value.map_or(Binding::Unbound, Binding::Bound)
    }
}

/// The variables of one running function, of a script or of a module.
pub struct Frame {
    slots: RefCell<Vec<Binding>>,
    parent: Option<Rc<Frame>>,
}

impl Frame {
    /// A frame of that many unbound variables inside another.
    pub fn new(size: usize, parent: Option<Rc<Frame>>) -> Rc<Frame> {
        Rc::new(Frame { slots: RefCell::new(vec![Binding::Unbound; size]), parent })
    }

    /// The value of a variable, if bound (while checking: on some way).
    pub fn get(&self, slot: Slot) -> Option<Value> {
        self.slots.borrow().get(slot as usize).and_then(|b| b.value().cloned())
    }

    /// Calls a function with the value of a variable; it must not change variables.
    pub fn with<T>(&self, slot: Slot, see: impl FnOnce(Option<&Value>) -> T) -> T {
        see(self.slots.borrow().get(slot as usize).and_then(|b| b.value()))
    }

    /// What is known of a variable.
    pub fn binding(&self, slot: Slot) -> Binding {
        self.slots.borrow().get(slot as usize).cloned().unwrap_or_default()
    }

    /// Binds a variable, growing the frame if it is new.
    pub fn set(&self, slot: Slot, value: Option<Value>) {
        let old = {
            let mut slots = self.slots.borrow_mut();
            if slots.len() <= slot as usize {
                slots.resize(slot as usize + 1, Binding::Unbound);
            }
            std::mem::replace(&mut slots[slot as usize], Binding::of(value))
        };
        drop(old);
    }

    /// The frame that is `depth` functions further out.
    pub fn outer(self: &Rc<Frame>, depth: u32) -> Option<&Rc<Frame>> {
        let mut frame = self;
        for _ in 0..depth {
            frame = frame.parent.as_ref()?;
        }
        Some(frame)
    }

    /// A copy of all variables.
    pub fn snapshot(&self) -> Vec<Binding> {
        self.slots.borrow().clone()
    }

    /// Sets all variables to those of a snapshot; later ones become unbound.
    pub fn restore(&self, values: Vec<Binding>) {
        let old = std::mem::replace(&mut *self.slots.borrow_mut(), values);
        drop(old);
    }

    /// Visits every bound variable.
    pub fn for_each(&self, visit: &mut dyn FnMut(Slot, &Value)) {
        for (slot, binding) in self.slots.borrow().iter().enumerate() {
            if let Some(value) = binding.value() {
                visit(slot as Slot, value);
            }
        }
    }
}

/// A function of a program and the frame it was made in.
pub struct Closure {
    /// The lowered text that holds it.
    pub unit: Rc<Unit>,
    /// Which of its functions.
    pub function: FunctionId,
    /// Where its outer variables are.
    pub frame: Rc<Frame>,
}

impl Closure {
    /// Its name; `fn` for one without.
    pub fn name(&self) -> &str {
        &self.unit[self.function].name
    }

    /// Its parameters as written, such as `x, axis=0`.
    pub fn signature(&self) -> &str {
        &self.unit[self.function].signature
    }

    /// Its doc comment.
    pub fn doc(&self) -> Option<&str> {
        self.unit[self.function].doc.as_deref()
    }
}

/// An imported module: a script of its own, and the variables it bound.
pub struct Module {
    /// Its name or path.
    pub name: Rc<str>,
    /// Its names and their variables.
    pub names: FxHashMap<Rc<str>, Slot>,
    /// Their values.
    pub frame: Rc<Frame>,
}

impl Module {
    /// The value of a name of the module.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.names.get(name).and_then(|&slot| self.frame.get(slot))
    }
}
